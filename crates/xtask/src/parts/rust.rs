//! The parts that cargo alone can do: formatting, lints, tests, benchmarks.

use anyhow::{Result, bail};

use super::{Suite, suites};
use crate::chores::BENCHES;
use crate::step::Step;
use crate::workspace::{Package, Workspace};

/// Names the files only: `cargo fmt` mends them, so what it would change need not be read.
pub(super) fn fmt(workspace: &Workspace) -> Result<()> {
    Step::cargo(workspace)
        .words("fmt --all --check -- --files-with-diff")
        .run()
}

pub(super) fn clippy(workspace: &Workspace) -> Result<()> {
    Step::cargo(workspace)
        .words("clippy --workspace --all-targets -- -D warnings")
        .run()
}

/// Everything that `cargo test` finds except documentation and the suites that are parts.
pub(super) fn unit(workspace: &Workspace) -> Result<()> {
    let suites: Vec<&Suite> = suites().collect();
    let tests = tests_beside(&workspace.packages, &suites)?;
    tests
        .iter()
        .fold(
            cargo_test(workspace).words("--workspace --lib --bins"),
            |step, test| step.arg("--test").arg(test),
        )
        .run()
}

/// The development profile is enough to see that they compile, and the tests have built the
/// dependencies for it.
pub(super) fn bench_build(workspace: &Workspace) -> Result<()> {
    Step::cargo(workspace)
        .arg("bench")
        .words(BENCHES)
        .words("--no-run --profile dev")
        .run()
}

/// `cargo test` that leaves the source tree alone: a changed snapshot fails and is not written.
pub(super) fn cargo_test(workspace: &Workspace) -> Step {
    Step::cargo(workspace).env("INSTA_UPDATE", "no").arg("test")
}

/// The names of the test targets that are no suite, each once.
///
/// Cargo selects test targets by name in all packages at once, so a second target with the name
/// of a suite would be run by no part.
fn tests_beside(packages: &[Package], suites: &[&Suite]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for package in packages {
        for target in package
            .targets
            .iter()
            .filter(|target| target.kind.iter().any(|k| k == "test"))
        {
            match suites.iter().find(|suite| suite.test == target.name) {
                Some(suite) if suite.package == package.name => {}
                Some(suite) => bail!(
                    "`{}` has a test target `{}`, which is the name of a part's target in `{}`: \
                     give it another name",
                    package.name,
                    target.name,
                    suite.package
                ),
                None => names.push(target.name.clone()),
            }
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Target;

    fn package(name: &str, tests: &[&str]) -> Package {
        let target = |kind: &str, name: &str| Target {
            name: name.into(),
            kind: vec![kind.into()],
        };
        let mut targets = vec![target("lib", name)];
        targets.extend(tests.iter().map(|test| target("test", test)));
        Package {
            name: name.into(),
            targets,
            ..Package::default()
        }
    }

    const SPEC: Suite = Suite {
        package: "testkit",
        test: "spec",
        args: "",
        peer: None,
    };

    #[test]
    fn the_unit_part_leaves_out_the_suites() {
        let packages = [
            package("testkit", &["spec", "reference"]),
            package("core", &["reference"]),
        ];
        assert_eq!(tests_beside(&packages, &[&SPEC]).unwrap(), ["reference"]);
    }

    #[test]
    fn a_test_target_that_no_part_would_run_is_refused() {
        let error = tests_beside(&[package("core", &["spec"])], &[&SPEC]).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("`core` has a test target `spec`"),
            "{error}"
        );
    }
}
