//! `match` and `split`.

use super::strings::{inside_character, push_bare_slice};
use super::table::{Builtin, Cost, plain};
use crate::pure::regex::{BadPattern, MAX_COMPILED, Regex};
use crate::{Evaluator, NixString, OriginId, Res, Stop, StringBuilder, ThunkId, Tracked, Value};
use nixpod_source::Site;
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[
    ("match", 2, 3, Cost::Bytes, match_whole),
    ("split", 2, 3, Cost::Bytes, split),
];

fn match_whole(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (regex, text, origin) = arguments(ev, args, site)?;
    let Some(found) = regex.groups(text.text.as_bytes()) else {
        return plain(Value::Null);
    };
    let mut groups = Vec::with_capacity(found.len());
    for span in found {
        groups.push(piece(ev, &text, origin, span)?);
    }
    plain(Value::list(groups))
}

fn split(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (regex, text, origin) = arguments(ev, args, site)?;
    let Some(search) = regex.search() else {
        return ev.fail("memory limit exceeded by regular expression", site);
    };
    let mut out = Vec::new();
    let mut done = 0;
    let mut next = search.find(text.text.as_bytes(), 0);
    while let Some((start, end)) = next {
        ev.work(8)?;
        out.push(piece(ev, &text, origin, Some((done, start)))?);
        let found = text.text.as_bytes().get(start..end);
        let mut groups = Vec::new();
        for span in found
            .and_then(|matched| regex.groups(matched))
            .unwrap_or_default()
        {
            let span = span.map(|(from, to)| (start + from, start + to));
            groups.push(piece(ev, &text, origin, span)?);
        }
        out.push(ev.alloc(Value::list(groups), OriginId(0)));
        done = end;
        next = search.after(text.text.as_bytes(), start, end);
    }
    out.push(piece(ev, &text, origin, Some((done, text.text.len())))?);
    plain(Value::list(out))
}

fn arguments(
    ev: &mut Evaluator<'_>,
    args: &[ThunkId],
    site: Site,
) -> Res<(Rc<Regex>, Rc<NixString>, OriginId)> {
    let pattern = ev.force_string(args[0], site)?;
    let regex = match ev.caches.regex(&pattern.text) {
        Ok((regex, compiled)) => {
            // Compiling takes time by the size of what comes out.
            ev.work(pattern.text.len() + compiled / 16)?;
            regex
        }
        Err(BadPattern::TooLarge) => {
            ev.work(MAX_COMPILED / 32)?;
            let message = format!("memory limit exceeded by regular expression '{}'", pattern.text);
            return ev.fail(message, site);
        }
        Err(BadPattern::Invalid) => {
            return ev.fail(format!("invalid regular expression '{}'", pattern.text), site);
        }
    };
    let (text, origin) = ev.force_string_with_holes(args[1], site)?;
    if let Some(hole) = text.hole() {
        return Err(Stop::Unknown(hole.clone()));
    }
    ev.charge(text.text.len())?;
    Ok((regex, text, origin))
}

/// A piece of the text as a value; null for a group that took no part.
fn piece(
    ev: &mut Evaluator<'_>,
    text: &NixString,
    origin: OriginId,
    span: Option<(usize, usize)>,
) -> Res<ThunkId> {
    let Some((start, end)) = span else {
        return Ok(ev.alloc(Value::Null, OriginId(0)));
    };
    if !text.text.is_char_boundary(start) || !text.text.is_char_boundary(end) {
        return Ok(ev.alloc(Value::Unknown(inside_character()), OriginId(0)));
    }
    let mut builder = StringBuilder::default();
    push_bare_slice(&mut builder, text, origin, start, end);
    Ok(ev.alloc(builder.finish(), origin))
}
