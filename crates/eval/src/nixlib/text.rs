//! Primitives that rewrite text: case, escaping, names.

use super::pieces::{head, map_chars, push_made};
use super::strings::text;
use crate::builtins::{Builtin, Cost, plain};
use crate::{Coerce, Evaluator, NixString, OriginId, Res, StringBuilder, ThunkId, Tracked, Value};
use nixpod_source::Site;
use std::borrow::Cow;
use std::rc::Rc;

pub(super) const PRIMITIVES: &[Builtin] = &[
    ("toLower", 1, 1, Cost::Bytes, |ev, args, site| {
        mapped(ev, args, site, |c| {
            c.is_ascii_uppercase()
                .then(|| c.to_ascii_lowercase().to_string().into())
        })
    }),
    ("toUpper", 1, 1, Cost::Bytes, |ev, args, site| {
        mapped(ev, args, site, |c| {
            c.is_ascii_lowercase()
                .then(|| c.to_ascii_uppercase().to_string().into())
        })
    }),
    ("escapeURL", 1, 1, Cost::Bytes, |ev, args, site| {
        mapped(ev, args, site, |c| {
            let plain = c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~') || !c.is_ascii();
            (!plain).then(|| format!("%{:02X}", u32::from(c)).into())
        })
    }),
    ("normalizePath", 1, 1, Cost::Bytes, |ev, args, site| {
        let mut slash = false;
        mapped(ev, args, site, |c| {
            let again = slash && c == '/';
            slash = c == '/';
            again.then_some(Cow::Borrowed(""))
        })
    }),
    ("escapeShellArg", 1, 0, Cost::Bytes, escape_shell_arg),
    ("isNixIdentifier", 1, 1, Cost::Sizes, |ev, args, site| {
        let string = ev.force_string(args[0], site)?;
        plain(Value::Bool(crate::print::is_identifier(&string.text)))
    }),
    ("charToInt", 1, 1, Cost::Call, |ev, args, site| {
        let string = ev.force_string(args[0], site)?;
        match string.text.as_bytes() {
            [byte] if *byte < 128 => plain(Value::Int(i64::from(*byte))),
            _ => ev.fail(format!("attribute '{}' missing", string.text), site),
        }
    }),
    ("fromHexString", 1, 1, Cost::Sizes, |ev, args, site| {
        let string = ev.force_string(args[0], site)?;
        let text = string.text.as_str();
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let hexadecimal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        match i64::from_str_radix(digits, 16) {
            Ok(number) if hexadecimal => plain(Value::Int(number)),
            _ => throw(
                ev,
                format!("fromHexString: \"{text}\" is not a hexadecimal number"),
                site,
            ),
        }
    }),
    ("sanitizeDerivationName", 1, 1, Cost::Sizes, sanitize),
    ("toCamelCase", 1, 1, Cost::Sizes, |ev, args, site| {
        let string = ev.force_string(args[0], site)?;
        plain(Value::string(camel_case(&string.text)))
    }),
    ("levenshtein", 2, 3, Cost::Bytes, |ev, args, site| {
        let a = ev.force_string(args[0], site)?;
        let b = ev.force_string(args[1], site)?;
        ev.charge(a.text.len().saturating_mul(b.text.len()))?;
        plain(Value::Int(distance(a.text.as_bytes(), b.text.as_bytes())))
    }),
];

pub(super) fn throw(ev: &mut Evaluator<'_>, message: String, site: Site) -> Res<Tracked> {
    Err(ev.error(
        crate::ErrorKind::Throw,
        message,
        Some(site).filter(|site| *site != crate::NO_SITE),
    ))
}

fn mapped(
    ev: &mut Evaluator<'_>,
    args: &[ThunkId],
    site: Site,
    map: impl FnMut(char) -> Option<Cow<'static, str>>,
) -> Res<Tracked> {
    let (string, origin) = ev.force_string_with_holes(args[0], site)?;
    ev.charge(string.text.len())?;
    let mut builder = StringBuilder::default();
    map_chars(&string, origin, &mut builder, map);
    let value = builder.finish();
    Ok(Tracked { value, origin })
}

/// Quotes unless all is harmless. What is not known is quoted, except a store path: that is harmless, and a quoted
/// word means the same in any case.
fn escape_shell_arg(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    if let Value::Either(alternatives) = ev.force(args[0])?.value {
        return ev.each_alternative(&alternatives, |ev, one| {
            let one = ev.alloc_tracked(one);
            escape_shell_arg(ev, &[one], site)
        });
    }
    let (string, origin) = text(ev, args[0], Coerce::ToString, site)?;
    let plain_char = |c: char| c.is_ascii_alphanumeric() || ",._+:@%/-".contains(c);
    let holes_plain = string
        .parts
        .iter()
        .flat_map(|parts| parts.iter())
        .filter_map(|part| part.hole.as_ref())
        .all(|hole| hole.store_path);
    let empty = string.text.is_empty() && string.hole().is_none();
    let value = if !empty && holes_plain && string.text.chars().all(plain_char) {
        Value::String(string)
    } else {
        let mut builder = StringBuilder::default();
        push_made(&mut builder, "'");
        map_chars(&string, origin, &mut builder, |c| {
            (c == '\'').then_some(Cow::Borrowed("'\\''"))
        });
        push_made(&mut builder, "'");
        ev.charge(builder.len())?;
        builder.finish()
    };
    Ok(Tracked { value, origin })
}

fn sanitize(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, origin) = text(ev, args[0], Coerce::ToString, site)?;
    if let Some(hole) = string.hole() {
        return Err(crate::Stop::Unknown(hole.clone()));
    }
    let mut out = String::with_capacity(string.text.len());
    let mut bad = false;
    for c in string.text.trim_start_matches('.').chars() {
        if c.is_ascii_alphanumeric() || "+._?=-".contains(c) {
            out.push(c);
            bad = false;
        } else {
            if !bad {
                out.push('-');
            }
            bad = true;
        }
    }
    // The store allows 211 characters, of which ".drv" takes four.
    let cut = out.len().saturating_sub(207);
    let out = out.split_off(cut);
    let out = if out.is_empty() { "unknown".to_owned() } else { out };
    if out == string.text.as_str() && head(&string).len() == out.len() {
        let string = NixString {
            context: None,
            ..(*string).clone()
        };
        let value = Value::String(Rc::new(string));
        return Ok(Tracked { value, origin });
    }
    Ok(Tracked {
        value: Value::string(out),
        origin: OriginId(0),
    })
}

/// Words are split at separators and where a capital follows a small letter; the first is written small.
fn camel_case(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut open = String::new();
    let mut before = ' ';
    for c in text.chars() {
        if matches!(c, ' ' | '-' | '_') {
            words.push(std::mem::take(&mut open));
        } else {
            if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
                words.push(std::mem::take(&mut open));
            }
            open.push(c);
        }
        before = c;
    }
    words.push(open);
    let mut out = String::with_capacity(text.len());
    for (at, word) in words.iter().enumerate() {
        let lower = word.to_ascii_lowercase();
        let mut chars = lower.chars();
        match chars.next() {
            Some(first) if at > 0 => {
                out.push(first.to_ascii_uppercase());
                out.push_str(chars.as_str());
            }
            _ => out.push_str(&lower),
        }
    }
    out
}

/// Edit distance.
fn distance(a: &[u8], b: &[u8]) -> i64 {
    let mut row: Vec<i64> = (0..=b.len() as i64).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i as i64;
        let mut left = diagonal + 1;
        let mut next = vec![left];
        for (cell, y) in row.iter().skip(1).zip(b) {
            let cost = if x == y {
                diagonal
            } else {
                1 + diagonal.min(*cell).min(left)
            };
            diagonal = *cell;
            left = cost;
            next.push(cost);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
