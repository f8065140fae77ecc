//! Real event logs are read to the last record. `KERBSCOPE_CORPUS` names a folder of logs with `truth.json`; without
//! it there is nothing to read, and the test says so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kerbscope::artifacts::event_log::{self, EventLog};
use kerbscope::artifacts::event_log_legacy;
use kerbscope::evidence::place::{ArtifactId, Place};
use kerbscope::facts::attempts::{Kind, Outcome, attempts};
use kerbscope::formats::evtx::whole::{Search, Whole};
use kerbscope_shared::limits::Limits;
use serde_json::Value;

fn corpus() -> Option<(PathBuf, Value)> {
    let folder = PathBuf::from(std::env::var_os("KERBSCOPE_CORPUS")?);
    let truth = std::fs::read(folder.join("truth.json")).expect("the corpus has a truth.json");
    Some((folder, serde_json::from_slice(&truth).expect("truth.json is JSON")))
}

#[test]
fn real_logs_hold_what_their_truth_says() {
    let Some((folder, truth)) = corpus() else {
        eprintln!("KERBSCOPE_CORPUS is not set: no real log was read");
        return;
    };
    let logs = truth.as_object().expect("an object").iter().filter(|(name, _)| name.starts_with("evtx/"));
    let mut read = 0;
    for (name, truth) in logs {
        let bytes = std::fs::read(folder.join(name)).expect("reads the log");
        let parsed = event_log::parse(ArtifactId(0), &bytes);
        let whole = truth.get("records_recoverable").is_none();
        let records = truth.get("records_recoverable").or(truth.get("records")).and_then(Value::as_u64);
        assert_eq!(Some(parsed.value.records), records, "{name}");
        if whole {
            let counts: BTreeMap<String, u64> =
                serde_json::from_value(truth["counts"].clone()).expect("counts are numbers");
            let found = parsed.value.counts.iter().map(|((provider, id), count)| (format!("{provider}:{id}"), *count));
            assert_eq!(found.collect::<BTreeMap<_, _>>(), counts, "{name}");
        } else {
            assert!(!parsed.is_whole(), "{name} is cut, and nobody says so");
        }
        read += 1;
    }
    assert!(read >= 14, "only {read} logs were read");
}

#[test]
fn records_of_real_logs_are_shown_whole() {
    let Some((folder, truth)) = corpus() else {
        eprintln!("KERBSCOPE_CORPUS is not set: no real record was shown");
        return;
    };
    let mut shown = 0;
    for name in truth.as_object().expect("an object").keys().filter(|name| name.starts_with("evtx/")) {
        let bytes = std::fs::read(folder.join(name)).expect("reads the log");
        let events = event_log::parse(ArtifactId(0), &bytes).value.events;
        for event in events.iter().take(1).chain(events.last()) {
            let Place::Record(number) = event.at.place else { panic!("{:?} is no record", event.at) };
            let mut search = Search::new(number);
            search.take(&bytes);
            let found = search.finish();
            let is_it = |record: &Whole| {
                matches!(record, Whole::Xml(xml)
                if xml.contains(&format!(">{number}</EventRecordID>")) && xml.contains(&format!(">{}</EventID>", event.id)))
            };
            assert!(found.iter().any(is_it), "{name} {number}: {found:?}");
            shown += 1;
        }
    }
    assert!(shown >= 14, "only {shown} records were shown");
}

/// What a log of the kind `big` holds by event and status, as its truth words it.
fn by_status(log: &EventLog) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for tally in log.all_tallies() {
        let code = |name: &str| {
            let digits = tally.fields.get(name)?.strip_prefix("0x")?;
            Some(u32::from_str_radix(digits, 16).expect("a code is hexadecimal"))
        };
        let key = match (tally.id, code("Status"), code("SubStatus")) {
            (4624, ..) if tally.fields.get("AuthenticationPackageName") == Some("NTLM") => "4624_NTLM".to_owned(),
            (4625, Some(status), Some(sub_status)) => format!("4625_{status:08x}_{sub_status:08x}"),
            (id, Some(status), _) => format!("{id}_{status:x}"),
            _ => continue,
        };
        *found.entry(key).or_default() += tally.count;
    }
    found
}

#[test]
fn a_large_log_is_tallied_without_a_loss() {
    let Some((folder, _)) = corpus() else {
        eprintln!("KERBSCOPE_CORPUS is not set: no large log was read");
        return;
    };
    for (name, logons) in [("Security-dc-64M", 2377), ("Security-web-64M", 2816)] {
        let truth = std::fs::read(folder.join(format!("big/{name}.evtx.truth.json"))).expect("has a truth");
        let truth: Value = serde_json::from_slice(&truth).expect("is JSON");
        let file = std::fs::File::open(folder.join(format!("big/{name}.zip"))).expect("is there");
        let archive = kerbscope_shared::read::read(file, &Limits::STANDARD).expect("is a zip");
        let parsed = event_log::parse(ArtifactId(0), &archive.members[0].bytes);
        let log = parsed.value;
        assert_eq!((parsed.losses, Some(log.records)), (Vec::new(), truth["records"].as_u64()), "{name}");
        let counts: BTreeMap<u32, u64> = log.counts.iter().fold(BTreeMap::new(), |mut counts, ((_, id), count)| {
            *counts.entry(*id).or_default() += count;
            counts
        });
        let told = |key: &str| -> BTreeMap<String, u64> {
            serde_json::from_value(truth[key].clone()).expect("counts are numbers")
        };
        assert_eq!(
            counts.iter().map(|(id, count)| (id.to_string(), *count)).collect::<BTreeMap<_, _>>(),
            told("by_event"),
            "{name}"
        );
        let (mut found, mut truth) = (by_status(&log), told("truth"));
        // The truth has only the NTLM logons that were put in; the crate `evtx` finds as many as we do.
        let ntlm = found.remove("4624_NTLM");
        assert!(ntlm >= truth.remove("4624_NTLM") && ntlm == Some(logons), "{name}: {ntlm:?}");
        assert_eq!(found, truth, "{name}");
        assert!(log.events.iter().all(|event| event.id != 4624), "{name}: nobody keeps ordinary events");
    }
}

#[test]
fn logs_of_windows_2003_hold_what_their_truth_says() {
    let Some((folder, truth)) = corpus() else {
        eprintln!("KERBSCOPE_CORPUS is not set: no log of Windows 2003 was read");
        return;
    };
    let logs = truth.as_object().expect("an object").iter().filter(|(name, _)| name.starts_with("evt/"));
    let mut read = 0;
    for (name, truth) in logs {
        let bytes = std::fs::read(folder.join(name)).expect("reads the log");
        let parsed = event_log_legacy::parse(ArtifactId(0), &bytes);
        assert_eq!(parsed.losses, [], "{name}");
        assert_eq!(Some(parsed.value.records), truth["records"].as_u64(), "{name}");
        let some = truth.get("some").and_then(Value::as_object).into_iter().flatten();
        for (kind, count) in some {
            let (provider, id) = kind.split_once(':').expect("names an event");
            let id = id.parse::<u32>().expect("is a number");
            let of_kind =
                |((name, other), _): &(&(String, u32), &u64)| name.eq_ignore_ascii_case(provider) && *other == id;
            let found: u64 = parsed.value.counts.iter().filter(of_kind).map(|(_, count)| *count).sum();
            assert_eq!(Some(found), count.as_u64(), "{name} {kind}");
        }
        read += 1;
    }
    assert_eq!(read, 4);
}

#[test]
fn made_logs_of_windows_2003_are_the_same_however_they_were_left() {
    let Some((folder, _)) = corpus() else {
        eprintln!("KERBSCOPE_CORPUS is not set: no log of Windows 2003 was read");
        return;
    };
    let log = |name: &str| {
        let bytes = std::fs::read(folder.join(format!("synthetic/{name}.evt"))).expect("reads the log");
        let parsed = event_log_legacy::parse(ArtifactId(0), &bytes);
        assert_eq!(parsed.losses, [], "{name}");
        parsed.value
    };
    let [clean, dirty, wrapped, both] =
        ["SecEvent-2003-clean", "SecEvent-2003-dirty", "SecEvent-2003-wrapped", "SecEvent-2003-wrapped-dirty"].map(log);
    assert!(clean == dirty, "{} and {} records", clean.records, dirty.records);
    assert_eq!((clean.records, wrapped.records, both.records), (60, 231, 231));
    // Three more were written before the copy was made, over the three oldest ones.
    let last = |log: &EventLog| log.events.last().map(|event| event.at.place);
    assert_eq!((last(&wrapped), last(&both)), (Some(Place::Record(1000)), Some(Place::Record(1003))));
    let refused = clean.events.iter().find(|event| (529..=539).contains(&event.id)).expect("has a failed logon");
    assert!(
        refused.field("TargetUserName").is_some() && refused.field("EventType") == Some("audit failure"),
        "{refused:?}"
    );
    assert!(log("SecEvent-2000-clean").events.iter().any(|event| event.id == 681));
}

/// What each text of these means is known from memory alone, so no column has them.
#[test]
fn texts_whose_order_nobody_confirmed_stand_in_rows_as_they_are() {
    let Some((folder, _)) = corpus() else {
        eprintln!("KERBSCOPE_CORPUS is not set: no log of Windows 2000 was read");
        return;
    };
    let expected = [
        ("SecEvent-2000-clean", 672, Kind::TicketGrantingTicket, Outcome::Succeeded, 9),
        ("SecEvent-2000-clean", 675, Kind::PreAuthentication, Outcome::Failed, 6),
        ("SecEvent-2000-clean", 676, Kind::TicketGrantingTicket, Outcome::Failed, 6),
        ("SecEvent-2000-clean", 677, Kind::ServiceTicket, Outcome::Failed, 6),
    ];
    for (name, id, kind, outcome, most) in expected {
        let bytes = std::fs::read(folder.join(format!("synthetic/{name}.evt"))).expect("reads the log");
        let log = event_log_legacy::parse(ArtifactId(0), &bytes).value;
        let rows = attempts(&log);
        let row = rows.iter().find(|row| row.id == id).expect("has such an event");
        assert_eq!((row.kind, row.outcome, row.user, row.client, row.code), (kind, outcome, None, None, None), "{id}");
        let texts: Vec<_> = row.texts().collect();
        assert!((1..=most).contains(&texts.len()), "{id}: {texts:?}");
    }
}

#[test]
fn a_log_of_windows_2003_cut_or_changed_anywhere_does_not_panic() {
    let Some((folder, _)) = corpus() else {
        eprintln!("KERBSCOPE_CORPUS is not set: no log of Windows 2003 was read");
        return;
    };
    let whole = std::fs::read(folder.join("synthetic/SecEvent-2003-wrapped-dirty.evt")).expect("reads the log");
    for at in (0..whole.len()).step_by(509) {
        let mut changed = whole.clone();
        changed[at] ^= 0xff;
        for bytes in [changed.as_slice(), &whole[..at]] {
            let _ = event_log_legacy::parse(ArtifactId(0), bytes);
        }
    }
}
