//! The `options` argument of modules: declarations as values that Nix code can look into.

use crate::info::OptionPath;
use crate::merge::{Decl, Definitions, RawDef, discharge, dotted, extend, node, split, unwrap_all};
use crate::system::System;
use nixpod_eval::{Attr, Attrs, Evaluator, NO_SITE, OriginId, Res, ThunkId, Tracked, Unknown, Value, When};
use nixpod_source::Why;
use std::rc::Rc;

/// The set of options below a path.
pub(crate) fn tree(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: OptionPath,
    decls: Vec<Decl>,
    defs: Vec<RawDef>,
) -> Res<Tracked> {
    let declared = split(ev, &decls);
    if !declared.options.is_empty() {
        return option(ev, system, &path, decls, &declared.options, defs);
    }
    let mut children: indexmap::IndexMap<nixpod_eval::Symbol, (Vec<Decl>, Vec<RawDef>)> =
        indexmap::IndexMap::new();
    for (set, hidden) in &declared.below {
        for attr in &set.entries {
            children.entry(attr.name).or_default().0.push(Decl {
                value: attr.thunk,
                hidden: *hidden || crate::is_model(attr.site),
            });
        }
    }
    let mut flat = Vec::new();
    unwrap_all(ev, &defs, &mut flat);
    for (def, value) in &flat {
        let Value::Attrs(set) = &value.value else { continue };
        for attr in &set.entries {
            if let Some(child) = children.get_mut(&attr.name) {
                let raw = def.child(ev, attr);
                child.1.push(raw);
            }
        }
    }
    let mut entries = Vec::with_capacity(children.len());
    for (name, (decls, defs)) in children {
        let text = ev.name(name).clone();
        let path = extend(&path, &text);
        let system = system.clone();
        let thunk = ev.alloc_native(move |ev| tree(ev, &system, path, decls, defs));
        entries.push(Attr {
            name,
            thunk,
            site: NO_SITE,
            when: When::ALWAYS,
        });
    }
    let mut set = Attrs::from_entries(entries);
    if system.generic() {
        set.open = Some(Unknown::new(Why::External(
            format!("options.{}", dotted(&path))
                .trim_end_matches('.')
                .to_owned(),
        )));
    }
    Ok(Tracked {
        value: Value::attrs(set),
        origin: OriginId::default(),
    })
}

/// One option as a value: its declaration plus what is known of its definitions.
fn option(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    decls: Vec<Decl>,
    options: &[(Rc<Attrs>, bool)],
    defs: Vec<RawDef>,
) -> Res<Tracked> {
    let mut merged = Attrs::default();
    for (set, _) in options.iter().rev() {
        merged = ev.update_attrs(&merged, set);
    }
    let location: Vec<ThunkId> = path
        .iter()
        .map(|part| ev.alloc(Value::string(part.clone()), OriginId::default()))
        .collect();
    let loc = ev.alloc(Value::list(location), OriginId::default());
    let name = ev.alloc(Value::string(dotted(path)), OriginId::default());
    let value = ev.reserve();
    {
        let (system, path, defs) = (system.clone(), path.clone(), defs.clone());
        ev.fill_native(value, move |ev| node(ev, &system, &path, decls, defs, value));
    }
    let winning = {
        let defs = defs.clone();
        ev.alloc_native(move |ev| {
            let definitions = discharge(ev, &defs);
            let set = describe(ev, definitions);
            Ok(Tracked {
                value: set,
                origin: OriginId::default(),
            })
        })
    };
    let mut entries = vec![("loc", loc), ("name", name), ("value", value)];
    for part in [
        "isDefined",
        "definitions",
        "definitionsWithLocations",
        "files",
        "highestPrio",
    ] {
        let symbol = ev.intern(part);
        let thunk = ev.alloc_native(move |ev| {
            let set = ev.force(winning)?;
            ev.select_value(&set, symbol, NO_SITE)
        });
        entries.push((part, thunk));
    }
    let extra = ev.attrs_from(entries);
    let set = ev.update_attrs(&merged, &extra);
    Ok(Tracked {
        value: Value::attrs(set),
        origin: OriginId::default(),
    })
}

/// The definitions that win, as Nix code sees them.
fn describe(ev: &mut Evaluator<'_>, definitions: Definitions) -> Value {
    let best = definitions.on.iter().map(|def| def.priority).min();
    let winning: Vec<_> = definitions
        .on
        .into_iter()
        .filter(|def| Some(def.priority) == best)
        .collect();
    let mut values = nixpod_eval::List::default();
    let mut located = nixpod_eval::List::default();
    let mut files = Vec::new();
    for def in &winning {
        let value = ev.alloc_tracked(def.value.clone());
        let file = match def.site {
            NO_SITE => "<unknown-file>".to_owned(),
            site => ev.source().path_of(site.file).to_string(),
        };
        let file = ev.alloc(Value::string(file), OriginId::default());
        values.elems.push(nixpod_eval::Elem {
            thunk: value,
            when: def.when,
        });
        let set = ev.attrs_from(vec![("file", file), ("value", value)]);
        let set = ev.alloc(Value::attrs(set), OriginId::default());
        located.elems.push(nixpod_eval::Elem {
            thunk: set,
            when: def.when,
        });
        files.push(file);
    }
    let defined = winning.iter().any(|def| def.when.is_always());
    let defined = if winning.is_empty() || defined {
        Value::Bool(defined)
    } else {
        Value::unknown(Why::Undecided("a conditional definition".to_owned()))
    };
    let priority = Value::Int(best.unwrap_or(crate::merge::OPTION_DEFAULT_PRIORITY));
    let set = crate::types::set(
        ev,
        vec![
            ("isDefined", defined),
            ("definitions", Value::List(Rc::new(values))),
            ("definitionsWithLocations", Value::List(Rc::new(located))),
            ("files", Value::list(files)),
            ("highestPrio", priority),
        ],
    );
    Value::attrs(set)
}
