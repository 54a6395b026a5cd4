//! Networks that a container names and its engine does not have.

use crate::about::words::name;
use nixpod_analysis::{Confidence, Ctx, Severity, Sink};
use nixpod_model::{Container, Engine};

pub(super) fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(field) = { container.missing_networks.iter() }.find_map(|field| field.written()) else {
        return;
    };
    let network = field.get();
    let who = name(container);
    if network.is_of_others {
        let (its, maker) = match container.rootful.certain() {
            Some(true) => ("root", "a user's"),
            _ => ("a user", "root's"),
        };
        sink.report(
            field,
            format!("{who} does not start: the network `{}` is one of {maker} Podman, and {its} runs it", network.name),
        )
        .depends_on(&container.rootful)
        .at_most(Confidence::Medium, "somebody may have made one of that name with the right user")
        .help(
            "Podman keeps the networks of each user apart (podman-network-create(1)). Make it with the same user: by a service \
             with that `User=`, or `networks` of that user's Home Manager.",
        );
        return;
    }
    let system = ctx.system(container);
    if !system.seen.is_whole() {
        return;
    }
    let program = match container.engine.value() {
        Some(Engine::Podman) => "podman",
        Some(Engine::Docker) => "docker",
        _ => return,
    };
    sink.report(
        field,
        format!("nothing here makes the network `{}` of {who}, which does not start without it", network.name),
    )
    .severity(Severity::Info)
    .at_most(Confidence::Low, "somebody may have made it by hand")
    .help(format!(
        "`oci-containers` makes no networks. A service before it can: `{program} network create {}`, which fails where it is \
         there already.",
        network.name
    ));
}

#[cfg(test)]
mod tests {
    use crate::rules::will_not_start::RULE;
    use nixpod_testing::{check, check_none, whole_host};

    #[test]
    fn that_nothing_makes() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; networks = [ "web" ]; };
                                    # ^^^^^ info: nothing here makes the network `web` of `a`, which does not start without it
    b = { image = "a:1"; extraOptions = [ "--network=db:alias=b" ]; };
    c = { image = "a:1"; extraOptions = [ "--network=none" ]; };
    d = { image = "a:1"; networks = [ "pasta:--map-gw" ]; };
    e = { image = "a:1"; networks = [ "container:c" ]; };
    f = { image = "a:1"; networks = [ "quadlet" "systemd-file" ]; };
  };
  systemd.services.db-network.script = "podman network exists db || podman network create db";
  virtualisation.quadlet.networks.quadlet = { };
  environment.etc."containers/systemd/file.network".text = "[Network]\n";
}
"#,
            ),
        );
    }

    #[test]
    fn of_another_user() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  virtualisation.oci-containers.backend = "podman";
  users.users.app = { isNormalUser = true; uid = 1000; linger = true; autoSubUidGidRange = true; };
  systemd.services.network.script = "podman network create web";
  virtualisation.oci-containers.containers.a = { image = "a:1"; podman.user = "app"; networks = [ "web" ]; };
                                                                                                # ^^^^^ medium: `a` does not start: the network `web` is one of root's Podman, and a user runs it
  virtualisation.oci-containers.containers.b = { image = "a:1"; networks = [ "web" ]; };
  systemd.services.own = { script = "podman network create mine"; serviceConfig.User = "app"; };
  virtualisation.oci-containers.containers.c = { image = "a:1"; podman.user = "app"; networks = [ "mine" ]; };
}
"#,
            ),
        );
    }

    /// Another script may make it, under a name that is not known.
    #[test]
    fn that_something_may_make() {
        let web =
            r#"virtualisation.oci-containers.containers.web = { image = "a:1"; networks = [ "web" ]; };"#;
        for maker in [
            r#"systemd.services.n.script = "for n in web db; do podman network create $n; done";"#,
            r#"systemd.services.n.script = "docker-compose -f /srv/compose.yml up";"#,
            r#"environment.etc."containers/networks/web.json".text = "{}";"#,
            r#"system.activationScripts.n = "podman network create \${NET:-web}";"#,
        ] {
            check_none(&RULE, &whole_host(&format!("{{\n  {maker}\n  {web}\n}}")));
        }
        check_none(&RULE, &format!("{{\n  {web}\n}}"));
    }
}
