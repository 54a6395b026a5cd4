//! root-in-container

use crate::about::hardening::{is_hardenable, options, report_unsaid};
use crate::about::power::is_ignored;
use crate::about::words::name;
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Text, Userns};

declare_rule! {
    /// ## What it flags
    /// A container of Podman or Docker for which no user is said (`user`, `--user`, `User=`), or root by its name or number
    /// (`0:0`), and no user namespace that keeps its root from the host's.
    /// ## Why
    /// Without one the image decides, and most images run as root. Root in the container is the first step of every
    /// escape: without it most flaws of the kernel and the engine are out of reach. Rootless it is the user who runs the
    /// container.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; }; }
    /// ```
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; user = "0:0"; }; }
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
    let said = options(container, "user");
    // The last one holds; what stands under a condition may give way to one before it.
    let last = said.last().and_then(|field| field.written());
    if let Some(last) = last.filter(|last| is_root(&last.get().value)) {
        if is_hardenable(ctx, container) {
            sink.report(
                last,
                format!("{} runs as root, as its user says", name(container)),
            )
            .depends_on(&container.userns)
            .help(HELP);
        }
        return;
    }
    let words = ("runs as whoever its image says, mostly root", HELP);
    report_unsaid(ctx, container, &said, words, sink);
}

const HELP: &str =
    "Say another `user`, if the image works with one, or let it have a user namespace (`--userns=auto`).";

/// Is the user id 0 by its name or number, whatever group is said?
fn is_root(user: &Text) -> bool {
    let user = user.as_known().unwrap_or_default();
    let user = user.split(':').next().unwrap_or_default();
    user == "root" || !user.is_empty() && user.chars().all(|digit| digit == '0')
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
    fn root_is_said() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; user = "0:0"; };
                                                                       # ^^^^^ info: `web` runs as root, as its user says
  virtualisation.oci-containers.containers.app = { image = "a:1"; extraOptions = [ "--user" "0" ]; };
                                                                                          # ^^^ info: `app` runs as root, as its user says
  virtualisation.quadlet.containers.api.containerConfig = { image = "a:1"; user = "root"; };
                                                                                # ^^^^^^ info: `api` runs as root, as its user says
}
"#,
        );
    }

    /// A setting of the engine gives a user namespace to all that say nothing else.
    #[test]
    fn a_namespace_by_a_setting() {
        check(
            &RULE,
            r#"
{
  virtualisation.containers.containersConf.settings.containers.userns = "auto";
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = { image = "a:1"; user = "0"; };
  virtualisation.oci-containers.containers.app = { image = "a:1"; extraOptions = [ "--userns=host" ]; };
                                         # ^^^ info: `app` runs as whoever its image says, mostly root
  virtualisation.quadlet.containers.api.containerConfig.image = "a:1";
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
  virtualisation.oci-containers.containers.last = { image = "a:1"; user = "0:0"; extraOptions = [ "--user=1000" ]; };
  virtualisation.oci-containers.containers.mapped = { image = "a:1"; user = "0:0"; extraOptions = [ "--userns=auto" ]; };
  services.podman.containers.own = { image = "a:1"; user = "1000"; };
  containers.guest.config = { };
}
"#,
        );
    }
}
