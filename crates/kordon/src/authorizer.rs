//! The words of kube-apiserver's RBAC authorizer.
//!
//! Owns the texts that stand in the status of a `SubjectAccessReview`, byte for byte, so that
//! what answers in the API server's stead cannot be told from it. Must not decide anything.

use std::fmt::Write;

use kordon_core::model::{ObjectRef, PrincipalMatch};
use kordon_core::{Explanation, GrantFinding};

/// The reason of a decision about the API: which binding allows it, or which bindings refer to
/// roles that are not there. Empty when there is nothing to say.
///
/// ```
/// use kordon::{Cluster, Engine, RequestSpec, authorizer};
/// let mut cluster = Cluster::new();
/// cluster.read("rbac.yaml", "
/// apiVersion: rbac.authorization.k8s.io/v1
/// kind: RoleBinding
/// metadata: {name: readers, namespace: shop}
/// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
/// subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
/// ");
/// let request = RequestSpec::from_json_text(
///     r#"{"kind":"api","user":"alice","verb":"get","resource":"pods","namespace":"shop"}"#,
/// )?;
/// let explanation = Engine::new(&cluster).explain(&request.as_request());
/// assert_eq!(
///     authorizer::reason(&explanation),
///     r#"RBAC: role.rbac.authorization.k8s.io "reader" not found"#
/// );
/// # Ok::<(), kordon::RequestError>(())
/// ```
pub fn reason(explanation: &Explanation) -> String {
    let mut grants = explanation.planes.iter().flat_map(|plane| &plane.grants);
    if let Some(reason) = grants.find_map(permission) {
        return reason;
    }
    let errors = errors(explanation);
    match errors.as_slice() {
        [] => String::new(),
        [error] => format!("RBAC: {error}"),
        many => format!("RBAC: [{}]", many.join(", ")),
    }
}

/// The reason by which a grant allows; `None` if it does not allow.
pub fn permission(grant: &GrantFinding) -> Option<String> {
    if grant.permitting.is_empty() {
        return None;
    }
    let binding = match &grant.policy.namespace {
        Some(namespace) => format!("{}/{namespace}", grant.policy.name),
        None => grant.policy.name.to_string(),
    };
    let (kind, subject) = match &grant.subject {
        PrincipalMatch::User(name) => ("User", name.clone()),
        PrincipalMatch::Group(name) => ("Group", name.clone()),
        PrincipalMatch::ServiceAccount { namespace, name } => {
            ("ServiceAccount", format!("{name}/{namespace}"))
        }
    };
    Some(format!(
        "RBAC: allowed by {} {} of {} {} to {kind} {}",
        grant.policy.kind,
        quoted(&binding),
        grant.rules_of.kind,
        quoted(&grant.rules_of.name),
        quoted(&subject),
    ))
}

/// What went wrong with the grants of a request, each error once, in the order of the bindings.
pub fn errors(explanation: &Explanation) -> Vec<String> {
    let grants = explanation.planes.iter().flat_map(|plane| &plane.grants);
    let mut errors = Vec::new();
    for error in grants
        .filter(|grant| grant.is_missing)
        .map(|grant| missing(&grant.rules_of))
    {
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

/// The error about a role that a binding refers to in vain.
pub fn missing(role: &ObjectRef) -> String {
    match &*role.kind {
        "ClusterRole" | "Role" => format!(
            "{}.rbac.authorization.k8s.io {} not found",
            role.kind.to_lowercase(),
            quoted(&role.name)
        ),
        other => format!("unsupported role reference kind: {}", quoted(other)),
    }
}

/// A text as Go's `%q` writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        push_quoted(&mut quoted, c);
    }
    quoted.push('"');
    quoted
}

fn push_quoted(to: &mut String, c: char) {
    let short = match c {
        '"' => Some("\\\""),
        '\\' => Some("\\\\"),
        '\u{7}' => Some("\\a"),
        '\u{8}' => Some("\\b"),
        '\u{c}' => Some("\\f"),
        '\n' => Some("\\n"),
        '\r' => Some("\\r"),
        '\t' => Some("\\t"),
        '\u{b}' => Some("\\v"),
        _ => None,
    };
    let written = match (short, u32::from(c)) {
        (Some(short), _) => {
            to.push_str(short);
            Ok(())
        }
        (None, _) if is_print(c) => {
            to.push(c);
            Ok(())
        }
        (None, code) if code < 0x80 => write!(to, "\\x{code:02x}"),
        (None, code) if code < 0x1_0000 => write!(to, "\\u{code:04x}"),
        (None, code) => write!(to, "\\U{code:08x}"),
    };
    // INVARIANT: writing to a text does not fail.
    debug_assert!(written.is_ok());
}

/// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
/// `escape_debug` leaves the same characters alone, and marks unless they begin a text.
fn is_print(c: char) -> bool {
    let mut text = String::from("x");
    text.push(c);
    text.escape_debug().nth(1) == Some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_print_is_escaped_as_go_does() {
        for (text, expected) in [
            ("cart", r#""cart""#),
            ("a \"b\"\\c", r#""a \"b\"\\c""#),
            ("\t\u{1}\u{7f}", r#""\t\x01\x7f""#),
            ("zoe\u{308} \u{301}", "\"zoe\u{308} \u{301}\""),
            ("ali\u{200d}ce\u{a0}", r#""ali\u200dce\u00a0""#),
            ("\u{e0001}", r#""\U000e0001""#),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn a_role_of_an_unknown_kind_is_named_by_its_kind() {
        let role = ObjectRef::cluster("rbac.authorization.k8s.io", "Rolle", "view");
        assert_eq!(
            missing(&role),
            r#"unsupported role reference kind: "Rolle""#
        );
    }
}
