//! no-resource-limits

use crate::about::hardening::{options, report_unsaid};
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// A container without a limit of memory (`--memory`, `Memory=`).
    /// ## Why
    /// A program with a leak, or one that is made to need much, takes the memory of the host until the kernel stops
    /// something, which may be another service. Podman limits the number of processes by itself, and memory only if it is
    /// told to.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--memory=1g" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: whether the program works so is not known.
    pub static RULE = {
        id: "no-resource-limits",
        summary: "container that may take all memory of the host",
        severity: Info,
        group: Pedantic,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it needs the controllers of memory and pids in the unified hierarchy of control groups, which the machine of the lab does not have"),
        controls: Controls::Cover(&[Control::Cis("5.11"), Control::Nsa("4.1")]),
        stakes: [Part x Weakness],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let words = (
        "may take all memory of the host",
        "Say `--memory=SIZE`, or `MemoryMax` of its service.",
    );
    report_unsaid(ctx, container, &options(container, "memory"), words, sink);
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
                                         # ^^^ info: `web` may take all memory of the host
  services.podman.containers.own.image = "a:1";
                           # ^^^ info: `own` may take all memory of the host
  virtualisation.quadlet.containers.api.containerConfig.image = "a:1";
                                  # ^^^ info: `api` may take all memory of the host
}
"#,
        );
    }

    #[test]
    fn a_limit_is_said() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--memory=1g" ]; };
  virtualisation.oci-containers.containers.app = { image = "a:1"; extraOptions = [ "-m" "512m" ]; };
  virtualisation.quadlet.containers.api.containerConfig = { image = "a:1"; memory = "1g"; };
  containers.guest.config = { };
}
"#,
        );
    }
}
