//! What we say of a spec: the typed model of its container, what starts it, and what the rules find.

use super::spec::{REPORT, Spec};
use nixpod_analysis::{AnalysisHost, MemoryFileSystem, Severity, ShownCommand, Utf8PathBuf};
use nixpod_model::{Container, Surface, World};
use std::sync::Arc;

/// Our answer.
#[derive(Debug)]
pub(super) struct Asked {
    /// The container.
    pub(super) container: Arc<Container>,
    /// The words that start it, if they are known.
    pub(super) words: Option<Vec<String>>,
    /// Settings of its service.
    pub(super) service: Vec<String>,
    /// The rules that find something, each time they do.
    pub(super) findings: Vec<(String, Severity)>,
}

/// The system that has nothing but the container.
pub(super) fn ask(spec: &Spec) -> Option<Asked> {
    let disk = MemoryFileSystem::new();
    // The host of the lab has this bridge, and users with these ids.
    let besides = "virtualisation.oci-containers.backend = \"podman\";\nsystem.stateVersion = \"26.05\";\n\
                   networking.bridges.br0.interfaces = [ ];\n\
                   users.users.containers = { isSystemUser = true; autoSubUidGidRange = true; };\n";
    disk.write(
        "/spec/configuration.nix",
        format!("{{ lib, pkgs, ... }}:\n{{\n{besides}{}}}\n", spec.nix),
    );
    let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::new(disk));
    let project = Utf8PathBuf::from("/spec");
    host.set_project(project.clone());
    let analysis = host.analysis();
    let targets = [project];
    let report = analysis.commands(&targets);
    let worlds = analysis.worlds(&targets, of_spec);
    let container = worlds.into_iter().flatten().next()?;
    let shown = report
        .containers
        .iter()
        .find(|shown| shown.surface == container.surface && shown.name == container.name)?;
    let command = shown.command.as_ref()?;
    let findings = report.findings.iter().map(|found| {
        let diagnostic = &found.diagnostic;
        (diagnostic.rule.to_string(), diagnostic.severity)
    });
    Some(Asked {
        container,
        words: words(command),
        service: command.service.iter().map(|word| word.text.clone()).collect(),
        findings: findings.collect(),
    })
}

/// The container, and not the one that stands for all that an engine runs.
fn of_spec(world: &World) -> Option<Arc<Container>> {
    let mut all = world.containers.values();
    let found = all.find(|container| container.surface != Surface::ContainersConf);
    found.cloned()
}

/// The words, where all are known. What runs inside is ours, and so is where programs are found.
fn words(command: &ShownCommand) -> Option<Vec<String>> {
    let mut out = Vec::new();
    for word in &command.words {
        match word.has_hole {
            false => out.push(word.text.clone()),
            true if word.text.starts_with("PATH=") => out.push("PATH=/bin".to_owned()),
            // nspawn's last words are the guest's init.
            true if word.text.starts_with("${container-init}") => out.push(REPORT.to_owned()),
            true if word.text.ends_with("/init") => {}
            true => return None,
        }
    }
    let is_known = |certainty| {
        matches!(
            certainty,
            nixpod_analysis::Certainty::Set | nixpod_analysis::Certainty::Default
        )
    };
    let mut open = command
        .words
        .iter()
        .filter(|word| !word.has_hole && !is_known(word.certainty));
    open.next().is_none().then_some(out)
}
