//! Paths as text: absolute, with `.` and `..` resolved without looking at the disk, as Nix does.

use std::rc::Rc;

/// Normalises an absolute path.
pub fn normalise(path: &str) -> Rc<str> {
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
pub fn resolve(dir: &str, path: &str) -> Rc<str> {
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
