//! engine-rights

use crate::about::people::{self, can_become_root};
use crate::about::words::{inside, listed};
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Right, RightBy, System, SystemKind};

declare_rule! {
    /// ## What it flags
    /// Rights to run an engine as root: `podman`, `docker`, `systemd-nspawn`, `machinectl`, `nixos-container`, `nsenter` and
    /// others by rules of `security.sudo`, `security.sudo-rs` and `security.doas`, by `security.wrappers` with set-user-id, and
    /// rules of polkit that answer yes to a shell on the host, or to the control of all units or machines. High where no
    /// password is asked for, medium where the user's own is, and low for who may become root by `sudo` anyway. Commands whose
    /// arguments are fixed are left out.
    /// ## Why
    /// Who may run an engine as root has it mount the host's root directory, and so is root: the same as being in group
    /// `docker`. It looks like the right to one program only. Where no password is asked for, whatever runs as that user,
    /// such as a service that was broken into, is root as well.
    /// ## Bad
    /// ```nix
    /// {
    ///   security.sudo.extraRules = [
    ///     {
    ///       users = [ "dora" ];
    ///       commands = [ { command = "/run/current-system/sw/bin/podman"; options = [ "NOPASSWD" ]; } ];
    ///     }
    ///   ];
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   security.sudo.extraRules = [
    ///     {
    ///       users = [ "dora" ];
    ///       commands = [
    ///         { command = "/run/current-system/sw/bin/systemctl restart podman-web.service"; options = [ "NOPASSWD" ]; }
    ///       ];
    ///     }
    ///   ];
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which commands are needed is not known.
    pub static RULE = {
        id: "engine-rights",
        summary: "user who may run a container engine as root",
        severity: High,
        group: Users,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "engine-socket-is-root",
            "docker-group-is-root",
        ]),
        controls: Controls::Cover(&[Control::Cis("1.1.2"), Control::Attack("T1548.003")]),
        stakes: [HostRoot x Step, Account x Step, Account x Weakness],
        attack: Attack::Typed {
            experiment: "docker-group-is-root",
            command: "sudo docker run --rm -v /:/host IMAGE cat /host/etc/shadow",
            gives: "the host's password hashes: what sudo allows is the engine, and the engine is root",
        },
        check: System(check),
    }
}

/// Programs that run others as root, with all of the host in reach, and what to ask of them.
const PROGRAMS: [&str; 15] = [
    "podman",
    "podman-remote",
    "docker",
    "docker-compose",
    "podman-compose",
    "nerdctl",
    "ctr",
    "buildah",
    "systemd-nspawn",
    "machinectl",
    "nixos-container",
    "extra-container",
    "nsenter",
    "lxc",
    "incus",
];

/// Their commands that run something, where the rest of the line is free.
const RUNNING: [&str; 8] = [
    "run",
    "exec",
    "create",
    "build",
    "compose",
    "shell",
    "root-login",
    "start",
];

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    if system.kind == SystemKind::Home {
        return;
    }
    for field in &system.rights {
        let Some(field) = field.written() else { continue };
        let right = field.get();
        let Some((severity, what)) = judge(system, right) else {
            continue;
        };
        let severity = match system.kind {
            SystemKind::Guest => severity.min(Severity::Medium),
            _ => severity,
        };
        let help = match right.by {
            RightBy::Polkit => {
                "Ask for one unit or one machine by `action.lookup`, and let polkit ask for a password otherwise \
                 (`polkit.Result.AUTH_ADMIN`)."
            }
            RightBy::Wrapper if is_engine(right) => "Rootless Podman needs no wrapper: leave it out.",
            RightBy::Wrapper => "Leave the wrapper out.",
            RightBy::Sudo | RightBy::Doas => {
                "Allow the whole command with its arguments, such as `systemctl restart podman-web.service`, or run the \
                 container rootless as that user."
            }
        };
        sink.report(field, format!("{}{} {what}", who(right), inside(ctx, system)))
            .severity(severity)
            .help(format!("{} {help}", why(right)));
    }
}

/// `user `dora` and group `ops``, with a verb in mind that has no plural.
fn who(right: &Right) -> String {
    let names: Vec<String> = { right.who.iter() }
        .map(|name| match name.strip_prefix('%') {
            Some(group) => format!("group `{group}`"),
            None => format!("user `{name}`"),
        })
        .collect();
    match names.is_empty() {
        true => "everybody".to_owned(),
        false => listed(&names, 3),
    }
}

/// Is it an engine that a right lets somebody run?
fn is_engine(right: &Right) -> bool {
    let command = right.command.pattern();
    let program = command.split_whitespace().next().unwrap_or_default();
    matches!(
        program.rsplit('/').next(),
        Some("podman" | "docker" | "nerdctl" | "buildah" | "ALL")
    )
}

/// Why a right is root.
fn why(right: &Right) -> &'static str {
    match right.by {
        RightBy::Polkit => "Whoever may do that is one step from a shell of root.",
        _ if is_engine(right) => {
            "An engine of root mounts the root directory for whoever asks, so this is root."
        }
        _ => "It runs programs as root where and how its arguments say, so this is root.",
    }
}

/// How bad a right is, and what it lets somebody do.
fn judge(system: &System, right: &Right) -> Option<(Severity, String)> {
    if right.by == RightBy::Polkit {
        return Some(of_action(&right.command.pattern()));
    }
    // Members of `wheel` run everything, if they say their password.
    let is_theirs = |name: &String| {
        name == "root" || name == "%wheel" && (right.asks || system.wheel_is_root.value() == Some(&true))
    };
    if !right.who.is_empty() && right.who.iter().all(is_theirs) {
        return None;
    }
    let program = runs_engine(right)?;
    // Who is root without a password anyhow, such as `nixos` of a live image, gets nothing by the rule.
    if !right.who.is_empty()
        && right
            .who
            .iter()
            .all(|name| is_theirs(name) || people::is_root_anyhow(system, name))
    {
        return None;
    }
    // Who runs everything by `sudo` only need not say the password.
    let is_root_anyhow = |name: &String| is_theirs(name) || name == "%wheel" || can_become_root(system, name);
    let severity = match right.asks {
        _ if !right.who.is_empty() && right.who.iter().all(is_root_anyhow) => Severity::Low,
        true => Severity::Medium,
        false => Severity::High,
    };
    let by = match right.by {
        RightBy::Wrapper => " by a wrapper".to_owned(),
        by if right.asks => format!(" by {} and a password", by.as_str()),
        by => format!(" by {} without a password", by.as_str()),
    };
    Some((severity, format!("may run `{program}` as root{by}")))
}

/// The engine that a right lets somebody run as they like.
fn runs_engine(right: &Right) -> Option<String> {
    let command = right.command.pattern();
    let mut words = command.split_whitespace();
    let path = words.next()?;
    let program = path.rsplit('/').next()?;
    if !PROGRAMS.contains(&program) {
        return None;
    }
    let arguments: Vec<&str> = words.collect();
    let is_free = match &arguments[..] {
        [] => right.any_arguments,
        ["*"] => true,
        // Without a name it is a shell of root on the host.
        ["shell"] => program == "machinectl",
        [first, .., "*"] => RUNNING.contains(first),
        _ => false,
    };
    is_free.then(|| program.to_owned())
}

/// What an action of polkit lets somebody do.
fn of_action(action: &str) -> (Severity, String) {
    let (severity, what) = match action.rsplit('.').next() {
        // Nothing stands behind the dot where a rule is for all actions that begin so.
        Some("host-shell" | "") => (Severity::High, "gets a shell of root on the host"),
        Some("manage-units") => (
            Severity::High,
            "starts and stops every unit, also ones of its own making",
        ),
        Some("shell") => (
            Severity::Medium,
            "gets a shell of root in every container of machined",
        ),
        _ => (Severity::Medium, "controls every container of machined"),
    };
    (
        severity,
        format!("{what}: polkit asks for no password (`{action}`)"),
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn rules_of_sudo() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  users.users.ann.extraGroups = [ "wheel" ];
  security.sudo.extraRules = [
    { users = [ "dora" ]; groups = [ "ops" ]; commands = [ { command = "${pkgs.podman}/bin/podman"; options = [ "NOPASSWD" "SETENV" ]; } ]; }
                                                                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: user `dora` and group `ops` may run `podman` as root by sudo without a password
    { users = [ "ann" ]; groups = [ "wheel" ]; commands = [ { command = "/run/current-system/sw/bin/nixos-container *"; options = [ "NOPASSWD" ]; } ]; }
                                                                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ low: user `ann` and group `wheel` may run `nixos-container` as root by sudo without a password
    { users = [ "emil" ]; commands = [ "/run/current-system/sw/bin/docker run *" ]; }
                                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: user `emil` may run `docker` as root by sudo and a password
    { users = [ "gus" ]; commands = [ "NOPASSWD:/run/current-system/sw/bin/docker" ]; }
                                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: user `gus` may run `docker` as root by sudo without a password
    { users = [ "fred" ]; commands = [ { command = "/run/current-system/sw/bin/machinectl shell"; options = [ "NOPASSWD" ]; } ]; }
                                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: user `fred` may run `machinectl` as root by sudo without a password
  ];
}
"#,
        );
    }

    #[test]
    fn lines_of_sudoers() {
        check(
            &RULE,
            r#"
{
  security.sudo.extraConfig = ''
    Defaults lecture = never
    dora ALL=(ALL) NOPASSWD: /run/current-system/sw/bin/nixos-container, /run/current-system/sw/bin/ls
                           # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: user `dora` may run `nixos-container` as root by sudo without a password
    %ops ALL=(root:root) /run/current-system/sw/bin/machinectl
                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: group `ops` may run `machinectl` as root by sudo and a password
  '';
}
"#,
        );
    }

    #[test]
    fn doas() {
        check(
            &RULE,
            r#"
{
  security.doas.extraRules = [
    { users = [ "dora" ]; noPass = true; cmd = "podman"; }
                                             # ^^^^^^^^ high: user `dora` may run `podman` as root by doas without a password
  ];
  security.doas.extraConfig = "permit nopass keepenv :ops as root cmd nsenter";
                                                                    # ^^^^^^^ high: group `ops` may run `nsenter` as root by doas without a password
}
"#,
        );
    }

    #[test]
    fn wrappers() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  security.wrappers.docker = { setuid = true; owner = "root"; group = "ops"; permissions = "u+rx,g+x"; source = "${pkgs.docker}/bin/docker"; };
                                                                                                              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: group `ops` may run `docker` as root by a wrapper
}
"#,
        );
    }

    #[test]
    fn answers_of_polkit() {
        check(
            &RULE,
            r#"
{
  security.polkit.extraConfig = ''
    polkit.addRule(function(action, subject) {
      if (action.id == "org.freedesktop.machine1.host-shell" && subject.isInGroup("ops")) { return polkit.Result.YES; }
                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: group `ops` gets a shell of root on the host: polkit asks for no password (`org.freedesktop.machine1.host-shell`)
    });
    polkit.addRule(function(action, subject) {
      if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == "dora") { return polkit.Result.YES; }
                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: user `dora` starts and stops every unit, also ones of its own making: polkit asks for no password (`org.freedesktop.systemd1.manage-units`)
    });
  '';
}
"#,
        );
    }

    #[test]
    fn rights_to_less() {
        check_none(
            &RULE,
            r#"
{ config, pkgs, ... }: {
  security.sudo.extraRules = [
    { users = [ "dora" ]; commands = [ { command = "/run/current-system/sw/bin/systemctl restart podman-web.service"; options = [ "NOPASSWD" ]; } ]; }
    { users = [ "dora" ]; commands = [ { command = "/run/current-system/sw/bin/podman ps"; options = [ "NOPASSWD" ]; } ]; }
    { users = [ "dora" ]; commands = [ { command = "/run/current-system/sw/bin/podman \"\""; options = [ "NOPASSWD" ]; } ]; }
    { users = [ "dora" ]; runAs = "web"; commands = [ { command = "/run/current-system/sw/bin/podman"; options = [ "NOPASSWD" ]; } ]; }
    { users = [ config.my.user ]; commands = [ { command = "${pkgs.podman}/bin/podman"; options = [ "NOPASSWD" ]; } ]; }
    { groups = [ "wheel" ]; commands = [ "${pkgs.podman}/bin/podman" ]; }
  ];
  security.wrappers.newuidmap = { setuid = true; owner = "root"; group = "root"; source = "${pkgs.shadow}/bin/newuidmap"; };
  security.wrappers.podman = { setuid = false; owner = "root"; group = "root"; source = "${pkgs.podman}/bin/podman"; };
  security.polkit.extraConfig = ''
    polkit.addRule(function(action, subject) {
      if (action.id == "org.freedesktop.systemd1.manage-units" && action.lookup("unit") == "web.service" && subject.user == "dora") { return polkit.Result.YES; }
    });
    polkit.addRule(function(action, subject) {
      if (action.id == "org.freedesktop.login1.reboot") { return polkit.Result.YES; }
    });
  '';
}
"#,
        );
    }
}
