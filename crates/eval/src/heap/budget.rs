//! Bounds of an evaluation, and what was used up.
//!
//! Work is done in parts, each inside of another ([`crate::Evaluator::within`]): a host, a container, the value of an
//! option. A part may use a share of what is left to the part around it. When it has used that up, all that it computes
//! is unknown until it ends; then the work around it goes on with what is left. So a value that is too dear costs itself,
//! and neither its neighbours nor what is evaluated after it.
//!
//! Steps stand for time and bytes for memory. Both are counted where they are spent, so they are the same on every
//! machine and for every order of threads. The clock and the memory of the process are asked for as a last resort.

use crate::heap::source::{Interrupt, Source};
use crate::{Res, Stop, Unknown};
use nixpod_source::{Site, Why};
use std::rc::Rc;

/// Bounds of one evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps: one for each expression that is evaluated and each function that is called, and one for about 64 bytes
    /// that are copied or compared.
    pub fuel: u64,
    /// Nested function calls; Nix's default for `max-call-depth` is 10,000.
    pub call_depth: u32,
    /// Nested forcing of thunks and expressions. The native stack grows on the heap up to that.
    pub force_depth: u32,
    /// Bytes of all values that are kept, in total.
    pub bytes: u64,
    /// Bytes of one string, or of the elements of one list or set.
    pub piece: u64,
    /// Nested undecided conditions before both branches are given up.
    pub speculation: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 36_000_000,
            call_depth: 10_000,
            force_depth: 40_000,
            bytes: 400 << 20,
            piece: 64 << 20,
            speculation: 8,
        }
    }
}

impl Limits {
    /// Bounds so many times as wide, for input that is so much larger.
    #[must_use]
    pub fn scaled(self, times: u64) -> Self {
        Self {
            fuel: self.fuel.saturating_mul(times),
            bytes: self.bytes.saturating_mul(times),
            ..self
        }
    }
}

/// How much of what is left to the work around it a part may use. Of parts side by side ([`Reserve`]), what is set aside
/// for all of them is just what this leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Half of the steps and seven eighths of the bytes: of several parts, none of which needs the others. An honest
    /// value that is large needs more memory than work.
    Half,
    /// Fifteen of sixteen: of parts that are nested in one another many times.
    Most,
}

impl Share {
    const fn of(self, left: Used) -> Used {
        match self {
            Self::Half => Used {
                steps: left.steps / 2,
                bytes: left.bytes - left.bytes / 8,
            },
            Self::Most => Used {
                steps: left.steps - left.steps / 16,
                bytes: left.bytes - left.bytes / 16,
            },
        }
    }
}

/// What is set aside for parts side by side, so that each finds its portion whatever the others use up, and it does not
/// matter which comes first. What a part may use beyond its own portion is a share of what is set aside for nobody: the
/// first of many honest parts often does work that all need.
#[derive(Debug)]
pub struct Reserve {
    share: Share,
    /// For parts that are yet to come.
    kept: Used,
}

impl Reserve {
    /// Nothing is set aside yet.
    pub fn new(share: Share) -> Self {
        Self {
            share,
            kept: Used::default(),
        }
    }
}

/// What is set aside for one part.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portion(Used);

/// A bound that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitHit {
    /// The value that was too dear, as far as it can be told.
    pub site: Option<Site>,
    /// What that is, such as the path of an option, if somebody said so.
    pub what: Option<String>,
    /// What that is a part of, such as a container, if somebody said so.
    pub whole: Option<String>,
    /// Which bound it was.
    pub why: Why,
}

/// What was used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    steps: u64,
    bytes: u64,
}

impl Used {
    const fn plus(self, other: Self) -> Self {
        Self {
            steps: self.steps.saturating_add(other.steps),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    const fn less(self, other: Self) -> Self {
        Self {
            steps: self.steps.saturating_sub(other.steps),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }

    const fn times(self, count: u64) -> Self {
        Self {
            steps: self.steps.saturating_mul(count),
            bytes: self.bytes.saturating_mul(count),
        }
    }

    fn by(self, count: u64) -> Self {
        Self {
            steps: self.steps / count.max(1),
            bytes: self.bytes / count.max(1),
        }
    }
}

/// A part of the work: what had been used when it began, and up to where it may go.
#[must_use]
#[derive(Clone, Copy, Debug)]
pub struct PartOfWork {
    from: Used,
    to: Used,
}

/// What an evaluation may use, and has used.
pub(crate) struct Budget {
    pub(crate) limits: Limits,
    used: Used,
    part: PartOfWork,
    /// The next step at which there may be something to look at, and the bytes at which there is.
    look_at: u64,
    look_at_bytes: u64,
    /// The steps or bytes at which the outside is asked next, and how often it was.
    ask_at: Used,
    asked: u64,
    /// The bound that the current part has reached.
    over: Option<Rc<Unknown>>,
    /// Is all further work given up?
    interrupted: bool,
    hits: Vec<LimitHit>,
    pub(crate) call_depth: u32,
    pub(crate) force_depth: u32,
    pub(crate) speculation: u32,
    /// Pieces of native stack that were added.
    pub(crate) stacks: u32,
}

/// How many steps are taken before the outside is asked whether to go on.
const ASK_EVERY: u64 = 1024;

/// And how many of these questions before it is asked to look thoroughly.
const THOROUGHLY_EVERY: u64 = 64;

/// The same, in bytes.
const ASK_EVERY_BYTES: u64 = 4 << 20;

/// How many bytes are copied or compared in a step.
const BYTES_A_STEP: u64 = 64;

/// Room that must be left on the native stack before a nested evaluation, and how much is added when there is less.
/// One nesting level of the evaluator takes a few hundred bytes in release and some kilobytes in debug builds.
const RED_ZONE: usize = 128 << 10;
/// Between two looks at the stack it grows by this many levels, a small part of the red zone. The large frames of builds
/// without optimisation are looked at one by one.
const LOOK_AT_STACK: u32 = if cfg!(debug_assertions) { 1 } else { 8 };
pub(crate) const STACK_CHUNK: usize = 4 << 20;

/// So many pieces of stack are added at most. Frames of builds without optimisation are some times as large.
const MAX_STACKS: u32 = if cfg!(debug_assertions) { 400 } else { 40 };

/// More bounds than this are not told one by one.
const MAX_HITS: usize = 1000;

impl Budget {
    pub(crate) fn new(limits: Limits) -> Self {
        let part = PartOfWork {
            from: Used::default(),
            to: Used {
                steps: limits.fuel,
                bytes: limits.bytes,
            },
        };
        Self {
            limits,
            used: Used::default(),
            part,
            look_at: ASK_EVERY,
            look_at_bytes: ASK_EVERY_BYTES.min(limits.bytes),
            ask_at: Used {
                steps: ASK_EVERY,
                bytes: ASK_EVERY_BYTES,
            },
            asked: 0,
            over: None,
            interrupted: false,
            hits: Vec::new(),
            call_depth: 0,
            force_depth: 0,
            speculation: 0,
            stacks: 0,
        }
    }

    /// Counts so many steps.
    #[inline]
    pub(crate) fn steps(&mut self, steps: u64, source: &dyn Source) -> Res<()> {
        self.used.steps += steps;
        match self.used.steps < self.look_at {
            true => Ok(()),
            false => self.look(source),
        }
    }

    /// Counts the copying or comparing of so many bytes, which are freed again or counted where they are kept.
    pub(crate) fn copies(&mut self, bytes: usize, source: &dyn Source) -> Res<()> {
        if bytes as u64 > self.limits.piece {
            let why = Why::Limit("a string, list or set is too large".to_owned());
            self.hit(why.clone());
            return Err(Stop::Unknown(Unknown::new(why)));
        }
        self.steps(bytes as u64 / BYTES_A_STEP, source)
    }

    /// So many bytes are kept from now on. To make them was work, too.
    #[inline]
    pub(crate) fn keeps(&mut self, bytes: usize) {
        self.used.bytes += bytes as u64;
        self.used.steps += bytes as u64 / BYTES_A_STEP;
        if self.used.bytes >= self.look_at_bytes {
            self.keeps_much();
        }
    }

    #[cold]
    fn keeps_much(&mut self) {
        if self.used.bytes >= self.part.to.bytes {
            self.exhaust(Why::Limit("the limit on memory is reached".to_owned()));
        } else {
            // The outside is asked at the next step.
            self.look_at = 0;
        }
    }

    #[cold]
    fn look(&mut self, source: &dyn Source) -> Res<()> {
        if self.used.steps > self.part.to.steps {
            self.exhaust(Why::Limit("the limit on evaluation steps is reached".to_owned()));
        }
        if self.over.is_none() {
            self.ask(source);
        }
        self.look_again();
        match &self.over {
            Some(over) => Err(Stop::Unknown(over.clone())),
            None => Ok(()),
        }
    }

    /// Asks the outside whether to go on, if it is time to.
    fn ask(&mut self, source: &dyn Source) {
        let full = self.used.bytes >= self.ask_at.bytes;
        if !full && self.used.steps < self.ask_at.steps {
            return;
        }
        self.asked += 1;
        self.ask_at.steps = self.used.steps + ASK_EVERY;
        if full {
            self.ask_at.bytes = self.used.bytes + ASK_EVERY_BYTES;
        }
        let thoroughly = full || self.asked.is_multiple_of(THOROUGHLY_EVERY);
        let why = match source.interrupted(thoroughly) {
            None => return,
            Some(Interrupt::Cancelled) => Why::Cancelled,
            Some(Interrupt::Deadline) => Why::Limit("the time is up".to_owned()),
            Some(Interrupt::Memory) => {
                Why::Limit("the limit on the memory of the process is reached".to_owned())
            }
        };
        self.interrupted = true;
        self.exhaust(why);
    }

    /// Finds out when there may be something to look at.
    fn look_again(&mut self) {
        self.look_at_bytes = self.ask_at.bytes.min(self.part.to.bytes);
        let asks = self.used.bytes >= self.ask_at.bytes;
        self.look_at = match self.over.is_some() || asks {
            true => 0,
            false => self.ask_at.steps.min(self.part.to.steps + 1),
        };
    }

    fn exhaust(&mut self, why: Why) {
        if self.over.is_none() {
            self.hit(why.clone());
            self.over = Some(Unknown::new(why));
        }
        self.look_at = 0;
    }

    /// A bound was reached.
    pub(crate) fn hit(&mut self, why: Why) {
        if self.hits.len() < MAX_HITS {
            self.hits.push(LimitHit {
                site: None,
                what: None,
                whole: None,
                why,
            });
        }
    }

    /// What bounds were reached by since there were so many, and where, as far as nothing better is known.
    pub(crate) fn name_hits(&mut self, since: usize, what: &str, site: Option<Site>) {
        for hit in self.hits.iter_mut().skip(since) {
            hit.site = hit.site.or(site);
            hit.what.get_or_insert_with(|| what.to_owned());
        }
    }

    /// What those are a part of.
    pub(crate) fn hits_within(&mut self, since: usize, whole: &str, site: Site) {
        for hit in self.hits.iter_mut().skip(since) {
            hit.site.get_or_insert(site);
            hit.whole.get_or_insert_with(|| whole.to_owned());
        }
    }

    /// Where the last bound was reached.
    pub(crate) fn hit_at(&mut self, site: Option<Site>) {
        if let Some(last) = self.hits.last_mut()
            && last.site.is_none()
        {
            last.site = site;
        }
    }

    pub(crate) fn hits(&self) -> &[LimitHit] {
        &self.hits
    }

    /// What is left to the current part.
    fn left(&self) -> Used {
        self.part.to.less(self.used)
    }

    /// Begins a part; gives the one around it.
    pub(crate) fn enter(&mut self, share: Share) -> PartOfWork {
        self.enter_room(share.of(self.left()))
    }

    fn enter_room(&mut self, room: Used) -> PartOfWork {
        let outer = self.part;
        if self.over.is_none() {
            let to = self.used.plus(room);
            self.part = PartOfWork { from: self.used, to };
            self.look_at = self.look_at.min(to.steps + 1);
            self.look_at_bytes = self.look_at_bytes.min(to.bytes);
        }
        outer
    }

    /// Sets aside the same for each of so many parts.
    pub(crate) fn set_aside(&self, reserve: &mut Reserve, parts: usize) -> Portion {
        let free = self.left().less(reserve.kept);
        let parts = parts as u64;
        let each = free.less(reserve.share.of(free)).by(parts);
        reserve.kept = reserve.kept.plus(each.times(parts));
        Portion(each)
    }

    /// Begins a part for which something was set aside; gives the one around it.
    pub(crate) fn enter_reserved(&mut self, reserve: &mut Reserve, portion: Portion) -> PartOfWork {
        reserve.kept = reserve.kept.less(portion.0);
        let free = self.left().less(reserve.kept);
        let beyond = reserve.share.of(free.less(portion.0));
        self.enter_room(free.less(free.less(portion.0)).plus(beyond))
    }

    /// The part that was begun is done.
    pub(crate) fn leave(&mut self, outer: PartOfWork) {
        self.part = outer;
        let goes_on = self.used.steps <= outer.to.steps && self.used.bytes < outer.to.bytes;
        if self.over.is_some() && goes_on && !self.interrupted {
            self.over = None;
        }
        self.look_again();
    }

    /// Did the outside end the work?
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// The bound that the current part has reached.
    #[inline]
    pub(crate) fn over(&self) -> Option<&Rc<Unknown>> {
        self.over.as_ref()
    }

    /// Did what began then use up a good deal of the current part? Then it is the one that is too dear, or needs it.
    pub(crate) fn is_dear(&self, since: Used) -> bool {
        let PartOfWork { from, to } = self.part;
        let dear = |now: u64, then: u64, from: u64, to: u64| (now - then) * 4 >= to - from;
        !self.interrupted
            && (dear(self.used.steps, since.steps, from.steps, to.steps)
                || dear(self.used.bytes, since.bytes, from.bytes, to.bytes))
    }

    #[inline]
    pub(crate) fn used(&self) -> Used {
        self.used
    }

    /// Steps so far.
    pub(crate) fn steps_taken(&self) -> u64 {
        self.used.steps
    }

    /// Bytes kept so far.
    pub(crate) fn bytes_kept(&self) -> u64 {
        self.used.bytes
    }

    /// Is as much nested in one another as may be?
    #[inline]
    pub(crate) fn is_deep(&self) -> bool {
        self.force_depth >= self.limits.force_depth || self.stacks >= MAX_STACKS
    }

    /// Does the native stack have to grow before further nested work? Asked at every nesting, and looked at where its depth
    /// is a multiple of [`LOOK_AT_STACK`].
    #[inline]
    pub(crate) fn may_lack_stack(&self) -> bool {
        self.force_depth.is_multiple_of(LOOK_AT_STACK) && self.lacks_stack()
    }

    #[inline(never)]
    fn lacks_stack(&self) -> bool {
        stacker::remaining_stack().is_none_or(|left| left < RED_ZONE)
    }

    /// Steps count anew; what is kept stays.
    pub(crate) fn restart(&mut self) {
        self.used.steps = 0;
        self.ask_at.steps = 0;
        self.part.from = self.used;
        self.part.to = Used {
            steps: self.limits.fuel,
            bytes: self.used.bytes.saturating_add(self.limits.bytes),
        };
        self.look_again();
        self.look_at = 0;
    }
}
