//! Expressions cut up and put together again: each is refused or evaluated, and nothing panics.

use kordon_cel::{Env, Limits, Problem, Timestamp, Type, Value};

use crate::suite::Bindings;

const LIMIT: u64 = 20_000;
const ROUNDS: usize = 10_000;

/// Something of everything.
const SEEDS: &[&str] = &[
    "s.startsWith('a') && i > 3 || !('x' in l)",
    "l.exists(a, a == 'ab') ? i / 0 : -i * 2 % 7",
    "{'k': [1, 2u, 3.5, null], 1: b'\\xff', true: r'\\d'}[s].size() - 1",
    "has(m.a.b) && m.?a.?b[?0].orValue(1) == m['a'].b",
    "optional.of(i).optMap(x, x + 1).or(optional.none()).hasValue()",
    "[3, 1, 2].sortBy(x, -x).map(x, x > 1, x * x).filter(x, x != i)",
    "m.transformMap(k, v, k != 'a', [v]).all(k, v, size(v) == 1)",
    "l.transformList(n, v, v + string(n)).join(',').split('').reverse()",
    "cel.bind(x, s + s, x.matches('^a+b?$') && x.contains('b'))",
    "timestamp('2024-02-29T00:00:00Z') + duration('1h30m') < t",
    "t.getHours('Europe/Berlin') + t.getDayOfWeek('-02:30')",
    "'%s %d %.2f %x'.format([l, i, 1.5, s]).substring(1, 3)",
    "math.greatest(1, 2u, 3.0) >= math.abs(-9223372036854775808)",
    "ip('10.0.0.1') == cidr('10.0.0.0/8').ip() || isCIDR('::/0')",
    "quantity('1.5Gi').add(quantity('200m')).isGreaterThan(quantity('1k'))",
    "semver('1.2.3').compareTo(semver('v1.2', true)) == url('http://a/b?c=d').getPort().size()",
    "sets.contains([1, 2], [2.0]) && lists.range(5).slice(1, 3).flatten() == [1, 2]",
    "[1, 2].exists_one(x, x == 1) in [type(int), dyn(1), 1.0 / 0.0]",
    "format.dns1123Label().validate(s).hasValue() == (s.charAt(0) == '\\u00e9')",
    "regex.replace(s, '(a)(b)', '\\\\2\\\\1') + base64.encode(bytes(s))",
];

/// Pieces that join anything.
const JOINTS: &[&str] = &[
    " && ",
    " || ",
    " == ",
    " + ",
    ".",
    "(",
    ")",
    "[",
    "]",
    "?",
    ":",
    ", ",
    "!",
    "-",
    "'",
    "\\",
    "{",
    "}",
    " in ",
    "x",
    "0",
    "9223372036854775808",
    "é",
    "`",
    "\u{1F431}",
    ".map(x, ",
    "..",
];

#[test]
fn no_mixture_of_expressions_panics_or_means_two_things() {
    let (env, request) = environment();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let are_whole = SEEDS.iter().all(|seed| env.compile_unchecked(seed).is_ok());
    assert!(are_whole, "every seed is an expression");
    let (mut ran, mut refused) = (0, 0);
    for _ in 0..ROUNDS {
        let text = mixture(&mut random);
        match env.compile_unchecked(&text) {
            Ok(unchecked) => {
                ran += 1;
                agree(&env, &text, &unchecked, &request);
            }
            Err(problems) => {
                refused += 1;
                have_places(&text, &problems);
            }
        }
    }
    assert!(
        ran > ROUNDS / 20 && refused > ROUNDS / 20,
        "{ran} ran, {refused} refused"
    );
}

fn agree(env: &Env, text: &str, unchecked: &kordon_cel::Program, request: &Bindings) {
    let (value, cost) = unchecked.measure(request);
    assert!(cost <= LIMIT, "{text}: {cost}");
    let condition = unchecked.test(request);
    match (&value, condition) {
        (Ok(Value::Bool(value)), condition) => assert_eq!(condition, Ok(*value), "{text}"),
        (Ok(_), condition) => assert!(condition.is_err(), "{text}"),
        (Err(error), condition) => assert_eq!(condition, Err(*error), "{text}"),
    }
    match env.compile(text) {
        Ok(checked) => {
            let (one, other) = (
                format!("{value:?}"),
                format!("{:?}", checked.evaluate(request)),
            );
            assert_eq!(one, other, "{text}");
        }
        Err(problems) => have_places(text, &problems),
    }
}

fn have_places(text: &str, problems: &[Problem]) {
    assert!(!problems.is_empty());
    for problem in problems {
        let (start, end) = (problem.span.start as usize, problem.span.end as usize);
        assert!(text.get(start..end).is_some(), "{text}: {problem:?}");
    }
}

/// A part of one expression, then a part of another, some joint in between.
fn mixture(random: &mut Random) -> String {
    let mut text = SEEDS[random.below(SEEDS.len())].to_owned();
    for _ in 0..=random.below(3) {
        let other = SEEDS[random.below(SEEDS.len())];
        let (start, end) = (boundary(random, &text), boundary(random, &text));
        let (from, to) = (boundary(random, other), boundary(random, other));
        let piece = match random.below(3) {
            0 => JOINTS[random.below(JOINTS.len())],
            1 => &other[from.min(to)..from.max(to)],
            _ => "",
        };
        let end = if random.below(2) == 0 { start } else { end };
        text.replace_range(start.min(end)..start.max(end), piece);
    }
    text
}

/// A place between two characters.
fn boundary(random: &mut Random, text: &str) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn environment() -> (Env, Bindings) {
    let text = |text: &str| Value::string(text);
    let json = serde_json::json!({"a": {"b": [1, 2]}, "n": 4, "s": "ab"});
    let values = [
        ("s", "string", text("ab")),
        ("i", "int", Value::Int(3)),
        (
            "l",
            "list(string)",
            Value::list(vec![text("ab"), text("é")]),
        ),
        ("m", "map(string, dyn)", Value::from_json(&json)),
        (
            "t",
            "timestamp",
            Value::Timestamp(Timestamp::new(1_700_000_000, 5).unwrap()),
        ),
    ];
    let limits = Limits {
        max_cost: LIMIT,
        ..Limits::default()
    };
    let mut env = Env::new().limits(limits);
    let mut bindings = Vec::new();
    for (name, of, value) in values {
        env = env.variable(name, Type::parse(of).unwrap());
        bindings.push((name.to_owned(), value));
    }
    (env, Bindings(bindings))
}

/// The same numbers in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}
