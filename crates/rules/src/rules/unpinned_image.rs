//! unpinned-image

use crate::about::images::{Tag, is_built_here, run_image, tag};
use crate::about::words::name;
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// An image that is named without a digest, and without a tag or by a moving one (`latest`, `stable`, `main`). One that is
    /// named by a version is image-without-digest, which is off by default. Images that Nix provides (`imageFile`, `imageStream`), local ones, archives and references to other units
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
        severity: Info,
        group: Oci,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable(
            "it is about what a registry serves on another day, and the lab has no registry",
        ),
        controls: Controls::Cover(&[Control::Cis("5.28"), Control::Attack("T1204.003")]),
        stakes: [Inside x Step],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(field) = run_image(container).and_then(|image| image.written()) else {
        return;
    };
    let image = field.get();
    if image.provided_by_nix {
        return;
    }
    let reference = image.reference.pattern();
    // So Home Manager calls what it builds itself.
    if reference.starts_with("homemanager/") {
        return;
    }
    let Some(tag) = tag(&reference).filter(|_| !is_built_here(ctx, container, &reference)) else {
        return;
    };
    let who = name(container);
    let shown = image.reference.display();
    let message = match tag {
        Tag::Missing => format!("{who} runs `{shown}` without tag or digest, which means `latest`"),
        Tag::Moving => format!("{who} runs `{shown}`, a tag that moves, without a digest"),
        Tag::Version => return,
    };
    sink.report(field, message).help(
        "The registry decides what a tag means on the day of the pull. Add the digest (`name:tag@sha256:...`), as \
         `podman image inspect --format '{{.Digest}}'` shows it.",
    );
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
                                                     # ^^^^^^^^^^^^^^ info: `web` runs `nginx:latest`, a tag that moves, without a digest
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
  virtualisation.oci-containers.containers.db.image = "docker.io/library/postgres:17.2";
}
"#,
        );
    }

    #[test]
    fn images_that_are_built_here() {
        check_none(
            &RULE,
            r#"
{ services.podman = { enable = true; builds.site.file = "/home/ann/Containerfile"; containers.site = { image = "site.build"; }; }; }
"#,
        );
        check_none(
            &RULE,
            r#"
{
  systemd.services.build.script = "podman build -t portal:latest /src";
  virtualisation.oci-containers.containers.portal.image = "portal:latest";
}
"#,
        );
    }
}
