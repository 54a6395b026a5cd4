//! Runs the script of a unit, with a program in the engine's place that prints the words it is given.

use super::environment;
use super::golden::{Command as Words, Made};
use super::spec::Kind;
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is left of the path of a program.
const NSPAWN: &str = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-systemd/bin/systemd-nspawn";
/// What builds the guest of a flake, which the script calls by its path.
const BUILDER: &str = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-nixos-container/bin/nixos-container";
/// Asks for the platform of the guest, of a file that is not there before the guest is built.
const PLATFORM: &str = "$(< \"${SYSTEM_PATH:-/nix/var/nix/profiles/per-container/$INSTANCE/system}/system\")";
/// What stands for the `PATH` of a unit, which is made of packages.
const PATH: &str = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-path/bin";

/// The words of each container.
pub(super) fn run(kind: Kind, made: &Value) -> Result<Made> {
    let programs = Programs::new()?;
    let mut out = Made::new();
    for (name, unit) in made.as_object().context("no set of units")? {
        out.insert(name.clone(), programs.words(kind, name, unit)?);
    }
    Ok(out)
}

/// A shell in an empty environment. It is named by its path, since the environment decides where programs are.
pub(super) fn bash() -> Result<Command> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let bash = std::env::split_paths(&path)
        .map(|folder| folder.join("bash"))
        .find(|file| file.is_file());
    let mut command = Command::new(bash.context("there is no bash")?);
    command.env_clear().stdin(Stdio::null());
    Ok(command)
}

/// The settings of a service that are asked for.
fn service(unit: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for key in ["DevicePolicy", "DeviceAllow", "User"] {
        for value in unit["service"][key].as_array().into_iter().flatten() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            out.push(format!("{key}={value}"));
        }
    }
    out
}

/// A folder with nothing but programs that do nothing, and engines that print their words.
struct Programs {
    folder: PathBuf,
}

impl Drop for Programs {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Programs {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("nixpod-commands-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let here = Self { folder };
        fs::create_dir_all(here.empty())?;
        fs::create_dir_all(here.programs())?;
        for name in ["mkdir", "chmod", "touch", "cp", "nixos-container"] {
            symlink("/bin/true", here.programs().join(name))?;
        }
        for name in ["systemd-nspawn", "podman", "docker"] {
            let file = here.programs().join(name);
            fs::write(&file, format!("#!/bin/sh\nprintf '%s\\0' {name} \"$@\"\n"))?;
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
        }
        Ok(here)
    }

    fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Where a script runs, so that no pattern in it matches anything.
    fn empty(&self) -> PathBuf {
        self.folder.join("empty")
    }

    fn words(&self, kind: Kind, name: &str, unit: &Value) -> Result<Words> {
        let script = unit["script"].as_str().context("no script")?;
        let options = if unit["strict"] == true {
            "set -o errexit\nset -o nounset\nset -o pipefail\n"
        } else {
            "set -e\n"
        };
        let script = script
            .replace(NSPAWN, "systemd-nspawn")
            .replace(BUILDER, "nixos-container")
            .replace(PLATFORM, "x86_64-linux");
        let script = format!("{options}{script}");
        let file = self.folder.join("script");
        fs::write(&file, script)?;
        let mut command = bash()?;
        command.arg(&file).current_dir(self.empty());
        for (key, value) in unit["environment"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap_or_default();
            command.env(key, value.replace("%i", name));
        }
        if kind == Kind::Nspawn {
            let text = unit["conf"].as_str().context("no file of the environment")?;
            command.envs(environment::read(text));
        }
        command.env("PATH", self.programs());
        let output = command.output().context("bash cannot be run")?;
        let mut words = words_of(&output.stdout, &self.programs());
        let problem = words
            .is_empty()
            .then(|| "the script ends before it starts the engine".to_owned());
        if problem.is_some() {
            words.clear();
        }
        Ok(Words {
            words,
            service: service(unit),
            unit: Vec::new(),
            problem,
        })
    }
}

fn words_of(printed: &[u8], programs: &Path) -> Vec<String> {
    let text = String::from_utf8_lossy(printed);
    let programs = programs.to_string_lossy();
    let mut out: Vec<String> = text
        .split('\0')
        .map(|word| word.replace(&*programs, PATH))
        .collect();
    // Each word ends with a zero, so the last piece is none.
    out.pop();
    out
}
