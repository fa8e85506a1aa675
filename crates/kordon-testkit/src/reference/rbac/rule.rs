//! One `PolicyRule` and the requests that it allows.

use serde_json::{Map, Value};

use super::request::{Attributes, Scope};
use crate::reference::value::texts;

/// Verbs, and the resources or paths that they may be used on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PolicyRule {
    pub(super) verbs: Vec<String>,
    pub(super) api_groups: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) resource_names: Vec<String>,
    pub(super) non_resource_urls: Vec<String>,
}

impl PolicyRule {
    pub(super) fn read(value: &Value) -> Self {
        Self {
            verbs: texts(value, "/verbs"),
            api_groups: texts(value, "/apiGroups"),
            resources: texts(value, "/resources"),
            resource_names: texts(value, "/resourceNames"),
            non_resource_urls: texts(value, "/nonResourceURLs"),
        }
    }

    pub(super) fn read_all(values: &[Value]) -> Vec<Self> {
        values.iter().map(Self::read).collect()
    }

    /// The rule as JSON, without the lists that are empty.
    pub(super) fn to_value(&self) -> Value {
        let lists = [
            ("verbs", &self.verbs),
            ("apiGroups", &self.api_groups),
            ("resources", &self.resources),
            ("resourceNames", &self.resource_names),
            ("nonResourceURLs", &self.non_resource_urls),
        ];
        let filled = lists.into_iter().filter(|(_, list)| !list.is_empty());
        Value::Object(
            filled
                .map(|(name, list)| (name.to_owned(), Value::from(list.clone())))
                .collect::<Map<_, _>>(),
        )
    }

    /// Whether the rule allows a request. Users and bindings do not come into it.
    pub(super) fn allows(&self, request: &Attributes) -> bool {
        if !self.has_verb(&request.verb) {
            return false;
        }
        match &request.scope {
            Scope::Resource {
                api_group,
                resource,
                subresource,
                name,
                ..
            } => {
                self.has_api_group(api_group)
                    && self.has_resource(resource, subresource)
                    && self.has_name(name)
            }
            Scope::Path(path) => self.has_path(path),
        }
    }

    // "Verbs is a list of Verbs that apply to ALL the ResourceKinds contained in this rule. '*'
    // represents all verbs."
    fn has_verb(&self, verb: &str) -> bool {
        self.verbs.iter().any(|known| known == "*" || known == verb)
    }

    // "\"\" represents the core API group and \"*\" represents all API groups."
    fn has_api_group(&self, group: &str) -> bool {
        self.api_groups
            .iter()
            .any(|known| known == "*" || known == group)
    }

    // "'*' represents all resources", with and without a subresource; "*/subresource" that
    // subresource of every resource.
    fn has_resource(&self, resource: &str, subresource: &str) -> bool {
        let combined = if subresource.is_empty() {
            resource.to_owned()
        } else {
            format!("{resource}/{subresource}")
        };
        let of_any = format!("*/{subresource}");
        self.resources.iter().any(|known| {
            known == "*" || *known == combined || (!subresource.is_empty() && *known == of_any)
        })
    }

    // "ResourceNames is an optional white list of names that the rule applies to. An empty set
    // means that everything is allowed."
    fn has_name(&self, name: &str) -> bool {
        self.resource_names.is_empty() || self.resource_names.iter().any(|known| known == name)
    }

    // "*s are allowed, but only as the full, final step in the path." Upstream's matcher takes
    // any trailing stars off and compares what is left as a prefix.
    fn has_path(&self, path: &str) -> bool {
        self.non_resource_urls.iter().any(|known| {
            known == path || (known.ends_with('*') && path.starts_with(known.trim_end_matches('*')))
        })
    }
}
