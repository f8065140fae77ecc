//! `Resolve-DnsName` output for one name: the same that `nslookup` tells, in the table or the list of PowerShell.

use crate::artifacts::nslookup::NameLookup;
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::text::Text;

/// Records of one answer at most.
const RECORDS: usize = 10_000;

/// Whether a text was printed by it.
pub fn recognizes(text: &Text) -> bool {
    let head = || text.lines().iter().take(60);
    let is_table = head().any(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.starts_with(&["Name", "Type", "TTL", "Section"])
    });
    let is_list = head().any(|line| line.starts_with("QueryType") && line.contains(':'));
    is_table || is_list || head().any(|line| line.starts_with("Resolve-DnsName :"))
}

/// Reads the answer.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<NameLookup> {
    let mut parsed = Parsed::whole(NameLookup::default());
    let mut record = Record::default();
    let mut taken = 0_usize;
    for (number, line) in text.numbered() {
        let at = artifact.line(number);
        if taken >= RECORDS {
            parsed.lose(at, GapReason::OverLimit("records".to_owned()));
            break;
        }
        if line.starts_with("Resolve-DnsName :") {
            failed(line, at, &mut parsed);
        } else if let Some((key, value)) = field(line) {
            if key == "Name" {
                record.finish(&mut parsed.value);
                taken = taken.saturating_add(1);
            }
            record.set(key, value, at);
        } else if let Some(mut row) = row(line, at) {
            row.finish(&mut parsed.value);
            taken = taken.saturating_add(1);
        }
    }
    record.finish(&mut parsed.value);
    if parsed.is_whole() && parsed.value.name.is_none() && parsed.value.not_found.is_none() {
        parsed.lose(artifact.whole(), GapReason::Damaged("it holds no answer".to_owned()));
    }
    parsed
}

/// A record of DNS, as far as it was printed.
#[derive(Default)]
struct Record {
    name: Option<Cited<String>>,
    kind: String,
    data: Option<Cited<String>>,
}

impl Record {
    fn set(&mut self, key: &str, value: &str, at: Evidence) {
        match key {
            "Name" => self.name = Some(Cited::new(value.to_owned(), at)),
            "QueryType" | "Type" => value.clone_into(&mut self.kind),
            "NameHost" | "IP4Address" | "IP6Address" | "IPAddress" => {
                self.data.get_or_insert(Cited::new(value.to_owned(), at));
            }
            _ => {}
        }
    }

    fn finish(&mut self, lookup: &mut NameLookup) {
        let record = std::mem::take(self);
        let (Some(name), Some(data)) = (record.name, record.data) else { return };
        match record.kind.as_str() {
            "CNAME" => lookup.aliases.push(name),
            "A" | "AAAA" => {
                if let Ok(address) = data.value.parse() {
                    lookup.addresses.push(Cited::new(address, data.at));
                    lookup.name.get_or_insert(name);
                }
            }
            _ => {}
        }
    }
}

/// `Name       : web01.contoso.com`; the names of properties are not translated.
fn field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(" : ").or_else(|| line.split_once(": "))?;
    let key = key.trim();
    let known = ["Name", "QueryType", "Type", "NameHost", "IP4Address", "IP6Address", "IPAddress"];
    known.contains(&key).then_some((key, value.trim()))
}

/// `web01.contoso.com   A   1200  Answer   10.0.0.20`
fn row(line: &str, at: Evidence) -> Option<Record> {
    let words: Vec<_> = line.split_whitespace().collect();
    let [name, kind, ttl, section, data] = words.as_slice() else { return None };
    ttl.parse::<u32>().ok()?;
    let is_answer = matches!(*section, "Answer" | "Question" | "Additional");
    is_answer.then(|| Record {
        name: Some(Cited::new((*name).to_owned(), at)),
        kind: (*kind).to_owned(),
        data: Some(Cited::new((*data).to_owned(), at)),
    })
}

/// Only that the name does not exist is an answer; the class of the error is not translated.
fn failed(line: &str, at: Evidence, parsed: &mut Parsed<NameLookup>) {
    if line.contains("does not exist") || line.contains("DNS_ERROR_RCODE_NAME_ERROR") {
        parsed.value.not_found = Some(Cited::new((), at));
    } else {
        parsed.lose(at, GapReason::ToolFailed(line.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const TABLE: &str = "\r\nName                           Type   TTL   Section    NameHost\r\n\
        ----                           ----   ---   -------    --------\r\n\
        intranet.contoso.com           CNAME  3600  Answer     web01.contoso.com\r\n\r\n\
        Name       : web01.contoso.com\r\nQueryType  : A\r\nTTL        : 3600\r\nSection    : Answer\r\nIP4Address : 10.0.0.20\r\n\r\n";
    const ADDRESS: &str = "Name                                           Type   TTL   Section    IPAddress\r\n\
        ----                                           ----   ---   -------    ---------\r\n\
        web01.contoso.com                              A      1200  Question   10.0.0.20\r\n";
    const MISSING: &str = "Resolve-DnsName : nope.contoso.com : DNS name does not exist\r\nAt line:1 char:1\r\n";

    fn read(text: &str) -> Parsed<NameLookup> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn an_alias_is_told_from_an_address() {
        let lookup = read(TABLE).value;
        assert_eq!(lookup.name.map(|name| name.value).as_deref(), Some("web01.contoso.com"));
        assert_eq!(lookup.aliases, [Cited::new("intranet.contoso.com".to_owned(), ArtifactId(0).line(4))]);
        assert_eq!(lookup.addresses.len(), 1);
        let address = read(ADDRESS).value;
        assert_eq!((address.aliases.len(), address.addresses.len()), (0, 1));
    }

    #[test]
    fn only_a_name_that_does_not_exist_is_missing() {
        assert!(read(MISSING).value.not_found.is_some() && read(MISSING).is_whole());
        let timeout = read("Resolve-DnsName : nope : This operation returned because the timeout period expired\r\n");
        assert!(timeout.value.not_found.is_none() && !timeout.is_whole());
        assert!(!read("").is_whole());
    }

    #[test]
    fn only_such_texts_are_recognized() {
        for text in [TABLE, ADDRESS, MISSING] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        for text in ["", "Name: web01", "Server:  dc01\nAddress:  10.0.0.10\n\nName:    web01.contoso.com\n"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[TABLE, ADDRESS, MISSING]) {
            let _ = read(cut);
        }
    }
}
