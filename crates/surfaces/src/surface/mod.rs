//! One file for each way to declare containers.

pub(crate) mod home;
pub(crate) mod nspawn;
mod nspawn_lists;
pub(crate) mod oci;
pub(crate) mod quadlet;
mod section;

use crate::vocabulary::options::Table;
use nixpod_model::Surface;

/// All surfaces, in the order in which a system is read.
pub const TABLES: [&Table; 4] = [&nspawn::TABLE, &oci::TABLE, &quadlet::TABLE, &home::TABLE];

/// What is known of a surface.
pub(crate) const fn table(surface: Surface) -> &'static Table {
    match surface {
        Surface::Nspawn => &nspawn::TABLE,
        Surface::OciContainers => &oci::TABLE,
        Surface::QuadletNix => &quadlet::TABLE,
        Surface::HomeManagerPodman => &home::TABLE,
    }
}
