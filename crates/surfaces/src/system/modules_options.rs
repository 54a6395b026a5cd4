//! Options of any module below `services` that take secrets: told by their names, since nobody knows all modules.

use crate::read::{Found, OptionReader, as_key};
use crate::surface::written_files::of_store_path;
use crate::system::referred::{self, Of};
use crate::vocabulary::text::hole;
use nixpod_eval::{ContextItem, NixString, Value};
use nixpod_model::{EntryName, Field, SecretSlot, SecretValue, StoreRef, Text};
use nixpod_source::Why;

/// Options lie about so deep: `services.authelia.instances.main.secrets.jwtSecretFile`.
const MAX_DEPTH: usize = 5;
/// More options than this below one service are generated.
const MAX_OPTIONS: usize = 400;

/// What the options end in that take the path of a file.
const FILES: [&str; 2] = ["File", "Path"];
/// What their names say besides, in lower case.
const SECRETS: [&str; 12] = [
    "password",
    "pass",
    "secret",
    "token",
    "privatekey",
    "apikey",
    "authkey",
    "accesskey",
    "secretkey",
    "encryptionkey",
    "presharedkey",
    "credential",
];
/// Files of keys that are meant to be seen, or whose secret is none.
const NO_SECRETS: [&str; 4] = ["public", "passive", "path.", "bypass"];

/// What the names of settings end in that take a secret itself, in lower case and without marks.
const LITERALS: [&str; 15] = [
    "accesskey",
    "apikey",
    "authkey",
    "encryptionkey",
    "masterauth",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "presharedkey",
    "privatekey",
    "requirepass",
    "secret",
    "secretkey",
    "token",
];
/// Sets that modules write into a file in the store as they are.
const WRITTEN: [&str; 3] = ["settings", "config", "extraConfig"];

/// Collects them from a system.
pub(super) fn read(reader: &mut OptionReader<'_, '_>, config: &Found, secrets: &mut Vec<SecretValue>) {
    networks(reader, config, secrets);
    let services = reader.option(config, &["services"]);
    if !matches!(services.value.value, Value::Attrs(_)) {
        return;
    }
    users_of_mosquitto(reader, &services, secrets);
    for (name, service) in reader.entries(&services).named {
        let mut walk = Walk {
            secrets,
            left: MAX_OPTIONS,
        };
        let key = as_key(&EntryName::Known(name.as_str().into()));
        walk.options(reader, &service, &format!("services.{key}"), MAX_DEPTH);
    }
}

/// Passwords of wireless networks, which the module writes into a file in the store.
fn networks(reader: &mut OptionReader<'_, '_>, config: &Found, secrets: &mut Vec<SecretValue>) {
    let all = reader.option(config, &["networking", "wireless", "networks"]);
    for (name, network) in reader.entries(&all).named {
        let psk = reader.get(&network, "psk");
        let key = as_key(&EntryName::Known(name.as_str().into()));
        literal(
            reader,
            &psk,
            format!("networking.wireless.networks.{key}.psk"),
            secrets,
        );
    }
}

/// Passwords of users of Mosquitto, whose file is made of one in the store.
fn users_of_mosquitto(reader: &mut OptionReader<'_, '_>, services: &Found, secrets: &mut Vec<SecretValue>) {
    let listeners = reader.at(services, &["mosquitto", "listeners"]);
    for listener in reader.elements(&listeners) {
        let users = reader.get(&listener, "users");
        for (name, user) in reader.entries(&users).named {
            let password = reader.get(&user, "password");
            let key = as_key(&EntryName::Known(name.as_str().into()));
            let path = format!("services.mosquitto.listeners.*.users.{key}.password");
            literal(reader, &password, path, secrets);
        }
    }
}

/// A text that is known as a whole.
fn literal(reader: &mut OptionReader<'_, '_>, option: &Found, path: String, secrets: &mut Vec<SecretValue>) {
    let is_known = matches!(&option.value.value, Value::String(text) if text.hole().is_none());
    if is_known && !reader.is_default(option) {
        let value = reader.text(option);
        let slot = SecretSlot::Credential(path);
        secrets.push(SecretValue { slot, value });
    }
}

fn takes_secret(name: &str, path: &str) -> bool {
    // By this name a set says of which file the value is taken when the service starts.
    if name == "_secret" {
        return false;
    }
    let letters = name.to_ascii_lowercase().replace(['_', '-', '.'], "");
    let is_written = path.split('.').any(|part| WRITTEN.contains(&part));
    let is_of_redis = path.starts_with("services.redis.") && name == "requirePass";
    LITERALS.iter().any(|end| letters.ends_with(end)) && (is_written || is_of_redis)
}

struct Walk<'s> {
    secrets: &'s mut Vec<SecretValue>,
    left: usize,
}

impl Walk<'_> {
    fn options(&mut self, reader: &mut OptionReader<'_, '_>, found: &Found, path: &str, depth: usize) {
        if depth == 0 || reader.is_default(found) || !matches!(found.value.value, Value::Attrs(_)) {
            return;
        }
        for (name, option) in reader.entries(found).named {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            let path = format!("{path}.{}", as_key(&EntryName::Known(name.as_str().into())));
            match &option.value.value {
                _ if name == "initialScript" => {
                    let field = reader.text(&option);
                    let text = of_store_path(reader, field, &option);
                    secrets_of(path, text, self.secrets);
                }
                // A derivation, such as that of `pkgs.writeText`.
                Value::Attrs(_) if takes_secret_file(&name) => {
                    reader.secret(&option, SecretSlot::SecretFile(path), self.secrets);
                }
                Value::Attrs(_) if name == "environment" => {
                    super::secrets::environment(reader, &option, &path, self.secrets);
                }
                Value::Attrs(set) if set.get(reader.ev.common().out_path).is_none() => {
                    self.options(reader, &option, &path, depth - 1);
                }
                Value::String(_) | Value::Path(_) | Value::Either(_) if takes_secret_file(&name) => {
                    reader.secret(&option, SecretSlot::SecretFile(path), self.secrets);
                }
                Value::String(string) if is_read(string) => {
                    reader.secret(&option, SecretSlot::Setting(path), self.secrets);
                }
                Value::String(text) if text.hole().is_none() && takes_secret(&name, &path) => {
                    literal(reader, &option, path, self.secrets);
                }
                Value::Attrs(_) | Value::String(_) => {
                    referred::texts(reader, &option, Of::Other, self.secrets);
                }
                Value::Unknown(unknown) => match content_of(&unknown.why) {
                    Some(file) => self.secrets.push(made_of(reader, &option, path, file)),
                    None => referred::texts(reader, &option, Of::Other, self.secrets),
                },
                _ => {}
            }
        }
    }
}

/// Is something in a text read from a file while Nix evaluates?
fn is_read(string: &NixString) -> bool {
    let mut context = string.context.iter().flat_map(|context| context.iter());
    context.any(|item| matches!(item, ContextItem::Read { .. }))
}

/// The file of whose content something is made that is not known.
fn content_of(why: &Why) -> Option<&str> {
    match why {
        Why::Content(file) => Some(file),
        _ => None,
    }
}

/// An option that is made of the content of a file, as by `fromJSON`.
fn made_of(reader: &mut OptionReader<'_, '_>, option: &Found, path: String, file: &str) -> SecretValue {
    let origin = reader.place_of(option);
    let mut text = hole(Why::named("what is in the file"), origin.clone());
    text.context.push(StoreRef::Read {
        path: file.to_owned(),
        origin: origin.clone(),
        encrypted: false,
    });
    SecretValue {
        slot: SecretSlot::Setting(path),
        value: Field::set(text, origin),
    }
}

/// The text of a script that a service is given.
fn secrets_of(option: String, text: Field<Text>, secrets: &mut Vec<SecretValue>) {
    if text.value().is_some() {
        secrets.push(SecretValue {
            slot: SecretSlot::WrittenFile(option),
            value: text,
        });
    }
}

fn takes_secret_file(name: &str) -> bool {
    let Some(stem) = FILES.iter().find_map(|end| name.strip_suffix(end)) else {
        return false;
    };
    let stem = stem.to_ascii_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| stem.ends_with(word));
    (ends(&SECRETS) || ends(&["passwords", "secrets", "tokens", "credentials"]))
        && !NO_SECRETS.iter().any(|word| stem.contains(word))
}
