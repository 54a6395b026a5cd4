//! Specs that say a little of everything. They are the same whenever they are made: what is chosen depends on the seed, what
//! runs them, and their number.

use super::spec::{Runner, Spec};
use super::{bad, nspawn, podman};
use crate::random::Random;

/// One of a seed.
pub(super) fn spec(runner: Runner, seed: u64, number: u64) -> Spec {
    let mut random = random(runner, seed, number);
    match runner {
        Runner::Nspawn => nspawn::spec(number, &mut random),
        Runner::Podman | Runner::Rootless => podman::spec(runner, number, &mut random),
    }
}

/// A bad one.
pub(super) fn bad(runner: Runner, seed: u64, number: u64) -> Spec {
    bad::spec(runner, number, &mut random(runner, seed, number))
}

fn random(runner: Runner, seed: u64, number: u64) -> Random {
    let kind = Runner::ALL.iter().position(|one| *one == runner);
    let kind = kind.unwrap_or_default() as u64;
    Random::new(seed.wrapping_mul(1_000_003) ^ (kind << 32) ^ number)
}
