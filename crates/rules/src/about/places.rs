//! Places of a host that are worth a finding when a container gets them.

use super::paths::{Base, HostPath};
use Severity::{High, Low, Medium};
use nixpod_analysis::Severity;

/// What is shared: severity if writable and if read-only (`None`: not worth a finding), and words for both.
pub(crate) struct Sensitive {
    pub(crate) what: &'static str,
    pub(crate) writable: Option<Severity>,
    pub(crate) read_only: Option<Severity>,
    pub(crate) why: &'static str,
    /// Is it guarded by file permissions, so that a container of an unprivileged user gets less?
    pub(crate) owned_by_root: bool,
    /// Is it closed to everybody but root, so that such a container gets nothing?
    pub(crate) closed: bool,
    /// Are its folders open, but what matters in them only to owners? Such a container gets this much then.
    pub(crate) public_part: Option<Severity>,
}

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
        closed: false,
        public_part: None,
    }
}

/// Of what everybody may enter, and in which files have owners of their own.
const fn in_part(public_part: Severity, all: Sensitive) -> Sensitive {
    Sensitive {
        public_part: Some(public_part),
        ..all
    }
}

/// A folder that is closed to everybody but root.
const fn closed(all: Sensitive) -> Sensitive {
    Sensitive { closed: true, ..all }
}

/// What only root may open.
const fn of_root(what: &'static str, why: &'static str) -> Sensitive {
    Sensitive {
        closed: true,
        ..system(what, Some(High), Some(High), why)
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

/// What a place is, if it is worth a finding.
pub(crate) fn sensitive(path: &HostPath) -> Option<Sensitive> {
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
        "etc/shadow" | "etc/gshadow" => of_root(
            "the host's password hashes",
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
        "etc/ssh" => in_part(
            Severity::Info,
            system(
                "the host's SSH keys in",
                Some(High),
                Some(High),
                "With the host keys another machine passes for this one, and secrets encrypted to them can be read.",
            ),
        ),
        "home" => personal(
            "every home in",
            Some(High),
            Some(High),
            "Homes hold keys, browser profiles and start files of shells.",
        ),
        "persist" | "persistent" | "nix/persist" => system(
            "what the host keeps over restarts in",
            Some(High),
            Some(High),
            "Where the root directory is made anew at each start, it is all that matters: keys, homes, every service's data.",
        ),
        "var" | "var/lib" => system("the state of all services in", Some(High), Some(High), OTHERS),
        "var/lib/docker" | "var/lib/containers/storage" | "var/lib/machines" => closed(all_containers()),
        "var/lib/containers" | "var/lib/nixos-containers" => all_containers(),
        "var/lib/private" => closed(system(
            "the state of services with users of their own in",
            Some(Medium),
            Some(Low),
            OTHERS,
        )),
        "var/lib/systemd" => system(
            "systemd's own state in",
            Some(Medium),
            Some(Medium),
            "It holds the key that every encrypted credential of the host opens with (`credential.secret`), and core dumps.",
        ),
        "run/wrappers" | "run/wrappers/bin" => system(
            "the set-user-id programs of NixOS in",
            Some(High),
            None,
            "They come first in everybody's PATH: whoever puts another `sudo` there is root at its next use.",
        ),
        "etc/rancher" | "etc/rancher/k3s" | "etc/kubernetes" => system(
            "the keys of the cluster in",
            Some(High),
            Some(High),
            "With the administrator's `kubeconfig` in it, everything in the cluster obeys.",
        ),
        "etc/krb5.keytab" => of_root(
            "the host's Kerberos key",
            "With it another machine passes for this one.",
        ),
        "tmp" => personal(
            "everybody's temporary files in",
            Some(Low),
            None,
            "Sockets of X11, agents and terminals are in it, and programs trust what they put there.",
        ),
        "var/spool/cron" | "var/cron" | "var/cron/tabs" => system(
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
        | "run/credentials" => in_part(
            Low,
            system(
                "all decrypted secrets in",
                Some(High),
                Some(High),
                "The container needs its own secrets, not those of every service.",
            ),
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
        "run/pulse" | "run/pulse/native" | "run/pipewire" => SOUND,
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
        "proc/sys" | "proc/sys/kernel" | "proc/sysrq-trigger" => system(
            "settings of the host's kernel in",
            Some(High),
            None,
            "Who writes `core_pattern` names a program that the kernel runs as the host's root, and `sysrq-trigger` stops the \
             machine.",
        ),
        "sys" | "sys/kernel" => system(
            "the host's devices and kernel settings in",
            Some(High),
            None,
            "Root configures devices and the kernel through it, and what is mounted below it (debugfs, securityfs).",
        ),
        "sys/kernel/debug" | "sys/kernel/security" | "sys/firmware/efi/efivars" => system(
            "kernel internals in",
            Some(High),
            Some(Medium),
            "It is meant for root on the host only.",
        ),
        "boot" | "boot/efi" | "efi" => in_part(
            Severity::Info,
            system(
                "the host's boot files in",
                Some(High),
                Some(Low),
                "Who writes it chooses the host's next kernel.",
            ),
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
        _ if is_a_container(path) => system(
            "the file system of another container in",
            Some(High),
            Some(High),
            "It holds the keys and secrets of that container, and what it runs at its next start.",
        ),
        _ => return host_key(path),
    };
    Some(found)
}

const fn all_containers() -> Sensitive {
    system(
        "the file systems of all containers in",
        Some(High),
        Some(High),
        "It holds the files and secrets of every other container.",
    )
}

/// The whole root directory of a container of nspawn.
fn is_a_container(path: &HostPath) -> bool {
    let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
    matches!(segments[..], ["var", "lib", "machines" | "nixos-containers", name] if !name.starts_with('.'))
}

/// A sound server's socket, or the folder of one, in a place of the system's own choosing. Other things have such names, too:
/// where it is bound to tells.
pub(crate) fn sound(path: &HostPath, target: &str) -> Option<Sensitive> {
    let file = path.file_name();
    let is_socket = matches!(file, "pulseaudio.socket" | "pulse.socket" | "pulse-socket")
        || path.rest().ends_with("pulse/native");
    let target = target
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let is_folder = file == "pulse" && matches!(target, ".pulse" | "pulse");
    let is_of_programs = matches!(
        path.segments.first().map(String::as_str),
        Some("etc" | "usr" | "nix")
    );
    let found = path.base == Base::System
        && !is_of_programs
        && (is_socket || is_folder || path.rest() == "tmp/pulse");
    found.then_some(SOUND)
}

const SOUND: Sensitive = personal(
    "the sound server",
    Some(Low),
    Some(Low),
    "Who connects to it hears the microphone, and read-only does not keep a socket from being used.",
);

/// An SSH host key of the host itself.
fn host_key(path: &HostPath) -> Option<Sensitive> {
    let (file, directory) = path.segments.split_last()?;
    let directory = directory.join("/");
    (directory == "etc/ssh" && file.starts_with("ssh_host_") && file.ends_with("_key")).then_some(of_root(
        "the host's SSH key",
        "With it another machine passes for this one, and every secret encrypted to it can be read.",
    ))
}

/// Below a home: what runs at login, or lets somebody log in.
const STARTS: [&str; 37] = [
    ".local/share/systemd",
    ".local/share/systemd/user",
    ".config/containers",
    ".cargo/bin",
    ".direnvrc",
    ".vimrc",
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
            Some(High),
            "It holds keys, browser profiles and start files of shells.",
        ));
    }
    if matches!(
        rest,
        ".local/share/containers" | ".local/share/containers/storage"
    ) {
        return Some(personal(
            "the file systems of all containers of a user in",
            Some(Medium),
            Some(Low),
            "It holds the files and secrets of every other container of the user.",
        ));
    }
    STARTS.contains(&rest).then_some(personal(
        "a user's start files in",
        Some(High),
        None,
        "What is written there runs outside as the user, or logs in.",
    ))
}
