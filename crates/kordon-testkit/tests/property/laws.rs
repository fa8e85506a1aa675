//! What holds for the engine by itself, whatever policies mean.

use kordon::kinds::{Lowered, Settings};
use kordon::model::{Change, Object};
use kordon::syntax::{Node, Sources};
use kordon::{Engine, Explanation, Options, PlaneFinding, Request, Snapshot, Verdict};
use kordon_testkit::world::{Random, World};
use serde_json::Value;

use crate::engine::{engine, read};
use crate::law::{Broken, first_broken, same};

/// Explaining and deciding give one decision and one cause, and preparing a request changes
/// nothing.
pub(crate) fn one_decision(engine: &Engine, request: &Request<'_>) -> Result<(), String> {
    let decision = engine.decide(request);
    let explanation = engine.explain(request);
    same(&explanation.decision, &decision)?;
    same(
        &decision.cause.is_some_and(|cause| cause.rule.is_some()),
        &has_deciding_rule(&explanation),
    )?;
    let snapshot = engine.snapshot();
    let prepared = match request {
        Request::Api(request) => snapshot.prepare_api(request).decide(),
        Request::Connection(request) => match snapshot.prepare_connection(request) {
            Ok(prepared) => prepared.decide(),
            Err(problem) => return same(&Some(problem), &decision.problem),
        },
        other => return Err(format!("{other:?} is of no known kind")),
    };
    same(&prepared, &decision)
}

/// Whether a rule, and not the silence of all, made the plane that decided say what it says.
fn has_deciding_rule(explanation: &Explanation) -> bool {
    let Some(cause) = explanation.decision.cause else {
        return false;
    };
    let mut planes = explanation.planes.iter();
    let is_cause = |plane: &&PlaneFinding| {
        (plane.plane, plane.direction, plane.explicit) == (cause.plane, cause.direction, true)
    };
    planes.find(is_cause).is_some_and(|plane| {
        let by_stage = plane.stages.last().is_some_and(|stage| {
            !stage.matching.is_empty() || (stage.answer == "unknown" && !stage.unknown.is_empty())
        });
        let mut grants = plane.grants.iter();
        by_stage || grants.any(|grant| !grant.permitting.is_empty())
    })
}

/// Each stage answers what a walk over all of its rules says.
pub(crate) fn stages_answer_as_their_rules_do(explanation: &Explanation) -> Result<(), String> {
    for stage in explanation.planes.iter().flat_map(|plane| &plane.stages) {
        let matches = stage.matching.first().map(|rule| rule.effect.name());
        let is_open = !stage.unknown.is_empty();
        let agrees = match stage.answer {
            // A stage that nothing declares is in doubt, whatever its rules say.
            "unknown" => is_open || matches.is_none(),
            "deny" => matches.is_none_or(|effect| effect == "deny"),
            "pass" => matches.is_none_or(|effect| effect == "pass"),
            answer => matches == Some(answer),
        };
        if !agrees {
            return Err(format!("{stage:#?}"));
        }
    }
    Ok(())
}

/// A strict posture may refuse what no rule grants, and changes nothing else. What no policy can
/// keep away, such as a pod's own node, passes strictly as well.
pub(crate) fn strict_refuses_what_is_implicit(
    upstream: &Engine,
    strict: &Engine,
    request: &Request<'_>,
) -> Result<(), String> {
    let explanation = upstream.explain(request);
    let is_implicit = explanation.planes.iter().any(|plane| !plane.explicit);
    match (explanation.decision.verdict, strict.decide(request).verdict) {
        (before, after) if before == after => Ok(()),
        (Verdict::Allow | Verdict::Unknown, Verdict::Deny) if is_implicit => Ok(()),
        (_, after) => Err(format!(
            "strictly {after}, and for upstream {explanation:#?}"
        )),
    }
}

/// The order of objects changes no answer and no reason.
pub(crate) fn order_is_irrelevant(world: &World) -> Option<Broken> {
    let mut other = world.objects.clone();
    Random::new(7).shuffle(&mut other);
    let other = engine(&other, Options::default());
    let given = engine(&world.objects, Options::default());
    first_broken(world, |request| {
        let request = read(request);
        same(
            &other.answer(&request).to_json(),
            &given.answer(&request).to_json(),
        )
    })
}

/// Objects that come, change and go one after the other lead to the same answers as those that
/// are left at the end, taken at once.
pub(crate) fn history_is_irrelevant(world: &World, other: &World) -> Option<Broken> {
    let grown = grown(&world.objects, &other.objects);
    let objects = lowered(&world.objects);
    let built = Snapshot::new(Options::default()).apply(objects.into_iter().map(Change::Put));
    first_broken(world, |request| {
        let spec = read(request);
        let request = spec.as_request();
        same(
            &grown.decide(&request).verdict,
            &built.decide(&request).verdict,
        )?;
        same(
            &told(&grown.explain(&request)),
            &told(&built.explain(&request)),
        )
    })
}

/// A snapshot in which some objects, and others, have come, changed and gone, and the first are left.
pub(crate) fn grown(objects: &[Value], others: &[Value]) -> Snapshot {
    let (objects, others) = (lowered(objects), lowered(others));
    let size = u64::try_from(objects.len() + others.len()).unwrap_or(0);
    let mut random = Random::new(size);
    let mut grown = Snapshot::new(Options::default());
    for _ in 0..random.below(12) {
        let count = 1 + random.below(4);
        grown = grown.apply((0..count).map(|_| change(&mut random, &objects, &others)));
    }
    let gone = others
        .iter()
        .map(|object| Change::Remove(object.id.clone()));
    grown = grown.apply(gone);
    objects.iter().fold(grown, |grown, object| {
        grown.apply([Change::Put(object.clone())])
    })
}

fn change(random: &mut Random, objects: &[Object], others: &[Object]) -> Change {
    let pool = if random.chance(50) { objects } else { others };
    match pool.get(random.below(pool.len())) {
        Some(object) if random.chance(70) => Change::Put(object.clone()),
        Some(object) => Change::Remove(object.id.clone()),
        None => Change::Remove(kordon::model::ObjectRef::cluster("", "Namespace", "none")),
    }
}

/// An explanation without numbers that depend on the snapshot's history.
fn told(explanation: &Explanation) -> Explanation {
    let mut told = explanation.clone();
    if let Some(cause) = &mut told.decision.cause {
        cause.rule = None;
    }
    told
}

pub(crate) fn lowered(objects: &[Value]) -> Vec<Object> {
    let source = Sources::default().add("world", "");
    let mut lowered = Lowered::default();
    for object in objects {
        kordon::kinds::lower(
            &Node::from_json(object),
            source,
            &Settings::default(),
            &mut lowered,
        );
    }
    lowered
        .objects
        .into_iter()
        .map(|located| located.object)
        .collect()
}

/// Other names for the namespaces lead to the same decisions.
pub(crate) fn names_are_irrelevant(world: &World, namespaces: &[&str]) -> Option<Broken> {
    let rename = |values: &[Value]| {
        values
            .iter()
            .map(|value| renamed(value, namespaces))
            .collect()
    };
    let objects: Vec<Value> = rename(&world.objects);
    let (given, other) = (
        engine(&world.objects, Options::default()),
        engine(&objects, Options::default()),
    );
    first_broken(world, |request| {
        let other = other.decide(&read(&renamed(request, namespaces)).as_request());
        let given = given.decide(&read(request).as_request());
        same(
            &(other.verdict, other.explicit, other.problem),
            &(given.verdict, given.explicit, given.problem),
        )
    })
}

/// A value in which every namespace has another name. Where a text happens to be the same for
/// another reason, it changes everywhere alike.
fn renamed(value: &Value, namespaces: &[&str]) -> Value {
    match value {
        Value::String(text) => renamed_text(text, namespaces).into(),
        Value::Array(items) => items.iter().map(|item| renamed(item, namespaces)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), renamed(field, namespaces)))
            .collect(),
        flat => flat.clone(),
    }
}

fn renamed_text(text: &str, namespaces: &[&str]) -> String {
    for namespace in namespaces {
        let other = format!(
            "other-{}",
            namespace.len() + 7 * usize::from(namespace.as_bytes()[0])
        );
        let account = kordon::model::SERVICE_ACCOUNT_PREFIX;
        for (before, after) in [("", ""), ("", "/"), (account, ":")] {
            let whole = format!("{before}{namespace}{after}");
            match text.strip_prefix(&whole) {
                Some("") => return format!("{before}{other}{after}"),
                Some(rest) if !after.is_empty() => return format!("{before}{other}{after}{rest}"),
                _ => {}
            }
        }
    }
    text.to_owned()
}
