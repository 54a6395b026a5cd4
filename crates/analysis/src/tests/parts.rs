//! Questions about a file or a host of a project.

use super::{flake, host, project, render};
use crate::report::Report;
use crate::settings::Settings;
use camino::Utf8PathBuf;
use expect_test::{Expect, expect};
use nixpod_source::Applicability;

/// A host whose container is made in one file and isolated in another.
fn two_hosts() -> Vec<(&'static str, String)> {
    vec![
        ("flake.nix", flake(&[("web", "web.nix"), ("db", "db.nix")])),
        (
            "web.nix",
            "{ imports = [ ./harden.nix ]; containers.web = { }; containers.open = { }; }".to_owned(),
        ),
        (
            "harden.nix",
            "{ containers.web.privateNetwork = true; }".to_owned(),
        ),
        ("db.nix", "{ containers.db = { }; }".to_owned()),
        ("alone/a.nix", "{ imports = [ ./b.nix ]; }".to_owned()),
        ("alone/b.nix", "{ containers.alone = { }; }".to_owned()),
    ]
}

fn files<'a>(files: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    files.iter().map(|(path, text)| (*path, text.as_str())).collect()
}

fn check(paths: &[&str], expected: &Expect) {
    let all = two_hosts();
    let (host, _) = host(&files(&all));
    let analysis = host.analysis();
    let paths: Vec<Utf8PathBuf> = paths.iter().map(|path| format!("/p/{path}").into()).collect();
    let report = analysis.check(&paths);
    expected.assert_eq(&format!("{}{}", render(&analysis, &report), names(&report)));
}

/// How many files, which roots and which containers an answer is about.
fn names(report: &Report) -> String {
    let roots: Vec<&str> = report.roots.iter().map(|root| root.name.as_str()).collect();
    let containers: Vec<&str> = report.containers.iter().map(|one| one.name.as_str()).collect();
    format!(
        "{} files, roots {}, containers {}\n",
        report.files,
        roots.join(" "),
        containers.join(" ")
    )
}

#[test]
fn a_file_is_judged_with_all_that_its_hosts_import() {
    check(
        &["web.nix"],
        &expect![[r#"
        web.nix:1:64 `open` medium/high toy-absent: `open` is not isolated [web]
        1 files, roots db web, containers open web
    "#]],
    );
    // What it adds to a container is part of that container's definition.
    check(
        &["harden.nix"],
        &expect![[r#"
        1 files, roots db web, containers web
    "#]],
    );
    check(
        &["web.nix", "db.nix"],
        &expect![[r#"
        db.nix:1:14 `db` medium/high toy-absent: `db` is not isolated [db]
        web.nix:1:64 `open` medium/high toy-absent: `open` is not isolated [web]
        2 files, roots db web, containers db open web
    "#]],
    );
}

#[test]
fn a_folder_is_judged_as_a_part_of_its_project() {
    check(
        &["alone"],
        &expect![[r#"
        alone/b.nix:1:14 `alone` medium/medium toy-absent: `alone` is not isolated [alone/a.nix] imported by no host
        2 files, roots alone/a.nix, containers alone
    "#]],
    );
    check(
        &["alone/b.nix"],
        &expect![[r#"
        alone/b.nix:1:14 `alone` medium/medium toy-absent: `alone` is not isolated [alone/a.nix] imported by no host
        1 files, roots alone/a.nix, containers alone
    "#]],
    );
    check(
        &["alone/b.nix", "nothing.nix"],
        &expect![[r#"
        alone/b.nix:1:14 `alone` medium/medium toy-absent: `alone` is not isolated [alone/a.nix] imported by no host
        unreadable /p/nothing.nix: there is no such file
        1 files, roots alone/a.nix, containers alone
    "#]],
    );
}

#[test]
fn a_host_that_is_asked_for_alone_makes_no_orphans_of_the_others() {
    let all = two_hosts();
    let (mut host, _) = host(&files(&all));
    host.set_settings(Settings {
        hosts: Some(vec!["db".to_owned()]),
        ..Settings::default()
    });
    let analysis = host.analysis();
    let report = analysis.check(&project());
    expect![[r#"
        db.nix:1:14 `db` medium/high toy-absent: `db` is not isolated [db]
        6 files, roots db, containers db
    "#]]
    .assert_eq(&format!("{}{}", render(&analysis, &report), names(&report)));
    assert_eq!(report.all_hosts, ["db", "web", "alone/a.nix"]);
}

#[test]
fn only_files_that_were_named_are_fixed() {
    let all = [
        ("a.nix", "{ containers.a.extraFlags = import ./flags.nix; }"),
        ("flags.nix", "[ \"--all\" ]"),
    ];
    let (host, _) = host(&all);
    let analysis = host.analysis();
    let fixed = |path: &str| {
        let fixed = analysis.fix(&[path.into()], Applicability::Safe, &|_| true);
        let changed = fixed
            .files
            .iter()
            .map(|file| format!("{} {}\n", file.path, file.after));
        format!("{}elsewhere {:?}", changed.collect::<String>(), fixed.elsewhere)
    };
    expect![[r#"
        /p/a.nix { containers.a.extraFlags = import ./flags.nix; containers.a.privateNetwork = true; }
        elsewhere {"/p/flags.nix": 1}"#]]
    .assert_eq(&fixed("/p/a.nix"));
    expect![[r#"
        /p/flags.nix [ ]
        elsewhere {}"#]]
    .assert_eq(&fixed("/p/flags.nix"));
    expect![[r#"
        /p/a.nix { containers.a.extraFlags = import ./flags.nix; containers.a.privateNetwork = true; }
        /p/flags.nix [ ]
        elsewhere {}"#]]
    .assert_eq(&fixed("/p"));
}

#[test]
fn what_concerns_another_part_is_not_told() {
    let all = [
        ("flake.nix", flake(&[("web", "web.nix"), ("db", "db.nix")])),
        (
            "web.nix",
            "{ imports = [ ./none.nix ]; containers.web = { config = { }; }; }".to_owned(),
        ),
        ("db.nix", "{ containers.db = { }; }".to_owned()),
        ("broken.nix", "{ a = ; }".to_owned()),
        ("idle.nix", "{ }".to_owned()),
    ];
    let (host, _) = host(&files(&all));
    let analysis = host.analysis();
    let told = |path: &str| {
        let report = analysis.check(&[Utf8PathBuf::from(path)]);
        format!("{path}\n{}", render(&analysis, &report))
    };
    let paths = ["/p/web.nix", "/p/db.nix", "/p/broken.nix", "/p/idle.nix"];
    expect![[r#"
        /p/web.nix
        web.nix:1:15 `./none.nix` medium/high missing-import: `none.nix` is imported and does not exist [web]
        web.nix:1:40 `web` medium/high toy-absent: `web` is not isolated [web]
        gap /p/web.nix: `module`: there is no file `none.nix`
        /p/db.nix
        db.nix:1:14 `db` medium/high toy-absent: `db` is not isolated [db]
        /p/broken.nix
        broken.nix:1:6 `` low/high parse-error: expected an expression
        /p/idle.nix
    "#]]
    .assert_eq(&paths.map(told).concat());
}
