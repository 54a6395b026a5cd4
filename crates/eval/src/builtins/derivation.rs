//! `derivationStrict` as a value that is never built: the paths are Nix's where all of the inputs are known.

use super::store::check_name;
use super::table::{Builtin, Cost, Delayed, plain};
use crate::machine::copy::{reference, symbolic};
use crate::pure::hash::{base16, parse_hash, sha256};
use crate::pure::store_path::{STORE, fixed_path, store_path, text_path};
use crate::{
    Attr, Attrs, Coerce, Compiled, ContextItem, Evaluator, NixString, OriginId, Res, Stop, StringBuilder,
    ThunkId, Tracked, Value,
};
use nixpod_source::{FileId, Site, Utf8Path};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

static PRELUDE: Compiled = crate::heap::compiled::compiled!("derivation");

pub(super) const BUILTINS: &[Builtin] = &[("derivationStrict", 1, 1, Cost::Bytes, derivation_strict)];

pub(super) const DELAYED: &[Delayed] = &[("derivation", |ev| {
    let path = Utf8Path::new("/(prelude)/derivation.nix");
    let thunk = ev.add_unit(FileId::own(1), PRELUDE.hir(), path);
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

    /// Its content is known by its hash. Gives the hash by which it counts in others.
    fn set_fixed(&mut self, output: Output) -> String {
        let text = format!("fixed:out:{}:{}:{}", output.algorithm, output.hash, output.path);
        self.env.insert("out".to_owned(), output.path.clone());
        self.outputs.insert("out".to_owned(), output);
        base16(&sha256(text.as_bytes()))
    }

    /// Its paths follow from what it is made of.
    fn set_outputs(&mut self, name: &str, outputs: &[String], inputs: &BTreeMap<String, BTreeSet<String>>) {
        for output in outputs {
            self.outputs.insert(output.clone(), Output::default());
            self.env.insert(output.clone(), String::new());
        }
        let hash = base16(&sha256(self.text(true, inputs).as_bytes()));
        for output in outputs {
            let full = if output == "out" {
                name.to_owned()
            } else {
                format!("{name}-{output}")
            };
            let path = store_path(&format!("output:{output}"), &hash, &full);
            self.env.insert(output.clone(), path.clone());
            let made = Output {
                path,
                ..Output::default()
            };
            self.outputs.insert(output.clone(), made);
        }
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
    let Some(name) = name_of(ev, &input, site)? else {
        return symbolic_result(ev, "derivation", &["out".to_owned()]);
    };
    let mut draft = Draft::new(ev, &input, site)?;
    for attr in ev.sorted(&input) {
        draft.add(ev, &attr, site)?;
    }
    draft.complete(ev, site)?;
    if draft.exact
        && let Some(result) = instantiate(ev, &mut draft, &name, site)?
    {
        return Ok(result);
    }
    symbolic_result(ev, &name, &draft.outputs)
}

/// The name of a derivation; nothing if it is not known.
fn name_of(ev: &mut Evaluator<'_>, input: &Attrs, site: Site) -> Res<Option<String>> {
    let Some(attr) = input.get(ev.common().name) else {
        ev.exact_attrs(input)?;
        return ev.fail("required attribute 'name' missing", site);
    };
    let name = match ev.force_string(attr.thunk, site) {
        Ok(name) => name.text.to_string(),
        Err(Stop::Unknown(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    check_name(ev, &name, site)?;
    if name.ends_with(".drv") {
        return ev.fail(
            "derivation names are allowed to end in '.drv' only if they produce a single derivation file",
            site,
        );
    }
    Ok(Some(name))
}

/// A derivation while its attributes are read.
struct Draft {
    drv: Derivation,
    /// Is all of it known, so that its paths are?
    exact: bool,
    context: Vec<ContextItem>,
    outputs: Vec<String>,
    /// `outputHash`, `outputHashAlgo` and `outputHashMode`.
    fixed: [Option<String>; 3],
    ignore_nulls: bool,
    /// The attributes as JSON, if they are passed like that.
    json: Option<StringBuilder>,
    has_builder: bool,
    has_system: bool,
}

impl Draft {
    fn new(ev: &mut Evaluator<'_>, input: &Attrs, site: Site) -> Res<Self> {
        let mut flag = |name: &str| -> Res<bool> {
            let symbol = ev.intern(name);
            match input.get(symbol) {
                Some(attr) => ev.force_bool(attr.thunk, site),
                None => Ok(false),
            }
        };
        Ok(Self {
            ignore_nulls: flag("__ignoreNulls")?,
            json: flag("__structuredAttrs")?.then(StringBuilder::default),
            exact: !flag("__contentAddressed")? && !flag("__impure")? && input.open.is_none(),
            drv: Derivation::default(),
            context: Vec::new(),
            outputs: vec!["out".to_owned()],
            fixed: [None, None, None],
            has_builder: false,
            has_system: false,
        })
    }

    fn add(&mut self, ev: &mut Evaluator<'_>, attr: &Attr, site: Site) -> Res<()> {
        let key = ev.name(attr.name).clone();
        if key == "__ignoreNulls" || (self.json.is_some() && key == "__structuredAttrs") {
            return Ok(());
        }
        self.exact &= attr.when.is_always();
        let value = ev.force(attr.thunk)?;
        if self.ignore_nulls && matches!(value.value, Value::Null) {
            return Ok(());
        }
        if key == "args" {
            return self.add_args(ev, attr.thunk, site);
        }
        let text = match &mut self.json {
            Some(json) => add_to_json(ev, json, &key, &value, site)?,
            None => {
                let text = self.text_of(ev, &value, site)?;
                self.drv.env.insert(key.to_string(), text.clone());
                text
            }
        };
        match key.as_str() {
            "builder" => {
                self.has_builder = true;
                self.drv.builder = text;
            }
            "system" => {
                self.has_system = true;
                self.drv.system = text;
            }
            "outputHash" => self.fixed[0] = Some(text),
            "outputHashAlgo" => self.fixed[1] = Some(text),
            "outputHashMode" => self.fixed[2] = Some(text),
            "outputs" if self.exact => self.outputs = check_outputs(ev, &text, site)?,
            _ => {}
        }
        Ok(())
    }

    fn add_args(&mut self, ev: &mut Evaluator<'_>, thunk: ThunkId, site: Site) -> Res<()> {
        let list = match ev.force_exact_list(thunk, site) {
            Ok(list) => list,
            Err(Stop::Unknown(_)) => {
                self.exact = false;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        for elem in &list.elems {
            let elem = ev.force(elem.thunk)?;
            let text = self.text_of(ev, &elem, site)?;
            self.drv.args.push(text);
        }
        Ok(())
    }

    /// The text of an attribute in the environment of the build. Unknown pieces make the paths inexact.
    fn text_of(&mut self, ev: &mut Evaluator<'_>, value: &Tracked, site: Site) -> Res<String> {
        let mut builder = StringBuilder::default();
        ev.coerce_into(&mut builder, value, Coerce::CopyAll, site)?;
        let Value::String(string) = builder.finish() else {
            return Ok(String::new());
        };
        self.exact &= string.hole().is_none();
        for item in string.context.iter().flat_map(|context| context.iter()) {
            if !self.context.contains(item) {
                self.context.push(item.clone());
            }
        }
        Ok(string.text.to_string())
    }

    /// All attributes were read.
    fn complete(&mut self, ev: &mut Evaluator<'_>, site: Site) -> Res<()> {
        if let Some(json) = self.json.take() {
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
            let text = self.text_of(ev, &text, site)?;
            self.drv.env.insert("__json".to_owned(), text);
        }
        if self.exact && !self.has_builder {
            return ev.fail("required attribute 'builder' missing", site);
        }
        if self.exact && !self.has_system {
            return ev.fail("required attribute 'system' missing", site);
        }
        for item in std::mem::take(&mut self.context) {
            match item {
                ContextItem::Derivation { name, output } if name.starts_with(STORE) => {
                    match output.as_str() {
                        "" => drop(self.drv.input_srcs.insert(name)),
                        "*" => self.exact = false,
                        _ => {
                            let outputs = self.drv.input_drvs.entry(name.to_string()).or_default();
                            outputs.insert(output.to_string());
                        }
                    }
                }
                // With an exact path there is a reference to a copied one as well.
                ContextItem::Written { .. } | ContextItem::Read { .. } | ContextItem::Copied { .. } => {}
                ContextItem::Derivation { .. } => self.exact = false,
            }
        }
        Ok(())
    }
}

/// Adds an attribute to those that are passed as JSON, and gives its text.
fn add_to_json(
    ev: &mut Evaluator<'_>,
    json: &mut StringBuilder,
    key: &str,
    value: &Tracked,
    site: Site,
) -> Res<String> {
    if !json.is_empty() {
        json.push_literal(",", OriginId(0), 0);
    }
    super::json::write_pair(ev, json, key, value, site)?;
    Ok(match (&value.value, key) {
        (Value::List(list), "outputs") => {
            let mut names = Vec::new();
            for elem in &list.elems {
                names.push(ev.force_string(elem.thunk, site)?.text.to_string());
            }
            names.join(" ")
        }
        (Value::String(string), _) => string.text.to_string(),
        _ => String::new(),
    })
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

/// Computes the paths; nothing if an input derivation is not one of this evaluation.
fn instantiate(ev: &mut Evaluator<'_>, draft: &mut Draft, name: &str, site: Site) -> Res<Option<Tracked>> {
    let mut inputs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, names) in &draft.drv.input_drvs {
        let Some(hash) = ev.caches.derivations.get(path.as_str()) else {
            return Ok(None);
        };
        inputs
            .entry(hash.to_string())
            .or_default()
            .extend(names.iter().cloned());
    }
    let fixed_hash = match draft.fixed.each_ref() {
        [Some(hash), algorithm, mode] => {
            if draft.outputs != ["out"] {
                return ev.fail(
                    "multiple outputs are not supported in fixed-output derivations",
                    site,
                );
            }
            let output = fixed_output(ev, name, hash, algorithm.as_deref(), mode.as_deref(), site)?;
            Some(draft.drv.set_fixed(output))
        }
        _ => {
            draft.drv.set_outputs(name, &draft.outputs, &inputs);
            None
        }
    };
    let drv = &draft.drv;
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

/// The output of a derivation whose content is known by its hash.
fn fixed_output(
    ev: &mut Evaluator<'_>,
    name: &str,
    hash: &str,
    algorithm: Option<&str>,
    mode: Option<&str>,
    site: Site,
) -> Res<Output> {
    let algorithm = algorithm.filter(|algorithm| !algorithm.is_empty());
    let (algorithm, bytes) = match parse_hash(hash, algorithm) {
        Ok(parsed) => parsed,
        Err(message) => return ev.fail(message, site),
    };
    let recursive = match mode {
        None | Some("flat") => false,
        Some("recursive" | "nar") => true,
        Some(other) => {
            let message = format!("invalid value '{other}' for 'outputHashMode' attribute");
            return ev.fail(message, site);
        }
    };
    let prefix = if recursive { "r:" } else { "" };
    Ok(Output {
        path: fixed_path(name, algorithm, &bytes, recursive),
        algorithm: format!("{prefix}{algorithm}"),
        hash: base16(&bytes),
    })
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
