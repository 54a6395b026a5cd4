//! Texts in which a fix would take more than what it is for: values out of other files, arguments of functions, defaults
//! of options.

use crate::ALL;
use expect_test::{Expect, expect};
use nixpod_analysis::Applicability;
use nixpod_testing::{Fixture, pedantic_host, targets};

fn fixed(text: &str, expected: Expect) {
    expected.assert_eq(&changed(text));
}

/// The files that all fixes together change, as they are then.
fn changed(text: &str) -> String {
    let host = pedantic_host(ALL, &Fixture::parse(text));
    let analysis = host.analysis();
    let fixed = analysis.fix(&targets(), Applicability::Unsafe, &|_| true);
    let files = fixed.files.iter();
    files
        .map(|file| format!("#- {}\n{}\n", file.path, file.after.trim_end()))
        .collect()
}

/// The place of a value that a file gives is the call that reads the file.
#[test]
fn values_out_of_files() {
    const FILES: &str = r#"
#- /c.json
{"b": {"image": "docker.io/library/a:1", "privileged": true, "extraOptions": ["--pid=host"]}}
#- /n.json
{"a": {"privateNetwork": true, "privateUsers": "pick", "additionalCapabilities": ["CAP_SYS_ADMIN"]}}
#- /settings.json
{"trusted-users": ["root", "@users"], "substituters": ["https://cache.example.org"]}
#- /s.json
{"a": {"mode": "0444"}, "b": {"owner": "x"}}
#- /u.json
{"ann": {"extraGroups": ["docker", "wheel"]}}
"#;
    for module in [
        "virtualisation.oci-containers.containers = lib.importJSON ./c.json;",
        "virtualisation.oci-containers.containers.b = (lib.importJSON ./c.json).b;",
        "containers = lib.importJSON ./n.json;",
        "nix.settings = lib.importJSON ./settings.json;",
        "sops.secrets = lib.importJSON ./s.json;",
        "users.users = lib.mapAttrs (_: u: { inherit (u) extraGroups; }) (lib.importJSON ./u.json);",
    ] {
        let text = format!("{{ lib, ... }}: {{ virtualisation.docker.enable = true; {module} }}{FILES}");
        assert_eq!(changed(&text), "", "{module}");
    }
}

/// A name that is nearly right is put right, and not joined by the right one: the two together do not evaluate.
#[test]
fn names_that_are_nearly_right() {
    fixed(
        r#"
{ containers.x = { privateUser = "pick"; privateNetwork = true; config = { }; }; }
"#,
        expect![[r#"
            #- /p/main.nix
            { containers.x = { privateUsers = "pick"; privateNetwork = true; config = { }; }; }
        "#]],
    );
}

#[test]
fn arguments_of_functions() {
    fixed(
        r#"
{ environment.etc."containers/systemd/a.container".text = builtins.replaceStrings [ "@net@" ] [ "host" ] (builtins.readFile ./a.container.in); }
#- /a.container.in
[Container]
Image=docker.io/library/a:1
Network=@net@
"#,
        expect![""],
    );
    fixed(
        r#"
{ lib, ... }: {
  virtualisation.oci-containers.containers = lib.listToAttrs (lib.zipListsWith (n: p: lib.nameValuePair n {
    image = "docker.io/library/a:1";
    privileged = p;
  }) [ "a" "b" ] [ true false ]);
  age.secrets.y = { file = ./y.age; mode = lib.concatStrings [ "04" "44" ]; };
}
"#,
        expect![""],
    );
}

/// Without its default the option has no value.
#[test]
fn defaults_of_options() {
    fixed(
        r#"
{ lib, config, ... }: {
  options.my.priv = lib.mkOption { type = lib.types.bool; default = true; };
  config.virtualisation.oci-containers.containers.a = { image = "docker.io/library/a:1"; privileged = config.my.priv; };
}
"#,
        expect![""],
    );
}

/// A variable of a script is asked for elsewhere, too.
#[test]
fn variables_of_scripts() {
    fixed(
        r#"
{ systemd.services.a.script = "PRIV=--privileged\nif [ -n \"$PRIV\" ]; then echo; fi\npodman run $PRIV docker.io/library/a:1"; }
"#,
        expect![""],
    );
}

/// A hint that comes out is no reason to leave what is worse.
#[test]
fn hints_that_come_out() {
    fixed(
        r#"
{ containers.a = { privateUsers = "pick"; forwardPorts = [ { hostPort = 8080; containerPort = 80; } ]; config = { }; }; }
"#,
        expect![[r##"
            #- /p/main.nix
            { containers.a = { privateUsers = "pick"; forwardPorts = [ { hostPort = 8080; containerPort = 80; } ]; privateNetwork = true; config = { }; }; }
        "##]],
    );
}
