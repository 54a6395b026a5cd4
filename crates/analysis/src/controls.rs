//! Which controls of published catalogues a rule covers.
//!
//! Titles are in words of our own. Where the ids were looked up is said beside each catalogue.

/// A catalogue of controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Catalogue {
    /// The benchmark of the Center for Internet Security for Docker.
    Cis,
    /// The guidance of NSA and CISA for Kubernetes, as far as it is about containers.
    Nsa,
    /// MITRE ATT&CK: techniques for containers, and of Linux where they say it better.
    Attack,
}

/// A control by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// A recommendation by its section, as in `5.5`.
    Cis(&'static str),
    /// A control by its number, as in `1.2`.
    Nsa(&'static str),
    /// A technique, as in `T1611`.
    Attack(&'static str),
}

/// The controls that a rule covers.
#[derive(Clone, Copy, Debug)]
pub enum Controls {
    /// These.
    Cover(&'static [Control]),
    /// None of the catalogues has one, for this reason: words that go on after "because".
    Nowhere(&'static str),
    /// The rule says nothing of it.
    NotAsked,
}

impl Controls {
    /// The one that is given, if one is.
    #[doc(hidden)]
    pub const fn of(given: &[Self]) -> Self {
        match given {
            [controls] => *controls,
            _ => Self::NotAsked,
        }
    }

    /// All that are covered.
    pub const fn all(&self) -> &'static [Control] {
        match self {
            Self::Cover(controls) => controls,
            Self::Nowhere(_) | Self::NotAsked => &[],
        }
    }
}

impl Catalogue {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Cis, Self::Nsa, Self::Attack];

    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cis => "CIS",
            Self::Nsa => "NSA-CISA",
            Self::Attack => "ATT&CK",
        }
    }

    /// The name in full.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cis => "CIS Docker Benchmark",
            Self::Nsa => "NSA/CISA Kubernetes Hardening Guidance",
            Self::Attack => "MITRE ATT&CK for Enterprise",
        }
    }

    /// Whose it is.
    pub const fn organisation(self) -> &'static str {
        match self {
            Self::Cis => "Center for Internet Security",
            Self::Nsa => "National Security Agency, Cybersecurity and Infrastructure Security Agency",
            Self::Attack => "The MITRE Corporation",
        }
    }

    /// The edition whose ids these are. The guidance of NSA and CISA has no numbers of its own.
    pub const fn edition(self) -> &'static str {
        match self {
            Self::Cis => "1.6.0",
            Self::Nsa => "1.2, numbered as in Trivy's specification k8s-nsa-1.0",
            Self::Attack => "17",
        }
    }

    /// Where it is on the web.
    pub const fn url(self) -> &'static str {
        match self {
            Self::Cis => "https://www.cisecurity.org/benchmark/docker",
            Self::Nsa => {
                "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF"
            }
            Self::Attack => "https://attack.mitre.org/matrices/enterprise/containers/",
        }
    }

    /// Its controls that rules may name: id and title.
    const fn listed(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Cis => CIS,
            Self::Nsa => NSA,
            Self::Attack => ATTACK,
        }
    }
}

impl Control {
    /// Where it is listed.
    pub const fn catalogue(self) -> Catalogue {
        match self {
            Self::Cis(_) => Catalogue::Cis,
            Self::Nsa(_) => Catalogue::Nsa,
            Self::Attack(_) => Catalogue::Attack,
        }
    }

    /// Its id in the catalogue.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Cis(id) | Self::Nsa(id) | Self::Attack(id) => id,
        }
    }

    /// What it asks for, or, of a technique, what it is; nothing if the catalogue has no such id.
    pub fn title(self) -> Option<&'static str> {
        let mut listed = self.catalogue().listed().iter();
        listed.find(|(id, _)| *id == self.id()).map(|(_, title)| *title)
    }

    /// Where it is on the web: techniques have pages of their own.
    pub fn url(self) -> String {
        match self {
            Self::Attack(id) => format!("https://attack.mitre.org/techniques/{}/", id.replace('.', "/")),
            Self::Cis(_) | Self::Nsa(_) => self.catalogue().url().to_owned(),
        }
    }

    /// Catalogue, id and title on one line.
    pub fn words(self) -> String {
        let title = self.title().unwrap_or_default();
        format!("{} {}: {title}", self.catalogue().as_str(), self.id())
    }
}

/// As docker/docker-bench-security has them at its commit ff26d67, which says that it follows 1.6.0.
const CIS: &[(&str, &str)] = &[
    ("1.1.2", "only trusted users control the daemon"),
    ("2.4", "the daemon may change the firewall"),
    ("2.5", "no insecure registries"),
    ("2.7", "the daemon asks for TLS certificates"),
    ("2.9", "user namespaces are on"),
    ("2.14", "no new privileges"),
    ("3.15", "the socket belongs to root and the engine's group"),
    ("3.16", "the socket is closed to others"),
    ("4.2", "trusted base images only"),
    ("4.5", "signatures of images are asked for"),
    ("4.10", "no secrets in images"),
    ("5.2", "an AppArmor profile"),
    ("5.3", "SELinux options"),
    ("5.4", "few capabilities"),
    ("5.5", "no privileged containers"),
    ("5.6", "no sensitive directories of the host"),
    ("5.7", "no SSH server inside"),
    ("5.9", "only the ports that are needed"),
    ("5.10", "not the host's network"),
    ("5.11", "limited memory"),
    ("5.14", "ports on one interface"),
    ("5.16", "not the host's processes"),
    ("5.17", "not the host's IPC"),
    ("5.18", "no devices of the host"),
    ("5.20", "no shared mount propagation"),
    ("5.21", "not the host's UTS namespace"),
    ("5.22", "a seccomp profile"),
    ("5.26", "no further privileges"),
    ("5.28", "images are kept up to date"),
    ("5.29", "limited number of processes"),
    ("5.31", "not the host's user namespace"),
    ("5.32", "not the engine's socket"),
];

/// As aquasecurity/trivy-checks has them in `pkg/specs/compliance/k8s-nsa-1.0.yaml`.
const NSA: &[(&str, &str)] = &[
    ("1.0", "containers without root"),
    ("1.1", "read-only root file systems"),
    ("1.2", "no privileged containers"),
    ("1.3", "process namespaces are not shared between containers"),
    ("1.4", "the host's process namespace is not shared"),
    ("1.5", "the host's network is not shared"),
    ("1.6", "neither root nor its group"),
    ("1.7", "no escalation to root"),
    ("1.8", "an SELinux context"),
    ("1.9", "an AppArmor profile"),
    ("1.10", "a seccomp profile"),
    ("4.1", "limited resources"),
];

/// As the index of redcanaryco/atomic-red-team for containers, and for Linux, has them.
const ATTACK: &[(&str, &str)] = &[
    ("T1040", "Network Sniffing"),
    ("T1056.001", "Input Capture: Keylogging"),
    ("T1068", "Exploitation for Privilege Escalation"),
    ("T1078.001", "Valid Accounts: Default Accounts"),
    ("T1078.003", "Valid Accounts: Local Accounts"),
    ("T1113", "Screen Capture"),
    ("T1133", "External Remote Services"),
    ("T1190", "Exploit Public-Facing Application"),
    ("T1204.003", "User Execution: Malicious Image"),
    ("T1499", "Endpoint Denial of Service"),
    ("T1525", "Implant Internal Image"),
    (
        "T1548.003",
        "Abuse Elevation Control Mechanism: Sudo and Sudo Caching",
    ),
    ("T1552.001", "Unsecured Credentials: Credentials In Files"),
    ("T1552.004", "Unsecured Credentials: Private Keys"),
    ("T1609", "Container Administration Command"),
    ("T1610", "Deploy Container"),
    ("T1611", "Escape to Host"),
];
