//! sensitive-bind

use crate::about::paths::{Base, HostPath, host_path};
use crate::about::power::{RootUser, has_capability, inner_user, root_of};
use crate::about::words::name;
use nixpod_analysis::{Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Engine, Mount};

declare_rule! {
    /// ## What it flags
    /// Bind mounts of whole system directories (`/`, `/etc`, `/home`, `/var`, `/run`, `/dev`, `/proc`, `/boot`, ...), of
    /// whole homes, of password hashes and keys of the host (`/etc/shadow`, SSH host keys, all of `/run/secrets`), of files
    /// that start programs (`~/.bashrc`, `~/.config`, `~/.gitconfig`, `~/.claude`) when writable, of the system bus and of tailscaled's socket. Keys
    /// and passwords of users are a matter of credential-directory-bind. The root directory, writable for whoever is root on
    /// the host, is critical: all that is critical by itself lies below it. Directories made for one service, such as
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
        check: Container(check),
    }
}

/// What is shared: severity if writable and if read-only (`None`: not worth a finding), and words for both.
struct Sensitive {
    what: &'static str,
    writable: Option<Severity>,
    read_only: Option<Severity>,
    why: &'static str,
    /// Is it guarded by file permissions, so that a container of an unprivileged user gets less?
    owned_by_root: bool,
}

use Severity::{High, Low, Medium};

const fn system(
    what: &'static str,
    writable: Option<Severity>,
    read_only: Option<Severity>,
    why: &'static str,
) -> Sensitive {
    Sensitive {
        what,
        writable,
        read_only,
        why,
        owned_by_root: true,
    }
}

const fn personal(
    what: &'static str,
    writable: Option<Severity>,
    read_only: Option<Severity>,
    why: &'static str,
) -> Sensitive {
    Sensitive {
        owned_by_root: false,
        ..system(what, writable, read_only, why)
    }
}

const SHADOW: &str = "It holds password hashes and host keys, and units written there run on the host.";
const SOCKETS: &str =
    "It holds the sockets of the system's services and all secrets that are decrypted at start.";
const OTHERS: &str = "It holds the state of every service of the host, their keys and databases among it.";

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let mount = field.get();
        let Some(path) = host_path(&mount.source) else {
            continue;
        };
        let Some(sensitive) = sensitive(&path).filter(|_| !is_of_a_service(ctx, container, mount)) else {
            continue;
        };
        // With `idmap` the container's root is the host's root there, whatever the user namespace.
        let root = match mount.options.iter().any(|option| option == "idmap") {
            true => RootUser::Host,
            false => root_of(ctx, container),
        };
        let after_remount = sensitive.writable.map(one_less);
        let undone = mount.read_only && can_remount(container, root, sensitive.owned_by_root);
        let severity = match (mount.read_only, undone) {
            (false, _) => sensitive.writable,
            (true, false) => sensitive.read_only,
            // What is bad to read is no better for being writable, too.
            (true, true) => after_remount.max(sensitive.read_only),
        };
        let Some(severity) = severity else {
            continue;
        };
        let severity = match root {
            RootUser::Confined if sensitive.owned_by_root => one_less(severity),
            // The whole host holds what is critical by itself: the store, the sockets of engines.
            RootUser::Host
                if !mount.read_only && is_root_of_all(&path) && inner_user(container).is_none() =>
            {
                Severity::Critical
            }
            _ => severity,
        };
        let source = mount.source.display();
        let mode = match (mount.read_only, undone) {
            (false, _) => "writable",
            (true, false) if is_root_of_all(&path) && has_mounts_below(container, mount) => {
                "read-only, but what is mounted below it stays writable"
            }
            (true, false) => "read-only",
            (true, true) => "read-only, which its root can undo",
        };
        let confidence = if path.vague {
            Confidence::Medium
        } else {
            Confidence::High
        };
        sink.report(
            field,
            format!("{} gets {} `{source}`, {mode}", name(container), sensitive.what),
        )
        .severity(severity)
        .at_most(confidence, "a part of the path is not known")
        .help(format!(
            "{} Bind only the directory or file that the program needs.",
            sensitive.why
        ));
    }
}

/// Is it the home of a user who is no person: the directory of one service?
fn is_of_a_service(ctx: &Ctx<'_>, container: &Container, mount: &Mount) -> bool {
    let Some(source) = mount.source.as_known() else {
        return false;
    };
    let Some(name) = source.trim_end_matches('/').strip_prefix("/home/") else {
        return false;
    };
    let users = ctx.outermost(&container.system).users.iter();
    users
        .filter(|user| user.name == name)
        .any(|user| user.is_system.value() == Some(&true) && user.is_normal.value() != Some(&true))
}

/// Can the container's root mount it writable again? In nspawn a user namespace prevents it; Podman mounts inside of the
/// user namespace, so that there nothing prevents it but the lack of the capability.
fn can_remount(container: &Container, root: RootUser, owned_by_root: bool) -> bool {
    if container.nspawn.is_some() {
        return owned_by_root && root == RootUser::Host;
    }
    container.engine.value() == Some(&Engine::Podman) && has_capability(container, "CAP_SYS_ADMIN")
}

/// `/` always has other file systems below it: `/run`, `/dev`.
fn is_root_of_all(path: &HostPath) -> bool {
    path.base == Base::System && path.segments.is_empty()
}

/// Does the engine bind what is mounted below a directory, too, and leave it writable?
fn has_mounts_below(container: &Container, mount: &Mount) -> bool {
    let says = |word: &str| mount.options.iter().any(|option| option == word);
    container.is_oci() && container.engine.value() == Some(&Engine::Podman) && !says("bind") && !says("rro")
}

const fn one_less(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => High,
        High => Medium,
        Medium => Low,
        Low | Severity::Info => Severity::Info,
    }
}

fn sensitive(path: &HostPath) -> Option<Sensitive> {
    let rest = path.rest();
    match path.base {
        Base::System => in_system(path, &rest),
        Base::Home => in_home(&rest),
        Base::Runtime => None,
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn in_system(path: &HostPath, rest: &str) -> Option<Sensitive> {
    let found = match rest {
        "" => system(
            "the host's root directory",
            Some(High),
            Some(High),
            "It is the whole host: keys, password hashes, every service's data.",
        ),
        "etc" => system(
            "the host's configuration and password hashes in",
            Some(High),
            Some(High),
            SHADOW,
        ),
        "etc/shadow" | "etc/gshadow" => system(
            "the host's password hashes",
            Some(High),
            Some(High),
            "Hashes can be cracked, and a written one is a login.",
        ),
        "etc/passwd" | "etc/group" | "etc/sudoers" | "etc/sudoers.d" | "etc/pam.d" | "etc/crontab" => system(
            "the host's accounts or rights in",
            Some(High),
            None,
            "Who writes it becomes root on the host.",
        ),
        "etc/systemd" | "etc/systemd/system" | "etc/nixos" => system(
            "the host's own configuration in",
            Some(High),
            None,
            "What is written there runs as root at the next start or rebuild.",
        ),
        "usr" | "usr/bin" | "bin" => system(
            "the host's programs in",
            Some(High),
            None,
            "Scripts of the whole system begin with `/bin/sh` or `/usr/bin/env`, and root runs what is written there.",
        ),
        "etc/ssh" => system(
            "the host's SSH keys in",
            Some(High),
            Some(High),
            "With the host keys another machine passes for this one, and secrets encrypted to them can be read.",
        ),
        "home" => personal(
            "every home in",
            Some(High),
            Some(High),
            "Homes hold keys, browser profiles and start files of shells.",
        ),
        "var" | "var/lib" => system("the state of all services in", Some(High), Some(Medium), OTHERS),
        "var/lib/docker"
        | "var/lib/containers"
        | "var/lib/containers/storage"
        | "var/lib/nixos-containers" => system(
            "the file systems of all containers in",
            Some(High),
            Some(Medium),
            "It holds the files and secrets of every other container.",
        ),
        "var/spool/cron" => system(
            "the host's cron jobs in",
            Some(High),
            None,
            "What is written there runs on the host.",
        ),
        "run" => system(
            "the sockets and secrets of the host's services in",
            Some(High),
            Some(High),
            SOCKETS,
        ),
        "run/secrets"
        | "run/secrets.d"
        | "run/secrets-for-users"
        | "run/agenix"
        | "run/agenix.d"
        | "run/credentials" => system(
            "all decrypted secrets in",
            Some(High),
            Some(High),
            "The container needs its own secrets, not those of every service.",
        ),
        "run/dbus" | "run/dbus/system_bus_socket" => system(
            "the system bus",
            Some(Medium),
            Some(Medium),
            "Services on it, systemd among them, obey root, and read-only does not keep a socket from being used.",
        ),
        "run/systemd" | "run/systemd/private" => system(
            "systemd's own sockets in",
            Some(High),
            Some(High),
            "Root starts any unit on the host through them.",
        ),
        "run/tailscale" | "run/tailscale/tailscaled.sock" => system(
            "the socket of the host's tailscaled",
            Some(Medium),
            Some(Medium),
            "Root at that socket is an operator of it: logs the host out, changes its routes and what it serves. Read-only does \
             not keep a socket from being used.",
        ),
        "run/pulse" | "run/pulse/native" | "run/pipewire" => personal(
            "the sound server",
            Some(Low),
            Some(Low),
            "Who connects to it hears the microphone, and read-only does not keep a socket from being used.",
        ),
        "dev" => system(
            "all devices in",
            Some(High),
            Some(High),
            "Disks, memory and input devices are among them. Read-only does not keep devices from being written: which can \
             be opened is decided by the engine's device rules, and in a rootless container by the user's rights alone.",
        ),
        "proc" => system(
            "the host's processes in",
            Some(High),
            Some(Low),
            "Writable, root changes kernel settings and enters other processes through it; read-only, it shows all of them with their arguments.",
        ),
        "sys" => system(
            "the host's devices and kernel settings in",
            Some(Medium),
            None,
            "Root configures devices and the kernel through it.",
        ),
        "sys/kernel/debug" | "sys/kernel/security" | "sys/firmware/efi/efivars" => system(
            "kernel internals in",
            Some(High),
            Some(Medium),
            "It is meant for root on the host only.",
        ),
        "boot" | "boot/efi" | "efi" => system(
            "the host's boot files in",
            Some(High),
            Some(Low),
            "Who writes it chooses the host's next kernel.",
        ),
        _ if rest.starts_with("var/lib/docker/") || rest.starts_with("var/lib/containers/storage/") => {
            system(
                "a part of the engine's storage in",
                // Volumes are for being bound.
                (!rest.contains("/volumes/")).then_some(Medium),
                None,
                "Configurations of containers that are changed there hold at the next start of the engine.",
            )
        }
        _ => return host_key(path),
    };
    Some(found)
}

/// An SSH host key of the host itself, also where the root directory is made anew at each start.
fn host_key(path: &HostPath) -> Option<Sensitive> {
    let (file, directory) = path.segments.split_last()?;
    let directory = directory.join("/");
    let at_home = matches!(
        directory.as_str(),
        "etc/ssh" | "persist/etc/ssh" | "persistent/etc/ssh" | "nix/persist/etc/ssh" | "state/etc/ssh"
    );
    (at_home && file.starts_with("ssh_host_") && file.ends_with("_key")).then_some(system(
        "the host's SSH key",
        Some(High),
        Some(High),
        "With it another machine passes for this one, and every secret encrypted to it can be read.",
    ))
}

/// Below a home: what runs at login, or lets somebody log in.
const STARTS: [&str; 31] = [
    ".config",
    ".local",
    ".local/bin",
    ".config/systemd",
    ".config/systemd/user",
    ".config/containers/systemd",
    ".config/autostart",
    ".config/fish",
    ".config/home-manager",
    ".config/nixpkgs",
    ".bashrc",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".xprofile",
    ".ssh/authorized_keys",
    ".ssh/config",
    ".ssh/rc",
    ".bash_login",
    ".bash_logout",
    ".zprofile",
    ".zlogin",
    ".config/zsh",
    ".config/nvim",
    ".gitconfig",
    ".config/git",
    ".config/git/config",
    ".claude",
    ".claude/settings.json",
    ".config/direnv",
];

fn in_home(rest: &str) -> Option<Sensitive> {
    if rest.is_empty() {
        return Some(personal(
            "the whole home",
            Some(High),
            Some(Medium),
            "It holds keys, browser profiles and start files of shells.",
        ));
    }
    STARTS.contains(&rest).then_some(personal(
        "a user's start files in",
        Some(High),
        None,
        "What is written there runs outside as the user, or logs in.",
    ))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

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
                               # ^^^^^^ low: `web` gets the host's devices and kernel settings in `/sys`, read-only, which its root can undo
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
                                                                            # ^^^^^^^^^^^^ high: `all` gets the host's root directory `/`, read-only, but what is mounted below it stays writable
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

    #[test]
    fn what_a_service_calls_its_home() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    volumes = [ "${config.services.nextcloud.home}:/var/www" "${config.users.users.ann.home}:/home/ann" ];
                                                           # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `a` gets the whole home `${users.users.ann.home}`, writable
  };
}
"#,
        );
    }
}
