//! The parts of a test run: one table, in the order in which they run, cheap ones first.
//!
//! A new part is a row here; one that runs a named test target needs nothing else.

mod docs;
mod rust;
mod supply;
mod wasm;

use std::path::PathBuf;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{book, graph, python};

/// One part of `cargo xtask test`.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// What it checks, in a few words.
    pub(crate) what: &'static str,
    pub(crate) action: Action,
}

/// How a part does its work.
pub(crate) enum Action {
    /// Calls a function.
    Check(fn(&Workspace) -> Result<()>),
    /// Runs one test target that the part `unit` leaves out.
    Suite(Suite),
}

/// A test target that is a part of its own.
pub(crate) struct Suite {
    pub(crate) package: &'static str,
    pub(crate) test: &'static str,
    /// Further arguments of `cargo test`.
    args: &'static str,
    /// The program that the tests run against.
    peer: Option<Peer>,
}

/// A program that tests run against.
pub(crate) struct Peer {
    /// The environment variable by which the tests know where it is.
    variable: &'static str,
    /// Finds it, or installs it.
    ensure: fn(&Workspace) -> Result<PathBuf>,
}

/// All parts.
pub(crate) const ALL: &[Part] = &[
    check("fmt", "the code is formatted", rust::fmt),
    check(
        "graph",
        "crates depend one way, pure crates stay pure, files stay short",
        graph::check,
    ),
    check("clippy", "no lint speaks up", rust::clippy),
    check(
        "unit",
        "unit tests, and the tests of each crate that are no part of their own",
        rust::unit,
    ),
    suite(
        "spec",
        "the pages of docs/spec hold",
        "kordon-testkit",
        "spec",
        "",
    ),
    suite(
        "snapshot",
        "the output of the command, and the pages that show it, are as reviewed",
        "kordon-cli",
        "cli",
        "",
    ),
    // Shown in full, because the counts tell whether the imported cases were there.
    suite(
        "conformance",
        "imported cases of the upstream projects pass",
        "kordon-testkit",
        "conformance",
        "-- --show-output",
    ),
    suite(
        "property",
        "the engine agrees with the reference evaluators",
        "kordon-testkit",
        "property",
        "",
    ),
    against(
        Peer {
            variable: "KORDON_ENVOY",
            ensure: |workspace| python::ENVOY.ensure(workspace),
        },
        suite(
            "envoy",
            "a real Envoy answers as decisions do, by the filters that are exported",
            "kordon-testkit",
            "envoy",
            "-- --ignored --show-output",
        ),
    ),
    check(
        "doc",
        "the examples in the documentation run and its links hold",
        docs::rustdoc,
    ),
    check("bench-build", "the benchmarks compile", rust::bench_build),
    check("wasm", "the facade compiles for WebAssembly", wasm::build),
    check(
        "book",
        "the book builds, is complete and has no broken link",
        book::check,
    ),
    check(
        "deny",
        "licences, sources and advisories of the dependencies",
        supply::deny,
    ),
];

/// The names of all parts.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|part| part.name)
}

/// The test targets that are parts of their own.
fn suites() -> impl Iterator<Item = &'static Suite> {
    ALL.iter().filter_map(|part| match &part.action {
        Action::Suite(suite) => Some(suite),
        Action::Check(_) => None,
    })
}

impl Action {
    /// Runs the part.
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<()> {
        match self {
            Self::Check(check) => check(workspace),
            Self::Suite(suite) => suite.run(workspace),
        }
    }
}

impl Suite {
    fn run(&self, workspace: &Workspace) -> Result<()> {
        let step = rust::cargo_test(workspace)
            .words("--package")
            .arg(self.package)
            .arg("--test")
            .arg(self.test)
            .words(self.args);
        match &self.peer {
            Some(peer) => step.env(peer.variable, (peer.ensure)(workspace)?).run(),
            None => step.run(),
        }
    }
}

const fn check(
    name: &'static str,
    what: &'static str,
    function: fn(&Workspace) -> Result<()>,
) -> Part {
    Part {
        name,
        what,
        action: Action::Check(function),
    }
}

const fn suite(
    name: &'static str,
    what: &'static str,
    package: &'static str,
    test: &'static str,
    args: &'static str,
) -> Part {
    Part {
        name,
        what,
        action: Action::Suite(Suite {
            package,
            test,
            args,
            peer: None,
        }),
    }
}

/// The part with a program that its tests run against.
const fn against(peer: Peer, part: Part) -> Part {
    let Action::Suite(suite) = part.action else {
        return part;
    };
    Part {
        action: Action::Suite(Suite {
            peer: Some(peer),
            ..suite
        }),
        ..part
    }
}
