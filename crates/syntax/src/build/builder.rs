//! The arena and the source map of one file while they grow.

use super::resolve;
use super::sets::Sets;
use crate::SyntaxError;
use crate::hir::{Expr, Hir, NameId};
use crate::source_map::{SourceMap, moved};
use nixpod_source::ExprId;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use text_size::{TextRange, TextSize};

/// Stands for what is missing in a repaired text. Lowers to a hole, and to no name at all in an attribute path.
pub(crate) const HOLE: &str = "__nixpod'hole";

/// The result for a text that was not parsed.
pub(crate) fn nothing(text: &str) -> Lowered {
    let hir = Hir::new(ExprId(0), vec![Expr::Missing], Vec::new());
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let map = SourceMap {
        ranges: vec![TextRange::up_to(TextSize::new(length))],
        live: vec![true],
        ..SourceMap::default()
    };
    Lowered {
        hir,
        map,
        remarks: None,
    }
}

/// A lowered file.
pub(crate) struct Lowered {
    pub(crate) hir: Hir,
    pub(crate) map: SourceMap,
    pub(crate) remarks: Option<Remarks>,
}

impl Lowered {
    /// Moves everything, within one text, to where a function says.
    pub(crate) fn change_offsets(&mut self, change: &impl Fn(TextSize) -> TextSize) {
        self.map.change_offsets(change);
        if let Some(remarks) = &mut self.remarks {
            remarks.change_offsets(change);
        }
    }
}

/// Comments and what they may be about, collected only where a suppression comment may be.
#[derive(Default)]
pub(crate) struct Remarks {
    /// All comments, in text order.
    pub(crate) comments: Vec<TextRange>,
    /// In no order.
    pub(crate) subjects: Vec<Subject>,
}

impl Remarks {
    fn change_offsets(&mut self, change: &impl Fn(TextSize) -> TextSize) {
        for range in &mut self.comments {
            *range = moved(*range, change);
        }
        for subject in &mut self.subjects {
            subject.range = moved(subject.range, change);
            subject.value = subject.value.map(change);
        }
    }
}

/// A binding, an `inherit` or an element of a list.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    /// All of it, with its semicolon and with the brackets around it.
    pub(crate) range: TextRange,
    /// Where the value of a binding starts.
    pub(crate) value: Option<TextSize>,
}

/// Files have a node for so many bytes or more.
const BYTES_PER_NODE: usize = 10;

/// Long files repeat their names.
const MOST_NAMES: usize = 200;
const NODES_PER_NAME: usize = 5;

pub(crate) struct Builder<'a> {
    pub(crate) exprs: Vec<Expr>,
    pub(crate) map: SourceMap,
    pub(crate) names: Names,
    /// Sets that may still grow by merging; their nodes are placeholders until the end.
    pub(crate) sets: Sets,
    /// Does the text name what `<x>` goes through, so that it may bind that itself? Looked up when one is met.
    pub(crate) binds_search: Option<bool>,
    pub(crate) remarks: Option<Remarks>,
    pub(crate) errors: &'a mut Vec<SyntaxError>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(text: &str, errors: &'a mut Vec<SyntaxError>) -> Self {
        Self {
            exprs: Vec::new(),
            map: SourceMap::default(),
            names: Names::default(),
            sets: Sets::default(),
            binds_search: None,
            remarks: text.contains("nixpod").then(Remarks::default),
            errors,
        }
    }
}

impl Builder<'_> {
    pub(crate) fn finish(mut self, root: ExprId) -> Lowered {
        for (id, set) in self.sets.finish() {
            if let Some(expr) = self.exprs.get_mut(id.0 as usize) {
                *expr = set.finish();
            }
        }
        self.map.bindings.sort_unstable_by_key(|entry| entry.0);
        self.map.live = resolve::resolve(
            &mut self.exprs,
            &self.names.all,
            &self.map.ranges,
            root,
            self.errors,
        );
        Lowered {
            hir: Hir::new(root, self.exprs, self.names.all),
            map: self.map,
            remarks: self.remarks,
        }
    }

    /// Remembers what a comment may be about.
    pub(crate) fn subject(&mut self, range: TextRange, value: Option<TextSize>) {
        if let Some(remarks) = &mut self.remarks {
            remarks.subjects.push(Subject { range, value });
        }
    }

    /// Makes room for what a text of this length has on average.
    pub(crate) fn reserve(&mut self, length: usize) {
        let nodes = length / BYTES_PER_NODE;
        self.exprs.reserve(nodes);
        self.map.ranges.reserve(nodes);
        self.names.reserve((nodes / NODES_PER_NAME).min(MOST_NAMES));
    }

    pub(crate) fn alloc(&mut self, expr: Expr, range: TextRange) -> ExprId {
        let id = ExprId(self.exprs.len() as u32);
        self.exprs.push(expr);
        self.map.ranges.push(range);
        id
    }

    pub(crate) fn key(&mut self, name: NameId, range: TextRange) -> ExprId {
        self.alloc(Expr::Key(name), range)
    }

    pub(crate) fn error(&mut self, range: TextRange, message: impl Into<String>) {
        self.errors.push(SyntaxError::new(range, message));
    }

    pub(crate) fn duplicate_argument(&mut self, name: NameId, range: TextRange) {
        let text = self.name(name);
        self.error(range, format!("duplicate argument `{text}`"));
    }

    pub(crate) fn name(&self, name: NameId) -> SmolStr {
        self.names.all.get(name.0 as usize).cloned().unwrap_or_default()
    }
}

/// Collects names, each once.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) all: Vec<SmolStr>,
    index: FxHashMap<SmolStr, NameId>,
}

impl Names {
    /// Makes room for so many.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.all.reserve(count);
        self.index.reserve(count);
    }

    pub(crate) fn intern(&mut self, text: &str) -> NameId {
        if let Some(id) = self.index.get(text) {
            return *id;
        }
        let id = NameId(self.all.len() as u32);
        let name = SmolStr::new(text);
        self.all.push(name.clone());
        self.index.insert(name, id);
        id
    }
}
