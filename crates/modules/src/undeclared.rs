//! What fails a module evaluation as a whole in Nix: definitions of options that nobody declares.

use crate::declaration::{Child, Decl, Declaration, declared_in, split};
use crate::definition::{Definition, RawDef, children_of, discharge, file_name, unwrap_all};
use crate::path::{OptionPath, dotted, extend};
use crate::types::show::show_definitions;
use crate::values::{is_tagged, known};
use nixpod_eval::{ErrorKind, Evaluator, Res, Stop, Value};
use nixpod_source::Why;

/// Deeper than this no option is looked for; a declaration that contains itself would have no end.
const MAX_DEPTH: usize = 60;

/// Among more names than this only very similar ones are proposed, as Nix does.
const MANY: usize = 100;

/// A name that is defined, and who defines it.
struct Unmatched {
    path: OptionPath,
    defs: Vec<RawDef>,
    /// The options beside it.
    beside: Vec<String>,
}

/// The definitions of one setting of the evaluation itself, such as `_module.check`.
pub(crate) fn setting(ev: &mut Evaluator<'_>, root: &[RawDef], path: &[&str]) -> Vec<RawDef> {
    let mut defs = root.to_vec();
    for name in path {
        let name = ev.intern(name);
        defs = children_of(ev, &defs, name);
    }
    defs
}

/// Fails where something else of a known kind is declared in place of an option.
pub(crate) fn only_options(ev: &mut Evaluator<'_>, path: &OptionPath, below: &[Declaration]) -> Res<()> {
    for declaration in below {
        let Some(attr) = declaration.set.get(ev.common().tag) else {
            continue;
        };
        let Value::String(kind) = ev.force_or_unknown(attr.thunk).value else {
            continue;
        };
        let file = file_name(ev, declaration.decl.file, declaration.decl.written.site());
        let message = format!(
            "In module {file}: expected an option declaration at option path `{}' but got an attribute set with type {}",
            dotted(path),
            kind.text
        );
        return Err(ev.error(ErrorKind::Eval, message, Some(declaration.decl.written.site())));
    }
    Ok(())
}

/// Fails if a definition has no declaration and `_module.check` is not off.
pub(crate) fn check(
    ev: &mut Evaluator<'_>,
    path: &OptionPath,
    decls: &[Decl],
    defs: &[RawDef],
    free: bool,
) -> Res<()> {
    let mut found = Vec::new();
    unmatched(ev, path, decls, defs, &mut found, 0)?;
    if free {
        return Ok(());
    }
    let Some(first) = found.into_iter().next() else {
        return Ok(());
    };
    let checks = setting(ev, defs, &["_module", "check"]);
    for check in discharge(ev, &checks).on {
        if matches!(check.value.value, Value::Bool(false)) {
            return Ok(());
        }
    }
    let definitions = discharge(ev, &first.defs).on;
    let name = dotted(&first.path);
    let shown = show_definitions(ev, &definitions);
    let mut message = format!("The option `{name}' does not exist. Definition values:{shown}");
    for def in &definitions {
        add_hints(ev, path, &name, def, &mut message);
    }
    message.push_str(&did_you_mean(&first));
    let site = first.defs.first().and_then(|def| known(def.written.site()));
    Err(ev.error(ErrorKind::Eval, message, site))
}

/// What Nix says beside the value of a definition that nobody declares.
fn add_hints(ev: &mut Evaluator<'_>, path: &OptionPath, name: &str, def: &Definition, message: &mut String) {
    if let Value::Unknown(unknown) = &def.value.value
        && let Why::Error(why) | Why::NoAttribute(why) | Why::Conflict(why) = &unknown.why
    {
        message.push_str(&format!(
            "\nwhile evaluating the error message for definitions for `{name}', which is an option that does not exist\nwhile evaluating a definition from `{}'\n{why}",
            def.file_name(ev)
        ));
    }
    if is_tagged(ev, &def.value, "option") {
        message.push_str(match path.is_empty() {
            true => {
                "\n\nIt seems as if you're trying to declare an option by placing it into `config' rather than `options'!"
            }
            false => {
                "\n\nAre you sure that the option is declared properly? This can happen if you e.g. declared your options in `types.submodule' under `config' rather than `options'."
            }
        });
    }
}

/// Proposes options with a similar name, if there are any.
fn did_you_mean(unmatched: &Unmatched) -> String {
    let Some((name, parent)) = unmatched.path.split_last() else {
        return String::new();
    };
    let near: Vec<String> = near(name.text(), &unmatched.beside)
        .into_iter()
        .map(|name| dotted(&extend(&parent.into(), &name)))
        .collect();
    match &near[..] {
        [] => String::new(),
        [only] => format!("\n\nDid you mean `{only}'?"),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(|one| format!("`{one}'")).collect();
            format!("\n\nDid you mean {} or `{last}'?", rest.join(", "))
        }
    }
}

/// More than so many letters are no slip.
const MAX_SLIPS: usize = 2;

/// The name that was most likely meant: the only one that is nearest, if it is very near.
pub fn meant<'n>(name: &str, declared: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let name = name.to_lowercase();
    let allowed = MAX_SLIPS.min(name.chars().count() / 3);
    let letters = Letters::of(&name);
    let mut near: Vec<(usize, &str)> = declared
        .filter(|other| letters.may_be_near(&Letters::of(other), allowed))
        .map(|other| (strsim::damerau_levenshtein(&name, &other.to_lowercase()), other))
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    near.sort_unstable();
    match near[..] {
        [(_, only)] => Some(only),
        [(first, nearest), (second, _), ..] if first < second => Some(nearest),
        _ => None,
    }
}

/// How often each letter is in a name, whatever its case; all other characters are one.
struct Letters([u8; 27]);

impl Letters {
    fn of(name: &str) -> Self {
        let mut out = [0u8; 27];
        for c in name.chars() {
            let at = match c.to_ascii_lowercase() {
                c @ 'a'..='z' => c as usize - 'a' as usize,
                _ => 26,
            };
            if let Some(count) = out.get_mut(at) {
                *count = count.saturating_add(1);
            }
        }
        Self(out)
    }

    /// May so many slips make one name of the other? Each adds one letter at most, and takes one away. To ask this takes a
    /// hundredth of the time in which the slips are counted.
    fn may_be_near(&self, other: &Self, slips: usize) -> bool {
        let (mut more, mut fewer) = (0, 0);
        for (mine, others) in self.0.iter().zip(&other.0) {
            more += usize::from(mine.saturating_sub(*others));
            fewer += usize::from(others.saturating_sub(*mine));
        }
        more.max(fewer) <= slips
    }
}

/// The three names nearest to one that does not exist.
fn near(name: &str, all: &[String]) -> Vec<String> {
    let mut ranked: Vec<(usize, &String)> = all
        .iter()
        .map(|other| (strsim::levenshtein(name, other), other))
        .filter(|(distance, _)| all.len() <= MANY || *distance <= 2)
        .collect();
    ranked.sort();
    ranked
        .into_iter()
        .take(3)
        .map(|(_, other)| other.clone())
        .collect()
}

fn unmatched(
    ev: &mut Evaluator<'_>,
    path: &OptionPath,
    decls: &[Decl],
    defs: &[RawDef],
    found: &mut Vec<Unmatched>,
    depth: usize,
) -> Res<()> {
    let declared = split(ev, decls);
    // A declaration that is not known may be an option.
    let unclear = declared.below.is_empty() && !decls.is_empty();
    if !declared.options.is_empty() || unclear || depth > MAX_DEPTH {
        return Ok(());
    }
    let mut children = declared_in(&declared.below);
    for (def, value) in &unwrap_all(ev, defs) {
        match &value.value {
            Value::Attrs(set) => {
                for attr in &set.entries {
                    let child = def.child(ev, attr);
                    children.entry(attr.name).or_default().defs.push(child);
                }
            }
            Value::Unknown(_) | Value::Either(_) => {}
            other => return Err(not_a_set(ev, path, def, other)),
        }
    }
    let mut beside: Vec<String> = Vec::new();
    for (name, child) in &children {
        if !child.decls.is_empty() {
            beside.push(ev.name(*name).to_string());
        }
    }
    for (name, Child { decls, defs, .. }) in children {
        let name = ev.name(name).clone();
        if defs.is_empty() || depth == 0 && name == "_module" {
            continue;
        }
        let path = extend(path, &name);
        if decls.is_empty() {
            found.push(Unmatched {
                path,
                defs,
                beside: beside.clone(),
            });
        } else {
            unmatched(ev, &path, &decls, &defs, found, depth + 1)?;
        }
    }
    Ok(())
}

/// A value is defined where options are declared below.
fn not_a_set(ev: &Evaluator<'_>, path: &OptionPath, def: &RawDef, value: &Value) -> Stop {
    let kind = match value {
        Value::Bool(_) => "bool",
        other => other.type_of().unwrap_or("unknown"),
    };
    let name = dotted(path);
    let message = format!(
        "In module `{}', you're trying to define a value of type `{kind}'\n  rather than an attribute set for the option\n  `{name}'!\n\n  This usually happens if `{name}' has option definitions inside that are not matched.",
        file_name(ev, def.file, def.written.site()),
    );
    ev.error(ErrorKind::Eval, message, Some(def.written.site()))
}
