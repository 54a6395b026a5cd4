//! removed-option

use crate::about::words::inside;
use nixpod_analysis::{Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{System, SystemKind};

declare_rule! {
    /// ## What it flags
    /// Options around containers that the release of the host no longer has, and with which it does not evaluate:
    /// `security.unprivilegedUsernsClone` (26.11), `virtualisation.lxd` (25.11),
    /// `virtualisation.podman.defaultNetwork.dnsname` and `extraPlugins` (23.05). Those of which the release only warns are
    /// info: `search`, `insecure` and `block` of `virtualisation.containers.registries` (26.11). Where neither the release nor
    /// `system.stateVersion` is known to be that new, nothing is said.
    /// ## Why
    /// An option that no module declares, or that a module declares as removed, fails the evaluation of the whole system. The
    /// changes are those of NixOS/nixpkgs#549611, #441370 and #199965, and for registries those of its module
    /// `virtualisation/containers.nix`.
    /// ## Bad
    /// ```nix
    /// {
    ///   system.stateVersion = "25.11";
    ///   virtualisation.lxd.enable = true;
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   system.stateVersion = "25.11";
    ///   virtualisation.incus.enable = true;
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: what takes the place of the option is another one, or nothing.
    pub static RULE = {
        id: "removed-option",
        summary: "option that the release of the host no longer has",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("whether a system evaluates is no matter of engines"),
        stakes: [Service x Itself, Nothing x Itself],
        check: System(check),
    }
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    if !matches!(system.kind, SystemKind::Nixos | SystemKind::Guest) {
        return;
    }
    // A system is at least as new as its state version.
    let Some(release) = system.release.certain().max(system.state_version.certain()) else {
        return;
    };
    for field in system.gone_options.iter().filter_map(|field| field.written()) {
        let option = field.get();
        if *release < option.since {
            continue;
        }
        let (severity, happens) = match option.is_refused {
            true => (Severity::Medium, "is gone"),
            false => (Severity::Info, "is on its way out"),
        };
        sink.report(
            field,
            format!(
                "`{}`{} {happens} since NixOS {}",
                option.name,
                inside(ctx, system),
                option.since
            ),
        )
        .severity(severity)
        .help(option.instead);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_a_known_release() {
        check(
            &RULE,
            r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.11";
  outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; }; };
}
#- /oak.nix
{
  security.unprivilegedUsernsClone = true;
                                   # ^^^^ medium: `security.unprivilegedUsernsClone` is gone since NixOS 26.11
  virtualisation.containers.registries.search = [ "docker.io" ];
                                     # ^^^^^^ info: `virtualisation.containers.registries.search` is on its way out since NixOS 26.11
  virtualisation.podman.defaultNetwork.dnsname.enable = true;
                                                      # ^^^^ medium: `virtualisation.podman.defaultNetwork.dnsname.enable` is gone since NixOS 23.05
}
"#,
        );
    }

    #[test]
    fn of_an_earlier_one_or_none() {
        let module = r#"
{ security.unprivilegedUsernsClone = true; virtualisation.lxd.enable = true; virtualisation.containers.registries.search = [ "docker.io" ]; }
"#;
        check_none(&RULE, module);
        check_none(
            &RULE,
            &format!(
                "#- /flake.nix\n{{\n  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-25.05\";\n  outputs = {{ nixpkgs, ... }}: {{ \
                 nixosConfigurations.oak = nixpkgs.lib.nixosSystem {{ modules = [ ./oak.nix ]; }}; }};\n}}\n#- /oak.nix\n{module}"
            ),
        );
        // What is said only on an old release is not there on the new one.
        check_none(
            &RULE,
            r#"
{ lib, ... }: { system.stateVersion = "25.11"; virtualisation.lxd.enable = lib.mkIf false true; }
"#,
        );
    }
}
