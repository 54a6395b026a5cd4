//! Constants, errors, types, control.

use super::{Registry, plain};
use crate::{Coerce, ErrorKind, Evaluator, OriginId, Res, Tracked, Value};
use nixpod_source::{Site, Why};
use nixpod_syntax::hir::BinaryOp;
use std::cmp::Ordering;

pub(super) fn register(r: &mut Registry<'_, '_>) {
    r.constant("true", Value::Bool(true));
    r.constant("false", Value::Bool(false));
    r.constant("null", Value::Null);
    r.constant("langVersion", Value::Int(6));
    r.constant("nixVersion", Value::string("2.26.3"));
    r.constant("storeDir", Value::string("/nix/store"));
    let system = r.ev.alloc_native(|ev| match ev.current_system.clone() {
        Some(system) => plain(Value::string(system)),
        None => plain(Value::unknown(Why::Impure("builtins.currentSystem".to_owned()))),
    });
    r.thunk("currentSystem", system);
    r.constant(
        "currentTime",
        Value::unknown(Why::Impure("builtins.currentTime".to_owned())),
    );
    r.function("throw", 1, 1, |ev, args, site| {
        raise(ev, args, site, ErrorKind::Throw)
    });
    r.function("abort", 1, 1, |ev, args, site| {
        raise(ev, args, site, ErrorKind::Abort)
    });
    r.function("break", 1, 0, |ev, args, _| Ok(ev.force(args[0])?));
    r.function("tryEval", 1, 0, |ev, args, _| {
        let before = ev.drops();
        let result = ev.force(args[0]);
        // An alternative that was left out because it fails may be the one that is taken.
        if ev.drops() != before {
            return plain(Value::unknown(Why::Undecided("does it fail?".to_owned())));
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
    });
    r.function("seq", 2, 0, |ev, args, _| {
        ev.force(args[0])?;
        Ok(ev.force(args[1])?)
    });
    r.function("deepSeq", 2, 0, |ev, args, _| {
        ev.deep_force(args[0])?;
        Ok(ev.force(args[1])?)
    });
    for name in ["trace", "warn"] {
        r.function(name, 2, 0, move |ev, args, site| {
            let message = ev.force(args[0])?;
            let text = match &message.value {
                Value::String(string) => string.text.to_string(),
                other => crate::print::brief(ev, other),
            };
            if ev.traces.len() < 100 {
                ev.traces.push(text);
            }
            if name == "warn" && ev.abort_on_warn {
                let message = "aborting to reveal stack trace of warning, as abort-on-warn is set";
                return Err(ev.error(ErrorKind::Abort, message, Some(site)));
            }
            Ok(ev.force(args[1])?)
        });
    }
    r.function("traceVerbose", 2, 0, |ev, args, _| Ok(ev.force(args[1])?));
    r.function("addErrorContext", 2, 0, |ev, args, site| {
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
    });
    r.function("toString", 1, 0, |ev, args, site| {
        let value = ev.force(args[0])?;
        ev.coerce(&value, Coerce::ToString, site)
    });
    r.function("typeOf", 1, 1, |ev, args, _| {
        let value = ev.force(args[0])?;
        match value.value.type_of() {
            Some(name) => plain(Value::string(name)),
            None => Ok(value),
        }
    });
    let tests: [(&str, &[&str]); 9] = [
        ("isNull", &["null"]),
        ("isBool", &["bool"]),
        ("isInt", &["int"]),
        ("isFloat", &["float"]),
        ("isString", &["string"]),
        ("isPath", &["path"]),
        ("isList", &["list"]),
        ("isAttrs", &["set"]),
        ("isFunction", &["lambda"]),
    ];
    for (name, types) in tests {
        r.function(name, 1, 1, move |ev, args, _| {
            let value = ev.force(args[0])?;
            plain(Value::Bool(
                value.value.type_of().is_some_and(|name| types.contains(&name)),
            ))
        });
    }
    r.function("functionArgs", 1, 1, |ev, args, site| {
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
    });
    for (name, op) in [
        ("add", BinaryOp::Add),
        ("sub", BinaryOp::Sub),
        ("mul", BinaryOp::Mul),
        ("div", BinaryOp::Div),
    ] {
        r.function(name, 2, 3, move |ev, args, site| {
            let a = ev.force_known(args[0])?;
            let b = ev.force_known(args[1])?;
            plain(ev.arithmetic(op, &a, &b, site)?)
        });
    }
    r.function("lessThan", 2, 3, |ev, args, site| {
        let a = ev.force(args[0])?;
        let b = ev.force(args[1])?;
        plain(Value::Bool(ev.compare(&a, &b, site)? == Some(Ordering::Less)))
    });
    type OnBits = fn(i64, i64) -> i64;
    let bits: [(&str, OnBits); 3] = [
        ("bitAnd", |a, b| a & b),
        ("bitOr", |a, b| a | b),
        ("bitXor", |a, b| a ^ b),
    ];
    for (name, run) in bits {
        r.function(name, 2, 3, move |ev, args, site| {
            let a = ev.force_int(args[0], site)?;
            let b = ev.force_int(args[1], site)?;
            plain(Value::Int(run(a, b)))
        });
    }
    type Rounding = fn(f64) -> f64;
    let roundings: [(&str, Rounding); 2] = [("ceil", f64::ceil), ("floor", f64::floor)];
    for (name, run) in roundings {
        r.function(name, 1, 1, move |ev, args, site| {
            let value = ev.force_known(args[0])?;
            match &value.value {
                Value::Int(int) => plain(Value::Int(*int)),
                Value::Float(float) => {
                    let rounded = run(*float);
                    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded) {
                        plain(Value::Int(rounded as i64))
                    } else {
                        ev.fail(
                            format!("NixFloat argument {float} is not in the range of NixInt"),
                            site,
                        )
                    }
                }
                other => ev.type_error("a float", other, site),
            }
        });
    }
}

fn args_value(ev: &mut Evaluator<'_>, value: Tracked) -> crate::ThunkId {
    ev.alloc_tracked(value)
}

fn raise(ev: &mut Evaluator<'_>, args: &[crate::ThunkId], site: Site, kind: ErrorKind) -> Res<Tracked> {
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
    pub fn deep_force(&mut self, id: crate::ThunkId) -> Res<()> {
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
            self.drops += 1;
        }
        Ok(())
    }
}
