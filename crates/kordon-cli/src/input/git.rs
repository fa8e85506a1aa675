//! Manifests of a revision, as the program `git` gives them.
//!
//! Owns what git is asked. No shell is involved, words of the user stand behind
//! `--end-of-options`, and nothing is asked that runs a program of the repository's or fetches
//! from another one.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use kordon::Cluster;

use super::{is_hidden, is_manifest};

/// Reads what a revision has at a path: a file, or a folder with everything below it. As for git,
/// a path counts from the root of the repository, and one that begins with `./` from here.
pub(super) fn read(revision: &str, path: &str, cluster: &mut Cluster) -> Result<()> {
    let spec = format!("{revision}:{path}");
    let context = || format!("cannot read `{spec}`: no such file, nor anything in a revision");
    let id = line(&["rev-parse", "--verify", "--end-of-options", &spec]).with_context(context)?;
    match line(&["cat-file", "-t", &id])?.as_str() {
        "blob" => {
            let text = git(&["cat-file", "blob", &id])?;
            cluster.read(&shown(path), &text_of(text, path)?);
        }
        "tree" => read_tree(&id, path, cluster)?,
        kind => bail!("`{spec}` is a {kind}: expected a file or a folder, as in `main:deploy`"),
    }
    Ok(())
}

fn read_tree(tree: &str, path: &str, cluster: &mut Cluster) -> Result<()> {
    let listed = git(&["ls-tree", "-r", "-z", "--full-tree", tree])?;
    let files = files(&listed, path)?;
    if files.is_empty() {
        bail!("no *.yaml, *.yml or *.json file in `{path}` of the revision");
    }
    let texts = contents(tree, &files)?;
    for (file, text) in files.iter().zip(texts) {
        let Some(text) = text else { continue };
        let name = match path {
            "" => file.clone(),
            path => format!("{}/{file}", path.trim_end_matches('/')),
        };
        let name = shown(&name);
        cluster.read(&name, &text_of(text, &name)?);
    }
    Ok(())
}

/// The manifests of a listing by `git ls-tree -r -z`: `MODE TYPE ID`, a tab and the path each.
fn files(listed: &[u8], folder: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for line in listed
        .split(|byte| *byte == 0)
        .filter(|line| !line.is_empty())
    {
        let line = std::str::from_utf8(line)
            .with_context(|| format!("`{folder}` has a name that is not UTF-8"))?;
        let Some((head, path)) = line.split_once('\t') else {
            bail!("git has listed `{folder}` in a form that is not known: `{line}`");
        };
        if path.split('/').any(|name| is_hidden(name.as_bytes())) {
            continue;
        }
        if head.split(' ').nth(1) == Some("commit") {
            bail!("`{path}` is a submodule, whose files the revision does not hold");
        }
        if !is_manifest(Path::new(path)) {
            continue;
        }
        if path.contains('\n') {
            bail!(
                "the name of a file breaks the line: `{}`",
                path.escape_debug()
            );
        }
        files.push(path.to_owned());
    }
    Ok(files)
}

/// The contents of files in a tree, links followed as the file system would; nothing for a link
/// to a folder, as folders are found by themselves.
fn contents(tree: &str, files: &[String]) -> Result<Vec<Option<Vec<u8>>>> {
    let mut child = command(&["cat-file", "--batch", "--follow-symlinks"])
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot run `git`")?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
        bail!("cannot talk to `git`");
    };
    let lines: Vec<String> = files.iter().map(|file| format!("{tree}:{file}")).collect();
    let asked = lines.join("\n") + "\n";
    // On a thread of its own, as git may wait until somebody reads what it writes.
    let writer = std::thread::spawn(move || stdin.write_all(asked.as_bytes()));
    let mut stdout = BufReader::new(stdout);
    let texts: Result<Vec<_>> = files
        .iter()
        .map(|file| next(&mut stdout).with_context(|| format!("cannot read `{file}`")))
        .collect();
    drop(stdout);
    child.wait().context("cannot run `git`")?;
    if !matches!(writer.join(), Ok(Ok(()))) && texts.is_ok() {
        bail!("`git` has not read all that it was asked");
    }
    texts
}

/// The next answer of `git cat-file --batch`: `ID TYPE SIZE`, then the content and a line break.
fn next(mut stdout: impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut head = String::new();
    stdout.read_line(&mut head)?;
    let words: Vec<&str> = head.trim_end().split(' ').collect();
    let &[_, kind, size] = words.as_slice() else {
        bail!("it is a link that leads nowhere, or outside of the folder");
    };
    let size: u64 = size.parse().context("git gives no size")?;
    let mut content = Vec::new();
    stdout.by_ref().take(size).read_to_end(&mut content)?;
    let mut end = [0];
    stdout.read_exact(&mut end).context("it ends early")?;
    match kind {
        "blob" => Ok(Some(content)),
        "tree" => Ok(None),
        kind => bail!("it is a {kind}"),
    }
}

fn text_of(bytes: Vec<u8>, name: &str) -> Result<String> {
    String::from_utf8(bytes).with_context(|| format!("cannot read `{name}`: it is not UTF-8"))
}

/// A path as sources are named.
fn shown(path: &str) -> String {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}

/// The one line that git answers.
fn line(arguments: &[&str]) -> Result<String> {
    let text = String::from_utf8(git(arguments)?).context("git answers in no UTF-8")?;
    Ok(text.trim_end().to_owned())
}

fn git(arguments: &[&str]) -> Result<Vec<u8>> {
    let output = command(arguments).output().context("cannot run `git`")?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        bail!("{}", text.trim_end().trim_start_matches("fatal: "));
    }
    Ok(output.stdout)
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .args(arguments)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
