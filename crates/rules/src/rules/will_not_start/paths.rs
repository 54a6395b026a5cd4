//! Binds of paths that other systems have and NixOS has not.

use crate::about::words::name;
use nixpod_analysis::{Confidence, Ctx, Severity, Sink};
use nixpod_model::{Container, Engine, SystemKind};

/// Podman and nspawn refuse a bind of what is not there. Docker makes an empty directory of the name.
pub(super) fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let system = ctx.system(container);
    let system = match (system.kind, &system.parent) {
        (SystemKind::Home, Some(parent)) => ctx.world.system(parent),
        _ => system,
    };
    let is_nixos = matches!(system.kind, SystemKind::Nixos | SystemKind::Guest) && system.seen.is_whole();
    if !is_nixos || !matches!(container.engine.value(), Some(Engine::Podman | Engine::Nspawn)) {
        return;
    }
    for field in container.mounts.iter().filter_map(|field| field.written()) {
        let mount = field.get();
        let Some(source) = mount.source.as_known().filter(|_| mount.is_bind) else {
            continue;
        };
        let is_there = |missing: &&&str| {
            let below = source.strip_prefix(**missing);
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        };
        let Some(missing) = system.missing_paths.iter().find(is_there) else {
            continue;
        };
        sink.report(
            field,
            format!("{} does not start: NixOS has no `{missing}`", name(container)),
        )
        .severity(Severity::Low)
        .at_most(Confidence::Medium, "somebody may have made it by hand")
        .help(match *missing {
            "/etc/timezone" => "Leave it out and set the variable `TZ`, or give Podman `--tz=local`.",
            "/lib/modules" => {
                "The modules of the kernel are in `/run/booted-system/kernel-modules/lib/modules`."
            }
            _ => "Bind the files of the package that has them, such as `${pkgs.tzdata}/share/zoneinfo`.",
        });
        return;
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::will_not_start::RULE;
    use nixpod_testing::{check, check_none, whole_host};

    #[test]
    fn paths_of_other_systems() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.a = { image = "a:1"; volumes = [ "/etc/localtime:/etc/localtime:ro" "/etc/timezone:/etc/timezone:ro" ]; };
                                                                                                             # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ low: `a` does not start: NixOS has no `/etc/timezone`
  containers.b = { bindMounts."/m".hostPath = "/lib/modules/6.12"; config = { }; };
                                            # ^^^^^^^^^^^^^^^^^^^ low: `b` does not start: NixOS has no `/lib/modules`
}
"#,
            ),
        );
    }

    #[test]
    fn paths_that_something_makes() {
        check_none(
            &RULE,
            &whole_host(
                r#"
{
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers.a = { image = "a:1"; volumes = [ "/lib/modules:/lib/modules:ro" ]; };
  environment.etc.timezone.text = "Etc/UTC";
  containers.b = { bindMounts."/t".hostPath = "/etc/timezone"; config = { }; };
}
"#,
            ),
        );
    }
}
