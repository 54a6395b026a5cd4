//! Calls as they are written.

use crate::heap::files::Here;
use crate::heap::sizes;
use crate::machine::apply::Argument;
use crate::machine::delay::is_computed_later;
use crate::thunk::Thunk;
use crate::{Evaluator, Lambda, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::{ExprId, Site};
use nixpod_syntax::hir::Expr;
use smallvec::SmallVec;
use std::rc::Rc;

impl Evaluator<'_> {
    /// A call.
    pub(crate) fn eval_apply(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        function: ExprId,
        argument: ExprId,
    ) -> Res<Tracked> {
        if let Expr::Apply(..) = here.unit.hir.expr(function) {
            return self.eval_calls(here, expr, function, argument);
        }
        if let Some(lambda) = self.known_function(here, function) {
            let argument = (self.delay(here, argument), here.site(expr));
            return self.call_lambda(&lambda, &mut [argument].as_slice());
        }
        let function = self.eval(here, function)?;
        let argument = match self.is_asked_at_once(&function, (0, 1)) {
            true => self.eval_argument(here, argument)?,
            false => self.delay(here, argument),
        };
        self.apply(&function, argument, here.site(expr))
    }

    /// The function that a variable was found to be before. Of functions nobody asks where they come from.
    #[inline]
    fn known_function(&mut self, here: Here<'_>, expr: ExprId) -> Option<Rc<Lambda>> {
        let Some(Value::Lambda(lambda)) = self.known_variable(here, expr) else {
            return None;
        };
        let lambda = Rc::clone(lambda);
        // Reading the variable is a step. Where there are none left, whoever takes the long way says so.
        self.step().ok()?;
        Some(lambda)
    }

    /// A call of a call, with all the arguments that stand side by side: `f a b` is one call with two arguments.
    #[inline(never)]
    fn eval_calls(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        function: ExprId,
        argument: ExprId,
    ) -> Res<Tracked> {
        let Here { unit, env } = here;
        let site = here.site(expr);
        if let Expr::Apply(head, first) = unit.hir.expr(function)
            && !matches!(unit.hir.expr(*head), Expr::Apply(..))
        {
            return self.eval_call_of_two(here, function, *head, [(*first, site), (argument, site)]);
        }
        let mut head = function;
        // From the last argument to the first.
        let mut given: SmallVec<[(ExprId, Site); 4]> = SmallVec::new();
        given.push((argument, site));
        while let Expr::Apply(function, argument) = unit.hir.expr(head) {
            self.evaluates(env.unit, head);
            // Calls in a file of our own are all where that was called.
            let site = match unit.is_own() {
                true => site,
                false => Site {
                    file: unit.file,
                    expr: head,
                },
            };
            given.push((*argument, site));
            head = *function;
        }
        let function = self.eval_function(here, head)?;
        let mut arguments: SmallVec<[Argument; 4]> = SmallVec::new();
        while let Some((argument, site)) = given.pop() {
            arguments.push((self.delay(here, argument), site));
        }
        self.call_all(function, &arguments)
    }

    /// The same with two arguments, as most are: `call` is that with the first of them.
    fn eval_call_of_two(
        &mut self,
        here: Here<'_>,
        call: ExprId,
        head: ExprId,
        [mut first, second]: [(ExprId, Site); 2],
    ) -> Res<Tracked> {
        let Here { unit, env } = here;
        self.evaluates(env.unit, call);
        if !unit.is_own() {
            first.1.expr = call;
        }
        let function = self.eval_function(here, head)?;
        let first = match self.is_asked_at_once(&function, (0, 2)) {
            true => (self.eval_argument(here, first.0)?, first.1),
            false => (self.delay(here, first.0), first.1),
        };
        // A builtin that is given something unknown does not ask for more.
        let goes_on = self.is_asked_at_once(&function, (1, 2))
            && (!self.is_asked_at_once(&function, (0, 2)) || self.is_known_already(first.0));
        let second = match goes_on {
            true => (self.eval_argument(here, second.0)?, second.1),
            false => (self.delay(here, second.0), second.1),
        };
        self.call_all(function, &[first, second])
    }

    /// Is a function one that forces an argument before anything else: the one at this position of so many?
    #[inline]
    fn is_asked_at_once(&self, function: &Tracked, (at, of): (usize, usize)) -> bool {
        let Value::Primop(app) = &function.value else {
            return false;
        };
        let primop = self.thunks.primop(app.primop);
        let had = app.args.len();
        had + of == primop.arity && primop.strict & (1 << (had + at)) != 0
    }

    /// The thunk of an argument that is going to be forced at once, and can as well have its value from the beginning.
    fn eval_argument(&mut self, here: Here<'_>, expr: ExprId) -> Res<ThunkId> {
        let is_worth_it = is_computed_later(here.unit.hir.expr(expr)) && self.memo.dependencies.is_none();
        if !is_worth_it || self.budget.over().is_some() || self.budget.is_deep() {
            return Ok(self.delay(here, expr));
        }
        let before = self.conditions.drops;
        let result = self.eval(here, expr);
        let result = self.settle(result)?;
        if self.budget.over().is_some() {
            // Whoever asks later may have enough left.
            return Ok(self.delay(here, expr));
        }
        let held = sizes::held_by_value(&result.value);
        let done = Thunk::Done {
            value: result.value,
            origin: result.origin.number(),
            tainted: self.conditions.drops != before,
        };
        Ok(self.push_holding(held, done))
    }

    /// What is called.
    #[inline]
    fn eval_function(&mut self, here: Here<'_>, expr: ExprId) -> Res<Tracked> {
        match self.known_function(here, expr) {
            Some(lambda) => Ok(Tracked {
                value: Value::Lambda(lambda),
                origin: OriginId(0),
            }),
            None => self.eval(here, expr),
        }
    }

    /// Calls a function with arguments that stand side by side.
    #[inline]
    fn call_all(&mut self, mut function: Tracked, arguments: &[Argument]) -> Res<Tracked> {
        let mut rest = arguments;
        loop {
            let result = self.call(&function, &mut rest);
            if rest.is_empty() {
                return result;
            }
            function = self.settle(result)?;
        }
    }
}
