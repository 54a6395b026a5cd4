//! Paths that the systems have for which images and guides are written, and that NixOS has not.

use crate::read::{Found, OptionReader};
use crate::system::switches::activation_script;

/// They, and the entry of `environment.etc` that would make one.
const PATHS: [(&str, Option<&str>); 4] = [
    ("/etc/timezone", Some("timezone")),
    ("/lib/modules", None),
    ("/usr/share", None),
    ("/usr/src", None),
];

/// Those that nothing makes: no file of `environment.etc`, line for systemd-tmpfiles, script of the activation or file system.
pub(super) fn read(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<&'static str> {
    if activation_script(reader, config, names_one).is_some() {
        return Vec::new();
    }
    let rules = reader.option(config, &["systemd", "tmpfiles"]);
    for list in ["rules", "settings"] {
        let said = reader.get(&rules, list);
        if !reader.is_written(&said) {
            continue;
        }
        let is_one = match list {
            "rules" => {
                let rules = reader.elements(&said);
                rules.iter().any(|rule| reader.may_say(&rule.value, names_one))
            }
            _ => {
                let groups = reader.entries(&said).named;
                let mut groups = groups.iter();
                groups.any(|(_, group)| !reader.entries_called(group, &names_one).is_empty())
            }
        };
        if is_one {
            return Vec::new();
        }
    }
    let systems = reader.option(config, &["fileSystems"]);
    let is_mount = |path: &str| path.starts_with("/usr") || path.starts_with("/lib");
    if reader.is_written(&systems) && !reader.entries_called(&systems, &is_mount).is_empty() {
        return Vec::new();
    }
    let files = reader.option(config, &["environment", "etc"]);
    let made = { PATHS.iter() }.filter(|(_, entry)| match entry {
        Some(entry) => {
            let file = reader.get(&files, entry);
            !reader.is_written(&file)
        }
        None => true,
    });
    made.map(|(path, _)| *path).collect()
}

fn names_one(text: &str) -> bool {
    PATHS.iter().any(|(path, _)| text.contains(path))
}
