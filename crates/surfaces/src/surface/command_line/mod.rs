//! Containers that command lines run: `podman run`, `docker create`, `systemd-nspawn` and their like, in scripts of a system
//! and in files of the project.
//!
//! `find` says where scripts stand in a system. `scripts` goes through each of them and makes containers of its lines; how an
//! engine's line is taken apart is in `verb` and `engine`, and systemd-nspawn's in `nspawn`. What stands in units and in JSON is in `inside`,
//! and scripts that are files of the project in `files`.

mod by_text;
mod engine;
mod files;
mod find;
mod inside;
mod line;
mod nspawn;
mod of_programs;
mod places;
mod scripts;
mod sets;
mod unshare;
mod verb;
mod written_scripts;
mod wrote;

pub(crate) use scripts::{CommandLine, command_lines, names_program};
pub(crate) use wrote::files as written_by_scripts;

use crate::surface::quadlet_text;
use crate::surface::texts::TextSurface;
use crate::vocabulary::options::Systems;
use nixpod_model::Surface;

/// Scripts, wherever they stand.
pub(crate) const TEXTS: TextSurface = TextSurface {
    surface: Surface::CommandLine,
    places: &[
        "systemd.services.<name>",
        "systemd.user.services.<name>",
        "systemd.units, systemd.packages",
        "system.activationScripts",
        "shellAliases and what shells read",
        "packages and files that are scripts",
        "services.udev.extraRules, programs.git",
        "*.sh",
        "ExecStartPre=… in units of Podman's generator",
        "initializeCommand in devcontainer.json",
    ],
    systems: Systems::Both,
    find: find::find,
    is_file: |path| path.ends_with(".sh") || path.ends_with(".bash") || inside::is_other_file(path),
    has_any: |_| true,
    runs_file: quadlet_text::runs_file,
    read: scripts::read,
};
