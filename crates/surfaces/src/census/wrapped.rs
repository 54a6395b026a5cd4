//! What stands between an option and the set that defines it: `mkIf`, `mkMerge`, `let` and the like.

use crate::census::names::transparent;
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{AttrName, Expr, Param, VarRef};

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
        let conditional = transparent(hir.name(name).as_str())?;
        return Some(first.filter(|_| conditional));
    }
    None
}

/// Is it the parameter of a function that takes whatever a module gets, and not the arguments of a helper?
pub(super) fn takes_what_modules_get(param: &Param) -> bool {
    matches!(param, Param::Pattern { ellipsis: true, .. })
}
