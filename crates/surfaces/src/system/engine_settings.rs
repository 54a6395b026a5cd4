//! `containers.conf` and `daemon.json`: what every container of Podman or Docker is started with in a system, or by a user.
//!
//! They are told as a container that stands for all, of which is said what is wrong, and are defaults of each of them.

use crate::read::{Found, OptionReader};
use crate::system::config_files::{CONTAINERS, ROOTFUL, ROOTLESS};
use crate::system::dockerd;
use crate::system::every_container::EngineSettings;
use crate::system::node::{Node, of_each_user, of_files};
use crate::system::release;
use crate::vocabulary::capabilities::{Granted, instead_of_default, normal_capability};
use crate::vocabulary::certainty::override_with;
use crate::vocabulary::flags::decided;
use crate::vocabulary::mounts::{mount, volume};
use crate::vocabulary::podman::{self, device, network, security, set_namespace, userns};
use crate::vocabulary::text::{concat, split_once};
use nixpod_eval::Value;
use nixpod_model::{
    Container, ContainerId, Engine, EntryName, EnvVar, Field, Flag, FlagForm, PodmanRelease, Release,
    Surface, System, SystemKind, Text, Userns,
};
use nixpod_source::Origin;

/// The first release of which every Podman knows `privileged`, `mounts` and `env_host`: those came with Podman 5.4.
const KNOWS_PRIVILEGED: Release = Release::new(25, 5);
/// The first release that may have Podman 6, which does not read the system's main file where the user has one.
const MAY_HAVE_SIX: Release = Release::new(26, 11);
/// The first Podman that reads a folder of users' settings, and the first that reads one of root's.
const READS_ROOTLESS: PodmanRelease = PodmanRelease { major: 5, minor: 7 };
const READS_ROOTFUL: PodmanRelease = PodmanRelease { major: 6, minor: 0 };
/// The first that knows `default_host_ips`.
const KNOWS_ADDRESS: PodmanRelease = PodmanRelease { major: 6, minor: 0 };

/// What every container has in a system, or in a home, by engine; nothing where nothing is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Settings {
    podman: Option<EngineSettings>,
    /// The part of those that stands in files beside the main one.
    added: Option<EngineSettings>,
    /// Besides those, of root's containers and of those of all users.
    rootful: Option<EngineSettings>,
    rootless: Option<EngineSettings>,
    /// Besides those, of single users, each with the name if there is such a user.
    users: Vec<(Option<String>, EngineSettings)>,
    docker: Option<EngineSettings>,
    /// What the daemon of each user is told. No container that is declared is run by it.
    rootless_docker: Option<EngineSettings>,
}

impl Settings {
    /// Those of a system; of a home with those of the system around it.
    pub(crate) fn read(
        reader: &mut OptionReader<'_, '_>,
        config: &Found,
        system: &System,
        around: Option<&Self>,
    ) -> Self {
        Self {
            podman: read(reader, config, system, around),
            added: added(reader, config, system),
            rootful: drop_ins(reader, config, system, true),
            rootless: drop_ins(reader, config, system, false),
            users: of_users(reader, config, system),
            docker: docker(
                reader,
                config,
                system,
                &["virtualisation", "docker"],
                EntryName::Template,
            ),
            rootless_docker: docker(
                reader,
                config,
                system,
                &["virtualisation", "docker", "rootless"],
                EntryName::Known("rootless".into()),
            ),
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &EngineSettings> {
        let docker = self.docker.iter().chain(&self.rootless_docker);
        let of_podman = self.podman.iter().chain(&self.rootful).chain(&self.rootless);
        let of_users = self.users.iter().map(|(_, settings)| settings);
        of_podman.chain(of_users).chain(docker)
    }

    /// Those of one user alone.
    fn of_user(&self, name: &str) -> Option<&EngineSettings> {
        let mut users = self.users.iter();
        let (_, settings) = users.find(|(known, _)| known.as_deref() == Some(name))?;
        Some(settings)
    }

    /// Gives a container as defaults what the settings of its engine say and it does not.
    pub(crate) fn apply(&self, container: &mut Container) {
        let settings = match container.engine.value() {
            Some(Engine::Podman) => {
                let more = match container.rootful.value() {
                    Some(true) => &self.rootful,
                    Some(false) => &self.rootless,
                    None => &None,
                };
                let user = container.runs_as.as_ref().and_then(Field::value);
                let user = user.filter(|_| container.rootful.value() == Some(&false));
                if let Some(of_user) = user.and_then(|user| self.of_user(user)) {
                    of_user.apply(container);
                }
                if let Some(more) = more {
                    more.apply(container);
                }
                &self.podman
            }
            Some(Engine::Docker) => &self.docker,
            Some(Engine::Nspawn) | None => &None,
        };
        if let Some(settings) = settings {
            settings.apply(container);
        }
    }
}

/// What the settings of a system say, and those of the system around it where it is a home; none where they say nothing.
fn read(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    system: &System,
    around: Option<&Settings>,
) -> Option<EngineSettings> {
    let path: &[&str] = match system.kind {
        SystemKind::Home => &["services", "podman", "settings", "containers"],
        SystemKind::Nixos | SystemKind::Guest => {
            &["virtualisation", "containers", "containersConf", "settings"]
        }
        SystemKind::Elsewhere => return None,
    };
    let settings = reader.option(config, path);
    let options = is_said(reader, &settings).then_some(Node::Option(settings));
    let (main, added) = of_files(reader, config, system.kind, &CONTAINERS);
    let main = main.or(options);
    // Home Manager writes the file wherever it has Podman, whatever is in it.
    let enable = reader.option(config, &["services", "podman", "enable"]);
    let has_main =
        main.is_some() || system.kind == SystemKind::Home && reader.bool(&enable).certain() != Some(&false);
    let files: Vec<Node> = main.into_iter().chain(added).collect();
    let of_user = around.zip(system.home_of.as_deref());
    let of_user = of_user.and_then(|(around, user)| around.of_user(user));
    let mut rootless = over(of_user, around.and_then(|around| around.rootless.as_ref()));
    let mut general = around.and_then(|around| around.podman.clone());
    let release = system.release.value();
    if let Some(general) = general
        .as_mut()
        .filter(|_| has_main && release.is_some_and(|release| *release >= MAY_HAVE_SIX))
    {
        // What the system adds to its main file is read in any case.
        let added = around.and_then(|around| around.added.as_ref());
        general.in_doubt(
            "it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not",
            added,
        );
        rootless = over(rootless.as_ref(), added);
    }
    let Some(first) = files.first() else {
        return over(rootless.as_ref(), general.as_ref());
    };
    let all = stands_for_all(reader, first, system, Surface::ContainersConf);
    let (mut out, table) = of_nodes(reader, system, &files, all);
    // A user's file is read after the system's.
    if let Some(mut around) = over(rootless.as_ref(), general.as_ref()) {
        without_lists(&mut around, reader, &table);
        around.apply(&mut out.all);
        out.host_address = out.host_address.or(around.host_address);
    }
    Some(out)
}

/// What the files of a system say that add to its main one.
fn added(reader: &mut OptionReader<'_, '_>, config: &Found, system: &System) -> Option<EngineSettings> {
    if !matches!(system.kind, SystemKind::Nixos | SystemKind::Guest) {
        return None;
    }
    let (_, files) = of_files(reader, config, system.kind, &CONTAINERS);
    let all = stands_for_all(reader, files.first()?, system, Surface::ContainersConf);
    Some(of_nodes(reader, system, &files, all).0)
}

/// What files say that are read one after the other.
fn of_nodes(
    reader: &mut OptionReader<'_, '_>,
    system: &System,
    files: &[Node],
    mut all: Container,
) -> (EngineSettings, Table) {
    let table = Table::new(reader, files, "containers");
    let release = system.release.value();
    let is_old = release.is_some_and(|release| *release < KNOWS_PRIVILEGED);
    table.isolation(reader, &mut all, is_old);
    table.lists(reader, &mut all, is_old);
    table.limits(reader, &mut all);
    let is_known = release::podman(system).is_none_or(|newest| newest >= KNOWS_ADDRESS);
    let host_address = engine(reader, files, &mut all).filter(|_| is_known);
    (EngineSettings { all, host_address }, table)
}

/// What is put into the folders that only root's Podman reads, or only that of users.
fn drop_ins(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    system: &System,
    is_rootful: bool,
) -> Option<EngineSettings> {
    if !matches!(system.kind, SystemKind::Nixos | SystemKind::Guest) {
        return None;
    }
    let (name, file, since) = match is_rootful {
        true => ("rootful", &ROOTFUL, READS_ROOTFUL),
        false => ("rootless", &ROOTLESS, READS_ROOTLESS),
    };
    let newest = release::podman(system);
    if newest.is_some_and(|newest| newest < since) {
        return None;
    }
    let (_, files) = of_files(reader, config, system.kind, file);
    let all = Container {
        id: ContainerId::new(
            system.id.clone(),
            Surface::ContainersConf,
            EntryName::Known(name.into()),
        ),
        name: format!("<every {name} container of Podman>"),
        rootful: Field::default(is_rootful),
        ..stands_for_all(reader, files.first()?, system, Surface::ContainersConf)
    };
    let (mut out, _) = of_nodes(reader, system, &files, all);
    if newest.is_none() && is_rootful {
        out.in_doubt(
            "it depends on whether the system has Podman 6, which is the first that reads this folder",
            None,
        );
    }
    Some(out)
}

/// What is put into the folders that only single users' Podman reads.
fn of_users(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    system: &System,
) -> Vec<(Option<String>, EngineSettings)> {
    let newest = release::podman(system);
    let is_host = matches!(system.kind, SystemKind::Nixos | SystemKind::Guest);
    if !is_host || newest.is_some_and(|newest| newest < READS_ROOTLESS) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (uid, files) in of_each_user(reader, config, system.kind) {
        let mut users = system.users.iter();
        let user = users.find(|user| user.uid.value() == Some(&Some(uid)));
        let user = user.map(|user| user.name.clone());
        let Some(first) = files.first() else { continue };
        let who = user.clone().unwrap_or_else(|| uid.to_string());
        let all = Container {
            id: ContainerId::new(
                system.id.clone(),
                Surface::ContainersConf,
                EntryName::Known(format!("user {who}").into()),
            ),
            name: format!("<every container of Podman of user {who}>"),
            rootful: Field::default(false),
            runs_as: user.clone().map(Field::default),
            ..stands_for_all(reader, first, system, Surface::ContainersConf)
        };
        out.push((user, of_nodes(reader, system, &files, all).0));
    }
    out
}

/// Settings of which the first count before the others.
fn over(first: Option<&EngineSettings>, others: Option<&EngineSettings>) -> Option<EngineSettings> {
    let (Some(first), Some(others)) = (first, others) else {
        return first.or(others).cloned();
    };
    let mut out = first.clone();
    others.apply(&mut out.all);
    out.host_address = out.host_address.or_else(|| others.host_address.clone());
    Some(out)
}

fn is_said(reader: &OptionReader<'_, '_>, found: &Found) -> bool {
    !reader.is_unset(found) && !reader.is_default(found) && !matches!(found.value.value, Value::Null)
}

/// A container that stands for all that the settings reach.
fn stands_for_all(
    reader: &OptionReader<'_, '_>,
    settings: &Node,
    system: &System,
    surface: Surface,
) -> Container {
    let (definitions, origin) = match settings {
        Node::Option(found) => (reader.keys_of(found), reader.place_of(found)),
        Node::File(_, file) => {
            let written = &file.written;
            let key = written.definitions.first().map(|key| Origin::at(*key));
            (
                written.definitions.clone(),
                key.unwrap_or_else(|| written.text.origin.clone()),
            )
        }
    };
    let id = ContainerId::new(system.id.clone(), surface, EntryName::Template);
    let name = match surface {
        Surface::DaemonJson => "<every container of Docker>",
        _ => "<every container of Podman>",
    };
    Container {
        name: name.to_owned(),
        definitions,
        // Root reads the same file as users.
        rootful: Field::default(system.kind != SystemKind::Home),
        ..Container::new(id, origin)
    }
}

/// `virtualisation.docker.daemon.settings`, which become `daemon.json`.
fn docker(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    system: &System,
    path: &[&str],
    name: EntryName,
) -> Option<EngineSettings> {
    if !matches!(system.kind, SystemKind::Nixos | SystemKind::Guest) {
        return None;
    }
    let docker = reader.option(config, path);
    let settings = Node::Option(docker.clone()).get(reader, &["daemon", "settings"]);
    let files: Vec<Node> = { settings.into_iter() }
        .chain(dockerd::options(reader, &docker))
        .collect();
    let is_rootless = name != EntryName::Template;
    let mut all = stands_for_all(reader, files.first()?, system, Surface::DaemonJson);
    if is_rootless {
        all = Container {
            id: ContainerId::new(system.id.clone(), Surface::DaemonJson, name),
            name: "<every container of rootless Docker>".to_owned(),
            rootful: Field::default(false),
            ..all
        };
    }
    let table = Table { files };
    if let Some(remap) = table.text(reader, "userns-remap") {
        let userns = |text: &Text| match text.pattern().as_str() {
            "" => Userns::Host,
            "default" => Userns::Pick,
            _ => Userns::Other(text.display()),
        };
        override_with(&mut all.userns, decided(&remap, userns));
    }
    for (key, kind) in [("default-cgroupns-mode", "cgroup"), ("default-ipc-mode", "ipc")] {
        if let Some(mode) = table.text(reader, key) {
            set_namespace(&mut all, kind, &mode);
        }
    }
    if let Some(profile) = table.text(reader, "seccomp-profile") {
        all.security_options.push(security("seccomp=", &profile));
    }
    if let Some(on) = table.bool(reader, "no-new-privileges")
        && on.value() == Some(&true)
    {
        let origin = on.origin.clone();
        all.security_options
            .push(on.map(|_| Text::known("no-new-privileges", origin.clone())));
    }
    if let Some(runtime) = table.text(reader, "default-runtime") {
        all.flags.push(option("--runtime=", &runtime));
    }
    let host_address = table.text(reader, "ip");
    Some(EngineSettings { all, host_address })
}

/// A table of settings, such as `[containers]`, in each of the files that are read one after the other.
struct Table {
    files: Vec<Node>,
}

impl Table {
    fn new(reader: &mut OptionReader<'_, '_>, files: &[Node], name: &str) -> Self {
        let files = files.iter().filter_map(|file| file.get(reader, &[name]));
        Self {
            files: files.collect(),
        }
    }

    /// What is said last.
    fn get(&self, reader: &mut OptionReader<'_, '_>, key: &str) -> Option<Node> {
        self.files.iter().rev().find_map(|file| file.get(reader, &[key]))
    }

    fn text(&self, reader: &mut OptionReader<'_, '_>, key: &str) -> Option<Field<Text>> {
        let found = self.get(reader, key)?;
        Some(found.text(reader))
    }

    fn bool(&self, reader: &mut OptionReader<'_, '_>, key: &str) -> Option<Field<bool>> {
        let found = self.get(reader, key)?;
        Some(found.bool(reader))
    }

    /// The entries of a list. It takes the place of those of the files before, unless `{ append = true; }` is among it,
    /// which holds for all files that follow, too.
    fn texts(&self, reader: &mut OptionReader<'_, '_>, key: &str) -> Vec<Field<Text>> {
        let mut out = Vec::new();
        let mut appends = false;
        for file in &self.files {
            let Some(list) = file.get(reader, &[key]) else {
                continue;
            };
            let mut texts = Vec::new();
            for element in list.elements(reader) {
                match element.is_table() {
                    true => {
                        let append = element.get(reader, &["append"]);
                        let append = append.map(|append| append.bool(reader));
                        appends = append.map_or(appends, |append| append.value() == Some(&true));
                    }
                    false => texts.push(element.text(reader)),
                }
            }
            if !appends {
                out.clear();
            }
            out.extend(texts);
        }
        out
    }

    /// Does it say a list that takes the place of one that was said before?
    fn replaces(&self, reader: &mut OptionReader<'_, '_>, key: &str) -> bool {
        let Some(list) = self.get(reader, key) else {
            return false;
        };
        let elements = list.elements(reader);
        let mut tables = elements.iter().filter(|element| element.is_table());
        !tables.any(|element| {
            let append = element.get(reader, &["append"]);
            append.is_some_and(|append| append.bool(reader).value() == Some(&true))
        })
    }

    fn isolation(&self, reader: &mut OptionReader<'_, '_>, all: &mut Container, is_old: bool) {
        if let Some(privileged) = self.bool(reader, "privileged").filter(|_| !is_old) {
            all.privileged = privileged;
        }
        if let Some(mode) = self.text(reader, "userns") {
            override_with(&mut all.userns, decided(&mode, userns));
        }
        if let Some(mode) = self.text(reader, "netns") {
            override_with(&mut all.network, decided(&mode, network));
        }
        for (key, kind) in [
            ("pidns", "pid"),
            ("ipcns", "ipc"),
            ("utsns", "uts"),
            ("cgroupns", "cgroup"),
        ] {
            if let Some(mode) = self.text(reader, key) {
                set_namespace(all, kind, &mode);
            }
        }
        for (key, prefix) in [("seccomp_profile", "seccomp="), ("apparmor_profile", "apparmor=")] {
            if let Some(profile) = self.text(reader, key) {
                all.security_options.push(security(prefix, &profile));
            }
        }
        if let Some(label) = self.bool(reader, "label")
            && label.value() != Some(&true)
        {
            let origin = label.origin.clone();
            all.security_options
                .push(label.map(|_| Text::known("label=disable", origin.clone())));
        }
    }

    fn lists(&self, reader: &mut OptionReader<'_, '_>, all: &mut Container, is_old: bool) {
        if self.get(reader, "default_capabilities").is_some() {
            let listed = self.texts(reader, "default_capabilities");
            let listed = listed
                .iter()
                .map(|one| decided(one, |text| normal_capability(&text.display())));
            let Granted { added, dropped } = instead_of_default(listed.collect());
            all.capabilities.extend(added);
            all.dropped_capabilities.extend(dropped);
        }
        for text in self.texts(reader, "volumes") {
            all.mounts.push(text.map(volume));
        }
        let mounts = match is_old {
            true => Vec::new(),
            false => self.texts(reader, "mounts"),
        };
        for text in mounts {
            match text.value().map(|text| mount(text, false)) {
                Some(Some(mounted)) => all.mounts.push(text.map(|_| mounted.clone())),
                Some(None) => {}
                None => all.mounts.push(text.map(volume)),
            }
        }
        for text in self.texts(reader, "devices") {
            all.devices.push(text.map(device));
        }
        for text in self.texts(reader, "env") {
            let variable = |text: &Text| match split_once(text, '=') {
                Some((name, value)) => EnvVar {
                    name: name.display(),
                    value,
                },
                None => EnvVar {
                    name: text.display(),
                    value: Text::default(),
                },
            };
            all.environment.push(text.map(variable));
        }
        if let Some(host) = self.get(reader, "env_host").filter(|_| !is_old) {
            podman::apply(all, &[podman::option("--env-host", &host.scalar(reader))]);
        }
    }
}

/// Settings that are options of `podman run`, too.
const LIMITS: [(&str, &str); 9] = [
    ("annotations", "--annotation"),
    ("cgroups", "--cgroups"),
    ("default_sysctls", "--sysctl"),
    ("default_ulimits", "--ulimit"),
    ("http_proxy", "--http-proxy"),
    ("no_hosts", "--no-hosts"),
    ("pids_limit", "--pids-limit"),
    ("read_only", "--read-only"),
    ("umask", "--umask"),
];

impl Table {
    fn limits(&self, reader: &mut OptionReader<'_, '_>, all: &mut Container) {
        for (key, name) in LIMITS {
            let Some(found) = self.get(reader, key) else {
                continue;
            };
            let values = match found.is_list() {
                true => self.texts(reader, key),
                false => vec![found.scalar(reader)],
            };
            for value in values {
                podman::apply(all, &[podman::option(name, &value)]);
            }
        }
    }
}

/// The tables `[network]` and `[engine]`. Gives the address that published ports are bound to where they name none.
fn engine(reader: &mut OptionReader<'_, '_>, files: &[Node], all: &mut Container) -> Option<Field<Text>> {
    let engine = Table::new(reader, files, "engine");
    for hooks in engine.texts(reader, "hooks_dir") {
        all.flags.push(option("--hooks-dir=", &hooks));
    }
    let runtime = engine.text(reader, "runtime");
    all.flags
        .extend(runtime.map(|runtime| option("--runtime=", &runtime)));
    let network = Table::new(reader, files, "network");
    all.run_options
        .extend(podman::pasta_options(network.texts(reader, "pasta_options")));
    let mut addresses = network.texts(reader, "default_host_ips");
    // Of several that only this machine reaches one stands for all.
    let is_here = |text: &Text| text.pattern().starts_with("127.") || text.pattern() == "::1";
    let all_here = { addresses.iter() }.all(|address| address.value().is_some_and(is_here));
    addresses.pop().filter(|_| all_here || addresses.is_empty())
}

fn option(name: &str, value: &Field<Text>) -> Flag {
    let form = FlagForm::Option;
    let word = value.map(|value| concat([Text::known(name, Origin::default()), value.clone()]));
    Flag { word, form }
}

/// Leaves out lists that a file which is read later takes the place of.
fn without_lists(settings: &mut EngineSettings, reader: &mut OptionReader<'_, '_>, later: &Table) {
    let mut replaces = |key: &str| later.replaces(reader, key);
    if replaces("volumes") {
        settings.all.mounts.clear();
    }
    if replaces("devices") {
        settings.all.devices.clear();
    }
    if replaces("default_capabilities") {
        settings.all.capabilities.clear();
        settings.all.dropped_capabilities.clear();
    }
    if replaces("env") {
        settings.all.environment.clear();
    }
}
