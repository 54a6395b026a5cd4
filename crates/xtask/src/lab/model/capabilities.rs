//! The capabilities that the kernel must report, if the model is right.

use super::said::{is_no_new, is_root, said};
use super::spec::Runner;
use nixpod_model::{Container, Field, NetworkMode, Userns};

/// In the order of their bits.
const NAMES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

const ALL: u64 = (1 << NAMES.len()) - 1;

/// What Podman grants where nothing is said.
const OF_PODMAN: &str =
    "CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT";

/// What nspawn does.
const OF_NSPAWN: &str = "AUDIT_CONTROL AUDIT_WRITE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_OWNER KILL LEASE \
                         LINUX_IMMUTABLE MKNOD NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_ADMIN \
                         SYS_BOOT SYS_CHROOT SYS_NICE SYS_PTRACE SYS_RESOURCE SYS_TTY_CONFIG";

/// The sets that a container may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sets {
    /// What any program in it can have at all.
    pub(super) bounding: Vec<u64>,
    /// What the one that it runs has.
    pub(super) effective: Vec<u64>,
}

fn of_names(names: &str) -> u64 {
    names.split(' ').map(bit).sum()
}

fn bit(name: &str) -> u64 {
    NAMES
        .iter()
        .position(|known| *known == name)
        .map_or(0, |at| 1 << at)
}

/// The set of a list of the model; nothing if a part of it is not known.
fn set<'f>(names: impl IntoIterator<Item = &'f Field<String>>) -> Option<u64> {
    let mut set = 0;
    for name in names {
        let name = name.certain()?;
        set |= match name.as_str() {
            "all" => ALL,
            _ => bit(name.strip_prefix("CAP_").unwrap_or(name)),
        };
    }
    Some(set)
}

/// What the model says; nothing where it does not say. The host's processes have at most `host`.
pub(super) fn sets(container: &Container, runner: Runner, host: u64) -> Option<Sets> {
    let own_users = *container.userns.certain()? != Userns::Host;
    // Whoever made a user namespace has all in it; Podman gives away what it has itself.
    let can = match runner {
        Runner::Podman => host,
        Runner::Nspawn if !own_users => host,
        Runner::Nspawn | Runner::Rootless => ALL,
    };
    match runner {
        Runner::Nspawn => nspawn(container, own_users, can),
        Runner::Podman | Runner::Rootless => podman(container, runner, can),
    }
}

fn podman(container: &Container, runner: Runner, can: u64) -> Option<Sets> {
    let (added, dropped) = (
        set(&container.capabilities)?,
        set(&container.dropped_capabilities)?,
    );
    let bounding = match (*container.privileged.certain()?, dropped == ALL) {
        (true, _) => ALL,
        (false, true) => added,
        (false, false) => (of_names(OF_PODMAN) | added) & !dropped,
    };
    // Whoever is not root has what is added by name, and nothing that the engine's settings grant. Where ids are kept root is
    // started likewise, and gets the rest by starting a program, unless that is forbidden.
    let keeps = container.userns.certain() == Some(&Userns::KeepId) && said(container, "user")?.is_none();
    let has_all = is_root(container, runner)? && !(keeps && is_no_new(container)?);
    let effective = match has_all {
        true => bounding,
        false => set(container.capabilities.iter().filter(|field| !field.is_default()))?,
    };
    Some(Sets {
        bounding: vec![bounding & can],
        effective: vec![effective & can],
    })
}

fn nspawn(container: &Container, own_users: bool, can: u64) -> Option<Sets> {
    let (added, dropped) = (
        set(&container.capabilities)?,
        set(&container.dropped_capabilities)?,
    );
    // A network of its own may be managed. Low ports of another's are open to nobody who has other users.
    let is_other = *container.network.certain()? != NetworkMode::Private;
    let closed = match is_other && own_users {
        true => bit("NET_BIND_SERVICE"),
        false => 0,
    };
    let of = |managed: u64| (of_names(OF_NSPAWN) | added | managed) & !dropped & !closed & can;
    let mut sets = vec![of(if is_other { 0 } else { bit("NET_ADMIN") })];
    // A file of settings that gives the network says nothing of capabilities where the command line does, and whether it is
    // the file that gives it the model does not tell.
    let is_by_flag = container.nspawn.as_ref()?.private_network.certain() != Some(&true);
    if is_by_flag && !is_other {
        sets.push(of(0));
    }
    Some(Sets {
        effective: sets.clone(),
        bounding: sets,
    })
}
