//! Where an engine listens, among the words of its daemon's command line.

use nixpod_model::{Api, Engine, Field, Text};
use nixpod_source::Origin;

/// What the words say.
pub(crate) struct Listens {
    pub(crate) addresses: Vec<Field<Text>>,
    /// Has who connects to show a certificate?
    pub(crate) is_guarded: bool,
}

/// Reads the words of Docker's daemon: `-H tcp://…`, `--tlsverify`.
pub(crate) fn dockerd(words: &[Field<Text>]) -> Listens {
    let mut out = Listens {
        addresses: Vec::new(),
        is_guarded: false,
    };
    let pattern = |field: &Field<Text>| field.value().map(Text::pattern).unwrap_or_default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match pattern(word).as_str() {
            "-H" | "--host" => out.addresses.extend(words.next().cloned()),
            "--tlsverify" | "--tlsverify=true" => out.is_guarded = true,
            other => {
                let value = other.strip_prefix("--host=").or_else(|| other.strip_prefix("-H"));
                if let (Some(value), Some(text)) = (value, word.value()) {
                    let end = other.len();
                    let value = text.slice(end - value.len(), end);
                    out.addresses.push(word.map(|_| value.clone()));
                }
            }
        }
    }
    out
}

/// Reads the words behind `podman system service`: an address, and whose certificates count.
pub(crate) fn podman_service(words: &[Field<Text>]) -> Listens {
    let mut out = Listens {
        addresses: Vec::new(),
        is_guarded: false,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let pattern = word.value().map(Text::pattern).unwrap_or_default();
        out.is_guarded |= pattern.starts_with("--tls-client-ca");
        if matches!(
            pattern.as_str(),
            "--cors" | "--time" | "--tls-cert" | "--tls-client-ca" | "--tls-key" | "-t"
        ) {
            words.next();
        } else if !pattern.starts_with('-') {
            out.addresses.push(word.clone());
        }
    }
    out
}

impl Listens {
    /// Those of the addresses that are no sockets of the machine's own.
    pub(crate) fn apis(self, engine: Engine, by_command: bool) -> impl Iterator<Item = Field<Api>> {
        let is_guarded = self.is_guarded;
        let remote = { self.addresses.into_iter() }.filter(is_remote);
        remote.map(move |address| {
            address.map(|address| Api {
                engine,
                address: address.clone(),
                is_guarded,
                through_firewall: false,
                by_command,
                open: None,
            })
        })
    }
}

/// May everybody write to a socket with this mode, as `chmod` or a unit says it?
pub(crate) fn is_for_everybody(mode: &str) -> bool {
    match u32::from_str_radix(mode, 8) {
        Ok(mode) => mode & 0o2 != 0,
        Err(_) => mode.split(',').any(|clause| {
            let who = clause.split_once(['+', '=']);
            // Without a letter before the sign the umask takes the right of all others away.
            who.is_some_and(|(who, what)| who.contains(['a', 'o']) && what.contains('w'))
        }),
    }
}

/// The engine of root whose socket is here.
pub(crate) fn whose(path: &str) -> Option<Engine> {
    let path = path
        .strip_prefix("/var")
        .filter(|rest| rest.starts_with("/run/"))
        .unwrap_or(path);
    match path {
        "/run/docker.sock" => Some(Engine::Docker),
        "/run/podman/podman.sock" => Some(Engine::Podman),
        _ => None,
    }
}

/// Reads the words of `chmod`: sockets of engines that everybody may write to afterwards.
pub(crate) fn chmod(words: &[Field<Text>]) -> Vec<Field<Api>> {
    let mut words = words.iter().filter(|word| {
        let is_option = |text: &Text| text.pattern().starts_with('-');
        !word.value().is_some_and(is_option)
    });
    let mode = words
        .next()
        .and_then(|mode| mode.value())
        .map(Text::pattern)
        .unwrap_or_default();
    if !is_for_everybody(&mode) {
        return Vec::new();
    }
    let opened = words.filter_map(|word| {
        let path = word.value()?;
        let engine = whose(&path.pattern())?;
        Some(word.map(|path| Api {
            engine,
            address: path.clone(),
            is_guarded: false,
            through_firewall: false,
            by_command: true,
            open: Some(format!("`chmod {mode}`")),
        }))
    });
    opened.collect()
}

/// Reads the words of `socat`: a port behind which is the socket of an engine.
pub(crate) fn socat(words: &[Field<Text>]) -> Vec<Field<Api>> {
    let mut engine = None;
    let mut port = None;
    for word in words {
        let pattern = word.value().map(Text::pattern).unwrap_or_default();
        let (kind, rest) = pattern.split_once(':').unwrap_or_default();
        let what = rest.split(',').next().unwrap_or_default();
        match kind.to_ascii_uppercase().as_str() {
            "UNIX-CONNECT" | "UNIX" | "UNIX-CLIENT" => engine = whose(what),
            "TCP-LISTEN" | "TCP-L" | "TCP4-LISTEN" | "TCP4-L" | "TCP6-LISTEN" | "TCP6-L" => {
                let bound = rest.split(',').find_map(|option| option.strip_prefix("bind="));
                port = Some((word, format!("tcp://{}:{what}", bound.unwrap_or("0.0.0.0"))));
            }
            _ => {}
        }
    }
    let (Some(engine), Some((word, address))) = (engine, port) else {
        return Vec::new();
    };
    vec![word.map(|_| Api {
        engine,
        address: Text::known(&address, Origin::default()),
        is_guarded: false,
        through_firewall: false,
        by_command: true,
        open: None,
    })]
}

/// A unit of systemd for a socket has addresses without a scheme: a path is a socket of the machine's own.
fn is_remote(address: &Field<Text>) -> bool {
    address.value().is_some_and(|address| {
        let pattern = address.pattern();
        pattern.starts_with("tcp:") || !pattern.starts_with(['/', '%', '@']) && !pattern.contains("://")
    })
}
