//! Conditions: what is evaluated where they are decided, and where they are not.

use crate::heap::files::Here;
use crate::machine::need::Need;
use crate::{Alternative, ErrorKind, Evaluator, Res, Stop, Tracked, Unknown, Value, When};
use nixpod_source::{ExprId, Site, Why};
use nixpod_syntax::hir::BinaryOp;
use std::rc::Rc;

impl Evaluator<'_> {
    /// The value of an `if` whose condition is not simply true or false.
    #[cold]
    pub(crate) fn undecided_if(
        &mut self,
        here: Here<'_>,
        condition: ExprId,
        decided: &Tracked,
        branches: [ExprId; 2],
    ) -> Res<Tracked> {
        let site = here.site(condition);
        match &decided.value {
            Value::Unknown(_) | Value::Either(_) => self.speculate(here, site, decided, branches),
            other => self.type_error("a Boolean", other, site),
        }
    }

    /// The condition of an assertion: fails if it does not hold.
    pub(crate) fn eval_assert(&mut self, here: Here<'_>, expr: ExprId, condition: ExprId) -> Res<()> {
        let decided = self.eval_for(Need::Value, here, condition)?;
        match &decided.value {
            Value::Bool(true) => Ok(()),
            Value::Bool(false) => {
                let site = here.site(expr);
                Err(self.error(ErrorKind::Assert, "assertion failed", Some(site)))
            }
            // The configuration is taken to evaluate, so an undecided assertion holds.
            Value::Unknown(_) | Value::Either(_) => {
                self.conditions.drops += 1;
                Ok(())
            }
            other => self.type_error("a Boolean", other, here.site(condition)),
        }
    }

    /// `&&`, `||` and `->`: a known operand can decide although the other is unknown.
    pub(crate) fn eval_logic(
        &mut self,
        here: Here<'_>,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    ) -> Res<Value> {
        let a = self.eval_for(Need::Value, here, left)?;
        let deciding = matches!(op, BinaryOp::Or);
        let outcome = !matches!(op, BinaryOp::And);
        match &a.value {
            Value::Bool(a) if *a == deciding => return Ok(Value::Bool(outcome)),
            Value::Bool(_) => {
                let b = self.eval_for(Need::Value, here, right)?;
                return match &b.value {
                    Value::Unknown(_) | Value::Either(_) => Ok(b.value),
                    _ => Ok(Value::Bool(self.as_bool(&b, here.site(right))?)),
                };
            }
            Value::Unknown(_) | Value::Either(_) => {}
            other => {
                return self.type_error("a Boolean", other, here.site(left));
            }
        }
        let why = self.undecided(&a);
        if self.budget.speculation >= self.budget.limits.speculation {
            self.depends_on_order();
            return Err(Stop::Unknown(why));
        }
        self.budget.speculation += 1;
        let b = self.eval_for(Need::Value, here, right);
        self.budget.speculation -= 1;
        match b {
            // `unknown && false`, `unknown || true`, `unknown -> true`.
            Ok(Tracked {
                value: Value::Bool(b),
                ..
            }) if b == outcome => Ok(Value::Bool(outcome)),
            Ok(b) => Ok(self.combined(op, &a.value, &b.value, &why)),
            Err(_) => {
                self.conditions.drops += 1;
                Err(Stop::Unknown(why))
            }
        }
    }

    /// What `&&`, `||` and `->` give where they decide nothing.
    fn combined(&mut self, op: BinaryOp, a: &Value, b: &Value, why: &Rc<Unknown>) -> Value {
        let a_holds = self.conditions.literal(a, None);
        let literal = match (op, b) {
            // The other operand says it alone.
            (BinaryOp::And | BinaryOp::Or, Value::Bool(_)) => return a.clone(),
            (_, Value::Bool(_)) => a_holds.negated(),
            (_, Value::Unknown(_) | Value::Either(_)) => {
                let b_holds = self.conditions.literal(b, None);
                match op {
                    BinaryOp::And => self.conditions.all_of(&[a_holds, b_holds]),
                    BinaryOp::Or => {
                        let neither = [a_holds.negated(), b_holds.negated()];
                        self.conditions.all_of(&neither).negated()
                    }
                    _ => self.conditions.all_of(&[a_holds, b_holds.negated()]).negated(),
                }
            }
            // Nix fails on it if it comes to look at it.
            _ => return Value::Unknown(why.made_of()),
        };
        Value::Unknown(why.boolean(literal))
    }

    /// `!`: of what is not known, too, it is told that it is the opposite.
    pub(crate) fn not(&mut self, inner: &Tracked, site: Site) -> Res<Value> {
        if let Value::Unknown(_) | Value::Either(_) = &inner.value {
            let why = self.undecided(inner);
            let literal = self.conditions.literal(&inner.value, None).negated();
            return Ok(Value::Unknown(why.boolean(literal)));
        }
        Ok(Value::Bool(!self.as_bool(inner, site)?))
    }

    /// The reason why a Boolean is not decided.
    pub fn undecided(&mut self, value: &Tracked) -> Rc<Unknown> {
        match &value.value {
            Value::Unknown(unknown) => unknown.clone(),
            Value::Either(alternatives) => alternatives
                .iter()
                .find_map(|alternative| match &alternative.value.value {
                    Value::Unknown(unknown) => Some(unknown.clone()),
                    _ => None,
                })
                .or_else(|| {
                    alternatives
                        .first()
                        .map(|first| self.condition_reason(first.when))
                })
                .unwrap_or_else(|| Unknown::new(Why::Undecided("it has several values".to_owned()))),
            _ => Unknown::new(Why::Undecided("a condition around it is not known".to_owned())),
        }
    }

    /// Evaluates the branches of an undecided condition and joins what does not fail.
    fn speculate(
        &mut self,
        here: Here<'_>,
        site: Site,
        decided: &Tracked,
        [then, otherwise]: [ExprId; 2],
    ) -> Res<Tracked> {
        if self.budget.speculation >= self.budget.limits.speculation {
            self.depends_on_order();
            return Err(Stop::Unknown(self.undecided(decided)));
        }
        let when = self.condition_on(decided, site, When::ALWAYS);
        let branches = [(then, when), (otherwise, self.otherwise(when))];
        self.budget.speculation += 1;
        let mut alternatives = Vec::new();
        let mut failure = None;
        for (branch, when) in branches {
            match self.eval(here, branch) {
                Ok(value) => alternatives.push(Alternative { value, when }),
                Err(error) => failure = Some(error),
            }
        }
        self.budget.speculation -= 1;
        match failure {
            Some(error) if alternatives.is_empty() => return Err(error),
            Some(_) => {
                self.conditions.drops += 1;
                // What is left must hold, if the configuration evaluates at all.
                if let [only] = &mut *alternatives {
                    return Ok(only.value.clone());
                }
            }
            None => {}
        }
        Ok(self.join(alternatives))
    }
}
