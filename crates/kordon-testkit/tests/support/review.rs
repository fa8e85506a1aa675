//! Requests of the cases as an API server asks them.

use serde_json::{Map, Value};

/// A request as a `SubjectAccessReview`.
pub(crate) fn review_of(request: &Value) -> Value {
    let picked = |names: &[(&str, &str)]| -> Value {
        let fields = names
            .iter()
            .filter_map(|(name, from)| Some(((*name).to_owned(), request.get(from)?.clone())));
        Value::Object(fields.collect::<Map<_, _>>())
    };
    let mut spec = picked(&[("user", "user"), ("groups", "groups"), ("extra", "extra")]);
    if request.get("path").is_some() {
        spec["nonResourceAttributes"] = picked(&[("path", "path"), ("verb", "verb")]);
    } else {
        spec["resourceAttributes"] = picked(&[
            ("verb", "verb"),
            ("group", "apiGroup"),
            ("version", "apiVersion"),
            ("resource", "resource"),
            ("subresource", "subresource"),
            ("namespace", "namespace"),
            ("name", "name"),
        ]);
    }
    serde_json::json!({"kind": "SubjectAccessReview", "spec": spec})
}
