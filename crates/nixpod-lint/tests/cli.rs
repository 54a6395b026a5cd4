//! The built program as users and CI run it: exit codes, streams, formats, bad input.

use snapbox::cmd::{Command, cargo_bin};
use snapbox::{assert_data_eq, file, str};
use std::fs;
use std::path::PathBuf;

#[path = "cli/told.rs"]
mod told;

/// A directory of its own for one test, as a project.
struct Project {
    root: PathBuf,
}

impl Project {
    fn new(test: &str) -> Self {
        // Away from the repository that this program is developed in.
        let root = std::env::temp_dir().join(format!("nixpod-cli-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join(".git/objects")).unwrap();
        fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        Self { root }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.root.join(name)).unwrap()
    }

    fn run(&self, args: &[&str]) -> Command {
        Command::new(cargo_bin!("nixpod-lint"))
            .current_dir(&self.root)
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .args(args)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // A directory that stays in the one for temporary files harms nobody.
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// A finding with a safe fix that needs no evaluation.
const UNUSED: &str = "{\n  # nixpod: ignore[parse-error] because\n  a = 1;\n}\n";

const BROKEN: &str = "{\n  a = ;\n}\n";

#[test]
fn the_exit_code_tells_clean_from_findings_from_failure() {
    let project = Project::new("exit-codes");
    project.write("good.nix", "{ a = 1; }\n").write("bad.nix", BROKEN);
    let nothing = "note: there was nothing to judge: 1 file, no container\n";
    project.run(&["good.nix"]).assert().code(0).stderr_eq(nothing);
    project.run(&["--strict", "good.nix"]).assert().code(2);
    project.run(&["bad.nix"]).assert().code(1).stderr_eq("");
    project.run(&["check", "bad.nix"]).assert().code(1);
    project.run(&["."]).assert().code(1);
    project.run(&[]).assert().code(1);
    project
        .run(&["--fail-on", "critical", "bad.nix"])
        .assert()
        .code(2);
    project
        .run(&["--fail-on", "critical", "--lenient", "bad.nix"])
        .assert()
        .code(0);
    project.run(&["--fail-on", "never", "bad.nix"]).assert().code(0);
    project
        .run(&["--severity", "critical", "bad.nix"])
        .assert()
        .code(0);
    project
        .run(&["--ignore", "parse-error", "bad.nix"])
        .assert()
        .code(0);
}

#[test]
fn a_path_that_cannot_be_read_fails_and_spares_the_others() {
    let project = Project::new("missing");
    project.write("bad.nix", BROKEN);
    project
        .run(&["--format", "concise", "nowhere.nix", "bad.nix"])
        .assert()
        .code(2)
        .stdout_eq(str!["bad.nix:2:[..]: high[parse-error] [..]\n..."])
        .stderr_eq("error: cannot read `nowhere.nix`: no such file or directory\n");
    project.run(&["chekc"]).assert().code(2).stdout_eq("").stderr_eq(
        "error: cannot read `chekc`: no such file or directory; did you mean the command `check`?\n",
    );
}

#[test]
fn names_that_do_not_exist_are_errors_with_a_suggestion() {
    let project = Project::new("names");
    project.write("good.nix", "{ }\n");
    let unknown = "error: there is no rule `parse-eror`; did you mean `parse-error`?\n";
    for args in [
        ["--ignore", "parse-eror"],
        ["--select", "parse-eror"],
        ["explain", "parse-eror"],
    ] {
        project
            .run(&args)
            .assert()
            .code(2)
            .stdout_eq("")
            .stderr_eq(unknown);
    }
    project
        .run(&["--host", "web", "good.nix"])
        .assert()
        .code(2)
        .stderr_eq("error: there is no host `web`\n");
    project.run(&["--format", "yaml"]).assert().code(2).stdout_eq("");
    project.run(&["--unsafe-fixes"]).assert().code(2).stdout_eq("");
}

#[test]
fn bad_input_is_told_and_harms_nothing() {
    // Clean, findings, or no text at all.
    let table: [(&str, &[u8], i32); 12] = [
        ("empty.nix", b"", 0),
        ("binary.nix", b"\x7fELF\0\0\0\x01", 2),
        ("git-crypt.nix", b"\0GITCRYPT\0\x12\x34", 2),
        ("latin1.nix", b"{ a = \"\xe9\"; }", 2),
        ("bom.nix", b"\xef\xbb\xbf{ }", 1),
        ("half.nix", b"{ a = [ (x: ", 1),
        ("self.nix", b"let x = x; in x", 0),
        ("cycle.nix", b"{ imports = [ ./cycle.nix ]; }", 0),
        ("absent-import.nix", b"{ imports = [ ./nowhere.nix ]; }", 1),
        ("not-a-set.nix", b"42", 0),
        ("throws.nix", b"throw \"no\"", 0),
        ("carriage.nix", b"{ a = 1;\r\n b = 2; }\r\n", 0),
    ];
    let project = Project::new("bad-input");
    project.write("good.nix", UNUSED);
    for (name, content, code) in table {
        project.write(name, content);
        let run = |args: &[&str]| {
            let arguments = [&["--format", "concise", "--fail-on", "low"], args].concat();
            let output = project.run(&arguments).output().unwrap();
            let stdout = String::from_utf8(output.stdout).unwrap();
            (
                stdout,
                String::from_utf8(output.stderr).unwrap(),
                output.status.code(),
            )
        };
        let (stdout, stderr, status) = run(&[name, "good.nix"]);
        assert!(stdout.contains("good.nix:2:20"), "{name}: {stdout}{stderr}");
        assert_eq!(status, Some(code.max(1)), "{name}: {stdout}{stderr}");
        let (stdout, stderr, status) = run(&[name]);
        assert_eq!(status, Some(code), "{name}: {stdout}{stderr}");
        assert_eq!(stdout.starts_with(name), code == 1, "{name}: {stdout}");
        assert_eq!(
            stderr.contains(&format!("error: `{name}` ")),
            code == 2,
            "{name}: {stderr}"
        );
    }
    for (name, unit) in [("brackets", "["), ("not", "!"), ("plus", "+1"), ("minus", "-")] {
        let name = format!("{name}.nix");
        project.write(&name, unit.repeat((1 << 20) / unit.len()));
        project.run(&["--format", "concise", &name]).assert().code(1);
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_in_circles_are_told() {
    let project = Project::new("links");
    project.write("good.nix", UNUSED);
    std::os::unix::fs::symlink("loop.nix", project.root.join("loop.nix")).unwrap();
    std::os::unix::fs::symlink("..", project.root.join("up")).unwrap();
    project
        .run(&["loop.nix"])
        .assert()
        .code(2)
        .stdout_eq("")
        .stderr_eq("error: `loop.nix` is a symbolic link that leads in a circle\n");
    project
        .run(&["--format", "concise", "."])
        .assert()
        .code(0)
        .stdout_eq("good.nix:2:20: low[unused-suppression] [..]\n");
}

#[test]
fn formats_agree_on_the_findings() {
    let project = Project::new("formats");
    project.write("a b.nix", UNUSED);
    let json = project.run(&["--format", "json"]).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["findings"][0]["rule"], "unused-suppression");
    assert_eq!(json["findings"][0]["location"]["file"], "a b.nix");
    assert_eq!(json["findings"][0]["location"]["line"], 2);
    assert_eq!(json["summary"]["by_severity"]["low"], 1);

    let sarif = project.run(&["--format", "sarif"]).output().unwrap();
    let sarif: serde_json::Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "unused-suppression");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.nix");
    let rule = &sarif["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "unused-suppression");
    assert_eq!(
        result["fixes"][0]["artifactChanges"][0]["artifactLocation"]["uri"],
        "a%20b.nix"
    );

    let github = project.run(&["--format", "github"]).output().unwrap();
    let github = String::from_utf8(github.stdout).unwrap();
    assert!(
        github.starts_with("::warning file=a b.nix,line=2,endLine=2,col=20,"),
        "{github}"
    );
}

#[test]
fn pretty_shows_the_source() {
    let project = Project::new("pretty");
    project.write("a.nix", UNUSED);
    project
        .run(&["--fail-on", "low", "a.nix"])
        .assert()
        .code(1)
        .stdout_eq(file!["../../../testdata/cli/unused-suppression.txt"]);
}

/// Hints are a line each, and advice is given once.
#[test]
fn what_is_less_takes_less_room() {
    let project = Project::new("hints");
    project.write(
        "a.nix",
        "{ virtualisation.oci-containers.containers = {\n  a = { image = \"docker.io/a/a\"; extraOptions = [ \"--pid=host\" ]; };\n  b = { \
         image = \"docker.io/a/b:latest\"; extraOptions = [ \"--pid=host\" ]; };\n}; }\n",
    );
    let printed = |more: &[&str]| {
        let arguments = [&["check", "a.nix"], more].concat();
        let output = project
            .run(&arguments)
            .assert()
            .code(1)
            .get_output()
            .stdout
            .clone();
        String::from_utf8(output).unwrap()
    };
    let short = printed(&[]);
    assert_eq!(short.matches("It sees all processes").count(), 1, "{short}");
    assert!(
        short.contains("\n  a.nix:2:17: info[unpinned-image] `a` runs `docker.io/a/a` without tag"),
        "{short}"
    );
    let long = printed(&["--verbose"]);
    assert!(
        !long.contains("Hints") && long.contains("\ninfo[unpinned-image]\n"),
        "{long}"
    );
}

/// Of many hints of one rule some are listed and the others counted; `--verbose` lists all.
#[test]
fn many_hints_of_one_rule_take_little_room() {
    let project = Project::new("many-hints");
    let image = |number: usize| format!("  c{number} = {{ image = \"docker.io/a/b:latest\"; }};\n");
    let write = |images: usize| {
        let containers: String = (0..images).map(image).collect();
        project.write(
            "a.nix",
            format!("{{ virtualisation.oci-containers.containers = {{\n{containers}}}; }}\n"),
        );
        let output = project.run(&["check", "a.nix"]).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let hints = printed.split_once("Hints").expect("hints").1.to_owned();
        hints.split_once("\n\n").expect("a summary").0.to_owned()
    };
    assert_eq!(write(4).lines().count(), 5);
    assert_data_eq!(
        write(30),
        str![[r#"
 (--verbose says more of them)
  a.nix:2:18: info[unpinned-image] `c0` runs `docker.io/a/b:latest`, a tag that moves, without a digest
  a.nix:3:18: info[unpinned-image] `c1` runs `docker.io/a/b:latest`, a tag that moves, without a digest
  a.nix:4:18: info[unpinned-image] `c2` runs `docker.io/a/b:latest`, a tag that moves, without a digest
  and 27 more info[unpinned-image]
"#]]
    );
}

#[test]
fn colours_come_when_asked_for_and_escapes_in_the_source_never() {
    let project = Project::new("colours");
    project.write("a.nix", "{ a = ; } # \u{1b}[31m\n");
    let plain = project.run(&["a.nix"]).output().unwrap();
    assert!(!plain.stdout.contains(&0x1b));
    let colored = project.run(&["--color", "always", "a.nix"]).output().unwrap();
    let colored = String::from_utf8(colored.stdout).unwrap();
    assert!(colored.contains("\u{1b}["));
    assert!(!colored.contains("# \u{1b}[31m"), "{colored}");
}

#[test]
fn fixes_are_shown_or_applied() {
    let project = Project::new("fix");
    project.write("a.nix", UNUSED);
    project
        .run(&["--diff", "a.nix"])
        .assert()
        .code(1)
        .stdout_eq("--- a.nix\n+++ a.nix\n@@ -1,4 +1,3 @@\n {\n-  # nixpod: ignore[parse-error] because\n   a = 1;\n }\n");
    assert_eq!(project.read("a.nix"), UNUSED);
    project
        .run(&["--fix", "--format", "concise", "a.nix"])
        .assert()
        .code(0)
        .stdout_eq("")
        .stderr_eq(
            "note: fixed 1 finding in 1 file\nnote: there was nothing to judge: 1 file, no container\n",
        );
    assert_eq!(project.read("a.nix"), "{\n  a = 1;\n}\n");
    project.run(&["--diff", "a.nix"]).assert().code(0).stdout_eq("");
}

#[test]
fn standard_input_stands_for_a_file() {
    let project = Project::new("stdin");
    project
        .run(&["--format", "concise", "--stdin-filename", "x/y.nix", "-"])
        .stdin(BROKEN)
        .assert()
        .code(1)
        .stdout_eq(str!["x/y.nix:2:[..]: high[parse-error] [..]\n..."]);
}

#[test]
fn what_is_printed_for_people_and_shells() {
    let project = Project::new("help");
    let help = project.run(&["--help"]).assert().code(0).stderr_eq("");
    let text = String::from_utf8(help.get_output().stdout.clone()).unwrap();
    for word in ["check", "show", "explain", "--format", "--fail-on", "Exit codes"] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    project
        .run(&["--version"])
        .assert()
        .code(0)
        .stdout_eq(str!["nixpod-lint [..]\n"]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = project.run(&["completions", shell]).output().unwrap();
        assert!(script.status.success() && script.stdout.len() > 500, "{shell}");
    }
    let page = project.run(&["man"]).output().unwrap();
    assert!(
        String::from_utf8(page.stdout)
            .unwrap()
            .contains(".TH nixpod-lint 1")
    );
    let explained = project.run(&["explain", "parse-error"]).output().unwrap();
    let explained = String::from_utf8(explained.stdout).unwrap();
    assert!(explained.contains("What it flags\n"), "{explained}");
    assert!(
        !explained.contains("##") && !explained.contains("```"),
        "{explained}"
    );
}

#[test]
fn values_are_printed_as_nix_does() {
    let project = Project::new("eval");
    project
        .write("v.nix", "let f = x: x + 1; in { a = f 1; s = \"x\"; }\n")
        .write(
            "m.nix",
            "{ config, ... }: { config.b = [ config.a ]; config.a = 3; config._module.check = false; }\n",
        )
        .write("bad.nix", "{ a = 1; }.b\n");
    let value = "{ a = 2; s = \"x\"; }\n";
    project.run(&["eval", "v.nix"]).assert().code(0).stdout_eq(value);
    project
        .run(&["eval", "--strict", "v.nix"])
        .assert()
        .code(0)
        .stdout_eq(value);
    project
        .run(&["eval", "-A", "a", "v.nix"])
        .assert()
        .code(0)
        .stdout_eq("2\n");
    project
        .run(&["eval", "--json", "-E", "[ 1 null ]"])
        .assert()
        .code(0)
        .stdout_eq("[1,null]\n");
    project
        .run(&["eval", "--modules", "m.nix", "--attr", "config.b"])
        .assert()
        .code(0)
        .stdout_eq("[ 3 ]\n");
    project
        .run(&["eval", "bad.nix"])
        .assert()
        .code(1)
        .stdout_eq("")
        .stderr_eq(str!["error: attribute 'b' missing[..]\n..."]);
    project
        .run(&["eval", "nowhere.nix"])
        .assert()
        .code(2)
        .stdout_eq("");
    project.run(&["eval"]).assert().code(2).stdout_eq("");
}

#[test]
fn every_rule_is_listed_and_explained() {
    let project = Project::new("rules");
    let output = project.run(&["rules", "--format", "json"]).output().unwrap();
    let listed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let table = project.run(&["rules"]).output().unwrap();
    let table = String::from_utf8(table.stdout).unwrap();
    for rule in listed["rules"].as_array().unwrap() {
        let name = rule["name"].as_str().unwrap();
        assert!(table.contains(name), "{name}");
        project.run(&["explain", name]).assert().code(0).stderr_eq("");
        for control in rule["controls"].as_array().unwrap() {
            let edition = &control["edition"];
            let catalogues = listed["catalogues"].as_array().unwrap();
            assert!(catalogues.iter().any(|listing| listing["edition"] == *edition));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    use std::process::{Command, Stdio};
    let project = Project::new("pipe");
    project.write("a.nix", BROKEN);
    let mut child = Command::new(cargo_bin!("nixpod-lint"))
        .current_dir(&project.root)
        .args(["--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn the_language_server_says_hello_and_leaves() {
    let project = Project::new("lsp");
    let frame = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let hello = frame(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#);
    let bye = frame(r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#);
    let exit = frame(r#"{"jsonrpc":"2.0","method":"exit"}"#);
    let assert = project
        .run(&["lsp", "--stdio"])
        .stdin(format!("{hello}{bye}{exit}"))
        .assert()
        .code(0);
    let text = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert!(text.contains("\"name\":\"nixpod-lint\""), "{text}");
    project
        .run(&["lsp"])
        .stdin(format!("{hello}{exit}"))
        .assert()
        .code(1);
}

/// What the concise output says, one line for each finding, without the summary.
fn concise(project: &Project, more: &[&str]) -> String {
    let args = [&["check", "--format", "concise"], more].concat();
    let output = project.run(&args).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

const CONTAINER: &str = "containers.web = { privateUsers = \"pick\"; config = { }; };";

#[test]
fn comments_suppress_where_they_stand() {
    let found = "high: medium[shared-host-network] `web` shares the host's network\n";
    let found = found.trim_start_matches("high: ");
    let project = Project::new("suppressions");
    project.write("a.nix", format!("{{\n  {CONTAINER}\n}}\n"));
    assert_eq!(concise(&project, &["a.nix"]), format!("a.nix:2:14: {found}"));

    let trailing = format!("{{\n  {CONTAINER} # nixpod: ignore[shared-host-network] the proxy\n}}\n");
    project.write("a.nix", trailing);
    assert_eq!(concise(&project, &["a.nix"]), "");
    project.run(&["check", "a.nix"]).assert().code(0);

    let own_line = format!("{{\n  # nixpod: ignore[shared-host-network] the proxy\n  {CONTAINER}\n}}\n");
    project.write("a.nix", own_line);
    assert_eq!(concise(&project, &["a.nix"]), "");

    let whole_file =
        format!("# nixpod: ignore-file[shared-host-network] the proxy\n{{\n\n  {CONTAINER}\n}}\n");
    project.write("a.nix", whole_file);
    assert_eq!(concise(&project, &["a.nix"]), "");
}

#[test]
fn comments_that_suppress_nothing_are_findings() {
    let project = Project::new("suppressions-without-effect");
    let rest = format!("  {CONTAINER}\n}}\n");
    let lines = |comment: &str| {
        project.write("a.nix", format!("{{\n  # nixpod: {comment}\n{rest}"));
        let text = concise(&project, &["a.nix"]);
        let found: Vec<&str> = text.lines().collect();
        found
            .iter()
            .map(|line| line.split(' ').nth(1).unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let live = "medium[shared-host-network]";
    assert_eq!(
        lines("ignore[shared-host-network,privileged-container] the proxy"),
        ["low[unused-suppression]"]
    );
    assert_eq!(
        lines("ignore[shared-hots-network] the proxy"),
        ["medium[unknown-suppression]", live]
    );
    assert_eq!(
        lines("ignore[shared-host-network]"),
        ["medium[malformed-suppression]", live]
    );
}

#[test]
fn timings_and_the_log_go_to_standard_error() {
    let project = Project::new("timings");
    project.write("a.nix", "{ containers.web = { config = { }; }; }\n");
    let quiet = project.run(&["--format", "json"]).output().unwrap();
    let output = project
        .run(&["--format", "json", "--timings"])
        .env("NIXPOD_LOG", "nixpod_analysis=debug")
        .output()
        .unwrap();
    assert_eq!(output.stdout, quiet.stdout);
    assert!(quiet.stderr.is_empty());
    let told = String::from_utf8(output.stderr).unwrap();
    for phase in ["find files", "parse", "evaluate", "rules", "render", "in all"] {
        assert!(
            told.lines().any(|line| line.contains(&format!(" 1 {phase}"))),
            "{phase}: {told}"
        );
    }
    assert!(told.contains("evaluated in a heap that is not kept"), "{told}");

    let output = project.run(&[]).env("NIXPOD_LOG", "a=b=c").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("NIXPOD_LOG"));
}
