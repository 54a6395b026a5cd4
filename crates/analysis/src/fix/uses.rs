//! How many things each literal is used for, so that a fix for one does not change another.

use crate::world::evaluate::Listed;
use crate::world::worlds::Known;
use nixpod_model::{FactInfo, FactValue, Field, Visitor};
use nixpod_source::{Origin, Place, Site};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Who uses a literal: the definition of a container or user, by its place and name. The same definition seen from
/// several hosts counts once.
type UsedBy<'a> = (Option<Place>, &'a str);

/// The literals that serve more than one thing.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    shared: FxHashSet<Site>,
}

impl Uses {
    /// Counts the literals of all worlds.
    pub(crate) fn count(worlds: &[(Arc<Known>, Arc<Listed>)]) -> Self {
        let mut counter = Counter::default();
        for (known, listed) in worlds {
            for container in known.world.containers.values() {
                counter.user = (container.origin.place(), container.name.as_str());
                counter.origin(&container.origin);
                container.visit(&mut counter);
                // Options that rules know nothing of use literals, too.
                for site in listed.literals.get(&container.id).into_iter().flatten() {
                    counter.site(*site);
                }
            }
            for system in known.world.systems.values() {
                for user in &system.users {
                    counter.user = (user.origin.place(), user.name.as_str());
                    user.visit(&mut counter);
                }
                counter.user = (system.origin.place(), "");
                system.visit(&mut counter);
            }
        }
        Self {
            shared: counter
                .users
                .into_iter()
                .filter_map(|(site, user)| user.is_none().then_some(site))
                .collect(),
        }
    }

    /// Does the literal serve more than one thing?
    pub(crate) fn is_shared(&self, site: Site) -> bool {
        self.shared.contains(&site)
    }
}

#[derive(Default)]
struct Counter<'a> {
    user: UsedBy<'a>,
    /// For each literal its one user, or none if there are several.
    users: FxHashMap<Site, Option<UsedBy<'a>>>,
}

impl<'a> Counter<'a> {
    fn origin(&mut self, origin: &Origin) {
        if let Some(place) = origin.place() {
            self.site(place.site);
        }
    }

    fn site(&mut self, site: Site) {
        let user = self.user;
        let known = self.users.entry(site).or_insert(Some(user));
        if *known != Some(user) {
            *known = None;
        }
    }
}

impl Visitor for Counter<'_> {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>) {
        // A unit is used for the container that it describes.
        if info.is_whole {
            return;
        }
        self.origin(&field.origin);
        for text in field.value().map(T::texts).unwrap_or_default() {
            text.origins(&mut |origin| self.origin(origin));
        }
    }
}
