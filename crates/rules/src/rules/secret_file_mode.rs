//! secret-file-mode

use crate::about::words::{inside, replace_text};
use nixpod_analysis::{Applicability, Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{ManagedSecret, System, SystemKind, Text, Written};

declare_rule! {
    /// ## What it flags
    /// A secret that sops-nix, agenix or colmena puts on the system with a mode that lets every user read or write it:
    /// `mode = "0444"`, `permissions = "0777"`.
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
