//! The shared nouns: files, sites, spans, edits, diagnostics and fixes.
//!
//! This crate must never know Nix, the disk or terminals. Everything here is plain data.

mod diagnostic;
mod lines;

pub use camino::{Utf8Path, Utf8PathBuf};
pub use diagnostic::{
    Applicability, Confidence, Diagnostic, Fix, Label, LabelKind, RuleId, Severity, TextEdit, apply_edits,
};
pub use lines::{LineIndex, Position};
pub use text_size::{TextRange, TextSize};

/// One file of an analysis; the analysis host maps it to a path and to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// One node of a file's lowered syntax tree: an expression, an attribute key or a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// A place in code that stays the same when only white space or comments move.
///
/// Text ranges are looked up in the file's source map at the edge of the analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// The file.
    pub file: FileId,
    /// The node in it.
    pub expr: ExprId,
}

/// A site, or a stretch of the text content of the string literal at that site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The literal or expression.
    pub site: Site,
    /// Start and end in bytes of the literal's *content* (escapes and indentation already resolved).
    pub within: Option<(u32, u32)>,
}

impl Place {
    /// The whole of a site.
    pub const fn whole(site: Site) -> Self {
        Self { site, within: None }
    }
}

/// What kind of step a value made on its way to where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HopKind {
    /// Written there: the innermost place.
    Literal,
    /// Read through a variable or an attribute selection.
    Binding,
    /// Passed or returned through a function call.
    Call,
    /// Put into a string by interpolation.
    Interpolation,
    /// Defined as, or merged into, an option by this definition.
    Merge,
    /// Holds only under this condition.
    Guard,
    /// Read from an imported file.
    Import,
}

/// One step of a trail, innermost (where the literal is written) first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop {
    /// What happened there.
    pub kind: HopKind,
    /// Where.
    pub place: Place,
}

/// Where a value was written and how it came to where it is used.
///
/// `hops[0]` is the literal; later hops lead outwards. Empty when nothing in the analysed files wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The steps, innermost first.
    pub hops: Vec<Hop>,
}

impl Origin {
    /// An origin of one step.
    pub fn at(place: Place) -> Self {
        Self {
            hops: vec![Hop {
                kind: HopKind::Literal,
                place,
            }],
        }
    }

    /// The innermost place, where the value is written.
    pub fn place(&self) -> Option<Place> {
        self.hops.first().map(|hop| hop.place)
    }
}

/// A range of a file's text, made from a site only when a result leaves the analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Byte offsets into its current text.
    pub range: TextRange,
}

/// Why something could not be known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// A file or directory that is not there (or not readable); the text names it.
    MissingFile(String),
    /// A path outside the project and its resolved inputs; the text names it.
    OutsideProject(String),
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
    /// The value depends on itself.
    Cycle(String),
    /// A bound on work, depth or size was reached.
    OutOfFuel(String),
    /// It depends on several unknowns or on a condition that is not known.
    Undecided(String),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MissingFile(s) => write!(f, "file `{s}` is missing or unreadable"),
            Self::OutsideProject(s) => write!(f, "`{s}` lies outside the project"),
            Self::Fetch(s) => write!(f, "{s} needs the network or a build"),
            Self::NotModelled(s) => write!(f, "`{s}` is not modelled"),
            Self::Impure(s) => write!(f, "{s} depends on the machine"),
            Self::External(s) => write!(f, "`{s}` comes from outside"),
            Self::UnsetOption(s) => write!(f, "option `{s}` is set nowhere in the analysed files"),
            Self::SyntaxError(s) => write!(f, "syntax error: {s}"),
            Self::Error(s) => write!(f, "evaluation fails: {s}"),
            Self::Cycle(s) => write!(f, "infinite recursion: {s}"),
            Self::OutOfFuel(s) => write!(f, "{s}"),
            Self::Undecided(s) => write!(f, "undecided: {s}"),
        }
    }
}
