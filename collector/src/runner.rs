//! Runs the steps one after the other; what goes wrong becomes a row, and the next step runs.

use std::io::Read;
use std::time::{Duration, Instant};

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::{CollectionStatus, Entry};
use kerbscope_shared::write::{Attempt, Content, WriteError};

use crate::directory::inquiry::Inquiry;
use crate::directory::service::SearchLimits;
use crate::event_xml;
use crate::export::{Wish, export};
use crate::facts::Facts;
use crate::file;
use crate::firefox;
use crate::host::{Host, RunLimits};
use crate::oldest_event;
use crate::outcome::{Outcome, judge};
use crate::plan::role::{Naming, Role, Scope};
use crate::plan::row::SizeLimit;
use crate::plan::step::{Planner, Step, Subjects, Take};
use crate::plan::table;
use crate::registry;
use crate::request_logs::{self, Wanted};
use crate::sink::Sink;
use crate::sites::Names;

/// Who wants to know how it goes.
pub trait Progress {
    /// A step begins.
    fn begin(&mut self, title: &str);
    /// It has ended like this.
    fn end(&mut self, title: &str, entry: &Entry);
}

/// Runs the whole plan.
///
/// # Errors
///
/// Only when the bundle cannot be written: whatever the server answers is a row.
pub fn collect(
    host: &dyn Host,
    facts: &Facts,
    scope: &Scope,
    bundle: &mut dyn Sink,
    progress: &mut dyn Progress,
) -> Result<(), WriteError> {
    let mut subjects = Subjects::new(facts, &scope.role);
    if matches!(scope.role, Role::Client { .. }) {
        subjects.add_firefox_profiles(firefox::profiles(host));
    }
    let mut planner = Planner::new(subjects);
    let mut inquiry = Inquiry::new(host.directory(), facts.computer.as_deref());
    for row in table::rows(scope) {
        for step in planner.steps(row) {
            if let Some(names) = run(host, &step, scope, &mut inquiry, bundle, progress)? {
                planner.subjects.learn(&names, |path| host.expand(path));
            }
            planner.subjects.learn_accounts(&inquiry);
        }
    }
    Ok(())
}

fn run(
    host: &dyn Host,
    step: &Step,
    scope: &Scope,
    inquiry: &mut Inquiry<'_>,
    bundle: &mut dyn Sink,
    progress: &mut dyn Progress,
) -> Result<Option<Names>, WriteError> {
    progress.begin(&step.title);
    let began = Instant::now();
    let (outcome, content, names) = take(host, step, scope, inquiry);
    let (kind, file_name) = stored(step, scope.naming);
    let attempt = Attempt {
        kind,
        file_name,
        source: outcome.source,
        status: outcome.status,
        bytes: outcome.bytes,
        duration_ms: millis(began.elapsed()),
        redactions: outcome.redactions,
        detail: outcome.detail,
    };
    let entry = match content {
        Some(mut reader) => {
            let limit_bytes = scope.logs.bytes;
            bundle.add_content(attempt, Content { reader: &mut *reader, limit_bytes, began: Some(began) })?
        }
        None => bundle.add(attempt)?,
    };
    progress.end(&step.title, entry);
    Ok(names)
}

/// As what the bytes of a step are kept: no names can be replaced in a binary log, so it is taken as XML then.
fn stored(step: &Step, naming: Naming) -> (ArtifactKind, String) {
    match (&step.take, naming) {
        (Take::EventLog(_), Naming::Tokens) => (ArtifactKind::EventLogXml, step.file_name.replace(".evtx", ".xml")),
        _ => (step.row.kind, step.file_name.clone()),
    }
}

/// How many entries of the directory one answer holds at most.
const MOST_ENTRIES: usize = 5000;

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What came of a step; what of it is too long for the memory; and the names that it found.
type Taken = (Outcome, Option<Box<dyn Read>>, Option<Names>);

fn take(host: &dyn Host, step: &Step, scope: &Scope, inquiry: &mut Inquiry<'_>) -> Taken {
    let logs = scope.logs;
    let bytes = match step.row.size_limit {
        SizeLimit::Bytes(bytes) => bytes,
        SizeLimit::EventLog => logs.bytes,
    };
    let time = step.row.time_limit;
    let outcome = match &step.take {
        Take::File(path, treatment) => {
            let (outcome, names) = file::read(host, path, *treatment, bytes);
            return (outcome, None, names);
        }
        Take::Program(command, good_exits) => {
            judge(host.run(command, RunLimits { time, bytes }), step.source(), good_exits)
        }
        Take::EventLog(log) => {
            let wish = Wish { limits: logs, accounts: scope.role.accounts() };
            let exported = match scope.naming {
                Naming::Real => export(host, *log, time, wish),
                Naming::Tokens => event_xml::read(host, *log, time, wish),
            };
            return (exported.outcome, exported.content, None);
        }
        Take::OldestEvent(log) => oldest_event::read(host, *log),
        Take::Tickets(sessions) => judge(host.tickets(*sessions, time), step.source(), &[]),
        Take::Registry(keys) => registry::read(host, keys, bytes),
        Take::Requests(folder, begins) => {
            let wanted = Wanted { begins, days: logs.days, limit_bytes: bytes };
            request_logs::read(host, &host.expand(folder), wanted)
        }
        Take::HttpHead(request) => judge(host.http_head(request, time), step.source(), &[]),
        Take::Directory(question, name) => {
            inquiry.ask(*question, name, SearchLimits { time, entries: MOST_ENTRIES, bytes })
        }
        Take::LeftOut(source, why) => Outcome {
            source: source.clone(),
            status: CollectionStatus::Skipped,
            bytes: None,
            redactions: 0,
            detail: Some(why.to_string()),
        },
    };
    (outcome, None, None)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Cursor;
    use std::path::Path;

    use kerbscope_shared::limits::Limits;
    use kerbscope_shared::manifest::{FORMAT_VERSION, Manifest};
    use kerbscope_shared::read::{Archive, read};
    use kerbscope_shared::write::BundleWriter;

    use super::*;
    use crate::export::LogLimits;
    use crate::folder::FolderHost;
    use crate::plan::row::Subject;

    const CONFIG: &str = "files/C:/Windows/System32/inetsrv/config/applicationHost.config";

    struct Silent;

    impl Progress for Silent {
        fn begin(&mut self, _: &str) {}
        fn end(&mut self, _: &str, _: &Entry) {}
    }

    /// Collects from a host made of these files, and reads the bundle back without any problem.
    fn collect_from(files: &[(&str, &str)]) -> Archive {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name.replace(":/", "/"));
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("written");
        }
        let archive = collect_from_folder(folder.path());
        assert_eq!(archive.problems, []);
        archive
    }

    fn collect_from_folder(folder: &Path) -> Archive {
        let head = Manifest {
            format_version: FORMAT_VERSION,
            collector: "test".to_owned(),
            host: "WEB01".to_owned(),
            collected_at: jiff::Timestamp::UNIX_EPOCH,
            utc_offset_minutes: None,
            display_language: None,
            code_page: None,
            pseudonyms: None,
            entries: Vec::new(),
        };
        let facts = Facts { computer: Some("WEB01".to_owned()), ..Facts::default() };
        let scope = Scope { logs: LogLimits { days: 7, bytes: 1000 }, probe: true, ..Scope::default() };
        let mut bundle = BundleWriter::new(Cursor::new(Vec::new()), head);
        collect(&FolderHost::new(folder), &facts, &scope, &mut bundle, &mut Silent).expect("written");
        read(bundle.finish().expect("finished"), &Limits::STANDARD).expect("a zip")
    }

    fn entry<'a>(archive: &'a Archive, source: &str) -> &'a Entry {
        let manifest = archive.manifest.as_ref().expect("a manifest");
        manifest.entries.iter().find(|entry| entry.source.text() == source).expect(source)
    }

    fn check(files: &[(&str, &str)], source: &str, status: CollectionStatus, bytes: Option<&str>) {
        let archive = collect_from(files);
        let entry = entry(&archive, source);
        let member = archive.members.iter().find(|member| Some(&member.path) == entry.path.as_ref());
        assert_eq!(entry.status, status, "{entry:?}");
        assert_eq!(member.map(|member| String::from_utf8_lossy(&member.bytes).into_owned()).as_deref(), bytes);
    }

    #[test]
    fn each_ending_becomes_its_row() {
        let klist = |answer, ending| [("commands/klist.txt", answer), ("commands/klist.ending", ending)];
        check(&[("commands/klist.txt", "tickets")], "klist", CollectionStatus::Collected, Some("tickets"));
        check(&[], "klist", CollectionStatus::NotPresent, None);
        check(&klist("no", "exit 9"), "klist", CollectionStatus::Failed(9), Some("no"));
        check(&klist("", "exit 9"), "klist", CollectionStatus::Failed(9), None);
        check(&klist("no", "exit 5"), "klist", CollectionStatus::AccessDenied, Some("no"));
        check(&klist("", "denied"), "klist", CollectionStatus::AccessDenied, None);
        check(&klist("", "error 193"), "klist", CollectionStatus::Failed(193), None);
        check(&klist("part", "timeout"), "klist", CollectionStatus::TimedOut, Some("part"));
        check(&klist("", "timeout"), "klist", CollectionStatus::TimedOut, None);
        check(&klist("part", "cut"), "klist", CollectionStatus::Truncated, Some("part"));
        check(&klist("no such channel", "exit 15007"), "klist", CollectionStatus::NotPresent, None);
    }

    #[test]
    fn codes_in_the_text_tell_that_access_was_denied() {
        let klist = |answer, ending| [("commands/klist.txt", answer), ("commands/klist.ending", ending)];
        let privilege = "klist failed with 0xc0000061/-1073741727: A required privilege is not held by the client.";
        check(&klist(privilege, "exit 0"), "klist", CollectionStatus::AccessDenied, Some(privilege));
        check(&klist("error 0x5", "exit 1"), "klist", CollectionStatus::AccessDenied, Some("error 0x5"));
        check(&klist("Cache Flags: 0x5", "exit 0"), "klist", CollectionStatus::Collected, Some("Cache Flags: 0x5"));
        check(&klist("error 0x51", "exit 1"), "klist", CollectionStatus::Failed(1), Some("error 0x51"));
    }

    #[test]
    fn setspn_ends_with_one_when_all_is_well() {
        let files = [("commands/setspn -X.txt", "found 0 group"), ("commands/setspn -X.ending", "exit 1")];
        check(&files, "setspn -X", CollectionStatus::Collected, Some("found 0 group"));
    }

    #[test]
    fn the_configuration_is_collected_without_secrets_and_asked_about() {
        let config = r#"<configuration><applicationPools><add name="A"><processModel userName="CONTOSO\svc-web" password="Sup3rS3cret!"/></add></applicationPools>
            <sites><site><bindings><binding protocol="http" bindingInformation="*:80:www.contoso.com"/>
            <binding protocol="http" bindingInformation="*:80:x &amp; del *"/></bindings></site></sites></configuration>"#;
        let files = [(CONFIG, config), ("commands/setspn -Q HTTP%2Fwww.contoso.com.txt", "No such SPN found.")];
        let archive = collect_from(&files);
        let path = r"C:\Windows\System32\inetsrv\config\applicationHost.config";
        assert_eq!((entry(&archive, path).status, entry(&archive, path).redactions), (CollectionStatus::Collected, 1));
        assert_eq!(entry(&archive, r"setspn -L CONTOSO\svc-web").status, CollectionStatus::NotPresent);
        assert_eq!(entry(&archive, "setspn -Q HTTP/www.contoso.com").status, CollectionStatus::Collected);
        assert_eq!(entry(&archive, r#"setspn -Q "HTTP/x & del *""#).status, CollectionStatus::Skipped);
        let all: Vec<u8> = archive.members.iter().flat_map(|member| member.bytes.clone()).collect();
        assert!(!String::from_utf8_lossy(&all).contains("Sup3rS3cret!"));
    }

    #[test]
    fn a_configuration_that_is_not_understood_stays_where_it_is() {
        let path = r"C:\Windows\System32\inetsrv\config\applicationHost.config";
        let files = [(CONFIG, "<a password=\"Sup3rS3cret!>")];
        check(&files, path, CollectionStatus::Failed(-1), None);
        let archive = collect_from(&files);
        let detail = entry(&archive, path).detail.clone().expect("a reason");
        assert_eq!(
            detail,
            "not included, because secrets could not be removed for sure: line 1: a value is not closed"
        );
        // Then the names of the server are asked about.
        assert_eq!(entry(&archive, "setspn -Q HTTP/WEB01").status, CollectionStatus::NotPresent);
    }

    #[test]
    fn a_configuration_that_is_denied_is_a_row() {
        let path = r"C:\Windows\System32\inetsrv\config\applicationHost.config";
        let ending = format!("{CONFIG}.ending");
        check(&[(ending.as_str(), "denied")], path, CollectionStatus::AccessDenied, None);
    }

    #[test]
    fn a_host_with_nothing_gives_a_row_for_every_step() {
        let archive = collect_from(&[]);
        let entries = archive.manifest.expect("a manifest").entries;
        assert!(entries.iter().all(|entry| entry.status == CollectionStatus::NotPresent && entry.detail.is_none()));
        let always = |row: &&crate::plan::row::Row| matches!(row.subject, Subject::Server | Subject::ComputerName);
        let expected = table::rows(&Scope::default()).filter(always).count();
        assert!(entries.len() > expected, "no pools, no step for them; but names");
    }

    const SITE: &str = r#"<configuration><sites><site name="Intranet" id="1">
        <application path="/"><virtualDirectory path="/" physicalPath="D:\web"/></application>
        <logFile directory="D:\logs"/></site></sites></configuration>"#;

    #[test]
    fn the_settings_of_an_application_leave_without_what_is_its_own() {
        let config = "<configuration><appSettings><add key='k' value='Sup3rS3cret!'/></appSettings><system.webServer>\
                      <security><authentication/></security></system.webServer></configuration>";
        let files = [(CONFIG, SITE), ("files/D:/web/web.config", config)];
        let kept = "<configuration><system.webServer><security><authentication/></security></system.webServer>\
                    </configuration>";
        check(&files, r"D:\web\web.config", CollectionStatus::Collected, Some(kept));
        check(&files[..1], r"D:\web\web.config", CollectionStatus::NotPresent, None);
        let broken = [(CONFIG, SITE), ("files/D:/web/web.config", "<configuration secret='Sup3rS3cret!'>")];
        check(&broken, r"D:\web\web.config", CollectionStatus::Failed(-1), None);
    }

    #[test]
    fn a_shared_configuration_is_followed_and_names_what_is_asked_about() {
        let redirection =
            r#"<configuration><configurationRedirection enabled="true" path="\\files\iis"/></configuration>"#;
        let shared = r#"<configuration><sites><site name="S" id="1"><bindings><binding protocol="http"
            bindingInformation="*:80:shared.contoso.com"/></bindings></site></sites></configuration>"#;
        let files = [
            ("files/C:/Windows/System32/inetsrv/config/redirection.config", redirection),
            ("files/files/iis/applicationHost.config", shared),
        ];
        check(&files, r"\\files\iis\applicationHost.config", CollectionStatus::Collected, Some(shared));
        let archive = collect_from(&files);
        assert_eq!(entry(&archive, "setspn -Q HTTP/shared.contoso.com").status, CollectionStatus::NotPresent);
    }

    #[test]
    fn logs_of_a_site_are_one_artifact_in_the_order_of_time() {
        let log = |path: &str| {
            format!(
                "#Fields: cs-uri-stem cs-uri-query c-ip sc-status\n{path} q=Sup3rS3cret! 10.0.0.9 401\n/x - 10.0.0.8 200\n"
            )
        };
        let (early, late) = (log("/early"), log("/late"));
        let files = [
            (CONFIG, SITE),
            ("files/D:/logs/W3SVC1/u_ex260302.log", late.as_str()),
            ("files/D:/logs/W3SVC1/u_ex260301.log", early.as_str()),
            ("files/D:/logs/W3SVC1/other.txt", "Sup3rS3cret!"),
        ];
        let kept = "#Remark: failed requests and their neighbors; query strings, cookies and referrers are left out\n\
                    #Fields: cs-uri-stem c-ip sc-status\n/early 10.0.0.9 401\n\
                    #Fields: cs-uri-stem c-ip sc-status\n/late 10.0.0.9 401\n";
        check(&files, r"D:\logs\W3SVC1\u_ex*.log", CollectionStatus::Collected, Some(kept));
        check(&files[..1], r"D:\logs\W3SVC1\u_ex*.log", CollectionStatus::NotPresent, None);
    }

    #[test]
    fn of_a_log_that_grows_the_end_is_taken() {
        let long = "0123456\n".repeat(700_000);
        let files = [("files/C:/Windows/debug/netlogon.log", long.as_str())];
        let archive = collect_from(&files);
        let row = entry(&archive, r"C:\Windows\debug\netlogon.log");
        assert_eq!((row.status, row.bytes), (CollectionStatus::Truncated, (5 << 20) - 8));
    }

    #[test]
    fn each_binding_is_asked_for_what_it_offers_when_that_is_wished() {
        let config = r#"<configuration><sites><site name="S" id="1"><bindings>
            <binding protocol="https" bindingInformation="*:443:www.contoso.com"/>
            <binding protocol="http" bindingInformation="elsewhere:80:"/></bindings></site></sites></configuration>"#;
        let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\n";
        let files = [(CONFIG, config), ("http/https%3A%2F%2F127.0.0.1%3A443%2F Host%3A www.contoso.com.txt", answer)];
        let source = "https://127.0.0.1:443/ Host: www.contoso.com";
        let kept = format!("# {source}\r\n{answer}\r\n");
        check(&files, source, CollectionStatus::Collected, Some(&kept));
        check(&files, "elsewhere", CollectionStatus::Skipped, None);
        let archive = collect_from(&files);
        assert_eq!(entry(&archive, "klist get HTTP/www.contoso.com").status, CollectionStatus::NotPresent);
    }
}
