//! Binary operators, and arithmetic.

use crate::{Coerce, Evaluator, OriginId, Res, Stop, StringBuilder, Tracked, Unknown, Value};
use nixpod_source::Site;
use nixpod_syntax::hir::BinaryOp;
use std::cmp::Ordering;

impl Evaluator<'_> {
    /// A binary operator on evaluated operands (not the logical ones, which are lazy).
    pub(crate) fn binary(
        &mut self,
        op: BinaryOp,
        a: Tracked,
        b: Tracked,
        site: Site,
        origin: OriginId,
    ) -> Res<Tracked> {
        // Sets, lists and strings can be partly known; these operators keep the known part.
        match op {
            BinaryOp::Update => return self.update(a, b, site, origin),
            BinaryOp::Concat => return self.concat(a, b, site, origin),
            _ => {}
        }
        if let Value::Either(alternatives) = &a.value {
            let alternatives = alternatives.clone();
            return self.each_alternative(&alternatives, |ev, a| ev.binary(op, a, b.clone(), site, origin));
        }
        if let Value::Either(alternatives) = &b.value {
            let alternatives = alternatives.clone();
            return self.each_alternative(&alternatives, |ev, b| ev.binary(op, a.clone(), b, site, origin));
        }
        let value = match op {
            BinaryOp::Add => return self.add(a, b, site, origin),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => self.arithmetic(op, &a, &b, site)?,
            BinaryOp::Equal => Value::Bool(self.equal(&a, &b, site)?),
            BinaryOp::NotEqual => Value::Bool(!self.equal(&a, &b, site)?),
            BinaryOp::Less => Value::Bool(self.compare(&a, &b, site)? == Some(Ordering::Less)),
            BinaryOp::More => Value::Bool(self.compare(&a, &b, site)? == Some(Ordering::Greater)),
            BinaryOp::LessOrEq => Value::Bool(matches!(
                self.compare(&a, &b, site)?,
                Some(Ordering::Less | Ordering::Equal)
            )),
            BinaryOp::MoreOrEq => Value::Bool(matches!(
                self.compare(&a, &b, site)?,
                Some(Ordering::Greater | Ordering::Equal)
            )),
            BinaryOp::Update | BinaryOp::Concat | BinaryOp::And | BinaryOp::Or | BinaryOp::Implies => {
                Value::Null
            }
        };
        Ok(Tracked { value, origin })
    }

    /// `+`: numbers, strings and paths.
    pub(crate) fn add(&mut self, a: Tracked, b: Tracked, site: Site, origin: OriginId) -> Res<Tracked> {
        match (&a.value, &b.value) {
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
                let value = self.arithmetic(BinaryOp::Add, &a, &b, site)?;
                Ok(Tracked { value, origin })
            }
            (Value::Path(path), _) => {
                let mut builder = StringBuilder::default();
                builder.push_literal(path, a.origin, 0);
                self.coerce_into(&mut builder, &b, Coerce::PathAppend, site)?;
                let text = builder.known_text()?;
                self.charge(text.len())?;
                Ok(Tracked {
                    value: Value::Path(crate::paths::normalise(&text)),
                    origin,
                })
            }
            // Two unknowns may as well be numbers.
            (Value::Unknown(unknown), Value::Unknown(_) | Value::Int(_) | Value::Float(_))
            | (Value::Int(_) | Value::Float(_), Value::Unknown(unknown)) => {
                Err(Stop::Unknown(unknown.clone()))
            }
            (Value::Int(_) | Value::Float(_), _) | (_, Value::Int(_) | Value::Float(_)) => {
                // Nix names the operand that is not a string.
                let culprit = if matches!(a.value, Value::Int(_) | Value::Float(_)) {
                    &a
                } else {
                    &b
                };
                let shown = crate::print::brief(self, &culprit.value);
                let what = culprit.value.describe();
                self.fail(format!("cannot add {what} to a string: {shown}"), site)
            }
            (Value::Unknown(unknown), _)
                if !a_store_path(unknown) && !matches!(b.value, Value::String(_)) =>
            {
                Err(Stop::Unknown(unknown.clone()))
            }
            _ => {
                let mut builder = StringBuilder::default();
                self.coerce_into(&mut builder, &a, Coerce::Interpolate, site)?;
                // Only a string makes Nix copy the path after it: `self + /x` is a file of the flake.
                let mode = match &a.value {
                    Value::String(_) => Coerce::Interpolate,
                    _ => Coerce::PathAppend,
                };
                self.coerce_into(&mut builder, &b, mode, site)?;
                self.charge(builder.len())?;
                Ok(Tracked {
                    value: builder.finish(),
                    origin,
                })
            }
        }
    }

    /// `-` before a number.
    pub(crate) fn negative(&mut self, number: Tracked, site: Site) -> Res<Value> {
        match &self.known(number)?.value {
            Value::Int(int) => match int.checked_neg() {
                Some(int) => Ok(Value::Int(int)),
                None => self.fail(format!("integer overflow in negating {int}"), site),
            },
            // Nix reads it as `0 - x`, which is not negative zero.
            Value::Float(float) => Ok(Value::Float(0.0 - float)),
            other => self.type_error("an integer", other, site),
        }
    }

    /// `+`, `-`, `*`, `/` on numbers.
    pub(crate) fn arithmetic(&mut self, op: BinaryOp, a: &Tracked, b: &Tracked, site: Site) -> Res<Value> {
        let (a, b) = match (&a.value, &b.value) {
            (Value::Int(a), Value::Int(b)) => {
                let (result, verb) = match op {
                    BinaryOp::Add => (a.checked_add(*b), "adding"),
                    BinaryOp::Sub => (a.checked_sub(*b), "subtracting"),
                    BinaryOp::Mul => (a.checked_mul(*b), "multiplying"),
                    _ if *b == 0 => return self.fail("division by zero", site),
                    _ => (a.checked_div(*b), "dividing"),
                };
                let sign = match op {
                    BinaryOp::Add => "+",
                    BinaryOp::Sub => "-",
                    BinaryOp::Mul => "*",
                    _ => "/",
                };
                return match result {
                    Some(result) => Ok(Value::Int(result)),
                    None => self.fail(format!("integer overflow in {verb} {a} {sign} {b}"), site),
                };
            }
            (Value::Int(a), Value::Float(b)) => (*a as f64, *b),
            (Value::Float(a), Value::Int(b)) => (*a, *b as f64),
            (Value::Float(a), Value::Float(b)) => (*a, *b),
            (Value::Unknown(unknown), _) | (Value::Int(_) | Value::Float(_), Value::Unknown(unknown)) => {
                return Err(Stop::Unknown(unknown.clone()));
            }
            (Value::Int(_) | Value::Float(_), other) | (other, _) => {
                return self.type_error("an integer", &other.clone(), site);
            }
        };
        Ok(Value::Float(match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            _ if b == 0.0 => return self.fail("division by zero", site),
            _ => a / b,
        }))
    }
}

fn a_store_path(unknown: &Unknown) -> bool {
    unknown.store_path
}

/// What an operator makes of two integers; nothing where it fails, or is none for numbers.
pub(crate) fn of_integers(op: BinaryOp, a: i64, b: i64) -> Option<Value> {
    Some(match op {
        BinaryOp::Add => Value::Int(a.checked_add(b)?),
        BinaryOp::Sub => Value::Int(a.checked_sub(b)?),
        BinaryOp::Mul => Value::Int(a.checked_mul(b)?),
        BinaryOp::Equal => Value::Bool(a == b),
        BinaryOp::NotEqual => Value::Bool(a != b),
        BinaryOp::Less => Value::Bool(a < b),
        BinaryOp::LessOrEq => Value::Bool(a <= b),
        BinaryOp::More => Value::Bool(a > b),
        BinaryOp::MoreOrEq => Value::Bool(a >= b),
        _ => return None,
    })
}
