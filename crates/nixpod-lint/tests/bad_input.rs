//! A mistake in one place of a system: it is told with its place, counted, and everything else is analysed all the same.

use serde_json::Value;
use snapbox::cmd::{Command, cargo_bin};
use std::fs;
use std::path::Path;

/// What every system here has besides its mistake: one container, of which there is something to say.
const SOUND: &str = r#"{
  containers.lamp = {
    privateNetwork = true;
    privateUsers = "pick";
    additionalCapabilities = [ "CAP_SYS_ADMIN" ];
    config = { };
  };
}
"#;

const FLAKE: &str = r#"{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.harbor = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./sound.nix ./main.nix ];
    };
  };
}
"#;

/// What a run says of a system.
struct Told {
    /// `FILE:LINE RULE`
    findings: Vec<String>,
    /// `FILE:LINE REASON`
    not_analysed: Vec<String>,
    /// How much of it no finding says.
    untold: usize,
}

/// Runs the program over the sound file and these, and checks what holds for every mistake.
#[track_caller]
fn told(test: &str, files: &[(&str, &str)]) -> Told {
    // Away from the repository that this program is developed in.
    let root = std::env::temp_dir().join(format!("nixpod-bad-input-{}-{test}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join(".git/objects")).unwrap();
    fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    for (name, text) in [("flake.nix", FLAKE), ("sound.nix", SOUND)].iter().chain(files) {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let told = of_json(&run(&root, &["--format", "json"]));
    assert!(
        told.findings
            .contains(&"sound.nix:5 sys-admin-capability".to_owned()),
        "the sound file: {:#?}",
        told.findings
    );
    let text = run(&root, &["--format", "pretty"]);
    let summary = text.lines().find_map(|line| line.strip_prefix("not analysed: "));
    let counted = summary.map(|kinds| {
        let is_listed = kinds.ends_with(" (--verbose lists them)");
        assert_eq!(is_listed, told.untold > 0, "{kinds}");
        let words: Vec<&str> = kinds.split([' ', '(', ')', ',']).collect();
        places_of(&words)
    });
    assert_eq!(counted.unwrap_or(0), told.untold, "{text}");
    let _ = fs::remove_dir_all(&root);
    told
}

/// How many places a summary counts: what has several says so in parentheses.
fn places_of(words: &[&str]) -> usize {
    let mut places = Vec::new();
    for pair in words.windows(2) {
        match (pair[0].parse::<usize>(), pair[1]) {
            (Ok(_), "container" | "containers" | "finding" | "findings") | (Err(_), _) => {}
            (Ok(number), "place" | "places") => {
                places.pop();
                places.push(number);
            }
            (Ok(number), _) => places.push(number),
        }
    }
    places.iter().sum()
}

fn run(root: &Path, args: &[&str]) -> String {
    let output = Command::new(cargo_bin!("nixpod-lint"))
        .current_dir(root)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .args(args)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let said = stderr
        .lines()
        .filter(|line| !line.starts_with("note: not analysed: "));
    assert_eq!(said.collect::<Vec<_>>(), [""; 0]);
    String::from_utf8(output.stdout).unwrap()
}

fn of_json(text: &str) -> Told {
    let document: Value = serde_json::from_str(text).unwrap();
    let list = |name: &str, show: &dyn Fn(&Value) -> String| -> Vec<String> {
        document[name].as_array().unwrap().iter().map(show).collect()
    };
    let place = |at: &Value| format!("{}:{}", at["file"].as_str().unwrap_or("?"), at["line"]);
    let gaps = document["not_analysed"].as_array().unwrap().iter();
    Told {
        untold: gaps.filter(|gap| gap["finding"].is_null()).count(),
        findings: list("findings", &|one| {
            format!("{} {}", place(&one["location"]), one["rule"].as_str().unwrap())
        }),
        not_analysed: list("not_analysed", &|one| {
            format!("{} {}", place(one), one["reason"].as_str().unwrap())
        }),
    }
}

#[track_caller]
fn assert_told(told: &[String], expected: &[&str]) {
    assert_eq!(told, expected, "{told:#?}");
}

#[test]
fn modules_that_import_each_other_are_one_module_each() {
    let told = told(
        "ring",
        &[
            ("main.nix", "{ imports = [ ./ring/one.nix ]; }"),
            ("ring/one.nix", "{ imports = [ ./two.nix ]; }"),
            (
                "ring/two.nix",
                "{\n  imports = [ ./one.nix ./two.nix ];\n  containers.bell.config = { };\n}",
            ),
        ],
    );
    assert_told(
        &told.findings,
        &[
            "ring/two.nix:3 missing-private-users",
            "ring/two.nix:3 shared-host-network",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(&told.not_analysed, &[]);
}

#[test]
fn files_that_are_each_other() {
    let told = told(
        "chain",
        &[
            (
                "main.nix",
                "{\n  imports = [\n    ./head.nix\n  ];\n  containers.odd = import ./odd.nix;\n}",
            ),
            ("head.nix", "import ./tail.nix"),
            ("tail.nix", "import ./head.nix"),
            (
                "odd.nix",
                "{\n  config = { };\n  privateNetwork =\n    (import ./odd.nix).privateNetwork;\n}",
            ),
        ],
    );
    assert_told(
        &told.findings,
        &[
            "odd.nix:1 missing-private-users",
            "odd.nix:3 failing-value",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(
        &told.not_analysed,
        &[
            "main.nix:3 `module`: infinite recursion: infinite recursion encountered",
            "odd.nix:3 `containers.odd`: which network it has is not known: infinite recursion: infinite recursion encountered",
        ],
    );
}

#[test]
fn imports_that_depend_on_what_they_import() {
    let told = told(
        "imports-of-config",
        &[
            (
                "main.nix",
                "{ config, lib, ... }:\n{\n  imports = lib.optional config.services.nginx.enable ./web.nix;\n  containers.bell.config = { };\n}",
            ),
            ("web.nix", "{ services.nginx.enable = true; }"),
        ],
    );
    assert_told(
        &told.findings,
        &[
            "main.nix:4 missing-private-users",
            "main.nix:4 shared-host-network",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(
        &told.not_analysed,
        &[
            "main.nix:3 `imports`: evaluation fails: infinite recursion encountered: `imports` depend on `config`",
        ],
    );
}

#[test]
fn a_container_that_is_there_if_another_is() {
    let told = told(
        "recursion",
        &[
            (
                "main.nix",
                "{ config, lib, ... }:\n{\n  imports = [ ./gui.nix ];\n  containers.db = lib.mkIf (config.containers ? gui) {\n    privateNetwork = true;\n    config = { };\n  };\n}",
            ),
            (
                "gui.nix",
                "{\n  containers.gui = {\n    privateUsers = \"pick\";\n    config = { };\n  };\n}",
            ),
        ],
    );
    assert_told(
        &told.findings,
        &[
            "gui.nix:2 shared-host-network",
            "main.nix:4 missing-private-users",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(
        &told.not_analysed,
        &["main.nix:4 `a condition of containers`: infinite recursion: infinite recursion encountered"],
    );
}

#[test]
fn options_of_two_modules_that_are_each_other() {
    let told = told(
        "recursion-of-values",
        &[
            ("main.nix", "{ imports = [ ./left.nix ./right.nix ]; }"),
            (
                "left.nix",
                "{ config, ... }:\n{\n  containers.left.privateNetwork = config.containers.right.privateNetwork;\n  containers.left.config = { };\n}",
            ),
            (
                "right.nix",
                "{ config, ... }:\n{\n  containers.right.privateNetwork =\n    config.containers.left.privateNetwork;\n  containers.right.config = { };\n}",
            ),
        ],
    );
    assert_told(
        &told.findings,
        &[
            "left.nix:3 missing-private-users",
            "left.nix:3 failing-value",
            "right.nix:3 missing-private-users",
            "right.nix:3 failing-value",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(
        &told.not_analysed,
        &[
            "left.nix:3 `containers.left`: which network it has is not known: infinite recursion: infinite recursion encountered",
            "right.nix:3 `containers.right`: which network it has is not known: infinite recursion: infinite recursion encountered",
        ],
    );
}

#[test]
fn two_files_that_define_one_option_differently() {
    let told = told(
        "conflict",
        &[
            ("main.nix", "{ imports = [ ./left.nix ./right.nix ]; }"),
            (
                "left.nix",
                "{\n  containers.db = {\n    privateNetwork = true;\n    config = { };\n  };\n}",
            ),
            ("right.nix", "{\n  containers.db.privateNetwork = false;\n}"),
        ],
    );
    assert_told(
        &told.findings,
        &[
            "left.nix:2 missing-private-users",
            "left.nix:3 failing-value",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(
        &told.not_analysed,
        &[
            "left.nix:3 `containers.db`: which network it has is not known: evaluation fails: The option `containers.db.privateNetwork' has conflicting definition values; also defined at right.nix:2",
        ],
    );
}

#[test]
fn three_files_that_define_one_option_differently() {
    let told = told(
        "conflicts",
        &[
            ("main.nix", "{ imports = [ ./a.nix ./b.nix ./c.nix ]; }"),
            (
                "a.nix",
                "{\n  containers.db = {\n    config = { };\n    privateUsers = \"no\";\n  };\n}",
            ),
            ("b.nix", "{\n  containers.db.privateUsers = \"pick\";\n}"),
            (
                "c.nix",
                "{ lib, ... }:\n{\n  containers.db.privateUsers = lib.mkMerge [ \"no\" (lib.mkDefault 65536) ];\n}",
            ),
        ],
    );
    assert_told(
        &told.not_analysed,
        &[
            "a.nix:4 `containers.db`: how its users map to those of the host and who owns its files are not known: evaluation fails: The option `containers.db.privateUsers' has conflicting definition values; also defined at b.nix:2, c.nix:3",
        ],
    );
}

#[test]
fn a_value_of_the_wrong_type() {
    let told = told(
        "type",
        &[(
            "main.nix",
            "{\n  containers.db = {\n    privateNetwork = \"yes\";\n    config = { };\n  };\n  containers.text = \"postgres\";\n}",
        )],
    );
    assert_told(
        &told.findings,
        &[
            "main.nix:2 missing-private-users",
            "main.nix:3 failing-value",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(
        &told.not_analysed,
        &[
            "main.nix:3 `containers.db`: which network it has is not known: evaluation fails: A definition for option `containers.db.privateNetwork' is not of type `boolean'. Definition value: a string",
            "main.nix:6 `a definition of containers.text`: evaluation fails: string 'postgres' doesn't represent an absolute path",
        ],
    );
}

/// A set of containers that is no set is left out; what other files say of them is not.
#[test]
fn all_containers_of_the_wrong_type() {
    let told = told(
        "sets",
        &[
            (
                "main.nix",
                "{ imports = [ ./text.nix ./list.nix ./oci.nix ./one.nix ]; }",
            ),
            ("text.nix", "{\n  containers =\n    \"postgres\";\n}"),
            (
                "list.nix",
                "{ lib, ... }:\n{\n  containers = lib.mkIf true [ ];\n}",
            ),
            (
                "oci.nix",
                "{ lib, ... }:\n{\n  virtualisation.oci-containers = lib.mkMerge [\n    { containers.web = { image = \"localhost/web:1\"; privileged = true; }; }\n    { containers = 5; }\n  ];\n}",
            ),
            (
                "one.nix",
                "{ lib, ... }:\n{\n  containers.bell = lib.mkMerge [\n    { config = { }; privateUsers = \"pick\"; }\n    7\n    { bindMounts = lib.mkMerge [ { \"/etc\".isReadOnly = false; } [ ] ]; }\n  ];\n}",
            ),
        ],
    );
    assert_told(
        &told.findings,
        &[
            "oci.nix:4 privileged-container",
            "one.nix:6 failing-value",
            "one.nix:6 sensitive-bind",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(
        &told.not_analysed,
        &[
            "list.nix:3 `containers`: evaluation fails: A definition for option `containers' is not of type `attribute set of (submodule)'. Definition value: a list",
            "oci.nix:5 `virtualisation.oci-containers.containers`: evaluation fails: A definition for option `virtualisation.oci-containers.containers' is not of type `attribute set of (submodule)'. Definition value: an integer",
            "one.nix:3 `a definition of containers.bell`: evaluation fails: A definition for option `containers.bell' is not of type `submodule'. Definition value: an integer",
            "one.nix:6 `containers.bell`: what it mounts is not known: evaluation fails: A definition for option `containers.bell.bindMounts' is not of type `attribute set of (submodule)'. Definition value: a list",
            "text.nix:2 `containers`: evaluation fails: A definition for option `containers' is not of type `attribute set of (submodule)'. Definition value: a string",
        ],
    );
}

#[test]
fn files_that_are_not_there() {
    let told = told(
        "missing",
        &[(
            "main.nix",
            "{\n  imports = [\n    ./gone.nix\n  ];\n  containers.db = import ./lost.nix;\n  containers.bell.config = { };\n}",
        )],
    );
    assert_told(
        &told.findings,
        &[
            "main.nix:3 missing-import",
            "main.nix:6 missing-private-users",
            "main.nix:6 shared-host-network",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(
        &told.not_analysed,
        &[
            "main.nix:3 `module`: there is no file `gone.nix`",
            "main.nix:5 `a definition of containers.db`: there is no file `lost.nix`",
        ],
    );
}

#[test]
fn one_broken_file_among_500() {
    let names: Vec<String> = (0..500).map(|at| format!("modules/{at:03}.nix")).collect();
    let imports: String = names.iter().map(|name| format!("  ./{name}\n")).collect();
    let main = format!("{{\n  imports = [\n{imports}  ];\n}}");
    let module = |at: usize| match at {
        250 => "{\n  containers.torn = {\n    privateNetwork = ;\n    config = { };\n  };\n}".to_owned(),
        499 => {
            "{\n  containers.bell = {\n    privateUsers = \"pick\";\n    config = { };\n  };\n}".to_owned()
        }
        _ => format!("{{ services.app{at}.enable = true; }}"),
    };
    let texts: Vec<String> = (0..500).map(module).collect();
    let mut files = vec![("main.nix", main.as_str())];
    files.extend(
        names
            .iter()
            .zip(&texts)
            .map(|(name, text)| (name.as_str(), text.as_str())),
    );
    let told = told("broken", &files);
    assert_told(
        &told.findings,
        &[
            "modules/250.nix:2 missing-private-users",
            "modules/250.nix:3 parse-error",
            "modules/499.nix:2 shared-host-network",
            "sound.nix:5 sys-admin-capability",
        ],
    );
    assert_told(
        &told.not_analysed,
        &[
            "modules/250.nix:3 `containers.torn`: which network it has is not known: syntax error: the code here does not parse",
        ],
    );
}
