//! What policies of the mesh miss only together: identities where plaintext is accepted, tokens
//! that nothing requires, conditions of HTTP on ports of bytes, and two providers for one workload.
//!
//! It reads planes, stages and rules, and no kind.

use std::collections::BTreeSet;

use kordon_core::model::{Item, NamespaceMatch, Workload};
use kordon_core::rule::{
    Clause, Combine, Effect, Fact, Layer, Plane, Policy, Rule, Rules, Security, Sense, Target, Test,
};
use kordon_syntax::{Diagnostic, Severity, quoted};

use super::Finding;
use super::inventory::Inventory;
use crate::codes;
use crate::lower::{Located, State};
use crate::matching::selects;

/// Reports what each policy of the mesh misses.
pub(super) fn check(objects: &[&Located], inventory: &Inventory<'_>, out: &mut Vec<Diagnostic>) {
    let mesh = Mesh::of(objects);
    for (located, policy) in &mesh.policies {
        match policy.plane {
            Plane::Mesh => {
                out.extend(mesh.identity_in_plaintext(located, policy, inventory));
                out.extend(mesh.second_provider(located, policy, inventory));
                out.extend(http_on_bytes(located, policy, inventory));
            }
            Plane::Authn => out.extend(mesh.token_not_required(located, policy, inventory)),
            _ => {}
        }
    }
}

/// The policies of the mesh.
struct Mesh<'a> {
    policies: Vec<(&'a Located, &'a Policy)>,
}

impl<'a> Mesh<'a> {
    fn of(objects: &[&'a Located]) -> Self {
        let exact = objects
            .iter()
            .filter(|located| located.state == State::Exact);
        let policies = exact.flat_map(|located| {
            located.object.items.iter().filter_map(|item| match item {
                Item::Policy(policy)
                    if matches!(policy.plane, Plane::Mesh | Plane::Authn | Plane::Mtls) =>
                {
                    Some((*located, policy))
                }
                _ => None,
            })
        });
        Self {
            policies: policies.collect(),
        }
    }

    /// The policies of a plane that select a workload.
    fn selecting<'s>(
        &'s self,
        plane: Plane,
        workload: &'s Workload,
    ) -> impl Iterator<Item = &'a Policy> + 's {
        self.policies
            .iter()
            .map(|(_, policy)| *policy)
            .filter(move |policy| policy.plane == plane && applies(policy, workload))
    }

    /// A condition on the source's identity where plaintext, which has none, is accepted: a denial
    /// does not meet it, and a permission that only says who must not come admits it.
    fn identity_in_plaintext(
        &self,
        located: &Located,
        policy: &Policy,
        inventory: &Inventory<'_>,
    ) -> Option<Diagnostic> {
        let rule = rules(policy).iter().find(|rule| {
            let wanted = match rule.effect {
                Effect::Deny => Sense::OneOf,
                Effect::Allow => Sense::NoneOf,
                _ => return false,
            };
            let compares = |clause: &Clause| {
                matches!(&clause.test, Test::Text { of: Fact::Identity, sense, .. } if *sense == wanted)
            };
            any_clause(&rule.clauses, &compares)
        })?;
        let workload =
            selected(policy, inventory).find(|workload| self.accepts_plaintext(workload))?;
        let finding = Finding {
            code: codes::IDENTITY_WITHOUT_MTLS,
            severity: Severity::Warning,
            message: format!(
                "`{}` compares identities, and {} accepts plaintext, which has none",
                rule.path,
                name(workload)
            ),
            path: Some(rule.path.clone()),
            label: "compares identities",
            help: "add a PeerAuthentication with `mtls: {mode: STRICT}` for the workload"
                .to_owned(),
        };
        Some(finding.about(located))
    }

    /// Whether a workload takes connections that are not secured, on ports for which no policy
    /// says otherwise.
    fn accepts_plaintext(&self, workload: &Workload) -> bool {
        let mut policies: Vec<&Policy> = self.selecting(Plane::Mtls, workload).collect();
        policies.sort_by(|a, b| (&a.stage, a.order).cmp(&(&b.stage, b.order)));
        let mut asked = BTreeSet::new();
        for policy in policies {
            if !asked.insert(&policy.stage) {
                continue;
            }
            let own = rules(policy)
                .iter()
                .find(|rule| !has_ports(rule) && rule.effect != Effect::Deny);
            if let Some(rule) = own.filter(|rule| rule.effect == Effect::Allow) {
                return any_clause(
                    &rule.clauses,
                    &|clause| matches!(&clause.test, Test::Security(ways) if ways.contains(&Security::Plaintext)),
                );
            }
        }
        true
    }

    /// Tokens are verified where there are some, and nothing requires one.
    fn token_not_required(
        &self,
        located: &Located,
        policy: &Policy,
        inventory: &Inventory<'_>,
    ) -> Option<Diagnostic> {
        let requires = |policy: &Policy| {
            rules(policy).iter().any(|rule| {
                rule.effect != Effect::Pass
                    && any_clause(&rule.clauses, &|clause| is_of_token(&clause.test))
            })
        };
        let workload = selected(policy, inventory)
            .find(|workload| !self.selecting(Plane::Mesh, workload).any(requires))?;
        let finding = Finding {
            code: codes::TOKEN_NOT_REQUIRED,
            severity: Severity::Warning,
            message: format!("requests to {} that carry no token pass", name(workload)),
            path: Some(policy.path.clone()),
            label: "verifies tokens and requires none",
            help:
                "add an AuthorizationPolicy with `from: [{source: {requestPrincipals: [\"*\"]}}]`"
                    .to_owned(),
        };
        Some(finding.about(located))
    }

    /// Istio refuses whatever rules of two providers match.
    fn second_provider(
        &self,
        located: &Located,
        policy: &Policy,
        inventory: &Inventory<'_>,
    ) -> Option<Diagnostic> {
        let own = provider(policy)?;
        let (workload, other) = selected(policy, inventory).find_map(|workload| {
            let other = self
                .selecting(Plane::Mesh, workload)
                .filter_map(provider)
                .find(|other| *other != own)?;
            Some((workload, other))
        })?;
        let finding = Finding {
            code: codes::TWO_PROVIDERS,
            severity: Severity::Warning,
            message: format!(
                "{} is guarded by two providers, {} and {}",
                name(workload),
                quoted(own),
                quoted(other)
            ),
            path: Some(policy.path.clone()),
            label: "is asked beside another",
            help: "name one provider for each workload; Istio refuses what the rules match while there are two".to_owned(),
        };
        Some(finding.about(located))
    }
}

/// Permissions whose every rule is about HTTP, for a workload with a port that its service declares
/// as one of bytes.
fn http_on_bytes(
    located: &Located,
    policy: &Policy,
    inventory: &Inventory<'_>,
) -> Option<Diagnostic> {
    let is_of_http = |rule: &Rule| {
        rule.clauses
            .iter()
            .any(|clause| clause.test == Test::Layer(Layer::Http))
    };
    let rules = rules(policy);
    if policy.stage.combine != Combine::Isolate || rules.is_empty() || !rules.iter().all(is_of_http)
    {
        return None;
    }
    let (workload, port) = selected(policy, inventory)
        .find_map(|workload| Some((workload, inventory.port_of_bytes(workload)?)))?;
    let finding = Finding {
        code: codes::HTTP_ON_BYTES,
        severity: Severity::Warning,
        message: format!(
            "no rule allows connections to the port {} of {}, which is not HTTP by its name",
            quoted(port),
            name(workload)
        ),
        path: Some(policy.path.clone()),
        label: "allows HTTP alone",
        help: "add a rule with `ports: [..]` and nothing that only HTTP has, or name the port `http-..`"
            .to_owned(),
    };
    Some(finding.about(located))
}

fn rules(policy: &Policy) -> &[Rule] {
    match &policy.rules {
        Rules::Own(rules) => rules,
        Rules::Of(_) => &[],
    }
}

fn has_ports(rule: &Rule) -> bool {
    rule.clauses
        .iter()
        .any(|clause| matches!(clause.test, Test::Ports(_)))
}

/// Whether one of the conditions, or of their alternatives, is of a kind.
fn any_clause(clauses: &[Clause], wanted: &dyn Fn(&Clause) -> bool) -> bool {
    clauses.iter().any(|clause| match &clause.test {
        Test::Any(lists) => lists.iter().any(|list| any_clause(list, wanted)),
        _ => wanted(clause),
    })
}

fn is_of_token(test: &Test) -> bool {
    matches!(
        test,
        Test::TokenPrincipal { .. }
            | Test::Text {
                of: Fact::Claim { .. },
                ..
            }
    )
}

fn provider(policy: &Policy) -> Option<&str> {
    let clauses = rules(policy).iter().flat_map(|rule| &rule.clauses);
    let mut providers = clauses.filter_map(|clause| match &clause.test {
        Test::RefusedBy(provider) => Some(provider.as_str()),
        _ => None,
    });
    providers.next()
}

fn applies(policy: &Policy, workload: &Workload) -> bool {
    match &policy.target {
        Target::Workloads {
            namespaces,
            workloads,
            ..
        } => {
            let named = match namespaces {
                NamespaceMatch::Named(name) => *name == workload.namespace,
                NamespaceMatch::Matching(_) => true,
            };
            named && selects(workloads, &workload.labels)
        }
        _ => false,
    }
}

fn selected<'a>(
    policy: &'a Policy,
    inventory: &'a Inventory<'_>,
) -> impl Iterator<Item = &'a Workload> {
    inventory
        .all_workloads()
        .filter(|workload| applies(policy, workload))
}

fn name(workload: &Workload) -> String {
    format!("`{}/{}`", workload.namespace, workload.name)
}
