//! Names that are an option's default where nobody says otherwise.

use super::world;
use crate::tests::dump;
use expect_test::expect;
use nixpod_modules::Kind;

/// In a file that no host imports, another file may set the option: the container is there under its default name, if
/// that is left.
#[test]
fn containers_called_by_a_default() {
    let (world, files) = world(
        r#"
{ config, lib, ... }:
let cfg = config.site; inner = "in-${cfg.card}"; in {
  options.site.card = lib.mkOption { type = lib.types.str; default = "card0"; };
  options.site.other = lib.mkOption { type = lib.types.str; };
  config.containers = {
    "probe-${cfg.card}".privateUsers = "pick";
    ${cfg.card} = { privateUsers = "pick"; };
    ${inner} = { privateUsers = "pick"; };
  };
  config.virtualisation.oci-containers.containers."x-${cfg.other}".image = "x";
}
"#,
        Kind::Nixos,
        false,
    );
    expect![[r#"
        nspawn card0 maybe[depending on "card0"] in `box` <- { privateUsers = "pick"; }
          users: Pick <- "pick"
          private users: Pick <- "pick"
          ownership: true <- "pick"
        nspawn in-card0 maybe[depending on "card0"] in `box` <- { privateUsers = "pick"; }
          users: Pick <- "pick"
          private users: Pick <- "pick"
          ownership: true <- "pick"
        nspawn probe-card0 maybe[depending on "card0"] in `box` <- "probe-${cfg.card}".privateUsers = "pick"
          users: Pick <- "pick"
          private users: Pick <- "pick"
          ownership: true <- "pick"
        oci-containers x-… template in `box` <- config.virtualisation.oci-containers.containers."x-${cfg.other}".image = "x"
          engine: maybe[] podman
          image: x <- "x"
        not analysed: containers: option `site.card` is set nowhere in the analysed files <- {…
    "#]].assert_eq(&dump::containers(&world, &files));
}
