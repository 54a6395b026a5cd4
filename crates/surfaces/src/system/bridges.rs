//! The bridges that options of a system make, and whether something else may make one.

use crate::read::{Found, OptionReader};
use crate::system::switches::activation_script;
use nixpod_eval::Value;
use nixpod_model::{Field, System};
use nixpod_source::Why;

/// Options of a service that are lines of a shell.
const LINES: [&[&str]; 6] = [
    &["script"],
    &["preStart"],
    &["postStart"],
    &["serviceConfig", "ExecStart"],
    &["serviceConfig", "ExecStartPre"],
    &["serviceConfig", "ExecStartPost"],
];

/// Programs that set up networks by what is not read here.
const OTHERS: [&[&str]; 5] = [
    &["networking", "networkmanager", "ensureProfiles"],
    &["networking", "vswitches"],
    &["networking", "localCommands"],
    &["systemd", "packages"],
    &["systemd", "units"],
];

pub(super) fn read(reader: &mut OptionReader<'_, '_>, config: &Found, system: &mut System) {
    system.bridges_known = true;
    let bridges = reader.option(config, &["networking", "bridges"]);
    let devices = reader.option(config, &["systemd", "network", "netdevs"]);
    for (set, own, name) in [
        (bridges, "networking.bridges", None),
        (devices, "systemd.network.netdevs", Some(["netdevConfig", "Name"])),
    ] {
        if reader.is_unset(&set) || reader.is_default(&set) {
            continue;
        }
        let entries = reader.entries(&set);
        // That nobody defines it as a whole is no gap.
        let is_open = { entries.open.iter() }
            .any(|why| !matches!(why, Why::UnsetOption(unset) if unset.starts_with(own)));
        system.bridges_known &= entries.templates.is_empty() && !is_open;
        for (key, found) in entries.named {
            let field = match name {
                None => Field::set(key, reader.key_origin(&found)),
                Some(path) => {
                    let said = reader.at(&found, &path);
                    reader.string(&said)
                }
            };
            system.bridges_known &= field.value().is_some();
            system.bridges.push(field);
        }
    }
    system.bridges_known &= !may_make_others(reader, config);
}

fn may_make_others(reader: &mut OptionReader<'_, '_>, config: &Found) -> bool {
    for path in OTHERS {
        let found = reader.option(config, path);
        if reader.is_written(&found)
            || matches!(&found.value.value, Value::Unknown(_)) && !reader.is_unset(&found)
        {
            return true;
        }
    }
    let files = reader.option(config, &["environment", "etc"]);
    if reader.is_written(&files) {
        let entries = reader.entries_called(&files, &|name| {
            ["systemd/network", "NetworkManager"]
                .iter()
                .any(|folder| name.starts_with(folder))
        });
        if !entries.is_empty() {
            return true;
        }
    }
    if activation_script(reader, config, sets_up_links).is_some() {
        return true;
    }
    let services = reader.option(config, &["systemd", "services"]);
    if reader.is_unset(&services) {
        return false;
    }
    for (_, service) in reader.entries(&services).named {
        for path in LINES {
            let line = reader.at(&service, path);
            if !reader.is_written(&line) {
                continue;
            }
            let lines = match &line.value.value {
                Value::List(_) => reader.elements(&line),
                _ => vec![line],
            };
            for line in lines {
                if matches!(line.value.value, Value::Unknown(_)) || reader.may_say(&line.value, sets_up_links)
                {
                    return true;
                }
            }
        }
    }
    false
}

/// May a line make a bridge, or start something that does?
fn sets_up_links(text: &str) -> bool {
    [
        "ip link",
        "ip l ",
        "/ip ",
        "brctl",
        "bridge",
        "ovs-",
        "networkctl",
        "nmcli",
        "virsh",
    ]
    .iter()
    .any(|word| text.contains(word))
}
