//! Event logs as text: what the Event Viewer copies and saves, what `wevtutil qe /f:text` and `Get-WinEvent | fl` print.
//!
//! Words are in the language of the system, but the order of what stands in front of a message never changes: by that,
//! events are known in any language. The labels inside a message are known in English; others stay as they stand.

use crate::artifacts::event_log::{Event, EventLog};
use crate::artifacts::event_log_legacy::{AUDIT_FAILURE, AUDIT_SUCCESS, EVENT_TYPE};
use crate::artifacts::event_reading::{Reading, cut, time};
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::ArtifactId;
use crate::formats::text::Text;

/// Lines of which the first event must begin in one.
const HEAD: usize = 40;
/// Characters of the longest label: what is longer is a sentence with a colon.
const LABEL: usize = 40;
/// The field for a time whose zone nobody tells.
pub const LOCAL_TIME: &str = "LocalTime";
/// The field for a message in which no label is known.
pub const MESSAGE: &str = "Message";

/// What stands in front of a message.
#[derive(Debug)]
struct Head<'a> {
    event_type: Option<&'a str>,
    channel: Option<&'a str>,
    provider: &'a str,
    id: u32,
    time: String,
    computer: &'a str,
    /// The first words of the message, where they stand in the same line.
    begin: &'a str,
    /// Lines of the head.
    lines: usize,
}

/// Whether a text holds events.
pub fn recognizes(text: &Text) -> bool {
    let lines = text.lines();
    (0..lines.len().min(HEAD)).any(|at| head(lines.get(at..).unwrap_or_default()).is_some()) || table(text).is_some()
}

/// Reads the events.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<EventLog> {
    let mut reading = Reading::new(artifact);
    let (mut number, mut strays) = (0_u64, 0_u64);
    let mut take = |head: &Head<'_>, body: &[&str]| {
        number = number.saturating_add(1);
        reading.event(event(artifact, number, head, body), head.channel.map(str::to_owned));
    };
    if let Some(rows) = table(text) {
        // The first row are titles, and the last one is mostly empty.
        for row in rows.iter().skip(1).filter(|row| row.iter().any(|cell| !cell.trim().is_empty())) {
            if let Some(head) = head_of_row(row) {
                let message = row.get(5).map(String::as_str).unwrap_or_default();
                take(&head, &message.lines().collect::<Vec<_>>());
            } else {
                strays = strays.saturating_add(1);
            }
        }
    } else {
        let lines = text.lines();
        let mut at = 0;
        while at < lines.len() {
            let Some(head) = head(lines.get(at..).unwrap_or_default()) else {
                at = at.saturating_add(1);
                continue;
            };
            let begin = at.saturating_add(head.lines);
            let is_next = |at: &usize| self::head(lines.get(*at..).unwrap_or_default()).is_some();
            let end = (begin..lines.len()).find(is_next).unwrap_or(lines.len());
            let body: Vec<&str> = lines.get(begin..end).unwrap_or_default().iter().map(String::as_str).collect();
            take(&head, &body);
            at = end;
        }
    }
    let is_empty = number == 0;
    let mut parsed = reading.finish();
    if is_empty {
        parsed.lose(artifact.whole(), GapReason::Damaged("no event is whole".to_owned()));
    }
    if strays > 0 {
        parsed.lose(artifact.whole(), GapReason::Damaged(format!("{strays} of its rows are no events")));
    }
    parsed
}

fn event(artifact: ArtifactId, number: u64, head: &Head<'_>, body: &[&str]) -> Event {
    let (mut fields, labels) = fields(body);
    if labels == Labels::Strange {
        let message = std::iter::once(head.begin).chain(body.iter().copied()).map(str::trim).collect::<Vec<_>>();
        fields.push((MESSAGE.to_owned(), message.join(" ").trim().to_owned()));
    }
    if let Some(words) = head.event_type {
        let known = match words {
            "Success Audit" => AUDIT_SUCCESS,
            "Failure Audit" => AUDIT_FAILURE,
            other => other,
        };
        fields.push((EVENT_TYPE.to_owned(), known.to_owned()));
    }
    let utc = head.time.ends_with('Z').then(|| time(&head.time)).flatten();
    if utc.is_none() {
        fields.push((LOCAL_TIME.to_owned(), head.time.clone()));
    }
    Event {
        at: artifact.record(number),
        provider: head.provider.into(),
        id: head.id,
        time: utc,
        computer: head.computer.into(),
        fields: cut(fields).into_iter().collect(),
    }
}

/// `Label:   value`
fn pair(line: &str) -> Option<(&str, &str)> {
    let (label, value) = line.split_once(':')?;
    let label = label.trim();
    let is_label = !label.is_empty() && label.chars().count() <= LABEL;
    is_label.then(|| (label, value.trim()))
}

/// The head that begins with the first of these lines.
fn head<S: AsRef<str>>(lines: &[S]) -> Option<Head<'_>> {
    let line = |at: usize| lines.get(at).map(AsRef::as_ref);
    let first = line(0)?;
    if first.starts_with("TimeCreated") {
        return property_head(lines);
    }
    let pairs: Vec<(&str, &str)> = (0..12).map_while(|at| pair(line(at)?)).collect();
    let value = |at: usize| pairs.get(at).map(|(_, value)| *value);
    let id = value(3)?.parse::<u32>().ok().filter(|id| *id <= 0xffff)?;
    let provider = value(1).filter(|source| !source.is_empty())?;
    let has_digit = |words: &str| words.contains(|c: char| c.is_ascii_digit());
    if value(2).is_some_and(|time| has_digit(time) && time.contains(':')) {
        // The message begins behind the first label without a value.
        let message = pairs.iter().skip(4).position(|(_, value)| value.is_empty())?.checked_add(4)?;
        let computer = value(message.checked_sub(1)?)?;
        let (channel, time) = (value(0), value(2)?.to_owned());
        let lines = message.checked_add(1)?;
        return Some(Head { event_type: None, channel, provider, id, time, computer, begin: "", lines });
    }
    let (date, clock) = (value(4)?, value(5)?);
    if !has_digit(date) || !has_digit(clock) || !clock.contains(':') {
        return None;
    }
    // In front of the computer stands the user, if there is one.
    let is_told = |at: usize| value(at).is_some_and(|value| !value.is_empty());
    let is_plain = |at: usize| line(at).is_some_and(|line| !line.starts_with(char::is_whitespace));
    let computer = if is_told(7) && is_plain(7) { 7 } else { 6 };
    Some(Head {
        event_type: value(0),
        channel: provider.eq_ignore_ascii_case("Security").then_some("Security"),
        provider,
        id,
        time: format!("{date} {clock}"),
        computer: value(computer)?,
        begin: "",
        lines: computer.checked_add(1)?,
    })
}

/// What `Get-WinEvent | fl` prints; its labels are names of properties, in every language.
fn property_head<S: AsRef<str>>(lines: &[S]) -> Option<Head<'_>> {
    let pairs: Vec<(&str, &str)> = lines.iter().take(60).map_while(|line| pair(line.as_ref())).collect();
    let message = pairs.iter().position(|(label, _)| *label == "Message")?;
    let value = |name: &str| {
        let own = pairs.iter().take(message.saturating_add(1));
        own.rev().find(|(label, _)| *label == name).map(|(_, value)| *value)
    };
    Some(Head {
        event_type: None,
        channel: value("LogName"),
        provider: value("ProviderName")?,
        id: value("Id")?.parse::<u32>().ok().filter(|id| *id <= 0xffff)?,
        time: value("TimeCreated")?.to_owned(),
        computer: value("MachineName").unwrap_or_default(),
        begin: value("Message")?,
        lines: message.checked_add(1)?,
    })
}

/// Whether the labels of a message are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Labels {
    /// Some are.
    Known,
    /// None is, or there are none: what it says must be shown as it stands.
    Strange,
}

/// The fields that a message names.
fn fields(body: &[&str]) -> (Vec<(String, String)>, Labels) {
    let mut fields = Vec::new();
    let mut labels = Labels::Strange;
    let mut section = String::new();
    for line in body {
        let Some((label, value)) = pair(line) else { continue };
        let is_section = value.is_empty() && !line.starts_with(char::is_whitespace);
        let label = label.trim_start_matches('-').trim_start();
        if is_section {
            section = label.to_lowercase();
        } else {
            let name = name(&section, label);
            // The word is the same in several languages.
            if name != label && name != "Status" {
                labels = Labels::Known;
            }
            fields.push((name, value.to_owned()));
        }
    }
    (fields, labels)
}

/// The name by which an event log knows what a message calls so.
fn name(section: &str, label: &str) -> String {
    let is_subject = section == "subject";
    let known = match label.to_lowercase().as_str() {
        "account name" | "user name" if is_subject => "SubjectUserName",
        "account name" | "user name" | "logon account" | "the logon to account" => "TargetUserName",
        "account domain" | "domain" if is_subject => "SubjectDomainName",
        "account domain" | "domain" | "user domain" | "supplied realm name" => "TargetDomainName",
        "logon type" => "LogonType",
        "logon process" => "LogonProcessName",
        "authentication package" if section.is_empty() && label.starts_with("Authentication package") => "PackageName",
        "authentication package" => "AuthenticationPackageName",
        "package name (ntlm only)" => "LmPackageName",
        "workstation name" => "WorkstationName",
        "source workstation" | "from workstation" => "Workstation",
        "service name" => "ServiceName",
        "ticket options" => "TicketOptions",
        "ticket encryption type" => "TicketEncryptionType",
        "pre-authentication type" => "PreAuthType",
        "failure code" | "result code" | "error code" | "status" | "failed. the error code was" => "Status",
        "sub status" => "SubStatus",
        "client address" | "source network address" => "IpAddress",
        "failure reason" | "reason" => "FailureReason",
        _ => return label.to_owned(),
    };
    known.to_owned()
}

/// The rows of a list that the Event Viewer saved with commas or tabs between them; its first row are titles.
fn table(text: &Text) -> Option<Vec<Vec<String>>> {
    let first = text.lines().first()?;
    let separator = if first.contains('\t') { '\t' } else { ',' };
    if first.split(separator).count() != 5 || first.contains(':') {
        return None;
    }
    let whole = text.joined();
    let rows = rows(&whole, separator);
    rows.get(1).and_then(|row| head_of_row(row))?;
    Some(rows)
}

/// Level, time, source, id, task and message.
fn head_of_row(row: &[String]) -> Option<Head<'_>> {
    let [_, time, provider, id, ..] = row else { return None };
    let is_time = time.contains(|c: char| c.is_ascii_digit()) && time.contains(':');
    Some(Head {
        event_type: None,
        channel: None,
        provider,
        id: id.trim().parse::<u32>().ok().filter(|id| is_time && *id <= 0xffff)?,
        time: time.trim().to_owned(),
        computer: "",
        begin: "",
        lines: 0,
    })
}

/// Cells between separators; those in quotes may hold separators, line ends, and quotes that are doubled.
fn rows(text: &str, separator: char) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(row) = rows.last_mut() else { break };
        let Some(cell) = row.last_mut() else { break };
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            '\r' if !is_quoted => {}
            _ if character == separator && !is_quoted => row.push(String::new()),
            _ => cell.push(character),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::Place;
    use crate::formats::cut::beginnings;

    const OLD: &str = "\
Event Type:     Failure Audit
Event Source:   Security
Event Category: Logon/Logoff
Event ID:       529
Date:           9/3/2001
Time:           8:57:21 PM
Computer:       CLIENT07
Logon Failure:
   Reason:           Unknown user name or bad password
   User Name:        alice
   Domain:           CONTOSO
   Logon Type:       3
   Logon Process:    NtLmSsp
   Authentication Package: NTLM
   Workstation Name: WS7

Event Type:     Failure Audit
Event Source:   Security
Event Category: Account Logon
Event ID:       681
Date:           5/11/2001
Time:           8:47:01 PM
User:           NT AUTHORITY\\SYSTEM
Computer:       DC01
The logon to account: bob
 from workstation: WEB01
 failed. The error code was: 3221225572
";

    const NEW: &str = "\
Event[0]:
  Log Name: Security
  Source: Microsoft-Windows-Security-Auditing
  Date: 2026-03-02T08:15:00.1230000Z
  Event ID: 4625
  Task: Logon
  Level: Information
  Keyword: Audit Failure
  User: N/A
  Computer: WEB01.contoso.com
  Description: \n\
An account failed to log on.

Subject:
\tAccount Name:\t\tWEB01$
\tAccount Domain:\t\tCONTOSO

Logon Type:\t\t\t3

Account For Which Logon Failed:
\tAccount Name:\t\talice
\tAccount Domain:\t\tCONTOSO

Failure Information:
\tFailure Reason:\t\tUnknown user name or bad password.
\tStatus:\t\t\t0xC000006D
\tSub Status:\t\t0xC0000064

Network Information:
\tWorkstation Name:\tWS7
\tSource Network Address:\t10.1.2.3
";

    const PROPERTIES: &str = "\
TimeCreated  : 3/2/2026 8:15:00 AM
ProviderName : Microsoft-Windows-Security-Auditing
Id           : 4771
Message      : Kerberos pre-authentication failed.
               \n               Account Information:
               \tAccount Name:\t\talice
               Additional Information:
               \tFailure Code:\t\t0x18
";

    const GERMAN: &str = "\
Ereignistyp:\tFehler\u{fc}berwachung
Ereignisquelle:\tSecurity
Ereigniskategorie:\tAn-/Abmeldung
Ereigniskennung:\t529
Datum:\t\t03.09.2001
Zeit:\t\t20:57:21
Benutzer:\tNT-AUTORIT\u{c4}T\\SYSTEM
Computer:\tCLIENT07
Beschreibung:
Fehlgeschlagene Anmeldung:
\tBenutzername:\talice
";

    const COMMAS: &str = "\
Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie
Informationen,02.03.2026 09:15:00,Microsoft-Windows-Security-Auditing,4625,Logon,\"An account failed to log on.

Account For Which Logon Failed:
\tAccount Name:\t\tal\"\"ice

Failure Information:
\tStatus:\t\t\t0xC000006D\"
Fehler,02.03.2026 09:16:00,NETLOGON,5719,Keine,\"No domain controller, sorry\"
";

    fn events(text: &str) -> Vec<Event> {
        let text = Text::from(text);
        assert!(recognizes(&text));
        let parsed = parse(ArtifactId(0), &text);
        assert_eq!(parsed.losses, []);
        parsed.value.events
    }

    fn told<'a>(event: &'a Event, names: &[&str]) -> Vec<Option<&'a str>> {
        names.iter().map(|name| event.field(name)).collect()
    }

    #[test]
    fn the_layout_of_windows_2000_is_read() {
        let [logon, ntlm] = events(OLD).try_into().expect("two events");
        assert_eq!((logon.id, &*logon.provider, &*logon.computer), (529, "Security", "CLIENT07"));
        let names = ["TargetUserName", "TargetDomainName", "LogonType", "EventType", "LocalTime"];
        let expected = ["alice", "CONTOSO", "3", "audit failure", "9/3/2001 8:57:21 PM"];
        assert_eq!(told(&logon, &names), expected.map(Some));
        assert_eq!((logon.time, logon.at.place), (None, Place::Record(1)));
        assert_eq!((ntlm.id, &*ntlm.computer), (681, "DC01"));
        let names = ["TargetUserName", "Workstation", "Status"];
        assert_eq!(told(&ntlm, &names), ["bob", "WEB01", "3221225572"].map(Some));
    }

    #[test]
    fn wevtutil_is_read() {
        let [logon] = events(NEW).try_into().expect("one event");
        let names = ["SubjectUserName", "TargetUserName", "Status", "SubStatus", "IpAddress", "LogonType"];
        assert_eq!(told(&logon, &names), ["WEB01$", "alice", "0xC000006D", "0xC0000064", "10.1.2.3", "3"].map(Some));
        assert_eq!(logon.time.map(|time| time.to_string()).as_deref(), Some("2026-03-02T08:15:00.123Z"));
        assert_eq!(&*logon.computer, "WEB01.contoso.com");
    }

    #[test]
    fn properties_are_read() {
        let [failed] = events(PROPERTIES).try_into().expect("one event");
        assert_eq!((failed.id, failed.time), (4771, None));
        assert_eq!(told(&failed, &["TargetUserName", "Status"]), ["alice", "0x18"].map(Some));
    }

    #[test]
    fn another_language_is_known_by_its_structure() {
        let [failed] = events(GERMAN).try_into().expect("one event");
        assert_eq!((failed.id, &*failed.provider, &*failed.computer), (529, "Security", "CLIENT07"));
        assert_eq!(failed.field("Benutzername"), Some("alice"));
    }

    #[test]
    fn a_list_with_commas_or_tabs_is_read() {
        for text in [COMMAS.to_owned(), COMMAS.replace(", sorry", "").replace(',', "\t")] {
            let [logon, netlogon] = events(&text).try_into().expect("two events");
            assert_eq!((logon.id, netlogon.id), (4625, 5719));
            assert_eq!(told(&logon, &["TargetUserName", "Status"]), ["al\"ice", "0xC000006D"].map(Some));
        }
    }

    #[test]
    fn other_text_is_not_recognized() {
        for text in
            ["", "a: b\nc: d\ne: f\ng: 7\nh: i\nj: k\n", "Host Name: WEB01\nOS Name: x\nOS Version: 5\nId: 12\n"]
        {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[OLD, NEW, PROPERTIES, GERMAN, COMMAS]) {
            let text = Text::from(cut);
            let _ = (recognizes(&text), parse(ArtifactId(0), &text));
        }
    }
}
