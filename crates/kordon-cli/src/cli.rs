//! The arguments that all commands share, and the list of commands.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::command::{
    can, check, completions, connections, diff, equal, eval, explain, export, graph, kinds, lint,
    test, validate, version,
};
use crate::exit::Exit;
use crate::output::ColorChoice;
use crate::session::Session;

const AFTER_HELP: &str = "\
Exit status: 0 for an allow or success, 1 for a deny or findings, 2 for an error.

Examples:
  kordon explain -f manifests/ shop/frontend shop/cart:7070
  kordon check -f manifests/ --as alice --as-group dev get pods/log -n shop
  kubectl get -A -o json netpol,pods,ns | kordon check -f - shop/a shop/b:80
  kordon validate manifests/

A link named kubectl-kordon that leads to kordon makes it `kubectl kordon`.";

/// May this identity do this, and exactly why?
///
/// Kordon reads the manifests of a Kubernetes cluster and answers from its policies: RBAC for
/// access to the API, NetworkPolicy and the cluster-wide network policies for connections.
#[derive(Debug, Parser)]
#[command(
    name = "kordon",
    version,
    after_help = AFTER_HELP,
    arg_required_else_help = true,
    max_term_width = 80
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Arguments of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Manifests: a file, a folder with all below it, or - for standard input. Repeatable.
    ///
    /// In folders *.yaml, *.yml and *.json count. What begins with a dot does not, and links to
    /// folders are not followed. REVISION:PATH is what a git revision has there.
    #[arg(short = 'f', long = "filename", global = true, value_name = "PATH")]
    pub(crate) filenames: Vec<PathBuf>,
    /// Accepted for the sake of kubectl's users: folders are always read with all below them.
    #[arg(short = 'R', long, global = true, action = ArgAction::SetTrue, hide = true)]
    recursive: bool,
    /// The form of the output.
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub(crate) output: Format,
    /// When to use colours; auto is on a terminal unless NO_COLOR is set.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
    /// How to count what no policy speaks of: as the cluster does, or as a deny.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "POSTURE"
    )]
    pub(crate) posture: Posture,
    /// Fill ClusterRoles with an aggregationRule, as a cluster's controller does.
    #[arg(long, global = true)]
    pub(crate) fill_aggregation: bool,
    /// Print nothing but errors.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// The same as YAML.
    Yaml,
    /// Comma-separated values, of connections alone.
    Csv,
    /// A table in Markdown, of connections and diff.
    Markdown,
    /// SARIF 2.1.0, of validate, lint and diff.
    Sarif,
    /// Workflow commands of GitHub, of validate, lint and diff.
    Github,
    /// The language of Graphviz, of graph alone.
    Dot,
    /// The language of Mermaid, of graph alone.
    Mermaid,
    /// A picture, of graph alone.
    Svg,
}

/// How implicit allows count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Posture {
    /// They let the request pass, as in the cluster.
    #[default]
    Upstream,
    /// They are denials.
    Strict,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Explain(explain::Args),
    Eval(eval::Args),
    Validate(validate::Args),
    Lint(lint::Args),
    Can(can::Args),
    Connections(connections::Args),
    Graph(graph::Args),
    Diff(diff::Args),
    Equal(equal::Args),
    Export(export::Args),
    Test(test::Args),
    Kinds(kinds::Args),
    Completions(completions::Args),
    Version(version::Args),
}

impl Command {
    /// Refuses a format that the command does not write.
    fn check_format(&self, format: Format) -> Result<()> {
        let (is_written, by) = match format {
            Format::Json | Format::Yaml if matches!(self, Self::Graph(_)) => {
                bail!(
                    "expected `-o dot`, `mermaid` or `svg`: `kordon connections` writes this format"
                );
            }
            Format::Table | Format::Json | Format::Yaml => (true, ""),
            Format::Csv => (matches!(self, Self::Connections(_)), "connections"),
            Format::Markdown => (
                matches!(self, Self::Connections(_) | Self::Diff(_)),
                "connections",
            ),
            Format::Sarif | Format::Github => (
                matches!(self, Self::Validate(_) | Self::Lint(_) | Self::Diff(_)),
                "validate",
            ),
            Format::Dot | Format::Mermaid | Format::Svg => {
                (matches!(self, Self::Graph(_)), "graph")
            }
        };
        if !is_written {
            bail!("expected `-o table`, `json` or `yaml`: this format is that of `kordon {by}`");
        }
        Ok(())
    }
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Exit> {
        self.command.check_format(self.global.output)?;
        let session = Session::new(self.global);
        match self.command {
            Command::Check(args) => args.run(&session),
            Command::Explain(args) => args.run(&session),
            Command::Eval(args) => args.run(&session),
            Command::Validate(args) => args.run(&session),
            Command::Lint(args) => args.run(&session),
            Command::Can(args) => args.run(&session),
            Command::Connections(args) => args.run(&session),
            Command::Graph(args) => args.run(&session),
            Command::Diff(args) => args.run(&session),
            Command::Equal(args) => args.run(&session),
            Command::Export(args) => args.run(&session),
            Command::Test(args) => args.run(&session),
            Command::Kinds(args) => args.run(&session),
            Command::Completions(args) => args.run(&session),
            Command::Version(args) => args.run(&session),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_of_all_commands_are_consistent() {
        Cli::command().debug_assert();
    }
}
