//! Which functions of nixpkgs' `lib` a file calls, told by their names.

use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{AttrName, Attrs, EntryValue, Expr, Param, VarRef};
use rustc_hash::FxHashSet;
use std::cell::OnceCell;

/// What the names of functions stand for in a file.
pub(super) struct Functions<'h> {
    hir: &'h Hir,
    /// Names that may stand for another function in this file than `lib`'s.
    untrusted: OnceCell<FxHashSet<&'h str>>,
    /// May names that are bound nowhere come from anything else than `lib`?
    is_opaque: OnceCell<bool>,
}

impl<'h> Functions<'h> {
    pub(super) const fn new(hir: &'h Hir) -> Self {
        Self {
            hir,
            untrusted: OnceCell::new(),
            is_opaque: OnceCell::new(),
        }
    }

    /// The name of the function of `lib` that is applied, if it certainly is one.
    pub(super) fn applied(&self, mut at: ExprId) -> Option<&'h str> {
        while let Expr::Apply(function, _) = self.hir.expr(at) {
            at = *function;
        }
        let name = match self.hir.expr(at) {
            Expr::Var(name, VarRef::Local { .. }) => *name,
            Expr::Var(name, VarRef::With(_)) if !self.is_opaque() => *name,
            Expr::Select(base, path, None) if self.is_lib(*base) => match &**path {
                [AttrName::Static(name, _)] => *name,
                _ => return None,
            },
            _ => return None,
        };
        let name = self.hir.name(name).as_str();
        (!self.is_untrusted(name)).then_some(name)
    }

    fn is_lib(&self, at: ExprId) -> bool {
        is_lib(self.hir, at) && !self.is_untrusted("lib")
    }

    fn is_opaque(&self) -> bool {
        *self.is_opaque.get_or_init(|| {
            self.hir.exprs().iter().any(|expr| match expr {
                Expr::With(namespace, _) => !is_namespace(self.hir, *namespace),
                _ => false,
            })
        })
    }

    fn is_untrusted(&self, name: &str) -> bool {
        self.untrusted.get_or_init(|| untrusted(self.hir)).contains(name)
    }
}

/// Is it the variable `lib`, or a set of functions in it?
fn is_lib(hir: &Hir, at: ExprId) -> bool {
    match hir.expr(at) {
        Expr::Var(name, _) => hir.name(*name) == "lib",
        Expr::Select(base, _, None) => is_lib(hir, *base),
        _ => false,
    }
}

/// Is it `something.lib`, as in `let lib = pkgs.lib;`?
fn is_some_lib(hir: &Hir, at: ExprId) -> bool {
    let last = match hir.expr(at) {
        Expr::Select(_, path, None) => path.last(),
        _ => None,
    };
    matches!(last, Some(AttrName::Static(name, _)) if hir.name(*name) == "lib")
}

/// Names that a file binds itself, to something else than what `lib` has under them.
fn untrusted(hir: &Hir) -> FxHashSet<&str> {
    let mut out = FxHashSet::default();
    for expr in hir.exprs() {
        match expr {
            Expr::Let(attrs, _) => bound(hir, attrs, &mut out),
            Expr::Attrs(attrs) if attrs.recursive => bound(hir, attrs, &mut out),
            Expr::Lambda(param, _) => match &**param {
                Param::Name(name, _) => out.extend([hir.name(*name).as_str()]),
                Param::Pattern { fields, alias, .. } => {
                    let names = fields.iter().map(|field| field.name).chain(*alias);
                    out.extend(names.map(|name| hir.name(name).as_str()));
                }
            },
            _ => {}
        }
    }
    // Modules get `lib` as an argument.
    let shadowed = hir.exprs().iter().any(|expr| match expr {
        Expr::Let(attrs, _) => binds_lib(hir, attrs),
        Expr::Attrs(attrs) => attrs.recursive && binds_lib(hir, attrs),
        _ => false,
    });
    if !shadowed {
        out.remove("lib");
    }
    out
}

/// Does a set bind `lib` to anything else than a `lib`?
fn binds_lib(hir: &Hir, attrs: &Attrs) -> bool {
    let mut lib = attrs.entries.iter().filter(|entry| hir.name(entry.name) == "lib");
    lib.any(|entry| match entry.value {
        EntryValue::Expr(value) => !is_some_lib(hir, value),
        EntryValue::Inherit(_) | EntryValue::From(_) => false,
    })
}

fn bound<'h>(hir: &'h Hir, attrs: &Attrs, out: &mut FxHashSet<&'h str>) {
    for entry in &attrs.entries {
        let is_from_lib = match entry.value {
            EntryValue::From(at) => {
                let from = attrs.froms.get(at as usize);
                from.is_some_and(|from| is_lib(hir, *from) || is_some_lib(hir, *from))
            }
            EntryValue::Expr(_) | EntryValue::Inherit(_) => false,
        };
        if !is_from_lib {
            out.insert(hir.name(entry.name).as_str());
        }
    }
}

/// Is it `lib` or `pkgs`, or a set in one of them?
fn is_namespace(hir: &Hir, at: ExprId) -> bool {
    match hir.expr(at) {
        Expr::Var(name, _) => matches!(hir.name(*name).as_str(), "lib" | "pkgs" | "types" | "maintainers"),
        Expr::Select(base, _, None) => is_namespace(hir, *base),
        _ => false,
    }
}
