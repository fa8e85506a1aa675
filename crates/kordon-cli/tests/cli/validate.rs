use crate::run::{assert_fits, run, run_with, shown};

#[test]
fn the_shop_has_no_problems() {
    insta::assert_snapshot!(shown("validate SHOP"));
    assert_eq!(run("validate --deny-warnings SHOP").status, 0);
}

#[test]
fn problems_are_shown_with_their_places() {
    let text = shown("validate BROKEN/policy.yaml");
    assert_fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn problems_are_written_for_programs() {
    insta::assert_snapshot!(shown("validate BROKEN/policy.yaml -o json"));
    insta::assert_snapshot!(shown("validate BROKEN/policy.yaml -o yaml"));
    insta::assert_snapshot!(shown("validate BROKEN/policy.yaml -o github"));
    let sarif = run("validate BROKEN/policy.yaml -o sarif");
    let sarif: serde_json::Value = serde_json::from_str(&sarif.stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(
        sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "crates/kordon-cli/tests/broken/policy.yaml"
    );
}

#[test]
fn warnings_count_on_request() {
    let warned =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec: {nodName: c}\n";
    assert_eq!(run_with("validate -", warned).status, 0);
    assert_eq!(run_with("validate --deny-warnings -", warned).status, 1);
}

#[test]
fn text_that_is_no_yaml_is_shown() {
    let run = run_with("validate -", "a: [1\nb: 2\n");
    assert_eq!(run.status, 1);
    assert_fits(&run.stdout);
    insta::assert_snapshot!(run.stdout);
}
