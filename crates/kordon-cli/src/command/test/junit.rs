//! Results of policy tests as JUnit XML.

use kordon::policy_test::CaseOutcome;

use super::Finished;

/// The results, a `testsuite` for each set of tests.
pub(super) fn text(finished: &[Finished]) -> String {
    let suites: String = finished.iter().map(suite).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n{suites}</testsuites>\n")
}

fn suite(finished: &Finished) -> String {
    let name = escaped(&finished.test.name);
    let tests = finished.outcomes.len();
    let failed = finished
        .outcomes
        .iter()
        .filter(|outcome| outcome.failure.is_some())
        .count();
    let cases = finished.test.cases.iter().zip(&finished.outcomes);
    let cases: String = cases
        .map(|(case, outcome)| self::case(&name, &escaped(&case.name), outcome))
        .collect();
    format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\">\n{cases}  \
         </testsuite>\n"
    )
}

fn case(suite: &str, name: &str, outcome: &CaseOutcome) -> String {
    let head = format!("    <testcase classname=\"{suite}\" name=\"{name}\"");
    let Some(failure) = &outcome.failure else {
        return format!("{head}/>\n");
    };
    let message = escaped(failure);
    let walk = escaped(&outcome.answer.to_string());
    format!("{head}>\n      <failure message=\"{message}\">{walk}</failure>\n    </testcase>\n")
}

/// XML 1.0: these characters are markup, and control characters other than blanks are refused
/// even as references.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(character),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_are_escaped() {
        assert_eq!(
            escaped("a<b>&\"c\"\u{1}\n"),
            "a&lt;b&gt;&amp;&quot;c&quot;\u{fffd}\n"
        );
    }
}
