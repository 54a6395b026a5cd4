//! Containers that command lines run: `podman run`, `docker create`, `systemd-nspawn` and their like, in scripts of a system
//! and in files of the project.
//!
//! `find` says where scripts stand in a system. `scripts` goes through each of them and makes containers of its lines; how an
//! engine's line is taken apart is in `engine`, and systemd-nspawn's in `nspawn`.

mod engine;
mod find;
mod line;
mod nspawn;
mod scripts;

pub(crate) use scripts::{CommandLine, command_lines, names_program};

use crate::surface::texts::{Runs, TextSurface};
use crate::vocabulary::options::Systems;
use nixpod_model::Surface;

/// Scripts, wherever they stand.
pub(crate) const TEXTS: TextSurface = TextSurface {
    surface: Surface::CommandLine,
    places: &[
        "systemd.services.<name>",
        "systemd.user.services.<name>",
        "system.activationScripts",
        "shellAliases and what shells read",
        "packages and files that are scripts",
        "*.sh",
    ],
    systems: Systems::Both,
    find: find::find,
    is_file: |path| path.ends_with(".sh") || path.ends_with(".bash"),
    has_any: |_| true,
    runs_file: |_| Runs::Unknown,
    read: scripts::read,
};
