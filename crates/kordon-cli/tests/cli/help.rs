use crate::run::{assert_fits, run, shown};

#[test]
fn the_help_fits_80_columns_and_names_the_exit_statuses() {
    let commands = [
        "",
        "check",
        "explain",
        "eval",
        "validate",
        "can",
        "connections",
        "graph",
        "diff",
        "test",
    ];
    for command in commands {
        let text = run(&format!("{command} --help")).stdout;
        assert_fits(&text);
        assert!(text.contains("Exit status:"), "{command}");
    }
    insta::assert_snapshot!(shown("--help"));
    insta::assert_snapshot!(shown("check --help"));
}

#[test]
fn the_kinds_are_listed_in_every_format() {
    insta::assert_snapshot!(shown("kinds"));
    let json = run("kinds -o json").stdout;
    let kinds: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(kinds.len(), kordon::kinds::KINDS.len());
    assert!(run("kinds -o yaml").stdout.starts_with("- group: \"\"\n"));
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(run("version").stdout, format!("kordon {version}\n"));
    assert_eq!(run("--version").stdout, format!("kordon {version}\n"));
    assert_eq!(
        run("version -o yaml").stdout,
        format!("version: \"{version}\"\n")
    );
    let json: serde_json::Value = serde_json::from_str(&run("version -o json").stdout).unwrap();
    assert_eq!(json["version"], version);
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = run(&format!("completions {shell}"));
        assert!(run.status == 0 && run.stdout.contains("explain"), "{shell}");
    }
}
