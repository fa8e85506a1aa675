//! What the map of all connections costs, by the size of the cluster.
#![expect(clippy::print_stdout, reason = "printing is what a program does")]

use std::alloc::System;

use kordon::analyze::connectivity::Connectivity;
use kordon::{Cluster, Engine};
use kordon_benches::clock::timed;
use kordon_testkit::world::{World, scale_network};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Workloads and policies; each namespace has twenty workloads.
const SIZES: [(usize, usize); 5] = [
    (100, 210),
    (300, 630),
    (1_000, 2_100),
    (5_000, 10_000),
    (10_000, 21_000),
];

fn main() {
    println!("| workloads | policies | map | walk over all rows | rows | memory kept |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (workloads, policies) in SIZES {
        line(
            workloads,
            policies,
            "",
            scale_network(policies, workloads, 1),
        );
        let mut open = scale_network(policies, workloads, 1);
        open.objects
            .retain(|object| object["kind"] != "NetworkPolicy");
        line(workloads, 0, "no policy", open);
    }
}

fn line(workloads: usize, policies: usize, note: &str, world: World) {
    let mut cluster = Cluster::new();
    for object in &world.objects {
        cluster.read_value("world", object);
    }
    let engine = Engine::new(&cluster);
    drop((world, cluster));
    let region = Region::new(ALLOCATOR);
    let (map, drawn) = timed(|| Connectivity::of(engine.snapshot()));
    let change = region.change();
    let kept = change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated)
        / 1024;
    let (rows, walked) = timed(|| map.rows().count());
    println!(
        "| {workloads} | {policies} {note} | {:.1} ms | {:.1} ms | {rows} | {kept} KiB |",
        drawn.as_secs_f64() * 1e3,
        walked.as_secs_f64() * 1e3,
    );
}
