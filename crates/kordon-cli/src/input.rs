//! Manifests from files, folders, standard input and revisions of a git repository.

mod git;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use kordon::Cluster;

/// The names of files that folders are searched for.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Reads everything at some paths into a cluster.
pub(crate) fn read_cluster(paths: &[PathBuf]) -> Result<Cluster> {
    let mut cluster = Cluster::new();
    for path in files(paths)? {
        if path == Path::new("-") {
            cluster.read("<stdin>", &stdin()?);
        } else if let Some((revision, inside)) = revision(&path) {
            git::read(revision, inside, &mut cluster)?;
        } else {
            cluster.read(&path.display().to_string(), &text(&path)?);
        }
    }
    Ok(cluster)
}

/// What a path means that no file has: a revision and a path in it, written as git writes it,
/// `REVISION:PATH`.
fn revision(path: &Path) -> Option<(&str, &str)> {
    let (revision, inside) = path.to_str()?.split_once(':')?;
    let is_file = fs::symlink_metadata(path).is_ok();
    (!is_file && !revision.is_empty()).then_some((revision, inside))
}

/// The files at some paths: those of folders in the order of their names, the others as given,
/// revisions among them.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let before = files.len();
        if path == Path::new("-") {
            if files.contains(path) {
                bail!("standard input can be read once: give `-` one time");
            }
            files.push(path.clone());
        } else if revision(path).is_some() {
            files.push(path.clone());
        } else if metadata(path)?.is_dir() {
            walk(path, &mut files)?;
            if files.len() == before {
                bail!("no *.yaml, *.yml or *.json file in `{}`", path.display());
            }
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn metadata(path: &Path) -> Result<fs::Metadata> {
    fs::metadata(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Adds the files of a folder. Links to folders are not followed, so that none can lead back.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let context = || format!("cannot read `{}`", folder.display());
    let entries: io::Result<Vec<fs::DirEntry>> =
        fs::read_dir(folder).with_context(context)?.collect();
    let mut entries = entries.with_context(context)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if is_hidden(entry.file_name().as_encoded_bytes()) {
            continue;
        }
        if entry.file_type().with_context(context)?.is_dir() {
            walk(&path, files)?;
        } else if is_manifest(&path) && metadata(&path)?.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a name in a folder is passed over.
fn is_hidden(name: &[u8]) -> bool {
    name.starts_with(b".")
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn stdin() -> Result<String> {
    let mut text = String::new();
    io::stdin()
        .read_to_string(&mut text)
        .context("cannot read standard input")?;
    Ok(text)
}
