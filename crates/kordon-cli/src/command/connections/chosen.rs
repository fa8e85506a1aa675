//! Which connections are shown: the arguments that `connections` and `graph` share.

use anyhow::{Context, Result};
use clap::builder::NonEmptyStringValueParser;
use kordon::connections::{Connections, Filter, Nodes, Selection};

use crate::output;
use crate::session::{Session, counted};

/// Which connections are shown.
#[derive(Debug, clap::Args)]
pub(in crate::command) struct Chosen {
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
}

impl Chosen {
    /// The arguments as the map takes them.
    pub(in crate::command) fn filter(&self, map: &Connections<'_>) -> Result<Filter> {
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

    /// Whether no end is named.
    pub(in crate::command) fn is_all(&self) -> bool {
        [&self.focus, &self.from, &self.to]
            .iter()
            .all(|list| list.is_empty())
    }
}

/// Says on standard error that connections of nodes are not shown.
pub(in crate::command) fn say_what_is_left_out(map: &Connections<'_>, session: &Session) {
    let Some(nodes) = counted(map.nodes(), "node", "nodes").filter(|_| !session.is_quiet()) else {
        return;
    };
    let text = format!("connections of {nodes} are left out: `--nodes` lists them");
    output::note(&text, session.color());
}
