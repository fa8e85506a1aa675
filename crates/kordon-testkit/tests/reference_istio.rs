//! Holds the reference evaluator of Istio's policies against what a real Envoy answered.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]
#![expect(
    clippy::print_stdout,
    reason = "how many cases were checked is what a reader looks for"
)]

#[path = "support/count.rs"]
mod count;
#[path = "reference_istio/token.rs"]
mod token;

use std::collections::BTreeMap;

use count::{Count, suite};
use kordon_testkit::conformance::{IstioCase, IstioExpected, IstioPack, IstioWanted};
use kordon_testkit::facts::RequestFacts;
use kordon_testkit::reference::istio::{
    Answer, DeniedBy, DotParameters, JwtRule, Mesh, MeshConfig, MtlsMode, Normalization, Outside,
    PortProtocol, ProviderProtocol, Proxy, Reception, Verification, Workload, normalize, receive,
};

/// The second at which the packs were recorded, for the cases that do not say when they were.
const RECORDED: i64 = 1_795_331_536;

#[test]
fn every_pack_is_read() {
    let Some(suite) = suite("istio packs") else {
        return;
    };
    let kinds = suite.istio_pack_kinds().unwrap();
    println!("istio packs: {kinds:?}");
    let packs = suite.istio_packs().unwrap();
    let count = |kind: &str| kinds.get(kind).copied().unwrap_or_default();
    assert_eq!(packs.len(), count("http") + count("tcp"));
    assert_eq!(suite.istio_modes().unwrap().len(), count("peerauth"));
    let known = [
        "http",
        "normalization",
        "peerauth",
        "peerauth-chains",
        "tcp",
    ];
    assert_eq!(kinds.keys().map(String::as_str).collect::<Vec<_>>(), known);
}

#[test]
fn answers_to_http_requests_agree_with_envoy() {
    check_packs("istio requests over HTTP", |case| {
        case.request.http.is_some()
    });
}

#[test]
fn answers_to_tcp_connections_agree_with_envoy() {
    check_packs("istio connections over TCP", |case| {
        case.request.http.is_none()
    });
}

fn check_packs(what: &str, wanted: impl Fn(&IstioCase) -> bool) {
    let Some(suite) = suite(what) else {
        return;
    };
    let mut count = Count::default();
    for pack in suite.istio_packs().unwrap() {
        let cases: Vec<_> = pack.cases.iter().filter(|case| wanted(case)).collect();
        if pack.is_obsolete && !cases.is_empty() {
            let differ = cases.iter().filter(|case| judge(&pack, case).is_err());
            println!(
                "{}: {} of {} differ, not counted: upstream no longer translates it so",
                pack.name,
                differ.count(),
                cases.len()
            );
            continue;
        }
        for case in cases {
            let judged = judge(&pack, case);
            count.check(judged.is_ok(), || {
                format!("{} {case:?}: {:?}", pack.name, judged.err())
            });
        }
    }
    count.finish(what);
}

/// The answer, if it is not what the case expects.
fn judge(pack: &IstioPack, case: &IstioCase) -> Result<(), Box<Answer>> {
    let mesh = Mesh::new(&pack.policies, config(pack));
    let outside = Oracle { pack, case };
    let answer = mesh.decide(&workload(pack), &case.request, &outside);
    if is_same(&answer, &case.expected) {
        Ok(())
    } else {
        Err(Box::new(answer))
    }
}

fn config(pack: &IstioPack) -> MeshConfig {
    let grpc = |name: &String| (name.clone(), ProviderProtocol::Grpc);
    MeshConfig {
        root_namespace: pack.root_namespace.clone(),
        trust_domains: pack.trust_domains.clone(),
        providers: pack.providers.iter().map(grpc).collect(),
        ..MeshConfig::default()
    }
}

fn workload(pack: &IstioPack) -> Workload {
    let workload = Workload::new(&pack.workload.namespace, pack.workload.labels.clone());
    if pack.workload.is_waypoint {
        Workload {
            proxy: Proxy::Waypoint,
            ..workload
        }
    } else {
        workload
    }
}

fn is_same(answer: &Answer, expected: &IstioExpected) -> bool {
    let (denied_by, status) = match answer.denied_by {
        None => (None, 200),
        Some(DeniedBy::Rbac) => (Some("rbac"), 403),
        Some(DeniedBy::ExtAuthz) => (Some("ext_authz"), 403),
        Some(DeniedBy::Jwt(status)) => (Some("jwt"), status),
        Some(DeniedBy::Mtls) => (Some("mtls"), 0),
        Some(DeniedBy::BadRequest) => (Some("request"), 400),
    };
    // A case over TCP that passes, and one that upstream's own test expects, names no rule. Where
    // tokens are refused, the field holds Envoy's words about the token.
    let is_rule_named = expected.matched.is_some() && denied_by != Some("jwt");
    let matched = answer.matched.as_deref().unwrap_or("none");
    let is_wanted = |wanted| match wanted {
        IstioWanted::Passes(passes) => passes == answer.allowed,
        IstioWanted::Status(wanted) => wanted == status,
    };
    let is_asked = |result: &str| {
        let id = answer.shadow.get("istio_ext_authz_shadow_engine_result");
        id.is_some_and(|found| found == "denied")
            && (result == "ok") != (denied_by == Some("ext_authz"))
    };
    answer.allowed == expected.allowed
        && status == expected.status
        && denied_by == expected.denied_by.as_deref()
        && (!is_rule_named || expected.matched.as_deref() == Some(matched))
        && expected
            .shadow
            .as_ref()
            .is_none_or(|shadow| *shadow == answer.shadow)
        && expected.istio_expected.is_none_or(is_wanted)
        && expected.ext_authz.as_deref().is_none_or(is_asked)
}

/// The keys and the authorizer that stood beside the real proxy.
struct Oracle<'a> {
    pack: &'a IstioPack,
    case: &'a IstioCase,
}

impl Outside for Oracle<'_> {
    fn verify(&self, rule: &JwtRule, text: &str) -> Verification {
        // Every token is signed by the first set of keys, but those with a bad signature, which
        // are signed by the second.
        let signer = match self.case.token_state.as_deref() {
            Some("bad-signature") => "ORACLE2",
            _ => "ORACLE",
        };
        let keys = rule.jwks.as_deref();
        let is_signed =
            keys.is_none_or(|keys| !self.pack.jwks.contains_key(keys) || keys == signer);
        token::verify(rule, text, self.case.time.unwrap_or(RECORDED), is_signed)
    }

    fn authorizes(&self, _provider: &str, request: &RequestFacts) -> bool {
        let is_refused = |identity: &String| identity.ends_with("/sa/deny");
        if let Some(http) = &request.http {
            !http.header("x-ext-authz").any(|value| value == "deny")
        } else {
            !request.connection.identities.iter().any(is_refused)
        }
    }
}

#[test]
fn paths_are_normalized_as_envoy_normalizes_them() {
    let Some(suite) = suite("istio paths") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.istio_paths().unwrap() {
        let mode = match case.mode.as_str() {
            "NONE" => Normalization::None,
            "BASE" => Normalization::Base,
            "MERGE_SLASHES" => Normalization::MergeSlashes,
            "DECODE_AND_MERGE_SLASHES" => Normalization::DecodeAndMergeSlashes,
            other => panic!("no mode `{other}`"),
        };
        let found = normalize(&case.path, mode, DotParameters::Strip);
        count.check(found == case.effective_path, || {
            format!("{case:?}: {found:?}")
        });
    }
    count.finish("istio paths");
}

#[test]
fn policies_see_the_paths_that_envoy_shows_them() {
    let Some(suite) = suite("istio effective paths") else {
        return;
    };
    let mut count = Count::default();
    for pack in suite.istio_packs().unwrap() {
        let (mesh, workload) = (Mesh::new(&pack.policies, config(&pack)), workload(&pack));
        for case in &pack.cases {
            let outside = Oracle { pack: &pack, case };
            let found = mesh.effective_path(&workload, &case.request, &outside);
            // Where tokens are refused no policy sees the path.
            let expected = match case.expected.denied_by.as_deref() {
                Some("jwt") => None,
                _ => Some(case.effective_path.clone().unwrap_or_default()),
            };
            count.check(found == expected, || {
                format!("{} {case:?}: {found:?}", pack.name)
            });
        }
    }
    count.finish("istio effective paths");
}

#[test]
fn modes_of_mutual_tls_compose_as_in_istio() {
    let Some(suite) = suite("istio modes") else {
        return;
    };
    let mut count = Count::default();
    for modes in suite.istio_modes().unwrap() {
        let workload = Workload::new(&modes.workload.namespace, modes.workload.labels);
        let meshes: BTreeMap<_, _> = modes
            .sets
            .into_iter()
            .map(|(name, policies)| {
                let config = MeshConfig {
                    root_namespace: modes.root_namespace.clone(),
                    ..MeshConfig::default()
                };
                (name, Mesh::new(&policies, config))
            })
            .collect();
        for case in modes.cases {
            let found = meshes
                .get(&case.set)
                .map(|mesh| mesh.mtls_mode(&workload, case.port));
            count.check(found == Some(mode(&case.mode)), || {
                format!("{case:?}: {found:?}")
            });
        }
    }
    count.finish("istio modes");
}

#[test]
fn connections_are_received_as_envoy_receives_them() {
    let Some(suite) = suite("istio chains") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.istio_chains().unwrap() {
        let protocol = match case.protocol.as_str() {
            "HTTP" => PortProtocol::Http,
            "TCP" => PortProtocol::Tcp,
            "AUTO" => PortProtocol::Auto,
            other => panic!("no protocol `{other}`"),
        };
        let found = match receive(mode(&case.mode), protocol, &case.transport) {
            Reception::Closed => "closed",
            Reception::Http => "http",
            Reception::Tcp => "tcp",
            Reception::TlsPassthrough => "tls-passthrough",
        };
        count.check(found == case.result, || format!("{case:?}: {found}"));
    }
    count.finish("istio chains");
}

fn mode(written: &str) -> MtlsMode {
    match written {
        "STRICT" => MtlsMode::Strict,
        "PERMISSIVE" => MtlsMode::Permissive,
        "DISABLE" => MtlsMode::Disable,
        other => panic!("no mode `{other}`"),
    }
}
