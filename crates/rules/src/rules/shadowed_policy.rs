//! shadowed-policy

use nixpod_analysis::{Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Surface, System, SystemKind};

declare_rule! {
    /// ## What it flags
    /// A system that is careful about images (`virtualisation.containers.policy` with another default than to accept
    /// anything, blocked registries), beside a home whose Home Manager runs Podman and is told nothing of the kind.
    /// ## Why
    /// Home Manager's `services.podman` writes `~/.config/containers/policy.json` and `registries.conf` for its user in
    /// any case, and Podman reads those in place of the system's (containers-policy.json(5), containers-
    /// registries.conf(5)). So the user's containers take images that the system refuses.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.containers.policy.default = [ { type = "reject"; } ];
    ///   users.users.ann.isNormalUser = true;
    ///   home-manager.users.ann.services.podman.containers.web.image = "docker.io/library/nginx:1.27";
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.containers.policy.default = [ { type = "reject"; } ];
    ///   users.users.ann.isNormalUser = true;
    ///   home-manager.users.ann.services.podman = {
    ///     settings.policy.default = [ { type = "reject"; } ];
    ///     containers.web.image = "docker.io/library/nginx:1.27";
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which images the user is to have is not known.
    pub static RULE = {
        id: "shadowed-policy",
        summary: "policy for images that a user's own files take the place of",
        severity: Medium,
        group: Oci,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it is about which images are taken from registries, and the lab has none"),
        controls: Controls::Cover(&[Control::Cis("4.5")]),
        stakes: [Service x Itself],
        check: System(check),
    }
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let (SystemKind::Home, Some(parent)) = (system.kind, &system.parent) else {
        return;
    };
    let around = ctx.world.system(parent);
    let runs_podman =
        { ctx.containers_of(system).iter() }.any(|container| container.surface == Surface::HomeManagerPodman);
    if !runs_podman {
        return;
    }
    let user = system.home_of.as_deref().unwrap_or("the user");
    let (own, theirs) = (&system.engines.registries, &around.engines.registries);
    if let Some(policy) = theirs.policy.as_ref().and_then(|policy| policy.written())
        && own.policy.is_none()
        && policy
            .get()
            .as_known()
            .is_some_and(|default| default != "insecureAcceptAnything")
    {
        sink.report(
            policy,
            format!("the containers of `{user}` do not obey this policy: Home Manager writes one that accepts anything"),
        )
        .severity(Severity::Medium)
        .help("Podman reads the user's file in place of the system's. Say the same in `services.podman.settings.policy` of the home.");
    }
    if let Some(blocked) = theirs.blocked.first().and_then(|blocked| blocked.written())
        && own.blocked.is_empty()
    {
        sink.report(
            blocked,
            format!("the containers of `{user}` may use `{}` all the same: Home Manager writes a list of its own", blocked.get().display()),
        )
        .severity(Severity::Medium)
        .help("Podman reads the user's file in place of the system's. Say the same in `services.podman.settings.registries` of the home.");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_a_home_beside_it() {
        check(
            &RULE,
            r#"
{
  virtualisation.containers.policy.default = [ { type = "reject"; } ];
                                                      # ^^^^^^^^ medium: the containers of `ann` do not obey this policy: Home Manager writes one that accepts anything
  virtualisation.containers.registries.block = [ "docker.io" ];
                                               # ^^^^^^^^^^^ medium: the containers of `ann` may use `docker.io` all the same: Home Manager writes a list of its own
  users.users.ann.isNormalUser = true;
  home-manager.users.ann.services.podman.containers.web.image = "a:1";
}
"#,
        );
    }

    #[test]
    fn where_nothing_is_shadowed() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.containers.policy.default = [ { type = "reject"; } ];
  virtualisation.oci-containers.containers.web.image = "a:1";
  users.users.ann.isNormalUser = true;
  home-manager.users.ann.programs.git.enable = true;
}
"#,
        );
    }

    #[test]
    fn where_it_accepts_anything() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.containers.policy.default = [ { type = "insecureAcceptAnything"; } ];
  users.users.ann.isNormalUser = true;
  home-manager.users.ann.services.podman.containers.web.image = "a:1";
}
"#,
        );
    }

    #[test]
    fn where_the_home_says_it() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.containers.policy.default = [ { type = "reject"; } ];
  users.users.ann.isNormalUser = true;
  home-manager.users.ann.services.podman = {
    settings.policy.default = [ { type = "reject"; } ];
    containers.web.image = "a:1";
  };
}
"#,
        );
    }
}
