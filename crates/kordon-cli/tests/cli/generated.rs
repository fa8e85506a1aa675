//! The parts of pages that are written from tables in the code. A part stands between
//! `<!-- generated: NAME -->` and `<!-- end -->`.

use std::fmt::Write;

use kordon::Cluster;
use kordon::kinds::{KINDS, Role, Scope};
use kordon::syntax::{CodeDoc, Limits};

const END: &str = "<!-- end -->";

/// The name of a part, and what writes it.
type Part = (&'static str, fn() -> String);

/// All parts.
pub(crate) const PARTS: &[Part] = &[
    ("codes", codes),
    ("kinds", kinds),
    ("kinds that are not evaluated", not_evaluated),
    ("limits of a text", limits),
];

/// Policies that are seen and not evaluated, by API group.
const NOT_EVALUATED: &[(&str, &str, &[&str])] = &[
    (
        "Cilium",
        "cilium.io",
        &["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"],
    ),
    (
        "Antrea",
        "crd.antrea.io",
        &["NetworkPolicy", "ClusterNetworkPolicy"],
    ),
    (
        "Linkerd",
        "policy.linkerd.io",
        &["AuthorizationPolicy", "Server", "ServerAuthorization"],
    ),
];

/// The page with its parts as they should be, and how many it has.
pub(crate) fn refresh(page: &str) -> (String, usize) {
    let (mut page, mut count) = (page.to_owned(), 0);
    for (name, write) in PARTS {
        let begin = format!("<!-- generated: {name} -->");
        let Some((before, rest)) = page.split_once(&begin) else {
            continue;
        };
        let (_, after) = rest.split_once(END).expect("the part has an end");
        page = format!("{before}{begin}\n\n{}\n{END}{after}", write());
        count += 1;
    }
    (page, count)
}

/// A section for each code.
fn codes() -> String {
    let section = |doc: &CodeDoc| {
        let CodeDoc { code, title, .. } = doc;
        let (why, mend) = (sentence(doc.why), sentence(doc.mend));
        format!("### {code}\n\n**{title}**\n\n- Why: {why}\n- To mend it: {mend}\n")
    };
    kordon::codes().map(section).collect::<Vec<_>>().join("\n")
}

/// Documentation of a code is written without a capital and a stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect::<String>();
    format!("{first}{}.", letters.as_str())
}

fn kinds() -> String {
    let mut text =
        String::from("| kind | apiVersion | scope | role |\n| --- | --- | --- | --- |\n");
    for kind in KINDS {
        let versions = kind.versions.iter().map(|version| match kind.group {
            "" => format!("`{version}`"),
            group => format!("`{group}/{version}`"),
        });
        let scope = match kind.scope {
            Scope::Cluster => "cluster",
            Scope::Namespaced => "namespace",
        };
        let role = match kind.role {
            Role::Policy => "policy",
            Role::Inventory => "inventory",
        };
        let versions = versions.collect::<Vec<_>>().join(", ");
        writeln!(text, "| {} | {versions} | {scope} | {role} |", kind.kind).unwrap();
    }
    text
}

fn not_evaluated() -> String {
    let mut text = String::from("| project | API group | kinds |\n| --- | --- | --- |\n");
    for (project, group, kinds) in NOT_EVALUATED {
        kinds.iter().for_each(|kind| assert_warned_of(group, kind));
        writeln!(text, "| {project} | `{group}` | {} |", kinds.join(", ")).unwrap();
    }
    text
}

fn assert_warned_of(group: &str, kind: &str) {
    let mut cluster = Cluster::new();
    let text = format!("apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: a}}\n");
    cluster.read("policy.yaml", &text);
    let found = cluster.diagnostics();
    let is_warned = found.iter().any(|found| found.code.0 == "KD0203");
    assert!(
        is_warned,
        "{kind} of {group} is not warned of: mend the page"
    );
}

fn limits() -> String {
    let limits = Limits::default();
    let rows = [
        ("size", "max_bytes", limits.max_bytes),
        ("depth of nesting", "max_depth", limits.max_depth),
        ("documents", "max_documents", limits.max_documents),
        ("values in all documents", "max_nodes", limits.max_nodes),
        (
            "values that aliases of one document copy",
            "max_alias_nodes",
            limits.max_alias_nodes,
        ),
        (
            "problems, after which reading stops",
            "max_diagnostics",
            limits.max_diagnostics,
        ),
    ];
    let mut text = String::from("| what | field | limit |\n| --- | --- | ---: |\n");
    for (what, field, limit) in rows {
        writeln!(text, "| {what} | `{field}` | {} |", grouped(limit)).unwrap();
    }
    text
}

/// A number with its thousands apart; a size in whole mebibytes as such.
fn grouped(number: usize) -> String {
    const MEBIBYTE: usize = 1 << 20;
    if number.is_multiple_of(MEBIBYTE) {
        return format!("{} MiB", number / MEBIBYTE);
    }
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}
