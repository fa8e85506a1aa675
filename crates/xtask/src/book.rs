//! The book: builds it, shows it, and checks its pages.
//!
//! It owns which Markdown files belong to the book. [`markdown`] reads a page, [`links`] and
//! [`summary`] judge what was read.

mod links;
mod markdown;
mod summary;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::book::markdown::Page;
use crate::tools::{self, Tool};
use crate::workspace::Workspace;

/// The folder of the book, from the root.
const BOOK: &str = "docs";

/// Checks the pages, then builds the book.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let pages = read_pages(&workspace.root)?;
    let exists = |path: &Path| workspace.root.join(path).exists();
    let mut problems = links::problems(&pages, Path::new(BOOK), exists);
    problems.extend(summary::problems(&pages, Path::new(BOOK)));
    if !problems.is_empty() {
        bail!(
            "the pages have {} problems:\n  {}",
            problems.len(),
            problems.join("\n  ")
        );
    }
    build(workspace)
}

/// Builds the book into the target folder.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    mdbook(workspace, &tools::MDBOOK, "build")
}

/// Shows the book and builds it again when a page changes.
pub(crate) fn serve(workspace: &Workspace) -> Result<()> {
    mdbook(workspace, &tools::MDBOOK_SERVE, "serve")
}

fn mdbook(workspace: &Workspace, tool: &Tool, command: &str) -> Result<()> {
    tool.ensure(workspace)?
        .step(workspace)
        .arg(command)
        .arg(workspace.root.join(BOOK))
        .arg("--dest-dir")
        .arg(workspace.target.join("book"))
        .run()
}

/// The pages of the book and the Markdown files in the root, by their path from the root.
fn read_pages(root: &Path) -> Result<BTreeMap<PathBuf, Page>> {
    let mut pages = BTreeMap::new();
    let mut folders = vec![PathBuf::from(BOOK)];
    let mut entries = list(root)?;
    loop {
        for entry in entries {
            let path = entry.strip_prefix(root).unwrap_or(&entry).to_owned();
            if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&entry)
                    .with_context(|| format!("cannot read `{}`", path.display()))?;
                pages.insert(path, Page::read(&text));
            } else if path.starts_with(BOOK) && path != Path::new(BOOK) && entry.is_dir() {
                folders.push(path);
            }
        }
        let Some(folder) = folders.pop() else {
            return Ok(pages);
        };
        entries = list(&root.join(folder))?;
    }
}

fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}
