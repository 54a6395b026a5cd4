//! Whether a module can set anything that is read, by a walk over syntax alone.
//!
//! A tree of packages has thousands of files that set nothing of interest, and evaluating each would take long. A file is
//! left out only if that is certain: whatever the walk does not see through may set anything.

use crate::census::names::transparent;
use crate::surface::tables;
use crate::vocabulary::options::READ;
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{AttrName, Attrs, BinaryOp, EntryValue, Expr, Param, PathKind, StrPart, VarRef};
use rustc_hash::FxHashSet;
use std::cell::OnceCell;

/// What a module may set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bearing {
    /// May it set something that is read?
    pub matters: bool,
    /// The files and directories that it imports, as they are written; not complete if it matters.
    pub imports: Vec<String>,
}

/// The options that are read, from some position on.
type Options = Vec<&'static [&'static str]>;

/// Looks at the value of an expression as a module.
pub fn bearing(hir: &Hir, module: ExprId) -> Bearing {
    let all: Options = options().collect();
    let mut look = Look {
        hir,
        untrusted: OnceCell::new(),
        is_opaque: OnceCell::new(),
        imports: Vec::new(),
    };
    let matters = look.value(
        module,
        &Position {
            options: &all,
            is_root: true,
        },
    );
    Bearing {
        matters,
        imports: look.imports,
    }
}

/// All options for which a file is evaluated by itself.
fn options() -> impl Iterator<Item = &'static [&'static str]> {
    let sets = tables().flat_map(|table| [Some(table.path), table.old_path].into_iter().flatten());
    let read = READ.iter().filter(|option| option.tells);
    sets.chain(read.map(|option| option.path))
}

/// Where a value stands.
struct Position<'o> {
    /// What is read of it.
    options: &'o Options,
    /// Is it the module itself, or its `config`?
    is_root: bool,
}

struct Look<'h> {
    hir: &'h Hir,
    /// Names that may stand for another function in this file than `lib`'s.
    untrusted: OnceCell<FxHashSet<&'h str>>,
    /// May names that are bound nowhere come from anything else than `lib`?
    is_opaque: OnceCell<bool>,
    imports: Vec<String>,
}

impl<'h> Look<'h> {
    /// May a value set something that is read?
    fn value(&mut self, at: ExprId, position: &Position<'_>) -> bool {
        match self.hir.expr(at) {
            Expr::Attrs(attrs) => self.set(attrs, position),
            Expr::Let(_, inner) | Expr::With(_, inner) | Expr::Assert(_, inner) => {
                self.value(*inner, position)
            }
            Expr::Lambda(param, inner) if position.is_root => {
                may_be_module(param) && self.value(*inner, position)
            }
            Expr::If(_, yes, no) | Expr::Binary(BinaryOp::Update, yes, no) => {
                self.value(*yes, position) || self.value(*no, position)
            }
            Expr::List(elements) => elements.iter().any(|one| self.value(*one, position)),
            Expr::Apply(function, argument) => match self.function(*function) {
                Some(name) if transparent(name).is_some() && name != "recursiveUpdate" => {
                    self.value(*argument, position)
                }
                _ => true,
            },
            Expr::Str(_) | Expr::Path(..) | Expr::Int(_) | Expr::Float(_) => false,
            Expr::HasAttr(..) | Expr::Not(_) | Expr::Negate(_) | Expr::Binary(..) => false,
            Expr::Var(name, VarRef::Global) => {
                !matches!(self.hir.name(*name).as_str(), "null" | "true" | "false")
            }
            _ => true,
        }
    }

    fn set(&mut self, attrs: &Attrs, position: &Position<'_>) -> bool {
        let hir = self.hir;
        !attrs.dynamic.is_empty()
            || attrs.entries.iter().any(|entry| {
                let name = hir.name(entry.name).as_str();
                let value = match entry.value {
                    EntryValue::Expr(value) => Some(value),
                    EntryValue::Inherit(_) | EntryValue::From(_) => None,
                };
                match name {
                    "config" | "options" if position.is_root => {
                        value.is_none_or(|value| self.value(value, position))
                    }
                    "imports" if position.is_root => value.is_none_or(|value| self.imported(value)),
                    _ => {
                        let below = position.options.iter().filter(|path| path.first() == Some(&name));
                        let options: Options = below.filter_map(|path| path.get(1..)).collect();
                        let is_read = options.iter().any(|rest| rest.is_empty());
                        let inner = Position {
                            options: &options,
                            is_root: false,
                        };
                        !options.is_empty()
                            && (is_read || value.is_none_or(|value| self.value(value, &inner)))
                    }
                }
            })
    }

    /// May what is imported set something, apart from the files that are remembered?
    fn imported(&mut self, at: ExprId) -> bool {
        match self.hir.expr(at) {
            Expr::List(elements) => elements.iter().any(|one| self.module(*one)),
            Expr::Let(_, inner) | Expr::With(_, inner) | Expr::Assert(_, inner) => self.imported(*inner),
            Expr::Binary(BinaryOp::Concat, left, right) => self.imported(*left) || self.imported(*right),
            _ => true,
        }
    }

    fn module(&mut self, at: ExprId) -> bool {
        match self.hir.expr(at) {
            Expr::Path(PathKind::Relative, parts) => match &**parts {
                [StrPart::Text(path)] => {
                    self.imports.push(path.to_string());
                    false
                }
                _ => true,
            },
            Expr::Apply(function, argument) => match self.function(*function) {
                Some("mkRemovedOptionModule") => false,
                // What is set under the old name is set under the new one.
                Some("mkRenamedOptionModule" | "mkAliasOptionModule") => self.may_lead(*argument),
                _ => true,
            },
            Expr::Attrs(_) | Expr::Lambda(..) => {
                let all = bearing(self.hir, at);
                self.imports.extend(all.imports);
                all.matters
            }
            _ => true,
        }
    }

    /// May a list of names be the path of an option that is read?
    fn may_lead(&self, path: ExprId) -> bool {
        let Expr::List(names) = self.hir.expr(path) else {
            return true;
        };
        let first = names.first().map(|first| self.hir.expr(*first));
        let Some(Expr::Str(parts)) = first else {
            return true;
        };
        let [StrPart::Text(name)] = &**parts else {
            return true;
        };
        options().any(|option| option.first() == Some(&name.as_str()))
    }

    /// The name of the function of `lib` that is applied, if it certainly is one.
    fn function(&self, mut at: ExprId) -> Option<&'h str> {
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

/// Can a function be a module? The module system calls it with more arguments than any closed pattern names.
fn may_be_module(param: &Param) -> bool {
    match param {
        Param::Name(..) => true,
        // What can be called with nothing may build systems.
        Param::Pattern { fields, ellipsis, .. } => {
            *ellipsis || fields.iter().all(|field| field.default.is_some())
        }
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
