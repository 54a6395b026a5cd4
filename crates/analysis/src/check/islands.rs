//! Containers that stand in the text and that no root has: evaluated where they stand, or named.
//!
//! First every host and every file that no host imports is evaluated. What the census of a file finds besides is an
//! *island*: a module that nobody was seen to import, such as an aspect of a framework that is not known here, or an
//! argument of a function that is not among the files. It is evaluated by itself, in an open world. What even that does
//! not come to is named as not analysed.

use crate::check::account::{Account, There, Written};
use crate::check::budget::{Budget, Roots};
use crate::check::scripts::Scripts;
use crate::check::used::Used;
use crate::report::{Cause, Concern, Gap};
use crate::settings::Settings;
use crate::vfs::parallel;
use crate::vfs::spans::span_of;
use crate::vfs::{Files, Vfs};
use crate::world::evaluate::Extent;
use crate::world::root::{Off, Root};
use crate::world::worlds::{Known, Worlds};
use camino::Utf8PathBuf;
use nixpod_model::{Surface, SystemKind};
use nixpod_modules::{BesideKind, BesideUnit, Island, Kind, Shape, Standing};
use nixpod_source::{ExprId, FileId, Place, Site, Span, TextSize};
use nixpod_surfaces::{ModuleShape, ModuleSite, QuadletSite, SpecSite, TestMachine};
use nixpod_syntax::Hir;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Evaluating islands can show where further ones are, since those inside of others are left out at first.
const MAX_ROUNDS: usize = 4;

/// So many conditions are taken to hold, each by itself; all others are taken to hold together.
const MAX_ASSUMED: usize = 200;

/// More modules of one file are not evaluated. The containers in them are named.
const MAX_ISLANDS: usize = 500;

/// What became of the containers that stand in the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Census {
    /// Those that are left out on every host by a condition that is known.
    pub(crate) off: Vec<Written>,
    /// Those of machines for tests that nothing came to. They are not judged.
    pub(crate) tests: Vec<(Written, TestMachine)>,
    /// Those that say themselves that there is no container.
    pub(crate) without: Vec<Written>,
    /// Those that nothing came to.
    pub(crate) unread: Vec<Written>,
    /// Those that were read.
    read: Vec<Written>,
    /// Those that were read, and that no container came of.
    without_any: Vec<Written>,
    /// Sets in the shape of quadlet files that are not read, each with its file.
    pub(crate) quadlets: Vec<(FileId, QuadletSite)>,
    /// Scripts that run containers and that nothing came to.
    pub(super) scripts: Scripts,
}

/// Evaluates the islands of files, except those that only tests have, adds their worlds to those of the roots, and tells what is left.
pub(crate) fn islands(
    vfs: &Vfs,
    worlds: &Worlds,
    settings: &Settings,
    extent: Extent,
    (files, tests): (&BTreeMap<Utf8PathBuf, FileId>, &FxHashSet<FileId>),
    (evaluated, budget): (&mut Vec<Arc<Known>>, &mut Budget),
) -> Census {
    let mut out = Census::default();
    let mut left = out.written(vfs, files, tests);
    let from_hosts = Account::new(evaluated.iter().filter(|world| world.is_of_hosts()));
    let standing = match evaluated.iter().any(|world| world.is_of_hosts()) {
        true => Standing::NoHost,
        false => Standing::Plain,
    };
    let mut tried: FxHashSet<Root> = FxHashSet::default();
    for _ in 0..MAX_ROUNDS {
        let account = Account::new(evaluated.iter());
        left = out.sort(&account, vfs, left);
        left = without_used(vfs, left, evaluated);
        let (tests, rest) = of_tests(left);
        out.tests.extend(tests);
        left = rest;
        let is_off = |written: &Written| from_hosts.is_off(vfs, written);
        let (off, rest) = left.into_iter().partition::<Vec<_>, _>(is_off);
        out.off.extend(off);
        let rest = rest.into_iter();
        let (told, rest): (Vec<_>, Vec<_>) = rest.partition(|written| written.site.is_told);
        out.unread.extend(rest);
        left = told;
        let mut roots = roots(vfs, &left, standing);
        roots.retain(|root| tried.insert(root.clone()));
        if roots.is_empty() || vfs.watch.is_cancelled() {
            break;
        }
        let (all, jobs) = (&roots, settings.jobs);
        evaluated.extend(budget.evaluate(vfs, worlds, Roots { all, jobs, extent }));
    }
    let besides_tests = files.values().filter(|file| !tests.contains(file));
    let mut roots = unread(vfs, settings.jobs, besides_tests, evaluated, standing);
    roots.extend(of_quadlets(&out.quadlets));
    let (all, jobs) = (&roots, settings.jobs);
    evaluated.extend(budget.evaluate(vfs, worlds, Roots { all, jobs, extent }));
    out.scripts = Scripts::new(vfs, files, tests, evaluated);
    out.scripts.set_off_aside(&from_hosts.files);
    let roots = out.scripts.roots(&from_hosts.files, evaluated, standing);
    let all = &roots;
    evaluated.extend(budget.evaluate(vfs, worlds, Roots { all, jobs, extent }));
    out.scripts.keep_unread(evaluated);
    // In an open world, what a condition leaves out for certain is off as well.
    let account = Account::new(evaluated.iter());
    out.keep_unread_quadlets(&account);
    let is_off = |written: &Written| account.is_left_out(vfs, written);
    let (off, unread) = left.into_iter().partition::<Vec<_>, _>(is_off);
    out.off.extend(off);
    out.unread.extend(unread);
    out.keep_whole(evaluated);
    out.name_what_makes_none(evaluated);
    if settings.with_off {
        let all = &as_if_on(vfs, &out.off);
        let as_if_on = budget.evaluate(vfs, worlds, Roots { all, jobs, extent });
        out.keep_off(&as_if_on);
        evaluated.extend(as_if_on);
    }
    out
}

/// The islands of what every host leaves out by a condition, which is taken to hold: each by itself, since one may be the
/// opposite of another.
fn as_if_on(vfs: &Vfs, off: &[Written]) -> Vec<Root> {
    let mut alike: BTreeMap<(FileId, Option<ExprId>), Vec<Written>> = BTreeMap::new();
    let mut assumed = 0;
    for written in off {
        let of = (written.file, written.site.condition);
        // Of a file with hundreds the rest is left to one.
        let of = match alike.contains_key(&of) || assumed < MAX_ASSUMED {
            true => of,
            false => (written.file, None),
        };
        let all = alike.entry(of).or_default();
        assumed += usize::from(all.is_empty());
        all.push(written.clone());
    }
    let mut out = Vec::new();
    for written in alike.into_values() {
        let mut of_root = Off {
            keys: written.iter().map(|one| one.site.key).collect(),
            conditions: written.iter().filter_map(|one| one.site.condition).collect(),
        };
        of_root.keys.sort();
        of_root.conditions.sort();
        of_root.conditions.dedup();
        for mut root in roots(vfs, &written, Standing::Off) {
            if let Root::Islands { off, .. } = &mut root {
                off.clone_from(&of_root);
            }
            out.push(root);
        }
    }
    out
}

impl Census {
    /// Leaves those quadlet files that nothing came to. Other units were read together with the containers of their file.
    fn keep_unread_quadlets(&mut self, account: &Account) {
        let is_read = |file: FileId, quadlet: &QuadletSite| account.has_read(file, quadlet.key);
        let with_containers: FxHashSet<FileId> = { self.quadlets.iter() }
            .filter(|(file, quadlet)| is_read(*file, quadlet))
            .map(|(file, _)| *file)
            .collect();
        self.quadlets.retain(|(file, quadlet)| {
            let is_beside = with_containers.contains(file) && beside_unit(quadlet).is_some();
            !is_read(*file, quadlet) && !is_beside
        });
    }

    /// Remembers what became of them; those that nothing has.
    fn sort(&mut self, account: &Account, vfs: &Vfs, all: Vec<Written>) -> Vec<Written> {
        let sorted = account.sort(vfs, all);
        self.read.extend(sorted.read);
        self.without.extend(sorted.without);
        self.off.extend(sorted.off);
        self.unread.extend(sorted.open);
        sorted.left
    }

    /// What was read and makes no container that anybody can see is named, whatever came in between: nothing that is
    /// written is silent.
    fn name_what_makes_none(&mut self, evaluated: &[Arc<Known>]) {
        let there = There::new(evaluated);
        let read = std::mem::take(&mut self.read);
        let none = read.into_iter().filter(|written| !there.has(written));
        self.without_any.extend(none);
    }

    /// What these have is not left out.
    fn keep_off(&mut self, as_if_on: &[Arc<Known>]) {
        let account = Account::new(as_if_on.iter());
        self.off
            .retain(|written| !account.has_read(written.file, written.site.key));
    }

    /// A part of a container that is there is not off as a whole.
    fn keep_whole(&mut self, evaluated: &[Arc<Known>]) {
        let there: FxHashSet<(Surface, &str)> = { evaluated.iter().filter(|world| world.is_of_hosts()) }
            .flat_map(|known| known.world.containers.values())
            .map(|container| (container.surface, container.name.as_str()))
            .collect();
        self.off.retain(|written| {
            let name = written.site.name.as_deref();
            name.is_none_or(|name| !there.contains(&(written.site.surface, name)))
        });
    }

    /// All containers that stand in the text of files, of which some only have what tests are made of; remembers sets in the
    /// shape of quadlet files.
    fn written(
        &mut self,
        vfs: &Vfs,
        files: &BTreeMap<Utf8PathBuf, FileId>,
        tests: &FxHashSet<FileId>,
    ) -> Vec<Written> {
        let mut out = Vec::new();
        let declared = declared(vfs, files);
        for file in files.values() {
            let state = vfs.state(*file);
            if state.problem.is_none() {
                let census = state.census();
                let specs = census.specs.iter();
                let specs = specs.filter(|site| !site.is_of_own_option(&declared));
                let in_test = tests.contains(file).then_some(TestMachine::NixosTest);
                out.extend(specs.map(|site| Written {
                    file: *file,
                    site: SpecSite {
                        machine: site.machine.or(in_test),
                        ..site.clone()
                    },
                }));
                let quadlets = census.quadlets.iter().cloned();
                self.quadlets.extend(quadlets.map(|quadlet| (*file, quadlet)));
            }
        }
        out
    }
}

/// Options of the code's own that are called like those of containers.
fn declared(vfs: &Vfs, files: &BTreeMap<Utf8PathBuf, FileId>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for file in files.values() {
        let state = vfs.state(*file);
        if state.problem.is_none() {
            out.extend(state.census().declared.iter().cloned());
        }
    }
    out
}

/// Tells those of machines for tests from the others.
fn of_tests(all: Vec<Written>) -> (Vec<(Written, TestMachine)>, Vec<Written>) {
    let mut tests = Vec::new();
    let mut rest = Vec::new();
    for written in all {
        match written.site.machine {
            Some(machine) => tests.push((written, machine)),
            None => rest.push(written),
        }
    }
    (tests, rest)
}

impl Written {
    /// Where it is defined; nothing for a text that is not shown.
    pub(super) fn span(&self, files: &Files<'_>) -> Option<Span> {
        let file = self.file;
        let expr = self.site.key;
        span_of(files, Place::whole(Site { file, expr }))
    }
}

impl Census {
    /// What nothing came to, as things that were not analysed, besides those that are told already.
    pub(crate) fn gaps(&self, files: &Files<'_>, told: impl Iterator<Item = Span>) -> Vec<Gap> {
        let mut places: FxHashMap<FileId, Vec<TextSize>> = FxHashMap::default();
        for span in told {
            places.entry(span.file).or_default().push(span.range.start());
        }
        places.values_mut().for_each(|starts| starts.sort_unstable());
        let is_told = |written: &&Written| {
            let range = written.site.range(files.state(written.file).parsed());
            let starts = places.get(&written.file).map_or(&[][..], Vec::as_slice);
            let next = starts.partition_point(|start| *start < range.start());
            starts.get(next).is_some_and(|start| range.contains(*start))
        };
        let gap = |(written, is_read): (&Written, bool)| {
            let surface = written.site.surface.as_str();
            let (what, concern, reason) = match &written.site.name {
                Some(name) => (
                    format!("container `{name}` ({surface})"),
                    Concern::Container {
                        surface,
                        name: name.clone(),
                    },
                    "nothing that was evaluated has it",
                ),
                None => (
                    format!("containers ({surface})"),
                    Concern::Set,
                    "what defines them here could not be read",
                ),
            };
            let reason = match is_read {
                true => "no container came of what is defined here",
                false if written.site.is_unnamed => "the name of the option that it is set in is not known",
                false => reason,
            };
            Gap {
                span: written.span(files),
                cause: Cause::Unreached,
                concern,
                on_host: false,
                reason: format!("{what}: {reason}"),
                what,
            }
        };
        let unread = self.unread.iter().map(|written| (written, false));
        let all = unread.chain(self.without_any.iter().map(|written| (written, true)));
        let untold = all.filter(|(written, _)| !is_told(written));
        let quadlets = self.quadlets.iter().map(|(file, quadlet)| {
            let (file, expr) = (*file, quadlet.key);
            let what = format!("quadlet file `{}`", quadlet.name);
            Gap {
                span: span_of(files, Place::whole(Site { file, expr })),
                cause: Cause::OwnQuadlet,
                concern: Concern::Set,
                on_host: false,
                reason: format!("{what}: {}", Cause::OwnQuadlet),
                what,
            }
        });
        let scripts = self.scripts.gaps(files);
        untold.map(gap).chain(quadlets).chain(scripts).collect()
    }
}

/// Modules in files that nothing has read, which set something that matters besides containers.
fn unread<'f>(
    vfs: &Vfs,
    jobs: usize,
    files: impl Iterator<Item = &'f FileId>,
    evaluated: &[Arc<Known>],
    standing: Standing,
) -> Vec<Root> {
    let read: FxHashSet<FileId> = { evaluated.iter() }
        .flat_map(|known| known.reads.parsed_files())
        .collect();
    let unread: Vec<FileId> = files.copied().filter(|file| !read.contains(file)).collect();
    let roots = parallel::map(jobs, &unread, |file| {
        let state = vfs.state(*file);
        if state.problem.is_some() || vfs.watch.is_cancelled() {
            return None;
        }
        let hir = &state.parsed().hir;
        let settings = nixpod_surfaces::settings(hir, || state.tells_secrets());
        let exprs: FxHashSet<ExprId> = settings.iter().map(|module| module.expr).collect();
        let inside = inside_of(hir, &exprs, &exprs);
        let outermost = settings.iter().filter(|module| !inside.contains(&module.expr));
        let modules = sorted(outermost);
        (!modules.is_empty()).then_some(Root::Islands {
            file: *file,
            modules,
            standing,
            off: Off::default(),
        })
    });
    roots.into_iter().flatten().collect()
}

/// Sets in the shape of quadlet files of containers: the files are the code's own, and what is in them is read.
fn of_quadlets(quadlets: &[(FileId, QuadletSite)]) -> Vec<Root> {
    let mut by_file: BTreeMap<FileId, Vec<Island>> = BTreeMap::new();
    let mut beside: BTreeMap<FileId, Vec<BesideUnit>> = BTreeMap::new();
    for (file, quadlet) in quadlets {
        beside.entry(*file).or_default().extend(beside_unit(quadlet));
    }
    for (file, quadlet) in quadlets {
        let Some(container) = quadlet.container() else {
            continue;
        };
        by_file.entry(*file).or_default().push(Island {
            expr: quadlet.value,
            shape: Shape::Quadlet {
                container: container.to_owned(),
                key: quadlet.key,
                beside: beside.get(file).cloned().unwrap_or_default(),
            },
            kind: Kind::Nixos,
            in_guest: false,
            path: quadlet.path.clone(),
            conditions: Vec::new(),
        });
    }
    let roots = by_file.into_iter().map(|(file, mut modules)| {
        modules.sort();
        modules.truncate(MAX_ISLANDS);
        Root::Islands {
            file,
            modules,
            standing: Standing::OwnCode,
            off: Off::default(),
        }
    });
    roots.collect()
}

/// What containers of the same file may name.
fn beside_unit(quadlet: &QuadletSite) -> Option<BesideUnit> {
    let (name, ending) = quadlet.name.rsplit_once('.')?;
    Some(BesideUnit {
        kind: BesideKind::of_ending(ending)?,
        name: name.to_owned(),
        expr: quadlet.value,
    })
}

fn sorted<'m>(modules: impl Iterator<Item = &'m ModuleSite>) -> Vec<Island> {
    let mut all: Vec<Island> = modules
        .map(|module| Island {
            expr: module.expr,
            shape: match module.shape {
                ModuleShape::Module => Shape::Module,
                ModuleShape::Quadlets => Shape::Quadlets,
                ModuleShape::Project => Shape::Project,
                ModuleShape::Service => Shape::Service,
            },
            kind: match (module.shape, module.kind) {
                (ModuleShape::Project | ModuleShape::Service, _) => Kind::Projects,
                (_, SystemKind::Home) => Kind::Home,
                (_, SystemKind::Nixos | SystemKind::Guest | SystemKind::Elsewhere) => Kind::Nixos,
            },
            in_guest: module.kind == SystemKind::Guest,
            path: module.path.clone(),
            conditions: module.conditions.clone(),
        })
        .collect();
    all.sort();
    all.dedup();
    all.truncate(MAX_ISLANDS);
    all
}

/// The islands of files: the outermost first, since the others may be in them.
fn roots(vfs: &Vfs, left: &[Written], standing: Standing) -> Vec<Root> {
    let mut by_file: BTreeMap<FileId, Vec<&SpecSite>> = BTreeMap::new();
    for written in left {
        by_file.entry(written.file).or_default().push(&written.site);
    }
    let mut out = Vec::new();
    for (file, sites) in by_file {
        let state = vfs.state(file);
        // A service of arion in a file of its own is the whole file, which may hold the system inside of it.
        let whole = |site: &&SpecSite| match site.module.shape {
            ModuleShape::Service => site.module.expr,
            _ => site.value,
        };
        let values: FxHashSet<ExprId> = sites.iter().map(whole).collect();
        let modules: FxHashSet<ExprId> = sites.iter().map(|site| site.module.expr).collect();
        let inside = inside_of(&state.parsed().hir, &values, &modules);
        let outermost = sites.iter().map(|site| &site.module);
        let outermost = outermost.filter(|module| !inside.contains(&module.expr));
        out.push(Root::Islands {
            file,
            modules: sorted(outermost),
            standing,
            off: Off::default(),
        });
    }
    out
}

/// The modules that stand inside of one of these values.
fn inside_of(hir: &Hir, values: &FxHashSet<ExprId>, modules: &FxHashSet<ExprId>) -> FxHashSet<ExprId> {
    let mut out = FxHashSet::default();
    let mut pending = vec![(hir.root(), false)];
    while let Some((next, inside)) = pending.pop() {
        if inside && modules.contains(&next) {
            out.insert(next);
        }
        let inside = inside || values.contains(&next);
        hir.expr(next)
            .for_each_child(&mut |child| pending.push((child, inside)));
    }
    out
}

/// Those of whose text no container has anything either: a function such as `recursiveUpdate` makes one set of several, and
/// the result stands where one of them does.
fn without_used(vfs: &Vfs, mut left: Vec<Written>, evaluated: &[Arc<Known>]) -> Vec<Written> {
    if left.is_empty() {
        return left;
    }
    let used = Used::new(left.iter().map(|written| written.file), evaluated);
    left.retain(|written| {
        let state = vfs.state(written.file);
        !used.is_in(written.file, &state.parsed().hir, written.site.value)
    });
    left
}
