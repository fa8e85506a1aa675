mod limits;
mod properties;

use serde_json::{Value as Json, json};

use super::*;

fn read(text: &str) -> Parsed {
    read_within(text, &Limits::default())
}

fn read_within(text: &str, limits: &Limits) -> Parsed {
    parse(SourceId::default(), text, limits)
}

fn values(text: &str) -> Vec<Json> {
    let parsed = read(text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    parsed
        .documents
        .iter()
        .map(|document| document.root.to_json())
        .collect()
}

/// Code, message and the text that the first label points at.
fn problems(text: &str) -> Vec<(&'static str, String, String)> {
    let diagnostics = read(text).diagnostics.into_iter();
    let problem = |diagnostic: Diagnostic| {
        let span = diagnostic
            .labels
            .first()
            .map(|label| label.span)
            .unwrap_or_default();
        (
            diagnostic.code.0,
            diagnostic.message,
            span.text(text).to_owned(),
        )
    };
    diagnostics.map(problem).collect()
}

fn problem(text: &str) -> (&'static str, String, String) {
    let mut problems = problems(text);
    assert_eq!(problems.len(), 1, "{text}: {problems:?}");
    problems.remove(0)
}

#[test]
fn documents_of_yaml_are_separated_and_empty_ones_skipped() {
    assert_eq!(
        values("a: 1\n---\n---\n# nothing\n---\nb: [x, 'y']\n"),
        [json!({"a": 1}), json!({"b": ["x", "y"]})]
    );
    assert_eq!(values(""), [] as [Json; 0]);
    assert_eq!(values("---\n"), [] as [Json; 0]);
    assert_eq!(values("null\n---\n~\n"), [] as [Json; 0]);
}

#[test]
fn documents_are_numbered_as_they_stand_in_the_text() {
    let parsed = read("a: 1\n---\nb: [\n---\n---\nc: 3\n");
    let indices: Vec<u32> = parsed
        .documents
        .iter()
        .map(|document| document.index)
        .collect();
    assert_eq!(indices, [0, 2]);
}

#[test]
fn a_text_that_starts_with_a_bracket_is_json() {
    assert_eq!(
        values("\u{feff} \n{\"a\": 1}\n{\"b\": 2} [3]"),
        [json!({"a": 1}), json!({"b": 2}), json!([3])]
    );
    assert_eq!(values("{}"), [json!({})]);
    assert_eq!(problem("{\"a\": yes}").0, "KD0102");
}

#[test]
fn a_brace_that_no_json_object_starts_with_is_yaml() {
    assert_eq!(
        values("{a: yes, b: [0777]}"),
        [json!({"a": true, "b": [511]})]
    );
    assert_eq!(values("{ # comment\n  a: 1 }"), [json!({"a": 1})]);
}

#[test]
fn byte_order_marks_and_windows_line_ends_are_accepted() {
    assert_eq!(
        values("\u{feff}a: 1\r\nb:\r\n  - x\r\n"),
        [json!({"a": 1, "b": ["x"]})]
    );
}

#[test]
fn quotes_and_blocks_make_texts() {
    assert_eq!(
        values("a: \"yes\"\nb: '0777'\nc: |\n  no\nd: >-\n  1\n"),
        [json!({"a": "yes", "b": "0777", "c": "no\n", "d": "1"})]
    );
}

#[test]
fn a_block_at_the_end_of_the_text_gets_no_line_feed() {
    assert_eq!(values("a: |\n  x"), [json!({"a": "x"})]);
}

#[test]
fn tags_decide_what_a_scalar_is() {
    assert_eq!(
        values(
            "a: !!str 5\nb: !!int \"0x10\"\nc: !!bool \"on\"\nd: ! 5\ne: !custom 5\nf: !!str\ng: !!map {x: 1}\n"
        ),
        [json!({"a": "5", "b": 16, "c": true, "d": "5", "e": "5", "f": "", "g": {"x": 1}})]
    );
    assert_eq!(
        problem("a: !!int x\n"),
        ("KD0105", "`x` is not a whole number".into(), "x".into())
    );
    assert_eq!(problem("a: !!binary aGk=\n").0, "KD0105");
}

#[test]
fn keys_become_texts() {
    assert_eq!(
        values("yes: a\n1: b\n0x10: c\n1.5: d\n\"n\": e\n"),
        [json!({"true": "a", "1": "b", "16": "c", "1.5": "d", "n": "e"})]
    );
    for text in [
        "? [a]\n: b\n",
        "? {a: 1}\n: b\n",
        "~: a\n",
        ": a\n",
        "&x 1: a\n",
    ] {
        assert_eq!(problem(text).0, "KD0104", "{text}");
    }
}

#[test]
fn numbers_that_json_does_not_have_are_refused() {
    assert_eq!(
        problem("a: -.inf\n"),
        (
            "KD0105",
            "JSON, and so the API server, knows no such number".into(),
            "-.inf".into()
        )
    );
}

#[test]
fn a_key_stands_once() {
    let text = "a: 1\nb: 2\na: 3\n---\nc: 4\n";
    let parsed = read(text);
    assert_eq!(parsed.documents.len(), 1);
    let diagnostic = &parsed.diagnostics[0];
    assert_eq!(diagnostic.message, "the key `a` is written twice");
    let spans: Vec<_> = diagnostic
        .labels
        .iter()
        .map(|label| (label.span.start, label.primary))
        .collect();
    assert_eq!(spans, [(10, true), (0, false)]);
    assert_eq!(problem("1: a\n\"1\": b\n").0, "KD0103");
    assert_eq!(problem("{\"a\": {\"x\": 1, \"x\": 2}}").0, "KD0103");
}

#[test]
fn every_key_that_stands_twice_is_reported() {
    let keys: Vec<String> = (0..30).map(|at| format!("k{}: {at}\n", at % 20)).collect();
    assert_eq!(problems(&keys.concat()).len(), 10);
}

#[test]
fn an_alias_stands_for_a_copy_and_is_pointed_at() {
    let parsed = read("a: &x [1, {b: 2}]\nc: *x\n");
    let root = &parsed.documents[0].root;
    assert_eq!(
        root.to_json(),
        json!({"a": [1, {"b": 2}], "c": [1, {"b": 2}]})
    );
    assert_eq!(root.get("c").unwrap().span, Span::new(21, 23));
    assert_eq!(
        values("- &x b\n- *x : 1\n- {*x : 2}\n"),
        [json!(["b", {"b": 1}, {"b": 2}])]
    );
}

#[test]
fn an_anchor_may_be_defined_again() {
    assert_eq!(
        values("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"),
        [json!({"a": 1, "b": 1, "c": 2, "d": 2})]
    );
}

#[test]
fn an_alias_needs_an_anchor_before_it_in_the_same_document() {
    assert_eq!(
        problem("a: *x\nb: &x 1\n"),
        ("KD0106", "no anchor `&x` comes before".into(), "*x".into())
    );
    assert_eq!(problem("a: &x 1\n---\nb: *x\n").0, "KD0106");
    assert_eq!(
        problem("a: &x [*x]\n"),
        (
            "KD0106",
            "an alias inside of its own anchor".into(),
            "*x".into()
        )
    );
}

#[test]
fn a_merge_key_takes_entries_in() {
    let base = "base: &base {v: 1, w: 2}\nother: &other {w: 3, z: 4}\n";
    let merged = |mapping: &str| values(&format!("{base}{mapping}"))[0]["m"].clone();
    assert_eq!(merged("m:\n  <<: *base\n  v: 5\n"), json!({"v": 5, "w": 2}));
    assert_eq!(
        merged("m: {<<: [*base, *other]}"),
        json!({"v": 1, "w": 2, "z": 4})
    );
    assert_eq!(merged("m: {<<: {q: 1}}"), json!({"q": 1}));
    assert_eq!(merged("m: {!!merge <<: *base}"), json!({"v": 1, "w": 2}));
    assert_eq!(merged("m: {\"<<\": 1}"), json!({"<<": 1}));
    assert_eq!(
        merged("m:\n  q: 5\n  <<: *base\n"),
        json!({"q": 5, "v": 1, "w": 2})
    );
}

#[test]
fn a_merge_key_that_readers_understand_differently_is_refused() {
    for text in [
        "<<: 1\n",
        "<<: [1]\n",
        "<<: [[{a: 1}]]\n",
        "a: 1\n<<: {a: 2}\n",
        "<<: {a: 1}\n<<: {b: 1}\n",
    ] {
        assert_eq!(problem(text).0, "KD0107", "{text}");
    }
}

#[test]
fn characters_that_kubectl_takes_for_line_breaks_are_refused() {
    for character in ['\u{85}', '\u{2028}', '\u{2029}'] {
        let text = format!("a: 1 # harmless{character}b: 2\n");
        let (code, _, shown) = problem(&text);
        assert_eq!((code, shown), ("KD0109", character.to_string()));
        assert_eq!(read(&text).documents, []);
    }
    assert_eq!(values("a: \"\\u2028\"\n"), [json!({"a": "\u{2028}"})]);
    assert_eq!(values("{\"a\": \"\u{2028}\"}"), [json!({"a": "\u{2028}"})]);
}

#[test]
fn a_broken_document_does_not_hide_those_around_it() {
    for broken in [
        "a: \"x",
        "a: [1",
        "a: {b",
        "a:\n\tb: 1",
        "a: b: c",
        "a: *nope",
        "- a\nb: c",
        "a: 'it's'",
        "a: @x",
    ] {
        let parsed = read(&format!("first: 1\n---\n{broken}\n---\nlast: 1\n"));
        assert_eq!(parsed.documents.len(), 2, "{broken}");
        assert_eq!(parsed.diagnostics.len(), 1, "{broken}");
        assert_eq!(parsed.documents[1].index, 2, "{broken}");
    }
}

#[test]
fn mistakes_in_yaml_are_explained_at_their_place() {
    let table = [
        ("a:\n\tb: 1\n", "a tab where YAML wants spaces", "\t"),
        ("a: \"x\n", "a quote that is never closed", "\"x"),
        ("a: 'x\n---\nb: 1\n", "a quote that is never closed", "'x"),
        ("a: [1, 2\n", "a `[` is never closed", "["),
        ("a: [1}\n", "a `[` is closed by `}`", "["),
        ("a: b: c\n", "a second `:` where one value is expected", ":"),
        ("a: b\nc\nd: 1\n", "a line that is no `key: value`", "c"),
        ("- a\nb: c\n", "expected `- ` here", "b"),
        ("key: - a\n", "a list item that cannot start here", "-"),
        ("a: %x\n", "a value cannot start with `%`", "%"),
        ("a: @x\n", "a value cannot start with `@`", "@"),
        (
            "a: \"\\q\"\n",
            "an unknown escape in double quotes",
            "\"\\q\"",
        ),
        ("a: 'it's'\n", "text after a closing quote", "s"),
        ("%YAML 1.2\n---\na: 1\n", "a `%` directive", "%"),
        ("a: *\n", "`*` or `&` without a name", "*"),
    ];
    for (text, message, place) in table {
        assert_eq!(
            problem(text),
            ("KD0101", message.into(), place.into()),
            "{text:?}"
        );
    }
}

#[test]
fn mistakes_in_json_are_explained_at_their_place() {
    let table = [
        ("{\"a\": 1,}", "a comma after the last value", ","),
        ("[1, 2,]", "a comma after the last value", ","),
        ("{\"a\": 1 // x\n}", "expected `,` or `}`", "/"),
        ("[/* x */ 1]", "a comment", "/"),
        ("{\"a\" 1}", "expected `:` after the key", "1"),
        ("{\"a\": 1 \"b\": 2}", "expected `,` or `}`", "\""),
        ("{\"a\": 1, b: 2}", "expected a key in double quotes", "b"),
        ("['a']", "single quotes", "'"),
        ("[True]", "`True` is no JSON value", "T"),
        ("[01]", "`01` is no JSON number", "01"),
        ("[0x10]", "`0x10` is no JSON number", "0x10"),
        ("[+1]", "expected a value", "+"),
        ("[1.]", "`1.` is no JSON number", "1."),
        ("[.5]", "expected a value", "."),
        ("[1e400]", "`1e400` is beyond the range of numbers", "1e400"),
        ("[\"a", "a quote that is never closed", "\"a"),
        ("[\"a\nb\"]", "a quote that is never closed", "\"a"),
        ("[\"a\tb\"]", "a control character in a text", "\t"),
        ("[\"\\x\"]", "an escape that names no character", "\\x"),
        ("[\"\\u12\"]", "an escape that names no character", "\\u"),
        (
            "[\"\\ud800\"]",
            "an escape that names no character",
            "\\ud800",
        ),
        (
            "[\"\\ud800\\u0041\"]",
            "an escape that names no character",
            "\\ud800\\u0041",
        ),
        (
            "[\"\\udc00\"]",
            "an escape that names no character",
            "\\udc00",
        ),
        ("{\"a\": ", "the JSON ends too early", ""),
        ("[1", "expected `,` or `]`", ""),
        ("{\"a\": 1}}", "expected a value", "}"),
        ("{\"a\": 1}\n---\nb: 1\n", "`---` is no JSON number", "---"),
    ];
    for (text, message, place) in table {
        assert_eq!(
            problem(text),
            ("KD0102", message.into(), place.into()),
            "{text:?}"
        );
    }
}

#[test]
fn json_after_an_error_is_not_read_and_before_it_is() {
    let parsed = read("{\"a\": 1} {\"b\" 2} {\"c\": 3}");
    assert_eq!(parsed.documents.len(), 1);
}

#[test]
fn the_escapes_of_json_are_read() {
    assert_eq!(
        values(r#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é"]"#),
        [json!(["\"\\/\u{8}\u{c}\n\r\té😀é"])]
    );
}

#[test]
fn spans_cover_the_value_and_nothing_else() {
    let text = "a: 'q'\nb: [x, \"y\"] # c\nc:\n  d: 1\n  e: |\n    text\n\nf: plain text # c\ng:\nh: {i: 1}\n";
    let parsed = read(text);
    let root = &parsed.documents[0].root;
    let at = |path: &str| root.at(&path.parse().unwrap()).unwrap().span.text(text);
    assert_eq!(at("a"), "'q'");
    assert_eq!(at("b"), "[x, \"y\"]");
    assert_eq!(at("b[1]"), "\"y\"");
    assert_eq!(at("c"), "d: 1\n  e: |\n    text");
    assert_eq!(at("c.e"), "text");
    assert_eq!(at("f"), "plain text");
    assert_eq!(at("g"), "");
    assert_eq!(at("h"), "{i: 1}");
    assert_eq!(root.span, Span::new(0, 80));
}

#[test]
fn spans_of_json_cover_the_value_and_nothing_else() {
    let text = "{ \"a\" : [ 1 , \"x\\n\" ] , \"b\" : { } }";
    let parsed = read(text);
    let root = &parsed.documents[0].root;
    let at = |path: &str| root.at(&path.parse().unwrap()).unwrap().span.text(text);
    assert_eq!(
        (at(""), at("a"), at("a[1]"), at("b")),
        (text, "[ 1 , \"x\\n\" ]", "\"x\\n\"", "{ }")
    );
}
