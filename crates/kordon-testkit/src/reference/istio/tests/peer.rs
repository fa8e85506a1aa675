//! Modes of mutual TLS.

use super::*;
use crate::facts::ClientCertificate;

fn peer(namespace: &str, name: &str, created: &str, spec: &Value) -> Value {
    json!({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": created},
        "spec": spec})
}

fn mtls(mode: &str) -> Value {
    json!({"mtls": {"mode": mode}})
}

fn selecting(mode: &str, ports: &Value) -> Value {
    json!({"selector": {"matchLabels": {"app": "httpbin"}}, "mtls": {"mode": mode},
        "portLevelMtls": ports})
}

fn mode_of(policies: &[Value], port: u16) -> MtlsMode {
    Mesh::new(policies, MeshConfig::default()).mtls_mode(&httpbin(), port)
}

#[test]
fn a_narrower_scope_wins_and_unset_inherits() {
    let mesh = peer("istio-system", "m", "", &mtls("STRICT"));
    let namespace = |mode: &str| peer("foo", "n", "", &mtls(mode));
    let own = |mode: &str| peer("foo", "w", "", &selecting(mode, &json!(null)));
    let mode = |policies: &[&Value]| {
        let policies: Vec<Value> = policies.iter().map(|policy| (*policy).clone()).collect();
        mode_of(&policies, 80)
    };
    assert_eq!(mode(&[]), MtlsMode::Permissive);
    assert_eq!(mode(&[&mesh]), MtlsMode::Strict);
    assert_eq!(mode(&[&mesh, &namespace("DISABLE")]), MtlsMode::Disable);
    assert_eq!(mode(&[&mesh, &namespace("UNSET")]), MtlsMode::Strict);
    let (strict, open, unset) = (namespace("STRICT"), own("PERMISSIVE"), own("UNSET"));
    assert_eq!(mode(&[&strict, &open]), MtlsMode::Permissive);
    assert_eq!(mode(&[&strict, &unset]), MtlsMode::Strict);
    assert_eq!(
        mode(&[&mesh, &peer("foo", "n", "", &json!({}))]),
        MtlsMode::Strict
    );
}

#[test]
fn the_oldest_policy_of_a_scope_holds_then_the_first_by_name() {
    let at = |name: &str, created: &str, mode: &str| peer("foo", name, created, &mtls(mode));
    let older = [
        at("a", "2024-01-02T00:00:00Z", "STRICT"),
        at("b", "2024-01-01T00:00:00Z", "DISABLE"),
    ];
    assert_eq!(mode_of(&older, 80), MtlsMode::Disable);
    let same = [
        at("b", "2024-01-01T00:00:00Z", "DISABLE"),
        at("a", "2024-01-01T00:00:00Z", "STRICT"),
    ];
    assert_eq!(mode_of(&same, 80), MtlsMode::Strict);
}

#[test]
fn a_selector_in_the_root_namespace_holds_for_nobody() {
    let policy = peer("istio-system", "w", "", &selecting("STRICT", &json!(null)));
    assert_eq!(
        mode_of(std::slice::from_ref(&policy), 80),
        MtlsMode::Permissive
    );
    let in_root = Workload::new("istio-system", httpbin().labels);
    let mesh = Mesh::new(&[policy], MeshConfig::default());
    assert_eq!(mesh.mtls_mode(&in_root, 80), MtlsMode::Permissive);
    let empty = peer(
        "istio-system",
        "m",
        "",
        &json!({"selector": {"matchLabels": {}}, "mtls": {"mode": "STRICT"}}),
    );
    assert_eq!(mode_of(&[empty], 80), MtlsMode::Strict);
}

#[test]
fn ports_come_from_the_policy_of_the_workload_alone() {
    let ports = json!({"80": {"mode": "DISABLE"}, "81": {"mode": "UNSET"}});
    let own = [peer("foo", "w", "", &selecting("STRICT", &ports))];
    assert_eq!(mode_of(&own, 80), MtlsMode::Disable);
    assert_eq!(mode_of(&own, 81), MtlsMode::Strict);
    assert_eq!(mode_of(&own, 82), MtlsMode::Strict);
    let namespace = json!({"mtls": {"mode": "STRICT"}, "portLevelMtls": ports});
    assert_eq!(
        mode_of(&[peer("foo", "n", "", &namespace)], 80),
        MtlsMode::Strict
    );
}

#[test]
fn strict_refuses_plaintext_and_permissive_lets_it_pass_without_a_name() {
    let strict = peer("foo", "n", "", &mtls("STRICT"));
    let found = answer(std::slice::from_ref(&strict), &get());
    assert_eq!(found.denied_by, Some(DeniedBy::Mtls));
    assert!(answer(&[strict], &from_namespace("a")).allowed);
    assert!(answer(&[peer("foo", "n", "", &mtls("PERMISSIVE"))], &get()).allowed);
    let named = policy(
        "ALLOW",
        &json!([{"from": [{"source": {"principals": ["*"]}}]}]),
    );
    assert!(!answer(&[named], &get()).allowed);
    let disabled = peer("foo", "n", "", &mtls("DISABLE"));
    assert_eq!(
        answer(&[disabled], &from_namespace("a")).denied_by,
        Some(DeniedBy::Mtls)
    );
}

#[test]
fn a_gateway_lets_plaintext_in_whatever_the_mode() {
    let strict = peer("foo", "n", "", &mtls("STRICT"));
    let mesh = Mesh::new(&[strict], MeshConfig::default());
    let of = |proxy: Proxy| {
        let workload = Workload { proxy, ..httpbin() };
        mesh.decide(&workload, &get(), &Nobody).allowed
    };
    assert!(of(Proxy::Gateway) && of(Proxy::Waypoint));
    assert!(!of(Proxy::Sidecar) && !of(Proxy::Ztunnel));
}

#[test]
fn tls_that_is_not_of_the_mesh_passes_unread_and_has_no_name() {
    let mut foreign = by(&["spiffe://cluster.local/ns/a/sa/a"], bytes());
    foreign.connection.transport = Transport::Tls {
        certificate: ClientCertificate::Trusted,
        alpn: vec!["h2".to_owned()],
    };
    assert!(answer(&[], &foreign).allowed);
    let named = policy(
        "ALLOW",
        &json!([{"from": [{"source": {"principals": ["*"]}}]}]),
    );
    assert!(!answer(std::slice::from_ref(&named), &foreign).allowed);
    // Under STRICT it is decrypted, so its name is known.
    let strict = peer("foo", "n", "", &mtls("STRICT"));
    assert!(answer(&[named, strict], &foreign).allowed);
}
