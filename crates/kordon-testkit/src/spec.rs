//! Reader of the executable specification: Markdown with manifests, requests and what is expected.
//!
//! Owns the format of `docs/spec/**/*.md` and gives plain data. Must not know how a request is
//! judged or what a manifest means.
//!
//! Each heading of the second level starts a case. In a case these fenced blocks count; prose and
//! blocks in other languages do not:
//!
//! - `yaml`: a manifest. Blocks with the same title are one file, joined as documents; without a
//!   title (`yaml title="policies.yaml"`) it is `manifests.yaml`.
//! - `requests`: one request a line, `VERDICT REQUEST # why`. See [`SpecRequest`].
//! - `diagnostics`: one expected diagnostic a line, `error CODE FILE:LINE:COLUMN MESSAGE`.
//! - `rendered`: the diagnostics exactly as a terminal shows them.
//! - `entries`: what comes in by entry points, one workload a line, `NAMESPACE/NAME: PORTS, HOW`.
//! - `options`: how the cluster is read, `posture: strict` or `aggregation: filled`.

use serde_json::Value;

pub use self::bless::SpecChanges;
pub use self::verdict::SpecVerdict;

use self::markdown::{Block, Item};

mod bless;
mod diagnostic;
mod markdown;
mod request;
mod verdict;

/// The title of a manifest that has none.
const UNTITLED: &str = "manifests.yaml";

/// One file of the specification.
#[derive(Clone, Debug)]
pub struct SpecFile {
    /// Its name, for messages.
    pub name: String,
    /// Its cases in their order.
    pub cases: Vec<SpecCase>,
    text: String,
}

/// One case: manifests, and what is expected of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpecCase {
    /// The heading.
    pub title: String,
    /// The heading's line.
    pub line: usize,
    /// The manifests in the order of their titles' first use.
    pub files: Vec<SpecManifest>,
    /// The requests.
    pub requests: Vec<SpecRequest>,
    /// How the cluster is read.
    pub options: SpecOptions,
    /// The expected diagnostics.
    pub diagnostics: Vec<SpecDiagnostic>,
    /// Where they stand. With a block nothing else may be reported, without one no error.
    pub diagnostics_block: Option<SpecBlock>,
    /// The expected rendering, if the case states one.
    pub rendered: Option<SpecRendered>,
    /// What is expected to come in by entry points, if the case says so.
    pub entries: Option<SpecRendered>,
}

/// How a case reads its cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpecOptions {
    /// Whether an implicit allow is a denial.
    pub is_strict: bool,
    /// Whether aggregated roles are filled as the controller would.
    pub is_filled: bool,
}

/// The lines inside a fenced block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecBlock {
    /// The line behind the opening fence.
    pub line: usize,
    /// How many lines there are.
    pub lines: usize,
}

/// A manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecManifest {
    /// The file's name.
    pub title: String,
    /// The YAML text.
    pub text: String,
    /// The line of the first block's first line.
    pub line: usize,
}

/// A request and its expected verdict. A line has one of these forms:
///
/// ```text
/// deny   shop/web -> shop/api:8080/TCP          # NetworkPolicy shop/default-deny
/// allow  shop/Deployment/api -> [2001:db8::7]:443/TCP
/// allow  node:n1 -> service:shop/api:80/TCP
/// allow  alice (dev, ops) get pods/log -n shop cart-0   # RoleBinding shop/readers
/// allow  "jane doe" get deployments.apps/scale -n shop
/// deny   system:anonymous get /healthz
/// deny   {"kind":"api","user":"","verb":"get","path":""}
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SpecRequest {
    /// The expected verdict.
    pub verdict: SpecVerdict,
    /// The request in compact form.
    pub request: Value,
    /// The deciding rule or the message, as written behind `#`.
    pub because: Option<String>,
    /// The line.
    pub line: usize,
}

/// An expected diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecDiagnostic {
    /// Whether it is an error or a warning.
    pub severity: SpecSeverity,
    /// Its code, such as `KD0123`.
    pub code: String,
    /// The manifest's title.
    pub file: String,
    /// The line in the manifest.
    pub at_line: usize,
    /// The column in the manifest.
    pub at_column: usize,
    /// The message.
    pub message: String,
    /// The line of the expectation.
    pub line: usize,
}

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecSeverity {
    /// The input is wrong.
    Error,
    /// The input is doubtful.
    Warning,
}

/// A text that is expected exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecRendered {
    /// The text, with a line break at its end.
    pub text: String,
    /// Where it stands.
    pub block: SpecBlock,
}

/// Something in a file of the specification that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct SpecError {
    /// The file's name.
    pub file: String,
    /// The line.
    pub line: usize,
    /// What is wrong and what is expected.
    pub message: String,
}

impl SpecFile {
    /// Reads a file's text; all errors are reported together.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<SpecError>> {
        let mut cases: Vec<SpecCase> = Vec::new();
        let mut errors = Vec::new();
        for item in markdown::items(text) {
            match item {
                Item::Heading { title, line } => {
                    cases.push(SpecCase {
                        title,
                        line,
                        ..SpecCase::default()
                    });
                }
                Item::Block(block) => match cases.last_mut() {
                    Some(case) => case.add(&block, &mut errors),
                    None if block.is_known() => {
                        errors.push((
                            block.line,
                            "expected a `##` heading before this block".to_owned(),
                        ));
                    }
                    None => {}
                },
                Item::Unclosed { line } => {
                    errors.push((line, "expected a closing fence for this block".to_owned()));
                }
            }
        }
        if errors.is_empty() {
            return Ok(Self {
                name: name.to_owned(),
                cases,
                text: text.to_owned(),
            });
        }
        let located = |(line, message)| SpecError {
            file: name.to_owned(),
            line,
            message,
        };
        Err(errors.into_iter().map(located).collect())
    }
}

impl SpecCase {
    fn add(&mut self, block: &Block, errors: &mut Vec<(usize, String)>) {
        if block.is_known() && block.rest.is_some() {
            let found = block.rest.as_deref().unwrap_or_default();
            errors.push((
                block.line,
                format!(
                    "expected nothing but `title=\"NAME\"` behind the language, found `{found}`"
                ),
            ));
            return;
        }
        match block.language.as_str() {
            "yaml" => self.add_manifest(block),
            "requests" => block.each_line(errors, |line, text| {
                let request = request::read(text, line)?;
                self.requests.push(request);
                Ok(())
            }),
            "options" => block.each_line(errors, |_, text| self.options.set(text)),
            "diagnostics" if self.diagnostics_block.is_some() => {
                errors.push((
                    block.line,
                    "expected one diagnostics block in a case".to_owned(),
                ));
            }
            "diagnostics" => {
                self.diagnostics_block = Some(SpecBlock::of(block));
                block.each_line(errors, |line, text| {
                    let diagnostic = diagnostic::read(text, line)?;
                    self.diagnostics.push(diagnostic);
                    Ok(())
                });
            }
            "rendered" => SpecRendered::set(&mut self.rendered, block, errors),
            "entries" => SpecRendered::set(&mut self.entries, block, errors),
            _ => {}
        }
    }

    fn add_manifest(&mut self, block: &Block) {
        let title = block.title.as_deref().unwrap_or(UNTITLED);
        match self.files.iter_mut().find(|file| file.title == title) {
            Some(file) => {
                file.text.push_str("---\n");
                file.text.push_str(&block.text);
            }
            None => self.files.push(SpecManifest {
                title: title.to_owned(),
                text: block.text.clone(),
                line: block.line + 1,
            }),
        }
    }
}

impl SpecOptions {
    fn set(&mut self, text: &str) -> Result<(), String> {
        match text {
            "posture: strict" => self.is_strict = true,
            "aggregation: filled" => self.is_filled = true,
            _ => {
                return Err(format!(
                    "expected `posture: strict` or `aggregation: filled`, found `{text}`"
                ));
            }
        }
        Ok(())
    }
}

impl SpecRendered {
    fn set(known: &mut Option<Self>, block: &Block, errors: &mut Vec<(usize, String)>) {
        if known.is_some() {
            let message = format!("expected one {} block in a case", block.language);
            errors.push((block.line, message));
            return;
        }
        *known = Some(Self {
            text: block.text.clone(),
            block: SpecBlock::of(block),
        });
    }
}

impl SpecBlock {
    fn of(block: &Block) -> Self {
        Self {
            line: block.line + 1,
            lines: block.text.lines().count(),
        }
    }
}

#[cfg(test)]
mod tests;
