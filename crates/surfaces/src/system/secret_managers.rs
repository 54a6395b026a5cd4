//! What sops-nix, agenix and colmena are told: which files they make, with which mode, and by which keys.

use crate::read::{Found, OptionReader, as_key};
use nixpod_eval::Value;
use nixpod_model::{EntryName, Field, ManagedSecret, SecretSlot, System, Text};

/// Sets of files that are made at run time, and the options of an entry that are its mode, and its owner by name or number.
const MADE: [(&[&str], &str, [&str; 2]); 4] = [
    (&["age", "secrets"], "mode", ["owner", "owner"]),
    (&["sops", "secrets"], "mode", ["owner", "uid"]),
    (&["sops", "templates"], "mode", ["owner", "uid"]),
    (&["deployment", "keys"], "permissions", ["user", "user"]),
];

/// Keys that decrypt, by option: one path, or a list of them.
const KEYS: [&[&str]; 4] = [
    &["age", "identityPaths"],
    &["sops", "age", "keyFile"],
    &["sops", "age", "sshKeyPaths"],
    &["sops", "gnupg", "sshKeyPaths"],
];

/// Reads them into a system.
pub(super) fn read(reader: &mut OptionReader<'_, '_>, config: &Found, system: &mut System) {
    for (path, option, owners) in MADE {
        let all = reader.option(config, path);
        for (name, made) in reader.entries(&all).named {
            let key = as_key(&EntryName::Known(name.as_str().into()));
            let declared = format!("{}.{key}", path.join("."));
            let mut said = |option: &str| {
                let said = reader.get(&made, option);
                let is_said = reader.is_written(&said) && !matches!(said.value.value, Value::Null);
                is_said.then(|| reader.text(&said))
            };
            let [by_name, by_number] = owners;
            system.managed_secrets.push(ManagedSecret {
                option: declared.clone(),
                line: None,
                mode: said(option),
                owner: said(by_name).or_else(|| said(by_number)),
                group: said("group").or_else(|| said("gid")),
            });
            // The store has the template, and the file that is made of it has the secrets in place of their names.
            if path == ["sops", "templates"] {
                let content = reader.get(&made, "content");
                let slot = SecretSlot::WrittenFile(declared);
                reader.secret(&content, slot, &mut system.secrets);
            }
        }
    }
    for path in KEYS {
        let found = reader.option(config, path);
        if reader.is_unset(&found) || reader.is_default(&found) {
            continue;
        }
        let named = match &found.value.value {
            Value::Null => continue,
            Value::List(_) | Value::Either(_) => reader.elements(&found),
            _ => vec![found],
        };
        for key in named {
            let slot = SecretSlot::SecretFile(path.join("."));
            reader.secret(&key, slot, &mut system.secrets);
            let key: Field<Text> = reader.text(&key);
            system.decryption_keys.push(key);
        }
    }
}
