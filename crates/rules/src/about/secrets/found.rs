//! How a secret that is written out is told.

use super::{Hit, Kind};
use nixpod_analysis::{FindingBuilder, Sink};
use nixpod_model::{Container, Field, StoreRef, Surface, Text};

pub(super) const USER_HELP: &str = "Everybody on the host, and in its NixOS containers, can read the Nix store. Use `hashedPasswordFile` \
    with a path of sops-nix or agenix, and change the password.";
pub(super) const HASH_HELP: &str = "A hash in the world-readable Nix store can be attacked offline. A file of sops-nix or agenix \
    keeps it private.";
pub(super) const FILE_HELP: &str = "Everybody on the host, and in its NixOS containers, can read the Nix store. Let a template of \
    sops-nix or agenix write the file at run time, and change the secret.";

pub(super) const CREDENTIAL_HELP: &str = "`SetCredential` is for what everybody may know: the text is in the unit, in the Nix store. \
    Let `LoadCredential` have the path of a file that sops-nix or agenix makes, and change the secret.";

pub(super) const KEPT_HELP: &str = "Keep it out of the file: let the engine's own secrets or an environment file that is not kept \
    with the code have it, and change the secret.";

/// Where the environment of a container or a service is taken from a file.
pub(super) fn environment_help(option: &str) -> String {
    format!(
        "Everybody on the host, and in its NixOS containers, can read the Nix store. Give the secret at run time, such as by \
         {option} with a path of sops-nix or agenix, and change it, because it is in the repository too."
    )
}

/// What takes a file with variables where the container is written.
pub(super) fn file_option(container: &Container) -> &'static str {
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
pub(super) const OF_SERVICE: &str = "`serviceConfig.EnvironmentFile`";

/// Where a secret stays.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// In the Nix store.
    Store,
    /// In a file that no system here has: nobody knows where it is put.
    File,
}

/// What is read from a file at evaluation is a matter of secret-read-at-eval.
pub(super) fn is_read_from_file(text: &Text) -> bool {
    text.context
        .iter()
        .any(|context| matches!(context, StoreRef::Read { .. }))
}

pub(super) fn in_file(variable: &str, file: &str, place: &str) -> String {
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

/// A secret that is written out in a text.
pub(super) struct Found<'f, T> {
    pub(super) field: &'f Field<T>,
    pub(super) text: &'f Text,
    /// What it is the secret of.
    pub(super) what: &'f str,
    pub(super) kept: Kept,
    pub(super) help: &'f str,
}

impl<T> Found<'_, T> {
    /// Reports it where it stands.
    pub(super) fn report<'s>(&self, hit: &Hit, sink: &'s mut Sink) -> FindingBuilder<'s> {
        let Found { field, text, .. } = self;
        let message = message(hit, self.what, self.kept);
        let help = match (hit.kind, self.kept) {
            (Kind::Hash, _) => HASH_HELP,
            (_, Kept::Store) => self.help,
            (_, Kept::File) => KEPT_HELP,
        };
        sink.hide(field, text, hit.range, hit.kind == Kind::Placeholder);
        let whole = hit.range == (0, text.pattern().len());
        let builder = match field.written().filter(|_| whole) {
            Some(written) => sink.report(written, message),
            None => sink
                .report_at(&text.origin_of(hit.range.0, hit.range.1), message)
                .depends_on(field),
        };
        builder.severity(hit.kind.severity()).help(help)
    }
}
