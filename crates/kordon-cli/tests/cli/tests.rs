use crate::run::{ROOT, SHOP, assert_fits, run, shown};

#[test]
fn the_tests_of_the_shop_pass() {
    let text = shown("test SHOP");
    insta::assert_snapshot!(text);
}

#[test]
fn a_test_that_fails_shows_the_walk() {
    let text = shown("test -f SHOP BROKEN/failing-tests.yaml");
    assert_fits(&text);
    insta::assert_snapshot!(text);
    insta::assert_snapshot!(shown("test -f SHOP BROKEN/failing-tests.yaml -o json"));
}

#[test]
fn a_test_that_cannot_be_read_is_shown_with_its_place() {
    let text = shown("test BROKEN/unreadable-tests.yaml");
    assert_fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn results_are_written_as_junit() {
    let file = std::env::temp_dir().join(format!("kordon-junit-{}.xml", std::process::id()));
    let run = run(&format!(
        "test -f SHOP BROKEN/failing-tests.yaml --junit {}",
        file.display()
    ));
    assert_eq!(run.status, 1);
    let xml = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    insta::assert_snapshot!(xml);
}

#[test]
fn every_command_of_the_scenario_is_answered_as_its_page_says() {
    let readme = std::path::Path::new(ROOT).join(SHOP).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let commands = readme
        .lines()
        .filter_map(|line| line.strip_prefix("kordon "));
    let statuses = commands.map(|command| format!("{} kordon {command}", run(command).status));
    insta::assert_snapshot!(statuses.collect::<Vec<_>>().join("\n"));
}
