//! What a bind reaches, and what keeps it from that.

use crate::about::paths::{Base, HostPath};
use crate::about::places::Sensitive;
use crate::about::power::{RootUser, has_capability};
use nixpod_analysis::{Ctx, Severity};
use nixpod_model::{Container, Engine, Field, Mount, Text};
use nixpod_source::Origin;

/// A directory of the host that is all of the container's file system (`Rootfs=`, `--rootfs`), as what is bound to `/`.
pub(super) fn root_file_system(container: &Container) -> Option<Field<Mount>> {
    let options = container.run_options.iter();
    let field =
        { options.rev() }.find(|field| field.value().is_some_and(|option| option.name == "rootfs"))?;
    let text = &field.value()?.value;
    let pattern = text.pattern();
    let path = pattern.split(':').next().unwrap_or_default();
    let options: Vec<String> = pattern.split(':').skip(1).map(str::to_owned).collect();
    path.starts_with('/').then(|| {
        field.map(|_| Mount {
            source: text.slice(0, path.len()),
            target: Text::known("/", Origin::default()),
            read_only: options.iter().any(|option| option == "O"),
            options: options.clone(),
            is_bind: true,
            unclear_access: None,
            volume: None,
        })
    })
}

/// Is it the home of a user who is no person: the directory of one service?
pub(super) fn is_of_a_service(ctx: &Ctx<'_>, container: &Container, mount: &Mount) -> bool {
    let Some(source) = mount.source.as_known() else {
        return false;
    };
    let Some(name) = source.trim_end_matches('/').strip_prefix("/home/") else {
        return false;
    };
    let users = ctx.outermost(&container.system).users.iter();
    users
        .filter(|user| user.name == name)
        .any(|user| user.is_system.value() == Some(&true) && user.is_normal.value() != Some(&true))
}

/// Can the container's root mount it writable again? In nspawn a user namespace prevents it; Podman mounts inside of the
/// user namespace, so that there nothing prevents it but the lack of the capability.
pub(super) fn can_remount(container: &Container, root: RootUser, owned_by_root: bool) -> bool {
    if container.nspawn.is_some() {
        return owned_by_root && root == RootUser::Host;
    }
    container.engine.value() == Some(&Engine::Podman) && has_capability(container, "CAP_SYS_ADMIN")
}

/// Is all that is critical by itself in it? Writable, that is the root directory. A socket is used through a read-only bind,
/// too, and those of rootful engines are below `/run`.
pub(super) fn holds_the_worst(ctx: &Ctx<'_>, container: &Container, mount: &Mount, path: &HostPath) -> bool {
    let is_alone = mount
        .options
        .iter()
        .any(|option| matches!(option.as_str(), "bind" | "norbind" | "O"));
    let has_sockets = path.is_system("run") || is_root_of_all(path) && !is_alone;
    let engines = &ctx.system(container).engines;
    let is_engine = |on: &Field<bool>| on.value() == Some(&true);
    let has_engine = container.is_oci() || is_engine(&engines.docker) || is_engine(&engines.podman);
    !mount.read_only && is_root_of_all(path) || has_sockets && has_engine
}

/// `/` always has other file systems below it: `/run`, `/dev`.
pub(super) fn is_root_of_all(path: &HostPath) -> bool {
    path.base == Base::System && path.segments.is_empty()
}

/// Does the engine bind what is mounted below a directory, too, and leave it writable?
pub(super) fn has_mounts_below(container: &Container, mount: &Mount) -> bool {
    let says = |word: &str| mount.options.iter().any(|option| option == word);
    container.is_oci()
        && container.engine.value() == Some(&Engine::Podman)
        && !says("bind")
        && !says("rro")
        && !says("O")
}

/// Is it what lies below an overlay? Nothing is written there, so that there is no read-only mount to undo.
pub(super) fn is_below_overlay(mount: &Mount) -> bool {
    mount.options.iter().any(|option| option == "O")
}

/// The next lower severity.
pub(super) const fn one_less(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}

/// `/etc` for whoever is root of a user namespace only.
pub(super) fn configuration(all: Sensitive) -> Sensitive {
    Sensitive {
        what: "the host's configuration in",
        writable: Some(Severity::Medium),
        read_only: Some(Severity::Medium),
        why: "Its root may not open password hashes and host keys there, but whatever everybody may read, such as what services \
              keep in it with wrong modes.",
        ..all
    }
}
