//! Forcing thunks, and the typed ways to ask for a value.

use crate::heap::budget::{STACK_CHUNK, Used};
use crate::heap::files::Here;
use crate::heap::sizes;
use crate::memo::Outer;
use crate::thunk::{NO_SECOND, Thunk};
use crate::{
    Attrs, ErrorKind, ErrorRef, EvalError, EvalResult, Evaluator, List, NO_SITE, NixString, OriginId, Res,
    Share, Stop, ThunkId, Tracked, Unknown, Value, When,
};
use nixpod_source::{HopKind, Site, Why};
use std::rc::Rc;

impl Evaluator<'_> {
    /// The value of a thunk: perhaps unknown, or an error. Computed once.
    #[inline]
    pub fn force(&mut self, id: ThunkId) -> EvalResult<Tracked> {
        match self.known_already(id) {
            Some((value, origin)) => Ok(Tracked {
                value: value.clone(),
                origin,
            }),
            None => self.force_by_work(id),
        }
    }

    /// The value of a thunk, and its origin, if it was computed before and nobody has to be told who asks for it.
    #[inline(always)]
    pub(crate) fn known_already(&self, id: ThunkId) -> Option<(&Value, OriginId)> {
        match &self.thunks[id] {
            Thunk::Done {
                value,
                origin,
                tainted: false,
            } if self.memo.dependencies.is_none() => Some((value, OriginId::of(*origin))),
            _ => None,
        }
    }

    fn force_by_work(&mut self, id: ThunkId) -> EvalResult<Tracked> {
        if let Thunk::Done { .. } | Thunk::Failed(_) | Thunk::Busy(_) = self.thunks[id] {
            return self.computed(id);
        }
        if let Some(over) = self.budget.over() {
            // What is asked for from now on is not too dear by itself, so it stays as it is.
            return Ok(Tracked {
                value: Value::Unknown(over.clone()),
                origin: OriginId(0),
            });
        }
        if self.budget.is_deep() {
            return Ok(self.too_deep());
        }
        let before = self.conditions.drops;
        let used = self.budget.used();
        let state = &mut self.thunks[id];
        let site = match state {
            Thunk::Delayed { env, expr } => {
                let unit = self.files.unit(env.unit);
                Here { unit, env }.site(*expr)
            }
            Thunk::Variable { site, .. } => *site,
            _ => NO_SITE,
        };
        let thunk = std::mem::replace(state, Thunk::Busy(site));
        let outer = self
            .memo
            .dependencies
            .as_mut()
            .map(|dependencies| dependencies.enter(id));
        self.budget.force_depth += 1;
        let result = match self.budget.may_lack_stack() {
            true => self.compute_on_more_stack(&thunk),
            false => self.compute(&thunk),
        };
        self.budget.force_depth -= 1;
        if self.budget.over().is_some() {
            let result = self.settle(result);
            return self.force_over(id, thunk, result, used, outer);
        }
        let tainted = self.conditions.drops != before;
        match result {
            Ok(value) => self.is_done(id, value, tainted),
            Err(stop) => self.is_stopped(id, stop, tainted),
        }
        if let (Some(dependencies), Some(outer)) = (&mut self.memo.dependencies, &outer) {
            dependencies.leave(id, Some(thunk), outer);
        }
        match &self.thunks[id] {
            Thunk::Done { value, origin, .. } => Ok(Tracked {
                value: value.clone(),
                origin: OriginId::of(*origin),
            }),
            Thunk::Failed(error) => Err(error.clone()),
            _ => self.in_a_circle(id, site),
        }
    }

    /// A thunk has a value.
    #[inline(always)]
    fn is_done(&mut self, id: ThunkId, result: Tracked, tainted: bool) {
        self.budget.keeps(sizes::held_by_value(&result.value));
        self.thunks.put_value(id, result, tainted);
    }

    /// The computation of a thunk ended early.
    #[cold]
    fn is_stopped(&mut self, id: ThunkId, stop: Stop, tainted: bool) {
        match self.settle(Err(stop)) {
            Ok(value) => self.is_done(id, value, tainted),
            Err(error) => {
                self.budget.keeps(sizes::held_by_error(&error));
                self.thunks[id] = Thunk::Failed(error);
            }
        }
    }

    /// A thunk has a value, but a bound was reached before. If it did much of the work itself, or needs what did, the
    /// value stays, so that nothing does that work again. If not, it stays as it was: it may well be computed for whoever
    /// asks later and has enough left.
    #[cold]
    fn force_over(
        &mut self,
        id: ThunkId,
        thunk: Thunk,
        result: EvalResult<Tracked>,
        used: Used,
        outer: Option<Outer>,
    ) -> EvalResult<Tracked> {
        // Who asks first decides what is known, so the heap is of no use for an edit.
        self.depends_on_order();
        if self.budget.is_dear(used) {
            let site = match &thunk {
                Thunk::Delayed { env, expr } => Some(self.site(env, *expr)).filter(|site| *site != NO_SITE),
                Thunk::Variable { site, .. } => Some(*site),
                _ => None,
            };
            self.budget.hit_at(site);
            self.thunks[id] = match &result {
                Ok(value) => Thunk::done(value.clone()),
                Err(error) => Thunk::Failed(error.clone()),
            };
        } else {
            self.thunks[id] = thunk;
        }
        if let (Some(dependencies), Some(outer)) = (&mut self.memo.dependencies, &outer) {
            dependencies.leave(id, None, outer);
        }
        result
    }

    /// What a thunk gives that was computed, or is being computed.
    #[inline(never)]
    fn computed(&mut self, id: ThunkId) -> EvalResult<Tracked> {
        let result = match &self.thunks[id] {
            Thunk::Done {
                value,
                origin,
                tainted,
            } => {
                if *tainted {
                    self.conditions.drops += 1;
                }
                Ok(Tracked {
                    value: value.clone(),
                    origin: OriginId::of(*origin),
                })
            }
            Thunk::Failed(error) => Err(error.clone()),
            Thunk::Busy(site) => {
                let site = *site;
                // Where a circle is noticed depends on where it is entered.
                self.depends_on_order();
                self.in_a_circle(id, site)
            }
            Thunk::Delayed { .. }
            | Thunk::Variable { .. }
            | Thunk::Native(_)
            | Thunk::Apply { .. }
            | Thunk::Generated { .. }
            | Thunk::Inherited { .. } => unreachable!("such a thunk is computed first"),
        };
        // Whoever waits for a thunk that is being computed asks for it, too: the circle may be gone after an edit.
        if let Some(dependencies) = &mut self.memo.dependencies {
            dependencies.depends_on_done(id);
        }
        result
    }

    /// Has a thunk a definite value that was computed before, so that asking for it changes nothing?
    #[inline]
    pub(crate) fn is_known_already(&self, id: ThunkId) -> bool {
        let value = self.known_already(id).map(|(value, _)| value);
        value.is_some_and(|value| !matches!(value, Value::Unknown(_) | Value::Either(_)))
    }

    /// Does a part of the work on a thunk that is being computed. Whoever asks for its value meanwhile gets `stand_in`, and
    /// no error for a value that depends on itself.
    pub fn standing_in<R>(
        &mut self,
        id: ThunkId,
        stand_in: impl Fn(&mut Evaluator<'_>) -> Tracked + 'static,
        work: impl FnOnce(&mut Self) -> R,
    ) -> R {
        self.stand_ins.push((id, Rc::new(stand_in)));
        let result = work(self);
        self.stand_ins.pop();
        result
    }

    /// What whoever asks for a thunk gets that is being computed.
    #[cold]
    fn in_a_circle(&mut self, id: ThunkId, site: Site) -> EvalResult<Tracked> {
        let mut stand_ins = self.stand_ins.iter().rev();
        let stand_in = stand_ins
            .find(|(of, _)| *of == id)
            .map(|(_, stand_in)| Rc::clone(stand_in));
        match stand_in {
            Some(stand_in) => Ok(stand_in(self)),
            None => Err(Rc::new(EvalError {
                kind: ErrorKind::Recursion,
                message: "infinite recursion encountered".to_owned(),
                site: (site != NO_SITE).then_some(site),
                trace: Vec::new(),
                context: Vec::new(),
            })),
        }
    }

    #[cold]
    fn compute_on_more_stack(&mut self, thunk: &Thunk) -> Res<Tracked> {
        self.on_more_stack(|ev| ev.compute(thunk))
    }

    #[inline(always)]
    fn compute(&mut self, thunk: &Thunk) -> Res<Tracked> {
        match thunk {
            Thunk::Delayed { env, expr } => {
                let unit = self.unit(env);
                self.eval_forced(Here { unit: &unit, env }, *expr)
            }
            Thunk::Variable { bound, site, call } => self.read_later(*bound, *site, *call),
            Thunk::Native(run) => run(self),
            Thunk::Apply {
                function,
                first,
                second,
                site,
            } => {
                let function = self.force(*function)?;
                match *second {
                    NO_SECOND => self.apply(&function, *first, *site),
                    second => self.apply_all(&function, &[*first, second], *site),
                }
            }
            Thunk::Generated {
                function,
                number,
                site,
            } => {
                let number = self.alloc(Value::Int(i64::from(*number)), OriginId(0));
                let function = self.force(*function)?;
                self.apply(&function, number, *site)
            }
            Thunk::Inherited { from, name, key } => {
                let base = self.force(*from)?;
                let mut value = self.select_value(&base, *name, *key)?;
                if *key != NO_SITE {
                    value.origin = self.origin(HopKind::Binding, *key, value.origin);
                }
                Ok(value)
            }
            Thunk::Busy(_) | Thunk::Done { .. } | Thunk::Failed(_) => {
                unreachable!("such a thunk is not computed")
            }
        }
    }

    /// What an evaluation gives that is nested too deeply in others. That depends on where one began.
    #[cold]
    pub(crate) fn too_deep(&mut self) -> Tracked {
        self.depends_on_order();
        let why = Why::Limit("the limit on nested evaluation is reached".to_owned());
        self.budget.hit(why.clone());
        Tracked {
            value: Value::unknown(why),
            origin: OriginId(0),
        }
    }

    /// Runs native code that calls itself for nested data, with a bound on the depth and room on the stack.
    pub(crate) fn nested<T>(&mut self, site: Site, run: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        if self.budget.is_deep() {
            self.depends_on_order();
            return self.fail("stack overflow (possible infinite recursion)", site);
        }
        self.deeper(run)
    }

    /// Runs nested work with room on the native stack. Whether there is too much of it already has to be asked before.
    #[inline]
    pub(crate) fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.budget.force_depth += 1;
        let result = match self.budget.may_lack_stack() {
            true => self.on_more_stack(run),
            false => run(self),
        };
        self.budget.force_depth -= 1;
        result
    }

    #[cold]
    fn on_more_stack<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.budget.stacks += 1;
        let result = stacker::grow(STACK_CHUNK, || run(self));
        self.budget.stacks -= 1;
        result
    }

    /// The result for an element that is perhaps not there: if it fails, it is not there.
    pub(crate) fn unless_absent<T>(&mut self, when: When, result: Res<T>) -> Res<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Error(_)) if !when.is_always() => {
                self.conditions.drops += 1;
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    /// Turns the early exit on an unknown into the value `Unknown`.
    #[inline]
    pub fn settle(&mut self, result: Res<Tracked>) -> EvalResult<Tracked> {
        match result {
            Ok(value) => Ok(value),
            Err(Stop::Error(error)) => Err(error),
            // It depends on what is not known, and is not that by itself.
            Err(Stop::Unknown(unknown)) => Ok(Tracked {
                value: Value::Unknown(unknown.made_of()),
                origin: OriginId(0),
            }),
        }
    }

    /// Like [`Self::force`], with errors turned into unknowns: for readers that go on with the rest.
    pub fn force_or_unknown(&mut self, id: ThunkId) -> Tracked {
        match self.force(id) {
            Ok(value) => value,
            Err(error) => {
                let origin = match error.site {
                    Some(site) => self.origin(HopKind::Literal, site, OriginId(0)),
                    None => OriginId(0),
                };
                Tracked {
                    value: Value::Unknown(error_unknown(&error)),
                    origin,
                }
            }
        }
    }

    /// As [`Self::force_or_unknown`], as a part of the work: if it is too dear, that concerns nothing else.
    pub fn force_part(&mut self, id: ThunkId) -> Tracked {
        self.within(Share::Most, |ev| ev.force_or_unknown(id))
    }

    /// A definite value, or the early exit.
    pub fn force_known(&mut self, id: ThunkId) -> Res<Tracked> {
        let value = self.force(id)?;
        self.known(value)
    }

    /// A definite value, or the early exit.
    pub fn known(&mut self, value: Tracked) -> Res<Tracked> {
        match &value.value {
            Value::Unknown(unknown) => Err(Stop::Unknown(unknown.clone())),
            Value::Either(alternatives) => {
                let why = alternatives
                    .first()
                    .map(|first| self.condition_reason(first.when));
                Err(Stop::Unknown(why.unwrap_or_else(|| {
                    Unknown::new(Why::Undecided("it has several values".into()))
                })))
            }
            _ => Ok(value),
        }
    }

    /// A set.
    pub fn force_attrs(&mut self, id: ThunkId, site: Site) -> Res<Rc<Attrs>> {
        if let Some((Value::Attrs(attrs), _)) = self.known_already(id) {
            return Ok(Rc::clone(attrs));
        }
        let value = self.force_known(id)?;
        self.as_attrs(&value, site)
    }

    /// A set.
    pub fn as_attrs(&mut self, value: &Tracked, site: Site) -> Res<Rc<Attrs>> {
        match &value.value {
            Value::Attrs(attrs) => Ok(attrs.clone()),
            other => self.type_error("a set", other, site),
        }
    }

    /// A list.
    pub fn force_list(&mut self, id: ThunkId, site: Site) -> Res<Rc<List>> {
        if let Some((Value::List(list), _)) = self.known_already(id) {
            return Ok(Rc::clone(list));
        }
        let value = self.force_known(id)?;
        match &value.value {
            Value::List(list) => Ok(list.clone()),
            other => self.type_error("a list", other, site),
        }
    }

    /// A list whose elements are exactly known.
    pub fn force_exact_list(&mut self, id: ThunkId, site: Site) -> Res<Rc<List>> {
        let list = self.force_list(id, site)?;
        // Loops that take one element of a long list at a time must not look at all of it each time.
        if list.elems.len() < 32 {
            self.exact_list(&list)?;
        } else if !self.caches.is_exact(&list) {
            self.work(list.elems.len() / 16)?;
            self.exact_list(&list)?;
            self.caches.found_exact(&list);
        }
        Ok(list)
    }

    /// Exits early unless the list is exactly known.
    pub fn exact_list(&mut self, list: &List) -> Res<()> {
        if let Some(open) = &list.open {
            return Err(Stop::Unknown(open.clone()));
        }
        match list.elems.iter().find(|elem| !elem.when.is_always()) {
            Some(elem) => Err(Stop::Unknown(self.condition_reason(elem.when))),
            None => Ok(()),
        }
    }

    /// Exits early unless the set's keys are exactly known.
    pub fn exact_attrs(&mut self, attrs: &Attrs) -> Res<()> {
        if let Some(open) = &attrs.open {
            return Err(Stop::Unknown(open.clone()));
        }
        match attrs.entries.iter().find(|attr| !attr.when.is_always()) {
            Some(attr) => Err(Stop::Unknown(self.condition_reason(attr.when))),
            None => Ok(()),
        }
    }

    /// A string without holes.
    pub fn force_string(&mut self, id: ThunkId, site: Site) -> Res<Rc<NixString>> {
        let string = self.force_string_with_holes(id, site)?.0;
        match string.hole() {
            Some(hole) => Err(Stop::Unknown(hole.clone())),
            None => Ok(string),
        }
    }

    /// A string, perhaps with holes, and its origin.
    pub fn force_string_with_holes(&mut self, id: ThunkId, site: Site) -> Res<(Rc<NixString>, OriginId)> {
        let value = self.force_known(id)?;
        match &value.value {
            Value::String(string) => Ok((string.clone(), value.origin)),
            other => self.type_error("a string", other, site),
        }
    }

    /// A string without holes and without context.
    pub fn force_plain_string(&mut self, id: ThunkId, site: Site) -> Res<Rc<NixString>> {
        let string = self.force_string(id, site)?;
        if let Some(context) = &string.context
            && context
                .iter()
                .any(|item| !matches!(item, crate::ContextItem::Read { .. }))
        {
            return self.fail(
                format!(
                    "the string '{}' is not allowed to refer to a store path",
                    string.text
                ),
                site,
            );
        }
        Ok(string)
    }

    /// An integer.
    pub fn force_int(&mut self, id: ThunkId, site: Site) -> Res<i64> {
        let value = self.force_known(id)?;
        match &value.value {
            Value::Int(int) => Ok(*int),
            other => self.type_error("an integer", other, site),
        }
    }

    /// A Boolean.
    pub fn force_bool(&mut self, id: ThunkId, site: Site) -> Res<bool> {
        let value = self.force_known(id)?;
        self.as_bool(&value, site)
    }

    /// A Boolean.
    pub fn as_bool(&mut self, value: &Tracked, site: Site) -> Res<bool> {
        match &value.value {
            Value::Bool(bool) => Ok(*bool),
            other => self.type_error("a Boolean", other, site),
        }
    }

    /// An ordinary evaluation error at a place.
    #[cold]
    pub fn fail<T>(&self, message: impl Into<String>, site: Site) -> Res<T> {
        Err(self.error(ErrorKind::Eval, message, (site != NO_SITE).then_some(site)))
    }

    /// Nix's message for a value of the wrong type.
    #[cold]
    pub fn type_error<T>(&mut self, expected: &str, found: &Value, site: Site) -> Res<T> {
        if let Value::Unknown(unknown) = found {
            return Err(Stop::Unknown(unknown.clone()));
        }
        let shown = crate::print::brief(self, found);
        self.fail(
            format!("expected {expected} but found {}: {shown}", found.describe()),
            site,
        )
    }
}

/// The unknown that stands for a failed evaluation.
pub fn error_unknown(error: &ErrorRef) -> Rc<Unknown> {
    Unknown::new(error.why())
}
