//! The reader against a real bash, on lines made at random: both must come to the same words.

use crate::vocabulary::shell::follow;
use nixpod_model::Text;
use nixpod_source::Origin;
use std::process::Command;

/// Scripts, and lines in each.
const SCRIPTS: u64 = 60;
const LINES: usize = 80;

/// What every script begins with: its commands say their words, each with a NUL behind it.
const BEFORE: &str = "set -f +B\np() { printf '%s\\0' \"$#\" \"$@\"; }\nA=one B='two  words' C=\"$A/$B\" E=\n\
    arr=(x 'y z' \"$A\")\narr+=(\"\" last)\nnone=()\n";

/// Numbers that follow from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % count
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

#[expect(clippy::too_many_lines, reason = "mostly a table")]
fn word(numbers: &mut Numbers, out: &mut String) {
    for _ in 0..=numbers.below(3) {
        match numbers.below(12) {
            0..=2 => out.push_str(numbers.one(&[
                "a",
                "-v",
                "--name=",
                "/srv:/x:ro",
                "é",
                "=",
                "x#y",
                "]",
                "1",
                "@",
                "%h",
                "a,b",
                "+",
                "!x",
            ])),
            3 => {
                let inner = numbers.one(&[
                    "b c", "$A", "\"", "\\", "a\nb", "", "#", "`x`", "ü", "$(x)", ";|&",
                ]);
                out.push_str(&format!("'{inner}'"));
            }
            4 | 5 => {
                out.push('"');
                for _ in 0..numbers.below(4) {
                    out.push_str(numbers.one(&[
                        "d e",
                        "\\\"",
                        "\\\\",
                        "\\$A",
                        "\\`",
                        "\\n",
                        "'",
                        "$A:",
                        "${B}",
                        "${E:-f g}",
                        "${A:+h}",
                        "#",
                        "\n",
                        "\\\n",
                        "$ ",
                        "${A:-}",
                        "é",
                        "(",
                        ";",
                        "${E}",
                        "${A:-\"q\"}",
                    ]));
                }
                out.push('"');
            }
            6 => out.push_str(numbers.one(&[
                "\\ ", "\\\"", "\\'", "\\$", "\\\\", "\\a", "\\#", "\\;", "\\\n", "\\é", "\\(",
            ])),
            7 => out.push_str(numbers.one(&[
                "$A/",
                "${A}",
                "$B.",
                "${B}",
                "$E:",
                "${E:-x y}",
                "${A:-no}",
                "${A:+yes}",
                "${E:+no}",
            ])),
            8 => out.push_str(numbers.one(&[
                "$'a\\tb'",
                "$'\\''",
                "$'\\x41\\u00e9\\101'",
                "$'\\\\n'",
                "$''",
                "$'\\q'",
                "$\"r s\"",
            ])),
            9 => out.push_str(numbers.one(&[
                "\"${arr[@]}\"",
                "${arr[@]}",
                "\"${none[@]}\"",
                "$arr/",
                "\"$arr\"",
                "\"a${arr[@]}b\"",
                "${none[@]}",
            ])),
            10 => out.push_str("\"\""),
            _ => out.push_str(numbers.one(&["x=y", "{}", "{a}", "a{", "}b", "if", "done", "[x]"])),
        }
    }
}

fn command(numbers: &mut Numbers, out: &mut String) {
    out.push('p');
    for _ in 0..numbers.below(5) {
        out.push_str(numbers.one(&[" ", "  ", "\t", " \\\n "]));
        word(numbers, out);
    }
    out.push_str(numbers.one(&["", "", " ", " >/dev/fd/1", " 2>/dev/null", " </dev/null"]));
}

fn line(numbers: &mut Numbers) -> String {
    let mut out = String::new();
    match numbers.below(14) {
        0 => {
            out.push_str("if true; then ");
            command(numbers, &mut out);
            out.push_str("; else false; fi");
        }
        1 => {
            out.push_str("for D in u 'v w' \"$A\"\ndo ");
            command(numbers, &mut out);
            out.push_str("; p \"$D\" $D; done");
        }
        2 => {
            out.push_str("cat >/dev/null <<EOF\np no \" $(\nEOF\n");
            command(numbers, &mut out);
        }
        3 => {
            out.push_str("A+=x arr+=('n m')\n");
            command(numbers, &mut out);
        }
        4 => {
            out.push_str("{ ");
            command(numbers, &mut out);
            out.push_str("; }; ( ");
            command(numbers, &mut out);
            out.push_str(" )");
        }
        5 => {
            out.push_str("true && ");
            command(numbers, &mut out);
            out.push_str(" && ");
            command(numbers, &mut out);
        }
        6 => {
            out.push_str("case x in (y) false ;; x|z) ");
            command(numbers, &mut out);
            out.push_str(" ;; esac");
        }
        7 => {
            out.push_str("f() { p \"$1\" \"$@\"; }; f ");
            word(numbers, &mut out);
        }
        8 => {
            out.push_str("A=");
            word(numbers, &mut out);
            out.push_str("\np \"$A\" $A; A=one");
        }
        _ => command(numbers, &mut out),
    }
    out.push_str(numbers.one(&["\n", "\n", " # c 'd\n", ";\n", "\n\n"]));
    out
}

/// The words of all commands `p`, as bash comes to them.
fn of_bash(script: &str) -> Option<Vec<Vec<String>>> {
    let output = Command::new("bash").arg("-c").arg(script).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut words = said.split_terminator('\0').map(str::to_owned);
    let mut all = Vec::new();
    while let Some(count) = words.next() {
        let count: usize = count.parse().expect("a number of words");
        all.push(words.by_ref().take(count).collect());
    }
    Some(all)
}

/// The same as the reader comes to them.
fn of_reader(script: &str) -> Vec<Vec<String>> {
    // Its function is none of the script's own for the reader: a command is told that is not gone into.
    let script = script.replace("p() {", "ppp() {");
    let followed = follow(&Text::known(script, Origin::default()), |program| program == "p");
    assert_eq!(followed.stopped, None);
    let words =
        |line: &crate::vocabulary::shell::Line| line.words.iter().map(|word| word.text.display()).collect();
    followed.lines.iter().map(words).collect()
}

#[test]
fn words_are_those_of_bash() {
    let is_there = Command::new("bash").arg("--version").output().is_ok();
    assert!(
        is_there || std::env::var("CI").as_deref() != Ok("true"),
        "CI must have bash"
    );
    if !is_there {
        return;
    }
    for seed in 1..=SCRIPTS {
        let mut numbers = Numbers(seed);
        let lines: Vec<String> = (0..LINES).map(|_| line(&mut numbers)).collect();
        let whole = format!("{BEFORE}{}", lines.concat());
        let expected = of_bash(&whole).expect("bash runs");
        let found = of_reader(&whole);
        let differs = (0..expected.len().max(found.len())).find(|at| expected.get(*at) != found.get(*at));
        if let Some(at) = differs {
            // The shortest beginning of the script that shows it.
            let shown = (1..=lines.len()).find_map(|count| {
                let part = format!("{BEFORE}{}", lines[..count].concat());
                (of_bash(&part) != Some(of_reader(&part))).then(|| lines[count - 1].clone())
            });
            panic!(
                "seed {seed}: bash has {:?}, the reader {:?}\n{}",
                expected.get(at),
                found.get(at),
                shown.unwrap_or_default()
            );
        }
    }
}
