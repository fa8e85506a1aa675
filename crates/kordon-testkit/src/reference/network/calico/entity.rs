//! One rule: everything that it says has to hold.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use super::labels::{Labels, of_pod, of_set};
use super::{is_in, selector};
use crate::reference::network::flow::{Flow, Party};
use crate::reference::truth::Truth;
use crate::reference::value::{at, list, string_map, text, texts};

/// The network sets of a cluster: labels and addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct Sets(Vec<(Labels, Vec<String>)>);

impl Sets {
    pub(super) fn read(objects: &[&Value]) -> Self {
        let namespaces: BTreeMap<String, Labels> = objects
            .iter()
            .filter(|object| text(object, "/kind") == "Namespace")
            .map(|object| {
                let name = text(object, "/metadata/name").to_owned();
                (name, string_map(object, "/metadata/labels"))
            })
            .collect();
        let sets = objects
            .iter()
            .filter(|object| matches!(text(object, "/kind"), "NetworkSet" | "GlobalNetworkSet"))
            .map(|object| (of_set(object, &namespaces), texts(object, "/spec/nets")));
        Self(sets.collect())
    }
}

/// One end of a connection.
struct End<'a> {
    party: &'a Party,
    address: Option<IpAddr>,
    sets: &'a Sets,
}

pub(super) fn rule_matches(
    rule: &Value,
    namespace: Option<&str>,
    sets: &Sets,
    flow: &Flow<'_>,
) -> Truth {
    let end = |party, address| End {
        party,
        address,
        sets,
    };
    let source = end(flow.source, flow.source_address);
    let destination = end(flow.destination, flow.destination_address);
    Truth::all([
        protocol_matches(rule, flow),
        version_matches(rule, flow.peer_address),
        source.matches(rule.pointer("/source"), namespace),
        destination.matches(rule.pointer("/destination"), namespace),
        ports_match(rule, flow),
        // A request says no port of the source.
        match list(rule, "/source/ports").is_empty() {
            true => Truth::Yes,
            false => Truth::Unknown,
        },
    ])
}

fn protocol_matches(rule: &Value, flow: &Flow<'_>) -> Truth {
    let is = |written: &Value| match written {
        Value::String(name) => name == flow.protocol,
        number => {
            let known = [("TCP", 6), ("UDP", 17), ("SCTP", 132)];
            known
                .iter()
                .any(|(name, value)| *name == flow.protocol && number.as_u64() == Some(*value))
        }
    };
    let one = at(rule, "/protocol").is_none_or(&is);
    let other = at(rule, "/notProtocol").is_some_and(is);
    Truth::from(one && !other)
}

fn version_matches(rule: &Value, address: Option<IpAddr>) -> Truth {
    match (at(rule, "/ipVersion").and_then(Value::as_u64), address) {
        (None, _) => Truth::Yes,
        (Some(_), None) => Truth::Unknown,
        (Some(version), Some(address)) => Truth::from(address.is_ipv4() == (version == 4)),
    }
}

/// "Ports: match only if the destination port is one of these." Negated, none of these.
fn ports_match(rule: &Value, flow: &Flow<'_>) -> Truth {
    let any = |pointer| {
        let ports = list(rule, pointer).iter();
        Truth::any(ports.map(|port| flow.meets_calico_port(port)))
    };
    let positive = match list(rule, "/destination/ports").is_empty() {
        true => Truth::Yes,
        false => any("/destination/ports"),
    };
    positive.and(any("/destination/notPorts").not())
}

impl End<'_> {
    fn matches(&self, entity: Option<&Value>, namespace: Option<&str>) -> Truth {
        let Some(entity) = entity else {
            return Truth::Yes;
        };
        Truth::all([
            self.selectors_match(entity, namespace),
            self.nets_match(entity),
        ])
    }

    fn selectors_match(&self, entity: &Value, namespace: Option<&str>) -> Truth {
        let text_of = |pointer| text(entity, pointer);
        let names = texts(entity, "/serviceAccounts/names");
        let (pods, negated) = (text_of("/selector"), text_of("/notSelector"));
        let namespaces = text_of("/namespaceSelector");
        let accounts = at(entity, "/serviceAccounts");
        let uses_labels = !pods.is_empty() || !negated.is_empty() || accounts.is_some();
        // "If namespaceSelector is not given, a selector of a NetworkPolicy means its own
        // namespace."
        let limit = namespace.filter(|_| uses_labels && namespaces.is_empty());
        let is_one = |labels: &Labels| {
            let is = |key: &str, value: &str| labels.get(key).is_some_and(|found| found == value);
            let account = "projectcalico.org/serviceaccount";
            selector::matches(pods, "", labels)
                && selector::matches(namespaces, "pcns.", labels)
                && selector::matches(text_of("/serviceAccounts/selector"), "pcsa.", labels)
                && limit.is_none_or(|own| is("projectcalico.org/namespace", own))
                && (names.is_empty() || names.iter().any(|name| is(account, name)))
        };
        let positive = if uses_labels || !namespaces.is_empty() {
            let only_negated = pods.is_empty() && accounts.is_none() && namespaces.is_empty();
            if only_negated && limit.is_none() {
                Truth::Yes
            } else {
                self.is_selected(is_one)
            }
        } else {
            Truth::Yes
        };
        let negative = if negated.is_empty() {
            Truth::No
        } else {
            self.is_selected(|labels| selector::matches(negated, "", labels))
        };
        positive.and(negative.not())
    }

    /// Whether a pod of such labels is here, or an address of a set with such labels.
    fn is_selected(&self, is_one: impl Fn(&Labels) -> bool) -> Truth {
        let is_pod = self.party.is_pod() && is_one(&of_pod(self.party));
        let in_sets = self.sets.0.iter().filter(|(labels, _)| is_one(labels));
        let in_sets = in_sets.flat_map(|(_, nets)| nets).map(|net| {
            self.address
                .map_or(Truth::Unknown, |address| is_in(address, net).into())
        });
        Truth::from(is_pod).max(Truth::any(in_sets))
    }

    fn nets_match(&self, entity: &Value) -> Truth {
        let (nets, negated) = (texts(entity, "/nets"), texts(entity, "/notNets"));
        let Some(address) = self.address else {
            return Truth::from(nets.is_empty() && negated.is_empty()).max(Truth::Unknown);
        };
        // A list without a block of the packet's family never matches, negated or not.
        let same_family = |net: &String| net.contains(':') == address.is_ipv6();
        let positive = nets.is_empty() || nets.iter().any(|net| is_in(address, net));
        let negative = negated.is_empty()
            || (negated.iter().any(same_family) && !negated.iter().any(|net| is_in(address, net)));
        Truth::from(positive && negative)
    }
}
