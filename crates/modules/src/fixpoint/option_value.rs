//! The `options` argument of modules: declarations as values that Nix code can look into.

use crate::declaration::{Decl, Declaration, Declarations, declared_in, split};
use crate::definition::{Definition, OPTION_DEFAULT_PRIORITY, RawDef, children_of, file_name, strongest};
use crate::fixpoint::meta::value_meta;
use crate::fixpoint::tree::node;
use crate::fixpoint::type_value::value;
use crate::own::Written;
use crate::path::{OptionPath, dotted, extend};
use crate::system::evaluation::{At, Mode};
use crate::types::native::OptType;
use crate::values::{entry, find, plain, set};
use nixpod_eval::{
    Attr, Attrs, Elem, Evaluator, List, NO_SITE, Opaque, OriginId, Res, Symbol, ThunkId, Tracked, Unknown,
    Value, When,
};
use nixpod_source::Why;
use std::rc::Rc;

/// The definitions of an evaluation, and the way down to one option. They are not looked at until somebody asks for
/// what defines the option: `options.x ? y` in a module's `config` is no cycle.
#[derive(Clone)]
pub(crate) struct WayDown {
    defs: Rc<Vec<RawDef>>,
    names: Vec<Symbol>,
}

impl WayDown {
    /// All definitions, at the root.
    pub(crate) fn new(defs: Vec<RawDef>) -> Self {
        Self {
            defs: Rc::new(defs),
            names: Vec::new(),
        }
    }

    fn below(&self, name: Symbol) -> Self {
        let names = self.names.iter().copied().chain([name]).collect();
        Self {
            defs: self.defs.clone(),
            names,
        }
    }

    /// The definitions at its end.
    fn definitions(&self, ev: &mut Evaluator<'_>) -> Vec<RawDef> {
        let mut defs = (*self.defs).clone();
        for name in &self.names {
            defs = children_of(ev, &defs, *name);
        }
        defs
    }
}

/// The set of options below a path.
pub(crate) fn tree(ev: &mut Evaluator<'_>, at: At<'_>, decls: Vec<Decl>, way: &WayDown) -> Res<Tracked> {
    let declared = split(ev, &decls);
    if !declared.options.is_empty() {
        return option(ev, at, decls, &declared, way);
    }
    let children = declared_in(&declared.below);
    let mut entries = Vec::with_capacity(children.len());
    for (name, child) in children {
        let path = extend(at.path, ev.name(name));
        let when = match at.mode() {
            Mode::WholeSystem => child.is_there(ev, at.path, name),
            Mode::Submodule | Mode::AsNix => When::ALWAYS,
        };
        let (system, way) = (at.system.clone(), way.below(name));
        let thunk = ev.alloc_native(move |ev| {
            let (system, path) = (&system, &path);
            tree(ev, At::new(system, path), child.decls.clone(), &way)
        });
        entries.push(Attr {
            when,
            ..entry(name, thunk)
        });
    }
    let mut set = Attrs::from_entries(entries);
    if at.mode() == Mode::WholeSystem {
        let name = format!("options.{}", dotted(at.path));
        set.open = Some(Unknown::new(Why::named(name.trim_end_matches('.'))));
    }
    Ok(plain(Value::attrs(set)))
}

/// One option as a value: its declaration plus what is known of its definitions.
fn option(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    decls: Vec<Decl>,
    declared: &Declarations,
    way: &WayDown,
) -> Res<Tracked> {
    let mut merged = Attrs::default();
    for declaration in declared.options.iter().rev() {
        merged = ev.update_attrs(&merged, &declaration.set);
    }
    let default = find(ev, &merged, "default");
    let native = native_thunk(ev, at, declared);
    let name = ev.alloc(Value::string(dotted(at.path)), OriginId::default());
    let (files, positions) = places(ev, declared);
    let mut entries = vec![
        ("loc", location(ev, at.path)),
        ("name", name),
        ("value", value_thunk(ev, at, decls, way)),
        ("declarations", files),
        ("declarationPositions", positions),
        ("valueMeta", meta_thunk(ev, at, declared, native, way)),
    ];
    entries.extend(type_thunk(ev, at.mode(), declared, native).map(|kind| ("type", kind)));
    entries.extend(definition_thunks(ev, default.is_some(), way));
    let extra = ev.attrs_from(entries);
    let set = ev.update_attrs(&merged, &extra);
    Ok(plain(Value::attrs(set)))
}

/// A path as a list of names.
pub(crate) fn location(ev: &mut Evaluator<'_>, path: &OptionPath) -> ThunkId {
    let names: Vec<ThunkId> = path
        .iter()
        .map(|step| ev.alloc(Value::string(step.text().clone()), OriginId::default()))
        .collect();
    ev.alloc(Value::list(names), OriginId::default())
}

/// The option's type in its native form.
fn native_thunk(ev: &mut Evaluator<'_>, at: At<'_>, declared: &Declarations) -> ThunkId {
    let (system, path, declared) = (at.system.clone(), at.path.clone(), declared.clone());
    ev.alloc_native(move |ev| {
        let (system, path) = (&system, &path);
        let declared = crate::fixpoint::option::declared(ev, At::new(system, path), &declared)?;
        Ok(plain(Opaque::value(declared.native.clone())))
    })
}

/// `type`, if any declaration has one.
fn type_thunk(
    ev: &mut Evaluator<'_>,
    mode: Mode,
    declared: &Declarations,
    native: ThunkId,
) -> Option<ThunkId> {
    let mut written = Vec::new();
    for declaration in &declared.options {
        written.extend(find(ev, &declaration.set, "type"));
    }
    match &written[..] {
        // What our models do not say is not known.
        [] if mode != Mode::AsNix && declared.options.iter().all(|one| one.decl.written.is_ours()) => None,
        [] => {
            let unspecified = value(ev, Rc::new(OptType::Unspecified));
            Some(ev.alloc(unspecified, OriginId::default()))
        }
        // A type that is not merged stays as it was written, with what Nix code added to it.
        [only] if declared.below.is_empty() => Some(*only),
        _ => Some(ev.alloc_native(move |ev| {
            let native = native_in(ev, native)?;
            Ok(plain(value(ev, native)))
        })),
    }
}

/// `declarations` and `declarationPositions`.
fn places(ev: &mut Evaluator<'_>, declared: &Declarations) -> (ThunkId, ThunkId) {
    let mut files = Vec::new();
    let mut positions = Vec::new();
    for Declaration { decl, .. } in declared.options.iter().chain(&declared.below) {
        let site = decl.written.site();
        let file = file_name(ev, decl.file, site);
        let file = ev.alloc(Value::string(file), OriginId::default());
        files.push(file);
        positions.push(ev.alloc_native(move |ev| {
            let known = ev.position_value(site);
            if !matches!(known.value, Value::Null) {
                return Ok(known);
            }
            let null = ev.alloc(Value::Null, OriginId::default());
            let set = ev.attrs_from(vec![("file", file), ("line", null), ("column", null)]);
            Ok(plain(Value::attrs(set)))
        }));
    }
    let files = ev.alloc(Value::list(files), OriginId::default());
    let positions = ev.alloc(Value::list(positions), OriginId::default());
    (files, positions)
}

/// `valueMeta`.
fn meta_thunk(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    declared: &Declarations,
    native: ThunkId,
    way: &WayDown,
) -> ThunkId {
    let mut defaults = Vec::new();
    for declaration in &declared.options {
        defaults.extend(find(ev, &declaration.set, "default"));
    }
    let default = defaults.first().copied();
    let (system, path, way) = (at.system.clone(), at.path.clone(), way.clone());
    ev.alloc_native(move |ev| {
        let native = native_in(ev, native)?;
        let defs = way.definitions(ev);
        let mut defs = strongest(ev, &defs);
        if let (true, Some(default)) = (defs.is_empty(), default) {
            let value = ev.force(default)?;
            defs.push(Definition::plain(
                value,
                default,
                OPTION_DEFAULT_PRIORITY,
                Written::SOMEWHERE,
            ));
        }
        let (system, path) = (&system, &path);
        Ok(plain(value_meta(ev, At::new(system, path), &native, defs)?))
    })
}

/// `value`.
fn value_thunk(ev: &mut Evaluator<'_>, at: At<'_>, decls: Vec<Decl>, way: &WayDown) -> ThunkId {
    let value = ev.reserve();
    let (system, path, way) = (at.system.clone(), at.path.clone(), way.clone());
    ev.fill_native(value, move |ev| {
        let defs = way.definitions(ev);
        let (system, path) = (&system, &path);
        node(ev, At::new(system, path), &decls, &defs, value)
    });
    value
}

/// What `options.x` tells of definitions, all of it computed when somebody asks for one.
const OF_DEFINITIONS: [&str; 5] = [
    "isDefined",
    "definitions",
    "definitionsWithLocations",
    "files",
    "highestPrio",
];

fn definition_thunks(
    ev: &mut Evaluator<'_>,
    has_default: bool,
    way: &WayDown,
) -> [(&'static str, ThunkId); OF_DEFINITIONS.len()] {
    let way = way.clone();
    let all = ev.alloc_native(move |ev| {
        let defs = way.definitions(ev);
        let winning = strongest(ev, &defs);
        Ok(plain(describe_definitions(ev, &winning, has_default)))
    });
    OF_DEFINITIONS.map(|part| {
        let symbol = ev.intern(part);
        let thunk = ev.alloc_native(move |ev| {
            let set = ev.force(all)?;
            ev.select_value(&set, symbol, NO_SITE)
        });
        (part, thunk)
    })
}

/// The type in a thunk that holds one natively.
fn native_in(ev: &mut Evaluator<'_>, thunk: ThunkId) -> Res<Rc<OptType>> {
    Ok(match ev.force(thunk)?.value {
        Value::Opaque(opaque) => opaque
            .downcast::<OptType>()
            .unwrap_or_else(|| Rc::new(OptType::Anything)),
        _ => Rc::new(OptType::Anything),
    })
}

/// The definitions that win, as Nix code sees them.
fn describe_definitions(ev: &mut Evaluator<'_>, winning: &[Definition], has_default: bool) -> Value {
    let mut values = List::default();
    let mut located = List::default();
    let mut files = Vec::new();
    for def in winning {
        let when = def.when;
        let value = ev.alloc_tracked(def.value.clone());
        values.elems.push(Elem { thunk: value, when });
        let file = def.file_name(ev);
        let file = ev.alloc(Value::string(file), OriginId::default());
        let set = ev.attrs_from(vec![("file", file), ("value", value)]);
        let thunk = ev.alloc(Value::attrs(set), OriginId::default());
        located.elems.push(Elem { thunk, when });
        files.push(file);
    }
    // A default counts as a definition.
    let defined = has_default || winning.iter().any(|def| def.when.is_always());
    let defined = match winning.is_empty() || defined {
        true => Value::Bool(defined),
        false => Value::unknown(Why::Undecided(
            "a definition of it stands under a condition that is not known".to_owned(),
        )),
    };
    let best = winning.first().map(|def| def.priority);
    let priority = Value::Int(best.unwrap_or(OPTION_DEFAULT_PRIORITY));
    let entries = vec![
        ("isDefined", defined),
        ("definitions", Value::List(Rc::new(values))),
        ("definitionsWithLocations", Value::List(Rc::new(located))),
        ("files", Value::list(files)),
        ("highestPrio", priority),
    ];
    Value::attrs(set(ev, entries))
}
