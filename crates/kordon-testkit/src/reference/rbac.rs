//! Kubernetes RBAC as kube-apiserver's authorizer decides it.
//!
//! Owns roles, bindings, their meaning and upstream's reasons. Must not know the engine. Quoted
//! sentences come from the API documentation of `rbac.authorization.k8s.io/v1` and from the
//! comments of `plugin/pkg/auth/authorizer/rbac` and `pkg/registry/rbac/validation`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub use self::aggregation::fill_aggregation;
pub use self::escalation::{Coverage, covers};
pub use self::http::{HttpAttributes, http_to_attributes};
pub use self::request::{Attributes, RequestError, Scope};

use self::binding::{Binding, Subject, error_text};
use self::rule::PolicyRule;
use super::value::{flatten, group_of, list, namespace_of, text};

mod aggregation;
mod binding;
mod escalation;
mod http;
mod quote;
mod request;
mod rule;

const GROUP: &str = "rbac.authorization.k8s.io";

/// The RBAC objects of one cluster.
#[derive(Clone, Debug)]
pub struct Rbac {
    cluster_roles: Vec<Role>,
    roles: Vec<Role>,
    cluster_role_bindings: Vec<Binding>,
    role_bindings: Vec<Binding>,
}

/// What the authorizer says to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RbacAnswer {
    /// Whether some rule allows it. RBAC never denies; it has no opinion then.
    pub allowed: bool,
    /// The reason of every binding that allows it. Upstream gives one of them, in an order of
    /// bindings that is not defined but for ClusterRoleBindings standing first. Without a
    /// permission this holds one reason, in which errors stand in file order.
    pub reasons: BTreeSet<String>,
    /// The errors of a full walk over the bindings of the user.
    pub errors: BTreeSet<String>,
}

/// What a user may do in one namespace, as in a `SelfSubjectRulesReview`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesFor {
    /// Rules about resources.
    pub resource_rules: Vec<Value>,
    /// Rules about paths.
    pub non_resource_rules: Vec<Value>,
    /// The errors met, as one text.
    pub error: Option<String>,
}

/// Who may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoCan {
    /// The subjects of every binding that allows it, and the group that is never asked.
    pub subjects: Vec<Value>,
    /// The errors met, as one text.
    pub error: Option<String>,
}

#[derive(Clone, Debug)]
struct Role {
    namespace: String,
    name: String,
    rules: Vec<PolicyRule>,
}

impl Rbac {
    /// Reads roles and bindings; other objects are passed over.
    pub fn new(objects: &[Value]) -> Self {
        let mut rbac = Self {
            cluster_roles: Vec::new(),
            roles: Vec::new(),
            cluster_role_bindings: Vec::new(),
            role_bindings: Vec::new(),
        };
        for object in flatten(objects)
            .into_iter()
            .filter(|object| group_of(object) == GROUP)
        {
            match text(object, "/kind") {
                "ClusterRole" => rbac.cluster_roles.push(Role::read(object, "")),
                "Role" => rbac.roles.push(Role::read(object, namespace_of(object))),
                "ClusterRoleBinding" => {
                    rbac.cluster_role_bindings.push(Binding::read(object, ""));
                }
                "RoleBinding" => {
                    rbac.role_bindings
                        .push(Binding::read(object, namespace_of(object)));
                }
                _ => {}
            }
        }
        rbac
    }

    /// Whether a request in compact form or as a `SubjectAccessReview` is allowed, and why.
    pub fn decide(&self, request: &Value) -> Result<RbacAnswer, RequestError> {
        Ok(self.authorize(&Attributes::read(request)?))
    }

    /// Whether a request is allowed, and why.
    pub fn authorize(&self, request: &Attributes) -> RbacAnswer {
        let local = self.bindings_in(request.namespace());
        let mut reasons = BTreeSet::new();
        let mut errors = Vec::new();
        // VisitRulesFor goes through all ClusterRoleBindings, then through the RoleBindings of
        // the namespace.
        for binding in self.cluster_role_bindings.iter().chain(&local) {
            let Some(subject) = binding.subject_for(&request.user, &request.groups) else {
                continue;
            };
            match self.resolve(binding) {
                Ok(rules) if rules.iter().any(|rule| rule.allows(request)) => {
                    reasons.insert(binding.reason(subject));
                }
                Ok(_) => {}
                Err(error) => errors.push(error),
            }
        }
        let allowed = !reasons.is_empty();
        if !allowed {
            reasons.insert(no_opinion(&errors));
        }
        RbacAnswer {
            allowed,
            reasons,
            errors: errors.into_iter().collect(),
        }
    }

    /// The rules that apply to a user in a namespace.
    pub fn rules_for(&self, user: &str, groups: &[String], namespace: &str) -> RulesFor {
        let local = self.bindings_in(namespace);
        let mut answer = RulesFor {
            resource_rules: Vec::new(),
            non_resource_rules: Vec::new(),
            error: None,
        };
        let mut errors = Vec::new();
        for binding in self.cluster_role_bindings.iter().chain(&local) {
            if binding.subject_for(user, groups).is_none() {
                continue;
            }
            match self.resolve(binding) {
                Ok(rules) => rules.iter().for_each(|rule| answer.add(rule)),
                Err(error) => errors.push(error),
            }
        }
        answer.error = error_text(&errors);
        answer
    }

    /// The subjects that may do what a request asks, whoever asks it.
    pub fn who_can(&self, request: &Value) -> Result<WhoCan, RequestError> {
        let request = Attributes::read(request)?;
        let local = self.bindings_in(request.namespace());
        let mut subjects =
            vec![json!({"kind": "Group", "apiGroup": GROUP, "name": "system:masters"})];
        let mut errors = Vec::new();
        for binding in self.cluster_role_bindings.iter().chain(&local) {
            match self.resolve(binding) {
                Ok(rules) if rules.iter().any(|rule| rule.allows(&request)) => {
                    subjects.extend(binding.subjects.iter().map(Subject::to_value));
                }
                Ok(_) => {}
                Err(error) => errors.push(error),
            }
        }
        Ok(WhoCan {
            subjects,
            error: error_text(&errors),
        })
    }

    /// RoleBindings grant in the namespace that they stand in and nowhere else.
    fn bindings_in(&self, namespace: &str) -> Vec<Binding> {
        let inside = |binding: &&Binding| !namespace.is_empty() && binding.namespace == namespace;
        self.role_bindings.iter().filter(inside).cloned().collect()
    }

    /// The rules of the role that a binding refers to: "RoleRef can reference a Role in the
    /// current namespace or a ClusterRole in the global namespace."
    fn resolve(&self, binding: &Binding) -> Result<&[PolicyRule], String> {
        let name = &binding.role_name;
        let (found, resource) = match binding.role_kind.as_str() {
            "ClusterRole" => (
                self.cluster_roles.iter().find(|role| role.name == *name),
                "clusterrole",
            ),
            "Role" => {
                let here = |role: &&Role| role.namespace == binding.namespace && role.name == *name;
                (self.roles.iter().find(here), "role")
            }
            other => {
                return Err(format!(
                    "unsupported role reference kind: {}",
                    quote::quote(other)
                ));
            }
        };
        found
            .map(|role| role.rules.as_slice())
            .ok_or_else(|| format!("{resource}.{GROUP} {} not found", quote::quote(name)))
    }
}

impl Role {
    fn read(object: &Value, namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: text(object, "/metadata/name").to_owned(),
            rules: PolicyRule::read_all(list(object, "/rules")),
        }
    }
}

impl RulesFor {
    fn add(&mut self, rule: &PolicyRule) {
        if !rule.resources.is_empty() {
            let about = PolicyRule {
                non_resource_urls: Vec::new(),
                ..rule.clone()
            };
            self.resource_rules.push(about.to_value());
        }
        if !rule.non_resource_urls.is_empty() {
            let about = PolicyRule {
                verbs: rule.verbs.clone(),
                non_resource_urls: rule.non_resource_urls.clone(),
                ..PolicyRule::default()
            };
            self.non_resource_rules.push(about.to_value());
        }
    }
}

/// The reason that goes with no opinion: the errors, if there were any.
fn no_opinion(errors: &[String]) -> String {
    error_text(errors).map_or_else(String::new, |errors| format!("RBAC: {errors}"))
}

#[cfg(test)]
mod tests;
