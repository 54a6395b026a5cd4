//! Builtins on strings. Pieces keep their origins, and what is unknown stays a hole where that is right.

use super::table::{Builtin, Cost, plain};
use crate::{
    Coerce, ContextItem, Evaluator, NixString, OriginId, Res, Stop, StringBuilder, ThunkId, Tracked, Unknown,
    Value,
};
use nixpod_source::{Site, Why};
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[
    ("stringLength", 1, 1, Cost::Call, string_length),
    ("substring", 3, 3, Cost::Bytes, substring),
    ("concatStringsSep", 2, 2, Cost::Bytes, concat_strings_sep),
    ("baseNameOf", 1, 1, Cost::Sizes, base_name_of),
    ("dirOf", 1, 1, Cost::Sizes, dir_of),
    ("toPath", 1, 1, Cost::Sizes, to_path),
];

fn string_length(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, _) = ev.coerced_string(args[0], Coerce::Interpolate, site)?;
    match string.hole() {
        Some(hole) => Err(Stop::Unknown(hole.clone())),
        None => plain(Value::Int(string.text.len() as i64)),
    }
}

fn base_name_of(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, origin) = ev.coerced_string(args[0], Coerce::PathAppend, site)?;
    let tail = known_tail(&string);
    let text = string.text.as_str();
    let end = if text.len() > 1 && text.ends_with('/') {
        text.len() - 1
    } else {
        text.len()
    };
    let start = match text.get(tail..end.max(tail)).and_then(|known| known.rfind('/')) {
        Some(at) => tail + at + 1,
        None if tail == 0 && string.hole().is_none() => 0,
        None => return Err(Stop::Unknown(string.hole().cloned().unwrap_or_else(whole_string))),
    };
    let mut builder = StringBuilder::default();
    builder.push_slice(&string, origin, start, end.max(start));
    Ok(Tracked {
        value: builder.finish(),
        origin,
    })
}

fn dir_of(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    if let Value::Path(path) = &value.value {
        let parent = path
            .rfind('/')
            .map_or("/", |at| if at == 0 { "/" } else { &path[..at] });
        return Ok(Tracked {
            value: Value::Path(parent.into()),
            origin: value.origin,
        });
    }
    let (string, origin) = ev.coerced_string(args[0], Coerce::PathAppend, site)?;
    let tail = known_tail(&string);
    match string.text.get(tail..).and_then(|known| known.rfind('/')) {
        Some(at) => {
            let at = tail + at;
            let end = if at == 0 && string.hole().is_none() { 1 } else { at };
            Ok(Tracked {
                value: slice_with_holes(&string, origin, end),
                origin,
            })
        }
        None if string.hole().is_none() => {
            let mut builder = StringBuilder::default();
            builder.push_literal(".", OriginId(0), 0);
            push_context(&mut builder, &string, |_| true);
            Ok(Tracked {
                value: builder.finish(),
                origin,
            })
        }
        None => Err(Stop::Unknown(string.hole().cloned().unwrap_or_else(whole_string))),
    }
}

fn to_path(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    if let Value::String(string) = &value.value
        && let Some(hole) = string.hole()
    {
        return Err(Stop::Unknown(hole.clone()));
    }
    let path = ev.to_path(&value, site)?;
    let mut builder = StringBuilder::default();
    builder.push_literal(&path, value.origin, 0);
    if let Value::String(string) = &value.value {
        push_context(&mut builder, string, |_| true);
    }
    Ok(Tracked {
        value: builder.finish(),
        origin: value.origin,
    })
}

impl Evaluator<'_> {
    /// A value coerced to a string, perhaps with holes, and its origin.
    pub(crate) fn coerced_string(
        &mut self,
        id: ThunkId,
        mode: Coerce,
        site: Site,
    ) -> Res<(Rc<NixString>, OriginId)> {
        let value = self.force(id)?;
        let value = self.coerce(&value, mode, site)?;
        let value = self.known(value)?;
        match &value.value {
            Value::String(string) => Ok((string.clone(), value.origin)),
            other => self.type_error("a string", other, site),
        }
    }
}

fn whole_string() -> Rc<Unknown> {
    Unknown::new(Why::Undecided("not all of the string is known".to_owned()))
}

/// What Nix says of text that its strings cannot hold.
pub(super) const NUL: &str =
    "input string cannot be represented as Nix string because it contains null bytes";

/// Where the text after the last hole begins.
fn known_tail(string: &NixString) -> usize {
    let Some(parts) = &string.parts else { return 0 };
    let mut at = 0;
    let mut tail = 0;
    for part in parts.iter() {
        at += part.len as usize;
        if part.hole.is_some() {
            tail = at;
        }
    }
    tail
}

/// The known text before the first hole.
pub(super) fn known_head(string: &NixString) -> usize {
    match &string.parts {
        Some(parts) => parts
            .iter()
            .take_while(|part| part.hole.is_none())
            .map(|part| part.len as usize)
            .sum(),
        None => string.text.len(),
    }
}

/// Copies the context items that pass.
pub(super) fn push_context(
    builder: &mut StringBuilder,
    string: &NixString,
    keep: impl Fn(&ContextItem) -> bool,
) {
    if let Some(context) = &string.context {
        for item in context.iter().filter(|item| keep(item)) {
            builder.push_context(item.clone());
        }
    }
}

/// Adds a stretch without the store context; that it was read from a file stays visible.
pub(super) fn push_bare_slice(
    builder: &mut StringBuilder,
    string: &NixString,
    origin: OriginId,
    start: usize,
    end: usize,
) {
    push_parts(builder, string, origin, start, end);
    push_context(builder, string, |item| matches!(item, ContextItem::Read { .. }));
}

/// Adds a stretch of the known text with the origins of its pieces.
fn push_parts(builder: &mut StringBuilder, string: &NixString, origin: OriginId, start: usize, end: usize) {
    let Some(parts) = &string.parts else {
        if let Some(text) = string.text.get(start..end) {
            builder.push_literal(text, origin, start as u32);
        }
        return;
    };
    let mut at = 0;
    for part in parts.iter() {
        let len = part.len as usize;
        let (from, to) = (start.max(at), end.min(at + len));
        if from < to
            && let Some(text) = string.text.get(from..to)
        {
            builder.push_literal(text, part.origin, part.offset + (from - at) as u32);
        }
        at += len;
        if at >= end {
            break;
        }
    }
}

/// The beginning of a string up to a byte of its known text, with the holes before it.
fn slice_with_holes(string: &NixString, origin: OriginId, end: usize) -> Value {
    let mut builder = StringBuilder::default();
    let mut at = 0;
    for part in string.pieces(origin) {
        let len = part.len as usize;
        match part.hole {
            Some(hole) => builder.push_hole(hole, part.origin),
            None => {
                let to = end.min(at + len);
                if at < to
                    && let Some(text) = string.text.get(at..to)
                {
                    builder.push_literal(text, part.origin, part.offset);
                }
            }
        }
        at += len;
        if at >= end {
            break;
        }
    }
    push_context(&mut builder, string, |_| true);
    builder.finish()
}

fn substring(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let start = ev.force_int(args[0], site)?;
    let len = ev.force_int(args[1], site)?;
    let Ok(start) = usize::try_from(start) else {
        return ev.fail("negative start position in 'substring'", site);
    };
    let (string, origin) = ev.coerced_string(args[2], Coerce::Interpolate, site)?;
    let size = string.text.len();
    let end = match usize::try_from(len) {
        Ok(len) => start.saturating_add(len),
        Err(_) => usize::MAX,
    };
    let mut builder = StringBuilder::default();
    let head = known_head(&string);
    if let Some(hole) = string.hole()
        && end > head
        && end > start
    {
        if start == 0 && end == usize::MAX {
            return Ok(Tracked {
                value: Value::String(string),
                origin,
            });
        }
        if start < head {
            if !string.text.is_char_boundary(start) {
                return Err(Stop::Unknown(inside_character()));
            }
            push_parts(&mut builder, &string, origin, start, head);
        }
        // Where the rest begins and ends depends on the length of what is not known.
        builder.push_hole(hole.made_of(), origin);
        push_context(&mut builder, &string, |_| true);
        return Ok(Tracked {
            value: builder.finish(),
            origin,
        });
    }
    let (from, to) = (start.min(size), end.min(size));
    if !string.text.is_char_boundary(from) || !string.text.is_char_boundary(to) {
        return Err(Stop::Unknown(inside_character()));
    }
    ev.charge(to.saturating_sub(from))?;
    push_parts(&mut builder, &string, origin, from, to);
    push_context(&mut builder, &string, |_| true);
    Ok(Tracked {
        value: builder.finish(),
        origin,
    })
}

/// Strings are UTF-8 here, those of Nix are bytes: what cuts a character in two cannot be represented.
pub(super) fn inside_character() -> Rc<Unknown> {
    Unknown::new(Why::NotModelled(
        "a string that ends inside a character".to_owned(),
    ))
}

fn concat_strings_sep(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (separator, separator_origin) = ev.force_string_with_holes(args[0], site)?;
    let value = ev.force(args[1])?;
    let list = match &value.value {
        Value::List(list) => list.clone(),
        other => return ev.type_error("a list", other, site),
    };
    // Blanks between words may as well be doubled, which keeps a hole apart from its neighbours.
    let blank = separator.hole().is_none()
        && !separator.text.is_empty()
        && separator.text.bytes().all(|byte| byte.is_ascii_whitespace());
    let mut builder = StringBuilder::default();
    let push_separator = |ev: &mut Evaluator<'_>, builder: &mut StringBuilder| -> Res<()> {
        ev.charge(separator.text.len())?;
        builder.push_string(&separator, separator_origin);
        Ok(())
    };
    // Where the list begins, or where anything may stand between its elements, there may be a separator or none.
    let loose = list.open.clone().or_else(|| match list.elems.first() {
        Some(first) if !first.when.is_always() => Some(ev.condition_reason(first.when)),
        _ => None,
    });
    for (at, elem) in list.elems.iter().enumerate() {
        let conditional = (!elem.when.is_always()).then(|| ev.condition_reason(elem.when));
        if let Some(hole) = loose
            .as_ref()
            .filter(|_| at == 0 || list.open.is_some() || !blank)
        {
            builder.push_hole(hole.clone(), value.origin);
            if blank {
                push_separator(ev, &mut builder)?;
            }
        }
        if at > 0 && (blank || (loose.is_none() && conditional.is_none())) {
            push_separator(ev, &mut builder)?;
        }
        let element = ev.force(elem.thunk).map_err(Stop::from);
        let Some(element) = ev.unless_absent(elem.when, element)? else {
            continue;
        };
        match conditional {
            Some(hole) => builder.push_hole(hole, element.origin),
            None => ev.coerce_into(&mut builder, &element, Coerce::Interpolate, site)?,
        }
    }
    if let Some(open) = &list.open {
        if blank {
            push_separator(ev, &mut builder)?;
        }
        builder.push_hole(open.clone(), value.origin);
    }
    Ok(Tracked {
        value: builder.finish(),
        origin: value.origin,
    })
}
