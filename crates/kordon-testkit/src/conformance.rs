//! Readers of the cases with known answers.
//!
//! Owns the formats of the conformance folder and turns them into plain values: objects, requests
//! in compact form, expected answers. Must not know what any of it means; whoever reads a case
//! judges it. The folder stays outside the repository, so it may be absent.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

pub use self::calico::{
    CalicoFlow, CalicoPacket, CalicoProgram, CalicoProtocol, CalicoScenario, CalicoSelector,
    CalicoStaging, CalicoValidation,
};
pub use self::istio::{
    IstioCase, IstioChain, IstioExpected, IstioModeCase, IstioModes, IstioPack, IstioPath,
    IstioWanted, IstioWorkload,
};
pub use self::network::{
    ConnectionMap, ManifestMap, MapDiff, NetworkCase, NetworkWorld, RefusedManifests,
};
pub use self::rbac::{
    CoversCase, Expected, HttpCase, RbacCase, RbacWorld, Rejected, ReviewCase, RulesForCase,
    RulesForResult, WhoCase,
};
pub use self::token::{TokenCase, TokenPack, TokenRequest, TokenWorkload};

mod calico;
mod istio;
mod network;
mod rbac;
mod token;

/// The environment variable that says where the folder is.
pub const VARIABLE: &str = "KORDON_CONFORMANCE";

/// The folder beside the workspace that is read when the variable is not set.
const DEFAULT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");

/// A folder of cases.
#[derive(Clone, Debug)]
pub struct Suite {
    root: PathBuf,
}

/// Why a file of cases cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`: {why}", file.display())]
pub struct ReadError {
    file: PathBuf,
    why: Why,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl Suite {
    /// The folder that the environment names, or the default one; `None` if it is absent.
    pub fn open() -> Option<Self> {
        Self::at(std::env::var_os(VARIABLE).map_or_else(|| DEFAULT.into(), PathBuf::from))
    }

    /// The folder at a path; `None` if it is absent.
    pub fn at(root: PathBuf) -> Option<Self> {
        root.is_dir().then_some(Self { root })
    }

    /// All `.json` files of a folder in order of name; none if the folder is absent.
    fn json_files(&self, folder: &str) -> Result<Vec<PathBuf>, ReadError> {
        let mut files = self.entries(folder)?;
        files.retain(|file| {
            file.extension()
                .is_some_and(|extension| extension == "json")
        });
        Ok(files)
    }

    /// All that a folder holds, in order of name; nothing if the folder is absent.
    fn entries(&self, folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, ReadError> {
        let folder = self.root.join(folder);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let failed = |error| ReadError {
            file: folder.clone(),
            why: Why::Io(error),
        };
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            entries.push(entry.map_err(failed)?.path());
        }
        entries.sort();
        Ok(entries)
    }

    /// A file's path inside the suite, for messages.
    fn name_of(&self, file: &Path) -> String {
        file.strip_prefix(&self.root)
            .unwrap_or(file)
            .display()
            .to_string()
    }
}

fn read_json<T: DeserializeOwned>(file: &Path) -> Result<T, ReadError> {
    parse(file, &read_text(file)?)
}

/// One value a line.
fn read_json_lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, ReadError> {
    let text = read_text(file)?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| parse(file, line))
        .collect()
}

fn read_text(file: &Path) -> Result<String, ReadError> {
    std::fs::read_to_string(file).map_err(|error| ReadError {
        file: file.to_owned(),
        why: Why::Io(error),
    })
}

fn parse<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError {
        file: file.to_owned(),
        why: Why::Json(error),
    })
}

/// A part of a file that was read as a whole.
fn from_value<T: DeserializeOwned>(file: &Path, value: serde_json::Value) -> Result<T, ReadError> {
    serde_json::from_value(value).map_err(|error| ReadError {
        file: file.to_owned(),
        why: Why::Json(error),
    })
}
