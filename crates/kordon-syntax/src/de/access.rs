//! Sequences, mappings and enums as serde walks them. Parts that were found wrong are left out.

use serde::Deserializer;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::Context;
use super::deserializer::NodeDeserializer;
use super::failure::Failure;
use super::place::At;
use crate::source::offset;
use crate::{Entry, Node, Value};

/// The elements of a sequence.
pub(super) struct Elements<'a, 'de> {
    nodes: std::iter::Enumerate<std::slice::Iter<'de, Node>>,
    at: &'a At<'a, 'de>,
    context: &'a Context<'de>,
}

impl<'a, 'de> Elements<'a, 'de> {
    pub(super) fn new(nodes: &'de [Node], at: &'a At<'a, 'de>, context: &'a Context<'de>) -> Self {
        Self {
            nodes: nodes.iter().enumerate(),
            at,
            context,
        }
    }
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Failure<'de>;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failure<'de>> {
        let context = self.context;
        let Some((index, node)) = self.nodes.find(|(_, node)| !context.skips(node)) else {
            return Ok(None);
        };
        let at = At::Index(self.at, offset(index));
        let element = seed.deserialize(NodeDeserializer {
            node,
            at: &at,
            context,
        });
        element.map(Some).map_err(|failure| failure.at(node, &at))
    }

    fn size_hint(&self) -> Option<usize> {
        self.nodes.size_hint().1
    }
}

/// The entries of a mapping.
pub(super) struct Fields<'a, 'de> {
    entries: std::slice::Iter<'de, Entry>,
    /// The fields of a structure; none for a mapping with any keys.
    known: Option<&'static [&'static str]>,
    value: Option<&'de Entry>,
    at: &'a At<'a, 'de>,
    context: &'a Context<'de>,
}

impl<'a, 'de> Fields<'a, 'de> {
    pub(super) fn new(
        entries: &'de [Entry],
        known: Option<&'static [&'static str]>,
        at: &'a At<'a, 'de>,
        context: &'a Context<'de>,
    ) -> Self {
        Self {
            entries: entries.iter(),
            known,
            value: None,
            at,
            context,
        }
    }

    fn takes(&self, entry: &'de Entry) -> bool {
        let Some(known) = self.known else {
            return !self.context.skips(&entry.value);
        };
        if !known.contains(&&*entry.key) {
            self.context
                .note_unknown(entry, &At::Key(self.at, &entry.key), known);
            return false;
        }
        // encoding/json: "The JSON null value unmarshals into an interface, map, pointer, or slice
        // by setting that Go value to nil ... Otherwise, the JSON null value has no effect."
        entry.value.value != Value::Null && !self.context.skips(&entry.value)
    }
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = Failure<'de>;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failure<'de>> {
        while let Some(entry) = self.entries.next() {
            if self.takes(entry) {
                self.value = Some(entry);
                let key = seed.deserialize(BorrowedStrDeserializer::new(&entry.key));
                let at = At::Key(self.at, &entry.key);
                return key.map(Some).map_err(|failure: Failure<'de>| {
                    failure.at_span(&entry.value, entry.key_span, &at)
                });
            }
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, Failure<'de>> {
        let Some(entry) = self.value.take() else {
            return Err(Failure::new("a value was asked for before its key"));
        };
        let at = At::Key(self.at, &entry.key);
        let node = &entry.value;
        let value = seed.deserialize(NodeDeserializer {
            node,
            at: &at,
            context: self.context,
        });
        value.map_err(|failure| failure.at(node, &at))
    }

    fn size_hint(&self) -> Option<usize> {
        self.entries.size_hint().1
    }
}

/// A variant of an enum, with or without content.
pub(super) struct Variant<'a, 'de> {
    name: &'de str,
    content: Option<(&'de Entry, &'a At<'a, 'de>, &'a Context<'de>)>,
}

impl<'a, 'de> Variant<'a, 'de> {
    pub(super) fn plain(name: &'de str) -> Self {
        Self {
            name,
            content: None,
        }
    }

    pub(super) fn with_content(
        entry: &'de Entry,
        at: &'a At<'a, 'de>,
        context: &'a Context<'de>,
    ) -> Self {
        Self {
            name: &entry.key,
            content: Some((entry, at, context)),
        }
    }

    /// Decodes the content in some way.
    fn content<T>(
        self,
        decode: impl FnOnce(NodeDeserializer<'_, 'de>) -> Result<T, Failure<'de>>,
    ) -> Result<T, Failure<'de>> {
        let Some((entry, parent, context)) = self.content else {
            let message = format!("`{}` needs content", self.name);
            return Err(Failure::new(message).help("write it as a key with a value"));
        };
        let at = At::Key(parent, &entry.key);
        let node = &entry.value;
        decode(NodeDeserializer {
            node,
            at: &at,
            context,
        })
        .map_err(|failure| failure.at(node, &at))
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Failure<'de>;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Self), Failure<'de>> {
        let variant = seed.deserialize(BorrowedStrDeserializer::new(self.name));
        match (variant, &self.content) {
            (Ok(variant), _) => Ok((variant, self)),
            (Err(failure), None) => Err(failure),
            (Err(failure), Some((entry, parent, _))) => {
                let at = At::Key(parent, &entry.key);
                Err(Failure::at_span(failure, &entry.value, entry.key_span, &at))
            }
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Failure<'de>;

    fn unit_variant(self) -> Result<(), Failure<'de>> {
        match self.content {
            None => Ok(()),
            Some(_) => self.content(|content| serde::Deserialize::deserialize(content)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, Failure<'de>> {
        self.content(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Failure<'de>> {
        self.content(|content| content.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure<'de>> {
        self.content(|content| content.deserialize_struct("", fields, visitor))
    }
}
