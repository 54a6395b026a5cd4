//! Reasons for not knowing.

use crate::outside::{Outside, What, is_unnamed};
use std::sync::Arc;

/// Why something could not be known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// A file or directory that is not there; the text names it.
    MissingFile(String),
    /// A file that a module certainly imports and that is not there; the text names it.
    MissingModule(String),
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
    /// What a file of the running system says, such as a secret that is decrypted there: the file by its name.
    Content(String),
    /// A flake input, module argument or package.
    External(Arc<Outside>),
    /// An option that nothing in the analysed files sets and whose default is not known.
    UnsetOption(String),
    /// The file does not parse.
    SyntaxError(String),
    /// The evaluation of this value fails; the text is Nix's message.
    Error(String),
    /// A set does not have this attribute, as far as it is known; the text is Nix's message. What a system has besides may
    /// be declared where nobody looked, so this says less than other errors.
    NoAttribute(String),
    /// Definitions of an option contradict each other, so that no one of them is the mistake; the text is Nix's message.
    Conflict(String),
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
    /// It depends on several unknowns or on a condition that is not known; a sentence that says on which.
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
    /// An argument by its name, or a part of one: `inputs.nixpkgs.lib`.
    pub fn named(path: &str) -> Self {
        Self::External(Arc::new(Outside::named(path)))
    }

    /// A flake input, or a source that is pinned like one.
    pub fn input(name: &str) -> Self {
        Self::External(Arc::new(Outside::input(name)))
    }

    /// The name of what is not known, if it has one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::External(outside) => Some(outside.name()),
            Self::UnsetOption(name) => Some(name),
            _ => None,
        }
    }

    /// What it is that is not among the files, if it is that.
    pub fn outside(&self) -> Option<Arc<Outside>> {
        match self {
            Self::External(outside) => Some(Arc::clone(outside)),
            Self::UnsetOption(path) => Some(Arc::new(Outside::option(path))),
            _ => None,
        }
    }

    /// Is something not known because of what it was taken from?
    pub fn is_part_of(&self, whole: &Self) -> bool {
        match (self, whole) {
            (Self::External(part), Self::External(whole)) => part.is_part_of(whole),
            (Self::UnsetOption(part), Self::UnsetOption(whole)) => {
                let mut steps = part.split('.');
                whole.split('.').all(|step| steps.next() == Some(step))
            }
            _ => self == whole,
        }
    }

    /// Is it a package of nixpkgs or of an input, or a set of such?
    pub fn is_of_packages(&self) -> bool {
        matches!(self, Self::External(outside)
            if matches!(outside.what(), What::Packages | What::Package | What::DevShell))
    }

    /// How many steps of the way to it have no name: any element of a set, of a list or of a directory.
    pub fn unnamed(&self) -> usize {
        match self {
            Self::External(outside) => usize::from(outside.unnamed()),
            Self::UnsetOption(path) => path.split('.').filter(|step| is_unnamed(step)).count(),
            _ => 0,
        }
    }

    /// Does the code fail in Nix, too, or does it look at something that it may not or cannot read?
    pub fn is_fault(&self) -> bool {
        matches!(
            self,
            Self::Error(_)
                | Self::NoAttribute(_)
                | Self::Conflict(_)
                | Self::NoSuchOption { .. }
                | Self::Cycle(_)
                | Self::SyntaxError(_)
                | Self::MissingFile(_)
                | Self::MissingModule(_)
                | Self::Unreadable(_)
                | Self::OutsideProject(_)
                | Self::LeadsOutside(_)
                | Self::Untracked(_)
                | Self::VersionControl(_)
        )
    }

    /// Nix's message, if the evaluation of this value fails.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Error(message) | Self::Conflict(message) | Self::Cycle(message) => Some(message),
            _ => None,
        }
    }

    /// What the name stands for, if that is all that anybody needs to know of it.
    pub fn symbol(&self) -> Option<Symbol> {
        match self {
            Self::External(outside) => match outside.what() {
                What::Package | What::DevShell | What::StorePath => Some(Symbol::Package),
                What::Home => Some(Symbol::Home),
                What::Config => {
                    let (_, option) = outside.name().split_once('.')?;
                    Symbol::of_option(option)
                }
                What::Inputs
                | What::Input
                | What::Packages
                | What::ModulesPath
                | What::SearchPath
                | What::Argument => None,
            },
            Self::UnsetOption(option) => Symbol::of_option(option),
            _ => None,
        }
    }
}

impl Symbol {
    /// What an option stands for.
    fn of_option(path: &str) -> Option<Self> {
        /// Sets of options that hold nothing but paths of secrets.
        const SECRETS: [&[&str]; 6] = [
            &["age", "secrets"],
            &["clan", "core", "vars", "generators"],
            &["sops", "placeholder"],
            &["sops", "secrets"],
            &["sops", "templates"],
            &["vaultix", "secrets"],
        ];
        // In guests and homes the way to the option is longer.
        let steps: Vec<&str> = path.split('.').collect();
        let is_in = |set: &&[&str]| {
            let mut stretches = steps.windows(set.len() + 1);
            stretches.any(|stretch| stretch.starts_with(set))
        };
        if SECRETS.iter().any(is_in) {
            return Some(Self::Secret);
        }
        match path.rsplit_once('.')? {
            // What a service calls its home is a directory made for it.
            (before, "home") if before.split('.').any(|step| step == "services") => None,
            (_, "homeDirectory" | "home") => Some(Self::Home),
            _ => None,
        }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MissingFile(s) | Self::MissingModule(s) => write!(f, "there is no file `{s}`"),
            Self::Unreadable(s) => write!(f, "{s}"),
            Self::OutsideProject(s) => write!(f, "`{s}` lies outside the project"),
            Self::LeadsOutside(s) => write!(f, "`{s}` leads out of the project by a symbolic link"),
            Self::Untracked(s) => write!(f, "`{s}` is not tracked by git, so the flake does not see it"),
            Self::VersionControl(s) => write!(f, "`{s}` belongs to version control and is never read"),
            Self::Fetch(s) => write!(f, "{s} needs the network or a build"),
            Self::NotModelled(s) => write!(f, "`{s}` is not modelled"),
            Self::Impure(s) => write!(f, "{s} depends on the machine"),
            Self::Content(file) => write!(f, "the content of `{file}` depends on the machine"),
            Self::External(outside) => write!(f, "`{}` comes from outside", outside.name()),
            Self::UnsetOption(s) => write!(f, "option `{s}` is set nowhere in the analysed files"),
            Self::SyntaxError(s) => write!(f, "syntax error: {s}"),
            Self::Error(s) | Self::NoAttribute(s) | Self::Conflict(s) => write!(f, "evaluation fails: {s}"),
            Self::NoSuchOption { option, .. } => {
                write!(f, "evaluation fails: The option `{option}' does not exist")
            }
            Self::Cycle(s) => write!(f, "infinite recursion: {s}"),
            Self::Limit(s) => write!(f, "{s}"),
            Self::Cancelled => write!(f, "the check was cancelled"),
            Self::Undecided(s) => write!(f, "{s}"),
        }
    }
}
