//! One rule of an `AuthorizationPolicy`: `from`, `to` and `when`.
//!
//! A rule with a condition that only HTTP has becomes two: one for HTTP, and one for connections
//! of bytes, in which such conditions do not count. Istio leaves the second out of ALLOW.

use kordon_core::rule::{Clause, Effect, Layer, Rule, Sense, Test};
use kordon_syntax::{Diagnostic, quoted};

use super::Action;
use super::attribute::Attribute;
use super::key::{self, KEYS, Key};
use super::lint::{check_bytes, check_negation};
use super::reader::Reader;
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::istio::mesh::{clause, own_clause};
use crate::istio::schema;
use crate::network::{undecided_rule, unreadable};

/// Fields of `source`, each with the one that negates it.
const SOURCE: [(&str, &str, Attribute); 7] = [
    ("principals", "notPrincipals", Attribute::Principal),
    (
        "requestPrincipals",
        "notRequestPrincipals",
        Attribute::RequestPrincipal,
    ),
    ("namespaces", "notNamespaces", Attribute::Namespace),
    (
        "serviceAccounts",
        "notServiceAccounts",
        Attribute::ServiceAccount,
    ),
    ("trustDomains", "notTrustDomains", Attribute::TrustDomain),
    ("ipBlocks", "notIpBlocks", Attribute::Peer),
    ("remoteIpBlocks", "notRemoteIpBlocks", Attribute::Client),
];

/// Fields of `operation`, each with the one that negates it.
const OPERATION: [(&str, &str, Attribute); 4] = [
    ("hosts", "notHosts", Attribute::Host),
    ("methods", "notMethods", Attribute::Method),
    ("paths", "notPaths", Attribute::Path),
    ("ports", "notPorts", Attribute::Port),
];

/// Reads a rule.
pub(super) fn read(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    action: &Action,
    effect: Effect,
) -> Vec<Rule> {
    let mut reader = Reader::new(ctx, action);
    if !reader.ctx.has(at) {
        let diagnostic = Diagnostic::error(codes::NULL_ITEM, "this rule is empty")
            .help("write `- {}` to speak of every request, or remove the `-`");
        reader.refuse(at, "no value, so it matches nothing", diagnostic);
        return Vec::new();
    }
    let _: schema::Rule = reader.ctx.read(at);
    let mut parts = alternatives("from", sources(&mut reader, at));
    parts.append(alternatives("to", operations(&mut reader, at)));
    parts.append(conditions(&mut reader, at));
    if !reader.is_exact() {
        return vec![undecided_rule(at.path(), None, effect, &unreadable(at))];
    }
    if reader.is_left_out() {
        return Vec::new();
    }
    if parts.has_http && parts.of_bytes.is_empty() {
        check_bytes(&mut reader, at);
    }
    let provider = match action {
        Action::Custom(Some(provider)) => Some(Test::RefusedBy(provider.clone())),
        _ => None,
    };
    let rule = |layer: Option<Layer>, clauses: Vec<Clause>| Rule {
        path: at.path(),
        name: None,
        effect,
        clauses: (layer.map(Test::Layer).map(own_clause).into_iter())
            .chain(clauses)
            .chain(provider.clone().map(own_clause))
            .collect(),
    };
    match (parts.has_http, action) {
        (false, _) => vec![rule(None, parts.all)],
        (true, Action::Allow) => vec![rule(Some(Layer::Http), parts.all)],
        (true, _) => vec![
            rule(Some(Layer::Http), parts.all),
            rule(Some(Layer::Tcp), parts.of_bytes),
        ],
    }
}

/// Conditions of a rule.
#[derive(Default)]
struct Parts {
    all: Vec<Clause>,
    /// Those that connections of bytes can satisfy.
    of_bytes: Vec<Clause>,
    has_http: bool,
}

impl Parts {
    fn add(&mut self, attribute: &Attribute, field: &str, tests: Vec<Test>) {
        for test in tests {
            let clause = clause(field.to_owned(), test);
            if attribute.is_of_http() {
                self.has_http = true;
            } else {
                self.of_bytes.push(clause.clone());
            }
            self.all.push(clause);
        }
    }

    fn append(&mut self, more: Self) {
        self.all.extend(more.all);
        self.of_bytes.extend(more.of_bytes);
        self.has_http |= more.has_http;
    }
}

/// One of several lists of conditions. The only one stands for itself.
fn alternatives(field: &'static str, mut lists: Vec<Parts>) -> Parts {
    if lists.len() < 2 {
        return lists.pop().unwrap_or_default();
    }
    let has_http = lists.iter().any(|parts| parts.has_http);
    let (all, of_bytes) = lists
        .into_iter()
        .map(|parts| (parts.all, parts.of_bytes))
        .unzip();
    Parts {
        all: any(field, all),
        of_bytes: any(field, of_bytes),
        has_http,
    }
}

/// A condition that one of the lists satisfies; none if one of them is satisfied by everything.
fn any(field: &'static str, lists: Vec<Vec<Clause>>) -> Vec<Clause> {
    if lists.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    vec![clause(field.to_owned(), Test::Any(lists))]
}

fn sources(reader: &mut Reader<'_, '_>, rule: &At<'_>) -> Vec<Parts> {
    let list = rule.key("from");
    let count = reader.count(&list);
    let mut read = Vec::new();
    for index in 0..count {
        let entry = list.index(index);
        let source = entry.key("source");
        let before = reader.ctx.errors();
        let _: schema::From = reader.ctx.read(&entry);
        let _: schema::Source = reader.ctx.read(&source);
        if reader.ctx.errors() == before && !states_any(reader, &source, &SOURCE) {
            reader.refuse_absent(&entry, "source", "`source: {principals: [..]}`");
        }
        let prefix = format!("from[{index}].source");
        read.push(fields(reader, &source, &prefix, &SOURCE));
        refuse_mixed_accounts(reader, &source);
    }
    read
}

fn operations(reader: &mut Reader<'_, '_>, rule: &At<'_>) -> Vec<Parts> {
    let list = rule.key("to");
    let count = reader.count(&list);
    let mut read = Vec::new();
    for index in 0..count {
        let entry = list.index(index);
        let operation = entry.key("operation");
        let before = reader.ctx.errors();
        let _: schema::To = reader.ctx.read(&entry);
        let _: schema::Operation = reader.ctx.read(&operation);
        if reader.ctx.errors() == before && !states_any(reader, &operation, &OPERATION) {
            reader.refuse_absent(&entry, "operation", "`operation: {paths: [..]}`");
        }
        let prefix = format!("to[{index}].operation");
        read.push(fields(reader, &operation, &prefix, &OPERATION));
    }
    read
}

fn fields(
    reader: &mut Reader<'_, '_>,
    at: &At<'_>,
    prefix: &str,
    table: &[(&str, &str, Attribute)],
) -> Parts {
    let mut parts = Parts::default();
    for (positive, negative, attribute) in table {
        let is_required = table.iter().any(|(positive, _, other)| {
            let same =
                other == attribute || (other.is_of_certificate() && attribute.is_of_certificate());
            same && reader.ctx.has_items(&at.key(positive))
        });
        if !is_required {
            check_negation(reader, attribute, &at.key(negative));
        }
        for (field, sense) in [(positive, Sense::OneOf), (negative, Sense::NoneOf)] {
            let tests = attribute.tests(reader, &at.key(field), sense);
            parts.add(attribute, &format!("{prefix}.{field}"), tests);
        }
    }
    parts
}

/// Whether any field of the table has values.
fn states_any(reader: &Reader<'_, '_>, at: &At<'_>, table: &[(&str, &str, Attribute)]) -> bool {
    table
        .iter()
        .flat_map(|(positive, negative, _)| [positive, negative])
        .any(|field| reader.ctx.has_items(&at.key(field)))
}

/// "Cannot set serviceAccounts with namespaces or principals."
fn refuse_mixed_accounts(reader: &mut Reader<'_, '_>, source: &At<'_>) {
    let stated = |reader: &Reader<'_, '_>, fields: [&str; 2]| {
        fields
            .iter()
            .any(|field| reader.ctx.has_items(&source.key(field)))
    };
    if stated(reader, ["serviceAccounts", "notServiceAccounts"])
        && (stated(reader, ["principals", "notPrincipals"])
            || stated(reader, ["namespaces", "notNamespaces"]))
    {
        let diagnostic = Diagnostic::error(
            codes::RULE_FIELDS,
            "`serviceAccounts` cannot stand beside `principals` and `namespaces`",
        )
        .help("name accounts as `NAMESPACE/NAME`, or write all of them as principals");
        let at = source.key("serviceAccounts");
        reader.refuse(&at, "beside another way to name sources", diagnostic);
    }
}

fn conditions(reader: &mut Reader<'_, '_>, rule: &At<'_>) -> Parts {
    let list = rule.key("when");
    let count = reader.count(&list);
    let mut parts = Parts::default();
    for index in 0..count {
        let at = list.index(index);
        let written: schema::Condition = reader.ctx.read(&at);
        let key = at.key("key");
        match key::parse(&written.key) {
            Key::Of(attribute) => {
                condition(reader, &at, index, &attribute, &mut parts);
            }
            Key::Malformed => {
                let message = format!("{} is not a key of a condition", quoted(&written.key));
                let diagnostic = Diagnostic::error(codes::VALUE, message)
                    .help("write the name in brackets, as in `request.headers[x-token]`");
                reader.refuse(&key, "expected a name in brackets", diagnostic);
                reader.ignore_value();
            }
            Key::Unknown => {
                let message = format!(
                    "{} is not a key of a condition, so the whole rule is ignored",
                    quoted(&written.key)
                );
                let diagnostic = Diagnostic::error(codes::VALUE, message)
                    .help(format!("the keys are `{}`", KEYS.join("`, `")));
                reader.refuse(&key, "unknown key", diagnostic);
                reader.leave_out();
            }
        }
    }
    parts
}

fn condition(
    reader: &mut Reader<'_, '_>,
    at: &At<'_>,
    index: usize,
    attribute: &Attribute,
    parts: &mut Parts,
) {
    let lists = [("values", Sense::OneOf), ("notValues", Sense::NoneOf)];
    if !lists
        .iter()
        .any(|(field, _)| reader.ctx.has_items(&at.key(field)))
    {
        let diagnostic = Diagnostic::error(
            codes::REQUIRED,
            "a condition needs `values` or `notValues`, so this one is ignored",
        )
        .help("add `values: [..]`, or remove the condition");
        reader.refuse(at, "no values", diagnostic);
    }
    if !reader.ctx.has_items(&at.key("values")) {
        check_negation(reader, attribute, &at.key("notValues"));
    }
    for (field, sense) in lists {
        let tests = attribute.tests(reader, &at.key(field), sense);
        parts.add(attribute, &format!("when[{index}].{field}"), tests);
    }
}
