//! Builtins on hashes.

use super::table::{Builtin, Cost, plain};
use crate::pure::hash::{base16, digest, parse_hash, show_hash};
use crate::{Evaluator, Res, ThunkId, Tracked, Value};
use nixpod_source::{Site, Utf8Path};

pub(super) const BUILTINS: &[Builtin] = &[
    ("hashString", 2, 3, Cost::Bytes, hash_string),
    ("hashFile", 2, 3, Cost::Bytes, hash_file),
    ("convertHash", 1, 1, Cost::Sizes, convert_hash),
];

fn hash_string(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let algorithm = ev.force_string(args[0], site)?;
    let text = ev.force_string(args[1], site)?;
    ev.work(text.text.len() / 16)?;
    hash_value(ev, &algorithm.text, text.text.as_bytes(), site)
}

fn hash_file(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let algorithm = ev.force_string(args[0], site)?;
    let value = ev.force(args[1])?;
    let path = ev.to_path(&value, site)?;
    match ev.source().read(Utf8Path::new(&*path)) {
        Ok(bytes) => {
            ev.work(bytes.len() / 16)?;
            hash_value(ev, &algorithm.text, &bytes, site)
        }
        Err(why) => plain(Value::unknown(why)),
    }
}

fn convert_hash(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let input = ev.force_attrs(args[0], site)?;
    let mut fields = [None, None, None];
    for (field, name) in fields.iter_mut().zip(["hash", "hashAlgo", "toHashFormat"]) {
        let symbol = ev.intern(name);
        if let Some(attr) = input.get(symbol) {
            *field = Some(ev.force_plain_string(attr.thunk, site)?.text.clone());
        }
    }
    let [Some(hash), algorithm, format] = fields else {
        return ev.fail("attribute 'hash' missing", site);
    };
    let Some(format) = format else {
        return ev.fail("attribute 'toHashFormat' missing", site);
    };
    match parse_hash(&hash, algorithm.as_deref()) {
        Ok((algorithm, bytes)) => match show_hash(algorithm, &bytes, &format) {
            Some(text) => plain(Value::string(text)),
            None => ev.fail(
                format!("unknown hash format '{format}', expect 'base16', 'base32', 'base64', or 'sri'"),
                site,
            ),
        },
        Err(message) => ev.fail(message, site),
    }
}

fn hash_value(ev: &mut Evaluator<'_>, algorithm: &str, bytes: &[u8], site: Site) -> Res<Tracked> {
    match digest(algorithm, bytes) {
        Some(hash) => plain(Value::string(base16(&hash))),
        None => ev.fail(
            format!("unknown hash algorithm '{algorithm}', expect 'md5', 'sha1', 'sha256', or 'sha512'"),
            site,
        ),
    }
}
