//! unknown-option

use crate::about::words::name;
use nixpod_analysis::{Applicability, Change, Confidence, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Surface};

declare_rule! {
    /// ## What it flags
    /// An option of a container that its module does not have, such as `privateUser` for `privateUsers`.
    /// ## Why
    /// Nix refuses to evaluate it, so the configuration cannot be built. What was meant by it does not hold either.
    ///
    /// Where not all modules of the system could be seen, another one may declare the option: there only a name that is
    /// very near to a known one is a finding, and a less sure one, and none at all where the container has further options
    /// that are near to nothing: then some module gives containers options of its own. It is less sure, too, where no option
    /// has a similar name: a later release may have it.
    /// quadlet-nix exists in two forms: one has an option for each key and refuses others, the other takes any key, which Podman
    /// then refuses in the unit. A name in the spelling of the first that is very near to one of its options is a finding.
    /// ## Bad
    /// ```nix
    /// { containers.web = { privateUser = "pick"; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { containers.web = { privateUsers = "pick"; config = { }; }; }
    /// ```
    /// ## Fix safety
    /// Safe: without it nothing is built. There is a fix where just one option has a name so similar.
    pub static RULE = {
        id: "unknown-option",
        summary: "option that containers do not have",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "quadlet-no-key",
        ]),
        stakes: [Service x Itself],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let all_seen = ctx.system(container).seen.is_whole() && container.unseen.is_none();
    // Somebody's module gives containers options of its own, and `port` for a proxy is as good a name as `ports`.
    let extended = container
        .unknown_options
        .iter()
        .filter_map(|field| field.written())
        .any(|field| field.get().meant.is_none());
    if extended && !all_seen {
        return;
    }
    for field in &container.unknown_options {
        let Some(field) = field.written() else {
            continue;
        };
        let option = field.get();
        let meant = match &option.meant {
            Some(meant) => format!("; `{meant}` is probably meant"),
            None => String::new(),
        };
        let message = format!("{} has no option `{}`{meant}", name(container), option.name);
        let help = match container.surface {
            Surface::QuadletNix => {
                "Where the module has an option for each key, Nix does not evaluate this; where it takes any key, the unit has one \
                 that Podman refuses."
            }
            _ => "Nix does not evaluate a configuration that sets an option which no module declares.",
        };
        let mut builder = sink.report(field, message).help(help).tells_gap();
        builder = builder.if_all_seen(&ctx.system(container).seen);
        if option.meant.is_none() {
            builder = builder.at_most(Confidence::Medium, "a later release may have it");
        } else if !all_seen {
            let because = "what could not be seen of the container may declare it";
            builder = builder.at_most(Confidence::Medium, because);
        }
        if let Some(meant) = &option.meant {
            let change = Change::Replace(field.origin.clone(), meant.clone());
            builder.fix(format!("write `{meant}`"), Applicability::Safe, change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn the_container_stays_with_its_other_options() {
        check(
            &RULE,
            r#"
{
  containers.web = { privateUser = "no"; config = { }; };
                   # ^^^^^^^^^^^ medium: `web` has no option `privateUser`; `privateUsers` is probably meant
  containers.db = { privateNetwork = true; colour = "red"; config = { }; };
}
"#,
        );
        check(
            &crate::rules::missing_private_users::RULE,
            r#"
{ containers.web = { privateUser = "pick"; config = { }; }; }
           # ^^^ high: `web` has no user namespace: its root is the host's root
"#,
        );
    }

    /// What a system does not have as a whole, no file that was not seen can have declared.
    #[test]
    fn without_a_similar_name_only_where_all_was_seen() {
        check(
            &RULE,
            r#"
#- /flake.nix
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.box = nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ ./box.nix ]; };
  };
}
#- /box.nix
{
  containers.db = { privateNetwork = true; colour = "red"; config = { }; };
                                         # ^^^^^^ medium: `db` has no option `colour`
}
"#,
        );
    }

    /// A module that was not seen gives containers options of its own.
    #[test]
    fn where_containers_are_extended() {
        check_none(
            &RULE,
            r#"
{ services.podman.containers.poker = { image = "docker.io/acme/poker:1.2"; port = 8080; expose = true; }; }
"#,
        );
    }

    #[test]
    fn options_of_parts() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    config = { };
    bindMounts."/x" = { hostpath = "/x"; };
                      # ^^^^^^^^ medium: `web` has no option `bindMounts."/x".hostpath`; `hostPath` is probably meant
  };
  virtualisation.oci-containers.containers.app = {
    image = "docker.io/a/b:1";
    volume = [ "/:/host" ];
  # ^^^^^^ medium: `app` has no option `volume`; `volumes` is probably meant
    podman.usr = "ann";
         # ^^^ medium: `app` has no option `podman.usr`; `user` is probably meant
  };
}
"#,
        );
    }

    #[test]
    fn renames_the_option() {
        check_fix(
            &RULE,
            r#"
{ containers.web = { bindmounts."/x".hostPath = "/x"; privateNetwork = true; config = { }; }; }
"#,
            r#"
{ containers.web = { bindMounts."/x".hostPath = "/x"; privateNetwork = true; config = { }; }; }
"#,
        );
    }

    #[test]
    fn modules_that_take_any_option() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.app = {
    containerConfig = { image = "docker.io/a/b:1"; gadget = [ "/a:/b" ]; Anything = 1; };
    extraConfig.Container.Colour = "red";
  };
}
"#,
        );
    }

    #[test]
    fn options_that_a_module_adds() {
        check_none(
            &RULE,
            r#"
{ lib, ... }:
{
  options.containers = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule { options.colour = lib.mkOption { type = lib.types.str; }; });
  };
  config.containers.web = { colour = "red"; config = { }; };
}
"#,
        );
    }

    #[test]
    fn options_of_extra_container() {
        check_none(
            &RULE,
            r#"
{ containers.lab = { extra.addressPrefix = "10.77.0"; extra.enableWAN = true; config = { }; }; }
"#,
        );
    }

    #[test]
    fn machines_of_a_test() {
        check_none(
            &RULE,
            r#"
{
  name = "t";
  containers.left = { };
  containers.right.services.nginx.enable = true;
  testScript = "start_all()";
}
"#,
        );
        check_none(
            &crate::rules::missing_private_users::RULE,
            r#"
{
  name = "t";
  containers.left = { };
  containers.right.services.nginx.enable = true;
  testScript = "start_all()";
}
"#,
        );
    }

    #[test]
    fn records_of_something_else() {
        check_none(
            &RULE,
            r#"
{ containers = { web = { image = "nginx"; ports = [ 80 ]; }; db = { image = "pg"; config = { }; volumes = [ ]; }; }; }
"#,
        );
    }

    /// Neither form of quadlet-nix has them. Keys as quadlet spells them are the other form's.
    #[test]
    fn keys_of_quadlet_nix() {
        check(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.web.containerConfig = { image = "docker.io/acme/web:1"; volume = [ "/srv:/srv" ]; };
                                                                                          # ^^^^^^ medium: `web` has no option `containerConfig.volume`; `volumes` is probably meant
  virtualisation.quadlet.containers.api = { contanerConfig.pull = "never"; containerConfig.image = "docker.io/acme/api:1"; };
                                          # ^^^^^^^^^^^^^^ medium: `api` has no option `contanerConfig`; `containerConfig` is probably meant
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.web.containerConfig = { Image = "docker.io/acme/web:1"; Volume = [ "/srv:/srv" ]; Colour = "red"; };
  virtualisation.quadlet.containers.api = { enable = true; ref = "api.container"; containerConfig = { image = "docker.io/acme/api:1"; gadgets = [ ]; }; };
}
"#,
        );
    }
}
