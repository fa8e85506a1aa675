use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{assert_fits, run, run_in, shown, shown_in};

const POLICIES: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {matchLabels: {app: cart}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {}}]
    ports: [{port: 7070, endPort: 7079}]
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 7075}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {matchLabels: {app: cart, stage: live}}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nobody, namespace: shop}
spec:
  podSelector: {matchLabels: {app: bank}}
  ingress:
  - from: [{podSelector: {matchExpressions: [{key: a, operator: In, values: [b]}, {key: a, operator: DoesNotExist}]}}]
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: guard}
spec:
  priority: 10
  subject: {namespaces: {}}
  ingress:
  - {name: closed, action: Deny, from: [{namespaces: {matchLabels: {stage: test}}}]}
  - {name: late, action: Allow, from: [{namespaces: {matchLabels: {stage: test, team: a}}}]}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: open}
spec:
  priority: 10
  subject: {namespaces: {}}
  ingress:
  - {name: open, action: Allow, from: [{namespaces: {matchLabels: {stage: test}}}], ports: [{portNumber: {protocol: TCP, port: 9100}}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: shop}
rules:
- {apiGroups: [''], resources: [pods, configmaps], verbs: [get, list]}
- {apiGroups: [''], resources: [pods], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: dev}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: c, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: dev}]
";

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lint");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("policies.yaml"), POLICIES).unwrap();
    folder
}

#[test]
fn rules_without_effect_are_shown_with_what_makes_them_so() {
    let folder = folder();
    let text = shown_in(&folder, "lint policies.yaml");
    insta::assert_snapshot!(text);
    for format in ["json", "sarif", "github"] {
        let text = shown_in(&folder, &format!("lint -f policies.yaml -o {format}"));
        insta::assert_snapshot!(format!("lint_{format}"), text);
    }
}

#[test]
fn notes_alone_are_no_failure() {
    assert_eq!(run("lint SHOP").status, 0);
    assert_eq!(run("lint examples/changes/after").status, 0);
    assert_eq!(run_in(&folder(), "lint policies.yaml -q").status, 1);
}

#[test]
fn what_is_not_judged_is_said() {
    let folder = folder();
    let policy = "apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: p}
spec: {selector: \"app starts with 'w'\", types: [Ingress]}
";
    fs::write(folder.join("calico.yaml"), policy).unwrap();
    let text = shown_in(&folder, "lint calico.yaml");
    assert_fits(text.split("warning").next().unwrap());
    insta::assert_snapshot!(text);
}

#[test]
fn what_cannot_be_linted_is_an_error() {
    let wrong = ["lint", "lint SHOP -o csv", "lint nowhere"];
    insta::assert_snapshot!(wrong.map(shown).join("\n"));
}
