use super::parse;
use expect_test::{Expect, expect};
use nixpod_model::{Text, TextPart};
use nixpod_source::{ExprId, FileId, Origin, Place, Site, Why};
use smol_str::SmolStr;

/// A text of one literal; what stands between `«` and `»` is a hole of that name.
fn written(text: &str) -> (Text, String) {
    let mut out = Text::default();
    let mut source = String::new();
    for (at, piece) in text.split(['«', '»']).enumerate() {
        let start = source.len() as u32;
        source.push_str(piece);
        let origin = Origin::at(Place {
            site: Site {
                file: FileId::project(0),
                expr: ExprId(0),
            },
            within: Some((start, source.len() as u32)),
        });
        if at % 2 == 1 {
            let why = Why::named(piece);
            out.parts.push(TextPart::Hole { why, origin });
        } else if !piece.is_empty() {
            out.parts.push(TextPart::Known {
                text: SmolStr::from(piece),
                origin,
            });
        }
    }
    (out, source)
}

fn at(source: &str, origin: &Origin) -> String {
    let within = origin.place().and_then(|place| place.within);
    let (start, end) = within.expect("every stretch has a place");
    format!("{:?}", &source[start as usize..end as usize])
}

#[track_caller]
fn check(text: &str, expected: Expect) {
    let (text, source) = written(text);
    let unit = parse(&text);
    let mut out = String::new();
    for section in &unit.sections {
        out.push_str(&format!(
            "[{}] <- {}\n",
            section.name,
            at(&source, &section.origin)
        ));
        for entry in &section.entries {
            let pieces: Vec<String> = entry
                .value
                .parts
                .iter()
                .map(|part| match part {
                    TextPart::Known { origin, .. } | TextPart::Hole { origin, .. } => at(&source, origin),
                })
                .collect();
            out.push_str(&format!(
                "{} = {:?} <- {}: {}\n",
                entry.key,
                entry.value.display(),
                at(&source, &entry.origin),
                pieces.join(" ")
            ));
        }
    }
    for problem in &unit.problems {
        out.push_str(&format!("{} <- {}\n", problem.what, at(&source, &problem.origin)));
    }
    if let Some((why, origin)) = &unit.open {
        out.push_str(&format!("open: {why} <- {}\n", at(&source, origin)));
    }
    expected.assert_eq(&out);
}

#[test]
fn sections_keys_and_comments() {
    check(
        "# A comment\n[Unit]\nDescription = web = a\n; another\n[Container] \n  Image=a/b\nEnvironment=A=b\n[Unit]\nAfter=x\nEmpty=\n",
        expect![[r#"
            [Unit] <- "Unit"
            Description = "web = a" <- "Description": "web = a"
            After = "x" <- "After": "x"
            Empty = "" <- "Empty": 
            [Container] <- "Container"
            Image = "a/b" <- "Image": "a/b"
            Environment = "A=b" <- "Environment": "A=b"
        "#]],
    );
}

#[test]
fn lines_that_go_on() {
    check(
        "[Container]\nExec=run \\\n  # not a part\n\n  --a\\\n--b\nIm\\\nage=x\nLast=end\\",
        expect![[r#"
            [Container] <- "Container"
            Exec = "run --a--b" <- "Exec": "run " "--a" "--b"
            Image = "x" <- "Im": "x"
            Last = "end" <- "Last": "end"
        "#]],
    );
    check(
        "[Container]\nExec=run \\\n# nothing\n",
        expect![[r#"
        [Container] <- "Container"
        `Exec=run` goes on, but nothing follows <- "Exec=run "
    "#]],
    );
}

#[test]
fn what_is_not_known() {
    check(
        "[Container]\nImage=«image»:1\nVolume=/a:«x»/b\n«more»\n«key»=b\n[«name»]\nUser=0\n",
        expect![[r#"
            [Container] <- "Container"
            Image = "${image}:1" <- "Image": "image" ":1"
            Volume = "/a:${x}/b" <- "Volume": "/a:" "x" "/b"
            [￼] <- "name"
            User = "0" <- "User": "0"
            open: `more` comes from outside <- "more"
        "#]],
    );
}

#[test]
fn what_podman_refuses() {
    check(
        "Image=early\n[Container]\nImage\n=b\n[Open\n[]\n[a]b\nTab\t=\tc\n",
        expect![[r#"
            [Container] <- "Container"
            Tab = "c" <- "Tab": "c"
            `Image` stands before the first section <- "Image"
            `Image` is no section, no key and no comment <- "Image"
            `=b` is no section, no key and no comment <- "=b"
            `[Open` is no section, no key and no comment <- "[Open"
            `[]` is no section, no key and no comment <- "[]"
            `[a]b` is no section, no key and no comment <- "[a]b"
        "#]],
    );
}

#[test]
fn other_line_ends_and_bytes() {
    check(
        "[Container]\r\nExec=a \\\r\n  b\r\nImage=c\u{0}d\r\n",
        expect![[r#"
        [Container] <- "Container"
        Exec = "a b" <- "Exec": "a " "b"
        Image = "c\0d" <- "Image": "c\0d"
    "#]],
    );
    check(
        "\u{feff}[Container]\nImage=a\n",
        expect![[r#"
        `﻿[Container]` is no section, no key and no comment <- "\u{feff}[Container]"
    "#]],
    );
    check("", expect![[r#""#]]);
}

#[test]
fn an_empty_value_takes_back_what_stands_before() {
    let unit = parse(&Text::known(
        "[Container]\nVolume=/a:/a\nVolume=\nVolume=/b:/b\nVolume=/c:/c\nImage=x\nImage=\n",
        Origin::default(),
    ));
    let shown: Vec<String> = unit
        .values("Container", "Volume")
        .iter()
        .map(|one| one.value.display())
        .collect();
    assert_eq!(shown, ["/b:/b", "/c:/c"]);
    let image = unit.last("Container", "Image").map(|one| one.value.display());
    assert_eq!(image.as_deref(), Some(""));
}

/// Twice as many lines take about twice as long; a test that runs for minutes tells if not.
#[test]
fn long_texts() {
    let line = "Volume=/a:/b\\\n  :ro\n";
    let text = format!("[Container]\n{}", line.repeat(100_000));
    let unit = parse(&Text::known(text, Origin::default()));
    assert_eq!(unit.values("Container", "Volume").len(), 100_000);
    let pieces = (0..100_000).map(|_| TextPart::Known {
        text: line.into(),
        origin: Origin::default(),
    });
    let text = Text {
        parts: pieces.collect(),
        context: Vec::new(),
    };
    assert_eq!(parse(&text).problems.len(), 64);
}
