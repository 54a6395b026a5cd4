//! Sets, the frames of `let`, and variables.

use crate::heap::files::Here;
use crate::machine::partial::join_thunks;
use crate::machine::select::DynamicName;
use crate::thunk::Thunk;
use crate::{
    Alternative, Attr, Attrs, Env, Evaluator, NO_SITE, OriginId, Res, ThunkId, Tracked, Unknown, Unnamed,
    Value, When,
};
use nixpod_source::{ExprId, Site, Why};
use nixpod_syntax::hir::{Attrs as AttrsExpr, DynamicEntry, Entry, EntryValue, NameId, VarRef};
use smallvec::SmallVec;
use std::rc::Rc;

/// The thunks of the sets that attributes are inherited from.
type Froms = SmallVec<[ThunkId; 4]>;

impl Evaluator<'_> {
    /// Makes a set. Returns the frame in which the values are evaluated.
    pub(crate) fn eval_attrs(
        &mut self,
        here: Here<'_>,
        attrs: &AttrsExpr,
        expr: ExprId,
    ) -> Res<(Attrs, Rc<Env>)> {
        if !attrs.recursive && attrs.dynamic.is_empty() {
            let froms = self.froms(here, attrs);
            let mut entries = Vec::with_capacity(attrs.entries.len());
            for entry in &attrs.entries {
                let thunk = self.push_entry(here, entry, &froms);
                entries.push(attr_of(here, entry, thunk));
            }
            return Ok((Attrs::from_entries(entries), here.env.clone()));
        }
        let inner = match attrs.recursive {
            true => self.frame_of_bindings(here, attrs),
            false => here.env.clone(),
        };
        let within = here.within(&inner);
        let mut entries = Vec::with_capacity(attrs.entries.len() + attrs.dynamic.len());
        let froms = match attrs.recursive {
            true => Froms::new(),
            false => self.froms(within, attrs),
        };
        for (at, entry) in attrs.entries.iter().enumerate() {
            let thunk = match inner.slots.get(at) {
                Some(slot) if attrs.recursive => *slot,
                _ => self.push_entry(within, entry, &froms),
            };
            entries.push(attr_of(here, entry, thunk));
        }
        let mut set = Attrs {
            entries,
            ..Attrs::default()
        };
        if attrs.recursive {
            self.apply_overrides(&mut set, here.site(expr))?;
        }
        for dynamic in &attrs.dynamic {
            self.add_dynamic(&mut set, within, dynamic)?;
        }
        let mut sorted = Attrs::from_entries(set.entries);
        sorted.open = set.open;
        sorted.wildcard = set.wildcard;
        sorted.names = set.names;
        sorted.apart = set.apart;
        Ok((sorted, inner))
    }

    /// The thunk of an entry of a set that is not recursive.
    #[inline]
    fn push_entry(&mut self, here: Here<'_>, entry: &Entry, froms: &[ThunkId]) -> ThunkId {
        match entry.value {
            EntryValue::Expr(expr) => self.push_delayed(here, expr),
            _ => {
                let thunk = self.binding(here, here, entry, froms);
                self.push_thunk(thunk)
            }
        }
    }

    /// The frame of a `let` or of a recursive set, whose values see it.
    pub(crate) fn frame_of_bindings(&mut self, here: Here<'_>, attrs: &AttrsExpr) -> Rc<Env> {
        let slots = self.reserve_slots(attrs.entries.len());
        let frame = Rc::new(Env {
            parent: Some(here.env.clone()),
            unit: here.env.unit,
            slots,
            call: NO_SITE,
        });
        let within = here.within(&frame);
        let froms = self.froms(within, attrs);
        if !attrs.recursive || !self.has_overrides(here, attrs) {
            for (slot, entry) in frame.slots.iter().zip(&attrs.entries) {
                match entry.value {
                    EntryValue::Expr(expr) => self.put_delayed(*slot, within, expr),
                    _ => {
                        let thunk = self.binding(here, within, entry, &froms);
                        self.thunks.put(*slot, thunk);
                    }
                }
            }
            return frame;
        }
        // None of them sees what another one is bound to before that is certain: `__overrides` can replace it.
        let bindings = attrs.entries.iter();
        let bindings: SmallVec<[Thunk; 4]> = bindings
            .map(|entry| self.binding(here, within, entry, &froms))
            .collect();
        for (slot, thunk) in frame.slots.iter().zip(bindings) {
            self.thunks[*slot] = thunk;
        }
        frame
    }

    /// So many thunks that are filled in later.
    fn reserve_slots(&mut self, number: usize) -> SmallVec<[ThunkId; 4]> {
        self.budget.keeps(number * size_of::<Thunk>());
        let ThunkId(first) = self.thunks.push_reserved(number);
        let slots = (first..first + number as u32).map(ThunkId);
        if let Some(dependencies) = &mut self.memo.dependencies {
            slots.clone().for_each(|slot| dependencies.makes(slot));
        }
        slots.collect()
    }

    /// May attributes of a recursive set be replaced by others?
    fn has_overrides(&self, here: Here<'_>, attrs: &AttrsExpr) -> bool {
        let overrides = self.names.common.overrides;
        let mut names = attrs.entries.iter().map(|entry| here.unit.symbol(entry.name));
        names.any(|name| name == overrides)
    }

    /// The sets that attributes are inherited from.
    fn froms(&mut self, within: Here<'_>, attrs: &AttrsExpr) -> Froms {
        attrs.froms.iter().map(|from| self.delay(within, *from)).collect()
    }

    /// The thunk of a binding.
    fn binding(&mut self, here: Here<'_>, within: Here<'_>, entry: &Entry, froms: &[ThunkId]) -> Thunk {
        match entry.value {
            EntryValue::Expr(expr) => self.delayed(within, expr),
            EntryValue::Inherit(expr) => self.delayed(here, expr),
            EntryValue::From(from) => Thunk::Inherited {
                from: froms[from as usize],
                name: here.unit.symbol(entry.name),
                key: here.unit.key_site(entry.key),
            },
        }
    }

    /// `${name} = value;`
    fn add_dynamic(&mut self, set: &mut Attrs, here: Here<'_>, dynamic: &DynamicEntry) -> Res<()> {
        let key = here.unit.key_site(dynamic.name);
        match self.eval_dynamic_name(here, dynamic.name)? {
            DynamicName::Null => {}
            DynamicName::Known(name) => {
                if set.entries.iter().any(|attr| attr.name == name) {
                    let name = self.name(name).clone();
                    return self.fail(format!("dynamic attribute '{name}' already defined"), key);
                }
                let thunk = self.delay(here, dynamic.value);
                set.entries.push(Attr {
                    name,
                    thunk,
                    site: key,
                    when: When::ALWAYS,
                });
            }
            DynamicName::Unknown(unknown, _) if let Some((name, when)) = unknown.likely.clone() => {
                let name = self.intern(&name);
                if !set.entries.iter().any(|attr| attr.name == name) {
                    let thunk = self.delay(here, dynamic.value);
                    set.entries.push(Attr {
                        name,
                        thunk,
                        site: key,
                        when,
                    });
                }
                // It may be another name, too.
                set.open.get_or_insert(unknown);
                set.names = None;
            }
            DynamicName::Unknown(unknown, names) => {
                let value = self.delay(here, dynamic.value);
                let name = unknown;
                self.add_unnamed(set, Unnamed { name, names, value });
            }
        }
        Ok(())
    }

    /// A binding under a name that is not known: any further key may be it.
    fn add_unnamed(&mut self, set: &mut Attrs, new: Unnamed) {
        let mut apart = set.unnamed();
        set.wildcard = match (&set.open, set.wildcard) {
            (None, _) => Some(new.value),
            (Some(_), Some(others)) => {
                let this = self.condition(NO_SITE, new.name.clone(), When::ALWAYS);
                let other = self.otherwise(this);
                Some(join_thunks(self, vec![(others, other), (new.value, this)]))
            }
            (Some(_), None) => None,
        };
        set.names = new.names.clone().filter(|_| set.open.is_none());
        set.open = Some(new.name.clone());
        apart.push(new);
        // Two bindings of one set have two names.
        set.apart = (apart.len() > 1).then(|| Rc::new(apart));
    }

    /// `__overrides` of a recursive set: its attributes replace those of the set, for the set's own bindings too.
    fn apply_overrides(&mut self, set: &mut Attrs, site: Site) -> Res<()> {
        let Some(at) = set
            .entries
            .iter()
            .position(|attr| attr.name == self.names.common.overrides)
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

    /// The frame in which the body of a `with` is evaluated.
    pub(crate) fn frame_of_with(&mut self, here: Here<'_>, namespace: ExprId) -> Rc<Env> {
        let namespace = self.delay(here, namespace);
        Rc::new(Env {
            parent: Some(here.env.clone()),
            unit: here.env.unit,
            slots: smallvec::smallvec![namespace],
            call: NO_SITE,
        })
    }

    /// The value of a variable that no enclosing frame has.
    pub(crate) fn eval_var(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        name: NameId,
        reference: &VarRef,
    ) -> Res<Tracked> {
        let Here { unit, .. } = here;
        if let Some(scope) = &unit.scope
            && let Some(attr) = scope.get(unit.symbol(name))
        {
            return Ok(self.force(attr.thunk)?);
        }
        match reference {
            VarRef::Local { .. } => self.unbound(here, expr),
            VarRef::Global => match self.names.globals.get(&unit.symbol(name)) {
                Some(thunk) => Ok(self.force(*thunk)?),
                None => {
                    let text = unit.hir.name(name).clone();
                    Ok(Tracked {
                        value: self.not_modelled(&text),
                        origin: OriginId(0),
                    })
                }
            },
            VarRef::With(depths) => self.eval_with(here, expr, name, depths),
        }
    }

    /// A name that only an enclosing `with` can have.
    fn eval_with(&mut self, here: Here<'_>, expr: ExprId, name: NameId, depths: &[u32]) -> Res<Tracked> {
        let Here { unit, env } = here;
        let site = here.site(expr);
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
            if let Some(value) = found {
                return Ok(self.perhaps_shadowed(value, open));
            }
        }
        match (open, not_modelled) {
            (Some(value), _) => Ok(value),
            (None, Some(namespace)) => self.select_value(&namespace, symbol, site),
            (None, None) => self.unbound(here, expr),
        }
    }

    /// What the innermost `with` that has a name gives for it, when one that is further in may have it as well.
    fn perhaps_shadowed(&mut self, value: Tracked, shadow: Option<Tracked>) -> Tracked {
        let Some(shadow) = shadow else { return value };
        // The package set does not shadow functions of `lib`; any other unknown namespace may.
        let from_packages = matches!(&shadow.value, Value::Unknown(unknown)
            if unknown.why.is_of_packages());
        if from_packages {
            return value;
        }
        let why = self.undecided(&shadow);
        let when = self.condition(NO_SITE, why, When::ALWAYS);
        let shadowed = Alternative {
            value,
            when: self.otherwise(when),
        };
        self.join(vec![Alternative { value: shadow, when }, shadowed])
    }
}

/// An entry that stands in the code.
#[inline]
fn attr_of(here: Here<'_>, entry: &Entry, thunk: ThunkId) -> Attr {
    Attr {
        name: here.unit.symbol(entry.name),
        thunk,
        site: here.unit.key_site(entry.key),
        when: When::ALWAYS,
    }
}
