use crate::run::{assert_fits, run, run_with, shown};

#[test]
fn an_allowed_connection_is_explained_by_the_rules_of_both_sides() {
    let text = shown("explain -f SHOP shop/frontend shop/cart:7070");
    assert_fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn a_denied_connection_is_explained_by_what_came_nearest() {
    let text = shown("explain -f SHOP shop/frontend payments/ledger:5432");
    assert_fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn a_block_of_addresses_is_shown_beside_the_address_that_it_does_not_hold() {
    let manifests = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, status: {podIP: 10.0.2.7}}
---
{apiVersion: v1, kind: Pod, metadata: {name: late, namespace: shop}}
---
{apiVersion: v1, kind: Pod, metadata: {name: cart, namespace: data}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: data}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.1.0/24}}]}]}
";
    for (from, found) in [
        ("web", "shop/web without labels at 10.0.2.7"),
        (
            "late",
            "shop/late without labels, whose address is not known",
        ),
    ] {
        let question = format!("explain -o yaml -f - shop/{from} data/cart:80");
        let text = run_with(&question, manifests).stdout;
        assert!(text.contains(found), "{text}");
    }
}

#[test]
fn a_denial_by_a_guard_rail_names_its_rule() {
    let text = shown("explain -f SHOP ingress/gateway payments/payment:8443");
    assert_fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn what_no_policy_speaks_of_is_allowed_by_default() {
    let text = shown("explain -f SHOP shop/reports kube-system/coredns:9153");
    assert_fits(&text);
    insta::assert_snapshot!(text);
    insta::assert_snapshot!(shown(
        "explain -f SHOP monitoring/prometheus kube-system/coredns:53"
    ));
}

#[test]
fn the_strict_posture_denies_what_no_policy_speaks_of() {
    let question = "-f SHOP monitoring/prometheus kube-system/coredns:53";
    assert_eq!(run(&format!("check {question}")).status, 0);
    insta::assert_snapshot!(shown(&format!("explain --posture strict {question}")));
}

#[test]
fn a_check_is_one_line() {
    for question in [
        "shop/frontend shop/cart:7070",
        "shop/frontend payments/ledger:5432",
        "-n shop frontend cart:grpc",
        "-n shop frontend svc/cart:7070",
        "deployment:shop/frontend service:shop/cart:7070/TCP",
        "payments/payment 203.0.113.10:443",
        "payments/payment [2001:db8::1]:443",
        "data/orders svc:kube-system/kube-dns:53/UDP",
        "monitoring/prometheus monitoring/node-exporter:9100",
        "shop/frontend->shop/cart:7070",
        "shop/frontend shop/cart:7070 -R",
    ] {
        let run = run(&format!("check -f SHOP {question}"));
        assert_eq!(run.stdout.lines().count(), 1, "{question}: {}", run.stdout);
    }
    let checks = [
        "shop/frontend shop/cart:7070",
        "shop/frontend payments/ledger:5432",
    ];
    let checks = checks.map(|question| shown(&format!("check -f SHOP {question}")));
    insta::assert_snapshot!(checks.join("\n"));
}

#[test]
fn both_commands_write_json_and_yaml() {
    let question = "-f SHOP shop/frontend payments/ledger:5432";
    insta::assert_snapshot!(shown(&format!("check -o json {question}")));
    insta::assert_snapshot!(shown(&format!("check -o yaml {question}")));
    insta::assert_snapshot!(shown(&format!("explain -o yaml {question}")));
    let full: serde_json::Value =
        serde_json::from_str(&run(&format!("explain -o json {question}")).stdout).unwrap();
    let line: serde_json::Value =
        serde_json::from_str(&run(&format!("check -o json {question}")).stdout).unwrap();
    assert_eq!(full["decision"], line["decision"]);
    assert_eq!(full["planes"][0]["rules"], line["planes"][0]["rules"]);
}

#[test]
fn colours_are_escape_sequences_and_change_no_text() {
    let question = "explain -f SHOP shop/frontend shop/cart:7070";
    let plain = run(question).stdout;
    let coloured = run(&format!("{question} --color always")).stdout;
    assert!(!plain.contains('\u{1b}'));
    assert!(
        coloured.contains("\u{1b}[1m\u{1b}[32mALLOW"),
        "{coloured:?}"
    );
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

#[test]
fn a_quiet_run_answers_by_its_exit_status() {
    for (question, status) in [
        ("shop/frontend shop/cart:7070", 0),
        ("shop/frontend payments/ledger:5432", 1),
    ] {
        let run = run(&format!("check -q -f SHOP {question}"));
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str(), run.status),
            ("", "", status)
        );
    }
}
