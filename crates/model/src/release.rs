//! Releases of NixOS, and options that they no longer have.

use crate::{FactValue, Text};
use nixpod_source::Why;
use std::fmt;

/// A NixOS release, such as 25.05.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// The year without century.
    pub year: u32,
    /// 5 or 11.
    pub month: u32,
}

impl Release {
    /// A release by the numbers of its name.
    pub const fn new(year: u32, month: u32) -> Self {
        Self { year, month }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}.{:02}", self.year, self.month)
    }
}

/// `system.stateVersion`: the system is at least that new.
pub type StateVersion = Release;

/// An option that is set, and that NixOS has only up to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoneOption {
    /// Its name.
    pub name: &'static str,
    /// The first release without it.
    pub since: Release,
    /// Does a system that sets it not evaluate? Else the release warns.
    pub is_refused: bool,
    /// What to do instead, in whole sentences.
    pub instead: &'static str,
}

impl FactValue for GoneOption {
    /// That it is set is what counts, and not to what.
    fn is_enough(_why: &Why) -> bool {
        true
    }

    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        self.name.to_owned()
    }
}

impl FactValue for Release {
    /// Rules ask it only when something began to hold, and are less sure where that is not known.
    fn is_enough(_why: &Why) -> bool {
        true
    }

    fn texts(&self) -> Vec<&Text> {
        let Self { year: _, month: _ } = self;
        Vec::new()
    }

    fn describe(&self) -> String {
        format!("{}.{:02}", self.year, self.month)
    }
}
