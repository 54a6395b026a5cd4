//! will-not-start

mod networks;
mod nspawn;
mod options;
mod paths;
mod secrets;
mod surroundings;
mod users;

use crate::about::paths::{Base, host_path};
use crate::about::power::maps_root_to_root;
use crate::about::words::{listed, name};
use nixpod_analysis::{Confidence, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Engine, Field, Mount, Surface, UnitProblem, Userns, Written};

declare_rule! {
    /// ## What it flags
    /// Containers that their engine refuses to start: an nspawn bind with `idmap` without a user namespace to map to, or of
    /// a secret of agenix or sops-nix, which lies on a ramfs; one with a blank in its path or with a `-` before it; a flag with a blank in it, of which the second word is taken for the program; a flag that takes back the users of `privateUsers`; a range of users
    /// that a guest's files cannot be given to; an OCI container with two volumes at one place, or
    /// with a volume from `~` or a variable that nobody expands; a capability that Podman is
    /// told both to add and to drop; options of Podman that exclude one another (`--shm-size` with the host's or no
    /// `--ipc`, `--dns` without a network, `--userns` beside `--uidmap`, `--restart` beside the `--rm` of oci-containers, of which Podman takes `on-failure` alone); a `--sysctl` that belongs to the whole kernel, such as
    /// `vm.max_map_count`, or to a network that is shared; `all` among the `default_capabilities`; `--userns=auto` of a rootful
    /// Podman where nobody is called `containers`, and a user or group inside that no id of the host is mapped to;
    /// in NixOS 25.05 a rootless container whose user lingers, as its module warns;
    /// and what the system around it has not: a port that another container publishes, one below 1024 without root, NVIDIA's
    /// devices or Docker's socket that nothing makes, a store on overlay or 9p below mapped users, `managed` users without a
    /// private network, `:idmap` without `hostPath`, a bridge that nothing makes, and for a rootless container a network that
    /// root's Podman has; a secret of sops-nix or agenix that the user who runs a container may not read; and, low, a path that
    /// other systems have and NixOS has not, such as `/etc/timezone`. A network that nothing here makes, where others are made, may have been made by hand, and is info.
    /// ## Why
    /// The service fails, and what it was to protect or to offer is not there. Nothing of it is seen before the system is
    /// switched to, since the options have the right types.
    ///
    /// NixOS quotes the words of a container's command. A source that begins with neither `/` nor `.` is the name of a volume
    /// for Podman and Docker, and names "must match `[a-zA-Z0-9][a-zA-Z0-9_.-]*`", as Podman answers.
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.db = {
    ///     bindMounts."/data:idmap" = { hostPath = "/srv/db"; isReadOnly = false; };
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.app = {
    ///     image = "docker.io/library/app:1";
    ///     volumes = [ "/srv/a:/data" "/srv/b:/data" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.db = {
    ///     privateUsers = "pick";
    ///     bindMounts."/data:idmap" = { hostPath = "/srv/db"; isReadOnly = false; };
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which of the two is meant is not known.
    pub static RULE = {
        id: "will-not-start",
        summary: "container that its engine refuses to start",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nspawn-idmap-without-userns",
            "nspawn-idmap-with-identity",
            "podman-duplicates",
            "podman-cap-conflicts",
            "nspawn-bind-with-a-blank",
            "nspawn-bind-with-a-dash",
            "nspawn-extra-flags-split-filter",
            "nspawn-ownership-of-an-odd-range",
            "podman-shm-size-without-ipc",
            "podman-dns-without-network",
            "podman-restart-beside-rm",
            "podman-userns-beside-maps",
            "podman-userns-auto-needs-the-user-containers",
            "podman-user-outside-of-the-map",
            "settings-all-capabilities",
            "podman-sysctl-of-a-shared-namespace",
            "ports-rootless-low",
            "nspawn-managed-needs-258",
            "nspawn-namespace-path-excludes-veth",
            "unit-fuse-rw-does-not-start",
            "nspawn-idmap-fails-on-overlay",
            "nspawn-idmap-fails-on-ramfs",
            "nspawn-suffix-without-host-path",
            "nspawn-bridge-that-is-not-there",
        ]),
        stakes: [Service x Itself, Comfort x Itself, Nothing x Itself],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    surroundings::check(ctx, container, sink);
    networks::check(ctx, container, sink);
    paths::check(ctx, container, sink);
    match container.engine.value() {
        Some(Engine::Nspawn) => {
            check_maps(container, sink);
            check_ramfs(container, sink);
            check_blanks(container, sink);
            check_taken_back(container, sink);
            options::check_nspawn(container, sink);
            nspawn::check(ctx, container, sink);
            surroundings::check_nspawn(ctx, container, sink);
        }
        Some(Engine::Podman) => {
            check_places(container, sink);
            check_capabilities(container, sink);
            options::check_podman(container, sink);
            check_homes(container, sink);
            users::check(ctx, container, sink);
            secrets::check(ctx, container, sink);
        }
        Some(Engine::Docker) => {
            options::check_docker(container, sink);
            check_places(container, sink);
            check_homes(container, sink);
        }
        None => {}
    }
}

/// Binds whose ids are to be mapped where nothing is mapped.
fn check_maps(container: &Container, sink: &mut Sink) {
    if !container.userns.value().is_some_and(maps_root_to_root) {
        return;
    }
    for field in &container.mounts {
        let Some(field) = field.written() else {
            continue;
        };
        let mut options = field.get().options.iter();
        let Some(option) =
            options.find(|option| matches!(option.as_str(), "idmap" | "rootidmap" | "owneridmap"))
        else {
            continue;
        };
        sink.report(
            field,
            format!("{} does not start: `{option}` needs a user namespace of its own", name(container)),
        )
        .depends_on(&container.userns)
        .help(
            "Ids are mapped to those of the user namespace, and the container has none. Leave the option out, or set \
             `privateUsers = \"pick\"`.",
        );
    }
}

/// Where agenix and sops-nix decrypt, and whether an option puts what lies there somewhere else.
const ON_RAMFS: [(&str, bool); 3] = [
    ("run/agenix", false),
    ("run/secrets", true),
    ("run/secrets-for-users", true),
];

/// Binds of secrets whose ids are to be mapped, on a file system that cannot map them.
fn check_ramfs(container: &Container, sink: &mut Sink) {
    if container.userns.value().is_none_or(maps_root_to_root) {
        return;
    }
    for field in &container.mounts {
        let Some(field) = field.written() else {
            continue;
        };
        let mount = field.get();
        let mut options = mount.options.iter();
        let Some(option) =
            options.find(|option| matches!(option.as_str(), "idmap" | "rootidmap" | "owneridmap"))
        else {
            continue;
        };
        let Some(path) = host_path(&mount.source).filter(|path| path.base == Base::System && !path.vague)
        else {
            continue;
        };
        let is_in = |folder: &str| path.rest() == folder || path.rest().starts_with(&format!("{folder}/"));
        let Some((_, may_be_elsewhere)) = ON_RAMFS.iter().find(|(folder, _)| is_in(folder)) else {
            continue;
        };
        let mut builder = sink
            .report(
                field,
                format!(
                    "{} does not start: `{option}` cannot map `{}`, which is on a ramfs",
                    name(container),
                    mount.source.display()
                ),
            )
            .depends_on(&container.userns)
            .help(format!(
                "Secrets are decrypted to a ramfs, whose ids no mount can map. Hand it over as a credential: `extraFlags = [ \
                 \"--load-credential=NAME:{}\" ]`, which a unit inside takes by `LoadCredential = \"NAME\"`.",
                mount.source.display()
            ));
        if *may_be_elsewhere {
            builder = builder.at_most(
                Confidence::Medium,
                "`sops.useTmpfs` puts the secrets of sops-nix on a tmpfs, which can be mapped",
            );
        }
    }
}

/// Paths with blanks, at which the start script of NixOS splits them.
fn check_blanks(container: &Container, sink: &mut Sink) {
    if container.surface != Surface::Nspawn {
        return;
    }
    for field in &container.mounts {
        let Some(field) = field.written() else {
            continue;
        };
        let paths = [&field.get().source, &field.get().target];
        let mut known = paths.into_iter().filter_map(|path| path.as_known());
        let Some(path) = known.find(|path| path.contains(char::is_whitespace)) else {
            continue;
        };
        sink.report(
            field,
            format!("{} does not start: `{path}` is taken apart at the blank", name(container)),
        )
        .help("NixOS writes the path without quotation marks. Bind a path that has no blank, such as a link to it.");
    }
}

/// A flag that takes back the users by which NixOS has the container's store mapped.
fn check_taken_back(container: &Container, sink: &mut Sink) {
    let (Surface::Nspawn, Some(nspawn)) = (container.surface, &container.nspawn) else {
        return;
    };
    let (Some(option), Some(flag)) = (nspawn.private_users.written(), container.userns.written()) else {
        return;
    };
    let is_mapped =
        !matches!(option.get(), Userns::Host | Userns::Identity) && !maps_root_to_root(option.get());
    if !is_mapped || !maps_root_to_root(flag.get()) || *flag.get() == Userns::Identity {
        return;
    }
    sink.report(
        flag,
        format!("{} does not start: `privateUsers` is taken back", name(container)),
    )
    .depends_on(option.field())
    .related(&option.origin, "its users are chosen here")
    .help(
        "NixOS binds the store by the ids that `privateUsers` chooses, and without a user namespace there are none. Say \
         one thing in one place.",
    );
}

/// Two volumes at one place. What a pod or a settings file mounts gives way and is not among these.
fn check_places(container: &Container, sink: &mut Sink) {
    let mounts: Vec<(Written<'_, Mount>, String)> = { container.mounts.iter() }
        .filter_map(|field| field.written())
        .filter_map(|field| {
            let target = field.get().target.as_known()?;
            let target = target.trim_end_matches('/').to_owned();
            (!target.is_empty()).then_some((field, target))
        })
        .collect();
    for (at, (field, target)) in mounts.iter().enumerate() {
        let before = mounts.iter().take(at).find(|(_, other)| other == target);
        let Some((first, _)) = before else {
            continue;
        };
        // The engine takes the same said twice for one.
        let said = |mount: &Mount| (mount.source.display(), mount.read_only, mount.options.clone());
        if said(first.get()) == said(field.get()) {
            continue;
        }
        let sources = [first.get(), field.get()].map(shown);
        sink.report(
            *field,
            format!(
                "{} does not start: {} are both to be at `{target}`",
                name(container),
                listed(&sources, 2)
            ),
        )
        .depends_on(first.field())
        .related(&first.origin, "the first one is said here")
        .help("An engine mounts one thing at one place. Remove one of them, or give it another place.");
        return;
    }
}

/// What is mounted, for people.
fn shown(mount: &Mount) -> String {
    match mount.source.display().as_str() {
        "" => match mount.options.first().map(String::as_str) {
            Some(kind @ ("tmpfs" | "ramfs" | "devpts")) => format!("a {kind}"),
            _ => "a volume without a name".to_owned(),
        },
        source => format!("`{source}`"),
    }
}

/// A capability that is both added and dropped. With `all` on one side the other side is an exception.
fn check_capabilities(container: &Container, sink: &mut Sink) {
    if container.privileged.value() != Some(&false) {
        return;
    }
    let dropped: Vec<Written<'_, String>> = { container.dropped_capabilities.iter() }
        .filter_map(|field| field.written())
        .collect();
    for field in &container.capabilities {
        let Some(field) = field.written() else {
            continue;
        };
        let Some(other) = dropped.iter().find(|other| other.get() == field.get()) else {
            continue;
        };
        sink.report(
            field,
            format!(
                "{} does not start: `{}` is both added and dropped",
                name(container),
                field.get()
            ),
        )
        .depends_on(other.field())
        .related(&other.origin, "it is dropped here")
        .help("Podman takes neither for the stronger one. Remove one of them.");
    }
}

/// Sources of volumes that only a shell or systemd would expand, where neither sees them. The units of Podman have
/// quadlet-invalid for it.
fn check_homes(container: &Container, sink: &mut Sink) {
    let of_unit = |field: &Field<UnitProblem>| matches!(field.value(), Some(UnitProblem::NotExpanded(_)));
    if container.unit_problems.iter().any(of_unit) {
        return;
    }
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| !field.get().is_bind) else {
            continue;
        };
        let source = &field.get().source;
        if !source.pattern().starts_with(['~', '$', '%']) {
            continue;
        }
        sink.report(
            field,
            format!("{} does not start: nobody expands `{}` here", name(container), source.display()),
        )
        .help(
            "The engine takes it for the name of a volume, and names have no such characters. Write the whole path of the \
             folder.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn maps_of_nothing() {
        check(
            &RULE,
            r#"
{
  containers.web = { privateUsers = "identity"; bindMounts."/data:rootidmap" = { hostPath = "/srv"; }; config = { }; };
                                                                                          # ^^^^^^ medium: `web` does not start: `rootidmap` needs a user namespace of its own
}
"#,
        );
    }

    #[test]
    fn maps_of_a_ramfs() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    privateUsers = "pick";
    bindMounts."/run/agenix/key:idmap".hostPath = "/run/agenix/key";
                                                # ^^^^^^^^^^^^^^^^^ medium: `web` does not start: `idmap` cannot map `/run/agenix/key`, which is on a ramfs
    bindMounts."/run/agenix/own".hostPath = "/run/agenix/own";
    bindMounts."/data:idmap".hostPath = "/srv/run/agenix";
    config = { };
  };
}
"#,
        );
    }

    #[test]
    fn blanks_in_paths() {
        check(
            &RULE,
            r#"
{
  containers.web.bindMounts."/data".hostPath = "/srv/a b";
                                             # ^^^^^^^^^^ medium: `web` does not start: `/srv/a b` is taken apart at the blank
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/srv/a b:/data" ]; };
}
"#,
        );
    }

    #[test]
    fn homes_that_nobody_expands() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    volumes = [ "~/.aws:/root/.aws" "$HOME/site:/site" "./data:/data" "names:/names" ];
              # ^^^^^^^^^^^^^^^^^^^ medium: `web` does not start: nobody expands `~/.aws` here
                                  # ^^^^^^^^^^^^^^^^^^ medium: `web` does not start: nobody expands `$HOME/site` here
  };
  # Units are for another rule, and a shell expands them.
  virtualisation.quadlet.containers.ink.containerConfig = { image = "a:1"; volumes = [ "~/ink:/ink" "%h/ink:/own" ]; };
  systemd.services.press.script = "docker run -v ~/press:/press a:1";
}
"#,
        );
    }

    #[test]
    fn users_taken_back() {
        check(
            &RULE,
            r#"
{
  containers.web = { privateUsers = "pick"; extraFlags = [ "--private-users=no" ]; };
                                                         # ^^^^^^^^^^^^^^^^^^^^ medium: `web` does not start: `privateUsers` is taken back
  containers.own = { privateUsers = "pick"; extraFlags = [ "--private-users=1048576" ]; };
  containers.none = { privateUsers = "no"; extraFlags = [ "-U" ]; };
}
"#,
        );
    }

    #[test]
    fn two_at_one_place() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/a:/data" "/b:/data/" ]; };
                                                                                       # ^^^^^^^^^^^ medium: `web` does not start: `/a` and `/b` are both to be at `/data`
  virtualisation.oci-containers.containers.own = { image = "a:1"; extraOptions = [ "--mount=type=tmpfs,dst=/data" "--volume=/b:/data" ]; };
                                                                                                                # ^^^^^^^^^^^^^^^^^^^ medium: `own` does not start: a tmpfs and `/b` are both to be at `/data`
}
"#,
        );
    }

    #[test]
    fn added_and_dropped() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--cap-add=NET_RAW" "--cap-drop=NET_RAW" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^^^ medium: `web` does not start: `CAP_NET_RAW` is both added and dropped
}
"#,
        );
    }

    /// The name of an entry is no path where another one is set.
    #[test]
    fn a_name_with_blanks() {
        check_none(
            &RULE,
            r#"
{ config, ... }: let file = config.sops.secrets."git/runner".path; in {
  containers.a = { bindMounts."the runner's secret" = { hostPath = file; mountPoint = file; }; config = { }; };
  containers.b = { bindMounts."its data" = { hostPath = "/srv"; mountPoint = config.my.path; }; config = { }; };
}
"#,
        );
    }

    #[test]
    fn one_or_the_other() {
        check_none(
            &RULE,
            r#"
{ config, lib, ... }: {
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    volumes = lib.optional config.my.dev "/a:/data" ++ lib.optional (!config.my.dev) "/b:/data";
  };
}
"#,
        );
    }

    #[test]
    fn what_starts() {
        check_none(
            &RULE,
            r#"
{
  containers.web = { privateUsers = "pick"; bindMounts."/data:idmap" = { hostPath = "/srv"; }; config = { }; };
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    volumes = [ "/a:/data" "/b:/data/b" "/a:/data" ];
    extraOptions = [ "--cap-drop=ALL" "--cap-add=NET_RAW" ];
  };
}
"#,
        );
    }
}
