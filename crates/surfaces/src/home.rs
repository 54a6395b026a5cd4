//! Home Manager's `services.podman.containers.<name>`.

use crate::facts::{Found, Reader};
use nixpod_model::Container;

pub(crate) fn read(_: &mut Reader<'_, '_>, _: &Found, _: &mut Container) {}
