//! What is wrong with a unit that describes a container, and what else it says.

use crate::{FactValue, Text};
use std::fmt;

/// A release of Podman, as far as keys of units depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodmanRelease {
    /// The first number.
    pub major: u8,
    /// The second.
    pub minor: u8,
}

impl fmt::Display for PodmanRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What becomes of a unit with a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Podman makes no service of it.
    NoService,
    /// There is a service, which fails when it is started.
    FailsToStart,
    /// What is written does not hold; the rest does.
    Ignored,
    /// It works only by luck.
    Unsupported,
}

/// Something in a unit that is not taken as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitProblem {
    /// A line that is no section, no key and no comment.
    MalformedLine(String),
    /// The last line ends in a backslash, and only comments or empty lines follow.
    LostLine(String),
    /// A key before the first section.
    KeyOutsideSection(String),
    /// A section that nobody reads.
    UnknownSection {
        /// Its name.
        section: String,
        /// The one that was most likely meant.
        meant: Option<String>,
    },
    /// A key that a section of Podman's does not have.
    UnknownKey {
        /// The section.
        section: &'static str,
        /// The key.
        key: String,
        /// The one that was most likely meant.
        meant: Option<String>,
    },
    /// A key that the section has, but not yet in this release.
    NewerKey {
        /// The section.
        section: &'static str,
        /// The key.
        key: &'static str,
        /// The first release that has it.
        since: PodmanRelease,
        /// The newest that the system can have.
        podman: PodmanRelease,
    },
    /// A value that the key does not take.
    Value {
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// What it takes, in words.
        expected: String,
        /// What becomes of the unit.
        consequence: Consequence,
    },
    /// A quotation mark that is not closed, or a backslash before something that is no escape.
    Quoting {
        /// The key.
        key: &'static str,
        /// What is wrong: `unbalanced quotes`.
        what: &'static str,
        /// Is the value as a whole left out because of it?
        dropped: bool,
    },
    /// A key that the section of the service must not have, since Podman has to decide it.
    ServiceKey(String),
    /// Keys one of which has to be there.
    MissingKey(&'static str),
    /// Keys that exclude one another, or one that needs another: a sentence.
    Conflict(&'static str),
    /// The name of another unit that is not there.
    NoSuchUnit(String),
    /// A path that a shell would expand, and nobody does here.
    NotExpanded(String),
    /// An option of the module that is not in the unit, because its text is given as a whole.
    Discarded(String),
}

impl UnitProblem {
    /// What becomes of the unit.
    pub const fn consequence(&self) -> Consequence {
        match self {
            Self::MalformedLine(_)
            | Self::KeyOutsideSection(_)
            | Self::UnknownKey { .. }
            | Self::NewerKey { .. }
            | Self::MissingKey(_)
            | Self::Conflict(_)
            | Self::NoSuchUnit(_) => Consequence::NoService,
            Self::LostLine(_) | Self::UnknownSection { .. } | Self::Discarded(_) => Consequence::Ignored,
            Self::Quoting { dropped: true, .. } => Consequence::Ignored,
            Self::Quoting { dropped: false, .. } | Self::ServiceKey(_) => Consequence::Unsupported,
            Self::Value { consequence, .. } => *consequence,
            Self::NotExpanded(_) => Consequence::FailsToStart,
        }
    }
}

impl fmt::Display for UnitProblem {
    /// A sentence without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meant = |meant: &Option<String>| match meant {
            Some(meant) => format!("; `{meant}` is probably meant"),
            None => String::new(),
        };
        match self {
            Self::MalformedLine(line) => write!(f, "`{line}` is no section, no key and no comment"),
            Self::LostLine(line) => write!(f, "`{line}` goes on, but nothing follows"),
            Self::KeyOutsideSection(key) => write!(f, "`{key}` stands before the first section"),
            Self::UnknownSection {
                section,
                meant: other,
            } => {
                write!(f, "nobody reads the section `{section}`{}", meant(other))
            }
            Self::UnknownKey {
                section,
                key,
                meant: other,
            } => write!(f, "`[{section}]` has no key `{key}`{}", meant(other)),
            Self::NewerKey {
                section,
                key,
                since,
                podman,
            } => write!(
                f,
                "`[{section}]` has the key `{key}` since Podman {since}, and the system has {podman} at most"
            ),
            Self::Value {
                key, value, expected, ..
            } => write!(f, "`{key}` takes {expected}, not `{value}`"),
            Self::Quoting { key, what, .. } => write!(f, "`{key}` has {what}"),
            Self::ServiceKey(key) => write!(f, "`{key}` of the service is not supported"),
            Self::MissingKey(keys) => write!(f, "it has no {keys}"),
            Self::Conflict(sentence) => f.write_str(sentence),
            Self::NoSuchUnit(unit) => write!(f, "there is no unit `{unit}`"),
            Self::NotExpanded(path) => write!(f, "nobody expands `{path}` here"),
            Self::Discarded(option) => write!(f, "`{option}` is not in the unit, whose text is given"),
        }
    }
}

impl FactValue for UnitProblem {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        format!("{self} ({:?})", self.consequence())
    }

    fn tell(&self) -> String {
        self.to_string()
    }
}

/// An option of `podman run`, or one of `systemd-nspawn` that says the same, that is told by no other fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOption {
    /// Its long name without dashes: `read-only`.
    pub name: &'static str,
    /// Its value; `true` or `false` for a switch.
    pub value: Text,
}

impl FactValue for RunOption {
    fn texts(&self) -> Vec<&Text> {
        let Self { name: _, value } = self;
        vec![value]
    }

    fn describe(&self) -> String {
        format!("{} = {}", self.name, self.value.describe())
    }

    fn tell(&self) -> String {
        format!("{}={}", self.name, self.value.tell())
    }
}
