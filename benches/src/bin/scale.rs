//! What compiling a large cluster costs, and what reading it from two threads gains.
#![expect(clippy::print_stdout, reason = "printing is what a program does")]

use kordon::model::{Change, Object};
use kordon::{Options, Request, Snapshot};
use kordon_benches::clock::timed;
use kordon_benches::company::{Call, Company};
use kordon_benches::cycle::Cycle;
use kordon_benches::fleet::{Connection, Crowd, Fleet, Replicas};
use kordon_benches::snapshot;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|name| name == part);
    if is_wanted("compile") {
        compile();
    }
    if is_wanted("threads") {
        threads();
    }
}

fn compile() {
    let fleet = |replicas| Fleet::realistic(10_000, 100_000, replicas, 1).objects;
    let crowd = |crowd| Fleet::crowded(crowd, 10_000, 1).objects;
    compile_one(
        "10000 policies, 100000 pods, replicas alike",
        &fleet(Replicas::Alike),
    );
    compile_one(
        "10000 policies, 100000 pods, replicas distinct",
        &fleet(Replicas::Distinct),
    );
    for one in Crowd::ALL {
        let name = format!("10000 policies that select one pod, {}", one.name());
        compile_one(&name, &crowd(one));
    }
    compile_one(
        "100000 bindings",
        &Company::realistic(100_000, 1).objects().collect::<Vec<_>>(),
    );
    compile_one(
        "100000 bindings of one user",
        &Company::one_user(100_000, 1).objects().collect::<Vec<_>>(),
    );
}

/// The changes are there before the clock starts: who reads them pays for making them.
fn compile_one(name: &str, objects: &[Object]) {
    let best = (0..3)
        .map(|_| {
            let changes: Vec<Change> = objects.iter().cloned().map(Change::Put).collect();
            let (snapshot, time) = timed(|| Snapshot::new(Options::default()).apply(changes));
            drop(snapshot);
            time
        })
        .min();
    println!("compile {name}: {:.1?}", best.unwrap_or_default());
}

fn threads() {
    let fleet = Fleet::realistic(10_000, 100_000, Replicas::Alike, 1);
    let requests: Vec<Request<'_>> = fleet
        .connections
        .iter()
        .map(Connection::as_request)
        .collect();
    rates(
        "network, 10000 policies",
        &snapshot(fleet.objects.iter().cloned()),
        &requests,
    );
    let company = Company::realistic(10_000, 1);
    let requests: Vec<Request<'_>> = company.calls.iter().map(Call::as_request).collect();
    let base = snapshot(company.objects());
    rates("rbac, 10000 bindings", &base, &requests);
}

fn rates(name: &str, snapshot: &Snapshot, requests: &[Request<'_>]) {
    let one = best_rate(1, snapshot, requests);
    let two = best_rate(2, snapshot, requests);
    println!(
        "threads {name}: {one:.1} million a second with one, {two:.1} with two, {:.2} times",
        two / one
    );
}

/// Millions of decisions a second, each thread's counted in the time that it worked.
fn best_rate(threads: usize, snapshot: &Snapshot, requests: &[Request<'_>]) -> f64 {
    const DECISIONS: u32 = 2_000_000;
    let run = || {
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        let mut cycle = Cycle::new(requests);
                        let ((), time) = timed(|| {
                            for _ in 0..DECISIONS {
                                std::hint::black_box(cycle.next(|r| snapshot.decide(r)));
                            }
                        });
                        f64::from(DECISIONS) / time.as_secs_f64() / 1e6
                    })
                })
                .collect();
            workers
                .into_iter()
                .filter_map(|worker| worker.join().ok())
                .sum::<f64>()
        })
    };
    (0..5).map(|_| run()).fold(0.0, f64::max)
}
