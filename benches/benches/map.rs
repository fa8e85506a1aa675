//! The map of all connections, and its picture, by the size of the cluster.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kordon::analyze::connectivity::Connectivity;
use kordon::connections::Filter;
use kordon::{Cluster, Engine};
use kordon_benches::clock::ThreadTime;
use kordon_testkit::world::scale_network;

/// Workloads and policies; each namespace has twenty workloads.
const SIZES: [(usize, usize); 2] = [(60, 126), (1_000, 2_100)];

/// Workloads and policies of a picture that can be read.
const PICTURE: (usize, usize) = (60, 126);

fn map(criterion: &mut Criterion<ThreadTime>) {
    for (workloads, policies) in SIZES {
        let engine = engine(workloads, policies);
        measure(criterion, "map/draw", workloads, || {
            Connectivity::of(engine.snapshot())
        });
        let map = Connectivity::of(engine.snapshot());
        measure(criterion, "map/rows", workloads, || map.rows().count());
    }
    let (workloads, policies) = PICTURE;
    let engine = engine(workloads, policies);
    let map = engine.connections();
    let filter = Filter::default();
    measure(criterion, "map/graph", workloads, || map.graph(&filter));
    let graph = map.graph(&filter);
    measure(criterion, "map/dot", workloads, || graph.to_dot());
    measure(criterion, "map/mermaid", workloads, || graph.to_mermaid());
    measure(criterion, "map/svg", workloads, || graph.to_svg());
}

fn engine(workloads: usize, policies: usize) -> Engine {
    let world = scale_network(policies, workloads, 1);
    let mut cluster = Cluster::new();
    for object in &world.objects {
        cluster.read_value("world", object);
    }
    Engine::new(&cluster)
}

fn measure<R>(
    criterion: &mut Criterion<ThreadTime>,
    id: &str,
    workloads: usize,
    mut work: impl FnMut() -> R,
) {
    let mut group = criterion.benchmark_group(id);
    group.bench_function(BenchmarkId::from_parameter(workloads), |bencher| {
        bencher.iter(|| black_box(work()));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = kordon_benches::clock::criterion();
    targets = map
}
criterion_main!(benches);
