//! Network policies.

use kordon::syntax::Severity;
use kordon::{Engine, Explanation, Options, Posture};
use kordon_testkit::reference::network::{Connection, Network};
use kordon_testkit::world::{World, network, network_calico, network_dense};
use serde_json::{Value, json};

use crate::engine::{cluster, engine, read, sides};
use crate::law::{Broken, Law, first_broken, same};
use crate::laws;

/// Rules of a stage more than these are found by an index.
const INDEXED: usize = 16;

pub(crate) fn world(seed: u64) -> World {
    match seed % 8 {
        7 => network_dense(seed),
        6 => network(seed, 24),
        small => network(seed, 2 + usize::try_from(small).unwrap_or(0)),
    }
}

#[test]
fn connections_are_judged_as_the_reference_judges_them() {
    Law {
        name: "connections are judged as the specification says",
        world,
        broken: differs,
    }
    .hold();
}

pub(crate) fn calico_world(seed: u64) -> World {
    network_calico(seed, 3 + usize::try_from(seed % 7).unwrap_or(0))
}

#[test]
fn policies_of_calico_are_judged_as_the_reference_judges_them() {
    Law {
        name: "policies of Calico are judged as the specification says",
        world: calico_world,
        broken: differs,
    }
    .hold();
}

#[test]
fn policies_of_calico_keep_the_laws_of_all() {
    let law = |name, broken| Law {
        name,
        world: calico_world,
        broken,
    };
    law("all ways to ask about Calico give one answer", disagrees).hold();
    law(
        "the order of Calico's objects is irrelevant",
        laws::order_is_irrelevant,
    )
    .hold();
    law(
        "the history of a snapshot with Calico is irrelevant",
        |world| {
            let seed = u64::try_from(world.requests.len()).unwrap_or(0);
            laws::history_is_irrelevant(world, &network_calico(seed, 5))
        },
    )
    .hold();
}

/// The reference takes objects to be valid, so a world that was made smaller has to stay so.
fn differs(world: &World) -> Option<Broken> {
    let cluster = cluster(&world.objects);
    if cluster.has_errors() {
        return None;
    }
    let engine = Engine::new(&cluster);
    let reference = Network::new(&world.objects);
    first_broken(world, |request| {
        let connection = Connection::read(request).map_err(|error| error.to_string())?;
        let expected = reference.decide(&connection);
        let spec = read(request);
        let explanation = engine.explain(&spec.as_request());
        match expected {
            Ok(expected) if explanation.decision.problem.is_none() => {
                same(&sides(&explanation), &expected)
            }
            Ok(expected) => Err(format!("{explanation:?}, not {expected:?}")),
            Err(error) if explanation.decision.problem.is_none() => Err(error.to_string()),
            Err(_) => Ok(()),
        }
    })
}

#[test]
fn worlds_are_what_an_api_server_would_accept() {
    for world in (0..200).map(world).chain((0..100).map(calico_world)) {
        let found = cluster(&world.objects).diagnostics();
        let error = found.iter().find(|found| found.severity == Severity::Error);
        assert!(error.is_none(), "{error:?}");
    }
}

#[test]
fn many_rules_are_judged_as_the_reference_judges_them() {
    let law = Law {
        name: "indexed rules are judged as the specification says",
        world: network_dense,
        broken: differs,
    };
    law.hold();
}

#[test]
fn dense_worlds_have_stages_that_are_indexed() {
    let indexed = (0..20).filter(|seed| {
        let world = network_dense(*seed);
        let engine = engine(&world.objects, Options::default());
        world
            .requests
            .iter()
            .any(|request| has_many_rules(&engine, request))
    });
    let indexed = indexed.count();
    assert!(indexed >= 15, "{indexed} of 20");
}

fn has_many_rules(engine: &Engine, request: &Value) -> bool {
    let Explanation { planes, .. } = engine.explain(&read(request).as_request());
    let mut stages = planes.iter().flat_map(|plane| &plane.stages);
    stages.any(|stage| {
        stage
            .policies
            .iter()
            .map(|policy| policy.rules)
            .sum::<usize>()
            > INDEXED
    })
}

#[test]
fn deciding_explaining_and_preparing_agree() {
    Law {
        name: "all ways to ask give one answer",
        world,
        broken: disagrees,
    }
    .hold();
}

fn disagrees(world: &World) -> Option<Broken> {
    let upstream = engine(&world.objects, Options::default());
    let options = Options {
        posture: Posture::Strict,
        ..Options::default()
    };
    let strict = engine(&world.objects, options);
    first_broken(world, |request| {
        let spec = read(request);
        let request = spec.as_request();
        laws::one_decision(&upstream, &request)?;
        laws::stages_answer_as_their_rules_do(&upstream.explain(&request))?;
        laws::strict_refuses_what_is_implicit(&upstream, &strict, &request)
    })
}

#[test]
fn the_order_of_objects_is_irrelevant() {
    let law = Law {
        name: "the order of objects is irrelevant",
        world,
        broken: laws::order_is_irrelevant,
    };
    law.hold();
}

#[test]
fn the_history_of_a_snapshot_is_irrelevant() {
    let law = Law {
        name: "the history of a snapshot is irrelevant",
        world,
        broken: |world| {
            let other = network(u64::try_from(world.requests.len()).unwrap_or(0), 5);
            laws::history_is_irrelevant(world, &other)
        },
    };
    law.hold();
}

#[test]
fn the_names_of_namespaces_are_irrelevant() {
    let law = Law {
        name: "the names of namespaces are irrelevant",
        world,
        broken: |world| laws::names_are_irrelevant(world, &["a", "b", "c", "d"]),
    };
    law.hold();
}

#[test]
fn a_rule_more_in_an_isolating_policy_takes_no_connection_away() {
    Law {
        name: "a rule more takes nothing away",
        world,
        broken: loses,
    }
    .hold();
}

fn loses(world: &World) -> Option<Broken> {
    let mut wider = world.objects.clone();
    wider.iter_mut().for_each(widen);
    let (before, after) = (
        engine(&world.objects, Options::default()),
        engine(&wider, Options::default()),
    );
    first_broken(world, |request| {
        let spec = read(request);
        let allows = |engine: &Engine| engine.decide(&spec.as_request()).is_allowed();
        if allows(&before) && !allows(&after) {
            return Err("allowed before, and with the rules no longer".to_owned());
        }
        Ok(())
    })
}

/// Adds rules to a NetworkPolicy, in the directions that it governs anyway: without `policyTypes`
/// the first egress rule would isolate.
fn widen(object: &mut Value) {
    if object["kind"] != "NetworkPolicy" {
        return;
    }
    let is_stated = object["spec"]["policyTypes"]
        .as_array()
        .is_some_and(|types| !types.is_empty());
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        let rules = object["spec"]
            .get_mut(direction)
            .and_then(Value::as_array_mut);
        if let Some(rules) = rules.filter(|rules| is_stated || !rules.is_empty()) {
            rules.push(json!({peers: [{"namespaceSelector": {"matchLabels": {"app": "1"}}}]}));
            rules.push(
                json!({peers: [{"ipBlock": {"cidr": "10.0.0.0/9"}}], "ports": [{"port": 80}]}),
            );
        }
    }
}
