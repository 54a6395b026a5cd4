//! A compact print of the HIR for tests.

use super::file::Hir;
use super::node::{AttrName, Attrs, EntryValue, Expr, Param, StrPart, VarRef};
use nixpod_source::ExprId;
use std::fmt::Write as _;

/// Prints what the root holds, in one line and in a notation of its own: variables with their frame and slot
/// (`x@0.1`), the base environment (`x@global`), and the `with`s that are searched (`x@with[0]`).
#[doc(hidden)]
pub fn dump(hir: &Hir) -> String {
    let mut out = String::new();
    print(hir, hir.root(), &mut out);
    out
}

fn print(hir: &Hir, id: ExprId, out: &mut String) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || print_inner(hir, id, out));
}

fn call(hir: &Hir, head: &str, ids: &[ExprId], out: &mut String) {
    out.push('(');
    out.push_str(head);
    for id in ids {
        out.push(' ');
        print(hir, *id, out);
    }
    out.push(')');
}

fn print_inner(hir: &Hir, id: ExprId, out: &mut String) {
    // Writing to a string cannot fail, so the results are ignored throughout.
    match hir.expr(id) {
        Expr::Missing => out.push_str("MISSING"),
        Expr::Key(name) => out.push_str(hir.name(*name)),
        Expr::Int(value) => _ = write!(out, "{value}"),
        Expr::Float(value) => _ = write!(out, "{value:?}"),
        Expr::Str(parts) => parts_of(hir, "", parts, out),
        Expr::Path(kind, parts) => parts_of(hir, &format!("{kind:?}").to_lowercase(), parts, out),
        Expr::Var(name, target) => {
            out.push_str(hir.name(*name));
            _ = match target {
                VarRef::Local { depth, slot } => write!(out, "@{depth}.{slot}"),
                VarRef::Global => write!(out, "@global"),
                VarRef::With(depths) => write!(out, "@with{depths:?}"),
            };
        }
        Expr::CurPos => out.push_str("__curPos"),
        Expr::List(items) => call(hir, "list", items, out),
        Expr::Attrs(attrs) => set(hir, attrs, out),
        Expr::Let(attrs, body) => {
            out.push_str("(let ");
            set(hir, attrs, out);
            out.push(' ');
            print(hir, *body, out);
            out.push(')');
        }
        Expr::With(a, b) => call(hir, "with", &[*a, *b], out),
        Expr::Lambda(param, body) => {
            out.push_str("(fn ");
            pattern(hir, param, out);
            out.push(' ');
            print(hir, *body, out);
            out.push(')');
        }
        Expr::Apply(a, b) => call(hir, "call", &[*a, *b], out),
        Expr::Select(base, path, default) => {
            out.push_str("(select ");
            print(hir, *base, out);
            path_of(hir, path, out);
            if let Some(default) = default {
                out.push_str(" or ");
                print(hir, *default, out);
            }
            out.push(')');
        }
        Expr::HasAttr(base, path) => {
            out.push_str("(has ");
            print(hir, *base, out);
            path_of(hir, path, out);
            out.push(')');
        }
        Expr::If(a, b, c) => call(hir, "if", &[*a, *b, *c], out),
        Expr::Assert(a, b) => call(hir, "assert", &[*a, *b], out),
        Expr::Binary(op, a, b) => call(hir, &format!("{op:?}"), &[*a, *b], out),
        Expr::Not(inner) => call(hir, "not", &[*inner], out),
        Expr::Negate(inner) => call(hir, "neg", &[*inner], out),
    }
}

fn parts_of(hir: &Hir, kind: &str, parts: &[StrPart], out: &mut String) {
    out.push_str(kind);
    out.push('<');
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        match part {
            StrPart::Text(text) => _ = write!(out, "{text:?}"),
            StrPart::Interp(id) => print(hir, *id, out),
        }
    }
    out.push('>');
}

fn path_of(hir: &Hir, path: &[AttrName], out: &mut String) {
    for name in path {
        out.push_str(" .");
        match name {
            AttrName::Static(name, _) => out.push_str(hir.name(*name)),
            AttrName::Dynamic(id) => print(hir, *id, out),
        }
    }
}

fn set(hir: &Hir, attrs: &Attrs, out: &mut String) {
    out.push_str(if attrs.recursive { "rec{" } else { "{" });
    for from in &attrs.froms {
        out.push_str(" from=");
        print(hir, *from, out);
    }
    for entry in &attrs.entries {
        _ = write!(out, " {}=", hir.name(entry.name));
        match entry.value {
            EntryValue::Expr(id) => print(hir, id, out),
            EntryValue::Inherit(id) => {
                out.push_str("inherit ");
                print(hir, id, out);
            }
            EntryValue::From(index) => _ = write!(out, "from[{index}]"),
        }
    }
    for entry in &attrs.dynamic {
        out.push_str(" ${");
        print(hir, entry.name, out);
        out.push_str("}=");
        print(hir, entry.value, out);
    }
    out.push_str(" }");
}

fn pattern(hir: &Hir, param: &Param, out: &mut String) {
    match param {
        Param::Name(name, _) => out.push_str(hir.name(*name)),
        Param::Pattern {
            fields,
            ellipsis,
            alias,
        } => {
            out.push('{');
            for field in fields {
                _ = write!(out, " {}", hir.name(field.name));
                if let Some(default) = field.default {
                    out.push('?');
                    print(hir, default, out);
                }
            }
            out.push_str(if *ellipsis { " ... }" } else { " }" });
            if let Some(alias) = alias {
                _ = write!(out, "@{}", hir.name(*alias));
            }
        }
    }
}
