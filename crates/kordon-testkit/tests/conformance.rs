//! Holds the engine, through the facade, against the cases with known answers.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]
#![expect(
    clippy::print_stdout,
    reason = "how many cases were checked is what a reader looks for"
)]

#[path = "conformance/calico.rs"]
mod calico;
#[path = "support/count.rs"]
mod count;
#[path = "support/engine.rs"]
mod engine;
#[path = "conformance/istio.rs"]
mod istio;
#[path = "conformance/maps.rs"]
mod maps;
#[path = "support/review.rs"]
mod review;
#[path = "conformance/tokens.rs"]
mod tokens;

use std::collections::BTreeSet;

use count::{Count, suite};
use engine::{engine, read, sides};
use kordon::analyze::escalation::covers;
use kordon::model::PrincipalMatch;
use kordon::rule::ApiPermission;
use kordon::{
    ApiCall, ApiTargetSpec, Cluster, Engine, Explanation, Granted, GrantedRule, Includes, Options,
    Request, RequestSpec, Texts, authorizer,
};
use kordon_testkit::conformance::{
    Expected, HttpCase, NetworkCase, NetworkWorld, RbacWorld, RulesForResult,
};
use kordon_testkit::reference::network::{Sides, Verdict};
use review::review_of;
use serde_json::{Map, Value, json};

const GROUP: &str = "rbac.authorization.k8s.io";

/// The engine by the roles as they are stored, and after aggregation.
struct Engines {
    stored: Engine,
    filled: Engine,
}

impl Engines {
    fn new(world: &RbacWorld) -> Self {
        let with = |includes| {
            let options = Options {
                includes,
                ..Options::default()
            };
            engine(&world.objects, options)
        };
        Self {
            stored: with(Includes::Stored),
            filled: with(Includes::Filled),
        }
    }

    /// Both engines, each with what is expected of it.
    fn with<'a, T>(
        &'a self,
        stored: &'a T,
        filled: Option<&'a T>,
    ) -> impl Iterator<Item = (&'a Engine, &'a T)> {
        let filled = filled.map(|expected| (&self.filled, expected));
        std::iter::once((&self.stored, stored)).chain(filled)
    }
}

#[test]
fn rbac_decisions_and_reasons_are_the_authorizers() {
    let Some(suite) = suite("rbac decisions") else {
        return;
    };
    let mut count = Count::default();
    for world in suite.rbac_worlds().unwrap() {
        let engines = Engines::new(&world);
        for case in &world.cases {
            let request = read(&review_of(&case.request));
            let both = engines.with(&case.expected, case.filled.as_ref());
            for (engine, expected) in both {
                let explanation = engine.explain(&request.as_request());
                let same = is_same_answer(&explanation, expected)
                    && engine.decide(&request.as_request()) == explanation.decision;
                count.check(same, || {
                    let answer = explained(&explanation);
                    format!(
                        "{} {}: {answer}, not {expected:?}",
                        world.file, case.request
                    )
                });
            }
        }
    }
    count.finish("rbac decisions");
}

fn is_same_answer(explanation: &Explanation, expected: &Expected) -> bool {
    let errors: BTreeSet<String> = authorizer::errors(explanation).into_iter().collect();
    let upstream: BTreeSet<&String> = expected.reasons.iter().chain([&expected.reason]).collect();
    explanation.decision.is_allowed() == expected.allowed
        && errors
            .iter()
            .eq(&expected.errors.iter().cloned().collect::<BTreeSet<_>>())
        && if expected.allowed {
            reasons(explanation).iter().eq(upstream.iter().copied())
        } else {
            is_same_text(&authorizer::reason(explanation), &expected.reason, &errors)
        }
}

/// The reason of every binding that allows.
fn reasons(explanation: &Explanation) -> BTreeSet<String> {
    let grants = explanation.planes.iter().flat_map(|plane| &plane.grants);
    grants.filter_map(authorizer::permission).collect()
}

fn explained(explanation: &Explanation) -> String {
    format!(
        "{} {:?} {} {:?}",
        explanation.decision.verdict,
        reasons(explanation),
        authorizer::reason(explanation),
        authorizer::errors(explanation)
    )
}

/// Whether two texts list the same errors: upstream lists them in an order that is not defined.
fn is_same_text(ours: &str, upstream: &str, errors: &BTreeSet<String>) -> bool {
    ours.len() == upstream.len() && errors.iter().all(|error| upstream.contains(error))
}

#[test]
fn http_requests_have_the_attributes_that_the_api_server_gives_them() {
    let Some(suite) = suite("http requests") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.http_requests().unwrap() {
        let answer = ApiCall::from_http(&case.method, &case.url);
        let same = match &answer {
            Ok(call) => case.error.is_none() && *call == expected_call(&case),
            Err(_) => case.error.is_some(),
        };
        count.check(same, || format!("{answer:?}, not {case:?}"));
    }
    count.finish("http requests");
}

fn expected_call(case: &HttpCase) -> ApiCall {
    let case = case.clone();
    ApiCall {
        verb: case.verb,
        target: if case.resource_request {
            ApiTargetSpec::Resource {
                group: case.api_group,
                resource: case.resource,
                subresource: case.subresource,
                namespace: case.namespace,
                name: case.name,
            }
        } else {
            ApiTargetSpec::Path(case.path.clone())
        },
        path: case.path,
        api_version: case.api_version,
        field_selector: case.field_selector,
        label_selector: case.label_selector,
    }
}

#[test]
fn reviews_of_a_live_server_are_read_whole() {
    let Some(suite) = suite("webhook reviews") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.webhook_reviews().unwrap() {
        let read = RequestSpec::from_json(&case.body);
        let same = matches!(&read, Ok(RequestSpec::Api(api)) if *api == expected_api(&case.body));
        count.check(same, || format!("{read:?} from {}", case.body));
    }
    count.finish("webhook reviews");
}

fn expected_api(review: &Value) -> kordon::ApiSpec {
    let spec = &review["spec"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let attributes = &spec["resourceAttributes"];
    let target = if attributes.is_object() {
        let field = |name: &str| text(&attributes[name]);
        ApiTargetSpec::Resource {
            group: field("group"),
            resource: field("resource"),
            subresource: field("subresource"),
            namespace: field("namespace"),
            name: field("name"),
        }
    } else {
        ApiTargetSpec::Path(text(&spec["nonResourceAttributes"]["path"]))
    };
    let asked = if attributes.is_object() {
        attributes
    } else {
        &spec["nonResourceAttributes"]
    };
    kordon::ApiSpec {
        user: text(&spec["user"]),
        groups: spec["groups"]
            .as_array()
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .map(text)
            .collect(),
        verb: text(&asked["verb"]),
        target,
    }
}

#[test]
fn rules_for_a_user_are_the_authorizers() {
    let Some(suite) = suite("rules for a user") else {
        return;
    };
    let mut count = Count::default();
    for world in suite.rbac_worlds().unwrap() {
        let engines = Engines::new(&world);
        for case in &world.rules_for {
            for (engine, expected) in engines.with(&case.result, case.filled.as_ref()) {
                let granted = engine.snapshot().rules_for(
                    &case.user,
                    Texts::from(&case.groups),
                    Some(&case.namespace),
                );
                count.check(is_same_rules(&granted, expected), || {
                    format!(
                        "{} {}: {granted:?}, not {expected:?}",
                        world.file, case.user
                    )
                });
            }
        }
    }
    count.finish("rules for a user");
}

/// The order of rules in roles that aggregate each other depends on when the controller came to
/// which, and that of bindings on the file.
fn is_same_rules(granted: &Granted<GrantedRule>, expected: &RulesForResult) -> bool {
    let (mut resources, mut paths) = (Vec::new(), Vec::new());
    for rule in granted.found.iter().map(|rule| rule.permission.clone()) {
        if !rule.resources.is_empty() {
            resources.push(to_value(&ApiPermission {
                paths: Vec::new(),
                ..rule.clone()
            }));
        }
        if !rule.paths.is_empty() {
            let ApiPermission {
                verbs,
                paths: about,
                ..
            } = rule;
            paths.push(to_value(&ApiPermission {
                verbs,
                paths: about,
                ..ApiPermission::default()
            }));
        }
    }
    sorted(&resources) == sorted(&expected.resource_rules)
        && sorted(&paths) == sorted(&expected.non_resource_rules)
        && is_same_error(granted, expected.error.as_deref())
}

fn is_same_error<T>(granted: &Granted<T>, expected: Option<&str>) -> bool {
    let errors: BTreeSet<String> = granted
        .missing
        .iter()
        .map(|(_, role)| authorizer::missing(role))
        .collect();
    let listed = errors.iter().cloned().collect::<Vec<_>>().join(", ");
    let text = if errors.len() > 1 {
        format!("[{listed}]")
    } else {
        listed
    };
    is_same_text(&text, expected.unwrap_or_default(), &errors)
}

fn sorted(values: &[Value]) -> Vec<String> {
    let mut texts: Vec<_> = values.iter().map(ToString::to_string).collect();
    texts.sort();
    texts
}

/// A rule as JSON, without the lists that are empty.
fn to_value(rule: &ApiPermission) -> Value {
    let lists = [
        ("verbs", &rule.verbs),
        ("apiGroups", &rule.groups),
        ("resources", &rule.resources),
        ("resourceNames", &rule.names),
        ("nonResourceURLs", &rule.paths),
    ];
    let filled = lists.into_iter().filter(|(_, list)| !list.is_empty());
    Value::Object(
        filled
            .map(|(name, list)| (name.to_owned(), json!(list)))
            .collect::<Map<_, _>>(),
    )
}

#[test]
fn who_can_names_the_subjects_that_the_subject_locator_names() {
    let Some(suite) = suite("who can") else {
        return;
    };
    let mut count = Count::default();
    for world in suite.rbac_worlds().unwrap() {
        let engines = Engines::new(&world);
        for case in &world.who {
            let stored = (case.subjects.clone(), case.error.clone());
            let filled = case
                .filled_subjects
                .clone()
                .map(|subjects| (subjects, case.filled_error.clone()));
            let request = read(&review_of(&case.request));
            let Request::Api(api) = request.as_request() else {
                panic!("{request} is not about the API");
            };
            for (engine, (subjects, error)) in engines.with(&stored, filled.as_ref()) {
                let granted = engine.snapshot().who_can(api.verb, api.target);
                // Upstream names this group first: the API server never asks about its members.
                let masters = PrincipalMatch::Group("system:masters".to_owned());
                let subjects_found = granted.found.iter().map(|found| found.subject.clone());
                let found: BTreeSet<_> = subjects_found.chain([masters]).collect();
                let same = found == effective(subjects, &world, &case.request)
                    && is_same_error(&granted, error.as_deref());
                count.check(same, || {
                    format!(
                        "{} {request}: {granted:?}, not {subjects:?} {error:?}",
                        world.file
                    )
                });
            }
        }
    }
    count.finish("who can");
}

/// Upstream lists subjects as written, those that match nobody as well. Kordon lists whom they
/// match.
fn effective(subjects: &[Value], world: &RbacWorld, request: &Value) -> BTreeSet<PrincipalMatch> {
    let here = request["namespace"].as_str().unwrap_or_default();
    let principal = |subject: &Value| {
        let is_listed = |binding: &Value| {
            let listed = binding["subjects"].as_array();
            binding["kind"] == "RoleBinding"
                && binding["metadata"]["namespace"] == here
                && listed.is_some_and(|listed| listed.contains(subject))
        };
        // Without a namespace of its own a service account is that of a RoleBinding's.
        let default = if world.objects.iter().any(is_listed) {
            here
        } else {
            ""
        };
        principal(subject, default)
    };
    subjects.iter().filter_map(principal).collect()
}

fn principal(subject: &Value, default: &str) -> Option<PrincipalMatch> {
    let text = |field: &str| subject[field].as_str().unwrap_or_default();
    let name = text("name").to_owned();
    match text("kind") {
        "User" => Some(PrincipalMatch::User(name)),
        "Group" => Some(PrincipalMatch::Group(name)),
        "ServiceAccount" => {
            let written = text("namespace");
            let namespace = if written.is_empty() { default } else { written };
            (!namespace.is_empty()).then(|| PrincipalMatch::ServiceAccount {
                namespace: namespace.to_owned(),
                name,
            })
        }
        _ => None,
    }
}

#[test]
fn aggregated_roles_are_filled_as_the_controller_fills_them() {
    let Some(suite) = suite("aggregated roles") else {
        return;
    };
    let mut count = Count::default();
    for world in suite.rbac_worlds().unwrap() {
        for (name, rules) in &world.filled_rules {
            let found = filled_rules(&world, name);
            let expected = sorted(rules.as_array().map_or(&[], Vec::as_slice));
            count.check(found == expected, || {
                format!("{} {name}: {found:?}, not {rules}", world.file)
            });
        }
    }
    count.finish("aggregated roles");
}

/// What a user gets who is bound to a role and to nothing else.
fn filled_rules(world: &RbacWorld, role: &str) -> Vec<String> {
    let is_role = |object: &&Value| {
        object["kind"]
            .as_str()
            .is_some_and(|kind| kind.ends_with("Role"))
    };
    let mut objects: Vec<Value> = world.objects.iter().filter(is_role).cloned().collect();
    objects.push(
        json!({"apiVersion": format!("{GROUP}/v1"), "kind": "ClusterRoleBinding",
        "metadata": {"name": "probe"}, "subjects": [{"kind": "User", "name": "probe"}],
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": role}}),
    );
    let options = Options {
        includes: Includes::Filled,
        ..Options::default()
    };
    let engine = engine(&objects, options);
    let granted = engine.snapshot().rules_for("probe", Texts::NONE, None);
    sorted(
        &granted
            .found
            .iter()
            .map(|rule| to_value(&rule.permission))
            .collect::<Vec<_>>(),
    )
}

#[test]
fn escalation_checks_are_the_api_servers() {
    let Some(suite) = suite("escalation checks") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.covers().unwrap() {
        let read = |rules: &[Value]| rules.iter().map(permission).collect::<Vec<_>>();
        let coverage = covers(&read(&case.owner), &read(&case.sub));
        let missing: Vec<Value> = coverage.missing.iter().map(to_value).collect();
        let same = coverage.is_complete() == case.covered && missing == case.missing;
        count.check(same, || format!("{coverage:?}, not {case:?}"));
    }
    count.finish("escalation checks");
}

fn permission(rule: &Value) -> ApiPermission {
    let list = |field: &str| {
        let listed = rule[field].as_array().map_or(&[][..], Vec::as_slice);
        listed
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    ApiPermission {
        verbs: list("verbs"),
        groups: list("apiGroups"),
        resources: list("resources"),
        names: list("resourceNames"),
        paths: list("nonResourceURLs"),
    }
}

#[test]
fn manifests_are_refused_where_the_api_server_refuses_them() {
    let Some(suite) = suite("refused manifests") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.refused_manifests().unwrap() {
        let mut cluster = Cluster::new();
        for (file, text) in &case.manifests {
            cluster.read(file, text);
        }
        let same = cluster.has_errors() != case.is_valid_upstream;
        count.check(same, || {
            format!("{}: {:?}", case.name, cluster.diagnostics())
        });
    }
    count.finish("refused manifests");
}

#[test]
fn connections_are_judged_as_upstream_and_four_tools_judge_them() {
    let Some(suite) = suite("network verdicts") else {
        return;
    };
    check_worlds(&suite.network_verdicts().unwrap(), "network verdicts");
}

#[test]
fn connections_are_judged_as_two_engines_judge_random_cluster_policies() {
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
        let engine = engine(&world.objects, Options::default());
        for case in &world.cases {
            let request = read(
                &json!({"kind": "connection", "from": case.from, "to": case.to,
                "port": case.port, "protocol": case.protocol}),
            );
            let decision = engine.decide(&request.as_request());
            let explanation = engine.explain(&request.as_request());
            let same = decision.is_allowed() == case.allowed
                && decision.problem.is_none()
                && is_same_verdicts(sides(&explanation), case);
            count.check(same, || format!("{} {case:?}: {explanation:?}", world.file));
        }
    }
    count.finish(what);
}

fn is_same_verdicts(sides: Sides, case: &NetworkCase) -> bool {
    let same = |expected: Option<bool>, verdict: Verdict| match expected {
        Some(true) => verdict == Verdict::Allow,
        Some(false) => verdict == Verdict::Deny,
        None => true,
    };
    sides.allowed == case.allowed
        && same(case.egress, sides.egress.verdict)
        && same(case.ingress, sides.ingress.verdict)
}
