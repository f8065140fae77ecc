//! The command line of the collector.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::argument::{self, Use};
use crate::bundle_file::Existing;
use crate::directory::line::{Address, LDAP_PORT};
use crate::directory::sign_in::SignInAccount;
use crate::plan::role::{Naming, Role, Scope};
use crate::recipient::Recipient;

/// What `--help` prints.
pub const HELP: &str = "\
Collects what a Kerberos diagnosis of IIS needs, and writes it into one zip.
Run it on the web server, from an elevated prompt. It changes nothing there.
If asked to, run it also on a client where it fails, or on a domain controller.

usage: kerbscope-collect [options]

  --out PATH        the zip to write, or the folder to write it to
                    (default: kerbscope-<HOST>-<UTC time>.zip in this folder,
                    with .age after it when it is encrypted)
  --force           replace the zip if it exists
  --encrypt-to KEY  encrypt the zip: only who holds the secret half of KEY (age1...)
                    can open it, not even you; may be given several times
  --bake FILE       collect nothing: write a copy of this program to FILE that always
                    encrypts for each KEY, whoever runs it, without any option
  --pseudonymize    put tokens in the place of names of accounts, hosts and domains,
                    of SIDs and addresses; which token stands for which name is
                    written beside the zip, to a file that you keep
  --pseudonymize-map FILE
                    the same, with the tokens of such a file: for the next computer
                    of the same case, one after the other
  --list            print what would be collected, from where, and end
  --days N          how far to go back in the event logs (default: 7)
  --max-log-mb N    how much of each event log to take at most (default: 64)
  --client URL      this computer is a client, on which this address fails
                    (run it as the person who sees it, not elevated)
  --dc NAME         this computer is a domain controller; NAME is the web server
                    or a service account of it (may be given several times)
  --probe           do more than look: ask each binding of this server which
                    providers it offers, and get a ticket for each name
  --as ACCOUNT      ask the directory as this account, CONTOSO\\name; its password
                    is asked for, or read from standard input
  --directory NAME  ask this domain controller (NAME or NAME:PORT), not the one
                    that Windows finds
  --quiet           print nothing but problems
  --help            print this
  --version         print the version

  --host-root DIR   for tests: collect from a folder that stands in for a server

exit codes: 0 all collected; 1 zip written, something is missing; 2 no zip
";

/// What the person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Print the help.
    Help,
    /// Print the version.
    Version,
    /// Print what would be collected.
    List(Scope),
    /// Collect.
    Collect(Box<Options>),
    /// Write a copy of this program that always encrypts for these.
    Bake(Vec<Recipient>, PathBuf, Existing),
}

/// How to collect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where to write.
    pub out: Option<PathBuf>,
    /// What to do with a file that is there.
    pub existing: Existing,
    /// What to collect.
    pub scope: Scope,
    /// Who will be able to open the bundle; for nobody in particular, it is not encrypted.
    pub recipients: Vec<Recipient>,
    /// Whom to ask what the directory knows; whom Windows finds, if nobody is named.
    pub directory_server: Option<Address>,
    /// Who asks it; whoever runs this program, if nobody is named.
    pub directory_account: Option<SignInAccount>,
    /// The tokens to begin with, where tokens stand for names.
    pub map: Option<PathBuf>,
    /// How much to print.
    pub talk: Talk,
    /// The folder that stands in for a server.
    pub host_root: Option<PathBuf>,
}

/// How much to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// What is done, and how it goes.
    Full,
    /// Problems only.
    Quiet,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            out: None,
            existing: Existing::Keep,
            scope: Scope::default(),
            recipients: Vec::new(),
            directory_server: None,
            directory_account: None,
            map: None,
            talk: Talk::Full,
            host_root: None,
        }
    }
}

/// Why the command line is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misused(String);

impl fmt::Display for Misused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As much as Windows lets a log grow. It never stands in memory, neither here nor on its way.
const LARGEST_LOG_MB: u32 = 4095;

/// Reads the command line, without the name of the program.
///
/// # Errors
///
/// The first argument that is not understood.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, Misused> {
    let mut options = Options::default();
    let mut list_only = false;
    let mut bake = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let (name, attached) = split(&argument)?;
        let mut value = || {
            let missing = || Misused(format!("{name} needs a value"));
            attached.clone().map(OsString::from).or_else(|| arguments.next()).ok_or_else(missing)
        };
        match name.as_str() {
            "--out" => options.out = Some(PathBuf::from(value()?)),
            "--bake" => bake = Some(PathBuf::from(value()?)),
            "--encrypt-to" => {
                let recipient = recipient(&name, &value()?)?;
                if !options.recipients.contains(&recipient) {
                    options.recipients.push(recipient);
                }
            }
            "--pseudonymize-map" => {
                options.map = Some(PathBuf::from(value()?));
                options.scope.naming = Naming::Tokens;
            }
            "--host-root" => options.host_root = Some(PathBuf::from(value()?)),
            "--days" => options.scope.logs.days = number(&name, &value()?, 365)?,
            "--max-log-mb" => {
                options.scope.logs.bytes = u64::from(number(&name, &value()?, LARGEST_LOG_MB)?) << 20;
            }
            "--client" => options.scope.role = client(&name, &value()?, &options.scope.role)?,
            "--dc" => options.scope.role = domain_controller(&name, &value()?, options.scope.role)?,
            "--as" => options.directory_account = Some(account(&name, &value()?)?),
            "--directory" => options.directory_server = Some(server(&name, &value()?)?),
            _ if attached.is_some() => return Err(Misused(format!("{name} takes no value"))),
            "--force" => options.existing = Existing::Replace,
            "--probe" => options.scope.probe = true,
            "--pseudonymize" => options.scope.naming = Naming::Tokens,
            "--quiet" => options.talk = Talk::Quiet,
            "--list" => list_only = true,
            "--help" | "-h" | "/?" | "-?" => return Ok(Request::Help),
            "--version" | "-V" => return Ok(Request::Version),
            _ => return Err(Misused(format!("unknown option {name}"))),
        }
    }
    Ok(match bake {
        Some(_) if options.recipients.is_empty() => {
            return Err(Misused("--bake needs --encrypt-to, for whom the copy is to encrypt".to_owned()));
        }
        Some(copy) => Request::Bake(options.recipients, copy, options.existing),
        None if list_only => Request::List(options.scope),
        None => Request::Collect(Box::new(options)),
    })
}

/// Takes `--days=3` apart. A value that is not Unicode must be an argument of its own.
fn split(argument: &OsString) -> Result<(String, Option<String>), Misused> {
    let text = argument.to_str().ok_or_else(|| Misused("an option is not readable".to_owned()))?;
    Ok(match text.split_once('=') {
        Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
        _ => (text.to_owned(), None),
    })
}

const ONE_ROLE: &str = "--client and --dc cannot be given together: each is about another computer";

/// The host of `https://www.contoso.com:8443/app`, or the same without its scheme.
fn client(name: &str, value: &OsString, role: &Role) -> Result<Role, Misused> {
    if *role != Role::WebServer {
        return Err(Misused(ONE_ROLE.to_owned()));
    }
    let text = value.to_str().unwrap_or_default();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    if !argument::is_safe(host, Use::Host) {
        return Err(Misused(format!("{name} needs the address of a site, such as https://intranet.contoso.com/")));
    }
    Ok(Role::Client { host: host.to_owned() })
}

fn domain_controller(name: &str, value: &OsString, role: Role) -> Result<Role, Misused> {
    let mut accounts = match role {
        Role::WebServer => Vec::new(),
        Role::DomainController { accounts } => accounts,
        Role::Client { .. } => return Err(Misused(ONE_ROLE.to_owned())),
    };
    let text = value.to_str().unwrap_or_default();
    let account = text.rsplit_once('\\').map_or(text, |(_, account)| account);
    // Not a quote nor a space: the name becomes part of a filter for events.
    if !argument::is_safe(account, Use::Account) || account.contains([' ', '@', '\\']) {
        return Err(Misused(format!("{name} needs the name of a server or an account, such as WEB01 or svc-web")));
    }
    accounts.push(account.to_owned());
    Ok(Role::DomainController { accounts })
}

fn account(name: &str, value: &OsString) -> Result<SignInAccount, Misused> {
    let account = value.to_str().and_then(SignInAccount::parse);
    account.ok_or_else(|| Misused(format!(r"{name} needs an account with its domain, such as CONTOSO\name")))
}

fn server(name: &str, value: &OsString) -> Result<Address, Misused> {
    let text = value.to_str().unwrap_or_default();
    let (host, port) = match text.rsplit_once(':') {
        None => (text, Some(LDAP_PORT)),
        Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0)),
    };
    match port.filter(|_| argument::is_safe(host, Use::Host)) {
        Some(port) => Ok(Address { name: host.to_owned(), port }),
        None => Err(Misused(format!("{name} needs the name of a domain controller, such as dc1.contoso.com"))),
    }
}

fn number(name: &str, value: &OsString, most: u32) -> Result<u32, Misused> {
    let number = value.to_str().and_then(|text| text.parse().ok()).filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| Misused(format!("{name} needs a number from 1 to {most}")))
}

fn recipient(name: &str, value: &OsString) -> Result<Recipient, Misused> {
    Recipient::parse(&value.to_string_lossy()).map_err(|refused| Misused(format!("{name}: {refused}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::LogLimits;

    fn check(line: &str, expected: Result<Request, &str>) {
        let parsed = parse(line.split_whitespace().map(OsString::from));
        assert_eq!(parsed, expected.map_err(|text| Misused(text.to_owned())), "{line}");
    }

    #[test]
    fn options_are_read_in_both_forms() {
        let expected = Options {
            out: Some("a.zip".into()),
            existing: Existing::Replace,
            scope: Scope { logs: LogLimits { days: 3, bytes: 8 << 20 }, ..Scope::default() },
            recipients: Vec::new(),
            map: None,
            talk: Talk::Quiet,
            ..Options::default()
        };
        check("--out a.zip --force --days 3 --max-log-mb 8 --quiet", Ok(Request::Collect(Box::new(expected.clone()))));
        check("--out=a.zip --force --days=3 --max-log-mb=8 --quiet", Ok(Request::Collect(Box::new(expected))));
        check("", Ok(Request::Collect(Box::default())));
    }

    #[test]
    fn each_recipient_counts_once_and_a_wrong_one_stops_everything() {
        const ONE: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
        const TWO: &str = "age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm";
        let recipients = [ONE, TWO].map(|text| Recipient::parse(text).expect("a recipient")).to_vec();
        let expected = Options { recipients, ..Options::default() };
        check(
            &format!("--encrypt-to {ONE} --encrypt-to={TWO} --encrypt-to {ONE}"),
            Ok(Request::Collect(Box::new(expected))),
        );
        let mistyped = ONE.replace("7pa", "7pq");
        let why = "--encrypt-to: a character of this recipient is wrong or missing: its check sum does not fit";
        check(&format!("--encrypt-to {TWO} --encrypt-to {mistyped}"), Err(why));
        check("--encrypt-to", Err("--encrypt-to needs a value"));
    }

    #[test]
    fn a_copy_is_baked_for_somebody() {
        const ONE: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
        let recipients = vec![Recipient::parse(ONE).expect("a recipient")];
        let expected = Request::Bake(recipients, "a.exe".into(), Existing::Replace);
        check(&format!("--bake a.exe --encrypt-to {ONE} --force"), Ok(expected));
        check("--bake a.exe", Err("--bake needs --encrypt-to, for whom the copy is to encrypt"));
    }

    #[test]
    fn questions_are_answered_instead_of_collecting() {
        check(
            "--list --days 3",
            Ok(Request::List(Scope { logs: LogLimits { days: 3, bytes: 64 << 20 }, ..Scope::default() })),
        );
        check("--list --help", Ok(Request::Help));
        check("/?", Ok(Request::Help));
        check("--version", Ok(Request::Version));
    }

    #[test]
    fn the_directory_and_who_asks_it_can_be_named() {
        let asking = |line: &str| match parse(line.split_whitespace().map(OsString::from)) {
            Ok(Request::Collect(options)) => {
                let text = options.directory_account.map(|account| account.to_string());
                (options.directory_server.map(|server| server.to_string()), text)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(asking(""), (None, None));
        let named = asking(r"--directory dc1.contoso.com --as CONTOSO\admin");
        assert_eq!(named, (Some("dc1.contoso.com:389".to_owned()), Some(r"CONTOSO\admin".to_owned())));
        let named = asking("--directory=10.0.0.1:3389 --as=admin@contoso.com");
        assert_eq!(named, (Some("10.0.0.1:3389".to_owned()), Some("admin@contoso.com".to_owned())));
        let account = r"--as needs an account with its domain, such as CONTOSO\name";
        check("--as admin", Err(account));
        check(r"--as CONTOSO\", Err(account));
        let server = "--directory needs the name of a domain controller, such as dc1.contoso.com";
        for odd in ["dc1:0", "dc1:65536", "dc1:x", ":389", "ldap://dc1", "-x", "a,b"] {
            check(&format!("--directory {odd}"), Err(server));
        }
        check("--as", Err("--as needs a value"));
    }

    #[test]
    fn a_map_to_begin_with_asks_for_tokens_by_itself() {
        let scope = Scope { naming: Naming::Tokens, ..Scope::default() };
        let tokens = Options { scope, ..Options::default() };
        check("--pseudonymize", Ok(Request::Collect(Box::new(tokens.clone()))));
        let map = Some("names.txt".into());
        check("--pseudonymize-map names.txt", Ok(Request::Collect(Box::new(Options { map, ..tokens }))));
        check("--pseudonymize-map", Err("--pseudonymize-map needs a value"));
        check("--pseudonymize=no", Err("--pseudonymize takes no value"));
    }

    #[test]
    fn misuse_is_told_in_a_sentence() {
        check("--out", Err("--out needs a value"));
        check("--days 0", Err("--days needs a number from 1 to 365"));
        check("--days x", Err("--days needs a number from 1 to 365"));
        check("--max-log-mb 4096", Err("--max-log-mb needs a number from 1 to 4095"));
        check("--force=yes", Err("--force takes no value"));
        check("--upload", Err("unknown option --upload"));
        check("a.zip", Err("unknown option a.zip"));
    }

    #[test]
    fn every_option_is_in_the_help() {
        for option in [
            "--out",
            "--force",
            "--encrypt-to",
            "--bake",
            "--pseudonymize",
            "--pseudonymize-map",
            "--list",
            "--days",
            "--max-log-mb",
            "--quiet",
            "--help",
            "--version",
            "--host-root",
            "--as",
            "--directory",
        ] {
            assert!(HELP.contains(&format!("  {option}")), "{option}");
        }
        assert!(HELP.is_ascii());
    }

    #[test]
    fn the_role_of_the_computer_is_told_by_its_option() {
        let role = |text: &str| match parse(text.split(' ').map(OsString::from)) {
            Ok(Request::Collect(options)) => Ok(options.scope.role),
            Ok(other) => panic!("{other:?}"),
            Err(misused) => Err(misused.to_string()),
        };
        let client = |host: &str| Ok(Role::Client { host: host.to_owned() });
        assert_eq!(role("--client https://intranet.contoso.com:8443/app?x=1"), client("intranet.contoso.com"));
        assert_eq!(role("--client web01"), client("web01"));
        let accounts = vec!["WEB01$".to_owned(), "svc-web".to_owned()];
        assert_eq!(role(r"--dc WEB01$ --dc CONTOSO\svc-web"), Ok(Role::DomainController { accounts }));
        assert!(role("--client http://--option/").is_err_and(|said| said.contains("needs the address")));
        assert!(role("--dc x'or'1").is_err_and(|said| said.contains("needs the name")));
        assert!(role("--dc WEB01 --client web01").is_err_and(|said| said.contains("cannot be given together")));
        assert!(role("--client web01 --dc WEB01").is_err_and(|said| said.contains("cannot be given together")));
    }
}
