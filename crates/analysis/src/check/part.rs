//! The part of a project that a question is about: some of its files, some of its hosts.
//!
//! It says what of an answer is told, and never what is evaluated: a file means what the hosts that import it make of it.
//! So what is told of a part is just what is told of the whole and touches the part.

use crate::check::gaps::FoundGap;
use crate::check::group::SameFindings;
use crate::check::merge::{Checked, files_of};
use crate::check::outcome::Outcome;
use crate::report::{EvaluatedRoot, LeftOut};
use crate::vfs::Vfs;
use camino::Utf8PathBuf;
use nixpod_model::{Container, Host, HostId, World};
use nixpod_source::{FileId, Fix, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What a question is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// Files and directories, with links resolved; `None`: all that was evaluated.
    pub(crate) paths: Option<Vec<Utf8PathBuf>>,
    /// Names of hosts; `None`: all.
    pub(crate) hosts: Option<Vec<String>>,
}

/// Picks what belongs to a part out of an outcome.
pub(crate) struct Pick<'a> {
    vfs: &'a Vfs,
    part: &'a Part,
    outcome: &'a Outcome,
    /// What is known of files.
    known: RefCell<FxHashMap<FileId, bool>>,
    /// The names of the hosts that are wanted, with those of their variants; `None`: all.
    hosts: Option<FxHashSet<&'a str>>,
    /// The files that the hosts read, if not all are wanted.
    read: Option<FxHashSet<FileId>>,
}

impl<'a> Pick<'a> {
    pub(crate) fn new(vfs: &'a Vfs, part: &'a Part, outcome: &'a Outcome) -> Self {
        let mut pick = Self {
            vfs,
            part,
            outcome,
            known: RefCell::default(),
            hosts: part.hosts.as_ref().map(|hosts| with_variants(hosts, outcome)),
            read: None,
        };
        if part.hosts.is_some() {
            let roots = outcome.roots.iter().filter(|root| pick.is_host(&root.name));
            let read = roots.flat_map(|root| root.files.iter().copied());
            pick.read = Some(read.collect());
        }
        pick
    }

    /// Is everything of the outcome wanted?
    fn is_whole(&self) -> bool {
        self.part.paths.is_none() && self.part.hosts.is_none()
    }

    /// Does a file belong to the part?
    pub(crate) fn has_file(&self, file: FileId) -> bool {
        let Some(paths) = &self.part.paths else {
            return true;
        };
        if let Some(known) = self.known.borrow().get(&file) {
            return *known;
        }
        let path = self.vfs.table.path(file);
        let has = self.vfs.is_known(file) && paths.iter().any(|wanted| path.starts_with(wanted));
        self.known.borrow_mut().insert(file, has);
        has
    }

    fn has_span(&self, span: &Span) -> bool {
        self.has_file(span.file)
    }

    /// Is a host of this name wanted?
    fn is_host(&self, name: &str) -> bool {
        self.hosts.as_ref().is_none_or(|hosts| hosts.contains(name))
    }

    /// The files of the outcome that belong to the part.
    pub(crate) fn files(&self) -> impl Iterator<Item = FileId> {
        let files = self.outcome.files.values().copied();
        files.filter(|file| self.has_file(*file))
    }

    /// The same, if the part is not all that there is.
    pub(crate) fn only(&self) -> Option<BTreeSet<FileId>> {
        self.part.paths.is_some().then(|| self.files().collect())
    }

    /// Is a finding to be told?
    pub(crate) fn has(&self, checked: &Checked) -> bool {
        let reported = &checked.reported;
        let diagnostic = &reported.diagnostic;
        let primary = diagnostic.primary.span;
        let on_host = match (&self.read, reported.hosts.is_empty()) {
            // What is wrong with a text is wrong for whoever reads it.
            (Some(read), true) => read.contains(&primary.file),
            _ => reported.hosts.iter().any(|host| self.is_host(host)) || self.read.is_none(),
        };
        let ways = checked.ways.iter().flat_map(|way| &way.places);
        let trail = diagnostic.trail.iter().map(|label| &label.span);
        let mut places = [&primary].into_iter().chain(trail).chain(ways);
        on_host
            && (places.any(|span| self.has_span(span))
                || checked.defined_in.iter().any(|file| self.has_file(*file)))
    }

    /// Groups of findings that have one that is to be told. They stay whole: what is said of the others does not depend on
    /// the part.
    pub(crate) fn groups<'c>(&self, mut groups: Vec<SameFindings<'c>>) -> Vec<SameFindings<'c>> {
        if !self.is_whole() {
            groups.retain(|group| group.members.iter().any(|checked| self.has(checked)));
        }
        groups
    }

    /// Is a container to be told?
    pub(crate) fn has_container(&self, world: &World, container: &Container) -> bool {
        self.is_host(&world.host(&container.host).name)
            && (self.part.paths.is_none() || files_of(container).any(|file| self.has_file(file)))
    }

    /// The containers that no system has, as far as they are to be told.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = &'a LeftOut> {
        let read = self.read.as_ref();
        let of_host = move |one: &&LeftOut| read.is_none_or(|read| read.contains(&one.span.file));
        let all = self.outcome.left_out.iter().filter(of_host);
        all.filter(|one| self.has_span(&one.span))
    }

    /// Is a root to be told?
    pub(crate) fn has_root(&self, root: &EvaluatedRoot) -> bool {
        let mut files = root.files.iter();
        self.is_host(&root.name) && files.any(|file| self.has_file(*file))
    }

    /// Does a fix change nothing outside of the part?
    pub(crate) fn has_fix(&self, fix: &Fix) -> bool {
        fix.edits.keys().all(|file| self.has_file(*file))
    }

    /// What was not analysed of the part: what is written in it, what was met while something was read that is told, and
    /// what may have kept something from being told.
    pub(crate) fn gaps(&self) -> Vec<&'a FoundGap> {
        let gaps = &self.outcome.gaps;
        if self.is_whole() {
            return gaps.iter().collect();
        }
        let told = self.outcome.findings.iter().filter(|checked| self.has(checked));
        let names: FxHashSet<&str> = told
            .flat_map(|checked| &checked.reported.hosts)
            .map(String::as_str)
            .collect();
        let hosts: Vec<FxHashSet<&HostId>> = (self.outcome.worlds.iter())
            .map(|known| self.hosts_of(&known.world, &names))
            .collect();
        let has_read: Vec<bool> = (self.outcome.worlds.iter())
            .map(|known| known.reads.files().any(|file| self.has_file(file)))
            .collect();
        let wanted = |found: &&FoundGap| {
            let mut places = found.gap.span.iter().chain(&found.also);
            let is_here = places.any(|span| self.has_span(span));
            if found.met_in.is_empty() {
                let read = self.read.as_ref();
                let on_host = |span: Span| read.is_none_or(|read| read.contains(&span.file));
                return is_here && found.gap.span.is_none_or(on_host);
            }
            found.met_in.iter().any(|met| {
                let Some(shown) = hosts.get(met.root) else {
                    return false;
                };
                // What one text says does not depend on the others of its folder.
                if matches!(self.outcome.worlds.get(met.root), Some(known) if known.is_of_texts()) {
                    return is_here;
                }
                let blinds = found.gap.kind().blinds() && has_read.get(met.root) == Some(&true);
                let of_shown = match met.hosts.as_slice() {
                    [] => !shown.is_empty(),
                    met => met.iter().any(|host| shown.contains(host)),
                };
                of_shown || ((is_here || blinds) && self.wants_one_of(met.root, &met.hosts))
            })
        };
        gaps.iter().filter(wanted).collect()
    }

    /// Is one of these hosts of a root wanted, or, if nothing is known of them, any?
    fn wants_one_of(&self, root: usize, hosts: &[HostId]) -> bool {
        let Some(known) = self.outcome.worlds.get(root) else {
            return false;
        };
        let world = &known.world;
        match hosts {
            [] => world.hosts.values().any(|host| self.is_host(&host.name)) || world.hosts.is_empty(),
            hosts => hosts.iter().any(|host| self.is_host(&world.host(host).name)),
        }
    }

    /// The hosts of a root of which something is told; `names`: those with findings.
    fn hosts_of<'w>(&self, world: &'w World, names: &FxHashSet<&str>) -> FxHashSet<&'w HostId> {
        let containers = world.containers.values();
        let mut shown: FxHashSet<&HostId> = containers
            .filter(|container| self.has_container(world, container))
            .map(|container| &container.host)
            .collect();
        let hosts = world.hosts.values();
        let with_findings =
            hosts.filter(|host| names.contains(host.name.as_str()) && self.is_host(&host.name));
        shown.extend(with_findings.map(|host| &host.id));
        shown
    }
}

/// Names of hosts with those of their variants, which are what a host may be started as instead.
fn with_variants<'a>(names: &'a [String], outcome: &'a Outcome) -> FxHashSet<&'a str> {
    let mut out: FxHashSet<&str> = names.iter().map(String::as_str).collect();
    for known in &outcome.worlds {
        let hosts = known.world.hosts.values();
        let is_named = |host: &Host| {
            let called = host.host_name.as_ref();
            names.contains(&host.name) || called.is_some_and(|called| names.contains(called))
        };
        let wanted = hosts.filter(|host| {
            let of = host.variant_of.as_ref();
            is_named(host) || of.is_some_and(|of| is_named(known.world.host(of)))
        });
        out.extend(wanted.map(|host| host.name.as_str()));
    }
    out
}
