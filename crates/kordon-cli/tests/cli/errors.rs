use std::process::Stdio;

use crate::run::{command, run, run_with, shown};

#[test]
fn an_error_says_what_was_expected_and_ends_with_status_2() {
    let runs = [
        "check shop/a shop/b:80",
        "check -f missing.yaml shop/a shop/b:80",
        "check -f BROKEN/empty shop/a shop/b:80",
        "check -f SHOP shop/fronted shop/cart:7070",
        "check -f SHOP shop/frontend kube-system/kube-dns:53",
        "check -f SHOP shop/frontend shop/cart:web",
        "check -f SHOP shop/frontend shop/cart",
        "check -f SHOP frontend shop/cart:7070",
        "check -f SHOP get pods",
        "check -f SHOP --as alice get",
        "check -f SHOP --as alice get pods/log --subresource log",
        "check -f SHOP --as-group dev get pods",
        "check -f - -f - shop/a shop/b:80",
        "check -f SHOP -o sarif shop/a shop/b:80",
        "can -f SHOP",
        "can -f SHOP --as alice --who get pods",
        "eval -f - --requests -",
        "eval -f SHOP --requests missing.jsonl",
        "test SHOP/rbac",
        "validate",
    ];
    for arguments in runs {
        assert_eq!(run(arguments).status, 2, "{arguments}");
    }
    insta::assert_snapshot!(runs.map(shown).join("\n"));
}

#[test]
fn an_empty_name_is_no_name() {
    for option in [
        "--as=",
        "--as a --as-group=",
        "--as a -n=",
        "--as a --subresource=",
    ] {
        assert_eq!(
            run(&format!("check -f SHOP get pods {option}")).status,
            2,
            "{option}"
        );
    }
}

#[test]
fn a_request_that_names_nothing_is_an_error_in_json_as_well() {
    insta::assert_snapshot!(shown("check -o json -f SHOP shop/fronted shop/cart:7070"));
}

#[test]
fn broken_manifests_are_summed_up_and_deny() {
    insta::assert_snapshot!(shown("check -f BROKEN/policy.yaml shop/web shop/api:80"));
    insta::assert_snapshot!(shown("explain -f BROKEN/policy.yaml shop/web shop/api:80"));
}

#[test]
fn manifests_come_from_standard_input_as_well() {
    let manifests = "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\
        {\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"namespace\":\"n\"}},\
        {\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\",\"namespace\":\"n\"}}]}";
    let run = run_with("check -f - n/a n/b:80", manifests);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_closed_pipe_ends_quietly_and_is_no_allow() {
    let arguments = "completions bash".split(' ').map(str::to_owned);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = command(arguments)
        .stdout(Stdio::from(writer))
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(141));
}

#[test]
fn a_name_cannot_steer_the_terminal() {
    let manifests = [
        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: web}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: web}}",
        "apiVersion: policy.networking.k8s.io/v1alpha2",
        "kind: ClusterNetworkPolicy",
        "metadata: {name: a}",
        "spec:",
        "  tier: Admin",
        "  priority: 1",
        "  subject: {namespaces: {}}",
        "  ingress: [{name: \"\\e[2J\\rALLOW\", action: Deny, from: [{namespaces: {}}]}]",
    ];
    let (pods, policy) = manifests.split_at(2);
    let manifests = format!(
        "---\n{}\n---\n{}\n",
        pods.join("\n---\n"),
        policy.join("\n")
    );
    for command in ["check", "explain"] {
        let run = run_with(
            &format!("{command} --color always -f - web/a web/b:80"),
            &manifests,
        );
        assert_eq!(run.status, 1, "{}", run.stderr);
        assert!(run.stdout.contains("\\u{1b}[2J\\rALLOW"), "{}", run.stdout);
        assert!(!run.stdout.contains("\u{1b}[2J"), "{}", run.stdout);
    }
}
