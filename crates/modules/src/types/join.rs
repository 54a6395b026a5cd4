//! An option declared more than once: its types become one.

use crate::types::native::{OptType, Submodule};
use nixpod_eval::{ErrorKind, Evaluator, Res};
use std::rc::Rc;

/// The type that stands for both. `None`: they contradict each other.
pub(crate) fn join(ev: &mut Evaluator<'_>, a: &Rc<OptType>, b: &Rc<OptType>) -> Res<Option<Rc<OptType>>> {
    let joined = match (&**a, &**b) {
        (OptType::Submodule(x), OptType::Submodule(y)) => {
            if let (Some(first), Some(second)) = (&x.class, &y.class)
                && first != second
            {
                let message = format!(
                    "A submoduleWith option is declared multiple times with conflicting class values \"{first}\" and \"{second}\"."
                );
                return Err(ev.error(ErrorKind::Eval, message, None));
            }
            OptType::Submodule(Rc::new(Submodule {
                modules: x.modules.iter().chain(&y.modules).copied().collect(),
                own: x.own.iter().chain(&y.own).copied().collect(),
                special: x.special.or(y.special),
                shorthand_only_config: x.shorthand_only_config || y.shorthand_only_config,
                system: x.system.or(y.system),
                class: x.class.clone().or_else(|| y.class.clone()),
            }))
        }
        (
            OptType::AttrsOf {
                elem: x,
                lazy,
                placeholder: first,
            },
            OptType::AttrsOf {
                elem: y,
                lazy: other,
                placeholder: second,
            },
        ) => {
            let placeholder = match (first.as_str(), second.as_str()) {
                (a, b) if a == b => first,
                ("name", _) => second,
                (_, "name") => first,
                _ => return Ok(None),
            };
            if lazy != other {
                return Ok(None);
            }
            let Some(elem) = join(ev, x, y)? else {
                return Ok(None);
            };
            OptType::AttrsOf {
                elem,
                lazy: *lazy,
                placeholder: placeholder.clone(),
            }
        }
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
        (OptType::Coerced { .. }, OptType::Coerced { .. }) => return Ok(None),
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
