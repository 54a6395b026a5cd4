//! mount-propagation

use crate::about::power::{RootUser, has_capability, root_of};
use crate::about::words::name;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Mount};

declare_rule! {
    /// ## What it flags
    /// A volume whose mounts are shared with the host (`shared`, `rshared`), of a container that may mount: one with
    /// `CAP_SYS_ADMIN`, or a privileged one. `slave` and `rslave`, which show the host's mounts in the container, are fine.
    /// ## Why
    /// What such a container mounts below the directory appears on the host, too, for all programs: a file system of the
    /// container's own making, over whatever was there. Without the capability it mounts nothing.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.rclone = {
    ///     image = "docker.io/rclone/rclone:1.70";
    ///     volumes = [ "/srv:/srv:rshared" ];
    ///     extraOptions = [ "--cap-add=SYS_ADMIN" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.rclone = {
    ///     image = "docker.io/rclone/rclone:1.70";
    ///     volumes = [ "/srv:/srv:rslave" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: that the host sees the mounts is often what the container is for.
    pub static RULE = {
        id: "mount-propagation",
        summary: "mounts of a container that appear on the host",
        severity: Medium,
        group: Oci,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&["podman-shared-mounts"]),
        controls: Controls::Cover(&[Control::Cis("5.20")]),
        stakes: [Part x Command],
        attack: Attack::Typed {
            experiment: "podman-shared-mounts",
            command: "mount -t tmpfs none /data/below",
            gives: "on the host every program sees an empty file system there, in place of what it had",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    // In a user namespace it shares nothing with the host's mounts.
    if !container.is_oci()
        || root_of(ctx, container) != RootUser::Host
        || !has_capability(container, "CAP_SYS_ADMIN")
    {
        return;
    }
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        if !is_shared(field.get()) {
            continue;
        }
        let builder = sink.report(
            field,
            format!(
                "what {} mounts below `{}` appears on the host",
                name(container),
                field.get().source.display()
            ),
        )
        .severity(Severity::Medium)
        .help(
            "Every program of the host sees the file systems that it mounts there. If only the container has to see those of \
             the host, `rslave` is enough; else share an empty directory of its own.",
        );
        let by_name = container.capabilities.iter().find(|field| {
            field
                .said()
                .is_some_and(|name| name == "CAP_SYS_ADMIN" || name == "all")
        });
        match by_name {
            Some(capability) if container.privileged.said() != Some(&true) => builder.depends_on(capability),
            _ => builder.depends_on(&container.privileged),
        };
    }
}

fn is_shared(mount: &Mount) -> bool {
    let modes = ["shared", "rshared", "slave", "rslave", "private", "rprivate"];
    let mut said = mount.options.iter().map(|option| option.as_str());
    said.rfind(|option| modes.contains(option))
        .is_some_and(|mode| mode.ends_with("shared"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn shared_by_who_can_mount() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; privileged = true; volumes = [ "/srv:/srv:rw,rshared" ]; };
                                                                                               # ^^^^^^^^^^^^^^^^^^^^^^ medium: what `web` mounts below `/srv` appears on the host
}
"#,
        );
    }

    #[test]
    fn in_every_spelling() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    privileged = true;
    extraOptions = [
      "--mount=type=bind,src=/a,dst=/a,bind-propagation=rshared"
    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: what `a` mounts below `/a` appears on the host
      "--mount"
      "type=bind,source=/b,target=/b,bind-propagation=shared"
    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: what `a` mounts below `/b` appears on the host
      "-v=/c:/c:rw,rshared"
    # ^^^^^^^^^^^^^^^^^^^^^ medium: what `a` mounts below `/c` appears on the host
      "--mount=type=bind,src=/d,dst=/d,bind-propagation=rslave"
    ];
  };
  virtualisation.quadlet.containers.b.containerConfig = {
    image = "a:1";
    addCapabilities = [ "SYS_ADMIN" ];
    mounts = [ "type=bind,source=/e,destination=/e,bind-propagation=rshared" ];
             # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: what `b` mounts below `/e` appears on the host
  };
  environment.etc."containers/systemd/c.container".text = ''
    [Container]
    Image=docker.io/library/a:1
    AddCapability=SYS_ADMIN
    Mount=type=bind,source=/f,destination=/f,bind-propagation=shared
        # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: what `c` mounts below `/f` appears on the host
  '';
}
"#,
        );
    }

    #[test]
    fn not_without_the_right_to_mount() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/srv:/srv:rshared" ]; };
  virtualisation.oci-containers.containers.own = { image = "a:1"; privileged = true; volumes = [ "/srv:/srv:rslave" ]; };
  services.podman.containers.user = { image = "a:1"; extraPodmanArgs = [ "--privileged" ]; volumes = [ "/srv:/srv:shared" ]; };
}
"#,
        );
    }
}
