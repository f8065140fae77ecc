//! `nslookup` output for one name: its canonical name, its addresses, and the aliases that lead there.
//!
//! A name that stands under `Aliases:` is a CNAME. Browsers follow it before they ask for a ticket.

use std::net::IpAddr;

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::text::{Text, is_damaged};

/// What `nslookup NAME` printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameLookup {
    /// The name that holds the addresses.
    pub name: Option<Cited<String>>,
    /// Its addresses.
    pub addresses: Vec<Cited<IpAddr>>,
    /// Names that lead to it; not empty means that the name that was asked for is a CNAME.
    pub aliases: Vec<Cited<String>>,
    /// The line that says that the name does not exist.
    pub not_found: Option<Cited<()>>,
}

/// Whether a text was printed by `nslookup`.
pub fn recognizes(text: &Text) -> bool {
    let labels: Vec<_> = text.lines().iter().filter_map(|line| line.split_once(':')).map(|(label, _)| label).collect();
    let server = labels.iter().position(|label| label.starts_with("Server") || label.starts_with("Serv"));
    let lookup = parse(ArtifactId(0), text).value;
    server.is_some_and(|at| labels.get(at + 1).is_some_and(|next| next.starts_with("Add") || next.starts_with("Adr")))
        && (lookup.name.is_some() || lookup.not_found.is_some())
}

/// Reads the answer; the lines about the DNS server stand in the first block and are passed over.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<NameLookup> {
    let mut value = NameLookup::default();
    let mut complaints = Vec::new();
    let mut list = List::Nothing;
    let mut damage = None;
    for (number, line) in text.numbered() {
        let at = artifact.line(number);
        // A name of which a part is lost is another name.
        if is_damaged(line) {
            damage.get_or_insert(at);
            list = List::Nothing;
            continue;
        }
        if line.starts_with("***") {
            complaints.push((line, at));
            continue;
        }
        let (label, words) = match line.split_once(':') {
            Some((label, words)) if !line.starts_with([' ', '\t']) => (label.trim(), words.trim()),
            _ => ("", line.trim()),
        };
        match label {
            "Name" | "Nom" | "Nombre" => {
                value.name.get_or_insert(Cited::new(words.to_owned(), at));
                list = List::Nothing;
            }
            _ if label.starts_with("Add") || label.starts_with("Adr") || label.starts_with("Direcc") => {
                list = List::Addresses;
            }
            _ if label.starts_with("Alias") => list = List::Aliases,
            "" => {}
            _ => list = List::Nothing,
        }
        if value.name.is_some() {
            take(&list, words, at, &mut value);
        }
    }
    let mut parsed = Parsed::whole(value);
    if let Some(at) = damage {
        parsed.lose(at, GapReason::Damaged("characters that no tool prints".to_owned()));
    } else if parsed.value.name.is_none() {
        without_answer(artifact, &complaints, &mut parsed);
    }
    parsed
}

/// Only one complaint is an answer: that the name does not exist. A server without a name of its own, or one that is
/// silent, says nothing about the name that was asked for.
fn without_answer(artifact: ArtifactId, complaints: &[(&str, Evidence)], parsed: &mut Parsed<NameLookup>) {
    let is_answer = |line: &str| line.contains("Non-existent domain") && !line.contains("server name");
    match complaints.last() {
        Some((line, at)) if is_answer(line) => parsed.value.not_found = Some(Cited::new((), *at)),
        Some((line, at)) => parsed.lose(*at, GapReason::ToolFailed((*line).to_owned())),
        None => parsed.lose(artifact.whole(), GapReason::Damaged("it holds no answer".to_owned())),
    }
}

/// What the indented lines that follow a label are.
enum List {
    Nothing,
    Addresses,
    Aliases,
}

fn take(list: &List, words: &str, at: Evidence, value: &mut NameLookup) {
    match list {
        List::Addresses => value.addresses.extend(words.parse().ok().map(|address| Cited::new(address, at))),
        List::Aliases if !words.is_empty() => value.aliases.push(Cited::new(words.to_owned(), at)),
        List::Aliases | List::Nothing => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const CNAME: &str = "Server:  dc01.contoso.com\r\nAddress:  10.0.0.10\r\n\r\n\
        Name:    web01.contoso.com\r\nAddresses:  10.0.0.20\r\n\t  fd00::20\r\nAliases:  intranet.contoso.com\r\n\t  www.contoso.com\r\n";
    const ADDRESS: &str = "Server:  dc01.contoso.com\r\nAddress:  10.0.0.10\r\n\r\nName:    web01.contoso.com\r\nAddress:  10.0.0.20\r\n\r\n";
    const MISSING: &str = "Server:  dc01.contoso.com\r\nAddress:  10.0.0.10\r\n\r\n\
        *** dc01.contoso.com can't find nope.contoso.com: Non-existent domain\r\n";

    fn read(text: &str) -> NameLookup {
        parse(ArtifactId(0), &Text::from(text)).value
    }

    #[test]
    fn an_alias_is_told_from_an_address() {
        let lookup = read(CNAME);
        assert_eq!(lookup.name.map(|name| name.value), Some("web01.contoso.com".to_owned()));
        assert_eq!(lookup.addresses.len(), 2);
        let aliases: Vec<_> = lookup.aliases.iter().map(|alias| alias.value.as_str()).collect();
        assert_eq!(aliases, ["intranet.contoso.com", "www.contoso.com"]);
        assert!(read(ADDRESS).aliases.is_empty());
        assert_eq!(read(ADDRESS).addresses.len(), 1);
    }

    #[test]
    fn french_is_read_with_its_blank_before_the_colon() {
        let french = CNAME.replace("Server:", "Serveur :").replace("Name:", "Nom :").replace("Address", "Adresse ");
        assert_eq!(read(&french).aliases.len(), 2);
        assert!(recognizes(&Text::from(french.as_str())));
    }

    #[test]
    fn a_garbled_line_names_nothing() {
        for (what, garbled) in [("web01.", "we\u{1}01."), ("Aliases:", "Al\u{7}\u{fffd}ses:")] {
            let parsed = parse(ArtifactId(0), &Text::from(CNAME.replace(what, garbled).as_str()));
            assert!(!parsed.is_whole(), "{what}");
            let aliases = parsed.value.aliases.iter().any(|alias| alias.value == "intranet.contoso.com");
            assert!(parsed.value.name.is_none() || !aliases, "{what}: {:?}", parsed.value);
        }
    }

    #[test]
    fn a_name_that_does_not_exist_is_a_fact() {
        assert!(read(MISSING).not_found.is_some());
    }

    #[test]
    fn a_complaint_is_an_answer_only_when_it_is_about_the_name() {
        let nameless = "*** Can't find server name for address 10.0.0.10: Non-existent domain\r\n";
        let lookup = read(&format!("{nameless}{CNAME}"));
        assert_eq!((lookup.not_found, lookup.aliases.len()), (None, 2));
        let silent = "Server:  UnKnown\r\nAddress:  10.0.0.10\r\n\r\n*** Request to UnKnown timed-out\r\n";
        let parsed = parse(ArtifactId(0), &Text::from(silent));
        assert_eq!(parsed.value.not_found, None);
        assert!(!parsed.is_whole());
    }

    #[test]
    fn its_own_output_is_recognized_and_other_text_is_not() {
        for text in [CNAME, ADDRESS, MISSING] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        assert!(!recognizes(&Text::from("Name: x\n")));
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[CNAME]) {
            let _ = read(cut);
        }
    }
}
