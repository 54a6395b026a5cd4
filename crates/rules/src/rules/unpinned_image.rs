//! unpinned-image

use crate::about::paths::HOLE;
use crate::about::words::name;
use nixpod_analysis::{Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// An image that is named without a digest: no tag or a moving one (`latest`, `stable`, `main`) is low, a version is
    /// info. Images that Nix provides (`imageFile`, `imageStream`), local ones, archives and references to other units
    /// are left out.
    /// ## Why
    /// A tag is a name that its owner can move. What runs is decided by the registry on the day of the pull, so two
    /// machines with the same configuration may run different programs, and a stolen account is enough to replace them.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web.image = "docker.io/library/nginx:latest"; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web.image =
    ///     "docker.io/library/nginx:1.27@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: the digest is known to the registry only.
    pub static RULE = {
        id: "unpinned-image",
        summary: "image named without a digest",
        severity: Low,
        group: Oci,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable(
            "it is about what a registry serves on another day, and the lab has no registry",
        ),
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(field) = container.image.as_ref().and_then(|image| image.written()) else {
        return;
    };
    let image = field.get();
    if image.provided_by_nix {
        return;
    }
    let reference = image.reference.pattern();
    let Some(tag) = tag(&reference) else {
        return;
    };
    let who = name(container);
    let shown = image.reference.display();
    let (severity, message) = match tag {
        Tag::Missing => (
            Severity::Low,
            format!("{who} runs `{shown}` without tag or digest, which means `latest`"),
        ),
        Tag::Moving => (
            Severity::Low,
            format!("{who} runs `{shown}`, a tag that moves, without a digest"),
        ),
        Tag::Version => (Severity::Info, format!("{who} runs `{shown}` without a digest")),
    };
    sink.report(field, message).severity(severity).help(
        "The registry decides what a tag means on the day of the pull. Add the digest (`name:tag@sha256:...`), as \
         `podman image inspect --format '{{.Digest}}'` shows it.",
    );
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Missing,
    Moving,
    Version,
}

/// How an image is tagged; `None` if it is pinned, local, no image of a registry, or not known.
fn tag(reference: &str) -> Option<Tag> {
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

#[cfg(test)]
mod references {
    use super::{Tag, tag};

    #[test]
    fn tags_are_read_from_references() {
        assert_eq!(tag("nginx"), Some(Tag::Missing));
        assert_eq!(tag("registry.example:5000/nginx"), Some(Tag::Missing));
        assert_eq!(tag("ghcr.io/a/b:latest"), Some(Tag::Moving));
        assert_eq!(tag("ghcr.io/a/b:latest-cuda"), Some(Tag::Moving));
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

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn latest() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web.image = "nginx:latest";
                                                     # ^^^^^^^^^^^^^^ low: `web` runs `nginx:latest`, a tag that moves, without a digest
}
"#,
        );
    }

    #[test]
    fn version() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.web.image = "docker.io/library/nginx:1.27";
                                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info: `web` runs `docker.io/library/nginx:1.27` without a digest
}
"#,
        );
    }

    #[test]
    fn provided_by_nix() {
        check_none(
            &RULE,
            r#"
{ pkgs, ... }: {
  virtualisation.oci-containers.containers.web = { image = "web:latest"; imageFile = pkgs.dockerTools.buildImage { name = "web"; }; };
}
"#,
        );
    }
}
