use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{assert_fits, run, run_in, shown, shown_in};

const CHANGE: &str = "examples/changes/before examples/changes/after";

/// Two files in a folder of their own.
fn folder(name: &str, old: &str, new: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("old.yaml"), old).unwrap();
    fs::write(folder.join("new.yaml"), new).unwrap();
    folder
}

fn policy(selector: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: store, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: store}}}}
  ingress:
  - from: [{{namespaceSelector: {selector}}}]
    ports: [{{port: redis}}]
"
    )
}

#[test]
fn sets_that_mean_the_same_are_proven_equal() {
    let old = policy("{matchLabels: {team: shop}}");
    let new = policy("{matchExpressions: [{key: team, operator: In, values: [shop]}]}");
    let folder = folder("equal", &old, &new);
    insta::assert_snapshot!(shown_in(&folder, "equal old.yaml new.yaml"));
    let json = run_in(&folder, "equal old.yaml new.yaml -o json");
    assert_eq!(
        (json.status, json.stdout.as_str()),
        (0, "{\n  \"equal\": true\n}\n")
    );
}

#[test]
fn a_difference_is_shown_by_a_request_between_workloads_that_exist() {
    let text = shown(&format!("equal {CHANGE}"));
    insta::assert_snapshot!(text);
}

#[test]
fn a_difference_is_shown_by_workloads_that_need_not_exist() {
    let folder = folder(
        "different",
        &policy("{matchLabels: {team: shop}}"),
        &policy("{matchLabels: {team: shop, stage: live}}"),
    );
    let text = shown_in(&folder, "equal old.yaml new.yaml");
    insta::assert_snapshot!(text);
    insta::assert_snapshot!(shown_in(&folder, "equal old.yaml new.yaml -o json"));
    assert_replays(&folder, &text, [0, 1]);
}

#[test]
fn permissions_are_compared_as_well() {
    let role = |verbs: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: r}}
rules: [{{apiGroups: ['*'], resources: [pods], verbs: [{verbs}]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: b}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}}
subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: Group, name: dev}}]
"
        )
    };
    let folder = folder("permissions", &role("get, list"), &role("list, get, watch"));
    let text = shown_in(&folder, "equal old.yaml new.yaml");
    insta::assert_snapshot!(text);
    assert_replays(&folder, &text, [1, 0]);
}

#[test]
fn what_cannot_be_proven_is_not_called_equal() {
    let policy = |selector: &str| {
        format!(
            "apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {{name: p}}
spec: {{selector: \"{selector}\", types: [Ingress], ingress: [{{action: Deny}}]}}
"
        )
    };
    let folder = folder(
        "unproven",
        &policy("app starts with 'w'"),
        &policy("app starts with 'w' && has(app)"),
    );
    assert_eq!(run_in(&folder, "equal old.yaml old.yaml").status, 0);
    let text = shown_in(&folder, "equal old.yaml new.yaml");
    assert_fits(&text);
    insta::assert_snapshot!(text);
    let broken = format!("{}---\n{{", policy("all()"));
    fs::write(folder.join("broken.yaml"), broken).unwrap();
    insta::assert_snapshot!(shown_in(&folder, "equal broken.yaml broken.yaml"));
}

#[test]
fn an_address_that_leads_elsewhere_is_not_passed_over() {
    let pod = |address: &str| {
        format!(
            "{}---
{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop, labels: {{team: shop}}}}, status: {{podIP: {address}}}}}
",
            policy("{}")
        )
    };
    let folder = folder("addresses", &pod("10.0.0.1"), &pod("10.0.0.2"));
    assert_eq!(run_in(&folder, "equal old.yaml old.yaml").status, 0);
    insta::assert_snapshot!(shown_in(&folder, "equal old.yaml new.yaml"));
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    assert_eq!(run(&format!("equal -f SHOP {CHANGE}")).status, 2);
    assert_eq!(run(&format!("equal {CHANGE} -o sarif")).status, 2);
    assert_eq!(run("equal examples/changes/before nowhere").status, 2);
}

/// Runs the commands that an output shows, and compares how they end.
fn assert_replays(folder: &Path, text: &str, statuses: [i32; 2]) {
    let commands = text
        .lines()
        .filter_map(|line| line.strip_prefix("    kordon "));
    let commands: Vec<Vec<String>> = commands.map(crate::console::words).collect();
    assert_eq!(commands.len(), 2, "{text}");
    for (words, status) in commands.into_iter().zip(statuses) {
        let run = crate::run::run_words(folder, words.clone());
        assert_eq!(
            run.status, status,
            "{words:?}\n{}{}",
            run.stdout, run.stderr
        );
    }
}
