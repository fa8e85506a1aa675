//! Against cases that lie outside the repository: what the API server refuses, and real manifests.

use kordon_kinds::{Lowered, Settings, State, check, lower, settle};
use kordon_syntax::{Node, Severity, SourceId, Sources};

use super::support::{files, read, read_into, shared};

#[test]
fn rbac_objects_are_refused_exactly_where_the_api_server_refuses_them() {
    let Some(folder) = shared("conformance/rbac") else {
        return;
    };
    let (mut agreed, mut refused) = (0, 0);
    let mut differences = Vec::new();
    for (path, text) in files(&folder, &[".json"]) {
        let world: serde_json::Value = serde_json::from_str(&text).unwrap();
        let Some(objects) = world["objects"].as_array() else {
            continue;
        };
        let rejects: Vec<u64> = world["apiServerRejects"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|reject| reject["index"].as_u64())
            .collect();
        for (index, object) in (0_u64..).zip(objects) {
            let mut out = Lowered::default();
            lower(
                &Node::from_json(object),
                SourceId::default(),
                &Settings::default(),
                &mut out,
            );
            let [located] = out.objects.as_slice() else {
                panic!("{object} is of a known kind")
            };
            let expected = rejects.contains(&index);
            refused += usize::from(expected);
            if (located.state == State::Broken) == expected {
                agreed += 1;
            } else {
                differences.push(format!("{} {index}: {:?}", path.display(), out.diagnostics));
            }
        }
    }
    println!("{agreed} objects agree, {refused} of them refused by the API server");
    assert_eq!(differences, [""; 0]);
    assert!(agreed > 1000 && refused > 100, "the worlds were read");
}

#[test]
fn the_cases_with_known_verdicts_hold_nothing_to_refuse() {
    let Some(folder) = shared("conformance/netpol-verdict") else {
        return;
    };
    let mut objects = 0;
    for (path, text) in files(&folder, &[".json"]) {
        let case: serde_json::Value = serde_json::from_str(&text).unwrap();
        for object in case["objects"].as_array().into_iter().flatten() {
            let mut out = Lowered::default();
            lower(
                &Node::from_json(object),
                SourceId::default(),
                &Settings::default(),
                &mut out,
            );
            let problems: Vec<_> = out
                .diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.severity == Severity::Error)
                .collect();
            // The API server would refuse this one; the tool that it comes from does not ask.
            let beyond_ports = problems
                .iter()
                .all(|found| found.message == "`65537` is not a port");
            assert!(beyond_ports, "{}: {object}\n{problems:?}", path.display());
            objects += 1;
        }
    }
    println!("{objects} objects");
    assert!(objects > 100, "the cases were read");
}

#[test]
fn invalid_policies_are_refused() {
    let Some(folder) = shared("conformance/netpol-invalid") else {
        return;
    };
    let mut cases = 0;
    for (path, text) in files(&folder, &["expected.json"]) {
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        let refused = expected["upstream_api_server"].as_str().unwrap() == "rejected";
        let mut sources = Sources::default();
        let mut out = Lowered::default();
        for (file, text) in files(path.parent().unwrap(), &[".yaml", ".yml"]) {
            read_into(&mut sources, &file.to_string_lossy(), &text, &mut out);
        }
        out.diagnostics.extend(settle(&mut out.objects));
        let found: Vec<&str> = out
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(|diagnostic| diagnostic.message.as_str())
            .collect();
        // Objects that stand twice are refused too: upstream's server never sees them together.
        let twice = found
            .iter()
            .any(|message| message.contains("defined twice"));
        assert_eq!(
            !found.is_empty(),
            refused || twice,
            "{}: {found:?}",
            path.display()
        );
        cases += 1;
    }
    println!("{cases} cases");
    assert!(cases > 20, "the cases were read");
}

/// The errors and warnings of a folder of manifests, each with its object.
fn findings(folder: &str) -> Option<Vec<String>> {
    let folder = shared(folder)?;
    let mut sources = Sources::default();
    let mut out = Lowered::default();
    for (path, text) in files(&folder, &[".yaml"]) {
        let name = path.to_string_lossy().into_owned();
        let part = read(&mut sources, &name, &text);
        out.objects.extend(part.objects);
        out.diagnostics.extend(part.diagnostics);
    }
    assert!(out.objects.len() > 10, "the manifests were read");
    out.diagnostics.extend(settle(&mut out.objects));
    out.diagnostics.extend(check(&out.objects));
    let mut found: Vec<String> = out
        .diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.severity != Severity::Note)
        .map(|diagnostic| {
            let object = diagnostic.object.unwrap_or_default();
            format!("{} {object}: {}", diagnostic.code, diagnostic.message)
        })
        .collect();
    found.sort();
    Some(found)
}

#[test]
fn the_online_boutique_gives_no_noise() {
    let Some(found) = findings("real/online-boutique") else {
        return;
    };
    assert_eq!(found, [""; 0]);
}

#[test]
fn an_installation_of_calico_gives_no_noise() {
    let Some(found) = findings("real/calico-install") else {
        return;
    };
    assert_eq!(found, [""; 0]);
}

#[test]
fn the_roles_of_a_distribution_give_no_noise() {
    let Some(mut found) = findings("real/rbac") else {
        return;
    };
    // Those of kserve are bases and patches of kustomize, which are no whole objects.
    found.retain(|finding| !finding.contains("kserve"));
    let expected = [
        "KD0206 ClusterRoleBinding openshift-observability-client: this ClusterRoleBinding belongs to no namespace, so `openshift-observability` is ignored",
        "KD0211 ClusterRoleBinding openshift-ingress-router: `namespace` is not a field of `roleRef`",
        "KD0211 RoleBinding openshift-storage/lvms-operator: `namespace` is not a field of `roleRef`",
        "KD0211 RoleBinding openshift-storage/vg-manager: `namespace` is not a field of `roleRef`",
        "KD0401 ClusterRole metrics-reader: ClusterRole metrics-reader is defined twice, with different contents",
        "KD0401 ClusterRole openshift-csi-snapshot-controller-runner: ClusterRole openshift-csi-snapshot-controller-runner stands in the input twice",
        "KD0401 ClusterRoleBinding openshift-csi-snapshot-controller-role: ClusterRoleBinding openshift-csi-snapshot-controller-role stands in the input twice",
        "KD0401 Role kube-system/csi-snapshot-controller-leaderelection: Role kube-system/csi-snapshot-controller-leaderelection stands in the input twice",
        "KD0401 RoleBinding kube-system/csi-snapshot-controller-leaderelection: RoleBinding kube-system/csi-snapshot-controller-leaderelection stands in the input twice",
    ];
    assert_eq!(found, expected);
}
