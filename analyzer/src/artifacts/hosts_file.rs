//! The `hosts` file: names that this computer looks up in no DNS.

use std::net::IpAddr;

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::text::Text;

/// Entries of one file at most; lists that block advertisements are long.
const ENTRIES: usize = 200_000;

/// A name with its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostsEntry {
    /// The line.
    pub at: Evidence,
    /// The address.
    pub address: IpAddr,
    /// The name, in lower case.
    pub name: String,
}

/// Whether a text is such a file: there is nothing in it but entries, comments, and the words it comes with.
pub fn recognizes(text: &Text) -> bool {
    let lines = || text.lines().iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let is_comment = |line: &str| line.starts_with('#');
    let mentions = lines().any(|line| is_comment(line) && line.to_lowercase().contains("hosts"));
    let fits = lines().all(|line| is_comment(line) || entry(line).is_some());
    fits && (mentions || lines().any(|line| !is_comment(line)))
}

/// Reads the file.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Vec<HostsEntry>> {
    let mut parsed: Parsed<Vec<HostsEntry>> = Parsed::default();
    for (number, line) in text.numbered() {
        let at = artifact.line(number);
        let Some((address, names)) = entry(line) else { continue };
        for name in names {
            if parsed.value.len() >= ENTRIES {
                parsed.lose(at, GapReason::OverLimit("names".to_owned()));
                return parsed;
            }
            parsed.value.push(HostsEntry { at, address, name: name.trim_end_matches('.').to_lowercase() });
        }
    }
    parsed
}

/// `10.0.0.20  www.contoso.com www  # comment`
fn entry(line: &str) -> Option<(IpAddr, impl Iterator<Item = &str>)> {
    let mut words = line.split('#').next()?.split_whitespace();
    let address = words.next()?.split('%').next()?.parse().ok()?;
    let mut names = words.peekable();
    names.peek()?;
    Some((address, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const FILE: &str = "# This is a sample HOSTS file.\r\n#\r\n127.0.0.1  localhost\r\n\r\n\
        10.0.0.20\tWWW.contoso.com www # moved\r\n::1 localhost\r\n#10.0.0.9 old.contoso.com\r\n";

    fn read(text: &str) -> Vec<(String, String)> {
        let entries = parse(ArtifactId(0), &Text::from(text)).value;
        entries.into_iter().map(|entry| (entry.address.to_string(), entry.name)).collect()
    }

    #[test]
    fn names_are_read_and_comments_are_not() {
        let expected =
            [("127.0.0.1", "localhost"), ("10.0.0.20", "www.contoso.com"), ("10.0.0.20", "www"), ("::1", "localhost")];
        assert_eq!(read(FILE), expected.map(|(address, name)| (address.to_owned(), name.to_owned())));
        assert_eq!(parse(ArtifactId(0), &Text::from(FILE)).value[1].at, ArtifactId(0).line(5));
    }

    #[test]
    fn only_such_files_are_recognized() {
        assert!(recognizes(&Text::from(FILE)) && recognizes(&Text::from("10.0.0.1 a\n")));
        for text in ["", "# a comment\n", "10.0.0.1 a\nhello\n", "10.0.0.1\n"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[FILE]) {
            let _ = read(cut);
        }
    }
}
