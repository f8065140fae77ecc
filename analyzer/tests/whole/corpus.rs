//! Real event logs are read to the last record. `KERBSCOPE_CORPUS` names a folder of logs with `truth.json`; without
//! it there is nothing to read, and the test says so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kerbscope::artifacts::event_log::{self, EventLog};
use kerbscope::evidence::place::ArtifactId;
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

/// What a log of the kind `big` holds by event and status, as its truth words it.
fn by_status(log: &EventLog) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for tally in &log.tallies {
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
