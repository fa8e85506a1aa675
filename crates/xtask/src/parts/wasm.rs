//! The part that builds the facade for WebAssembly, which proves that it needs no system.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::debian;
use crate::step::Step;
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
const BUILD: &str = "build --release --package kordon --target wasm32-unknown-unknown";
/// Debian's own compiler comes with the source of the standard library, so that it can be built
/// for a target that no package ships.
const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];
const HINT: &str = "or add the target with `rustup target add wasm32-unknown-unknown`";

/// Builds with the toolchain in use where it has the target, else with Debian's.
pub(super) fn build(workspace: &Workspace) -> Result<()> {
    let sysroot = sysroot(workspace)?;
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return into_own_folder(workspace, Step::cargo(workspace).words(BUILD)).run();
    }
    debian::ensure(workspace, PACKAGES, HINT)?;
    let step = Step::new(workspace, "/usr/bin/cargo")
        .words(BUILD)
        .arg("-Zbuild-std=std,panic_abort")
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
            linker(workspace, &sysroot)?,
        );
    into_own_folder(workspace, step).run()
}

/// Two compilers in one target folder would wait for each other and rebuild each other's files.
fn into_own_folder(workspace: &Workspace, step: Step) -> Step {
    step.arg("--target-dir").arg(workspace.target.join("wasm"))
}

fn sysroot(workspace: &Workspace) -> Result<PathBuf> {
    let printed = Step::new(workspace, "rustc")
        .words("--print sysroot")
        .output();
    Ok(PathBuf::from(
        printed.context("cannot ask rustc for its sysroot")?.trim(),
    ))
}

/// The linker that rustup's toolchain brings.
fn linker(workspace: &Workspace, sysroot: &Path) -> Result<PathBuf> {
    let version = Step::new(workspace, "rustc")
        .arg("-vV")
        .output()
        .context("cannot run rustc")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("`rustc -vV` names no host")?;
    Ok(sysroot.join("lib/rustlib").join(host).join("bin/rust-lld"))
}
