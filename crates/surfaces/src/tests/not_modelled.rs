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
