//! Coercion to strings.

use crate::{Attrs, Evaluator, List, NixString, OriginId, Res, StringBuilder, StringPart, Tracked, Value};
use nixpod_source::Site;

/// Which coercion to a string is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coerce {
    /// `"${x}"`, `+`: strings, paths (copied to the store) and sets with `outPath` or `__toString`.
    Interpolate,
    /// `toString`: also numbers, Booleans, null and lists; paths stay paths.
    ToString,
    /// As `toString`, but paths are copied to the store (`derivation`, `concatStringsSep` does not).
    CopyAll,
    /// A string to append to a path: as `Interpolate`, paths stay paths.
    PathAppend,
}

impl Evaluator<'_> {
    /// Coerces a value into a builder. Unknown pieces become holes; errors are Nix's.
    pub fn coerce_into(
        &mut self,
        builder: &mut StringBuilder,
        value: &Tracked,
        mode: Coerce,
        site: Site,
    ) -> Res<()> {
        // A set can give itself as its text, and a list can contain itself.
        if matches!(value.value, Value::Attrs(_) | Value::List(_)) {
            return self.nested(site, |ev| ev.coerce_whole(builder, value, mode, site));
        }
        self.coerce_whole(builder, value, mode, site)
    }

    fn coerce_whole(
        &mut self,
        builder: &mut StringBuilder,
        value: &Tracked,
        mode: Coerce,
        site: Site,
    ) -> Res<()> {
        let wide = matches!(mode, Coerce::ToString | Coerce::CopyAll);
        match &value.value {
            Value::String(string) => {
                // A piece is larger than a short text, and doubling a string doubles its pieces.
                let pieces = string.parts.as_ref().map_or(1, |parts| parts.len());
                self.charge(string.text.len() + pieces * size_of::<StringPart>())?;
                builder.push_string(string, value.origin);
            }
            Value::Path(path) if matches!(mode, Coerce::ToString | Coerce::PathAppend) => {
                builder.push_string(&NixString::new(&**path), value.origin);
            }
            Value::Path(path) => self.push_copied(builder, path, value.origin),
            Value::Attrs(attrs) => return self.coerce_set(builder, value, attrs, mode, site),
            Value::Unknown(unknown) => builder.push_hole(unknown.clone(), value.origin),
            Value::Either(_) => {
                let why = self.undecided_text(value);
                builder.push_hole(why, value.origin);
            }
            Value::Int(int) if wide => builder.push_string(&NixString::new(int.to_string()), value.origin),
            Value::Float(float) if wide => {
                builder.push_string(&NixString::new(format!("{float:.6}")), value.origin);
            }
            Value::Bool(true) if wide => builder.push_string(&NixString::new("1"), value.origin),
            Value::Bool(false) | Value::Null if wide => {}
            Value::List(list) if wide => return self.coerce_list(builder, list, value.origin, mode, site),
            other => return self.coercion_error(other, site),
        }
        Ok(())
    }

    fn coerce_set(
        &mut self,
        builder: &mut StringBuilder,
        value: &Tracked,
        attrs: &Attrs,
        mode: Coerce,
        site: Site,
    ) -> Res<()> {
        if let Some(convert) = attrs.get(self.names.common.to_string) {
            let convert = self.force(convert.thunk)?;
            let argument = self.alloc_tracked(value.clone());
            let text = self.apply(&convert, argument, site)?;
            return self.coerce_into(builder, &text, mode, site);
        }
        if let Some(path) = attrs.get(self.names.common.out_path) {
            let mut path = self.force(path.thunk)?;
            if path.origin == OriginId(0) {
                path.origin = value.origin;
            }
            return self.coerce_into(builder, &path, mode, site);
        }
        if let Some(open) = &attrs.open {
            builder.push_hole(open.clone(), value.origin);
            return Ok(());
        }
        self.coercion_error(&value.value, site)
    }

    fn coerce_list(
        &mut self,
        builder: &mut StringBuilder,
        list: &List,
        origin: OriginId,
        mode: Coerce,
        site: Site,
    ) -> Res<()> {
        for (at, elem) in list.elems.iter().enumerate() {
            let element = self.force(elem.thunk)?;
            if elem.when.is_always() {
                self.coerce_into(builder, &element, mode, site)?;
            } else {
                let why = self.condition_reason(elem.when);
                builder.push_hole(why, element.origin);
            }
            let empty_list = matches!(&element.value, Value::List(inner) if inner.elems.is_empty());
            if at + 1 < list.elems.len() && !empty_list {
                builder.push_literal(" ", OriginId(0), 0);
            }
        }
        if let Some(open) = &list.open {
            builder.push_hole(open.clone(), origin);
        }
        Ok(())
    }

    /// A path that is copied into the store: its name there depends on the content, so the text is a hole that
    /// carries the path's name.
    pub fn push_copied(&mut self, builder: &mut StringBuilder, path: &crate::PathText, origin: OriginId) {
        let name = crate::paths::base_name(path).to_owned();
        let copied = super::copy::copied(self, path, &name, origin);
        builder.push_string(&copied, origin);
    }

    fn coercion_error<T>(&mut self, value: &Value, site: Site) -> Res<T> {
        let shown = crate::print::brief(self, value);
        self.fail(
            format!("cannot coerce {} to a string: {shown}", value.describe()),
            site,
        )
    }

    /// Coerces a value to a string value.
    pub fn coerce(&mut self, value: &Tracked, mode: Coerce, site: Site) -> Res<Tracked> {
        if let Value::Either(alternatives) = &value.value {
            let alternatives = alternatives.clone();
            return self.each_alternative(&alternatives, |ev, one| ev.coerce(&one, mode, site));
        }
        if matches!(value.value, Value::String(_)) {
            return Ok(value.clone());
        }
        let mut builder = StringBuilder::default();
        self.coerce_into(&mut builder, value, mode, site)?;
        Ok(Tracked {
            value: builder.finish(),
            origin: value.origin,
        })
    }
}
