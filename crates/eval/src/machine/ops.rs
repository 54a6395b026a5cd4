//! Operators: arithmetic, comparison, equality, `++` and `//`.

use crate::thunk::Thunk;
use crate::{
    Attr, Attrs, Elem, Evaluator, List, OriginId, Res, Stop, ThunkId, Tracked, Unknown, Value, When,
};
use crate::{Coerce, StringBuilder};
use nixpod_source::{Site, Why};
use nixpod_syntax::hir::BinaryOp;
use std::cmp::Ordering;
use std::rc::Rc;

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
            (Value::Int(_) | Value::Float(_), other) | (other, Value::Int(_) | Value::Float(_)) => {
                let _ = other;
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

    /// Deep equality. Exits early if it depends on something unknown.
    pub fn equal(&mut self, a: &Tracked, b: &Tracked, site: Site) -> Res<bool> {
        self.step()?;
        let undecided = match (&a.value, &b.value) {
            (Value::Unknown(unknown), Value::Null) | (Value::Null, Value::Unknown(unknown))
                if self.settings.is_not_null(unknown) =>
            {
                return Ok(false);
            }
            (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => Some(unknown.clone()),
            (Value::Either(_), _) => Some(self.undecided(a)),
            (_, Value::Either(_)) => Some(self.undecided(b)),
            _ => None,
        };
        if let Some(unknown) = undecided {
            return Err(Stop::Unknown(unknown));
        }
        match (&a.value, &b.value) {
            (Value::Null, Value::Null) => Ok(true),
            (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
            (Value::Int(a), Value::Int(b)) => Ok(a == b),
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => Ok(*a as f64 == *b),
            (Value::Float(a), Value::Float(b)) => Ok(a == b),
            (Value::Path(a), Value::Path(b)) => Ok(a == b),
            (Value::String(a), Value::String(b)) => match (a.hole(), b.hole()) {
                (None, None) => Ok(a.text == b.text),
                // Different known beginnings or ends decide.
                (hole_a, hole_b) => match hole_a.or(hole_b) {
                    Some(hole) if !differ_at_ends(a, b) => Err(Stop::Unknown(hole.clone())),
                    _ => Ok(false),
                },
            },
            (Value::List(a), Value::List(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.equal_lists(&a, &b, site)
            }
            (Value::Attrs(a), Value::Attrs(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.equal_attrs(&a, &b, site)
            }
            _ => Ok(false),
        }
    }

    fn equal_thunks(&mut self, a: ThunkId, b: ThunkId, site: Site) -> Res<bool> {
        if a == b {
            // One and the same value is equal to itself, but it must not fail.
            self.force(a)?;
            return Ok(true);
        }
        // Two variables that are bound to one value are that value, whatever it is.
        let fresh = |ev: &Self, id: ThunkId| matches!(ev.thunks[id], Thunk::Delayed { .. });
        let both_fresh = fresh(self, a) && fresh(self, b);
        if self.bound_thunk(a) == self.bound_thunk(b) {
            self.force(a)?;
            self.force(b)?;
            return Ok(true);
        }
        let a = self.force(a)?;
        let b = self.force(b)?;
        // Functions in sets and lists are equal if they are one and the same value; what each was computed for itself
        // is not.
        match (&a.value, &b.value) {
            // Whether they were computed before is chance as soon as the heap outlives an edit.
            (Value::Lambda(_), Value::Lambda(_)) | (Value::Primop(_), Value::Primop(_)) if both_fresh => {
                self.depends_on_order()
            }
            _ if both_fresh => {}
            (Value::Lambda(a), Value::Lambda(b)) if Rc::ptr_eq(a, b) => return Ok(true),
            (Value::Primop(a), Value::Primop(b)) if Rc::ptr_eq(a, b) => return Ok(true),
            _ => {}
        }
        stacker::maybe_grow(64 << 10, 1 << 20, || {
            if self.budget.is_deep() {
                self.depends_on_order();
                return self.fail("stack overflow (possible infinite recursion)", site);
            }
            self.budget.force_depth += 1;
            let result = self.equal(&a, &b, site);
            self.budget.force_depth -= 1;
            result
        })
    }

    /// The early exit for an error behind something unknown that may have ended the search before.
    pub(crate) fn perhaps_not_reached(&mut self, unknown: Rc<Unknown>) -> Stop {
        self.conditions.drops += 1;
        Stop::Unknown(unknown)
    }

    fn equal_lists(&mut self, a: &List, b: &List, site: Site) -> Res<bool> {
        self.exact_list(a)?;
        self.exact_list(b)?;
        if a.elems.len() != b.elems.len() {
            return Ok(false);
        }
        let mut unknown = None;
        for (a, b) in a.elems.iter().zip(&b.elems) {
            match self.equal_thunks(a.thunk, b.thunk, site) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(Stop::Unknown(why)) => unknown = Some(why),
                Err(error) => match unknown {
                    // What is not known may differ, and then Nix does not come here.
                    Some(why) => return Err(self.perhaps_not_reached(why)),
                    None => return Err(error),
                },
            }
        }
        unknown.map_or(Ok(true), |why| Err(Stop::Unknown(why)))
    }

    fn equal_attrs(&mut self, a: &Attrs, b: &Attrs, site: Site) -> Res<bool> {
        if let (Some(path_a), Some(path_b)) = (self.derivation_path(a)?, self.derivation_path(b)?) {
            return self.equal_thunks(path_a, path_b, site);
        }
        let mut unknown = None;
        if let Err(Stop::Unknown(why)) = self.exact_attrs(a) {
            unknown = Some(why);
        }
        if let Err(Stop::Unknown(why)) = self.exact_attrs(b) {
            unknown = Some(why);
        }
        if unknown.is_none() && a.entries.len() != b.entries.len() {
            return Ok(false);
        }
        let names = |set: &Attrs| -> Vec<_> {
            set.entries
                .iter()
                .filter(|attr| attr.when.is_always())
                .map(|attr| attr.name)
                .collect()
        };
        let closed = |set: &Attrs| set.open.is_none();
        if names(a).iter().any(|name| b.get(*name).is_none()) && closed(b)
            || names(b).iter().any(|name| a.get(*name).is_none()) && closed(a)
        {
            return Ok(false);
        }
        for attr in self.sorted(a) {
            let Some(other) = b.get(attr.name) else { continue };
            match self.equal_thunks(attr.thunk, other.thunk, site) {
                Ok(true) => {}
                Ok(false) if attr.when.is_always() && other.when.is_always() => return Ok(false),
                Ok(false) => {}
                Err(Stop::Unknown(why)) => unknown = Some(why),
                Err(error) => match unknown {
                    // What is not known may differ, and then Nix does not come here.
                    Some(why) => return Err(self.perhaps_not_reached(why)),
                    None => return Err(error),
                },
            }
        }
        unknown.map_or(Ok(true), |why| Err(Stop::Unknown(why)))
    }

    /// The `outPath` of a derivation.
    fn derivation_path(&mut self, attrs: &Attrs) -> Res<Option<ThunkId>> {
        let (Some(kind), Some(path)) = (
            attrs.get(self.names.common.kind),
            attrs.get(self.names.common.out_path),
        ) else {
            return Ok(None);
        };
        let kind = self.force(kind.thunk)?;
        let derivation = matches!(&kind.value, Value::String(s) if s.text == "derivation");
        Ok(derivation.then_some(path.thunk))
    }

    /// Order of numbers, strings, paths and lists; `None` for incomparable floats.
    pub fn compare(&mut self, a: &Tracked, b: &Tracked, site: Site) -> Res<Option<Ordering>> {
        self.step()?;
        match (&a.value, &b.value) {
            (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => {
                Err(Stop::Unknown(unknown.clone()))
            }
            (Value::Either(_), _) => Err(Stop::Unknown(self.undecided(a))),
            (_, Value::Either(_)) => Err(Stop::Unknown(self.undecided(b))),
            (Value::Int(a), Value::Int(b)) => Ok(Some(a.cmp(b))),
            (Value::Int(a), Value::Float(b)) => Ok((*a as f64).partial_cmp(b)),
            (Value::Float(a), Value::Int(b)) => Ok(a.partial_cmp(&(*b as f64))),
            (Value::Float(a), Value::Float(b)) => Ok(a.partial_cmp(b)),
            (Value::Path(a), Value::Path(b)) => Ok(Some(a.as_bytes().cmp(b.as_bytes()))),
            (Value::String(a), Value::String(b)) => match a.hole().or(b.hole()) {
                Some(hole) => Err(Stop::Unknown(hole.clone())),
                None => Ok(Some(a.text.as_bytes().cmp(b.text.as_bytes()))),
            },
            (Value::List(a), Value::List(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.exact_list(&a)?;
                self.exact_list(&b)?;
                for (x, y) in a.elems.iter().zip(&b.elems) {
                    if self.equal_thunks(x.thunk, y.thunk, site)? {
                        continue;
                    }
                    let x = self.force(x.thunk)?;
                    let y = self.force(y.thunk)?;
                    return self.compare(&x, &y, site);
                }
                Ok(Some(a.elems.len().cmp(&b.elems.len())))
            }
            (a, b) => {
                let message = if std::mem::discriminant(a) == std::mem::discriminant(b) {
                    format!(
                        "cannot compare {} with {}; values of that type are incomparable",
                        a.describe(),
                        b.describe()
                    )
                } else {
                    format!("cannot compare {} with {}", a.describe(), b.describe())
                };
                self.fail(message, site)
            }
        }
    }

    /// `++`: an unknown operand leaves the list open.
    pub(crate) fn concat(&mut self, a: Tracked, b: Tracked, site: Site, origin: OriginId) -> Res<Tracked> {
        let a = self.list_or_open(a, site)?;
        let b = self.list_or_open(b, site)?;
        let value = if a.elems.is_empty() && a.open.is_none() {
            Value::List(b)
        } else if b.elems.is_empty() && b.open.is_none() {
            Value::List(a)
        } else {
            self.charge((a.elems.len() + b.elems.len()) * size_of::<Elem>())?;
            let elems = a.elems.iter().chain(&b.elems).copied().collect();
            Value::List(Rc::new(List {
                elems,
                open: a.open.clone().or_else(|| b.open.clone()),
            }))
        };
        Ok(Tracked { value, origin })
    }

    /// A list; what is not known becomes a list of unknown elements.
    pub fn list_or_open(&mut self, value: Tracked, site: Site) -> Res<Rc<List>> {
        match &value.value {
            Value::List(list) => Ok(list.clone()),
            Value::Unknown(unknown) => Ok(Rc::new(List {
                elems: Vec::new(),
                open: Some(unknown.clone()),
            })),
            Value::Either(alternatives) => {
                let mut list = List::default();
                for alternative in alternatives.iter() {
                    match &alternative.value.value {
                        Value::List(inner) => {
                            for elem in &inner.elems {
                                let when = self.both(alternative.when, elem.when);
                                list.elems.push(Elem {
                                    thunk: elem.thunk,
                                    when,
                                });
                            }
                            list.open = list.open.or_else(|| inner.open.clone());
                        }
                        Value::Unknown(unknown) => list.open = Some(unknown.clone()),
                        other => return self.type_error("a list", other, site),
                    }
                }
                Ok(Rc::new(list))
            }
            other => self.type_error("a list", other, site),
        }
    }

    /// A set; what is not known becomes an open set.
    pub fn attrs_or_open(&mut self, value: Tracked, site: Site) -> Res<Rc<Attrs>> {
        match &value.value {
            Value::Attrs(attrs) => Ok(attrs.clone()),
            Value::Unknown(unknown) => Ok(Rc::new(open_set(unknown.clone()))),
            Value::Either(alternatives) => {
                let mut set = Attrs::default();
                for alternative in alternatives.iter() {
                    match &alternative.value.value {
                        Value::Attrs(inner) => {
                            let entries = inner
                                .entries
                                .iter()
                                .map(|attr| Attr {
                                    when: self.both(alternative.when, attr.when),
                                    ..*attr
                                })
                                .collect();
                            set.entries = entries;
                            set.open = set.open.or_else(|| inner.open.clone());
                            set.wildcard = set.wildcard.or(inner.wildcard);
                        }
                        Value::Unknown(unknown) => set.open = Some(unknown.clone()),
                        // A null or another type in one branch would fail; the other branch must be the one.
                        _ => self.conditions.drops += 1,
                    }
                }
                let unknown = alternatives
                    .iter()
                    .find_map(|alternative| match &alternative.value.value {
                        Value::Unknown(unknown) => Some((unknown.clone(), alternative.when)),
                        _ => None,
                    });
                if let Some((unknown, when)) = unknown {
                    // The unknown alternative may have the same keys with other values.
                    for attr in &mut set.entries {
                        let selected = unknown.select(&self.name(attr.name).clone());
                        let selected = self.alloc(Value::Unknown(selected), OriginId(0));
                        attr.thunk = crate::partial::join_thunks(
                            self,
                            vec![(attr.thunk, attr.when), (selected, when)],
                        );
                    }
                }
                Ok(Rc::new(set))
            }
            other => self.type_error("a set", other, site),
        }
    }

    /// `//`: the right side wins, key by key.
    pub(crate) fn update(&mut self, a: Tracked, b: Tracked, site: Site, origin: OriginId) -> Res<Tracked> {
        let a = self.attrs_or_open(a, site)?;
        let b = self.attrs_or_open(b, site)?;
        if a.entries.is_empty() && a.open.is_none() {
            return Ok(Tracked {
                value: Value::Attrs(b),
                origin,
            });
        }
        if b.entries.is_empty() && b.open.is_none() {
            return Ok(Tracked {
                value: Value::Attrs(a),
                origin,
            });
        }
        self.charge((a.entries.len() + b.entries.len()) * size_of::<Attr>())?;
        let merged = self.update_attrs(&a, &b);
        Ok(Tracked {
            value: Value::attrs(merged),
            origin,
        })
    }

    /// `//` on sets that may be partly known.
    pub fn update_attrs(&mut self, a: &Attrs, b: &Attrs) -> Attrs {
        let mut entries = Vec::with_capacity(a.entries.len() + b.entries.len());
        let (mut left, mut right) = (a.entries.iter().peekable(), b.entries.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (Some(x), Some(y)) if x.name == y.name => {
                    let (x, y) = (**x, **y);
                    left.next();
                    right.next();
                    if y.when.is_always() {
                        entries.push(y);
                    } else {
                        let mut thunks = vec![(y.thunk, y.when), (x.thunk, y.when)];
                        if let Some(open) = &b.open {
                            let selected = open.select(&self.name(y.name).clone());
                            thunks.push((self.alloc(Value::Unknown(selected), OriginId(0)), y.when));
                        }
                        let thunk = crate::partial::join_thunks(self, thunks);
                        entries.push(Attr {
                            name: y.name,
                            thunk,
                            site: y.site,
                            when: x.when,
                        });
                    }
                }
                (Some(x), Some(y)) if y.name < x.name => {
                    entries.push(**y);
                    right.next();
                }
                (Some(x), _) => {
                    let x = **x;
                    left.next();
                    entries.push(self.perhaps_overridden(x, b));
                }
                (None, Some(y)) => {
                    entries.push(**y);
                    right.next();
                }
                (None, None) => break,
            }
        }
        Attrs {
            entries,
            open: b.open.clone().or_else(|| a.open.clone()),
            wildcard: join_wildcards(a, b),
        }
    }

    /// An entry of the left side when the right side may have further keys.
    fn perhaps_overridden(&mut self, attr: Attr, right: &Attrs) -> Attr {
        let Some(open) = &right.open else { return attr };
        // What is left of the library are a few functions that we lack: nobody names something of their own like one
        // of these, and `mine // nixpkgs.lib` is how many flakes extend it.
        if matches!(&open.why, Why::NotModelled(name) if name == "lib") {
            return attr;
        }
        let selected = open.select(&self.name(attr.name).clone());
        let when = self.condition(attr.site, selected.clone(), When::ALWAYS);
        let other = match right.wildcard {
            Some(wildcard) => wildcard,
            None => self.alloc(Value::Unknown(selected), OriginId(0)),
        };
        let thunk = crate::partial::join_thunks(self, vec![(attr.thunk, when), (other, when)]);
        Attr { thunk, ..attr }
    }
}

fn join_wildcards(a: &Attrs, b: &Attrs) -> Option<ThunkId> {
    match (&a.open, &b.open) {
        (Some(_), None) => a.wildcard,
        (None, Some(_)) => b.wildcard,
        _ => b.wildcard.filter(|wildcard| Some(*wildcard) == a.wildcard),
    }
}

/// A set of which nothing is known.
pub fn open_set(unknown: Rc<Unknown>) -> Attrs {
    Attrs {
        entries: Vec::new(),
        open: Some(unknown),
        wildcard: None,
    }
}

fn a_store_path(unknown: &Unknown) -> bool {
    unknown.store_path
}

/// Do two strings with holes begin or end differently for certain?
fn differ_at_ends(a: &crate::NixString, b: &crate::NixString) -> bool {
    let ends = |s: &crate::NixString| -> (String, String) {
        let pieces = s.pieces(OriginId(0));
        let head: usize = pieces
            .iter()
            .take_while(|p| p.hole.is_none())
            .map(|p| p.len as usize)
            .sum();
        let tail: usize = pieces
            .iter()
            .rev()
            .take_while(|p| p.hole.is_none())
            .map(|p| p.len as usize)
            .sum();
        (
            s.text[..head].to_owned(),
            s.text[s.text.len() - tail..].to_owned(),
        )
    };
    let ((head_a, tail_a), (head_b, tail_b)) = (ends(a), ends(b));
    let head = head_a.len().min(head_b.len());
    let tail = tail_a.len().min(tail_b.len());
    let whole_is_shorter = |whole: &crate::NixString, part: (&str, &str)| {
        whole.hole().is_none() && whole.text.len() < part.0.len() + part.1.len()
    };
    head_a.as_bytes()[..head] != head_b.as_bytes()[..head]
        || tail_a.as_bytes()[tail_a.len() - tail..] != tail_b.as_bytes()[tail_b.len() - tail..]
        || whole_is_shorter(a, (&head_b, &tail_b))
        || whole_is_shorter(b, (&head_a, &tail_a))
}
