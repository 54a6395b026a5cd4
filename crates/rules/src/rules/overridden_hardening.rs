//! overridden-hardening

use crate::about::words::name;
use nixpod_analysis::{Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Definition, Field, FlagForm, Text, Userns, Written};
use nixpod_source::Origin;

declare_rule! {
    /// ## What it flags
    /// A definition that makes a container safer and that another one beats: `privateUsers`, `privateNetwork = true` or
    /// `privileged = false`, where `lib.mkForce` or `lib.mkOverride` elsewhere says the opposite. Defaults (`lib.mkDefault`) are
    /// meant to be beaten and are left out, and so is what an option of the code's own is by default. And options of Podman and
    /// Docker that a later one takes back: `--read-only` before `--read-only=false`, `--user=1000` before `--user=0`, a filter of
    /// system calls before `seccomp=unconfined`.
    /// ## Why
    /// Whoever reads the definition takes the container for isolated, and it is not. What the other definition does to the
    /// container is said by the rules about that, at its own place; this one is at the place that does nothing.
    /// ## Bad
    /// ```nix
    /// { lib, ... }:
    /// lib.mkMerge [
    ///   { containers.web = { privateUsers = "pick"; config = { }; }; }
    ///   { containers.web.privateUsers = lib.mkForce "no"; }
    /// ]
    /// ```
    /// ## Good
    /// ```nix
    /// { lib, ... }:
    /// lib.mkMerge [
    ///   { containers.web = { privateUsers = "no"; config = { }; }; }
    ///   { containers.web.privateUsers = lib.mkForce "pick"; }
    /// ]
    /// ```
    /// ## Fix safety
    /// No fix: which of the two is meant is not known.
    pub static RULE = {
        id: "overridden-hardening",
        summary: "definition that hardens a container and is beaten by another one",
        severity: Low,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it is about which of several definitions Nix takes"),
        stakes: [Comfort x Itself],
        check: Container(check),
    }
}

/// The priority of a plain definition. What is above is a default.
const PLAIN: i64 = 100;

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if let Some(nspawn) = &container.nspawn {
        let is_open = |users: &Userns| {
            matches!(
                users,
                Userns::Host | Userns::Identity | Userns::Fixed { first: 0, .. }
            )
        };
        let hardens = |value: &str| value == "\"pick\"" || value.parse::<u32>().is_ok_and(|first| first > 0);
        beaten(container, &nspawn.private_users, is_open, hardens, sink);
        beaten(
            container,
            &nspawn.private_network,
            |private| !private,
            |value| value == "true",
            sink,
        );
    }
    if container.is_oci() {
        contradicted(container, sink);
    }
    beaten(
        container,
        &container.privileged,
        |privileged| *privileged,
        |value| value == "false",
        sink,
    );
}

/// Options of Podman and Docker of which the last one holds, where an earlier one would have made the container safer.
fn contradicted(container: &Container, sink: &mut Sink) {
    let words: Vec<(Written<'_, Text>, String)> = { container.flags.iter() }
        .filter(|flag| flag.form == FlagForm::Option)
        .filter_map(|flag| Some((flag.word.written()?, flag.word.value()?.as_known()?)))
        .collect();
    for (option, hardens, opens) in CONTRADICTIONS {
        let said = |text: &str| {
            let value = text.strip_prefix(option)?;
            match value.strip_prefix('=') {
                Some(value) => Some(value.to_owned()),
                None => value.is_empty().then(|| "true".to_owned()),
            }
        };
        let all: Vec<(&Written<'_, Text>, String)> = { words.iter() }
            .filter_map(|(word, text)| Some((word, said(text)?)))
            .filter(|(_, value)| hardens(value) || opens(value))
            .collect();
        let Some(((last, value), before)) = all.split_last() else {
            continue;
        };
        if !opens(value) || last.is_maybe() {
            continue;
        }
        for (dead, _) in before.iter().filter(|(_, value)| hardens(value)) {
            sink.report(
                **dead,
                format!(
                    "`{}` of {} does not hold: `{}` beats it",
                    dead.get().display(),
                    name(container),
                    last.get().display()
                ),
            )
            .depends_on(last.field())
            .related(&last.origin, "this one holds")
            .help("Of two the last one counts. Leave the weaker one out where it is not needed, or this one, so that nobody trusts it.");
        }
    }
}

type Is = fn(&str) -> bool;

/// Options, which values of them make a container safer, and which leave it open.
const CONTRADICTIONS: [(&str, Is, Is); 3] = [
    ("--read-only", |value| value == "true", |value| value == "false"),
    ("--user", |value| !is_root(value), is_root),
    (
        "--security-opt",
        |value| value.starts_with("seccomp=") && !value.ends_with("=unconfined"),
        |value| value == "seccomp=unconfined",
    ),
];

fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), Some("0" | "root"))
}

/// Definitions that would have made it safer, where one that leaves it open holds.
fn beaten<T>(
    container: &Container,
    field: &Field<T>,
    is_open: impl Fn(&T) -> bool,
    hardens: impl Fn(&str) -> bool,
    sink: &mut Sink,
) {
    let Some(holds) = field.written().filter(|holds| is_open(holds.get())) else {
        return;
    };
    let Some(winner) = field.definitions.iter().find(|definition| definition.won) else {
        return;
    };
    let is_dead = |definition: &&Definition| {
        !definition.won
            && definition.priority <= PLAIN
            && !definition.by_default
            && definition.condition.is_none()
            && hardens(&definition.value)
    };
    for dead in field.definitions.iter().filter(is_dead) {
        sink.report_at(
            &Origin::at(dead.place),
            format!(
                "`{} = {}` of {} does not hold: `{}` beats it",
                dead.option,
                dead.value,
                name(container),
                winner.value
            ),
        )
        .depends_on(holds.field())
        .related(&Origin::at(winner.place), "this one holds")
        .help(
            "Leave the weaker definition out where it is not needed, or this one, so that nobody trusts it.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    /// Of two options the last one holds.
    #[test]
    fn options_that_are_taken_back() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    extraOptions = [
      "--read-only"
    # ^^^^^^^^^^^^^ low: `--read-only` of `a` does not hold: `--read-only=false` beats it
      "--read-only=false"
      "--user=1000"
    # ^^^^^^^^^^^^^ low: `--user=1000` of `a` does not hold: `--user=0` beats it
      "--user=0"
      "--security-opt=seccomp=/a.json"
    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ low: `--security-opt=seccomp=/a.json` of `a` does not hold: `--security-opt=seccomp=unconfined` beats it
      "--security-opt=no-new-privileges"
      "--security-opt=seccomp=unconfined"
    ];
  };
  virtualisation.oci-containers.containers.b = { image = "a:1"; extraOptions = [ "--read-only=false" "--read-only" "--user=0" "--user=1000" ]; };
}
"#,
        );
    }

    #[test]
    fn in_another_file() {
        check(
            &RULE,
            r#"
{
  imports = [ ./debug.nix ];
  containers.web = { privateUsers = "pick"; privateNetwork = true; config = { }; };
                                  # ^^^^^^ low: `privateUsers = "pick"` of `web` does not hold: `"no"` beats it
                                                           # ^^^^ low: `privateNetwork = true` of `web` does not hold: `false` beats it
}
#- /debug.nix
{ lib, ... }: { containers.web = { privateUsers = lib.mkForce "no"; privateNetwork = lib.mkForce false; }; }
"#,
        );
    }

    #[test]
    fn privileged() {
        check(
            &RULE,
            r#"
{ lib, ... }: lib.mkMerge [
  { virtualisation.oci-containers.containers.web = { image = "a:1"; privileged = false; }; }
                                                                               # ^^^^^ low: `privileged = false` of `web` does not hold: `true` beats it
  { virtualisation.oci-containers.containers.web.privileged = lib.mkOverride 90 true; }
]
"#,
        );
    }

    #[test]
    fn what_holds_or_is_a_default() {
        check_none(
            &RULE,
            r#"
{ config, lib, ... }: lib.mkMerge [
  { containers.web = { privateUsers = lib.mkDefault "pick"; privateNetwork = true; config = { }; }; }
  { containers.web = { privateUsers = "no"; }; }
  { containers.db = { privateUsers = "no"; config = { }; }; }
  { containers.db.privateUsers = lib.mkForce "pick"; }
  { containers.mail = { privateUsers = lib.mkIf config.my.safe "pick"; config = { }; }; }
  { containers.mail.privateUsers = lib.mkForce "identity"; }
]
"#,
        );
    }
}
