//! `kerbscope events` lists what logs say, and what it leaves out.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use kerbscope_samples::events::security::{self, Visitor};
use kerbscope_samples::evtx::log;
use kerbscope_samples::scenarios;
use serde_json::Value;
use tempfile::TempDir;

fn bundle(name: &str) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("bundle.zip");
    let all = scenarios::all();
    let scenario = all.iter().find(|scenario| scenario.name == name).expect("is a scenario");
    std::fs::write(&path, &scenario.bundles.last().expect("has a bundle").1).expect("writes");
    (folder, path)
}

fn events(path: &std::path::Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kerbscope")).arg("events").arg(path).args(options).output().expect("runs")
}

fn objects(path: &std::path::Path, options: &[&str]) -> Vec<Value> {
    let output = events(path, &[&["--format", "ndjson"], options].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let words = String::from_utf8(output.stdout).expect("is UTF-8");
    words.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect()
}

#[test]
fn the_list_has_the_columns_that_are_documented() {
    let (_folder, path) = bundle("krb-ap-err-modified-key-mismatch");
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/events.md");
    let page = std::fs::read_to_string(page).expect("is there");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('|'));
    let documented: BTreeSet<&str> =
        rows.flat_map(|(names, _)| names.split(',')).map(|name| name.trim().trim_matches('`')).collect();
    let objects = objects(&path, &[]);
    assert!(!objects.is_empty());
    for object in &objects {
        let columns: BTreeSet<&str> = object.as_object().expect("is an object").keys().map(String::as_str).collect();
        assert_eq!(columns, documented);
    }
    let csv = String::from_utf8(events(&path, &["--format", "csv"]).stdout).expect("is UTF-8");
    assert_eq!(csv.lines().next().expect("a head").split(',').collect::<BTreeSet<_>>(), documented);
    assert_eq!(csv.lines().count(), objects.len() + 1);
}

#[test]
fn filters_leave_what_they_say() {
    let (_folder, path) = bundle("krb-ap-err-modified-key-mismatch");
    let all = objects(&path, &[]);
    let of_event_4 = objects(&path, &["--event", "4"]);
    assert!(!of_event_4.is_empty() && of_event_4.iter().all(|row| row["event_id"] == 4), "{of_event_4:?}");
    assert!(of_event_4.iter().all(|row| row["kind"] == "kerberos-client"));
    assert!(objects(&path, &["--failed"]).iter().all(|row| row["outcome"] != "succeeded"));
    let day = all.last().and_then(|row| row["first_seen"].as_str()).expect("has a time").to_owned();
    assert!(objects(&path, &["--until", &day]).len() < all.len());
    assert_eq!(objects(&path, &["--since", "1999-01-01", "--until", "2999-01-01"]).len(), all.len());
    assert_eq!(objects(&path, &["--user", "nobody has this name"]), Vec::<Value>::new());
}

/// The events of the article, as the Event Viewer of Windows 2000 copies them: with a gap of seconds between them.
fn pair(user: &str, seconds: u32) -> String {
    let head = |id: u32, second: u32| {
        format!(
            "Event Type:\tFailure Audit\nEvent Source:\tSecurity\nEvent Category:\tAccount Logon \nEvent ID:\t{id}\n\
             Date:\t\t5/11/2000\nTime:\t\t8:47:{second:02} PM\nUser:\t\tNT AUTHORITY\\SYSTEM\n\
             Computer:\tDBSERVER\nDescription:\n"
        )
    };
    format!(
        "{}Authentication Ticket Request Failed:\n \tUser Name:\tMajor\n \tSupplied Realm Name:\tEXAIR.COM\n \tService \
         Name:\tkrbtgt/EXAIR.COM\n \tTicket Options:\t0x40810010\n \tFailure Code:\t6\n \tClient \
         Address:\t10.1.1.9\n\n{}The logon to account: {user}\n from workstation: WEBSERVER\n failed. The error code \
         was: 3221225572\n\n",
        head(676, 1),
        head(681, 1 + seconds)
    )
}

#[test]
fn the_pair_of_the_article_is_one_attempt() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("events.txt");
    for (user, seconds, together) in [("Major", 0, true), ("Major", 50, true), ("Minor", 0, false)] {
        std::fs::write(&path, pair(user, seconds)).expect("writes");
        let rows = objects(&path, &[]);
        let told: Vec<_> = rows.iter().map(|row| (row["event_id"].as_u64(), row["sign_in"].as_u64())).collect();
        let number = together.then_some(1);
        assert_eq!(told, [(Some(676), number), (Some(681), number)], "{user} after {seconds} s");
        let summary = String::from_utf8(events(&path, &["--summary"]).stdout).expect("is UTF-8");
        let words = "1 attempt of major, each told by several records: ticket-granting-ticket (676) 0x6 \
            KDC_ERR_C_PRINCIPAL_UNKNOWN on DBSERVER, ntlm (681) 0xc0000064 STATUS_NO_SUCH_USER on DBSERVER; first \
            5/11/2000 8:47:01 PM (events.txt";
        assert_eq!(summary.contains(words), together, "{summary}");
    }
}

#[test]
fn a_logon_is_told_with_the_ticket_it_was_made_with() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let start: jiff::Timestamp = "2026-03-02T07:00:00Z".parse().expect("is a time");
    let visitor = Visitor { user: "alice", rid: 1604, workstation: "CLIENT07", address: "10.0.0.57", port: "50112" };
    for (name, event) in [
        ("web.evtx", security::kerberos_logon(start, &visitor)),
        ("dc.evtx", security::service_ticket(start, &visitor, ("svc-web", 1118))),
    ] {
        std::fs::write(folder.path().join(name), log::write(7, &[event])).expect("writes");
    }
    let summary = String::from_utf8(events(folder.path(), &["--summary"]).stdout).expect("is UTF-8");
    let words = "1 logon with the request for the ticket beside it, by LogonGuid: first web.evtx, record 7, made with \
        dc.evtx, record 7";
    assert!(summary.contains(words), "{summary}");
}

#[test]
fn a_record_is_shown_whole_with_its_place() {
    let (_folder, path) = bundle("krb-ap-err-modified-key-mismatch");
    let all = objects(&path, &[]);
    let row = all.iter().find(|row| row["artifact"].as_str().is_some_and(|name| name.contains(".evtx")));
    let row = row.expect("has a binary log");
    let number = row["record"].to_string();
    let output = events(&path, &["--record", &number]);
    let words = String::from_utf8(output.stdout).expect("is UTF-8");
    assert_eq!(output.status.code(), Some(0));
    assert!(words.contains(&format!("<!-- bundle.zip, {} -->", row["artifact"].as_str().expect("a name"))), "{words}");
    assert!(words.contains(&format!("<EventRecordID>{number}</EventRecordID>")), "{words}");
    assert!(words.contains(&format!("<Computer>{}</Computer>", row["computer"].as_str().expect("a name"))), "{words}");
    let none = events(&path, &["--record", "4000000000"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stderr).contains("has a record 4000000000"), "{none:?}");
}

#[test]
fn what_is_not_understood_has_a_sentence() {
    let (_folder, path) = bundle("healthy-with-noise");
    for (options, words) in [
        (&["--format", "xml"][..], "there is no format"),
        (&["--since", "yesterday"], "this is no time"),
        (&["--code", "many"], "this is no code"),
    ] {
        let output = events(&path, options);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{output:?}");
    }
}
