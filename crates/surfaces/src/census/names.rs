//! Which names tell that a set is a module, or a container.

use crate::surface::tables;
use crate::vocabulary::options::{ANY, Table};
use nixpod_model::Surface;
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Attrs, EntryValue, Expr, StrPart};

/// Options that systems with containers set besides.
const OF_SYSTEMS: [&str; 15] = [
    "boot",
    "environment",
    "fileSystems",
    "hardware",
    "imports",
    "networking",
    "nix",
    "nixpkgs",
    "programs",
    "security",
    "services",
    "sops",
    "systemd",
    "users",
    "virtualisation",
];

/// Those of them that hardly anything else has: groups of options of a user's own are called `services` or `hardware`, too.
const ONLY_OF_SYSTEMS: [&str; 7] = [
    "boot",
    "environment",
    "fileSystems",
    "imports",
    "networking",
    "systemd",
    "users",
];

/// Those below which settings of programs are, which may have sets that are called like containers.
pub(super) const WITH_DATA: [&str; 6] = [
    "environment",
    "networking",
    "programs",
    "security",
    "services",
    "systemd",
];

/// Names of what is a module wherever it stands.
pub(super) const CLASSES: [&str; 4] = ["nixos", "nixosModule", "nixosModules", "configuration"];

/// Functions that make a text of a set. What is in the set are no options.
const MAKE_TEXTS: [&str; 12] = [
    "generate",
    "toDhall",
    "toINI",
    "toINIWithGlobalSection",
    "toJSON",
    "toJSONFile",
    "toKeyValue",
    "toLua",
    "toPlist",
    "toPretty",
    "toTOML",
    "toYAML",
];

/// Options of nspawn containers that other sets have as well, which are called `containers` but are none.
const COMMON: [&str; 8] = [
    "config",
    "flake",
    "interfaces",
    "path",
    "restartIfChanged",
    "specialArgs",
    "timeoutStartSec",
    "tmpfs",
];

/// Functions whose value is their last argument, as far as definitions go, and whether they leave it out on a condition.
const TRANSPARENT: [(&str, bool); 15] = [
    ("mkIf", true),
    ("mkMerge", false),
    ("mkForce", false),
    ("mkDefault", false),
    ("mkOverride", false),
    ("mkVMOverride", false),
    ("mkOrder", false),
    ("mkBefore", false),
    ("mkAfter", false),
    ("optionalAttrs", true),
    ("recursiveUpdate", false),
    ("mkAssert", true),
    ("filterAttrs", true),
    ("getAttrs", true),
    ("intersectAttrs", true),
];

/// Options in which a module that nobody evaluates may have a secret, or give somebody the power of root.
pub(super) const SETTINGS: [&[&str]; 13] = [
    &["environment", "etc"],
    &["environment", "sessionVariables"],
    &["environment", "variables"],
    &["home", "file"],
    &["home", "sessionVariables"],
    &["systemd", "globalEnvironment"],
    &["systemd", "services"],
    &["users", "extraUsers"],
    &["users", "groups"],
    &["users", "users"],
    &["xdg", "configFile"],
    &["xdg", "dataFile"],
    &["virtualisation", "podman"],
];

/// Can a file set one of those options? Each name of its path has to be written there.
pub(super) fn may_set(hir: &Hir) -> bool {
    let has = |wanted: &&str| hir.names().iter().any(|name| name == *wanted);
    SETTINGS.iter().any(|names| names.iter().rev().all(has))
}

/// Can a file write a container at all? It has the names of a path of a set of containers, but for the first, which may stand
/// around a call.
pub(super) fn may_define(hir: &Hir) -> bool {
    let names = || hir.names().iter().map(|name| name.as_str());
    let has = |part: &&str| **part == *ANY || names().any(|name| name == *part);
    let all = |path: &[&str]| path.iter().skip(usize::from(path.len() > 1)).rev().all(has);
    tables().flat_map(Table::paths).any(all) || names().any(|name| section_of(name).is_some())
}

/// The section that a quadlet file of this name must have.
pub(super) fn section_of(name: &str) -> Option<&'static str> {
    let (stem, kind) = name.rsplit_once('.')?;
    let kinds = [
        ("container", "Container"),
        ("pod", "Pod"),
        ("kube", "Kube"),
        ("volume", "Volume"),
        ("network", "Network"),
        ("build", "Build"),
        ("image", "Image"),
    ];
    let section = kinds.iter().find(|(known, _)| *known == kind)?.1;
    (!stem.is_empty()).then_some(section)
}

/// Does a function pass its last argument on, and perhaps not?
pub(super) fn transparent(name: &str) -> Option<bool> {
    let known = TRANSPARENT.iter().find(|(known, _)| *known == name);
    known.map(|(_, conditional)| *conditional)
}

/// Does a function make a text of its last argument?
pub(super) fn makes_text(name: &str) -> bool {
    MAKE_TEXTS.contains(&name)
}

/// Does a set have options of systems, so that it is one of options, or just the one that is asked about?
pub(super) fn is_of_options(hir: &Hir, attrs: &Attrs) -> bool {
    attrs.entries.len() == 1 || has_options(hir, attrs)
}

fn has_options(hir: &Hir, attrs: &Attrs) -> bool {
    names(hir, attrs).any(|name| OF_SYSTEMS.contains(&name))
}

/// Is a set one of options of a system, wherever it stands?
pub(super) fn is_system(hir: &Hir, attrs: &Attrs) -> bool {
    names(hir, attrs).any(|name| ONLY_OF_SYSTEMS.contains(&name))
}

/// Is it the description of a NixOS test? Its `containers` are machines that the test driver runs in the sandbox of a build.
/// A module with a script for nmt is a test, too: Home Manager and nix-darwin build what it says and look at the files.
pub(super) fn is_test(hir: &Hir, attrs: &Attrs) -> bool {
    attrs
        .entries
        .iter()
        .any(|entry| match hir.name(entry.name).as_str() {
            "testScript" => true,
            "nmt" => match entry.value {
                EntryValue::Expr(value) => match hir.expr(value) {
                    Expr::Attrs(nmt) => names(hir, nmt).any(|name| name == "script"),
                    _ => false,
                },
                EntryValue::Inherit(_) | EntryValue::From(_) => false,
            },
            _ => false,
        })
}

/// Is the value a test, perhaps after a function that makes one of its description was called?
pub(super) fn makes_test(hir: &Hir, value: ExprId) -> bool {
    let mut at = value;
    loop {
        at = match hir.expr(at) {
            Expr::Attrs(attrs) => return is_test(hir, attrs),
            Expr::Let(_, inner) | Expr::With(_, inner) | Expr::Assert(_, inner) | Expr::Lambda(_, inner) => {
                *inner
            }
            Expr::Apply(_, argument) => *argument,
            Expr::Select(base, ..) => *base,
            _ => return false,
        };
    }
}

/// Has a set at least one option of an nspawn container?
pub(super) fn may_be_nspawn(hir: &Hir, attrs: &Attrs) -> bool {
    names(hir, attrs).any(|name| nspawn_options().contains(&name))
}

/// Does a set say nothing at all?
pub(super) fn is_empty(attrs: &Attrs) -> bool {
    attrs.entries.is_empty() && attrs.dynamic.is_empty()
}

/// Does what is written out of these sets look like an nspawn container, if anything is written out?
pub(super) fn may_be_nspawn_of(hir: &Hir, sets: [ExprId; 2]) -> bool {
    let literals = sets.iter().filter_map(|set| match hir.expr(*set) {
        Expr::Attrs(attrs) => Some(attrs),
        _ => None,
    });
    let (mut any, mut own) = (false, false);
    for attrs in literals {
        any = true;
        own |= may_be_nspawn(hir, attrs);
    }
    own || !any
}

/// What is written out of a computed name: `probe-…`.
pub(super) fn known_part(hir: &Hir, name: ExprId) -> Option<String> {
    let Expr::Str(parts) = hir.expr(name) else {
        return None;
    };
    let known: String = parts
        .iter()
        .map(|part| match part {
            StrPart::Text(text) => text.as_str(),
            StrPart::Interp(_) => "…",
        })
        .collect();
    Some(known).filter(|known| known != "…")
}

/// Is a set unmistakably an nspawn container, wherever it stands: with options that nothing else has, or with the
/// configuration of a system in it?
pub(super) fn is_nspawn(hir: &Hir, attrs: &Attrs) -> bool {
    let own = |name: &str| nspawn_options().contains(&name) && !COMMON.contains(&name);
    let known = names(hir, attrs)
        .filter(|name| nspawn_options().contains(name))
        .count();
    let mostly = known * 2 >= attrs.entries.len();
    let config = attrs.entries.iter().find_map(|entry| match entry.value {
        EntryValue::Expr(value) if hir.name(entry.name) == "config" => Some(value),
        _ => None,
    });
    let is_guest = config.is_some_and(|value| is_guest(hir, value));
    let is_set = |value| matches!(hir.expr(value), Expr::Attrs(_));
    let is_whole = known == attrs.entries.len() && config.is_some_and(is_set);
    // Sets that a user's own code makes containers of other engines of have an image.
    mostly
        && !names(hir, attrs).any(|name| name == "image")
        && (is_guest || is_whole || names(hir, attrs).any(own))
}

/// Is a set unmistakably a container of quadlet-nix, wherever it stands?
pub(super) fn is_quadlet(hir: &Hir, attrs: &Attrs) -> bool {
    names(hir, attrs).any(|name| name == "containerConfig")
}

/// Does a set of containers have one that is none of nspawn's, for all that is written of it?
pub(super) fn has_others(hir: &Hir, containers: &Attrs) -> bool {
    containers.entries.iter().any(|entry| match entry.value {
        EntryValue::Expr(value) => match hir.expr(value) {
            Expr::Attrs(attrs) => !attrs.entries.is_empty() && !may_be_nspawn(hir, attrs),
            _ => false,
        },
        EntryValue::Inherit(_) | EntryValue::From(_) => false,
    })
}

/// Is it the configuration of a system?
fn is_guest(hir: &Hir, value: ExprId) -> bool {
    match hir.expr(value) {
        Expr::Lambda(..) => true,
        Expr::Attrs(attrs) => has_options(hir, attrs),
        _ => false,
    }
}

/// Does a name tell that what is under it is a module: `flake.modules.nixos.x`, `aspects.a.nixos`, `hosts.b`?
pub(super) fn tells_module(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "nixos", "module", "config", "host", "machine", "node", "system", "profile", "aspect",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// Names of what holds modules of homes, and of what holds modules of systems: `flake.modules.homeManager.x`, the `home` of a
/// module of denix.
const OF_HOMES: [&str; 8] = [
    "hm",
    "hmModules",
    "home",
    "home-manager",
    "homeManager",
    "homeManagerModule",
    "homeManagerModules",
    "homeModules",
];
const OF_NIXOS: [&str; 4] = ["darwin", "nixos", "nixosModule", "nixosModules"];

/// Do the names on the way to a module tell that it is one of a home? The innermost that tells anything counts.
pub(super) fn tells_home(names: impl DoubleEndedIterator<Item = impl AsRef<str>>) -> bool {
    let mut told = names.rev().filter_map(|name| match name.as_ref() {
        name if OF_HOMES.contains(&name) => Some(true),
        name if OF_NIXOS.contains(&name) => Some(false),
        _ => None,
    });
    told.next() == Some(true)
}

/// Do the names on the way to a module tell that it is one of a guest, or of a virtual machine?
pub(super) fn tells_guest(names: &[String]) -> bool {
    let is = |at: usize, name: &str| names.get(at).is_some_and(|known| known == name);
    (0..names.len()).any(|at| {
        let of_container = is(at, "containers") && is(at + 2, "config");
        let of_machine = is(at, "microvm") && is(at + 1, "vms") && names.len() > at + 2;
        of_container || of_machine
    })
}

/// Do the names on the way to a definition tell that no system has it? A specialisation has none of its own.
pub(super) fn tells_no_system<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    names.filter(|name| *name == "specialisation").count() > 1
}

pub(super) fn names<'h>(hir: &'h Hir, attrs: &'h Attrs) -> impl Iterator<Item = &'h str> {
    attrs.entries.iter().map(|entry| hir.name(entry.name).as_str())
}

fn nspawn_options() -> &'static [&'static str] {
    let table = tables().find(|table| table.surface == Surface::Nspawn);
    table.map_or(&[], |table| table.options)
}
