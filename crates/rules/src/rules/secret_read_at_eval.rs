//! secret-read-at-eval

use crate::about::secrets::{announced_by, is_of_variables, is_public, is_secret_name, is_sure_name};
use crate::about::words::{inside, name};
use nixpod_analysis::{Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Field, SecretSlot, StoreRef, System, Text, TextPart};
use nixpod_source::Why;

declare_rule! {
    /// ## What it flags
    /// A secret that Nix reads while it evaluates: `readFile` of a file with a secret, of the path of a secret of sops-nix or
    /// agenix, also where it becomes a setting of a service (`services.x.settings.password`) or goes through `fromJSON`, and `getEnv` for a variable that is a password, token or key by its name.
    /// ## Why
    /// What Nix reads becomes a part of what it makes: the text is in the Nix store, where every user and every container of
    /// the host can read it. That the file itself is private, or does not even exist when another machine builds, changes
    /// nothing. In a flake no variable is read: the secret is then empty.
    /// ## Bad
    /// ```nix
    /// { config, ... }: {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/postgres:17";
    ///     environment.POSTGRES_PASSWORD = builtins.readFile config.age.secrets.db.path;
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// { config, ... }: {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/postgres:17";
    ///     environment.POSTGRES_PASSWORD_FILE = "/run/secrets/db";
    ///     volumes = [ "${config.age.secrets.db.path}:/run/secrets/db:ro" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: the secret has to be read when the container starts, and to be changed.
    pub static RULE = {
        id: "secret-read-at-eval",
        summary: "secret that Nix reads, and so puts into the store",
        severity: High,
        group: Secrets,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&["store-copies-are-readable", "store-is-open-in-guests"]),
        controls: Controls::Cover(&[Control::Attack("T1552.001")]),
        stakes: [Account x Command, Account x Step],
        attack: Attack::Typed {
            experiment: "store-is-open-in-guests",
            command: "cat /nix/store/*secret.env",
            gives: "the secret, by every user of the host and in every guest",
        },
        check: Both(check_container, check_system),
    }
}

const HELP: &str = "Everybody on the host, and in its NixOS containers, can read the Nix store. Give the path to what reads the \
    file when it runs: an environment file, a bind, `LoadCredential`. Change the secret.";

fn check_container(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let who = name(container);
    let in_flake = ctx.host(container).in_flake;
    for field in &container.environment {
        if let Some(variable) = field.value() {
            let announced = announced_by(&variable.name).is_some();
            let what = format!("`{}` of {who}", variable.name);
            check_text(field, &variable.value, &what, announced, sink);
            check_variable(field, &variable.value, &what, announced, in_flake, sink);
        }
    }
    let words = container.command.iter();
    for field in words.chain(container.flags.iter().map(|flag| &flag.word)) {
        let Some(text) = field.value() else { continue };
        let is_variable = ["-e", "--env", "--setenv", "-E"];
        if !is_variable.iter().any(|flag| text.pattern().starts_with(flag)) {
            check_text(field, text, &who, false, sink);
        }
    }
    let files = container.environment_files.iter();
    for field in files {
        if let Some(text) = field.value() {
            check_written(field, text, &who, sink);
        }
    }
    for field in &container.mounts {
        if let Some(mount) = field.value() {
            check_written(field, &mount.source, &who, sink);
        }
    }
}

/// Files that Nix writes of what it reads.
fn check_written<T>(field: &Field<T>, text: &Text, who: &str, sink: &mut Sink) {
    for context in &text.context {
        if let StoreRef::Written { name, text, .. } = context {
            check_text(field, text, &format!("the file `{name}` of {who}"), false, sink);
        }
    }
}

fn check_system(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let place = inside(ctx, system);
    let in_flake = ctx.world.host(&system.host).in_flake;
    for secret in &system.secrets {
        let field = &secret.value;
        let Some(text) = field.value() else { continue };
        let (what, announced) = match &secret.slot {
            SecretSlot::Password(user, option) | SecretSlot::HashedPassword(user, option) => {
                (format!("`{option}` of user `{user}`{place}"), true)
            }
            SecretSlot::Environment { variable, .. } => (
                format!("the variable `{variable}`{place}"),
                announced_by(variable).is_some(),
            ),
            SecretSlot::Setting(option) => {
                let name = option.rsplit('.').next().unwrap_or_default();
                (format!("`{option}`{place}"), announced_by(name).is_some())
            }
            SecretSlot::UnitCredential(id) => (format!("the credential `{id}`{place}"), true),
            SecretSlot::Credential(option) | SecretSlot::SecretFile(option) => {
                (format!("`{option}`{place}"), true)
            }
            SecretSlot::Script(option) => (format!("`{option}`{place}"), false),
            SecretSlot::WrittenFile(file) | SecretSlot::Unit(file) | SecretSlot::File(file) => {
                (format!("the file `{file}`{place}"), false)
            }
        };
        check_text(field, text, &what, announced, sink);
        check_variable(field, text, &what, announced, in_flake, sink);
    }
}

fn check_text<T>(field: &Field<T>, text: &Text, what: &str, announced: bool, sink: &mut Sink) {
    for context in &text.context {
        let StoreRef::Read {
            path,
            origin,
            encrypted: false,
        } = context
        else {
            continue;
        };
        let of_manager = is_of_manager(path);
        if is_public(path) || !(announced || of_manager || is_of_variables(path) || is_secret_name(path)) {
            continue;
        }
        sink.hide(field, text, (0, text.pattern().len()), false);
        let confidence = match announced || of_manager || is_sure_name(path) {
            true => Confidence::High,
            false => Confidence::Medium,
        };
        let origin = match origin.hops.is_empty() {
            true => &field.origin,
            false => origin,
        };
        sink.report_at(origin, format!("{what} is read from `{path}` into the Nix store"))
            .depends_on(field)
            .at_most(confidence, "only the name of the file says that it is a secret")
            .related(&field.origin, "it gets into the store here")
            .help(HELP);
    }
}

/// A file that a manager of secrets makes at run time, by its path or by the name of the option that has it.
fn is_of_manager(path: &str) -> bool {
    const PLACES: [&str; 4] = ["/run/secrets", "/run/agenix", "/run/keys/", "/run/credentials/"];
    let option = path.strip_prefix("config.").unwrap_or(path);
    PLACES.iter().any(|place| path.starts_with(place))
        || (option.starts_with("age.") || option.starts_with("sops.")) && option.ends_with(".path")
}

/// `getEnv`.
fn check_variable<T>(
    field: &Field<T>,
    text: &Text,
    what: &str,
    announced: bool,
    in_flake: bool,
    sink: &mut Sink,
) {
    let read = text.parts.iter().find_map(|part| match part {
        TextPart::Hole {
            why: Why::Impure(what),
            origin,
        } => Some((what.strip_prefix("the environment variable ")?, origin)),
        _ => None,
    });
    let Some((variable, origin)) = read.filter(|_| announced) else {
        return;
    };
    let origin = match origin.hops.is_empty() {
        true => &field.origin,
        false => origin,
    };
    let (message, severity) = match in_flake {
        true => (
            format!("{what} is empty: in a flake Nix reads no variable such as `{variable}`"),
            Severity::Medium,
        ),
        false => (
            format!("{what} is read from the variable `{variable}` into the Nix store"),
            Severity::High,
        ),
    };
    sink.report_at(origin, message)
        .severity(severity)
        .depends_on(field)
        .help(HELP);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn secrets_of_managers_and_of_the_checkout() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.oci-containers.containers.db = {
    image = "a:1";
    environment.DB = builtins.readFile config.age.secrets.db.path;
              # ^^ high: `DB` of `db` is read from `age.secrets.db.path` into the Nix store
    environment.TOKEN = builtins.readFile "/run/agenix/token";
                                        # ^^^^^^^^^^^^^^^^^^^ high: `TOKEN` of `db` is read from `/run/agenix/token` into the Nix store
    environment.API_KEY = builtins.readFile ./token;
                                          # ^^^^^^^ high: `API_KEY` of `db` is read from `./token` into the Nix store
    environment.SMTP_PASSWORD = builtins.getEnv "SMTP_PASSWORD";
              # ^^^^^^^^^^^^^ high: `SMTP_PASSWORD` of `db` is read from the variable `SMTP_PASSWORD` into the Nix store
  };
}
#- /token
plum-cartwheel-41
"#,
        );
    }

    /// What the module of a service is told ends in a file that it writes.
    #[test]
    fn settings_of_services() {
        check(
            &RULE,
            r#"
{ config, lib, ... }: {
  services.ledger.settings.db.password = builtins.readFile ./pw;
                                                         # ^^^^ high: `services.ledger.settings.db.password` is read from `./pw` into the Nix store
  services.ledger.settings.token = lib.fileContents ./token;
                                                  # ^^^^^^^ high: `services.ledger.settings.token` is read from `./token` into the Nix store
  services.ledger.settings.motto = builtins.readFile ./pw;
  services.ledger.config = builtins.readFile ./ledger.conf;
  services.ledger.publicKey = builtins.readFile ./cache.public.key;
}
#- /pw
quince-harbour-58
#- /token
quince-harbour-59
#- /ledger.conf
a
#- /cache.public.key
b
"#,
        );
        // Without anything that is read, a file that no host imports is not looked at because of its services.
        check_none(
            &RULE,
            "{ services.ledger.settings.password = \"/run/secrets/pw\"; }\n",
        );
    }

    #[test]
    fn what_is_no_secret() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.oci-containers.containers.db = {
    image = "a:1";
    environment.MOTTO = builtins.readFile ./motto.txt;
    environment.SIGNING_KEY = builtins.readFile ./signing.pub;
    environment.EDITOR = builtins.getEnv "EDITOR";
    environment.DB_PASSWORD_FILE = config.age.secrets.db.path;
  };
  users.users.root.openssh.authorizedKeys.keys = [ (builtins.readFile ./id.pub) ];
}
#- /motto.txt
a
#- /signing.pub
b
#- /id.pub
ssh-ed25519 AAAA
"#,
        );
    }
}
