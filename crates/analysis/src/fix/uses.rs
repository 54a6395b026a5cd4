//! How many things each literal is used for, so that a fix for one does not change another.

use crate::world::evaluate::Listed;
use crate::world::worlds::Known;
use nixpod_model::{FactInfo, FactValue, Field, Visitor};
use nixpod_source::{Origin, Place, Site};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Who uses a literal: the definition of a container or user, by its place and name. The same definition seen from
/// several hosts counts once.
type UsedBy<'a> = (Option<Place>, &'a str);

/// A stretch of a literal, and the thing that it serves; all of the literal where no stretch is given.
type Stretch<'a> = (Option<(u32, u32)>, UsedBy<'a>);

/// The literals that serve more than one thing.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    /// For each, the stretches that two things share: a script has one for each container that it runs.
    shared: FxHashMap<Site, Vec<(u32, u32)>>,
}

impl Uses {
    /// Counts the literals of all worlds.
    pub(crate) fn count(worlds: &[(Arc<Known>, Arc<Listed>)]) -> Self {
        let mut counter = Counter::default();
        counter.worlds(worlds);
        let several = { counter.users.into_iter() }.filter(|(_, user)| user.is_none());
        let several: FxHashMap<Site, Vec<Stretch<'_>>> =
            several.map(|(site, _)| (site, Vec::new())).collect();
        if several.is_empty() {
            return Self::default();
        }
        let mut counter = Counter {
            stretches: several,
            ..Counter::default()
        };
        counter.worlds(worlds);
        let shared = { counter.stretches.into_iter() }.map(|(site, stretches)| (site, shared(stretches)));
        Self {
            shared: shared.collect(),
        }
    }

    /// Does what stands at a place serve more than one thing?
    pub(crate) fn is_shared(&self, place: Place) -> bool {
        let Some(stretches) = self.shared.get(&place.site) else {
            return false;
        };
        let (start, end) = place.within.unwrap_or(WHOLE);
        place.within.is_none() || stretches.iter().any(|(from, to)| start < *to && *from < end)
    }
}

const WHOLE: (u32, u32) = (0, u32::MAX);

/// The stretches that more than one thing uses, in order and apart from each other.
fn shared(stretches: Vec<Stretch<'_>>) -> Vec<(u32, u32)> {
    let mut all: Vec<((u32, u32), UsedBy<'_>)> = { stretches.into_iter() }
        .map(|(within, user)| (within.unwrap_or(WHOLE), user))
        .collect();
    all.sort_unstable();
    all.dedup();
    // The two that reach furthest, of different things: whatever begins before they end is shared with one of them.
    let mut furthest: [Option<(u32, UsedBy<'_>)>; 2] = [None, None];
    let mut out: Vec<(u32, u32)> = Vec::new();
    for ((start, end), user) in all {
        for (other_end, other) in furthest.into_iter().flatten() {
            if other != user && start < other_end {
                out.push((start, end.min(other_end)));
            }
        }
        match &mut furthest {
            [Some((first_end, first)), _] if *first == user => *first_end = end.max(*first_end),
            [first, second] if first.is_none_or(|(first_end, _)| end > first_end) => {
                *second = first.replace((end, user));
            }
            [_, second] if second.is_none_or(|(second_end, _)| end > second_end) => {
                *second = Some((end, user));
            }
            _ => {}
        }
    }
    out
}

#[derive(Default)]
struct Counter<'a> {
    user: UsedBy<'a>,
    /// For each literal its one user, or none if there are several.
    users: FxHashMap<Site, Option<UsedBy<'a>>>,
    /// For literals of several users, what each uses. Filled where there is an entry.
    stretches: FxHashMap<Site, Vec<Stretch<'a>>>,
}

impl<'a> Counter<'a> {
    fn worlds(&mut self, worlds: &'a [(Arc<Known>, Arc<Listed>)]) {
        for (known, listed) in worlds {
            for container in known.world.containers.values() {
                self.user = (container.origin.place(), container.name.as_str());
                self.origin(&container.origin);
                container.visit(self);
                // Options that rules know nothing of use literals, too.
                for site in listed.literals.get(&container.id).into_iter().flatten() {
                    self.place(Place::whole(*site));
                }
            }
            for system in known.world.systems.values() {
                for user in &system.users {
                    self.user = (user.origin.place(), user.name.as_str());
                    user.visit(self);
                }
                self.user = (system.origin.place(), "");
                system.visit(self);
            }
        }
    }

    fn origin(&mut self, origin: &Origin) {
        if let Some(place) = origin.place() {
            self.place(place);
        }
    }

    fn place(&mut self, place: Place) {
        let user = self.user;
        if !self.stretches.is_empty() {
            if let Some(stretches) = self.stretches.get_mut(&place.site) {
                stretches.push((place.within, user));
            }
            return;
        }
        let known = self.users.entry(place.site).or_insert(Some(user));
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
