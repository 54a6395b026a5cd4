//! The files that were loaded.

use crate::{Attrs, Env, Evaluator, Loaded, NO_SITE, NixString, Source, Symbol, ThunkId, UnitId};
use nixpod_source::{ExprId, FileId, Site, Utf8Path, Utf8PathBuf};
use nixpod_syntax::Hir;
use nixpod_syntax::hir::NameId;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// The files of an evaluation, and where they come from.
pub(crate) struct Files<'s> {
    pub(crate) source: &'s dyn Source,
    units: Vec<Rc<Unit>>,
    /// The values of files.
    by_path: FxHashMap<Utf8PathBuf, ThunkId>,
    /// The values of our own files.
    own: FxHashMap<FileId, ThunkId>,
    /// Modules of search paths, such as `nixpkgs/lib`, that are answered natively.
    pub(crate) search_paths: FxHashMap<SmolStr, ThunkId>,
    pub(crate) import_hook: Option<ImportHook>,
    /// By unit, bit by expression: the strings that were looked at.
    strings_read: Vec<Vec<u64>>,
}

/// Says what a file is, given its path; `None` for what it says itself.
pub type ImportHook = Rc<dyn Fn(&mut Evaluator<'_>, &Utf8Path) -> Option<ThunkId>>;

/// The code of a file that was loaded.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) file: FileId,
    pub(crate) hir: Arc<Hir>,
    /// By number of the name in the code.
    pub(crate) names: Vec<Symbol>,
    /// Where relative paths start.
    pub(crate) dir: Utf8PathBuf,
    /// The names that `scopedImport` put into scope.
    pub(crate) scope: Option<Rc<Attrs>>,
    /// By expression: the number of the origin of what is written there, as soon as somebody asked for it. Our own files have none.
    pub(crate) literals: Box<[Cell<u32>]>,
    /// By key of a selection: where the name was among the names of the set that it was selected from last. Our own files have none.
    places: Box<[Cell<u16>]>,
    /// By expression: the string that is written there, as soon as it was evaluated.
    strings: RefCell<FxHashMap<ExprId, Rc<NixString>>>,
}

impl Unit {
    pub(crate) fn new(loaded: Loaded, names: Vec<Symbol>, scope: Option<Rc<Attrs>>) -> Self {
        let Loaded { file, hir, path } = loaded;
        Self {
            file,
            literals: Self::nothing_yet(file, &hir),
            places: Self::nothing_yet(file, &hir),
            hir,
            names,
            dir: path.parent().unwrap_or(&path).to_owned(),
            scope,
            strings: RefCell::default(),
        }
    }

    /// The string that is written at an expression; all that evaluate it share one.
    pub(crate) fn string(&self, expr: ExprId, make: impl FnOnce() -> NixString) -> Rc<NixString> {
        let mut strings = self.strings.borrow_mut();
        Rc::clone(strings.entry(expr).or_insert_with(|| Rc::new(make())))
    }

    /// Nothing is known yet of any expression of a file.
    fn nothing_yet<T: Clone + Default>(file: FileId, hir: &Hir) -> Box<[T]> {
        let exprs = if file.is_own() { 0 } else { hir.exprs().len() };
        vec![T::default(); exprs].into()
    }

    /// Where a selection remembers the place of a name.
    #[inline]
    pub(crate) fn place(&self, key: ExprId) -> Option<&Cell<u16>> {
        self.places.get(key.0 as usize)
    }

    /// Is it one of our own files, whose steps do not belong in a trail?
    pub(crate) fn is_own(&self) -> bool {
        self.file.is_own()
    }

    pub(crate) fn symbol(&self, name: NameId) -> Symbol {
        self.names[name.0 as usize]
    }

    /// The place of a key, if readers can see it.
    pub(crate) fn key_site(&self, expr: ExprId) -> Site {
        if self.is_own() {
            return NO_SITE;
        }
        Site {
            file: self.file,
            expr,
        }
    }
}

/// Where an expression is evaluated: the code that it is part of, and the frame of its variables. Whoever evaluates a
/// part of an expression has both already.
#[derive(Clone, Copy)]
pub(crate) struct Here<'h> {
    pub(crate) unit: &'h Unit,
    pub(crate) env: &'h Rc<Env>,
}

impl<'h> Here<'h> {
    /// In a further frame of the same code.
    pub(crate) fn within<'f>(self, env: &'f Rc<Env>) -> Here<'f>
    where
        'h: 'f,
    {
        Here { unit: self.unit, env }
    }

    /// The thunk that a variable is bound to, by its frame and its place in that, and the call that made the frame.
    #[inline]
    pub(crate) fn variable(self, (depth, slot): (u32, u32)) -> Option<(ThunkId, Site)> {
        let frame = self.env.outer(depth)?;
        Some((*frame.slots.get(slot as usize)?, frame.call))
    }

    /// The site of an expression. Inside our own prelude it is the place of the call that led there: readers cannot see
    /// the prelude.
    pub(crate) fn site(self, expr: ExprId) -> Site {
        if !self.unit.is_own() {
            return Site {
                file: self.unit.file,
                expr,
            };
        }
        let mut at = Some(&**self.env);
        while let Some(frame) = at {
            if frame.call != NO_SITE {
                return frame.call;
            }
            at = frame.parent.as_deref();
        }
        NO_SITE
    }
}

impl<'s> Files<'s> {
    pub(crate) fn new(source: &'s dyn Source) -> Self {
        Self {
            source,
            units: Vec::new(),
            by_path: FxHashMap::default(),
            own: FxHashMap::default(),
            search_paths: FxHashMap::default(),
            import_hook: None,
            strings_read: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, unit: Unit) -> UnitId {
        let id = UnitId(self.units.len() as u32);
        self.units.push(Rc::new(unit));
        id
    }

    pub(crate) fn unit(&self, id: UnitId) -> &Rc<Unit> {
        &self.units[id.0 as usize]
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = UnitId> + use<> {
        (0..self.units.len() as u32).map(UnitId)
    }

    /// The file has another text.
    pub(crate) fn replace_code(&mut self, id: UnitId, hir: Arc<Hir>, names: Vec<Symbol>) {
        let old = self.unit(id);
        self.units[id.0 as usize] = Rc::new(Unit {
            file: old.file,
            literals: Unit::nothing_yet(old.file, &hir),
            places: Unit::nothing_yet(old.file, &hir),
            hir,
            names,
            dir: old.dir.clone(),
            scope: old.scope.clone(),
            strings: RefCell::default(),
        });
    }

    pub(crate) fn value(&self, path: &Utf8Path) -> Option<ThunkId> {
        self.by_path.get(path).copied()
    }

    pub(crate) fn set_value(&mut self, path: Utf8PathBuf, value: ThunkId) {
        self.by_path.insert(path, value);
    }

    pub(crate) fn own_value(&self, file: FileId) -> Option<ThunkId> {
        self.own.get(&file).copied()
    }

    pub(crate) fn set_own_value(&mut self, file: FileId, value: ThunkId) {
        self.own.insert(file, value);
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

    pub(crate) fn strings_read(&self) -> StringsRead {
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
