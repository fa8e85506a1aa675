//! JSON objects of which every reader must see the same.
//!
//! Owns the strictness: a name that stands twice in an object, or nesting beyond the limit, is an
//! error. Must not know what the members mean.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::limits::MAX_JSON_DEPTH;

/// JSON that is not taken. It names places and never quotes the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at line {line}, column {column}")]
pub struct JsonError {
    /// What is wrong.
    pub problem: JsonProblem,
    /// The line, from 1.
    pub line: usize,
    /// The column up to which it was read.
    pub column: usize,
}

/// What is wrong with a text that should be a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonProblem {
    /// It is not JSON, or holds a number that cannot be represented.
    #[error("expected JSON")]
    Syntax,
    /// It is JSON and no object.
    #[error("expected a JSON object")]
    NotAnObject,
    /// An object has a name twice, so that readers differ in what they see.
    #[error("a name stands twice in one object: keep one of the two")]
    DuplicateName,
    /// It is nested too deep.
    #[error("nested deeper than {MAX_JSON_DEPTH}")]
    Depth,
}

/// Reads the one object that the text is.
pub(crate) fn object(text: &[u8]) -> Result<Map<String, Value>, JsonError> {
    let problem = Cell::new(JsonProblem::Syntax);
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let strict = Strict {
        depth: MAX_JSON_DEPTH,
        problem: &problem,
    };
    let value = strict
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| JsonError {
            problem: problem.get(),
            line: error.line(),
            column: error.column(),
        })?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(JsonError {
            problem: JsonProblem::NotAnObject,
            line: 1,
            column: 1,
        }),
    }
}

/// Reads a value that may be nested so much deeper.
#[derive(Clone, Copy)]
struct Strict<'c> {
    depth: usize,
    /// What an error means that is not one of syntax.
    problem: &'c Cell<JsonProblem>,
}

impl Strict<'_> {
    fn inner<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.refuse(JsonProblem::Depth)),
        }
    }

    fn refuse<E: Error>(self, problem: JsonProblem) -> E {
        self.problem.set(problem);
        E::custom(problem)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let value = object.next_value_seed(inner)?;
            if members.insert(name, value).is_some() {
                return Err(self.refuse(JsonProblem::DuplicateName));
            }
        }
        Ok(members.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<JsonProblem> {
        object(text.as_bytes()).err().map(|error| error.problem)
    }

    #[test]
    fn an_object_is_read_as_it_stands() {
        let text = r#" {"a":[1,-2,1.5,null,true,"x\u00e4"],"b":{"a":{}}} "#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(Value::Object(object(text.as_bytes()).unwrap()), expected);
    }

    #[test]
    fn what_readers_could_take_in_two_ways_is_refused() {
        for (text, expected) in [
            ("", JsonProblem::Syntax),
            ("{", JsonProblem::Syntax),
            ("{} {}", JsonProblem::Syntax),
            ("{'a':1}", JsonProblem::Syntax),
            ("{\"a\":1,}", JsonProblem::Syntax),
            ("{\"a\":1e999}", JsonProblem::Syntax),
            ("{\"a\":\"\\ud800\"}", JsonProblem::Syntax),
            ("[]", JsonProblem::NotAnObject),
            ("null", JsonProblem::NotAnObject),
            ("{\"a\":1,\"a\":1}", JsonProblem::DuplicateName),
            ("{\"a\":1,\"\\u0061\":2}", JsonProblem::DuplicateName),
            ("{\"b\":[{\"a\":1,\"a\":2}]}", JsonProblem::DuplicateName),
        ] {
            assert_eq!(problem(text), Some(expected), "{text}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_err());
    }

    #[test]
    fn nesting_ends_at_the_limit() {
        let nested = |depth: usize| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            format!("{{\"a\":{open}{close}}}")
        };
        assert_eq!(problem(&nested(MAX_JSON_DEPTH - 1)), None);
        assert_eq!(problem(&nested(MAX_JSON_DEPTH)), Some(JsonProblem::Depth));
        assert!(problem(&nested(100_000)).is_some());
    }

    #[test]
    fn an_error_names_the_place_and_not_the_text() {
        let error = object(b"{\"secret\":1,\n\"secret\":2}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "a name stands twice in one object: keep one of the two at line 2, column 11"
        );
    }
}
