//! Keys for servers on the machine itself.

use nixpod_model::Text;

/// Hosts that are the machine itself, for its programs and for its containers.
const HOSTS: [&str; 8] = [
    "localhost",
    "127.",
    "0.0.0.0",
    "[::1]",
    "host.docker.internal",
    "host.containers.internal",
    "10.88.0.1",
    "172.17.0.1",
];

/// Is the variable a key for a server on the machine itself, as an address beside it says? Those ask for any key.
pub(super) fn goes_to_the_machine<'t, I>(name: &str, beside: impl FnOnce() -> I) -> bool
where
    I: Iterator<Item = (&'t str, &'t Text)>,
{
    let Some(of) = name.strip_suffix("_API_KEY") else {
        return false;
    };
    beside().any(|(other, value)| {
        let address = value.pattern();
        let host = address.split_once("://").map_or("", |(_, host)| host);
        other.starts_with(of) && other != name && HOSTS.iter().any(|known| host.starts_with(known))
    })
}
