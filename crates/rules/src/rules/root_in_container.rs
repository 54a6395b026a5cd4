//! root-in-container

use crate::about::hardening::{options, report_unsaid};
use crate::about::power::is_ignored;
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Userns};

declare_rule! {
    /// ## What it flags
    /// A container of Podman or Docker for which no user is said (`user`, `--user`, `User=`), and no user namespace that
    /// keeps its root from the host's.
    /// ## Why
    /// Without one the image decides, and most images run as root. Root in the container is the first step of every
    /// escape: without it most flaws of the kernel and the engine are out of reach. Rootless it is the user who runs the
    /// container.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--user=1000:1000" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: whether the program works so is not known.
    pub static RULE = {
        id: "root-in-container",
        summary: "container whose program runs as root, as far as is said",
        severity: Info,
        group: Pedantic,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "podman-userns-host-is-the-default",
            "podman-uidmap",
            "podman-no-userns-setuid-root",
            "rootful-keep-id-is-nothing",
            "rootless-root-is-the-user",
            "quadlet-userns",
            "settings-userns",
        ]),
        controls: Controls::Cover(&[Control::Nsa("1.0")]),
        stakes: [Inside x Step],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    // A user namespace makes another user of its root, unless the engine takes no notice of it.
    let is_host = |userns: &Userns| *userns == Userns::Host || is_ignored(container, userns);
    if !container.userns.value().is_some_and(is_host) {
        return;
    }
    let words = (
        "runs as whoever its image says, mostly root",
        "Say `user`, if the image works with one, or let it have a user namespace (`--userns=auto`).",
    );
    report_unsaid(ctx, container, &options(container, "user"), words, sink);
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
                                         # ^^^ info: `web` runs as whoever its image says, mostly root
  services.podman.containers.own.image = "a:1";
                           # ^^^ info: `own` runs as whoever its image says, mostly root
  virtualisation.quadlet.containers.api.containerConfig.image = "a:1";
                                  # ^^^ info: `api` runs as whoever its image says, mostly root
}
"#,
        );
    }

    #[test]
    fn a_user_is_said() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; user = "1000:1000"; };
  virtualisation.oci-containers.containers.app = { image = "a:1"; extraOptions = [ "-u" "app" ]; };
  virtualisation.oci-containers.containers.auto = { image = "a:1"; extraOptions = [ "--userns=auto" ]; };
  services.podman.containers.own = { image = "a:1"; user = "1000"; };
  containers.guest.config = { };
}
"#,
        );
    }
}
