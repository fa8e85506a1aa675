//! What people read when an expression is wrong.

use std::sync::Arc;

use kordon_cel::{CODES, DeclarationError, Env, Reason, Type, Value};

use crate::suite::Bindings;

fn env() -> Env {
    Env::new()
        .object(
            "User",
            [("name", Type::String), ("groups", Type::list(Type::String))],
        )
        .variable("user", Type::Object("User".into()))
        .variable("count", Type::Int)
        .variable("any", Type::Dyn)
}

#[test]
fn a_problem_has_its_place_and_says_how_to_mend_it() {
    for (text, place, message, help) in [
        (
            "usr.name == 'a'",
            "usr",
            "undeclared name `usr`",
            "did you mean `user`?",
        ),
        (
            "user.nam == 'a'",
            "nam",
            "type User has no field `nam`",
            "did you mean `name`?",
        ),
        (
            "user.x == 'a'",
            "x",
            "type User has no field `x`",
            "its fields are `name`, `groups`",
        ),
        (
            "count == 'a'",
            "count == 'a'",
            "`==` does not take (int, string)",
            "it takes (A, A)",
        ),
        (
            "count + user.name == 'a'",
            "count + user.name",
            "`+` does not take (int, string)",
            "it takes (int, int) or (uint, uint) or (double, double) or (string, string) or \
             (bytes, bytes) or (list(A), list(A)) or (duration, duration) or (duration, \
             timestamp) or ..",
        ),
        (
            "user.name.startWith('a')",
            "startWith",
            "undeclared name `startWith`",
            "did you mean `startsWith`?",
        ),
        (
            "user.name.startsWith(1)",
            "user.name.startsWith(1)",
            "`startsWith` does not take (string, int)",
            "it takes (string, string)",
        ),
        (
            "count = 1",
            "=",
            "unexpected character `=`",
            "compare with `==`",
        ),
        (
            "count == 1 & true",
            "&",
            "unexpected character `&`",
            "`and` is written `&&`",
        ),
    ] {
        let problems = env().compile(text).unwrap_err();
        let [problem] = &*problems else {
            panic!("{text}: {problems:?}");
        };
        assert_eq!(problem.span.text(text), place, "{text}");
        assert_eq!(problem.message, message, "{text}");
        assert_eq!(problem.help, [help], "{text}");
    }
}

#[test]
fn a_problem_without_help_says_what_was_expected() {
    for (text, place, message) in [
        (
            "user && true",
            "user",
            "expected a condition of type bool, found User",
        ),
        (
            "count.all(x, x)",
            "count",
            "expected a list or a map to go over, found int",
        ),
        (
            "count.name",
            "name",
            "a value of type int has no field `name`",
        ),
        ("count ==", "", "the expression ends; expected a value"),
        ("(count", "", "the expression ends; expected `)`"),
        (
            "has(count)",
            "count",
            "`has` takes a field, such as `has(a.b)`",
        ),
        ("[1].all(1, true)", "1", "expected the name of a variable"),
        (
            "[1].all(x, x, true)",
            "all",
            "two variables have the name `x`",
        ),
        ("var", "var", "`var` is a reserved word and no name"),
        (
            "user.name.matches('(')",
            "'('",
            "`(` is no regular expression of RE2",
        ),
        (
            "count 1",
            "1",
            "unexpected value; expected an operator or the end",
        ),
    ] {
        let problems = env().compile(text).unwrap_err();
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert_eq!(problems[0].span.text(text), place, "{text}");
        assert_eq!(problems[0].message, message, "{text}");
    }
}

#[test]
fn all_problems_of_an_expression_are_found_at_once() {
    let problems = env()
        .compile("usr.name == 1 || nme == 'a' || count == 'a'")
        .unwrap_err();
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn what_is_not_known_before_the_request_is_checked_with_it() {
    let program = env().compile("any.name == 'a' || any > 3").unwrap();
    let holds = |any: Value<'static>| {
        let fields = vec![
            ("user".to_owned(), Value::Null),
            ("count".to_owned(), Value::Int(1)),
            ("any".to_owned(), any),
        ];
        program
            .test(&Bindings(fields))
            .map_err(|error| error.reason)
    };
    assert_eq!(holds(Value::Int(4)), Ok(true));
    assert_eq!(holds(Value::Int(3)), Err(Reason::NoOverload));
    assert_eq!(holds(Value::string("a")), Err(Reason::NoOverload));
}

#[test]
fn functions_of_the_host_are_called_and_may_fail() {
    let env = env()
        .function(
            "<User>.isCalled(string): bool",
            Arc::new(|arguments| match arguments {
                [_, Value::String(name)] if name.is_empty() => Err(Reason::Host(7)),
                [_, Value::String(name)] => Ok(Value::Bool(&**name == "alice")),
                _ => Err(Reason::NoOverload),
            }),
        )
        .unwrap()
        // A name that the language gives to a method may be that of a function.
        .function(
            "contains(string, string): bool",
            Arc::new(|_| Ok(Value::Bool(true))),
        )
        .unwrap();
    let request = Bindings(vec![("user".to_owned(), Value::Null)]);
    let test = |text: &str| {
        let result = env.compile(text).unwrap().test(&request);
        result.map_err(|error| error.reason)
    };
    assert_eq!(test("user.isCalled('alice')"), Ok(true));
    assert_eq!(test("user.isCalled('')"), Err(Reason::Host(7)));
    assert_eq!(test("contains('a', 'b') && !'a'.contains('b')"), Ok(true));
    assert!(env.compile("user.isCalled(1)").is_err());
}

#[test]
fn a_function_of_the_host_cannot_replace_one_of_the_language() {
    let declare = |signature: &str| {
        let declared = Env::new().function(signature, Arc::new(|_| Ok(Value::Bool(true))));
        declared.unwrap_err()
    };
    assert_eq!(
        declare("size(User): int"),
        DeclarationError::Taken("size".to_owned())
    );
    assert_eq!(
        declare("no signature"),
        DeclarationError::Signature("no signature".to_owned())
    );
}

#[test]
fn codes_are_in_order_and_stand_once() {
    assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
}
