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
fn what_fails_at_no_known_hour_is_counted_too() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("events.txt");
    std::fs::write(&path, pair("Major", 0)).expect("writes");
    let summary = String::from_utf8(events(&path, &["--summary"]).stdout).expect("is UTF-8");
    let words = "ntlm (681) on DBSERVER: 1 failed with 0xc0000064 STATUS_NO_SUCH_USER, 1 account\n";
    assert!(summary.contains(words), "{summary}");
}

#[test]
fn a_language_that_is_not_known_hides_nothing() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("Sicherheit.csv");
    let rows = "Schl\u{fc}sselw\u{f6}rter,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie\r\n\
        \u{dc}berwachung gescheitert,02.03.2026 08:15:00,Microsoft-Windows-Security-Auditing,4768,Kerberos,\"Ein \
        Ticket wurde angefordert.\r\n\r\nKontoinformationen:\r\n\tKontoname:\t\talice\r\n\r\nZus\u{e4}tzliche \
        Informationen:\r\n\tErgebniscode:\t\t0x6\r\n\"\r\nein Rest,ohne Zahl,x,y,z\r\n";
    std::fs::write(&path, rows).expect("writes");
    let output = events(&path, &["--failed", "--filter", "alice", "--format", "ndjson"]);
    let row: Value = serde_json::from_slice(&output.stdout).expect("is one row");
    assert_eq!((row["event_id"].as_u64(), row["outcome"].as_str()), (Some(4768), Some("reported")));
    let texts = row["texts"][0].as_str().expect("has a text");
    assert!(texts.contains("Kontoname:") && texts.contains("0x6"), "{texts}");
    let doubts = String::from_utf8(output.stderr).expect("is UTF-8");
    assert_eq!(doubts, "Sicherheit.csv: damaged: 1 of its rows are no events\n");
}

#[test]
fn a_list_of_nothing_says_why() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let write = |name: &str, words: &str| std::fs::write(folder.path().join(name), words).expect("writes");
    write("setspn.txt", "Registered ServicePrincipalNames for CN=WEB01,DC=contoso,DC=com:\r\n\tHOST/WEB01\r\n");
    write("Security.evtx", "this is no log");
    let output = events(folder.path(), &[]);
    let doubts = String::from_utf8(output.stderr).expect("is UTF-8");
    assert!(doubts.starts_with("there is no event log in it\n"), "{doubts}");
    assert!(doubts.contains("Security.evtx: not recognized"), "{doubts}");
}

#[test]
fn logs_of_one_name_are_told_apart() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let start: jiff::Timestamp = "2026-03-02T07:00:00Z".parse().expect("is a time");
    let visitor = Visitor { user: "alice", rid: 1604, workstation: "CLIENT07", address: "10.0.0.57", port: "50112" };
    let paths = ["web", "dc"].map(|host| {
        let path = folder.path().join(host).join("Security.evtx");
        std::fs::create_dir(folder.path().join(host)).expect("makes a folder");
        std::fs::write(&path, log::write(7, &[security::kerberos_logon(start, &visitor)])).expect("writes");
        path
    });
    let [web, dc] = paths.each_ref().map(|path| path.to_str().expect("is UTF-8"));
    let bundles: Vec<_> = objects(&paths[0], &[dc]).iter().map(|row| row["bundle"].clone()).collect();
    assert_eq!(bundles, ["Security.evtx", "Security.evtx (2)"]);
    let shown = String::from_utf8(events(&paths[0], &[dc, "--record", "7"]).stdout).expect("is UTF-8");
    assert!([web, dc].iter().all(|path| shown.contains(&path.replace("--", "- -"))), "{shown}");
}

#[test]
fn options_in_front_of_the_word_count_or_are_refused() {
    let (folder, path) = bundle("healthy-with-noise");
    let out = folder.path().join("list.txt");
    let run = |option: &str, value: &std::path::Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kerbscope"));
        command.arg(option).arg(value).arg("events").arg(&path).output().expect("runs")
    };
    assert_eq!(run("--out", &out).stdout, b"");
    assert!(std::fs::read_to_string(&out).is_ok_and(|list| list.starts_with("first seen")));
    assert_eq!(run("--format", std::path::Path::new("json")).status.code(), Some(2));
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
fn the_report_for_machines_counts_what_the_logs_tell() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let start: jiff::Timestamp = "2026-03-02T07:00:00Z".parse().expect("is a time");
    let after = |minutes| start + jiff::SignedDuration::from_mins(minutes);
    let visitor = Visitor { user: "alice", rid: 1604, workstation: "CLIENT07", address: "10.0.0.57", port: "50112" };
    let refused = |minutes, user| {
        security::refused_logon(after(minutes), ("CONTOSO", user), (0xc000_006d, 0xc000_006a), "10.0.0.57")
    };
    let mut web = vec![security::kerberos_logon(start, &visitor), refused(1, "alice")];
    web.extend([5, 6].map(|minutes| security::ntlm_logon(after(minutes), &visitor)));
    // Nothing else fails for 40 hours.
    web.extend((0..8).map(|minutes| refused(40 * 60 + minutes, "bob")));
    let dc = [security::refused_password(after(1), &visitor)];
    for (name, events) in [("web.evtx", &web[..]), ("dc.evtx", &dc)] {
        std::fs::write(folder.path().join(name), log::write(7, events)).expect("writes");
    }
    let report = Command::new(env!("CARGO_BIN_EXE_kerbscope"))
        .args(["report", "--no-cache", "--format", "json"])
        .arg(folder.path())
        .output()
        .expect("runs");
    let report: Value = serde_json::from_slice(&report.stdout).expect("is JSON");
    let told = &report["events"];
    let logs: Vec<_> = told["logs"].as_array().expect("a list").iter().collect();
    let counts = |log: &Value| ["records", "succeeded", "failed", "reported"].map(|name| log[name].as_u64());
    assert_eq!(logs.len(), 2, "{logs:?}");
    assert_eq!((logs[0]["artifact"].as_str(), counts(logs[0])), (Some("dc.evtx"), [1, 0, 1, 0].map(Some)));
    assert_eq!((logs[1]["artifact"].as_str(), counts(logs[1])), (Some("web.evtx"), [12, 3, 9, 0].map(Some)));
    let failing = &told["failing"];
    let first = &failing["first"][0];
    assert_eq!(
        (failing["total"].as_u64(), first["count"].as_u64(), first["accounts"].as_u64()),
        (Some(2), Some(9), Some(2))
    );
    assert_eq!(first["code_name"], "STATUS_WRONG_PASSWORD");
    let began = &first["began"];
    assert_eq!(
        (&began["hour"], &began["before"], &began["since"]),
        (&"2026-03-03T23:00:00Z".into(), &1.into(), &8.into())
    );
    let sign_in = &told["sign_ins"]["first"][0];
    assert_eq!((told["sign_ins"]["total"].as_u64(), sign_in["user"].as_str()), (Some(1), Some("alice")));
    let mut kinds: Vec<_> =
        sign_in["events"].as_array().expect("a list").iter().map(|one| one["event_id"].as_u64()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [Some(4625), Some(4771)]);
    let share = &told["network_logons"]["first"][0];
    assert_eq!((share["kerberos"].as_u64(), share["ntlm"].as_u64()), (Some(1), Some(2)), "{share}");
    assert_eq!(share["clients"]["total"], 1);
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
