//! Every sample names its artifacts as the collector would name those of the same host.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may say so")]

use std::io::Cursor;

use kerbscope_collector::facts::Facts;
use kerbscope_collector::options::Options;
use kerbscope_collector::plan::role::{Role, Scope};
use kerbscope_collector::plan::step::{Place, Planner, Step, Subjects, Take};
use kerbscope_collector::plan::table;
use kerbscope_collector::{markup, sites};
use kerbscope_samples::host::DNS_DOMAIN;
use kerbscope_samples::scenarios;
use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::manifest::{Entry, Source};
use kerbscope_shared::read::{Archive, read};

/// What a row of the manifest says of an artifact, whether or not it could be collected.
type Row = (ArtifactKind, Option<String>, Source);

fn planned(step: &Step) -> Row {
    let source = match &step.take {
        Take::EventLog(log) => log.export(u64::from(Options::default().scope.logs.days) * 24).source(),
        _ => match step.source() {
            Source::File(path) => Source::File(path.replace("%SystemRoot%", r"C:\Windows")),
            source => source,
        },
    };
    (step.row.kind, Some(format!("{}/{}", step.row.kind.folder(), step.file_name)), source)
}

/// The plan for the host that this bundle comes from, as far as the bundle tells.
fn plan_for(archive: &Archive) -> Vec<Row> {
    let computer = archive.manifest.as_ref().unwrap().host.clone();
    let facts = Facts { computer: Some(computer), domain: Some(DNS_DOMAIN.to_owned()), ..Facts::default() };
    let mut subjects = Subjects::new(&facts, &Role::WebServer);
    if let Some(member) = archive.members.iter().find(|member| member.path == "iis/applicationHost.config") {
        let text = std::str::from_utf8(&member.bytes).unwrap();
        let expand = |path: &str| path.replace("%SystemDrive%", "C:");
        subjects.learn(&sites::read(&markup::scan(text).unwrap()), expand);
    }
    let profile = "k3x9.default-release".to_owned();
    let profiles = r"C:\Users\alice\AppData\Roaming\Mozilla\Firefox\Profiles";
    let one = Place { folder: format!(r"{profiles}\{profile}"), name: profile };
    // Where there is no profile, the folder stands for them.
    let none = Place { folder: profiles.to_owned(), name: "none".to_owned() };
    subjects.add_firefox_profiles([one, none]);
    let mut planner = Planner::new(subjects);
    let client = Role::Client { host: "intranet.contoso.com".to_owned() };
    let roles = [Role::WebServer, client, Role::DomainController { accounts: Vec::new() }];
    let rows = roles.into_iter().flat_map(|role| {
        let scope = Scope { role, ..Scope::default() };
        table::rows(&scope).collect::<Vec<_>>()
    });
    rows.flat_map(|row| planner.steps(row)).map(|step| planned(&step)).collect()
}

#[test]
fn a_sample_names_its_artifacts_as_the_collector_does() {
    for (stem, bytes) in scenarios::all().into_iter().flat_map(|scenario| scenario.bundles) {
        let archive = read(Cursor::new(&bytes), &Limits::STANDARD).unwrap();
        // The script for old servers has a plan of its own.
        if archive.manifest.as_ref().unwrap().collector.starts_with("kerbscope-legacy") {
            continue;
        }
        let plan = plan_for(&archive);
        // What the directory is asked depends on what it answered before, and no directory answers here.
        let planned = |entry: &&Entry| entry.kind != ArtifactKind::Directory;
        for entry in archive.manifest.as_ref().unwrap().entries.iter().filter(planned) {
            let planned = plan.iter().any(|(kind, path, source)| {
                // What was not collected has no name in the bundle.
                *kind == entry.kind && *source == entry.source && (entry.path.is_none() || *path == entry.path)
            });
            assert!(planned, "{stem}: the collector does not ask for {entry:?}");
        }
    }
}

/// What somebody copied or exported by hand, after the report had asked for it.
const BY_HAND: [&str; 2] = ["Event Viewer: ", r"HKLM\Cluster"];

#[test]
fn a_sample_of_an_old_server_asks_what_the_script_asks() {
    const SCRIPT: &str = include_str!("../../collector/legacy/kerbscope-legacy.js");
    let bundles = scenarios::all().into_iter().flat_map(|scenario| scenario.bundles);
    let mut seen = 0;
    for (stem, bytes) in bundles {
        let manifest = read(Cursor::new(&bytes), &Limits::STANDARD).unwrap().manifest.unwrap();
        let is_old = manifest.collector.starts_with("kerbscope-legacy");
        for entry in manifest.entries.iter().filter(|entry| is_old && entry.kind != ArtifactKind::Directory) {
            if BY_HAND.iter().any(|source| entry.source.text().starts_with(source)) {
                continue;
            }
            seen += 1;
            // The name that a question is about is put behind it.
            let source = entry.source.text();
            let asked = source.rsplit_once(' ').map_or(source, |(question, _)| question);
            // Logs of IIS begin with a prefix of their own; what follows is the same for all.
            let asked = asked.rsplit('\\').next().unwrap().trim_start_matches("ex");
            assert!(SCRIPT.contains(asked), "{stem}: the script does not ask for {source}");
        }
    }
    assert!(seen > 20, "{seen}");
}
