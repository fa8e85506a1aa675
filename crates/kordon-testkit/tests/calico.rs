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
use kordon::{Cluster, Direction, Engine, Explanation, RequestSpec, calico};
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
