use super::{Index, read};

/// One entry's path and mode.
pub(crate) type Entry<'a> = (&'a str, u32);

pub(crate) const FILE: u32 = 0o100_644;
const LINK: u32 = 0o120_000;
pub(crate) const SUBMODULE: u32 = 0o160_000;
const DIRECTORY: u32 = 0o040_000;

/// An index as git writes it.
pub(crate) fn index(
    version: u32,
    hash_len: usize,
    entries: &[Entry<'_>],
    extensions: &[(&[u8; 4], &[u8])],
) -> Vec<u8> {
    let mut out = b"DIRC".to_vec();
    out.extend(version.to_be_bytes());
    out.extend((entries.len() as u32).to_be_bytes());
    let mut before = "";
    for (path, mode) in entries {
        let start = out.len();
        out.extend([1; 24]);
        out.extend(mode.to_be_bytes());
        out.extend([2; 12]);
        out.extend(vec![3; hash_len]);
        let extended = version >= 3;
        let flags = (path.len().min(0xfff) as u16) | if extended { 0x4000 } else { 0 };
        out.extend(flags.to_be_bytes());
        if extended {
            out.extend(0x2000_u16.to_be_bytes());
        }
        if version == 4 {
            let common = path
                .bytes()
                .zip(before.bytes())
                .take_while(|(a, b)| a == b)
                .count();
            out.extend(offset(before.len() - common));
            out.extend(&path.as_bytes()[common..]);
            out.push(0);
        } else {
            out.extend(path.as_bytes());
            out.push(0);
            while !(out.len() - start).is_multiple_of(8) {
                out.push(0);
            }
        }
        before = path;
    }
    for (signature, content) in extensions {
        out.extend(*signature);
        out.extend((content.len() as u32).to_be_bytes());
        out.extend(*content);
    }
    out.extend(vec![9; hash_len]);
    out
}

/// As git's `encode_varint` writes it.
fn offset(mut value: usize) -> Vec<u8> {
    let mut out = vec![(value & 0x7f) as u8];
    value >>= 7;
    while value > 0 {
        value -= 1;
        out.insert(0, 0x80 | (value & 0x7f) as u8);
        value >>= 7;
    }
    out
}

#[test]
fn all_versions_and_both_hashes_are_read() {
    let long = format!("{}/default.nix", "x".repeat(5000));
    let entries = [
        ("a.nix", FILE),
        ("hosts/web.nix", FILE),
        ("hosts/web/default.nix", FILE),
        ("link", LINK),
        ("sub", SUBMODULE),
        ("zoo/", DIRECTORY),
        (long.as_str(), FILE),
        ("y", FILE),
    ];
    let mut files: Vec<String> = entries
        .iter()
        .filter(|(_, mode)| [FILE, LINK].contains(mode))
        .map(|(path, _)| (*path).to_owned())
        .collect();
    files.sort();
    let expected = Index {
        files,
        opaque: vec!["sub".to_owned(), "zoo".to_owned()],
    };
    for version in 2..=4 {
        for hash_len in [20, 32] {
            let bytes = index(version, hash_len, &entries, &[(b"TREE", b"abc"), (b"sdir", b"")]);
            assert_eq!(read(&bytes).as_ref(), Some(&expected), "{version} {hash_len}");
        }
    }
    assert_eq!(read(&index(2, 20, &[], &[])), Some(Index::default()));
}

#[test]
fn what_is_not_the_whole_is_not_believed() {
    let entries = [("a.nix", FILE)];
    assert_eq!(read(&index(2, 20, &entries, &[(b"link", &[0; 20])])), None);
    assert_eq!(read(&index(2, 20, &entries, &[(b"new!", b"")])), None);
    assert_eq!(read(&index(5, 20, &entries, &[])), None);
    assert_eq!(read(b""), None);
    assert_eq!(read(b"DIRC"), None);
    let whole = index(4, 20, &[("a.nix", FILE), ("b.nix", FILE)], &[]);
    for len in 0..whole.len() {
        assert_eq!(read(&whole[..len]), None, "{len}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let whole = index(4, 20, &[("a.nix", FILE), ("b/c.nix", FILE)], &[(b"TREE", b"abc")]);
    for at in 0..whole.len() {
        for byte in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = whole.clone();
            changed[at] = byte;
            // What comes out does not matter, as long as something does.
            let _ = read(&changed);
        }
    }
    // A count that nothing follows, and a length that does not end.
    let mut endless = b"DIRC\0\0\0\x04\xff\xff\xff\xff".to_vec();
    endless.extend([0xff; 4096]);
    assert_eq!(read(&endless), None);
}
