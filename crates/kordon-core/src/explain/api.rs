//! Explanations of API requests.

use std::collections::BTreeMap;

use super::{Explanation, GrantFinding, LISTED, PlaneFinding, nearest};
use crate::compile::{ApiQuery, CompiledPolicy, CompiledTarget, Principal};
use crate::decision::{Decision, Verdict};
use crate::id::{PolicyId, RuleSetId};
use crate::request::{ApiRequest, ApiTarget};
use crate::rule::{ApiPermission, Plane};
use crate::snapshot::Snapshot;

impl Snapshot {
    pub(super) fn explain_api(&self, request: &ApiRequest<'_>) -> Explanation {
        let decision = self.decide_api(request);
        let query = self.api_query(request);
        let asked = asked(request);
        let grants: Vec<GrantFinding> = self
            .granted(request)
            .into_iter()
            .filter_map(|(policy, set)| self.grant_finding(policy, set, request, &query, &asked))
            .collect();
        let plane = PlaneFinding {
            plane: Plane::Rbac,
            direction: None,
            subject: request.user.to_owned(),
            object: request.to_string(),
            verdict: decision.verdict,
            explicit: decision.explicit,
            reason: api_reason(request, &decision, &grants),
            stages: Vec::new(),
            grants,
        };
        Explanation {
            decision,
            planes: vec![plane],
            pairs: 1,
        }
    }

    /// The policies that grant anything to the request's principals where it is asked, in the
    /// order of their references, and the sets of rules that they grant.
    pub(crate) fn granted(&self, request: &ApiRequest<'_>) -> Vec<(PolicyId, RuleSetId)> {
        let namespace = self.scope(request);
        let grants = self
            .grantees(request)
            .flat_map(|grantee| grantee.grants_in(namespace));
        let found: BTreeMap<PolicyId, RuleSetId> = grants
            .flat_map(|grants| &grants.list)
            .map(|grant| (grant.policy, grant.set))
            .collect();
        let mut found: Vec<(PolicyId, RuleSetId)> = found.into_iter().collect();
        found.sort_by(|a, b| {
            let object = |id| self.policy(id).map(|policy| &policy.object);
            object(a.0).cmp(&object(b.0))
        });
        found
    }

    fn grant_finding(
        &self,
        policy: PolicyId,
        set: RuleSetId,
        request: &ApiRequest<'_>,
        query: &ApiQuery<'_>,
        asked: &ApiPermission,
    ) -> Option<GrantFinding> {
        let policy = self.policy(policy)?;
        let (subject, subject_path) = first_subject(policy, request)?;
        let slot = self.rule_set(set)?;
        let rules_of = slot.reference.as_deref()?;
        let finding = |rule| self.api_finding(rules_of, rule, query, asked);
        let (permitting, others): (Vec<_>, Vec<_>) =
            slot.rules.iter().partition(|rule| rule.permits(query));
        Some(GrantFinding {
            policy: (*policy.object).clone(),
            subject,
            subject_path,
            rules_of: rules_of.clone(),
            is_missing: slot.object.is_none(),
            permitting: permitting.into_iter().take(LISTED).map(finding).collect(),
            nearest: nearest(others.into_iter().map(finding)),
        })
    }
}

/// The first subject of a policy that is one of the request's principals, as upstream names
/// it in its reason.
fn first_subject(
    policy: &CompiledPolicy,
    request: &ApiRequest<'_>,
) -> Option<(crate::model::PrincipalMatch, String)> {
    let CompiledTarget::Principals { subjects, .. } = &policy.target else {
        return None;
    };
    let is_one = |principal: &Principal| match principal {
        Principal::User(name) => **name == *request.user,
        Principal::Group(name) => request.groups.iter().any(|group| group == &**name),
    };
    let subject = subjects.iter().find(|subject| is_one(&subject.principal))?;
    Some((subject.matches(), subject.path.to_string()))
}

/// Why, in one line.
fn api_reason(request: &ApiRequest<'_>, decision: &Decision, grants: &[GrantFinding]) -> String {
    let place = match request.target {
        ApiTarget::Resource { namespace, .. } if !namespace.is_empty() => {
            format!(" in namespace {namespace}")
        }
        _ => " in the whole cluster".to_owned(),
    };
    if decision.verdict == Verdict::Allow {
        let granting = grants.iter().find(|grant| !grant.permitting.is_empty());
        return granting.map_or_else(String::new, |grant| {
            let rule = grant
                .permitting
                .first()
                .map_or("", |rule| rule.path.as_str());
            format!(
                "{} grants {} {rule} to {}",
                grant.policy, grant.rules_of, grant.subject
            )
        });
    }
    match grants.len() {
        0 => format!("nothing is granted to {}{place}", request.user),
        1 => format!("the one grant to {}{place} does not cover it", request.user),
        many => format!("none of {many} grants to {}{place} covers it", request.user),
    }
}

/// The request in the form of a permission, for comparison.
fn asked(request: &ApiRequest<'_>) -> ApiPermission {
    let verbs = vec![request.verb.to_owned()];
    match request.target {
        ApiTarget::Resource { group, name, .. } => ApiPermission {
            verbs,
            groups: vec![group.to_owned()],
            resources: vec![resource_text(request)],
            names: if name.is_empty() {
                Vec::new()
            } else {
                vec![name.to_owned()]
            },
            paths: Vec::new(),
        },
        ApiTarget::Path(path) => ApiPermission {
            verbs,
            paths: vec![path.to_owned()],
            ..ApiPermission::default()
        },
    }
}

fn resource_text(request: &ApiRequest<'_>) -> String {
    match request.target {
        ApiTarget::Resource {
            resource,
            subresource: "",
            ..
        } => resource.to_owned(),
        ApiTarget::Resource {
            resource,
            subresource,
            ..
        } => format!("{resource}/{subresource}"),
        ApiTarget::Path(path) => path.to_owned(),
    }
}
