//! Reads the cases with known answers, which lie outside of the repository.

use std::path::PathBuf;

use kordon_cel::{Key, Map, Object, Timestamp, Value};
use serde::Deserialize;
use serde_json::Value as Json;

/// The folder that the environment names, or the one beside the workspace; `None` if it is absent.
#[expect(
    clippy::disallowed_methods,
    reason = "the variable says where the cases lie"
)]
pub(crate) fn folder(what: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    let root = std::env::var_os("KORDON_CONFORMANCE").map_or_else(|| beside.into(), PathBuf::from);
    let folder = root.join(what);
    if !folder.is_dir() {
        println!("{what}: 0 checked, the conformance folder is absent; set KORDON_CONFORMANCE");
        return None;
    }
    Some(folder)
}

/// One case of the specification's own tests.
#[derive(Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the form of the cases is given"
)]
pub(crate) struct Case {
    pub(crate) section: String,
    pub(crate) name: String,
    pub(crate) expr: String,
    #[serde(default)]
    pub(crate) bindings: serde_json::Map<String, Json>,
    #[serde(default)]
    pub(crate) type_env: serde_json::Map<String, Json>,
    pub(crate) expected: Option<Json>,
    #[serde(default)]
    pub(crate) error: bool,
    pub(crate) container: Option<String>,
    pub(crate) deduced_type: Option<String>,
    #[serde(default)]
    pub(crate) check_only: bool,
    #[serde(default)]
    pub(crate) disable_check: bool,
    #[serde(default)]
    pub(crate) disable_macros: bool,
}

/// A request of named values.
#[derive(Debug)]
pub(crate) struct Bindings(pub(crate) Vec<(String, Value<'static>)>);

impl Object for Bindings {
    fn field(&self, index: usize) -> Option<Value<'_>> {
        self.0.get(index).map(|(_, value)| value.view())
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(other, _)| other == name)
    }

    fn type_name(&self) -> &'static str {
        "bindings"
    }
}

/// The value that a case writes with one tagged key.
pub(crate) fn value(json: &Json) -> Value<'static> {
    let (tag, content) = json
        .as_object()
        .and_then(|object| object.iter().next())
        .unwrap();
    let text = content.as_str().unwrap_or_default();
    match tag.as_str() {
        "null" => Value::Null,
        "bool" => Value::Bool(content.as_bool().unwrap()),
        "int" => Value::Int(text.parse().unwrap()),
        "uint" => Value::Uint(text.parse().unwrap()),
        "double" => Value::Double(text.parse().unwrap()),
        "string" => Value::string(text),
        "bytes" => Value::bytes(decode(text)),
        "list" => Value::list(content.as_array().unwrap().iter().map(value).collect()),
        "map" => {
            let entries = content
                .as_array()
                .unwrap()
                .iter()
                .map(|pair| (key(value(&pair[0])), value(&pair[1])));
            Value::Map(Map::new(entries.collect()).unwrap())
        }
        "type" => Value::Type(kordon_cel::Ref::Shared(text.into())),
        "timestamp" => Value::Timestamp(Timestamp::parse(text).unwrap()),
        "duration" => Value::Duration(kordon_cel::Duration::parse(text).unwrap()),
        other => panic!("unknown tag `{other}`"),
    }
}

fn key(value: Value<'static>) -> Key<'static> {
    match value {
        Value::Bool(value) => Key::Bool(value),
        Value::Int(value) => Key::Int(value),
        Value::Uint(value) => Key::Uint(value),
        Value::String(text) => Key::String(text),
        other => panic!("{other:?} is no key"),
    }
}

/// Whether two values are the same in type and content, where the language itself would let
/// numbers of different types be equal.
pub(crate) fn same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Double(left), Value::Double(right)) => {
            left.to_bits() == right.to_bits() || left.is_nan() && right.is_nan()
        }
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right.iter())
                    .all(|(left, right)| same(&left, &right))
        }
        (Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right.iter())
                    .all(|(left, right)| same(&left.0, &right.0) && same(&left.1, &right.1))
        }
        _ => left.type_name() == right.type_name() && left == right,
    }
}

/// Base64, read apart from the library under test.
fn decode(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in text.chars().filter(|letter| *letter != '=') {
        bits = (bits << 6 | u32::try_from(letters.find(letter).unwrap()).unwrap()) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    bytes
}
