//! credential-directory-bind

use crate::about::credentials::credentials;
use crate::about::paths::{HostPath, host_path, is_of_root};
use crate::about::power::{RootUser, is_in_home_of_another, maps_ids, root_of};
use crate::about::words::name;
use nixpod_analysis::{Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Mount, Userns};

declare_rule! {
    /// ## What it flags
    /// Binds of the places where programs keep keys and passwords:
    ///
    /// - of a user: `~/.ssh` and every file in it but public keys, `known_hosts` and `config`; `~/.gnupg`, `~/.aws`, `~/.kube`;
    ///   profiles of browsers;
    /// - of single programs of a user: `~/.docker`, `~/.claude`, `~/.codex`, `~/.npmrc`, `~/.config/gh`, `~/.config/rclone`,
    ///   `~/.terraform.d`;
    /// - of the host: `/var/lib/acme` as a whole, `/var/lib/tailscale`, `/run/keys` and others, and the keys by which sops-nix
    ///   or agenix decrypt its secrets.
    /// ## Why
    /// Whoever takes over a program in the container has them, and logs in elsewhere as the user or the host. Reading is
    /// enough: read-only changes nothing. A container that runs the program whose own they are is not found, such as
    /// Tailscale's with Tailscale's state.
    /// ## Bad
    /// ```nix
    /// { services.podman.containers.web = { image = "docker.io/library/web:1"; volumes = [ "%h/.ssh:/root/.ssh:ro" ]; }; }
    /// ```
    /// ```nix
    /// {
    ///   containers.ci = {
    ///     privateUsers = "pick";
    ///     bindMounts."/root/.aws".hostPath = "/home/alice/.aws";
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   services.podman.containers.web = {
    ///     image = "docker.io/library/web:1";
    ///     volumes = [ "%h/.ssh/known_hosts:/root/.ssh/known_hosts:ro" ];
    ///     extraPodmanArgs = [ "--secret=deploy-key,target=/root/.ssh/id_ed25519,mode=0400" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which of the keys the program needs is not known.
    pub static RULE = {
        id: "credential-directory-bind",
        summary: "keys or passwords of a user or of the host bound into a container",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "ssh-directory-is-the-key",
            "nspawn-root-only-files-under-pick",
            "podman-volume-forms",
            "rootless-cannot-exceed-the-user",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.6"), Control::Attack("T1552.001")]),
        stakes: [Account x Command, Account x Step, Account x Weakness],
        attack: Attack::Typed {
            experiment: "ssh-directory-is-the-key",
            command: "cat /keys/id_ed25519",
            gives: "the private key, also through a read-only bind",
        },
        check: Container(check),
    }
}

const HELP: &str = "Reading them is enough to log in elsewhere as their owner, so read-only changes nothing. Give the program a key of \
    its own that opens only what it needs, as a secret of the engine or of sops-nix.";

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let mount = field.get();
        if decrypts(ctx, container, mount) {
            sink.report(
                field,
                format!(
                    "{} gets `{}`, by which the host decrypts its secrets",
                    name(container),
                    mount.source.display()
                ),
            )
            .severity(Severity::High)
            .help("With it every secret that is encrypted to the host can be read, and not only this container's.");
            continue;
        }
        let Some(path) = host_path(&mount.source) else {
            continue;
        };
        let Some(found) = credentials(&path) else {
            continue;
        };
        // What starts programs when it is written to is worse by that: sensitive-bind says it.
        let starts_programs = !mount.read_only && path.rest() == ".claude";
        if starts_programs || found.program.is_some_and(|program| runs(container, program)) {
            continue;
        }
        let is_nobody = root_of(ctx, container) == RootUser::Confined;
        let is_closed = is_nobody && (found.owned_by_root || is_of_root(&mount.source))
            || is_nobody && is_of_its_owner_alone(&path) && is_nobody_to_users(container, mount)
            || is_in_home_of_another(ctx, container, mount);
        let severity = match (is_closed, found.severity) {
            (true, _) => Severity::Low,
            (false, severity) => severity,
        };
        let confidence = match path.vague {
            true => Confidence::Medium,
            false => Confidence::High,
        };
        sink.report(
            field,
            format!(
                "{} gets {} `{}`",
                name(container),
                found.what,
                mount.source.display()
            ),
        )
        .severity(severity)
        .at_most(confidence, "a part of the path is not known")
        .help(HELP);
    }
}

/// Programs make these with the mode 0700, so that nobody but their owner and root comes in.
fn is_of_its_owner_alone(path: &HostPath) -> bool {
    let rest = path.rest();
    let mut segments = rest.split('/');
    segments.any(|segment| matches!(segment, ".ssh" | ".gnupg"))
}

/// Are the users of a container, whose root is none of the host, nobody to those of the host? What Podman runs for a user is
/// that user, and a mapping of ids makes it the owner.
fn is_nobody_to_users(container: &Container, mount: &Mount) -> bool {
    let has_users = container.nspawn.is_some() || container.rootful.value() == Some(&true);
    let is_picked = container.userns.value() == Some(&Userns::Pick);
    has_users && is_picked && !maps_ids(mount)
}

/// Is it a key that the host's manager of secrets names? SSH host keys are told by their place already.
fn decrypts(ctx: &Ctx<'_>, container: &Container, mount: &Mount) -> bool {
    let keys = ctx.outermost(&container.system).decryption_keys.iter();
    let source = mount.source.as_known();
    let is_host_key = |path: &str| path.contains("/ssh_host_");
    let mut keys = keys.filter_map(|key| key.said()?.as_known());
    source.is_some_and(|source| !is_host_key(&source) && keys.any(|key| key == source))
}

/// Is the program what the container is for, as its image or its name says?
fn runs(container: &Container, program: &str) -> bool {
    let image = container.image.as_ref().and_then(|image| image.value());
    let image = image.map(|image| image.reference.pattern().to_ascii_lowercase());
    // The registry says nothing of what is in it, and most images are from docker.io.
    let image = image.map(|image| match image.split_once('/') {
        Some((registry, rest)) if registry.contains(['.', ':']) || registry == "localhost" => rest.to_owned(),
        _ => image,
    });
    image.is_some_and(|image| image.contains(program))
        || container.name.to_ascii_lowercase().contains(program)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    /// An image from `docker.io` is for anything.
    #[test]
    fn of_programs() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "docker.io/library/web:1"; volumes = [ "/home/ann/.docker:/d:ro" ]; };
                                                                                                # ^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` gets a user's keys or passwords in `/home/ann/.docker`
  virtualisation.oci-containers.containers.run = { image = "docker.io/library/docker:27-dind"; volumes = [ "/home/ann/.docker:/d:ro" ]; };
  virtualisation.oci-containers.containers.own = { image = "docker.io/library/own:1"; volumes = [ "/home/ann/.vault-token:/t:ro" ]; };
                                                                                                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `own` gets a user's keys or passwords in `/home/ann/.vault-token`
}
"#,
        );
    }

    #[test]
    fn of_users() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.web = { image = "a:1"; volumes = [ "%h/.ssh/deploy:/key:ro" ]; };
                                                              # ^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` gets a user's keys or passwords in `%h/.ssh/deploy`
  virtualisation.oci-containers.containers.app = { image = "a:1"; volumes = [ "/home/ann/.kube:/kube" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^ high: `app` gets a user's keys or passwords in `/home/ann/.kube`
  virtualisation.oci-containers.containers.ci = { image = "a:1"; volumes = [ "/root/.docker/config.json:/c.json:ro" ]; };
                                                                           # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `ci` gets a user's keys or passwords in `/root/.docker/config.json`
}
"#,
        );
    }

    /// A unit with a user's number is one of that user's manager, and `%h` is the user's home.
    #[test]
    fn of_units_for_a_user() {
        check(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.x = {
    uid = 1000;
    containerConfig = { Image = "docker.io/a/b:1"; Volume = [ "%h/.ssh:/s" ]; };
                                                            # ^^^^^^^^^^^^ high: `x` gets a user's keys or passwords in `%h/.ssh`
  };
  users.users.ann = { isNormalUser = true; uid = 1000; linger = true; };
}
"#,
        );
    }

    /// Whoever is nobody on the host does not come into a folder of the mode 0700.
    #[test]
    fn of_users_that_it_is_not() {
        check(
            &RULE,
            r#"
{
  containers.x = {
    privateUsers = "pick";
    bindMounts."/a".hostPath = "/home/ann/.ssh";
                             # ^^^^^^^^^^^^^^^^ low: `x` gets a user's keys or passwords in `/home/ann/.ssh`
    bindMounts."/b:idmap".hostPath = "/home/bob/.ssh";
                                   # ^^^^^^^^^^^^^^^^ high: `x` gets a user's keys or passwords in `/home/bob/.ssh`
    config = { };
  };
  virtualisation.oci-containers.containers.y = { image = "a:1"; volumes = [ "/home/ann/.ssh:/o" ]; extraOptions = [ "--userns=auto" ]; };
                                                                          # ^^^^^^^^^^^^^^^^^^^ low: `y` gets a user's keys or passwords in `/home/ann/.ssh`
  home-manager.users.ann.services.podman.containers.app = { image = "a:1"; volumes = [ "/home/bob/.ssh:/b" "/home/ann/.kube:/k" ]; };
                                                                                     # ^^^^^^^^^^^^^^^^^^^ low: `app` gets a user's keys or passwords in `/home/bob/.ssh`
                                                                                                         # ^^^^^^^^^^^^^^^^^^^^ high: `app` gets a user's keys or passwords in `/home/ann/.kube`
}
"#,
        );
    }

    #[test]
    fn of_the_host() {
        check(
            &RULE,
            r#"
{
  age.identityPaths = [ "/persist/keys/host" ];
  virtualisation.oci-containers.containers.app = { image = "a:1"; volumes = [ "/persist/keys/host:/key:ro" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `app` gets `/persist/keys/host`, by which the host decrypts its secrets
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/var/lib/acme:/certs:ro" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` gets the private keys of all certificates in `/var/lib/acme`
}
"#,
        );
    }

    #[test]
    fn what_lies_beside_them() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.app = {
    image = "a:1";
    volumes = [
      "/home/ann/.ssh/known_hosts:/k:ro"
      "/home/ann/.ssh/id_ed25519.pub:/p:ro"
      "/var/lib/acme/example.org:/certs:ro"
      "ssh:/root/.ssh"
    ];
  };
  virtualisation.oci-containers.containers.tailscale = { image = "docker.io/tailscale/tailscale:1"; volumes = [ "/var/lib/tailscale:/var/lib/tailscale" ]; };
  services.podman.containers.rclone = { image = "docker.io/rclone/rclone:1"; volumes = [ "%h/.config/rclone:/config:ro" ]; };
}
"#,
        );
    }
}
