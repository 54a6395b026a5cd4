//! Equality and order, as deep as values are.

use crate::thunk::Thunk;
use crate::{Attrs, Evaluator, List, NixString, OriginId, Res, Stop, ThunkId, Tracked, Unknown, Value};
use nixpod_source::Site;
use std::cmp::Ordering;
use std::rc::Rc;

impl Evaluator<'_> {
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
        self.step()?;
        if a == b {
            // One and the same value is equal to itself, but it must not fail.
            self.force(a)?;
            return Ok(true);
        }
        // Two variables that are bound to one value are that value, whatever it is.
        let fresh =
            |ev: &Self, id: ThunkId| matches!(ev.thunks[id], Thunk::Delayed { .. } | Thunk::Variable { .. });
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
        self.nested(site, |ev| ev.equal(&a, &b, site))
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
                None => {
                    self.charge(a.text.len().min(b.text.len()))?;
                    Ok(Some(a.text.as_bytes().cmp(b.text.as_bytes())))
                }
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
}

/// Do two strings with holes begin or end differently for certain?
fn differ_at_ends(a: &NixString, b: &NixString) -> bool {
    let ends = |s: &NixString| -> (String, String) {
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
    let whole_is_shorter = |whole: &NixString, part: (&str, &str)| {
        whole.hole().is_none() && whole.text.len() < part.0.len() + part.1.len()
    };
    head_a.as_bytes()[..head] != head_b.as_bytes()[..head]
        || tail_a.as_bytes()[tail_a.len() - tail..] != tail_b.as_bytes()[tail_b.len() - tail..]
        || whole_is_shorter(a, (&head_b, &tail_b))
        || whole_is_shorter(b, (&head_a, &tail_a))
}
