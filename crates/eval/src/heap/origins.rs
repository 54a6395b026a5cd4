//! Origins: chains of steps in a table, handed out as plain data.

use crate::{Evaluator, NO_SITE, OriginId, Tracked};
use nixpod_source::{Hop, HopKind, Origin, Place, Site};
use smallvec::SmallVec;
use std::hash::{Hash, Hasher};

/// How many steps a trail keeps; longer ones say nothing to a reader.
const MAX_HOPS: u8 = 24;

/// More places than this, 16 bytes each, no evaluation of a configuration needs; a long loop must not fill the memory
/// with them.
const MAX_ORIGINS: usize = 4_000_000;

/// Places of the cache of lately made origins.
const RECENT: usize = 4096;

/// The origins of an evaluation.
pub(crate) struct Origins {
    nodes: Vec<Step>,
    /// Lately made ones, by the hash of what they are: the same variable is often read many times in a row of calls.
    recent: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Step {
    kind: HopKind,
    site: Site,
    parent: OriginId,
    depth: u8,
}

impl Origins {
    pub(crate) fn new() -> Self {
        Self {
            // Stands for no origin.
            nodes: vec![Step {
                kind: HopKind::Literal,
                site: NO_SITE,
                parent: OriginId(0),
                depth: 0,
            }],
            recent: Vec::new(),
        }
    }

    /// The memory of all origins.
    pub(crate) fn bytes(&self) -> usize {
        self.nodes.len() * size_of::<Step>()
    }

    /// A literal, or a further step of an existing origin.
    pub(crate) fn add(&mut self, kind: HopKind, site: Site, parent: OriginId) -> OriginId {
        let below = self.nodes[parent.0 as usize];
        if below.depth >= MAX_HOPS || (below.site == site && parent.0 != 0) {
            return parent;
        }
        let mut hash = rustc_hash::FxHasher::default();
        (kind, site, parent).hash(&mut hash);
        let slot = hash.finish() as usize % RECENT;
        let recent = OriginId(self.recent.get(slot).copied().unwrap_or(0));
        let known = self.nodes[recent.0 as usize];
        if recent.0 != 0 && known.site == site && known.parent == parent && known.kind == kind {
            return recent;
        }
        if self.nodes.len() >= MAX_ORIGINS {
            return parent;
        }
        let id = OriginId(self.nodes.len() as u32);
        if self.recent.is_empty() {
            self.recent.resize(RECENT, 0);
        }
        self.recent[slot] = id.0;
        self.nodes.push(Step {
            kind,
            site,
            parent,
            depth: below.depth + 1,
        });
        id
    }

    /// The steps of an origin, outermost first.
    fn steps(&self, origin: OriginId) -> impl Iterator<Item = &Step> {
        let mut at = origin;
        std::iter::from_fn(move || {
            let step = self.nodes.get(at.0 as usize).filter(|_| at.0 != 0)?;
            at = step.parent;
            Some(step)
        })
    }

    /// The steps of an origin as plain data, innermost first.
    pub(crate) fn trail(&self, origin: OriginId) -> Origin {
        let mut hops: Vec<Hop> = self
            .steps(origin)
            .map(|step| Hop {
                kind: step.kind,
                place: Place::whole(step.site),
            })
            .collect();
        hops.reverse();
        Origin { hops }
    }

    /// The calls among the steps but the first one, outermost first.
    fn calls(&self, origin: OriginId) -> impl Iterator<Item = Site> {
        let calls = self
            .steps(origin)
            .filter(|step| step.kind == HopKind::Call && step.parent.0 != 0);
        calls.map(|step| step.site)
    }

    fn has(&self, origin: OriginId, site: Site) -> bool {
        self.steps(origin).any(|step| step.site == site)
    }

    pub(crate) fn innermost(&self, origin: OriginId) -> Option<Site> {
        self.steps(origin).last().map(|step| step.site)
    }

    pub(crate) fn outermost(&self, origin: OriginId) -> Option<Site> {
        self.steps(origin).next().map(|step| step.site)
    }
}

impl Evaluator<'_> {
    /// Where the code asks for a Boolean, for whoever tells of the condition; `site` where that is not known.
    pub(crate) fn asked_at(&self, decided: &Tracked, site: Site) -> Site {
        let asked = self.origins.outermost(decided.origin);
        asked.filter(|asked| !asked.file.is_own()).unwrap_or(site)
    }

    /// The calls that a value came through once it was there, outermost first. A call that made it is none of them.
    pub fn calls(&self, origin: OriginId) -> SmallVec<[Site; 4]> {
        self.origins.calls(origin).collect()
    }

    /// An origin with a call as its last step, unless that is one of its steps already.
    pub fn through_call(&mut self, call: Site, origin: OriginId) -> OriginId {
        match self.origins.has(origin, call) {
            true => origin,
            false => self.origin(HopKind::Call, call, origin),
        }
    }
}
