//! What rules need to know of a host, a guest or a home.

use crate::facts::{Found, Reader};
use crate::{kernel, release, secrets, users};
use nixpod_eval::Value;
use nixpod_model::{Engines, Field, HostId, Kernel, Release, SecretValue, System, SystemId, SystemKind};
use nixpod_source::{Origin, Why};

/// Where a system stands among the others.
pub(crate) struct Place {
    pub(crate) kind: SystemKind,
    pub(crate) host: HostId,
    pub(crate) parent: Option<SystemId>,
    pub(crate) container: Option<u32>,
    pub(crate) home_of: Option<String>,
    pub(crate) name: String,
    pub(crate) origin: Origin,
    /// The host's kernel and release; `None` for the host itself.
    pub(crate) inherited: Option<(Field<Kernel>, Field<Release>)>,
    pub(crate) release: Option<(u32, u32)>,
    pub(crate) complete: bool,
}

/// Reads a system.
pub(crate) fn read(reader: &mut Reader<'_, '_>, config: &Found, place: Place) -> System {
    let is_home = place.kind == SystemKind::Home;
    let state_version = if is_home {
        reader.at(config, &["home", "stateVersion"])
    } else {
        reader.at(config, &["system", "stateVersion"])
    };
    let state_version = release::state_version(reader, &state_version);
    let (kernel, release) = match place.inherited {
        Some(inherited) => inherited,
        None => {
            let release = release::given(place.release);
            let kernel = if is_home {
                unset("boot.kernelPackages")
            } else {
                let packages = reader.at(config, &["boot", "kernelPackages"]);
                kernel::read(reader, &packages, &release, &state_version)
            };
            (kernel, release)
        }
    };
    let mut found_secrets: Vec<SecretValue> = Vec::new();
    let (users, group_members) = if is_home {
        (Vec::new(), Vec::new())
    } else {
        (
            users::read(reader, config, &mut found_secrets),
            users::members(reader, config),
        )
    };
    secrets::read(reader, config, place.kind, &mut found_secrets);
    System {
        kind: place.kind,
        host: place.host,
        parent: place.parent,
        container: place.container,
        home_of: place.home_of,
        origin: place.origin,
        name: place.name,
        release,
        state_version,
        kernel,
        selinux: selinux(reader, config, is_home),
        user_namespaces: user_namespaces(reader, config, is_home),
        store_fs_type: store_fs_type(reader, config, is_home),
        users,
        group_members,
        engines: engines(reader, config, is_home),
        secrets: found_secrets,
        complete: place.complete,
    }
}

fn unset<T>(option: &str) -> Field<T> {
    Field::unknown(Why::UnsetOption(option.to_owned()), Origin::default())
}

/// A Boolean that is off where nobody sets it.
fn switch(reader: &mut Reader<'_, '_>, config: &Found, path: &[&str]) -> Field<bool> {
    let found = reader.at(config, path);
    if reader.is_unset(&found) {
        return Field::default(false);
    }
    reader.bool(&found)
}

/// The first switch that is on, or may be.
fn any(reader: &mut Reader<'_, '_>, config: &Found, paths: &[&[&str]]) -> Field<bool> {
    let mut out: Option<Field<bool>> = None;
    for path in paths {
        let field = switch(reader, config, path);
        if field.value() == Some(&true) {
            return field;
        }
        if out.as_ref().is_none_or(|out| !out.is_unknown()) {
            out = Some(field);
        }
    }
    out.unwrap_or_else(|| Field::default(false))
}

fn engines(reader: &mut Reader<'_, '_>, config: &Found, is_home: bool) -> Engines {
    if is_home {
        return Engines {
            podman: switch(reader, config, &["services", "podman", "enable"]),
            docker: Field::default(false),
            docker_rootless: Field::default(false),
            lxd: Field::default(false),
            libvirtd: Field::default(false),
            oci_backend: Field::default("podman".to_owned()),
            keyring: keyring(
                reader,
                config,
                &[
                    "services",
                    "podman",
                    "settings",
                    "containers",
                    "containers",
                    "keyring",
                ],
            ),
            manage_lingering: unset("users.manageLingering"),
        };
    }
    let backend = reader.at(config, &["virtualisation", "oci-containers", "backend"]);
    let lingering = reader.at(config, &["users", "manageLingering"]);
    Engines {
        podman: switch(reader, config, &["virtualisation", "podman", "enable"]),
        docker: switch(reader, config, &["virtualisation", "docker", "enable"]),
        docker_rootless: switch(
            reader,
            config,
            &["virtualisation", "docker", "rootless", "enable"],
        ),
        lxd: any(
            reader,
            config,
            &[
                &["virtualisation", "lxd", "enable"],
                &["virtualisation", "incus", "enable"],
            ],
        ),
        libvirtd: switch(reader, config, &["virtualisation", "libvirtd", "enable"]),
        oci_backend: reader.string(&backend),
        keyring: keyring(
            reader,
            config,
            &[
                "virtualisation",
                "containers",
                "containersConf",
                "settings",
                "containers",
                "keyring",
            ],
        ),
        manage_lingering: reader.bool(&lingering),
    }
}

/// The engine's own default is on. A set without the key is certain only if all its keys are known.
fn keyring(reader: &mut Reader<'_, '_>, config: &Found, path: &[&str]) -> Field<bool> {
    let found = reader.at(config, path);
    if reader.is_unset(&found) {
        return Field::default(true);
    }
    reader.bool(&found)
}

fn user_namespaces(reader: &mut Reader<'_, '_>, config: &Found, is_home: bool) -> Field<bool> {
    if is_home {
        return unset("security.allowUserNamespaces");
    }
    let limit = reader.at(config, &["boot", "kernel", "sysctl"]);
    for path in [
        &["user.max_user_namespaces"] as &[&str],
        &["user", "max_user_namespaces"],
    ] {
        let limit = reader.at(&limit, path);
        let field = reader.field(&limit, |_, value, _| match &value.value {
            Value::Int(0) => Ok(false),
            Value::String(text) if text.hole().is_none() && text.text.trim() == "0" => Ok(false),
            other => Err(crate::certainty::wrong("zero", other)),
        });
        if field.written().is_some() {
            return field;
        }
    }
    let allowed = reader.at(config, &["security", "allowUserNamespaces"]);
    reader.bool(&allowed)
}

fn selinux(reader: &mut Reader<'_, '_>, config: &Found, is_home: bool) -> Field<bool> {
    if is_home {
        return Field::default(false);
    }
    let enabled = any(
        reader,
        config,
        &[&["security", "selinux", "enable"], &["selinux", "enable"]],
    );
    if enabled.value() == Some(&true) {
        return enabled;
    }
    let parameters = reader.at(config, &["boot", "kernelParams"]);
    if reader.is_unset(&parameters) {
        return enabled;
    }
    for element in reader.elements(&parameters) {
        let parameter = reader.string(&element);
        if matches!(
            parameter.value().map(String::as_str),
            Some("security=selinux" | "selinux=1")
        ) {
            return parameter.map(|_| true);
        }
    }
    enabled
}

fn store_fs_type(reader: &mut Reader<'_, '_>, config: &Found, is_home: bool) -> Option<Field<String>> {
    if is_home {
        return None;
    }
    let all = reader.at(config, &["fileSystems"]);
    for mount in ["/nix/store", "/nix"] {
        let kind = reader.at(&all, &[mount, "fsType"]);
        if !reader.is_unset(&kind) && !reader.is_default(&kind) {
            return Some(reader.string(&kind));
        }
    }
    None
}
