//! `lib.types`, in tables.

use crate::fixpoint::type_value::value;
use crate::types::native::{AttrList, Nested, OptType, Said, Scalar, Submodule, native_of};
use crate::values::{find, find_bool, find_text, modules_in, plain};
use nixpod_eval::{Attrs, Evaluator, Lookup, NO_SITE, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::Site;
use smol_str::SmolStr;
use std::rc::Rc;

/// Types without parts.
const SCALARS: &[(&str, Scalar)] = &[
    ("str", Scalar::Str),
    ("nonEmptyStr", Scalar::Str),
    ("singleLineStr", Scalar::Str),
    ("bool", Scalar::Bool),
    ("boolByOr", Scalar::BoolByOr),
    ("int", Scalar::Int),
    ("float", Scalar::Float),
    ("number", Scalar::Number),
    ("path", Scalar::Path),
    ("package", Scalar::Package),
    ("shellPackage", Scalar::Package),
    ("pkgs", Scalar::Any),
    ("raw", Scalar::Raw),
    ("optionType", Scalar::OptionType),
    ("function", Scalar::Function),
    ("attrs", Scalar::Attrs),
    ("luaInline", Scalar::Any),
    ("nixosTest", Scalar::Any),
];

/// Strings that are joined: name, separator.
const JOINED: &[(&str, &str)] = &[("lines", "\n"), ("commas", ","), ("envVar", ":"), ("string", "")];

/// A type that takes no arguments: name, how it is made.
type Constant = (&'static str, fn() -> OptType);

/// Other types that take no arguments.
const CONSTANTS: &[Constant] = &[
    ("port", || bounded("unsignedInt16", 0, 65_535)),
    ("pathInStore", || OptType::PathWith {
        in_store: Some(true),
        absolute: None,
    }),
    ("externalPath", || OptType::PathWith {
        in_store: Some(false),
        absolute: Some(true),
    }),
    ("anything", || OptType::Deep),
    ("unspecified", || OptType::Unspecified),
    ("deferredModule", || OptType::DeferredModule(Vec::new())),
];

/// `lib.types.ints`: attribute, the type's name, least and greatest value.
const INTS: &[(&str, &str, i64, i64)] = &[
    ("u8", "unsignedInt8", 0, 255),
    ("u16", "unsignedInt16", 0, 65_535),
    ("u32", "unsignedInt32", 0, 4_294_967_295),
    ("s8", "signedInt8", -128, 127),
    ("s16", "signedInt16", -32_768, 32_767),
    ("s32", "signedInt32", -2_147_483_648, 2_147_483_647),
    ("positive", "positiveInt", 1, i64::MAX),
    ("unsigned", "unsignedInt", 0, i64::MAX),
];

type Code = fn(&mut Evaluator<'_>, &[ThunkId], Site) -> Res<Tracked>;

/// A function: name, number of arguments, which of them are forced first (bit by argument), code.
type Function = (&'static str, usize, u32, Code);

/// Types that are made of others.
const FUNCTIONS: &[Function] = &[
    ("listOf", 1, 0, |ev, args, _| around(ev, args[0], OptType::ListOf)),
    ("nonEmptyListOf", 1, 0, |ev, args, _| {
        around(ev, args[0], OptType::NonEmptyListOf)
    }),
    ("attrListOf", 1, 0, |ev, args, _| {
        around(ev, args[0], |elem| {
            OptType::AttrListOf(AttrList {
                elem,
                as_attrs: false,
                together: None,
            })
        })
    }),
    ("attrListWith", 1, 1, attr_list_with),
    ("attrsOf", 1, 0, |ev, args, _| around(ev, args[0], attrs_of)),
    ("loaOf", 1, 0, |ev, args, _| around(ev, args[0], attrs_of)),
    ("nonEmptyAttrsOf", 1, 0, |ev, args, _| {
        around(ev, args[0], attrs_of)
    }),
    ("lazyAttrsOf", 1, 0, |ev, args, _| {
        around(ev, args[0], lazy_attrs_of)
    }),
    ("attrsWith", 1, 1, attrs_with),
    ("attrTag", 1, 0, |ev, args, _| {
        made(ev, OptType::AttrTag(vec![args[0]]))
    }),
    ("nullOr", 1, 0, |ev, args, _| around(ev, args[0], OptType::NullOr)),
    ("functionTo", 1, 0, |ev, args, _| {
        around(ev, args[0], OptType::FunctionTo)
    }),
    ("uniq", 1, 0, |ev, args, _| {
        around(ev, args[0], |inner| OptType::Unique(inner, SmolStr::default()))
    }),
    ("unique", 2, 0, unique),
    ("either", 2, 0, |ev, args, _| {
        let (a, b) = (native_of(ev, args[0]), native_of(ev, args[1]));
        made(ev, OptType::Either(a, b))
    }),
    ("oneOf", 1, 1, one_of),
    ("enum", 1, 1, |ev, args, site| {
        let list = ev.force_exact_list(args[0], site)?;
        let values = list.elems.iter().map(|elem| elem.thunk).collect();
        made(ev, OptType::Enum(values))
    }),
    ("coercedTo", 3, 0, |ev, args, _| {
        let (from, to) = (native_of(ev, args[0]), native_of(ev, args[2]));
        let with = args[1];
        made(ev, OptType::Coerced { from, with, to })
    }),
    ("addCheck", 2, 0, |ev, args, _| {
        let inner = native_of(ev, args[0]);
        made(ev, OptType::Checked(inner, args[1]))
    }),
    ("separatedString", 1, 1, |ev, args, site| {
        let separator = ev.force_string(args[0], site)?.text.clone();
        made(ev, OptType::Joined("separatedString".into(), separator))
    }),
    ("strMatching", 1, 0, str_matching),
    ("pathWith", 1, 0, path_with),
    ("deferredModuleWith", 1, 0, |ev, _, _| {
        made(ev, OptType::DeferredModule(Vec::new()))
    }),
    ("entryAnything", 1, 0, |ev, _, _| {
        made(ev, OptType::DeferredModule(Vec::new()))
    }),
    ("submodule", 1, 0, submodule),
    ("submoduleWith", 1, 1, submodule_with),
];

/// The set.
pub(crate) fn types(ev: &mut Evaluator<'_>) -> Attrs {
    let mut entries: Vec<(&str, ThunkId)> = Vec::new();
    for (name, kind) in SCALARS {
        entries.push((name, delayed(ev, || scalar(name, *kind))));
    }
    for (name, separator) in JOINED {
        let native = || OptType::Joined("separatedString".into(), (*separator).into());
        entries.push((name, delayed(ev, native)));
    }
    for (name, make) in CONSTANTS {
        entries.push((name, delayed(ev, make)));
    }
    for (name, arity, strict, run) in FUNCTIONS {
        let function = ev.primop(name, *arity, *strict, *run);
        entries.push((name, ev.alloc(function, OriginId::default())));
    }
    entries.push(("ints", ev.alloc_native(|ev| Ok(plain(ints(ev))))));
    ev.attrs_from(entries)
}

/// A type that is made when somebody asks for it: a system has few of all that there are.
fn delayed(ev: &mut Evaluator<'_>, native: impl Fn() -> OptType + 'static) -> ThunkId {
    ev.alloc_native(move |ev| made(ev, native()))
}

fn ints(ev: &mut Evaluator<'_>) -> Value {
    let mut entries: Vec<(&str, ThunkId)> = Vec::new();
    for (attribute, name, low, high) in INTS {
        entries.push((attribute, delayed(ev, || bounded(name, *low, *high))));
    }
    let between = ev.primop("between", 2, 3, |ev, args, site| {
        let low = ev.force_int(args[0], site)?;
        let high = ev.force_int(args[1], site)?;
        made(ev, bounded("intBetween", low, high))
    });
    entries.push(("between", ev.alloc(between, OriginId::default())));
    Value::attrs(ev.attrs_from(entries))
}

fn scalar(name: &str, kind: Scalar) -> OptType {
    OptType::Scalar {
        name: name.into(),
        kind,
        bounds: None,
    }
}

fn bounded(name: &str, low: i64, high: i64) -> OptType {
    OptType::Scalar {
        name: name.into(),
        kind: Scalar::Int,
        bounds: Some((low, high)),
    }
}

fn attrs_of(elem: Rc<OptType>) -> OptType {
    OptType::AttrsOf {
        elem,
        lazy: false,
        placeholder: "name".into(),
    }
}

fn lazy_attrs_of(elem: Rc<OptType>) -> OptType {
    OptType::AttrsOf {
        elem,
        lazy: true,
        placeholder: "name".into(),
    }
}

fn made(ev: &mut Evaluator<'_>, native: OptType) -> Res<Tracked> {
    Ok(plain(value(ev, Rc::new(native))))
}

/// A type made of one other.
fn around(ev: &mut Evaluator<'_>, inner: ThunkId, wrap: fn(Rc<OptType>) -> OptType) -> Res<Tracked> {
    let inner = native_of(ev, inner);
    made(ev, wrap(inner))
}

fn attrs_with(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let given = ev.force_attrs(args[0], site)?;
    let elem = match find(ev, &given, "elemType") {
        Some(thunk) => native_of(ev, thunk),
        None => Rc::new(OptType::Anything),
    };
    let lazy = find_bool(ev, &given, "lazy").unwrap_or(false);
    let placeholder = find_text(ev, &given, "placeholder").unwrap_or_else(|| "name".into());
    let native = OptType::AttrsOf {
        elem,
        lazy,
        placeholder,
    };
    made(ev, native)
}

fn attr_list_with(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let given = ev.force_attrs(args[0], site)?;
    let elem = match find(ev, &given, "elemType") {
        Some(thunk) => native_of(ev, thunk),
        None => Rc::new(OptType::Anything),
    };
    let list = AttrList {
        elem,
        as_attrs: find_bool(ev, &given, "asAttrs").unwrap_or(false),
        together: find(ev, &given, "mergeAttrValues"),
    };
    made(ev, OptType::AttrListOf(list))
}

fn unique(ev: &mut Evaluator<'_>, args: &[ThunkId], _: Site) -> Res<Tracked> {
    let given = ev.force_known(args[0])?;
    let symbol = ev.intern("message");
    let message = match ev.lookup(&given, symbol)? {
        Lookup::Found(Tracked {
            value: Value::String(text),
            ..
        }) => text.text.clone(),
        _ => SmolStr::default(),
    };
    let inner = native_of(ev, args[1]);
    made(ev, OptType::Unique(inner, message))
}

fn one_of(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_exact_list(args[0], site)?;
    let types: Vec<Rc<OptType>> = list.elems.iter().map(|elem| native_of(ev, elem.thunk)).collect();
    let joined = types
        .into_iter()
        .reduce(|before, one| Rc::new(OptType::Either(before, one)));
    match joined {
        Some(native) => Ok(plain(value(ev, native))),
        None => ev.fail("types.oneOf needs at least one type in its argument", site),
    }
}

fn str_matching(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let pattern_thunk = args[0];
    let check = matching(ev, pattern_thunk);
    let pattern = match ev.force_or_unknown(pattern_thunk).value {
        Value::String(pattern) => nixpod_eval::print::quote(&pattern.text),
        _ => "\"\"".to_owned(),
    };
    let inner = scalar(&format!("strMatching {pattern}"), Scalar::Str);
    let matching = ev.alloc_native(move |ev| {
        let pattern = ev.force_string(pattern_thunk, site)?;
        Ok(plain(Value::string(format!(
            "string matching the pattern {}",
            pattern.text
        ))))
    });
    let said = Said {
        description: Some(matching),
        class: None,
    };
    let inner = Rc::new(OptType::Checked(Rc::new(inner), check));
    let native = OptType::Changed {
        inner,
        check: None,
        empty: None,
        said,
    };
    made(ev, native)
}

/// A function that tells whether a text matches a pattern.
fn matching(ev: &mut Evaluator<'_>, pattern: ThunkId) -> ThunkId {
    let builtins = ev.builtins();
    let check = ev.primop("strMatching", 1, 0, move |ev, args, site| {
        let builtins = ev.force(builtins)?;
        let name = ev.intern("match");
        let function = ev.select_value(&builtins, name, site)?;
        let found = ev.apply_all(&function, &[pattern, args[0]], site)?;
        let found = ev.known(found)?;
        Ok(plain(Value::Bool(!matches!(found.value, Value::Null))))
    });
    ev.alloc(check, OriginId::default())
}

fn path_with(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let given = ev.force_attrs(args[0], site)?;
    let in_store = find_bool(ev, &given, "inStore");
    let absolute = find_bool(ev, &given, "absolute");
    if in_store == Some(true) && absolute == Some(false) {
        return ev.fail("In pathWith, inStore means the path must be absolute", site);
    }
    made(ev, OptType::PathWith { in_store, absolute })
}

/// `submodule` takes a module or (in old code) a list of modules.
fn submodule(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let modules = match ev.force_or_unknown(args[0]).value {
        Value::List(list) => list.elems.iter().map(|elem| elem.thunk).collect(),
        _ => vec![args[0]],
    };
    let (modules, ours) = whose(modules, site);
    let native = Submodule {
        modules,
        ours,
        special: None,
        shorthand_only_config: true,
        system: None,
        class: None,
        extensible: false,
        description: None,
    };
    made(ev, OptType::Submodule(Rc::new(native)))
}

fn submodule_with(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let given = ev.force_attrs(args[0], site)?;
    let shorthand = find_bool(ev, &given, "shorthandOnlyDefinesConfig").unwrap_or(false);
    // How our models say that the value is a whole system.
    let system = find_text(ev, &given, "nixpodSystem").map(|kind| match kind.as_str() {
        "home" => Nested::Home,
        "image" => Nested::Image,
        "variant" => Nested::Variant,
        _ => Nested::Guest,
    });
    let (modules, ours) = whose(modules_in(ev, &given, "modules", site)?, site);
    let native = Submodule {
        modules,
        ours,
        special: find(ev, &given, "specialArgs"),
        shorthand_only_config: shorthand,
        system,
        class: find_text(ev, &given, "class"),
        extensible: false,
        description: find_text(ev, &given, "description"),
    };
    made(ev, OptType::Submodule(Rc::new(native)))
}

/// Modules of the analysed code, and those of our models: calls in our own files have no place.
fn whose(modules: Vec<ThunkId>, call: Site) -> (Vec<ThunkId>, Vec<ThunkId>) {
    if call == NO_SITE {
        (Vec::new(), modules)
    } else {
        (modules, Vec::new())
    }
}
