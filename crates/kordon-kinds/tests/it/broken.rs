//! What people read when an object is broken. Read each snapshot as a newcomer would.

use std::fmt::Write as _;

use kordon_kinds::{check, settle};
use kordon_syntax::{Sources, render};

use super::support::read;

/// The diagnostics of each case as the terminal shows them.
fn rendered(cases: &[(&str, String)]) -> String {
    let mut out = String::new();
    for (title, text) in cases {
        let mut sources = Sources::default();
        let mut lowered = read(&mut sources, "input.yaml", text);
        lowered.diagnostics.extend(settle(&mut lowered.objects));
        lowered.diagnostics.extend(check(&lowered.objects));
        assert!(!lowered.diagnostics.is_empty(), "{title}");
        let shown = render::terminal(
            &lowered.diagnostics,
            &sources,
            &render::TerminalOptions::default(),
        );
        write!(out, "## {title}\n\n{}\n\n", shown.trim_end()).unwrap();
    }
    out
}

fn policy(spec: &str) -> String {
    let mut text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: cart\n  namespace: shop\nspec:\n".to_owned();
    spec.lines()
        .for_each(|line| writeln!(text, "  {line}").unwrap());
    text
}

fn ingress(rule: &str) -> String {
    policy(&format!(
        "podSelector: {{}}\ningress:\n- {}",
        rule.replace('\n', "\n  ")
    ))
}

fn cluster_policy(rest: &str) -> String {
    let mut text = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata:\n  name: guard\nspec:\n".to_owned();
    rest.lines()
        .for_each(|line| writeln!(text, "  {line}").unwrap());
    text
}

fn rbac(kind: &str, rest: &str) -> String {
    let namespace = if kind.starts_with("Cluster") {
        ""
    } else {
        "\n  namespace: shop"
    };
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: reader{namespace}\n{rest}\n"
    )
}

fn object(version: &str, kind: &str, rest: &str) -> String {
    format!(
        "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: cart\n  namespace: shop\n{rest}\n"
    )
}

#[test]
fn objects_that_are_not_what_they_seem() {
    let good = policy("podSelector: {}");
    let cases = [
        ("not a mapping", "- a\n- b\n".to_owned()),
        (
            "no kind",
            "apiVersion: v1\nmetadata:\n  name: a\n".to_owned(),
        ),
        (
            "no apiVersion",
            good.replace("apiVersion: networking.k8s.io/v1\n", ""),
        ),
        (
            "apiVersion of the wrong type",
            good.replace("networking.k8s.io/v1", "1"),
        ),
        (
            "kind in lower case",
            good.replace("NetworkPolicy", "networkpolicy"),
        ),
        ("kind in the plural", object("v1", "Pods", "spec: {}")),
        (
            "unknown version",
            good.replace("networking.k8s.io/v1", "networking.k8s.io/v1beta"),
        ),
        (
            "misspelt group",
            good.replace("networking.k8s.io", "network.k8s.io"),
        ),
        ("no group", good.replace("networking.k8s.io/v1", "v1")),
        (
            "former group",
            good.replace("networking.k8s.io/v1", "extensions/v1beta1"),
        ),
        (
            "group alone",
            good.replace("networking.k8s.io/v1", "networking.k8s.io"),
        ),
        (
            "kind that is not evaluated",
            object("cilium.io/v2", "CiliumNetworkPolicy", "spec: {}"),
        ),
        ("no name", good.replace("  name: cart\n", "")),
        (
            "name of the wrong type",
            good.replace("name: cart", "name: 12"),
        ),
        (
            "name with capitals",
            good.replace("name: cart", "name: Cart"),
        ),
        (
            "unquoted y",
            good.replace("namespace: shop", "namespace: y"),
        ),
        (
            "generated name",
            object("v1", "Pod", "spec: {}").replace("name: cart", "generateName: cart-"),
        ),
        (
            "namespace of a cluster-scoped object",
            rbac("ClusterRole", "rules: []")
                .replace("name: reader", "name: reader\n  namespace: shop"),
        ),
        (
            "label that no object can carry",
            good.replace(
                "namespace: shop",
                "namespace: shop\n  labels:\n    team/: a\n    tier: -x",
            ),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}

#[test]
fn network_policies() {
    let cases = [
        ("misspelt field", policy("podSelectr: {}\ningress: []")),
        (
            "field at the wrong depth",
            policy(
                "podSelector: {}\ningress:\n- from:\n  - podSelector: {}\n    ports:\n    - port: 80",
            ),
        ),
        ("no spec", policy("").replace("spec:\n", "")),
        ("selector without a value", policy("podSelector:")),
        (
            "selector of the wrong type",
            policy("podSelector:\n  matchLabels:\n    app: [cart]"),
        ),
        (
            "label value that is a number",
            policy("podSelector:\n  matchLabels:\n    version: 2"),
        ),
        (
            "labels without matchLabels",
            policy("podSelector:\n  app: cart"),
        ),
        (
            "policy type in lower case",
            policy("podSelector: {}\npolicyTypes: [ingress]"),
        ),
        (
            "unknown operator",
            policy(
                "podSelector:\n  matchExpressions:\n  - {key: app, operator: Equals, values: [cart]}",
            ),
        ),
        (
            "In without values",
            policy("podSelector:\n  matchExpressions:\n  - {key: app, operator: In}"),
        ),
        (
            "Exists with values",
            policy(
                "podSelector:\n  matchExpressions:\n  - {key: app, operator: Exists, values: [cart]}",
            ),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}

#[test]
fn rules_of_network_policies() {
    let cases = [
        (
            "block that is an address",
            ingress("from:\n- ipBlock:\n    cidr: 10.0.0.1"),
        ),
        (
            "block that is a list",
            ingress("from:\n- ipBlock:\n    cidr: [10.0.0.0/16]"),
        ),
        ("block without cidr", ingress("from:\n- ipBlock: {}")),
        (
            "exception outside the block",
            ingress("from:\n- ipBlock:\n    cidr: 10.0.0.0/16\n    except: [10.1.0.0/24]"),
        ),
        (
            "bits beyond the prefix",
            ingress("from:\n- ipBlock:\n    cidr: 10.0.0.17/16"),
        ),
        (
            "IPv4 inside IPv6",
            ingress("from:\n- ipBlock:\n    cidr: ::ffff:10.0.0.0/104"),
        ),
        (
            "block beside a selector",
            ingress("from:\n- ipBlock:\n    cidr: 10.0.0.0/16\n  podSelector: {}"),
        ),
        ("empty peer", ingress("from:\n- {}")),
        (
            "selector of a peer without a value",
            ingress("from:\n- podSelector:"),
        ),
        ("rule without a value", ingress("")),
        ("port 0", ingress("ports:\n- port: 0")),
        ("port 70000", ingress("ports:\n- port: 70000")),
        (
            "range that ends before it begins",
            ingress("ports:\n- port: 90\n  endPort: 80"),
        ),
        (
            "range from a name",
            ingress("ports:\n- port: http\n  endPort: 80"),
        ),
        (
            "range without a beginning",
            ingress("ports:\n- endPort: 80"),
        ),
        (
            "name of a port with capitals",
            ingress("ports:\n- port: HTTP"),
        ),
        ("number in quotes", ingress("ports:\n- port: \"80\"")),
        (
            "protocol in lower case",
            ingress("ports:\n- port: 80\n  protocol: tcp"),
        ),
        (
            "several problems at once",
            ingress("from:\n- {}\nports:\n- port: 0\n- protocol: http"),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}

#[test]
fn policies_of_the_tiers() {
    let head = "tier: Admin\npriority: 5\nsubject:\n  namespaces: {}\n";
    let rule = |rule: &str| format!("{head}egress:\n- {}", rule.replace('\n', "\n  "));
    let cases = [
        ("no tier, priority and subject", cluster_policy("ingress: []")),
        ("tier and priority out of range", cluster_policy("tier: admin\npriority: 2000\nsubject:\n  namespaces: {}")),
        ("two subjects", cluster_policy("tier: Admin\npriority: 5\nsubject:\n  namespaces: {}\n  pods: {podSelector: {}}")),
        ("words of the kind before", cluster_policy(&rule("action: Allow\nto:\n- namespaces: {}\nports:\n- portNumber: {port: 80}"))),
        ("no peers", cluster_policy(&rule("action: Deny"))),
        ("form of an earlier version", cluster_policy(&rule("action: Deny\nto:\n- namespaces:\n    namespaceSelector: {}"))),
        ("protocol without a port", cluster_policy(&rule("action: Deny\nto:\n- namespaces: {}\nprotocols:\n- tcp: {}"))),
        ("range of one port", cluster_policy(&rule("action: Deny\nto:\n- namespaces: {}\nprotocols:\n- tcp: {destinationPort: {range: {start: 80, end: 80}}}"))),
        ("domain names in a rule that denies", cluster_policy(&rule("action: Deny\nto:\n- domainNames: [example.com]"))),
        ("name of a port beside networks", cluster_policy(&rule("action: Deny\nto:\n- networks: [10.0.0.0/8]\nprotocols:\n- destinationNamedPort: http"))),
        ("baseline that is not called default", "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata:\n  name: base\nspec:\n  subject:\n    namespaces: {}\n".to_owned()),
    ];
    insta::assert_snapshot!(rendered(&cases));
}

#[test]
fn roles_and_bindings() {
    let role =
        "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: view\n";
    let subjects = |list: &str| format!("{role}subjects:\n{list}");
    let cases = [
        (
            "no verbs",
            rbac("Role", "rules:\n- apiGroups: [\"\"]\n  resources: [pods]"),
        ),
        (
            "verbs that are not a list",
            rbac(
                "Role",
                "rules:\n- apiGroups: [\"\"]\n  resources: [pods]\n  verbs: get",
            ),
        ),
        (
            "no API groups",
            rbac("Role", "rules:\n- resources: [pods]\n  verbs: [get]"),
        ),
        (
            "resources and paths",
            rbac(
                "ClusterRole",
                "rules:\n- apiGroups: [\"\"]\n  resources: [pods]\n  nonResourceURLs: [/healthz]\n  verbs: [get]",
            ),
        ),
        (
            "paths in a Role",
            rbac(
                "Role",
                "rules:\n- nonResourceURLs: [/healthz]\n  verbs: [get]",
            ),
        ),
        (
            "misspelt field of a rule",
            rbac(
                "Role",
                "rules:\n- apiGroup: [\"\"]\n  resources: [pods]\n  verbs: [get]",
            ),
        ),
        (
            "aggregation without selectors",
            rbac("ClusterRole", "aggregationRule: {}\nrules: []"),
        ),
        ("no role reference", rbac("RoleBinding", "subjects: []")),
        (
            "Role in a ClusterRoleBinding",
            rbac("ClusterRoleBinding", &role.replace("ClusterRole", "Role")),
        ),
        (
            "kind of role in lower case",
            rbac("RoleBinding", &role.replace("ClusterRole", "clusterrole")),
        ),
        (
            "wrong group of the role",
            rbac(
                "RoleBinding",
                &role.replace("rbac.authorization", "authorization"),
            ),
        ),
        (
            "service account without a namespace",
            rbac(
                "ClusterRoleBinding",
                &subjects("- kind: ServiceAccount\n  name: cart"),
            ),
        ),
        (
            "service account by its user name",
            rbac(
                "RoleBinding",
                &subjects("- kind: ServiceAccount\n  name: system:serviceaccount:shop:cart"),
            ),
        ),
        (
            "unknown kind of subject",
            rbac("RoleBinding", &subjects("- kind: user\n  name: alice")),
        ),
        (
            "subject without a name",
            rbac(
                "RoleBinding",
                &subjects("- kind: Group\n  apiGroup: rbac.authorization.k8s.io"),
            ),
        ),
        (
            "wrong group of a subject",
            rbac(
                "RoleBinding",
                &subjects("- kind: User\n  apiGroup: v1\n  name: alice"),
            ),
        ),
        (
            "missing role",
            rbac("RoleBinding", &role.replace("ClusterRole", "Role")),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}

#[test]
fn the_inventory() {
    let template = "  template:\n    metadata:\n      labels: {app: cart}\n    spec: {}";
    let cases = [
        (
            "misspelt field of a pod",
            object("v1", "Pod", "spec:\n  hostNetwrk: true"),
        ),
        (
            "container port out of range",
            object(
                "v1",
                "Pod",
                "spec:\n  containers:\n  - name: a\n    ports:\n    - containerPort: 99999",
            ),
        ),
        (
            "address that is none",
            object("v1", "Pod", "spec: {}\nstatus:\n  podIP: ten"),
        ),
        (
            "pod that has ended",
            object("v1", "Pod", "spec: {}\nstatus:\n  phase: Succeeded"),
        ),
        (
            "selector that selects other pods",
            object(
                "apps/v1",
                "Deployment",
                &format!("spec:\n  selector:\n    matchLabels: {{app: card}}\n{template}"),
            ),
        ),
        (
            "no template",
            object(
                "apps/v1",
                "DaemonSet",
                "spec:\n  selector:\n    matchLabels: {app: cart}",
            ),
        ),
        (
            "service without ports",
            object("v1", "Service", "spec:\n  selector: {app: cart}"),
        ),
        (
            "service of an unknown type",
            object(
                "v1",
                "Service",
                "spec:\n  type: Nodeport\n  ports:\n  - port: 80",
            ),
        ),
        (
            "duplicate object",
            format!(
                "{}---\n{}",
                policy("podSelector: {}"),
                policy("podSelector: {}\npolicyTypes: [Egress]")
            ),
        ),
        (
            "policy and service that select nothing",
            format!(
                "{}---\n{}---\n{}",
                policy("podSelector:\n  matchLabels: {app: card}"),
                object(
                    "v1",
                    "Service",
                    "spec:\n  selector: {app: card}\n  ports:\n  - port: 80"
                ),
                object("v1", "Pod", "spec: {}")
            ),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}

fn mesh(kind: &str, spec: &str) -> String {
    let mut text = format!(
        "apiVersion: security.istio.io/v1\nkind: {kind}\nmetadata:\n  name: cart\n  namespace: shop\nspec:\n"
    );
    spec.lines()
        .for_each(|line| writeln!(text, "  {line}").unwrap());
    text
}

#[test]
fn policies_of_a_mesh() {
    let authorization = |spec: &str| mesh("AuthorizationPolicy", spec);
    let rule = |rule: &str| authorization(&format!("action: DENY\nrules:\n- {rule}"));
    let cases = [
        (
            "unknown action",
            authorization("action: DENNY\nrules: [{}]"),
        ),
        ("denial without rules", authorization("action: DENY")),
        (
            "provider of an action that asks none",
            authorization("provider: {name: opa}\nrules: [{}]"),
        ),
        ("no provider", authorization("action: CUSTOM\nrules: [{}]")),
        (
            "identities before tokens",
            authorization(
                "action: CUSTOM\nprovider: {name: opa}\nrules:\n- from: [{source: {namespaces: [a]}}]",
            ),
        ),
        (
            "labels outside matchLabels",
            authorization("selector: {app: cart}\nrules: [{}]"),
        ),
        (
            "wildcard in a selector",
            authorization("selector: {matchLabels: {app: 'c*'}}"),
        ),
        (
            "selector and target",
            authorization(
                "selector: {matchLabels: {app: cart}}\ntargetRefs: [{kind: Service, name: cart}]",
            ),
        ),
        (
            "target of another kind",
            authorization("targetRefs: [{group: apps, kind: Deployment, name: cart}]"),
        ),
        (
            "what a waypoint enforces",
            authorization("targetRefs: [{kind: Service, name: cart}]\nrules: [{}]"),
        ),
        ("empty rule", rule("")),
        ("source without fields", rule("from: [{source: {}}]")),
        (
            "field beside source",
            rule("from: [{principals: [a/ns/b/sa/c]}]"),
        ),
        (
            "misspelt field",
            rule("from: [{source: {principal: [a/ns/b/sa/c]}}]"),
        ),
        (
            "accounts beside namespaces",
            rule("from: [{source: {serviceAccounts: [a], namespaces: [b]}}]"),
        ),
        ("no address", rule("from: [{source: {ipBlocks: [10.0.0]}}]")),
        (
            "port that is a number",
            rule("to: [{operation: {ports: [8080]}}]"),
        ),
        (
            "port that is a name",
            rule("to: [{operation: {ports: [http]}}]"),
        ),
        (
            "named part of a template",
            rule("to: [{operation: {paths: ['/a/{*}/{id}'], ports: ['80']}}]"),
        ),
        (
            "path with a query",
            rule("to: [{operation: {paths: ['/a?b=c'], ports: ['80']}}]"),
        ),
        (
            "denial of what is not HTTP",
            rule("to: [{operation: {methods: [POST]}}]"),
        ),
        (
            "unknown key",
            rule("when: [{key: destination.labels, values: [a]}]"),
        ),
        (
            "key without brackets",
            rule("when: [{key: request.headers.x, values: [a]}]"),
        ),
        ("condition without values", rule("when: [{key: source.ip}]")),
        (
            "regular expression",
            rule("from: [{source: {principals: ['*/sa/(a)']}}]"),
        ),
        (
            "dry run of neither kind",
            authorization("rules: [{}]").replace(
                "  namespace: shop",
                "  namespace: shop\n  annotations: {istio.io/dry-run: enabled}",
            ),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}

#[test]
fn tokens_and_connections_of_a_mesh() {
    let peers = |spec: &str| mesh("PeerAuthentication", spec);
    let tokens = |spec: &str| mesh("RequestAuthentication", spec);
    let cases = [
        ("no issuer", tokens("jwtRules: [{jwks: '{}'}]")),
        ("any issuer", tokens("jwtRules: [{jwksUri: 'https://a'}]")),
        (
            "keys that are no address",
            tokens("jwtRules: [{issuer: a, jwksUri: a.example/keys}]"),
        ),
        (
            "claim without a name",
            tokens("jwtRules: [{issuer: a, spaceDelimitedClaims: ['']}]"),
        ),
        ("unknown mode", peers("mtls: {mode: STRICKT}")),
        ("mode without mtls", peers("mode: STRICT")),
        (
            "ports of no workload",
            peers("portLevelMtls: {8080: {mode: DISABLE}}"),
        ),
        (
            "selector in the root namespace",
            peers("selector: {matchLabels: {app: cart}}").replace("shop", "istio-system"),
        ),
        (
            "time that is none",
            peers("mtls: {mode: STRICT}").replace(
                "  namespace: shop",
                "  namespace: shop\n  creationTimestamp: yesterday",
            ),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}
