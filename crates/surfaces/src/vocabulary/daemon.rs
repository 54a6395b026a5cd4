//! Where an engine listens, among the words of its daemon's command line.

use nixpod_model::{Api, Engine, Field, Text};

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
                by_command,
            })
        })
    }
}

/// A unit of systemd for a socket has addresses without a scheme: a path is a socket of the machine's own.
fn is_remote(address: &Field<Text>) -> bool {
    address.value().is_some_and(|address| {
        let pattern = address.pattern();
        pattern.starts_with("tcp:") || !pattern.starts_with(['/', '%', '@']) && !pattern.contains("://")
    })
}
