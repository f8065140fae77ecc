//! Laws that hold for every sample: the same bundle gives the same report, every pointer resolves, and loose files say
//! what the bundle says.

use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope::case::Case;
use kerbscope::diagnosis::rank::RankedFinding;
use kerbscope::evidence::place::{Evidence, Place};
use kerbscope::formats::evtx::log::is_evtx;
use kerbscope::formats::identity::Keyring;
use kerbscope::report::excerpt::excerpt;
use kerbscope::report::json::json;
use kerbscope::report::text::TextReport;
use kerbscope::rules::answer::Verdict;
use kerbscope_samples::scenarios::{self, Scenario};
use kerbscope_shared::kind::ArtifactKind;

use crate::sample;

#[test]
fn the_same_bundle_gives_the_same_report() {
    for scenario in scenarios::all() {
        let [one, other] = [0, 1].map(|_| Case::open(sample::open(&scenario)));
        assert_eq!(TextReport(&one).to_string(), TextReport(&other).to_string(), "{}", scenario.name);
        assert_eq!(json(&one).expect("serializes"), json(&other).expect("serializes"), "{}", scenario.name);
    }
}

#[test]
fn every_pointer_resolves() {
    for scenario in scenarios::all() {
        let case = Case::open(sample::open(&scenario));
        let found = case.diagnosis.findings.iter().flat_map(|ranked| &ranked.finding.evidence);
        let steps = case.exchanges.iter().flat_map(|exchange| &exchange.steps).flat_map(|step| &step.evidence);
        for place in found.chain(steps) {
            assert_resolves(&case, *place, scenario.name);
        }
    }
}

fn assert_resolves(case: &Case, place: Evidence, scenario: &str) {
    let shown = excerpt(case, place).unwrap_or_else(|| panic!("{scenario}: {place:?} points at nothing"));
    let words = shown.lines.iter().any(|line| !line.trim().is_empty());
    assert!(words || place.place == Place::Whole, "{scenario}: {place:?} shows nothing");
}

#[test]
fn every_finding_points_at_evidence() {
    for scenario in scenarios::all() {
        let case = Case::open(sample::open(&scenario));
        for ranked in &case.diagnosis.findings {
            assert!(!ranked.finding.evidence.is_empty(), "{}: {}", scenario.name, ranked.rule.name);
        }
    }
}

/// The artifacts of a scenario as a customer sends them who never heard of the collector: a folder of loose files
/// under names that say nothing.
fn loose(scenario: &Scenario) -> Vec<OpenedBundle> {
    let folder = tempfile::tempdir().expect("makes a folder");
    let mut opened = Vec::new();
    for bundle in sample::open(scenario) {
        let inner = folder.path().join(&bundle.name);
        std::fs::create_dir(&inner).expect("makes a folder");
        for (number, member) in bundle.archive.members.iter().enumerate() {
            std::fs::write(inner.join(format!("copy {number}.dat")), &member.bytes).expect("writes");
        }
        opened.push(kerbscope::open::open(&inner, &Keyring::default()).expect("opens the folder"));
    }
    opened
}

/// What was found, in words that can be compared: rule, severity, summary, subjects.
fn findings(case: &Case) -> Vec<String> {
    let found = case.diagnosis.findings.iter().map(|ranked| {
        let finding = &ranked.finding;
        format!("{} {:?} {} {:?}", ranked.rule.name, finding.severity, finding.summary, finding.subjects)
    });
    found.collect()
}

/// The same bundles as if the collector had never asked for artifacts of this kind.
fn without(mut bundles: Vec<OpenedBundle>, kind: ArtifactKind) -> Vec<OpenedBundle> {
    for opened in &mut bundles {
        opened.archive.members.retain(|member| member.path.split('/').next() != Some(kind.folder()));
        if let Some(manifest) = &mut opened.archive.manifest {
            manifest.entries.retain(|entry| entry.kind != kind);
        }
    }
    bundles
}

/// Scenarios whose cause lies in how an account or a clock stands, of which `setspn` knows nothing.
const NEEDS_THE_DIRECTORY: [&str; 20] = [
    "account-spn-but-account-missing",
    "service-account-locked-or-disabled",
    "clock-skew",
    "etype-no-common",
    "nov2022-explicit-etype-rc4-only",
    "rc4-deprecation-2026",
    "delegation-on-wrong-object",
    "protocol-transition-flag-missing",
    "user-not-delegable",
    "chromium-delegate-allowlist",
    "domain-rename-or-fqdn-mismatch",
    "kcd-target-spn-missing",
    "credential-guard-blocks-unconstrained",
    "rbcd-both-modes",
    "unconstrained-delegation-not-trusted",
    "cross-forest-name-or-external-trust",
    "client-stale-ticket",
    "iis5-30day-401",
    "gmsa-not-usable",
    "tgt-delegation-blocked-across-trust",
];

/// Servers of 2003 and before: their `setspn` lists and does not search, so that nobody else holds an SPN is said by the
/// directory alone.
const WITHOUT_SEARCH: [&str; 9] = [
    "iis6-healthy",
    "iis6-spn-on-machine",
    "nlb-windows2000-unsupported",
    "max-request-bytes-iis45",
    "iis5-host-header",
    "iis5-user-unknown",
    "udp-fragmentation-vpn",
    "cluster-name-kerberos-off",
    "providers-value-malformed",
];

#[test]
fn the_directory_says_who_holds_what_as_well_as_setspn() {
    for scenario in scenarios::all() {
        let all = Case::open(sample::open(&scenario));
        for kind in [ArtifactKind::Setspn, ArtifactKind::Directory] {
            let case = Case::open(without(sample::open(&scenario), kind));
            let some = findings(&case);
            if kind == ArtifactKind::Directory && NEEDS_THE_DIRECTORY.contains(&scenario.name) {
                assert!(!some.iter().any(|finding| finding.starts_with(scenario.name)), "{}: {some:#?}", scenario.name);
                continue;
            }
            if kind == ArtifactKind::Directory && WITHOUT_SEARCH.contains(&scenario.name) {
                assert!(case.exchanges.iter().any(|one| one.outcome.code() == "unknown"), "{}", scenario.name);
                continue;
            }
            assert_eq!(some, findings(&all), "{} without {kind:?}", scenario.name);
            let outcomes = |case: &Case| case.exchanges.iter().map(|one| one.outcome.code()).collect::<Vec<_>>();
            assert_eq!(outcomes(&case), outcomes(&all), "{} without {kind:?}", scenario.name);
        }
    }
}

/// Scenarios whose cause rests on a name that nobody holds by itself: the saved answer "No such SPN found." does not
/// say which name was asked for, so loose files cannot prove it.
const NEEDS_THE_QUESTION: [&str; 3] = ["spn-missing", "host-spn-missing", "spn-alias-cname"];

/// Scenarios whose cause rests on the log or the web.config of one site: the folder that such a file lay in says whose it
/// is, and a loose file has lost it.
const NEEDS_ITS_FOLDER: [&str; 6] = [
    "web-config-locked",
    "loopback-check",
    "ntfs-or-url-authorization",
    "anonymous-enabled-no-challenge",
    "aspnet-impersonation-or-module-mismatch",
    "proxy-breaks-nego",
];

#[test]
fn loose_files_say_what_the_bundle_says() {
    for scenario in scenarios::all() {
        let whole = Case::open(sample::open(&scenario));
        let parts = Case::open(loose(&scenario));
        let (bundle, folder) = (findings(&whole), findings(&parts));
        if NEEDS_THE_QUESTION.contains(&scenario.name) || NEEDS_ITS_FOLDER.contains(&scenario.name) {
            assert!(folder.iter().all(|finding| bundle.contains(finding)), "{}: {folder:#?}", scenario.name);
        } else {
            assert_eq!(folder, bundle, "{}", scenario.name);
            // They do not say when they were collected, so some of it may be less sure.
            let surer = |(loose, listed): (&RankedFinding, &RankedFinding)| {
                loose.finding.confidence < listed.finding.confidence
            };
            assert!(!parts.diagnosis.findings.iter().zip(&whole.diagnosis.findings).any(surer), "{}", scenario.name);
        }
    }
}

#[test]
fn a_saved_console_says_which_name_was_asked_for() {
    for name in NEEDS_THE_QUESTION {
        let all = scenarios::all();
        let scenario = all.iter().find(|scenario| scenario.name == name).expect("is a scenario");
        let case = Case::open(with_prompts(sample::open(scenario)));
        assert_eq!(case.diagnosis.primary().map(|primary| primary.rule.name), Some(name));
    }
}

/// The same bundles without their manifest, each answer of `setspn` below the prompt at which it was asked for.
fn with_prompts(mut bundles: Vec<OpenedBundle>) -> Vec<OpenedBundle> {
    for opened in &mut bundles {
        let manifest = opened.archive.manifest.take().expect("has a manifest");
        for member in &mut opened.archive.members {
            let entry = manifest.entries.iter().find(|entry| entry.path.as_deref() == Some(&member.path));
            let command = entry.map(|entry| entry.source.text()).filter(|text| text.starts_with("setspn"));
            if let Some(command) = command {
                member.bytes = [format!("C:\\>{command}\r\n").into_bytes(), member.bytes.clone()].concat();
            }
        }
    }
    bundles
}

#[test]
fn an_altered_artifact_supports_nothing_for_certain() {
    let all = scenarios::all();
    let altered = |name: &str| {
        let scenario = all.iter().find(|scenario| scenario.name == name).expect("is a scenario");
        let mut bundles = sample::open(scenario);
        for member in bundles.iter_mut().flat_map(|bundle| &mut bundle.archive.members) {
            member.integrity = kerbscope_shared::read::Integrity::Altered;
        }
        Case::open(bundles)
    };
    let case = altered("spn-duplicate");
    let primary = case.diagnosis.primary().expect("is found all the same");
    assert_eq!((primary.rule.name, primary.finding.confidence.as_str()), ("spn-duplicate", "likely"));
    // What nobody is in may have been taken out. What is stated stays stated, such as a channel that is well.
    let proves_absence = [
        "spn-missing",
        "spn-duplicate",
        "spn-on-wrong-account",
        "pool-identity-cannot-start",
        "providers-negotiate-missing",
    ];
    for name in ["spn-missing", "healthy-with-noise"] {
        let case = altered(name);
        let clear = case.diagnosis.answers.iter().filter(|answer| answer.verdict == Verdict::Clear);
        let clear: Vec<_> = clear.map(|answer| answer.rule.name).collect();
        let is_absent = |rule: &&str| proves_absence.contains(rule);
        assert!(case.diagnosis.primary().is_none() && !clear.iter().any(is_absent), "{name}: {clear:?}");
    }
}

#[test]
fn logs_that_are_read_as_they_come_say_what_logs_in_memory_say() {
    let folder = tempfile::tempdir().expect("makes a folder");
    for scenario in scenarios::all() {
        let from_files = scenario.bundles.iter().map(|(name, bytes)| {
            let path = folder.path().join(format!("{name}.zip"));
            std::fs::write(&path, bytes).expect("writes");
            kerbscope::open::open(&path, &Keyring::default()).expect("opens")
        });
        let from_files: Vec<_> = from_files.collect();
        let logs = |bundles: &[OpenedBundle]| bundles.iter().map(|bundle| bundle.logs.len()).sum::<usize>();
        let held = sample::open(&scenario);
        assert_eq!(logs(&held), 0);
        let events = held.iter().flat_map(|bundle| &bundle.archive.members).filter(|member| is_evtx(&member.bytes));
        assert_eq!(logs(&from_files), events.count(), "{}", scenario.name);
        let [held, streamed] = [held, from_files].map(|bundles| {
            let case = Case::open(bundles);
            (TextReport(&case).to_string(), json(&case).expect("serializes"))
        });
        assert_eq!(streamed, held, "{}", scenario.name);
    }
}
