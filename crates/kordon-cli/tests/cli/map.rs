use crate::run::{assert_fits, run, run_with, shown};

#[test]
fn all_connections_of_a_cluster_are_listed() {
    let text = shown("connections -f SHOP");
    assert_fits(&text);
    insta::assert_snapshot!(text);
    insta::assert_snapshot!(shown("connections -f SHOP --posture strict"));
}

#[test]
fn connections_are_explained_by_the_rules_of_both_sides() {
    let explained = [
        "connections -f SHOP --to shop/cart --explain",
        "connections -f SHOP --from payments/payment --explain",
    ];
    insta::assert_snapshot!(explained.map(shown).join("\n"));
}

#[test]
fn the_ends_of_connections_are_selected() {
    let selected = [
        "connections -f SHOP --focus shop/checkout",
        "connections -f SHOP --from data/* --to kube-system/coredns",
        "connections -f SHOP --from 198.51.100.7",
        "connections -f SHOP --to 203.0.113.7",
        "connections -f SHOP --to cart -n shop",
        "connections -f SHOP --from shop/cart --to shop/frontend",
        "connections -f SHOP --focus shop/nobody",
        "connections -f SHOP --to nowhere/*",
    ];
    insta::assert_snapshot!(selected.map(shown).join("\n"));
}

#[test]
fn connections_are_written_for_programs() {
    let to_cart = "connections -f SHOP --focus shop/cart";
    for format in ["json", "yaml", "csv", "markdown"] {
        insta::assert_snapshot!(format, shown(&format!("{to_cart} -o {format}")));
    }
    let explained = run(&format!("{to_cart} --explain -o json")).stdout;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&explained).unwrap();
    assert!(
        rows.iter()
            .all(|row| !row["why"].as_array().unwrap().is_empty())
    );
}

#[test]
fn formats_of_other_commands_are_refused() {
    let refused = [
        "check -f SHOP shop/a shop/b:80 -o csv",
        "connections -f SHOP -o sarif",
        "connections -f SHOP --explain -o markdown",
    ];
    insta::assert_snapshot!(refused.map(shown).join("\n"));
}

#[test]
fn workloads_that_are_open_to_many_are_listed() {
    let text = shown("connections -f SHOP --exposure");
    assert_fits(&text);
    insta::assert_snapshot!(text);
    let gateway = "connections -f SHOP --exposure --focus ingress/gateway";
    for format in ["json", "csv", "markdown"] {
        insta::assert_snapshot!(
            format!("exposure_{format}"),
            shown(&format!("{gateway} -o {format}"))
        );
    }
}

const TWO: &str = "
{kind: Node, apiVersion: v1, metadata: {name: n1},
 status: {addresses: [{type: InternalIP, address: 10.9.0.1}]}}
---
{kind: Pod, apiVersion: v1, metadata: {name: a, namespace: x, labels: {app: a}},
 spec: {nodeName: n1}}
---
{kind: Pod, apiVersion: v1, metadata: {name: b, namespace: x, labels: {app: b}}}
---
{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {name: a, namespace: x},
 spec: {podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress, Egress]}}
";

#[test]
fn nodes_are_left_out_unless_they_are_asked_for() {
    let listed = |arguments: &str| {
        let run = run_with(&format!("connections -f - {arguments}"), TWO);
        format!("{arguments}\n{}{}", run.stdout, run.stderr)
    };
    let all = ["", "--nodes", "--from node:n1"].map(listed);
    insta::assert_snapshot!(all.join("\n"));
}
