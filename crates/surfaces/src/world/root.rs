//! Reading the systems of a root, and reading them again after an edit: only what changed is read, the rest is taken over.

use crate::read::Project;
use crate::read::{Found, OptionReader, Sniffed};
use crate::surface::tables;
use crate::system::release;
use crate::vocabulary::options::{Table, fits};
use crate::world::commands;
use crate::world::limits;
use crate::world::memo::{Memo, ReadContainer};
use crate::world::walk::{Walk, unseen_part};
use nixpod_eval::{Evaluator, Portion, Reserve, Share, Value};
use nixpod_model::{
    Commands, ContainerId, Host, HostId, Listing, NotAnalysed, Role, Seen, Standing, Subject, System,
    SystemId, SystemKind, World,
};
use nixpod_modules::{About, Kind, Library, ModuleEvaluation, RootSystem, Step};
use nixpod_source::{Origin, Place, Site, Why};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;
use std::sync::Arc;

/// More variants of one host than this are not read.
const MAX_VARIANTS: usize = 16;

/// What a host may be started as, too.
enum Variant {
    /// A specialisation.
    Specialisation(Found),
    /// What a module of the host made by its argument `extendModules`.
    Extension(Rc<ModuleEvaluation>),
}

/// The systems of a root, and what was read of them.
pub struct RootReader {
    project: Project,
    roots: Vec<RootSystem>,
    further: Vec<RootSystem>,
    memo: Memo,
}

impl RootReader {
    /// Nothing is read yet.
    pub fn new(roots: Vec<RootSystem>, project: Project) -> Self {
        Self {
            project,
            roots,
            further: Vec::new(),
            memo: Memo::default(),
        }
    }

    /// Reads all that the roots define, and then what further roots do: those that are only known once the first are
    /// read.
    pub fn read(
        &mut self,
        ev: &mut Evaluator<'_>,
        library: &Library,
        further: impl FnOnce(&mut Evaluator<'_>) -> Vec<RootSystem>,
    ) -> World {
        let mut pass = Pass::new(ev, library, &self.project, &mut self.memo, &self.roots);
        for root in &self.roots {
            pass.read(root);
        }
        pass.memo.modules = library.shared.modules_in_use(pass.ev);
        self.further = further(pass.ev);
        pass.set_aside(&self.further);
        for root in &self.further {
            pass.read(root);
        }
        pass.finish()
    }

    /// Reads what changed since; only after [`Evaluator::renew`] kept the heap and while the roots are the same.
    /// `further` says that the search for further roots is up to date. Nothing: a fresh evaluation is needed.
    pub fn read_again(
        &mut self,
        ev: &mut Evaluator<'_>,
        library: &Library,
        further: impl FnOnce(&mut Evaluator<'_>),
    ) -> Option<World> {
        let mut pass = Pass::new(ev, library, &self.project, &mut self.memo, &self.roots);
        for root in &mut self.roots {
            pass.read_again(root);
        }
        // Modules that no system has are roots by themselves.
        if library.shared.modules_in_use(pass.ev) != pass.memo.modules {
            return None;
        }
        further(pass.ev);
        pass.set_aside(&self.further);
        for root in &mut self.further {
            pass.read_again(root);
        }
        let world = pass.finish();
        ev.is_faithful().then_some(world)
    }

    /// Lists the options of containers that were read, over the same heap. The world stays as it is.
    pub fn list<'c>(
        &self,
        ev: &mut Evaluator<'_>,
        library: &Library,
        containers: impl Iterator<Item = &'c ContainerId>,
    ) -> Listing {
        self.each_container((ev, library), containers, |reader, id, found| {
            reader.list(id, found)
        })
    }

    /// Where the values of options of containers that were read are written: what [`Self::list`] has as places, without
    /// all the rest, which is much where there are thousands of containers. Those that write none are left out.
    pub fn literals<'c>(
        &self,
        ev: &mut Evaluator<'_>,
        library: &Library,
        containers: impl Iterator<Item = &'c ContainerId>,
    ) -> FxHashMap<ContainerId, Box<[Site]>> {
        let mut out = self.each_container((ev, library), containers, |reader, id, found| {
            reader.literals(id, found).into_boxed_slice()
        });
        out.retain(|_, sites| !sites.is_empty());
        out
    }

    /// What starts the containers of a world that was read, over the same heap.
    pub fn commands(&self, ev: &mut Evaluator<'_>, library: &Library, world: &World) -> Commands {
        let mut reader = OptionReader::new(ev, library.shared.clone(), &self.project);
        commands::of(&mut reader, &self.memo, world)
    }

    fn each_container<'c, T>(
        &self,
        (ev, library): (&mut Evaluator<'_>, &Library),
        containers: impl Iterator<Item = &'c ContainerId>,
        read: impl Fn(&mut OptionReader<'_, '_>, &ContainerId, &Found) -> T,
    ) -> FxHashMap<ContainerId, T> {
        let mut reader = OptionReader::new(ev, library.shared.clone(), &self.project);
        let mut out = FxHashMap::default();
        for id in containers {
            if let Some(ReadContainer { found, given }) = self.memo.containers.get(id) {
                reader.given = *given;
                reader.container = Some(OptionReader::path_of(found));
                out.insert(id.clone(), read(&mut reader, id, found));
                reader.forget();
            }
        }
        out
    }
}

/// One reading of all roots.
struct Pass<'p, 'e, 's> {
    ev: &'e mut Evaluator<'s>,
    library: &'p Library,
    project: &'p Project,
    memo: &'p mut Memo,
    world: World,
    /// Options that were taken for containers, but are data of the analysed code's own.
    data: Vec<String>,
    /// What is set aside for the roots that are yet to come, and for each of them.
    reserve: Reserve,
    portion: Portion,
    /// What was read so far: the evaluation of each host.
    hosts: Vec<(About, HostId)>,
    /// What is in files, by path: hosts have many in common.
    sniffed: FxHashMap<String, Sniffed>,
}

impl<'p, 'e, 's> Pass<'p, 'e, 's> {
    fn new(
        ev: &'e mut Evaluator<'s>,
        library: &'p Library,
        project: &'p Project,
        memo: &'p mut Memo,
        roots: &[RootSystem],
    ) -> Self {
        let mut reserve = Reserve::new(Share::Half);
        // One more for those that are only known when these are read.
        let portion = ev.set_aside(&mut reserve, roots.len() + 1);
        Self {
            reserve,
            portion,
            ev,
            library,
            project,
            memo,
            world: World::default(),
            data: Vec::new(),
            hosts: Vec::new(),
            sniffed: FxHashMap::default(),
        }
    }

    /// Reads a root after an edit, which may have changed what of its module tree can be seen.
    fn read_again(&mut self, root: &mut RootSystem) {
        nixpod_modules::look_again(self.ev, self.library, root);
        self.read(root);
    }

    /// Shares what is left among further roots.
    fn set_aside(&mut self, roots: &[RootSystem]) {
        self.reserve = Reserve::new(Share::Half);
        self.portion = self.ev.set_aside(&mut self.reserve, roots.len());
    }

    /// Reads a root. What a host that is too dear uses up is not taken from the others.
    fn read(&mut self, root: &RootSystem) {
        let outer = self.ev.begin_reserved(&mut self.reserve, self.portion);
        self.read_host(root);
        self.ev.end_part(outer);
    }

    /// A walk through one host.
    fn walk(&mut self) -> Walk<'_, '_, 's> {
        let mut reader = OptionReader::new(self.ev, self.library.shared.clone(), self.project);
        reader.sniffed = std::mem::take(&mut self.sniffed);
        Walk {
            reader,
            library: self.library,
            world: &mut self.world,
            memo: self.memo,
            settings: Arc::default(),
            units_of_users: FxHashSet::default(),
            nesting: 0,
            data: Vec::new(),
        }
    }

    fn read_host(&mut self, root: &RootSystem) {
        let host = self.add_host(root);
        self.hosts.push((root.system.about(), host.clone()));
        let mut walk = self.walk();
        let config = walk.reader.root(root.system.config);
        if let Value::Unknown(unknown) = &config.value.value {
            walk.reader.about(Subject::Containers);
            walk.reader
                .gap(root.name.clone(), unknown.why.clone(), &Origin::default());
        }
        walk.reader.about(Subject::Other);
        let system = outermost(&mut walk, root, &config, host.clone());
        if root.from_flake && root.kind == Kind::Nixos {
            let called = host_name(&mut walk.reader, &config);
            if let Some(host) = walk.world.hosts.get_mut(&host) {
                host.host_name = called;
            }
        }
        let mut variants = Vec::new();
        if !root.from_flake && walk.is_test(&config) {
            walk.world.add_system(system);
        } else {
            walk.system(&config, system);
            if root.kind == Kind::Nixos {
                variants = walk.variants(&config);
            }
        }
        let (data, not_analysed) = (walk.data, walk.reader.not_analysed);
        self.sniffed = walk.reader.sniffed;
        self.data.extend(data);
        let of_host = met_in(not_analysed, &host);
        self.world.not_analysed.extend(of_host);
        let named = variants.into_iter();
        let mut variants: Vec<(String, Variant)> = named
            .map(|(name, found)| (name.to_string(), Variant::Specialisation(found)))
            .collect();
        let extensions = self.library.shared.extensions(self.ev, &root.system);
        let extended = extensions.into_iter().map(Variant::Extension);
        variants.extend(extended.map(|variant| ("extendModules".to_owned(), variant)));
        for (at, (name, variant)) in variants.into_iter().enumerate() {
            if at >= MAX_VARIANTS {
                self.world.not_analysed.push(NotAnalysed {
                    place: None,
                    what: format!("variant {name}"),
                    why: Why::Limit(format!("more than {MAX_VARIANTS} variants of a host")),
                    also: Vec::new(),
                    subject: Subject::Containers,
                    hosts: vec![host.clone()],
                    questions: Vec::new(),
                });
                continue;
            }
            let outer = self.ev.begin_part(Share::Half);
            self.read_variant(root, &host, &name, variant);
            self.ev.end_part(outer);
        }
    }

    /// Reads what a host may be started as, too, as a host of its own that knows whose variant it is.
    fn read_variant(&mut self, root: &RootSystem, of: &HostId, name: &str, variant: Variant) {
        let called = format!("variant {name} of {}", root.name);
        let host = self.world.next_host(&called);
        self.world.add_host(Host {
            id: host.clone(),
            name: called.clone(),
            role: Role::Variant,
            variant_of: Some(of.clone()),
            ..self.world.host(of).clone()
        });
        if let Variant::Extension(system) = &variant {
            self.hosts.push((system.about(), host.clone()));
        }
        let mut walk = self.walk();
        let (config, unseen) = match variant {
            Variant::Specialisation(config) => {
                let unseen = walk.reader.gaps(&config);
                (config, unseen)
            }
            Variant::Extension(system) => {
                let config = walk.reader.root(system.config);
                let about = system.about();
                let shared = &walk.library.shared;
                let unseen = shared.gaps_about(walk.reader.ev, &about, system.config);
                (config, unseen)
            }
        };
        let system = System {
            release: release::given(root.release),
            seen: of_root(root).and(walk.seen(&unseen, &config)),
            ..System::new(SystemId::of_host(host.clone()), SystemKind::Nixos, called)
        };
        walk.under(config.when, |walk| walk.system(&config, system));
        let (data, not_analysed) = (walk.data, walk.reader.not_analysed);
        self.sniffed = walk.reader.sniffed;
        self.data.extend(data);
        self.add_of_variant(met_in(not_analysed, &host));
    }

    /// What could not be seen of a variant is told unless its parent has it, too.
    fn add_of_variant(&mut self, not_analysed: Vec<NotAnalysed>) {
        let known = self.world.not_analysed.iter();
        let known: FxHashSet<(Option<Place>, Why)> = known.map(|gap| (gap.place, gap.why.clone())).collect();
        let new = not_analysed
            .into_iter()
            .filter(|gap| !known.contains(&(gap.place, gap.why.clone())));
        self.world.not_analysed.extend(new);
    }

    fn add_host(&mut self, root: &RootSystem) -> HostId {
        let host = self.world.next_host(&root.name);
        let collected = root.system.collect(self.ev);
        if let Some(collected) = &collected {
            for path in &collected.disabled {
                let loaded = self.ev.source().load(path).ok();
                self.world.disabled.extend(loaded.map(|loaded| loaded.file));
            }
            self.world.disabled_sets.extend(&collected.disabled_sets);
        }
        let modules = collected.map_or(0, |collected| {
            collected
                .modules
                .iter()
                .filter(|module| !module.written.is_ours())
                .count()
        });
        self.world.add_host(Host {
            id: host.clone(),
            name: root.name.clone(),
            host_name: None,
            role: match root.role {
                nixpod_modules::Role::Host => Role::Host,
                nixpod_modules::Role::Module => Role::Module,
                nixpod_modules::Role::File => Role::File,
            },
            closed_world: root.closed_world,
            from_flake: root.from_flake,
            in_flake: self.project.is_flake,
            standing: match root.standing {
                nixpod_modules::Standing::Plain => Standing::Plain,
                nixpod_modules::Standing::NoHost => Standing::NoHost,
                nixpod_modules::Standing::OwnCode => Standing::OwnCode,
                nixpod_modules::Standing::Off => Standing::Off,
            },
            modules,
            missing_inputs: root.missing_inputs.clone(),
            variant_of: None,
        });
        host
    }

    /// The world, with what could not be seen, everything once.
    fn finish(mut self) -> World {
        let mut of_variants = Vec::new();
        // With the facts that are not known because of it.
        let told = self
            .world
            .not_analysed
            .iter()
            .filter(|told| !told.questions.is_empty());
        let told: FxHashSet<(Option<Place>, Why)> = told.map(|told| (told.place, told.why.clone())).collect();
        for (about, gap) in self.library.shared.gaps(self.ev) {
            let is_data = self
                .data
                .iter()
                .any(|prefix| gap.what.starts_with(prefix.as_str()));
            if is_data || nixpod_modules::is_harmless(&self.library.shared, &gap.why) {
                continue;
            }
            let hosts = self.hosts.iter().filter(|(of_host, _)| of_host.is_beside(&about));
            let hosts = hosts.map(|(_, host)| host.clone()).collect();
            let place = gap.site.filter(|site| !site.file.is_own()).map(Place::whole);
            if told.contains(&(place, gap.why.clone())) {
                continue;
            }
            let gap = NotAnalysed {
                place,
                what: gap.what,
                why: gap.why,
                also: Vec::new(),
                subject: subject_of(&about.path),
                hosts,
                questions: Vec::new(),
            };
            match about.is_of_variant() {
                true => of_variants.push(gap),
                false => self.world.not_analysed.push(gap),
            }
        }
        self.add_of_variant(of_variants);
        let limits = limits::told(self.ev.limits_hit(), self.world.containers.keys());
        self.world.not_analysed.extend(limits);
        self.world.not_analysed = merged(std::mem::take(&mut self.world.not_analysed));
        keep_first(&mut self.world.defined);
        keep_first(&mut self.world.tests);
        self.world
    }
}

/// How much was seen of the module tree of a root.
fn of_root(root: &RootSystem) -> Seen {
    if root.closed_world {
        return Seen::Whole;
    }
    let unseen = root.unseen.iter();
    let unseen = unseen.map(|gap| unseen_part(gap.why.clone(), gap.site));
    match Seen::but(unseen) {
        Seen::Whole => Seen::Partly(Arc::default()),
        partly => partly,
    }
}

/// `networking.hostName`, if it is known: only by it somebody can ask for the host.
fn host_name(reader: &mut OptionReader<'_, '_>, config: &Found) -> Option<String> {
    let name = reader.option(config, &["networking", "hostName"]);
    match &name.value.value {
        Value::String(text) if text.hole().is_none() && !text.text.is_empty() => Some(text.text.to_string()),
        _ => None,
    }
}

/// The system that a root is, before anything of it is read.
fn outermost(walk: &mut Walk<'_, '_, '_>, root: &RootSystem, config: &Found, host: HostId) -> System {
    let shared = &walk.library.shared;
    let unseen = shared.gaps_about(walk.reader.ev, &root.system.about(), root.system.config);
    let (kind, home_of) = match root.kind {
        Kind::Nixos if root.in_guest => (SystemKind::Guest, None),
        Kind::Nixos => (SystemKind::Nixos, None),
        Kind::Projects => (SystemKind::Elsewhere, None),
        Kind::Home => {
            let name = walk.reader.option(config, &["home", "username"]);
            (SystemKind::Home, walk.reader.string(&name).value().cloned())
        }
    };
    System {
        home_of,
        release: release::given(root.release),
        seen: of_root(root).and(walk.seen(&unseen, config)),
        ..System::new(SystemId::of_host(host), kind, root.name.as_str())
    }
}

/// What an option that was not seen has to do with containers. Whatever defines a system as a whole may define some.
fn subject_of(path: &[Step]) -> Subject {
    let has = |names: &&[&str]| { path.iter().zip(*names) }.all(|(key, name)| fits(name, key.text()));
    match tables().flat_map(Table::paths).find(has) {
        Some(names) if (1..=names.len()).contains(&path.len()) => Subject::Set,
        Some(_) => Subject::Containers,
        None => Subject::Other,
    }
}

/// What was met in a host.
fn met_in(gaps: Vec<NotAnalysed>, host: &HostId) -> Vec<NotAnalysed> {
    let hosts = || vec![host.clone()];
    let gaps = gaps.into_iter().map(|gap| NotAnalysed {
        hosts: hosts(),
        ..gap
    });
    gaps.collect()
}

/// The same thing that was met in several hosts is one.
fn merged(all: Vec<NotAnalysed>) -> Vec<NotAnalysed> {
    let mut out: Vec<NotAnalysed> = Vec::new();
    let mut known: FxHashMap<NotAnalysed, usize> = FxHashMap::default();
    for mut gap in all {
        let hosts = std::mem::take(&mut gap.hosts);
        let at = *known.entry(gap).or_insert_with_key(|gap| {
            out.push(gap.clone());
            out.len() - 1
        });
        let Some(first) = out.get_mut(at) else { continue };
        for host in hosts {
            if !first.hosts.contains(&host) {
                first.hosts.push(host);
            }
        }
    }
    out
}

/// Leaves out what is there already.
fn keep_first<T: Clone + Eq + std::hash::Hash>(all: &mut Vec<T>) {
    let mut seen = FxHashSet::default();
    all.retain(|one| seen.insert(one.clone()));
}
