//! Hashes and how they are written.

use sha2::Digest;

/// Nix's own base 32, which leaves out letters that make words.
const NIX32: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn digest(algorithm: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match algorithm {
        "md5" => md5::Md5::digest(bytes).to_vec(),
        "sha1" => sha1::Sha1::digest(bytes).to_vec(),
        "sha256" => sha2::Sha256::digest(bytes).to_vec(),
        "sha512" => sha2::Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

/// The SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha256::digest(bytes).to_vec()
}

fn size_of_hash(algorithm: &str) -> Option<usize> {
    Some(match algorithm {
        "md5" => 16,
        "sha1" => 20,
        "sha256" => 32,
        "sha512" => 64,
        _ => return None,
    })
}

/// An algorithm and the bytes of a hash written as `algorithm:hash`, `algorithm-base64` or `hash`.
pub(crate) fn parse_hash<'a>(
    hash: &'a str,
    algorithm: Option<&'a str>,
) -> Result<(&'a str, Vec<u8>), String> {
    let (prefix, rest, sri) = match (hash.split_once(':'), hash.split_once('-')) {
        (Some((prefix, rest)), _) => (Some(prefix), rest, false),
        (None, Some((prefix, rest))) => (Some(prefix), rest, true),
        (None, None) => (None, hash, false),
    };
    let algorithm = match (prefix.or(algorithm), algorithm) {
        (Some(found), Some(wanted)) if found != wanted && !wanted.is_empty() => {
            return Err(format!("hash '{hash}' should have type '{wanted}'"));
        }
        (Some(found), _) => found,
        (None, _) => {
            return Err(format!(
                "hash '{hash}' does not include a type, nor is the type otherwise known from context"
            ));
        }
    };
    let Some(size) = size_of_hash(algorithm) else {
        return Err(format!(
            "unknown hash algorithm '{algorithm}', expect 'md5', 'sha1', 'sha256', or 'sha512'"
        ));
    };
    let bytes = if !sri && rest.len() == size * 2 {
        from_base16(rest)
    } else if !sri && rest.len() == nix32_len(size) {
        from_nix32(rest, size)
    } else {
        from_base64(rest)
    };
    match bytes {
        Some(bytes) if bytes.len() == size => Ok((algorithm, bytes)),
        _ => Err(format!(
            "hash '{hash}' has wrong length for hash algorithm '{algorithm}'"
        )),
    }
}

pub(crate) fn show_hash(algorithm: &str, bytes: &[u8], format: &str) -> Option<String> {
    Some(match format {
        "base16" => base16(bytes),
        "nix32" | "base32" => nix32(bytes),
        "base64" => base64(bytes),
        "sri" => format!("{algorithm}-{}", base64(bytes)),
        _ => return None,
    })
}

/// Lower-case hexadecimal digits.
pub(crate) fn base16(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_base16(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    text.as_bytes()
        .chunks(2)
        .map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?))
        .collect()
}

fn nix32_len(size: usize) -> usize {
    (size * 8 - 1) / 5 + 1
}

/// The text in Nix's base 32: digits from the end, five bits each.
pub(crate) fn nix32(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    (0..nix32_len(bytes.len()))
        .rev()
        .map(|digit| {
            let (byte, bit) = (digit * 5 / 8, digit * 5 % 8);
            let low = u32::from(bytes.get(byte).copied().unwrap_or(0)) >> bit;
            let high = u32::from(bytes.get(byte + 1).copied().unwrap_or(0)) << (8 - bit);
            char::from(NIX32[((low | high) & 0x1f) as usize])
        })
        .collect()
}

fn from_nix32(text: &str, size: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0u8; size];
    for (digit, letter) in text.bytes().rev().enumerate() {
        let value = NIX32.iter().position(|known| *known == letter)? as u16;
        let (byte, bit) = (digit * 5 / 8, digit * 5 % 8);
        let shifted = value << bit;
        *bytes.get_mut(byte)? |= (shifted & 0xff) as u8;
        match bytes.get_mut(byte + 1) {
            Some(next) => *next |= (shifted >> 8) as u8,
            None if shifted >> 8 != 0 => return None,
            None => {}
        }
    }
    Some(bytes)
}

fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .enumerate()
            .fold(0u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            if at <= chunk.len() {
                out.push(char::from(BASE64[(word >> (18 - 6 * at) & 0x3f) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut word, mut bits) = (0u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let value = BASE64.iter().position(|known| *known == letter)? as u32;
        word = (word << 6 | value) & 0xfff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
        }
    }
    Some(out)
}
