//! `virtualisation.oci-containers.containers.<name>`.

use crate::facts::{Found, Reader};
use nixpod_model::{Container, SecretValue};

pub(crate) fn read(_: &mut Reader<'_, '_>, _: &Found, _: &mut Container) -> Vec<SecretValue> {
    Vec::new()
}
