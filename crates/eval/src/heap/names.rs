//! Names: each text of a name is kept once and has a number.

use crate::{NixString, Symbol, ThunkId};
use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::rc::Rc;
use std::sync::OnceLock;

/// So many names the builtins, `lib` and our models have: room that every evaluation needs.
const USUAL: usize = 3_000;

/// The names that every evaluation begins with. A check evaluates hundreds of files by themselves: they share the texts, and
/// copy the numbers, which is less work than to make them.
struct First {
    texts: Vec<SmolStr>,
    symbols: HashTable<Symbol>,
}

static FIRST: OnceLock<First> = OnceLock::new();

/// The names of an evaluation.
pub(crate) struct Names {
    first: &'static [SmolStr],
    /// All others.
    further: Vec<SmolStr>,
    /// The numbers, by their texts.
    symbols: HashTable<Symbol>,
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

/// The number of a text among those of two tables, one after the other; a new one is put into the second.
fn intern(
    first: &[SmolStr],
    further: &mut Vec<SmolStr>,
    symbols: &mut HashTable<Symbol>,
    text: &str,
) -> Symbol {
    let hash = FxBuildHasher.hash_one(text);
    if let Some(symbol) = symbols.find(hash, |symbol| text_of(first, further, *symbol) == text) {
        return *symbol;
    }
    let symbol = Symbol((first.len() + further.len()) as u32);
    further.push(SmolStr::new(text));
    symbols.insert_unique(hash, symbol, |symbol| {
        FxBuildHasher.hash_one(text_of(first, further, *symbol).as_str())
    });
    symbol
}

fn text_of<'t>(first: &'t [SmolStr], further: &'t [SmolStr], symbol: Symbol) -> &'t SmolStr {
    let at = symbol.0 as usize;
    match first.get(at) {
        Some(text) => text,
        None => &further[at - first.len()],
    }
}

impl Names {
    /// Beginning with these names besides those that native code looks up often; they have to be the same each time.
    pub(crate) fn new(first: impl FnOnce(&mut dyn FnMut(&str))) -> Self {
        let make = || {
            let (mut texts, mut symbols) = (Vec::new(), HashTable::with_capacity(USUAL));
            CommonSymbols::new(&mut |text| intern(&[], &mut texts, &mut symbols, text));
            first(&mut |text| _ = intern(&[], &mut texts, &mut symbols, text));
            First { texts, symbols }
        };
        let first = FIRST.get_or_init(make);
        let (mut further, mut symbols) = (Vec::new(), first.symbols.clone());
        let first = first.texts.as_slice();
        let common = CommonSymbols::new(&mut |text| intern(first, &mut further, &mut symbols, text));
        Self {
            first,
            further,
            symbols,
            strings: Vec::new(),
            common,
            builtins: ThunkId(0),
            globals: FxHashMap::default(),
            missing: BTreeMap::new(),
        }
    }

    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        intern(self.first, &mut self.further, &mut self.symbols, text)
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.first.len() + self.further.len()
    }

    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        let hash = FxBuildHasher.hash_one(text);
        self.symbols
            .find(hash, |symbol| self.text(*symbol) == text)
            .copied()
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &SmolStr {
        text_of(self.first, &self.further, symbol)
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
