//! Worlds built by hand: one container or system at a time, in few words.

use crate::ALL;
use expect_test::{Expect, expect};
use nixpod_analysis::run_rules;
use nixpod_model::{
    Container, ContainerId, Device, EntryName, Field, Host, HostId, Kernel, Mount, Standing, SubIdRange,
    Surface, System, SystemId, SystemKind, Text, TextPart, User, Userns, World,
};
use nixpod_source::{ExprId, FileId, Origin, Place, Site, Why};

/// Some place in code, so that findings there are told from findings of absence.
pub(super) fn here() -> Origin {
    Origin::at(Place::whole(Site {
        file: FileId::project(0),
        expr: ExprId(0),
    }))
}

pub(super) fn set<T>(value: T) -> Field<T> {
    Field::set(value, here())
}

pub(super) fn unknown<T>() -> Field<T> {
    Field::unknown(Why::named("inputs.secret"), here())
}

/// A text in which `${}` stands for a hole.
pub(super) fn text(pattern: &str) -> Text {
    let mut parts = Vec::new();
    for (at, piece) in pattern.split("${}").enumerate() {
        if at > 0 {
            parts.push(TextPart::Hole {
                why: Why::named("config.users.users.alice.uid"),
                origin: here(),
            });
        }
        if !piece.is_empty() {
            parts.push(TextPart::Known {
                text: piece.into(),
                origin: here(),
            });
        }
    }
    Text {
        parts,
        context: Vec::new(),
    }
}

/// The id of the host.
pub(super) fn the_box() -> SystemId {
    SystemId::of_host(HostId::new("box", 0))
}

/// A system that was seen as a whole.
pub(super) fn system(id: SystemId, kind: SystemKind, name: &str) -> System {
    System {
        seen: nixpod_model::Seen::Whole,
        ..System::new(id, kind, name)
    }
}

/// A container that is started by itself.
pub(super) fn container(system: SystemId, surface: Surface, name: &str) -> Container {
    let id = ContainerId::new(system, surface, EntryName::Known(name.into()));
    Container {
        auto_start: Field::default(true),
        ..Container::new(id, here())
    }
}

pub(super) fn user(name: &str) -> User {
    User {
        name: name.into(),
        origin: here(),
        is_normal: set(true),
        is_system: Field::default(false),
        uid: Field::default(None),
        linger: Field::default(None),
        auto_sub_ids: Field::default(true),
        sub_uids: Vec::new(),
        sub_gids: Vec::new(),
        sub_ids_known: true,
        group: Field::default(None),
        extra_groups: Vec::new(),
    }
}

pub(super) fn range(start: i64, count: i64) -> Field<SubIdRange> {
    set(SubIdRange {
        start,
        count,
        count_written: true,
    })
}

pub(super) fn mount(source: &str, read_only: bool) -> Field<Mount> {
    set(Mount {
        source: text(source),
        target: text("/inside"),
        read_only,
        options: Vec::new(),
        is_bind: true,
        unclear_access: None,
        volume: None,
    })
}

pub(super) fn device(node: &str, allowed_only: bool) -> Field<Device> {
    set(Device {
        node: text(node),
        access: "rw".into(),
        allowed_only,
    })
}

pub(super) fn kernel(major: u32, minor: u32) -> Field<Kernel> {
    set(Kernel {
        major,
        minor,
        at_least: false,
        source: format!("pkgs.linuxPackages_{major}_{minor}"),
    })
}

/// A host alone in the world.
pub(super) fn world() -> World {
    world_of(system(the_box(), SystemKind::Nixos, "box"))
}

/// A root alone in the world.
pub(super) fn world_of(root: System) -> World {
    let mut world = World::default();
    world.add_host(Host {
        id: root.host.clone(),
        name: root.name.clone(),
        host_name: None,
        role: nixpod_model::Role::Host,
        closed_world: true,
        from_flake: true,
        in_flake: true,
        standing: Standing::Plain,
        modules: 1,
        missing_inputs: Vec::new(),
        variant_of: None,
    });
    world.add_system(root);
    world
}

/// A world with one container on the host.
pub(super) fn with(container: Container) -> World {
    let mut world = world();
    world.add_container(container);
    world
}

pub(super) fn nspawn(change: impl FnOnce(&mut Container)) -> World {
    let mut web = container(the_box(), Surface::Nspawn, "web");
    change(&mut web);
    with(web)
}

pub(super) fn oci(change: impl FnOnce(&mut Container)) -> World {
    let mut web = container(the_box(), Surface::OciContainers, "web");
    change(&mut web);
    with(web)
}

/// A guest `web` of the host with a user `app` whose home runs a rootless container.
pub(super) fn nested(userns: Userns, change: impl FnOnce(&mut User)) -> World {
    let mut web = container(the_box(), Surface::Nspawn, "web");
    let guest = SystemId::guest(web.id.clone());
    web.userns = set(userns);
    web.guest = Some(guest.clone());
    let mut world = with(web);

    let mut app = user("app");
    change(&mut app);
    let mut guest = system(guest, SystemKind::Guest, "guest web");
    guest.users.push(app);
    let home = SystemId::home(guest.id.clone(), EntryName::Known("app".into()));
    let mut home = system(home, SystemKind::Home, "home of app");
    home.home_of = Some("app".into());
    world.add_container(container(home.id.clone(), Surface::HomeManagerPodman, "pod"));
    world.add_system(guest);
    world.add_system(home);
    world
}

/// Compares what one rule finds: severity, confidence and message, and the titles of fixes.
#[track_caller]
pub(super) fn check(id: &str, world: &World, expected: Expect) {
    let rules: Vec<_> = ALL.iter().copied().filter(|rule| rule.meta.id == id).collect();
    assert_eq!(rules.len(), 1, "{id}");
    let mut out = String::new();
    for finding in run_rules(&rules, world) {
        assert!(
            !finding.message.ends_with('.') && !finding.message.contains('\n'),
            "{}",
            finding.message
        );
        let help = finding.help.as_deref().unwrap_or_default();
        assert!(help.ends_with('.') && !help.contains("  "), "{help}");
        out.push_str(&format!(
            "{} {}: {}\n",
            finding.severity.as_str(),
            finding.confidence.as_str(),
            finding.message
        ));
        for fix in finding.fixes {
            out.push_str(&format!("  {} ({})\n", fix.title, fix.applicability.as_str()));
        }
    }
    expected.assert_eq(&out);
}

#[track_caller]
pub(super) fn silent(id: &str, world: &World) {
    check(id, world, expect![""]);
}
