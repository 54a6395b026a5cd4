//! handwritten-podman-service

use crate::about::words::listed;
use nixpod_analysis::{Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Engine, SystemKind};

declare_rule! {
    /// ## What it flags
    /// A service whose command is a line of `podman run` that somebody wrote: `ExecStart` or `script` of a unit of NixOS or
    /// Home Manager. Services that do something and end (`Type=oneshot`, those of a timer) are none, nor are those that a
    /// module makes.
    /// ## Why
    /// Podman's generator, which the modules for quadlets use, adds what such a line mostly lacks: `Type=notify` with
    /// `--sdnotify=conmon`, so that what is ordered after the service waits until the container runs; `--replace`, without
    /// which a container that was left behind keeps the next of its name from starting; `--cgroups=split`, so that limits
    /// and `systemctl status` of the service are those of the container; and `PODMAN_SYSTEMD_UNIT`, without which
    /// podman-auto-update(1) does not know what to restart (podman-systemd.unit(5)). This is for knowing, not a fault.
    /// ## Bad
    /// ```nix
    /// {
    ///   systemd.services.web = {
    ///     wantedBy = [ "multi-user.target" ];
    ///     script = "podman run --name web --rm docker.io/library/nginx:1.27";
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.backend = "podman";
    ///   virtualisation.oci-containers.containers.web.image = "docker.io/library/nginx:1.27";
    /// }
    /// ```
    /// ```nix
    /// {
    ///   systemd.services.dump = {
    ///     startAt = "daily";
    ///     script = "podman run --rm docker.io/acme/dump:1.2";
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: what the line says has to be said by options.
    pub static RULE = {
        id: "handwritten-podman-service",
        summary: "service that runs podman by hand, where an option makes one",
        severity: Info,
        group: Users,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it is about what a line leaves out; what the generator adds is recorded in `testdata/commands`"),
        stakes: [Nothing x Itself],
        check: Container(check),
    }
}

/// What Podman's generator adds to the line, and what is lost where it is missing.
const ADDED: [(&str, &str); 3] = [
    (
        "sdnotify",
        "what is ordered after it does not wait for the container",
    ),
    (
        "replace",
        "a container that was left behind keeps it from starting",
    ),
    ("cgroups", "its limits are not the container's"),
];

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(service) = &container.service else { return };
    if container.engine.certain() != Some(&Engine::Podman) {
        return;
    }
    let system = ctx.system(container);
    let mut all = ctx.containers_of(system).iter();
    let is_of_it = |other: &&&Container| other.service.as_ref() == Some(service);
    if all.find(is_of_it).is_none_or(|first| first.id != container.id) {
        return;
    }
    let is_said = |name: &str| {
        let mut options = container.run_options.iter();
        options.any(|field| field.value().is_none_or(|option| option.name == name))
    };
    let lost = ADDED.iter().filter(|(name, _)| !is_said(name));
    let mut lost: Vec<String> = lost.map(|(_, lost)| (*lost).to_owned()).collect();
    if lost.len() == ADDED.len() {
        lost.truncate(2);
    }
    let is_rootless = system.kind == SystemKind::Home || container.rootful.certain() == Some(&false);
    let instead = match (system.kind, is_rootless) {
        (SystemKind::Home, _) => "`services.podman.containers` of Home Manager",
        (_, true) => "`podman.user` of `virtualisation.oci-containers`, or Home Manager's `services.podman`,",
        (_, false) => "`virtualisation.oci-containers` with `podman` as its backend",
    };
    let lost = match lost.is_empty() {
        true => String::new(),
        false => format!("As it is, {}. ", listed(&lost, 2)),
    };
    sink.report_at(&container.origin, format!("`{service}` runs podman by hand"))
        .help(format!(
            "{lost}{instead} makes the service with all that belongs to it."
        ));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn services_of_people() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  systemd.services.web.serviceConfig.ExecStart = "${pkgs.podman}/bin/podman run --name web --rm docker.io/library/nginx:1.27";
                                                              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info: `systemd.services.web` runs podman by hand
  systemd.services.two.script = ''
    podman run -d --name a docker.io/library/a:1
  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info: `systemd.services.two` runs podman by hand
    podman run --name b docker.io/library/b:1
  '';
}
"#,
        );
    }

    #[test]
    fn other_services() {
        check_none(
            &RULE,
            r#"
{ pkgs, lib, ... }: {
  systemd.services.once = { serviceConfig.Type = "oneshot"; script = "podman run --rm docker.io/acme/dump:1.2"; };
  systemd.services.daily = { startAt = "daily"; script = "podman run --rm docker.io/acme/dump:1.2"; };
  systemd.services.hourly.script = "podman run --rm docker.io/acme/dump:1.2";
  systemd.timers.hourly.timerConfig.OnCalendar = "hourly";
  systemd.services.before.preStart = "podman run --rm docker.io/acme/dump:1.2";
  systemd.services.image.script = "podman build --device=/dev/kvm -t acme .";
  systemd.services.whale.script = "docker run --rm docker.io/acme/dump:1.2";
  systemd.services.off = { enable = false; script = "podman run --rm docker.io/acme/dump:1.2"; };
  virtualisation.oci-containers.containers.web.image = "docker.io/library/nginx:1.27";
  environment.systemPackages = [ (pkgs.writeShellScriptBin "tool" "podman run --rm docker.io/acme/tool:1") ];
}
"#,
        );
    }
}
