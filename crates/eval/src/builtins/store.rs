//! Builtins that make store paths: `toFile`, `path`, `filterSource`, `storePath`, `placeholder`.
//!
//! Nothing is written or copied. Where the path follows from the arguments alone it is exact; the path of copied files
//! depends on their content and is a hole with the file's name.

use super::context::STORE;
use super::hash::{base16, nix32, sha256};
use super::{Registry, plain};
use crate::{
    ContextItem, Evaluator, NixString, OriginId, Res, StringBuilder, ThunkId, Tracked, Unknown, Value,
};
use nixpod_source::{Site, Utf8Path, Why};
use smol_str::SmolStr;
use std::rc::Rc;

pub(super) fn register(r: &mut Registry<'_, '_>) {
    r.function("placeholder", 1, 1, |ev, args, site| {
        let output = ev.force_plain_string(args[0], site)?;
        plain(Value::string(placeholder(&output.text)))
    });
    r.function("storePath", 1, 1, |ev, args, site| {
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
    });
    r.function("toFile", 2, 1, to_file);
    r.function("path", 1, 1, path);
    r.function("filterSource", 2, 2, |ev, args, site| {
        let value = ev.force(args[1])?;
        let path = ev.to_path(&value, site)?;
        let name = crate::paths::base_name(&path).to_owned();
        // The filter is not asked: what is left out changes the content, not the name.
        let mut builder = StringBuilder::default();
        builder.push_hole(symbolic(&name), value.origin);
        builder.push_context(ContextItem::Copied {
            path,
            origin: value.origin,
        });
        Ok(Tracked {
            value: builder.finish(),
            origin: value.origin,
        })
    });
    r.function("outputOf", 2, 3, |_, _, _| {
        plain(Value::unknown(Why::Fetch("builtins.outputOf".to_owned())))
    });
}

/// A reference to a store path; see [`super::context`].
pub(super) fn reference(path: &str, output: &str) -> ContextItem {
    ContextItem::Derivation {
        name: path.into(),
        output: output.into(),
    }
}

pub(super) fn placeholder(output: &str) -> String {
    format!("/{}", nix32(&sha256(format!("nix-output:{output}").as_bytes())))
}

/// The store path of a kind of thing, from the hash that identifies it (in base 16).
pub(super) fn store_path(kind: &str, hash: &str, name: &str) -> String {
    let full = sha256(format!("{kind}:sha256:{hash}:/nix/store:{name}").as_bytes());
    // The hash is folded to 20 bytes.
    let mut folded = [0u8; 20];
    for (at, byte) in full.iter().enumerate() {
        folded[at % 20] ^= byte;
    }
    format!("{STORE}{}-{name}", nix32(&folded))
}

/// Where the store keeps a fetched source, from the hash of its archive as a lock file gives it.
pub fn source_path(nar_hash: &str) -> Option<String> {
    let (algorithm, hash) = super::hash::parse_hash(nar_hash, Some("sha256")).ok()?;
    (algorithm == "sha256").then(|| store_path("source", &base16(&hash), "source"))
}

/// The store path of a text file that refers to other store paths.
pub(super) fn text_path(name: &str, text: &str, references: &std::collections::BTreeSet<SmolStr>) -> String {
    let mut kind = "text".to_owned();
    for path in references {
        kind.push(':');
        kind.push_str(path);
    }
    store_path(&kind, &base16(&sha256(text.as_bytes())), name)
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

/// The hole for a store path of which only the name is known.
pub(super) fn symbolic(name: &str) -> Rc<Unknown> {
    Rc::new(Unknown {
        why: Why::External(format!("store path of {name}")),
        store_path: true,
    })
}

/// A path that is copied into the store under a name.
pub(crate) fn copied(ev: &Evaluator<'_>, path: &Rc<str>, name: &str, origin: OriginId) -> NixString {
    let mut builder = StringBuilder::default();
    match super::nar::store_path(ev, Utf8Path::new(&**path), name) {
        Some(exact) => {
            builder.push_literal(&exact, origin, 0);
            builder.push_context(reference(&exact, ""));
        }
        None => builder.push_hole(symbolic(name), origin),
    }
    builder.push_context(ContextItem::Copied {
        path: path.clone(),
        origin,
    });
    match builder.finish() {
        Value::String(string) => (*string).clone(),
        _ => NixString::default(),
    }
}

fn path(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let input = ev.force_attrs(args[0], site)?;
    let (mut path, mut name, mut origin) = (None, None, OriginId(0));
    let (mut filtered, mut recursive, mut expected) = (false, true, None);
    for attr in ev.sorted(&input) {
        match ev.name(attr.name).clone().as_str() {
            "path" => {
                let value = ev.force(attr.thunk)?;
                path = Some(ev.to_path(&value, site)?);
                origin = value.origin;
            }
            "name" => name = Some(ev.force_string(attr.thunk, site)?.text.to_string()),
            "filter" => {
                ev.force(attr.thunk)?;
                filtered = true;
            }
            "recursive" => recursive = ev.force_bool(attr.thunk, site)?,
            "sha256" => expected = Some(ev.force_string(attr.thunk, site)?.text.clone()),
            other => {
                return ev.fail(
                    format!("unsupported argument '{other}' to 'builtins.path'"),
                    attr.site,
                );
            }
        }
    }
    let Some(path) = path else {
        return ev.fail(
            "missing required 'path' attribute in the first argument to 'builtins.path'",
            site,
        );
    };
    let name = name.unwrap_or_else(|| crate::paths::base_name(&path).to_owned());
    check_name(ev, &name, site)?;
    if let Some(expected) = expected {
        let (algorithm, hash) = match super::hash::parse_hash(&expected, Some("sha256")) {
            Ok(parsed) => parsed,
            Err(message) => return ev.fail(message, site),
        };
        let exact = super::derivation::fixed_path(&name, algorithm, &hash, recursive);
        let mut builder = StringBuilder::default();
        builder.push_literal(&exact, origin, 0);
        builder.push_context(reference(&exact, ""));
        builder.push_context(ContextItem::Copied { path, origin });
        return Ok(Tracked {
            value: builder.finish(),
            origin,
        });
    }
    if filtered || !recursive {
        let mut builder = StringBuilder::default();
        builder.push_hole(symbolic(&name), origin);
        builder.push_context(ContextItem::Copied { path, origin });
        return Ok(Tracked {
            value: builder.finish(),
            origin,
        });
    }
    Ok(Tracked {
        value: Value::String(Rc::new(copied(ev, &path, &name, origin))),
        origin,
    })
}

#[cfg(test)]
mod tests {
    use super::source_path;

    /// Recorded with `nix-store --print-fixed-path --recursive sha256 HASH source` of Nix 2.26.3.
    #[test]
    fn sources_lie_where_real_nix_keeps_them() {
        let empty = Some("/nix/store/f6jkrn77ysv9dhs8hh6s2faflhjc930i-source".to_owned());
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for written in [
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            hash,
            &format!("sha256:{hash}"),
        ] {
            assert_eq!(source_path(written), empty, "{written}");
        }
        let other = Some("/nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source".to_owned());
        for written in [
            "sha256-X49hRgodOmR9xoWQ2uEoYux+qIrtGGqG5i4ojx8Kur8=",
            "sha256:1gxs18gqya1fws36l67dial7xv3253hxm445qryn8fhx193633sz",
        ] {
            assert_eq!(source_path(written), other, "{written}");
        }
        for wrong in [
            "",
            "sha256-",
            "sha256-AAAA",
            "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "x/../y",
        ] {
            assert_eq!(source_path(wrong), None, "{wrong}");
        }
    }
}
