//! The command line as a person types it: exit codes, help, and sentences.

use std::path::PathBuf;
use std::process::{Command, Output};

pub(crate) fn kerbscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kerbscope")).args(arguments).output().expect("runs")
}

fn sample(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles");
    folder.join(format!("{name}.zip")).to_str().expect("is UTF-8").to_owned()
}

pub(crate) fn words(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("is UTF-8")
}

#[test]
fn the_exit_code_says_whether_there_is_a_problem() {
    for (name, code) in [("healthy-with-noise", 0), ("setspn-denied", 0), ("kernelmode-spn-on-pool-account", 1)] {
        assert_eq!(kerbscope(&["report", &sample(name)]).status.code(), Some(code), "{name}");
    }
    assert_eq!(kerbscope(&["report"]).status.code(), Some(2));
}

#[test]
fn the_cause_its_evidence_and_its_fix_are_printed() {
    let words = words(&kerbscope(&["report", &sample("kernelmode-spn-on-pool-account")]));
    assert!(words.contains("BLOCKER, certain: kernelmode-spn-on-pool-account - deal with this first"), "{words}");
    assert!(words.contains("iis/applicationHost.config:"), "{words}");
    assert!(words.contains("HTTP/portal.contoso.com\n"), "{words}");
    let command = "appcmd set config \"VGS Portal\" -section:system.webServer/security/authentication/\
        windowsAuthentication /useAppPoolCredentials:true /commit:apphost";
    assert!(words.contains(command), "{words}");
}

#[test]
fn checks_without_evidence_are_open_and_name_the_command() {
    let words = words(&kerbscope(&["report", &sample("setspn-denied")]));
    assert!(words.contains("0 problems.") && words.contains(" open, because "), "{words}");
    assert!(words.contains("collect: setspn -Q HTTP/portal.contoso.com"), "{words}");
}

#[test]
fn several_bundles_make_one_case() {
    let paths = [sample("spn-duplicate"), sample("spn-duplicate-dc")];
    let output = kerbscope(&["report", &paths[0], &paths[1], "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(report["schema"], "kerbscope-report/1");
    assert_eq!(report["summary"]["primary"], "spn-duplicate");
    assert_eq!(report["hosts"].as_array().map(Vec::len), Some(2));
    let evidence = report["findings"][0]["evidence"].as_array().expect("has evidence");
    assert!(evidence.iter().any(|place| place["bundle"] == 1 && place["record"].is_u64()), "{evidence:#?}");
}

#[test]
fn the_report_can_be_written_to_a_file() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("report.txt");
    let output = kerbscope(&["report", &sample("healthy-with-noise"), "--out", path.to_str().expect("is UTF-8")]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert!(std::fs::read_to_string(path).expect("was written").starts_with("No problem found"));
}

#[test]
fn help_version_rules_and_explanations_are_there() {
    assert!(words(&kerbscope(&["--help"])).contains("Exit codes of report"));
    assert!(words(&kerbscope(&["--version"])).contains("bundle format 2, report schema kerbscope-report/1"));
    let rules = words(&kerbscope(&["rules"]));
    assert_eq!(rules.lines().count(), kerbscope::rules::table::RULES.len());
    for rule in rules.lines().filter_map(|line| line.split_whitespace().next()) {
        let output = kerbscope(&["explain", rule]);
        assert!(output.status.success() && words(&output).starts_with(rule), "{rule}");
    }
    assert!(words(&kerbscope(&["explain", "0x29"])).contains("KRB_AP_ERR_MODIFIED"));
    assert!(words(&kerbscope(&["explain", "3221225572"])).contains("STATUS_NO_SUCH_USER"));
    assert!(words(&kerbscope(&["explain", "-1073741429"])).contains("STATUS_NO_TRUST_SAM_ACCOUNT"));
    assert!(words(&kerbscope(&["explain", "401", "1", "2148074252"])).contains("SEC_E_LOGON_DENIED"));
    assert!(words(&kerbscope(&["explain", "event", "-h"])).contains("Exit codes of report"));
}

#[test]
fn bad_usage_is_a_sentence_with_a_way_out() {
    for arguments in [&["report"][..], &["--nonsense"], &["report", "x", "--format", "pdf"], &["explain", "0xdead"]] {
        let output = kerbscope(arguments);
        let sentence = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(sentence.starts_with("kerbscope: ") && sentence.contains("kerbscope "), "{sentence}");
    }
}
