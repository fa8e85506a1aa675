//! Random expressions, whose verdicts by cel-cpp are known: the value without a check, and
//! whether the checker takes the expression.

use kordon_cel::{Env, Key, Map, Ref, Timestamp, Type, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::suite::{self, Bindings};

#[derive(Deserialize)]
struct Line {
    expr: String,
    cel_cpp: Json,
    checks: bool,
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the cases lie in a file")]
fn random_expressions_have_the_verdicts_of_cel_cpp() {
    let Some(folder) = suite::folder("cel-fuzz") else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("cel-cpp-20000.jsonl")).unwrap();
    let (env, bindings) = environment();
    let (mut values, mut checks, mut count) = (Vec::new(), Vec::new(), 0);
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        count += 1;
        let program = env.compile_unchecked(&line.expr).unwrap();
        let found = match program.evaluate(&bindings) {
            Ok(Value::Bool(value)) => Json::Bool(value),
            _ => Json::String("error".into()),
        };
        if found != line.cel_cpp {
            values.push(format!("`{}`: {found}, not {}", line.expr, line.cel_cpp));
        }
        let checked = env.check(&line.expr);
        if checked.is_ok() != line.checks {
            checks.push(format!("`{}`: {checked:?}, not {}", line.expr, line.checks));
        }
    }
    println!(
        "{count} expressions: {} other values, {} other checks",
        values.len(),
        checks.len()
    );
    let shown: Vec<&String> = values
        .iter()
        .take(15)
        .chain(checks.iter().take(25))
        .collect();
    assert!(shown.is_empty(), "{shown:#?}");
    assert!(count > 0, "the file holds no expressions");
}

fn environment() -> (Env, Bindings) {
    let text = |text: &str| Value::string(text);
    let key = |name: &str| Key::String(Ref::Shared(name.into()));
    let map = vec![
        (key("k"), text("a")),
        (key("n"), Value::Int(4)),
        (key("l"), Value::list(vec![Value::Int(1), Value::Int(2)])),
        (key("bb"), Value::Bool(true)),
    ];
    let values = [
        ("i", "int", Value::Int(3)),
        ("u", "uint", Value::Uint(5)),
        ("s", "string", text("ab")),
        ("bb", "bool", Value::Bool(true)),
        ("l", "list(string)", Value::list(vec![text("a"), text("b")])),
        (
            "l2",
            "list(int)",
            Value::list((1..4).map(Value::Int).collect()),
        ),
        ("m", "map(string, dyn)", Value::Map(Map::new(map).unwrap())),
        (
            "t",
            "timestamp",
            Value::Timestamp(Timestamp::parse("2026-01-01T00:00:00Z").unwrap()),
        ),
    ];
    let mut env = Env::new();
    let mut bindings = Vec::new();
    for (name, of, value) in values {
        env = env.variable(name, Type::parse(of).unwrap());
        bindings.push((name.to_owned(), value));
    }
    (env, Bindings(bindings))
}
