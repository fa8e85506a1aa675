//! Reading texts, and short forms of what they lower to.

use std::fs;
use std::path::{Path, PathBuf};

use kordon_core::model::{Item, Workload};
use kordon_core::rule::{Policy, Rule, RuleSet, Rules};
use kordon_kinds::{Located, Lowered, Settings, State, lower};
use kordon_syntax::{Limits, Severity, Sources, parse};

/// Lowers every object of a text, lists taken apart.
pub(crate) fn read(sources: &mut Sources, name: &str, text: &str) -> Lowered {
    let mut out = Lowered::default();
    read_into(sources, name, text, &mut out);
    out
}

/// Adds every object of a text.
pub(crate) fn read_into(sources: &mut Sources, name: &str, text: &str, out: &mut Lowered) {
    let id = sources.add(name, text);
    let parsed = parse(id, text, &Limits::default());
    assert_eq!(parsed.diagnostics, [], "{name} parses");
    let settings = Settings::default();
    for document in parsed.documents {
        match document.root.into_items() {
            Ok(items) => items
                .iter()
                .for_each(|item| lower(item, id, &settings, out)),
            Err(object) => lower(&object, id, &settings, out),
        }
    }
}

/// Lowers a text that must be without errors and warnings.
pub(crate) fn clean(text: &str) -> Vec<Located> {
    let lowered = read(&mut Sources::default(), "input.yaml", text);
    let problems: Vec<&str> = lowered
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity != Severity::Note)
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert_eq!(problems, [""; 0], "no problems in\n{text}");
    assert!(
        lowered
            .objects
            .iter()
            .all(|object| object.state == State::Exact)
    );
    lowered.objects
}

/// Lowers a text of one object, problems or not.
pub(crate) fn one(text: &str) -> (Located, Vec<String>) {
    let lowered = read(&mut Sources::default(), "input.yaml", text);
    let messages = lowered
        .diagnostics
        .into_iter()
        .map(|diagnostic| diagnostic.message)
        .collect();
    let [object] = <[Located; 1]>::try_from(lowered.objects).expect("one object");
    (object, messages)
}

/// The policies among an object's items.
pub(crate) fn policies(located: &Located) -> Vec<&Policy> {
    located
        .object
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Policy(policy) => Some(policy),
            _ => None,
        })
        .collect()
}

/// The workload that an object contributes.
pub(crate) fn workload(located: &Located) -> &Workload {
    let [Item::Workload(workload)] = located.object.items.as_slice() else {
        panic!("one workload, not {:?}", located.object.items)
    };
    workload
}

/// The rule set that an object contributes.
pub(crate) fn rule_set(located: &Located) -> &RuleSet {
    let [Item::RuleSet(rules)] = located.object.items.as_slice() else {
        panic!("one rule set, not {:?}", located.object.items)
    };
    rules
}

/// A policy's own rules.
pub(crate) fn own_rules(policy: &Policy) -> &[Rule] {
    match &policy.rules {
        Rules::Own(rules) => rules,
        Rules::Of(object) => panic!("own rules, not those of {object}"),
    }
}

/// A folder of cases that lies outside the repository, or `None` with a word about it.
#[expect(
    clippy::disallowed_methods,
    reason = "the variable says where the cases lie"
)]
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = match std::env::var_os("KORDON_CONFORMANCE") {
        Some(root) => PathBuf::from(root).join(".."),
        None => workspace.join("../shared"),
    };
    let path = root.join(folder);
    if !path.is_dir() {
        println!("{} is absent, so its cases are not run", path.display());
        return None;
    }
    Some(path)
}

/// All files below a folder whose names end in one of these, in order.
#[expect(clippy::disallowed_methods, reason = "the cases lie in files")]
pub(crate) fn files(folder: &Path, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if endings
                .iter()
                .any(|ending| path.to_string_lossy().ends_with(ending))
            {
                let text = fs::read_to_string(&path).expect("text");
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}
