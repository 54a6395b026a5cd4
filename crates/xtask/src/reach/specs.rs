//! Container specs of repositories, and what became of each.

use super::sites::SpecSite;

/// Where a spec was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// A host has it.
    OnHost,
    /// A host imports the file, but switches the container off, or never calls what makes it.
    Off,
    /// No host imports its file; it is there when the file is looked at by itself.
    NoHost,
    /// The repository has no hosts: its modules were looked at by themselves.
    Library,
    /// The evaluation does not find it in a file that a host reads.
    Missed,
    /// Nor in a file that no host imports.
    MissedAlone,
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
