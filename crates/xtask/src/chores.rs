//! Chores that are started by hand: they take long, or change files.

use anyhow::{Result, bail};

use crate::step::Step;
use crate::tools;
use crate::workspace::Workspace;

/// Runs a fuzz target for some minutes; a finding is a failure.
pub(crate) fn fuzz(workspace: &Workspace, target: &str, minutes: u32) -> Result<()> {
    if !workspace.root.join("fuzz/Cargo.toml").is_file() {
        bail!("there is no `fuzz/Cargo.toml`, so there is no target to run");
    }
    let tool = tools::CARGO_FUZZ.ensure(workspace)?;
    let seconds = u64::from(minutes) * 60;
    // The sanitizers are flags that a stable compiler takes only so.
    tool.step(workspace)
        .env("RUSTC_BOOTSTRAP", "1")
        .arg("run")
        .arg(target)
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .run()
}

/// Changes one crate in small ways and runs the tests that see its code against each change.
/// `options` are those of cargo-mutants: `--shard 0/20` takes every twentieth change.
///
/// The unchanged code is not tested first: for that the tool leaves `--test-workspace` aside, and
/// the crate alone has no test target of these names. A limit of time has to stand in for the one
/// that it would have measured. The cases are few enough that a change takes seconds.
pub(crate) fn mutants(workspace: &Workspace, package: &str, options: &[String]) -> Result<()> {
    if !workspace.packages.iter().any(|known| known.name == package) {
        bail!("there is no crate `{package}` in the workspace");
    }
    let tool = tools::CARGO_MUTANTS.ensure(workspace)?;
    let step = tool
        .step(workspace)
        .env("KORDON_CASES", "300")
        .words("mutants --baseline=skip --test-workspace=true --copy-target=false --timeout 300")
        .arg("--output")
        .arg(&workspace.target)
        .arg("--package")
        .arg(package);
    options
        .iter()
        .fold(step, Step::arg)
        .words("-- --lib --test it --test cli --test spec --test property")
        .run()
}

/// Writes what the command says and what the code lists into the pages. The test that holds the
/// pages against the code knows both; this crate knows neither.
pub(crate) fn docs(workspace: &Workspace) -> Result<()> {
    Step::cargo(workspace)
        .env("KORDON_BLESS", "1")
        .words("test --package kordon-cli --test cli -- pages::")
        .run()
}

/// The benchmarks beside other engines: how their names begin, which is also the name of their
/// target, and the feature that builds the engines.
const PEERS: &[(&str, &str)] = &[("peers", "peers"), ("cel", "cel-peer")];

/// What benchmarks Kordon by itself, as words of `cargo bench`. They are named, since a pattern
/// would mean the other engines too, which want their feature.
pub(crate) const BENCHES: &str = "--package kordon-benches --bench rbac --bench network --bench mesh --bench map --bench identity";

/// Runs the benchmarks, or those whose name holds `filter`. Other engines take minutes to build,
/// so they run only where the filter asks for them.
pub(crate) fn bench(workspace: &Workspace, filter: Option<&str>) -> Result<()> {
    let step = Step::cargo(workspace);
    let is_asked_for = |name: &str| filter.is_some_and(|filter| filter.starts_with(name));
    let step = match PEERS.iter().find(|(name, _)| is_asked_for(name)) {
        Some((name, feature)) => step
            .words("bench --package kordon-benches --features")
            .arg(feature)
            .arg("--bench")
            .arg(name),
        None => step.arg("bench").words(BENCHES),
    };
    match filter {
        Some(filter) => step.arg("--").arg(filter).run(),
        None => step.run(),
    }
}

/// Counts the instructions of the paths on record, by the benchmarks' own program.
pub(crate) fn check_instructions(workspace: &Workspace) -> Result<()> {
    Step::cargo(workspace)
        .words("run --release --package kordon-benches --bin instructions -- check")
        .run()
}
