//! What lies outside of a project, or is none of its sources: links, version control, what git does not track.

use super::{flake, project, render, rules, tempdir};
use crate::host::AnalysisHost;
use crate::report::Reported;
use crate::vfs::disk::{FileSystem, OsFileSystem};
use crate::vfs::git::index::tests::{Entry, FILE, SUBMODULE, index};
use crate::vfs::memory::MemoryFileSystem;
use crate::vfs::project::{ProjectRoot, RootSearch, Scope};
use camino::{Utf8Path, Utf8PathBuf};
use expect_test::{Expect, expect};
use std::sync::Arc;

fn host(fs: &MemoryFileSystem) -> AnalysisHost {
    let mut host = AnalysisHost::new(rules::RULES, Arc::new(fs.clone()));
    host.set_project("/p".into());
    host
}

#[expect(clippy::needless_pass_by_value, reason = "as expect-test is always called")]
fn check(fs: &MemoryFileSystem, expected: Expect) {
    let analysis = host(fs).analysis();
    expected.assert_eq(&render(&analysis, &analysis.check(&project())));
}

/// A module that imports the value of an expression: the report says why it is not known.
fn importing(expr: &str) -> String {
    format!("{{ imports = [ ({expr}) ]; containers.a = {{ privateNetwork = true; }}; }}")
}

/// A work tree of git's at `/p`.
fn work_tree(fs: &MemoryFileSystem, tracked: &[Entry<'_>]) {
    fs.write("/p/.git/HEAD", "ref: refs/heads/main\n");
    fs.write("/p/.git/objects/info/packs", "");
    fs.write("/p/.git/index", index(2, 20, tracked, &[]));
}

const ALL: &str = r#"{ containers.web = { privateNetwork = true; extraFlags = [ "--all" ]; }; }"#;

#[test]
fn nothing_outside_is_even_looked_at() {
    let fs = MemoryFileSystem::new();
    fs.write("/outside/secret.nix", "{ containers.out = { }; }");
    fs.write("/p/inside/inner.nix", "{ containers.inner = { }; }");
    fs.link("/p/escape.nix", "/outside/secret.nix");
    fs.link("/p/escape", "../outside");
    fs.link("/p/deep/up", "../../outside");
    fs.link("/p/around.nix", "escape/../p/inside/inner.nix");
    fs.link("/p/absolute.nix", "/p/inside/inner.nix");
    fs.write(
        "/p/a.nix",
        "{ imports = [ ../outside/secret.nix ./escape.nix ./escape/secret.nix ./deep/up/secret.nix \
           ./around.nix ./absolute.nix (builtins.readDir ./escape) \
           (if builtins.pathExists /outside/secret.nix then { } else { }) \
           (if builtins.pathExists ./escape/secret.nix then { } else { }) ]; }",
    );
    check(
        &fs,
        expect![[r#"
            inside/inner.nix:1:14 `inner` medium/high toy-absent: `inner` is not isolated [a.nix]
            gap /p/a.nix: `module`: `/outside/secret.nix` lies outside the project
            gap /p/a.nix: `module`: `escape.nix` leads out of the project by a symbolic link
            gap /p/a.nix: `module`: `escape/secret.nix` leads out of the project by a symbolic link
            gap /p/a.nix: `module`: `deep/up/secret.nix` leads out of the project by a symbolic link
            gap /p/a.nix: `module`: `around.nix` leads out of the project by a symbolic link
            gap /p/a.nix: `module`: `escape` leads out of the project by a symbolic link
            gap /p/around.nix: the link leads out of the project by a symbolic link
            gap /p/deep/up: the link leads out of the project by a symbolic link
            gap /p/escape: the link leads out of the project by a symbolic link
            gap /p/escape.nix: the link leads out of the project by a symbolic link
        "#]],
    );
    for path in fs.asked() {
        let is_inside = path.starts_with("/p") && !path.as_str().contains("escape/");
        assert!(is_inside && !path.as_str().contains("up/"), "{path}");
    }
}

#[test]
fn a_link_that_is_named_is_refused_if_it_leads_out() {
    let fs = MemoryFileSystem::new();
    fs.write("/outside/web.nix", ALL);
    fs.write("/p/inside/web.nix", ALL);
    fs.link("/p/out", "..");
    fs.link("/p/in", "inside");
    let analysis = host(&fs).analysis();
    let targets: Vec<Utf8PathBuf> = ["out", "out/outside/web.nix", "in", "in/web.nix"]
        .map(|name| Utf8Path::new("/p").join(name))
        .into();
    expect![[r#"
        inside/web.nix:1:60 `"--all"` high/high toy-flag: `web` uses `--all` [inside/web.nix]
        unreadable /p/out: leads out of the project by a symbolic link
        unreadable /p/out/outside/web.nix: leads out of the project by a symbolic link
    "#]]
    .assert_eq(&render(&analysis, &analysis.check(&targets)));
}

#[test]
fn version_control_is_never_read() {
    let fs = MemoryFileSystem::new();
    for folder in [".git", ".GIT", ".hg", ".svn", "sub/.jj", ".bzr"] {
        fs.write(format!("/p/{folder}/config"), "token");
    }
    fs.link("/p/alias", ".git/config");
    fs.link("/p/repository", ".git");
    fs.write("/p/.gitignore", "text");
    let reasons = |expr: &str| {
        fs.write("/p/a.nix", importing(expr));
        let report = host(&fs).analysis().check(&project());
        let reasons = report.not_analysed.iter().map(|gap| gap.reason.clone());
        reasons.collect::<Vec<_>>().join("; ")
    };
    for path in [
        ".git/config",
        ".GIT/config",
        ".hg/config",
        ".svn/config",
        "sub/.jj/config",
        ".bzr/config",
        "alias",
        "repository/config",
        ".git/none",
    ] {
        let reason = format!("`{path}` belongs to version control and is never read");
        for read in ["readFile", "import", "hashFile \"sha256\"", "readFileType"] {
            // A link is a link, and what it leads to is not asked.
            if path != "alias" || read != "readFileType" {
                let told = reasons(&format!("builtins.{read} ./{path}"));
                assert!(told.contains(&reason), "{read} {path}: {told}");
            }
        }
    }
    let told = reasons("builtins.readFile ./.gitignore");
    assert!(!told.contains("version control"), "{told}");
    for list in ["readDir ./.git", "readDir ./repository", "pathExists ./.git"] {
        let told = reasons(&format!("builtins.{list}"));
        assert!(told.contains("belongs to version control"), "{list}: {told}");
    }
    let analysis = host(&fs).analysis();
    let report = analysis.check(&["/p/.git/config".into()]);
    assert_eq!(
        report.unreadable[0].1,
        "belongs to version control and is never read"
    );
}

#[test]
fn the_folder_of_a_repository_is_not_read_wherever_it_lies() {
    let fs = MemoryFileSystem::new();
    fs.write("/p/.bare/HEAD", "");
    fs.write("/p/.bare/objects/a", "");
    fs.write("/p/.bare/config", "token");
    fs.write("/p/.git", "gitdir: ./.bare\n");
    fs.write("/p/a.nix", importing("builtins.readFile ./.bare/config"));
    check(
        &fs,
        expect![[r#"
            gap /p/a.nix: `module`: `.bare/config` belongs to version control and is never read
        "#]],
    );
}

#[test]
fn a_flake_sees_what_git_tracks() {
    let fs = MemoryFileSystem::new();
    fs.write("/p/flake.nix", flake(&[("web", "web.nix")]));
    fs.write(
        "/p/web.nix",
        "{ imports = [ ./new.nix ./sub/new.nix ./modules/a.nix ./module/a.nix ] \
           ++ map (name: ./hosts + \"/${name}\") (builtins.attrNames (builtins.readDir ./hosts)); }",
    );
    fs.write("/p/new.nix", ALL);
    fs.write("/p/sub/new.nix", "{ containers.sub = { config = { }; }; }");
    fs.write("/p/modules/a.nix", "{ containers.module = { config = { }; }; }");
    fs.write("/p/hosts/old.nix", "{ containers.old = { config = { }; }; }");
    fs.write("/p/hosts/new.nix", "{ containers.new = { config = { }; }; }");
    let tracked = [
        ("flake.nix", FILE),
        ("hosts/old.nix", FILE),
        ("modules/a.nix", FILE),
        ("sub", SUBMODULE),
        ("web.nix", FILE),
    ];
    work_tree(&fs, &tracked);
    // What no host has is looked at by itself, tracked or not.
    check(
        &fs,
        expect![[r#"
            hosts/new.nix:1:14 `new` medium/medium toy-absent: `new` is not isolated [hosts/new.nix] imported by no host
            hosts/old.nix:1:14 `old` medium/high toy-absent: `old` is not isolated [web]
            modules/a.nix:1:14 `module` medium/high toy-absent: `module` is not isolated [web]
            new.nix:1:60 `"--all"` high/medium toy-flag: `web` uses `--all` [new.nix] imported by no host
            sub/new.nix:1:14 `sub` medium/high toy-absent: `sub` is not isolated [web]
            web.nix:1:55 `./module/a.nix` medium/high missing-import: `module/a.nix` is imported and does not exist [web]
            gap /p/web.nix: `module`: `new.nix` is not tracked by git, so the flake does not see it
            gap /p/web.nix: `module`: there is no file `module/a.nix`
        "#]],
    );
}

#[test]
fn what_git_does_not_say_hides_nothing() {
    let fs = MemoryFileSystem::new();
    fs.write("/p/flake.nix", flake(&[("web", "web.nix")]));
    fs.write("/p/web.nix", ALL);
    let sees_all = || {
        let report = host(&fs).analysis().check(&project());
        report.not_analysed.is_empty() && report.findings.len() == 1 && report.roots.len() == 1
    };
    work_tree(&fs, &[("flake.nix", FILE)]);
    assert!(!sees_all(), "it is not tracked");
    // A flake that is not tracked itself is none of a repository's.
    work_tree(&fs, &[("README", FILE)]);
    assert!(sees_all(), "an untracked flake");
    fs.write("/p/.git/index", "DIRC");
    assert!(sees_all(), "a broken index");
    let split = index(2, 20, &[("flake.nix", FILE)], &[(b"link", &[0; 20])]);
    fs.write("/p/.git/index", split);
    assert!(sees_all(), "a split index");
    fs.remove("/p/.git/index".into());
    assert!(sees_all(), "no index");
    fs.remove("/p/.git/objects/info/packs".into());
    fs.write("/p/.git/index", index(2, 20, &[("flake.nix", FILE)], &[]));
    assert!(sees_all(), "no repository");
}

#[test]
fn adding_a_file_to_the_index_and_unsaved_texts_are_noticed() {
    let fs = MemoryFileSystem::new();
    fs.write("/p/flake.nix", flake(&[("web", "web.nix")]));
    fs.write("/p/web.nix", "{ imports = [ ./new.nix ./unsaved.nix ]; }");
    fs.write("/p/new.nix", ALL);
    let tracked = [("flake.nix", FILE), ("new.nix", FILE), ("web.nix", FILE)];
    work_tree(&fs, &[tracked[0], tracked[2]]);
    let mut host = host(&fs);
    let told = |host: &AnalysisHost| {
        let report = host.analysis().check(&project());
        let of_web = |one: &&Reported| one.hosts == ["web"] && one.diagnostic.rule != "missing-import";
        let hosts = report.findings.iter().filter(of_web).count();
        (hosts, report.not_analysed.len())
    };
    assert_eq!(told(&host), (0, 2));
    let path = Utf8Path::new("/p/.git/index");
    fs.write(path, index(4, 20, &tracked, &[]));
    host.file_changed(path);
    assert_eq!(told(&host), (1, 1));
    host.set_buffer(
        "/p/unsaved.nix".into(),
        Some("{ containers.unsaved = { }; }".into()),
    );
    assert_eq!(told(&host), (2, 0));
    // On disk it is a file that git does not track.
    fs.write("/p/unsaved.nix", "{ containers.unsaved = { }; }");
    host.file_changed("/p/unsaved.nix".into());
    assert_eq!(told(&host), (1, 1));
}

#[test]
fn a_lone_file_is_checked_alone_and_may_import_its_neighbours() {
    let fs = MemoryFileSystem::new();
    fs.write("/tmp/scratch.nix", "{ imports = [ ./part.nix ../etc/a.nix ]; }");
    fs.write("/tmp/part.nix", ALL);
    fs.write("/tmp/stranger/other.nix", ALL);
    let path = Utf8Path::new("/tmp/scratch.nix");
    let found = RootSearch::default().find(&fs, path);
    assert_eq!(found.root.scope, Scope::Files);
    let mut host = AnalysisHost::new(rules::RULES, Arc::new(fs.clone()));
    host.set_root(&found.root);
    let analysis = host.analysis();
    assert!(analysis.diagnostics(path).is_empty());
    expect![[r#"
        /tmp/part.nix:1:60 `"--all"` high/high toy-flag: `web` uses `--all` [scratch.nix]
        gap /tmp/scratch.nix: `module`: `/etc/a.nix` lies outside the project
    "#]]
    .assert_eq(&render(&analysis, &analysis.check(&[path.to_owned()])));
    for asked in fs.asked() {
        assert!(!asked.as_str().contains("stranger"), "{asked}");
    }
}

#[test]
fn a_file_that_is_alone_reads_nothing_beside_it() {
    let fs = MemoryFileSystem::new();
    fs.write("/home/me/a.nix", importing("builtins.readFile ./.ssh/key"));
    fs.write("/home/me/.ssh/key", "token");
    let mut host = AnalysisHost::new(rules::RULES, Arc::new(fs.clone()));
    let path = Utf8PathBuf::from("/home/me/a.nix");
    host.set_root(&ProjectRoot {
        directory: "/home/me".into(),
        scope: Scope::Alone(path.clone()),
    });
    let analysis = host.analysis();
    expect![[r#"
        gap /home/me/a.nix: `module`: `.ssh/key` lies outside the project
    "#]]
    .assert_eq(&render(&analysis, &analysis.check(&[path])));
}

#[cfg(unix)]
#[test]
fn what_is_exchanged_between_looking_and_opening_is_not_followed() {
    use std::os::unix::fs::symlink;
    let dir = tempdir();
    std::fs::create_dir_all(dir.join("outside")).unwrap();
    std::fs::create_dir_all(dir.join("p/sub")).unwrap();
    for file in ["outside/a.nix", "p/sub/a.nix", "p/b.nix"] {
        std::fs::write(dir.join(file), file).unwrap();
    }
    let tree = OsFileSystem.open_tree(&dir.join("p")).unwrap();
    assert_eq!(tree.read("sub/a.nix".into(), 100).unwrap(), b"p/sub/a.nix");
    assert_eq!(tree.read("b.nix".into(), 100).unwrap(), b"p/b.nix");
    std::fs::remove_dir_all(dir.join("p/sub")).unwrap();
    std::fs::remove_file(dir.join("p/b.nix")).unwrap();
    symlink("../outside", dir.join("p/sub")).unwrap();
    symlink(dir.join("outside/a.nix"), dir.join("p/b.nix")).unwrap();
    for path in [
        "sub/a.nix",
        "b.nix",
        "../outside/a.nix",
        "sub/../../outside/a.nix",
    ] {
        assert!(tree.read(path.into(), 100).is_err(), "{path}");
    }
    assert!(tree.read_dir("sub".into()).is_err());
    assert!(tree.kind("sub/a.nix".into()).is_err());
    std::fs::remove_dir_all(dir).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn what_has_a_name_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempdir();
    let path = |name: &[u8]| dir.as_std_path().join(std::ffi::OsStr::from_bytes(name));
    std::fs::write(path(b"a.nix"), "{ containers.a.privateNetwork = true; }").unwrap();
    std::fs::write(path(b"b\xff.nix"), "{ containers.b.privateNetwork = true; }").unwrap();
    std::fs::write(path(b"c\xfe.nix"), "{ }").unwrap();
    std::fs::write(path(b"song\xff.ogg"), "").unwrap();
    std::fs::create_dir(path(b"d\xff")).unwrap();
    std::fs::write(path(b"d\xff/e.nix"), "{ containers.e.privateNetwork = true; }").unwrap();
    let mut host = AnalysisHost::new(rules::RULES, Arc::new(OsFileSystem));
    host.set_project(dir.clone());
    let analysis = host.analysis();
    let out = render(&analysis, &analysis.check(std::slice::from_ref(&dir)));
    expect![[r#"
        gap /b\xff.nix: the file has a name that is not UTF-8
        gap /c\xfe.nix: the file has a name that is not UTF-8
        gap /d\xff: the directory has a name that is not UTF-8
    "#]]
    .assert_eq(&out.replace(dir.as_str(), ""));
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_lone_unit_is_read_with_the_units_beside_it() {
    let fs = MemoryFileSystem::new();
    fs.write(
        "/tmp/web.container",
        "[Container]\nImage=shop.image\nPod=desk.pod\nNetwork=side.container\n",
    );
    fs.write(
        "/tmp/web.container.d/10-all.conf",
        "[Container]\nPodmanArgs=--all\n",
    );
    fs.write("/tmp/shop.image", "[Image]\nImage=quay.io/a/shop:1\n");
    fs.write("/tmp/desk.pod", "[Pod]\nNetwork=host\n");
    fs.write("/tmp/other.container", "[Container]\nImage=x\nPodmanArgs=--all\n");
    fs.write("/tmp/run.sh", "podman run --all x\n");
    fs.write("/tmp/stranger/x.pod", "[Pod]\n");
    let path = Utf8Path::new("/tmp/web.container");
    let found = RootSearch::default().find(&fs, path);
    assert_eq!(found.root.scope, Scope::Files);
    let mut host = AnalysisHost::new(rules::RULES, Arc::new(fs.clone()));
    host.set_root(&found.root);
    let analysis = host.analysis();
    let report = analysis.show(&[path.to_owned()]);
    expect![[r#"
        /tmp/web.container:1:2 `Container` medium/high toy-absent: `web` is not isolated [.]
        /tmp/web.container.d/10-all.conf:2:12 `--all` high/high toy-flag: `web` uses `--all` [.]
    "#]]
    .assert_eq(&render(&analysis, &report));
    let names: Vec<&str> = report.containers.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["web"]);
    for asked in fs.asked() {
        assert!(!asked.as_str().contains("stranger"), "{asked}");
    }
}
