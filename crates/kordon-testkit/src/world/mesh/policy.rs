//! AuthorizationPolicy, RequestAuthentication and PeerAuthentication.

use serde_json::{Value, json};

use super::{Actions, GATEWAYS, PORTS, PROVIDER, ROOT, labels, rule, token};
use crate::world::random::Random;

/// An AuthorizationPolicy, at times as a dry run.
pub(super) fn authorization(
    random: &mut Random,
    namespaces: &[&str],
    number: usize,
    actions: Actions,
) -> Value {
    let action = match random.below(100) {
        0..=49 => "ALLOW",
        50..=79 => "DENY",
        80..=84 => "AUDIT",
        _ if actions == Actions::WithCustom => "CUSTOM",
        _ => "ALLOW",
    };
    let mut metadata = metadata(random, namespaces, "policy", number);
    // CUSTOM has no dry run.
    if action != "CUSTOM" && random.chance(6) {
        let value = random.pick(&["true", "1", "false", "yes"]);
        insert(
            &mut metadata,
            "annotations",
            json!({"istio.io/dry-run": value}),
        );
    }
    let mut spec = attachment(random);
    if action != "ALLOW" || random.chance(50) {
        insert(&mut spec, "action", json!(action));
    }
    if action == "CUSTOM" {
        let provider = if random.chance(90) {
            PROVIDER
        } else {
            "absent"
        };
        insert(&mut spec, "provider", json!({"name": provider}));
    }
    if !random.chance(8) {
        let rules: Vec<Value> = (0..=random.below(3))
            .map(|_| rule::rule(random, action))
            .collect();
        insert(&mut spec, "rules", rules.into());
    }
    json!({"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy",
        "metadata": metadata, "spec": spec})
}

/// A RequestAuthentication of one or two issuers.
pub(super) fn tokens(random: &mut Random, namespaces: &[&str], number: usize) -> Value {
    let metadata = metadata(random, namespaces, "tokens", number);
    let mut spec = attachment(random);
    let rules: Vec<Value> = (0..=random.below(2)).map(|_| token::rule(random)).collect();
    insert(&mut spec, "jwtRules", rules.into());
    json!({"apiVersion": "security.istio.io/v1", "kind": "RequestAuthentication",
        "metadata": metadata, "spec": spec})
}

/// A PeerAuthentication for the mesh, a namespace, or what it selects.
pub(super) fn peers(random: &mut Random, namespaces: &[&str], number: usize) -> Value {
    let mut metadata = metadata(random, namespaces, "peers", number);
    let second = random.below(3);
    let created = format!("2024-01-01T00:00:0{second}Z");
    insert(&mut metadata, "creationTimestamp", json!(created));
    let mut spec = json!({});
    if random.chance(85) {
        insert(&mut spec, "mtls", json!({"mode": mode(random)}));
    }
    if random.chance(50) {
        insert(
            &mut spec,
            "selector",
            json!({"matchLabels": labels(random)}),
        );
        let ports: Vec<u16> = random.some(&PORTS, 2);
        let modes: serde_json::Map<_, _> = ports
            .into_iter()
            .map(|port| (port.to_string(), json!({"mode": mode(random)})))
            .collect();
        if !modes.is_empty() {
            insert(&mut spec, "portLevelMtls", modes.into());
        }
    }
    json!({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
        "metadata": metadata, "spec": spec})
}

fn mode(random: &mut Random) -> &'static str {
    random.pick(&["STRICT", "STRICT", "PERMISSIVE", "UNSET", "DISABLE"])
}

fn metadata(random: &mut Random, namespaces: &[&str], prefix: &str, number: usize) -> Value {
    let namespace = if random.chance(25) {
        ROOT
    } else {
        random.pick(namespaces)
    };
    json!({"name": format!("{prefix}-{number}"), "namespace": namespace})
}

/// What a policy holds for: all, what it selects, or what it names.
fn attachment(random: &mut Random) -> Value {
    match random.below(20) {
        0..=10 => json!({}),
        11 => json!({"selector": {}}),
        12..=16 => json!({"selector": {"matchLabels": labels(random)}}),
        17 => json!({"targetRef": target(random)}),
        _ => json!({"targetRefs": [target(random)]}),
    }
}

fn target(random: &mut Random) -> Value {
    match random.below(6) {
        0 => json!({"group": "", "kind": "Service", "name": "web"}),
        1 => json!({"group": "gateway.networking.k8s.io", "kind": "GatewayClass",
            "name": "istio-waypoint"}),
        _ => json!({"group": "gateway.networking.k8s.io", "kind": "Gateway",
            "name": random.pick(&GATEWAYS)}),
    }
}

pub(super) fn insert(object: &mut Value, field: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}
