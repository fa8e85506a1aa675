//! Which crate of the workspace may depend on which.
//!
//! The table is the picture in docs/architecture.md: an arrow that is not in it is not allowed.

use crate::workspace::{Dependency, Kind, Package};

/// One crate and the crates of the workspace that it may use.
struct Row {
    package: &'static str,
    may_use: &'static [&'static str],
    dev: Dev,
}

/// What tests and benchmarks of a crate may use beside that.
#[derive(Clone, Copy)]
enum Dev {
    /// Nothing else.
    Same,
    /// The testkit, which lies below this crate.
    Testkit,
}

const TESTKIT: &str = "kordon-testkit";
const BELOW_KINDS: &[&str] = &["kordon-core", "kordon-syntax"];
const FACADE: &[&str] = &["kordon", "kordon-identity"];

const ROWS: &[Row] = &[
    row("kordon-syntax", &[], Dev::Same),
    row("kordon-cel", &["kordon-syntax"], Dev::Same),
    row("kordon-core", &["kordon-cel", "kordon-syntax"], Dev::Same),
    row(
        "kordon-kinds",
        &["kordon-cel", "kordon-core", "kordon-syntax"],
        Dev::Same,
    ),
    row("kordon-analyze", BELOW_KINDS, Dev::Same),
    row("kordon-observe", BELOW_KINDS, Dev::Same),
    row("kordon-identity", BELOW_KINDS, Dev::Same),
    row(
        "kordon",
        &[
            "kordon-analyze",
            "kordon-cel",
            "kordon-core",
            "kordon-kinds",
            "kordon-observe",
            "kordon-syntax",
        ],
        Dev::Same,
    ),
    row(
        TESTKIT,
        &[
            "kordon",
            "kordon-analyze",
            "kordon-cel",
            "kordon-core",
            "kordon-identity",
            "kordon-kinds",
            "kordon-observe",
            "kordon-syntax",
        ],
        Dev::Same,
    ),
    row("kordon-tower", FACADE, Dev::Testkit),
    row("kordon-serve", FACADE, Dev::Testkit),
    row("kordon-cli", FACADE, Dev::Testkit),
    row("kordon-python", FACADE, Dev::Testkit),
    row("kordon-wasm", FACADE, Dev::Testkit),
    row(
        "kordon-benches",
        &["kordon", "kordon-cel", "kordon-identity", TESTKIT],
        Dev::Testkit,
    ),
    row("xtask", &[], Dev::Same),
];

/// Every arrow between crates of the workspace that the table does not allow.
pub(super) fn problems(packages: &[Package]) -> Vec<String> {
    let ours = |name: &str| packages.iter().any(|package| package.name == name);
    let mut problems = Vec::new();
    for package in packages {
        let Some(row) = ROWS.iter().find(|row| row.package == package.name) else {
            problems.push(format!(
                "`{}` has no row in the table of arrows: add it to ROWS with what it may use",
                package.name
            ));
            continue;
        };
        problems.extend(
            package
                .dependencies
                .iter()
                .filter(|dependency| ours(&dependency.name) && !row.allows(dependency))
                .map(|dependency| {
                    format!("`{}` may not depend on `{}`", package.name, dependency.name)
                }),
        );
    }
    problems
}

impl Row {
    fn allows(&self, dependency: &Dependency) -> bool {
        let as_dev = matches!(self.dev, Dev::Testkit)
            && dependency.kind == Kind::Dev
            && dependency.name == TESTKIT;
        as_dev || self.may_use.contains(&dependency.name.as_str())
    }
}

const fn row(package: &'static str, may_use: &'static [&'static str], dev: Dev) -> Row {
    Row {
        package,
        may_use,
        dev,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of one crate that depends on another of the workspace.
    fn check(from: &str, kind: Kind, to: &str) -> Vec<String> {
        let dependency = Dependency {
            name: to.into(),
            kind,
        };
        let upper = Package {
            name: from.into(),
            dependencies: vec![dependency],
            ..Package::default()
        };
        let lower = Package {
            name: to.into(),
            ..Package::default()
        };
        problems(&[upper, lower])
    }

    #[test]
    fn arrows_point_down() {
        for (from, to) in [
            ("kordon-core", "kordon-syntax"),
            ("kordon-core", "kordon-cel"),
            ("kordon-kinds", "kordon-core"),
            ("kordon", "kordon-kinds"),
            ("kordon-cli", "kordon"),
            ("kordon-testkit", "kordon"),
        ] {
            assert_eq!(
                check(from, Kind::Normal, to),
                Vec::<String>::new(),
                "{from} -> {to}"
            );
        }
    }

    #[test]
    fn an_arrow_upwards_or_sideways_is_refused_in_each_table_of_the_manifest() {
        for (from, to) in [
            ("kordon-syntax", "kordon-core"),
            ("kordon-cel", "kordon-core"),
            ("kordon-core", "kordon-kinds"),
            ("kordon-kinds", "kordon-analyze"),
            ("kordon", "kordon-cli"),
            ("kordon-cli", "kordon-core"),
            ("kordon-testkit", "kordon-cli"),
            ("xtask", "kordon"),
        ] {
            for kind in [Kind::Normal, Kind::Build, Kind::Dev] {
                assert_eq!(
                    check(from, kind, to),
                    [format!("`{from}` may not depend on `{to}`")],
                    "{kind:?}"
                );
            }
        }
    }

    #[test]
    fn only_tests_above_the_facade_may_use_the_testkit() {
        assert!(check("kordon-cli", Kind::Dev, TESTKIT).is_empty());
        assert_eq!(check("kordon-cli", Kind::Normal, TESTKIT).len(), 1);
        assert_eq!(check("kordon-core", Kind::Dev, TESTKIT).len(), 1);
    }

    #[test]
    fn foreign_crates_are_no_arrows() {
        let serde = Dependency {
            name: "serde".into(),
            kind: Kind::Normal,
        };
        let package = Package {
            name: "kordon-core".into(),
            dependencies: vec![serde],
            ..Package::default()
        };
        assert!(problems(&[package]).is_empty());
    }

    #[test]
    fn a_crate_without_a_row_is_named() {
        let package = Package {
            name: "kordon-extra".into(),
            ..Package::default()
        };
        let problems = problems(&[package]);
        assert!(
            problems[0].starts_with("`kordon-extra` has no row"),
            "{problems:?}"
        );
    }

    #[test]
    fn the_table_has_no_cycle() {
        // Each row may use only rows that stand above it, apart from the facade's testkit.
        for (place, row) in ROWS.iter().enumerate() {
            for used in row.may_use {
                let used_at = ROWS.iter().position(|other| other.package == *used);
                assert!(
                    used_at.is_some_and(|at| at < place),
                    "{} -> {used}",
                    row.package
                );
            }
        }
    }
}
