//! Reasons for not knowing.

/// Why something could not be known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// A file or directory that is not there; the text names it.
    MissingFile(String),
    /// A file or directory that is there and cannot be read, or is no text; the text names it and says why.
    Unreadable(String),
    /// A path outside the project and its resolved inputs; the text names it.
    OutsideProject(String),
    /// A path that leads out of the project by a symbolic link; the text names it, and not where it leads.
    LeadsOutside(String),
    /// A path that git does not track, so that the flake around it does not see it; the text names it.
    Untracked(String),
    /// A path that a version control system keeps for itself; the text names it.
    VersionControl(String),
    /// Needs the network or a build.
    Fetch(String),
    /// A builtin, `lib` function or option type that this version does not model.
    NotModelled(String),
    /// Depends on the machine, the time or the environment.
    Impure(String),
    /// A flake input, module argument or package: the name tells which, such as `pkgs.hello`.
    External(String),
    /// An option that nothing in the analysed files sets and whose default is not known.
    UnsetOption(String),
    /// The file does not parse.
    SyntaxError(String),
    /// The evaluation of this value fails; the text is Nix's message.
    Error(String),
    /// A definition of an option that nobody declares, on which Nix fails.
    NoSuchOption {
        /// The option.
        option: String,
        /// The name beside it that was most likely meant, if there is just one that is very near.
        meant: Option<String>,
    },
    /// The value depends on itself.
    Cycle(String),
    /// A bound on work, depth or size was reached.
    Limit(String),
    /// Whoever asked is not interested in the answer any more.
    Cancelled,
    /// It depends on several unknowns or on a condition that is not known.
    Undecided(String),
}

/// What a name stands for that is known well enough without its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A package: a path in the store.
    Package,
    /// A secret that is decrypted when the system runs: a path outside of the store.
    Secret,
    /// A user's home directory.
    Home,
}

impl Why {
    /// The name of what is not known, if it has one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::External(name) | Self::UnsetOption(name) => Some(name),
            _ => None,
        }
    }

    /// Is it that definitions contradict each other, so that no one of them is the mistake?
    pub fn is_conflict(&self) -> bool {
        let Self::Error(message) = self else { return false };
        message.starts_with("The option `")
            && [
                "' has conflicting definition values",
                "' is defined both null and not null",
                "' is defined multiple times",
            ]
            .iter()
            .any(|part| message.contains(part))
    }

    /// Does the code fail in Nix, too, or does it look at something that it may not or cannot read?
    pub fn is_fault(&self) -> bool {
        matches!(
            self,
            Self::Error(_)
                | Self::NoSuchOption { .. }
                | Self::Cycle(_)
                | Self::SyntaxError(_)
                | Self::MissingFile(_)
                | Self::Unreadable(_)
                | Self::OutsideProject(_)
                | Self::LeadsOutside(_)
                | Self::Untracked(_)
                | Self::VersionControl(_)
        )
    }

    /// What the name stands for, if that is all that anybody needs to know of it.
    pub fn symbol(&self) -> Option<Symbol> {
        /// Sets of options that hold nothing but paths of secrets.
        const SECRETS: [&str; 6] = [
            "age.secrets.",
            "clan.core.vars.generators.",
            "sops.placeholder.",
            "sops.secrets.",
            "sops.templates.",
            "vaultix.secrets.",
        ];
        let name = self.name()?;
        let name = name.strip_prefix("osConfig.").unwrap_or(name);
        let name = name.strip_prefix("config.").unwrap_or(name);
        if name.starts_with("pkgs.")
            || name.starts_with("store path of ")
            || name.contains(".packages.")
            || name.contains(".legacyPackages.")
        {
            Some(Symbol::Package)
        } else if SECRETS.iter().any(|prefix| name.starts_with(prefix)) {
            Some(Symbol::Secret)
        } else if name.ends_with(".homeDirectory") || name.ends_with(".home") {
            Some(Symbol::Home)
        } else {
            None
        }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MissingFile(s) => write!(f, "there is no file `{s}`"),
            Self::Unreadable(s) => write!(f, "{s}"),
            Self::OutsideProject(s) => write!(f, "`{s}` lies outside the project"),
            Self::LeadsOutside(s) => write!(f, "`{s}` leads out of the project by a symbolic link"),
            Self::Untracked(s) => write!(f, "`{s}` is not tracked by git, so the flake does not see it"),
            Self::VersionControl(s) => write!(f, "`{s}` belongs to version control and is never read"),
            Self::Fetch(s) => write!(f, "{s} needs the network or a build"),
            Self::NotModelled(s) => write!(f, "`{s}` is not modelled"),
            Self::Impure(s) => write!(f, "{s} depends on the machine"),
            Self::External(s) => write!(f, "`{s}` comes from outside"),
            Self::UnsetOption(s) => write!(f, "option `{s}` is set nowhere in the analysed files"),
            Self::SyntaxError(s) => write!(f, "syntax error: {s}"),
            Self::Error(s) => write!(f, "evaluation fails: {s}"),
            Self::NoSuchOption { option, .. } => {
                write!(f, "evaluation fails: The option `{option}' does not exist")
            }
            Self::Cycle(s) => write!(f, "infinite recursion: {s}"),
            Self::Limit(s) => write!(f, "{s}"),
            Self::Cancelled => write!(f, "the check was cancelled"),
            Self::Undecided(s) => write!(f, "undecided: {s}"),
        }
    }
}
