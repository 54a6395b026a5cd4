//! Where a container is defined that several files have a part in.

use crate::read::{Found, OptionReader};
use crate::vocabulary::options::Table;
use nixpod_eval::{OriginId, Tracked, Value};
use nixpod_source::Origin;

impl OptionReader<'_, '_> {
    /// The place of a container's main definition: the one that sets most of its options. Others add something to it.
    pub(crate) fn main_place_of(&mut self, found: &Found, table: &Table) -> Origin {
        let Some(info) = found.info.clone() else {
            return self.place_of(found);
        };
        let won = info
            .definitions
            .iter()
            .filter(|definition| definition.won && !definition.written.is_ours());
        let sets = won.filter_map(|definition| definition.value.as_ref());
        let mut best: Option<(usize, OriginId)> = None;
        for set in sets {
            let Some(count) = self.options_in(set, table) else {
                continue;
            };
            if best.is_none_or(|(most, _)| count > most) {
                best = Some((count, set.origin));
            }
        }
        let trail = best.map(|(_, origin)| self.trail(self.ev.trail(origin)));
        match trail.filter(|trail| !trail.hops.is_empty()) {
            Some(trail) => trail,
            None => self.place_of(found),
        }
    }

    /// How many options of a container a definition sets, those in a set of options like `containerConfig` by themselves.
    fn options_in(&mut self, definition: &Tracked, table: &Table) -> Option<usize> {
        let Value::Attrs(set) = &definition.value else {
            return None;
        };
        let mut count = 0;
        for option in table.options {
            let name = self.ev.intern(option);
            let Some(attr) = set.get(name) else { continue };
            let is_set = table.facts.iter().any(|fact| {
                fact.strip_prefix(option)
                    .is_some_and(|rest| rest.starts_with('.'))
            });
            count += match is_set.then(|| self.ev.force_part(attr.thunk).value) {
                Some(Value::Attrs(inner)) => 1 + inner.entries.len(),
                _ => 1,
            };
        }
        Some(count)
    }
}
