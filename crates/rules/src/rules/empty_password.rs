//! empty-password

use crate::about::words::{inside, name};
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, NetworkMode, SecretSlot, System, SystemKind};

declare_rule! {
    /// ## What it flags
    /// A user who logs in without a password (`hashedPassword = ""`, `password = ""` and their initial forms), and a database
    /// that is told to ask for none (`POSTGRES_HOST_AUTH_METHOD=trust`, `MYSQL_ALLOW_EMPTY_PASSWORD`,
    /// `ALLOW_EMPTY_PASSWORD`). Hashes that no password has, such as `"!"`, lock the login and are fine, and so are `nixos` and
    /// `root` of a live image to install from, which is made so (`profiles/installation-device.nix` of nixpkgs).
    /// ## Why
    /// Whoever is at the keyboard, or in the container, is that user. A database without a password belongs to whoever
    /// reaches its port: all containers of its network, and all of the network where the port is published.
    /// ## Bad
    /// ```nix
    /// { users.users.alice = { isNormalUser = true; hashedPassword = ""; }; }
    /// ```
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/postgres:17";
    ///     environment.POSTGRES_HOST_AUTH_METHOD = "trust";
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   users.users.alice = { isNormalUser = true; hashedPasswordFile = "/run/secrets/alice"; };
    ///   users.users.bob = { isNormalUser = true; hashedPassword = "!"; };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: the password is not known.
    pub static RULE = {
        id: "empty-password",
        summary: "login or database without a password",
        severity: High,
        group: Secrets,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable(
            "it is about the login of NixOS and about what images make of a variable; the options' own descriptions say it",
        ),
        controls: Controls::Cover(&[Control::Attack("T1078.003"), Control::Attack("T1078.001")]),
        stakes: [Account x Command, Account x Step, Inside x Command],
        attack: Attack::Nothing("there is no password to type: the name of the user is enough"),
        check: Both(check_container, check_system),
    }
}

fn check_system(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    for secret in &system.secrets {
        let (user, option) = match &secret.slot {
            SecretSlot::Password(user, option) | SecretSlot::HashedPassword(user, option) => (user, option),
            _ => continue,
        };
        let Some(value) = secret.value.written() else {
            continue;
        };
        if value.get().as_known().as_deref() != Some("")
            || has_stronger(system, user, option)
            || is_of_live_image(system, user)
        {
            continue;
        }
        // A guest's login is reached by root of the host alone, unless it offers one over the network.
        let severity = match system.kind {
            SystemKind::Guest => Severity::Low,
            SystemKind::Nixos | SystemKind::Home | SystemKind::Elsewhere => Severity::High,
        };
        sink.report(
            value,
            format!("user `{user}` logs in without a password: `{option}` is empty{}", inside(ctx, system)),
        )
        .severity(severity)
        .help(
            "Write `\"!\"` where nobody is to log in by a password, or use `hashedPasswordFile` with a path of sops-nix or \
             agenix.",
        );
    }
}

/// Is it one of the two who log in to a live image without a password, whatever a configuration repeats of that? Who sits before
/// the machine has it anyhow, and its `sshd` takes no empty password.
fn is_of_live_image(system: &System, user: &str) -> bool {
    system.is_installer.value() == Some(&true) && matches!(user, "nixos" | "root")
}

/// The options that give a user a password, each of which wins over those before it.
const BY_STRENGTH: [&str; 6] = [
    "initialHashedPassword",
    "initialPassword",
    "hashedPassword",
    "password",
    "passwordFile",
    "hashedPasswordFile",
];

/// Does another option win?
fn has_stronger(system: &System, user: &str, option: &str) -> bool {
    let strength = |name: &str| BY_STRENGTH.iter().position(|one| *one == name);
    let own = strength(option);
    system.secrets.iter().any(|secret| {
        let other = match &secret.slot {
            SecretSlot::Password(name, option) | SecretSlot::HashedPassword(name, option) if name == user => {
                strength(option)
            }
            SecretSlot::SecretFile(path) if path.starts_with(&format!("users.users.{user}.")) => {
                path.rsplit('.').next().and_then(strength)
            }
            _ => None,
        };
        other > own
    })
}

fn check_container(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    for field in &container.environment {
        let Some(field) = field.written() else {
            continue;
        };
        let variable = field.get();
        let Some(value) = variable.value.as_known() else {
            continue;
        };
        let asks_for_none = match variable.name.as_str() {
            "POSTGRES_HOST_AUTH_METHOD" => value == "trust",
            "ALLOW_EMPTY_PASSWORD"
            | "MYSQL_ALLOW_EMPTY_PASSWORD"
            | "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD"
            | "MARIADB_ALLOW_EMPTY_PASSWORD" => matches!(value.as_str(), "1" | "yes" | "true"),
            _ => false,
        };
        // A password that is there is asked for; and without a network nobody asks.
        let has_password = container
            .environment
            .iter()
            .filter_map(|field| field.value())
            .any(|other| {
                let name = other.name.trim_end_matches("_FILE");
                name.ends_with("_PASSWORD") && !name.contains("EMPTY")
            });
        let is_alone = container.network.value() == Some(&NetworkMode::None);
        if !asks_for_none || is_alone || (has_password && variable.name != "POSTGRES_HOST_AUTH_METHOD") {
            continue;
        }
        sink.report(
            field,
            format!("the database in {} asks for no password", name(container)),
        )
        .severity(Severity::Medium)
        .help(
            "It belongs to whoever reaches its port. Set a password in an environment file of sops-nix or agenix, or leave the \
             database to one container by a network of its own.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_users() {
        check(
            &RULE,
            r#"
{
  users.users.ann = { isNormalUser = true; initialHashedPassword = ""; };
                                                                 # ^^ high: user `ann` logs in without a password: `initialHashedPassword` is empty
  containers.web.config.users.users.root.password = "";
                                                  # ^^ low: user `root` logs in without a password: `password` is empty in guest `web`
}
"#,
        );
    }

    #[test]
    fn of_databases() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.db = { image = "a:1"; environment.MYSQL_ALLOW_EMPTY_PASSWORD = "yes"; };
                                                                                                        # ^^^^^ medium: the database in `db` asks for no password
}
"#,
        );
    }

    /// `profiles/installation-device.nix` does so itself. Others of an image are no part of its design.
    #[test]
    fn of_live_images() {
        for image in [
            "\"${modulesPath}/installer/cd-dvd/installation-cd-minimal.nix\"",
            "(modulesPath + \"/installer/netboot/netboot-minimal.nix\")",
            "(modulesPath + \"/profiles/installation-device.nix\")",
            "<nixpkgs/nixos/modules/installer/cd-dvd/installation-cd-graphical-gnome.nix>",
        ] {
            check(
                &RULE,
                &format!(
                    r#"
{{ modulesPath, ... }}: {{
  imports = [ {image} ];
  users.users.nixos.initialHashedPassword = "";
  users.users.root.initialHashedPassword = "";
  users.users.ann = {{ isNormalUser = true; initialHashedPassword = ""; }};
                                                                 # ^^ high: user `ann` logs in without a password: `initialHashedPassword` is empty
}}
"#
                ),
            );
        }
        check(
            &RULE,
            r#"
{ modulesPath, ... }: {
  imports = [ "${modulesPath}/installer/sd-card/sd-image-aarch64.nix" ];
  users.users.nixos.initialHashedPassword = "";
                                          # ^^ high: user `nixos` logs in without a password: `initialHashedPassword` is empty
}
"#,
        );
    }

    #[test]
    fn what_is_locked() {
        check_none(
            &RULE,
            r#"
{
  users.users.ann = { isNormalUser = true; hashedPassword = "!"; };
  users.users.bob = { isNormalUser = true; hashedPassword = null; };
  users.users.cid = { isNormalUser = true; initialHashedPassword = ""; hashedPasswordFile = "/run/secrets/cid"; };
  users.users.dan = { isNormalUser = true; initialPassword = ""; hashedPassword = "!"; };
  virtualisation.oci-containers.containers.my = { image = "a:1"; environment = { MYSQL_ALLOW_EMPTY_PASSWORD = "yes"; MYSQL_ROOT_PASSWORD_FILE = "/run/p"; }; };
  virtualisation.oci-containers.containers.db = { image = "a:1"; environment = { POSTGRES_HOST_AUTH_METHOD = "scram-sha-256"; ALLOW_EMPTY_PASSWORD = "no"; }; };
}
"#,
        );
    }
}
