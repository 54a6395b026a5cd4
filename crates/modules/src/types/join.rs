//! An option declared more than once: its types become one.

use crate::types::native::{OptType, Submodule};
use nixpod_eval::{ErrorKind, Evaluator, Res};
use smol_str::SmolStr;
use std::rc::Rc;

/// The type that stands for both. `None`: they contradict each other.
pub(crate) fn join(ev: &mut Evaluator<'_>, a: &Rc<OptType>, b: &Rc<OptType>) -> Res<Option<Rc<OptType>>> {
    let joined = match (&**a, &**b) {
        // Of what Nix code changed by `//`, only the type underneath is merged.
        (OptType::Changed { inner, .. }, _) => return join(ev, inner, b),
        (_, OptType::Changed { inner, .. }) => return join(ev, a, inner),
        (OptType::Submodule(x), OptType::Submodule(y)) => OptType::Submodule(Rc::new(submodules(ev, x, y)?)),
        (OptType::AttrsOf { .. }, OptType::AttrsOf { .. }) => return attrs_of(ev, a, b),
        (OptType::ListOf(x), OptType::ListOf(y)) => return wrapped(ev, x, y, OptType::ListOf),
        (OptType::NonEmptyListOf(x), OptType::NonEmptyListOf(y)) => {
            return wrapped(ev, x, y, OptType::NonEmptyListOf);
        }
        (OptType::NullOr(x), OptType::NullOr(y)) => return wrapped(ev, x, y, OptType::NullOr),
        (OptType::FunctionTo(x), OptType::FunctionTo(y)) => return wrapped(ev, x, y, OptType::FunctionTo),
        (OptType::Unique(x, message), OptType::Unique(y, _)) => {
            return wrapped(ev, x, y, |both| OptType::Unique(both, message.clone()));
        }
        (OptType::Either(x1, x2), OptType::Either(y1, y2)) => {
            let (Some(first), Some(second)) = (join(ev, x1, y1)?, join(ev, x2, y2)?) else {
                return Ok(None);
            };
            OptType::Either(first, second)
        }
        (OptType::Enum(x), OptType::Enum(y)) => OptType::Enum(x.iter().chain(y).copied().collect()),
        (OptType::DeferredModule(x), OptType::DeferredModule(y)) => {
            OptType::DeferredModule(x.iter().chain(y).copied().collect())
        }
        (OptType::AttrTag(x), OptType::AttrTag(y)) => OptType::AttrTag(x.iter().chain(y).copied().collect()),
        (OptType::Joined(_, x), OptType::Joined(_, y)) => return Ok((x == y).then(|| a.clone())),
        (
            OptType::PathWith { in_store, absolute },
            OptType::PathWith {
                in_store: other_store,
                absolute: other_absolute,
            },
        ) => {
            let same = in_store == other_store && absolute == other_absolute;
            return Ok(same.then(|| a.clone()));
        }
        (OptType::Coerced { .. }, OptType::Coerced { .. })
        | (OptType::AttrListOf(_), OptType::AttrListOf(_)) => {
            return Ok(None);
        }
        _ => return Ok((a.name() == b.name()).then(|| a.clone())),
    };
    Ok(Some(Rc::new(joined)))
}

fn wrapped(
    ev: &mut Evaluator<'_>,
    a: &Rc<OptType>,
    b: &Rc<OptType>,
    wrap: impl FnOnce(Rc<OptType>) -> OptType,
) -> Res<Option<Rc<OptType>>> {
    Ok(join(ev, a, b)?.map(|both| Rc::new(wrap(both))))
}

fn attrs_of(ev: &mut Evaluator<'_>, a: &OptType, b: &OptType) -> Res<Option<Rc<OptType>>> {
    let OptType::AttrsOf {
        elem: x,
        lazy,
        placeholder: first,
    } = a
    else {
        return Ok(None);
    };
    let OptType::AttrsOf {
        elem: y,
        lazy: other,
        placeholder: second,
    } = b
    else {
        return Ok(None);
    };
    let Some(placeholder) = placeholders(first, second).filter(|_| lazy == other) else {
        return Ok(None);
    };
    wrapped(ev, x, y, |elem| OptType::AttrsOf {
        elem,
        lazy: *lazy,
        placeholder,
    })
}

/// The same evaluation with the modules of both.
fn submodules(ev: &Evaluator<'_>, x: &Submodule, y: &Submodule) -> Res<Submodule> {
    if let (Some(first), Some(second)) = (&x.class, &y.class)
        && first != second
    {
        let message = format!(
            "A submoduleWith option is declared multiple times with conflicting class values \"{first}\" and \"{second}\"."
        );
        return Err(ev.error(ErrorKind::Eval, message, None));
    }
    Ok(Submodule {
        modules: x.modules.iter().chain(&y.modules).copied().collect(),
        ours: x.ours.iter().chain(&y.ours).copied().collect(),
        special: x.special.or(y.special),
        shorthand_only_config: x.shorthand_only_config || y.shorthand_only_config,
        system: x.system.or(y.system),
        class: x.class.clone().or_else(|| y.class.clone()),
        extensible: x.extensible && y.extensible,
        description: x.description.clone().or_else(|| y.description.clone()),
    })
}

/// What stands for a name: the one that was chosen, if there is only one.
fn placeholders(first: &SmolStr, second: &SmolStr) -> Option<SmolStr> {
    match (first.as_str(), second.as_str()) {
        (a, b) if a == b => Some(first.clone()),
        ("name", _) => Some(second.clone()),
        (_, "name") => Some(first.clone()),
        _ => None,
    }
}
