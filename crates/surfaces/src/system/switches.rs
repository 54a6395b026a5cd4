//! Options that are on or off.

use crate::read::{Found, OptionReader};
use nixpod_model::Field;

/// A Boolean that is off where nobody sets it.
pub(super) fn switch(reader: &mut OptionReader<'_, '_>, config: &Found, path: &[&str]) -> Field<bool> {
    let found = reader.option(config, path);
    if reader.is_unset(&found) {
        return Field::default(false);
    }
    reader.bool(&found)
}

/// The first switch that is on, or may be.
pub(super) fn any(reader: &mut OptionReader<'_, '_>, config: &Found, paths: &[&[&str]]) -> Field<bool> {
    let mut out: Option<Field<bool>> = None;
    for path in paths {
        let field = switch(reader, config, path);
        if field.value() == Some(&true) {
            return field;
        }
        if out.as_ref().is_none_or(|out| !out.is_unknown()) {
            out = Some(field);
        }
    }
    out.unwrap_or_else(|| Field::default(false))
}
