//! store-in-container

use crate::about::paths::host_path;
use crate::about::words::name;
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Surface};

declare_rule! {
    /// ## What it flags
    /// The whole Nix store bound into a container that runs an image, writable or not. Guests of systemd-nspawn always have
    /// it, and so have a NixOS that runs from its host's store (`--rootfs`) and services of arion (`useHostStore`).
    /// ## Why
    /// Everything that the configuration of the host put into its store can be read there: files with passwords that were
    /// written by Nix, units, and the sources of the configuration itself. Paths of the store that the program needs can be
    /// bound one by one, or packed into an image.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.builder = {
    ///     image = "docker.io/library/builder:1";
    ///     volumes = [ "/nix/store:/nix/store:ro" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// { pkgs, ... }: {
    ///   virtualisation.oci-containers.containers.builder = {
    ///     image = "docker.io/library/builder:1";
    ///     volumes = [ "${pkgs.hello}:/opt/hello:ro" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which paths are needed is not known.
    pub static RULE = {
        id: "store-in-container",
        summary: "whole Nix store readable in an OCI container",
        severity: Low,
        group: Secrets,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&["store-copies-are-readable"]),
        controls: Controls::Cover(&[Control::Cis("5.6"), Control::Attack("T1552.001")]),
        stakes: [Account x Weakness],
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    // A NixOS that runs from the store of its host has no image, and needs the store; so do arion's services with
    // `useHostStore`, which is what arion is for.
    if !container.is_oci() || container.image.is_none() || container.surface == Surface::Arion {
        return;
    }
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let source = &field.get().source;
        if !host_path(source).is_some_and(|path| path.is_system("nix") || path.is_system("nix/store")) {
            continue;
        }
        sink.report(
            field,
            format!("{} can read the whole Nix store in `{}`", name(container), source.display()),
        )
        .help(
            "Whatever secret the host's configuration wrote into its store can be read there. Bind the paths that the program \
             needs, such as `${pkgs.hello}`, or pack them into an image.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn the_whole() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/nix/store:/nix/store:ro" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^^^^ low: `web` can read the whole Nix store in `/nix/store`
}
"#,
        );
    }

    #[test]
    fn a_part() {
        check_none(
            &RULE,
            r#"
{ pkgs, ... }: {
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "${pkgs.hello}:/hello" "nix:/nix" ]; };
  containers.own.config = { };
}
"#,
        );
    }
}
