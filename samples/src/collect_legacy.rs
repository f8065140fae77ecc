//! The bundle that the script for old servers would make of a host of Windows 2000 or Server 2003.

use std::io::Cursor;

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::{CollectionStatus, Manifest, Source};
use kerbscope_shared::write::{Attempt, BundleWriter};

use crate::collect::{absent, collected, head, ipconfig, lists, lookup, names};
use crate::host::{DNS_DOMAIN, Host};
use crate::layout::application_host::REDACTED;
use crate::layout::metabase;
use crate::layout::registry;
use crate::layout::request_log;
use crate::layout::systeminfo::{self, System};
use crate::questions;

/// Which Windows, and so which IIS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldWindows {
    /// IIS 5; its metabase is no text.
    Windows2000,
    /// IIS 6.
    Server2003,
}

const FILE: &str = r"C:\WINDOWS\System32\inetsrv\MetaBase.xml";

/// The bytes of the bundle, zipped by whoever sent it. `providers` is what the web service states.
///
/// # Panics
///
/// The host has a name that no bundle may hold.
pub fn bundle(host: &Host, windows: OldWindows, providers: Option<&str>) -> Vec<u8> {
    zipped(host, attempts(host, windows, providers))
}

/// The same, with more that somebody collected by hand.
///
/// # Panics
///
/// The host has a name that no bundle may hold.
pub fn bundle_with(host: &Host, windows: OldWindows, providers: Option<&str>, more: Vec<Attempt>) -> Vec<u8> {
    zipped(host, attempts(host, windows, providers).into_iter().chain(more))
}

/// The bundle of a domain controller from which only what the Event Viewer shows was copied.
///
/// # Panics
///
/// The host has a name that no bundle may hold.
pub fn copied_log(host: &Host, channel: &str, text: String) -> Vec<u8> {
    let metabase = Source::Query("IIS://LocalHost/W3SVC".to_owned());
    let metabase = absent(ArtifactKind::Adsutil, "w3svc.txt", metabase, CollectionStatus::NotPresent, None);
    zipped(host, [metabase, copied_events(channel, text)])
}

/// What the Event Viewer shows of a log.
pub fn copied_events(channel: &str, text: String) -> Attempt {
    let source = Source::Query(format!("Event Viewer: {channel}"));
    collected(ArtifactKind::EventLogXml, &format!("{channel}.txt"), source, text.into_bytes(), 80)
}

fn zipped(host: &Host, attempts: impl IntoIterator<Item = Attempt>) -> Vec<u8> {
    let head = Manifest { collector: "kerbscope-legacy 0.1.0".to_owned(), ..head(host) };
    let mut writer = BundleWriter::new(Cursor::new(Vec::new()), head);
    for attempt in attempts {
        writer.add(attempt).expect("the names of samples are plain");
    }
    writer.finish().expect("memory can be written").into_inner()
}

fn attempts(host: &Host, windows: OldWindows, providers: Option<&str>) -> Vec<Attempt> {
    let mut attempts = vec![
        file(host, windows, providers),
        listing(host, windows, providers),
        ipconfig(host),
        systeminfo(host, windows),
    ];
    let klist = Source::Command("klist tickets".to_owned());
    attempts.push(absent(ArtifactKind::Klist, "current.txt", klist, CollectionStatus::NotPresent, None));
    attempts.extend(lists(host));
    attempts.extend(names(host).iter().map(|name| lookup(host, name)));
    attempts.extend(questions::attempts(host));
    attempts.extend((!host.registry.is_empty()).then(|| settings(host)));
    attempts.extend((!host.requests.is_empty()).then(|| site_log(host)));
    attempts
}

/// What was set of the limits of the web service.
fn settings(host: &Host) -> Attempt {
    let mut keys: Vec<registry::Key<'_>> = Vec::new();
    for (key, name, value) in &host.registry {
        keys.push((key, vec![(name, Some(value))]));
    }
    let source = Source::Key(r"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters".to_owned());
    collected(ArtifactKind::Registry, "http.reg", source, registry::file(&keys).into_bytes(), 16)
}

/// The log of the first site.
fn site_log(host: &Host) -> Attempt {
    let requests: Vec<_> = host.requests.iter().map(|(_, request)| request.clone()).collect();
    let source = Source::File(r"C:\WINNT\System32\LogFiles\W3SVC1\ex*.log".to_owned());
    let text = request_log::of_old_site(host.address, &requests);
    collected(ArtifactKind::W3cLog, "W3SVC1.log", source, text.into_bytes(), 40)
}

fn file(host: &Host, windows: OldWindows, providers: Option<&str>) -> Attempt {
    let source = Source::File(FILE.to_owned());
    if windows == OldWindows::Windows2000 {
        return absent(ArtifactKind::Metabase, "MetaBase.xml", source, CollectionStatus::NotPresent, None);
    }
    let text = metabase::file(&host.pools, &host.sites, providers);
    let redactions = u32::try_from(text.matches(REDACTED).count()).expect("a file has few secrets");
    Attempt { redactions, ..collected(ArtifactKind::Metabase, "MetaBase.xml", source, text.into_bytes(), 62) }
}

/// The script host writes text as UTF-16.
fn listing(host: &Host, windows: OldWindows, providers: Option<&str>) -> Attempt {
    let pools = if windows == OldWindows::Windows2000 { &[][..] } else { &host.pools };
    let text = metabase::listing(pools, &host.sites, providers);
    let bytes = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let source = Source::Query("IIS://LocalHost/W3SVC".to_owned());
    collected(ArtifactKind::Adsutil, "w3svc.txt", source, bytes, 921)
}

fn systeminfo(host: &Host, windows: OldWindows) -> Attempt {
    let source = Source::Command("systeminfo".to_owned());
    if windows == OldWindows::Windows2000 {
        return absent(ArtifactKind::Systeminfo, "systeminfo.txt", source, CollectionStatus::NotPresent, None);
    }
    let system = System {
        host: host.name,
        domain: DNS_DOMAIN,
        product: "Microsoft(R) Windows(R) Server 2003, Standard Edition",
        version: "5.2.3790 Service Pack 2 Build 3790",
        role: "Member Server",
        address: host.address,
    };
    collected(ArtifactKind::Systeminfo, "systeminfo.txt", source, systeminfo::text(&system).into_bytes(), 6120)
}
