//! missing-linger

use crate::about::subids::rootless_users;
use crate::about::words::listed;
use nixpod_analysis::{
    Applicability, Change, Confidence, Ctx, FindingBuilder, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, Field, Release, RunOption, Surface, System, SystemKind, User};

declare_rule! {
    /// ## What it flags
    /// A user whose rootless containers are to start by themselves, but whose `linger` is false (medium) or not set
    /// (info; medium for a user of the system, as whom nobody logs in, whose containers the system starts). For Home Manager inside NixOS always; for `virtualisation.oci-containers` with `podman.user` from NixOS
    /// 26.05 on, and in 25.05 and 25.11 with `sdnotify = "healthy"`. A Home Manager configuration by itself does not
    /// see the user, and stays silent.
    /// ## Why
    /// Without lingering, systemd starts a user's services at login and stops them at logout. On a server nobody logs
    /// in, so the containers never run. Units of the system that run Podman as a user (`podman.user`, `rootlessConfig.uid`)
    /// are started at boot, and Podman then has neither the user's manager nor the user's runtime directory.
    /// ## Bad
    /// ```nix
    /// {
    ///   users.users.app = { isNormalUser = true; linger = false; };
    ///   home-manager.users.app.services.podman.containers.web.image = "docker.io/library/nginx:1.27";
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   users.users.app = { isNormalUser = true; linger = true; };
    ///   home-manager.users.app.services.podman.containers.web.image = "docker.io/library/nginx:1.27";
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: all services of the user then start at boot.
    pub static RULE = {
        id: "missing-linger",
        summary: "rootless containers of a user whose services stop at logout",
        severity: Medium,
        group: Users,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "quadlet-rootful-user",
            "linger-starts-containers",
        ]),
        stakes: [Service x Itself, Nothing x Itself],
        check: System(check),
    }
}

/// From here on rootless oci-containers need lingering however they report that they are ready.
const LINGER_FOR_ALL: Release = Release { year: 26, month: 5 };
/// From here on oci-containers can be rootless.
const ROOTLESS_SINCE: Release = Release { year: 25, month: 5 };

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    if system.kind == SystemKind::Home || system.engines.manage_lingering.said() == Some(&false) {
        return;
    }
    for rootless in rootless_users(ctx, system) {
        let user = rootless.user;
        let containers: Vec<&Container> = ctx
            .world
            .containers
            .values()
            .map(|container| &**container)
            .filter(|container| runs_as(ctx, container, system, &user.name))
            .filter(|container| {
                container.auto_start.value() == Some(&true) && needs_linger(system, container)
            })
            .collect();
        if !matches!(user.linger.value(), Some(Some(false) | None)) {
            continue;
        }
        let (by_system, by_user): (Vec<_>, Vec<_>) =
            { containers.into_iter() }.partition(|container| is_of_system(ctx, container));
        let by_system_help = match user.is_system.value() {
            Some(true) => OF_NOBODY,
            _ => OF_SYSTEM,
        };
        for (containers, help) in [(by_user, OF_USER), (by_system, by_system_help)] {
            if let Some(first) = containers.first() {
                report(ctx, system, user, &containers, sink)
                    .related(&first.origin, "this container is to start by itself")
                    .help(help);
            }
        }
    }
}

const OF_USER: &str = "systemd starts a user's services at login and stops them at logout. Set `linger = true` for the user to \
    start them at boot.";
const OF_SYSTEM: &str = "The system starts them at boot, but Podman needs the manager and the runtime directory of that user, and \
    without lingering there are none before somebody logs in. Set `linger = true` for the user.";
const OF_NOBODY: &str = "The system starts them at boot, but Podman needs the manager and the runtime directory of that user. Without \
    lingering there are none: nobody logs in as a user of the system. Set `linger = true` for the user.";
const BY_HAND: &str = "`loginctl` may have set it by hand";

/// Is it a unit of the system that starts the container, and not one of the user's own manager?
fn is_of_system(ctx: &Ctx<'_>, container: &Container) -> bool {
    ctx.system(container).kind != SystemKind::Home
}

/// Says that a user who runs these containers does not linger, with the fix.
fn report<'s>(
    ctx: &Ctx<'_>,
    system: &System,
    user: &User,
    containers: &[&Container],
    sink: &'s mut Sink,
) -> FindingBuilder<'s> {
    let names: Vec<String> = containers
        .iter()
        .map(|container| format!("`{}`", container.name))
        .collect();
    let by_system = containers.iter().all(|container| is_of_system(ctx, container));
    let happens = match (by_system, names.len()) {
        (true, 1) => "does not start",
        (true, _) => "do not start",
        (false, 1) => "starts only at login",
        (false, _) => "start only at login",
    };
    let said = format!("{} of user `{}` {happens}", listed(&names, 2), user.name);
    // Somebody may have switched it on by `loginctl`.
    let not_set = match by_system {
        true => format!("{said} without lingering, which is not set"),
        false => format!("{said}, because lingering is not set"),
    };
    let written = user.linger.said();
    // Nobody logs in as a user of the system.
    let never = by_system && user.is_system.value() == Some(&true) && user.is_normal.value() != Some(&true);
    let severity = match never {
        true => Severity::Medium,
        false => Severity::Info,
    };
    let builder = match (user.linger.written(), ctx.absent(system, &user.linger)) {
        (Some(linger), _) if *linger.get() == Some(false) => sink
            .report(linger, format!("{said}, because it does not linger"))
            .severity(Severity::Medium),
        (_, Some(absent)) => sink
            .report_absence_at(&user.origin, &absent, not_set)
            .severity(severity),
        // It is set to null.
        (Some(linger), None) => sink.report(linger, not_set).severity(severity),
        (None, None) => sink.report_at(&user.origin, not_set).severity(Severity::Info),
    };
    let is_said = user.linger.said() == Some(&Some(false));
    let builder = match never && !is_said {
        true => builder.at_most(Confidence::Medium, BY_HAND),
        false => builder,
    };
    let change = match written {
        Some(_) => Change::Replace(user.linger.origin.clone(), "true".into()),
        None => Change::SetIn(user.origin.clone(), "linger".into(), "true".into()),
    };
    builder.fix("set `linger = true`", Applicability::Unsafe, change)
}

fn runs_as(ctx: &Ctx<'_>, container: &Container, system: &System, user: &str) -> bool {
    let inner = ctx.system(container);
    match container.surface {
        Surface::HomeManagerPodman | Surface::QuadletNix | Surface::Quadlet
            if inner.kind == SystemKind::Home =>
        {
            inner.parent.as_ref() == Some(&system.id) && inner.home_of.as_deref() == Some(user)
        }
        Surface::OciContainers | Surface::QuadletNix | Surface::Quadlet => {
            container.system == system.id
                && container.rootful.value() == Some(&false)
                && container
                    .runs_as
                    .as_ref()
                    .is_some_and(|field| field.value().is_some_and(|name| name == user))
        }
        _ => false,
    }
}

/// The module for oci-containers changed its mind about lingering, so it depends on the release.
fn needs_linger(system: &System, container: &Container) -> bool {
    // Whoever gives the unit a runtime directory of its own wants to do without the user's.
    let own_directory = |field: &Field<RunOption>| {
        field
            .value()
            .is_none_or(|option| option.name == "runtime-directory")
    };
    if container.run_options.iter().any(own_directory) {
        return false;
    }
    if matches!(
        container.surface,
        Surface::HomeManagerPodman | Surface::QuadletNix | Surface::Quadlet
    ) {
        return true;
    }
    // A system is at least as new as its state version.
    let Some(release) = system.release.value().max(system.state_version.value()) else {
        return false;
    };
    if *release >= LINGER_FOR_ALL {
        return true;
    }
    let sdnotify = container.sdnotify.as_ref().and_then(Field::value);
    let healthy = sdnotify.is_some_and(|sdnotify| sdnotify == "healthy");
    *release >= ROOTLESS_SINCE && healthy
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn switched_off() {
        check(
            &RULE,
            r#"
{
  users.users.app = { isNormalUser = true; linger = false; };
                                                  # ^^^^^ medium: `pod` of user `app` starts only at login, because it does not linger
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
        );
    }

    #[test]
    fn lingering_or_unseen() {
        check_none(
            &RULE,
            r#"
{
  users.users.app = { isNormalUser = true; linger = true; };
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
        );
    }

    /// Nobody logs in as a user of the system, and a runtime directory of the unit's own does without the user's.
    #[test]
    fn units_of_the_system() {
        check(
            &RULE,
            r#"
{
  system.stateVersion = "26.05";
  virtualisation.oci-containers.backend = "podman";
  users.users.pods = { isSystemUser = true; linger = false; };
                                                   # ^^^^^ medium: `press` of user `pods` does not start, because it does not linger
  virtualisation.oci-containers.containers.press = { image = "a:1"; podman.user = "pods"; };
  users.users.own = { isSystemUser = true; linger = false; };
  virtualisation.oci-containers.containers.ink = { image = "a:1"; podman.user = "own"; };
  systemd.services.podman-ink.environment.XDG_RUNTIME_DIR = "/run/ink";
}
"#,
        );
    }

    /// Nobody logs in as a user of the system.
    #[test]
    fn not_set() {
        check(
            &RULE,
            r#"
{
  system.stateVersion = "26.05";
  virtualisation.oci-containers.backend = "podman";
  users.users.pods = { isSystemUser = true; group = "pods"; };
            # ^^^^ medium: `press` of user `pods` does not start without lingering, which is not set
  users.users.ann = { isNormalUser = true; };
            # ^^^ info: `ink` of user `ann` does not start without lingering, which is not set
  virtualisation.oci-containers.containers.press = { image = "a:1"; podman.user = "pods"; };
  virtualisation.oci-containers.containers.ink = { image = "a:1"; podman.user = "ann"; };
}
"#,
        );
    }

    /// A file says so, unless the options take it away again.
    #[test]
    fn made_by_a_file() {
        let system = |version: &str, line: &str| {
            format!(
                r#"
{{
  system.stateVersion = "{version}";
  virtualisation.oci-containers.backend = "podman";
  {line}
  users.users.pods = {{ isSystemUser = true; group = "pods"; }};
MARK
  virtualisation.quadlet.containers.press = {{ containerConfig.image = "a:1"; rootlessConfig.uid = 993; autoStart = true; }};
  virtualisation.oci-containers.containers.ink = {{ image = "a:1"; podman.user = "pods"; }};
}}
"#
            )
        };
        for line in [
            r#"systemd.tmpfiles.rules = [ "d /srv/x" "f /var/lib/systemd/linger/pods" ];"#,
            r#"systemd.tmpfiles.settings.own."/var/lib/systemd/linger/pods".f = { };"#,
            r#"system.activationScripts.l.text = "touch /var/lib/systemd/linger/pods";"#,
            r#"system.activationScripts.l = "loginctl enable-linger pods";"#,
        ] {
            check_none(&RULE, &system("26.05", line).replace("MARK\n", ""));
        }
        let marker = "            # ^^^^ medium: `ink` of user `pods` does not start without lingering, which is not set\n";
        let other = r#"systemd.tmpfiles.rules = [ "f /var/lib/systemd/linger/ann" ];"#;
        check(&RULE, &system("26.05", other).replace("MARK\n", marker));
    }

    #[test]
    fn standalone_home() {
        check_none(
            &RULE,
            r#"
{ services.podman.containers.pod.image = "docker.io/library/nginx:1.27"; }
"#,
        );
    }

    #[test]
    fn switches_it_on() {
        check_fix(
            &RULE,
            r#"
{
  users.users.app = { isNormalUser = true; linger = false; };
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
            r#"
{
  users.users.app = { isNormalUser = true; linger = true; };
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
        );
    }
}
