//! Containers in containers.

use nixpod_analysis::Ctx;
use nixpod_model::Container;

/// Is it known that containers run inside?
pub(crate) fn runs_containers(ctx: &Ctx<'_>, container: &Container) -> bool {
    if let Some(guest) = ctx.guest(container) {
        return guest.engines.podman.said() == Some(&true)
            || guest.engines.docker.said() == Some(&true)
            || ctx.has_oci_containers(guest);
    }
    let Some(image) = container.image.as_ref().and_then(|image| image.value()) else {
        return false;
    };
    let reference = image.reference.pattern();
    let Some(path) = reference.split(['@']).next() else {
        return false;
    };
    const NESTING: [&str; 7] = [
        "podman",
        "buildah",
        "skopeo",
        "docker",
        "buildkit",
        "dind",
        "devcontainer",
    ];
    path.rsplit('/')
        .take(2)
        .flat_map(|part| part.split([':', '-', '_', '.']))
        .any(|word| NESTING.contains(&word))
}
