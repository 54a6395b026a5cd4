//! What of the host is bound into a guest with users of its own, and whether it can use it.

use crate::about::paths::{Base, host_path};
use crate::about::words::{definition_of, listed, name};
use nixpod_analysis::{Confidence, Severity, Sink};
use nixpod_model::{Container, Mount, TextPart, Written};
use nixpod_source::Symbol;

/// The mapping of ids that a bind mount has, if any.
fn mapping(mount: &Mount) -> Option<&str> {
    let mut options = mount.options.iter().map(String::as_str);
    options.find(|option| matches!(*option, "idmap" | "rootidmap" | "owneridmap" | "noidmap"))
}

/// Is it a directory or file that somebody keeps data in, and no device, socket or file system of the kernel?
fn holds_data(mount: &Mount) -> bool {
    let Some(path) = host_path(&mount.source) else {
        return false;
    };
    let top = path.segments.first().map_or("", String::as_str);
    let is_of_the_kernel = matches!(top, "dev" | "proc" | "sys" | "run" | "tmp" | "nix" | "");
    // A whole directory of the system is worse than that: see sensitive-bind.
    let is_whole =
        path.segments.len() == 1 && matches!(top, "boot" | "etc" | "home" | "root" | "usr" | "var");
    let is_of_the_system = path.base == Base::System && (is_of_the_kernel || is_whole);
    let is_socket = path.file_name().ends_with(".sock") || path.file_name().ends_with(".socket");
    path.base != Base::Runtime && !is_of_the_system && !is_socket
}

pub(super) fn closed_binds(container: &Container, sink: &mut Sink) {
    writable_binds(container, sink);
    secrets(container, sink);
}

/// Is the bind the path of a secret, by the option that a manager of secrets has for it?
fn is_managed(mount: &Mount) -> bool {
    let [TextPart::Hole { why, .. }] = mount.source.parts.as_slice() else {
        return false;
    };
    let name = why.name().unwrap_or_default();
    let is_path =
        |prefix: &str| name.trim_start_matches("config.").starts_with(prefix) && name.ends_with(".path");
    why.symbol() == Some(Symbol::Secret) && (is_path("sops.secrets.") || is_path("age.secrets."))
}

/// Secrets that are decrypted for the host's root alone, as both managers do it unless somebody says otherwise.
fn secrets(container: &Container, sink: &mut Sink) {
    const FOLDERS: [&str; 3] = ["run/secrets/", "run/agenix/", "run/secrets-for-users/"];
    let is_secret = |mount: &Mount| {
        if is_managed(mount) {
            return true;
        }
        let path = host_path(&mount.source).filter(|path| path.base == Base::System && !path.vague);
        path.is_some_and(|path| FOLDERS.iter().any(|folder| path.rest().starts_with(folder)))
    };
    let closed: Vec<Written<'_, Mount>> = { container.mounts.iter() }
        .filter_map(|field| field.written())
        .filter(|field| {
            let mount = field.get();
            mount.is_bind && mount.read_only && mapping(mount).is_none() && is_secret(mount)
        })
        .collect();
    let Some(first) = closed.first() else { return };
    let paths: Vec<String> = { closed.iter() }
        .map(|field| format!("`{}`", field.get().source.display()))
        .collect();
    let source = first.get().source.display();
    let message = format!(
        "the root of {} cannot read {}: nobody inside owns it",
        name(container),
        listed(&paths, 3)
    );
    // Where the manager's option is declared nothing is bound.
    let builder = match is_managed(first.get()) {
        true => sink
            .report_at(&definition_of(first.field()), message)
            .depends_on(first.field()),
        false => sink.report(*first, message),
    };
    let mut builder = builder
        .depends_on(&container.userns)
        .at_most(Confidence::Medium, "the secret may belong to another user, or be readable by more")
        .help(format!(
            "What sops-nix and agenix decrypt belongs to the host's root and is closed to others, and lies on a ramfs, which \
             `idmap` cannot map: with it the container would not start. Hand it over as a credential: `extraFlags = [ \
             \"--load-credential=NAME:{source}\" ]`, which a unit inside takes by `LoadCredential = \"NAME\"`."
        ));
    for field in closed.iter().skip(1) {
        builder = builder.related(&field.origin, "this one, too");
    }
}

/// Binds in which the guest's root may write nothing.
fn writable_binds(container: &Container, sink: &mut Sink) {
    let closed: Vec<Written<'_, Mount>> = { container.mounts.iter() }
        .filter_map(|field| field.written())
        .filter(|field| {
            let mount = field.get();
            let is_writable = !mount.read_only && mount.unclear_access.is_none();
            // Without `hostPath` the option is taken for the place inside, and the container does not start.
            let has_target = !matches!(
                mount.target.as_known().as_deref(),
                Some("idmap" | "rootidmap" | "owneridmap")
            );
            mount.is_bind && is_writable && mapping(mount).is_none() && holds_data(mount) && has_target
        })
        .collect();
    let Some(first) = closed.first() else { return };
    let paths: Vec<String> = { closed.iter() }
        .map(|field| format!("`{}`", field.get().source.display()))
        .collect();
    let target = first.get().target.display();
    let mut builder = sink
        .report(
            *first,
            format!("the root of {} cannot write to {}: its files are nobody's inside", name(container), listed(&paths, 3)),
        )
        .depends_on(&container.userns)
        .at_most(Confidence::Medium, "whose the directory is, and whether everybody may write there, is not known")
        .help(format!(
            "The directory's owner has no id in the guest. Give it to a user of the host's that has no power, and bind it with \
             `rootidmap`: `bindMounts.\"{target}:rootidmap\"` with `hostPath`; the guest's root is then that user. The option \
             `idmap` works with every owner, but lets the guest's root leave programs of the host's root there."
        ));
    for field in closed.iter().skip(1) {
        builder = builder.related(&field.origin, "this one, too");
    }
}

/// Binds through which the guest's root is the host's root.
pub(super) fn mapped_binds(container: &Container, sink: &mut Sink) {
    for field in &container.mounts {
        let Some(field) = field.written() else { continue };
        let mount = field.get();
        let is_writable = !mount.read_only && mount.unclear_access.is_none();
        if !is_writable || mapping(mount) != Some("idmap") || !holds_data(mount) {
            continue;
        }
        // Whole directories of the system are worse, whatever the mapping: that is sensitive-bind.
        if host_path(&mount.source).is_none_or(|path| path.base != Base::System || path.segments.len() < 2) {
            continue;
        }
        sink.report(
            field,
            format!(
                "the root of {} writes to `{}` as the host's root: `idmap` maps one to the other",
                name(container),
                mount.source.display()
            ),
        )
        .severity(Severity::Low)
        .depends_on(&container.userns)
        .help(
            "A program that it leaves there with the set-user-id bit is one of the host's root for whoever starts it on the \
             host. Give the directory to a user of the host's that has no power and write `rootidmap`, or mount its file system \
             with `nosuid`.",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::half_private_users::RULE;
    use nixpod_testing::check;

    /// By the options of the managers, too.
    #[test]
    fn secrets_by_their_options() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  sops.secrets.key = { };
  containers.web = { privateUsers = "pick"; bindMounts."/k".hostPath = config.sops.secrets.key.path; config = { }; };
                                                          # ^^^^^^^^ medium: the root of `web` cannot read `${sops.secrets.key.path}`: nobody inside owns it
  containers.own = { privateUsers = "pick"; bindMounts."/k:idmap".isReadOnly = false; config = { }; };
}
"#,
        );
    }

    #[test]
    fn binds_of_nobody() {
        check(
            &RULE,
            r#"
{
  containers.db = {
    privateUsers = "pick";
    privateNetwork = true;
    bindMounts = {
      "/data" = { hostPath = "/srv/db"; isReadOnly = false; };
                           # ^^^^^^^^^ medium: the root of `db` cannot write to `/srv/db` and `/var/lib/backup`: its files are nobody's inside
      "/var/lib/backup" = { hostPath = "/var/lib/backup"; isReadOnly = false; };
    };
    config = { };
  };
}
"#,
        );
    }

    #[test]
    fn binds_of_root() {
        check(
            &RULE,
            r#"
{
  containers.db = {
    privateUsers = "pick";
    bindMounts."/data:idmap" = { hostPath = "/srv/db"; isReadOnly = false; };
                                          # ^^^^^^^^^ low: the root of `db` writes to `/srv/db` as the host's root: `idmap` maps one to the other
    config = { };
  };
}
"#,
        );
    }

    #[test]
    fn secrets_of_the_hosts_root() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  containers.db = {
    privateUsers = "pick";
    privateNetwork = true;
    bindMounts."/run/secrets/db".hostPath = "/run/secrets/db";
                                          # ^^^^^^^^^^^^^^^^^ medium: the root of `db` cannot read `/run/secrets/db`: nobody inside owns it
    bindMounts."/run/secrets/key:idmap".hostPath = "/run/secrets/key";
    bindMounts."/etc/db.conf".hostPath = "/srv/db.conf";
    config = { };
  };
  containers.open = {
    privateNetwork = true;
    bindMounts."/run/secrets/db".hostPath = "/run/secrets/db";
    config = { };
  };
}
"#,
        );
    }
}
