//! Addresses in text, of networks and of network adapters: where they stand, and which of them belong to somebody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// An address that tells one machine from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address.
    V6(Ipv6Addr),
    /// The address of a network adapter.
    Mac([u8; 6]),
}

/// Every address in a text, in order, with its place. Those that mean the same everywhere are left out.
pub fn in_text(text: &str) -> Vec<(Range<usize>, Address)> {
    let mut found = Vec::new();
    if !text.contains(['.', ':', '-']) {
        return found;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if !is_part(*byte) {
            at = at.saturating_add(1);
            continue;
        }
        let run = bytes.iter().skip(at).take_while(|byte| is_part(**byte)).count();
        let end = at.saturating_add(run);
        let inside_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
        // A run that goes on as a word may still hold an address in its other parts.
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let word_before = inside_word(before) || before == Some(&b'_');
        let word_behind = inside_word(bytes.get(end)) || bytes.get(end) == Some(&b'_');
        if run >= SHORTEST {
            in_run(text.get(at..end).unwrap_or_default(), at, (word_before, word_behind), &mut found);
        }
        at = end;
    }
    found
}

/// `1.1.1.1`
const SHORTEST: usize = 7;

fn is_part(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'-')
}

/// Takes a run of hexadecimal digits, dots, colons and hyphens apart. `words` says whether it is glued to a word at
/// its two ends.
fn in_run(run: &str, offset: usize, words: (bool, bool), found: &mut Vec<(Range<usize>, Address)>) {
    let place = |range: Range<usize>| range.start.saturating_add(offset)..range.end.saturating_add(offset);
    if let Some(range) = adapter(run, words) {
        if let Some(address) = run.get(range.clone()).and_then(mac) {
            found.push((place(range), Address::Mac(address)));
        }
        return;
    }
    let mut start: usize = 0;
    for part in run.split('-') {
        let end = start.saturating_add(part.len());
        let glued = (start == 0 && words.0, end == run.len() && words.1);
        if let Some((range, address)) = address(part, glued) {
            let range = range.start.saturating_add(start)..range.end.saturating_add(start);
            found.push((place(range), address));
        }
        start = end.saturating_add(1);
    }
}

/// The address in a part without hyphens: all of it, but for punctuation at its ends, or the IPv4 address in it.
fn address(part: &str, glued: (bool, bool)) -> Option<(Range<usize>, Address)> {
    let trimmed = part.trim_end_matches(['.', ':']);
    let trimmed = if part.ends_with("::") { part } else { trimmed };
    let is_six = trimmed.contains("::") || trimmed.matches(':').count() == 7;
    if let Some(six) = is_six.then(|| trimmed.parse::<Ipv6Addr>().ok()).flatten() {
        if let Some(four) = six.to_ipv4_mapped().filter(|_| trimmed.contains('.')) {
            let start = trimmed.rfind(':')?.saturating_add(1);
            return is_somebodys(IpAddr::V4(four)).then_some((start..trimmed.len(), Address::V4(four)));
        }
        let is_glued = glued.0 || (glued.1 && trimmed.len() == part.len());
        return (!is_glued && is_somebodys(IpAddr::V6(six))).then_some((0..trimmed.len(), Address::V6(six)));
    }
    // `10.0.0.20:8080`, `*:80:10.0.0.20`
    let mut start: usize = 0;
    for word in part.split(':') {
        let end = start.saturating_add(word.len());
        let trimmed = word.trim_matches('.');
        let lead = word.len().saturating_sub(word.trim_start_matches('.').len());
        // A dot keeps it apart from the word that it is glued to: `20.0.0.10.in-addr.arpa`.
        let glued_before = start == 0 && lead == 0 && glued.0;
        let glued_behind = end == part.len() && !word.ends_with('.') && glued.1;
        if let Ok(four) = trimmed.parse::<Ipv4Addr>()
            && !glued_before
            && !glued_behind
            && is_somebodys(IpAddr::V4(four))
        {
            let start = start.saturating_add(lead);
            return Some((start..start.saturating_add(trimmed.len()), Address::V4(four)));
        }
        start = end.saturating_add(1);
    }
    None
}

/// Whether an address belongs to a machine. Loopback, masks, groups and whole networks mean the same everywhere; what
/// ends in three zeros is a network, or the version of a program.
fn is_somebodys(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, rest @ ..] = address.octets();
            !(first == 0 || first == 127 || first == 255 || address.is_multicast() || rest == [0, 0, 0])
        }
        IpAddr::V6(address) => {
            !(address.is_unspecified() || address.is_loopback() || address.is_multicast())
                && address.to_ipv4_mapped().is_none_or(|four| is_somebodys(IpAddr::V4(four)))
        }
    }
}

/// Where the address of an adapter stands in a run: six pairs, or the last six of more, as in the id of a DHCP client.
fn adapter(run: &str, words: (bool, bool)) -> Option<Range<usize>> {
    let run = run.trim_end_matches(['.', ':', '-']);
    let separator = run.chars().nth(2).filter(|separator| matches!(separator, '-' | ':'))?;
    let pairs = run.split(separator).count();
    let is_paired = run.split(separator).all(|pair| pair.len() == 2 && !pair.contains(['.', ':', '-']));
    let start = run.len().checked_sub(17)?;
    (is_paired && pairs >= 6 && words == (false, false)).then_some(start..run.len())
}

fn mac(text: &str) -> Option<[u8; 6]> {
    let mut address = [0; 6];
    for (byte, pair) in address.iter_mut().zip(text.split(['-', ':'])) {
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    (address != [0; 6] && address != [0xff; 6]).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = in_text(text).into_iter().filter_map(|(range, _)| text.get(range)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        check("   IPv4 Address. . . : 10.0.0.20(Preferred) ", &["10.0.0.20"]);
        check("HTTP/10.0.0.5:8080, [::1]:80 [fd00::20]:443.", &["10.0.0.5", "fd00::20"]);
        check("*:80:10.0.0.20 10.0.0.20:80: 10.0.0.1-10.0.0.9.", &["10.0.0.20", "10.0.0.20", "10.0.0.1", "10.0.0.9"]);
        check(
            "::ffff:10.0.0.57 fe80::1%12(Preferred) 2001:DB8:0:0:0:0:0:1",
            &["10.0.0.57", "fe80::1", "2001:DB8:0:0:0:0:0:1"],
        );
        check("00-15-5D-00-04-14 00:15:5d:00:04:14", &["00-15-5D-00-04-14", "00:15:5d:00:04:14"]);
        check("00-01-00-01-2B-3C-4D-5E-00-15-5D-00-04-14", &["00-15-5D-00-04-14"]);
        check("20.0.0.10.in-addr.arpa [10.0.0.10:123]: \\\\10.0.0.10\\x", &["20.0.0.10", "10.0.0.10", "10.0.0.10"]);
        check("10.0.0.5 - 10.0.0.6 -10.0.0.7-", &["10.0.0.5", "10.0.0.6", "10.0.0.7"]);
    }

    #[test]
    fn what_only_looks_like_one_is_left() {
        for text in [
            "10.0.20348 N/A Build 20348",
            "6.1.7601.17514 4.0.30319.0 1.2.840.113556 1.2.3.4.5 010.0.0.1",
            "v10.0.0.1 web10.0.0.1 10.0.0.1x x_10.0.0.1",
            "127.0.0.1 0.0.0.0 255.255.255.0 224.0.0.252 239.255.255.250 ::1 :: ff02::1 ::ffff:127.0.0.1",
            "Chrome/145.0.0.0 Version=10.0.0.0",
            "08:15:00 2026-03-02T08:15:00.0000000Z 10:20:00, 0:0x3e7a1",
            "54849625-5478-4994-a5ba-3e3b0328c30d S-1-5-21-1-2-3-1104",
            "00-00-00-00-00-00 FF-FF-FF-FF-FF-FF 00-15-5D-00-04 x00-15-5D-00-04-14 00-15-5D-00-04-14x",
            "std::dead ab-cd a.b.c.d",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn hostile_runs_end() {
        for pattern in [":", "-", ".", "1.", "::", "00-", "a:", "1.1.1.1-"] {
            let text = pattern.repeat(100_000);
            let _ = in_text(&text);
        }
    }
}
