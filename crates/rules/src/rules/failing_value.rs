//! failing-value

use crate::about::words::{listed, name};
use nixpod_analysis::{Ctx, Sink, declare_rule};
use nixpod_model::Container;
use nixpod_source::Origin;

declare_rule! {
    /// ## What it flags
    /// An option of a container whose value Nix cannot evaluate: a value of another type than the option has, a `throw`, an
    /// operator on the wrong kind of value, a value that needs itself.
    /// ## Why
    /// The configuration cannot be built. What the option was to do is not known, so no other rule looks at it.
    ///
    /// Only what fails in any case is flagged, and not what merely could not be known here. A missing attribute is told as
    /// not analysed: a module that was not seen may be what has it.
    /// ## Bad
    /// ```nix
    /// { containers.web = { bindMounts."/data".hostPath = 5; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { containers.web = { bindMounts."/data".hostPath = "/srv/5"; config = { }; }; }
    /// ```
    /// ## Fix safety
    /// No fix: only you know which value was meant.
    pub static RULE = {
        id: "failing-value",
        summary: "option whose value Nix cannot evaluate",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        stakes: [Service x Itself],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    for facts in container.unknown() {
        let Some(message) = facts.why.failure() else {
            continue;
        };
        let Some(place) = facts.place.filter(|_| facts.fails) else {
            continue;
        };
        let questions: Vec<String> = facts.questions.iter().map(|one| (*one).to_owned()).collect();
        let mut builder = sink
            .report_at(
                &Origin::at(place),
                format!("Nix cannot evaluate this option of {}", name(container)),
            )
            .help(format!(
                "Its message is: {message}. What is not known for it: {}.",
                listed(&questions, 3)
            ))
            .tells_gap()
            .if_all_seen(&ctx.system(container).seen);
        for other in facts.also {
            builder = builder.related(&Origin::at(other), "it is also defined here");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn what_fails_in_any_case() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    config = { };
    bindMounts."/x".hostPath = 5;
                  # ^^^^^^^^ medium: Nix cannot evaluate this option of `web`
    allowedDevices = [ ] // [ ];
  # ^^^^^^^^^^^^^^ medium: Nix cannot evaluate this option of `web`
    privateNetwork = throw "no";
  # ^^^^^^^^^^^^^^ medium: Nix cannot evaluate this option of `web`
    privateUsers = -1;
  # ^^^^^^^^^^^^ medium: Nix cannot evaluate this option of `web`
  };
  virtualisation.oci-containers.containers.app = {
    image = "docker.io/a/b:1";
    volumes = "/a:/b";
  # ^^^^^^^ medium: Nix cannot evaluate this option of `app`
    extraOptions = [ "--privileged" ] + [ ];
  # ^^^^^^^^^^^^ medium: Nix cannot evaluate this option of `app`
    environment.PORT = 80;
              # ^^^^ medium: Nix cannot evaluate this option of `app`
    environment.KEY = throw "no";
              # ^^^ medium: Nix cannot evaluate this option of `app`
    ports = [ "80:80" 81 ];
  # ^^^^^ medium: Nix cannot evaluate this option of `app`
  };
}
"#,
        );
    }

    #[test]
    fn a_container_that_fails_as_a_whole_is_one_finding() {
        check(
            &RULE,
            r#"
{ containers.web = null; }
           # ^^^ medium: Nix cannot evaluate this option of `web`
"#,
        );
    }

    #[test]
    fn what_is_only_not_known() {
        check_none(
            &RULE,
            r#"
{ config, inputs, lib, ... }:
{
  containers.db.hostBridge = config.networking.bridges.br0.name;
  containers.mail.hostBridge = { }.name;
  containers.web = {
    config = { };
    bindMounts."/x".hostPath = config.my.path;
    allowedDevices = inputs.x.devices;
    privateNetwork = lib.mkIf config.my.enable (throw "no");
    extraFlags = if config.my.enable then throw "no" else [ ];
    privateUsers = builtins.fetchurl "https://example.org";
  };
  virtualisation.oci-containers.containers.app = {
    image = "docker.io/a/b:1";
    volumes = [ "${./missing}:/b" ];
    environmentFiles = lib.mkIf inputs.x.on null;
    environment = lib.mkIf false (throw "no");
  };
  virtualisation.quadlet.containers.q.containerConfig = { image = "docker.io/a/b:1"; Network = { }; };
}
"#,
        );
    }
}
