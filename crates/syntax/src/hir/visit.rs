//! One walk over what a node holds for reading, and one for writing.

use super::node::{AttrName, Attrs, EntryValue, Expr, NameId, Param, StrPart, VarRef};
use nixpod_source::ExprId;

/// Something that a node holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NodePart<'a> {
    /// A node right below it.
    Child(ExprId),
    Name(NameId),
    Text(&'a str),
    /// What a variable refers to.
    Target(&'a VarRef),
    /// Anything else, or how many parts of a kind follow: two nodes of one kind with equal parts are equal.
    Number(u64),
}

impl Expr {
    /// Visits the nodes right below this one, in the order of the text as far as it is known.
    pub fn for_each_child(&self, visit: &mut impl FnMut(ExprId)) {
        self.for_each_part(&mut |part| {
            if let NodePart::Child(id) = part {
                visit(id);
            }
        });
    }

    /// Visits all that this node holds, children in the order of the text as far as it is known.
    pub(crate) fn for_each_part<'a>(&'a self, visit: &mut impl FnMut(NodePart<'a>)) {
        match self {
            Self::Missing | Self::CurPos => {}
            Self::Int(value) => visit(NodePart::Number(value.cast_unsigned())),
            Self::Float(value) => visit(NodePart::Number(value.to_bits())),
            Self::Key(name) => visit(NodePart::Name(*name)),
            Self::Var(name, target) => {
                visit(NodePart::Name(*name));
                visit(NodePart::Target(target));
            }
            Self::Str(parts) => text_parts(parts, visit),
            Self::Path(kind, parts) => {
                visit(NodePart::Number(*kind as u64));
                text_parts(parts, visit);
            }
            Self::List(elements) => elements.iter().for_each(|id| visit(NodePart::Child(*id))),
            Self::Attrs(attrs) => attrs.for_each_part(visit),
            Self::Let(attrs, body) => {
                attrs.for_each_part(visit);
                visit(NodePart::Child(*body));
            }
            Self::Binary(op, a, b) => {
                visit(NodePart::Number(*op as u64));
                [a, b].into_iter().for_each(|id| visit(NodePart::Child(*id)));
            }
            Self::With(a, b) | Self::Apply(a, b) | Self::Assert(a, b) => {
                [a, b].into_iter().for_each(|id| visit(NodePart::Child(*id)));
            }
            Self::Lambda(param, body) => {
                param.for_each_part(visit);
                visit(NodePart::Child(*body));
            }
            Self::Select(base, path, default) => {
                visit(NodePart::Child(*base));
                path_parts(path, visit);
                default.iter().for_each(|id| visit(NodePart::Child(*id)));
            }
            Self::HasAttr(base, path) => {
                visit(NodePart::Child(*base));
                path_parts(path, visit);
            }
            Self::If(a, b, c) => [a, b, c].into_iter().for_each(|id| visit(NodePart::Child(*id))),
            Self::Not(a) | Self::Negate(a) => visit(NodePart::Child(*a)),
        }
    }

    /// Visits the nodes right below this one, in order, and the names in it.
    pub(crate) fn change(&mut self, ids: &mut dyn FnMut(&mut ExprId), names: &mut dyn FnMut(&mut NameId)) {
        match self {
            Self::Missing | Self::Int(_) | Self::Float(_) | Self::CurPos => {}
            Self::Key(name) | Self::Var(name, _) => names(name),
            Self::Str(parts) | Self::Path(_, parts) => {
                for part in parts {
                    if let StrPart::Interp(id) = part {
                        ids(id);
                    }
                }
            }
            Self::List(elems) => elems.iter_mut().for_each(ids),
            Self::Attrs(attrs) => attrs.change(ids, names),
            Self::Let(attrs, body) => {
                attrs.change(ids, names);
                ids(body);
            }
            Self::With(a, b) | Self::Apply(a, b) | Self::Assert(a, b) | Self::Binary(_, a, b) => {
                ids(a);
                ids(b);
            }
            Self::Lambda(param, body) => {
                param.change(ids, names);
                ids(body);
            }
            Self::Select(base, path, default) => {
                ids(base);
                change_path(path, ids, names);
                default.iter_mut().for_each(ids);
            }
            Self::HasAttr(base, path) => {
                ids(base);
                change_path(path, ids, names);
            }
            Self::If(a, b, c) => {
                ids(a);
                ids(b);
                ids(c);
            }
            Self::Not(a) | Self::Negate(a) => ids(a),
        }
    }
}

fn text_parts<'a>(parts: &'a [StrPart], visit: &mut impl FnMut(NodePart<'a>)) {
    for part in parts {
        visit(match part {
            StrPart::Text(text) => NodePart::Text(text),
            StrPart::Interp(id) => NodePart::Child(*id),
        });
    }
}

fn path_parts<'a>(path: &'a [AttrName], visit: &mut impl FnMut(NodePart<'a>)) {
    visit(NodePart::Number(path.len() as u64));
    for name in path {
        match name {
            AttrName::Static(name, key) => {
                visit(NodePart::Name(*name));
                visit(NodePart::Child(*key));
            }
            AttrName::Dynamic(id) => visit(NodePart::Child(*id)),
        }
    }
}

impl Attrs {
    fn for_each_part<'a>(&'a self, visit: &mut impl FnMut(NodePart<'a>)) {
        visit(NodePart::Number(u64::from(self.recursive)));
        visit(NodePart::Number(self.dynamic.len() as u64));
        for entry in &self.entries {
            visit(NodePart::Name(entry.name));
            visit(NodePart::Child(entry.key));
            match entry.value {
                EntryValue::Expr(id) => visit(NodePart::Child(id)),
                EntryValue::Inherit(id) => {
                    visit(NodePart::Number(0));
                    visit(NodePart::Child(id));
                }
                EntryValue::From(index) => visit(NodePart::Number(u64::from(index))),
            }
        }
        for entry in &self.dynamic {
            visit(NodePart::Child(entry.name));
            visit(NodePart::Child(entry.value));
        }
        self.froms.iter().for_each(|id| visit(NodePart::Child(*id)));
    }

    fn change(&mut self, ids: &mut dyn FnMut(&mut ExprId), names: &mut dyn FnMut(&mut NameId)) {
        for entry in &mut self.entries {
            names(&mut entry.name);
            ids(&mut entry.key);
            match &mut entry.value {
                EntryValue::Expr(id) | EntryValue::Inherit(id) => ids(id),
                EntryValue::From(_) => {}
            }
        }
        for dynamic in &mut self.dynamic {
            ids(&mut dynamic.name);
            ids(&mut dynamic.value);
        }
        self.froms.iter_mut().for_each(ids);
    }
}

impl Param {
    fn for_each_part<'a>(&'a self, visit: &mut impl FnMut(NodePart<'a>)) {
        match self {
            Self::Name(name, key) => {
                visit(NodePart::Name(*name));
                visit(NodePart::Child(*key));
            }
            Self::Pattern {
                fields,
                ellipsis,
                alias,
            } => {
                visit(NodePart::Number(fields.len() as u64));
                visit(NodePart::Number(u64::from(*ellipsis)));
                for field in fields {
                    visit(NodePart::Name(field.name));
                    visit(NodePart::Child(field.key));
                    field.default.iter().for_each(|id| visit(NodePart::Child(*id)));
                }
                alias.iter().for_each(|name| visit(NodePart::Name(*name)));
            }
        }
    }

    fn change(&mut self, ids: &mut dyn FnMut(&mut ExprId), names: &mut dyn FnMut(&mut NameId)) {
        match self {
            Self::Name(name, key) => {
                names(name);
                ids(key);
            }
            Self::Pattern { fields, alias, .. } => {
                for field in fields {
                    names(&mut field.name);
                    ids(&mut field.key);
                    field.default.iter_mut().for_each(&mut *ids);
                }
                alias.iter_mut().for_each(names);
            }
        }
    }
}

fn change_path(path: &mut [AttrName], ids: &mut dyn FnMut(&mut ExprId), names: &mut dyn FnMut(&mut NameId)) {
    for part in path {
        match part {
            AttrName::Static(name, key) => {
                names(name);
                ids(key);
            }
            AttrName::Dynamic(id) => ids(id),
        }
    }
}
