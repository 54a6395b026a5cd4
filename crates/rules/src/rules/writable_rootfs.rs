//! writable-rootfs

use crate::about::hardening::{options, report_unsaid};
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// A container whose root file system is writable: no `--read-only` (`ReadOnly=true` in quadlets).
    /// ## Why
    /// Who takes over the program in it can put others beside it, which stay until the container is made anew. With a
    /// read-only root file system only volumes, /tmp and /dev/shm are writable.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--read-only" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: whether the program works so is not known.
    pub static RULE = {
        id: "writable-rootfs",
        summary: "container that may change its own programs",
        severity: Info,
        group: Pedantic,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "podman-read-only-rootfs",
        ]),
        controls: Controls::Cover(&[Control::Nsa("1.1")]),
        stakes: [Inside x Step],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let words = (
        "may write to its whole file system",
        "Say `--read-only`, and give the program volumes or `--tmpfs` for what it writes.",
    );
    report_unsaid(ctx, container, &options(container, "read-only"), words, sink);
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
                                         # ^^^ info: `web` may write to its whole file system
  services.podman.containers.own.image = "a:1";
                           # ^^^ info: `own` may write to its whole file system
  virtualisation.quadlet.containers.api.containerConfig.image = "a:1";
                                  # ^^^ info: `api` may write to its whole file system
}
"#,
        );
    }

    #[test]
    fn it_is_read_only() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--read-only" ]; };
  virtualisation.quadlet.containers.api.containerConfig = { image = "a:1"; readOnly = true; };
  services.podman.containers.own = { image = "a:1"; extraConfig.Container.ReadOnly = true; };
  containers.guest.config = { };
}
"#,
        );
    }
}
