//! What else a file says of a condition that is taken to hold: the same option, by whatever name the file has for it.

use super::file::Hir;
use super::node::{AttrName, Attrs, BinaryOp, EntryValue, Expr, Param, VarRef};
use nixpod_source::ExprId;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

impl Hir {
    /// The same file, but for these expressions, which are true there, and what is known by them. All other nodes keep
    /// their numbers.
    pub fn assuming(&self, exprs: &[ExprId]) -> Self {
        let known = known(self, exprs);
        let mut out = self.clone();
        let nodes = out.exprs_mut();
        let one = ExprId(nodes.len() as u32);
        for (expr, holds) in known {
            if let Some(node) = nodes.get_mut(expr.0 as usize) {
                let op = match holds {
                    true => BinaryOp::Equal,
                    false => BinaryOp::NotEqual,
                };
                *node = Expr::Binary(op, one, one);
            }
        }
        nodes.push(Expr::Int(1));
        out
    }
}

/// An option, from `config` on.
type Path = Vec<SmolStr>;

/// No file of people nests deeper; what does is not looked into.
const MAX_DEPTH: usize = 200;

/// The nodes that are known by these, which are true: each with whether it is true or false.
fn known(hir: &Hir, conditions: &[ExprId]) -> Vec<(ExprId, bool)> {
    let mut out: Vec<(ExprId, bool)> = conditions.iter().map(|id| (*id, true)).collect();
    let mut walk = Walk {
        hir,
        frames: Vec::new(),
        paths: FxHashMap::default(),
    };
    walk.node(hir.root(), 0);
    let mut said: FxHashMap<&Path, bool> = FxHashMap::default();
    for condition in conditions {
        parts(hir, *condition, true, &mut |id, holds| {
            out.push((id, holds));
            if let Some(path) = walk.paths.get(&id) {
                said.insert(path, holds);
            }
        });
    }
    let same = walk.paths.iter();
    out.extend(same.filter_map(|(id, path)| Some((*id, *said.get(path)?))));
    out
}

/// What has to hold for a condition to be as it is.
fn parts(hir: &Hir, id: ExprId, holds: bool, each: &mut impl FnMut(ExprId, bool)) {
    each(id, holds);
    match hir.get(id) {
        Some(Expr::Not(inner)) => parts(hir, *inner, !holds, each),
        Some(Expr::Binary(op, a, b))
            if (*op == BinaryOp::And && holds) || (*op == BinaryOp::Or && !holds) =>
        {
            parts(hir, *a, holds, each);
            parts(hir, *b, holds, each);
        }
        _ => {}
    }
}

struct Walk<'h> {
    hir: &'h Hir,
    /// What the variables are that are seen, as far as they are options; the innermost frame is the last.
    frames: Vec<Vec<Option<Path>>>,
    paths: FxHashMap<ExprId, Path>,
}

impl Walk<'_> {
    fn node(&mut self, id: ExprId, depth: usize) {
        let hir = self.hir;
        let Some(expr) = hir.get(id).filter(|_| depth < MAX_DEPTH) else {
            return;
        };
        if let Some(path) = self.path(id).filter(|path| !path.is_empty()) {
            self.paths.insert(id, path);
        }
        match expr {
            Expr::Lambda(param, body) => {
                self.frames.push(self.parameters(param));
                if let Param::Pattern { fields, .. } = &**param {
                    for default in fields.iter().filter_map(|field| field.default) {
                        self.node(default, depth + 1);
                    }
                }
                self.node(*body, depth + 1);
                self.frames.pop();
            }
            Expr::Let(attrs, body) => {
                self.bind(attrs, depth);
                self.node(*body, depth + 1);
                self.frames.pop();
            }
            Expr::Attrs(attrs) if attrs.recursive => {
                self.bind(attrs, depth);
                self.frames.pop();
            }
            Expr::With(namespace, body) => {
                self.node(*namespace, depth + 1);
                self.frames.push(Vec::new());
                self.node(*body, depth + 1);
                self.frames.pop();
            }
            other => other.for_each_child(&mut |child| self.node(child, depth + 1)),
        }
    }

    /// `config` of a module is where options are; any other parameter may be anything.
    fn parameters(&self, param: &Param) -> Vec<Option<Path>> {
        match param {
            Param::Name(..) => vec![None],
            Param::Pattern { fields, alias, .. } => {
                let is_config = |name: &str| (name == "config").then(Path::new);
                let fields = fields.iter().map(|field| is_config(self.hir.name(field.name)));
                fields.chain(alias.map(|_| None)).collect()
            }
        }
    }

    /// Adds the frame of these bindings, which see it, and looks into them.
    fn bind(&mut self, attrs: &Attrs, depth: usize) {
        let outside = attrs.entries.iter().map(|entry| match entry.value {
            EntryValue::Inherit(id) => self.path(id),
            _ => None,
        });
        let frame = outside.collect();
        self.frames.push(frame);
        // Each may be said in terms of one that comes later.
        for _ in 0..2 {
            for (slot, entry) in attrs.entries.iter().enumerate() {
                let path = match entry.value {
                    EntryValue::Expr(value) => self.path(value),
                    EntryValue::From(from) => attrs.froms.get(from as usize).and_then(|from| {
                        let mut path = self.path(*from)?;
                        path.push(self.hir.name(entry.name).clone());
                        Some(path)
                    }),
                    EntryValue::Inherit(_) => continue,
                };
                let place = self.frames.last_mut().and_then(|frame| frame.get_mut(slot));
                if let Some(place) = place {
                    *place = path;
                }
            }
        }
        let fixed = attrs.entries.iter().filter_map(|entry| match entry.value {
            EntryValue::Expr(value) => Some(value),
            EntryValue::Inherit(_) | EntryValue::From(_) => None,
        });
        let computed = attrs.dynamic.iter().flat_map(|entry| [entry.name, entry.value]);
        let all = fixed.chain(computed).chain(attrs.froms.iter().copied());
        all.for_each(|id| self.node(id, depth + 1));
    }

    /// The option that an expression is.
    fn path(&self, id: ExprId) -> Option<Path> {
        match self.hir.get(id)? {
            Expr::Var(_, VarRef::Local { depth, slot }) => {
                let at = self.frames.len().checked_sub(1 + *depth as usize)?;
                self.frames.get(at)?.get(*slot as usize)?.clone()
            }
            Expr::Select(base, names, None) => {
                let mut path = self.path(*base)?;
                for name in names {
                    match name {
                        AttrName::Static(name, _) => path.push(self.hir.name(*name).clone()),
                        AttrName::Dynamic(_) => return None,
                    }
                }
                Some(path)
            }
            _ => None,
        }
    }
}
