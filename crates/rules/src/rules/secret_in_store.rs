//! secret-in-store

use crate::about::secrets::{Hit, Kind, announced_by, judge, judge_credential, judge_lines};
use crate::about::words::{inside, name};
use nixpod_analysis::{
    Attack, Confidence, Control, Controls, Ctx, FindingBuilder, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{
    Container, Field, NetworkMode, SecretSlot, SecretValue, StoreRef, Surface, System, SystemKind, Text,
};

declare_rule! {
    /// ## What it flags
    /// Secrets that are written out in the configuration: passwords of users, environment variables whose name or
    /// value says secret, credentials of images, passwords on command lines, keys and tokens in written files.
    /// Placeholders such as `changeme` count when they are the live value. Hashes of passwords are low. Paths,
    /// references (`$VAR`, `@name@`), variables ending in `_FILE` and addresses without a password are no secrets.
    /// A password of a container that has no network and no mounts is low: nobody outside comes to what it guards.
    /// ## Why
    /// Everything in the configuration ends in the Nix store, which every user of the host and every NixOS container can
    /// read, and in the repository. A secret that was there once has to be changed.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/postgres:17";
    ///     environment.POSTGRES_PASSWORD = "hunter2";
    ///   };
    /// }
    /// ```
    /// ```nix
    /// { users.users.alice = { isNormalUser = true; initialPassword = "changeme"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { config, ... }: {
    ///   sops.secrets."db.env" = { };  # a file with the line POSTGRES_PASSWORD=...
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/postgres:17";
    ///     environmentFiles = [ config.sops.secrets."db.env".path ];
    ///   };
    ///
    ///   sops.secrets.alice.neededForUsers = true;
    ///   users.users.alice = { isNormalUser = true; hashedPasswordFile = config.sops.secrets.alice.path; };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: the secret has to move to a secret manager, and to be changed.
    pub static RULE = {
        id: "secret-in-store",
        summary: "secret written out in the configuration",
        severity: High,
        group: Secrets,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "quadlet-security-keys",
            "store-copies-are-readable",
            "store-is-open-in-guests",
        ]),
        controls: Controls::Cover(&[Control::Attack("T1552.001")]),
        stakes: [Account x Command, Nothing x Itself],
        attack: Attack::Typed {
            experiment: "store-is-open-in-guests",
            command: "grep -r PASSWORD= /nix/store",
            gives: "the secret, in every guest and for every user of the host",
        },
        check: Both(check_container, check_system),
    }
}

const USER_HELP: &str = "Everybody on the host, and in its NixOS containers, can read the Nix store. Use `hashedPasswordFile` \
    with a path of sops-nix or agenix, and change the password.";
const HASH_HELP: &str = "A hash in the world-readable Nix store can be attacked offline. A file of sops-nix or agenix \
    keeps it private.";
const FILE_HELP: &str = "Everybody on the host, and in its NixOS containers, can read the Nix store. Let a template of \
    sops-nix or agenix write the file at run time, and change the secret.";

const KEPT_HELP: &str = "Keep it out of the file: let the engine's own secrets or an environment file that is not kept \
    with the code have it, and change the secret.";

const CUT_OFF_HELP: &str = "The container has no network and shares no files, so that nobody outside comes to what the \
    secret guards in it. Where the same secret is used for anything else, change it and give it at run time.";

/// Where the environment of a container or a service is taken from a file.
fn environment_help(option: &str) -> String {
    format!(
        "Everybody on the host, and in its NixOS containers, can read the Nix store. Give the secret at run time, such as by \
         {option} with a path of sops-nix or agenix, and change it, because it is in the repository too."
    )
}

/// What takes a file with variables where the container is written.
fn file_option(container: &Container) -> &'static str {
    match container.surface {
        Surface::HomeManagerPodman => "`environmentFile`",
        Surface::Quadlet => "`EnvironmentFile=`",
        Surface::CommandLine | Surface::Devcontainer => "`--env-file`",
        Surface::Arion => "`env_file`",
        Surface::Nspawn | Surface::SystemdNspawn => "`--load-credential=`",
        _ => "`environmentFiles`",
    }
}

/// The same of a service of systemd.
const OF_SERVICE: &str = "`serviceConfig.EnvironmentFile`";

/// Where a secret stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// In the Nix store.
    Store,
    /// In a file that no system here has: nobody knows where it is put.
    File,
}

/// Whose secret it is, and where it stays.
struct Who {
    name: String,
    kept: Kept,
    /// Does nothing outside of it reach what the secret opens?
    is_cut_off: bool,
}

/// Has a container neither a network nor anything that it shares? What a password guards in it goes with it, then.
fn is_cut_off(container: &Container) -> bool {
    container.network.certain() == Some(&NetworkMode::None) && container.mounts.is_empty()
}

fn check_container(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let who = Who {
        name: name(container),
        kept: match ctx.system(container).kind {
            SystemKind::Elsewhere => Kept::File,
            _ => Kept::Store,
        },
        is_cut_off: is_cut_off(container),
    };
    check_environment(container, &who, sink);
    check_environment_files(container, &who, sink);
    check_command(container, &who, sink);
    check_credentials(container, &who, sink);
}

fn check_environment(container: &Container, who: &Who, sink: &mut Sink) {
    for field in &container.environment {
        let Some(variable) = field.value() else {
            continue;
        };
        let text = &variable.value;
        if is_read_from_file(text) {
            continue;
        }
        if let Some(hit) = judge(&variable.name, &text.pattern()) {
            let what = format!("`{}` of {}", variable.name, who.name);
            let help = environment_help(file_option(container));
            report_of(who, sink, field, (text, &hit, &what), &help);
        }
    }
}

fn check_environment_files(container: &Container, who: &Who, sink: &mut Sink) {
    for field in &container.environment_files {
        let Some(file) = field.value() else {
            continue;
        };
        for context in &file.context {
            if let StoreRef::Written { name: file, text } = context {
                for (variable, hit) in judge_lines(&text.pattern()) {
                    let what = in_file(&variable, file, &format!(" of {}", who.name));
                    report_of(who, sink, field, (text, &hit, &what), FILE_HELP);
                }
            }
        }
    }
}

/// systemd's credentials: `--set-credential=id:value`.
fn check_credentials(container: &Container, who: &Who, sink: &mut Sink) {
    for flag in &container.flags {
        let Some(word) = flag.word.value() else {
            continue;
        };
        let pattern = word.pattern();
        let Some((id, value)) = pattern
            .strip_prefix("--set-credential=")
            .and_then(|rest| rest.split_once(':'))
        else {
            continue;
        };
        // Many credentials only configure the guest, so the id has to say that it is a secret.
        let secret_id = id.split('.').any(|part| announced_by(part).is_some());
        if secret_id && let Some(hit) = judge_credential(value) {
            let from = pattern.len() - value.len();
            let hit = Hit {
                range: (from, pattern.len()),
                ..hit
            };
            let what = format!("the credential `{id}` of {}", who.name);
            let help = environment_help(file_option(container));
            report_of(who, sink, &flag.word, (word, &hit, &what), &help);
        }
    }
}

/// Passwords in the words of a command: `--requirepass hunter2` and `--password=hunter2`.
fn check_command(container: &Container, who: &Who, sink: &mut Sink) {
    // Those of Redis, whose names do not end like a password's.
    const PASSWORDS: [&str; 2] = ["--requirepass", "--masterauth"];
    for (at, field) in container.command.iter().enumerate() {
        let Some(word) = field.value() else {
            continue;
        };
        let pattern = word.pattern();
        let (option, value, text, field) = match pattern.split_once('=') {
            Some((option, value)) => (option, value.to_owned(), word, field),
            None => {
                let Some(next) = container.command.get(at + 1) else {
                    continue;
                };
                let Some(text) = next.value() else {
                    continue;
                };
                (pattern.as_str(), text.pattern(), text, next)
            }
        };
        let name = match PASSWORDS.contains(&option) {
            true => "password",
            false => option.trim_start_matches('-'),
        };
        if !option.starts_with('-') || announced_by(name).is_none() || value.starts_with('-') {
            continue;
        }
        if let Some(mut hit) = judge(name, &value) {
            let shift = text.pattern().len().saturating_sub(value.len());
            hit.range = (hit.range.0 + shift, hit.range.1 + shift);
            let what = format!("`{option}` in the command of {}", who.name);
            let help = environment_help(file_option(container));
            report_of(who, sink, field, (text, &hit, &what), &help);
        }
    }
}

/// Where a secret is: a module that several guests share says it once, for the first of them. None if it was said.
fn place_of(ctx: &Ctx<'_>, system: &System, secret: &SecretValue) -> Option<String> {
    let place = secret.value.origin.place();
    let same = |other: &System| {
        let mut secrets = other.secrets.iter();
        other.host == system.host
            && place.is_some()
            && secrets.any(|one| one.slot == secret.slot && one.value.origin.place() == place)
    };
    let at = ctx.world.systems.get_index_of(&system.id)?;
    let mut before = ctx.world.systems.values().take(at);
    if before.any(|other| same(other)) {
        return None;
    }
    let after = ctx.world.systems.values().skip(at + 1);
    let here = inside(ctx, system);
    let noun = |count: usize| if count == 1 { "guest" } else { "guests" };
    Some(match (after.filter(|other| same(other)).count(), system.kind) {
        (0, _) => here,
        (more, SystemKind::Nixos) => format!(" on the host and in {more} {}", noun(more)),
        (more, _) => format!("{here} and {more} more {}", noun(more)),
    })
}

fn check_system(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    for secret in &system.secrets {
        let field = &secret.value;
        let Some(text) = field.value() else {
            continue;
        };
        if is_read_from_file(text) {
            continue;
        }
        match place_of(ctx, system, secret) {
            Some(place) => check_slot(&secret.slot, &place, field, text, sink),
            None => sink.only_hide(|sink| check_slot(&secret.slot, "", field, text, sink)),
        }
    }
}

/// `place` tells where in the host the slot is.
fn check_slot<T>(slot: &SecretSlot, place: &str, field: &Field<T>, text: &Text, sink: &mut Sink) {
    let pattern = text.pattern();
    match slot {
        SecretSlot::Password(user, option) => {
            if let Some(hit) = judge_credential(&pattern) {
                let what = format!("the password of user `{user}`{place} (`{option}`)");
                report(sink, field, text, &hit, &what, (Kept::Store, USER_HELP));
            }
        }
        SecretSlot::HashedPassword(user, option) => check_hash((user, option), place, field, text, sink),
        SecretSlot::WrittenFile(file) | SecretSlot::Unit(file) => {
            for (variable, hit) in judge_lines(&pattern) {
                let confidence = match hit.kind {
                    Kind::Shape(_) => Confidence::High,
                    // Instructions are full of names with something to put in their place.
                    _ if is_document(file) => continue,
                    _ => Confidence::Medium,
                };
                let what = in_file(&variable, file, place);
                report(sink, field, text, &hit, &what, (Kept::Store, FILE_HELP))
                    .at_most(confidence, "only the name says that it is a secret");
            }
        }
        SecretSlot::Environment(variable) => {
            if let Some(hit) = judge(variable, &pattern) {
                let what = format!("the variable `{variable}`{place}");
                report(
                    sink,
                    field,
                    text,
                    &hit,
                    &what,
                    (Kept::Store, &environment_help(OF_SERVICE)),
                );
            }
        }
        SecretSlot::Credential(option) => {
            if let Some(hit) = judge_credential(&pattern) {
                report(
                    sink,
                    field,
                    text,
                    &hit,
                    &format!("`{option}`{place}"),
                    (Kept::Store, FILE_HELP),
                );
            }
        }
        SecretSlot::SecretFile(option) => {
            for context in &text.context {
                if let StoreRef::Written { text, .. } = context
                    && let Some(hit) = judge_credential(&text.pattern())
                {
                    let what = format!("the file of `{option}`{place}");
                    report(sink, field, text, &hit, &what, (Kept::Store, FILE_HELP));
                }
            }
        }
    }
}

/// What stands where a hash is expected.
fn check_hash<T>((user, option): (&str, &str), place: &str, field: &Field<T>, text: &Text, sink: &mut Sink) {
    let pattern = text.pattern();
    // A hash that begins like this matches no password: the account is locked on purpose.
    let locked = pattern.starts_with(['!', '*']) || pattern == "x";
    let Some(hit) = judge_credential(&pattern).filter(|_| !locked) else {
        return;
    };
    match field.written() {
        Some(field) if hit.kind == Kind::Placeholder => {
            sink.report(
                field,
                format!("`{option}` of user `{user}`{place} is no hash, so nobody logs in by it"),
            )
            .severity(Severity::Info)
            .help("Write `\"!\"` if that is meant, or use `hashedPasswordFile`.");
        }
        _ => {
            let what = format!("the password of user `{user}`{place} (`{option}`)");
            report(sink, field, text, &hit, &what, (Kept::Store, USER_HELP));
        }
    }
}

/// Is it text for people?
fn is_document(file: &str) -> bool {
    [".md", ".rst", ".adoc", ".html"]
        .iter()
        .any(|end| file.ends_with(end))
}

/// What is read from a file at evaluation is a matter of secret-file-in-store.
fn is_read_from_file(text: &Text) -> bool {
    text.context
        .iter()
        .any(|context| matches!(context, StoreRef::Read { .. }))
}

fn in_file(variable: &str, file: &str, place: &str) -> String {
    if variable.is_empty() {
        format!("the file `{file}`{place}")
    } else {
        format!("`{variable}` in the file `{file}`{place}")
    }
}

/// Never the secret itself: messages end in logs and reports.
fn message(hit: &Hit, what: &str, kept: Kept) -> String {
    if kept == Kept::File {
        return match hit.kind {
            Kind::Named => format!("{what} is written out, so whoever has the file has it"),
            Kind::Placeholder => format!("{what} is a placeholder, easy to guess"),
            Kind::Shape(shape) => format!("{what} contains {shape}, so whoever has the file has it"),
            Kind::Hash => format!("{what} is a hash that whoever has the file can read"),
        };
    }
    match hit.kind {
        Kind::Named => format!("{what} is written out, so everybody can read it in the Nix store"),
        Kind::Placeholder => format!("{what} is a placeholder, easy to guess and readable in the Nix store"),
        Kind::Shape(shape) => format!("{what} contains {shape}, which everybody can read in the Nix store"),
        Kind::Hash => format!("{what} is a hash that everybody can read in the Nix store"),
    }
}

/// Reports a secret of a container. The shape of a secret tells that it opens something elsewhere; other passwords may be
/// for what is in the container alone.
fn report_of<T>(
    who: &Who,
    sink: &mut Sink,
    field: &Field<T>,
    (text, hit, what): (&Text, &Hit, &str),
    help: &str,
) {
    let builder = report(sink, field, text, hit, what, (who.kept, help));
    if who.is_cut_off && matches!(hit.kind, Kind::Named | Kind::Placeholder) {
        builder.severity(Severity::Low).help(CUT_OFF_HELP);
    }
}

/// Reports a secret where it stands in a text; `what` tells what it is the secret of.
fn report<'s, T>(
    sink: &'s mut Sink,
    field: &Field<T>,
    text: &Text,
    hit: &Hit,
    what: &str,
    (kept, help): (Kept, &str),
) -> FindingBuilder<'s> {
    let message = message(hit, what, kept);
    let help = match kept {
        Kept::Store => help,
        Kept::File => KEPT_HELP,
    };
    sink.hide(field, text, hit.range, hit.kind == Kind::Placeholder);
    let whole = hit.range == (0, text.pattern().len());
    let builder = match field.written().filter(|_| whole) {
        Some(written) => sink.report(written, message),
        None => sink
            .report_at(&text.origin_of(hit.range.0, hit.range.1), message)
            .depends_on(field),
    };
    let help = if hit.kind == Kind::Hash { HASH_HELP } else { help };
    builder.severity(hit.kind.severity()).help(help)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn environment() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.db = { image = "a:1"; environment.POSTGRES_PASSWORD = "hunter2"; };
                                                                                               # ^^^^^^^^^ high: `POSTGRES_PASSWORD` of `db` is written out, so everybody can read it in the Nix store
}
"#,
        );
    }

    #[test]
    fn nobody_reaches_a_container_without_network_and_mounts() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    extraOptions = [ "--network=none" ];
    environment.DB_PASSWORD = "hunter2";
                            # ^^^^^^^^^ low: `DB_PASSWORD` of `a` is written out, so everybody can read it in the Nix store
    environment.URL = "postgres://app:hunter2@db/app";
                                    # ^^^^^^^ high: `URL` of `a` contains a password in a URL, which everybody can read in the Nix store
  };
  virtualisation.oci-containers.containers.b = {
    image = "a:1";
    extraOptions = [ "--network=none" ];
    volumes = [ "/srv/backups:/data" ];
    environment.RESTIC_PASSWORD = "hunter2";
                                # ^^^^^^^^^ high: `RESTIC_PASSWORD` of `b` is written out, so everybody can read it in the Nix store
  };
}
"#,
        );
    }

    #[test]
    fn password_in_a_url() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; environment.DATABASE_URL = "postgres://app:hunter2@db/app"; };
                                                                                                           # ^^^^^^^ high: `DATABASE_URL` of `web` contains a password in a URL, which everybody can read in the Nix store
}
"#,
        );
    }

    #[test]
    fn a_shared_module_is_named_once() {
        check(
            &RULE,
            r#"
{
  imports = [ ./people.nix ];
  containers.a = { config = ./people.nix; };
  containers.b = { config = ./people.nix; };
}
#- /people.nix
{
  users.users.alice.initialPassword = "plum-cartwheel-41";
                                    # ^^^^^^^^^^^^^^^^^^^ high: the password of user `alice` on the host and in 2 guests (`initialPassword`) is written out, so everybody can read it in the Nix store
}
"#,
        );
    }

    #[test]
    fn initial_password_of_a_guest() {
        check(
            &RULE,
            r#"
{
  containers.web = { config.users.users.alice.initialPassword = "secret"; };
                                                              # ^^^^^^^^ high: the password of user `alice` in guest `web` (`initialPassword`) is a placeholder, easy to guess and readable in the Nix store
}
"#,
        );
    }

    #[test]
    fn instructions_hold_no_secrets() {
        check_none(
            &RULE,
            r#"
{
  environment.etc."setup.md".text = ''
    Set the key first:
    export AWS_SECRET_ACCESS_KEY=your_secret_key
  '';
}
"#,
        );
    }

    #[test]
    fn shared_with_guests_it_is_one_finding() {
        check(
            &RULE,
            r#"
{
  imports = [ ./people.nix ];
  containers.web.config.imports = [ ./people.nix ];
}
#- /people.nix
{ users.users.alice = { isNormalUser = true; initialPassword = "hunter2"; }; }
                                                             # ^^^^^^^^^ high: the password of user `alice` on the host and in 1 guest (`initialPassword`) is written out, so everybody can read it in the Nix store
"#,
        );
    }

    #[test]
    fn references_and_settings() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    environment = {
      POSTGRES_PASSWORD_FILE = "/run/secrets/db";
      PASSWORD_STORE = "database";
      TOKEN_EXPIRY = "3600";
      POSTGRES_USER = "app";
      REQUIRE_PASSWORD = "true";
      DB_PASSWORD = config.sops.placeholder.db;
      API_KEY = "";
    };
    environmentFiles = [ config.sops.secrets.web.path ];
  };
  users.users.alice = { isNormalUser = true; hashedPassword = "!"; };
}
"#,
        );
    }
}
