//! Scripts that stand in code and run containers, and that no system was seen to have: the hook of a shell for developers,
//! a package, the argument of a function that nobody here knows.
//!
//! What the code makes a script of is read where it stands, as an island. Of other strings nothing is known but that they
//! would run containers if they were scripts: they are named.

use crate::report::{Cause, Concern, Gap, LeftOut, LeftOutReason};
use crate::vfs::spans::span_of;
use crate::vfs::{Files, Vfs};
use crate::world::root::{Off, Root};
use crate::world::worlds::Known;
use camino::Utf8PathBuf;
use nixpod_model::{FactInfo, FactValue, Field, Surface, Visitor};
use nixpod_modules::{Island, Kind, Shape, Standing};
use nixpod_source::{ExprId, FileId, Origin, Place, Site, Span};
use nixpod_surfaces::{ScriptSite, ScriptStanding};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// More scripts of one file are not evaluated. They are named.
const MAX_SCRIPTS: usize = 200;

/// A script that stands in the text of a file.
#[derive(Clone, Debug)]
struct Script {
    file: FileId,
    site: ScriptSite,
}

/// Scripts that nothing came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Scripts {
    /// Those that a condition may leave out on every host that has read their files.
    off: Vec<Script>,
    unread: Vec<Script>,
}

impl Scripts {
    /// Those of files that are not for tests alone, and that no world has read.
    pub(super) fn new(
        vfs: &Vfs,
        files: &BTreeMap<Utf8PathBuf, FileId>,
        tests: &FxHashSet<FileId>,
        evaluated: &[Arc<Known>],
    ) -> Self {
        let mut unread = Vec::new();
        for file in files.values().filter(|file| !tests.contains(file)) {
            let state = vfs.state(*file);
            if state.problem.is_none() {
                let scripts = state.census().scripts.iter();
                unread.extend(scripts.map(|site| Script {
                    file: *file,
                    site: site.clone(),
                }));
            }
        }
        let off = Vec::new();
        let mut out = Self { off, unread };
        out.keep_unread(evaluated);
        out
    }

    /// Leaves out what a world has read by now.
    pub(super) fn keep_unread(&mut self, evaluated: &[Arc<Known>]) {
        if self.unread.is_empty() {
            return;
        }
        let read = read(evaluated);
        let is_unread = |script: &Script| {
            let of_file = read.get(&script.file);
            of_file.is_none_or(|sites| !sites.contains(&script.site.text))
        };
        self.unread.retain(is_unread);
    }

    /// Sets aside what a condition leaves out where hosts have read the file.
    pub(super) fn set_off_aside(&mut self, read_by_hosts: &FxHashSet<FileId>) {
        let (off, unread) = std::mem::take(&mut self.unread).into_iter().partition(|script| {
            let is_of_host = script.site.standing == ScriptStanding::Option;
            is_of_host && script.site.is_conditional && read_by_hosts.contains(&script.file)
        });
        self.off = off;
        self.unread = unread;
    }

    /// The islands of what is certainly a script. Of a file that hosts have read only those are, which no host would have.
    pub(super) fn roots(
        &self,
        read_by_hosts: &FxHashSet<FileId>,
        evaluated: &[Arc<Known>],
        standing: Standing,
    ) -> Vec<Root> {
        let evaluated: FxHashSet<FileId> = evaluated
            .iter()
            .flat_map(|known| known.reads.parsed_files())
            .collect();
        let mut by_file: BTreeMap<FileId, Vec<Island>> = BTreeMap::new();
        for script in &self.unread {
            let is_script = match script.site.standing {
                ScriptStanding::Output => true,
                ScriptStanding::Script => !read_by_hosts.contains(&script.file),
                // Whoever read the module knows what its options say.
                ScriptStanding::Option => !evaluated.contains(&script.file),
                ScriptStanding::Unclear => false,
            };
            let islands = by_file.entry(script.file).or_default();
            if is_script && islands.len() < MAX_SCRIPTS {
                islands.push(Island {
                    expr: script.site.text,
                    shape: Shape::Script(name(script)),
                    kind: Kind::Nixos,
                    in_guest: false,
                    path: script.site.path.clone(),
                    conditions: Vec::new(),
                });
            }
        }
        let with_some = by_file.into_iter().filter(|(_, islands)| !islands.is_empty());
        let roots = with_some.map(|(file, mut modules)| {
            modules.sort();
            Root::Islands {
                file,
                modules,
                standing,
                off: Off::default(),
            }
        });
        roots.collect()
    }

    /// What nothing came to, as things that were not analysed.
    pub(super) fn gaps<'s>(&'s self, files: &'s Files<'_>) -> impl Iterator<Item = Gap> + 's {
        self.unread.iter().map(|script| {
            let what = format!("command line in `{}`", name(script));
            Gap {
                span: script.span(files),
                cause: Cause::Unreached,
                concern: Concern::Set,
                on_host: false,
                reason: format!("{what}: {}", Cause::Unreached),
                what,
            }
        })
    }

    /// What is not judged since a condition leaves it out.
    pub(super) fn left_out<'s>(&'s self, files: &'s Files<'_>) -> impl Iterator<Item = LeftOut> + 's {
        self.off.iter().filter_map(|script| {
            Some(LeftOut {
                surface: Some(Surface::CommandLine),
                name: Some(name(script)),
                span: script.span(files)?,
                reason: LeftOutReason::OffAsSeen,
            })
        })
    }
}

impl Script {
    /// Where its first line is written.
    fn span(&self, files: &Files<'_>) -> Option<Span> {
        let site = Site {
            file: self.file,
            expr: self.site.text,
        };
        let within = self.site.lines.first().copied();
        span_of(files, Place { site, within })
    }
}

/// What a script is called.
fn name(script: &Script) -> String {
    match script.site.path.as_str() {
        "" => "a script".to_owned(),
        path => path.to_owned(),
    }
}

/// By file: the strings that a part of a command line is written in, and where something was not analysed.
fn read(evaluated: &[Arc<Known>]) -> FxHashMap<FileId, FxHashSet<ExprId>> {
    let mut out = Seen::default();
    for known in evaluated {
        let containers = known.world.containers.values();
        for container in containers.filter(|container| container.surface == Surface::CommandLine) {
            out.add_all(&container.origin);
            // The program and its options may stand elsewhere, so that only the image tells.
            container.visit(&mut out);
        }
        for gap in &known.world.not_analysed {
            gap.place.into_iter().for_each(|place| out.add(place));
        }
    }
    out.strings
}

/// The strings that something is written in, by file.
#[derive(Default)]
struct Seen {
    strings: FxHashMap<FileId, FxHashSet<ExprId>>,
}

impl Seen {
    fn add(&mut self, place: Place) {
        let of_file = self.strings.entry(place.site.file).or_default();
        of_file.insert(place.site.expr);
    }

    fn add_all(&mut self, origin: &Origin) {
        origin.hops.iter().for_each(|hop| self.add(hop.place));
    }
}

impl Visitor for Seen {
    fn fact<T: FactValue>(&mut self, _info: FactInfo, field: &Field<T>) {
        self.add_all(&field.origin);
    }
}
