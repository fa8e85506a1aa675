//! One case: its manifests, what they report, and its requests.

use std::fmt::Write;

use kordon::analyze::connectivity::Peer;
use kordon::connections::{Allowance, parts};
use kordon::syntax::render::{Color, TerminalOptions, sorted, terminal};
use kordon::syntax::{Diagnostic, Severity};
use kordon::{Answer, Cluster, Engine, Includes, Options, Posture, RequestSpec, Verdict};
use kordon_testkit::spec::{SpecCase, SpecChanges, SpecRequest, SpecVerdict};
use serde_json::Value;

use crate::page::Outcome;
use crate::reference::Reference;

/// How wide the renderings are.
const WIDTH: usize = 80;

/// Checks a case of a page; notes what the page should expect instead.
pub(crate) fn check(page: &str, case: &SpecCase, changes: &mut SpecChanges) -> Outcome {
    let cluster = read(case);
    let mut found = cluster.diagnostics();
    found.retain(|diagnostic| diagnostic.severity != Severity::Note);
    let mut check = Check {
        page,
        case,
        changes,
        outcome: Outcome {
            cases: 1,
            ..Outcome::default()
        },
    };
    check.diagnostics(&cluster, &found);
    check.rendered(&cluster, &found);
    let has_errors = found
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    let reference = (!has_errors).then(|| Reference::new(case));
    let engine = Engine::with_options(&cluster, options(case));
    for request in &case.requests {
        check.request(&engine, reference.as_ref(), request);
    }
    check.entries(&engine);
    check.outcome
}

fn read(case: &SpecCase) -> Cluster {
    let mut cluster = Cluster::new();
    for file in &case.files {
        cluster.read(&file.title, &file.text);
    }
    cluster
}

fn options(case: &SpecCase) -> Options {
    Options {
        posture: if case.options.is_strict {
            Posture::Strict
        } else {
            Posture::Upstream
        },
        includes: if case.options.is_filled {
            Includes::Filled
        } else {
            Includes::Stored
        },
        ..Options::default()
    }
}

struct Check<'a> {
    page: &'a str,
    case: &'a SpecCase,
    changes: &'a mut SpecChanges,
    outcome: Outcome,
}

impl Check<'_> {
    fn fail(&mut self, line: usize, why: &str) {
        let place = format!("{}:{line}", self.page);
        self.outcome
            .failures
            .push(format!("{place}: {}: {why}", self.case.title));
    }

    fn diagnostics(&mut self, cluster: &Cluster, found: &[Diagnostic]) {
        let lines: Vec<String> = sorted(found)
            .into_iter()
            .map(|diagnostic| line_of(cluster, diagnostic))
            .collect();
        let Some(block) = self.case.diagnostics_block else {
            let error = lines.iter().find(|line| line.starts_with("error"));
            if let Some(error) = error {
                self.fail(
                    self.case.line,
                    &format!("no diagnostics block expects {error}"),
                );
            }
            return;
        };
        self.outcome.diagnostics += lines.len();
        let expected: Vec<String> = self
            .case
            .diagnostics
            .iter()
            .map(|expected| {
                let severity = format!("{:?}", expected.severity).to_lowercase();
                let place = format!(
                    "{}:{}:{}",
                    expected.file, expected.at_line, expected.at_column
                );
                format!("{severity} {} {place} {}", expected.code, expected.message)
            })
            .collect();
        if lines != expected {
            let (lines, expected) = (lines.join("\n  "), expected.join("\n  "));
            self.fail(
                block.line,
                &format!("found\n  {lines}\nexpected\n  {expected}"),
            );
        }
        let mut text = lines.join("\n");
        text.push('\n');
        self.changes.blocks.push((block, text));
    }

    fn rendered(&mut self, cluster: &Cluster, found: &[Diagnostic]) {
        let Some(expected) = &self.case.rendered else {
            return;
        };
        let options = TerminalOptions {
            color: Color::Never,
            width: WIDTH,
        };
        let text = terminal(found, cluster.sources(), &options);
        let text = format!("{}\n", text.trim_end());
        if text != expected.text {
            self.fail(expected.block.line, &format!("rendered\n{text}"));
        }
        self.changes.blocks.push((expected.block, text));
    }

    fn entries(&mut self, engine: &Engine) {
        let Some(expected) = &self.case.entries else {
            return;
        };
        let text = entries_of(engine);
        self.outcome.entries += text.lines().count();
        if text != expected.text {
            self.fail(expected.block.line, &format!("what comes in is\n{text}"));
        }
        self.changes.blocks.push((expected.block, text));
    }

    fn request(&mut self, engine: &Engine, reference: Option<&Reference>, request: &SpecRequest) {
        self.outcome.requests += 1;
        let (verdict, reasons, answer) = match RequestSpec::from_json(&request.request) {
            Ok(spec) => {
                let answer = engine.answer(&spec);
                (verdict_of(&answer), reasons_of(&answer), Some(answer))
            }
            Err(error) => (SpecVerdict::Deny, vec![error.to_string()], None),
        };
        if verdict != request.verdict {
            let reason = reasons.first().map_or("", String::as_str);
            self.fail(request.line, &format!("{verdict}, because {reason}"));
        }
        let holds = |because: &String| reasons.iter().any(|reason| reason.contains(because));
        let is_explained = request.because.as_ref().is_none_or(holds);
        if !is_explained {
            self.fail(
                request.line,
                &format!("the reasons are\n  {}", reasons.join("\n  ")),
            );
        }
        let because = reasons.first().filter(|_| !is_explained).cloned();
        self.changes
            .requests
            .insert(request.line, (verdict, because));
        let is_one = answer.is_some_and(|answer| answer.explanation().pairs == 1);
        if let Some(reference) = reference.filter(|_| is_one && !self.case.options.is_strict) {
            self.compare(reference, request, verdict);
        }
    }

    /// A request that the reference does not know has no say.
    fn compare(&mut self, reference: &Reference, request: &SpecRequest, verdict: SpecVerdict) {
        let Some(judged) = reference.verdict(&request.request) else {
            return;
        };
        self.outcome.compared += 1;
        if judged != verdict {
            self.fail(
                request.line,
                &format!("{verdict} by the engine, {judged} by the reference"),
            );
        }
    }
}

/// What comes in by entry points: a line for each workload and way in which ports are allowed.
fn entries_of(engine: &Engine) -> String {
    let map = engine.connections();
    let rows = map.map().rows().filter(|row| row.from == Peer::Entry);
    let mut text = String::new();
    for row in rows {
        let to = map.names(&row.to).join(" ");
        for (allowance, ports) in parts(&row.answer) {
            let how = match allowance {
                Allowance::Explicit => "by rule",
                Allowance::Implicit => "by default",
                Allowance::Unknown => "unknown",
            };
            writeln!(text, "{to}: {ports}, {how}").unwrap();
        }
    }
    text
}

/// `error CODE FILE:LINE:COLUMN MESSAGE`.
fn line_of(cluster: &Cluster, diagnostic: &Diagnostic) -> String {
    let severity = format!("{:?}", diagnostic.severity).to_lowercase();
    let label = diagnostic.primary_label();
    let place = label.and_then(|label| {
        let source = cluster.sources().source(label.source)?;
        let at = source.position(label.span.start);
        Some(format!("{}:{}:{}", source.name, at.line, at.column))
    });
    let place = place.unwrap_or_else(|| "-:0:0".to_owned());
    format!(
        "{severity} {} {place} {}",
        diagnostic.code, diagnostic.message
    )
}

fn verdict_of(answer: &Answer) -> SpecVerdict {
    match answer.decision().verdict {
        Verdict::Allow => SpecVerdict::Allow,
        Verdict::Unknown => SpecVerdict::Unknown,
        _ => SpecVerdict::Deny,
    }
}

/// What a line may give as its reason, the deciding one first: the reasons of the planes, the
/// rules behind them, or why the request cannot be understood.
fn reasons_of(answer: &Answer) -> Vec<String> {
    let direction = answer.decision().cause.and_then(|cause| cause.direction);
    let mut planes: Vec<_> = answer.explanation().planes.iter().collect();
    planes.sort_by_key(|plane| plane.direction != direction);
    let problem = answer.decision().problem.map(|problem| problem.to_string());
    let json = answer.to_json();
    let listed = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let rules = listed(&json, "planes")
        .into_iter()
        .flat_map(|plane| listed(&plane, "rules"));
    let reasons = planes.into_iter().map(|plane| plane.reason.clone());
    problem
        .into_iter()
        .chain(reasons)
        .chain(rules.map(|rule| rule_text(&rule)))
        .collect()
}

fn rule_text(rule: &Value) -> String {
    let text = |name: &str| rule[name].as_str().unwrap_or_default();
    let namespace = rule["namespace"]
        .as_str()
        .map(|namespace| format!("{namespace}/"));
    let namespace = namespace.unwrap_or_default();
    format!(
        "{} {namespace}{} {}",
        text("kind"),
        text("name"),
        text("path")
    )
}
