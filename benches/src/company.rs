//! Companies: roles, bindings and what people ask, as plain data.
//!
//! Every engine of a comparison gets its policies from the same company.

mod objects;

use kordon::model::PrincipalMatch;
use kordon::rule::ApiPermission;
use kordon::{ApiRequest, ApiTarget, Request, Texts};
use oorandom::Rand64;

use crate::choice::{below, chance, pick};

/// How many different requests are asked in turn: enough that neither the branch predictor nor
/// the first caches know the answers by heart.
pub const REQUESTS: usize = 4096;

const VERBS: [&str; 8] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
];
const RESOURCES: [(&str, &str); 12] = [
    ("", "pods"),
    ("", "configmaps"),
    ("", "secrets"),
    ("", "services"),
    ("", "serviceaccounts"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("apps", "daemonsets"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
    ("networking.k8s.io", "networkpolicies"),
    ("rbac.authorization.k8s.io", "rolebindings"),
];
const CLUSTER_ROLES: usize = 50;
const BINDINGS_A_NAMESPACE: usize = 10;

/// Roles, bindings and requests.
#[derive(Clone, Debug, Default)]
pub struct Company {
    /// The roles.
    pub roles: Vec<Role>,
    /// The bindings.
    pub bindings: Vec<Binding>,
    /// What is asked.
    pub calls: Vec<Call>,
}

/// A role, of one namespace or of the whole cluster.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// What it permits.
    pub rules: Vec<ApiPermission>,
}

/// A binding of a role to a subject.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The namespace that it holds in, if not in all.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Who gets the role.
    pub subject: PrincipalMatch,
    /// The role's place in [`Company::roles`].
    pub role: usize,
}

/// A request to the API.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who asks.
    pub user: String,
    /// The groups of who asks.
    pub groups: Vec<String>,
    /// The verb.
    pub verb: String,
    /// The API group.
    pub group: String,
    /// The resource.
    pub resource: String,
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl Call {
    /// The request as the engine takes it.
    pub fn as_api(&self) -> ApiRequest<'_> {
        ApiRequest {
            user: &self.user,
            groups: Texts::from(&self.groups),
            verb: &self.verb,
            target: ApiTarget::Resource {
                group: &self.group,
                resource: &self.resource,
                subresource: "",
                namespace: &self.namespace,
                name: &self.name,
            },
        }
    }

    /// The request as the engine takes it.
    pub fn as_request(&self) -> Request<'_> {
        Request::Api(self.as_api())
    }
}

impl Company {
    /// A company as they are: fifty cluster roles, one binding in fifty for the whole cluster,
    /// ten bindings a namespace to users, teams and service accounts, half of them of a role
    /// there. Half of the requests are drawn from a binding, so that they are granted.
    pub fn realistic(bindings: usize, seed: u64) -> Self {
        let mut draft = Draft {
            random: Rand64::new(u128::from(seed)),
            namespaces: 1 + bindings / BINDINGS_A_NAMESPACE,
            users: 1 + bindings / 4,
        };
        let mut company = Self::default();
        for number in 0..CLUSTER_ROLES {
            company.roles.push(Role {
                namespace: None,
                name: format!("role-{number}"),
                rules: draft.rules(),
            });
        }
        for number in 0..bindings {
            draft.bind(&mut company, number);
        }
        company.calls = (0..REQUESTS)
            .map(|number| draft.call(&company, number))
            .collect();
        company
    }

    /// One user with all the bindings, each of a role that permits one name alone: only what a
    /// role permits tells them apart. Half of the requests are granted, each by one role.
    pub fn one_user(bindings: usize, seed: u64) -> Self {
        let mut random = Rand64::new(u128::from(seed));
        let permission = |number| ApiPermission {
            names: vec![format!("config-{number}")],
            ..permission("", "configmaps", &["get"])
        };
        let mut company = Self::with_one_user((0..bindings).map(permission));
        company.calls = (0..REQUESTS)
            .map(|number| Call {
                user: "everybody".to_owned(),
                groups: vec!["system:authenticated".to_owned()],
                verb: if number % 2 == 0 { "get" } else { "update" }.to_owned(),
                group: String::new(),
                resource: "configmaps".to_owned(),
                namespace: "shop".to_owned(),
                name: format!("config-{}", below(&mut random, bindings)),
            })
            .collect();
        company
    }

    /// Roles with many rules each, and a binding for each role; no requests.
    pub fn of_long_roles(count: usize, rules: usize, seed: u64) -> Self {
        let mut draft = Draft {
            random: Rand64::new(u128::from(seed)),
            namespaces: count,
            users: count,
        };
        let mut company = Self::default();
        for number in 0..count {
            let namespace = Some(format!("ns-{number}"));
            let drawn = std::iter::repeat_with(|| draft.rules());
            company.roles.push(Role {
                namespace: namespace.clone(),
                name: "long".to_owned(),
                rules: drawn.take(rules).flatten().take(rules).collect(),
            });
            company.bindings.push(Binding {
                namespace,
                name: "long".to_owned(),
                subject: draft.subject(),
                role: number,
            });
        }
        company
    }

    fn with_one_user(permissions: impl Iterator<Item = ApiPermission>) -> Self {
        let mut company = Self::default();
        for (number, permission) in permissions.enumerate() {
            company.roles.push(Role {
                namespace: None,
                name: format!("role-{number}"),
                rules: vec![permission],
            });
            company.bindings.push(Binding {
                namespace: None,
                name: format!("binding-{number}"),
                subject: PrincipalMatch::User("everybody".to_owned()),
                role: number,
            });
        }
        company
    }
}

fn permission(group: &str, resource: &str, verbs: &[&str]) -> ApiPermission {
    ApiPermission {
        verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
        groups: vec![group.to_owned()],
        resources: vec![resource.to_owned()],
        ..ApiPermission::default()
    }
}

/// What a realistic company is drawn from.
struct Draft {
    random: Rand64,
    namespaces: usize,
    users: usize,
}

impl Draft {
    /// One to three rules of up to four verbs.
    fn rules(&mut self) -> Vec<ApiPermission> {
        (0..=below(&mut self.random, 3))
            .map(|_| {
                let (group, resource) = pick(&mut self.random, &RESOURCES);
                let verbs: Vec<&str> = (0..=below(&mut self.random, 4))
                    .map(|_| pick(&mut self.random, &VERBS))
                    .collect();
                permission(group, resource, &verbs)
            })
            .collect()
    }

    fn bind(&mut self, company: &mut Company, number: usize) {
        let namespace =
            (!number.is_multiple_of(50)).then(|| format!("ns-{}", number / BINDINGS_A_NAMESPACE));
        let role = if namespace.is_some() && number.is_multiple_of(2) {
            company.roles.push(Role {
                namespace: namespace.clone(),
                name: format!("local-{number}"),
                rules: self.rules(),
            });
            company.roles.len() - 1
        } else {
            below(&mut self.random, CLUSTER_ROLES)
        };
        company.bindings.push(Binding {
            namespace,
            name: format!("binding-{number}"),
            subject: self.subject(),
            role,
        });
    }

    fn subject(&mut self) -> PrincipalMatch {
        let namespace = below(&mut self.random, self.namespaces);
        match below(&mut self.random, 3) {
            0 => PrincipalMatch::Group(format!("team-{namespace}")),
            1 => PrincipalMatch::ServiceAccount {
                namespace: format!("ns-{namespace}"),
                name: "default".to_owned(),
            },
            _ => PrincipalMatch::User(format!("user-{}", below(&mut self.random, self.users))),
        }
    }

    fn call(&mut self, company: &Company, number: usize) -> Call {
        let binding = below(&mut self.random, company.bindings.len());
        let drawn = number
            .is_multiple_of(2)
            .then(|| self.granted(company, binding))
            .flatten();
        drawn.unwrap_or_else(|| self.chance_call())
    }

    /// A request that a binding grants.
    fn granted(&mut self, company: &Company, binding: usize) -> Option<Call> {
        let binding = company.bindings.get(binding)?;
        let role = company.roles.get(binding.role)?;
        let permission = role.rules.get(below(&mut self.random, role.rules.len()))?;
        let elsewhere = format!("ns-{}", below(&mut self.random, self.namespaces));
        let (user, groups) = self.asker(&binding.subject);
        Some(Call {
            user,
            groups,
            verb: pick(&mut self.random, &permission.verbs),
            group: permission.groups.first()?.clone(),
            resource: permission.resources.first()?.clone(),
            namespace: binding.namespace.clone().unwrap_or(elsewhere),
            name: "cart".to_owned(),
        })
    }

    /// Someone whom a binding's subject means, and the groups that such a one has.
    fn asker(&mut self, subject: &PrincipalMatch) -> (String, Vec<String>) {
        let groups = |team: String| vec![team, "staff".into(), "system:authenticated".into()];
        match subject {
            PrincipalMatch::User(name) => {
                let team = below(&mut self.random, self.namespaces);
                (name.clone(), groups(format!("team-{team}")))
            }
            PrincipalMatch::Group(team) => {
                let user = below(&mut self.random, self.users);
                (format!("user-{user}"), groups(team.clone()))
            }
            PrincipalMatch::ServiceAccount { namespace, name } => (
                format!("system:serviceaccount:{namespace}:{name}"),
                vec![
                    "system:serviceaccounts".to_owned(),
                    format!("system:serviceaccounts:{namespace}"),
                    "system:authenticated".to_owned(),
                ],
            ),
        }
    }

    /// A request of anyone for anything, which is rarely granted.
    fn chance_call(&mut self) -> Call {
        let subject = self.subject();
        let (user, groups) = self.asker(&subject);
        let (group, resource) = pick(&mut self.random, &RESOURCES);
        let near = chance(&mut self.random, 50);
        let namespace = match &subject {
            PrincipalMatch::ServiceAccount { namespace, .. } if near => namespace.clone(),
            _ => format!("ns-{}", below(&mut self.random, self.namespaces)),
        };
        Call {
            user,
            groups,
            verb: pick(&mut self.random, &VERBS).to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            namespace,
            name: "cart".to_owned(),
        }
    }
}
