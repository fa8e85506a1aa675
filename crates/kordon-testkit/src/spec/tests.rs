use serde_json::json;

use super::*;

const FILE: &str = r#"# Isolation

Prose, and an example that is no case:

```console
$ kordon eval
```

## A selected pod is isolated

Why it is so.

```yaml
kind: Namespace
```

```yaml title="policies.yaml"
kind: NetworkPolicy
```

```yaml
kind: Pod
```

```requests
# between pods
deny   shop/web -> shop/api:8080/TCP      # NetworkPolicy shop/default-deny
allow  shop/api -> 203.0.113.7:443/TCP
```

## A key that is not known

### Not a case of its own

```diagnostics
error KD0123 policies.yaml:4:11 unknown field `podselector`
```

```rendered
error[KD0123]: unknown field
  --> policies.yaml
```
"#;

fn parse(text: &str) -> Result<SpecFile, Vec<String>> {
    SpecFile::parse("a.md", text).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn request(line: &str) -> Result<Value, String> {
    request::read(line, 1).map(|read| read.request)
}

#[test]
fn a_file_has_its_cases_with_their_blocks_and_lines() {
    let file = parse(FILE).unwrap();
    let [isolated, unknown] = file.cases.as_slice() else {
        panic!("two cases")
    };
    assert_eq!(
        (isolated.title.as_str(), isolated.line),
        ("A selected pod is isolated", 9)
    );
    let files: Vec<_> = isolated
        .files
        .iter()
        .map(|file| (file.title.as_str(), file.text.as_str(), file.line))
        .collect();
    assert_eq!(
        files,
        [
            ("manifests.yaml", "kind: Namespace\n---\nkind: Pod\n", 14),
            ("policies.yaml", "kind: NetworkPolicy\n", 18),
        ]
    );
    let requests: Vec<_> = isolated
        .requests
        .iter()
        .map(|request| (request.verdict, request.because.as_deref(), request.line))
        .collect();
    assert_eq!(
        requests,
        [
            (
                SpecVerdict::Deny,
                Some("NetworkPolicy shop/default-deny"),
                27
            ),
            (SpecVerdict::Allow, None, 28),
        ]
    );
    assert_eq!(
        unknown.diagnostics,
        [SpecDiagnostic {
            severity: SpecSeverity::Error,
            code: "KD0123".to_owned(),
            file: "policies.yaml".to_owned(),
            at_line: 4,
            at_column: 11,
            message: "unknown field `podselector`".to_owned(),
            line: 36,
        }]
    );
    let rendered = unknown.rendered.as_ref().unwrap();
    assert_eq!(
        rendered.text,
        "error[KD0123]: unknown field\n  --> policies.yaml\n"
    );
}

#[test]
fn blessing_changes_what_is_expected_and_nothing_else() {
    let file = parse(FILE).unwrap();
    assert_eq!(file.with(&SpecChanges::default()), FILE);
    let reason = Some("no policy selects shop/api".to_owned());
    let block = file.cases[1].diagnostics_block.unwrap();
    let rendered = file.cases[1].rendered.clone().unwrap().block;
    let changes = SpecChanges {
        requests: [
            (27, (SpecVerdict::Allow, reason.clone())),
            (28, (SpecVerdict::Unknown, reason)),
            (1, (SpecVerdict::Deny, None)),
        ]
        .into(),
        blocks: vec![(block, "one\ntwo\n".to_owned()), (rendered, String::new())],
    };
    let expected = FILE
        .replace("deny   shop/web", "allow  shop/web")
        .replace("allow  shop/api", "unknown shop/api")
        .replace(
            "NetworkPolicy shop/default-deny",
            "no policy selects shop/api",
        )
        .replace(
            "error KD0123 policies.yaml:4:11 unknown field `podselector`",
            "one\ntwo",
        )
        .replace("error[KD0123]: unknown field\n  --> policies.yaml\n", "");
    assert_eq!(file.with(&changes), expected);
}

#[test]
fn an_empty_block_can_be_filled() {
    let text = "## Case\n\n```diagnostics\n```\n";
    let file = parse(text).unwrap();
    let block = file.cases[0].diagnostics_block.unwrap();
    let changes = SpecChanges {
        blocks: vec![(block, "one\n".to_owned())],
        ..SpecChanges::default()
    };
    assert_eq!(file.with(&changes), "## Case\n\n```diagnostics\none\n```\n");
}

#[test]
fn options_are_few() {
    let options = |line: &str| {
        parse(&format!("## Case\n\n```options\n{line}\n```\n")).map(|file| file.cases[0].options)
    };
    let strict = SpecOptions {
        is_strict: true,
        is_filled: false,
    };
    assert_eq!(options("posture: strict"), Ok(strict));
    assert!(options("posture: lax").unwrap_err()[0].starts_with("a.md:4: expected `posture"));
}

#[test]
fn connections_name_pods_controllers_addresses_nodes_and_services() {
    let check = |line: &str, from: Value, to: Value| {
        let expected = json!({"kind": "connection", "from": from, "to": to, "port": 53,
            "protocol": "UDP"});
        assert_eq!(request(line), Ok(expected), "{line}");
    };
    check("allow a/x -> b/y:53/UDP", json!("a/x"), json!("b/y"));
    check(
        "allow a/Deployment/x -> service:b/y:53/UDP # why",
        json!({"workload": "a/Deployment/x"}),
        json!({"service": "b/y"}),
    );
    check(
        "deny ::1 -> [fd00::2]:53/UDP",
        json!({"ip": "::1"}),
        json!({"ip": "fd00::2"}),
    );
    check(
        "deny node:n1 -> 10.0.0.1:53/UDP",
        json!({"node": "n1"}),
        json!({"ip": "10.0.0.1"}),
    );
}

#[test]
fn api_requests_read_as_kubectl_writes_them() {
    let check = |line: &str, expected: Value| assert_eq!(request(line), Ok(expected), "{line}");
    check(
        "allow alice (dev, ops) get pods/log -n shop cart-0 # RoleBinding shop/readers",
        json!({"kind": "api", "user": "alice", "groups": ["dev", "ops"], "verb": "get",
            "apiGroup": "", "resource": "pods", "subresource": "log", "namespace": "shop",
            "name": "cart-0"}),
    );
    check(
        r#"allow "jane (doe)" ("a, b") update deployments.apps/scale cart -n shop"#,
        json!({"kind": "api", "user": "jane (doe)", "groups": ["a, b"], "verb": "update",
            "apiGroup": "apps", "resource": "deployments", "subresource": "scale",
            "namespace": "shop", "name": "cart"}),
    );
    check(
        "deny system:anonymous get /healthz",
        json!({"kind": "api", "user": "system:anonymous", "groups": [], "verb": "get",
            "path": "/healthz"}),
    );
    check(
        r##"deny {"kind":"api","user":"#","path":""} # as is"##,
        json!({"kind": "api", "user": "#", "path": ""}),
    );
}

#[test]
fn what_cannot_be_read_is_reported_with_its_line_and_nothing_hides_the_rest() {
    let text = "```requests\nallow a get /\n```\n## Case\n```requests\nmaybe a get /\n\
        allow a/x -> b/y\nallow a/x -> b/y:0/TCP\nallow a/x -> b/y:1/ICMP\nallow x -> b/y:1/TCP\n\
        allow a\nallow a (b get /\nallow a (b,) get /\nallow a get / b\nallow a get p q r\n\
        allow a get p -n\nallow {\"a\":1} b\nallow {\nallow \"a get /\n```\n\
        ```diagnostics\nerror KD1 a.yaml:1 text\nnote KD1 a.yaml:1:1 text\n```\n\
        ```yaml file=a\n```\n```rendered\n```\n```rendered\n```\n```yaml\n";
    let errors = parse(text).unwrap_err();
    let lines: Vec<_> = errors
        .iter()
        .map(|error| {
            error
                .split(':')
                .nth(1)
                .and_then(|line| line.parse::<usize>().ok())
                .unwrap()
        })
        .collect();
    let expected: Vec<usize> = [1]
        .into_iter()
        .chain(6..=19)
        .chain([22, 23, 25, 29, 31])
        .collect();
    assert_eq!(lines, expected, "{errors:#?}");
    assert_eq!(
        errors[1],
        "a.md:6: expected `allow`, `deny` or `unknown`, found `maybe`"
    );
}

#[test]
fn a_heading_inside_a_block_starts_no_case() {
    let file = parse("## One\n~~~~yaml\n## no\n~~~\n~~~~\n````text\n```\n## no\n````\n").unwrap();
    assert_eq!(file.cases.len(), 1);
    assert_eq!(file.cases[0].files[0].text, "## no\n~~~\n");
}
