//! runs-as-trusted

use crate::about::power::{RootUser, root_of};
use crate::about::words::inside;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{JobUser, System, SystemKind, Written};
use nixpod_source::Origin;

declare_rule! {
    /// ## What it flags
    /// A service that runs jobs of a forge (`services.github-runners`, `gitlab-runner`, `buildkite-agents`, `jenkins`,
    /// `gitea-actions-runner` with a label for the machine itself) as a user whom the Nix daemon trusts, be it one that
    /// systemd makes up for the service; also in a guest without a user namespace, where the user has the id of one whom the
    /// host's daemon trusts.
    /// ## Why
    /// Whoever gets a job run, such as by a pull request, tells the daemon to build without a sandbox, and it runs the build as
    /// root of the host. A guest is no wall: its root and its users have the socket of the host's daemon, which looks at
    /// nothing but the user id of who connects.
    /// ## Bad
    /// ```nix
    /// {
    ///   users.users.ci = { isSystemUser = true; group = "ci"; };
    ///   services.github-runners.web = { enable = true; url = "https://github.com/o/r"; user = "ci"; };
    ///   nix.settings.trusted-users = [ "root" "ci" ];
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   users.users.ci = { isSystemUser = true; group = "ci"; };
    ///   services.github-runners.web = { enable = true; url = "https://github.com/o/r"; user = "ci"; };
    ///   nix.settings.trusted-users = [ "root" ];
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: jobs may need what the daemon grants only to whom it trusts, such as a cache of their own.
    pub static RULE = {
        id: "runs-as-trusted",
        summary: "jobs of a forge run as a user whom the Nix daemon trusts",
        severity: High,
        group: Users,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nix-trusted-user-is-root",
            "nix-daemon-trusts-guest-root",
        ]),
        controls: Controls::Cover(&[Control::Attack("T1548.003")]),
        stakes: [HostRoot x Step],
        attack: Attack::Typed {
            experiment: "nix-trusted-user-is-root",
            command: "nix-build --option sandbox false --option build-users-group \"\" EXPRESSION",
            gives: "a builder that runs as root on the host, for whoever can start a job",
        },
        check: System(check),
    }
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let host = ctx.outermost(&system.id);
    match system.kind {
        SystemKind::Nixos => {}
        SystemKind::Guest => {
            let container = ctx.container_of(system);
            if container.is_none_or(|container| root_of(ctx, container) != RootUser::Host) {
                return;
            }
        }
        SystemKind::Home | SystemKind::Elsewhere => return,
    }
    for job in &system.job_users {
        // In a container of the engine nobody has the daemon's socket.
        let Some(job) = job.written().filter(|job| job.get().runs_jobs) else {
            continue;
        };
        let Some((trusted, name)) = trusted(system, host, &job) else {
            continue;
        };
        let JobUser { user, service, .. } = job.get();
        let as_whom = match name == *user {
            true => format!("`{user}`"),
            false => format!("`{user}`, who is `{name}` to the host"),
        };
        sink.report(
            job,
            format!(
                "jobs of `{service}`{} run as {as_whom}: the host's Nix daemon trusts this user as it does root",
                inside(ctx, system)
            ),
        )
        .related(&trusted, "the trust is given here")
        .help(
            "Whoever gets a job run becomes root on the host. Take the user out of `trusted-users`; name the caches that jobs \
             need by `trusted-substituters`.",
        );
    }
}

/// Where the host says that it trusts a user of one of its systems, and who that is to the host.
fn trusted(system: &System, host: &System, job: &Written<'_, JobUser>) -> Option<(Origin, String)> {
    let user = &job.get().user;
    let name = match system.kind {
        SystemKind::Nixos => user.clone(),
        // The daemon sees only the number.
        _ => {
            let uid = |user: &nixpod_model::User| user.uid.certain().copied().flatten();
            let inside = system.users.iter().find(|one| one.name == *user)?;
            let number = uid(inside)?;
            let outside = host.users.iter().find(|one| uid(one) == Some(number))?;
            outside.name.clone()
        }
    };
    let trust = { host.nix_trusted.iter() }.find(|one| one.said().is_some_and(|one| *one == name))?;
    Some((trust.origin.clone(), name))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn on_the_host() {
        check(
            &RULE,
            r#"
{
  services.buildkite-agents.one = { user = "agent"; };
                                         # ^^^^^^^ high: jobs of `buildkite-agents.one` run as `agent`: the host's Nix daemon trusts this user as it does root
  services.gitlab-runner.enable = true;
                                # ^^^^ high: jobs of `gitlab-runner` run as `gitlab-runner`: the host's Nix daemon trusts this user as it does root
  services.github-runners.web = { enable = true; url = "https://github.com/o/r"; };
                                         # ^^^^ high: jobs of `github-runners.web` run as `github-runner-web`: the host's Nix daemon trusts this user as it does root
  services.gitea-actions-runner.instances.one = { enable = true; labels = [ "nix:host" ]; };
                                                         # ^^^^ high: jobs of `gitea-actions-runner.one` run as `gitea-runner`: the host's Nix daemon trusts this user as it does root
  nix.settings.trusted-users = [ "agent" "gitlab-runner" "github-runner-web" "gitea-runner" ];
}
"#,
        );
    }

    /// The daemon sees the number of who connects.
    #[test]
    fn in_a_guest() {
        check(
            &RULE,
            r#"
{
  users.users.ann = { isNormalUser = true; uid = 1000; };
  nix.settings.trusted-users = [ "ann" ];
  containers.ci.config = {
    users.users.runner = { isNormalUser = true; uid = 1000; };
    services.github-runners.web = { enable = true; user = "runner"; };
                                                        # ^^^^^^^^ high: jobs of `github-runners.web` in guest `ci` run as `runner`, who is `ann` to the host: the host's Nix daemon trusts this user as it does root
  };
}
"#,
        );
    }

    #[test]
    fn who_is_not_trusted() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  users.users.ann = { isNormalUser = true; uid = 1000; };
  nix.settings.trusted-users = [ "root" "ann" "old-ci" config.my.ci "gitea-runner" ];
  services.gitea-actions-runner.instances.one = { enable = true; labels = [ "debian:docker://node:22" ]; };
  services.github-runners.off = { enable = false; user = "ann"; };
  services.github-runners.own = { enable = true; url = "https://github.com/o/r"; };
  services.jenkins.enable = true;
  containers.ci = {
    privateUsers = "pick";
    config = {
      users.users.runner = { isNormalUser = true; uid = 1000; };
      services.github-runners.web = { enable = true; user = "runner"; };
    };
  };
}
"#,
        );
    }
}
