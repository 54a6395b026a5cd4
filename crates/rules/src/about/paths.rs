//! Host paths as they are written: with holes, prefixes, trailing slashes and variables of the session.

use nixpod_model::{Text, TextPart};
use nixpod_source::{Symbol, Why};

/// Stands for unknown text; what [`Text::pattern`] puts in place of a hole.
pub(crate) const HOLE: char = '\u{fffc}';

/// What a path starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// The root directory.
    System,
    /// A user's home directory (`/home/<user>`, `/root`, `~`, `%h`, `$HOME`).
    Home,
    /// A user's runtime directory (`/run/user/<uid>`, `%t`, `$XDG_RUNTIME_DIR`).
    Runtime,
}

/// A path on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPath {
    /// What the segments are relative to.
    pub(crate) base: Base,
    /// The segments below the base.
    pub(crate) segments: Vec<String>,
    /// The path ends in unknown text that might be longer than the one segment it stands for.
    pub(crate) vague: bool,
}

impl HostPath {
    /// The segments joined by slashes, without a leading one.
    pub(crate) fn rest(&self) -> String {
        self.segments.join("/")
    }

    /// Is it exactly this path below the root directory?
    pub(crate) fn is_system(&self, rest: &str) -> bool {
        self.base == Base::System && self.rest() == rest
    }

    /// The last segment.
    pub(crate) fn file_name(&self) -> &str {
        self.segments.last().map_or("", String::as_str)
    }
}

/// Reads a path of the host; `None` for volume names, relative paths and wholly unknown text.
pub(crate) fn host_path(source: &Text) -> Option<HostPath> {
    let pattern = source.pattern();
    let (mut base, rest) = split_base(source, &pattern)?;
    let mut segments: Vec<String> = Vec::new();
    for segment in rest.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment.to_owned()),
        }
    }
    if base == Base::System {
        // The root directory of the host's first process is the host's own.
        let is = |at: usize, name: &str| segments.get(at).is_some_and(|s| s == name);
        if is(0, "proc") && (is(1, "1") || is(1, "self")) && is(2, "root") {
            segments.drain(..3);
        }
        if let Some(kept) = kept_over_restarts(&segments) {
            segments.drain(..kept);
        }
        let is = |at: usize, name: &str| segments.get(at).is_some_and(|s| s == name);
        if is(0, "var") && is(1, "run") {
            segments.remove(0);
        }
        let is = |at: usize, name: &str| segments.get(at).is_some_and(|s| s == name);
        if is(0, "run") && is(1, "user") && segments.len() > 2 {
            base = Base::Runtime;
            segments.drain(..3);
        } else if is(0, "home") && segments.len() > 1 {
            base = Base::Home;
            segments.drain(..2);
        } else if is(0, "root") {
            base = Base::Home;
            segments.drain(..1);
        }
    }
    Some(HostPath {
        base,
        segments,
        vague: ends_vaguely(source),
    })
}

/// Where the root directory is made anew at each start, this much stands before the path of what is kept: the habits of
/// impermanence and preservation.
fn kept_over_restarts(segments: &[String]) -> Option<usize> {
    const TREES: [&[&str]; 4] = [&["persist"], &["persistent"], &["nix", "persist"], &["state"]];
    const BELOW: [&str; 4] = ["etc", "home", "root", "var"];
    TREES
        .iter()
        .map(|tree| tree.len())
        .zip(TREES)
        .find_map(|(len, tree)| {
            let begins =
                segments.len() > len && segments.iter().zip(tree).all(|(segment, name)| segment == name);
            let below = segments
                .get(len)
                .is_some_and(|segment| BELOW.contains(&segment.as_str()));
            (begins && below).then_some(len)
        })
}

fn split_base<'t>(source: &Text, pattern: &'t str) -> Option<(Base, &'t str)> {
    const PREFIXES: [(&str, Base); 8] = [
        ("~", Base::Home),
        ("%h", Base::Home),
        ("${HOME}", Base::Home),
        ("$HOME", Base::Home),
        ("%t", Base::Runtime),
        ("${XDG_RUNTIME_DIR}", Base::Runtime),
        ("$XDG_RUNTIME_DIR", Base::Runtime),
        ("/", Base::System),
    ];
    if let Some(rest) = pattern.strip_prefix(HOLE) {
        let at_home = match source.parts.first() {
            Some(TextPart::Hole { why, .. }) => why.symbol() == Some(Symbol::Home),
            _ => false,
        };
        return (at_home && (rest.is_empty() || rest.starts_with('/'))).then_some((Base::Home, rest));
    }
    for (prefix, base) in PREFIXES {
        if let Some(rest) = pattern.strip_prefix(prefix)
            && (base == Base::System || rest.is_empty() || rest.starts_with('/'))
        {
            return Some((base, rest));
        }
    }
    None
}

/// The name of what stands in a hole, if it has one.
fn hole_name(why: &Why) -> Option<&str> {
    match why {
        Why::MissingFile(name) | Why::MissingModule(name) => Some(name),
        _ => why.name(),
    }
}

/// Is it root's own home, or below it?
pub(crate) fn is_of_root(source: &Text) -> bool {
    let pattern = source.pattern();
    pattern == "/root" || pattern.starts_with("/root/")
}

/// Do files of many owners, or a whole home, lie there?
pub(crate) fn is_of_many(path: &HostPath) -> bool {
    if path.vague {
        return false;
    }
    let rest = path.rest();
    match path.base {
        Base::System => matches!(
            rest.as_str(),
            "" | "etc"
                | "home"
                | "var"
                | "var/lib"
                | "var/log"
                | "nix"
                | "nix/store"
                | "run"
                | "srv"
                | "mnt"
                | "media"
                | "dev"
                | "boot"
                | "opt"
                | "usr"
                | "tmp"
                | "var/tmp"
        ),
        Base::Home => rest.is_empty(),
        Base::Runtime => rest.is_empty(),
    }
}

fn ends_vaguely(source: &Text) -> bool {
    match source.parts.last() {
        Some(TextPart::Hole { why, .. }) => {
            let name = hole_name(why).unwrap_or_default().to_ascii_lowercase();
            !["uid", "user", "username", "name", ".home", "homedirectory"]
                .iter()
                .any(|end| name.ends_with(end))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nixpod_source::Origin;

    fn parse(pattern: &str) -> Option<(Base, String)> {
        let mut parts = Vec::new();
        for (at, piece) in pattern.split(HOLE).enumerate() {
            if at > 0 {
                parts.push(TextPart::Hole {
                    why: Why::named("config.users.users.alice.uid"),
                    origin: Origin::default(),
                });
            }
            if !piece.is_empty() {
                parts.push(TextPart::Known {
                    text: piece.into(),
                    origin: Origin::default(),
                });
            }
        }
        let text = Text {
            parts,
            context: Vec::new(),
        };
        host_path(&text).map(|path| (path.base, path.rest()))
    }

    #[test]
    fn runtime_directories_are_recognised_in_every_spelling() {
        for path in [
            "/run/user/1000",
            "/run/user/1000/",
            "/var/run/user/1000",
            "/run//user/./1000/",
            "/run/user/\u{fffc}",
            "$XDG_RUNTIME_DIR",
            "${XDG_RUNTIME_DIR}/",
            "%t",
        ] {
            assert_eq!(parse(path), Some((Base::Runtime, String::new())), "{path}");
        }
        assert_eq!(
            parse("/run/user/\u{fffc}/bus"),
            Some((Base::Runtime, "bus".into()))
        );
    }

    #[test]
    fn homes_are_recognised() {
        for path in ["/home/alice", "/home/\u{fffc}/", "/root", "~", "%h/", "$HOME"] {
            assert_eq!(parse(path), Some((Base::Home, String::new())), "{path}");
        }
        assert_eq!(parse("/root/.ssh"), Some((Base::Home, ".ssh".into())));
    }

    #[test]
    fn everything_else_stays_what_it_is() {
        assert_eq!(parse("/home"), Some((Base::System, "home".into())));
        assert_eq!(parse("/run/user"), Some((Base::System, "run/user".into())));
        assert_eq!(parse("/a/../.."), Some((Base::System, String::new())));
        assert_eq!(parse("data"), None);
        assert_eq!(parse("./data"), None);
        assert_eq!(parse("%template"), None);
        assert_eq!(parse("\u{fffc}/x"), None);
    }
}
