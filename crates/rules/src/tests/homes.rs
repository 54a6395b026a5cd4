//! Files of homes that no host imports are evaluated if there can be a secret in what they write.

use crate::ALL;
use crate::about::secrets::TOKENS;
use nixpod_analysis::Rule;
use nixpod_testing::{Fixture, check, check_none, host, targets};

fn rule(id: &str) -> &'static Rule {
    let mut rules = ALL.iter();
    rules
        .find(|rule| rule.meta.id == id)
        .expect("there is such a rule")
}

/// How many secrets are found in a tree with one file.
fn count(text: &str) -> usize {
    let rules = Box::leak(Box::new([rule("secret-in-store")]));
    let fixture = Fixture::parse(text);
    host(rules, &fixture).analysis().check(&targets()).findings.len()
}

#[test]
fn each_option_by_itself() {
    for text in [
        "{ home.sessionVariables.DB_PASSWORD = \"plum-cartwheel-41\"; }",
        "{ systemd.user.sessionVariables.DB_PASSWORD = \"plum-cartwheel-41\"; }",
        "{ home.file.\".pgrc\".text = \"password = plum-cartwheel-41\"; }",
        "{ xdg.configFile.\"a/b\".text = \"password = plum-cartwheel-41\"; }",
        "{ xdg.dataFile.\"a/b\".text = \"password = plum-cartwheel-41\"; }",
        "{ systemd.user.services.a.Service.Environment = [ \"DB_PASSWORD=plum-cartwheel-41\" ]; }",
        "{ systemd.user.services.a.environment.DB_PASSWORD = \"plum-cartwheel-41\"; }",
    ] {
        assert_eq!(count(text), 1, "{text}");
    }
}

#[test]
fn each_secret_that_is_known_by_its_shape_or_name() {
    let body = "k3Jx9Qw2Zt7Lm5Vb8Nc1Rf6Hd4Sg0Py3Ua9Ie2Ow7Tk5Xj8Mz1Qv6Bn4Cr0Lf3Hd9Gs";
    let tokens = TOKENS.iter().map(|(prefix, min, _)| {
        let body = body.get(..*min).expect("the body is long enough");
        ("ANY", format!("{prefix}{body}"))
    });
    let names = [
        "DB_PASSWORD",
        "dbPasswd",
        "KEY_PASSPHRASE",
        "DB_PASS",
        "DB_PASS_2",
        "DB_PWD",
        "dbPw",
        "API_SECRET",
        "TOKEN",
        "WIFI_PSK",
        "API_KEY",
        "apiKey1",
        "MY_APIKEY",
        "SECRET_KEY_BASE",
        "app.secret.key.base",
        "secretKeyBase",
        "AWS_SECRET_ACCESS_KEY",
        "APP_KEY",
    ];
    let named = names.map(|name| (name, "hVx92kqLpw".to_owned()));
    let shapes = [
        "postgres://ann:plumcart@db/a",
        "Host=db;Username=app;Pwd=plumcart",
        "12345678:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr",
        "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl",
        "https://hooks.slack.com/services/T0001111/B0001111/plumcart",
    ]
    .map(|shape| ("ANY", shape.to_owned()));
    let mut all = 0;
    for (name, value) in tokens.chain(named).chain(shapes) {
        let text = format!("{{ home.sessionVariables.\"{name}\" = \"{value}\"; }}");
        assert_eq!(count(&text), 1, "{text}");
        all += 1;
    }
    assert!(all > TOKENS.len());
}

#[test]
fn what_comes_from_another_file() {
    check(
        rule("secret-in-store"),
        r#"
{ home.sessionVariables = import ./vars.nix; }
#- /vars.nix
{ DB_PASSWORD = "plum-cartwheel-41"; }
              # ^^^^^^^^^^^^^^^^^^^ error: the variable `DB_PASSWORD` in a home is written out, so everybody can read it in the Nix store
"#,
    );
    check(
        rule("secret-in-store"),
        r#"
{ lib, ... }: { home.sessionVariables = lib.importTOML ./vars.toml; }
                                                     # ^^^^^^^^^^^ error: the variable `DB_PASSWORD` in a home is written out, so everybody can read it in the Nix store
#- /vars.toml
DB_PASSWORD = "plum-cartwheel-41"
"#,
    );
    check(
        rule("secret-in-store"),
        r#"
{ config, ... }: { home.sessionVariables = config.my.variables; }
#- /user.nix
{ imports = [ ./main.nix ]; my.variables.DB_PASSWORD = "plum-cartwheel-41"; }
                                                     # ^^^^^^^^^^^^^^^^^^^ error: the variable `DB_PASSWORD` in a home is written out, so everybody can read it in the Nix store
"#,
    );
}

#[test]
fn a_file_with_a_secret_name() {
    check(
        rule("secret-file-in-store"),
        r#"
{ home.sessionVariables.A = "${./db-password.txt}"; }
                          #    ^^^^^^^^^^^^^^^^^ error: the variable `A` in a home copies the secret file `./db-password.txt` into the Nix store
#- /db-password.txt
plum
"#,
    );
}

#[test]
fn what_people_read_of_an_option_is_no_secret() {
    check_none(
        rule("secret-in-store"),
        r#"
{ config, lib, ... }:
{
  options.a.password = lib.mkOption { description = "API_KEY=plum-cartwheel-41"; };
  config.home.sessionVariables.EDITOR = config.a.editor;
}
"#,
    );
}

#[test]
fn a_file_becomes_a_module_of_another_kind_by_an_edit() {
    let fixture = Fixture::parse(
        r#"
{ imports = [ ./names.nix ]; my.variables.DB_PASSWORD = "plum-cartwheel-41"; }
#- /names.nix
{ config, ... }: { my.a = 1; home.sessionVariables = config.my.variables; }
"#,
    );
    let rules = Box::leak(Box::new([rule("secret-in-store")]));
    let mut host = host(rules, &fixture);
    let names = fixture.files.iter().find(|file| file.path.ends_with("names.nix"));
    let names = names.expect("the fixture has it");
    for (name, findings) in [("a", 1), ("boot", 0), ("b", 1), ("networking", 0), ("c", 1)] {
        let edited = names.text.replace("my.a", &format!("my.{name}"));
        host.set_buffer(names.full_path(), Some(edited));
        let report = host.analysis().check(&targets());
        assert_eq!(report.findings.len(), findings, "{name}");
    }
}

/// Modules without containers, in files that are no modules.
#[test]
fn a_module_within_something_that_nobody_reads() {
    for text in [
        "{ aspects.web.nixos = { systemd.services.b.environment.A_TOKEN = \"plum-cartwheel-41\"; }; }",
        "{ aspects.ann.homeManager = { home.sessionVariables.A_TOKEN = \"plum-cartwheel-41\"; }; }",
        "{ mk }: { host = mk { modules = [ { systemd.services.b.environment.A_TOKEN = \"plum-cartwheel-41\"; } ]; }; }",
        "{ mk }: { host = mk { nixos = { ... }: { users.users.ann.password = \"plum-cartwheel-41\"; }; }; }",
    ] {
        assert_eq!(count(text), 1, "{text}");
    }
    let test = "{ testScript = \"\"; nodes.a = { users.users.ann.password = \"plum-cartwheel-41\"; }; }";
    assert_eq!(count(test), 0);
}

/// Home Manager takes any key of a section, also where a user's own module adds options to units.
#[test]
fn sections_of_units_are_no_options_that_nobody_declares() {
    check(
        rule("secret-in-store"),
        r#"
{ lib, ... }: {
  options.systemd.user.services = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule { config.Unit.StartLimitBurst = lib.mkDefault 15; });
  };
  config.systemd.user.services.a = {
    Service.Environment = [ "DB_PASSWORD=plum-cartwheel-41" ];
    #                                    ^^^^^^^^^^^^^^^^^ error: the variable `DB_PASSWORD` in a home is written out, so everybody can read it in the Nix store
    Install.WantedBy = [ "default.target" ];
  };
}
"#,
    );
    let units = "{ lib, ... }: { options.systemd.user.services = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { }); }; \
        config.systemd.user.services.a = { Service.Environment = [ \"A_TOKEN=${./a}\" ]; Install.WantedBy = [ \"x\" ]; }; }";
    let rules = Box::leak(Box::new([rule("secret-in-store")]));
    let report = host(rules, &Fixture::parse(units)).analysis().check(&targets());
    assert_eq!(report.not_analysed, []);
}
