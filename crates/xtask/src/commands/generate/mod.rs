//! Specs that try every option: alone with each of its values, strings that are hard to quote, and several together.
//!
//! They are the same whenever they are made: what is chosen depends on a seed, and the seed on the kind and the number.

mod home;
mod nspawn;
mod oci;
mod options;
mod quadlet_nix;
mod settings;

use super::spec::{Kind, Spec};
use crate::random::Random;
use options::{Opt, Surface};

/// So many specs set several options at once.
const fn together(kind: Kind) -> u64 {
    match kind {
        Kind::Nspawn | Kind::Oci => 110,
        Kind::Home => 90,
        Kind::Seiarotg | Kind::Mirkolenz => 70,
        Kind::SeiarotgHome | Kind::MirkolenzHome => 25,
        Kind::Settings => 60,
        Kind::HomeSettings => 40,
    }
}

const fn surface(kind: Kind) -> Surface {
    match kind {
        Kind::Nspawn => nspawn::SURFACE,
        Kind::Oci => oci::SURFACE,
        Kind::Home => home::SURFACE,
        Kind::Seiarotg => quadlet_nix::SEIAROTG,
        Kind::SeiarotgHome => quadlet_nix::SEIAROTG_HOME,
        Kind::Mirkolenz => quadlet_nix::MIRKOLENZ,
        Kind::MirkolenzHome => quadlet_nix::MIRKOLENZ_HOME,
        Kind::Settings => settings::SURFACE,
        Kind::HomeSettings => settings::HOME,
    }
}

/// All specs of a kind.
pub(super) fn specs(kind: Kind) -> Vec<Spec> {
    let surface = surface(kind);
    let mut out = Vec::new();
    let mut add = |name: String, text: String, releases: Vec<&'static str>| {
        out.push(Spec {
            name,
            kind,
            text,
            releases,
            files: Vec::new(),
            arguments: Vec::new(),
        });
    };
    // The same modules on Home Manager are only tried with several options at once.
    let is_second = matches!(kind, Kind::SeiarotgHome | Kind::MirkolenzHome);
    if !is_second {
        add("nothing".to_owned(), surface.text(&[]), kind.releases().to_vec());
        for option in surface.options {
            for (number, value) in option.values.expressions().into_iter().enumerate() {
                let releases = option.releases(kind);
                // Hard words are the same in every release; each is tried in one.
                let releases = if number < option.values.telling() {
                    releases
                } else {
                    vec![releases[number % releases.len()]]
                };
                let name = format!("{} {}", option.path, number + 1);
                add(name, surface.text(&[option.set(&value)]), releases);
            }
        }
        for (name, text) in surface.by_hand {
            add((*name).to_owned(), (*text).to_owned(), kind.releases().to_vec());
        }
    }
    for number in 0..together(kind) {
        let mut random = Random::new(number + 1000 * kind as u64);
        let release = kind.releases()[(number as usize) % kind.releases().len()];
        let chosen = chosen(&surface, kind, release, &mut random);
        let lines: Vec<String> = chosen
            .iter()
            .map(|option| {
                let values = option.values.expressions();
                let value = random.of(&values[..]).clone();
                option.set(&wrapped(&value, &mut random))
            })
            .collect();
        add(
            format!("together {}", number + 1),
            surface.text(&lines),
            vec![release],
        );
    }
    out
}

/// Some options that can be set together in a release.
fn chosen(surface: &Surface, kind: Kind, release: &str, random: &mut Random) -> Vec<&'static Opt> {
    let count = 2 + random.below(6);
    let mut chosen: Vec<&'static Opt> = Vec::new();
    let mut tries = 0;
    while chosen.len() < count && tries < 100 {
        tries += 1;
        let option = random.of(surface.options);
        let fits = option.releases(kind).contains(&release)
            && !option.is_alone
            && !chosen.iter().any(|other| other.clashes(option));
        if fits {
            chosen.push(option);
        }
    }
    chosen
}

/// A value as the module system can be told it, too.
fn wrapped(value: &str, random: &mut Random) -> String {
    match random.below(12) {
        0 => format!("lib.mkForce ({value})"),
        1 => format!("lib.mkIf true ({value})"),
        2 => format!("lib.mkMerge [ (lib.mkDefault ({value})) ]"),
        3 => format!("lib.mkOverride 90 ({value})"),
        _ => value.to_owned(),
    }
}
