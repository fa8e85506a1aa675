//! `kordon graph`: who reaches whom, as a picture.

use std::io::Write;

use anyhow::Result;
use kordon::connections::{Allowance, Nodes};

use super::connections::chosen::{Chosen, say_what_is_left_out};
use crate::cli::Format;
use crate::exit::Exit;
use crate::session::Session;

const AFTER_HELP: &str = "\
An END is what `kordon connections` takes. Without `-o` the language is dot.

Examples:
  kordon graph -f manifests/ -o svg > map.svg
  kordon graph -f manifests/ --focus shop/cart -o mermaid
  kordon graph -f manifests/ | dot -Tpng > map.png

Exit status: 0 if some connection is allowed, 1 if none is, 2 for an error.";

/// Draw all connections that the network policies allow
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    chosen: Chosen,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let engine = session.engine_of_network(&session.cluster()?);
        let map = engine.connections();
        let filter = self.chosen.filter(&map)?;
        let graph = map.graph(&filter);
        let text = match session.format() {
            Format::Mermaid => graph.to_mermaid(),
            Format::Svg => graph.to_svg()?,
            _ => graph.to_dot(),
        };
        let mut out = session.stdout();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        if filter.nodes == Nodes::Omitted && self.chosen.is_all() {
            say_what_is_left_out(&map, session);
        }
        let mut edges = graph.edges().iter();
        let found = edges.any(|edge| edge.allowance != Allowance::Unknown);
        Ok(if found { Exit::Success } else { Exit::Findings })
    }
}
