//! unqualified-image

use crate::about::images::{is_built_here, run_image, without_registry};
use crate::about::words::{name, replace_text};
use nixpod_analysis::{Applicability, Change, Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Engine, Field, Image, Surface, SystemKind, TextPart, Written};
use nixpod_source::Origin;

declare_rule! {
    /// ## What it flags
    /// The image of a Podman container that names no registry, where more than one registry is asked for such names: NixOS
    /// configures docker.io and quay.io.
    /// ## Why
    /// Podman has nobody to ask which one is meant when a service starts, and takes the first registry that has the name
    /// (containers-registries.conf(5), short names). Whoever owns the name there chooses what runs. Docker has one
    /// registry for them, and Home Manager configures one. What talks to Podman by Docker's API gets short names from docker.io
    /// (containers.conf(5), `compat_api_enforce_docker_hub`), as runners and arion do.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "nginx:1.27"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; }; }
    /// ```
    /// ## Fix safety
    /// Unsafe: the registry that is meant may be another one.
    pub static RULE = {
        id: "unqualified-image",
        summary: "image without a registry, which several are asked for",
        severity: Info,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::NotRunnable("it is about what registries serve, and the lab has none"),
        controls: Controls::Cover(&[Control::Cis("4.2")]),
        stakes: [Nothing x Itself],
        check: Container(check),
    }
}

/// Registries take names of at most so many bytes.
const MAX_NAME: usize = 255;

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if container.engine.value() != Some(&Engine::Podman)
        || asks_by_docker_api(container)
        || !asks_several(ctx, container)
    {
        return;
    }
    let Some(field) = run_image(container).and_then(|image| image.written()) else {
        return;
    };
    let image = field.get();
    let reference = image.reference.pattern();
    if image.provided_by_nix {
        return;
    }
    // Of what has a digest it is known what comes, whoever sends it.
    let Some(qualified) = without_registry(&reference) else {
        return;
    };
    if is_built_here(ctx, container, &reference) {
        return;
    }
    let builder = sink
        .report(
            field,
            format!("{} runs `{reference}`, for which several registries are asked", name(container)),
        )
        .help("The first registry that has the name serves it. Write the registry, too: `docker.io/library/nginx:1.27`.");
    // What is longer is the name of no image.
    let is_name = qualified.len() <= MAX_NAME;
    if let Some(change) = qualify(&field, &qualified).filter(|_| is_name) {
        builder.fix("Take it from docker.io", Applicability::Unsafe, change);
    }
}

/// Writes the registry before the name. What the name is put together from stays.
fn qualify(field: &Written<'_, Image>, qualified: &str) -> Option<Change> {
    let reference = &field.get().reference;
    let site = |origin: &Origin| Some(origin.place()?.site);
    match &reference.parts[..] {
        [TextPart::Known { origin, .. }] if site(origin) == site(&field.origin) => {
            replace_text(origin, qualified)
        }
        _ => {
            let registry = qualified.strip_suffix(&reference.pattern())?;
            Some(Change::Prepend(field.origin.clone(), registry.to_owned()))
        }
    }
}

/// Is the engine asked for the image by Docker's API? For that Podman takes short names from docker.io
/// (`compat_api_enforce_docker_hub` of containers.conf(5)).
const fn asks_by_docker_api(container: &Container) -> bool {
    matches!(
        container.surface,
        Surface::Arion
            | Surface::GitlabRunner
            | Surface::GiteaRunner
            | Surface::ForgejoRunner
            | Surface::WoodpeckerAgent
    )
}

/// Is more than one registry asked for names without one?
fn asks_several(ctx: &Ctx<'_>, container: &Container) -> bool {
    let system = ctx.system(container);
    let search = &system.engines.registries.search;
    if search.iter().any(Field::is_unknown) {
        return false;
    }
    match search.len() {
        // What the modules say by themselves; nobody knows that of a machine that something else configures.
        0 => {
            system.kind != SystemKind::Home
                && !matches!(container.surface, Surface::CommandLine | Surface::Devcontainer)
                && system.kind != SystemKind::Elsewhere
        }
        several => several > 1,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    /// What the name is put together from stays.
    #[test]
    fn the_registry_is_put_before_the_name() {
        check_fix(
            &RULE,
            r#"
let version = "7.2.0"; in
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    feed.image = "athou/commafeed:${version}-h2";
    web.image = "nginx:1.27";
  };
}
"#,
            r#"
let version = "7.2.0"; in
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    feed.image = "docker.io/athou/commafeed:${version}-h2";
    web.image = "docker.io/library/nginx:1.27";
  };
}
"#,
        );
    }

    #[test]
    fn names_without_a_registry() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web.image = "nginx:1.27";
                                                     # ^^^^^^^^^^^^ info: `web` runs `nginx:1.27`, for which several registries are asked
  virtualisation.oci-containers.containers.app.image = "grafana/grafana:11.2.0";
                                                     # ^^^^^^^^^^^^^^^^^^^^^^^^ info: `app` runs `grafana/grafana:11.2.0`, for which several registries are asked
  virtualisation.quadlet.containers.api.containerConfig.image = "redis";
                                                              # ^^^^^^^ info: `api` runs `redis`, for which several registries are asked
}
"#,
        );
    }

    #[test]
    fn names_with_one() {
        check_none(
            &RULE,
            r#"
{ pkgs, ... }: {
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    web.image = "docker.io/library/nginx:1.27";
    lan.image = "registry:5000/app:1";
    pin.image = "app@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    own.image = "localhost/app:1";
    nix = { image = "app:1"; imageFile = pkgs.dockerTools.buildImage { name = "app"; tag = "1"; }; };
  };
  services.podman.containers.home.image = "nginx:1.27";
}
"#,
        );
    }

    #[test]
    fn docker_has_one_registry() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers.web.image = "nginx:1.27";
}
"#,
        );
    }

    #[test]
    fn one_registry_is_searched() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.containers.registries.search = [ "docker.io" ];
  virtualisation.quadlet.containers.api.containerConfig.image = "redis";
}
"#,
        );
    }
}
