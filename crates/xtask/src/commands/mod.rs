//! Commands: what the real modules of NixOS, Home Manager and quadlet-nix make of specs, as words that an engine is told.
//!
//! Real Nix evaluates the real modules, with the rest stubbed (`nix/*.nix`), a shell runs the script that they write with
//! a program in the engine's place that prints its words, and Podman's generator reads the units. The answers are kept in
//! `testdata/commands`, with the specs; a test compares them with what we say of the same specs.
//!
//! The modules are read in place from a folder that whoever records has made of checkouts, and nothing of them is kept:
//!
//! ```text
//! RELEASE/nixpkgs          lib, nixos/modules/virtualisation/{nixos-containers,oci-containers,containers}.nix
//! RELEASE/home-manager     modules/services/podman or podman-linux
//! quadlet-nix-SEIAROTg     https://github.com/SEIAROTg/quadlet-nix
//! quadlet-nix-mirkolenz    https://github.com/mirkolenz/quadlet-nix
//! VERSIONS                 which commits they are of, a line each; it goes to the head of each recording, and a line that
//!                          begins with a kind of specs and a colon to the head of that one alone
//! ```
//!
//! What engines read as a whole (`containers.conf`, `storage.conf`, `registries.conf`, `policy.json`) is recorded as the texts
//! of these files. There is no command to compare it with: reading the options has to give the model that reading the texts
//! gives which real Nix makes of them.

pub mod compare;
mod environment;
mod evaluate;
mod files;
mod generate;
pub mod golden;
mod owned;
mod project;
mod settings;
mod shell;
pub mod spec;
mod units;

use anyhow::{Context, Result, bail};
use evaluate::Modules;
use golden::{Golden, Made};
use spec::{ALL_RELEASES, Kind, Spec};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the recordings are, below the repository's root.
pub const FOLDER: &str = "testdata/commands";

/// What recording needs from outside.
#[derive(Debug)]
pub struct Outside {
    /// `nix-instantiate`.
    pub nix: String,
    /// Podman's generator of NixOS 24.11, which has Podman 5.4 at most; needed for units.
    pub quadlet: Option<String>,
    /// That of all later releases.
    pub newer_quadlet: Option<String>,
    /// remarshal's `json2toml`, which writes the files of settings in NixOS, too; needed for these.
    pub json2toml: Option<String>,
    /// The folder of modules.
    pub modules: PathBuf,
    /// The recordings that are made, by name; all if there is none.
    pub only: Vec<String>,
}

impl Outside {
    /// The generator of a release.
    fn quadlet(&self, release: &str) -> Option<&String> {
        match release {
            "24.11" => self.quadlet.as_ref(),
            _ => self.newer_quadlet.as_ref(),
        }
    }
}

/// Holds what we say against all recordings.
pub fn compare(root: &Path) -> Result<compare::Comparison> {
    let mut files: Vec<PathBuf> = fs::read_dir(root.join(FOLDER))
        .context("there are no recordings")?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    files.sort();
    let mut all = compare::Comparison::default();
    for file in files {
        let goldens = golden::parse(&fs::read_to_string(&file)?);
        all.add(&goldens);
        all.add_owned(root, &goldens);
        settings::compare(&goldens, &mut all);
    }
    Ok(all)
}

/// The same in words.
pub fn compared(root: &Path) -> Result<String> {
    let all = compare(root)?;
    let mut out = String::new();
    for text in all.open.iter().chain(&all.differences) {
        writeln!(out, "{text}")?;
    }
    writeln!(out, "{all}")?;
    Ok(out)
}

/// Holds the recordings against modules of other places or times: of each release whose modules are there, what they make
/// of the same specs. Nothing is written.
pub fn verify(root: &Path, outside: &Outside) -> Result<String> {
    let mut out = String::new();
    for kind in Kind::ALL {
        if !outside.only.is_empty() && !outside.only.iter().any(|name| name == kind.name()) {
            continue;
        }
        let recorded = root.join(FOLDER).join(format!("{}.txt", kind.name()));
        let recorded = golden::parse(&fs::read_to_string(recorded)?);
        let of_release = |golden: &Golden, release: &str| -> Option<Made> {
            let mut made = golden.made.iter();
            let found = made.find(|(releases, _)| releases.iter().any(|one| one == release));
            found.map(|(_, made)| made.clone())
        };
        for release in kind.releases() {
            if !outside.modules.join(release).is_dir() {
                continue;
            }
            let specs: Vec<Spec> = generate::specs(kind)
                .into_iter()
                .filter(|spec| spec.releases.contains(release))
                .map(|spec| Spec {
                    releases: vec![*release],
                    ..spec
                })
                .collect();
            let mut differ = Vec::new();
            for made in made_of(root, outside, &specs)? {
                let known = recorded.iter().find(|golden| golden.name == made.name);
                let known = known.and_then(|golden| of_release(golden, release));
                if known != of_release(&made, release) {
                    differ.push(golden::print("", &[made]));
                }
            }
            let (name, count) = (kind.name(), specs.len());
            writeln!(out, "{name} {release}: {count} specs, {} differ", differ.len())?;
            out.extend(differ);
        }
    }
    Ok(out)
}

/// Records all specs, those of the test data and those that are generated.
pub fn record(root: &Path, outside: &Outside) -> Result<String> {
    let versions = fs::read_to_string(outside.modules.join("VERSIONS"));
    let versions = versions.context("the folder of modules has no file VERSIONS")?;
    let mut out = String::new();
    fs::create_dir_all(root.join(FOLDER))?;
    let mut sets: Vec<(String, Vec<Spec>)> = Kind::ALL
        .iter()
        .map(|kind| (kind.name().to_owned(), generate::specs(*kind)))
        .collect();
    sets.push(("owned".to_owned(), owned::specs(root)?));
    let named: Vec<&str> = sets.iter().map(|(name, _)| name.as_str()).collect();
    if let Some(name) = outside.only.iter().find(|name| !named.contains(&name.as_str())) {
        bail!("nothing is recorded as `{name}`, but {}", named.join(", "));
    }
    let kinds: Vec<String> = named.iter().map(|name| format!("{name}: ")).collect();
    let of_all = |line: &&str| !kinds.iter().any(|kind| line.starts_with(kind));
    for (name, specs) in &sets {
        if !outside.only.is_empty() && !outside.only.contains(name) {
            continue;
        }
        let goldens = made_of(root, outside, specs).with_context(|| format!("specs of {name}"))?;
        let failed = goldens
            .iter()
            .filter(|golden| golden.made.iter().all(|(_, made)| made.is_empty()))
            .count();
        // Most systems of the test data have containers of one kind only.
        let goldens: Vec<Golden> = goldens
            .into_iter()
            .filter(|golden| *name != "owned" || golden.made.iter().any(|(_, made)| !made.is_empty()))
            .collect();
        let own = format!("{name}: ");
        let lines = versions
            .lines()
            .filter(|line| of_all(line) || line.starts_with(&own));
        let lines: Vec<&str> = lines.map(|line| line.trim_start_matches(&own)).collect();
        let text = golden::print(&lines.join("\n"), &goldens);
        let file = root.join(FOLDER).join(format!("{name}.txt"));
        writeln!(
            out,
            "{name}: {} specs, {failed} of them refused by the modules, {} KiB",
            goldens.len(),
            text.len() / 1024
        )?;
        fs::write(file, text)?;
    }
    Ok(out)
}

/// What the modules of each release make of each spec. Releases that say the same stand together.
fn made_of(root: &Path, outside: &Outside, specs: &[Spec]) -> Result<Vec<Golden>> {
    let mut by_spec: Vec<Vec<(&'static str, Made)>> = specs.iter().map(|_| Vec::new()).collect();
    let mut files = files::Writer::new(outside.json2toml.as_ref());
    for release in ALL_RELEASES {
        let chosen: Vec<(usize, &Spec)> = specs
            .iter()
            .enumerate()
            .filter(|(_, spec)| spec.releases.contains(release))
            .collect();
        if chosen.is_empty() {
            continue;
        }
        let quadlet = outside.quadlet(release);
        let podman = quadlet.map_or(Ok(String::new()), |quadlet| units::version(quadlet))?;
        let modules = Modules::of(&outside.modules, release, &podman);
        let evaluated = modules.evaluate(root, &outside.nix, &chosen)?;
        for ((index, spec), value) in chosen.into_iter().zip(evaluated) {
            let made = match value {
                Some(value) if spec.kind.is_script() => shell::run(spec.kind, &value)?,
                Some(value) if spec.kind.is_settings() => files.run(&value)?,
                Some(value) => {
                    let quadlet =
                        quadlet.context("--quadlet and --newer-quadlet: where are the generators?")?;
                    units::run(quadlet, spec.kind, &value)?
                }
                None => BTreeMap::new(),
            };
            by_spec[index].push((*release, made));
        }
    }
    let mut out = Vec::new();
    for (spec, made) in specs.iter().zip(by_spec) {
        let mut together: Vec<(Vec<String>, Made)> = Vec::new();
        for (release, made) in made {
            match together.iter_mut().find(|(_, other)| *other == made) {
                Some((releases, _)) => releases.push(release.to_owned()),
                None => together.push((vec![release.to_owned()], made)),
            }
        }
        out.push(Golden {
            name: spec.name.clone(),
            kind: spec.kind,
            text: spec.text.clone(),
            made: together,
        });
    }
    Ok(out)
}
