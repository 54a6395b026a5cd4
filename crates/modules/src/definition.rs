//! Definitions: what was wrapped around them on the way down the option tree, and taking it off.

use crate::calls::Calls;
use crate::own::Written;
use crate::values::{find, find_text, known};
use nixpod_eval::{
    Attr, Attrs, Evaluator, NO_SITE, NixString, OriginId, Res, Share, Symbol, ThunkId, Tracked, Value, When,
};
use nixpod_source::{HopKind, Site};
use std::rc::Rc;

/// Priority of a plain definition.
pub const DEFAULT_PRIORITY: i64 = 100;

/// Priority of an option's default.
pub const OPTION_DEFAULT_PRIORITY: i64 = 1500;

/// What `mkOverride` gives with a priority that is not known: it may beat all others.
const STRONGEST: i64 = 0;

/// Order of a plain definition.
pub(crate) const DEFAULT_ORDER: i64 = 1000;

/// A definition on its way down the option tree, with what was wrapped around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RawDef {
    /// The value.
    pub(crate) value: ThunkId,
    /// Conditions that are not looked at yet, innermost first.
    conditions: Option<Rc<Condition>>,
    priority: Option<i64>,
    order: Option<i64>,
    /// Under which undecided conditions it is there.
    pub(crate) when: When,
    /// Conditions that hold wherever anybody asks for it: those under which the thing is there that it is a part of.
    pub(crate) given: When,
    /// The key that defines it.
    pub(crate) written: Written,
    /// The calls that made what it stands in.
    pub(crate) calls: Calls,
    /// What its module calls its file (`_file`), where that is not the file it is in.
    pub(crate) file: Option<Symbol>,
    /// Is its module one that the system is given, and none that another imports?
    pub(crate) is_given: bool,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Condition {
    value: ThunkId,
    site: Site,
    outer: Option<Rc<Condition>>,
}

impl RawDef {
    /// A definition without anything around it.
    pub(crate) fn new(value: ThunkId, when: When, written: Written) -> Self {
        Self {
            value,
            conditions: None,
            priority: None,
            order: None,
            when,
            given: When::ALWAYS,
            written,
            calls: Calls::default(),
            file: None,
            is_given: false,
        }
    }

    /// May it be off?
    pub(crate) fn is_conditional(&self) -> bool {
        self.conditions.is_some()
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
            written: self.written.key(attr.site),
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
    pub(crate) written: Written,
    pub(crate) guard: Option<Site>,
    /// The calls that made what it stands in, and that it came through itself.
    pub(crate) calls: Calls,
    /// What its module calls its file.
    pub(crate) file: Option<Symbol>,
}

/// Wrappers nested deeper than this are not looked into: a module may build them without end.
const MAX_DEPTH: u32 = 64;

/// Takes `mkMerge`, `mkIf`, `mkOverride` and `mkOrder` off definitions without looking at conditions.
pub(crate) fn unwrap_all(ev: &mut Evaluator<'_>, defs: &[RawDef]) -> Vec<(RawDef, Tracked)> {
    let mut unwrapped = Unwrapped::default();
    ev.each_within(Share::Most, defs.iter(), |ev, def| {
        unwrapped.add(ev, def.clone());
    });
    unwrapped.all
}

/// The definitions of one key of what is defined.
pub(crate) fn children_of(ev: &mut Evaluator<'_>, defs: &[RawDef], key: Symbol) -> Vec<RawDef> {
    let mut children = Vec::new();
    for (def, value) in unwrap_all(ev, defs) {
        if let Value::Attrs(set) = &value.value
            && let Some(attr) = set.get(key)
        {
            children.push(def.child(ev, attr));
        }
    }
    children
}

#[derive(Default)]
struct Unwrapped {
    all: Vec<(RawDef, Tracked)>,
    depth: u32,
}

impl Unwrapped {
    fn add(&mut self, ev: &mut Evaluator<'_>, def: RawDef) {
        let value = ev.force_part(def.value);
        self.add_value(ev, def, value);
    }

    fn add_value(&mut self, ev: &mut Evaluator<'_>, mut def: RawDef, value: Tracked) {
        if self.depth > MAX_DEPTH {
            return;
        }
        def.calls = def.calls.inside(ev, value.origin);
        self.depth += 1;
        if let Value::Either(alternatives) = &value.value {
            for alternative in alternatives.iter() {
                let when = ev.both(def.when, alternative.when);
                let value = ev.alloc_tracked(alternative.value.clone());
                let inner = RawDef {
                    value,
                    when,
                    ..def.clone()
                };
                self.add_value(ev, inner, alternative.value.clone());
            }
        } else if let Some(wrapper) = tag_of(ev, &value) {
            self.add_wrapped(ev, &wrapper.text, def, value);
        } else {
            self.all.push((def, value));
        }
        self.depth -= 1;
    }

    /// Adds what is in a set with a `_type`.
    fn add_wrapped(&mut self, ev: &mut Evaluator<'_>, wrapper: &str, def: RawDef, value: Tracked) {
        let Value::Attrs(set) = &value.value else { return };
        let content = set.get(ev.common().content).map(|attr| attr.thunk);
        match (wrapper, content) {
            ("merge", _) => self.add_merged(ev, &def, set, value.origin),
            ("if", Some(content)) => {
                let Some(condition) = set.get(ev.common().condition) else {
                    return;
                };
                let condition = Condition {
                    value: condition.thunk,
                    site: condition.site,
                    outer: def.conditions.clone(),
                };
                let inner = RawDef {
                    value: content,
                    conditions: Some(Rc::new(condition)),
                    ..def
                };
                self.add(ev, inner);
            }
            ("override", Some(content)) => {
                let inner = RawDef {
                    value: content,
                    ..overridden(ev, set, def)
                };
                let value = ev.force_part(content);
                // Nix decides conditions before it looks at priorities, so one inside stays a set that fits no type.
                match tag_of(ev, &value) {
                    Some(tag) if tag.text == "if" => self.all.push((inner, value)),
                    _ => self.add_value(ev, inner, value),
                }
            }
            ("order", Some(content)) => {
                let order = int_attr(ev, set, "priority");
                let inner = RawDef {
                    value: content,
                    order: def.order.or(order),
                    ..def
                };
                self.add(ev, inner);
            }
            ("definition", _) => {
                let Some(content) = find(ev, set, "value") else {
                    return;
                };
                let file = find_text(ev, set, "file").map(|file| ev.intern(&file));
                let inner = RawDef {
                    value: content,
                    file: file.or(def.file),
                    ..def
                };
                self.add(ev, inner);
            }
            _ => self.all.push((def, value)),
        }
    }

    /// Adds what is in an `mkMerge`.
    fn add_merged(&mut self, ev: &mut Evaluator<'_>, def: &RawDef, set: &Attrs, origin: OriginId) {
        let Some(contents) = set.get(ev.common().contents) else {
            return;
        };
        let contents = ev.force_part(contents.thunk);
        let Ok(list) = ev.list_or_open(contents, NO_SITE) else {
            return;
        };
        ev.each_within(Share::Most, list.elems.iter(), |ev, elem| {
            let when = ev.both(def.when, elem.when);
            let inner = RawDef {
                value: elem.thunk,
                when,
                ..def.clone()
            };
            self.add(ev, inner);
        });
        if let Some(open) = &list.open {
            let value = Value::Unknown(open.clone());
            let unknown = ev.alloc(value.clone(), OriginId::default());
            self.all.push((def.replaced(unknown), Tracked { value, origin }));
        }
    }
}

/// The `_type` of a set, which says how it is wrapped.
fn tag_of(ev: &mut Evaluator<'_>, value: &Tracked) -> Option<Rc<NixString>> {
    let Value::Attrs(set) = &value.value else {
        return None;
    };
    let tag = set.get(ev.common().tag)?.thunk;
    match ev.force_or_unknown(tag).value {
        Value::String(tag) => Some(tag),
        _ => None,
    }
}

/// What `mkOrder` and `mkOverride` directly around a value say, in whichever order.
pub(crate) struct Peeled {
    pub(crate) value: ThunkId,
    pub(crate) priority: i64,
    pub(crate) order: i64,
}

/// Takes them off. Conditions and merges inside stay.
pub(crate) fn peel(ev: &mut Evaluator<'_>, value: ThunkId) -> Peeled {
    let mut peeled = Peeled {
        value,
        priority: DEFAULT_PRIORITY,
        order: DEFAULT_ORDER,
    };
    let (mut priority, mut order) = (None, None);
    for _ in 0..MAX_DEPTH {
        let value = ev.force_part(peeled.value);
        let Some(tag) = tag_of(ev, &value) else { break };
        let Value::Attrs(set) = &value.value else { break };
        let said = match tag.text.as_str() {
            "override" => &mut priority,
            "order" => &mut order,
            _ => break,
        };
        let Some(content) = set.get(ev.common().content) else {
            break;
        };
        *said = said.or(int_attr(ev, set, "priority"));
        peeled.value = content.thunk;
    }
    peeled.priority = priority.unwrap_or(DEFAULT_PRIORITY);
    peeled.order = order.unwrap_or(DEFAULT_ORDER);
    peeled
}

/// A definition with the priority that `mkOverride` gives it, unless another one around it has given one already. One that
/// is not known may be stronger than all others.
fn overridden(ev: &mut Evaluator<'_>, wrapper: &Attrs, def: RawDef) -> RawDef {
    let attr = find(ev, wrapper, "priority").filter(|_| def.priority.is_none());
    match attr.map(|thunk| ev.force_or_unknown(thunk).value) {
        Some(Value::Int(priority)) => RawDef {
            priority: Some(priority),
            ..def
        },
        Some(Value::Unknown(unknown)) => {
            let is_stronger = ev.condition(def.written.site(), unknown, When::ALWAYS);
            RawDef {
                priority: Some(STRONGEST),
                when: ev.both(def.when, is_stronger),
                ..def
            }
        }
        _ => def,
    }
}

fn int_attr(ev: &mut Evaluator<'_>, set: &Attrs, name: &str) -> Option<i64> {
    let symbol = ev.intern(name);
    match ev.force_or_unknown(set.get(symbol)?.thunk).value {
        Value::Int(int) => Some(int),
        _ => None,
    }
}

/// What the conditions of a definition come to.
struct Decided {
    /// Under which undecided conditions it is there; `None`: it is off.
    when: Option<When>,
    /// The innermost condition, as far as it was looked at.
    guard: Option<Site>,
}

/// Decides the conditions of a definition.
fn decide(ev: &mut Evaluator<'_>, def: &RawDef) -> Decided {
    let mut when = def.when;
    let mut guard = None;
    let mut conditions = Vec::new();
    let mut at = def.conditions.clone();
    while let Some(condition) = at {
        conditions.push((condition.value, condition.site));
        at = condition.outer.clone();
    }
    for (value, site) in conditions.into_iter().rev() {
        let decided = ev.force_part(value);
        let place = ev.last_site(decided.origin).unwrap_or(site);
        guard = known(place);
        match &decided.value {
            Value::Bool(true) => {}
            Value::Bool(false) => return Decided { when: None, guard },
            _ => when = ev.condition_of(value, &decided, place, when),
        }
    }
    Decided {
        when: Some(when),
        guard,
    }
}

/// The same where the thing that it is a part of is there.
fn decide_given(ev: &mut Evaluator<'_>, def: &RawDef) -> Decided {
    let Decided { when, guard } = decide(ev, def);
    let when = when.filter(|when| !ev.is_excluded(*when, def.given));
    Decided {
        when: when.map(|when| ev.without(when, def.given)),
        guard,
    }
}

/// Is a definition certainly off? Its conditions are decided, which must not be asked for before a leaf needs them.
pub(crate) fn is_off(ev: &mut Evaluator<'_>, def: &RawDef) -> bool {
    decide(ev, def).when.is_none()
}

/// Takes all wrappers off, decides the conditions. Definitions that are off are in the second list.
pub(crate) fn discharge(ev: &mut Evaluator<'_>, defs: &[RawDef]) -> Definitions {
    let mut out = Definitions::default();
    let unwrapped = unwrap_all(ev, defs);
    ev.each_within(Share::Most, unwrapped.into_iter(), |ev, (def, mut value)| {
        let priority = def.priority.unwrap_or(DEFAULT_PRIORITY);
        let decided = decide_given(ev, &def);
        let guard = decided.guard;
        let Some(when) = decided.when else {
            out.off.push((def, priority, guard));
            return;
        };
        if !def.written.is_ours() {
            value.origin = def.calls.around(ev, value.origin);
            if let Some(site) = known(def.written.site()) {
                value.origin = ev.origin(HopKind::Merge, site, value.origin);
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
            written: def.written,
            guard,
            calls: def.calls,
            file: def.file,
        });
    });
    out
}

/// The definitions of the strongest priority, as far as conditions are decided.
pub(crate) fn strongest(ev: &mut Evaluator<'_>, defs: &[RawDef]) -> Vec<Definition> {
    let mut defs = discharge(ev, defs).on;
    let best = defs.iter().map(|def| def.priority).min();
    defs.retain(|def| Some(def.priority) == best);
    defs
}

/// The definitions of one option.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) on: Vec<Definition>,
    pub(crate) off: Vec<(RawDef, i64, Option<Site>)>,
}

impl Definition {
    /// A definition made by native code.
    pub(crate) fn plain(value: Tracked, thunk: ThunkId, priority: i64, written: Written) -> Self {
        Self {
            value,
            thunk,
            priority,
            order: DEFAULT_ORDER,
            when: When::ALWAYS,
            written,
            guard: None,
            calls: Calls::default(),
            file: None,
        }
    }

    /// The file that messages name for it.
    pub(crate) fn file_name(&self, ev: &Evaluator<'_>) -> String {
        file_name(ev, self.file, self.written.site())
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
        RawDef {
            value: attr.thunk,
            conditions: None,
            priority: None,
            order: None,
            when,
            given: When::ALWAYS,
            written: self.written.key(attr.site),
            calls: self.calls.clone(),
            file: self.file,
            is_given: false,
        }
    }
}

/// What Nix calls the file of a module that stands in none.
pub(crate) const UNKNOWN_FILE: &str = "<unknown-file>";

/// The file that messages name: what the module calls itself, or where the key is written.
pub(crate) fn file_name(ev: &Evaluator<'_>, file: Option<Symbol>, site: Site) -> String {
    match (file, site) {
        (Some(file), _) => ev.name(file).to_string(),
        (None, NO_SITE) => UNKNOWN_FILE.to_owned(),
        (None, site) => ev.source().path_of(site.file).to_string(),
    }
}

/// Fails where looking at definitions and their conditions does. Nix looks at those of all names of a set at once.
pub(crate) fn look_at(ev: &mut Evaluator<'_>, defs: &[RawDef]) -> Res<()> {
    for (def, value) in unwrap_all(ev, defs) {
        let mut at = def.conditions.clone();
        while let Some(condition) = at {
            ev.force(condition.value)?;
            at = condition.outer.clone();
        }
        if matches!(value.value, Value::Unknown(_)) {
            ev.force(def.value)?;
        }
    }
    Ok(())
}

/// Is any of the definitions of an entry there? `None`: none; otherwise under which conditions.
///
/// Whoever asks for the value of the entry takes for granted that it is there, so what holds whenever it is there is no
/// condition of the definitions any more.
pub(crate) fn presence_of(ev: &mut Evaluator<'_>, defs: &mut [RawDef]) -> Option<When> {
    let mut cases = Vec::new();
    for (def, _) in &unwrap_all(ev, defs) {
        match decide(ev, def).when {
            Some(when) if when.is_always() => return Some(when),
            Some(when) => cases.push(when),
            None => {}
        }
    }
    if cases.is_empty() {
        return None;
    }
    let given = ev.common_of(&cases);
    for def in defs {
        def.given = given;
    }
    Some(ev.any_of(&cases))
}
