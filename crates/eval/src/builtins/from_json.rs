//! `fromJSON`.

use super::strings::push_bare_slice;
use super::table::{Builtin, Cost};
use crate::{
    Attr, Attrs, Evaluator, NO_SITE, NixString, OriginId, Res, Stop, StringBuilder, ThunkId, Tracked, Value,
    When,
};
use nixpod_source::Site;

/// Deeper JSON than this is refused; Nix has no such bound but its own stack.
const MAX_DEPTH: usize = 1000;

pub(super) const BUILTINS: &[Builtin] = &[("fromJSON", 1, 1, Cost::Steps, from_json)];

fn from_json(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, origin) = ev.force_string_with_holes(args[0], site)?;
    if let Some(hole) = string.hole() {
        return Err(Stop::Unknown(hole.clone()));
    }
    ev.work(string.text.len() / 2)?;
    let mut reader = JsonReader {
        text: &string.text,
        at: 0,
        string: &string,
        origin,
        site,
    };
    let value = reader.value(ev, 0)?;
    reader.blanks();
    if reader.at < string.text.len() {
        return reader.error(ev, "unexpected text after the value");
    }
    Ok(value)
}

struct JsonReader<'a> {
    text: &'a str,
    at: usize,
    string: &'a NixString,
    origin: OriginId,
    site: Site,
}

impl JsonReader<'_> {
    fn error<T>(&self, ev: &Evaluator<'_>, message: &str) -> Res<T> {
        ev.fail(
            format!("while decoding a JSON string: {message} at byte {}", self.at),
            self.site,
        )
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, ev: &mut Evaluator<'_>, depth: usize) -> Res<Tracked> {
        if depth > MAX_DEPTH {
            return ev.beyond("JSON that is nested too deeply");
        }
        ev.step()?;
        self.blanks();
        let origin = self.origin;
        let known = |value| Ok(Tracked { value, origin });
        match self.peek() {
            Some(b'{') => known(self.object(ev, depth)?),
            Some(b'[') => known(self.array(ev, depth)?),
            Some(b'"') => self.string(ev),
            Some(b'-' | b'0'..=b'9') => self.number(ev),
            _ => {
                let words = [
                    ("true", Value::Bool(true)),
                    ("false", Value::Bool(false)),
                    ("null", Value::Null),
                ];
                let rest = self.text.get(self.at..).unwrap_or("");
                match words.into_iter().find(|(word, _)| rest.starts_with(word)) {
                    Some((word, value)) => {
                        self.at += word.len();
                        known(value)
                    }
                    None => self.error(ev, "expected a value"),
                }
            }
        }
    }

    fn nested(&mut self, ev: &mut Evaluator<'_>, depth: usize) -> Res<ThunkId> {
        let value = stacker::maybe_grow(64 << 10, 1 << 20, || self.value(ev, depth + 1))?;
        Ok(ev.alloc_tracked(value))
    }

    fn object(&mut self, ev: &mut Evaluator<'_>, depth: usize) -> Res<Value> {
        self.at += 1;
        let mut entries: Vec<Attr> = Vec::new();
        self.blanks();
        if self.eat(b'}') {
            return Ok(Value::attrs(Attrs::default()));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return self.error(ev, "expected a key");
            }
            let key = self.string(ev)?;
            let name = match &key.value {
                Value::String(key) => ev.intern(&key.text),
                _ => return self.error(ev, "expected a key"),
            };
            self.blanks();
            if !self.eat(b':') {
                return self.error(ev, "expected ':'");
            }
            entries.push(Attr {
                name,
                thunk: self.nested(ev, depth)?,
                site: NO_SITE,
                when: When::ALWAYS,
            });
            self.blanks();
            if self.eat(b'}') {
                return Ok(Value::attrs(Attrs::from_entries(entries)));
            }
            if !self.eat(b',') {
                return self.error(ev, "expected ',' or '}'");
            }
        }
    }

    fn array(&mut self, ev: &mut Evaluator<'_>, depth: usize) -> Res<Value> {
        self.at += 1;
        let mut thunks: Vec<ThunkId> = Vec::new();
        self.blanks();
        if self.eat(b']') {
            return Ok(Value::list(thunks));
        }
        loop {
            thunks.push(self.nested(ev, depth)?);
            self.blanks();
            if self.eat(b']') {
                return Ok(Value::list(thunks));
            }
            if !self.eat(b',') {
                return self.error(ev, "expected ',' or ']'");
            }
        }
    }

    fn number(&mut self, ev: &mut Evaluator<'_>) -> Res<Tracked> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while reader.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                reader.at += 1;
            }
            reader.at - from
        };
        self.eat(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let whole = digits(self);
        if whole == 0 || (leading_zero && whole > 1) {
            return self.error(ev, "malformed number");
        }
        let mut float = false;
        if self.eat(b'.') {
            float = true;
            if digits(self) == 0 {
                return self.error(ev, "malformed number");
            }
        }
        if self.eat(b'e') || self.eat(b'E') {
            float = true;
            let _ = self.eat(b'+') || self.eat(b'-');
            if digits(self) == 0 {
                return self.error(ev, "malformed number");
            }
        }
        let text = &self.text[start..self.at];
        if !float {
            if let Ok(int) = text.parse::<i64>() {
                return Ok(Tracked {
                    value: Value::Int(int),
                    origin: self.origin,
                });
            }
            if text.parse::<u64>().is_ok() {
                return ev.fail(
                    format!("unsigned json number {text} outside of Nix integer range"),
                    self.site,
                );
            }
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Tracked {
                value: Value::Float(number),
                origin: self.origin,
            }),
            _ => self.error(ev, "number out of range"),
        }
    }

    fn string(&mut self, ev: &mut Evaluator<'_>) -> Res<Tracked> {
        self.at += 1;
        let mut builder = StringBuilder::default();
        let mut done = self.at;
        let mut nul = false;
        loop {
            let Some(byte) = self.peek() else {
                return self.error(ev, "string without an end");
            };
            match byte {
                b'"' => break,
                b'\\' => {
                    push_bare_slice(&mut builder, self.string, self.origin, done, self.at);
                    self.at += 1;
                    let Some(c) = self.escape() else {
                        return self.error(ev, "malformed escape");
                    };
                    nul |= c == '\0';
                    let mut buffer = [0; 4];
                    builder.push_literal(c.encode_utf8(&mut buffer), OriginId(0), 0);
                    done = self.at;
                }
                0..0x20 => return self.error(ev, "control character in a string"),
                _ => self.at += 1,
            }
        }
        push_bare_slice(&mut builder, self.string, self.origin, done, self.at);
        self.at += 1;
        if nul {
            return ev.fail(super::strings::NUL, self.site);
        }
        Ok(Tracked {
            value: builder.finish(),
            origin: self.origin,
        })
    }

    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hex4()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return char::from_u32(high);
                }
                if !(self.eat(b'\\') && self.eat(b'u')) {
                    return None;
                }
                let low = self.hex4()?;
                if !(0xdc00..0xe000).contains(&low) {
                    return None;
                }
                return char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            }
            _ => return None,
        })
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}
