//! Scripts that nobody in their senses writes: bounded, and every place is where it is said to be.

use crate::{TextFile, read_texts};
use nixpod_model::{Fact, World};
use nixpod_source::{FileId, Origin};
use std::time::{Duration, Instant};

/// Reads a script, in a time that a slow machine has as well.
fn read(text: &str) -> World {
    let file = TextFile {
        path: "x.sh".to_owned(),
        place: "x.sh".to_owned(),
        file: FileId::project(0),
        text: text.to_owned(),
    };
    let begin = Instant::now();
    let world = read_texts("files", &[file]);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    world
}

/// The text of a place.
fn written<'t>(text: &'t str, origin: &Origin) -> &'t str {
    let place = origin.place().expect("it is written somewhere");
    let (from, to) = place.within.expect("in a text");
    text.get(from as usize..to as usize)
        .expect("a stretch of the text")
}

/// The bounds that were told.
fn told(world: &World) -> Vec<String> {
    world.not_analysed.iter().map(|gap| gap.why.to_string()).collect()
}

#[test]
fn ten_thousand_lines() {
    let text: String = (0..10_000).map(|at| format!("podman run i{at}\n")).collect();
    let world = read(&text);
    assert_eq!(world.containers.len(), 500);
    for (at, container) in world.containers.values().enumerate() {
        let image = container.image.as_ref().expect("it has one");
        let Fact::Set(said) = &image.fact else {
            panic!("{image:?}")
        };
        assert_eq!(
            said.reference.as_known().as_deref(),
            Some(written(&text, &image.origin))
        );
        assert!(at < 500);
    }
    assert!(
        told(&world).iter().any(|why| why.contains("more than 500 lines")),
        "{:?}",
        told(&world)
    );
}

#[test]
fn a_line_of_a_mebibyte() {
    let text = format!("podman run -e A={} --privileged img\n", "x".repeat(1 << 20));
    let world = read(&text);
    assert_eq!(world.containers.len(), 0);
    assert!(
        told(&world).iter().any(|why| why.contains("256 KiB")),
        "{:?}",
        told(&world)
    );
    // What is just below the bound is read.
    let text = format!("podman run -e A={} --privileged img\n", "x".repeat(250 << 10));
    let world = read(&text);
    let container = world.containers.values().next().expect("it is read");
    assert_eq!(written(&text, &container.privileged.origin), "--privileged");
    let text = format!("podman run {} img\n", "-v /a:/b ".repeat(20_000));
    let world = read(&text);
    assert_eq!(world.containers.len(), 1);
}

#[test]
fn what_is_never_closed() {
    for open in [
        "\"",
        "'",
        "$(",
        "`",
        "${",
        "$((",
        "<<EOF\n",
        "(",
        "{ ",
        "if x; then ",
        "case x in a) ",
        "a=(",
    ] {
        let text = format!("podman run --privileged one\n{open}podman run --privileged two\n");
        let world = read(&text);
        assert!(!world.containers.is_empty(), "{open}");
        let first = world.containers.values().next().expect("the first is whole");
        assert_eq!(
            written(&text, &first.origin),
            "podman run --privileged one",
            "{open}"
        );
    }
}

#[test]
fn nesting() {
    for (open, close) in [
        ("$(", ")"),
        ("\"$(", ")\""),
        ("`", "`"),
        ("( ", " )"),
        ("{ ", "; }"),
        ("${x:-", "}"),
        ("sh -c 'x' $(", ")"),
    ] {
        for depth in [50, 5_000, 20_000] {
            let text = format!(
                "podman run a\n{}podman run b{}\n",
                open.repeat(depth),
                close.repeat(depth)
            );
            let world = read(&text);
            assert!(!world.containers.is_empty(), "{open} {depth}");
        }
    }
    let mut text = "podman run --privileged img".to_owned();
    for _ in 0..12 {
        text = format!("sh -c {}", shell_quoted(&text));
    }
    read(&text);
    let text = format!("{}podman run img\n", "sudo ".repeat(100_000));
    read(&text);
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[test]
fn characters_that_are_no_words() {
    let text = "\u{feff}podman\trun\t--privileged \t img:1\r\npodman run -v /\u{e9}:/x \u{1f980}:2\r\npodman run a\0b --privileged\r\n";
    let world = read(text);
    let all: Vec<_> = world.containers.values().collect();
    assert_eq!(all.len(), 3);
    assert_eq!(written(text, &all[0].privileged.origin), "--privileged");
    let image = |at: usize| all[at].image.as_ref().map(|image| written(text, &image.origin));
    assert_eq!(image(0), Some("img:1"));
    assert_eq!(image(1), Some("\u{1f980}:2"));
    assert_eq!(written(text, &all[1].mounts[0].origin), "/\u{e9}:/x");
    assert_eq!(image(2), Some("a\0b"));
}

#[test]
fn variables_that_grow() {
    let mut text = "A=0123456789abcdef\n".to_owned();
    for _ in 0..30 {
        text.push_str("A=\"$A$A\"\n");
    }
    text.push_str("podman run $A\npodman run --privileged img\n");
    let world = read(&text);
    assert!(
        world
            .containers
            .values()
            .any(|container| container.privileged.said() == Some(&true))
    );
    let loops =
        "for a in 1 2 3 4 5 6 7 8 9; do ".repeat(9) + "podman run -v /$a:/$a img" + &"; done".repeat(9);
    let world = read(&loops);
    assert!(
        told(&world).iter().any(|why| why.contains("more than")),
        "{:?}",
        told(&world)
    );
}
