use crate::run::{assert_fits, run, shown};

const CHANGE: &str = "diff examples/changes/before examples/changes/after";

#[test]
fn connections_and_permissions_that_differ_are_listed() {
    let text = shown(CHANGE);
    assert_fits(&text);
    insta::assert_snapshot!(text);
    for format in ["json", "markdown", "sarif", "github"] {
        insta::assert_snapshot!(
            format!("diff_{format}"),
            shown(&format!("{CHANGE} -o {format}"))
        );
    }
}

#[test]
fn a_run_fails_on_the_differences_that_it_is_told_to() {
    let same = "diff examples/changes/after examples/changes/after";
    let cases = [
        (CHANGE, "added", 1),
        (CHANGE, "removed", 1),
        (CHANGE, "changed", 1),
        (CHANGE, "any", 1),
        (same, "added --fail-on removed --fail-on changed", 0),
        (same, "any", 0),
    ];
    for (diff, fail_on, status) in cases {
        let run = run(&format!("{diff} --fail-on {fail_on}"));
        assert_eq!(run.status, status, "{diff} {fail_on}");
    }
    assert_eq!(run(CHANGE).status, 0);
}

#[test]
fn what_a_diff_cannot_read_is_an_error() {
    let wrong = [
        "diff examples/changes/before",
        "diff examples/changes/before examples/changes/nowhere",
        "diff -f SHOP examples/changes/before examples/changes/after",
        "diff examples/changes/before examples/changes/after -o csv",
    ];
    insta::assert_snapshot!(wrong.map(shown).join("\n"));
}
