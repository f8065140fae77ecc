//! The steps of one visit: each row of the plan, asked about the names that this server has.

use std::collections::BTreeSet;

use kerbscope_shared::manifest::Source;

use crate::argument::{self, Use};
use crate::event_log::EventLog;
use crate::facts::Facts;
use crate::host::Command;
use crate::plan::row::{Origin, Row, Subject};
use crate::plan::table;
use crate::sites::{self, Names};

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
    /// Reads the configuration of IIS.
    Configuration(String),
    /// Runs a program.
    Program(Command, &'static [i32]),
    /// Exports an event log.
    EventLog(EventLog),
    /// Nothing; here is what would have been asked, and why it is not.
    LeftOut(Source, &'static str),
}

/// The names that rows are asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    pool_accounts: Vec<String>,
    names: Vec<String>,
}

impl Subjects {
    /// Puts together what the server says of itself and what its configuration says.
    ///
    /// The names of the server are asked about even where every binding has a host header: for a name that is an
    /// alias in DNS, the browser asks for what it stands for, mostly the server. They come first, so that no number
    /// of host headers crowds them out.
    pub fn new(facts: &Facts, names: Option<&Names>) -> Self {
        let mut subjects = Self::default();
        for name in facts.computer.iter().cloned().chain(facts.full_name()) {
            sites::add(&mut subjects.names, &name);
        }
        if let Some(names) = names {
            subjects.pool_accounts.clone_from(&names.pool_accounts);
            names.host_headers.iter().for_each(|name| sites::add(&mut subjects.names, name));
        }
        subjects
    }
}

/// The step that everything else is derived from.
pub fn first(facts: &Facts) -> Vec<Step> {
    steps(table::rows().take(1), facts, &Subjects::default())
}

/// All other steps.
pub fn rest(facts: &Facts, subjects: &Subjects) -> Vec<Step> {
    steps(table::rows().skip(1), facts, subjects)
}

/// How many names one row is asked about at most; a server with more is a hosting provider's.
pub const NAMES_PER_ROW: usize = 60;

fn steps(rows: impl Iterator<Item = &'static Row>, facts: &Facts, subjects: &Subjects) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut taken = BTreeSet::new();
    for row in rows {
        for (number, name) in row.subject.of(facts, subjects).into_iter().enumerate() {
            let mut step = row.about(name);
            if row.subject != Subject::Server && !argument::is_safe(name, row.subject.used_as()) {
                step = step.left_out("the name has characters that are not given to a program");
            } else if number >= NAMES_PER_ROW {
                step = step.left_out("there are more names than are asked about");
            }
            step.make_unique(&mut taken);
            steps.push(step);
        }
    }
    steps
}

impl Row {
    /// This row, asked about one name, which is not yet checked.
    pub fn about(&'static self, name: &str) -> Step {
        let take = match self.origin {
            Origin::Configuration(path) => Take::Configuration(path.to_owned()),
            Origin::Program { name: program, arguments, good_exits } => {
                let arguments = arguments.iter().map(|argument| argument.replace("{}", name));
                Take::Program(Command::printing(program, arguments), good_exits)
            }
            Origin::EventLog(log) => Take::EventLog(log),
        };
        let file_name = argument::file_name(self.kind, self.file_name, name);
        Step { row: self, title: self.title.replace("{}", name), file_name, take }
    }
}

impl Step {
    fn left_out(self, why: &'static str) -> Self {
        let source = match &self.take {
            Take::Configuration(path) => Source::File(path.clone()),
            Take::Program(command, _) => Source::Command(command.to_string()),
            Take::EventLog(log) => Source::File(log.file()),
            Take::LeftOut(source, _) => source.clone(),
        };
        Self { take: Take::LeftOut(source, why), ..self }
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

impl Subject {
    const fn used_as(self) -> Use {
        match self {
            Self::PoolAccount => Use::Account,
            _ => Use::Host,
        }
    }

    fn of<'a>(self, facts: &'a Facts, subjects: &'a Subjects) -> Vec<&'a str> {
        let list = match self {
            Self::Server => return vec![""],
            Self::ComputerName => return facts.computer.as_deref().into_iter().collect(),
            Self::PoolAccount => &subjects.pool_accounts,
            Self::Name => &subjects.names,
        };
        list.iter().map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts { computer: Some("WEB01".to_owned()), domain: Some("contoso.com".to_owned()), ..Facts::default() }
    }

    fn names(pool_accounts: &[&str], host_headers: &[&str]) -> Names {
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        Names { pool_accounts: owned(pool_accounts), host_headers: owned(host_headers) }
    }

    fn line(step: &Step) -> String {
        match &step.take {
            Take::Configuration(path) => path.clone(),
            Take::Program(command, _) => command.to_string(),
            Take::EventLog(log) => format!("export {}", log.name()),
            Take::LeftOut(source, _) => format!("not: {}", source.text()),
        }
    }

    fn check(facts: &Facts, names: Option<&Names>, expected: &[(&str, &str)]) {
        let steps = rest(facts, &Subjects::new(facts, names));
        let found: Vec<_> = steps
            .iter()
            .filter(|step| step.row.subject != Subject::Server)
            .map(|step| (line(step), format!("{}/{}", step.row.kind.folder(), step.file_name)))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(line, path)| ((*line).to_owned(), (*path).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_configuration_is_asked_for_first() {
        let steps = first(&facts());
        assert_eq!(steps.iter().map(|step| step.row.id).collect::<Vec<_>>(), ["iis-config"]);
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
    fn each_name_is_asked_about_once() {
        let check = |names: Option<&Names>, expected: &[&str]| {
            assert_eq!(Subjects::new(&facts(), names).names, expected);
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
            let steps = rest(&facts(), &Subjects::new(&facts(), names));
            let about = |id: &str, class: &str| -> Vec<String> {
                steps.iter().filter(|step| step.row.id == id).map(|step| line(step).replace(class, "")).collect()
            };
            assert_eq!(about("holders-of-http", "HTTP/"), about("holders-of-host", "HOST/"));
        }
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
        let steps = rest(&facts(), &Subjects::new(&facts(), Some(&names(&[], &many))));
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
        let steps = rest(&facts(), &Subjects::new(&facts(), Some(&alike)));
        let mut paths = BTreeSet::new();
        for step in &steps {
            assert!(paths.insert(format!("{}/{}", step.row.kind.folder(), step.file_name.to_lowercase())));
        }
    }
}
