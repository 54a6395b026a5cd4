//! Builtins on strings. Pieces keep their origins, and what is unknown stays a hole where that is right.

use super::table::{Builtin, Cost, plain};
use crate::{
    Coerce, ContextItem, Evaluator, NixString, OriginId, Part, Res, Stop, StringBuilder, ThunkId, Tracked,
    Unknown, Value,
};
use nixpod_source::{Site, Why};
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[
    ("stringLength", 1, 1, Cost::Call, string_length),
    ("substring", 3, 3, Cost::Bytes, substring),
    ("concatStringsSep", 2, 2, Cost::Bytes, concat_strings_sep),
    ("replaceStrings", 3, 5, Cost::Nothing, replace_strings),
    ("baseNameOf", 1, 1, Cost::Nothing, base_name_of),
    ("dirOf", 1, 1, Cost::Nothing, dir_of),
    ("toPath", 1, 1, Cost::Nothing, to_path),
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
    Unknown::new(Why::Undecided("a piece of a string".to_owned()))
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
        builder.push_hole(hole.clone(), origin);
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

/// What a pattern is replaced by; looked at when it is first used.
struct Replacement {
    pattern: String,
    to: ThunkId,
    value: Option<Tracked>,
}

fn replace_strings(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let from = ev.force_exact_list(args[0], site)?;
    let to = ev.force_exact_list(args[1], site)?;
    if from.elems.len() != to.elems.len() {
        return ev.fail(
            "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths",
            site,
        );
    }
    let mut rules = Vec::with_capacity(from.elems.len());
    for (from, to) in from.elems.iter().zip(&to.elems) {
        let pattern = ev.force_string(from.thunk, site)?.text.to_string();
        rules.push(Replacement {
            pattern,
            to: to.thunk,
            value: None,
        });
    }
    let (string, origin) = ev.force_string_with_holes(args[2], site)?;
    let mut builder = StringBuilder::default();
    push_context(&mut builder, &string, |_| true);
    let pieces = string.pieces(origin);
    let mut at = 0;
    let mut after_hole: Option<Rc<Unknown>> = None;
    let mut index = 0;
    // A run of pieces between two holes is searched as one text.
    while index < pieces.len() {
        if let Some(hole) = &pieces[index].hole {
            builder.push_hole(hole.clone(), pieces[index].origin);
            after_hole = Some(hole.clone());
            index += 1;
            continue;
        }
        let run: Vec<&Part> = pieces[index..]
            .iter()
            .take_while(|part| part.hole.is_none())
            .collect();
        index += run.len();
        let len: usize = run.iter().map(|part| part.len as usize).sum();
        let next = pieces.get(index).and_then(|part| part.hole.clone());
        replace_run(
            ev,
            &mut builder,
            &string.text,
            &mut rules,
            &run,
            (at, at + len),
            (after_hole.take(), next),
            site,
        )?;
        at += len;
    }
    if pieces.is_empty() && string.text.is_empty() {
        replace_run(ev, &mut builder, "", &mut rules, &[], (0, 0), (None, None), site)?;
    }
    Ok(Tracked {
        value: builder.finish(),
        origin,
    })
}

/// Replaces in one run of known text; `holes` are those just before and after it.
#[expect(clippy::too_many_arguments, reason = "the state of one loop")]
fn replace_run(
    ev: &mut Evaluator<'_>,
    builder: &mut StringBuilder,
    text: &str,
    rules: &mut [Replacement],
    run: &[&Part],
    (start, end): (usize, usize),
    (before, after): (Option<Rc<Unknown>>, Option<Rc<Unknown>>),
    site: Site,
) -> Res<()> {
    let Some(known) = text.get(start..end) else {
        return Ok(());
    };
    if let Some(hole) = &before {
        // A pattern may begin inside the hole and reach into this text.
        let reaches = rules.iter().any(|rule| {
            (1..rule.pattern.len()).any(|cut| {
                rule.pattern
                    .get(cut..)
                    .is_some_and(|rest| known.starts_with(rest) || rest.starts_with(known))
            })
        });
        if reaches {
            builder.push_hole(hole.clone(), OriginId(0));
            return Ok(());
        }
    }
    // Stretches are flushed in ascending order, so the pieces are walked through once.
    let mut parts = run.iter();
    let mut part = parts.next();
    let mut part_start = start;
    let mut flush = |builder: &mut StringBuilder, from: usize, to: usize| {
        let (from, to) = (start + from, start + to);
        while let Some(current) = part {
            let part_end = part_start + current.len as usize;
            let (a, b) = (from.max(part_start), to.min(part_end));
            if a < b
                && let Some(piece) = text.get(a..b)
            {
                builder.push_literal(piece, current.origin, current.offset + (a - part_start) as u32);
            }
            if part_end > to {
                break;
            }
            part_start = part_end;
            part = parts.next();
        }
    };
    let mut first_bytes = [false; 256];
    let mut empty_pattern = false;
    for rule in rules.iter() {
        match rule.pattern.as_bytes().first() {
            Some(first) => first_bytes[usize::from(*first)] = true,
            None => empty_pattern = true,
        }
    }
    let bytes = known.as_bytes();
    let mut pending = 0;
    let mut at = 0;
    while at <= bytes.len() {
        let candidate = empty_pattern || bytes.get(at).is_some_and(|byte| first_bytes[usize::from(*byte)]);
        if !candidate {
            at += 1;
            continue;
        }
        let rest = &bytes[at..];
        if let Some(hole) = &after {
            // A pattern that is cut off by the next hole may or may not be there.
            let cut_off = |rule: &Replacement| {
                rest.len() < rule.pattern.len()
                    && rule.pattern.as_bytes().starts_with(rest)
                    && !rest.is_empty()
            };
            let matched = rules
                .iter()
                .position(|rule| rest.starts_with(rule.pattern.as_bytes()));
            let cut = rules.iter().position(cut_off);
            if cut.is_some_and(|cut| matched.is_none_or(|matched| cut < matched)) {
                flush(builder, pending, at);
                builder.push_hole(hole.clone(), OriginId(0));
                return Ok(());
            }
        }
        let Some(rule) = rules
            .iter_mut()
            .find(|rule| rest.starts_with(rule.pattern.as_bytes()))
        else {
            at += 1;
            continue;
        };
        flush(builder, pending, at);
        let value = match &rule.value {
            Some(value) => value.clone(),
            None => {
                let value = ev.force(rule.to)?;
                if !matches!(
                    value.value,
                    Value::String(_) | Value::Unknown(_) | Value::Either(_)
                ) {
                    return ev.type_error("a string", &value.value, site);
                }
                rule.value = Some(value.clone());
                value
            }
        };
        let len = rule.pattern.len();
        ev.coerce_into(builder, &value, Coerce::Interpolate, site)?;
        if len == 0 {
            // An empty pattern matches before every byte; inside a character that would tear it apart.
            if at < bytes.len() && !known.is_char_boundary(at + 1) {
                return Err(Stop::Unknown(inside_character()));
            }
            flush(builder, at, (at + 1).min(bytes.len()));
            at += 1;
        } else {
            at += len;
        }
        pending = at;
    }
    flush(builder, pending.min(bytes.len()), bytes.len());
    Ok(())
}
