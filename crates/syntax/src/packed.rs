//! Lowered files as bytes.
//!
//! Parsing the prelude takes longer than checking a small file, so that build scripts lower it once and the program
//! only unpacks it. The format is that of one build: it is never kept or exchanged.

use crate::Hir;

/// The bytes of a lowered file.
///
/// # Errors
/// What does not fit the format; lowered files always do.
pub fn pack(hir: &Hir) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_stdvec(hir)
}

/// The lowered file of these bytes.
///
/// # Errors
/// Bytes that [`pack`] did not write.
pub fn unpack(bytes: &[u8]) -> Result<Hir, postcard::Error> {
    postcard::from_bytes(bytes)
}

/// For build scripts: lowers and packs a text that has no mistakes.
///
/// # Errors
/// What is wrong with its syntax.
pub fn compile(text: &str) -> Result<Vec<u8>, String> {
    let parsed = crate::parse(text);
    match parsed.errors.first() {
        Some(error) => Err(format!("{error:?}")),
        None => pack(&parsed.hir).map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};

    #[test]
    fn packing_keeps_everything() {
        let text = r#"{ lib, x ? 1.5, ... }@all: with lib; let inherit (all) y; in rec {
            a.b = "t${toString x}\n"; ${y} = ./p/${y}.nix; c = <n> + ~/h; d = -x or 2; e = [ (!y) __curPos ];
            f = if all ? a.b then assert x == 1; a else y // { z = x -> y; };
        }"#;
        let parsed = crate::parse(text);
        assert_eq!(parsed.errors, []);
        let bytes = pack(&parsed.hir).unwrap();
        assert_eq!(unpack(&bytes).unwrap(), *parsed.hir);
        assert!(unpack(&bytes[..bytes.len() / 2]).is_err());
    }
}
