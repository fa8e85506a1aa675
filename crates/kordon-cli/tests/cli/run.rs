//! Runs the built command from the root of the repository, so that paths in its output are the
//! same everywhere.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The root of the repository.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The scenario that most runs read.
pub(crate) const SHOP: &str = "examples/scenarios/shop";

/// Manifests with mistakes.
pub(crate) const BROKEN: &str = "crates/kordon-cli/tests/broken";

/// A finished run.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command with arguments that are apart by blanks; `SHOP` and `BROKEN` stand for the
/// folders.
pub(crate) fn run(arguments: &str) -> Run {
    run_with(arguments, "")
}

/// Runs the command with standard input.
pub(crate) fn run_with(arguments: &str, stdin: &str) -> Run {
    let arguments = arguments.split_whitespace();
    let arguments = arguments.map(|word| word.replace("SHOP", SHOP).replace("BROKEN", BROKEN));
    finish(&mut command(arguments), stdin)
}

/// Runs the command in a folder.
pub(crate) fn run_in(folder: &Path, arguments: &str) -> Run {
    let arguments = arguments.split_whitespace().map(str::to_owned);
    run_words(folder, arguments.collect())
}

/// As [`run_in`], with arguments that may hold blanks.
pub(crate) fn run_words(folder: &Path, arguments: Vec<String>) -> Run {
    finish(command(arguments.into_iter()).current_dir(folder), "")
}

fn finish(command: &mut Command, stdin: &str) -> Run {
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.as_bytes().to_vec();
    // On a thread of its own, because the run may wait until somebody reads what it writes. A run
    // that fails before it reads closes the pipe, which is no failure of the test.
    let writer = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The command with pipes at all three streams, and nothing in the environment that it heeds.
pub(crate) fn command(arguments: impl Iterator<Item = String>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kordon"));
    command
        .current_dir(ROOT)
        .args(arguments)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("COLUMNS")
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A run as a snapshot shows it.
pub(crate) fn shown(arguments: &str) -> String {
    text_of(arguments, &run(arguments))
}

/// A run in a folder as a snapshot shows it.
pub(crate) fn shown_in(folder: &Path, arguments: &str) -> String {
    text_of(arguments, &run_in(folder, arguments))
}

fn text_of(arguments: &str, run: &Run) -> String {
    let mut text = format!("$ kordon {arguments}\n{}", run.stdout);
    if !run.stderr.is_empty() {
        text.push_str("--- standard error\n");
        text.push_str(&run.stderr);
    }
    text + &format!("--- exit status {}\n", run.status)
}

/// Asserts that no line is longer than a terminal of 80 columns; single words may be.
pub(crate) fn assert_fits(text: &str) {
    for line in text.lines().filter(|line| !line.starts_with('$')) {
        let fits = line.chars().count() <= 80 || !line.trim_start().contains(' ');
        assert!(fits, "longer than 80 columns: {line}");
    }
}
