//! What the name of an image says.

use crate::about::paths::HOLE;
use nixpod_analysis::Ctx;
use nixpod_model::{Container, Field, Image, SecretSlot, Task, Text};

/// The image that a container runs; none of one that is only fetched.
pub(crate) fn run_image(container: &Container) -> Option<&Field<Image>> {
    container.image.as_ref().filter(|_| container.task == Task::Run)
}

/// How an image is tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// None, which means `latest`.
    Missing,
    /// One that its owner moves from time to time.
    Moving,
    /// A version.
    Version,
}

/// Does a unit of the same system build the image, by a line such as `podman build -t NAME .`?
pub(crate) fn is_built_here(ctx: &Ctx<'_>, container: &Container, reference: &str) -> bool {
    let bare = |name: &str| -> String {
        let name = name.trim_matches(['"', '\'']).trim_start_matches("localhost/");
        name.trim_end_matches(":latest").to_owned()
    };
    let wanted = bare(reference);
    let mut scripts = { ctx.system(container).secrets.iter() }.filter_map(|secret| match secret.slot {
        SecretSlot::Script(_) => secret.value.value().map(Text::pattern),
        _ => None,
    });
    scripts.any(|script| {
        script.lines().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let builds = words.iter().any(|word| matches!(*word, "build" | "bud"))
                && ["podman", "docker", "buildah"]
                    .iter()
                    .any(|engine| line.contains(engine));
            let named = words.windows(2).any(|pair| match pair {
                ["-t" | "--tag", name] => bare(name) == wanted,
                _ => false,
            });
            let joined = words.iter().any(|word| {
                let name = word.strip_prefix("--tag=").or_else(|| word.strip_prefix("-t="));
                name.is_some_and(|name| bare(name) == wanted)
            });
            builds && (named || joined)
        })
    })
}

/// How an image is tagged; `None` if it is pinned, local, no image of a registry, or not known.
pub(crate) fn tag(reference: &str) -> Option<Tag> {
    let reference = reference.strip_prefix("docker://").unwrap_or(reference);
    const OTHER_TRANSPORTS: [&str; 9] = [
        "docker-archive:",
        "oci-archive:",
        "oci:",
        "dir:",
        "docker-daemon:",
        "containers-storage:",
        "sha256:",
        "localhost/",
        "/",
    ];
    const UNITS: [&str; 2] = [".image", ".build"];
    let pinned = reference.contains('@');
    // A hole may hold the digest.
    let unknown = reference.contains(HOLE) || reference.is_empty();
    if pinned
        || unknown
        || OTHER_TRANSPORTS
            .iter()
            .any(|prefix| reference.starts_with(prefix))
        || UNITS.iter().any(|end| reference.ends_with(end))
    {
        return None;
    }
    let last = reference.rsplit('/').next().unwrap_or(reference);
    let Some((_, tag)) = last.split_once(':') else {
        return Some(Tag::Missing);
    };
    const MOVING: [&str; 16] = [
        "latest",
        "stable",
        "main",
        "master",
        "edge",
        "nightly",
        "dev",
        "develop",
        "development",
        "release",
        "rolling",
        "beta",
        "unstable",
        "testing",
        "current",
        "lts",
    ];
    // `2.4.0-latest` and `amd64-latest` move, whatever stands before.
    if tag.split(['-', '_']).any(|word| word == "latest") {
        return Some(Tag::Moving);
    }
    let mut words = tag.split(['-', '_']);
    let first = words.next().unwrap_or(tag);
    // `release-2.9.6` stays where it is as well as `2.9.6` does.
    let has_version = words.any(|word| {
        let word = word.strip_prefix('v').unwrap_or(word);
        word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.')
    });
    Some(if MOVING.contains(&first) && !has_version {
        Tag::Moving
    } else {
        Tag::Version
    })
}

/// A reference that names no registry, as docker.io has it; `None` if it names one, is pinned, or is no image of a registry.
pub(crate) fn without_registry(reference: &str) -> Option<String> {
    if reference.contains("://") {
        return None;
    }
    tag(reference)?;
    let (first, rest) = match reference.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (reference, None),
    };
    let is_registry = rest.is_some() && (first.contains(['.', ':']) || first == "localhost");
    if is_registry {
        return None;
    }
    Some(match rest {
        Some(_) => format!("docker.io/{reference}"),
        None => format!("docker.io/library/{reference}"),
    })
}

#[cfg(test)]
mod tests {
    use super::{Tag, tag, without_registry};

    #[test]
    fn names_without_a_registry() {
        assert_eq!(
            without_registry("nginx:1").as_deref(),
            Some("docker.io/library/nginx:1")
        );
        for reference in [
            "a@sha256:00",
            "ghcr.io/a/b",
            "registry:5000/a",
            "localhost/a",
            "docker://nginx",
            "app.build",
            "\u{fffc}/a",
            "/nix/store/x",
        ] {
            assert_eq!(without_registry(reference), None, "{reference}");
        }
    }

    #[test]
    fn tags_are_read_from_references() {
        assert_eq!(tag("nginx"), Some(Tag::Missing));
        assert_eq!(tag("registry.example:5000/nginx"), Some(Tag::Missing));
        assert_eq!(tag("ghcr.io/a/b:latest"), Some(Tag::Moving));
        assert_eq!(tag("ghcr.io/a/b:latest-cuda"), Some(Tag::Moving));
        assert_eq!(tag("ghcr.io/a/b:amd64-latest"), Some(Tag::Moving));
        assert_eq!(tag("ghcr.io/a/b:2.4.0-latest"), Some(Tag::Moving));
        assert_eq!(tag("postgres:16-alpine"), Some(Tag::Version));
        assert_eq!(tag("ghcr.io/a/b:release-2.9.6.4552"), Some(Tag::Version));
        assert_eq!(tag("ghcr.io/a/b:release-2"), Some(Tag::Moving));
        for reference in [
            "nginx@sha256:00",
            "nginx:1@sha256:00",
            "localhost/own:latest",
            "docker-archive:/nix/store/x",
            "own.image",
            "nginx:\u{fffc}",
            "\u{fffc}",
        ] {
            assert_eq!(tag(reference), None, "{reference}");
        }
    }
}
