//! Options that NixOS knows by an older name, too.
//!
//! Alias modules would do the same, but every guest of every host would evaluate them.

use crate::declaration::Children;
use crate::definition::RawDef;
use crate::path::{Step, is_at};
use nixpod_eval::{Attr, Evaluator, OriginId, Value};

/// Under one set of options: the old name and the new one.
const BESIDE: [(&[&str], &str, &str); 2] = [
    (&["users"], "extraUsers", "users"),
    (&["users"], "extraGroups", "groups"),
];

/// A name at the root, and the path it moved to.
const MOVED: (&str, [&str; 3]) = (
    "docker-containers",
    ["virtualisation", "oci-containers", "containers"],
);

/// Gives what is defined under old names to the new ones.
pub(crate) fn forward(ev: &mut Evaluator<'_>, path: &[Step], children: &mut Children) {
    for (parent, old, new) in BESIDE {
        if is_at(path, parent)
            && let Some(old) = ev.symbol(old)
            && let Some(moved) = children.shift_remove(&old)
        {
            let new = ev.intern(new);
            insert(&mut children.entry(new).or_default().defs, moved.defs);
        }
    }
    let (old, [first, inner @ ..]) = MOVED;
    if path.is_empty()
        && let Some(old) = ev.symbol(old)
        && let Some(moved) = children.shift_remove(&old)
    {
        let new = ev.intern(first);
        let moved = moved.defs.into_iter().map(|def| {
            let mut value = def.value;
            for name in inner.iter().rev() {
                let set = ev.attrs_from(vec![(name, value)]);
                value = ev.alloc(Value::attrs(set), OriginId::default());
            }
            def.replaced(value)
        });
        let moved = moved.collect();
        insert(&mut children.entry(new).or_default().defs, moved);
    }
}

/// The module that gives on what is defined under an old name is imported by one of NixOS's, which stand before those that a
/// system is given: so it stands between these and what they import. Later modules come first.
fn insert(defs: &mut Vec<RawDef>, moved: Vec<RawDef>) {
    let before = defs.iter().position(|def| def.is_given).unwrap_or(defs.len());
    defs.splice(before..before, moved);
}

/// Makes values readable under their old names.
pub(crate) fn alias(ev: &mut Evaluator<'_>, path: &[Step], entries: &mut Vec<Attr>) {
    for (parent, old, new) in BESIDE {
        if is_at(path, parent)
            && let Some(new) = ev.symbol(new)
            && let Some(attr) = entries.iter().find(|attr| attr.name == new).copied()
        {
            let name = ev.intern(old);
            entries.push(Attr { name, ..attr });
        }
    }
}
