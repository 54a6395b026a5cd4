//! Programs that run what stands behind their options, and what their options say.

/// How such a program runs what stands behind its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// The words, as they are.
    Words,
    /// All words as one text that is given to a shell: `watch`.
    Joined,
    /// The same on another machine: `ssh`.
    JoinedElsewhere,
    /// Nothing but the script that an option has: `script -c`.
    OnlyScript,
}

/// Who it runs it as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum As {
    /// As whoever calls it.
    Caller,
    /// As the user whom one of these options names, and else as whoever calls it.
    Named(&'static [&'static str]),
    /// As the user whom one of these options names, and else as root.
    NamedOrRoot(&'static [&'static str]),
}

/// A program that runs what stands behind its options.
pub(super) struct Prefix {
    pub(super) name: &'static str,
    /// Its options whose value is the next word.
    pub(super) valued: &'static [&'static str],
    /// So many words stand before the command.
    pub(super) before: usize,
    pub(super) user: As,
    /// With one of these it is whoever calls it after all.
    pub(super) caller: &'static [&'static str],
    /// Options with which another machine runs it.
    pub(super) elsewhere: &'static [&'static str],
    /// Options whose value is a script, to which words that follow belong.
    pub(super) script: &'static [&'static str],
    /// `A=b` may stand before the command.
    pub(super) variables: bool,
    pub(super) runs: Runs,
}

const fn plain(name: &'static str, valued: &'static [&'static str]) -> Prefix {
    Prefix {
        name,
        valued,
        before: 0,
        user: As::Caller,
        caller: &[],
        elsewhere: &[],
        script: &[],
        variables: false,
        runs: Runs::Words,
    }
}

const fn behind(name: &'static str, valued: &'static [&'static str], before: usize) -> Prefix {
    Prefix {
        before,
        ..plain(name, valued)
    }
}

const fn as_user(
    name: &'static str,
    valued: &'static [&'static str],
    user: &'static [&'static str],
) -> Prefix {
    Prefix {
        user: As::NamedOrRoot(user),
        variables: true,
        ..plain(name, valued)
    }
}

pub(super) const PREFIXES: [Prefix; 42] = [
    as_user(
        "sudo",
        &[
            "-u",
            "--user",
            "-g",
            "--group",
            "-h",
            "--host",
            "-p",
            "--prompt",
            "-C",
            "--close-from",
            "-D",
            "--chdir",
            "-R",
            "--chroot",
            "-r",
            "--role",
            "-t",
            "--type",
            "-T",
            "--command-timeout",
            "-U",
            "--other-user",
        ],
        &["-u", "--user"],
    ),
    as_user("doas", &["-u", "-C"], &["-u"]),
    // Home Manager's, in activation scripts: it only shows the command where somebody asks for that.
    plain("run", &[]),
    Prefix {
        elsewhere: &["-M", "--machine"],
        ..as_user(
            "run0",
            &[
                "-u",
                "--user",
                "-g",
                "--group",
                "-D",
                "--chdir",
                "--unit",
                "--property",
                "--description",
                "--slice",
                "--nice",
                "--setenv",
                "--background",
                "-M",
                "--machine",
            ],
            &["-u", "--user"],
        )
    },
    as_user("pkexec", &["--user"], &["--user"]),
    Prefix {
        variables: true,
        script: &["-S", "--split-string"],
        ..plain("env", &["-u", "--unset", "-C", "--chdir", "-S", "--split-string"])
    },
    plain("exec", &["-a"]),
    plain("command", &[]),
    plain("builtin", &[]),
    plain("nohup", &[]),
    plain("setsid", &[]),
    plain("time", &["-f", "--format", "-o", "--output"]),
    plain("nice", &["-n", "--adjustment"]),
    plain("ionice", &["-c", "--class", "-n", "--classdata"]),
    plain("stdbuf", &["-i", "-o", "-e", "--input", "--output", "--error"]),
    plain("unbuffer", &[]),
    plain("catchsegv", &[]),
    plain("chronic", &[]),
    plain("prlimit", &[]),
    plain("dbus-run-session", &["--config-file", "--dbus-daemon"]),
    plain("systemd-inhibit", &["--what", "--who", "--why", "--mode"]),
    plain("numactl", &["-i", "-m", "-N", "-C", "-p", "-w"]),
    plain("nsenter", &["-t", "--target", "-S", "--setuid", "-G", "--setgid"]),
    Prefix {
        user: As::Named(&["--reuid"]),
        ..plain(
            "setpriv",
            &[
                "--ambient-caps",
                "--apparmor-profile",
                "--bounding-set",
                "--egid",
                "--euid",
                "--groups",
                "--inh-caps",
                "--landlock-access",
                "--landlock-rule",
                "--pdeathsig",
                "--ptracer",
                "--regid",
                "--reuid",
                "--rgid",
                "--ruid",
                "--seccomp-filter",
                "--securebits",
                "--selinux-label",
            ],
        )
    },
    behind("chroot", &["--userspec", "--groups"], 1),
    behind("timeout", &["-s", "--signal", "-k", "--kill-after"], 1),
    behind("chrt", &["-T", "-P", "-D"], 1),
    behind("taskset", &[], 1),
    behind("faketime", &[], 1),
    Prefix {
        script: &["-c", "--command"],
        ..behind(
            "flock",
            &["-w", "--wait", "--timeout", "-E", "--conflict-exit-code"],
            1,
        )
    },
    behind("gosu", &[], 1),
    behind("su-exec", &[], 1),
    behind("setuidgid", &[], 1),
    behind("s6-setuidgid", &[], 1),
    plain(
        "chpst",
        &[
            "-u", "-U", "-b", "-e", "-/", "-n", "-l", "-L", "-m", "-d", "-o", "-p", "-f", "-c", "-t",
        ],
    ),
    plain("tini", &["-e", "-p"]),
    plain("dumb-init", &["-r", "--rewrite"]),
    plain("systemd-cat", &["-t", "--identifier", "-p", "--priority"]),
    Prefix {
        user: As::NamedOrRoot(&["--uid"]),
        caller: &["--user", "--scope"],
        elsewhere: &["-M", "--machine", "-H", "--host"],
        ..plain(
            "systemd-run",
            &[
                "-u",
                "--unit",
                "-p",
                "--property",
                "-E",
                "--setenv",
                "-M",
                "--machine",
                "-H",
                "--host",
                "--uid",
                "--gid",
                "--slice",
                "--description",
                "--working-directory",
                "--on-active",
                "--on-boot",
                "--on-calendar",
                "--on-startup",
                "--on-unit-active",
                "--on-unit-inactive",
                "--nice",
                "--service-type",
                "--timer-property",
                "--path-property",
                "--socket-property",
                "--job-mode",
                "--background",
                "--json",
            ],
        )
    },
    Prefix {
        runs: Runs::Joined,
        ..plain(
            "watch",
            &["-n", "--interval", "-q", "--equexit", "-s", "--shotsdir"],
        )
    },
    Prefix {
        script: &["-c", "--command"],
        runs: Runs::OnlyScript,
        ..plain(
            "script",
            &[
                "-c",
                "--command",
                "-I",
                "--log-in",
                "-O",
                "--log-out",
                "-B",
                "--log-io",
                "-T",
                "--log-timing",
                "-m",
                "--logging-format",
                "-o",
                "--output-limit",
                "-E",
                "--echo",
            ],
        )
    },
    Prefix {
        before: 1,
        runs: Runs::JoinedElsewhere,
        ..plain(
            "ssh",
            &[
                "-B", "-b", "-c", "-D", "-E", "-e", "-F", "-I", "-i", "-J", "-L", "-l", "-m", "-O", "-o",
                "-P", "-p", "-Q", "-R", "-S", "-W", "-w",
            ],
        )
    },
];

pub(super) const XARGS: Prefix = plain(
    "xargs",
    &[
        "-a",
        "--arg-file",
        "-d",
        "--delimiter",
        "-E",
        "-I",
        "--replace",
        "-L",
        "--max-lines",
        "-n",
        "--max-args",
        "-P",
        "--max-procs",
        "-s",
        "--max-chars",
    ],
);

pub(super) const PARALLEL: Prefix = plain(
    "parallel",
    &[
        "-j",
        "--jobs",
        "-P",
        "--max-procs",
        "-I",
        "-a",
        "--arg-file",
        "-C",
        "--colsep",
        "-d",
        "--delimiter",
        "--delay",
        "--joblog",
        "-N",
        "-n",
        "--max-args",
        "-L",
        "--results",
        "--retries",
        "--timeout",
        "--tmpdir",
        "--halt",
        "--load",
        "--memfree",
        "--nice",
        "--tagstring",
        "--workdir",
    ],
);

/// Those of `su`, `runuser` and `sg` whose value is the next word.
pub(super) const SWITCH: [&str; 14] = [
    "-c",
    "--command",
    "--session-command",
    "-u",
    "--user",
    "-s",
    "--shell",
    "-g",
    "--group",
    "-G",
    "--supp-group",
    "-w",
    "--whitelist-environment",
    "-C",
];

/// Those of `nix-shell`, `nix shell`, `nix develop` and `nix run` whose value is the next word, as far as people use them.
pub(super) const NIX: [&str; 14] = [
    "-A",
    "--attr",
    "-I",
    "--include",
    "-f",
    "--file",
    "-k",
    "--keep",
    "-j",
    "--max-jobs",
    "-c",
    "--command",
    "--run",
    "--profile",
];
