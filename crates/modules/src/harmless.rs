//! Inputs that are known to have nothing to do with containers.

use crate::system::report::Shared;
use nixpod_source::Why;

/// Inputs whose modules are known to declare or set nothing of container specs, users' sub-ids, groups or engines.
const HARMLESS: [&str; 95] = [
    "aagl",
    "agenix",
    "agenix-rekey",
    "ags",
    "anyrun",
    "apple-silicon",
    "apple-silicon-support",
    "attic",
    "authentik-nix",
    "base16",
    "caelestia",
    "caelestia-shell",
    "catppuccin",
    "chaotic",
    "colmena",
    "comin",
    "copyparty",
    "dankmaterialshell",
    "deploy-rs",
    "determinate",
    "devshell",
    "disko",
    "disko-zfs",
    "dms",
    "emacs-overlay",
    "flake-parts",
    "git-hooks",
    "grub2-themes",
    "hardware",
    "haskell-flake",
    "hjem",
    "home-manager",
    "hyprland",
    "impermanence",
    "jovian",
    "jovian-nixos",
    "lan-mouse",
    "lanzaboote",
    "lix",
    "lix-module",
    "mango",
    "mangowm",
    "microvm",
    "microvm-nix",
    "musnix",
    "neovim-nightly-overlay",
    "nh",
    "niri",
    "niri-flake",
    "nix-colors",
    "nix-darwin",
    "nix-doom-emacs-unstraightened",
    "nix-flatpak",
    "nix-gaming",
    "nix-index-database",
    "nix-minecraft",
    "nix-snapd",
    "nix-topology",
    "nixcord",
    "nixos-apple-silicon",
    "nixos-avf",
    "nixos-cosmic",
    "nixos-facter-modules",
    "nixos-generators",
    "nixos-hardware",
    "nixos-mailserver",
    "nixos-vscode-server",
    "nixos-wsl",
    "nixpkgs",
    "nixvim",
    "nixvirt",
    "noctalia",
    "nur",
    "nurpkgs",
    "nvchad4nix",
    "nvf",
    "one-password-shell-plugins",
    "plasma-manager",
    "pre-commit-hooks",
    "proxmox-nixos",
    "quadlet-nix",
    "ragenix",
    "simple-nixos-mailserver",
    "sops-nix",
    "spicetify-nix",
    "srvos",
    "stylix",
    "treefmt-nix",
    "vicinae",
    "vscode-server",
    "walker",
    "wsl",
    "xremap",
    "xremap-flake",
    "zen-browser",
];

/// Does an input of this name, or a repository, have nothing to do with containers?
pub(crate) fn is_harmless_input(name: &str) -> bool {
    let name = name.to_lowercase();
    // Repositories are often called `NAME.nix`.
    let name = name.strip_suffix(".nix").unwrap_or(&name);
    HARMLESS.contains(&name)
        || [
            "nixpkgs",
            "nixos-unstable",
            "nixos-stable",
            "nixos-2",
            "home-manager",
        ]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Is what could not be read known to be of no matter for containers? Modules of the real nixpkgs are part of our
/// model, and some inputs are known to have other business.
pub fn is_harmless(shared: &Shared, why: &Why) -> bool {
    let Why::External(name) = why else { return false };
    let name = name.strip_prefix("import ").unwrap_or(name);
    if name.starts_with("modulesPath")
        || name.starts_with("pkgs.mkShell")
        || name.starts_with("<nixpkgs")
        || name.starts_with("<home-manager")
    {
        return true;
    }
    input_name(why).is_some_and(|input| {
        let input = input.trim_matches('"');
        is_harmless_input(input) || shared.is_harmless_input(input)
    })
}

/// The name of the input that an unknown comes from.
pub fn input_name(why: &Why) -> Option<String> {
    let Why::External(name) = why else { return None };
    let name = name.strip_prefix("import ").unwrap_or(name);
    let input = name.strip_prefix("inputs.")?;
    Some(input.split(['.', ' ', '/']).next().unwrap_or(input).to_owned())
}
