//! user-namespaces-disabled

use crate::about::words::inside;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Existence, Surface, System, Userns};

declare_rule! {
    /// ## What it flags
    /// A system that allows no user namespaces (`security.allowUserNamespaces = false`, or
    /// `boot.kernel.sysctl."user.max_user_namespaces" = 0`) and has containers that need them: rootless ones, and guests of
    /// systemd-nspawn with `privateUsers`.
    /// ## Why
    /// The kernel refuses each of these containers when it starts (`ENOSPC`). What is left are containers whose root is
    /// root of the host, so the switch that reads like hardening takes away the best isolation there is.
    /// ## Bad
    /// ```nix
    /// {
    ///   security.allowUserNamespaces = false;
    ///   containers.web = { privateUsers = "pick"; config = { }; };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// { containers.web = { privateUsers = "pick"; config = { }; }; }
    /// ```
    /// ## Fix safety
    /// No fix: whether the switch or the containers should go is not known.
    pub static RULE = {
        id: "user-namespaces-disabled",
        summary: "containers that need user namespaces where there are none",
        severity: High,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&["user-namespaces-disabled"]),
        controls: Controls::Cover(&[Control::Cis("2.9")]),
        stakes: [Promise x Itself],
        attack: Attack::Nothing("no container with a user namespace starts"),
        check: System(check),
    }
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let Some(switch) = system.user_namespaces.written().filter(|field| !*field.get()) else {
        return;
    };
    let own = ctx.containers_of(system).iter();
    let of_homes = { ctx.homes_of(system).iter() }.flat_map(|home| ctx.containers_of(home));
    // What is there only under a condition may be there just where the switch is not thrown.
    let is_certain = |container: &Container| !switch.is_maybe() || container.existence == Existence::Certain;
    let needs = |container: &&&Container| {
        let is_rootless =
            container.surface != Surface::CommandLine && container.rootful.value() == Some(&false);
        let has_users = container
            .userns
            .value()
            .is_some_and(|users| *users != Userns::Host);
        is_certain(container) && ((container.is_oci() && is_rootless) || has_users)
    };
    let Some(first) = own.chain(of_homes).find(needs) else {
        return;
    };
    sink.report(
        switch,
        format!(
            "`{}` cannot start: user namespaces are switched off{}",
            first.name,
            inside(ctx, system)
        ),
    )
    .help(
        "Rootless containers and `privateUsers` are made of user namespaces. Leave the switch alone; without it the root of \
         a container is no root of the host.",
    )
    .depends_on(&first.userns)
    .related(&first.origin, format!("`{}` needs one", first.name));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn rootless_ones() {
        check(
            &RULE,
            r#"
{
  boot.kernel.sysctl."user.max_user_namespaces" = 0;
                                                # ^ high: `web` cannot start: user namespaces are switched off
  home-manager.users.ann.services.podman.containers.web.image = "a:1";
}
"#,
        );
    }

    #[test]
    fn nobody_needs_them() {
        check_none(
            &RULE,
            r#"
{
  security.allowUserNamespaces = false;
  containers.web.config = { };
  virtualisation.oci-containers.containers.app.image = "a:1";
}
"#,
        );
    }
}
