//! Expressions that are made to hurt: none overflows a stack, none runs past its limit.

use std::thread;

use kordon_cel::{Env, Limits, Reason, Type, Value};

use crate::suite::Bindings;

/// The stack of a thread that nobody has said anything about.
const STACK: usize = 2 * 1024 * 1024;

/// Compiles and runs with a small stack, in all ways.
fn survive(text: String) {
    let run = move || {
        let limits = Limits {
            max_bytes: usize::MAX,
            ..Limits::default()
        };
        let env = Env::new().variable("x", Type::Dyn).limits(limits);
        let request = Bindings(vec![("x".to_owned(), Value::Int(1))]);
        let programs = [env.compile(&text), env.compile_unchecked(&text)];
        for program in programs.into_iter().flatten() {
            assert!(program.measure(&request).1 <= limits.max_cost);
        }
    };
    thread::Builder::new()
        .stack_size(STACK)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn long_and_deep_expressions_do_not_overflow_the_stack() {
    for size in [50, 99, 100, 101, 1_000, 20_000] {
        let repeated = |text: &str| text.repeat(size);
        for text in [
            format!("1{}", repeated("+1")),
            format!("x{}", repeated(".a")),
            format!("x{}", repeated("[0]")),
            format!("x{}", repeated(".f()")),
            format!("{}true", repeated("!")),
            format!("{}x", repeated("-")),
            format!("{}1", repeated("true?1:")),
            format!("{}{}", repeated("["), repeated("]")),
            format!("{}1{}", repeated("("), repeated(")")),
            format!("{}1{}", repeated("{1:"), repeated("}")),
            format!("{}1{}", repeated("int("), repeated(")")),
            format!("{}true{}", repeated("[1].all(y, "), repeated(")")),
            format!("{}x{}", repeated("cel.bind(y, x, "), repeated(")")),
            format!("true{}", repeated("&&true")),
            format!("false{}", repeated("||(true&&false)")),
            format!("x{}", repeated(".?a")),
            format!("has(x{}.b)", repeated(".a")),
            repeated("("),
            repeated("'"),
            repeated("x?"),
        ] {
            survive(text);
        }
    }
}

/// Every bound value is a deep one around the bound value before it.
#[test]
fn values_that_are_bound_one_in_the_other_do_not_overflow_the_stack() {
    for (count, depth) in [(5, 30), (40, 40), (60, 30), (90, 5)] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let mut text = format!("size(v{count})");
        for at in (1..=count).rev() {
            let before = if at == 1 {
                "x".to_owned()
            } else {
                format!("v{}", at - 1)
            };
            text = format!("cel.bind(v{at}, {open}{before}{close}, {text})");
        }
        survive(text);
    }
}

#[test]
fn what_is_nested_or_written_beyond_the_limits_is_refused() {
    let env = Env::new();
    for (text, message) in [
        (
            "1".repeat(20_000),
            "expression of 20000 bytes, more than the limit of 16384",
        ),
        (
            format!("1{}", "+1".repeat(100)),
            "expression nested deeper than the limit of 100",
        ),
    ] {
        assert_eq!(env.compile(&text).unwrap_err()[0].message, message);
    }
    assert!(
        env.compile(&format!("true{}", " && true".repeat(1_000)))
            .is_ok()
    );
}

/// What the evaluation of an expression costs, and how it ends.
fn cost(text: &str) -> (Result<String, Reason>, u64) {
    let numbers = Value::list((0..100).map(Value::Int).collect());
    let env = Env::new()
        .variable("l", Type::list(Type::Int))
        .variable("s", Type::String);
    let request = Bindings(vec![
        ("l".to_owned(), numbers),
        ("s".to_owned(), Value::string("a".repeat(1_000))),
    ]);
    let program = env
        .compile(text)
        .unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    let (result, cost) = program.measure(&request);
    (
        result
            .map(|value| value.type_name().to_owned())
            .map_err(|error| error.reason),
        cost,
    )
}

#[test]
fn loops_inside_of_loops_end_at_the_limit() {
    for text in [
        "l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d >= 0))))",
        "l.map(a, l.map(b, l.map(c, l.map(d, [a, b, c, d])))).size() > 0",
        "l.exists(a, l.exists(b, l.exists(c, l.exists(d, a < 0))))",
        "l.map(a, s).map(t, t.matches(s + 'x*y*z*')).size() > 0",
        "l.map(a, l.map(b, s + s + s + s + s + s)).size() > 0",
        "lists.range(1000000).map(i, i).size() > 0",
        "l.map(a, lists.range(10000)).flatten().distinct().size() > 0",
        "l.map(a, s).join(s).replace('a', s).size() > 0",
        "l.map(a, s).map(t, t.replace('', s)).size() > 0",
        "l.map(a, '%.999f %s'.format([1.0, s])).map(t, l.map(b, t + t)).size() > 0",
        "sets.equivalent(l.map(a, l).flatten(), l.map(a, l).flatten())",
        "l.transformMap(i, a, l.transformMap(j, b, l.transformMap(k, c, a))).size() > 0",
        "l.map(a, l.map(b, l)) == l.map(a, l.map(b, l)) && l.all(a, l.map(b, l.map(c, l)) == [])",
    ] {
        let (result, cost) = cost(text);
        assert!(cost <= Limits::default().max_cost, "{text}: {cost}");
        if let Err(reason) = result {
            assert_eq!(reason, Reason::Cost, "{text}");
        }
    }
}

#[test]
fn no_operator_absorbs_a_spent_budget() {
    let endless = "l.all(a, l.all(b, l.all(c, l.all(d, true))))";
    for text in [
        format!("{endless} || true"),
        format!("true && ({endless} || true)"),
        format!("false && {endless} || {endless} || true"),
        format!("[1, 2].exists(x, {endless} || x == 2)"),
        format!("![1, 2].all(x, {endless} && x == 1)"),
        format!("cel.bind(y, {endless}, y || true)"),
    ] {
        assert_eq!(cost(&text).0, Err(Reason::Cost), "{text}");
    }
}

#[test]
fn doubled_texts_end_at_the_limit() {
    let mut text = "s".to_owned();
    for at in 0..40 {
        text = format!("cel.bind(v{at}, {text}, v{at} + v{at})");
    }
    let (result, _) = cost(&format!("{text} == s"));
    assert_eq!(result, Err(Reason::Cost));
}

#[test]
fn patterns_cannot_grow_beyond_their_limit() {
    let env = Env::new().variable("s", Type::String);
    for pattern in [
        "(a{1000}){1000}",
        "((((a{99}){99}){99}){99})",
        &"(".repeat(10_000),
    ] {
        assert!(
            env.compile(&format!("s.matches('{pattern}')")).is_err(),
            "{pattern}"
        );
        let request = Bindings(vec![("s".to_owned(), Value::string(pattern))]);
        let program = env.compile("'a'.matches(s)").unwrap();
        let reason = program.test(&request).unwrap_err().reason;
        assert!(
            matches!(reason, Reason::Pattern | Reason::Cost),
            "{pattern}: {reason}"
        );
    }
}

#[test]
fn an_expression_that_can_never_end_within_the_limit_is_refused() {
    let limits = Limits {
        max_cost: 3,
        ..Limits::default()
    };
    let problems = Env::new()
        .limits(limits)
        .compile("[1, 2].all(x, x > dyn(0))")
        .unwrap_err();
    assert!(
        problems[0].message.ends_with("more than the limit of 3"),
        "{problems:?}"
    );
}

#[test]
fn an_estimate_covers_what_common_expressions_cost() {
    for text in [
        "l.all(a, a >= 0)",
        "l.map(a, l.map(b, a + b)).size() == 100",
        "s.contains('b') || s.matches('a*b')",
        "l.exists(a, s.startsWith('b') || a > 200)",
        "l.filter(a, a % 2 == 0).map(a, string(a)).join(',').size() > 3",
        "s == s + s",
        "5 in l && l.distinct().size() == 100",
        "[1, 2, 3].all(x, x in l)",
        "sets.contains(l, [1, 2])",
        "l.sortBy(a, -a)[0] == 99",
        "s.split('').size() > 3",
        "s.replace('a', 'bb') != s",
        "'x'.matches(s)",
    ] {
        let env = Env::new()
            .variable("l", Type::list(Type::Int))
            .variable("s", Type::String);
        let most = env.compile(text).unwrap().cost().most;
        let (result, spent) = cost(text);
        assert!(result.is_ok(), "{text}: {result:?}");
        assert!(
            spent <= most,
            "{text}: {spent} spent, at most {most} expected"
        );
    }
}
