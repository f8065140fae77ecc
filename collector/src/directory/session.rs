//! Questions to one server: connect once, sign in once, ask page by page, and remember who did not answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::directory::entry::{Attribute, Entry};
use crate::directory::failure::{Failure, FailureKind, code};
use crate::directory::line::{Connector, Line};
use crate::directory::search::{ANYTHING, Scope, Search};
use crate::directory::service::{Catalog, Found, SearchLimits};
use crate::directory::sign_in::SignIn;

/// How long connecting may take.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// One server, and how it stands between us.
pub struct Session<C> {
    connector: C,
    sign_in: Option<Arc<SignIn>>,
    connected: Option<Connected>,
    /// Why nothing is asked any more.
    lost: Option<Failure>,
    /// Why nothing is asked that needs a name.
    refused: Option<Failure>,
}

struct Connected {
    server: String,
    line: Box<dyn Line>,
    signed_in: bool,
    answered: bool,
}

impl<C: Connector> Session<C> {
    /// Nothing happens before the first question.
    pub fn new(connector: C, sign_in: Option<Arc<SignIn>>) -> Self {
        Self { connector, sign_in, connected: None, lost: None, refused: None }
    }

    /// Asks, unless an earlier question has shown that it is in vain.
    pub fn search(&mut self, catalog: Catalog, search: &Search, limits: SearchLimits) -> Found {
        let until = Instant::now() + limits.time;
        match self.prepare(catalog) {
            Ok(()) => self.ask(search, limits, until),
            Err(failure) => Found::nothing(failure),
        }
    }

    /// Connects, and signs in if this catalog is for those who did.
    ///
    /// # Errors
    ///
    /// There is no way to that server, now or since an earlier question.
    pub fn prepare(&mut self, catalog: Catalog) -> Result<(), Failure> {
        let refused = self.refused.as_ref().filter(|_| catalog != Catalog::Server);
        if let Some(failure) = self.lost.as_ref().or(refused) {
            return Err(failure.again());
        }
        let mut connected = match self.connected.take() {
            Some(connected) => connected,
            None => self.connect(catalog).inspect_err(|failure| self.lost = Some(failure.clone()))?,
        };
        let signing_in = catalog != Catalog::Server && !connected.signed_in;
        let outcome = if signing_in { connected.line.sign_in(self.sign_in.as_deref()) } else { Ok(()) };
        let outcome = outcome.map_err(|failure| failure.of_server(&connected.server));
        connected.signed_in |= signing_in && outcome.is_ok();
        self.connected = Some(connected);
        outcome.inspect_err(|failure| self.refused = Some(failure.clone()))
    }

    fn connect(&mut self, catalog: Catalog) -> Result<Connected, Failure> {
        let address = self.connector.locate(catalog)?;
        let server = address.to_string();
        match self.connector.connect(&address, CONNECT_TIME) {
            Ok(line) => Ok(Connected { server, line, signed_in: false, answered: false }),
            Err(failure) => Err(failure.of_server(&server)),
        }
    }

    fn ask(&mut self, search: &Search, limits: SearchLimits, until: Instant) -> Found {
        let Some(connected) = &mut self.connected else {
            return Found::nothing(Failure::of_code(code::CONNECT_ERROR, None));
        };
        let line = connected.line.as_mut();
        let mut gathering = Gathering { limits, until, entries: Vec::new(), size: 0, pages: 0 };
        let mut failure = gathering.all(line, search).err();
        let silent = failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::Silent);
        let answered_before = std::mem::replace(&mut connected.answered, !silent);
        if failure.is_none() {
            failure = gathering.whole_attributes(line).err();
        }
        // One question may be too hard for a server that answers others. A server that has not answered yet, or did
        // not answer the last time either, does not get the time of every question that is left.
        let gone = match failure.as_ref().map(|failure| failure.kind) {
            Some(FailureKind::Silent) => !answered_before,
            Some(FailureKind::Code(code)) => code == code::SERVER_DOWN || code == code::CONNECT_ERROR,
            _ => false,
        };
        let Gathering { entries, pages, .. } = gathering;
        let server = Some(connected.server.clone());
        let failure = failure.map(|failure| failure.of_server(&connected.server));
        if gone {
            self.lost.clone_from(&failure);
        }
        Found { server, entries, pages, failure }
    }
}

/// What has come of one search so far.
struct Gathering {
    limits: SearchLimits,
    until: Instant,
    entries: Vec<Entry>,
    size: u64,
    pages: u32,
}

impl Gathering {
    fn all(&mut self, line: &mut dyn Line, search: &Search) -> Result<(), Failure> {
        let mut cookie = Vec::new();
        loop {
            let page = line.page(search, &cookie, self.time_left()?)?;
            self.pages = self.pages.saturating_add(1);
            for entry in page.entries {
                self.make_room(entry.size())?;
                if self.entries.len() >= self.limits.entries {
                    return Err(cut(&format!("more than {} entries", self.limits.entries)));
                }
                self.entries.push(entry);
            }
            if page.code != code::SUCCESS {
                return Err(Failure::of_code(page.code, page.said.as_deref()));
            }
            if page.cookie.is_empty() {
                return Ok(());
            }
            cookie = page.cookie;
        }
    }

    /// A server gives some 1500 values of an attribute at once, under the name `servicePrincipalName;range=0-1499`.
    /// The others have to be asked for, or an account with many SPNs would seem to lack one.
    fn whole_attributes(&mut self, line: &mut dyn Line) -> Result<(), Failure> {
        let mut entries = std::mem::take(&mut self.entries);
        let mut outcome = Ok(());
        'entries: for entry in &mut entries {
            for attribute in &mut entry.attributes {
                outcome = self.whole_attribute(line, &entry.name, attribute);
                if outcome.is_err() {
                    break 'entries;
                }
            }
        }
        self.entries = entries;
        outcome
    }

    fn whole_attribute(&mut self, line: &mut dyn Line, owner: &str, attribute: &mut Attribute) -> Result<(), Failure> {
        while let Some((name, last)) = range(&attribute.name) {
            let Some(last) = last else {
                attribute.name = name.to_owned();
                return Ok(());
            };
            let wanted = format!("{name};range={}-*", last.saturating_add(1));
            let search = Search {
                base: owner.to_owned(),
                scope: Scope::Base,
                filter: ANYTHING.to_owned(),
                attributes: vec![wanted],
            };
            let page = line.page(&search, &[], self.time_left()?)?;
            let next = page.entries.into_iter().flat_map(|entry| entry.attributes);
            let next = next.into_iter().find(|next| range(&next.name).is_some_and(|(found, _)| found == name));
            let next = next.filter(|next| !next.values.is_empty() && next.name != attribute.name);
            let Some(next) = next else { return Err(cut(&format!("not all values of {name}"))) };
            self.make_room(next.values.iter().map(Vec::len).sum())?;
            attribute.name = next.name;
            attribute.values.extend(next.values);
        }
        Ok(())
    }

    fn time_left(&self) -> Result<Duration, Failure> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(Failure::of_code(code::TIMEOUT, None)) } else { Ok(left) }
    }

    fn make_room(&mut self, size: usize) -> Result<(), Failure> {
        self.size = self.size.saturating_add(size as u64);
        if self.size > self.limits.bytes { Err(cut(&format!("more than {} bytes", self.limits.bytes))) } else { Ok(()) }
    }
}

fn cut(said: &str) -> Failure {
    Failure::new(FailureKind::Cut, format!("{said}; the rest was left"))
}

/// Takes `servicePrincipalName;range=0-1499` apart; no last number means that this is the last part.
fn range(name: &str) -> Option<(&str, Option<u32>)> {
    let (name, range) = name.split_once(";range=")?;
    let (_, last) = range.split_once('-')?;
    if last == "*" { Some((name, None)) } else { Some((name, Some(last.parse().ok()?))) }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Mutex;
    use std::thread;

    use super::*;
    use crate::directory::known::tests::entry;
    use crate::directory::line::{Address, Page};

    /// A server that does as it is told.
    #[derive(Clone, Default)]
    pub(in crate::directory) struct Script {
        /// The pages of each answer, and how each of them fails.
        pub(in crate::directory) pages: Arc<Mutex<Vec<Result<Page, Failure>>>>,
        /// The code with which signing in is refused.
        pub(in crate::directory) refuses: Option<i32>,
        /// How often somebody tried to sign in.
        pub(in crate::directory) tries: Arc<Mutex<u32>>,
        /// Whether signing in never ends.
        pub(in crate::directory) hangs: bool,
        /// How connecting fails.
        pub(in crate::directory) unreachable: Option<Failure>,
        /// What was asked.
        pub(in crate::directory) asked: Arc<Mutex<Vec<String>>>,
    }

    impl Connector for Script {
        fn locate(&mut self, _: Catalog) -> Result<Address, Failure> {
            Ok(Address { name: "dc1".to_owned(), port: 389 })
        }

        fn connect(&mut self, _: &Address, _: Duration) -> Result<Box<dyn Line>, Failure> {
            self.asked.lock().expect("a list").push("connect".to_owned());
            self.unreachable.clone().map_or_else(|| Ok(Box::new(self.clone()) as Box<dyn Line>), Err)
        }
    }

    impl Line for Script {
        fn sign_in(&mut self, _: Option<&SignIn>) -> Result<(), Failure> {
            *self.tries.lock().expect("a number") += 1;
            if self.hangs {
                loop {
                    thread::park();
                }
            }
            self.refuses.map_or(Ok(()), |code| Err(Failure::of_code(code, None)))
        }

        fn page(&mut self, search: &Search, cookie: &[u8], _: Duration) -> Result<Page, Failure> {
            let cookie = String::from_utf8_lossy(cookie);
            let line = format!("{}|{}|{cookie}", search.base, search.attributes.join(","));
            self.asked.lock().expect("a list").push(line);
            let mut pages = self.pages.lock().expect("a list");
            if pages.is_empty() { Ok(Page::default()) } else { pages.remove(0) }
        }
    }

    pub(in crate::directory) fn question() -> Search {
        Search {
            base: "DC=x".to_owned(),
            scope: Scope::Subtree,
            filter: "(cn=a)".to_owned(),
            attributes: vec!["cn".to_owned()],
        }
    }

    const LIMITS: SearchLimits = SearchLimits { time: Duration::from_mins(1), entries: 3, bytes: 100 };

    fn scripted(pages: Vec<Result<Page, Failure>>) -> (Session<Script>, Script) {
        let script = Script { pages: Arc::new(Mutex::new(pages)), ..Script::default() };
        (Session::new(script.clone(), None), script)
    }

    fn page(entries: &[Entry], cookie: &str) -> Page {
        Page { entries: entries.to_vec(), cookie: cookie.as_bytes().to_vec(), ..Page::default() }
    }

    fn asked(script: &Script) -> Vec<String> {
        std::mem::take(&mut *script.asked.lock().expect("a list"))
    }

    fn kinds(session: &mut Session<Script>, count: usize) -> Vec<Option<(FailureKind, bool)>> {
        let mut kind = || {
            let failure = session.search(Catalog::Domain, &question(), LIMITS).failure;
            failure.map(|failure| (failure.kind, failure.remembered))
        };
        (0..count).map(|_| kind()).collect()
    }

    #[test]
    fn an_answer_comes_page_by_page() {
        let entries: Vec<Entry> = ["CN=a", "CN=b", "CN=c"].iter().map(|name| entry(name, &[])).collect();
        let (mut session, script) =
            scripted(vec![Ok(page(&entries[..2], "next")), Ok(page(&[], "more")), Ok(page(&entries[2..], ""))]);
        let found = session.search(Catalog::Domain, &question(), LIMITS);
        assert_eq!((found.entries, found.pages, found.failure), (entries, 3, None));
        assert_eq!(found.server.as_deref(), Some("dc1:389"));
        assert_eq!(asked(&script), ["connect", "DC=x|cn|", "DC=x|cn|next", "DC=x|cn|more"]);
    }

    #[test]
    fn what_is_over_a_limit_is_cut_and_kept_up_to_there() {
        let check = |entries: &[Entry], kept| {
            let (mut session, _) = scripted(vec![Ok(page(entries, ""))]);
            let found = session.search(Catalog::Domain, &question(), LIMITS);
            let kind = found.failure.map(|failure| failure.kind);
            assert_eq!((found.entries.len(), kind), (kept, (kept < entries.len()).then_some(FailureKind::Cut)));
        };
        let small = entry("CN=a", &[]);
        check(&vec![small.clone(); 3], 3);
        check(&vec![small.clone(); 4], 3);
        check(&[small.clone(), entry("CN=b", &[("cn", &"x".repeat(100))])], 1);
    }

    #[test]
    fn an_error_keeps_what_came_before_it() {
        let failing = Page { code: code::TIME_LIMIT, said: Some("busy".to_owned()), ..Page::default() };
        let (mut session, _) = scripted(vec![Ok(page(&[entry("CN=a", &[])], "next")), Ok(failing)]);
        let found = session.search(Catalog::Domain, &question(), LIMITS);
        assert_eq!((found.entries.len(), found.pages), (1, 2));
        assert_eq!(found.failure.expect("a failure").said, "dc1:389: no answer in time (LDAP 3): busy");
    }

    #[test]
    fn many_values_of_an_attribute_are_asked_for_part_by_part() {
        let part = |name: &str, value: &str| entry("CN=a", &[("cn", "a"), (name, value)]);
        let (mut session, script) = scripted(vec![
            Ok(page(&[part("spn;range=0-0", "one")], "")),
            Ok(page(&[part("spn;range=1-1", "two")], "")),
            Ok(page(&[part("spn;range=2-*", "three")], "")),
        ]);
        let found = session.search(Catalog::Domain, &question(), LIMITS);
        let values = ["one", "two", "three"].map(|value| value.as_bytes().to_vec()).to_vec();
        assert_eq!(found.entries[0].attributes[1], Attribute { name: "spn".to_owned(), values });
        assert_eq!(found.failure, None);
        assert_eq!(asked(&script), ["connect", "DC=x|cn|", "CN=a|spn;range=1-*|", "CN=a|spn;range=2-*|"]);
    }

    #[test]
    fn values_that_do_not_come_leave_the_name_that_says_so() {
        let part = entry("CN=a", &[("spn;range=0-0", "one")]);
        for second in [
            Ok(page(&[], "")),
            Ok(page(std::slice::from_ref(&part), "")),
            Ok(page(&[entry("CN=a", &[("other;range=1-*", "x")])], "")),
        ] {
            let (mut session, _) = scripted(vec![Ok(page(std::slice::from_ref(&part), "")), second]);
            let found = session.search(Catalog::Domain, &question(), LIMITS);
            assert_eq!(found.entries, std::slice::from_ref(&part));
            assert_eq!(found.failure.map(|failure| failure.kind), Some(FailureKind::Cut));
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_tried_once() {
        let failure = Failure::of_code(code::SERVER_DOWN, None);
        let script = Script { unreachable: Some(failure), ..Script::default() };
        let mut session = Session::new(script.clone(), None);
        let down = FailureKind::Code(code::SERVER_DOWN);
        assert_eq!(kinds(&mut session, 3), [Some((down, false)), Some((down, true)), Some((down, true))]);
        assert_eq!(asked(&script), ["connect"]);
    }

    #[test]
    fn a_server_that_falls_silent_gets_one_more_chance_and_no_third() {
        let silent = || Err(Failure::of_code(code::TIMEOUT, None));
        let first = Some((FailureKind::Silent, false));
        let again = Some((FailureKind::Silent, true));
        let (mut session, _) = scripted(vec![silent(), Ok(page(&[], ""))]);
        assert_eq!(kinds(&mut session, 2), [first, again], "it has never answered");
        let (mut session, _) = scripted(vec![Ok(page(&[], "")), silent(), Ok(page(&[], "")), silent(), silent()]);
        assert_eq!(kinds(&mut session, 6), [None, first, None, first, first, again]);
        let (mut session, _) = scripted(vec![Ok(page(&[], "")), Err(Failure::of_code(code::SERVER_DOWN, None))]);
        let down = FailureKind::Code(code::SERVER_DOWN);
        assert_eq!(kinds(&mut session, 3), [None, Some((down, false)), Some((down, true))]);
        let (mut session, _) = scripted(vec![Err(Failure::of_code(code::NO_SUCH_OBJECT, None)), Ok(page(&[], ""))]);
        assert_eq!(kinds(&mut session, 2), [Some((FailureKind::Code(32), false)), None]);
    }
}
