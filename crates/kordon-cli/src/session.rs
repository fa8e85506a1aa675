//! One run of the command: what the shared arguments mean.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use kordon::syntax::{Diagnostic, Severity};
use kordon::{Cluster, Engine, Includes, Options, Plane};

use crate::cli::{Format, Global, Posture};
use crate::input;
use crate::output::{self, ColorChoice, Output};

/// The kind of the files of `kordon test`, which may lie among the manifests.
const TESTS: (&str, &str) = ("kordon.dev/v1", "PolicyTest");

/// One run of the command.
#[derive(Debug)]
pub(crate) struct Session {
    global: Global,
}

impl Session {
    pub(crate) fn new(global: Global) -> Self {
        Self { global }
    }

    /// The form of the output.
    pub(crate) fn format(&self) -> Format {
        self.global.output
    }

    /// When to use colours.
    pub(crate) fn color(&self) -> ColorChoice {
        self.global.color
    }

    /// Whether nothing but errors is printed.
    pub(crate) fn is_quiet(&self) -> bool {
        self.global.quiet
    }

    /// Standard output.
    pub(crate) fn stdout(&self) -> Output {
        Output::stdout(self.global.color, self.global.quiet)
    }

    /// The manifests that `-f` names.
    pub(crate) fn filenames(&self) -> &[PathBuf] {
        &self.global.filenames
    }

    /// The manifests that `-f` names, of which there must be some. Problems in them do not stop
    /// an answer, as policies that cannot be read deny; they are summed up on standard error.
    pub(crate) fn cluster(&self) -> Result<Cluster> {
        if self.global.filenames.is_empty() {
            bail!(
                "no manifests: name a file or a folder by `-f PATH`, or `-f -` for standard input"
            );
        }
        let cluster = input::read_cluster(&self.global.filenames)?;
        self.sum_up(&cluster);
        Ok(cluster)
    }

    /// The two clusters of a command that takes its manifests as `OLD NEW`.
    ///
    /// # Errors
    ///
    /// If `-f` is given besides, or one of them cannot be read.
    pub(crate) fn old_and_new(&self, command: &str, paths: [&Path; 2]) -> Result<[Cluster; 2]> {
        if !self.filenames().is_empty() {
            bail!("`kordon {command}` takes its manifests as `OLD NEW`, without `-f`");
        }
        let read = |path: &Path| -> Result<Cluster> {
            let cluster = input::read_cluster(&[path.to_owned()])?;
            self.sum_up(&cluster);
            Ok(cluster)
        };
        let [old, new] = paths;
        Ok([read(old)?, read(new)?])
    }

    /// An engine over a cluster, as the options have it.
    pub(crate) fn engine(&self, cluster: &Cluster) -> Engine {
        let posture = match self.global.posture {
            Posture::Upstream => kordon::Posture::Upstream,
            Posture::Strict => kordon::Posture::Strict,
        };
        let includes = if self.global.fill_aggregation {
            Includes::Filled
        } else {
            Includes::Stored
        };
        Engine::with_options(
            cluster,
            Options {
                posture,
                includes,
                ..Options::default()
            },
        )
    }

    /// As [`Session::engine`], for what looks at the network alone: says on standard error that
    /// policies of a mesh are left aside.
    pub(crate) fn engine_of_network(&self, cluster: &Cluster) -> Engine {
        let engine = self.engine(cluster);
        let mut planes = [Plane::Mtls, Plane::Authn, Plane::Mesh].into_iter();
        if !self.global.quiet && planes.any(|plane| engine.snapshot().has_plane(plane)) {
            let text = "policies of a mesh are left aside here: what they refuse is shown as allowed \
                        by the network; ask `kordon explain`";
            output::warning(text, self.global.color);
        }
        engine
    }

    /// Says on standard error, in one line, that manifests have problems.
    pub(crate) fn sum_up(&self, cluster: &Cluster) {
        if self.global.quiet {
            return;
        }
        let diagnostics = cluster.diagnostics();
        let count = |severity| {
            diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.severity == severity)
                .count()
        };
        let problems = [
            counted(count(Severity::Error), "error", "errors"),
            counted(count(Severity::Warning), "warning", "warnings"),
            counted(
                unknown_kinds(cluster).values().sum(),
                "object of an unknown kind",
                "objects of unknown kinds",
            ),
        ];
        let problems: Vec<String> = problems.into_iter().flatten().collect();
        if !problems.is_empty() {
            let text = format!(
                "{} in the manifests: run `kordon validate`",
                problems.join(", ")
            );
            output::warning(&text, self.global.color);
        }
    }
}

/// How many diagnostics there are of each severity.
pub(crate) fn tally(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| {
        let same = diagnostics
            .iter()
            .filter(|found| found.severity == severity);
        same.count()
    };
    let found = [
        counted(count(Severity::Error), "error", "errors"),
        counted(count(Severity::Warning), "warning", "warnings"),
        counted(count(Severity::Note), "note", "notes"),
    ];
    let found: Vec<String> = found.into_iter().flatten().collect();
    match found.as_slice() {
        [] => "no problems".to_owned(),
        found => found.join(", "),
    }
}

/// A number with its noun, unless it is zero.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    }
}

/// How often each kind came up that Kordon does not know, policy tests aside.
pub(crate) fn unknown_kinds(cluster: &Cluster) -> std::collections::BTreeMap<(&str, &str), usize> {
    let kinds = cluster.unknown_kinds().iter();
    let kinds = kinds.map(|((version, kind), count)| ((version.as_str(), kind.as_str()), *count));
    kinds.filter(|(kind, _)| *kind != TESTS).collect()
}
