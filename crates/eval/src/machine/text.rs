//! String and path literals, and what gives a place in the text.

use crate::heap::files::Here;
use crate::machine::eval::is_plain;
use crate::{Coerce, Evaluator, NO_SITE, NixString, OriginId, Res, StringBuilder, Tracked, Value};
use nixpod_source::{ExprId, HopKind, Site, Why};
use nixpod_syntax::hir::{PathKind, StrPart};

impl Evaluator<'_> {
    pub(crate) fn eval_string(&mut self, here: Here<'_>, expr: ExprId, parts: &[StrPart]) -> Res<Tracked> {
        let unit = here.unit;
        if !unit.is_own() {
            self.files.mark_string(here.env.unit, expr);
        }
        let literal = self.literal(unit, expr);
        if is_plain(parts) {
            return Ok(Tracked {
                value: Value::String(unit.string(expr, || plain_text(parts))),
                origin: literal,
            });
        }
        let site = here.site(expr);
        let mut builder = StringBuilder::default();
        let mut offset = 0;
        for part in parts {
            match part {
                StrPart::Text(text) => {
                    builder.push_literal(text, literal, offset);
                    offset += text.len() as u32;
                }
                StrPart::Interp(inner) => {
                    let value = self.eval(here, *inner)?;
                    let value = if unit.is_own() {
                        value
                    } else {
                        let origin = self.origin(HopKind::Interpolation, site, value.origin);
                        Tracked {
                            value: value.value,
                            origin,
                        }
                    };
                    self.coerce_into(&mut builder, &value, Coerce::Interpolate, here.site(*inner))?;
                }
            }
        }
        self.charge(builder.len())?;
        Ok(Tracked {
            value: builder.finish(),
            origin: literal,
        })
    }

    pub(crate) fn eval_path(
        &mut self,
        here: Here<'_>,
        expr: ExprId,
        kind: PathKind,
        parts: &[StrPart],
    ) -> Res<Tracked> {
        let unit = here.unit;
        let site = here.site(expr);
        let origin = self.literal(unit, expr);
        let mut builder = StringBuilder::default();
        for part in parts {
            match part {
                StrPart::Text(text) => builder.push_literal(text, origin, 0),
                StrPart::Interp(inner) => {
                    let value = self.eval(here, *inner)?;
                    self.coerce_into(&mut builder, &value, Coerce::PathAppend, site)?;
                }
            }
        }
        let text = builder.known_text()?;
        let value = match kind {
            PathKind::Relative => Value::Path(crate::paths::resolve(unit.dir.as_str(), &text)),
            PathKind::Absolute => Value::Path(crate::paths::normalise(&text)),
            PathKind::Home => match &self.settings.variables {
                Some(variables) => {
                    let home = variables.get("HOME").map_or("", String::as_str);
                    Value::Path(crate::paths::normalise(&format!("{home}/{text}")))
                }
                None => Value::unknown(Why::Impure(format!("the home directory in `~{text}`"))),
            },
            PathKind::Search => {
                let mut found = self.search(unit.scope.as_ref(), &text, site)?;
                found.origin = origin;
                return Ok(found);
            }
        };
        Ok(Tracked { value, origin })
    }

    /// The value of `__curPos` and of `unsafeGetAttrPos`: null where there is no position.
    pub fn position_value(&mut self, site: Site) -> Tracked {
        let position = (site != NO_SITE).then(|| self.source().position(site)).flatten();
        let value = match position {
            Some((line, column)) => {
                let path = self.source().path_of(site.file);
                let file = self.alloc(Value::string(path.as_str()), OriginId(0));
                let line = self.alloc(Value::Int(i64::from(line)), OriginId(0));
                let column = self.alloc(Value::Int(i64::from(column)), OriginId(0));
                Value::attrs(self.attrs_from(vec![("file", file), ("line", line), ("column", column)]))
            }
            None => Value::Null,
        };
        Tracked {
            value,
            origin: OriginId(0),
        }
    }
}

/// The text of a literal without interpolations.
fn plain_text(parts: &[StrPart]) -> NixString {
    match parts {
        [StrPart::Text(text)] => NixString::new(text.clone()),
        _ => NixString::default(),
    }
}
