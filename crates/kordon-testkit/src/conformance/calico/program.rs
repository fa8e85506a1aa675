//! Policies as the dataplane has them, in the words of the API.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{CalicoPacket, CalicoProgram, with_version};

/// A case as it is kept.
#[derive(Deserialize)]
pub(super) struct Program {
    name: String,
    kind: String,
    policy: Value,
    ip_sets: std::collections::BTreeMap<String, Vec<String>>,
    allow: Vec<CalicoPacket>,
    deny: Vec<CalicoPacket>,
}

impl Program {
    pub(super) fn is_for_workload(&self) -> bool {
        self.kind == "workload"
    }

    pub(super) fn read(self) -> CalicoProgram {
        let text = self.policy.to_string();
        let asks_more = ["src_ports", "icmp", "src_named_port"]
            .iter()
            .any(|field| text.contains(field));
        let with = |passes| move |packet| (packet, passes);
        let allowed = self.allow.iter().cloned().map(with(true));
        let denied = self.deny.iter().cloned().map(with(false));
        CalicoProgram {
            packets: allowed.chain(denied).collect(),
            objects: self.objects(),
            title: self.name,
            asks_more,
        }
    }

    /// Each tier with one policy for each of its own, a set of addresses for each IP set, and a
    /// last tier that denies, as no profile allows.
    fn objects(&self) -> Vec<Value> {
        let mut objects = vec![
            tier("last", 1e6 - 1.0, "Deny"),
            policy("last", 0, Vec::new()),
        ];
        for (name, members) in &self.ip_sets {
            objects.extend(members.iter().enumerate().map(|(number, member)| {
                match member.split_once(',') {
                    Some((block, port)) => slice(&format!("{name}-{number}"), block, port),
                    None => with_version(
                        "GlobalNetworkSet",
                        json!({"metadata": {"name": format!("{}-{number}", name.to_lowercase()),
                            "labels": {"set": name}}, "spec": {"nets": [member]}}),
                    ),
                }
            }));
        }
        let tiers = self.policy.pointer("/tiers").and_then(Value::as_array);
        for (number, given) in tiers.into_iter().flatten().enumerate() {
            let name = format!("t{number}");
            let action = match given.pointer("/end_action").and_then(Value::as_str) {
                Some("pass") => "Pass",
                _ => "Deny",
            };
            let order = f64::from(u32::try_from(number).unwrap_or(u32::MAX));
            objects.push(tier(&name, order, action));
            let policies = given.pointer("/policies").and_then(Value::as_array);
            for (place, given) in policies.into_iter().flatten().enumerate() {
                let rules = given.pointer("/rules").and_then(Value::as_array);
                let rules: Vec<Value> = rules.into_iter().flatten().map(rule).collect();
                objects.push(policy(&name, place, rules));
            }
        }
        objects
    }
}

fn tier(name: &str, order: f64, action: &str) -> Value {
    let spec = json!({"order": order, "defaultAction": action});
    with_version("Tier", json!({"metadata": {"name": name}, "spec": spec}))
}

fn policy(tier: &str, place: usize, rules: Vec<Value>) -> Value {
    let spec =
        json!({"tier": tier, "order": place, "types": ["Egress"], "egress": Value::from(rules)});
    let name = format!("{tier}.p{place}");
    with_version(
        "GlobalNetworkPolicy",
        json!({"metadata": {"name": name}, "spec": spec}),
    )
}

/// An address that serves the service `sets/named` on one port.
fn slice(name: &str, block: &str, port: &str) -> Value {
    let address = block.split('/').next().unwrap_or(block);
    let (protocol, number) = port.split_once(':').unwrap_or((port, ""));
    json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": name.to_lowercase(), "namespace": "sets",
            "labels": {"kubernetes.io/service-name": "named"}},
        "addressType": if address.contains(':') { "IPv6" } else { "IPv4" },
        "endpoints": [{"addresses": [address]}],
        "ports": [{"protocol": protocol.to_uppercase(), "port": number.parse::<u16>().ok()}]})
}

/// A rule of the dataplane in the words of the API.
fn rule(given: &Value) -> Value {
    let mut rule = Map::new();
    let (mut source, mut destination) = (Map::new(), Map::new());
    for (field, value) in given.as_object().into_iter().flatten() {
        let (part, name, value) = match field.as_str() {
            "action" => (&mut rule, "action", value.clone()),
            "protocol" => (&mut rule, "protocol", protocol(value)),
            "not_protocol" => (&mut rule, "notProtocol", protocol(value)),
            "icmp" => {
                rule.insert("protocol".to_owned(), json!("ICMP"));
                (&mut rule, "icmp", value.clone())
            }
            "not_icmp" => (&mut rule, "notICMP", value.clone()),
            "src_nets" => (&mut source, "nets", value.clone()),
            "not_src_nets" => (&mut source, "notNets", value.clone()),
            "dst_nets" => (&mut destination, "nets", value.clone()),
            "not_dst_nets" => (&mut destination, "notNets", value.clone()),
            "src_ports" => (&mut source, "ports", ranges(value)),
            "dst_ports" => (&mut destination, "ports", ranges(value)),
            "not_dst_ports" => (&mut destination, "notPorts", ranges(value)),
            "src_ip_set_ids" => (&mut source, "selector", set(value)),
            "dst_ip_set_ids" => (&mut destination, "selector", set(value)),
            "dst_named_port_ip_set_ids" => {
                let service = json!({"namespace": "sets", "name": "named"});
                (&mut destination, "services", service)
            }
            "src_named_port_ip_set_ids" => (&mut source, "ports", json!(["named"])),
            _ => continue,
        };
        part.insert(name.to_owned(), value);
    }
    rule.insert("source".to_owned(), source.into());
    rule.insert("destination".to_owned(), destination.into());
    Value::Object(rule)
}

fn protocol(value: &Value) -> Value {
    match value.as_str() {
        Some(name) => json!(name.to_uppercase()),
        None => value.clone(),
    }
}

/// Ranges of ports; the API's begin at 1.
fn ranges(value: &Value) -> Value {
    let ranges = value.as_array().into_iter().flatten();
    let text = |range: &Value| {
        let first = range.pointer("/0").and_then(Value::as_u64).unwrap_or(1);
        let last = range.pointer("/1").and_then(Value::as_u64).unwrap_or(1);
        json!(format!("{}:{last}", first.max(1)))
    };
    ranges.map(text).collect()
}

fn set(value: &Value) -> Value {
    json!(format!(
        "set == '{}'",
        value[0].as_str().unwrap_or_default()
    ))
}
