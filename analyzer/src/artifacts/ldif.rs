//! Directory entries as LDIF (RFC 2849): what `ldifde`, `ldapsearch` and the collector write, each value with its line.
//!
//! The collector says in comments what was asked, as in `# filter: (cn=web01)`, and how it ended, as in `# result: 0`.
//! Only what stands in the file is repeated here; what an answer proves is for others to say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::text::{Text, is_damaged};

/// Entries of one file at most; a question about one site brings some dozens.
const ENTRIES: usize = 100_000;
/// Bytes of one value at most, as it is written. Group members and descriptors stay far below.
const VALUE: usize = 1 << 20;
/// Lines that are looked at to recognize a file.
const HEAD: usize = 200;

/// What a file holds: usually one answer, several where someone joined files.
pub type DirectoryOutput = Vec<DirectoryAnswer>;

/// The answer to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryAnswer {
    /// Comments of the form `# name: value`, in order; the names are in lower case.
    pub remarks: Vec<(String, Cited<String>)>,
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// The LDAP result code with which the search ended; none when nothing says that it ended.
    pub result: Option<Cited<u32>>,
}

impl DirectoryAnswer {
    /// The first comment of this name.
    pub fn remark(&self, name: &str) -> Option<&Cited<String>> {
        self.remarks.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// One entry of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name.
    pub dn: Cited<String>,
    /// Its attributes, one for each value, in order.
    pub attributes: Vec<Attribute>,
    /// All lines of it.
    pub at: Evidence,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name as written, without options.
    pub name: String,
    /// The value.
    pub value: Vec<u8>,
    /// Its lines.
    pub at: Evidence,
}

impl Entry {
    /// The values of an attribute, whatever the case of its name.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.attributes.iter().filter(move |attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    /// The values of an attribute that are text.
    pub fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cited<&'a str>> {
        self.values(name).filter_map(|attribute| {
            let text = std::str::from_utf8(&attribute.value).ok()?;
            Some(Cited::new(text, attribute.at))
        })
    }

    /// The first value of an attribute that is text.
    pub fn text<'a>(&'a self, name: &'a str) -> Option<Cited<&'a str>> {
        self.texts(name).next()
    }
}

/// Whether a text is LDIF. A version alone begins files of other formats too.
pub fn recognizes(text: &Text) -> bool {
    let mut lines = text.lines().iter().take(HEAD).map(|line| line.trim_end()).filter(|line| !line.is_empty());
    let mut has_version = false;
    lines.find_map(|line| {
        if let Some((name, _)) = remark(line) {
            return (has_version && QUESTION.contains(&name.as_str())).then_some(true);
        }
        let is_version = !has_version && line.strip_prefix("version:").is_some_and(|number| number.trim() == "1");
        has_version |= is_version;
        if is_version || line.starts_with(['#', ' ']) {
            return None;
        }
        Some(line.starts_with("dn:") && (line.starts_with("dn::") || line.contains('=') || line.trim() == "dn:"))
    }) == Some(true)
}

/// Comments that tell what was asked: one of them behind an entry begins another answer.
const QUESTION: [&str; 4] = ["server", "base", "scope", "filter"];

/// Reads a file.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<DirectoryOutput> {
    let mut reading = Reading::new(artifact);
    for (number, line) in text.numbered() {
        match line.strip_prefix(' ') {
            Some(rest) => reading.continues(number, rest),
            None => reading.line(number, line),
        }
    }
    reading.finish()
}

/// A line with those that continue it.
struct Logical {
    first: u32,
    last: u32,
    text: String,
    is_too_long: bool,
}

struct Reading {
    artifact: ArtifactId,
    line: Option<Logical>,
    /// The lines of the record that is being read; with each the range of values that it says it is from.
    record: Vec<(Attribute, Option<String>)>,
    answers: Vec<DirectoryAnswer>,
    entries: usize,
    /// A line of the record is damaged: the end of the record may be lost with it, and what follows is another's.
    is_spoiled: bool,
    parsed: Parsed<()>,
}

impl Reading {
    fn new(artifact: ArtifactId) -> Self {
        Self {
            artifact,
            line: None,
            record: Vec::new(),
            answers: vec![DirectoryAnswer::default()],
            entries: 0,
            is_spoiled: false,
            parsed: Parsed::whole(()),
        }
    }

    fn lose(&mut self, at: Evidence, reason: GapReason) {
        self.parsed.lose(at, reason);
    }

    fn damaged(&mut self, at: Evidence, what: &str) {
        self.lose(at, GapReason::Damaged(what.to_owned()));
    }

    fn continues(&mut self, number: u32, rest: &str) {
        let Some(line) = &mut self.line else {
            return self.damaged(self.artifact.line(number), "a line that continues nothing");
        };
        line.last = number;
        line.is_too_long |= line.text.len().saturating_add(rest.len()) > VALUE;
        if !line.is_too_long {
            line.text.push_str(rest);
        }
    }

    fn line(&mut self, number: u32, text: &str) {
        self.finish_line();
        if text.trim().is_empty() {
            return self.finish_record();
        }
        self.line =
            Some(Logical { first: number, last: number, text: text.to_owned(), is_too_long: text.len() > VALUE });
    }

    fn finish(mut self) -> Parsed<DirectoryOutput> {
        self.finish_line();
        self.cut_off();
        self.finish_record();
        let empty = DirectoryAnswer::default();
        let answers = self.answers.into_iter().filter(|answer| *answer != empty).collect();
        Parsed { value: answers, losses: self.parsed.losses }
    }

    /// The last value of a file that does not end with an empty line may be the beginning of a longer one.
    fn cut_off(&mut self) {
        if let Some((last, _)) = self.record.pop() {
            self.lose(last.at, GapReason::Truncated);
        }
    }

    fn finish_line(&mut self) {
        let Some(line) = self.line.take() else { return };
        let at = self.artifact.lines(line.first, line.last);
        if line.is_too_long {
            return self.lose(at, GapReason::OverLimit("bytes of a directory value".to_owned()));
        }
        if is_damaged(&line.text) {
            self.is_spoiled = true;
            return self.damaged(at, "characters that LDIF does not have");
        }
        if line.text.starts_with('#') {
            if let Some((name, value)) = remark(&line.text) {
                self.remark(name, Cited::new(value.to_owned(), at));
            }
            return;
        }
        match attribute(&line.text, at) {
            Ok(Some(attribute)) if !self.is_spoiled => self.record.push(attribute),
            Ok(_) => {}
            Err(reason) => self.lose(at, reason),
        }
    }

    /// A comment is no part of the record that it stands in, but one about a question ends the answer before it.
    fn remark(&mut self, name: String, value: Cited<String>) {
        let begins = QUESTION.contains(&name.as_str());
        if begins {
            self.finish_record();
        }
        let over = self.answers.last().is_none_or(|answer| !answer.entries.is_empty() || answer.result.is_some());
        if begins && over {
            self.answers.push(DirectoryAnswer::default());
        }
        let Some(answer) = self.answers.last_mut() else { return };
        if name == "result" {
            answer.result = result(&value);
        } else {
            answer.remarks.push((name, value));
        }
    }

    fn finish_record(&mut self) {
        self.is_spoiled = false;
        let mut record = std::mem::take(&mut self.record).into_iter().peekable();
        while record.next_if(|(attribute, _)| attribute.name.eq_ignore_ascii_case("version")).is_some() {}
        let Some((first, _)) = record.next() else { return };
        let rest: Vec<_> = record.collect();
        if !first.name.eq_ignore_ascii_case("dn") {
            return self.trailer(first, rest);
        }
        let Ok(dn) = String::from_utf8(first.value) else {
            return self.damaged(first.at, "a distinguished name that is no text");
        };
        let change = rest.iter().find(|(attribute, _)| attribute.name.eq_ignore_ascii_case("changetype"));
        // `ldifde` writes what it exports as additions.
        if let Some((change, _)) = change.filter(|(change, _)| !change.value.eq_ignore_ascii_case(b"add")) {
            return self.damaged(change.at, "a change of an entry instead of an entry");
        }
        if self.entries >= ENTRIES {
            if self.entries == ENTRIES {
                self.lose(first.at, GapReason::OverLimit("directory entries".to_owned()));
            }
            self.entries = ENTRIES.saturating_add(1);
            return;
        }
        self.entries = self.entries.saturating_add(1);
        let entry = self.entry(Cited::new(dn, first.at), rest);
        self.answers.last_mut().into_iter().for_each(|answer| answer.entries.push(entry.clone()));
    }

    fn entry(&mut self, dn: Cited<String>, attributes: Vec<(Attribute, Option<String>)>) -> Entry {
        let mut cut: Vec<String> = Vec::new();
        let mut ends = Vec::new();
        for (attribute, range) in &attributes {
            let name = attribute.name.to_ascii_lowercase();
            match range.as_deref() {
                Some(range) if range.ends_with("-*") => ends.push(name),
                Some(_) if !cut.contains(&name) => cut.push(name),
                _ => {}
            }
        }
        cut.retain(|name| !ends.contains(name));
        let last = attributes.last().map_or(dn.at, |(attribute, _)| attribute.at);
        let at = dn.at.through(last);
        if !cut.is_empty() {
            self.lose(at, GapReason::Truncated);
        }
        let attributes = attributes.into_iter().map(|(attribute, _)| attribute);
        let attributes = attributes.filter(|attribute| !attribute.name.eq_ignore_ascii_case("changetype")).collect();
        Entry { dn, attributes, at }
    }

    /// `ldapsearch` ends with records of its own: how the search ended, and where else it might go on.
    fn trailer(&mut self, first: Attribute, rest: Vec<(Attribute, Option<String>)>) {
        let mut all = std::iter::once(first).chain(rest.into_iter().map(|(attribute, _)| attribute)).peekable();
        let Some(first) = all.peek() else { return };
        let (name, at) = (first.name.to_ascii_lowercase(), first.at);
        match name.as_str() {
            "search" | "result" => {
                let result = all.find(|attribute| attribute.name.eq_ignore_ascii_case("result"));
                let words =
                    result.and_then(|result| Some(Cited::new(String::from_utf8(result.value).ok()?, result.at)));
                if let (Some(words), Some(answer)) = (words, self.answers.last_mut()) {
                    answer.result = self::result(&words);
                }
            }
            "ref" | "control" => {}
            _ => self.damaged(at, "a record that does not begin with a distinguished name"),
        }
    }
}

/// `# name: value`, with the name in lower case.
fn remark(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.strip_prefix('#')?.split_once(':')?;
    let name = name.trim();
    let is_name = !name.is_empty() && name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_name.then(|| (name.to_ascii_lowercase(), value.trim()))
}

/// The code in `0`, `0 (success)`, `4 Size limit exceeded`.
fn result(words: &Cited<String>) -> Option<Cited<u32>> {
    let code = words.value.split_whitespace().next()?.parse().ok()?;
    Some(Cited::new(code, words.at))
}

/// `name: text`, `name;option:: base64`. None for the line `-` that separates changes.
fn attribute(line: &str, at: Evidence) -> Result<Option<(Attribute, Option<String>)>, GapReason> {
    let damaged = |what: &str| GapReason::Damaged(what.to_owned());
    if line == "-" {
        return Ok(None);
    }
    let (description, value) = line.split_once(':').ok_or_else(|| damaged("a line without a colon"))?;
    let mut parts = description.split(';');
    let name = parts.next().unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(damaged("a line that does not begin with the name of an attribute"));
    }
    let range = parts.find_map(|option| option.to_ascii_lowercase().strip_prefix("range=").map(str::to_owned));
    let value = match value.as_bytes().first() {
        Some(b':') => {
            let words: String = value.chars().skip(1).filter(|c| !c.is_ascii_whitespace()).collect();
            STANDARD.decode(words).map_err(|_| damaged("a value that is no base64"))?
        }
        // A value that lies elsewhere, such as in a file: it is not looked for.
        Some(b'<') => return Err(GapReason::Refused("a value outside of the file is not read".to_owned())),
        _ => value.trim_start_matches(' ').as_bytes().to_vec(),
    };
    Ok(Some((Attribute { name: name.to_owned(), value, at }, range)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::{beginnings, changed};

    const ANSWER: &str = "version: 1\r\n\
        # server: dc1.contoso.com:3268\r\n\
        # base: DC=contoso,DC=com\r\n\
        # scope: subtree\r\n\
        # filter: (servicePrincipalName=HTTP/www.\r\n contoso.com)\r\n\
        \r\n\
        dn: CN=svc-web,CN=Users,DC=contoso,DC=com\r\n\
        sAMAccountName: svc-web\r\n\
        objectSid:: AQUAAAAAAAUVAAAA\r\n\
        servicePrincipalName: HTTP/www.conto\r\n so.com\r\n\
        servicePrincipalName: HTTP/www\r\n\
        \r\n\
        # result: 0 (success)\r\n\
        # entries: 1\r\n";

    fn read(text: &str) -> Parsed<DirectoryOutput> {
        parse(ArtifactId(0), &Text::from(text))
    }

    fn only(text: &str) -> DirectoryAnswer {
        let mut parsed = read(text);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        assert_eq!(parsed.value.len(), 1, "{:#?}", parsed.value);
        parsed.value.remove(0)
    }

    fn texts<'a>(entry: &'a Entry, name: &'a str) -> Vec<&'a str> {
        entry.texts(name).map(|text| text.value).collect()
    }

    /// What was lost, and that nothing but this was.
    fn loss(text: &str) -> GapReason {
        let mut parsed = read(text);
        assert_eq!(parsed.losses.len(), 1, "{:?}", parsed.losses);
        parsed.losses.remove(0).reason
    }

    #[test]
    fn an_answer_keeps_its_question_its_entries_and_its_end() {
        let answer = only(ANSWER);
        let remark = |name| answer.remark(name).map(|remark| remark.value.as_str());
        assert_eq!(remark("server"), Some("dc1.contoso.com:3268"));
        assert_eq!(remark("filter"), Some("(servicePrincipalName=HTTP/www.contoso.com)"));
        assert_eq!(answer.remark("filter").map(|remark| remark.at), Some(ArtifactId(0).lines(5, 6)));
        assert_eq!(answer.result, Some(Cited::new(0, ArtifactId(0).line(15))));
        let [entry] = answer.entries.as_slice() else { panic!("{:#?}", answer.entries) };
        assert_eq!((entry.dn.value.as_str(), entry.at), (DN, ArtifactId(0).lines(8, 13)));
        assert_eq!(texts(entry, "SERVICEPRINCIPALNAME"), ["HTTP/www.contoso.com", "HTTP/www"]);
        assert_eq!(entry.values("objectSid").next().map(|sid| sid.value.len()), Some(12));
    }

    const DN: &str = "CN=svc-web,CN=Users,DC=contoso,DC=com";

    #[test]
    fn a_value_on_two_lines_is_cited_with_both() {
        let answer = only(ANSWER);
        let first = answer.entries[0].text("servicePrincipalName").map(|text| text.at);
        assert_eq!(first, Some(ArtifactId(0).lines(11, 12)));
    }

    #[test]
    fn an_answer_without_entries_is_an_answer() {
        let answer = only("version: 1\n# base: DC=contoso,DC=com\n# filter: (cn=x)\n\n# result: 0\n# entries: 0\n");
        assert_eq!((answer.entries.len(), answer.result.map(|result| result.value)), (0, Some(0)));
    }

    #[test]
    fn a_search_that_nothing_ends_has_no_result() {
        assert_eq!(only("# filter: (cn=x)\n\ndn: CN=x,DC=b\ncn: x\n\n").result, None);
        assert_eq!(only("# filter: (cn=x)\n\n# result: 4 (size limit)\n").result.map(|result| result.value), Some(4));
        assert_eq!(only("# filter: (cn=x)\n\n# result: fine\n").result, None);
    }

    #[test]
    fn files_that_were_joined_stay_apart() {
        let answers = read(&format!("{ANSWER}{}", ANSWER.replace("HTTP/www", "HTTP/app"))).value;
        let filters: Vec<_> = answers.iter().filter_map(|answer| answer.remark("filter")).collect();
        assert_eq!(filters.len(), 2);
        assert!(filters[1].value.contains("HTTP/app") && answers.iter().all(|answer| answer.entries.len() == 1));
        let cut = ANSWER.replace("# result: 0 (success)\r\n", "");
        let answers = read(&format!("{cut}{ANSWER}")).value;
        assert_eq!(answers.iter().map(|answer| answer.result.is_some()).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn base64_may_be_text_and_a_name() {
        let entry = only("dn:: Q049TcO8bGxlcixEQz1i\ncn:: TcO8bGxlcg==\n\n").entries.remove(0);
        assert_eq!((entry.dn.value.as_str(), texts(&entry, "cn")), ("CN=Müller,DC=b", vec!["Müller"]));
        assert_eq!(entry.texts("objectSid").count(), 0);
    }

    #[test]
    fn an_export_of_ldifde_adds_entries_and_other_changes_are_a_gap() {
        let entry = only("dn: CN=x,DC=b\nchangetype: add\ncn: x\n\n").entries.remove(0);
        assert_eq!(entry.attributes.len(), 1);
        let change = "dn: CN=x,DC=b\nchangetype: modify\nadd: member\nmember: CN=y,DC=b\n-\n\n";
        assert!(matches!(loss(change), GapReason::Damaged(what) if what.contains("a change")));
        assert!(read(change).value.is_empty());
    }

    #[test]
    fn what_ldapsearch_prints_is_read() {
        let printed = "# extended LDIF\n#\n# LDAPv3\n# base <DC=b> with scope subtree\n# filter: (cn=x)\n#\n\n\
            # x, b\ndn: CN=x,DC=b\ncn: x\n\n# search reference\nref: ldap://c.b/DC=c,DC=b\n\n\
            # search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 1\n";
        let answer = only(printed);
        assert_eq!((answer.entries.len(), answer.result.map(|result| result.value)), (1, Some(0)));
    }

    #[test]
    fn a_list_in_ranges_is_whole_when_its_last_range_is_there() {
        let first = "dn: CN=x,DC=b\nmember;range=0-1: CN=y\nmember;range=0-1: CN=z\n";
        assert_eq!(loss(&format!("{first}\n")), GapReason::Truncated);
        let entry = read(&format!("{first}\n")).value.remove(0).entries.remove(0);
        assert!(texts(&entry, "member").len() == 2);
        let entry = only(&format!("{first}member;Range=2-*: CN=a\n\n")).entries.remove(0);
        assert!(texts(&entry, "member").len() == 3);
    }

    #[test]
    fn a_value_that_ends_with_the_file_may_go_on() {
        let cut = "dn: CN=x,DC=b\ncn: x\nsn: Mill\n";
        assert_eq!(loss(cut), GapReason::Truncated);
        let entry = read(cut).value.remove(0).entries.remove(0);
        assert!(texts(&entry, "cn") == ["x"] && texts(&entry, "sn").is_empty());
        assert!(read("dn: CN=x,DC=contoso").value.is_empty());
        assert!(read("dn: CN=x,DC=b\ncn: x\n\n").is_whole());
    }

    #[test]
    fn damage_costs_its_line_and_is_said() {
        for (line, words) in [
            ("cn:: ???", "base64"),
            ("cn:: QQ", "base64"),
            ("a line without one", "colon"),
            ("c n: x", "name of an attribute"),
            (": x", "name of an attribute"),
            ("cn:< file:///etc/passwd", "outside"),
        ] {
            let text = format!("dn: CN=x,DC=b\n{line}\nsn: x\n\n");
            assert!(loss(&text).to_string().contains(words), "{line}: {}", loss(&text));
            assert_eq!(texts(&read(&text).value[0].entries[0], "sn"), ["x"], "{line}");
        }
        assert!(loss(" x\ndn: CN=x,DC=b\n\n").to_string().contains("continues nothing"));
        assert!(loss("cn: x\nsn: y\n\n").to_string().contains("does not begin"));
        assert!(loss("dn:: /w==\ncn: y\n\n").to_string().contains("no text"));
    }

    #[test]
    fn behind_garbled_bytes_nobody_knows_whose_values_they_are() {
        let text = "dn: CN=a,DC=b\nservicePrincipalName: HTTP/a\n\u{1}\u{7f}x\nservicePrincipalName: HTTP/b\n\ndn: CN=c,DC=b\ncn: c\n\n";
        let entries = read(text).value.remove(0).entries;
        assert_eq!(texts(&entries[0], "servicePrincipalName"), ["HTTP/a"]);
        assert_eq!(entries[1].dn.value, "CN=c,DC=b");
        assert!(!read(text).is_whole());
        let named = "dn: CN=\u{2}svc,DC=b\nservicePrincipalName: HTTP/a\n\n";
        assert!(read(named).value.iter().all(|answer| answer.entries.is_empty()));
    }

    #[test]
    fn what_is_over_a_limit_is_said() {
        let long = format!("dn: CN=x,DC=b\ncn: {}\nsn: x\n\n", "x".repeat(VALUE));
        let folded = format!("dn: CN=x,DC=b\ncn: x\n{}sn: x\n\n", format!(" {}\n", "x".repeat(1000)).repeat(1100));
        for text in [long, folded] {
            assert!(matches!(loss(&text), GapReason::OverLimit(_)));
            assert_eq!(texts(&read(&text).value[0].entries[0], "sn"), ["x"]);
        }
        let many = "dn: CN=x,DC=b\n\n".repeat(ENTRIES + 2);
        assert!(matches!(loss(&many), GapReason::OverLimit(_)));
        assert_eq!(read(&many).value[0].entries.len(), ENTRIES);
    }

    #[test]
    fn its_own_output_is_recognized_and_other_text_is_not() {
        let empty = "version: 1\n# server: dc1:389\n\n# result: 0\n";
        let root = "version: 1\n# comment\n\ndn:\ncurrentTime: 20260302081500.0Z\n\n";
        for text in [ANSWER, empty, root, "dn: CN=x,DC=b\nchangetype: add\n\n", "#x\n\ndn:: Q049eA==\n"] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        for text in ["", "hello\n", "version: 1\nkind: list\n", "# filter: x\nhello\n", "dn: none\n", "version: 1\n"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_or_changed_anywhere_does_not_panic() {
        for cut in beginnings(&[ANSWER]) {
            let _ = read(cut);
        }
        for changed in changed(ANSWER) {
            let _ = read(&changed);
        }
    }

    #[test]
    fn less_of_a_file_never_has_more_in_it() {
        let whole = read(ANSWER).value.remove(0);
        for cut in beginnings(&[ANSWER]) {
            for answer in read(cut).value {
                assert!(answer.entries.len() <= whole.entries.len());
                assert!(answer.result.is_none() || cut.contains("result"));
            }
        }
    }
}
