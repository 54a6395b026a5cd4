//! One file for each way to declare containers.

mod arion;
mod command_line;
mod devcontainer;
mod distrobox;
mod home;
mod manifests;
mod nspawn;
mod nspawn_lists;
mod oci;
mod quadlet;
pub(crate) mod quadlet_text;
mod quadlet_units;
mod runners;
mod section;
mod surroundings;
mod systemd_nspawn;
mod texts;
pub(crate) mod written_files;

pub(crate) use command_line::names_program;
pub(crate) use surroundings::{Read, Reading, Surroundings};
pub use texts::TextFile;
pub(crate) use texts::{Runs, TextSurface, TextsRead, Written};

use crate::read::as_key;
use crate::vocabulary::options::Table;
use nixpod_model::{EntryName, Surface};

/// All surfaces, in the order in which a system is read: what is known before, and what reads a container.
pub(crate) const SURFACES: [(&Table, Read); 10] = [
    (&nspawn::TABLE, nspawn::read),
    (&systemd_nspawn::TABLE, systemd_nspawn::read),
    (&oci::TABLE, oci::read),
    (&quadlet::TABLE, quadlet::read),
    (&home::TABLE, home::read),
    (&arion::TABLE, arion::read),
    (&runners::GITLAB, runners::gitlab),
    (&runners::GITEA, runners::act),
    (&runners::FORGEJO, runners::act),
    (&distrobox::TABLE, distrobox::read),
];

/// Kinds of texts with containers in them, in the order in which a system is read.
pub(crate) const TEXT_SURFACES: &[TextSurface] = &[
    quadlet_text::SURFACE,
    command_line::TEXTS,
    devcontainer::TEXTS,
    manifests::COMPOSE,
    manifests::KUBERNETES,
];

/// What is known of each surface before anything is read.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    SURFACES.iter().map(|(table, _)| *table)
}

/// Each surface that containers are written on, with where that is: options, with `<name>` for the name of a container, and
/// files. What is read of all containers of an engine is not among them.
pub fn places() -> impl Iterator<Item = (Surface, Vec<String>)> {
    let sets = tables().map(|table| {
        let options = { table.paths() }.map(|path| Table::option(path, &EntryName::Template, as_key));
        let file = table.file.map(str::to_owned);
        (table.surface, options.chain(file).collect())
    });
    let texts = TEXT_SURFACES.iter().map(|text| {
        let places = text.places.iter().map(|place| (*place).to_owned());
        (text.surface, places.collect())
    });
    sets.chain(texts)
}
