//! Which definitions of containers were read, for whoever looks for those that nobody read.

use crate::read::Found;
use crate::world::walk::Walk;
use nixpod_eval::{NO_SITE, Value};
use nixpod_model::{Defined, DefinedState};

/// Options of a container are in no more sets than this.
const MAX_DEPTH: u32 = 2;

impl Walk<'_, '_, '_> {
    /// Remembers where a container, or a set of them, is defined.
    pub(super) fn account_for(&mut self, found: &Found, state: DefinedState) {
        let Some(info) = &found.info else { return };
        for definition in info.definitions.iter().filter(|one| !one.written.is_ours()) {
            let trail = self.reader.ev.trail(definition.origin).hops;
            let places = trail.iter().map(|hop| hop.place.site);
            let sites = places.chain([definition.written.site()]);
            let sites = sites.filter(|site| *site != NO_SITE && !site.file.is_own());
            let is_left_out = definition.off || !definition.won;
            let state = if is_left_out { DefinedState::Off } else { state };
            self.world
                .defined
                .extend(sites.map(|site| Defined { site, state }));
        }
    }

    /// The same of a container whose set is no option: what is set in it is.
    pub(super) fn account_for_container(&mut self, found: &Found, state: DefinedState) {
        match found.info {
            Some(_) => self.account_for(found, state),
            None => self.account_for_parts(found, state, 0),
        }
    }

    fn account_for_parts(&mut self, found: &Found, state: DefinedState, depth: u32) {
        let is_set = matches!(found.value.value, Value::Attrs(_));
        if !is_set || depth > MAX_DEPTH || self.reader.is_default(found) {
            return;
        }
        for (_, part) in self.reader.entries(found).named {
            match part.info {
                Some(_) => self.account_for(&part, state),
                None => self.account_for_parts(&part, state, depth + 1),
            }
        }
    }
}
