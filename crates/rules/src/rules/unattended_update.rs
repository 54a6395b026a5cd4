//! unattended-update

use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Engine};

declare_rule! {
    /// ## What it flags
    /// A container that Podman updates by a timer from its registry (`autoUpdate = "registry"`, the label
    /// `io.containers.autoupdate`), where that timer is on: by default in Home Manager, by
    /// `virtualisation.quadlet.autoUpdate.enable`, or as `systemd.timers.podman-auto-update`.
    /// ## Why
    /// Whatever the owner of the tag uploads runs that night, and nobody has looked at it; with the default policy no
    /// signature is asked for (containers-policy.json(5)). It is also how mistakes are mended without waiting for
    /// somebody, so this is for knowing, not a fault.
    /// ## Bad
    /// ```nix
    /// { services.podman.containers.web = { image = "docker.io/library/nginx:1.27"; autoUpdate = "registry"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { services.podman.containers.web = { image = "docker.io/library/nginx:1.27"; autoUpdate = "local"; }; }
    /// ```
    /// ## Fix safety
    /// Unsafe: somebody else has to update the image then.
    pub static RULE = {
        id: "unattended-update",
        summary: "container that takes new images by itself",
        severity: Info,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::NotRunnable("it is about what registries serve, and the lab has none"),
        stakes: [Nothing x Itself],
        check: Container(check),
    }
}

const LABEL: &str = "io.containers.autoupdate=";

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if container.engine.value() != Some(&Engine::Podman) {
        return;
    }
    let timer = &ctx.system(container).engines.auto_update;
    if timer.value() != Some(&true) {
        return;
    }
    let mut labels = container.run_options.iter().filter(|field| {
        let option = field.value().filter(|option| option.name == "label");
        option.is_some_and(|option| option.value.pattern().starts_with(LABEL))
    });
    let Some(field) = labels.next_back().and_then(|field| field.written()) else {
        return;
    };
    // What a digest names never changes.
    let image = container.image.as_ref().and_then(|image| image.value());
    let is_pinned = image.is_some_and(|image| image.reference.pattern().contains("@sha256:"));
    let how = field.get().value.pattern();
    if is_pinned || !matches!(how.strip_prefix(LABEL), Some("registry" | "image")) {
        return;
    }
    let builder = sink
        .report(field, format!("{} takes whatever its registry has by a timer", name(container)))
        .depends_on(timer)
        .help("Nobody looks at what it runs next. Pin a digest and let a bot propose updates, or keep it as it is knowingly.");
    if let Some(change) = removal(container, &field.origin) {
        builder.fix("Leave updates to somebody", Applicability::Unsafe, change);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn timers_that_are_on() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.web = { image = "a:1"; autoUpdate = "registry"; };
                                                               # ^^^^^^^^^^ info: `web` takes whatever its registry has by a timer
  virtualisation.quadlet.autoUpdate.enable = true;
  virtualisation.quadlet.containers.api.containerConfig = { image = "a:1"; autoUpdate = "registry"; };
                                                                                      # ^^^^^^^^^^ info: `api` takes whatever its registry has by a timer
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.app = { image = "a:1"; labels."io.containers.autoupdate" = "registry"; };
                                                                                                    # ^^^^^^^^^^ info: `app` takes whatever its registry has by a timer
}
"#,
        );
    }

    #[test]
    fn nothing_updates() {
        check_none(
            &RULE,
            r#"
{
  services.podman.containers.own = { image = "a:1"; autoUpdate = "local"; };
  services.podman.containers.pin = { image = "a@sha256:0000000000000000000000000000000000000000000000000000000000000000"; autoUpdate = "registry"; };
}
"#,
        );
    }

    #[test]
    fn no_timer() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.api.containerConfig = { image = "a:1"; autoUpdate = "registry"; };
  virtualisation.oci-containers.containers.app = { image = "a:1"; labels."io.containers.autoupdate" = "registry"; };
}
"#,
        );
    }
}
