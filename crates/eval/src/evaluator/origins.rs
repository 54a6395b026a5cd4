//! Origins and conditions: chains in tables of the evaluator, handed out as plain data.

use super::{ConditionNode, OriginNode};
use crate::{Evaluator, OriginId, Unknown, When};
use nixpod_source::{Hop, HopKind, Origin, Place, Site, Why};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// How many steps a trail keeps; longer ones say nothing to a reader.
const MAX_HOPS: u8 = 24;

/// More places than this, 16 bytes each, no evaluation of a configuration needs; a long loop must not fill the memory
/// with them.
const MAX_ORIGINS: usize = 4_000_000;

/// Places of the cache of lately made origins.
const RECENT_ORIGINS: usize = 4096;

impl Evaluator<'_> {
    /// A new origin: a literal, or a further step of an existing one.
    pub fn origin(&mut self, kind: HopKind, site: Site, parent: OriginId) -> OriginId {
        let below = self.origins[parent.0 as usize];
        if below.depth >= MAX_HOPS || (below.site == site && parent.0 != 0) {
            return parent;
        }
        // The same variable is often read many times in a row of calls.
        let mut hash = rustc_hash::FxHasher::default();
        (kind, site, parent).hash(&mut hash);
        let slot = hash.finish() as usize % RECENT_ORIGINS;
        let recent = OriginId(self.recent_origins.get(slot).copied().unwrap_or(0));
        let known = self.origins[recent.0 as usize];
        if recent.0 != 0 && known.site == site && known.parent == parent && known.kind == kind {
            return recent;
        }
        if self.origins.len() >= MAX_ORIGINS {
            return parent;
        }
        let id = OriginId(self.origins.len() as u32);
        if self.recent_origins.is_empty() {
            self.recent_origins.resize(RECENT_ORIGINS, 0);
        }
        self.recent_origins[slot] = id.0;
        self.origins.push(OriginNode {
            kind,
            site,
            parent,
            depth: below.depth + 1,
        });
        id
    }

    /// The steps of an origin as plain data, innermost first.
    pub fn trail(&self, origin: OriginId) -> Origin {
        let mut hops = Vec::new();
        let mut at = origin;
        while at.0 != 0 {
            let node = self.origins[at.0 as usize];
            hops.push(Hop {
                kind: node.kind,
                place: Place::whole(node.site),
            });
            at = node.parent;
        }
        hops.reverse();
        Origin { hops }
    }

    /// The steps of the origin of a stretch of a string literal's content.
    pub fn trail_within(&self, origin: OriginId, start: u32, end: u32) -> Origin {
        let mut trail = self.trail(origin);
        // Of text read from a file the innermost place is the path that was read, not the text.
        let read = trail.hops.iter().any(|hop| hop.kind == HopKind::Import);
        if let Some(hop) = trail.hops.first_mut().filter(|_| !read) {
            hop.place.within = Some((start, end));
        }
        trail
    }

    /// The innermost site of an origin.
    pub fn origin_site(&self, origin: OriginId) -> Option<Site> {
        let mut at = origin;
        let mut site = None;
        while at.0 != 0 {
            let node = self.origins[at.0 as usize];
            site = Some(node.site);
            at = node.parent;
        }
        site
    }

    /// The outermost site of an origin: where the value was last read or passed.
    pub fn last_site(&self, origin: OriginId) -> Option<Site> {
        (origin.0 != 0).then(|| self.origins[origin.0 as usize].site)
    }

    /// A condition that could not be decided, in addition to `parent`.
    pub fn condition(&mut self, site: Site, why: Rc<Unknown>, parent: When) -> When {
        let mut at = parent;
        while at.0 != 0 {
            let node = &self.conditions[at.0 as usize];
            if node.site == site {
                return parent;
            }
            at = node.parent;
        }
        let id = When(self.conditions.len() as u32);
        self.conditions.push(ConditionNode { site, why, parent });
        id
    }

    /// Both conditions.
    pub fn both(&mut self, a: When, b: When) -> When {
        if a.is_always() || a == b {
            return b;
        }
        let mut chain = Vec::new();
        let mut at = b;
        while at.0 != 0 {
            let node = &self.conditions[at.0 as usize];
            chain.push((node.site, node.why.clone()));
            at = node.parent;
        }
        let mut out = a;
        for (site, why) in chain.into_iter().rev() {
            out = self.condition(site, why, out);
        }
        out
    }

    /// The places of the conditions, outermost first, and the reason why the first could not be decided.
    pub fn conditions(&self, when: When) -> Vec<(Place, Why)> {
        let mut out = Vec::new();
        let mut at = when;
        while at.0 != 0 {
            let node = &self.conditions[at.0 as usize];
            out.push((Place::whole(node.site), node.why.why.clone()));
            at = node.parent;
        }
        out.reverse();
        out
    }

    pub(crate) fn condition_reason(&self, when: When) -> Rc<Unknown> {
        self.conditions[when.0 as usize].why.clone()
    }
}
