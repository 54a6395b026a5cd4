//! What stands between an option and the set that defines it: `mkIf`, `mkMerge`, `let` and the like.

use crate::census::names::{makes_text, transparent};
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{AttrName, EntryValue, Expr, Param, VarRef};

/// More names say no better where a module stands.
pub(super) const MAX_NAMES: usize = 8;

/// The last name of the set of nspawn containers, and of many a set that has nothing to do with them.
const NSPAWN: &str = "containers";

/// Deeper than any file that the parser accepts would be by nesting alone.
pub(super) const MAX_DEPTH: u32 = 400;

/// What is inside of `mkIf`, `let` and the like.
pub(super) fn unwrapped(hir: &Hir, id: ExprId) -> ExprId {
    let mut at = id;
    for _ in 0..MAX_DEPTH {
        at = match hir.expr(at) {
            Expr::Let(_, body) | Expr::With(_, body) | Expr::Assert(_, body) => *body,
            Expr::Apply(function, argument) if passes_on(hir, *function).is_some() => *argument,
            _ => return at,
        };
    }
    at
}

/// Is a condition written as `false`? So somebody comments out what stands under it.
pub(super) fn is_never(hir: &Hir, condition: ExprId) -> bool {
    matches!(hir.expr(condition), Expr::Var(name, VarRef::Global) if hir.name(*name) == "false")
}

/// `removeAttrs set names`, which leaves out some entries of a set: both.
pub(super) fn removed(hir: &Hir, value: ExprId) -> Option<(ExprId, ExprId)> {
    let Expr::Apply(function, names) = hir.expr(value) else {
        return None;
    };
    let Expr::Apply(function, set) = hir.expr(*function) else {
        return None;
    };
    let name = match hir.expr(*function) {
        Expr::Var(name, _) => *name,
        Expr::Select(_, path, _) => match path.last() {
            Some(AttrName::Static(name, _)) => *name,
            _ => return None,
        },
        _ => return None,
    };
    (hir.name(name) == "removeAttrs").then_some((*set, *names))
}

/// The condition of a definition that is `mkIf condition value`.
pub(super) fn condition_of(hir: &Hir, value: ExprId) -> Option<ExprId> {
    match hir.expr(value) {
        Expr::Apply(function, _) => passes_on(hir, *function).flatten(),
        _ => None,
    }
}

/// Is it `mkIf condition`, `lib.mkMerge` and the like, and what is the condition?
pub(super) fn passes_on(hir: &Hir, function: ExprId) -> Option<Option<ExprId>> {
    let (name, first) = called(hir, function)?;
    let conditional = transparent(name)?;
    Some(first.filter(|_| conditional))
}

/// Is it `builtins.toJSON`, `(pkgs.formats.yaml { }).generate "a.yaml"` and the like?
pub(super) fn is_for_text(hir: &Hir, function: ExprId) -> bool {
    called(hir, function).is_some_and(|(name, _)| makes_text(name))
}

/// The name of a function that is called, and the first of the arguments that it has got.
fn called(hir: &Hir, function: ExprId) -> Option<(&str, Option<ExprId>)> {
    let mut at = function;
    let mut first = None;
    for _ in 0..4 {
        let name = match hir.expr(at) {
            Expr::Apply(function, argument) => {
                at = *function;
                first = Some(*argument);
                continue;
            }
            Expr::Var(name, _) => *name,
            Expr::Select(_, names, _) => match names.last() {
                Some(AttrName::Static(name, _)) => *name,
                _ => return None,
            },
            _ => return None,
        };
        return Some((hir.name(name).as_str(), first));
    }
    None
}

/// The definitions of a value as `mkMerge` gives it, which is what two definitions of one name are kept as.
pub(super) fn merged(hir: &Hir, id: ExprId) -> Option<ExprId> {
    let Expr::Attrs(attrs) = hir.expr(id) else {
        return None;
    };
    let [kind, contents] = &*attrs.entries else {
        return None;
    };
    let is_one = hir.name(kind.name) == "_type" && hir.name(contents.name) == "contents";
    match contents.value {
        EntryValue::Expr(all) => is_one.then_some(all),
        EntryValue::Inherit(_) | EntryValue::From(_) => None,
    }
}

/// Is it the parameter of a function that takes whatever a module gets, and not the arguments of a helper?
pub(super) fn takes_what_modules_get(param: &Param) -> bool {
    matches!(param, Param::Pattern { ellipsis: true, .. })
}

/// What parameters of a function are if nobody gives them.
pub(super) fn defaults(param: &Param) -> impl Iterator<Item = ExprId> + '_ {
    let fields = match param {
        Param::Pattern { fields, .. } => &**fields,
        Param::Name(..) => &[],
    };
    fields.iter().filter_map(|field| field.default)
}

/// What options that a file declares tell.
#[derive(Default)]
pub(super) struct Declared {
    /// Those that are called like the set of nspawn containers: whatever defines one of them is none.
    pub(super) containers: Vec<String>,
    /// Defaults that are modules.
    pub(super) modules: Vec<ExprId>,
}

impl Declared {
    /// That of a set of options.
    pub(super) fn below(hir: &Hir, options: ExprId) -> Self {
        let mut out = Self::default();
        let mut pending = vec![(options, Vec::new())];
        while let Some((next, path)) = pending.pop() {
            let inner = unwrapped(hir, next);
            let Expr::Attrs(attrs) = hir.expr(inner) else {
                out.modules.extend(default_module(hir, inner));
                continue;
            };
            for entry in &attrs.entries {
                let EntryValue::Expr(value) = entry.value else {
                    continue;
                };
                let mut path = path.clone();
                path.push(hir.name(entry.name).to_string());
                if path.len() > 1 && path.last().is_some_and(|name| name == NSPAWN) {
                    out.containers.push(path.join("."));
                } else if path.len() < MAX_NAMES {
                    pending.push((value, path));
                }
            }
        }
        out
    }
}

/// The default of an option that is declared here, if its values are modules.
fn default_module(hir: &Hir, option: ExprId) -> Option<ExprId> {
    let Expr::Apply(_, declaration) = hir.expr(option) else {
        return None;
    };
    let Expr::Attrs(declaration) = hir.expr(*declaration) else {
        return None;
    };
    let find = |name: &str| {
        let entry = { declaration.entries.iter() }.find(|entry| hir.name(entry.name) == name);
        match entry?.value {
            EntryValue::Expr(value) => Some(value),
            EntryValue::Inherit(_) | EntryValue::From(_) => None,
        }
    };
    let (kind, _) = called(hir, find("type")?)?;
    { kind == "deferredModule" || kind == "deferredModuleWith" }.then(|| find("default"))?
}
