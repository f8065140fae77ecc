//! The steps of one visit: each row of the plan, asked about the names that this computer has.

use std::borrow::Cow;
use std::collections::BTreeSet;

use kerbscope_shared::manifest::Source;

use crate::argument::{self, Use};
use crate::directory::inquiry::Inquiry;
use crate::directory::question::Question;
use crate::event_log::EventLog;
use crate::facts::Facts;
use crate::host::Command;
use crate::http_head::HeadRequest;
use crate::logon_sessions::Sessions;
use crate::oldest_event;
use crate::plan::role::Role;
use crate::plan::row::{Origin, Row, Subject, Treatment};
use crate::registry::{self, Key};
use crate::sites::{self, Binding, Names};

/// A row, asked about one name.
#[derive(Clone, Debug)]
pub struct Step {
    /// The row.
    pub row: &'static Row,
    /// What the administrator reads.
    pub title: String,
    /// The file name in the folder of its kind.
    pub file_name: String,
    /// What is done.
    pub take: Take,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// Reads a file.
    File(String, Treatment),
    /// Runs a program.
    Program(Command, &'static [i32]),
    /// Exports an event log.
    EventLog(EventLog),
    /// Reads the head of the oldest event of a log.
    OldestEvent(EventLog),
    /// Asks LSA for tickets.
    Tickets(Sessions),
    /// Reads values of these keys of the registry.
    Registry(&'static [Key]),
    /// Reads the logs in this folder whose names begin like this.
    Requests(String, &'static [&'static str]),
    /// Asks this computer over HTTP.
    HttpHead(HeadRequest),
    /// Asks the directory about this name.
    Directory(Question, String),
    /// Nothing; here is what would have been asked, and why it is not.
    LeftOut(Source, Cow<'static, str>),
}

/// What rows are asked about. It grows while the configuration is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    computer: Vec<String>,
    domain: Vec<String>,
    named_accounts: Vec<String>,
    holders: Vec<String>,
    accounts: Vec<String>,
    pool_accounts: Vec<String>,
    names: Vec<String>,
    shared_folder: Vec<Place>,
    applications: Vec<Place>,
    site_logs: Vec<Place>,
    firefox_profiles: Vec<Place>,
    bindings: Vec<Binding>,
}

/// A folder, and what a person calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What a person calls it.
    pub name: String,
    /// Its path, with no variable left in it.
    pub folder: String,
}

impl Subjects {
    /// What the computer says of itself, and what the command line says of the visit.
    ///
    /// The names of a web server are asked about even where every binding has a host header: for a name that is an
    /// alias in DNS, the browser asks for what it stands for, mostly the server. They come first, so that no number
    /// of host headers crowds them out.
    pub fn new(facts: &Facts, role: &Role) -> Self {
        let mut subjects = Self {
            computer: facts.computer.iter().cloned().collect(),
            domain: facts.domain.iter().cloned().collect(),
            ..Self::default()
        };
        match role {
            Role::WebServer => {
                for name in facts.computer.iter().cloned().chain(facts.full_name()) {
                    sites::add(&mut subjects.names, &name);
                }
            }
            Role::Client { host } => subjects.names.push(host.clone()),
            Role::DomainController { accounts } => subjects.named_accounts.clone_from(accounts),
        }
        subjects
    }

    /// Adds what a configuration names; `expand` puts values in the place of variables.
    pub fn learn(&mut self, names: &Names, expand: impl Fn(&str) -> String) {
        names.pool_accounts.iter().for_each(|name| sites::add(&mut self.pool_accounts, name));
        names.host_headers.iter().for_each(|name| sites::add(&mut self.names, name));
        let place = |name: String, folder: &str| Place { name, folder: expand(folder) };
        let shared = names.shared_folder.iter().map(|folder| place(String::new(), folder));
        self.shared_folder.extend(shared);
        self.bindings.extend(names.bindings.iter().cloned());
        for application in &names.applications {
            self.applications.push(place(application.name(), &application.folder));
        }
        for log in &names.site_logs {
            self.site_logs.push(place(log.name.clone(), &log.folder));
        }
    }

    /// Takes the accounts that the directory has told of.
    pub fn learn_accounts(&mut self, inquiry: &Inquiry<'_>) {
        self.holders = inquiry.holders();
        self.accounts = inquiry.accounts_at_home();
    }

    /// Adds the profiles of Firefox.
    pub fn add_firefox_profiles(&mut self, profiles: impl IntoIterator<Item = Place>) {
        self.firefox_profiles.extend(profiles);
    }

    fn named(&self, subject: Subject) -> Option<&[String]> {
        match subject {
            Subject::ComputerName => Some(&self.computer),
            Subject::PoolAccount => Some(&self.pool_accounts),
            Subject::Name => Some(&self.names),
            Subject::Domain => Some(&self.domain),
            Subject::NamedAccount => Some(&self.named_accounts),
            Subject::Holder => Some(&self.holders),
            Subject::Account => Some(&self.accounts),
            _ => None,
        }
    }

    fn placed(&self, subject: Subject) -> &[Place] {
        match subject {
            Subject::SharedFolder => &self.shared_folder,
            Subject::Application => &self.applications,
            Subject::SiteLog => &self.site_logs,
            Subject::FirefoxProfile => &self.firefox_profiles,
            _ => &[],
        }
    }
}

/// How many names one row is asked about at most; a server with more is a hosting provider's.
const NAMES_PER_ROW: usize = 60;

/// How many of the names that a row is not asked about are listed one by one. An SPN that a thousand accounts hold by
/// mistake would fill the list otherwise.
const LEFT_OUT_PER_ROW: usize = 100;

/// Makes the steps of a visit, row by row, so that a row can ask about what an earlier one found.
#[derive(Debug, Default)]
pub struct Planner {
    /// What rows are asked about.
    pub subjects: Subjects,
    taken: BTreeSet<String>,
}

impl Planner {
    /// A visit that begins.
    pub fn new(subjects: Subjects) -> Self {
        Self { subjects, taken: BTreeSet::new() }
    }

    /// The steps that a row makes.
    pub fn steps(&mut self, row: &'static Row) -> Vec<Step> {
        let mut steps = match self.subjects.named(row.subject) {
            Some(names) => names.iter().map(|name| checked(row, name)).collect(),
            None if row.subject == Subject::Server => vec![row.about("", "")],
            None if row.subject == Subject::Binding => row.to_bindings(&self.subjects.bindings),
            None => self.subjects.placed(row.subject).iter().map(|place| row.at(place)).collect::<Vec<_>>(),
        };
        let unlisted = steps.len().saturating_sub(NAMES_PER_ROW + LEFT_OUT_PER_ROW);
        steps.truncate(NAMES_PER_ROW + LEFT_OUT_PER_ROW);
        let last = steps.len().saturating_sub(1);
        for (number, step) in steps.iter_mut().enumerate() {
            if number == last && unlisted > 0 {
                step.leave_out(format!(
                    "there are more names than are asked about; {unlisted} more are not listed here"
                ));
            } else if number >= NAMES_PER_ROW {
                step.leave_out("there are more names than are asked about");
            }
            step.make_unique(&mut self.taken);
        }
        steps
    }
}

fn checked(row: &'static Row, name: &str) -> Step {
    let mut step = row.about(name, name);
    if matches!(row.origin, Origin::Directory(_)) {
        // In a filter, every name stands for itself.
        if !argument::is_readable(name) {
            step.leave_out("the name is no name that a directory could hold");
        }
        return step;
    }
    let used_as = if row.subject == Subject::PoolAccount { Use::Account } else { Use::Host };
    if !argument::is_safe(name, used_as) {
        step.leave_out("the name has characters that are not given to a program");
    }
    step
}

impl Row {
    /// This row, asked about one name, which is not yet checked: `name` is what a person reads, `argument` what is
    /// asked.
    pub fn about(&'static self, name: &str, argument: &str) -> Step {
        let take = match self.origin {
            Origin::File(path, treatment) => Take::File(path.replace("{}", argument), treatment),
            Origin::Program { name: program, arguments, good_exits } => {
                let arguments = arguments.iter().map(|text| text.replace("{}", argument));
                Take::Program(Command::printing(program, arguments), good_exits)
            }
            Origin::EventLog(log) => Take::EventLog(log),
            Origin::OldestEvent(log) => Take::OldestEvent(log),
            Origin::Tickets(sessions) => Take::Tickets(sessions),
            Origin::Registry(keys) => Take::Registry(keys),
            Origin::HttpHead => {
                Take::LeftOut(Source::Query(argument.to_owned()), "the address is not understood".into())
            }
            Origin::Directory(question) => Take::Directory(question, argument.to_owned()),
            Origin::Requests { folder, begins } => Take::Requests(folder.replace("{}", argument), begins),
        };
        let file_name = argument::file_name(self.kind, self.file_name, name);
        Step { row: self, title: self.title.replace("{}", name), file_name, take }
    }

    fn to_bindings(&'static self, bindings: &[Binding]) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for binding in bindings {
            let request = HeadRequest::to(binding);
            let name = request.as_ref().map_or_else(|| binding.address.clone(), HeadRequest::to_string);
            let mut step = self.about(&name, &name);
            if let Some(request) = request {
                step.take = Take::HttpHead(request);
            }
            if !binding.host.is_empty() && !argument::is_safe(binding.host.trim_start_matches("*."), Use::Host) {
                step.leave_out("the name has characters that are not given to a server");
            }
            // Two sites on one address answer alike.
            if steps.iter().all(|other| other.take != step.take) {
                steps.push(step);
            }
        }
        steps
    }

    fn at(&'static self, place: &Place) -> Step {
        let folder = place.folder.trim_end_matches('\\');
        let mut step = self.about(&place.name, folder);
        // A shared configuration lies on another server as a rule; nothing else is fetched from one.
        let shares = self.subject == Subject::SharedFolder;
        let reachable = argument::is_folder(folder) || (shares && argument::is_share(folder));
        if !reachable {
            step.leave_out("the folder is not on a drive of this computer");
        }
        step
    }
}

impl Step {
    /// Where it would have come from.
    pub fn source(&self) -> Source {
        match &self.take {
            Take::File(path, _) => Source::File(path.clone()),
            Take::Program(command, _) => Source::Command(command.to_string()),
            Take::EventLog(log) => Source::File(log.file()),
            Take::OldestEvent(log) => oldest_event::source(*log),
            Take::Tickets(sessions) => Source::Query(sessions.question().to_owned()),
            Take::Registry(keys) => registry::source(keys),
            Take::Requests(folder, begins) => Source::File(logs_in(folder, begins)),
            Take::HttpHead(request) => Source::Query(request.to_string()),
            Take::Directory(question, name) => Source::Query(question.outline(name)),
            Take::LeftOut(source, _) => source.clone(),
        }
    }

    fn leave_out(&mut self, why: impl Into<Cow<'static, str>>) {
        self.take = Take::LeftOut(self.source(), why.into());
    }

    /// Two names may differ only in what a file name cannot hold.
    fn make_unique(&mut self, taken: &mut BTreeSet<String>) {
        let key = |file_name: &str, row: &Row| format!("{}/{}", row.kind.folder(), file_name.to_lowercase());
        let original = self.file_name.clone();
        let mut number = 2;
        while !taken.insert(key(&self.file_name, self.row)) {
            self.file_name = format!("{number}-{original}");
            number += 1;
        }
    }
}

/// The logs that are read, as a person would write it.
pub fn logs_in(folder: &str, begins: &[&str]) -> String {
    let begin = begins.first().copied().unwrap_or_default();
    format!(r"{folder}\{begin}*.log")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::role::Scope;
    use crate::plan::table;
    use crate::sites::{Application, SiteLog};

    fn facts() -> Facts {
        Facts { computer: Some("WEB01".to_owned()), domain: Some("contoso.com".to_owned()), ..Facts::default() }
    }

    fn names(pool_accounts: &[&str], host_headers: &[&str]) -> Names {
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        Names { pool_accounts: owned(pool_accounts), host_headers: owned(host_headers), ..Names::default() }
    }

    fn line(step: &Step) -> String {
        match &step.take {
            Take::File(path, _) => path.clone(),
            Take::Requests(folder, begins) => logs_in(folder, begins),
            Take::HttpHead(request) => request.to_string(),
            Take::Program(command, _) => command.to_string(),
            Take::EventLog(log) => format!("export {}", log.name()),
            Take::Directory(question, name) => question.outline(name),
            Take::OldestEvent(_) | Take::Tickets(_) | Take::Registry(_) => step.source().text().to_owned(),
            Take::LeftOut(source, _) => format!("not: {}", source.text()),
        }
    }

    /// The steps of a web server whose configuration names these.
    fn steps(facts: &Facts, names: Option<&Names>) -> Vec<Step> {
        let mut subjects = Subjects::new(facts, &Role::WebServer);
        if let Some(names) = names {
            subjects.learn(names, str::to_owned);
        }
        let mut planner = Planner::new(subjects);
        table::rows(&Scope::default()).flat_map(|row| planner.steps(row)).collect()
    }

    /// Compares the steps about names, but for those that ask the directory.
    fn check(facts: &Facts, names: Option<&Names>, expected: &[(&str, &str)]) {
        check_among(facts, names, |take| !matches!(take, Take::Directory(..)), expected);
    }

    fn check_among(facts: &Facts, names: Option<&Names>, among: fn(&Take) -> bool, expected: &[(&str, &str)]) {
        let steps = steps(facts, names);
        let found: Vec<_> = steps
            .iter()
            .filter(|step| !matches!(step.row.subject, Subject::Server | Subject::Domain) && among(&step.take))
            .map(|step| (line(step), format!("{}/{}", step.row.kind.folder(), step.file_name)))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(line, path)| ((*line).to_owned(), (*path).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_configuration_is_asked_for_first() {
        let rows: Vec<_> = table::rows(&Scope::default()).map(|row| row.id).take(3).collect();
        assert_eq!(rows, ["iis-redirection", "iis-shared-config", "iis-config"]);
    }

    #[test]
    fn names_of_the_configuration_become_steps() {
        check(
            &facts(),
            Some(&names(&[r"CONTOSO\svc-web"], &["www.contoso.com"])),
            &[
                ("setspn -L WEB01", "setspn/list-WEB01.txt"),
                (r"setspn -L CONTOSO\svc-web", "setspn/list-CONTOSO_svc-web.txt"),
                ("setspn -Q HTTP/WEB01", "setspn/query-HTTP-WEB01.txt"),
                ("setspn -Q HTTP/WEB01.contoso.com", "setspn/query-HTTP-WEB01.contoso.com.txt"),
                ("setspn -Q HTTP/www.contoso.com", "setspn/query-HTTP-www.contoso.com.txt"),
                ("setspn -Q HOST/WEB01", "setspn/query-HOST-WEB01.txt"),
                ("setspn -Q HOST/WEB01.contoso.com", "setspn/query-HOST-WEB01.contoso.com.txt"),
                ("setspn -Q HOST/www.contoso.com", "setspn/query-HOST-www.contoso.com.txt"),
                ("nslookup WEB01", "nslookup/WEB01.txt"),
                ("nslookup WEB01.contoso.com", "nslookup/WEB01.contoso.com.txt"),
                ("nslookup www.contoso.com", "nslookup/www.contoso.com.txt"),
            ],
        );
    }

    #[test]
    fn the_directory_is_asked_about_any_name() {
        let directory = |take: &Take| matches!(take, Take::Directory(..));
        check_among(
            &Facts { domain: None, ..facts() },
            Some(&names(&[r"CONTOSO\svc (web)"], &["*.contoso.com", "\u{202e}"])),
            directory,
            &[
                ("ldap:///??sub?(sAMAccountName=WEB01$)", "directory/computer-WEB01.ldif"),
                ("ldap:///??sub?(sAMAccountName=svc%20%5C28web%5C29)", "directory/account-CONTOSO_svc__web_.ldif"),
                ("ldap:///??sub?(servicePrincipalName=HTTP/WEB01)", "directory/owners-HTTP-WEB01.ldif"),
                (
                    "ldap:///??sub?(servicePrincipalName=HTTP/%5C2a.contoso.com)",
                    "directory/owners-HTTP-_.contoso.com.ldif",
                ),
                ("ldap:///??sub?(servicePrincipalName=HOST/WEB01)", "directory/owners-HOST-WEB01.ldif"),
                (
                    "ldap:///??sub?(servicePrincipalName=HOST/%5C2a.contoso.com)",
                    "directory/owners-HOST-_.contoso.com.ldif",
                ),
                ("ldap:///??sub?(servicePrincipalName=HTTP/WEB01:*)", "directory/ports-HTTP-WEB01.ldif"),
                (
                    "ldap:///??sub?(servicePrincipalName=HTTP/%5C2a.contoso.com:*)",
                    "directory/ports-HTTP-_.contoso.com.ldif",
                ),
            ],
        );
    }

    #[test]
    fn each_name_is_asked_about_once() {
        let check = |names: Option<&Names>, expected: &[&str]| {
            let mut subjects = Subjects::new(&facts(), &Role::WebServer);
            if let Some(names) = names {
                subjects.learn(names, str::to_owned);
            }
            assert_eq!(subjects.names, expected);
        };
        check(None, &["WEB01", "WEB01.contoso.com"]);
        check(
            Some(&names(&[], &["web01", "app.contoso.com", "web01.contoso.com"])),
            &["WEB01", "WEB01.contoso.com", "app.contoso.com"],
        );
    }

    #[test]
    fn who_is_searched_as_http_is_searched_as_host() {
        let app = names(&[], &["app.contoso.com", "*.contoso.com"]);
        for names in [None, Some(&app)] {
            let steps = steps(&facts(), names);
            let about = |id: &str, class: &str| -> Vec<String> {
                steps.iter().filter(|step| step.row.id == id).map(|step| line(step).replace(class, "")).collect()
            };
            assert_eq!(about("holders-of-http", "HTTP/"), about("holders-of-host", "HOST/"));
        }
    }

    #[test]
    fn of_very_many_names_only_the_first_are_listed_and_the_rest_is_counted() {
        let many = (0..1100).map(|number| format!(r"CONTOSO\user{number}")).collect();
        let mut planner = Planner::new(Subjects { holders: many, ..Subjects::default() });
        let row = crate::plan::directory::OF_ACCOUNTS.first().expect("a row");
        let steps = planner.steps(row);
        assert_eq!(steps.len(), NAMES_PER_ROW + LEFT_OUT_PER_ROW);
        let asked = steps.iter().filter(|step| !matches!(step.take, Take::LeftOut(..))).count();
        assert_eq!(asked, NAMES_PER_ROW);
        let Some(Take::LeftOut(_, why)) = steps.last().map(|step| &step.take) else { panic!("asked") };
        assert!(why.ends_with("; 940 more are not listed here"), "{why}");
    }

    #[test]
    fn a_name_that_is_more_than_a_name_is_left_out() {
        let workgroup = Facts::default();
        check(
            &workgroup,
            Some(&names(&["x & del *"], &["*.contoso.com", "-D"])),
            &[
                (r#"not: setspn -L "x & del *""#, "setspn/list-x___del__.txt"),
                (r#"not: setspn -Q "HTTP/*.contoso.com""#, "setspn/query-HTTP-_.contoso.com.txt"),
                ("not: setspn -Q HTTP/-D", "setspn/query-HTTP--D.txt"),
                (r#"not: setspn -Q "HOST/*.contoso.com""#, "setspn/query-HOST-_.contoso.com.txt"),
                ("not: setspn -Q HOST/-D", "setspn/query-HOST--D.txt"),
                (r#"not: nslookup "*.contoso.com""#, "nslookup/_.contoso.com.txt"),
                ("not: nslookup -D", "nslookup/-D.txt"),
            ],
        );
    }

    #[test]
    fn names_without_number_are_asked_about_up_to_a_limit() {
        let many: Vec<String> = (0..NAMES_PER_ROW + 5).map(|number| format!("site{number}.contoso.com")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let steps = steps(&facts(), Some(&names(&[], &many)));
        let (left_out, asked): (Vec<_>, Vec<_>) = steps
            .iter()
            .filter(|step| step.row.id == "holders-of-http")
            .partition(|step| matches!(step.take, Take::LeftOut(..)));
        assert_eq!((asked.len(), left_out.len()), (NAMES_PER_ROW, 7), "the server has two names");
        assert!(asked.iter().any(|step| line(step) == "setspn -Q HTTP/WEB01.contoso.com"));
    }

    #[test]
    fn file_names_are_unique_on_systems_that_ignore_case() {
        let alike = names(&[r"A\b", "A_b", "a_B$"], &[]);
        let steps = steps(&facts(), Some(&alike));
        let mut paths = BTreeSet::new();
        for step in &steps {
            assert!(paths.insert(format!("{}/{}", step.row.kind.folder(), step.file_name.to_lowercase())));
        }
    }

    #[test]
    fn only_folders_of_this_computer_are_read_but_a_shared_configuration_may_lie_on_a_share() {
        let application = |folder: &str| Application {
            site: "Intranet".to_owned(),
            path: "/hr".to_owned(),
            folder: folder.to_owned(),
        };
        let names = Names {
            shared_folder: Some(r"\\files\iis$\".to_owned()),
            applications: vec![
                application(r"D:\sites\hr\"),
                application(r"\\files\sites"),
                application(r"D:\sites\..\..\Windows"),
                application("relative"),
            ],
            site_logs: vec![SiteLog { name: "W3SVC1".to_owned(), folder: r"D:\logs\W3SVC1".to_owned() }],
            ..Names::default()
        };
        let steps = steps(&facts(), Some(&names));
        let lines: Vec<_> = steps.iter().filter(|step| !step.row.subject.placeholder().is_empty()).map(line).collect();
        for expected in [
            r"\\files\iis$\applicationHost.config",
            r"D:\sites\hr\web.config",
            r"not: \\files\sites\web.config",
            r"not: D:\sites\..\..\Windows\web.config",
            r"not: relative\web.config",
            r"D:\logs\W3SVC1\u_ex*.log",
        ] {
            assert!(lines.iter().any(|line| line == expected), "{expected}: {lines:?}");
        }
    }
}
