//! How an account stands, as the directory says it: usable or not, with which keys, and what it may delegate.

use jiff::Timestamp;

use crate::artifacts::ldif::Entry;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::{Cited, Evidence};
use crate::facts::account::AccountName;
use crate::facts::account_control::{AccountControl, EncryptionTypes};
use crate::facts::directory_time::{self, Moment};
use crate::facts::ldap_question::Question;
use crate::facts::sid::{self, Sid};

/// Values of one list that are kept.
const VALUES: usize = 5_000;

/// A value that is set, or known not to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<T> {
    /// What it is; none where it is not set.
    pub value: Option<T>,
    /// Its line; the entry, where it is not set.
    pub at: Evidence,
}

/// The state of an account. A field is none where nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountState {
    /// The line that names it.
    pub at: Evidence,
    /// What kind of account it is.
    pub class: Option<Cited<AccountClass>>,
    /// Its security identifier.
    pub sid: Option<Cited<Sid>>,
    /// Its flags.
    pub control: Option<Cited<AccountControl>>,
    /// The flags that the directory works out when it is asked.
    pub computed: Option<Cited<AccountControl>>,
    /// When its password was set; not set when it must be changed before the next sign-in.
    pub password_set: Option<Set<Timestamp>>,
    /// When the account ends; not set when it never does.
    pub expires: Option<Set<Timestamp>>,
    /// When it was locked out; not set when it is not.
    pub locked_out: Option<Set<Timestamp>>,
    /// The encryption types that it is said to be capable of.
    pub encryption: Option<Set<EncryptionTypes>>,
    /// The services that it may delegate users to.
    pub delegates_to: Option<Set<Vec<Cited<String>>>>,
    /// Who may delegate users to it.
    pub delegated_by: Option<Set<Vec<Sid>>>,
    /// Who may read the password of this managed service account.
    pub password_readers: Option<Set<Vec<Sid>>>,
    /// The name in DNS that a computer wrote.
    pub dns_host_name: Option<Set<String>>,
    /// Whether it belongs to Protected Users.
    pub is_protected: Option<Cited<bool>>,
}

/// Kinds of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountClass {
    /// A person, or a service that runs as one.
    User,
    /// A computer.
    Computer,
    /// A managed service account of several computers, whose password nobody types.
    GroupManaged,
    /// A managed service account of one computer.
    Managed,
}

impl AccountState {
    /// An account of which nothing is known but its name.
    pub const fn unknown(at: Evidence) -> Self {
        Self {
            at,
            class: None,
            sid: None,
            control: None,
            computed: None,
            password_set: None,
            expires: None,
            locked_out: None,
            encryption: None,
            delegates_to: None,
            delegated_by: None,
            password_readers: None,
            dns_host_name: None,
            is_protected: None,
        }
    }

    /// What an entry says. What it lacks is not set only if it was asked for, and if the one who asked may see such
    /// things at all: many domains hide them, and then hide `userAccountControl` too, which every account has.
    pub fn of(entry: &Entry, question: &Question) -> Self {
        let control = flags(entry, "userAccountControl");
        let reading = Reading { entry, question, may_see: control.is_some() };
        Self {
            class: class(entry),
            sid: entry.values("objectSid").find_map(|sid| Some(Cited::new(Sid::read(&sid.value)?, sid.at))),
            control,
            computed: flags(entry, "msDS-User-Account-Control-Computed"),
            password_set: reading.moment("pwdLastSet"),
            expires: reading.moment("accountExpires"),
            locked_out: reading.moment("lockoutTime"),
            encryption: reading.text("msDS-SupportedEncryptionTypes", EncryptionTypes::parse),
            delegates_to: reading.list("msDS-AllowedToDelegateTo"),
            delegated_by: reading.descriptor("msDS-AllowedToActOnBehalfOfOtherIdentity"),
            password_readers: reading.descriptor("msDS-GroupMSAMembership"),
            dns_host_name: reading.text("dNSHostName", |name| Some(name.to_lowercase())),
            is_protected: None,
            ..Self::unknown(entry.dn.at)
        }
    }

    /// Adds what another entry about the same account says; what was known stays.
    pub fn learn(&mut self, other: Self) {
        fill(&mut self.class, other.class);
        fill(&mut self.sid, other.sid);
        fill(&mut self.control, other.control);
        fill(&mut self.computed, other.computed);
        fill(&mut self.password_set, other.password_set);
        fill(&mut self.expires, other.expires);
        fill(&mut self.locked_out, other.locked_out);
        fill(&mut self.encryption, other.encryption);
        fill(&mut self.delegates_to, other.delegates_to);
        fill(&mut self.delegated_by, other.delegated_by);
        fill(&mut self.password_readers, other.password_readers);
        fill(&mut self.dns_host_name, other.dns_host_name);
        fill(&mut self.is_protected, other.is_protected);
    }

    /// The line that sets a flag; none when it is not set.
    ///
    /// # Errors
    ///
    /// The flags of the account, which has this name, are not known.
    pub fn flag(&self, flag: AccountControl, name: &AccountName) -> Result<Option<Evidence>, NotKnown> {
        let control = self.control.as_ref().ok_or_else(|| not_known(name))?;
        Ok(control.value.has(flag).then_some(control.at))
    }
}

/// How an account stands is not known.
pub fn not_known(account: &AccountName) -> NotKnown {
    NotKnown::naming("the directory entry of", &account.to_string())
}

fn fill<T>(known: &mut Option<T>, new: Option<T>) {
    if known.is_none() {
        *known = new;
    }
}

/// An entry that is being read.
struct Reading<'a> {
    entry: &'a Entry,
    question: &'a Question,
    may_see: bool,
}

impl Reading<'_> {
    /// That an attribute is not set.
    fn absent<T>(&self, attribute: &str) -> Option<Set<T>> {
        let name = attribute.to_ascii_lowercase();
        let is_there = self.entry.values(attribute).next().is_some();
        let is_told = self.question.tells_all_of(&name) || is_whole(self.entry);
        (!is_there && self.may_see && is_told).then_some(Set { value: None, at: self.entry.at })
    }

    fn text<T>(&self, attribute: &str, read: impl Fn(&str) -> Option<T>) -> Option<Set<T>> {
        match self.entry.text(attribute) {
            Some(text) => Some(Set { value: Some(read(text.value)?), at: text.at }),
            None => self.absent(attribute),
        }
    }

    /// Zero and never are no moments.
    fn moment(&self, attribute: &str) -> Option<Set<Timestamp>> {
        let Some(text) = self.entry.text(attribute) else { return self.absent(attribute) };
        let value = match directory_time::count(text.value)? {
            Moment::At(time) => Some(time),
            Moment::Zero | Moment::Never => None,
        };
        Some(Set { value, at: text.at })
    }

    fn list(&self, attribute: &str) -> Option<Set<Vec<Cited<String>>>> {
        let values = self.entry.texts(attribute).take(VALUES);
        let values: Vec<_> = values.map(|text| Cited::new(text.value.to_owned(), text.at)).collect();
        match values.first() {
            Some(first) => Some(Set { at: first.at, value: Some(values) }),
            None => self.absent(attribute),
        }
    }

    fn descriptor(&self, attribute: &str) -> Option<Set<Vec<Sid>>> {
        match self.entry.values(attribute).next() {
            Some(descriptor) => Some(Set { value: Some(sid::allowed(&descriptor.value)?), at: descriptor.at }),
            None => self.absent(attribute),
        }
    }
}

/// An export that nobody narrowed: attributes that nobody asks for by name, and one that a global catalog lacks.
fn is_whole(entry: &Entry) -> bool {
    ["instanceType", "uSNCreated", "pwdLastSet"].iter().all(|name| entry.values(name).next().is_some())
}

fn flags(entry: &Entry, attribute: &str) -> Option<Cited<AccountControl>> {
    let text = entry.text(attribute)?;
    Some(Cited::new(AccountControl::parse(text.value)?, text.at))
}

/// The most special of the classes that an entry names decides.
fn class(entry: &Entry) -> Option<Cited<AccountClass>> {
    const CLASSES: [(&str, AccountClass); 4] = [
        ("msDS-GroupManagedServiceAccount", AccountClass::GroupManaged),
        ("msDS-ManagedServiceAccount", AccountClass::Managed),
        ("computer", AccountClass::Computer),
        ("user", AccountClass::User),
    ];
    CLASSES.iter().find_map(|(name, class)| {
        let line = entry.texts("objectClass").find(|own| own.value.eq_ignore_ascii_case(name))?;
        Some(Cited::new(*class, line.at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::ldif;
    use crate::evidence::place::ArtifactId;
    use crate::formats::text::Text;

    fn state(server: &str, attributes: &str, lines: &str) -> AccountState {
        let text =
            format!("# server: {server}\n# attributes: {attributes}\n# filter: (cn=x)\n\ndn: CN=x,DC=b\n{lines}\n\n");
        let answer = ldif::parse(ArtifactId(0), &Text::from(text.as_str())).value.remove(0);
        AccountState::of(&answer.entries[0], &Question::of(&answer, None))
    }

    const ALL: &str = "userAccountControl,pwdLastSet,accountExpires,lockoutTime,msDS-SupportedEncryptionTypes,\
        msDS-AllowedToDelegateTo,msDS-AllowedToActOnBehalfOfOtherIdentity,dNSHostName";

    fn at(line: u32) -> Evidence {
        ArtifactId(0).line(line)
    }

    #[test]
    fn values_are_read_with_their_lines() {
        let lines = "objectClass: top\nobjectClass: user\nobjectClass: computer\nuserAccountControl: 528384\n\
            pwdLastSet: 134160408000000000\naccountExpires: 9223372036854775807\nlockoutTime: 0\n\
            msDS-SupportedEncryptionTypes: 28\nmsDS-AllowedToDelegateTo: MSSQLSvc/a\nmsDS-AllowedToDelegateTo: cifs/b\n\
            dNSHostName: WEB01.contoso.com";
        let state = state("dc1:389", ALL, lines);
        assert_eq!(state.class, Some(Cited::new(AccountClass::Computer, at(8))));
        assert_eq!(state.control, Some(Cited::new(AccountControl(528_384), at(9))));
        let set = state.password_set.expect("is known");
        assert_eq!((set.value, set.at), ("2026-02-20T06:00:00Z".parse().ok(), at(10)));
        assert_eq!(state.expires, Some(Set { value: None, at: at(11) }));
        assert_eq!(state.locked_out, Some(Set { value: None, at: at(12) }));
        assert_eq!(state.encryption, Some(Set { value: Some(EncryptionTypes(28)), at: at(13) }));
        let targets = state.delegates_to.and_then(|set| set.value).expect("is set");
        assert_eq!(targets.iter().map(|target| target.value.as_str()).collect::<Vec<_>>(), ["MSSQLSvc/a", "cifs/b"]);
        assert_eq!(state.dns_host_name.and_then(|set| set.value).as_deref(), Some("web01.contoso.com"));
    }

    #[test]
    fn what_was_asked_for_and_is_not_there_is_not_set() {
        let state = state("dc1:389", ALL, "userAccountControl: 512");
        let entry = ArtifactId(0).lines(5, 6);
        assert_eq!(state.encryption, Some(Set { value: None, at: entry }));
        assert_eq!(
            (state.delegates_to.map(|set| set.value), state.delegated_by.map(|set| set.value)),
            (Some(None), Some(None))
        );
    }

    #[test]
    fn what_may_be_hidden_elsewhere_or_unasked_is_not_known() {
        for (server, attributes, lines) in [
            ("dc1:389", ALL, "sAMAccountName: x"),
            ("dc1:3268", ALL, "userAccountControl: 512"),
            ("dc1:389", "userAccountControl", "userAccountControl: 512"),
            ("dc1:389", ALL, "userAccountControl: many"),
        ] {
            let state = state(server, attributes, lines);
            assert_eq!((state.encryption, state.delegates_to), (None, None), "{server} {attributes} {lines}");
        }
    }

    #[test]
    fn an_export_of_everything_lacks_only_what_is_not_set() {
        let lines = "userAccountControl: 512\npwdLastSet: 0\ninstanceType: 4\nuSNCreated: 1";
        let text = format!("dn: CN=x,DC=b\nchangetype: add\n{lines}\n\n");
        let answer = ldif::parse(ArtifactId(0), &Text::from(text.as_str())).value.remove(0);
        let state = AccountState::of(&answer.entries[0], &Question::of(&answer, None));
        assert_eq!(state.encryption.map(|set| set.value), Some(None));
        assert_eq!(state.password_set.map(|set| set.value), Some(None));
    }

    #[test]
    fn a_value_that_is_damaged_is_not_known() {
        assert_eq!(
            state("dc1:389", ALL, "userAccountControl: 512\nmsDS-SupportedEncryptionTypes:: /w==").encryption,
            None
        );
        let lines = "userAccountControl: 512\naccountExpires: soon\nmsDS-SupportedEncryptionTypes: AES\n\
            msDS-AllowedToActOnBehalfOfOtherIdentity:: AQ==\nobjectSid:: AQ==";
        let state = state("dc1:389", ALL, lines);
        assert_eq!((state.expires, state.encryption, state.delegated_by, state.sid), (None, None, None, None));
    }

    #[test]
    fn what_one_answer_lacks_another_may_know() {
        let mut known = state("dc1:3268", ALL, "userAccountControl: 514");
        known.learn(state("dc1:389", ALL, "userAccountControl: 512\nmsDS-SupportedEncryptionTypes: 24"));
        assert_eq!(known.control.map(|control| control.value), Some(AccountControl(514)), "what was known stays");
        assert_eq!(known.encryption.and_then(|set| set.value), Some(EncryptionTypes(24)));
    }
}
