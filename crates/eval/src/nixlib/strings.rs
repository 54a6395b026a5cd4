//! Primitives that look for something in strings: prefixes, suffixes, separators.

use super::pieces::{self, ending, head, pieces, push, push_context, push_part, runs, slice, tail};
use crate::builtins::{Builtin, Cost, plain};
use crate::{
    Coerce, Elem, Evaluator, List, NixString, OriginId, Res, Stop, StringBuilder, ThunkId, Tracked, Value,
    When,
};
use nixpod_source::Site;
use std::rc::Rc;

pub(super) const PRIMITIVES: &[Builtin] = &[
    ("hasPrefix", 2, 3, Cost::Sizes, |ev, args, site| {
        let (prefix, string) = both(ev, args, site)?;
        plain(Value::Bool(has_prefix(&prefix.0, &string.0)?))
    }),
    ("hasSuffix", 2, 3, Cost::Sizes, |ev, args, site| {
        let (suffix, string) = both(ev, args, site)?;
        plain(Value::Bool(has_suffix(&suffix.0, &string.0)?))
    }),
    ("hasInfix", 2, 3, Cost::Sizes, |ev, args, site| {
        let (infix, string) = both(ev, args, site)?;
        known(&infix.0)?;
        let stored = string
            .0
            .pieces(string.1)
            .iter()
            .any(|part| in_store(part.hole.as_ref()));
        let found = runs(&string.0).iter().any(|run| run.contains(&*infix.0.text))
            || (stored && STORE.contains(&*infix.0.text))
            || copied_names(&string.0).any(|name| name.contains(&*infix.0.text));
        match string.0.hole() {
            Some(hole) if !found => Err(Stop::Unknown(hole.clone())),
            _ => plain(Value::Bool(found)),
        }
    }),
    ("removePrefix", 2, 3, Cost::Sizes, |ev, args, site| {
        let (prefix, string) = both(ev, args, site)?;
        let start = if has_prefix(&prefix.0, &string.0)? {
            let start = prefix.0.text.len();
            if head(&string.0).len() < start {
                // The beginning of a store path is known, but what is left of it is not.
                known(&string.0)?;
            }
            start
        } else {
            0
        };
        let (string, origin) = string;
        let value = slice(&string, origin, start, string.text.len());
        Ok(Tracked { value, origin })
    }),
    ("removeSuffix", 2, 3, Cost::Sizes, |ev, args, site| {
        let (suffix, string) = both(ev, args, site)?;
        let (string, origin) = string;
        let cut = if has_suffix(&suffix.0, &string)? {
            suffix.0.text.len()
        } else {
            0
        };
        if tail(&string).len() < cut {
            // The end of a store path is known, but what is left of it is not.
            known(&string)?;
        }
        let value = slice(&string, origin, 0, string.text.len() - cut);
        Ok(Tracked { value, origin })
    }),
    ("splitString", 2, 3, Cost::Bytes, split_string),
    ("concatMapStringsSep", 3, 4, Cost::Calls, concat_map),
    ("stringToCharacters", 1, 1, Cost::Bytes, characters),
    ("trim", 3, 7, Cost::Sizes, trim),
    ("isStorePath", 1, 1, Cost::Sizes, is_store_path),
];

type Text = (Rc<NixString>, OriginId);

/// A string from whatever can stand in `"${..}"`.
pub(super) fn text(ev: &mut Evaluator<'_>, arg: ThunkId, mode: Coerce, site: Site) -> Res<Text> {
    let value = ev.force(arg)?;
    let value = ev.coerce(&value, mode, site)?;
    let value = ev.known(value)?;
    match &value.value {
        Value::String(string) => Ok((string.clone(), value.origin)),
        other => ev.type_error("a string", other, site),
    }
}

fn both(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<(Text, Text)> {
    let [first, second, ..] = args else {
        return ev.fail("too few arguments", site);
    };
    let first = text(ev, *first, Coerce::Interpolate, site)?;
    let second = text(ev, *second, Coerce::Interpolate, site)?;
    Ok((first, second))
}

/// How the text of every store path begins.
const STORE: &str = "/nix/store/";

fn in_store(hole: Option<&Rc<crate::Unknown>>) -> bool {
    hole.is_some_and(|hole| hole.store_path)
}

/// The names of the paths that were copied: a store path ends with its name.
fn copied_names(string: &NixString) -> impl Iterator<Item = &str> {
    let context = string.context.iter().flat_map(|context| context.iter());
    context.filter_map(|item| match item {
        crate::ContextItem::Copied { name, .. } => Some(name.as_str()),
        _ => None,
    })
}

fn known(string: &NixString) -> Res<()> {
    match string.hole() {
        Some(hole) => Err(Stop::Unknown(hole.clone())),
        None => Ok(()),
    }
}

/// Does it begin so? A difference in what is known decides, whatever stands in the holes.
fn has_prefix(prefix: &NixString, string: &NixString) -> Res<bool> {
    let (wanted, mut there) = (head(prefix), head(string));
    let first = string.parts.as_ref().and_then(|parts| parts.first());
    if there.is_empty() && in_store(first.and_then(|part| part.hole.as_ref())) {
        there = STORE;
    }
    let common = wanted.len().min(there.len());
    if wanted.as_bytes().get(..common) != there.as_bytes().get(..common) {
        return Ok(false);
    }
    known(prefix)?;
    if there.len() < wanted.len() {
        known(string)?;
    }
    Ok(there.len() >= wanted.len())
}

fn has_suffix(suffix: &NixString, string: &NixString) -> Res<bool> {
    let ending = ending(string);
    let (wanted, there) = (tail(suffix).as_bytes(), ending.as_bytes());
    let common = wanted.len().min(there.len());
    if wanted.get(wanted.len() - common..) != there.get(there.len() - common..) {
        return Ok(false);
    }
    known(suffix)?;
    if there.len() < wanted.len() {
        known(string)?;
    }
    Ok(there.len() >= wanted.len())
}

/// A hole may contain the separator, so the list may then have further elements.
/// Where the separators in a string begin and end. They may go across pieces, but not across holes.
fn cuts(string: &NixString, separator: &str) -> Vec<(usize, usize)> {
    if separator.is_empty() {
        let ends = string.text.char_indices().map(|(at, _)| at);
        return ends.chain([string.text.len()]).map(|at| (at, at)).collect();
    }
    let mut cuts = Vec::new();
    let mut start = 0;
    for run in runs(string) {
        let found = run.match_indices(separator).map(|(at, _)| start + at);
        cuts.extend(found.map(|at| (at, at + separator.len())));
        start += run.len();
    }
    cuts
}

fn split_string(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let separator = text(ev, args[0], Coerce::ToString, site)?;
    let (string, origin) = text(ev, args[1], Coerce::ToString, site)?;
    known(&separator.0)?;
    let separator = &*separator.0.text;
    ev.charge(string.text.len())?;
    if separator.is_empty() {
        known(&string)?;
    }
    let cuts = cuts(&string, separator);
    let mut builders = vec![StringBuilder::default()];
    let mut cuts = cuts.into_iter().peekable();
    // Everything before `from` is in a builder or part of a separator.
    let (mut at, mut from) = (0, 0);
    for piece in pieces(&string, origin) {
        let end = at + piece.1.len();
        if piece.0.hole.is_some() {
            if let Some(last) = builders.last_mut() {
                push(last, &piece);
            }
            continue;
        }
        while let Some((cut, after)) = cuts.next_if(|(cut, _)| *cut < end) {
            if let Some(last) = builders.last_mut() {
                push_part(last, &piece, from.max(at) - at, cut.max(at) - at);
            }
            builders.push(StringBuilder::default());
            from = after;
        }
        if let Some(last) = builders.last_mut()
            && from.max(at) < end
        {
            push_part(last, &piece, from.max(at) - at, piece.1.len());
            from = end;
        }
        at = end;
    }
    // The empty separator also stands at the very end.
    builders.extend(cuts.map(|_| StringBuilder::default()));
    let mut elems = Vec::with_capacity(builders.len());
    for mut builder in builders {
        push_context(&mut builder, string.context.as_deref());
        elems.push(Elem {
            thunk: ev.alloc(builder.finish(), origin),
            when: When::ALWAYS,
        });
    }
    // The hash and name of a store path have none of these in them.
    let harmless =
        |hole: &Rc<crate::Unknown>| hole.store_path && separator.contains([' ', '\n', ',', ':', ';', '@']);
    let open = string.hole().filter(|hole| !harmless(hole)).cloned();
    plain(Value::List(Rc::new(List { elems, open })))
}

fn concat_map(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let [separator, function, list, ..] = args else {
        return ev.fail("too few arguments", site);
    };
    let mapped = builtin(ev, "map", &[*function, *list], site)?;
    let mapped = ev.alloc_tracked(mapped);
    builtin(ev, "concatStringsSep", &[*separator, mapped], site)
}

/// Calls a builtin by name.
fn builtin(ev: &mut Evaluator<'_>, name: &str, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let builtins = ev.force(ev.builtins())?;
    let name = ev.intern(name);
    let function = ev.select_value(&builtins, name, site)?;
    ev.apply_all(&function, args, site)
}

fn characters(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, origin) = ev.force_string_with_holes(args[0], site)?;
    known(&string)?;
    ev.charge(string.text.len() * size_of::<Elem>())?;
    let mut thunks = Vec::with_capacity(string.text.len());
    for (at, c) in string.text.char_indices() {
        let value = slice(&string, origin, at, at + c.len_utf8());
        thunks.push(ev.alloc(value, origin));
    }
    plain(Value::list(thunks))
}

fn trim(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];
    let at_start = ev.force_bool(args[0], site)?;
    let at_end = ev.force_bool(args[1], site)?;
    let (string, origin) = ev.force_string_with_holes(args[2], site)?;
    let start = if at_start {
        let head = head(&string);
        head.len() - head.trim_start_matches(BLANK).len()
    } else {
        0
    };
    let cut = if at_end {
        let tail = tail(&string);
        tail.len() - tail.trim_end_matches(BLANK).len()
    } else {
        0
    };
    let end = (string.text.len() - cut).max(start);
    let value = pieces::slice(&string, origin, start, end);
    Ok(Tracked { value, origin })
}

fn is_store_path(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force_known(args[0])?;
    let like = match &value.value {
        Value::String(_) | Value::Path(_) => true,
        Value::Attrs(attrs) => [ev.common().out_path, ev.common().to_string]
            .iter()
            .any(|name| attrs.get(*name).is_some()),
        _ => false,
    };
    if !like {
        return plain(Value::Bool(false));
    }
    let (string, _) = text(ev, args[0], Coerce::ToString, site)?;
    if let [only] = &string.pieces(OriginId(0))[..]
        && let Some(hole) = &only.hole
        && hole.store_path
    {
        return plain(Value::Bool(true));
    }
    known(&string)?;
    let text = string.text.as_str();
    let parent = text.rsplit_once('/');
    let verdict = match parent {
        Some(("/nix/store", _)) => true,
        // A content-addressed placeholder: a slash and 52 characters.
        Some(("", name)) => {
            name.len() == 52 && name.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        }
        _ => false,
    };
    plain(Value::Bool(verdict))
}
