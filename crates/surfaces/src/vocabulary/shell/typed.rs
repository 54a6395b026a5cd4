//! What shells read for somebody who types, such as `.bashrc`: there they look at aliases.

use super::aliases::Aliases;
use super::follow::{Given, MAX_STEPS, run};
use super::lines::{Followed, Wanted};
use super::reader;
use nixpod_model::Text;

/// Goes through what a shell reads for somebody who types.
pub(crate) fn typed(text: &Text, wanted: Wanted) -> Followed {
    let pattern = text.pattern();
    let mut out = Followed::default();
    let mut steps = MAX_STEPS;
    let given = Given {
        aliases: Aliases::of(&pattern, true),
        ..Given::new(wanted, &mut steps)
    };
    run(text, &pattern, &reader::read(&pattern), given, &mut out);
    out
}
