//! Cedar: a policy for each binding, the role's rules as its condition.
//!
//! The user is an entity whose parents are the groups, the namespace is the resource, the verb is
//! the action, and what kind of object is asked for stands in the context.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use anyhow::Result;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression,
};
use kordon_benches::company::{Call, Company};

use crate::Peer;
use crate::grant::{Grant, Permission, Subject, grants};

/// Cedar's authorizer and its policies.
pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
}

impl Cedar {
    pub(crate) fn new(company: &Company) -> Result<Self> {
        let text: String = grants(company)?.iter().map(policy).collect();
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(&text)?,
        })
    }
}

impl Peer for Cedar {
    type Question = (Request, Entities);

    fn question(&self, call: &Call) -> Result<Self::Question> {
        let user = uid("User", &call.user)?;
        let groups = call.groups.iter().map(|group| uid("Group", group));
        let parents = groups.collect::<Result<HashSet<_>>>()?;
        let entity = Entity::new(user.clone(), HashMap::new(), parents)?;
        let text = |text: &String| RestrictedExpression::new_string(text.clone());
        let context = Context::from_pairs([
            ("group".to_owned(), text(&call.group)),
            ("resource".to_owned(), text(&call.resource)),
            ("name".to_owned(), text(&call.name)),
        ])?;
        let action = uid("Action", &call.verb)?;
        let namespace = uid("Namespace", &call.namespace)?;
        let request = Request::new(user, action, namespace, context, None)?;
        Ok((request, Entities::from_entities([entity], None)?))
    }

    fn allows(&mut self, (request, entities): &Self::Question) -> Result<bool> {
        let response = self
            .authorizer
            .is_authorized(request, &self.policies, entities);
        Ok(response.decision() == Decision::Allow)
    }
}

fn uid(kind: &str, id: &str) -> Result<EntityUid> {
    let kind = EntityTypeName::from_str(kind)?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn policy(grant: &Grant<'_>) -> String {
    let principal = match &grant.subject {
        Subject::User(name) => format!("principal == User::{name:?}"),
        Subject::Group(name) => format!("principal in Group::{name:?}"),
    };
    let resource = grant.namespace.map_or_else(
        || "resource".to_owned(),
        |namespace| format!("resource == Namespace::{namespace:?}"),
    );
    let rules: Vec<String> = grant.rules.iter().map(condition).collect();
    let rules = rules.join(" || ");
    format!("permit ({principal}, action, {resource}) when {{ {rules} }};\n")
}

fn condition(rule: &Permission<'_>) -> String {
    let verbs = rule.verbs.iter().map(|verb| format!("Action::{verb:?}"));
    let verbs = verbs.collect::<Vec<_>>().join(", ");
    let Permission {
        group, resource, ..
    } = rule;
    format!(
        "(action in [{verbs}] && context.resource == {resource:?} && context.group == {group:?})"
    )
}
