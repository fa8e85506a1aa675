//! Which tokens a destination accepts.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::Snapshot;
use crate::Problem;
use crate::compile::Program;
use crate::model::TokenRule;
use crate::request::Endpoint;

impl Snapshot {
    /// The rules about tokens that the proxies of an endpoint have, each once, in their order: what
    /// whoever verifies tokens has to know before a request is decided.
    ///
    /// # Errors
    /// Why the endpoint could not be understood.
    pub fn token_rules(&self, endpoint: &Endpoint<'_>) -> Result<Vec<TokenRule>, Problem> {
        let mut found = Vec::new();
        let _all = self.each_side(endpoint, &mut |side, _| {
            found.extend(
                side.program
                    .into_iter()
                    .flat_map(Program::token_rules)
                    .cloned(),
            );
            ControlFlow::Continue(())
        })?;
        let mut seen = BTreeSet::new();
        found.retain(|rule: &TokenRule| seen.insert(rule.clone()));
        Ok(found)
    }
}
