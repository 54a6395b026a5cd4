//! `toJSON`, and printing as JSON.

use super::table::{Builtin, Cost};
use crate::{
    Attrs, Coerce, EvalResult, Evaluator, List, NO_SITE, NixString, OriginId, Res, Stop, StringBuilder,
    ThunkId, Tracked, Unknown, Value,
};
use nixpod_source::Site;
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[("toJSON", 1, 1, Cost::Steps, to_json)];

fn to_json(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    let mut writer = Writer {
        builder: StringBuilder::default(),
        quote_unknown: false,
        charged: 0,
    };
    writer.value(ev, &value, site)?;
    writer.charge(ev)?;
    Ok(Tracked {
        value: writer.builder.finish(),
        origin: value.origin,
    })
}

struct Writer {
    builder: StringBuilder,
    /// Are unknown values shown as strings, so that the result is JSON all the same?
    quote_unknown: bool,
    /// Bytes that were counted.
    charged: usize,
}

/// The state between two entries.
struct Separator {
    first: bool,
    /// Why there may be further entries here.
    hole: Option<Rc<Unknown>>,
}

impl Separator {
    fn new(open: &Option<Rc<Unknown>>) -> Self {
        Self {
            first: true,
            hole: open.clone(),
        }
    }
}

impl Writer {
    /// Counts what was written since the last time, so that one large string many times does not fill the memory.
    fn charge(&mut self, ev: &mut Evaluator<'_>) -> Res<()> {
        let length = self.builder.len();
        let new = length.saturating_sub(self.charged);
        self.charged = length;
        ev.charge(new)
    }

    fn raw(&mut self, text: &str) {
        self.builder.push_literal(text, OriginId(0), 0);
    }

    fn hole(&mut self, hole: Rc<Unknown>, origin: OriginId) {
        if self.quote_unknown {
            self.raw("\"");
        }
        self.builder.push_hole(hole, origin);
        if self.quote_unknown {
            self.raw("\"");
        }
    }

    /// A string with the origins of its pieces; escapes have none.
    fn string(&mut self, string: &NixString, origin: OriginId) {
        self.raw("\"");
        let mut at = 0;
        for part in string.pieces(origin) {
            if let Some(hole) = part.hole {
                self.builder.push_hole(hole, part.origin);
                continue;
            }
            let end = at + part.len as usize;
            let text = string.text.get(at..end).unwrap_or("");
            at = end;
            let mut done = 0;
            for (offset, byte) in text.bytes().enumerate() {
                if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                    continue;
                }
                self.builder
                    .push_literal(&text[done..offset], part.origin, part.offset + done as u32);
                done = offset + 1;
                match byte {
                    b'"' => self.raw("\\\""),
                    b'\\' => self.raw("\\\\"),
                    b'\n' => self.raw("\\n"),
                    b'\r' => self.raw("\\r"),
                    b'\t' => self.raw("\\t"),
                    0x08 => self.raw("\\b"),
                    0x0c => self.raw("\\f"),
                    byte => self.raw(&format!("\\u{byte:04x}")),
                }
            }
            self.builder
                .push_literal(&text[done..], part.origin, part.offset + done as u32);
        }
        for item in string.context.iter().flat_map(|context| context.iter()) {
            self.builder.push_context(item.clone());
        }
        self.raw("\"");
    }

    fn value(&mut self, ev: &mut Evaluator<'_>, value: &Tracked, site: Site) -> Res<()> {
        ev.step()?;
        self.charge(ev)?;
        match &value.value {
            Value::Null => self.raw("null"),
            Value::Bool(bool) => self.raw(if *bool { "true" } else { "false" }),
            Value::Int(int) => self.builder.push_literal(&int.to_string(), value.origin, 0),
            Value::Float(float) => self.builder.push_literal(&float_json(*float), value.origin, 0),
            Value::String(string) => self.string(string, value.origin),
            Value::Path(_) => {
                let copied = ev.coerce(value, Coerce::Interpolate, site)?;
                if let Value::String(string) = &copied.value {
                    self.string(string, value.origin);
                }
            }
            Value::List(_) | Value::Attrs(_) => return ev.nested(site, |ev| self.composite(ev, value, site)),
            Value::Unknown(unknown) => self.hole(unknown.clone(), value.origin),
            Value::Either(_) => {
                let hole = ev.undecided(value);
                self.hole(hole, value.origin);
            }
            other @ (Value::Lambda(_) | Value::Primop(_) | Value::Opaque(_)) => {
                return ev.fail(format!("cannot convert {} to JSON", other.describe()), site);
            }
        }
        Ok(())
    }

    /// What stands before an entry: a comma, or a hole in which entries that are perhaps there and their commas are.
    fn separate(&mut self, gap: &mut Separator, open: &Option<Rc<Unknown>>) {
        let hole = gap.hole.take().filter(|_| !self.quote_unknown);
        match hole {
            Some(hole) => self.builder.push_hole(hole, OriginId(0)),
            None if !gap.first => self.raw(","),
            None => {}
        }
        gap.first = false;
        gap.hole = open.clone();
    }

    fn finish(&mut self, gap: Separator, open: &Option<Rc<Unknown>>) {
        match (self.quote_unknown, gap.hole) {
            (true, _) => {
                if let Some(open) = open {
                    if !gap.first {
                        self.raw(",");
                    }
                    self.hole(open.clone(), OriginId(0));
                }
            }
            (false, Some(hole)) => self.builder.push_hole(hole, OriginId(0)),
            (false, None) => {}
        }
    }

    fn composite(&mut self, ev: &mut Evaluator<'_>, value: &Tracked, site: Site) -> Res<()> {
        match &value.value {
            Value::List(list) => self.list(ev, list, site),
            Value::Attrs(attrs) => {
                if let Some(convert) = attrs.get(ev.common().to_string) {
                    let convert = ev.force(convert.thunk)?;
                    let argument = ev.alloc_tracked(value.clone());
                    let text = ev.apply(&convert, argument, site)?;
                    let text = ev.coerce(&text, Coerce::Interpolate, site)?;
                    return self.value(ev, &text, site);
                }
                if let Some(path) = attrs.get(ev.common().out_path) {
                    let path = ev.force(path.thunk)?;
                    return self.value(ev, &path, site);
                }
                self.attrs(ev, attrs, site)
            }
            _ => Ok(()),
        }
    }

    fn list(&mut self, ev: &mut Evaluator<'_>, list: &List, site: Site) -> Res<()> {
        self.raw("[");
        let mut gap = Separator::new(&list.open);
        for elem in &list.elems {
            let inner = ev.force(elem.thunk).map_err(Stop::from);
            let Some(inner) = ev.unless_absent(elem.when, inner)? else {
                continue;
            };
            if elem.when.is_always() {
                self.separate(&mut gap, &list.open);
                self.value(ev, &inner, site)?;
            } else if self.quote_unknown {
                self.separate(&mut gap, &None);
                let hole = ev.condition_reason(elem.when);
                self.hole(hole, inner.origin);
            } else {
                gap.hole = Some(ev.condition_reason(elem.when));
            }
        }
        self.finish(gap, &list.open);
        self.raw("]");
        Ok(())
    }

    fn attrs(&mut self, ev: &mut Evaluator<'_>, attrs: &Attrs, site: Site) -> Res<()> {
        self.raw("{");
        let mut gap = Separator::new(&attrs.open);
        for attr in ev.sorted(attrs) {
            let inner = ev.force(attr.thunk).map_err(Stop::from);
            let Some(inner) = ev.unless_absent(attr.when, inner)? else {
                continue;
            };
            if !attr.when.is_always() && !self.quote_unknown {
                gap.hole = Some(ev.condition_reason(attr.when));
                continue;
            }
            self.separate(&mut gap, &attrs.open);
            let name = NixString::new(ev.name(attr.name).clone());
            self.string(&name, OriginId(0));
            self.raw(":");
            self.value(ev, &inner, site)?;
        }
        if self.quote_unknown && attrs.open.is_some() {
            self.raw(if gap.first {
                "\"«unknown keys»\":"
            } else {
                ",\"«unknown keys»\":"
            });
            gap.first = true;
        }
        self.finish(gap, &attrs.open);
        self.raw("}");
        Ok(())
    }
}

impl Evaluator<'_> {
    /// Prints a value fully forced, as `nix-instantiate --eval --strict --json` does. Unknown values are shown as the
    /// string `«unknown: reason»`.
    pub fn print_json(&mut self, value: &Tracked) -> EvalResult<String> {
        let mut writer = Writer {
            builder: StringBuilder::default(),
            quote_unknown: true,
            charged: 0,
        };
        match writer.value(self, value, NO_SITE) {
            Ok(()) => {}
            Err(Stop::Error(error)) => return Err(error),
            Err(Stop::Unknown(unknown)) => return Ok(format!("\"«unknown: {}»\"", unknown.why)),
        }
        let Value::String(string) = writer.builder.finish() else {
            return Ok(String::new());
        };
        Ok(text_with_holes(&string))
    }
}

/// Adds `"name":value` as `toJSON` writes it.
pub(super) fn write_pair(
    ev: &mut Evaluator<'_>,
    builder: &mut StringBuilder,
    name: &str,
    value: &Tracked,
    site: Site,
) -> Res<()> {
    let mut writer = Writer {
        charged: builder.len(),
        builder: std::mem::take(builder),
        quote_unknown: false,
    };
    writer.string(&NixString::new(name), OriginId(0));
    writer.raw(":");
    let written = writer.value(ev, value, site);
    *builder = writer.builder;
    written
}

/// The text with `«unknown: reason»` where it has holes.
pub(super) fn text_with_holes(string: &NixString) -> String {
    let mut out = String::new();
    let mut at = 0;
    for part in string.pieces(OriginId(0)) {
        match part.hole {
            Some(hole) => {
                let reason = hole.why.to_string().replace('\\', "\\\\").replace('"', "\\\"");
                out.push_str(&format!("«unknown: {reason}»"));
            }
            None => {
                let end = at + part.len as usize;
                out.push_str(string.text.get(at..end).unwrap_or(""));
                at = end;
            }
        }
    }
    out
}

/// A float as Nix's JSON library writes it: the shortest digits that read back as the same number.
fn float_json(float: f64) -> String {
    if !float.is_finite() {
        return "null".to_owned();
    }
    if float == 0.0 {
        return if float.is_sign_negative() { "-0.0" } else { "0.0" }.to_owned();
    }
    let scientific = format!("{:e}", float.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let len = digits.len() as i32;
    let text = if len <= point && point <= 15 {
        format!("{digits}{}.0", "0".repeat((point - len) as usize))
    } else if 0 < point && point <= 15 {
        let (whole, fraction) = digits.split_at(point as usize);
        format!("{whole}.{fraction}")
    } else if -4 < point && point <= 0 {
        format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
    } else {
        let sign = if point > 0 { '+' } else { '-' };
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{first}{dot}{rest}e{sign}{:02}", (point - 1).abs())
    };
    if float < 0.0 { format!("-{text}") } else { text }
}
