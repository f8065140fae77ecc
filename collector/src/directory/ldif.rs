//! Answers as LDIF (RFC 2849), with the question and the ending in comments.

use jiff::Timestamp;

use crate::directory::search::Search;
use crate::directory::service::Found;

/// One answer, and what is to be known about it.
#[derive(Debug)]
pub struct Answer<'a> {
    /// What was asked.
    pub search: &'a Search,
    /// What it was asked about, in the words of whoever named it.
    pub subject: Option<&'a str>,
    /// Our own clock before and after.
    pub clock: Option<(Timestamp, Timestamp)>,
    /// Why it is less than one would expect.
    pub notes: &'a [String],
    /// What came.
    pub found: &'a Found,
}

/// The bytes of the artifact.
pub fn write(answer: &Answer<'_>) -> Vec<u8> {
    let mut text = String::from("version: 1\n");
    let Answer { search, found, .. } = answer;
    comment(&mut text, "server", found.server.as_deref().unwrap_or_default());
    comment(&mut text, "base", &search.base);
    comment(&mut text, "scope", search.scope.title());
    comment(&mut text, "filter", &search.filter);
    comment(&mut text, "attributes", &search.attributes.join(","));
    if let Some(subject) = answer.subject {
        comment(&mut text, "subject", subject);
    }
    if let Some((before, after)) = answer.clock {
        comment(&mut text, "local-time-before", &before.to_string());
        comment(&mut text, "local-time-after", &after.to_string());
    }
    for note in answer.notes {
        comment(&mut text, "note", note);
    }
    for entry in &found.entries {
        text.push('\n');
        line(&mut text, "dn", entry.name.as_bytes());
        for attribute in entry.attributes.iter().filter(|attribute| is_name(&attribute.name)) {
            attribute.values.iter().for_each(|value| line(&mut text, &attribute.name, value));
        }
    }
    text.push('\n');
    // Without this line, nobody may conclude from what is not here.
    if found.failure.is_none() {
        comment(&mut text, "result", "0");
    }
    comment(&mut text, "entries", &found.entries.len().to_string());
    comment(&mut text, "pages", &found.pages.to_string());
    text.into_bytes()
}

fn comment(text: &mut String, name: &str, value: &str) {
    text.push_str("# ");
    text.push_str(name);
    text.push(':');
    if !value.is_empty() {
        text.push(' ');
        text.extend(value.chars().map(|character| if character.is_control() { ' ' } else { character }));
    }
    text.push('\n');
}

fn line(text: &mut String, name: &str, value: &[u8]) {
    text.push_str(name);
    match str::from_utf8(value).ok().filter(|value| is_plain(value)) {
        Some("") => text.push(':'),
        Some(plain) => {
            text.push_str(": ");
            text.push_str(plain);
        }
        None => {
            text.push_str(":: ");
            base64(text, value);
        }
    }
    text.push('\n');
}

/// What may stand as it is: a SAFE-STRING, without control characters.
fn is_plain(value: &str) -> bool {
    !value.starts_with([' ', ':', '<'])
        && !value.ends_with(' ')
        && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// A server that sends anything else as the name of an attribute does not get to write our lines.
fn is_name(name: &str) -> bool {
    let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-;.=*".contains(&byte);
    !name.is_empty() && name.bytes().all(of_a_name)
}

fn base64(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0, |group, index| group << 8 | u32::from(chunk.get(index).copied().unwrap_or(0)));
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit)) & 63;
            let known = DIGITS.get(index as usize).filter(|_| digit <= chunk.len());
            text.push(known.map_or('=', |digit| char::from(*digit)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::entry::{Attribute, Entry};
    use crate::directory::failure::{Failure, code};
    use crate::directory::search::Scope;

    fn search() -> Search {
        Search {
            base: String::new(),
            scope: Scope::Subtree,
            filter: "(servicePrincipalName=HTTP/www)".to_owned(),
            attributes: vec!["cn".to_owned(), "objectSid".to_owned()],
        }
    }

    fn entry(name: &str, attributes: &[(&str, &[u8])]) -> Entry {
        let attribute =
            |(name, value): &(&str, &[u8])| Attribute { name: (*name).to_owned(), values: vec![value.to_vec()] };
        Entry { name: name.to_owned(), attributes: attributes.iter().map(attribute).collect() }
    }

    fn written(entries: Vec<Entry>, failure: Option<Failure>) -> String {
        let found = Found { server: Some("dc1:3268".to_owned()), entries, pages: 1, failure };
        let instant = |second| Timestamp::from_second(second).expect("a timestamp");
        let answer = Answer {
            search: &search(),
            subject: Some("HTTP/www"),
            clock: Some((instant(0), instant(1))),
            notes: &["two\nlines".to_owned()],
            found: &found,
        };
        String::from_utf8(write(&answer)).expect("text")
    }

    #[test]
    fn an_answer_holds_its_question_and_its_ending() {
        let entries = vec![
            entry("CN=svc,DC=contoso,DC=com", &[("cn", b"svc"), ("objectSid", &[1, 5, 0, 255])]),
            entry("CN=J\u{f6}rg,DC=contoso,DC=com", &[("cn", b"")]),
        ];
        expect(
            &written(entries, None),
            "version: 1\n# server: dc1:3268\n# base:\n# scope: subtree\n# filter: (servicePrincipalName=HTTP/www)\n\
             # attributes: cn,objectSid\n# subject: HTTP/www\n# local-time-before: 1970-01-01T00:00:00Z\n\
             # local-time-after: 1970-01-01T00:00:01Z\n# note: two lines\n\n\
             dn: CN=svc,DC=contoso,DC=com\ncn: svc\nobjectSid:: AQUA/w==\n\n\
             dn:: Q049SsO2cmcsREM9Y29udG9zbyxEQz1jb20=\ncn:\n\n# result: 0\n# entries: 2\n# pages: 1\n",
        );
    }

    fn expect(text: &str, expected: &str) {
        assert_eq!(text, expected, "\n{text}");
    }

    #[test]
    fn an_answer_that_was_cut_has_no_result() {
        let text = written(Vec::new(), Some(Failure::of_code(code::TIMEOUT, None)));
        assert!(text.ends_with("\n\n# entries: 0\n# pages: 1\n"), "{text}");
    }

    #[test]
    fn no_value_and_no_name_makes_a_line_of_its_own() {
        for value in ["a\nresult: 0", "a\r", " a", "a ", ":a", "<file:///etc/passwd", "\0", "\u{7f}", "\u{202e}"] {
            let text = written(vec![entry("CN=a", &[("cn", value.as_bytes())])], None);
            assert!(text.contains("\ncn:: "), "{value:?}: {text}");
        }
        let text = written(vec![entry("CN=a", &[("x\n# result", b"a"), ("", b"b"), ("a:", b"c")])], None);
        assert!(text.contains("dn: CN=a\n\n# result: 0\n"), "{text}");
        let named = "servicePrincipalName;range=0-1499";
        assert!(written(vec![entry("CN=a", &[(named, b"a")])], None).contains(&format!("\n{named}: a\n")));
    }

    #[test]
    fn bytes_become_base64() {
        let check = |bytes: &[u8], expected: &str| {
            let mut text = String::new();
            base64(&mut text, bytes);
            assert_eq!(text, expected);
        };
        check(b"", "");
        check(b"f", "Zg==");
        check(b"fo", "Zm8=");
        check(b"foo", "Zm9v");
        check(b"foob", "Zm9vYg==");
        check(&[0xfb, 0xff, 0xbf], "+/+/");
    }
}
