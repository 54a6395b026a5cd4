//! Paths in the store, computed from what they are made of.

use super::hash::{base16, nix32, parse_hash, sha256};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Where the store is.
pub(crate) const STORE: &str = "/nix/store/";

pub(crate) fn placeholder(output: &str) -> String {
    format!("/{}", nix32(&sha256(format!("nix-output:{output}").as_bytes())))
}

/// The store path of a kind of thing, from the hash that identifies it (in base 16).
pub(crate) fn store_path(kind: &str, hash: &str, name: &str) -> String {
    let full = sha256(format!("{kind}:sha256:{hash}:/nix/store:{name}").as_bytes());
    // The hash is folded to 20 bytes.
    let mut folded = [0u8; 20];
    for (at, byte) in full.iter().enumerate() {
        folded[at % 20] ^= byte;
    }
    format!("{STORE}{}-{name}", nix32(&folded))
}

/// Where the store keeps a fetched source, from the hash of its archive as a lock file gives it.
pub fn source_path(nar_hash: &str) -> Option<String> {
    let (algorithm, hash) = parse_hash(nar_hash, Some("sha256")).ok()?;
    (algorithm == "sha256").then(|| store_path("source", &base16(&hash), "source"))
}

/// The store path of a text file that refers to other store paths.
pub(crate) fn text_path(name: &str, text: &str, references: &BTreeSet<SmolStr>) -> String {
    let mut kind = "text".to_owned();
    for path in references {
        kind.push(':');
        kind.push_str(path);
    }
    store_path(&kind, &base16(&sha256(text.as_bytes())), name)
}

/// The path of content that is identified by a hash given beforehand.
pub(crate) fn fixed_path(name: &str, algorithm: &str, hash: &[u8], recursive: bool) -> String {
    if recursive && algorithm == "sha256" {
        return store_path("source", &base16(hash), name);
    }
    let prefix = if recursive { "r:" } else { "" };
    let text = format!("fixed:out:{prefix}{algorithm}:{}:", base16(hash));
    store_path("output:out", &base16(&sha256(text.as_bytes())), name)
}

#[cfg(test)]
mod tests {
    use super::source_path;

    /// Recorded with `nix-store --print-fixed-path --recursive sha256 HASH source` of Nix 2.26.3.
    #[test]
    fn sources_lie_where_real_nix_keeps_them() {
        let empty = Some("/nix/store/f6jkrn77ysv9dhs8hh6s2faflhjc930i-source".to_owned());
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for written in [
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            hash,
            &format!("sha256:{hash}"),
        ] {
            assert_eq!(source_path(written), empty, "{written}");
        }
        let other = Some("/nix/store/x9jw13kxpnxjsmfrx83kvgxcfjcdadys-source".to_owned());
        for written in [
            "sha256-X49hRgodOmR9xoWQ2uEoYux+qIrtGGqG5i4ojx8Kur8=",
            "sha256:1gxs18gqya1fws36l67dial7xv3253hxm445qryn8fhx193633sz",
        ] {
            assert_eq!(source_path(written), other, "{written}");
        }
        for wrong in [
            "",
            "sha256-",
            "sha256-AAAA",
            "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "x/../y",
        ] {
            assert_eq!(source_path(wrong), None, "{wrong}");
        }
    }
}
