//! The seam to the evaluator: a root and a view of the files in, a world out.

use crate::vfs::Vfs;
use crate::vfs::reads::{ReadSet, RecordingSource};
use crate::world::root::Root;
use nixpod_eval::{Evaluator, Limits, Observed, Share, Source, Statistics, Tracked};
use nixpod_model::{Commands, ContainerId, Fact, FactInfo, FactValue, Field, Listing, VisitorMut, World};
use nixpod_modules::{
    Kind, Library, RootSystem, Standing, entry_root, file_roots, flake_roots, island_roots, kind_of,
    module_roots,
};
use nixpod_source::{ExprId, FileId, Place, Site, Utf8Path, Utf8PathBuf, Why};
use nixpod_surfaces::{Project, RootReader, TextFile};
use nixpod_syntax::Hir;
use nixpod_syntax::hir::Expr;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Evaluates a root.
pub(crate) fn evaluate(vfs: &Vfs, root: &Root, extent: Extent, limits: Limits) -> Evaluated {
    if let Root::Texts { first, others } = root {
        return read_texts(vfs, *first, others, extent);
    }
    let mut reader = RecordingSource::new(vfs, root.flake());
    if let Some(off) = root.off() {
        reader = reader.assuming(root.file(), &off.conditions);
    }
    let (mut evaluation, mut world) = Evaluation::start(root, &reader, limits, false);
    if let Some(off) = root.off() {
        // What stands beside them is told elsewhere.
        let is_key = |place: &Place| {
            place.site.file == root.file() && off.keys.binary_search(&place.site.expr).is_ok()
        };
        world.keep_containers(|container| container.definitions.iter().any(is_key));
        of_hosts(&mut world);
    }
    evaluation.answer(&reader, world, extent)
}

/// Reads files of one folder that are no Nix.
fn read_texts(vfs: &Vfs, first: FileId, others: &[FileId], extent: Extent) -> Evaluated {
    let reader = RecordingSource::new(vfs, None);
    let mut texts = Vec::new();
    for file in std::iter::once(&first).chain(others) {
        // What cannot be read is told of the file itself.
        if let Ok((file, content)) = reader.text(&vfs.table.path(*file))
            && let Ok(text) = String::from_utf8(content)
        {
            let path = vfs.relative_path(file).into_string();
            let place = vfs.place_of(file).into_string();
            texts.push(TextFile {
                path,
                place,
                file,
                text,
            });
        }
    }
    let path = vfs.relative_path(first);
    // Units of a folder belong together; a file by itself is called by its own name.
    let name = match nixpod_surfaces::folder_of_text(&path).as_str() {
        _ if others.is_empty() && !nixpod_surfaces::is_unit(path.as_str()) => path.as_str(),
        "" => ".",
        folder => folder,
    };
    let commands = match extent {
        Extent::Commands => nixpod_surfaces::text_commands(name, &texts, None),
        Extent::World | Extent::Literals | Extent::Options => Commands::default(),
    };
    Evaluated {
        world: nixpod_surfaces::read_texts(name, &texts),
        reads: reader.reads(),
        listed: Some(Listed {
            commands,
            // They have no options.
            extent: extent.max(Extent::Options),
            reads: reader.reads(),
            ..Listed::default()
        }),
        effort: Effort::default(),
    }
}

/// What nobody sets in a part of a host may well be set elsewhere on it: that is not said to be set nowhere.
fn of_hosts(world: &mut World) {
    struct OfHosts;
    impl VisitorMut for OfHosts {
        fn fact<T: FactValue>(&mut self, _: FactInfo, field: &mut Field<T>) {
            if let Fact::Unknown(why) = &mut field.fact {
                set_by_hosts(why);
            }
            field.hangs_on.as_mut().map(set_by_hosts);
        }
    }
    for gap in &mut world.not_analysed {
        set_by_hosts(&mut gap.why);
    }
    for container in world.containers.values_mut() {
        Arc::make_mut(container).visit_mut(&mut OfHosts);
    }
}

fn set_by_hosts(why: &mut Why) {
    if let Why::UnsetOption(option) = why {
        *why = Why::Undecided(format!(
            "hosts that leave it out may set option `{option}`, which is not looked at here"
        ));
    }
}

/// How much of a root somebody is about to ask for: each has what those before it have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// What rules look at.
    #[default]
    World,
    /// Where the values of all options of containers are written, to make fixes.
    Literals,
    /// The options themselves, to show them.
    Options,
    /// What starts containers.
    Commands,
}

/// A world, what it was made from, and what else was asked for of its containers.
pub(crate) struct Evaluated {
    pub(crate) world: World,
    pub(crate) reads: ReadSet,
    pub(crate) listed: Option<Listed>,
    pub(crate) effort: Effort,
}

/// How much work a world was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effort {
    /// Steps of evaluation.
    pub(crate) steps: u64,
    /// Was a bound reached, so that something is not known that could be?
    pub(crate) limited: bool,
    /// Did it end before its time, for a reason that may be gone?
    pub(crate) interrupted: bool,
}

/// What else was asked for of all containers of a world, and what that and the world were made from.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// By container: where the values of its options are written.
    pub(crate) literals: FxHashMap<ContainerId, Box<[Site]>>,
    /// Nothing, unless they were asked for.
    pub(crate) options: Listing,
    /// Likewise.
    pub(crate) commands: Commands,
    pub(crate) extent: Extent,
    pub(crate) reads: ReadSet,
}

/// A root that was evaluated.
pub(crate) struct Evaluation<'r> {
    ev: Evaluator<'r>,
    library: Library,
    systems: RootReader,
    /// The file that is taken for a module, and of which kind.
    module: Option<(Utf8PathBuf, Kind)>,
    /// The work of finding out what the roots are, and which further ones there are.
    found: [Observed; 2],
}

impl<'r> Evaluation<'r> {
    /// Evaluates a root; `retain`: so that it can be renewed after edits.
    pub(crate) fn start(
        root: &Root,
        reader: &'r RecordingSource,
        limits: Limits,
        retain: bool,
    ) -> (Self, World) {
        let mut ev = Evaluator::new(reader, limits);
        if retain {
            ev.retain();
        }
        let library = Library::new(&mut ev);
        let path = reader.path_of(root.file());
        let find = |ev: &mut Evaluator<'_>| systems_of(ev, &library, root, reader);
        let ((roots, outputs), found) = ev.observe(|ev| ev.within(Share::Half, find));
        let directory = reader.project().or_else(|| path.parent().map(Utf8Path::to_owned));
        let directory = directory.unwrap_or_else(|| "/".into());
        let is_flake = is_in_flake(reader, &path, &directory);
        let project = Project {
            directory: Some(directory),
            is_flake,
        };
        let has_hosts = roots.iter().any(|root| root.from_flake);
        let mut further = found;
        let mut systems = RootReader::new(roots, project);
        let world = systems.read(&mut ev, &library, |ev| {
            let (roots, observed) = ev.observe(|ev| match &outputs {
                Some(outputs) => module_roots(ev, &library, outputs, has_hosts, &may_matter),
                None => Vec::new(),
            });
            further = observed;
            roots
        });
        let module = match root {
            Root::Module { .. } => Some((path.clone(), kind_of(reader, &path))),
            Root::Flake { .. } | Root::Islands { .. } | Root::Texts { .. } => None,
        };
        let evaluation = Self {
            ev,
            library,
            systems,
            module,
            found: [found, further],
        };
        (evaluation, world)
    }

    /// The world with what belongs to it. Options are looked at when the world is complete and its effort is known, so
    /// that neither depends on whether somebody asks for them.
    pub(crate) fn answer(&mut self, reader: &RecordingSource, world: World, extent: Extent) -> Evaluated {
        let reads = self.reads(reader);
        let mut effort = self.effort();
        let listed = (extent > Extent::World).then(|| self.listed(reader, &world, extent));
        effort.interrupted = self.ev.is_interrupted();
        Evaluated {
            world,
            reads,
            listed,
            effort,
        }
    }

    fn listed(&mut self, reader: &RecordingSource, world: &World, extent: Extent) -> Listed {
        let (systems, ev, library) = (&self.systems, &mut self.ev, &self.library);
        let literals = systems.literals(ev, library, world.containers.keys());
        let options = match extent {
            Extent::World | Extent::Literals => Listing::default(),
            Extent::Options | Extent::Commands => systems.list(ev, library, world.containers.keys()),
        };
        let commands = match extent {
            Extent::Commands => systems.commands(ev, library, world),
            Extent::World | Extent::Literals | Extent::Options => Commands::default(),
        };
        Listed {
            literals,
            options,
            commands,
            extent,
            reads: self.reads(reader),
        }
    }

    fn effort(&self) -> Effort {
        let Statistics { steps, bytes, thunks } = self.ev.statistics();
        let limits = self.ev.limits_hit();
        tracing::debug!(steps, bytes, thunks, limits = limits.len(), "evaluated");
        for hit in limits {
            tracing::debug!(site = ?hit.site, why = %hit.why, "a limit was reached");
        }
        Effort {
            steps,
            limited: !limits.is_empty(),
            interrupted: self.ev.is_interrupted(),
        }
    }

    /// How many thunks there are.
    pub(crate) fn size(&self) -> usize {
        self.ev.statistics().thunks
    }

    /// All that was read so far.
    fn reads(&self, reader: &RecordingSource) -> ReadSet {
        reader.set_strings(self.ev.strings_read());
        reader.reads()
    }

    /// The world after an edit. Nothing: only a fresh evaluation can tell, and this one is of no use any more.
    pub(crate) fn renew(&mut self, reader: &RecordingSource, vfs: &Vfs) -> Option<World> {
        let changed = reader.renew(vfs)?;
        if let Some((path, kind)) = &self.module
            && kind_of(reader, path) != *kind
        {
            return None;
        }
        if !self.ev.renew(&changed) || self.found.iter().any(|found| self.ev.is_stale(*found)) {
            return None;
        }
        let [roots, further] = self.found;
        self.ev.reuse(roots);
        self.systems
            .read_again(&mut self.ev, &self.library, |ev| ev.reuse(further))
    }
}

/// The systems that a root has, and a flake's outputs.
fn systems_of(
    ev: &mut Evaluator<'_>,
    library: &Library,
    root: &Root,
    reader: &RecordingSource,
) -> (Vec<RootSystem>, Option<Tracked>) {
    let path = reader.path_of(root.file());
    match root {
        Root::Flake { .. } => {
            let directory = path.parent().unwrap_or(&path);
            flake_roots(ev, library, directory)
        }
        Root::Module {
            file,
            imported_by_no_host,
        } => {
            let name = reader.name_of(*file);
            let standing = match imported_by_no_host {
                true => Standing::NoHost,
                false => Standing::Plain,
            };
            let roots = match root.is_entry(&path) {
                true => vec![entry_root(ev, library, &path, name)],
                false => file_roots(ev, library, &path, name, standing),
            };
            (roots, None)
        }
        Root::Islands {
            file,
            modules,
            standing,
            off: _,
        } => {
            let name = reader.name_of(*file);
            let roots = island_roots(ev, library, &path, &name, modules, *standing);
            (roots, None)
        }
        // Nothing of them is evaluated.
        Root::Texts { .. } => (Vec::new(), None),
    }
}

/// Is there a `flake.nix` beside a file of the project, or above it?
fn is_in_flake(reader: &RecordingSource, file: &Utf8Path, project: &Utf8Path) -> bool {
    let inside = file
        .ancestors()
        .skip(1)
        .take_while(|above| above.starts_with(project));
    let mut inside = inside.map(|above| reader.kind(&above.join("flake.nix")));
    inside.any(|kind| matches!(kind, Ok(Some(_))))
}

/// May a module that a flake offers set anything that is read? What it imports is not looked at.
fn may_matter(hir: &Hir, module: ExprId) -> bool {
    let bearing = nixpod_surfaces::bearing(hir, module);
    let has_secrets = || nixpod_surfaces::may_tell_secrets(hir) || mentions_files(hir);
    bearing.matters
        || !bearing.imports.is_empty()
        || bearing.matters_with_secrets && has_secrets()
        || bearing.matters_with_scripts && nixpod_surfaces::may_run_containers(hir)
}

/// Are there files of which what a file sets may come?
fn mentions_files(hir: &Hir) -> bool {
    hir.exprs().iter().any(|expr| matches!(expr, Expr::Path(..)))
}
