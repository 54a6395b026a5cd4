//! Building strings from pieces.

use crate::{ContextItem, NixString, OriginId, Res, Stop, StringPart, Unknown, Value};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::rc::Rc;

/// More pieces than this, 32 bytes each, are not told apart: what follows counts to the last one.
const MAX_PARTS: usize = 4096;

/// Up to so many references are compared one by one.
const FEW: usize = 16;

/// Collects the pieces of a string.
#[derive(Debug, Default)]
pub struct StringBuilder {
    text: String,
    parts: Vec<StringPart>,
    context: Vec<ContextItem>,
    /// The same as a set, once they are many.
    references: FxHashSet<ContextItem>,
}

impl StringBuilder {
    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Is nothing there yet?
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.parts.is_empty()
    }

    /// Adds a stretch of a literal's content that begins at `offset` of it.
    pub fn push_literal(&mut self, text: &str, origin: OriginId, offset: u32) {
        if text.is_empty() {
            return;
        }
        let full = self.parts.len() >= MAX_PARTS;
        match self.parts.last_mut() {
            // Anything may stand in a hole, this text too.
            Some(last) if full && last.hole.is_some() => return,
            Some(last)
                if last.hole.is_none()
                    && (full
                        || last.origin == origin
                            && (origin == OriginId(0) || last.offset + last.len == offset)) =>
            {
                last.len += text.len() as u32;
            }
            _ => self.parts.push(StringPart {
                len: text.len() as u32,
                origin,
                offset,
                hole: None,
            }),
        }
        self.text.push_str(text);
    }

    /// Adds a string with its pieces and context.
    pub fn push_string(&mut self, string: &NixString, origin: OriginId) {
        match &string.parts {
            None => self.push_literal(&string.text, origin, 0),
            Some(parts) => {
                let mut at = 0;
                for part in parts.iter() {
                    match &part.hole {
                        Some(hole) => self.push_hole(hole.clone(), part.origin),
                        None => {
                            let end = at + part.len as usize;
                            self.push_literal(&string.text[at..end], part.origin, part.offset);
                            at = end;
                        }
                    }
                }
            }
        }
        if let Some(context) = &string.context {
            for item in context.iter() {
                self.push_context(item.clone());
            }
        }
    }

    /// Adds a stretch of a string, by byte offsets of its known text; holes at the borders are left out.
    pub fn push_slice(&mut self, string: &NixString, origin: OriginId, start: usize, end: usize) {
        let mut at = 0;
        for part in string.pieces(origin) {
            let len = part.len as usize;
            match part.hole {
                Some(hole) if at > start && at < end => self.push_hole(hole, part.origin),
                Some(_) => {}
                None => {
                    let from = start.max(at);
                    let to = end.min(at + len);
                    if from < to
                        && let Some(piece) = string.text.get(from..to)
                    {
                        self.push_literal(piece, part.origin, part.offset + (from - at) as u32);
                    }
                }
            }
            at += len;
        }
        if let Some(context) = &string.context {
            for item in context.iter() {
                self.push_context(item.clone());
            }
        }
    }

    /// Adds something unknown.
    pub fn push_hole(&mut self, hole: Rc<Unknown>, origin: OriginId) {
        if self.parts.len() >= MAX_PARTS && self.parts.last().is_some_and(|last| last.hole.is_some()) {
            return;
        }
        self.parts.push(StringPart {
            len: 0,
            origin,
            offset: 0,
            hole: Some(hole),
        });
    }

    /// Adds a reference to the store.
    pub fn push_context(&mut self, item: ContextItem) {
        // Few strings refer to more than a handful of things.
        let known = match self.context.len() {
            0..FEW => self.context.contains(&item),
            _ => {
                if self.references.is_empty() {
                    self.references.extend(self.context.iter().cloned());
                }
                !self.references.insert(item.clone())
            }
        };
        if !known {
            self.context.push(item);
        }
    }

    /// The text, if nothing in it is unknown.
    pub fn known_text(&self) -> Res<String> {
        match self.parts.iter().find_map(|part| part.hole.as_ref()) {
            Some(hole) => Err(Stop::Unknown(hole.clone())),
            None => Ok(self.text.clone()),
        }
    }

    /// The string.
    pub fn finish(self) -> Value {
        let context = if self.context.is_empty() {
            None
        } else {
            Some(self.context.into())
        };
        let parts = if self.parts.is_empty() {
            None
        } else {
            Some(self.parts.into())
        };
        Value::String(Rc::new(NixString {
            text: SmolStr::new(&self.text),
            parts,
            context,
        }))
    }
}
