//! Option types: what `lib.types` gives, and what the merge looks into.
//!
//! A type is an attribute set for Nix code (`name`, `check`, `merge`, ...) that carries its native form in a hidden
//! attribute. Types written in Nix (`mkOptionType`) keep their own functions.

use crate::values::{find, look_up, plain};
use nixpod_eval::{Attrs, Evaluator, Opaque, OriginId, Res, Stop, ThunkId, Tracked, Value};
use nixpod_source::Site;
use smol_str::SmolStr;
use std::rc::Rc;

/// The hidden attribute with the native form.
const NATIVE: &str = "__nixpodType";

/// What a type value is made of: its native form, and the functions that Nix code may replace.
struct Made {
    native: Rc<OptType>,
    check: ThunkId,
    merge: ThunkId,
    empty: ThunkId,
}

/// How a scalar of a type is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// Anything; several definitions must be equal.
    Any,
    /// Anything; only one definition.
    Raw,
    /// `true` or `false`.
    Bool,
    /// An integer.
    Int,
    /// A float.
    Float,
    /// An integer or a float.
    Number,
    /// A string.
    Str,
    /// A path, or a string or package that begins with `/`.
    Path,
    /// A package: a derivation or a store path.
    Package,
    /// A function.
    Function,
    /// A set that is taken as it is (`types.attrs`): shallow merge by `//`.
    Attrs,
    /// A Boolean; several definitions are joined by or.
    BoolByOr,
    /// An option type; several definitions are merged as declarations are.
    OptionType,
}

/// The native form of an option type.
pub(crate) enum OptType {
    /// A value without parts.
    Scalar {
        /// Its name.
        name: SmolStr,
        /// What it accepts.
        kind: Scalar,
        /// The least and greatest integer.
        bounds: Option<(i64, i64)>,
    },
    /// A path of a certain kind.
    PathWith {
        /// Must it be in the store, or must it not?
        in_store: Option<bool>,
        /// Must it be absolute, or must it not?
        absolute: Option<bool>,
    },
    /// Strings joined by a separator.
    Joined(SmolStr, SmolStr),
    /// One of some values.
    Enum(Vec<ThunkId>),
    /// A list.
    ListOf(Rc<OptType>),
    /// A non-empty list.
    NonEmptyListOf(Rc<OptType>),
    /// A set with free names.
    AttrsOf {
        /// The type of the values.
        elem: Rc<OptType>,
        /// Are names there although their definitions may be conditional?
        lazy: bool,
        /// What stands for a name in paths of the documentation.
        placeholder: SmolStr,
    },
    /// A nested module evaluation.
    Submodule(Rc<Submodule>),
    /// A module that is not evaluated yet.
    DeferredModule(Vec<ThunkId>),
    /// Merges whatever it finds: sets deeply, lists by joining.
    Anything,
    /// `types.anything`: sets deeply, everything else must be equal.
    Deep,
    /// A type of which Nix code replaced a part by `//`.
    Changed {
        /// The type as it was.
        inner: Rc<OptType>,
        /// Another `check`.
        check: Option<ThunkId>,
        /// Another `emptyValue`.
        empty: Option<ThunkId>,
    },
    /// Null or another type.
    NullOr(Rc<OptType>),
    /// The first of two types that all definitions fit.
    Either(Rc<OptType>, Rc<OptType>),
    /// Values of the first type are converted by a function to the second.
    Coerced {
        /// What is converted.
        from: Rc<OptType>,
        /// The function.
        with: ThunkId,
        /// What it becomes.
        to: Rc<OptType>,
    },
    /// A function whose results are of a type.
    FunctionTo(Rc<OptType>),
    /// A type that allows only one definition.
    Unique(Rc<OptType>, SmolStr),
    /// A type with a further condition on its values.
    Checked(Rc<OptType>, ThunkId),
    /// Exactly one of several tagged options.
    AttrTag(Vec<ThunkId>),
    /// A type written in Nix, by its `check` and `merge` functions.
    Custom {
        /// Its name.
        name: SmolStr,
        /// `check`.
        check: Option<ThunkId>,
        /// `merge`.
        merge: Option<ThunkId>,
    },
}

/// A submodule type.
pub(crate) struct Submodule {
    /// The modules that make it up.
    pub modules: Vec<ThunkId>,
    /// Those of our own models: what they define or declare is not written by anybody.
    pub own: Vec<ThunkId>,
    /// Arguments for the modules, a set.
    pub special: Option<ThunkId>,
    /// Do definitions that are sets only define `config`?
    pub shorthand_only_config: bool,
    /// Is it the evaluation of a whole system (a container's `config`, a Home Manager user)?
    pub system: Option<SmolStr>,
    /// The class of its modules.
    pub class: Option<SmolStr>,
}

impl OptType {
    /// The name as `type.name` gives it.
    pub(crate) fn name(&self) -> SmolStr {
        match self {
            Self::Scalar { name, .. } | Self::Custom { name, .. } => name.clone(),
            Self::Joined(name, _) => name.clone(),
            Self::PathWith { .. } => "path".into(),
            Self::Enum(_) => "enum".into(),
            Self::ListOf(_) | Self::NonEmptyListOf(_) => "listOf".into(),
            Self::AttrsOf { lazy: false, .. } => "attrsOf".into(),
            Self::AttrsOf { lazy: true, .. } => "lazyAttrsOf".into(),
            Self::Submodule(_) => "submodule".into(),
            Self::DeferredModule(_) => "deferredModule".into(),
            Self::Anything | Self::Deep => "anything".into(),
            Self::Changed { inner, .. } => inner.name(),
            Self::NullOr(_) => "nullOr".into(),
            Self::Either(..) => "either".into(),
            Self::Coerced { .. } => "coercedTo".into(),
            Self::FunctionTo(_) => "functionTo".into(),
            Self::Unique(..) => "unique".into(),
            Self::Checked(inner, _) => inner.name(),
            Self::AttrTag(_) => "attrTag".into(),
        }
    }

    /// Does merging a single scalar or empty collection of this type leave it as it is?
    pub(crate) fn keeps_plain_values(&self) -> bool {
        match self {
            Self::Scalar { .. }
            | Self::PathWith { .. }
            | Self::Joined(..)
            | Self::Enum(_)
            | Self::ListOf(_)
            | Self::NonEmptyListOf(_)
            | Self::AttrsOf { .. }
            | Self::Anything
            | Self::Deep => true,
            Self::NullOr(inner) => inner.keeps_plain_values(),
            Self::Either(a, b) => a.keeps_plain_values() && b.keeps_plain_values(),
            _ => false,
        }
    }

    /// The modules of the submodule inside, for documentation and for merging declarations.
    pub(crate) fn submodule(&self) -> Option<&Rc<Submodule>> {
        match self {
            Self::Submodule(submodule) => Some(submodule),
            Self::NullOr(inner)
            | Self::ListOf(inner)
            | Self::NonEmptyListOf(inner)
            | Self::AttrsOf { elem: inner, .. }
            | Self::FunctionTo(inner)
            | Self::Unique(inner, _)
            | Self::Changed { inner, .. }
            | Self::Checked(inner, _) => inner.submodule(),
            Self::Coerced { to, .. } => to.submodule(),
            Self::Either(a, b) => a.submodule().or_else(|| b.submodule()),
            _ => None,
        }
    }
}

/// The native form of a type value. A set without one is a type written in Nix; what is unknown accepts anything.
pub(crate) fn native(ev: &mut Evaluator<'_>, value: &Tracked) -> Rc<OptType> {
    let Value::Attrs(attrs) = &value.value else {
        return Rc::new(OptType::Anything);
    };
    if let Some(symbol) = ev.symbol(NATIVE)
        && let Some(attr) = attrs.get(symbol)
        && let Ok(Tracked {
            value: Value::Opaque(Opaque(any)),
            ..
        }) = ev.force(attr.thunk)
        && let Ok(made) = any.downcast::<Made>()
    {
        let mut now = |name: &str, made: ThunkId| {
            let symbol = ev.intern(name);
            let thunk = attrs.get(symbol).map(|attr| attr.thunk)?;
            (thunk != made).then_some(thunk)
        };
        let check = now("check", made.check);
        let empty = now("emptyValue", made.empty);
        if let Some(merge) = now("merge", made.merge) {
            return Rc::new(OptType::Custom {
                name: made.native.name(),
                check: check.or(Some(made.check)),
                merge: Some(merge),
            });
        }
        if check.is_none() && empty.is_none() {
            return made.native.clone();
        }
        return Rc::new(OptType::Changed {
            inner: made.native.clone(),
            check,
            empty,
        });
    }
    let name = match look_up(ev, value, "name") {
        Some(Tracked {
            value: Value::String(name),
            ..
        }) => name.text.clone(),
        _ => "custom".into(),
    };
    let (check, merge) = (find(ev, attrs, "check"), find(ev, attrs, "merge"));
    Rc::new(OptType::Custom { name, check, merge })
}

/// The native form of the type in a thunk.
pub(crate) fn native_of(ev: &mut Evaluator<'_>, thunk: ThunkId) -> Rc<OptType> {
    let value = ev.force_or_unknown(thunk);
    native(ev, &value)
}

/// The attribute set that stands for a type in Nix code.
pub(crate) fn value(ev: &mut Evaluator<'_>, native: Rc<OptType>) -> Value {
    let tag = ev.alloc(Value::string("option-type"), OriginId::default());
    let name = ev.alloc(Value::string(native.name()), OriginId::default());
    let described = native.clone();
    let description = ev.alloc_native(move |ev| {
        let text = crate::types::describe::describe(ev, &described);
        Ok(plain(Value::string(text)))
    });
    let class = crate::types::describe::class(&native).name();
    let class = ev.alloc(Value::string(class), OriginId::default());
    let empty = ev.empty_attrs();
    let empty = ev.alloc(empty, OriginId::default());
    let for_empty = native.clone();
    let when_empty = ev.alloc_native(move |ev| {
        let entries = match empty_value(ev, &for_empty) {
            Some(value) => vec![("value", ev.alloc(value, OriginId::default()))],
            None => Vec::new(),
        };
        Ok(plain(Value::attrs(ev.attrs_from(entries))))
    });
    let for_check = native.clone();
    let check = ev.primop("check", 1, 0, move |ev, args, site| {
        let value = ev.force(args[0])?;
        let verdict = accepts(ev, &for_check, &value, site)?;
        Ok(plain(Value::Bool(verdict)))
    });
    let check = ev.alloc(check, OriginId::default());
    let for_merge = native.clone();
    let merge = ev.primop("merge", 2, 0, move |ev, args, site| {
        crate::fixpoint::tree::merge_from_nix(ev, &for_merge, args[0], args[1], site)
    });
    let merge = ev.alloc(merge, OriginId::default());
    let hidden = ev.alloc(
        Value::Opaque(Opaque(Rc::new(Made {
            native: native.clone(),
            check,
            merge,
            empty: when_empty,
        }))),
        OriginId::default(),
    );
    let for_options = native.clone();
    let sub_options = ev.primop("getSubOptions", 1, 1, move |ev, args, site| {
        let prefix = ev.force_list(args[0], site)?;
        let mut path = Vec::new();
        for elem in &prefix.elems {
            path.push(match ev.force_or_unknown(elem.thunk).value {
                Value::String(part) => part.text.clone(),
                _ => "*".into(),
            });
        }
        crate::fixpoint::meta::sub_options(ev, &for_options, &path.into())
    });
    let sub_options = ev.alloc(sub_options, OriginId::default());
    let mut entries = vec![
        ("getSubOptions", sub_options),
        ("_type", tag),
        ("name", name),
        ("description", description),
        ("descriptionClass", class),
        (NATIVE, hidden),
        ("check", check),
        ("merge", merge),
        ("emptyValue", when_empty),
    ];
    let nested = match &*native {
        OptType::ListOf(inner) | OptType::AttrsOf { elem: inner, .. } | OptType::NullOr(inner) => {
            let elem = value(ev, inner.clone());
            let elem = ev.alloc(elem, OriginId::default());
            let set = ev.attrs_from(vec![("elemType", elem)]);
            ev.alloc(Value::attrs(set), OriginId::default())
        }
        _ => empty,
    };
    entries.push(("nestedTypes", nested));
    if let Some(submodule) = native.submodule() {
        let modules = ev.alloc(
            Value::list(submodule.modules.iter().copied()),
            OriginId::default(),
        );
        entries.push(("getSubModules", modules));
    }
    Value::attrs(ev.attrs_from(entries))
}

/// What an option without definitions and default is.
pub(crate) fn empty_value(ev: &mut Evaluator<'_>, native: &OptType) -> Option<Value> {
    match native {
        OptType::NullOr(_) => Some(Value::Null),
        OptType::ListOf(_) => Some(ev.empty_list()),
        OptType::AttrsOf { .. }
        | OptType::Submodule(_)
        | OptType::DeferredModule(_)
        | OptType::Scalar {
            kind: Scalar::Attrs, ..
        } => Some(ev.empty_attrs()),
        OptType::Unique(inner, _) | OptType::Checked(inner, _) | OptType::Coerced { to: inner, .. } => {
            empty_value(ev, inner)
        }
        OptType::Changed { inner, empty, .. } => match empty {
            None => empty_value(ev, inner),
            Some(empty) => {
                let empty = ev.force_or_unknown(*empty);
                look_up(ev, &empty, "value").map(|value| value.value)
            }
        },
        _ => None,
    }
}

/// Is a text a path below a thing in the store (or of a content-addressed one)?
fn is_in_store(text: &str) -> bool {
    let rest = text.strip_prefix("/nix/store/").or_else(|| {
        let rest = text.strip_prefix('/')?;
        let hash = rest.split('/').next()?;
        (hash.len() == 52 && hash.chars().all(|c| c.is_ascii_alphanumeric())).then_some(rest)
    });
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('.') && !rest.starts_with('/'))
}

/// Does `types.pathWith` accept a value?
fn is_path(ev: &mut Evaluator<'_>, value: &Value, in_store: Option<bool>, absolute: Option<bool>) -> bool {
    match value {
        // A path is copied when it is used, so what it becomes is in the store.
        Value::Path(_) => in_store != Some(false) && absolute != Some(false),
        Value::String(string) => {
            if string.hole().is_some() {
                return true;
            }
            in_store.is_none_or(|wanted| wanted == is_in_store(&string.text))
                && absolute.is_none_or(|wanted| wanted == string.text.starts_with('/'))
        }
        Value::Attrs(attrs) => attrs.get(ev.common().out_path).is_some() || attrs.open.is_some(),
        _ => false,
    }
}

/// Is a set a derivation by its `type`?
fn is_derivation(ev: &mut Evaluator<'_>, attrs: &Attrs) -> bool {
    attrs.get(ev.common().kind).map(|attr| attr.thunk).is_some_and(
        |kind| matches!(ev.force_or_unknown(kind).value, Value::String(text) if text.text == "derivation"),
    )
}

/// Does a type accept a value? Exits early if the value is unknown.
pub(crate) fn accepts(
    ev: &mut Evaluator<'_>,
    native: &Rc<OptType>,
    value: &Tracked,
    site: Site,
) -> Res<bool> {
    match &value.value {
        Value::Unknown(unknown) => return Err(Stop::Unknown(unknown.clone())),
        Value::Either(_) => return Err(Stop::Unknown(ev.undecided(value))),
        _ => {}
    }
    Ok(match &**native {
        OptType::Scalar { kind, bounds, name } => match kind {
            Scalar::Any | Scalar::Raw => true,
            Scalar::Bool | Scalar::BoolByOr => matches!(value.value, Value::Bool(_)),
            Scalar::Int => match (&value.value, bounds) {
                (Value::Int(int), Some((low, high))) => (low..=high).contains(&int),
                (Value::Int(_), None) => true,
                _ => false,
            },
            Scalar::Float => matches!(value.value, Value::Float(_)),
            Scalar::Number => matches!(value.value, Value::Int(_) | Value::Float(_)),
            Scalar::Str => match &value.value {
                Value::String(string) if name == "nonEmptyStr" => {
                    string.hole().is_some() || !string.text.trim().is_empty()
                }
                Value::String(string) if name == "singleLineStr" => {
                    !string.text.trim_end_matches('\n').contains('\n')
                }
                Value::String(_) => true,
                _ => false,
            },
            Scalar::Path => match &value.value {
                Value::Path(_) => true,
                Value::String(string) => {
                    let hole_first = string
                        .pieces(OriginId::default())
                        .first()
                        .is_some_and(|part| part.hole.is_some());
                    hole_first || string.text.starts_with('/')
                }
                Value::Attrs(attrs) => attrs.get(ev.common().out_path).is_some() || attrs.open.is_some(),
                _ => false,
            },
            Scalar::OptionType => {
                matches!(&value.value, Value::Attrs(attrs) if attrs.get(ev.common().tag).is_some())
            }
            Scalar::Package => match &value.value {
                Value::Attrs(attrs) => {
                    attrs.get(ev.common().out_path).is_some()
                        || attrs.open.is_some()
                        || is_derivation(ev, attrs)
                }
                Value::String(_) | Value::Path(_) => true,
                _ => false,
            },
            Scalar::Function => ev.is_function(&value.value),
            Scalar::Attrs => matches!(value.value, Value::Attrs(_)),
        },
        OptType::PathWith { in_store, absolute } => is_path(ev, &value.value, *in_store, *absolute),
        OptType::Joined(..) => matches!(value.value, Value::String(_)),
        OptType::Enum(values) => {
            let mut unknown = None;
            for one in values {
                let one = ev.force(*one)?;
                match ev.equal(&one, value, site) {
                    Ok(true) => return Ok(true),
                    Ok(false) => {}
                    Err(Stop::Unknown(why)) => unknown = Some(why),
                    Err(error) => return Err(error),
                }
            }
            return unknown.map_or(Ok(false), |why| Err(Stop::Unknown(why)));
        }
        OptType::ListOf(_) => matches!(value.value, Value::List(_)),
        OptType::NonEmptyListOf(_) => {
            matches!(&value.value, Value::List(list) if !list.elems.is_empty() || list.open.is_some())
        }
        OptType::AttrsOf { .. } => matches!(value.value, Value::Attrs(_)),
        OptType::Submodule(_) | OptType::DeferredModule(_) => {
            matches!(value.value, Value::Attrs(_) | Value::Path(_)) || ev.is_function(&value.value)
        }
        OptType::Anything | OptType::Deep => true,
        OptType::Changed { inner, check, .. } => match check {
            Some(check) => call_check(ev, *check, value, site)?,
            None => accepts(ev, inner, value, site)?,
        },
        OptType::NullOr(inner) => matches!(value.value, Value::Null) || accepts(ev, inner, value, site)?,
        OptType::Either(a, b) => accepts(ev, a, value, site)? || accepts(ev, b, value, site)?,
        OptType::Coerced { from, to, with } => {
            if accepts(ev, from, value, site)? {
                let function = ev.force(*with)?;
                let argument = ev.alloc_tracked(value.clone());
                let converted = ev.apply(function, argument, site)?;
                accepts(ev, to, &converted, site)?
            } else {
                accepts(ev, to, value, site)?
            }
        }
        OptType::FunctionTo(_) => ev.is_function(&value.value),
        OptType::Unique(inner, _) => accepts(ev, inner, value, site)?,
        OptType::Checked(inner, check) => {
            if !accepts(ev, inner, value, site)? {
                return Ok(false);
            }
            call_check(ev, *check, value, site)?
        }
        OptType::AttrTag(_) => matches!(&value.value, Value::Attrs(attrs) if attrs.entries.len() == 1),
        OptType::Custom {
            check: Some(check), ..
        } => call_check(ev, *check, value, site)?,
        OptType::Custom { check: None, .. } => true,
    })
}

fn call_check(ev: &mut Evaluator<'_>, check: ThunkId, value: &Tracked, site: Site) -> Res<bool> {
    let check = ev.force(check)?;
    let argument = ev.alloc_tracked(value.clone());
    let verdict = ev.apply(check, argument, site)?;
    let verdict = ev.known(verdict)?;
    ev.as_bool(&verdict, site)
}
