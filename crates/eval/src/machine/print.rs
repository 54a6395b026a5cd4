//! Printing values as Nix does.

use crate::{Attrs, EvalResult, Evaluator, List, OriginId, ThunkId, Tracked, Value, When};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// A value for an error message: not forced further, shortened.
pub(crate) fn brief(ev: &Evaluator<'_>, value: &Value) -> String {
    match value {
        Value::Attrs(attrs) => {
            let names: Vec<_> = ev
                .sorted(attrs)
                .iter()
                .take(8)
                .map(|a| format!("{} = …;", ev.name(a.name)))
                .collect();
            if attrs.entries.len() > 8 {
                format!("{{ {} … }}", names.join(" "))
            } else if names.is_empty() {
                "{ }".to_owned()
            } else {
                format!("{{ {} }}", names.join(" "))
            }
        }
        Value::List(list) => {
            if list.elems.is_empty() {
                "[ ]".to_owned()
            } else {
                format!("[ {} ]", vec!["…"; list.elems.len().min(8)].join(" "))
            }
        }
        other => atom(other).unwrap_or_else(|| other.describe().to_owned()),
    }
}

/// A value without parts.
fn atom(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(bool) => bool.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => float_text(*float),
        Value::String(string) => {
            let mut out = String::new();
            let mut at = 0;
            out.push('"');
            for part in string.pieces(OriginId(0)) {
                match &part.hole {
                    Some(hole) => out.push_str(&format!("${{«unknown: {}»}}", hole.why)),
                    None => {
                        escape_into(&mut out, &string.text[at..at + part.len as usize]);
                        at += part.len as usize;
                    }
                }
            }
            out.push('"');
            out
        }
        Value::Path(path) => path.to_string(),
        Value::Lambda(_) => "<LAMBDA>".to_owned(),
        Value::Primop(app) if app.args.is_empty() => "<PRIMOP>".to_owned(),
        Value::Primop(_) => "<PRIMOP-APP>".to_owned(),
        Value::Opaque(_) => "«external»".to_owned(),
        Value::Unknown(unknown) => format!("«unknown: {}»", unknown.why),
        Value::Attrs(_) | Value::List(_) | Value::Either(_) => return None,
    })
}

/// A float as Nix prints it: six significant digits.
pub fn float_text(float: f64) -> String {
    if float == 0.0 {
        return if float.is_sign_negative() {
            "-0".to_owned()
        } else {
            "0".to_owned()
        };
    }
    if !float.is_finite() {
        return if float.is_nan() {
            // The sign of what arithmetic gives on the machines that Nix runs on is set.
            if float.is_sign_negative() { "-nan" } else { "nan" }.to_owned()
        } else if float > 0.0 {
            "inf".to_owned()
        } else {
            "-inf".to_owned()
        };
    }
    let scientific = format!("{float:.5e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |text: &str| -> String {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if (-4..6).contains(&exponent) {
        trim(&format!("{float:.*}", (5 - exponent).max(0) as usize))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", trim(mantissa), exponent.abs())
    }
}

fn escape_into(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
            c => out.push(c),
        }
    }
}

/// A string literal in Nix syntax.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escape_into(&mut out, text);
    out.push('"');
    out
}

/// Can the name stand as an attribute name without quotes?
pub fn is_identifier(name: &str) -> bool {
    const KEYWORDS: [&str; 9] = [
        "if", "then", "else", "assert", "with", "let", "in", "rec", "inherit",
    ];
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    first
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''))
        && !KEYWORDS.contains(&name)
}

/// What was printed already.
#[derive(Default)]
struct Seen {
    values: FxHashSet<*const ()>,
    thunks: FxHashSet<ThunkId>,
    /// Thunks of a variable, by the thunk that the variable is bound to: in Nix they are one value.
    aliases: FxHashMap<ThunkId, ThunkId>,
}

/// By what a value is recognised as the same one.
#[derive(Clone, Copy)]
enum Identity {
    Value,
    Thunk(ThunkId),
}

impl Seen {
    fn identity(&mut self, ev: &Evaluator<'_>, thunk: ThunkId) -> Identity {
        let bound = ev.bound_thunk(thunk);
        if bound != thunk {
            self.aliases.insert(thunk, bound);
        }
        Identity::Thunk(self.aliases.get(&thunk).copied().unwrap_or(thunk))
    }
}

impl Evaluator<'_> {
    /// Prints a value fully forced, as `nix-instantiate --eval --strict` does; an error anywhere is the result.
    /// Unknowns are shown as `«unknown: reason»`.
    pub fn print(&mut self, value: &Tracked) -> EvalResult<String> {
        let mut out = String::new();
        let mut seen = Seen::default();
        self.print_into(&mut out, value, Identity::Value, &mut seen)?;
        Ok(out)
    }

    fn print_into(
        &mut self,
        out: &mut String,
        value: &Tracked,
        identity: Identity,
        seen: &mut Seen,
    ) -> EvalResult<()> {
        // One large string may stand in many places.
        if out.len() as u64 > self.budget.limits.bytes {
            out.push('…');
            return Ok(());
        }
        if let Some(text) = atom(&value.value) {
            out.push_str(&text);
            return Ok(());
        }
        if self.budget.is_deep() {
            out.push_str("«too deep»");
            return Ok(());
        }
        self.deeper(|ev| ev.print_composite(out, value, identity, seen))
    }

    fn print_composite(
        &mut self,
        out: &mut String,
        value: &Tracked,
        identity: Identity,
        seen: &mut Seen,
    ) -> EvalResult<()> {
        let repeated = match (&value.value, identity) {
            (Value::Attrs(attrs), _) if !attrs.entries.is_empty() => {
                !seen.values.insert(Rc::as_ptr(attrs).cast())
            }
            // Nix keeps lists of up to two elements inside the value, so only the same value counts as repeated.
            (Value::List(list), Identity::Thunk(thunk)) if (1..=2).contains(&list.elems.len()) => {
                !seen.thunks.insert(thunk)
            }
            (Value::List(list), _) if list.elems.len() > 2 => !seen.values.insert(Rc::as_ptr(list).cast()),
            _ => false,
        };
        if repeated {
            out.push_str("«repeated»");
            return Ok(());
        }
        match &value.value {
            Value::Attrs(attrs) => self.print_attrs(out, attrs, seen)?,
            Value::List(list) => self.print_list(out, list, seen)?,
            Value::Either(alternatives) => {
                out.push_str("«one of: ");
                for (at, alternative) in alternatives.clone().iter().enumerate() {
                    if at > 0 {
                        out.push_str(" | ");
                    }
                    self.print_into(out, &alternative.value, Identity::Value, seen)?;
                }
                out.push('»');
            }
            _ => {}
        }
        Ok(())
    }

    fn print_attrs(&mut self, out: &mut String, attrs: &Attrs, seen: &mut Seen) -> EvalResult<()> {
        out.push_str("{ ");
        for attr in self.sorted(attrs) {
            let name = self.name(attr.name).clone();
            if is_identifier(&name) {
                out.push_str(&name)
            } else {
                out.push_str(&quote(&name))
            }
            out.push_str(" = ");
            self.print_thunk(out, attr.thunk, attr.when, seen)?;
            out.push_str("; ");
        }
        if let Some(open) = &attrs.open {
            out.push_str(&format!("«unknown keys: {}» ", open.why));
        }
        out.push('}');
        Ok(())
    }

    fn print_list(&mut self, out: &mut String, list: &List, seen: &mut Seen) -> EvalResult<()> {
        out.push_str("[ ");
        for elem in &list.elems {
            self.print_thunk(out, elem.thunk, elem.when, seen)?;
            out.push(' ');
        }
        if let Some(open) = &list.open {
            out.push_str(&format!("«unknown elements: {}» ", open.why));
        }
        out.push(']');
        Ok(())
    }

    fn print_thunk(
        &mut self,
        out: &mut String,
        thunk: ThunkId,
        when: When,
        seen: &mut Seen,
    ) -> EvalResult<()> {
        let identity = seen.identity(self, thunk);
        let inner = self.force(thunk)?;
        self.print_into(out, &inner, identity, seen)?;
        if !when.is_always() {
            out.push_str(&format!(" «if {}»", self.condition_reason(when).why));
        }
        Ok(())
    }
}
