//! insecure-registry

use crate::about::paths::HOLE;
use crate::about::words::{inside, name, removal};
use nixpod_analysis::{
    Applicability, Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, System, Task};

declare_rule! {
    /// ## What it flags
    /// Registries from which images are taken without TLS, or whose certificate nobody checks
    /// (`virtualisation.containers.registries.insecure`, `insecure-registries` of Docker's daemon), mirrors among them, and
    /// containers whose image is pulled with `--tls-verify=false`. Likewise `TLSVerify=false` of quadlets that build an image
    /// or only fetch one. A registry on the machine itself is none.
    /// ## Why
    /// Whoever is between the machine and the registry hands it another image, which then runs with all that the
    /// container is given. Tags are no protection, since the answer says what they mean; a digest (`@sha256:…`) is.
    /// ## Bad
    /// ```nix
    /// { virtualisation.containers.registries.insecure = [ "registry.example.org:5000" ]; }
    /// ```
    /// ## Good
    /// ```nix
    /// { virtualisation.containers.registries.insecure = [ "localhost:5000" ]; }
    /// ```
    /// ## Fix safety
    /// Unsafe: pulling fails until the registry has a certificate that the machine knows.
    pub static RULE = {
        id: "insecure-registry",
        summary: "images from a registry that nobody checks",
        severity: Medium,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::NotRunnable("it needs a registry on the network"),
        controls: Controls::Cover(&[Control::Cis("2.5"), Control::Attack("T1204.003")]),
        stakes: [Account x Step],
        attack: Attack::Nothing(
            "the host asks by itself, at its next pull, and whoever stands in between answers in the registry's place",
        ),
        check: Both(check_container, check_system),
    }
}

const HELP: &str = "Whoever is between the machine and the registry hands it another image. Give the registry a certificate, and \
                    name images by digest.";

fn check_system(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    for field in &system.engines.registries.insecure {
        let Some(field) = field.written() else {
            continue;
        };
        let Some(registry) = field.get().as_known().filter(|registry| !is_local(registry)) else {
            continue;
        };
        sink.report(
            field,
            format!(
                "images of `{registry}` are taken unchecked{}",
                inside(ctx, system)
            ),
        )
        .help(HELP);
    }
}

fn check_container(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let mut options = container.run_options.iter();
    let Some(field) = options
        .rfind(|field| field.value().is_none_or(|option| option.name == "tls-verify"))
        .and_then(|field| field.written())
    else {
        return;
    };
    if field.get().value.as_known().as_deref() != Some("false") {
        return;
    }
    let image = container.image.as_ref().and_then(|image| image.value());
    let fix = |builder: nixpod_analysis::FindingBuilder<'_>| {
        if let Some(change) = removal(container, &field.origin) {
            builder.fix("check the certificate", Applicability::Unsafe, change);
        }
    };
    if container.task == Task::Build {
        let builder = sink
            .report(
                field,
                format!(
                    "the images that {} begins with are pulled unchecked",
                    name(container)
                ),
            )
            .severity(Severity::Medium)
            .at_most(Confidence::Medium, "its recipe, which names them, is not read")
            .help(HELP);
        return fix(builder);
    }
    // A digest says what comes, whoever sends it.
    let is_safe = |reference: &str| {
        is_local(reference) || reference.contains("@sha256:") || reference.starts_with(HOLE)
    };
    if image.is_none_or(|image| image.provided_by_nix || is_safe(&image.reference.pattern())) {
        return;
    }
    let what = match container.task {
        Task::Pull => name(container),
        Task::Run | Task::Build => format!("the image of {}", name(container)),
    };
    let builder = sink
        .report(field, format!("{what} is pulled unchecked"))
        .severity(Severity::Medium)
        .help(HELP);
    fix(builder);
}

/// Is a registry, or that of an image, on the machine itself?
fn is_local(reference: &str) -> bool {
    let reference = reference.trim_start_matches("docker://");
    let host = reference.split('/').next().unwrap_or(reference);
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    host == "localhost" || host == "::1" || host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn of_a_system() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker = {
    enable = true;
    daemon.settings.insecure-registries = [ "registry.lan:5000" "127.0.0.1:5000" ];
                                          # ^^^^^^^^^^^^^^^^^^^ medium: images of `registry.lan:5000` are taken unchecked
  };
}
"#,
        );
    }

    #[test]
    fn of_the_daemons_line() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker = {
    enable = true;
    extraOptions = "--insecure-registry=registry.lan:5000 --insecure-registry 10.0.0.1 --registry-mirror=http://mirror.lan";
                                      # ^^^^^^^^^^^^^^^^^ medium: images of `registry.lan:5000` are taken unchecked
                                                                            # ^^^^^^^^ medium: images of `10.0.0.1` are taken unchecked
                                                                                                       # ^^^^^^^^^^^^^^^^^ medium: images of `mirror.lan` are taken unchecked
  };
}
"#,
        );
    }

    #[test]
    fn mirrors() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker = { enable = true; daemon.settings.registry-mirrors = [ "http://mirror.lan:5000" "https://mirror.example.org" ]; };
                                                                              # ^^^^^^^^^^^^^^^^^^^^^^^^ medium: images of `mirror.lan:5000` are taken unchecked
  environment.etc."containers/registries.conf".text = ''
    [[registry]]
    location = "quay.io"
    [[registry.mirror]]
    location = "10.0.0.1:5000"
    insecure = true
             # ^^^^ medium: images of `10.0.0.1:5000` are taken unchecked
    [[registry.mirror]]
    location = "10.0.0.2:5000"
  '';
}
"#,
        );
    }

    #[test]
    fn of_a_container() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "registry.lan/a:1"; extraOptions = [ "--tls-verify=false" ]; };
                                                                                              # ^^^^^^^^^^^^^^^^^^^^ medium: the image of `web` is pulled unchecked
}
"#,
        );
    }

    #[test]
    fn on_the_machine_itself() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.containers.registries.insecure = [ "localhost:5000" "[::1]:5000" ];
  virtualisation.oci-containers.containers = {
    own = { image = "localhost/a:1"; extraOptions = [ "--tls-verify=false" ]; };
    checked = { image = "quay.io/a/b:1"; extraOptions = [ "--tls-verify=false" "--tls-verify=true" ]; };
  };
}
"#,
        );
    }

    #[test]
    fn removes_the_flag() {
        check_fix(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a.org/a:1"; extraOptions = [ "--tls-verify=false" "--init" ]; }; }
"#,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a.org/a:1"; extraOptions = [ "--init" ]; }; }
"#,
        );
    }

    #[test]
    fn options_of_dockers_daemons() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker.extraOptions = "--insecure-registry images.example.net --log-opt max-size=1M";
                                                          # ^^^^^^^^^^^^^^^^^^ medium: images of `images.example.net` are taken unchecked
  virtualisation.docker.rootless.extraOptions = "--insecure-registry=https://192.0.2.2:5000";
                                                                   # ^^^^^^^^^^^^^^^^^^^^^^ medium: images of `https://192.0.2.2:5000` are taken unchecked
  virtualisation.docker.rootless.daemon.settings.insecure-registries = [ "registry.example.org:5000" ];
                                                                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: images of `registry.example.org:5000` are taken unchecked
}
"#,
        );
    }

    /// Units that build or only fetch. What is fetched from the machine itself, or by digest, is known.
    #[test]
    fn of_units() {
        check(
            &RULE,
            r#"
{
  environment.etc = {
    "containers/systemd/web.build".text = ''
      [Build]
      ImageTag=localhost/web:1
      TLSVerify=false
              # ^^^^^ medium: the images that `build of web` begins with are pulled unchecked
    '';
    "containers/systemd/base.image".text = ''
      [Image]
      Image=registry.example.org/base:1
      TLSVerify=no
              # ^^ medium: `base.image` is pulled unchecked
    '';
    "containers/systemd/own.image".text = "[Image]\nImage=localhost:5000/own:1\nTLSVerify=false\n";
    "containers/systemd/checked.image".text = "[Image]\nImage=quay.io/a/b:1\nTLSVerify=true\n";
  };
  virtualisation.quadlet = {
    artifacts.model.artifactConfig = { artifact = "registry.example.org/model:1"; tlsVerify = false; };
                                                                                            # ^^^^^ medium: `model.artifact` is pulled unchecked
    builds.web.buildConfig.tlsVerify = true;
  };
}
"#,
        );
    }
}
