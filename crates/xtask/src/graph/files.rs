//! Rules on files: the bans of pure crates, the shared lints, the length of sources.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::workspace::{Package, Workspace};

/// Crates that turn text and values into values: each has the same `clippy.toml`, which bans
/// files, clocks, threads and the environment. Clippy does not merge two such files, so each
/// crate has a whole one.
const PURE: &[&str] = &[
    "kordon",
    "kordon-analyze",
    "kordon-cel",
    "kordon-core",
    "kordon-identity",
    "kordon-kinds",
    "kordon-observe",
    "kordon-syntax",
];
const MAX_LINES: usize = 700;

/// Every file rule that is broken.
pub(super) fn problems(workspace: &Workspace) -> Result<Vec<String>> {
    let pure = workspace
        .packages
        .iter()
        .filter(|p| PURE.contains(&p.name.as_str()));
    let bans: Vec<(&str, Option<String>)> = pure
        .map(|package| (package.name.as_str(), read_beside(package, "clippy.toml")))
        .collect();
    let mut problems = ban_problems(&bans);
    for package in &workspace.packages {
        if !read_beside(package, "Cargo.toml").is_some_and(|text| inherits_lints(&text)) {
            problems.push(format!(
                "`{}` does not take the workspace's lints: add `[lints]` with `workspace = true`",
                package.name
            ));
        }
        problems.extend(long_files(workspace, package)?);
    }
    Ok(problems)
}

fn read_beside(package: &Package, name: &str) -> Option<String> {
    fs::read_to_string(package.manifest_path.with_file_name(name)).ok()
}

fn ban_problems(bans: &[(&str, Option<String>)]) -> Vec<String> {
    let first = bans
        .iter()
        .find_map(|(name, text)| Some((name, text.as_ref()?)));
    bans.iter()
        .filter_map(|(name, text)| match (text, first) {
            (None, _) => Some(format!(
                "`{name}` is pure and has no `clippy.toml` of its own"
            )),
            (Some(text), Some((other, expected))) if text != expected => Some(format!(
                "the `clippy.toml` of `{name}` differs from that of `{other}`"
            )),
            (Some(_), _) => None,
        })
        .collect()
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim);
    lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true")
}

fn long_files(workspace: &Workspace, package: &Package) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for path in sources_below(&package.manifest_path.with_file_name("src"))? {
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let lines = text.lines().count();
        if lines > MAX_LINES {
            let shown = path
                .strip_prefix(&workspace.root)
                .unwrap_or(&path)
                .display();
            problems.push(format!(
                "`{shown}` has {lines} lines, the limit is {MAX_LINES}"
            ));
        }
    }
    Ok(problems)
}

/// All files below a folder, in the order of their paths.
fn sources_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pure_crates_have_one_and_the_same_ban_list() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            ban_problems(&[("a", text("x")), ("b", text("x"))]),
            Vec::<String>::new()
        );
        assert_eq!(
            ban_problems(&[("a", None), ("b", text("x")), ("c", text("y"))]),
            [
                "`a` is pure and has no `clippy.toml` of its own",
                "the `clippy.toml` of `c` differs from that of `b`",
            ]
        );
    }

    #[test]
    fn a_manifest_takes_the_lints_only_by_the_whole_table() {
        assert!(inherits_lints("[package]\n\n[lints]\nworkspace = true\n"));
        assert!(!inherits_lints("[package]\nversion.workspace = true\n"));
        assert!(!inherits_lints("[lints]\n[lints.rust]\nworkspace = true\n"));
    }
}
