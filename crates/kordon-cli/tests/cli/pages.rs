//! The pages of the repository: every command that one shows answers as it shows, and the parts
//! and pictures that are generated are current.
//!
//! `KORDON_BLESS=1` writes all of them into the pages, for review in the difference.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{ROOT, run};
use crate::{console, generated};

#[test]
fn the_pages_show_what_the_command_says() {
    let bless = is_blessing();
    let (mut stale, mut commands, mut parts) = (Vec::new(), 0, 0);
    for path in pages() {
        let old = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(ROOT).unwrap().display().to_string();
        let (text, count) = console::refresh(&old, &name);
        commands += count;
        let (text, count) = generated::refresh(&text);
        parts += count;
        if text != old && bless {
            fs::write(&path, &text).unwrap();
        } else if text != old {
            stale.push(format!("{name}: {}", difference(&old, &text)));
        }
    }
    let stale = stale.join("\n\n");
    assert!(
        stale.is_empty(),
        "pages are not current, `cargo xtask docs` writes them:\n{stale}"
    );
    assert!(commands > 0, "no page shows a command");
    assert_eq!(parts, generated::PARTS.len(), "each part stands once");
}

#[test]
fn the_picture_of_the_book_is_current() {
    let path = Path::new(ROOT).join("docs/how-to/draw-the-map.svg");
    let drawn = run("graph -f examples/entry-points -o svg").stdout;
    if is_blessing() {
        fs::write(&path, &drawn).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    assert!(kept == drawn, "`cargo xtask docs` draws it anew");
}

fn is_blessing() -> bool {
    std::env::var_os("KORDON_BLESS").is_some_and(|value| value == "1")
}

/// The page of the repository's root and those of the book, in order.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    let mut pages = vec![root.join("README.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// The first line that differs.
fn difference(old: &str, text: &str) -> String {
    let at = old
        .lines()
        .zip(text.lines())
        .take_while(|(old, new)| old == new)
        .count();
    let line = |text: &str| text.lines().nth(at).unwrap_or("the end").to_owned();
    format!(
        "line {}\n  page:    {}\n  current: {}",
        at + 1,
        line(old),
        line(text)
    )
}
