//! Builtins on the store context of strings.
//!
//! A [`ContextItem::Derivation`] whose name is a store path stands for that path: with the output `*` for a
//! derivation with all its outputs, with an empty output for the path alone.

use super::strings::push_context;
use super::table::{Builtin, Cost, plain};
use crate::pure::store_path::STORE;
use crate::{
    Attr, Attrs, ContextItem, Evaluator, NO_SITE, NixString, OriginId, Res, StringBuilder, ThunkId, Tracked,
    Unknown, Value, When,
};
use nixpod_source::{Site, Why};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[
    ("hasContext", 1, 1, Cost::Sizes, has_context),
    (
        "unsafeDiscardStringContext",
        1,
        1,
        Cost::Sizes,
        unsafe_discard_string_context,
    ),
    (
        "unsafeDiscardOutputDependency",
        1,
        1,
        Cost::Sizes,
        unsafe_discard_output_dependency,
    ),
    (
        "addDrvOutputDependencies",
        1,
        1,
        Cost::Sizes,
        add_output_dependencies,
    ),
    ("getContext", 1, 1, Cost::Sizes, get_context),
    ("appendContext", 2, 3, Cost::Sizes, append_context),
];

fn has_context(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, _) = ev.force_string_with_holes(args[0], site)?;
    match references(&string) {
        true => plain(Value::Bool(true)),
        // What stands in a hole may have a context.
        false => match string.hole() {
            Some(hole) => Err(crate::Stop::Unknown(hole.clone())),
            None => plain(Value::Bool(false)),
        },
    }
}

fn unsafe_discard_string_context(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, origin) = ev.coerced_string(args[0], crate::Coerce::Interpolate, site)?;
    let keep = |item: &ContextItem| matches!(item, ContextItem::Read { .. });
    Ok(Tracked {
        value: rebuilt(&string, keep),
        origin,
    })
}

fn unsafe_discard_output_dependency(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, origin) = ev.force_string_with_holes(args[0], site)?;
    let items = string
        .context
        .iter()
        .flat_map(|context| context.iter())
        .map(|item| match item {
            ContextItem::Derivation { name, output } if output == "*" => ContextItem::Derivation {
                name: name.clone(),
                output: SmolStr::default(),
            },
            item => item.clone(),
        });
    let items: Rc<[ContextItem]> = items.collect();
    let context = (!items.is_empty()).then_some(items);
    Ok(Tracked {
        value: Value::String(Rc::new(NixString {
            context,
            ..(*string).clone()
        })),
        origin,
    })
}

/// Does the string refer to the store? That it was read from a file is no reference.
pub(super) fn references(string: &NixString) -> bool {
    let real = |item: &ContextItem| !matches!(item, ContextItem::Read { .. });
    string
        .context
        .as_ref()
        .is_some_and(|context| context.iter().any(real))
}

/// The same text with only some of the context.
fn rebuilt(string: &NixString, keep: impl Fn(&ContextItem) -> bool) -> Value {
    let items: Rc<[ContextItem]> = string
        .context
        .iter()
        .flat_map(|context| context.iter())
        .filter(|item| keep(item))
        .cloned()
        .collect();
    let context = (!items.is_empty()).then_some(items);
    Value::String(Rc::new(NixString {
        text: string.text.clone(),
        parts: string.parts.clone(),
        context,
    }))
}

fn add_output_dependencies(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, origin) = ev.force_string_with_holes(args[0], site)?;
    let items: Vec<ContextItem> = string
        .context
        .iter()
        .flat_map(|context| context.iter())
        .filter(|item| match item {
            ContextItem::Read { .. } => false,
            ContextItem::Copied { name, .. } => !copied_exactly(&string, name),
            _ => true,
        })
        .cloned()
        .collect();
    let [item] = &items[..] else {
        return ev.fail(
            format!(
                "context of string '{}' must have exactly one element, but has {}",
                string.text,
                items.len()
            ),
            site,
        );
    };
    let name = match item {
        ContextItem::Derivation { name, output } if output.is_empty() || output == "*" => name.clone(),
        ContextItem::Derivation { output, .. } => {
            return ev.fail(
                format!(
                    "`addDrvOutputDependencies` can only act on derivations, not on a derivation output such as '{output}'"
                ),
                site,
            );
        }
        _ => {
            return plain(Value::unknown(Why::NotModelled(
                "addDrvOutputDependencies of a path".to_owned(),
            )));
        }
    };
    if !name.ends_with(".drv") && name.starts_with(STORE) {
        return ev.fail(format!("path '{name}' is not a derivation"), site);
    }
    let context: Rc<[ContextItem]> = Rc::new([ContextItem::Derivation {
        name,
        output: SmolStr::new_static("*"),
    }]);
    let value = NixString {
        context: Some(context),
        ..(*string).clone()
    };
    Ok(Tracked {
        value: Value::String(Rc::new(value)),
        origin,
    })
}

/// What `getContext` says of one store path.
#[derive(Default)]
struct Entry {
    path: bool,
    all: bool,
    outputs: Vec<SmolStr>,
}

impl Entry {
    fn into_set(mut self, ev: &mut Evaluator<'_>) -> Attrs {
        let mut fields = Vec::new();
        let yes = ev.alloc(Value::Bool(true), OriginId(0));
        if self.path {
            fields.push(("path", yes));
        }
        if self.all {
            fields.push(("allOutputs", yes));
        }
        if !self.outputs.is_empty() {
            self.outputs.sort();
            let thunks: Vec<ThunkId> = self
                .outputs
                .into_iter()
                .map(|output| ev.alloc(Value::string(output), OriginId(0)))
                .collect();
            fields.push(("outputs", ev.alloc(Value::list(thunks), OriginId(0))));
        }
        ev.attrs_from(fields)
    }
}

fn get_context(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, _) = ev.force_string_with_holes(args[0], site)?;
    let mut entries: BTreeMap<SmolStr, Entry> = BTreeMap::new();
    let mut open = string.hole().cloned();
    for item in string.context.iter().flat_map(|context| context.iter()) {
        match item {
            ContextItem::Derivation { name, output } if name.starts_with(STORE) => {
                let entry = entries.entry(name.clone()).or_default();
                match output.as_str() {
                    "" => entry.path = true,
                    "*" => entry.all = true,
                    _ => entry.outputs.push(output.clone()),
                }
            }
            ContextItem::Read { .. } | ContextItem::Written { .. } => {}
            ContextItem::Derivation { name, .. } => {
                open = Some(Unknown::new(crate::machine::copy::symbolic(name).why.clone()));
            }
            ContextItem::Copied { name, .. } => {
                if copied_exactly(&string, name) {
                    continue;
                }
                open = Some(Unknown::new(crate::machine::copy::symbolic(name).why.clone()));
            }
        }
    }
    let mut attrs = Vec::with_capacity(entries.len());
    for (name, entry) in entries {
        let info = entry.into_set(ev);
        attrs.push(Attr {
            name: ev.intern(&name),
            thunk: ev.alloc(Value::attrs(info), OriginId(0)),
            site: NO_SITE,
            when: When::ALWAYS,
        });
    }
    let mut set = Attrs::from_entries(attrs);
    set.open = open;
    plain(Value::attrs(set))
}

/// Is there an exact reference to the copy of a path, too?
fn copied_exactly(string: &NixString, name_of_copy: &str) -> bool {
    string.context.iter().flat_map(|context| context.iter()).any(|item| {
        matches!(item, ContextItem::Derivation { name, output }
            if output.is_empty() && name.starts_with(STORE) && name.get(STORE.len() + 33..) == Some(name_of_copy))
    })
}

fn append_context(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, origin) = ev.force_string_with_holes(args[0], site)?;
    let added = ev.force_attrs(args[1], site)?;
    ev.exact_attrs(&added)?;
    let mut builder = StringBuilder::default();
    builder.push_string(&string, origin);
    push_context(&mut builder, &string, |_| true);
    let [path, all, outputs] = ["path", "allOutputs", "outputs"].map(|name| ev.intern(name));
    for attr in ev.sorted(&added) {
        let name = ev.name(attr.name).clone();
        if !name.starts_with(STORE) {
            return ev.fail(format!("context key '{name}' is not a store path"), attr.site);
        }
        let info = ev.force_attrs(attr.thunk, site)?;
        let derivation = name.ends_with(".drv");
        if let Some(flag) = info.get(path)
            && ev.force_bool(flag.thunk, site)?
        {
            builder.push_context(ContextItem::Derivation {
                name: name.clone(),
                output: SmolStr::default(),
            });
        }
        if let Some(flag) = info.get(all)
            && ev.force_bool(flag.thunk, site)?
        {
            if !derivation {
                return ev.fail(
                    format!(
                        "tried to add all-outputs context of {name}, which is not a derivation, to a string"
                    ),
                    site,
                );
            }
            let output = SmolStr::new_static("*");
            builder.push_context(ContextItem::Derivation {
                name: name.clone(),
                output,
            });
        }
        if let Some(list) = info.get(outputs) {
            let list = ev.force_exact_list(list.thunk, site)?;
            if !list.elems.is_empty() && !derivation {
                return ev.fail(
                    format!("tried to add derivation output context of {name}, which is not a derivation, to a string"),
                    site,
                );
            }
            for elem in &list.elems {
                let output = ev.force_string(elem.thunk, site)?.text.clone();
                builder.push_context(ContextItem::Derivation {
                    name: name.clone(),
                    output,
                });
            }
        }
    }
    Ok(Tracked {
        value: builder.finish(),
        origin,
    })
}
