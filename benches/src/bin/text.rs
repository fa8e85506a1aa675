//! How fast manifests become an engine, and which step takes which share.
#![expect(clippy::print_stdout, reason = "printing is what a program does")]

use std::time::Duration;

use kordon::kinds::{Lowered, Settings, lower};
use kordon::model::Change;
use kordon::syntax::{Limits, SourceId, Sources, parse};
use kordon::{Cluster, Engine, Options, Snapshot};
use kordon_benches::clock::timed;
use kordon_benches::manifest::documents;
use kordon_testkit::world::{World, scale_network, scale_rbac};

const NAME: &str = "world.yaml";

fn main() {
    measure(
        "2000 policies and 10000 pods",
        &scale_network(2_000, 10_000, 1),
    );
    measure(
        "4000 policies and 1000 pods",
        &scale_network(4_000, 1_000, 1),
    );
    measure("20000 bindings", &scale_rbac(20_000, 1));
}

fn measure(name: &str, world: &World) {
    let text = documents(&world.objects);
    let source = Sources::default().add(NAME, text.as_str());
    let whole = best(|| (), |()| Engine::new(&cluster(&text)));
    let parsing = best(|| (), |()| parse(source, &text, &Limits::default()));
    let reading = best(|| (), |()| cluster(&text));
    let changes = || {
        lowered(source, &text)
            .objects
            .into_iter()
            .map(|one| Change::Put(one.object))
    };
    let compiling = best(
        || changes().collect::<Vec<_>>(),
        |changes| Snapshot::new(Options::default()).apply(changes),
    );
    let megabytes = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX)) / 1e6;
    let share = |part: Duration| 100.0 * part.as_secs_f64() / whole.as_secs_f64();
    println!(
        "{name}: {megabytes:.1} MB in {whole:.0?}, {:.1} MB/s; parse {:.0} %, lower {:.0} %, \
         settle {:.0} %, compile {:.0} %",
        megabytes / whole.as_secs_f64(),
        share(parsing),
        share(reading.saturating_sub(parsing)),
        share(whole.saturating_sub(reading + compiling)),
        share(compiling),
    );
}

fn cluster(text: &str) -> Cluster {
    let mut cluster = Cluster::new();
    cluster.read(NAME, text);
    cluster
}

fn lowered(source: SourceId, text: &str) -> Lowered {
    let mut lowered = Lowered::default();
    for document in parse(source, text, &Limits::default()).documents {
        lower(&document.root, source, &Settings::default(), &mut lowered);
    }
    lowered
}

/// The least time that some work takes, without what it needs before and leaves behind.
fn best<S, T>(set_up: impl Fn() -> S, work: impl Fn(S) -> T) -> Duration {
    let once = |_| {
        let prepared = set_up();
        let (result, time) = timed(|| work(prepared));
        drop(result);
        time
    };
    (0..5).map(once).min().unwrap_or_default()
}
