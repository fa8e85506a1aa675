//! Manifests of revisions, in a repository that the test makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{ROOT, run_in, shown_in};

/// A repository with the change of `examples/changes`: `before` is its tag, and the folder has
/// the change.
pub(crate) fn repository(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _absent = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("deploy/.hidden")).unwrap();
    git(&folder, &["init", "--quiet"]);
    fs::write(folder.join("deploy/.hidden/broken.yaml"), "{").unwrap();
    fs::write(folder.join("deploy/README"), "{").unwrap();
    copy(&folder, "before");
    git(&folder, &["add", "."]);
    commit(&folder);
    git(&folder, &["tag", "before"]);
    copy(&folder, "after");
    folder
}

fn copy(folder: &Path, version: &str) {
    let from = Path::new(ROOT).join(format!("examples/changes/{version}/shop.yaml"));
    fs::copy(from, folder.join("deploy/shop.yaml")).unwrap();
}

fn commit(folder: &Path) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let what = ["commit", "--quiet", "--no-gpg-sign", "-m", "a", "-a"];
    git(folder, &[who.as_slice(), &what].concat());
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

#[test]
fn a_revision_is_compared_with_the_folder_and_with_another_revision() {
    let folder = repository("revisions");
    let with_folder = shown_in(&folder, "diff before:deploy deploy");
    insta::assert_snapshot!(with_folder);
    commit(&folder);
    let texts = [
        "diff before:deploy HEAD:deploy",
        "diff before:deploy/shop.yaml HEAD:./deploy/shop.yaml",
        "diff before: HEAD:",
    ];
    let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    for text in texts {
        assert_eq!(
            lines(&shown_in(&folder, text)),
            lines(&with_folder),
            "{text}"
        );
    }
    let inside = folder.join("deploy");
    let from_inside = shown_in(&inside, "diff before:./ ./");
    assert!(
        from_inside.contains("2 added, 2 removed, 1 changed"),
        "{from_inside}"
    );
}

#[test]
fn what_a_revision_does_not_hold_is_an_error() {
    let folder = repository("errors");
    let wrong = [
        "diff nowhere:deploy deploy",
        "diff before:nowhere deploy",
        "diff -- --output=x:deploy deploy",
        "diff -- -x:deploy deploy",
    ];
    let shown = wrong.map(|arguments| shown_in(&folder, arguments));
    insta::assert_snapshot!(shown.join("\n"));
}

#[cfg(unix)]
#[test]
fn links_are_followed_as_in_a_folder_and_never_out_of_it() {
    use std::os::unix::fs::symlink;
    let folder = repository("links");
    fs::rename(
        folder.join("deploy/shop.yaml"),
        folder.join("deploy/shop.txt"),
    )
    .unwrap();
    symlink("shop.txt", folder.join("deploy/shop.yaml")).unwrap();
    fs::create_dir(folder.join("deploy/more")).unwrap();
    fs::write(folder.join("deploy/more/empty.yaml"), "").unwrap();
    symlink("more", folder.join("deploy/again.yaml")).unwrap();
    git(&folder, &["add", "."]);
    commit(&folder);
    assert_eq!(
        run_in(&folder, "diff HEAD:deploy deploy --fail-on any").status,
        0
    );
    symlink("/etc/hostname", folder.join("deploy/out.yaml")).unwrap();
    git(&folder, &["add", "."]);
    commit(&folder);
    let run = run_in(&folder, "diff HEAD:deploy deploy");
    assert_eq!(run.status, 2, "{}", run.stdout);
    assert!(run.stderr.contains("`out.yaml`"), "{}", run.stderr);
}

#[test]
fn a_file_of_the_name_comes_before_a_revision() {
    let folder = repository("names");
    fs::copy(
        folder.join("deploy/shop.yaml"),
        folder.join("before:deploy"),
    )
    .unwrap();
    assert_eq!(
        run_in(&folder, "diff before:deploy deploy --fail-on any").status,
        0
    );
}
