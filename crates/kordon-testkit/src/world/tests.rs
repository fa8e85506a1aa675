use std::collections::{BTreeMap, BTreeSet};

use super::random::Random;
use super::*;
use crate::reference::network::{Connection, Network, Sides, Verdict};
use crate::reference::rbac::{Rbac, RbacAnswer, fill_aggregation};

fn network_answers(objects: &[Value], requests: &[Value]) -> Vec<Sides> {
    let network = Network::new(objects);
    let judge = |request| network.decide(&Connection::read(request).unwrap()).unwrap();
    requests.iter().map(judge).collect()
}

fn rbac_answers(objects: &[Value], requests: &[Value]) -> Vec<RbacAnswer> {
    let rbac = Rbac::new(&fill_aggregation(objects));
    requests
        .iter()
        .map(|request| rbac.decide(request).unwrap())
        .collect()
}

/// The objects in another order.
fn shuffled(objects: &[Value]) -> Vec<Value> {
    let mut objects = objects.to_vec();
    Random::new(99).shuffle(&mut objects);
    objects
}

#[test]
fn the_same_seed_gives_the_same_world_and_another_seed_another() {
    assert_eq!(network(5, 8), network(5, 8));
    assert_ne!(network(5, 8), network(6, 8));
    assert_eq!(rbac(5, 8), rbac(5, 8));
    assert_ne!(rbac(5, 8), rbac(6, 8));
    assert_eq!(scale_network(50, 40, 1), scale_network(50, 40, 1));
    assert_eq!(scale_rbac(50, 1), scale_rbac(50, 1));
}

#[test]
fn the_order_of_objects_does_not_change_what_is_allowed() {
    for seed in 0..60 {
        let world = network(seed, 8);
        let other = shuffled(&world.objects);
        let answers = network_answers(&world.objects, &world.requests);
        assert_eq!(
            answers,
            network_answers(&other, &world.requests),
            "network seed {seed}"
        );

        let world = rbac(seed, 6);
        let other = shuffled(&world.objects);
        let answers = rbac_answers(&world.objects, &world.requests);
        for (answer, again) in answers.iter().zip(rbac_answers(&other, &world.requests)) {
            assert_eq!(answer.allowed, again.allowed, "rbac seed {seed}");
            assert_eq!(answer.errors, again.errors, "rbac seed {seed}");
            assert!(
                !answer.allowed || answer.reasons == again.reasons,
                "rbac seed {seed}"
            );
        }
    }
}

#[test]
fn a_rule_more_in_a_policy_that_isolates_never_takes_a_connection_away() {
    for seed in 0..40 {
        let world = network(seed, 8);
        let mut wider = world.objects.clone();
        for object in wider
            .iter_mut()
            .filter(|object| object["kind"] == "NetworkPolicy")
        {
            if let Some(rules) = object["spec"]
                .get_mut("ingress")
                .and_then(Value::as_array_mut)
            {
                rules.push(serde_json::json!({"from": [{"namespaceSelector": {}}]}));
            }
        }
        let before = network_answers(&world.objects, &world.requests);
        let after = network_answers(&wider, &world.requests);
        for (before, after) in before.iter().zip(after) {
            assert!(!before.allowed || after.allowed, "seed {seed}");
        }
    }
}

#[test]
fn objects_of_one_kind_have_different_names() {
    for seed in 0..60 {
        for world in [network(seed, 12), rbac(seed, 12)] {
            let mut seen = BTreeSet::new();
            for object in &world.objects {
                let metadata = &object["metadata"];
                let namespace = metadata["namespace"].as_str().unwrap_or("default");
                let identity = format!("{} {namespace} {}", object["kind"], metadata["name"]);
                assert!(seen.insert(identity.clone()), "seed {seed}: {identity}");
            }
        }
    }
}

/// How often each answer comes, in percent.
fn shares(answers: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut all = 0;
    for answer in answers {
        *counts.entry(answer).or_insert(0) += 100;
        all += 1;
    }
    counts
        .into_iter()
        .map(|(answer, count)| (answer, count / all))
        .collect()
}

#[test]
fn network_requests_meet_every_verdict() {
    let sides = (0..80).flat_map(|seed| {
        let world = network(seed, 10);
        network_answers(&world.objects, &world.requests)
    });
    let shares = shares(sides.flat_map(|sides| {
        [sides.egress, sides.ingress].map(|side| format!("{:?} {}", side.verdict, side.explicit))
    }));
    let verdicts = [
        (Verdict::Allow, false, 20),
        (Verdict::Allow, true, 8),
        (Verdict::Deny, true, 10),
        (Verdict::Unknown, true, 1),
    ];
    for (verdict, explicit, least) in verdicts {
        let share = shares
            .get(&format!("{verdict:?} {explicit}"))
            .copied()
            .unwrap_or(0);
        assert!(
            share >= least,
            "{verdict:?} {explicit}: {share} % of {shares:?}"
        );
    }
}

#[test]
fn rbac_requests_are_allowed_and_refused_with_and_without_errors() {
    let answers = (0..80).flat_map(|seed| {
        let world = rbac(seed, 8);
        rbac_answers(&world.objects, &world.requests)
    });
    let shares =
        shares(answers.map(|answer| format!("{} {}", answer.allowed, answer.errors.is_empty())));
    for (kind, least) in [
        ("true true", 10),
        ("true false", 3),
        ("false true", 25),
        ("false false", 20),
    ] {
        let share = shares.get(kind).copied().unwrap_or(0);
        assert!(share >= least, "{kind}: {share} % of {shares:?}");
    }
}

#[test]
fn every_feature_of_the_policies_appears() {
    let text: String = (0..200)
        .flat_map(|seed| [network(seed, 10), rbac(seed, 8)])
        .flat_map(|world| world.objects)
        .map(|object| object.to_string())
        .collect();
    for feature in [
        "\"NotIn\"",
        "\"In\"",
        "\"Exists\"",
        "\"DoesNotExist\"",
        "\"except\"",
        "\"endPort\"",
        "\"port\":\"web\"",
        "\"policyTypes\":[]",
        "\"ingress\":[{}]",
        "\"egress\":[]",
        "\"AdminNetworkPolicy\"",
        "\"BaselineAdminNetworkPolicy\"",
        "\"tier\":\"Baseline\"",
        "\"Pass\"",
        "\"Accept\"",
        "\"networks\"",
        "\"nodes\"",
        "\"namedPort\"",
        "\"portRange\"",
        "\"destinationNamedPort\"",
        "\"range\"",
        "\"hostNetwork\":true",
        "\"Succeeded\"",
        "\"restartPolicy\":\"Always\"",
        "\"podIP\":\"fd00::",
        "\"Deployment\"",
        "\"resourceNames\"",
        "\"nonResourceURLs\"",
        "\"aggregationRule\"",
        "\"name\":\"gone\"",
        "\"verbs\":[]",
        "\"subjects\":[]",
        "\"kubernetes.io/metadata.name\"",
    ] {
        assert!(text.contains(feature), "{feature}");
    }
}

#[test]
fn large_worlds_have_the_size_asked_for_and_both_answers() {
    let count = |world: &World, kind: &str| {
        world
            .objects
            .iter()
            .filter(|object| object["kind"] == kind)
            .count()
    };
    let cluster = scale_network(430, 200, 1);
    assert_eq!(
        (count(&cluster, "NetworkPolicy"), count(&cluster, "Pod")),
        (430, 200)
    );
    let one_pod = scale_network_one_pod(300, 1);
    assert_eq!(count(&one_pod, "NetworkPolicy"), 300);
    for world in [cluster, one_pod] {
        let requests: Vec<_> = world.requests.iter().take(200).cloned().collect();
        let answers = network_answers(&world.objects, &requests);
        let allowed = answers.iter().filter(|sides| sides.allowed).count();
        assert!((5..195).contains(&allowed), "{allowed} of 200");
    }
    let company = scale_rbac(500, 1);
    assert_eq!(
        count(&company, "RoleBinding") + count(&company, "ClusterRoleBinding"),
        500
    );
    let one_user = scale_rbac_one_user(500, 1);
    assert_eq!(count(&one_user, "ClusterRoleBinding"), 500);
    for world in [company, one_user] {
        let answers = rbac_answers(&world.objects, &world.requests);
        let allowed = answers.iter().filter(|answer| answer.allowed).count();
        assert!((5..995).contains(&allowed), "{allowed} of 1000");
    }
}

#[test]
fn an_empty_large_world_is_possible() {
    for world in [
        scale_network(0, 0, 1),
        scale_network_one_pod(0, 1),
        scale_rbac(0, 1),
        scale_rbac_one_user(0, 1),
        network(1, 0),
        rbac(1, 0),
    ] {
        assert!(!world.requests.is_empty());
    }
}
