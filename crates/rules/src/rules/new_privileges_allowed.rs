//! new-privileges-allowed

use crate::about::hardening::report_unsaid;
use nixpod_analysis::{Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Field, Text};

declare_rule! {
    /// ## What it flags
    /// A container without `--security-opt=no-new-privileges` (`NoNewPrivileges=true` in quadlets).
    /// ## Why
    /// A program that runs as an unprivileged user in the container becomes root by a set-user-id file of the image, such
    /// as `su` or `mount`. With the flag the kernel gives no program more than its parent has (prctl(2),
    /// `PR_SET_NO_NEW_PRIVS`).
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--security-opt=no-new-privileges" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: whether the program works so is not known.
    pub static RULE = {
        id: "new-privileges-allowed",
        summary: "container whose programs may gain privileges",
        severity: Info,
        group: Pedantic,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nspawn-no-new-privileges",
            "podman-no-new-privileges",
            "podman-suid-inside",
            "quadlet-no-new-privileges",
            "quadlet-drop-ins",
            "settings-no-new-privileges",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.26"), Control::Nsa("1.7")]),
        stakes: [Inside x Step],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let is_it = |field: &&Field<Text>| {
        let option = field.value().map(Text::pattern);
        option.is_none_or(|option| option.starts_with("no-new-privileges") && !option.ends_with("false"))
    };
    let said: Vec<Field<Text>> = { container.security_options.iter() }
        .filter(is_it)
        .cloned()
        .collect();
    let words = (
        "may gain privileges by set-user-id files of its image",
        "Say `--security-opt=no-new-privileges`. Programs that need set-user-id files, such as `sudo`, do not work then.",
    );
    report_unsaid(ctx, container, &said, words, sink);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn nothing_is_said() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; };
                                         # ^^^ info: `web` may gain privileges by set-user-id files of its image
  services.podman.containers.own.image = "a:1";
                           # ^^^ info: `own` may gain privileges by set-user-id files of its image
  virtualisation.quadlet.containers.api.containerConfig.image = "a:1";
                                  # ^^^ info: `api` may gain privileges by set-user-id files of its image
}
"#,
        );
    }

    #[test]
    fn it_is_said() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--security-opt=no-new-privileges:true" ]; };
  virtualisation.oci-containers.containers.app = { image = "a:1"; extraOptions = [ "--security-opt" "no-new-privileges" ]; };
  virtualisation.quadlet.containers.api.containerConfig = { image = "a:1"; noNewPrivileges = true; };
  containers.guest.config = { };
}
"#,
        );
    }
}
