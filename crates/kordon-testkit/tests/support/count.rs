//! Counts of cases with known answers.

use kordon_testkit::conformance::Suite;

/// Cases checked, and what differs.
#[derive(Default)]
pub(crate) struct Count {
    checked: usize,
    wrong: Vec<String>,
}

impl Count {
    pub(crate) fn check(&mut self, holds: bool, describe: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.wrong.push(describe());
        }
    }

    /// Prints the count, and fails with the first few cases that differ.
    pub(crate) fn finish(self, what: &str) {
        println!(
            "{what}: {} checked, {} wrong",
            self.checked,
            self.wrong.len()
        );
        let shown: Vec<_> = self.wrong.iter().take(20).map(String::as_str).collect();
        assert!(
            self.wrong.is_empty(),
            "{} wrong, such as\n{}",
            self.wrong.len(),
            shown.join("\n")
        );
        assert!(
            self.checked > 0,
            "the folder is there but holds no cases about {what}"
        );
    }
}

/// The suite, or a clear word that nothing was checked.
pub(crate) fn suite(what: &str) -> Option<Suite> {
    let suite = Suite::open();
    if suite.is_none() {
        println!("{what}: 0 checked, the conformance folder is absent; set KORDON_CONFORMANCE");
    }
    suite
}
