//! The command that the service of `virtualisation.oci-containers.containers.<name>` runs:
//! `nixos/modules/virtualisation/oci-containers.nix` of NixOS, release by release.

use crate::read::{Found, OptionReader};
use crate::surface::surroundings::{Surroundings, in_form_of};
use crate::vocabulary::line::{Line, after, assignment, own};
use crate::vocabulary::pasted;
use nixpod_eval::Value;
use nixpod_model::{EngineCommand, Field, Release, Text};
use nixpod_source::Origin;

/// The oldest release whose words are known. It removes every container that ends, and runs all as root.
const OLDEST: Release = Release::new(24, 11);
/// Privileges, capabilities, devices, networks and users have options of their own.
const OWN_OPTIONS: Release = Release::new(25, 5);
/// A network that stands twice counts once.
const UNIQUE_NETWORKS: Release = Release::new(25, 11);
/// The newest that was looked at.
const NEWEST: Release = Release::new(26, 5);

/// What starts a container.
pub(crate) fn command(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &Surroundings<'_>,
    name: &str,
) -> EngineCommand {
    let (release, writer) = in_form_of(around.release, OLDEST, NEWEST);
    let mut script = Script {
        reader,
        found,
        name,
        has_own_options: release >= OWN_OPTIONS,
        unique_networks: release >= UNIQUE_NETWORKS,
    };
    let is_podman = around
        .oci_backend
        .value()
        .is_none_or(|backend| backend != "docker");
    let words = script.words(is_podman, around.oci_backend);
    let service = match is_podman && script.has_own_options {
        true => vec![after("User=", &script.user())],
        false => Vec::new(),
    };
    EngineCommand {
        writer,
        words: words.finish(),
        service,
        unit: Vec::new(),
    }
}

/// A container's options while its command is put together.
struct Script<'r, 'e, 's> {
    reader: &'r mut OptionReader<'e, 's>,
    found: &'r Found,
    name: &'r str,
    has_own_options: bool,
    unique_networks: bool,
}

impl Script<'_, '_, '_> {
    fn words(&mut self, is_podman: bool, backend: &Field<String>) -> Line {
        let mut line = Line::default();
        line.word(match backend.value() {
            Some(_) => backend.map(|backend| Text::known(backend.as_str(), Origin::default())),
            None => after("", &backend.map(|_| Text::default())),
        });
        line.loose(self.list("preRunExtraOptions"));
        line.own_value("run");
        if !self.has_own_options {
            line.own("--rm");
        }
        line.own(format!("--name={}", self.name));
        let log_driver = self.string("log-driver").unwrap_or_else(|| own("journald"));
        pasted::add(&mut line, &after("--log-driver=", &log_driver));
        for option in ["entrypoint", "hostname"] {
            if let Some(value) = self.string(option) {
                line.joined(&format!("--{option}"), &value);
            }
        }
        if is_podman {
            self.of_podman(&mut line);
        }
        self.pairs("-e", "environment", &mut line);
        for (flag, option) in [("--env-file", "environmentFiles"), ("-p", "ports")] {
            self.each(flag, option, &mut line);
        }
        self.one("-u", "user", &mut line);
        self.each("-v", "volumes", &mut line);
        self.pairs("-l", "labels", &mut line);
        self.one("-w", "workdir", &mut line);
        if self.has_own_options {
            self.own_options(&mut line);
        }
        line.loose(self.list("extraOptions"));
        let image = self.reader.get(self.found, "image");
        let image = self.reader.text(&image);
        // The script has both as they are, and the shell splits them.
        match image.is_unknown() {
            true => line.word(after("", &image)),
            false => pasted::add(&mut line, &image),
        }
        for word in self.list("cmd") {
            line.value(word);
        }
        line
    }

    /// What Podman needs so that its service knows of the container.
    fn of_podman(&mut self, line: &mut Line) {
        let name = self.name;
        match self.has_own_options {
            true => {
                line.own(format!("--cidfile=/run/{name}/ctr-id"));
                line.own("--cgroups=enabled");
            }
            false => {
                line.own(format!("--cidfile=/run/podman-{name}.ctr-id"));
                line.own("--cgroups=no-conmon");
            }
        }
        let notify = match self.has_own_options {
            true => self.podman("sdnotify"),
            false => None,
        };
        line.joined("--sdnotify", &notify.unwrap_or_else(|| own("conmon")));
        line.own("-d");
        line.own("--replace");
    }

    fn own_options(&mut self, line: &mut Line) {
        let privileged = self.switch("privileged", false);
        line.switch("--privileged", &privileged);
        let removed = self.switch("autoRemoveOnStop", true);
        line.switch("--rm", &removed);
        self.capabilities(line);
        for device in self.list("devices") {
            line.joined("--device", &device);
        }
        let mut seen: Vec<String> = Vec::new();
        for network in self.list("networks") {
            let known = network.certain().and_then(Text::as_known);
            if let Some(known) = known.filter(|_| self.unique_networks) {
                if seen.contains(&known) {
                    continue;
                }
                seen.push(known);
            }
            line.joined("--network", &network);
        }
        let pull = self.string("pull").unwrap_or_else(|| own("missing"));
        line.option("--pull", pull);
    }

    /// Those that are granted, and then those that are taken.
    fn capabilities(&mut self, line: &mut Line) {
        let set = self.reader.get(self.found, "capabilities");
        if self.reader.is_unset(&set) {
            return;
        }
        let entries = self.reader.entries(&set);
        let open = entries.open.clone();
        let entries = entries.all();
        for (flag, wanted) in [("--cap-add", true), ("--cap-drop", false)] {
            for (name, entry) in &entries {
                if matches!(entry.value.value, Value::Null) {
                    continue;
                }
                let granted = self.reader.bool(entry);
                let is_other = granted.certain().is_some_and(|granted| *granted != wanted);
                if !is_other {
                    let is_wanted = granted.map(|granted| *granted == wanted);
                    line.switch(&format!("{flag}={name}"), &is_wanted);
                }
            }
        }
        if let Some(why) = open {
            let rest = self.reader.unknown(&set, why);
            line.joined("--cap-add", &rest);
        }
    }

    /// `User=` of the service.
    fn user(&mut self) -> Field<Text> {
        self.podman("user").unwrap_or_else(|| own("root"))
    }

    fn podman(&mut self, option: &str) -> Option<Field<Text>> {
        let found = self.reader.at(self.found, &["podman", option]);
        self.text(&found)
    }

    fn text(&mut self, found: &Found) -> Option<Field<Text>> {
        let is_null = self.reader.is_unset(found) || matches!(found.value.value, Value::Null);
        (!is_null).then(|| self.reader.text(found))
    }

    fn string(&mut self, option: &str) -> Option<Field<Text>> {
        let found = self.reader.get(self.found, option);
        self.text(&found)
    }

    fn switch(&mut self, option: &str, default: bool) -> Field<bool> {
        let found = self.reader.get(self.found, option);
        match self.reader.is_unset(&found) {
            true => Field::default(default),
            false => self.reader.bool(&found),
        }
    }

    fn list(&mut self, option: &str) -> Vec<Field<Text>> {
        self.reader.texts(self.found, option)
    }

    fn one(&mut self, flag: &str, option: &str, line: &mut Line) {
        if let Some(value) = self.string(option) {
            line.option(flag, value);
        }
    }

    fn each(&mut self, flag: &str, option: &str, line: &mut Line) {
        for value in self.list(option) {
            line.option(flag, value);
        }
    }

    /// `NAME=VALUE` of each entry of a set.
    fn pairs(&mut self, flag: &str, option: &str, line: &mut Line) {
        let set = self.reader.get(self.found, option);
        if self.reader.is_unset(&set) {
            return;
        }
        for pair in self.reader.variables(&set) {
            line.option(flag, assignment(&pair));
        }
    }
}
