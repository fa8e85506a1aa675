//! External authorizers.

use super::*;

/// An authorizer that refuses everything, and no genuine token.
struct Refuses;

impl Outside for Refuses {
    fn verify(&self, _rule: &JwtRule, _token: &str) -> Verification {
        Verification::Bad
    }

    fn authorizes(&self, _provider: &str, _request: &RequestFacts) -> bool {
        false
    }
}

fn custom(name: &str, provider: &str, rules: &Value) -> Value {
    let mut object = named(name, "CUSTOM", rules);
    object["spec"]["provider"] = json!({"name": provider});
    object
}

fn config(providers: &[(&str, ProviderProtocol)]) -> MeshConfig {
    let own = |(name, protocol): &(&str, ProviderProtocol)| ((*name).to_owned(), *protocol);
    MeshConfig {
        providers: providers.iter().map(own).collect(),
        ..MeshConfig::default()
    }
}

fn ask(policies: &[Value], config: MeshConfig, request: &RequestFacts) -> Answer {
    Mesh::new(policies, config).decide(&httpbin(), request, &Refuses)
}

#[test]
fn a_rule_that_matches_asks_the_authorizer_and_no_other_does() {
    let policies = [custom(
        "c",
        "p",
        &json!([{"to": [{"operation": {"paths": ["/x"]}}]}]),
    )];
    let of = |path: &str| {
        ask(
            &policies,
            config(&[("p", ProviderProtocol::Grpc)]),
            &with_path(path),
        )
    };
    let found = of("/x");
    assert_eq!(found.denied_by, Some(DeniedBy::ExtAuthz));
    let id = found
        .shadow
        .get("istio_ext_authz_shadow_effective_policy_id");
    assert_eq!(
        id.map(String::as_str),
        Some("istio-ext-authz-p-ns[foo]-policy[c]-rule[0]")
    );
    assert!(of("/y").allowed);
    let without_rules = [custom("c", "p", &json!(null))];
    assert!(
        ask(
            &without_rules,
            config(&[("p", ProviderProtocol::Grpc)]),
            &get()
        )
        .allowed
    );
}

#[test]
fn an_authorizer_that_does_not_exist_refuses_what_matches() {
    let policies = [custom(
        "c",
        "p",
        &json!([{"to": [{"operation": {"paths": ["/x"]}}]}]),
    )];
    let found = ask(&policies, config(&[]), &with_path("/x"));
    assert_eq!(found.denied_by, Some(DeniedBy::Rbac));
    let key = "istio-ext-authz-p-ns[foo]-policy[c]-rule[0]-deny-due-to-bad-CUSTOM-action";
    assert_eq!(found.matched.as_deref(), Some(key));
    assert!(ask(&policies, config(&[]), &get()).allowed);
}

#[test]
fn two_authorizers_of_one_workload_refuse_unless_the_mesh_permits_several() {
    let policies = [
        custom("c", "p", &json!([{}])),
        custom("d", "q", &json!([{}])),
    ];
    let both = config(&[("p", ProviderProtocol::Grpc), ("q", ProviderProtocol::Grpc)]);
    let found = ask(&policies, both.clone(), &get());
    assert_eq!(found.denied_by, Some(DeniedBy::Rbac));
    let several = MeshConfig {
        several_providers: true,
        ..both
    };
    let found = ask(&policies, several, &get());
    assert_eq!(found.denied_by, Some(DeniedBy::ExtAuthz));
}

#[test]
fn an_authorizer_over_http_is_not_asked_about_bytes() {
    let policies = [custom("c", "p", &json!([{}]))];
    let of = |protocol| ask(&policies, config(&[("p", protocol)]), &bytes()).allowed;
    assert!(of(ProviderProtocol::Http));
    assert!(!of(ProviderProtocol::Grpc));
}

#[test]
fn tokens_are_not_verified_when_the_authorizer_is_asked() {
    let claims = with_claims(json!({"iss": "i", "sub": "s"}));
    let rule = json!([{"from": [{"source": {"requestPrincipals": ["*"]}}]}]);
    let policies = [custom("c", "p", &rule)];
    assert!(ask(&policies, config(&[("p", ProviderProtocol::Grpc)]), &claims).allowed);
}

#[test]
fn a_dry_run_of_an_authorizer_denies_what_it_matches() {
    let mut dry = custom("c", "p", &json!([{}]));
    dry["metadata"]["annotations"] = json!({"istio.io/dry-run": "true"});
    let found = ask(&[dry], config(&[("p", ProviderProtocol::Grpc)]), &get());
    assert_eq!(found.denied_by, Some(DeniedBy::Rbac));
}

#[test]
fn the_authorizer_comes_before_tokens_and_these_before_rules() {
    let tokens = json!({"apiVersion": "security.istio.io/v1", "kind": "RequestAuthentication",
        "metadata": {"name": "r", "namespace": "foo"}, "spec": {"jwtRules": [{"issuer": "i"}]}});
    let deny = policy("DENY", &json!([{}]));
    let bad = with_headers(&[("authorization", "Bearer x")]);
    let grpc = || config(&[("p", ProviderProtocol::Grpc)]);
    let all = [custom("c", "p", &json!([{}])), tokens.clone(), deny.clone()];
    assert_eq!(ask(&all, grpc(), &bad).denied_by, Some(DeniedBy::ExtAuthz));
    let rest = [tokens, deny];
    assert_eq!(ask(&rest, grpc(), &bad).denied_by, Some(DeniedBy::Jwt(401)));
    assert_eq!(ask(&rest, grpc(), &get()).denied_by, Some(DeniedBy::Rbac));
}
