//! secret-file-in-store

use crate::about::secrets::announced_by;
use crate::about::words::{inside, name};
use nixpod_analysis::{Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Field, SecretSlot, StoreRef, System, Text, Written};
use nixpod_source::Origin;

declare_rule! {
    /// ## What it flags
    /// Files with secrets that get into the Nix store: a path literal that is interpolated or given to an option whose
    /// module copies it (`"${./secrets.env}"`, `tls.key = ./key.pem`), the content of one that is read at evaluation
    /// (`readFile`), and in a flake any environment file named by a path literal. Files that are encrypted on purpose
    /// (age, sops, GnuPG), public keys, certificates and examples are fine.
    /// ## Why
    /// Interpolating a path copies the file into the store, where every user and every container of the host can read
    /// it. In a flake the whole tracked tree is in the store already. Outside a flake an environment file given as a
    /// path literal is not copied, but the service then reads it from the checkout.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/postgres:17";
    ///     volumes = [ "${./db-password.txt}:/run/password:ro" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// { config, ... }: {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/postgres:17";
    ///     volumes = [ "${./postgresql.conf}:/etc/postgresql.conf:ro" ];
    ///     environmentFiles = [ config.age.secrets.db.path ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: the secret has to move to a secret manager, and to be changed.
    pub static RULE = {
        id: "secret-file-in-store",
        summary: "file with a secret that gets into the Nix store",
        severity: High,
        group: Secrets,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "store-copies-are-readable",
            "store-not-copied",
            "store-is-open-in-guests",
        ]),
        controls: Controls::Cover(&[Control::Attack("T1552.001")]),
        stakes: [Account x Command, Account x Step, Account x Weakness],
        attack: Attack::Typed {
            experiment: "store-is-open-in-guests",
            command: "cat /nix/store/*secret.env",
            gives: "the secret, in every guest and for every user of the host",
        },
        check: Both(check_container, check_system),
    }
}

const COPIED_HELP: &str = "Everybody on the host, and in its NixOS containers, can read the Nix store. Name the file by a path \
    that exists at run time, such as one of sops-nix or agenix, as a string, and change the secret.";
const CHECKOUT_HELP: &str = "The file is not copied, but the service fails when the checkout moves, and the secret is \
    one `git add` from the repository. Use a path of sops-nix or agenix, or a string below /run/secrets.";

fn check_container(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let who = name(container);
    for field in &container.environment {
        let Some(variable) = field.value() else {
            continue;
        };
        let announced = announced_by(&variable.name).is_some();
        let user = format!("`{}` of {who}", variable.name);
        check_text(field, &variable.value, &user, announced, sink);
    }
    for field in &container.mounts {
        if let Some(mount) = field.value() {
            check_text(field, &mount.source, &who, false, sink);
        }
    }
    for field in container
        .command
        .iter()
        .chain(container.flags.iter().map(|flag| &flag.word))
    {
        // Flags are read into the facts above too, so only what carries no such fact is left for this loop.
        let Some(text) = field.value() else {
            continue;
        };
        if container.flags.is_empty() || !is_flag_of_a_fact(&text.pattern()) {
            check_text(field, text, &who, false, sink);
        }
    }
    let in_flake = ctx.host(container).in_flake;
    for field in &container.environment_files {
        let Some(field) = field.written() else {
            continue;
        };
        let text = field.get();
        check_text(&field, text, &who, true, sink);
        check_environment_file(field, text, &who, in_flake, sink);
    }
}

/// Files with variables that are read from where the configuration lies.
fn check_environment_file<T>(field: Written<'_, T>, text: &Text, who: &str, in_flake: bool, sink: &mut Sink) {
    for context in &text.context {
        let StoreRef::Path { path, encrypted, .. } = context else {
            continue;
        };
        // A path elsewhere, such as one below /run, is neither in the flake nor in the checkout.
        if *encrypted || is_public(path) || path.starts_with('/') {
            continue;
        }
        let (severity, message, help) = if in_flake {
            (
                if is_secret_name(path) {
                    Severity::High
                } else {
                    Severity::Medium
                },
                format!(
                    "{who} reads the committed file `{path}`, which is in the Nix store with the whole flake"
                ),
                COPIED_HELP,
            )
        } else {
            (
                Severity::Low,
                format!("{who} reads its environment `{path}` from your checkout"),
                CHECKOUT_HELP,
            )
        };
        sink.report(field, message).severity(severity).help(help);
    }
}

/// Flags whose value is also a mount, a variable or a file of variables.
fn is_flag_of_a_fact(word: &str) -> bool {
    [
        "-v", "--volume", "--mount", "-e", "--env", "--bind", "--setenv", "-E",
    ]
    .iter()
    .any(|flag| word.starts_with(flag))
}

fn check_system(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let place = inside(ctx, system);
    let in_flake = ctx.world.host(&system.host).in_flake;
    for secret in &system.secrets {
        let Some(field) = secret.value.written() else {
            continue;
        };
        let text = field.get();
        match &secret.slot {
            SecretSlot::SecretFile(option) => {
                check_text(&field, text, &format!("`{option}`{place}"), true, sink);
                for context in &text.context {
                    if let StoreRef::Path {
                        path,
                        encrypted: false,
                        ..
                    } = context
                        && in_flake
                        && !path.starts_with('/')
                        && !is_public(path)
                    {
                        sink.report(
                            field,
                            format!("`{option}`{place} names `{path}`, which is in the Nix store with the whole flake"),
                        )
                        .help(COPIED_HELP);
                    }
                }
            }
            SecretSlot::Password(user, option) | SecretSlot::HashedPassword(user, option) => {
                check_text(
                    &field,
                    text,
                    &format!("`{option}` of user `{user}`{place}"),
                    true,
                    sink,
                );
            }
            SecretSlot::Environment(variable) => {
                let announced = announced_by(variable).is_some();
                check_text(
                    &field,
                    text,
                    &format!("the variable `{variable}`{place}"),
                    announced,
                    sink,
                );
            }
            SecretSlot::Credential(option) => {
                check_text(&field, text, &format!("`{option}`{place}"), true, sink);
            }
            SecretSlot::WrittenFile(file) | SecretSlot::Unit(file) => {
                check_text(&field, text, &format!("the file `{file}`{place}"), false, sink);
            }
        }
    }
}

/// Reports what evaluating a text copies or reads. `announced`: it is a secret for certain, whatever the file's name.
fn check_text<T>(field: &Field<T>, text: &Text, user: &str, announced: bool, sink: &mut Sink) {
    // `"${./secrets}/web.age"` copies the directory, but names an encrypted file in it.
    if is_encrypted_name(&text.pattern()) {
        return;
    }
    for context in &text.context {
        let (path, origin, message) = match context {
            StoreRef::Copied {
                path,
                origin,
                encrypted: false,
            } => (
                path,
                origin,
                format!("{user} copies the secret file `{path}` into the Nix store"),
            ),
            StoreRef::Read {
                path,
                origin,
                encrypted: false,
            } => (
                path,
                origin,
                format!("{user} is read from `{path}` into the Nix store"),
            ),
            _ => continue,
        };
        if is_public(path) || !(announced || is_secret_name(path)) {
            continue;
        }
        if let StoreRef::Read { .. } = context {
            sink.hide(field, text, (0, text.pattern().len()), false);
        }
        let sure = announced || is_sure_name(path);
        let confidence = if sure {
            Confidence::High
        } else {
            Confidence::Medium
        };
        sink.report_at(origin_or(origin, &field.origin), message)
            .depends_on(field)
            .at_most(confidence, "only the name of the file says that it is a secret")
            .related(&field.origin, "it gets into the store here")
            .help(COPIED_HELP);
    }
}

fn origin_or<'a>(origin: &'a Origin, otherwise: &'a Origin) -> &'a Origin {
    if origin.hops.is_empty() { otherwise } else { origin }
}

fn file_name(path: &str) -> String {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .to_ascii_lowercase()
}

/// Encrypted on purpose, as its name says.
fn is_encrypted_name(path: &str) -> bool {
    let file = file_name(path);
    [".age", ".gpg", ".asc", ".enc", ".sops", ".kbx"]
        .iter()
        .any(|end| file.ends_with(end))
        || file.contains(".sops.")
        || file.contains(".enc.")
        || file.contains(".encrypted")
}

/// Files that are meant to be seen, or hold no secret whatever they are called.
fn is_public(path: &str) -> bool {
    let file = file_name(path);
    const ENDS: [&str; 19] = [
        ".pub",
        ".crt",
        ".cer",
        ".cert",
        ".example",
        ".sample",
        ".template",
        ".tmpl",
        ".dist",
        ".md",
        ".nix",
        ".sh",
        ".py",
        ".js",
        ".ts",
        ".html",
        ".sql",
        ".service",
        ".patch",
    ];
    is_encrypted_name(path) || ENDS.iter().any(|end| file.ends_with(end)) || file.contains("example")
}

/// Names that are given to private keys and credentials and to nothing else.
fn is_sure_name(path: &str) -> bool {
    let file = file_name(path);
    const WHOLE: [&str; 12] = [
        ".env",
        "id_rsa",
        "id_ed25519",
        "id_ecdsa",
        ".netrc",
        ".pgpass",
        ".git-credentials",
        "credentials",
        "key.pem",
        "privkey.pem",
        "private.pem",
        "private.key",
    ];
    const ENDS: [&str; 8] = [
        ".key", ".p12", ".pfx", ".jks", ".kdbx", "-key.pem", "_key.pem", ".keytab",
    ];
    WHOLE.contains(&file.as_str())
        || ENDS.iter().any(|end| file.ends_with(end))
        || (file.starts_with("ssh_host_") && file.ends_with("_key"))
}

/// Names that say secret, in files of plain data.
fn is_secret_name(path: &str) -> bool {
    if is_sure_name(path) {
        return true;
    }
    let file = file_name(path);
    let (stem, extension) = match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (file.as_str(), ""),
    };
    let is_data = matches!(
        extension,
        "" | "txt" | "env" | "json" | "yaml" | "yml" | "toml" | "ini" | "conf" | "cfg"
    );
    if !is_data {
        return false;
    }
    let says_secret = stem.split(['-', '_', '.', ' ']).any(|word| {
        matches!(
            word,
            "secret"
                | "secrets"
                | "password"
                | "passwords"
                | "passwd"
                | "passphrase"
                | "token"
                | "tokens"
                | "apikey"
                | "credentials"
        )
    });
    let in_secrets = path
        .split('/')
        .rev()
        .skip(1)
        .any(|directory| matches!(directory, "secrets" | "secret" | "private"));
    says_secret || in_secrets || extension == "env"
}

#[cfg(test)]
mod names {
    use super::{is_public, is_secret_name};

    #[test]
    fn secret_names_are_told_from_others() {
        for path in [
            "./secrets.env",
            "./db-password.txt",
            "tls/key.pem",
            "./.env",
            "secrets/db",
            "id_ed25519",
            "a.key",
        ] {
            assert!(is_secret_name(path) && !is_public(path), "{path}");
        }
        for path in [
            "./secrets/db.age",
            "./secrets.sops.yaml",
            "./id_ed25519.pub",
            "./cert.pem",
            "./ca.crt",
            "./.env.example",
            "./generate-secrets.sh",
            "./tokenizer.json",
            "./nginx.conf",
            "./keyboard.conf",
        ] {
            assert!(is_public(path) || !is_secret_name(path), "{path}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn interpolated() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "${./db-password.txt}:/run/password" ]; };
                                                                               # ^^^^^^^^^^^^^^^^^ high: `web` copies the secret file `./db-password.txt` into the Nix store
}
#- /db-password.txt
hunter2
"#,
        );
    }

    #[test]
    fn encrypted_and_public_files() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "${./secret.age}:/a" "${./id_ed25519.pub}:/b" "${./nginx.conf}:/c" ]; };
}
#- /secret.age
age-encryption.org/v1
#- /id_ed25519.pub
ssh-ed25519 AAAA
#- /nginx.conf
events { }
"#,
        );
    }

    #[test]
    fn paths_of_run_time_are_not_committed() {
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; environmentFiles = [ /run/secrets/web ]; }; }
"#,
        );
    }
}
