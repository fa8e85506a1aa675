//! The workflows under `examples/ci`: they are YAML, and the commands that they name run.

use std::fs;
use std::path::Path;

use kordon::syntax::{Limits, SourceId, parse};
use serde_json::Value;

use crate::console::words;
use crate::git::repository;
use crate::run::{ROOT, run_words};

#[test]
fn the_workflows_run_commands_that_exist_as_they_are_written() {
    for (name, count) in [("github", 5), ("gitlab", 5)] {
        let path = Path::new(ROOT).join(format!("examples/ci/{name}.yaml"));
        let text = fs::read_to_string(path).unwrap();
        let parsed = parse(SourceId::default(), &text, &Limits::default());
        assert_eq!(parsed.diagnostics, [], "{name}");
        let workflow = parsed.documents[0].root.to_json();
        let lines = texts(&workflow);
        let commands: Vec<&str> = lines
            .iter()
            .flat_map(|text| text.lines())
            .filter_map(|line| line.strip_prefix("kordon "))
            .collect();
        assert_eq!(commands.len(), count, "{name}: {commands:?}");
        let folder = repository(&format!("ci-{name}"));
        for command in commands {
            let (command, _file) = command.split_once(" > ").unwrap_or((command, ""));
            let arguments = words(&command.replace("$BASE", "before"));
            let run = run_words(&folder, arguments);
            // The example opens something, which is what the last command is for.
            let expected = i32::from(command.contains("--fail-on"));
            assert_eq!(run.status, expected, "{name}: {command}\n{}", run.stderr);
        }
    }
}

/// All texts of a document.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
