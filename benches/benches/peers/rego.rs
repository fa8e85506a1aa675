//! Rego by regorus: one program on its virtual machine, the bindings as data.

use std::collections::BTreeMap;

use anyhow::Result;
use kordon_benches::company::{Call, Company};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Rc, Value};
use serde_json::json;

use crate::Peer;
use crate::grant::{Grant, Permission, Subject, grants};

const ENTRY: &str = "data.peers.allow";

/// Looks at every binding.
const LINEAR: &str = r#"
package peers
import rego.v1
default allow := false
allow if {
    some binding in data.bindings
    binding.namespace in ["*", input.namespace]
    binding.subject in input.subjects
    some rule in binding.rules
    rule.resource == input.resource
    rule.group == input.group
    input.verb in rule.verbs
}
"#;

/// Looks the rules up by subject and namespace, so the program must know that it may.
const INDEXED: &str = r#"
package peers
import rego.v1
default allow := false
allow if {
    some subject in input.subjects
    some namespace in ["*", input.namespace]
    some rule in data.grants[subject][namespace]
    rule.resource == input.resource
    rule.group == input.group
    input.verb in rule.verbs
}
"#;

/// A machine that has the program and the data.
pub(crate) struct Rego {
    machine: RegoVM,
}

impl Rego {
    /// A list of bindings, of which each is looked at.
    pub(crate) fn linear(company: &Company) -> Result<Self> {
        let grants = grants(company)?;
        let bindings: Vec<_> = grants
            .iter()
            .map(|grant| {
                json!({
                    "subject": grant.subject.key(),
                    "namespace": place(grant),
                    "rules": rules(grant),
                })
            })
            .collect();
        Self::new(LINEAR, json!({ "bindings": bindings }))
    }

    /// The rules of each subject in each namespace.
    pub(crate) fn indexed(company: &Company) -> Result<Self> {
        let mut index: BTreeMap<String, BTreeMap<&str, Vec<serde_json::Value>>> = BTreeMap::new();
        let grants = grants(company)?;
        for grant in &grants {
            let places = index.entry(grant.subject.key()).or_default();
            places.entry(place(grant)).or_default().extend(rules(grant));
        }
        Self::new(INDEXED, json!({ "grants": index }))
    }

    fn new(policy: &str, data: serde_json::Value) -> Result<Self> {
        let mut engine = Engine::new();
        engine.add_policy("peers.rego".to_owned(), policy.to_owned())?;
        let compiled = engine.compile_with_entrypoint(&Rc::from(ENTRY))?;
        let program = Compiler::compile_from_policy(&compiled, &[ENTRY])?;
        let mut machine = RegoVM::new_with_policy(compiled);
        machine.load_program(program);
        // The limit of 25,000 that it comes with stops a loop over 10,000 bindings.
        machine.set_max_instructions(usize::MAX);
        machine.set_data(Value::from(data))?;
        Ok(Self { machine })
    }
}

impl Peer for Rego {
    type Question = Value;

    fn question(&self, call: &Call) -> Result<Value> {
        let subjects: Vec<_> = Subject::of(call).map(|subject| subject.key()).collect();
        Ok(Value::from(json!({
            "subjects": subjects,
            "verb": call.verb,
            "group": call.group,
            "resource": call.resource,
            "namespace": call.namespace,
            "name": call.name,
        })))
    }

    fn allows(&mut self, question: &Value) -> Result<bool> {
        self.machine.set_input(question.clone());
        Ok(self.machine.execute()? == Value::from(true))
    }
}

fn place<'a>(grant: &Grant<'a>) -> &'a str {
    grant.namespace.unwrap_or("*")
}

fn rules(grant: &Grant<'_>) -> Vec<serde_json::Value> {
    grant.rules.iter().map(rule).collect()
}

fn rule(rule: &Permission<'_>) -> serde_json::Value {
    json!({ "group": rule.group, "resource": rule.resource, "verbs": rule.verbs })
}
