//! relabelled-system-dir

use crate::about::paths::{host_path, is_of_many};
use crate::about::words::name;
use nixpod_analysis::{Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// A directory of the whole system or a whole home that is bound with `:z` or `:Z`. Where SELinux is on that is
    /// medium, elsewhere it does nothing.
    /// ## Why
    /// The engine gives every file below the directory a label that only containers may use, on the host and for good
    /// (podman-run(1), `--volume`): with `/etc` or `/home` relabelled, services and logins of the host are refused. Stock
    /// NixOS has no SELinux, and there the letter is for nothing until somebody takes the line elsewhere.
    /// ## Bad
    /// ```nix
    /// {
    ///   security.selinux.enable = true;
    ///   virtualisation.oci-containers.containers.app = { image = "docker.io/library/app:1"; volumes = [ "/etc:/host/etc:ro,z" ]; };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// { virtualisation.oci-containers.containers.app = { image = "docker.io/library/app:1"; volumes = [ "/var/lib/app:/data:Z" ]; }; }
    /// ```
    /// ## Fix safety
    /// No fix: which directory is meant is not known.
    pub static RULE = {
        id: "relabelled-system-dir",
        summary: "system directory whose SELinux labels a container changes",
        severity: Info,
        group: Oci,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it needs a kernel with SELinux and a policy that is loaded at start"),
        stakes: [Part x Itself, Nothing x Itself],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if !container.is_oci() {
        return;
    }
    let has_labels = ctx.system(container).selinux.said() == Some(&true);
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let mount = field.get();
        let relabels = { mount.options.iter() }.any(|option| option.eq_ignore_ascii_case("z"));
        if !relabels || !host_path(&mount.source).is_some_and(|path| is_of_many(&path)) {
            continue;
        }
        let source = mount.source.display();
        let (severity, message) = match has_labels {
            true => (
                Severity::Medium,
                format!(
                    "every file in `{source}` gets the SELinux label of {}",
                    name(container)
                ),
            ),
            false => (
                Severity::Info,
                format!(
                    "with SELinux every file in `{source}` would get the label of {}",
                    name(container)
                ),
            ),
        };
        sink.report(field, message).severity(severity).help(
            "The labels are changed on the host, for good, and what is not a container is refused then. Bind a directory that is \
             this container's alone, or leave the letter out and use `--security-opt=label=disable`.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn with_selinux() {
        check(
            &RULE,
            r#"
{
  security.selinux.enable = true;
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/etc:/host:ro,z" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^ medium: every file in `/etc` gets the SELinux label of `web`
  virtualisation.oci-containers.containers.api = { image = "a:1"; volumes = [ "/home/ann:/data:Z" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^ medium: every file in `/home/ann` gets the SELinux label of `api`
}
"#,
        );
    }

    #[test]
    fn without_selinux() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.web = { image = "a:1"; volumes = [ "%h:/data:z" ]; };
                                                              # ^^^^^^^^^^^^ info: with SELinux every file in `%h` would get the label of `web`
}
"#,
        );
    }

    #[test]
    fn directories_of_its_own() {
        check_none(
            &RULE,
            r#"
{
  security.selinux.enable = true;
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    volumes = [ "/var/lib/web:/data:Z" "/home/ann/project:/work:z" "web:/etc:z" "/etc:/host:ro" ];
  };
}
"#,
        );
    }
}
