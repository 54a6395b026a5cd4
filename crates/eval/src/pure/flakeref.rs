//! References to flakes as text and as sets. Nothing is fetched.

use std::collections::BTreeMap;

/// The attributes of a reference by name.
pub(crate) type Input = BTreeMap<String, Field>;

/// What an attribute of a reference may be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    Text(String),
    Number(i64),
    Flag(bool),
}

/// Is it an identifier of a flake in a registry?
fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn is_rev(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_ref(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.+#@/-".contains(c))
        && !text.contains("..")
}

fn is_archive(path: &str) -> bool {
    [
        ".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst",
    ]
    .iter()
    .any(|end| path.ends_with(end))
}

fn decode(text: &str) -> Result<String, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (digit(bytes.next()), digit(bytes.next())) {
            (Some(high), Some(low)) => out.push((high * 16 + low) as u8),
            _ => return Err(format!("invalid URI parameter '{text}'")),
        }
    }
    String::from_utf8(out).map_err(|_| format!("invalid URI parameter '{text}'"))
}

/// Percent-encodes all but what may stand in a URL as it is, and `keep`.
fn encode(text: &str, keep: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || keep.contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

pub(crate) fn parse(text: &str) -> Result<Input, String> {
    let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
    if !fragment.is_empty() {
        return Err(format!(
            "unexpected fragment '{fragment}' in flake reference '{text}'"
        ));
    }
    let (whole, query) = before.split_once('?').unwrap_or((before, ""));
    let mut parameters = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        parameters.insert(name.to_owned(), decode(value)?);
    }
    let is_scheme = |scheme: &str| {
        let mut chars = scheme.chars();
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && chars.all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
    };
    let absolute = || format!("flake reference '{text}' is not an absolute path");
    match whole.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) {
        Some((scheme @ ("github" | "gitlab" | "sourcehut"), rest)) => {
            hosted(scheme, text, rest, &parameters).ok_or_else(absolute)?
        }
        Some(("flake", rest)) => {
            let parts = rest.split('/').map(decode).collect::<Result<Vec<_>, _>>()?;
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let mut input = indirect(&parts, text)?;
            typed(&mut input, &parameters);
            Ok(input)
        }
        Some(("path", rest)) => path(text, rest, &parameters),
        Some((scheme, _)) => by_url(scheme, text, whole, &parameters),
        None if whole.starts_with('/') => {
            let mut input = Input::from([
                ("type".to_owned(), Field::Text("path".to_owned())),
                ("path".to_owned(), Field::Text(decode(whole)?)),
            ]);
            typed(&mut input, &parameters);
            Ok(input)
        }
        None => {
            let parts: Vec<&str> = whole.split('/').collect();
            match parts.first() {
                Some(id) if is_id(id) && parts.len() <= 3 && query.is_empty() => indirect(&parts, text),
                _ => Err(absolute()),
            }
        }
    }
}

/// `path:dir?rev=...`.
fn path(text: &str, rest: &str, parameters: &BTreeMap<String, String>) -> Result<Input, String> {
    if rest.starts_with("//") && !rest.starts_with("///") {
        return Err(format!("path URL '{text}' should not have an authority"));
    }
    let path = decode(rest.strip_prefix("//").unwrap_or(rest))?;
    let mut input = Input::from([
        ("type".to_owned(), Field::Text("path".to_owned())),
        ("path".to_owned(), Field::Text(path)),
    ]);
    for (name, value) in parameters {
        let field = match name.as_str() {
            "rev" | "narHash" | "dir" => Field::Text(value.clone()),
            "revCount" | "lastModified" => match value.parse() {
                Ok(number) => Field::Number(number),
                Err(_) => {
                    return Err(format!(
                        "path URL '{text}' has invalid parameter '{name}={value}'"
                    ));
                }
            },
            _ => return Err(format!("path URL '{text}' has unsupported parameter '{name}'")),
        };
        input.insert(name.clone(), field);
    }
    Ok(input)
}

/// `id`, `id/ref`, `id/rev`, `id/ref/rev`.
fn indirect(parts: &[&str], text: &str) -> Result<Input, String> {
    let invalid = || format!("'{text}' is not a valid URL");
    let mut input = Input::from([("type".to_owned(), Field::Text("indirect".to_owned()))]);
    let mut put =
        |name: &str, value: &str| drop(input.insert(name.to_owned(), Field::Text(value.to_owned())));
    match parts {
        [_] => {}
        [_, one] if is_rev(one) => put("rev", one),
        [_, one] if is_ref(one) => put("ref", one),
        [_, one, two] if is_ref(one) && is_rev(two) => {
            put("ref", one);
            put("rev", two);
        }
        _ => return Err(invalid()),
    }
    match parts.first() {
        Some(id) if is_id(id) => put("id", id),
        _ => return Err(invalid()),
    }
    Ok(input)
}

/// `github:owner/repo/ref-or-rev`; nothing if a part is missing.
fn hosted(
    scheme: &str,
    text: &str,
    rest: &str,
    parameters: &BTreeMap<String, String>,
) -> Option<Result<Input, String>> {
    let path = match decode(rest) {
        Ok(path) => path,
        Err(message) => return Some(Err(message)),
    };
    let mut parts = path.splitn(3, '/');
    let (owner, repo) = (parts.next()?, parts.next()?);
    let mut input = Input::new();
    let mut put =
        |name: &str, value: &str| drop(input.insert(name.to_owned(), Field::Text(value.to_owned())));
    put("type", scheme);
    put("owner", owner);
    put("repo", repo);
    let last = parts.next().map(|last| last.trim_end_matches('/'));
    let (mut reference, mut revision) = (None, None);
    match last {
        Some(last) if is_rev(last) => revision = Some(last.to_owned()),
        Some(last) if is_ref(last) => reference = Some(last.to_owned()),
        Some(last) => {
            let message = format!("in URL '{text}', '{last}' is not a commit hash or branch/tag name");
            return Some(Err(message));
        }
        None => {}
    }
    for (name, value) in parameters {
        match name.as_str() {
            "rev" if revision.is_some() => {
                return Some(Err(format!("URL '{text}' contains multiple commit hashes")));
            }
            "rev" => revision = Some(value.clone()),
            "ref" if reference.is_some() => {
                return Some(Err(format!("URL '{text}' contains multiple branch/tag names")));
            }
            "ref" if !is_ref(value) => {
                return Some(Err(format!("URL '{text}' contains an invalid branch/tag name")));
            }
            "ref" => reference = Some(value.clone()),
            "host" | "narHash" | "dir" => put(name, value),
            _ => {}
        }
    }
    if let (Some(reference), Some(revision)) = (&reference, &revision) {
        return Some(Err(format!(
            "URL '{text}' contains both a commit hash and a branch/tag name {reference} {revision}"
        )));
    }
    if let Some(reference) = reference {
        put("ref", &reference);
    }
    if let Some(revision) = revision {
        put("rev", &revision);
    }
    Some(Ok(input))
}

/// References by the address of a repository or an archive.
fn by_url(
    scheme: &str,
    text: &str,
    whole: &str,
    parameters: &BTreeMap<String, String>,
) -> Result<Input, String> {
    let unsupported = || format!("input '{text}' is unsupported");
    let (application, transport) = match scheme.split_once('+') {
        Some((application, transport)) => (Some(application), transport),
        None => (None, scheme),
    };
    let plain = whole
        .split_once('+')
        .filter(|_| application.is_some())
        .map_or(whole, |(_, plain)| plain);
    let web = matches!(transport, "http" | "https" | "file");
    let kind = match application {
        Some("git") if web || matches!(transport, "ssh" | "git") => "git",
        None if transport == "git" => "git",
        Some("hg") if web || transport == "ssh" => "hg",
        Some("tarball") if web => "tarball",
        Some("file") if web => "file",
        None if web && (transport != "file" || is_archive(plain)) => "tarball",
        None if web => "file",
        _ => return Err(unsupported()),
    };
    let mut input = Input::from([("type".to_owned(), Field::Text(kind.to_owned()))]);
    // What is not the reference's own stays in the address.
    let mut left = Vec::new();
    for (name, value) in parameters {
        if !url_parameters(kind).contains(&name.as_str()) {
            left.push(format!("{}={}", encode(name, QUERY), encode(value, QUERY)));
            continue;
        }
        let field = match name.as_str() {
            "shallow" | "submodules" | "allRefs" | "exportIgnore" | "verifyCommit" | "lfs" => {
                Field::Flag(value == "1")
            }
            "revCount" | "lastModified" => value
                .parse()
                .map_or_else(|_| Field::Text(value.clone()), Field::Number),
            _ => Field::Text(value.clone()),
        };
        input.insert(name.clone(), field);
    }
    let query = if left.is_empty() {
        String::new()
    } else {
        format!("?{}", left.join("&"))
    };
    input.insert("url".to_owned(), Field::Text(format!("{plain}{query}")));
    Ok(input)
}

/// The parameters of an address that belong to the reference.
fn url_parameters(kind: &str) -> &'static [&'static str] {
    match kind {
        "git" => &[
            "ref",
            "rev",
            "dir",
            "narHash",
            "shallow",
            "submodules",
            "allRefs",
            "exportIgnore",
            "lfs",
            "keytype",
            "publicKey",
            "publicKeys",
            "verifyCommit",
            "name",
            "dirtyRev",
            "dirtyShortRev",
        ],
        "hg" => &["ref", "rev", "dir", "narHash"],
        _ => &["narHash", "dir", "rev", "revCount", "lastModified"],
    }
}

/// Parameters of references that are not addresses.
fn typed(input: &mut Input, parameters: &BTreeMap<String, String>) {
    for (name, value) in parameters {
        if matches!(name.as_str(), "dir" | "narHash" | "rev" | "ref") {
            input.insert(name.clone(), Field::Text(value.clone()));
        }
    }
}

/// What stands as it is in a query besides letters and digits.
const QUERY: &str = "!$'()*,;:@/?";

pub(crate) fn show(input: &Input) -> Result<String, String> {
    let text = |name: &str| match input.get(name) {
        Some(Field::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let needed = |name: &str| text(name).ok_or_else(|| format!("input attribute '{name}' is missing"));
    let kind = needed("type")?;
    let Some(allowed) = shown_parameters(kind) else {
        return Err(format!("cannot show unsupported input '{{\"type\":\"{kind}\"}}'"));
    };
    let base = match kind {
        "github" | "gitlab" | "sourcehut" => {
            let (owner, repo) = (needed("owner")?, needed("repo")?);
            let last = text("ref").or(text("rev"));
            let last = last.map(|last| format!("/{last}")).unwrap_or_default();
            format!("{kind}:{owner}/{repo}{last}")
        }
        "indirect" => {
            let parts = [Some(needed("id")?), text("ref"), text("rev")];
            format!(
                "flake:{}",
                parts.into_iter().flatten().collect::<Vec<_>>().join("/")
            )
        }
        "path" => format!("path:{}", encode(needed("path")?, "/!$'()*,;:@&=+")),
        "git" | "hg" => {
            let url = needed("url")?;
            if url.starts_with("git:") {
                url.to_owned()
            } else {
                format!("{kind}+{url}")
            }
        }
        _ => archive_address(kind, needed("url")?),
    };
    let mut query = Vec::new();
    for (name, field) in input {
        if !allowed.contains(&name.as_str()) || (kind == "github" || kind == "gitlab") && name == "host" {
            continue;
        }
        let value = match field {
            Field::Text(text) => text.clone(),
            Field::Number(number) => number.to_string(),
            Field::Flag(true) => "1".to_owned(),
            Field::Flag(false) => continue,
        };
        query.push(format!("{name}={}", encode(&value, QUERY)));
    }
    let separator = if base.contains('?') { '&' } else { '?' };
    Ok(match query.is_empty() {
        true => base,
        false => format!("{base}{separator}{}", query.join("&")),
    })
}

/// The parameters that are shown of a kind of reference.
fn shown_parameters(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "github" | "gitlab" | "sourcehut" => &["narHash", "dir", "host"],
        "indirect" => &["narHash", "dir"],
        "git" => &[
            "ref",
            "rev",
            "dir",
            "narHash",
            "shallow",
            "submodules",
            "allRefs",
            "exportIgnore",
            "lfs",
            "verifyCommit",
            "keytype",
            "publicKey",
            "publicKeys",
        ],
        "hg" => &["ref", "rev", "dir", "narHash"],
        "path" => &["rev", "narHash", "revCount", "lastModified", "dir"],
        "tarball" | "file" => &["narHash", "dir", "rev", "revCount", "lastModified"],
        _ => return None,
    })
}

/// The address of an archive or a file. One that would be taken for the other kind says which it is.
fn archive_address(kind: &str, url: &str) -> String {
    let bare = url.split(['?', '#']).next().unwrap_or(url);
    let archive = !url.starts_with("file:") || is_archive(bare);
    match (kind, archive) {
        ("tarball", true) | ("file", false) => url.to_owned(),
        _ => format!("{kind}+{url}"),
    }
}
