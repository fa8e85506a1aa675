//! Reads from a Markdown page what the checks need: its links and the anchors of its headings.
//!
//! It reads the Markdown that the book uses (headings with `#`, inline links, link definitions,
//! fenced code) and no more.

use std::collections::{BTreeMap, BTreeSet};

/// What a page points to and can be pointed at by.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) links: Vec<Link>,
    pub(super) anchors: BTreeSet<String>,
}

/// One link, with the line it stands in, counted from 1.
#[derive(Debug, PartialEq)]
pub(super) struct Link {
    pub(super) line: usize,
    pub(super) target: String,
}

impl Page {
    /// Reads a page.
    pub(super) fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut seen = BTreeMap::new();
        let mut fence: Option<&str> = None;
        for (index, line) in text.lines().enumerate() {
            let mark = fence_mark(line);
            match (fence, mark) {
                (Some(open), Some(mark)) if closes(open, mark, line) => fence = None,
                (Some(_), _) => {}
                (None, Some(_)) => fence = mark,
                (None, None) => page.read_line(index + 1, line, &mut seen),
            }
        }
        page
    }

    fn read_line(&mut self, number: usize, line: &str, seen: &mut BTreeMap<String, u32>) {
        if let Some(title) = heading(line) {
            let id = anchor(title);
            let count = seen.entry(id.clone()).or_default();
            let unique = if *count == 0 {
                id
            } else {
                format!("{id}-{count}")
            };
            *count += 1;
            self.anchors.insert(unique);
        }
        let text = without_code(line);
        let targets = inline_targets(&text).into_iter().chain(definition(&text));
        self.links.extend(targets.map(|target| Link {
            line: number,
            target: target.to_owned(),
        }));
    }
}

/// The run of three or more backticks or tildes that begins a line of fenced code.
fn fence_mark(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let length = line.len() - rest.len();
    (length >= 3).then(|| line.get(..length)).flatten()
}

/// Whether a line ends the code that `open` began: the same sign, at least as often, alone.
fn closes(open: &str, mark: &str, line: &str) -> bool {
    mark.starts_with(open) && line.trim() == mark
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then(|| text.trim())
}

/// The anchor that mdBook gives to a heading: letters, digits, `_` and `-` in lower case, white
/// space as `-`, the rest dropped.
fn anchor(title: &str) -> String {
    let mut text = title.to_owned();
    for (shown, whole) in inline_links(title) {
        text = text.replacen(whole, shown, 1);
    }
    text.chars()
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || matches!(c, '_' | '-') => Some(c.to_ascii_lowercase()),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        })
        .collect()
}

/// The line with what stands in backticks taken out.
fn without_code(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('`') {
        text.push_str(before);
        let inner = after.trim_start_matches('`');
        let ticks = "`".repeat(1 + after.len() - inner.len());
        match inner.split_once(&ticks) {
            Some((_, after)) => rest = after,
            None => rest = inner,
        }
    }
    text.push_str(rest);
    text
}

/// The targets of `[text](target)` and `![text](target "title")`.
fn inline_targets(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(inline_target).collect()
}

/// The target at the start of what follows `](`.
fn inline_target(rest: &str) -> Option<&str> {
    let (inside, _) = rest.split_once(')')?;
    first_word(inside)
}

/// Each `[text](target)` of a line as its text and the whole.
fn inline_links(line: &str) -> Vec<(&str, &str)> {
    let mut links = Vec::new();
    let mut rest = line;
    while let Some((_, after)) = rest.split_once('[') {
        let found = after.split_once("](").and_then(|(shown, tail)| {
            let (target, _) = tail.split_once(')')?;
            let whole = rest.get(rest.find('[')?..)?;
            Some((shown, whole.get(..shown.len() + target.len() + 4)?))
        });
        links.extend(found);
        rest = after;
    }
    links
}

/// The target of a definition `[label]: target`.
fn definition(text: &str) -> Option<&str> {
    let (_, rest) = text.trim_start().strip_prefix('[')?.split_once("]:")?;
    first_word(rest)
}

fn first_word(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    Some(
        word.strip_prefix('<')
            .and_then(|word| word.strip_suffix('>'))
            .unwrap_or(word),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(text: &str) -> Vec<String> {
        Page::read(text)
            .links
            .into_iter()
            .map(|link| link.target)
            .collect()
    }

    #[test]
    fn links_are_found_in_each_form_that_the_book_uses() {
        assert_eq!(
            targets("see [a](a.md) and ![b](<b.svg> \"title\")\n\n[c]: c.md#d\n"),
            ["a.md", "b.svg", "c.md#d"]
        );
    }

    #[test]
    fn a_link_keeps_its_line() {
        let page = Page::read("one\n\n[a](a.md)\n");
        assert_eq!(
            page.links,
            [Link {
                line: 3,
                target: "a.md".into()
            }]
        );
    }

    #[test]
    fn code_holds_no_links_and_no_headings() {
        let text = "`[a](a.md)` ``[b](`b.md)``\n```sh\n# c\n[d](d.md)\n~~~\n```\n[e](e.md)\n";
        assert_eq!(targets(text), ["e.md"]);
        assert!(Page::read(text).anchors.is_empty());
    }

    #[test]
    fn a_longer_fence_holds_a_shorter_one() {
        assert_eq!(
            targets("````\n```\n[a](a.md)\n```\n````\n[b](b.md)\n"),
            ["b.md"]
        );
    }

    #[test]
    fn anchors_follow_the_rules_of_mdbook() {
        let text = "# Add a policy kind\n## `explain` is decide\n## The [map](x.md), again\n# Add a policy kind\n#no\n";
        let anchors: Vec<String> = Page::read(text).anchors.into_iter().collect();
        assert_eq!(
            anchors,
            [
                "add-a-policy-kind",
                "add-a-policy-kind-1",
                "explain-is-decide",
                "the-map-again"
            ]
        );
    }
}
