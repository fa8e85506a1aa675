//! Bindings: whom they name, and how upstream words what they did.

use serde_json::{Map, Value};

use super::quote::quote;
use crate::reference::value::{list, text};

/// A RoleBinding, or a ClusterRoleBinding, which has no namespace.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) role_kind: String,
    pub(super) role_name: String,
    pub(super) subjects: Vec<Subject>,
}

/// One entry of a binding's `subjects`.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    kind: String,
    api_group: String,
    name: String,
    namespace: String,
}

impl Binding {
    pub(super) fn read(object: &Value, namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: text(object, "/metadata/name").to_owned(),
            role_kind: text(object, "/roleRef/kind").to_owned(),
            role_name: text(object, "/roleRef/name").to_owned(),
            subjects: list(object, "/subjects")
                .iter()
                .map(Subject::read)
                .collect(),
        }
    }

    /// "the index of the first subject that applies" (appliesTo).
    pub(super) fn subject_for(&self, user: &str, groups: &[String]) -> Option<&Subject> {
        self.subjects
            .iter()
            .find(|subject| subject.is(user, groups, &self.namespace))
    }

    /// Upstream's words when a rule of this binding allows.
    pub(super) fn reason(&self, subject: &Subject) -> String {
        let (kind, name) = if self.namespace.is_empty() {
            ("ClusterRoleBinding", self.name.clone())
        } else {
            ("RoleBinding", format!("{}/{}", self.name, self.namespace))
        };
        format!(
            "RBAC: allowed by {kind} {} of {} {} to {}",
            quote(&name),
            self.role_kind,
            quote(&self.role_name),
            subject.describe(&self.namespace),
        )
    }
}

impl Subject {
    fn read(value: &Value) -> Self {
        let kind = text(value, "/kind").to_owned();
        // Subject: "Defaults to \"\" for ServiceAccount subjects. Defaults to
        // \"rbac.authorization.k8s.io\" for User and Group subjects."
        let api_group = match (text(value, "/apiGroup"), kind.as_str()) {
            ("", "User" | "Group") => super::GROUP,
            (written, _) => written,
        };
        Self {
            api_group: api_group.to_owned(),
            kind,
            name: text(value, "/name").to_owned(),
            namespace: text(value, "/namespace").to_owned(),
        }
    }

    /// The subject as JSON, without optional fields that are empty.
    pub(super) fn to_value(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("kind".to_owned(), self.kind.clone().into());
        fields.insert("name".to_owned(), self.name.clone().into());
        for (name, value) in [
            ("apiGroup", &self.api_group),
            ("namespace", &self.namespace),
        ] {
            if !value.is_empty() {
                fields.insert(name.to_owned(), value.clone().into());
            }
        }
        Value::Object(fields)
    }

    fn is(&self, user: &str, groups: &[String], binding_namespace: &str) -> bool {
        match self.kind.as_str() {
            "User" => self.name == user,
            "Group" => groups.contains(&self.name),
            "ServiceAccount" => match self.account_namespace(binding_namespace) {
                "" => false,
                namespace => user == format!("system:serviceaccount:{namespace}:{}", self.name),
            },
            _ => false,
        }
    }

    /// "default the namespace to namespace we're working in if its available. This allows
    /// rolebindings that reference SAs in th local namespace to avoid having to qualify them."
    fn account_namespace<'a>(&'a self, binding_namespace: &'a str) -> &'a str {
        if self.namespace.is_empty() {
            binding_namespace
        } else {
            &self.namespace
        }
    }

    fn describe(&self, binding_namespace: &str) -> String {
        let name = match self.kind.as_str() {
            "ServiceAccount" => {
                format!(
                    "{}/{}",
                    self.name,
                    self.account_namespace(binding_namespace)
                )
            }
            _ => self.name.clone(),
        };
        format!("{} {}", self.kind, quote(&name))
    }
}

/// Several errors as upstream's `Aggregate` prints them: each once, in brackets if more than one.
pub(super) fn error_text(errors: &[String]) -> Option<String> {
    let mut distinct: Vec<&str> = Vec::new();
    for error in errors {
        if !distinct.contains(&error.as_str()) {
            distinct.push(error);
        }
    }
    match distinct.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        many => Some(format!("[{}]", many.join(", "))),
    }
}
