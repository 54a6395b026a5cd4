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
            nspawn db-… template in `box` <- { }
              unnamed: `secret.one` comes from outside <- containers
            nspawn …-web template in `box` <- ${secret.one + "-web"}.enableTun = true
              capability: CAP_NET_ADMIN <- true
              device: /dev/net/tun rwm allowed <- true
              tun: true <- true
              unnamed: `secret.names.*` comes from outside <- containers
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

/// Of two names that are not known nobody knows that they are one: what each has is told by itself, and may be more.
#[test]
fn two_names_that_are_not_known_are_not_taken_for_one() {
    containers(
        r#"
        { config, f, lib, ... }:
        {
          imports = [ ./a.nix ./b.nix ];
        }
        #- /a.nix
        { config, f, lib, ... }:
        let cfg = f.get config "a"; in
        {
          config = lib.mkIf config.own.a.enable {
            containers."${cfg.name}".enableTun = true;
          };
        }
        #- /b.nix
        { config, f, lib, ... }:
        let cfg = f.get config "b"; in
        {
          config = lib.mkMerge [
            { containers."${cfg.name}".privateNetwork = true; }
            { containers.${cfg.name}.enableTun = true; }
          ];
        }
        "#,
        expect![[r#"
            nspawn <name> template in `box` <- containers."${cfg.name}".privateNetwork = true
              capability: CAP_NET_ADMIN <- true
              network: Private <- true
              device: /dev/net/tun rwm allowed <- true
              private network: true <- true
              tun: true <- true
              unnamed: `f.get (…).name` comes from outside <- containers
            nspawn <name> template in `box` <- containers."${cfg.name}".enableTun = true
              capability: CAP_NET_ADMIN <- true
              device: /dev/net/tun rwm allowed <- true
              tun: true <- true
              unnamed: `f.get (…).name` comes from outside <- containers
        "#]],
    );
}

/// What is certainly one name is one container, wherever that stands; two bindings of a set are two.
#[test]
fn one_name_that_is_not_known() {
    containers(
        r#"
        { config, lib, secret, ... }:
        let name = secret.make "x"; in
        {
          options.own.name = lib.mkOption { type = lib.types.str; };
          config = lib.mkMerge [
            { containers.${secret.name}.enableTun = true; }
            { containers.${secret.name}.privateNetwork = true; }
            { containers."own-${config.own.name}".enableTun = true; }
            { containers."own-${config.own.name}".privateNetwork = true; }
            { containers.${name} = { enableTun = true; }; }
            { containers.${name} = { privateNetwork = true; }; }
            { containers = { ${secret.make "y"}.enableTun = true; ${secret.make "z"}.privateNetwork = true; }; }
          ];
        }
        "#,
        expect![[r#"
            nspawn <name> template in `box` <- containers.${secret.name}.enableTun = true
              capability: CAP_NET_ADMIN <- true
              network: Private <- true
              device: /dev/net/tun rwm allowed <- true
              private network: true <- true
              tun: true <- true
              unnamed: option `own.name` is set nowhere in the analysed files <- containers
            nspawn own-… template in `box` <- containers."own-${config.own.name}".enableTun = true
              capability: CAP_NET_ADMIN <- true
              network: Private <- true
              device: /dev/net/tun rwm allowed <- true
              private network: true <- true
              tun: true <- true
              unnamed: `secret.name` comes from outside <- containers
            nspawn <name> template in `box` <- { enableTun = true; }
              capability: CAP_NET_ADMIN <- true
              network: Private <- true
              device: /dev/net/tun rwm allowed <- true
              private network: true <- true
              tun: true <- true
              unnamed: `secret.name` comes from outside <- containers
            nspawn <name> template in `box` <- ${secret.make "y"}.enableTun = true
              capability: CAP_NET_ADMIN <- true
              device: /dev/net/tun rwm allowed <- true
              tun: true <- true
              unnamed: `secret.name` comes from outside <- containers
            nspawn <name> template in `box` <- ${secret.make "z"}.privateNetwork = true
              network: Private <- true
              private network: true <- true
              unnamed: `secret.name` comes from outside <- containers
        "#]],
    );
}
