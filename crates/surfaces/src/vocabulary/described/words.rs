//! Words with their meaning.

/// Capabilities of Linux 6.18, and what they grant.
pub(super) const CAPABILITIES: [(&str, &str); 41] = [
    (
        "CAP_AUDIT_CONTROL",
        "switches the audit log of the host on and off, and changes its rules",
    ),
    ("CAP_AUDIT_READ", "reads the audit log of the host"),
    ("CAP_AUDIT_WRITE", "writes lines to the audit log"),
    ("CAP_BLOCK_SUSPEND", "keeps the machine from sleeping"),
    ("CAP_BPF", "loads programs into the kernel"),
    ("CAP_CHECKPOINT_RESTORE", "saves and restores processes"),
    ("CAP_CHOWN", "changes the owner of any file"),
    (
        "CAP_DAC_OVERRIDE",
        "reads and writes any file, whatever its mode is",
    ),
    (
        "CAP_DAC_READ_SEARCH",
        "reads any file, and opens files by handle, also outside of the container",
    ),
    (
        "CAP_FOWNER",
        "does with files of others what only their owner may",
    ),
    ("CAP_FSETID", "keeps set-user-id bits when a file is changed"),
    ("CAP_IPC_LOCK", "locks memory"),
    ("CAP_IPC_OWNER", "reaches shared memory and queues of others"),
    ("CAP_KILL", "sends signals to processes of others"),
    ("CAP_LEASE", "takes leases on files of others"),
    (
        "CAP_LINUX_IMMUTABLE",
        "sets and clears the immutable flag of files",
    ),
    ("CAP_MAC_ADMIN", "changes the security policy of the host"),
    ("CAP_MAC_OVERRIDE", "overrides the security policy of the host"),
    ("CAP_MKNOD", "makes device nodes"),
    (
        "CAP_NET_ADMIN",
        "configures interfaces, routes and firewall of its network namespace",
    ),
    ("CAP_NET_BIND_SERVICE", "listens on ports below 1024"),
    ("CAP_NET_BROADCAST", "grants nothing today"),
    ("CAP_NET_RAW", "sends any packet, also with the address of others"),
    (
        "CAP_PERFMON",
        "watches the performance of all processes and of the kernel",
    ),
    ("CAP_SETFCAP", "gives capabilities to files"),
    ("CAP_SETGID", "becomes any group"),
    ("CAP_SETPCAP", "drops capabilities from the bounding set"),
    ("CAP_SETUID", "becomes any user"),
    ("CAP_SYSLOG", "reads the log and the addresses of the kernel"),
    (
        "CAP_SYS_ADMIN",
        "mounts, and most of what root can do: nearly the same as root",
    ),
    ("CAP_SYS_BOOT", "restarts the machine, and loads another kernel"),
    ("CAP_SYS_CHROOT", "changes its root directory"),
    ("CAP_SYS_MODULE", "loads modules into the kernel of the host"),
    ("CAP_SYS_NICE", "changes priorities of processes of others"),
    ("CAP_SYS_PACCT", "switches process accounting on and off"),
    (
        "CAP_SYS_PTRACE",
        "reads and changes the memory of other processes",
    ),
    ("CAP_SYS_RAWIO", "reaches ports and memory of the hardware"),
    ("CAP_SYS_RESOURCE", "goes beyond limits of resources and quotas"),
    ("CAP_SYS_TIME", "sets the clock of the host"),
    ("CAP_SYS_TTY_CONFIG", "configures the consoles of the host"),
    ("CAP_WAKE_ALARM", "wakes the machine up"),
];

/// Devices, and what they are for.
pub(super) const DEVICES: [(&str, &str); 16] = [
    ("/dev/bus/usb", "all USB devices, read and written directly"),
    ("/dev/dri", "graphics: display and rendering"),
    ("/dev/dri/renderD128", "rendering on the first graphics card"),
    ("/dev/fuse", "file systems in user space"),
    ("/dev/input", "keyboards and mice: reads all that is typed"),
    ("/dev/kfd", "computing on AMD graphics cards"),
    ("/dev/kvm", "virtual machines"),
    ("/dev/loop-control", "makes loop devices"),
    ("/dev/mem", "all memory of the host"),
    ("/dev/net/tun", "tunnels, for VPNs"),
    ("/dev/snd", "sound, microphones included"),
    ("/dev/ttyACM0", "a serial device"),
    ("/dev/ttyUSB0", "a serial adapter"),
    ("/dev/uinput", "makes input devices, and so types on the host"),
    ("/dev/video0", "a camera or capture card"),
    ("nvidia.com/gpu=all", "all NVIDIA graphics cards, by CDI"),
];

/// Networks that are no networks of Podman's own.
pub(super) const NETWORKS: [(&str, &str); 7] = [
    ("bridge", "a bridge of the engine, with a network of its own"),
    ("container:", "the network of another container"),
    (
        "host",
        "the network of the host, with all that listens on its loopback",
    ),
    ("none", "no network"),
    ("ns:", "the network namespace at a path"),
    ("pasta", "a network of its own by pasta, for rootless containers"),
    ("private", "a network of its own"),
];

const NAMESPACES: [(&str, &str); 4] = [
    ("container:", "that of another container"),
    ("host", "that of the host"),
    ("ns:", "the one at a path"),
    ("private", "one of its own"),
];

/// What is offered for the value of an option.
#[expect(clippy::too_many_lines, reason = "only words")]
pub(super) fn of_value(flag: &str) -> &'static [(&'static str, &'static str)] {
    match flag {
        "userns" => &[
            ("auto", "a range of users of its own, which Podman picks"),
            ("container:", "that of another container"),
            ("host", "no namespace: users are those of the engine"),
            (
                "keep-id",
                "the user who runs it has the same id inside; rootless only",
            ),
            ("nomap", "the user who runs it is not mapped; rootless only"),
            ("ns:", "the namespace at a path"),
        ],
        "pid" | "uts" | "cgroupns" => &NAMESPACES,
        "ipc" => &[
            ("container:", "that of another container"),
            ("host", "that of the host"),
            ("none", "one of its own, without shared memory"),
            ("private", "one of its own"),
            ("shareable", "one of its own, which others may join"),
        ],
        "pull" => &[
            ("always", "at each start"),
            ("missing", "if it is not there"),
            ("never", "not at all"),
            ("newer", "if there is a newer one"),
        ],
        "security-opt" => &[
            ("apparmor=", "a profile of AppArmor; `unconfined` is none"),
            ("label=disable", "no separation by SELinux"),
            ("label=type:", "the type of its processes for SELinux"),
            ("mask=", "further paths that are hidden"),
            (
                "no-new-privileges",
                "nothing in it gains privileges by what it executes",
            ),
            ("seccomp=", "a filter of system calls; `unconfined` is none"),
            (
                "unmask=",
                "paths of `/proc` and `/sys` that are not hidden; `ALL`: all",
            ),
        ],
        "restart" => &[
            ("always", "whenever it ends"),
            ("no", "never"),
            ("on-failure", "when it fails"),
            ("unless-stopped", "unless somebody stopped it"),
        ],
        "private-users" => &[
            ("identity", "a namespace in which all ids are the same as outside"),
            ("no", "no namespace: its root is root on the host"),
            ("pick", "a range of users of its own, which systemd-nspawn picks"),
        ],
        "private-users-ownership" => &[
            ("auto", "`map` if the file system can, and else `chown`"),
            ("chown", "files are given to the users of the container"),
            ("map", "files are mapped when they are mounted"),
            ("off", "files stay as they are"),
        ],
        "resolv-conf" => &[
            ("auto", "what fits the network"),
            ("bind-host", "the file of the host"),
            ("copy-host", "a copy of the host's"),
            ("off", "the image's own"),
        ],
        _ => &[],
    }
}

/// What an option does, for those that isolation depends on.
pub(super) fn of_flag(flag: &str) -> &'static str {
    match flag {
        "bind" => "Shows a path of the host to the container.",
        "bind-ro" => "Shows a path of the host to the container, read-only.",
        "cap-add" | "capability" => "Adds capabilities.",
        "cap-drop" | "drop-capability" => "Drops capabilities.",
        "cgroupns" => "The cgroup namespace.",
        "device" => "Passes a device of the host: `node[:inside][:rwm]`.",
        "env" | "setenv" => "Sets a variable of the environment.",
        "env-file" => "Reads variables of the environment from a file.",
        "env-host" => "Passes the environment of the host.",
        "gidmap" | "uidmap" => "Maps ids of the container to those of the host.",
        "group-add" => "Adds groups to its user.",
        "ipc" => "The namespace of shared memory and queues.",
        "memory" => "Limits its memory.",
        "mount" => "Mounts a path, a volume or another file system.",
        "network" | "net" => "The network that it joins.",
        "no-new-privileges" => "Nothing in it gains privileges by what it executes.",
        "pid" => "The namespace of processes.",
        "pids-limit" => "Limits the number of its processes.",
        "pod" => "The pod that it runs in.",
        "private-network" => "A network of its own, without any interface.",
        "private-users" => "How its users map to those of the host.",
        "privileged" => "All capabilities and devices, and no confinement.",
        "publish" | "port" => "Leads a port of the host to the container; without an address on all of them.",
        "pull" => "When the image is pulled.",
        "read-only" => "Its root file system is read-only.",
        "secret" => "Gives it a secret of Podman.",
        "security-opt" => "Confinement: labels, seccomp, AppArmor, new privileges.",
        "sysctl" => "Sets parameters of the kernel for its namespaces.",
        "system-call-filter" => "Allows or forbids system calls.",
        "tmpfs" => "Mounts a file system in memory.",
        "user" => "The user inside that its program runs as.",
        "userns" => "How its users map to those of the host.",
        "uts" => "The namespace of the host's name.",
        "volume" => "Mounts a volume or a path of the host: `source:inside[:options]`.",
        _ => "",
    }
}
