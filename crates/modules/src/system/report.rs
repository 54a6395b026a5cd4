//! What is remembered of each option: all definitions, which won, under which conditions.

use crate::definition::{RawDef, is_off};
use crate::own::Written;
use crate::path::{OptionPath, Step, bytes_of};
use crate::values::InOrder;
use indexmap::map::Entry;
use nixpod_eval::{Evaluator, NoteId, Noted, OriginId, ThunkId, Tracked, When};
use nixpod_source::{Site, Utf8PathBuf, Why};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

/// What a note is about: an option of one of the evaluations that no other is a part of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct About {
    /// Tells the evaluation from all others.
    pub(crate) evaluation: u64,
    /// The option, by its path from there.
    pub path: OptionPath,
}

impl About {
    /// Is it about a specialisation, which has what its parent has, too?
    pub fn is_of_variant(&self) -> bool {
        matches!(&*self.path, [Step::Name(first), _, Step::Name(third), ..]
            if first == "specialisation" && third == "configuration")
    }

    /// Are both about the same evaluation?
    pub fn is_beside(&self, other: &Self) -> bool {
        self.evaluation == other.evaluation
    }
}

/// One definition of an option.
#[derive(Clone, Debug)]
pub struct DefinitionInfo {
    /// The value; `None` if its conditions are false, so that it was not looked at.
    pub value: Option<Tracked>,
    /// The key that defines it.
    pub written: Written,
    /// The priority, 100 for a plain one.
    pub priority: i64,
    /// Did it take part in the effective value?
    pub won: bool,
    /// Undecided conditions.
    pub when: When,
    /// The condition of the innermost `mkIf` around it.
    pub guard: Option<Site>,
    /// Was it decided that the condition is false?
    pub off: bool,
    /// Its origin.
    pub origin: OriginId,
}

/// An option that was evaluated.
#[derive(Clone, Debug)]
pub struct OptionInfo {
    /// Which option it is.
    pub about: About,
    /// Its definitions, in the order in which they are merged.
    pub definitions: Vec<DefinitionInfo>,
    /// Is the effective value the option's default?
    pub default: bool,
    /// Is the option declared anywhere that was seen?
    pub declared: bool,
}

/// Why a part of a system was not seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gap {
    /// Where.
    pub site: Option<Site>,
    /// What.
    pub what: String,
    /// Why.
    pub why: Why,
}

/// What all module evaluations of one root share.
#[derive(Debug, Default)]
pub struct Shared {
    infos: RefCell<FxHashMap<ThunkId, Rc<OptionInfo>>>,
    /// What may define more of an option, for the few of which that is so.
    unnamed: RefCell<FxHashMap<ThunkId, Rc<Gap>>>,
    gaps: RefCell<Gaps>,
    /// `lib`
    pub(crate) lib: OnceCell<ThunkId>,
    /// Our model of NixOS, a module.
    pub(crate) nixos: OnceCell<ThunkId>,
    /// Our model of Home Manager, a module.
    pub(crate) home: OnceCell<ThunkId>,
    /// Our model of quadlet-nix, a module.
    pub(crate) quadlet: OnceCell<ThunkId>,
    /// Our model of arion, a module.
    pub(crate) arion: OnceCell<ThunkId>,
    /// The systems that `nixosSystem`, `<nixpkgs/nixos>` and the like made.
    made: RefCell<Vec<Made>>,
    /// The NixOS releases that pinned sources follow (year without century, month), each with its note.
    releases: RefCell<Vec<((u32, u32), NoteId)>>,
    /// Stands for whichever system has a part that nothing defines.
    pub(crate) no_system: RefCell<Weak<crate::ModuleEvaluation>>,
    /// Parts of our models that nothing defines, by the thunks of their declarations.
    pub(crate) defaults: RefCell<FxHashMap<ThunkId, ThunkId>>,
    /// Where declarations of our models were seen that nothing defines, in submodules.
    pub(crate) seen: RefCell<FxHashMap<ThunkId, SeenIn>>,
    /// What single declarations say, by their thunks. Those of our models are the same in all systems.
    pub(crate) declared: RefCell<FxHashMap<ThunkId, ThunkId>>,
    /// Parts of systems that are the same after an edit.
    pub(crate) parts: RefCell<crate::system::memo::Memo>,
    /// The flakes of the project's own tree, by their folders, as their outputs know them by `self`.
    pub(crate) flakes: RefCell<FxHashMap<Utf8PathBuf, ThunkId>>,
    /// How many systems there are.
    systems: Cell<u64>,
    /// The modules that systems have.
    modules: RefCell<FxHashMap<ModuleId, NoteId>>,
    /// By the names of inputs whether they are known to have nothing to do with containers.
    inputs: RefCell<FxHashMap<String, (bool, NoteId)>>,
}

/// Which systems have a declaration.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SeenIn {
    /// So far one, with this number.
    One(u64),
    /// More than one.
    Several {
        /// Is its default a value as it stands?
        is_plain: bool,
    },
}

/// A system that the analysed code made.
#[derive(Debug)]
struct Made {
    note: NoteId,
    system: Weak<crate::ModuleEvaluation>,
    /// The release that its sources follow.
    release: Option<(u32, u32)>,
    /// The number of the system that it extends, by the module argument `extendModules`.
    extends: Option<u64>,
    /// Is it the guest of a container?
    in_guest: Cell<Option<NoteId>>,
}

impl Made {
    fn is(&self, system: &Rc<crate::ModuleEvaluation>) -> bool {
        self.system.as_ptr() == Rc::as_ptr(system)
    }
}

/// What was not seen, each with the number of its note. What a definition is the reason of does not count if that is off;
/// whether it is can only be asked when all options can be.
#[derive(Debug, Default)]
struct Gaps {
    all: InOrder<(About, Gap, Option<RawDef>), NoteId>,
    /// Where in `all` those about an option are.
    about: FxHashMap<About, Vec<usize>>,
}

/// More than this is not told one by one.
const MAX_GAPS: usize = 100_000;

/// What a module is known by, in whichever system it takes part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ModuleId {
    /// A file.
    Path(SmolStr),
    /// A function, or a set that is written out.
    Site(Site),
}

impl Shared {
    /// The number of a new system.
    pub(crate) fn new_system(&self) -> u64 {
        self.systems.set(self.systems.get() + 1);
        self.systems.get()
    }

    /// Remembers an option by the thunk of its value.
    pub fn record(&self, ev: &mut Evaluator<'_>, thunk: ThunkId, info: OptionInfo) {
        let definitions = info.definitions.len() * size_of::<DefinitionInfo>();
        ev.keeps(size_of::<OptionInfo>() + definitions + bytes_of(&info.about.path));
        self.infos.borrow_mut().insert(thunk, Rc::new(info));
    }

    /// What is known of the option whose value a thunk is. Only after it was forced.
    pub fn info(&self, thunk: ThunkId) -> Option<Rc<OptionInfo>> {
        self.infos.borrow().get(&thunk).cloned()
    }

    /// Remembers what may define more of an option: something of a name that is not known, which may be its name.
    pub(crate) fn record_unnamed(&self, thunk: ThunkId, gap: Option<Rc<Gap>>) {
        let mut unnamed = self.unnamed.borrow_mut();
        match gap {
            Some(gap) => unnamed.insert(thunk, gap),
            None => unnamed.remove(&thunk),
        };
    }

    /// What was remembered of that. Only after the option was forced.
    pub fn unnamed(&self, thunk: ThunkId) -> Option<Rc<Gap>> {
        self.unnamed.borrow().get(&thunk).cloned()
    }

    /// The value that is being computed rests on something that was not seen.
    pub fn gap(&self, ev: &mut Evaluator<'_>, about: About, gap: Gap) {
        self.add(ev, about, gap, None);
    }

    /// The same of one definition, if that is not off.
    pub(crate) fn gap_in(&self, ev: &mut Evaluator<'_>, about: About, gap: Gap, def: &RawDef) {
        let def = def.is_conditional().then(|| def.clone());
        self.add(ev, about, gap, def);
    }

    fn add(&self, ev: &mut Evaluator<'_>, about: About, mut gap: Gap, def: Option<RawDef>) {
        // Once a bound is reached all that is asked for is unknown, and what seems to be wrong is not the code's fault.
        if let Some(limit) = ev.limit_reached() {
            gap.why = limit.clone();
        }
        let mut gaps = self.gaps.borrow_mut();
        let at = gaps.all.len();
        let note = match gaps.all.entry((about.clone(), gap, def)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(_) if at >= MAX_GAPS => return,
            Entry::Vacant(new) => {
                let note = *new.insert(ev.new_note());
                gaps.about.entry(about).or_default().push(at);
                note
            }
        };
        drop(gaps);
        ev.note(note);
    }

    /// What was not seen of an option, or of an evaluation as a whole, whose value a thunk is.
    pub fn gaps_about(&self, ev: &Evaluator<'_>, about: &About, thunk: ThunkId) -> Vec<Gap> {
        let gaps = self.gaps.borrow();
        let Some(known) = gaps.about.get(about) else {
            return Vec::new();
        };
        let noted = ev.notes_of(thunk);
        known
            .iter()
            .filter_map(|at| gaps.all.get_index(*at))
            .filter(|(_, note)| noted.has(**note))
            .map(|((_, gap, _), _)| gap.clone())
            .collect()
    }

    /// All that was not seen of what was asked for, with the option that it is about.
    pub fn gaps(&self, ev: &mut Evaluator<'_>) -> Vec<(About, Gap)> {
        let noted = ev.notes();
        let gaps = self.gaps.borrow();
        let all = gaps.all.iter().filter(|(_, note)| noted.has(**note));
        let mut all: Vec<_> = all.map(|(key, _)| key.clone()).collect();
        // Deciding a condition may come across further ones.
        drop(gaps);
        all.retain(|(_, _, def)| def.as_ref().is_none_or(|def| !is_off(ev, def)));
        all.into_iter().map(|(about, gap, _)| (about, gap)).collect()
    }

    /// A system has a module.
    pub(crate) fn use_module(&self, ev: &mut Evaluator<'_>, module: ModuleId) {
        let note = *self
            .modules
            .borrow_mut()
            .entry(module)
            .or_insert_with(|| ev.new_note());
        ev.note(note);
    }

    /// Did any system have this module so far? Only to be asked while nothing was forgotten.
    pub(crate) fn uses_module(&self, module: &ModuleId) -> bool {
        self.modules.borrow().contains_key(module)
    }

    /// The modules that systems have of what was asked for, as notes.
    pub fn modules_in_use(&self, ev: &Evaluator<'_>) -> Vec<NoteId> {
        let noted = ev.notes();
        let modules = self.modules.borrow();
        let mut used: Vec<NoteId> = modules
            .values()
            .copied()
            .filter(|note| noted.has(*note))
            .collect();
        used.sort_unstable();
        used
    }

    /// The value that is being computed makes a system.
    pub(crate) fn makes_system(&self, ev: &mut Evaluator<'_>, system: &Rc<crate::ModuleEvaluation>) {
        let release = self.release_among(&ev.notes_so_far());
        self.add_made(ev, system, release, None);
    }

    /// A module of a system makes another of it, by its argument `extendModules`.
    pub(crate) fn extends_system(
        &self,
        ev: &mut Evaluator<'_>,
        system: &Rc<crate::ModuleEvaluation>,
        extends: u64,
    ) {
        self.add_made(ev, system, None, Some(extends));
    }

    fn add_made(
        &self,
        ev: &mut Evaluator<'_>,
        system: &Rc<crate::ModuleEvaluation>,
        release: Option<(u32, u32)>,
        extends: Option<u64>,
    ) {
        let note = ev.new_note();
        self.made.borrow_mut().push(Made {
            note,
            system: Rc::downgrade(system),
            release,
            extends,
            in_guest: Cell::new(None),
        });
        ev.note(note);
    }

    /// The guest of a container is this system.
    pub fn is_a_guest(&self, ev: &mut Evaluator<'_>, system: &Rc<crate::ModuleEvaluation>) {
        let made = self.made.borrow();
        for made in made.iter().filter(|made| made.is(system)) {
            let note = made.in_guest.get().unwrap_or_else(|| ev.new_note());
            made.in_guest.set(Some(note));
            ev.note(note);
        }
    }

    /// The systems that modules of a system made of it and that are no guests, of what was asked for.
    pub fn extensions(
        &self,
        ev: &Evaluator<'_>,
        of: &Rc<crate::ModuleEvaluation>,
    ) -> Vec<Rc<crate::ModuleEvaluation>> {
        let noted = ev.notes();
        let made = self.made.borrow();
        let all = made.iter().filter(|made| {
            let in_guest = made.in_guest.get().is_some_and(|note| noted.has(note));
            made.extends == Some(of.id) && noted.has(made.note) && !in_guest
        });
        all.filter_map(|made| made.system.upgrade()).collect()
    }

    /// The systems that had to be made for a value. Only inside of [`Evaluator::taking_notes`].
    pub(crate) fn systems_behind(
        &self,
        ev: &Evaluator<'_>,
        thunk: ThunkId,
    ) -> Vec<Rc<crate::ModuleEvaluation>> {
        let noted = ev.notes_behind(thunk);
        let made = self.made.borrow();
        let own = made.iter().filter(|made| made.extends.is_none());
        let behind = own.filter(|made| noted.has(made.note));
        behind.filter_map(|made| made.system.upgrade()).collect()
    }

    /// The release that the pinned sources follow that a system was made from.
    pub(crate) fn release_of(&self, system: &Rc<crate::ModuleEvaluation>) -> Option<(u32, u32)> {
        let made = self.made.borrow();
        made.iter().find(|made| made.is(system))?.release
    }

    /// The value that is being computed comes from pinned sources that follow a release.
    pub(crate) fn follows_release(&self, ev: &mut Evaluator<'_>, release: (u32, u32)) {
        let mut releases = self.releases.borrow_mut();
        let known = releases.iter().find(|(known, _)| *known == release);
        let note = known.map_or_else(|| ev.new_note(), |(_, note)| *note);
        if known.is_none() {
            releases.push((release, note));
        }
        ev.note(note);
    }

    /// The release that the pinned sources follow which these notes tell of, if it is one.
    pub(crate) fn release_among(&self, noted: &Noted) -> Option<(u32, u32)> {
        let releases = self.releases.borrow();
        let mut behind = releases.iter().filter(|(_, note)| noted.has(*note));
        let (first, _) = behind.next()?;
        behind.next().is_none().then_some(*first)
    }

    /// Remembers whether an input has nothing to do with containers. Of two that are called the same both have to.
    pub(crate) fn judge_input(&self, ev: &mut Evaluator<'_>, name: &str, is_harmless: bool) {
        let mut inputs = self.inputs.borrow_mut();
        let known = inputs.get(name).copied();
        let both = is_harmless && known.is_none_or(|(before, _)| before);
        if known.is_none_or(|(before, _)| before != both) && ev.is_renewal() {
            // What was read before would be read with other eyes.
            ev.depends_on_order();
        }
        let note = known.map_or_else(|| ev.new_note(), |(_, note)| note);
        inputs.insert(name.to_owned(), (both, note));
        ev.note_for_good(note);
    }

    /// What was remembered of it.
    pub(crate) fn is_harmless_input(&self, name: &str) -> Option<bool> {
        self.inputs
            .borrow()
            .get(name)
            .map(|(is_harmless, _)| *is_harmless)
    }
}
