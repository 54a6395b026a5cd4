//! capabilities-not-dropped

use crate::about::hardening::report_unsaid;
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// A container that drops no capability.
    /// ## Why
    /// Podman gives a container 11 capabilities and Docker 14, among them those to change owners and to take any user's
    /// id; a program that listens on a port above 1023 needs none of them. What is not there cannot be used by whoever
    /// takes the program over.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--cap-drop=ALL" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: whether the program works so is not known.
    pub static RULE = {
        id: "capabilities-not-dropped",
        summary: "container that keeps all capabilities that its engine gives",
        severity: Info,
        group: Pedantic,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "podman-default-capabilities",
            "podman-cap-conflicts",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.4")]),
        stakes: [Inside x Step],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let words = (
        "keeps every capability that its engine gives",
        "Drop all (`--cap-drop=ALL`) and add back what the program asks for.",
    );
    report_unsaid(ctx, container, &container.dropped_capabilities, words, sink);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn nothing_is_said() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; };
                                         # ^^^ info: `web` keeps every capability that its engine gives
  services.podman.containers.own.image = "a:1";
                           # ^^^ info: `own` keeps every capability that its engine gives
  virtualisation.quadlet.containers.api.containerConfig.image = "a:1";
                                  # ^^^ info: `api` keeps every capability that its engine gives
}
"#,
        );
    }

    #[test]
    fn some_are_dropped() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--cap-drop=ALL" ]; };
  virtualisation.oci-containers.containers.app = { image = "a:1"; capabilities.CHOWN = false; };
  virtualisation.quadlet.containers.api.containerConfig = { image = "a:1"; dropCapabilities = [ "all" ]; };
  containers.guest.config = { };
}
"#,
        );
    }

    /// All that is said of the container is in its unit.
    #[test]
    fn a_unit_by_itself() {
        check(
            &RULE,
            "
#- /web.container
[Container]
#^^^^^^^^^ info: `web` keeps every capability that its engine gives
Image=ghcr.io/example/cloud:2
",
        );
    }

    /// The steps of a build are no container to harden.
    #[test]
    fn builds() {
        check_none(
            &RULE,
            r#"
{ environment.etc."containers/systemd/web.build".text = "[Build]\nImageTag=localhost/web\nVolume=/srv:/srv\n"; }
"#,
        );
    }
}
