//! Holds our evaluation of module files and of whole flakes against real Nix with the real `lib`.
//!
//! The files are other people's: the user fetches them, they are read in place, and nothing of them is kept. What stands
//! for packages, inputs and unset options is said in `crates/xtask/oracle/oracle.nix`.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds our side and compares; returns what differs and the counts.
pub fn run(root: &Path, nix: &str, lib: &Path, targets: &[PathBuf]) -> Result<String> {
    if targets.is_empty() {
        bail!("name files or folders of flakes");
    }
    let built = Command::new("cargo")
        .current_dir(root)
        .args(["build", "-p", "nixpod-modules", "--example", "module-values"])
        .status()
        .context("cargo cannot be run")?;
    if !built.success() {
        bail!("our side could not be built");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let output = Command::new("python3")
        .arg(root.join("crates/xtask/oracle/compare.py"))
        .arg("--ours")
        .arg(target.join("debug/examples/module-values"))
        .args(["--nix", nix, "--lib"])
        .arg(lib)
        .args(targets)
        .output()
        .context("python3 cannot be run")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if text.is_empty() {
        bail!(
            "nothing was compared:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(text)
}
