//! Strings whose pieces remember where they were written.

use nixpod_source::{Origin, Why};
use smol_str::SmolStr;

/// A string, possibly with unknown holes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The pieces in order.
    pub parts: Vec<TextPart>,
    /// What evaluating the string puts into the store.
    pub context: Vec<StoreRef>,
}

/// A piece of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// Known text.
    Known {
        /// The text.
        text: SmolStr,
        /// Where it is written: a whole literal or a stretch of its content.
        origin: Origin,
    },
    /// A hole. `why` names it where it has a name, such as `config.sops.secrets.x.path` or `pkgs.hello`.
    Hole {
        /// What stands there.
        why: Why,
        /// Where the unknown was put in.
        origin: Origin,
    },
}

/// What a file holds, as far as that says whether it is a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Holds {
    /// Something else, or it was not read.
    #[default]
    Unknown,
    /// A private key.
    Key,
    /// Nothing but variables as `NAME=value`, and comments: its text.
    Variables(std::sync::Arc<str>),
}

/// Something that a string refers to in the world-readable Nix store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreRef {
    /// A path literal that was copied into the store.
    Copied {
        /// The path, relative to the project where it is inside.
        path: String,
        /// Where the path literal is written.
        origin: Origin,
        /// Is the file encrypted, as its content says (sops metadata, an age or OpenPGP header)?
        encrypted: bool,
        /// What is in it, as far as that says whether it is a secret.
        holds: Holds,
    },
    /// A path value that is used as it is and not copied by itself: the text is the path. In a flake the whole tree is
    /// in the store anyway.
    Path {
        /// The path, relative to the project where it is inside.
        path: String,
        /// Where the path literal is written.
        origin: Origin,
        /// Is the file encrypted, as its content says?
        encrypted: bool,
        /// What is in it, as far as that says whether it is a secret.
        holds: Holds,
    },
    /// A file written by `pkgs.writeText` and the like.
    Written {
        /// The file's name.
        name: String,
        /// Its text.
        text: Box<Text>,
        /// May it be run, as what `pkgs.writeShellScript` makes?
        is_program: bool,
    },
    /// The content of a file read at evaluation (`readFile`).
    Read {
        /// The path that was read, in the words of the code where it is not known.
        path: String,
        /// Where it was read.
        origin: Origin,
        /// Is the file encrypted, as its content says?
        encrypted: bool,
    },
}

impl Text {
    /// A known text.
    pub fn known(text: impl Into<SmolStr>, origin: Origin) -> Self {
        Self {
            parts: vec![TextPart::Known {
                text: text.into(),
                origin,
            }],
            context: Vec::new(),
        }
    }

    /// The whole text, if there is no hole.
    pub fn as_known(&self) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                TextPart::Known { text, .. } => out.push_str(text),
                TextPart::Hole { .. } => return None,
            }
        }
        Some(out)
    }

    /// The text with U+FFFC in place of each hole: for matching prefixes, suffixes and separators.
    pub fn pattern(&self) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                TextPart::Known { text, .. } => text.as_str(),
                TextPart::Hole { .. } => "\u{fffc}",
            })
            .collect()
    }

    /// What the text begins with, if that is unknown and no name tells well enough what it is.
    pub(crate) fn beginning(&self) -> Option<&Why> {
        match self.parts.first() {
            Some(TextPart::Hole { why, .. }) if why.symbol().is_none() => Some(why),
            _ => None,
        }
    }

    /// The unknown end of a text that is known up to one of these directories.
    pub(crate) fn ending_in(&self, directories: &[&str]) -> Option<&Why> {
        match &self.parts[..] {
            [TextPart::Known { text, .. }, TextPart::Hole { why, .. }] => {
                (why.symbol().is_none() && directories.contains(&text.as_str())).then_some(why)
            }
            _ => None,
        }
    }

    /// The text for a human, holes as `${name}`.
    pub fn display(&self) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                TextPart::Known { text, .. } => text.to_string(),
                TextPart::Hole { why, .. } => match why.name() {
                    Some(name) => format!("${{{name}}}"),
                    _ => "${…}".to_owned(),
                },
            })
            .collect()
    }

    /// Is there any hole?
    pub fn has_hole(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, TextPart::Hole { .. }))
    }

    /// Where its pieces, and what it puts into the store, are written.
    pub fn origins(&self, visit: &mut dyn FnMut(&Origin)) {
        for part in &self.parts {
            let (TextPart::Known { origin, .. } | TextPart::Hole { origin, .. }) = part;
            visit(origin);
        }
        for reference in &self.context {
            match reference {
                StoreRef::Written { text, .. } => text.origins(visit),
                StoreRef::Copied { origin, .. }
                | StoreRef::Path { origin, .. }
                | StoreRef::Read { origin, .. } => visit(origin),
            }
        }
    }

    /// The origin of the piece at a byte offset of [`Self::pattern`], narrowed to `start..end` where the literal's
    /// content is known byte by byte.
    pub fn origin_of(&self, start: usize, end: usize) -> Origin {
        let mut at = 0;
        for part in &self.parts {
            let len = match part {
                TextPart::Known { text, .. } => text.len(),
                TextPart::Hole { .. } => '\u{fffc}'.len_utf8(),
            };
            if start < at + len {
                return match part {
                    TextPart::Known { text, origin } => {
                        narrowed(text, origin, start - at, end.saturating_sub(at))
                    }
                    TextPart::Hole { origin, .. } => origin.clone(),
                };
            }
            at += len;
        }
        self.parts
            .last()
            .map(|part| match part {
                TextPart::Known { origin, .. } | TextPart::Hole { origin, .. } => origin.clone(),
            })
            .unwrap_or_default()
    }

    /// The part of the text at `start..end` of [`Self::pattern`]; bounds are moved to the nearest piece borders that
    /// are valid. The store context stays.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Self {
        let mut parts = Vec::new();
        let mut at = 0;
        for part in &self.parts {
            match part {
                TextPart::Known { text, origin } => {
                    let from = start.max(at) - at;
                    let to = end.min(at + text.len()).saturating_sub(at);
                    // A look at the whole for each piece would take the square of their number.
                    if from < to
                        && let Some(piece) = text.get(from..to)
                    {
                        parts.push(TextPart::Known {
                            text: piece.into(),
                            origin: narrowed(text, origin, from, to),
                        });
                    }
                    at += text.len();
                }
                TextPart::Hole { .. } => {
                    let len = '\u{fffc}'.len_utf8();
                    if start <= at && at + len <= end {
                        parts.push(part.clone());
                    }
                    at += len;
                }
            }
        }
        Self {
            parts,
            context: self.context.clone(),
        }
    }
}

/// The origin of a stretch of a piece, narrowed to it where the literal's content is known byte by byte.
fn narrowed(text: &str, origin: &Origin, start: usize, end: usize) -> Origin {
    let mut origin = origin.clone();
    if let Some(hop) = origin.hops.first_mut()
        && let Some((from, to)) = hop.place.within
    {
        let begin = from.saturating_add(start as u32).min(to);
        // Whoever means one character may know only where it begins.
        let mut stop = end;
        while stop < text.len() && !text.is_char_boundary(stop) {
            stop += 1;
        }
        let stop = from.saturating_add(stop as u32).min(to);
        hop.place.within = Some((begin, stop.max(begin)));
    }
    origin
}
