//! Merging the winning definitions of an option by its type.

use crate::info::OptionPath;
use crate::merge::{Definition, RawDef, delay_merge, dotted, extend, presence_of};
use crate::system::{Setup, System};
use crate::types::{OptType, Scalar, Submodule, accepts};
use nixpod_eval::{
    Alternative, Attr, Attrs, Elem, ErrorKind, Evaluator, List, NO_SITE, OriginId, Res, Stop, StringBuilder,
    ThunkId, Tracked, Unknown, Value, When,
};
use nixpod_source::Site;
use std::rc::Rc;

/// Merges definitions that are all of the winning priority (or stronger, under undecided conditions).
pub(crate) fn combine(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    match &**native {
        OptType::Scalar { kind, .. } => {
            check_all(ev, path, native, &defs)?;
            match kind {
                Scalar::BoolByOr => bool_by_or(ev, defs),
                Scalar::Attrs => combine_attrs_shallow(ev, defs),
                _ => one(ev, path, defs),
            }
        }
        OptType::Enum(_) => {
            check_all(ev, path, native, &defs)?;
            one(ev, path, defs)
        }
        OptType::Joined(_, separator) => {
            check_all(ev, path, native, &defs)?;
            joined(ev, separator, defs)
        }
        OptType::Anything => anything(ev, system, path, defs),
        OptType::ListOf(elem) | OptType::NonEmptyListOf(elem) => {
            list_of(ev, system, path, elem, native, defs)
        }
        OptType::AttrsOf { elem, lazy } => attrs_of(ev, system, path, elem, *lazy, native, defs),
        OptType::Submodule(submodule) => submodule_value(ev, system, path, submodule, defs),
        OptType::DeferredModule(modules) => {
            let modules: Vec<ThunkId> = modules
                .iter()
                .copied()
                .chain(defs.iter().map(|def| def.thunk))
                .collect();
            let imports = ev.alloc(Value::list(modules), OriginId::default());
            let set = ev.attrs_from(vec![("imports", imports)]);
            let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
            Ok(Tracked {
                value: Value::attrs(set),
                origin,
            })
        }
        OptType::NullOr(inner) => {
            let defs = apart(ev, defs);
            let (nulls, rest): (Vec<_>, Vec<_>) = defs
                .into_iter()
                .partition(|def| matches!(def.value.value, Value::Null));
            if rest.is_empty() {
                return one(ev, path, nulls);
            }
            if nulls.iter().any(|def| def.when.is_always()) && rest.iter().any(|def| def.when.is_always()) {
                let message = format!("The option `{}' is defined both null and not null", dotted(path));
                return Err(ev.error(ErrorKind::Eval, message, first_site(&rest)));
            }
            if nulls.is_empty() {
                return combine(ev, system, path, inner, rest);
            }
            let when = nulls
                .iter()
                .chain(&rest)
                .map(|def| def.when)
                .find(|when| !when.is_always());
            let when = when.unwrap_or(When::ALWAYS);
            let null = nulls[0].value.clone();
            let other = combine(ev, system, path, inner, rest)?;
            Ok(ev.join(vec![
                Alternative { value: other, when },
                Alternative { value: null, when },
            ]))
        }
        OptType::Either(a, b) => {
            if all_accept(ev, a, &defs) {
                return combine(ev, system, path, a, defs);
            }
            if all_accept(ev, b, &defs) {
                return combine(ev, system, path, b, defs);
            }
            check_all(ev, path, native, &defs)?;
            one(ev, path, defs)
        }
        OptType::Coerced { from, with, to } => {
            let mut coerced = Vec::with_capacity(defs.len());
            for def in defs {
                let site = def.site;
                match accepts(ev, from, &def.value, site) {
                    Ok(true) => {
                        let function = ev.force(*with)?;
                        let argument = ev.alloc_tracked(def.value.clone());
                        let mut value = ev.apply(function, argument, NO_SITE)?;
                        if value.origin == OriginId::default() {
                            value.origin = def.value.origin;
                        }
                        let thunk = ev.alloc_tracked(value.clone());
                        coerced.push(def.with(value, thunk));
                    }
                    Ok(false) | Err(Stop::Unknown(_)) => coerced.push(def),
                    Err(error) => return Err(error),
                }
            }
            combine(ev, system, path, to, coerced)
        }
        OptType::FunctionTo(to) => function_to(ev, system, path, to, defs),
        OptType::Unique(inner, message) => {
            let certain: Vec<_> = defs.iter().filter(|def| def.when.is_always()).collect();
            if certain.len() > 1 {
                let text = format!(
                    "The option `{}' is defined multiple times while it's expected to be unique.\n{message}",
                    dotted(path)
                );
                return Err(ev.error(ErrorKind::Eval, text, certain.last().map(|def| def.site)));
            }
            combine(ev, system, path, inner, defs)
        }
        OptType::Checked(inner, _) => {
            check_all(ev, path, native, &defs)?;
            combine(ev, system, path, inner, defs)
        }
        OptType::AttrTag(tags) => attr_tag(ev, system, path, *tags, defs),
        OptType::Custom { merge, .. } => {
            check_all(ev, path, native, &defs)?;
            match merge {
                None => one(ev, path, defs),
                Some(merge) => custom(ev, path, *merge, defs),
            }
        }
    }
}

/// Definitions of one of several values become several conditional definitions.
fn apart(ev: &mut Evaluator<'_>, defs: Vec<Definition>) -> Vec<Definition> {
    let mut out = Vec::with_capacity(defs.len());
    for def in defs {
        let Value::Either(alternatives) = &def.value.value else {
            out.push(def);
            continue;
        };
        for alternative in alternatives.clone().iter() {
            let thunk = ev.alloc_tracked(alternative.value.clone());
            let mut one = def.with(alternative.value.clone(), thunk);
            one.when = ev.both(def.when, alternative.when);
            out.push(one);
        }
    }
    out
}

fn first_site(defs: &[Definition]) -> Option<Site> {
    defs.iter().map(|def| def.site).find(|site| *site != NO_SITE)
}

fn all_accept(ev: &mut Evaluator<'_>, native: &Rc<OptType>, defs: &[Definition]) -> bool {
    defs.iter()
        .all(|def| match accepts(ev, native, &def.value, def.site) {
            Ok(verdict) => verdict,
            Err(_) => true,
        })
}

/// Fails with Nix's message if a definition is of the wrong type; unknown values pass.
fn check_all(
    ev: &mut Evaluator<'_>,
    path: &OptionPath,
    native: &Rc<OptType>,
    defs: &[Definition],
) -> Res<()> {
    for def in defs {
        match accepts(ev, native, &def.value, def.site) {
            Ok(true) | Err(Stop::Unknown(_)) => {}
            Ok(false) => return wrong_type(ev, path, native, def),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn wrong_type<T>(ev: &mut Evaluator<'_>, path: &OptionPath, native: &OptType, def: &Definition) -> Res<T> {
    let message = format!(
        "A definition for option `{}' is not of type `{}'. Definition value: {}",
        dotted(path),
        native.describe(),
        def.value.value.describe(),
    );
    Err(ev.error(
        ErrorKind::Eval,
        message,
        (def.site != NO_SITE).then_some(def.site),
    ))
}

/// A value of which there can be only one: equal definitions are one, different ones conflict. Definitions under
/// undecided conditions are alternatives, where they are stronger than the certain one.
fn one(ev: &mut Evaluator<'_>, path: &OptionPath, defs: Vec<Definition>) -> Res<Tracked> {
    let (certain, perhaps): (Vec<_>, Vec<_>) = defs.into_iter().partition(|def| def.when.is_always());
    let mut value = None;
    for def in &certain {
        match &value {
            None => value = Some(def.value.clone()),
            Some(first) => match ev.equal(first, &def.value, def.site) {
                Ok(true) | Err(Stop::Unknown(_)) => {}
                Ok(false) => {
                    let message = format!("The option `{}' has conflicting definition values", dotted(path));
                    return Err(ev.error(ErrorKind::Eval, message, Some(def.site)));
                }
                Err(error) => return Err(error),
            },
        }
    }
    let certain_priority = certain.iter().map(|def| def.priority).min();
    let mut alternatives: Vec<Alternative> = perhaps
        .into_iter()
        .filter(|def| certain_priority.is_none_or(|priority| def.priority < priority))
        .map(|def| Alternative {
            value: def.value,
            when: def.when,
        })
        .collect();
    match (value, alternatives.is_empty()) {
        (Some(value), true) => Ok(value),
        (Some(value), false) => {
            let when = alternatives[0].when;
            alternatives.push(Alternative { value, when });
            Ok(ev.join(alternatives))
        }
        (None, false) => {
            // Nothing is certain: it may also be left undefined.
            let when = alternatives[0].when;
            let why = Unknown::new(nixpod_source::Why::UnsetOption(dotted(path)));
            alternatives.push(Alternative {
                value: Tracked {
                    value: Value::Unknown(why),
                    origin: OriginId::default(),
                },
                when,
            });
            Ok(ev.join(alternatives))
        }
        (None, true) => {
            let why = Unknown::new(nixpod_source::Why::UnsetOption(dotted(path)));
            Err(Stop::Unknown(why))
        }
    }
}

fn bool_by_or(ev: &mut Evaluator<'_>, defs: Vec<Definition>) -> Res<Tracked> {
    let mut undecided = None;
    let mut last = None;
    for def in defs {
        match &def.value.value {
            Value::Bool(true) if def.when.is_always() => return Ok(def.value),
            Value::Bool(false) => {}
            _ => undecided = Some(ev.undecided(&def.value)),
        }
        last = Some(def.value);
    }
    match (undecided, last) {
        (Some(why), _) => Err(Stop::Unknown(why)),
        (None, Some(value)) => Ok(value),
        (None, None) => Ok(Tracked {
            value: Value::Bool(false),
            origin: OriginId::default(),
        }),
    }
}

/// `types.attrs`: later definitions win over earlier ones, key by key.
fn combine_attrs_shallow(ev: &mut Evaluator<'_>, defs: Vec<Definition>) -> Res<Tracked> {
    let mut merged = Attrs::default();
    let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    for def in defs {
        let set = ev.attrs_or_open(def.value, def.site)?;
        let conditional = if def.when.is_always() {
            (*set).clone()
        } else {
            let entries = set.entries.iter().map(|attr| Attr {
                when: ev.both(def.when, attr.when),
                ..*attr
            });
            Attrs {
                entries: entries.collect(),
                open: set.open.clone(),
                wildcard: set.wildcard,
            }
        };
        merged = ev.update_attrs(&merged, &conditional);
    }
    Ok(Tracked {
        value: Value::attrs(merged),
        origin,
    })
}

/// Strings joined by a separator.
fn joined(ev: &mut Evaluator<'_>, separator: &str, defs: Vec<Definition>) -> Res<Tracked> {
    let mut builder = StringBuilder::default();
    let mut first = true;
    let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    if let [only] = &defs[..]
        && only.when.is_always()
    {
        return Ok(only.value.clone());
    }
    for def in &defs {
        if !first {
            builder.push_literal(separator, OriginId::default(), 0);
        }
        first = false;
        match (&def.value.value, def.when.is_always()) {
            (Value::String(string), true) => builder.push_string(string, def.value.origin),
            (Value::String(_), false) => {
                let why = Unknown::new(nixpod_source::Why::Undecided(
                    "a conditional definition".to_owned(),
                ));
                builder.push_hole(why, def.value.origin);
            }
            _ => {
                let why = ev.undecided(&def.value);
                builder.push_hole(why, def.value.origin);
            }
        }
    }
    Ok(Tracked {
        value: builder.finish(),
        origin,
    })
}

/// Undeclared options and `types.anything`: sets deeply, lists joined, everything else as one value.
fn anything(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    if let [only] = &defs[..]
        && only.when.is_always()
        && !matches!(only.value.value, Value::Attrs(_))
    {
        return Ok(only.value.clone());
    }
    let known: Vec<&Definition> = defs
        .iter()
        .filter(|def| !matches!(def.value.value, Value::Unknown(_) | Value::Either(_)))
        .collect();
    let all_sets = !known.is_empty() && known.iter().all(|def| plain_set(ev, &def.value.value));
    let all_lists = !known.is_empty() && known.iter().all(|def| matches!(def.value.value, Value::List(_)));
    let unknown_count = defs.len() - known.len();
    if all_sets && (unknown_count == 0 || known.len() > 1) {
        let elem = Rc::new(OptType::Anything);
        return attrs_of(ev, system, path, &elem.clone(), true, &elem, defs);
    }
    if all_lists {
        let elem = Rc::new(OptType::Anything);
        return list_of(ev, system, path, &elem.clone(), &elem, defs);
    }
    one(ev, path, defs)
}

fn plain_set(ev: &mut Evaluator<'_>, value: &Value) -> bool {
    let Value::Attrs(set) = value else { return false };
    set.get(ev.common().functor).is_none()
        && set.get(ev.common().out_path).is_none()
        && set.get(ev.common().tag).is_none()
}

/// Do the elements of this type need merging of their own?
fn is_atomic(native: &OptType) -> bool {
    match native {
        OptType::Scalar { .. } | OptType::Enum(_) | OptType::Anything | OptType::Joined(..) => true,
        OptType::NullOr(inner) | OptType::Unique(inner, _) => is_atomic(inner),
        OptType::Either(a, b) => is_atomic(a) && is_atomic(b),
        _ => false,
    }
}

fn list_of(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    elem: &Rc<OptType>,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let mut out = List::default();
    let mut origin = OriginId::default();
    let strongest = defs
        .iter()
        .filter(|def| def.when.is_always())
        .map(|def| def.priority)
        .min();
    // A stronger definition under an undecided condition may replace all others.
    let contested = defs
        .iter()
        .find(|def| !def.when.is_always() && strongest.is_none_or(|strongest| def.priority < strongest));
    let contested = match contested {
        Some(def) if strongest.is_some() => Some(def.when),
        _ => None,
    };
    let atomic = is_atomic(elem);
    let mut index = 0;
    for def in defs {
        if origin == OriginId::default() {
            origin = def.value.origin;
        }
        let list = match &def.value.value {
            Value::List(list) => list.clone(),
            Value::Unknown(_) | Value::Either(_) => ev.list_or_open(def.value.clone(), def.site)?,
            _ => return wrong_type(ev, path, native, &def),
        };
        for element in &list.elems {
            let mut when = ev.both(def.when, element.when);
            if let Some(contested) = contested {
                when = ev.both(contested, when);
            }
            let thunk = if atomic {
                with_hop(ev, element.thunk, &def)
            } else {
                let child = extend(path, &format!("[definition {}-entry {}]", 1, index + 1));
                let attr = Attr {
                    name: ev.common().value,
                    thunk: element.thunk,
                    site: NO_SITE,
                    when: When::ALWAYS,
                };
                let raw = def.raw(ev, &attr);
                delay_merge(ev, system, child, elem.clone(), vec![raw])
            };
            index += 1;
            out.elems.push(Elem { thunk, when });
        }
        out.open = out.open.or_else(|| list.open.clone());
    }
    Ok(Tracked {
        value: Value::List(Rc::new(out)),
        origin,
    })
}

/// An element whose trail also names the definition of the list.
fn with_hop(ev: &mut Evaluator<'_>, thunk: ThunkId, def: &Definition) -> ThunkId {
    if def.hidden || def.site == NO_SITE {
        return thunk;
    }
    let site = def.site;
    ev.alloc_native(move |ev| {
        let mut value = ev.force(thunk)?;
        value.origin = ev.origin(nixpod_source::HopKind::Merge, site, value.origin);
        Ok(value)
    })
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one type and its definitions"
)]
fn attrs_of(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    elem: &Rc<OptType>,
    lazy: bool,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let mut children: indexmap::IndexMap<nixpod_eval::Symbol, (Vec<RawDef>, Site)> =
        indexmap::IndexMap::new();
    let mut open = None;
    let mut wildcard = Vec::new();
    let mut origin = OriginId::default();
    for def in &defs {
        if origin == OriginId::default() {
            origin = def.value.origin;
        }
        let set = match &def.value.value {
            Value::Attrs(set) => set.clone(),
            Value::Unknown(_) | Value::Either(_) => ev.attrs_or_open(def.value.clone(), def.site)?,
            _ => return wrong_type(ev, path, native, def),
        };
        for attr in &set.entries {
            let raw = def.raw(ev, attr);
            let child = children
                .entry(attr.name)
                .or_insert_with(|| (Vec::new(), raw.site));
            child.0.push(raw);
        }
        if let Some(unknown) = &set.open {
            open = Some(unknown.clone());
            if let Some(thunk) = set.wildcard {
                let attr = Attr {
                    name: ev.common().name,
                    thunk,
                    site: NO_SITE,
                    when: When::ALWAYS,
                };
                wildcard.push(def.raw(ev, &attr));
            }
        }
    }
    let mut entries = Vec::with_capacity(children.len());
    for (name, (raws, site)) in children {
        let when = if lazy {
            When::ALWAYS
        } else {
            match presence_of(ev, &raws) {
                Some(when) => when,
                None => continue,
            }
        };
        let text = ev.name(name).clone();
        let thunk = delay_merge(ev, system, extend(path, &text), elem.clone(), raws);
        entries.push(Attr {
            name,
            thunk,
            site,
            when,
        });
    }
    let mut set = Attrs::from_entries(entries);
    set.open = open;
    if !wildcard.is_empty() {
        set.wildcard = Some(delay_merge(
            ev,
            system,
            extend(path, "<name>"),
            elem.clone(),
            wildcard,
        ));
    }
    Ok(Tracked {
        value: Value::attrs(set),
        origin,
    })
}

fn submodule_value(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    submodule: &Submodule,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let origin = defs
        .iter()
        .map(|def| def.value.origin)
        .find(|origin| *origin != OriginId::default());
    let inner = submodule_system(ev, system, path, submodule, defs)?;
    let mut value = ev.force(inner.config)?;
    value.origin = origin.unwrap_or_default();
    Ok(value)
}

/// The evaluation of a submodule with its definitions as modules.
fn submodule_system(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    submodule: &Submodule,
    defs: Vec<Definition>,
) -> Res<Rc<System>> {
    let mut modules = Vec::with_capacity(defs.len());
    let mut base = submodule.own.clone();
    for def in defs {
        let module = match &def.value.value {
            Value::Attrs(set) if submodule.shorthand_only_config && !is_module_list(ev, set) => {
                let config = ev.alloc_tracked(def.value.clone());
                let set = ev.attrs_from(vec![("config", config)]);
                ev.alloc(Value::attrs(set), def.value.origin)
            }
            Value::Attrs(_) | Value::Path(_) | Value::String(_) | Value::Unknown(_) | Value::Either(_) => {
                ev.alloc_tracked(def.value.clone())
            }
            other if ev.is_function(other) => ev.alloc_tracked(def.value.clone()),
            _ => return wrong_type(ev, path, &OptType::Submodule(Rc::new(submodule.shallow())), &def),
        };
        let module = conditional(ev, module, def.when);
        if def.hidden {
            base.push(module)
        } else {
            modules.push(module)
        }
    }
    let name = path.last().cloned().unwrap_or_default();
    let name = if name.starts_with('<') {
        let why = nixpod_source::Why::External("name".to_owned());
        ev.alloc(Value::unknown(why), OriginId::default())
    } else {
        ev.alloc(Value::string(name), OriginId::default())
    };
    let mut args: Vec<_> = system
        .extra_args()
        .iter()
        .filter(|(arg, _)| matches!(arg.as_str(), "lib" | "pkgs" | "modulesPath"))
        .cloned()
        .collect();
    args.push(("name".into(), name));
    let own = |thunk: &ThunkId| *thunk;
    let setup = match &submodule.system {
        Some(kind) => crate::nixos::nested(ev, system, kind, submodule, base, modules, args, path),
        None => Setup {
            // The type's own modules come first; those of our model are told apart by their files.
            modules: submodule.modules.iter().map(own).chain(modules).collect(),
            base,
            special: submodule.special,
            args,
            generic: false,
            open_world: system.open_world(),
            prefix: path.to_vec(),
        },
    };
    Ok(System::new(ev, &system.shared, setup))
}

impl Submodule {
    fn shallow(&self) -> Self {
        Self {
            modules: self.modules.clone(),
            own: self.own.clone(),
            special: self.special,
            shorthand_only_config: self.shorthand_only_config,
            system: self.system.clone(),
        }
    }
}

/// Does a definition of a submodule use module syntax?
fn is_module_list(ev: &mut Evaluator<'_>, set: &Attrs) -> bool {
    let imports = ev.common().imports;
    set.get(imports).is_some()
}

/// A module that is there only under undecided conditions.
fn conditional(ev: &mut Evaluator<'_>, module: ThunkId, when: When) -> ThunkId {
    if when.is_always() {
        return module;
    }
    // An import list with a conditional element carries the condition to all definitions.
    let list = List {
        elems: vec![Elem { thunk: module, when }],
        open: None,
    };
    let imports = ev.alloc(Value::List(Rc::new(list)), OriginId::default());
    let set = ev.attrs_from(vec![("imports", imports)]);
    ev.alloc(Value::attrs(set), OriginId::default())
}

fn function_to(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    to: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    let system = system.clone();
    let path = extend(path, "<function body>");
    let to = to.clone();
    let value = ev.primop("functionTo", 1, 0, move |ev, args, site| {
        let mut results = Vec::with_capacity(defs.len());
        for def in &defs {
            let value = ev.apply(def.value.clone(), args[0], site)?;
            let thunk = ev.alloc_tracked(value);
            let attr = Attr {
                name: ev.common().value,
                thunk,
                site: NO_SITE,
                when: When::ALWAYS,
            };
            results.push(def.raw(ev, &attr));
        }
        let thunk = delay_merge(ev, &system, path.clone(), to.clone(), results);
        Ok(ev.force(thunk)?)
    });
    Ok(Tracked { value, origin })
}

fn attr_tag(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    attr_tags: ThunkId,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let tags = ev.force_attrs(attr_tags, NO_SITE)?;
    let mut name = None;
    let mut raws = Vec::new();
    let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    for def in &defs {
        let set = ev.as_attrs(&def.value.clone(), def.site)?;
        let [attr] = &set.entries[..] else {
            return wrong_type(ev, path, &OptType::AttrTag(attr_tags), def);
        };
        if name.is_some_and(|name| name != attr.name) {
            let message = format!("The option `{}' is defined with several tags", dotted(path));
            return Err(ev.error(ErrorKind::Eval, message, Some(def.site)));
        }
        name = Some(attr.name);
        raws.push(def.raw(ev, attr));
    }
    let Some(name) = name else {
        return one(ev, path, defs);
    };
    let text = ev.name(name).clone();
    let Some(tag) = tags.get(name) else {
        let message = format!("`{text}' is not a tag of option `{}'", dotted(path));
        return Err(ev.error(ErrorKind::Eval, message, first_site(&defs)));
    };
    let child = extend(path, &text);
    let slot = ev.reserve();
    let decl = crate::merge::Decl {
        value: tag.thunk,
        hidden: false,
    };
    let system = system.clone();
    ev.fill_native(slot, move |ev| {
        crate::merge::node(ev, &system, &child, vec![decl], raws, slot)
    });
    let attr = Attr {
        name,
        thunk: slot,
        site: NO_SITE,
        when: When::ALWAYS,
    };
    Ok(Tracked {
        value: Value::attrs(Attrs::from_entries(vec![attr])),
        origin,
    })
}

/// A type's own `merge loc defs`.
fn custom(ev: &mut Evaluator<'_>, path: &OptionPath, merge: ThunkId, defs: Vec<Definition>) -> Res<Tracked> {
    let location: Vec<ThunkId> = path
        .iter()
        .map(|part| ev.alloc(Value::string(part.clone()), OriginId::default()))
        .collect();
    let location = ev.alloc(Value::list(location), OriginId::default());
    let mut elems = Vec::with_capacity(defs.len());
    for def in &defs {
        let file = match def.site {
            NO_SITE => "<unknown-file>".to_owned(),
            site => ev.source().path_of(site.file).to_string(),
        };
        let file = ev.alloc(Value::string(file), OriginId::default());
        let value = ev.alloc_tracked(def.value.clone());
        let set = ev.attrs_from(vec![("file", file), ("value", value)]);
        let thunk = ev.alloc(Value::attrs(set), OriginId::default());
        elems.push(Elem {
            thunk,
            when: def.when,
        });
    }
    let list = ev.alloc(
        Value::List(Rc::new(List { elems, open: None })),
        OriginId::default(),
    );
    let function = ev.force(merge)?;
    let mut value = ev.apply_all(function, &[location, list], NO_SITE)?;
    if value.origin == OriginId::default() {
        value.origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    }
    Ok(value)
}
