//! Entries of the directory as comma-separated values, a line each: what `csvde` and `Export-Csv` write.
//!
//! `csvde` puts the distinguished name first, under `DN`. It divides the values of one attribute by semicolons, and
//! writes binary ones as `X'0105…'`. Nothing in such a file says what was asked, so nothing follows from entries that
//! are not in it; but an empty cell of an attribute that has a column is an attribute that is not set.

use crate::artifacts::ldif::{Attribute, DirectoryAnswer, DirectoryOutput, Entry};
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::csv;
use crate::formats::text::{Text, is_damaged};

/// Entries of one file at most.
const ENTRIES: usize = 100_000;
/// Values of one cell at most.
const VALUES: usize = 5_000;
/// What PowerShell writes in place of a list.
const LIST: &str = "Microsoft.ActiveDirectory.Management.";

/// Whether a text is such an export.
pub fn recognizes(text: &Text) -> bool {
    let mut lines = lines(text);
    let Some(columns) = lines.next().map(|(_, line)| csv::cells(line)) else { return false };
    let Some(names) = name_column(&columns) else { return false };
    let is_name = |line: &str| csv::cells(line).get(names).is_some_and(|name| is_distinguished(name));
    columns.len() > 1 && lines.next().is_some_and(|(_, line)| is_name(line))
}

/// Reads a file.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<DirectoryOutput> {
    let mut parsed = Parsed::whole(Vec::new());
    let mut lines = lines(text);
    let Some((number, header)) = lines.next() else { return parsed };
    let columns = csv::cells(header);
    let Some(names) = name_column(&columns) else {
        parsed.lose(artifact.line(number), GapReason::Damaged("no column holds distinguished names".to_owned()));
        return parsed;
    };
    let mut answer = DirectoryAnswer::default();
    answer.remarks.push(("attributes".to_owned(), Cited::new(columns.join(","), artifact.line(number))));
    for (number, line) in lines {
        let at = artifact.line(number);
        if answer.entries.len() >= ENTRIES {
            parsed.lose(at, GapReason::OverLimit("directory entries".to_owned()));
            break;
        }
        let cells = csv::cells(line);
        let name = cells.get(names).filter(|name| is_distinguished(name) && !is_damaged(line));
        match name.filter(|_| cells.len() == columns.len()) {
            Some(name) => {
                let dn = Cited::new(name.clone(), at);
                let attributes = attributes(&columns, &cells, at, &mut parsed);
                answer.entries.push(Entry { dn, attributes, at });
            }
            None => {
                parsed.lose(at, GapReason::Damaged("a line that does not fit the columns".to_owned()));
            }
        }
    }
    parsed.value.push(answer);
    parsed
}

/// The lines that say something. PowerShell begins with one about types.
fn lines(text: &Text) -> impl Iterator<Item = (u32, &str)> {
    text.numbered().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with("#TYPE"))
}

fn name_column(columns: &[String]) -> Option<usize> {
    let is_name =
        |column: &String| ["dn", "distinguishedname"].iter().any(|name| column.trim().eq_ignore_ascii_case(name));
    columns.iter().position(is_name)
}

fn is_distinguished(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let begins = ["CN=", "OU=", "DC="].iter().any(|kind| upper.starts_with(kind));
    begins && (upper.starts_with("DC=") || upper.contains(",DC="))
}

fn attributes<T>(columns: &[String], cells: &[String], at: Evidence, parsed: &mut Parsed<T>) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    for (column, cell) in columns.iter().zip(cells) {
        if cell.starts_with(LIST) {
            parsed.lose(at, GapReason::Damaged(format!("{column} holds the name of a type in place of its values")));
            continue;
        }
        for value in values(cell) {
            match bytes(&value) {
                Some(value) => attributes.push(Attribute { name: column.trim().to_owned(), value, at }),
                None => parsed.lose(at, GapReason::Damaged("a binary value that is not understood".to_owned())),
            }
        }
    }
    attributes
}

/// The values of a cell: semicolons divide them, unless a backslash stands before.
fn values(cell: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut characters = cell.chars().peekable();
    while let Some(character) = characters.next() {
        let may_divide = values.len() < VALUES;
        let Some(value) = values.last_mut() else { break };
        match character {
            '\\' if characters.peek() == Some(&';') => value.extend(characters.next()),
            ';' if may_divide => values.push(String::new()),
            other => value.push(other),
        }
    }
    values.retain(|value| !value.is_empty());
    values
}

/// `X'0a1b'` as the bytes that it stands for; anything else as it is written.
fn bytes(value: &str) -> Option<Vec<u8>> {
    let Some(digits) = value.strip_prefix("X'").and_then(|rest| rest.strip_suffix('\'')) else {
        return Some(value.as_bytes().to_vec());
    };
    let pairs: Vec<_> = digits.chars().collect();
    let byte = |pair: &[char]| {
        let [high, low] = pair else { return None };
        u8::try_from(high.to_digit(16)?.checked_mul(16)?.checked_add(low.to_digit(16)?)?).ok()
    };
    pairs.chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::{beginnings, changed};

    const EXPORT: &str = "DN,objectClass,sAMAccountName,servicePrincipalName,objectSid,description\r\n\
        \"CN=svc-web,OU=Service Accounts,DC=contoso,DC=com\",user,svc-web,HTTP/intranet;HTTP/intranet.contoso.com,X'01050000',web\\; new\r\n\
        \"CN=Doe\\, John,CN=Users,DC=contoso,DC=com\",user,jdoe,,X'0106',\r\n";

    fn read(text: &str) -> Parsed<DirectoryOutput> {
        parse(ArtifactId(0), &Text::from(text))
    }

    fn texts(entry: &Entry, name: &str) -> Vec<String> {
        entry.texts(name).map(|text| text.value.to_owned()).collect()
    }

    #[test]
    fn a_line_is_an_entry_with_all_its_values() {
        let parsed = read(EXPORT);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let [answer] = parsed.value.as_slice() else { panic!() };
        let [web, person] = answer.entries.as_slice() else { panic!() };
        assert_eq!(texts(web, "servicePrincipalName"), ["HTTP/intranet", "HTTP/intranet.contoso.com"]);
        assert_eq!(texts(web, "description"), ["web; new"]);
        assert_eq!(web.values("objectSid").map(|sid| sid.value.clone()).collect::<Vec<_>>(), [[1, 5, 0, 0]]);
        assert_eq!(person.dn.value, "CN=Doe\\, John,CN=Users,DC=contoso,DC=com");
        assert!(texts(person, "servicePrincipalName").is_empty() && answer.result.is_none());
        assert_eq!(web.at, ArtifactId(0).line(2));
    }

    #[test]
    fn damage_costs_its_line_and_is_said() {
        for (what, damaged) in
            [(",user,jdoe,", ",jdoe,"), ("CN=Doe", "Doe"), ("jdoe", "jd\u{1}oe"), ("X'0106'", "X'01z6'")]
        {
            let parsed = read(&EXPORT.replace(what, damaged));
            assert!(!parsed.is_whole(), "{damaged}");
            assert_eq!(texts(&parsed.value[0].entries[0], "sAMAccountName"), ["svc-web"], "{damaged}");
        }
        let list = "\"DistinguishedName\",\"servicePrincipalName\"\r\n\
            \"CN=a,DC=b\",\"Microsoft.ActiveDirectory.Management.ADPropertyValueCollection\"\r\n";
        let parsed = read(list);
        assert!(!parsed.is_whole() && texts(&parsed.value[0].entries[0], "servicePrincipalName").is_empty());
    }

    #[test]
    fn its_own_form_is_recognized_and_other_tables_are_not() {
        let powershell = "#TYPE Microsoft.ActiveDirectory.Management.ADUser\r\n\"DistinguishedName\",\"SamAccountName\"\r\n\
            \"CN=a,DC=contoso,DC=com\",\"a\"\r\n";
        for text in [EXPORT, powershell] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        for text in ["", "DN\r\n", "DN,cn\r\nx,y\r\n", "Image Name,PID\r\nw3wp.exe,1\r\n", "dn: CN=x,DC=b\r\ncn: x\r\n"]
        {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_or_changed_anywhere_does_not_panic() {
        for cut in beginnings(&[EXPORT]) {
            let _ = read(cut);
        }
        for changed in changed(EXPORT) {
            let _ = read(&changed);
        }
    }
}
