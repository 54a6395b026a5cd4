//! overridden-hardening

use crate::about::words::name;
use nixpod_analysis::{Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Definition, Field, Userns};
use nixpod_source::Origin;

declare_rule! {
    /// ## What it flags
    /// A definition that makes a container safer and that another one beats: `privateUsers`, `privateNetwork = true` or
    /// `privileged = false`, where `lib.mkForce` or `lib.mkOverride` elsewhere says the opposite. Defaults (`lib.mkDefault`) are
    /// meant to be beaten and are left out.
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
    beaten(
        container,
        &container.privileged,
        |privileged| *privileged,
        |value| value == "false",
        sink,
    );
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
    let is_dead = |definition: &&Definition| {
        !definition.won
            && definition.priority <= PLAIN
            && definition.condition.is_none()
            && hardens(&definition.value)
    };
    let Some(winner) = field.definitions.iter().find(|definition| definition.won) else {
        return;
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
