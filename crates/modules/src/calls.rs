//! The calls that made what a definition stands in.

use nixpod_eval::{Evaluator, OriginId};
use nixpod_source::Site;
use std::rc::Rc;

/// Further ones say nothing more to a reader.
const MAX: usize = 8;

/// The calls that the sets around a definition came through, and those that gave its module: whoever calls a helper that
/// writes it has it by that call, even if no argument is a part of the value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Calls(Option<Rc<Call>>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Call {
    site: Site,
    outer: Calls,
}

impl Calls {
    /// The same for what stands in a value of this origin.
    #[must_use]
    pub(crate) fn inside(&self, ev: &Evaluator<'_>, origin: OriginId) -> Self {
        let inner = ev.calls(origin);
        inner.into_iter().fold(self.clone(), |calls, site| {
            if calls.sites().any(|known| known == site) || calls.sites().count() >= MAX {
                return calls;
            }
            Self(Some(Rc::new(Call { site, outer: calls })))
        })
    }

    /// The origin of a value that is written there, with the calls as its last steps.
    pub(crate) fn around(&self, ev: &mut Evaluator<'_>, origin: OriginId) -> OriginId {
        self.sites()
            .fold(origin, |origin, site| ev.through_call(site, origin))
    }

    /// Their places, innermost first.
    fn sites(&self) -> impl Iterator<Item = Site> {
        let mut at = self.0.as_deref();
        std::iter::from_fn(move || {
            let call = at?;
            at = call.outer.0.as_deref();
            Some(call.site)
        })
    }
}
