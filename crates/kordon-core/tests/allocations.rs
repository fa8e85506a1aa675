//! Deciding allocates nothing: a counting allocator watches decisions of every sort.
//!
//! This file holds one test, so that no other test allocates at the same time.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::alloc::System;
use std::collections::BTreeMap;
use std::hint::black_box;

use kordon_core::model::{
    AddressBlock, Change, Item, Membership, NamedPort, Namespace, NamespaceMatch, Node, Object,
    ObjectRef, Owner, PodNetwork, PortMatch, PrincipalMatch, Protocol, Selector, Service,
    ServicePort, TargetPort, Workload,
};
use kordon_core::rule::{
    ApiPermission, Clause, Combine, Direction, Effect, Order, Otherwise, Peer, Plane, Policy, Rule,
    RuleSet, Rules, Scope, Stage, Target, Test, Ties,
};
use kordon_core::{
    ApiRequest, ApiTarget, ConnectionRequest, Endpoint, Options, Port, Request, Snapshot, Texts,
};
use kordon_syntax::FieldPath;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// More rules and grants than are walked, so that the indexes are used.
const MANY: u16 = 100;

#[test]
fn deciding_allocates_nothing() {
    let snapshot = Snapshot::new(Options::default()).apply(objects().into_iter().map(Change::Put));
    let groups = ["dev", "ops"];
    let (mut allowed, mut denied) = (0, 0);
    for request in requests(&groups) {
        let decision = snapshot.decide(&request);
        if decision.is_allowed() {
            allowed += 1;
        } else {
            denied += 1;
        }
        assert_eq!(allocations(|| snapshot.decide(&request)), 0, "{request:?}");
        match request {
            Request::Api(api) => {
                let prepared = snapshot.prepare_api(&api);
                assert_eq!(prepared.decide(), decision, "{request:?}");
                assert_eq!(allocations(|| prepared.decide()), 0, "prepared {request:?}");
            }
            Request::Connection(connection) => {
                let Ok(prepared) = snapshot.prepare_connection(&connection) else {
                    continue;
                };
                assert_eq!(prepared.decide(), decision, "{request:?}");
                assert_eq!(allocations(|| prepared.decide()), 0, "prepared {request:?}");
            }
            _ => panic!("a request of no known kind"),
        }
    }
    assert!(
        allowed > 10 && denied > 10,
        "{allowed} allowed, {denied} denied"
    );
}

fn allocations<T>(work: impl Fn() -> T) -> usize {
    let region = Region::new(ALLOCATOR);
    for _ in 0..10 {
        black_box(work());
    }
    let change = region.change();
    change.allocations + change.reallocations
}

fn requests<'a>(groups: &'a [&'a str]) -> Vec<Request<'a>> {
    let mut requests = connections();
    for (user, verb, target) in [
        ("alice", "get", resource("pods", "", "shop", "cart-0")),
        ("alice", "get", resource("r77", "", "shop", "")),
        ("alice", "delete", resource("r77", "", "shop", "")),
        ("alice", "get", resource("pods", "log", "shop", "cart-0")),
        ("alice", "get", resource("deployments", "scale", "jobs", "")),
        ("alice", "get", ApiTarget::Path("/healthz/ping")),
        ("alice", "get", ApiTarget::Path("/metrics")),
        ("bob", "get", resource("r9", "", "shop", "")),
        ("nobody", "get", resource("r9", "", "nowhere", "none")),
        ("", "", resource("", "", "", "")),
        (
            "system:serviceaccount:shop:cart",
            "get",
            resource("r3", "", "shop", ""),
        ),
    ] {
        for groups in [Texts::NONE, Texts::Borrowed(groups)] {
            requests.push(Request::Api(ApiRequest {
                user,
                groups,
                verb,
                target,
            }));
        }
    }
    requests
}

fn resource<'a>(
    resource: &'a str,
    subresource: &'a str,
    namespace: &'a str,
    name: &'a str,
) -> ApiTarget<'a> {
    ApiTarget::Resource {
        group: "",
        resource,
        subresource,
        namespace,
        name,
    }
}

fn connections() -> Vec<Request<'static>> {
    let named = |name| Endpoint::Named {
        namespace: "shop",
        name,
    };
    let address = |text: &str| Endpoint::Address(text.parse().expect("an address"));
    let sources = [
        named("web"),
        named("cart"),
        Endpoint::Pod {
            namespace: "shop",
            name: "web-1",
        },
        Endpoint::Workload {
            namespace: "shop",
            kind: "Deployment",
            name: "web",
        },
        Endpoint::Node("n1"),
        address("10.0.0.1"),
        address("10.1.77.5"),
        address("203.0.113.7"),
        address("2001:db8::7"),
    ];
    let destinations = [
        named("cart"),
        named("agent"),
        Endpoint::Workload {
            namespace: "shop",
            kind: "Deployment",
            name: "web",
        },
        Endpoint::Service {
            namespace: "shop",
            name: "cart",
        },
        Endpoint::Service {
            namespace: "shop",
            name: "gone",
        },
        address("10.96.0.7"),
        address("203.0.113.7"),
    ];
    let ports = [
        Port::Number(80),
        Port::Number(1077),
        Port::Name("http"),
        Port::Name("none"),
    ];
    let mut requests = Vec::new();
    for from in sources {
        for to in destinations {
            for (port, protocol) in
                ports
                    .into_iter()
                    .zip([Protocol::TCP, Protocol::TCP, Protocol::TCP, Protocol::UDP])
            {
                let connection = ConnectionRequest {
                    from,
                    to,
                    protocol,
                    port,
                    session: None,
                };
                requests.push(Request::Connection(connection));
            }
        }
    }
    requests
}

fn objects() -> Vec<Object> {
    let mut objects = inventory();
    objects.extend((0..MANY).map(isolating));
    objects.push(tier());
    objects.extend((0..MANY).flat_map(granting));
    objects
}

fn object(kind: &str, name: &str, item: Item) -> Object {
    Object {
        id: ObjectRef::namespaced("", kind, "shop", name),
        items: vec![item],
    }
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn inventory() -> Vec<Object> {
    let http = NamedPort {
        name: "http".to_owned(),
        protocol: Protocol::TCP,
        port: 80,
    };
    let pod = |name: &str, address: &str| Workload {
        namespace: "shop".to_owned(),
        kind: "Pod".to_owned(),
        name: name.to_owned(),
        owner: None,
        labels: labels(&[("app", name)]),
        service_account: "default".to_owned(),
        addresses: vec![address.parse().expect("an address")],
        ports: vec![http.clone()],
        node: Some("n1".to_owned()),
        network: PodNetwork::Pod,
        mesh: Membership::default(),
    };
    let owned = |name: &str, address: &str| Workload {
        owner: Some(Owner {
            kind: "Deployment".to_owned(),
            name: "web".to_owned(),
        }),
        labels: labels(&[("app", "web")]),
        node: None,
        ..pod(name, address)
    };
    let deployment = Workload {
        kind: "Deployment".to_owned(),
        addresses: Vec::new(),
        ..pod("web", "10.1.0.9")
    };
    let agent = Workload {
        network: PodNetwork::Host,
        ..pod("agent", "10.0.0.1")
    };
    let service = Service {
        namespace: "shop".to_owned(),
        name: "cart".to_owned(),
        selector: Some(labels(&[("app", "cart")])),
        addresses: vec!["10.96.0.7".parse().expect("an address")],
        external_name: None,
        ports: vec![ServicePort {
            port: NamedPort {
                port: 80,
                ..http.clone()
            },
            target: TargetPort::Name("http".to_owned()),
        }],
    };
    let node = Node {
        name: "n1".to_owned(),
        labels: labels(&[("zone", "a")]),
        addresses: vec!["10.0.0.1".parse().expect("an address")],
    };
    let namespace = Namespace {
        name: "shop".to_owned(),
        labels: labels(&[("team", "red")]),
        mesh: Membership::default(),
    };
    vec![
        object("Namespace", "shop", Item::Namespace(namespace)),
        object("Pod", "cart", Item::Workload(pod("cart", "10.1.77.5"))),
        object("Pod", "web-1", Item::Workload(owned("web-1", "10.1.0.1"))),
        object("Pod", "web-2", Item::Workload(owned("web-2", "10.1.0.2"))),
        object("Deployment", "web", Item::Workload(deployment)),
        object("Pod", "agent", Item::Workload(agent)),
        object("Service", "cart", Item::Service(service)),
        object("Node", "n1", Item::Node(node)),
    ]
}

fn pods(selector: Selector) -> Peer {
    Peer::Workloads {
        namespaces: NamespaceMatch::Matching(Selector::In(
            "team".to_owned(),
            vec!["red".to_owned()],
        )),
        workloads: selector,
    }
}

/// A policy that isolates all pods of the namespace, with rules of every sort.
fn isolating(number: u16) -> Object {
    let rule = |index, peers, ports| Rule {
        path: FieldPath::root().key("ingress").index(index),
        name: None,
        effect: Effect::Allow,
        clauses: vec![
            Clause {
                field: "from".into(),
                test: Test::Peers(peers),
            },
            Clause {
                field: "ports".into(),
                test: Test::Ports(ports),
            },
        ],
    };
    let app = Selector::In(
        "app".to_owned(),
        vec![format!("app-{number}"), "web".to_owned()],
    );
    let block = AddressBlock::new(&format!("10.1.{number}.0/24"), []).expect("a block");
    let http = PortMatch::Named {
        protocol: Some(Protocol::TCP),
        name: "http".to_owned(),
    };
    let rules = vec![
        rule(
            0,
            vec![pods(app)],
            vec![PortMatch::single(Protocol::TCP, 1000 + number)],
        ),
        rule(
            1,
            vec![Peer::Block(block)],
            vec![PortMatch::single(Protocol::TCP, 1000 + number)],
        ),
        rule(
            2,
            vec![pods(Selector::Has(format!("key-{number}")))],
            vec![http],
        ),
    ];
    let policy = Policy {
        plane: Plane::Network,
        stage: Stage {
            order: Order(2.0),
            name: "isolating".to_owned(),
            combine: Combine::Isolate,
            ties: Ties::Reference,
        },
        order: Order(0.0),
        path: FieldPath::root(),
        target: Target::Workloads {
            direction: Direction::Ingress,
            namespaces: NamespaceMatch::Named("shop".to_owned()),
            workloads: Selector::Everything,
        },
        rules: Rules::Own(rules),
    };
    object("Isolating", &format!("p{number}"), Item::Policy(policy))
}

/// A tier in which the first match decides, long enough to be indexed.
fn tier() -> Object {
    let rule = |(index, effect)| Rule {
        path: FieldPath::root().key("egress").index(index),
        name: None,
        effect,
        clauses: vec![Clause {
            field: "to".into(),
            test: Test::Peers(vec![
                Peer::Block(
                    AddressBlock::new(&format!("203.0.{index}.0/24"), []).expect("a block"),
                ),
                Peer::Nodes(Selector::In(
                    "zone".to_owned(),
                    vec![format!("zone-{index}")],
                )),
            ]),
        }],
    };
    let effects = [Effect::Allow, Effect::Deny, Effect::Pass]
        .into_iter()
        .cycle();
    let policy = Policy {
        plane: Plane::Network,
        stage: Stage {
            order: Order(1.0),
            name: "tier".to_owned(),
            combine: Combine::FirstMatch {
                otherwise: Otherwise::Pass,
            },
            ties: Ties::Reference,
        },
        order: Order(0.0),
        path: FieldPath::root(),
        target: Target::Workloads {
            direction: Direction::Egress,
            namespaces: NamespaceMatch::Matching(Selector::Everything),
            workloads: Selector::Everything,
        },
        rules: Rules::Own((0..200).zip(effects).map(rule).collect()),
    };
    object("Tier", "tier", Item::Policy(policy))
}

/// A set of rules, and policies that grant it in the whole cluster and in one namespace.
fn granting(number: u16) -> Vec<Object> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let resources = [format!("r{number}"), "*/scale".to_owned()];
    let permission = ApiPermission {
        verbs: texts(&["get"]),
        groups: texts(&[""]),
        resources: resources.to_vec(),
        names: Vec::new(),
        paths: vec![format!("/healthz/{number}*"), "/healthz/p*".to_owned()],
    };
    let rules = (0..12).map(|index| Rule {
        path: FieldPath::root().key("rules").index(index),
        name: None,
        effect: Effect::Allow,
        clauses: vec![Clause {
            field: "".into(),
            test: Test::Api(permission.clone()),
        }],
    });
    let set = RuleSet {
        labels: BTreeMap::new(),
        rules: rules.collect(),
        includes: Vec::new(),
    };
    let set = object("Set", &format!("set-{number}"), Item::RuleSet(set));
    let account = PrincipalMatch::ServiceAccount {
        namespace: "shop".to_owned(),
        name: "cart".to_owned(),
    };
    let subjects = [
        PrincipalMatch::User("alice".to_owned()),
        PrincipalMatch::Group("ops".to_owned()),
        account,
    ];
    let policy = |scope| Policy {
        plane: Plane::Rbac,
        stage: Stage {
            order: Order(0.0),
            name: "rbac".to_owned(),
            combine: Combine::AnyAllow,
            ties: Ties::Reference,
        },
        order: Order(0.0),
        path: FieldPath::root(),
        target: Target::Principals {
            subjects: subjects
                .iter()
                .map(|one| (FieldPath::root(), one.clone()))
                .collect(),
            scope,
        },
        rules: Rules::Of(set.id.clone()),
    };
    let here = Item::Policy(policy(Scope::Namespace("shop".to_owned())));
    let all = Item::Policy(policy(Scope::Cluster));
    vec![
        object("Grant", &format!("here-{number}"), here),
        object("Grant", &format!("all-{number}"), all),
        set,
    ]
}
