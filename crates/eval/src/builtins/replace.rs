//! `replaceStrings`: replaces in the known text between holes, and knows what a hole next to it may hide.

use super::strings::{inside_character, push_context};
use super::table::{Builtin, Cost};
use crate::{
    Coerce, Evaluator, OriginId, Res, Stop, StringBuilder, StringPart, ThunkId, Tracked, Unknown, Value,
};
use nixpod_source::Site;
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[("replaceStrings", 3, 5, Cost::Sizes, replace_strings)];

fn replace_strings(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let mut rules = Rules::read(ev, args[0], args[1], site)?;
    let (string, origin) = ev.force_string_with_holes(args[2], site)?;
    let mut builder = StringBuilder::default();
    push_context(&mut builder, &string, |_| true);
    let pieces = string.pieces(origin);
    if pieces.is_empty() {
        Run::new("", &[], [None, None]).replace(ev, &mut builder, &mut rules, site)?;
    }
    let mut at = 0;
    let mut before = None;
    let mut rest = &pieces[..];
    while let Some(first) = rest.first() {
        if let Some(hole) = &first.hole {
            // It is replaced in what is not known, too.
            builder.push_hole(hole.made_of(), first.origin);
            before = Some(hole);
            rest = &rest[1..];
            continue;
        }
        // A run of pieces between two holes is searched as one text.
        let end = rest
            .iter()
            .position(|part| part.hole.is_some())
            .unwrap_or(rest.len());
        let (run, others) = rest.split_at(end);
        let len: usize = run.iter().map(|part| part.len as usize).sum();
        if let Some(text) = string.text.get(at..at + len) {
            let after = others.first().and_then(|part| part.hole.as_ref());
            Run::new(text, run, [before.take(), after]).replace(ev, &mut builder, &mut rules, site)?;
        }
        at += len;
        rest = others;
    }
    Ok(Tracked {
        value: builder.finish(),
        origin,
    })
}

/// How many patterns are tried in a step.
const PATTERNS_A_STEP: usize = 8;

/// What is replaced by what.
struct Rules {
    all: Vec<Rule>,
    /// With which bytes patterns begin.
    first_bytes: [bool; 256],
    has_empty: bool,
}

struct Rule {
    pattern: String,
    to: ThunkId,
    /// What the pattern is replaced by; looked at when it is first used.
    value: Option<Tracked>,
}

impl Rules {
    fn read(ev: &mut Evaluator<'_>, from: ThunkId, to: ThunkId, site: Site) -> Res<Self> {
        let from = ev.force_exact_list(from, site)?;
        let to = ev.force_exact_list(to, site)?;
        if from.elems.len() != to.elems.len() {
            return ev.fail(
                "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths",
                site,
            );
        }
        let mut rules = Self {
            all: Vec::with_capacity(from.elems.len()),
            first_bytes: [false; 256],
            has_empty: false,
        };
        for (from, to) in from.elems.iter().zip(&to.elems) {
            let pattern = ev.force_string(from.thunk, site)?.text.to_string();
            match pattern.as_bytes().first() {
                Some(first) => rules.first_bytes[usize::from(*first)] = true,
                None => rules.has_empty = true,
            }
            rules.all.push(Rule {
                pattern,
                to: to.thunk,
                value: None,
            });
        }
        Ok(rules)
    }

    /// May a pattern be here? Quick, for most places of a text.
    fn may_begin(&self, rest: &[u8]) -> bool {
        self.has_empty
            || rest
                .first()
                .is_some_and(|byte| self.first_bytes[usize::from(*byte)])
    }

    /// The first pattern that is here.
    fn matching(&self, rest: &[u8]) -> Option<usize> {
        self.all
            .iter()
            .position(|rule| rest.starts_with(rule.pattern.as_bytes()))
    }

    /// The first pattern that is here if the right text follows.
    fn cut_off(&self, rest: &[u8]) -> Option<usize> {
        self.all.iter().position(|rule| {
            rest.len() < rule.pattern.len() && rule.pattern.as_bytes().starts_with(rest) && !rest.is_empty()
        })
    }

    /// May a pattern begin before this text and reach into it?
    fn reach_into(&self, text: &str) -> bool {
        self.all.iter().any(|rule| {
            (1..rule.pattern.len()).any(|cut| {
                let rest = rule.pattern.get(cut..);
                rest.is_some_and(|rest| text.starts_with(rest) || rest.starts_with(text))
            })
        })
    }
}

impl Rule {
    fn value(&mut self, ev: &mut Evaluator<'_>, site: Site) -> Res<Tracked> {
        if let Some(value) = &self.value {
            return Ok(value.clone());
        }
        let value = ev.force(self.to)?;
        match &value.value {
            Value::String(_) | Value::Unknown(_) | Value::Either(_) => {}
            other => return ev.type_error("a string", other, site),
        }
        self.value = Some(value.clone());
        Ok(value)
    }
}

/// Known text between holes.
struct Run<'a> {
    text: &'a str,
    /// Where the text comes from, as far as it was not copied yet: stretches are copied in ascending order.
    parts: &'a [StringPart],
    /// Where the first of the parts begins.
    parts_start: usize,
    before: Option<&'a Rc<Unknown>>,
    after: Option<&'a Rc<Unknown>>,
}

impl<'a> Run<'a> {
    fn new(text: &'a str, parts: &'a [StringPart], [before, after]: [Option<&'a Rc<Unknown>>; 2]) -> Self {
        Self {
            text,
            parts,
            parts_start: 0,
            before,
            after,
        }
    }

    fn replace(
        mut self,
        ev: &mut Evaluator<'_>,
        builder: &mut StringBuilder,
        rules: &mut Rules,
        site: Site,
    ) -> Res<()> {
        if let Some(hole) = self.before.filter(|_| rules.reach_into(self.text)) {
            builder.push_hole(hole.made_of(), OriginId(0));
            return Ok(());
        }
        let bytes = self.text.as_bytes();
        let mut pending = 0;
        let mut at = 0;
        while let Some(rest) = bytes.get(at..) {
            if !rules.may_begin(rest) {
                at += 1;
                continue;
            }
            // Every pattern may be tried here, and a replacement has pieces of its own.
            ev.work(1 + rules.all.len() / PATTERNS_A_STEP)?;
            let matching = rules.matching(rest);
            if let Some(hole) = self.after
                && let Some(cut_off) = rules.cut_off(rest)
                && matching.is_none_or(|matching| cut_off < matching)
            {
                // What the hole begins with decides.
                self.copy(builder, pending, at);
                builder.push_hole(hole.made_of(), OriginId(0));
                return Ok(());
            }
            let Some(rule) = matching.and_then(|matching| rules.all.get_mut(matching)) else {
                at += 1;
                continue;
            };
            self.copy(builder, pending, at);
            let value = rule.value(ev, site)?;
            ev.coerce_into(builder, &value, Coerce::Interpolate, site)?;
            let next = at + rule.pattern.len().max(1);
            if rule.pattern.is_empty() {
                // An empty pattern matches before every byte; inside a character that would tear it apart.
                if at < bytes.len() && !self.text.is_char_boundary(next) {
                    return Err(Stop::Unknown(inside_character()));
                }
                self.copy(builder, at, next.min(bytes.len()));
            }
            at = next;
            pending = next;
        }
        self.copy(builder, pending.min(bytes.len()), bytes.len());
        Ok(())
    }

    /// Copies a stretch of the text with the origins of its pieces.
    fn copy(&mut self, builder: &mut StringBuilder, from: usize, to: usize) {
        while let Some((part, others)) = self.parts.split_first() {
            let start = self.parts_start;
            let end = start + part.len as usize;
            let (a, b) = (from.max(start), to.min(end));
            if a < b
                && let Some(piece) = self.text.get(a..b)
            {
                builder.push_literal(piece, part.origin, part.offset + (a - start) as u32);
            }
            if end > to {
                break;
            }
            self.parts_start = end;
            self.parts = others;
        }
    }
}
