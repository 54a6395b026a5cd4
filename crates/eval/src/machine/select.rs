//! Selecting attributes, also from what is only partly known.

use crate::heap::files::Here;
use crate::machine::need::Need;
use crate::{
    Affixes, Alternative, ErrorKind, Evaluator, NO_SITE, NixString, OriginId, Res, Stop, Symbol, ThunkId,
    Tracked, Unknown, Value, When,
};
use nixpod_source::{ExprId, Site, Why};
use nixpod_syntax::hir::AttrName;
use smol_str::SmolStr;
use std::cell::Cell;
use std::rc::Rc;

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

/// The name of a binding that stands in the code as an expression.
pub(crate) enum DynamicName {
    /// There is no binding.
    Null,
    Known(Symbol),
    /// With what it begins and ends with.
    Unknown(Rc<Unknown>, Option<Rc<Affixes>>),
}

fn base_site(ev: &Evaluator<'_>, base: &Tracked) -> Site {
    ev.origin_site(base.origin).unwrap_or(NO_SITE)
}

impl<'h> Here<'h> {
    /// Where it is remembered at which place a set had this name, if it stands in the code.
    #[inline]
    fn place_of(self, name: &AttrName) -> Option<&'h Cell<u16>> {
        match name {
            AttrName::Static(_, key) => self.unit.place(*key),
            AttrName::Dynamic(_) => None,
        }
    }
}

impl Evaluator<'_> {
    /// Evaluates the name of a select path; `None` is null.
    fn eval_attr_name(&mut self, here: Here<'_>, expr: ExprId) -> Res<Option<Symbol>> {
        match self.eval_dynamic_name(here, expr)? {
            DynamicName::Null => Ok(None),
            DynamicName::Known(name) => Ok(Some(name)),
            DynamicName::Unknown(unknown, _) => Err(Stop::Unknown(unknown)),
        }
    }

    /// Evaluates the name of a dynamic binding.
    pub(crate) fn eval_dynamic_name(&mut self, here: Here<'_>, expr: ExprId) -> Res<DynamicName> {
        let value = self.eval(here, expr)?;
        Ok(match &value.value {
            Value::Either(_) => DynamicName::Unknown(self.undecided_text(&value), None),
            Value::Unknown(unknown) => DynamicName::Unknown(unknown.clone(), None),
            Value::Null => DynamicName::Null,
            Value::String(string) => match string.hole() {
                Some(hole) => {
                    let unknown = match self.likely_text(string) {
                        // It stays the same that it is elsewhere.
                        None if hole.likely.is_none() => hole.clone(),
                        likely => Rc::new(Unknown {
                            likely,
                            ..(**hole).clone()
                        }),
                    };
                    DynamicName::Unknown(unknown, Affixes::of(string))
                }
                None => DynamicName::Known(self.intern(&string.text.clone())),
            },
            other => return self.type_error("a string", other, here.site(expr)),
        })
    }

    /// Why it is undecided which text a value is, with the only one that is known of them.
    pub(crate) fn undecided_text(&mut self, value: &Tracked) -> Rc<Unknown> {
        let unknown = self.undecided(value);
        let Value::Either(alternatives) = &value.value else {
            return unknown;
        };
        let mut known = alternatives
            .iter()
            .filter(|one| !matches!(one.value.value, Value::Unknown(_)));
        let likely = match (known.next(), known.next()) {
            (Some(only), None) => match &only.value.value {
                Value::String(text) if text.hole().is_none() => Some((text.text.clone(), only.when)),
                _ => None,
            },
            _ => None,
        };
        match likely {
            Some(_) => Rc::new(Unknown {
                likely,
                ..(*unknown).clone()
            }),
            None => unknown,
        }
    }

    /// The text that a string is where all that is not known of it is what it is likely to be.
    fn likely_text(&mut self, string: &NixString) -> Option<(SmolStr, When)> {
        let mut text = String::new();
        let mut all = When::ALWAYS;
        let mut at = 0;
        for piece in string.pieces(OriginId(0)) {
            if let Some(hole) = &piece.hole {
                let (likely, when) = hole.likely.as_ref()?;
                text.push_str(likely);
                all = self.both(all, *when);
            }
            let end = at + piece.len as usize;
            text.push_str(string.text.get(at..end)?);
            at = end;
        }
        Some((text.into(), all))
    }

    #[inline]
    fn path_symbol(&mut self, here: Here<'_>, name: &AttrName) -> Res<Symbol> {
        match name {
            AttrName::Static(name, _) => Ok(here.unit.symbol(*name)),
            AttrName::Dynamic(expr) => match self.eval_attr_name(here, *expr)? {
                Some(symbol) => Ok(symbol),
                None => self.fail("expected a string but found null: null", here.site(*expr)),
            },
        }
    }

    pub(crate) fn eval_select(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        base: ExprId,
        path: &[AttrName],
        default: Option<ExprId>,
    ) -> Res<Tracked> {
        if let Some(thunk) = self.known_selection(here, base, path) {
            return Ok(self.force(thunk)?);
        }
        let need = match path.first() {
            Some(AttrName::Static(..)) => Need::Value,
            _ => Need::Origin,
        };
        let mut value = self.eval_for(need, here, base)?;
        // The conditions under which all parts of the path are there.
        let mut perhaps = When::ALWAYS;
        for name in path {
            let symbol = match self.path_symbol(here, name) {
                Ok(symbol) => symbol,
                Err(Stop::Unknown(unknown)) => {
                    let (any, when) = self.select_unknown_name(&value, unknown)?;
                    perhaps = self.both(perhaps, when);
                    value = any;
                    continue;
                }
                Err(error) => return Err(error),
            };
            if let Value::Attrs(attrs) = &value.value
                && let Some(attr) = attrs.get_again(symbol, here.place_of(name))
                && attr.when.is_always()
            {
                value = self.force(attr.thunk)?;
                continue;
            }
            let Some(default) = default else {
                value = self.select_value(&value, symbol, here.site(expr))?;
                continue;
            };
            match self.lookup(&value, symbol)? {
                Lookup::Found(found) => value = found,
                Lookup::Absent => return self.eval(here, default),
                Lookup::Perhaps(found, when) => {
                    perhaps = self.both(perhaps, when);
                    value = found;
                }
            }
        }
        let Some(default) = default.filter(|_| !perhaps.is_always()) else {
            return Ok(value);
        };
        let default = Alternative {
            value: self.eval(here, default)?,
            when: self.otherwise(perhaps),
        };
        let selected = Alternative { value, when: perhaps };
        Ok(self.join(vec![selected, default]))
    }

    /// The thunk of an attribute of a variable, if all that it is selected from was computed before and is known to have
    /// it. Whoever selects does not ask where those sets come from.
    #[inline]
    fn known_selection(&mut self, here: Here<'_>, base: ExprId, path: &[AttrName]) -> Option<ThunkId> {
        let mut set = self.known_variable(here, base)?;
        let mut thunk = None;
        for name in path {
            if let Some(thunk) = thunk {
                set = self.known_already(thunk)?.0;
            }
            let (AttrName::Static(name, key), Value::Attrs(attrs)) = (name, set) else {
                return None;
            };
            let attr = attrs.get_again(here.unit.symbol(*name), here.unit.place(*key))?;
            thunk = attr.when.is_always().then_some(attr.thunk);
            thunk?;
        }
        // Reading the variable is a step. Where there are none left, whoever takes the long way says so.
        self.step().ok()?;
        thunk
    }

    /// `base.${unknown}`: whatever the set holds, if that is little and exact, and the condition that it is this or that.
    fn select_unknown_name(&mut self, base: &Tracked, unknown: Rc<Unknown>) -> Res<(Tracked, When)> {
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
        let mut alternatives = Vec::new();
        for attr in &attrs.entries {
            let when = self.condition(site, unknown.clone(), When::ALWAYS);
            match self.force(attr.thunk) {
                Ok(value) => alternatives.push(Alternative { value, when }),
                Err(_) => self.conditions.drops += 1,
            }
        }
        let when = self.condition(site, unknown, When::ALWAYS);
        Ok((self.join(alternatives), when))
    }

    /// Selects an attribute; a missing one is an error.
    pub fn select_value(&mut self, base: &Tracked, symbol: Symbol, site: Site) -> Res<Tracked> {
        match self.lookup(base, symbol)? {
            Lookup::Found(value) => Ok(value),
            Lookup::Perhaps(value, _) => {
                self.conditions.drops += 1;
                Ok(value)
            }
            Lookup::Absent => match &base.value {
                Value::Attrs(_) => {
                    let name = self.name(symbol).clone();
                    let message = format!("attribute '{name}' missing");
                    let site = (site != NO_SITE).then_some(site);
                    Err(self.error(ErrorKind::NoAttribute, message, site))
                }
                other => self.type_error("a set", &other.clone(), site),
            },
        }
    }

    /// An attribute that an open set may have. Names that a model of ours lacks are counted.
    pub(crate) fn select_unlisted(&mut self, open: &Rc<Unknown>, symbol: Symbol) -> Rc<Unknown> {
        let Why::NotModelled(set) = &open.why else {
            return self.select_of_unknown(open, symbol);
        };
        let name = format!("{set}.{}", self.name(symbol));
        self.names.misses(&name);
        Unknown::new(Why::NotModelled(name))
    }

    /// An attribute of what is not known: whoever asks for it gets the same one, so that a condition on it is known again.
    fn select_of_unknown(&mut self, unknown: &Rc<Unknown>, symbol: Symbol) -> Rc<Unknown> {
        if let Some(known) = self.caches.selected(unknown, symbol) {
            return known;
        }
        let selected = unknown.select(self.name(symbol));
        let bytes = self.caches.keep_selected(unknown, symbol, &selected);
        self.budget.keeps(bytes);
        selected
    }

    /// Looks an attribute up in any value. What is not a set has no attributes.
    pub fn lookup(&mut self, base: &Tracked, symbol: Symbol) -> Res<Lookup> {
        match &base.value {
            Value::Attrs(attrs) => match attrs.get(symbol) {
                Some(attr) if attr.when.is_always() => Ok(Lookup::Found(self.force(attr.thunk)?)),
                Some(attr) => Ok(Lookup::Perhaps(self.force(attr.thunk)?, attr.when)),
                None => match (&attrs.open, attrs.wildcard) {
                    (Some(unknown), Some(wildcard)) => {
                        // What the set has under another name is another value.
                        let value = crate::partial::unlike_others(self.force(wildcard)?);
                        let when = self.condition(base_site(self, base), unknown.clone(), When::ALWAYS);
                        Ok(Lookup::Perhaps(value, when))
                    }
                    (Some(unknown), None) => {
                        let selected = self.select_unlisted(unknown, symbol);
                        Ok(self.perhaps_unknown(base, selected))
                    }
                    (None, _) => Ok(Lookup::Absent),
                },
            },
            Value::Unknown(unknown) => {
                let selected = self.select_of_unknown(unknown, symbol);
                Ok(self.perhaps_unknown(base, selected))
            }
            Value::Either(alternatives) => self.lookup_in_each(alternatives, symbol),
            _ => Ok(Lookup::Absent),
        }
    }

    fn perhaps_unknown(&mut self, base: &Tracked, selected: Rc<Unknown>) -> Lookup {
        let when = self.condition(base_site(self, base), selected.clone(), When::ALWAYS);
        let value = Tracked {
            value: Value::Unknown(selected),
            origin: base.origin,
        };
        Lookup::Perhaps(value, when)
    }

    fn lookup_in_each(&mut self, alternatives: &[Alternative], symbol: Symbol) -> Res<Lookup> {
        let mut found = Vec::new();
        let mut absent = false;
        for alternative in alternatives {
            let when = alternative.when;
            match self.lookup(&alternative.value, symbol)? {
                Lookup::Found(value) => found.push(Alternative { value, when }),
                Lookup::Perhaps(value, inner) => {
                    absent = true;
                    let when = self.both(when, inner);
                    found.push(Alternative { value, when });
                }
                Lookup::Absent => absent = true,
            }
        }
        if found.is_empty() {
            return Ok(Lookup::Absent);
        }
        let cases: Vec<When> = found.iter().map(|one| one.when).collect();
        let value = self.join(found);
        Ok(if absent {
            Lookup::Perhaps(value, self.any_of(&cases))
        } else {
            Lookup::Found(value)
        })
    }

    pub(crate) fn eval_has_attr(&mut self, here: Here<'_>, base: ExprId, path: &[AttrName]) -> Res<Value> {
        let mut value = self.eval_for(Need::Value, here, base)?;
        for (at, name) in path.iter().enumerate() {
            let symbol = self.path_symbol(here, name)?;
            let last = at + 1 == path.len();
            let perhaps = match &value.value {
                Value::Attrs(attrs) => match attrs.get_again(symbol, here.place_of(name)) {
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
}
