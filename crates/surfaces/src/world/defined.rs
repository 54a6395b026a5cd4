//! Which definitions of containers were read, for whoever looks for those that nobody read.

use crate::read::Found;
use crate::world::walk::Walk;
use nixpod_eval::NO_SITE;
use nixpod_model::{Defined, DefinedState};

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
}
