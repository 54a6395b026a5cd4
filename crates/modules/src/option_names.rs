//! What names of options tell where a file or a set must be judged before it is evaluated as a module.
//!
//! This says nothing about containers: a name matters if container specs can hang on what is set below it.

use crate::own::Kind;
use nixpod_eval::{Attrs, Evaluator, NO_SITE, OriginId, Tracked, Unknown, Value};
use nixpod_source::Why;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Attrs as Bindings, EntryValue, Expr};
use smol_str::SmolStr;

/// A name that modules use.
struct Name {
    text: &'static str,
    /// Is it a key of a module, or the first name of an option? Sets of systems or packages have no such keys.
    in_module: bool,
    /// The kind of system whose modules alone use the name, at whichever depth.
    only_in: Option<Kind>,
}

const fn key(text: &'static str) -> Name {
    Name {
        text,
        in_module: true,
        only_in: None,
    }
}

impl Name {
    const fn only_in(mut self, kind: Kind) -> Self {
        self.only_in = Some(kind);
        self
    }

    /// Only tells the kind of a system.
    const fn inner(mut self) -> Self {
        self.in_module = false;
        self
    }
}

const NAMES: &[Name] = &[
    // Keys of modules.
    key("imports"),
    key("config"),
    key("options"),
    // Options of systems.
    key("boot").only_in(Kind::Nixos),
    key("containers"),
    key("environment"),
    key("home-manager").only_in(Kind::Nixos),
    key("networking").only_in(Kind::Nixos),
    key("programs"),
    key("services"),
    key("specialisation"),
    key("systemd"),
    key("users"),
    key("virtualisation").only_in(Kind::Nixos),
    // Names that tell the kind of a system wherever they occur.
    key("isNormalUser").inner().only_in(Kind::Nixos),
    key("homeDirectory").inner().only_in(Kind::Home),
    key("xdg").inner().only_in(Kind::Home),
];

/// Is it a module and not, say, a set of systems?
pub(crate) fn is_module(ev: &Evaluator<'_>, set: &Attrs) -> bool {
    has(ev, set, |name| name.in_module)
}

fn has(ev: &Evaluator<'_>, set: &Attrs, wanted: fn(&Name) -> bool) -> bool {
    NAMES
        .iter()
        .filter(|name| wanted(name))
        .filter_map(|name| ev.symbol(name.text))
        .any(|symbol| set.get(symbol).is_some())
}

/// Options that change how a system starts, looks or drives its devices, and nothing else that is looked at.
const IDLE: [&[&str]; 18] = [
    &["boot", "blacklistedKernelModules"],
    &["boot", "extraModprobeConfig"],
    &["boot", "extraModulePackages"],
    &["boot", "initrd"],
    &["boot", "kernelModules"],
    &["boot", "kernelParams"],
    &["boot", "loader"],
    &["boot", "plymouth"],
    &["environment", "systemPackages"],
    &["hardware", "graphics"],
    &["hardware", "nvidia"],
    &["powerManagement"],
    &["services", "desktopManager"],
    &["services", "displayManager"],
    &["services", "xserver"],
    &["system", "nixos"],
    &["systemd", "defaultUnit"],
    &["systemd", "enableEmergencyMode"],
];

/// Does a module certainly set nothing but such options? Of a function it is told by what it gives whatever its arguments
/// are.
pub fn is_idle(ev: &mut Evaluator<'_>, module: &Tracked) -> bool {
    match &module.value {
        Value::Attrs(set) => is_idle_below(ev, &set.clone(), &mut Vec::new()),
        other if ev.is_function(other) => {
            let arguments = Attrs {
                open: Some(Unknown::new(Why::named("an argument"))),
                ..Attrs::default()
            };
            let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
            match ev.apply(module, arguments, NO_SITE) {
                Ok(Tracked {
                    value: Value::Attrs(set),
                    ..
                }) => is_idle_below(ev, &set, &mut Vec::new()),
                _ => false,
            }
        }
        _ => false,
    }
}

fn is_idle_below(ev: &mut Evaluator<'_>, set: &Attrs, path: &mut Vec<SmolStr>) -> bool {
    if set.open.is_some() || set.get(ev.common().tag).is_some() {
        return false;
    }
    set.entries.iter().all(|attr| {
        let name = ev.name(attr.name).clone();
        if path.is_empty() && name == "config" {
            return match ev.force_or_unknown(attr.thunk).value {
                Value::Attrs(set) => is_idle_below(ev, &set, path),
                _ => false,
            };
        }
        path.push(name);
        let is_idle = IDLE.iter().any(|idle| path == idle)
            || IDLE
                .iter()
                .any(|idle| idle.starts_with(&path.iter().map(SmolStr::as_str).collect::<Vec<_>>()))
                && matches!(ev.force_or_unknown(attr.thunk).value,
                    Value::Attrs(set) if is_idle_below(ev, &set, path));
        path.pop();
        is_idle
    })
}

/// Options below `home` that modules of Home Manager set.
const OF_HOME: [&str; 9] = [
    "activation",
    "file",
    "homeDirectory",
    "packages",
    "sessionPath",
    "sessionVariables",
    "shellAliases",
    "stateVersion",
    "username",
];

/// Sections of unit files, which a service is written in by Home Manager and not by NixOS.
const SECTIONS: [&str; 3] = ["Install", "Service", "Unit"];

/// Of which kind of systems a file by itself is a module, if names in it tell.
pub(crate) fn kind_of_file(hir: &Hir) -> Option<Kind> {
    let has = |text: &str| hir.names().iter().any(|known| known == text);
    let has_of = |kind| {
        let mut names = NAMES.iter().filter(|name| name.only_in == Some(kind));
        names.any(|name| has(name.text))
    };
    let is_home = || {
        has_of(Kind::Home)
            || has("services") && has("podman") && sets_podman(hir)
            || sets_options_of_homes(hir)
    };
    match has_of(Kind::Nixos) {
        true => Some(Kind::Nixos),
        false => is_home().then_some(Kind::Home),
    }
}

/// Is there `services.podman`? Quadlets of users have options of their own in Home Manager; in NixOS podman is below
/// `virtualisation`. A service of systemd may be called so, too.
fn sets_podman(hir: &Hir) -> bool {
    let sets = || {
        hir.exprs().iter().filter_map(|expr| match expr {
            Expr::Attrs(attrs) => Some(&**attrs),
            _ => None,
        })
    };
    let of_systemd: Vec<&Bindings> = sets()
        .filter_map(|set| below(hir, set, "systemd"))
        .flat_map(|systemd| [Some(systemd), below(hir, systemd, "user")])
        .flatten()
        .collect();
    let is_of_systemd = |set: &Bindings| of_systemd.iter().any(|one| std::ptr::eq(*one, set));
    { sets() }.any(|set| {
        let services = below(hir, set, "services");
        !is_of_systemd(set) && services.is_some_and(|services| has_any(hir, services, &["podman"]))
    })
}

/// Is there `home.file` and the like, or a user's service written in sections?
fn sets_options_of_homes(hir: &Hir) -> bool {
    let sets = hir.exprs().iter().filter_map(|expr| match expr {
        Expr::Attrs(attrs) => Some(&**attrs),
        _ => None,
    });
    { sets }.any(|set| {
        let home = below(hir, set, "home").is_some_and(|home| has_any(hir, home, &OF_HOME));
        let user = below(hir, set, "systemd").and_then(|systemd| below(hir, systemd, "user"));
        let services = user.and_then(|user| below(hir, user, "services"));
        let variables = user.is_some_and(|user| has_any(hir, user, &["sessionVariables"]));
        let mut services = services.into_iter().flat_map(|services| sets_in(hir, services));
        home || variables || services.any(|service| has_any(hir, service, &SECTIONS))
    })
}

fn has_any(hir: &Hir, set: &Bindings, names: &[&str]) -> bool {
    let mut keys = set.entries.iter().map(|entry| hir.name(entry.name));
    keys.any(|key| names.contains(&key.as_str()))
}

/// The set that is written under a name.
fn below<'h>(hir: &'h Hir, set: &'h Bindings, name: &str) -> Option<&'h Bindings> {
    let mut entries = set.entries.iter();
    let entry = entries.find(|entry| hir.name(entry.name) == name)?;
    as_set(hir, entry.value)
}

/// The sets that are written as values.
fn sets_in<'h>(hir: &'h Hir, set: &'h Bindings) -> impl Iterator<Item = &'h Bindings> {
    set.entries.iter().filter_map(|entry| as_set(hir, entry.value))
}

fn as_set(hir: &Hir, value: EntryValue) -> Option<&Bindings> {
    match value {
        EntryValue::Expr(value) => match hir.expr(value) {
            Expr::Attrs(attrs) => Some(attrs),
            _ => None,
        },
        EntryValue::Inherit(_) | EntryValue::From(_) => None,
    }
}
