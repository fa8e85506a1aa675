//! A random world, changed here and there, is judged as the reference evaluators judge it.

#![no_main]

#[path = "../../crates/kordon-testkit/tests/support/engine.rs"]
#[allow(dead_code, reason = "the tests that share it use more of it")]
mod engine;

use engine::{cluster, read, sides};
use kordon::{Engine, authorizer};
use kordon_testkit::reference::network::{Connection, Network};
use kordon_testkit::reference::rbac::Rbac;
use kordon_testkit::world::{World, network, network_calico, rbac};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Some((head, changes)) = bytes.split_first_chunk::<4>() else {
        return;
    };
    let [kind, size, seed @ ..] = *head;
    let (seed, size) = (u16::from_le_bytes(seed).into(), usize::from(size % 10));
    let is_network = kind % 2 == 0;
    let mut world = match kind % 4 {
        0 => network(seed, size),
        2 => network_calico(seed, size),
        _ => rbac(seed, size),
    };
    for change in changes.chunks(4).take(16) {
        apply(&mut world, change);
    }
    if is_network {
        check_network(&world);
    } else {
        check_rbac(&world);
    }
});

/// Removes something from an object, or puts a scalar of the world in the place of another.
fn apply(world: &mut World, change: &[u8]) {
    let [object, at, donor, from] = [0, 1, 2, 3].map(|index| change.get(index).copied());
    let (Some(object), Some(at)) = (object.map(usize::from), at.map(usize::from)) else {
        return;
    };
    let count = world.objects.len().max(1);
    let scalar = donor.zip(from).and_then(|(donor, from)| {
        let donor = world.objects.get(usize::from(donor) % count)?;
        let scalars = pointers(donor, true);
        let pointer = scalars.get(usize::from(from) % scalars.len().max(1))?;
        donor.pointer(pointer).cloned()
    });
    let Some(object) = world.objects.get_mut(object % count) else {
        return;
    };
    let places = pointers(object, scalar.is_some());
    let Some(pointer) = places.get(at % places.len().max(1)) else {
        return;
    };
    match scalar {
        Some(scalar) => {
            if let Some(place) = object.pointer_mut(pointer) {
                *place = scalar;
            }
        }
        None => remove(object, pointer),
    }
}

fn remove(object: &mut Value, pointer: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return;
    };
    match object.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.remove(&last.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(items)) => {
            if let Some(at) = last.parse().ok().filter(|at| *at < items.len()) {
                items.remove(at);
            }
        }
        _ => {}
    }
}

/// Where a value has parts, or scalars alone. The identity of an object is left as it is.
fn pointers(value: &Value, scalars: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((pointer, value)) = open.pop() {
        let is_identity = matches!(
            pointer.as_str(),
            "/apiVersion" | "/kind" | "/metadata" | "/metadata/name" | "/metadata/namespace"
        );
        let is_part = !(value.is_object() || value.is_array()) || !scalars;
        if is_part && !pointer.is_empty() && !is_identity {
            found.push(pointer.clone());
        }
        match value {
            Value::Object(fields) => open.extend(fields.iter().map(|(name, field)| {
                let name = name.replace('~', "~0").replace('/', "~1");
                (format!("{pointer}/{name}"), field)
            })),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                open.extend(items.map(|(at, item)| (format!("{pointer}/{at}"), item)));
            }
            _ => {}
        }
    }
    found
}

/// The reference takes objects to be valid.
fn check_network(world: &World) {
    let cluster = cluster(&world.objects);
    if cluster.has_errors() {
        return;
    }
    let (engine, reference) = (Engine::new(&cluster), Network::new(&world.objects));
    for request in &world.requests {
        let connection = Connection::read(request).expect("the requests can be read");
        let spec = read(request);
        let explanation = engine.explain(&spec.as_request());
        assert_eq!(explanation.decision, engine.decide(&spec.as_request()));
        match reference.decide(&connection) {
            Ok(expected) => assert_eq!(sides(&explanation), expected, "{request}"),
            Err(error) => assert!(explanation.decision.problem.is_some(), "{request}: {error}"),
        }
    }
}

/// The authorizer judges by what is stored, valid or not, as long as it has the right types.
fn check_rbac(world: &World) {
    let (engine, reference) = (
        Engine::new(&cluster(&world.objects)),
        Rbac::new(&world.objects),
    );
    for request in &world.requests {
        let expected = reference.decide(request).expect("the requests can be read");
        let spec = read(request);
        let explanation = engine.explain(&spec.as_request());
        assert_eq!(explanation.decision, engine.decide(&spec.as_request()));
        assert_eq!(
            explanation.decision.is_allowed(),
            expected.allowed,
            "{request}"
        );
        let errors = authorizer::errors(&explanation).into_iter().collect();
        assert_eq!(expected.errors, errors, "{request}");
    }
}
