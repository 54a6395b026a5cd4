//! `fromTOML`.

use super::table::{Builtin, Cost, plain};
use crate::{Attr, Attrs, Evaluator, NO_SITE, OriginId, Res, ThunkId, Tracked, Value, When};
use nixpod_source::Site;

pub(super) const BUILTINS: &[Builtin] = &[("fromTOML", 1, 1, Cost::Steps, from_toml)];

fn from_toml(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (string, origin) = ev.force_string_with_holes(args[0], site)?;
    if let Some(hole) = string.hole() {
        return Err(crate::Stop::Unknown(hole.clone()));
    }
    ev.charge(string.text.len())?;
    // Offsets of values are not kept by the parser, so all of them are from the text as a whole.
    match string.text.parse::<toml::Table>() {
        Ok(table) => convert(ev, toml::Value::Table(table), origin, site),
        // The parser has a bound of its own, which Nix has not.
        Err(error) if error.message().contains("recursion") => ev.beyond("TOML that is nested too deeply"),
        Err(error) => ev.fail(format!("while parsing TOML: {}", error.message()), site),
    }
}

/// The parser bounds the nesting, so that this recursion is bounded, too.
fn convert(ev: &mut Evaluator<'_>, value: toml::Value, origin: OriginId, site: Site) -> Res<Tracked> {
    ev.step()?;
    let value = match value {
        toml::Value::String(text) if text.contains('\0') => return ev.fail(super::strings::NUL, site),
        toml::Value::String(text) => Value::string(text),
        toml::Value::Integer(int) => Value::Int(int),
        toml::Value::Float(float) => Value::Float(float),
        toml::Value::Boolean(bool) => Value::Bool(bool),
        toml::Value::Datetime(_) => {
            return ev.fail("while parsing TOML: Dates and times are not supported", site);
        }
        toml::Value::Array(values) => {
            let mut thunks = Vec::with_capacity(values.len());
            for value in values {
                let value = ev.nested(site, |ev| convert(ev, value, origin, site))?;
                thunks.push(ev.alloc_tracked(value));
            }
            Value::list(thunks)
        }
        toml::Value::Table(table) => {
            let mut entries = Vec::with_capacity(table.len());
            for (name, value) in table {
                if name.contains('\0') {
                    return ev.fail(super::strings::NUL, site);
                }
                let value = ev.nested(site, |ev| convert(ev, value, origin, site))?;
                let thunk = ev.alloc_tracked(value);
                entries.push(Attr {
                    name: ev.intern(&name),
                    thunk,
                    site: NO_SITE,
                    when: When::ALWAYS,
                });
            }
            Value::attrs(Attrs::from_entries(entries))
        }
    };
    match origin {
        OriginId(0) => plain(value),
        origin => Ok(Tracked { value, origin }),
    }
}
