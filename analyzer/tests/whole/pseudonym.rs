//! Bundles in which tokens stand for names: the diagnosis is the same, no name is left, and the map brings them back.

use std::fs;
use std::io::{Cursor, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope::case::Case;
use kerbscope::real_names;
use kerbscope::report::json::json;
use kerbscope::report::text::TextReport;
use kerbscope_collector::pseudonym::bundle::{self, Store};
use kerbscope_collector::pseudonym::names::Names;
use kerbscope_samples::scenarios;
use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::manifest::{Entry, Manifest};
use kerbscope_shared::pseudonym::map::TokenMap;
use kerbscope_shared::pseudonym::real_names::RealNames;
use kerbscope_shared::pseudonym::token::MapId;
use kerbscope_shared::read::{Archive, Member, read};

use crate::command_line::{kerbscope, words};
use crate::event_xml::exported;
use crate::sample;

const ID: MapId = MapId(0x0123_4567_89ab_cdef);

/// Names, addresses and SIDs of the samples, which nothing but themselves contains.
const NAMES: [&str; 16] = [
    "contoso",
    "web01",
    "dc01",
    "client07",
    "client11",
    "files01",
    "sql01",
    "svc-web",
    "svc-old",
    "alice",
    "t0-admin",
    "t1-admin",
    "intranet.",
    "10.0.0.",
    "00-15-5d-00-04",
    "1004336348-1177238915-682003330",
];

/// A sample as the collector keeps it until all of it is there.
struct Collected<'a> {
    manifest: &'a Manifest,
    members: &'a [Member],
}

impl Store for Collected<'_> {
    fn entries(&self) -> Vec<&Entry> {
        self.manifest.entries.iter().collect()
    }

    fn open(&self, index: usize) -> Option<Box<dyn Read + '_>> {
        let path = self.manifest.entries.get(index)?.path.as_ref()?;
        let member = self.members.iter().find(|member| member.path == *path)?;
        Some(Box::new(member.bytes.as_slice()))
    }
}

/// The logs of a bundle as XML, as the collector takes them where names become tokens.
fn with_logs_as_xml(mut opened: OpenedBundle) -> OpenedBundle {
    let manifest = opened.archive.manifest.as_mut().expect("has a manifest");
    for entry in manifest.entries.iter_mut().filter(|entry| entry.kind == ArtifactKind::EventLog) {
        entry.kind = ArtifactKind::EventLogXml;
        let Some(path) = &mut entry.path else { continue };
        let xml = path.replace("events/", "events-xml/").replace(".evtx", ".xml");
        let member = opened.archive.members.iter_mut().find(|member| member.path == *path).expect("is listed");
        member.bytes = exported(&member.bytes).into_bytes();
        member.path.clone_from(&xml);
        *path = xml;
    }
    opened
}

fn pseudonymized(opened: &OpenedBundle, names: &mut Names) -> OpenedBundle {
    let archive = read(zipped(opened, names), &Limits::STANDARD).expect("is a zip");
    assert_eq!(archive.problems, []);
    OpenedBundle::held(opened.name.clone(), archive)
}

fn zipped(opened: &OpenedBundle, names: &mut Names) -> Cursor<Vec<u8>> {
    let manifest = opened.archive.manifest.as_ref().expect("has a manifest");
    let store = Collected { manifest, members: &opened.archive.members };
    let head = Manifest { entries: Vec::new(), ..manifest.clone() };
    bundle::write(&head, &store, names, Cursor::new(Vec::new()), &mut |_, _| ()).expect("is written")
}

/// The bundles of a story, plain and with tokens, and the map. Each bundle of a case begins with the map of the one
/// before it.
fn both(scenario: &scenarios::Scenario) -> (Vec<OpenedBundle>, Vec<OpenedBundle>, TokenMap) {
    let plain: Vec<_> = sample::open(scenario).into_iter().map(with_logs_as_xml).collect();
    let mut map = TokenMap::empty(ID);
    let tokens = plain.iter().map(|opened| {
        let mut names = Names::of_map(&map);
        let tokens = pseudonymized(opened, &mut names);
        map = names.map();
        tokens
    });
    let tokens = tokens.collect();
    (plain, tokens, map)
}

/// Every value of the report, in any order and in small letters: names sort otherwise than tokens do.
fn values(case: &Case, map: Option<&TokenMap>) -> Vec<String> {
    let text = json(case).expect("serializes").to_lowercase();
    let text = map.map_or(text.clone(), |map| RealNames::new(map).in_text(&text));
    let mut values = Vec::new();
    collect(&serde_json::from_str(&text).expect("is JSON"), &mut values);
    values.sort();
    values
}

fn collect(value: &serde_json::Value, values: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, values)),
        serde_json::Value::Object(members) => members.values().for_each(|member| collect(member, values)),
        // Lists within a sentence are sorted by name as well.
        leaf => {
            let leaf = leaf.to_string().replace("\\n", " ");
            let words = leaf.split([' ', ',', '"']).filter(|word| !word.is_empty());
            // Base64 of a SID in an excerpt, in small letters here: nobody can tell it back any more.
            let mut words: Vec<_> =
                words.map(|word| if word.starts_with("aquaaaaaaauvaaaa") { "sid" } else { word }).collect();
            words.sort_unstable();
            values.push(words.join(" "));
        }
    }
}

/// The same map for names in small letters alone.
fn small(map: &TokenMap) -> TokenMap {
    let names = map.names.iter().map(|(token, name)| (token.to_lowercase(), name.to_lowercase()));
    TokenMap { id: map.id, names: names.collect() }
}

fn findings(case: &Case) -> Vec<String> {
    let found = case.diagnosis.findings.iter().map(|ranked| {
        let finding = &ranked.finding;
        let counts = (finding.subjects.len(), finding.scopes.len(), finding.fixes.len());
        let mut evidence = finding.evidence.clone();
        evidence.sort();
        format!("{} {:?} {:?} {counts:?} {evidence:?}", ranked.rule.name, finding.severity, finding.confidence)
    });
    let mut found: Vec<_> = found.collect();
    found.sort();
    found
}

/// What was exported by hand holds names where nobody looks for any: the collector does not bring the registry of a cluster.
const BY_HAND: [&str; 1] = ["cluster-name-kerberos-off"];

#[test]
fn the_diagnosis_of_every_sample_is_the_same_with_tokens() {
    for scenario in scenarios::all().into_iter().filter(|scenario| !BY_HAND.contains(&scenario.name)) {
        let (plain, mut tokens, map) = both(&scenario);
        // That tokens are tokens is said in a gap of its own; here, nobody shall know.
        for manifest in tokens.iter_mut().filter_map(|opened| opened.archive.manifest.as_mut()) {
            manifest.pseudonyms = None;
        }
        let (plain, tokens) = (Case::open(plain), Case::open(tokens));
        assert_eq!(findings(&tokens), findings(&plain), "{}", scenario.name);
        let verdicts = |case: &Case| {
            let rules = case.diagnosis.answers.iter();
            rules.map(|answer| format!("{} {:?}", answer.rule.name, answer.verdict)).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(&tokens), verdicts(&plain), "{}", scenario.name);
        assert_eq!(tokens.exchanges.len(), plain.exchanges.len(), "{}", scenario.name);
        let primary = |case: &Case| case.diagnosis.primary().map(|primary| primary.rule.name);
        assert_eq!(primary(&tokens), primary(&plain), "{}", scenario.name);
        let (told, plain) = (values(&tokens, Some(&small(&map))), values(&plain, None));
        let only = |one: &[String], other: &[String]| {
            one.iter().filter(|value| !other.contains(value)).cloned().collect::<Vec<_>>()
        };
        assert_eq!((only(&told, &plain), only(&plain, &told)), (vec![], vec![]), "{}", scenario.name);
        assert_eq!(told.len(), plain.len(), "{}", scenario.name);
    }
}

#[test]
fn with_its_map_every_sample_has_its_report_back_to_the_letter() {
    for scenario in scenarios::all() {
        let (plain, tokens, map) = both(&scenario);
        let maps = [map];
        let told = tokens.into_iter().map(|opened| real_names::tell(opened, &maps).expect("has its map"));
        let (told, plain) = (Case::open(told.collect()), Case::open(plain));
        assert_eq!(TextReport(&told).to_string(), TextReport(&plain).to_string(), "{}", scenario.name);
        assert_eq!(json(&told).expect("serializes"), json(&plain).expect("serializes"), "{}", scenario.name);
    }
}

#[test]
fn no_name_of_a_sample_is_left_in_its_bundle() {
    for scenario in scenarios::all() {
        let (plain, tokens, _) = both(&scenario);
        for (plain, tokens) in plain.iter().zip(&tokens) {
            let there = everything(&plain.archive);
            assert!(NAMES[..2].iter().all(|name| there.contains(name)), "{}", scenario.name);
            let left = everything(&tokens.archive);
            for name in NAMES {
                let at = left.find(name);
                let around = at.map(|at| left.get(at.saturating_sub(60)..at.saturating_add(60)).unwrap_or_default());
                assert_eq!(around, None, "{name} is in {} of {}", tokens.name, scenario.name);
            }
        }
    }
}

/// All text of a bundle in small letters, in every way in which a name may hide in it.
fn everything(archive: &Archive) -> String {
    let mut all = format!("{:?}\n", archive.manifest);
    for member in &archive.members {
        let text = String::from_utf8_lossy(&member.bytes);
        let units: Vec<u16> = member.bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        all.extend([member.path.as_str(), "\n", &text, "\n", &String::from_utf16_lossy(&units), "\n"]);
        for line in text.lines() {
            let encoded = line.split_once(":: ").and_then(|(_, value)| BASE64.decode(value.trim()).ok());
            if let Some(bytes) = encoded {
                all.push_str(&String::from_utf8_lossy(&bytes));
            }
            let hexadecimal = line.split_once("hex").map_or("", |(_, value)| value);
            let bytes = hexadecimal.split([',', ':']).filter_map(|byte| u8::from_str_radix(byte.trim(), 16).ok());
            all.extend(bytes.filter(|byte| *byte != 0).map(char::from));
        }
    }
    all.to_lowercase().replace("%20", " ").replace("%5c", "\\")
}

#[test]
fn tokens_are_said_to_be_tokens_and_bundles_of_two_maps_to_speak_of_different_names() {
    let all = scenarios::all();
    let scenario = all.iter().find(|scenario| scenario.name == "spn-duplicate").expect("is a scenario");
    let (_, tokens, _) = both(scenario);
    let count = |case: &Case, words: &str| {
        case.gaps.iter().filter(|gap| gap.reason.code() == "tokens" && gap.reason.to_string().contains(words)).count()
    };
    let case = Case::open(tokens.clone());
    assert_eq!((count(&case, "keeps the map"), count(&case, "in another way")), (2, 0));
    let plain = with_logs_as_xml(sample::open(scenario).remove(1));
    let other = pseudonymized(&plain, &mut Names::new(MapId(7)));
    for second in [other, plain] {
        let case = Case::open(vec![tokens[0].clone(), second]);
        assert_eq!((count(&case, "keeps the map"), count(&case, "in another way")), (1, 1));
    }
}

#[test]
fn every_command_takes_a_map_and_refuses_that_of_another_bundle() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let place = |name: &str| folder.path().join(name).to_str().expect("is UTF-8").to_owned();
    let all = scenarios::all();
    let scenario = all.iter().find(|scenario| scenario.name == "spn-duplicate").expect("is a scenario");
    let mut names = Names::new(ID);
    let plain = with_logs_as_xml(sample::open(scenario).remove(0));
    fs::write(place("a.zip"), zipped(&plain, &mut names).into_inner()).expect("writes");
    fs::write(place("map.json"), names.map().write()).expect("writes");
    fs::write(place("other.json"), TokenMap::empty(MapId(7)).write()).expect("writes");
    fs::write(place("milk.txt"), "remember the milk").expect("writes");
    let (bundle, map) = (place("a.zip"), place("map.json"));
    let with_tokens = words(&kerbscope(&["report", &bundle]));
    assert!(!with_tokens.contains("contoso") && with_tokens.contains("keeps the map"), "{with_tokens}");
    let fix = r"setspn -D HTTP/app.contoso.com CONTOSO\svc-old";
    for arguments in [
        &["report", &bundle, "--map", &map] as &[&str],
        &["compare", &bundle, &bundle, "--map", &map],
        &["try", &bundle, "--fix", fix, "--map", &map],
        &["events", &bundle, "--map", &map],
    ] {
        let output = kerbscope(arguments);
        let text = (words(&output) + &String::from_utf8_lossy(&output.stderr)).to_lowercase();
        assert!(output.status.code() != Some(2), "{text}");
        assert!(text.contains("contoso") || arguments[0] == "compare", "{text}");
        assert!(!text.contains(&ID.tail()), "{text}");
    }
    for (wrong, why) in [
        (place("other.json"), "a.zip: tokens stand for its names, and none of the maps"),
        (place("milk.txt"), "milk.txt: this is no map of tokens"),
        (place("gone.json"), "gone.json: "),
    ] {
        let output = kerbscope(&["report", &bundle, "--map", &wrong]);
        let sentence = String::from_utf8(output.stderr).expect("is UTF-8");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{wrong}");
        assert!(sentence.contains(why) && sentence.lines().count() == 1, "{sentence}");
    }
}
