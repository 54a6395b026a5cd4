//! Places in code, and how values come from one to another.

use text_size::TextRange;

/// One file of an analysis: of the project, which the analysis host maps to a path and to a text, or one of the files
/// that this program brings along.
///
/// Every value carries a [`Site`], so both kinds share four bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// Set in the numbers of our own files.
    const OWN: u32 = 1 << 31;

    /// A file of the project. There are fewer than 2³¹.
    pub const fn project(number: u32) -> Self {
        Self(if number < Self::OWN { number } else { Self::OWN - 1 })
    }

    /// One of our own files; `nixpod-eval` and `nixpod-modules` say which have which number.
    pub const fn own(number: u32) -> Self {
        Self(number | Self::OWN)
    }

    /// Is it one of our own files, about which nobody wants to hear?
    pub const fn is_own(self) -> bool {
        self.0 >= Self::OWN
    }

    /// The number of a file of the project.
    pub const fn project_number(self) -> Option<u32> {
        if self.is_own() { None } else { Some(self.0) }
    }

    /// The number of one of our own files.
    pub const fn own_number(self) -> Option<u32> {
        if self.is_own() {
            Some(self.0 & !Self::OWN)
        } else {
            None
        }
    }
}

impl std::fmt::Debug for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.own_number() {
            Some(number) => write!(f, "FileId(own {number})"),
            None => write!(f, "FileId({})", self.0),
        }
    }
}

/// One node of a file's lowered syntax tree: an expression, an attribute key or a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

impl ExprId {
    /// No node, but the text of the file as it is: a unit file, a script or JSON is read as text, and so is what code
    /// reads from a file. [`Place::within`] counts bytes of the file then.
    pub const TEXT: Self = Self(u32::MAX - 1);
}

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
    /// A stretch of a file that is read as text, in bytes of the file.
    pub const fn of_text(file: FileId, start: u32, end: u32) -> Self {
        Self {
            site: Site {
                file,
                expr: ExprId::TEXT,
            },
            within: Some((start, end)),
        }
    }

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
    /// The default of an option that the analysed code declares: nobody defined it.
    Default,
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

#[cfg(test)]
mod tests {
    use super::FileId;

    #[test]
    fn files_of_the_project_and_our_own_never_meet() {
        let last = (1 << 31) - 1;
        for number in [0, 1, last] {
            let (project, own) = (FileId::project(number), FileId::own(number));
            assert_eq!(
                (project.project_number(), own.project_number()),
                (Some(number), None)
            );
            assert_eq!((project.own_number(), own.own_number()), (None, Some(number)));
            assert!(!project.is_own() && own.is_own());
        }
        assert_eq!(FileId::project(u32::MAX), FileId::project(last));
    }
}
