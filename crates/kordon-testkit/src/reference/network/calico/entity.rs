//! One rule: everything that it says has to hold.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use super::labels::{Labels, of_pod, of_set};
use super::{is_in, selector};
use crate::reference::network::flow::{Flow, Party};
use crate::reference::truth::Truth;
use crate::reference::value::{at, list, namespace_of, string_map, text, texts};

/// What selectors and services of rules may mean beside pods.
#[derive(Clone, Debug, Default)]
pub(super) struct Sets {
    /// Network sets and host endpoints: labels and addresses.
    labelled: Vec<(Labels, Vec<String>)>,
    /// The labels of host endpoints.
    hosts: Vec<Labels>,
    /// Endpoint slices as written.
    slices: Vec<Value>,
}

impl Sets {
    pub(super) fn read(objects: &[&Value]) -> Self {
        let of_kinds = |kinds: &'static [&'static str]| {
            objects
                .iter()
                .copied()
                .filter(move |object| kinds.contains(&text(object, "/kind")))
        };
        let namespaces: BTreeMap<String, Labels> = of_kinds(&["Namespace"])
            .map(|object| {
                let name = text(object, "/metadata/name").to_owned();
                (name, string_map(object, "/metadata/labels"))
            })
            .collect();
        let hosts = of_kinds(&["HostEndpoint"]).map(|object| {
            let labels = string_map(object, "/metadata/labels");
            (labels, texts(object, "/spec/expectedIPs"))
        });
        let hosts: Vec<(Labels, Vec<String>)> = hosts.collect();
        let sets = of_kinds(&["NetworkSet", "GlobalNetworkSet"])
            .map(|object| (of_set(object, &namespaces), texts(object, "/spec/nets")));
        Self {
            hosts: hosts.iter().map(|(labels, _)| labels.clone()).collect(),
            labelled: sets.chain(hosts).collect(),
            slices: of_kinds(&["EndpointSlice"]).cloned().collect(),
        }
    }

    /// Whether a selector selects a host endpoint.
    pub(super) fn has_host(&self, matches: impl Fn(&Labels) -> bool) -> bool {
        self.hosts.iter().any(matches)
    }

    /// Whether an address serves a service, on the port of a connection where it counts; not known
    /// while no endpoints of the service are.
    fn serves(
        &self,
        service: &Value,
        own: Option<&str>,
        address: IpAddr,
        port: Option<(u16, &str)>,
    ) -> Truth {
        let namespace = match text(service, "/namespace") {
            "" => own.unwrap_or_default(),
            namespace => namespace,
        };
        let mut slices = self.slices.iter().filter(|slice| {
            let labels = string_map(slice, "/metadata/labels");
            namespace_of(slice) == namespace
                && labels.get("kubernetes.io/service-name").map(String::as_str)
                    == Some(text(service, "/name"))
        });
        let holds = |slice: &Value| {
            let here = list(slice, "/endpoints").iter().any(|endpoint| {
                texts(endpoint, "/addresses")
                    .iter()
                    .any(|known| is_in(address, known))
            });
            let on_port = port.is_none_or(|(number, protocol)| {
                list(slice, "/ports").iter().any(|port| {
                    let known = port.pointer("/port").and_then(Value::as_u64);
                    let spoken = match text(port, "/protocol") {
                        "" => "TCP",
                        spoken => spoken,
                    };
                    spoken == protocol && known.is_none_or(|known| known == u64::from(number))
                })
            });
            here && on_port
        };
        let Some(first) = slices.next() else {
            return Truth::Unknown;
        };
        Truth::from(holds(first) || slices.any(holds))
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
        source.serves(rule.pointer("/source/services"), namespace, None),
        destination.serves(
            rule.pointer("/destination/services"),
            namespace,
            Some((flow.port, flow.protocol)),
        ),
        asks_more(rule),
    ])
}

/// A request says no port of the source, no type of ICMP message and no request of HTTP.
fn asks_more(rule: &Value) -> Truth {
    let fields = [
        "/source/ports",
        "/source/notPorts",
        "/icmp",
        "/notICMP",
        "/http",
    ];
    let asks = fields.iter().any(|field| at(rule, field).is_some());
    if asks { Truth::Unknown } else { Truth::Yes }
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
    let positive = if list(rule, "/destination/ports").is_empty() {
        Truth::Yes
    } else {
        any("/destination/ports")
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

    /// Whether the end serves the service that a rule names, if it names one.
    fn serves(
        &self,
        service: Option<&Value>,
        own: Option<&str>,
        port: Option<(u16, &str)>,
    ) -> Truth {
        match (service, self.address) {
            (None, _) => Truth::Yes,
            (Some(_), None) => Truth::Unknown,
            (Some(service), Some(address)) => self.sets.serves(service, own, address, port),
        }
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
        let in_sets = self
            .sets
            .labelled
            .iter()
            .filter(|(labels, _)| is_one(labels));
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
