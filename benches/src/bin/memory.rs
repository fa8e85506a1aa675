//! What a compiled cluster keeps in memory, counted by the allocator.
//!
//! It is a program of its own because a counting allocator would slow the others down.
#![expect(clippy::print_stdout, reason = "printing is what a program does")]

use std::alloc::System;

use kordon::model::Object;
use kordon_benches::company::Company;
use kordon_benches::fleet::{Crowd, Fleet, Replicas};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let pods = 100_000;
    for (replicas, name) in [(Replicas::Alike, "alike"), (Replicas::Distinct, "distinct")] {
        let fleet = |policies| Fleet::realistic(policies, pods, replicas, 1).objects;
        let alone = kept(fleet(0).into_iter());
        let guarded = kept(fleet(10_000).into_iter());
        println!(
            "{pods} pods, replicas {name}: {} a pod",
            bytes(alone / pods)
        );
        println!(
            "  with 10000 policies: {} a pod, {} a policy beside them",
            bytes(guarded / pods),
            bytes(guarded.saturating_sub(alone) / 10_000)
        );
    }
    let rules = 100_000;
    let long = Company::of_long_roles(rules / 10, 10, 1);
    println!(
        "{rules} rules, ten a role, each role bound: {}",
        bytes(kept(long.objects()))
    );
    let policies = Fleet::of_long_policies(rules / 10, 10, 1).objects;
    println!(
        "{rules} rules, ten a network policy: {}",
        bytes(kept(policies.into_iter()))
    );
    let realistic = Company::realistic(rules, 1);
    println!("{rules} bindings: {}", bytes(kept(realistic.objects())));
    let one_user = Company::one_user(rules, 1);
    println!(
        "{rules} bindings of one user: {}",
        bytes(kept(one_user.objects()))
    );
    for crowd in Crowd::ALL {
        let objects = Fleet::crowded(crowd, rules, 1).objects;
        println!(
            "{rules} policies that select one pod, {}: {}",
            crowd.name(),
            bytes(kept(objects.into_iter()))
        );
    }
}

/// The bytes that a snapshot of these objects holds, once they themselves are gone.
fn kept(objects: impl Iterator<Item = Object>) -> usize {
    let objects: Vec<Object> = objects.collect();
    let before = Region::new(ALLOCATOR);
    let snapshot = kordon_benches::snapshot(objects.iter().cloned());
    let change = before.change();
    drop(snapshot);
    change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated)
}

fn bytes(count: usize) -> String {
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{} KiB", count / 1024),
        _ => format!("{} MiB", count / 1024 / 1024),
    }
}
