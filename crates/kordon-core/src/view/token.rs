//! Which tokens a destination accepts.

use std::collections::BTreeSet;

use super::{RuleView, Snapshot};
use crate::Problem;
use crate::model::TokenRule;
use crate::request::Endpoint;
use crate::rule::{Plane, Test};

impl Snapshot {
    /// The rules about tokens that the proxies of an endpoint have, each once, in their order: what
    /// whoever verifies tokens has to know before a request is decided.
    ///
    /// # Errors
    /// Why the endpoint could not be understood.
    pub fn token_rules(&self, endpoint: &Endpoint<'_>) -> Result<Vec<TokenRule>, Problem> {
        let ends = self.ends_of(endpoint)?;
        let stages = ends.iter().flat_map(|end| end.proxy_stages(Plane::Authn));
        let rules: Vec<RuleView<'_>> = stages.flat_map(|stage| stage.rules()).collect();
        let tests = rules.iter().flat_map(|rule| rule.clauses());
        let mut seen = BTreeSet::new();
        Ok(tests
            .filter_map(|clause| match clause.stated() {
                Some(Test::Token(rule)) => Some(rule),
                _ => None,
            })
            .filter(|rule| seen.insert(rule.clone()))
            .collect())
    }
}
