//! Attribute paths, bindings and the merging of nested sets, as Nix's parser does it.

use super::builder::Builder;
use super::sets::SetBuilder;
use crate::hir::{AttrName, Attrs, DynamicEntry, Entry, EntryValue, Expr, NameId, StrPart, VarRef};
use nixpod_source::ExprId;
use text_size::TextRange;

/// Each name of an attribute path makes a set inside of a set; nobody writes more than ten.
pub(crate) const MAX_PATH: usize = 500;

/// One name of a path, before it has a node.
#[derive(Clone, Copy)]
pub(crate) enum Attr {
    Static(NameId, TextRange),
    Dynamic(ExprId),
}

/// Where `a.b = value;` and its parts are.
#[derive(Clone, Copy)]
pub(crate) struct BindingRanges {
    pub(crate) path: TextRange,
    pub(crate) without_semicolon: TextRange,
    pub(crate) whole: TextRange,
}

impl Builder<'_> {
    /// Gives the names of a selection's path their nodes.
    pub(crate) fn path_of(&mut self, attrs: &[Attr]) -> Box<[AttrName]> {
        let name = |attr: &Attr| match *attr {
            Attr::Static(name, range) => AttrName::Static(name, self.key(name, range)),
            Attr::Dynamic(id) => AttrName::Dynamic(id),
        };
        attrs.iter().map(name).collect()
    }

    /// A string without interpolation is a fixed name, however it is written: `"a"`, `${"a"}`, `${(''a'')}`.
    pub(crate) fn static_if_plain(&mut self, id: ExprId, range: TextRange) -> Attr {
        let text = match self.exprs.get(id.0 as usize) {
            Some(Expr::Str(parts)) => match &**parts {
                [] => Some(smol_str::SmolStr::default()),
                [StrPart::Text(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        };
        match text {
            Some(text) => Attr::Static(self.names.intern(&text), range),
            None => Attr::Dynamic(id),
        }
    }

    /// The `(from)` of an `inherit`; gives back its number.
    pub(crate) fn inherit_source(&mut self, set: ExprId, source: ExprId) -> u32 {
        let froms = self.sets.get_mut(set).map(|builder| &mut builder.froms);
        froms.map_or(0, |froms| {
            froms.push(source);
            froms.len() as u32 - 1
        })
    }

    /// One name of an `inherit`.
    pub(crate) fn inherit_name(
        &mut self,
        set: ExprId,
        from: Option<u32>,
        name: NameId,
        range: TextRange,
        statement: TextRange,
    ) {
        // The variable has the smaller number, so that it is what is found at its offset.
        let value = match from {
            Some(index) => EntryValue::From(index),
            None => EntryValue::Inherit(self.alloc(Expr::Var(name, VarRef::Global), range)),
        };
        let key = self.key(name, range);
        self.map.bindings.push((key, statement));
        match self.sets.get_mut(set) {
            Some(builder) if builder.get(name).is_none() => builder.push(Entry { name, key, value }),
            _ => self.duplicate(name, range),
        }
    }

    /// Adds `a.b.c = value;` to a set.
    pub(crate) fn bind(&mut self, set: ExprId, attrs: &[Attr], value: ExprId, ranges: BindingRanges) {
        let Some((last, prefix)) = attrs.split_last() else {
            return;
        };
        let mut set = set;
        for attr in prefix {
            set = match *attr {
                Attr::Static(name, range) => match self.sets.get(set).and_then(|builder| builder.get(name)) {
                    Some(Entry {
                        value: EntryValue::Expr(inner),
                        ..
                    }) if self.is_set(inner) => inner,
                    Some(known) => {
                        self.duplicate(name, ranges.path);
                        let nested = self.nested(ranges.without_semicolon);
                        if !self.keep_both(set, known, nested) {
                            return;
                        }
                        nested
                    }
                    None => {
                        let nested = self.nested(ranges.without_semicolon);
                        let key = self.key(name, range);
                        self.map.bindings.push((key, ranges.whole));
                        let entry = Entry {
                            name,
                            key,
                            value: EntryValue::Expr(nested),
                        };
                        if let Some(builder) = self.sets.get_mut(set) {
                            builder.push(entry);
                        }
                        nested
                    }
                },
                Attr::Dynamic(name) => {
                    let nested = self.nested(ranges.without_semicolon);
                    self.dynamic(set, name, nested, ranges.whole);
                    nested
                }
            };
        }
        match *last {
            Attr::Static(name, range) => {
                let key = self.key(name, range);
                self.map.bindings.push((key, ranges.whole));
                let value = EntryValue::Expr(value);
                self.add(set, Entry { name, key, value });
            }
            Attr::Dynamic(name) => self.dynamic(set, name, value, ranges.whole),
        }
    }

    fn dynamic(&mut self, set: ExprId, name: ExprId, value: ExprId, binding: TextRange) {
        self.map.bindings.push((name, binding));
        if let Some(builder) = self.sets.get_mut(set) {
            builder.dynamic.push(DynamicEntry { name, value });
        }
    }

    /// The set that a path such as `a.b` implies.
    fn nested(&mut self, range: TextRange) -> ExprId {
        let id = self.alloc(Expr::Missing, range);
        self.sets.push(id, SetBuilder::new(false));
        id
    }

    /// Is this a set that bindings can be added to? A `let` is not.
    fn is_set(&self, id: ExprId) -> bool {
        self.sets.get(id).is_some_and(|builder| builder.body.is_none())
    }

    /// Adds a binding; if there is one of that name and both are sets, the new one's bindings are added to it.
    ///
    /// As in Nix, `rec` of the first set then holds for all bindings, and `rec` of the second is forgotten.
    fn add(&mut self, set: ExprId, entry: Entry) {
        let known = self.sets.get(set).and_then(|builder| builder.get(entry.name));
        let Some(known) = known else {
            if let Some(builder) = self.sets.get_mut(set) {
                builder.push(entry);
            }
            return;
        };
        let (EntryValue::Expr(old), EntryValue::Expr(new)) = (known.value, entry.value) else {
            return self.duplicate(entry.name, self.map.range(entry.key));
        };
        if !self.is_set(old) || !self.is_set(new) {
            self.duplicate(entry.name, self.map.range(entry.key));
            self.keep_both(set, known, new);
            return;
        }
        let Some(added) = self.sets.remove(new) else {
            return;
        };
        let mut shift = 0;
        if let Some(builder) = self.sets.get_mut(old) {
            shift = builder.froms.len() as u32;
            builder.froms.extend(added.froms);
            builder.dynamic.extend(added.dynamic);
        }
        for mut inner in added.entries {
            if let EntryValue::From(index) = &mut inner.value {
                *index += shift;
            }
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.add(old, inner));
        }
    }

    /// Two definitions of one name of which one is a set, and the other computes what may be one. Nix refuses that; so that
    /// neither is lost to whoever reads the file all the same, they become `mkMerge` of both. Were they kept?
    fn keep_both(&mut self, set: ExprId, known: Entry, new: ExprId) -> bool {
        let EntryValue::Expr(old) = known.value else {
            return false;
        };
        let may_be_a_set = |this: &Self, id: ExprId| {
            let expr = this.exprs.get(id.0 as usize);
            this.is_set(id)
                || matches!(
                    expr,
                    Some(Expr::Apply(..) | Expr::Attrs(..) | Expr::If(..) | Expr::Select(..) | Expr::Var(..))
                )
        };
        let is_one_a_set = self.is_set(old) || self.is_set(new);
        if !is_one_a_set || !may_be_a_set(self, old) || !may_be_a_set(self, new) {
            return false;
        }
        let range = self.map.range(new);
        let kind = self.alloc(Expr::Str(Box::new([StrPart::Text("merge".into())])), range);
        let contents = self.alloc(Expr::List(Box::new([old, new])), range);
        let entries = [("_type", kind), ("contents", contents)].map(|(name, value)| {
            let name = self.names.intern(name);
            Entry {
                name,
                key: self.key(name, range),
                value: EntryValue::Expr(value),
            }
        });
        let both = Attrs {
            recursive: false,
            entries: Box::new(entries),
            dynamic: Box::default(),
            froms: Box::default(),
        };
        let both = self.alloc(Expr::Attrs(Box::new(both)), range);
        if let Some(builder) = self.sets.get_mut(set) {
            builder.replace(known.name, both);
        }
        true
    }

    fn duplicate(&mut self, name: NameId, range: TextRange) {
        let text = self.name(name);
        self.error(range, format!("attribute `{text}` is already defined"));
    }
}
