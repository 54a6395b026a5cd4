//! Primitives for packages and for sets that only have names.

use super::pieces::push_made;
use super::text::throw;
use crate::builtins::{Builtin, Cost, plain};
use crate::{Attrs, Evaluator, List, OriginId, Res, StringBuilder, ThunkId, Tracked, Unknown, Value, Whence};
use nixpod_source::{Site, Why};
use std::rc::Rc;

pub(super) const PRIMITIVES: &[Builtin] = &[
    ("getExe", 1, 0, Cost::Bytes, get_exe),
    ("getExe'", 2, 2, Cost::Bytes, get_exe_named),
    ("isSymbolic", 1, 0, Cost::Call, |ev, args, _| {
        let value = ev.force(args[0])?;
        plain(Value::Bool(is_symbolic(&value)))
    }),
    ("symbolic", 1, 0, Cost::Call, |ev, args, _| {
        let mut value = ev.force(args[0])?;
        if let Value::Unknown(unknown) = &value.value {
            value.value = Value::Unknown(Rc::new(Unknown {
                why: unknown.why.clone(),
                store_path: true,
                likely: None,
                text: None,
                given: Vec::new(),
                whence: Whence::Name,
                literal: None,
            }));
        }
        Ok(value)
    }),
    ("present", 1, 1, Cost::Sizes, |ev, args, site| {
        // A package that is only known by name is there, not null.
        let list = ev.force_list(args[0], site)?;
        let mut elems = Vec::with_capacity(list.elems.len());
        for elem in &list.elems {
            if !matches!(ev.force(elem.thunk)?.value, Value::Null) {
                elems.push(*elem);
            }
        }
        let open = list.open.clone();
        plain(Value::List(Rc::new(List { elems, open })))
    }),
    ("externalSet", 1, 1, Cost::Call, |ev, args, site| {
        let name = ev.force_string(args[0], site)?;
        plain(Value::attrs(named_set(&name.text)))
    }),
];

fn is_symbolic(value: &Tracked) -> bool {
    matches!(&value.value, Value::Unknown(unknown) if matches!(unknown.why, Why::External(_)))
}

/// A set of which only the name is known.
pub(super) fn named_set(name: &str) -> Attrs {
    crate::open_set(Unknown::new(Why::named(name)))
}

/// The path of a program in a package that is only known by name.
fn symbolic(package: &Rc<Unknown>, origin: OriginId, program: &Program) -> Value {
    let mut builder = StringBuilder::default();
    let path = Unknown {
        why: package.why.clone(),
        store_path: true,
        likely: None,
        text: None,
        given: Vec::new(),
        whence: Whence::Name,
        literal: None,
    };
    builder.push_hole(Rc::new(path), origin);
    push_made(&mut builder, "/bin/");
    match program {
        Program::Named(name, origin) => builder.push_string(name, *origin),
        Program::Main => builder.push_hole(package.select("meta.mainProgram"), origin),
    }
    builder.finish()
}

enum Program {
    Named(Rc<crate::NixString>, OriginId),
    Main,
}

fn get_exe(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let package = ev.force(args[0])?;
    in_package(ev, &package, &Program::Main, site)
}

fn get_exe_named(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (name, origin) = ev.force_string_with_holes(args[1], site)?;
    if name.text.contains('/') {
        let message = format!(
            "lib.meta.getExe': The second argument \"{}\" is a nested path with a \"/\" character, but it should just be the name of the executable instead.",
            name.text
        );
        return throw(ev, message, site);
    }
    let package = ev.force(args[0])?;
    in_package(ev, &package, &Program::Named(name, origin), site)
}

fn in_package(ev: &mut Evaluator<'_>, package: &Tracked, program: &Program, site: Site) -> Res<Tracked> {
    match &package.value {
        Value::Unknown(unknown) => Ok(Tracked {
            value: symbolic(unknown, package.origin, program),
            origin: package.origin,
        }),
        Value::Either(alternatives) => {
            let alternatives = alternatives.clone();
            ev.each_alternative(&alternatives, |ev, one| in_package(ev, &one, program, site))
        }
        Value::Attrs(_) => in_derivation(ev, package, program, site),
        other => {
            let function = match program {
                Program::Main => "getExe: The first",
                Program::Named(..) => "getExe': The first",
            };
            let kind = other.type_of().unwrap_or("unknown");
            let message = format!(
                "lib.meta.{function} argument is of type {kind}, but it should be a derivation instead."
            );
            throw(ev, message, site)
        }
    }
}

fn in_derivation(ev: &mut Evaluator<'_>, package: &Tracked, program: &Program, site: Site) -> Res<Tracked> {
    let (name, origin) = match program {
        Program::Named(name, origin) => (name.clone(), *origin),
        Program::Main => {
            let name = main_program(ev, package, site)?;
            let thunk = ev.alloc_tracked(name);
            ev.force_string_with_holes(thunk, site)?
        }
    };
    // The output with programs, if the package tells its outputs apart.
    let specified = attribute(ev, package, "outputSpecified")?;
    let specified = matches!(
        specified,
        Some(Tracked {
            value: Value::Bool(true),
            ..
        })
    );
    let mut chosen = package.clone();
    if !specified {
        for output in ["bin", "out"] {
            if let Some(output) = attribute(ev, package, output)? {
                chosen = output;
                break;
            }
        }
    }
    let mut builder = StringBuilder::default();
    ev.coerce_into(&mut builder, &chosen, crate::Coerce::Interpolate, site)?;
    push_made(&mut builder, "/bin/");
    builder.push_string(&name, origin);
    ev.charge(builder.len())?;
    Ok(Tracked {
        value: builder.finish(),
        origin: package.origin,
    })
}

/// An attribute that is certainly there.
fn attribute(ev: &mut Evaluator<'_>, base: &Tracked, name: &str) -> Res<Option<Tracked>> {
    let name = ev.intern(name);
    match ev.lookup(base, name)? {
        crate::Lookup::Found(value) => Ok(Some(value)),
        crate::Lookup::Perhaps(..) | crate::Lookup::Absent => Ok(None),
    }
}

/// `meta.mainProgram`, or what `getExe` takes instead: `pname`, or the name without version.
fn main_program(ev: &mut Evaluator<'_>, package: &Tracked, site: Site) -> Res<Tracked> {
    let meta = attribute(ev, package, "meta")?;
    if let Some(meta) = &meta
        && let Some(program) = attribute(ev, meta, "mainProgram")?
    {
        return Ok(program);
    }
    if let Some(pname) = attribute(ev, package, "pname")? {
        return Ok(pname);
    }
    let name = ev.intern("name");
    let name = ev.select_value(package, name, site)?;
    let builtins = ev.force(ev.builtins())?;
    let parse = ev.intern("parseDrvName");
    let parse = ev.select_value(&builtins, parse, site)?;
    let name = ev.alloc_tracked(name);
    let parsed = ev.apply(&parse, name, site)?;
    ev.select_value(&parsed, ev.common().name, site)
}
