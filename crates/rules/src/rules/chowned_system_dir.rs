//! chowned-system-dir

use crate::about::paths::{host_path, is_of_many};
use crate::about::power::inner_user;
use crate::about::words::name;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Engine, Userns};

declare_rule! {
    /// ## What it flags
    /// A directory of the whole system or a whole home that is bound with `U`: Podman then gives every file in it to the
    /// container's user.
    /// ## Why
    /// The owners are changed on the host, for all files below the directory, and nothing changes them back: services
    /// lose their state, SSH refuses keys, and the ids of the container own what was root's.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.app = {
    ///     image = "docker.io/library/app:1";
    ///     volumes = [ "/var/lib:/data:U" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.app = {
    ///     image = "docker.io/library/app:1";
    ///     volumes = [ "/var/lib/app:/data:U" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which directory is meant is not known.
    pub static RULE = {
        id: "chowned-system-dir",
        summary: "system directory whose files are all given to a container",
        severity: High,
        group: Oci,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&["podman-u-option-chowns"]),
        controls: Controls::Cover(&[Control::Cis("5.6")]),
        stakes: [Account x Itself],
        attack: Attack::Nothing("the engine does it by itself when the container starts"),
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    // Docker knows no `U`.
    if container.engine.value() != Some(&Engine::Podman) || !gives_away(container) {
        return;
    }
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let mount = field.get();
        let chowns = mount
            .options
            .iter()
            .any(|option| option == "U" || option == "chown");
        if !chowns || !host_path(&mount.source).is_some_and(|path| is_of_many(&path)) {
            continue;
        }
        sink.report(
            field,
            format!(
                "every file in `{}` is given to {}",
                mount.source.display(),
                name(container)
            ),
        )
        .help(
            "The owners are changed on the host, and nothing changes them back. Bind a directory that is this container's \
             alone, or leave `U` out.",
        );
    }
}

/// Does somebody else own the files afterwards? Root of a user's container is the user, who owned them before; so is whoever
/// keeps the user's id.
fn gives_away(container: &Container) -> bool {
    if container.rootful.value() != Some(&false) {
        return container.rootful.value() == Some(&true);
    }
    let is_another = inner_user(container).is_some();
    is_another && container.userns.value() == Some(&Userns::Host)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn whole_directories() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/home/ann:/data:rw,U" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^ high: every file in `/home/ann` is given to `web`
}
"#,
        );
    }

    #[test]
    fn one_of_its_own() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/home/ann/data:/data:U" "/home:/home:ro" "web:/var/lib:U" ]; };
}
"#,
        );
    }
}
