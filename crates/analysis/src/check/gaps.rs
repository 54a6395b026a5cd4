//! What was not analysed, with its place, its cause and the roots that met it.

use crate::check::places::line_of;
use crate::report::{Cause, Concern, ErrorCode, Gap};
use crate::vfs::Files;
use crate::vfs::disk::FileKind;
use crate::vfs::spans::span_of;
use crate::vfs::state::Problem;
use crate::world::worlds::Known;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_model::{Host, HostId, NotAnalysed, Role, Standing, Subject};
use nixpod_source::{FileId, Span, TextRange, TextSize};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Something that was not analysed, with where it was met.
#[derive(Clone, Debug)]
pub(crate) struct FoundGap {
    pub(crate) gap: Gap,
    /// Further places that have a part in it.
    pub(crate) also: Vec<Span>,
    /// Nowhere, if it is a file that no evaluation asked for.
    pub(crate) met_in: Vec<MetIn>,
}

/// A root that met something.
#[derive(Clone, Debug)]
pub(crate) struct MetIn {
    /// The number of its world.
    pub(crate) root: usize,
    /// Its hosts that did; none if that is not known.
    pub(crate) hosts: Vec<HostId>,
}

impl MetIn {
    /// Is it a host of a flake?
    pub(crate) fn is_host(&self, worlds: &[Arc<Known>]) -> bool {
        let is_system = |host: &Host| matches!(host.role, Role::Host | Role::Variant);
        let is_host = |host: &Host| host.from_flake && is_system(host) && host.standing == Standing::Plain;
        worlds.get(self.root).is_some_and(|known| match &self.hosts[..] {
            [] => known.world.hosts.values().any(is_host),
            hosts => hosts.iter().any(|id| is_host(known.world.host(id))),
        })
    }
}

impl FoundGap {
    /// What no evaluation came to.
    pub(crate) fn of_text(gap: Gap) -> Self {
        Self {
            gap,
            also: Vec::new(),
            met_in: Vec::new(),
        }
    }

    /// A file, which may define containers.
    pub(crate) fn of_file(file: FileId, cause: Cause, reason: String) -> Self {
        Self::of_text(Gap {
            span: Some(start_of(file)),
            cause,
            concern: Concern::Containers,
            on_host: false,
            what: reason.clone(),
            reason,
        })
    }
}

fn start_of(file: FileId) -> Span {
    Span {
        file,
        range: TextRange::empty(TextSize::new(0)),
    }
}

/// Why a file is not analysed that has such a problem; nothing, if nobody would want it.
pub(crate) fn cause_of(files: &Files<'_>, file: FileId, problem: &Problem) -> Option<Cause> {
    let path = files.vfs.relative_path(file).into_string();
    match problem {
        Problem::Missing => Some(Cause::Missing(path)),
        Problem::Outside | Problem::LeadsOut => Some(Cause::Outside(path)),
        Problem::VersionControl => None,
        Problem::Unreadable(_) | Problem::NotText(_) | Problem::Nameless => {
            Some(Cause::Unreadable(format!("`{path}` {problem}")))
        }
    }
}

/// What the evaluation of a root did not come to.
pub(crate) fn gaps_of(files: &Files<'_>, root: usize, evaluated: &Known, gaps: &mut Vec<FoundGap>) {
    let mut missing = Missing::new(files);
    let is_loose = is_loose(files, evaluated);
    for gap in &evaluated.world.not_analysed {
        let also = gap.also.iter().filter_map(|place| span_of(files, *place));
        let also: Vec<Span> = also.collect();
        let what = what_of(gap);
        let span = gap.place.and_then(|place| span_of(files, place));
        let concern = concern_of(&gap.subject);
        let cause = match missing.outermost(Cause::of(&gap.why)) {
            Cause::Error(ErrorCode::Evaluation, _) if is_loose && !concern.is_of_one() => Cause::Alone,
            cause => cause,
        };
        gaps.push(FoundGap {
            gap: Gap {
                // What has no place of its own is told where its root begins.
                span: span.or_else(|| Some(start_of(evaluated.root.file()))),
                cause,
                concern,
                on_host: false,
                reason: match also.is_empty() {
                    true => format!("{what}: {}", gap.why),
                    false => format!("{what}: {}{}", gap.why, also_at(files, &also)),
                },
                what,
            },
            also,
            met_in: vec![MetIn {
                root,
                hosts: gap.hosts.clone(),
            }],
        });
    }
}

/// Is it of a file that is taken for a module because it looks like one, and that nobody was seen to import?
fn is_loose(files: &Files<'_>, evaluated: &Known) -> bool {
    let path = files.vfs.relative_path(evaluated.root.file());
    let mut hosts = evaluated.world.hosts.values();
    let is_file = evaluated.root.flake().is_none() && !evaluated.root.is_entry(&path);
    is_file && hosts.all(|host| host.role == Role::File)
}

/// Does a file lie in a folder with nothing in it, as that of a submodule that was not fetched?
pub(crate) fn is_not_checked_out(files: &Files<'_>, path: &str) -> bool {
    matches!(Missing::new(files).look_up(path), Cause::EmptyFolder(_))
}

/// What is not known, in words.
fn what_of(gap: &NotAnalysed) -> String {
    match &gap.questions[..] {
        [] => format!("`{}`", gap.what),
        [only] => format!("`{}`: {only} is not known", gap.what),
        [first @ .., last] => {
            let first = first.join(", ");
            format!("`{}`: {first} and {last} are not known", gap.what)
        }
    }
}

fn also_at(files: &Files<'_>, also: &[Span]) -> String {
    let mut out = String::new();
    for (at, span) in also.iter().enumerate() {
        let lead = if at == 0 { "; also defined at" } else { "," };
        let line = line_of(files, *span).1;
        out.push_str(&format!("{lead} {}:{line}", files.vfs.relative_path(span.file)));
    }
    out
}

fn concern_of(subject: &Subject) -> Concern {
    match subject {
        Subject::Container(id) => Concern::Container {
            surface: id.surface().as_str(),
            name: id.name().to_string(),
        },
        Subject::Set => Concern::Set,
        Subject::Containers => Concern::Containers,
        Subject::Other => Concern::Nothing,
    }
}

/// Paths that are not there, each with the outermost folder that is missing: whoever fetches that has them all.
struct Missing<'f, 'v> {
    files: &'f Files<'v>,
    known: FxHashMap<String, Cause>,
}

impl<'f, 'v> Missing<'f, 'v> {
    fn new(files: &'f Files<'v>) -> Self {
        Self {
            files,
            known: FxHashMap::default(),
        }
    }

    fn outermost(&mut self, cause: Cause) -> Cause {
        let Cause::Missing(path) = cause else {
            return cause;
        };
        if let Some(known) = self.known.get(&path) {
            return known.clone();
        }
        let found = self.look_up(&path);
        self.known.insert(path, found.clone());
        found
    }

    fn look_up(&self, path: &str) -> Cause {
        let vfs = self.files.vfs;
        let Some(project) = &vfs.project else {
            return Cause::Missing(path.to_owned());
        };
        let root = &project.canonical;
        let below = Utf8Path::new(path);
        let below = below.strip_prefix(root).unwrap_or(below);
        let mut there = root.clone();
        let mut steps = below.components().peekable();
        while let Some(step) = steps.next() {
            let next = there.join(step);
            if vfs.link_kind(&next) != Some(FileKind::Directory) {
                return Cause::Missing(relative(&next, root));
            }
            let is_empty = || vfs.list(&next).is_ok_and(|entries| entries.is_empty());
            if steps.peek().is_some() && is_empty() {
                return Cause::EmptyFolder(relative(&next, root));
            }
            there = next;
        }
        Cause::Missing(below.to_string())
    }
}

fn relative(path: &Utf8Path, root: &Utf8PathBuf) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string()
}
