//! Calico's policies: tiers of ordered rules over labels of endpoints.
//!
//! Sentences in quotes come from Calico's reference of its resources.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use self::entity::Sets;
use super::flow::{Direction, Flow};
use super::network_policy::NetworkPolicy;
use super::tier::Outcome;
use super::{Verdict, network_policy};
use crate::reference::truth::Truth;
use crate::reference::value::{at, list, namespace_of, text, texts};

mod entity;
mod labels;
mod selector;

/// The policies, tiers and sets of addresses of a cluster.
#[derive(Clone, Debug)]
pub(super) struct Calico {
    policies: Vec<CalicoPolicy>,
    tiers: BTreeMap<String, Tier>,
    sets: Sets,
}

/// A policy as written.
#[derive(Clone, Debug)]
struct CalicoPolicy {
    namespace: Option<String>,
    object: Value,
}

/// A tier as written.
#[derive(Clone, Copy, Debug)]
struct Tier {
    order: f64,
    passes: bool,
}

/// The place of a tier: its order and its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place(pub(super) f64, pub(super) String);

impl Calico {
    pub(super) fn read(objects: &[&Value]) -> Self {
        let of_kind = |kind: &'static str| {
            objects.iter().filter(move |object| {
                text(object, "/apiVersion") == "projectcalico.org/v3"
                    && text(object, "/kind") == kind
            })
        };
        let namespaced = of_kind("NetworkPolicy").map(|object| CalicoPolicy {
            namespace: Some(namespace_of(object).to_owned()),
            object: (**object).clone(),
        });
        let global = of_kind("GlobalNetworkPolicy").map(|object| CalicoPolicy {
            namespace: None,
            object: (**object).clone(),
        });
        let tiers = of_kind("Tier").map(|object| {
            let tier = Tier {
                order: number(object, "/spec/order"),
                passes: text(object, "/spec/defaultAction") == "Pass",
            };
            (text(object, "/metadata/name").to_owned(), tier)
        });
        Self {
            policies: namespaced.chain(global).collect(),
            tiers: tiers.collect(),
            sets: Sets::read(objects),
        }
    }

    /// Whether a policy for hosts selects a host endpoint, so that what passes through the host may
    /// be stopped there.
    pub(super) fn is_behind_host(&self, flow: &Flow<'_>) -> bool {
        self.policies.iter().any(|policy| {
            let selector = text(&policy.object, "/spec/selector");
            let namespaces = text(&policy.object, "/spec/namespaceSelector");
            let accounts = text(&policy.object, "/spec/serviceAccountSelector");
            policy.is_set("applyOnForward")
                && policy.governs(flow.direction)
                && self.sets.has_host(|labels| {
                    selector::matches(selector, "", labels)
                        && selector::matches(namespaces, "pcns.", labels)
                        && selector::matches(accounts, "pcsa.", labels)
                })
        })
    }

    /// The places of the tiers that have policies for a connection, but for the one in which
    /// NetworkPolicy stands. One that nothing declares may stand first.
    pub(super) fn places(&self, flow: &Flow<'_>) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for policy in self.policies.iter().filter(|policy| policy.applies(flow)) {
            let name = policy.tier();
            let order = self
                .tiers
                .get(name)
                .map_or(f64::NEG_INFINITY, |tier| tier.order);
            let place = Place(order, name.to_owned());
            if name != "default" && !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// What a tier of its own says; `None` if it leaves the answer to the next.
    pub(super) fn judge(&self, name: &str, flow: &Flow<'_>) -> Option<Verdict> {
        let Some(tier) = self.tiers.get(name) else {
            return Some(Verdict::Unknown);
        };
        let silence = if tier.passes {
            Outcome::Pass
        } else {
            Outcome::Final(Verdict::Deny)
        };
        let mut members: Vec<Member<'_>> = self.members(name, flow).collect();
        decide(&mut members, &self.sets, flow, silence)
    }

    /// What the tier `default` says, in which NetworkPolicy has order 1000.
    pub(super) fn judge_default(
        &self,
        isolating: &[NetworkPolicy],
        flow: &Flow<'_>,
    ) -> Option<Verdict> {
        let mut members: Vec<Member<'_>> = self.members("default", flow).collect();
        if members.is_empty() {
            return network_policy::judge(isolating, flow);
        }
        members.extend(isolating.iter().map(Member::Isolating));
        decide(
            &mut members,
            &self.sets,
            flow,
            Outcome::Final(Verdict::Deny),
        )
    }

    fn members<'a>(
        &'a self,
        tier: &'a str,
        flow: &'a Flow<'_>,
    ) -> impl Iterator<Item = Member<'a>> + 'a {
        self.policies
            .iter()
            .filter(move |policy| policy.tier() == tier && policy.applies(flow))
            .map(Member::Ordered)
    }
}

/// A policy of a tier.
enum Member<'a> {
    Ordered(&'a CalicoPolicy),
    Isolating(&'a NetworkPolicy),
}

impl Member<'_> {
    /// "Policies with higher order will be applied after those with lower order." Equal ones go
    /// by the text of name, namespace and kind.
    fn rank(&self) -> (f64, String) {
        let (order, object) = match self {
            Self::Ordered(policy) => (number(&policy.object, "/spec/order"), &policy.object),
            Self::Isolating(policy) => (1000.0, policy.object()),
        };
        let name = text(object, "/metadata/name");
        // Calico's own name for the kind of Kubernetes.
        let kind = match self {
            Self::Ordered(_) => text(object, "/kind"),
            Self::Isolating(_) => "KubernetesNetworkPolicy",
        };
        let namespace = match kind {
            "GlobalNetworkPolicy" => "",
            _ => namespace_of(object),
        };
        (order, format!("{name}/{namespace}/{kind}"))
    }
}

/// The first rule that matches decides; without one, the silence of the tier does.
fn decide(
    members: &mut [Member<'_>],
    sets: &Sets,
    flow: &Flow<'_>,
    silence: Outcome,
) -> Option<Verdict> {
    members.sort_by(|a, b| {
        let ((one, first), (other, second)) = (a.rank(), b.rank());
        one.total_cmp(&other).then(first.cmp(&second))
    });
    let mut possible = Vec::new();
    for member in members.iter() {
        let found = match member {
            Member::Ordered(policy) => policy.outcomes(sets, flow),
            Member::Isolating(policy) => policy
                .matches(flow)
                .into_iter()
                .map(|matches| (Outcome::Final(Verdict::Allow), matches))
                .collect(),
        };
        for (outcome, matches) in found {
            if matches != Truth::No {
                possible.push(outcome);
            }
            if matches == Truth::Yes {
                return Outcome::settle(&possible);
            }
        }
    }
    possible.push(silence);
    Outcome::settle(&possible)
}

impl CalicoPolicy {
    fn tier(&self) -> &str {
        match text(&self.object, "/spec/tier") {
            "" => "default",
            tier => tier,
        }
    }

    /// Whether the policy selects the subject and governs the direction.
    fn applies(&self, flow: &Flow<'_>) -> bool {
        let own = self.namespace.as_ref();
        let labels = labels::of_pod(flow.subject);
        let selects = |field: &str, prefix: &str| {
            selector::matches(
                text(&self.object, &format!("/spec/{field}")),
                prefix,
                &labels,
            )
        };
        own.is_none_or(|own| *own == flow.subject.namespace)
            && !self.is_set("preDNAT")
            && !self.is_set("doNotTrack")
            && selects("selector", "")
            && selects("namespaceSelector", "pcns.")
            && selects("serviceAccountSelector", "pcsa.")
            && self.governs(flow.direction)
    }

    fn is_set(&self, flag: &str) -> bool {
        at(&self.object, &format!("/spec/{flag}")) == Some(&Value::Bool(true))
    }

    /// "types: If absent, ingress if there are ingress rules or no rules, egress if there are
    /// egress rules."
    fn governs(&self, direction: Direction) -> bool {
        let (name, rules, _) = direction.fields();
        let types = texts(&self.object, "/spec/types");
        if !types.is_empty() {
            return types.iter().any(|known| known == name);
        }
        let has_none = list(&self.object, "/spec/ingress").is_empty()
            && list(&self.object, "/spec/egress").is_empty();
        !list(&self.object, rules).is_empty() || (has_none && direction == Direction::Ingress)
    }

    /// What each rule of the direction would do, and whether it matches. A rule that logs does
    /// nothing.
    fn outcomes(&self, sets: &Sets, flow: &Flow<'_>) -> Vec<(Outcome, Truth)> {
        let (_, rules, _) = flow.direction.fields();
        list(&self.object, rules)
            .iter()
            .filter(|rule| text(rule, "/action") != "Log")
            .map(|rule| {
                let matches = entity::rule_matches(rule, self.namespace.as_deref(), sets, flow);
                (Outcome::of(text(rule, "/action")), matches)
            })
            .collect()
    }
}

/// A number; one that is absent comes last.
fn number(object: &Value, pointer: &str) -> f64 {
    at(object, pointer)
        .and_then(Value::as_f64)
        .unwrap_or(f64::INFINITY)
}

/// Whether an address is in a block or is it.
fn is_in(address: IpAddr, block: &str) -> bool {
    match (block.parse::<ipnet::IpNet>(), block.parse::<IpAddr>()) {
        (Ok(net), _) => net.contains(&address),
        (_, Ok(known)) => known == address,
        _ => false,
    }
}
