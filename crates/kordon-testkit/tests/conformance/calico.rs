//! Holds the engine, through the facade, against what Calico's own tests say.

use kordon::syntax::Severity;
use kordon::{Direction, Engine, Explanation, Verdict, calico};
use serde_json::{Value, json};

use crate::count::{Count, suite};
use crate::engine::{cluster, read};

fn explain(engine: &Engine, request: &Value) -> Explanation {
    let spec = read(request);
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

#[test]
fn staged_policies_take_no_part() {
    let Some(suite) = suite("calico staging") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.calico_stagings().unwrap() {
        let cluster = cluster(&case.objects);
        let request = json!({"kind": "connection", "from": {"ip": "203.0.113.7"},
            "to": {"namespace": "a"}, "port": 80, "protocol": "TCP"});
        let found = explain(&Engine::new(&cluster), &request)
            .decision
            .is_allowed();
        count.check(found == case.passes && !cluster.has_errors(), || {
            format!("{case:?}")
        });
    }
    count.finish("calico staging");
}

/// Compared by meaning: for pods of many labels, a rule with the entity admits whom a rule with
/// the one selector admits.
#[test]
fn entities_come_to_the_selectors_that_calico_makes_of_them() {
    let Some(suite) = suite("calico selectors") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.calico_selectors().unwrap() {
        // The effective selector is the positive part alone.
        let mut entity = case.entity_rule.clone();
        if let Some(fields) = entity.as_object_mut() {
            fields.remove("notSelector");
        }
        let by_entity = admitting(&case.policy_namespace, &entity);
        let by_selector = admitting("", &json!({"selector": case.effective_selector}));
        for pod in pods() {
            let request = json!({"kind": "connection", "from": pod,
                "to": {"namespace": "namespace"}, "port": 80, "protocol": "TCP"});
            let admits = |engine: &Engine| explain(engine, &request).decision.is_allowed();
            count.check(admits(&by_entity) == admits(&by_selector), || {
                format!("{case:?} {pod}")
            });
        }
    }
    count.finish("calico selectors");
}

/// A policy that admits only what an entity says.
fn admitting(namespace: &str, entity: &Value) -> Engine {
    let (kind, metadata) = if namespace.is_empty() {
        ("GlobalNetworkPolicy", json!({"name": "p"}))
    } else {
        (
            "NetworkPolicy",
            json!({"name": "p", "namespace": namespace}),
        )
    };
    let policy = json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata,
        "spec": {"types": ["Ingress"], "ingress": [{"action": "Allow", "source": entity}]}});
    let account = |namespace: &str| {
        json!({"apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": "sa3", "namespace": namespace, "labels": {"key": "value2"}}})
    };
    let cluster = cluster(&[policy, account("namespace"), account("other")]);
    assert!(!cluster.has_errors(), "{:?}", cluster.diagnostics());
    Engine::new(&cluster)
}

/// Pods of the labels that the cases speak of, in several namespaces and of several accounts.
fn pods() -> Vec<Value> {
    let namespaces = [
        json!({}),
        json!({"namespacelabel1": "value1", "namespace": "red"}),
        json!({"key": "value"}),
        json!({"key": "other", "nskey": "nsvalue"}),
    ];
    let labels = [
        json!({}),
        json!({"foo": "", "label1": "x"}),
        json!({"label2": "x"}),
    ];
    let mut pods = Vec::new();
    for namespace in ["namespace", "other"] {
        for namespace_labels in &namespaces {
            for labels in &labels {
                for account in ["sa3", "default"] {
                    pods.push(
                        json!({"namespace": namespace, "namespaceLabels": namespace_labels,
                        "labels": labels, "serviceAccount": account}),
                    );
                }
            }
        }
    }
    pods
}
