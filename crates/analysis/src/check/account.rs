//! What became of the containers that stand in the text, as the worlds of roots tell.

use crate::check::used::has_part;
use crate::vfs::Vfs;
use crate::world::worlds::Known;
use nixpod_model::{Container, DefinedState, Existence, Surface};
use nixpod_source::{ExprId, FileId, Site};
use nixpod_surfaces::{ModuleShape, SpecSite};
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{EntryValue, Expr};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A container that stands in the text of a file.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) file: FileId,
    pub(crate) site: SpecSite,
}

/// Containers that stand in the text, by what became of them.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// They were read.
    pub(super) read: Vec<Written>,
    /// They were read, and say that there is no container.
    pub(super) without: Vec<Written>,
    /// They are left out by a condition, or by a stronger definition.
    pub(super) off: Vec<Written>,
    /// Not all of the set that they are in is known.
    pub(super) open: Vec<Written>,
    /// Nothing has them.
    pub(super) left: Vec<Written>,
}

/// Which containers there are.
pub(super) struct There<'w> {
    /// By surface: each with the number of its world.
    containers: FxHashMap<Surface, Vec<(&'w Container, usize)>>,
    worlds: &'w [Arc<Known>],
}

impl<'w> There<'w> {
    pub(super) fn new(worlds: &'w [Arc<Known>]) -> Self {
        let mut containers: FxHashMap<Surface, Vec<_>> = FxHashMap::default();
        for (number, known) in worlds.iter().enumerate() {
            for container in known.world.containers.values() {
                let same = containers.entry(surface_of(container.surface)).or_default();
                same.push((&**container, number));
            }
        }
        Self { containers, worlds }
    }

    /// Is there one that what is written may be, in a world that has read its file?
    pub(super) fn has(&self, written: &Written) -> bool {
        let same = self.containers.get(&surface_of(written.site.surface));
        let mut same = same.into_iter().flatten();
        same.any(|(container, world)| {
            let is_called =
                container.existence == Existence::Template || written.site.is_called(&container.name);
            let known = self.worlds.get(*world);
            is_called && known.is_some_and(|known| known.reads.has_parsed(written.file))
        })
    }
}

/// What is set for a machine of systemd's may be of a declared container.
fn surface_of(surface: Surface) -> Surface {
    match surface {
        Surface::SystemdNspawn => Surface::Nspawn,
        other => other,
    }
}

/// What worlds have read of definitions.
pub(super) struct Account {
    /// By file: the expressions that have a part in a definition, and what became of it.
    defined: FxHashMap<FileId, FxHashMap<ExprId, DefinedState>>,
    /// All files that were read.
    pub(super) files: FxHashSet<FileId>,
    /// Those of modules that are disabled.
    disabled: FxHashSet<FileId>,
    /// Those that are sets in a file.
    disabled_sets: Vec<Site>,
    /// By file: where something could not be seen.
    gaps: FxHashMap<FileId, FxHashSet<ExprId>>,
}

impl Account {
    pub(super) fn new<'w>(worlds: impl Iterator<Item = &'w Arc<Known>>) -> Self {
        let mut out = Self {
            defined: FxHashMap::default(),
            files: FxHashSet::default(),
            disabled: FxHashSet::default(),
            disabled_sets: Vec::new(),
            gaps: FxHashMap::default(),
        };
        for known in worlds {
            for site in known.world.not_analysed.iter().filter_map(|gap| gap.place) {
                out.gaps.entry(site.site.file).or_default().insert(site.site.expr);
            }
            out.files.extend(known.reads.parsed_files());
            out.disabled.extend(&known.world.disabled);
            out.disabled_sets.extend(&known.world.disabled_sets);
            for defined in &known.world.defined {
                let of_file = out.defined.entry(defined.site.file).or_default();
                // What one host leaves out another may have.
                let state = of_file.entry(defined.site.expr).or_insert(defined.state);
                *state = defined.state.min(*state);
            }
        }
        out
    }

    /// Does a container stand in a module that is disabled?
    pub(super) fn is_disabled(&self, vfs: &Vfs, written: &Written) -> bool {
        let of_file = |set: &&Site| set.file == written.file;
        let mut sets = self.disabled_sets.iter().filter(of_file);
        self.disabled.contains(&written.file) || {
            let state = vfs.state(written.file);
            let map = &state.parsed().map;
            sets.any(|set| map.range(set.expr).contains_range(map.range(written.site.key)))
        }
    }

    /// Is there a condition around a container of which nothing says that it could not be decided?
    fn is_decided(&self, vfs: &Vfs, written: &Written) -> bool {
        let site = &written.site;
        let (Some(condition), gaps) = (site.condition, self.gaps.get(&written.file)) else {
            return false;
        };
        gaps.is_none_or(|gaps| {
            let state = vfs.state(written.file);
            !gaps.contains(&site.set) && !has_part(&state.parsed().hir, condition, gaps)
        })
    }

    /// What a host reads and leaves out by a condition is off there, and not out of reach.
    pub(super) fn is_off(&self, vfs: &Vfs, written: &Written) -> bool {
        let site = &written.site;
        let leaves_out = || self.is_left_out(vfs, written) || self.is_disabled(vfs, written);
        site.is_never || site.is_told && self.files.contains(&written.file) && leaves_out()
    }

    /// Does whoever reads the file leave it out by a condition, for certain? Of options that nobody reads that is not known.
    pub(super) fn is_left_out(&self, vfs: &Vfs, written: &Written) -> bool {
        let is_of_own_code = written.site.module.shape != ModuleShape::Module;
        !is_of_own_code && self.files.contains(&written.file) && self.is_decided(vfs, written)
    }

    /// Could the condition around a container not be seen? Then it is no better seen elsewhere.
    fn is_undecidable(&self, hir: &Hir, written: &Written) -> bool {
        let gaps = self.gaps.get(&written.file).zip(written.site.condition);
        gaps.is_some_and(|(gaps, condition)| has_part(hir, condition, gaps))
    }

    /// Was a definition read whose key this is?
    pub(super) fn has_read(&self, file: FileId, key: ExprId) -> bool {
        let of_file = self.defined.get(&file);
        of_file.and_then(|defined| defined.get(&key)) == Some(&DefinedState::Read)
    }

    /// Sorts them by what became of them.
    pub(super) fn sort(&self, vfs: &Vfs, all: Vec<Written>) -> Sorted {
        let mut out = Sorted::default();
        let mut read: FxHashSet<_> = FxHashSet::default();
        let mut keys: FxHashMap<FileId, FxHashSet<ExprId>> = FxHashMap::default();
        for written in &all {
            keys.entry(written.file).or_default().insert(written.site.key);
        }
        for written in all {
            let none = FxHashMap::default();
            let defined = self.defined.get(&written.file).unwrap_or(&none);
            let state = vfs.state(written.file);
            let hir = &state.parsed().hir;
            let keys = keys.get(&written.file);
            let is_key = |expr: ExprId| keys.is_some_and(|keys| keys.contains(&expr));
            let set = defined.get(&written.site.set).copied();
            let set = set.filter(|state| *state == DefinedState::Off);
            match found(hir, defined, &written.site, is_key).or(set) {
                Some(DefinedState::Read) => {
                    read.extend(branch_of(&written));
                    out.read.push(written);
                }
                Some(DefinedState::Without) => out.without.push(written),
                Some(DefinedState::Off) => out.off.push(written),
                Some(DefinedState::Open) => out.open.push(written),
                None if self.is_undecidable(hir, &written) => out.open.push(written),
                None => out.left.push(written),
            }
        }
        // The other branch of an `if` is one of the same container.
        out.left
            .retain(|written| branch_of(written).is_none_or(|branch| !read.contains(&branch)));
        out
    }
}

/// What two branches of a condition have in common that say what the same container is.
fn branch_of(written: &Written) -> Option<(FileId, ExprId, ExprId, String)> {
    let SpecSite {
        set, condition, name, ..
    } = &written.site;
    Some((written.file, *set, (*condition)?, name.clone()?))
}

/// What became of a definition, if anything has read a part of it. Containers inside of it have definitions of their own.
fn found(
    hir: &Hir,
    defined: &FxHashMap<ExprId, DefinedState>,
    site: &SpecSite,
    is_key: impl Fn(ExprId) -> bool,
) -> Option<DefinedState> {
    let mut result = defined.get(&site.key).copied();
    if defined.is_empty() {
        return result;
    }
    let mut pending = vec![site.value];
    while let Some(next) = pending.pop() {
        let here = defined.get(&next).copied();
        result = match (result, here) {
            (Some(result), Some(here)) => Some(result.min(here)),
            (result, here) => result.or(here),
        };
        let mut children = Vec::new();
        hir.expr(next).for_each_child(&mut |child| children.push(child));
        // The values of keys that are containers by themselves are left out.
        let inner = values_of_keys(hir, next, &is_key);
        pending.extend(children.into_iter().filter(|child| !inner.contains(child)));
    }
    result
}

/// The keys and values of the bindings of a set that define containers.
fn values_of_keys(hir: &Hir, set: ExprId, is_key: &impl Fn(ExprId) -> bool) -> Vec<ExprId> {
    let Expr::Attrs(attrs) = hir.expr(set) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for entry in attrs.entries.iter().filter(|entry| is_key(entry.key)) {
        out.push(entry.key);
        if let EntryValue::Expr(value) = entry.value {
            out.push(value);
        }
    }
    for entry in attrs.dynamic.iter().filter(|entry| is_key(entry.name)) {
        out.extend([entry.name, entry.value]);
    }
    out
}
