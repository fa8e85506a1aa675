//! From a selector's text to tokens.

use super::SelectorError;

/// A token and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    Label(&'t str),
    Text(&'t str),
    Has(&'t str),
    All,
    Global,
    Equal,
    NotEqual,
    In,
    NotIn,
    Contains,
    StartsWith,
    EndsWith,
    And,
    Or,
    Not,
    Open,
    Close,
    OpenSet,
    CloseSet,
    Comma,
    End,
}

/// Labels are no longer than this.
const LONGEST_LABEL: usize = 512;

const SYMBOLS: [(&str, Kind<'static>); 10] = [
    ("==", Kind::Equal),
    ("!=", Kind::NotEqual),
    ("&&", Kind::And),
    ("||", Kind::Or),
    ("!", Kind::Not),
    ("(", Kind::Open),
    (")", Kind::Close),
    ("{", Kind::OpenSet),
    ("}", Kind::CloseSet),
    (",", Kind::Comma),
];

/// Operators of words, any number of blanks between them.
const WORDS: [(&[&str], Kind<'static>); 5] = [
    (&["contains"], Kind::Contains),
    (&["starts", "with"], Kind::StartsWith),
    (&["ends", "with"], Kind::EndsWith),
    (&["not", "in"], Kind::NotIn),
    (&["in"], Kind::In),
];

/// The tokens of a selector, [`Kind::End`] last.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, SelectorError> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        at += blanks(rest);
        let rest = text.get(at..).unwrap_or_default();
        let after_label = matches!(tokens.last().map(|token| token.kind), Some(Kind::Label(_)));
        let (kind, length) = if rest.is_empty() {
            (Kind::End, 0)
        } else {
            next(rest, after_label).map_err(|(length, message, expected)| SelectorError {
                start: at,
                end: at + length,
                message,
                expected,
            })?
        };
        tokens.push(Token {
            kind,
            start: at,
            end: at + length,
        });
        at += length;
        if kind == Kind::End {
            return Ok(tokens);
        }
    }
}

type Refused = (usize, String, &'static str);

/// The first token of a text that is not empty, and its length.
fn next(text: &str, after_label: bool) -> Result<(Kind<'_>, usize), Refused> {
    if let Some(found) = SYMBOLS.iter().find(|(symbol, _)| text.starts_with(symbol)) {
        return Ok((found.1, found.0.len()));
    }
    if let Some(quote) = text
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))
    {
        return string(text, quote);
    }
    // After a label an operator has to come, so that operators are labels everywhere else.
    if after_label && let Some(found) = operator(text) {
        return Ok(found);
    }
    if let Some(found) = call(text)? {
        return Ok(found);
    }
    label(text)
}

fn string(text: &str, quote: char) -> Result<(Kind<'_>, usize), Refused> {
    let inner = text.get(1..).unwrap_or_default();
    match inner.find(quote) {
        Some(length) => Ok((
            Kind::Text(inner.get(..length).unwrap_or_default()),
            length + 2,
        )),
        None => Err((
            text.len(),
            format!("the string has no closing `{quote}`"),
            "strings stand in single or double quotes and have no escapes",
        )),
    }
}

fn operator(text: &str) -> Option<(Kind<'_>, usize)> {
    WORDS.iter().find_map(|(words, kind)| {
        let mut at = 0;
        for word in *words {
            let rest = text.get(at..)?;
            at += blanks(rest);
            text.get(at..)?.strip_prefix(word)?;
            at += word.len();
        }
        let rest = text.get(at..)?;
        let ends = !rest.starts_with(is_label_character);
        ends.then_some((*kind, at))
    })
}

/// `has(label)`, `all()` and `global()`, with blanks inside the parentheses alone.
fn call(text: &str) -> Result<Option<(Kind<'_>, usize)>, Refused> {
    for (name, kind) in [("all(", Kind::All), ("global(", Kind::Global)] {
        let Some(rest) = text.strip_prefix(name) else {
            continue;
        };
        let inner = blanks(rest);
        let is_closed = rest.get(inner..).is_some_and(|rest| rest.starts_with(')'));
        return if is_closed {
            Ok(Some((kind, name.len() + inner + 1)))
        } else {
            Err((
                text.len(),
                format!("`{name}` is not closed"),
                "write `all()` and `global()` with nothing between the parentheses",
            ))
        };
    }
    let Some(rest) = text.strip_prefix("has(") else {
        return Ok(None);
    };
    let before = blanks(rest);
    let rest = rest.get(before..).unwrap_or_default();
    let (kind, length) = label(rest).map_err(|_| {
        (
            text.len(),
            "`has(` names no label".to_owned(),
            "write the key of a label, such as `has(app)`",
        )
    })?;
    let after = rest.get(length..).unwrap_or_default();
    let blank = blanks(after);
    let is_closed = after.get(blank..).is_some_and(|rest| rest.starts_with(')'));
    match (kind, is_closed) {
        (Kind::Label(key), true) => Ok(Some((
            Kind::Has(key),
            "has(".len() + before + length + blank + 1,
        ))),
        _ => Err((
            text.len(),
            "`has(` is not closed".to_owned(),
            "write one key of a label between the parentheses, such as `has(app)`",
        )),
    }
}

fn label(text: &str) -> Result<(Kind<'_>, usize), Refused> {
    let length = text
        .find(|character| !is_label_character(character))
        .unwrap_or(text.len());
    match text.get(..length) {
        Some(label) if length > 0 && length <= LONGEST_LABEL => Ok((Kind::Label(label), length)),
        Some(_) if length > 0 => Err((
            length,
            format!("the key has {length} bytes"),
            "keys of labels have at most 512 bytes",
        )),
        _ => {
            let character = text.chars().next().unwrap_or(' ');
            Err((
                character.len_utf8(),
                format!("`{}` cannot stand in a selector", character.escape_debug()),
                "keys consist of letters, digits, `_`, `.`, `/` and `-`; values stand in quotes",
            ))
        }
    }
}

fn is_label_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '/' | '-')
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}
