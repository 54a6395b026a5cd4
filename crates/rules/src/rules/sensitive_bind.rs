//! sensitive-bind

mod mounts;
mod volumes;

use self::mounts::{
    can_remount, configuration, has_mounts_below, holds_the_worst, is_below_overlay, is_of_a_service,
    is_root_of_all, one_less, root_file_system,
};
use self::volumes::check_volumes;
use crate::about::paths::{Base, host_path, is_of_root};
use crate::about::places::{sensitive, sound};
use crate::about::power::{RootUser, inner_user, is_not_root, root_there};
use crate::about::words::{ground, name, of_ground};
use nixpod_analysis::{Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, TextPart};

declare_rule! {
    /// ## What it flags
    /// Bind mounts of whole system directories (`/`, `/etc`, `/home`, `/var`, `/run`, `/dev`, `/proc`, `/boot`, ...), of
    /// whole homes, of password hashes and keys of the host (`/etc/shadow`, SSH host keys, all of `/run/secrets`), of files
    /// that start programs (`~/.bashrc`, `~/.config`, `~/.gitconfig`, `~/.claude`) when writable, of the system bus and of tailscaled's socket. Keys
    /// and passwords of users are a matter of credential-directory-bind. For whoever is root on the host the root
    /// directory is critical if it is writable, since all that is critical by itself lies below it; and it is so read-only, as
    /// is `/run`, where a rootful engine has its socket below. A named volume that is such a directory
    /// (`Device=/` with `Options=bind`, `driver_opts`, `podman volume create --opt=device=/`) is a bind of it; where no
    /// container here mounts it, the finding is at the volume, and one step less severe. Directories made for one service, such as
    /// `/var/lib/gitea` or `/home/alice/project`, are fine, and so are `/etc/localtime`, certificates and control groups.
    /// ## Why
    /// A writable system directory is the host: a unit, a cron job or a shell start file written there runs outside. A
    /// readable one gives away password hashes, host keys and the secrets of other services, as far as the container's
    /// root may read them. Read-only is less than it says: root of an nspawn guest without a user namespace undoes it, so
    /// does root of a Podman container with `CAP_SYS_ADMIN` or `--privileged`, rootless or not, and Podman leaves the file
    /// systems writable that are mounted below the directory.
    /// ## Bad
    /// ```nix
    /// { containers.web = { bindMounts."/host" = { hostPath = "/"; isReadOnly = false; }; config = { }; }; }
    /// ```
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.editor = {
    ///     image = "docker.io/library/editor:1";
    ///     volumes = [ "/home/alice:/home/alice:ro" ];
    ///   };
    /// }
    /// ```
    /// ```nix
    /// {
    ///   virtualisation.quadlet.volumes.all.volumeConfig = { type = "none"; device = "/"; options = "bind"; };
    ///   virtualisation.quadlet.containers.editor.containerConfig = {
    ///     image = "docker.io/library/editor:1";
    ///     volumes = [ "all.volume:/host" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.web = {
    ///     bindMounts."/var/lib/web" = { hostPath = "/var/lib/web"; isReadOnly = false; };
    ///     config = { };
    ///   };
    ///   virtualisation.oci-containers.containers.editor = {
    ///     image = "docker.io/library/editor:1";
    ///     volumes = [ "/home/alice/project:/work" "/etc/localtime:/etc/localtime:ro" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which part of the directory is needed is not known.
    pub static RULE = {
        id: "sensitive-bind",
        summary: "system directory, home or key bound into a container",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "writable-shell-rc-is-code-on-the-host",
            "nspawn-plants-setuid-root",
            "nspawn-read-only-bind-remounted",
            "nspawn-read-only-is-recursive",
            "nspawn-duplicates",
            "unit-filters-stay",
            "podman-sys-admin",
            "podman-read-only-is-not-recursive",
            "podman-root-volume",
            "podman-volume-forms",
            "podman-duplicates",
            "podman-bound-device",
            "rootless-cannot-exceed-the-user",
            "podman-userns-undoes-read-only",
            "settings-volumes",
            "settings-mounts",
            "quadlet-volumes",
            "docker-userns-remap",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.6"), Control::Attack("T1611")]),
        stakes: [HostRoot x Command, HostRoot x Step, Account x Command, Account x Step, Account x Weakness, Nothing x Itself],
        attack: Attack::Typed {
            experiment: "podman-root-volume",
            command: "cat /host/etc/shadow",
            gives: "the host's password hashes, also through a read-only bind",
        },
        check: Both(check, check_volumes),
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one sentence about one bind, clause by clause"
)]
fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let ground = ground(ctx, ctx.system(container));
    let root = root_file_system(container);
    for field in container.mounts.iter().chain(&root) {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let mount = field.get();
        let Some(path) = host_path(&mount.source) else {
            continue;
        };
        let found = sensitive(&path).or_else(|| sound(&path, &mount.target.pattern()));
        let Some(mut sensitive) = found.filter(|_| !is_of_a_service(ctx, container, mount)) else {
            continue;
        };
        let root = root_there(ctx, container, mount, sensitive.owned_by_root);
        // Hashes and keys are closed to whoever is not root, and whoever is root of a user namespace only is nobody here.
        let is_of_root = is_of_root(&mount.source);
        let is_closed = (sensitive.closed || is_of_root) && is_not_root(container, mount);
        if path.is_system("etc") && root == RootUser::Confined {
            sensitive = configuration(sensitive);
        }
        // Homes are closed to others, and the root of a guest with users of its own is one of them.
        let is_of_homes = path.base == Base::Home || path.is_system("home");
        // The home of whoever runs a rootless engine is in the root directory.
        let has_own_home = is_root_of_all(&path) && container.rootful.value() == Some(&false);
        let is_guarded =
            (sensitive.owned_by_root && !has_own_home) || (is_of_homes && container.nspawn.is_some());
        let after_remount = sensitive.writable.map(one_less);
        let undone = mount.read_only
            && can_remount(container, root, sensitive.owned_by_root)
            && !is_below_overlay(mount);
        let severity = match (mount.read_only, undone) {
            (false, _) => sensitive.writable,
            (true, false) => sensitive.read_only,
            // What is bad to read is no better for being writable, too.
            (true, true) => after_remount.max(sensitive.read_only),
        };
        let Some(severity) = severity else {
            continue;
        };
        let public_part = sensitive.public_part.filter(|_| is_not_root(container, mount));
        let severity = match root {
            _ if public_part.is_some() => public_part.unwrap_or(severity),
            _ if is_closed => Severity::Info,
            RootUser::Confined if is_guarded => one_less(severity),
            // The whole host holds what is critical by itself: the store, the sockets of engines.
            RootUser::Host
                if inner_user(container).is_none() && holds_the_worst(ctx, container, mount, &path) =>
            {
                Severity::Critical
            }
            _ => severity,
        };
        let source = mount.source.display();
        let mode = match (mount.read_only, undone) {
            _ if is_closed => "which its root may not open",
            _ if public_part.is_some() => match container.rootful.value() {
                Some(false) if container.is_oci() => "of which its user opens what any user may",
                _ => "of which its root opens what everybody may",
            },
            (false, _) => "writable",
            (true, false) if is_root_of_all(&path) && has_mounts_below(container, mount) => {
                "read-only, but what is mounted below it stays writable"
            }
            (true, false) => "read-only",
            (true, true) => "read-only, which its root can undo",
        };
        let confidence = match path.vague {
            true => Confidence::Medium,
            false => Confidence::High,
        };
        let volume = match &mount.volume {
            Some(volume) => format!(", as the volume `{volume}`"),
            None => String::new(),
        };
        let builder = sink
            .report(
                field,
                format!(
                    "{} gets {} `{source}`, {mode}{volume}",
                    name(container),
                    of_ground(sensitive.what, &ground)
                ),
            )
            .severity(severity)
            .at_most(confidence, "a part of the path is not known")
            .help(format!(
                "{} Bind only the directory or file that the program needs.",
                of_ground(sensitive.why, &ground)
            ));
        if mount.volume.is_some()
            && let Some(TextPart::Known { origin, .. }) = mount.source.parts.first()
        {
            builder.related(origin, "the volume is this directory");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    /// In a guest it is the guest's.
    #[test]
    fn of_a_guest() {
        check(
            &RULE,
            r#"
{
  containers.g = {
    privateUsers = "pick";
    config = {
      virtualisation.oci-containers.backend = "podman";
      virtualisation.oci-containers.containers.a = { image = "a:1"; volumes = [ "/etc:/e" ]; };
                                                                              # ^^^^^^^^^ low: `a` gets guest `g`'s configuration in `/etc`, writable
    };
  };
}
"#,
        );
    }

    #[test]
    fn writable_root() {
        check(
            &RULE,
            r#"
{
  containers.web = { bindMounts."/host" = { hostPath = "/"; isReadOnly = false; }; config = { }; };
                                                     # ^^^ critical: `web` gets the host's root directory `/`, writable
}
"#,
        );
    }

    #[test]
    fn sockets_of_the_system() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/var/run/tailscale/tailscaled.sock:/s:ro" "/var/lib/tailscale-cert:/c" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` gets the socket of the host's tailscaled `/var/run/tailscale/tailscaled.sock`, read-only
}
"#,
        );
    }

    /// What is closed to all but root stays so for the root of a user namespace; a mapping of ids opens it.
    #[test]
    fn with_users_of_its_own() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    privateUsers = "pick";
    bindMounts."/a".hostPath = "/etc/shadow";
                             # ^^^^^^^^^^^^^ info: `web` gets the host's password hashes `/etc/shadow`, which its root may not open
    bindMounts."/b" = { hostPath = "/etc/ssh/ssh_host_ed25519_key"; isReadOnly = false; };
                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info: `web` gets the host's SSH key `/etc/ssh/ssh_host_ed25519_key`, which its root may not open
    bindMounts."/c".hostPath = "/etc";
                             # ^^^^^^ low: `web` gets the host's configuration in `/etc`, read-only
    bindMounts."/d".hostPath = "/";
                             # ^^^ medium: `web` gets the host's root directory `/`, read-only
    bindMounts."/e".hostPath = "/home";
                             # ^^^^^^^ medium: `web` gets every home in `/home`, read-only
    bindMounts."/f:idmap".hostPath = "/etc/shadow";
                                   # ^^^^^^^^^^^^^ high: `web` gets the host's password hashes `/etc/shadow`, read-only, which its root can undo
    bindMounts."/g:rootidmap".hostPath = "/etc/gshadow";
                                       # ^^^^^^^^^^^^^^ high: `web` gets the host's password hashes `/etc/gshadow`, read-only, which its root can undo
    config = { };
  };
}
"#,
        );
    }

    /// Folders that everybody may enter and whose files are their owners', and folders that are closed.
    #[test]
    fn folders_of_what_is_closed() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    privateUsers = "pick";
    bindMounts."/s".hostPath = "/run/secrets";
                             # ^^^^^^^^^^^^^^ low: `web` gets all decrypted secrets in `/run/secrets`, of which its root opens what everybody may
    bindMounts."/t:idmap".hostPath = "/run/secrets";
                                   # ^^^^^^^^^^^^^^ high: `web` gets all decrypted secrets in `/run/secrets`, read-only, which its root can undo
    config = { };
  };
  services.podman.containers.own = { image = "a:1"; volumes = [ "/etc/ssh:/e" "/var/lib/docker:/d" ]; };
                                                              # ^^^^^^^^^^^^^ info: `own` gets the host's SSH keys in `/etc/ssh`, of which its user opens what any user may
                                                                            # ^^^^^^^^^^^^^^^^^^^^ info: `own` gets the file systems of all containers in `/var/lib/docker`, which its root may not open
}
"#,
        );
    }

    /// What holds something is at least as bad as what it holds.
    #[test]
    fn what_holds_the_worst() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; volumes = [ "/root:/a:ro" ]; };
                                                                          # ^^^^^^^^^^^^^ high: `a` gets the whole home `/root`, read-only
  virtualisation.oci-containers.containers.b = { image = "a:1"; volumes = [ "/var/lib/machines/den:/a" ]; };
                                                                          # ^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `b` gets the file system of another container in `/var/lib/machines/den`, writable
  virtualisation.oci-containers.containers.c = { image = "a:1"; volumes = [ "/var/lib/nixos-containers/den:/a:ro" "/var/lib/machines/den/srv/data:/d" ]; };
                                                                          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `c` gets the file system of another container in `/var/lib/nixos-containers/den`, read-only
}
"#,
        );
    }

    /// Servers of sound by their sockets, in whatever place.
    #[test]
    fn sound() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; volumes = [ "/srv/pulse:/home/u/.pulse" ]; };
                                                                          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ low: `a` gets the sound server `/srv/pulse`, writable
  virtualisation.oci-containers.containers.b = { image = "a:1"; volumes = [ "/tmp/pulseaudio.socket:/s" "/srv/pulse:/data" "/etc/pulse:/etc/pulse:ro" ]; };
                                                                          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ low: `b` gets the sound server `/tmp/pulseaudio.socket`, writable
  containers.c = { privateUsers = "pick"; bindMounts."/home/u/.pulse".hostPath = "/tmp/pulse"; config = { }; };
                                                                               # ^^^^^^^^^^^^ low: `c` gets the sound server `/tmp/pulse`, read-only
}
"#,
        );
    }

    /// A path that begins with `+` is one of the container's own files.
    #[test]
    fn paths_of_the_container() {
        check_none(
            &RULE,
            r#"
{
  containers.web = {
    privateUsers = "pick";
    extraFlags = [ "--bind=+/etc:/e" "--bind-ro=+/:/h" "--bind" "+/root" ];
    bindMounts."/x".hostPath = "+/etc";
    config = { };
  };
}
"#,
        );
    }

    #[test]
    fn what_starts_programs() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.web = { image = "a:1"; volumes = [ "%h/.gitconfig:/root/.gitconfig" ]; };
                                                              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` gets a user's start files in `%h/.gitconfig`, writable
  services.podman.containers.own = { image = "a:1"; volumes = [ "%h/.gitconfig:/root/.gitconfig:ro" ]; };
}
"#,
        );
    }

    #[test]
    fn read_only_in_a_guest_without_a_user_namespace() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    bindMounts."/sys".hostPath = "/sys";
                               # ^^^^^^ medium: `web` gets the host's devices and kernel settings in `/sys`, read-only, which its root can undo
    config = { };
  };
  containers.picked = { privateUsers = "pick"; bindMounts."/sys".hostPath = "/sys"; config = { }; };
}
"#,
        );
    }

    /// Podman mounts inside of the user namespace, so that it does not keep the capability from undoing it.
    #[test]
    fn read_only_in_podman() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.all = { image = "a:1"; volumes = [ "/:/host:ro" ]; };
                                                                            # ^^^^^^^^^^^^ critical: `all` gets the host's root directory `/`, read-only, but what is mounted below it stays writable
  virtualisation.oci-containers.containers.one = { image = "a:1"; volumes = [ "/:/host:ro,bind" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^ high: `one` gets the host's root directory `/`, read-only
  services.podman.containers.web = { image = "a:1"; addCapabilities = [ "SYS_ADMIN" ]; volumes = [ "/home:/host:ro" ]; };
                                                                                                 # ^^^^^^^^^^^^^^^^ high: `web` gets every home in `/home`, read-only, which its root can undo
  services.podman.containers.key = { image = "a:1"; addCapabilities = [ "SYS_ADMIN" ]; volumes = [ "%h/.bashrc:/host:ro" ]; };
                                                                                                 # ^^^^^^^^^^^^^^^^^^^^^ medium: `key` gets a user's start files in `%h/.bashrc`, read-only, which its root can undo
}
"#,
        );
    }

    #[test]
    fn what_admins_share() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    volumes = [
      "/etc/localtime:/etc/localtime:ro"
      "/var/lib/web:/data"
      "/sys/fs/cgroup:/sys/fs/cgroup:ro"
      "/home/alice/project:/work"
      "data:/var/lib/data"
    ];
  };
}
"#,
        );
    }

    /// All of the container's files are the host's.
    #[test]
    fn as_the_root_file_system() {
        check(
            &RULE,
            r#"
{
  environment.etc."containers/systemd/a.container".text = ''
    [Container]
    Rootfs=/
         # ^ critical: `a` gets the host's root directory `/`, writable
  '';
  systemd.services.a.script = "podman run --rootfs /etc:O sh";
                                                 # ^^^^^^ high: `systemd.services.a` gets the host's configuration and password hashes in `/etc`, read-only
  systemd.services.b.script = "podman run --rootfs /srv/image sh";
}
"#,
        );
    }

    /// The directories below an overlay are read.
    #[test]
    fn overlays_of_nspawn() {
        check(
            &RULE,
            r#"
{
  containers.b = { config = { }; privateUsers = "no"; extraFlags = [ "--overlay=/:/srv/o:/h" ]; };
                                                                   # ^^^^^^^^^^^^^^^^^^^^^^^ high: `b` gets the host's root directory `/`, read-only
}
"#,
        );
    }

    /// What hands over the host without being called `/` or `/etc`.
    #[test]
    fn further_places_of_the_host() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    volumes = [
      "/proc/1/root:/a"
    # ^^^^^^^^^^^^^^^^^ critical: `web` gets the host's root directory `/proc/1/root`, writable
      "/proc/sys:/b"
    # ^^^^^^^^^^^^^^ high: `web` gets settings of the host's kernel in `/proc/sys`, writable
      "/run/wrappers:/c"
    # ^^^^^^^^^^^^^^^^^^ high: `web` gets the set-user-id programs of NixOS in `/run/wrappers`, writable
      "/sys/kernel:/d"
    # ^^^^^^^^^^^^^^^^ high: `web` gets the host's devices and kernel settings in `/sys/kernel`, writable
      "/var/lib/private:/e:ro"
    # ^^^^^^^^^^^^^^^^^^^^^^^^ low: `web` gets the state of services with users of their own in `/var/lib/private`, read-only
      "/var/lib/systemd:/f:ro"
    # ^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` gets systemd's own state in `/var/lib/systemd`, read-only
      "/tmp:/g"
    # ^^^^^^^^^ low: `web` gets everybody's temporary files in `/tmp`, writable
      "/etc/rancher/k3s:/h:ro"
    # ^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` gets the keys of the cluster in `/etc/rancher/k3s`, read-only
      "/home/ann/.local/share/containers:/i"
    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` gets the file systems of all containers of a user in `/home/ann/.local/share/containers`, writable
      "/:/j:O"
    # ^^^^^^^^ high: `web` gets the host's root directory `/`, read-only
      "/persist/home/ann:/n"
    # ^^^^^^^^^^^^^^^^^^^^^^ high: `web` gets the whole home `/persist/home/ann`, writable
      "/persist/etc/shadow:/o:ro"
    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` gets the host's password hashes `/persist/etc/shadow`, read-only
      "/persist:/p"
    # ^^^^^^^^^^^^^ high: `web` gets what the host keeps over restarts in `/persist`, writable
      "/home/ann/.config/containers:/q"
    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` gets a user's start files in `/home/ann/.config/containers`, writable
      "/persist/app:/r"
      "/tmp/app:/k"
      "/var/lib/private/app:/l"
      "/sys/fs/cgroup:/m"
    ];
  };
}
"#,
        );
    }

    /// Named volumes that are directories of the host, with and without somebody who mounts them.
    #[test]
    fn volumes_that_are_directories() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "all:/host" ]; };
                                                                            # ^^^^^^^^^^^ critical: `web` gets the host's root directory `/`, writable, as the volume `all`
  systemd.services.volumes.script = ''
    podman volume create --opt=type=none --opt=device=/ --opt=o=bind all
    podman volume create --opt=type=none --opt=device=/etc --opt=o=bind,ro settings
                                                    # ^^^^ medium: the volume `settings` is the host's configuration and password hashes in `/etc`, read-only
    podman volume create --opt=type=none --opt=device=/srv/data --opt=o=bind data
  '';
  environment.etc."containers/systemd/whole.volume".text = ''
    [Volume]
    Type=none
    Device=/
         # ^ medium: the volume `systemd-whole` is the host's root directory `/`, writable
    Options=bind
  '';
  virtualisation.quadlet.volumes.homes.volumeConfig = { type = "none"; device = "/home"; options = "bind"; };
                                                                              # ^^^^^^^ medium: the volume `homes` is every home in `/home`, writable
  virtualisation.quadlet.volumes.plain = { };
}
"#,
        );
    }

    /// Those of a user, who is not root.
    #[test]
    fn volumes_of_a_home() {
        check(
            &RULE,
            r#"
{
  home.stateVersion = "25.11";
  services.podman.volumes.root = { type = "none"; device = "/"; extraConfig.Volume.Options = "bind"; };
                                                         # ^^^ low: the volume `root` is the host's root directory `/`, writable
}
"#,
        );
    }

    /// Maps of users and of groups beside each other say who root is.
    #[test]
    fn roots_of_maps() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    same = { image = "a:1"; volumes = [ "/:/h" ]; extraOptions = [ "--uidmap=0:0:65536" "--gidmap=0:0:65536" ]; };
                                      # ^^^^^^ critical: `same` gets the host's root directory `/`, writable
    other = { image = "a:1"; volumes = [ "/etc:/e" ]; extraOptions = [ "--uidmap=0:100000:65536" "--gidmap=0:100000:65536" ]; };
                                       # ^^^^^^^^^ low: `other` gets the host's configuration in `/etc`, writable
  };
}
"#,
        );
    }
}
