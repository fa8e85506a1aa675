//! Proofs of equality, and differences, against decisions one by one.

use std::collections::BTreeSet;
use std::net::IpAddr;

use kordon::analyze::connectivity::Connectivity;
use kordon::equality::Equality;
use kordon::{Engine, Options, RequestSpec, Snapshot, Verdict};
use kordon_testkit::world::{Random, World, rbac};
use serde_json::{Map, Value, json};

use crate::engine::{engine, read};
use crate::law::{Broken, Law};
use crate::network;

/// So many changes of each world are compared with it.
const CHANGES: usize = 6;

/// So many requests of each world are about workloads that need not exist.
const DESCRIBED: usize = 300;

#[test]
fn sets_are_equal_where_no_decision_differs() {
    let law = |name, world, broken| Law {
        name,
        world,
        broken,
    };
    law(
        "sets of network policies are equal where no decision differs",
        |seed| kordon_testkit::world::network(seed, 2 + usize::try_from(seed % 5).unwrap_or(0)),
        differs,
    )
    .hold();
    law(
        "sets of Calico's policies are equal where no decision differs",
        |seed| network::calico_world(seed - seed % 4 + seed % 3),
        differs,
    )
    .hold();
    law(
        "sets of grants are equal where no decision differs",
        |seed| rbac(seed, 2 + usize::try_from(seed % 6).unwrap_or(0)),
        differs,
    )
    .hold();
}

fn differs(world: &World) -> Option<Broken> {
    let old = engine(&world.objects, Options::default());
    (0..CHANGES).find_map(|number| {
        let size = world.objects.len() * 31 + world.requests.len() * 7 + number;
        let mut random = Random::new(u64::try_from(size).unwrap_or(0));
        let objects = changed(&world.objects, &mut random);
        let new = engine(&objects, Options::default());
        match Equality::of(&old, &new) {
            Equality::Unproven(_) => None,
            Equality::Different(found) => {
                let request = found.request.to_json();
                let is_shown = said(&old, &read(&request)) != said(&new, &read(&request));
                let why = "both sets answer alike what is said to be a difference".to_owned();
                (!is_shown).then_some(Broken { request, why })
            }
            Equality::Proven => {
                let described = (0..DESCRIBED).map(|_| described(&mut random));
                let mut requests = world.requests.iter().cloned().chain(described);
                let request = requests
                    .find(|request| said(&old, &read(request)) != said(&new, &read(request)))?;
                let (old, new) = (said(&old, &read(&request)), said(&new, &read(&request)));
                let why = format!(
                    "said to be equal, and {old} is not {new} after a change to\n{}",
                    crate::yaml::to_yaml(&objects)
                );
                Some(Broken { request, why })
            }
        }
    })
}

fn said(engine: &Engine, request: &RequestSpec) -> Verdict {
    engine.decide(&request.as_request()).verdict
}

/// Objects with a small change of a policy, which may mean nothing.
fn changed(objects: &[Value], random: &mut Random) -> Vec<Value> {
    let is_policy = |object: &Value| {
        let kind = object["kind"].as_str().unwrap_or_default();
        kind.contains("Policy") || kind.contains("Role") || kind == "Tier"
    };
    let policies: Vec<usize> = (0..objects.len())
        .filter(|at| is_policy(&objects[*at]))
        .collect();
    let mut objects = objects.to_vec();
    if policies.is_empty() {
        return objects;
    }
    let at = random.pick(&policies);
    match random.below(5) {
        0 => {
            objects.remove(at);
        }
        1 => {
            let mut copy = objects[at].clone();
            let name = format!("{}-copy", copy["metadata"]["name"].as_str().unwrap_or("p"));
            copy["metadata"]["name"] = json!(name);
            objects.push(copy);
        }
        2 => objects[at] = expressed(&objects[at]),
        _ => {
            let thinner = thinner(&objects[at]);
            if !thinner.is_empty() {
                objects[at] = thinner[random.below(thinner.len())].clone();
            }
        }
    }
    objects
}

/// The same with labels to match as expressions.
fn expressed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(expressed).collect(),
        Value::Object(fields) => {
            let mut fields: Map<String, Value> = fields
                .iter()
                .map(|(key, value)| (key.clone(), expressed(value)))
                .collect();
            if let Some(Value::Object(labels)) = fields.remove("matchLabels") {
                let expression = |(key, value): (String, Value)| json!({"key": key, "operator": "In", "values": [value]});
                let list = fields
                    .entry("matchExpressions")
                    .or_insert_with(|| json!([]));
                if let Some(list) = list.as_array_mut() {
                    list.extend(labels.into_iter().map(expression));
                }
            }
            Value::Object(fields)
        }
        other => other.clone(),
    }
}

/// The object with an item of a list less, each in turn.
fn thinner(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => {
            let fewer = (0..items.len()).map(|at| {
                let mut items = items.clone();
                items.remove(at);
                Value::Array(items)
            });
            let deeper = items.iter().enumerate().flat_map(|(at, item)| {
                thinner(item).into_iter().map(move |item| {
                    let mut items = items.clone();
                    items[at] = item;
                    Value::Array(items)
                })
            });
            fewer.chain(deeper).collect()
        }
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, field)| {
                thinner(field).into_iter().map(move |field| {
                    let mut fields = fields.clone();
                    fields.insert(key.clone(), field);
                    Value::Object(fields)
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The requests of the world, between all that exist, and between much that does not.
pub(crate) fn requests(world: &World, snapshot: &Snapshot) -> Vec<Value> {
    let mut random = Random::new(u64::try_from(world.objects.len()).unwrap_or(0));
    let map = Connectivity::of(snapshot);
    let names = map.workloads().iter().map(|workload| {
        let name = &workload.name;
        match name.kind.as_str() {
            "Node" => json!({"node": name.name}),
            kind => json!({"workload": format!("{}/{kind}/{}", name.namespace, name.name)}),
        }
    });
    let borders: BTreeSet<IpAddr> = map
        .ranges()
        .iter()
        .flat_map(|r| [r.first, r.last])
        .collect();
    let ends: Vec<Value> = names
        .chain(borders.iter().map(|ip| json!({"ip": ip})))
        .collect();
    let pairs = ends
        .iter()
        .flat_map(|from| ends.iter().map(move |to| (from, to)));
    let mut requests = world.requests.clone();
    for (from, to) in pairs {
        for port in [1, 53, 80, 85, 8080, 9000] {
            let protocol = if port == 53 { "UDP" } else { "TCP" };
            requests.push(
                json!({"kind": "connection", "from": from, "to": to, "port": port,
                "protocol": protocol}),
            );
        }
    }
    requests.extend((0..DESCRIBED).map(|_| described(&mut random)));
    requests
}

/// A connection between workloads that need not exist, and addresses.
fn described(random: &mut Random) -> Value {
    let (from, to) = (end(random), end(random));
    let port = random.pick(&[1, 52, 53, 54, 80, 85, 90, 8080, 9000, 65535]);
    let protocol = random.pick(&["TCP", "UDP", "SCTP"]);
    json!({"kind": "connection", "from": from, "to": to, "port": port, "protocol": protocol})
}

fn end(random: &mut Random) -> Value {
    if random.chance(15) {
        return json!({"ip": random.pick(&["9.255.255.255", "10.0.1.3", "203.0.113.200", "2001:db8::7"])});
    }
    let namespace = random.pick(&["a", "b", "c", "d", "e"]);
    let mut end = json!({"namespace": namespace, "labels": labels(random)});
    if random.chance(50) {
        let mut labels = labels(random);
        labels["kubernetes.io/metadata.name"] = json!(namespace);
        end["namespaceLabels"] = labels;
    }
    if random.chance(30) {
        end["ip"] = json!(random.pick(&[
            "10.0.0.1",
            "10.0.1.3",
            "172.18.0.2",
            "fd00::2",
            "2001:db8::1"
        ]));
    }
    if random.chance(30) {
        end["serviceAccount"] = json!(random.pick(&["default", "one", "two"]));
    }
    if random.chance(50) {
        let name = random.pick(&["web", "dns", "metrics"]);
        let port = random.pick(&[53, 80, 8080]);
        end["ports"] =
            json!([{"name": name, "port": port, "protocol": random.pick(&["TCP", "UDP"])}]);
    }
    end
}

fn labels(random: &mut Random) -> Value {
    let keys = random.some(&["app", "env", "team"], 2);
    let values = ["1", "2", "", "3"];
    keys.into_iter()
        .map(|key| (key.to_owned(), json!(random.pick(&values))))
        .collect::<Map<_, _>>()
        .into()
}
