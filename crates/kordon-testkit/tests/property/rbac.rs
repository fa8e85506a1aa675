//! RBAC.

use kordon::{Engine, Explanation, Includes, Options, authorizer};
use kordon_testkit::reference::rbac::{Rbac, RbacAnswer, fill_aggregation};
use kordon_testkit::world::{World, rbac, rbac_dense};
use serde_json::{Value, json};

use crate::engine::{engine, read};
use crate::law::{Broken, Law, first_broken, same};
use crate::laws;

/// Grants to one principal more than these are found by an index.
const INDEXED: usize = 8;

fn world(seed: u64) -> World {
    match seed % 8 {
        7 => rbac_dense(seed),
        small => rbac(seed, 2 + usize::try_from(small).unwrap_or(0)),
    }
}

#[test]
fn the_api_is_granted_as_the_reference_grants_it() {
    Law {
        name: "the API is granted as the specification says",
        world,
        broken: differs,
    }
    .hold();
}

#[test]
fn many_grants_are_judged_as_the_reference_judges_them() {
    let law = Law {
        name: "indexed grants are judged as the specification says",
        world: rbac_dense,
        broken: differs,
    };
    law.hold();
}

fn differs(world: &World) -> Option<Broken> {
    let with = |includes| {
        let options = Options {
            includes,
            ..Options::default()
        };
        engine(&world.objects, options)
    };
    let stored = (with(Includes::Stored), Rbac::new(&world.objects));
    let filled = (
        with(Includes::Filled),
        Rbac::new(&fill_aggregation(&world.objects)),
    );
    first_broken(world, |request| {
        for (engine, reference) in [&stored, &filled] {
            let expected = reference
                .decide(request)
                .map_err(|error| error.to_string())?;
            let spec = read(request);
            laws::one_decision(engine, &spec.as_request())?;
            is_same(&engine.explain(&spec.as_request()), &expected)?;
        }
        Ok(())
    })
}

fn is_same(explanation: &Explanation, expected: &RbacAnswer) -> Result<(), String> {
    same(&explanation.decision.is_allowed(), &expected.allowed)?;
    same(
        &authorizer::errors(explanation).into_iter().collect(),
        &expected.errors,
    )?;
    if expected.allowed {
        let grants = explanation.planes.iter().flat_map(|plane| &plane.grants);
        same(
            &grants.filter_map(authorizer::permission).collect(),
            &expected.reasons,
        )?;
    }
    Ok(())
}

#[test]
fn dense_worlds_have_users_with_many_grants_and_roles_with_many_rules() {
    let indexed = (0..10).filter(|seed| {
        let world = rbac_dense(*seed);
        let engine = engine(&world.objects, Options::default());
        let has_rules = world.objects.iter().any(|object| {
            object["rules"]
                .as_array()
                .is_some_and(|rules| rules.len() > INDEXED)
        });
        has_rules
            && world
                .requests
                .iter()
                .any(|request| has_many_grants(&engine, request))
    });
    assert_eq!(indexed.count(), 10);
}

/// Whether one name is that of the subject in many grants of one scope.
fn has_many_grants(engine: &Engine, request: &Value) -> bool {
    let Explanation { planes, .. } = engine.explain(&read(request).as_request());
    let mut grants = planes.iter().flat_map(|plane| &plane.grants);
    let first = grants.next();
    let alike = grants.filter(|grant| {
        first.is_some_and(|first| {
            first.subject == grant.subject && first.policy.namespace == grant.policy.namespace
        })
    });
    alike.count() > INDEXED
}

#[test]
fn the_order_of_objects_is_irrelevant() {
    let law = Law {
        name: "the order of roles and bindings is irrelevant",
        world,
        broken: laws::order_is_irrelevant,
    };
    law.hold();
}

#[test]
fn the_history_of_a_snapshot_is_irrelevant() {
    let law = Law {
        name: "the history of roles and bindings is irrelevant",
        world,
        broken: |world| {
            let other = rbac(u64::try_from(world.requests.len()).unwrap_or(0), 6);
            laws::history_is_irrelevant(world, &other)
        },
    };
    law.hold();
}

#[test]
fn the_names_of_namespaces_are_irrelevant() {
    let law = Law {
        name: "the names of the namespaces of roles are irrelevant",
        world,
        broken: |world| laws::names_are_irrelevant(world, &["shop", "data", "shop-2"]),
    };
    law.hold();
}

#[test]
fn a_rule_more_in_a_role_takes_nothing_away() {
    Law {
        name: "a rule more in a role takes nothing away",
        world,
        broken: loses,
    }
    .hold();
}

fn loses(world: &World) -> Option<Broken> {
    let mut wider = world.objects.clone();
    for rules in wider
        .iter_mut()
        .filter_map(|object| object.get_mut("rules")?.as_array_mut())
    {
        rules.insert(
            0,
            json!({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}),
        );
    }
    let (before, after) = (
        engine(&world.objects, Options::default()),
        engine(&wider, Options::default()),
    );
    first_broken(world, |request| {
        let spec = read(request);
        let allows = |engine: &Engine| engine.decide(&spec.as_request()).is_allowed();
        if allows(&before) && !allows(&after) {
            return Err("allowed before, and with the rules no longer".to_owned());
        }
        Ok(())
    })
}
