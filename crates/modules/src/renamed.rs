//! Options that NixOS knows by an older name, too.
//!
//! Alias modules would do the same, but every guest of every host would evaluate them.

use crate::declaration::Children;
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
            children.entry(new).or_default().defs.extend(moved.defs);
        }
    }
    let (old, [first, inner @ ..]) = MOVED;
    if path.is_empty()
        && let Some(old) = ev.symbol(old)
        && let Some(moved) = children.shift_remove(&old)
    {
        let new = ev.intern(first);
        for def in moved.defs {
            let mut value = def.value;
            for name in inner.iter().rev() {
                let set = ev.attrs_from(vec![(name, value)]);
                value = ev.alloc(Value::attrs(set), OriginId::default());
            }
            children.entry(new).or_default().defs.push(def.replaced(value));
        }
    }
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
