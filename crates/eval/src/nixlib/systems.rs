//! `lib.systems`, as far as configurations ask for it.

use super::packages::named_set;
use crate::builtins::plain;
use crate::{Attrs, Elem, Evaluator, List, OriginId, Res, Stop, ThunkId, Tracked, Unknown, Value, When};
use nixpod_source::{Site, Why};
use std::rc::Rc;

/// The set: the systems that every release of the last years lists, and perhaps more.
pub(super) fn systems(ev: &mut Evaluator<'_>) -> ThunkId {
    let mut elems = Vec::new();
    for name in ["x86_64-linux", "aarch64-linux", "aarch64-darwin"] {
        elems.push(Elem {
            thunk: ev.alloc(Value::string(name), OriginId(0)),
            when: When::ALWAYS,
        });
    }
    let open = Some(Unknown::new(Why::named("lib.systems.flakeExposed")));
    let exposed = ev.alloc(Value::List(Rc::new(List { elems, open })), OriginId(0));
    let doubles = ev.alloc(Value::attrs(named_set("lib.platforms")), OriginId(0));
    let elaborate = ev.primop("elaborate", 1, 0, |ev, args, site| elaborate(ev, args[0], site));
    let elaborate = ev.alloc(elaborate, OriginId(0));
    let mut set = ev.attrs_from(vec![
        ("flakeExposed", exposed),
        ("doubles", doubles),
        ("elaborate", elaborate),
    ]);
    set.open = Some(Unknown::new(Why::named("lib.systems")));
    ev.alloc(Value::attrs(set), OriginId(0))
}

/// What is asked of a platform: by which processors and by which kernels it is so.
const PREDICATES: &[(&str, &[&str], &[&str])] = &[
    ("isx86_64", &["x86_64"], ANY),
    ("isx86_32", &["i686"], ANY),
    ("isi686", &["i686"], ANY),
    ("isx86", &["x86_64", "i686"], ANY),
    ("isAarch64", &["aarch64"], ANY),
    ("isAarch32", &["armv6l", "armv7l"], ANY),
    ("isAarch", &["aarch64", "armv6l", "armv7l"], ANY),
    ("isRiscV", &["riscv64"], ANY),
    ("isRiscV64", &["riscv64"], ANY),
    ("is64bit", &["x86_64", "aarch64", "riscv64"], ANY),
    ("is32bit", &["i686", "armv6l", "armv7l"], ANY),
    ("isLinux", ANY, &["linux"]),
    ("isDarwin", ANY, &["darwin"]),
    ("isMacOS", ANY, &["darwin"]),
    ("isUnix", ANY, &["linux", "darwin"]),
    ("isWindows", ANY, &[]),
];

const ANY: &[&str] = &["*"];

/// The processors and kernels of which all of that is known.
const PROCESSORS: [&str; 6] = ["x86_64", "i686", "aarch64", "armv6l", "armv7l", "riscv64"];
const KERNELS: [&str; 2] = ["linux", "darwin"];

/// A platform from its name, or from a set that has one. What else it has is not known.
fn elaborate(ev: &mut Evaluator<'_>, given: ThunkId, site: Site) -> Res<Tracked> {
    let given = ev.force(given)?;
    let system = ev.intern("system");
    let (mut set, named) = match &given.value {
        Value::String(_) => (Attrs::default(), Some(ev.alloc_tracked(given.clone()))),
        Value::Attrs(set) => ((**set).clone(), set.get(system).map(|attr| attr.thunk)),
        Value::Unknown(unknown) => return Err(Stop::Unknown(unknown.clone())),
        _ => (Attrs::default(), None),
    };
    set.open = Some(Unknown::new(Why::named("lib.systems.elaborate")));
    let Some(named) = named else {
        return plain(Value::attrs(set));
    };
    let text = ev.force_string(named, site)?.text.to_string();
    let mut known = vec![("system", named)];
    if let Some((processor, kernel)) = text.split_once('-')
        && PROCESSORS.contains(&processor)
        && KERNELS.contains(&kernel)
    {
        for (name, processors, kernels) in PREDICATES {
            let fits = |all: &[&str], one: &str| all == ANY || all.contains(&one);
            let is_so = fits(processors, processor) && fits(kernels, kernel);
            known.push((name, ev.alloc(Value::Bool(is_so), OriginId(0))));
        }
    }
    let known = ev.attrs_from(known);
    let mut all = known.entries;
    all.retain(|attr| set.get(attr.name).is_none());
    all.extend(set.entries);
    let open = set.open;
    let mut set = Attrs::from_entries(all);
    set.open = open;
    Ok(Tracked {
        value: Value::attrs(set),
        origin: given.origin,
    })
}
