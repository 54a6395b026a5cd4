//! Small systems in, the facts as text out.

mod arion;
mod bearing;
mod census;
mod command_line;
mod command_line_builds;
mod command_line_files;
mod command_line_hostile;
mod command_line_inside;
mod command_line_places;
mod command_line_written;
mod commands;
mod commands_of_units;
mod compose2nix;
mod connections;
mod devcontainer;
mod distrobox;
mod dump;
mod given;
mod home;
mod joined;
mod lab;
mod likely;
mod not_modelled;
mod nspawn;
mod oci;
mod of_programs;
mod quadlet;
mod quadlet_generator;
mod quadlet_lens;
mod quadlet_raw;
mod quadlet_text;
mod runners;
mod secrets;
mod settings;
mod settings_of_users;
mod size;
mod specifiers;
mod systemd_nspawn;
mod tasks;
mod texts_of_programs;
mod traps;
mod traps_of_texts;
mod units_as_written;
mod unknown;
mod unnamed;
mod unusual;

use expect_test::Expect;
use nixpod_eval::{Evaluator, Limits, Source};
use nixpod_fixture::TestSource;
use nixpod_model::{ContainerId, Listing, OwnOption, World};
use nixpod_modules::{Kind, Library, RootSystem, Standing};
use nixpod_source::{Site, Utf8Path};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The world of a module `/p/main.nix`; other files begin with a line `#- name`.
fn world(text: &str, kind: Kind, closed_world: bool) -> (World, TestSource) {
    let (world, _, files) = listed(text, kind, closed_world);
    (world, files)
}

/// The same with the options of its containers.
fn listed(text: &str, kind: Kind, closed_world: bool) -> (World, Listing, TestSource) {
    asked(text, kind, closed_world, None, |reader, ev, library, world| {
        // First, because what lists options has values made that need not be made to tell where they are written.
        let literals = reader.literals(ev, library, world.containers.keys());
        let listing = reader.list(ev, library, world.containers.keys());
        assert_eq!(literals, literals_of(&listing));
        listing
    })
}

/// The world of a system of a release, with what somebody asks the reader besides.
fn asked<T>(
    text: &str,
    kind: Kind,
    closed_world: bool,
    release: Option<(u32, u32)>,
    ask: impl FnOnce(&crate::RootReader, &mut Evaluator<'_>, &Library, &World) -> T,
) -> (World, T, TestSource) {
    let files = TestSource::fixture(text);
    let (world, answer) = {
        let mut ev = Evaluator::new(&files, Limits::default());
        let library = Library::new(&mut ev);
        let main = ev.import("/p/main.nix".into()).expect("the main file is there");
        let system = nixpod_modules::system(&mut ev, &library, kind, vec![main], None, !closed_world);
        let root = RootSystem {
            name: "box".to_owned(),
            system,
            kind,
            in_guest: false,
            from_flake: closed_world,
            rooted: false,
            closed_world,
            unseen: Vec::new(),
            role: nixpod_modules::Role::Host,
            standing: Standing::Plain,
            missing_inputs: Vec::new(),
            release,
        };
        let project = crate::Project {
            directory: Some("/p".into()),
            is_flake: closed_world,
        };
        let mut reader = crate::RootReader::new(vec![root], project);
        let world = reader.read(&mut ev, &library, |_| Vec::new());
        let answer = ask(&reader, &mut ev, &library, &world);
        (world, answer)
    };
    (world, answer, files)
}

/// Where the values of listed options are written; what nobody defines is written nowhere.
fn literals_of(listing: &Listing) -> FxHashMap<ContainerId, Box<[Site]>> {
    let sites = |options: &Vec<OwnOption>| -> Box<[Site]> {
        let written = options
            .iter()
            .filter(|option| !option.value.is_default() || !option.value.definitions.is_empty());
        let places = written.filter_map(|option| option.value.origin.place());
        let sites: BTreeSet<Site> = places.map(|place| place.site).collect();
        sites.into_iter().collect()
    };
    let all = listing.iter().map(|(id, options)| (id.clone(), sites(options)));
    all.filter(|(_, sites)| !sites.is_empty()).collect()
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

/// The files of a fixture that are no Nix.
fn text_files(text: &str, files: &TestSource) -> Vec<crate::TextFile> {
    { nixpod_fixture::files(text).into_iter() }
        .filter(|(path, text)| crate::is_text_with(path, text))
        .map(|(path, _)| {
            let at = format!("/p{path}");
            let (file, content) = files.text(Utf8Path::new(&at)).expect("the file is there");
            let text = String::from_utf8(content).expect("fixtures are text");
            let path = path.trim_start_matches('/').to_owned();
            let place = path.clone();
            crate::TextFile {
                path,
                place,
                file,
                text,
            }
        })
        .collect()
}

/// What the containers of files are that are no Nix.
#[track_caller]
fn texts(text: &str, expected: Expect) {
    let files = TestSource::fixture(text);
    let world = crate::read_texts("files", &text_files(text, &files));
    expected.assert_eq(&dump::containers(&world, &files));
}
