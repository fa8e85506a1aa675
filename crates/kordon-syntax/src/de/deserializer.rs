//! A node as a serde deserializer.

use serde::Deserializer;
use serde::de::Visitor;

use super::Context;
use super::access::{Elements, Fields, Variant};
use super::failure::Failure;
use super::place::At;
use crate::{Entry, Node, Value};

/// A node to be decoded.
#[derive(Clone, Copy)]
pub(super) struct NodeDeserializer<'a, 'de> {
    pub(super) node: &'de Node,
    pub(super) at: &'a At<'a, 'de>,
    pub(super) context: &'a Context<'de>,
}

impl<'a, 'de> NodeDeserializer<'a, 'de> {
    fn elements(self, nodes: &'de [Node]) -> Elements<'a, 'de> {
        Elements::new(nodes, self.at, self.context)
    }

    fn fields(
        self,
        entries: &'de [Entry],
        known: Option<&'static [&'static str]>,
    ) -> Fields<'a, 'de> {
        Fields::new(entries, known, self.at, self.context)
    }

    fn string(self) -> Result<&'de str, Failure<'de>> {
        let failure = Failure::kind("a string", self.node);
        match &self.node.value {
            Value::String(text) => Ok(text),
            Value::Bool(_) => Err(failure.help(
                "put it in quotes: without them `y`, `yes`, `on`, `true`, `n`, `no`, `off` and `false` are booleans to kubectl",
            )),
            Value::Int(_) | Value::UInt(_) | Value::Float(_) => {
                Err(failure.help("put it in quotes: without them it is a number"))
            }
            _ => Err(failure),
        }
    }

    /// The whole number, as wide as both kinds of them together.
    fn integer(self, least: i128, most: i128) -> Result<i128, Failure<'de>> {
        let value = match &self.node.value {
            Value::Int(value) => i128::from(*value),
            Value::UInt(value) => i128::from(*value),
            Value::Float(value) => {
                let message = format!("expected a whole number, found `{value:?}`");
                return Err(Failure::new(message).help("write it without fraction and exponent"));
            }
            Value::String(text) if text.parse::<i64>().is_ok() => {
                return Err(Failure::kind("a whole number", self.node).help("remove the quotes"));
            }
            _ => return Err(Failure::kind("a whole number", self.node)),
        };
        if (least..=most).contains(&value) {
            return Ok(value);
        }
        Err(Failure::new(format!(
            "expected a number from {least} to {most}, found `{value}`"
        )))
    }

    fn float(self) -> Result<f64, Failure<'de>> {
        match &self.node.value {
            #[expect(
                clippy::cast_precision_loss,
                reason = "who asks for a float gets the nearest"
            )]
            Value::Int(value) => Ok(*value as f64),
            #[expect(
                clippy::cast_precision_loss,
                reason = "who asks for a float gets the nearest"
            )]
            Value::UInt(value) => Ok(*value as f64),
            Value::Float(value) => Ok(*value),
            _ => Err(Failure::kind("a number", self.node)),
        }
    }
}

/// Whole numbers, with the range in the message rather than the name of a type.
macro_rules! integers {
    ($($method:ident $visit:ident $int:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
            let value = self.integer(<$int>::MIN.into(), <$int>::MAX.into())?;
            visitor.$visit(<$int>::try_from(value).map_err(|_| Failure::new("number out of range"))?)
        })*
    };
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_, 'de> {
    type Error = Failure<'de>;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::UInt(value) => visitor.visit_u64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Sequence(nodes) => visitor.visit_seq(self.elements(nodes)),
            Value::Mapping(entries) => visitor.visit_map(self.fields(entries, None)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        match &self.node.value {
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::String(text) if matches!(&**text, "true" | "false") => {
                Err(Failure::kind("a boolean", self.node).help("remove the quotes"))
            }
            _ => Err(Failure::kind("a boolean", self.node).help("write `true` or `false`")),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        visitor.visit_i128(self.integer(i64::MIN.into(), u64::MAX.into())?)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        visitor.visit_u128(self.integer(0, u64::MAX.into())?.unsigned_abs())
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        self.deserialize_any(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        match &self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            _ => Err(Failure::kind("no value", self.node)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure<'de>> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure<'de>> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        match &self.node.value {
            Value::Sequence(nodes) => visitor.visit_seq(self.elements(nodes)),
            Value::Null => visitor.visit_seq(self.elements(&[])),
            _ => Err(Failure::kind("a sequence", self.node).help("write `- ` before each item")),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Failure<'de>> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Failure<'de>> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure<'de>> {
        match &self.node.value {
            Value::Mapping(entries) => visitor.visit_map(self.fields(entries, None)),
            Value::Null => visitor.visit_map(self.fields(&[], None)),
            _ => Err(Failure::kind("a mapping", self.node)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure<'de>> {
        match &self.node.value {
            Value::Mapping(entries) => visitor.visit_map(self.fields(entries, Some(fields))),
            Value::Null => visitor.visit_map(self.fields(&[], Some(fields))),
            _ => Err(Failure::kind("a mapping", self.node)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure<'de>> {
        match &self.node.value {
            Value::Mapping(entries) => match entries.as_slice() {
                [entry] if self.context.skips(&entry.value) => Err(Failure::follows()),
                [entry] => visitor.visit_enum(Variant::with_content(entry, self.at, self.context)),
                _ => Err(Failure::new("expected a mapping with one key")),
            },
            _ => visitor.visit_enum(Variant::plain(self.string()?)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, Failure<'de>> {
        visitor.visit_unit()
    }
}
