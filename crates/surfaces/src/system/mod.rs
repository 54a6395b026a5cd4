//! What rules need to know of a host, a guest or a home.

mod apis;
mod bridges;
mod config_files;
mod dockerd;
pub(crate) mod engine_settings;
mod engines;
mod every_container;
mod file_modes;
mod firewall;
mod gone;
mod jobs;
mod kernel;
mod missing_paths;
mod modules_options;
mod node;
mod not_modelled;
mod referred;
pub(crate) mod release;
mod rights;
mod secret_managers;
mod secrets;
mod switches;
mod users;

use crate::read::{Found, OptionReader, wrong};
use crate::system::switches::any;
use nixpod_eval::Value;
use nixpod_model::{Field, System, SystemKind};

/// Reads a system into an empty one. What is nested takes over kernel and release from around it.
pub(crate) fn read(reader: &mut OptionReader<'_, '_>, config: &Found, system: &mut System) {
    let is_home = system.kind == SystemKind::Home;
    let state_version = if is_home {
        reader.option(config, &["home", "stateVersion"])
    } else {
        reader.option(config, &["system", "stateVersion"])
    };
    system.state_version = release::state_version(reader, &state_version);
    if is_home {
        system.user_namespaces = Field::unset("security.allowUserNamespaces");
        secrets::read(reader, config, system.kind, &mut system.secrets);
        secret_managers::read(reader, config, system);
        system.engines = engines::of_home(reader, config);
        not_modelled::tell(reader, config, system.kind);
        return;
    }
    if system.parent.is_none() {
        let packages = reader.option(config, &["boot", "kernelPackages"]);
        system.kernel = kernel::read(reader, &packages, &system.release, &system.state_version);
    }
    users::read(reader, config, system);
    system.group_members = users::members(reader, config);
    system.service_groups = users::service_groups(reader, config);
    system.nix_trusted = rights::nix_trusted(reader, config);
    system.rights = rights::read(reader, config);
    system.job_users = jobs::job_users(reader, config);
    system.forge_runners = jobs::forge_runners(reader, config);
    system.lowest_free_port = lowest_free_port(reader, config);
    secrets::read(reader, config, system.kind, &mut system.secrets);
    modules_options::read(reader, config, &mut system.secrets);
    secret_managers::read(reader, config, system);
    file_modes::read(reader, config, system);
    system.selinux = selinux(reader, config);
    system.apparmor = any(reader, config, &[&["security", "apparmor", "enable"]]);
    system.wheel_is_root = wheel_is_root(reader, config);
    system.is_installer = is_installer(reader, config);
    system.user_namespaces = user_namespaces(reader, config);
    system.store_fs_type = store_fs_type(reader, config);
    system.engines = engines::of_system(reader, config);
    system.firewall = firewall::read(reader, config);
    system.users_by = firewall::users_by(reader, config);
    system.gone_options = gone::read(reader, config);
    bridges::read(reader, config, system);
    system.missing_paths = missing_paths::read(reader, config);
    system.sub_id_files = users::sub_id_files(reader, config);
    not_modelled::tell(reader, config, system.kind);
}

fn user_namespaces(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    let limit = reader.option(config, &["boot", "kernel", "sysctl"]);
    for path in [
        &["user.max_user_namespaces"] as &[&str],
        &["user", "max_user_namespaces"],
    ] {
        let limit = reader.at(&limit, path);
        let field = reader.field(&limit, |_, value, _| match &value.value {
            Value::Int(0) => Ok(false),
            Value::String(text) if text.hole().is_none() && text.text.trim() == "0" => Ok(false),
            other => Err(wrong("zero", other)),
        });
        if field.said().is_some() {
            return field;
        }
    }
    let allowed = reader.option(config, &["security", "allowUserNamespaces"]);
    reader.bool(&allowed)
}

/// The sysctl `net.ipv4.ip_unprivileged_port_start`.
fn lowest_free_port(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<i64> {
    let sysctl = reader.option(config, &["boot", "kernel", "sysctl"]);
    let limit = reader.at(&sysctl, &["net.ipv4.ip_unprivileged_port_start"]);
    if reader.is_unset(&limit) {
        return Field::default(1024);
    }
    reader.field(&limit, |_, value, _| match &value.value {
        Value::Int(port) => Ok(*port),
        Value::String(text) if text.hole().is_none() => {
            let port = text.text.trim().parse();
            port.map_err(|_| wrong("a port", &value.value))
        }
        other => Err(wrong("a port", other)),
    })
}

/// Is `sudo` or `doas` told not to ask members of `wheel`? The module of NixOS-WSL tells `sudo` so by default.
fn wheel_is_root(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    for program in ["sudo", "sudo-rs", "doas"] {
        let enable = reader.option(config, &["security", program, "enable"]);
        let is_off = match reader.is_unset(&enable) {
            true => program == "doas",
            false => reader.bool(&enable).value() == Some(&false),
        };
        let asks = reader.option(config, &["security", program, "wheelNeedsPassword"]);
        if is_off || reader.is_unset(&asks) {
            continue;
        }
        let is_written = !reader.is_default(&asks);
        let asks = reader.bool(&asks);
        // Live images do so without anybody writing it.
        if is_written || asks.value() == Some(&false) {
            return asks.map(|asks| !asks);
        }
    }
    switches::switch(reader, config, &["wsl", "enable"])
}

/// Does the system call itself an installer, as `profiles/installation-device.nix` has it do?
fn is_installer(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    let variant = reader.option(config, &["system", "nixos", "variant_id"]);
    if reader.is_unset(&variant) || matches!(variant.value.value, Value::Null) {
        return Field::default(false);
    }
    reader.string(&variant).map(|variant| variant == "installer")
}

fn selinux(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    let enabled = any(
        reader,
        config,
        &[&["security", "selinux", "enable"], &["selinux", "enable"]],
    );
    if enabled.value() == Some(&true) {
        return enabled;
    }
    let parameters = reader.option(config, &["boot", "kernelParams"]);
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

fn store_fs_type(reader: &mut OptionReader<'_, '_>, config: &Found) -> Option<Field<String>> {
    let all = reader.option(config, &["fileSystems"]);
    for mount in ["/nix/store", "/nix"] {
        let kind = reader.at(&all, &[mount, "fsType"]);
        if !reader.is_unset(&kind) && !reader.is_default(&kind) {
            return Some(reader.string(&kind));
        }
    }
    None
}
