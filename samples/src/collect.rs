//! The bundle that the collector would make of a host: which artifacts, in which order, from which sources.

use std::io::Cursor;

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::{CollectionStatus, FORMAT_VERSION, Manifest, Source};
use kerbscope_shared::write::{Attempt, BundleWriter};

use crate::directory::{Account, DOMAIN};
use crate::evtx::event::Event;
use crate::evtx::log;
use crate::export;
use crate::host::{Access, DNS_DOMAIN, Host, Role};
use crate::iis::Identity;
use crate::layout::application_host::{self, REDACTED};
use crate::layout::ipconfig::{self, Network};
use crate::layout::klist::{self, Session};
use crate::layout::lsa_tickets;
use crate::layout::nslookup;
use crate::layout::setspn::{self, Holder};
use crate::layout::systeminfo::{self, System};
use crate::questions;
use crate::state;

const APPLICATION_HOST: &str = r"C:\Windows\System32\inetsrv\config\applicationHost.config";
/// The name server of every host: the domain controller.
pub(crate) const NAME_SERVER: (&str, &str) = ("dc01.contoso.com", "10.0.0.10");

/// The bytes of the bundle.
///
/// # Panics
///
/// The host has a name that no bundle may hold.
pub fn bundle(host: &Host) -> Vec<u8> {
    let mut writer = BundleWriter::new(Cursor::new(Vec::new()), head(host));
    for attempt in attempts(host) {
        writer.add(attempt).expect("the names of samples are plain");
    }
    writer.finish().expect("memory can be written").into_inner()
}

pub(crate) fn head(host: &Host) -> Manifest {
    Manifest {
        format_version: FORMAT_VERSION,
        collector: "kerbscope-collect 0.1.0".to_owned(),
        host: host.name.to_owned(),
        collected_at: "2026-03-02T08:15:00Z".parse().expect("a time"),
        utc_offset_minutes: Some(60),
        display_language: Some("en-US".to_owned()),
        code_page: Some(850),
        pseudonyms: None,
        entries: Vec::new(),
    }
}

fn attempts(host: &Host) -> Vec<Attempt> {
    let mut attempts = vec![iis(host), ipconfig(host), systeminfo(host), own_tickets(host), machine_tickets(host)];
    attempts.extend((!host.lsa_tickets.is_empty()).then(|| lsa_tickets(host)));
    attempts.extend(lists(host));
    attempts.extend(queries(host));
    attempts.extend(names(host).iter().map(|name| lookup(host, name)));
    attempts.push(duplicates(host));
    attempts.extend(questions::attempts(host));
    attempts.extend(state::attempts(host));
    attempts.extend(["System", "Security"].map(|channel| event_log(host, channel)));
    attempts
}

fn iis(host: &Host) -> Attempt {
    let source = Source::File(APPLICATION_HOST.to_owned());
    if host.role != Role::WebServer {
        return absent(ArtifactKind::IisConfig, "applicationHost.config", source, CollectionStatus::NotPresent, None);
    }
    let text = application_host::file(&host.pools, &host.sites);
    let redactions = u32::try_from(text.matches(REDACTED).count()).expect("a file has few secrets");
    let attempt = collected(ArtifactKind::IisConfig, "applicationHost.config", source, text.into_bytes(), 12);
    Attempt { redactions, ..attempt }
}

/// What each account holds: the machine, then the accounts of the pools.
pub(crate) fn lists(host: &Host) -> Vec<Attempt> {
    let asked = std::iter::once(host.name).chain(pool_accounts(host));
    let list = |asked: &str| {
        // An account of the server is none of the domain, though the two may have the same name.
        let account = asked.strip_prefix(r"CONTOSO\").or((asked == host.name).then_some(asked));
        let text = match account.and_then(|name| host.directory.get(name)) {
            Some(account) => setspn::list(&holder(account)),
            None => setspn::no_account(asked),
        };
        setspn(host, &format!("list-{}.txt", asked.replace('\\', "_")), &format!("-L {asked}"), text, 212)
    };
    asked.map(list).collect()
}

/// Who holds `HTTP/…` of each name, then who holds `HOST/…`.
fn queries(host: &Host) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for class in ["HTTP", "HOST"] {
        for name in names(host) {
            let spn = format!("{class}/{name}");
            let accounts = host.directory.holders(&spn);
            let holders: Vec<_> = accounts.iter().map(|account| holder(account)).collect();
            let text = setspn::query(DOMAIN, &holders);
            attempts.push(setspn(host, &format!("query-{class}-{name}.txt"), &format!("-Q {spn}"), text, 187));
        }
    }
    attempts
}

fn duplicates(host: &Host) -> Attempt {
    setspn(host, "duplicates.txt", "-X", setspn::duplicates(DOMAIN, &host.directory.duplicates()), 1930)
}

fn setspn(host: &Host, file: &str, arguments: &str, text: String, duration_ms: u64) -> Attempt {
    let source = Source::Command(format!("setspn {arguments}"));
    match (host.setspn, arguments) {
        (Access::Granted, _) => collected(ArtifactKind::Setspn, file, source, text.into_bytes(), duration_ms),
        // The directory itself refuses the search for duplicates; the other steps are not even started.
        (Access::Denied, "-X") => {
            let detail = "Ldap Error(0x31 -- Invalid Credentials): ldap_bind_sW";
            absent(ArtifactKind::Setspn, file, source, CollectionStatus::Failed(49), Some(detail))
        }
        (Access::Denied, _) => {
            let detail = "Access is denied.";
            absent(ArtifactKind::Setspn, file, source, CollectionStatus::AccessDenied, Some(detail))
        }
    }
}

fn holder(account: &Account) -> Holder<'_> {
    Holder { dn: &account.dn, spns: &account.spns }
}

/// The accounts of the application pools that are not built in, each once.
pub(crate) fn pool_accounts(host: &Host) -> Vec<&str> {
    let mut accounts = Vec::new();
    for pool in &host.pools {
        if let Identity::Specific(user) = &pool.identity
            && !accounts.contains(&user.as_str())
        {
            accounts.push(user.as_str());
        }
    }
    accounts
}

/// The names of the host and the host headers of its sites, each once.
pub(crate) fn names(host: &Host) -> Vec<String> {
    let headers = host.sites.iter().filter_map(|site| site.host_header.clone());
    let mut names: Vec<String> = Vec::new();
    for name in [host.name.to_owned(), host.full_name()].into_iter().chain(headers) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            names.push(name);
        }
    }
    names
}

fn own_tickets(host: &Host) -> Attempt {
    let text = klist::tickets(Session::Own, &host.own_tickets);
    collected(ArtifactKind::Klist, "current.txt", Source::Command("klist".to_owned()), text.into_bytes(), 31)
}

fn lsa_tickets(host: &Host) -> Attempt {
    let text = lsa_tickets::own("alice", &host.lsa_tickets);
    let source = Source::Query("LSA: tickets of this session".to_owned());
    collected(ArtifactKind::LsaTickets, "own.json", source, text.into_bytes(), 3)
}

fn machine_tickets(host: &Host) -> Attempt {
    let source = Source::Command("klist -li 0x3e7".to_owned());
    if host.role == Role::Client {
        return denied(ArtifactKind::Klist, "machine.txt", source);
    }
    let text = klist::tickets(Session::Machine, &host.machine_tickets);
    collected(ArtifactKind::Klist, "machine.txt", source, text.into_bytes(), 34)
}

fn event_log(host: &Host, channel: &str) -> Attempt {
    let file = format!("{channel}.evtx");
    let source = Source::Command(export::command(channel));
    if host.role == Role::Client && channel == "Security" {
        return denied(ArtifactKind::EventLog, &file, source);
    }
    let computer = host.full_name();
    let mut events: Vec<_> = host.events.iter().filter(|event| event.channel == channel).cloned().collect();
    events.sort_by_key(|event| event.time);
    let events: Vec<_> = events.into_iter().map(|event| Event { computer: computer.clone(), ..event }).collect();
    collected(ArtifactKind::EventLog, &file, source, log::write(1, &events), 243)
}

pub(crate) fn ipconfig(host: &Host) -> Attempt {
    let network = Network {
        host: host.name,
        suffix: DNS_DOMAIN,
        address: host.address,
        name_servers: &[NAME_SERVER.1, "10.0.0.11"],
    };
    let source = Source::Command("ipconfig /all".to_owned());
    collected(ArtifactKind::Ipconfig, "ipconfig.txt", source, ipconfig::all(&network).into_bytes(), 58)
}

fn systeminfo(host: &Host) -> Attempt {
    let server = ("Microsoft Windows Server 2022 Standard", "10.0.20348 N/A Build 20348");
    let (product, version) = match host.role {
        Role::WebServer | Role::DomainController | Role::BackEnd => server,
        Role::Client => ("Microsoft Windows 11 Enterprise", "10.0.22631 N/A Build 22631"),
    };
    let role = match host.role {
        Role::WebServer | Role::BackEnd => "Member Server",
        Role::DomainController => "Primary Domain Controller",
        Role::Client => "Member Workstation",
    };
    let role = if host.workgroup.is_some() { "Standalone Server" } else { role };
    let domain = host.workgroup.unwrap_or(DNS_DOMAIN);
    let system = System { host: host.name, domain, product, version, role, address: host.address };
    let source = Source::Command("systeminfo".to_owned());
    collected(ArtifactKind::Systeminfo, "systeminfo.txt", source, systeminfo::text(&system).into_bytes(), 4210)
}

pub(crate) fn lookup(host: &Host, name: &str) -> Attempt {
    let answer = host.dns.answer(&nslookup::full_name(name, DNS_DOMAIN));
    let text = nslookup::lookup(NAME_SERVER, name, DNS_DOMAIN, &answer);
    let source = Source::Command(format!("nslookup {name}"));
    collected(ArtifactKind::Nslookup, &format!("{name}.txt"), source, text.into_bytes(), 44)
}

pub(crate) fn collected(kind: ArtifactKind, file: &str, source: Source, bytes: Vec<u8>, duration_ms: u64) -> Attempt {
    let attempt = absent(kind, file, source, CollectionStatus::Collected, None);
    Attempt { bytes: Some(bytes), duration_ms, ..attempt }
}

fn denied(kind: ArtifactKind, file: &str, source: Source) -> Attempt {
    absent(kind, file, source, CollectionStatus::AccessDenied, Some("Access is denied."))
}

pub(crate) fn absent(
    kind: ArtifactKind,
    file: &str,
    source: Source,
    status: CollectionStatus,
    detail: Option<&str>,
) -> Attempt {
    Attempt {
        kind,
        file_name: file.to_owned(),
        source,
        status,
        bytes: None,
        duration_ms: 3,
        redactions: 0,
        detail: detail.map(str::to_owned),
    }
}
