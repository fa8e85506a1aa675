//! Whether `SUMMARY.md` lists every page of the book: mdBook leaves out, without a word, what
//! it does not list.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::links::resolve;
use super::markdown::Page;

/// Every page of the book that the summary does not list.
pub(super) fn problems(pages: &BTreeMap<PathBuf, Page>, book: &Path) -> Vec<String> {
    let path = book.join("SUMMARY.md");
    let Some(summary) = pages.get(&path) else {
        return vec![format!("`{}` is missing", path.display())];
    };
    let listed: BTreeSet<PathBuf> = summary
        .links
        .iter()
        .filter_map(|link| resolve(&path, &link.target))
        .collect();
    pages
        .keys()
        .filter(|page| page.starts_with(book) && **page != path && !listed.contains(*page))
        .map(|page| format!("`{}` is not listed in `{}`", page.display(), path.display()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pages: &[(&str, &str)]) -> Vec<String> {
        let pages = pages
            .iter()
            .map(|(path, text)| (PathBuf::from(path), Page::read(text)))
            .collect();
        problems(&pages, Path::new("docs"))
    }

    #[test]
    fn a_page_in_any_folder_of_the_book_must_be_listed() {
        assert_eq!(
            check(&[
                ("README.md", ""),
                ("docs/SUMMARY.md", "- [a](a.md)\n- [b](adr/0001-b.md)\n"),
                ("docs/a.md", ""),
                ("docs/adr/0001-b.md", ""),
                ("docs/spec/rbac.md", ""),
            ]),
            ["`docs/spec/rbac.md` is not listed in `docs/SUMMARY.md`"]
        );
    }

    #[test]
    fn a_book_without_a_summary_is_refused() {
        assert_eq!(
            check(&[("docs/a.md", "")]),
            ["`docs/SUMMARY.md` is missing"]
        );
    }
}
