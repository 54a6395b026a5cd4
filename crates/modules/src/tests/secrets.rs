//! Where secrets lie when the system runs.

use super::check;
use expect_test::expect;

#[test]
fn what_is_computed_from_the_path_of_a_secret() {
    check(
        r#"
{ config, lib, ... }:
{
  sops.secrets.token = { owner = "web"; };
  sops.secrets."web/env" = { };
  sops.secrets.hash.neededForUsers = true;
  sops.secrets.moved.path = "/etc/moved";
  sops.templates.conf.content = "x";
  age.secrets.key.file = ./key.age;
  a.itself = config.sops.secrets.token.path;
  a.folder = dirOf config.sops.secrets.token.path;
  a.name = baseNameOf config.sops.secrets."web/env".path;
  a.under = lib.removePrefix "/run/" config.sops.secrets."web/env".path;
  a.first = lib.head (lib.splitString "/" (lib.removePrefix "/" config.sops.templates.conf.path));
  a.rendered = dirOf config.sops.templates.conf.path;
  a.age = dirOf config.age.secrets.key.path;
  a.elsewhere = dirOf config.sops.secrets.moved.path;
  a.other = dirOf config.sops.secrets.hash.path;
  a.absent = dirOf config.sops.secrets.absent.path;
  containers.web.config = { config, ... }: {
    sops.secrets.inner = { };
    a.folder = dirOf config.sops.secrets.inner.path;
  };
  home-manager.users.ann = { config, ... }: {
    sops.secrets.inner = { };
    a.folder = dirOf config.sops.secrets.inner.path;
  };
}
"#,
        &[
            "a.itself",
            "a.folder",
            "a.name",
            "a.under",
            "a.first",
            "a.rendered",
            "a.age",
            "a.elsewhere",
            "a.other",
            "a.absent",
            "containers.web.config.a.folder",
            "home-manager.users.ann.a.folder",
        ],
        expect![[r#"
            a.itself = «unknown: option `sops.secrets.token.path` is set nowhere in the analysed files»
            a.folder = "/run/secrets"
            a.name = "env"
            a.under = "secrets/web/env"
            a.first = "run"
            a.rendered = "/run/secrets/rendered"
            a.age = "/run/agenix"
            a.elsewhere = "/etc"
            a.other = «unknown: it is made of `sops.secrets.hash.path`, which is not known»
            a.absent = «unknown: it is made of `sops.secrets.absent.path`, which is not known»
            containers.web.config.a.folder = "/run/secrets"
            home-manager.users.ann.a.folder = «unknown: it is made of `home-manager.users.ann.sops.secrets.inner.path`, which is not known»
        "#]],
    );
}

#[test]
fn the_folder_of_agenix_may_be_another() {
    let said = |folder: &str| {
        format!(
            "{{ config, inputs, ... }}: {{ age.secretsDir = {folder}; age.secrets.key.file = ./key.age; a = dirOf config.age.secrets.key.path; }}"
        )
    };
    check(
        &said("\"/srv/keys\""),
        &["a"],
        expect![[r#"
        a = "/srv/keys"
    "#]],
    );
    check(
        &said("inputs.x.folder"),
        &["a"],
        expect![[r#"
            a = «unknown: it is made of `age.secrets.key.path`, which is not known»
        "#]],
    );
}

#[test]
fn the_folder_of_agenix_has_a_default() {
    check(
        "{ config, ... }: { age.secrets.key.file = ./key.age; a = config.age.secretsDir; }",
        &["a"],
        expect![[r#"
            a = "/run/agenix"
        "#]],
    );
}
