//! The inventory.

use std::collections::BTreeMap;

use kordon_core::model::{
    Item, Membership, NamedPort, Namespace, Node, Owner, PodNetwork, Protocol, Service,
    ServicePort, TargetPort,
};
use kordon_core::rule::Test;

use super::support::{clean, one, own_rules, policies, workload};

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn pod(rest: &str) -> String {
    format!("{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: shop}}, {rest}}}")
}

#[test]
fn a_namespace_carries_its_name_as_a_label() {
    let objects =
        clean("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a}}}");
    let expected = Namespace {
        mesh: Membership::default(),
        name: "shop".to_owned(),
        labels: labels(&[("kubernetes.io/metadata.name", "shop"), ("team", "a")]),
    };
    assert_eq!(objects[0].object.items, [Item::Namespace(expected)]);
}

#[test]
fn an_object_is_named_by_the_grammar_of_its_kind() {
    let cases = [
        ("Namespace", "a-b", "a.b"),
        ("Pod", "a.b", "a_b"),
        ("Node", "1.a", "A"),
        ("Service", "a-1", "1-a"),
    ];
    for (kind, good, bad) in cases {
        let named = |name| {
            one(&format!(
                "{{apiVersion: v1, kind: {kind}, metadata: {{name: {name}}}}}"
            ))
            .1
        };
        let refused = |name| format!("`{name}` cannot be the name of this {kind}");
        assert!(!named(good).contains(&refused(good)), "{kind} {good}");
        assert!(named(bad).contains(&refused(bad)), "{kind} {bad}");
    }
}

#[test]
fn a_namespace_whose_labels_cannot_be_read_makes_its_connections_undecided() {
    let (object, _) =
        one("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: [a]}}}");
    let policies = policies(&object);
    assert_eq!(policies.len(), 2);
    for policy in policies {
        assert!(matches!(
            own_rules(policy)[0].clauses[0].test,
            Test::Unknown(_)
        ));
    }
}

#[test]
fn a_pod_runs_as_default_unless_it_says_otherwise() {
    let cases = [
        ("spec: {}", "default"),
        ("spec: {serviceAccountName: ''}", "default"),
        ("spec: {serviceAccount: old}", "old"),
        ("spec: {serviceAccountName: a, serviceAccount: old}", "a"),
    ];
    for (spec, expected) in cases {
        assert_eq!(
            workload(&clean(&pod(spec))[0]).service_account,
            expected,
            "{spec}"
        );
    }
}

#[test]
fn ports_of_containers_and_of_running_init_containers_count() {
    let text = pod(
        "spec: {containers: [{name: a, ports: [{containerPort: 80, name: http}, {containerPort: 53, protocol: UDP}]}], \
                   initContainers: [{name: i, ports: [{containerPort: 1}]}, {name: s, restartPolicy: Always, ports: [{containerPort: 2}]}]}",
    );
    let port = |name: &str, protocol, port| NamedPort {
        name: name.to_owned(),
        protocol,
        port,
    };
    let expected = [
        port("http", Protocol::TCP, 80),
        port("", Protocol::UDP, 53),
        port("", Protocol::TCP, 2),
    ];
    assert_eq!(workload(&clean(&pod("spec: {}"))[0]).ports, []);
    assert_eq!(workload(&clean(&text)[0]).ports, expected);
}

#[test]
fn the_primary_address_comes_first() {
    let cases = [
        ("status: {podIP: 10.0.0.1}", vec!["10.0.0.1"]),
        (
            "status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]}",
            vec!["10.0.0.1", "fd00::1"],
        ),
        ("status: {podIP: ''}", vec![]),
        ("status: {hostIP: 192.0.2.1}", vec![]),
        (
            "spec: {hostNetwork: true}, status: {hostIP: 192.0.2.1}",
            vec!["192.0.2.1"],
        ),
    ];
    for (text, expected) in cases {
        let objects = clean(&pod(text));
        let addresses: Vec<String> = workload(&objects[0])
            .addresses
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(addresses, expected, "{text}");
    }
}

#[test]
fn a_pod_in_the_host_network_says_so() {
    let objects = clean(&pod("spec: {hostNetwork: true, nodeName: n1}"));
    assert_eq!(workload(&objects[0]).network, PodNetwork::Host);
    assert_eq!(workload(&objects[0]).node.as_deref(), Some("n1"));
}

#[test]
fn a_pod_that_has_ended_is_no_endpoint() {
    for phase in ["Succeeded", "Failed"] {
        let objects = clean(&pod(&format!(
            "status: {{phase: {phase}, podIP: 10.0.0.1}}"
        )));
        assert_eq!(objects[0].object.items, [], "{phase}");
    }
    assert_eq!(
        clean(&pod("status: {phase: Running}"))[0]
            .object
            .items
            .len(),
        1
    );
}

#[test]
fn a_pod_with_an_error_contributes_nothing() {
    let (object, messages) = one(&pod(
        "spec: {containers: [{ports: [{containerPort: 70000}]}]}",
    ));
    assert_eq!(messages, ["`70000` is not a port"]);
    assert_eq!(object.object.items, []);
}

#[test]
fn an_unknown_field_of_a_pod_is_a_warning_and_the_pod_counts() {
    let (object, messages) = one(&pod("spec: {hostNetwrk: true}"));
    assert_eq!(messages, ["`hostNetwrk` is not a field of `spec`"]);
    assert_eq!(object.object.items.len(), 1);
}

#[test]
fn pods_of_a_deployment_belong_to_it_and_not_to_its_replica_set() {
    let owned = |hash: &str, references: &str| {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: p, labels: {{pod-template-hash: '{hash}'}}, ownerReferences: [{references}]}}}}"
        );
        workload(&clean(&text)[0])
            .owner
            .clone()
            .map(|Owner { kind, name }| format!("{kind}/{name}"))
    };
    let replica_set = "{apiVersion: apps/v1, kind: ReplicaSet, name: cart-5d8, controller: true}";
    assert_eq!(
        owned("5d8", replica_set).as_deref(),
        Some("Deployment/cart")
    );
    assert_eq!(
        owned("other", replica_set).as_deref(),
        Some("ReplicaSet/cart-5d8")
    );
    let job = "{kind: Job, name: j-5d8, controller: true}";
    assert_eq!(owned("5d8", job).as_deref(), Some("Job/j-5d8"));
    assert_eq!(owned("5d8", "{kind: Job, name: j}"), None);
    assert_eq!(
        owned("5d8", "{kind: Node, name: node, controller: true}"),
        None
    );
}

#[test]
fn every_controller_stands_for_the_pods_of_its_template() {
    let template = "template: {metadata: {labels: {app: a}}, spec: {serviceAccountName: sa, hostNetwork: true, containers: [{ports: [{containerPort: 80}]}]}}";
    let selector = "selector: {matchLabels: {app: a}}";
    let cases = [
        (
            "apps/v1",
            "Deployment",
            format!("{{{selector}, {template}}}"),
        ),
        (
            "apps/v1",
            "ReplicaSet",
            format!("{{{selector}, {template}}}"),
        ),
        (
            "apps/v1",
            "StatefulSet",
            format!("{{serviceName: s, {selector}, {template}}}"),
        ),
        (
            "apps/v1",
            "DaemonSet",
            format!("{{{selector}, {template}}}"),
        ),
        (
            "v1",
            "ReplicationController",
            format!("{{selector: {{app: a}}, {template}}}"),
        ),
        ("batch/v1", "Job", format!("{{{template}}}")),
        (
            "batch/v1",
            "CronJob",
            format!("{{schedule: '* * * * *', jobTemplate: {{spec: {{{template}}}}}}}"),
        ),
    ];
    for (version, kind, spec) in cases {
        let objects = clean(&format!(
            "{{apiVersion: {version}, kind: {kind}, metadata: {{name: w, namespace: shop}}, spec: {spec}}}"
        ));
        let workload = workload(&objects[0]);
        assert_eq!(
            (workload.kind.as_str(), workload.name.as_str()),
            (kind, "w")
        );
        assert_eq!(
            workload.labels.get("app").map(String::as_str),
            Some("a"),
            "{kind}"
        );
        assert_eq!(workload.service_account, "sa", "{kind}");
        assert_eq!(workload.network, PodNetwork::Host, "{kind}");
        assert_eq!(workload.ports.len(), 1, "{kind}");
    }
}

#[test]
fn pods_of_a_job_carry_its_name() {
    let objects = clean(
        "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: {}}}}",
    );
    let expected = labels(&[("batch.kubernetes.io/job-name", "j"), ("job-name", "j")]);
    assert_eq!(workload(&objects[0]).labels, expected);
}

#[test]
fn a_service_leads_to_its_target_ports() {
    let objects = clean(
        "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {selector: {app: a}, clusterIP: 10.96.0.1, \
         ports: [{port: 80}, {port: 81, targetPort: 8080}, {name: name, port: 82, targetPort: http, protocol: UDP}]}}",
    );
    let port = |name: &str, protocol, port, target| ServicePort {
        port: NamedPort {
            name: name.to_owned(),
            protocol,
            port,
        },
        target,
    };
    let expected = Service {
        namespace: "shop".to_owned(),
        name: "s".to_owned(),
        selector: Some(labels(&[("app", "a")])),
        addresses: vec!["10.96.0.1".parse().unwrap()],
        external_name: None,
        ports: vec![
            port("", Protocol::TCP, 80, TargetPort::Number(80)),
            port("", Protocol::TCP, 81, TargetPort::Number(8080)),
            port(
                "name",
                Protocol::UDP,
                82,
                TargetPort::Name("http".to_owned()),
            ),
        ],
    };
    assert_eq!(objects[0].object.items, [Item::Service(expected)]);
}

#[test]
fn headless_and_external_services_have_no_address_of_their_own() {
    for spec in [
        "{clusterIP: None, selector: {a: b}}",
        "{type: ExternalName, externalName: example.com}",
    ] {
        let objects = clean(&format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: s}}, spec: {spec}}}"
        ));
        let [Item::Service(service)] = objects[0].object.items.as_slice() else {
            panic!("a service")
        };
        assert_eq!(service.addresses, Vec::<std::net::IpAddr>::new(), "{spec}");
        assert_eq!(
            service.external_name.is_some(),
            spec.contains("externalName"),
            "{spec}"
        );
    }
}

#[test]
fn internal_addresses_of_a_node_come_first() {
    let objects = clean(
        "{apiVersion: v1, kind: Node, metadata: {name: name, labels: {a: b}}, status: {addresses: [{type: ExternalIP, address: 192.0.2.1}, \
         {type: Hostname, address: name}, {type: InternalIP, address: 10.0.0.1}], nodeInfo: {}}}",
    );
    let expected = Node {
        name: "name".to_owned(),
        labels: labels(&[("a", "b")]),
        addresses: vec!["10.0.0.1".parse().unwrap(), "192.0.2.1".parse().unwrap()],
    };
    assert_eq!(objects[0].object.items, [Item::Node(expected)]);
}

#[test]
fn a_generated_name_is_the_same_wherever_the_object_stands() {
    let text = "{apiVersion: v1, kind: Pod, metadata: {generateName: job-}, spec: {}}";
    let spaced = format!("\n\n{text}");
    assert_eq!(one(text).0.object.id, one(&spaced).0.object.id);
    assert!(one(text).0.object.id.name.starts_with("job-"));
    assert_eq!(
        one(text).1,
        ["the API server generates the name from `job-`"]
    );
}
