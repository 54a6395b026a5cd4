//! Texts of the analysed code on their way out.

use nixpod_analysis::visible;
use std::fmt;

/// A name, message or value that comes from the analysed code.
///
/// Whoever writes it with `{}` writes one line in which everything is seen; the text as it is has to be asked for. So no
/// renderer for people can forget.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Words(String);

impl Words {
    /// The text as it is: for programs, in formats that do their own escaping.
    pub(crate) fn exact(&self) -> &str {
        &self.0
    }

    /// A name in a list or heading, where a long one would hide the others.
    pub(crate) fn short(&self) -> String {
        visible::cut(&visible::line(&self.0), visible::MAX_VALUE).into_owned()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Into<String>> From<T> for Words {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible::line(&self.0))
    }
}

/// Several of them, with commas between.
pub(crate) fn list(words: &[Words]) -> String {
    let shown: Vec<String> = words.iter().map(Words::short).collect();
    shown.join(", ")
}
