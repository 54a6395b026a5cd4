//! Inputs that are known to have nothing to do with containers.

use crate::system::report::Shared;
use nixpod_source::{What, Why};

/// An input that is known to have nothing to do with containers. What all of them are known not to do: declare or set
/// options of containers, of users' sub-ids and groups, or of engines.
#[derive(Clone, Copy, Debug)]
pub struct KnownInput {
    /// What it is mostly called, in small letters.
    pub alias: &'static str,
    /// `OWNER/REPOSITORY`, where that is known: another repository of that name is another input.
    pub repositories: &'static [&'static str],
    /// What was looked at.
    pub evidence: &'static str,
    /// When: year, month and perhaps day.
    pub date: &'static str,
}

/// One whose modules were read for such options.
const fn checked(
    alias: &'static str,
    repositories: &'static [&'static str],
    evidence: &'static str,
    date: &'static str,
) -> KnownInput {
    KnownInput {
        alias,
        repositories,
        evidence,
        date,
    }
}

/// One that is listed by its name, and was not looked at since.
const fn listed(alias: &'static str, repositories: &'static [&'static str]) -> KnownInput {
    checked(
        alias,
        repositories,
        "name only, as listed before 2026-11",
        "2026-10",
    )
}

/// All that are known.
pub const KNOWN_INPUTS: [KnownInput; 95] = [
    listed("aagl", &[]),
    checked("agenix", &["ryantm/agenix"], "modules/ at b027ee2", "2026-11-29"),
    listed("agenix-rekey", &["oddlama/agenix-rekey"]),
    listed("ags", &[]),
    listed("anyrun", &[]),
    listed("apple-silicon", &[]),
    listed(
        "apple-silicon-support",
        &[
            "tpwrules/nixos-apple-silicon",
            "nix-community/nixos-apple-silicon",
        ],
    ),
    listed("attic", &[]),
    listed("authentik-nix", &["nix-community/authentik-nix"]),
    listed("base16", &["SenchoPens/base16.nix"]),
    listed("caelestia", &[]),
    listed("caelestia-shell", &["caelestia-dots/shell"]),
    listed("catppuccin", &["catppuccin/nix"]),
    listed("chaotic", &["chaotic-cx/nyx"]),
    listed("colmena", &["zhaofengli/colmena"]),
    listed("comin", &[]),
    listed("copyparty", &["9001/copyparty"]),
    listed("dankmaterialshell", &["AvengeMedia/DankMaterialShell"]),
    listed("deploy-rs", &["serokell/deploy-rs"]),
    listed("determinate", &[]),
    listed("devshell", &["numtide/devshell"]),
    checked(
        "disko",
        &["nix-community/disko"],
        "module.nix and lib/ at 878ec37",
        "2026-11-29",
    ),
    listed("disko-zfs", &["numtide/disko-zfs"]),
    listed("dms", &[]),
    listed("emacs-overlay", &["nix-community/emacs-overlay"]),
    listed("flake-parts", &["hercules-ci/flake-parts"]),
    listed("git-hooks", &["cachix/git-hooks.nix"]),
    listed("grub2-themes", &[]),
    listed("hardware", &["NixOS/nixos-hardware"]),
    listed("haskell-flake", &["srid/haskell-flake"]),
    listed("hjem", &[]),
    listed("home-manager", &[]),
    listed("hyprland", &["hyprwm/Hyprland"]),
    checked(
        "impermanence",
        &["nix-community/impermanence"],
        "nixos.nix and home-manager.nix at 7b1d382",
        "2026-11-29",
    ),
    listed("jovian", &["Jovian-Experiments/Jovian-NixOS"]),
    listed("jovian-nixos", &["Jovian-Experiments/Jovian-NixOS"]),
    listed("lan-mouse", &["feschber/lan-mouse"]),
    checked(
        "lanzaboote",
        &["nix-community/lanzaboote"],
        "nix/modules/ at f142433",
        "2026-11-29",
    ),
    listed("lix", &[]),
    listed("lix-module", &[]),
    listed("mango", &["mangowm/mango"]),
    listed("mangowm", &["mangowm/mango"]),
    listed("microvm", &["astro/microvm.nix", "microvm-nix/microvm.nix"]),
    listed("microvm-nix", &[]),
    listed("musnix", &["musnix/musnix"]),
    listed("neovim-nightly-overlay", &[]),
    listed("nh", &[]),
    listed("niri", &["YaLTeR/niri", "niri-wm/niri", "sodiboo/niri-flake"]),
    listed("niri-flake", &["sodiboo/niri-flake"]),
    listed("nix-colors", &["misterio77/nix-colors"]),
    listed("nix-darwin", &["LnL7/nix-darwin", "nix-darwin/nix-darwin"]),
    listed(
        "nix-doom-emacs-unstraightened",
        &["marienz/nix-doom-emacs-unstraightened"],
    ),
    listed("nix-flatpak", &["gmodena/nix-flatpak"]),
    listed("nix-gaming", &["fufexan/nix-gaming"]),
    listed("nix-index-database", &["nix-community/nix-index-database"]),
    listed("nix-minecraft", &["Infinidoge/nix-minecraft"]),
    listed("nix-snapd", &["io12/nix-snapd"]),
    listed("nix-topology", &["oddlama/nix-topology"]),
    listed("nixcord", &["FlameFlag/nixcord"]),
    listed(
        "nixos-apple-silicon",
        &[
            "nix-community/nixos-apple-silicon",
            "tpwrules/nixos-apple-silicon",
        ],
    ),
    listed("nixos-avf", &["nix-community/nixos-avf"]),
    listed("nixos-cosmic", &[]),
    listed("nixos-facter-modules", &["nix-community/nixos-facter-modules"]),
    listed("nixos-generators", &["nix-community/nixos-generators"]),
    listed("nixos-hardware", &["NixOS/nixos-hardware"]),
    listed("nixos-mailserver", &[]),
    listed(
        "nixos-vscode-server",
        &["nix-community/nixos-vscode-server", "msteen/nixos-vscode-server"],
    ),
    listed("nixos-wsl", &["nix-community/NixOS-WSL"]),
    listed("nixpkgs", &[]),
    listed("nixvim", &["nix-community/nixvim"]),
    listed("nixvirt", &[]),
    listed(
        "noctalia",
        &["noctalia-dev/noctalia", "noctalia-dev/noctalia-shell"],
    ),
    listed("nur", &["nix-community/NUR"]),
    listed("nurpkgs", &["nix-community/NUR"]),
    listed("nvchad4nix", &["nix-community/nix4nvchad"]),
    listed("nvf", &["NotAShelf/nvf"]),
    listed("one-password-shell-plugins", &["1Password/shell-plugins"]),
    listed(
        "plasma-manager",
        &["nix-community/plasma-manager", "pjones/plasma-manager"],
    ),
    listed(
        "pre-commit-hooks",
        &["cachix/pre-commit-hooks.nix", "cachix/git-hooks.nix"],
    ),
    listed("proxmox-nixos", &["SaumonNet/proxmox-nixos"]),
    listed("quadlet-nix", &["SEIAROTg/quadlet-nix", "mirkolenz/quadlet-nix"]),
    listed("ragenix", &["yaxitech/ragenix"]),
    listed("simple-nixos-mailserver", &[]),
    checked(
        "sops-nix",
        &["Mic92/sops-nix"],
        "modules/ at 56b2406",
        "2026-11-29",
    ),
    listed("spicetify-nix", &["Gerg-L/spicetify-nix"]),
    listed("srvos", &["nix-community/srvos"]),
    listed("stylix", &["danth/stylix", "nix-community/stylix"]),
    listed("treefmt-nix", &["numtide/treefmt-nix"]),
    listed("vicinae", &["vicinaehq/vicinae"]),
    listed(
        "vscode-server",
        &["nix-community/nixos-vscode-server", "msteen/nixos-vscode-server"],
    ),
    listed("walker", &[]),
    listed("wsl", &[]),
    listed("xremap", &[]),
    listed("xremap-flake", &[]),
    listed(
        "zen-browser",
        &["0xc000022070/zen-browser-flake", "youwen5/zen-browser-flake"],
    ),
];

/// Does an input have nothing to do with containers? It is known by its repository (`OWNER/REPOSITORY`) where something
/// says that, and by its name else.
pub(crate) fn is_harmless_input(name: &str, repository: Option<&str>) -> bool {
    let named = [
        Some(name),
        repository.and_then(|repository| repository.split('/').next_back()),
    ];
    let named = named.into_iter().flatten().map(plain_name).collect::<Vec<_>>();
    // Forks of nixpkgs have its modules.
    let of_nixpkgs = [
        "nixpkgs",
        "nixos-unstable",
        "nixos-stable",
        "nixos-2",
        "home-manager",
    ];
    if named
        .iter()
        .any(|name| of_nixpkgs.iter().any(|prefix| name.starts_with(prefix)))
    {
        return true;
    }
    let mut by_name = KNOWN_INPUTS
        .iter()
        .filter(|known| named.iter().any(|name| name == known.alias));
    match repository {
        Some(repository) => {
            let is_listed = |known: &KnownInput| {
                let mut all = known.repositories.iter();
                all.any(|listed| listed.eq_ignore_ascii_case(repository))
            };
            KNOWN_INPUTS.iter().any(is_listed) || by_name.any(|known| known.repositories.is_empty())
        }
        None => by_name.next().is_some(),
    }
}

/// Repositories are often called `NAME.nix`.
fn plain_name(name: &str) -> String {
    let name = name.to_lowercase();
    name.strip_suffix(".nix").unwrap_or(&name).to_owned()
}

/// Is what could not be read known to be of no matter for containers? Modules of the real nixpkgs are part of our
/// model, and some inputs are known to have other business.
pub fn is_harmless(shared: &Shared, why: &Why) -> bool {
    let Why::External(outside) = why else {
        return false;
    };
    match (outside.what(), outside.input_name()) {
        (What::ModulesPath | What::DevShell, _) => true,
        (What::SearchPath, Some(entry)) => ["nixpkgs", "home-manager"]
            .iter()
            .any(|known| entry.starts_with(known)),
        (_, Some(input)) => {
            // What a lock file says of an input counts more than its name.
            let known = shared.is_harmless_input(input);
            known.unwrap_or_else(|| is_harmless_input(input, None))
        }
        (_, None) => false,
    }
}

/// The name of the input that an unknown comes from.
pub fn input_name(why: &Why) -> Option<&str> {
    match why {
        Why::External(outside) if outside.what() != What::SearchPath => outside.input_name(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{KNOWN_INPUTS, is_harmless_input};

    #[test]
    fn each_known_input_says_how_it_is_known() {
        for pair in KNOWN_INPUTS.windows(2) {
            assert!(pair[0].alias < pair[1].alias, "{} is out of order", pair[1].alias);
        }
        for known in KNOWN_INPUTS {
            assert!(
                !known.evidence.is_empty() && known.date.starts_with("20"),
                "{}",
                known.alias
            );
            for repository in known.repositories {
                assert_eq!(repository.split('/').count(), 2, "{repository}");
            }
        }
    }

    #[test]
    fn a_repository_counts_more_than_a_name() {
        let cases = [
            ("disko", None, true),
            ("disko", Some("nix-community/disko"), true),
            ("disko", Some("someone/disko"), false),
            ("secrets", Some("Mic92/sops-nix"), true),
            ("secrets", Some("mic92/sops-nix"), true),
            ("walker", Some("someone/walker"), true),
            ("other", Some("someone/other"), false),
            ("other", None, false),
            ("pkgs", Some("someone/nixpkgs"), true),
            ("nixvim.nix", None, true),
        ];
        for (name, repository, expected) in cases {
            assert_eq!(
                is_harmless_input(name, repository),
                expected,
                "{name} {repository:?}"
            );
        }
    }
}
