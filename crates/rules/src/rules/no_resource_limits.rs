//! no-resource-limits

use crate::about::hardening::{options, report_unsaid};
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Field, RunOption, Surface, SystemKind};

declare_rule! {
    /// ## What it flags
    /// A container without a limit of memory (`--memory`, `Memory=`; of a quadlet also `MemoryMax=` or `MemoryHigh=` of its
    /// service, in whose control group Podman leaves it).
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
    let in_unit = is_in_its_unit(ctx, container);
    let words = (
        "may take all memory of the host",
        match in_unit {
            true => "Say `--memory=SIZE`, or `MemoryMax` of its service.",
            false => "Say `--memory=SIZE`.",
        },
    );
    let mut said = options(container, "memory");
    if in_unit {
        let limits = container.service_limits.iter().filter(|field| !is_none(field));
        said.extend(limits.cloned());
    }
    report_unsaid(ctx, container, &said, words, sink);
}

/// Does a limit say that there is none?
fn is_none(field: &Field<RunOption>) -> bool {
    field
        .value()
        .is_some_and(|limit| limit.value.pattern() == "infinity")
}

/// Are the processes of a container in the control group of its unit? Podman's generator leaves them there, unless another mode
/// is asked for. oci-containers asks for one, and so does quadlet-nix for a user whose unit the system's manager runs.
fn is_in_its_unit(ctx: &Ctx<'_>, container: &Container) -> bool {
    let is_unit = match container.surface {
        Surface::Quadlet | Surface::HomeManagerPodman => true,
        Surface::QuadletNix => {
            ctx.system(container).kind == SystemKind::Home || container.rootful.value() == Some(&true)
        }
        _ => false,
    };
    let modes = options(container, "cgroups");
    let is_split = |mode: &Field<RunOption>| mode.value().is_some_and(|mode| mode.value.pattern() == "split");
    is_unit && modes.last().is_none_or(is_split)
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

    /// Podman leaves what a quadlet runs in the control group of the unit.
    #[test]
    fn a_limit_of_the_service() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.api = { containerConfig.image = "a:1"; serviceConfig.MemoryMax = "256M"; };
  virtualisation.quadlet.containers.raw.rawConfig = "[Container]\nImage=a:1\n[Service]\nMemoryHigh=1G\n";
  services.podman.containers.own = { image = "a:1"; extraConfig.Service.MemoryMax = 268435456; };
  environment.etc."containers/systemd/web.container".text = ''
    [Container]
    Image=a:1
    [Service]
    MemoryMax=1G
  '';
}
"#,
        );
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  virtualisation.oci-containers.containers.web = { image = "a:1"; };
                                         # ^^^ info: `web` may take all memory of the host
  systemd.services.podman-web.serviceConfig.MemoryMax = "1G";
  virtualisation.quadlet.containers.api = { containerConfig.image = "a:1"; serviceConfig.MemoryMax = "infinity"; };
                                  # ^^^ info: `api` may take all memory of the host
  virtualisation.quadlet.containers.own = { containerConfig = { image = "a:1"; cgroupsMode = "enabled"; }; serviceConfig.MemoryMax = "1G"; };
                                  # ^^^ info: `own` may take all memory of the host
  virtualisation.quadlet.containers.app = { containerConfig.image = "a:1"; serviceConfig.TasksMax = 50; };
                                  # ^^^ info: `app` may take all memory of the host
}
"#,
        );
    }
}
