//! What was recognised as a secret.

use nixpod_analysis::Severity;

/// What was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Where in the text.
    pub(crate) range: (usize, usize),
    /// What it is.
    pub(crate) kind: Kind,
}

/// Kinds of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The value of something whose name says secret.
    Named,
    /// The same, and anybody can guess it.
    Placeholder,
    /// Recognised by its shape alone; in words.
    Shape(&'static str),
    /// A password hash.
    Hash,
}

impl Hit {
    /// The same in a text in which this one begins there.
    pub(crate) const fn moved(self, by: usize) -> Self {
        Self {
            range: (self.range.0 + by, self.range.1 + by),
            kind: self.kind,
        }
    }
}

impl Kind {
    /// How bad it is that everybody can read it.
    pub(crate) const fn severity(self) -> Severity {
        match self {
            Self::Hash => Severity::Low,
            _ => Severity::High,
        }
    }
}
