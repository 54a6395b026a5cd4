//! Constants, errors, types, control.

use super::table::{Builtin, Constant, Cost, Delayed, plain};
use crate::{Coerce, ErrorKind, Evaluator, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::{Site, Why};
use nixpod_syntax::hir::BinaryOp;
use std::cmp::Ordering;

/// More messages than this nobody reads.
const MAX_TRACES: usize = 100;

pub(super) const BUILTINS: &[Builtin] = &[
    ("throw", 1, 1, Cost::Call, |ev, args, site| {
        raise(ev, args, site, ErrorKind::Throw)
    }),
    ("abort", 1, 1, Cost::Call, |ev, args, site| {
        raise(ev, args, site, ErrorKind::Abort)
    }),
    ("break", 1, 0, Cost::Call, |ev, args, _| Ok(ev.force(args[0])?)),
    ("tryEval", 1, 0, Cost::Call, try_eval),
    ("seq", 2, 0, Cost::Call, |ev, args, _| {
        ev.force(args[0])?;
        Ok(ev.force(args[1])?)
    }),
    ("deepSeq", 2, 0, Cost::Steps, |ev, args, _| {
        ev.deep_force(args[0])?;
        Ok(ev.force(args[1])?)
    }),
    ("trace", 2, 0, Cost::Call, |ev, args, _| {
        tell(ev, args[0])?;
        Ok(ev.force(args[1])?)
    }),
    ("warn", 2, 0, Cost::Call, |ev, args, site| {
        tell(ev, args[0])?;
        if ev.settings.abort_on_warn {
            let message = "aborting to reveal stack trace of warning, as abort-on-warn is set";
            return Err(ev.error(ErrorKind::Abort, message, Some(site)));
        }
        Ok(ev.force(args[1])?)
    }),
    ("traceVerbose", 2, 0, Cost::Call, |ev, args, _| {
        Ok(ev.force(args[1])?)
    }),
    ("addErrorContext", 2, 0, Cost::Call, add_error_context),
    ("toString", 1, 0, Cost::Bytes, |ev, args, site| {
        let value = ev.force(args[0])?;
        ev.coerce(&value, Coerce::ToString, site)
    }),
    ("typeOf", 1, 1, Cost::Call, type_of),
    ("isNull", 1, 1, Cost::Call, |ev, args, _| {
        is_of_type(ev, args[0], "null")
    }),
    ("isBool", 1, 1, Cost::Call, |ev, args, _| {
        is_of_type(ev, args[0], "bool")
    }),
    ("isInt", 1, 1, Cost::Call, |ev, args, _| {
        is_of_type(ev, args[0], "int")
    }),
    ("isFloat", 1, 1, Cost::Call, |ev, args, _| {
        is_of_type(ev, args[0], "float")
    }),
    ("isString", 1, 1, Cost::Call, |ev, args, _| {
        is_of_type(ev, args[0], "string")
    }),
    ("isPath", 1, 1, Cost::Call, |ev, args, _| {
        is_of_type(ev, args[0], "path")
    }),
    ("isList", 1, 1, Cost::Call, |ev, args, _| {
        is_of_type(ev, args[0], "list")
    }),
    ("isAttrs", 1, 1, Cost::Call, |ev, args, _| {
        is_of_type(ev, args[0], "set")
    }),
    ("isFunction", 1, 1, Cost::Call, |ev, args, _| {
        is_of_type(ev, args[0], "lambda")
    }),
    ("functionArgs", 1, 1, Cost::Sizes, function_args),
    ("add", 2, 3, Cost::Call, |ev, args, site| {
        arithmetic(ev, args, site, BinaryOp::Add)
    }),
    ("sub", 2, 3, Cost::Call, |ev, args, site| {
        arithmetic(ev, args, site, BinaryOp::Sub)
    }),
    ("mul", 2, 3, Cost::Call, |ev, args, site| {
        arithmetic(ev, args, site, BinaryOp::Mul)
    }),
    ("div", 2, 3, Cost::Call, |ev, args, site| {
        arithmetic(ev, args, site, BinaryOp::Div)
    }),
    ("lessThan", 2, 3, Cost::Steps, |ev, args, site| {
        let a = ev.force(args[0])?;
        let b = ev.force(args[1])?;
        plain(Value::Bool(ev.compare(&a, &b, site)? == Some(Ordering::Less)))
    }),
    ("bitAnd", 2, 3, Cost::Call, |ev, args, site| {
        on_bits(ev, args, site, |a, b| a & b)
    }),
    ("bitOr", 2, 3, Cost::Call, |ev, args, site| {
        on_bits(ev, args, site, |a, b| a | b)
    }),
    ("bitXor", 2, 3, Cost::Call, |ev, args, site| {
        on_bits(ev, args, site, |a, b| a ^ b)
    }),
    ("ceil", 1, 1, Cost::Call, |ev, args, site| {
        rounded(ev, args, site, f64::ceil)
    }),
    ("floor", 1, 1, Cost::Call, |ev, args, site| {
        rounded(ev, args, site, f64::floor)
    }),
];

/// Values that are there from the beginning.
pub(super) const CONSTANTS: &[Constant] = &[
    ("true", || Value::Bool(true)),
    ("false", || Value::Bool(false)),
    ("null", || Value::Null),
    ("langVersion", || Value::Int(6)),
    ("nixVersion", || Value::string("2.26.3")),
    ("storeDir", || Value::string("/nix/store")),
    ("currentTime", || {
        Value::unknown(Why::Impure("builtins.currentTime".to_owned()))
    }),
];

/// Values that are made when they are first asked for.
pub(super) const DELAYED: &[Delayed] = &[("currentSystem", |ev| {
    plain(match ev.settings.current_system.clone() {
        Some(system) => Value::string(system),
        None => Value::unknown(Why::Impure("builtins.currentSystem".to_owned())),
    })
})];

/// Keeps what a program has to tell.
fn tell(ev: &mut Evaluator<'_>, message: ThunkId) -> Res<()> {
    let message = ev.force(message)?;
    let text = match &message.value {
        Value::String(string) => string.text.to_string(),
        other => crate::print::brief(ev, other),
    };
    if ev.traces.len() < MAX_TRACES {
        ev.traces.push(text);
    }
    Ok(())
}

fn is_of_type(ev: &mut Evaluator<'_>, thunk: ThunkId, wanted: &str) -> Res<Tracked> {
    let value = ev.force(thunk)?;
    plain(Value::Bool(value.value.type_of() == Some(wanted)))
}

fn arithmetic(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site, op: BinaryOp) -> Res<Tracked> {
    let a = ev.force_known(args[0])?;
    let b = ev.force_known(args[1])?;
    plain(ev.arithmetic(op, &a, &b, site)?)
}

fn on_bits(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site, run: fn(i64, i64) -> i64) -> Res<Tracked> {
    let a = ev.force_int(args[0], site)?;
    let b = ev.force_int(args[1], site)?;
    plain(Value::Int(run(a, b)))
}

fn rounded(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site, run: fn(f64) -> f64) -> Res<Tracked> {
    let value = ev.force_known(args[0])?;
    let float = match &value.value {
        Value::Int(int) => return plain(Value::Int(*int)),
        Value::Float(float) => *float,
        other => return ev.type_error("a float", other, site),
    };
    let rounded = run(float);
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded) {
        plain(Value::Int(rounded as i64))
    } else {
        let message = format!("NixFloat argument {float} is not in the range of NixInt");
        ev.fail(message, site)
    }
}

fn try_eval(ev: &mut Evaluator<'_>, args: &[ThunkId], _: Site) -> Res<Tracked> {
    let before = ev.drops();
    let result = ev.force(args[0]);
    // An alternative that was left out because it fails may be the one that is taken.
    if ev.drops() != before {
        return plain(Value::unknown(Why::Undecided(
            "whether it fails depends on what is not known".to_owned(),
        )));
    }
    let (success, value) = match result {
        Ok(value) => (true, args_value(ev, value)),
        Err(error) if matches!(error.kind, ErrorKind::Throw | ErrorKind::Assert) => {
            (false, ev.alloc(Value::Bool(false), OriginId(0)))
        }
        Err(error) => return Err(error.into()),
    };
    let success = ev.alloc(Value::Bool(success), OriginId(0));
    let attrs = ev.attrs_from(vec![("success", success), ("value", value)]);
    plain(Value::attrs(attrs))
}

fn add_error_context(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    match ev.force(args[1]) {
        Ok(value) => Ok(value),
        Err(error) => {
            if error.context.len() >= 20 {
                return Err(error.into());
            }
            let context = ev.coerced_string(args[0], Coerce::Interpolate, site);
            let Ok((context, _)) = context else {
                return Err(error.into());
            };
            let mut explained = (*error).clone();
            explained.context.push(context.text.chars().take(500).collect());
            Err(std::rc::Rc::new(explained).into())
        }
    }
}

fn type_of(ev: &mut Evaluator<'_>, args: &[ThunkId], _: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    match value.value.type_of() {
        Some(name) => plain(Value::string(name)),
        None => Ok(value),
    }
}

fn function_args(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    match &value.value {
        Value::Primop(_) => plain(ev.empty_attrs()),
        Value::Lambda(_) => {
            let fields = ev.function_args(&value.value).unwrap_or_default();
            let entries = fields
                .into_iter()
                .map(|(name, default, site)| {
                    let thunk = ev.alloc(Value::Bool(default), OriginId(0));
                    crate::Attr {
                        name,
                        thunk,
                        site,
                        when: crate::When::ALWAYS,
                    }
                })
                .collect();
            plain(Value::attrs(crate::Attrs::from_entries(entries)))
        }
        other => ev.type_error("a function", other, site),
    }
}

fn args_value(ev: &mut Evaluator<'_>, value: Tracked) -> ThunkId {
    ev.alloc_tracked(value)
}

fn raise(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site, kind: ErrorKind) -> Res<Tracked> {
    let value = ev.force_known(args[0])?;
    let text = ev.coerce(&value, Coerce::Interpolate, site)?;
    let message = match &text.value {
        Value::String(string) => string.text.to_string(),
        _ => String::new(),
    };
    let message = match kind {
        ErrorKind::Abort => {
            format!("evaluation aborted with the following error message: '{message}'")
        }
        _ => message,
    };
    Err(ev.error(kind, message, Some(site)))
}

impl Evaluator<'_> {
    /// Forces a value and everything in it.
    pub fn deep_force(&mut self, id: ThunkId) -> Res<()> {
        let mut pending = vec![id];
        let mut seen = rustc_hash::FxHashSet::default();
        let mut first_unknown = None;
        while let Some(id) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            self.step()?;
            let value = self.force(id)?;
            match &value.value {
                Value::List(list) => pending.extend(list.elems.iter().rev().map(|elem| elem.thunk)),
                Value::Attrs(attrs) => pending.extend(self.sorted(attrs).iter().rev().map(|attr| attr.thunk)),
                Value::Unknown(unknown) => first_unknown = Some(unknown.clone()),
                _ => {}
            }
        }
        // An unknown part may or may not fail; the value itself is what counts.
        if first_unknown.is_some() {
            self.conditions.drops += 1;
        }
        Ok(())
    }
}
