//! `kordon connections`: who reaches whom, and on which ports.

mod table;

use std::io::Write;

use anyhow::{Context, Result, bail};
use clap::builder::NonEmptyStringValueParser;
use kordon::analyze::connectivity::Row;
use kordon::connections::{Allowance, Connections, Exposure, Filter, Nodes, Selection};
use serde_json::{Value, json};

use crate::cli::Format;
use crate::exit::Exit;
use crate::output::{self, Output};
use crate::session::{Session, counted};

const AFTER_HELP: &str = "\
An END is an endpoint as `kordon explain` takes it (NAMESPACE/NAME, an address,
node:NAME, ..), NAMESPACE/* for a whole namespace, or `outside`.

Examples:
  kordon connections -f manifests/
  kordon connections -f manifests/ --to shop/cart --explain
  kordon connections -f manifests/ --from outside -o csv
  kordon connections -f manifests/ --exposure

Exit status: 0 if some connection is allowed, 1 if none is, 2 for an error.";

/// List all connections that the network policies allow
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// List connections of which one end is END. Repeatable.
    #[arg(long, value_name = "END", value_parser = NonEmptyStringValueParser::new())]
    focus: Vec<String>,
    /// List connections from END. Repeatable.
    #[arg(long, value_name = "END", value_parser = NonEmptyStringValueParser::new())]
    from: Vec<String>,
    /// List connections to END. Repeatable.
    #[arg(long, value_name = "END", value_parser = NonEmptyStringValueParser::new())]
    to: Vec<String>,
    /// The namespace of ends that are named without one.
    #[arg(short, long, value_name = "NAMESPACE", value_parser = NonEmptyStringValueParser::new())]
    namespace: Option<String>,
    /// List connections of nodes as well.
    #[arg(long)]
    nodes: bool,
    /// Say which rules allow each connection.
    #[arg(long)]
    explain: bool,
    /// List workloads that are open to everyone, to all workloads, to a whole namespace, or to
    /// addresses outside the cluster.
    #[arg(long, conflicts_with_all = ["from", "explain", "nodes"])]
    exposure: bool,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let engine = session.engine(&session.cluster()?);
        let map = engine.connections();
        let filter = self.filter(&map)?;
        let mut out = session.stdout();
        let found = if self.exposure {
            exposures(&map, &filter, session, &mut out)?
        } else {
            self.rows(&map, &filter, session, &mut out)?
        };
        out.flush()?;
        Ok(if found { Exit::Success } else { Exit::Findings })
    }

    fn filter(&self, map: &Connections<'_>) -> Result<Filter> {
        let select = |option: &str, words: &[String]| -> Result<Vec<Selection>> {
            let words = words.iter();
            let selections = words.map(|word| map.select(word, self.namespace.as_deref()));
            let selections: Result<Vec<Selection>, _> = selections.collect();
            selections.with_context(|| format!("`--{option}`"))
        };
        Ok(Filter {
            focus: select("focus", &self.focus)?,
            from: select("from", &self.from)?,
            to: select("to", &self.to)?,
            nodes: if self.nodes {
                Nodes::Kept
            } else {
                Nodes::Omitted
            },
        })
    }

    /// Shows the rows; says whether there are any.
    fn rows(
        &self,
        map: &Connections<'_>,
        filter: &Filter,
        session: &Session,
        out: &mut Output,
    ) -> Result<bool> {
        if matches!(session.format(), Format::Table | Format::Markdown) && !self.explain {
            let groups = map.groups(map.rows(filter));
            match session.format() {
                Format::Markdown => table::groups_markdown(&groups, out)?,
                _ => table::groups(&groups, out)?,
            }
            if !self.nodes
                && [&self.focus, &self.from, &self.to]
                    .iter()
                    .all(|l| l.is_empty())
            {
                say_what_is_left_out(map, session);
            }
            // What is unknown does not pass, so by itself it is nothing found.
            return Ok(groups.iter().any(|one| one.allowance != Allowance::Unknown));
        }
        let rows: Vec<Row> = map.rows(filter).collect();
        match session.format() {
            Format::Json => out.json(&self.values(map, &rows))?,
            Format::Yaml => out.yaml(&self.values(map, &rows))?,
            Format::Csv => table::csv(map, &rows, self.explain, out)?,
            Format::Markdown => bail!("`--explain` has no markdown: use `-o table` or `json`"),
            _ => table::explained(map, &rows, session.filenames(), out)?,
        }
        Ok(rows.iter().any(|row| !row.answer.allowed().is_empty()))
    }

    fn values(&self, map: &Connections<'_>, rows: &[Row]) -> Value {
        let value = |row: &Row| {
            let mut value = map.row_json(row);
            if let Some(fields) = value.as_object_mut().filter(|_| self.explain) {
                fields.insert("why".to_owned(), json!(map.why(row)));
            }
            value
        };
        rows.iter().map(value).collect()
    }
}

fn say_what_is_left_out(map: &Connections<'_>, session: &Session) {
    let Some(nodes) = counted(map.nodes(), "node", "nodes").filter(|_| !session.is_quiet()) else {
        return;
    };
    let text = format!("connections of {nodes} are left out: `--nodes` lists them");
    output::note(&text, session.color());
}

/// Shows the workloads that are open to many; says whether there are any.
fn exposures(
    map: &Connections<'_>,
    filter: &Filter,
    session: &Session,
    out: &mut Output,
) -> Result<bool> {
    // Who is open to all is known from all rows to it.
    let filter = Filter {
        to: [&*filter.focus, &*filter.to].concat(),
        ..Filter::default()
    };
    let exposures = map.exposures(&filter);
    let values = || exposures.iter().map(Exposure::to_json).collect::<Value>();
    match session.format() {
        Format::Json => out.json(&values())?,
        Format::Yaml => out.yaml(&values())?,
        format => table::exposures(&exposures, format, out)?,
    }
    Ok(!exposures.is_empty())
}

/// By what ports are allowed.
fn by(allowance: Allowance) -> &'static str {
    match allowance {
        Allowance::Explicit => "rule",
        Allowance::Implicit => "default",
        Allowance::Unknown => "unknown",
    }
}

/// How ports are allowed, in a sentence.
fn allowed(allowance: Allowance) -> &'static str {
    match allowance {
        Allowance::Explicit => "by rule",
        Allowance::Implicit => "by default",
        Allowance::Unknown => "unknown",
    }
}
