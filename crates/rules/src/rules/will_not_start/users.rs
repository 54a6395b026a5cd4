//! Users that a container is told of and does not have.

use crate::about::subids::{RANGE, certain, writes_none};
use crate::about::words::{listed, name};
use nixpod_analysis::{Ctx, Sink};
use nixpod_model::{Container, Engine, Field, Release, RunOption, Surface, System, SystemKind, User, Userns};

/// The user whose subordinate ids `--userns=auto` takes, unless `storage.conf` names another one.
const AUTOMATIC: &str = "containers";

pub(super) fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    check_automatic(ctx, container, sink);
    check_inner(ctx, container, sink);
    check_lingering(ctx, container, sink);
}

/// The release whose module starts no rootless container of a user who lingers, unless it has a health check to wait for: it
/// warns of it itself. The one after it changed in the middle (nixpkgs pull requests 368565 and 475089, issue 389088).
const HANGS_IN: Release = Release { year: 25, month: 5 };

/// A lingering user, where lingering keeps the engine's message from systemd.
fn check_lingering(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let system = ctx.system(container);
    let is_told_by_conmon = container
        .sdnotify
        .as_ref()
        .is_none_or(|told| told.certain().is_some_and(|told| told == "conmon"));
    let user = container.runs_as.as_ref().and_then(Field::certain);
    let user = user.and_then(|name| system.users.iter().find(|user| user.name == *name));
    let is_rootless =
        container.surface == Surface::OciContainers && container.rootful.certain() == Some(&false);
    if !is_rootless || !is_told_by_conmon || system.release.certain() != Some(&HANGS_IN) {
        return;
    }
    let Some((user, linger)) = user.and_then(|user| Some((user, user.linger.written()?))) else {
        return;
    };
    if linger.is_maybe() || *linger.get() != Some(true) || last(container, "runtime-directory").is_some() {
        return;
    }
    sink.report(
        linger,
        format!(
            "{} does not start: in NixOS {HANGS_IN} its service waits for ever, because user `{}` lingers",
            name(container),
            user.name
        ),
    )
    .related(&container.origin, "this container runs as that user")
    .help(
        "systemd does not get the message that the container runs, as the module of that release warns. Leave lingering out, \
         set `podman.sdnotify = \"healthy\"` with a health check, or upgrade: from NixOS 26.05 on lingering is needed.",
    );
}

/// Does root's Podman run it, as options of a system say?
fn is_of_root(container: &Container) -> bool {
    matches!(container.surface, Surface::OciContainers | Surface::QuadletNix)
        && container.rootful.certain() == Some(&true)
}

/// The container whose ids are chosen where this one's are said: itself, or, where that is a setting for all of Podman's
/// containers, the first of root's that says nothing else.
fn who_takes<'a>(ctx: &Ctx<'a>, container: &'a Container) -> Option<&'a Container> {
    if container.surface != Surface::ContainersConf {
        return Some(container).filter(|container| is_of_root(container));
    }
    let all = ctx.world.containers.values().map(|one| &**one);
    let mut mine = all.filter(|one| one.system == container.system && is_of_root(one));
    mine.find(|one| {
        one.engine.value() == Some(&Engine::Podman)
            && one.userns.is_default()
            && one.userns.value() == Some(&Userns::Pick)
    })
}

/// Ids that are taken from a user who has none.
fn check_automatic(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(users) = container.userns.written() else {
        return;
    };
    let system = ctx.system(container);
    if *users.get() != Userns::Pick || !is_told_whole_host(system) {
        return;
    }
    if system.engines.storage.auto_user.is_some() || has_ids(system, AUTOMATIC) {
        return;
    }
    let Some(who) = who_takes(ctx, container) else {
        return;
    };
    let how = match container.surface {
        Surface::ContainersConf => "`userns = \"auto\"`",
        _ => "`--userns=auto`",
    };
    sink.report(
        users,
        format!(
            "{} does not start: {how} takes subordinate ids of the user `{AUTOMATIC}`, who has none",
            name(who)
        ),
    )
    .help(
        "NixOS has no such user. Podman's manual proposes ids that nobody else has: `users.groups.containers = { }; \
         users.users.containers = { isSystemUser = true; group = \"containers\"; subUidRanges = [ { startUid = 2147483647; \
         count = 2147483648; } ]; subGidRanges = [ { startGid = 2147483647; count = 2147483648; } ]; };`.",
    );
}

/// Is it known who has subordinate ids?
fn is_told_whole_host(system: &System) -> bool {
    matches!(system.kind, SystemKind::Nixos | SystemKind::Guest)
        && system.seen.is_whole()
        && system.users_known
        && system.sub_id_files.certain() == Some(&false)
}

/// Does a user have subordinate ids, or may it be so?
fn has_ids(system: &System, name: &str) -> bool {
    let Some(user) = system.users.iter().find(|user| user.name == name) else {
        return false;
    };
    if writes_none(system).is_some() {
        return false;
    }
    let is_without = user.sub_uids.is_empty() || user.sub_gids.is_empty();
    !user.sub_ids_known || user.auto_sub_ids.certain() != Some(&false) || !is_without
}

/// A stretch of ids inside of a container.
struct Ids {
    first: i64,
    count: i64,
}

/// The user, or the group, that the program of a container is to have and that is none of its own.
fn check_inner(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let option = last(container, "user").and_then(Field::written);
    let Some(option) = option else { return };
    let Some(said) = option.get().value.as_known() else {
        return;
    };
    let mut ids = said.split(':').map(|id| id.parse::<i64>().ok());
    let (user, group) = (ids.next().flatten(), ids.next().flatten());
    for (what, id, map) in [("user", user, "uidmap"), ("group", group, "gidmap")] {
        let Some((id, own)) = id.and_then(|id| Some((id, own_ids(ctx, container, map)?))) else {
            continue;
        };
        if own
            .iter()
            .any(|ids| (ids.first..ids.first.saturating_add(ids.count)).contains(&id))
        {
            continue;
        }
        let builder = sink
            .report(
                option,
                format!("{} does not start: it is to run as {what} {id} and has no such id", name(container)),
            )
            .depends_on(&container.userns)
            .help(format!(
                "Inside are the ids that are mapped to some of the host: here {}. Choose one of them, or map more.",
                shown(&own)
            ));
        if let Some(users) = container.userns.written() {
            builder.related(&users.origin, "its ids are chosen here");
        }
        return;
    }
}

/// The option that holds of several.
fn last<'a>(container: &'a Container, name: &str) -> Option<&'a Field<RunOption>> {
    let mut options = container.run_options.iter().rev();
    options.find(|field| field.value().is_none_or(|option| option.name == name))
}

/// The ids that a container has inside, if they are known.
fn own_ids(ctx: &Ctx<'_>, container: &Container, map: &str) -> Option<Vec<Ids>> {
    let userns = container.userns.certain()?;
    match userns {
        // Without a map of groups that of users holds for them, and the other way round.
        Userns::Other(mode) if mode.starts_with("--uidmap=") || mode.starts_with("--gidmap=") => {
            let maps = maps(container, map)?;
            match (maps.is_empty(), map) {
                (false, _) => Some(maps),
                (true, "uidmap") => self::maps(container, "gidmap"),
                (true, _) => self::maps(container, "uidmap"),
            }
        }
        Userns::Pick => Some(vec![Ids {
            first: 0,
            count: size(container)?,
        }]),
        Userns::Host | Userns::KeepId
            if container.rootful.certain() == Some(&false) && last(container, "userns").is_none() =>
        {
            let user = user_of(ctx, container)?;
            let ranges = if map == "uidmap" {
                &user.sub_uids
            } else {
                &user.sub_gids
            };
            let ranges = certain(ranges).map(|(_, range)| range.count).sum::<i64>();
            let automatic = match user.auto_sub_ids.certain()? {
                true => RANGE,
                false => 0,
            };
            // Whoever has none has another finding.
            let count = ranges.checked_add(automatic).filter(|count| *count > 0)?;
            Some(vec![Ids {
                first: 0,
                count: count.checked_add(1)?,
            }])
        }
        _ => None,
    }
}

/// What `--uidmap` and `--gidmap` map, if all of it is known.
fn maps(container: &Container, name: &str) -> Option<Vec<Ids>> {
    let mut out = Vec::new();
    for field in &container.run_options {
        let option = field.value()?;
        if option.name != name {
            continue;
        }
        let text = field.certain()?.value.as_known()?;
        let mut words = text.split(':');
        let first = words.next()?.parse().ok()?;
        // An `@`, a `+` and other signs before the id outside change what the rest means.
        let _outside: u32 = words.next()?.parse().ok()?;
        let count = words.next().map_or(Some(1), |count| count.parse().ok())?;
        out.push(Ids { first, count });
    }
    Some(out)
}

/// How many ids `--userns=auto:size=N` asks for.
fn size(container: &Container) -> Option<i64> {
    let text = last(container, "userns")?.certain()?.value.as_known()?;
    let (_, options) = text.split_once(':')?;
    // A map of its own adds ids.
    if options.contains("mapping") {
        return None;
    }
    let size = options
        .split(',')
        .find_map(|option| option.strip_prefix("size="))?;
    size.parse().ok()
}

/// The user whose containers these are, if all is known of its subordinate ids.
fn user_of<'a>(ctx: &Ctx<'a>, container: &Container) -> Option<&'a User> {
    let system = ctx.system(container);
    let (system, name) = match system.kind {
        SystemKind::Home => (ctx.world.system(system.parent.as_ref()?), system.home_of.clone()?),
        _ => (system, container.runs_as.as_ref()?.certain()?.clone()),
    };
    let user = system.users.iter().find(|user| user.name == name)?;
    let is_whole = is_told_whole_host(system) && writes_none(system).is_none() && user.sub_ids_known;
    is_whole.then_some(user)
}

fn shown(ids: &[Ids]) -> String {
    let ids: Vec<String> = ids
        .iter()
        .map(|ids| format!("{} to {}", ids.first, ids.first.saturating_add(ids.count) - 1))
        .collect();
    listed(&ids, 3)
}

#[cfg(test)]
mod tests {
    use crate::rules::will_not_start::RULE;
    use nixpod_testing::{check, check_none, whole_host};

    #[test]
    fn ids_of_nobody() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--userns=auto" ]; };
                                                                                 # ^^^^^^^^^^^^^^^ medium: `web` does not start: `--userns=auto` takes subordinate ids of the user `containers`, who has none
  users.users.containers = { isSystemUser = true; group = "containers"; };
  virtualisation.quadlet.containers.ink.containerConfig = { image = "a:1"; userns = "auto:size=2000"; };
                                                                                  # ^^^^^^^^^^^^^^^^ medium: `ink` does not start: `--userns=auto` takes subordinate ids of the user `containers`, who has none
}
"#,
            ),
        );
    }

    /// What the engine's settings say holds for those of root that say nothing else.
    #[test]
    fn ids_of_nobody_by_a_setting() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  virtualisation.containers.containersConf.settings.containers.userns = "auto";
                                                                      # ^^^^^^ medium: `web` does not start: `userns = "auto"` takes subordinate ids of the user `containers`, who has none
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.any = { image = "a:1"; extraOptions = [ "--userns=host" ]; };
  virtualisation.oci-containers.containers.web.image = "a:1";
}
"#,
            ),
        );
        check_none(
            &RULE,
            &whole_host(
                r#"
{
  virtualisation.containers.containersConf.settings.containers.userns = "auto";
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.any = { image = "a:1"; extraOptions = [ "--userns=host" ]; };
}
"#,
            ),
        );
    }

    #[test]
    fn ids_of_somebody() {
        let web = r#"virtualisation.oci-containers = { backend = "podman"; containers.web = { image = "a:1"; extraOptions = [ "--userns=auto" ]; }; };"#;
        for ids in [
            r#"users.users.containers = { isSystemUser = true; group = "containers"; autoSubUidGidRange = true; };"#,
            r#"users.users.containers = { subUidRanges = [ { startUid = 2147483647; count = 2147483648; } ]; subGidRanges = [ { startGid = 2147483647; count = 2147483648; } ]; };"#,
            r#"environment.etc = { "subuid".text = "containers:2147483647:2147483648"; "subgid".source = ./subgid; };"#,
            r#"system.activationScripts.ids.text = "grep -q ^containers: /etc/subuid || echo containers:2147483647:2147483648 >> /etc/subuid";"#,
            r#"virtualisation.containers.storage.settings.storage.options.root-auto-userns-user = "storage"; users.users.storage.autoSubUidGidRange = true;"#,
            // Rootless, a user's own ids are taken.
            r#"users.users.app = { isNormalUser = true; linger = true; }; virtualisation.oci-containers.containers.web.podman.user = "app";"#,
        ] {
            check_none(&RULE, &whole_host(&format!("{{\n  {ids}\n  {web}\n}}")));
        }
        // The users may be among those that are not known.
        check_none(
            &RULE,
            &whole_host(&format!(
                "{{ config, lib, ... }}: {{\n  users.users = lib.genAttrs config.my.names (_: {{ autoSubUidGidRange = true; }});\n  {web}\n}}"
            )),
        );
        check_none(&RULE, &format!("{{\n  {web}\n}}"));
    }

    #[test]
    fn users_that_are_not_mapped() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  users.users.app = { isNormalUser = true; linger = true; };
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; user = "1000"; extraOptions = [ "--uidmap=0:300000:1000" ]; };
                              # ^^^^^^ medium: `a` does not start: it is to run as user 1000 and has no such id
    b = { image = "a:1"; extraOptions = [ "--uidmap" "0:300000:2000" "--gidmap=0:300000:500" "--user=1000:1000" ]; };
                                                                                           # ^^^^^^^^^^^^^^^^^^ medium: `b` does not start: it is to run as group 1000 and has no such id
    c = { image = "a:1"; user = "70000:100"; podman.user = "app"; };
                              # ^^^^^^^^^^^ medium: `c` does not start: it is to run as user 70000 and has no such id
  };
  users.users.containers.autoSubUidGidRange = true;
  virtualisation.quadlet.containers.ink.containerConfig = { image = "a:1"; userns = "auto:size=500"; user = "1000"; };
                                                                                                          # ^^^^^^ medium: `ink` does not start: it is to run as user 1000 and has no such id
}
"#,
            ),
        );
    }

    fn of_release(release: &str, module: &str) -> String {
        format!(
            "#- /flake.nix\n{{\n  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-{release}\";\n  outputs = {{ nixpkgs, ... }}: {{ \
             nixosConfigurations.oak = nixpkgs.lib.nixosSystem {{ modules = [ ./oak.nix ]; }}; }};\n}}\n#- /oak.nix\n{module}"
        )
    }

    #[test]
    fn users_who_linger() {
        check(
            &RULE,
            &of_release(
                "25.05",
                r#"
{
  users.users.pods = { isNormalUser = true; linger = true; };
                                                   # ^^^^ medium: `web` does not start: in NixOS 25.05 its service waits for ever, because user `pods` lingers
  virtualisation.oci-containers.containers.web = { image = "a:1"; podman.user = "pods"; };
  virtualisation.oci-containers.containers.well = { image = "a:1"; podman = { user = "pods"; sdnotify = "healthy"; }; };
}
"#,
            ),
        );
        let module = r#"
{
  users.users.pods = { isNormalUser = true; linger = true; };
  virtualisation.oci-containers.containers.web = { image = "a:1"; podman.user = "pods"; };
}
"#;
        check_none(&RULE, &of_release("25.11", module));
        check_none(&RULE, &of_release("26.05", module));
        check_none(&RULE, &whole_host(module));
    }

    #[test]
    fn users_that_are_mapped() {
        check_none(
            &RULE,
            &whole_host(
                r#"
{ config, ... }: {
  users.users.app = { isNormalUser = true; linger = true; };
  users.users.containers.autoSubUidGidRange = true;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; user = "1000"; extraOptions = [ "--uidmap=0:300000:1000" "--uidmap=1000:1000:1" ]; };
    b = { image = "a:1"; user = "1000"; extraOptions = [ "--uidmap=0:300000:1000" "--uidmap=+1000:@1000:1" ]; };
    c = { image = "a:1"; user = "65534:65534"; podman.user = "app"; };
    d = { image = "a:1"; user = "nobody"; extraOptions = [ "--uidmap=0:300000:10" ]; };
    e = { image = "a:1"; user = "1000"; extraOptions = [ "--userns=auto" ]; };
    f = { image = "a:1"; user = "70000"; };
    g = { image = "a:1"; user = "1000"; extraOptions = [ "--uidmap=${config.my.map}" "--uidmap=0:1:1" ]; };
    h = { image = "a:1"; user = "1000"; extraOptions = [ "--gidmap=0:300000:65536" ]; };
  };
}
"#,
            ),
        );
    }
}
