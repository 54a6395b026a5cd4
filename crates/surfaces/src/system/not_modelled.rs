//! What runs containers and machines in a way that is not read: it is counted, so that nobody takes silence for safety.

use crate::read::{Found, OptionReader, as_key};
use crate::surface::unmounted_of_arion;
use nixpod_eval::Value;
use nixpod_model::{Subject, SystemKind};
use nixpod_source::Why;

/// Sets of such things, and what they are.
const SETS: [(&[&str], &str); 6] = [
    (&["microvm", "vms"], "microvm.nix"),
    (&["services", "k3s", "autoDeployCharts"], "Helm charts"),
    (&["services", "k3s", "manifests"], "Kubernetes' manifests"),
    (
        &["services", "kubernetes", "addonManager", "addons"],
        "Kubernetes' manifests",
    ),
    (
        &["services", "kubernetes", "addonManager", "bootstrapAddons"],
        "Kubernetes' manifests",
    ),
    (&["virtualisation", "quadlet", "kubes"], "Kubernetes' manifests"),
];

/// Options by which other engines are told of containers, or of what these may do.
const OPTIONS: [(&[&str], &str); 5] = [
    (&["services", "nomad", "settings", "plugin"], "Nomad"),
    (&["virtualisation", "incus", "preseed"], "Incus"),
    (&["virtualisation", "lxc", "defaultConfig"], "LXC"),
    (&["virtualisation", "lxc", "systemConfig"], "LXC"),
    (&["virtualisation", "lxd", "preseed"], "LXD"),
];

/// What a guest or a home may be switched to. Those of hosts are systems of their own.
const SPECIALISATIONS: (&[&str], &str) = (&["specialisation"], "a specialisation of a guest or a home");

/// Tells each of them at its place.
pub(crate) fn tell(reader: &mut OptionReader<'_, '_>, config: &Found, kind: SystemKind) {
    let subject = reader.about(Subject::Containers);
    let is_inner = matches!(kind, SystemKind::Guest | SystemKind::Home);
    for (path, what) in SETS.into_iter().chain(is_inner.then_some(SPECIALISATIONS)) {
        let all = reader.option(config, path);
        if reader.is_unset(&all) || reader.is_default(&all) {
            continue;
        }
        // What is not known as a whole is told as any other option that could not be seen.
        let entries = reader.entries(&all).all();
        for (name, found) in entries {
            let enable = reader.get(&found, "enable");
            if reader.bool(&enable).certain() == Some(&false) {
                continue;
            }
            let origin = reader.key_origin(&found);
            let why = Why::NotModelled(what.to_owned());
            reader.gap(format!("{}.{}", path.join("."), as_key(&name)), why, &origin);
        }
    }
    for (path, what) in OPTIONS {
        let option = reader.option(config, path);
        if reader.is_written(&option)
            && !reader.is_default(&option)
            && !matches!(option.value.value, Value::Null)
        {
            let origin = reader.key_origin(&option);
            reader.gap(path.join("."), Why::NotModelled(what.to_owned()), &origin);
        }
    }
    compose_of_arion(reader, config);
    // What this system itself is started with, by the launcher of containers for tests.
    let options = reader.option(config, &["virtualisation", "systemd-nspawn", "options"]);
    if reader.is_written(&options) && !reader.elements(&options).is_empty() {
        let origin = reader.key_origin(&options);
        let why = Why::NotModelled("a system that systemd-nspawn runs as a whole".to_owned());
        reader.gap("virtualisation.systemd-nspawn.options".to_owned(), why, &origin);
    }
    reader.about(subject);
}

/// What a project of arion puts into its Compose file as it is.
fn compose_of_arion(reader: &mut OptionReader<'_, '_>, config: &Found) {
    let projects = reader.option(config, &["virtualisation", "arion", "projects"]);
    if reader.is_unset(&projects) {
        return;
    }
    let path = ["settings", "docker-compose", "raw", "services"];
    for (name, project) in reader.entries(&projects).all() {
        let settings = reader.get(&project, "settings");
        for (volume, origin) in unmounted_of_arion(reader, &settings) {
            let why = Why::Undecided("no service that is read mounts this directory of the host".to_owned());
            let what = format!(
                "the volume {volume} of virtualisation.arion.projects.{}",
                as_key(&name)
            );
            reader.gap(what, why, &origin);
        }
        let raw = reader.at(&project, &path);
        if !reader.is_written(&raw) {
            continue;
        }
        let origin = reader.key_origin(&raw);
        let why = Why::NotModelled("compose files".to_owned());
        let what = format!(
            "virtualisation.arion.projects.{}.{}",
            as_key(&name),
            path.join(".")
        );
        reader.gap(what, why, &origin);
    }
}
