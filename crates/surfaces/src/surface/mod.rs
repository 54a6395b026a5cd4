//! One file for each way to declare containers.

mod arion;
mod beside_sections;
mod boxes;
mod command_line;
mod devcontainer;
mod distrobox;
mod distrobox_file;
mod granted;
mod home;
mod made;
mod manifests;
mod nspawn;
mod nspawn_line;
mod nspawn_lists;
mod nspawn_network;
mod nspawn_text;
mod oci;
mod oci_line;
mod quadlet;
mod quadlet_names;
mod quadlet_objects;
mod quadlet_sections;
pub(crate) mod quadlet_text;
mod quadlet_units;
mod runners;
mod section;
mod section_pods;
mod surroundings;
mod systemd_nspawn;
mod texts;
pub(crate) mod tmpfiles;
mod unit_sections;
mod woodpecker;
pub(crate) mod written_files;

pub(crate) use arion::unmounted as unmounted_of_arion;
pub(crate) use command_line::{
    CommandLine, command_lines, is_service_file, names_program, written_by_scripts,
};
pub(crate) use home::volumes as volumes_of_home;
pub(crate) use made::{HostVolume, Made, MadePod};
pub(crate) use quadlet::{
    networks as networks_of_quadlet_nix, pods as pods_of_quadlet_nix, volumes as volumes_of_quadlet_nix,
};
pub(crate) use quadlet_objects::problems as problems_of_quadlet_nix;
use surroundings::Tell;
pub(crate) use surroundings::{Read, Reading, Surroundings};
pub use texts::TextFile;
pub(crate) use texts::{OtherUnits, Runs, TextSurface, TextsRead, Written, unless_refused};

use crate::read::as_key;
use crate::vocabulary::options::Table;
use crate::vocabulary::unit::kinds::Kind;
use nixpod_model::{ContainerId, EntryName, Surface};

/// A way to declare containers by options.
pub(crate) struct OptionSurface {
    /// What is known before a container is read.
    pub(crate) table: &'static Table,
    /// Reads one.
    pub(crate) read: Read,
    /// Tells what starts one; none where no command does.
    pub(crate) tell: Option<Tell>,
}

const fn told(table: &'static Table, read: Read, tell: Tell) -> OptionSurface {
    let tell = Some(tell);
    OptionSurface { table, read, tell }
}

const fn untold(table: &'static Table, read: Read) -> OptionSurface {
    let tell = None;
    OptionSurface { table, read, tell }
}

/// All surfaces, in the order in which a system is read.
pub(crate) const SURFACES: [OptionSurface; 11] = [
    told(&nspawn::TABLE, nspawn::read, nspawn_line::command),
    untold(&systemd_nspawn::TABLE, systemd_nspawn::read),
    told(&oci::TABLE, oci::read, oci_line::command),
    told(&quadlet::TABLE, quadlet::read, quadlet::command),
    told(&home::TABLE, home::read, home::command),
    untold(&arion::TABLE, arion::read),
    untold(&runners::GITLAB, runners::gitlab),
    untold(&runners::GITEA, runners::act),
    untold(&runners::FORGEJO, runners::act),
    untold(&woodpecker::TABLE, woodpecker::read),
    untold(&distrobox::TABLE, distrobox::read),
];

/// Sets of what engines do besides running containers, with what tells their entries apart from containers of these names.
pub(crate) const TASKS: [(OptionSurface, Kind); 3] = [
    (
        untold(&quadlet_objects::BUILDS, quadlet_objects::read_build),
        Kind::Build,
    ),
    (
        untold(&quadlet_objects::IMAGES, quadlet_objects::read_image),
        Kind::Image,
    ),
    (
        untold(&quadlet_objects::ARTIFACTS, quadlet_objects::read_artifact),
        Kind::Artifact,
    ),
];

/// The table that a container is of.
pub(crate) fn table_of(id: &ContainerId) -> Option<&'static Table> {
    let is_task = |kind: Kind| id.surface() == Surface::QuadletNix && kind.is_task(&id.name().to_string());
    let task = TASKS.iter().find(|(_, kind)| is_task(*kind));
    let task = task.map(|(surface, _)| surface.table);
    task.or_else(|| tables().find(|table| table.surface == id.surface()))
}

/// Kinds of texts with containers in them, in the order in which a system is read.
pub(crate) const TEXT_SURFACES: &[TextSurface] = &[
    quadlet_text::SURFACE,
    nspawn_text::SURFACE,
    command_line::TEXTS,
    devcontainer::TEXTS,
    distrobox_file::TEXTS,
    manifests::COMPOSE,
    manifests::KUBERNETES,
    manifests::LXC,
    manifests::ANSIBLE,
    manifests::CONTAINERFILE,
];

/// What is known of each surface before anything is read.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    SURFACES.iter().map(|surface| surface.table)
}

/// Each surface that containers are written on, with where that is: options, with `<name>` for the name of a container, and
/// files. What is read of all containers of an engine is not among them.
pub fn places() -> impl Iterator<Item = (Surface, Vec<String>)> {
    let sets = tables().map(|table| {
        let options = { table.paths() }.map(|path| Table::option(path, &EntryName::Template(0), as_key));
        let file = table.file.map(str::to_owned);
        (table.surface, options.chain(file).collect())
    });
    let texts = TEXT_SURFACES.iter().map(|text| {
        let places = text.places.iter().map(|place| (*place).to_owned());
        (text.surface, places.collect())
    });
    sets.chain(texts)
}
