//! Checks of all objects together.

use kordon_kinds::{check, settle};
use kordon_syntax::{Severity, Sources};

use super::support::read;

const NAMESPACE: &str = "shop";

fn pod(name: &str, labels: &str, spec: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {NAMESPACE}, labels: {labels}}}, spec: {spec}}}\n"
    )
}

fn policy(name: &str, spec: &str) -> String {
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: {NAMESPACE}}}, spec: {spec}}}\n"
    )
}

fn admin(name: &str, priority: u32) -> String {
    format!(
        "---\n{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {{name: {name}}}, spec: {{priority: {priority}, subject: {{namespaces: {{}}}}, ingress: [{{action: Deny, from: [{{namespaces: {{}}}}]}}]}}}}\n"
    )
}

fn binding(role: &str, subject: &str) -> String {
    format!(
        "---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: b, namespace: {NAMESPACE}}}, roleRef: {role}, subjects: [{subject}]}}\n"
    )
}

fn findings(text: &str) -> Vec<(Severity, String)> {
    let mut lowered = read(&mut Sources::default(), "input.yaml", text);
    assert_eq!(lowered.diagnostics, []);
    let mut found = settle(&mut lowered.objects);
    found.extend(check(&lowered.objects));
    found
        .into_iter()
        .map(|diagnostic| (diagnostic.severity, diagnostic.message))
        .collect()
}

fn warnings(text: &str) -> Vec<String> {
    findings(text)
        .into_iter()
        .map(|(_, message)| message)
        .collect()
}

#[test]
fn the_same_object_twice_with_other_contents_is_an_error() {
    let both = [
        policy("p", "{podSelector: {}}"),
        policy("p", "{podSelector: {matchLabels: {a: b}}}"),
    ];
    let message = "NetworkPolicy shop/p is defined twice, with different contents".to_owned();
    assert_eq!(findings(&both.concat()), [(Severity::Error, message)]);
    let twice = [
        policy("p", "{podSelector: {}}"),
        policy("p", "{podSelector: {}}"),
    ]
    .concat();
    assert_eq!(
        findings(&twice),
        [(
            Severity::Warning,
            "NetworkPolicy shop/p stands in the input twice".to_owned()
        )]
    );
}

#[test]
fn what_stays_of_duplicates_does_not_depend_on_their_order() {
    let specs = [
        "{podSelector: {}}",
        "{podSelector: {matchLabels: {a: b}}}",
        "{podSelector: {}, egress: [{}]}",
    ];
    let kept = |order: [usize; 3]| {
        let text: String = order
            .iter()
            .map(|index| policy("p", specs[*index]))
            .collect();
        let mut lowered = read(&mut Sources::default(), "input.yaml", &text);
        assert_eq!(settle(&mut lowered.objects).len(), 2);
        let objects: Vec<_> = lowered
            .objects
            .into_iter()
            .map(|located| located.object)
            .collect();
        objects
    };
    let expected = kept([0, 1, 2]);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(kept(order), expected);
    }
}

#[test]
fn a_binding_to_a_missing_role_is_a_warning() {
    let user = "{kind: User, name: a}";
    assert_eq!(
        warnings(&binding("{kind: Role, name: r}", user)),
        ["the input holds no Role shop/r, so this binding grants nothing"]
    );
    let builtin = findings(&binding("{kind: ClusterRole, name: view}", user));
    assert_eq!(builtin[0].0, Severity::Note);
}

#[test]
fn a_missing_service_account_is_a_warning_where_others_are_declared() {
    let role = format!(
        "---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {{name: r, namespace: {NAMESPACE}}}, rules: []}}\n"
    );
    let text = role + &binding("{kind: Role, name: r}", "{kind: ServiceAccount, name: a}");
    assert_eq!(warnings(&text), [""; 0]);
    let account = format!(
        "---\n{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: b, namespace: {NAMESPACE}}}}}\n"
    );
    assert_eq!(
        warnings(&(text.clone() + &account)),
        ["the input holds no ServiceAccount shop/a"]
    );
    assert_eq!(
        warnings(&(text + &account.replace("name: b", "name: a"))),
        [""; 0]
    );
}

#[test]
fn a_selector_that_selects_nothing_is_a_warning_where_there_is_something_to_select() {
    let policy = policy("p", "{podSelector: {matchLabels: {app: cart}}}");
    let service = format!(
        "---\n{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: {NAMESPACE}}}, spec: {{selector: {{app: cart}}, ports: [{{port: 80}}]}}}}\n"
    );
    let text = policy + &service;
    assert_eq!(warnings(&text), [""; 0]);
    let expected = [
        "this policy selects no pod of the input",
        "this service selects no pod of the input, so it leads nowhere",
    ];
    assert_eq!(
        warnings(&(text.clone() + &pod("a", "{app: other}", "{}"))),
        expected
    );
    assert_eq!(
        warnings(&(text.clone() + &pod("a", "{app: cart}", "{}"))),
        [""; 0]
    );
    assert_eq!(
        warnings(&(text + &pod("a", "{app: cart}", "{hostNetwork: true}"))),
        expected[..1]
    );
}

#[test]
fn a_port_name_that_no_destination_declares_is_a_warning() {
    let declared = "{containers: [{ports: [{name: http, containerPort: 80}]}]}";
    let text = policy(
        "p",
        "{podSelector: {matchLabels: {app: a}}, ingress: [{ports: [{port: http}]}], egress: [{ports: [{port: dns}]}]}",
    ) + &pod("a", "{app: a}", "{}")
        + &pod("b", "{app: b}", declared);
    let message =
        |rule: &str, port: &str| format!("no pod that `{rule}` can mean declares a port `{port}`");
    assert_eq!(
        warnings(&text),
        [
            message("spec.egress[0]", "dns"),
            message("spec.ingress[0]", "http")
        ]
    );
    let text = text.replace("port: dns", "port: http");
    assert_eq!(warnings(&text), [message("spec.ingress[0]", "http")]);
}

#[test]
fn equal_priorities_in_one_tier_are_a_warning() {
    let pod = pod("a", "{}", "{}");
    assert_eq!(
        warnings(&(admin("b", 5) + &admin("a", 5) + &admin("c", 6) + &pod)),
        ["AdminNetworkPolicy a and AdminNetworkPolicy b both have priority 5 in the Admin tier"]
    );
}

fn calico(selectors: &str) -> String {
    format!(
        "---\n{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {{{selectors}, types: [Ingress]}}}}\n"
    )
}

#[test]
fn a_policy_of_calico_that_selects_nothing_is_warned_of() {
    let account = "---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: one, namespace: shop, labels: {role: web}}}\n";
    let pod = pod("a", "{app: web}", "{serviceAccountName: one}");
    let nothing = ["this policy selects no pod of the input".to_owned()];
    let cases: [(&str, &str, &[String]); 8] = [
        ("selector: \"app == 'web'\"", "", &[]),
        ("selector: \"app in {'web', 'api'} && has(app)\"", "", &[]),
        (
            "selector: \"app starts with 'w' && app ends with 'b' && app contains 'e'\"",
            "",
            &[],
        ),
        ("selector: \"app == 'wbe'\"", "", &nothing),
        ("selector: \"!has(app)\"", "", &nothing),
        (
            "namespaceSelector: \"projectcalico.org/name == 'shop'\"",
            "",
            &[],
        ),
        ("serviceAccountSelector: \"role == 'web'\"", account, &[]),
        (
            "serviceAccountSelector: \"role == 'api'\"",
            account,
            &nothing,
        ),
    ];
    for (selectors, more, expected) in cases {
        let found = warnings(&[pod.as_str(), more, &calico(selectors)].concat());
        assert_eq!(found, expected, "{selectors}");
    }
    let unknown = calico("serviceAccountSelector: \"role == 'api'\"");
    assert_eq!(
        warnings(&[pod.as_str(), &unknown].concat()),
        Vec::<String>::new()
    );
}
