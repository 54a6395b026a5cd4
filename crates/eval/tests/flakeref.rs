//! References to flakes, as Nix 2.26.3 takes them apart and puts them together with the feature `flakes` on.

use expect_test::{Expect, expect};
use nixpod_eval::{Evaluator, Limits, Source};
use nixpod_fixture::TestSource;
use nixpod_source::Utf8Path;

fn ours(text: &str) -> String {
    let source = TestSource::memory(&[("/t.nix", text)]);
    let mut ev = Evaluator::new(&source, Limits::default());
    let loaded = source.load(Utf8Path::new("/t.nix")).unwrap();
    let thunk = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
    match ev.force(thunk).and_then(|value| ev.print(&value)) {
        Ok(text) => text,
        Err(error) => format!("error: {}", error.message),
    }
}

fn check(calls: &[String], expect: Expect) {
    let all: Vec<String> = calls.iter().map(|call| ours(call)).collect();
    expect.assert_eq(&(all.join("\n") + "\n"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn texts_are_taken_apart() {
    let texts = [
        "github:NixOS/nixpkgs/23.05?dir=lib",
        "github:o/r/0123456789012345678901234567890123456789",
        "github:o/r?ref=x&host=h.org",
        "github:o/r/a/b",
        "github:o",
        "github:o/r#x",
        "gitlab:o%2Fg/r",
        "sourcehut:~u/r",
        "nixpkgs",
        "nixpkgs/23.05",
        "flake:nixpkgs/r/0123456789012345678901234567890123456789",
        "git+https://e.org/r.git?ref=m&dir=x&rev=0123456789012345678901234567890123456789&shallow=1",
        "git+https://e.org/r?revCount=4&lastModified=5&submodules=1",
        "git+file:///a/b",
        "git+ssh://git@h.org/u/r",
        "path:/a/b?dir=c",
        "path:./x",
        "/a/b",
        "./x",
        "",
        "https://e.org/a.tar.gz",
        "https://e.org/a?b=c",
        "tarball+https://e.org/a?narHash=sha256-x",
        "file+https://e.org/a",
        "hg+https://e.org/x",
        "foo://x",
    ];
    let calls: Vec<String> = texts
        .iter()
        .map(|text| format!("builtins.parseFlakeRef \"{text}\""))
        .collect();
    check(
        &calls,
        expect![[r#"
        { dir = "lib"; owner = "NixOS"; ref = "23.05"; repo = "nixpkgs"; type = "github"; }
        { owner = "o"; repo = "r"; rev = "0123456789012345678901234567890123456789"; type = "github"; }
        { host = "h.org"; owner = "o"; ref = "x"; repo = "r"; type = "github"; }
        { owner = "o"; ref = "a/b"; repo = "r"; type = "github"; }
        error: flake reference 'github:o' is not an absolute path
        error: unexpected fragment 'x' in flake reference 'github:o/r#x'
        { owner = "o"; ref = "r"; repo = "g"; type = "gitlab"; }
        { owner = "~u"; repo = "r"; type = "sourcehut"; }
        { id = "nixpkgs"; type = "indirect"; }
        { id = "nixpkgs"; ref = "23.05"; type = "indirect"; }
        { id = "nixpkgs"; ref = "r"; rev = "0123456789012345678901234567890123456789"; type = "indirect"; }
        { dir = "x"; ref = "m"; rev = "0123456789012345678901234567890123456789"; shallow = true; type = "git"; url = "https://e.org/r.git"; }
        { submodules = true; type = "git"; url = "https://e.org/r?lastModified=5&revCount=4"; }
        { type = "git"; url = "file:///a/b"; }
        { type = "git"; url = "ssh://git@h.org/u/r"; }
        { dir = "c"; path = "/a/b"; type = "path"; }
        { path = "./x"; type = "path"; }
        { path = "/a/b"; type = "path"; }
        error: flake reference './x' is not an absolute path
        error: flake reference '' is not an absolute path
        { type = "tarball"; url = "https://e.org/a.tar.gz"; }
        { type = "tarball"; url = "https://e.org/a?b=c"; }
        { narHash = "sha256-x"; type = "tarball"; url = "https://e.org/a"; }
        { type = "file"; url = "https://e.org/a"; }
        { type = "hg"; url = "https://e.org/x"; }
        error: input 'foo://x' is unsupported
    "#]],
    );
}

#[test]
fn sets_are_put_together() {
    let sets = [
        r#"{ type = "github"; owner = "o"; repo = "r"; ref = "m"; dir = "a b"; }"#,
        r#"{ type = "github"; owner = "o"; }"#,
        r#"{ type = "gitlab"; owner = "o"; repo = "r"; rev = "0123456789012345678901234567890123456789"; host = "h"; }"#,
        r#"{ type = "indirect"; id = "n"; ref = "m"; }"#,
        r#"{ type = "git"; url = "https://e.org/r"; ref = "m"; shallow = true; }"#,
        r#"{ type = "path"; path = "/a/b"; }"#,
        r#"{ type = "tarball"; url = "https://e.org/a.tgz"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }"#,
        r#"{ type = "zz"; }"#,
        r#"{ type = "path"; path = [ ]; }"#,
    ];
    let calls: Vec<String> = sets
        .iter()
        .map(|set| format!("builtins.flakeRefToString {set}"))
        .collect();
    check(
        &calls,
        expect![[r#"
        "github:o/r/m?dir=a%20b"
        error: input attribute 'repo' is missing
        "gitlab:o/r/0123456789012345678901234567890123456789"
        "flake:n/m"
        "git+https://e.org/r?ref=m&shallow=1"
        "path:/a/b"
        "https://e.org/a.tgz?narHash=sha256-47DEQpj8HBSa%2B/TImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D"
        error: cannot show unsupported input '{"type":"zz"}'
        error: flake reference attribute sets may only contain integers, Booleans, and strings, but attribute 'path' is a list
    "#]],
    );
}
