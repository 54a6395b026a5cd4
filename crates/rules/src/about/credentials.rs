//! Where programs of users and of the system keep keys and passwords.

use crate::about::paths::{Base, HostPath};
use nixpod_analysis::Severity;

/// Keys or passwords that lie at a path.
pub(crate) struct Credentials {
    /// What they are, as words that go before the path.
    pub(crate) what: &'static str,
    /// How bad it is that somebody reads them.
    pub(crate) severity: Severity,
    /// The program whose own they are: a container that runs it may have them.
    pub(crate) program: Option<&'static str>,
    /// May only root read them on the host?
    pub(crate) owned_by_root: bool,
}

/// Below a home: what lies there and below it lets somebody in elsewhere.
const IN_HOME: [&str; 19] = [
    ".pgpass",
    ".vault-token",
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".config/gcloud",
    ".kube",
    ".config/sops",
    ".password-store",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".netrc",
    ".git-credentials",
    ".mozilla",
    ".config/google-chrome",
    ".config/chromium",
    ".thunderbird",
    ".config/BraveSoftware",
];

/// The same of one program each, which is often the one that the container is for: path, program.
const OF_PROGRAMS: [(&str, &str); 17] = [
    (".docker", "docker"),
    (".docker/config.json", "docker"),
    (".config/containers/auth.json", "podman"),
    (".claude", "claude"),
    (".claude.json", "claude"),
    (".claude/.credentials.json", "claude"),
    (".codex", "codex"),
    (".codex/auth.json", "codex"),
    (".npmrc", "node"),
    (".pypirc", "python"),
    (".config/rclone", "rclone"),
    (".config/rclone/rclone.conf", "rclone"),
    (".config/gh", "gh"),
    (".config/gh/hosts.yml", "gh"),
    (".terraform.d", "terraform"),
    (".terraform.d/credentials.tfrc.json", "terraform"),
    (".cargo/credentials.toml", "cargo"),
];

/// Of the system: path, what it is, the program whose own it is.
const OF_SYSTEM: [(&str, &str, Severity, Option<&str>); 10] = [
    (
        "var/lib/tailscale",
        "the machine's key for its private network in",
        Severity::Medium,
        Some("tailscale"),
    ),
    (
        "var/lib/acme",
        "the private keys of all certificates in",
        Severity::Medium,
        None,
    ),
    ("var/lib/sops", "keys for secrets in", Severity::High, None),
    (
        "var/lib/sops-nix",
        "the host's key for its secrets",
        Severity::High,
        None,
    ),
    (
        "var/lib/sops-nix/key.txt",
        "the host's key for its secrets",
        Severity::High,
        None,
    ),
    ("var/lib/age", "keys for secrets in", Severity::High, None),
    (
        "etc/wireguard",
        "the private keys of tunnels in",
        Severity::High,
        Some("wireguard"),
    ),
    (
        "etc/NetworkManager/system-connections",
        "the passwords of networks in",
        Severity::High,
        None,
    ),
    (
        "etc/ssl/private",
        "the private keys of certificates in",
        Severity::Medium,
        None,
    ),
    (
        "run/keys",
        "the keys that were sent to the host in",
        Severity::High,
        None,
    ),
];

/// What lies at a path, if it is a place for keys and passwords.
pub(crate) fn credentials(path: &HostPath) -> Option<Credentials> {
    let rest = path.rest();
    match path.base {
        Base::Home => in_home(&rest),
        Base::System => {
            let (_, what, severity, program) = OF_SYSTEM.iter().find(|(place, ..)| *place == rest)?;
            Some(Credentials {
                what,
                severity: *severity,
                program: *program,
                owned_by_root: true,
            })
        }
        Base::Runtime => (rest == "containers/auth.json").then_some(Credentials {
            what: PASSWORDS,
            severity: Severity::Medium,
            program: Some("podman"),
            owned_by_root: false,
        }),
    }
}

const PASSWORDS: &str = "a user's keys or passwords in";

fn in_home(rest: &str) -> Option<Credentials> {
    let is_below = |place: &str| {
        let below = rest.strip_prefix(place);
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    };
    let found = |severity, program| Credentials {
        what: PASSWORDS,
        severity,
        program,
        owned_by_root: false,
    };
    if IN_HOME.iter().any(|place| is_below(place)) {
        return (!is_public(rest)).then(|| found(Severity::High, None));
    }
    let (_, program) = OF_PROGRAMS.iter().find(|(place, _)| *place == rest)?;
    Some(found(Severity::Medium, Some(program)))
}

/// Files beside the keys that hold none.
fn is_public(rest: &str) -> bool {
    let file = rest.rsplit('/').next().unwrap_or(rest);
    const PUBLIC: [&str; 12] = [
        "known_hosts",
        "known_hosts2",
        "known_hosts.d",
        "config",
        "config.d",
        "rc",
        "authorized_keys",
        "authorized_keys2",
        "gpg.conf",
        "trustdb.gpg",
        "public-keys.d",
        "S.gpg-agent",
    ];
    // Of a cluster the file `config` is the key.
    file.ends_with(".pub")
        || file.starts_with("pubring")
        || PUBLIC.contains(&file) && !rest.starts_with(".kube")
}

#[cfg(test)]
mod tests {
    use super::credentials;
    use crate::about::paths::{Base, HostPath};

    fn is_some(base: Base, rest: &str) -> bool {
        let segments = rest.split('/').map(str::to_owned).collect();
        credentials(&HostPath {
            base,
            segments,
            vague: false,
        })
        .is_some()
    }

    #[test]
    fn keys_are_told_from_what_lies_beside_them() {
        for rest in [
            ".ssh",
            ".ssh/deploy",
            ".ssh/id_ed25519",
            ".kube/config",
            ".aws/credentials",
            ".claude",
            ".gnupg",
        ] {
            assert!(is_some(Base::Home, rest), "{rest}");
        }
        for rest in [
            ".ssh/id_ed25519.pub",
            ".ssh/known_hosts",
            ".ssh/config",
            ".aws/config",
            ".gnupg/pubring.kbx",
            ".sshx",
            ".claude/skills",
            ".config",
            "project",
        ] {
            assert!(!is_some(Base::Home, rest), "{rest}");
        }
        assert!(is_some(Base::System, "var/lib/acme"));
        assert!(!is_some(Base::System, "var/lib/acme/example.org"));
    }
}
