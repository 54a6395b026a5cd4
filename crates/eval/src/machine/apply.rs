//! Function calls.

use crate::heap::files::{Here, Unit};
use crate::heap::sizes;
use crate::thunk::{PrimopCode, Thunk};
use crate::{
    Alternative, Attrs, Env, ErrorKind, ErrorRef, Evaluator, Lambda, Lookup, NO_SITE, OriginId, PrimopApp,
    PrimopId, Res, Stop, Symbol, ThunkId, Tracked, Unknown, Value, When, Whence,
};
use nixpod_source::{ExprId, Site, Why};
use nixpod_syntax::hir::{Expr, Param, PatternField};
use smallvec::SmallVec;
use std::rc::Rc;
use std::sync::Arc;

/// The variables of a frame.
type Slots = SmallVec<[ThunkId; 4]>;

/// An argument, and the place of the call that gives it.
pub(crate) type Argument = (ThunkId, Site);

/// The arguments of a builtin; few have more than three.
pub(crate) type Args = SmallVec<[ThunkId; 4]>;

impl Evaluator<'_> {
    /// Calls a function with one argument.
    pub fn apply(&mut self, function: &Tracked, argument: ThunkId, site: Site) -> Res<Tracked> {
        self.call(function, &mut [(argument, site)].as_slice())
    }

    /// Calls a function with several arguments.
    pub fn apply_all(&mut self, function: &Tracked, arguments: &[ThunkId], site: Site) -> Res<Tracked> {
        let arguments: SmallVec<[Argument; 4]> = arguments.iter().map(|argument| (*argument, site)).collect();
        let mut rest = arguments.as_slice();
        let mut result = self.call(function, &mut rest)?;
        while !rest.is_empty() {
            result = self.call(&result, &mut rest)?;
        }
        Ok(result)
    }

    /// Calls a function with the first of some arguments, and with more of them where they belong to the same call: a
    /// builtin takes as many as it has, and a function literal that another one gives does not become a value before it
    /// is called. What is left of the arguments is for what the call gives.
    pub(crate) fn call(&mut self, function: &Tracked, arguments: &mut &[Argument]) -> Res<Tracked> {
        match &function.value {
            Value::Lambda(lambda) => return self.call_lambda(lambda, arguments),
            Value::Primop(app) => return self.call_builtin(app, arguments),
            _ => {}
        }
        let Some((&(argument, site), rest)) = arguments.split_first() else {
            return Ok(function.clone());
        };
        *arguments = rest;
        match &function.value {
            Value::Attrs(attrs) => match attrs.get(self.names.common.functor) {
                Some(functor) => self.apply_functor(functor.thunk, function, argument, site),
                None => match &attrs.open {
                    Some(open) => Ok(call_of_unknown(open, argument)),
                    None => self.not_a_function(&function.value, site),
                },
            },
            Value::Unknown(unknown) => Ok(call_of_unknown(unknown, argument)),
            Value::Either(alternatives) => {
                self.each_alternative(alternatives, |ev, one| ev.apply(&one, argument, site))
            }
            other => self.not_a_function(other, site),
        }
    }

    /// Calls a builtin with as many of the arguments as it still lacks.
    fn call_builtin(&mut self, app: &PrimopApp, arguments: &mut &[Argument]) -> Res<Tracked> {
        let lacking = self
            .thunks
            .primop(app.primop)
            .arity
            .saturating_sub(app.args.len());
        let (given, rest) = arguments.split_at(lacking.clamp(1, arguments.len()));
        *arguments = rest;
        let all = app.args.iter().chain(given.iter().map(|(argument, _)| argument));
        let number = app.args.len() + given.len();
        let mut room = [ThunkId(0); 4];
        let args = match number <= room.len() {
            true => {
                // All the room is there from the beginning, so that nothing has to be asked for each of them.
                for (place, argument) in room.iter_mut().zip(all) {
                    *place = *argument;
                }
                Args::from_buf_and_len(room, number)
            }
            false => all.copied().collect(),
        };
        match given.last() {
            Some((_, site)) if given.len() >= lacking => self.call_primop(app.primop, args, *site),
            _ => Ok(Tracked {
                value: Value::Primop(Rc::new(PrimopApp {
                    primop: app.primop,
                    args: args.into_vec(),
                })),
                origin: OriginId(0),
            }),
        }
    }

    /// Calls a set. What `__functor` gives can be a set again, the same one even, so this counts as a nested call.
    fn apply_functor(
        &mut self,
        functor: ThunkId,
        function: &Tracked,
        argument: ThunkId,
        site: Site,
    ) -> Res<Tracked> {
        self.step()?;
        if self.budget.call_depth >= self.budget.limits.call_depth {
            return Err(self.error(
                ErrorKind::Eval,
                "stack overflow; max-call-depth exceeded",
                Some(site),
            ));
        }
        self.budget.call_depth += 1;
        let result = self.nested(site, |ev| {
            let functor = ev.force(functor)?;
            let itself = ev.alloc_tracked(function.clone());
            let inner = ev.apply(&functor, itself, site)?;
            ev.apply(&inner, argument, site)
        });
        self.budget.call_depth -= 1;
        result
    }

    #[cold]
    fn not_a_function(&mut self, value: &Value, site: Site) -> Res<Tracked> {
        let shown = crate::print::brief(self, value);
        self.fail(
            format!(
                "attempt to call something which is not a function but {}: {shown}",
                value.describe()
            ),
            site,
        )
    }

    pub(crate) fn call_primop(&mut self, id: PrimopId, mut args: Args, site: Site) -> Res<Tracked> {
        self.step()?;
        let primop = self.thunks.primop(id);
        let (strict, on_text, by_size) = (primop.strict, primop.on_text, primop.by_size);
        let code = primop.code.clone();
        for at in 0..args.len() {
            if strict & (1 << at) == 0 || self.is_known_already(args[at]) {
                continue;
            }
            let value = self.force(args[at])?;
            match &value.value {
                Value::Unknown(unknown) if strict & (crate::PASSED_ON << at) != 0 && unknown.is_generic() => {
                }
                Value::Unknown(unknown) if on_text && unknown.text.is_some() => {
                    let text = unknown.text.clone().unwrap_or_default();
                    args[at] = self.alloc(Value::string(text), value.origin);
                }
                Value::Unknown(unknown) => {
                    return Ok(Tracked {
                        value: Value::Unknown(unknown.made_of()),
                        origin: value.origin,
                    });
                }
                Value::Either(alternatives) => {
                    let alternatives = alternatives.clone();
                    return self.each_alternative(&alternatives, |ev, one| {
                        let mut args = args.clone();
                        args[at] = ev.alloc_tracked(one);
                        ev.call_primop(id, args, site)
                    });
                }
                _ => {}
            }
        }
        if by_size {
            self.goes_through(&args)?;
        }
        match code {
            PrimopCode::Table(run) => run(self, &args, site),
            PrimopCode::Made(run) => run(self, &args, site),
        }
    }

    /// Counts the work of going through arguments, as far as they were forced.
    fn goes_through(&mut self, args: &Args) -> Res<()> {
        let steps = args.iter().map(|arg| match &self.thunks[*arg] {
            Thunk::Done { value, .. } => sizes::steps_through(value),
            _ => 0,
        });
        let steps = steps.sum();
        self.work(steps)
    }

    /// Calls a function written in Nix, and a function literal that it gives with the next of the arguments.
    pub(crate) fn call_lambda(&mut self, lambda: &Lambda, arguments: &mut &[Argument]) -> Res<Tracked> {
        let Some((&(mut last), rest)) = arguments.split_first() else {
            return self.fail("not a function", NO_SITE);
        };
        *arguments = rest;
        let unit = self.unit(&lambda.env);
        let here = Here {
            unit: &unit,
            env: &lambda.env,
        };
        let (mut frame, mut body) = self.enter(here, lambda.expr, last)?;
        while let Some((&next, rest)) = arguments.split_first()
            && let Expr::Lambda(..) = unit.hir.expr(body)
        {
            self.step()?;
            (last, *arguments) = (next, rest);
            (frame, body) = self.enter(here.within(&frame), body, next)?;
        }
        self.budget.call_depth += 1;
        let mut result = self.eval(here.within(&frame), body);
        self.budget.call_depth -= 1;
        if let Err(Stop::Error(error)) = &mut result {
            *error = self.with_trace(error.clone(), last.1);
        }
        result
    }

    /// Gives the frame in which the body of a function is evaluated, and the body.
    #[inline]
    fn enter(&mut self, here: Here<'_>, expr: ExprId, (argument, site): Argument) -> Res<(Rc<Env>, ExprId)> {
        if self.budget.call_depth >= self.budget.limits.call_depth {
            let message = "stack overflow; max-call-depth exceeded";
            return Err(self.error(ErrorKind::Eval, message, Some(site)));
        }
        self.evaluates(here.env.unit, expr);
        match here.unit.hir.expr(expr) {
            Expr::Lambda(param, body) => {
                let frame = self.frame_of_call(here, param, argument, site)?;
                Ok((frame, *body))
            }
            _ => self.fail("not a function", site),
        }
    }

    /// The variables of a function that is called.
    #[inline]
    pub(crate) fn frame_of_call(
        &mut self,
        here: Here<'_>,
        param: &Param,
        argument: ThunkId,
        site: Site,
    ) -> Res<Rc<Env>> {
        match param {
            Param::Name(..) => {
                // All the room of the variables is written at once: it is copied at once, too.
                let slots = Slots::from_buf_and_len([argument; 4], 1);
                Ok(new_frame(here, slots, site))
            }
            Param::Pattern {
                fields,
                ellipsis,
                alias,
            } => self.frame_of_pattern(here, fields, (*ellipsis, alias.is_some()), argument, site),
        }
    }

    /// The variables of a function that takes a set apart, which may have further attributes and a name for the whole.
    #[inline(never)]
    fn frame_of_pattern(
        &mut self,
        here: Here<'_>,
        fields: &[PatternField],
        (ellipsis, alias): (bool, bool),
        argument: ThunkId,
        site: Site,
    ) -> Res<Rc<Env>> {
        let unit = here.unit;
        let value = self.pattern_argument(unit, fields, ellipsis, argument, site)?;
        let mut slots = Slots::with_capacity(fields.len() + 1);
        let mut defaults = Vec::new();
        for field in fields {
            let name = unit.symbol(field.name);
            slots.push(self.bind_field(&value, name, field.default, &mut defaults, site)?);
        }
        if alias {
            slots.push(argument);
        }
        let frame = new_frame(here, slots, site);
        self.fill_defaults(&frame, defaults);
        Ok(frame)
    }

    /// Adds the call to an error's trace while it is short.
    #[cold]
    fn with_trace(&mut self, error: ErrorRef, site: Site) -> ErrorRef {
        if site == NO_SITE || error.trace.len() >= 12 || error.trace.last() == Some(&site) {
            return error;
        }
        let mut traced = (*error).clone();
        traced.trace.push(site);
        Rc::new(traced)
    }

    /// The argument of a function that takes a set apart.
    fn pattern_argument(
        &mut self,
        unit: &Unit,
        fields: &[PatternField],
        ellipsis: bool,
        argument: ThunkId,
        site: Site,
    ) -> Res<Tracked> {
        let value = self.force(argument)?;
        match &value.value {
            Value::Attrs(attrs) if !ellipsis => {
                let expected = |name| fields.iter().any(|field| unit.symbol(field.name) == name);
                let extra = attrs
                    .entries
                    .iter()
                    .find(|attr| attr.when.is_always() && !expected(attr.name));
                if let Some(extra) = extra {
                    let name = self.name(extra.name).clone();
                    return self.fail(format!("function called with unexpected argument '{name}'"), site);
                }
                Ok(value)
            }
            Value::Attrs(_) | Value::Unknown(_) | Value::Either(_) => Ok(value),
            other => self.type_error("a set", other, site),
        }
    }

    /// What a field of a pattern is bound to. A default sees the whole frame, so it is filled in once that is there.
    fn bind_field(
        &mut self,
        value: &Tracked,
        name: Symbol,
        default: Option<ExprId>,
        defaults: &mut Vec<Defaulted>,
        site: Site,
    ) -> Res<ThunkId> {
        let attr = match &value.value {
            Value::Attrs(attrs) => attrs.get(name).copied(),
            _ => None,
        };
        let open = !matches!(&value.value, Value::Attrs(attrs) if attrs.open.is_none());
        let given = match (attr, default) {
            (Some(attr), None) => {
                if !attr.when.is_always() {
                    self.conditions.drops += 1;
                }
                return Ok(attr.thunk);
            }
            (Some(attr), Some(_)) if attr.when.is_always() => return Ok(attr.thunk),
            (Some(attr), Some(_)) => Some((attr.thunk, attr.when)),
            (None, None) if open => return Ok(self.perhaps_given(value, name)),
            (None, Some(_)) if open => {
                let thunk = self.perhaps_given(value, name);
                let reason = self.undecided(value);
                Some((thunk, self.condition(site, reason, When::ALWAYS)))
            }
            (None, Some(_)) => None,
            (None, None) => {
                let name = self.name(name).clone();
                return self.fail(
                    format!("function called without required argument '{name}'"),
                    site,
                );
            }
        };
        let slot = self.reserve();
        defaults.extend(default.map(|expr| Defaulted { slot, expr, given }));
        Ok(slot)
    }

    /// An attribute that an argument may have of which not all is known.
    fn perhaps_given(&mut self, argument: &Tracked, name: Symbol) -> ThunkId {
        let argument = argument.clone();
        self.alloc_native(move |ev| match ev.lookup(&argument, name)? {
            Lookup::Found(value) | Lookup::Perhaps(value, _) => Ok(value),
            Lookup::Absent => {
                let why = Why::Undecided("an argument may be given or not".to_owned());
                Ok(Tracked {
                    value: Value::unknown(why),
                    origin: OriginId(0),
                })
            }
        })
    }

    fn fill_defaults(&mut self, frame: &Rc<Env>, defaults: Vec<Defaulted>) {
        for Defaulted { slot, expr, given } in defaults {
            let env = frame.clone();
            match given {
                None => self.thunks[slot] = Thunk::Delayed { env, expr },
                Some((given, when)) => self.fill_native(slot, move |ev| {
                    let given = ev.force(given)?;
                    let unit = ev.unit(&env);
                    let here = Here {
                        unit: &unit,
                        env: &env,
                    };
                    let default = Alternative {
                        value: ev.eval(here, expr)?,
                        when: ev.otherwise(when),
                    };
                    Ok(ev.join(vec![Alternative { value: given, when }, default]))
                }),
            }
        }
    }

    /// The parameter of a function for `functionArgs`: names and whether they have a default. `None` for functions
    /// that take anything.
    pub fn function_args(&mut self, value: &Value) -> Option<Vec<(Symbol, bool, Site)>> {
        let Value::Lambda(lambda) = value else { return None };
        let unit = self.unit(&lambda.env);
        self.evaluates(lambda.env.unit, lambda.expr);
        let Expr::Lambda(param, _) = unit.hir.expr(lambda.expr) else {
            return None;
        };
        match &**param {
            Param::Name(..) => None,
            Param::Pattern { fields, .. } => Some(
                fields
                    .iter()
                    .map(|field| {
                        let site = Site {
                            file: unit.file,
                            expr: field.key,
                        };
                        (unit.symbol(field.name), field.default.is_some(), site)
                    })
                    .collect(),
            ),
        }
    }

    /// The file that a function is written in.
    pub fn lambda_hir(&mut self, lambda: &Lambda) -> std::sync::Arc<nixpod_syntax::Hir> {
        self.reads_unit(lambda.env.unit);
        self.unit(&lambda.env).hir.clone()
    }

    /// Does a function of one plain argument return a function literal at once?
    pub fn is_curried(&mut self, lambda: &Lambda) -> bool {
        let unit = self.unit(&lambda.env);
        // Only what is looked at counts: most of a module is behind the first of these.
        self.evaluates(lambda.env.unit, lambda.expr);
        let Expr::Lambda(param, body) = unit.hir.expr(lambda.expr) else {
            return false;
        };
        let mut body = *body;
        if !matches!(**param, Param::Name(..)) {
            return false;
        }
        loop {
            self.evaluates(lambda.env.unit, body);
            match unit.hir.expr(body) {
                Expr::Lambda(..) => return true,
                Expr::Let(_, inner) | Expr::With(_, inner) => body = *inner,
                _ => return false,
            }
        }
    }

    /// The place of a function's code.
    pub fn lambda_site(&self, lambda: &Lambda) -> Site {
        self.site(&lambda.env, lambda.expr)
    }

    /// Is the value something that can be called?
    pub fn is_function(&self, value: &Value) -> bool {
        match value {
            Value::Lambda(_) | Value::Primop(_) => true,
            Value::Attrs(attrs) => attrs.get(self.names.common.functor).is_some(),
            _ => false,
        }
    }

    /// An empty set value.
    pub fn empty_attrs(&self) -> Value {
        Value::Attrs(Rc::new(Attrs::default()))
    }
}

/// The frame that a call makes.
fn new_frame(here: Here<'_>, slots: Slots, site: Site) -> Rc<Env> {
    Rc::new(Env {
        parent: Some(here.env.clone()),
        unit: here.env.unit,
        slots,
        call: site,
    })
}

/// A field of a pattern that takes its default, or perhaps does.
struct Defaulted {
    slot: ThunkId,
    expr: ExprId,
    /// What is there instead under an undecided condition.
    given: Option<(ThunkId, When)>,
}

/// Calling an unknown function gives an unknown that keeps the function's name, and what it was called with.
fn call_of_unknown(unknown: &Rc<Unknown>, argument: ThunkId) -> Tracked {
    let why = match &unknown.why {
        Why::External(outside) => Why::External(Arc::new(outside.call())),
        why => why.clone(),
    };
    Tracked {
        value: Value::Unknown(Rc::new(Unknown {
            why,
            store_path: false,
            likely: None,
            text: None,
            given: unknown.given.iter().copied().chain([argument]).collect(),
            whence: Whence::Call(argument),
            literal: None,
        })),
        origin: OriginId(0),
    }
}
