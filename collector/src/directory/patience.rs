//! Waiting for the directory, but not for ever.
//!
//! Signing in happens inside the system, and has no time limit there. So each of the two catalogs is asked on a thread of
//! its own; one that does not come back in time is left behind, and ends with this program.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use crate::directory::failure::{Failure, FailureKind, code};
use crate::directory::line::Connector;
use crate::directory::search::Search;
use crate::directory::service::{Catalog, Directory, Found, SearchLimits};
use crate::directory::session::Session;
use crate::directory::sign_in::SignIn;
use crate::handover::{self, Giver, Missing, Taker};

/// How long is waited, besides the time that each question has.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For connecting and signing in.
    pub prepare: Duration,
    /// For an answer that is about to come when the time of its question ends.
    pub grace: Duration,
}

/// What servers on other continents need, and more.
pub const PATIENCE: Patience = Patience { prepare: Duration::from_secs(25), grace: Duration::from_secs(3) };

/// A directory of which each catalog is asked through a connection of its own.
pub struct PatientDirectory {
    domain: Waiting,
    forest: Waiting,
    /// Why nobody signs in any more.
    refused: RefCell<Option<Failure>>,
}

impl PatientDirectory {
    /// Nobody is asked yet. Each catalog gets one of the connectors.
    pub fn new<C: Connector + Send + 'static>(connectors: [C; 2], sign_in: Option<SignIn>, patience: Patience) -> Self {
        let sign_in = sign_in.map(Arc::new);
        let [domain, forest] = connectors.map(|connector| Waiting::start(connector, sign_in.clone(), patience));
        Self { domain, forest, refused: RefCell::new(None) }
    }
}

impl Directory for PatientDirectory {
    fn search(&self, catalog: Catalog, search: &Search, limits: SearchLimits) -> Found {
        // A password that one server refuses is not tried on another: it may be the last try before the account is locked.
        if let Some(failure) = self.refused.borrow().as_ref().filter(|_| catalog != Catalog::Server) {
            return Found::nothing(failure.again());
        }
        let waiting = if catalog == Catalog::Forest { &self.forest } else { &self.domain };
        let found = waiting.search(catalog, search, limits);
        let refused = |failure: &&Failure| failure.kind == FailureKind::Code(code::INVALID_CREDENTIALS);
        if let Some(failure) = found.failure.as_ref().filter(refused) {
            self.refused.replace(Some(failure.clone()));
        }
        found
    }
}

/// One thread that asks, and what became of it.
struct Waiting {
    questions: Option<Giver<Question>>,
    patience: Patience,
    lost: RefCell<Option<Failure>>,
}

/// A search, or nothing but the way to the server.
struct Question {
    catalog: Catalog,
    search: Option<(Search, SearchLimits)>,
    answer: Giver<Found>,
}

impl Waiting {
    fn start<C: Connector + Send + 'static>(connector: C, sign_in: Option<Arc<SignIn>>, patience: Patience) -> Self {
        let (giver, taker) = handover::place();
        // A connection stays on the thread that made it.
        let work = move || answer(Session::new(connector, sign_in), &taker);
        let started = handover::start("directory", Box::new(work));
        let lost = started.as_ref().err().map(|error| {
            Failure::new(FailureKind::Code(error.raw_os_error().unwrap_or(-1)), "no thread could be started")
        });
        Self { questions: started.is_ok().then_some(giver), patience, lost: RefCell::new(lost) }
    }

    fn search(&self, catalog: Catalog, search: &Search, limits: SearchLimits) -> Found {
        let prepared = self.ask(catalog, None, self.patience.prepare);
        if prepared.failure.is_some() {
            return prepared;
        }
        self.ask(catalog, Some((search.clone(), limits)), limits.time.saturating_add(self.patience.grace))
    }

    fn ask(&self, catalog: Catalog, search: Option<(Search, SearchLimits)>, wait: Duration) -> Found {
        if let Some(failure) = &*self.lost.borrow() {
            return Found::nothing(failure.again());
        }
        let (giver, taker) = handover::place();
        let question = Question { catalog, search, answer: giver };
        let asked = self.questions.as_ref().is_some_and(|questions| questions.give(question));
        let found = if asked { taker.take(wait) } else { Err(Missing::Never) };
        found.unwrap_or_else(|error| {
            let failure = match error {
                Missing::Late => {
                    let catalog = if catalog == Catalog::Forest { "global catalog" } else { "domain controller" };
                    let said = format!("the {catalog} did not answer within {} seconds", wait.as_secs());
                    Failure::new(FailureKind::Silent, said)
                }
                Missing::Never => Failure::new(FailureKind::Code(-1), "asking ended unexpectedly"),
            };
            self.lost.replace(Some(failure.clone()));
            Found::nothing(failure)
        })
    }
}

fn answer<C: Connector>(mut session: Session<C>, questions: &Taker<Question>) {
    while let Some(Question { catalog, search, answer }) = questions.wait() {
        let found = match search {
            Some((search, limits)) => session.search(catalog, &search, limits),
            None => Found { server: None, entries: Vec::new(), pages: 0, failure: session.prepare(catalog).err() },
        };
        // Whoever asked may have stopped waiting.
        answer.give(found);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Instant;

    use super::*;
    use crate::directory::search::{ANYTHING, Scope};
    use crate::directory::session::tests::{Script, question};

    const IMPATIENT: Patience = Patience { prepare: Duration::from_millis(200), grace: Duration::from_millis(100) };

    fn limits() -> SearchLimits {
        SearchLimits { time: Duration::from_millis(100), entries: 9, bytes: 999 }
    }

    #[test]
    fn a_server_that_hangs_is_left_behind_and_costs_its_time_once() {
        let hanging = Script { hangs: true, ..Script::default() };
        let directory = PatientDirectory::new([hanging, Script::default()], None, IMPATIENT);
        let began = Instant::now();
        let first = directory.search(Catalog::Domain, &question(), limits()).failure.expect("a failure");
        assert_eq!((first.kind, first.remembered), (FailureKind::Silent, false));
        assert_eq!(first.said, "the domain controller did not answer within 0 seconds");
        let until = began.elapsed();
        let second = directory.search(Catalog::Domain, &question(), limits()).failure.expect("a failure");
        assert!(second.remembered && began.elapsed() < until * 2, "{second:?}");
        assert_eq!(directory.search(Catalog::Forest, &question(), limits()).failure, None, "the other one answers");
    }

    #[test]
    fn a_refused_password_is_not_tried_again() {
        let tries = Arc::new(Mutex::new(0));
        let refusing =
            || Script { refuses: Some(code::INVALID_CREDENTIALS), tries: Arc::clone(&tries), ..Script::default() };
        let directory = PatientDirectory::new([refusing(), refusing()], None, IMPATIENT);
        let failure = |catalog| directory.search(catalog, &question(), limits()).failure;
        assert_eq!(failure(Catalog::Server), None, "nobody has to sign in for that");
        assert!(failure(Catalog::Domain).is_some_and(|failure| !failure.remembered));
        assert!(failure(Catalog::Domain).is_some_and(|failure| failure.remembered));
        assert!(failure(Catalog::Forest).is_some_and(|failure| failure.remembered));
        assert_eq!(failure(Catalog::Server), None);
        assert_eq!(*tries.lock().expect("a number"), 1);
    }

    #[test]
    fn the_server_itself_is_asked_without_signing_in() {
        let tries = Arc::new(Mutex::new(0));
        let connectors = [Script { tries: Arc::clone(&tries), ..Script::default() }, Script::default()];
        let directory = PatientDirectory::new(connectors, None, IMPATIENT);
        let root =
            Search { base: String::new(), scope: Scope::Base, filter: ANYTHING.to_owned(), attributes: Vec::new() };
        assert_eq!(directory.search(Catalog::Server, &root, limits()).failure, None);
        assert_eq!(*tries.lock().expect("a number"), 0);
        for _ in 0..2 {
            assert_eq!(directory.search(Catalog::Domain, &question(), limits()).failure, None);
        }
        assert_eq!(*tries.lock().expect("a number"), 1);
    }
}
