//! Which expressions have a part in what is known of containers.

use crate::world::worlds::Known;
use nixpod_model::{FactInfo, FactValue, Field, Visitor};
use nixpod_source::{ExprId, FileId};
use nixpod_syntax::Hir;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Where the facts of containers are written, in the files that are asked about.
#[derive(Default)]
pub(super) struct Used {
    sites: FxHashMap<FileId, FxHashSet<ExprId>>,
}

impl Used {
    /// In these files, the facts of all containers of these worlds.
    pub(super) fn new(files: impl Iterator<Item = FileId>, evaluated: &[Arc<Known>]) -> Self {
        let mut used = Self {
            sites: files.map(|file| (file, FxHashSet::default())).collect(),
        };
        for known in evaluated {
            let containers = known.world.containers.values();
            containers.for_each(|container| container.visit(&mut used));
        }
        used
    }

    /// Is a fact written somewhere in an expression?
    pub(super) fn is_in(&self, file: FileId, hir: &Hir, whole: ExprId) -> bool {
        let of_file = self.sites.get(&file).filter(|sites| !sites.is_empty());
        of_file.is_some_and(|sites| has_part(hir, whole, sites))
    }
}

impl Visitor for Used {
    fn fact<T: FactValue>(&mut self, _: FactInfo, field: &Field<T>) {
        for definition in &field.definitions {
            let site = definition.place.site;
            if let Some(sites) = self.sites.get_mut(&site.file) {
                sites.insert(site.expr);
            }
        }
    }
}

/// Is one of these expressions a part of that one?
pub(super) fn has_part(hir: &Hir, whole: ExprId, parts: &FxHashSet<ExprId>) -> bool {
    let mut pending = vec![whole];
    while let Some(next) = pending.pop() {
        if parts.contains(&next) {
            return true;
        }
        hir.expr(next).for_each_child(&mut |child| pending.push(child));
    }
    false
}
