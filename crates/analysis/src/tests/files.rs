//! Which files are read, and which are not.

use super::{check, host, project, render, rules, tempdir};
use crate::host::AnalysisHost;
use crate::vfs::disk::{FileSystem, OsFileSystem};
use crate::vfs::memory::MemoryFileSystem;
use camino::Utf8PathBuf;
use expect_test::expect;
use std::sync::Arc;

#[test]
fn a_file_that_a_host_imports_is_no_root() {
    let out = check(&[
        ("flake.nix", &super::flake(&[("one", "a.nix"), ("two", "b.nix")])),
        (
            "a.nix",
            r#"{ containers.web = { extraFlags = [ "--all" ]; privateNetwork = true; }; }"#,
        ),
        ("b.nix", "{ imports = [ ./a.nix ]; }"),
        (
            "old.nix",
            r#"{ containers.old = { extraFlags = [ "--all" ]; privateNetwork = true; }; }"#,
        ),
    ]);
    expect![[r#"
        a.nix:1:37 `"--all"` high/high toy-flag: `web` uses `--all` [one two]
          fix (safe): Remove `--all`
        old.nix:1:37 `"--all"` high/medium toy-flag: `old` uses `--all` [old.nix] imported by no host
          fix (safe): Remove `--all`
    "#]]
    .assert_eq(&out);
}

#[test]
fn without_hosts_files_that_others_import_are_no_roots() {
    let out = check(&[
        (
            "a.nix",
            r#"{ containers.web = { extraFlags = [ "--all" ]; privateNetwork = true; }; }"#,
        ),
        ("z.nix", "{ imports = [ ./a.nix ]; }"),
        ("ring1.nix", "{ imports = [ ./ring2.nix ]; containers.r1 = { }; }"),
        ("ring2.nix", "{ imports = [ ./ring1.nix ]; containers.r2 = { }; }"),
    ]);
    expect![[r#"
        a.nix:1:37 `"--all"` high/high toy-flag: `web` uses `--all` [z.nix]
          fix (safe): Remove `--all`
        ring1.nix:1:41 `r1` medium/high toy-absent: `r1` is not isolated [ring1.nix]
          fix (safe): Isolate it
        ring2.nix:1:41 `r2` medium/high toy-absent: `r2` is not isolated [ring1.nix]
          fix (safe): Isolate it
    "#]]
    .assert_eq(&out);
}

#[test]
fn what_is_no_nix_text_is_named_and_harms_nothing_else() {
    let fs = Arc::new(MemoryFileSystem::new());
    fs.write("/p/a.nix", "{ containers.web = { privateNetwork = false; }; }");
    fs.write("/p/secret.nix", b"\0GITCRYPT\0abcdef".to_vec());
    fs.write("/p/crypt.nix", "U2FsdGVkX1+8aYtN2nq0ZkWl5mJx0d3cQvB7sT1hR9Y=\n");
    let sops =
        "{ \"data\": \"ENC[AES256_GCM,data:AA,iv:BB,tag:CC,type:str]\",\n  \"sops\": { \"mac\": \"\" } }\n";
    fs.write("/p/sops.nix", sops);
    fs.write("/p/latin.nix", b"# caf\xe9\n{ }".to_vec());
    fs.write("/p/binary.nix", b"\x7fELF\0\0\0".to_vec());
    fs.special("/p/pipe.nix");
    fs.link("/p/loop.nix", "/p/loop.nix");
    fs.link("/p/dangling.nix", "/p/nowhere.nix");
    let mut host = AnalysisHost::new(rules::RULES, fs);
    host.set_project("/p".into());
    let analysis = host.analysis();
    let mut targets = project();
    let named = ["secret.nix", "latin.nix", "pipe.nix", "loop.nix", "none.nix"];
    targets.extend(named.iter().map(|name| Utf8PathBuf::from(format!("/p/{name}"))));
    expect![[r#"
        a.nix:1:14 `web` medium/high toy-absent: `web` is not isolated [a.nix]
          fix (safe): Isolate it
        gap /p/binary.nix: the file is binary, not text
        gap /p/crypt.nix: the file is encrypted by transcrypt or OpenSSL
        gap /p/dangling.nix: the link leads nowhere
        gap /p/latin.nix: the file is not UTF-8 text
        gap /p/secret.nix: the file is encrypted by git-crypt
        gap /p/sops.nix: the file is encrypted by sops
        unreadable /p/secret.nix: is encrypted by git-crypt
        unreadable /p/latin.nix: is not UTF-8 text
        unreadable /p/pipe.nix: is neither a file nor a directory
        unreadable /p/loop.nix: is neither a file nor a directory
        unreadable /p/none.nix: there is no such file
    "#]]
    .assert_eq(&render(&analysis, &analysis.check_with_fixes(&targets)));
}

#[test]
fn nothing_outside_of_the_project_is_read() {
    let fs = Arc::new(MemoryFileSystem::new());
    fs.write("/outside/secret.nix", "{ containers.out = { }; }");
    fs.write("/p/real/inner.nix", "{ containers.inner = { }; }");
    fs.link("/p/escape.nix", "/outside/secret.nix");
    fs.link("/p/escape-dir", "/outside");
    fs.link("/p/inner-link.nix", "real/inner.nix");
    fs.write(
        "/p/a.nix",
        "{ imports = [ ../outside/secret.nix ./escape.nix ./escape-dir/secret.nix ./inner-link.nix ]; \
           containers.a = { privateNetwork = true; }; }",
    );
    let mut host = AnalysisHost::new(rules::RULES, fs);
    host.set_project("/p".into());
    let analysis = host.analysis();
    let mut targets = project();
    targets.push("/outside/secret.nix".into());
    expect![[r#"
        real/inner.nix:1:14 `inner` medium/high toy-absent: `inner` is not isolated [a.nix]
          fix (safe): Isolate it
        gap /p/a.nix: `module`: `/outside/secret.nix` lies outside the project
        gap /p/a.nix: `module`: `escape.nix` leads out of the project by a symbolic link
        gap /p/a.nix: `module`: `escape-dir/secret.nix` leads out of the project by a symbolic link
        gap /p/escape-dir: the link leads out of the project by a symbolic link
        gap /p/escape.nix: the link leads out of the project by a symbolic link
        unreadable /outside/secret.nix: lies outside of the project
    "#]]
    .assert_eq(&render(&analysis, &analysis.check_with_fixes(&targets)));
}

/// What stands before and after a mistake is read.
#[test]
fn a_missing_quotation_mark_costs_one_binding() {
    let texts = [
        ("line.nix", "  networking.hostName = \"box;\n"),
        ("lines.nix", "  services.x.script = ''\n    echo hi\n  ;\n"),
        ("begin.nix", "  networking.hostName = box\";\n"),
    ];
    let files = texts.map(|(name, broken)| {
        let stem = name.trim_end_matches(".nix");
        let module = format!(
            "{{\n  containers.{stem}-before.autoStart = true;\n{broken}  containers.{stem}-after.autoStart = true;\n  time.timeZone = \"UTC\";\n}}\n"
        );
        (name, module)
    });
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    expect![[r#"
        begin.nix:2:14 `begin-before` medium/high toy-absent: `begin-before` is not isolated [begin.nix]
          fix (safe): Isolate it
        begin.nix:3:29 `` high/high parse-error: missing quotation mark at the end of a string
        begin.nix:4:14 `begin-after` medium/high toy-absent: `begin-after` is not isolated [begin.nix]
        line.nix:2:14 `line-before` medium/high toy-absent: `line-before` is not isolated [line.nix]
          fix (safe): Isolate it
        line.nix:3:29 `` high/high parse-error: missing quotation mark at the end of a string
        line.nix:4:14 `line-after` medium/high toy-absent: `line-after` is not isolated [line.nix]
        lines.nix:2:14 `lines-before` medium/high toy-absent: `lines-before` is not isolated [lines.nix]
          fix (safe): Isolate it
        lines.nix:5:3 `` high/high parse-error: missing quotation mark at the end of a string
        lines.nix:6:14 `lines-after` medium/high toy-absent: `lines-after` is not isolated [lines.nix]
    "#]]
    .assert_eq(&check(&files));
}

#[test]
fn syntax_errors_are_findings() {
    let out = check(&[("a.nix", "{ containers.web = { privateNetwork = false };\n}")]);
    expect![[r#"
        a.nix:1:14 `web` medium/high toy-absent: `web` is not isolated [a.nix]
          fix (safe): Isolate it
        a.nix:1:44 `` high/high parse-error: missing `;`
    "#]]
    .assert_eq(&out);
}

#[test]
fn the_real_disk_refuses_what_is_no_file() {
    let dir = tempdir();
    let path = |name: &str| dir.join(name);
    std::fs::write(path("a.nix"), "{ }").unwrap();
    let status = std::process::Command::new("mkfifo")
        .arg(path("pipe"))
        .status()
        .unwrap();
    assert!(status.success());
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    std::os::unix::fs::symlink(path("loop"), path("loop")).unwrap();
    std::os::unix::fs::symlink(path("pipe"), path("to-pipe")).unwrap();
    let tree = OsFileSystem.open_tree(&dir).unwrap();
    assert_eq!(tree.read("a.nix".into(), 3).unwrap(), b"{ }");
    for name in ["pipe", "socket", "to-pipe", "loop", "none", "."] {
        assert!(tree.read(name.into(), 100).is_err(), "{name}");
    }
    let devices = OsFileSystem.open_tree("/dev".into()).unwrap();
    assert!(devices.read("zero".into(), 100).is_err());
    assert!(tree.read("a.nix".into(), 2).is_err());
    let kinds: Vec<String> = tree
        .read_dir("".into())
        .unwrap()
        .into_iter()
        .map(|(name, kind)| format!("{name} {kind:?}"))
        .collect();
    expect![[r#"
        a.nix Regular
        loop Symlink
        pipe Other
        socket Other
        to-pipe Symlink"#]]
    .assert_eq(&kinds.join("\n"));
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_pipe_in_a_project_does_not_block() {
    let dir = tempdir();
    std::fs::write(
        dir.join("a.nix"),
        "{ imports = [ ./pipe.nix ]; containers.a = { }; }",
    )
    .unwrap();
    let status = std::process::Command::new("mkfifo")
        .arg(dir.join("pipe.nix"))
        .status()
        .unwrap();
    assert!(status.success());
    let mut host = AnalysisHost::new(rules::RULES, Arc::new(OsFileSystem));
    host.set_project(dir.clone());
    let report = host.analysis().check(std::slice::from_ref(&dir));
    assert_eq!(report.findings.len(), 1);
    expect!["`module`: `pipe.nix` cannot be read: is not a regular file"]
        .assert_eq(&report.not_analysed[0].reason);
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn unsaved_buffers_count() {
    let (mut host, _) = host(&[(
        "a.nix",
        "{ imports = [ ./new.nix ]; containers.a = { privateNetwork = true; }; }",
    )]);
    let toys = |host: &AnalysisHost| {
        let report = host.analysis().check(&project());
        let toys = report
            .findings
            .iter()
            .filter(|one| one.diagnostic.rule == "toy-absent");
        toys.count()
    };
    assert_eq!(toys(&host), 0);
    host.set_buffer("/p/new.nix".into(), Some("{ containers.new = { }; }".into()));
    assert_eq!(toys(&host), 1);
    host.set_buffer("/p/new.nix".into(), None);
    assert_eq!(toys(&host), 0);
}

#[test]
fn configuration_beside_options_is_an_error_and_is_read() {
    let files = [(
        "default.nix",
        r#"{ lib, ... }: { options.containers = lib.mkOption { }; containers.a.extraFlags = [ "--all" ]; }"#,
    )];
    expect![[r#"
        default.nix:1:67 `a` medium/high toy-absent: `a` is not isolated [default.nix]
          fix (safe): Isolate it
        default.nix:1:84 `"--all"` high/high toy-flag: `a` uses `--all` [default.nix]
          fix (safe): Remove `--all`
        gap /p/default.nix: `module`: evaluation fails: unsupported attribute `containers` beside `config` or `options`: all configuration has to be in `config`
    "#]].assert_eq(&super::check(&files));
    let files = [(
        "default.nix",
        r#"{ config.containers.a.config = { }; containers.b.config = { }; meta.maintainers = [ ]; imports = [ ]; }"#,
    )];
    expect![[r#"
        default.nix:1:21 `a` medium/high toy-absent: `a` is not isolated [default.nix]
          fix (safe): Isolate it
        default.nix:1:48 `b` medium/high toy-absent: `b` is not isolated [default.nix]
          fix (safe): Isolate it
        gap /p/default.nix: `module`: evaluation fails: unsupported attribute `containers` beside `config` or `options`: all configuration has to be in `config`
    "#]].assert_eq(&super::check(&files));
}

/// A file to play with that gives all of `lib` has `options` and is no module; what it has besides is no mistake.
#[test]
fn a_set_with_much_beside_options_is_no_module() {
    let files = [(
        "play.nix",
        "let pkgs = import <nixpkgs> { }; in pkgs.lib // builtins",
    )];
    expect![[r#"
        gap /p/play.nix: `part of a module`: `lib` is not modelled
    "#]]
    .assert_eq(&super::check(&files));
}

#[test]
fn many_errors_of_a_file_are_one_finding() {
    let text = format!("{{ {} }}", "a = 1;\n\n".repeat(1500));
    let (host, _) = host(&[("default.nix", &text)]);
    let report = host.analysis().check(&project());
    let [only] = &report.findings[..] else {
        panic!("{:?}", report.findings);
    };
    assert!(
        only.diagnostic
            .message
            .ends_with(", and 1498 more errors in this file"),
        "{}",
        only.diagnostic.message
    );
}

#[test]
fn a_module_that_imports_its_own_value_comes_to_an_end() {
    let files = [(
        "default.nix",
        r#"{ imports = [ (import ./default.nix) ]; containers.a.extraFlags = [ "--all" ]; }"#,
    )];
    expect![[r#"
        default.nix:1:52 `a` medium/high toy-absent: `a` is not isolated [default.nix]
          fix (safe): Isolate it
        default.nix:1:69 `"--all"` high/high toy-flag: `a` uses `--all` [default.nix]
          fix (safe): Remove `--all`
        gap /p/default.nix: `imports`: modules import each other more than 500 deep
    "#]]
    .assert_eq(&super::check(&files));
}

#[test]
fn what_is_only_read_as_text_is_no_code() {
    let out = check(&[
        ("flake.nix", &super::flake(&[("box", "host.nix")])),
        (
            "host.nix",
            r#"{ pkgs, ... }: {
  imports = [ ./broken.nix ];
  environment.etc."a".text = builtins.readFile ./read.nix;
  environment.etc."b".source = ./copied.nix;
  environment.etc."c".source = pkgs.replaceVars ./filled.nix { user = "a"; };
  environment.etc."d".text = "${./named.nix}";
  environment.etc."e".source = ./both.nix;
  environment.etc."containers/systemd/web.container".source = ./units/web;
  networking.hosts = builtins.fromJSON (builtins.readFile ./hosts.json);
}"#,
        ),
        ("other.nix", "{ imports = [ ./both.nix ]; }"),
        ("read.nix", "{ user = @user@; "),
        ("copied.nix", "{ user = @user@; "),
        ("filled.nix", "{ user = @user@; "),
        ("named.nix", "{ user = @user@; "),
        ("both.nix", "{ user = @user@; "),
        ("broken.nix", "{ user = ; }"),
        ("alone.nix", "{ user = ; }"),
        ("units/web", "[Container]\nImage=x\nPodmanArgs=--all\n"),
        ("hosts.json", "{ \"a\": [\"b\"] }"),
    ]);
    expect![[r#"
        alone.nix:1:9 `` low/high parse-error: expected an expression
        broken.nix:1:9 `` high/high parse-error: expected an expression
        units/web:3:12 `--all` high/high toy-flag: `web` uses `--all` [box]
          fix (safe): Remove `--all`
    "#]]
    .assert_eq(&out);
}

/// A file that nothing imports and that is no Nix at all is counted, and one that is broken and unused counts little.
#[test]
fn what_is_no_nix_is_no_finding() {
    let out = super::check(&[
        (
            "flake.nix",
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations.box = nixpkgs.lib.nixosSystem { modules = [ ./box.nix ]; }; }; }",
        ),
        ("box.nix", "{ imports = [ ./used.nix ]; }"),
        ("used.nix", "{ a = ; }"),
        ("unused.nix", "{ a = ; b = ; }"),
        ("empty.nix", "# later\n"),
        ("plugin.nix", "local M = {}\nreturn M\n"),
        ("age.nix", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n"),
    ]);
    expect![[r#"
        unused.nix:1:6 `` low/high parse-error: expected an expression, and 1 more error in this file
        used.nix:1:6 `` high/high parse-error: expected an expression
        gap /p/empty.nix: the file is no Nix: nothing is in it
        gap /p/plugin.nix: `module`: evaluation fails: undefined variable 'local'
        gap /p/plugin.nix: the file is no Nix: it is of another language
    "#]]
    .assert_eq(&out);
}
