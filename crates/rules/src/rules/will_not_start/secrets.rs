//! Secrets that the user who runs a container cannot read.

use crate::about::words::{definition_of, name};
use nixpod_analysis::{Confidence, Ctx, Sink};
use nixpod_model::{Container, Fact, Field, ManagedSecret, SystemKind, Text, TextPart};
use nixpod_source::{Symbol, Why};

/// Files that Podman reads, or binds, as a user: sops-nix and agenix leave them to root alone unless they are told otherwise.
pub(super) fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let system = ctx.system(container);
    let user = container.runs_as.as_ref().and_then(Field::certain);
    let (Some(user), Some(false)) = (user, container.rootful.certain()) else {
        return;
    };
    if !matches!(system.kind, SystemKind::Nixos | SystemKind::Guest) || user == "root" {
        return;
    }
    let files = { container.environment_files.iter() }.filter_map(|field| match &field.fact {
        Fact::Unknown(why) => Some((definition_of(field), option_of(why)?)),
        Fact::Set(text) => Some((definition_of(field), option_in(text)?)),
        _ => None,
    });
    let binds = { container.mounts.iter() }.filter_map(|field| match &field.fact {
        Fact::Set(mount) if mount.is_bind => Some((definition_of(field), option_in(&mount.source)?)),
        _ => None,
    });
    for (origin, option) in files.chain(binds) {
        let secret = { system.managed_secrets.iter() }.find(|secret| secret.option == option);
        if !secret.is_some_and(is_of_root) {
            continue;
        }
        sink.report_at(
            &origin,
            format!(
                "{} does not start: user `{user}` may not read `{option}`",
                name(container)
            ),
        )
        .at_most(
            Confidence::Medium,
            "something else may give the file to that user",
        )
        .help(format!(
            "It is decrypted for root, with the mode 0400. Say whose it is: `{option}.owner = \"{user}\";`."
        ));
        return;
    }
}

/// The secret whose path a text is, by its option.
fn option_in(path: &Text) -> Option<&str> {
    match path.parts.as_slice() {
        [TextPart::Hole { why, .. }] => option_of(why),
        _ => None,
    }
}

/// The option of the secret whose path an unknown value is.
fn option_of(why: &Why) -> Option<&str> {
    let name = why.name().filter(|_| why.symbol() == Some(Symbol::Secret))?;
    let name = name.strip_prefix("config.").unwrap_or(name);
    let option = name.strip_suffix(".path")?;
    let is_known = ["sops.secrets.", "sops.templates.", "age.secrets."]
        .iter()
        .any(|set| option.starts_with(set));
    is_known.then_some(option)
}

/// Does nothing say that somebody besides root may read it?
fn is_of_root(secret: &ManagedSecret) -> bool {
    let is_root = |said: &Option<Field<Text>>| match said {
        None => true,
        Some(said) => {
            { said.certain() }.is_some_and(|who| matches!(who.as_known().as_deref(), Some("root" | "0")))
        }
    };
    let mode = match &secret.mode {
        None => Some("0400".to_owned()),
        Some(mode) => mode.certain().and_then(Text::as_known),
    };
    // What group and others may do stands at the end.
    let is_closed = mode.is_some_and(|mode| {
        let mut digits = mode.chars().rev().map(|digit| digit.to_digit(8));
        let closes = |digit: Option<Option<u32>>| digit.flatten().is_some_and(|digit| digit & 4 == 0);
        closes(digits.next()) && (closes(digits.next()) || is_root(&secret.group))
    });
    is_root(&secret.owner) && is_closed
}

#[cfg(test)]
mod tests {
    use crate::rules::will_not_start::RULE;
    use nixpod_testing::{check, check_none};

    const USER: &str = "users.users.svc = { isSystemUser = true; group = \"svc\"; uid = 993; linger = true; autoSubUidGidRange = true; }; virtualisation.oci-containers.backend = \"podman\";";

    #[test]
    fn secrets_of_root() {
        check(
            &RULE,
            &r#"
{ config, ... }: {
  USER
  sops.secrets.app = { };
  age.secrets.key = { file = ./key.age; mode = "0440"; };
  virtualisation.oci-containers.containers.a = { image = "a:1"; podman.user = "svc"; environmentFiles = [ config.sops.secrets.app.path ]; };
                                                                                   # ^^^^^^^^^^^^^^^^ medium: `a` does not start: user `svc` may not read `sops.secrets.app`
  virtualisation.oci-containers.containers.b = { image = "a:1"; podman.user = "svc"; volumes = [ "${config.age.secrets.key.path}:/key:ro" ]; };
                                                                                   # ^^^^^^^ medium: `b` does not start: user `svc` may not read `age.secrets.key`
}
"#
            .replace("USER", USER),
        );
    }

    #[test]
    fn secrets_of_the_user() {
        check_none(
            &RULE,
            &r#"
{ config, ... }: {
  USER
  sops.secrets.app.owner = "svc";
  sops.secrets.open.mode = "0444";
  sops.secrets.of-group = { mode = "0440"; group = "svc"; };
  virtualisation.oci-containers.containers.a = { image = "a:1"; podman.user = "svc"; environmentFiles = [ config.sops.secrets.app.path config.sops.secrets.open.path config.sops.secrets.of-group.path config.sops.secrets.elsewhere.path ]; };
  virtualisation.oci-containers.containers.b = { image = "a:1"; environmentFiles = [ config.sops.secrets.root.path ]; };
  sops.secrets.root = { };
}
"#
            .replace("USER", USER),
        );
    }
}
