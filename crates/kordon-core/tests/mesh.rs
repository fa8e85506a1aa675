//! What proxies of a mesh enforce is decided without allocating, and without a wrong allow where
//! a fact is missing.
//!
//! This file holds one test that counts allocations, so that no other test allocates meanwhile.

use std::alloc::System;
use std::hint::black_box;

use kordon_core::model::{
    Case, Change, Claim, Claims, Item, Membership, NamespaceMatch, Object, ObjectRef, PodNetwork,
    PortMatch, Protocol, Selector, TextMatch, TokenRule, Workload,
};
use kordon_core::rule::{
    Clause, Combine, Direction, Effect, Fact, Order, Otherwise, Plane, Policy, Rule, Rules,
    Security, Sense, Stage, Target, Test, Ties,
};
use kordon_core::{
    ConnectionRequest, Endpoint, Headers, HttpMessage, HttpRequest, Options, Port, Request,
    Session, SessionSecurity, Snapshot, Token, Verdict,
};
use kordon_syntax::FieldPath;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn workload(name: &str, mesh: Membership) -> Object {
    let workload = Workload {
        namespace: "shop".to_owned(),
        kind: "Pod".to_owned(),
        name: name.to_owned(),
        owner: None,
        labels: [("app".to_owned(), name.to_owned())].into(),
        service_account: name.to_owned(),
        addresses: Vec::new(),
        ports: Vec::new(),
        node: None,
        network: PodNetwork::Pod,
        mesh,
    };
    Object {
        id: ObjectRef::namespaced("", "Pod", "shop", name),
        items: vec![Item::Workload(workload)],
    }
}

fn clause(field: &'static str, test: Test) -> Clause {
    Clause {
        field: field.into(),
        test,
    }
}

fn text(of: Fact, pattern: TextMatch) -> Test {
    Test::Text {
        of,
        sense: Sense::OneOf,
        case: Case::Sensitive,
        patterns: vec![pattern],
    }
}

fn policy(plane: Plane, stage: (f64, &str, Combine), rules: Vec<(Effect, Vec<Clause>)>) -> Object {
    let (order, name, combine) = stage;
    let rule = |(effect, clauses)| Rule {
        path: FieldPath::default(),
        name: None,
        effect,
        clauses,
    };
    let policy = Policy {
        plane,
        stage: Stage {
            order: Order(order),
            name: name.to_owned(),
            combine,
            ties: Ties::Reference,
        },
        order: Order(0.0),
        path: FieldPath::default(),
        target: Target::Workloads {
            direction: Direction::Ingress,
            namespaces: NamespaceMatch::Named("shop".to_owned()),
            workloads: Selector::In("app".to_owned(), vec!["cart".to_owned()]),
        },
        rules: Rules::Own(rules.into_iter().map(rule).collect()),
    };
    Object {
        id: ObjectRef::namespaced("mesh", "Policy", "shop", name),
        items: vec![Item::Policy(policy)],
    }
}

/// Strict mutual TLS, tokens of one issuer, a denial of a path, and a hundred rules that allow.
fn snapshot() -> Snapshot {
    let pass = Combine::FirstMatch {
        otherwise: Otherwise::Pass,
    };
    let mutual = Test::Security(vec![Security::Mutual]);
    let allow = |number: u16| {
        let path = TextMatch::Prefix(format!("/api/{number}/"));
        let source = TextMatch::Exact("spiffe://cluster.local/ns/shop/sa/web".to_owned());
        let clauses = vec![
            clause("from", text(Fact::Identity, source)),
            clause("paths", text(Fact::Path, path)),
            clause(
                "methods",
                text(Fact::Method, TextMatch::Exact("GET".into())),
            ),
            clause(
                "ports",
                Test::Ports(vec![PortMatch::single(Protocol::TCP, 8080)]),
            ),
        ];
        (Effect::Allow, clauses)
    };
    let claimed = text(
        Fact::Claim {
            path: vec!["role".to_owned()],
        },
        TextMatch::Exact("admin".to_owned()),
    );
    let admin = text(Fact::Path, TextMatch::Prefix("/admin".to_owned()));
    let rule = TokenRule {
        issuer: "idp".to_owned(),
        ..TokenRule::default()
    };
    let mut rules: Vec<(Effect, Vec<Clause>)> = (0..100).map(allow).collect();
    rules.push((Effect::Allow, vec![clause("when", claimed)]));
    let objects = [
        workload("web", Membership::Own),
        workload("cart", Membership::Own),
        workload("stray", Membership::Unspecified),
        policy(
            Plane::Mtls,
            (10.0, "STRICT", pass),
            vec![
                (Effect::Allow, vec![clause("mode", mutual)]),
                (Effect::Deny, vec![]),
            ],
        ),
        policy(
            Plane::Authn,
            (10.0, "tokens", Combine::Isolate),
            vec![
                (Effect::Allow, vec![clause("issuer", Test::Token(rule))]),
                (Effect::Allow, vec![clause("", Test::NoToken)]),
            ],
        ),
        policy(
            Plane::Mesh,
            (30.0, "DENY", pass),
            vec![(Effect::Deny, vec![clause("paths", admin)])],
        ),
        policy(Plane::Mesh, (40.0, "ALLOW", Combine::Isolate), rules),
    ];
    Snapshot::new(Options::default()).apply(objects.into_iter().map(Change::Put))
}

fn request<'a>(from: &'a str, method: &'a str, path: &'a str, token: Token<'a>) -> HttpRequest<'a> {
    let end = |name| Endpoint::Pod {
        namespace: "shop",
        name,
    };
    HttpRequest {
        connection: ConnectionRequest {
            from: end(from),
            to: end("cart"),
            protocol: Protocol::TCP,
            port: Port::Number(8080),
            session: None,
        },
        message: HttpMessage {
            method,
            host: "cart.shop:8080",
            path,
            headers: Headers::Borrowed(&[("x-request-id", "7")]),
            token,
            ..HttpMessage::default()
        },
    }
}

#[test]
fn requests_are_decided_by_the_first_plane_that_denies_without_allocating() {
    let snapshot = snapshot();
    let claims = |issuer: &str, role: &str| {
        let text = |value: &str| Claim::Text(value.to_owned());
        Claims([("iss".into(), text(issuer)), ("role".into(), text(role))].into())
    };
    let (admin, guest, stranger) = (
        claims("idp", "admin"),
        claims("idp", "guest"),
        claims("elsewhere", "admin"),
    );
    let plaintext = Session {
        security: SessionSecurity::Plaintext,
        ..Session::default()
    };
    let over = |session, request: HttpRequest<'static>| HttpRequest {
        connection: ConnectionRequest {
            session: Some(session),
            ..request.connection
        },
        ..request
    };
    let (allow, deny, unknown) = (Verdict::Allow, Verdict::Deny, Verdict::Unknown);
    let cases = [
        (
            request("web", "GET", "/api/7/items?x=1", Token::Absent),
            allow,
            Plane::Network,
        ),
        (
            request("web", "GET", "/api/7/../8/items", Token::Absent),
            allow,
            Plane::Network,
        ),
        (
            request("web", "GET", "/api/777/items", Token::Absent),
            deny,
            Plane::Mesh,
        ),
        (
            request("web", "POST", "/api/7/items", Token::Absent),
            deny,
            Plane::Mesh,
        ),
        (
            request("web", "GET", "/x/%2e%2e/admin/", Token::Absent),
            deny,
            Plane::Mesh,
        ),
        (
            request("web", "POST", "/", Token::Verified(&admin)),
            allow,
            Plane::Network,
        ),
        (
            request("web", "POST", "/", Token::Verified(&guest)),
            deny,
            Plane::Mesh,
        ),
        (
            request("web", "POST", "/", Token::Verified(&stranger)),
            deny,
            Plane::Authn,
        ),
        (
            request("web", "GET", "/api/7/", Token::Refused("expired")),
            deny,
            Plane::Authn,
        ),
        (
            request("stray", "GET", "/api/7/", Token::Absent),
            unknown,
            Plane::Mtls,
        ),
        (
            over(plaintext, request("web", "GET", "/api/7/", Token::Absent)),
            deny,
            Plane::Mtls,
        ),
    ];
    for (request, verdict, plane) in cases {
        let request = Request::Http(request);
        let decision = snapshot.decide(&request);
        let cause = decision.cause.expect("a cause");
        assert_eq!(
            (decision.verdict, cause.plane),
            (verdict, plane),
            "{request:?}"
        );
        assert_eq!(snapshot.explain(&request).decision, decision, "{request:?}");
        let region = Region::new(ALLOCATOR);
        for _ in 0..10 {
            black_box(snapshot.decide(black_box(&request)));
        }
        let change = region.change();
        assert_eq!(change.allocations + change.reallocations, 0, "{request:?}");
    }
}
