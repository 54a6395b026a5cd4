//! invalid-container-name

use crate::about::words::kernel_words;
use nixpod_analysis::{Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Existence, Surface};

declare_rule! {
    /// ## What it flags
    /// Names that an engine or the module refuses: an underscore in the name of an nspawn container, more than 11 characters with
    /// `privateNetwork` and a kernel of 5.8 or older, other characters than letters, digits, `-` and `.` (nspawn), or than
    /// these and `_` (Podman and Docker).
    /// ## Why
    /// The module makes names of interfaces, units and the host of them, and asserts what it needs: Nix does not evaluate a
    /// configuration with such a name. An engine does not start a container with one.
    /// ## Bad
    /// ```nix
    /// { containers.my_web.config = { }; }
    /// ```
    /// ```nix
    /// { virtualisation.oci-containers.containers."my web".image = "docker.io/library/nginx:1.27"; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.my-web.config = { };
    ///   virtualisation.oci-containers.containers.my_web.image = "docker.io/library/nginx:1.27";
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: the name stands elsewhere, too, and files of the container lie below it.
    pub static RULE = {
        id: "invalid-container-name",
        summary: "name that a container cannot have",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotAsked,
        stakes: [Service x Itself],
        check: Container(check),
    }
}

/// The last kernel with names of interfaces so short.
const SHORT_NAMES: (u32, u32) = (5, 8);
/// So many characters fit behind `ve-` in the name of an interface.
const LONGEST: usize = 11;

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if container.existence == Existence::Template || container.name.contains('<') {
        return;
    }
    by_option(container, sink);
    let name = &container.name;
    let (what, help) = match container.surface {
        Surface::Nspawn => match of_nspawn(ctx, container) {
            Some(found) => found,
            None => return,
        },
        Surface::OciContainers | Surface::HomeManagerPodman | Surface::QuadletNix => {
            if engine_takes(name) {
                return;
            }
            (ENGINE_TAKES.to_owned(), NOT_STARTED)
        }
        _ => return,
    };
    sink.report_at(
        &container.origin,
        format!("no container can be called `{name}`: {what}"),
    )
    .help(help);
}

const ENGINE_TAKES: &str =
    "the engine takes letters, digits, `_`, `.` and `-`, and the first is a letter or a digit";
const NOT_STARTED: &str = "The container is not started. Call it by another name.";

fn engine_takes(name: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let begins = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    begins && name.chars().all(is_fine)
}

/// The name that an option or a key of its unit gives it.
fn by_option(container: &Container, sink: &mut Sink) {
    for field in &container.run_options {
        let Some(field) = field.written() else { continue };
        if field.get().name != "name" {
            continue;
        }
        let Some(said) = field.get().value.as_known() else {
            continue;
        };
        // Specifiers of systemd and variables are names of their own once the unit runs.
        if engine_takes(&said) || said.contains(['%', '$', '{']) || said == container.name {
            continue;
        }
        sink.report(
            field,
            format!("no container can be called `{said}`: {ENGINE_TAKES}"),
        )
        .help(NOT_STARTED);
    }
}

/// What is wrong with the name of an nspawn container.
fn of_nspawn(ctx: &Ctx<'_>, container: &Container) -> Option<(String, &'static str)> {
    const ASSERTED: &str =
        "The module asserts it, so the configuration is not evaluated. Call it by another name.";
    let name = &container.name;
    // The assertions are those of the guest's configuration.
    let is_made_elsewhere = container
        .nspawn
        .as_ref()
        .is_none_or(|nspawn| nspawn.opaque.is_some());
    let has_config = container.guest.is_some() && !is_made_elsewhere;
    if has_config && name.contains('_') {
        return Some(("the module allows no underscore".to_owned(), ASSERTED));
    }
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if !name.chars().all(is_fine) {
        return Some((
            "nspawn takes letters, digits, `-` and `.`".to_owned(),
            "The container does not start: its name is that of a machine, too. Call it by another name.",
        ));
    }
    let is_private = container.nspawn.as_ref()?.private_network.certain() == Some(&true);
    let host = ctx.outermost(&container.system);
    let kernel = host.kernel.certain().filter(|kernel| !kernel.at_least)?;
    let is_old = (kernel.major, kernel.minor) <= SHORT_NAMES;
    if has_config && is_private && is_old && name.chars().count() > LONGEST {
        return Some((
            format!(
                "with a private network it has {LONGEST} characters at most, on {}",
                kernel_words(kernel)
            ),
            ASSERTED,
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn underscores() {
        check(
            &RULE,
            r#"
{
  containers.my_web = { autoStart = true; config = { }; };
           # ^^^^^^ medium: no container can be called `my_web`: the module allows no underscore
  containers."web 1" = { config = { }; };
           # ^^^^^^^ medium: no container can be called `web 1`: nspawn takes letters, digits, `-` and `.`
}
"#,
        );
    }

    #[test]
    fn long_names_on_old_kernels() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  boot.kernelPackages = pkgs.linuxPackages_5_4;
  containers.website-of-ann = { privateNetwork = true; config = { }; };
           # ^^^^^^^^^^^^^^ medium: no container can be called `website-of-ann`: with a private network it has 11 characters at most, on kernel 5.4 (pkgs.linuxPackages_5_4)
  containers.website-of-bob = { config = { }; };
}
"#,
        );
    }

    #[test]
    fn names_of_oci_containers() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers."my web".image = "a:1";
                                         # ^^^^^^^^ medium: no container can be called `my web`: the engine takes letters, digits, `_`, `.` and `-`, and the first is a letter or a digit
  virtualisation.oci-containers.containers."-web".image = "a:1";
                                         # ^^^^^^ medium: no container can be called `-web`: the engine takes letters, digits, `_`, `.` and `-`, and the first is a letter or a digit
}
"#,
        );
    }

    #[test]
    fn good_names() {
        check_none(
            &RULE,
            r#"
{ config, lib, pkgs, ... }: {
  boot.kernelPackages = pkgs.linuxPackages_latest;
  containers.website-of-ann = { privateNetwork = true; config = { }; };
  containers.my_old_one.path = "/nix/var/nix/profiles/old";
  containers."a.b".config = { };
  containers.${config.my.name}.config = { };
  virtualisation.oci-containers.containers = lib.mapAttrs (name: image: { inherit image; }) { my_web = "a:1"; "web.2" = "b:1"; }
    // { "${config.my.name} x".image = "c:1"; };
}
"#,
        );
    }

    #[test]
    fn names_that_options_give() {
        check(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.a.containerConfig = { image = "a:1"; name = "my name"; };
                                                                              # ^^^^^^^^^ medium: no container can be called `my name`: the engine takes letters, digits, `_`, `.` and `-`, and the first is a letter or a digit
  virtualisation.quadlet.containers.b.containerConfig = { image = "a:1"; name = "web-%i"; };
}
"#,
        );
    }
}
