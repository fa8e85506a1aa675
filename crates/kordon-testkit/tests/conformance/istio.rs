//! Policies of Istio: the engine, with tokens that are verified in earnest, against what a real
//! Envoy answered.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use kordon::kinds::{MeshSettings, Settings};
use kordon::model::{
    Change, Claims, Item, KeySource, NamespaceMatch, Object, ObjectRef, Selector, TokenRule,
};
use kordon::rule::{
    Clause, Combine, Effect, Order, Policy, Rule, Rules, Stage, Target, Test, Ties,
};
use kordon::syntax::FieldPath;
use kordon::{
    Cluster, ConnectionRequest, Decision, DescribedWorkload, Direction, Endpoint, Engine,
    Explanation, Headers, HttpMessage, HttpRequest, Metadata, MetadataValue, Names, Options,
    PathNormalization, Plane, Port, Protocol, Request, Session, SessionSecurity, Texts, Token,
    Verdict, claims_from_json, istio,
};
use kordon_identity::{Jwks, JwtError, JwtRule, RequestAuthenticator, Timestamp};
use kordon_testkit::conformance::{IstioCase, IstioPack};
use kordon_testkit::facts::{HttpFacts, RequestFacts, Transport};
use serde_json::{Value, json};

use crate::count::{Count, suite};

/// The second at which the packs were recorded, for the cases that do not say when they were.
const RECORDED: i64 = 1_795_331_536;

/// Packs that Kordon refuses to imitate: Istio puts the rules of a dry run with the action CUSTOM
/// where they are enforced. Such an object is an error, and everything that it selects unknown.
const REFUSED: [&str; 1] = ["custom-dryrun"];

/// A workload behind its proxy, as a pack has it.
struct Scene<'a> {
    pack: &'a IstioPack,
    engine: Engine,
}

impl<'a> Scene<'a> {
    fn new(pack: &'a IstioPack) -> Self {
        let mut domains = pack.trust_domains.iter().cloned();
        let mut cluster = Cluster::with_settings(Settings {
            mesh: MeshSettings {
                trust_domain: domains.next().unwrap_or_default(),
                trust_domain_aliases: domains.collect(),
                root_namespace: pack.root_namespace.clone(),
            },
        });
        for policy in &pack.policies {
            cluster.read_value("pack", policy);
        }
        let engine = Engine::with_options(&cluster, Options::default());
        let reads_tokens = |policy: &Value| policy["kind"] == "RequestAuthentication";
        let engine = if pack.policies.iter().any(reads_tokens) {
            engine
        } else {
            engine.apply([Change::Put(any_token())])
        };
        Self { pack, engine }
    }

    fn workload(&self, facts: &RequestFacts) -> DescribedWorkload {
        let mut labels = self.pack.workload.labels.clone();
        if self.pack.workload.is_waypoint {
            let controller = "istio.io-mesh-controller".to_owned();
            labels.insert("gateway.istio.io/managed".to_owned(), controller);
        }
        DescribedWorkload {
            namespace: self.pack.workload.namespace.clone(),
            labels,
            addresses: vec![facts.connection.destination_ip],
            ..DescribedWorkload::default()
        }
    }

    /// What the providers would say.
    fn providers(&self, facts: &RequestFacts) -> Vec<(&'a str, Verdict)> {
        let refuses = match &facts.http {
            Some(http) => http.header("x-ext-authz").any(|value| value == "deny"),
            None => facts
                .connection
                .identities
                .iter()
                .any(|name| name.ends_with("/sa/deny")),
        };
        let named = self.pack.policies.iter();
        let named = named.filter_map(|policy| policy.pointer("/spec/provider/name")?.as_str());
        named
            .map(|name| {
                let exists = self.pack.providers.iter().any(|known| known == name);
                let verdict = if exists && !refuses {
                    Verdict::Allow
                } else {
                    Verdict::Deny
                };
                (name, verdict)
            })
            .collect()
    }

    /// Verifies the tokens of a request by the rules that its destination has.
    fn authenticate(
        &self,
        to: &Endpoint<'_>,
        http: &HttpFacts,
        time: i64,
    ) -> Result<Option<Claims>, JwtError> {
        if let Some(claims) = &http.claims {
            return Ok(claims.as_object().map(claims_from_json));
        }
        let rules = self.engine.snapshot().token_rules(to).expect("a workload");
        // The rule for packs without tokens has no keys.
        let rules = rules.iter().filter_map(|rule| {
            let keys = match &rule.keys {
                KeySource::Inline(name) => self.pack.jwks.get(name),
                KeySource::Uri(_) | KeySource::Discovery => None,
            };
            let keys = keys.or_else(|| self.pack.jwks.get(""))?;
            Some(JwtRule::new(
                rule,
                Jwks::parse(&keys.to_string()).expect("keys"),
            ))
        });
        let headers: Vec<(&str, &str)> = lines(http).collect();
        let request = kordon_identity::HttpRequest {
            method: &http.method,
            path: &http.path,
            headers: &headers,
        };
        let time = Timestamp::from_unix(u64::try_from(time).expect("a time after 1970"));
        let token = RequestAuthenticator::new(rules).authenticate(&request, time)?;
        Ok(token.map(|token| claims_from_json(token.claims())))
    }

    fn explain(&self, case: &IstioCase) -> (Decision, Explanation, Option<u16>) {
        let facts = &case.request;
        let workload = self.workload(facts);
        let providers = self.providers(facts);
        let names: Vec<&str> = facts
            .connection
            .identities
            .iter()
            .map(String::as_str)
            .collect();
        let session = Session {
            security: match &facts.connection.transport {
                Transport::Plaintext => SessionSecurity::Plaintext,
                Transport::Tls { .. } => SessionSecurity::Mutual(Names {
                    uris: Texts::from(names.as_slice()),
                    ..Names::default()
                }),
            },
            peer: Some(facts.connection.ip),
            client: Some(facts.connection.remote_ip),
            server_name: &facts.connection.sni,
            providers: &providers,
        };
        let to = Endpoint::Described(&workload);
        let connection = ConnectionRequest {
            from: Endpoint::Address(facts.connection.ip),
            to,
            protocol: Protocol::TCP,
            port: Port::Number(facts.connection.port),
            session: Some(session),
        };
        let Some(http) = &facts.http else {
            return self.both(&Request::Connection(connection), None);
        };
        let verified = self.authenticate(&to, http, case.time.unwrap_or(RECORDED));
        let status = verified.as_ref().err().map(JwtError::http_status);
        let refused = verified.as_ref().err().map(ToString::to_string);
        let claims = verified.ok().flatten();
        let headers: Vec<(&str, &str)> = lines(http).collect();
        let noted = notes(&facts.metadata);
        let request = HttpRequest {
            connection,
            message: HttpMessage {
                method: &http.method,
                host: &http.host,
                path: &http.path,
                headers: Headers::Borrowed(&headers),
                token: match (&claims, &refused) {
                    (Some(claims), _) => Token::Verified(claims),
                    (None, Some(reason)) => Token::Refused(reason),
                    (None, None) => Token::Absent,
                },
                metadata: &entries(&noted),
                ..HttpMessage::default()
            },
        };
        self.both(&Request::Http(request), status)
    }

    fn both(
        &self,
        request: &Request<'_>,
        status: Option<u16>,
    ) -> (Decision, Explanation, Option<u16>) {
        let decision = self.engine.decide(request);
        (decision, self.engine.explain(request), status)
    }

    /// A provider that does not exist, or is one of several, is not asked: all is refused.
    fn in_words_of_the_pack(&self, by: &'static str) -> &'static str {
        let named = self.pack.policies.iter();
        let named = named.filter_map(|policy| policy.pointer("/spec/provider/name")?.as_str());
        let providers: BTreeSet<&str> = named.collect();
        let exists = |name: &&str| self.pack.providers.iter().any(|known| known == name);
        if by == "ext_authz" && (providers.len() > 1 || !providers.iter().all(exists)) {
            "rbac"
        } else {
            by
        }
    }

    /// Whether the engine answers as the proxy did, for the same reason and by the same rule.
    fn agrees(&self, case: &IstioCase) -> Result<(), String> {
        let (decision, explanation, status) = self.explain(case);
        let expected = &case.expected;
        let by = denied_by(&explanation).map(|by| self.in_words_of_the_pack(by));
        let reasons = explanation.planes.iter().map(|plane| plane.reason.as_str());
        let reasons: Vec<&str> = reasons.collect();
        let shown = || format!("{decision:?} by {by:?}, {status:?}: {reasons:?}");
        if decision != explanation.decision
            || decision.is_allowed() != expected.allowed
            || by != expected.denied_by.as_deref()
            || (by == Some("jwt") && status != Some(expected.status))
        {
            return Err(shown());
        }
        let Some(matched) = expected.matched.as_deref().filter(|_| by != Some("jwt")) else {
            return Ok(());
        };
        let found = istio::matched_rule(&explanation).unwrap_or_else(|| "none".to_owned());
        if matched.contains(&found) || (found == "none" && audits(&explanation, matched)) {
            return Ok(());
        }
        Err(format!("matched {found}: {}", shown()))
    }
}

/// In packs without a RequestAuthentication something else has verified the tokens.
fn any_token() -> Object {
    let rule = |test| Rule {
        path: FieldPath::default(),
        name: None,
        effect: Effect::Allow,
        clauses: vec![Clause {
            field: "".into(),
            test,
        }],
    };
    let policy = Policy {
        plane: Plane::Authn,
        stage: Stage {
            order: Order(0.0),
            name: "tokens".to_owned(),
            combine: Combine::Isolate,
            ties: Ties::Reference,
        },
        order: Order(0.0),
        path: FieldPath::default(),
        target: Target::Workloads {
            direction: Direction::Ingress,
            namespaces: NamespaceMatch::Matching(Selector::Everything),
            workloads: Selector::Everything,
        },
        rules: Rules::Own(vec![
            rule(Test::Token(TokenRule {
                split_claims: ["scope", "permission"].map(str::to_owned).into(),
                ..TokenRule::default()
            })),
            rule(Test::NoToken),
        ]),
    };
    Object {
        id: ObjectRef::cluster("test", "AnyToken", "any"),
        items: vec![Item::Policy(policy)],
    }
}

fn lines(http: &HttpFacts) -> impl Iterator<Item = (&str, &str)> {
    let lines = http.headers.iter();
    lines.map(|(name, value)| (name.as_str(), value.as_str()))
}

/// Whether a rule that only notes is the one that a proxy named, where no other decides.
fn audits(explanation: &Explanation, matched: &str) -> bool {
    let stages = explanation.planes.iter().flat_map(|plane| &plane.stages);
    let noted = stages
        .filter(|stage| stage.name == "AUDIT")
        .flat_map(|stage| &stage.matching);
    let keys = noted.map(|rule| {
        let namespace = rule.object.namespace.as_deref().unwrap_or_default();
        let index = rule.path.trim_start_matches("spec.rules");
        format!("ns[{namespace}]-policy[{}]-rule{index}", rule.object.name)
    });
    keys.min().is_some_and(|key| key == matched)
}

/// A namespace, a key, the texts noted there, and whether they are a list.
type Note<'a> = (&'a str, &'a str, Vec<&'a str>, bool);

/// What filters have noted.
fn notes(metadata: &BTreeMap<String, Value>) -> Vec<Note<'_>> {
    let keys = metadata.iter().flat_map(|(namespace, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, value)| (namespace.as_str(), key.as_str(), value))
    });
    keys.map(|(namespace, key, value)| match value {
        Value::Array(list) => {
            let texts = list.iter().filter_map(Value::as_str).collect();
            (namespace, key, texts, true)
        }
        value => (namespace, key, value.as_str().into_iter().collect(), false),
    })
    .collect()
}

fn entries<'a>(notes: &'a [Note<'a>]) -> Vec<Metadata<'a>> {
    let entry = |(namespace, key, texts, is_list): &'a Note<'a>| Metadata {
        namespace,
        key,
        value: match texts.as_slice() {
            [text] if !is_list => MetadataValue::Text(text),
            texts => MetadataValue::List(texts),
        },
    };
    notes.iter().map(entry).collect()
}

/// Who stopped a request, in the words of the packs.
fn denied_by(explanation: &Explanation) -> Option<&'static str> {
    if explanation.decision.is_allowed() {
        return None;
    }
    let cause = explanation.decision.cause?;
    let plane = explanation
        .planes
        .iter()
        .find(|plane| plane.plane == cause.plane)?;
    Some(match cause.plane {
        Plane::Authn => "jwt",
        Plane::Mtls => "mtls",
        Plane::Mesh
            if plane
                .stages
                .last()
                .is_some_and(|stage| stage.name == "CUSTOM") =>
        {
            "ext_authz"
        }
        Plane::Mesh => "rbac",
        Plane::Network | Plane::Rbac => "network",
        _ => "another plane",
    })
}

#[test]
fn answers_to_requests_agree_with_envoy() {
    let Some(suite) = suite("istio requests and connections") else {
        return;
    };
    let mut count = Count::default();
    for pack in suite.istio_packs().unwrap() {
        let scene = Scene::new(&pack);
        let is_refused = REFUSED.contains(&pack.name.as_str());
        if pack.is_obsolete || is_refused {
            let differ = pack.cases.iter().filter(|case| scene.agrees(case).is_err());
            println!(
                "{}: {} of {} differ, not counted",
                pack.name,
                differ.count(),
                pack.cases.len()
            );
        }
        for case in &pack.cases {
            if is_refused {
                let (decision, ..) = scene.explain(case);
                count.check(!decision.is_allowed(), || {
                    format!("{} is allowed", pack.name)
                });
            } else if !pack.is_obsolete {
                let agrees = scene.agrees(case);
                count.check(agrees.is_ok(), || {
                    format!("{}: {:?} {case:?}", pack.name, agrees.err())
                });
            }
        }
    }
    count.finish("istio requests and connections");
}

#[test]
fn policies_see_the_path_that_a_proxy_shows_them() {
    let Some(suite) = suite("istio paths of the engine") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.istio_paths().unwrap() {
        let how = match case.mode.as_str() {
            "NONE" => PathNormalization::None,
            "BASE" => PathNormalization::Base,
            "MERGE_SLASHES" => PathNormalization::MergeSlashes,
            "DECODE_AND_MERGE_SLASHES" => PathNormalization::DecodeAndMergeSlashes,
            other => panic!("no mode `{other}`"),
        };
        let found = how.normalize(&case.path).map(Cow::into_owned);
        let expected = case.effective_path.as_deref();
        let expected = expected.map(|path| path.split('?').next().unwrap_or_default().to_owned());
        count.check(found == expected, || format!("{case:?}: {found:?}"));
    }
    count.finish("istio paths of the engine");
}

#[test]
fn modes_of_mutual_tls_decide_as_istio_composes_them() {
    let Some(suite) = suite("istio modes of the engine") else {
        return;
    };
    let mut count = Count::default();
    for modes in suite.istio_modes().unwrap() {
        let workload = DescribedWorkload {
            namespace: modes.workload.namespace.clone(),
            labels: modes.workload.labels.clone(),
            addresses: vec![IpAddr::from([10, 0, 0, 80])],
            ..DescribedWorkload::default()
        };
        for case in &modes.cases {
            let mut cluster = Cluster::with_settings(Settings {
                mesh: MeshSettings {
                    root_namespace: modes.root_namespace.clone(),
                    ..MeshSettings::default()
                },
            });
            for policy in modes.sets.get(&case.set).into_iter().flatten() {
                cluster.read_value("pack", &with_valid_name(policy));
            }
            let engine = Engine::new(&cluster);
            let passes = |security| {
                let session = Session {
                    security,
                    ..Session::default()
                };
                let request = ConnectionRequest {
                    from: Endpoint::Address(IpAddr::from([10, 0, 0, 9])),
                    to: Endpoint::Described(&workload),
                    protocol: Protocol::TCP,
                    port: Port::Number(case.port),
                    session: Some(session),
                };
                engine.decide(&Request::Connection(request)).is_allowed()
            };
            let mutual = passes(SessionSecurity::Mutual(Names::default()));
            let plaintext = passes(SessionSecurity::Plaintext);
            let found = match (mutual, plaintext) {
                (true, false) => "STRICT",
                (true, true) => "PERMISSIVE",
                (false, true) => "DISABLE",
                (false, false) => "nothing",
            };
            count.check(found == case.mode, || format!("{case:?}: {found}"));
        }
    }
    count.finish("istio modes of the engine");
}

/// Upstream's own test has names with blanks, which no API server stores.
fn with_valid_name(policy: &Value) -> Value {
    let mut policy = policy.clone();
    let name = policy["metadata"]["name"].as_str().unwrap_or_default();
    let name = name.replace(' ', "-");
    policy["metadata"]["name"] = json!(name);
    policy
}
