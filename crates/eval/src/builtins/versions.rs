//! Builtins on version numbers.

use super::table::{Builtin, Cost, plain};
use crate::pure::versions::{compare_versions, next_component};
use crate::{Evaluator, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::Site;

pub(super) const BUILTINS: &[Builtin] = &[
    ("compareVersions", 2, 3, Cost::Sizes, |ev, args, site| {
        let a = ev.force_string(args[0], site)?;
        let b = ev.force_string(args[1], site)?;
        plain(Value::Int(compare_versions(&a.text, &b.text) as i64))
    }),
    ("splitVersion", 1, 1, Cost::Sizes, split_version),
    ("parseDrvName", 1, 1, Cost::Sizes, parse_drv_name),
];

fn split_version(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let (version, origin) = ev.force_string_with_holes(args[0], site)?;
    if let Some(hole) = version.hole() {
        return Err(crate::Stop::Unknown(hole.clone()));
    }
    let mut rest = version.text.as_str();
    let mut thunks = Vec::new();
    while let Some((component, after)) = next_component(rest) {
        let start = version.text.len() - after.len() - component.len();
        let mut builder = crate::StringBuilder::default();
        super::strings::push_bare_slice(&mut builder, &version, origin, start, start + component.len());
        ev.work(4)?;
        thunks.push(ev.alloc(builder.finish(), origin));
        rest = after;
    }
    plain(Value::list(thunks))
}

fn parse_drv_name(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let name = ev.force_string(args[0], site)?;
    let bytes = name.text.as_bytes();
    let cut = (0..bytes.len())
        .find(|at| bytes[*at] == b'-' && bytes.get(at + 1).is_some_and(|next| !next.is_ascii_alphabetic()));
    let (name, version) = match cut {
        Some(at) => (&name.text[..at], &name.text[at + 1..]),
        None => (name.text.as_str(), ""),
    };
    let name = ev.alloc(Value::string(name), OriginId(0));
    let version = ev.alloc(Value::string(version), OriginId(0));
    let attrs = ev.attrs_from(vec![("name", name), ("version", version)]);
    plain(Value::attrs(attrs))
}
