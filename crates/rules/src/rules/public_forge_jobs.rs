//! public-forge-jobs

use crate::about::words::inside;
use nixpod_analysis::{Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{System, SystemKind};

declare_rule! {
    /// ## What it flags
    /// A runner (`services.github-runners`, `gitea-actions-runner`, `forgejo-runner`) whose jobs come from a forge that
    /// everybody may have an account of: github.com, gitlab.com, codeberg.org, gitea.com. A hint, since the code does not say
    /// whether the repository is public.
    /// ## Why
    /// Of a public repository a pull request of a stranger brings its own workflow. Forges ask before they run it, mostly, and
    /// only the first time; what it leaves behind on a runner that stays the next job runs with. GitHub advises against runners
    /// of one's own for public repositories.
    /// ## Bad
    /// ```nix
    /// { services.github-runners.web = { enable = true; url = "https://github.com/o/r"; tokenFile = "/run/keys/web"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { services.gitea-actions-runner.instances.web = { enable = true; name = "web"; url = "https://git.example.org"; labels = [ "native:host" ]; }; }
    /// ```
    /// ## Fix safety
    /// No fix: whose jobs are run is a choice.
    pub static RULE = {
        id: "public-forge-jobs",
        summary: "runner of jobs that strangers may start",
        severity: Info,
        group: Users,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it is about what a forge asks before it hands out a job"),
        stakes: [Nothing x Itself],
        check: System(check),
    }
}

/// Forges that everybody may have an account of.
const PUBLIC: [&str; 4] = ["codeberg.org", "gitea.com", "github.com", "gitlab.com"];

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    if !matches!(system.kind, SystemKind::Nixos | SystemKind::Guest) {
        return;
    }
    for field in system.forge_runners.iter().filter_map(|field| field.written()) {
        let runner = field.get();
        let url = runner.url.pattern();
        let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(host);
        if !PUBLIC.contains(&host) {
            continue;
        }
        sink.report(
            field,
            format!(
                "`{}`{} runs jobs of `{}`: if that is public, strangers may bring some by a pull request",
                runner.service,
                inside(ctx, system),
                runner.url.display()
            ),
        )
        .severity(Severity::Info)
        .help(
            "Have the forge ask before it runs what outsiders bring, start each job anew (`ephemeral = true`), and run the service \
             in a guest with users of its own. Nothing has to be done for a private repository.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_each_service() {
        check(
            &RULE,
            r#"
{
  services.github-runners.web = { enable = true; url = "https://github.com/o/r"; tokenFile = "/run/keys/web"; };
                                                     # ^^^^^^^^^^^^^^^^^^^^^^^^ info: `github-runners.web` runs jobs of `https://github.com/o/r`: if that is public, strangers may bring some by a pull request
  services.gitea-actions-runner.instances.own = { enable = true; name = "own"; url = "https://codeberg.org"; labels = [ "native:host" ]; };
                                                                                   # ^^^^^^^^^^^^^^^^^^^^^^ info: `gitea-actions-runner.own` runs jobs of `https://codeberg.org`: if that is public, strangers may bring some by a pull request
  containers.ci.config.services.github-runners.web = { enable = true; url = "https://github.com/o"; tokenFile = "/run/keys/web"; };
                                                                          # ^^^^^^^^^^^^^^^^^^^^^^ info: `github-runners.web` in guest `ci` runs jobs of `https://github.com/o`: if that is public, strangers may bring some by a pull request
}
"#,
        );
    }

    #[test]
    fn of_forges_of_ones_own() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  services.github-runners.off = { enable = false; url = "https://github.com/o/r"; };
  services.github-runners.own = { enable = true; url = "https://github.example.org/o/r"; };
  services.github-runners.unknown = { enable = true; url = config.my.url; };
  services.gitea-actions-runner.instances.own = { enable = true; url = "https://github.com.example.org"; };
  services.gitea-actions-runner.instances.part = { enable = true; url = "https://${config.my.host}/github.com"; };
}
"#,
        );
    }
}
