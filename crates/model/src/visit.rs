//! Going through the facts of a container, a user or a system, without knowing which there are.
//!
//! Whoever has to do something with all facts (count what is unknown, doubt what was not seen, print them) is a
//! [`Visitor`] or a [`VisitorMut`]. Each struct with facts enumerates them once, in `every_fact`, which takes the struct
//! apart field by field: one that is left out does not compile.

use crate::{Fact, Field, Holds, StoreRef, Text, TextPart, symbol_in_words};
use nixpod_source::Why;

/// What a fact is about, besides its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactInfo {
    /// A name for people. Facts that there can be several of have the same name.
    pub name: &'static str,
    /// What the fact tells, in words that go on after "it is not known": `what it mounts`.
    pub question: &'static str,
    /// What it means that nothing was seen to set it.
    pub unset: Unset,
    /// Do rules look in it only for what is secret? The analysed code has none in an option that it does not set.
    pub only_secrets: bool,
    /// What it has to do with, for whoever shows the most important first.
    pub topic: Topic,
    /// Is it a word of a line, which is read together with those around it?
    pub is_word: bool,
    /// Is it a text as a whole, the parts of which are other facts?
    pub is_whole: bool,
    /// Is it a text of which every part decides what it means?
    pub is_decisive: bool,
}

/// What a fact has to do with, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// What keeps it apart from the rest of the system, and what takes that away.
    Isolation,
    /// What of the system it reaches, and what reaches it.
    Reach,
    /// What is in it.
    Content,
    /// How it is started.
    Start,
}

/// What it means that nothing was seen to set a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unset {
    /// That the default holds, if all could be seen that may define it.
    Default,
    /// The same, whatever could be seen: nothing else can be set here. It follows from where the thing stands, say, or it
    /// is an entry of a list, which is only there because somebody wrote it.
    Certain,
}

impl FactInfo {
    /// A fact that an option or a flag sets, and that has a default.
    pub(crate) const fn by_default(name: &'static str, question: &'static str) -> Self {
        Self {
            name,
            question,
            unset: Unset::Default,
            only_secrets: false,
            topic: Topic::Isolation,
            is_word: false,
            is_whole: false,
            is_decisive: false,
        }
    }

    /// A fact that no definition which could not be seen would change.
    pub(crate) const fn certain(name: &'static str, question: &'static str) -> Self {
        Self {
            name,
            question,
            unset: Unset::Certain,
            only_secrets: false,
            topic: Topic::Isolation,
            is_word: false,
            is_whole: false,
            is_decisive: false,
        }
    }

    /// A fact that is only looked at for secrets.
    pub(crate) const fn secret(name: &'static str, question: &'static str) -> Self {
        Self {
            only_secrets: true,
            ..Self::certain(name, question)
        }
    }

    /// The same with another topic.
    pub(crate) const fn on(self, topic: Topic) -> Self {
        Self { topic, ..self }
    }

    /// The same as a word of a line.
    pub(crate) const fn word(self) -> Self {
        Self {
            is_word: true,
            ..self
        }
    }

    /// The same as a text as a whole.
    pub(crate) const fn whole(self) -> Self {
        Self {
            is_whole: true,
            ..self
        }
    }

    /// The same as a text of which every part decides.
    pub(crate) const fn decisive(self) -> Self {
        Self {
            is_decisive: true,
            ..self
        }
    }

    /// Is a fact that is unknown as a whole known well enough?
    pub fn is_enough<T: FactValue>(&self, why: &Why) -> bool {
        T::is_enough(why) || self.only_secrets && matches!(why, Why::UnsetOption(_))
    }
}

/// Looks at facts.
pub trait Visitor {
    /// One fact.
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>);
}

/// Changes facts.
pub trait VisitorMut {
    /// One fact.
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &mut Field<T>);
}

/// A part of the definitions could not be seen: what nobody was seen to set is not known.
pub struct Doubt(pub Why);

impl VisitorMut for Doubt {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &mut Field<T>) {
        if info.unset == Unset::Default && field.is_default() {
            field.fact = Fact::Unknown(self.0.clone());
        }
    }
}

/// What a fact can be.
pub trait FactValue {
    /// The strings in it. Each of their pieces has an origin of its own, besides that of the fact.
    fn texts(&self) -> Vec<&Text>;
    /// The value in one line, for tests and for whoever looks for a mistake.
    fn describe(&self) -> String;

    /// The value in one line for whoever runs the system. Texts stand in it as they are, so that what is secret in them
    /// can be found.
    fn tell(&self) -> String {
        self.describe()
    }

    /// What is not known of a value although rules ask for it.
    ///
    /// Each type decides by itself: a directory of an unknown name below `/srv` is known well enough for a bind mount, and
    /// a path that begins with something unknown is not.
    fn missing(&self) -> Option<&Why> {
        None
    }

    /// Is a value that is unknown as a whole known well enough, because of what it is the name of?
    ///
    /// A word of a command that is the path of a package is; a switch is not.
    fn is_enough(_why: &Why) -> bool {
        false
    }
}

impl FactValue for bool {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        self.to_string()
    }
}

impl FactValue for i64 {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        self.to_string()
    }
}

/// What may be null.
macro_rules! optional {
    ($($kind:ty),* $(,)?) => {
        $(impl FactValue for Option<$kind> {
            fn texts(&self) -> Vec<&Text> {
                Vec::new()
            }

            fn describe(&self) -> String {
                format!("{self:?}")
            }

            fn tell(&self) -> String {
                self.as_ref().map_or_else(|| "null".to_owned(), ToString::to_string)
            }
        })*
    };
}

optional!(bool, i64, String);

impl FactValue for String {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        self.clone()
    }
}

impl FactValue for Text {
    fn tell(&self) -> String {
        match &self.parts[..] {
            [TextPart::Hole { why, .. }] => symbol_in_words(why).unwrap_or_else(|| self.display()),
            _ => self.display(),
        }
    }

    fn texts(&self) -> Vec<&Text> {
        vec![self]
    }

    fn is_enough(why: &Why) -> bool {
        why.symbol().is_some()
    }

    fn describe(&self) -> String {
        let mut out = self.display();
        for reference in &self.context {
            out.push_str(&match reference {
                StoreRef::Copied {
                    path,
                    encrypted,
                    holds,
                    ..
                } => format!(" (copies {path}{})", note(*encrypted, holds)),
                StoreRef::Path {
                    path,
                    encrypted,
                    holds,
                    ..
                } => format!(" (path {path}{})", note(*encrypted, holds)),
                StoreRef::Read { path, encrypted, .. } => {
                    format!(" (reads {path}{})", note(*encrypted, &Holds::Unknown))
                }
                StoreRef::Written { name, text, .. } => format!(" (writes {name}: {:?})", text.describe()),
            });
        }
        out
    }
}

const fn note(encrypted: bool, holds: &Holds) -> &'static str {
    match (encrypted, holds) {
        (true, _) => " encrypted",
        (false, Holds::Key) => " with a key",
        (false, Holds::Variables(_)) => " with variables",
        (false, Holds::Unknown) => "",
    }
}
