//! Containers that command lines run: `podman run`, `docker create`, `systemd-nspawn` and their like, in scripts of a system
//! and in files of the project.
//!
//! `find` says where scripts stand in a system. `scripts` goes through each of them and makes containers of its lines; how an
//! engine's line is taken apart is in `verb` and `engine`, and systemd-nspawn's in `nspawn`. What stands in units and in JSON is in `inside`,
//! and scripts that are files of the project in `files`.

mod aliases;
mod boxes;
mod by_text;
mod engine;
mod files;
mod find;
mod inside;
mod line;
mod lines;
mod names;
mod nspawn;
mod of_desktops;
mod of_programs;
mod places;
mod python;
mod recipes;
mod scripts;
mod sets;
mod settings;
mod stay;
mod unshare;
mod verb;
mod written_scripts;
mod wrote;
mod xhost;

pub(crate) use by_text::is_unit as is_service_file;
pub(crate) use lines::{CommandLine, command_lines};
pub(crate) use names::names_program;
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
        "systemd.units, systemd.packages, *.service",
        "system.activationScripts",
        "shellAliases and what shells read",
        "packages and files that are scripts",
        "services.udev.extraRules, programs.git",
        "programs.tmux, Sway, i3, Hyprland, *.desktop, cron.d, *.py",
        "justfile, Makefile, package.json, workflows, *.fish, *.nu (recognised, not read)",
        "*.sh, .bashrc, .zshrc, … and scripts by their first line",
        "ExecStartPre=… in units of Podman's generator",
        "initializeCommand in devcontainer.json",
    ],
    systems: Systems::Both,
    find: find::find,
    is_file: |path| nixpod_syntax::is_shell_name(path) || inside::is_other_file(path),
    tells: by_text::is_text_with_commands,
    has_any: |_| true,
    runs_file: quadlet_text::runs_file,
    read: scripts::read,
};
