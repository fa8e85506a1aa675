//! `kordon kinds`: what Kordon reads.

use std::io::Write;

use anyhow::Result;
use kordon::kinds::{KINDS, Kind, Role, Scope};
use serde_json::{Value, json};

use crate::cli::Format;
use crate::exit::Exit;
use crate::output::Table;
use crate::session::Session;

/// List the kinds of objects that kordon understands
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Args {
    #[expect(clippy::unused_self, reason = "the commands have one shape")]
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let mut out = session.stdout();
        match session.format() {
            Format::Json => out.json(&KINDS.iter().map(value).collect())?,
            Format::Yaml => out.yaml(&KINDS.iter().map(value).collect())?,
            _ => table().write(&mut out)?,
        }
        out.flush()?;
        Ok(Exit::Success)
    }
}

fn table() -> Table {
    let mut table = Table::new(&["KIND", "API GROUP", "VERSIONS", "NAMESPACED", "ROLE"]);
    for kind in KINDS {
        table.row([
            kind.kind.to_owned(),
            kind.group.to_owned(),
            kind.versions.join(","),
            is_namespaced(kind).to_string(),
            role(kind).to_owned(),
        ]);
    }
    table
}

fn value(kind: &Kind) -> Value {
    json!({
        "kind": kind.kind,
        "group": kind.group,
        "versions": kind.versions,
        "resource": kind.plural,
        "namespaced": is_namespaced(kind),
        "role": role(kind),
    })
}

fn is_namespaced(kind: &Kind) -> bool {
    kind.scope == Scope::Namespaced
}

fn role(kind: &Kind) -> &'static str {
    match kind.role {
        Role::Policy => "policy",
        Role::Inventory => "inventory",
    }
}
