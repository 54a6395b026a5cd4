//! Inputs of flakes: which sources are read, and what is said of those that are not there. With the real evaluator.

use crate::host::AnalysisHost;
use crate::vfs::memory::MemoryFileSystem;
use expect_test::{Expect, expect};
use std::fmt::Write as _;
use std::sync::Arc;

/// Hashes of archives, and where real Nix 2.26.3 keeps the sources (`nix-store --print-fixed-path --recursive`).
const ONE: (&str, &str) = (
    "sha256-X49hRgodOmR9xoWQ2uEoYux+qIrtGGqG5i4ojx8Kur8=",
    "/nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source",
);
const TWO: (&str, &str) = (
    "sha256-GjH5D9HmZkzawgfQB9/DWNdXT+cXX7qyrGLVd6yYY1c=",
    "/nix/store/19jn0165xn1wkm7mbys2ck5a8023cp2i-source",
);

/// A disk with a project at `/p` and whatever else has an absolute path.
fn disk(files: &[(&str, &str)]) -> Arc<MemoryFileSystem> {
    let fs = Arc::new(MemoryFileSystem::new());
    for (path, text) in files {
        let text = text
            .replace("HASH1", ONE.0)
            .replace("HASH2", TWO.0)
            .replace("STORE1", ONE.1);
        let path = path.replace("STORE1", ONE.1).replace("STORE2", TWO.1);
        if path.starts_with('/') {
            fs.write(path, text);
        } else {
            fs.write(format!("/p/{path}"), text);
        }
    }
    fs
}

/// Hosts with their containers' flags and what was not seen.
fn describe(fs: Arc<MemoryFileSystem>) -> String {
    let mut host = AnalysisHost::new(&[], fs);
    host.set_project("/p".into());
    let analysis = host.analysis();
    let report = analysis.show(&["/p".into()]);
    let mut out = String::new();
    for root in &report.roots {
        let world = if root.closed_world { "closed" } else { "open" };
        let _ = writeln!(
            out,
            "{}: {world}, {} modules, missing: {}",
            root.name,
            root.modules,
            root.missing_inputs.join(" ")
        );
    }
    for container in &report.containers {
        let flags = container.facts.iter();
        let flags = flags.filter(|fact| fact.name.starts_with("flag"));
        let flags: String = flags
            .map(|fact| match (&fact.value, &fact.reason) {
                (Some(value), _) => format!("{value:?} "),
                (None, reason) => format!("«{}» ", reason.as_deref().unwrap_or_default()),
            })
            .collect();
        let flags = format!("[ {flags}]");
        let place = container.span.map(|span| analysis.path(span.file));
        let _ = writeln!(
            out,
            "{} on {} ({}): {flags}",
            container.name,
            container.host,
            place.unwrap_or_default()
        );
    }
    for gap in &report.not_analysed {
        let place = gap.span.map(|span| analysis.path(span.file));
        let _ = writeln!(out, "gap {}: {}", place.unwrap_or_default(), gap.reason);
    }
    let _ = write!(out, "{} files", report.files);
    out
}

#[expect(clippy::needless_pass_by_value, reason = "as expect-test is always called")]
fn check(files: &[(&str, &str)], expected: Expect) {
    expected.assert_eq(&describe(disk(files)));
}

const FLAKE: &str = r#"{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.base.url = "github:someone/base";
  outputs = { nixpkgs, base, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ base.nixosModules.default ]; };
  };
}"#;

const LOCK: &str = r#"{
  "nodes": {
    "base": {
      "inputs": { "nixpkgs": [ "nixpkgs" ], "more": "more_2", "same": [ "base", "more" ], "outer": [] },
      "locked": { "narHash": "HASH1", "owner": "someone", "repo": "base", "type": "github" },
      "original": { "owner": "someone", "repo": "base", "type": "github" }
    },
    "more_2": {
      "flake": false,
      "locked": { "narHash": "HASH2", "owner": "someone", "repo": "more", "type": "github" },
      "original": { "owner": "someone", "repo": "more", "type": "github" }
    },
    "nixpkgs": {
      "locked": { "narHash": "HASH2", "owner": "NixOS", "repo": "nixpkgs", "type": "github" },
      "original": { "owner": "NixOS", "ref": "nixos-25.05", "repo": "nixpkgs", "type": "github" }
    },
    "root": { "inputs": { "nixpkgs": "nixpkgs", "base": "base" } }
  },
  "root": "root",
  "version": 7
}"#;

/// The flake of the input: what it takes from its own inputs shows in the container's flags.
const BASE: &str = r#"{
  inputs.more.url = "github:someone/more";
  outputs = { self, nixpkgs, more, same, outer }: {
    nixosModules.default = { config, ... }: {
      containers.db.extraFlags = nixpkgs.lib.concatLists [
        (import "${more}/flags.nix") (import (same + "/flags.nix")) outer.flags
        [ "${config.networking.hostName}" ]
      ];
    };
  };
}"#;

#[test]
fn a_locked_input_that_is_on_this_machine_is_read() {
    let outer = FLAKE.replace("base, ... }: {", "base, ... }: { flags = [ \"outer\" ];");
    check(
        &[
            ("flake.nix", &outer),
            ("flake.lock", LOCK),
            ("STORE1/flake.nix", BASE),
            ("STORE2/flags.nix", r#"[ "more" ]"#),
        ],
        expect![[r#"
            web: closed, 1 modules, missing: 
            db on web (/nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/flake.nix): [ "more" "more" "outer" "nixos" ]
            1 files"#]],
    );
}

#[test]
fn an_input_that_is_not_there_has_a_name_and_opens_the_world() {
    check(
        &[("flake.nix", FLAKE), ("flake.lock", LOCK)],
        expect![[r#"
            web: open, 0 modules, missing: base
            gap /p/flake.nix: `module`: `inputs.base.nixosModules.default` comes from outside
            1 files"#]],
    );
}

#[test]
fn a_lock_of_an_older_version_is_read_and_one_of_an_unknown_is_not() {
    for (version, expected) in [("5", true), ("6", true), ("7", true), ("4", false), ("8", false)] {
        let lock = LOCK.replace("\"version\": 7", &format!("\"version\": {version}"));
        let out = describe(disk(&[
            ("flake.nix", FLAKE),
            ("flake.lock", &lock),
            ("STORE1/flake.nix", BASE),
        ]));
        assert_eq!(out.contains("db on web"), expected, "version {version}:\n{out}");
    }
}

#[test]
fn only_the_tree_of_the_input_is_read() {
    let base = r#"{
  outputs = _: {
    nixosModules.default = {
      imports = [ ./inside.nix ../other/outside.nix "${../../../etc}/outside.nix" ./link.nix ];
      containers.db.extraFlags = [ (builtins.readFile /etc/passwd) ];
    };
  };
}"#;
    let fs = disk(&[
        ("flake.nix", FLAKE),
        ("flake.lock", LOCK),
        ("STORE1/flake.nix", base),
        ("STORE1/inside.nix", "{ containers.inside = { }; }"),
        ("/nix/store/other/outside.nix", "{ containers.outside = { }; }"),
        ("/etc/outside.nix", "{ containers.outside = { }; }"),
        ("/etc/passwd", "root"),
    ]);
    fs.link(format!("{}/link.nix", ONE.1), "/etc/outside.nix");
    expect![[r#"
        web: open, 2 modules, missing: 
        db on web (/nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/flake.nix): [ «`/etc/passwd` lies outside the project» ]
        inside on web (/nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/inside.nix): [ ]
        gap /nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/flake.nix: `module`: `/nix/store/other/outside.nix` lies outside the project
        gap /nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/flake.nix: `module`: `/etc/outside.nix` lies outside the project
        gap /nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/flake.nix: `module`: `/nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/link.nix` leads out of the project by a symbolic link
        gap /nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/flake.nix: `containers.db`: how its users map to those of the host, which network it has, which options it is started with and who owns its files are not known: `/etc/passwd` lies outside the project
        1 files"#]].assert_eq(&describe(fs));
}

#[test]
fn a_store_path_that_is_a_link_is_not_read() {
    let fs = disk(&[
        ("flake.nix", FLAKE),
        ("flake.lock", LOCK),
        ("/elsewhere/flake.nix", BASE),
    ]);
    fs.link(ONE.1, "/elsewhere");
    let out = describe(fs);
    assert!(!out.contains("db on web"), "{out}");
}

#[test]
fn what_another_host_may_read_is_not_read_by_name() {
    // The stray file names the very store path that the flake's input lies at.
    check(
        &[
            ("flake.nix", FLAKE),
            ("flake.lock", LOCK),
            (
                "STORE1/flake.nix",
                "{ outputs = _: { nixosModules.default = { }; }; }",
            ),
            ("STORE1/inside.nix", "{ containers.inside = { }; }"),
            (
                "stray.nix",
                "{ imports = [ STORE1/inside.nix ]; containers.stray = { }; }",
            ),
        ],
        expect![[r#"
            web: closed, 1 modules, missing: 
            stray.nix: open, 1 modules, missing: 
            stray on stray.nix (/p/stray.nix): [ ]
            gap /p/stray.nix: `module`: `/nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/inside.nix` lies outside the project
            2 files"#]],
    );
}

#[test]
fn a_well_known_input_is_recognised_by_its_repository() {
    let flake = r#"{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.secrets.url = "github:Mic92/sops-nix";
  inputs.mine.url = "github:someone/mine";
  outputs = { nixpkgs, secrets, mine, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ secrets.nixosModules.sops { containers.a = { }; } ]; };
    nixosConfigurations.lab = nixpkgs.lib.nixosSystem { modules = [ mine.nixosModules.sops { containers.a = { }; } ]; };
  };
}"#;
    check(
        &[("flake.nix", flake)],
        expect![[r#"
            lab: open, 1 modules, missing: mine
            web: closed, 1 modules, missing: secrets
            a on lab (/p/flake.nix): [ ]
            a on web (/p/flake.nix): [ ]
            gap /p/flake.nix: `module`: `inputs.mine.nixosModules.sops` comes from outside
            1 files"#]],
    );
}

#[test]
fn inputs_that_follow_one_another_end() {
    let lock = r#"{
  "nodes": { "root": { "inputs": { "a": [ "b" ], "b": [ "a", "b" ], "nixpkgs": [ "nixpkgs" ], "itself": [] } } },
  "root": "root",
  "version": 7
}"#;
    let flake = r#"{
  inputs.a.follows = "b";
  inputs.b.follows = "a";
  inputs.packages.follows = "home/nixpkgs";
  inputs.itself.follows = "";
  outputs = { self, packages, a, itself, ... }: {
    flags = [ "flag" ];
    nixosConfigurations.web = packages.lib.nixosSystem {
      modules = [ { containers.a.extraFlags = itself.flags ++ [ a.flag ]; } ];
    };
  };
}"#;
    check(
        &[("flake.nix", flake), ("flake.lock", lock)],
        expect![[r#"
            web: closed, 1 modules, missing: 
            a on web (/p/flake.nix): [ "flag" «`inputs.b.flag` comes from outside» ]
            gap /p/flake.nix: `containers.a`: how its users map to those of the host, which network it has, which options it is started with and who owns its files are not known: `inputs.b.flag` comes from outside
            1 files"#]],
    );
}

#[test]
fn flakes_below_the_project_are_read_however_they_are_named() {
    let flake = r#"{
  inputs.nixpkgs.url = "nixpkgs";
  inputs.a.url = "path:./parts/a";
  inputs.b.url = "./parts/b?dir=inner";
  inputs.c = { type = "path"; path = "./parts/c"; flake = false; };
  inputs.d.url = "path:/p/parts/a";
  inputs.e.url = "path:../outside";
  outputs = { nixpkgs, a, b, c, d, e, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem {
      modules = [ a.module b.module "${c}/module.nix" { containers.d.extraFlags = d.flags; } { containers.e.extraFlags = e.flags; } ];
    };
  };
}"#;
    check(
        &[
            ("flake.nix", flake),
            (
                "parts/a/flake.nix",
                r#"{ outputs = _: { module.containers.a.extraFlags = [ "a" ]; flags = [ "d" ]; }; }"#,
            ),
            (
                "parts/b/inner/flake.nix",
                r#"{ outputs = _: { module = ../module.nix; }; }"#,
            ),
            ("parts/b/module.nix", r#"{ containers.b.extraFlags = [ "b" ]; }"#),
            ("parts/c/module.nix", r#"{ containers.c.extraFlags = [ "c" ]; }"#),
            ("/outside/flake.nix", r#"{ outputs = _: { flags = [ "e" ]; }; }"#),
        ],
        expect![[r#"
            web: closed, 5 modules, missing: 
            a on web (/p/parts/a/flake.nix): [ "a" ]
            b on web (/p/parts/b/module.nix): [ "b" ]
            c on web (/p/parts/c/module.nix): [ "c" ]
            d on web (/p/flake.nix): [ "d" ]
            e on web (/p/flake.nix): [ «`inputs.e.flags` comes from outside» ]
            gap /p/flake.nix: `containers.e`: how its users map to those of the host, which network it has, which options it is started with and who owns its files are not known: `inputs.e.flags` comes from outside
            5 files"#]],
    );
}

#[test]
fn relative_inputs_of_inputs_are_found_through_the_lock_of_the_whole() {
    let lock = r#"{
  "nodes": {
    "part": {
      "inputs": { "base": "base", "sub": "sub" },
      "locked": { "path": "./part", "type": "path" },
      "original": { "path": "./part", "type": "path" },
      "parent": []
    },
    "sub": {
      "locked": { "path": "sub", "type": "path" },
      "original": { "path": "sub", "type": "path" },
      "parent": [ "part" ]
    },
    "base": {
      "locked": { "narHash": "HASH1", "dir": "flake", "owner": "someone", "repo": "base", "type": "github" },
      "original": { "owner": "someone", "repo": "base", "type": "github" }
    },
    "root": { "inputs": { "part": "part", "nixpkgs": "nixpkgs" } }
  },
  "root": "root",
  "version": 7
}"#;
    let flake = r#"{
  inputs.nixpkgs.url = "nixpkgs";
  inputs.part.url = "path:./part";
  outputs = { nixpkgs, part, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ part.module ]; };
  };
}"#;
    let part = r#"{
  inputs.sub.url = "path:sub";
  inputs.base.url = "github:someone/base?dir=flake";
  outputs = { base, sub, ... }: { module.containers.a.extraFlags = base.flags ++ sub.flags; };
}"#;
    check(
        &[
            ("flake.nix", flake),
            ("flake.lock", lock),
            ("part/flake.nix", part),
            (
                "part/sub/flake.nix",
                r#"{ outputs = _: { flags = [ "sub" ]; }; }"#,
            ),
            (
                "STORE1/flake/flake.nix",
                r#"{ outputs = _: { flags = [ "base" ]; }; }"#,
            ),
        ],
        expect![[r#"
            web: closed, 1 modules, missing: 
            a on web (/p/part/flake.nix): [ "base" "sub" ]
            3 files"#]],
    );
}

#[test]
fn findings_in_inputs_have_no_fixes_and_mistakes_there_are_theirs() {
    let base =
        "{ outputs = _: { nixosModules.default = { imports = [ ./broken.nix ]; containers.db = { }; }; }; }";
    let fs = disk(&[
        ("flake.nix", FLAKE),
        ("flake.lock", LOCK),
        ("STORE1/flake.nix", base),
        ("STORE1/broken.nix", "{ a = 1 }"),
    ]);
    let mut host = AnalysisHost::new(super::rules::RULES, fs);
    host.set_project("/p".into());
    let analysis = host.analysis();
    expect![[r#"
        /nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/flake.nix:1:82 `db` medium/high toy-absent: `db` is not isolated [web]
        gap /nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source/broken.nix: the file of an input has a syntax error
    "#]].assert_eq(&super::render(&analysis, &analysis.check_with_fixes(&["/p".into()])));
}
