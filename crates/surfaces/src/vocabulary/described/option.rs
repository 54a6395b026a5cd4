//! An option in words.

/// An option of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name from the container, `*` for a name that the user chooses or an element of a list.
    pub name: &'static str,
    /// Its type, in words.
    pub kind: &'static str,
    /// Its default as code or in words; empty if it has none.
    pub default: &'static str,
    /// What may be written, as code; empty if that is no short list.
    pub values: &'static [&'static str],
    /// The release that had it first; empty if all have it that are still used.
    pub since: &'static str,
    /// What it does, in a sentence or two.
    pub words: &'static str,
}

pub(super) const fn described(
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    words: &'static str,
) -> Described {
    Described {
        name,
        kind,
        default,
        values: &[],
        since: "",
        words,
    }
}

impl Described {
    pub(super) const fn values(self, values: &'static [&'static str]) -> Self {
        Self { values, ..self }
    }

    pub(super) const fn since(self, since: &'static str) -> Self {
        Self { since, ..self }
    }

    /// Its name in pieces.
    pub fn path(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.name.split('.')
    }
}
