//! The code of files, and the values that files have.

use crate::heap::files::Unit;
use crate::thunk::Thunk;
use crate::{Attrs, Compiled, Env, Evaluator, Loaded, StringsRead, ThunkId};
use nixpod_source::{FileId, Utf8Path, Why};
use nixpod_syntax::Hir;
use std::rc::Rc;
use std::sync::Arc;

impl Evaluator<'_> {
    /// Adds a file's code under an environment of its own and gives the thunk of its value.
    pub fn add_unit(&mut self, file: FileId, hir: Arc<Hir>, path: &Utf8Path) -> ThunkId {
        let loaded = Loaded {
            file,
            hir,
            path: path.to_owned(),
        };
        self.add_loaded(loaded, None)
    }

    /// As [`Self::add_unit`]; the names of `scope` mean something in the code.
    pub(crate) fn add_loaded(&mut self, loaded: Loaded, scope: Option<Rc<Attrs>>) -> ThunkId {
        let expr = loaded.hir.root();
        let env = self.add_code(loaded, scope);
        self.push_thunk(Thunk::Delayed { env, expr })
    }

    /// Adds a file's code, and gives the environment in which it is evaluated.
    fn add_code(&mut self, loaded: Loaded, scope: Option<Rc<Attrs>>) -> Rc<Env> {
        let names = loaded.hir.names().iter();
        let names = names.map(|name| self.names.intern(name)).collect();
        let unit = self.files.add(Unit::new(loaded, names, scope));
        Rc::new(Env::of_file(unit))
    }

    /// The environment in which the code of a file is evaluated that was imported before.
    pub(crate) fn env_of_file(&mut self, loaded: Loaded) -> Rc<Env> {
        let unit = self.files.ids().find(|id| {
            let unit = self.files.unit(*id);
            unit.file == loaded.file && unit.scope.is_none()
        });
        match unit {
            Some(unit) => Rc::new(Env::of_file(unit)),
            // Something else stands for the file's value.
            None => self.add_code(loaded, None),
        }
    }

    /// The value of a file, evaluated once per path.
    pub fn import(&mut self, path: &Utf8Path) -> Result<ThunkId, Why> {
        self.note_read(path.as_str());
        if let Some(thunk) = self.files.value(path) {
            return Ok(thunk);
        }
        let loaded = self.source().load(path)?;
        let real_path = loaded.path.clone();
        if let Some(thunk) = self.files.value(&real_path) {
            return Ok(thunk);
        }
        let hook = self.files.import_hook.clone();
        let answered = hook.and_then(|hook| hook(self, &real_path));
        let thunk = answered.unwrap_or_else(|| self.add_loaded(loaded, None));
        self.files.set_value(path.to_owned(), thunk);
        self.files.set_value(real_path, thunk);
        Ok(thunk)
    }

    /// The value of one of our own files, whose steps do not belong in a trail; evaluated once.
    pub fn own_unit(&mut self, file: FileId, code: &Compiled) -> ThunkId {
        if let Some(thunk) = self.files.own_value(file) {
            return thunk;
        }
        let thunk = self.add_unit(file, code.hir(), Utf8Path::new("/nixpod-lint/own.nix"));
        self.files.set_own_value(file, thunk);
        thunk
    }

    /// Which string literals of the analysed files were looked at so far. The result does not depend on the text of
    /// any other.
    pub fn strings_read(&self) -> StringsRead {
        self.files.strings_read()
    }
}
