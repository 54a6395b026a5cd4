//! What of a file only the machines of NixOS tests are made of.

use crate::census::names::{is_test, makes_test};
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::Expr;
use rustc_hash::FxHashSet;

/// The path literals of a file that stand in the description of a NixOS test, or in a file that is one: what they name is
/// there for tests.
pub fn paths_of_tests(hir: &Hir) -> FxHashSet<ExprId> {
    let mut out = FxHashSet::default();
    if !hir
        .names()
        .iter()
        .any(|name| name == "testScript" || name == "nmt")
    {
        return out;
    }
    let mut pending = vec![(hir.root(), makes_test(hir, hir.root()))];
    while let Some((next, in_test)) = pending.pop() {
        let expr = hir.expr(next);
        let in_test = in_test
            || match expr {
                Expr::Attrs(attrs) => is_test(hir, attrs),
                _ => false,
            };
        if in_test && matches!(expr, Expr::Path(..)) {
            out.insert(next);
        }
        expr.for_each_child(&mut |child| pending.push((child, in_test)));
    }
    out
}
