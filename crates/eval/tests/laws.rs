//! Laws over random programs: what is wholly known evaluates wholly, and knowing less never gives another answer.

#[path = "support/generate.rs"]
mod generate;

use generate::{INPUTS, expression};
use nixpod_eval::{Attrs, Evaluator, Limits, List, NO_SITE, NixString, Source, Tracked, Value};
use nixpod_fixture::TestSource;
use nixpod_source::{Utf8Path, Why};
use proptest::prelude::*;

/// The value of `input: expression` for an input of which some fields are unknown (bit by bit).
fn evaluate(ev: &mut Evaluator<'_>, source: &TestSource, text: &str, unknown: u8) -> Result<Tracked, String> {
    let loaded = source
        .load(Utf8Path::new("/t.nix"))
        .map_err(|why| format!("{why} in {text}"))?;
    let function = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
    let mut entries = Vec::new();
    for (at, (name, _, value)) in INPUTS.iter().enumerate() {
        let thunk = if unknown >> at & 1 == 1 {
            ev.alloc_unknown(Why::named(&format!("input.{name}")))
        } else {
            let path = format!("/{name}.nix");
            let loaded = source
                .add(Utf8Path::new(&path), (*value).to_owned())
                .map_err(|why| why.to_string())?;
            ev.add_unit(loaded.file, loaded.hir, &loaded.path)
        };
        entries.push((*name, thunk));
    }
    let input = ev.attrs_from(entries);
    let input = ev.alloc(Value::attrs(input), Default::default());
    let function = ev.force(function).map_err(|error| error.message.clone())?;
    let result = ev.apply(&function, input, NO_SITE);
    ev.settle(result).map_err(|error| error.message.clone())
}

/// Can the partly known value be the known one?
fn agree(
    partial: &mut Evaluator<'_>,
    p: &Tracked,
    known: &mut Evaluator<'_>,
    k: &Tracked,
) -> Result<(), String> {
    match (&p.value, &k.value) {
        (Value::Unknown(_), _) => Ok(()),
        (Value::Either(alternatives), _) => {
            match alternatives
                .iter()
                .any(|one| agree(partial, &one.value, known, k).is_ok())
            {
                true => Ok(()),
                false => Err("none of the alternatives".to_owned()),
            }
        }
        (Value::String(a), Value::String(b)) => match text_agrees(a, &b.text) {
            true => Ok(()),
            false => Err(format!("{a:?} against {:?}", b.text)),
        },
        (Value::List(a), Value::List(b)) => lists_agree(partial, a, known, b),
        (Value::Attrs(a), Value::Attrs(b)) => sets_agree(partial, a, known, b),
        _ => {
            let (p, k) = (partial.print(p), known.print(k));
            match (p, k) {
                (Ok(p), Ok(k)) if p == k => Ok(()),
                (p, k) => Err(format!("{p:?} against {k:?}")),
            }
        }
    }
}

/// Does the known text fit, with anything in the place of holes?
fn text_agrees(pattern: &NixString, text: &str) -> bool {
    let (mut rest, mut at, mut free) = (text, 0, false);
    let parts = pattern.pieces(Default::default());
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for part in &parts {
        if part.hole.is_some() {
            free = true;
            continue;
        }
        let piece = &pattern.text[at..at + part.len as usize];
        at += part.len as usize;
        match pieces.last_mut() {
            Some((_, last)) if !free => last.push_str(piece),
            _ => pieces.push((free, piece.to_owned())),
        }
        free = false;
    }
    let count = pieces.len();
    for (at, (after_hole, piece)) in pieces.iter().enumerate() {
        let last = at + 1 == count && !free;
        let found = match (after_hole, last) {
            (true, true) => return rest.ends_with(piece.as_str()),
            (true, false) => rest.find(piece.as_str()),
            (false, _) => rest.starts_with(piece.as_str()).then_some(0),
        };
        match found {
            Some(start) => rest = &rest[start + piece.len()..],
            None => return false,
        }
    }
    free || rest.is_empty()
}

fn lists_agree(
    partial: &mut Evaluator<'_>,
    a: &List,
    known: &mut Evaluator<'_>,
    b: &List,
) -> Result<(), String> {
    if !a.is_exact() {
        // Elements that are certain must be there, in order.
        let mut rest = b.elems.iter();
        for elem in a.elems.iter().filter(|elem| elem.when.is_always()) {
            let value = partial.force_or_unknown(elem.thunk);
            let found = rest.any(|other| {
                let other = known.force_or_unknown(other.thunk);
                agree(partial, &value, known, &other).is_ok()
            });
            if !found {
                return Err("a certain element is not there".to_owned());
            }
        }
        return Ok(());
    }
    if a.elems.len() != b.elems.len() {
        return Err(format!("{} elements against {}", a.elems.len(), b.elems.len()));
    }
    for (x, y) in a.elems.iter().zip(&b.elems) {
        thunks_agree(partial, x.thunk, known, y.thunk)?;
    }
    Ok(())
}

fn sets_agree(
    partial: &mut Evaluator<'_>,
    a: &Attrs,
    known: &mut Evaluator<'_>,
    b: &Attrs,
) -> Result<(), String> {
    for attr in &a.entries {
        let name = partial.name(attr.name).clone();
        match known.symbol(&name).and_then(|symbol| b.get(symbol).copied()) {
            Some(other) => thunks_agree(partial, attr.thunk, known, other.thunk)?,
            None if attr.when.is_always() => return Err(format!("{name} is not there")),
            None => {}
        }
    }
    for attr in &b.entries {
        let name = known.name(attr.name).clone();
        let there = partial
            .symbol(&name)
            .is_some_and(|symbol| a.get(symbol).is_some());
        if !there && a.open.is_none() {
            return Err(format!("{name} is missing"));
        }
    }
    Ok(())
}

fn thunks_agree(
    partial: &mut Evaluator<'_>,
    p: nixpod_eval::ThunkId,
    known: &mut Evaluator<'_>,
    k: nixpod_eval::ThunkId,
) -> Result<(), String> {
    match (partial.force(p), known.force(k)) {
        (Ok(p), Ok(k)) => agree(partial, &p, known, &k),
        // A configuration is taken to evaluate, so a failing one allows anything.
        (_, Err(_)) => Ok(()),
        (Err(error), Ok(_)) => Err(format!("fails only when less is known: {}", error.message)),
    }
}

/// Enough to be quick; more by the environment variable that proptest has for it.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(600)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn knowing_less_never_gives_another_answer(bytes in prop::collection::vec(any::<u8>(), 0..120), unknown in 1u8..32) {
        let text = format!("input: {}", expression(&bytes, true));
        let files = [("/t.nix", text.as_str())];
        let (source_k, source_p) = (TestSource::memory(&files), TestSource::memory(&files));
        let mut known = Evaluator::new(&source_k, Limits::default());
        let mut partial = Evaluator::new(&source_p, Limits::default());
        let k = evaluate(&mut known, &source_k, &text, 0);
        let p = evaluate(&mut partial, &source_p, &text, unknown);
        match (&p, &k) {
            (Ok(p), Ok(k)) => {
                let agreed = agree(&mut partial, p, &mut known, k);
                prop_assert!(agreed.is_ok(), "{:?} for {} with {:05b}", agreed, text, unknown);
            }
            (Err(error), Ok(_)) => prop_assert!(false, "{} for {} with {:05b}", error, text, unknown),
            (_, Err(_)) => {}
        }
    }

    #[test]
    fn what_is_known_evaluates_wholly(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = format!("input: {}", expression(&bytes, true));
        let source = TestSource::memory(&[("/t.nix", text.as_str())]);
        let mut ev = Evaluator::new(&source, Limits::default());
        if let Ok(value) = evaluate(&mut ev, &source, &text, 0)
            && let Ok(printed) = ev.print(&value)
        {
            prop_assert!(!printed.contains("«unknown") && !printed.contains("«one of"), "{} gives {}", text, printed);
        }
    }
}
