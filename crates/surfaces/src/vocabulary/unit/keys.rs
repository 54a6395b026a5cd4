//! What there is to say of a key: since when Podman has it, how its value is read, and what it becomes.

use nixpod_model::{Consequence, PodmanRelease};

/// A key of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// The first release that has it.
    pub(crate) since: PodmanRelease,
    pub(crate) read: Read,
    pub(crate) becomes: Becomes,
    pub(crate) takes: Takes,
}

/// How Podman reads the values of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// The last one, without quotes around it.
    Last,
    /// Each as it is.
    All,
    /// The words of each.
    List,
    /// The words of each, with escapes.
    Arguments,
    /// The words of the last one, with escapes.
    LastArguments,
    /// As arguments that are names with values; the last of a name holds.
    Pairs,
}

/// What a key becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Becomes {
    /// An option of `podman run` for each value.
    Option(&'static str),
    /// `--security-opt` of each value after this.
    Security(&'static str),
    /// `--security-opt` of this, if it is on.
    SecuritySwitch(&'static str),
    /// The same, where the option says nothing of what the container can reach, who reaches it, or what is secret.
    Further(&'static str),
    /// Something that more than this key decides; whoever reads the section knows it by its name.
    Own,
    /// Nothing that says what the container can reach, who reaches it, or what is secret.
    Nothing,
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Anything,
    Switch,
    /// A switch, or one of these words.
    SwitchOr(&'static [&'static str]),
    /// One of these words, or of the further names that Podman has for them; and what becomes of a unit with another one.
    /// An empty value is none.
    OneOf(&'static [&'static str], &'static [&'static str], Consequence),
    Number,
    /// One that is not less than nothing.
    Natural,
    /// A number that a unit may follow.
    Size,
    /// A port or a range of ports.
    Port,
    /// A port inside and one outside, perhaps with an address.
    Published,
    Address,
    Subnet,
    /// A time, or one of these words.
    Duration(&'static [&'static str]),
    /// Words, each of which says which ids are which outside.
    Maps,
}

impl Key {
    pub(super) const fn takes(self, takes: Takes) -> Self {
        Self { takes, ..self }
    }
}

/// A key that takes any value.
pub(super) const fn key(name: &'static str, major: u8, minor: u8, read: Read, becomes: Becomes) -> Key {
    Key {
        name,
        since: PodmanRelease { major, minor },
        read,
        becomes,
        takes: Takes::Anything,
    }
}
