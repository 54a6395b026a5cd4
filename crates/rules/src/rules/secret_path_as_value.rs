//! secret-path-as-value

use crate::about::secrets::announced_by;
use crate::about::words::{definition_of, inside, name};
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, SecretSlot, System, Text, TextPart, Written};
use nixpod_source::Symbol;

declare_rule! {
    /// ## What it flags
    /// An environment variable that is a password, token or key by its name, or a credential that is set by its text
    /// (`SetCredential`, `--set-credential`), whose value is the path of a secret of sops-nix or agenix; a variable of a
    /// container that is to be the output of a command (`$(cat FILE)`), which only shells replace; and a placeholder of sops-nix
    /// in the environment, where nothing replaces it. Names that say that a file is meant, such as `DB_PASSWORD_FILE`, are
    /// right, and so is the path of a file that is mounted into the container just there: some programs read it.
    /// ## Why
    /// Nobody opens the file: the program takes the path for the password. `/run/secrets/db` is then the password of the
    /// database, the same on every machine with that configuration, and everybody can guess it.
    /// ## Bad
    /// ```nix
    /// { config, ... }: {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/mariadb:11";
    ///     environment.MARIADB_ROOT_PASSWORD = config.sops.secrets.db.path;
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// { config, ... }: {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/mariadb:11";
    ///     environment.MARIADB_ROOT_PASSWORD_FILE = "/run/secrets/db";
    ///     volumes = [ "${config.sops.secrets.db.path}:/run/secrets/db:ro" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: whether the program reads a file is not known.
    pub static RULE = {
        id: "secret-path-as-value",
        summary: "path of a secret that is taken for the secret",
        severity: High,
        group: Secrets,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it is about what the program in the container makes of a variable"),
        controls: Controls::Cover(&[Control::Attack("T1078.001")]),
        stakes: [Account x Command],
        attack: Attack::Nothing("the path itself is the password, and it is the same everywhere"),
        check: Both(check_container, check_system),
    }
}

const HELP: &str = "Nobody opens the file, so its path is the secret, and everybody can guess it. Set the variable in an environment \
    file that is made at run time (`environmentFiles` with a template of sops-nix), or use the one that takes a file, \
    which many images call NAME_FILE, and bind the file.";
const CREDENTIAL_HELP: &str = "The credential is the text of the path, which everybody can guess. \
    `LoadCredential=` and `--load-credential=` take a path and pass on what is in the file.";
const PLACEHOLDER_HELP: &str = "sops-nix replaces the placeholder in `sops.templates` only. Write an environment file as a template, \
    and give the path of that one: `environmentFiles = [ config.sops.templates.env.path ]`.";

fn check_container(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let who = name(container);
    for field in &container.environment {
        let Some(field) = field.written() else {
            continue;
        };
        let variable = field.get();
        let what = format!("`{}` of {who}", variable.name);
        if has_placeholder(&variable.value) {
            report_placeholder(field, &what, sink);
        } else if is_command(&variable.value) {
            report_command(field, &variable.value, &what, sink);
        } else if is_value(&variable.name)
            && is_path_of_secret(&variable.value)
            && !is_inside(container, &variable.value)
        {
            report(field, &variable.value, &what, HELP, sink);
        }
    }
    for flag in &container.flags {
        let Some(field) = flag.word.written() else {
            continue;
        };
        let word = field.get();
        let pattern = word.pattern();
        if let Some((id, value)) =
            { pattern.strip_prefix("--set-credential=") }.and_then(|rest| rest.split_once(':'))
        {
            let value = word.slice(pattern.len() - value.len(), pattern.len());
            if is_path_of_secret(&value) {
                let what = format!("the credential `{id}` of {who}");
                report(field, &value, &what, CREDENTIAL_HELP, sink);
            }
        }
    }
}

fn check_system(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let place = inside(ctx, system);
    for secret in &system.secrets {
        let Some(field) = secret.value.written() else {
            continue;
        };
        let (what, is_secret, help) = match &secret.slot {
            SecretSlot::Environment { variable, .. } => {
                let what = format!("the variable `{variable}`{place}");
                (what, is_value(variable), HELP)
            }
            SecretSlot::UnitCredential(id) => {
                let what = format!("the credential `{id}`{place} (`SetCredential`)");
                (what, true, CREDENTIAL_HELP)
            }
            _ => continue,
        };
        if has_placeholder(field.get()) {
            report_placeholder(field, &what, sink);
        } else if is_secret && is_path_of_secret(field.get()) {
            report(field, field.get(), &what, help, sink);
        }
    }
}

fn report<T>(field: Written<'_, T>, path: &Text, what: &str, help: &'static str, sink: &mut Sink) {
    let message = format!(
        "{what} is the path `{}`, and not what the file says",
        path.display()
    );
    report_definition(field, message, help, sink);
}

fn report_placeholder<T>(field: Written<'_, T>, what: &str, sink: &mut Sink) {
    let message = format!("{what} is a placeholder of sops-nix, which nothing replaces there");
    report_definition(field, message, PLACEHOLDER_HELP, sink);
}

fn report_command<T>(field: Written<'_, T>, command: &Text, what: &str, sink: &mut Sink) {
    let message = format!(
        "{what} is the text `{}`: no shell puts the secret there",
        command.display()
    );
    report_definition(field, message, HELP, sink);
}

fn report_definition<T>(field: Written<'_, T>, message: String, help: &'static str, sink: &mut Sink) {
    // The value comes from the module of the manager, by an argument; what is wrong is where it is put.
    sink.report_at(&definition_of(field.field()), message)
        .depends_on(field.field())
        .help(help);
}

/// Does the name say that the secret itself is meant? Keys of these sorts are files in most programs.
fn is_value(name: &str) -> bool {
    const FILES: [&str; 5] = ["PRIVATE_KEY", "SIGNING_KEY", "HOST_KEY", "SSL_KEY", "TLS_KEY"];
    let upper = name.to_ascii_uppercase();
    announced_by(name).is_some() && !FILES.iter().any(|end| upper.ends_with(end))
}

/// Is it what a shell would replace by the content of a file? Where one does, nothing of it is left to be seen here.
fn is_command(text: &Text) -> bool {
    let pattern = text.pattern();
    let inner = pattern.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|inner| inner.starts_with("cat ") || inner.starts_with('<'))
}

/// Is a part of it what sops-nix has in place of a secret?
fn has_placeholder(text: &Text) -> bool {
    text.parts.iter().any(|part| match part {
        TextPart::Hole { why, .. } => why.name().is_some_and(|name| {
            let name = name.strip_prefix("config.").unwrap_or(name);
            name.starts_with("sops.placeholder.")
        }),
        TextPart::Known { .. } => false,
    })
}

/// Is a file mounted at that path in the container, or a secret of the engine that has it for its target?
fn is_inside(container: &Container, path: &Text) -> bool {
    let path = path.display();
    let mut mounts = container.mounts.iter().filter_map(|field| field.written());
    let mut options = { container.run_options.iter() }.filter_map(|field| field.written());
    mounts.any(|field| field.get().target.display() == path)
        || options.any(|field| {
            let value = field.get().value.display();
            let is_target = |word: &str| word.strip_prefix("target=") == Some(&path);
            field.get().name == "secret" && value.split(',').any(is_target)
        })
}

/// Is it the path of one decrypted file, and nothing else?
fn is_path_of_secret(text: &Text) -> bool {
    if let [TextPart::Hole { why, .. }] = &text.parts[..] {
        return why.symbol() == Some(Symbol::Secret)
            && why.name().is_some_and(|name| name.ends_with(".path"));
    }
    const FOLDERS: [&str; 3] = ["/run/secrets/", "/run/agenix/", "/run/secrets-for-users/"];
    // Keys and certificates are files wherever they are used.
    const FILES: [&str; 6] = [".pub", ".pem", ".key", ".crt", ".json", ".p12"];
    let pattern = text.pattern();
    if FILES.iter().any(|end| pattern.ends_with(end)) {
        return false;
    }
    let is_one_path = !pattern.contains(char::is_whitespace) && !pattern.contains(':');
    is_one_path && FOLDERS.iter().any(|folder| pattern.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn commands_that_no_shell_runs() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.oci-containers.containers.db = {
    image = "a:1";
    environment.MYSQL_PASSWORD = "$(cat /run/secrets/db)";
                               # ^^^^^^^^^^^^^^^^^^^^^^^^ high: `MYSQL_PASSWORD` of `db` is the text `$(cat /run/secrets/db)`: no shell puts the secret there
    environment.OTHER = "$(cat ${config.sops.secrets.db.path})";
                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `OTHER` of `db` is the text `$(cat ${sops.secrets.db.path})`: no shell puts the secret there
    environment.GREETING = "$(hello)";
  };
  systemd.services.job.script = "podman run -e TOKEN=$(cat /run/secrets/token) a:1";
  environment.variables.TOKEN = "$(cat /run/secrets/token)";
}
"#,
        );
    }

    #[test]
    fn paths_of_both_managers() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.oci-containers.containers.db = {
    image = "a:1";
    environment.MYSQL_PASSWORD = config.sops.secrets.db.path;
              # ^^^^^^^^^^^^^^ high: `MYSQL_PASSWORD` of `db` is the path `${sops.secrets.db.path}`, and not what the file says
    environment.API_TOKEN = "/run/agenix/token";
                          # ^^^^^^^^^^^^^^^^^^^ high: `API_TOKEN` of `db` is the path `/run/agenix/token`, and not what the file says
  };
}
"#,
        );
    }

    #[test]
    fn of_units_and_credentials() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  systemd.services.web.environment.DB_PASSWORD = config.sops.secrets.db.path;
                                 # ^^^^^^^^^^^ high: the variable `DB_PASSWORD` is the path `${sops.secrets.db.path}`, and not what the file says
  systemd.services.api.serviceConfig.SetCredential = "db:${config.age.secrets.db.path}";
                                                   # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: the credential `db` (`SetCredential`) is the path `${age.secrets.db.path}`, and not what the file says
  containers.web = { config = { }; extraFlags = [ "--set-credential=db:${config.age.secrets.db.path}" ]; };
                                 # ^^^^^^^^^^ high: the credential `db` of `web` is the path `${age.secrets.db.path}`, and not what the file says
  virtualisation.oci-containers.containers.db = {
    image = "a:1";
    environment.DSN = "user:${config.sops.placeholder.db}@host";
                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `DSN` of `db` is a placeholder of sops-nix, which nothing replaces there
  };
}
"#,
        );
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  systemd.services.web.serviceConfig.LoadCredential = "db:${config.age.secrets.db.path}";
  sops.templates.env.content = "DB=${config.sops.placeholder.db}";
  containers.web = { config = { }; extraFlags = [ "--load-credential=db:${config.age.secrets.db.path}" ]; };
}
"#,
        );
    }

    #[test]
    fn where_a_file_is_meant() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.oci-containers.containers.db = {
    image = "a:1";
    environment = {
      MYSQL_PASSWORD_FILE = config.sops.secrets.db.path;
      GOOGLE_APPLICATION_CREDENTIALS = config.age.secrets.cloud.path;
      TOKEN_PATH = "/run/agenix/token";
      SIGNING_KEY = "/run/secrets/signing_key.pub";
    };
  };
}
"#,
        );
    }

    /// An option of the user's own may be the content of a template.
    #[test]
    fn a_placeholder_in_an_option_of_ones_own() {
        check_none(
            &RULE,
            r#"
{ config, lib, ... }: {
  options.services.tool.environment = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; };
  config.services.tool.environment.API_TOKEN = config.sops.placeholder.api;
  config.sops.templates.tool.content = lib.toShellVars config.services.tool.environment;
}
"#,
        );
    }

    #[test]
    fn where_the_file_is_inside() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.oci-containers.containers.books = {
    image = "a:1";
    volumes = [ "/srv/key:/run/secrets/key:ro" "${config.sops.secrets.db.path}:${config.sops.secrets.db.path}:ro" ];
    extraOptions = [ "--secret=token,type=mount,target=/run/secrets/token,mode=0600" ];
    environment = {
      BOOKS_SECRET_KEY = "/run/secrets/key";
      BOOKS_DB_PASSWORD = config.sops.secrets.db.path;
      BOOKS_TOKEN = "/run/secrets/token";
      BOOKS_API_KEY = "/run/secrets/other";
                    # ^^^^^^^^^^^^^^^^^^^^ high: `BOOKS_API_KEY` of `books` is the path `/run/secrets/other`, and not what the file says
    };
  };
}
"#,
        );
    }
}
