use serde_json::Value;

use crate::run::{run_with, shown};

const REQUESTS: &str = r#"
{"kind":"connection","from":"shop/frontend","to":"shop/cart","port":7070}
{"kind":"connection","from":"shop/frontend","to":{"service":"payments/ledger"},"port":5432}

{"kind":"connection","from":"shop/nobody","to":"shop/cart","port":7070}
not json
{"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{"user":"alice","groups":["shop:developers"],"resourceAttributes":{"namespace":"shop","verb":"get","resource":"pods"}}}
"#;

#[test]
fn every_line_gets_an_answer_in_its_place() {
    let run = run_with("eval -f SHOP --requests -", REQUESTS);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn denials_are_no_failure() {
    let lines = REQUESTS.lines().take(3).collect::<Vec<_>>().join("\n");
    let run = run_with("eval -f SHOP --requests -", &lines);
    assert_eq!(
        (run.status, run.stdout.lines().count()),
        (0, 2),
        "{}",
        run.stderr
    );
}

#[test]
fn explained_answers_hold_the_stages_and_advice() {
    let line = REQUESTS.lines().nth(2).unwrap();
    let run = run_with("eval --explain -f SHOP --requests -", line);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["planes"][0]["stages"][0]["name"], "NetworkPolicy");
    assert_eq!(answer["advice"].as_array().unwrap().len(), 2);
}

#[test]
fn the_order_is_kept_over_many_lines() {
    let line = |port: u32| {
        format!(
            "{{\"kind\":\"connection\",\"from\":\"shop/frontend\",\"to\":\"shop/cart\",\"port\":{port}}}\n"
        )
    };
    let requests: String = (1..=10_000).map(line).collect();
    let run = run_with("eval -f SHOP --requests -", &requests);
    let allowed = |line: &str| line.starts_with("{\"decision\":\"allow\"");
    let allowed: Vec<usize> = run
        .stdout
        .lines()
        .enumerate()
        .filter(|(_, line)| allowed(line))
        .map(|(at, _)| at + 1)
        .collect();
    assert_eq!((run.stdout.lines().count(), allowed), (10_000, vec![7070]));
}

#[test]
fn a_file_of_requests_is_read() {
    insta::assert_snapshot!(shown("eval -f SHOP --requests BROKEN/requests.jsonl"));
}
