//! Small systems in, the facts as text out.

mod bearing;
mod census;
mod dump;
mod home;
mod likely;
mod nspawn;
mod oci;
mod quadlet;
mod size;
mod traps;
mod unknown;
mod unusual;

use expect_test::Expect;
use nixpod_eval::{Evaluator, Limits};
use nixpod_fixture::TestSource;
use nixpod_model::{Listing, World};
use nixpod_modules::{Kind, Library, RootSystem};

/// The world of a module `/p/main.nix`; other files begin with a line `#- name`.
fn world(text: &str, kind: Kind, closed_world: bool) -> (World, TestSource) {
    let (world, _, files) = listed(text, kind, closed_world);
    (world, files)
}

/// The same with the options of its containers.
fn listed(text: &str, kind: Kind, closed_world: bool) -> (World, Listing, TestSource) {
    let files = TestSource::fixture(text);
    let (world, listing) = {
        let mut ev = Evaluator::new(&files, Limits::default());
        let library = Library::new(&mut ev);
        let main = ev.import("/p/main.nix".into()).expect("the main file is there");
        let system = nixpod_modules::system(&mut ev, &library, kind, vec![main], None, !closed_world);
        let root = RootSystem {
            name: "box".to_owned(),
            system,
            kind,
            from_flake: closed_world,
            rooted: false,
            closed_world,
            imported_by_no_host: false,
            missing_inputs: Vec::new(),
            release: None,
        };
        let project = crate::Project {
            directory: Some("/p".into()),
            is_flake: closed_world,
        };
        let mut reader = crate::RootReader::new(vec![root], project);
        let world = reader.read(&mut ev, &library, |_| Vec::new());
        let listing = reader.list(&mut ev, &library, world.containers.keys());
        (world, listing)
    };
    (world, listing, files)
}

/// What the containers of a closed system are.
#[track_caller]
fn containers(text: &str, expected: Expect) {
    let (world, files) = world(text, Kind::Nixos, true);
    expected.assert_eq(&dump::containers(&world, &files));
}

/// What the systems are.
#[track_caller]
fn systems(text: &str, expected: Expect) {
    let (world, files) = world(text, Kind::Nixos, true);
    expected.assert_eq(&dump::systems(&world, &files));
}
