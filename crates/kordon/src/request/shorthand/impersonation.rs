//! The groups that a user gets who is impersonated.

use kordon_core::model::SERVICE_ACCOUNT_PREFIX;

const ANONYMOUS: &str = "system:anonymous";
const AUTHENTICATED: &str = "system:authenticated";
const UNAUTHENTICATED: &str = "system:unauthenticated";

/// The groups of a user who is impersonated with `--as` and `--as-group`: those given, and those
/// that the API server adds.
///
/// ```
/// let groups = kordon::shorthand::impersonated_groups("system:serviceaccount:shop:cart", &[]);
/// assert_eq!(
///     groups,
///     ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]
/// );
/// ```
pub fn impersonated_groups(user: &str, given: &[String]) -> Vec<String> {
    let mut groups = given.to_vec();
    // k8s.io/apiserver, filters/impersonation: "if groups aren't specified for a service account,
    // we know the groups because its a fixed mapping.  Add them".
    if given.is_empty()
        && let Some(namespace) = service_account_namespace(user)
    {
        groups.push("system:serviceaccounts".to_owned());
        groups.push(format!("system:serviceaccounts:{namespace}"));
    }
    let (added, absent): (&str, &[&str]) = if user == ANONYMOUS {
        (UNAUTHENTICATED, &[UNAUTHENTICATED])
    } else {
        (AUTHENTICATED, &[AUTHENTICATED, UNAUTHENTICATED])
    };
    if !groups.iter().any(|group| absent.contains(&group.as_str())) {
        groups.push(added.to_owned());
    }
    groups
}

fn service_account_namespace(user: &str) -> Option<&str> {
    let (namespace, name) = user.strip_prefix(SERVICE_ACCOUNT_PREFIX)?.split_once(':')?;
    (!namespace.is_empty() && !name.is_empty() && !name.contains(':')).then_some(namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(user: &str, given: &[&str], expected: &[&str]) {
        let given: Vec<String> = given.iter().map(|group| (*group).to_owned()).collect();
        assert_eq!(
            impersonated_groups(user, &given),
            expected,
            "{user} {given:?}"
        );
    }

    #[test]
    fn every_user_but_the_anonymous_one_is_authenticated() {
        check("alice", &[], &[AUTHENTICATED]);
        check("alice", &["dev"], &["dev", AUTHENTICATED]);
        check("alice", &[AUTHENTICATED], &[AUTHENTICATED]);
        check("alice", &[UNAUTHENTICATED], &[UNAUTHENTICATED]);
        check(ANONYMOUS, &[], &[UNAUTHENTICATED]);
        check(ANONYMOUS, &[UNAUTHENTICATED], &[UNAUTHENTICATED]);
    }

    #[test]
    fn a_service_account_keeps_its_own_groups_unless_others_are_given() {
        let user = "system:serviceaccount:shop:cart";
        check(user, &["dev"], &["dev", AUTHENTICATED]);
        check("system:serviceaccount:shop", &[], &[AUTHENTICATED]);
        check("system:serviceaccount:shop:a:b", &[], &[AUTHENTICATED]);
    }
}
