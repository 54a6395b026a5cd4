//! Finds the variable that each name means.
//!
//! A pass of its own, because sets must be merged first: a binding that `a.b = ..;` adds to `a = rec { .. };` sees
//! the names of `a`.

use crate::SyntaxError;
use crate::hir::{AttrName, Attrs, EntryValue, Expr, NameId, Param, StrPart, VarRef, is_global};
use nixpod_source::ExprId;
use text_size::TextRange;

/// Each variable under n `with`s lists n of them. Real files nest two or three; without a bound, 500 nested ones
/// around millions of variables would take all memory.
const MAX_WITH_LINKS: usize = 4_000_000;

/// Resolves all variables that can be reached from the root; gives back which nodes can be.
pub(super) fn resolve(
    exprs: &mut [Expr],
    names: &[smol_str::SmolStr],
    ranges: &[TextRange],
    root: ExprId,
    errors: &mut Vec<SyntaxError>,
) -> Vec<bool> {
    let mut resolver = Resolver {
        live: vec![false; exprs.len()],
        exprs,
        ranges,
        errors,
        names,
        slots: vec![Vec::new(); names.len()],
        withs: Vec::new(),
        depth: 0,
        links: 0,
    };
    resolver.expr(root);
    resolver.live
}

struct Resolver<'a> {
    exprs: &'a mut [Expr],
    ranges: &'a [TextRange],
    errors: &'a mut Vec<SyntaxError>,
    live: Vec<bool>,
    names: &'a [smol_str::SmolStr],
    /// By name: the frame, counted from the outermost, and the slot of each definition in scope, innermost last.
    slots: Vec<Vec<(u32, u32)>>,
    /// The frames that are made by `with`, counted from the outermost.
    withs: Vec<u32>,
    /// The number of frames.
    depth: u32,
    links: usize,
}

impl Resolver<'_> {
    fn expr(&mut self, id: ExprId) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr_inner(id));
    }

    fn expr_inner(&mut self, id: ExprId) {
        let index = id.0 as usize;
        let Some(expr) = self.exprs.get_mut(index) else {
            return;
        };
        if std::mem::replace(&mut self.live[index], true) {
            return;
        }
        // Taken out so that children can be changed; nothing but this call looks at the node meanwhile.
        let mut expr = std::mem::replace(expr, Expr::Missing);
        match &mut expr {
            Expr::Missing | Expr::Key(_) | Expr::Int(_) | Expr::Float(_) | Expr::CurPos => {}
            Expr::Var(name, target) => *target = self.variable(*name, id),
            Expr::Str(parts) | Expr::Path(_, parts) => {
                for part in parts.iter() {
                    if let StrPart::Interp(inner) = part {
                        self.expr(*inner);
                    }
                }
            }
            Expr::List(items) => {
                for item in items.iter() {
                    self.expr(*item);
                }
            }
            Expr::Attrs(attrs) => self.attrs(attrs, None),
            Expr::Let(attrs, body) => self.attrs(attrs, Some(*body)),
            Expr::With(namespace, body) => {
                self.expr(*namespace);
                self.withs.push(self.depth);
                self.depth += 1;
                self.expr(*body);
                self.depth -= 1;
                self.withs.pop();
            }
            Expr::Lambda(param, body) => self.lambda(param, *body),
            Expr::Apply(a, b) | Expr::Assert(a, b) | Expr::Binary(_, a, b) => {
                self.expr(*a);
                self.expr(*b);
            }
            Expr::Select(base, path, default) => {
                self.expr(*base);
                self.path(path);
                if let Some(default) = default {
                    self.expr(*default);
                }
            }
            Expr::HasAttr(base, path) => {
                self.expr(*base);
                self.path(path);
            }
            Expr::If(a, b, c) => {
                self.expr(*a);
                self.expr(*b);
                self.expr(*c);
            }
            Expr::Not(inner) | Expr::Negate(inner) => self.expr(*inner),
        }
        self.exprs[index] = expr;
    }

    fn path(&mut self, path: &[AttrName]) {
        for name in path {
            match name {
                AttrName::Static(_, key) => self.expr(*key),
                AttrName::Dynamic(inner) => self.expr(*inner),
            }
        }
    }

    fn attrs(&mut self, attrs: &Attrs, body: Option<ExprId>) {
        for entry in &attrs.entries {
            self.expr(entry.key);
            if let EntryValue::Inherit(variable) = entry.value {
                self.expr(variable);
            }
        }
        let names: Vec<NameId> = if attrs.recursive || body.is_some() {
            attrs.entries.iter().map(|entry| entry.name).collect()
        } else {
            Vec::new()
        };
        let frame = attrs.recursive || body.is_some();
        if frame {
            self.enter(&names);
        }
        for from in &attrs.froms {
            self.expr(*from);
        }
        for entry in &attrs.entries {
            if let EntryValue::Expr(value) = entry.value {
                self.expr(value);
            }
        }
        for entry in &attrs.dynamic {
            self.expr(entry.name);
            self.expr(entry.value);
        }
        if let Some(body) = body {
            self.expr(body);
        }
        if frame {
            self.leave(&names);
        }
    }

    fn lambda(&mut self, param: &Param, body: ExprId) {
        let mut names = Vec::new();
        match param {
            Param::Name(name, key) => {
                self.expr(*key);
                names.push(*name);
            }
            Param::Pattern { fields, alias, .. } => {
                names.extend(fields.iter().map(|field| field.name));
                names.extend(*alias);
            }
        }
        self.enter(&names);
        if let Param::Pattern { fields, .. } = param {
            for field in fields.iter() {
                self.expr(field.key);
                if let Some(default) = field.default {
                    self.expr(default);
                }
            }
        }
        self.expr(body);
        self.leave(&names);
    }

    fn enter(&mut self, names: &[NameId]) {
        for (slot, name) in names.iter().enumerate() {
            if let Some(known) = self.slots.get_mut(name.0 as usize) {
                known.push((self.depth, slot as u32));
            }
        }
        self.depth += 1;
    }

    fn leave(&mut self, names: &[NameId]) {
        self.depth -= 1;
        for name in names {
            if let Some(known) = self.slots.get_mut(name.0 as usize) {
                known.pop();
            }
        }
    }

    fn variable(&mut self, name: NameId, id: ExprId) -> VarRef {
        let index = name.0 as usize;
        if let Some(&(frame, slot)) = self.slots.get(index).and_then(|known| known.last()) {
            return VarRef::Local {
                depth: self.depth - 1 - frame,
                slot,
            };
        }
        if self.names.get(index).is_some_and(|name| is_global(name)) {
            return VarRef::Global;
        }
        let before = self.links;
        self.links += self.withs.len();
        if self.links > MAX_WITH_LINKS {
            if before <= MAX_WITH_LINKS
                && let Some(range) = self.ranges.get(id.0 as usize)
            {
                self.errors.push(SyntaxError::new(
                    *range,
                    "too many variables inside of nested `with`s",
                ));
            }
            return VarRef::With(Box::new([]));
        }
        VarRef::With(
            self.withs
                .iter()
                .rev()
                .map(|frame| self.depth - 1 - frame)
                .collect(),
        )
    }
}
