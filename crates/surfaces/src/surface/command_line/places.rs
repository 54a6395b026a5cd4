//! Options in which scripts and command lines stand.

use nixpod_syntax::Program;

/// Sets of aliases and abbreviations, each a line of a shell.
pub(super) const ALIASES: [&[&str]; 9] = [
    &["environment", "shellAliases"],
    &["home", "shellAliases"],
    &["programs", "bash", "shellAliases"],
    &["programs", "fish", "shellAliases"],
    &["programs", "fish", "shellAbbrs"],
    &["programs", "nushell", "shellAliases"],
    &["programs", "zsh", "shellAliases"],
    &["programs", "zsh", "shellGlobalAliases"],
    &["programs", "zsh", "zsh-abbr", "abbreviations"],
];

/// Scripts that every shell of a user reads.
pub(super) const INITS: [&[&str]; 26] = [
    &["environment", "extraInit"],
    &["environment", "interactiveShellInit"],
    &["environment", "loginShellInit"],
    &["environment", "shellInit"],
    &["programs", "bash", "bashrcExtra"],
    &["programs", "bash", "initExtra"],
    &["programs", "bash", "interactiveShellInit"],
    &["programs", "bash", "loginShellInit"],
    &["programs", "bash", "logoutExtra"],
    &["programs", "bash", "profileExtra"],
    &["programs", "bash", "shellInit"],
    &["programs", "zsh", "envExtra"],
    &["programs", "zsh", "initContent"],
    &["programs", "zsh", "initExtra"],
    &["programs", "zsh", "initExtraBeforeCompInit"],
    &["programs", "zsh", "initExtraFirst"],
    &["programs", "zsh", "interactiveShellInit"],
    &["programs", "zsh", "loginExtra"],
    &["programs", "zsh", "loginShellInit"],
    &["programs", "zsh", "logoutExtra"],
    &["programs", "zsh", "profileExtra"],
    &["programs", "zsh", "shellInit"],
    &["services", "xserver", "displayManager", "sessionCommands"],
    &["services", "xserver", "displayManager", "startx", "extraCommands"],
    &["xsession", "initExtra"],
    &["xsession", "profileExtra"],
];

/// Scripts that root runs when a machine starts.
pub(super) const OF_ROOT: [&[&str]; 3] = [
    &["boot", "postBootCommands"],
    &["networking", "localCommands"],
    &["services", "xserver", "displayManager", "setupCommands"],
];

/// Sets of jobs of which some options are scripts that root runs.
pub(super) const JOBS: [(&[&str], &[&str]); 2] = [
    (
        &["services", "borgbackup", "jobs"],
        &["postCreate", "postHook", "postPrune", "preHook"],
    ),
    (
        &["services", "restic", "backups"],
        &["backupCleanupCommand", "backupPrepareCommand"],
    ),
];

/// Lists of packages, some of which are scripts.
pub(super) const PACKAGES: [&[&str]; 2] = [&["environment", "systemPackages"], &["home", "packages"]];

/// Sets of files, some of which are scripts.
pub(super) const FILES: [&[&str]; 4] = [
    &["environment", "etc"],
    &["home", "file"],
    &["xdg", "configFile"],
    &["xdg", "dataFile"],
];

/// Scripts of shells that are told and not read, as their words are others.
pub(super) const OTHERS: [(&str, &[&str]); 7] = [
    ("scripts of fish", &["programs", "fish", "interactiveShellInit"]),
    ("scripts of fish", &["programs", "fish", "loginShellInit"]),
    ("scripts of fish", &["programs", "fish", "shellInit"]),
    ("scripts of fish", &["programs", "fish", "shellInitLast"]),
    ("scripts of Nushell", &["programs", "nushell", "configFile"]),
    ("scripts of Nushell", &["programs", "nushell", "extraConfig"]),
    ("scripts of Nushell", &["programs", "nushell", "extraLogin"]),
];

/// Rules of udev, which root runs.
pub(super) const RULES_OF_UDEV: [&[&str]; 2] = [
    &["services", "udev", "extraRules"],
    &["boot", "initrd", "services", "udev", "rules"],
];

/// Settings of git: sets of aliases, and sets or lists of sets that have such a set as `alias`.
pub(super) const ALIASES_OF_GIT: [&[&str]; 4] = [
    &["programs", "git", "aliases"],
    &["programs", "git", "config"],
    &["programs", "git", "extraConfig"],
    &["programs", "git", "settings"],
];

/// Window managers whose settings are alike.
pub(super) const MANAGERS: [&[&str]; 2] = [
    &["wayland", "windowManager", "sway"],
    &["xsession", "windowManager", "i3"],
];

pub(super) const HYPRLAND: &[&str] = &["wayland", "windowManager", "hyprland"];

/// Keys of Hyprland's settings whose values are commands, or end with one.
pub(super) const OF_HYPRLAND: [&str; 14] = [
    "bind",
    "bindd",
    "binde",
    "bindel",
    "bindl",
    "bindle",
    "bindm",
    "bindr",
    "exec",
    "exec-once",
    "exec-shutdown",
    "execr",
    "execr-once",
    "bindn",
];

/// Whose text an option holds, if it is one of these, or a file that options write.
pub(super) fn program_of(path: &str) -> Option<Program> {
    let is_below = |whole: &[&str]| path.starts_with(&whole.join("."));
    if MANAGERS.iter().any(|manager| is_below(manager)) && !path.ends_with(".command") {
        return Some(Program::Sway);
    }
    let is_plain_command = path.rsplit('.').next().is_some_and(|key| key.starts_with("exec"));
    if is_below(HYPRLAND) && !is_plain_command {
        return Some(Program::Hyprland);
    }
    if path == "programs.tmux.extraConfig" {
        return Some(Program::Tmux);
    }
    let file = path.strip_suffix(".text")?.trim_end_matches('"');
    Program::of(file.rsplit('"').next()?)
}
