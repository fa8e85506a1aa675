//! NetworkPolicy v1: a selected pod is isolated, and then only what some rule allows passes.

use serde_json::{Value, json};

use super::Verdict;
use super::flow::{Direction, Flow, Place};
use crate::reference::selector::selects;
use crate::reference::truth::Truth;
use crate::reference::value::{at, group_of, list, namespace_of, text, texts};

/// One policy as written.
#[derive(Clone, Debug)]
pub(super) struct NetworkPolicy {
    namespace: String,
    object: Value,
}

pub(super) fn read(objects: &[&Value]) -> Vec<NetworkPolicy> {
    let is_policy = |object: &&&Value| {
        group_of(object) == "networking.k8s.io" && text(object, "/kind") == "NetworkPolicy"
    };
    objects
        .iter()
        .filter(is_policy)
        .map(|object| NetworkPolicy {
            namespace: namespace_of(object).to_owned(),
            object: (*object).clone(),
        })
        .collect()
}

/// What the policies say together; `None` if the subject is not isolated.
pub(super) fn judge(policies: &[NetworkPolicy], flow: &Flow<'_>) -> Option<Verdict> {
    // "Traffic is allowed to a pod if there are no NetworkPolicies selecting the pod [...] OR if
    // the traffic source is the pod's local node".
    if flow.direction == Direction::Ingress && is_local_node(flow) {
        return None;
    }
    let selected: Vec<_> = policies
        .iter()
        .map(|policy| (policy, policy.isolates(flow)))
        .collect();
    let isolated = Truth::any(selected.iter().map(|(_, isolates)| *isolates));
    // "OR if the traffic matches at least one ingress rule across all of the NetworkPolicy
    // objects whose podSelector matches the pod."
    let allowed = Truth::any(
        selected
            .iter()
            .map(|(policy, isolates)| isolates.and(policy.some_rule_matches(flow))),
    );
    match (isolated, allowed) {
        (Truth::No, _) => None,
        (_, Truth::Yes) => Some(Verdict::Allow),
        (Truth::Yes, Truth::No) => Some(Verdict::Deny),
        _ => Some(Verdict::Unknown),
    }
}

fn is_local_node(flow: &Flow<'_>) -> bool {
    flow.peer.place == Place::Host
        && flow.subject.node.is_some()
        && flow.subject.node == flow.peer.node
}

impl NetworkPolicy {
    /// The policy as written.
    pub(super) fn object(&self) -> &Value {
        &self.object
    }

    /// Whether each rule of the direction allows a connection of a subject that it isolates.
    pub(super) fn matches(&self, flow: &Flow<'_>) -> Vec<Truth> {
        let (_, rules, _) = flow.direction.fields();
        let isolates = self.isolates(flow);
        let rules = list(&self.object, rules).iter();
        rules
            .map(|rule| isolates.and(self.rule_matches(rule, flow)))
            .collect()
    }

    /// Whether the subject is selected, in the flow's direction.
    fn isolates(&self, flow: &Flow<'_>) -> Truth {
        let in_namespace = self.namespace == flow.subject.namespace;
        if !in_namespace || !self.has_type(flow.direction) {
            return Truth::No;
        }
        // "podSelector selects the pods to which this NetworkPolicy object applies. [...] An
        // empty selector matches all pods in the policy's namespace. This field is optional. If it
        // is not specified, it defaults to an empty selector."
        at(&self.object, "/spec/podSelector").map_or(Truth::Yes, |selector| {
            selects(selector, &flow.subject.labels)
        })
    }

    fn has_type(&self, direction: Direction) -> bool {
        let (name, ..) = direction.fields();
        let types = texts(&self.object, "/spec/policyTypes");
        if !types.is_empty() {
            return types.iter().any(|written| written == name);
        }
        // "If this field is not specified, it will default based on the existence of ingress or
        // egress rules; policies that contain an egress section are assumed to affect egress, and
        // all policies (whether or not they contain an ingress section) are assumed to affect
        // ingress." An empty section is no section to the API server.
        match direction {
            Direction::Ingress => true,
            Direction::Egress => !list(&self.object, "/spec/egress").is_empty(),
        }
    }

    fn some_rule_matches(&self, flow: &Flow<'_>) -> Truth {
        let (_, rules, _) = flow.direction.fields();
        Truth::any(
            list(&self.object, rules)
                .iter()
                .map(|rule| self.rule_matches(rule, flow)),
        )
    }

    /// "The traffic must match both ports and from." (or `to`)
    fn rule_matches(&self, rule: &Value, flow: &Flow<'_>) -> Truth {
        let (.., peers) = flow.direction.fields();
        let peers = list(rule, &format!("/{peers}"));
        let ports = list(rule, "/ports");
        // "If this field is empty or missing, this rule matches all sources (traffic not
        // restricted by source)."
        let from_peer = if peers.is_empty() {
            Truth::Yes
        } else {
            Truth::any(peers.iter().map(|peer| self.peer_matches(peer, flow)))
        };
        // "If this field is empty or missing, this rule matches all ports (traffic not restricted
        // by port)."
        let to_port = if ports.is_empty() {
            Truth::Yes
        } else {
            Truth::any(
                ports
                    .iter()
                    .map(|port| flow.meets_network_policy_port(port)),
            )
        };
        from_peer.and(to_port)
    }

    fn peer_matches(&self, peer: &Value, flow: &Flow<'_>) -> Truth {
        let everything = json!({});
        let parts = (
            at(peer, "/ipBlock"),
            at(peer, "/namespaceSelector"),
            at(peer, "/podSelector"),
        );
        match parts {
            (Some(block), None, None) => is_in_block(block, flow),
            // "If namespaceSelector is also set, then the NetworkPolicyPeer as a whole selects the
            // pods matching podSelector in the namespaces selected by namespaceSelector."
            (None, Some(namespaces), pods) => flow
                .peer
                .is_selected(namespaces, pods.unwrap_or(&everything)),
            // "Otherwise it selects the pods matching podSelector in the policy's own namespace."
            (None, None, Some(pods)) => Truth::from(flow.peer.namespace == self.namespace)
                .and(flow.peer.is_selected(&everything, pods)),
            // "If ipBlock is set then neither of the other fields can be." The API server refuses
            // the rest as well.
            _ => Truth::Unknown,
        }
    }
}

/// "ipBlock describes a particular CIDR [...] that is allowed to the pods matched by a
/// NetworkPolicySpec's podSelector. The except entry describes CIDRs that should not be included
/// within this rule."
fn is_in_block(block: &Value, flow: &Flow<'_>) -> Truth {
    let inside = flow.peer_is_in(block.pointer("/cidr").unwrap_or(&Value::Null));
    let excepted = Truth::any(
        list(block, "/except")
            .iter()
            .map(|cidr| flow.peer_is_in(cidr)),
    );
    inside.and(excepted.not())
}
