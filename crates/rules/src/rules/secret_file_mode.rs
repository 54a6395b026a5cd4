//! secret-file-mode

use crate::about::secrets::{is_public as is_public_file, is_secret_name};
use crate::about::words::{inside, replace_text};
use nixpod_analysis::{
    Applicability, Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{ManagedSecret, System, SystemKind, Text, Written};

declare_rule! {
    /// ## What it flags
    /// A secret that sops-nix, agenix or colmena puts on the system with a mode that lets every user read or write it:
    /// `mode = "0444"`, `permissions = "0777"`. Likewise a line for systemd-tmpfiles that gives such a mode to a file below
    /// `/run/secrets` or `/run/agenix` or with the name of a secret, or lets every user write to a folder of secrets.
    /// ## Why
    /// The managers keep a secret out of the Nix store so that only its service can read it; their default modes are 0400 and
    /// 0600. The directories that they put it in let everybody pass who knows the name. With a mode that ends in 4 or more
    /// every service and every user of the host reads it, and one that may write it gives the service another secret.
    /// ## Bad
    /// ```nix
    /// { age.secrets.db = { file = ./db.age; mode = "0444"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { age.secrets.db = { file = ./db.age; owner = "postgres"; mode = "0400"; }; }
    /// ```
    /// ## Fix safety
    /// Unsafe: the service that reads the secret may not be its owner yet.
    pub static RULE = {
        id: "secret-file-mode",
        summary: "secret that every user of the system can read",
        severity: Medium,
        group: Secrets,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&["secret-file-for-all-is-read"]),
        controls: Controls::Cover(&[Control::Attack("T1552.001")]),
        stakes: [Account x Command, Account x Step],
        attack: Attack::Typed {
            experiment: "secret-file-for-all-is-read",
            command: "cat /run/secrets/db",
            gives: "the secret, by every user of the host and in guests that it is bound into",
        },
        check: System(check),
    }
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    // Those of a home are in a directory of the user's own.
    if system.kind == SystemKind::Home {
        return;
    }
    for secret in &system.managed_secrets {
        let Some(field) = secret.mode.as_ref().and_then(|mode| mode.written()) else {
            continue;
        };
        let Some(mode) = field.get().as_known() else {
            continue;
        };
        if is_public(&secret.option) {
            continue;
        }
        if let Some(line) = secret.line {
            of_line(ctx, system, (secret, line), field, &mode, sink);
            continue;
        }
        if has_several_people(system) {
            of_people(secret, field, &mode, sink);
        }
        let Some(others) = others(&mode) else {
            continue;
        };
        let (does, severity) = match (others & 4 != 0, others & 2 != 0) {
            (_, true) => ("change", Severity::High),
            (true, false) => ("read", Severity::Medium),
            (false, false) => continue,
        };
        let place = inside(ctx, system);
        let builder = sink
            .report(
                field,
                format!("every user can {does} the secret `{}`{place} (mode {mode})", secret.option),
            )
            .severity(severity)
            .help(
                "Give it to the user of the service that needs it (`owner`, or `group` with the mode 0440). A container that \
                 Podman starts as root reads environment files and binds of root.",
            );
        if let Some(change) = replace_text(&field.origin, "0400") {
            builder.fix("Let only the owner read it", Applicability::Unsafe, change);
        }
    }
}

/// A line for systemd-tmpfiles about a secret, or a folder of such.
fn of_line(
    ctx: &Ctx<'_>,
    system: &System,
    (secret, line): (&ManagedSecret, char),
    field: Written<'_, Text>,
    mode: &str,
    sink: &mut Sink,
) {
    let path = secret.option.trim_end_matches('/');
    // Marks before the digits say how much of the mode counts.
    let digits = mode.trim_start_matches(['~', ':']);
    let Some(others) = others(digits) else {
        return;
    };
    let is_folder = is_folder_of_secrets(path);
    let makes_folder = "dDevqQ".contains(line);
    let is_sticky = is_sticky(digits);
    let is_secret = below_manager(path) || is_secret_name(path) && !is_public_file(path);
    let (what, does, severity, good) = if makes_folder || is_folder && line == 'z' {
        // sops-nix and agenix put a link there, which systemd-tmpfiles leaves alone.
        if !is_folder || is_link(system, path) || others & 2 == 0 || is_sticky {
            return;
        }
        (
            "what is in the folder of secrets",
            "change",
            Severity::High,
            "0700",
        )
    } else if line == 'Z' && is_folder {
        // Whoever may not pass the folder reads nothing in it.
        if is_link(system, path) || others & 5 != 5 {
            return;
        }
        (
            "what is in the folder of secrets",
            "read",
            Severity::Medium,
            "0700",
        )
    } else if is_secret {
        match (others & 4 != 0, others & 2 != 0) {
            (_, true) => ("the secret", "change", Severity::High, "0400"),
            (true, false) => ("the secret", "read", Severity::Medium, "0400"),
            (false, false) => return,
        }
    } else {
        return;
    };
    let place = inside(ctx, system);
    let builder = sink
        .report(
            field,
            format!("every user can {does} {what} `{path}`{place} (mode {mode}, by systemd-tmpfiles)"),
        )
        .severity(severity)
        .help(
            "Leave the line out where sops-nix or agenix makes the file, and say `owner`, `group` and `mode` there. Else give it to \
             the user of the service that needs it, with a mode that ends in 0.",
        );
    let builder = match below_manager(path) || makes_folder {
        true => builder,
        false => builder.at_most(Confidence::Medium, "only the name says that it is a secret"),
    };
    if let Some(change) = replace_text(&field.origin, good) {
        builder.fix("Let only the owner read it", Applicability::Unsafe, change);
    }
}

/// Does a mode of four digits let only owners take away what is in a folder?
fn is_sticky(mode: &str) -> bool {
    let digits = mode.trim_start_matches('0');
    let first = digits.chars().next().and_then(|digit| digit.to_digit(8));
    digits.len() > 3 && first.is_some_and(|digit| digit & 1 != 0)
}

/// Below a folder in which managers of secrets put nothing else.
fn below_manager(path: &str) -> bool {
    let folders = [
        "/run/secrets/",
        "/run/secrets-for-users/",
        "/run/agenix/",
        "/run/keys/",
    ];
    folders.iter().any(|folder| path.starts_with(folder))
}

fn is_folder_of_secrets(path: &str) -> bool {
    path == "/run/keys" || {
        let name = path.rsplit('/').next().unwrap_or_default();
        matches!(
            name,
            "secrets" | "secret" | "secrets-for-users" | "agenix" | "credentials"
        )
    }
}

/// Does a manager that this system has keep its secrets elsewhere and only link to them from there?
fn is_link(system: &System, path: &str) -> bool {
    let has =
        |prefix: &str| { system.managed_secrets.iter() }.any(|secret| secret.option.starts_with(prefix));
    match path {
        "/run/secrets" | "/run/secrets-for-users" => has("sops."),
        "/run/agenix" => has("age."),
        _ => false,
    }
}

/// Does more than one person have an account, so that not all of a secret's readers are its owner?
fn has_several_people(system: &System) -> bool {
    let people = system.users.iter();
    let people = people.filter(|user| user.is_normal.value() == Some(&true));
    people.count() > 1
}

/// The group of every person by default, where the mode lets the group read.
fn of_people(secret: &ManagedSecret, mode: Written<'_, Text>, digits: &str, sink: &mut Sink) {
    let Some(group) = secret.group.as_ref().and_then(|group| group.written()) else {
        return;
    };
    let of_group = { digits.chars().rev() }
        .nth(1)
        .and_then(|digit| digit.to_digit(8));
    let reads =
        of_group.is_some_and(|digit| digit & 4 != 0) && others(digits).is_some_and(|digit| digit & 4 == 0);
    if !reads || group.get().as_known().as_deref() != Some("users") {
        return;
    }
    sink.report(
        group,
        format!(
            "everybody in group `users` can read the secret `{}` (mode {digits})",
            secret.option
        ),
    )
    .severity(Severity::Medium)
    .depends_on(mode.field())
    .related(&mode.origin, "the mode is asked for here")
    .help("Every person is in that group by default. Give it to a group of those who need it.");
}

/// Certificates and public keys are for everybody, wherever they come from.
fn is_public(option: &str) -> bool {
    if option.to_ascii_lowercase().contains("public") {
        return true;
    }
    let mut words = option.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| {
        matches!(
            word.to_ascii_lowercase().as_str(),
            "crt" | "cert" | "certificate" | "ca" | "pub" | "public" | "pubkey"
        )
    })
}

/// What everybody may do, by the last digit of a mode.
fn others(mode: &str) -> Option<u32> {
    let is_mode = (3..=5).contains(&mode.len()) && mode.chars().all(|c| c.is_digit(8));
    mode.chars().last().filter(|_| is_mode)?.to_digit(8)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_each_manager() {
        check(
            &RULE,
            r#"
{
  age.secrets.db = { file = ./db.age; mode = "0444"; };
                                           # ^^^^^^ medium: every user can read the secret `age.secrets.db` (mode 0444)
  sops.secrets."web/token".mode = "644";
                                # ^^^^^ medium: every user can read the secret `sops.secrets."web/token"` (mode 644)
  sops.templates.env = { content = "A=1"; mode = "0666"; };
                                               # ^^^^^^ high: every user can change the secret `sops.templates.env` (mode 0666)
  deployment.keys.wg = { text = "x"; permissions = "0777"; };
                                                 # ^^^^^^ high: every user can change the secret `deployment.keys.wg` (mode 0777)
}
"#,
        );
    }

    /// The group of every person.
    #[test]
    fn of_a_group_of_all() {
        check(
            &RULE,
            r#"
{
  users.users.ann.isNormalUser = true;
  users.users.bob.isNormalUser = true;
  age.secrets.db = { file = ./db.age; mode = "0440"; group = "users"; };
                                                           # ^^^^^^^ medium: everybody in group `users` can read the secret `age.secrets.db` (mode 0440)
  age.secrets.own = { file = ./own.age; group = "users"; };
}
"#,
        );
        // Of one person all of that is hers.
        check_none(
            &RULE,
            r#"
{
  users.users.ann.isNormalUser = true;
  age.secrets.db = { file = ./db.age; mode = "0440"; group = "users"; };
}
"#,
        );
    }

    #[test]
    fn by_tmpfiles() {
        check(
            &RULE,
            r#"
{
  sops.secrets."web/token" = { };
  systemd.tmpfiles.rules = [
    "z /run/secrets/web/token 0644 root root -"
                            # ^^^^ medium: every user can read the secret `/run/secrets/web/token` (mode 0644, by systemd-tmpfiles)
    "f /var/lib/app/password 0666 app app -"
                           # ^^^^ high: every user can change the secret `/var/lib/app/password` (mode 0666, by systemd-tmpfiles)
    "d /run/agenix 0777 root root -"
                 # ^^^^ high: every user can change what is in the folder of secrets `/run/agenix` (mode 0777, by systemd-tmpfiles)
    "Z /var/lib/app/secrets ~0755 app app -"
                          # ^^^^^ medium: every user can read what is in the folder of secrets `/var/lib/app/secrets` (mode ~0755, by systemd-tmpfiles)
  ];
  systemd.tmpfiles.settings.keys."/run/keys/wg".f.mode = "0444";
                                                       # ^^^^^^ medium: every user can read the secret `/run/keys/wg` (mode 0444, by systemd-tmpfiles)
}
"#,
        );
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  sops.secrets.token = { };
  systemd.tmpfiles.rules = [
    # A link, which is left as it is.
    "d /run/secrets 0777 root root -"
    "Z /run/secrets 0755 root root -"
    "d /var/lib/app/secrets 0755 app app -"
    "d /var/lib/drop/secrets 1777 root root -"
    "d /var/lib/app/tokens 0777 app app -"
    "f /etc/app/public.key 0644 root root -"
    "z /run/secrets/token 0440 root web -"
    "f /var/lib/app/password"
    "f /var/lib/app/password - - - -"
    "f /var/lib/app/token ${config.my.mode} - - -"
    "f /var/lib/app/motd 0666 - - -"
    "L+ /var/lib/app/secret - - - - /run/secrets/token"
    "r /run/secrets/old"
  ];
}
"#,
        );
    }

    #[test]
    fn of_owner_and_group() {
        check_none(
            &RULE,
            r#"
{ lib, ... }: {
  age.secrets.db = { file = ./db.age; mode = "0440"; group = "postgres"; };
  age.secrets.plain.file = ./plain.age;
  age.secrets.root-crt = { file = ./crt.age; mode = "0444"; };
  sops.secrets.token = { mode = "0400"; owner = "web"; };
  sops.secrets.own.mode = lib.mkForce "0660";
  deployment.keys.wg = { text = "x"; permissions = "0600"; };
  environment.etc."motd" = { text = "x"; mode = "0444"; };
}
"#,
        );
    }
}
