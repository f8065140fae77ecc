//! An answer of the directory as LDIF (RFC 2849), with the question and its end in comments.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::page::Page;

/// Columns of a line; what is longer goes on in the next line, behind a space.
const WIDTH: usize = 76;

/// A question with its answer.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// Who answered, with the port.
    pub server: &'a str,
    /// Where the search began.
    pub base: &'a str,
    /// `base`, `one-level` or `subtree`.
    pub scope: &'a str,
    /// What was searched for.
    pub filter: &'a str,
    /// What was asked of each entry.
    pub attributes: &'a [&'a str],
    /// What it was asked about.
    pub subject: Option<&'a str>,
    /// The clock of the host before and after asking.
    pub clock: Option<[&'a str; 2]>,
    /// What was found.
    pub entries: Vec<Entry>,
}

/// An entry: its name, and its values in order.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The distinguished name.
    pub dn: String,
    /// Names and values.
    pub values: Vec<(&'static str, Value)>,
}

/// A value as the directory has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

/// The whole answer. Of each entry, only what was asked for is in it.
pub fn answer(answer: &Answer<'_>) -> String {
    let mut page = Page::default();
    page.line("version: 1");
    let mut comment = |name: &str, value: &str| fold(&mut page, format!("# {name}: {value}").trim_end());
    comment("server", answer.server);
    comment("base", answer.base);
    comment("scope", answer.scope);
    comment("filter", answer.filter);
    comment("attributes", &answer.attributes.join(","));
    if let Some(subject) = answer.subject {
        comment("subject", subject);
    }
    if let Some([before, after]) = answer.clock {
        comment("local-time-before", before);
        comment("local-time-after", after);
    }
    page.gap();
    for entry in &answer.entries {
        value(&mut page, "dn", &Value::Text(entry.dn.clone()));
        for asked in answer.attributes {
            for (name, own) in entry.values.iter().filter(|(name, _)| name == asked) {
                value(&mut page, name, own);
            }
        }
        page.gap();
    }
    page.line("# result: 0");
    page.line(format_args!("# entries: {}", answer.entries.len()));
    page.line("# pages: 1");
    page.text()
}

fn value(page: &mut Page, name: &str, value: &Value) {
    match value {
        Value::Text(text) if is_plain(text) => fold(page, format!("{name}: {text}").trim_end()),
        Value::Text(text) => fold(page, &format!("{name}:: {}", STANDARD.encode(text))),
        Value::Bytes(bytes) => fold(page, &format!("{name}:: {}", STANDARD.encode(bytes))),
    }
}

/// What may stand as it is: printable characters that no reader takes for something else.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.starts_with([' ', ':', '<']) && !text.ends_with(' ')
}

fn fold(page: &mut Page, line: &str) {
    let characters: Vec<_> = line.chars().collect();
    let (first, rest) = characters.split_at(characters.len().min(WIDTH));
    page.line(String::from_iter(first));
    for piece in rest.chunks(WIDTH - 1) {
        page.line(format_args!(" {}", String::from_iter(piece)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn an_answer_tells_its_question_its_entries_and_its_end() {
        let entry = Entry {
            dn: "CN=Jürgen,DC=b".to_owned(),
            values: vec![("sn", text("x")), ("cn", text(" y")), ("objectSid", Value::Bytes(vec![1, 5]))],
        };
        let question = Answer {
            server: "dc1:389",
            base: "",
            scope: "subtree",
            filter: "(cn=x)",
            attributes: &["cn", "objectSid"],
            subject: Some("x"),
            clock: Some(["2026-03-02T08:15:00Z", "2026-03-02T08:15:01Z"]),
            entries: vec![entry],
        };
        let expected = [
            "version: 1",
            "# server: dc1:389",
            "# base:",
            "# scope: subtree",
            "# filter: (cn=x)",
            "# attributes: cn,objectSid",
            "# subject: x",
            "# local-time-before: 2026-03-02T08:15:00Z",
            "# local-time-after: 2026-03-02T08:15:01Z",
            "",
            "dn:: Q049SsO8cmdlbixEQz1i",
            "cn:: IHk=",
            "objectSid:: AQU=",
            "",
            "# result: 0",
            "# entries: 1",
            "# pages: 1",
        ];
        assert_eq!(answer(&question).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_long_line_goes_on_in_the_next() {
        let mut page = Page::default();
        fold(&mut page, &"x".repeat(160));
        let text = page.text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.iter().map(|line| line.len()).collect::<Vec<_>>(), [76, 76, 10]);
        assert!(lines[1].starts_with(" x") && lines[2].starts_with(" x"));
    }
}
