use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::{Code, CodeDoc, FieldPath, Fix, Limits, Span, codes, decode, parse};

fn check(text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("policy.yaml", text);
    let parsed = parse(id, text, &Limits::default());
    terminal(&parsed.diagnostics, &sources, &TerminalOptions::default())
}

#[test]
fn a_key_written_twice_is_shown_at_both_places() {
    insta::assert_snapshot!(check("spec:\n  a: 1\n  b: 2\n  a: 3\n"));
}

#[test]
fn keys_far_apart_are_shown_in_two_excerpts() {
    let keys: Vec<String> = (0..40).map(|at| format!("k{at}: 1\n")).collect();
    insta::assert_snapshot!(check(&format!("a: 1\n{}a: 2\n", keys.concat())));
}

#[test]
fn a_tab_is_shown() {
    insta::assert_snapshot!(check("metadata:\n  name: x\nspec:\n\tingress: []\n"));
}

#[test]
fn an_open_quote_is_shown() {
    insta::assert_snapshot!(check("metadata:\n  name: \"cart\nspec: {}\n"));
}

#[test]
fn an_open_bracket_is_shown() {
    insta::assert_snapshot!(check("spec:\n  ports: [80, 443\n  other: 1\n"));
}

#[test]
fn a_second_colon_is_shown() {
    insta::assert_snapshot!(check("metadata:\n  annotations:\n    note: see: below\n"));
}

#[test]
fn a_line_without_colon_is_shown() {
    insta::assert_snapshot!(check("kind: Role\nrules\nmetadata: {}\n"));
}

#[test]
fn an_alias_without_anchor_is_shown() {
    insta::assert_snapshot!(check("spec:\n  host: *.example.com\n"));
}

#[test]
fn a_hidden_line_break_is_shown_as_an_escape() {
    insta::assert_snapshot!(check("a: 1 # all is well\u{2028}b: 2\n"));
}

#[test]
fn a_comma_too_many_in_json_is_shown() {
    insta::assert_snapshot!(check("{\n  \"kind\": \"Role\",\n  \"rules\": [1, 2,]\n}\n"));
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only decoding matters")]
struct Block {
    cidr: String,
    #[serde(default)]
    except: Vec<String>,
}

const BLOCKS: &str = "\
first: {cidr: 10.0.0.0/8, expect: [10.1.0.0/16]}
second:
  cidr: [10.0.0.0/16]
  except: [8080, yes]
third: {}
";

/// A text with typical mistakes in its types, and what is wrong with it.
fn mistakes() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let id = sources.add("dir/my blocks.yaml", BLOCKS);
    let root = parse(id, BLOCKS, &Limits::default())
        .documents
        .remove(0)
        .root;
    let decoded = decode::<std::collections::BTreeMap<String, Block>>(&root);
    let object = Some("Block shop/cart");
    let errors = decoded
        .errors
        .into_iter()
        .map(|it| it.diagnostic(Code("KD0210"), id, object));
    let unknown = decoded.unknown.iter();
    let unknown = unknown.map(|it| it.diagnostic(Code("KD0211"), Severity::Warning, id, object));
    (sources.clone(), errors.chain(unknown).collect())
}

#[test]
fn values_of_the_wrong_type_are_shown() {
    let (sources, diagnostics) = mistakes();
    insta::assert_snapshot!(terminal(
        &diagnostics,
        &sources,
        &TerminalOptions::default()
    ));
}

#[test]
fn colours_are_escapes_around_the_same_text() {
    let (sources, diagnostics) = mistakes();
    let plain = terminal(&diagnostics, &sources, &TerminalOptions::default());
    let options = TerminalOptions {
        color: Color::Always,
        ..TerminalOptions::default()
    };
    let coloured = terminal(&diagnostics, &sources, &options);
    assert!(coloured.contains('\u{1b}') && !plain.contains('\u{1b}'));
    assert!(coloured.contains("KD0210"));
}

#[test]
fn a_fix_without_help_is_shown_as_a_change() {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", "spec:\n  expect: 1\n");
    let fix = Fix::replace("write `except`", id, Span::new(8, 14), "except");
    let diagnostic = Diagnostic::warning(Code("KD0211"), "unknown field `expect`")
        .at(id, Span::new(8, 14), "")
        .fix(fix);
    insta::assert_snapshot!(terminal(
        &[diagnostic],
        &sources,
        &TerminalOptions::default()
    ));
}

#[test]
fn a_diagnostic_without_place_is_shown_without_excerpt() {
    let diagnostic = Diagnostic::error(Code("KD0108"), "the text is too long")
        .object("Role shop/a")
        .path("rules[0]".parse::<FieldPath>().unwrap())
        .help("split it");
    insta::assert_snapshot!(terminal(
        &[diagnostic],
        &Sources::default(),
        &TerminalOptions::default()
    ));
}

#[test]
fn what_the_input_says_cannot_control_the_terminal() {
    let mut sources = Sources::default();
    let id = sources.add("a\u{1b}[31m.yaml", "x: \u{1b}[31m\u{202e}red\n");
    let diagnostic = Diagnostic::error(Code("KD0101"), "m\u{1b}[0m")
        .at(id, Span::new(0, 1), "l\u{1b}[0m")
        .object("o\u{1b}[0m")
        .help("h\u{1b}[0m\u{202e}");
    let shown = terminal(&[diagnostic], &sources, &TerminalOptions::default());
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
}

#[test]
fn a_long_line_is_named_and_not_shown() {
    let text = format!("{{\"a\": \"{}\", \"b\" 1}}", "x".repeat(10_000));
    let shown = check(&text);
    assert!(shown.len() < 500, "{shown}");
    assert!(shown.contains("policy.yaml:1:10015"), "{shown}");
}

#[test]
fn the_order_in_which_problems_are_found_does_not_matter() {
    let (sources, diagnostics) = mistakes();
    let mut reversed = diagnostics.clone();
    reversed.reverse();
    assert_eq!(json(&diagnostics, &sources), json(&reversed, &sources));
    let options = TerminalOptions::default();
    assert_eq!(
        terminal(&diagnostics, &sources, &options),
        terminal(&reversed, &sources, &options)
    );
}

#[test]
fn json_has_every_part() {
    let (sources, diagnostics) = mistakes();
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&json(&diagnostics[3..], &sources)).unwrap()
    );
}

#[test]
fn sarif_has_rules_results_places_and_fixes() {
    let (sources, diagnostics) = mistakes();
    let docs = [
        CodeDoc {
            code: Code("KD0210"),
            title: "wrong type",
            why: "it is refused",
            mend: "quote it",
        },
        CodeDoc {
            code: Code("KD9999"),
            title: "unused",
            why: "",
            mend: "",
        },
    ];
    let rules: Vec<&CodeDoc> = docs.iter().collect();
    let log = sarif(&diagnostics[3..], &sources, &rules, "1.2.3");
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn every_rule_index_of_sarif_leads_to_its_rule() {
    let (sources, diagnostics) = mistakes();
    let rules: Vec<&CodeDoc> = codes::CODES.iter().collect();
    let log = sarif(&diagnostics, &sources, &rules, "1.2.3");
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(
            run["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
    }
    assert_ne!(run["results"], Value::Array(vec![]));
}

#[test]
fn workflow_commands_are_escaped() {
    let mut sources = Sources::default();
    let id = sources.add("a,b:c%.yaml", "x: 1\ny: 2\n");
    let one = Diagnostic::error(Code("KD0101"), "50% of: a, b")
        .at(id, Span::new(3, 4), "")
        .help("a\nb");
    let two = Diagnostic::note(Code("KD0102"), "m").at(id, Span::new(3, 7), "");
    let three = Diagnostic::warning(Code("KD0103"), "m");
    assert_eq!(
        github(&[one, two, three], &sources),
        "::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=4,endColumn=5,title=KD0101%3A 50%25 of%3A a%2C b::50%25 of: a, b%0Ahelp: a\\nb\n\
         ::notice file=a%2Cb%3Ac%25.yaml,line=1,endLine=2,title=KD0102%3A m::m\n\
         ::warning title=KD0103%3A m::m\n"
    );
}
