//! Builtins that make store paths: `toFile`, `path`, `filterSource`, `storePath`, `placeholder`.
//!
//! Nothing is written or copied. Where the path follows from the arguments alone it is exact; the path of copied files
//! depends on their content and is a hole with the file's name.

use super::table::{Builtin, Cost, plain};
use crate::machine::copy::{copied, reference, symbolic};
use crate::pure::hash::parse_hash;
use crate::pure::store_path::{STORE, fixed_path, placeholder, text_path};
use crate::{ContextItem, Evaluator, OriginId, Res, StringBuilder, ThunkId, Tracked, Value};
use nixpod_source::{Site, Why};
use smol_str::SmolStr;
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[
    ("placeholder", 1, 1, Cost::Sizes, |ev, args, site| {
        let output = ev.force_plain_string(args[0], site)?;
        plain(Value::string(placeholder(&output.text)))
    }),
    ("storePath", 1, 1, Cost::Sizes, existing),
    ("toFile", 2, 1, Cost::Sizes, to_file),
    ("path", 1, 1, Cost::Sizes, path),
    ("filterSource", 2, 2, Cost::Sizes, filter_source),
    ("outputOf", 2, 3, Cost::Call, |_, _, _| {
        plain(Value::unknown(Why::Fetch("builtins.outputOf".to_owned())))
    }),
];

fn existing(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    let path = ev.to_path(&value, site)?;
    let Some(rest) = path.strip_prefix(STORE) else {
        return ev.fail(format!("path '{path}' is not in the Nix store"), site);
    };
    let name = rest.split('/').next().unwrap_or(rest);
    if name.len() < 33 {
        return ev.fail(format!("'{name}' is too short to be a valid store path"), site);
    }
    let mut builder = StringBuilder::default();
    builder.push_literal(&path, value.origin, 0);
    builder.push_context(reference(&format!("{STORE}{name}"), ""));
    Ok(Tracked {
        value: builder.finish(),
        origin: value.origin,
    })
}

fn filter_source(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[1])?;
    let path = ev.to_path(&value, site)?;
    let name = crate::paths::base_name(&path).to_owned();
    // The filter is not asked: what is left out changes the content, not the name.
    let mut builder = StringBuilder::default();
    builder.push_hole(symbolic(&name), value.origin);
    builder.push_context(ContextItem::Copied {
        path,
        name: name.into(),
        origin: value.origin,
    });
    Ok(Tracked {
        value: builder.finish(),
        origin: value.origin,
    })
}

/// Nix's rule for names of store paths.
pub(super) fn check_name(ev: &Evaluator<'_>, name: &str, site: Site) -> Res<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._?=".contains(&byte);
    if let Some(bad) = name.chars().find(|c| !u8::try_from(*c).is_ok_and(allowed)) {
        return ev.fail(format!("name '{name}' contains illegal character '{bad}'"), site);
    }
    if name.is_empty() {
        return ev.fail("name must not be empty", site);
    }
    if name.len() > 211 {
        return ev.fail(
            format!("name '{name}' must be no longer than 211 characters"),
            site,
        );
    }
    if matches!(name, "." | "..") || name.starts_with(".-") || name.starts_with("..-") {
        return ev.fail(format!("name '{name}' is not valid"), site);
    }
    Ok(())
}

fn to_file(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let name = ev.force_plain_string(args[0], site)?.text.clone();
    check_name(ev, &name, site)?;
    let text = ev.force(args[1])?;
    let written = ContextItem::Written {
        name: name.clone(),
        text: args[1],
        is_program: false,
    };
    let mut builder = StringBuilder::default();
    let exact = match &text.value {
        Value::String(string) if string.hole().is_none() => {
            let mut paths = std::collections::BTreeSet::new();
            let mut exact = true;
            for item in string.context.iter().flat_map(|context| context.iter()) {
                match item {
                    ContextItem::Derivation { name, output }
                        if name.starts_with(STORE) && output.is_empty() =>
                    {
                        paths.insert(name.clone());
                    }
                    ContextItem::Derivation { name: path, output }
                        if output != "*" || !path.starts_with(STORE) =>
                    {
                        return ev.fail(
                            format!(
                                "files created by builtins.toFile may not reference derivations, but {name} references {path}"
                            ),
                            site,
                        );
                    }
                    ContextItem::Read { .. } | ContextItem::Written { .. } => {}
                    _ => exact = false,
                }
            }
            exact.then(|| text_path(&name, &string.text, &paths))
        }
        Value::String(_) | Value::Unknown(_) | Value::Either(_) => None,
        other => return ev.type_error("a string", other, site),
    };
    match exact {
        Some(path) => {
            builder.push_literal(&path, text.origin, 0);
            builder.push_context(reference(&path, ""));
        }
        None => builder.push_hole(symbolic(&name), text.origin),
    }
    builder.push_context(written);
    Ok(Tracked {
        value: builder.finish(),
        origin: text.origin,
    })
}

/// The arguments of `builtins.path`.
struct PathArguments {
    path: crate::PathText,
    origin: OriginId,
    name: String,
    /// Is a filter asked what to leave out?
    filtered: bool,
    recursive: bool,
    sha256: Option<SmolStr>,
}

impl PathArguments {
    fn read(ev: &mut Evaluator<'_>, thunk: ThunkId, site: Site) -> Res<Self> {
        let input = ev.force_attrs(thunk, site)?;
        let (mut path, mut name) = (None, None);
        let (mut filtered, mut recursive, mut sha256) = (false, true, None);
        for attr in ev.sorted(&input) {
            match ev.name(attr.name).clone().as_str() {
                "path" => {
                    let value = ev.force(attr.thunk)?;
                    path = Some((ev.to_path(&value, site)?, value.origin));
                }
                "name" => name = Some(ev.force_string(attr.thunk, site)?.text.to_string()),
                "filter" => {
                    ev.force(attr.thunk)?;
                    filtered = true;
                }
                "recursive" => recursive = ev.force_bool(attr.thunk, site)?,
                "sha256" => sha256 = Some(ev.force_string(attr.thunk, site)?.text.clone()),
                other => {
                    let message = format!("unsupported argument '{other}' to 'builtins.path'");
                    return ev.fail(message, attr.site);
                }
            }
        }
        let Some((path, origin)) = path else {
            let message = "missing required 'path' attribute in the first argument to 'builtins.path'";
            return ev.fail(message, site);
        };
        let name = name.unwrap_or_else(|| crate::paths::base_name(&path).to_owned());
        check_name(ev, &name, site)?;
        Ok(Self {
            path,
            origin,
            name,
            filtered,
            recursive,
            sha256,
        })
    }
}

fn path(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let args = PathArguments::read(ev, args[0], site)?;
    let origin = args.origin;
    let mut builder = StringBuilder::default();
    if let Some(expected) = &args.sha256 {
        let (algorithm, hash) = match parse_hash(expected, Some("sha256")) {
            Ok(parsed) => parsed,
            Err(message) => return ev.fail(message, site),
        };
        let exact = fixed_path(&args.name, algorithm, &hash, args.recursive);
        builder.push_literal(&exact, origin, 0);
        builder.push_context(reference(&exact, ""));
    } else if args.filtered || !args.recursive {
        builder.push_hole(symbolic(&args.name), origin);
    } else {
        return Ok(Tracked {
            value: Value::String(Rc::new(copied(ev, &args.path, &args.name, origin))),
            origin,
        });
    }
    builder.push_context(ContextItem::Copied {
        path: args.path,
        name: args.name.into(),
        origin,
    });
    Ok(Tracked {
        value: builder.finish(),
        origin,
    })
}
