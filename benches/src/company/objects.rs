//! A company as the objects that reading its manifests gives.

use kordon::model::{Item, Object, ObjectRef};
use kordon::rule::{
    Clause, Combine, Effect, Order, Plane, Policy, Rule, RuleSet, Rules, Scope, Stage, Target,
    Test, Ties,
};
use kordon::syntax::FieldPath;

use super::{Binding, Company, Role};

const GROUP: &str = "rbac.authorization.k8s.io";

impl Company {
    /// The company's objects.
    pub fn objects(&self) -> impl Iterator<Item = Object> {
        let roles = self.roles.iter().map(Role::object);
        roles.chain(
            self.bindings
                .iter()
                .map(|binding| self.binding_object(binding)),
        )
    }

    /// The object of a binding.
    pub fn binding_object(&self, binding: &Binding) -> Object {
        let (kind, scope) = match &binding.namespace {
            Some(namespace) => ("RoleBinding", Scope::Namespace(namespace.clone())),
            None => ("ClusterRoleBinding", Scope::Cluster),
        };
        let subjects = FieldPath::root().key("subjects");
        let role = self.roles.get(binding.role);
        let policy = Policy {
            plane: Plane::Rbac,
            stage: Stage {
                order: Order(0.0),
                name: "rbac".to_owned(),
                combine: Combine::AnyAllow,
                ties: Ties::default(),
            },
            order: Order(0.0),
            path: subjects.clone(),
            target: Target::Principals {
                subjects: vec![(subjects.index(0), binding.subject.clone())],
                scope,
            },
            rules: role.map_or(Rules::Own(Vec::new()), |role| Rules::Of(role.id())),
        };
        Object {
            id: reference(kind, binding.namespace.as_deref(), &binding.name),
            items: vec![Item::Policy(policy)],
        }
    }
}

impl Role {
    fn id(&self) -> ObjectRef {
        let kind = if self.namespace.is_some() {
            "Role"
        } else {
            "ClusterRole"
        };
        reference(kind, self.namespace.as_deref(), &self.name)
    }

    /// The role's object.
    pub fn object(&self) -> Object {
        let rules = (0_u32..).zip(&self.rules).map(|(number, permission)| Rule {
            path: FieldPath::root().key("rules").index(number),
            name: None,
            effect: Effect::Allow,
            clauses: vec![Clause {
                field: "".into(),
                test: Test::Api(permission.clone()),
            }],
        });
        let set = RuleSet {
            labels: std::collections::BTreeMap::new(),
            rules: rules.collect(),
            includes: Vec::new(),
        };
        Object {
            id: self.id(),
            items: vec![Item::RuleSet(set)],
        }
    }
}

fn reference(kind: &str, namespace: Option<&str>, name: &str) -> ObjectRef {
    match namespace {
        Some(namespace) => ObjectRef::namespaced(GROUP, kind, namespace, name),
        None => ObjectRef::cluster(GROUP, kind, name),
    }
}
