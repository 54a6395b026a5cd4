//! How Podman's own options read numbers, sizes, addresses and their like, so that it is known which values they refuse.

use core::net::IpAddr;

/// A whole number as Go reads it, in any of its bases. `is_signed`: it may be less than nothing.
pub(super) fn is_integer(value: &str, is_signed: bool) -> bool {
    let unsigned = value
        .strip_prefix(['+', '-'])
        .filter(|_| is_signed)
        .unwrap_or(value);
    let lower = unsigned.to_ascii_lowercase();
    let (digits, base) = [("0x", 16), ("0b", 2), ("0o", 8)]
        .into_iter()
        .find_map(|(prefix, base)| Some((lower.strip_prefix(prefix)?, base)))
        .unwrap_or((lower.as_str(), 10));
    digits.contains(|c: char| c != '_') && digits.chars().all(|c| c.is_digit(base) || c == '_')
}

/// A number of bytes with or without a unit: `512m`, `1.5 GiB`.
pub(super) fn is_size(value: &str) -> bool {
    let Some(last) = value.rfind(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' ')) else {
        return false;
    };
    let (number, unit) = value.split_at(last + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let unit = unit.to_ascii_lowercase();
    let is_unit = matches!(unit.as_str(), "" | "b")
        || unit
            .strip_prefix(['k', 'm', 'g', 't', 'p'])
            .is_some_and(|rest| matches!(rest, "" | "b" | "ib"));
    is_unit && number.parse::<f64>().is_ok_and(|number| number >= 0.0)
}

pub(super) fn is_address(value: &str) -> bool {
    value.parse::<IpAddr>().is_ok()
}

/// An address with the length of a network's part.
pub(super) fn is_subnet(value: &str) -> bool {
    let Some((address, length)) = value.split_once('/') else {
        return false;
    };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= most)
}

/// A time as Go reads it: `1m30s`.
pub(super) fn is_duration(value: &str) -> bool {
    let mut rest = value.strip_prefix(['+', '-']).unwrap_or(value);
    if rest == "0" {
        return true;
    }
    while !rest.is_empty() {
        let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = rest.get(..rest.len() - behind.len()).unwrap_or_default();
        let end = behind
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(behind.len());
        let (unit, next) = behind.split_at(end);
        let is_number = number.contains(|c: char| c.is_ascii_digit()) && number.matches('.').count() <= 1;
        if !is_number || !matches!(unit, "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h") {
            return false;
        }
        rest = next;
    }
    !value.is_empty()
}

/// Ids inside with those outside that they are: `0:100000:65536`, also several with commas between them.
pub(super) fn is_map(value: &str) -> bool {
    let is_one = |map: &str| {
        let mut parts = map.trim_start_matches(['+', 'u', 'g']).split(':');
        let inside = parts.next();
        let outside = parts.next().map(|id| id.strip_prefix('@').unwrap_or(id));
        let count = parts.next().unwrap_or("1");
        let is_id = |id: &str| id.parse::<u32>().is_ok();
        inside.is_some_and(is_id) && outside.is_some_and(is_id) && is_id(count) && parts.next().is_none()
    };
    value.split(',').all(is_one)
}

/// `[[address:][port]:]port[/protocol]`, where ports may be ranges of one length.
pub(super) fn is_published(value: &str) -> bool {
    let (ports, protocol) = value.split_once('/').unwrap_or((value, "tcp"));
    if !["tcp", "udp", "sctp"]
        .iter()
        .any(|known| protocol.eq_ignore_ascii_case(known))
    {
        return false;
    }
    let (address, ports) = match ports.strip_prefix('[').and_then(|rest| rest.split_once("]:")) {
        Some((address, ports)) => (Some(address), ports),
        None if ports.matches(':').count() == 2 => match ports.split_once(':') {
            Some((address, ports)) => (Some(address), ports),
            None => (None, ports),
        },
        None => (None, ports),
    };
    let (host, inside) = ports.rsplit_once(':').unwrap_or(("", ports));
    let length = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
        port(last)?.checked_sub(port(first)?)
    };
    let Some(count) = length(inside) else { return false };
    address.is_none_or(is_address) && (host.is_empty() || length(host) == Some(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each is as Podman 5.4 takes or refuses it, but for durations, which are Go's.
    #[test]
    #[expect(clippy::too_many_lines, reason = "a table of values")]
    fn values_of_options() {
        let check = |is_it: fn(&str) -> bool, taken: &[&str], refused: &[&str]| {
            for value in taken {
                assert!(is_it(value), "{value}");
            }
            for value in refused {
                assert!(!is_it(value), "{value}");
            }
        };
        check(
            |value| is_integer(value, true),
            &["0x10", "-1", "1_0", "100"],
            &["abc", "", "-", "0x", "1.5"],
        );
        check(|value| is_integer(value, false), &["0x5", "3"], &["-5", "x"]);
        check(
            is_size,
            &["12mb", "1.5g", "12MiB", "12 m", "12kib", "12pb", "0", "64"],
            &["12q", "0x10", "-1", "m", "1.5.2g", "12e", ""],
        );
        check(
            is_address,
            &["10.0.0.1", "::1"],
            &["999.1.1.1", "foo", "10.0.0.0/8"],
        );
        check(
            is_subnet,
            &["10.8.0.0/24", "fd00::/64"],
            &["foo", "10.9.0.0", "10.8.0.0/40"],
        );
        check(
            is_duration,
            &["5m", "1h30m", "0", "1.5s", "300ms"],
            &["5 minutes", "5", "x", "disable", ""],
        );
        check(
            is_map,
            &["0:@1", "+0:1", "g0:1:2", "0:0:1,1:5:6"],
            &["abc", "0:1:x", "0", "0:1:2:3"],
        );
        check(
            is_published,
            &[
                "80",
                "127.0.0.1::80",
                "80-90:80-90",
                "[::1]:80:80",
                "8080:80/sctp",
                "8080:80/TCP",
                ":80",
                "80:80/udp",
            ],
            &[
                "8080:abc",
                "70000:80",
                "8080:70000",
                "80-90:80",
                "8080:80/foo",
                "80:80:80",
                "0:80",
                "80:0",
                "host:80:80",
                ":80:80",
                "::80",
                "80:",
                "",
            ],
        );
    }
}
