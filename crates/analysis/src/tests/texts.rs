//! Texts that are no Nix: units, scripts and JSON, as files and in strings.

use super::{check, host, project, render, rules};
use crate::host::AnalysisHost;
use crate::vfs::memory::MemoryFileSystem;
use crate::{Applicability, Report};
use camino::Utf8PathBuf;
use expect_test::expect;
use std::sync::Arc;

const UNIT: &str = "[Container]\nImage=web:1\nPodmanArgs=--all --rm\n";

#[test]
fn files_that_no_system_reads_are_read_by_folder() {
    let out = check(&[
        ("a/web.container", UNIT),
        ("a/more.container", "[Container]\nImage=x\nPod=desk.pod\n"),
        ("a/desk.pod", "[Pod]\nNetwork=host\n"),
        ("b/more.container", "[Container]\nImage=x\nPod=desk.pod\n"),
        (
            "b/run.sh",
            "#!/bin/sh\nsudo podman run --all \\\n  --net=host web:1\n",
        ),
        (
            ".devcontainer/devcontainer.json",
            "{\n  // the engine of the editor\n  \"image\": \"web:1\", \"runArgs\": [\"--all\"]\n}\n",
        ),
        ("notes.md", "podman run --all web"),
        ("m/web.nspawn", "[Exec]\nPrivateUsers=no\n[Network]\nPrivate=no\n"),
        ("other.json", "{ \"runArgs\": [\"--all\"] }"),
    ]);
    expect![[r#"
        .devcontainer/devcontainer.json:3:34 `--all` high/high toy-flag: `devcontainer` uses `--all` [.devcontainer/devcontainer.json]
          fix (safe): Remove `--all`
        a/more.container:1:2 `Container` medium/high toy-absent: `more` is not isolated [a]
        a/web.container:3:12 `--all` high/high toy-flag: `web` uses `--all` [a]
          fix (safe): Remove `--all`
        b/run.sh:2:1 `sudo podman run --all \
          --net=host web:1` medium/high toy-absent: `b/run.sh` is not isolated [b]
        b/run.sh:2:17 `--all` high/high toy-flag: `b/run.sh` uses `--all` [b]
          fix (safe): Remove `--all`
    "#]].assert_eq(&out);
}

#[test]
fn scripts_are_told_by_their_first_line() {
    let out = check(&[
        ("bin/deploy", "#!/bin/sh\npodman run --all --net=host web:1\n"),
        ("bin/notes", "podman run --all --net=host web:1\n"),
        (
            "bin/tool",
            "#!/usr/bin/env python3\nrun([\"podman\", \"run\", \"--all\", \"--net=host\", \"x\"])\n",
        ),
        ("home/.zshrc", "alias web='podman run --all --net=host web:1'\n"),
        ("node_modules/a/bin", "#!/bin/sh\npodman run --all web:1\n"),
    ]);
    expect![[r#"
        bin/deploy:2:1 `podman run --all --net=host web:1` medium/high toy-absent: `bin/deploy` is not isolated [bin]
        bin/deploy:2:12 `--all` high/high toy-flag: `bin/deploy` uses `--all` [bin]
          fix (safe): Remove `--all`
        bin/tool:2:7 `podman` medium/high toy-absent: `bin/tool` is not isolated [bin]
        bin/tool:2:24 `--all` high/high toy-flag: `bin/tool` uses `--all` [bin]
        home/.zshrc:1:12 `podman run --all --net=host web:1` medium/medium toy-absent: `home/.zshrc` is not isolated [home/.zshrc]
        home/.zshrc:1:23 `--all` high/medium toy-flag: `home/.zshrc` uses `--all` [home/.zshrc]
          fix (safe): Remove `--all`
        gap /p/bin/deploy: `bin/deploy`: whether its engine runs as root is not known: nothing says who runs the script
        gap /p/bin/tool: `bin/tool`: whether its engine runs as root is not known: nothing says who runs the script
        gap /p/home/.zshrc: `home/.zshrc`: whether its engine runs as root is not known: nothing says who runs the script
    "#]].assert_eq(&out);
}

#[test]
fn a_file_that_a_system_reads_is_read_once() {
    let out = check(&[
        ("flake.nix", &super::flake(&[("one", "a.nix"), ("two", "a.nix")])),
        (
            "a.nix",
            r#"{ environment.etc."containers/systemd/web.container".source = ./units/web.container; }"#,
        ),
        ("units/web.container", UNIT),
    ]);
    expect![[r#"
        units/web.container:3:12 `--all` high/high toy-flag: `web` uses `--all` [one two]
          fix (safe): Remove `--all`
    "#]]
    .assert_eq(&out);
}

#[test]
fn comments_silence_in_every_language() {
    let out = check(&[
        (
            "a.container",
            "[Container]\nImage=x\n; nixpod: ignore[toy-flag] it is small\nPodmanArgs=--rm \\\n  --all\nPodmanArgs=--all\n",
        ),
        (
            "b.container",
            "# nixpod: ignore[toy-flag, toy-absent] an experiment\n[Container]\nImage=x\nNetwork=host\nPodmanArgs=--all\n",
        ),
        (
            "c.container",
            "# nixpod: ignore-file[toy-flag] generated\n[Container]\nPodmanArgs=--all\nImage=x\n",
        ),
        (
            "d.sh",
            "# nixpod: ignore[toy-flag] by hand\nsudo podman run \\\n  --all x\npodman run --all y # nixpod: ignore[toy-flag]: and here\npodman run --all z\n",
        ),
        (
            ".devcontainer.json",
            "{ \"image\": \"x\",\n  // nixpod: ignore[toy-flag] of the editor\n  \"runArgs\": [\"--rm\", \"--all\"] }",
        ),
        (
            "e/.devcontainer.json",
            "{ \"image\": \"x\", \"runArgs\": [\n  \"--all\", // nixpod: ignore[toy-flag] of the editor\n  \"--all\"\n] }",
        ),
        (
            "wrong.container",
            "[Container]\n# nixpod: ignore[toy-fag] a slip\nImage=x\n# nixpod: ignore[toy-flag] none here\nExec=y\n# nixpod: ignore toy-flag\n",
        ),
    ]);
    expect![[r#"
        .devcontainer.json:3:24 `--all` high/high toy-flag: `devcontainer` uses `--all` [.] suppressed: of the editor
          fix (safe): Remove `--all`
        a.container:5:3 `--all` high/high toy-flag: `a` uses `--all` [.] suppressed: it is small
          fix (safe): Remove `--all`
        a.container:6:12 `--all` high/high toy-flag: `a` uses `--all` [.]
          fix (safe): Remove `--all`
        b.container:2:2 `Container` medium/high toy-absent: `b` is not isolated [.] suppressed: an experiment
        b.container:5:12 `--all` high/high toy-flag: `b` uses `--all` [.] suppressed: an experiment
          fix (safe): Remove `--all`
        c.container:3:12 `--all` high/high toy-flag: `c` uses `--all` [.] suppressed: generated
          fix (safe): Remove `--all`
        d.sh:3:3 `--all` high/high toy-flag: `d.sh` uses `--all` [.] suppressed: by hand
          fix (safe): Remove `--all`
        d.sh:4:12 `--all` high/high toy-flag: `d.sh (2)` uses `--all` [.] suppressed: and here
          fix (safe): Remove `--all`
        d.sh:5:12 `--all` high/high toy-flag: `d.sh (3)` uses `--all` [.]
          fix (safe): Remove `--all`
        e/.devcontainer.json:2:4 `--all` high/high toy-flag: `e` uses `--all` [e/.devcontainer.json] suppressed: of the editor
          fix (safe): Remove `--all`
        e/.devcontainer.json:3:4 `--all` high/high toy-flag: `e` uses `--all` [e/.devcontainer.json]
        wrong.container:2:18 `toy-fag` medium/high unknown-suppression: there is no rule `toy-fag`
          fix (unsafe): Suppress `toy-flag`; unsafe: the rule with the most similar name need not be the one that was meant
        wrong.container:4:18 `toy-flag` low/high unused-suppression: `toy-flag` finds nothing here
          fix (safe): Remove the comment
        wrong.container:6:1 `# nixpod: ignore toy-flag` medium/high malformed-suppression: no rules are named, expected `ignore[rule]`
        gap /p/d.sh: `d.sh (2)`: whether its engine runs as root is not known: nothing says who runs the script
        gap /p/d.sh: `d.sh (3)`: whether its engine runs as root is not known: nothing says who runs the script
    "#]].assert_eq(&out);
}

const IN_STRINGS: &str = r#"{ pkgs, ... }: {
  environment.etc."containers/systemd/web.container".text = ''
    [Container]
    Image=x
    # nixpod: ignore[toy-flag] it is small
    PodmanArgs=--all
    PodmanArgs=--all
  '';
  systemd.services.run.script = ''
    # nixpod: ignore[toy-flag] by hand
    ${pkgs.podman}/bin/podman run \
      --all ${pkgs.x}
    podman run --all y # nixpod: ignore[toy-flag] and here
    podman run --all z
    # nixpod: ignore[toy-flag] nothing
    podman run u
    # nixpod: ignore[toy-fag] a slip
    podman run v
  '';
  # nixpod: ignore[toy-flag] as a whole
  systemd.services.whole.script = "podman run --all w";
  environment.etc."README".text = ''
    # nixpod: ignore[toy-flag] is how one says it
    podman run --all
  '';
}
"#;

#[test]
fn comments_in_strings_silence_what_they_would_in_a_file() {
    let out = check(&[
        ("flake.nix", &super::flake(&[("one", "a.nix")])),
        ("a.nix", IN_STRINGS),
    ]);
    expect![[r#"
        a.nix:6:16 `--all` high/high toy-flag: `web` uses `--all` [one] suppressed: it is small
          fix (safe): Remove `--all`
        a.nix:7:16 `--all` high/high toy-flag: `web` uses `--all` [one]
          fix (safe): Remove `--all`
        a.nix:12:7 `--all` high/high toy-flag: `systemd.services.run` uses `--all` [one] suppressed: by hand
          fix (safe): Remove `--all`
        a.nix:13:16 `--all` high/high toy-flag: `systemd.services.run (2)` uses `--all` [one] suppressed: and here
          fix (safe): Remove `--all`
        a.nix:14:16 `--all` high/high toy-flag: `systemd.services.run (3)` uses `--all` [one]
          fix (safe): Remove `--all`
        a.nix:15:22 `toy-flag` low/high unused-suppression: `toy-flag` finds nothing here
          fix (unsafe): Remove the comment; unsafe: it may be meant for line 14
        a.nix:17:22 `toy-fag` medium/high unknown-suppression: there is no rule `toy-fag`
          fix (unsafe): Suppress `toy-flag`; unsafe: the rule with the most similar name need not be the one that was meant
        a.nix:21:47 `--all` high/high toy-flag: `systemd.services.whole` uses `--all` [one] suppressed: as a whole
          fix (safe): Remove `--all`
    "#]].assert_eq(&out);
}

/// What all fixes make of files.
fn fixed(files: &[(&str, &str)]) -> String {
    let (host, _) = host(files);
    let analysis = host.analysis();
    let fixed = analysis.fix(&project(), Applicability::Unsafe, &|_| true);
    let files = fixed.files.iter();
    let texts: Vec<String> = files
        .map(|file| format!("#- {}\n{}", file.path.strip_prefix("/p").unwrap(), file.after))
        .collect();
    texts.concat().replace('\r', "\\r")
}

#[test]
fn fixes_edit_units_and_scripts_where_they_are_written() {
    let out = fixed(&[
        ("flake.nix", &super::flake(&[("one", "a.nix")])),
        ("a.nix", IN_STRINGS),
        (
            "web.container",
            "[Container]\r\nImage=x\r\nPodmanArgs=--all --rm\r\nPodmanArgs=--all\r\nPodmanArgs=--rm \\\r\n  --all\r\n",
        ),
        (
            "run.sh",
            "podman run --all \\\n  --rm x\nargs=(--all --rm)\npodman run \"${args[@]}\" y\n",
        ),
        (
            ".devcontainer.json",
            "{ \"image\": \"x\", \"runArgs\": [\"--all\", \"--rm\"] }\n",
        ),
    ]);
    expect![[r##"
        #- .devcontainer.json
        { "image": "x", "runArgs": ["--rm"] }
        #- a.nix
        { pkgs, ... }: {
          environment.etc."containers/systemd/web.container".text = ''
            [Container]
            Image=x
            # nixpod: ignore[toy-flag] it is small
            PodmanArgs=--all
          '';
          systemd.services.run.script = ''
            # nixpod: ignore[toy-flag] by hand
            ${pkgs.podman}/bin/podman run \
              --all ${pkgs.x}
            podman run --all y # nixpod: ignore[toy-flag] and here
            podman run z
            podman run u
            # nixpod: ignore[toy-fag] a slip
            podman run v
          '';
          # nixpod: ignore[toy-flag] as a whole
          systemd.services.whole.script = "podman run --all w";
          environment.etc."README".text = ''
            # nixpod: ignore[toy-flag] is how one says it
            podman run --all
          '';
        }
        #- run.sh
        podman run \
          --rm x
        args=(--rm)
        podman run "${args[@]}" y
        #- web.container
        [Container]\r
        Image=x\r
        PodmanArgs=--rm\r
        PodmanArgs=--rm\r
    "##]]
    .assert_eq(&out);
}

/// A comment does not end what backslashes join, so what stands before it must.
#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn what_goes_takes_its_joint_along() {
    let out = fixed(&[
        (
            "a.container",
            "[Container]\nImage=x\nPodmanArgs=--rm \\\n  # why \\\n\n  --all\nNoNewPrivileges=true\n",
        ),
        (
            "b.container",
            "[Container]\r\nImage=x\r\nPodmanArgs=--rm \\\r\n; why\r\n  --all\r\nNoNewPrivileges=true\r\n",
        ),
        (
            "c.container",
            "[Container]\nImage=x\nPodmanArgs=--rm \\\n  --all \\\n  # why\n  --init\nNoNewPrivileges=true\n",
        ),
        ("flake.nix", &super::flake(&[("one", "d.nix")])),
        (
            "d.nix",
            r#"{
  environment.etc."containers/systemd/web.container".text = ''
    [Container]
    Image=x
    PodmanArgs=--rm \
      # why
      --all
    NoNewPrivileges=true
  '';
}
"#,
        ),
    ]);
    expect![[r##"
        #- a.container
        [Container]
        Image=x
        PodmanArgs=--rm
          # why \
        NoNewPrivileges=true
        #- b.container
        [Container]\r
        Image=x\r
        PodmanArgs=--rm\r
        ; why\r
        NoNewPrivileges=true\r
        #- c.container
        [Container]
        Image=x
        PodmanArgs=--rm \
          # why
          --init
        NoNewPrivileges=true
        #- d.nix
        {
          environment.etc."containers/systemd/web.container".text = ''
            [Container]
            Image=x
            PodmanArgs=--rm
              # why
            NoNewPrivileges=true
          '';
        }
    "##]]
    .assert_eq(&out);
}

fn targets(names: &[&str]) -> Vec<Utf8PathBuf> {
    names
        .iter()
        .map(|name| Utf8PathBuf::from(format!("/p/{name}")))
        .collect()
}

#[test]
fn a_file_that_is_named_has_what_it_has_in_the_project() {
    let (host, _) = host(&[
        ("flake.nix", &super::flake(&[("one", "a.nix")])),
        (
            "a.nix",
            r#"{ environment.etc."containers/systemd/web.container".source = ./web.container; }"#,
        ),
        ("web.container", UNIT),
        ("lone.container", UNIT),
        ("run.sh", "podman run --all x\n"),
        ("compose.yaml", "services: { }\n"),
    ]);
    let analysis = host.analysis();
    let mut out = String::new();
    for name in [
        "web.container",
        "lone.container",
        "run.sh",
        "compose.yaml",
        "none.container",
    ] {
        out.push_str(&format!("{name}:\n"));
        out.push_str(&render(&analysis, &analysis.check_with_fixes(&targets(&[name]))));
    }
    expect![[r#"
        web.container:
        web.container:3:12 `--all` high/high toy-flag: `web` uses `--all` [one]
          fix (safe): Remove `--all`
        lone.container:
        lone.container:3:12 `--all` high/high toy-flag: `lone` uses `--all` [.]
          fix (safe): Remove `--all`
        run.sh:
        run.sh:1:12 `--all` high/high toy-flag: `run.sh` uses `--all` [.]
          fix (safe): Remove `--all`
        gap /p/run.sh: `run.sh`: whether its engine runs as root is not known: nothing says who runs the script
        compose.yaml:
        none.container:
        unreadable /p/none.container: there is no such file
    "#]]
    .assert_eq(&out);
}

#[test]
fn a_buffer_is_read_instead_of_the_file() {
    let (mut host, fs) = host(&[("web.container", UNIT)]);
    let all = |host: &AnalysisHost| -> Report { host.analysis().check(&project()) };
    assert_eq!(all(&host).findings.len(), 1);
    host.set_buffer("/p/web.container".into(), Some(UNIT.replace("--all", "--tty")));
    assert_eq!(all(&host).findings.len(), 0);
    // One that is not on disk yet.
    host.set_buffer("/p/new.container".into(), Some(UNIT.to_owned()));
    let report = host.analysis().check(&targets(&["new.container"]));
    assert_eq!(report.findings.len(), 1, "{report:?}");
    host.set_buffer("/p/web.container".into(), None);
    host.set_buffer("/p/new.container".into(), None);
    assert_eq!(all(&host).findings.len(), 1);
    fs.write("/p/web.container", "[Container]\nImage=x\n");
    host.file_changed("/p/web.container".into());
    assert_eq!(all(&host).findings.len(), 0);
}

#[test]
fn a_file_outside_of_projects_is_told_by_the_folders_around_it() {
    let fs = Arc::new(MemoryFileSystem::new());
    let mut host = AnalysisHost::new(rules::RULES, fs);
    let json = "{ \"runArgs\": [\"--all\"] }";
    host.set_buffer(
        "/p/x/.devcontainer/devcontainer.json".into(),
        Some(json.to_owned()),
    );
    host.set_buffer(
        "/etc/containers/systemd/web.container".into(),
        Some(UNIT.to_owned()),
    );
    let analysis = host.analysis();
    let mut out = String::new();
    for path in [
        "/p/x/.devcontainer/devcontainer.json",
        "/etc/containers/systemd/web.container",
    ] {
        let report = analysis.check(&[path.into()]);
        out.push_str(&render(&analysis, &report));
    }
    expect![[r#"
        x/.devcontainer/devcontainer.json:1:16 `--all` high/high toy-flag: `devcontainer` uses `--all` [devcontainer.json]
        /etc/containers/systemd/web.container:3:12 `--all` high/high toy-flag: `web` uses `--all` [.]
    "#]]
    .assert_eq(&out);
}

#[test]
fn what_is_no_text_is_named_and_harms_nothing_else() {
    let fs = Arc::new(MemoryFileSystem::new());
    fs.write("/p/good.container", UNIT);
    fs.write(
        "/p/latin.container",
        b"# caf\xe9\n[Container]\nPodmanArgs=--all\n".to_vec(),
    );
    fs.write("/p/binary.sh", b"\x7fELF\0\0\0".to_vec());
    fs.write(
        "/p/nul.container",
        b"[Container]\nImage=x\0y\nPodmanArgs=--all\n".to_vec(),
    );
    fs.write(
        "/p/bom.container",
        b"\xef\xbb\xbf[Container]\r\nPodmanArgs=--all\r\nImage=x\r\n".to_vec(),
    );
    fs.write(
        "/p/cut/.devcontainer.json",
        "{ \"runArgs\": [\"--all\", /* ".to_owned(),
    );
    fs.write(
        "/p/bom/.devcontainer.json",
        "\u{feff}{ \"runArgs\": [\"--all\"] }".to_owned(),
    );
    fs.special("/p/pipe.sh");
    fs.link("/p/dangling.container", "/p/nowhere.container");
    fs.link("/p/linked.container", "/p/elsewhere/web.container");
    fs.write("/p/elsewhere/web.container", UNIT);
    let mut host = AnalysisHost::new(rules::RULES, fs);
    host.set_project("/p".into());
    let analysis = host.analysis();
    let mut all = project();
    all.extend(targets(&[
        "latin.container",
        "binary.sh",
        "pipe.sh",
        "none.container",
    ]));
    expect![[r#"
        bom/.devcontainer.json:1:17 `--all` high/high toy-flag: `bom` uses `--all` [bom/.devcontainer.json]
          fix (safe): Remove `--all`
        elsewhere/web.container:3:12 `--all` high/high toy-flag: `web` uses `--all` [.]
          fix (safe): Remove `--all`
        good.container:3:12 `--all` high/high toy-flag: `good` uses `--all` [.]
          fix (safe): Remove `--all`
        gap /p/binary.sh: the file is binary, not text
        gap /p/cut/.devcontainer.json: `cut/.devcontainer.json`: syntax error: Unterminated comment block
        gap /p/dangling.container: the link leads nowhere
        gap /p/latin.container: the file is not UTF-8 text
        gap /p/nul.container: the file is binary, not text
        unreadable /p/latin.container: is not UTF-8 text
        unreadable /p/binary.sh: is binary, not text
        unreadable /p/pipe.sh: is neither a file nor a directory
        unreadable /p/none.container: there is no such file
    "#]]
    .assert_eq(&render(&analysis, &analysis.check_with_fixes(&all)));
}
