//! `toXML` and printing as XML.

use super::table::{Builtin, Cost};
use crate::{
    Attrs, EvalResult, Evaluator, List, NixString, OriginId, Res, Stop, StringBuilder, Tracked, Unknown,
    Value,
};
use nixpod_source::Site;
use nixpod_syntax::hir::{Expr, Param};
use rustc_hash::FxHashSet;
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[("toXML", 1, 1, Cost::Steps, |ev, args, site| {
    let value = ev.force(args[0])?;
    Ok(Tracked {
        value: to_xml(ev, &value, site)?,
        origin: value.origin,
    })
})];

fn to_xml(ev: &mut Evaluator<'_>, value: &Tracked, site: Site) -> Res<Value> {
    let mut writer = Writer {
        builder: StringBuilder::default(),
        indent: 1,
        seen: FxHashSet::default(),
        charged: 0,
    };
    writer.raw("<?xml version='1.0' encoding='utf-8'?>\n<expr>\n");
    writer.value(ev, value, site)?;
    writer.raw("</expr>\n");
    writer.charge(ev)?;
    Ok(writer.builder.finish())
}

impl Evaluator<'_> {
    /// Prints a value fully forced, as `nix-instantiate --eval --strict --xml --no-location` does.
    pub fn print_xml(&mut self, value: &Tracked) -> EvalResult<String> {
        match to_xml(self, value, crate::NO_SITE) {
            Ok(Value::String(string)) => Ok(super::json::text_with_holes(&string)),
            Ok(_) => Ok(String::new()),
            Err(Stop::Error(error)) => Err(error),
            Err(Stop::Unknown(unknown)) => Ok(format!("«unknown: {}»", unknown.why)),
        }
    }
}

struct Writer {
    builder: StringBuilder,
    indent: usize,
    seen: FxHashSet<String>,
    /// Bytes that were counted.
    charged: usize,
}

impl Writer {
    /// Counts what was written since the last time: a value that contains itself, or one large string many times,
    /// must not fill the memory before it is complete.
    fn charge(&mut self, ev: &mut Evaluator<'_>) -> Res<()> {
        let length = self.builder.len();
        let new = length.saturating_sub(self.charged);
        self.charged = length;
        ev.charge(new)
    }

    fn raw(&mut self, text: &str) {
        self.builder.push_literal(text, OriginId(0), 0);
    }

    fn line(&mut self, text: &str) {
        let line = format!("{}{text}\n", "  ".repeat(self.indent));
        self.raw(&line);
    }

    fn open(&mut self, tag: &str) {
        self.line(&format!("<{tag}>"));
        self.indent += 1;
    }

    fn close(&mut self, tag: &str) {
        self.indent -= 1;
        self.line(&format!("</{tag}>"));
    }

    fn hole(&mut self, hole: Rc<Unknown>, origin: OriginId) {
        // The hole stands for whole lines, or for none.
        self.builder.push_hole(hole, origin);
    }

    fn string(&mut self, string: &NixString, origin: OriginId) {
        self.raw(&format!("{}<string value=\"", "  ".repeat(self.indent)));
        let mut at = 0;
        for part in string.pieces(origin) {
            match part.hole {
                Some(hole) => self.builder.push_hole(hole, part.origin),
                None => {
                    let end = at + part.len as usize;
                    let text = escape(string.text.get(at..end).unwrap_or(""));
                    self.builder.push_literal(&text, part.origin, part.offset);
                    at = end;
                }
            }
        }
        for item in string.context.iter().flat_map(|context| context.iter()) {
            self.builder.push_context(item.clone());
        }
        self.raw("\" />\n");
    }

    fn value(&mut self, ev: &mut Evaluator<'_>, value: &Tracked, site: Site) -> Res<()> {
        ev.step()?;
        self.charge(ev)?;
        match &value.value {
            Value::Null => self.line("<null />"),
            Value::Bool(bool) => self.line(&format!("<bool value=\"{bool}\" />")),
            Value::Int(int) => self.line(&format!("<int value=\"{int}\" />")),
            Value::Float(float) => {
                self.line(&format!(
                    "<float value=\"{}\" />",
                    crate::print::float_text(*float)
                ));
            }
            Value::String(string) => self.string(string, value.origin),
            Value::Path(path) => self.line(&format!("<path value=\"{}\" />", escape(path))),
            Value::List(_) | Value::Attrs(_) => return ev.nested(site, |ev| self.composite(ev, value, site)),
            Value::Lambda(lambda) => {
                let unit = ev.unit(&lambda.env);
                self.open("function");
                if let Expr::Lambda(param, _) = unit.hir.expr(lambda.expr) {
                    match &**param {
                        Param::Name(name, _) => {
                            self.line(&format!("<varpat name=\"{}\" />", escape(unit.hir.name(*name))));
                        }
                        Param::Pattern {
                            fields,
                            ellipsis,
                            alias,
                        } => {
                            let mut tag = "<attrspat".to_owned();
                            if *ellipsis {
                                tag.push_str(" ellipsis=\"1\"");
                            }
                            if let Some(alias) = alias {
                                tag.push_str(&format!(" name=\"{}\"", escape(unit.hir.name(*alias))));
                            }
                            let mut names: Vec<&str> = fields
                                .iter()
                                .map(|field| unit.hir.name(field.name).as_str())
                                .collect();
                            names.sort_unstable();
                            self.line(&format!("{tag}>"));
                            self.indent += 1;
                            for name in names {
                                self.line(&format!("<attr name=\"{}\" />", escape(name)));
                            }
                            self.close("attrspat");
                        }
                    }
                }
                self.close("function");
            }
            Value::Primop(_) | Value::Opaque(_) => self.line("<unevaluated />"),
            Value::Unknown(unknown) => self.hole(unknown.clone(), value.origin),
            Value::Either(_) => {
                let hole = ev.undecided(value);
                self.hole(hole, value.origin);
            }
        }
        Ok(())
    }

    fn composite(&mut self, ev: &mut Evaluator<'_>, value: &Tracked, site: Site) -> Res<()> {
        match &value.value {
            Value::List(list) => self.list(ev, list, value.origin, site),
            Value::Attrs(attrs) => self.attrs(ev, attrs, value.origin, site),
            _ => Ok(()),
        }
    }

    fn list(&mut self, ev: &mut Evaluator<'_>, list: &List, origin: OriginId, site: Site) -> Res<()> {
        self.open("list");
        for elem in &list.elems {
            self.perhaps_more(&list.open, origin);
            let inner = ev.force(elem.thunk).map_err(Stop::from);
            let Some(inner) = ev.unless_absent(elem.when, inner)? else {
                continue;
            };
            if elem.when.is_always() {
                self.value(ev, &inner, site)?;
            } else {
                let hole = ev.condition_reason(elem.when);
                self.hole(hole, inner.origin);
            }
        }
        self.perhaps_more(&list.open, origin);
        self.close("list");
        Ok(())
    }

    fn perhaps_more(&mut self, open: &Option<Rc<Unknown>>, origin: OriginId) {
        if let Some(open) = open {
            self.hole(open.clone(), origin);
        }
    }

    fn attrs(&mut self, ev: &mut Evaluator<'_>, attrs: &Attrs, origin: OriginId, site: Site) -> Res<()> {
        let kind = match attrs.get(ev.common().kind) {
            Some(kind) => Some(ev.force(kind.thunk)?.value),
            None => None,
        };
        let (tag, first_time) = match kind {
            Some(Value::String(kind)) if kind.text == "derivation" => {
                ("derivation", self.open_derivation(ev, attrs)?)
            }
            _ => {
                self.open("attrs");
                ("attrs", true)
            }
        };
        if first_time {
            self.entries(ev, attrs, origin, site)?;
        } else {
            self.line("<repeated />");
        }
        self.perhaps_more(&attrs.open, origin);
        self.close(tag);
        Ok(())
    }

    /// Is it the first time that this derivation is written?
    fn open_derivation(&mut self, ev: &mut Evaluator<'_>, attrs: &Attrs) -> Res<bool> {
        let mut first_time = true;
        let mut line = "<derivation".to_owned();
        for (name, symbol) in [
            ("drvPath", ev.common().drv_path),
            ("outPath", ev.common().out_path),
        ] {
            let Some(attr) = attrs.get(symbol) else { continue };
            let path = ev.force(attr.thunk)?;
            if let Value::String(path) = &path.value {
                line.push_str(&format!(" {name}=\"{}\"", escape(&path.text)));
                if symbol == ev.common().drv_path {
                    first_time = self.seen.insert(path.text.to_string());
                }
            }
        }
        self.line(&format!("{line}>"));
        self.indent += 1;
        Ok(first_time)
    }

    fn entries(&mut self, ev: &mut Evaluator<'_>, attrs: &Attrs, origin: OriginId, site: Site) -> Res<()> {
        for attr in ev.sorted(attrs) {
            let name = ev.name(attr.name).clone();
            let inner = ev.force(attr.thunk).map_err(Stop::from);
            let Some(inner) = ev.unless_absent(attr.when, inner)? else {
                continue;
            };
            self.perhaps_more(&attrs.open, origin);
            if !attr.when.is_always() {
                let hole = ev.condition_reason(attr.when);
                self.hole(hole, inner.origin);
                continue;
            }
            self.line(&format!("<attr name=\"{}\">", escape(&name)));
            self.indent += 1;
            self.value(ev, &inner, site)?;
            self.close("attr");
        }
        Ok(())
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' => out.push_str("&#xA;"),
            c => out.push(c),
        }
    }
    out
}
