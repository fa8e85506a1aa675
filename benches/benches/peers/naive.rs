//! What one would write by hand: a loop over all bindings that compares texts.

use anyhow::Result;
use kordon::model::PrincipalMatch;
use kordon::rule::ApiPermission;
use kordon_benches::company::{Binding, Call, Company};

use crate::Peer;

/// The loop; a request needs no preparation.
pub(crate) struct Loop<'a> {
    company: &'a Company,
}

impl<'a> Loop<'a> {
    pub(crate) fn new(company: &'a Company) -> Self {
        Self { company }
    }

    fn grants(&self, binding: &Binding, call: &Call) -> bool {
        let here = |namespace: &String| *namespace == call.namespace;
        binding.namespace.as_ref().is_none_or(here)
            && means(&binding.subject, call)
            && self
                .company
                .roles
                .get(binding.role)
                .is_some_and(|role| role.rules.iter().any(|rule| permits(rule, call)))
    }
}

impl Peer for Loop<'_> {
    type Question = Call;

    fn question(&self, call: &Call) -> Result<Call> {
        Ok(call.clone())
    }

    fn allows(&mut self, call: &Call) -> Result<bool> {
        let mut bindings = self.company.bindings.iter();
        Ok(bindings.any(|binding| self.grants(binding, call)))
    }
}

fn means(subject: &PrincipalMatch, call: &Call) -> bool {
    match subject {
        PrincipalMatch::User(name) => *name == call.user,
        PrincipalMatch::Group(name) => call.groups.contains(name),
        PrincipalMatch::ServiceAccount { namespace, name } => call
            .user
            .strip_prefix("system:serviceaccount:")
            .and_then(|rest| rest.split_once(':'))
            .is_some_and(|(place, own)| place == namespace && own == name),
    }
}

fn permits(rule: &ApiPermission, call: &Call) -> bool {
    holds(&rule.verbs, &call.verb)
        && holds(&rule.groups, &call.group)
        && holds(&rule.resources, &call.resource)
        && (rule.names.is_empty() || rule.names.contains(&call.name))
}

fn holds(list: &[String], wanted: &str) -> bool {
    list.iter().any(|text| text == "*" || text == wanted)
}
