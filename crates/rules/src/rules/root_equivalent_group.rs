//! root-equivalent-group

use crate::about::people::{in_extra_groups, is_root_anyhow};
use crate::about::power::maps_root_to_root;
use crate::about::words::inside;
use nixpod_analysis::{
    Applicability, Attack, Change, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Field, JobUser, Surface, System, SystemKind, Written};
use nixpod_source::Origin;

declare_rule! {
    /// ## What it flags
    /// Users in a group that controls a daemon of root: `podman`, `docker`, `lxd`, `incus-admin`, `libvirtd`, through
    /// `extraGroups`, `group` or the group's `members`, when the daemon is enabled or nothing tells that it is not; services
    /// with `docker` or `podman` among their groups (medium); and users in `disk`, `kmem` and `shadow`, which need no daemon;
    /// services with these, and users who are there for one, are medium. So is the user of a runner of jobs, and a hint where
    /// the runner's module gives it the group by itself.
    /// In a guest that has no user namespace also `wheel` (low).
    /// ## Why
    /// A member starts a container with the host's root directory mounted, and so becomes root without a password.
    /// NixOS starts the rootful Podman socket for group `podman` whenever Podman is enabled. Rootless Podman needs no
    /// group at all.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.podman.enable = true;
    ///   users.users.alice = { isNormalUser = true; extraGroups = [ "podman" ]; };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.podman.enable = true;
    ///   users.users.alice = { isNormalUser = true; extraGroups = [ "networkmanager" ]; };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: the user can no longer talk to the rootful daemon.
    pub static RULE = {
        id: "root-equivalent-group",
        summary: "user in a group that can become root",
        severity: High,
        group: Users,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "engine-socket-is-root",
            "docker-group-is-root",
        ]),
        controls: Controls::Cover(&[Control::Cis("1.1.2"), Control::Attack("T1548.003")]),
        stakes: [HostRoot x Step, Account x Command, Account x Step, Inside x Command, Nothing x Itself],
        attack: Attack::Typed {
            experiment: "docker-group-is-root",
            command: "docker run --rm -v /:/host IMAGE cat /host/etc/shadow",
            gives: "the host's password hashes, on the host, without a password",
        },
        check: System(check),
    }
}

/// How a user came into a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Element,
    Primary,
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    if system.kind == SystemKind::Home {
        return;
    }
    for user in &system.users {
        if user.name == "root" {
            continue;
        }
        for (number, field) in user.extra_groups.iter().enumerate() {
            let (before, after) = user.extra_groups.split_at(number);
            let is_same = |other: &&Field<String>| other.value() == field.value();
            // What stands in several files is one group.
            if before
                .iter()
                .any(|other| is_same(&other) && other.written().is_some())
            {
                continue;
            }
            let mut field = field.clone();
            let others = after.iter().skip(1).filter(is_same);
            field.also.extend(others.map(|other| other.origin.clone()));
            if let Some(field) = field.written() {
                judge(ctx, system, (&user.name, field.get()), field, Way::Element, sink);
            }
        }
        if let Some(field) = user.group.written()
            && let Some(group) = field.get()
        {
            judge(ctx, system, (&user.name, group), field, Way::Primary, sink);
        }
    }
    check_services(ctx, system, sink);
    for field in &system.group_members {
        let Some(field) = field.written() else {
            continue;
        };
        let (group, member) = field.get();
        let is_listed_twice = system
            .users
            .iter()
            .any(|user| user.name == *member && in_extra_groups(user, group));
        if member != "root" && !is_listed_twice {
            judge(ctx, system, (member, group), field, Way::Element, sink);
        }
    }
}

/// Services that have the group of an engine: whoever takes over the service is root.
fn check_services(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    for field in &system.service_groups {
        let Some(field) = field.written() else {
            continue;
        };
        let (group, service) = field.get();
        let engines = &system.engines;
        let (daemon, enabled) = match group.as_str() {
            "podman" => ("Podman", &engines.podman),
            "docker" => ("Docker", &engines.docker),
            _ => {
                check_service_by_itself(ctx, system, (service, group), field, sink);
                continue;
            }
        };
        // The service of a container has it from the module that makes it.
        if enabled.value() != Some(&true) {
            continue;
        }
        sink.report(
            field,
            format!(
                "service `{service}`{} has group `{group}`, which is root through {daemon}",
                inside(ctx, system)
            ),
        )
        .severity(match system.kind {
            SystemKind::Guest => Severity::Low,
            _ => Severity::Medium,
        })
        .depends_on(enabled)
        .help(
            "Whoever takes over the service starts a container with the root directory mounted. Let it talk to a filtering \
             socket proxy, or to a rootless engine of its own user.",
        );
    }
}

/// Services with a group that needs no engine.
fn check_service_by_itself<T>(
    ctx: &Ctx<'_>,
    system: &System,
    (service, group): (&str, &str),
    field: Written<'_, T>,
    sink: &mut Sink,
) {
    let Some((_, what)) = by_itself(group) else {
        return;
    };
    sink.report(
        field,
        format!("service `{service}`{} has group `{group}`, which {what}", inside(ctx, system)),
    )
    .severity(match system.kind {
        SystemKind::Guest => Severity::Low,
        _ => Severity::Medium,
    })
    .help(
        "Whoever takes over the service can do that, too. Give it single devices by `DeviceAllow` and an access list of udev, \
         or leave the group out.",
    );
}

fn judge<T>(
    ctx: &Ctx<'_>,
    system: &System,
    (user, group): (&str, &str),
    field: Written<'_, T>,
    way: Way,
    sink: &mut Sink,
) {
    let engines = &system.engines;
    let (daemon, enabled) = match group {
        "podman" => ("Podman", &engines.podman),
        "docker" => ("Docker", &engines.docker),
        "lxd" => ("LXD", &engines.lxd),
        "incus-admin" => ("Incus", &engines.lxd),
        "libvirtd" => ("libvirt", &engines.libvirtd),
        "wheel" => return judge_wheel(ctx, system, user, field, sink),
        _ => return judge_by_itself(ctx, system, (user, group), field, sink),
    };
    let confidence = match enabled.value() {
        // Containers that are not known may enable it or not.
        Some(true) if enabled.is_maybe() && is_empty(&enabled.origin) => return,
        Some(true) if enabled.is_maybe() => Confidence::Medium,
        Some(true) => Confidence::High,
        // Lists of groups are copied from machine to machine: a group whose engine nothing enables is no power.
        Some(false) => return,
        None => Confidence::Medium,
    };
    let place = match system.kind {
        SystemKind::Guest => inside(ctx, system),
        _ => String::new(),
    };
    let (severity, more) = weigh(system, user, group);
    let builder = sink
        .report(
            field,
            format!("user `{user}`{place} is in group `{group}`, which is root through {daemon}"),
        )
        .severity(severity)
        .at_most(confidence, "the engine may not be enabled")
        .depends_on(enabled)
        .related(
            enabled_at(ctx, system, enabled),
            format!("{daemon} is enabled here"),
        )
        .help(format!(
            "A member can have {daemon} mount the root directory and become root without a password. {more}"
        ));
    if way == Way::Element && !is_empty(&field.origin) {
        let places = std::iter::once(&field.origin).chain(&field.also);
        builder.fix_all(
            format!("remove `{user}` from group `{group}`"),
            Applicability::Unsafe,
            places.map(|place| Change::Remove(place.clone())).collect(),
        );
    }
}

/// How bad it is that a user is in the group of an engine, and what to do.
fn weigh(system: &System, user: &str, group: &str) -> (Severity, &'static str) {
    let more = match group {
        "podman" => "Rootless Podman needs no group, so leave it out.",
        "docker" => {
            "Use `virtualisation.docker.rootless` or rootless Podman, or `sudo` where the password matters."
        }
        _ => "Leave it out where `sudo` or polkit with a password does.",
    };
    match job_of(system, user) {
        Some(job) if job.groups.contains(&group) => (
            Severity::Info,
            "The module of the service gives it this group by itself, where the engine is enabled.",
        ),
        _ if is_root_anyhow(system, user) => (
            Severity::Info,
            "Here `sudo` or `doas` lets this user do so anyhow.",
        ),
        // Nobody logs in as such a user: the service has to be made to do it.
        Some(_) => (Severity::Medium, more),
        None if system.kind == SystemKind::Guest => (Severity::Medium, more),
        None => (Severity::High, more),
    }
}

/// The service whose jobs a user runs, if its module knows the user.
fn job_of<'s>(system: &'s System, user: &str) -> Option<&'s JobUser> {
    let mut jobs = system.job_users.iter().filter_map(|job| job.said());
    jobs.find(|job| job.user == user)
}

fn judge_by_itself<T>(
    ctx: &Ctx<'_>,
    system: &System,
    (user, group): (&str, &str),
    field: Written<'_, T>,
    sink: &mut Sink,
) {
    let Some((severity, what)) = by_itself(group) else {
        return;
    };
    let is_of_a_service =
        { system.users.iter() }.any(|other| other.name == user && other.is_system.certain() == Some(&true));
    let is_root_anyhow = is_root_anyhow(system, user);
    let severity = match system.kind {
        _ if is_root_anyhow => Severity::Info,
        SystemKind::Guest => Severity::Low,
        // Nobody logs in as such a user: its program has to be taken over first.
        _ if is_of_a_service => severity.min(Severity::Medium),
        _ => severity,
    };
    sink.report(
        field,
        format!("user `{user}`{} is in group `{group}`, which {what}", inside(ctx, system)),
    )
    .severity(severity)
    .help(match is_root_anyhow {
        true => "Here this user becomes root without a password anyhow.",
        false => {
            "Programs that need it can have the group by `SupplementaryGroups` of their service; people have `sudo`."
        }
    });
}

/// Groups that need no engine: what their members can do.
fn by_itself(group: &str) -> Option<(Severity, &'static str)> {
    Some(match group {
        "disk" => (
            Severity::High,
            "reads and writes all disks, and with them every file",
        ),
        "kmem" => (Severity::High, "reads the machine's memory"),
        "shadow" => (Severity::Medium, "reads the hashes of all passwords"),
        _ => return None,
    })
}

/// Where an engine is enabled. Containers of oci-containers enable theirs without a word: by the backend, or by being
/// there at all.
fn enabled_at<'a>(ctx: &Ctx<'a>, system: &'a System, enabled: &'a Field<bool>) -> &'a Origin {
    if !is_empty(&enabled.origin) || enabled.value() != Some(&true) {
        return &enabled.origin;
    }
    let backend = &system.engines.oci_backend.origin;
    if !is_empty(backend) {
        return backend;
    }
    ctx.world
        .containers
        .values()
        .find(|container| container.surface == Surface::OciContainers && container.system == system.id)
        .map_or(&enabled.origin, |container| &container.origin)
}

fn judge_wheel<T>(ctx: &Ctx<'_>, system: &System, user: &str, field: Written<'_, T>, sink: &mut Sink) {
    let Some(container) = ctx.container_of(system) else {
        return;
    };
    if !container.userns.value().is_some_and(maps_root_to_root) {
        return;
    }
    sink.report(
        field,
        format!(
            "user `{user}` is in group `wheel` of guest `{}`, whose root is the host's root",
            container.name
        ),
    )
    .severity(Severity::Low)
    .depends_on(&container.userns)
    .related(&container.origin, "this guest has no user namespace of its own")
    .help(
        "Who becomes root in this guest has the host's user id 0. Leave administration to the host, or set \
         `privateUsers = \"pick\"`.",
    );
}

fn is_empty(origin: &Origin) -> bool {
    origin.place().is_none()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    /// What runs jobs is a service, whose module may give it the group already.
    #[test]
    fn of_runners_of_jobs() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker.enable = true;
  services.gitlab-runner.enable = true;
  services.gitea-actions-runner.instances.one = { enable = true; labels = [ "debian:docker://node:22" ]; };
  services.github-runners.web = { enable = true; url = "https://github.com/o/r"; };
  services.jenkins.enable = false;
  users.users.gitlab-runner = { isSystemUser = true; extraGroups = [ "docker" ]; };
                                                                   # ^^^^^^^^ info: user `gitlab-runner` is in group `docker`, which is root through Docker
  users.groups.docker.members = [ "gitea-runner" "github-runner-web" "jenkins" ];
                                # ^^^^^^^^^^^^^^ info: user `gitea-runner` is in group `docker`, which is root through Docker
                                               # ^^^^^^^^^^^^^^^^^^^ medium: user `github-runner-web` is in group `docker`, which is root through Docker
                                                                   # ^^^^^^^^^ high: user `jenkins` is in group `docker`, which is root through Docker
}
"#,
        );
    }

    /// Modules have options for the groups of their services.
    #[test]
    fn by_the_module_of_a_service() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker.enable = true;
  services.traefik = { enable = true; group = "docker"; };
                                            # ^^^^^^^^ medium: service `traefik` has group `docker`, which is root through Docker
  services.jenkins = { enable = true; extraGroups = [ "wheel" "docker" ]; };
                                                            # ^^^^^^^^ medium: service `jenkins` has group `docker`, which is root through Docker
  services.netdata = { enable = false; group = "docker"; };
  services.gitea.group = "docker";
  services.nginx = { enable = true; group = "nginx"; };
}
"#,
        );
    }

    /// Who becomes root without a password has nothing of it.
    #[test]
    fn of_whoever_is_root_anyhow() {
        check(
            &RULE,
            r#"
{
  security.sudo.enable = false;
  security.doas = { enable = true; wheelNeedsPassword = false; };
  users.users.ann = { isNormalUser = true; extraGroups = [ "wheel" "disk" ]; };
                                                                 # ^^^^^^ info: user `ann` is in group `disk`, which reads and writes all disks, and with them every file
  users.users.bob = { isNormalUser = true; extraGroups = [ "disk" ]; };
                                                         # ^^^^^^ high: user `bob` is in group `disk`, which reads and writes all disks, and with them every file
}
"#,
        );
    }

    #[test]
    fn podman() {
        check(
            &RULE,
            r#"
{
  virtualisation.podman.enable = true;
  users.users.alice = { isNormalUser = true; extraGroups = [ "wheel" "podman" ]; };
                                                                   # ^^^^^^^^ high: user `alice` is in group `podman`, which is root through Podman
}
"#,
        );
    }

    #[test]
    fn of_disks() {
        check(
            &RULE,
            r#"
{
  users.users.ann = { isNormalUser = true; extraGroups = [ "disk" ]; };
                                                         # ^^^^^^ high: user `ann` is in group `disk`, which reads and writes all disks, and with them every file
  users.users.smart = { isSystemUser = true; group = "smart"; extraGroups = [ "disk" ]; };
                                                                            # ^^^^^^ medium: user `smart` is in group `disk`, which reads and writes all disks, and with them every file
  systemd.services.scrutiny.serviceConfig.SupplementaryGroups = [ "disk" "video" ];
                                                                # ^^^^^^ medium: service `scrutiny` has group `disk`, which reads and writes all disks, and with them every file
}
"#,
        );
    }

    /// `sudo` that asks for no password gives the same.
    #[test]
    fn beside_a_wheel_that_is_root() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker.enable = true;
  security.sudo.wheelNeedsPassword = false;
  users.users.alice = { isNormalUser = true; extraGroups = [ "wheel" "docker" ]; };
                                                                   # ^^^^^^^^ info: user `alice` is in group `docker`, which is root through Docker
  users.users.bob = { isNormalUser = true; extraGroups = [ "docker" ]; };
                                                         # ^^^^^^^^ high: user `bob` is in group `docker`, which is root through Docker
}
"#,
        );
    }

    #[test]
    fn one_group_in_several_files() {
        check_fix(
            &RULE,
            r#"
{ lib, ... }: lib.mkMerge [
  { virtualisation.docker.enable = true; users.users.alice.extraGroups = [ "docker" ]; }
  { users.users.alice.extraGroups = [ "video" "docker" ]; }
]
"#,
            r#"
{ lib, ... }: lib.mkMerge [
  { virtualisation.docker.enable = true; users.users.alice.extraGroups = [ ]; }
  { users.users.alice.extraGroups = [ "video" ]; }
]
"#,
        );
    }

    #[test]
    fn primary_group_in_a_guest() {
        check(
            &RULE,
            r#"
{
  containers.web.privateUsers = "pick";
  containers.web.config = {
    virtualisation.podman.enable = true;
    users.users.app = { isNormalUser = true; group = "podman"; };
                                                   # ^^^^^^^^ medium: user `app` in guest `web` is in group `podman`, which is root through Podman
  };
}
"#,
        );
    }

    #[test]
    fn enabled_by_containers() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "docker";
                                        # ^^^^^^^^ note: Docker is enabled here
  virtualisation.oci-containers.containers.web.image = "docker.io/library/nginx:1.27";
  users.users.alice = { isNormalUser = true; extraGroups = [ "docker" ]; };
                                                           # ^^^^^^^^ high: user `alice` is in group `docker`, which is root through Docker
}
"#,
        );
    }

    #[test]
    fn containers_that_are_not_known_enable_nothing() {
        check_none(
            &RULE,
            r#"
{ inputs, ... }:
{
  virtualisation.oci-containers.containers = inputs.x.containers;
  users.users.bob.extraGroups = [ "podman" ];
}
"#,
        );
    }

    #[test]
    fn harmless_groups() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.podman.enable = true;
  users.users.alice = { isNormalUser = true; extraGroups = [ "wheel" "networkmanager" ]; };
}
"#,
        );
    }

    #[test]
    fn leaves_the_group() {
        check_fix(
            &RULE,
            r#"
{
  virtualisation.podman.enable = true;
  users.users.alice = { isNormalUser = true; extraGroups = [ "wheel" "podman" ]; };
}
"#,
            r#"
{
  virtualisation.podman.enable = true;
  users.users.alice = { isNormalUser = true; extraGroups = [ "wheel" ]; };
}
"#,
        );
    }

    /// The client of a container's unit is root anyhow, as is a unit that names nobody.
    #[test]
    fn units_of_root() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker.enable = true;
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers.photos.image = "docker.io/acme/photos:1.2";
  systemd.services.docker-photos.serviceConfig = { Group = "docker"; StateDirectory = "photos"; };
  systemd.services.prune = { script = "true"; serviceConfig.Group = "docker"; };
  systemd.services.watch.serviceConfig = { ExecStart = "/bin/watch"; User = "watch"; SupplementaryGroups = [ "docker" ]; };
                                                                                                           # ^^^^^^^^ medium: service `watch` has group `docker`, which is root through Docker
  systemd.services.telegraf.serviceConfig.SupplementaryGroups = "docker";
                                                              # ^^^^^^^^ medium: service `telegraf` has group `docker`, which is root through Docker
  services.woodpecker-agents.agents.a = { enable = true; extraGroups = [ "docker" ]; };
                                                                       # ^^^^^^^^ medium: service `woodpecker-agent-a` has group `docker`, which is root through Docker
}
"#,
        );
    }
}
