//! The results that stand in the repository: `testdata/lab/results.json`, one line an experiment and generation.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// All that was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// When and on what each generation was run.
    pub generations: BTreeMap<String, Ground>,
    /// The outcomes by experiment and generation.
    pub experiments: BTreeMap<String, BTreeMap<String, Outcome>>,
}

/// What a generation was run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// The day, as in 2026-11-30.
    pub date: String,
    /// The kernel's release.
    pub kernel: String,
    /// The versions of the engines, as Debian counts them.
    pub versions: BTreeMap<String, String>,
}

/// What came of an experiment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Was all seen that was expected?
    pub passed: bool,
    /// Stands for the experiment as it was: another text is another number.
    pub of: String,
    /// What was seen, by form.
    pub saw: BTreeMap<String, String>,
}

impl Ground {
    /// This machine, today.
    pub(super) fn now(versions: BTreeMap<String, String>) -> Result<Self> {
        let date = std::process::Command::new("date").args(["-u", "+%F"]).output()?;
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        Ok(Self {
            date: String::from_utf8_lossy(&date.stdout).trim().to_owned(),
            kernel: kernel.trim().to_owned(),
            versions,
        })
    }
}

impl Results {
    /// Reads the file; nothing if there is none.
    ///
    /// # Errors
    /// A file that says something else.
    pub fn load(lab: &Path) -> Result<Self> {
        let path = lab.join("results.json");
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| path.display().to_string()),
            Err(_) => Ok(Self::default()),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// None that can be thought of.
    pub fn text(&self) -> Result<String> {
        let mut out = "{\n\"generations\": {\n".to_owned();
        let last = self.generations.len();
        for (at, (name, ground)) in self.generations.iter().enumerate() {
            let comma = if at + 1 < last { "," } else { "" };
            writeln!(out, "  \"{name}\": {}{comma}", serde_json::to_string(ground)?)?;
        }
        out.push_str("},\n\"experiments\": {\n");
        let last = self.experiments.len();
        for (at, (id, outcomes)) in self.experiments.iter().enumerate() {
            writeln!(out, "  \"{id}\": {{")?;
            for (at, (generation, outcome)) in outcomes.iter().enumerate() {
                let comma = if at + 1 < outcomes.len() { "," } else { "" };
                writeln!(
                    out,
                    "    \"{generation}\": {}{comma}",
                    serde_json::to_string(outcome)?
                )?;
            }
            writeln!(out, "  }}{}", if at + 1 < last { "," } else { "" })?;
        }
        out.push_str("}\n}\n");
        Ok(out)
    }
}

/// The engines that are told to users, by package.
const ENGINES: &[(&str, &str)] = &[
    ("systemd-container", "systemd"),
    ("podman", "Podman"),
    ("nix-bin", "Nix"),
];

impl Results {
    /// What goes with the program: `recorded.txt` of the crate `nixpod-analysis`, whose `proof.rs` says how it is written.
    pub fn recorded(&self) -> String {
        let mut out = String::new();
        for (name, ground) in &self.generations {
            let engines = ENGINES.iter().filter_map(|(package, engine)| {
                let version = ground.versions.get(*package)?;
                // Without what Debian adds to it.
                let version = version.split(['-', '+', '~']).next().unwrap_or_default();
                Some(format!("{engine} {version}"))
            });
            let engines: Vec<String> = engines.collect();
            let _ = writeln!(
                out,
                "on {name} {} {} {}",
                ground.date,
                ground.kernel,
                engines.join(", ")
            );
        }
        for (id, outcomes) in &self.experiments {
            let _ = write!(out, "{id}");
            for (generation, outcome) in outcomes {
                let sign = if outcome.passed { '+' } else { '-' };
                let _ = write!(out, " {sign}{generation}");
            }
            out.push('\n');
        }
        out
    }
}

/// A number for a text, the same on every machine and with every compiler (FNV-1a).
pub(super) fn number(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
