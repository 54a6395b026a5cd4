//! Container specs of repositories, and what became of each.

use nixpod_surfaces::SpecSite;

/// What became of a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// A host has it.
    OnHost,
    /// It is left out on every host by a condition that is known.
    Off,
    /// No host has it; it was evaluated by itself.
    Island,
    /// The repository has no hosts: its modules were looked at by themselves.
    Library,
    /// It belongs to a machine of a NixOS test.
    Test,
    /// Nothing has it, and it is named as not analysed.
    Named,
    /// Nothing has it, and nothing says so.
    Silent,
}

/// One spec with what became of it.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The file, relative to the repository.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// Surface and name.
    pub site: SpecSite,
    /// Where it was found.
    pub status: Status,
    /// Why facts of it are not known, each once; empty: all are.
    pub reasons: Vec<String>,
}

/// One repository.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The directory's name.
    pub name: String,
    /// How many hosts it has, and how many of them were seen whole.
    pub hosts: (usize, usize),
    /// Its specs.
    pub specs: Vec<Spec>,
    /// Containers of hosts with and without unknown facts: those are more than specs where a template makes many.
    pub containers: (usize, usize),
    /// What could not be analysed.
    pub gaps: Vec<String>,
}
