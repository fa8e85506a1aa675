//! Cases about Calico's policies.

mod program;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::program::Program;
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

/// An entity of a rule, and the one selector that it comes to.
#[derive(Clone, Debug, Deserialize)]
pub struct CalicoSelector {
    /// `source` or `destination` of a rule.
    pub entity_rule: Value,
    /// The namespace of the policy; empty for one of the cluster.
    pub policy_namespace: String,
    /// A selector over the labels of endpoints.
    pub effective_selector: String,
}

/// Policies of one tier, some of them staged, and whether a connection passes.
#[derive(Clone, Debug)]
pub struct CalicoStaging {
    /// What it is about.
    pub title: String,
    /// The tier and its policies as objects of the API that guard ingress.
    pub objects: Vec<Value>,
    /// Whether it passes while the staged policies are not enforced.
    pub passes: bool,
}

#[derive(Deserialize)]
struct Selectors {
    cases: Vec<CalicoSelector>,
}

#[derive(Deserialize)]
struct Staged {
    policies: std::collections::BTreeMap<String, Value>,
    cases: Vec<StagedCase>,
}

#[derive(Deserialize)]
struct StagedCase {
    title: String,
    tiers: Vec<StagedTier>,
    enforced: String,
}

#[derive(Deserialize)]
struct StagedTier {
    name: String,
    default_action: String,
    ingress: Vec<String>,
}

#[derive(Deserialize)]
struct Programs {
    cases: Vec<Program>,
}

#[derive(Deserialize)]
struct Checks {
    l4_protocol: Vec<CalicoProtocol>,
    staged_scope: Staged,
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
        let cases = file.cases.into_iter().filter(Program::is_for_workload);
        Ok(cases.map(Program::read).collect())
    }

    /// Entities of rules and what they come to.
    pub fn calico_selectors(&self) -> Result<Vec<CalicoSelector>, ReadError> {
        let file: Selectors = read_json(&self.root.join("calico/effective_selectors.json"))?;
        Ok(file.cases)
    }

    /// Tiers with staged policies.
    pub fn calico_stagings(&self) -> Result<Vec<CalicoStaging>, ReadError> {
        let file: Checks = read_json(&self.root.join("calico/tier_checks.json"))?;
        let staged = file.staged_scope;
        // In the API policies name their tier, so that no tier can name a policy that is missing.
        let is_known = |tier: &StagedTier| {
            let mut names = tier.ingress.iter();
            names.all(|name| staged.policies.contains_key(name))
        };
        let cases = staged
            .cases
            .iter()
            .filter(|case| case.tiers.iter().all(is_known));
        let cases = cases.map(|case| CalicoStaging {
            title: case.title.clone(),
            objects: case
                .tiers
                .iter()
                .flat_map(|tier| tier.objects(&staged.policies))
                .collect(),
            passes: case.enforced == "allow",
        });
        Ok(cases.collect())
    }

    /// Rules about protocols.
    pub fn calico_protocols(&self) -> Result<Vec<CalicoProtocol>, ReadError> {
        let file: Checks = read_json(&self.root.join("calico/tier_checks.json"))?;
        Ok(file.l4_protocol)
    }
}

impl StagedTier {
    fn objects(&self, policies: &std::collections::BTreeMap<String, Value>) -> Vec<Value> {
        let spec = json!({"order": 1, "defaultAction": self.default_action});
        let tier = with_version(
            "Tier",
            json!({"metadata": {"name": self.name}, "spec": spec}),
        );
        let members = self.ingress.iter().enumerate().map(|(order, name)| {
            let given = policies.get(name).cloned().unwrap_or_default();
            let is_staged = given.pointer("/staged") == Some(&Value::Bool(true));
            let rules = given.pointer("/ingress").and_then(Value::as_array);
            let action = |rule: &Value| match rule.pointer("/action").and_then(Value::as_str) {
                Some("allow") => json!({"action": "Allow"}),
                Some("pass") => json!({"action": "Pass"}),
                _ => json!({"action": "Deny"}),
            };
            let rules: Vec<Value> = rules.into_iter().flatten().map(action).collect();
            let spec = json!({"tier": self.name, "order": order, "types": ["Ingress"],
                "ingress": rules});
            let kind = if is_staged {
                "StagedGlobalNetworkPolicy"
            } else {
                "GlobalNetworkPolicy"
            };
            with_version(kind, json!({"metadata": {"name": name}, "spec": spec}))
        });
        std::iter::once(tier).chain(members).collect()
    }
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
