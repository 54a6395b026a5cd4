//! Paths as text: absolute, with `.` and `..` resolved without looking at the disk, as Nix does.

use std::rc::Rc;

/// The text of a path, which all that have it share.
///
/// A pointer to a text is two words. This one is a single word, so that no [`Value`](crate::Value) has more than one
/// besides its tag: there are few paths, and thunks, by far the most numerous objects, have room for a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathText(Rc<Box<str>>);

impl std::ops::Deref for PathText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PathText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self)
    }
}

impl From<&str> for PathText {
    fn from(text: &str) -> Self {
        Self(Rc::new(text.into()))
    }
}

impl From<String> for PathText {
    fn from(text: String) -> Self {
        Self(Rc::new(text.into()))
    }
}

impl PathText {
    /// Does nobody else have it?
    pub(crate) fn is_unshared(&self) -> bool {
        Rc::strong_count(&self.0) == 1
    }
}

/// Normalises an absolute path.
pub fn normalise(path: &str) -> PathText {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut out = String::with_capacity(path.len());
    for part in &parts {
        out.push('/');
        out.push_str(part);
    }
    if out.is_empty() {
        out.push('/');
    }
    out.into()
}

/// A path relative to a directory, normalised.
pub fn resolve(dir: &str, path: &str) -> PathText {
    if path.starts_with('/') {
        normalise(path)
    } else {
        normalise(&format!("{dir}/{path}"))
    }
}

/// The last component.
pub fn base_name(path: &str) -> &str {
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_and_the_root_stays() {
        assert_eq!(&*resolve("/a/b", "../c/./d/"), "/a/c/d");
        assert_eq!(&*resolve("/a", "../../.."), "/");
        assert_eq!(base_name("/a/b/"), "b");
        assert_eq!(base_name(""), "");
    }
}
