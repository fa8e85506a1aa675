//! What one text may cost.

use std::fmt::Write;

use super::*;

fn only_limit(text: &str, limits: &Limits) -> Parsed {
    let parsed = read_within(text, limits);
    let codes: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect();
    assert_eq!(codes, [codes::LIMIT], "{:?}", parsed.diagnostics);
    parsed
}

#[test]
fn a_text_has_a_size() {
    assert_eq!(
        only_limit(
            "a: 12",
            &Limits {
                max_bytes: 4,
                ..Limits::default()
            }
        )
        .documents,
        []
    );
}

#[test]
fn values_stand_so_deep_and_no_deeper() {
    let limits = Limits::default();
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("- ", "")] {
        let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert_eq!(read_within(&nested(100), &limits).diagnostics, [], "{open}");
        assert_eq!(only_limit(&nested(101), &limits).documents, [], "{open}");
        assert_eq!(only_limit(&nested(10_000), &limits).documents, [], "{open}");
    }
}

#[test]
fn depth_has_a_bound_of_its_own() {
    let limits = Limits {
        max_depth: usize::MAX,
        ..Limits::default()
    };
    only_limit(&"[".repeat(1000), &limits);
}

#[test]
fn aliases_count_for_the_depth() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for at in 1..200 {
        writeln!(text, "a{at}: &a{at} [*a{}]", at - 1).unwrap();
    }
    only_limit(&text, &Limits::default());
}

#[test]
fn aliases_cannot_multiply_without_end() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..10 {
        let alias = format!("*a{}", at - 1);
        writeln!(text, "a{at}: &a{at} [{}]", vec![alias; 10].join(", ")).unwrap();
    }
    let parsed = only_limit(&format!("{text}---\nb: 1\n"), &Limits::default());
    assert_eq!(parsed.documents.len(), 1);
    assert!(
        parsed.diagnostics[0]
            .message
            .starts_with("aliases stand for more than")
    );
}

#[test]
fn documents_and_values_have_a_number() {
    let documents = Limits {
        max_documents: 2,
        ..Limits::default()
    };
    assert_eq!(
        only_limit("1\n---\n2\n---\n3\n---\n4\n", &documents)
            .documents
            .len(),
        2
    );
    assert_eq!(only_limit("[1] [2] [3] [4]", &documents).documents.len(), 2);
    let nodes = Limits {
        max_nodes: 4,
        ..Limits::default()
    };
    assert_eq!(only_limit("[1, 2]\n[3, 4]\n[5]", &nodes).documents.len(), 1);
    assert_eq!(
        only_limit("a: 1\nb: 2\n---\nc: 3\n", &nodes)
            .documents
            .len(),
        0
    );
}

#[test]
fn problems_have_a_number() {
    let limits = Limits {
        max_diagnostics: 2,
        ..Limits::default()
    };
    let parsed = read_within(&"a: [\n---\n".repeat(10), &limits);
    assert_eq!(parsed.diagnostics.len(), 3);
    assert_eq!(parsed.diagnostics[2].code, codes::LIMIT);
}
