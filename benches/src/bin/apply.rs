//! What one changed object costs in a large cluster, and what a reader notices of it.
#![expect(clippy::print_stdout, reason = "printing is what a program does")]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use kordon::model::{Change, Item, NamespaceMatch, Object, ObjectRef, Selector};
use kordon::rule::{Combine, Order, Otherwise, Target};
use kordon::{Request, Snapshot};
use kordon_benches::clock::timed;
use kordon_benches::company::Company;
use kordon_benches::fleet::{
    Connection, Crowd, Fleet, NetworkRules, Replicas, namespace, network_policy, pod,
};
use kordon_benches::snapshot;

/// How often each kind of change is made.
const CHANGES: usize = 40;
const PODS: usize = 100_000;

fn main() {
    let fleet = Fleet::realistic(10_000, PODS, Replicas::Alike, 1);
    let base = snapshot(fleet.objects.iter().cloned());
    change_policies(&base);
    change_inventory(&base);
    change_wide(&base);
    change_under_load(&base, &fleet);
    change_crowds();
    change_grants();
}

fn change_policies(base: &Snapshot) {
    change("a NetworkPolicy for one application", base, one_application);
    change("a NetworkPolicy for a namespace", base, |number| {
        Change::Put(network_policy(
            number,
            "extra",
            &Selector::Everything,
            nothing(),
        ))
    });
    change("the removal of a NetworkPolicy", base, |number| {
        let namespace = format!("ns-{number}");
        let (group, kind) = ("networking.k8s.io", "NetworkPolicy");
        Change::Remove(ObjectRef::namespaced(
            group,
            kind,
            &namespace,
            "default-deny",
        ))
    });
}

fn change_inventory(base: &Snapshot) {
    change("a pod with other labels", base, |number| {
        Change::Put(pod(number * 101, Replicas::Distinct))
    });
    change("a pod as it was", base, |number| {
        Change::Put(pod(number * 101, Replicas::Alike))
    });
    change("a further pod", base, |number| {
        Change::Put(pod(PODS + number, Replicas::Alike))
    });
    change("the labels of a namespace", base, |number| {
        Change::Put(relabelled(number))
    });
}

fn change_wide(base: &Snapshot) {
    let production = Selector::In("env".into(), vec!["production".into()]);
    change("a policy for all namespaces", base, |_| {
        Change::Put(wide(&Selector::Everything))
    });
    change("a policy for a third of the namespaces", base, |_| {
        Change::Put(wide(&production))
    });
    let guarded = base.apply([Change::Put(wide(&production))]);
    change(
        "the labels of a namespace that such a policy selects",
        &guarded,
        |number| Change::Put(relabelled(number * 3)),
    );
}

fn change_crowds() {
    for size in [1_000, 10_000] {
        let crowd = snapshot(Fleet::crowded(Crowd::Addresses, size, 1).objects);
        change(
            &format!("a NetworkPolicy where {size} select one pod"),
            &crowd,
            |number| {
                let name = format!("only-{number}");
                Change::Put(network_policy(0, &name, &Selector::Everything, nothing()))
            },
        );
    }
}

fn change_grants() {
    let company = Company::realistic(100_000, 1);
    let base = snapshot(company.objects());
    change("a RoleBinding among 100000", &base, |number| {
        rebound(&company, number * 101 + 1)
    });
    change("a ClusterRole that 1000 bindings name", &base, |number| {
        reordered(&company, number)
    });
    for size in [1_000, 10_000, 100_000] {
        let company = Company::one_user(size, 1);
        let base = snapshot(company.objects());
        change(
            &format!("a binding of a user who has {size}"),
            &base,
            |number| rebound(&company, number),
        );
        change(
            &format!("a role of a user who has {size}"),
            &base,
            |number| reordered(&company, number),
        );
    }
}

/// A binding, put again.
fn rebound(company: &Company, number: usize) -> Change {
    let object = company
        .bindings
        .get(number)
        .map(|binding| company.binding_object(binding));
    object.map_or_else(no_change, Change::Put)
}

/// A role with its rules in another order.
fn reordered(company: &Company, number: usize) -> Change {
    let object = company.roles.get(number).map(|role| {
        let mut role = role.clone();
        role.rules.reverse();
        role.object()
    });
    object.map_or_else(no_change, Change::Put)
}

fn no_change() -> Change {
    Change::Remove(ObjectRef::cluster("", "Nothing", "nothing"))
}

fn one_application(number: usize) -> Change {
    let selector = Selector::In("app".into(), vec![format!("app-{}", number % 20)]);
    Change::Put(network_policy(number % 1000, "extra", &selector, nothing()))
}

/// Rules that isolate for ingress and admit nothing.
fn nothing() -> NetworkRules {
    NetworkRules {
        ingress: Some(Vec::new()),
        egress: None,
    }
}

fn relabelled(number: usize) -> Object {
    let mut object = namespace(number);
    for item in &mut object.items {
        if let Item::Namespace(namespace) = item {
            namespace
                .labels
                .insert("changed".to_owned(), "yes".to_owned());
        }
    }
    object
}

/// A policy that stands before the others, in the namespaces that a selector names.
fn wide(selector: &Selector) -> Object {
    let mut object = network_policy(0, "wide", &Selector::Everything, nothing());
    for item in &mut object.items {
        if let Item::Policy(policy) = item {
            policy.stage.order = Order(0.0);
            "admin".clone_into(&mut policy.stage.name);
            policy.stage.combine = Combine::FirstMatch {
                otherwise: Otherwise::Pass,
            };
            if let Target::Workloads { namespaces, .. } = &mut policy.target {
                *namespaces = NamespaceMatch::Matching(selector.clone());
            }
        }
    }
    object
}

/// Applies changes one after another, each to what the one before led to, as a server does.
fn change(name: &str, base: &Snapshot, of: impl Fn(usize) -> Change) {
    let mut current = base.clone();
    let mut times = Vec::with_capacity(CHANGES);
    for number in 0..CHANGES {
        let change = of(number);
        let (next, time) = timed(|| current.apply([change]));
        let ((), dropping) = timed(|| drop(std::mem::replace(&mut current, next)));
        times.push((time, dropping));
    }
    times.sort();
    if let (Some(median), Some(most)) = (times.get(CHANGES / 2), times.last()) {
        println!(
            "{name}: median {:.1?}, most {:.1?}, dropping the old snapshot {:.1?}",
            median.0, most.0, median.1
        );
    }
}

/// Applies changes while another thread decides, and says what the reader noticed.
fn change_under_load(base: &Snapshot, fleet: &Fleet) {
    let reader = Reader {
        current: RwLock::new(Arc::new(base.clone())),
        requests: fleet
            .connections
            .iter()
            .map(Connection::as_request)
            .collect(),
        decided: AtomicU32::new(0),
        stop: AtomicBool::new(false),
    };
    let (times, before, meanwhile, slowest) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| reader.read());
        std::thread::sleep(Reader::SPAN);
        let before = reader.decided.swap(0, Ordering::Relaxed);
        let times = reader.write();
        let meanwhile = reader.decided.load(Ordering::Relaxed);
        reader.stop.store(true, Ordering::Relaxed);
        (times, before, meanwhile, reading.join().unwrap_or_default())
    });
    let rate = |count: u32| f64::from(count) / Reader::SPAN.as_secs_f64() / 1e6;
    println!(
        "a NetworkPolicy for one application, while another thread decides: median {:.1?} of {} \
         changes; {:.1} million decisions a second before, {:.1} meanwhile, {} of them took at \
         most {slowest:.1?}",
        times.get(times.len() / 2).copied().unwrap_or_default(),
        times.len(),
        rate(before),
        rate(meanwhile),
        Reader::ROUND,
    );
}

/// A thread that decides over whatever snapshot is the current one.
struct Reader<'a> {
    current: RwLock<Arc<Snapshot>>,
    requests: Vec<Request<'a>>,
    decided: AtomicU32,
    stop: AtomicBool,
}

impl Reader<'_> {
    /// Decisions over one snapshot.
    const ROUND: u32 = 256;
    const SPAN: Duration = Duration::from_millis(500);

    fn snapshot(&self) -> Arc<Snapshot> {
        match self.current.read() {
            Ok(held) => Arc::clone(&held),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// Decides until told to stop. Returns the longest that one round took.
    fn read(&self) -> Duration {
        let mut slowest = Duration::ZERO;
        while !self.stop.load(Ordering::Relaxed) {
            let snapshot = self.snapshot();
            let start = Instant::now();
            for (request, _) in self.requests.iter().zip(0..Self::ROUND) {
                std::hint::black_box(snapshot.decide(request));
            }
            slowest = slowest.max(start.elapsed());
            self.decided.fetch_add(Self::ROUND, Ordering::Relaxed);
        }
        slowest
    }

    /// Makes changes for a while. Returns how long each took, in ascending order.
    fn write(&self) -> Vec<Duration> {
        let start = Instant::now();
        let mut times = Vec::new();
        while start.elapsed() < Self::SPAN {
            let change = one_application(times.len());
            let old = self.snapshot();
            let (next, time) = timed(|| old.apply([change]));
            if let Ok(mut held) = self.current.write() {
                *held = Arc::new(next);
            }
            times.push(time);
        }
        times.sort();
        times
    }
}
