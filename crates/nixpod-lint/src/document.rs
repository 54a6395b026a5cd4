//! Documents in JSON, written piece by piece: one that has hundreds of thousands of findings is as large as the analysed
//! code can make it, and must not be in memory as well.

use crate::runner::defuse_json;
use crate::streams::unless_broken_pipe;
use nixpod_analysis::visible;
use serde::{Serialize, Serializer};
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};
use std::io::{self, BufWriter, Write};

/// A list whose elements are made when they are written.
pub(crate) struct Each<F>(pub(crate) F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator,
    I::Item: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// Writes a document with a last line break. Every character of its texts is seen, and none is a command for GitHub's
/// runner, if one listens.
///
/// # Errors
/// What the writer fails with, but not that nobody reads any more.
pub(crate) fn write(document: &impl Serialize, out: impl Write, is_runner: bool) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let formatter = Visible {
        pretty: PrettyFormatter::new(),
        is_runner,
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    let written = document.serialize(&mut serializer).map_err(io::Error::from);
    unless_broken_pipe(
        written
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush()),
    )
}

/// `serde_json`'s own layout, with what has to be escaped beyond JSON's rules.
struct Visible {
    pretty: PrettyFormatter<'static>,
    is_runner: bool,
}

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let fragment = visible::json(fragment);
        let fragment = match self.is_runner {
            true => defuse_json(&fragment),
            false => (*fragment).into(),
        };
        writer.write_all(fragment.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.pretty.write_char_escape(writer, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn written(document: &impl Serialize, is_runner: bool) -> String {
        let mut out = Vec::new();
        write(document, &mut out, is_runner).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn it_is_what_serde_json_writes() {
        let document =
            json!({ "a": [1, "x\"\\\n\u{1}ü"], "b": [], "c": {}, "d": null, "e": { "f": [[true]] } });
        let expected = serde_json::to_string_pretty(&document).unwrap() + "\n";
        assert_eq!(written(&document, false), expected);
        let numbers = written(&Each(|| (0..2).map(|n| n * n)), false);
        assert_eq!(numbers, "[\n  0,\n  1\n]\n");
        assert_eq!(written(&Each(std::iter::empty::<u8>), false), "[]\n");
    }

    #[test]
    fn what_is_hidden_or_an_order_is_escaped_and_stays_the_same() {
        let document = json!({ "a\u{200b}": "\u{202e}##[error]x\"##[group]" });
        let text = written(&document, true);
        assert!(
            !text.contains("##[") && !text.contains(['\u{202e}', '\u{200b}']),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
    }
}
