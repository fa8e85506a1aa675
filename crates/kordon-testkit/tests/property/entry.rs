//! What comes in by entry points, against the reference and against other histories.

use std::collections::BTreeSet;

use kordon::{Engine, Options, Snapshot};
use kordon_testkit::reference::entry::{Served, served};
use kordon_testkit::world::{Random, World, entry};
use serde_json::json;

use crate::engine::engine;
use crate::law::{Broken, Law, same};
use crate::laws;

#[test]
fn entry_points_lead_where_the_reference_finds_that_they_lead() {
    Law {
        name: "entry points lead where their objects say",
        world: entry,
        broken: differs,
    }
    .hold();
}

#[test]
fn the_history_of_entry_points_is_irrelevant() {
    Law {
        name: "the order and history of entry points is irrelevant",
        world: entry,
        broken: depends_on_history,
    }
    .hold();
}

fn differs(world: &World) -> Option<Broken> {
    let engine = engine(&world.objects, Options::default());
    broken(same(&found(engine.snapshot()), &served(&world.objects)))
}

fn depends_on_history(world: &World) -> Option<Broken> {
    let mut other = world.objects.clone();
    Random::new(7).shuffle(&mut other);
    let other: Engine = engine(&other, Options::default());
    let given = engine(&world.objects, Options::default());
    let ways = |snapshot: &Snapshot| -> Vec<String> {
        let ways = snapshot.ways().into_iter();
        ways.map(|way| {
            format!(
                "{} {} {:?} {}",
                way.object,
                way.point.path,
                way.to.name(),
                way.port
            )
        })
        .collect()
    };
    let told = ways(given.snapshot());
    broken(same(&ways(other.snapshot()), &told)).or_else(|| {
        let grown = laws::grown(&world.objects, &entry(world.objects.len() as u64).objects);
        broken(same(&ways(&grown), &told))
    })
}

/// There is no request that shows it.
fn broken(result: Result<(), String>) -> Option<Broken> {
    let request = json!(null);
    result.err().map(|why| Broken { request, why })
}

fn found(snapshot: &Snapshot) -> BTreeSet<Served> {
    let ways = snapshot.ways();
    let mut found: BTreeSet<Served> = BTreeSet::new();
    for certain in [true, false] {
        for way in ways.iter().filter(|way| way.is_open == certain) {
            let name = way.to.name();
            let served = Served {
                pod: format!("{}/{}", name.namespace, name.name),
                protocol: way.protocol().to_string(),
                port: way.port.into(),
                is_certain: true,
            };
            if certain || !found.contains(&served) {
                found.insert(Served {
                    is_certain: certain,
                    ..served
                });
            }
        }
    }
    found
}
