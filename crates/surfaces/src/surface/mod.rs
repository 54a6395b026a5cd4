//! One file for each way to declare containers.

pub(crate) mod home;
pub(crate) mod nspawn;
mod nspawn_lists;
pub(crate) mod oci;
pub(crate) mod quadlet;
mod section;
