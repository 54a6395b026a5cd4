//! store-rootfs-without-overlay

use crate::about::paths::HOLE;
use crate::about::words::{name, replace_text};
use nixpod_analysis::{Applicability, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Engine, Field, Text, TextPart};
use nixpod_source::Symbol;

declare_rule! {
    /// ## What it flags
    /// A container whose root file system is a directory of the Nix store (`Rootfs=`, `--rootfs`) without `:O`.
    /// ## Why
    /// The engine makes mount points in the root file system before the program starts. In the store it cannot, since that
    /// is read-only: the container does not start, unless all mount points are there already. With `:O` Podman lays a file
    /// system over the directory, which takes what is written and leaves the store alone.
    /// ## Bad
    /// ```nix
    /// { pkgs, ... }: {
    ///   virtualisation.quadlet.containers.app.containerConfig.rootfs = "${pkgs.buildEnv { name = "app"; paths = [ pkgs.app ]; }}";
    /// }
    /// ```
    /// ```nix
    /// { virtualisation.quadlet.containers.app.containerConfig.rootfs = "/nix/store/00000000000000000000000000000000-app"; }
    /// ```
    /// ## Good
    /// ```nix
    /// { virtualisation.quadlet.containers.app.containerConfig.rootfs = "/nix/store/00000000000000000000000000000000-app:O"; }
    /// ```
    /// ## Fix safety
    /// Unsafe: what the program writes is kept beside the store then, and goes with the container.
    pub static RULE = {
        id: "store-rootfs-without-overlay",
        summary: "container whose file system is the read-only store",
        severity: Low,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&["podman-rootfs-overlay"]),
        stakes: [Comfort x Itself],
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if container.engine.value() != Some(&Engine::Podman) {
        return;
    }
    let mut options = container.run_options.iter();
    let is_it =
        |field: &&Field<nixpod_model::RunOption>| field.value().is_none_or(|option| option.name == "rootfs");
    let Some(field) = options.rfind(is_it).and_then(|field| field.written()) else {
        return;
    };
    let value = &field.get().value;
    // On a command line the directory stands where an image would.
    let image = container.image.as_ref().and_then(|image| image.written());
    let (path, origin) = match value.pattern().as_str() {
        "false" => return,
        "true" => match image {
            Some(image) => (&image.get().reference, image.origin.clone()),
            None => return,
        },
        _ => (value, field.origin.clone()),
    };
    if !is_in_store(path) {
        return;
    }
    let shown = path.display();
    let builder = sink
        .report_at(
            &origin,
            format!(
                "{} cannot make its mount points in `{shown}`, which is read-only",
                name(container)
            ),
        )
        .depends_on(field.field())
        .help("Add `:O`: Podman then lays a file system over the directory, which takes what is written.");
    if let Some(text) = path.as_known()
        && let Some(change) = replace_text(&origin, &format!("{text}:O"))
    {
        builder.fix("Lay a file system over it", Applicability::Unsafe, change);
    }
}

/// Is it a directory of the store, with nothing laid over it?
fn is_in_store(path: &Text) -> bool {
    let pattern = path.pattern();
    let is_package = match path.parts.first() {
        Some(TextPart::Hole { why, .. }) => why.symbol() == Some(Symbol::Package),
        _ => false,
    };
    let rest = pattern.trim_start_matches(HOLE);
    (is_package || pattern.starts_with("/nix/store/")) && !rest.contains(':') && !rest.contains(HOLE)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_quadlets_and_lines() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  virtualisation.quadlet.containers.app.containerConfig.rootfs = "/nix/store/abc-app";
                                                               # ^^^^^^^^^^^^^^^^^^^^ low: `app` cannot make its mount points in `/nix/store/abc-app`, which is read-only
  systemd.services.job.script = "podman run --rm --rootfs /nix/store/abc-job true";
                                                        # ^^^^^^^^^^^^^^^^^^ low: `systemd.services.job` cannot make its mount points in `/nix/store/abc-job`, which is read-only
}
"#,
        );
    }

    #[test]
    fn with_something_over_it() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.app.containerConfig.rootfs = "/nix/store/abc-app:O";
  virtualisation.quadlet.containers.own.containerConfig.rootfs = "/var/lib/own/root";
  virtualisation.quadlet.containers.web.containerConfig.image = "a:1";
  systemd.services.job.script = "podman run --rm --rootfs /nix/store/abc-job:O true";
}
"#,
        );
    }
}
