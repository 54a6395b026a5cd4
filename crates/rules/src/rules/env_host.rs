//! env-host

use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Engine, SystemKind};

declare_rule! {
    /// ## What it flags
    /// A container that gets the whole environment of whoever starts it: `--env-host`, `EnvironmentHost=true`.
    /// ## Why
    /// The environment of a service has what its unit and its environment files set, that of a user's session tokens and
    /// the addresses of agents. All of it is handed to the program in the container and is kept with the container, where
    /// `podman inspect` shows it.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.app = {
    ///     image = "docker.io/library/app:1";
    ///     extraOptions = [ "--env-host" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.app = {
    ///     image = "docker.io/library/app:1";
    ///     environment.TZ = "Europe/Berlin";
    ///     extraOptions = [ "--env=LANG" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: the program may need one of the variables, which `--env=NAME` hands over alone.
    pub static RULE = {
        id: "env-host",
        summary: "container that gets the whole environment of whoever starts it",
        severity: Medium,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&["podman-env-host", "settings-volumes", "quadlet-security-keys"]),
        controls: Controls::Cover(&[Control::Attack("T1552.001")]),
        stakes: [Account x Step, Account x Weakness],
        attack: Attack::Typed {
            experiment: "podman-env-host",
            command: "env | grep _TOKEN=",
            gives: "the tokens in the environment of whoever starts the container",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    // Docker knows no such option.
    if container.engine.value() != Some(&Engine::Podman) {
        return;
    }
    let mut options = container.run_options.iter();
    let last = options.rfind(|field| field.value().is_none_or(|option| option.name == "env-host"));
    let Some(field) = last.and_then(|field| field.written()) else {
        return;
    };
    if field.get().value.as_known().as_deref() != Some("true") {
        return;
    }
    // A unit of the system has little in its environment; a user has a session.
    let is_of_a_user = container.rootful.value() == Some(&false)
        || matches!(
            ctx.system(container).kind,
            SystemKind::Home | SystemKind::Elsewhere
        );
    let builder = sink
        .report(
            field,
            format!("{} gets the whole environment of whoever starts it", name(container)),
        )
        .severity(if is_of_a_user { Severity::Medium } else { Severity::Low })
        .help(
            "Tokens of a session and whatever the unit's environment files set are among it. Name what it needs: \
             `--env=NAME` hands over one variable.",
        );
    if let Some(change) = removal(container, &field.origin) {
        builder.fix("hand nothing over", Applicability::Unsafe, change);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_a_user_and_of_the_system() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.own = { image = "a:1"; extraPodmanArgs = [ "--env-host" ]; };
                                                                      # ^^^^^^^^^^^^ medium: `own` gets the whole environment of whoever starts it
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--env-host=true" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^ low: `web` gets the whole environment of whoever starts it
}
"#,
        );
    }

    #[test]
    fn of_every_container() {
        check(
            &RULE,
            r#"
{
  virtualisation.podman.enable = true;
  virtualisation.containers.containersConf.settings.containers.env_host = true;
                                                                        # ^^^^ low: every container of Podman gets the whole environment of whoever starts it
  virtualisation.oci-containers.containers.web = { image = "a:1"; };
}
"#,
        );
    }

    #[test]
    fn switched_off_again() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--env-host" "--env-host=false" "--env=A" ]; };
}
"#,
        );
    }
}
