//! Evaluation of expressions.

use crate::heap::files::{Here, Unit};
use crate::machine::need::Need;
use crate::machine::ops::of_integers;
use crate::thunk::Thunk;
use crate::{
    Elem, Env, EvalResult, Evaluator, Lambda, List, NO_SITE, OriginId, Res, Stop, ThunkId, Tracked, Value,
    When,
};
use nixpod_source::{ExprId, HopKind, Site, Why};
use nixpod_syntax::hir::{BinaryOp, Expr, StrPart, VarRef};
use std::rc::Rc;

impl Evaluator<'_> {
    pub(crate) fn unit(&self, env: &Env) -> Rc<Unit> {
        self.files.unit(env.unit).clone()
    }

    /// Evaluates an expression now; unknowns are values, so that it stops at errors only.
    pub(crate) fn eval(&mut self, here: Here<'_>, expr: ExprId) -> Res<Tracked> {
        self.eval_for(Need::Origin, here, expr)
    }

    /// The same, for whoever does not look at the origin of every value.
    #[inline]
    pub(crate) fn eval_for(&mut self, need: Need, here: Here<'_>, expr: ExprId) -> Res<Tracked> {
        match here.unit.hir.expr(expr) {
            Expr::Var(_, VarRef::Local { depth, slot }) => self.eval_local(need, here, expr, (*depth, *slot)),
            node => self.eval_node(need, here, expr, node, !is_flat(node)),
        }
    }

    /// The same for the expression of a thunk, which counts as nested by itself.
    #[inline]
    pub(crate) fn eval_forced(&mut self, here: Here<'_>, expr: ExprId) -> Res<Tracked> {
        match here.unit.hir.expr(expr) {
            Expr::Var(_, VarRef::Local { depth, slot }) => {
                self.eval_local(Need::Origin, here, expr, (*depth, *slot))
            }
            node => self.eval_node(Need::Origin, here, expr, node, false),
        }
    }

    /// The same for an expression that was looked up already, and that is nested in another one or not. Results are not
    /// copied on their way out: they are of the type that callers return themselves, and what is still to be done to them
    /// is done in their place.
    fn eval_node<'h>(
        &mut self,
        need: Need,
        here: Here<'h>,
        mut expr: ExprId,
        node: &'h Expr,
        nested: bool,
    ) -> Res<Tracked> {
        if let Expr::Binary(op, left, right) = node
            && let Some(value) = self.integer_at_once(here, expr, *op, (*left, *right))
        {
            return Ok(value);
        }
        if nested {
            if self.budget.is_deep() {
                return Ok(self.too_deep());
            }
            self.budget.force_depth += 1;
            if self.budget.may_lack_stack() {
                self.budget.force_depth -= 1;
                return self.deeper(|ev| ev.eval_node(need, here, expr, node, false));
            }
        }
        let mut result = self.eval_inner(need, here, &mut expr, node);
        if nested {
            self.budget.force_depth -= 1;
        }
        if !matches!(&result, Ok(value) if !matches!(value.value, Value::Unknown(_))) {
            self.place(here, expr, &mut result);
        }
        result
    }

    /// The value of a variable of an enclosing frame, which most expressions are, and most have their value by now.
    fn eval_local(&mut self, need: Need, here: Here<'_>, expr: ExprId, at: (u32, u32)) -> Res<Tracked> {
        if let Err(stop) = self.begin(here, expr) {
            return self.placed(here, expr, stop);
        }
        self.read_local(need, here, expr, at)
    }

    #[inline(always)]
    fn read_local(&mut self, need: Need, here: Here<'_>, expr: ExprId, at: (u32, u32)) -> Res<Tracked> {
        let Some((thunk, call)) = here.variable(at) else {
            return self.unbound(here, expr);
        };
        let Some((value, origin)) = self.known_already(thunk) else {
            return self.read_by_work(need, here, expr, (thunk, call));
        };
        let is_needed = need.is_for(value);
        let value = value.clone();
        let origin = match is_needed {
            true => self.read_from(here, expr, call, origin),
            false => origin,
        };
        Ok(Tracked { value, origin })
    }

    /// The same for one whose value is still to be computed.
    #[inline(never)]
    fn read_by_work(
        &mut self,
        need: Need,
        here: Here<'_>,
        expr: ExprId,
        (thunk, call): (ThunkId, Site),
    ) -> Res<Tracked> {
        let mut value = self.force(thunk)?;
        if need.is_for(&value.value) {
            value.origin = self.read_from(here, expr, call, value.origin);
        }
        Ok(value)
    }

    /// Adds the steps of reading a variable to an origin: the call that made the frame, and the place where it is read.
    #[inline]
    pub(crate) fn read_from(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        call: Site,
        mut origin: OriginId,
    ) -> OriginId {
        if here.unit.is_own() {
            return origin;
        }
        if call != NO_SITE {
            origin = self.origin(HopKind::Call, call, origin);
        }
        let site = Site {
            file: here.unit.file,
            expr,
        };
        self.origin(HopKind::Binding, site, origin)
    }

    /// The early exit for a variable that nothing binds.
    #[cold]
    pub(crate) fn unbound(&mut self, here: Here<'_>, expr: ExprId) -> Res<Tracked> {
        let name = match here.unit.hir.expr(expr) {
            Expr::Var(name, _) => here.unit.hir.name(*name).as_str(),
            _ => "",
        };
        self.fail(format!("undefined variable '{name}'"), here.site(expr))
    }

    /// Counts the evaluation of an expression.
    #[inline(always)]
    fn begin(&mut self, here: Here<'_>, expr: ExprId) -> Res<()> {
        self.step()?;
        if self.retains() && !here.unit.is_own() {
            self.evaluates(here.env.unit, expr);
        }
        Ok(())
    }

    /// Makes an unknown of an early exit, with the place of the expression.
    #[cold]
    fn place(&mut self, here: Here<'_>, expr: ExprId, result: &mut Res<Tracked>) {
        let settled = match result {
            Ok(value) => Ok(value.clone()),
            Err(stop) => self.settle(Err(stop.clone())),
        };
        *result = self.place_unknown(here, expr, settled).map_err(Stop::from);
    }

    /// The same of an early exit.
    #[cold]
    fn placed(&mut self, here: Here<'_>, expr: ExprId, stop: Stop) -> Res<Tracked> {
        let mut result = Err(stop);
        self.place(here, expr, &mut result);
        result
    }

    /// An unknown that came about by an early exit gets the place of the expression.
    fn place_unknown(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        result: EvalResult<Tracked>,
    ) -> EvalResult<Tracked> {
        let mut value = result?;
        if value.origin == OriginId(0) && matches!(value.value, Value::Unknown(_)) {
            value.origin = self.literal(here.unit, expr);
        }
        Ok(value)
    }

    /// What an operator makes of two integers, if both are known already and it does not fail.
    #[inline]
    pub(crate) fn integer_at_once(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        op: BinaryOp,
        (left, right): (ExprId, ExprId),
    ) -> Option<Tracked> {
        if matches!(
            op,
            BinaryOp::Update | BinaryOp::Concat | BinaryOp::And | BinaryOp::Or | BinaryOp::Implies
        ) {
            return None;
        }
        let a = self.known_integer(here, left)?;
        let b = self.known_integer(here, right)?;
        let value = of_integers(op, a, b).filter(|_| self.memo.dependencies.is_none())?;
        // The operator and its operands.
        self.work(3).ok()?;
        let origin = self.literal(here.unit, expr);
        Some(Tracked { value, origin })
    }

    /// An integer that is written there, or that a variable was found to be before.
    #[inline(always)]
    fn known_integer(&self, here: Here<'_>, expr: ExprId) -> Option<i64> {
        if let Expr::Int(int) = here.unit.hir.expr(expr) {
            return Some(*int);
        }
        match self.thunks[local_variable(here, expr)?] {
            Thunk::Done {
                value: Value::Int(int),
                tainted: false,
                ..
            } => Some(int),
            _ => None,
        }
    }

    /// The value of an expression that is a variable and has been computed: for whoever asks for no origin, and counts the
    /// step.
    #[inline]
    pub(crate) fn known_variable(&self, here: Here<'_>, expr: ExprId) -> Option<&Value> {
        let (value, _) = self.known_already(local_variable(here, expr)?)?;
        Some(value)
    }

    /// The thunk that a thunk of a variable, not yet forced, is going to ask.
    pub(crate) fn bound_thunk(&self, thunk: ThunkId) -> ThunkId {
        let mut at = thunk;
        // A chain of variables is as long as the nesting of calls at most; a cycle must not hang.
        for _ in 0..1000 {
            let next = match &self.thunks[at] {
                Thunk::Variable { bound, .. } => Some(*bound),
                Thunk::Delayed { env, expr } => {
                    let unit = self.files.unit(env.unit);
                    local_variable(Here { unit, env }, *expr)
                }
                _ => None,
            };
            let Some(next) = next else { break };
            at = next;
        }
        at
    }

    /// A function that is written there.
    pub(crate) fn function(&mut self, here: Here<'_>, expr: ExprId) -> Res<Tracked> {
        self.begin(here, expr)?;
        let function = Lambda {
            env: here.env.clone(),
            expr,
        };
        Ok(Tracked {
            value: Value::Lambda(Rc::new(function)),
            origin: self.literal(here.unit, expr),
        })
    }

    pub(crate) fn literal(&mut self, unit: &Unit, expr: ExprId) -> OriginId {
        let Some(known) = unit.literals.get(expr.0 as usize) else {
            return OriginId(0);
        };
        if known.get() == 0 {
            let site = Site {
                file: unit.file,
                expr,
            };
            known.set(self.origin(HopKind::Literal, site, OriginId(0)).number());
        }
        OriginId::of(known.get())
    }

    /// Adds a step to the origin of a value, unless our own prelude took it or nobody looks at it.
    #[inline(always)]
    fn hop(&mut self, need: Need, unit: &Unit, kind: HopKind, expr: ExprId, result: &mut Res<Tracked>) {
        let Ok(value) = result else { return };
        // A module may be a function: which call gave it is of interest.
        let is_call = need == Need::Origin && kind == HopKind::Call;
        let worth = need.is_for(&value.value) || is_call && matches!(value.value, Value::Lambda(_));
        if worth && !unit.is_own() {
            let site = Site {
                file: unit.file,
                expr,
            };
            value.origin = self.origin(kind, site, value.origin);
        }
    }

    /// Evaluates an expression. Where that is what another part of it gives, such as the branch of an `if`, `at` is that
    /// part afterwards.
    #[expect(clippy::too_many_lines, reason = "an arm for each kind of expression")]
    #[inline(always)]
    fn eval_inner<'h>(
        &mut self,
        need: Need,
        here: Here<'h>,
        at: &mut ExprId,
        mut node: &'h Expr,
    ) -> Res<Tracked> {
        let Here { unit, env } = here;
        loop {
            let expr = *at;
            self.begin(here, expr)?;
            let value = match node {
                Expr::Missing => Value::unknown(Why::SyntaxError("the code here does not parse".to_owned())),
                Expr::Key(_) => Value::Null,
                Expr::Int(int) => Value::Int(*int),
                Expr::Float(float) => Value::Float(*float),
                Expr::Str(parts) => return self.eval_string(here, expr, parts),
                Expr::Path(kind, parts) => return self.eval_path(here, expr, *kind, parts),
                Expr::Var(_, VarRef::Local { depth, slot }) => {
                    return self.read_local(need, here, expr, (*depth, *slot));
                }
                Expr::Var(name, reference) => {
                    let mut result = self.eval_var(here, expr, *name, reference);
                    self.hop(need, unit, HopKind::Binding, expr, &mut result);
                    return result;
                }
                Expr::CurPos => return Ok(self.position_value(here.site(expr))),
                Expr::List(elems) => self.eval_list(here, elems)?,
                Expr::Attrs(attrs) => {
                    let (attrs, _) = self.eval_attrs(here, attrs, expr)?;
                    Value::Attrs(Rc::new(attrs))
                }
                Expr::Let(bindings, body) => {
                    let frame = self.frame_of_bindings(here, bindings);
                    return self.eval_for(need, here.within(&frame), *body);
                }
                Expr::With(namespace, body) => {
                    let frame = self.frame_of_with(here, *namespace);
                    return self.eval_for(need, here.within(&frame), *body);
                }
                Expr::Lambda(..) => Value::Lambda(Rc::new(Lambda {
                    env: env.clone(),
                    expr,
                })),
                Expr::Apply(function, argument) => {
                    let mut result = self.eval_apply(here, expr, *function, *argument);
                    self.hop(need, unit, HopKind::Call, expr, &mut result);
                    return result;
                }
                Expr::Select(base, path, default) => {
                    let mut result = self.eval_select(here, expr, *base, path, *default);
                    self.hop(need, unit, HopKind::Binding, expr, &mut result);
                    return result;
                }
                Expr::HasAttr(base, path) => self.eval_has_attr(here, *base, path)?,
                Expr::If(condition, then, otherwise) => {
                    let decided = self.eval_for(Need::Value, here, *condition)?;
                    *at = match &decided.value {
                        Value::Bool(true) => *then,
                        Value::Bool(false) => *otherwise,
                        _ => return self.undecided_if(here, *condition, &decided, [*then, *otherwise]),
                    };
                    node = unit.hir.expr(*at);
                    continue;
                }
                Expr::Assert(condition, body) => {
                    self.eval_assert(here, expr, *condition)?;
                    *at = *body;
                    node = unit.hir.expr(*at);
                    continue;
                }
                Expr::Binary(op, left, right) => {
                    return self.eval_binary(here, expr, *op, (*left, *right));
                }
                Expr::Not(inner) => {
                    let inner = self.eval_for(Need::Value, here, *inner)?;
                    self.not(&inner, here.site(expr))?
                }
                Expr::Negate(inner) => {
                    let inner = self.eval_for(Need::Value, here, *inner)?;
                    self.negative(inner, here.site(expr))?
                }
            };
            let origin = self.literal(unit, expr);
            return Ok(Tracked { value, origin });
        }
    }

    fn eval_list(&mut self, here: Here<'_>, elems: &[ExprId]) -> Res<Value> {
        self.charge(elems.len() * size_of::<Elem>())?;
        let elems = elems
            .iter()
            .map(|elem| Elem {
                thunk: self.delay(here, *elem),
                when: When::ALWAYS,
            })
            .collect();
        Ok(Value::List(Rc::new(List { elems, open: None })))
    }

    fn eval_binary(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        op: BinaryOp,
        (left, right): (ExprId, ExprId),
    ) -> Res<Tracked> {
        let origin = self.literal(here.unit, expr);
        if matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Implies) {
            let value = self.eval_logic(here, op, left, right)?;
            return Ok(Tracked { value, origin });
        }
        let need = match op {
            // Of a set that stands for a string it is said where it comes from.
            BinaryOp::Add => Need::Text,
            // What comes of a call is told of each side by itself.
            BinaryOp::Update => Need::Origin,
            _ => Need::Value,
        };
        let a = self.eval_for(need, here, left)?;
        let b = self.eval_for(need, here, right)?;
        if let (Value::Int(a), Value::Int(b)) = (&a.value, &b.value)
            && let Some(value) = of_integers(op, *a, *b)
        {
            return Ok(Tracked { value, origin });
        }
        self.binary(op, a, b, here.site(expr), origin)
    }
}

/// Is it an expression of which no other is evaluated on the way? What a variable is bound to is a nesting by itself.
fn is_flat(expr: &Expr) -> bool {
    match expr {
        Expr::Int(_) | Expr::Var(..) | Expr::Lambda(..) | Expr::List(_) => true,
        Expr::Str(parts) => is_plain(parts),
        _ => false,
    }
}

/// Is it a string literal without interpolations?
pub(crate) fn is_plain(parts: &[StrPart]) -> bool {
    matches!(parts, [] | [StrPart::Text(_)])
}

/// The thunk that a variable of an enclosing frame is bound to.
#[inline]
fn local_variable(here: Here<'_>, expr: ExprId) -> Option<ThunkId> {
    let Expr::Var(_, VarRef::Local { depth, slot }) = here.unit.hir.expr(expr) else {
        return None;
    };
    Some(here.variable((*depth, *slot))?.0)
}
