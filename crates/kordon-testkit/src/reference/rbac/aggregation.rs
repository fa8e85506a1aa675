//! Aggregated ClusterRoles, as the controller `clusterrole-aggregation-controller` fills them.

use serde_json::Value;

use super::GROUP;
use super::rule::PolicyRule;
use crate::reference::selector::selects;
use crate::reference::truth::Truth;
use crate::reference::value::{at, flatten, group_of, list, string_map, text};

/// The objects as they stand after the aggregation controller ran until nothing changed. Roles
/// that aggregate each other in a circle keep what depends on the order of its work upstream;
/// here the order is that of their names.
pub fn fill_aggregation(objects: &[Value]) -> Vec<Value> {
    let mut filled: Vec<Value> = flatten(objects).into_iter().cloned().collect();
    let mut aggregated: Vec<usize> = (0..filled.len())
        .filter(|&at| filled.get(at).is_some_and(is_aggregated))
        .collect();
    aggregated.sort_by_key(|&at| filled.get(at).map(name_of));
    // Each pass carries rules at least one role further.
    for _ in 0..=aggregated.len() {
        let mut changed = false;
        for &place in &aggregated {
            changed |= fill_one(&mut filled, place);
        }
        if !changed {
            break;
        }
    }
    filled
}

/// Fills one role; whether it changed.
fn fill_one(objects: &mut [Value], place: usize) -> bool {
    let Some(role) = objects.get(place) else {
        return false;
    };
    let Some(rules) = rules_of_selected(objects, role) else {
        return false;
    };
    // The controller applies an empty list as a field that it does not own, so that rules
    // written by hand stay.
    if rules.is_empty() || rules == PolicyRule::read_all(list(role, "/rules")) {
        return false;
    }
    let rules = rules.iter().map(PolicyRule::to_value).collect();
    let Some(fields) = objects.get_mut(place).and_then(Value::as_object_mut) else {
        return false;
    };
    fields.insert("rules".to_owned(), Value::Array(rules));
    true
}

/// AggregationRule: "ClusterRoleSelectors holds a list of selectors which will be used to find
/// ClusterRoles and create the rules. If any of the selectors match, then the ClusterRole's
/// permissions will be added". A selector that cannot be read stops the controller.
fn rules_of_selected(objects: &[Value], role: &Value) -> Option<Vec<PolicyRule>> {
    let mut others: Vec<&Value> = objects
        .iter()
        .filter(|other| is_cluster_role(other) && name_of(other) != name_of(role))
        .collect();
    others.sort_by_key(|other| name_of(other));
    let mut rules: Vec<PolicyRule> = Vec::new();
    for selector in list(role, "/aggregationRule/clusterRoleSelectors") {
        for other in &others {
            match selects(selector, &string_map(other, "/metadata/labels")) {
                Truth::Yes => {}
                Truth::No => continue,
                Truth::Unknown => return None,
            }
            for rule in PolicyRule::read_all(list(other, "/rules")) {
                if !rules.contains(&rule) {
                    rules.push(rule);
                }
            }
        }
    }
    Some(rules)
}

fn is_cluster_role(object: &Value) -> bool {
    group_of(object) == GROUP && text(object, "/kind") == "ClusterRole"
}

fn is_aggregated(object: &Value) -> bool {
    is_cluster_role(object) && at(object, "/aggregationRule").is_some()
}

fn name_of(object: &Value) -> String {
    text(object, "/metadata/name").to_owned()
}
