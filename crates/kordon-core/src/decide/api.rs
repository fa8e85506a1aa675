//! API requests: is anything granted that covers them?

use smallvec::SmallVec;

use crate::compile::{ApiQuery, group_key, user_key};
use crate::decision::{Cause, Decision, RuleId, Verdict};
use crate::request::{ApiRequest, ApiTarget};
use crate::rule::Plane;
use crate::snapshot::{Grant, Snapshot};
use crate::symbol::Symbol;

/// An API request whose names are resolved against a snapshot.
#[derive(Debug)]
pub struct PreparedApi<'s> {
    snapshot: &'s Snapshot,
    principals: SmallVec<[u64; 8]>,
    namespace: Option<Symbol>,
    query: ApiQuery<'s>,
}

impl PreparedApi<'_> {
    /// Decides the request.
    #[inline]
    pub fn decide(&self) -> Decision {
        let found = self.principals.iter().find_map(|&principal| {
            self.snapshot
                .permitting(principal, self.namespace, || self.query)
        });
        decision(found)
    }
}

impl Snapshot {
    /// Resolves the names of an API request, to decide it many times.
    pub fn prepare_api<'s>(&'s self, request: &ApiRequest<'s>) -> PreparedApi<'s> {
        PreparedApi {
            snapshot: self,
            principals: self.principal_keys(request).collect(),
            namespace: self.scope(request),
            query: self.api_query(request),
        }
    }

    /// Decides an API request.
    #[inline]
    pub(crate) fn decide_api(&self, request: &ApiRequest<'_>) -> Decision {
        let namespace = self.scope(request);
        let mut query = None;
        let found = self.principal_keys(request).find_map(|principal| {
            self.permitting(principal, namespace, || {
                *query.get_or_insert_with(|| self.api_query(request))
            })
        });
        decision(found)
    }

    /// The keys of the user and of the groups, in this order.
    pub(crate) fn principal_keys(&self, request: &ApiRequest<'_>) -> impl Iterator<Item = u64> {
        let user = std::iter::once(user_key(self.symbols.find(request.user)));
        user.chain(
            request
                .groups
                .iter()
                .map(|group| group_key(self.symbols.find(group))),
        )
    }

    /// The namespace whose grants count beside those of the whole cluster.
    ///
    /// `VisitRulesFor`: role bindings are looked at "if len(namespace) > 0".
    pub(crate) fn scope(&self, request: &ApiRequest<'_>) -> Option<Symbol> {
        match request.target {
            ApiTarget::Resource { namespace, .. } if !namespace.is_empty() => {
                Some(self.symbols.find(namespace))
            }
            ApiTarget::Resource { .. } | ApiTarget::Path(_) => None,
        }
    }

    /// The first grant to a principal that covers the query.
    #[inline]
    fn permitting<'q>(
        &self,
        principal: u64,
        namespace: Option<Symbol>,
        mut query: impl FnMut() -> ApiQuery<'q>,
    ) -> Option<(Grant, u32)> {
        let scopes = [Some(Symbol::NONE), namespace];
        scopes.into_iter().flatten().find_map(|scope| {
            let grants = self.grants(principal, scope)?;
            grants.permitting(self, &query())
        })
    }

    /// The names of a request as symbols.
    pub(crate) fn api_query<'a>(&self, request: &ApiRequest<'a>) -> ApiQuery<'a> {
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
                name: find(name),
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
