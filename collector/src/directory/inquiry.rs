//! All questions of one visit to the directory: each answer becomes an artifact, and teaches what to ask next.

use kerbscope_shared::manifest::{CollectionStatus, Source};

use crate::clock;
use crate::directory::failure::{Failure, FailureKind};
use crate::directory::known::Known;
use crate::directory::ldif::{self, Answer};
use crate::directory::question::{Asked, Question};
use crate::directory::search::{self, Scope, Search};
use crate::directory::service::{Catalog, Directory, Found, SearchLimits};
use crate::directory::sid;
use crate::outcome::Outcome;

/// A directory, and what it has told so far.
pub struct Inquiry<'a> {
    directory: &'a dyn Directory,
    known: Known,
    /// Why less is known than needed.
    trouble: Option<Failure>,
    protected_users: Option<Result<Group, Failure>>,
}

/// A group, by both of its names.
#[derive(Clone)]
struct Group {
    name: String,
    sid: String,
}

impl<'a> Inquiry<'a> {
    /// Nothing is asked yet.
    pub fn new(directory: &'a dyn Directory, computer: Option<&str>) -> Self {
        Self { directory, known: Known::new(computer), trouble: None, protected_users: None }
    }

    /// The accounts that were met, and of which not all is known.
    pub fn holders(&self) -> Vec<String> {
        let partly = self.known.accounts().iter().filter(|account| !account.whole);
        partly.map(|account| account.label.clone()).collect()
    }

    /// The accounts of this domain that were met.
    pub fn accounts_at_home(&self) -> Vec<String> {
        let at_home = self.known.accounts().iter().filter(|account| self.known.is_at_home(&account.name));
        at_home.map(|account| account.label.clone()).collect()
    }

    /// Asks a question about a name.
    pub fn ask(&mut self, question: Question, name: &str, limits: SearchLimits) -> Outcome {
        let asked = question.about(name, &self.known).and_then(|asked| match question {
            Question::ProtectedUsers => self.about_membership(asked, limits),
            _ => Ok(asked),
        });
        match asked {
            Ok(asked) => self.answer(question, asked, limits),
            Err(failure) => {
                let failure = match &self.trouble {
                    Some(trouble) if failure.kind == FailureKind::NotAsked => trouble.again(),
                    _ => failure,
                };
                nothing(question.outline(name), &failure)
            }
        }
    }

    fn answer(&mut self, question: Question, mut asked: Asked, limits: SearchLimits) -> Outcome {
        let before = clock::now();
        let mut found = self.directory.search(asked.catalog, &asked.search, limits);
        let after = clock::now();
        let mut notes = Vec::new();
        if let Some(note) = self.without_forest(&mut asked, &mut found, limits) {
            notes.push(note);
        } else if asked.catalog == Catalog::Forest && asked.search.scope == Scope::Base {
            notes.push("a global catalog keeps only a part of the attributes".to_owned());
        }
        self.learn(question, &asked, &found);
        let url = asked.search.url(found.server.as_deref());
        if let Some(failure) = found.failure.as_ref().filter(|_| found.pages == 0) {
            return nothing(url, failure);
        }
        let clock = (question == Question::Server).then_some((before, after));
        let subject = asked.subject.as_deref();
        let bytes = ldif::write(&Answer { search: &asked.search, subject, clock, notes: &notes, found: &found });
        let failure = found.failure.as_ref();
        Outcome {
            source: Source::Query(url),
            status: failure.map_or(CollectionStatus::Collected, Failure::status),
            bytes: Some(bytes),
            redactions: 0,
            detail: failure.map(ToString::to_string),
        }
    }

    /// Where no global catalog answers, the own domain is better than nothing; and the answer says that it is no more.
    fn without_forest(&self, asked: &mut Asked, found: &mut Found, limits: SearchLimits) -> Option<String> {
        let failure = found.failure.as_ref().filter(|failure| failure.kind != FailureKind::Absent)?;
        let whole_forest = asked.catalog == Catalog::Forest && asked.search.base.is_empty();
        let domain = self.known.domain().ok().filter(|_| whole_forest && found.entries.is_empty())?;
        let note = format!("only this domain was searched, because of the global catalog: {}", failure.said);
        asked.catalog = Catalog::Domain;
        domain.clone_into(&mut asked.search.base);
        *found = self.directory.search(asked.catalog, &asked.search, limits);
        Some(note)
    }

    fn learn(&mut self, question: Question, asked: &Asked, found: &Found) {
        let entries = &found.entries;
        match question {
            Question::Server => self.known.learn_server(entries),
            Question::Domains => self.known.learn_domains(entries),
            Question::Domain => self.known.learn_domain(entries),
            Question::Computer | Question::PoolAccount | Question::NamedAccount | Question::Holder => {
                self.known.learn_accounts(entries, asked.catalog == Catalog::Domain);
            }
            Question::Owners(_) | Question::OwnersWithPort(_) => self.known.learn_accounts(entries, false),
            Question::HostClasses | Question::Trusts | Question::ProtectedUsers => {}
        }
        if matches!(question, Question::Server | Question::Domains | Question::Domain) && self.trouble.is_none() {
            self.trouble.clone_from(&found.failure);
        }
    }

    fn about_membership(&mut self, asked: Asked, limits: SearchLimits) -> Result<Asked, Failure> {
        let group = match &self.protected_users {
            Some(group) => group.clone(),
            None => self.protected_users.insert(self.find_protected_users(limits)).clone(),
        }?;
        let filter = format!("(memberOf:1.2.840.113556.1.4.1941:={})", search::value(&group.name));
        Ok(Asked { search: Search { filter, ..asked.search }, subject: Some(group.sid), ..asked })
    }

    /// The group has another name in every language, and everywhere the same number.
    fn find_protected_users(&self, limits: SearchLimits) -> Result<Group, Failure> {
        let sid = sid::in_domain(self.known.domain_sid()?, sid::PROTECTED_USERS);
        let sid = sid.ok_or_else(|| Failure::new(FailureKind::NotAsked, "the SID of the domain is not understood"))?;
        let search = Search {
            base: self.known.domain()?.to_owned(),
            scope: Scope::Subtree,
            filter: format!("(objectSid={})", search::bytes(&sid)),
            attributes: vec!["objectSid".to_owned()],
        };
        let found = self.directory.search(Catalog::Domain, &search, limits);
        match (found.entries.into_iter().next(), found.failure) {
            (Some(group), _) => Ok(Group { name: group.name, sid: sid::text(&sid).unwrap_or_default() }),
            (None, Some(failure)) => Err(failure),
            (None, None) => Err(Failure::new(FailureKind::Absent, "this domain has no group of protected users")),
        }
    }
}

fn nothing(url: String, failure: &Failure) -> Outcome {
    Outcome {
        source: Source::Query(url),
        status: failure.status(),
        bytes: None,
        redactions: 0,
        // What is not there needs no excuse.
        detail: (failure.kind != FailureKind::Absent).then(|| failure.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use super::*;
    use crate::directory::entry::{Attribute, Entry};
    use crate::directory::failure::code;
    use crate::directory::known::tests::entry;
    use crate::directory::service::NoDirectory;

    const LIMITS: SearchLimits = SearchLimits { time: Duration::from_secs(1), entries: 9, bytes: 9999 };

    /// The directory of `contoso.com`, in which `svc-web` holds the SPN of `www`, together with someone in a child domain.
    #[derive(Default)]
    struct Contoso {
        /// What fails, and how.
        failing: Vec<(Catalog, Failure)>,
        asked: RefCell<Vec<String>>,
    }

    impl Directory for Contoso {
        fn search(&self, catalog: Catalog, search: &Search, _: SearchLimits) -> Found {
            let port = if catalog == Catalog::Forest { 3268 } else { 389 };
            self.asked.borrow_mut().push(format!("{port} {} {}", search.base, search.filter));
            if let Some((_, failure)) = self.failing.iter().find(|(failing, _)| *failing == catalog) {
                return Found::nothing(failure.clone());
            }
            let entries = answer(&search.base, &search.filter);
            Found { server: Some(format!("dc1:{port}")), entries, pages: 1, failure: None }
        }
    }

    fn answer(base: &str, filter: &str) -> Vec<Entry> {
        let sid = vec![1, 4, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];
        let svc = entry("CN=svc-web,DC=contoso,DC=com", &[("sAMAccountName", "svc-web")]);
        let other = entry("CN=old,DC=child,DC=contoso,DC=com", &[("sAMAccountName", "svc-old")]);
        match (base, filter) {
            ("", search::ANYTHING) => vec![entry(
                "",
                &[
                    ("defaultNamingContext", "DC=contoso,DC=com"),
                    ("configurationNamingContext", "CN=Configuration,DC=contoso,DC=com"),
                ],
            )],
            (_, "(|(objectClass=crossRef)(objectClass=crossRefContainer))") => vec![
                entry(
                    "CN=1",
                    &[("nETBIOSName", "CONTOSO"), ("dnsRoot", "contoso.com"), ("nCName", "DC=contoso,DC=com")],
                ),
                entry("CN=2", &[("nETBIOSName", "CHILD"), ("nCName", "DC=child,DC=contoso,DC=com")]),
            ],
            ("DC=contoso,DC=com", search::ANYTHING) => {
                let attribute = Attribute { name: "objectSid".to_owned(), values: vec![sid] };
                vec![Entry { name: base.to_owned(), attributes: vec![attribute] }]
            }
            (_, "(servicePrincipalName=HTTP/www)") => vec![svc, other],
            (_, "(sAMAccountName=svc-web)") => vec![svc],
            (_, filter) if filter.starts_with("(objectSid=") => vec![entry("CN=Gesch\u{fc}tzte (Benutzer)", &[])],
            _ => Vec::new(),
        }
    }

    const THE_DOMAIN: [(Question, &str); 3] = [(Question::Server, ""), (Question::Domains, ""), (Question::Domain, "")];

    fn status(inquiry: &mut Inquiry<'_>, question: Question, name: &str) -> CollectionStatus {
        inquiry.ask(question, name, LIMITS).status
    }

    fn prepared(directory: &Contoso) -> Inquiry<'_> {
        let mut inquiry = Inquiry::new(directory, Some("WEB01"));
        for (question, name) in THE_DOMAIN {
            assert_eq!(status(&mut inquiry, question, name), CollectionStatus::Collected);
        }
        directory.asked.borrow_mut().clear();
        inquiry
    }

    fn text(outcome: &Outcome) -> String {
        String::from_utf8(outcome.bytes.clone().expect("bytes")).expect("text")
    }

    #[test]
    fn holders_are_asked_about_until_all_is_known() {
        let directory = Contoso::default();
        let mut inquiry = prepared(&directory);
        let owners = inquiry.ask(Question::Owners("HTTP"), "www", LIMITS);
        assert_eq!(owners.source.text().split('?').next(), Some("ldap://dc1:3268/"));
        assert!(text(&owners).contains("# subject: HTTP/www\n"));
        assert_eq!(inquiry.holders(), [r"CONTOSO\svc-web", r"CHILD\svc-old"]);
        assert_eq!(inquiry.accounts_at_home(), [r"CONTOSO\svc-web"]);
        inquiry.ask(Question::PoolAccount, r"CONTOSO\svc-web", LIMITS);
        assert_eq!(inquiry.holders(), [r"CHILD\svc-old"]);
        let elsewhere = inquiry.ask(Question::Holder, r"CHILD\svc-old", LIMITS);
        assert!(text(&elsewhere).contains("# note: a global catalog keeps only a part of the attributes\n"));
        assert_eq!(
            *directory.asked.borrow(),
            [
                "3268  (servicePrincipalName=HTTP/www)",
                "389 DC=contoso,DC=com (sAMAccountName=svc-web)",
                "3268 CN=old,DC=child,DC=contoso,DC=com (objectClass=*)",
            ]
        );
    }

    #[test]
    fn a_membership_is_asked_for_by_the_number_of_the_group() {
        let directory = Contoso::default();
        let mut inquiry = prepared(&directory);
        inquiry.ask(Question::PoolAccount, "svc-web", LIMITS);
        directory.asked.borrow_mut().clear();
        for _ in 0..2 {
            let outcome = inquiry.ask(Question::ProtectedUsers, r"CONTOSO\svc-web", LIMITS);
            assert!(text(&outcome).contains("\n# subject: S-1-5-21-1-2-3-525\n"));
        }
        let group = r"389 DC=contoso,DC=com (objectSid=\01\05\00\00\00\00\00\05\15\00\00\00\01\00\00\00\02\00\00\00\03\00\00\00\0d\02\00\00)";
        let member =
            "389 CN=svc-web,DC=contoso,DC=com (memberOf:1.2.840.113556.1.4.1941:=CN=Gesch\u{fc}tzte \\28Benutzer\\29)";
        assert_eq!(*directory.asked.borrow(), [group, member, member]);
    }

    #[test]
    fn without_a_global_catalog_the_domain_is_searched_and_the_answer_says_so() {
        let failing = vec![(Catalog::Forest, Failure::of_code(code::SERVER_DOWN, None))];
        let directory = Contoso { failing, ..Contoso::default() };
        let mut inquiry = prepared(&directory);
        let owners = inquiry.ask(Question::Owners("HTTP"), "www", LIMITS);
        assert_eq!((owners.status, owners.detail.as_ref()), (CollectionStatus::Collected, None));
        let text = text(&owners);
        assert!(text.contains("# server: dc1:389\n# base: DC=contoso,DC=com\n"), "{text}");
        assert!(
            text.contains("# note: only this domain was searched, because of the global catalog: the server"),
            "{text}"
        );
        // An account of another domain of the forest cannot be asked of this one.
        assert_eq!(status(&mut inquiry, Question::PoolAccount, r"CHILD\svc"), CollectionStatus::Failed(81));
    }

    #[test]
    fn what_a_failure_keeps_from_being_asked_says_so() {
        let failing = vec![(Catalog::Domain, Failure::of_code(code::INVALID_CREDENTIALS, None))];
        let directory = Contoso { failing, ..Contoso::default() };
        let mut inquiry = Inquiry::new(&directory, Some("WEB01"));
        assert_eq!(status(&mut inquiry, Question::Server, ""), CollectionStatus::Collected);
        assert_eq!(status(&mut inquiry, Question::Domains, ""), CollectionStatus::Failed(49));
        let account = inquiry.ask(Question::PoolAccount, r"CONTOSO\svc-web", LIMITS);
        assert_eq!((account.status, account.bytes), (CollectionStatus::Skipped, None));
        assert!(account.detail.is_some_and(|detail| detail.contains("the name or the password is wrong")));
        assert_eq!(status(&mut inquiry, Question::PoolAccount, r".\svc-web"), CollectionStatus::NotPresent);
    }

    #[test]
    fn only_the_server_is_asked_for_the_time() {
        let directory = Contoso::default();
        let mut inquiry = Inquiry::new(&directory, None);
        assert!(text(&inquiry.ask(Question::Server, "", LIMITS)).contains("\n# local-time-before: 20"));
        assert!(!text(&inquiry.ask(Question::Domains, "", LIMITS)).contains("local-time"));
    }

    #[test]
    fn without_a_directory_nothing_is_missing() {
        let directory = NoDirectory("a workgroup");
        let mut inquiry = Inquiry::new(&directory, Some("WEB01"));
        for (question, name) in
            THE_DOMAIN.into_iter().chain([(Question::PoolAccount, r"A\b"), (Question::Owners("HTTP"), "x")])
        {
            let outcome = inquiry.ask(question, name, LIMITS);
            assert_eq!((outcome.status, outcome.detail, outcome.bytes), (CollectionStatus::NotPresent, None, None));
        }
    }
}
