//! Findings of `lint` against decisions one by one: what is said to change no answer is taken away.

use kordon::analyze::lint::{Finding, Findings, Problem, findings};
use kordon::model::{Item, Object};
use kordon::rule::{Direction, Rules, Target};
use kordon::{Decision, Options, Snapshot};
use kordon_testkit::world::{World, network, rbac};

use crate::engine::read;
use crate::equality::requests;
use crate::law::{Broken, Law};
use crate::laws::lowered;
use crate::network::calico_world;

#[test]
fn nothing_changes_without_what_is_said_to_change_nothing() {
    let law = |name, world| Law {
        name,
        world,
        broken: changes,
    };
    law("network policies can do without what is needless", |seed| {
        network(seed, 2 + usize::try_from(seed % 6).unwrap_or(0))
    })
    .hold();
    law(
        "Calico's policies can do without what is needless",
        |seed| calico_world(seed - seed % 4 + seed % 3),
    )
    .hold();
    law("grants can do without what is needless", |seed| {
        rbac(seed, 2 + usize::try_from(seed % 6).unwrap_or(0))
    })
    .hold();
}

fn changes(world: &World) -> Option<Broken> {
    let objects = lowered(&world.objects);
    let snapshot = Snapshot::of(Options::default(), &objects);
    let Findings { found, .. } = findings(&snapshot);
    let needless: Vec<Finding> = found
        .into_iter()
        .filter(|finding| finding.problem != Problem::Contradicts)
        .collect();
    let requests = requests(world, &snapshot);
    let decide = |snapshot: &Snapshot| -> Vec<Decision> {
        let decide = |request| snapshot.decide(&read(request).as_request());
        requests.iter().map(decide).collect()
    };
    let before = decide(&snapshot);
    let alone = needless.iter().map(std::slice::from_ref);
    alone.chain([needless.as_slice()]).find_map(|gone| {
        let without: Vec<Object> = objects.iter().map(|object| thinned(object, gone)).collect();
        let after = decide(&Snapshot::of(Options::default(), &without));
        let pairs = before.iter().zip(&after);
        let at = pairs.map(|(a, b)| (a.verdict, a.explicit) == (b.verdict, b.explicit));
        let at = at.collect::<Vec<_>>().iter().position(|is_same| !is_same)?;
        Some(Broken {
            request: requests[at].clone(),
            why: format!(
                "{:?} is not {:?} without {gone:#?}",
                before[at].verdict, after[at].verdict
            ),
        })
    })
}

/// The object without what findings point at.
fn thinned(object: &Object, gone: &[Finding]) -> Object {
    let of = gone.iter().filter(|finding| finding.at.object == object.id);
    let of: Vec<&Finding> = of.collect();
    let is_gone = |path: &str| {
        of.iter().any(|finding| {
            finding.at.path == path && !matches!(finding.problem, Problem::RedundantPolicy(_))
        })
    };
    let policy_is_gone = |direction: Option<Direction>| {
        of.iter().any(|finding| match finding.problem {
            Problem::RedundantPolicy(of) => of.is_none() || of == direction,
            _ => false,
        })
    };
    let items = object.items.iter().filter_map(|item| {
        let mut item = item.clone();
        match &mut item {
            Item::Policy(policy) => {
                let direction = match &policy.target {
                    Target::Workloads { direction, .. }
                    | Target::Endpoints { direction, .. }
                    | Target::BehindHosts { direction, .. } => Some(*direction),
                    Target::Principals { .. } => None,
                };
                if policy_is_gone(direction) {
                    return None;
                }
                if let Rules::Own(rules) = &mut policy.rules {
                    rules.retain(|rule| !is_gone(&rule.path.to_string()));
                }
                if let Target::Principals { subjects, .. } = &mut policy.target {
                    subjects.retain(|(path, _)| !is_gone(&path.to_string()));
                }
            }
            Item::RuleSet(set) => set.rules.retain(|rule| !is_gone(&rule.path.to_string())),
            _ => {}
        }
        Some(item)
    });
    Object {
        id: object.id.clone(),
        items: items.collect(),
    }
}
