//! Objects that serve services to the outside.

use kordon_core::model::{
    Entry, EntryPoint, EntryPort, Item, Listener, NamespaceMatch, ObjectRef, Opening, Parent,
    Permit, Protocol, Selector, ServiceMatch, TargetPort,
};
use kordon_kinds::{Located, check};
use kordon_syntax::{Severity, Sources};

use super::support::{clean, one, read};

fn points(located: &Located) -> Vec<&EntryPoint> {
    let points = located.object.items.iter().map(|item| match item {
        Item::Entry(Entry::Point(point)) => point,
        other => panic!("an entry point, not {other:?}"),
    });
    points.collect()
}

/// Path, service, port and protocol of each entry point.
fn told(text: &str) -> Vec<String> {
    let objects = clean(text);
    let told = points(&objects[0]).into_iter().map(|point| {
        let EntryPoint {
            path,
            namespace,
            service,
            port,
            protocol,
            ..
        } = point;
        format!("{path} {namespace}/{service} {port:?} {protocol}")
    });
    told.collect()
}

#[test]
fn every_backend_of_an_ingress_is_an_entry_point_of_its_namespace() {
    let ingress = "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, namespace: shop}
spec:
  ingressClassName: nginx
  tls: [{hosts: [a.example], secretName: s}]
  defaultBackend: {service: {name: web, port: {name: http}}}
  rules:
  - host: a.example
    http: {paths: [{path: /a, pathType: Exact, backend: {service: {name: api, port: {number: 80}}}}]}
  - {host: '*.b.example'}
  - http: {paths: [{pathType: ImplementationSpecific, backend: {service: {name: any, port: {number: 81}}}}]}
";
    assert_eq!(
        told(ingress),
        [
            "spec.defaultBackend.service shop/web Name(\"http\") TCP",
            "spec.rules[0].http.paths[0].backend.service shop/api Number(80) TCP",
            "spec.rules[2].http.paths[0].backend.service shop/any Number(81) TCP",
        ]
    );
    let objects = clean(ingress);
    let points = points(&objects[0]);
    assert_eq!(points[1].hosts, ["a.example"]);
    assert!(points.iter().all(|point| point.opening == Opening::Itself));
}

#[test]
fn a_route_of_openshift_leads_to_its_services_by_weight() {
    let route = |rest: &str| {
        format!(
            "{{apiVersion: route.openshift.io/v1, kind: Route, metadata: {{name: r, namespace: shop}}, spec: {{{rest}}}}}"
        )
    };
    let weighted = "to: {name: a}, alternateBackends: [{name: b, weight: 5}, {name: c, weight: 0}]";
    assert_eq!(
        told(&route(weighted)),
        [
            "spec.to shop/a All TCP",
            "spec.alternateBackends[0] shop/b All TCP"
        ]
    );
    for (written, target) in [
        ("8080", TargetPort::Number(8080)),
        ("'8080'", TargetPort::Number(8080)),
        ("http", TargetPort::Name("http".to_owned())),
    ] {
        let objects = clean(&route(&format!(
            "to: {{name: a}}, port: {{targetPort: {written}}}"
        )));
        assert_eq!(points(&objects[0])[0].port, EntryPort::Leading(target));
    }
}

#[test]
fn a_gateway_is_its_listeners() {
    let objects = clean(
        "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g, namespace: infra}
spec:
  gatewayClassName: c
  listeners:
  - {name: a, port: 80, protocol: HTTP, hostname: a.example}
  - {name: b, port: 81, protocol: TLS, allowedRoutes: {namespaces: {from: All}}}
  - {name: c, port: 82, protocol: TCP, allowedRoutes: {namespaces: {from: None}, kinds: [{kind: TCPRoute, group: x}]}}
",
    );
    let kinds = |kinds: &[&str]| -> Vec<(String, String)> {
        let group = "gateway.networking.k8s.io";
        let kinds = kinds.iter();
        kinds
            .map(|kind| (group.to_owned(), (*kind).to_owned()))
            .collect()
    };
    let listener = |name: &str, port, kinds, namespaces| Listener {
        name: name.to_owned(),
        port,
        host: (name == "a").then(|| "a.example".to_owned()),
        kinds,
        namespaces,
    };
    let expected = [
        listener(
            "a",
            80,
            kinds(&["HTTPRoute", "GRPCRoute"]),
            NamespaceMatch::Named("infra".to_owned()),
        ),
        listener(
            "b",
            81,
            kinds(&["TLSRoute", "TCPRoute"]),
            NamespaceMatch::Matching(Selector::Everything),
        ),
        listener(
            "c",
            82,
            vec![("x".to_owned(), "TCPRoute".to_owned())],
            NamespaceMatch::Matching(Selector::Any(Vec::new())),
        ),
    ];
    let expected = expected.map(|listener| Item::Entry(Entry::Listener(listener)));
    assert_eq!(objects[0].object.items, expected);
}

#[test]
fn a_route_refers_to_parents_of_its_own_namespace_unless_it_says_otherwise() {
    let objects = clean(
        "
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: UDPRoute
metadata: {name: r, namespace: shop}
spec:
  parentRefs: [{name: g}, {name: h, namespace: infra, sectionName: l, port: 53}, {kind: Service, group: '', name: s}]
  rules: [{backendRefs: [{name: dns, port: 53}, {name: other, namespace: dns, port: 54}]}]
",
    );
    let points = points(&objects[0]);
    let gateway = |namespace, name| {
        ObjectRef::namespaced("gateway.networking.k8s.io", "Gateway", namespace, name)
    };
    let Opening::Parents(parents) = &points[0].opening else {
        panic!("parents, not {:?}", points[0].opening)
    };
    let told: Vec<_> = parents
        .iter()
        .map(
            |Parent {
                 path,
                 object,
                 listener,
                 port,
             }| { (path.to_string(), object.clone(), listener.as_deref(), *port) },
        )
        .collect();
    let first = (
        "spec.parentRefs[0]".to_owned(),
        gateway("shop", "g"),
        None,
        None,
    );
    let second = (
        "spec.parentRefs[1]".to_owned(),
        gateway("infra", "h"),
        Some("l"),
        Some(53),
    );
    assert_eq!(told, [first, second]);
    assert!(points.iter().all(|point| point.protocol == Protocol::UDP));
    assert_eq!(
        points
            .iter()
            .map(|point| &*point.namespace)
            .collect::<Vec<_>>(),
        ["shop", "dns"]
    );
}

#[test]
fn a_reference_grant_permits_services_and_nothing_else() {
    let grant = |to: &str| {
        let text = format!(
            "{{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {{name: g, namespace: shop}}, \
             spec: {{from: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra}}], to: {to}}}}}"
        );
        clean(&text)[0].object.items.clone()
    };
    let permit = |to| {
        Item::Entry(Entry::Permit(Permit {
            from: vec![(
                "gateway.networking.k8s.io".to_owned(),
                "HTTPRoute".to_owned(),
                "infra".to_owned(),
            )],
            to,
        }))
    };
    let any = permit(vec![ServiceMatch::Any]);
    assert_eq!(grant("[{group: '', kind: Service}]"), [any]);
    let named = permit(vec![ServiceMatch::Named("web".to_owned())]);
    assert_eq!(
        grant("[{group: '', kind: Service, name: web}, {group: '', kind: Secret}]"),
        [named]
    );
    assert_eq!(grant("[{group: '', kind: Secret}]"), []);
}

#[test]
fn what_is_not_followed_is_noted() {
    let backend = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, \
                   spec: {defaultBackend: {resource: {apiGroup: k8s.example, kind: Bucket, name: b}}}}";
    assert_eq!(
        one(backend).1,
        ["a reference to a `Bucket` is not followed"]
    );
    let mesh = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, \
                spec: {parentRefs: [{group: '', kind: Service, name: s}], rules: [{backendRefs: [{kind: Import, group: m, name: x}]}]}}";
    assert_eq!(
        one(mesh).1,
        [
            "a reference to a `Service` is not followed",
            "a reference to a `Import` is not followed"
        ]
    );
}

#[test]
fn a_missing_gateway_is_noted_and_a_missing_service_is_warned_of_once() {
    let text = "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec:
  parentRefs: [{name: g, namespace: infra}]
  rules: [{backendRefs: [{name: web, port: 80}]}, {backendRefs: [{name: web, port: 81}]}]
";
    let lowered = read(&mut Sources::default(), "input.yaml", text);
    let found: Vec<(Severity, String)> = check(&lowered.objects)
        .into_iter()
        .map(|found| (found.severity, found.message))
        .collect();
    assert_eq!(
        found,
        [
            (
                Severity::Warning,
                "the input holds no Service shop/web, so nothing is served".to_owned()
            ),
            (
                Severity::Note,
                "the input holds no Gateway infra/g: whether it accepts this HTTPRoute is not known"
                    .to_owned()
            ),
        ]
    );
}

#[test]
fn gateways_and_routes_of_other_projects_are_not_taken_for_these() {
    for (version, kind) in [
        ("networking.istio.io/v1", "Gateway"),
        ("serving.knative.dev/v1", "Route"),
        ("config.openshift.io/v1", "Ingress"),
        ("networking.k8s.io/v1", "IngressClass"),
        ("gateway.networking.k8s.io/v1", "GatewayClass"),
    ] {
        let text = format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: a}}}}");
        let lowered = read(&mut Sources::default(), "input.yaml", &text);
        assert_eq!(lowered.unknown.len(), 1, "{version} {kind}");
        assert_eq!(lowered.diagnostics, [], "{version} {kind}");
    }
}
