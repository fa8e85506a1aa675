//! The benchmarks of decisions that every plane has.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use kordon::{Decision, Request, Snapshot};

use crate::clock::ThreadTime;
use crate::cycle::Cycle;

/// Measures decisions on requests in turn: on all, on those allowed, on those denied, and on the
/// first alone, which is what a loop over one request shows.
pub fn measure(
    criterion: &mut Criterion<ThreadTime>,
    name: &str,
    size: usize,
    snapshot: &Snapshot,
    requests: &[Request<'_>],
) {
    let (allowed, denied): (Vec<Request<'_>>, Vec<Request<'_>>) = requests
        .iter()
        .partition(|request| snapshot.decide(request).is_allowed());
    for (mix, requests) in [
        ("mix", requests),
        ("allowed", &allowed),
        ("denied", &denied),
        ("hot", requests.get(..1).unwrap_or_default()),
    ] {
        // A world of which nothing is allowed has no such figure.
        if !requests.is_empty() {
            let id = format!("{name}/{mix}");
            one(criterion, &id, size, requests, |request| {
                snapshot.decide(request)
            });
        }
    }
}

/// Measures decisions on prepared requests in turn, and on the first alone.
pub fn measure_prepared<T>(
    criterion: &mut Criterion<ThreadTime>,
    name: &str,
    size: usize,
    prepared: &[T],
    decide: impl Fn(&T) -> Decision,
) {
    let hot = prepared.get(..1).unwrap_or_default();
    one(
        criterion,
        &format!("{name}/prepared"),
        size,
        prepared,
        &decide,
    );
    one(
        criterion,
        &format!("{name}/prepared-hot"),
        size,
        hot,
        &decide,
    );
}

/// Measures something that is done with items in turn.
pub fn one<T, R>(
    criterion: &mut Criterion<ThreadTime>,
    id: &str,
    size: usize,
    items: &[T],
    mut work: impl FnMut(&T) -> R,
) {
    let mut cycle = Cycle::new(items);
    let mut group = criterion.benchmark_group(id);
    group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
        bencher.iter(|| cycle.next(|item| work(black_box(item))));
    });
    group.finish();
}
