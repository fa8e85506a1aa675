//! Runs the executable specification: the pages of docs/spec against the engine, and against the
//! reference evaluators wherever they know the kinds.
//!
//! `KORDON_BLESS=1` writes what the engine says into the pages, for review in the difference.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]
mod case;
mod page;
mod reference;

use std::path::{Path, PathBuf};

use page::Outcome;

const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spec");

#[test]
fn the_pages_hold() {
    let bless = std::env::var_os("KORDON_BLESS").is_some_and(|value| value == "1");
    let mut total = Outcome::default();
    let pages = pages(Path::new(PAGES));
    for page in &pages {
        total.add(page::check(page, bless));
    }
    println!(
        "{} pages: {} cases, {} requests, {} of them by the references as well, {} diagnostics, {} lines of entry points",
        pages.len(),
        total.cases,
        total.requests,
        total.compared,
        total.diagnostics,
        total.entries
    );
    let shown = total.failures.join("\n");
    assert!(
        total.failures.is_empty(),
        "{} do not hold:\n{shown}",
        total.failures.len()
    );
    assert!(total.requests > 0 && total.compared > 0);
    assert!(total.diagnostics > 0 && total.entries > 0);
}

/// All pages of a folder and the folders in it, in order.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
    {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}
