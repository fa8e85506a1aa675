//! The tests of the specification itself, against the engine.

use std::sync::Arc;

use kordon_cel::{Env, Reason, Type};
use serde_json::Value as Json;

use crate::suite::{self, Bindings, Case};

/// Every file, with the number of cases that it holds.
const FILES: &[(&str, usize)] = &[
    ("basic", 43),
    ("bindings_ext", 8),
    ("block_ext", 25),
    ("comparisons", 334),
    ("conversions", 109),
    ("encoders_ext", 4),
    ("fields", 60),
    ("fp_math", 30),
    ("integer_math", 64),
    ("lists", 39),
    ("logic", 30),
    ("macros", 44),
    ("macros2", 46),
    ("math_ext", 199),
    ("namespace", 14),
    ("network_ext", 69),
    ("optionals", 59),
    ("parse", 193),
    ("plumbing", 5),
    ("string", 51),
    ("string_ext", 213),
    ("timestamps", 75),
    ("type_deduction", 26),
];

#[test]
#[expect(clippy::disallowed_methods, reason = "the cases lie in files")]
fn the_tests_of_the_specification_pass() {
    let Some(folder) = suite::folder("cel") else {
        return;
    };
    let mut wrong = Vec::new();
    for (file, count) in FILES {
        let text = std::fs::read_to_string(folder.join(format!("{file}.json"))).unwrap();
        let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
        let failures: Vec<String> = cases
            .iter()
            .filter_map(|case| check(file, case).err())
            .collect();
        println!(
            "{file}: {} of {}",
            cases.len() - failures.len(),
            cases.len()
        );
        assert_eq!(cases.len(), *count, "{file}");
        wrong.extend(failures);
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn check(file: &str, case: &Case) -> Result<(), String> {
    let describe = |what: String| {
        format!(
            "{file}/{}/{} `{}`: {what}",
            case.section, case.name, case.expr
        )
    };
    assert!(!case.disable_macros, "no case disables macros");
    let (env, bindings) = environment(case);
    if let Some(expected) = &case.deduced_type {
        let deduced = env
            .check(&case.expr)
            .map_err(|problems| describe(format!("{problems:?}")))?;
        if plain(&deduced.to_string()) != plain(expected) {
            return Err(describe(format!("type {deduced}, not {expected}")));
        }
    }
    if case.check_only {
        return Ok(());
    }
    let compiled = if case.disable_check {
        env.compile_unchecked(&case.expr)
    } else {
        env.compile(&case.expr)
    };
    let program = match compiled {
        Ok(program) => program,
        Err(_) if case.error => return Ok(()),
        Err(problems) => return Err(describe(format!("{problems:?}"))),
    };
    match (program.evaluate(&bindings), &case.expected) {
        (Err(_), None) if case.error => Ok(()),
        (Ok(value), Some(expected)) if suite::same(&value, &suite::value(expected)) => Ok(()),
        (result, expected) => Err(describe(format!("{result:?}, not {expected:?}"))),
    }
}

/// A type as the cases and this library both could write it.
fn plain(text: &str) -> String {
    text.replace("abstract:", "")
        .replace("param:", "")
        .replace("null_type", "null")
        .replace(' ', "")
}

fn environment(case: &Case) -> (Env, Bindings) {
    let mut env = Env::new();
    if let Some(container) = &case.container {
        env = env.container(container);
    }
    let mut values = Vec::new();
    for (name, value) in &case.bindings {
        let of = match case.type_env.get(name).and_then(Json::as_str) {
            Some(text) => Type::parse(&plain(text)).unwrap(),
            None => Type::Dyn,
        };
        env = env.variable(name, of);
        values.push((name.clone(), suite::value(value)));
    }
    for (name, declared) in &case.type_env {
        if let Some(overloads) = declared.as_array() {
            for overload in overloads {
                env = with_function(env, name, overload);
            }
        }
    }
    (env, Bindings(values))
}

/// A function that is declared for the checker and never called.
fn with_function(env: Env, name: &str, overload: &Json) -> Env {
    let types: Vec<&str> = overload["params"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of.as_str().unwrap())
        .collect();
    let result = overload["result"].as_str().unwrap();
    let signature = format!("{name}({}): {result}", types.join(", "));
    env.function(&plain(&signature), Arc::new(|_| Err(Reason::Host(0))))
        .unwrap()
}
