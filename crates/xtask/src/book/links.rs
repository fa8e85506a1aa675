//! Whether every link of a page leads somewhere.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::markdown::Page;

/// Every internal link that is broken. Links to other sites are not followed.
///
/// `book` is the folder of the book: its pages are rendered apart from the repository, so they
/// may link to nothing outside it.
pub(super) fn problems(
    pages: &BTreeMap<PathBuf, Page>,
    book: &Path,
    exists: impl Fn(&Path) -> bool,
) -> Vec<String> {
    let check = Check {
        pages,
        book,
        exists,
    };
    let mut problems = Vec::new();
    for (path, page) in pages {
        for link in &page.links {
            if let Some(problem) = check.problem(path, &link.target) {
                let line = link.line;
                problems.push(format!(
                    "{}:{line}: `{}` {problem}",
                    path.display(),
                    link.target
                ));
            }
        }
    }
    problems
}

struct Check<'p, E> {
    pages: &'p BTreeMap<PathBuf, Page>,
    book: &'p Path,
    exists: E,
}

impl<E: Fn(&Path) -> bool> Check<'_, E> {
    fn problem(&self, from: &Path, target: &str) -> Option<&'static str> {
        if is_external(target) {
            return None;
        }
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let to = if file.is_empty() {
            Some(from.to_owned())
        } else {
            resolve(from, file)
        };
        let Some(to) = to else {
            return Some("leads out of the repository");
        };
        if from.starts_with(self.book) && !to.starts_with(self.book) {
            return Some("leads out of the book");
        }
        if !(self.exists)(&to) {
            return Some("leads to no file");
        }
        let anchors = self.pages.get(&to).map(|page| &page.anchors);
        let is_there = anchor.is_empty() || anchors.is_none_or(|anchors| anchors.contains(anchor));
        (!is_there).then_some("leads to no heading")
    }
}

/// `https:`, `mailto:` and the like.
fn is_external(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// The path from the root that `file` means in the page `from`; none if it climbs too far.
pub(super) fn resolve(from: &Path, file: &str) -> Option<PathBuf> {
    let mut path = from.parent()?.to_owned();
    for component in Path::new(file).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir if path.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of a repository with these pages, and a picture beside them.
    fn check(pages: &[(&str, &str)]) -> Vec<String> {
        let pages: BTreeMap<PathBuf, Page> = pages
            .iter()
            .map(|(path, text)| (PathBuf::from(path), Page::read(text)))
            .collect();
        let exists = |path: &Path| pages.contains_key(path) || path == Path::new("docs/map.svg");
        problems(&pages, Path::new("docs"), exists)
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        let problems = check(&[
            ("README.md", "[book](docs/a.md#one)"),
            (
                "docs/a.md",
                "# One\n[b](adr/b.md) [self](#one) ![](map.svg) [x](https://x.test/#y)",
            ),
            ("docs/adr/b.md", "[up](../a.md) [mail](mailto:a@x.test)"),
        ]);
        assert_eq!(problems, Vec::<String>::new());
    }

    #[test]
    fn each_way_to_be_broken_is_told_with_its_place() {
        let problems = check(&[
            ("README.md", ""),
            (
                "docs/a.md",
                "[1](c.md)\n[2](#none)\n[3](../README.md)\n[4](../../x.md)\n[5](/a.md)",
            ),
        ]);
        assert_eq!(
            problems,
            [
                "docs/a.md:1: `c.md` leads to no file",
                "docs/a.md:2: `#none` leads to no heading",
                "docs/a.md:3: `../README.md` leads out of the book",
                "docs/a.md:4: `../../x.md` leads out of the repository",
                "docs/a.md:5: `/a.md` leads out of the repository",
            ]
        );
    }
}
