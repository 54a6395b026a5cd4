//! `virtualisation.oci-containers.containers.<name>`.

use crate::read::{Found, OptionReader, as_key};
use crate::surface::granted::capabilities;
use crate::surface::surroundings::{Reading, Surroundings, is_unit_off};
use crate::vocabulary::flags::parse;
use crate::vocabulary::mounts::volume;
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::podman::{self, WORDS, device, set_network};
use crate::vocabulary::text::{concat, hole, origin_of};
use nixpod_eval::Value;
use nixpod_model::{
    Container, Engine, Fact, Field, Image, Mount, RunOption, SecretSlot, SecretValue, Surface, Text,
};

/// What is known of the surface before a container is read.
pub(crate) const TABLE: Table = Table {
    surface: Surface::OciContainers,
    systems: Systems::Nixos,
    path: &["virtualisation", "oci-containers", "containers"],
    old_path: Some(&["docker-containers"]),
    file: None,
    options: &OPTIONS,
    facts: &["autoStart", "podman.sdnotify", "podman.user", "privileged"],
    guest: None,
    part: None,
};

/// The options in the order in which they are shown.
const OPTIONS: [&str; 28] = [
    "image",
    "imageFile",
    "imageStream",
    "pull",
    "login",
    "autoStart",
    "podman",
    "user",
    "privileged",
    "capabilities",
    "devices",
    "networks",
    "ports",
    "volumes",
    "environment",
    "environmentFiles",
    "extraOptions",
    "preRunExtraOptions",
    "entrypoint",
    "cmd",
    "workdir",
    "hostname",
    "labels",
    "log-driver",
    "dependsOn",
    "serviceName",
    "autoRemoveOnStop",
    "extraConfig",
];

/// Reads one container into an empty one.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    container.engine = around.oci_backend.map(|backend| match backend.as_str() {
        "docker" => Engine::Docker,
        _ => Engine::Podman,
    });
    let auto_start = reader.get(found, "autoStart");
    container.auto_start = reader.bool(&auto_start);
    let privileged = reader.get(found, "privileged");
    container.privileged = reader.bool_worst(&privileged, true);
    read_podman(reader, found, container);
    stays(reader, found, container);
    if of_its_service(reader, found, around.config, container) == Reading::Off {
        return Reading::Off;
    }
    read_image(reader, found, container);

    capabilities(reader, found, container);
    for element in reader.texts(found, "devices") {
        container.devices.push(element.map(device));
    }
    for element in reader.texts(found, "networks") {
        set_network(container, &element);
    }
    for element in reader.texts(found, "ports") {
        podman::apply(container, &[podman::option("--publish", &element)]);
    }
    for element in reader.texts(found, "volumes") {
        container.mounts.push(element.map(volume));
    }
    let environment = reader.get(found, "environment");
    container.environment = reader.variables(&environment);
    container
        .environment_files
        .extend(reader.texts(found, "environmentFiles"));
    let entrypoint = reader.get(found, "entrypoint");
    if !matches!(entrypoint.value.value, Value::Null) && !reader.is_unset(&entrypoint) {
        container.command.push(reader.text(&entrypoint));
    }
    container.command.extend(reader.texts(found, "cmd"));

    for (name, flag) in [("hostname", "--hostname"), ("user", "--user")] {
        let option = reader.get(found, name);
        if !matches!(option.value.value, Value::Null) && reader.is_written(&option) {
            let text = reader.text(&option);
            podman::apply(container, &[podman::option(flag, &text)]);
        }
    }

    labels(reader, found, container);

    // Options of the engine itself come before `run`; they are kept as words only.
    let before = reader.texts(found, "preRunExtraOptions");
    container.flags = parse(&before, &WORDS).0;
    let words = reader.texts(found, "extraOptions");
    let (flags, options) = parse(&words, &WORDS);
    container.flags.extend(flags);
    podman::apply(container, &options);
    for field in &mut container.mounts {
        *field = field.map(unexpanded);
    }
    login(reader, found, container, &mut around.secrets);
    Reading::Container
}

/// NixOS quotes every word, so that nobody expands `~`, variables or specifiers: what does not begin with `/` or `.` is the
/// name of a volume for the engine.
fn unexpanded(mount: &Mount) -> Mount {
    let pattern = mount.source.pattern();
    Mount {
        is_bind: mount.is_bind && !pattern.starts_with(['~', '$', '%']),
        ..mount.clone()
    }
}

/// Labels as the engine is told of them: `name=value`.
fn labels(reader: &mut OptionReader<'_, '_>, found: &Found, container: &mut Container) {
    let labels = reader.get(found, "labels");
    if !reader.is_written(&labels) {
        return;
    }
    for label in reader.variables(&labels) {
        let pair = label.map(|label| {
            let name = Text::known(format!("{}=", label.name), origin_of(&label.value));
            concat([name, label.value.clone()])
        });
        podman::apply(container, &[podman::option("--label", &pair)]);
    }
}

/// The password for the image's registry.
fn login(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    container: &Container,
    secrets: &mut Vec<SecretValue>,
) {
    let file = reader.at(found, &["login", "passwordFile"]);
    let name = as_key(container.id.name());
    let slot = SecretSlot::SecretFile(format!(
        "virtualisation.oci-containers.containers.{name}.login.passwordFile"
    ));
    reader.secret(&file, slot, secrets);
}

/// Does the container stay when it ends, as far as is known? The module writes `--rm` otherwise.
fn stays(reader: &mut OptionReader<'_, '_>, found: &Found, container: &mut Container) {
    let removed = reader.get(found, "autoRemoveOnStop");
    if !reader.is_written(&removed) {
        return;
    }
    let removed = reader.bool(&removed);
    if removed.certain() != Some(&true) {
        let origin = removed.origin.clone();
        let stays = Text::known("false", origin.clone());
        let option = RunOption {
            name: "rm",
            value: stays,
        };
        container.run_options.push(Field::set(option, origin));
    }
}

/// What only Podman has: how the container tells that it runs, and `user`, which makes it rootless unless it is root.
fn read_podman(reader: &mut OptionReader<'_, '_>, found: &Found, container: &mut Container) {
    let podman = reader.get(found, "podman");
    if matches!(podman.value.value, Value::Null) || reader.is_unset(&podman) {
        return;
    }
    let notify = reader.get(&podman, "sdnotify");
    if !reader.is_unset(&notify) {
        container.sdnotify = Some(reader.string(&notify));
    }
    let user = reader.get(&podman, "user");
    if reader.is_unset(&user) {
        return;
    }
    let user = reader.string(&user);
    container.rootful = user.map(|user| user == "root");
    if user.value().is_some_and(|user| user != "root") {
        container.runs_as = Some(user);
    }
}

/// What somebody sets beside it at its service, if that is not off: `serviceConfig.User` runs Podman, and so the container, which may be given a
/// runtime directory of its own.
fn of_its_service(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    config: &Found,
    container: &mut Container,
) -> Reading {
    let service = reader.get(found, "serviceName");
    let Some(service) = reader.string(&service).value().cloned() else {
        return Reading::Container;
    };
    if is_unit_off(reader, config, &service) {
        return Reading::Off;
    }
    let directory = ["systemd", "services", &service, "environment", "XDG_RUNTIME_DIR"];
    let directory = reader.at(config, &directory);
    if !reader.is_unset(&directory) && !matches!(directory.value.value, Value::Null) {
        container
            .run_options
            .push(reader.text(&directory).map(|value| RunOption {
                name: "runtime-directory",
                value: value.clone(),
            }));
    }
    let user = reader.at(
        config,
        &["systemd", "services", &service, "serviceConfig", "User"],
    );
    // Docker's daemon runs the container, whoever asks for it.
    let is_by_daemon = container.engine.value() == Some(&Engine::Docker);
    if is_by_daemon
        || container.runs_as.is_some()
        || reader.is_unset(&user)
        || matches!(user.value.value, Value::Null)
    {
        return Reading::Container;
    }
    let user = reader.string(&user);
    if !matches!(user.value().map(String::as_str), Some("root" | "0")) {
        container.rootful = user.map(|_| false);
        container.runs_as = Some(user);
    }
    Reading::Container
}

fn read_image(reader: &mut OptionReader<'_, '_>, found: &Found, container: &mut Container) {
    let image = reader.get(found, "image");
    let mut by_nix = false;
    let mut built_of = Vec::new();
    for option in ["imageFile", "imageStream"] {
        let file = reader.get(found, option);
        by_nix |=
            !matches!(file.value.value, Value::Null) && !reader.is_unset(&file) && !reader.is_default(&file);
        if let Some(file) = reader.text(&file).value() {
            built_of.extend(file.context.iter().cloned());
        }
    }
    let mut field = reader.text(&image).map(|reference| Image {
        reference: reference.clone(),
        provided_by_nix: by_nix,
    });
    if by_nix && let Fact::Unknown(why) = &field.fact {
        // Which archive it is does not matter as long as Nix provides it.
        field.fact = Fact::Set(Image {
            reference: hole(why.clone(), field.origin.clone()),
            provided_by_nix: true,
        });
    }
    // Who has the image has what Nix builds it of.
    if !built_of.is_empty() {
        field = field.map(|image| {
            let mut image = image.clone();
            image.reference.context.extend(built_of.iter().cloned());
            image
        });
    }
    container.image = Some(field);
}
