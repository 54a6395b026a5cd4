//! Names: each text of a name is kept once and has a number.

use crate::{NixString, Symbol, ThunkId};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The names of an evaluation.
pub(crate) struct Names {
    texts: Vec<SmolStr>,
    /// By number: the name as a string, as soon as somebody asked for it.
    strings: Vec<Option<Rc<NixString>>>,
    symbols: FxHashMap<SmolStr, Symbol>,
    pub(crate) common: CommonSymbols,
    /// The set `builtins`.
    pub(crate) builtins: ThunkId,
    /// What a name means that nothing in the code binds.
    pub(crate) globals: FxHashMap<Symbol, ThunkId>,
    /// Names that were asked for and are not modelled, with the number of times.
    missing: BTreeMap<SmolStr, u32>,
}

impl Names {
    pub(crate) fn new() -> Self {
        let mut texts = Vec::new();
        let mut symbols = FxHashMap::default();
        let common = CommonSymbols::new(&mut |text| intern(&mut texts, &mut symbols, text));
        Self {
            texts,
            strings: Vec::new(),
            symbols,
            common,
            builtins: ThunkId(0),
            globals: FxHashMap::default(),
            missing: BTreeMap::new(),
        }
    }

    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        intern(&mut self.texts, &mut self.symbols, text)
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        self.symbols.get(text).copied()
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &SmolStr {
        &self.texts[symbol.0 as usize]
    }

    /// The name as a string, which all that ask for it share.
    pub(crate) fn string(&mut self, symbol: Symbol) -> Rc<NixString> {
        let at = symbol.0 as usize;
        if self.strings.len() <= at {
            self.strings.resize(self.texts.len(), None);
        }
        let text = &self.texts[at];
        let string = self.strings[at].get_or_insert_with(|| Rc::new(NixString::new(text.clone())));
        Rc::clone(string)
    }

    pub(crate) fn misses(&mut self, name: &str) {
        *self.missing.entry(name.into()).or_default() += 1;
    }

    pub(crate) fn missing(&self) -> &BTreeMap<SmolStr, u32> {
        &self.missing
    }
}

fn intern(texts: &mut Vec<SmolStr>, symbols: &mut FxHashMap<SmolStr, Symbol>, text: &str) -> Symbol {
    if let Some(symbol) = symbols.get(text) {
        return *symbol;
    }
    let symbol = Symbol(texts.len() as u32);
    let text = SmolStr::new(text);
    texts.push(text.clone());
    symbols.insert(text, symbol);
    symbol
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
