//! What is run of a form's Nix: what our own engine says that it comes to, so that the way is tried from the text to the
//! kernel.
//!
//! Left out is what ties a container to its unit, and stands in its own place in the lab: its name, its image or file system,
//! its log, what it tells systemd, the host's Nix store. All other words, those of the modules among them, are run as they are.

use super::data::{Engine, Form};
use anyhow::{Context, Result, bail};
use nixpod_analysis::{
    AnalysisHost, Certainty, EvalInput, EvalRequest, MemoryFileSystem, Shown, ShownCommand, ShownWord,
};
use std::sync::Arc;

/// What every form has besides; Podman runs the containers of NixOS if nothing else is said.
const BESIDES: &str = r#"
  virtualisation.oci-containers.backend = lib.mkDefault "podman";
  system.stateVersion = "25.11";
  users.users.lab.isNormalUser = true;
"#;

/// The image of containers, by where a container called `web` is declared.
const IMAGE: &str = "localhost/lab";
const IMAGES: [(&str, &str); 4] = [
    ("home-manager.users.lab.services.podman.containers.web", "image"),
    ("virtualisation.oci-containers.containers.web", "image"),
    ("virtualisation.quadlet.containers.web", "containerConfig.image"),
    ("services.podman.containers.web", "image"),
];

/// Words that modules and generators add, each with its value.
const OF_UNIT: [&str; 14] = [
    "-D",
    "-M",
    "--cgroups",
    "--cidfile",
    "-d",
    "--kill-signal",
    "--link-journal",
    "--log-driver",
    "--name",
    "--notify-ready",
    "--pull",
    "--replace",
    "--sdnotify",
    "--keep-unit",
];

/// Where the store of the host is bound from.
const STORE: [&str; 2] = ["--bind=/nix/", "--bind-ro=/nix/"];

/// What a form's Nix comes to.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    /// The words of the command behind `systemd-nspawn` or `podman run`, without what runs inside.
    pub words: Vec<String>,
    /// Settings of the service.
    pub service: Vec<String>,
    /// What is written into the section `[Container]` for Podman's generator.
    pub section: Vec<String>,
}

/// The project that a module is, as one of NixOS or of a user's home.
pub fn project(nix: &str, is_home: bool) -> AnalysisHost {
    let disk = MemoryFileSystem::new();
    let import = match is_home {
        true => "home-manager.users.lab.imports = [ ./form.nix ./image.nix ];",
        false => "imports = [ ./form.nix ./image.nix ];",
    };
    let images = IMAGES.iter().find(|(path, _)| nix.contains(path)).into_iter();
    let images = images.map(|(path, option)| format!("  {path}.{option} = lib.mkForce \"{IMAGE}\";\n"));
    disk.write(
        "/project/configuration.nix",
        format!("{{ lib, ... }}: {{ {import} {BESIDES} }}"),
    );
    disk.write("/project/form.nix", format!("{{\n{nix}\n}}\n"));
    disk.write(
        "/project/image.nix",
        format!("{{ lib, ... }}: {{\n{}}}\n", images.collect::<String>()),
    );
    let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::new(disk));
    host.set_project("/project".into());
    // Experiments are about rules that are off by default, too.
    let off = nixpod_rules::ALL
        .iter()
        .filter(|rule| !rule.meta.group.on_by_default());
    host.set_settings(nixpod_analysis::Settings {
        enabled: off.map(|rule| rule.meta.id).collect(),
        ..nixpod_analysis::Settings::default()
    });
    host
}

/// Is the Nix of a form a module of a user's home?
pub fn is_home(form: &Form) -> bool {
    form.engine == Engine::PodmanRootless
        || form
            .nix
            .as_ref()
            .is_some_and(|nix| nix.contains("services.podman."))
}

/// What the Nix of a form comes to; nothing where it declares no container.
///
/// # Errors
/// Nix of which that is not known, or with several containers.
pub(super) fn rendered(form: &Form, nix: &str) -> Result<Rendered> {
    let report = project(nix, is_home(form))
        .analysis()
        .commands(&["/project".into()]);
    // Others are there for the rules.
    let is_told = |container: &&Shown| container.command.is_some() && container.name == "web";
    let told: Vec<&Shown> = report.containers.iter().filter(is_told).collect();
    let command = match told.as_slice() {
        [] => return Ok(Rendered::default()),
        [container] => container.command.as_ref().context("no command")?,
        _ => bail!("it has several containers"),
    };
    Ok(Rendered {
        words: words(command)?,
        service: match form.engine {
            Engine::NspawnUnit => texts(&command.service)?,
            _ => Vec::new(),
        },
        section: section(&command.unit)?,
    })
}

/// The words without those that have their own place in the lab.
fn words(command: &ShownCommand) -> Result<Vec<String>> {
    let mut words = command.words.as_slice();
    if let Some(image) = words.iter().rposition(|word| word.text == IMAGE) {
        words = words.get(..image).unwrap_or_default();
    }
    let mut kept: Vec<&ShownWord> = Vec::new();
    let mut is_left_out = false;
    // The program, and the command of Podman's.
    let options = words
        .iter()
        .skip_while(|word| ["systemd-nspawn", "podman", "docker", "run"].contains(&word.text.as_str()));
    for word in options {
        if !word.is_value {
            is_left_out = is_own(word) && is_of_unit(word);
        }
        if !is_left_out {
            kept.push(word);
        }
    }
    // What runs inside, and the path that it is found by.
    while let Some(at) = kept.iter().position(|word| is_own(word) && word.has_hole) {
        let begin = match kept.get(at.saturating_sub(1)) {
            Some(name) if name.text == "--setenv" => at.saturating_sub(1),
            _ => at,
        };
        kept.drain(begin..=at);
    }
    kept.into_iter().map(text).collect()
}

/// Does a module or a generator add it?
fn is_own(word: &ShownWord) -> bool {
    word.span.is_none()
}

fn is_of_unit(word: &ShownWord) -> bool {
    let name = word.text.split('=').next().unwrap_or_default();
    OF_UNIT.contains(&name) || STORE.iter().any(|bind| word.text.starts_with(bind))
}

fn texts(words: &[ShownWord]) -> Result<Vec<String>> {
    words.iter().map(text).collect()
}

/// A word that is surely there and known.
fn text(word: &ShownWord) -> Result<String> {
    match word.certainty {
        Certainty::Set | Certainty::Default if !word.has_hole => Ok(word.text.clone()),
        _ => bail!("of `{}` it is not known what it comes to", word.text),
    }
}

/// The lines of the section `[Container]`, without the image.
fn section(unit: &[ShownWord]) -> Result<Vec<String>> {
    let lines = unit.iter().skip_while(|line| line.text != "[Container]").skip(1);
    let lines = lines.take_while(|line| !line.text.starts_with('['));
    let kept = lines.filter(|line| !line.text.starts_with("Image="));
    kept.map(text).collect()
}

/// A file that an option becomes.
#[derive(Debug)]
pub(super) struct File {
    /// The option.
    option: &'static str,
    /// What is written of its value, `it`.
    value: &'static str,
    /// Is it JSON? Else it is TOML.
    is_json: bool,
    /// Where.
    pub path: &'static str,
    /// What is done then.
    pub then: &'static str,
}

/// Settings of engines as a whole, and what arion writes for Compose.
const FILES: [File; 4] = [
    File {
        option: "virtualisation.containers.containersConf.settings",
        value: "it",
        is_json: false,
        path: "/etc/containers/containers.conf.d/lab.conf",
        then: "",
    },
    File {
        option: "services.podman.settings.containers",
        value: "it",
        is_json: false,
        path: "/home/lab/.config/containers/containers.conf",
        then: "chown -R lab:lab /home/lab/.config",
    },
    File {
        option: "virtualisation.docker.daemon.settings",
        value: "it",
        is_json: true,
        path: "/etc/docker/daemon.json",
        then: "",
    },
    File {
        option: "virtualisation.arion.projects.lab.settings.services",
        value: "{ services = builtins.mapAttrs (_: one: let
            service = one.service;
            granted = service.capabilities or { };
          in builtins.removeAttrs service [ \"capabilities\" ] // {
            image = \"lab\";
            network_mode = \"none\";
            cap_add = builtins.filter (name: granted.${name}) (builtins.attrNames granted);
          }) it; }",
        is_json: true,
        path: "/lab/compose.json",
        then: "",
    },
];

/// The files that the Nix of a form becomes besides, with their texts.
///
/// # Errors
/// Nix that does not evaluate.
pub(super) fn files(nix: &str) -> Result<Vec<(&'static File, String)>> {
    let named = FILES.iter().filter(|file| nix.contains(file.option));
    named.map(|file| Ok((file, content(nix, file)?))).collect()
}

fn content(nix: &str, file: &File) -> Result<String> {
    let File { option, value, .. } = file;
    let request = EvalRequest {
        input: EvalInput::Expr(format!("let it = ({{\n{nix}\n}}).{option}; in {value}")),
        strict: true,
        json: true,
        ..EvalRequest::default()
    };
    let outcome = project("", false).analysis().evaluate(&request);
    let json = outcome
        .output
        .with_context(|| outcome.error.unwrap_or_default())?;
    if file.is_json {
        return Ok(json);
    }
    let value: serde_json::Value = serde_json::from_str(&json)?;
    Ok(toml::to_string(&value)?)
}
