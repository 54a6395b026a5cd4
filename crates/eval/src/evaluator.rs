//! One evaluation: its parts, and what the rest of the house asks of it.
//!
//! Thunks refer to one another by index, so reference cycles between them do not leak: dropping the evaluator drops
//! everything. Whatever evaluates is in [`crate::machine`], in further blocks of methods.

use crate::builtins::{Builtin, Cost};
use crate::heap::budget::Budget;
use crate::heap::caches::Caches;
use crate::heap::conditions::Conditions;
use crate::heap::files::{Files, Here};
use crate::heap::names::Names;
use crate::heap::origins::Origins;
use crate::heap::settings::Settings;
use crate::heap::thunks::Thunks;
use crate::memo::Memo;
use crate::thunk::{NO_SECOND, Primop, PrimopCode, StandIn, Thunk};
use crate::{
    Alternative, Attr, Attrs, CommonSymbols, Env, ErrorKind, EvalError, ImportHook, LimitHit, Limits, List,
    NO_SITE, NixString, OriginId, PartOfWork, Portion, Res, Reserve, Share, Source, Stop, Symbol, ThunkId,
    Tracked, Unknown, Value, When,
};
use nixpod_source::{Condition, ExprId, HopKind, Origin, Site, Why};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::rc::Rc;

/// One evaluation: reads files through a [`Source`], evaluates lazily, keeps origins.
pub struct Evaluator<'s> {
    pub(crate) names: Names,
    pub(crate) thunks: Thunks,
    pub(crate) origins: Origins,
    pub(crate) conditions: Conditions,
    pub(crate) files: Files<'s>,
    pub(crate) budget: Budget,
    pub(crate) settings: Settings,
    pub(crate) caches: Caches,
    pub(crate) memo: Memo,
    /// What thunks are for those that they ask while they are computed, the innermost last.
    pub(crate) stand_ins: Vec<(ThunkId, StandIn)>,
    /// Messages of `builtins.trace` and `warn`, bounded.
    pub traces: Vec<String>,
}

/// How much work an evaluation has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Steps, as [`Limits::fuel`] counts them.
    pub steps: u64,
    /// Bytes of values that are kept, as [`Limits::bytes`] counts them.
    pub bytes: u64,
    /// Thunks that were made.
    pub thunks: usize,
}

impl<'s> Evaluator<'s> {
    /// A fresh evaluation with the builtins in place.
    pub fn new(source: &'s dyn Source, limits: Limits) -> Self {
        let mut this = Self {
            names: Names::new(crate::nixlib::names),
            thunks: Thunks::new(),
            origins: Origins::new(),
            conditions: Conditions::new(),
            files: Files::new(source),
            budget: Budget::new(limits),
            settings: Settings::default(),
            caches: Caches::default(),
            memo: Memo::default(),
            stand_ins: Vec::new(),
            traces: Vec::new(),
        };
        crate::builtins::install(&mut this);
        this
    }

    /// Where files are read.
    pub fn source(&self) -> &'s dyn Source {
        self.files.source
    }

    // ----- names

    /// The symbol of a name.
    pub fn intern(&mut self, text: &str) -> Symbol {
        let before = self.names.len();
        let symbol = self.names.intern(text);
        if self.names.len() > before {
            self.budget.keeps(2 * size_of::<SmolStr>() + text.len());
        }
        symbol
    }

    /// The symbol of a name, if any set or file has it.
    pub fn symbol(&self, text: &str) -> Option<Symbol> {
        self.names.find(text)
    }

    /// The name of a symbol.
    pub fn name(&self, symbol: Symbol) -> &SmolStr {
        self.names.text(symbol)
    }

    /// The name of a symbol as a string.
    pub fn name_string(&mut self, symbol: Symbol) -> Value {
        Value::String(self.names.string(symbol))
    }

    /// The symbols that native code looks up often.
    pub fn common(&self) -> &CommonSymbols {
        &self.names.common
    }

    /// The entries of a set sorted by name, as `attrNames` orders them.
    pub fn sorted(&self, attrs: &Attrs) -> Vec<Attr> {
        let mut entries = attrs.entries.clone();
        entries.sort_by(|a, b| self.name(a.name).cmp(self.name(b.name)));
        entries
    }

    // ----- thunks

    #[inline]
    pub(crate) fn push_thunk(&mut self, thunk: Thunk) -> ThunkId {
        self.push_holding(crate::heap::sizes::held_by(&thunk), thunk)
    }

    /// The same for a thunk that is known to keep so many bytes outside of itself. It is put together in its place, since
    /// to move a thunk whose fields were just written is slow.
    #[inline(always)]
    pub(crate) fn push_holding(&mut self, held: usize, thunk: Thunk) -> ThunkId {
        self.budget.keeps(size_of::<Thunk>() + held);
        let id = self.thunks.push(thunk);
        if let Some(dependencies) = &mut self.memo.dependencies {
            dependencies.makes(id);
        }
        id
    }

    /// A thunk that is already a value.
    pub fn alloc(&mut self, value: Value, origin: OriginId) -> ThunkId {
        self.alloc_tracked(Tracked { value, origin })
    }

    /// A thunk that is already a value.
    pub fn alloc_tracked(&mut self, value: Tracked) -> ThunkId {
        self.push_thunk(Thunk::done(value))
    }

    /// A thunk that is computed by native code when it is first forced.
    pub fn alloc_native(&mut self, run: impl Fn(&mut Evaluator<'_>) -> Res<Tracked> + 'static) -> ThunkId {
        self.push_thunk(Thunk::Native(Box::new(run)))
    }

    /// A thunk that applies a function to arguments when it is first forced.
    pub fn alloc_apply(&mut self, function: ThunkId, args: &[ThunkId], site: Site) -> ThunkId {
        let (first, second) = match *args {
            [first] => (first, NO_SECOND),
            [first, second] => (first, second),
            _ => {
                let args = args.to_vec();
                return self.alloc_native(move |ev| {
                    let function = ev.force(function)?;
                    ev.apply_all(&function, &args, site)
                });
            }
        };
        self.push_thunk(Thunk::Apply {
            function,
            first,
            second,
            site,
        })
    }

    /// A thunk that applies a function to a number when it is first forced.
    pub(crate) fn alloc_generated(&mut self, function: ThunkId, number: u32, site: Site) -> ThunkId {
        self.push_thunk(Thunk::Generated {
            function,
            number,
            site,
        })
    }

    /// A thunk that is filled in later, for values that refer to themselves.
    pub fn reserve(&mut self) -> ThunkId {
        self.push_thunk(Thunk::Busy(NO_SITE))
    }

    /// Fills a reserved thunk with native code.
    pub fn fill_native(&mut self, id: ThunkId, run: impl Fn(&mut Evaluator<'_>) -> Res<Tracked> + 'static) {
        let thunk = Thunk::Native(Box::new(run));
        self.budget.keeps(crate::heap::sizes::held_by(&thunk));
        self.thunks[id] = thunk;
    }

    /// Fills a reserved thunk with a value.
    pub fn fill(&mut self, id: ThunkId, value: Tracked) {
        self.thunks[id] = Thunk::done(value);
    }

    /// A thunk of an unknown value.
    pub fn alloc_unknown(&mut self, why: Why) -> ThunkId {
        self.alloc(Value::unknown(why), OriginId(0))
    }

    /// A function in Rust as a value: its name, the number of arguments, which of them are forced first (see
    /// [`crate::PASSED_ON`]), the code.
    pub fn primop(
        &mut self,
        name: &'static str,
        arity: usize,
        strict: u32,
        run: impl Fn(&mut Evaluator<'_>, &[ThunkId], Site) -> Res<Tracked> + 'static,
    ) -> Value {
        self.new_primop(Primop {
            name,
            arity,
            strict,
            by_size: true,
            on_text: false,
            code: PrimopCode::Made(Rc::new(run)),
        })
    }

    /// A builtin of a table as a value.
    pub(crate) fn builtin(&mut self, (name, arity, strict, cost, code): &Builtin) -> Value {
        self.new_primop(Primop {
            name,
            arity: *arity,
            strict: *strict,
            by_size: *cost == Cost::Sizes,
            on_text: crate::builtins::ON_TEXT.contains(name),
            code: PrimopCode::Table(*code),
        })
    }

    fn new_primop(&mut self, primop: Primop) -> Value {
        self.budget
            .keeps(size_of::<Primop>() + size_of::<crate::PrimopApp>());
        Value::Primop(Rc::new(self.thunks.push_primop(primop)))
    }

    /// A set from names and thunks.
    pub fn attrs_from(&mut self, entries: Vec<(&str, ThunkId)>) -> Attrs {
        let entries = entries
            .into_iter()
            .map(|(name, thunk)| Attr {
                name: self.intern(name),
                thunk,
                site: NO_SITE,
                when: When::ALWAYS,
            })
            .collect();
        Attrs::from_entries(entries)
    }

    // ----- origins and conditions

    /// A new origin: a literal, or a further step of an existing one.
    #[inline(never)]
    pub fn origin(&mut self, kind: HopKind, site: Site, parent: OriginId) -> OriginId {
        match self.origins.lately(kind, site, parent) {
            Some(origin) => origin,
            None => self.new_origin(kind, site, parent),
        }
    }

    #[inline(never)]
    fn new_origin(&mut self, kind: HopKind, site: Site, parent: OriginId) -> OriginId {
        let before = self.origins.len();
        let origin = self.origins.add(kind, site, parent);
        if self.origins.len() > before {
            self.budget.keeps(Origins::size());
        }
        origin
    }

    /// The steps of an origin as plain data, innermost first.
    pub fn trail(&self, origin: OriginId) -> Origin {
        self.origins.trail(origin)
    }

    /// The steps of the origin of a stretch of a string literal's content.
    pub fn trail_within(&self, origin: OriginId, start: u32, end: u32) -> Origin {
        let mut trail = self.trail(origin);
        // Of text read from a file the innermost place is the path that was read, not the text.
        let read = trail.hops.iter().any(|hop| hop.kind == HopKind::Import);
        if let Some(hop) = trail.hops.first_mut().filter(|_| !read) {
            hop.place.within = Some((start, end));
        }
        trail
    }

    /// The innermost site of an origin.
    pub fn origin_site(&self, origin: OriginId) -> Option<Site> {
        self.origins.innermost(origin)
    }

    /// The outermost site of an origin: where the value was last read or passed.
    pub fn last_site(&self, origin: OriginId) -> Option<Site> {
        self.origins.outermost(origin)
    }

    /// A condition of which nothing is known, in addition to `parent`.
    pub fn condition(&mut self, site: Site, why: Rc<Unknown>, parent: When) -> When {
        self.kept_condition(|conditions| conditions.add(site, why, parent))
    }

    /// That a Boolean which is not known is true, in addition to `parent`.
    pub fn condition_on(&mut self, decided: &Tracked, site: Site, parent: When) -> When {
        let why = self.undecided(decided);
        self.kept_condition(|conditions| {
            let literal = conditions.literal(&decided.value, None);
            conditions.add_on(literal, site, why, parent)
        })
    }

    /// The same of what a thunk gave, which may also fail: that it does each time.
    pub fn condition_of(&mut self, thunk: ThunkId, decided: &Tracked, site: Site, parent: When) -> When {
        let failed = matches!(self.thunks[thunk], Thunk::Failed(_)).then_some(thunk);
        let why = self.undecided(decided);
        self.kept_condition(|conditions| {
            let literal = conditions.literal(&decided.value, failed);
            conditions.add_on(literal, site, why, parent)
        })
    }

    fn kept_condition<T>(&mut self, add: impl FnOnce(&mut Conditions) -> T) -> T {
        let before = self.conditions.bytes();
        let added = add(&mut self.conditions);
        self.budget.keeps(self.conditions.bytes() - before);
        added
    }

    /// Both conditions.
    pub fn both(&mut self, a: When, b: When) -> When {
        self.kept_condition(|conditions| conditions.both(a, b))
    }

    /// That any of several cases is one.
    pub fn any_of(&mut self, cases: &[When]) -> When {
        self.kept_condition(|conditions| conditions.any_of(cases))
    }

    /// What holds in each of several cases, as far as it can be told.
    pub fn common_of(&mut self, cases: &[When]) -> When {
        self.kept_condition(|conditions| conditions.common(cases))
    }

    /// That something is not the case.
    pub fn otherwise(&mut self, when: When) -> When {
        self.kept_condition(|conditions| conditions.otherwise(when))
    }

    /// Those conditions that are not given.
    pub fn without(&mut self, when: When, given: When) -> When {
        self.kept_condition(|conditions| conditions.without(when, given))
    }

    /// Is it impossible where others are given?
    pub fn is_excluded(&mut self, when: When, given: When) -> bool {
        self.kept_condition(|conditions| conditions.excludes(given, when))
    }

    /// What a value is where conditions are given, if they decide it: it is a Boolean that they are about.
    pub fn decided_by(&mut self, value: &Value, given: When) -> Option<bool> {
        self.kept_condition(|conditions| conditions.decided(value, given))
    }

    /// The conditions, outermost first, and why each could not be decided.
    pub fn conditions(&self, when: When) -> Vec<(Condition, Why)> {
        self.conditions.list(when)
    }

    /// Why the innermost of the conditions could not be decided.
    pub fn condition_reason(&self, when: When) -> Rc<Unknown> {
        self.conditions.reason(when)
    }

    // ----- bounds

    /// Counts a step; gives an unknown when the current part of the work has used up its share.
    #[inline]
    pub(crate) fn step(&mut self) -> Res<()> {
        self.budget.steps(1, self.files.source)
    }

    /// Counts so many steps of work that goes on inside of native code.
    pub fn work(&mut self, steps: usize) -> Res<()> {
        self.budget.steps(steps as u64, self.files.source)
    }

    /// Counts bytes of strings or lists that are about to be made, copied or compared.
    pub fn charge(&mut self, bytes: usize) -> Res<()> {
        self.budget.copies(bytes, self.files.source)
    }

    /// The early exit for something that is larger or deeper than it may be. That is told.
    pub(crate) fn beyond<T>(&mut self, what: &str) -> Res<T> {
        let why = Why::Limit(what.to_owned());
        self.budget.hit(why.clone());
        Err(Stop::Unknown(Unknown::new(why)))
    }

    /// Counts bytes that native code keeps beside the heap.
    pub fn keeps(&mut self, bytes: usize) {
        self.budget.keeps(bytes);
    }

    /// Does a part of the work, which may use a share of what is left: see [`Share`].
    pub fn within<T>(&mut self, share: Share, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.budget.enter(share);
        let result = run(self);
        self.budget.leave(outer);
        result
    }

    /// As [`Self::within`], for work that has the evaluator inside of something else: begins a part, and gives what
    /// [`Self::end_part`] needs.
    pub fn begin_part(&mut self, share: Share) -> PartOfWork {
        self.budget.enter(share)
    }

    /// Sets aside the same for each of so many parts side by side.
    pub fn set_aside(&self, reserve: &mut Reserve, parts: usize) -> Portion {
        self.budget.set_aside(reserve, parts)
    }

    /// As [`Self::begin_part`], for a part for which something was set aside.
    pub fn begin_reserved(&mut self, reserve: &mut Reserve, portion: Portion) -> PartOfWork {
        self.budget.enter_reserved(reserve, portion)
    }

    /// Does each of several things as a part of the work: whatever one uses up, the others find their portions.
    pub fn each_within<T>(
        &mut self,
        share: Share,
        things: impl ExactSizeIterator<Item = T>,
        mut run: impl FnMut(&mut Self, T),
    ) {
        let mut reserve = Reserve::new(share);
        let portion = self.set_aside(&mut reserve, things.len());
        for thing in things {
            let outer = self.begin_reserved(&mut reserve, portion);
            run(self, thing);
            self.end_part(outer);
        }
    }

    /// Says what the bounds that were reached since there were so many are about, and where that is, as far as nothing
    /// better is known.
    pub fn name_limits(&mut self, since: usize, what: &str, site: Option<Site>) {
        self.budget.name_hits(since, what, site);
    }

    /// Says what those are a part of.
    pub fn limits_within(&mut self, since: usize, whole: &str, site: Site) {
        self.budget.hits_within(since, whole, site);
    }

    /// The part is done.
    pub fn end_part(&mut self, outer: PartOfWork) {
        self.budget.leave(outer);
    }

    /// The bound that the current part of the work has reached: what is computed until it ends is not known.
    pub fn limit_reached(&self) -> Option<&Why> {
        self.budget.over().map(|unknown| &unknown.why)
    }

    /// Was the work ended by [`Source::interrupted`]?
    pub fn is_interrupted(&self) -> bool {
        self.budget.is_interrupted()
    }

    /// The bounds that were reached: what they concern is not known.
    pub fn limits_hit(&self) -> &[LimitHit] {
        self.budget.hits()
    }

    /// How much work was done so far.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            steps: self.budget.steps_taken(),
            bytes: self.budget.bytes_kept(),
            thunks: self.thunks.len(),
        }
    }

    // ----- errors

    /// An error at a place.
    #[cold]
    pub fn error(&self, kind: ErrorKind, message: impl Into<String>, site: Option<Site>) -> Stop {
        Stop::Error(Rc::new(EvalError {
            kind,
            message: self.files.source.told(message.into()),
            site,
            trace: Vec::new(),
            context: Vec::new(),
        }))
    }

    /// How many alternatives were left out so far because they fail. Whoever must not rely on that (such as
    /// `tryEval`) compares before and after.
    pub fn drops(&self) -> u64 {
        self.conditions.drops
    }

    // ----- settings

    /// Answers `<name>` by a value when it is imported.
    pub fn set_search_path(&mut self, name: &str, thunk: ThunkId) {
        self.files.search_paths.insert(name.into(), thunk);
    }

    /// Names of unknowns that are certainly strings, such as the path of a file that is made at run time: how they begin,
    /// perhaps inside of something else, and how they end.
    pub fn set_text_symbols(&mut self, names: &'static [(&'static str, &'static str)]) {
        self.settings.text_symbols = names;
    }

    /// Lets native code say what a file is when it is imported, such as one that only fetches.
    pub fn set_import_hook(&mut self, hook: ImportHook) {
        self.files.import_hook = Some(hook);
    }

    /// Sets the entries of `builtins.nixPath`: prefix (perhaps empty) and path.
    pub fn set_nix_path(&mut self, entries: Vec<(String, String)>) {
        self.settings.nix_path = Some(entries);
    }

    /// Sets the environment variables for `getEnv` and `~` in paths; without them these are unknown.
    pub fn set_variables(&mut self, variables: BTreeMap<String, String>) {
        self.settings.variables = Some(variables);
    }

    /// Sets `builtins.currentSystem`, which is unknown else.
    pub fn set_current_system(&mut self, system: &str) {
        self.settings.current_system = Some(system.to_owned());
    }

    /// Makes `builtins.warn` abort, as Nix's option `abort-on-warn` does.
    pub fn set_abort_on_warn(&mut self, abort: bool) {
        self.settings.abort_on_warn = abort;
    }

    /// Marks the value of an attribute as generated: `unsafeGetAttrPos` gives null for it, as Nix does, although the
    /// place of its key is known.
    pub fn mark_generated(&mut self, thunk: ThunkId) {
        self.thunks.mark_generated(thunk);
    }

    /// The value that answers `<name>`, if one was set.
    pub fn search_path(&self, name: &str) -> Option<ThunkId> {
        self.files.search_paths.get(name).copied()
    }

    /// The set `builtins`.
    pub fn builtins(&self) -> ThunkId {
        self.names.builtins
    }

    /// The site of an expression in the unit of an environment, as [`Here::site`] gives it.
    pub(crate) fn site(&self, env: &Rc<Env>, expr: ExprId) -> Site {
        let unit = self.files.unit(env.unit);
        Here { unit, env }.site(expr)
    }

    /// Names that were asked for and are not modelled, with the number of times.
    pub fn missing(&self) -> &BTreeMap<SmolStr, u32> {
        self.names.missing()
    }

    /// Counts a name that is not modelled and gives its unknown.
    pub fn not_modelled(&mut self, name: &str) -> Value {
        self.names.misses(name);
        Value::unknown(Why::NotModelled(name.to_owned()))
    }

    /// A string value with known text.
    pub fn string(&self, text: impl Into<SmolStr>, origin: OriginId) -> Tracked {
        let value = Value::String(Rc::new(NixString::new(text)));
        Tracked { value, origin }
    }

    /// An empty list value.
    pub fn empty_list(&self) -> Value {
        Value::List(Rc::new(List::default()))
    }

    /// Joins alternatives into one value; see [`crate::partial`].
    pub fn join(&mut self, alternatives: Vec<Alternative>) -> Tracked {
        crate::partial::join(self, alternatives)
    }
}
