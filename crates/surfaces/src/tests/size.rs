//! What honest large systems take: so much for each thing, however many there are of them.

use nixpod_eval::{Evaluator, Limits, Statistics};
use nixpod_fixture::TestSource;
use nixpod_modules::{Kind, Library, RootSystem, Standing};

/// What a system takes in an open world: that of a file by itself.
fn taken(text: &str) -> Statistics {
    let files = TestSource::fixture(text);
    let mut ev = Evaluator::new(&files, Limits::default());
    let library = Library::new(&mut ev);
    let main = ev.import("/p/main.nix".into()).expect("the main file is there");
    let system = nixpod_modules::system(&mut ev, &library, Kind::Nixos, vec![main], None, true);
    let root = RootSystem {
        name: "box".to_owned(),
        system,
        kind: Kind::Nixos,
        in_guest: false,
        from_flake: false,
        rooted: false,
        closed_world: false,
        unseen: Vec::new(),
        role: nixpod_modules::Role::Host,
        standing: Standing::NoHost,
        missing_inputs: Vec::new(),
        release: None,
    };
    let project = crate::Project {
        directory: Some("/p".into()),
        is_flake: false,
    };
    let mut reader = crate::RootReader::new(vec![root], project);
    let world = reader.read(&mut ev, &library, |_| Vec::new());
    assert!(world.not_analysed.is_empty(), "{:?}", world.not_analysed.first());
    assert!(ev.limit_reached().is_none());
    ev.statistics()
}

/// Each of many things takes at most so many bytes, and as much work where there are more of them.
#[track_caller]
fn each(most: u64, text: &str) {
    let [few, more, many] =
        [200, 400, 800].map(|count: u32| taken(&text.replace("COUNT", &count.to_string())));
    let bytes = (many.bytes - more.bytes) / 400;
    assert!(bytes <= most, "{bytes} bytes");
    let (first, second) = (more.steps - few.steps, many.steps - more.steps);
    assert!(
        second <= first * 2 + first / 10,
        "{first} and then {second} steps"
    );
}

#[test]
fn containers_with_guests() {
    each(
        26 << 10,
        r#"{ lib, ... }: {
          containers = lib.genAttrs (map (n: "c${toString n}") (lib.range 1 COUNT))
            (n: { privateUsers = "pick"; config = { }; });
        }"#,
    );
}

#[test]
fn imports() {
    each(
        4 << 10,
        r#"{ lib, ... }: {
          imports = map (n: { environment.variables."v${toString n}" = "x"; }) (lib.range 1 COUNT);
          containers.a.config = { };
        }"#,
    );
}

#[test]
fn binds() {
    each(
        6 << 10,
        r#"{ lib, ... }: {
          containers.a = {
            bindMounts = lib.genAttrs (map (n: "/b${toString n}") (lib.range 1 COUNT)) (n: { hostPath = n; });
            config = { };
          };
        }"#,
    );
}

#[test]
fn users() {
    each(
        12 << 10,
        r#"{ lib, ... }: {
          users.users = lib.genAttrs (map (n: "u${toString n}") (lib.range 1 COUNT)) (n: { isNormalUser = true; });
          containers.a.config = { };
        }"#,
    );
}

#[test]
fn flags() {
    each(
        1 << 10,
        r#"{ lib, ... }: {
          containers.a = {
            extraFlags = builtins.fromJSON (builtins.toJSON (map (n: "--setenv=A${toString n}=b") (lib.range 1 COUNT)));
            config = { };
          };
        }"#,
    );
}
