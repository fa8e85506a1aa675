//! JSON as values, and values as JSON.

use std::sync::Arc;

use serde_json::{Number, Value as Json};

use super::{Key, Map, Ref, Value};

impl Value<'static> {
    /// JSON as a value: whole numbers become `int`, or `uint` beyond its range, others `double`.
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => from_number(number),
            Json::String(text) => Self::string(text.as_str()),
            Json::Array(values) => Self::list(values.iter().map(Self::from_json).collect()),
            Json::Object(fields) => {
                let entries = fields.iter().map(|(name, value)| {
                    let key = Key::String(Ref::Shared(Arc::from(name.as_str())));
                    (key, Self::from_json(value))
                });
                // The keys of an object in memory are distinct.
                Map::new(entries.collect()).map_or(Self::Null, Self::Map)
            }
        }
    }
}

fn from_number(number: &Number) -> Value<'static> {
    number
        .as_i64()
        .map(Value::Int)
        .or_else(|| number.as_u64().map(Value::Uint))
        .or_else(|| number.as_f64().map(Value::Double))
        .unwrap_or(Value::Double(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_becomes_values_of_the_narrowest_type() {
        let json: Json =
            serde_json::json!({"a": [1, 18_446_744_073_709_551_615_u64, 1.5, null, true, "x"]});
        let Value::Map(map) = Value::from_json(&json) else {
            panic!("an object is a map");
        };
        let Some(Value::List(list)) = map.named("a") else {
            panic!("an array is a list");
        };
        let types: Vec<String> = list.iter().map(|v| v.type_name().to_owned()).collect();
        assert_eq!(
            types,
            ["int", "uint", "double", "null_type", "bool", "string"]
        );
    }
}
