//! Containers of Podman, written in each of the places where they are written.

use super::quoting::{nix, nix_lines, nix_list, shell, systemd};
use super::settings::{Flag, Settings, settings};
use super::spec::{IMAGE, REPORT, Runner, Spec};
use crate::random::Random;
use std::fmt::Write as _;

/// Where a container is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Oci,
    Quadlet,
    Home,
    Script,
    Exec,
}

pub(super) fn spec(runner: Runner, number: u64, random: &mut Random) -> Spec {
    let rootless = runner == Runner::Rootless;
    let places: &[Where] = match rootless {
        true => &[
            Where::Home,
            Where::Home,
            Where::Oci,
            Where::Quadlet,
            Where::Script,
        ],
        false => &[Where::Oci, Where::Oci, Where::Quadlet, Where::Script, Where::Exec],
    };
    let place = *random.of(places);
    let settings = settings(random, rootless);
    written(runner, number, place, &settings, random)
}

fn written(runner: Runner, number: u64, place: Where, settings: &Settings, random: &mut Random) -> Spec {
    let rootless = runner == Runner::Rootless;
    let mut line = None;
    let mut text = match place {
        Where::Oci => oci(settings, rootless, random),
        Where::Quadlet => {
            let unit = nix_lines(&quadlet(settings, random));
            match rootless {
                false => format!("environment.etc.\"containers/systemd/c.container\".text = {unit};\n"),
                true => of_home(&format!(
                    "xdg.configFile.\"containers/systemd/c.container\".text = {unit};\n"
                )),
            }
        }
        Where::Home => of_home(&home(settings, random)),
        Where::Script => {
            let (before, command) = script(settings, random);
            let run = format!("{before}{command}");
            let kind = if rootless { "user." } else { "" };
            let text = format!("systemd.{kind}services.c.script = {};\n", nix_lines(&run));
            line = Some(run);
            text
        }
        Where::Exec => {
            let command = words(settings, random, systemd).join(" ");
            let command = format!("/run/current-system/sw/bin/podman run --rm {command} {IMAGE} {REPORT}");
            format!(
                "systemd.services.c.serviceConfig.ExecStart = {};\n",
                nix(&command)
            )
        }
    };
    let mut files = Vec::new();
    if !settings.conf.is_empty() {
        let mut toml = "[containers]\n".to_owned();
        for (name, in_nix, in_toml) in &settings.conf {
            let _ = writeln!(
                text,
                "virtualisation.containers.containersConf.settings.containers.{name} = {in_nix};"
            );
            let _ = writeln!(toml, "{name} = {in_toml}");
        }
        files.push(("/etc/containers/containers.conf.d/spec.conf", toml));
    }
    Spec {
        runner,
        number,
        nix: text,
        shell: line,
        files,
    }
}

/// The same in the home of the user that runs rootless containers.
fn of_home(text: &str) -> String {
    format!("home-manager.users.lab = {{\n{text}}};\n")
}

/// `virtualisation.oci-containers`: some options have a place of their own, and may be among the others as well.
fn oci(settings: &Settings, rootless: bool, random: &mut Random) -> String {
    let mut lists: [(&str, &str, Vec<String>); 3] = [
        ("volume", "volumes", Vec::new()),
        ("device", "devices", Vec::new()),
        ("network", "networks", Vec::new()),
    ];
    let (mut lines, mut extra) = (String::new(), Vec::new());
    let mut known: Vec<&str> = Vec::new();
    for flag in &settings.flags {
        let value = flag.value.clone().unwrap_or_default();
        let once = !known.contains(&flag.name);
        let typed = random.chance(50) && once;
        if typed && let Some((.., list)) = lists.iter_mut().find(|list| list.0 == flag.name) {
            list.push(value);
            continue;
        }
        match (flag.name, typed) {
            ("cap-add" | "cap-drop", true) => {
                let granted = flag.name == "cap-add";
                for name in value.split(',') {
                    // The same name twice in one set is no Nix.
                    let key = format!("capabilities.{} =", nix(name));
                    match lines.contains(&key) {
                        true => extra.push(format!("--{}={name}", flag.name)),
                        false => {
                            let _ = writeln!(lines, "  {key} {granted};");
                        }
                    }
                }
            }
            ("user" | "hostname" | "workdir", true) => {
                let _ = writeln!(lines, "  {} = {};", flag.name, nix(&value));
            }
            ("env" | "label", true) => {
                let (name, text) = value.split_once('=').unwrap_or((&value, ""));
                let option = match flag.name {
                    "env" => "environment",
                    _ => "labels",
                };
                let _ = writeln!(lines, "  {option}.{} = {};", nix(name), nix(text));
            }
            ("privileged", true) => {
                let _ = writeln!(lines, "  privileged = {};", is_on(&value));
            }
            _ => extra.extend(option(flag, random)),
        }
        known.push(flag.name);
    }
    for (_, name, list) in lists.iter().filter(|(.., list)| !list.is_empty()) {
        let _ = writeln!(lines, "  {name} = {};", nix_list(list));
    }
    if !extra.is_empty() {
        let _ = writeln!(lines, "  extraOptions = {};", nix_list(&extra));
    }
    let user = match rootless {
        true => "  podman.user = \"lab\";\n",
        false => "",
    };
    format!(
        "virtualisation.oci-containers.containers.c = {{\n  image = \"{IMAGE}\";\n  cmd = [ \"{REPORT}\" ];\n{user}{lines}}};\n"
    )
}

/// What a switch is set to.
fn is_on(value: &str) -> bool {
    !matches!(value, "false" | "0" | "F")
}

/// An option as words.
fn option(flag: &Flag, random: &mut Random) -> Vec<String> {
    const SHORT: &[(&str, &str)] = &[
        ("volume", "-v"),
        ("env", "-e"),
        ("user", "-u"),
        ("workdir", "-w"),
        ("hostname", "-h"),
        ("interactive", "-i"),
        ("label", "-l"),
    ];
    let short = SHORT.iter().find(|(name, _)| *name == flag.name);
    let short = short.filter(|_| random.chance(40)).map(|(_, short)| *short);
    let name = format!("--{}", flag.name);
    match (&flag.value, short) {
        (None, Some(short)) => vec![short.to_owned()],
        (None, None) => vec![name],
        (Some(value), Some(short)) => match random.below(3) {
            0 if !value.is_empty() => vec![format!("{short}{value}")],
            1 => vec![format!("{short}={value}")],
            _ => vec![short.to_owned(), value.clone()],
        },
        // A switch has a value only behind the sign.
        (Some(value), None) if matches!(flag.name, "privileged" | "read-only") => {
            vec![format!("{name}={value}")]
        }
        (Some(value), None) => match random.chance(50) {
            true => vec![format!("{name}={value}")],
            false => vec![name, value.clone()],
        },
    }
}

/// All options as words, each quoted.
fn words(settings: &Settings, random: &mut Random, quote: fn(&str, &mut Random) -> String) -> Vec<String> {
    let mut out = Vec::new();
    for flag in &settings.flags {
        for word in option(flag, random) {
            out.push(quote(&word, random));
        }
    }
    out
}

/// Lines of a shell: what stands before the command, and the command.
fn script(settings: &Settings, random: &mut Random) -> (String, String) {
    let options = words(settings, random, shell);
    let (mut before, mut command) = (String::new(), "podman run --rm".to_owned());
    match random.below(8) {
        0 if !options.is_empty() => {
            let _ = writeln!(before, "args=({})", options.join(" "));
            command.push_str(" \"${args[@]}\"");
        }
        1 => {
            let _ = writeln!(before, "extra=--cap-add=SYS_TIME\nname='x y'");
            let _ = write!(command, " $extra --label \"n=$name\"");
            for word in options {
                command.push(' ');
                command.push_str(&word);
            }
        }
        _ => {
            for word in options {
                command.push_str(if random.chance(30) { " \\\n  " } else { " " });
                command.push_str(&word);
            }
        }
    }
    (before, format!("{command} {IMAGE} {REPORT}\n"))
}

/// Home Manager's `services.podman`.
fn home(settings: &Settings, random: &mut Random) -> String {
    const LISTS: &[(&str, &str)] = &[
        ("cap-add", "addCapabilities"),
        ("cap-drop", "dropCapabilities"),
        ("device", "devices"),
        ("volume", "volumes"),
        ("network", "network"),
    ];
    let (mut lists, mut lines, mut extra): (Vec<(&str, Vec<String>)>, _, _) =
        (Vec::new(), String::new(), Vec::new());
    for flag in &settings.flags {
        let value = flag.value.clone().unwrap_or_default();
        let typed = random.chance(60);
        if typed && let Some((_, name)) = LISTS.iter().find(|(name, _)| *name == flag.name) {
            match lists.iter_mut().find(|(known, _)| known == name) {
                Some((_, list)) => list.push(value),
                None => lists.push((name, vec![value])),
            }
            continue;
        }
        match flag.name {
            "env" if typed && !lines.contains("environment") => {
                let (name, text) = value.split_once('=').unwrap_or((&value, ""));
                let _ = writeln!(lines, "  environment.{} = {};", nix(name), nix(text));
            }
            "userns" if typed => {
                let _ = writeln!(lines, "  userNS = {};", nix(&value));
            }
            "user" if typed && !value.contains(':') => {
                let _ = writeln!(lines, "  user = {};", nix(&value));
            }
            "read-only" if typed => {
                let _ = writeln!(lines, "  extraConfig.Container.ReadOnly = {};", is_on(&value));
            }
            "hostname" if typed => {
                let _ = writeln!(lines, "  extraConfig.Container.HostName = {};", nix(&value));
            }
            "security-opt" if value == "no-new-privileges" && typed && !lines.contains("NoNew") => {
                lines.push_str("  extraConfig.Container.NoNewPrivileges = true;\n");
            }
            _ => {
                let options: Vec<String> = option(flag, random)
                    .iter()
                    .map(|word| systemd(word, random))
                    .collect();
                match random.chance(50) {
                    true => extra.push(options.join(" ")),
                    false => extra.extend(options),
                }
            }
        }
    }
    for (name, list) in &lists {
        let _ = writeln!(lines, "  {name} = {};", nix_list(list));
    }
    if !extra.is_empty() {
        let _ = writeln!(lines, "  extraPodmanArgs = {};", nix_list(&extra));
    }
    format!(
        "services.podman.enable = true;\nservices.podman.containers.c = {{\n  image = \"{IMAGE}\";\n  exec = \"{REPORT}\";\n{lines}}};\n"
    )
}

/// The unit that Podman's generator reads.
fn quadlet(settings: &Settings, random: &mut Random) -> String {
    let mut out = format!("[Container]\nImage={IMAGE}\nExec={REPORT}\n");
    for flag in &settings.flags {
        let value = flag.value.clone().unwrap_or_default();
        let typed = random.chance(65);
        if typed && let Some(line) = key(flag, &value, random) {
            // An empty assignment takes back all that was said before.
            if flag.name == "cap-add" && random.chance(25) {
                out.push_str("AddCapability=SYS_BOOT\nAddCapability=\n");
            }
            if flag.name == "volume" && random.chance(15) && !out.contains("Volume=") {
                out.push_str("Volume=/lab/src/b:/m2\nVolume=\n");
            }
            out.push_str(&line);
            out.push('\n');
            continue;
        }
        let words: Vec<String> = option(flag, random)
            .iter()
            .map(|word| systemd(word, random))
            .collect();
        let _ = writeln!(out, "PodmanArgs={}", words.join(" "));
    }
    out
}

/// The key of an option, if it has one.
fn key(flag: &Flag, value: &str, random: &mut Random) -> Option<String> {
    let raw = value.replace('%', "%%");
    let on = is_on(value);
    Some(match flag.name {
        "cap-add" => format!("AddCapability={}", raw.replace(',', " ")),
        "cap-drop" => format!("DropCapability={raw}"),
        "volume" => format!("Volume={raw}"),
        "tmpfs" => format!("Tmpfs={raw}"),
        "mount" => format!("Mount={}", systemd(value, random)),
        "device" => format!("AddDevice={raw}"),
        "network" => format!("Network={raw}"),
        "env" => format!("Environment={}", systemd(value, random)),
        "label" => format!("Label={}", systemd(value, random)),
        "user" if !value.contains(':') => format!("User={raw}"),
        "userns" => format!("UserNS={raw}"),
        "uidmap" => format!("UIDMap={raw}"),
        "gidmap" => format!("GIDMap={raw}"),
        "read-only" => format!("ReadOnly={on}"),
        "hostname" => format!("HostName={raw}"),
        "sysctl" => format!("Sysctl={raw}"),
        "security-opt" => match value.split_once(['=', ':']) {
            None => "NoNewPrivileges=true".to_owned(),
            Some(("no-new-privileges", on)) => format!("NoNewPrivileges={on}"),
            Some(("seccomp", profile)) => format!("SeccompProfile={profile}"),
            Some(("label", "disable")) => "SecurityLabelDisable=true".to_owned(),
            Some(("mask", path)) => format!("Mask={path}"),
            Some(("unmask", path)) => format!("Unmask={path}"),
            Some(_) => return None,
        },
        _ => return None,
    })
}
