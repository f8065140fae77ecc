//! What was found in a piece of text so far: where names and addresses stand, and what they are names of.

use std::ops::Range;

use kerbscope_shared::pseudonym::address::{self, Address};
use kerbscope_shared::pseudonym::sid::{self, Unique};
use kerbscope_shared::pseudonym::token::{Role, shapes};

use crate::pseudonym::class::Class;
use crate::pseudonym::names::Names;
use crate::pseudonym::{account, dn, host, kept};

/// Something that becomes a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it stands.
    pub range: Range<usize>,
    /// What it is.
    pub what: What,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A name.
    Name(Role),
    /// An address.
    Address(Address),
    /// The part of a SID that is like no other.
    Sid(Unique),
    /// Bytes of a SID, each as a backslash and two digits.
    EscapedSid,
    /// Something that no diagnosis needs, and that may hold names which nobody would recognize.
    Secret,
}

/// Looks for names in one piece of text.
#[derive(Debug)]
pub struct Finder<'a> {
    text: &'a str,
    names: &'a mut Names,
    found: Vec<Found>,
}

impl<'a> Finder<'a> {
    /// Nothing was looked for yet.
    pub fn new(text: &'a str, names: &'a mut Names) -> Self {
        Self { text, names, found: Vec::new() }
    }

    /// The piece of text.
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// The names that are known.
    pub const fn names(&self) -> &Names {
        self.names
    }

    /// What was found, in order, and without overlap: what begins first counts, and of two the longer.
    pub fn finish(mut self) -> Vec<Found> {
        self.found
            .sort_by(|one, other| one.range.start.cmp(&other.range.start).then(other.range.end.cmp(&one.range.end)));
        let mut behind = 0;
        self.found.retain(|found| {
            let is_free = found.range.start >= behind && !found.range.is_empty();
            behind = if is_free { found.range.end } else { behind };
            is_free
        });
        self.found
    }

    /// Everything that shows by its form that it is a name, wherever it stands.
    pub fn everything(&mut self) {
        if self.text.contains('=') {
            dn::find(self);
        }
        if self.text.contains('\\') {
            account::find_behind_domains(self);
        }
        if self.text.contains('@') {
            account::find_before_domains(self);
        }
        if self.text.contains('/') {
            host::find_in_spns(self);
        }
        if self.text.contains('.') {
            host::find_under_suffixes(self);
        }
        self.numbers();
    }

    /// Addresses and SIDs, and words that look like tokens of ours.
    fn numbers(&mut self) {
        let addresses = address::in_text(self.text).into_iter();
        self.found.extend(addresses.map(|(range, address)| Found { range, what: What::Address(address) }));
        let sids = sid::in_text(self.text).into_iter();
        self.found.extend(sids.map(|(range, unique)| Found { range, what: What::Sid(unique) }));
        let tail = self.names.id().tail();
        let words =
            shapes(self.text, &tail).map(|shape| Found { range: shape.start..shape.end, what: What::Name(Role::Name) });
        self.found.extend(words);
    }

    fn push(&mut self, range: Range<usize>, what: What) {
        self.found.push(Found { range, what });
    }

    /// A name, of one word or several: without what cannot begin or end one, such as the dollar of a computer.
    pub fn name(&mut self, role: Role, range: Range<usize>) {
        let Some(word) = self.text.get(range.clone()) else { return };
        let start = word.len().saturating_sub(word.trim_start_matches(is_outside).len());
        let inner = word.trim_matches(is_outside);
        if inner.is_empty() || kept::is_account(inner) {
            return;
        }
        let start = range.start.saturating_add(start);
        self.push(start..start.saturating_add(inner.len()), What::Name(role));
    }

    /// Hosts are known under this name in DNS.
    pub fn suffix(&mut self, name: &str) {
        let name = name.trim_matches('.');
        if name.contains('.') && !kept::is_domain(name) {
            self.names.add_suffix(name);
        }
    }

    /// A name with dots, or one without: of a host, or of a domain.
    pub fn dns(&mut self, role: Role, range: Range<usize>) {
        host::dns(self, role, range);
    }

    /// The name of a host, as it stands in a field for one: perhaps with a port, or behind two backslashes.
    pub fn host(&mut self, range: Range<usize>) {
        host::field(self, Role::Host, range);
    }

    /// Something that nobody needs and that may hold names.
    pub fn secret(&mut self, range: Range<usize>) {
        self.push(range, What::Secret);
    }

    /// The bytes of a SID in a filter.
    pub fn escaped_sid(&mut self, range: Range<usize>) {
        let is_escaped = self.text.get(range.clone()).is_some_and(|value| unescape(value).is_some());
        if is_escaped {
            self.push(range, What::EscapedSid);
        }
    }

    /// What stands in a field of this class.
    pub fn value(&mut self, class: Class, range: Range<usize>) {
        let Some(value) = self.text.get(range.clone()) else { return };
        let start = range.start.saturating_add(value.len().saturating_sub(value.trim_start().len()));
        let range = start..start.saturating_add(value.trim().len());
        match class {
            Class::Text | Class::Kept => {}
            Class::Account => account::field(self, range),
            Class::Host => host::field(self, Role::Host, range),
            Class::Domain => host::field(self, Role::Domain, range),
            Class::Spn => host::spn_field(self, range),
            // The name of a trust is that of its domain.
            Class::Person if value.contains('.') && value.trim().chars().all(host::is_in_name) => {
                self.dns(Role::Domain, range);
            }
            Class::Person => self.name(Role::Name, range),
            Class::Binding => host::binding(self, range),
            Class::Secret => self.secret(range),
            Class::Accounts => self.items(range, &[',', ';', '\0', '\n'], Class::Account),
            Class::Hosts => self.items(range, &[',', ';', '\0', ' ', '\t', '\n', '|'], Class::Host),
            Class::Domains => self.items(range, &[',', ';', '\0', ' '], Class::Domain),
            Class::Spns => self.items(range, &[',', ';', '\0', ' '], Class::Spn),
            Class::Bindings => self.items(range, &[',', ' ', '\0', '\t', '\n', '"', '\''], Class::Binding),
        }
    }

    fn items(&mut self, range: Range<usize>, separators: &[char], class: Class) {
        let Some(list) = self.text.get(range.clone()) else { return };
        let mut start = range.start;
        for item in list.split(separators) {
            let end = start.saturating_add(item.len());
            if !item.is_empty() {
                self.value(class, start..end);
            }
            start = end.saturating_add(1);
        }
    }
}

/// What cannot be the first or last character of a name.
fn is_outside(character: char) -> bool {
    !character.is_alphanumeric()
}

/// The bytes of `\01\05…`; none for anything else.
pub fn unescape(value: &str) -> Option<Vec<u8>> {
    let pairs = value.strip_prefix('\\')?.split('\\');
    pairs.map(|pair| u8::from_str_radix(pair, 16).ok().filter(|_| pair.len() == 2)).collect()
}
