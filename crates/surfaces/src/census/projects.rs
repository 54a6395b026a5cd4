//! What tells that a set is of a project of arion, of which no option says so.

use crate::census::wrapped::unwrapped;
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Attrs, EntryValue, Expr};

/// Options below `service` that say how a container is run. Each of them is enough to tell one from a service of NixOS.
const TELLING: [&str; 12] = [
    "build",
    "capabilities",
    "container_name",
    "devices",
    "env_file",
    "image",
    "network_mode",
    "ports",
    "privileged",
    "useHostNixDaemon",
    "useHostStore",
    "volumes",
];

/// Can a file have a project of arion, or a part of one, by its names?
pub(super) fn may_be_project(hir: &Hir) -> bool {
    let has = |wanted: &str| hir.names().iter().any(|name| name == wanted);
    has("service") && TELLING.iter().any(|name| has(name))
}

/// Is a value a set of services of arion?
pub(super) fn is_services(hir: &Hir, value: ExprId) -> bool {
    let Expr::Attrs(services) = hir.expr(unwrapped(hir, value)) else {
        return false;
    };
    let written = services.entries.iter().filter_map(|entry| value_of(entry.value));
    let computed = services.dynamic.iter().map(|entry| entry.value);
    written.chain(computed).any(|service| {
        let service = set(hir, service).and_then(|service| find(hir, service, "service"));
        service.is_some_and(|service| is_service(hir, service))
    })
}

/// Is the value of an option `service` one of arion?
pub(super) fn is_service(hir: &Hir, value: ExprId) -> bool {
    let options = set(hir, value);
    options.is_some_and(|options| TELLING.iter().any(|name| find(hir, options, name).is_some()))
}

/// A set of options, or what the function gives that is one as a module.
fn set(hir: &Hir, value: ExprId) -> Option<&Attrs> {
    let mut at = unwrapped(hir, value);
    if let Expr::Lambda(_, body) = hir.expr(at) {
        at = unwrapped(hir, *body);
    }
    match hir.expr(at) {
        Expr::Attrs(attrs) => Some(attrs),
        _ => None,
    }
}

fn find(hir: &Hir, attrs: &Attrs, name: &str) -> Option<ExprId> {
    let mut entries = attrs.entries.iter();
    value_of(entries.find(|entry| hir.name(entry.name) == name)?.value)
}

fn value_of(value: EntryValue) -> Option<ExprId> {
    match value {
        EntryValue::Expr(value) => Some(value),
        EntryValue::Inherit(_) | EntryValue::From(_) => None,
    }
}
