//! Evaluation of expressions.

use crate::heap::files::Unit;
use crate::machine::ops::of_integers;
use crate::thunk::Thunk;
use crate::{
    Alternative, Elem, Env, ErrorKind, EvalResult, Evaluator, Lambda, List, NO_SITE, NixString, OriginId,
    Res, Stop, Symbol, ThunkId, Tracked, Unknown, Value, When,
};
use crate::{Coerce, StringBuilder};
use nixpod_source::{ExprId, HopKind, Site, Why};
use nixpod_syntax::hir::{BinaryOp, Expr, PathKind, StrPart, VarRef};
use smallvec::SmallVec;
use std::rc::Rc;

impl Evaluator<'_> {
    pub(crate) fn unit(&self, env: &Env) -> Rc<Unit> {
        self.files.unit(env.unit).clone()
    }

    /// Evaluates an expression now; unknowns are values, so that it stops at errors only.
    pub(crate) fn eval(&mut self, env: &Rc<Env>, expr: ExprId) -> Res<Tracked> {
        if self.budget.is_deep() {
            return Ok(self.too_deep());
        }
        self.deeper(|ev| ev.eval_settled(env, expr))
    }

    /// The same, on the native stack as it is. Results are not copied on their way out: they are of the type that callers
    /// return themselves, and what is still to be done to them is done in their place.
    pub(crate) fn eval_settled(&mut self, env: &Rc<Env>, expr: ExprId) -> Res<Tracked> {
        let mut result = self.eval_inner(env, expr);
        if !matches!(&result, Ok(value) if !matches!(value.value, Value::Unknown(_))) {
            self.place(env, expr, &mut result);
        }
        result
    }

    /// Makes an unknown of an early exit, with the place of the expression.
    #[cold]
    fn place(&mut self, env: &Rc<Env>, expr: ExprId, result: &mut Res<Tracked>) {
        let settled = match result {
            Ok(value) => Ok(value.clone()),
            Err(stop) => self.settle(Err(stop.clone())),
        };
        *result = self.place_unknown(env, expr, settled).map_err(Stop::from);
    }

    /// An unknown that came about by an early exit gets the place of the expression.
    pub(crate) fn place_unknown(
        &mut self,
        env: &Rc<Env>,
        expr: ExprId,
        result: EvalResult<Tracked>,
    ) -> EvalResult<Tracked> {
        let mut value = result?;
        if value.origin == OriginId(0) && matches!(value.value, Value::Unknown(_)) {
            let unit = self.unit(env);
            value.origin = self.literal(&unit, expr);
        }
        Ok(value)
    }

    /// A thunk for an expression.
    pub(crate) fn delay(&mut self, env: &Rc<Env>, expr: ExprId) -> ThunkId {
        if let Some(bound) = self.plain_variable(env, expr) {
            self.evaluates(env.unit, expr);
            return bound;
        }
        let thunk = self.delayed(env, expr);
        self.push_thunk(thunk)
    }

    /// The thunk that a variable of an enclosing frame is bound to.
    fn local_variable(&self, env: &Rc<Env>, expr: ExprId) -> Option<ThunkId> {
        let Expr::Var(_, VarRef::Local { depth, slot }) = self.files.unit(env.unit).hir.expr(expr) else {
            return None;
        };
        env.outer(*depth)?.slots.get(*slot as usize).copied()
    }

    /// The thunk that a variable is bound to, if it is a value already that has no origin: reading it adds no step to
    /// a trail then.
    fn plain_variable(&self, env: &Rc<Env>, expr: ExprId) -> Option<ThunkId> {
        let bound = self.local_variable(env, expr)?;
        match self.thunks[bound] {
            Thunk::Done {
                value: Value::Lambda(_) | Value::Primop(_) | Value::Opaque(_),
                ..
            } => Some(bound),
            Thunk::Done {
                origin: OriginId(0), ..
            } => Some(bound),
            _ => None,
        }
    }

    /// The state of a thunk for an expression: literals are values at once.
    pub(crate) fn delayed(&mut self, env: &Rc<Env>, expr: ExprId) -> Thunk {
        let unit = self.unit(env);
        let immediate = match unit.hir.expr(expr) {
            // A number of the analysed code can change without the set that it is in.
            Expr::Int(_) | Expr::Float(_) => unit.is_own() || self.memo.dependencies.is_none(),
            Expr::Lambda(..) => true,
            // Of the analysed code it is remembered which strings were looked at.
            Expr::Str(parts) => unit.is_own() && plain_text(parts).is_some(),
            _ => false,
        };
        if immediate && let Ok(value) = self.eval_inner(env, expr) {
            return Thunk::done(value);
        }
        Thunk::Delayed {
            env: env.clone(),
            expr,
        }
    }

    /// The thunk that a thunk of a variable, not yet forced, is going to ask.
    pub(crate) fn bound_thunk(&self, thunk: ThunkId) -> ThunkId {
        let mut at = thunk;
        // A chain of variables is as long as the nesting of calls at most; a cycle must not hang.
        for _ in 0..1000 {
            let Thunk::Delayed { env, expr } = &self.thunks[at] else {
                break;
            };
            let Some(next) = self.local_variable(env, *expr) else {
                break;
            };
            at = next;
        }
        at
    }

    pub(crate) fn literal(&mut self, unit: &Unit, expr: ExprId) -> OriginId {
        if unit.is_own() {
            return OriginId(0);
        }
        self.origin(
            HopKind::Literal,
            Site {
                file: unit.file,
                expr,
            },
            OriginId(0),
        )
    }

    /// Adds a step to the origin of a value, unless our own prelude took it.
    fn hop(&mut self, unit: &Unit, kind: HopKind, expr: ExprId, result: &mut Res<Tracked>) {
        let Ok(value) = result else { return };
        // A module may be a function: which call gave it is of interest.
        let worth = match value.value {
            Value::Primop(_) | Value::Opaque(_) => false,
            Value::Lambda(_) => kind == HopKind::Call,
            _ => true,
        };
        if worth && !unit.is_own() {
            let file = unit.file;
            value.origin = self.origin(kind, Site { file, expr }, value.origin);
        }
    }

    #[expect(clippy::too_many_lines, reason = "an arm for each kind of expression")]
    pub(crate) fn eval_inner(&mut self, env: &Rc<Env>, expr: ExprId) -> Res<Tracked> {
        self.step()?;
        let unit = self.unit(env);
        let site = self.site(env, expr);
        if let Some(dependencies) = &mut self.memo.dependencies
            && !unit.is_own()
        {
            dependencies.evaluates(env.unit, expr);
        }
        let value = match unit.hir.expr(expr) {
            Expr::Missing => Value::unknown(Why::SyntaxError("the code here does not parse".to_owned())),
            Expr::Key(_) => Value::Null,
            Expr::Int(int) => Value::Int(*int),
            Expr::Float(float) => Value::Float(*float),
            Expr::Str(parts) => {
                if !unit.is_own() {
                    self.files.mark_string(env.unit, expr);
                }
                match plain_text(parts) {
                    Some(text) => Value::String(Rc::new(text)),
                    None => return self.eval_string(&unit, env, expr, parts),
                }
            }
            Expr::Path(kind, parts) => return self.eval_path(&unit, env, expr, *kind, parts),
            Expr::Var(name, reference) => {
                let mut result = self.eval_var(&unit, env, site, *name, reference);
                self.hop(&unit, HopKind::Binding, expr, &mut result);
                return result;
            }
            Expr::CurPos => return Ok(self.position_value(site)),
            Expr::List(elems) => self.eval_list(env, elems)?,
            Expr::Attrs(attrs) => {
                let (attrs, _) = self.eval_attrs(&unit, env, attrs, site)?;
                Value::Attrs(Rc::new(attrs))
            }
            Expr::Let(bindings, body) => {
                let (_, frame) = self.eval_attrs(&unit, env, bindings, site)?;
                return self.eval(&frame, *body);
            }
            Expr::With(namespace, body) => return self.eval_with_body(env, *namespace, *body),
            Expr::Lambda(..) => Value::Lambda(Rc::new(Lambda {
                env: env.clone(),
                expr,
            })),
            Expr::Apply(function, argument) => {
                let mut result = self.eval_apply(&unit, env, *function, *argument, site);
                self.hop(&unit, HopKind::Call, expr, &mut result);
                return result;
            }
            Expr::Select(base, path, default) => {
                let mut result = self.eval_select(env, site, *base, path, *default);
                self.hop(&unit, HopKind::Binding, expr, &mut result);
                return result;
            }
            Expr::HasAttr(base, path) => self.eval_has_attr(env, *base, path)?,
            Expr::If(condition, then, otherwise) => {
                return self.eval_if(env, *condition, [*then, *otherwise]);
            }
            Expr::Assert(condition, body) => return self.eval_assert(env, site, *condition, *body),
            Expr::Binary(op, left, right) => return self.eval_binary(&unit, env, expr, *op, (*left, *right)),
            Expr::Not(inner) => {
                let inner = self.eval(env, *inner)?;
                self.not(&inner, site)?
            }
            Expr::Negate(inner) => self.eval_negate(env, site, *inner)?,
        };
        let origin = self.literal(&unit, expr);
        Ok(Tracked { value, origin })
    }

    /// `!`: of what is not known, too, it is told that it is the opposite.
    fn not(&mut self, inner: &Tracked, site: Site) -> Res<Value> {
        if let Value::Unknown(_) | Value::Either(_) = &inner.value {
            let why = self.undecided(inner);
            let literal = self.conditions.literal(&inner.value, None).negated();
            return Ok(Value::Unknown(why.opposite(literal)));
        }
        Ok(Value::Bool(!self.as_bool(inner, site)?))
    }

    fn eval_list(&mut self, env: &Rc<Env>, elems: &[ExprId]) -> Res<Value> {
        self.charge(elems.len() * size_of::<Elem>())?;
        let elems = elems
            .iter()
            .map(|elem| Elem {
                thunk: self.delay(env, *elem),
                when: When::ALWAYS,
            })
            .collect();
        Ok(Value::List(Rc::new(List { elems, open: None })))
    }

    fn eval_with_body(&mut self, env: &Rc<Env>, namespace: ExprId, body: ExprId) -> Res<Tracked> {
        let namespace = self.delay(env, namespace);
        let frame = Rc::new(Env {
            parent: Some(env.clone()),
            unit: env.unit,
            slots: smallvec::smallvec![namespace],
            call: None,
        });
        self.eval(&frame, body)
    }

    fn eval_if(&mut self, env: &Rc<Env>, condition: ExprId, branches: [ExprId; 2]) -> Res<Tracked> {
        let [then, otherwise] = branches;
        let decided = self.eval(env, condition)?;
        let branch = match &decided.value {
            Value::Bool(true) => then,
            Value::Bool(false) => otherwise,
            Value::Unknown(_) | Value::Either(_) => {
                let site = self.site(env, condition);
                return self.speculate(env, site, &decided, branches);
            }
            other => return self.type_error("a Boolean", other, self.site(env, condition)),
        };
        self.eval(env, branch)
    }

    fn eval_assert(&mut self, env: &Rc<Env>, site: Site, condition: ExprId, body: ExprId) -> Res<Tracked> {
        let decided = self.eval(env, condition)?;
        match &decided.value {
            Value::Bool(true) => {}
            Value::Bool(false) => {
                return Err(self.error(ErrorKind::Assert, "assertion failed", Some(site)));
            }
            // The configuration is taken to evaluate, so an undecided assertion holds.
            Value::Unknown(_) | Value::Either(_) => self.conditions.drops += 1,
            other => return self.type_error("a Boolean", other, self.site(env, condition)),
        }
        self.eval(env, body)
    }

    fn eval_negate(&mut self, env: &Rc<Env>, site: Site, inner: ExprId) -> Res<Value> {
        let inner = self.eval(env, inner)?;
        match &self.known(inner)?.value {
            Value::Int(int) => match int.checked_neg() {
                Some(int) => Ok(Value::Int(int)),
                None => self.fail(format!("integer overflow in negating {int}"), site),
            },
            // Nix reads it as `0 - x`, which is not negative zero.
            Value::Float(float) => Ok(Value::Float(0.0 - float)),
            other => self.type_error("an integer", other, site),
        }
    }

    /// A call, with all the arguments that stand side by side: `f a b` is one call of a builtin with two arguments.
    fn eval_apply(
        &mut self,
        unit: &Unit,
        env: &Rc<Env>,
        function: ExprId,
        argument: ExprId,
        site: Site,
    ) -> Res<Tracked> {
        let mut head = function;
        let mut calls: SmallVec<[(ExprId, Site); 4]> = smallvec::smallvec![(argument, site)];
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
            calls.push((*argument, site));
            head = *function;
        }
        let mut value = self.eval(env, head)?;
        if let Value::Primop(app) = &value.value
            && app.args.is_empty()
            && let arity = self.thunks.primop(app.primop).arity
            && arity <= calls.len()
        {
            let primop = app.primop;
            let rest = calls.len() - arity;
            let args = calls[rest..]
                .iter()
                .rev()
                .map(|(argument, _)| self.delay(env, *argument))
                .collect();
            let result = self.call_primop(primop, args, calls[rest].1);
            if rest == 0 {
                return result;
            }
            calls.truncate(rest);
            value = self.settle(result)?;
        }
        while let Some((argument, site)) = calls.pop() {
            let argument = self.delay(env, argument);
            let result = self.apply(value, argument, site);
            if calls.is_empty() {
                return result;
            }
            value = self.settle(result)?;
        }
        Ok(value)
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
                .unwrap_or_else(|| Unknown::new(Why::Undecided("several values".to_owned()))),
            _ => Unknown::new(Why::Undecided("a condition".to_owned())),
        }
    }

    /// Evaluates the branches of an undecided condition and joins what does not fail.
    fn speculate(
        &mut self,
        env: &Rc<Env>,
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
            match self.eval(env, branch) {
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

    /// An attribute that an open set may have. Names that a model of ours lacks are counted.
    pub(crate) fn select_unlisted(&mut self, open: &Rc<Unknown>, symbol: Symbol) -> Rc<Unknown> {
        let Why::NotModelled(set) = &open.why else {
            return open.select(self.name(symbol));
        };
        let name = format!("{set}.{}", self.name(symbol));
        self.names.misses(&name);
        Unknown::new(Why::NotModelled(name))
    }

    fn eval_string(&mut self, unit: &Unit, env: &Rc<Env>, expr: ExprId, parts: &[StrPart]) -> Res<Tracked> {
        let literal = self.literal(unit, expr);
        let site = self.site(env, expr);
        let mut builder = StringBuilder::default();
        let mut offset = 0;
        for part in parts {
            match part {
                StrPart::Text(text) => {
                    builder.push_literal(text, literal, offset);
                    offset += text.len() as u32;
                }
                StrPart::Interp(inner) => {
                    let value = self.eval(env, *inner)?;
                    let value = if unit.is_own() {
                        value
                    } else {
                        let origin = self.origin(HopKind::Interpolation, site, value.origin);
                        Tracked {
                            value: value.value,
                            origin,
                        }
                    };
                    self.coerce_into(&mut builder, &value, Coerce::Interpolate, self.site(env, *inner))?;
                }
            }
        }
        self.charge(builder.len())?;
        Ok(Tracked {
            value: builder.finish(),
            origin: literal,
        })
    }

    fn eval_path(
        &mut self,
        unit: &Unit,
        env: &Rc<Env>,
        expr: ExprId,
        kind: PathKind,
        parts: &[StrPart],
    ) -> Res<Tracked> {
        let site = self.site(env, expr);
        let origin = self.literal(unit, expr);
        let mut builder = StringBuilder::default();
        for part in parts {
            match part {
                StrPart::Text(text) => builder.push_literal(text, origin, 0),
                StrPart::Interp(inner) => {
                    let value = self.eval(env, *inner)?;
                    self.coerce_into(&mut builder, &value, Coerce::PathAppend, site)?;
                }
            }
        }
        let text = builder.known_text()?;
        let value = match kind {
            PathKind::Relative => Value::Path(crate::paths::resolve(unit.dir.as_str(), &text)),
            PathKind::Absolute => Value::Path(crate::paths::normalise(&text)),
            PathKind::Home => match &self.settings.variables {
                Some(variables) => {
                    let home = variables.get("HOME").map_or("", String::as_str);
                    Value::Path(crate::paths::normalise(&format!("{home}/{text}")))
                }
                None => Value::unknown(Why::Impure(format!("the home directory in `~{text}`"))),
            },
            PathKind::Search => {
                let mut found = self.search(unit.scope.as_ref(), &text, site)?;
                found.origin = origin;
                return Ok(found);
            }
        };
        Ok(Tracked { value, origin })
    }

    /// The value of `__curPos` and of `unsafeGetAttrPos`: null where there is no position.
    pub fn position_value(&mut self, site: Site) -> Tracked {
        let position = (site != NO_SITE).then(|| self.source().position(site)).flatten();
        let value = match position {
            Some((line, column)) => {
                let path = self.source().path_of(site.file);
                let file = self.alloc(Value::string(path.as_str()), OriginId(0));
                let line = self.alloc(Value::Int(i64::from(line)), OriginId(0));
                let column = self.alloc(Value::Int(i64::from(column)), OriginId(0));
                Value::attrs(self.attrs_from(vec![("file", file), ("line", line), ("column", column)]))
            }
            None => Value::Null,
        };
        Tracked {
            value,
            origin: OriginId(0),
        }
    }

    fn eval_binary(
        &mut self,
        unit: &Unit,
        env: &Rc<Env>,
        expr: ExprId,
        op: BinaryOp,
        (left, right): (ExprId, ExprId),
    ) -> Res<Tracked> {
        let site = self.site(env, expr);
        let origin = self.literal(unit, expr);
        if matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Implies) {
            let value = self.eval_logic(env, op, left, right)?;
            return Ok(Tracked { value, origin });
        }
        let a = self.eval(env, left)?;
        let b = self.eval(env, right)?;
        if let (Value::Int(a), Value::Int(b)) = (&a.value, &b.value)
            && let Some(value) = of_integers(op, *a, *b)
        {
            return Ok(Tracked { value, origin });
        }
        self.binary(op, a, b, site, origin)
    }

    /// `&&`, `||` and `->`: a known operand can decide although the other is unknown.
    fn eval_logic(&mut self, env: &Rc<Env>, op: BinaryOp, left: ExprId, right: ExprId) -> Res<Value> {
        let a = self.eval(env, left)?;
        let deciding = matches!(op, BinaryOp::Or);
        let outcome = !matches!(op, BinaryOp::And);
        match &a.value {
            Value::Bool(a) if *a == deciding => return Ok(Value::Bool(outcome)),
            Value::Bool(_) => {
                let b = self.eval(env, right)?;
                let b = self.known(b)?;
                return Ok(Value::Bool(self.as_bool(&b, self.site(env, right))?));
            }
            Value::Unknown(_) | Value::Either(_) => {}
            other => {
                return self.type_error("a Boolean", other, self.site(env, left));
            }
        }
        let why = self.undecided(&a);
        if self.budget.speculation >= self.budget.limits.speculation {
            self.depends_on_order();
            return Err(Stop::Unknown(why));
        }
        self.budget.speculation += 1;
        let b = self.eval(env, right);
        self.budget.speculation -= 1;
        match b {
            // `unknown && false`, `unknown || true`, `unknown -> true`.
            Ok(Tracked {
                value: Value::Bool(b),
                ..
            }) if b == outcome => Ok(Value::Bool(outcome)),
            Ok(_) => Err(Stop::Unknown(why)),
            Err(_) => {
                self.conditions.drops += 1;
                Err(Stop::Unknown(why))
            }
        }
    }
}

/// A string literal without interpolations.
fn plain_text(parts: &[StrPart]) -> Option<NixString> {
    match parts {
        [] => Some(NixString::default()),
        [StrPart::Text(text)] => Some(NixString::new(text.clone())),
        _ => None,
    }
}
