//! `ipconfig /all` output: the name of the host and its addresses.
//!
//! Labels are translated and padded with dots; the first two lines of the first block are the host name and the
//! primary DNS suffix in every language.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited};
use crate::formats::text::Text;

/// What `ipconfig /all` printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IpConfiguration {
    /// The host name.
    pub host_name: Option<Cited<String>>,
    /// The primary DNS suffix; none for a host that is in no domain.
    pub dns_suffix: Option<Cited<String>>,
    /// The addresses of the host, IPv4 and IPv6.
    pub addresses: Vec<Cited<std::net::IpAddr>>,
}

/// Whether a text was printed by `ipconfig /all`.
pub fn recognizes(text: &Text) -> bool {
    let dotted = text.lines().iter().filter(|line| line.contains(". . ")).count();
    dotted >= 3 && parse(ArtifactId(0), text).value.host_name.is_some()
}

/// Reads the output.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<IpConfiguration> {
    let mut value = IpConfiguration::default();
    let mut head = Vec::new();
    let lines: Vec<_> = text.numbered().filter_map(|(number, line)| Some((number, dotted(line)?))).collect();
    for (index, (number, (label, words))) in lines.iter().copied().enumerate() {
        if head.len() < 2 {
            head.push(Cited::new(words.to_owned(), artifact.line(number)));
        }
        // Since Windows Vista only addresses of the host itself carry a mark such as (Preferred), and in every version
        // their subnet mask stands in the next line, both in any language.
        let (address, mark) = words.split_once('(').unwrap_or((words, ""));
        let address = address.split('%').next().unwrap_or(address).trim();
        let next = lines.get(index.saturating_add(1)).map(|(_, (_, words))| *words);
        let own = !mark.is_empty() || is_own(label) || next.is_some_and(is_mask);
        if let (true, Ok(address)) = (own, address.parse()) {
            value.addresses.push(Cited::new(address, artifact.line(number)));
        }
    }
    let mut head = head.into_iter().filter(|cited| !cited.value.is_empty());
    value.host_name = head.next().filter(|name| is_host_name(&name.value));
    value.dns_suffix = head.next().filter(|suffix| suffix.value.contains('.') && is_host_name(&suffix.value));
    let mut parsed = Parsed::whole(value);
    if parsed.value.host_name.is_none() {
        parsed.lose(artifact.whole(), GapReason::Damaged("it names no host".to_owned()));
    }
    parsed
}

/// Whether a line is one of the host's own addresses by its name alone: Wine prints neither a mark nor a mask.
fn is_own(label: &str) -> bool {
    let label = label.to_lowercase();
    ["ip address", "ipv4 address", "ip-adresse"].iter().any(|own| label.contains(own))
}

fn is_mask(words: &str) -> bool {
    words.starts_with("255.") && words.parse::<std::net::Ipv4Addr>().is_ok()
}

/// `   Host Name . . . . . . . . . . . . : WEB01`
fn dotted(line: &str) -> Option<(&str, &str)> {
    let (label, value) = line.split_once(" : ").or_else(|| line.split_once(':'))?;
    label.contains(" .").then(|| (label.trim(), value.trim()))
}

fn is_host_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const ENGLISH: &str = "\r\nWindows IP Configuration\r\n\r\n\
        \x20  Host Name . . . . . . . . . . . . : WEB01\r\n   Primary Dns Suffix  . . . . . . . : contoso.com\r\n\
        \x20  Node Type . . . . . . . . . . . . : Hybrid\r\n\r\nEthernet adapter Ethernet0:\r\n\r\n\
        \x20  IPv4 Address. . . . . . . . . . . : 10.0.0.20(Preferred)\r\n\
        \x20  Link-local IPv6 Address . . . . . : fe80::1%12(Preferred)\r\n\
        \x20  Default Gateway . . . . . . . . . : 10.0.0.1\r\n";

    fn read(text: &str) -> Parsed<IpConfiguration> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn the_host_and_its_own_addresses_are_read() {
        let value = read(ENGLISH).value;
        assert_eq!(value.host_name.map(|name| name.value), Some("WEB01".to_owned()));
        assert_eq!(value.dns_suffix.map(|suffix| suffix.value), Some("contoso.com".to_owned()));
        let addresses: Vec<_> = value.addresses.iter().map(|address| address.value.to_string()).collect();
        assert_eq!(addresses, ["10.0.0.20", "fe80::1"]);
    }

    #[test]
    fn addresses_of_older_systems_are_told_by_the_mask_behind_them() {
        let french = "Configuration IP de Windows\r\n\r\n        Nom de l'h\u{f4}te . . . . . . . . . . : WEB01\r\n\
            \x20       Suffixe DNS principal . . . . . . : contoso.com\r\n\
            \x20       Adresse IP. . . . . . . . . . . . : 10.0.0.20\r\n\
            \x20       Masque de sous-r\u{e9}seau . . . . . : 255.255.255.0\r\n\
            \x20       Passerelle par d\u{e9}faut . . . . . : 10.0.0.1\r\n\
            \x20       Serveurs DNS. . . . . . . . . . . : 10.0.0.10\r\n";
        let wine = "    Hostname. . . . . . . . . . . . . : web01\n    IPv4 address. . . . . . . . . . . : 10.0.0.20\n\
            \x20   Default gateway . . . . . . . . . : 10.0.0.1\n";
        for text in [french, wine] {
            let found = read(text).value.addresses;
            let addresses: Vec<_> = found.iter().map(|address| address.value.to_string()).collect();
            assert_eq!(addresses, ["10.0.0.20"], "{text}");
        }
    }

    #[test]
    fn a_host_outside_a_domain_has_no_suffix() {
        let value = read(&ENGLISH.replace("contoso.com", "")).value;
        assert_eq!(value.dns_suffix, None);
    }

    #[test]
    fn its_own_output_is_recognized_and_other_text_is_not() {
        assert!(recognizes(&Text::from(ENGLISH)));
        assert!(!recognizes(&Text::from("a . . b : c\n")));
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[ENGLISH]) {
            let _ = read(cut);
        }
    }
}
