//! image-without-digest

use crate::about::images::{Tag, run_image, tag};
use crate::about::words::name;
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// An image that is named by a version and without a digest. No tag, or one that moves, is unpinned-image.
    /// ## Why
    /// A version is a tag like any other: who may push to the registry can make it mean another program. Off by default,
    /// since few do it, and since a digest has to be raised by hand or by a bot for each update.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web.image = "docker.io/library/nginx:1.27.3"; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web.image =
    ///     "docker.io/library/nginx:1.27.3@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: the digest is known to the registry only.
    pub static RULE = {
        id: "image-without-digest",
        summary: "image named by a version without a digest",
        severity: Info,
        group: Pedantic,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable(
            "it is about what a registry serves on another day, and the lab has no registry",
        ),
        controls: Controls::Cover(&[Control::Cis("4.5"), Control::Attack("T1204.003")]),
        stakes: [Inside x Step],
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(field) = run_image(container).and_then(|image| image.written()) else {
        return;
    };
    let image = field.get();
    if image.provided_by_nix || tag(&image.reference.pattern()) != Some(Tag::Version) {
        return;
    }
    sink.report(
        field,
        format!(
            "{} runs `{}` without a digest",
            name(container),
            image.reference.display()
        ),
    )
    .help(
        "Add the digest (`name:tag@sha256:...`), as `podman image inspect --format '{{.Digest}}'` shows it.",
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn a_version() {
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
    fn a_digest_and_what_is_another_rules() {
        check_none(
            &RULE,
            r#"
{
  services.podman.containers.web.image = "docker.io/library/nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000";
  services.podman.containers.own.image = "docker.io/library/nginx:latest";
}
"#,
        );
    }
}
