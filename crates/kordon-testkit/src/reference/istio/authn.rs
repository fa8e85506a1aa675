//! RequestAuthentication: which tokens are asked for, and what their absence or failure means.

use serde_json::Value;

use super::attach::attaches;
use super::claims::with_lists;
use super::location::Locations;
use super::outside::{Outside, Verification};
use super::workload::Workload;
use crate::facts::HttpFacts;
use crate::reference::value::{at, list, text, texts};

/// A rule that says how tokens of an issuer are verified.
#[derive(Clone, Debug, PartialEq)]
pub struct JwtRule {
    /// The issuer; empty for any.
    pub issuer: String,
    /// The audiences of which a token must name one; empty for any.
    pub audiences: Vec<String>,
    /// The keys, as written.
    pub jwks: Option<String>,
    locations: Locations,
    /// Whether what follows sees a valid token.
    is_forwarded: bool,
    space_delimited: Vec<String>,
}

/// What is known after tokens were verified.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Authenticated {
    /// The request goes on, with a valid token if it had one.
    Passes(Option<Box<Login>>),
    /// It is refused with this HTTP status.
    Refused(u16),
}

/// A token that was found valid.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Login {
    /// Its payload, as rules see it.
    pub(super) claims: Value,
    /// The request that goes on to policies.
    pub(super) http: HttpFacts,
}

/// What one rule says to a request.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Missing,
    Valid(Box<Login>),
    UnknownIssuer,
    Refused(u16),
}

/// Verifies the tokens of a request by all policies that hold for a workload together.
pub(super) fn authenticate(
    policies: &[Value],
    root_namespace: &str,
    workload: &Workload,
    http: &HttpFacts,
    outside: &dyn Outside,
) -> Authenticated {
    let attached = policies
        .iter()
        .filter(|policy| attaches(policy, root_namespace, workload));
    let mut rules: Vec<JwtRule> = attached
        .flat_map(|policy| list(policy, "/spec/jwtRules"))
        .map(JwtRule::read)
        .collect();
    rules.sort_by(|a, b| a.issuer.cmp(&b.issuer));
    if rules.is_empty() || is_preflight(http) {
        return Authenticated::Passes(None);
    }
    let outcomes: Vec<_> = rules.iter().map(|rule| rule.judge(http, outside)).collect();
    merge(&outcomes)
}

/// The first valid token will do, whatever the others are: any of the rules must hold, or all of
/// them must lack their token.
fn merge(outcomes: &[Outcome]) -> Authenticated {
    let valid = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Valid(login) => Some(login.clone()),
        _ => None,
    });
    let status = refusal(outcomes);
    match (valid, status) {
        (Some(login), _) => Authenticated::Passes(Some(login)),
        (None, Some(status)) => Authenticated::Refused(status),
        (None, None) => Authenticated::Passes(None),
    }
}

/// The status when no token was valid. Envoy (`jwt_authn/verifier.cc`) prefers an error that is not
/// about a missing token or another issuer, and of several the last. Last of all stands the error
/// of "all lack theirs", which is the first that there is.
fn refusal(outcomes: &[Outcome]) -> Option<u16> {
    let is_failure = |outcome: &&Outcome| **outcome != Outcome::Missing;
    let first = outcomes.iter().find(is_failure)?;
    let status = |outcome: &Outcome| match outcome {
        Outcome::Refused(status) => Some(*status),
        _ => None,
    };
    let in_order = outcomes.iter().chain([first]);
    Some(in_order.filter_map(status).next_back().unwrap_or(401))
}

/// A preflight of CORS carries no token and needs none.
fn is_preflight(http: &HttpFacts) -> bool {
    http.method == "OPTIONS"
        && http.header("origin").next().is_some()
        && http
            .header("access-control-request-method")
            .next()
            .is_some()
}

impl JwtRule {
    fn read(rule: &Value) -> Self {
        Self {
            issuer: text(rule, "/issuer").to_owned(),
            audiences: texts(rule, "/audiences"),
            jwks: at(rule, "/jwks").and_then(Value::as_str).map(str::to_owned),
            locations: Locations::read(rule),
            is_forwarded: at(rule, "/forwardOriginalToken") == Some(&Value::Bool(true)),
            space_delimited: texts(rule, "/spaceDelimitedClaims"),
        }
    }

    /// Every token at the rule's places must be valid; the last one's payload is what counts.
    fn judge(&self, http: &HttpFacts, outside: &dyn Outside) -> Outcome {
        let mut outcome = Outcome::Missing;
        for token in self.locations.tokens(http) {
            outcome = match outside.verify(self, &token) {
                Verification::Valid(claims) => Outcome::Valid(Box::new(Login {
                    claims: with_lists(&claims, &self.space_delimited),
                    http: if self.is_forwarded {
                        http.clone()
                    } else {
                        self.locations.remove(http)
                    },
                })),
                Verification::UnknownIssuer => return Outcome::UnknownIssuer,
                Verification::Audience => return Outcome::Refused(403),
                Verification::Bad => return Outcome::Refused(401),
            };
        }
        outcome
    }
}
