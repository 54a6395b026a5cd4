//! Sets whose bindings are being collected.

use crate::hir::{Attrs, DynamicEntry, Entry, EntryValue, Expr, NameId};
use nixpod_source::ExprId;
use rustc_hash::FxHashMap;

/// So many entries are looked through one by one.
const FEW: usize = 12;

/// A set whose bindings are being collected.
pub(crate) struct SetBuilder {
    recursive: bool,
    pub(super) entries: Vec<Entry>,
    /// Where each entry is, once there are [`FEW`].
    by_name: FxHashMap<NameId, u32>,
    pub(super) dynamic: Vec<DynamicEntry>,
    pub(super) froms: Vec<ExprId>,
    /// The expression after `in`, if this is a `let`.
    pub(crate) body: Option<ExprId>,
}

impl SetBuilder {
    pub(crate) fn new(recursive: bool) -> Self {
        Self {
            recursive,
            entries: Vec::new(),
            by_name: FxHashMap::default(),
            dynamic: Vec::new(),
            froms: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn finish(self) -> Expr {
        let attrs = Box::new(Attrs {
            recursive: self.recursive,
            entries: self.entries.into(),
            dynamic: self.dynamic.into(),
            froms: self.froms.into(),
        });
        match self.body {
            Some(body) => Expr::Let(attrs, body),
            None => Expr::Attrs(attrs),
        }
    }

    pub(super) fn get(&self, name: NameId) -> Option<Entry> {
        if self.entries.len() < FEW {
            return self.entries.iter().find(|entry| entry.name == name).cloned();
        }
        let index = self.by_name.get(&name)?;
        self.entries.get(*index as usize).cloned()
    }

    /// Gives an entry another value.
    pub(super) fn replace(&mut self, name: NameId, value: ExprId) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.name == name) {
            entry.value = EntryValue::Expr(value);
        }
    }

    /// Adds an entry of a new name.
    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
        let known = match self.entries.len() {
            0..FEW => return,
            FEW => 0,
            more => more - 1,
        };
        for (index, entry) in self.entries.iter().enumerate().skip(known) {
            self.by_name.insert(entry.name, index as u32);
        }
    }
}

/// The sets of one file that may still grow, by node.
#[derive(Default)]
pub(crate) struct Sets {
    /// Ascending, for nodes are made in order. A set that was merged into another is gone.
    all: Vec<(ExprId, Option<SetBuilder>)>,
}

impl Sets {
    /// Puts in a set whose node was made last.
    pub(crate) fn push(&mut self, id: ExprId, set: SetBuilder) {
        self.all.push((id, Some(set)));
    }

    fn index(&self, id: ExprId) -> Option<usize> {
        self.all.binary_search_by_key(&id, |entry| entry.0).ok()
    }

    pub(super) fn get(&self, id: ExprId) -> Option<&SetBuilder> {
        self.all.get(self.index(id)?)?.1.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: ExprId) -> Option<&mut SetBuilder> {
        let index = self.index(id)?;
        self.all.get_mut(index)?.1.as_mut()
    }

    pub(super) fn remove(&mut self, id: ExprId) -> Option<SetBuilder> {
        let index = self.index(id)?;
        self.all.get_mut(index)?.1.take()
    }

    /// What is left.
    pub(crate) fn finish(self) -> impl Iterator<Item = (ExprId, SetBuilder)> {
        self.all.into_iter().filter_map(|(id, set)| Some((id, set?)))
    }
}
