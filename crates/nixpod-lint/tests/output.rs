//! What is printed shows no secret, hides nothing and gives no orders, whatever the analysed code says.

use nixpod_analysis::{AnalysisHost, OsFileSystem, TextSize, Utf8Path, Utf8PathBuf, visible};
use serde_json::Value;
use snapbox::cmd::cargo_bin;
use std::fs;
use std::ops::Deref;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

const FORMATS: [&str; 5] = ["pretty", "concise", "json", "sarif", "github"];

/// Systems with secrets in them.
const SYSTEMS: [&str; 10] = [
    "sample",
    "corpus/app-isolation/bad",
    "corpus/app-isolation/good",
    "corpus/nested-podman/bad",
    "corpus/nested-podman/good",
    "corpus/rootless-quadlets/bad",
    "corpus/rootless-quadlets/good",
    "corpus/shared-store/bad",
    "corpus/user-containers/bad",
    "corpus/user-containers/good",
];

/// Their secrets that stand in Nix code.
const SECRETS: [&str; 5] = [
    "plum-cartwheel-41",
    "barley-under-thatch",
    "tulip",
    "lead-and-antimony",
    "hen-house",
];

fn testdata() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// Makes a folder within a repository, such as this one's test data, a project of its own.
const ALONE: [&str; 2] = ["--root", "."];

/// Standard output and standard error.
fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (String, String) {
    let output = Command::new(cargo_bin!("nixpod-lint"))
        .current_dir(folder)
        .env_remove("CLICOLOR_FORCE")
        .env_remove("GITHUB_ACTIONS")
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        matches!(output.status.code(), Some(0..=2)),
        "{arguments:?}: {output:?}"
    );
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

/// A project of one file.
struct Project(Utf8PathBuf);

impl Deref for Project {
    type Target = Utf8PathBuf;

    fn deref(&self) -> &Utf8PathBuf {
        &self.0
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // A directory that stays in the one for temporary files harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn project(name: &str, text: &str) -> Project {
    // Away from the repository that this program is developed in.
    let root = std::env::temp_dir().join(format!("nixpod-output-{}-{name}", std::process::id()));
    let root = Utf8PathBuf::from_path_buf(root).unwrap();
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join(".git/objects")).unwrap();
    fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    fs::write(root.join("a.nix"), text).unwrap();
    Project(root)
}

/// Every way to print something of a project.
fn ways() -> Vec<Vec<&'static str>> {
    let mut ways: Vec<Vec<&str>> = Vec::new();
    for format in FORMATS {
        ways.push(vec!["check", "--format", format, "--verbose"]);
        ways.push(vec!["check", "--format", format, "--ignore", "secret-in-store"]);
        ways.push(vec!["check", "--format", format, "--severity", "critical"]);
    }
    ways.push(vec!["check", "--statistics"]);
    ways.push(vec!["check", "--diff", "--unsafe-fixes"]);
    ways.push(vec!["check", "--timings"]);
    ways.push(vec!["show", "--verbose"]);
    ways.push(vec!["show", "--format", "json"]);
    ways
}

#[test]
fn no_output_shows_a_secret_of_the_corpus() {
    let mut revealed = String::new();
    for system in SYSTEMS {
        let folder = testdata().join(system);
        for way in ways() {
            let way = [&way[..], &ALONE].concat();
            let (out, err) = run(folder.as_std_path(), &way, &[("NIXPOD_LOG", "trace")]);
            for secret in SECRETS {
                assert!(
                    !out.contains(secret) && !err.contains(secret),
                    "{system}: {way:?} shows {secret}"
                );
            }
        }
        for way in [["check", "--show-secrets"], ["show", "--show-secrets"]] {
            let way = [&way[..], &ALONE].concat();
            revealed.push_str(&run(folder.as_std_path(), &way, &[]).0);
        }
    }
    for secret in SECRETS {
        assert!(revealed.contains(secret), "{secret} is nowhere");
    }
}

/// What was found to be a secret in the corpus is in the list above.
#[test]
fn the_secrets_of_the_corpus_are_known() {
    for system in SYSTEMS {
        let folder = testdata().join(system);
        let way = ["check", "--format", "json", "--select", "secret-in-store", "."];
        let way = [&way[..], &ALONE].concat();
        let document: Value = serde_json::from_str(&run(folder.as_std_path(), &way, &[]).0).unwrap();
        for finding in document["findings"].as_array().unwrap() {
            let at = &finding["location"];
            let file = at["file"].as_str().unwrap();
            let paths = [
                folder.join(file),
                folder.parent().unwrap().join(file),
                testdata().join("..").join(file),
            ];
            let text = paths
                .iter()
                .find_map(|path| fs::read_to_string(path).ok())
                .unwrap();
            let line = text
                .lines()
                .nth(at["line"].as_u64().unwrap() as usize - 1)
                .unwrap();
            assert!(
                SECRETS.iter().any(|secret| line.contains(secret)),
                "{system}: {line}"
            );
        }
    }
}

#[test]
fn hovering_shows_no_secret() {
    for system in SYSTEMS {
        let folder = testdata().join(system);
        let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::new(OsFileSystem));
        host.set_project(folder.clone());
        let analysis = host.analysis();
        for file in analysis.files(std::slice::from_ref(&folder)) {
            let text = fs::read_to_string(&file).unwrap();
            for (at, _) in text.match_indices('=') {
                for offset in [at.saturating_sub(2), at + 3] {
                    let hover = analysis.hover(&file, TextSize::new(offset as u32));
                    let said = hover.map(|hover| hover.markdown).unwrap_or_default();
                    for secret in SECRETS {
                        assert!(!said.contains(secret), "{file}: {said}");
                    }
                }
            }
            let told = analysis.diagnostics(&file);
            let told = format!("{told:?}");
            assert!(SECRETS.iter().all(|secret| !told.contains(secret)), "{told}");
        }
    }
}

/// A secret in every place that one can be in.
const MANY_SECRETS: &str = r#"{ lib, ... }:
let
  token = "ghp_0123456789abcdefghijABCDEFGHIJ456789";
  half = "first-half";
in
{
  # It was hunter2-hunter2 before.
  virtualisation.oci-containers.containers.db = {
    image = "https://robot:hunter2-hunter2@registry.example.org/db:17";
    privileged = lib.mkIf ("hunter2-hunter2" == "x") true;
    environment = {
      POSTGRES_PASSWORD = "hunter2-hunter2";
      GH_TOKEN = "${token}";
      API_KEY = half + "-second-half";
      ADMIN_PASSWORD = "root";
      RUN_AS = "root";
      LONG_PASSWORD = "a-very-long-secret-0123456789-a-very-long-secret-0123456789-a-very-long-secret-0123456789-a-very-long-secret-0123456789-end";
      QUOTED_PASSWORD = "with \"quotes\" and \${x} in it";
      TLS_KEY = ''
        -----BEGIN PRIVATE KEY-----
        MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAq7BFUpkGp3+LQmlQ
        -----END PRIVATE KEY-----
      '';
    };
    extraOptions = [ "--label=was-hunter2-hunter2" ];
  };
  users.users.mara = {
    isNormalUser = true;
    initialPassword = "hunter2-hunter2";
  };
}
"#;

#[test]
fn a_secret_is_hidden_wherever_it_stands() {
    let folder = project("many-secrets", MANY_SECRETS);
    let secrets = [
        "hunter2-hunter2",
        "ghp_0123",
        "a-very-long-secret",
        "with \"quotes\"",
        "with \\\"quotes",
        "MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAq7BFUpkGp3",
        "ADMIN_PASSWORD = \"root\"",
        "first-half-second-half",
    ];
    for way in ways() {
        let (out, err) = run(folder.as_std_path(), &way, &[("NIXPOD_LOG", "trace")]);
        for secret in secrets {
            assert!(
                !out.contains(secret) && !err.contains(secret),
                "{way:?} shows {secret}:\n{out}"
            );
        }
    }
    let (out, _) = run(folder.as_std_path(), &["show"], &[]);
    let has = |value: &str| {
        out.lines()
            .any(|line| line.split_whitespace().any(|word| word == value))
    };
    assert!(has("RUN_AS=root"), "the same word is no secret there: {out}");
    assert!(has("ADMIN_PASSWORD=***") && has("API_KEY=***"), "{out}");
    let (out, _) = run(folder.as_std_path(), &["show", "--show-secrets", "-v"], &[]);
    assert!(out.contains("hunter2-hunter2"));
}

/// Short passwords, and such as are words of their own, which are hidden only where they are written and used.
const SHORT_SECRETS: &str = r#"{ lib, config, ... }:
let
  site.pw = "abc";
  mk = pw: { image = "a:1"; environment = { DB_PASSWORD = pw; } // { X_PASSWORD = "xy1"; }; };
in
{
  virtualisation.oci-containers.containers = {
    one = mk "zq7";
    two = lib.mkMerge [
      (mk site.pw)
      {
        extraOptions = [ "-e" "ADMIN_PASSWORD=root" "--env=PG_PASSWORD=ad1" ];
        cmd = [ "--password" "qw9" "--token=postgres" ];
      }
    ];
    three.environment = lib.mkIf config.foo.bar { T_PASSWORD = "u8i"; };
    four = {
      environment = lib.mapAttrs (n: v: v) { T_PASSWORD = "k3k"; };
      environmentFiles = [ (builtins.toFile "env" "Q_PASSWORD=m2m\n") ];
    };
  };
  home-manager.users.bob.services.podman.containers.five = {
    environment.A_PASSWORD = "j5j";
    extraPodmanArgs = [ "--env" "B_PASSWORD=r4r" ];
  };
  containers.six = {
    config.users.users.al.initialPassword = "d0d";
    extraFlags = [ "--set-credential=db.password:f6f" ];
  };
}
"#;

#[test]
fn short_secrets_are_hidden_where_they_are_written_and_used() {
    let folder = project("short-secrets", SHORT_SECRETS);
    let secrets = [
        "\"abc\"",
        "xy1",
        "zq7",
        "_PASSWORD=root",
        "ad1",
        "qw9",
        "--token=postgres",
        "u8i",
        "k3k",
        "m2m",
        "j5j",
        "r4r",
        "d0d",
        "f6f",
    ];
    for way in ways() {
        let (out, _) = run(folder.as_std_path(), &way, &[]);
        for secret in secrets {
            let shown = out
                .lines()
                .find(|line| line.contains(secret) && !line.contains("fingerprint"));
            // Fingerprints may have any three letters.
            let shown = shown.filter(|line| !line.contains("nixpodLint/v1"));
            assert_eq!(shown, None, "{way:?} shows {secret}");
        }
    }
}

/// Who calls the database like its password must still read which container is meant.
#[test]
fn what_a_password_is_called_like_is_not_hidden() {
    let code = r#"{ inputs, ... }: {
  virtualisation.oci-containers.containers."ledger-db" = {
    image = "docker.io/library/ledger:16";
    privileged = true;
    environment.LEDGER_PASSWORD = "ledger";
    environment.ADMIN_PASSWORD = "docker.io";
  };
}
"#;
    let folder = project("called-alike", code);
    let (out, _) = run(folder.as_std_path(), &["check", "--format", "concise"], &[]);
    assert!(out.contains("`ledger-db` runs privileged"), "{out}");
    assert!(out.contains("`LEDGER_PASSWORD` of `ledger-db`"), "{out}");
    for way in ways() {
        let (out, _) = run(folder.as_std_path(), &way, &[]);
        for secret in ["PASSWORD = \"ledger\"", "\"docker.io\""] {
            assert!(!out.contains(secret), "{way:?} shows {secret}:\n{out}");
        }
    }
}

#[test]
fn a_fingerprint_does_not_tell_the_secret() {
    let fingerprint = |secret: &str, more: &[&str]| {
        let text = format!(
            "{{ virtualisation.oci-containers.containers.db = {{ image = \"a:1@sha256:0\"; environment.DB_PASSWORD = \"{secret}\"; }}; }}\n"
        );
        let folder = project(&format!("fingerprint-{secret}"), &text);
        let way = [&["check", "--format", "json"], more].concat();
        let document: Value = serde_json::from_str(&run(folder.as_std_path(), &way, &[]).0).unwrap();
        document["findings"][0]["fingerprint"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let one = fingerprint("first-password", &[]);
    assert_eq!(one, fingerprint("second-password", &[]));
    assert_eq!(one, fingerprint("first-password", &["--show-secrets"]));
}

#[test]
fn a_masked_diff_says_that_it_is_no_patch() {
    let text = "{\n  virtualisation.oci-containers.containers.db = {\n    image = \"a:1@sha256:0\";\n    environment.DB_PASSWORD = \"hunter2-hunter2\";\n    privileged = true;\n  };\n}\n";
    let folder = project("diff", text);
    let arguments = ["check", "--diff", "--unsafe-fixes"];
    let (out, err) = run(folder.as_std_path(), &arguments, &[]);
    assert!(
        out.contains("-    privileged = true;\n")
            && out.contains("     environment.DB_PASSWORD = \"***\";\n"),
        "{out}"
    );
    assert_eq!(
        err,
        "note: secrets are masked; with --show-secrets it is a patch\n"
    );
    let (out, err) = run(
        folder.as_std_path(),
        &[&arguments[..], &["--show-secrets"]].concat(),
        &[],
    );
    assert!(
        out.contains("     environment.DB_PASSWORD = \"hunter2-hunter2\";\n"),
        "{out}"
    );
    assert_eq!(err, "");
    let (_, _) = run(folder.as_std_path(), &["check", "--fix", "--unsafe-fixes"], &[]);
    let fixed = fs::read_to_string(folder.join("a.nix")).unwrap();
    assert_eq!(fixed, text.replace("    privileged = true;\n", ""));
}

/// Commands in every text that is printed: names, values, comments, messages of failures.
const ORDERS: &str = r###"{ lib, ... }:
{
  virtualisation.oci-containers.containers."a
::error::from a name##[error]x" = {
    /*
::warning::from a comment
 ##[warning]from a comment
*/  privileged = true;
    /*
 ::notice::from a comment
*/
    image = "x
::error::from a value##[error]y";
    environment = {
      A = builtins.throw "no
::error::from a failure
##[error]z";
    };
    extraOptions = builtins.trace "t
::error::from a trace##[error]t" [ ];
  };
  containers."##[group]b".privateNetwork = lib.mkIf ("
::error::from a condition" == throw "##[c]") true;
  imports = [ (throw "
::error::from an import
##[d]") ];
}
"###;

#[test]
fn nothing_that_is_printed_orders_a_runner_around() {
    let folder = project("orders", ORDERS);
    fs::write(folder.join("::error::name.nix"), "{ containers.a = { } ; ").unwrap();
    fs::write(folder.join("new\n::error::name.nix"), "{ containers.b = { } ; ").unwrap();
    let folder = folder.as_std_path();
    let mut ways = ways();
    ways.push(vec!["eval", "a.nix"]);
    ways.push(vec!["eval", "--json", "-E", "\"##[error]x\""]);
    ways.push(vec!["eval", "-E", "{ a = \"##[error]x\"; }"]);
    ways.push(vec![
        "eval",
        "-E",
        "builtins.trace \"a\\n::error::b\" (throw \"c\\n ::error::##[d]\")",
    ]);
    ways.push(vec!["check", "x\n::error::no such file"]);
    ways.push(vec!["check", "--x\n::error::no such argument##[e]"]);
    ways.push(vec!["check", "--host", "x\n::error::no such host"]);
    for way in ways {
        let (out, err) = run(
            folder,
            &way,
            &[("GITHUB_ACTIONS", "true"), ("NIXPOD_LOG", "trace")],
        );
        for line in out.lines().chain(err.lines()).flat_map(|line| line.split('\r')) {
            assert!(!line.contains("##["), "{way:?}: {line}");
            let ours = ["::error file=", "::warning file=", "::notice file="];
            let is_ours = way.contains(&"github") && ours.iter().any(|command| line.starts_with(command));
            assert!(is_ours || !line.trim_start().starts_with("::"), "{way:?}: {line}");
        }
        if way.contains(&"json") || way.contains(&"sarif") {
            let plain = run(folder, &way, &[]).0;
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(read(&out), read(&plain), "{way:?}: the document is another");
        }
    }
    let exact = run(folder, &["eval", "--json", "-E", "\"##[error]x\""], &[]).0;
    assert_eq!(exact, "\"##[error]x\"\n");
}

#[test]
fn nothing_that_is_printed_is_hidden() {
    let odd = "a\u{1b}[31m\u{202e}\u{200b}\u{2028}\u{e0041}\u{ad}\u{9b}b";
    let text = format!(
        "{{ virtualisation.oci-containers.containers.\"{odd}\" = {{\n  # {odd}\n  privileged = true;\n  image = \"{odd}\";\n  \
         cmd = throw \"{odd}\";\n}}; imports = [ (throw \"{odd}\") ]; }}\n"
    );
    let folder = project("hidden", &text);
    for way in ways() {
        if way.contains(&"--diff") {
            continue;
        }
        let (out, err) = run(folder.as_std_path(), &way, &[]);
        let hidden = |c: &char| visible::is_hidden(*c) && *c != '\n';
        let found = out.chars().chain(err.chars()).find(hidden);
        assert_eq!(found, None, "{way:?}\n{out}");
    }
    // Programs get names as they are.
    let (out, _) = run(folder.as_std_path(), &["show", "--format", "json"], &[]);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["containers"][0]["name"], odd);
    let (out, _) = run(folder.as_std_path(), &["check", "--format", "concise"], &[]);
    assert!(
        out.contains("`a\\u{1b}[31m\\u{202e}\\u{200b}\\u{2028}\\u{e0041}\\u{ad}\\u{9b}b`"),
        "{out}"
    );
}

#[test]
fn many_findings_of_one_kind_are_counted_for_people_and_listed_for_programs() {
    let unused: String = (0..300)
        .map(|at| format!("  # nixpod: ignore[env-host] because\n  a{at} = 1;\n"))
        .collect();
    let folder = project("many", &format!("{{\n{unused}}}\n"));
    let lines = |format: &str| run(folder.as_std_path(), &["check", "--format", format], &[]).0;
    let counted = "100 more findings of this rule in this file (--format json lists all)";
    let concise = lines("concise");
    assert_eq!(concise.lines().count(), 201);
    let last = format!("a.nix:402:20: low[unused-suppression] {counted}");
    assert_eq!(concise.lines().last(), Some(&*last));
    let pretty = lines("pretty");
    assert_eq!(pretty.matches("╭─[").count(), 200);
    assert!(
        pretty.contains(counted) && pretty.contains("300 findings (300 low)"),
        "{pretty}"
    );
    assert_eq!(lines("github").lines().count(), 201);
    let json: Value = serde_json::from_str(&lines("json")).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 300);
    let sarif: Value = serde_json::from_str(&lines("sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 300);
}

#[test]
fn long_values_are_cut_in_messages() {
    let image = "ä".repeat(5_000);
    let text = format!(
        "{{ virtualisation.oci-containers.containers.a = {{ image = \"{image}\"; privileged = true; }}; }}\n"
    );
    let folder = project("long", &text);
    for format in ["concise", "github", "json", "sarif", "pretty"] {
        let (out, _) = run(folder.as_std_path(), &["check", "--format", format], &[]);
        assert!(!out.contains(&"ä".repeat(201)), "{format}: {out}");
    }
}

/// Silence is a statement: what stands in the text and is not judged is said, with its reason.
#[test]
fn what_no_host_has_is_said() {
    let text = r#"
{ lib, inputs, ... }: {
  virtualisation.oci-containers.containers = lib.mkMerge [
    { never = lib.mkIf false { image = "x"; privileged = true; }; }
    inputs.shop.containers
  ];
  checks.t = { testScript = ""; nodes.m.virtualisation.oci-containers.containers.in-test.privileged = true; };
  virtualisation.vmVariant.containers.scratch = { privateNetwork = false; };
}"#;
    let root = project("left-out", text);
    let root = root.as_std_path();
    let off = "1 container off on every host: never";
    let test = "1 definition of tests not judged";
    let variant = "1 definition of virtual machines for trying out not judged";
    for format in ["pretty", "concise", "github"] {
        let (out, error) = run(root, &["check", "--format", format], &[]);
        let said = format!("{out}{error}");
        assert!(
            said.contains(off) && said.contains(test) && said.contains(variant),
            "{format}: {said}"
        );
        assert!(said.contains("not analysed: 1 "), "{format}: {said}");
    }
    let (out, _) = run(root, &["check", "--format", "json"], &[]);
    let document: Value = serde_json::from_str(&out).unwrap();
    let left_out = document["left_out"].as_array().unwrap();
    let left_out: Vec<String> = left_out
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {}",
                one["surface"], one["name"], one["reason"], one["line"]
            )
        })
        .collect();
    assert_eq!(
        left_out,
        [
            r#""oci-containers" "never" "off" 4"#,
            r#""oci-containers" "in-test" "test" 7"#,
            r#""nspawn" "scratch" "vm-variant" 8"#
        ]
    );
    let (out, error) = run(root, &["show"], &[]);
    assert!(error.contains(off) && !out.contains("never"), "{out}{error}");
    let (out, _) = run(root, &["show", "--all"], &[]);
    let never = out.lines().find(|line| line.starts_with("never"));
    assert!(
        never.is_some_and(|line| line.ends_with(", off on every host")),
        "{out}"
    );
    let (out, _) = run(root, &["check", "--all", "--format", "concise"], &[]);
    assert!(out.contains("`never`"), "{out}");
}
