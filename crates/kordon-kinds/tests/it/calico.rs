//! Policies of Calico.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use kordon_core::model::Item;
use kordon_core::rule::{Combine, Direction, Order, Otherwise, Target, Test};
use kordon_kinds::{Lowered, check};
use kordon_syntax::{Severity, Sources};

use super::support::{clean, own_rules, policies, read};

fn global(spec: &str) -> String {
    format!(
        "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\n"
    )
}

fn lowered(text: &str) -> Lowered {
    read(&mut Sources::default(), "input.yaml", text)
}

fn directions(spec: &str) -> Vec<Direction> {
    let objects = clean(&global(spec));
    let policies = policies(&objects[0]);
    let direction = |target: &Target| match target {
        Target::Endpoints { direction, .. } => *direction,
        other => panic!("{other:?}"),
    };
    policies
        .iter()
        .map(|policy| direction(&policy.target))
        .collect()
}

#[test]
fn types_default_by_the_rules_that_are_there() {
    let allow = "[{action: Allow}]";
    assert_eq!(directions("{}"), [Direction::Ingress]);
    assert_eq!(
        directions(&format!("{{ingress: {allow}}}")),
        [Direction::Ingress]
    );
    assert_eq!(
        directions(&format!("{{egress: {allow}}}")),
        [Direction::Egress]
    );
    assert_eq!(
        directions(&format!("{{ingress: {allow}, egress: {allow}}}")),
        [Direction::Egress, Direction::Ingress]
    );
    assert_eq!(
        directions(&format!("{{types: [Egress], ingress: {allow}}}")),
        [Direction::Egress]
    );
}

#[test]
fn an_error_in_a_selector_is_pointed_at_inside_the_text() {
    for (quote, text) in [("", "app = web"), ("'", "app = web"), ("\"", "app = web")] {
        let document = global(&format!("{{selector: {quote}{text}{quote}}}"));
        let lowered = lowered(&document);
        let label = &lowered.diagnostics[0].labels[0];
        let span = label.span.start as usize..label.span.end as usize;
        assert_eq!(&document[span], "=", "{document}");
        assert_eq!(lowered.diagnostics[0].severity, Severity::Error);
    }
}

#[test]
fn what_cannot_be_read_is_unknown_and_not_left_out() {
    let lowered = lowered(&global(
        "{ingress: [{action: Allow, source: {selector: 'a ='}}, {action: Deny, domains: [a]}]}",
    ));
    let policies = policies(&lowered.objects[0]);
    let rules = own_rules(policies[0]);
    assert_eq!(rules.len(), 2);
    for rule in rules {
        assert!(matches!(rule.clauses[0].test, Test::Unknown(_)), "{rule:?}");
    }
    assert_eq!(lowered.diagnostics.len(), 2);
}

#[test]
fn a_rule_that_logs_keeps_the_policy_and_the_places_of_the_others() {
    let objects = clean(&global("{ingress: [{action: Log}, {action: Allow}]}"));
    let policies = policies(&objects[0]);
    let rules = own_rules(policies[0]);
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0].path.to_string(), "spec.ingress[1]");
    let objects = clean(&global("{ingress: [{action: Log}]}"));
    assert_eq!(self::policies(&objects[0]).len(), 1);
}

#[test]
fn a_policy_refers_to_its_tier_and_the_tier_says_where_it_stands() {
    let text = "{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: t}, spec: {order: 7, defaultAction: Pass}}";
    let [located] = &clean(text)[..] else {
        panic!("one object")
    };
    let Item::Stage(stage) = &located.object.items[0] else {
        panic!("a stage")
    };
    assert_eq!((stage.order, &*stage.name), (Order(7.0), "t"));
    let otherwise = Otherwise::Pass;
    assert_eq!(stage.combine, Combine::FirstMatch { otherwise });
    let objects = clean(&global("{tier: t}"));
    assert_eq!(policies(&objects[0])[0].stage.combine, Combine::Declared);
    let objects = clean(&global("{tier: default}"));
    assert_eq!(policies(&objects[0])[0].stage.order, Order(1_000_000.0));
}

#[test]
fn tiers_of_equal_order_go_by_name_beside_those_that_every_cluster_has() {
    let order = |name: &str| {
        let text = format!(
            "{{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {{name: {name}}}, spec: {{order: 1000000}}}}"
        );
        match &clean(&text)[0].object.items[0] {
            Item::Stage(stage) => stage.order,
            other => panic!("{other:?}"),
        }
    };
    assert!(order("a") < Order(1_000_000.0), "before `default`");
    assert_eq!(order("z"), Order(1_000_000.0));
}

#[test]
fn both_groups_hold_the_same_objects() {
    let stored = global("{}").replace("projectcalico.org/v3", "crd.projectcalico.org/v1");
    assert_eq!(
        clean(&stored)[0].object.id,
        clean(&global("{}"))[0].object.id
    );
}

#[test]
fn policies_of_equal_order_are_no_problem() {
    let text = format!(
        "{}---\n{}",
        global("{order: 1}"),
        global("{order: 1}").replace("name: p", "name: q")
    );
    assert_eq!(check(&clean(&text)), []);
}

#[test]
fn staged_policies_contribute_nothing_and_are_checked() {
    let staged = global("{selector: a == 'b', ingress: [{action: Deny}]}")
        .replace("GlobalNetworkPolicy", "StagedGlobalNetworkPolicy");
    assert_eq!(clean(&staged)[0].object.items, []);
    let broken = staged.replace("Deny", "Denny");
    assert_eq!(lowered(&broken).diagnostics.len(), 1);
}
