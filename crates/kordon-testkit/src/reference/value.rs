//! Reading of JSON objects: absent, `null` and of the wrong type are all "nothing there".

use std::collections::BTreeMap;

use serde_json::Value;

/// The value at a JSON pointer, if there is one that is not `null`.
pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    value.pointer(pointer).filter(|found| !found.is_null())
}

/// The text at a JSON pointer, empty if there is none.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The list at a JSON pointer, empty if there is none.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The texts of the list at a JSON pointer.
pub(crate) fn texts(value: &Value, pointer: &str) -> Vec<String> {
    list(value, pointer)
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The string map at a JSON pointer, such as labels.
pub(crate) fn string_map(value: &Value, pointer: &str) -> BTreeMap<String, String> {
    let entries = value.pointer(pointer).and_then(Value::as_object);
    entries
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// The namespace that the API server gives a namespaced object.
pub(crate) fn namespace_of(object: &Value) -> &str {
    // "An empty namespace is equivalent to the 'default' namespace" (ObjectMeta).
    match text(object, "/metadata/namespace") {
        "" => "default",
        namespace => namespace,
    }
}

/// The API group of an object: what stands before the slash of `apiVersion`.
pub(crate) fn group_of(object: &Value) -> &str {
    text(object, "/apiVersion")
        .split_once('/')
        .map_or("", |(group, _)| group)
}

/// All objects, those inside `List` objects included.
pub(crate) fn flatten(objects: &[Value]) -> Vec<&Value> {
    let mut flat = Vec::new();
    for object in objects {
        let is_list = text(object, "/kind").ends_with("List") && at(object, "/items").is_some();
        if is_list {
            flat.extend(flatten(list(object, "/items")));
        } else {
            flat.push(object);
        }
    }
    flat
}
