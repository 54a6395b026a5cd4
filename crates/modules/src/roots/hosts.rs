//! Roots: the hosts of a flake, and files taken as modules.

use crate::fixpoint::collect::System;
use crate::library::{Library, system_of};
use crate::nixos;
use crate::nixos::Kind;
use crate::option_names::kind_of_file;
use crate::system::report::{Gap, Shared};
use crate::values::find;
use nixpod_eval::{Attrs, Evaluator, Lookup, NO_SITE, OriginId, ThunkId, Tracked, Value, error_unknown};
use nixpod_source::{Utf8Path, Why};
use std::collections::BTreeSet;
use std::rc::Rc;

/// A system that is evaluated as a whole.
#[derive(Clone, Debug)]
pub struct RootSystem {
    /// The host's name, or the file's path.
    pub name: String,
    /// The evaluation.
    pub system: Rc<System>,
    /// NixOS or Home Manager.
    pub kind: Kind,
    /// Is it an output of a flake?
    pub from_flake: bool,
    /// Does the module tree begin here, so that all of it may have been seen?
    pub rooted: bool,
    /// Was the whole module tree seen?
    pub closed_world: bool,
    /// Are there hosts, and does none of them import this file?
    pub imported_by_no_host: bool,
    /// Names of flake inputs that were not on disk and that modules of the host come from.
    pub missing_inputs: Vec<String>,
    /// The NixOS release that the flake's nixpkgs follows: year without century, month.
    pub release: Option<(u32, u32)>,
}

impl RootSystem {
    /// A system of which nothing else is known yet.
    fn new(name: String, system: Rc<System>, kind: Kind) -> Self {
        Self {
            name,
            system,
            kind,
            from_flake: false,
            rooted: false,
            closed_world: false,
            imported_by_no_host: false,
            missing_inputs: Vec::new(),
            release: None,
        }
    }
}

/// Inputs whose modules are known to declare or set nothing of container specs, users' sub-ids, groups or engines.
const HARMLESS: [&str; 95] = [
    "aagl",
    "agenix",
    "agenix-rekey",
    "ags",
    "anyrun",
    "apple-silicon",
    "apple-silicon-support",
    "attic",
    "authentik-nix",
    "base16",
    "caelestia",
    "caelestia-shell",
    "catppuccin",
    "chaotic",
    "colmena",
    "comin",
    "copyparty",
    "dankmaterialshell",
    "deploy-rs",
    "determinate",
    "devshell",
    "disko",
    "disko-zfs",
    "dms",
    "emacs-overlay",
    "flake-parts",
    "git-hooks",
    "grub2-themes",
    "hardware",
    "haskell-flake",
    "hjem",
    "home-manager",
    "hyprland",
    "impermanence",
    "jovian",
    "jovian-nixos",
    "lan-mouse",
    "lanzaboote",
    "lix",
    "lix-module",
    "mango",
    "mangowm",
    "microvm",
    "microvm-nix",
    "musnix",
    "neovim-nightly-overlay",
    "nh",
    "niri",
    "niri-flake",
    "nix-colors",
    "nix-darwin",
    "nix-doom-emacs-unstraightened",
    "nix-flatpak",
    "nix-gaming",
    "nix-index-database",
    "nix-minecraft",
    "nix-snapd",
    "nix-topology",
    "nixcord",
    "nixos-apple-silicon",
    "nixos-avf",
    "nixos-cosmic",
    "nixos-facter-modules",
    "nixos-generators",
    "nixos-hardware",
    "nixos-mailserver",
    "nixos-vscode-server",
    "nixos-wsl",
    "nixpkgs",
    "nixvim",
    "nixvirt",
    "noctalia",
    "nur",
    "nurpkgs",
    "nvchad4nix",
    "nvf",
    "one-password-shell-plugins",
    "plasma-manager",
    "pre-commit-hooks",
    "proxmox-nixos",
    "quadlet-nix",
    "ragenix",
    "simple-nixos-mailserver",
    "sops-nix",
    "spicetify-nix",
    "srvos",
    "stylix",
    "treefmt-nix",
    "vicinae",
    "vscode-server",
    "walker",
    "wsl",
    "xremap",
    "xremap-flake",
    "zen-browser",
];

/// Does an input of this name, or a repository, have nothing to do with containers?
pub(crate) fn is_harmless_input(name: &str) -> bool {
    let name = name.to_lowercase();
    // Repositories are often called `NAME.nix`.
    let name = name.strip_suffix(".nix").unwrap_or(&name);
    HARMLESS.contains(&name)
        || [
            "nixpkgs",
            "nixos-unstable",
            "nixos-stable",
            "nixos-2",
            "home-manager",
        ]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Is what could not be read known to be of no matter for containers? Modules of the real nixpkgs are part of our
/// model, and some inputs are known to have other business.
pub fn is_harmless(shared: &Shared, why: &Why) -> bool {
    let Why::External(name) = why else { return false };
    let name = name.strip_prefix("import ").unwrap_or(name);
    if name.starts_with("modulesPath")
        || name.starts_with("pkgs.mkShell")
        || name.starts_with("<nixpkgs")
        || name.starts_with("<home-manager")
    {
        return true;
    }
    input_name(why).is_some_and(|input| {
        let input = input.trim_matches('"');
        is_harmless_input(input) || shared.is_harmless_input(input)
    })
}

/// The name of the input that an unknown comes from.
pub fn input_name(why: &Why) -> Option<String> {
    let Why::External(name) = why else { return None };
    let name = name.strip_prefix("import ").unwrap_or(name);
    let input = name.strip_prefix("inputs.")?;
    Some(input.split(['.', ' ', '/']).next().unwrap_or(input).to_owned())
}

/// A file as a module of a system that is not seen whole.
pub fn file_root(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
    imported_by_no_host: bool,
) -> RootSystem {
    let loaded = ev.source().load(path);
    let kind = loaded.map_or(Kind::Nixos, |loaded| kind_of_file(&loaded.hir));
    let module = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
    loose(ev, library, module, kind, name, imported_by_no_host)
}

/// The systems that a file builds, if it builds any, or else itself as a module.
pub fn file_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
    imported_by_no_host: bool,
) -> Vec<RootSystem> {
    let built = crate::roots::built::systems(ev, library, path);
    if built.is_empty() {
        return vec![file_root(ev, library, path, name, imported_by_no_host)];
    }
    let release = library.shared.release.get();
    let mut roots = Vec::with_capacity(built.len());
    for (attribute, kind, system) in built {
        let name = match attribute.as_str() {
            // The file's value, or an element of it.
            "" => name.clone(),
            element if element.starts_with('[') => {
                host_name(ev, &system).unwrap_or_else(|| format!("{name}{element}"))
            }
            _ => attribute,
        };
        let mut root = RootSystem::new(name, system, kind);
        root.release = release;
        close(ev, library, &mut root);
        roots.push(root);
    }
    roots
}

/// A module as a part of a system that is not seen whole.
pub(crate) fn loose(
    ev: &mut Evaluator<'_>,
    library: &Library,
    module: ThunkId,
    kind: Kind,
    name: String,
    imported_by_no_host: bool,
) -> RootSystem {
    let system = nixos::system(ev, library, kind, vec![module], None, true);
    RootSystem {
        imported_by_no_host,
        ..RootSystem::new(name, system, kind)
    }
}

/// What a system calls itself.
fn host_name(ev: &mut Evaluator<'_>, system: &Rc<System>) -> Option<String> {
    let name = nixos::option(ev, system, &["networking", "hostName"]);
    let written = ev.force_or_unknown(name);
    match &written.value {
        Value::String(name) if name.hole().is_none() && written.origin != OriginId::default() => {
            Some(name.text.to_string())
        }
        _ => None,
    }
}

/// A plain configuration (`configuration.nix`, `default.nix`) that is a system's entry by its name: its tree is whole
/// if every import was read.
pub fn entry_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
) -> Vec<RootSystem> {
    if path.file_name() != Some("configuration.nix") {
        return file_roots(ev, library, path, name, false);
    }
    let mut root = file_root(ev, library, path, name, false);
    let module = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
    root.system = nixos::system(ev, library, root.kind, vec![module], None, false);
    close(ev, library, &mut root);
    root.release = library.shared.release.get();
    vec![root]
}

/// Looks whether the module tree was seen whole.
fn close(ev: &mut Evaluator<'_>, library: &Library, root: &mut RootSystem) {
    root.rooted = true;
    ev.unobserved(|ev| look_again(ev, library, root));
}

/// Looks whether the module tree was seen whole, of a root whose tree begins there; after an edit, too.
pub fn look_again(ev: &mut Evaluator<'_>, library: &Library, root: &mut RootSystem) {
    if !root.rooted {
        return;
    }
    let Some(collected) = root.system.collect(ev) else {
        return;
    };
    let mut missing = BTreeSet::new();
    let mut closed = true;
    for gap in &collected.opaque {
        if let Some(input) = input_name(&gap.why) {
            missing.insert(input);
        }
        closed &= is_harmless(&library.shared, &gap.why);
    }
    root.closed_world = closed;
    root.missing_inputs = missing.into_iter().collect();
}

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
