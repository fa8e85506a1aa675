//! Holds the reference evaluators against the cases with known answers.

#![expect(clippy::indexing_slicing, reason = "a test that cannot go on fails")]
#![expect(
    clippy::print_stdout,
    reason = "how many cases were checked is what a reader looks for"
)]

#[path = "support/count.rs"]
mod count;
#[path = "support/review.rs"]
mod review;

use std::collections::BTreeSet;

use count::{Count, suite};

use kordon_testkit::conformance::{
    Expected, HttpCase, NetworkCase, NetworkWorld, RulesForResult, WhoCase,
};
use kordon_testkit::reference::network::{Connection, Endpoint, Network, Sides, Verdict};
use kordon_testkit::reference::rbac::{
    Attributes, HttpAttributes, Rbac, RulesFor, covers, fill_aggregation, http_to_attributes,
};
use review::review_of;
use serde_json::Value;

#[test]
fn rbac_decisions_agree_with_the_authorizer() {
    let Some(suite) = suite("rbac decisions") else {
        return;
    };
    let mut count = Count::default();
    for world in suite.rbac_worlds().unwrap() {
        let stored = Rbac::new(&world.objects);
        let filled = Rbac::new(&fill_aggregation(&world.objects));
        for case in &world.cases {
            let both = [
                (&stored, Some(&case.expected)),
                (&filled, case.filled.as_ref()),
            ];
            for (rbac, expected) in both {
                let Some(expected) = expected else { continue };
                let answer = rbac.decide(&case.request).unwrap();
                let same = answer.allowed == expected.allowed
                    && answer.reasons.contains(&expected.reason)
                    && (!answer.allowed || answer.reasons == all_reasons(expected))
                    && answer.errors == expected.errors.iter().cloned().collect();
                count.check(same, || {
                    format!(
                        "{} {}: {answer:?}, not {expected:?}",
                        world.file, case.request
                    )
                });
                let review = rbac.decide(&review_of(&case.request)).unwrap();
                count.check(review == answer, || {
                    format!("{} {}: differs as a review", world.file, case.request)
                });
            }
        }
    }
    count.finish("rbac decisions");
}

fn all_reasons(expected: &Expected) -> BTreeSet<String> {
    let only = std::iter::once(&expected.reason);
    expected.reasons.iter().chain(only).cloned().collect()
}

#[test]
fn rules_for_agrees_with_the_authorizer() {
    let Some(suite) = suite("rules for a user") else {
        return;
    };
    let mut count = Count::default();
    for world in suite.rbac_worlds().unwrap() {
        let stored = Rbac::new(&world.objects);
        let filled = Rbac::new(&fill_aggregation(&world.objects));
        for case in &world.rules_for {
            let both = [
                (&stored, Some(&case.result)),
                (&filled, case.filled.as_ref()),
            ];
            for (rbac, expected) in both {
                let Some(expected) = expected else { continue };
                let answer = rbac.rules_for(&case.user, &case.groups, &case.namespace);
                count.check(same_rules(&answer, expected), || {
                    format!("{} {}: {answer:?}, not {expected:?}", world.file, case.user)
                });
            }
        }
    }
    count.finish("rules for a user");
}

/// The order of rules in roles that aggregate each other depends on when the controller came to
/// which.
fn same_rules(answer: &RulesFor, expected: &RulesForResult) -> bool {
    sorted(&answer.resource_rules) == sorted(&expected.resource_rules)
        && sorted(&answer.non_resource_rules) == sorted(&expected.non_resource_rules)
        && answer.error == expected.error
}

fn sorted(values: &[Value]) -> Vec<String> {
    let mut texts: Vec<_> = values.iter().map(ToString::to_string).collect();
    texts.sort();
    texts
}

#[test]
fn who_can_agrees_with_the_subject_locator() {
    let Some(suite) = suite("who can") else {
        return;
    };
    let mut count = Count::default();
    for world in suite.rbac_worlds().unwrap() {
        let stored = Rbac::new(&world.objects);
        let filled = Rbac::new(&fill_aggregation(&world.objects));
        for case in &world.who {
            let WhoCase {
                request,
                subjects,
                error,
                filled_subjects,
                filled_error,
            } = case;
            let both = [
                (&stored, Some(subjects), error),
                (&filled, filled_subjects.as_ref(), filled_error),
            ];
            for (rbac, subjects, error) in both {
                let Some(subjects) = subjects else { continue };
                let answer = rbac.who_can(request).unwrap();
                let same = as_set(&answer.subjects) == as_set(subjects) && answer.error == *error;
                count.check(same, || {
                    format!(
                        "{} {request}: {answer:?}, not {subjects:?} {error:?}",
                        world.file
                    )
                });
            }
        }
    }
    count.finish("who can");
}

fn as_set(values: &[Value]) -> BTreeSet<String> {
    values.iter().map(ToString::to_string).collect()
}

#[test]
fn aggregated_roles_are_filled_as_the_controller_fills_them() {
    let Some(suite) = suite("aggregated roles") else {
        return;
    };
    let mut count = Count::default();
    for world in suite.rbac_worlds().unwrap() {
        let filled = fill_aggregation(&world.objects);
        for (name, rules) in &world.filled_rules {
            let role = filled.iter().find(|object| {
                object["kind"] == "ClusterRole" && object["metadata"]["name"] == name.as_str()
            });
            let found = rules_of(role.unwrap_or(&Value::Null).get("rules"));
            count.check(found == rules_of(Some(rules)), || {
                format!("{} {name}: {found:?}, not {rules}", world.file)
            });
        }
    }
    count.finish("aggregated roles");
}

fn rules_of(list: Option<&Value>) -> Vec<String> {
    sorted(list.and_then(Value::as_array).map_or(&[], Vec::as_slice))
}

#[test]
fn escalation_checks_agree_with_upstream() {
    let Some(suite) = suite("escalation checks") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.covers().unwrap() {
        let answer = covers(&case.owner, &case.sub);
        let same = answer.covered == case.covered && answer.missing == case.missing;
        count.check(same, || format!("{answer:?}, not {case:?}"));
    }
    count.finish("escalation checks");
}

#[test]
fn http_requests_have_the_attributes_that_the_api_server_gives_them() {
    let Some(suite) = suite("http requests") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.http_requests().unwrap() {
        let answer = http_to_attributes(&case.method, &case.url);
        count.check(same_attributes(&answer, &case), || {
            format!("{answer:?}, not {case:?}")
        });
    }
    count.finish("http requests");
}

/// The server's message names the whole URL, which the case does not have.
fn same_attributes(answer: &HttpAttributes, case: &HttpCase) -> bool {
    let pairs = [
        (&answer.path, &case.path),
        (&answer.verb, &case.verb),
        (&answer.api_group, &case.api_group),
        (&answer.api_version, &case.api_version),
        (&answer.namespace, &case.namespace),
        (&answer.resource, &case.resource),
        (&answer.subresource, &case.subresource),
        (&answer.name, &case.name),
        (&answer.field_selector, &case.field_selector),
        (&answer.label_selector, &case.label_selector),
    ];
    answer.is_resource == case.resource_request
        && pairs.iter().all(|(found, expected)| found == expected)
        && answer.error.is_some() == case.error.is_some()
}

#[test]
fn reviews_of_a_live_server_can_be_read() {
    let Some(suite) = suite("webhook reviews") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.webhook_reviews().unwrap() {
        let read = Attributes::read(&case.body);
        let user = case.body["spec"]["user"].as_str();
        let same = read.as_ref().is_ok_and(|read| {
            Some(read.user.as_str()) == user && !read.verb.is_empty() && !read.groups.is_empty()
        });
        count.check(same, || format!("{read:?} from {}", case.body));
    }
    count.finish("webhook reviews");
}

#[test]
fn connections_agree_with_upstream_and_four_tools() {
    let Some(suite) = suite("network verdicts") else {
        return;
    };
    check_worlds(&suite.network_verdicts().unwrap(), "network verdicts");
}

#[test]
fn connections_agree_with_two_engines_on_random_cluster_policies() {
    let Some(suite) = suite("fuzzed cluster policies") else {
        return;
    };
    check_worlds(
        &suite.fuzzed_cluster_policies().unwrap(),
        "fuzzed cluster policies",
    );
}

fn check_worlds(worlds: &[NetworkWorld], what: &str) {
    let mut count = Count::default();
    for world in worlds {
        let network = Network::new(&world.objects);
        for case in &world.cases {
            let answer = connection(case).map(|connection| network.decide(&connection));
            let same = matches!(&answer, Some(Ok(sides)) if same_verdicts(*sides, case));
            count.check(same, || format!("{} {case:?}: {answer:?}", world.file));
        }
    }
    count.finish(what);
}

fn connection(case: &NetworkCase) -> Option<Connection> {
    let from = Endpoint::read(&case.from).ok()?;
    let to = Endpoint::read(&case.to).ok()?;
    Some(Connection::new(from, to, case.port, &case.protocol))
}

fn same_verdicts(sides: Sides, case: &NetworkCase) -> bool {
    let same = |expected: Option<bool>, verdict: Verdict| match expected {
        Some(true) => verdict == Verdict::Allow,
        Some(false) => verdict == Verdict::Deny,
        None => true,
    };
    sides.allowed == case.allowed
        && same(case.egress, sides.egress.verdict)
        && same(case.ingress, sides.ingress.verdict)
}
