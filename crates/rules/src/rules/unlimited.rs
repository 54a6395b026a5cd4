//! unlimited

use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Engine, Field, RunOption};

declare_rule! {
    /// ## What it flags
    /// A container whose engine is told to leave a limit out: `--pids-limit=-1` (or 0) under Podman, and
    /// `--oom-kill-disable`. Docker limits the number of processes only where it is told to, so that there `-1` changes nothing.
    /// ## Why
    /// Podman lets a container have 2048 processes (containers.conf(5), `pids_limit`). Without the limit a program that
    /// starts ever more of them takes all process numbers of the host, and nothing else starts any more. A container whose
    /// programs are not killed when memory runs out waits for memory instead, and what needs it on the host waits as well:
    /// podman-run(1) says to use that only with `--memory`.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.app = { image = "docker.io/library/app:1"; extraOptions = [ "--pids-limit=-1" ]; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { virtualisation.oci-containers.containers.app = { image = "docker.io/library/app:1"; extraOptions = [ "--pids-limit=20000" ]; }; }
    /// ```
    /// ## Fix safety
    /// Unsafe: the program may need more than the limit gives. A higher number gives it more processes, and `--memory` says how
    /// much memory it may take.
    pub static RULE = {
        id: "unlimited",
        summary: "limit of the engine taken away from a container",
        severity: Low,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::NotRunnable("it needs the controllers of memory and pids in the unified hierarchy of control groups, which the machine of the lab does not have"),
        controls: Controls::Cover(&[Control::Cis("5.29"), Control::Nsa("4.1")]),
        stakes: [Part x Command, Part x Step],
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let last = |name: &str| {
        let is_it = |field: &&Field<RunOption>| field.value().is_none_or(|option| option.name == name);
        container.run_options.iter().rfind(is_it)
    };
    let is_limited = last("memory").is_some();
    let limits = [
        (
            "pids-limit",
            "may start any number of processes",
            "A program that starts ever more of them takes the process numbers of the host. Leave the limit as it is (2048), or \
             set a higher one.",
            Severity::Low,
        ),
        (
            "oom-kill-disable",
            "is not stopped when it takes all memory",
            "The host waits for memory with it. Leave it out, or set `--memory` as well.",
            Severity::Medium,
        ),
    ];
    for (option, what, help, severity) in limits {
        let Some(field) = last(option).and_then(|field| field.written()) else {
            continue;
        };
        let value = field.get().value.pattern();
        // Docker has no limit of processes by itself.
        if option == "pids-limit" && container.engine.value() != Some(&Engine::Podman) {
            continue;
        }
        let is_off = match option {
            "pids-limit" => matches!(value.as_str(), "-1" | "0"),
            _ => value == "true" && !is_limited,
        };
        if !is_off {
            continue;
        }
        let builder = sink
            .report(field, format!("{} {what}", name(container)))
            .severity(severity)
            .help(help);
        if let Some(change) = removal(container, &field.origin) {
            let title = match option {
                "pids-limit" => "Leave the limit in place",
                _ => "Let the program be killed when memory runs out",
            };
            builder.fix(title, Applicability::Unsafe, change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn limits_that_are_off() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.app = { image = "a:1"; extraOptions = [ "--pids-limit=-1" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^ low: `app` may start any number of processes
  virtualisation.quadlet.containers.api.containerConfig = { image = "a:1"; pidsLimit = -1; };
                                                                         # ^^^^^^^^^ low: `api` may start any number of processes
  services.podman.containers.web = { image = "a:1"; extraPodmanArgs = [ "--oom-kill-disable" ]; };
                                                                      # ^^^^^^^^^^^^^^^^^^^^ medium: `web` is not stopped when it takes all memory
}
"#,
        );
    }

    #[test]
    fn limits_that_docker_does_not_have() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers.app = { image = "a:1"; extraOptions = [ "--pids-limit=-1" ]; };
}
"#,
        );
    }

    #[test]
    fn limits_that_are_set() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.app = { image = "a:1"; extraOptions = [ "--pids-limit=-1" "--pids-limit=4096" ]; };
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--memory=2g" "--oom-kill-disable" ]; };
  virtualisation.oci-containers.containers.api = { image = "a:1"; extraOptions = [ "--oom-kill-disable=false" ]; };
}
"#,
        );
    }
}
