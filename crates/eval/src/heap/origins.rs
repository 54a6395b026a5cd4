//! Origins: chains of steps in a table, handed out as plain data.

use crate::{Evaluator, NO_SITE, OriginId, Tracked};
use nixpod_source::{Hop, HopKind, Origin, Place, Site};
use smallvec::SmallVec;

/// How many steps a trail keeps; longer ones say nothing to a reader.
const MAX_HOPS: u8 = 24;

/// More places than this, 16 bytes each, no evaluation of a configuration needs; a long loop must not fill the memory
/// with them.
const MAX_ORIGINS: usize = 4_000_000;

/// So many origins, a power of two, lie together: a quarter of a mebibyte. One piece for all would have to be copied as it
/// grows, and would take three times its size for a moment. A piece that grew would leave memory of all its former sizes
/// behind, most of which nothing else fits.
const TOGETHER: usize = 1 << 14;

/// The cache of lately made origins has so many places at first, and more as soon as there are so many origins: a small
/// evaluation must not begin by filling a large one. The numbers of places are powers of two.
const RECENT_BITS: u32 = 8;
const MORE_RECENT_BITS: u32 = 13;
const MANY: usize = 2048;

/// The origins of an evaluation.
pub(crate) struct Origins {
    /// All but the last have [`TOGETHER`] origins.
    pieces: Vec<Vec<Step>>,
    len: usize,
    /// Lately made ones with their numbers, by what they are: the same variable is often read many times in a row of calls.
    recent: Vec<(Step, u32)>,
    recent_bits: u32,
}

#[derive(Clone, Copy)]
struct Step {
    kind: HopKind,
    site: Site,
    /// The number of the origin that this is a further step of.
    parent: u32,
    depth: u8,
}

impl Origins {
    pub(crate) fn new() -> Self {
        // Stands for no origin.
        let step = Step {
            kind: HopKind::Literal,
            site: NO_SITE,
            parent: 0,
            depth: 0,
        };
        Self {
            pieces: vec![piece_with(step)],
            len: 1,
            recent: vec![(step, 0); 1 << RECENT_BITS],
            recent_bits: RECENT_BITS,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn step(&self, number: u32) -> &Step {
        let at = number as usize;
        &self.pieces[at / TOGETHER][at % TOGETHER]
    }

    /// The memory of one of them.
    pub(crate) const fn size() -> usize {
        size_of::<Step>()
    }

    /// An origin that was lately made.
    #[inline(always)]
    pub(crate) fn lately(&self, kind: HopKind, site: Site, parent: OriginId) -> Option<OriginId> {
        let parent = parent.number();
        let (recent, origin) = &self.recent[self.place_of(site, parent)];
        let same = recent.site == site && recent.parent == parent && recent.kind == kind;
        (same && *origin != 0).then(|| OriginId::of(*origin))
    }

    /// A literal, or a further step of an existing origin, that was not lately made.
    pub(crate) fn add(&mut self, kind: HopKind, site: Site, parent: OriginId) -> OriginId {
        OriginId::of(self.add_new(kind, site, parent.number()))
    }

    fn add_new(&mut self, kind: HopKind, site: Site, parent: u32) -> u32 {
        let below = self.step(parent);
        // That it is a default is no place of its own.
        let repeats = below.site == site && parent != 0 && kind != HopKind::Default;
        if repeats || below.depth >= MAX_HOPS || self.len >= MAX_ORIGINS {
            return parent;
        }
        let step = Step {
            kind,
            site,
            parent,
            depth: below.depth + 1,
        };
        let origin = self.len as u32;
        let place = self.place_of(site, parent);
        self.recent[place] = (step, origin);
        self.len += 1;
        if self.len == MANY {
            self.remember_more();
        }
        match self.pieces.last_mut() {
            Some(last) if last.len() < TOGETHER => last.push(step),
            _ => self.pieces.push(piece_with(step)),
        }
        origin
    }

    /// The cache has become small for so many origins.
    #[cold]
    fn remember_more(&mut self) {
        let former = std::mem::take(&mut self.recent);
        self.recent_bits = MORE_RECENT_BITS;
        let nothing = (*self.step(0), 0);
        self.recent = vec![nothing; 1 << self.recent_bits];
        for (step, origin) in former {
            let place = self.place_of(step.site, step.parent);
            if origin != 0 {
                self.recent[place] = (step, origin);
            }
        }
    }

    /// Where the cache has a step, if it has it.
    #[inline(always)]
    fn place_of(&self, site: Site, parent: u32) -> usize {
        let mixed = u64::from(parent) << 32 | u64::from(site.expr.0);
        (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - self.recent_bits)) as usize
    }

    /// The steps of an origin, outermost first.
    fn steps(&self, origin: OriginId) -> impl Iterator<Item = &Step> {
        let mut at = origin.number();
        std::iter::from_fn(move || {
            let step = (at != 0).then(|| self.step(at))?;
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
            .filter(|step| step.kind == HopKind::Call && step.parent != 0);
        calls.map(|step| step.site)
    }

    fn has(&self, origin: OriginId, site: Site) -> bool {
        self.steps(origin).any(|step| step.site == site)
    }

    pub(crate) fn innermost(&self, origin: OriginId) -> Option<Site> {
        self.steps(origin).last().map(|step| step.site)
    }

    pub(crate) fn outermost(&self, origin: OriginId) -> Option<Site> {
        let mut steps = self.steps(origin).filter(|step| step.kind != HopKind::Default);
        steps.next().map(|step| step.site)
    }
}

/// A piece of which this is the first.
#[cold]
fn piece_with(step: Step) -> Vec<Step> {
    let mut piece = Vec::with_capacity(TOGETHER);
    piece.push(step);
    piece
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
