//! What is recognised and not read.

use super::{containers, texts};
use expect_test::expect;

#[test]
fn of_a_system() {
    containers(
        r#"
        { lib, ... }: {
          microvm.vms.lab.config = { microvm.shares = [ ]; };
          microvm.autostart = [ "lab" ];
          services.k3s.manifests.web.content = { apiVersion = "v1"; kind = "Pod"; };
          services.k3s.manifests.off = { enable = false; };
          environment.etc."site/docker-compose.yml".text = ''
            services:
              web:
                privileged: true
          '';
          environment.etc."kubernetes/web.yaml".text = ''
            apiVersion: v1
            kind: Pod
          '';
          environment.etc."some.yaml".text = "a: 1";
        }
        "#,
        expect![[r#"
            not analysed: microvm.vms.lab: `microvm.nix` is not modelled <- lab
            not analysed: services.k3s.manifests.web: `Kubernetes' manifests` is not modelled <- web
            not analysed: the containers of environment.etc."site/docker-compose.yml": `compose files` is not modelled <- services:
            not analysed: the containers of environment.etc."kubernetes/web.yaml": `Kubernetes' manifests` is not modelled <- kind: Pod
        "#]],
    );
}

#[test]
fn files_of_a_project() {
    texts(
        r#"
#- app/compose.yaml
# Compose.
services:
  web:
    image: a
#- app/docker-compose.override.yml
version: "3"
#- k8s/all.yml
apiVersion: v1
kind: Service
---
apiVersion: apps/v1
kind: Deployment
---
apiVersion: v1
kind: Pod
#- other/values.yaml
kind: Pod
#- ci/Dockerfile
# A recipe.
FROM debian:13
RUN podman run --privileged x
#- ci/Dockerfile.dockerignore
FROM
"#,
        expect![[r#"
            not analysed: the containers of app/compose.yaml: `compose files` is not modelled <- services:
            not analysed: the containers of k8s/all.yml: `Kubernetes' manifests` is not modelled <- kind: Deployment
            not analysed: the image of ci/Dockerfile: `recipes of images` is not modelled <- FROM debian:13
        "#]],
    );
}

/// What has a name that is not known may be anything, but only where it may be a container it raises doubts.
#[test]
fn names_that_are_not_known_say_nothing_of_others() {
    containers(
        r#"
        { inputs, ... }: {
          services.${inputs.odd.name}.enable = true;
          virtualisation.${inputs.odd.name}.enable = true;
          networking.${inputs.odd.name} = { };
          containers.web = { privateUsers = "pick"; config = { services.${inputs.odd.name}.enable = true; }; };
        }
        "#,
        expect![[r#"
            nspawn web in `box`, guest `guest web of box` <- { privateUsers = "pick"; config = { services.${inputs.odd.name}.enable = true; }; }
              users: Pick <- "pick"
              private users: Pick <- "pick"
              ownership: true <- "pick"
        "#]],
    );
}

#[test]
fn other_engines() {
    containers(
        r#"
        {
          services.kubernetes.addonManager.addons.x = { kind = "DaemonSet"; };
          virtualisation.incus.preseed.profiles = [ { name = "default"; } ];
          virtualisation.lxc.defaultConfig = "lxc.apparmor.profile = unconfined";
          services.nomad.settings.plugin = [ { docker.config.allow_privileged = true; } ];
          systemd.services.c.script = ''
            ctr -n x run --privileged a b
            incus launch images:debian/12 x
            buildah run --cap-add=all b sh
            machinectl bind deb /run/docker.sock
            incus list
          '';
        }
        "#,
        expect![[r#"
            not analysed: services.kubernetes.addonManager.addons.x: `Kubernetes' manifests` is not modelled <- x
            not analysed: services.nomad.settings.plugin: `Nomad` is not modelled <- plugin
            not analysed: virtualisation.incus.preseed: `Incus` is not modelled <- preseed
            not analysed: virtualisation.lxc.defaultConfig: `LXC` is not modelled <- defaultConfig
            not analysed: systemd.services.c: `ctr` is not modelled <- ctr -n x run --privileged a b
            not analysed: systemd.services.c: `incus` is not modelled <- incus launch images:debian/12 x
            not analysed: systemd.services.c: `buildah` is not modelled <- buildah run --cap-add=all b sh
            not analysed: systemd.services.c: `machinectl` is not modelled <- machinectl bind deb /run/docker.sock
        "#]],
    );
}

/// Settings of LXC, wherever they are written, and tasks of Ansible, wherever a repository has them.
#[test]
fn settings_of_lxc_and_tasks_of_ansible() {
    containers(
        r#"
        {
          environment.etc."lxc/default.conf".text = "lxc.apparmor.profile = unconfined";
          environment.etc."lxc/lxc-usernet".text = "ann veth lxcbr0 10";
          environment.etc."lxc/plain.conf".text = "nothing";
        }
        "#,
        expect![[r#"
            not analysed: the containers of environment.etc."lxc/default.conf": `LXC` is not modelled <- lxc.apparmor.profile = unconfined
        "#]],
    );
    texts(
        r#"
#- lxc/web.conf
lxc.mount.entry = /etc etc none bind 0 0
#- site.yml
- hosts: all
  tasks:
    - name: web
      community.docker.docker_container:
        name: web
        privileged: true
#- tasks/db.yml
- podman_container: name=db image=postgres
- shell: docker run --privileged a
#- Taskfile.yml
tasks:
  db:
    cmds:
      - docker run --privileged b
#- vars.yml
docker_container: web
"#,
        expect![[r#"
            not analysed: tasks/db.yml: `steps of workflows, which other machines run` is not modelled <- docker run --privileged a
            not analysed: Taskfile.yml: `tasks of go-task` is not modelled <- docker run --privileged b
            not analysed: the containers of lxc/web.conf: `LXC` is not modelled <- lxc.mount.entry = /etc etc none bind 0 0
            not analysed: the containers of site.yml: `Ansible's tasks` is not modelled <- community.docker.docker_container
            not analysed: the containers of tasks/db.yml: `Ansible's tasks` is not modelled <- podman_container
        "#]],
    );
}
