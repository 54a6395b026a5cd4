//! Paths of secrets that are decrypted when the system starts.

use super::containers;
use expect_test::expect;

/// The path of a secret is a name for it, and what is made of that path is not.
#[test]
fn what_is_made_of_the_path_of_a_secret_is_another_path() {
    containers(
        r#"
        { config, lib, ... }:
        let path = config.sops.secrets.token.path; in
        {
          virtualisation.oci-containers.containers.app = {
            image = "a:1";
            volumes = [
              "${path}:/one:ro"
              "${dirOf path}:/all:ro"
              "${lib.removeSuffix "/token" path}:/short:ro"
              "${lib.head (lib.splitString "/token" path)}:/head:ro"
              "${builtins.substring 0 12 path}:/begin:ro"
            ];
          };
        }
        "#,
        expect![[r#"
            oci-containers app in `box` <- {…
              mount: ${sops.secrets.token.path} at /one ro <- "${path}:/one:ro"
              mount: ${…} at /all ro <- "${dirOf path}:/all:ro"
              mount: ${…} at /short ro <- "${lib.removeSuffix "/token" path}:/short:ro"
              mount: ${…} at /head ro <- "${lib.head (lib.splitString "/token" path)}:/head:ro"
              mount: ${…} at /begin ro <- "${builtins.substring 0 12 path}:/begin:ro"
              image: a:1 <- "a:1"
              not known: what it mounts: it is made of `sops.secrets.token.path`, which is not known <- "${dirOf path}:/all:ro"
            not analysed: virtualisation.oci-containers.containers.app: it is made of `sops.secrets.token.path`, which is not known <- "${dirOf path}:/all:ro"
        "#]],
    );
}
