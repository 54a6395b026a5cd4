//! A value that is too dear costs itself, is told, and makes the gate fail; everything else keeps its findings.

use serde_json::Value;
use snapbox::cmd::cargo_bin;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Takes longer than anybody waits, and nests no deeper than Nix allows.
const DEAR: &str = "(let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 60)";

/// A container with findings. `extra` is in it, too.
fn container(name: &str, extra: &str) -> String {
    format!("containers.{name} = {{ privateNetwork = false; {extra} config = {{ }}; }};")
}

/// A flake whose hosts have these modules.
fn flake(hosts: &[(&str, String)]) -> String {
    let hosts: String = hosts
        .iter()
        .map(|(name, module)| {
            format!(
                "nixosConfigurations.{name} = nixpkgs.lib.nixosSystem {{ modules = [ {{ {module} }} ]; }};\n"
            )
        })
        .collect();
    format!("{{ outputs = {{ nixpkgs, ... }}: {{\n{hosts}}}; }}")
}

struct Project(PathBuf);

impl Project {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        // Away from the repository that this program is developed in.
        let root = std::env::temp_dir().join(format!("nixpod-limits-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join(".git/objects")).expect("a new folder");
        fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a new file");
        for (name, text) in files {
            fs::write(root.join(name), text).expect("a new file");
        }
        Self(root)
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(cargo_bin!("nixpod-lint"))
            .current_dir(&self.0)
            .args(args)
            .output()
            .expect("the program")
    }

    /// Hosts, containers and rules of what is found, and the kinds of what was not analysed.
    fn found(&self) -> (BTreeSet<String>, Vec<String>) {
        let output = self.run(&["--format", "json"]);
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        let findings = document["findings"].as_array().expect("findings").iter();
        let findings = findings.map(|one| {
            let container = text(&one["container"]["name"]);
            format!("{} {container} {}", one["hosts"], text(&one["rule"]))
        });
        let gaps = document["not_analysed"].as_array().expect("gaps").iter();
        (findings.collect(), gaps.map(|one| text(&one["kind"])).collect())
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // A directory that stays in the one for temporary files harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_dear_value_costs_itself() {
    let with = |extra: &str, first: &str, second: &str| {
        let dear = container("dear", extra) + &container("neighbour", "");
        let text = flake(&[(first, dear), (second, container("far", ""))]);
        Project::new("itself", &[("flake.nix", &text)]).found()
    };
    for (first, second) in [("alpha", "beta"), ("beta", "alpha")] {
        let (cheap, gaps) = with("additionalCapabilities = [ \"CAP_KILL\" ];", first, second);
        assert!(cheap.len() >= 6, "{cheap:#?}");
        assert!(!gaps.contains(&"limit".to_owned()), "{gaps:?}");
        let (dear, gaps) = with(
            &format!("additionalCapabilities = [ (toString {DEAR}) ];"),
            first,
            second,
        );
        assert_eq!(dear, cheap);
        assert_eq!(gaps, ["limit"]);
    }
}

#[test]
fn a_dear_module_costs_itself() {
    let module = format!(
        "imports = [ (if {DEAR} == 3 then {{ }} else {{ }}) {{ {} }} ];",
        container("a", "")
    );
    let project = Project::new("module", &[("flake.nix", &flake(&[("one", module)]))]);
    let (findings, gaps) = project.found();
    assert!(findings.len() >= 2, "{findings:#?}");
    assert!(gaps.contains(&"limit".to_owned()), "{gaps:?}");
    assert!(!gaps.contains(&"error".to_owned()), "{gaps:?}");
}

#[test]
fn a_condition_that_is_too_dear_is_undecided() {
    let started = format!("autoStart = if {DEAR} == 3 then true else false;");
    let module = container("a", "") + &container("b", &started);
    let project = Project::new("condition", &[("flake.nix", &flake(&[("one", module)]))]);
    let (findings, gaps) = project.found();
    assert!(findings.iter().any(|one| one.contains(" a ")), "{findings:#?}");
    assert!(findings.iter().any(|one| one.contains(" b ")), "{findings:#?}");
    assert_eq!(gaps, ["limit"]);
}

/// Twenty containers from a generator in which something is dear, before and after (`aaa`, `web`) literal ones with
/// findings.
fn generated(each: &str) -> [String; 2] {
    let generator = format!("(lib.genAttrs (map (n: \"c${{toString n}}\") (lib.range 1 20)) (n: {each}))");
    ["aaa", "web"].map(|name| {
        let literal = format!("{{ {name} = {{ image = \"x\"; privileged = true; }}; }}");
        let both = match name {
            "aaa" => format!("{literal} {generator}"),
            _ => format!("{generator} {literal}"),
        };
        format!("virtualisation.oci-containers.containers = lib.mkMerge [ {both} ];")
    })
}

#[test]
fn a_dear_generator_leaves_the_other_containers_their_portions() {
    let image = "image = \"docker.io/x@sha256:0\";";
    for each in [
        format!("lib.mkIf ({DEAR} > 3) {{ {image} }}"),
        format!("if {DEAR} > 3 then {{ {image} }} else {{ }}"),
        format!("{{ {image} user = toString {DEAR}; cmd = [ (toString {DEAR}) ]; }}"),
        format!("{{ {image} extraOptions = [ (toString {DEAR}) ]; }}"),
    ] {
        for module in generated(&each) {
            let text = format!("{{ lib, ... }}: {{ {module} }}");
            let project = Project::new("generator", &[("default.nix", &text)]);
            let (findings, gaps) = project.found();
            let wanted = |name: &str| {
                findings
                    .iter()
                    .any(|one| one.ends_with(&format!(" {name} privileged-container")))
            };
            assert!(wanted("aaa") || wanted("web"), "{each}: {findings:#?}");
            assert!(gaps.iter().all(|kind| kind == "limit"), "{gaps:?}");
        }
    }
}

#[test]
fn what_is_dear_in_a_container_leaves_the_rest_of_it() {
    for extra in [
        format!("[ (toString {DEAR}) \"--privileged\" ]"),
        format!("[ \"--privileged\" (toString {DEAR}) ]"),
    ] {
        let each = format!("{{ image = \"docker.io/x@sha256:0\"; extraOptions = {extra}; }}");
        let text = format!("{{ lib, ... }}: {{ {} }}", generated(&each)[1]);
        let project = Project::new("generated", &[("default.nix", &text)]);
        let output = project.run(&["--select", "privileged-container", "--format", "concise"]);
        let said = String::from_utf8(output.stdout).expect("text");
        // All twenty, and the literal one.
        assert!(
            said.contains("`c10` (also `c11`, `c12`, `c13` and 16 more) runs privileged"),
            "{said}"
        );
        assert!(said.contains("`web` runs privileged"), "{said}");
    }
}

#[test]
fn a_limit_says_what_was_lost_and_a_container_is_told_once() {
    let image = "image = \"docker.io/x@sha256:0\";";
    let said = |name: &str, module: String| {
        let text = format!("{{ lib, ... }}: {{ {module} }}");
        let project = Project::new(name, &[("default.nix", &text)]);
        let output = project.run(&["--verbose", "--format", "concise"]);
        String::from_utf8(output.stderr).expect("text")
    };
    let values = format!("{{ {image} cmd = [ (toString {DEAR}) ]; extraOptions = [ (toString {DEAR}) ]; }}");
    let told = said("told-values", generated(&values)[1].clone());
    assert!(told.contains("not analysed: 20 limits"), "{told}");
    assert!(
        told.contains("`virtualisation.oci-containers.containers.c7: "),
        "{told}"
    );
    let condition = format!("lib.mkIf ({DEAR} > 3) {{ {image} }}");
    let told = said("told-conditions", generated(&condition)[1].clone());
    assert!(told.contains("not analysed: 20 limits"), "{told}");
    assert!(
        told.contains("`virtualisation.oci-containers.containers.c7`"),
        "{told}"
    );
    let told = said(
        "told-one",
        container("a", &format!("extraFlags = [ (toString {DEAR}) ];")),
    );
    assert!(told.contains("not analysed: 1 limit"), "{told}");
    assert!(told.contains("`containers.a.extraFlags`: the limit on"), "{told}");
}

#[test]
fn dear_neighbours_of_any_kind_leave_their_portions() {
    let twenty = |text: &dyn Fn(usize) -> String| (1..=20).map(text).collect::<String>();
    let victim = container("victim", "");
    let modules = twenty(&|_| format!("(if {DEAR} == 3 then {{ }} else {{ }}) "));
    let functions = twenty(&|_| format!("({{ ... }}: if {DEAR} == 3 then {{ }} else {{ }}) "));
    let definitions = twenty(&|_| format!("(if {DEAR} == 3 then {{ }} else {{ }}) "));
    let users = twenty(&|n| format!("users.users.u{n}.uid = {DEAR};"));
    let guests = twenty(&|n| {
        format!(
            "containers.a{n} = {{ privateNetwork = true; privateUsers = \"pick\"; config.users.users.root.uid = {DEAR}; }};"
        )
    });
    for (name, module) in [
        ("modules", format!("imports = [ {modules} {{ {victim} }} ];")),
        ("functions", format!("imports = [ {functions} {{ {victim} }} ];")),
        (
            "definitions",
            format!(
                "imports = [ ({{ lib, ... }}: {{ containers = lib.mkMerge [ {definitions} {{ inherit ({{ {victim} }}.containers) victim; }} ]; }}) ];"
            ),
        ),
        ("users", format!("{users} {victim}")),
        ("guests", format!("{guests} {victim}")),
    ] {
        let project = Project::new("neighbours", &[("flake.nix", &flake(&[("one", module)]))]);
        let (findings, gaps) = project.found();
        let found = findings.iter().filter(|one| one.contains(" victim ")).count();
        assert!(found >= 2, "{name}: {findings:#?}");
        assert!(gaps.iter().any(|kind| kind == "limit"), "{name}: {gaps:?}");
    }
    let hosts: Vec<(String, String)> = (1..=20)
        .map(|n| (format!("h{n:02}"), format!("imports = [ {modules} ];")))
        .collect();
    for name in ["aaa", "zzz"] {
        let mut all: Vec<(&str, String)> = hosts
            .iter()
            .map(|(name, module)| (name.as_str(), module.clone()))
            .collect();
        all.push((name, victim.clone()));
        let (findings, _) = Project::new("hosts", &[("flake.nix", &flake(&all))]).found();
        let found = findings.iter().filter(|one| one.contains(" victim ")).count();
        assert!(found >= 2, "{name}: {findings:#?}");
    }
}

#[test]
fn many_dear_files_take_the_time_of_one() {
    let text = format!(
        "{{ {} }}",
        container("a", &format!("additionalCapabilities = [ (toString {DEAR}) ];"))
    );
    let names: Vec<String> = (0..12).map(|at| format!("m{at}.nix")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text.as_str())).collect();
    let (findings, gaps) = Project::new("files", &files).found();
    assert!(findings.len() >= 24, "{findings:#?}");
    assert_eq!(
        gaps.iter().filter(|kind| *kind == "limit").count(),
        12,
        "{gaps:?}"
    );
}

#[test]
fn what_was_cut_off_fails_the_gate() {
    let quiet = "privateUsers = \"pick\"; privateNetwork = true; ";
    let module =
        format!("{{ containers.a = {{ {quiet} extraFlags = [ (toString {DEAR}) ]; config = {{ }}; }}; }}");
    let project = Project::new("gate", &[("default.nix", &module)]);
    let run = |args: &[&str]| {
        let output =
            project.run(&[&["--select", "sys-admin-capability", "--format", "concise"], args].concat());
        let said = String::from_utf8(output.stderr).expect("text");
        (output.status.code(), said)
    };
    let (code, said) = run(&[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("not analysed: 1 limit"), "{said}");
    assert_eq!(run(&["--lenient"]).0, Some(0));
    assert_eq!(run(&["--fail-on", "never"]).0, Some(0));
    assert_eq!(run(&["--strict"]).0, Some(2));
    let (code, said) = run(&["--timeout", "0", "--verbose"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("the time is up"), "{said}");
}

#[test]
fn what_depends_on_a_file_that_may_not_be_read_is_told() {
    for (flag, kind) in [
        ("(builtins.readFile ./.git/config)", "outside"),
        ("(builtins.readFile ../elsewhere)", "outside"),
        ("(builtins.readFile ./gone)", "missing"),
        (
            "(if builtins.readFile ./.git/config == \"\" then \"--x\" else \"--y\")",
            "outside",
        ),
        ("(throw \"no\")", "error"),
    ] {
        let module = format!("{{ {} }}", container("a", &format!("extraFlags = [ {flag} ];")));
        let project = Project::new("unread", &[("default.nix", &module)]);
        fs::write(project.0.join(".git/config"), "[remote]\n").expect("a new file");
        let (_, gaps) = project.found();
        assert_eq!(gaps, [kind], "{flag}");
        let strict = project.run(&["--strict", "--select", "sys-admin-capability"]);
        assert_eq!(strict.status.code(), Some(2), "{flag}");
    }
}
