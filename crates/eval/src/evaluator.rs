//! The heap: thunks, names, origins and conditions of one evaluation, freed as a whole.
//!
//! Thunks refer to one another by index, so reference cycles between them do not leak: dropping the evaluator drops
//! everything.

mod origins;

use crate::builtins::Builtin;
use crate::thunk::{Primop, PrimopCode, Thunk};
use crate::{
    Alternative, Attr, Attrs, ErrorKind, EvalError, EvalResult, List, NO_SITE, NixString, OriginId,
    PrimopApp, PrimopId, Res, Source, Stop, Symbol, ThunkId, Tracked, Unknown, Value, When,
};
use nixpod_source::{ExprId, FileId, HopKind, Site, Utf8Path, Utf8PathBuf, Why};
use nixpod_syntax::Hir;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

/// Bounds of one evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps (expressions evaluated and builtins called).
    pub fuel: u64,
    /// Nested function calls; Nix's default for `max-call-depth` is 10,000.
    pub call_depth: u32,
    /// Nested forcing of thunks and expressions. The native stack grows on the heap up to that.
    pub force_depth: u32,
    /// Bytes of strings and list elements made, in total.
    pub bytes: u64,
    /// Thunks, 32 bytes each.
    pub thunks: usize,
    /// Nested undecided conditions before both branches are given up.
    pub speculation: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 60_000_000,
            call_depth: 10_000,
            force_depth: 40_000,
            bytes: 192 << 20,
            thunks: 4_200_000,
            speculation: 8,
        }
    }
}

/// A frame of variables. Thunks in it are referred to by id, so frames never own each other in cycles.
#[derive(Debug)]
pub struct Env {
    pub(crate) parent: Option<Rc<Env>>,
    pub(crate) unit: UnitId,
    pub(crate) slots: SmallVec<[ThunkId; 4]>,
    /// The place of the call that made this frame.
    pub(crate) call: Option<Site>,
}

/// A loaded file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnitId(pub(crate) u32);

#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) file: FileId,
    pub(crate) hir: Arc<Hir>,
    pub(crate) names: Vec<Symbol>,
    pub(crate) dir: Utf8PathBuf,
    /// Is it one of our own prelude files, whose steps do not belong in a trail?
    pub(crate) hidden: bool,
    /// The names that `scopedImport` put into scope.
    pub(crate) scope: Option<Rc<Attrs>>,
}

#[derive(Clone, Copy)]
struct OriginNode {
    kind: HopKind,
    site: Site,
    parent: OriginId,
    depth: u8,
}

struct ConditionNode {
    site: Site,
    why: Rc<Unknown>,
    parent: When,
}

/// Which string literals an evaluation looked at, by file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StringsRead {
    files: FxHashMap<FileId, Vec<u64>>,
}

impl StringsRead {
    /// Was this literal looked at?
    pub fn contains(&self, file: FileId, expr: ExprId) -> bool {
        let words = self.files.get(&file);
        let word = words.and_then(|words| words.get(expr.0 as usize / 64));
        word.is_some_and(|word| word >> (expr.0 % 64) & 1 == 1)
    }
}

/// Says what a file is, given its path; `None` for what it says itself.
pub type ImportHook = Rc<dyn Fn(&mut Evaluator<'_>, &Utf8Path) -> Option<ThunkId>>;

/// One evaluation: reads files through a [`Source`], evaluates lazily, keeps origins.
pub struct Evaluator<'s> {
    pub(crate) source: &'s dyn Source,
    pub(crate) limits: Limits,
    pub(crate) thunks: Vec<Thunk>,
    pub(crate) primops: Vec<Primop>,
    symbols: Vec<SmolStr>,
    symbol_ids: FxHashMap<SmolStr, Symbol>,
    origins: Vec<OriginNode>,
    recent_origins: Vec<u32>,
    conditions: Vec<ConditionNode>,
    pub(crate) units: Vec<Rc<Unit>>,
    files: FxHashMap<Utf8PathBuf, EvalResult<ThunkId>>,
    own_units: FxHashMap<FileId, ThunkId>,
    /// By unit, bit by expression: the strings that were looked at.
    strings_read: Vec<Vec<u64>>,
    /// Counts alternatives that were left out because they fail; see [`Self::drops`].
    pub(crate) drops: u64,
    pub(crate) call_depth: u32,
    pub(crate) force_depth: u32,
    pub(crate) speculation: u32,
    steps: u64,
    bytes: u64,
    exhausted: Option<Rc<Unknown>>,
    pub(crate) globals: FxHashMap<SmolStr, ThunkId>,
    pub(crate) builtins: ThunkId,
    /// Modules of search paths, such as `nixpkgs/lib`, that are answered natively.
    pub(crate) search_paths: FxHashMap<SmolStr, ThunkId>,
    import_hook: Option<ImportHook>,
    text_symbols: &'static [(&'static str, &'static str)],
    /// The entries of `builtins.nixPath`, prefix and path; `None` where they depend on the machine.
    pub(crate) nix_path: Option<Vec<(String, String)>>,
    /// The environment variables; `None` where they depend on the machine.
    pub(crate) variables: Option<std::collections::BTreeMap<String, String>>,
    /// `builtins.currentSystem`; `None` where it depends on the machine.
    pub(crate) current_system: Option<String>,
    /// Does `builtins.warn` abort?
    pub(crate) abort_on_warn: bool,
    /// Bit by thunk: it is the value of an attribute that a builtin made, which has no position in Nix.
    pub(crate) generated: Vec<u64>,
    /// Long lists that were lately found to be exactly known.
    pub(crate) exact_lists: Vec<Rc<List>>,
    pub(crate) exact_lists_next: usize,
    /// Patterns of `match` and `split`, compiled.
    pub(crate) regexes: FxHashMap<SmolStr, Rc<crate::pure::regex::Regex>>,
    /// By store path: the hash by which a derivation counts in those that need it.
    pub(crate) derivations: FxHashMap<SmolStr, SmolStr>,
    /// Messages of `builtins.trace` and `warn`, bounded.
    pub traces: Vec<String>,
    /// Names that were asked for and are not modelled, with the number of times.
    pub missing: std::collections::BTreeMap<SmolStr, u32>,
    pub(crate) sym: CommonSymbols,
    /// What is remembered of the evaluation, where the heap is to survive edits.
    pub(crate) ledger: Option<Box<crate::memo::Ledger>>,
    /// How many notes have numbers.
    pub(crate) notes: u32,
    /// The notes that files were read, by path.
    pub(crate) reads: FxHashMap<SmolStr, crate::NoteId>,
}

macro_rules! common_symbols {
    ($($field:ident = $text:literal),+ $(,)?) => {
        /// Names that native code looks up often.
        #[derive(Clone, Copy, Debug)]
        #[expect(missing_docs, reason = "the names say it")]
        pub struct CommonSymbols { $(pub $field: Symbol),+ }
        impl CommonSymbols {
            fn new(intern: &mut dyn FnMut(&str) -> Symbol) -> Self {
                Self { $($field: intern($text)),+ }
            }
        }
    };
}

common_symbols! {
    functor = "__functor", to_string = "__toString", out_path = "outPath", overrides = "__overrides",
    kind = "type", tag = "_type", name = "name", value = "value", success = "success", key = "key", drv_path = "drvPath",
    right = "right", wrong = "wrong", start_set = "startSet", operator = "operator", line = "line",
    column = "column", file = "file", content = "content", contents = "contents", condition = "condition",
    priority = "priority", config = "config", options = "options", imports = "imports", body = "body",
    function_args = "__functionArgs", path = "path", prefix = "prefix",
}

impl<'s> Evaluator<'s> {
    /// A fresh evaluation with the builtins in place.
    pub fn new(source: &'s dyn Source, limits: Limits) -> Self {
        let mut symbols = Vec::new();
        let mut symbol_ids = FxHashMap::default();
        let sym = CommonSymbols::new(&mut |text| intern(&mut symbols, &mut symbol_ids, text));
        let mut this = Self {
            source,
            limits,
            thunks: Vec::with_capacity(1024),
            primops: Vec::with_capacity(256),
            symbols,
            symbol_ids,
            origins: vec![OriginNode {
                kind: HopKind::Literal,
                site: NO_SITE,
                parent: OriginId(0),
                depth: 0,
            }],
            recent_origins: Vec::new(),
            conditions: vec![ConditionNode {
                site: NO_SITE,
                why: Unknown::new(Why::Undecided(String::new())),
                parent: When(0),
            }],
            units: Vec::new(),
            files: FxHashMap::default(),
            own_units: FxHashMap::default(),
            strings_read: Vec::new(),
            drops: 0,
            call_depth: 0,
            force_depth: 0,
            speculation: 0,
            steps: 0,
            bytes: 0,
            exhausted: None,
            globals: FxHashMap::default(),
            builtins: ThunkId(0),
            search_paths: FxHashMap::default(),
            import_hook: None,
            text_symbols: &[],
            nix_path: None,
            variables: None,
            abort_on_warn: false,
            generated: Vec::new(),
            exact_lists: Vec::new(),
            exact_lists_next: 0,
            current_system: None,
            regexes: FxHashMap::default(),
            derivations: FxHashMap::default(),
            traces: Vec::new(),
            missing: std::collections::BTreeMap::new(),
            sym,
            ledger: None,
            notes: 0,
            reads: FxHashMap::default(),
        };
        crate::builtins::install(&mut this);
        this
    }

    /// Where files are read.
    pub fn source(&self) -> &'s dyn Source {
        self.source
    }

    // ----- names

    /// The symbol of a name.
    pub fn intern(&mut self, text: &str) -> Symbol {
        intern(&mut self.symbols, &mut self.symbol_ids, text)
    }

    /// The symbol of a name, if any set or file has it.
    pub fn symbol(&self, text: &str) -> Option<Symbol> {
        self.symbol_ids.get(text).copied()
    }

    /// The name of a symbol.
    pub fn name(&self, symbol: Symbol) -> &SmolStr {
        &self.symbols[symbol.0 as usize]
    }

    /// The symbols that native code looks up often.
    pub fn common(&self) -> &CommonSymbols {
        &self.sym
    }

    /// The entries of a set sorted by name, as `attrNames` orders them.
    pub fn sorted(&self, attrs: &Attrs) -> Vec<Attr> {
        let mut entries = attrs.entries.clone();
        entries.sort_by(|a, b| self.name(a.name).cmp(self.name(b.name)));
        entries
    }

    // ----- thunks

    pub(crate) fn push_thunk(&mut self, thunk: Thunk) -> ThunkId {
        if self.thunks.len() >= self.limits.thunks {
            self.exhaust("too many values (the limit on memory is reached)");
        }
        let id = ThunkId(self.thunks.len() as u32);
        self.thunks.push(thunk);
        if let Some(ledger) = &mut self.ledger {
            ledger.makes(id);
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
    pub fn alloc_apply(&mut self, function: ThunkId, args: Vec<ThunkId>, site: Site) -> ThunkId {
        let apply = match *args {
            [first] => Some((first, None)),
            [first, second] => Some((first, Some(second))),
            _ => None,
        };
        if let Some((first, second)) = apply {
            return self.push_thunk(Thunk::Apply {
                function,
                first,
                second,
                site,
            });
        }
        self.alloc_native(move |ev| {
            let mut result = ev.force(function)?;
            for arg in &args {
                result = ev.apply(result, *arg, site)?;
            }
            Ok(result)
        })
    }

    /// A thunk that is filled in later, for values that refer to themselves.
    pub fn reserve(&mut self) -> ThunkId {
        self.push_thunk(Thunk::Busy(None))
    }

    /// Fills a reserved thunk with native code.
    pub fn fill_native(&mut self, id: ThunkId, run: impl Fn(&mut Evaluator<'_>) -> Res<Tracked> + 'static) {
        self.thunks[id.0 as usize] = Thunk::Native(Box::new(run));
    }

    /// Fills a reserved thunk with a value.
    pub fn fill(&mut self, id: ThunkId, value: Tracked) {
        self.thunks[id.0 as usize] = Thunk::done(value);
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
            code: PrimopCode::Made(Rc::new(run)),
        })
    }

    /// A builtin of a table as a value.
    pub(crate) fn builtin(&mut self, (name, arity, strict, _, code): &Builtin) -> Value {
        self.new_primop(Primop {
            name,
            arity: *arity,
            strict: *strict,
            code: PrimopCode::Table(*code),
        })
    }

    fn new_primop(&mut self, primop: Primop) -> Value {
        let id = PrimopId(self.primops.len() as u32);
        self.primops.push(primop);
        Value::Primop(Rc::new(PrimopApp {
            primop: id,
            args: Vec::new(),
        }))
    }

    pub(crate) fn primop_of(&self, app: &PrimopApp) -> &Primop {
        &self.primops[app.primop.0 as usize]
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

    // ----- bounds

    /// Counts a step; fails (softly) when the fuel is used up.
    pub(crate) fn step(&mut self) -> Res<()> {
        self.steps += 1;
        if self.steps & 0x3ff == 0 && self.source.cancelled() {
            self.exhaust("cancelled");
        }
        if self.steps > self.limits.fuel {
            self.exhaust("the limit on evaluation steps is reached");
        }
        match &self.exhausted {
            Some(unknown) => Err(Stop::Unknown(unknown.clone())),
            None => Ok(()),
        }
    }

    /// Counts bytes of strings or lists about to be made.
    pub fn charge(&mut self, bytes: usize) -> Res<()> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes > self.limits.bytes {
            self.exhaust("the limit on the size of strings and lists is reached");
        }
        match &self.exhausted {
            Some(unknown) => Err(Stop::Unknown(unknown.clone())),
            None => Ok(()),
        }
    }

    /// The bounds count anew.
    pub(crate) fn restart(&mut self) {
        self.steps = 0;
        self.bytes = 0;
    }

    fn exhaust(&mut self, what: &str) {
        if self.exhausted.is_none() {
            self.exhausted = Some(Unknown::new(Why::OutOfFuel(what.to_owned())));
        }
    }

    /// The bound that was reached, if one was: results since then are incomplete.
    pub fn exhausted(&self) -> Option<&Why> {
        self.exhausted.as_ref().map(|unknown| &unknown.why)
    }

    /// Steps taken and thunks made so far.
    pub fn statistics(&self) -> (u64, usize) {
        (self.steps, self.thunks.len())
    }

    // ----- errors

    /// An error at a place.
    pub fn error(&self, kind: ErrorKind, message: impl Into<String>, site: Option<Site>) -> Stop {
        Stop::Error(Rc::new(EvalError {
            kind,
            message: message.into(),
            site,
            trace: Vec::new(),
            context: Vec::new(),
        }))
    }

    /// An ordinary evaluation error at a place.
    pub fn fail<T>(&self, message: impl Into<String>, site: Site) -> Res<T> {
        Err(self.error(ErrorKind::Eval, message, (site != NO_SITE).then_some(site)))
    }

    /// How many alternatives were left out so far because they fail. Whoever must not rely on that (such as
    /// `tryEval`) compares before and after.
    pub fn drops(&self) -> u64 {
        self.drops
    }

    // ----- files

    /// Adds a file's code under an environment of its own and gives the thunk of its value.
    pub fn add_unit(&mut self, file: FileId, hir: Arc<Hir>, path: &Utf8Path, hidden: bool) -> ThunkId {
        let names = hir.names().iter().map(|name| self.intern(name)).collect();
        let dir = path.parent().unwrap_or(path).to_owned();
        self.add_scoped_unit(file, hir, dir, hidden, None, names)
    }

    pub(crate) fn add_scoped_unit(
        &mut self,
        file: FileId,
        hir: Arc<Hir>,
        dir: Utf8PathBuf,
        hidden: bool,
        scope: Option<Rc<Attrs>>,
        names: Vec<Symbol>,
    ) -> ThunkId {
        let root = hir.root();
        let unit = UnitId(self.units.len() as u32);
        self.units.push(Rc::new(Unit {
            file,
            hir,
            names,
            dir,
            hidden,
            scope,
        }));
        let env = Rc::new(Env {
            parent: None,
            unit,
            slots: SmallVec::new(),
            call: None,
        });
        self.push_thunk(Thunk::Delayed { env, expr: root })
    }

    /// The value of a file, evaluated once per path.
    pub fn import(&mut self, path: &Utf8Path) -> Result<ThunkId, Why> {
        self.note_read(path.as_str());
        if let Some(Ok(thunk)) = self.files.get(path) {
            return Ok(*thunk);
        }
        let loaded = self.source.load(path)?;
        if loaded.path != path
            && let Some(Ok(thunk)) = self.files.get(&loaded.path)
        {
            return Ok(*thunk);
        }
        let answered = self.import_hook.clone().and_then(|hook| hook(self, &loaded.path));
        let thunk = match answered {
            Some(thunk) => thunk,
            None => self.add_unit(loaded.file, loaded.hir, &loaded.path, false),
        };
        self.files.insert(path.to_owned(), Ok(thunk));
        self.files.insert(loaded.path, Ok(thunk));
        Ok(thunk)
    }

    /// The value of one of our own files, whose steps do not belong in a trail; evaluated once.
    pub fn own_unit(&mut self, file: FileId, code: &crate::Compiled) -> ThunkId {
        if let Some(thunk) = self.own_units.get(&file) {
            return *thunk;
        }
        let thunk = self.add_unit(file, code.hir(), Utf8Path::new("/nixpod-lint/own.nix"), true);
        self.own_units.insert(file, thunk);
        thunk
    }

    pub(crate) fn mark_string(&mut self, unit: UnitId, expr: ExprId) {
        let unit = unit.0 as usize;
        if self.strings_read.len() <= unit {
            self.strings_read.resize_with(unit + 1, Vec::new);
        }
        let word = expr.0 as usize / 64;
        if let Some(read) = self.strings_read.get_mut(unit) {
            if read.len() <= word {
                read.resize(word + 1, 0);
            }
            read[word] |= 1 << (expr.0 % 64);
        }
    }

    /// Which string literals of the analysed files were looked at so far. The result does not depend on the text of
    /// any other.
    pub fn strings_read(&self) -> StringsRead {
        let mut files: FxHashMap<FileId, Vec<u64>> = FxHashMap::default();
        for (unit, read) in self.units.iter().zip(&self.strings_read) {
            let all = files.entry(unit.file).or_default();
            if all.len() < read.len() {
                all.resize(read.len(), 0);
            }
            for (all, read) in all.iter_mut().zip(read) {
                *all |= read;
            }
        }
        StringsRead { files }
    }

    /// Makes a value available as a global variable (`lib` in tests) or replaces a builtin's global.
    pub fn set_global(&mut self, name: &str, thunk: ThunkId) {
        self.globals.insert(name.into(), thunk);
    }

    /// Answers `<name>` by a value when it is imported.
    pub fn set_search_path(&mut self, name: &str, thunk: ThunkId) {
        self.search_paths.insert(name.into(), thunk);
    }

    /// Names of unknowns that are certainly strings, such as the path of a file that is made at run time: how they begin,
    /// perhaps inside of something else, and how they end.
    pub fn set_text_symbols(&mut self, names: &'static [(&'static str, &'static str)]) {
        self.text_symbols = names;
    }

    /// Is it certain that something unknown is not null?
    pub(crate) fn is_not_null(&self, unknown: &Unknown) -> bool {
        let is_text = |name: &str| {
            self.text_symbols.iter().any(|(start, end)| {
                let inner = name
                    .match_indices(start)
                    .any(|(at, _)| at == 0 || name[..at].ends_with('.'));
                inner && name.ends_with(end)
            })
        };
        unknown.store_path || unknown.name().is_some_and(is_text)
    }

    /// Lets native code say what a file is when it is imported, such as one that only fetches.
    pub fn set_import_hook(&mut self, hook: ImportHook) {
        self.import_hook = Some(hook);
    }

    /// Sets the entries of `builtins.nixPath`: prefix (perhaps empty) and path.
    pub fn set_nix_path(&mut self, entries: Vec<(String, String)>) {
        self.nix_path = Some(entries);
    }

    /// Sets the environment variables for `getEnv` and `~` in paths; without them these are unknown.
    pub fn set_variables(&mut self, variables: std::collections::BTreeMap<String, String>) {
        self.variables = Some(variables);
    }

    /// Sets `builtins.currentSystem`, which is unknown else.
    pub fn set_current_system(&mut self, system: &str) {
        self.current_system = Some(system.to_owned());
    }

    /// Makes `builtins.warn` abort, as Nix's option `abort-on-warn` does.
    pub fn set_abort_on_warn(&mut self, abort: bool) {
        self.abort_on_warn = abort;
    }

    /// Marks the value of an attribute as generated: `unsafeGetAttrPos` gives null for it, as Nix does, although the
    /// place of its key is known.
    pub fn mark_generated(&mut self, thunk: ThunkId) {
        let word = thunk.0 as usize / 64;
        if self.generated.len() <= word {
            self.generated.resize(word + 1, 0);
        }
        self.generated[word] |= 1 << (thunk.0 % 64);
    }

    pub(crate) fn is_generated(&self, thunk: ThunkId) -> bool {
        self.generated
            .get(thunk.0 as usize / 64)
            .is_some_and(|word| word >> (thunk.0 % 64) & 1 == 1)
    }

    /// The value that answers `<name>`, if one was set.
    pub fn search_path(&self, name: &str) -> Option<ThunkId> {
        self.search_paths.get(name).copied()
    }

    /// The set `builtins`.
    pub fn builtins(&self) -> ThunkId {
        self.builtins
    }

    /// The site of an expression in the unit of an environment. Inside our own prelude it is the place of the call
    /// that led there: readers cannot see the prelude.
    pub(crate) fn site(&self, env: &Env, expr: ExprId) -> Site {
        let unit = &self.units[env.unit.0 as usize];
        if !unit.hidden {
            return Site {
                file: unit.file,
                expr,
            };
        }
        let mut at = Some(env);
        while let Some(frame) = at {
            if let Some(call) = frame.call {
                return call;
            }
            at = frame.parent.as_deref();
        }
        NO_SITE
    }

    /// Counts a name that is not modelled and gives its unknown.
    pub fn not_modelled(&mut self, name: &str) -> Value {
        *self.missing.entry(name.into()).or_default() += 1;
        Value::unknown(Why::NotModelled(name.to_owned()))
    }

    /// A string value with known text.
    pub fn string(&self, text: impl Into<SmolStr>, origin: OriginId) -> Tracked {
        Tracked {
            value: Value::String(Rc::new(NixString::new(text))),
            origin,
        }
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

fn intern(symbols: &mut Vec<SmolStr>, ids: &mut FxHashMap<SmolStr, Symbol>, text: &str) -> Symbol {
    if let Some(symbol) = ids.get(text) {
        return *symbol;
    }
    let symbol = Symbol(symbols.len() as u32);
    let text = SmolStr::new(text);
    symbols.push(text.clone());
    ids.insert(text, symbol);
    symbol
}
