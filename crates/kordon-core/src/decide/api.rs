//! API requests: is anything granted that covers them?

use smallvec::SmallVec;

use crate::compile::{ApiQuery, Name};
use crate::decision::{Cause, Decision, Verdict};
use crate::id::RuleId;
use crate::request::{ApiRequest, ApiTarget};
use crate::rule::Plane;
use crate::snapshot::{Grant, Grantee, Grants, Snapshot};
use crate::symbol::Symbol;

/// An API request whose names are resolved against a snapshot.
#[derive(Debug)]
pub struct PreparedApi<'s> {
    snapshot: &'s Snapshot,
    grants: SmallVec<[&'s Grants; 4]>,
    query: ApiQuery<'s>,
}

impl PreparedApi<'_> {
    /// Decides the request.
    #[inline]
    pub fn decide(&self) -> Decision {
        let mut grants = self.grants.iter();
        decision(grants.find_map(|grants| grants.permitting(self.snapshot, &self.query)))
    }
}

impl Snapshot {
    /// Resolves the names of an API request, to decide it many times.
    pub fn prepare_api<'s>(&'s self, request: &ApiRequest<'s>) -> PreparedApi<'s> {
        let namespace = self.scope(request);
        let grants = self
            .grantees(request)
            .flat_map(|grantee| grantee.grants_in(namespace));
        PreparedApi {
            snapshot: self,
            grants: grants.filter(|grants| !grants.list.is_empty()).collect(),
            query: self.api_query(request),
        }
    }

    /// Decides an API request.
    #[inline]
    pub(crate) fn decide_api(&self, request: &ApiRequest<'_>) -> Decision {
        let namespace = self.scope(request);
        let mut query = None;
        decision(self.grantees(request).find_map(|grantee| {
            let query = query.get_or_insert_with(|| self.api_query(request));
            grantee
                .grants_in(namespace)
                .find_map(|grants| grants.permitting(self, query))
        }))
    }

    /// What is granted to the user and to the groups, in this order, where anything is.
    #[inline]
    pub(crate) fn grantees<'s>(
        &'s self,
        request: &ApiRequest<'_>,
    ) -> impl Iterator<Item = &'s Grantee> {
        let groups = request.groups.iter().filter_map(|group| self.group(group));
        self.user(request.user).into_iter().chain(groups)
    }

    /// The namespace whose grants count beside those of the whole cluster, with its hash.
    ///
    /// `VisitRulesFor`: role bindings are looked at "if len(namespace) > 0".
    pub(crate) fn scope<'r>(&self, request: &ApiRequest<'r>) -> Option<(&'r str, u64)> {
        match request.target {
            ApiTarget::Resource { namespace, .. } if !namespace.is_empty() => {
                Some((namespace, self.symbols.hash(namespace)))
            }
            ApiTarget::Resource { .. } | ApiTarget::Path(_) => None,
        }
    }

    /// The names of a request as symbols.
    pub(crate) fn api_query<'a>(&'a self, request: &ApiRequest<'a>) -> ApiQuery<'a> {
        let find = |text| self.symbols.find(text);
        let verb = find(request.verb);
        match request.target {
            ApiTarget::Resource {
                group,
                resource,
                subresource,
                name,
                ..
            } => ApiQuery::Resource {
                verb,
                group: find(group),
                resource: self.resource(resource, subresource),
                subresource: (!subresource.is_empty()).then(|| find(subresource)),
                name: Name {
                    text: name,
                    symbols: &self.symbols,
                },
            },
            ApiTarget::Path(path) => ApiQuery::Path {
                verb,
                path,
                symbol: find(path),
            },
        }
    }

    /// `resource/subresource`, split at the first slash wherever it stems from: upstream compares
    /// the joined text.
    fn resource(&self, resource: &str, subresource: &str) -> (Symbol, Symbol) {
        let find = |text| self.symbols.find(text);
        match (resource.split_once('/'), subresource) {
            (None, "") => (find(resource), Symbol::NONE),
            (None, rest) => (find(resource), find(rest)),
            (Some((first, rest)), "") => (find(first), find(rest)),
            // Only a resource with a slash in its name needs the joined text. There is no such
            // resource, so the one allocation on this path is that of a forged request.
            (Some((first, rest)), last) => (find(first), find(&format!("{rest}/{last}"))),
        }
    }
}

#[inline]
fn decision(found: Option<(Grant, u32)>) -> Decision {
    let rule = found.map(|(grant, rule)| RuleId {
        policy: grant.policy,
        rule,
    });
    Decision {
        verdict: if rule.is_some() {
            Verdict::Allow
        } else {
            Verdict::Deny
        },
        // RBAC has no rule that denies: a denial is the absence of a grant.
        explicit: rule.is_some(),
        cause: Some(Cause {
            plane: Plane::Rbac,
            direction: None,
            rule,
        }),
        problem: None,
    }
}
