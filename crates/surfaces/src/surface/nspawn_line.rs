//! The command that the start script of `containers.<name>` runs: `nixos/modules/virtualisation/nixos-containers.nix` of
//! NixOS, release by release.
//!
//! The module writes a configuration file, which systemd reads into variables, and a script, which makes words of them.

use crate::read::{Found, OptionReader};
use crate::surface::nspawn_lists::{bind_flag, device_rule};
use crate::surface::surroundings::{Surroundings, in_form_of};
use crate::vocabulary::certainty::{maybe, part, weaken};
use crate::vocabulary::line::{Line, after, if_on, joined, own};
use crate::vocabulary::pasted;
use crate::vocabulary::text::{concat, hole, origin_of};
use crate::vocabulary::words::{self, split_words};
use nixpod_eval::Value;
use nixpod_model::{EngineCommand, Fact, Field, Release, StateVersion, Text};
use nixpod_source::{Origin, Why};

/// The oldest release whose words are known.
const OLDEST: Release = Release::new(24, 11);
/// `privateUsers` and `networkNamespace`, and extra flags behind those of the module.
const PRIVATE_USERS: Release = Release::new(25, 5);
/// `flake`.
const FLAKE: Release = Release::new(25, 11);
/// `localMacAddress`. No later release was looked at.
const MAC_ADDRESS: Release = Release::new(26, 5);
/// Containers of systems that are older lie in another folder.
const OWN_FOLDER: StateVersion = Release::new(22, 5);

/// Variables of the configuration file that are there only in a private network, with their options, in the order in which
/// the script hands them on.
const OF_NETWORK: [(&str, &str); 7] = [
    ("HOST_BRIDGE", "hostBridge"),
    ("HOST_ADDRESS", "hostAddress"),
    ("LOCAL_ADDRESS", "localAddress"),
    ("HOST_ADDRESS6", "hostAddress6"),
    ("LOCAL_ADDRESS6", "localAddress6"),
    ("LOCAL_MAC_ADDRESS", "localMacAddress"),
    ("HOST_PORT", "forwardPorts"),
];

/// How `/dev/net/tun` is allowed: the letter by which nodes are made came with users of its own.
pub(crate) fn tun_access(release: Option<Release>) -> &'static str {
    match release.is_some_and(|release| release < PRIVATE_USERS) {
        true => "rw",
        false => "rwm",
    }
}

/// What the script has as a variable; none if it is empty.
type Variable = Option<Field<Text>>;

/// A container's options while its command is put together.
struct Script<'r, 'e, 's> {
    reader: &'r mut OptionReader<'e, 's>,
    found: &'r Found,
    config: &'r Found,
    name: &'r str,
    release: Release,
    is_private: Field<bool>,
    ephemeral: Field<bool>,
    tun: Field<bool>,
    users: Field<Text>,
    /// [`OF_NETWORK`], as far as the release has them.
    network: Vec<(&'static str, Variable)>,
}

/// What starts a container.
pub(crate) fn command(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &Surroundings<'_>,
    name: &str,
) -> EngineCommand {
    let (release, writer) = in_form_of(around.release, OLDEST, MAC_ADDRESS);
    let mut switch = |option: &str| {
        let found = reader.get(found, option);
        match reader.is_unset(&found) {
            true => Field::default(false),
            false => reader.bool(&found),
        }
    };
    let (is_private, ephemeral, tun) = (switch("privateNetwork"), switch("ephemeral"), switch("enableTun"));
    let users = users(reader, found);
    let mut script = Script {
        reader,
        found,
        config: around.config,
        name,
        release,
        is_private,
        ephemeral,
        tun,
        users,
        network: Vec::new(),
    };
    script.network = script.of_network();
    let mut line = Line::new("systemd-nspawn");
    line.own("--keep-unit");
    line.own("-M");
    line.own_value(name);
    script.root(around.state_version, &mut line);
    script.flags(&mut line);
    if release < PRIVATE_USERS {
        line.loose(script.extra_flags());
    }
    line.own("--notify-ready=yes");
    line.own("--kill-signal=SIGRTMIN+3");
    script.binds(&mut line);
    script.journal(&mut line);
    script.variables(&mut line);
    line.switch("--ephemeral", &script.ephemeral);
    script.lists(&mut line);
    if release >= PRIVATE_USERS {
        line.loose(script.extra_flags());
    }
    script.guest(&mut line);
    EngineCommand {
        writer,
        words: line.finish(),
        service: script.service(),
        unit: Vec::new(),
    }
}

/// `privateUsers` as it is handed on.
fn users(reader: &mut OptionReader<'_, '_>, found: &Found) -> Field<Text> {
    let users = reader.get(found, "privateUsers");
    if reader.is_unset(&users) {
        return own("no");
    }
    reader.field(&users, |this, value, origin| this.scalar_text(value, origin))
}

impl Script<'_, '_, '_> {
    fn has(&self, since: Release) -> bool {
        self.release >= since
    }

    /// A string that may be null.
    fn string(&mut self, option: &str) -> Variable {
        let found = self.reader.get(self.found, option);
        if self.reader.is_unset(&found) || matches!(found.value.value, Value::Null) {
            return None;
        }
        let text = self.reader.text(&found);
        // An empty variable is none.
        text.value()
            .is_none_or(|text| !text.pattern().is_empty())
            .then_some(text)
    }

    /// A string that stands in the configuration file as it is.
    fn written(&mut self, option: &str) -> Variable {
        let text = self.string(option)?.map(pasted::value);
        text.value()
            .is_none_or(|text| !text.pattern().is_empty())
            .then_some(text)
    }

    fn elements(&mut self, option: &str) -> Vec<Found> {
        let list = self.reader.get(self.found, option);
        match self.reader.is_unset(&list) {
            true => Vec::new(),
            false => self.reader.elements(&list),
        }
    }

    /// The words of an option that is a list of strings, which the shell splits once more.
    fn words(&mut self, option: &str) -> Vec<Field<Text>> {
        let elements = self.elements(option);
        in_quotes(elements.iter().map(|one| self.reader.text(one)).collect())
    }

    fn of_network(&mut self) -> Vec<(&'static str, Variable)> {
        let mut out = Vec::new();
        for (variable, option) in OF_NETWORK {
            if variable == "LOCAL_MAC_ADDRESS" && !self.has(MAC_ADDRESS) {
                continue;
            }
            let value = match option {
                "forwardPorts" => joined(&self.ports(), ","),
                _ => self.written(option),
            };
            out.push((variable, value.and_then(|value| under(&self.is_private, value))));
        }
        out
    }

    fn network(&self, name: &str) -> Variable {
        let known = self.network.iter().find(|(variable, _)| *variable == name);
        known.and_then(|(_, value)| value.clone())
    }

    /// `tcp:8080:80`.
    fn ports(&mut self) -> Vec<Field<Text>> {
        let mut out = Vec::new();
        for element in self.elements("forwardPorts") {
            if let Value::Unknown(unknown) = &element.value.value {
                out.push(self.reader.unknown(&element, unknown.why.clone()));
                continue;
            }
            let [protocol, host, inside] =
                ["protocol", "hostPort", "containerPort"].map(|name| self.reader.get(&element, name));
            let scalar = |this: &mut Self, found: &Found| {
                let read = |this: &mut OptionReader<'_, '_>, value: &_, origin: &Origin| {
                    this.scalar_text(value, origin)
                };
                this.reader.field(found, read)
            };
            let protocol = match self.reader.is_unset(&protocol) {
                true => own("tcp"),
                false => scalar(self, &protocol),
            };
            let host = scalar(self, &host);
            let is_same = self.reader.is_unset(&inside) || matches!(inside.value.value, Value::Null);
            let inside = match is_same {
                true => host.clone(),
                false => scalar(self, &inside),
            };
            out.extend(joined(&[protocol, host, inside], ":"));
        }
        out
    }

    fn root(&self, state_version: Option<StateVersion>, line: &mut Line) {
        let folder = match state_version {
            Some(version) if version < OWN_FOLDER => "containers",
            _ => "nixos-containers",
        };
        let name = self.name;
        line.own("-D");
        let root = |is_ephemeral: bool| match is_ephemeral {
            true => format!("/run/nixos-containers/{name}"),
            false => format!("/var/lib/{folder}/{name}"),
        };
        match self.ephemeral.certain() {
            Some(is_ephemeral) => line.own_value(root(*is_ephemeral)),
            None => line.value(unsure(&self.ephemeral, "the root of the container")),
        }
    }

    /// What the script adds because of variables.
    fn flags(&mut self, line: &mut Line) {
        line.switch("--private-network", &self.is_private);
        if self.has(PRIVATE_USERS) {
            line.joined("--private-users", &self.users);
        }
        let veth: Vec<Field<Text>> = self
            .network
            .iter()
            .filter(|(name, _)| name.contains("ADDRESS"))
            .filter_map(|(_, value)| value.clone())
            .collect();
        // One of them is enough.
        let surest = veth
            .iter()
            .position(|value| value.certain().is_some())
            .unwrap_or(0);
        if let Some(value) = veth.get(surest) {
            let word = Text::known("--network-veth", Origin::default());
            line.word(match value.is_unknown() {
                true => maybe(Field::default(word), Vec::new()),
                false => part(value, word, Origin::default()),
            });
        }
        if self.network("HOST_PORT").is_some() {
            for port in self.ports() {
                if let Some(port) = under(&self.is_private, port) {
                    line.joined("--port", &port);
                }
            }
        }
        if let Some(bridge) = self.network("HOST_BRIDGE") {
            line.joined("--network-bridge", &bridge);
        }
        if self.has(PRIVATE_USERS)
            && let Some(namespace) = self.written("networkNamespace")
        {
            line.joined("--network-namespace-path", &namespace);
        }
        let veths = self.reader.get(self.found, "extraVeths");
        if !self.reader.is_unset(&veths) {
            let entries = self.reader.entries(&veths);
            let open = entries.open.clone();
            for (name, entry) in entries.all() {
                let name = self.reader.field(&entry, |_, _, origin| {
                    Ok(Text::known(name.to_string(), origin.clone()))
                });
                line.joined("--network-veth-extra", &name);
            }
            if let Some(why) = open {
                let rest = self.reader.unknown(&veths, why);
                line.joined("--network-veth-extra", &rest);
            }
        }
        for (option, flag) in [
            ("interfaces", "--network-interface"),
            ("macvlans", "--network-macvlan"),
        ] {
            for interface in self.words(option) {
                line.joined(flag, &interface);
            }
        }
    }

    /// What every container has of the host's store.
    fn binds(&self, line: &mut Line) {
        let name = self.name;
        let of_host = ["/nix/store", "/nix/var/nix/db", "/nix/var/nix/daemon-socket"];
        let own_folders = ["profiles", "gcroots"];
        if !self.has(PRIVATE_USERS) {
            for path in of_host {
                line.own(format!("--bind-ro={path}"));
            }
            for folder in own_folders {
                line.own(format!(
                    "--bind=/nix/var/nix/{folder}/per-container/{name}:/nix/var/nix/{folder}"
                ));
            }
            return;
        }
        let is_mapped = |users: &Text| {
            let users = users.pattern();
            users == "pick" || users.parse::<i64>().is_ok_and(|first| first > 0)
        };
        let idmap = match self.users.certain().map(is_mapped) {
            Some(true) => own(":idmap"),
            Some(false) => own(""),
            None => unsure(&self.users, "how its users are mapped"),
        };
        for path in of_host {
            line.word(after(&format!("--bind-ro={path}:{path}"), &idmap));
        }
        for folder in own_folders {
            let bind = format!("--bind=/nix/var/nix/{folder}/per-container/{name}:/nix/var/nix/{folder}");
            line.word(after(&bind, &idmap));
        }
    }

    fn journal(&self, line: &mut Line) {
        line.switch(
            "--link-journal=try-guest",
            &self.ephemeral.map(|ephemeral| !ephemeral),
        );
    }

    /// What the container's own scripts are told.
    fn variables(&mut self, line: &mut Line) {
        let mut set = |name: &str, value: Variable| {
            line.own("--setenv");
            let value = value.unwrap_or_else(|| own(""));
            line.value(after(&format!("{name}="), &value));
        };
        set("PRIVATE_NETWORK", if_on("1", &self.is_private));
        if self.release >= PRIVATE_USERS {
            set("PRIVATE_USERS", Some(self.users.clone()));
        }
        for (name, value) in std::mem::take(&mut self.network) {
            set(name, value);
        }
        let path = hole(Why::named("PATH"), Origin::default());
        set("PATH", Some(Field::default(path)));
    }

    /// Capabilities and file systems, which the module puts into the script itself.
    fn lists(&mut self, line: &mut Line) {
        let mut capabilities: Vec<Field<Text>> = Vec::new();
        for element in self.elements("additionalCapabilities") {
            capabilities.push(self.reader.text(&element));
        }
        capabilities.extend(if_on("CAP_NET_ADMIN", &self.tun));
        // Between quotation marks of the script: one in an element ends them.
        if let Some(list) = joined(&capabilities, ",") {
            let script = list.map(|list| {
                let mark = |text: &'static str| Text::known(text, Origin::default());
                concat([mark("--capability=\""), list.clone(), mark("\"")])
            });
            pasted::add(line, &script);
        }
        for element in self.elements("tmpfs") {
            let text = self.reader.text(&element);
            pasted::add(line, &after("--tmpfs=", &text));
        }
    }

    /// Bind mounts and extra flags: one variable, which the shell splits at white space.
    fn extra_flags(&mut self) -> Vec<Field<Text>> {
        let mut flags = Vec::new();
        let all = self.reader.get(self.found, "bindMounts");
        if !self.reader.is_unset(&all) {
            let entries = self.reader.entries(&all);
            let open = entries.open.clone();
            for (name, entry) in entries.all() {
                flags.push(bind_flag(self.reader, &name, &entry));
            }
            if let Some(why) = open {
                flags.push(self.reader.unknown(&all, why));
            }
        }
        for element in self.elements("extraFlags") {
            flags.push(self.reader.text(&element));
        }
        in_quotes(flags)
    }

    /// What runs in it: a script of the module's, and the system.
    fn guest(&mut self, line: &mut Line) {
        let init = hole(Why::named("container-init"), Origin::default());
        line.word(Field::default(init));
        let is_flake = self.has(FLAKE) && self.string("flake").is_some();
        let path = self.reader.get(self.found, "path");
        let system = match is_flake {
            true => own("/nix/var/nix/profiles/system"),
            false if !self.reader.is_written(&path) => {
                let system = hole(Why::named("config.system.build.toplevel"), Origin::default());
                Field::default(system)
            }
            false => self.reader.text(&path),
        };
        let system = match &system.fact {
            Fact::Unknown(_) => after("", &system),
            _ => system,
        };
        line.value(system.map(|system| {
            let init = Text::known("/init", origin_of(system));
            concat([system.clone(), init])
        }));
    }

    /// What the kernel lets it do with devices.
    fn service(&mut self) -> Vec<Field<Text>> {
        let mut out = vec![own("DevicePolicy=closed")];
        for element in self.elements("allowedDevices") {
            let rule = device_rule(self.reader, &element);
            out.push(after("DeviceAllow=", &rule));
        }
        let tun = match tun_access(Some(self.release)) {
            "rw" => "DeviceAllow=/dev/net/tun rw",
            _ => "DeviceAllow=/dev/net/tun rwm",
        };
        let is_mapped = self.users.map(|users| {
            let users = users.pattern();
            users == "pick" || users.parse::<i64>().is_ok_and(|first| first > 0)
        });
        match (self.tun.certain(), self.has(PRIVATE_USERS)) {
            (Some(true), _) | (None, _) => out.extend(if_on(tun, &self.tun)),
            (Some(false), true) => {
                let both = match (self.is_private.certain(), is_mapped.certain()) {
                    (Some(false), _) | (_, Some(false)) => None,
                    (Some(true), _) => if_on(tun, &is_mapped),
                    (None, _) => if_on(tun, &self.is_private).map(|rule| weaken(rule, &is_mapped)),
                };
                out.extend(both);
            }
            (Some(false), false) => {}
        }
        let unit = format!("container@{}", self.name);
        let own = self.reader.option(
            self.config,
            &["systemd", "services", &unit, "serviceConfig", "DeviceAllow"],
        );
        if !self.reader.is_unset(&own) {
            let rules: Vec<Found> = match own.value.value {
                Value::List(_) => self.reader.elements(&own),
                _ => vec![own],
            };
            for rule in rules {
                let rule = self.reader.text(&rule);
                out.push(after("DeviceAllow=", &rule));
            }
        }
        out
    }
}

/// The words that the script makes of a variable whose value stands in double quotes in the configuration file: it is split
/// at white space.
fn in_quotes(texts: Vec<Field<Text>>) -> Vec<Field<Text>> {
    let is_special = |text: &Text| text.pattern().contains(['"', '\\']);
    if !texts.iter().filter_map(Field::value).any(is_special) {
        return split_words(&texts, words::blanks);
    }
    // One in an element ends the quotation of all of them.
    let value = joined(&texts, " ").map(|all| {
        let quoted = all.map(|all| {
            let mark = || Text::known("\"", Origin::default());
            concat([mark(), all.clone(), mark()])
        });
        quoted.map(pasted::value)
    });
    split_words(value.as_slice(), words::blanks)
}

/// A value that is there only in a private network.
fn under(is_private: &Field<bool>, value: Field<Text>) -> Variable {
    match is_private.certain() {
        Some(true) => Some(value),
        Some(false) => None,
        None => Some(maybe(value, is_private.conditions.clone())),
    }
}

/// Something that depends on what is not certain.
fn unsure<T>(field: &Field<T>, what: &str) -> Field<Text> {
    let why = match &field.fact {
        Fact::Unknown(why) => why.clone(),
        _ => field
            .or_unknown
            .clone()
            .unwrap_or_else(|| Why::Undecided(what.to_owned())),
    };
    Field::unknown(why, field.origin.clone())
}
