//! What was not analysed: where, why, and what it has to do with containers.

use nixpod_source::{Outside, Span, What, Why};
use std::fmt;

/// Something that was not analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where, if it has a place.
    pub span: Option<Span>,
    /// Why. What has the same cause can be told together.
    pub cause: Cause,
    /// What it has to do with containers.
    pub concern: Concern,
    /// Was it met by a host of a flake, and not only by a file that is looked at by itself?
    pub on_host: bool,
    /// What, without the cause.
    pub what: String,
    /// What and why, in one line.
    pub reason: String,
}

impl Gap {
    /// For those who count.
    pub const fn kind(&self) -> GapKind {
        self.cause.kind()
    }
}

/// What something that was not analysed has to do with containers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concern {
    /// This container, or the system in it.
    Container {
        /// Its surface, by the name used in every format.
        surface: &'static str,
        /// Its name.
        name: String,
    },
    /// A set of containers: which are in it.
    Set,
    /// Which containers there are, or what any of them may be set to.
    Containers,
    /// Nothing that was seen of a container depends on it.
    Nothing,
}

impl Concern {
    /// Is it about one container that is known by name?
    pub(crate) const fn is_of_one(&self) -> bool {
        matches!(self, Self::Container { .. })
    }

    /// The name used in every format.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Container { .. } => "container",
            Self::Set => "set",
            Self::Containers => "containers",
            Self::Nothing => "nothing",
        }
    }
}

/// Why something was not analysed, for those who count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// A bound on work, time or memory was reached.
    Limit,
    /// A file that is there and cannot be read or parsed.
    Unreadable,
    /// A file that is not there.
    Missing,
    /// A path outside of the project, or none of its sources: what git does not track or keeps for itself.
    Outside,
    /// Something that this version does not model.
    NotModelled,
    /// A flake input, argument or option that is not among the files.
    UnknownInput,
    /// Something that Nix itself cannot evaluate.
    Error,
}

impl GapKind {
    /// All kinds, the most serious first.
    pub const ALL: [Self; 7] = [
        Self::Limit,
        Self::Unreadable,
        Self::Missing,
        Self::Outside,
        Self::NotModelled,
        Self::UnknownInput,
        Self::Error,
    ];

    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Unreadable => "unreadable",
            Self::Missing => "missing",
            Self::Outside => "outside",
            Self::NotModelled => "not-modelled",
            Self::UnknownInput => "unknown-input",
            Self::Error => "error",
        }
    }

    /// Can whoever wrote the code bring it about, so that a run that was to judge the code is worth nothing?
    pub const fn blinds(self) -> bool {
        matches!(self, Self::Limit | Self::Unreadable)
    }
}

/// Why something was not analysed. It names what is to be fetched, added or mended, if anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A flake input, or a source that is pinned like one: its name.
    Input(String),
    /// An argument that a module or function gets: its name.
    Argument(String),
    /// An entry of `NIX_PATH`: its name.
    SearchPath(String),
    /// Something of packages, which are not built.
    Packages,
    /// An option that is set nowhere: its path.
    Option(String),
    /// Needs the network or a build: what does.
    Fetch(String),
    /// Depends on the machine, the time or the environment: what does.
    Machine(String),
    /// It depends on several unknowns or on a condition that is not known.
    Undecided(String),
    /// A path that is not there, or the outermost folder of it that is not: relative to the project.
    Missing(String),
    /// A folder with nothing in it, as that of a submodule that was not fetched: relative to the project.
    EmptyFolder(String),
    /// A path outside of the project.
    Outside(String),
    /// A path that git does not track, so that the flake around it does not see it.
    Untracked(String),
    /// A path that version control keeps for itself.
    VersionControl(String),
    /// A file or folder that is there and cannot be read, or is no text: its path and why.
    Unreadable(String),
    /// A file that does not parse.
    Syntax(String),
    /// A bound on work, time or memory.
    Limit(String),
    /// Something that this version does not model.
    NotModelled(String),
    /// A container that stands in the text and that nothing which was evaluated has.
    Unreached,
    /// A set that the code makes a quadlet file of by itself.
    OwnQuadlet,
    /// What nobody was seen to import fails when it is evaluated by itself, and may be no module at all.
    Alone,
    /// Nix itself cannot evaluate it: its message.
    Error(ErrorCode, String),
}

/// How Nix fails on something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorCode {
    /// An operation on the wrong kind of value, a `throw` and so on.
    Evaluation,
    /// Definitions of an option contradict each other.
    Conflict,
    /// An option that no module declares.
    NoSuchOption,
    /// A value that needs itself.
    Recursion,
}

impl Cause {
    /// The cause that a reason for not knowing something is.
    pub(crate) fn of(why: &Why) -> Self {
        match why {
            Why::External(outside) => Self::from_outside(outside),
            Why::UnsetOption(option) => Self::Option(option.clone()),
            Why::MissingFile(path) | Why::MissingModule(path) => Self::Missing(path.clone()),
            Why::Unreadable(what) => Self::Unreadable(what.clone()),
            Why::OutsideProject(path) | Why::LeadsOutside(path) => Self::Outside(path.clone()),
            Why::Untracked(path) => Self::Untracked(path.clone()),
            Why::VersionControl(path) => Self::VersionControl(path.clone()),
            Why::Fetch(what) => Self::Fetch(what.clone()),
            Why::NotModelled(what) => Self::NotModelled(what.clone()),
            Why::Impure(what) => Self::Machine(what.clone()),
            Why::Content(file) => Self::Machine(format!("the content of `{file}`")),
            Why::SyntaxError(message) => Self::Syntax(message.clone()),
            Why::Error(message) | Why::NoAttribute(message) => {
                Self::Error(ErrorCode::Evaluation, message.clone())
            }
            Why::Conflict(message) => Self::Error(ErrorCode::Conflict, message.clone()),
            Why::NoSuchOption { option, .. } => Self::Error(ErrorCode::NoSuchOption, option.clone()),
            Why::Cycle(message) => Self::Error(ErrorCode::Recursion, message.clone()),
            Why::Limit(message) => Self::Limit(message.clone()),
            Why::Cancelled => Self::Limit(why.to_string()),
            Why::Undecided(what) => Self::Undecided(what.clone()),
        }
    }

    fn from_outside(outside: &Outside) -> Self {
        match (outside.what(), outside.input_name()) {
            (What::SearchPath, Some(entry)) => Self::SearchPath(entry.to_owned()),
            (_, Some(input)) => Self::Input(input.to_owned()),
            (What::Packages | What::Package | What::DevShell | What::StorePath, None) => Self::Packages,
            (_, None) => Self::Argument(outside.root().to_owned()),
        }
    }

    /// For those who count.
    pub const fn kind(&self) -> GapKind {
        match self {
            Self::Limit(_) => GapKind::Limit,
            Self::Unreadable(_) | Self::Syntax(_) => GapKind::Unreadable,
            Self::Missing(_) | Self::EmptyFolder(_) => GapKind::Missing,
            Self::Outside(_) | Self::Untracked(_) | Self::VersionControl(_) => GapKind::Outside,
            Self::NotModelled(_) | Self::Unreached | Self::OwnQuadlet | Self::Alone => GapKind::NotModelled,
            Self::Input(_)
            | Self::Argument(_)
            | Self::SearchPath(_)
            | Self::Packages
            | Self::Option(_)
            | Self::Fetch(_)
            | Self::Machine(_)
            | Self::Undecided(_) => GapKind::UnknownInput,
            Self::Error(..) => GapKind::Error,
        }
    }

    /// The name used in every format.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Input(_) => "input",
            Self::Argument(_) => "argument",
            Self::SearchPath(_) => "search-path",
            Self::Packages => "packages",
            Self::Option(_) => "option",
            Self::Fetch(_) => "fetch",
            Self::Machine(_) => "machine",
            Self::Undecided(_) => "undecided",
            Self::Missing(_) => "missing",
            Self::EmptyFolder(_) => "empty-folder",
            Self::Outside(_) => "outside",
            Self::Untracked(_) => "untracked",
            Self::VersionControl(_) => "version-control",
            Self::Unreadable(_) => "unreadable",
            Self::Syntax(_) => "syntax-error",
            Self::Limit(_) => "limit",
            Self::NotModelled(_) => "not-modelled",
            Self::Unreached => "unreached",
            Self::OwnQuadlet => "own-quadlet",
            Self::Alone => "alone",
            Self::Error(ErrorCode::Evaluation, _) => "evaluation-error",
            Self::Error(ErrorCode::Conflict, _) => "conflict",
            Self::Error(ErrorCode::NoSuchOption, _) => "no-such-option",
            Self::Error(ErrorCode::Recursion, _) => "infinite-recursion",
        }
    }

    /// What it names: an input, an argument, an option, a path. Messages are none.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Input(name)
            | Self::Argument(name)
            | Self::SearchPath(name)
            | Self::Option(name)
            | Self::Missing(name)
            | Self::EmptyFolder(name)
            | Self::Outside(name)
            | Self::Untracked(name)
            | Self::VersionControl(name)
            | Self::NotModelled(name)
            | Self::Error(ErrorCode::NoSuchOption, name) => Some(name),
            Self::Packages
            | Self::Fetch(_)
            | Self::Machine(_)
            | Self::Undecided(_)
            | Self::Unreadable(_)
            | Self::Syntax(_)
            | Self::Limit(_)
            | Self::Unreached
            | Self::OwnQuadlet
            | Self::Alone
            | Self::Error(..) => None,
        }
    }

    /// The same with other words in it.
    pub(crate) fn map(mut self, change: impl Fn(&str) -> String) -> Self {
        match &mut self {
            Self::Input(text)
            | Self::Argument(text)
            | Self::SearchPath(text)
            | Self::Option(text)
            | Self::Fetch(text)
            | Self::Machine(text)
            | Self::Undecided(text)
            | Self::Missing(text)
            | Self::EmptyFolder(text)
            | Self::Outside(text)
            | Self::Untracked(text)
            | Self::VersionControl(text)
            | Self::Unreadable(text)
            | Self::Syntax(text)
            | Self::Limit(text)
            | Self::NotModelled(text)
            | Self::Error(_, text) => *text = change(text),
            Self::Packages | Self::Unreached | Self::OwnQuadlet | Self::Alone => {}
        }
        self
    }
}

/// The cause in one sentence, without a final dot.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(name) => write!(f, "input `{name}` is not among the files"),
            Self::Argument(name) => write!(f, "argument `{name}` comes from outside"),
            Self::SearchPath(name) => write!(f, "`<{name}>` is not among the files"),
            Self::Packages => write!(f, "packages are not built"),
            Self::Option(name) => write!(f, "option `{name}` is set nowhere in the analysed files"),
            Self::Fetch(what) => write!(f, "{what} needs the network or a build"),
            Self::Machine(what) => write!(f, "{what} depends on the machine"),
            Self::Missing(path) => write!(f, "there is no `{path}`"),
            Self::EmptyFolder(path) => write!(f, "the folder `{path}` is empty"),
            Self::Outside(path) => write!(f, "`{path}` lies outside the project"),
            Self::Untracked(path) => {
                write!(f, "`{path}` is not tracked by git, so the flake does not see it")
            }
            Self::VersionControl(path) => {
                write!(f, "`{path}` belongs to version control and is never read")
            }
            Self::Syntax(message) => write!(f, "syntax error: {message}"),
            Self::Unreadable(text) | Self::Limit(text) | Self::Undecided(text) => write!(f, "{text}"),
            Self::NotModelled(what) => write!(f, "`{what}` is not modelled"),
            Self::Unreached => write!(f, "nothing that was evaluated has it"),
            Self::OwnQuadlet => write!(f, "a set that the code makes a file of by itself"),
            Self::Alone => write!(
                f,
                "what nobody was seen to import fails by itself, and may be no module"
            ),
            Self::Error(ErrorCode::NoSuchOption, option) => {
                write!(f, "evaluation fails: the option `{option}` does not exist")
            }
            Self::Error(ErrorCode::Recursion, message) => write!(f, "infinite recursion: {message}"),
            Self::Error(_, message) => write!(f, "evaluation fails: {message}"),
        }
    }
}
