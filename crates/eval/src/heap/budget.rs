//! Bounds of an evaluation, and what was used up.

use crate::{Res, Source, Stop, Unknown};
use nixpod_source::Why;
use std::rc::Rc;

/// Bounds of one evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps (expressions evaluated and builtins called).
    pub fuel: u64,
    /// Nested function calls; Nix's default for `max-call-depth` is 10,000.
    pub call_depth: u32,
    /// Nested forcing of thunks and expressions. The native stack grows on the heap up to that.
    pub force_depth: u32,
    /// Bytes of strings and list elements made, in total.
    pub bytes: u64,
    /// Thunks, 32 bytes each.
    pub thunks: usize,
    /// Nested undecided conditions before both branches are given up.
    pub speculation: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 60_000_000,
            call_depth: 10_000,
            force_depth: 40_000,
            bytes: 192 << 20,
            thunks: 4_200_000,
            speculation: 8,
        }
    }
}

/// What an evaluation may use, and has used.
pub(crate) struct Budget {
    pub(crate) limits: Limits,
    steps: u64,
    bytes: u64,
    /// The bound that was reached.
    exhausted: Option<Rc<Unknown>>,
    pub(crate) call_depth: u32,
    pub(crate) force_depth: u32,
    pub(crate) speculation: u32,
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            steps: 0,
            bytes: 0,
            exhausted: None,
            call_depth: 0,
            force_depth: 0,
            speculation: 0,
        }
    }

    pub(crate) fn step(&mut self, source: &dyn Source) -> Res<()> {
        self.steps += 1;
        if self.steps & 0x3ff == 0 && source.cancelled() {
            self.exhaust("cancelled");
        }
        if self.steps > self.limits.fuel {
            self.exhaust("the limit on evaluation steps is reached");
        }
        self.go_on()
    }

    pub(crate) fn charge(&mut self, bytes: usize) -> Res<()> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes > self.limits.bytes {
            self.exhaust("the limit on the size of strings and lists is reached");
        }
        self.go_on()
    }

    /// Another thunk is made beside so many.
    pub(crate) fn thunk(&mut self, so_far: usize) {
        if so_far >= self.limits.thunks {
            self.exhaust("too many values (the limit on memory is reached)");
        }
    }

    fn go_on(&self) -> Res<()> {
        match &self.exhausted {
            Some(unknown) => Err(Stop::Unknown(unknown.clone())),
            None => Ok(()),
        }
    }

    fn exhaust(&mut self, what: &str) {
        if self.exhausted.is_none() {
            self.exhausted = Some(Unknown::new(Why::OutOfFuel(what.to_owned())));
        }
    }

    pub(crate) fn exhausted(&self) -> Option<&Why> {
        self.exhausted.as_ref().map(|unknown| &unknown.why)
    }

    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    /// Is as much nested in one another as may be?
    pub(crate) fn is_deep(&self) -> bool {
        self.force_depth >= self.limits.force_depth
    }

    /// Steps and bytes count anew.
    pub(crate) fn restart(&mut self) {
        self.steps = 0;
        self.bytes = 0;
    }
}
