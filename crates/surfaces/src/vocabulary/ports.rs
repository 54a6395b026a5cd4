//! Published ports as texts.

use crate::vocabulary::text::{concat, split_all};
use nixpod_model::{Port, Text};
use nixpod_source::Origin;

/// `[[ip:][host]:]container[/protocol]`, as podman and docker take it.
pub(crate) fn published(text: &Text) -> Port {
    let pattern = text.pattern();
    let end = match pattern.rfind('/') {
        Some(at) => at,
        None => pattern.len(),
    };
    // An IPv6 address stands in brackets.
    let (address, from) = match pattern.starts_with('[').then(|| pattern.find(']')).flatten() {
        Some(close) => (
            Some(text.slice(1, close)),
            (close + 1 + usize::from(pattern.get(close + 1..).is_some_and(|rest| rest.starts_with(':'))))
                .min(end),
        ),
        None => (None, 0),
    };
    let rest = split_all(&text.slice(from, end), ':');
    let (address, host, container) = match (address, &rest[..]) {
        (Some(address), [host, container]) => (Some(address), Some(host.clone()), container.clone()),
        (Some(address), [container]) => (Some(address), None, container.clone()),
        (None, [address, host, container]) => (Some(address.clone()), Some(host.clone()), container.clone()),
        (None, [host, container]) => (None, Some(host.clone()), container.clone()),
        (None, [container]) => (None, None, container.clone()),
        (address, more) => (
            address,
            more.len().checked_sub(2).and_then(|at| more.get(at)).cloned(),
            more.last().cloned().unwrap_or_default(),
        ),
    };
    let filled = |text: Option<Text>| text.filter(|text| !text.parts.is_empty());
    Port {
        address: filled(address),
        host: filled(host),
        container,
        text: Some(text.clone()),
        pod: None,
    }
}

/// The port of a container with its protocol, as engines write it. Nothing said is TCP.
pub(crate) fn with_protocol(container: Text, protocol: &str) -> Text {
    let protocol = (protocol == "udp").then(|| Text::known("/udp", Origin::default()));
    concat([container].into_iter().chain(protocol))
}

/// `[protocol:]host[:container]`, as systemd-nspawn takes it.
pub(crate) fn forwarded(text: &Text) -> Port {
    let parts = split_all(text, ':');
    let numbers: Vec<&Text> = parts
        .iter()
        .filter(|part| !matches!(part.pattern().as_str(), "tcp" | "udp"))
        .collect();
    let host = numbers.first().map(|text| (*text).clone()).unwrap_or_default();
    let container = numbers
        .get(1)
        .map_or_else(|| host.clone(), |text| (*text).clone());
    let protocol = parts.first().map(Text::pattern).unwrap_or_default();
    Port {
        address: None,
        container: with_protocol(container, &protocol),
        host: Some(host),
        text: Some(text.clone()),
        pod: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{forwarded, published};
    use expect_test::{Expect, expect};
    use nixpod_model::{Port, Text};
    use nixpod_source::Origin;

    #[track_caller]
    fn check(how: fn(&Text) -> Port, texts: &[&str], expected: Expect) {
        let mut out = String::new();
        for text in texts {
            let port = how(&Text::known(*text, Origin::default()));
            let show = |text: &Option<Text>| text.as_ref().map_or("-".to_owned(), Text::display);
            out.push_str(&format!(
                "{text} => {} {} {}\n",
                show(&port.address),
                show(&port.host),
                port.container.display()
            ));
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn engines_take_addresses_ranges_and_protocols() {
        check(
            published,
            &[
                "80",
                "8080:80",
                "127.0.0.1:8080:80/tcp",
                "127.0.0.1::80",
                "[::1]:8080:80",
                "[::]:80",
                "8000-8010:8000-8010/udp",
                "",
                ":::",
                "[",
                "[]",
            ],
            expect![[r#"
                80 => - - 80
                8080:80 => - 8080 80
                127.0.0.1:8080:80/tcp => 127.0.0.1 8080 80
                127.0.0.1::80 => 127.0.0.1 - 80
                [::1]:8080:80 => ::1 8080 80
                [::]:80 => :: - 80
                8000-8010:8000-8010/udp => - 8000-8010 8000-8010
                 => - - 
                ::: => - - 
                [ => - - [
                [] => - - 
            "#]],
        );
    }

    #[test]
    fn nspawn_takes_no_address() {
        check(
            forwarded,
            &["tcp:8080:80", "8080", "udp:53"],
            expect![[r#"
                tcp:8080:80 => - 8080 80
                8080 => - 8080 8080
                udp:53 => - 53 53/udp
            "#]],
        );
    }
}
