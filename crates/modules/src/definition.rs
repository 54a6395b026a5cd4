//! Definitions: what was wrapped around them on the way down the option tree, and taking it off.

use crate::own::is_model;
use nixpod_eval::{Attr, Attrs, Evaluator, NO_SITE, OriginId, Symbol, ThunkId, Tracked, Value, When};
use nixpod_source::{HopKind, Site};
use std::rc::Rc;

/// Priority of a plain definition.
pub const DEFAULT_PRIORITY: i64 = 100;

/// Priority of an option's default.
pub const OPTION_DEFAULT_PRIORITY: i64 = 1500;

/// Order of a plain definition.
pub(crate) const DEFAULT_ORDER: i64 = 1000;

/// A definition on its way down the option tree, with what was wrapped around it.
#[derive(Clone, Debug, Hash)]
pub(crate) struct RawDef {
    /// The value.
    pub(crate) value: ThunkId,
    /// Conditions that are not looked at yet, innermost first.
    conditions: Option<Rc<Condition>>,
    priority: Option<i64>,
    order: Option<i64>,
    /// Under which undecided conditions it is there.
    pub(crate) when: When,
    /// The key that defines it.
    pub(crate) site: Site,
    /// Is it one of our own?
    pub(crate) hidden: bool,
    /// What its module calls its file (`_file`), where that is not the file it is in.
    pub(crate) file: Option<Symbol>,
}

#[derive(Debug, Hash)]
struct Condition {
    value: ThunkId,
    site: Site,
    outer: Option<Rc<Condition>>,
}

impl RawDef {
    /// A definition without anything around it.
    pub(crate) fn new(value: ThunkId, when: When, hidden: bool) -> Self {
        Self {
            value,
            conditions: None,
            priority: None,
            order: None,
            when,
            site: NO_SITE,
            hidden,
            file: None,
        }
    }

    /// The same definition of another value.
    pub(crate) fn replaced(&self, value: ThunkId) -> Self {
        Self {
            value,
            ..self.clone()
        }
    }

    /// The definition of a key of this one's value.
    pub(crate) fn child(&self, ev: &mut Evaluator<'_>, attr: &Attr) -> Self {
        let when = ev.both(self.when, attr.when);
        Self {
            value: attr.thunk,
            when,
            site: if attr.site == NO_SITE {
                self.site
            } else {
                attr.site
            },
            hidden: hidden(self.hidden, attr.site),
            ..self.clone()
        }
    }
}

/// A definition whose wrappers are taken off.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    /// The value.
    pub(crate) value: Tracked,
    /// The thunk of the value, where it was not changed.
    pub(crate) thunk: ThunkId,
    /// Its priority; lower wins.
    pub(crate) priority: i64,
    /// Its order among those that win.
    pub(crate) order: i64,
    /// Under which undecided conditions it is there.
    pub(crate) when: When,
    /// The key that defines it.
    pub(crate) site: Site,
    /// Is it one of our own?
    pub(crate) hidden: bool,
    pub(crate) guard: Option<Site>,
    /// What its module calls its file.
    pub(crate) file: Option<Symbol>,
}

/// Takes `mkMerge`, `mkIf`, `mkOverride` and `mkOrder` off a definition without looking at conditions.
pub(crate) fn unwrap(ev: &mut Evaluator<'_>, def: RawDef, out: &mut Vec<(RawDef, Tracked)>) {
    let value = ev.force_or_unknown(def.value);
    unwrap_value(ev, def, value, out, 0);
}

fn unwrap_value(
    ev: &mut Evaluator<'_>,
    def: RawDef,
    value: Tracked,
    out: &mut Vec<(RawDef, Tracked)>,
    depth: u32,
) {
    if depth > 64 {
        return;
    }
    match &value.value {
        Value::Attrs(set) => {
            let tag = set.get(ev.common().tag).map(|attr| attr.thunk);
            let Some(tag) = tag else {
                out.push((def, value));
                return;
            };
            let tag = ev.force_or_unknown(tag);
            let Value::String(tag) = &tag.value else {
                out.push((def, value));
                return;
            };
            let content = set.get(ev.common().content).map(|attr| attr.thunk);
            match (tag.text.as_str(), content) {
                ("merge", _) => {
                    let Some(contents) = set.get(ev.common().contents) else {
                        return;
                    };
                    let contents = ev.force_or_unknown(contents.thunk);
                    let Ok(list) = ev.list_or_open(contents, NO_SITE) else {
                        return;
                    };
                    for elem in &list.elems {
                        let when = ev.both(def.when, elem.when);
                        let inner = RawDef {
                            value: elem.thunk,
                            when,
                            ..def.clone()
                        };
                        let value = ev.force_or_unknown(elem.thunk);
                        unwrap_value(ev, inner, value, out, depth + 1);
                    }
                    if let Some(open) = &list.open {
                        let unknown = ev.alloc(Value::Unknown(open.clone()), OriginId::default());
                        let inner = RawDef {
                            value: unknown,
                            ..def
                        };
                        out.push((
                            inner,
                            Tracked {
                                value: Value::Unknown(open.clone()),
                                origin: value.origin,
                            },
                        ));
                    }
                }
                ("if", Some(content)) => {
                    let Some(condition) = set.get(ev.common().condition).copied() else {
                        return;
                    };
                    let conditions = Some(Rc::new(Condition {
                        value: condition.thunk,
                        site: condition.site,
                        outer: def.conditions.clone(),
                    }));
                    let inner = RawDef {
                        value: content,
                        conditions,
                        ..def
                    };
                    let value = ev.force_or_unknown(content);
                    unwrap_value(ev, inner, value, out, depth + 1);
                }
                ("override", Some(content)) => {
                    let priority = int_attr(ev, set, "priority");
                    let inner = RawDef {
                        value: content,
                        priority: def.priority.or(priority),
                        ..def
                    };
                    let value = ev.force_or_unknown(content);
                    // Nix decides conditions before it looks at priorities, so one inside stays a set that fits no type.
                    if is_condition(ev, &value) {
                        out.push((inner, value));
                    } else {
                        unwrap_value(ev, inner, value, out, depth + 1);
                    }
                }
                ("order", Some(content)) => {
                    let order = int_attr(ev, set, "priority");
                    let inner = RawDef {
                        value: content,
                        order: def.order.or(order),
                        ..def
                    };
                    let value = ev.force_or_unknown(content);
                    unwrap_value(ev, inner, value, out, depth + 1);
                }
                ("definition", _) => {
                    let symbol = ev.intern("value");
                    let Some(inner) = set.get(symbol).map(|attr| attr.thunk) else {
                        return;
                    };
                    let file = string_attr(ev, set, "file").or(def.file);
                    let value = ev.force_or_unknown(inner);
                    let inner = RawDef {
                        value: inner,
                        file,
                        ..def
                    };
                    unwrap_value(ev, inner, value, out, depth + 1);
                }
                _ => out.push((def, value)),
            }
        }
        Value::Either(alternatives) => {
            for alternative in alternatives.clone().iter() {
                let when = ev.both(def.when, alternative.when);
                let thunk = ev.alloc_tracked(alternative.value.clone());
                let inner = RawDef {
                    value: thunk,
                    when,
                    ..def.clone()
                };
                unwrap_value(ev, inner, alternative.value.clone(), out, depth + 1);
            }
        }
        _ => out.push((def, value)),
    }
}

/// Is it an `mkIf`?
fn is_condition(ev: &mut Evaluator<'_>, value: &Tracked) -> bool {
    let Value::Attrs(set) = &value.value else {
        return false;
    };
    set.get(ev.common().tag).is_some_and(
        |tag| matches!(ev.force_or_unknown(tag.thunk).value, Value::String(text) if text.text == "if"),
    )
}

fn int_attr(ev: &mut Evaluator<'_>, set: &Attrs, name: &str) -> Option<i64> {
    let symbol = ev.intern(name);
    match ev.force_or_unknown(set.get(symbol)?.thunk).value {
        Value::Int(int) => Some(int),
        _ => None,
    }
}

fn string_attr(ev: &mut Evaluator<'_>, set: &Attrs, name: &str) -> Option<Symbol> {
    let symbol = ev.intern(name);
    match ev.force_or_unknown(set.get(symbol)?.thunk).value {
        Value::String(text) => Some(ev.intern(&text.text)),
        _ => None,
    }
}

/// Decides the conditions of a definition. `None`: it is off.
fn decide(ev: &mut Evaluator<'_>, def: &RawDef) -> Option<When> {
    let mut when = def.when;
    let mut conditions = Vec::new();
    let mut at = def.conditions.clone();
    while let Some(condition) = at {
        conditions.push((condition.value, condition.site));
        at = condition.outer.clone();
    }
    for (value, site) in conditions.into_iter().rev() {
        let decided = ev.force_or_unknown(value);
        match &decided.value {
            Value::Bool(true) => {}
            Value::Bool(false) => return None,
            _ => {
                let why = ev.undecided(&decided);
                let place = ev.last_site(decided.origin).unwrap_or(site);
                when = ev.condition(place, why, when);
            }
        }
    }
    Some(when)
}

/// Takes all wrappers off, decides the conditions. Definitions that are off are in the second list.
pub(crate) fn discharge(ev: &mut Evaluator<'_>, defs: &[RawDef]) -> Definitions {
    let mut flat = Vec::new();
    for def in defs {
        unwrap(ev, def.clone(), &mut flat);
    }
    let mut out = Definitions::default();
    for (def, mut value) in flat {
        let guard = def
            .conditions
            .as_ref()
            .map(|condition| condition.site)
            .filter(|site| *site != NO_SITE);
        let priority = def.priority.unwrap_or(DEFAULT_PRIORITY);
        let Some(when) = decide(ev, &def) else {
            out.off.push((def, priority, guard));
            continue;
        };
        if !def.hidden {
            if let Some(guard) = guard {
                value.origin = ev.origin(HopKind::Guard, guard, value.origin);
            }
            if def.site != NO_SITE {
                value.origin = ev.origin(HopKind::Merge, def.site, value.origin);
            }
        } else {
            value.origin = OriginId::default();
        }
        out.on.push(Definition {
            value,
            thunk: def.value,
            priority,
            order: def.order.unwrap_or(DEFAULT_ORDER),
            when,
            site: def.site,
            hidden: def.hidden,
            guard,
            file: def.file,
        });
    }
    out
}

/// The definitions of one option.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) on: Vec<Definition>,
    pub(crate) off: Vec<(RawDef, i64, Option<Site>)>,
}

impl Definition {
    /// A definition made by native code.
    pub(crate) fn plain(value: Tracked, thunk: ThunkId, priority: i64, hidden: bool) -> Self {
        Self {
            value,
            thunk,
            priority,
            order: DEFAULT_ORDER,
            when: When::ALWAYS,
            site: NO_SITE,
            hidden,
            guard: None,
            file: None,
        }
    }

    /// The file that messages name for it.
    pub(crate) fn file_name(&self, ev: &Evaluator<'_>) -> String {
        file_name(ev, self.file, self.site)
    }

    /// The same definition of another value.
    pub(crate) fn with(&self, value: Tracked, thunk: ThunkId) -> Self {
        Self {
            value,
            thunk,
            ..self.clone()
        }
    }

    /// The raw form, for merging one level deeper. Its own wrappers are gone already.
    pub(crate) fn raw(&self, ev: &mut Evaluator<'_>, attr: &Attr) -> RawDef {
        let when = ev.both(self.when, attr.when);
        let site = if attr.site == NO_SITE {
            self.site
        } else {
            attr.site
        };
        let hidden = hidden(self.hidden, attr.site);
        RawDef {
            value: attr.thunk,
            conditions: None,
            priority: None,
            order: None,
            when,
            site,
            hidden,
            file: self.file,
        }
    }
}

/// The file that messages name: what the module calls itself, or where the key is written.
pub(crate) fn file_name(ev: &Evaluator<'_>, file: Option<Symbol>, site: Site) -> String {
    match (file, site) {
        (Some(file), _) => ev.name(file).to_string(),
        (None, NO_SITE) => "<unknown-file>".to_owned(),
        (None, site) => ev.source().path_of(site.file).to_string(),
    }
}

/// Takes the wrappers off definitions without looking at conditions.
pub(crate) fn unwrap_all(ev: &mut Evaluator<'_>, defs: &[RawDef], out: &mut Vec<(RawDef, Tracked)>) {
    for def in defs {
        unwrap(ev, def.clone(), out);
    }
}

/// Is any of the definitions there? `None`: none; otherwise under which conditions.
pub(crate) fn presence_of(ev: &mut Evaluator<'_>, defs: &[RawDef]) -> Option<When> {
    let mut flat = Vec::new();
    for def in defs {
        unwrap(ev, def.clone(), &mut flat);
    }
    let mut perhaps = None;
    for (def, _) in &flat {
        match decide(ev, def) {
            Some(when) if when.is_always() => return Some(when),
            Some(when) => perhaps = Some(when),
            None => {}
        }
    }
    perhaps
}

/// Is the definition of a key our own? Who wrote the key tells: our models forward sets that users write (aliases).
pub(crate) fn hidden(inherited: bool, key: Site) -> bool {
    if key == NO_SITE { inherited } else { is_model(key) }
}
