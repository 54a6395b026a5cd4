//! What fails a module evaluation as a whole in Nix: definitions of options that nobody declares.

use crate::definitions::{RawDef, discharge, unwrap};
use crate::info::OptionPath;
use crate::merge::{Decl, dotted, extend, split};
use nixpod_eval::{ErrorKind, Evaluator, NO_SITE, Res, Symbol, Value};

/// Deeper than this no option is looked for; a declaration that contains itself would have no end.
const MAX_DEPTH: usize = 60;

/// A name that is defined, and who defines it.
struct Unmatched {
    path: OptionPath,
    defs: Vec<RawDef>,
    /// The options beside it.
    beside: Vec<String>,
}

/// The definitions of one setting of the evaluation itself, such as `_module.check`.
pub(crate) fn setting(ev: &mut Evaluator<'_>, root: &[RawDef], path: &[&str]) -> Vec<RawDef> {
    let mut defs = root.to_vec();
    for name in path {
        let name = ev.intern(name);
        let mut flat = Vec::new();
        for def in defs {
            unwrap(ev, def, &mut flat);
        }
        defs = Vec::new();
        for (def, value) in &flat {
            if let Value::Attrs(set) = &value.value
                && let Some(attr) = set.get(name)
            {
                defs.push(def.child(ev, attr));
            }
        }
    }
    defs
}

/// Fails if a definition has no declaration and `_module.check` is not off.
pub(crate) fn check(
    ev: &mut Evaluator<'_>,
    path: &OptionPath,
    decls: &[Decl],
    defs: &[RawDef],
    free: bool,
) -> Res<()> {
    let mut found = Vec::new();
    unmatched(ev, path, decls, defs, &mut found, 0);
    if free {
        return Ok(());
    }
    let Some(first) = found.into_iter().next() else {
        return Ok(());
    };
    let checks = setting(ev, defs, &["_module", "check"]);
    for check in discharge(ev, &checks).on {
        if matches!(check.value.value, Value::Bool(false)) {
            return Ok(());
        }
    }
    let definitions = discharge(ev, &first.defs);
    let shown = crate::describe::show_definitions(ev, &definitions.on);
    let name = dotted(&first.path);
    let mut message = format!("The option `{name}' does not exist. Definition values:{shown}");
    let near = near(&name, &first.beside);
    match &near[..] {
        [] => {}
        [only] => message.push_str(&format!("\n\nDid you mean `{only}'?")),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(|one| format!("`{one}'")).collect();
            message.push_str(&format!("\n\nDid you mean {} or `{last}'?", rest.join(", ")));
        }
    }
    let site = first
        .defs
        .first()
        .map(|def| def.site)
        .filter(|site| *site != NO_SITE);
    Err(ev.error(ErrorKind::Eval, message, site))
}

/// The three names nearest to one that does not exist.
fn near(name: &str, all: &[String]) -> Vec<String> {
    let mut ranked: Vec<(usize, &String)> = all
        .iter()
        .map(|other| (strsim::levenshtein(name, other), other))
        .collect();
    ranked.sort();
    let best = ranked.first().map_or(0, |(distance, _)| *distance);
    let mut out: Vec<String> = Vec::new();
    for (distance, other) in ranked {
        if out.len() < 3 && distance <= best + 1 {
            out.push(other.clone());
        }
    }
    out
}

fn unmatched(
    ev: &mut Evaluator<'_>,
    path: &OptionPath,
    decls: &[Decl],
    defs: &[RawDef],
    found: &mut Vec<Unmatched>,
    depth: usize,
) {
    let declared = split(ev, decls);
    if !declared.options.is_empty() || depth > MAX_DEPTH {
        return;
    }
    let mut children: indexmap::IndexMap<Symbol, (Vec<Decl>, Vec<RawDef>)> = indexmap::IndexMap::new();
    for declaration in &declared.below {
        for attr in &declaration.set.entries {
            let decl = declaration.decl.below(attr);
            children.entry(attr.name).or_default().0.push(decl);
        }
    }
    let mut flat = Vec::new();
    for def in defs {
        unwrap(ev, def.clone(), &mut flat);
    }
    for (def, value) in &flat {
        if let Value::Attrs(set) = &value.value {
            for attr in &set.entries {
                let child = def.child(ev, attr);
                children.entry(attr.name).or_default().1.push(child);
            }
        }
    }
    let mut beside: Vec<String> = Vec::new();
    for (name, (decls, _)) in &children {
        if !decls.is_empty() {
            let name = extend(path, ev.name(*name).as_str());
            beside.push(dotted(&name));
        }
    }
    for (name, (decls, defs)) in children {
        if defs.is_empty() {
            continue;
        }
        let text = ev.name(name).clone();
        if depth == 0 && text == "_module" {
            continue;
        }
        let path = extend(path, &text);
        if decls.is_empty() {
            found.push(Unmatched {
                path,
                defs,
                beside: beside.clone(),
            });
        } else {
            unmatched(ev, &path, &decls, &defs, found, depth + 1);
        }
    }
}
