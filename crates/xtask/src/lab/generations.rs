//! The engines, unpacked from the packages of Debian releases into a folder of the lab's own.

use super::host::Place;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// `testdata/lab/generations.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generations {
    /// What all have.
    packages: Vec<String>,
    /// The packages whose versions are told.
    named: Vec<String>,
    /// Oldest first.
    #[serde(rename = "generation")]
    all: Vec<Generation>,
}

/// A release whose packages are run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// As Debian calls it.
    pub name: String,
    /// What it has besides.
    #[serde(default)]
    packages: Vec<String>,
    /// What is left out although something depends on it.
    #[serde(default)]
    without: Vec<String>,
}

impl Generations {
    /// Reads the file.
    ///
    /// # Errors
    /// A file that is missing, or has no generation.
    pub fn load(lab: &Path) -> Result<Self> {
        let path = lab.join("generations.toml");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let read: Self = toml::from_str(&text).with_context(|| path.display().to_string())?;
        if read.all.is_empty() {
            bail!("{} has no generation", path.display());
        }
        Ok(read)
    }

    /// All of them, oldest first.
    pub fn all(&self) -> &[Generation] {
        &self.all
    }

    /// The newest one.
    pub fn newest(&self) -> &[Generation] {
        self.all.split_at(self.all.len().saturating_sub(1)).1
    }

    /// The one of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn named(&self, name: &str) -> Result<&Generation> {
        let found = self.all.iter().find(|generation| generation.name == name);
        found.with_context(|| format!("there is no generation `{name}`"))
    }

    /// Unpacks a generation, and the file system of the containers, unless that was done before.
    pub(super) fn install(&self, generation: &Generation, lab: &Path, engines: &Path) -> Result<Place> {
        let folder = engines.join(&generation.name);
        let without = generation.without.iter().map(|name| format!("-{name}"));
        let named = self.packages.iter().chain(&generation.packages).cloned();
        let packages: Vec<String> = without.chain(named).collect();
        let scripts = ["install.sh", "etc.sh"].map(|name| lab.join(name));
        let stamp = stamp(&packages, &scripts)?;
        if !is_current(&folder, &stamp) {
            tell(&format!("unpacking the packages of {}", generation.name));
            fs::create_dir_all(engines)?;
            let mut install = Command::new("sh");
            install
                .arg(&scripts[0])
                .arg(&folder)
                .arg(&generation.name)
                .args(&packages);
            done(&mut install, "install.sh")?;
            fs::write(folder.join("done"), stamp)?;
        }
        let root = folder.join("root");
        let guest = engines.join("guest");
        let sources = ["guest.sh", "probe.c"].map(|name| lab.join(name));
        let stamp = self::stamp(&[], &sources)?;
        if !is_current(&guest, &stamp) {
            tell("building the file system of the containers");
            if guest.exists() {
                fs::remove_dir_all(&guest)?;
            }
            let busybox = root.join("usr/bin/busybox");
            let mut build = Command::new("sh");
            build
                .arg(&sources[0])
                .arg(guest.join("root"))
                .arg(busybox)
                .arg(&sources[1]);
            done(&mut build, "guest.sh")?;
            fs::write(guest.join("done"), stamp)?;
        }
        Ok(Place {
            lab: lab.to_owned(),
            root,
            guest: guest.join("root"),
        })
    }

    /// The versions of what was unpacked, of the packages that are to be named.
    pub(super) fn versions(
        &self,
        generation: &Generation,
        engines: &Path,
    ) -> Result<BTreeMap<String, String>> {
        let text = fs::read_to_string(engines.join(&generation.name).join("versions"))?;
        let all = text.lines().filter_map(|line| line.split_once(' '));
        let named = all.filter(|(package, _)| self.named.iter().any(|name| name == package));
        Ok(named
            .map(|(package, version)| (package.to_owned(), version.to_owned()))
            .collect())
    }
}

/// What a folder was made from: the same text means that it need not be made again.
fn stamp(packages: &[String], scripts: &[PathBuf]) -> Result<String> {
    let mut stamp = packages.to_vec();
    for script in scripts {
        stamp.push(fs::read_to_string(script)?);
    }
    Ok(stamp.join("\n"))
}

fn is_current(folder: &Path, stamp: &str) -> bool {
    fs::read_to_string(folder.join("done")).is_ok_and(|found| found == stamp)
}

fn done(command: &mut Command, name: &str) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .env("LC_ALL", "C")
        .output()
        .with_context(|| format!("{name} cannot be run"))?;
    if !output.status.success() {
        bail!("{name} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "this takes minutes, and somebody waits")]
fn tell(what: &str) {
    eprintln!("{what}");
}
