use crate::run::{run, run_with, shown};

#[test]
fn a_map_is_drawn_in_every_language() {
    for format in ["dot", "mermaid", "svg"] {
        insta::assert_snapshot!(format, shown(&format!("graph -f SHOP -o {format}")));
    }
    let by_default = run("graph -f SHOP").stdout;
    assert_eq!(by_default, run("graph -f SHOP -o dot").stdout);
}

#[test]
fn a_part_of_a_map_is_drawn() {
    let drawn = [
        "graph -f SHOP --focus shop/checkout -o mermaid",
        "graph -f SHOP --from outside -o mermaid",
        "graph -f SHOP --focus data/* -o mermaid",
        "graph -f examples/entry-points --from ingress-controller -o mermaid",
        "graph -f SHOP -o json",
        "connections -f SHOP -o svg",
    ];
    insta::assert_snapshot!(drawn.map(shown).join("\n"));
}

/// Three workloads alike, which reach each other and the outside, and one that nothing reaches.
const ALIKE: &str = "
{kind: Pod, apiVersion: v1, metadata: {name: a, namespace: x}}
---
{kind: Pod, apiVersion: v1, metadata: {name: b, namespace: x}}
---
{kind: Pod, apiVersion: v1, metadata: {name: c, namespace: x}}
---
{kind: Pod, apiVersion: v1, metadata: {name: alone, namespace: z}}
---
{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {name: alone, namespace: z},
 spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}
";

#[test]
fn workloads_with_the_same_connections_are_one_node() {
    let drawn = run_with("graph -f - -o mermaid", ALIKE).stdout;
    insta::assert_snapshot!(drawn);
}

/// Names of owners, which nobody checks, that end texts, open elements and steer terminals.
const HOSTILE: &str = r#"
kind: Pod
apiVersion: v1
metadata:
  name: a
  namespace: x
  ownerReferences: [{apiVersion: v1, kind: Job, controller: true, name: "a\"]; evil [label=\"</text><script>"}]
---
kind: Pod
apiVersion: v1
metadata:
  name: b
  namespace: x
  ownerReferences: [{apiVersion: v1, kind: Job, controller: true, name: "b#quot;`&\e[1m\\"}]
"#;

#[test]
fn a_name_cannot_leave_its_place() {
    let drawn = ["dot", "mermaid", "svg"].map(|format| {
        let quiet = run_with(&format!("graph -q -f - -o {format}"), HOSTILE);
        assert_eq!(quiet.stdout, "", "a quiet run draws nothing");
        run_with(&format!("graph -f - -o {format}"), HOSTILE).stdout
    });
    for text in &drawn {
        assert!(!text.contains('\u{1b}'), "{text}");
    }
    let lines: Vec<&str> = drawn
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| line.contains("evil") || line.contains("quot"))
        .filter(|line| !line.starts_with("<path"))
        .collect();
    assert!(lines.len() >= 3, "{lines:?}");
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_is_too_large_to_be_seen_is_not_drawn() {
    let pods = (0..301).map(|number| {
        format!(
            "{{kind: Pod, apiVersion: v1, metadata: {{name: p{number}, namespace: n{number}}}}}\n---\n\
             {{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {{name: d, namespace: n{number}}}, \
             spec: {{podSelector: {{}}, policyTypes: [Ingress, Egress]}}}}\n---\n"
        )
    });
    let pods: String = pods.collect();
    let run = run_with("graph -f - -o svg", &pods);
    assert_eq!((run.stdout.as_str(), run.status), ("", 2));
    assert!(run.stderr.contains("301 nodes"), "{}", run.stderr);
    assert!(
        run_with("graph -f - -o dot", &pods)
            .stdout
            .contains("n300 [")
    );
}
