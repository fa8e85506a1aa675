//! Runs parts one after another and sums up.
//!
//! It owns the headings, the clock and the table at the end; what a part does is in [`parts`].

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::parts::{self, Part};
use crate::workspace::Workspace;

/// Runs the named parts, or all, in the order of the list. A failed part does not stop the rest.
pub(crate) fn selected(workspace: &Workspace, names: &[String]) -> ExitCode {
    let outcomes: Vec<Outcome> = parts::ALL
        .iter()
        .filter(|part| names.is_empty() || names.iter().any(|name| name == part.name))
        .map(|part| run(workspace, part))
        .collect();
    print!("\n{}", summary(&outcomes));
    if outcomes.iter().all(|outcome| outcome.passed) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints each part with what it checks.
pub(crate) fn list() {
    for part in parts::ALL {
        println!("{:12} {}", part.name, part.what);
    }
}

struct Outcome {
    part: &'static str,
    passed: bool,
    took: Duration,
}

fn run(workspace: &Workspace, part: &Part) -> Outcome {
    println!("\n=== {}: {}", part.name, part.what);
    let start = Instant::now();
    let result = part.action.run(workspace);
    let took = start.elapsed();
    if let Err(error) = &result {
        println!("error: {error:#}");
    }
    let passed = result.is_ok();
    println!(
        "--- {}: {} in {:.1} s",
        part.name,
        word(passed),
        took.as_secs_f64()
    );
    Outcome {
        part: part.name,
        passed,
        took,
    }
}

fn word(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

fn summary(outcomes: &[Outcome]) -> String {
    let head = format!("{:12} {:>8} {:>9}\n", "part", "result", "seconds");
    let rows = outcomes.iter().map(|Outcome { part, passed, took }| {
        let result = if *passed { "pass" } else { "FAIL" };
        format!("{part:12} {result:>8} {:>9.1}\n", took.as_secs_f64())
    });
    let table: String = std::iter::once(head).chain(rows).collect();
    let passed = outcomes.iter().filter(|outcome| outcome.passed).count();
    format!(
        "{table}\n{passed} passed, {} failed\n",
        outcomes.len() - passed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_ends_with_the_counts_alone_on_a_line() {
        let outcome = |part, passed| Outcome {
            part,
            passed,
            took: Duration::from_millis(1240),
        };
        let text = summary(&[
            outcome("fmt", true),
            outcome("unit", false),
            outcome("doc", true),
        ]);
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "part           result   seconds",
                "fmt              pass       1.2",
                "unit             FAIL       1.2",
                "doc              pass       1.2",
                "",
                "2 passed, 1 failed",
            ]
        );
    }
}
