//! The report of every sample, word for word. `UPDATE_EXPECT=1 cargo test` writes them; then read the diff.

use expect_test::expect_file;
use kerbscope::case::Case;
use kerbscope::report::json::json;
use kerbscope::report::text::TextReport;
use kerbscope::rules::answer::Verdict;
use kerbscope_samples::scenarios;

use crate::sample;

#[test]
fn every_sample_names_its_cause() {
    for scenario in scenarios::all() {
        let case = Case::open(sample::open(&scenario));
        let primary = case.diagnosis.primary().map(|primary| primary.rule.name);
        assert_eq!(primary, scenario.expected, "{}", scenario.name);
        assert_eq!(case.diagnosis.count(Verdict::Failed), 0, "{}", scenario.name);
        let others: Vec<_> =
            case.diagnosis.findings.iter().filter(|found| found.is_cause() && !found.is_primary()).collect();
        let names: Vec<_> = others.iter().map(|found| found.rule.name).collect();
        assert_eq!(names, Vec::from_iter(scenario.latent), "{}: {others:#?}", scenario.name);
    }
}

#[test]
fn the_report_of_every_sample_reads_as_it_should() {
    for scenario in scenarios::all() {
        let case = Case::open(sample::open(&scenario));
        let path = format!("{}/tests/whole/golden/{}.txt", env!("CARGO_MANIFEST_DIR"), scenario.name);
        expect_file![path].assert_eq(&TextReport(&case).to_string());
    }
}

#[test]
fn the_report_for_machines_keeps_its_form() {
    for name in ["kernelmode-spn-on-pool-account", "setspn-denied"] {
        for scenario in scenarios::all().iter().filter(|scenario| scenario.name == name) {
            let case = Case::open(sample::open(scenario));
            let path = format!("{}/tests/whole/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
            expect_file![path].assert_eq(&json(&case).unwrap_or_default());
        }
    }
}
