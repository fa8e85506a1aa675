//! Holds the engine, through the facade, against what Calico's own tests say.

#![expect(clippy::panic, reason = "a test that cannot go on fails")]
#![expect(
    clippy::print_stdout,
    reason = "how many cases were checked is what a reader looks for"
)]

#[path = "support/count.rs"]
mod count;

use count::{Count, suite};
use kordon::syntax::Severity;
use kordon::{Cluster, Direction, Engine, Explanation, RequestSpec, Verdict, calico};
use serde_json::{Value, json};

fn cluster(objects: &[Value]) -> Cluster {
    let mut cluster = Cluster::new();
    for object in objects {
        cluster.read_value("world", object);
    }
    cluster
}

fn explain(engine: &Engine, request: &Value) -> Explanation {
    let spec = RequestSpec::from_json(request).unwrap_or_else(|error| panic!("{error}"));
    let explanation = engine.explain(&spec.as_request());
    assert_eq!(engine.decide(&spec.as_request()), explanation.decision);
    explanation
}

#[test]
fn scenarios_are_decided_as_calico_decides_them() {
    let Some(suite) = suite("calico scenarios") else {
        return;
    };
    let mut count = Count::default();
    for scenario in suite.calico_scenarios().unwrap() {
        let engine = Engine::new(&cluster(&scenario.objects));
        for flow in &scenario.flows {
            let request = json!({
                "kind": "connection", "from": {"pod": flow.src}, "to": {"pod": flow.dst},
                "port": flow.dst_port, "protocol": flow.protocol,
            });
            let explanation = explain(&engine, &request);
            let verdict = explanation.decision.verdict.to_string();
            let traces = [
                (Direction::Egress, &flow.egress_trace),
                (Direction::Ingress, &flow.ingress_trace),
            ];
            let is_same_trace = traces.iter().all(|(direction, expected)| {
                let side = explanation
                    .planes
                    .iter()
                    .find(|plane| plane.direction == Some(*direction));
                let found = side.map(calico::trace).unwrap_or_default();
                expected.as_ref().is_none_or(|expected| *expected == found)
            });
            count.check(verdict == flow.verdict && is_same_trace, || {
                let found: Vec<_> = explanation.planes.iter().map(calico::trace).collect();
                format!("{}: {flow:?}, found {verdict} {found:?}", scenario.title)
            });
        }
    }
    count.finish("calico scenarios");
}

#[test]
fn objects_are_refused_where_calico_refuses_them() {
    let Some(suite) = suite("calico validation") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.calico_validations().unwrap() {
        let cluster = cluster(std::slice::from_ref(&case.object));
        let errors: Vec<String> = cluster
            .diagnostics()
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(|diagnostic| diagnostic.message.clone())
            .collect();
        count.check(errors.is_empty() == case.valid, || {
            format!("{} {}: {errors:?}", case.title, case.object)
        });
    }
    count.finish("calico validation");
}

/// Where the answer is not known, a rule has to ask for what a request does not say.
#[test]
fn packets_pass_as_the_dataplane_lets_them_pass() {
    let Some(suite) = suite("calico packets") else {
        return;
    };
    let mut count = Count::default();
    for program in suite.calico_programs().unwrap() {
        let cluster = cluster(&program.objects);
        let is_refused = cluster.has_errors();
        let engine = Engine::new(&cluster);
        for (packet, passes) in &program.packets {
            let request = json!({
                "kind": "connection", "to": {"ip": packet.dst}, "port": packet.dst_port.unwrap_or(1),
                "from": {"namespace": "pods", "ip": packet.src}, "protocol": packet.protocol.to_string(),
            });
            let verdict = explain(&engine, &request).decision.verdict;
            let expected = if *passes {
                Verdict::Allow
            } else {
                Verdict::Deny
            };
            let in_doubt = verdict == Verdict::Unknown && (program.asks_more || is_refused);
            count.check(verdict == expected || in_doubt, || {
                format!("{}: {packet:?} {expected}, found {verdict}", program.title)
            });
        }
    }
    count.finish("calico packets");
}

#[test]
fn protocols_match_by_name_and_number() {
    let Some(suite) = suite("calico protocols") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.calico_protocols().unwrap() {
        // What is no protocol cannot be asked for, and the API refuses names that are none.
        let is_name = |name: &Option<Value>| name != &Some(json!("protoX"));
        let (Ok(value), true, true) = (
            u8::try_from(case.value),
            is_name(&case.protocol),
            is_name(&case.not_protocol),
        ) else {
            continue;
        };
        let mut rule = json!({"action": "Allow"});
        for (field, protocol) in [
            ("protocol", &case.protocol),
            ("notProtocol", &case.not_protocol),
        ] {
            if let (Some(protocol), Some(rule)) = (protocol, rule.as_object_mut()) {
                rule.insert(field.to_owned(), protocol.clone());
            }
        }
        let policy = json!({"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy",
            "metadata": {"name": "p"}, "spec": {"types": ["Egress"], "egress": [rule]}});
        let engine = Engine::new(&cluster(&[policy]));
        let request = json!({"kind": "connection", "from": {"namespace": "a"},
            "to": {"ip": "203.0.113.7"}, "port": 80, "protocol": value.to_string()});
        let found = explain(&engine, &request).decision.is_allowed();
        count.check(found == case.matches, || format!("{case:?}"));
    }
    count.finish("calico protocols");
}
