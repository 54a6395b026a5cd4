//! Modules inside of files as roots: those that no system was seen to have.

use crate::inputs::flake::arguments_around;
use crate::own::Kind;
use crate::roots::projects::{as_project, as_service, called};
use crate::roots::root::{RootSystem, Standing, loose_in};
use crate::system::evaluation::Library;
use crate::values::{entry, find};
use nixpod_eval::{Attr, Attrs, Evaluator, NO_SITE, OriginId, ThunkId, Value};
use nixpod_source::{ExprId, Site, Utf8Path, Why};
use std::collections::BTreeSet;

/// A module that stands somewhere in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Island {
    /// A set of options, or the function that gives it; for a quadlet file its set of sections; a script.
    pub expr: ExprId,
    /// What it is.
    pub shape: Shape,
    /// NixOS or Home Manager.
    pub kind: Kind,
    /// Is it one of a guest, of which nobody was seen to know the container?
    pub in_guest: bool,
    /// The attribute path under which it stands in the file; empty for what is no attribute.
    pub path: String,
    /// The conditions of the definitions around it.
    pub conditions: Vec<ExprId>,
}

/// A set of scripts that stand in code. No configuration has an option of this name.
pub const SCRIPTS: &str = "scripts of the code";

/// What an island is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// A module.
    Module,
    /// What `virtualisation.quadlet` would be, of which the code makes a module by itself.
    Quadlets,
    /// The settings of a project of arion.
    Project,
    /// A service of such a project.
    Service,
    /// The content of a quadlet file of a container, of which the code makes a file by itself.
    Quadlet {
        /// The container's name.
        container: String,
        /// The key of the set.
        key: ExprId,
        /// The other units of the file, which it may name.
        beside: Vec<BesideUnit>,
    },
    /// A script that the code makes something of by itself, and what it is called.
    Script(String),
}

/// A quadlet file of another kind than a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BesideUnit {
    /// What it makes.
    pub kind: BesideKind,
    /// Its name without the ending.
    pub name: String,
    /// Its set of sections.
    pub expr: ExprId,
}

/// What a quadlet file makes that containers name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BesideKind {
    /// A pod.
    Pod,
    /// A volume.
    Volume,
    /// A network.
    Network,
    /// An image that is pulled.
    Image,
    /// An image that is built.
    Build,
}

impl BesideKind {
    /// By the ending of the file's name.
    pub fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "pod" => Self::Pod,
            "volume" => Self::Volume,
            "network" => Self::Network,
            "image" => Self::Image,
            "build" => Self::Build,
            _ => return None,
        })
    }

    /// The section of the file, and the option and the set of keys that it is in quadlet-nix.
    const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Pod => ("Pod", "pods", "podConfig"),
            Self::Volume => ("Volume", "volumes", "volumeConfig"),
            Self::Network => ("Network", "networks", "networkConfig"),
            Self::Image => ("Image", "images", "imageConfig"),
            Self::Build => ("Build", "builds", "buildConfig"),
        }
    }
}

/// Modules that stand in the file at `path`, each as a module of a system that is not seen whole. `name` is what the
/// file is called. Of the functions around a module nobody knows what they are called with, but for `lib`, `pkgs`,
/// and the flake in whose tree the file lies.
pub fn island_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: &str,
    islands: &[Island],
    standing: Standing,
) -> Vec<RootSystem> {
    let mut known = library.arguments(false);
    known.extend(arguments_around(ev, library, path));
    let mut named = |_: &mut Evaluator<'_>, name: &str| -> Option<ThunkId> {
        let mut known = known.iter();
        known.find(|(known, _)| known == name).map(|(_, thunk)| *thunk)
    };
    let inside = ev.inside(path);
    let file = ev.source().load(path).ok().map(|loaded| loaded.file);
    let mut value_at = |ev: &mut Evaluator<'_>, expr: ExprId| {
        let value = match &inside {
            Ok(inside) => ev.value_inside(inside, expr, &mut named),
            Err(why) => Err(why.clone()),
        };
        value.unwrap_or_else(|why| ev.alloc_unknown(why))
    };
    let mut roots = Vec::with_capacity(islands.len());
    for island in islands {
        let module = value_at(ev, island.expr);
        let at = |expr: ExprId| file.map(|file| Site { file, expr });
        let mut is_false = |ev: &mut Evaluator<'_>, condition: &ExprId| {
            let condition = value_at(ev, *condition);
            matches!(ev.force_or_unknown(condition).value, Value::Bool(false))
        };
        // What every host leaves out may be looked at as if it were there.
        let is_off = standing != Standing::Off && { island.conditions.iter() }.any(|one| is_false(ev, one));
        let module = match &island.shape {
            Shape::Module if is_off => left_out(ev, module),
            Shape::Module => module,
            Shape::Quadlet {
                container,
                key,
                beside,
            } => {
                let beside = beside.iter().map(|unit| (unit, value_at(ev, unit.expr)));
                let beside: Vec<_> = beside.collect();
                let site = at(*key).unwrap_or(NO_SITE);
                quadlet(ev, module, (container, site), &beside)
            }
            Shape::Quadlets => quadlets(ev, module, &island.path),
            Shape::Project => as_project(ev, module, &called(name)),
            Shape::Service => as_service(ev, module, &called(name)),
            Shape::Script(name) => {
                let site = at(island.expr).unwrap_or(NO_SITE);
                let named = set_of(ev, name, module, site);
                set_of(ev, SCRIPTS, named, site)
            }
        };
        let name = match island.path.as_str() {
            "" => name.to_owned(),
            path => format!("{name}: {path}"),
        };
        roots.push(RootSystem {
            standing,
            in_guest: island.in_guest,
            ..loose_in(ev, library, path, module, island.kind, name)
        });
    }
    roots
}

/// A module that has a container with these sections, in the spelling that they have, and what stands beside it. Whether it
/// belongs to the system or to a user nobody knows.
fn quadlet(
    ev: &mut Evaluator<'_>,
    sections: ThunkId,
    (container, site): (&str, Site),
    beside: &[(&BesideUnit, ThunkId)],
) -> ThunkId {
    let written = match ev.force_or_unknown(sections).value {
        Value::Attrs(set) => find(ev, &set, "Container"),
        _ => None,
    };
    let keys = written.unwrap_or(sections);
    let uid = whose(
        ev,
        format!("the code that makes a unit of `{container}.container`"),
    );
    let mut entries = Vec::new();
    for (name, thunk) in [("containerConfig", keys), ("rootlessConfig", uid)] {
        entries.push(entry(ev.intern(name), thunk));
    }
    let at = ev.alloc(Value::attrs(Attrs::from_entries(entries)), OriginId::default());
    let containers = set_of(ev, container, at, site);
    let mut all = vec![("containers", containers)];
    for kind in { beside.iter().map(|(unit, _)| unit.kind) }.collect::<BTreeSet<_>>() {
        let (section, option, config) = kind.names();
        let mut units: Vec<Attr> = Vec::new();
        for (unit, sections) in beside.iter().filter(|(unit, _)| unit.kind == kind) {
            let keys = match ev.force_or_unknown(*sections).value {
                Value::Attrs(set) => find(ev, &set, section),
                _ => None,
            };
            let keys = set_of(ev, config, keys.unwrap_or(*sections), site);
            let name = ev.intern(&unit.name);
            if !units.iter().any(|known| known.name == name) {
                units.push(Attr {
                    site,
                    ..entry(name, keys)
                });
            }
        }
        let units = Value::attrs(Attrs::from_entries(units));
        all.push((option, ev.alloc(units, OriginId::default())));
    }
    let all = ev.attrs_from(all);
    let mut at = ev.alloc(Value::attrs(all), OriginId::default());
    for name in ["quadlet", "virtualisation"] {
        at = set_of(ev, name, at, site);
    }
    at
}

/// The user that a container belongs to, which nobody knows.
fn whose(ev: &mut Evaluator<'_>, code: String) -> ThunkId {
    let uid = ev.alloc_unknown(Why::Undecided(format!("only {code} says who runs it")));
    set_of(ev, "uid", uid, NO_SITE)
}

/// A module with these options of quadlet-nix. Whether its containers belong to the system or to a user nobody knows.
fn quadlets(ev: &mut Evaluator<'_>, options: ThunkId, path: &str) -> ThunkId {
    let code = match path {
        "" => "the code that is given these containers".to_owned(),
        path => format!("the code that reads `{path}`"),
    };
    let containers = match ev.force_or_unknown(options).value {
        Value::Attrs(set) => find(ev, &set, "containers"),
        _ => None,
    };
    let containers = containers.map(|thunk| ev.force_or_unknown(thunk).value);
    let mut at = match containers {
        Some(Value::Attrs(set)) => {
            let mut all = (*set).clone();
            for attr in &mut all.entries {
                attr.thunk = of_somebody(ev, attr.thunk, &code);
            }
            all.wildcard = all.wildcard.map(|thunk| of_somebody(ev, thunk, &code));
            let all = ev.alloc(Value::attrs(all), OriginId::default());
            set_of(ev, "containers", all, NO_SITE)
        }
        _ => options,
    };
    for name in ["quadlet", "virtualisation"] {
        at = set_of(ev, name, at, NO_SITE);
    }
    at
}

/// A container of quadlet-nix that says nothing of its user.
fn of_somebody(ev: &mut Evaluator<'_>, container: ThunkId, code: &str) -> ThunkId {
    let code = code.to_owned();
    ev.alloc_native(move |ev| {
        let mut container = ev.force(container)?;
        if let Value::Attrs(set) = &container.value
            && find(ev, set, "rootlessConfig").is_none()
        {
            let uid = whose(ev, code.clone());
            let user = ev.attrs_from(vec![("rootlessConfig", uid)]);
            container.value = Value::attrs(ev.update_attrs(&set.clone(), &user));
        }
        Ok(container)
    })
}

/// `mkIf false module`.
fn left_out(ev: &mut Evaluator<'_>, module: ThunkId) -> ThunkId {
    let kind = ev.alloc(Value::string("if"), OriginId::default());
    let condition = ev.alloc(Value::Bool(false), OriginId::default());
    let all = ev.attrs_from(vec![
        ("_type", kind),
        ("condition", condition),
        ("content", module),
    ]);
    ev.alloc(Value::attrs(all), OriginId::default())
}

/// A set with one attribute.
fn set_of(ev: &mut Evaluator<'_>, name: &str, thunk: ThunkId, site: Site) -> ThunkId {
    let named = Attr {
        site,
        ..entry(ev.intern(name), thunk)
    };
    ev.alloc(
        Value::attrs(Attrs::from_entries(vec![named])),
        OriginId::default(),
    )
}
