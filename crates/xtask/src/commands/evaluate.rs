//! Asks real Nix.

use super::spec::Spec;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The modules of a release.
pub(super) struct Modules {
    input: Map<String, Value>,
}

impl Modules {
    pub(super) fn of(folder: &Path, release: &str, podman: &str) -> Self {
        let nixpkgs = folder.join(release).join("nixpkgs");
        let virtualisation = nixpkgs.join("nixos/modules/virtualisation");
        let services = folder.join(release).join("home-manager/modules/services");
        let home = ["podman", "podman-linux"]
            .map(|name| services.join(name))
            .into_iter()
            .find(|folder| folder.is_dir());
        let home = home.unwrap_or(services).join("default.nix");
        // A build script writes the units there, as a word in double quotes.
        let install = fs::read_to_string(home.with_file_name("install-quadlet.nix"));
        let by_shell = install.is_ok_and(|text| text.contains("echo -n"));
        let quadlet_nix = |owner: &str, file: &str| folder.join(format!("quadlet-nix-{owner}")).join(file);
        let value = json!({
            "lib": nixpkgs.join("lib"),
            "shell": by_shell,
            "podman": podman,
            "modules": {
                "nspawn": virtualisation.join("nixos-containers.nix"),
                "oci": virtualisation.join("oci-containers.nix"),
                "home": home,
                "seiarotg": quadlet_nix("SEIAROTg", "nixos-module.nix"),
                "seiarotg-home": quadlet_nix("SEIAROTg", "home-manager-module.nix"),
                "mirkolenz": quadlet_nix("mirkolenz", "modules/nixos.nix"),
                "mirkolenz-home": quadlet_nix("mirkolenz", "modules/hm.nix"),
                "settings": virtualisation.join("containers.nix"),
                "home-settings": home,
            },
        });
        Self {
            input: value.as_object().cloned().unwrap_or_default(),
        }
    }

    /// What the modules write for each spec; nothing if they refuse it.
    pub(super) fn evaluate(
        &self,
        root: &Path,
        nix: &str,
        specs: &[(usize, &Spec)],
    ) -> Result<Vec<Option<Value>>> {
        let folder = std::env::temp_dir().join(format!("nixpod-commands-specs-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let mut asked = Vec::new();
        for (index, spec) in specs {
            let mut files: Vec<PathBuf> = spec.files.iter().map(|file| root.join(file)).collect();
            if files.is_empty() {
                let file = folder.join(format!("{index}.nix"));
                fs::write(&file, spec.kind.module(&spec.text))?;
                files.push(file);
            }
            asked.push(json!({
                "name": index.to_string(),
                "kind": spec.kind.name(),
                "files": files,
                "open": !spec.files.is_empty(),
                "arguments": spec.arguments,
                "names": super::owned::names(root, &spec.files)?,
            }));
        }
        let mut out = Map::new();
        self.ask(root, nix, &folder, &asked, &mut out)?;
        fs::remove_dir_all(&folder)?;
        Ok(specs
            .iter()
            .map(|(index, _)| out.remove(&index.to_string()).filter(|value| !value.is_null()))
            .collect())
    }

    /// Asks for some specs at once. If that fails, for halves of them, so that an error that Nix cannot catch costs one spec.
    fn ask(
        &self,
        root: &Path,
        nix: &str,
        folder: &Path,
        specs: &[Value],
        out: &mut Map<String, Value>,
    ) -> Result<()> {
        let mut input = self.input.clone();
        input.insert("specs".to_owned(), specs.into());
        let file = folder.join("input.json");
        fs::write(&file, Value::from(input).to_string())?;
        let output = Command::new(nix)
            .env("NIX_REMOTE", "dummy://")
            .env("NIX_PATH", "")
            .args(["--eval", "--strict", "--json", "--argstr", "input"])
            .arg(&file)
            .arg(root.join("crates/xtask/src/commands/nix/evaluate.nix"))
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot run {nix}"))?;
        if output.status.success() {
            let value: Value = serde_json::from_slice(&output.stdout)?;
            out.extend(value.as_object().cloned().unwrap_or_default());
            return Ok(());
        }
        let (first, second) = specs.split_at(specs.len() / 2);
        if first.is_empty() {
            let text = String::from_utf8_lossy(&output.stderr);
            // A spec that its module does not know is refused; all else is a mistake of ours.
            let is_refused = [
                "does not exist",
                "evaluation aborted",
                "is not of type",
                "assertion",
                "has no value defined",
                "used but not defined",
            ]
            .iter()
            .any(|message| text.contains(message));
            if !is_refused {
                bail!("{}: {text}", specs.first().unwrap_or(&Value::Null));
            }
            return Ok(());
        }
        self.ask(root, nix, folder, first, out)?;
        self.ask(root, nix, folder, second, out)
    }
}
