//! Where a project begins, seen from the command line: links, nested markers, lone files, what git keeps and tracks.
#![cfg(unix)]

use snapbox::cmd::{Command, cargo_bin};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A directory of its own for one test. Nothing in it is a project yet.
struct Tree {
    top: PathBuf,
}

/// What a run came to.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Tree {
    fn new(test: &str) -> Self {
        // Away from the repository that this program is developed in.
        let top = std::env::temp_dir().join(format!("nixpod-root-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&top);
        fs::create_dir_all(&top).unwrap();
        Self {
            top: top.canonicalize().unwrap(),
        }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.top.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn link(&self, name: &str, target: impl AsRef<Path>) -> &Self {
        symlink(target, self.top.join(name)).unwrap();
        self
    }

    fn repository(&self, name: &str) -> &Self {
        self.write(&format!("{name}/.git/HEAD"), "ref: refs/heads/main\n")
            .write(&format!("{name}/.git/objects/info/packs"), "")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.top.join(name)).unwrap()
    }

    fn run(&self, directory: &str, args: &[&str]) -> Ran {
        let output = Command::new(cargo_bin!("nixpod-lint"))
            .current_dir(self.top.join(directory))
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env("HOME", self.top.join("home"))
            .args(args)
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// `FILE:LINE:COLUMN RULE` of all findings.
    fn found(&self, directory: &str, args: &[&str]) -> Vec<String> {
        let ran = self.run(directory, &[&["check", "--format", "concise"], args].concat());
        assert!(ran.code < 2, "{ran:?}");
        let words = ran.stdout.lines().map(|line| {
            let mut words = line.split(' ');
            let place = words.next().unwrap_or_default().trim_end_matches(':');
            let rule = words.next().unwrap_or_default();
            let rule = rule
                .split_once('[')
                .map_or(rule, |(_, rule)| rule.trim_end_matches(']'));
            format!("{place} {rule}")
        });
        words.collect()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // A directory that stays in the one for temporary files harms nobody.
        let _ = fs::remove_dir_all(&self.top);
    }
}

/// A container with two findings, one of which can be fixed safely.
const FIXABLE: &str = "{\n  # nixpod: ignore[parse-error] because\n  secret-of-others = 1;\n}\n";

#[test]
fn a_link_that_leads_out_of_the_project_is_refused() {
    let tree = Tree::new("link");
    tree.repository("work/repo").write("work/repo/a.nix", "{ }\n");
    tree.repository("").write("other.nix", FIXABLE);
    tree.link("work/repo/hosts", "../..");
    let refused = |name: &str| {
        format!(
            "error: `{name}` leads out of the project by a symbolic link; \
             `--root DIR` says where the project begins\n"
        )
    };
    for name in ["hosts", "hosts/", "./hosts", "hosts/other.nix"] {
        for args in [
            &["check", "--fix"][..],
            &["check", "--format", "json"],
            &["show"],
            &["eval"],
        ] {
            let ran = tree.run("work/repo", &[args, &[name]].concat());
            assert_eq!(ran.code, 2, "{args:?} {name}: {ran:?}");
            assert!(ran.stderr.starts_with(&refused(name)), "{args:?} {name}: {ran:?}");
            assert!(!ran.stdout.contains("other.nix"), "{args:?} {name}: {ran:?}");
        }
    }
    // As a shell writes `*`.
    let ran = tree.run("work/repo", &["check", "--fix", "a.nix", "hosts"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.starts_with(&refused("hosts")), "{ran:?}");
    // Nor does the directory around it lead there.
    assert_eq!(tree.found("work/repo", &["--fix", "."]), [""; 0]);
    assert_eq!(tree.read("other.nix"), FIXABLE);
    // Up from a link is nowhere in particular.
    let ran = tree.run("work/repo", &["hosts/../a.nix"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: `hosts/../a.nix` goes up from `hosts`, which is a symbolic link: say where to without it\n"
    );
    // Who knows better says so.
    let found = tree.found("work/repo", &["--root", "../..", "hosts/other.nix"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].ends_with("/other.nix:2:20 unused-suppression"),
        "{found:?}"
    );
}

#[test]
fn a_link_in_a_directory_that_nothing_marks_is_refused_too() {
    let tree = Tree::new("unmarked");
    tree.write("outside/a.nix", FIXABLE).write("work/b.nix", FIXABLE);
    tree.link("work/a.nix", "../outside/a.nix").link("work/all", "..");
    for name in ["a.nix", "all", "all/outside/a.nix"] {
        let ran = tree.run("work", &["check", "--fix", name]);
        assert_eq!(ran.code, 2, "{name}: {ran:?}");
        assert_eq!(ran.stdout, "", "{name}");
    }
    assert_eq!(tree.read("outside/a.nix"), FIXABLE);
    // Links of the machine are not those of what is looked at: `/etc/nixos` is often one.
    let path = tree.top.join("work/all/work/b.nix");
    let ran = tree.run(
        "outside",
        &[
            "check",
            "--fail-on",
            "low",
            "--format",
            "concise",
            path.to_str().unwrap(),
        ],
    );
    assert_eq!(ran.code, 1, "{ran:?}");
    let path = tree.top.join("work/a.nix");
    let ran = tree.run(
        "outside",
        &[
            "check",
            "--fail-on",
            "low",
            "--format",
            "concise",
            path.to_str().unwrap(),
        ],
    );
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn fixes_go_to_the_file_that_a_link_inside_leads_to() {
    let tree = Tree::new("fix");
    tree.repository("").write("real/a.nix", FIXABLE);
    tree.link("a.nix", "real/a.nix");
    assert_eq!(tree.found("", &["--fix", "a.nix"]), [""; 0]);
    assert!(tree.top.join("a.nix").is_symlink());
    assert_eq!(tree.read("real/a.nix"), "{\n  secret-of-others = 1;\n}\n");
    let left: Vec<_> = fs::read_dir(tree.top.join("real")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

const HOST: &str = "{\n  imports = [ ../common ];\n  containers.web.config = { };\n}\n";
const COMMON: &str = "{\n  containers.db.config = { };\n}\n";

#[test]
fn nothing_that_is_added_below_cuts_imports_off() {
    let tree = Tree::new("nested");
    tree.repository("repo")
        .write("repo/hosts/web.nix", HOST)
        .write("repo/common/default.nix", COMMON);
    let all = tree.found("repo", &["hosts", "common"]);
    assert!(
        all.iter().any(|one| one.starts_with("common/default.nix")),
        "{all:?}"
    );
    for (name, content) in [
        ("flake.nix", "{ outputs = _: { }; }"),
        (".git", ""),
        (".git", "gitdir: /nowhere\n"),
        (".git/x", ""),
        (".hg/requires", ""),
    ] {
        tree.write(&format!("repo/hosts/{name}"), content);
        assert_eq!(tree.found("repo", &["hosts", "common"]), all, "{name}");
        let ran = tree.run("repo", &["check", "hosts/web.nix"]);
        assert_eq!(
            ran.stderr,
            format!(
                "note: `hosts` is part of a larger project, which begins at `{}`; `--root DIR` says otherwise\n",
                tree.top.join("repo").display()
            )
        );
        let fewer = tree.found("repo", &["--root", "hosts", "hosts/web.nix"]);
        assert!(fewer.len() < all.len() && !fewer.is_empty(), "{fewer:?}");
        let added = tree.top.join("repo/hosts").join(name.split('/').next().unwrap());
        let _ = fs::remove_file(&added);
        let _ = fs::remove_dir_all(&added);
    }
}

#[test]
fn the_home_directory_is_no_project() {
    let tree = Tree::new("home");
    tree.repository("home")
        .write("home/nixos/hosts/web.nix", HOST)
        .write("home/nixos/common/default.nix", COMMON)
        .write(
            "home/a.nix",
            "{\n  imports = [ ./nixos/common ];\n  containers.web.config = { };\n}\n",
        );
    let found = tree.found("home", &["nixos/hosts/web.nix"]);
    assert!(
        found.iter().all(|one| one.starts_with("nixos/hosts/web.nix")),
        "{found:?}"
    );
    let found = tree.found("home", &["a.nix"]);
    assert!(
        !found.is_empty() && found.iter().all(|one| one.starts_with("a.nix")),
        "{found:?}"
    );
    let found = tree.found("home", &["nixos"]);
    assert!(
        found.iter().any(|one| one.starts_with("nixos/common")),
        "{found:?}"
    );
}

#[test]
fn a_lone_file_has_no_neighbours_but_those_that_it_imports() {
    let tree = Tree::new("lone");
    tree.write("scratch.nix", "{\n  imports = [ ./part.nix ];\n}\n")
        .write("part.nix", COMMON)
        .write("other.nix", COMMON);
    let found = tree.found("", &["scratch.nix"]);
    assert!(
        !found.is_empty() && found.iter().all(|one| one.starts_with("part.nix")),
        "{found:?}"
    );
    let both = tree.found("", &[".", "scratch.nix"]);
    assert_eq!(both, tree.found("", &["."]));
}

#[test]
fn what_git_keeps_for_itself_reaches_no_output() {
    let tree = Tree::new("token");
    tree.repository("repo").write(
        "repo/.git/config",
        "[http]\n\textraheader = AUTHORIZATION: basic c2VjcmV0\n",
    );
    tree.link("repo/alias", ".git/config").link("repo/folder", ".git");
    for path in [".git/config", "alias", "folder/config"] {
        let text = format!(
            "{{ containers.victim = {{ privateNetwork = true; extraFlags = [ (builtins.readFile ./{path}) ]; \
               config.environment.variables.LOOT = builtins.readFile ./{path}; }}; \
               imports = [ (builtins.readFile ./{path}) ]; }}"
        );
        tree.write("repo/a.nix", text);
        for args in [
            &["check", "-v"][..],
            &["check", "--format", "json"],
            &["show"],
            &["eval", "a.nix"],
        ] {
            let ran = tree.run("repo", args);
            let told = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!told.contains("c2VjcmV0"), "{args:?} {path}: {told}");
        }
        let ran = tree.run("repo", &["check", "-v"]);
        assert!(
            ran.stdout
                .contains(&format!("`{path}` belongs to version control and is never read")),
            "{path}: {ran:?}"
        );
    }
    let ran = tree.run("repo", &["check", ".git/config"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: `.git/config` belongs to version control and is never read\n"
    );
}

/// An index of version 2 with these files, which are sorted.
fn index(paths: &[&str]) -> Vec<u8> {
    let mut out = b"DIRC\0\0\0\x02".to_vec();
    out.extend((paths.len() as u32).to_be_bytes());
    for path in paths {
        let start = out.len();
        out.extend([0; 24]);
        out.extend(0o100_644_u32.to_be_bytes());
        out.extend([0; 32]);
        out.extend((path.len() as u16).to_be_bytes());
        out.extend(path.as_bytes());
        out.push(0);
        while !(out.len() - start).is_multiple_of(8) {
            out.push(0);
        }
    }
    out.extend([0; 20]);
    out
}

#[test]
fn a_flake_does_not_see_what_git_does_not_track() {
    let tree = Tree::new("untracked");
    tree.repository("repo")
        .write(
            "repo/flake.nix",
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations.web = nixpkgs.lib.nixosSystem \
             { modules = [ ./web.nix ]; }; }; }",
        )
        .write("repo/web.nix", "{ imports = [ ./common.nix ]; }\n")
        .write("repo/common.nix", COMMON);
    let reason = "`common.nix` is not tracked by git, so the flake does not see it";
    tree.write("repo/.git/index", index(&["common.nix", "flake.nix", "web.nix"]));
    let ran = tree.run("repo", &["check", "-v"]);
    assert!(!ran.stdout.contains(reason), "{ran:?}");
    let tracked = tree.found("repo", &[]);
    assert!(!tracked.is_empty());
    tree.write("repo/.git/index", index(&["flake.nix", "web.nix"]));
    let ran = tree.run("repo", &["check", "-v"]);
    assert!(ran.stdout.contains(reason), "{ran:?}");
    // It is looked at all the same, as a file that no host imports.
    assert_eq!(tree.found("repo", &[]), tracked);
    assert!(ran.stdout.contains("no host imports it"), "{ran:?}");
    // Standard input for a file that is not saved yet.
    fs::remove_file(tree.top.join("repo/common.nix")).unwrap();
    let ran = tree.run("repo", &["check", "-v"]);
    assert!(ran.stdout.contains("missing"), "{ran:?}");
}

#[test]
fn a_repository_within_a_project_is_said_to_be_one() {
    let tree = Tree::new("within");
    tree.repository("repo")
        .repository("repo/hosts")
        .write("repo/hosts/web.nix", HOST)
        .write("repo/common/default.nix", COMMON);
    let ran = tree.run("repo", &["check", "hosts"]);
    let top = tree.top.join("repo");
    assert_eq!(
        ran.stderr.lines().next().unwrap_or_default(),
        format!(
            "note: `{0}/hosts` is a git repository of its own within `{0}`, of which nothing else is read; `--root DIR` \
             says otherwise",
            top.display()
        )
    );
}
