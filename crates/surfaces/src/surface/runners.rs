//! Runners of forges: what the jobs of GitLab, Gitea and Forgejo are run in. Such containers are started job by job, by an
//! engine that the runner talks to.

use crate::read::{Found, OptionReader, as_key};
use crate::surface::surroundings::{Reading, Surroundings};
use crate::vocabulary::certainty::part;
use crate::vocabulary::flags::{Arity, Grammar, Opt, parse};
use crate::vocabulary::mounts::volume;
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::podman::{self, WORDS};
use crate::vocabulary::text::origin_of;
use crate::vocabulary::words::{self, split_words};
use nixpod_eval::Value;
use nixpod_model::{Container, Engine, Field, Image, Mount, RunOption, SecretSlot, Surface, Text};

/// What is known of GitLab's before one is read.
pub(crate) const GITLAB: Table = Table {
    surface: Surface::GitlabRunner,
    systems: Systems::Nixos,
    path: &["services", "gitlab-runner", "services"],
    old_path: None,
    file: None,
    options: &[
        "executor",
        "dockerImage",
        "dockerPrivileged",
        "dockerVolumes",
        "dockerExtraHosts",
        "dockerPullPolicy",
        "dockerAllowedImages",
        "dockerAllowedServices",
        "dockerDisableCache",
        "registrationFlags",
        "environmentVariables",
        "authenticationTokenConfigFile",
        "registrationConfigFile",
        "protected",
        "runUntagged",
        "tagList",
        "limit",
    ],
    facts: &["dockerPrivileged"],
    guest: None,
    part: None,
};

/// What is known of Gitea's before one is read.
pub(crate) const GITEA: Table = Table {
    surface: Surface::GiteaRunner,
    systems: Systems::Nixos,
    path: &["services", "gitea-actions-runner", "instances"],
    old_path: None,
    file: None,
    options: &[
        "enable",
        "name",
        "url",
        "labels",
        "settings",
        "token",
        "tokenFile",
    ],
    facts: &["settings.container.privileged", "settings.container.network"],
    guest: None,
    part: None,
};

/// What is known of Forgejo's before one is read.
pub(crate) const FORGEJO: Table = Table {
    surface: Surface::ForgejoRunner,
    path: &["services", "forgejo-runner", "instances"],
    options: &["enable", "connections", "settings"],
    ..GITEA
};

/// Jobs are started when somebody asks, by the engine whose socket the runner finds: Docker's, unless there is Podman and no
/// Docker.
pub(super) fn started_by(reader: &mut OptionReader<'_, '_>, config: &Found, container: &mut Container) {
    let [podman, docker] = ["podman", "docker"].map(|engine| {
        let enable = reader.at(config, &["virtualisation", engine, "enable"]);
        reader.bool(&enable)
    });
    let has_docker = docker.certain() == Some(&true);
    container.engine = match podman.value().filter(|_| !has_docker) {
        Some(true) => podman.map(|_| Engine::Podman),
        _ => Field::default(Engine::Docker),
    };
    container.auto_start = Field::default(false);
}

pub(super) fn is_there(reader: &OptionReader<'_, '_>, found: &Found) -> bool {
    !matches!(found.value.value, Value::Null) && !reader.is_unset(found)
}

/// Is something certainly switched off?
pub(super) fn is_off(reader: &mut OptionReader<'_, '_>, enable: &Found) -> bool {
    reader.bool(enable).certain() == Some(&false)
}

/// Reads one of GitLab's into an empty container. Other executors have none.
pub(crate) fn gitlab(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    let enable = reader.at(around.config, &["services", "gitlab-runner", "enable"]);
    let executor = reader.get(found, "executor");
    let executor = reader.string(&executor);
    let runs_none = executor.value().is_some_and(|name| !name.starts_with("docker"));
    if is_off(reader, &enable) {
        return Reading::Off;
    }
    if runs_none {
        return Reading::Without;
    }
    started_by(reader, around.config, container);
    container.unseen = reader.unseen(found);
    let image = reader.get(found, "dockerImage");
    if is_there(reader, &image) {
        container.image = Some(run(reader.text(&image)));
    }
    let privileged = reader.get(found, "dockerPrivileged");
    container.privileged = reader.bool_worst(&privileged, true);
    for element in reader.texts(found, "dockerVolumes") {
        container.mounts.push(element.map(volume));
    }
    for host in reader.texts(found, "dockerExtraHosts") {
        container.run_options.push(host.map(|value| RunOption {
            name: "add-host",
            value: value.clone(),
        }));
    }
    let environment = reader.get(found, "environmentVariables");
    container.environment = reader.variables(&environment);
    // They stand in a script as they are.
    let flags = reader.texts(found, "registrationFlags");
    let words = split_words(&flags, words::shell);
    let (flags, options) = parse(&words, &REGISTER);
    container.flags = flags;
    podman::apply(container, &of_docker(&options));
    if let Some(image) = options.iter().rfind(|option| option.name == "--docker-image")
        && container.image.is_none()
    {
        container.image = Some(run(option_value(image)));
    }
    Reading::Container
}

fn run(reference: Field<Text>) -> Field<Image> {
    reference.map(|reference| Image {
        reference: reference.clone(),
        provided_by_nix: false,
    })
}

fn option_value(option: &Opt) -> Field<Text> {
    option.fact(option.value.clone().unwrap_or_default())
}

/// Options of `gitlab-runner register`.
const REGISTER: Grammar = Grammar {
    long: |name| match SWITCHES.contains(&name) {
        true => Arity::None,
        false => Arity::Required,
    },
    short: |c| match c {
        'n' => Arity::None,
        _ => Arity::Required,
    },
    pre_split: true,
};

/// Those without a value.
const SWITCHES: [&str; 13] = [
    "debug-trace-disabled",
    "docker-disable-cache",
    "docker-disable-entrypoint-overwrite",
    "docker-oom-kill-disable",
    "docker-privileged",
    "docker-services-privileged",
    "docker-tlsverify",
    "leave-runner",
    "locked",
    "non-interactive",
    "paused",
    "run-untagged",
    "shell",
];

/// Options for Docker that are not called as `docker run` calls them, without what they begin with.
const NAMES: [(&str, &str); 9] = [
    ("devices", "--device"),
    ("extra-hosts", "--add-host"),
    ("host", ""),
    ("image", ""),
    ("network-mode", "--network"),
    ("pull-policy", "--pull"),
    ("services-privileged", ""),
    ("sysctls", "--sysctl"),
    ("volumes", "--volume"),
];

/// The options of `docker run` that those for Docker are.
fn of_docker(options: &[Opt]) -> Vec<Opt> {
    let of_jobs = options.iter().filter_map(|option| {
        if option.name == "--env" {
            return Some(option.clone());
        }
        let name = option.name.strip_prefix("--docker-")?;
        let known = NAMES.iter().find(|(known, _)| *known == name);
        let name = known.map_or_else(|| format!("--{name}"), |(_, name)| (*name).to_owned());
        Some(Opt {
            name,
            ..option.clone()
        })
    });
    of_jobs.collect()
}

/// Reads one of Gitea's or Forgejo's into an empty container, unless all of its jobs are run on the host.
pub(crate) fn act(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    let enable = reader.get(found, "enable");
    let labels = labels(reader, found);
    let is_docker = |label: &Field<Text>| {
        let text = label.value();
        text.is_none_or(|label| label.has_hole() || label.pattern().contains(":docker:"))
    };
    // Where there are none, the runner has its own, which are images.
    let runs_none = !labels.is_empty() && !labels.iter().any(is_docker);
    if is_off(reader, &enable) {
        return Reading::Off;
    }
    if runs_none {
        return Reading::Without;
    }
    started_by(reader, around.config, container);
    container.unseen = reader.unseen(found);
    container.image = labels.iter().find_map(image_of);
    let settings = reader.at(found, &["settings", "container"]);
    let privileged = reader.get(&settings, "privileged");
    if is_there(reader, &privileged) {
        container.privileged = reader.bool_worst(&privileged, true);
    }
    let network = reader.get(&settings, "network");
    if is_there(reader, &network) {
        let network = reader.text(&network);
        podman::apply(container, &[option("--network", &network)]);
    }
    let options = reader.get(&settings, "options");
    if is_there(reader, &options) {
        let options = [reader.text(&options)];
        let (flags, options) = parse(&split_words(&options, words::shell), &WORDS);
        container.flags = flags;
        podman::apply(container, &options);
    }
    for path in reader.texts(&settings, "valid_volumes") {
        container.run_options.push(path.map(|value| RunOption {
            name: "valid-volumes",
            value: value.clone(),
        }));
    }
    socket(reader, &settings, container);
    tokens(reader, found, container, around);
    Reading::Container
}

fn option(name: &str, value: &Field<Text>) -> Opt {
    Opt {
        name: name.to_owned(),
        value: value.value().cloned(),
        field: value.map(|_| ()),
    }
}

/// All labels, wherever they may be said.
fn labels(reader: &mut OptionReader<'_, '_>, found: &Found) -> Vec<Field<Text>> {
    let mut out = reader.texts(found, "labels");
    let settings = reader.at(found, &["settings", "runner"]);
    out.extend(reader.texts(&settings, "labels"));
    let connections = reader.get(found, "connections");
    for (_, connection) in reader.entries(&connections).all() {
        out.extend(reader.texts(&connection, "labels"));
    }
    out
}

/// The image of a label `name:docker://image`.
fn image_of(label: &Field<Text>) -> Option<Field<Image>> {
    const SCHEME: &str = ":docker://";
    let text = label.value()?;
    let pattern = text.pattern();
    let start = pattern.find(SCHEME)? + SCHEME.len();
    let reference = text.slice(start, pattern.len());
    let origin = origin_of(&reference);
    Some(run(part(label, reference, origin)))
}

/// `docker_host` is mounted into the container of every job, but for `-`.
fn socket(reader: &mut OptionReader<'_, '_>, settings: &Found, container: &mut Container) {
    let host = reader.get(settings, "docker_host");
    if !is_there(reader, &host) {
        return;
    }
    let host = reader.text(&host);
    let Some(text) = host.value() else { return };
    let pattern = text.pattern();
    let known = "/var/run/docker.sock";
    let source = match pattern.strip_prefix("unix://") {
        Some(path) => text.slice(pattern.len() - path.len(), pattern.len()),
        None if pattern == "automount" => Text::known(known, host.origin.clone()),
        None => return,
    };
    let mount = Mount {
        source,
        target: Text::known(known, host.origin.clone()),
        read_only: false,
        options: Vec::new(),
        is_bind: true,
        unclear_access: None,
        volume: None,
    };
    container.mounts.push(host.map(|_| mount.clone()));
}

/// `token` is written down where everybody may read it.
fn tokens(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    container: &Container,
    around: &mut Surroundings<'_>,
) {
    let table = match container.surface {
        Surface::ForgejoRunner => &FORGEJO,
        _ => &GITEA,
    };
    let path = Table::option(table.path, container.id.name(), as_key);
    let token = reader.get(found, "token");
    reader.secret(
        &token,
        SecretSlot::Credential(format!("{path}.token")),
        &mut around.secrets,
    );
    let connections = reader.get(found, "connections");
    for (name, connection) in reader.entries(&connections).all() {
        let token = reader.get(&connection, "token");
        let path = format!("{path}.connections.{}.token", as_key(&name));
        reader.secret(&token, SecretSlot::Credential(path), &mut around.secrets);
    }
}
