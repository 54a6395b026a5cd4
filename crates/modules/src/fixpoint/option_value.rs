//! The `options` argument of modules: declarations as values that Nix code can look into.

use crate::declaration::{Decl, Declaration, split};
use crate::definition::{Definition, Definitions, RawDef, discharge, file_name, unwrap_all};
use crate::fixpoint::tree::node;
use crate::path::{OptionPath, dotted, extend};
use crate::system::evaluation::{Mode, System};
use crate::types::native::OptType;
use crate::values::{entry, plain};
use nixpod_eval::{Attrs, Evaluator, NO_SITE, OriginId, Res, Symbol, ThunkId, Tracked, Unknown, Value};
use nixpod_source::Why;
use std::rc::Rc;

/// The definitions of an evaluation, and the way down to one option. They are not looked at until somebody asks for
/// what defines the option: `options.x ? y` in a module's `config` is no cycle.
#[derive(Clone)]
pub(crate) struct Pending {
    defs: Rc<Vec<RawDef>>,
    way: Vec<Symbol>,
}

impl Pending {
    /// All definitions, at the root.
    pub(crate) fn new(defs: Vec<RawDef>) -> Self {
        Self {
            defs: Rc::new(defs),
            way: Vec::new(),
        }
    }

    fn below(&self, name: Symbol) -> Self {
        let way = self.way.iter().copied().chain([name]).collect();
        Self {
            defs: self.defs.clone(),
            way,
        }
    }

    fn resolve(&self, ev: &mut Evaluator<'_>) -> Vec<RawDef> {
        let mut defs = (*self.defs).clone();
        for name in &self.way {
            let mut flat = Vec::new();
            unwrap_all(ev, &defs, &mut flat);
            defs = Vec::new();
            for (def, value) in &flat {
                if let Value::Attrs(set) = &value.value
                    && let Some(attr) = set.get(*name)
                {
                    defs.push(def.child(ev, attr));
                }
            }
        }
        defs
    }
}

/// The set of options below a path.
pub(crate) fn tree(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: OptionPath,
    decls: Vec<Decl>,
    pending: Pending,
) -> Res<Tracked> {
    let declared = split(ev, &decls);
    if !declared.options.is_empty() {
        let (options, below) = (declared.options, declared.below);
        return option(ev, system, &path, decls, &options, &below, pending);
    }
    let mut children: indexmap::IndexMap<Symbol, Vec<Decl>> = indexmap::IndexMap::new();
    for declaration in &declared.below {
        for attr in &declaration.set.entries {
            let decl = declaration.decl.below(attr);
            children.entry(attr.name).or_default().push(decl);
        }
    }
    let mut entries = Vec::with_capacity(children.len());
    for (name, decls) in children {
        let text = ev.name(name).clone();
        let path = extend(&path, &text);
        let system = system.clone();
        let pending = pending.below(name);
        let thunk =
            ev.alloc_native(move |ev| tree(ev, &system, path.clone(), decls.clone(), pending.clone()));
        entries.push(entry(name, thunk));
    }
    let mut set = Attrs::from_entries(entries);
    if system.mode() == Mode::WholeSystem {
        let name = format!("options.{}", dotted(&path));
        set.open = Some(Unknown::new(Why::External(name.trim_end_matches('.').to_owned())));
    }
    Ok(plain(Value::attrs(set)))
}

/// One option as a value: its declaration plus what is known of its definitions.
fn option(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    decls: Vec<Decl>,
    options: &[Declaration],
    below: &[Declaration],
    pending: Pending,
) -> Res<Tracked> {
    let mut merged = Attrs::default();
    for declaration in options.iter().rev() {
        merged = ev.update_attrs(&merged, &declaration.set);
    }
    let location: Vec<ThunkId> = path
        .iter()
        .map(|step| ev.alloc(Value::string(step.text().clone()), OriginId::default()))
        .collect();
    let loc = ev.alloc(Value::list(location), OriginId::default());
    let name = ev.alloc(Value::string(dotted(path)), OriginId::default());
    let native = {
        let (system, path, options) = (system.clone(), path.clone(), options.to_vec());
        let below = below.to_vec();
        ev.alloc_native(move |ev| {
            let declared = crate::fixpoint::option::declared(ev, &system, &path, &options, &below)?;
            Ok(plain(Value::Opaque(nixpod_eval::Opaque(declared.native.clone()))))
        })
    };
    let kind = {
        let written = ev.intern("type");
        let written: Vec<ThunkId> = options
            .iter()
            .filter_map(|declaration| declaration.set.get(written))
            .map(|attr| attr.thunk)
            .collect();
        match &written[..] {
            [] => None,
            // A type that is not merged stays as it was written, with what Nix code added to it.
            [only] if below.is_empty() => Some(*only),
            _ => Some(ev.alloc_native(move |ev| {
                let native = native_in(ev, native)?;
                Ok(plain(crate::fixpoint::type_value::value(ev, native)))
            })),
        }
    };
    let all: Vec<Decl> = options
        .iter()
        .chain(below)
        .map(|declaration| declaration.decl)
        .collect();
    let mut files = Vec::new();
    let mut positions = Vec::new();
    for decl in all {
        let file = file_name(ev, decl.file, decl.site);
        let file = ev.alloc(Value::string(file), OriginId::default());
        files.push(file);
        positions.push(ev.alloc_native(move |ev| {
            let known = ev.position_value(decl.site);
            if !matches!(known.value, Value::Null) {
                return Ok(known);
            }
            let null = ev.alloc(Value::Null, OriginId::default());
            let set = ev.attrs_from(vec![("file", file), ("line", null), ("column", null)]);
            Ok(plain(Value::attrs(set)))
        }));
    }
    let declarations = ev.alloc(Value::list(files), OriginId::default());
    let positions = ev.alloc(Value::list(positions), OriginId::default());
    let meta = {
        let (system, path, pending) = (system.clone(), path.clone(), pending.clone());
        let symbol = ev.intern("default");
        let default = options
            .iter()
            .find_map(|declaration| declaration.set.get(symbol))
            .map(|attr| attr.thunk);
        ev.alloc_native(move |ev| {
            let native = native_in(ev, native)?;
            let defs = pending.resolve(ev);
            let mut defs = discharge(ev, &defs).on;
            let best = defs.iter().map(|def| def.priority).min();
            defs.retain(|def| Some(def.priority) == best);
            if let (true, Some(default)) = (defs.is_empty(), default) {
                let value = ev.force(default)?;
                let priority = crate::definition::OPTION_DEFAULT_PRIORITY;
                defs.push(Definition::plain(value, default, priority, false));
            }
            Ok(plain(crate::fixpoint::meta::value_meta(
                ev, &system, &path, &native, defs,
            )?))
        })
    };
    let default = ev.intern("default");
    let has_default = merged.get(default).is_some();
    let value = ev.reserve();
    {
        let (system, path, pending) = (system.clone(), path.clone(), pending.clone());
        ev.fill_native(value, move |ev| {
            let defs = pending.resolve(ev);
            node(ev, &system, &path, &decls, &defs, value)
        });
    }
    let winning = ev.alloc_native(move |ev| {
        let defs = pending.resolve(ev);
        let definitions = discharge(ev, &defs);
        let set = describe(ev, definitions, has_default);
        Ok(plain(set))
    });
    let mut entries = vec![
        ("loc", loc),
        ("name", name),
        ("value", value),
        ("declarations", declarations),
        ("declarationPositions", positions),
        ("valueMeta", meta),
    ];
    entries.extend(kind.map(|kind| ("type", kind)));
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
    Ok(plain(Value::attrs(set)))
}

/// The type in a thunk that holds one natively.
fn native_in(ev: &mut Evaluator<'_>, thunk: ThunkId) -> Res<Rc<OptType>> {
    Ok(match ev.force(thunk)?.value {
        Value::Opaque(nixpod_eval::Opaque(any)) => any
            .downcast::<OptType>()
            .unwrap_or_else(|_| Rc::new(OptType::Anything)),
        _ => Rc::new(OptType::Anything),
    })
}

/// The definitions that win, as Nix code sees them.
fn describe(ev: &mut Evaluator<'_>, definitions: Definitions, has_default: bool) -> Value {
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
        let file = def.file_name(ev);
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
    // A default counts as a definition.
    let defined = has_default || winning.iter().any(|def| def.when.is_always());
    let defined = if winning.is_empty() || defined {
        Value::Bool(defined)
    } else {
        Value::unknown(Why::Undecided("a conditional definition".to_owned()))
    };
    let priority = Value::Int(best.unwrap_or(crate::definition::OPTION_DEFAULT_PRIORITY));
    let set = crate::values::set(
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
