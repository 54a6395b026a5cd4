//! The seam to the evaluator: a root and a view of the files in, a world out.

use crate::reads::Reader;
use crate::worlds::Root;
use nixpod_model::World;
use nixpod_syntax::Hir;

/// Evaluates a root.
pub(crate) fn evaluate(_root: &Root, _reader: &Reader<'_>) -> World {
    World::default()
}

/// Names of which at least one is in every file that defines something the model holds.
const NAMES: [&str; 12] = [
    "containers",
    "docker",
    "extraGroups",
    "home-manager",
    "linger",
    "nspawn",
    "oci-containers",
    "podman",
    "quadlet",
    "users",
    "virtualisation",
    "nixosConfigurations",
];

/// Can this file by itself define something that rules look at? A quick look at its names, so that a tree of
/// thousands of packages is not evaluated file by file.
pub(crate) fn may_hold_specs(hir: &Hir) -> bool {
    hir.names.iter().any(|name| NAMES.contains(&name.as_str()))
}
