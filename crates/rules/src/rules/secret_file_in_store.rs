//! secret-file-in-store

mod copies;

use crate::about::secrets::{
    announced_by, is_encrypted_name, is_of_variables, is_public, is_secret_name, is_sure_name, judge_lines,
};
use crate::about::words::{inside, name};
use copies::{copied, copied_if};
use nixpod_analysis::{Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Field, Holds, SecretSlot, StoreRef, System, SystemKind, Text, Written};
use nixpod_source::Origin;

declare_rule! {
    /// ## What it flags
    /// Files with secrets that get into the Nix store: a path literal that is interpolated or given to an option whose
    /// module copies it (`"${./secrets.env}"`, `tls.key = ./key.pem`, `environment.etc.x.source = ./x`), and in a flake any
    /// environment file or secret file of a service named by a path literal. A file counts whose name says secret, and
    /// one of any name in which there is a private key, also one that a container mounts from the flake's own tree
    /// (`"${toString ./.}/keys.txt"`). Where a file with variables can be read, what stands in it decides and not its name.
    /// Files that are encrypted on purpose (age, sops, GnuPG), public keys,
    /// certificates and examples are fine.
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
    let in_flake = ctx.host(container).in_flake;
    for field in &container.mounts {
        if let Some(mount) = field.value() {
            check_text(field, &mount.source, &who, false, sink);
            if in_flake {
                check_key_of_flake(field, &mount.source, &who, sink);
            }
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
    // What an image is built of by Nix.
    if let Some(field) = &container.image
        && let Some(image) = field.value().filter(|image| image.provided_by_nix)
    {
        check_text(
            field,
            &image.reference,
            &format!("the image of {who}"),
            false,
            sink,
        );
    }
    for field in &container.environment_files {
        let Some(field) = field.written() else {
            continue;
        };
        let text = field.get();
        check_text(&field, text, &who, true, sink);
        check_environment_file(field, text, &who, in_flake, sink);
    }
}

/// A key that is mounted from where the flake lies, which is in the store with all that git tracks.
fn check_key_of_flake<T>(field: &Field<T>, text: &Text, who: &str, sink: &mut Sink) {
    let Some(written) = field.written() else {
        return;
    };
    for context in &text.context {
        if let StoreRef::Path {
            path,
            encrypted: false,
            holds: Holds::Key,
            ..
        } = context
            && !path.starts_with('/')
        {
            sink.report(
                written,
                format!(
                    "{who} gets `{path}`, in which there is a private key, from the flake, which is in the Nix store as a whole"
                ),
            )
            .help(COPIED_HELP);
        }
    }
}

/// A file that an option for a secret names without quotes, outside of a flake: its module may copy it, or not.
fn check_checkout<T>(field: Written<'_, T>, text: &Text, user: &str, in_flake: bool, sink: &mut Sink) {
    for context in &text.context {
        let StoreRef::Path {
            path,
            encrypted: false,
            ..
        } = context
        else {
            continue;
        };
        if is_public(path) || is_encrypted_name(path) {
            continue;
        }
        let (message, help) = match (path.starts_with('/'), in_flake) {
            (true, _) => (
                format!("{user} names `{path}` without quotes, so that Nix may copy it into the store"),
                "A path literal is copied wherever a module puts it into a text. Write it as a string.",
            ),
            (false, false) => (
                format!(
                    "{user} names `{path}`, which is copied into the Nix store or read from your checkout"
                ),
                CHECKOUT_HELP,
            ),
            (false, true) => continue,
        };
        sink.report(field, message).severity(Severity::Low).help(help);
    }
}

/// Files with variables that are read from where the configuration lies.
fn check_environment_file<T>(field: Written<'_, T>, text: &Text, who: &str, in_flake: bool, sink: &mut Sink) {
    for context in &text.context {
        let StoreRef::Path {
            path,
            encrypted,
            holds,
            ..
        } = context
        else {
            continue;
        };
        // A path elsewhere, such as one below /run, is neither in the flake nor in the checkout.
        if *encrypted || is_public(path) || path.starts_with('/') || is_harmless(holds) {
            continue;
        }
        let (severity, message, help) = if in_flake {
            (
                if is_secret_name(path) || is_of_variables(path) {
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

/// Options for secret files whose modules interpolate what they are given.
const COPYING: [&str; 2] = ["networkSocket.tls.key", "services.openssh.hostKeys.*.path"];

#[expect(clippy::too_many_lines, reason = "one arm a slot")]
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
                let what = format!("`{option}`{place}");
                // Its module puts it on a command line, or into a file.
                let is_copied = !in_flake && COPYING.iter().any(|end| option.ends_with(end));
                let text = &if is_copied { copied(text) } else { text.clone() };
                check_copies(&field, text, &what, (true, true), sink);
                check_checkout(field, text, &what, in_flake, sink);
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
            SecretSlot::Environment { variable, .. } => {
                // A variable may name the file that has the secret.
                let stem = ["_FILE", "_PATH"]
                    .iter()
                    .find_map(|end| variable.strip_suffix(end));
                let announced = announced_by(stem.unwrap_or(variable)).is_some();
                let what = format!("the variable `{variable}`{place}");
                // NixOS interpolates what units are given, also a path.
                let text = &match system.kind {
                    SystemKind::Home => text.clone(),
                    _ => copied(text),
                };
                check_copies(
                    &field,
                    text,
                    &what,
                    (announced, announced && stem.is_some()),
                    sink,
                );
            }
            SecretSlot::Setting(_) => {}
            SecretSlot::Credential(option) => {
                check_text(&field, text, &format!("`{option}`{place}"), true, sink);
            }
            SecretSlot::File(option) => {
                let user = format!("`{option}`{place}");
                // Files are copied from anywhere on the machine.
                check_text(
                    &field,
                    &copied_if(text, |path| !path.starts_with("/nix/")),
                    &user,
                    false,
                    sink,
                );
            }
            SecretSlot::Script(option) => {
                check_text(&field, text, &format!("`{option}`{place}"), false, sink);
            }
            SecretSlot::UnitCredential(id) => {
                let user = format!("the credential `{id}`{place}");
                check_text(&field, text, &user, true, sink);
            }
            // What a unit of a container copies is told of the container.
            SecretSlot::WrittenFile(_) | SecretSlot::Unit(_) if is_of_a_container(ctx, system, text) => {}
            SecretSlot::WrittenFile(file) | SecretSlot::Unit(file) => {
                check_text(&field, text, &format!("the file `{file}`{place}"), false, sink);
            }
        }
    }
}

/// Are there just variables in a file, and no secret among them?
fn is_harmless(holds: &Holds) -> bool {
    matches!(holds, Holds::Variables(text) if judge_lines(text).is_empty())
}

/// Does a container read all that a text copies?
fn is_of_a_container(ctx: &Ctx<'_>, system: &System, text: &Text) -> bool {
    let containers = ctx.containers_of(system);
    let reads = |reference: &StoreRef| {
        containers.iter().any(|container| {
            let files = container.environment_files.iter().filter_map(Field::value);
            let binds = container
                .mounts
                .iter()
                .filter_map(Field::value)
                .map(|mount| &mount.source);
            files.chain(binds).any(|text| text.context.contains(reference))
        })
    };
    !text.context.is_empty() && text.context.iter().all(reads)
}

/// Reports what evaluating a text copies. `announced`: it is a secret for certain, whatever the file's name.
fn check_text<T>(field: &Field<T>, text: &Text, user: &str, announced: bool, sink: &mut Sink) {
    check_copies(field, text, user, (announced, false), sink);
}

/// The same; `alone`: what stands in the file is the secret as a whole, however it looks.
fn check_copies<T>(
    field: &Field<T>,
    text: &Text,
    user: &str,
    (announced, alone): (bool, bool),
    sink: &mut Sink,
) {
    // `"${./secrets}/web.age"` copies the directory, but names an encrypted file in it.
    if is_encrypted_name(&text.pattern()) {
        return;
    }
    for context in &text.context {
        let StoreRef::Copied {
            path,
            origin,
            encrypted: false,
            holds,
        } = context
        else {
            continue;
        };
        let has_key = *holds == Holds::Key;
        // In which variables are secrets is seen, where the file can be read.
        let is_read = is_of_variables(path) && matches!(holds, Holds::Variables(_));
        let says_so = announced || is_read || is_secret_name(path);
        let is_told = !is_public(path) && says_so && (alone || !is_harmless(holds));
        if !is_told && !has_key {
            continue;
        }
        let message = match has_key && !is_told {
            true => format!("{user} copies `{path}`, in which there is a private key, into the Nix store"),
            false => format!("{user} copies the secret file `{path}` into the Nix store"),
        };
        let confidence = match announced || has_key || is_sure_name(path) {
            true => Confidence::High,
            false => Confidence::Medium,
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

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    /// The option says that it is a secret, whatever stands in the file and whatever Nix is given.
    #[test]
    fn options_for_secrets() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  services.nextcloud.config.adminpassFile = "${./pw}";
                                             # ^^^^ high: `services.nextcloud.config.adminpassFile` copies the secret file `./pw` into the Nix store
  services.ledger.passwordFile = /run/keys/ledger;
                               # ^^^^^^^^^^^^^^^^ low: `services.ledger.passwordFile` names `/run/keys/ledger` without quotes, so that Nix may copy it into the store
  services.authelia.instances.main.secrets.jwtSecretFile = ./jwt;
                                                         # ^^^^^ low: `services.authelia.instances.main.secrets.jwtSecretFile` names `./jwt`, which is copied into the Nix store or read from your checkout
  systemd.services.x.environment.TOKEN_FILE = ./token-of-x;
                                            # ^^^^^^^^^^^^ high: the variable `TOKEN_FILE` copies the secret file `./token-of-x` into the Nix store
  virtualisation.podman.networkSocket.tls.key = ./key.pem;
                                              # ^^^^^^^^^ high: `virtualisation.podman.networkSocket.tls.key` copies the secret file `./key.pem` into the Nix store
  services.other.passwordFile = "/run/keys/other";
  systemd.services.x.environment.CONFIG_FILE = ./config.toml;
}
#- /pw
JWT=abc
#- /jwt
quince-harbour-58
#- /token-of-x
quince-harbour-59
#- /key.pem
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ8r0s6Xr1b0y3c7c3Qm5v8kq1y2b7
-----END PRIVATE KEY-----
#- /config.toml
a = 1
"#,
        );
    }

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
    fn keys_below_a_folder() {
        check(
            &RULE,
            r#"
#- /flake.nix
{ outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; }; }; }
#- /oak.nix
{
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    volumes = [ "${toString ./.}/keys.txt:/a" "${toString ./.}/public.txt:/b" "${./.}/keys.txt:/c" ];
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` gets `./keys.txt`, in which there is a private key, from the flake, which is in the Nix store as a whole
                                                                            # ^^^^^^^^^^^^^^^^^^^^ high: `web` copies `./keys.txt`, in which there is a private key, into the Nix store
  };
}
#- /keys.txt
# created: 2026-01-01
AGE-SECRET-KEY-1QQPQYSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGP
#- /public.txt
age1qqpqyszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgp
"#,
        );
        // Where it is no flake, nothing is copied.
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "${toString ./.}/keys.txt:/a" ]; };
}
#- /keys.txt
AGE-SECRET-KEY-1QQPQYSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGP
"#,
        );
    }

    #[test]
    fn keys_of_any_name() {
        check(
            &RULE,
            r#"
{
  environment.etc."app/id".source = ./identity;
                                  # ^^^^^^^^^^ high: `app/id` copies `./identity`, in which there is a private key, into the Nix store
  environment.etc."app/notes".source = ./notes;
  services.authelia.instances.main.secrets.jwtSecretFile = "${./jwt}";
                                                            # ^^^^^ high: `services.authelia.instances.main.secrets.jwtSecretFile` copies the secret file `./jwt` into the Nix store
  age.identityPaths = [ "${./identity}" ];
                         # ^^^^^^^^^^ high: `age.identityPaths` copies the secret file `./identity` into the Nix store
}
#- /identity
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
-----END OPENSSH PRIVATE KEY-----
#- /notes
Keys begin with -----BEGIN OPENSSH PRIVATE KEY-----
and end so, too.
#- /jwt
hunter2
"#,
        );
    }

    /// What stands in a file with variables says whether there is a secret, and not its name.
    #[test]
    fn files_with_variables() {
        check(
            &RULE,
            r#"
#- /flake.nix
{ outputs = { nixpkgs, ... }: { nixosConfigurations.box = nixpkgs.lib.nixosSystem { modules = [ ./box.nix ]; }; }; }
#- /box.nix
{ config, ... }: {
  environment.etc."containers/systemd/chat.container".text = ''
    [Container]
    Image=docker.io/acme/chat:1.2
    EnvironmentFile=${./chat.env}
    EnvironmentFile=${./mail.env}
                    # ^^^^^^^^^^ high: `chat` copies the secret file `./mail.env` into the Nix store
  '';
  virtualisation.oci-containers.containers.web = { image = "a:1"; environmentFiles = [ ./chat.env ./mail.env ]; };
                                                                                                # ^^^^^^^^^^ high: `web` reads the committed file `./mail.env`, which is in the Nix store with the whole flake
}
#- /chat.env
# where it listens
CHAT_HOST=chat.example.org
export CHAT_PORT=6167
CHAT_TOKEN_FILE=/run/secrets/chat
#- /mail.env
MAIL_URL=smtp://me:plum-cart-77@smtp.example.org
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
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; environmentFiles = [ /run/secrets/web ]; };
  # Settings are kept under such names, too, and this file cannot be looked into.
  environment.etc."x.env".source = ./elsewhere/locale.env;
}
"#,
        );
    }
}
