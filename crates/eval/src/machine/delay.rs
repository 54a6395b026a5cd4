//! Thunks of expressions, and which of them are values from the beginning.

use crate::heap::files::Here;
use crate::heap::sizes::FRAME;
use crate::machine::eval::is_plain;
use crate::machine::need::Need;
use crate::thunk::Thunk;
use crate::{Evaluator, NO_SITE, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::{ExprId, HopKind, Site};
use nixpod_syntax::hir::{Expr, VarRef};

impl Evaluator<'_> {
    /// A thunk for an expression.
    pub(crate) fn delay(&mut self, here: Here<'_>, expr: ExprId) -> ThunkId {
        match here.unit.hir.expr(expr) {
            Expr::Var(_, VarRef::Local { depth, slot }) => match here.variable((*depth, *slot)) {
                Some((bound, _)) if self.is_plain_already(bound) => {
                    self.evaluates(here.env.unit, expr);
                    bound
                }
                Some(variable) => self.push_variable(here, expr, variable),
                None => self.push_holding(FRAME, later(here, expr)),
            },
            _ => self.push_delayed(here, expr),
        }
    }

    /// The same, and always one of its own.
    pub(crate) fn push_delayed(&mut self, here: Here<'_>, expr: ExprId) -> ThunkId {
        match is_computed_later(here.unit.hir.expr(expr)) {
            true => self.push_holding(FRAME, later(here, expr)),
            false => {
                let thunk = self.delayed(here, expr);
                self.push_thunk(thunk)
            }
        }
    }

    /// The same for a variable.
    fn push_variable(&mut self, here: Here<'_>, expr: ExprId, variable: (ThunkId, Site)) -> ThunkId {
        if let Some((value, origin)) = self.variable_at_once(here, expr, variable) {
            let done = Thunk::Done {
                value,
                origin: origin.number(),
                tainted: false,
            };
            return self.push_holding(0, done);
        }
        match self.passes_on(here) {
            true => self.push_holding(0, passed_on(here, expr, variable)),
            false => self.push_holding(FRAME, later(here, expr)),
        }
    }

    /// The same in a place that is reserved.
    pub(crate) fn put_delayed(&mut self, id: ThunkId, here: Here<'_>, expr: ExprId) {
        match is_computed_later(here.unit.hir.expr(expr)) {
            true => self.thunks.put(id, later(here, expr)),
            false => {
                let thunk = self.delayed(here, expr);
                self.thunks.put(id, thunk);
            }
        }
    }

    /// Has a thunk a value already that has no origin? Reading a variable that is bound to it adds no step to a trail.
    #[inline]
    fn is_plain_already(&self, bound: ThunkId) -> bool {
        match self.thunks[bound] {
            Thunk::Done {
                value: Value::Lambda(_) | Value::Primop(_) | Value::Opaque(_),
                ..
            } => true,
            Thunk::Done { origin, .. } => origin == 0,
            _ => false,
        }
    }

    /// The state of a thunk for an expression: what takes no more work now than to remember it is a value at once.
    pub(crate) fn delayed(&mut self, here: Here<'_>, expr: ExprId) -> Thunk {
        let unit = here.unit;
        // A heap that is kept has to know later what was evaluated for which thunk.
        let forgets = self.memo.dependencies.is_none();
        let value = match unit.hir.expr(expr) {
            Expr::Int(_) | Expr::Float(_) if unit.is_own() || forgets => self.eval(here, expr).ok(),
            Expr::Lambda(..) => self.function(here, expr).ok(),
            // Of the analysed code it is remembered which strings were looked at.
            Expr::Str(parts) if unit.is_own() && is_plain(parts) => self.eval(here, expr).ok(),
            Expr::Var(_, VarRef::Local { depth, slot }) => {
                return self.delayed_variable(here, expr, (*depth, *slot));
            }
            Expr::Binary(op, left, right) => self.integer_at_once(here, expr, *op, (*left, *right)),
            _ => None,
        };
        match value {
            Some(value) => Thunk::done(value),
            None => later(here, expr),
        }
    }

    /// The same for a variable of an enclosing frame.
    fn delayed_variable(&mut self, here: Here<'_>, expr: ExprId, at: (u32, u32)) -> Thunk {
        let Some(variable) = here.variable(at) else {
            return later(here, expr);
        };
        if let Some((value, origin)) = self.variable_at_once(here, expr, variable) {
            return Thunk::done(Tracked { value, origin });
        }
        match self.passes_on(here) {
            true => passed_on(here, expr, variable),
            false => later(here, expr),
        }
    }

    /// Does a variable that has no value yet need no frame? A heap that is kept has to know later what was evaluated for
    /// which thunk, and the place of our own code is looked up in its frames.
    #[inline]
    fn passes_on(&self, here: Here<'_>) -> bool {
        !here.unit.is_own() && self.memo.dependencies.is_none()
    }

    /// The value of a variable that was passed on before it had one.
    pub(crate) fn read_later(&mut self, bound: ThunkId, site: Site, call: Site) -> Res<Tracked> {
        self.step()?;
        let mut value = self.force(bound)?;
        if Need::Origin.is_for(&value.value) {
            if call != NO_SITE {
                value.origin = self.origin(HopKind::Call, call, value.origin);
            }
            value.origin = self.origin(HopKind::Binding, site, value.origin);
        }
        Ok(value)
    }

    /// The value of a variable that was computed before. Functions are left out, which are told apart by their thunks, and
    /// floats, of which some are not equal to themselves.
    #[inline]
    fn variable_at_once(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        (bound, call): (ThunkId, Site),
    ) -> Option<(Value, OriginId)> {
        let (value, origin) = self.known_already(bound)?;
        if !value.is_data() {
            return None;
        }
        let value = value.clone();
        self.step().ok()?;
        Some((value, self.read_from(here, expr, call, origin)))
    }
}

/// The state of a thunk that reads a variable when it is forced.
#[inline]
fn passed_on(here: Here<'_>, expr: ExprId, (bound, call): (ThunkId, Site)) -> Thunk {
    let site = Site {
        file: here.unit.file,
        expr,
    };
    Thunk::Variable { bound, site, call }
}

/// Is it an expression of which [`Evaluator::delayed`] makes a thunk in any case?
#[inline]
pub(crate) fn is_computed_later(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Apply(..) | Expr::Select(..) | Expr::List(_) | Expr::Attrs(_) | Expr::If(..) | Expr::Let(..)
    )
}

/// The state of a thunk that evaluates an expression when it is forced.
#[inline]
fn later(here: Here<'_>, expr: ExprId) -> Thunk {
    Thunk::Delayed {
        env: here.env.clone(),
        expr,
    }
}
