//! `kordon connections`: who reaches whom, and on which ports.

pub(super) mod chosen;
mod table;

use std::io::Write;

use anyhow::{Result, bail};
use kordon::analyze::connectivity::Row;
use kordon::connections::{Allowance, Connections, Exposure, Filter, Nodes};
use serde_json::{Value, json};

use crate::cli::Format;
use crate::exit::Exit;
use crate::output::Output;
use crate::session::Session;
use chosen::Chosen;

const AFTER_HELP: &str = "\
An END is an endpoint as `kordon explain` takes it (NAMESPACE/NAME, an address,
node:NAME, ..), NAMESPACE/* for a whole namespace, `outside`, or
`ingress-controller` for what Ingresses, Gateways and Routes let in.

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
    #[command(flatten)]
    chosen: Chosen,
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
        let engine = session.engine_of_network(&session.cluster()?);
        let map = engine.connections();
        let filter = self.chosen.filter(&map)?;
        let mut out = session.stdout();
        let found = if self.exposure {
            exposures(&map, &filter, session, &mut out)?
        } else {
            self.rows(&map, &filter, session, &mut out)?
        };
        out.flush()?;
        Ok(if found { Exit::Success } else { Exit::Findings })
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
            if filter.nodes == Nodes::Omitted && self.chosen.is_all() {
                chosen::say_what_is_left_out(map, session);
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
