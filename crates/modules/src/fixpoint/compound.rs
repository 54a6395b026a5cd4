//! Merging by types whose values have parts: lists, sets and functions. The parts are merged by themselves,
//! when somebody asks for them.

use crate::declaration::Decl;
use crate::definition::{Definition, OPTION_DEFAULT_PRIORITY, RawDef, discharge, presence_of};
use crate::fixpoint::by_type::{one, wrong_type};
use crate::fixpoint::names::{Names, Template, Unnamed, any_of_them, of_any_name};
use crate::fixpoint::option::{delay_merge, delay_merge_among};
use crate::fixpoint::tree::node;
use crate::path::{OptionPath, dotted, extend, extend_any};
use crate::system::evaluation::{At, Mode, ModuleEvaluation};
use crate::system::report::Gap;
use crate::types::accept::accepts;
use crate::types::native::OptType;
use crate::values::{entry, is_tagged, known, look_up, plain};
use nixpod_eval::{
    Attr, Attrs, Elem, Evaluator, List, NO_SITE, OriginId, Res, Share, Stop, Symbol, ThunkId, Tracked,
    Unknown, Unnamed as UnnamedKey, Value, When,
};
use nixpod_source::Site;
use std::rc::Rc;

/// Do the elements of this type need merging of their own?
fn is_atomic(native: &OptType) -> bool {
    match native {
        OptType::Scalar {
            kind: crate::types::native::Scalar::OptionType,
            ..
        } => false,
        OptType::Scalar { .. } | OptType::PathWith { .. } | OptType::Enum(_) | OptType::Joined(..) => true,
        OptType::NullOr(inner)
        | OptType::Unique(inner, _)
        | OptType::Changed {
            inner,
            check: None,
            empty: None,
            ..
        } => is_atomic(inner),
        OptType::Either(a, b) => is_atomic(a) && is_atomic(b),
        _ => false,
    }
}

pub(crate) fn list_of(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    elem: &Rc<OptType>,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let mut out = List::default();
    let origin = first_origin(&defs);
    let perhaps: Vec<(When, i64)> = defs.iter().map(|def| (def.when, def.priority)).collect();
    let atomic = is_atomic(elem);
    for (list, def) in LISTS.all(ev, at, native, defs)? {
        let list = match list {
            Ok(list) => list,
            Err(unknown) => {
                out.open = Some(unknown);
                continue;
            }
        };
        let unless = unless_stronger(ev, &perhaps, def.priority);
        let of_list = OfList::new(at, elem, &def);
        let elements = list.elems.iter();
        ev.each_within(Share::Most, elements, |ev, element: &Elem| {
            let mut when = ev.both(def.when, element.when);
            when = ev.both(unless, when);
            if atomic && !is_wrapped(ev, element.thunk) {
                let thunk = of_list.element(ev, element.thunk, out.elems.len() + 1);
                out.elems.push(Elem { thunk, when });
                return;
            }
            let name = format!("[definition 1-entry {}]", out.elems.len() + 1);
            let attr = entry(ev.common().value, element.thunk);
            let mut raws = vec![def.raw(ev, &attr)];
            // Each element is a definition by itself: what `mkIf` leaves out is no element.
            let Some(present) = presence_of(ev, &mut raws) else {
                return;
            };
            when = ev.both(when, present);
            let thunk = match atomic.then(|| the_only(ev, &raws)).flatten() {
                Some(value) => ev.alloc_tracked(value),
                None => delay_merge(ev, at.system, extend(at.path, &name), elem.clone(), raws),
            };
            out.elems.push(Elem { thunk, when });
        });
        out.open = out.open.or_else(|| list.open.clone());
    }
    Ok(Tracked {
        value: Value::List(Rc::new(out)),
        origin,
    })
}

/// The elements of several lists, as they are.
pub(super) fn concatenated(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &OptType,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let mut out = List::default();
    let origin = first_origin(&defs);
    for (list, def) in LISTS.all(ev, at, native, defs)? {
        match list {
            Ok(list) => {
                out.elems.extend(list.elems.iter().map(|elem| Elem {
                    when: ev.both(def.when, elem.when),
                    ..*elem
                }));
                out.open = out.open.or_else(|| list.open.clone());
            }
            Err(unknown) => out.open = Some(unknown),
        }
    }
    Ok(Tracked {
        value: Value::List(Rc::new(out)),
        origin,
    })
}

/// What a single definition says, given that it is there.
fn the_only(ev: &mut Evaluator<'_>, raws: &[RawDef]) -> Option<Tracked> {
    match <[Definition; 1]>::try_from(discharge(ev, raws).on) {
        Ok([definition]) => Some(definition.value),
        Err(_) => None,
    }
}

/// Is an element what `mkIf`, `mkForce` and the like give?
fn is_wrapped(ev: &mut Evaluator<'_>, element: ThunkId) -> bool {
    let value = ev.force_or_unknown(element);
    matches!(value.value, Value::Attrs(_)) && look_up(ev, &value, "_type").is_some()
}

/// That none of the definitions is there that would replace those of a priority.
fn unless_stronger(ev: &mut Evaluator<'_>, perhaps: &[(When, i64)], priority: i64) -> When {
    let stronger = perhaps.iter().filter(|(_, of)| *of < priority);
    let stronger: Vec<When> = stronger.map(|(when, _)| *when).collect();
    if stronger.is_empty() {
        return When::ALWAYS;
    }
    let any = ev.any_of(&stronger);
    ev.otherwise(any)
}

pub(super) fn first_origin(defs: &[Definition]) -> OriginId {
    let mut origins = defs.iter().map(|def| def.value.origin);
    origins
        .find(|origin| *origin != OriginId::default())
        .unwrap_or_default()
}

/// What the elements of a list have in common: the definition that they stand in, and their type.
#[derive(Clone)]
struct OfList {
    system: Rc<ModuleEvaluation>,
    path: OptionPath,
    elem: Rc<OptType>,
    def: Rc<Definition>,
}

impl OfList {
    fn new(at: At<'_>, elem: &Rc<OptType>, def: &Definition) -> Self {
        Self {
            system: at.system.clone(),
            path: at.path.clone(),
            elem: elem.clone(),
            def: Rc::new(def.clone()),
        }
    }

    /// An element, checked by its type, whose trail also names the definition of the list.
    fn element(&self, ev: &mut Evaluator<'_>, thunk: ThunkId, number: usize) -> ThunkId {
        let Some(site) = known(self.def.written.site()) else {
            return thunk;
        };
        let this = self.clone();
        ev.alloc_native(move |ev| {
            let mut value = ev.force(thunk)?;
            if let Ok(false) = accepts(ev, &this.elem, &value, site) {
                let path = extend(&this.path, &format!("[definition 1-entry {number}]"));
                let misfit = this.def.with(value, thunk);
                return Err(wrong_type(
                    ev,
                    At::new(&this.system, &path),
                    &this.elem,
                    &[misfit],
                ));
            }
            value.origin = this.def.calls.around(ev, value.origin);
            value.origin = ev.origin(nixpod_source::HopKind::Merge, site, value.origin);
            Ok(value)
        })
    }
}

/// Is a definition of the right kind there, so that a mistake in another must not hide it? Nix fails all the same.
pub(super) fn has_sound(at: At<'_>, defs: &[Definition], fits: impl Fn(&Value) -> bool) -> bool {
    at.mode() != Mode::AsNix && defs.iter().any(|def| fits(&def.value.value))
}

/// What stands for a definition of the wrong type where others are sound; fails where none is.
pub(super) fn misfit(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &OptType,
    def: &Definition,
    sound: bool,
) -> Res<Rc<Unknown>> {
    match wrong_type(ev, at, native, std::slice::from_ref(def)) {
        Stop::Error(error) if sound => Ok(nixpod_eval::error_unknown(&error)),
        stop => Err(stop),
    }
}

/// Leaves such a definition out of a set or list. What it would have added is not known.
pub(super) fn left_out(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &OptType,
    def: &Definition,
    sound: bool,
) -> Res<Rc<Unknown>> {
    let unknown = misfit(ev, at, native, def, sound)?;
    // A default that does not fit is only a mistake where it is the value.
    if def.written.site() != NO_SITE || def.priority < OPTION_DEFAULT_PRIORITY {
        let gap = Gap {
            site: known(def.written.site()),
            what: dotted(at.path),
            why: unknown.why.clone(),
        };
        at.gap(ev, gap);
    }
    Ok(unknown)
}

/// A list or set that is a definition's value, or why it is none.
type Part<T> = Result<Rc<T>, Rc<Unknown>>;

/// Lists or sets, as what definitions are.
struct Form<T> {
    /// The list or set that a value is.
    of: fn(&Value) -> Option<&Rc<T>>,
    /// What is known of it where the value itself is not known.
    open: fn(&mut Evaluator<'_>, Tracked, Site) -> Res<Rc<T>>,
}

const LISTS: Form<List> = Form {
    of: |value| match value {
        Value::List(list) => Some(list),
        _ => None,
    },
    open: |ev, value, site| ev.list_or_open(value, site),
};

const SETS: Form<Attrs> = Form {
    of: |value| match value {
        Value::Attrs(set) => Some(set),
        _ => None,
    },
    open: |ev, value, site| ev.attrs_or_open(value, site),
};

impl<T> Form<T> {
    /// What each definition is. One of the wrong type is left out if another is sound: why, stands in its place.
    fn all(
        &self,
        ev: &mut Evaluator<'_>,
        at: At<'_>,
        native: &OptType,
        defs: Vec<Definition>,
    ) -> Res<Vec<(Part<T>, Definition)>> {
        let sound = has_sound(at, &defs, |value| (self.of)(value).is_some());
        let mut all = Vec::with_capacity(defs.len());
        for def in defs {
            let said = match ((self.of)(&def.value.value), &def.value.value) {
                (Some(said), _) => Ok(said.clone()),
                (None, Value::Unknown(_) | Value::Either(_)) => {
                    Ok((self.open)(ev, def.value.clone(), def.written.site())?)
                }
                _ => Err(left_out(ev, at, native, &def, sound)?),
            };
            all.push((said, def));
        }
        Ok(all)
    }
}

pub(crate) fn attrs_of(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    elem: &Rc<OptType>,
    lazy: bool,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let mut names = Names::default();
    let origin = first_origin(&defs);
    let perhaps: Vec<(When, i64)> = defs.iter().map(|def| (def.when, def.priority)).collect();
    for (set, mut def) in SETS.all(ev, at, native, defs)? {
        let unless = unless_stronger(ev, &perhaps, def.priority);
        def.when = ev.both(unless, def.when);
        match set {
            Ok(set) => names.add(ev, &def, &set),
            Err(unknown) => names.is_unseen(unknown),
        }
    }
    if at.mode() == Mode::AsNix && !lazy {
        names.look_at(ev)?;
    }
    let affixes = names.affixes();
    let unnamed = std::mem::take(&mut names.unnamed);
    let templates = std::mem::take(&mut names.templates);
    let has_parts = at.mode() != Mode::AsNix && matches!(**elem, OptType::Submodule(_));
    let mut entries = Vec::with_capacity(names.by_name.len());
    // A condition that is too dear concerns the entry that it is about.
    ev.each_within(
        Share::Most,
        names.by_name.into_iter(),
        |ev, (name, (mut raws, site)): (Symbol, (Vec<RawDef>, Site))| {
            let limits = ev.limits_hit().len();
            let present = match lazy {
                true => Some(When::ALWAYS),
                false => presence_of(ev, &mut raws),
            };
            if ev.limits_hit().len() > limits {
                let what = dotted(&extend(at.path, ev.name(name)));
                ev.name_limits(limits, &what, known(site));
            }
            let Some(when) = present else { return };
            let perhaps = match has_parts {
                true => of_any_name(ev, at, &unnamed, (name, when)),
                false => None,
            };
            let path = extend(at.path, ev.name(name));
            let thunk = delay_merge_among(ev, at.system, path, elem.clone(), raws, perhaps);
            entries.push(Attr {
                name,
                thunk,
                site,
                when,
            });
        },
    );
    let mut set = Attrs::from_entries(entries);
    set.open = names.open;
    set.names = affixes;
    let apart = values_of_unnamed(ev, at, (elem, lazy, has_parts), templates, &unnamed);
    set.wildcard = any_of_them(ev, &apart);
    set.apart = (apart.len() > 1).then(|| Rc::new(apart));
    Ok(Tracked {
        value: Value::attrs(set),
        origin,
    })
}

/// What is called by each name that is not known.
fn values_of_unnamed(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    (elem, lazy, has_parts): (&Rc<OptType>, bool, bool),
    templates: Vec<Template>,
    unnamed: &[Unnamed],
) -> Vec<UnnamedKey> {
    let mut apart = Vec::with_capacity(templates.len());
    let is_one = templates.len() == 1;
    for (nth, mut template) in templates.into_iter().enumerate() {
        let when = match lazy {
            true => Some(When::ALWAYS),
            false => presence_of(ev, &mut template.definitions),
        };
        // One that is off is as good as none, if there are others.
        if when.is_none() && !is_one {
            continue;
        }
        let perhaps = match has_parts {
            true => template.of_another_name(ev, at, unnamed, when.unwrap_or(When::ALWAYS)),
            false => None,
        };
        let path = extend_any(at.path, "<name>", nth);
        let raws = template.definitions;
        let value = delay_merge_among(ev, at.system, path, elem.clone(), raws, perhaps);
        apart.push(UnnamedKey {
            value,
            ..template.key
        });
    }
    apart
}

/// Functions that are called together: the results are merged.
pub(crate) fn merged_function(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    to: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    let system = at.system.clone();
    let path = extend_any(at.path, "<function body>", 0);
    let to = to.clone();
    let value = ev.primop("functionTo", 1, 0, move |ev, args, site| {
        let mut results = Vec::with_capacity(defs.len());
        for def in &defs {
            let value = ev.apply(&def.value, args[0], site)?;
            let thunk = ev.alloc_tracked(value);
            let attr = entry(ev.common().value, thunk);
            results.push(def.raw(ev, &attr));
        }
        let thunk = delay_merge(ev, &system, path.clone(), to.clone(), results);
        Ok(ev.force(thunk)?)
    });
    Ok(Tracked { value, origin })
}

/// The value of an option of type `functionTo`: a set that can be called and says which arguments it takes.
pub(crate) fn function_to(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    to: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let definitions = defs.clone();
    let arguments = ev.alloc_native(move |ev| arguments_of_all(ev, &definitions));
    let function = merged_function(ev, at, to, defs)?;
    let origin = function.origin;
    let function = ev.alloc_tracked(function);
    let functor = ev.primop("functionTo", 1, 0, move |ev, _, _| Ok(ev.force(function)?));
    let functor = ev.alloc(functor, OriginId::default());
    let set = ev.attrs_from(vec![("__functor", functor), ("__functionArgs", arguments)]);
    Ok(Tracked {
        value: Value::attrs(set),
        origin,
    })
}

/// The named arguments of functions that are called together; one has a default if it has in all that name it.
fn arguments_of_all(ev: &mut Evaluator<'_>, defs: &[Definition]) -> Res<Tracked> {
    let mut all: Vec<(Symbol, bool)> = Vec::new();
    for def in defs {
        let mut wanted = Vec::new();
        if let Some(given) = look_up(ev, &def.value, "__functionArgs") {
            if let Value::Attrs(set) = &given.value {
                for attr in &set.entries {
                    wanted.push((attr.name, ev.force_bool(attr.thunk, NO_SITE)?));
                }
            }
        } else if let Some(fields) = ev.function_args(&def.value.value) {
            wanted.extend(fields.into_iter().map(|(name, default, _)| (name, default)));
        }
        for (name, default) in wanted {
            match all.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known &= default,
                None => all.push((name, default)),
            }
        }
    }
    let entries = all
        .into_iter()
        .map(|(name, default)| Attr {
            name,
            thunk: ev.alloc(Value::Bool(default), OriginId::default()),
            site: NO_SITE,
            when: When::ALWAYS,
        })
        .collect();
    Ok(plain(Value::attrs(Attrs::from_entries(entries))))
}

/// Exactly one of several tagged options.
pub(crate) fn attr_tag(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    attr_tags: &[ThunkId],
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let mut tags: Vec<Rc<Attrs>> = Vec::new();
    for set in attr_tags {
        tags.push(ev.force_attrs(*set, NO_SITE)?);
    }
    if at.mode() == Mode::AsNix {
        only_options_as_tags(ev, &tags)?;
    }
    let is_tag = |name| tags.iter().any(|tags| tags.get(name).is_some());
    let mut name = None;
    let mut raws = Vec::new();
    for def in &defs {
        let set = match &def.value.value {
            Value::Attrs(set) => set.clone(),
            Value::Unknown(_) | Value::Either(_) => ev.as_attrs(&def.value.clone(), def.written.site())?,
            _ => return Err(wrong_type(ev, at, native, std::slice::from_ref(def))),
        };
        let [attr] = &set.entries[..] else {
            return Err(wrong_type(ev, at, native, &defs));
        };
        if name.is_some_and(|name| name != attr.name) || !is_tag(attr.name) {
            return Err(wrong_type(ev, at, native, &defs));
        }
        name = Some(attr.name);
        raws.push(def.raw(ev, attr));
    }
    let Some(name) = name else {
        return one(ev, at, defs);
    };
    let tags = tags.iter().filter_map(|tags| tags.get(name));
    let decls: Vec<Decl> = tags.map(Decl::of_tag).collect();
    let slot = ev.reserve();
    let (system, path) = (at.system.clone(), extend(at.path, ev.name(name)));
    ev.fill_native(slot, move |ev| {
        let (system, path) = (&system, &path);
        node(ev, At::new(system, path), &decls, &raws, slot)
    });
    Ok(Tracked {
        value: Value::attrs(Attrs::from_entries(vec![entry(name, slot)])),
        origin: defs.first().map(|def| def.value.origin).unwrap_or_default(),
    })
}

/// Fails as Nix does where a tag is a type and not an option.
fn only_options_as_tags(ev: &mut Evaluator<'_>, tags: &[Rc<Attrs>]) -> Res<()> {
    for attr in tags.iter().flat_map(|set| &set.entries) {
        let tag = ev.force_or_unknown(attr.thunk);
        if !is_tagged(ev, &tag, "option") {
            let message = format!(
                "In attrTag, each tag value must be an option, but tag {} was a bare type, not wrapped in mkOption.",
                ev.name(attr.name)
            );
            return ev.fail(message, attr.site);
        }
    }
    Ok(())
}
