//! What an error of the YAML parser means, in words for people who do not know YAML's grammar.

use granit_parser::ErrorKind as Kind;

use crate::source::offset;
use crate::text::quoted;
use crate::{Diagnostic, SourceId, Span, codes};

/// The diagnostic for an error at an offset.
pub(super) fn syntax_error(kind: &Kind, at: usize, text: &str, id: SourceId) -> Diagnostic {
    let Explained {
        message,
        label,
        help,
    } = explain(kind);
    let code = match kind {
        Kind::RecursionLimitExceeded => codes::LIMIT,
        _ => codes::YAML,
    };
    Diagnostic::error(code, message)
        .at(id, place(kind, at, text), label)
        .help(help)
}

struct Explained {
    message: String,
    label: &'static str,
    help: &'static str,
}

/// Message, label and help.
type Words = (&'static str, &'static str, &'static str);

fn explain(kind: &Kind) -> Explained {
    if let Some(explained) = with_characters(kind) {
        return explained;
    }
    let words = quotes(kind)
        .or_else(|| brackets(kind))
        .or_else(|| keys(kind))
        .or_else(|| lists(kind))
        .or_else(|| markers(kind));
    let (message, label, help) = words.unwrap_or((
        "this is not YAML",
        "cannot be read from here on",
        "compare indentation and quotes with the lines above",
    ));
    Explained {
        message: message.to_owned(),
        label,
        help,
    }
}

/// The errors whose message names a character of the text.
fn with_characters(kind: &Kind) -> Option<Explained> {
    let (message, label, help) = match kind {
        Kind::UnclosedFlowCollection { open } => (
            format!("a `{open}` is never closed"),
            "opened here",
            "add the bracket that is missing",
        ),
        Kind::MismatchedFlowCollectionEnd { open, close } => (
            format!("a `{open}` is closed by `{close}`"),
            "opened here",
            "close each bracket by its own kind",
        ),
        Kind::UnexpectedCharacter { character } => (
            format!(
                "a value cannot start with {}",
                quoted(&character.to_string())
            ),
            "unexpected character",
            "put the value in quotes",
        ),
        _ => return None,
    };
    Some(Explained {
        message,
        label,
        help,
    })
}

fn quotes(kind: &Kind) -> Option<Words> {
    Some(match kind {
        Kind::UnclosedQuotedScalar | Kind::DocumentIndicatorInQuotedScalar => (
            "a quote that is never closed",
            "opened here",
            "close the quote",
        ),
        Kind::InvalidQuotedScalarIndent => (
            "a text in quotes goes on with too little indentation",
            "opened here",
            "close the quote, or indent the lines that follow",
        ),
        Kind::InvalidTrailingSingleQuotedScalar => (
            "text after a closing quote",
            "the quoted text has ended before this",
            "write a single quote within single quotes twice: `'it''s'`",
        ),
        Kind::InvalidTrailingDoubleQuotedScalar => (
            "text after a closing quote",
            "the quoted text has ended before this",
            "write a double quote within double quotes as `\\\"`",
        ),
        Kind::UnknownQuotedScalarEscape => (
            "an unknown escape in double quotes",
            "in this text",
            "write `\\\\` for a backslash, or use single quotes, in which it stands for itself",
        ),
        Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate
        | Kind::InvalidUnicodeEscape => (
            "an escape that names no character",
            "in this text",
            "write the digits of the character, as in `\\u00e9`",
        ),
        _ => return None,
    })
}

fn brackets(kind: &Kind) -> Option<Words> {
    Some(match kind {
        Kind::UnexpectedEofFlowSequence
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofImplicitFlowMapping => (
            "a bracket is never closed",
            "the bracket is still open here",
            "add the bracket that is missing",
        ),
        Kind::MisplacedFlowCollectionEnd => (
            "a closing bracket that closes nothing",
            "not opened",
            "remove it, or put the text in quotes",
        ),
        Kind::ExpectedFlowMappingSeparator => (
            "expected `,` or `}` before this",
            "within `{ }`",
            "separate entries by `,` and close with `}`",
        ),
        Kind::ExpectedFlowSequenceSeparator => (
            "expected `,` or `]` before this",
            "within `[ ]`",
            "separate items by `,` and close with `]`",
        ),
        Kind::InvalidColonPlacement | Kind::FlowMappingValueAdjacentCollection => (
            "a `:` that does not belong within brackets",
            "a bracket is still open here",
            "close the bracket before this line, or put the text in quotes",
        ),
        Kind::InvalidFlowScalarIndent => (
            "a line within brackets with too little indentation",
            "a bracket is still open here",
            "close the bracket, or indent the lines within it",
        ),
        Kind::BlockEntryInFlowCollection | Kind::PlainScalarStartsWithDashFlowIndicator => (
            "a `-` within brackets",
            "no list item can start here",
            "separate the items of `[ ]` by `,`",
        ),
        _ => return None,
    })
}

fn keys(kind: &Kind) -> Option<Words> {
    Some(match kind {
        Kind::MappingValueNotAllowed => (
            "a second `:` where one value is expected",
            "this `:` cannot stand here",
            "put the value in quotes if `: ` belongs to it; a key stands on a line of its own, indented like its siblings",
        ),
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => (
            "a line that is no `key: value`",
            "expected `:` after the key",
            "write `key: value` with a space after the colon; a key has up to 1024 characters on one line",
        ),
        Kind::ExpectedBlockMappingKey | Kind::MappingKeyNotAllowed => (
            "expected a key here",
            "this does not continue the mapping above",
            "indent it like the keys of the mapping that it belongs to",
        ),
        Kind::InvalidIndentation | Kind::InvalidMappingValueWhitespace => (
            "indentation that fits no line above",
            "this line",
            "indent it exactly like the lines that it belongs with",
        ),
        _ => return None,
    })
}

fn lists(kind: &Kind) -> Option<Words> {
    Some(match kind {
        Kind::ExpectedBlockSequenceEntry => (
            "expected `- ` here",
            "this does not continue the list above",
            "start the line with `- `, or indent it less if the list has ended",
        ),
        Kind::BlockSequenceEntryNotAllowed | Kind::InvalidBlockEntryWhitespace => (
            "a list item that cannot start here",
            "this `-`",
            "start the list on a line of its own below the key; put the text in quotes if it starts with `- `",
        ),
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabAtBlockScalarStart
        | Kind::TabInPlainScalar => (
            "a tab where YAML wants spaces",
            "a tab",
            "indent with spaces",
        ),
        Kind::ZeroBlockScalarIndent
        | Kind::InvalidBlockScalarHeader
        | Kind::InvalidBlockScalarIndent => (
            "a text block after `|` or `>` that cannot be read",
            "here",
            "start the text on the next line, indented more than the key; put `|` or `>` in quotes if it is the text",
        ),
        _ => return None,
    })
}

fn markers(kind: &Kind) -> Option<Words> {
    Some(match kind {
        Kind::CommentInterceptedScalar | Kind::CommentNotSeparated => (
            "a comment in the middle of a value",
            "the `#` starts a comment",
            "put the value in quotes if `#` belongs to it",
        ),
        Kind::MissingAnchorOrAliasName => (
            "`*` or `&` without a name",
            "starts an alias or an anchor",
            "put the value in quotes if it starts with `*` or `&`",
        ),
        Kind::DirectiveDisallowed => ("a `%` directive", "not supported", "remove the line"),
        Kind::RecursionLimitExceeded => (
            "values are nested too deep",
            "one level too deep",
            "nest less, or raise the limit if you trust the author",
        ),
        Kind::BomInsideDocument => (
            "a byte order mark inside the text",
            "an invisible character",
            "remove it",
        ),
        Kind::InvalidDocumentEnd
        | Kind::ExpectedDocumentStart
        | Kind::MissingDocumentEndBeforeDirective => (
            "text after the end of a document",
            "expected a line `---` before this",
            "separate documents by a line `---`",
        ),
        _ => return None,
    })
}

fn place(kind: &Kind, at: usize, text: &str) -> Span {
    match kind {
        Kind::UnclosedQuotedScalar
        | Kind::DocumentIndicatorInQuotedScalar
        | Kind::InvalidQuotedScalarIndent
        | Kind::UnknownQuotedScalarEscape => rest_of_line(at, text),
        // The parser points behind the tabs.
        Kind::TabNotAllowed | Kind::TabInBlockIndentation | Kind::TabInIndentation => tab(at, text)
            .or_else(|| character(at, text))
            .unwrap_or_else(|| last_character(at, text)),
        _ => character(at, text).unwrap_or_else(|| last_character(at, text)),
    }
}

fn rest_of_line(at: usize, text: &str) -> Span {
    let line = text
        .get(at..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_default();
    Span::new(offset(at), offset(at + line.trim_end().len()))
}

/// The last tab on the line before an offset.
fn tab(at: usize, text: &str) -> Option<Span> {
    let line = text.get(..at)?.rsplit('\n').next()?;
    let tab = at - line.len() + line.rfind('\t')?;
    Some(Span::new(offset(tab), offset(tab + 1)))
}

fn character(at: usize, text: &str) -> Option<Span> {
    let character = text
        .get(at..)?
        .chars()
        .next()
        .filter(|c| !matches!(c, '\n' | '\r'))?;
    Some(Span::new(offset(at), offset(at + character.len_utf8())))
}

/// The last character before an offset that is not blank.
fn last_character(at: usize, text: &str) -> Span {
    let before = text.get(..at).unwrap_or_default().trim_end();
    let length = before.chars().next_back().map_or(0, char::len_utf8);
    Span::new(offset(before.len() - length), offset(before.len()))
}
