//! How certain a statement about a container is, and where it comes from.

use crate::ids::{ContainerId, HostId};
use nixpod_source::{Condition, Origin, Place, Why};
use smol_str::SmolStr;
use std::ops::Deref;

/// What is known of one property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// The analysed code sets it.
    Set(T),
    /// Nothing sets it; this is what NixOS, Home Manager or Podman does by itself.
    Default(T),
    /// The analysed code sets it under a condition that could not be decided.
    Maybe(T),
    /// It could not be known. Rules never fire on this.
    Unknown(Why),
}

/// One definition of an option by the analysed code, winning or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The option that it defines, as it is written in code: from the container if it is one of the container that is read,
    /// and else from its system.
    pub option: SmolStr,
    /// The place of the value.
    pub place: Place,
    /// The place of the option's name, where code has one.
    pub key: Option<Place>,
    /// The value in Nix syntax, shortened; unknown parts are shown as such.
    pub value: String,
    /// The priority: 100 for a plain definition, 50 for `mkForce`, 1000 for `mkDefault`, lower wins.
    pub priority: i64,
    /// Did it take part in the effective value?
    pub won: bool,
    /// Does it pass on what an option of the code's own is by default, so that nobody wrote the value for this one?
    pub by_default: bool,
    /// The undecided or decided `mkIf` condition around it.
    pub condition: Option<Condition>,
}

/// A property with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<T> {
    /// What is known.
    pub fact: Fact<T>,
    /// Where the effective value was written, and the way it took. Empty for defaults.
    pub origin: Origin,
    /// The conditions that could not be decided (for [`Fact::Maybe`]).
    pub conditions: Vec<Condition>,
    /// Every definition of the option that this property is read from.
    pub definitions: Vec<Definition>,
    /// Why it may also be something that is not known, if so: of several alternatives one could be read.
    pub or_unknown: Option<Why>,
    /// What it hangs on that no condition in the code says (for [`Fact::Maybe`]): an option that a file which was not seen
    /// may set.
    pub hangs_on: Option<Why>,
    /// Is it unknown because Nix, too, fails on it, whatever else is the case?
    pub fails: bool,
    /// Where else the same is said: by itself each of these would give the same value.
    pub also: Vec<Origin>,
}

impl<T> Field<T> {
    /// A certain value written at `origin`.
    pub fn set(value: T, origin: Origin) -> Self {
        Self {
            fact: Fact::Set(value),
            origin,
            conditions: Vec::new(),
            definitions: Vec::new(),
            or_unknown: None,
            hangs_on: None,
            fails: false,
            also: Vec::new(),
        }
    }

    /// A value that nothing in the analysed code sets.
    pub fn default(value: T) -> Self {
        Self {
            fact: Fact::Default(value),
            origin: Origin::default(),
            conditions: Vec::new(),
            definitions: Vec::new(),
            or_unknown: None,
            hangs_on: None,
            fails: false,
            also: Vec::new(),
        }
    }

    /// Something that could not be known.
    pub fn unknown(why: Why, origin: Origin) -> Self {
        Self {
            fact: Fact::Unknown(why),
            origin,
            conditions: Vec::new(),
            definitions: Vec::new(),
            or_unknown: None,
            hangs_on: None,
            fails: false,
            also: Vec::new(),
        }
    }

    /// Something that nothing sets and that has no default: the option of this name.
    pub fn unset(option: &str) -> Self {
        Self::unknown(Why::UnsetOption(option.to_owned()), Origin::default())
    }

    /// The value, unless it is unknown; true `Maybe`s are included.
    pub fn value(&self) -> Option<&T> {
        match &self.fact {
            Fact::Set(v) | Fact::Default(v) | Fact::Maybe(v) => Some(v),
            Fact::Unknown(_) => None,
        }
    }

    /// The value if the analysed code writes it, certainly or under a condition; not a default.
    pub fn said(&self) -> Option<&T> {
        self.written().map(Written::get)
    }

    /// The same as what a finding can be about.
    pub fn written(&self) -> Option<Written<'_, T>> {
        match &self.fact {
            Fact::Set(value) | Fact::Maybe(value) => Some(Written { field: self, value }),
            Fact::Default(_) | Fact::Unknown(_) => None,
        }
    }

    /// The value if it is certain: set without an open condition, or a default.
    pub fn certain(&self) -> Option<&T> {
        match &self.fact {
            Fact::Set(v) | Fact::Default(v) => Some(v),
            Fact::Maybe(_) | Fact::Unknown(_) => None,
        }
    }

    /// Is it set by nothing?
    pub fn is_default(&self) -> bool {
        matches!(self.fact, Fact::Default(_))
    }

    /// Does it hold only under an undecided condition?
    pub fn is_maybe(&self) -> bool {
        matches!(self.fact, Fact::Maybe(_))
    }

    /// Is it unknown?
    pub fn is_unknown(&self) -> bool {
        matches!(self.fact, Fact::Unknown(_))
    }

    /// The same certainty and origin with another value.
    pub fn map<U>(&self, f: impl FnOnce(&T) -> U) -> Field<U> {
        Field {
            fact: match &self.fact {
                Fact::Set(v) => Fact::Set(f(v)),
                Fact::Default(v) => Fact::Default(f(v)),
                Fact::Maybe(v) => Fact::Maybe(f(v)),
                Fact::Unknown(why) => Fact::Unknown(why.clone()),
            },
            origin: self.origin.clone(),
            conditions: self.conditions.clone(),
            definitions: self.definitions.clone(),
            or_unknown: self.or_unknown.clone(),
            hangs_on: self.hangs_on.clone(),
            fails: self.fails,
            also: self.also.clone(),
        }
    }
}

/// What the analysed code writes, certainly or under a condition. There is none of a default or of what is not known, so
/// whoever has one can say something of the code.
#[derive(Debug)]
pub struct Written<'f, T> {
    field: &'f Field<T>,
    value: &'f T,
}

impl<T> Clone for Written<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Written<'_, T> {}

impl<'f, T> Written<'f, T> {
    /// What is written.
    pub fn get(self) -> &'f T {
        self.value
    }

    /// The property that it is the value of.
    pub fn field(self) -> &'f Field<T> {
        self.field
    }
}

impl<T> Deref for Written<'_, T> {
    type Target = Field<T>;

    fn deref(&self) -> &Self::Target {
        self.field
    }
}

/// Something that the analysis could not look into, so that silence is never mistaken for safety.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NotAnalysed {
    /// Where, if it has a place.
    pub place: Option<Place>,
    /// What was looked for, such as `containers.web.config`.
    pub what: String,
    /// What is not known of it, in words such as `what it mounts`; none where it is not known as a whole.
    pub questions: Vec<&'static str>,
    /// Why it is not known.
    pub why: Why,
    /// Other places that have a part in it: the definitions that this one conflicts with.
    pub also: Vec<Place>,
    /// What it says of containers.
    pub subject: Subject,
    /// The hosts that it was met in, in the order in which they were read; none if that is not known.
    pub hosts: Vec<HostId>,
}

/// What something that was not analysed has to do with containers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// This container, or the system in it.
    Container(ContainerId),
    /// A set of containers: which are in it.
    Set,
    /// Which containers there are, or what any of them may be set to.
    Containers,
    /// Nothing that was seen of a container depends on it.
    Other,
}
