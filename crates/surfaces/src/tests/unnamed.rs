//! Containers of names that are not known, beside others that are.

use super::containers;
use expect_test::expect;

/// What is defined under any name may be a name that another definition has, and define more of it.
#[test]
fn an_unknown_name_may_be_a_known_one() {
    containers(
        r#"
        { lib, secret, ... }:
        {
          containers = lib.mkMerge [
            (lib.genAttrs secret.names (name: { privateNetwork = true; }))
            { db = { enableTun = true; }; }
          ];
        }
        "#,
        expect![[r#"
            nspawn db in `box` <- { enableTun = true; }
              capability: CAP_NET_ADMIN <- true
              device: /dev/net/tun rwm allowed <- true
              tun: true <- true
              unnamed: `secret.names.*` comes from outside <- containers
            nspawn <name> template in `box` <- { privateNetwork = true; }
              network: Private <- true
              private network: true <- true
        "#]],
    );
}

/// So it is where the whole definition is not known.
#[test]
fn an_unknown_set_may_have_a_known_name() {
    containers(
        r#"
        { lib, secret, ... }:
        {
          virtualisation.oci-containers.containers = lib.mkMerge [ secret.containers { db = { image = "x:1"; }; } ];
        }
        "#,
        expect![[r#"
            oci-containers db in `box` <- { image = "x:1"; }
              image: x:1 <- "x:1"
              unnamed: `secret.containers` comes from outside <- containers
            not analysed: virtualisation.oci-containers.containers: `secret.containers` comes from outside <- secret
        "#]],
    );
}

/// A name that begins or ends otherwise is another one.
#[test]
fn an_unknown_name_of_which_a_part_is_known_may_not_be_any() {
    containers(
        r#"
        { lib, secret, ... }:
        {
          containers = lib.mkMerge [
            (lib.listToAttrs (map (name: { name = "db-${name}"; value = { }; }) secret.names))
            { ${secret.one + "-web"}.enableTun = true; }
            { db.ephemeral = true; }
            { db-a.ephemeral = true; }
            { a-web.ephemeral = true; }
          ];
        }
        "#,
        expect![[r#"
            nspawn a-web in `box` <- a-web.ephemeral = true
              unnamed: `secret.one` comes from outside <- containers
            nspawn db in `box` <- db.ephemeral = true
            nspawn db-a in `box` <- db-a.ephemeral = true
              unnamed: `secret.names.*` comes from outside <- containers
            nspawn <name> template in `box` <- ${secret.one + "-web"}.enableTun = true
              capability: CAP_NET_ADMIN <- true
              device: /dev/net/tun rwm allowed <- true
              tun: true <- true
        "#]],
    );
}

/// Under a condition that excludes the other nothing of it is there.
#[test]
fn what_is_not_there_together_has_not_one_name() {
    containers(
        r#"
        { lib, secret, ... }:
        {
          containers = lib.mkMerge [
            (lib.mkIf secret.on (lib.genAttrs secret.names (name: { privateNetwork = true; })))
            (lib.mkIf (!secret.on) { db.ephemeral = true; })
            { web.ephemeral = true; }
          ];
        }
        "#,
        expect![[r#"
            nspawn db maybe[!secret.on] in `box` <- db.ephemeral = true
            nspawn web in `box` <- web.ephemeral = true
              unnamed: `secret.names.*` comes from outside <- containers
            nspawn <name> template in `box` <- { privateNetwork = true; }
              network: Private <- true
              private network: true <- true
        "#]],
    );
}
