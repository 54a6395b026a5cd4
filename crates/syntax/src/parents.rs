//! From a node outwards: what it stands in, and which key belongs to which value.

use crate::hir::{Attrs, EntryValue, Expr, Hir};
use crate::source_map::SourceMap;
use nixpod_source::ExprId;

/// What every node of a file stands in, found in one walk over the file.
#[derive(Clone, Debug)]
pub struct Parents {
    /// By node.
    around: Vec<Option<ExprId>>,
    /// By the value of a binding: the key's node, or the computed name.
    keys: Vec<Option<ExprId>>,
    /// By key or computed name: the value.
    values: Vec<Option<ExprId>>,
}

impl Parents {
    pub(crate) fn new(hir: &Hir, map: &SourceMap) -> Self {
        let count = hir.exprs().len();
        let mut parents = Self {
            around: vec![None; count],
            keys: vec![None; count],
            values: vec![None; count],
        };
        let live = map.live.iter();
        for ((expr, live), number) in hir.exprs().iter().zip(live).zip(0..) {
            // What merging left behind holds nodes that stand elsewhere now.
            if *live {
                parents.add(ExprId(number), expr);
            }
        }
        parents
    }

    fn add(&mut self, id: ExprId, expr: &Expr) {
        expr.for_each_child(&mut |child| set(&mut self.around, child, id));
        if let Expr::Attrs(attrs) | Expr::Let(attrs, _) = expr {
            self.add_bindings(attrs);
        }
    }

    fn add_bindings(&mut self, attrs: &Attrs) {
        let fixed = attrs.entries.iter().filter_map(|entry| match entry.value {
            EntryValue::Expr(value) | EntryValue::Inherit(value) => Some((entry.key, value)),
            EntryValue::From(_) => None,
        });
        let computed = attrs.dynamic.iter().map(|entry| (entry.name, entry.value));
        for (key, value) in fixed.chain(computed) {
            set(&mut self.keys, value, key);
            set(&mut self.values, key, value);
        }
    }

    /// The node that this one is a direct part of; none for the root.
    pub fn parent(&self, id: ExprId) -> Option<ExprId> {
        get(&self.around, id)
    }

    /// The key, or the computed name, of the binding that this is the value of. An inherited name has a value, too: the
    /// variable that it stands for.
    pub fn key_of(&self, value: ExprId) -> Option<ExprId> {
        get(&self.keys, value)
    }

    /// The value of the binding that has this key or computed name. What is inherited from a set has none of its own.
    pub fn value_of(&self, key: ExprId) -> Option<ExprId> {
        get(&self.values, key)
    }
}

fn set(list: &mut [Option<ExprId>], at: ExprId, to: ExprId) {
    if let Some(slot) = list.get_mut(at.0 as usize) {
        *slot = Some(to);
    }
}

fn get(list: &[Option<ExprId>], at: ExprId) -> Option<ExprId> {
    list.get(at.0 as usize).copied().flatten()
}
