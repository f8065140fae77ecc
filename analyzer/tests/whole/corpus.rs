//! Real event logs are read to the last record. `KERBSCOPE_CORPUS` names a folder of logs with `truth.json`; without
//! it there is nothing to read, and the test says so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kerbscope::artifacts::event_log;
use kerbscope::evidence::place::ArtifactId;
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
