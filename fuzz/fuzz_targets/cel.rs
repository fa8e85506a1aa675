//! Any expression is refused or evaluated: no panic, every place inside the text, no cost beyond
//! the limit, and the same value with a check and without.

#![no_main]

use kordon_cel::{Env, Limits, List, Object, Problem, Timestamp, Type, Value};
use libfuzzer_sys::fuzz_target;

const LIMIT: u64 = 20_000;
const GROUPS: &[&str] = &["dev", "ops", "é"];

#[derive(Debug)]
struct Request;

impl Object for Request {
    fn field(&self, index: usize) -> Option<Value<'_>> {
        match index {
            0 => Some(Value::str("ab")),
            1 => Some(Value::Int(3)),
            2 => Some(Value::List(List::Strings(GROUPS))),
            3 => Timestamp::new(1_700_000_000, 5).map(Value::Timestamp),
            4 => Some(Value::Object(self)),
            _ => None,
        }
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        ["s", "i", "l", "t", "o"].iter().position(|field| *field == name)
    }

    fn type_name(&self) -> &str {
        "Request"
    }
}

fuzz_target!(|text: &str| {
    let env = env();
    let unchecked = match env.compile_unchecked(text) {
        Ok(program) => program,
        Err(problems) => return check_places(text, &problems),
    };
    let (value, cost) = unchecked.measure(&Request);
    assert!(cost <= LIMIT, "{cost}");
    let condition = unchecked.test(&Request);
    match (&value, &condition) {
        (Ok(Value::Bool(value)), Ok(condition)) => assert_eq!(value, condition),
        (Ok(Value::Bool(_)), Err(error)) => panic!("a condition that fails: {error}"),
        (_, Ok(_)) => panic!("a condition without a value"),
        _ => {}
    }
    match env.compile(text) {
        Ok(program) => {
            let checked = program.evaluate(&Request).map(|value| format!("{value:?}"));
            assert_eq!(checked, value.map(|value| format!("{value:?}")));
        }
        Err(problems) => check_places(text, &problems),
    }
});

fn env() -> Env {
    let limits = Limits { max_cost: LIMIT, ..Limits::default() };
    let fields = || {
        [
            ("s", Type::String),
            ("i", Type::Int),
            ("l", Type::list(Type::String)),
            ("t", Type::Timestamp),
            ("o", Type::Object("Request".into())),
        ]
    };
    let env = Env::new().limits(limits).object("Request", fields());
    fields().into_iter().fold(env, |env, (name, of)| env.variable(name, of))
}

fn check_places(text: &str, problems: &[Problem]) {
    assert!(!problems.is_empty());
    for problem in problems {
        let (start, end) = (problem.span.start as usize, problem.span.end as usize);
        assert!(text.get(start..end).is_some(), "{problem:?}");
    }
}
