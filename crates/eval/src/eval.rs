//! Evaluation of expressions.

use crate::evaluator::{Thunk, Unit};
use crate::strings::{Coerce, StringBuilder};
use crate::{
    Alternative, Attr, Attrs, Elem, Env, ErrorKind, EvalResult, Evaluator, Lambda, List, NO_SITE, NixString,
    OriginId, Res, Stop, Symbol, ThunkId, Tracked, Unknown, Value, When,
};
use nixpod_source::{ExprId, HopKind, Site, Why};
use nixpod_syntax::hir::{
    AttrName, Attrs as AttrsExpr, BinaryOp, EntryValue, Expr, NameId, PathKind, StrPart, VarRef,
};
use smallvec::SmallVec;
use std::rc::Rc;

impl Env {
    /// The frame `depth` levels out.
    fn outer(self: &Rc<Self>, depth: u32) -> Option<&Rc<Self>> {
        let mut at = self;
        for _ in 0..depth {
            at = at.parent.as_ref()?;
        }
        Some(at)
    }
}

impl Unit {
    fn symbol(&self, name: NameId) -> Symbol {
        self.names[name.0 as usize]
    }

    /// The place of a key, if readers can see it.
    fn key_site(&self, expr: ExprId) -> Site {
        if self.hidden {
            return NO_SITE;
        }
        Site {
            file: self.file,
            expr,
        }
    }
}

impl Evaluator<'_> {
    pub(crate) fn unit(&self, env: &Env) -> Rc<Unit> {
        self.units[env.unit.0 as usize].clone()
    }

    /// Evaluates an expression now; unknowns are values.
    pub(crate) fn eval(&mut self, env: &Rc<Env>, expr: ExprId) -> EvalResult<Tracked> {
        if self.force_depth >= self.limits.force_depth {
            let why = Why::OutOfFuel("the limit on nested evaluation is reached".to_owned());
            return Ok(Tracked {
                value: Value::unknown(why),
                origin: OriginId(0),
            });
        }
        self.force_depth += 1;
        let result = stacker::maybe_grow(128 << 10, 4 << 20, || self.eval_inner(env, expr));
        self.force_depth -= 1;
        let result = self.settle(result);
        self.place_unknown(env, expr, result)
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
            return bound;
        }
        let thunk = self.delayed(env, expr);
        self.push_thunk(thunk)
    }

    /// The thunk that a variable is bound to, if it is a value already that has no origin: reading it adds no step to
    /// a trail then.
    fn plain_variable(&self, env: &Rc<Env>, expr: ExprId) -> Option<ThunkId> {
        let unit = self.units.get(env.unit.0 as usize)?;
        let Expr::Var(_, VarRef::Local { depth, slot }) = unit.hir.expr(expr) else {
            return None;
        };
        let bound = *env.outer(*depth)?.slots.get(*slot as usize)?;
        match self.thunks.get(bound.0 as usize)? {
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
    fn delayed(&mut self, env: &Rc<Env>, expr: ExprId) -> Thunk {
        let immediate = match self.unit(env).hir.expr(expr) {
            Expr::Int(_) | Expr::Float(_) | Expr::Lambda(..) => true,
            Expr::Str(parts) => matches!(&**parts, [] | [StrPart::Text(_)]),
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
            let Thunk::Delayed { env, expr } = &self.thunks[at.0 as usize] else {
                break;
            };
            let Some(unit) = self.units.get(env.unit.0 as usize) else {
                break;
            };
            let Expr::Var(_, VarRef::Local { depth, slot }) = unit.hir.expr(*expr) else {
                break;
            };
            let Some(next) = env
                .outer(*depth)
                .and_then(|frame| frame.slots.get(*slot as usize))
            else {
                break;
            };
            at = *next;
        }
        at
    }

    fn literal(&mut self, unit: &Unit, expr: ExprId) -> OriginId {
        if unit.hidden {
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
    fn hop(&mut self, unit: &Unit, kind: HopKind, expr: ExprId, mut value: Tracked) -> Tracked {
        let worth = !matches!(
            value.value,
            Value::Lambda(_) | Value::Primop(_) | Value::Opaque(_)
        );
        if worth && !unit.hidden {
            value.origin = self.origin(
                kind,
                Site {
                    file: unit.file,
                    expr,
                },
                value.origin,
            );
        }
        value
    }

    pub(crate) fn eval_inner(&mut self, env: &Rc<Env>, expr: ExprId) -> Res<Tracked> {
        self.step()?;
        let unit = self.unit(env);
        let site = self.site(env, expr);
        let value = match unit.hir.expr(expr) {
            Expr::Missing => Value::unknown(Why::SyntaxError("the code here does not parse".to_owned())),
            Expr::Key(_) => Value::Null,
            Expr::Int(int) => Value::Int(*int),
            Expr::Float(float) => Value::Float(*float),
            Expr::Str(parts) => match &**parts {
                [] => Value::string(""),
                [StrPart::Text(text)] => Value::String(Rc::new(NixString::new(text.clone()))),
                parts => return self.eval_string(&unit, env, expr, parts),
            },
            Expr::Path(kind, parts) => return self.eval_path(&unit, env, expr, *kind, parts),
            Expr::Var(name, reference) => {
                let value = self.eval_var(&unit, env, site, *name, reference)?;
                return Ok(self.hop(&unit, HopKind::Binding, expr, value));
            }
            Expr::CurPos => return Ok(self.position_value(site)),
            Expr::List(elems) => {
                self.charge(elems.len() * size_of::<Elem>())?;
                let elems = elems
                    .iter()
                    .map(|elem| Elem {
                        thunk: self.delay(env, *elem),
                        when: When::ALWAYS,
                    })
                    .collect();
                Value::List(Rc::new(List { elems, open: None }))
            }
            Expr::Attrs(attrs) => {
                let (attrs, _) = self.eval_attrs(&unit, env, attrs, site)?;
                Value::Attrs(Rc::new(attrs))
            }
            Expr::Let(bindings, body) => {
                let (_, frame) = self.eval_attrs(&unit, env, bindings, site)?;
                return Ok(self.eval(&frame, *body)?);
            }
            Expr::With(namespace, body) => {
                let namespace = self.delay(env, *namespace);
                let frame = Rc::new(Env {
                    parent: Some(env.clone()),
                    unit: env.unit,
                    slots: smallvec::smallvec![namespace],
                    call: None,
                });
                return Ok(self.eval(&frame, *body)?);
            }
            Expr::Lambda(..) => Value::Lambda(Rc::new(Lambda {
                env: env.clone(),
                expr,
            })),
            Expr::Apply(function, argument) => {
                let value = self.eval_apply(&unit, env, *function, *argument, site)?;
                return Ok(self.hop(&unit, HopKind::Call, expr, value));
            }
            Expr::Select(base, path, default) => {
                let value = self.eval_select(env, site, *base, path, *default)?;
                return Ok(self.hop(&unit, HopKind::Binding, expr, value));
            }
            Expr::HasAttr(base, path) => self.eval_has_attr(env, *base, path)?,
            Expr::If(condition, then, otherwise) => {
                let decided = self.eval(env, *condition)?;
                let branch = match &decided.value {
                    Value::Bool(true) => *then,
                    Value::Bool(false) => *otherwise,
                    Value::Unknown(_) | Value::Either(_) => {
                        let why = self.undecided(&decided);
                        let condition_site = self.site(env, *condition);
                        return self.speculate(env, condition_site, why, &[*then, *otherwise]);
                    }
                    other => {
                        return self.type_error("a Boolean", other, self.site(env, *condition));
                    }
                };
                return Ok(self.eval(env, branch)?);
            }
            Expr::Assert(condition, body) => {
                let decided = self.eval(env, *condition)?;
                match &decided.value {
                    Value::Bool(true) => {}
                    Value::Bool(false) => {
                        return Err(self.error(ErrorKind::Assert, "assertion failed", Some(site)));
                    }
                    // The configuration is taken to evaluate, so an undecided assertion holds.
                    Value::Unknown(_) | Value::Either(_) => self.drops += 1,
                    other => {
                        return self.type_error("a Boolean", other, self.site(env, *condition));
                    }
                }
                return Ok(self.eval(env, *body)?);
            }
            Expr::Binary(op, left, right) => return self.eval_binary(&unit, env, expr, *op, *left, *right),
            Expr::Not(inner) => {
                let inner = self.eval(env, *inner)?;
                let inner = self.known(inner)?;
                Value::Bool(!self.as_bool(&inner, site)?)
            }
            Expr::Negate(inner) => {
                let inner = self.eval(env, *inner)?;
                match &self.known(inner)?.value {
                    Value::Int(int) => match int.checked_neg() {
                        Some(int) => Value::Int(int),
                        None => return self.fail(format!("integer overflow in negating {int}"), site),
                    },
                    // Nix reads it as `0 - x`, which is not negative zero.
                    Value::Float(float) => Value::Float(0.0 - float),
                    other => return self.type_error("an integer", other, site),
                }
            }
        };
        let origin = self.literal(&unit, expr);
        Ok(Tracked { value, origin })
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
            calls.push((
                *argument,
                Site {
                    file: unit.file,
                    expr: head,
                },
            ));
            head = *function;
        }
        let mut value = self.eval(env, head)?;
        if let Value::Primop(app) = &value.value
            && app.args.is_empty()
            && app.primop.arity <= calls.len()
        {
            let app = app.clone();
            let rest = calls.len() - app.primop.arity;
            let args = calls[rest..]
                .iter()
                .rev()
                .map(|(argument, _)| self.delay(env, *argument))
                .collect();
            let result = self.call_primop(&app, args, calls[rest].1);
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
        why: Rc<Unknown>,
        branches: &[ExprId],
    ) -> Res<Tracked> {
        if self.speculation >= self.limits.speculation {
            return Err(Stop::Unknown(why));
        }
        let when = self.condition(site, why, When::ALWAYS);
        self.speculation += 1;
        let mut alternatives = Vec::new();
        let mut failure = None;
        for branch in branches {
            match self.eval(env, *branch) {
                Ok(value) => alternatives.push(Alternative { value, when }),
                Err(error) => failure = Some(error),
            }
        }
        self.speculation -= 1;
        match failure {
            Some(error) if alternatives.is_empty() => return Err(error.into()),
            Some(_) => {
                self.drops += 1;
                // What is left must hold, if the configuration evaluates at all.
                if let [only] = &mut *alternatives {
                    return Ok(only.value.clone());
                }
            }
            None => {}
        }
        Ok(self.join(alternatives))
    }

    fn eval_var(
        &mut self,
        unit: &Unit,
        env: &Rc<Env>,
        site: Site,
        name: NameId,
        reference: &VarRef,
    ) -> Res<Tracked> {
        if let Some(scope) = &unit.scope
            && !matches!(reference, VarRef::Local { .. })
            && let Some(attr) = scope.get(unit.symbol(name))
        {
            return Ok(self.force(attr.thunk)?);
        }
        match reference {
            VarRef::Local { depth, slot } => {
                let frame = env.outer(*depth);
                let Some((thunk, call)) =
                    frame.and_then(|frame| Some((*frame.slots.get(*slot as usize)?, frame.call)))
                else {
                    return self.fail(format!("undefined variable '{}'", unit.hir.name(name)), site);
                };
                let mut value = self.force(thunk)?;
                if let Some(call) = call
                    && !unit.hidden
                    && !matches!(
                        value.value,
                        Value::Lambda(_) | Value::Primop(_) | Value::Opaque(_)
                    )
                {
                    value.origin = self.origin(HopKind::Call, call, value.origin);
                }
                Ok(value)
            }
            VarRef::Global => match self.globals.get(unit.hir.name(name)) {
                Some(thunk) => Ok(self.force(*thunk)?),
                None => {
                    let text = unit.hir.name(name).clone();
                    Ok(Tracked {
                        value: self.not_modelled(&text),
                        origin: OriginId(0),
                    })
                }
            },
            VarRef::With(depths) => self.eval_with(unit, env, site, name, depths),
        }
    }

    /// A name that only an enclosing `with` can have.
    fn eval_with(
        &mut self,
        unit: &Unit,
        env: &Rc<Env>,
        site: Site,
        name: NameId,
        depths: &[u32],
    ) -> Res<Tracked> {
        let symbol = unit.symbol(name);
        let mut open: Option<Tracked> = None;
        let mut not_modelled: Option<Tracked> = None;
        for depth in depths {
            let Some(namespace) = env.outer(*depth).and_then(|frame| frame.slots.first().copied()) else {
                continue;
            };
            let namespace = self.force(namespace)?;
            let found = match &namespace.value {
                Value::Attrs(attrs) => match attrs.get(symbol) {
                    Some(attr) if attr.when.is_always() => Some(self.force(attr.thunk)?),
                    _ if attrs.is_exact() => None,
                    _ => {
                        // A set of ours that lacks the name is the last to have it.
                        let guess = matches!(
                            attrs.open.as_deref(),
                            Some(Unknown {
                                why: Why::NotModelled(_),
                                ..
                            })
                        ) && attrs.get(symbol).is_none();
                        if guess {
                            not_modelled.get_or_insert(namespace.clone());
                        } else {
                            open.get_or_insert(self.select_value(&namespace, symbol, site)?);
                        }
                        None
                    }
                },
                Value::Unknown(_) | Value::Either(_) => {
                    let value = self.select_value(&namespace, symbol, site);
                    let value = self.settle(value)?;
                    open.get_or_insert(value);
                    None
                }
                other => return self.type_error("a set", other, site),
            };
            match (found, &open) {
                (Some(value), None) => return Ok(value),
                (Some(value), Some(unknown)) => {
                    // The package set does not shadow functions of `lib`; any other unknown namespace may.
                    let from_packages = matches!(&unknown.value, Value::Unknown(u)
                        if u.name().is_some_and(|name| name.starts_with("pkgs")));
                    if from_packages {
                        return Ok(value);
                    }
                    let alternatives = vec![
                        Alternative {
                            value: unknown.clone(),
                            when: When::ALWAYS,
                        },
                        Alternative {
                            value,
                            when: When::ALWAYS,
                        },
                    ];
                    return Ok(self.join(alternatives));
                }
                (None, _) => {}
            }
        }
        match (open, not_modelled) {
            (Some(value), _) => Ok(value),
            (None, Some(namespace)) => self.select_value(&namespace, symbol, site),
            (None, None) => self.fail(format!("undefined variable '{}'", unit.hir.name(name)), site),
        }
    }

    /// Evaluates the name of a select path or dynamic binding; `None` is null.
    fn eval_attr_name(&mut self, env: &Rc<Env>, expr: ExprId) -> Res<Option<Symbol>> {
        let value = self.eval(env, expr)?;
        let value = self.known(value)?;
        match &value.value {
            Value::Null => Ok(None),
            Value::String(string) => match string.hole() {
                Some(hole) => Err(Stop::Unknown(hole.clone())),
                None => Ok(Some(self.intern(&string.text.clone()))),
            },
            other => self.type_error("a string", other, self.site(env, expr)),
        }
    }

    fn path_symbol(&mut self, env: &Rc<Env>, unit: &Unit, name: &AttrName) -> Res<Symbol> {
        match name {
            AttrName::Static(name, _) => Ok(unit.symbol(*name)),
            AttrName::Dynamic(expr) => match self.eval_attr_name(env, *expr)? {
                Some(symbol) => Ok(symbol),
                None => self.fail("expected a string but found null: null", self.site(env, *expr)),
            },
        }
    }

    fn eval_select(
        &mut self,
        env: &Rc<Env>,
        site: Site,
        base: ExprId,
        path: &[AttrName],
        default: Option<ExprId>,
    ) -> Res<Tracked> {
        let unit = self.unit(env);
        let mut value = match self.eval(env, base) {
            Ok(value) => value,
            Err(error) => return Err(error.into()),
        };
        // The condition under which a part of the path is there, if that is not certain.
        let mut perhaps = None;
        for name in path {
            let symbol = match self.path_symbol(env, &unit, name) {
                Ok(symbol) => symbol,
                Err(Stop::Unknown(unknown)) => {
                    return self.select_unknown_name(&value, unknown, env, default);
                }
                Err(error) => return Err(error),
            };
            let Some(default) = default else {
                value = self.select_value(&value, symbol, site)?;
                continue;
            };
            match self.lookup(&value, symbol)? {
                Lookup::Found(found) => value = found,
                Lookup::Absent => return Ok(self.eval(env, default)?),
                Lookup::Perhaps(found, when) => {
                    perhaps = Some((when, default));
                    value = found;
                }
            }
        }
        let Some((when, default)) = perhaps else {
            return Ok(value);
        };
        let default = self.eval(env, default)?;
        let alternatives = vec![Alternative { value, when }, Alternative { value: default, when }];
        Ok(self.join(alternatives))
    }

    /// `base.${unknown}`: whatever the set holds, if that is little and exact.
    fn select_unknown_name(
        &mut self,
        base: &Tracked,
        unknown: Rc<Unknown>,
        env: &Rc<Env>,
        default: Option<ExprId>,
    ) -> Res<Tracked> {
        let Value::Attrs(attrs) = &base.value else {
            return Err(Stop::Unknown(unknown));
        };
        if !attrs.is_exact()
            || attrs.entries.is_empty()
            || attrs.entries.len() > crate::partial::MAX_ALTERNATIVES
        {
            return Err(Stop::Unknown(unknown));
        }
        let site = base_site(self, base);
        let when = self.condition(site, unknown, When::ALWAYS);
        let mut alternatives = Vec::new();
        for attr in &attrs.entries {
            match self.force(attr.thunk) {
                Ok(value) => alternatives.push(Alternative { value, when }),
                Err(_) => self.drops += 1,
            }
        }
        if let Some(default) = default {
            let value = self.eval(env, default)?;
            alternatives.push(Alternative { value, when });
        }
        Ok(self.join(alternatives))
    }

    /// Selects an attribute; a missing one is an error.
    pub fn select_value(&mut self, base: &Tracked, symbol: Symbol, site: Site) -> Res<Tracked> {
        match self.lookup(base, symbol)? {
            Lookup::Found(value) => Ok(value),
            Lookup::Perhaps(value, _) => {
                self.drops += 1;
                Ok(value)
            }
            Lookup::Absent => match &base.value {
                Value::Attrs(_) => {
                    let name = self.name(symbol).clone();
                    self.fail(format!("attribute '{name}' missing"), site)
                }
                other => self.type_error("a set", &other.clone(), site),
            },
        }
    }

    /// Looks an attribute up in any value. What is not a set has no attributes.
    pub fn lookup(&mut self, base: &Tracked, symbol: Symbol) -> Res<Lookup> {
        match &base.value {
            Value::Attrs(attrs) => match attrs.get(symbol) {
                Some(attr) if attr.when.is_always() => Ok(Lookup::Found(self.force(attr.thunk)?)),
                Some(attr) => Ok(Lookup::Perhaps(self.force(attr.thunk)?, attr.when)),
                None => match (&attrs.open, attrs.wildcard) {
                    (Some(unknown), Some(wildcard)) => {
                        let value = self.force(wildcard)?;
                        let when = self.condition(base_site(self, base), unknown.clone(), When::ALWAYS);
                        Ok(Lookup::Perhaps(value, when))
                    }
                    (Some(unknown), None) => {
                        let selected = self.select_unlisted(unknown, symbol);
                        let when = self.condition(base_site(self, base), selected.clone(), When::ALWAYS);
                        Ok(Lookup::Perhaps(
                            Tracked {
                                value: Value::Unknown(selected),
                                origin: base.origin,
                            },
                            when,
                        ))
                    }
                    (None, _) => Ok(Lookup::Absent),
                },
            },
            Value::Unknown(unknown) => {
                let selected = unknown.select(self.name(symbol));
                let when = self.condition(base_site(self, base), selected.clone(), When::ALWAYS);
                Ok(Lookup::Perhaps(
                    Tracked {
                        value: Value::Unknown(selected),
                        origin: base.origin,
                    },
                    when,
                ))
            }
            Value::Either(alternatives) => {
                let mut found = Vec::new();
                let mut when = When::ALWAYS;
                let mut absent = false;
                for alternative in alternatives.iter() {
                    when = alternative.when;
                    match self.lookup(&alternative.value, symbol)? {
                        Lookup::Found(value) => found.push(Alternative {
                            value,
                            when: alternative.when,
                        }),
                        Lookup::Perhaps(value, inner) => {
                            absent = true;
                            let when = self.both(alternative.when, inner);
                            found.push(Alternative { value, when });
                        }
                        Lookup::Absent => absent = true,
                    }
                }
                if found.is_empty() {
                    return Ok(Lookup::Absent);
                }
                let value = self.join(found);
                Ok(if absent {
                    Lookup::Perhaps(value, when)
                } else {
                    Lookup::Found(value)
                })
            }
            _ => Ok(Lookup::Absent),
        }
    }

    /// An attribute that an open set may have. Names that a model of ours lacks are counted.
    fn select_unlisted(&mut self, open: &Rc<Unknown>, symbol: Symbol) -> Rc<Unknown> {
        let Why::NotModelled(set) = &open.why else {
            return open.select(self.name(symbol));
        };
        let name = format!("{set}.{}", self.name(symbol));
        *self.missing.entry(name.as_str().into()).or_default() += 1;
        Unknown::new(Why::NotModelled(name))
    }

    fn eval_has_attr(&mut self, env: &Rc<Env>, base: ExprId, path: &[AttrName]) -> Res<Value> {
        let unit = self.unit(env);
        let mut value = self.eval(env, base)?;
        for (at, name) in path.iter().enumerate() {
            let symbol = self.path_symbol(env, &unit, name)?;
            let last = at + 1 == path.len();
            let perhaps = match &value.value {
                Value::Attrs(attrs) => match attrs.get(symbol) {
                    Some(attr) if attr.when.is_always() => {
                        if last {
                            return Ok(Value::Bool(true));
                        }
                        value = self.force(attr.thunk)?;
                        continue;
                    }
                    Some(attr) => Some(self.condition_reason(attr.when)),
                    None => attrs.open.as_ref().map(|open| open.select(self.name(symbol))),
                },
                Value::Unknown(unknown) => Some(unknown.select(self.name(symbol))),
                Value::Either(_) => Some(self.undecided(&value)),
                _ => None,
            };
            match perhaps {
                Some(unknown) => return Err(Stop::Unknown(unknown)),
                None => return Ok(Value::Bool(false)),
            }
        }
        Ok(Value::Bool(true))
    }

    /// Makes a set or the frame of a `let`. Returns the frame in which the values are evaluated.
    fn eval_attrs(
        &mut self,
        unit: &Rc<Unit>,
        env: &Rc<Env>,
        attrs: &AttrsExpr,
        site: Site,
    ) -> Res<(Attrs, Rc<Env>)> {
        let inner = if attrs.recursive {
            let slots = attrs.entries.iter().map(|_| self.reserve()).collect();
            Rc::new(Env {
                parent: Some(env.clone()),
                unit: env.unit,
                slots,
                call: None,
            })
        } else {
            env.clone()
        };
        let froms: Vec<ThunkId> = attrs.froms.iter().map(|from| self.delay(&inner, *from)).collect();
        let mut entries = Vec::with_capacity(attrs.entries.len() + attrs.dynamic.len());
        for (at, entry) in attrs.entries.iter().enumerate() {
            let name = unit.symbol(entry.name);
            let thunk = match entry.value {
                EntryValue::Expr(expr) => self.delayed(&inner, expr),
                EntryValue::Inherit(expr) => Thunk::Delayed {
                    env: env.clone(),
                    expr,
                },
                EntryValue::From(from) => {
                    let key = unit.key_site(entry.key);
                    let hidden = unit.hidden;
                    let from = froms.get(from as usize).copied();
                    Thunk::Native(Box::new(move |ev| {
                        let Some(from) = from else {
                            return ev.fail("inherit without a source", key);
                        };
                        let base = ev.force(from)?;
                        let mut value = ev.select_value(&base, name, key)?;
                        if !hidden {
                            value.origin = ev.origin(HopKind::Binding, key, value.origin);
                        }
                        Ok(value)
                    }))
                }
            };
            let thunk = match inner.slots.get(at).copied() {
                Some(slot) if attrs.recursive => {
                    self.thunks[slot.0 as usize] = thunk;
                    slot
                }
                _ => self.push_thunk(thunk),
            };
            entries.push(Attr {
                name,
                thunk,
                site: unit.key_site(entry.key),
                when: When::ALWAYS,
            });
        }
        let mut set = Attrs {
            entries,
            open: None,
            wildcard: None,
        };
        if attrs.recursive
            && attrs
                .entries
                .iter()
                .any(|entry| unit.symbol(entry.name) == self.sym.overrides)
        {
            self.apply_overrides(&mut set, site)?;
        }
        for dynamic in &attrs.dynamic {
            let key = unit.key_site(dynamic.name);
            match self.eval_attr_name(&inner, dynamic.name) {
                Ok(None) => {}
                Ok(Some(name)) => {
                    if set.entries.iter().any(|attr| attr.name == name) {
                        let name = self.name(name).clone();
                        return self.fail(format!("dynamic attribute '{name}' already defined"), key);
                    }
                    let thunk = self.delay(&inner, dynamic.value);
                    set.entries.push(Attr {
                        name,
                        thunk,
                        site: key,
                        when: When::ALWAYS,
                    });
                }
                Err(Stop::Unknown(unknown)) => {
                    // One binding under an unknown name: any further key may be it.
                    set.wildcard = match set.open {
                        None => Some(self.delay(&inner, dynamic.value)),
                        Some(_) => None,
                    };
                    set.open = Some(unknown);
                }
                Err(error) => return Err(error),
            }
        }
        let mut sorted = Attrs::from_entries(set.entries);
        sorted.open = set.open;
        sorted.wildcard = set.wildcard;
        Ok((sorted, inner))
    }

    /// `__overrides` of a recursive set: its attributes replace those of the set, for the set's own bindings too.
    fn apply_overrides(&mut self, set: &mut Attrs, site: Site) -> Res<()> {
        let Some(at) = set
            .entries
            .iter()
            .position(|attr| attr.name == self.sym.overrides)
        else {
            return Ok(());
        };
        let overrides = self.force_attrs(set.entries[at].thunk, site)?;
        for attr in &overrides.entries {
            match set.entries.iter().position(|entry| entry.name == attr.name) {
                Some(entry) => {
                    let slot = set.entries[entry].thunk;
                    let target = attr.thunk;
                    self.fill_native(slot, move |ev| Ok(ev.force(target)?));
                }
                None => set.entries.push(*attr),
            }
        }
        Ok(())
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
                    let value = if unit.hidden {
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
            PathKind::Home => {
                match self
                    .variables
                    .as_ref()
                    .map(|variables| variables.get("HOME").cloned().unwrap_or_default())
                {
                    Some(home) => Value::Path(crate::paths::normalise(&format!("{home}/{text}"))),
                    None => Value::unknown(Why::Impure(format!("the home directory in `~{text}`"))),
                }
            }
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
        let position = (site != NO_SITE).then(|| self.source.position(site)).flatten();
        let value = match position {
            Some((line, column)) => {
                let path = self.source.path_of(site.file);
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
        left: ExprId,
        right: ExprId,
    ) -> Res<Tracked> {
        let site = self.site(env, expr);
        let origin = self.literal(unit, expr);
        if matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Implies) {
            let value = self.eval_logic(env, op, left, right)?;
            return Ok(Tracked { value, origin });
        }
        let a = self.eval(env, left)?;
        let b = self.eval(env, right)?;
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
        if self.speculation >= self.limits.speculation {
            return Err(Stop::Unknown(why));
        }
        self.speculation += 1;
        let b = self.eval(env, right);
        self.speculation -= 1;
        match b {
            // `unknown && false`, `unknown || true`, `unknown -> true`.
            Ok(Tracked {
                value: Value::Bool(b),
                ..
            }) if b == outcome => Ok(Value::Bool(outcome)),
            Ok(_) => Err(Stop::Unknown(why)),
            Err(_) => {
                self.drops += 1;
                Err(Stop::Unknown(why))
            }
        }
    }
}

/// What looking up an attribute found.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// It is there.
    Found(Tracked),
    /// It is there under a condition, or it may be there.
    Perhaps(Tracked, When),
    /// It is not there.
    Absent,
}

fn base_site(ev: &Evaluator<'_>, base: &Tracked) -> Site {
    ev.origin_site(base.origin).unwrap_or(NO_SITE)
}
