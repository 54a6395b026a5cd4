//! secret-path-as-value

use crate::about::secrets::announced_by;
use crate::about::words::name;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Text, TextPart};
use nixpod_source::{Origin, Symbol};

declare_rule! {
    /// ## What it flags
    /// An environment variable that is a password, token or key by its name, and whose value is the path of a secret of
    /// sops-nix or agenix. Names that say that a file is meant, such as `DB_PASSWORD_FILE`, are right, and so is the path of
    /// a file that is mounted into the container just there: some programs read it.
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
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    for field in &container.environment {
        let Some(field) = field.written() else {
            continue;
        };
        let variable = field.get();
        if announced_by(&variable.name).is_none()
            || !is_path_of_secret(&variable.value)
            || is_inside(container, &variable.value)
        {
            continue;
        }
        // The path comes from the module of the manager, by an argument; what is wrong is where it is put.
        let definition = field.definitions.iter().rfind(|definition| definition.won);
        let origin = match definition {
            Some(definition) => Origin::at(definition.place),
            None => field.origin.clone(),
        };
        sink.report_at(
            &origin,
            format!(
                "`{}` of {} is the path `{}`, and not what the file says",
                variable.name,
                name(container),
                variable.value.display()
            ),
        )
        .depends_on(field.field())
        .help(
            "Nobody opens the file, so its path is the secret, and everybody can guess it. Set the variable in an environment \
             file that is made at run time (`environmentFiles` with a template of sops-nix), or use the one that takes a \
             file, which many images call NAME_FILE, and bind the file.",
        );
    }
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
      DB_PASSWORD = config.sops.placeholder.db;
    };
  };
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
