//! What is wrong with a text, in words for humans.

use text_size::TextRange;

/// Something Nix refuses to parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// One line, without a final dot.
    pub message: String,
    /// The offending text.
    pub range: TextRange,
}

impl SyntaxError {
    /// An error at a range.
    pub(crate) fn new(range: TextRange, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            range,
        }
    }
}
