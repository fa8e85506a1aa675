//! JSON (RFC 8259) to the tree.
//!
//! It owns JSON's grammar. A stack holds the open collections, so that depth costs no stack of
//! the machine. Strings are read in `string`.

mod number;
mod string;

use super::{Halt, Output, Step};
use crate::source::offset;
use crate::text::quoted;
use crate::{Diagnostic, Entry, Node, Span, Value, codes};

/// Reads the values of the text, one document each. What follows an error is not read, since
/// nothing tells where the next value starts.
pub(super) fn read(text: &str, output: &mut Output<'_>) {
    let start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let mut reader = Reader {
        text,
        at: start,
        open: Vec::new(),
        output,
    };
    loop {
        reader.skip_blanks();
        if reader.rest().is_empty() {
            return;
        }
        let document = reader.document();
        if document.is_err() {
            return;
        }
    }
}

struct Reader<'t, 'o, 'l> {
    text: &'t str,
    at: usize,
    open: Vec<Open>,
    output: &'o mut Output<'l>,
}

/// A collection that has not ended.
struct Open {
    start: usize,
    items: Items,
}

enum Items {
    Array(Vec<Node>),
    Object {
        entries: Vec<Entry>,
        key: Box<str>,
        key_span: Span,
    },
}

impl<'t> Reader<'t, '_, '_> {
    fn document(&mut self) -> Step {
        let mut unique = true;
        let mut complete = self.value()?;
        loop {
            let Some(node) = complete else {
                complete = self.value()?;
                continue;
            };
            if self.open.is_empty() {
                let span = node.span;
                return self.output.document(unique.then_some(node), span);
            }
            complete = self.after(node, &mut unique)?;
        }
    }

    /// Reads a value; none if it opens a collection that is not empty.
    fn value(&mut self) -> Result<Option<Node>, Halt> {
        self.skip_blanks();
        let start = self.at;
        self.output.count(1, self.here())?;
        self.output.check_depth(self.open.len(), self.here())?;
        let value = match self.peek() {
            Some(b'{') => return self.open_object(start),
            Some(b'[') => return Ok(self.open_array(start)),
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Some(Node {
            span: self.span(start),
            value,
        }))
    }

    fn open_array(&mut self, start: usize) -> Option<Node> {
        self.at += 1;
        self.skip_blanks();
        if self.eat(b']') {
            return Some(Node {
                span: self.span(start),
                value: Value::Sequence(Vec::new()),
            });
        }
        self.open.push(Open {
            start,
            items: Items::Array(Vec::new()),
        });
        None
    }

    fn open_object(&mut self, start: usize) -> Result<Option<Node>, Halt> {
        self.at += 1;
        self.skip_blanks();
        if self.eat(b'}') {
            return Ok(Some(Node {
                span: self.span(start),
                value: Value::Mapping(Vec::new()),
            }));
        }
        let (key, key_span) = self.key()?;
        self.open.push(Open {
            start,
            items: Items::Object {
                entries: Vec::new(),
                key,
                key_span,
            },
        });
        Ok(None)
    }

    /// Adds a value to the innermost collection. Gives the collection if it ends there.
    fn after(&mut self, node: Node, unique: &mut bool) -> Result<Option<Node>, Halt> {
        self.skip_blanks();
        let Some(Open { start, items }) = self.open.pop() else {
            return Ok(Some(node));
        };
        match items {
            Items::Array(mut nodes) => {
                nodes.push(node);
                if self.eat(b']') {
                    return Ok(Some(Node {
                        span: self.span(start),
                        value: Value::Sequence(nodes),
                    }));
                }
                self.comma("`,` or `]`", b']')?;
                self.open.push(Open {
                    start,
                    items: Items::Array(nodes),
                });
            }
            Items::Object {
                mut entries,
                key,
                key_span,
            } => {
                entries.push(Entry {
                    key,
                    key_span,
                    value: node,
                });
                if self.eat(b'}') {
                    *unique &= self.output.check_keys(&entries)?;
                    return Ok(Some(Node {
                        span: self.span(start),
                        value: Value::Mapping(entries),
                    }));
                }
                self.comma("`,` or `}`", b'}')?;
                let (key, key_span) = self.key()?;
                self.open.push(Open {
                    start,
                    items: Items::Object {
                        entries,
                        key,
                        key_span,
                    },
                });
            }
        }
        Ok(None)
    }

    fn key(&mut self) -> Result<(Box<str>, Span), Halt> {
        self.skip_blanks();
        if self.peek() != Some(b'"') {
            return self.fail(
                "expected a key in double quotes",
                "JSON keys are texts in double quotes",
            );
        }
        let start = self.at;
        let key = self.string()?;
        let span = self.span(start);
        self.skip_blanks();
        if !self.eat(b':') {
            return self.fail("expected `:` after the key", "write `\"key\": value`");
        }
        Ok((key, span))
    }

    fn comma(&mut self, expected: &str, close: u8) -> Step {
        let comma = self.at;
        if !self.eat(b',') {
            return self.fail(&format!("expected {expected}"), "separate values by commas");
        }
        self.skip_blanks();
        if self.peek() == Some(close) {
            self.at = comma;
            return self.fail(
                "a comma after the last value",
                "JSON allows none: remove it",
            );
        }
        Ok(())
    }

    fn word(&mut self) -> Result<Value, Halt> {
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
        ];
        let length = self
            .rest()
            .bytes()
            .take_while(u8::is_ascii_alphanumeric)
            .count();
        let word = self.rest().get(..length).unwrap_or_default();
        if let Some((_, value)) = words.into_iter().find(|(name, _)| *name == word) {
            self.at += length;
            return Ok(value);
        }
        match self.peek() {
            None => self.fail("the JSON ends too early", "close what is open"),
            Some(b'/' | b'#') => self.fail(
                "a comment",
                "JSON has no comments: remove it, or write YAML",
            ),
            Some(b'\'') => self.fail("single quotes", "JSON wants double quotes"),
            Some(_) if length > 0 => {
                let message = format!("{} is no JSON value", quoted(word));
                self.fail(&message, "put texts in double quotes")
            }
            Some(_) => self.fail(
                "expected a value",
                "write a text in double quotes, a number, `true`, `false`, `null`, `{ }` or `[ ]`",
            ),
        }
    }

    /// Reports an error at the place that is read.
    fn fail<T>(&mut self, message: &str, help: &str) -> Result<T, Halt> {
        let span = self.here();
        self.fail_at(span, message, help)
    }

    fn fail_at<T>(&mut self, span: Span, message: &str, help: &str) -> Result<T, Halt> {
        let label = if span.is_empty() {
            "the text ends here"
        } else {
            "here"
        };
        let diagnostic = Diagnostic::error(codes::JSON, message).at(self.output.id, span, label);
        self.output.document(None, span)?;
        self.output.report(diagnostic.help(help))?;
        Err(Halt::Text)
    }

    fn skip_blanks(&mut self) {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.rest().bytes().take_while(is_blank).count();
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The character at which the reader stands; empty at the end.
    fn here(&self) -> Span {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        Span::new(offset(self.at), offset(self.at + length))
    }

    fn span(&self, start: usize) -> Span {
        Span::new(offset(start), offset(self.at))
    }
}
