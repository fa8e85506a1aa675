//! Decisions on API requests by the number of bindings.

use criterion::{Criterion, criterion_group, criterion_main};
use kordon_benches::clock::ThreadTime;
use kordon_benches::company::{Call, Company};
use kordon_benches::decide;

const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

fn rbac(criterion: &mut Criterion<ThreadTime>) {
    for size in SIZES {
        measure(criterion, "rbac", size, &Company::realistic(size, 1));
    }
    for size in SIZES {
        measure(
            criterion,
            "rbac-one-user",
            size,
            &Company::one_user(size, 1),
        );
    }
}

fn measure(criterion: &mut Criterion<ThreadTime>, name: &str, size: usize, company: &Company) {
    let snapshot = kordon_benches::snapshot(company.objects());
    let requests: Vec<_> = company.calls.iter().map(Call::as_request).collect();
    decide::measure(criterion, name, size, &snapshot, &requests);
    let calls = company.calls.iter();
    let prepared: Vec<_> = calls
        .map(|call| snapshot.prepare_api(&call.as_api()))
        .collect();
    decide::measure_prepared(criterion, name, size, &prepared, |prepared| {
        prepared.decide()
    });
}

criterion_group! {
    name = benches;
    config = kordon_benches::clock::criterion();
    targets = rbac
}
criterion_main!(benches);
