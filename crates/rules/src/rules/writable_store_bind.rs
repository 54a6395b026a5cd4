//! writable-store-bind

use crate::about::paths::host_path;
use crate::about::power::{RootUser, has_capability, inner_user, root_of, root_there};
use crate::about::words::name;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// The Nix store or Nix' own state bound writable into a container whose root is root of the host: `/nix`, `/nix/var`,
    /// `/nix/var/nix`, the profiles below it, and `/nix/store` itself for a container that may mount. Where the program of
    /// the container runs as another user than root it is medium: it has to become root inside first.
    /// ## Why
    /// The programs of the host are in the store, and which of them run is said in `/nix/var/nix/profiles`: whoever writes
    /// either has a program run as root of the host at the next start at the latest. NixOS mounts the store itself
    /// read-only, which root undoes with `CAP_SYS_ADMIN`; every guest of systemd-nspawn has that.
    /// ## Bad
    /// ```nix
    /// { containers.ci = { bindMounts."/nix/var/nix" = { hostPath = "/nix/var/nix"; isReadOnly = false; }; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { containers.ci = { privateUsers = "pick"; config = { }; }; }
    /// ```
    /// ## Fix safety
    /// No fix: what the container does with the store is not known.
    pub static RULE = {
        id: "writable-store-bind",
        summary: "Nix store or its state bound writable into a container",
        severity: Critical,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nspawn-plants-setuid-root",
            "nspawn-read-only-bind-remounted",
            "podman-sys-admin",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.6"), Control::Attack("T1611")]),
        stakes: [HostRoot x Command, HostRoot x Weakness],
        attack: Attack::Typed {
            experiment: "nspawn-plants-setuid-root",
            command: "echo x > /host/new && chmod 4755 /host/new",
            gives: "a program with set-user-id that is owned by the host's root",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let is_root = root_of(ctx, container) == RootUser::Host;
    let user = inner_user(container).filter(|_| container.is_oci());
    // The root of a user namespace cannot make a mount of the host writable.
    let may_mount = is_root && (container.nspawn.is_some() || has_capability(container, "CAP_SYS_ADMIN"));
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let mount = field.get();
        // Root owns all of it, so that each mapping of ids makes root of the container's root.
        let is_root_there = root_there(ctx, container, mount, true) == RootUser::Host;
        if mount.read_only || mount.unclear_access.is_some() || !is_root_there {
            continue;
        }
        let Some(path) = host_path(&mount.source) else {
            continue;
        };
        let what = match path.rest().as_str() {
            "nix" => "the Nix store and its state",
            "nix/store" if may_mount => "the Nix store",
            "nix/var" | "nix/var/nix" | "nix/var/nix/db" | "nix/var/nix/profiles" => {
                "what Nix keeps of its store"
            }
            _ => continue,
        };
        let finding = sink
            .report(
                field,
                format!(
                    "{} can change {what} in `{}`",
                    name(container),
                    mount.source.display()
                ),
            )
            .severity(match user {
                // The store is root's, so that it needs a way to root inside first.
                Some(_) => Severity::Medium,
                None => Severity::Critical,
            });
        match is_root {
            true => finding.depends_on(&container.userns).help(
                "Whoever writes there chooses the programs that run as root of the host. Bind it read-only, and let the \
                 host's daemon build; run the container in a user namespace, or it undoes that.",
            ),
            false => finding.help(
                "The bind maps the container's root to the host's root, who owns it, in spite of the user namespace, and \
                 whoever writes there chooses the programs that run as root of the host. Bind it read-only, and let the \
                 host's daemon build.",
            ),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_guests_and_engines() {
        check(
            &RULE,
            r#"
{
  containers.ci = { bindMounts."/nix/store" = { hostPath = "/nix/store"; isReadOnly = false; }; config = { }; };
                                                         # ^^^^^^^^^^^^ critical: `ci` can change the Nix store in `/nix/store`
  virtualisation.oci-containers.containers.runner = { image = "a:1"; volumes = [ "/nix:/nix" ]; };
                                                                               # ^^^^^^^^^^^ critical: `runner` can change the Nix store and its state in `/nix`
}
"#,
        );
    }

    /// A mapping of ids gives the root of a user namespace what the host's root owns.
    #[test]
    fn through_a_mapping_of_ids() {
        check(
            &RULE,
            r#"
{
  containers.a = { privateUsers = "pick"; bindMounts."/n:idmap" = { hostPath = "/nix/var"; isReadOnly = false; }; config = { }; };
                                                                             # ^^^^^^^^^^ critical: `a` can change what Nix keeps of its store in `/nix/var`
  containers.b = { privateUsers = "pick"; extraFlags = [ "--bind=/nix/var/nix/profiles:/p:rootidmap" ]; config = { }; };
                                                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ critical: `b` can change what Nix keeps of its store in `/nix/var/nix/profiles`
  containers.c = { privateUsers = "pick"; bindMounts."/n:idmap" = { hostPath = "/nix/var"; isReadOnly = true; }; config = { }; };
  containers.d = { privateUsers = "pick"; bindMounts."/n:noidmap" = { hostPath = "/nix/var"; isReadOnly = false; }; config = { }; };
}
"#,
        );
    }

    #[test]
    fn of_another_user() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.runner = { image = "a:1"; user = "1000:1000"; volumes = [ "/nix:/nix" ]; };
                                                                                                   # ^^^^^^^^^^^ medium: `runner` can change the Nix store and its state in `/nix`
}
"#,
        );
    }

    #[test]
    fn read_only_and_confined() {
        check_none(
            &RULE,
            r#"
{
  containers.ci = { bindMounts."/nix/var" = { hostPath = "/nix/var"; isReadOnly = true; }; config = { }; };
  containers.pick = { privateUsers = "pick"; bindMounts."/nix" = { hostPath = "/nix"; isReadOnly = false; }; config = { }; };
  virtualisation.oci-containers.containers.runner = { image = "a:1"; volumes = [ "/nix/store:/nix/store" "/nix/var:/nix/var:ro" "nix:/nix" ]; };
}
"#,
        );
    }
}
