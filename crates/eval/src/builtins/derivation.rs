//! `derivationStrict` as a value that is never built: the paths are Nix's where all of the inputs are known.

use super::store::{check_name, reference, symbolic};
use super::table::{Builtin, Cost, Delayed, plain};
use crate::pure::hash::{base16, parse_hash, sha256};
use crate::pure::store_path::{STORE, fixed_path, store_path, text_path};
use crate::{
    Coerce, Compiled, ContextItem, Evaluator, NixString, OriginId, Res, StringBuilder, ThunkId, Tracked,
    Value,
};
use nixpod_source::{FileId, Site, Utf8Path};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

static PRELUDE: Compiled = crate::compiled!("derivation");

pub(super) const BUILTINS: &[Builtin] = &[("derivationStrict", 1, 1, Cost::Bytes, derivation_strict)];

pub(super) const DELAYED: &[Delayed] = &[("derivation", |ev| {
    let path = Utf8Path::new("/(prelude)/derivation.nix");
    let thunk = ev.add_unit(FileId::own(1), PRELUDE.hir(), path, true);
    Ok(ev.force(thunk)?)
})];

/// A store derivation being put together.
#[derive(Default)]
struct Derivation {
    outputs: BTreeMap<String, Output>,
    input_drvs: BTreeMap<String, BTreeSet<String>>,
    input_srcs: BTreeSet<SmolStr>,
    system: String,
    builder: String,
    args: Vec<String>,
    env: BTreeMap<String, String>,
}

#[derive(Clone, Default)]
struct Output {
    path: String,
    algorithm: String,
    hash: String,
}

impl Derivation {
    /// The text of the `.drv` file; with `masked` output paths the one that they are computed from.
    fn text(&self, masked: bool, inputs: &BTreeMap<String, BTreeSet<String>>) -> String {
        let mut out = "Derive([".to_owned();
        let outputs = self.outputs.iter().map(|(name, output)| {
            let path = if masked { "" } else { &output.path };
            format!(
                "({},{},{},{})",
                quote(name),
                quote(path),
                quote(&output.algorithm),
                quote(&output.hash)
            )
        });
        out.push_str(&joined(outputs));
        out.push_str("],[");
        out.push_str(&joined(inputs.iter().map(|(path, names)| {
            format!(
                "({},[{}])",
                quote(path),
                joined(names.iter().map(|name| quote(name)))
            )
        })));
        out.push_str("],[");
        out.push_str(&joined(self.input_srcs.iter().map(|path| quote(path))));
        out.push_str(&format!("],{},{},[", quote(&self.system), quote(&self.builder)));
        out.push_str(&joined(self.args.iter().map(|arg| quote(arg))));
        out.push_str("],[");
        out.push_str(&joined(self.env.iter().map(|(name, value)| {
            let value = if masked && self.outputs.contains_key(name) {
                ""
            } else {
                value
            };
            format!("({},{})", quote(name), quote(value))
        })));
        out.push_str("])");
        out
    }
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn derivation_strict(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let input = ev.force_attrs(args[0], site)?;
    let name_attr = input.get(ev.common().name).copied();
    let Some(name_attr) = name_attr else {
        ev.exact_attrs(&input)?;
        return ev.fail("required attribute 'name' missing", site);
    };
    let name = match ev.force_string(name_attr.thunk, site) {
        Ok(name) => name.text.to_string(),
        Err(crate::Stop::Unknown(_)) => return symbolic_result(ev, "derivation", &["out".to_owned()]),
        Err(error) => return Err(error),
    };
    check_name(ev, &name, site)?;
    if name.ends_with(".drv") {
        return ev.fail(
            "derivation names are allowed to end in '.drv' only if they produce a single derivation file",
            site,
        );
    }
    let mut drv = Derivation::default();
    let mut exact = input.open.is_none();
    let mut context: Vec<ContextItem> = Vec::new();
    let mut outputs = vec!["out".to_owned()];
    let mut fixed: [Option<String>; 3] = [None, None, None];
    let flag = |ev: &mut Evaluator<'_>, name: &str| -> Res<bool> {
        let symbol = ev.intern(name);
        match input.get(symbol) {
            Some(attr) => ev.force_bool(attr.thunk, site),
            None => Ok(false),
        }
    };
    let ignore_nulls = flag(ev, "__ignoreNulls")?;
    let structured = flag(ev, "__structuredAttrs")?;
    exact &= !flag(ev, "__contentAddressed")? && !flag(ev, "__impure")?;
    let (mut system, mut builder) = (false, false);
    let mut json = StringBuilder::default();
    for attr in ev.sorted(&input) {
        let key = ev.name(attr.name).clone();
        if key == "__ignoreNulls" || (structured && key == "__structuredAttrs") {
            continue;
        }
        exact &= attr.when.is_always();
        let value = ev.force(attr.thunk)?;
        if ignore_nulls && matches!(value.value, Value::Null) {
            continue;
        }
        if key == "args" {
            let list = match ev.force_exact_list(attr.thunk, site) {
                Ok(list) => list,
                Err(crate::Stop::Unknown(_)) => {
                    exact = false;
                    continue;
                }
                Err(error) => return Err(error),
            };
            for elem in &list.elems {
                let elem = ev.force(elem.thunk)?;
                let text = text_of(ev, &elem, &mut context, &mut exact, site)?;
                drv.args.push(text);
            }
            continue;
        }
        let text = if structured {
            if !json.is_empty() {
                json.push_literal(",", OriginId(0), 0);
            }
            super::json::write_pair(ev, &mut json, &key, &value, site)?;
            match (&value.value, key.as_str()) {
                (Value::List(list), "outputs") => {
                    let mut names = Vec::new();
                    for elem in &list.elems {
                        names.push(ev.force_string(elem.thunk, site)?.text.to_string());
                    }
                    names.join(" ")
                }
                (Value::String(string), _) => string.text.to_string(),
                _ => String::new(),
            }
        } else {
            let text = text_of(ev, &value, &mut context, &mut exact, site)?;
            drv.env.insert(key.to_string(), text.clone());
            text
        };
        match key.as_str() {
            "builder" => {
                builder = true;
                drv.builder = text;
            }
            "system" => {
                system = true;
                drv.system = text;
            }
            "outputHash" => fixed[0] = Some(text),
            "outputHashAlgo" => fixed[1] = Some(text),
            "outputHashMode" => fixed[2] = Some(text),
            "outputs" if exact => outputs = check_outputs(ev, &text, site)?,
            _ => {}
        }
    }
    if structured {
        let mut whole = StringBuilder::default();
        whole.push_literal("{", OriginId(0), 0);
        if let Value::String(json) = json.finish() {
            whole.push_string(&json, OriginId(0));
        }
        whole.push_literal("}", OriginId(0), 0);
        let text = Tracked {
            value: whole.finish(),
            origin: OriginId(0),
        };
        let text = text_of(ev, &text, &mut context, &mut exact, site)?;
        drv.env.insert("__json".to_owned(), text);
    }
    if exact && !builder {
        return ev.fail("required attribute 'builder' missing", site);
    }
    if exact && !system {
        return ev.fail("required attribute 'system' missing", site);
    }
    for item in context {
        match item {
            ContextItem::Derivation { name, output } if name.starts_with(STORE) => match output.as_str() {
                "" => {
                    drv.input_srcs.insert(name);
                }
                "*" => exact = false,
                _ => {
                    drv.input_drvs
                        .entry(name.to_string())
                        .or_default()
                        .insert(output.to_string());
                }
            },
            ContextItem::Written { .. } | ContextItem::Read { .. } => {}
            // With an exact path there is a reference to it as well.
            ContextItem::Copied { .. } => {}
            ContextItem::Derivation { .. } => exact = false,
        }
    }
    if exact && let Some(result) = instantiate(ev, drv, &name, &outputs, fixed, site)? {
        return Ok(result);
    }
    symbolic_result(ev, &name, &outputs)
}

fn check_outputs(ev: &Evaluator<'_>, text: &str, site: Site) -> Res<Vec<String>> {
    let mut outputs: Vec<String> = Vec::new();
    for output in text.split_whitespace() {
        if outputs.iter().any(|seen| seen == output) {
            return ev.fail(format!("duplicate derivation output '{output}'"), site);
        }
        if matches!(output, "drv" | "drvPath") {
            return ev.fail(format!("invalid derivation output name '{output}'"), site);
        }
        outputs.push(output.to_owned());
    }
    if outputs.is_empty() {
        return ev.fail("derivation cannot have an empty set of outputs", site);
    }
    Ok(outputs)
}

/// The text of an attribute in the environment of the build. Unknown pieces make the paths inexact.
fn text_of(
    ev: &mut Evaluator<'_>,
    value: &Tracked,
    context: &mut Vec<ContextItem>,
    exact: &mut bool,
    site: Site,
) -> Res<String> {
    let mut builder = StringBuilder::default();
    ev.coerce_into(&mut builder, value, Coerce::CopyAll, site)?;
    let Value::String(string) = builder.finish() else {
        return Ok(String::new());
    };
    *exact &= string.hole().is_none();
    for item in string.context.iter().flat_map(|context| context.iter()) {
        if !context.contains(item) {
            context.push(item.clone());
        }
    }
    Ok(string.text.to_string())
}

/// Computes the paths; nothing if an input derivation is not one of this evaluation.
fn instantiate(
    ev: &mut Evaluator<'_>,
    mut drv: Derivation,
    name: &str,
    outputs: &[String],
    fixed: [Option<String>; 3],
    site: Site,
) -> Res<Option<Tracked>> {
    let mut inputs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, names) in &drv.input_drvs {
        let Some(hash) = ev.caches.derivations.get(path.as_str()) else {
            return Ok(None);
        };
        inputs
            .entry(hash.to_string())
            .or_default()
            .extend(names.iter().cloned());
    }
    let mut fixed_hash = None;
    if let [Some(hash), algorithm, mode] = &fixed {
        if outputs != ["out"] {
            return ev.fail(
                "multiple outputs are not supported in fixed-output derivations",
                site,
            );
        }
        let algorithm = algorithm.as_deref().filter(|algorithm| !algorithm.is_empty());
        let (algorithm, bytes) = match parse_hash(hash, algorithm) {
            Ok(parsed) => parsed,
            Err(message) => return ev.fail(message, site),
        };
        let recursive = match mode.as_deref() {
            None | Some("flat") => false,
            Some("recursive" | "nar") => true,
            Some(other) => {
                return ev.fail(
                    format!("invalid value '{other}' for 'outputHashMode' attribute"),
                    site,
                );
            }
        };
        let path = fixed_path(name, algorithm, &bytes, recursive);
        let prefix = if recursive { "r:" } else { "" };
        let output = Output {
            path: path.clone(),
            algorithm: format!("{prefix}{algorithm}"),
            hash: base16(&bytes),
        };
        let text = format!("fixed:out:{}:{}:{path}", output.algorithm, output.hash);
        fixed_hash = Some(base16(&sha256(text.as_bytes())));
        drv.outputs.insert("out".to_owned(), output);
        drv.env.insert("out".to_owned(), path);
    } else {
        for output in outputs {
            drv.outputs.insert(output.clone(), Output::default());
            drv.env.insert(output.clone(), String::new());
        }
        let hash = base16(&sha256(drv.text(true, &inputs).as_bytes()));
        for output in outputs {
            let full = if output == "out" {
                name.to_owned()
            } else {
                format!("{name}-{output}")
            };
            let path = store_path(&format!("output:{output}"), &hash, &full);
            drv.env.insert(output.clone(), path.clone());
            drv.outputs.insert(
                output.clone(),
                Output {
                    path,
                    ..Output::default()
                },
            );
        }
    }
    let text = drv.text(false, &drv.input_drvs);
    ev.charge(text.len())?;
    let mut references = drv.input_srcs.clone();
    references.extend(drv.input_drvs.keys().map(SmolStr::from));
    let drv_path = text_path(&format!("{name}.drv"), &text, &references);
    let hash = fixed_hash.unwrap_or_else(|| base16(&sha256(drv.text(false, &inputs).as_bytes())));
    ev.caches
        .derivations
        .insert(drv_path.as_str().into(), hash.into());
    let mut entries = vec![("drvPath".to_owned(), path_value(&drv_path, &drv_path, "*"))];
    for (output, made) in &drv.outputs {
        entries.push((output.clone(), path_value(&made.path, &drv_path, output)));
    }
    result(ev, entries).map(Some)
}

fn path_value(path: &str, drv: &str, output: &str) -> Value {
    let context: Rc<[ContextItem]> = Rc::new([reference(drv, output)]);
    Value::String(Rc::new(NixString {
        text: path.into(),
        parts: None,
        context: Some(context),
    }))
}

fn symbolic_result(ev: &mut Evaluator<'_>, name: &str, outputs: &[String]) -> Res<Tracked> {
    let hole = |shown: &str, output: &str| {
        let mut builder = StringBuilder::default();
        builder.push_hole(symbolic(shown), OriginId(0));
        builder.push_context(ContextItem::Derivation {
            name: name.into(),
            output: output.into(),
        });
        builder.finish()
    };
    let mut entries = vec![("drvPath".to_owned(), hole(&format!("{name}.drv"), "*"))];
    for output in outputs {
        let shown = if output == "out" {
            name.to_owned()
        } else {
            format!("{name}-{output}")
        };
        entries.push((output.clone(), hole(&shown, output)));
    }
    result(ev, entries)
}

fn result(ev: &mut Evaluator<'_>, entries: Vec<(String, Value)>) -> Res<Tracked> {
    let entries: Vec<(String, ThunkId)> = entries
        .into_iter()
        .map(|(name, value)| (name, ev.alloc(value, OriginId(0))))
        .collect();
    let set = ev.attrs_from(
        entries
            .iter()
            .map(|(name, thunk)| (name.as_str(), *thunk))
            .collect(),
    );
    plain(Value::attrs(set))
}
