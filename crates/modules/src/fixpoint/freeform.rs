//! Names that nobody declares, where they have a type.

use crate::declaration::Child;
use crate::definition::{Definition, RawDef, discharge, presence_of};
use crate::fixpoint::by_type::{all_accept, combine, several};
use crate::fixpoint::collect::Collected;
use crate::fixpoint::option::delay_merge;
use crate::fixpoint::words::describe;
use crate::path::{dotted, extend};
use crate::system::evaluation::{At, Mode, ModuleEvaluation};
use crate::types::join::join;
use crate::types::native::{OptType, Scalar, native, native_of};
use crate::types::show::show_definitions;
use crate::undeclared;
use nixpod_eval::{Attr, Attrs, Evaluator, NO_SITE, OriginId, Res, Symbol, Tracked, Value, When};
use std::rc::Rc;

/// The type of undeclared names.
pub(crate) fn freeform(ev: &mut Evaluator<'_>, system: &Rc<ModuleEvaluation>) -> Res<Option<Rc<OptType>>> {
    let Some(collected) = system.collect(ev) else {
        return Ok(None);
    };
    let (_, defs) = system.top(&collected);
    freeform_of(ev, system, &defs, &collected)
}

pub(crate) fn freeform_of(
    ev: &mut Evaluator<'_>,
    system: &ModuleEvaluation,
    defs: &[RawDef],
    collected: &Collected,
) -> Res<Option<Rc<OptType>>> {
    let mut types: Vec<Rc<OptType>> = Vec::new();
    for thunk in &collected.freeform {
        types.push(native_of(ev, *thunk));
    }
    if system.mode() != Mode::WholeSystem {
        let settings = undeclared::setting(ev, defs, &["_module", "freeformType"]);
        for def in discharge(ev, &settings).on {
            types.push(native(ev, &def.value));
        }
    }
    let mut freeform: Option<Rc<OptType>> = None;
    for one in types {
        freeform = Some(match freeform {
            None => one,
            Some(first) => join(ev, &first, &one)?.unwrap_or(first),
        });
    }
    Ok(freeform)
}

/// A name of the freeform type. Nothing if all that defines it is off.
pub(crate) fn free(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    freeform: &Rc<OptType>,
    name: Symbol,
    mut child: Child,
) -> Option<Attr> {
    let (elem, lazy) = match &**freeform.under_words() {
        OptType::AttrsOf { elem, lazy, .. } => (elem.clone(), *lazy),
        _ => (Rc::new(OptType::Anything), true),
    };
    let when = match lazy {
        true => When::ALWAYS,
        false => presence_of(ev, &mut child.defs)?,
    };
    let site = child.site();
    let path = extend(at.path, ev.name(name));
    let thunk = delay_merge(ev, at.system, path, elem, child.defs);
    Some(Attr {
        name,
        thunk,
        site,
        when,
    })
}

/// Does a type merge all undeclared names together, and not each by itself? All do but those of sets with free names.
pub(crate) fn is_merged_together(at: At<'_>, freeform: &Rc<OptType>) -> bool {
    match &**freeform.under_words() {
        OptType::AttrsOf { .. } => false,
        OptType::Custom { .. } => true,
        _ => at.mode() == Mode::AsNix,
    }
}

/// Merges undeclared names together.
pub(crate) fn merged_together(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    freeform: &Rc<OptType>,
    definitions: &[(RawDef, Tracked)],
    names: &[Symbol],
) -> Res<Vec<Attr>> {
    let mut raws = Vec::new();
    for (def, value) in definitions {
        if let Value::Attrs(set) = &value.value {
            for attr in set.entries.iter().filter(|attr| names.contains(&attr.name)) {
                let one = Value::attrs(Attrs::from_entries(vec![*attr]));
                let one = ev.alloc(one, value.origin);
                raws.push(def.replaced(one));
            }
        }
    }
    let definitions = discharge(ev, &raws).on;
    Ok(match unchecked(ev, at, freeform, definitions)?.value {
        Value::Attrs(merged) => merged.entries.clone(),
        _ => Vec::new(),
    })
}

/// Merges definitions of which nobody checked that they are of the type. Nix warns where none of several types fits, and
/// takes the value as it is.
fn unchecked(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    match &**native.under_words() {
        OptType::NullOr(inner) if defs.iter().all(|def| !matches!(def.value.value, Value::Null)) => {
            unchecked(ev, at, inner, defs)
        }
        _ if all_accept(ev, native, &defs) => combine(ev, at, native, defs),
        OptType::Either(a, b) => {
            let (a, b) = (describe(ev, a), describe(ev, b));
            as_it_is(ev, at, &a, &b, defs)
        }
        OptType::Scalar {
            kind: Scalar::Number, ..
        } => as_it_is(ev, at, "signed integer", "floating point number", defs),
        _ => combine(ev, at, native, defs),
    }
}

/// The one definition of neither of two types, with Nix's warning.
fn as_it_is(ev: &mut Evaluator<'_>, at: At<'_>, a: &str, b: &str, defs: Vec<Definition>) -> Res<Tracked> {
    let option = dotted(at.path);
    let shown = show_definitions(ev, &defs);
    let message = format!(
        "One or more definitions did not pass the type-check of the 'either' type.\nThe option `{option}` is neither a value of type `{a}` nor `{b}`, Definition values:{shown}\nIf `either`, `oneOf` or similar is used in freeformType, ensure that it is preceded by an 'attrsOf' such as: `freeformType = types.attrsOf (types.either t1 t2)`.\nOtherwise consider using the correct type for the option `{option}`.  This will be an error in Nixpkgs 26.05.\n"
    );
    let message = ev.alloc(Value::string(message), OriginId::default());
    let value = match &defs[..] {
        [only] => ev.alloc_tracked(only.value.clone()),
        _ => return Err(several(ev, at.path, "", &defs)),
    };
    let builtins = ev.force(ev.builtins())?;
    let warn = ev.intern("warn");
    let warn = ev.select_value(&builtins, warn, NO_SITE)?;
    ev.apply_all(&warn, &[message, value], NO_SITE)
}
