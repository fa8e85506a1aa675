//! The request that all engines answer for, in the form of each.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use cel::{Context, Program};
use kordon_cel::{Env, List, Map, Mapping, Object, Timestamp, Type, Value};

const GROUPS: &[&str] = &["dev", "ops", "admins"];
const TAGS: &[&str] = &["public", "eu"];
const LABELS: &[(&str, &str)] = &[("app", "cart"), ("tier", "gold")];
const NOW: &str = "2026-11-25T12:00:00Z";

/// What an application has in its hands when it asks.
#[derive(Debug)]
pub(crate) struct Request {
    principal: Principal,
    resource: Resource,
    call: Call,
    now: Timestamp,
}

#[derive(Debug)]
struct Principal {
    id: &'static str,
    role: &'static str,
    groups: &'static [&'static str],
}

#[derive(Debug)]
struct Resource {
    owner: &'static str,
    state: &'static str,
    labels: Labels,
    tags: &'static [&'static str],
}

#[derive(Debug)]
struct Labels(&'static [(&'static str, &'static str)]);

#[derive(Debug)]
struct Call {
    path: &'static str,
    method: &'static str,
}

/// Gives the fields of a struct, objects and texts without a value around them.
macro_rules! object {
    ($name:ident { $($index:literal $field:ident: $kind:ident,)* }) => {
        impl Object for $name {
            fn field(&self, index: usize) -> Option<Value<'_>> {
                match index {
                    $($index => Some(object!(@value self $field $kind)),)*
                    _ => None,
                }
            }

            fn index_of(&self, name: &str) -> Option<usize> {
                match name {
                    $(stringify!($field) => Some($index),)*
                    _ => None,
                }
            }

            fn type_name(&self) -> &'static str {
                stringify!($name)
            }

            fn object(&self, index: usize) -> Option<&dyn Object> {
                match index {
                    $($index => object!(@object self $field $kind),)*
                    _ => None,
                }
            }

            fn text(&self, index: usize) -> Option<&str> {
                match index {
                    $($index => object!(@text self $field $kind),)*
                    _ => None,
                }
            }

            fn texts(&self, index: usize) -> Option<&[&str]> {
                match index {
                    $($index => object!(@texts self $field $kind),)*
                    _ => None,
                }
            }
        }
    };
    (@value $this:ident $field:ident object) => { Value::Object(&$this.$field) };
    (@value $this:ident $field:ident text) => { Value::str($this.$field) };
    (@value $this:ident $field:ident texts) => { Value::List(List::Strings($this.$field)) };
    (@value $this:ident $field:ident map) => { Value::Map(Map::host(&$this.$field)) };
    (@value $this:ident $field:ident moment) => { Value::Timestamp($this.$field) };
    (@object $this:ident $field:ident object) => { Some(&$this.$field) };
    (@object $this:ident $field:ident $kind:ident) => { None };
    (@text $this:ident $field:ident text) => { Some($this.$field) };
    (@text $this:ident $field:ident $kind:ident) => { None };
    (@texts $this:ident $field:ident texts) => { Some($this.$field) };
    (@texts $this:ident $field:ident $kind:ident) => { None };
}

object! { Request { 0 principal: object, 1 resource: object, 2 call: object, 3 now: moment, } }
object! { Principal { 0 id: text, 1 role: text, 2 groups: texts, } }
object! { Resource { 0 owner: text, 1 state: text, 2 labels: map, 3 tags: texts, } }
object! { Call { 0 path: text, 1 method: text, } }

impl Mapping for Labels {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn value(&self, key: &str) -> Option<Value<'_>> {
        let mut found = self.0.iter().filter(|(name, _)| *name == key);
        found.next().map(|(_, value)| Value::str(value))
    }

    fn key_at(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(|(name, _)| *name)
    }
}

pub(crate) fn request() -> Result<Request> {
    Ok(Request {
        principal: Principal {
            id: "alice",
            role: "admin",
            groups: GROUPS,
        },
        resource: Resource {
            owner: "alice",
            state: "active",
            labels: Labels(LABELS),
            tags: TAGS,
        },
        call: Call {
            path: "/api/v1/items",
            method: "GET",
        },
        now: Timestamp::parse(NOW).context("a moment")?,
    })
}

/// The declarations of the request.
pub(crate) fn env() -> Env {
    let texts = || Type::list(Type::String);
    let object = |name: &str| Type::Object(name.into());
    Env::new()
        .object(
            "Principal",
            [
                ("id", Type::String),
                ("role", Type::String),
                ("groups", texts()),
            ],
        )
        .object(
            "Resource",
            [
                ("owner", Type::String),
                ("state", Type::String),
                ("labels", Type::map(Type::String, Type::String)),
                ("tags", texts()),
            ],
        )
        .object("Call", [("path", Type::String), ("method", Type::String)])
        .variable("principal", object("Principal"))
        .variable("resource", object("Resource"))
        .variable("call", object("Call"))
        .variable("now", Type::Timestamp)
}

/// The same request as the crate `cel` takes it, built before the clock starts.
pub(crate) fn context() -> Result<Context<'static, 'static>> {
    let mut context = Context::default();
    let now = Program::compile(&format!("timestamp('{NOW}')"))?.execute(&context)?;
    let texts = |texts: &[&str]| {
        let values: Vec<cel::Value> = texts.iter().map(|text| (*text).into()).collect();
        cel::Value::from(values)
    };
    let labels: HashMap<String, cel::Value> = LABELS
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    let map = |fields: Vec<(&str, cel::Value)>| {
        let fields = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        cel::Value::Map(fields.collect::<HashMap<_, _>>().into())
    };
    context.add_variable_from_value(
        "principal",
        map(vec![
            ("id", "alice".into()),
            ("role", "admin".into()),
            ("groups", texts(GROUPS)),
        ]),
    );
    context.add_variable_from_value(
        "resource",
        map(vec![
            ("owner", "alice".into()),
            ("state", "active".into()),
            ("labels", cel::Value::Map(labels.into())),
            ("tags", texts(TAGS)),
        ]),
    );
    context.add_variable_from_value(
        "call",
        map(vec![
            ("path", "/api/v1/items".into()),
            ("method", "GET".into()),
        ]),
    );
    context.add_variable_from_value("now", now);
    Ok(context)
}
