//! Which option of which container a path of names in the code is, and what is known of it.

use crate::ask::names::Named;
use nixpod_model::Surface;
use nixpod_surfaces::{
    Described, OptionsOf, Table, Values, described_options, tables, values_of_flag, values_of_key,
};
use nixpod_syntax::PathName;

/// A container that is being written.
#[derive(Clone, Copy)]
pub(crate) struct Inside<'c> {
    pub(crate) table: &'static Table,
    /// Its name and what follows.
    pub(crate) rest: &'c [PathName],
}

/// Names of options that hold modules: a set of containers with a short path may begin there.
const MODULES: [&str; 6] = [
    "config",
    "configuration",
    "content",
    "imports",
    "modules",
    "sharedModules",
];

/// Outputs of a flake that are modules by name.
const OUTPUTS: [&str; 3] = ["nixosModules", "nixosConfigurations", "homeModules"];

/// The innermost set of containers that a path leads into.
pub(crate) fn inside(path: &[PathName]) -> Option<Inside<'_>> {
    let starts = (0..path.len()).rev();
    starts.into_iter().find_map(|start| {
        let (before, from) = path.split_at(start);
        let fit = tables().filter_map(|table| {
            let set = table.paths().find(|set| begins_with(from, set))?;
            let rest = from.get(set.len()..)?;
            (set.len() > 1 || may_begin(before)).then_some(Inside { table, rest })
        });
        fit.max_by_key(|inside| inside.table.path.len())
    })
}

fn begins_with(path: &[PathName], set: &[&str]) -> bool {
    let mut both = path.iter().zip(set);
    path.len() >= set.len() && both.all(|(name, part)| *part == "*" || name.as_deref() == Some(part))
}

/// May a module begin after these names?
fn may_begin(before: &[PathName]) -> bool {
    let name = |nth: usize| before.iter().rev().nth(nth).and_then(|name| name.as_deref());
    match name(0) {
        None => before.is_empty(),
        Some(last) if MODULES.contains(&last) => true,
        Some(_) => name(1).is_some_and(|output| OUTPUTS.contains(&output)),
    }
}

/// The kinds of units that are read as texts.
const UNITS: [&str; 7] = [
    ".container",
    ".pod",
    ".kube",
    ".network",
    ".volume",
    ".image",
    ".build",
];

/// The unit whose text an option is: `environment.etc."containers/systemd/web.container".text`.
pub(crate) fn unit_of(path: &[PathName]) -> Option<String> {
    let (last, before) = path.split_last()?;
    if last.as_deref() == Some("rawConfig") {
        return Some("x.container".to_owned());
    }
    let is_unit = |name: &&str| UNITS.iter().any(|end| name.ends_with(end));
    let name = before.last()?.as_deref().filter(is_unit)?;
    (last.as_deref() == Some("text")).then(|| name.rsplit('/').next().unwrap_or_default().to_owned())
}

/// The description of an option, by its path from the container.
pub(crate) fn described(surface: Surface, path: &[PathName]) -> Option<&'static Described> {
    let path: Vec<&str> = path.iter().map(|name| name.as_deref().unwrap_or("*")).collect();
    let all = described_options(surface).iter();
    all.into_iter().find(|option| {
        let left = left_of(option, &path);
        left.is_some_and(|left| left.is_empty() || left == ["*"])
    })
}

/// The name that follows a path in that of an option.
pub(crate) fn next_name(option: &Described, path: &[&str]) -> Option<&'static str> {
    let left = left_of(option, path)?;
    left.iter()
        .find(|name| **name != "*")
        .copied()
        .filter(|_| left.len() < 3)
}

/// What is left of the name of an option after a path. Elements of lists have no name in code.
fn left_of(option: &Described, path: &[&str]) -> Option<Vec<&'static str>> {
    let names: Vec<&'static str> = option.path().collect();
    fits(&names, path).map(<[&str]>::to_vec)
}

fn fits<'n>(names: &'n [&'static str], path: &[&str]) -> Option<&'n [&'static str]> {
    match (names, path) {
        (names, []) => Some(names),
        ([], _) => None,
        (["*", rest @ ..], [name, after @ ..]) => match rest.first() == Some(name) {
            true => fits(rest, path),
            false => fits(rest, after),
        },
        ([one, rest @ ..], [name, after @ ..]) => (one == name).then(|| fits(rest, after)).flatten(),
    }
}

/// Where the texts of an option come from.
pub(crate) enum Source {
    Flags(OptionsOf),
    Values(Values),
    Strings(&'static [&'static str]),
    Named(Named),
    Nothing,
}

pub(crate) fn source(surface: Surface, path: &[PathName]) -> Source {
    let names: Vec<&str> = path.iter().map(|name| name.as_deref().unwrap_or("*")).collect();
    match (surface, &names[..]) {
        (Surface::Nspawn, ["extraFlags"]) => Source::Flags(OptionsOf::Nspawn),
        (Surface::Nspawn, ["additionalCapabilities"]) => Source::Values(Values::Capabilities),
        (Surface::Nspawn, ["allowedDevices", "node"]) => Source::Values(Values::Devices),
        (Surface::OciContainers, ["extraOptions"])
        | (Surface::HomeManagerPodman, ["extraPodmanArgs"])
        | (Surface::QuadletNix, ["containerConfig", "podmanArgs"]) => Source::Flags(OptionsOf::Run),
        (Surface::OciContainers, ["dependsOn"]) => Source::Named(Named::Containers(surface)),
        (Surface::OciContainers | Surface::HomeManagerPodman, ["devices"])
        | (Surface::QuadletNix, ["containerConfig", "devices"]) => Source::Values(Values::Devices),
        (Surface::OciContainers, ["networks"])
        | (Surface::HomeManagerPodman, ["network"])
        | (Surface::QuadletNix, ["containerConfig", "networks"]) => Source::Values(values_of_flag("network")),
        (Surface::HomeManagerPodman, ["addCapabilities" | "dropCapabilities"])
        | (Surface::QuadletNix, ["containerConfig", "addCapabilities" | "dropCapabilities"]) => {
            Source::Values(Values::Capabilities)
        }
        (Surface::HomeManagerPodman, ["userNS"]) | (Surface::QuadletNix, ["containerConfig", "userns"]) => {
            Source::Values(values_of_flag("userns"))
        }
        (Surface::HomeManagerPodman, ["extraConfig", section, key]) => {
            Source::Values(values_of_key(section, key))
        }
        (Surface::QuadletNix, ["containerConfig", "pull"]) => Source::Values(values_of_flag("pull")),
        (Surface::QuadletNix, ["containerConfig", "pod"]) => Source::Values(Values::Pods),
        (Surface::QuadletNix, ["containerConfig", "volumes"]) => Source::Values(Values::Volumes),
        _ => described(surface, path).map_or(Source::Nothing, |option| Source::Strings(option.values)),
    }
}
