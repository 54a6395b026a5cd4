//! Decisions of rules on worlds built by hand.

use super::worlds::{
    check, container, here, nested, oci, range, set, silent, system, text, the_box, unknown, user, world,
    world_of,
};
use expect_test::expect;
use nixpod_model::{
    EnvVar, Field, Mount, Release, SecretSlot, SecretValue, StoreRef, SubIdRange, Surface, SystemKind, Text,
    User, Userns,
};
use std::sync::Arc;

#[test]
fn secrets_of_containers() {
    let rule = "secret-in-store";
    let variable = |name: &str, value: &str| {
        set(EnvVar {
            name: name.into(),
            value: text(value),
        })
    };
    let world = oci(|web| {
        web.environment = vec![
            variable("POSTGRES_PASSWORD", "hunter2"),
            variable("ADMIN_PASSWORD", "changeme"),
            variable("DATABASE_URL", "postgres://app:hunter3@db/app"),
            variable("PASSWORD_HASH", "$2y$05$abcdefghijklmnopqrstuv"),
            variable("POSTGRES_PASSWORD_FILE", "/run/secrets/db"),
            variable("API_TOKEN", "${}"),
            variable("TOKEN_EXPIRY", "3600"),
        ];
        web.command = ["redis-server", "--requirepass", "hunter2"]
            .map(|word| set(text(word)))
            .into();
        web.environment_files.push(set(Text {
            context: vec![StoreRef::Written {
                name: "web.env".into(),
                text: Box::new(text("DB=1\nDB_PASSWORD=hunter2\n")),
                is_program: false,
            }],
            ..text("/nix/store/x-web.env")
        }));
    });
    check(
        rule,
        &world,
        expect![[r#"
        high high: `POSTGRES_PASSWORD` of `web` is written out, so everybody can read it in the Nix store
        high high: `ADMIN_PASSWORD` of `web` is a placeholder, easy to guess and readable in the Nix store
        high high: `DATABASE_URL` of `web` contains a password in a URL, which everybody can read in the Nix store
        low high: `PASSWORD_HASH` of `web` is a hash that everybody can read in the Nix store
        high high: `DB_PASSWORD` in the file `web.env` of `web` is written out, so everybody can read it in the Nix store
        high high: `--requirepass` in the command of `web` is written out, so everybody can read it in the Nix store
    "#]],
    );
}

#[test]
fn secrets_of_systems() {
    let rule = "secret-in-store";
    let mut users = world();
    let secret = |slot: SecretSlot, value: &str| SecretValue {
        slot,
        value: set(text(value)),
    };
    Arc::make_mut(&mut users.systems[0]).secrets = vec![
        secret(SecretSlot::Password("alice".into(), "initialPassword"), "secret"),
        secret(
            SecretSlot::HashedPassword("bob".into(), "hashedPassword"),
            "$6$salt$hash",
        ),
        secret(SecretSlot::HashedPassword("locked".into(), "hashedPassword"), "!"),
        secret(SecretSlot::Password("empty".into(), "password"), ""),
        secret(
            SecretSlot::Credential("services.podman.images.web.password".into()),
            "hunter2",
        ),
        secret(
            SecretSlot::WrittenFile("app.conf".into()),
            "listen = 80\npassword = hunter2\n",
        ),
    ];
    check(
        rule,
        &users,
        expect![[r#"
        high high: the password of user `alice` (`initialPassword`) is a placeholder, easy to guess and readable in the Nix store
        low high: the password of user `bob` (`hashedPassword`) is a hash that everybody can read in the Nix store
        high high: `services.podman.images.web.password` is written out, so everybody can read it in the Nix store
        high medium: `password` in the file `app.conf` is written out, so everybody can read it in the Nix store
    "#]],
    );
}

#[test]
fn files_with_secrets() {
    let rule = "secret-file-in-store";
    let copied = |path: &str, encrypted: bool| Text {
        context: vec![StoreRef::Copied {
            path: path.into(),
            origin: here(),
            encrypted,
            holds: nixpod_model::Holds::Unknown,
        }],
        ..text(&format!("/nix/store/x-{path}"))
    };
    let bound = |path: &'static str, encrypted: bool| {
        oci(move |web| {
            web.mounts.push(set(Mount {
                source: copied(path, encrypted),
                target: text("/run/secret"),
                read_only: true,
                options: Vec::new(),
                is_bind: true,
                unclear_access: None,
                volume: None,
            }));
        })
    };
    check(
        rule,
        &bound("db-password.txt", false),
        expect![[r#"
        high medium: `web` copies the secret file `db-password.txt` into the Nix store
    "#]],
    );
    check(
        rule,
        &bound("id_ed25519", false),
        expect![[r#"
        high high: `web` copies the secret file `id_ed25519` into the Nix store
    "#]],
    );
    silent(rule, &bound("secrets.yaml", true));
    silent(rule, &bound("secret.age", false));
    silent(rule, &bound("nginx.conf", false));
}

#[test]
fn files_with_secrets_beside_the_configuration() {
    let rule = "secret-file-in-store";
    let named = Text {
        context: vec![StoreRef::Path {
            path: "secrets.env".into(),
            origin: here(),
            encrypted: false,
            holds: nixpod_model::Holds::Unknown,
        }],
        ..text("/project/secrets.env")
    };
    let mut world = oci(|web| web.environment_files.push(set(named)));
    check(
        rule,
        &world,
        expect![[r#"
        high high: `web` reads the committed file `secrets.env`, which is in the Nix store with the whole flake
    "#]],
    );
    world.hosts[0].in_flake = false;
    check(
        rule,
        &world,
        expect![[r#"
        low high: `web` reads its environment `secrets.env` from your checkout
    "#]],
    );
}

#[test]
fn lingering() {
    let rule = "missing-linger";
    check(
        rule,
        &nested(Userns::Host, |_| {}),
        expect![[r#"
        info high: `pod` of user `app` starts only at login, because lingering is not set
          set `linger = true` (unsafe)
    "#]],
    );
    check(
        rule,
        &nested(Userns::Host, |app| app.linger = set(Some(false))),
        expect![[r#"
            medium high: `pod` of user `app` starts only at login, because it does not linger
              set `linger = true` (unsafe)
        "#]],
    );
    silent(rule, &nested(Userns::Host, |app| app.linger = set(Some(true))));
    silent(rule, &nested(Userns::Host, |app| app.linger = unknown()));
    let mut standalone = world_of(system(the_box(), SystemKind::Home, "home of app"));
    standalone.add_container(container(the_box(), Surface::HomeManagerPodman, "pod"));
    silent(rule, &standalone);
    let mut rootless = oci(|web| {
        web.rootful = set(false);
        web.runs_as = Some(set("app".into()));
    });
    Arc::make_mut(&mut rootless.systems[0]).users.push(user("app"));
    silent(rule, &rootless);
    Arc::make_mut(&mut rootless.systems[0]).release = set(Release { year: 26, month: 5 });
    check(
        rule,
        &rootless,
        expect![[r#"
        info high: `web` of user `app` does not start without lingering, which is not set
          set `linger = true` (unsafe)
    "#]],
    );
}

#[test]
fn subordinate_ids_that_are_missing() {
    let rule = "missing-subid-ranges";
    let manual = |uids: Vec<Field<SubIdRange>>, gids: Vec<Field<SubIdRange>>| {
        nested(Userns::Host, move |app| {
            app.auto_sub_ids = Field::default(false);
            app.sub_uids = uids;
            app.sub_gids = gids;
        })
    };
    check(
        rule,
        &manual(vec![], vec![]),
        expect![[r#"
        medium high: user `app` runs rootless containers but has no subordinate ids
          set `autoSubUidGidRange = true` (unsafe)
    "#]],
    );
    check(
        rule,
        &manual(vec![range(200_000, 65_536)], vec![]),
        expect![[r#"
        medium high: user `app` has `subUidRanges` but no `subGidRanges` for its rootless containers
    "#]],
    );
    check(
        rule,
        &manual(vec![range(200_000, 1)], vec![range(200_000, 65_536)]),
        expect![[r#"
            medium high: user `app` has only 1 subordinate id for its rootless containers
        "#]],
    );
    silent(
        rule,
        &manual(vec![range(200_000, 65_536)], vec![range(200_000, 65_536)]),
    );
    silent(rule, &nested(Userns::Host, |_| {}));
}

#[test]
fn subordinate_ids_that_collide() {
    let rule = "colliding-subid-ranges";
    let users = |users: Vec<User>| {
        let mut world = world();
        Arc::make_mut(&mut world.systems[0]).users = users;
        world
    };
    let explicit = |name: &str, start: i64| User {
        auto_sub_ids: Field::default(false),
        sub_uids: vec![range(start, 65_536)],
        sub_gids: vec![range(start, 65_536)],
        ..user(name)
    };
    check(
        rule,
        &users(vec![user("alice"), explicit("bob", 100_000)]),
        expect![[r#"
            high high: subordinate ids from 100000 of user `bob` are also given to user `alice` automatically
        "#]],
    );
    check(
        rule,
        &users(vec![explicit("alice", 300_000), explicit("bob", 310_000)]),
        expect![[r#"
            high high: subordinate ids from 310000 of user `bob` overlap those of user `alice`
        "#]],
    );
    let real = User {
        uid: set(Some(1000)),
        auto_sub_ids: Field::default(false),
        ..user("alice")
    };
    check(
        rule,
        &users(vec![real, explicit("bob", 500)]),
        expect![[r#"
        high high: subordinate ids from 500 of user `bob` cover the real user `alice` (1000)
    "#]],
    );
    silent(rule, &users(vec![explicit("bob", 100_000)]));
    silent(
        rule,
        &users(vec![user("alice"), user("bob"), explicit("carol", 300_000)]),
    );
}

#[test]
fn subordinate_ids_that_the_guest_lacks() {
    let rule = "nested-ids-out-of-range";
    check(
        rule,
        &nested(Userns::Pick, |_| {}),
        expect![[r#"
        high high: user `app` in guest `web` gets subordinate ids from 100000, but the guest has only 65536 ids
          use ids that the guest has (unsafe)
    "#]],
    );
    check(
        rule,
        &nested(Userns::Pick, |app| {
            app.auto_sub_ids = Field::default(false);
            app.sub_uids = vec![range(100_000, 65_536)];
            app.sub_gids = vec![range(100_000, 65_536)];
        }),
        expect![[r#"
            high high: user `app` in guest `web` has subordinate ids up to 165535, but the guest has only 65536 ids
              use ids that the guest has (unsafe)
        "#]],
    );
    silent(
        rule,
        &nested(Userns::Pick, |app| {
            app.auto_sub_ids = Field::default(false);
            app.sub_uids = vec![range(10_000, 55_536)];
            app.sub_gids = vec![range(10_000, 55_536)];
        }),
    );
    silent(rule, &nested(Userns::Host, |_| {}));
}

#[test]
fn groups() {
    let rule = "root-equivalent-group";
    let member = |group: &str| {
        let mut alice = user("alice");
        alice.extra_groups.push(set(group.into()));
        alice
    };
    let mut world = world();
    Arc::make_mut(&mut world.systems[0]).users = vec![member("podman"), member("wheel")];
    silent(rule, &world);
    Arc::make_mut(&mut world.systems[0]).seen = nixpod_model::Seen::Partly(Arc::default());
    silent(rule, &world);
    Arc::make_mut(&mut world.systems[0]).seen = nixpod_model::Seen::Whole;
    Arc::make_mut(&mut world.systems[0]).engines.podman = set(true);
    check(
        rule,
        &world,
        expect![[r#"
        high high: user `alice` is in group `podman`, which is root through Podman
          remove `alice` from group `podman` (unsafe)
    "#]],
    );
    Arc::make_mut(&mut world.systems[0]).users.clear();
    Arc::make_mut(&mut world.systems[0])
        .group_members
        .push(set(("podman".into(), "bob".into())));
    check(
        rule,
        &world,
        expect![[r#"
        high high: user `bob` is in group `podman`, which is root through Podman
          remove `bob` from group `podman` (unsafe)
    "#]],
    );
    check(
        rule,
        &nested(Userns::Host, |app| app.extra_groups.push(set("wheel".into()))),
        expect![[r#"
            low high: user `app` is in group `wheel` of guest `web`, whose root is the host's root
        "#]],
    );
    silent(
        rule,
        &nested(Userns::Pick, |app| app.extra_groups.push(set("wheel".into()))),
    );
}
