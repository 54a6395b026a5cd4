//! Names: each text of a name is kept once and has a number.

use crate::{NixString, Symbol, ThunkId};
use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::OnceLock;

/// So many names the builtins, `lib` and our models have: room that every evaluation needs.
const USUAL: usize = 1_500;

/// Texts and their numbers.
#[derive(Default)]
struct Table {
    texts: Vec<SmolStr>,
    symbols: FxHashMap<SmolStr, Symbol>,
}

impl Table {
    /// The number of a text. Those of this table begin after so many others.
    fn intern(&mut self, text: &str, others: usize) -> Symbol {
        if let Some(symbol) = self.symbols.get(text) {
            return *symbol;
        }
        let symbol = Symbol((others + self.texts.len()) as u32);
        let text = SmolStr::new(text);
        self.texts.push(text.clone());
        self.symbols.insert(text, symbol);
        symbol
    }
}

/// The names that every evaluation begins with. A check evaluates hundreds of files by themselves, which share this table.
static FIRST: OnceLock<Table> = OnceLock::new();

/// The names of an evaluation.
pub(crate) struct Names {
    first: &'static Table,
    /// All others.
    further: Table,
    /// By number: the name as a string, as soon as somebody asked for it.
    strings: Vec<Option<Rc<NixString>>>,
    pub(crate) common: CommonSymbols,
    /// The set `builtins`.
    pub(crate) builtins: ThunkId,
    /// What a name means that nothing in the code binds.
    pub(crate) globals: FxHashMap<Symbol, ThunkId>,
    /// Names that were asked for and are not modelled, with the number of times.
    missing: BTreeMap<SmolStr, u32>,
}

impl Names {
    /// Beginning with these names besides those that native code looks up often; they have to be the same each time.
    pub(crate) fn new(first: impl FnOnce(&mut dyn FnMut(&str))) -> Self {
        let make = || {
            let mut table = Table {
                texts: Vec::with_capacity(USUAL),
                symbols: FxHashMap::with_capacity_and_hasher(USUAL, FxBuildHasher),
            };
            CommonSymbols::new(&mut |text| table.intern(text, 0));
            first(&mut |text| _ = table.intern(text, 0));
            table
        };
        let first = FIRST.get_or_init(make);
        let mut further = Table::default();
        let common = CommonSymbols::new(&mut |text| intern(first, &mut further, text));
        Self {
            first,
            further,
            strings: Vec::new(),
            common,
            builtins: ThunkId(0),
            globals: FxHashMap::default(),
            missing: BTreeMap::new(),
        }
    }

    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        intern(self.first, &mut self.further, text)
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.first.texts.len() + self.further.texts.len()
    }

    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        let number = |table: &Table| table.symbols.get(text).copied();
        number(self.first).or_else(|| number(&self.further))
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &SmolStr {
        let at = symbol.0 as usize;
        match self.first.texts.get(at) {
            Some(text) => text,
            None => &self.further.texts[at - self.first.texts.len()],
        }
    }

    /// The name as a string, which all that ask for it share.
    pub(crate) fn string(&mut self, symbol: Symbol) -> Rc<NixString> {
        let at = symbol.0 as usize;
        if self.strings.len() <= at {
            self.strings.resize(self.len(), None);
        }
        if let Some(string) = &self.strings[at] {
            return Rc::clone(string);
        }
        let string = Rc::new(NixString::new(self.text(symbol).clone()));
        self.strings[at] = Some(Rc::clone(&string));
        string
    }

    pub(crate) fn misses(&mut self, name: &str) {
        *self.missing.entry(name.into()).or_default() += 1;
    }

    pub(crate) fn missing(&self) -> &BTreeMap<SmolStr, u32> {
        &self.missing
    }
}

/// The number of a name.
fn intern(first: &Table, further: &mut Table, text: &str) -> Symbol {
    match first.symbols.get(text) {
        Some(symbol) => *symbol,
        None => further.intern(text, first.texts.len()),
    }
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
    function_args = "__functionArgs", path = "path", prefix = "prefix", check = "check", merge = "merge",
    empty_value = "emptyValue", nested_types = "nestedTypes", sub_options = "getSubOptions", sub_modules = "getSubModules",
    description = "description", description_class = "descriptionClass", default = "default", apply = "apply",
}
