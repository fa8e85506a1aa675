//! Compiled conditions on texts: one look-up for all exact texts, one for all prefixes, one for
//! all suffixes, however many there are.

use std::cmp::Ordering;

use crate::model::{Case, Glob, GlobPart, TextMatch};

/// Alternatives for a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CompiledTexts {
    /// What was written, in its order.
    pub(crate) written: Box<[TextMatch]>,
    pub(crate) case: Case,
    present: bool,
    /// Ascending.
    exact: Box<[Box<str>]>,
    /// Ascending; none begins with another.
    prefixes: Box<[Box<str>]>,
    /// Ascending, read backwards; none ends with another.
    suffixes: Box<[Box<str>]>,
    globs: Box<[Glob]>,
}

impl CompiledTexts {
    /// Compiles alternatives.
    pub(crate) fn new(patterns: &[TextMatch], case: Case) -> Self {
        let folded = |text: &str| -> Box<str> {
            match case {
                Case::Sensitive => text.into(),
                Case::Ignored => text.to_ascii_lowercase().into(),
            }
        };
        let texts = |wanted: fn(&TextMatch) -> Option<&str>| -> Vec<Box<str>> {
            patterns.iter().filter_map(wanted).map(folded).collect()
        };
        let mut exact = texts(|pattern| match pattern {
            TextMatch::Exact(text) => Some(text),
            _ => None,
        });
        exact.sort_unstable();
        exact.dedup();
        let mut prefixes = texts(|pattern| match pattern {
            TextMatch::Prefix(text) => Some(text),
            _ => None,
        });
        prefixes.sort_unstable();
        prefixes.dedup_by(|longer, shorter| longer.starts_with(&**shorter));
        let mut suffixes = texts(|pattern| match pattern {
            TextMatch::Suffix(text) => Some(text),
            _ => None,
        });
        suffixes.sort_unstable_by(|a, b| backwards(a, b));
        suffixes.dedup_by(|longer, shorter| longer.ends_with(&**shorter));
        let globs = patterns.iter().filter_map(|pattern| match pattern {
            TextMatch::Glob(glob) => Some(glob.clone()),
            _ => None,
        });
        Self {
            written: patterns.into(),
            case,
            present: patterns.contains(&TextMatch::Present),
            exact: exact.into(),
            prefixes: prefixes.into(),
            suffixes: suffixes.into(),
            globs: globs.collect(),
        }
    }

    /// Whether a text matches one of the alternatives; where case is ignored, a text in lower
    /// case. An empty text is not present; who counts it as such asks
    /// [`CompiledTexts::admits_presence`] first.
    #[inline]
    pub(crate) fn matches(&self, text: &str) -> bool {
        (self.present && !text.is_empty())
            || holds_exactly(&self.exact, text)
            || begins_with_one(&self.prefixes, text)
            || ends_with_one(&self.suffixes, text)
            || self.globs.iter().any(|glob| glob.matches(text))
    }

    /// Whether any text will do.
    pub(crate) fn admits_presence(&self) -> bool {
        self.present
    }

    /// The texts of which a matching text is one, if each alternative names one.
    pub(crate) fn exact_texts(&self) -> Option<&[Box<str>]> {
        let others = self.prefixes.len() + self.suffixes.len() + self.globs.len();
        (!self.present && others == 0).then_some(&*self.exact)
    }

    /// Texts with one of which every matching text begins, if each alternative has one, and
    /// whether it is the whole text.
    pub(crate) fn beginnings(&self) -> Option<Vec<(&str, bool)>> {
        if self.present || !self.suffixes.is_empty() {
            return None;
        }
        let exact = self.exact.iter().map(|text| Some((&**text, true)));
        let prefixes = self.prefixes.iter().map(|text| Some((&**text, false)));
        let globs = self
            .globs
            .iter()
            .map(|glob| Some((glob.beginning()?, false)));
        exact.chain(prefixes).chain(globs).collect()
    }
}

fn holds_exactly(sorted: &[Box<str>], text: &str) -> bool {
    match sorted {
        [] => false,
        [one] => **one == *text,
        many => many.binary_search_by(|known| (**known).cmp(text)).is_ok(),
    }
}

/// No prefix begins with another, so of those that the text begins with the last that is not
/// greater than the text is the only one possible.
fn begins_with_one(sorted: &[Box<str>], text: &str) -> bool {
    let after = match sorted {
        [] => return false,
        [_] => 1,
        many => many.partition_point(|known| **known <= *text),
    };
    let last = after.checked_sub(1).and_then(|last| sorted.get(last));
    last.is_some_and(|known| text.starts_with(&**known))
}

fn ends_with_one(sorted: &[Box<str>], text: &str) -> bool {
    let after = match sorted {
        [] => return false,
        [_] => 1,
        many => many.partition_point(|known| backwards(known, text) != Ordering::Greater),
    };
    let last = after.checked_sub(1).and_then(|last| sorted.get(last));
    last.is_some_and(|known| text.ends_with(&**known))
}

fn backwards(a: &str, b: &str) -> Ordering {
    a.bytes().rev().cmp(b.bytes().rev())
}

impl Glob {
    /// The text with which every matching text begins.
    fn beginning(&self) -> Option<&str> {
        match self.parts.first() {
            Some(GlobPart::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether a text has this form. Nothing is allocated; the time is at most the square of the
    /// text's length, times the number of parts.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut walk = Walk {
            parts: &self.parts,
            bytes: text.as_bytes(),
            part: 0,
            at: 0,
            free: None,
            bounded: None,
        };
        loop {
            if walk.is_at_end() {
                return true;
            }
            if !walk.step() && !walk.step_back() {
                return false;
            }
        }
    }
}

/// A wildcard that may take one more byte: its number, and where it ends now.
#[derive(Clone, Copy)]
struct Retry {
    part: usize,
    end: usize,
}

/// How far a text has been matched.
///
/// Of several wildcards only the last has to be tried again: what those before it could take, it
/// can take as well. That holds among wildcards without bounds, and among those with one that
/// follow the last without; so one of each is kept.
struct Walk<'a> {
    parts: &'a [GlobPart],
    bytes: &'a [u8],
    part: usize,
    at: usize,
    free: Option<Retry>,
    bounded: Option<Retry>,
}

impl Walk<'_> {
    fn is_at_end(&self) -> bool {
        self.part == self.parts.len() && self.at == self.bytes.len()
    }

    /// Matches the next part, if it fits.
    fn step(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = match self.parts.get(self.part) {
            None => return false,
            Some(GlobPart::Text(wanted)) => {
                if !rest.starts_with(wanted.as_bytes()) {
                    return false;
                }
                wanted.len()
            }
            Some(GlobPart::One) => match self.first_character(rest) {
                Some(length) => length,
                None => return false,
            },
            Some(GlobPart::Any { least, until }) => {
                let takes = |taken: &[u8]| taken.iter().all(|byte| passes(*byte, *until));
                if !rest.get(..*least).is_some_and(takes) {
                    return false;
                }
                let retry = Retry {
                    part: self.part,
                    end: self.at + least,
                };
                if until.is_some() {
                    self.bounded = Some(retry);
                } else {
                    (self.free, self.bounded) = (Some(retry), None);
                }
                *least
            }
        };
        self.at += length;
        self.part += 1;
        true
    }

    /// The length of the first character, if [`GlobPart::One`] takes it. It takes none at which a
    /// wildcard ends, so that the place of such a byte in the text is never in doubt.
    fn first_character(&self, bytes: &[u8]) -> Option<usize> {
        let (first, rest) = bytes.split_first()?;
        let is_end = self
            .parts
            .iter()
            .any(|part| matches!(part, GlobPart::Any { until: Some(until), .. } if until == first));
        let continued = rest.iter().take_while(|byte| **byte & 0xC0 == 0x80);
        (passes(*first, None) && !is_end).then(|| 1 + continued.count())
    }

    /// Lets a wildcard take one byte more, the bounded one first.
    fn step_back(&mut self) -> bool {
        if let Some(longer) = self.bounded.and_then(|retry| self.longer(retry)) {
            self.bounded = Some(longer);
            return self.resume(longer);
        }
        self.bounded = None;
        self.free = self.free.and_then(|retry| self.longer(retry));
        self.free.is_some_and(|longer| self.resume(longer))
    }

    fn longer(&self, retry: Retry) -> Option<Retry> {
        let Some(GlobPart::Any { until, .. }) = self.parts.get(retry.part) else {
            return None;
        };
        let byte = self.bytes.get(retry.end)?;
        passes(*byte, *until).then_some(Retry {
            end: retry.end + 1,
            ..retry
        })
    }

    fn resume(&mut self, retry: Retry) -> bool {
        (self.part, self.at) = (retry.part + 1, retry.end);
        true
    }
}

/// Whether a wildcard that ends at a byte takes this one.
fn passes(byte: u8, until: Option<u8>) -> bool {
    byte != b'\n' && Some(byte) != until
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any(least: usize, until: Option<u8>) -> GlobPart {
        GlobPart::Any { least, until }
    }

    fn text(text: &str) -> GlobPart {
        GlobPart::Text(text.to_owned())
    }

    fn glob(parts: Vec<GlobPart>) -> Glob {
        Glob {
            parts,
            written: String::new(),
        }
    }

    /// By trying every end of every wildcard.
    fn matches_by_force(parts: &[GlobPart], bytes: &[u8], ends: bool) -> bool {
        match parts {
            [] => bytes.is_empty(),
            [GlobPart::Text(wanted), rest @ ..] => bytes
                .strip_prefix(wanted.as_bytes())
                .is_some_and(|left| matches_by_force(rest, left, ends)),
            [GlobPart::One, rest @ ..] => bytes.split_first().is_some_and(|(first, left)| {
                *first != b'\n' && !(ends && *first == b'/') && matches_by_force(rest, left, ends)
            }),
            [GlobPart::Any { least, until }, rest @ ..] => (*least..=bytes.len()).any(|end| {
                bytes[..end].iter().all(|byte| passes(*byte, *until))
                    && matches_by_force(rest, &bytes[end..], ends)
            }),
        }
    }

    #[test]
    fn a_form_is_matched_as_by_trying_all_ends() {
        let pieces = [
            text("a"),
            text("/"),
            text("a/b"),
            any(0, None),
            any(1, Some(b'/')),
            any(0, Some(b'/')),
            any(1, None),
            GlobPart::One,
        ];
        let mut texts = vec![String::new()];
        for length in 0..5 {
            let longer: Vec<String> = texts
                .iter()
                .filter(|text| text.len() == length)
                .flat_map(|text| ["a", "b", "/", "\n"].map(|c| format!("{text}{c}")))
                .collect();
            texts.extend(longer);
        }
        let mut compared = 0;
        for code in 0..8_usize.pow(4) {
            let chosen = |place: u32| pieces[code / 8_usize.pow(place) % 8].clone();
            let glob = glob((0..4).map(chosen).collect());
            let ends = glob
                .parts
                .iter()
                .any(|part| matches!(part, GlobPart::Any { until: Some(_), .. }));
            for text in texts.iter().step_by(1 + code % 7) {
                let expected = matches_by_force(&glob.parts, text.as_bytes(), ends);
                assert_eq!(glob.matches(text), expected, "{:?} on {text:?}", glob.parts);
                compared += 1;
            }
        }
        assert!(compared > 100_000, "{compared}");
    }

    #[test]
    fn one_character_may_be_of_several_bytes() {
        let form = glob(vec![text("a"), GlobPart::One, text("b")]);
        for (text, expected) in [("a.b", true), ("aéb", true), ("ab", false), ("a..b", false)] {
            assert_eq!(form.matches(text), expected, "{text}");
        }
    }

    #[test]
    fn many_alternatives_are_found_as_each_alone() {
        let words = ["a", "ab", "abc", "b", "ba", "cab", "c", ""];
        let pattern = |code: usize, word: &str| match code % 3 {
            0 => TextMatch::Exact(word.to_owned()),
            1 => TextMatch::Prefix(word.to_owned()),
            _ => TextMatch::Suffix(word.to_owned()),
        };
        for code in 0..3_000_usize {
            let patterns: Vec<TextMatch> = (0..4_usize)
                .map(|place| {
                    let part = code / 11_usize.pow(u32::try_from(place).unwrap());
                    pattern(part, words[part * 5 % 7])
                })
                .collect();
            let all = CompiledTexts::new(&patterns, Case::Sensitive);
            for text in words {
                let one = patterns.iter().any(|pattern| match pattern {
                    TextMatch::Exact(wanted) => text == wanted,
                    TextMatch::Prefix(wanted) => text.starts_with(wanted.as_str()),
                    TextMatch::Suffix(wanted) => text.ends_with(wanted.as_str()),
                    TextMatch::Present | TextMatch::Glob(_) => false,
                });
                assert_eq!(all.matches(text), one, "{patterns:?} on {text:?}");
            }
        }
    }

    #[test]
    fn case_is_ignored_where_it_is_said() {
        let patterns = [TextMatch::Suffix(".Example.COM".into())];
        let ignored = CompiledTexts::new(&patterns, Case::Ignored);
        assert!(ignored.matches("api.example.com"));
        let sensitive = CompiledTexts::new(&patterns, Case::Sensitive);
        assert!(!sensitive.matches("api.example.com"));
    }
}
