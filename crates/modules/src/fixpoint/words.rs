//! What option types are in words, for messages and for `type.description`.

use crate::fixpoint::freeform::freeform;
use crate::fixpoint::submodule::submodule_system;
use crate::path::{OptionPath, key};
use crate::system::evaluation::{At, ModuleEvaluation};
use crate::types::native::{OptType, Said, Scalar, Submodule};
use crate::types::show::show;
use nixpod_eval::{Attrs, Evaluator, ThunkId, Value};
use smol_str::SmolStr;
use std::rc::Rc;

/// How a description may stand inside of another one without parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A word or two.
    Noun,
    /// A type made from another one.
    Composite,
    /// Alternatives.
    Conjunction,
    /// With an explanation behind.
    Clause,
}

impl Class {
    const ALL: [Self; 4] = [Self::Noun, Self::Composite, Self::Conjunction, Self::Clause];

    /// The name that Nix code knows.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Noun => "noun",
            Self::Composite => "composite",
            Self::Conjunction => "conjunction",
            Self::Clause => "nonRestrictiveClause",
        }
    }
}

/// The class of a type's description. What has none is always in parentheses.
pub(crate) fn class(ev: &mut Evaluator<'_>, native: &OptType) -> Option<Class> {
    Some(match native {
        OptType::Scalar { name, kind, .. } => match (kind, name.as_str()) {
            (Scalar::Int, "positiveInt" | "unsignedInt") => Class::Clause,
            (Scalar::Number, _) => Class::Conjunction,
            (Scalar::Attrs, _) => return None,
            _ => Class::Noun,
        },
        OptType::ListOf(_)
        | OptType::AttrsOf { .. }
        | OptType::AttrListOf(_)
        | OptType::FunctionTo(_)
        | OptType::NonEmptyListOf(_) => Class::Composite,
        OptType::NullOr(_) | OptType::Either(..) => Class::Conjunction,
        OptType::Enum(values) if values.len() > 1 => Class::Conjunction,
        OptType::Coerced { .. } | OptType::Submodule(_) => return None,
        OptType::Unique(inner, _) | OptType::Checked(inner, _) => return class(ev, inner),
        OptType::Changed { inner, said, .. } => match said.class {
            Some(class) => return class_in(ev, class),
            None => return class(ev, inner),
        },
        OptType::Custom { said, .. } => return said.class.and_then(|class| class_in(ev, class)),
        _ => Class::Noun,
    })
}

/// A class that Nix code chose.
fn class_in(ev: &mut Evaluator<'_>, thunk: ThunkId) -> Option<Class> {
    let name = text(ev, thunk)?;
    Class::ALL.into_iter().find(|class| class.name() == name)
}

fn text(ev: &mut Evaluator<'_>, thunk: ThunkId) -> Option<SmolStr> {
    match ev.force_or_unknown(thunk).value {
        Value::String(text) => Some(text.text.clone()),
        _ => None,
    }
}

/// A description inside of another one.
fn phrase(ev: &mut Evaluator<'_>, native: &Rc<OptType>, plain: &[Class]) -> String {
    let text = describe(ev, native);
    if class(ev, native).is_some_and(|class| plain.contains(&class)) {
        text
    } else {
        format!("({text})")
    }
}

/// What a type is, in words.
pub(crate) fn describe(ev: &mut Evaluator<'_>, native: &OptType) -> String {
    const PART: [Class; 2] = [Class::Noun, Class::Composite];
    const SIDE: [Class; 2] = [Class::Noun, Class::Conjunction];
    match native {
        OptType::Scalar { kind, name, bounds } => scalar(*kind, name, *bounds),
        OptType::PathWith { in_store, absolute } => path(*in_store, *absolute),
        OptType::Joined(_, separator) => {
            format!(
                "strings concatenated with {}",
                nixpod_eval::print::quote(separator)
            )
        }
        OptType::Enum(values) => one_of(ev, values),
        OptType::ListOf(elem) => format!("list of {}", phrase(ev, elem, &PART)),
        OptType::NonEmptyListOf(elem) => format!("non-empty (list of {})", phrase(ev, elem, &PART)),
        OptType::AttrsOf { elem, lazy, .. } => {
            let lazy = if *lazy { "lazy " } else { "" };
            format!("{lazy}attribute set of {}", phrase(ev, elem, &PART))
        }
        OptType::AttrListOf(list) => format!("attribute list of {}", phrase(ev, &list.elem, &PART)),
        OptType::Submodule(submodule) => of_submodule(ev, submodule),
        OptType::DeferredModule(_) => "module".to_owned(),
        OptType::Anything | OptType::Unspecified => "unspecified value".to_owned(),
        OptType::Deep => "anything".to_owned(),
        OptType::Changed { inner, said, .. } => said_or(ev, *said, |ev| describe(ev, inner)),
        OptType::NullOr(inner) => format!("null or {}", phrase(ev, inner, &SIDE)),
        OptType::Either(a, b) => {
            if class(ev, a) == Some(Class::Clause) {
                let (first, second) = (describe(ev, a), phrase(ev, b, &SIDE));
                return format!("{first}, or {second}");
            }
            let first = phrase(ev, a, &SIDE);
            let second = phrase(ev, b, &[Class::Noun, Class::Conjunction, Class::Composite]);
            format!("{first} or {second}")
        }
        OptType::Coerced { from, to, .. } => {
            let (to, from) = (phrase(ev, to, &[Class::Noun]), phrase(ev, from, &[Class::Noun]));
            format!("{to} or {from} convertible to it")
        }
        OptType::FunctionTo(to) => {
            format!("function that evaluates to a(n) {}", phrase(ev, to, &PART))
        }
        OptType::Unique(inner, _) | OptType::Checked(inner, _) => describe(ev, inner),
        OptType::AttrTag(tags) => tagged(ev, tags),
        OptType::Custom { name, said, .. } => said_or(ev, *said, |_| name.to_string()),
    }
}

/// The description that Nix code gave, or else the type's own.
fn said_or(ev: &mut Evaluator<'_>, said: Said, own: impl FnOnce(&mut Evaluator<'_>) -> String) -> String {
    let given = said.description.and_then(|thunk| text(ev, thunk));
    given.map_or_else(|| own(ev), |text| text.to_string())
}

/// A submodule is open if it has a type for what nobody declares.
fn of_submodule(ev: &mut Evaluator<'_>, submodule: &Rc<Submodule>) -> String {
    if let Some(text) = &submodule.description {
        return text.to_string();
    }
    let plain = "submodule".to_owned();
    if submodule.system.is_some() {
        return plain;
    }
    let outer = ModuleEvaluation::detached(ev);
    let path = OptionPath::default();
    let at = At::new(&outer, &path);
    let free = submodule_system(ev, at, submodule, Vec::new()).and_then(|system| freeform(ev, &system));
    match free {
        Ok(Some(free)) => {
            let free = phrase(ev, &free, &[Class::Noun, Class::Composite]);
            format!("open submodule of {free}")
        }
        _ => plain,
    }
}

fn one_of(ev: &mut Evaluator<'_>, values: &[ThunkId]) -> String {
    let mut shown = Vec::new();
    for thunk in values {
        let value = ev.force_or_unknown(*thunk);
        shown.push(match &value.value {
            Value::Null => "<null>".to_owned(),
            _ => show(ev, &value),
        });
    }
    match &shown[..] {
        [] => "impossible (empty enum)".to_owned(),
        [only] => format!("value {only} (singular enum)"),
        all => format!("one of {}", all.join(", ")),
    }
}

fn tagged(ev: &mut Evaluator<'_>, tags: &[ThunkId]) -> String {
    let mut all = Attrs::default();
    for tags in tags {
        if let Value::Attrs(set) = &ev.force_or_unknown(*tags).value {
            all = ev.update_attrs(&all, set);
        }
    }
    let names: Vec<String> = ev
        .sorted(&all)
        .iter()
        .map(|attr| key(ev.name(attr.name)))
        .collect();
    format!("attribute-tagged union with choices: {}", names.join(", "))
}

fn scalar(kind: Scalar, name: &SmolStr, bounds: Option<(i64, i64)>) -> String {
    match (kind, bounds, name.as_str()) {
        (_, _, "positiveInt") => "positive integer, meaning >0".to_owned(),
        (_, _, "unsignedInt") => "unsigned integer, meaning >=0".to_owned(),
        (_, Some((low, high)), "intBetween") => {
            format!("integer between {low} and {high} (both inclusive)")
        }
        (_, Some((low, high)), _) => {
            let bits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
            let sign = if low < 0 { "signed" } else { "unsigned" };
            format!("{bits} bit {sign} integer; between {low} and {high} (both inclusive)")
        }
        (Scalar::Bool, ..) => "boolean".to_owned(),
        (Scalar::BoolByOr, ..) => "boolean (merged using or)".to_owned(),
        (Scalar::Int, ..) => "signed integer".to_owned(),
        (Scalar::Float, ..) => "floating point number".to_owned(),
        (Scalar::Number, ..) => "signed integer or floating point number".to_owned(),
        (Scalar::Str, _, "nonEmptyStr") => "non-empty string".to_owned(),
        (Scalar::Str, _, "singleLineStr") => "(optionally newline-terminated) single-line string".to_owned(),
        (Scalar::Str, ..) => "string".to_owned(),
        (Scalar::Path, ..) => "absolute path".to_owned(),
        (Scalar::Attrs, ..) => "attribute set".to_owned(),
        (Scalar::Any, ..) => match name.as_str() {
            "pkgs" => "Nixpkgs package set".to_owned(),
            "luaInline" => "inline lua".to_owned(),
            other => other.to_owned(),
        },
        (Scalar::OptionType, ..) => "optionType".to_owned(),
        (Scalar::Raw, ..) => "raw value".to_owned(),
        (Scalar::Package | Scalar::Function, ..) => name.to_string(),
    }
}

fn path(in_store: Option<bool>, absolute: Option<bool>) -> String {
    let first = match absolute {
        Some(true) => "absolute path",
        Some(false) => "relative path",
        None => "path",
    };
    match in_store {
        Some(true) => format!("{first} in the Nix store"),
        Some(false) => format!("{first} not in the Nix store"),
        None => first.to_owned(),
    }
}
