//! Decisions on connections, and explanations, by the number of policies.

use criterion::{Criterion, criterion_group, criterion_main};
use kordon::{ConnectionRequest, DescribedWorkload, Endpoint, Port, Protocol, Request, Snapshot};
use kordon_benches::clock::ThreadTime;
use kordon_benches::decide;
use kordon_benches::fleet::{Connection, Crowd, End, Fleet, Replicas};

/// Policies and pods.
const SIZES: [(usize, usize); 5] = [
    (10, 100),
    (100, 1_000),
    (1_000, 10_000),
    (10_000, 100_000),
    (100_000, 100_000),
];

fn network(criterion: &mut Criterion<ThreadTime>) {
    for (size, pods) in SIZES {
        let fleet = Fleet::realistic(size, pods, Replicas::Alike, 1);
        let snapshot = kordon_benches::snapshot(fleet.objects.iter().cloned());
        measure(criterion, "network", size, &fleet, &snapshot);
        let requests: Vec<_> = fleet
            .connections
            .iter()
            .map(Connection::as_request)
            .collect();
        decide::one(criterion, "network/explain", size, &requests, |request| {
            snapshot.explain(request)
        });
        measure_described(criterion, size, &fleet, &snapshot);
    }
    for crowd in Crowd::ALL {
        for (size, _) in SIZES {
            let name = format!("network-one-pod-{}", crowd.name());
            let fleet = Fleet::crowded(crowd, size, 1);
            let snapshot = kordon_benches::snapshot(fleet.objects.iter().cloned());
            measure(criterion, &name, size, &fleet, &snapshot);
        }
    }
}

fn measure(
    criterion: &mut Criterion<ThreadTime>,
    name: &str,
    size: usize,
    fleet: &Fleet,
    snapshot: &Snapshot,
) {
    let requests: Vec<_> = fleet
        .connections
        .iter()
        .map(Connection::as_request)
        .collect();
    decide::measure(criterion, name, size, snapshot, &requests);
    let connections = fleet.connections.iter().map(Connection::as_connection);
    let prepared: Vec<_> = connections
        .filter_map(|one| snapshot.prepare_connection(&one).ok())
        .collect();
    decide::measure_prepared(criterion, name, size, &prepared, |prepared| {
        prepared.decide()
    });
}

/// Connections from a pod that need not exist, with labels that pods have.
fn measure_described(
    criterion: &mut Criterion<ThreadTime>,
    size: usize,
    fleet: &Fleet,
    snapshot: &Snapshot,
) {
    let labels = [("app", "app-0"), ("tier", "front")];
    let described = DescribedWorkload {
        namespace: "ns-0".to_owned(),
        labels: labels
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        ..DescribedWorkload::default()
    };
    let from_described = |one| match one {
        &Connection {
            to: End::Pod(ref namespace, ref name),
            port,
            ..
        } => Some(Request::Connection(ConnectionRequest {
            from: Endpoint::Described(&described),
            to: Endpoint::Named { namespace, name },
            protocol: Protocol::TCP,
            port: Port::Number(port),
            session: None,
        })),
        _ => None,
    };
    let requests: Vec<_> = fleet
        .connections
        .iter()
        .filter_map(from_described)
        .collect();
    decide::one(criterion, "network/described", size, &requests, |request| {
        snapshot.decide(request)
    });
}

criterion_group! {
    name = benches;
    config = kordon_benches::clock::criterion();
    targets = network
}
criterion_main!(benches);
