//! Distinguished names, and the filters of LDAP: `CN=svc-web,OU=Service Accounts,DC=contoso,DC=com`.

use std::borrow::Cow;

use kerbscope_shared::pseudonym::token::Role;

use crate::pseudonym::class;
use crate::pseudonym::finder::Finder;
use crate::pseudonym::kept;

/// What a distinguished name may begin with.
const FIRST: [&str; 4] = ["CN", "OU", "DC", "UID"];

/// What else may stand in it.
const MORE: [&str; 7] = ["O", "L", "ST", "C", "E", "STREET", "SERIALNUMBER"];

/// Finds every distinguished name.
pub fn find(finder: &mut Finder<'_>) {
    let text = finder.text();
    let mut at = 0;
    while let Some(equals) = text.get(at..).and_then(|rest| rest.find('=')).map(|found| found.saturating_add(at)) {
        let start = key_start(text, equals);
        let key = text.get(start..equals).unwrap_or_default();
        if FIRST.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            at = name(finder, start).max(equals.saturating_add(1));
        } else {
            at = equals.saturating_add(1);
        }
    }
}

fn key_start(text: &str, equals: usize) -> usize {
    let before = text.get(..equals).unwrap_or_default();
    before.trim_end_matches(|character: char| character.is_ascii_alphanumeric()).len()
}

/// Takes a distinguished name apart, from its first key; returns where it ends.
fn name(finder: &mut Finder<'_>, start: usize) -> usize {
    let text = finder.text();
    let mut at = start;
    let mut labels = Vec::new();
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some((key, value)) = rest.split_once('=') else { break };
        let key = key.trim();
        let is_key = FIRST.iter().chain(&MORE).any(|known| known.eq_ignore_ascii_case(key));
        if !is_key {
            break;
        }
        let begin = text.len().saturating_sub(value.len());
        let is_label = key.eq_ignore_ascii_case("DC");
        let length = if is_label { label_length(value) } else { value_length(value) };
        let end = begin.saturating_add(length);
        if is_label {
            labels.push(begin..end);
        } else {
            part(finder, key, begin, end);
        }
        at = end;
        match text.get(end..).and_then(|rest| rest.strip_prefix([',', '+'])) {
            Some(next) => at = text.len().saturating_sub(next.trim_start_matches(' ').len()),
            None => break,
        }
    }
    domain(finder, &labels);
    at
}

fn part(finder: &mut Finder<'_>, key: &str, begin: usize, end: usize) {
    let value = finder.text().get(begin..end).unwrap_or_default();
    if key.eq_ignore_ascii_case("C") || kept::is_object(&unescaped(value)) {
        return;
    }
    let is_dns = value.contains('.') && !value.contains([' ', '\\']);
    match () {
        () if key.eq_ignore_ascii_case("CN") && is_dns => finder.host(begin..end),
        () if key.eq_ignore_ascii_case("OU") => finder.name(Role::Unit, begin..end),
        () => finder.name(Role::Name, begin..end),
    }
}

/// The labels of a domain: what hosts of it are known under.
fn domain(finder: &mut Finder<'_>, labels: &[std::ops::Range<usize>]) {
    let text = finder.text();
    let words: Vec<&str> = labels.iter().filter_map(|range| text.get(range.clone())).collect();
    finder.suffix(&words.join("."));
    for (index, range) in labels.iter().enumerate() {
        let is_last = index.saturating_add(1) == labels.len();
        let is_kept = is_last && labels.len() > 1 && words.last().is_some_and(|word| kept::is_top_level(word));
        if !is_kept {
            finder.name(Role::Domain, range.clone());
        }
    }
}

fn label_length(value: &str) -> usize {
    value.find(|character: char| !character.is_alphanumeric() && !"-_".contains(character)).unwrap_or(value.len())
}

/// Up to the comma, plus sign or bracket that is not escaped; without the punctuation of a sentence around it.
fn value_length(value: &str) -> usize {
    let mut is_escaped = false;
    let mut end = value.len();
    for (at, character) in value.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if character == '\\' {
            is_escaped = true;
        } else if matches!(character, ',' | '+' | ')' | '"' | '<' | '>' | ';' | '\t' | '\r' | '\n' | '\0' | '|' | '?') {
            end = at;
            break;
        }
    }
    value.get(..end).unwrap_or_default().trim_end_matches([' ', ':', '.', '\'']).len()
}

/// A value without its escapes: `Doe\, Jane` and `Doe\2C Jane` are `Doe, Jane`.
pub fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut plain: Vec<u8> = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first != b'\\' {
            plain.push(*first);
            continue;
        }
        let hexadecimal = behind.get(..2).and_then(|pair| str::from_utf8(pair).ok());
        if let Some(byte) = hexadecimal.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            plain.push(byte);
            rest = behind.get(2..).unwrap_or_default();
        } else {
            plain.extend(behind.first());
            rest = behind.get(1..).unwrap_or_default();
        }
    }
    Cow::Owned(String::from_utf8(plain).unwrap_or_else(|_| value.to_owned()))
}

/// Finds the values in a filter: `(&(objectClass=user)(sAMAccountName=svc-web))`.
pub fn find_in_filter(finder: &mut Finder<'_>) {
    let text = finder.text();
    for (open, _) in text.match_indices('(') {
        let begin = open.saturating_add(1);
        let rest = text.get(begin..).unwrap_or_default();
        let Some(equals) = rest.find('=').filter(|equals| !rest.get(..*equals).is_some_and(|key| key.contains('(')))
        else {
            continue;
        };
        let key = rest.get(..equals).unwrap_or_default().trim_end_matches(['~', '<', '>', ':']);
        let begin = begin.saturating_add(equals).saturating_add(1);
        let value = text.get(begin..).unwrap_or_default();
        let end = begin.saturating_add(value.find(')').unwrap_or(value.len()));
        finder.escaped_sid(begin..end);
        finder.value(class::of_attribute(key), begin..end);
    }
}
