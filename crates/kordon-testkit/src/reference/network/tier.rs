//! The admin and baseline tiers: ordered rules of which the first match decides.

use std::cmp::Reverse;

use serde_json::Value;

use super::Verdict;
use super::cluster::Cluster;
use super::flow::{Direction, Flow, Place};
use super::port::only_field;
use crate::reference::selector::selects;
use crate::reference::truth::Truth;
use crate::reference::value::{at, list, text};

/// A policy of a tier.
#[derive(Clone, Debug)]
pub(super) struct TierPolicy {
    api: Api,
    /// Whether it stands where it says; not known when `tier` or `priority` cannot be read.
    in_place: Truth,
    priority: Option<u64>,
    name: String,
    object: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Api {
    V1Alpha1,
    V1Alpha2,
}

/// What a tier may say: a verdict, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Final(Verdict),
    Pass,
}

/// The policies of the admin tier and of the baseline tier, each in its order.
pub(super) fn read(objects: &[&Value]) -> (Vec<TierPolicy>, Vec<TierPolicy>) {
    let (mut admin, mut baseline) = (Vec::new(), Vec::new());
    for object in objects {
        let priority = at(object, "/spec/priority").and_then(Value::as_u64);
        let known = (text(object, "/apiVersion"), text(object, "/kind"));
        let (api, tier, in_place) = match known {
            ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy") => {
                (Api::V1Alpha1, &mut admin, priority.is_some())
            }
            ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy") => {
                (Api::V1Alpha1, &mut baseline, true)
            }
            ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy") => {
                match text(object, "/spec/tier") {
                    "Baseline" => (Api::V1Alpha2, &mut baseline, priority.is_some()),
                    tier => (
                        Api::V1Alpha2,
                        &mut admin,
                        priority.is_some() && tier == "Admin",
                    ),
                }
            }
            _ => continue,
        };
        tier.push(TierPolicy {
            api,
            in_place: if in_place { Truth::Yes } else { Truth::Unknown },
            priority,
            name: text(object, "/metadata/name").to_owned(),
            object: (*object).clone(),
        });
    }
    admin.sort_by(|a, b| a.place().cmp(&b.place()));
    baseline.sort_by(|a, b| a.place().cmp(&b.place()));
    (admin, baseline)
}

/// What a tier says; `None` if it leaves the answer to the next.
///
/// A rule of which it is not known whether it matches leaves two ways open. Where they end alike
/// there is no doubt; otherwise the tier does not know.
pub(super) fn judge(tier: &[TierPolicy], flow: &Flow<'_>, cluster: &Cluster) -> Option<Verdict> {
    let (_, rules, _) = flow.direction.fields();
    let mut possible = Vec::new();
    for policy in tier {
        let selected = policy.selects(flow);
        for rule in list(&policy.object, rules) {
            let matches = selected.and(policy.rule_matches(rule, flow, cluster));
            if matches != Truth::No {
                possible.push(Outcome::of(text(rule, "/action")));
            }
            if matches == Truth::Yes {
                return Outcome::settle(&possible);
            }
        }
    }
    // No rule matches for certain: the tier may be left.
    possible.push(Outcome::Pass);
    Outcome::settle(&possible)
}

impl TierPolicy {
    /// "Policies with lower priority values have higher precedence, and are checked before
    /// policies with higher priority values in the same tier." Equal priorities are undefined
    /// upstream and go by name here. The one BaselineAdminNetworkPolicy has no priority and stands
    /// last.
    fn place(&self) -> (Reverse<bool>, Option<u64>, &str, &str) {
        (
            Reverse(self.priority.is_some()),
            self.priority,
            &self.name,
            text(&self.object, "/kind"),
        )
    }

    /// Whether the subject is selected, by exactly one of `namespaces` and `pods`.
    fn selects(&self, flow: &Flow<'_>) -> Truth {
        let subject = at(&self.object, "/spec/subject").and_then(only_field);
        match subject {
            Some((field, selector)) => pods_match(field, selector, flow.subject).and(self.in_place),
            None => Truth::Unknown,
        }
    }

    fn rule_matches(&self, rule: &Value, flow: &Flow<'_>, cluster: &Cluster) -> Truth {
        let (.., peers) = flow.direction.fields();
        let peers = list(rule, &format!("/{peers}"));
        // "This field must be defined and contain at least one item."
        let from_peer = if peers.is_empty() {
            Truth::Unknown
        } else {
            Truth::any(peers.iter().map(|peer| peer_matches(peer, flow, cluster)))
        };
        let ports = match self.api {
            Api::V1Alpha1 => list(rule, "/ports"),
            Api::V1Alpha2 => list(rule, "/protocols"),
        };
        // v1alpha1: "If Ports is not set then the rule does not filter traffic via port."
        // v1alpha2: "If unspecified, protocol-specific attributes will not be used to match
        // traffic."
        let to_port = if ports.is_empty() {
            Truth::Yes
        } else {
            Truth::any(ports.iter().map(|port| match self.api {
                Api::V1Alpha1 => flow.meets_admin_port(port),
                Api::V1Alpha2 => flow.meets_protocol(port),
            }))
        };
        from_peer.and(to_port)
    }
}

/// "Exactly one of the selector pointers should be set for a given peer. If a consumer observes
/// none of its fields are set, they must assume an unknown option has been specified and fail
/// closed."
fn peer_matches(peer: &Value, flow: &Flow<'_>, cluster: &Cluster) -> Truth {
    match (only_field(peer), flow.direction) {
        (Some((field @ ("namespaces" | "pods"), selector)), _) => {
            pods_match(field, selector, flow.peer)
        }
        (Some(("networks", Value::Array(blocks))), Direction::Egress) => {
            Truth::any(blocks.iter().map(|block| flow.peer_is_in(block)))
        }
        (Some(("nodes", selector)), Direction::Egress) => is_node(selector, flow, cluster),
        // Domain names need a resolver's answers, and there is no ingress by address.
        _ => Truth::Unknown,
    }
}

fn pods_match(field: &str, selector: &Value, party: &super::flow::Party) -> Truth {
    let everything = Value::Object(serde_json::Map::new());
    match field {
        // "Namespaces is used to select pods via namespace selectors." All of their pods are
        // meant.
        "namespaces" => party.is_selected(selector, &everything),
        // "Pods is used to select pods via namespace AND pod selectors."
        "pods" => match (
            at(selector, "/namespaceSelector"),
            at(selector, "/podSelector"),
        ) {
            (Some(namespaces), Some(pods)) => party.is_selected(namespaces, pods),
            _ => Truth::Unknown,
        },
        _ => Truth::Unknown,
    }
}

/// Nodes are meant by the addresses in their `status.addresses`. A pod with an address of its own is
/// no node; one in its node's network is that node, and on which node it runs may not be known.
fn is_node(selector: &Value, flow: &Flow<'_>, cluster: &Cluster) -> Truth {
    if flow.peer.place != Place::Host {
        return Truth::No;
    }
    let is_peer = |node: &&super::flow::Party| Some(&node.name) == flow.peer.node.as_ref();
    match cluster.nodes().iter().find(is_peer) {
        Some(node) => selects(selector, &node.labels),
        None => Truth::Unknown,
    }
}

impl Outcome {
    pub(super) fn of(action: &str) -> Self {
        match action {
            // "Accept: Accepts the selected traffic [...]. No further ClusterNetworkPolicy or
            // NetworkPolicy rules will be processed." Deny likewise. "Pass: Skips all further
            // ClusterNetworkPolicy rules in the current tier for the selected traffic, and passes
            // evaluation to the next tier."
            "Allow" | "Accept" => Self::Final(Verdict::Allow),
            "Deny" => Self::Final(Verdict::Deny),
            "Pass" => Self::Pass,
            _ => Self::Final(Verdict::Unknown),
        }
    }

    pub(super) fn settle(possible: &[Self]) -> Option<Verdict> {
        let first = possible.first().copied().unwrap_or(Self::Pass);
        if possible.iter().any(|other| *other != first) {
            return Some(Verdict::Unknown);
        }
        match first {
            Self::Final(verdict) => Some(verdict),
            Self::Pass => None,
        }
    }
}
