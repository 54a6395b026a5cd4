//! secret-in-arguments

use crate::about::paths::HOLE;
use crate::about::secrets::announced_by;
use crate::about::words::name;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Surface, Text, TextPart};
use nixpod_source::Why;

declare_rule! {
    /// ## What it flags
    /// A line that runs a container and puts a secret, read when it runs, among the arguments: `tool --password
    /// "$PASSWORD"` and `--token $(cat /run/secrets/token)`, and, low, `-e NAME=$(cat ...)`, which hands a
    /// variable over.
    /// ## Why
    /// The arguments of every process are readable by every user of the host in /proc, as long as it runs (proc(5),
    /// `cmdline`), and the engine keeps those of a container with it: `podman inspect` shows them. Written out, the same
    /// is a matter of secret-in-store.
    /// ## Bad
    /// ```nix
    /// {
    ///   systemd.services.job.script = ''
    ///     podman run --rm docker.io/library/job:1 job --password "$(cat /run/secrets/job)"
    ///   '';
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   systemd.services.job.script = ''
    ///     podman run --rm -v /run/secrets/job:/run/password:ro docker.io/library/job:1 job --password-file /run/password
    ///   '';
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: how the program takes its secret otherwise is not known.
    pub static RULE = {
        id: "secret-in-arguments",
        summary: "secret as an argument of a command that runs a container",
        severity: Medium,
        group: Secrets,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it is about what a kernel shows of every process, on any Linux, and `inspect` of every container"),
        controls: Controls::Cover(&[Control::Attack("T1552.001")]),
        stakes: [Account x Step, Account x Weakness],
        attack: Attack::Nothing(
            "nothing has to be broken: `ps` shows it to every user of the host",
        ),
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    // Elsewhere nothing is put in the place of a variable when it runs.
    if container.surface != Surface::CommandLine {
        return;
    }
    for (at, field) in container.command.iter().enumerate() {
        let Some(field) = field.written() else { continue };
        let pattern = field.get().pattern();
        if !pattern.starts_with("--") {
            continue;
        }
        let (option, value) = match pattern.split_once('=') {
            Some((option, value)) => (
                option,
                Some(field.get().slice(pattern.len() - value.len(), pattern.len())),
            ),
            None => {
                let next = container.command.get(at + 1);
                (pattern.as_str(), next.and_then(|next| next.value().cloned()))
            }
        };
        let is_secret = announced_by(option.trim_start_matches('-')).is_some();
        if is_secret && value.is_some_and(|value| is_read_when_run(&value)) {
            sink.report(
                field,
                format!("the value of `{option}` of {} is in the process list", name(container)),
            )
            .severity(Severity::Medium)
            .help(
                "Every user of the host reads the arguments of every process, and `inspect` shows those of the container. Let the \
                 program read a file that is bound into the container, or a secret of the engine (`--secret`).",
            );
        }
    }
    for field in &container.environment {
        let Some(field) = field.written() else { continue };
        let variable = field.get();
        if announced_by(&variable.name).is_some() && is_read_when_run(&variable.value) {
            sink.report(
                field,
                format!("the value of `{}` of {} is in the process list", variable.name, name(container)),
            )
            .severity(Severity::Low)
            .help(
                "Every user of the host reads the arguments of the engine as long as it runs. `-e NAME` alone hands a variable \
                 over without its value, and `--env-file` reads them from a file.",
            );
        }
    }
}

/// Is it a variable of the shell, or what a command prints?
fn is_read_when_run(value: &Text) -> bool {
    let pattern = value.pattern();
    let inside = pattern.trim_matches('"');
    let is_of_shell = inside.starts_with("$(") || inside.starts_with('$') && inside.len() > 1;
    let is_hole = pattern.chars().all(|c| c == HOLE)
        && value.parts.iter().all(|part| match part {
            TextPart::Hole {
                why: Why::Impure(what),
                ..
            } => what == "what a command prints" || what.ends_with("` of a script"),
            _ => false,
        });
    is_of_shell || is_hole && !pattern.is_empty()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_lines() {
        check(
            &RULE,
            r#"
{
  systemd.services.job.script = ''
    podman run --rm img tool --password "$PASSWORD"
                           # ^^^^^^^^^^ medium: the value of `--password` of `systemd.services.job` is in the process list
  '';
  systemd.services.run.serviceConfig.ExecStart = "/bin/sh -c 'podman run --rm img tool --token=$(cat /run/secrets/token)'";
                                                                                     # ^^^^^^^^ medium: the value of `--token` of `systemd.services.run` is in the process list
}
"#,
        );
    }

    #[test]
    fn of_files() {
        check_none(
            &RULE,
            r#"
{
  systemd.services.job.script = ''
    podman run --rm img tool --password-file /run/secrets/x --user "$USER" --token-expiry "$T"
    podman run --rm -e PASSWORD img tool
  '';
  virtualisation.oci-containers.containers.web = { image = "a:1"; cmd = [ "--password" "$PASSWORD" ]; };
}
"#,
        );
    }
}
