//! `kerbscope events` lists what logs say, and what it leaves out.

use std::collections::BTreeSet;
use std::process::{Command, Output};

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
