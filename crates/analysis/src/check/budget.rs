//! How much work the evaluations of one check may be together.
//!
//! The bounds are of the whole check, wider for a larger tree: a hundred files that are dear each must not take a hundred
//! times as long as one. First every root gets an equal share; what that leaves over goes to those for which it was not
//! enough, one after the other. Nothing here depends on how many threads there are.

use crate::vfs::Vfs;
use crate::vfs::parallel;
use crate::world::evaluate::Extent;
use crate::world::root::Root;
use crate::world::worlds::{Known, Worlds};
use nixpod_eval::Limits;
use std::sync::Arc;

/// So much text has the bounds that [`Limits`] has by default; twice as much has twice as wide ones.
const TEXT: u64 = 1 << 20;

/// The steps that every root has, however many there are. Nearly all modules need fewer.
const LEAST: u64 = 200_000;

/// Roots to evaluate.
#[derive(Clone, Copy)]
pub(crate) struct Roots<'r> {
    pub(super) all: &'r [Root],
    /// How many at once.
    pub(super) jobs: usize,
    /// What will be asked for of their containers?
    pub(super) extent: Extent,
}

/// The work of one check.
pub(crate) struct Budget {
    limits: Limits,
    /// Steps that were taken so far.
    spent: u64,
}

impl Budget {
    /// For so many bytes of text.
    pub(crate) fn new(text: u64) -> Self {
        Self {
            limits: Limits::default().scaled(text.div_ceil(TEXT).max(1)),
            spent: 0,
        }
    }

    fn left(&self) -> u64 {
        self.limits.fuel.saturating_sub(self.spent)
    }

    /// The bounds of each of so many roots.
    fn share(&self, roots: usize) -> Limits {
        let roots = (roots as u64).max(1);
        Limits {
            fuel: (self.left() / roots).max(LEAST),
            ..self.limits
        }
    }

    /// Evaluates roots, and those for which their share was not enough once more, with half of what is left.
    pub(crate) fn evaluate(&mut self, vfs: &Vfs, worlds: &Worlds, roots: Roots<'_>) -> Vec<Arc<Known>> {
        let Roots { all, jobs, extent } = roots;
        let share = self.share(all.len());
        let mut known = parallel::map(jobs, all, |root: &Root| worlds.get(vfs, root, extent, share));
        self.spent += known.iter().map(|world| world.effort.steps).sum::<u64>();
        for world in &mut known {
            let fuel = self.left() / 2;
            let again = world.effort.limited && !world.effort.interrupted;
            if !again || fuel / 2 < world.limits.fuel {
                continue;
            }
            let limits = Limits { fuel, ..self.limits };
            *world = worlds.get_anew(vfs, &world.root, extent, limits);
            self.spent += world.effort.steps;
        }
        known
    }
}
