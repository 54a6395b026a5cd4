//! The hosts of a flake as roots.

use crate::fixpoint::system_value::system_of;
use crate::inputs::flake;
use crate::inputs::flake::Flake;
use crate::own::Kind;
use crate::roots::literal;
use crate::roots::root::{RootSystem, Standing, close, loose};
use crate::system::evaluation::{Library, ModuleEvaluation};
use crate::system::report::{About, Gap};
use crate::values::{find, known, look_up};
use nixpod_eval::{
    Attr, Attrs, Evaluator, Lookup, NO_SITE, OriginId, Share, Stop, Tracked, Value, error_unknown,
};
use nixpod_source::{Site, Utf8Path, Why};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The hosts of the flake in a directory, and its outputs if they could be evaluated.
pub fn flake_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    directory: &Utf8Path,
) -> (Vec<RootSystem>, Option<Tracked>) {
    let flake = match flake::load(ev, library, directory) {
        Ok(flake) => flake,
        Err(stop) => {
            let (site, why) = cause(&stop);
            gap(ev, library, site, "the flake's outputs", why);
            return (Vec::new(), None);
        }
    };
    let mut walk = OutputWalk {
        library,
        flake: &flake,
        roots: Vec::new(),
    };
    walk.output(ev, "nixosConfigurations", Kind::Nixos);
    // What system-manager has of NixOS on other distributions.
    walk.output(ev, SYSTEM_CONFIGS, Kind::Nixos);
    walk.output(ev, "homeConfigurations", Kind::Home);
    walk.of_platforms(ev);
    for output in ["colmenaHive", "colmena"] {
        walk.hive(ev, output);
    }
    if flake.has_containers {
        walk.packages(ev);
    }
    let roots = walk.roots;
    (roots, Some(flake.outputs))
}

/// Something of the flake could not be seen.
fn gap(ev: &mut Evaluator<'_>, library: &Library, site: Option<Site>, what: impl Into<String>, why: Why) {
    let what = what.into();
    library.shared.gap(ev, About::default(), Gap { site, what, why });
}

/// Where and why an evaluation stopped.
fn cause(stop: &Stop) -> (Option<Site>, Why) {
    match stop {
        Stop::Error(error) => (error.site, error_unknown(error).why.clone()),
        Stop::Unknown(unknown) => (None, unknown.why.clone()),
    }
}

/// Going through the outputs of a flake.
struct OutputWalk<'a> {
    library: &'a Library,
    flake: &'a Flake,
    roots: Vec<RootSystem>,
}

/// The output of a flake in which systems of system-manager are.
const SYSTEM_CONFIGS: &str = "systemConfigs";

impl OutputWalk<'_> {
    /// An output that is a set of systems.
    fn output(&mut self, ev: &mut Evaluator<'_>, output: &str, kind: Kind) {
        let Some(set) = self.set(ev, output) else { return };
        ev.each_within(Share::Half, ev.sorted(&set).into_iter(), |ev, attr| {
            let name = ev.name(attr.name).to_string();
            self.host(ev, &attr, (output, &name), kind);
        });
        // Hardly any flake has systems of system-manager, so that what may hold some is told only beside others.
        let is_likely = output != SYSTEM_CONFIGS || !set.entries.is_empty();
        if let Some(open) = set.open.as_ref().filter(|_| is_likely) {
            let what = format!("further {output}");
            gap(ev, self.library, None, what, open.why.clone());
        }
    }

    fn host(&mut self, ev: &mut Evaluator<'_>, attr: &Attr, (output, name): (&str, &str), kind: Kind) {
        let value = ev.force_or_unknown(attr.thunk);
        if let Some(system) = system_of(ev, &value) {
            self.add(ev, name.to_owned(), system, kind);
            return;
        }
        let what = format!("{output}.{name}");
        if ev.is_function(&value.value) || matches!(value.value, Value::Path(_)) {
            // A module that others import into a configuration of their own.
            let module = ev.alloc_tracked(value);
            let root = loose(ev, self.library, module, kind, what, Standing::Plain);
            self.roots.push(root);
            return;
        }
        let why = match &value.value {
            Value::Unknown(unknown) => {
                if let Some(host) = literal::of_call(ev, self.library, kind, &unknown.given.clone()) {
                    self.push(name, host, kind);
                }
                unknown.why.clone()
            }
            Value::Attrs(set) => match literal::of_record(ev, self.library, kind, &set.clone()) {
                Some(host) => return self.push(name, host, kind),
                None => Why::Error(format!("{} is not a system", value.value.describe())),
            },
            other => Why::Error(format!("{} is not a system", other.describe())),
        };
        let site = ev.last_site(value.origin).or(known(attr.site));
        gap(ev, self.library, site, what, why);
    }

    /// A host whose modules are there to be seen, and not all that is made of them.
    fn push(&mut self, name: &str, system: Rc<ModuleEvaluation>, kind: Kind) {
        self.roots.push(RootSystem {
            from_flake: true,
            release: self.flake.release,
            ..RootSystem::new(name.to_owned(), system, kind)
        });
    }

    fn add(&mut self, ev: &mut Evaluator<'_>, name: String, system: Rc<ModuleEvaluation>, kind: Kind) {
        let mut root = RootSystem {
            from_flake: true,
            release: self.flake.release,
            ..RootSystem::new(name, system, kind)
        };
        close(ev, self.library, &mut root);
        self.roots.push(root);
    }

    /// An output that is a set.
    fn set(&self, ev: &mut Evaluator<'_>, output: &str) -> Option<Rc<Attrs>> {
        let symbol = ev.intern(output);
        let value = match ev.lookup(&self.flake.outputs, symbol) {
            Ok(Lookup::Found(value) | Lookup::Perhaps(value, _)) => value,
            Ok(Lookup::Absent) | Err(Stop::Unknown(_)) => return None,
            Err(stop) => {
                let (site, why) = cause(&stop);
                gap(ev, self.library, site, output, why);
                return None;
            }
        };
        ev.attrs_or_open(value, NO_SITE).ok()
    }

    /// Systems and homes that stand among packages, where Nix looks for what a command names, too: each once for all
    /// platforms.
    fn of_platforms(&mut self, ev: &mut Evaluator<'_>) {
        let mut seen = BTreeSet::new();
        for output in ["packages", "legacyPackages"] {
            let platforms = look_up(ev, &self.flake.outputs, output).map(|platforms| platforms.value);
            let Some(Value::Attrs(platforms)) = platforms else {
                continue;
            };
            for platform in ev.sorted(&platforms) {
                let packages = ev.force_or_unknown(platform.thunk);
                for (kind, set) in [
                    (Kind::Nixos, "nixosConfigurations"),
                    (Kind::Home, "homeConfigurations"),
                ] {
                    let all = look_up(ev, &packages, set).map(|all| all.value);
                    let Some(Value::Attrs(all)) = all else { continue };
                    for attr in ev.sorted(&all) {
                        let name = ev.name(attr.name).to_string();
                        let is_known = self
                            .roots
                            .iter()
                            .any(|root| root.name == name && root.kind == kind);
                        if seen.insert((set, name.clone())) && !is_known {
                            self.host(ev, &attr, (set, &name), kind);
                        }
                    }
                }
            }
        }
    }

    /// Packages that are containers, each once for all platforms.
    fn packages(&mut self, ev: &mut Evaluator<'_>) {
        let Some(platforms) = self.set(ev, "packages") else {
            return;
        };
        for platform in ev.sorted(&platforms) {
            let Value::Attrs(packages) = ev.force_or_unknown(platform.thunk).value else {
                continue;
            };
            for attr in ev.sorted(&packages) {
                let name = format!("packages.{}", ev.name(attr.name));
                let value = ev.force_or_unknown(attr.thunk);
                let is_new = !self.roots.iter().any(|root| root.name == name);
                if let (Some(system), true) = (system_of(ev, &value), is_new) {
                    self.add(ev, name, system, Kind::Nixos);
                }
            }
        }
    }

    /// Nodes of a colmena hive that are no hosts by themselves.
    fn hive(&mut self, ev: &mut Evaluator<'_>, output: &str) {
        let Some(nodes) = self.nodes(ev, output) else {
            return;
        };
        ev.each_within(Share::Half, ev.sorted(&nodes).into_iter(), |ev, attr| {
            let name = ev.name(attr.name).to_string();
            if self.roots.iter().any(|root| root.name == name) {
                return;
            }
            let value = ev.force_or_unknown(attr.thunk);
            if let Some(system) = system_of(ev, &value) {
                self.add(ev, name, system, Kind::Nixos);
            }
        });
    }

    fn nodes(&self, ev: &mut Evaluator<'_>, output: &str) -> Option<Rc<Attrs>> {
        let mut hive = self.set(ev, output)?;
        if output == "colmena" {
            let function = ev.force_or_unknown(self.flake.make_hive);
            let argument = ev.alloc(Value::Attrs(hive), OriginId::default());
            hive = match ev.apply(&function, argument, NO_SITE).ok()?.value {
                Value::Attrs(made) => made,
                _ => return None,
            };
        }
        let nodes = find(ev, &hive, "nodes")?;
        match ev.force_or_unknown(nodes).value {
            Value::Attrs(nodes) => Some(nodes),
            _ => None,
        }
    }
}
