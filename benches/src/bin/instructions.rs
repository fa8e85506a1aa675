//! How many instructions a decision takes, counted by valgrind and held against what is on
//! record. Unlike time, the count hardly depends on what else the machine does.
//!
//! `instructions check` compares with the record, `instructions write` renews it, and
//! `instructions run PATH COUNT` decides so many requests and is what valgrind watches.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a program does"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};
use kordon::{PreparedApi, PreparedConnection};
use kordon_benches::company::{Call, Company};
use kordon_benches::cycle::Cycle;
use kordon_benches::fleet::{Connection, Fleet, Replicas};

/// A path may take so many hundredths more than its record. The seed of the hash of texts comes
/// from addresses, which change with the environment and the build: two runs have been 2 apart.
const TOLERANCE: f64 = 5.0;

/// The difference of two runs is free of what comes before the decisions.
const FEW: u32 = 10_000;
const MANY: u32 = 50_000;

const PATHS: [&str; 6] = [
    "rbac-strings",
    "rbac-prepared",
    "network-strings",
    "network-prepared",
    "explain-rbac",
    "explain-network",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments {
        ["run", path, count] => count
            .parse()
            .context("expected a number of decisions")
            .and_then(|count| run(path, count)),
        ["write"] => write(),
        ["check"] => check(),
        _ => Err(anyhow::anyhow!(
            "expected `check`, `write` or `run PATH COUNT`"
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn record_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results/instructions.json")
}

fn write() -> Result<()> {
    let text = serde_json::to_string_pretty(&counts()?)?;
    let file = record_file();
    std::fs::write(&file, text + "\n").with_context(|| format!("cannot write `{}`", file.display()))
}

fn check() -> Result<()> {
    let file = record_file();
    let text = std::fs::read_to_string(&file).with_context(|| {
        format!(
            "cannot read `{}`: `instructions write` makes it",
            file.display()
        )
    })?;
    let record: BTreeMap<String, u64> = serde_json::from_str(&text)?;
    let mut worse = Vec::new();
    for (path, count) in counts()? {
        let Some(&known) = record.get(&path) else {
            bail!("`{path}` is not on record: run `instructions write`");
        };
        let change = percent(count, known);
        println!("{path:18} {count:7} instructions, {change:+.1} % against {known}");
        if change > TOLERANCE {
            worse.push(path);
        }
    }
    if worse.is_empty() {
        return Ok(());
    }
    bail!(
        "more than {TOLERANCE} % above the record: {}; mend it, or run `instructions write` and say why",
        worse.join(", ")
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of instructions are far below 2^52"
)]
fn percent(count: u64, known: u64) -> f64 {
    (count as f64 / known.max(1) as f64 - 1.0) * 100.0
}

/// The instructions of one request on each path.
fn counts() -> Result<BTreeMap<String, u64>> {
    PATHS
        .iter()
        .map(|path| {
            let scale = if path.starts_with("explain") { 10 } else { 1 };
            let (few, many) = (FEW / scale, MANY / scale);
            let between = counted(path, many)?.saturating_sub(counted(path, few)?);
            Ok(((*path).to_owned(), between / u64::from(many - few)))
        })
        .collect()
}

/// The instructions of a whole run.
fn counted(path: &str, count: u32) -> Result<u64> {
    let program = std::env::current_exe()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["run", path, &count.to_string()])
        .output()
        .context("cannot start `valgrind`: install it with the system's package manager")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text
        .lines()
        .find_map(|line| line.split_once("Collected :"))
        .and_then(|(_, number)| number.trim().parse().ok());
    match collected {
        Some(number) if output.status.success() => Ok(number),
        _ => bail!("valgrind counted nothing on `{path}`: {text}"),
    }
}

fn run(path: &str, count: u32) -> Result<()> {
    if path.contains("rbac") {
        run_rbac(path, count)
    } else {
        run_network(path, count)
    }
}

fn run_rbac(path: &str, count: u32) -> Result<()> {
    let company = Company::realistic(size()?, 1);
    let snapshot = kordon_benches::snapshot(company.objects());
    let requests: Vec<_> = company.calls.iter().map(Call::as_request).collect();
    match path {
        "rbac-strings" => repeat(count, &requests, |request| snapshot.decide(request)),
        "explain-rbac" => repeat(count, &requests, |request| snapshot.explain(request)),
        "rbac-prepared" => {
            let calls = company.calls.iter();
            let prepared: Vec<_> = calls
                .map(|call| snapshot.prepare_api(&call.as_api()))
                .collect();
            repeat(count, &prepared, PreparedApi::decide);
        }
        _ => bail!("`{path}` is none of: {}", PATHS.join(", ")),
    }
    Ok(())
}

fn run_network(path: &str, count: u32) -> Result<()> {
    let policies = size()?;
    let fleet = Fleet::realistic(policies, policies * 10, Replicas::Alike, 1);
    let snapshot = kordon_benches::snapshot(fleet.objects.iter().cloned());
    let requests: Vec<_> = fleet
        .connections
        .iter()
        .map(Connection::as_request)
        .collect();
    match path {
        "network-strings" => repeat(count, &requests, |request| snapshot.decide(request)),
        "explain-network" => repeat(count, &requests, |request| snapshot.explain(request)),
        "network-prepared" => {
            let prepared = fleet
                .connections
                .iter()
                .map(|one| snapshot.prepare_connection(&one.as_connection()));
            let prepared: Vec<_> = prepared.collect::<Result<_, _>>()?;
            repeat(count, &prepared, PreparedConnection::decide);
        }
        _ => bail!("`{path}` is none of: {}", PATHS.join(", ")),
    }
    Ok(())
}

/// Bindings, or policies: few enough that valgrind compiles them in seconds.
fn size() -> Result<usize> {
    match std::env::var("KORDON_BENCH_SIZE") {
        Ok(size) => size
            .parse()
            .context("expected a number in KORDON_BENCH_SIZE"),
        Err(_) => Ok(1_000),
    }
}

fn repeat<T, R>(count: u32, items: &[T], work: impl Fn(&T) -> R) {
    let mut cycle = Cycle::new(items);
    for _ in 0..count {
        black_box(cycle.next(|item| work(black_box(item))));
    }
}
