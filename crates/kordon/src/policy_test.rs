//! Policy tests: requests with the decisions that are expected of them.
//!
//! It owns the format and the comparison. It reads no files: whoever runs the tests brings the
//! manifests.
//!
//! ```yaml
//! apiVersion: kordon.dev/v1
//! kind: PolicyTest
//! metadata: {name: shop}
//! spec:
//!   manifests: [manifests]            # relative to this file
//!   tests:
//!   - name: the frontend reaches the cart
//!     request: shop/frontend -> shop/cart:7070
//!     expect: allow                   # allow, deny or unknown
//!     because: NetworkPolicy shop/cart spec.ingress[0]
//!   - name: developers read the logs
//!     request: {kind: api, user: alice, groups: [dev], verb: get, resource: pods, subresource: log, namespace: shop}
//!     expect: allow
//! ```
//!
//! `request` is one of the JSON forms of a [`RequestSpec`] or a line as [`shorthand`] reads it.
//! `because` names an object that must be among those that decide, and may name the field.

use kordon_core::Verdict;
use kordon_syntax::{
    Code, CodeDoc, Diagnostic, FieldPath, Limits, Node, Severity, SourceId, Span, decode, parse,
    quoted,
};
use serde::Deserialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::engine::Engine;
use crate::request::{RequestError, RequestSpec, shorthand};

const KIND: &str = "PolicyTest";
const API_VERSION: &str = "kordon.dev/v1";

/// The code of every problem in a policy test.
pub const CODE: CodeDoc = CodeDoc {
    code: Code("KD0901"),
    title: "policy test that cannot be read",
    why: "a test that does not run guards nothing",
    mend: "write the fields as the message says",
};

/// A set of tests over the same manifests.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyTest {
    /// Its name.
    pub name: String,
    /// The files and folders with the manifests, relative to the file of the tests.
    pub manifests: Vec<String>,
    /// The tests.
    pub cases: Vec<PolicyCase>,
}

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyCase {
    /// Its name: what should hold, as a sentence.
    pub name: String,
    /// The request.
    pub request: RequestSpec,
    /// The expected verdict.
    pub expect: Verdict,
    /// An object, perhaps with a field, that must be among those that decide.
    pub because: Option<String>,
}

/// What became of a test.
#[derive(Clone, Debug)]
pub struct CaseOutcome {
    /// The answer to its request.
    pub answer: Answer,
    /// What is not as expected, in one line; none if the test passed.
    pub failure: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    #[serde(rename = "apiVersion")]
    _api_version: String,
    #[serde(rename = "kind")]
    _kind: String,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(default)]
    manifests: Vec<String>,
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    request: Value,
    expect: String,
    because: Option<String>,
}

/// Reads the policy tests of a text; documents of other kinds are left out. A test with a problem
/// is missing from the result, and the problem is among the diagnostics.
pub fn read(source: SourceId, text: &str, limits: &Limits) -> (Vec<PolicyTest>, Vec<Diagnostic>) {
    let parsed = parse(source, text, limits);
    let mut reader = Reader {
        source,
        diagnostics: parsed.diagnostics,
    };
    let mut tests = Vec::new();
    for document in parsed.documents {
        tests.extend(reader.document(&document.root));
    }
    (tests, reader.diagnostics)
}

struct Reader {
    source: SourceId,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn document(&mut self, root: &Node) -> Option<PolicyTest> {
        let version = root
            .get("apiVersion")
            .and_then(Node::as_str)
            .unwrap_or_default();
        let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default();
        match (version == API_VERSION, kind == KIND) {
            (true, true) => self.test(root),
            (false, false) => None,
            (true, false) => {
                let span = root.get("kind").map_or(root.span, |node| node.span);
                self.error(
                    span,
                    &format!("expected `kind: {KIND}`, found {}", quoted(kind)),
                    "kind",
                );
                None
            }
            (false, true) => {
                let span = root.get("apiVersion").map_or(root.span, |node| node.span);
                let message = format!(
                    "expected `apiVersion: {API_VERSION}`, found {}",
                    quoted(version)
                );
                self.error(span, &message, "apiVersion");
                None
            }
        }
    }

    fn test(&mut self, root: &Node) -> Option<PolicyTest> {
        let decoded = decode::<Schema>(root);
        let unknown = decoded.unknown.iter();
        self.diagnostics.extend(
            unknown.map(|field| field.diagnostic(CODE.code, Severity::Error, self.source, None)),
        );
        let is_exact = decoded.errors.is_empty();
        for error in decoded.errors {
            self.diagnostics
                .push(error.diagnostic(CODE.code, self.source, None));
        }
        let schema = decoded.value.filter(|_| is_exact)?;
        let cases = schema.spec.tests.into_iter().enumerate();
        Some(PolicyTest {
            name: schema.metadata.name,
            manifests: schema.spec.manifests,
            cases: cases
                .filter_map(|(at, case)| self.case(root, at, case))
                .collect(),
        })
    }

    fn case(&mut self, root: &Node, at: usize, case: Case) -> Option<PolicyCase> {
        let path = format!("spec.tests[{at}]");
        let expect = match case.expect.as_str() {
            "allow" => Some(Verdict::Allow),
            "deny" => Some(Verdict::Deny),
            "unknown" => Some(Verdict::Unknown),
            other => {
                let message = format!(
                    "expected `allow`, `deny` or `unknown`, found {}",
                    quoted(other)
                );
                self.error_at(root, &format!("{path}.expect"), &message);
                None
            }
        };
        let request = match request(&case.request) {
            Ok(request) => Some(request),
            Err(error) => {
                let inside = if error.path.is_empty() {
                    String::new()
                } else {
                    format!(".{}", error.path)
                };
                self.error_at(root, &format!("{path}.request{inside}"), &error.message);
                None
            }
        };
        Some(PolicyCase {
            name: case.name,
            request: request?,
            expect: expect?,
            because: case.because,
        })
    }

    fn error_at(&mut self, root: &Node, path: &str, message: &str) {
        let parsed: FieldPath = path.parse().unwrap_or_default();
        self.error(root.nearest(&parsed).0.span, message, path);
    }

    fn error(&mut self, span: Span, message: &str, path: &str) {
        let mut diagnostic = Diagnostic::error(CODE.code, message).at(self.source, span, "");
        diagnostic.path = path.parse().ok();
        self.diagnostics.push(diagnostic);
    }
}

fn request(value: &Value) -> Result<RequestSpec, RequestError> {
    match value.as_str() {
        Some(line) => shorthand::request(line),
        None => RequestSpec::from_json(value),
    }
}

impl PolicyCase {
    /// Runs the test.
    pub fn run(&self, engine: &Engine) -> CaseOutcome {
        let answer = engine.answer(&self.request);
        CaseOutcome {
            failure: self.failure(&answer),
            answer,
        }
    }

    fn failure(&self, answer: &Answer) -> Option<String> {
        // A misspelt name is denied as well, and would satisfy every test that expects a denial.
        if let Some(problem) = answer.problem() {
            return Some(format!("the request cannot be understood: {problem}"));
        }
        let verdict = answer.decision().verdict;
        if verdict != self.expect {
            return Some(format!("expected {}, found {verdict}", self.expect));
        }
        let because = self.because.as_deref()?;
        let deciding: Vec<String> = answer
            .deciding()
            .into_iter()
            .map(|(object, path)| format!("{object} {path}"))
            .collect();
        let is_meant = |rule: &String| {
            rule == because
                || rule
                    .strip_prefix(because)
                    .is_some_and(|rest| rest.starts_with(' '))
        };
        if deciding.iter().any(is_meant) {
            return None;
        }
        let found = if deciding.is_empty() {
            "no rule".to_owned()
        } else {
            deciding.join(", ")
        };
        Some(format!("expected {because} to decide, found {found}"))
    }
}

#[cfg(test)]
mod tests {
    use kordon_syntax::Sources;

    use super::*;
    use crate::cluster::Cluster;

    const HEAD: &str =
        "apiVersion: kordon.dev/v1\nkind: PolicyTest\nmetadata: {name: t}\nspec:\n  tests:\n";

    const MANIFESTS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}}
";

    fn read_text(text: &str) -> (Vec<PolicyTest>, Vec<String>) {
        let mut sources = Sources::default();
        let id = sources.add("tests.yaml", text);
        let (tests, diagnostics) = read(id, text, &Limits::default());
        let messages = diagnostics.iter().map(|found| match &found.path {
            Some(path) => format!("{path}: {}", found.message),
            None => found.message.clone(),
        });
        (tests, messages.collect())
    }

    fn outcome(case: &str) -> Option<String> {
        let (tests, messages) = read_text(&format!("{HEAD}  - {case}\n"));
        assert!(messages.is_empty(), "{messages:?}");
        let mut cluster = Cluster::new();
        cluster.read("shop.yaml", MANIFESTS);
        tests[0].cases[0].run(&Engine::new(&cluster)).failure
    }

    #[test]
    fn a_test_passes_if_verdict_and_rule_are_as_expected() {
        let request = "name: x, request: 'shop/web -> shop/cart:80', expect: deny";
        assert_eq!(outcome(&format!("{{{request}}}")), None);
        for because in [
            "NetworkPolicy shop/closed",
            "NetworkPolicy shop/closed spec.podSelector",
        ] {
            assert_eq!(
                outcome(&format!("{{{request}, because: {because}}}")),
                None,
                "{because}"
            );
        }
    }

    #[test]
    fn a_test_fails_if_the_verdict_or_the_rule_is_another() {
        let request = "name: x, request: 'shop/web -> shop/cart:80'";
        assert_eq!(
            outcome(&format!("{{{request}, expect: allow}}")).unwrap(),
            "expected allow, found deny"
        );
        assert_eq!(
            outcome(&format!(
                "{{{request}, expect: deny, because: NetworkPolicy shop/clos}}"
            ))
            .unwrap(),
            "expected NetworkPolicy shop/clos to decide, found NetworkPolicy shop/closed spec.podSelector"
        );
    }

    #[test]
    fn a_misspelt_name_fails_the_test_although_it_is_denied() {
        let case = "{name: x, request: 'shop/wbe -> shop/cart:80', expect: deny}";
        assert_eq!(
            outcome(case).unwrap(),
            "the request cannot be understood: `shop/wbe`: no such workload is known; did you mean \
             `shop/web`?"
        );
    }

    #[test]
    fn every_problem_of_a_test_has_its_field() {
        let (tests, messages) = read_text(&format!(
            "{HEAD}  - {{name: a, request: nonsense, expect: allow}}\n  \
             - {{name: b, request: {{kind: connection, from: a, to: b/c, port: 1}}, expect: maybe}}\n  \
             - {{name: c, request: 'a/b -> c/d:80', expect: deny, becuase: x}}\n"
        ));
        assert_eq!(tests[0].cases.len(), 1);
        assert_eq!(messages.len(), 4, "{messages:?}");
        for (message, path) in messages.iter().zip([
            "spec.tests[2].becuase: unknown field `becuase`",
            "spec.tests[0].request: expected ",
            "spec.tests[1].expect: expected ",
            "spec.tests[1].request.from: `a` has no namespace",
        ]) {
            assert!(message.starts_with(path), "{message} / {path}");
        }
    }

    #[test]
    fn documents_of_other_kinds_are_left_out() {
        assert_eq!(read_text(MANIFESTS), (Vec::new(), Vec::new()));
        let (_, messages) = read_text("apiVersion: kordon.dev/v1\nkind: PolicyTests\n");
        assert_eq!(
            messages,
            ["kind: expected `kind: PolicyTest`, found `PolicyTests`"]
        );
        let (_, messages) = read_text("apiVersion: v1\nkind: PolicyTest\n");
        assert_eq!(
            messages,
            ["apiVersion: expected `apiVersion: kordon.dev/v1`, found `v1`"]
        );
    }
}
