//! The chores of the repository: `cargo xtask --help` lists them.
//!
//! This crate owns how Kordon is checked: which parts a test run has, which tools it needs and
//! which rules hold between the crates. It knows nothing of policies and uses no other crate of
//! the workspace, so that it still runs when they do not compile.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a command does"
)]

mod book;
mod chores;
mod debian;
mod graph;
mod parts;
mod python;
mod run;
mod step;
mod tools;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};

use crate::workspace::Workspace;

/// The chores of the Kordon repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Check everything, or only the parts that are named
    #[command(visible_alias = "ci")]
    Test(TestArgs),
    /// Feed a fuzz target with random input
    Fuzz(FuzzArgs),
    /// Change the code in small ways and see whether the tests notice
    Mutants(MutantsArgs),
    /// Run the benchmarks
    Bench(BenchArgs),
    /// Build the book
    Book(BookArgs),
    /// Write the output of commands and the generated parts into the pages
    Docs,
}

#[derive(Debug, Args)]
struct TestArgs {
    /// The parts to run, in the order of the list; all if none is named
    #[arg(value_name = "PART", value_parser = PossibleValuesParser::new(parts::names()))]
    parts: Vec<String>,
    /// Show the parts and stop
    #[arg(long)]
    list: bool,
}

#[derive(Debug, Args)]
struct FuzzArgs {
    /// A target of the folder fuzz/
    target: String,
    /// How long to run
    #[arg(long, default_value_t = 5, value_name = "N")]
    minutes: u32,
}

#[derive(Debug, Args)]
struct MutantsArgs {
    /// The crate to change
    #[arg(value_name = "CRATE", default_value = "kordon-core")]
    package: String,
    /// Options of cargo-mutants, such as `--shard 0/20` for every twentieth change
    #[arg(last = true, value_name = "OPTION")]
    options: Vec<String>,
}

#[derive(Debug, Args)]
struct BenchArgs {
    /// Run only the benchmarks whose name holds this text
    filter: Option<String>,
    /// Count instructions instead, and fail where they are more than on record
    #[arg(long, conflicts_with = "filter")]
    check: bool,
}

#[derive(Debug, Args)]
struct BookArgs {
    /// Show the book on a local port and build it again when a page changes
    #[arg(long)]
    serve: bool,
}

fn main() -> ExitCode {
    match start(&Cli::parse().chore) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(chore: &Chore) -> Result<ExitCode> {
    if let Chore::Test(TestArgs { list: true, .. }) = chore {
        run::list();
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = Workspace::load()?;
    match chore {
        Chore::Test(args) => return Ok(run::selected(&workspace, &args.parts)),
        Chore::Fuzz(args) => chores::fuzz(&workspace, &args.target, args.minutes)?,
        Chore::Mutants(args) => chores::mutants(&workspace, &args.package, &args.options)?,
        Chore::Bench(BenchArgs { check: true, .. }) => chores::check_instructions(&workspace)?,
        Chore::Bench(args) => chores::bench(&workspace, args.filter.as_deref())?,
        Chore::Docs => chores::docs(&workspace)?,
        Chore::Book(BookArgs { serve: true }) => book::serve(&workspace)?,
        Chore::Book(BookArgs { serve: false }) => book::build(&workspace)?,
    }
    Ok(ExitCode::SUCCESS)
}
