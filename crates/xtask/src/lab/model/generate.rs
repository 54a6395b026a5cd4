//! Specs that say a little of everything. They are the same whenever they are made: what is chosen depends on the seed, what
//! runs them, and their number.

use super::spec::{Runner, Spec};
use super::{nspawn, podman};
use crate::random::Random;

/// One of a seed.
pub(super) fn spec(runner: Runner, seed: u64, number: u64) -> Spec {
    let kind = Runner::ALL
        .iter()
        .position(|one| *one == runner)
        .unwrap_or_default() as u64;
    let mut random = Random::new(seed.wrapping_mul(1_000_003) ^ (kind << 32) ^ number);
    match runner {
        Runner::Nspawn => nspawn::spec(number, &mut random),
        Runner::Podman | Runner::Rootless => podman::spec(runner, number, &mut random),
    }
}

/// The first ones of a seed.
pub(super) fn specs(runner: Runner, seed: u64, count: u64) -> Vec<Spec> {
    (0..count).map(|number| spec(runner, seed, number)).collect()
}
