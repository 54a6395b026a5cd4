//! The hosts of a flake as roots.

use crate::fixpoint::system_value::system_of;
use crate::own::Kind;
use crate::roots::root::{RootSystem, close, loose};
use crate::system::evaluation::{Library, System};
use crate::system::report::Gap;
use crate::values::find;
use nixpod_eval::{Attrs, Evaluator, Lookup, NO_SITE, OriginId, Tracked, Value, error_unknown};
use nixpod_source::{Utf8Path, Why};
use std::rc::Rc;

/// The hosts of the flake in a directory.
pub fn flake_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    directory: &Utf8Path,
    hosts: Option<&[String]>,
) -> Vec<RootSystem> {
    let mut roots = Vec::new();
    let loaded = match crate::inputs::flake::load(ev, library, directory) {
        Ok(loaded) => loaded,
        Err(error) => {
            let why = match &error {
                nixpod_eval::Stop::Error(error) => error_unknown(error).why.clone(),
                nixpod_eval::Stop::Unknown(unknown) => unknown.why.clone(),
            };
            let site = match &error {
                nixpod_eval::Stop::Error(error) => error.site,
                nixpod_eval::Stop::Unknown(_) => None,
            };
            library.shared.gap(
                ev,
                Gap {
                    site,
                    what: "the flake's outputs".to_owned(),
                    why,
                },
            );
            return roots;
        }
    };
    library.shared.keep_outputs(ev, loaded.outputs.clone());
    let wanted = |name: &str| hosts.is_none_or(|hosts| hosts.iter().any(|host| host == name));
    for (output, kind) in [
        ("nixosConfigurations", Kind::Nixos),
        ("homeConfigurations", Kind::Home),
    ] {
        let Some(set) = output_set(ev, library, &loaded.outputs, output) else {
            continue;
        };
        for attr in ev.sorted(&set) {
            let name = ev.name(attr.name).to_string();
            if !wanted(&name) {
                continue;
            }
            let value = ev.force_or_unknown(attr.thunk);
            match system_of(ev, &value) {
                Some(system) => roots.push(found(ev, library, name, system, kind, loaded.release)),
                // A module that others import into a configuration of their own.
                None if ev.is_function(&value.value) || matches!(value.value, Value::Path(_)) => {
                    let module = ev.alloc_tracked(value);
                    roots.push(loose(
                        ev,
                        library,
                        module,
                        kind,
                        format!("{output}.{name}"),
                        false,
                    ));
                }
                None => {
                    let why = match &value.value {
                        Value::Unknown(unknown) => unknown.why.clone(),
                        other => Why::Error(format!("{} is not a system", other.describe())),
                    };
                    let site = ev
                        .last_site(value.origin)
                        .or((attr.site != NO_SITE).then_some(attr.site));
                    library.shared.gap(
                        ev,
                        Gap {
                            site,
                            what: format!("{output}.{name}"),
                            why,
                        },
                    );
                }
            }
        }
        if let Some(open) = &set.open {
            library.shared.gap(
                ev,
                Gap {
                    site: None,
                    what: format!("further {output}"),
                    why: open.why.clone(),
                },
            );
        }
    }
    hive(ev, library, &loaded, &mut roots, &wanted);
    roots
}

fn found(
    ev: &mut Evaluator<'_>,
    library: &Library,
    name: String,
    system: Rc<System>,
    kind: Kind,
    release: Option<(u32, u32)>,
) -> RootSystem {
    let mut root = RootSystem {
        from_flake: true,
        release,
        ..RootSystem::new(name, system, kind)
    };
    close(ev, library, &mut root);
    root
}

/// An output that is a set.
fn output_set(ev: &mut Evaluator<'_>, library: &Library, outputs: &Tracked, name: &str) -> Option<Rc<Attrs>> {
    let symbol = ev.intern(name);
    let value = match ev.lookup(outputs, symbol) {
        Ok(Lookup::Found(value) | Lookup::Perhaps(value, _)) => value,
        Ok(Lookup::Absent) => return None,
        Err(nixpod_eval::Stop::Error(error)) => {
            let why = error_unknown(&error).why.clone();
            library.shared.gap(
                ev,
                Gap {
                    site: error.site,
                    what: name.to_owned(),
                    why,
                },
            );
            return None;
        }
        Err(nixpod_eval::Stop::Unknown(_)) => return None,
    };
    ev.attrs_or_open(value, NO_SITE).ok()
}

/// Nodes of a colmena hive that are no hosts by themselves.
fn hive(
    ev: &mut Evaluator<'_>,
    library: &Library,
    loaded: &crate::inputs::flake::Flake,
    roots: &mut Vec<RootSystem>,
    wanted: &dyn Fn(&str) -> bool,
) {
    for output in ["colmenaHive", "colmena"] {
        let Some(mut hive) = output_set(ev, library, &loaded.outputs, output) else {
            continue;
        };
        if output == "colmena" {
            let function = ev.force_or_unknown(loaded.make_hive);
            let argument = ev.alloc(Value::Attrs(hive), OriginId::default());
            let Ok(made) = ev.apply(function, argument, NO_SITE) else {
                continue;
            };
            let Value::Attrs(made) = made.value else { continue };
            hive = made;
        }
        let Some(nodes) = find(ev, &hive, "nodes").map(|nodes| ev.force_or_unknown(nodes)) else {
            continue;
        };
        let Value::Attrs(nodes) = nodes.value else {
            continue;
        };
        for attr in ev.sorted(&nodes) {
            let name = ev.name(attr.name).to_string();
            if !wanted(&name) || roots.iter().any(|root| root.name == name) {
                continue;
            }
            let value = ev.force_or_unknown(attr.thunk);
            if let Some(system) = system_of(ev, &value) {
                roots.push(found(ev, library, name, system, Kind::Nixos, loaded.release));
            }
        }
    }
}
