//! From roles to shared rule sets.

use kordon_core::model::{Item, Selector};
use kordon_core::rule::{ApiPermission, Clause, Effect, Rule, RuleSet, Test};
use kordon_syntax::Diagnostic;

use super::schema::{self, ClusterRole, PolicyRule};
use super::unless_doubtful;
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;
use crate::kind::Scope;
use crate::network::{undecided_rule, unreadable};

/// Lowers a `Role`.
pub(super) fn lower_role(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: schema::Role = ctx.read(&At::Root);
    let rules = rules(ctx, Scope::Namespaced);
    // INVARIANT: only cluster roles are included by labels.
    unless_doubtful(
        ctx,
        Item::RuleSet(RuleSet {
            labels: std::collections::BTreeMap::new(),
            rules,
            includes: Vec::new(),
        }),
    )
}

/// Lowers a `ClusterRole`.
pub(super) fn lower_cluster_role(ctx: &mut Context<'_>) -> Vec<Item> {
    let written: ClusterRole = ctx.read(&At::Root);
    let rules = rules(ctx, Scope::Cluster);
    let includes = written
        .aggregation_rule
        .map(|rule| includes(ctx, &rule))
        .unwrap_or_default();
    let labels = ctx.metadata.labels.clone();
    unless_doubtful(
        ctx,
        Item::RuleSet(RuleSet {
            labels,
            rules,
            includes,
        }),
    )
}

fn includes(ctx: &mut Context<'_>, written: &schema::AggregationRule) -> Vec<Selector> {
    let rule = At::Root.key("aggregationRule");
    let list = rule.key("clusterRoleSelectors");
    if written.cluster_role_selectors.is_empty() {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "an aggregation rule needs a selector")
            .help("add `clusterRoleSelectors`, or remove `aggregationRule`");
        ctx.report(&list, "no selector", diagnostic);
    }
    let before = ctx.errors();
    let selectors = written
        .cluster_role_selectors
        .iter()
        .enumerate()
        .map(|(index, selector)| selector.lower(ctx, &list.index(index)))
        .collect();
    // Upstream's controller gives up on a role with a selector that it cannot read.
    if ctx.errors() == before {
        selectors
    } else {
        Vec::new()
    }
}

fn rules(ctx: &mut Context<'_>, scope: Scope) -> Vec<Rule> {
    let list = At::Root.key("rules");
    let before = ctx.errors();
    let _: Vec<serde::de::IgnoredAny> = ctx.read(&list);
    if ctx.errors() != before {
        return vec![undecided_rule(
            list.path(),
            None,
            Effect::Allow,
            &unreadable(&list),
        )];
    }
    let count = ctx.node(&list).map_or(0, |node| elements(node).len());
    (0..count)
        .map(|index| rule(ctx, &list.index(index), scope))
        .collect()
}

fn rule(ctx: &mut Context<'_>, at: &At<'_>, scope: Scope) -> Rule {
    let before = ctx.errors();
    let written: PolicyRule = ctx.read(at);
    if ctx.errors() != before {
        return undecided_rule(at.path(), None, Effect::Allow, &unreadable(at));
    }
    check_rule(ctx, at, &written, scope);
    let permission = ApiPermission {
        verbs: written.verbs,
        groups: written.api_groups,
        resources: written.resources,
        names: written.resource_names,
        paths: written.non_resource_urls,
    };
    let clauses = vec![Clause {
        field: "".into(),
        test: Test::Api(permission),
    }];
    Rule {
        path: at.path(),
        name: None,
        effect: Effect::Allow,
        clauses,
    }
}

/// What `ValidatePolicyRule` refuses.
fn check_rule(ctx: &mut Context<'_>, at: &At<'_>, rule: &PolicyRule, scope: Scope) {
    let mut refuse = |field: &str, label: &str, message: &str, help: &str| {
        ctx.report(
            &at.key(field),
            label,
            Diagnostic::error(codes::RULE, message).help(help),
        );
    };
    if rule.verbs.is_empty() {
        refuse(
            "verbs",
            "no verbs",
            "a rule needs at least one verb",
            "add `verbs`, such as `verbs: [get, list, watch]`",
        );
    }
    if rule.non_resource_urls.is_empty() {
        if rule.api_groups.is_empty() {
            refuse(
                "apiGroups",
                "no API groups",
                "a rule about resources needs at least one API group",
                "add `apiGroups`; the group of pods, services and secrets is `\"\"`",
            );
        }
        if rule.resources.is_empty() {
            refuse(
                "resources",
                "no resources",
                "a rule about an API group needs at least one resource",
                "add `resources`, such as `resources: [pods]`",
            );
        }
        return;
    }
    if scope == Scope::Namespaced {
        refuse(
            "nonResourceURLs",
            "only in a ClusterRole",
            "a Role cannot speak of paths outside the resources",
            "move the rule to a ClusterRole and bind it by a ClusterRoleBinding",
        );
    }
    let resources = [&rule.api_groups, &rule.resources, &rule.resource_names];
    if resources.iter().any(|list| !list.is_empty()) {
        refuse(
            "nonResourceURLs",
            "beside resources",
            "a rule speaks either of resources or of paths, not of both",
            "write two rules",
        );
    }
}
