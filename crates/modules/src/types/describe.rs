//! What option types and values are in words, for messages and for `type.description`.

use crate::definition::Definition;
use crate::path::key;
use crate::types::native::{OptType, Scalar};
use nixpod_eval::{Attrs, Evaluator, ThunkId, Tracked, Value};
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

/// The class of a type's description.
pub(crate) fn class(native: &OptType) -> Class {
    match native {
        OptType::Scalar { name, kind, .. } if *kind == Scalar::Int => match name.as_str() {
            "positive" | "unsigned" => Class::Clause,
            _ => Class::Noun,
        },
        OptType::ListOf(_)
        | OptType::AttrsOf { .. }
        | OptType::FunctionTo(_)
        | OptType::NonEmptyListOf(_) => Class::Composite,
        OptType::NullOr(_) | OptType::Either(..) => Class::Conjunction,
        OptType::Enum(values) if values.len() > 1 => Class::Conjunction,
        OptType::Coerced { .. } | OptType::Submodule(_) => Class::Clause,
        OptType::Unique(inner, _) | OptType::Checked(inner, _) => class(inner),
        _ => Class::Noun,
    }
}

/// A description inside of another one.
fn phrase(ev: &mut Evaluator<'_>, native: &Rc<OptType>, plain: &[Class]) -> String {
    let text = describe(ev, native);
    if plain.contains(&class(native)) {
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
        OptType::Joined(_, separator) if separator.is_empty() => "Concatenated string".to_owned(),
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
        OptType::Submodule(_) => "submodule".to_owned(),
        OptType::DeferredModule(_) => "module".to_owned(),
        OptType::Anything | OptType::Deep => "anything".to_owned(),
        OptType::Changed { inner, .. } => describe(ev, inner),
        OptType::NullOr(inner) => format!("null or {}", phrase(ev, inner, &SIDE)),
        OptType::Either(a, b) => {
            if class(a) == Class::Clause {
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
        OptType::Custom { name, .. } => name.to_string(),
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
        (_, _, "positive") => "positive integer, meaning >0".to_owned(),
        (_, _, "unsigned") => "unsigned integer, meaning >=0".to_owned(),
        (_, Some((low, high)), "intBetween") => {
            format!("integer between {low} and {high} (both inclusive)")
        }
        (_, Some((low, high)), _) => {
            let bits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
            let sign = if low < 0 { "" } else { "unsigned " };
            format!("{bits} bit {sign}integer; between {low} and {high} (both inclusive)")
        }
        (Scalar::Bool | Scalar::BoolByOr, ..) => "boolean".to_owned(),
        (Scalar::Int, ..) => "signed integer".to_owned(),
        (Scalar::Float, ..) => "floating point number".to_owned(),
        (Scalar::Number, ..) => "signed integer or floating point number".to_owned(),
        (Scalar::Str, _, "nonEmptyStr") => "non-empty string".to_owned(),
        (Scalar::Str, _, "singleLineStr") => "(optionally newline-terminated) single-line string".to_owned(),
        (Scalar::Str, _, name) => match name
            .strip_prefix("strMatching \"")
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(pattern) => format!("string matching the pattern {pattern}"),
            None => "string".to_owned(),
        },
        (Scalar::Path, ..) => "absolute path".to_owned(),
        (Scalar::Attrs, ..) => "attribute set".to_owned(),
        (Scalar::Any, ..) => match name.as_str() {
            "pkgs" => "Nixpkgs package set".to_owned(),
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
        Some(true) => "path in the Nix store".to_owned(),
        Some(false) => format!("{first} not in the Nix store"),
        None => first.to_owned(),
    }
}

/// Longer values are cut off in messages.
const MAX_SHOWN: usize = 200;

/// A value as messages show it.
pub(crate) fn show(ev: &mut Evaluator<'_>, value: &Tracked) -> String {
    let text = match &value.value {
        Value::Attrs(set) if !set.entries.is_empty() => None,
        _ => ev.print(value).ok(),
    };
    match text {
        Some(text) if text.len() <= MAX_SHOWN => text,
        _ => value.value.describe().to_owned(),
    }
}

/// The definitions of an option as messages list them.
pub(crate) fn show_definitions(ev: &mut Evaluator<'_>, defs: &[Definition]) -> String {
    let mut out = String::new();
    for def in defs {
        let file = def.file_name(ev);
        let value = show(ev, &def.value);
        out.push_str(&format!("\n- In `{file}': {value}"));
    }
    out
}
