//! Merging definitions: from raw module values to the value of each option.

use crate::declaration::{Child, Children, Decl, split};
use crate::definition::{RawDef, discharge, presence_of, unwrap};
use crate::fixpoint::option::{delay_merge, merge_option};
use crate::path::{OptionPath, dotted, extend};
use crate::system::evaluation::{Mode, Setup, System};
use crate::types::join::join;
use crate::types::native::{OptType, native, native_of};
use nixpod_eval::{Attr, Attrs, Evaluator, NO_SITE, OriginId, Res, ThunkId, Tracked, Unknown, Value, When};
use nixpod_source::Why;
use smol_str::SmolStr;
use std::rc::Rc;

/// The root of a module evaluation: its `config`.
pub(crate) fn root(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    decls: Vec<Decl>,
    defs: Vec<RawDef>,
    collected: &crate::fixpoint::collect::Collected,
) -> Res<Tracked> {
    let freeform = freeform_of(ev, system, &defs, collected)?;
    if system.mode() == Mode::AsNix && collected.opaque.is_empty() {
        crate::undeclared::check(ev, &system.prefix, &decls, &defs, freeform.is_some())?;
    }
    tree(
        ev,
        system,
        &system.prefix.clone(),
        &decls,
        &defs,
        freeform.as_ref(),
        true,
    )
}

/// The type of undeclared names.
pub(crate) fn freeform(ev: &mut Evaluator<'_>, system: &Rc<System>) -> Res<Option<Rc<OptType>>> {
    let Some(collected) = system.collect(ev) else {
        return Ok(None);
    };
    let (_, defs) = system.top(&collected);
    freeform_of(ev, system, &defs, &collected)
}

fn freeform_of(
    ev: &mut Evaluator<'_>,
    system: &System,
    defs: &[RawDef],
    collected: &crate::fixpoint::collect::Collected,
) -> Res<Option<Rc<OptType>>> {
    let mut types: Vec<Rc<OptType>> = Vec::new();
    for thunk in &collected.freeform {
        types.push(native_of(ev, *thunk));
    }
    if system.mode() != Mode::WholeSystem {
        let settings = crate::undeclared::setting(ev, defs, &["_module", "freeformType"]);
        for def in discharge(ev, &settings).on {
            types.push(native(ev, &def.value));
        }
    }
    let mut freeform: Option<Rc<OptType>> = None;
    for one in types {
        freeform = Some(match freeform {
            None => one,
            Some(first) => join(ev, &first, &one)?.unwrap_or(first),
        });
    }
    Ok(freeform)
}

/// Evaluates a node: an option, a set of options, or something undeclared.
pub(crate) fn node(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    decls: &[Decl],
    defs: &[RawDef],
    slot: ThunkId,
) -> Res<Tracked> {
    let declared = split(ev, decls);
    if !declared.options.is_empty() {
        return crate::fixpoint::option::evaluate(
            ev,
            system,
            path,
            &declared.options,
            &declared.below,
            defs,
            slot,
        );
    }
    if system.mode() == Mode::AsNix {
        crate::undeclared::only_options(ev, path, &declared.below)?;
    }
    if declared.below.is_empty() {
        // Nobody declares it: it is a leaf unless every definition is a plain set.
        let mut flat = Vec::new();
        for def in defs {
            unwrap(ev, def.clone(), &mut flat);
        }
        let nested = flat.iter().any(|(_, value)| is_plain_set(ev, &value.value))
            && flat
                .iter()
                .all(|(_, value)| is_plain_set(ev, &value.value) || matches!(value.value, Value::Unknown(_)));
        if !nested {
            let definitions = discharge(ev, defs);
            return merge_option(
                ev,
                system,
                path,
                &Rc::new(OptType::Anything),
                definitions,
                None,
                slot,
                false,
            );
        }
    }
    tree(ev, system, path, decls, defs, None, false)
}

/// A set that is not a package, a module wrapper or an option.
fn is_plain_set(ev: &mut Evaluator<'_>, value: &Value) -> bool {
    let Value::Attrs(set) = value else { return false };
    if set.get(ev.common().functor).is_some() || set.get(ev.common().tag).is_some() {
        return false;
    }
    // The value of `type` is not looked at: it may be an option's name whose value needs what is being computed.
    set.get(ev.common().kind).is_none() || set.get(ev.common().out_path).is_none()
}

/// A set of options and undeclared names.
fn tree(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    decls: &[Decl],
    defs: &[RawDef],
    freeform: Option<&Rc<OptType>>,
    is_root: bool,
) -> Res<Tracked> {
    let declared = split(ev, decls);
    let mut children = Children::new();
    let mut open: Option<Rc<Unknown>> = None;
    for declaration in &declared.below {
        for attr in &declaration.set.entries {
            let child = children.entry(attr.name).or_default();
            child.decls.push(declaration.decl.below(attr));
            child.site.get_or_insert(attr.site);
        }
    }
    let mut flat = Vec::new();
    for def in defs {
        unwrap(ev, def.clone(), &mut flat);
    }
    let mut wildcard = None;
    let mut origin = OriginId::default();
    for (def, value) in &flat {
        match &value.value {
            Value::Attrs(set) => {
                if origin == OriginId::default() && !def.hidden {
                    origin = value.origin;
                }
                for attr in &set.entries {
                    let raw = def.child(ev, attr);
                    children.entry(attr.name).or_default().defs.push(raw);
                }
                if let Some(unknown) = &set.open {
                    open.get_or_insert_with(|| unknown.clone());
                    wildcard = wildcard.or(set.wildcard);
                }
            }
            Value::Unknown(unknown) => {
                open.get_or_insert_with(|| unknown.clone());
                let site = ev
                    .last_site(value.origin)
                    .or((def.site != NO_SITE).then_some(def.site));
                system.shared.gap(
                    ev,
                    crate::system::report::Gap {
                        site,
                        what: if path.is_empty() {
                            "a module's definitions".to_owned()
                        } else {
                            dotted(path)
                        },
                        why: unknown.why.clone(),
                    },
                );
            }
            other => {
                let message = format!(
                    "`{}' is defined as {} although it has options",
                    dotted(path),
                    other.describe()
                );
                system.shared.gap(
                    ev,
                    crate::system::report::Gap {
                        site: (def.site != NO_SITE).then_some(def.site),
                        what: dotted(path),
                        why: Why::Error(message),
                    },
                );
            }
        }
    }
    let below = path
        .get(system.prefix.len()..)
        .filter(|_| system.mode() == Mode::WholeSystem);
    if let Some(below) = below {
        crate::renamed::forward(ev, below, &mut children);
    }
    let mut entries = Vec::with_capacity(children.len());
    let mut free = Vec::new();
    for (name, child) in children {
        let text = ev.name(name).clone();
        let mut when = When::ALWAYS;
        let site = child
            .defs
            .iter()
            .find(|def| !def.hidden)
            .map(|def| def.site)
            .or(child.site)
            .unwrap_or(NO_SITE);
        let undeclared = child.decls.is_empty();
        if undeclared && is_root && system.mode() != Mode::WholeSystem && text != "_module" {
            let child_path = extend(path, &text);
            match freeform {
                Some(freeform) => {
                    let (elem, lazy) = match &**freeform {
                        OptType::AttrsOf { elem, lazy, .. } => (elem.clone(), *lazy),
                        OptType::Custom { .. } => {
                            free.push(name);
                            continue;
                        }
                        _ => (Rc::new(OptType::Anything), true),
                    };
                    if !lazy {
                        let Some(presence) = presence_of(ev, &child.defs) else {
                            continue;
                        };
                        when = presence;
                    }
                    let thunk = delay_merge(ev, system, child_path, elem, child.defs);
                    entries.push(Attr {
                        name,
                        thunk,
                        site,
                        when,
                    });
                    continue;
                }
                None if system.mode() == Mode::AsNix => {}
                None => {
                    let at = child.defs.first().map_or(NO_SITE, |def| def.site);
                    let message = format!("The option `{}' does not exist", dotted(&child_path));
                    system.shared.gap(
                        ev,
                        crate::system::report::Gap {
                            site: (at != NO_SITE).then_some(at),
                            what: dotted(&child_path),
                            why: Why::Error(message),
                        },
                    );
                }
            }
        }
        let thunk = match untouched(system, &child) {
            Some(decl) => default_node(ev, system, path, text, decl),
            None => {
                let Child { decls, defs, .. } = child;
                let key = crate::system::memo::Made {
                    path: (path, &text),
                    native: None,
                    decls: &decls,
                    defs: &defs,
                };
                let key = system.key(ev, &key);
                system.part(ev, key, None, |ev| {
                    let thunk = ev.reserve();
                    let (system, path) = (system.clone(), path.clone());
                    ev.fill_native(thunk, move |ev| {
                        let path = extend(&path, &text);
                        node(ev, &system, &path, &decls, &defs, thunk)
                    });
                    thunk
                })
            }
        };
        entries.push(Attr {
            name,
            thunk,
            site,
            when,
        });
    }
    if let (Some(freeform), false) = (freeform, free.is_empty()) {
        // A type written in Nix merges all undeclared names together.
        let mut raws = Vec::new();
        for (def, value) in &flat {
            if let Value::Attrs(set) = &value.value {
                let kept = set.entries.iter().filter(|attr| free.contains(&attr.name));
                let kept = Value::attrs(Attrs::from_entries(kept.copied().collect()));
                let value = ev.alloc(kept, value.origin);
                raws.push(def.replaced(value));
            }
        }
        let definitions = discharge(ev, &raws).on;
        let merged = crate::fixpoint::by_type::combine(ev, system, path, freeform, definitions)?;
        if let Value::Attrs(merged) = &merged.value {
            let declared: Vec<Attr> = entries;
            entries = merged.entries.clone();
            entries.extend(declared);
        }
    }
    if let Some(below) = below {
        crate::renamed::alias(ev, below, &mut entries);
    }
    let mut set = Attrs::from_entries(entries);
    // What nobody sets or declares in a whole system is not absent: the real module may declare it.
    set.open = open.or_else(|| {
        let whole_is_declared =
            !declared.below.is_empty() && declared.below.iter().all(|declaration| !declaration.decl.hidden);
        let may_have_more = system.mode() == Mode::WholeSystem
            && (path.is_empty() || system.open_world() || !whole_is_declared);
        may_have_more.then(|| Unknown::new(Why::UnsetOption(dotted(path))))
    });
    set.wildcard = wildcard;
    Ok(Tracked {
        value: Value::attrs(set),
        origin,
    })
}

/// The declaration of what our model of a whole system declares and nothing defines.
fn untouched(system: &System, child: &Child) -> Option<Decl> {
    match child.decls[..] {
        [decl]
            if decl.hidden
                && child.defs.is_empty()
                && system.mode() == Mode::WholeSystem
                && !system.open_world() =>
        {
            Some(decl)
        }
        _ => None,
    }
}

/// Such a part is the same in all systems, and most parts of most guests are such: evaluated once. Its unknowns are
/// named by their path inside of a system.
fn default_node(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    name: SmolStr,
    decl: Decl,
) -> ThunkId {
    if let Some(known) = system.shared.defaults.borrow().get(&decl.value) {
        return *known;
    }
    let thunk = ev.reserve();
    system.shared.defaults.borrow_mut().insert(decl.value, thunk);
    let inside: OptionPath = path.get(system.prefix.len()..).unwrap_or_default().into();
    let nobody = system.shared.no_system.borrow().upgrade();
    let system = nobody.unwrap_or_else(|| {
        let setup = Setup {
            prefix: Vec::new(),
            ..system.setup.clone()
        };
        let nobody = System::new(ev, &system.shared, setup);
        *system.shared.no_system.borrow_mut() = Rc::downgrade(&nobody);
        nobody
    });
    ev.fill_native(thunk, move |ev| {
        let path = extend(&inside, &name);
        node(ev, &system, &path, &[decl], &[], thunk)
    });
    thunk
}
