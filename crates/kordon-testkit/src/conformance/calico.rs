//! Cases about Calico's policies.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{ReadError, Suite, read_json};

/// Objects, and connections between their pods with verdicts and traces.
#[derive(Clone, Debug, Deserialize)]
pub struct CalicoScenario {
    /// What it is about.
    pub title: String,
    /// The cluster's objects.
    pub objects: Vec<Value>,
    /// The connections.
    pub flows: Vec<CalicoFlow>,
}

/// One connection of a scenario.
#[derive(Clone, Debug, Deserialize)]
pub struct CalicoFlow {
    /// The source pod, `namespace/name`.
    pub src: String,
    /// The destination pod, likewise.
    pub dst: String,
    /// The protocol.
    pub protocol: String,
    /// The destination's port.
    pub dst_port: u16,
    /// `allow` or `deny`.
    pub verdict: String,
    /// The policy trace of the source's side, where the case has one.
    pub egress_trace: Option<Vec<String>>,
    /// The policy trace of the destination's side, likewise.
    pub ingress_trace: Option<Vec<String>>,
}

/// An object, and whether Calico's validator accepts it.
#[derive(Clone, Debug)]
pub struct CalicoValidation {
    /// What it is about.
    pub title: String,
    /// A whole object around the part that the case gives.
    pub object: Value,
    /// Whether it is accepted.
    pub valid: bool,
}

/// Packets that one side of a connection lets pass or not, by policies as the dataplane has them.
#[derive(Clone, Debug)]
pub struct CalicoProgram {
    /// What it is about.
    pub title: String,
    /// The policies as objects of the API that guard the egress of every pod.
    pub objects: Vec<Value>,
    /// The packets, each with whether it passes.
    pub packets: Vec<(CalicoPacket, bool)>,
    /// Whether a rule asks for what a request does not say: the source's port or the type of an
    /// ICMP message. Such rules are in doubt.
    pub asks_more: bool,
}

/// A packet.
#[derive(Clone, Debug, Deserialize)]
pub struct CalicoPacket {
    /// The number of its protocol.
    pub protocol: u8,
    /// Where it comes from.
    pub src: String,
    /// Where it goes.
    pub dst: String,
    /// The destination's port.
    pub dst_port: Option<u16>,
}

/// A rule about protocols, a packet's protocol, and whether they match.
#[derive(Clone, Debug, Deserialize)]
pub struct CalicoProtocol {
    /// The packet's protocol; some are no protocols.
    pub value: i64,
    /// `protocol` of the rule.
    pub protocol: Option<Value>,
    /// `notProtocol` of the rule.
    pub not_protocol: Option<Value>,
    /// Whether the rule matches.
    #[serde(rename = "match")]
    pub matches: bool,
}

#[derive(Deserialize)]
struct Programs {
    cases: Vec<Program>,
}

#[derive(Deserialize)]
struct Program {
    name: String,
    kind: String,
    policy: Value,
    ip_sets: std::collections::BTreeMap<String, Vec<String>>,
    allow: Vec<CalicoPacket>,
    deny: Vec<CalicoPacket>,
}

#[derive(Deserialize)]
struct Checks {
    l4_protocol: Vec<CalicoProtocol>,
}

#[derive(Deserialize)]
struct Scenarios {
    scenarios: Vec<CalicoScenario>,
}

#[derive(Deserialize)]
struct Validations {
    cases: Vec<Validation>,
}

#[derive(Deserialize)]
struct Validation {
    title: String,
    #[serde(rename = "type")]
    kind: String,
    object: Value,
    valid: bool,
}

impl Suite {
    /// Clusters and connections with the answers of Calico's own tests.
    pub fn calico_scenarios(&self) -> Result<Vec<CalicoScenario>, ReadError> {
        let file: Scenarios = read_json(&self.root.join("calico/scenarios.json"))?;
        Ok(file.scenarios)
    }

    /// Objects that Calico's validator accepts or refuses.
    pub fn calico_validations(&self) -> Result<Vec<CalicoValidation>, ReadError> {
        let file: Validations = read_json(&self.root.join("calico/validation.json"))?;
        let cases = file.cases.into_iter().map(|case| CalicoValidation {
            object: whole(&case.kind, case.object),
            title: case.title,
            valid: case.valid,
        });
        Ok(cases.collect())
    }
}

impl Suite {
    /// Programs for workloads of the dataplane's tests.
    pub fn calico_programs(&self) -> Result<Vec<CalicoProgram>, ReadError> {
        let file: Programs = read_json(&self.root.join("calico/verdicts_dataplane.json"))?;
        let cases = file
            .cases
            .into_iter()
            .filter(|case| case.kind == "workload");
        Ok(cases.map(Program::read).collect())
    }

    /// Rules about protocols.
    pub fn calico_protocols(&self) -> Result<Vec<CalicoProtocol>, ReadError> {
        let file: Checks = read_json(&self.root.join("calico/tier_checks.json"))?;
        Ok(file.l4_protocol)
    }
}

impl Program {
    fn read(self) -> CalicoProgram {
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
            policy("last", 0, json!([])),
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
                objects.push(policy(&name, place, json!(rules)));
            }
        }
        objects
    }
}

fn tier(name: &str, order: f64, action: &str) -> Value {
    let spec = json!({"order": order, "defaultAction": action});
    with_version("Tier", json!({"metadata": {"name": name}, "spec": spec}))
}

fn policy(tier: &str, place: usize, rules: Value) -> Value {
    let spec = json!({"tier": tier, "order": place, "types": ["Egress"], "egress": rules});
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
    let mut rule = json!({"action": given["action"], "source": {}, "destination": {}});
    let Some(fields) = given.as_object() else {
        return rule;
    };
    for (field, value) in fields {
        match field.as_str() {
            "protocol" => rule["protocol"] = protocol(value),
            "not_protocol" => rule["notProtocol"] = protocol(value),
            "icmp" => {
                rule["protocol"] = json!("ICMP");
                rule["icmp"] = value.clone();
            }
            "not_icmp" => rule["notICMP"] = value.clone(),
            "src_nets" => rule["source"]["nets"] = value.clone(),
            "not_src_nets" => rule["source"]["notNets"] = value.clone(),
            "dst_nets" => rule["destination"]["nets"] = value.clone(),
            "not_dst_nets" => rule["destination"]["notNets"] = value.clone(),
            "src_ports" => rule["source"]["ports"] = ranges(value),
            "dst_ports" => rule["destination"]["ports"] = ranges(value),
            "not_dst_ports" => rule["destination"]["notPorts"] = ranges(value),
            "src_ip_set_ids" => rule["source"]["selector"] = set(value),
            "dst_ip_set_ids" => rule["destination"]["selector"] = set(value),
            "dst_named_port_ip_set_ids" => {
                let service = json!({"namespace": "sets", "name": "named"});
                rule["destination"]["services"] = service;
            }
            "src_named_port_ip_set_ids" => rule["source"]["ports"] = json!(["named"]),
            _ => {}
        }
    }
    rule
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
        json!(format!("{}:{}", first.max(1), range[1]))
    };
    ranges.map(text).collect()
}

fn set(value: &Value) -> Value {
    json!(format!(
        "set == '{}'",
        value[0].as_str().unwrap_or_default()
    ))
}

/// The object of a kind of Calico's API that holds a part.
fn whole(kind: &str, part: Value) -> Value {
    let rule = |rule: Value| ("GlobalNetworkPolicy", json!({"ingress": [rule]}));
    let (kind, spec) = match kind {
        "Rule" => rule(part),
        "EntityRule" => rule(json!({"action": "Allow", "source": part})),
        "HTTPMatch" => rule(json!({"action": "Allow", "http": part})),
        "ICMPFields" => rule(json!({"action": "Allow", "protocol": "ICMP", "icmp": part})),
        _ => match kind.strip_suffix("Spec") {
            Some(kind) => (kind, part),
            None => return with_version(kind, part),
        },
    };
    with_version(kind, json!({"metadata": {"name": "test"}, "spec": spec}))
}

fn with_version(kind: &str, object: Value) -> Value {
    let mut fields = Map::new();
    fields.insert("apiVersion".to_owned(), json!("projectcalico.org/v3"));
    fields.insert("kind".to_owned(), json!(kind));
    if let Value::Object(given) = object {
        fields.extend(given);
    }
    Value::Object(fields)
}
