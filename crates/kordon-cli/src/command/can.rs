//! `kordon can`: what a user may do, and who may do something.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Result, bail};
use clap::builder::NonEmptyStringValueParser;
use kordon::model::ObjectRef;
use kordon::rule::ApiPermission;
use kordon::{ApiSpec, Engine, Granted, GrantedRule, GrantedSubject, Texts};
use serde_json::{Value, json};

use crate::cli::Format;
use crate::exit::Exit;
use crate::output::{self, Output, Table};
use crate::question::{User, Where};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  kordon can -f manifests/ --as alice --as-group dev -n shop
  kordon can -f manifests/ --who get secrets -n shop

Exit status: 0 if something was found, 1 if nothing was, 2 for an error.";

/// List what a user may do with the API, or who may do something
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    user: User,
    /// List who may do what VERB RESOURCE [NAME] say.
    #[arg(long, conflicts_with_all = ["name", "groups"], requires = "words")]
    who: bool,
    /// VERB RESOURCE [NAME], with --who.
    #[arg(num_args = 2..=3, value_name = "WORDS", requires = "who")]
    words: Vec<String>,
    /// The namespace; without it, the whole cluster alone.
    #[arg(short, long, value_name = "NAMESPACE", value_parser = NonEmptyStringValueParser::new())]
    namespace: Option<String>,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        if self.who {
            self.who(session)
        } else {
            self.what(session)
        }
    }

    fn what(&self, session: &Session) -> Result<Exit> {
        let Some(user) = &self.user.name else {
            bail!("expected `--as USER`, or `--who VERB RESOURCE`");
        };
        let engine = session.engine(&session.cluster()?);
        let groups = self.user.groups();
        let granted =
            engine
                .snapshot()
                .rules_for(user, Texts::from(&groups), self.namespace.as_deref());
        warn_of_missing(&granted.missing, session);
        show(&granted.found, session, &engine, rule_value, rules_table)
    }

    fn who(&self, session: &Session) -> Result<Exit> {
        let (verb, about, name) = match self.words.as_slice() {
            [verb, about] => (verb, about, ""),
            [verb, about, name] => (verb, about, name.as_str()),
            _ => bail!("expected `--who VERB RESOURCE [NAME]`"),
        };
        let place = Where {
            namespace: self.namespace.as_deref(),
            all_namespaces: self.namespace.is_none(),
            subresource: None,
        };
        let spec = ApiSpec {
            user: String::new(),
            groups: Vec::new(),
            verb: verb.clone(),
            target: place.target(about, name, session)?,
        };
        let engine = session.engine(&session.cluster()?);
        let granted: Granted<GrantedSubject> =
            engine.snapshot().who_can(verb, spec.as_request().target);
        warn_of_missing(&granted.missing, session);
        show(
            &granted.found,
            session,
            &engine,
            subject_value,
            subjects_table,
        )
    }
}

/// Shows what was found in the form that was asked for.
fn show<T>(
    found: &[T],
    session: &Session,
    engine: &Engine,
    value: fn(&T, &Engine) -> Value,
    table: fn(&[T]) -> Table,
) -> Result<Exit> {
    let mut out: Output = session.stdout();
    let values = || {
        found
            .iter()
            .map(|found| value(found, engine))
            .collect::<Value>()
    };
    match session.format() {
        Format::Json => out.json(&values())?,
        Format::Yaml => out.yaml(&values())?,
        _ if found.is_empty() => writeln!(out, "nothing is granted")?,
        _ => table(found).write(&mut out)?,
    }
    out.flush()?;
    Ok(if found.is_empty() {
        Exit::Findings
    } else {
        Exit::Success
    })
}

fn warn_of_missing(missing: &[(ObjectRef, ObjectRef)], session: &Session) {
    if session.is_quiet() {
        return;
    }
    for (policy, of) in missing {
        let text = if of.name.is_empty() {
            format!("{policy} names no role that can be read: it grants nothing")
        } else {
            format!("{policy} grants {of}, which is not there: it grants nothing")
        };
        output::warning(&text, session.color());
    }
}

/// The rules, one row for each kind of resource and path, as `kubectl auth can-i --list` has them.
fn rules_table(rules: &[GrantedRule]) -> Table {
    let mut table = Table::new(&[
        "RESOURCES",
        "NON-RESOURCE URLS",
        "RESOURCE NAMES",
        "VERBS",
        "GRANTED BY",
    ]);
    let mut rows: BTreeMap<(String, String, String, String), Vec<String>> = BTreeMap::new();
    for rule in rules {
        let by = format!("{} ({})", rule.policy, rule.rules_of);
        for resource in resources(&rule.permission) {
            let names = list(&rule.permission.names);
            let row = (resource, list(&[]), names, list(&rule.permission.verbs));
            rows.entry(row).or_default().push(by.clone());
        }
        for path in &rule.permission.paths {
            let row = (
                String::new(),
                list(std::slice::from_ref(path)),
                list(&[]),
                list(&rule.permission.verbs),
            );
            rows.entry(row).or_default().push(by.clone());
        }
    }
    for ((resource, paths, names, verbs), mut by) in rows {
        by.dedup();
        table.row([resource, paths, names, verbs, by.join(", ")]);
    }
    table
}

/// Every resource of a rule in every group of it.
fn resources(permission: &ApiPermission) -> Vec<String> {
    let mut named = Vec::new();
    for resource in &permission.resources {
        named.extend(permission.groups.iter().map(|group| match group.as_str() {
            "" => resource.clone(),
            group => format!("{resource}.{group}"),
        }));
    }
    named
}

/// A list as kubectl prints it.
fn list(words: &[String]) -> String {
    format!("[{}]", words.join(" "))
}

fn rule_value(rule: &GrantedRule, engine: &Engine) -> Value {
    let permission = &rule.permission;
    json!({
        "verbs": permission.verbs,
        "apiGroups": permission.groups,
        "resources": permission.resources,
        "resourceNames": permission.names,
        "nonResourceURLs": permission.paths,
        "binding": rule.policy.to_string(),
        "role": rule.rules_of.to_string(),
        "path": rule.path,
        "source": source(engine, &rule.rules_of, &rule.path),
    })
}

fn subjects_table(subjects: &[GrantedSubject]) -> Table {
    let mut table = Table::new(&["SUBJECT", "GRANTED BY", "RULE"]);
    let mut rows: Vec<[String; 3]> = subjects
        .iter()
        .map(|found| {
            let rule = format!("{} {}", found.rules_of, found.path);
            [found.subject.to_string(), found.policy.to_string(), rule]
        })
        .collect();
    rows.sort();
    for row in rows {
        table.row(row);
    }
    table
}

fn subject_value(found: &GrantedSubject, engine: &Engine) -> Value {
    json!({
        "subject": found.subject.to_string(),
        "binding": found.policy.to_string(),
        "role": found.rules_of.to_string(),
        "path": found.path,
        "source": source(engine, &found.rules_of, &found.path),
    })
}

fn source(engine: &Engine, object: &ObjectRef, path: &str) -> Option<String> {
    engine
        .position(object, path)
        .map(|position| position.to_string())
}
