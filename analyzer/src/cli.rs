//! The door for the terminal: reads arguments, opens files, prints, and says by its exit code how it went.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use lexopt::{Arg, Parser, ValueExt as _};

use crate::artifacts::watch::Watch;
use crate::cache::Cache;
use crate::case::Case;
use crate::diagnosis::compare::Comparison;
use crate::explain;
use crate::facts::change_words;
use crate::formats::sealed::SealedError;
use crate::open::{self, OpenError, keyring, maps, open_watched};
use crate::real_names;
use crate::report::comparison::ComparisonText;
use crate::report::document::Document;
use crate::report::escape::escape;
use crate::report::html::html;
use crate::report::json;
use crate::report::markdown::markdown;
use crate::report::text::TextReport;
use crate::rules::table::RULES;

mod events;

const HELP: &str = "\
Kerbscope names the cause when users cannot sign in to an IIS site with Kerberos, that is, with
Integrated Windows Authentication.

Usage:
  kerbscope [PATH...]                  show these bundles in the window
  kerbscope report PATH... [options]   print the diagnosis
  kerbscope try PATH... --fix FIX      tell what a fix would change, before it is made
  kerbscope compare BEFORE AFTER       tell what a change has changed
  kerbscope events PATH... [options]   list what event logs say about signing in
  kerbscope rules                      list the checks
  kerbscope explain RULE|CODE          tell what a rule looks for, or what a code stands for

A PATH is a bundle, any zip, a folder, or a single file. Several paths make one case: the bundles of
a web server, of a client that fails and of a domain controller belong together.

Options of report:
  --format FORMAT      text, json, html or markdown (default: text)
  --for-domain-administrator
                       only what needs rights in Active Directory (as markdown, or html)
  --out FILE           write it to a file instead of the terminal

Options of try:
  --fix FIX            a command that the report suggests, or a few words (may be given several times):
                       setspn -S SPN ACCOUNT, setspn -D SPN ACCOUNT,
                       useAppPoolCredentials=true in SITE, useKernelMode=false in SITE,
                       windowsAuthentication=true in SITE, providers=Negotiate,NTLM in SITE,
                       pool NAME=ACCOUNT, Set-ADAccountControl or Set-ADUser with delegation
                       or encryption types

Options of events:
  --user WORDS, --client WORDS, --service WORDS
                       only where these hold the words, in any case
  --event ID           only events with this id (may be given several times)
  --code CODE          only with this status or Kerberos error: 0x18, 0xc000006d, preauth (several times)
  --since TIME, --until TIME
                       only from the one on, and before the other: 2026-03-02, which is its first moment,
                       2026-03-02T08:15, both in UTC, or 2026-03-02T09:15+01:00
  --failed             nothing that went well
  --filter WORDS       conditions as in the window: 'user:alice -code:0x18 HTTP'
  --summary            not a list, but what the logs tell together: what fails and since when, attempts
                       that several logs saw, and who signs in with NTLM
  --record NUMBER      not a list, but the records with this number whole, as XML (.evtx only)
  --format FORMAT      table, csv or ndjson (default: table)
  --out FILE           write it to a file instead of the terminal
A row with a count stands for events that are alike; failures are rows of their own, up to a limit.

Options wherever there is a PATH:
  --identity FILE      a file with the secret half of a key, as age-keygen writes it: opens what was
                       encrypted for that key (may be given several times)
  --map FILE           the map that the collector wrote beside a bundle with tokens: shows the real
                       names (may be given several times)
  --no-cache           read event logs anew, and keep nothing of them. Otherwise what was read of a
                       long log is kept in your cache folder, and opening it again takes no time

Other options:
  -h, --help           this text
  -V, --version        the version

Exit codes of report:
  0  no problem was found     1  at least one problem was found     2  there is no diagnosis
Those of compare are about AFTER, those of try about what would be.

Examples:
  kerbscope report kerbscope-WEB01.zip
  kerbscope report web01.zip client07.zip --format json --out report.json
  kerbscope report kerbscope-WEB01.zip.age --identity support.key
  kerbscope report web01.zip --map DO-NOT-SEND-web01.zip.names.txt
  kerbscope explain 0x29
";

/// There is no diagnosis: bad usage, or nothing that can be opened.
const NO_DIAGNOSIS: u8 = 2;

/// What a person asked for.
enum Request {
    Help,
    Version,
    Window(Evidence),
    Report { evidence: Evidence, form: Form, out: Option<PathBuf> },
    Try { evidence: Evidence, fixes: Vec<String> },
    Compare { before: Evidence, after: Evidence },
    Events(Box<events::Request>),
    Rules,
    Explain(String),
}

/// What is to be opened as one case, the identity files that open what is encrypted of it, and the maps that tell its
/// real names.
struct Evidence {
    paths: Vec<PathBuf>,
    identities: Vec<PathBuf>,
    maps: Vec<PathBuf>,
    memory: Memory,
}

/// Whether readings of event logs are kept from run to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Memory {
    #[default]
    Cache,
    Nothing,
}

/// What a report looks like, and for whom it is.
#[derive(Clone, Copy)]
struct Form {
    format: Format,
    reader: Reader,
}

#[derive(Clone, Copy)]
enum Format {
    Text,
    Json,
    Html,
    Markdown,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Analyst,
    DomainAdministrator,
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    keep_free_memory();
    match parse(Parser::from_env()).map_err(|error| usage(&error)).and_then(run) {
        Ok(code) => code,
        Err(sentence) => {
            let _ = writeln!(io::stderr(), "kerbscope: {}", escape(&sentence));
            ExitCode::from(NO_DIAGNOSIS)
        }
    }
}

/// Lets memory that is free again be used again. The allocator of glibc otherwise gives back each large piece, and asks
/// the system for the same pages anew; it stops that for pieces up to the size of one that was given back
/// (`M_MMAP_THRESHOLD` in mallopt(3)). A log of 256 MB takes 5 % less time for it; other allocators notice nothing.
fn keep_free_memory() {
    drop(black_box(Vec::<u8>::with_capacity(31 << 20)));
}

fn usage(error: &lexopt::Error) -> String {
    format!("{error} (see kerbscope --help)")
}

fn parse(mut arguments: Parser) -> Result<Request, lexopt::Error> {
    let mut words: Vec<OsString> = Vec::new();
    let mut form = Form { format: Format::Text, reader: Reader::Analyst };
    let mut out = None;
    let mut fixes = Vec::new();
    let mut identities = Vec::new();
    let mut maps = Vec::new();
    let mut memory = Memory::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Request::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Request::Version),
            Arg::Long("format") => form.format = parse_format(&arguments.value()?.string()?)?,
            Arg::Long("for-domain-administrator") => form.reader = Reader::DomainAdministrator,
            Arg::Long("fix") => fixes.push(arguments.value()?.string()?),
            Arg::Long("identity") => identities.push(PathBuf::from(arguments.value()?)),
            Arg::Long("map") => maps.push(PathBuf::from(arguments.value()?)),
            Arg::Long("no-cache") => memory = Memory::Nothing,
            Arg::Long("out") => out = Some(PathBuf::from(arguments.value()?)),
            Arg::Value(word) => {
                words.push(word);
                if words.len() == 1 && words.iter().any(|word| word == "explain") {
                    words.extend(question(&mut arguments)?);
                }
                if words.len() == 1 && words.iter().any(|word| word == "events") {
                    if !fixes.is_empty() || !matches!(form, Form { format: Format::Text, reader: Reader::Analyst }) {
                        return Err("the options of events stand behind the word".into());
                    }
                    let mut before = events::Request::default();
                    (before.identities, before.maps, before.out, before.memory) = (identities, maps, out, memory);
                    let request = events::parse(&mut arguments, before)?;
                    return Ok(request.map_or(Request::Help, |request| Request::Events(Box::new(request))));
                }
            }
            _ => return Err(argument.unexpected()),
        }
    }
    let command = words.first().and_then(|word| word.to_str()).unwrap_or_default().to_owned();
    let rest = || words.iter().skip(1);
    let evidence = |paths: Vec<PathBuf>| Evidence { paths, identities: identities.clone(), maps: maps.clone(), memory };
    let named = || evidence(rest().map(PathBuf::from).collect());
    match command.as_str() {
        "report" if words.len() > 1 => Ok(Request::Report { evidence: named(), form, out }),
        "report" => Err("report needs the path of a bundle".into()),
        "try" if words.len() > 1 && !fixes.is_empty() => Ok(Request::Try { evidence: named(), fixes }),
        "try" => Err("try needs the path of a bundle, and --fix with what to try".into()),
        "compare" => match words.as_slice() {
            [_, before, after] => {
                let [before, after] = [before, after].map(|path| evidence(vec![path.into()]));
                Ok(Request::Compare { before, after })
            }
            _ => Err("compare needs two paths: a bundle from before the change, and one from after it".into()),
        },
        "rules" => Ok(Request::Rules),
        "explain" if words.len() > 1 => {
            Ok(Request::Explain(rest().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")))
        }
        "explain" => Err("explain needs the name of a rule or a code".into()),
        _ => Ok(Request::Window(evidence(words.iter().map(PathBuf::from).collect()))),
    }
}

/// What follows `explain`: codes may begin with a minus, as `-1073741429` does, and are no options.
fn question(arguments: &mut Parser) -> Result<Vec<OsString>, lexopt::Error> {
    let mut raw = arguments.raw_args()?;
    let is_code =
        |word: &str| !word.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| !c.is_ascii_digit()));
    let code = |raw: &mut lexopt::RawArgs<'_>| raw.next_if(|word| word.to_str().is_some_and(is_code));
    Ok(std::iter::from_fn(|| code(&mut raw)).collect())
}

fn parse_format(name: &str) -> Result<Format, lexopt::Error> {
    match name {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        "html" => Ok(Format::Html),
        "markdown" => Ok(Format::Markdown),
        _ => Err(format!("there is no format {name:?}; there are text, json, html and markdown").into()),
    }
}

fn run(request: Request) -> Result<ExitCode, String> {
    match request {
        Request::Help => print(HELP),
        Request::Version => print(&version()),
        Request::Rules => print(&rules()),
        Request::Explain(what) => {
            let words = explain::explain(&what);
            print(
                &words.ok_or_else(|| {
                    format!("neither a rule nor a code that is known: {what:?} (see kerbscope rules)")
                })?,
            )
        }
        Request::Report { evidence, form, out } => report(&evidence, form, out.as_deref()),
        Request::Try { evidence, fixes } => try_fixes(&evidence, &fixes),
        Request::Compare { before, after } => compare(&before, &after),
        Request::Events(request) => list_events(*request),
        Request::Window(evidence) => window(&evidence),
    }
}

fn version() -> String {
    format!(
        "kerbscope {}, bundle format {}, report schema {}\n",
        env!("CARGO_PKG_VERSION"),
        kerbscope_shared::manifest::FORMAT_VERSION,
        json::SCHEMA
    )
}

fn rules() -> String {
    let width = RULES.iter().map(|rule| rule.info().name.len()).max().unwrap_or(0);
    RULES.iter().fold(String::new(), |mut table, rule| {
        let _ = writeln!(table, "{:width$}  {}", rule.info().name, rule.info().title);
        table
    })
}

fn report(evidence: &Evidence, form: Form, out: Option<&Path>) -> Result<ExitCode, String> {
    let case = open_case(evidence)?;
    put_report(&case, form, out)?;
    let code = ExitCode::from(u8::from(case.diagnosis.problems() > 0));
    // The system takes back the memory of a program that ends faster than piece by piece.
    std::mem::forget(case);
    Ok(code)
}

fn put_report(case: &Case, form: Form, out: Option<&Path>) -> Result<ExitCode, String> {
    let page = || match form.reader {
        Reader::Analyst => Document::of(case),
        Reader::DomainAdministrator => Document::for_domain_administrator(case),
    };
    let words = match (form.format, form.reader) {
        (Format::Html, _) => html(&page()),
        (Format::Markdown, _) | (Format::Text, Reader::DomainAdministrator) => markdown(&page()),
        (Format::Text, Reader::Analyst) => TextReport(case).to_string(),
        (Format::Json, Reader::Analyst) => return write_to(out, |to| json::write(case, to)),
        (Format::Json, Reader::DomainAdministrator) => {
            return Err("--for-domain-administrator is a page to read: markdown or html".to_owned());
        }
    };
    put(out, &words)
}

fn list_events(mut request: events::Request) -> Result<ExitCode, String> {
    let evidence = Evidence {
        paths: std::mem::take(&mut request.paths),
        identities: std::mem::take(&mut request.identities),
        maps: std::mem::take(&mut request.maps),
        memory: request.memory,
    };
    if let Some(number) = request.record {
        return show_record(&evidence, number, request.out.as_deref());
    }
    let case = open_case(&evidence)?;
    let list = request.answer(&case)?;
    let printed = put(request.out.as_deref(), &list);
    // A list without a word about what is missing from it would be taken for the whole.
    let _ = io::stderr().write_all(events::Request::doubts(&case).as_bytes());
    std::mem::forget(case);
    printed
}

/// Shows the records with this number whole.
fn show_record(evidence: &Evidence, number: u64, out: Option<&Path>) -> Result<ExitCode, String> {
    let keys = keyring(&evidence.identities).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for path in &evidence.paths {
        let looking = format!("looking through {}", path.display());
        let records = shown_while(&looking, |watch| open::records(path, &keys, watch, number));
        let mut records = records.map_err(|error| unopened(&error))?;
        // The logs of several hosts have one name, and lie in several folders.
        if evidence.paths.len() > 1 {
            for record in &mut records {
                record.bundle = path.display().to_string();
            }
        }
        found.extend(records);
    }
    progress("");
    if found.is_empty() {
        return Err(format!("no binary event log (.evtx) in it has a record {number}"));
    }
    put(out, &events::whole(&found))
}

/// Writes to a file, or prints.
fn put(out: Option<&Path>, words: &str) -> Result<ExitCode, String> {
    write_to(out, |to| to.write_all(words.as_bytes()))
}

/// Writes to a file, or prints, piece by piece. A reader that went away, such as `head`, is no failure.
fn write_to(out: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<ExitCode, String> {
    let buffered = |to: &mut dyn Write| {
        let mut to = BufWriter::new(to);
        write(&mut to).and_then(|()| to.flush())
    };
    let written = match out {
        Some(path) => fs::File::create(path).and_then(|mut file| buffered(&mut file)),
        None => buffered(&mut io::stdout()),
    };
    match (written, out) {
        (Err(error), Some(path)) => Err(format!("{}: cannot be written: {error}", path.display())),
        (Err(error), None) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn try_fixes(evidence: &Evidence, fixes: &[String]) -> Result<ExitCode, String> {
    let understood = |fix: &String| {
        change_words::parse(fix)
            .ok_or_else(|| format!("this fix is not understood: {fix}; try {}", change_words::FORMS))
    };
    let changes = fixes.iter().map(understood).collect::<Result<Vec<_>, _>>()?.concat();
    let case = open_case(evidence)?;
    let tried = case.tried(&changes).map_err(|why| why.to_string())?;
    let comparison = Comparison::of(case.picture(), tried.picture());
    print(&format!("If that were done: {}", ComparisonText(&comparison)))?;
    Ok(ExitCode::from(u8::from(tried.diagnosis.problems() > 0)))
}

fn compare(before: &Evidence, after: &Evidence) -> Result<ExitCode, String> {
    let (before, after) = (open_case(before)?, open_case(after)?);
    let comparison = Comparison::of(before.picture(), after.picture());
    print(&ComparisonText(&comparison).to_string())?;
    Ok(ExitCode::from(u8::from(after.diagnosis.problems() > 0)))
}

/// Opens all paths as one case. On a terminal it says what it is doing: a large log takes a while.
fn open_case(evidence: &Evidence) -> Result<Case, String> {
    let keys = keyring(&evidence.identities).map_err(|error| error.to_string())?;
    let maps = maps(&evidence.maps).map_err(|error| error.to_string())?;
    let cache = if evidence.memory == Memory::Cache { Cache::of_person() } else { None };
    let mut bundles = Vec::new();
    for path in &evidence.paths {
        let reading = format!("reading {}", path.display());
        let bundle = shown_while(&reading, |watch| open_watched(path, &keys, watch, cache.as_ref()))
            .map_err(|error| unopened(&error));
        let bundle = bundle.and_then(|bundle| real_names::tell(bundle, &maps).map_err(|error| error.to_string()));
        bundles.push(bundle.inspect_err(|_| progress(""))?);
    }
    progress("diagnosing");
    let case = Case::open(bundles);
    progress("");
    if case.has_evidence() || !case.artifacts.is_empty() {
        return Ok(case);
    }
    let names = evidence.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let why = case
        .gaps
        .first()
        .map_or_else(String::new, |gap| format!(" ({}: {})", escape(&gap.subject), escape(&gap.reason.to_string())));
    Err(format!(
        "{names}: nothing in it is evidence that is known{why}; expected are bundles of kerbscope-collect, \
         applicationHost.config, event logs (.evtx), or what setspn, klist, ipconfig, systeminfo or nslookup printed"
    ))
}

/// What could not be opened, and the option that would.
fn unopened(error: &OpenError) -> String {
    match error {
        OpenError::Sealed { source: SealedError::NoKey | SealedError::OtherKey, .. } => {
            format!("{error} (--identity FILE names one)")
        }
        _ => error.to_string(),
    }
}

/// Works, and meanwhile shows how far reading has come.
fn shown_while<T>(what: &str, work: impl FnOnce(&Watch) -> T) -> T {
    let watch = Watch::default();
    progress(what);
    if !io::stderr().is_terminal() {
        return work(&watch);
    }
    let since = Instant::now();
    std::thread::scope(|scope| {
        let (done, is_done) = channel::<()>();
        let watch = &watch;
        scope.spawn(move || {
            while is_done.recv_timeout(SHOWN_EVERY) == Err(RecvTimeoutError::Timeout) {
                if let Some(words) = watch.reached().words(since.elapsed()) {
                    progress(&format!("{what}: {words}"));
                }
            }
        });
        let worked = work(watch);
        drop(done);
        worked
    })
}

/// How often a person is told how far it has come.
const SHOWN_EVERY: Duration = Duration::from_millis(250);

/// One line that replaces itself; nothing when nobody watches.
fn progress(words: &str) {
    let mut terminal = io::stderr();
    if terminal.is_terminal() {
        let _ = write!(terminal, "\r\x1b[K{}", escape(words));
        let _ = terminal.flush();
    }
}

fn print(words: &str) -> Result<ExitCode, String> {
    put(None, words)
}

#[cfg(feature = "gui")]
fn window(evidence: &Evidence) -> Result<ExitCode, String> {
    crate::gui::start::run(evidence.paths.clone(), evidence.identities.clone(), evidence.maps.clone())
        .map(|()| ExitCode::SUCCESS)
}

#[cfg(not(feature = "gui"))]
fn window(evidence: &Evidence) -> Result<ExitCode, String> {
    let hint = match evidence.paths.first() {
        Some(path) => format!("try kerbscope report {}", path.display()),
        None => "see kerbscope --help".to_owned(),
    };
    Err(format!("this build has no window; {hint}"))
}
