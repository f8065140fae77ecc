//! The content of an artifact of any kind, read by the parser of its kind.

use std::sync::Arc;

use kerbscope_shared::kind::ArtifactKind;
#[cfg(test)]
use kerbscope_shared::{manifest::CollectionStatus, read::Integrity};

use crate::artifacts::adsutil::AdsutilOutput;
use crate::artifacts::appcmd::Object;
use crate::artifacts::audit_policy::Subcategory;
use crate::artifacts::browser_settings::BrowserSettings;
use crate::artifacts::event_channel::EventChannel;
use crate::artifacts::event_log::EventLog;
use crate::artifacts::hosts_file::HostsEntry;
use crate::artifacts::http_err_log::HttpErrLog;
use crate::artifacts::http_head::HttpHead;
use crate::artifacts::iis_config::IisConfig;
use crate::artifacts::iis_redirection::Redirection;
use crate::artifacts::ipconfig::IpConfiguration;
use crate::artifacts::ldif::DirectoryOutput;
use crate::artifacts::metabase::Metabase;
use crate::artifacts::netlogon_log::NetlogonLog;
use crate::artifacts::nltest::NltestOutput;
use crate::artifacts::nslookup::NameLookup;
use crate::artifacts::parsed::Parsed;
use crate::artifacts::registry::Registry;
use crate::artifacts::setspn::SetspnOutput;
use crate::artifacts::systeminfo::SystemInfo;
use crate::artifacts::tasklist::Process;
use crate::artifacts::tickets::TicketCache;
use crate::artifacts::w3c_log::W3cLog;
use crate::artifacts::w32tm::W32tmOutput;
use crate::artifacts::web_config::WebConfig;
use crate::artifacts::{
    adsutil, appcmd, audit_policy, browser_settings, csvde, event_channel, event_log, event_log_legacy, event_log_text,
    event_log_xml, hosts_file, http_err_log, http_head, iis_config, iis_config_list, iis_redirection, ipconfig, klist,
    ldif, lsa_tickets, metabase, netlogon_log, nltest, nslookup, registry, resolve_dns_name, setspn, systeminfo,
    tasklist, w3c_log, w32tm, web_config,
};
use crate::evidence::artifact::Artifact;
use crate::evidence::gap::GapReason;
use crate::evidence::place::ArtifactId;
use crate::formats::text::{Text, is_garbled};

/// What an artifact says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nothing was collected.
    Nothing,
    /// The configuration of IIS.
    IisConfig(IisConfig),
    /// Where the configuration of IIS lies.
    IisRedirection(Redirection),
    /// The metabase of IIS 6.
    Metabase(Metabase),
    /// `adsutil.vbs`
    Adsutil(AdsutilOutput),
    /// Registry keys.
    Registry(Registry),
    /// The configuration of one application.
    WebConfig(WebConfig),
    /// `setspn`
    Setspn(SetspnOutput),
    /// Entries of the directory.
    Directory(DirectoryOutput),
    /// The tickets of each logon session, by `klist` or by LSA.
    Tickets(Vec<TicketCache>),
    /// An event log.
    EventLog(EventLog),
    /// `ipconfig /all`
    Ipconfig(IpConfiguration),
    /// `systeminfo`
    Systeminfo(SystemInfo),
    /// `nslookup` or `Resolve-DnsName`
    Nslookup(NameLookup),
    /// The log of a site.
    W3cLog(W3cLog),
    /// The log of HTTP.sys.
    HttpErrLog(HttpErrLog),
    /// Heads of HTTP responses.
    HttpHeads(Vec<HttpHead>),
    /// `nltest`
    Nltest(NltestOutput),
    /// `w32tm`
    W32tm(W32tmOutput),
    /// `netlogon.log`
    NetlogonLog(NetlogonLog),
    /// `tasklist`
    Tasklist(Vec<Process>),
    /// The `hosts` file.
    HostsFile(Vec<HostsEntry>),
    /// The state of an event channel.
    EventChannel(EventChannel),
    /// What is audited.
    AuditPolicy(Vec<Subcategory>),
    /// `appcmd list`
    Appcmd(Vec<Object>),
    /// Settings of Firefox.
    BrowserSettings(BrowserSettings),
}

/// An artifact with what it says.
#[derive(Clone, Debug)]
pub struct ReadArtifact {
    /// Its number in the case.
    pub id: ArtifactId,
    /// How it came.
    pub artifact: Artifact,
    /// Its lines, if it is text.
    pub text: Option<Text>,
    /// What it says.
    pub contents: Parsed<Contents>,
}

impl ReadArtifact {
    /// Whether all of it is there and was understood, so that what is absent from it is absent indeed.
    pub fn is_whole(&self) -> bool {
        self.artifact.is_whole() && self.contents.is_whole()
    }

    /// For tests of what is made of it: an artifact that a bundle brought like this; without a text, nothing came.
    #[cfg(test)]
    pub fn brought(
        id: u32,
        kind: ArtifactKind,
        source: Option<&str>,
        status: CollectionStatus,
        text: Option<&str>,
    ) -> Self {
        let artifact = Artifact {
            bundle: 0,
            kind,
            path: "a".to_owned(),
            source: source.map(str::to_owned),
            status,
            length: text.map(|text| text.len() as u64),
            bytes: None,
            integrity: Integrity::Intact,
            code_page: None,
        };
        read(ArtifactId(id), artifact, text.unwrap_or_default().as_bytes().to_vec())
    }
}

/// An artifact that is not read because the case holds too much text.
pub fn unread(id: ArtifactId, mut artifact: Artifact, bytes: Vec<u8>) -> ReadArtifact {
    artifact.bytes = artifact.length.map(|_| Arc::from(bytes));
    let mut contents = Parsed::whole(Contents::Nothing);
    contents.lose(id.whole(), GapReason::OverLimit("lines of text in a case".to_owned()));
    ReadArtifact { id, artifact, text: None, contents }
}

/// An event log that was read while its bundle was opened.
pub fn of_log(id: ArtifactId, artifact: Artifact, mut log: Parsed<EventLog>) -> ReadArtifact {
    log.settle(id);
    let mut contents = wrap(log, Contents::EventLog);
    if artifact.kind != ArtifactKind::EventLog {
        contents = Parsed::whole(Contents::Nothing);
        let what = format!("it is an event log, and the manifest says {}", artifact.kind.folder());
        contents.lose(id.whole(), GapReason::Undecodable(what));
    }
    ReadArtifact { id, artifact, text: None, contents }
}

/// Reads an artifact: these are its bytes, if any came.
pub fn read(id: ArtifactId, mut artifact: Artifact, bytes: Vec<u8>) -> ReadArtifact {
    if artifact.length.is_none() {
        return ReadArtifact { id, artifact, text: None, contents: Parsed::whole(Contents::Nothing) };
    }
    if artifact.kind.is_binary() {
        let contents = match artifact.kind {
            ArtifactKind::EventLog => wrap(event_log::parse(id, &bytes), Contents::EventLog),
            ArtifactKind::EventLogLegacy => wrap(event_log_legacy::parse(id, &bytes), Contents::EventLog),
            _ => Parsed::whole(Contents::Nothing),
        };
        artifact.bytes = Some(Arc::from(bytes));
        return ReadArtifact { id, artifact, text: None, contents };
    }
    let text = Text::decode(&bytes, artifact.code_page);
    // A case may hold hundreds of megabytes of text: once is enough.
    drop(bytes);
    let mut contents = read_text(id, artifact.kind, &text);
    if let Some(doubt) = &text.doubt {
        contents.lose(id.whole(), GapReason::Undecodable(doubt.clone()));
    }
    // Messages of events are written by anybody, and may hold anything.
    let garbled = text.numbered().find(|(_, line)| artifact.kind != ArtifactKind::EventLogXml && is_garbled(line));
    if let Some((number, _)) = garbled {
        contents.lose(id.line(number), GapReason::Damaged("characters that no tool prints".to_owned()));
    }
    ReadArtifact { id, artifact, text: Some(text), contents }
}

fn read_text(id: ArtifactId, kind: ArtifactKind, text: &Text) -> Parsed<Contents> {
    match kind {
        ArtifactKind::IisConfig | ArtifactKind::Appcmd if iis_config_list::recognizes(text) => {
            wrap(iis_config_list::parse(id, text), Contents::IisConfig)
        }
        ArtifactKind::IisConfig => wrap(iis_config::parse(id, text), Contents::IisConfig),
        ArtifactKind::IisRedirection => wrap(iis_redirection::parse(id, text), Contents::IisRedirection),
        ArtifactKind::Metabase => wrap(metabase::parse(id, text), Contents::Metabase),
        ArtifactKind::Adsutil => wrap(adsutil::parse(id, text), Contents::Adsutil),
        ArtifactKind::Registry => wrap(registry::parse(id, text), Contents::Registry),
        ArtifactKind::WebConfig => wrap(web_config::parse(id, text), Contents::WebConfig),
        ArtifactKind::Setspn => wrap(setspn::parse(id, text), Contents::Setspn),
        ArtifactKind::Directory if csvde::recognizes(text) => wrap(csvde::parse(id, text), Contents::Directory),
        ArtifactKind::Directory => wrap(ldif::parse(id, text), Contents::Directory),
        ArtifactKind::Klist => wrap(klist::parse(id, text), Contents::Tickets),
        ArtifactKind::LsaTickets => wrap(lsa_tickets::parse(id, text), Contents::Tickets),
        ArtifactKind::EventLogXml if !event_log_xml::recognizes(text) && event_log_text::recognizes(text) => {
            wrap(event_log_text::parse(id, text), Contents::EventLog)
        }
        ArtifactKind::EventLogXml => wrap(event_log_xml::parse(id, text), Contents::EventLog),
        ArtifactKind::Ipconfig => wrap(ipconfig::parse(id, text), Contents::Ipconfig),
        ArtifactKind::Systeminfo => wrap(systeminfo::parse(id, text), Contents::Systeminfo),
        ArtifactKind::Nslookup if resolve_dns_name::recognizes(text) => {
            wrap(resolve_dns_name::parse(id, text), Contents::Nslookup)
        }
        ArtifactKind::Nslookup => wrap(nslookup::parse(id, text), Contents::Nslookup),
        _ => read_state(id, kind, text),
    }
}

/// What logs and tools say about the state of a host and its traffic.
fn read_state(id: ArtifactId, kind: ArtifactKind, text: &Text) -> Parsed<Contents> {
    match kind {
        ArtifactKind::W3cLog => wrap(w3c_log::parse(id, text), Contents::W3cLog),
        ArtifactKind::HttpErrLog => wrap(http_err_log::parse(id, text), Contents::HttpErrLog),
        ArtifactKind::HttpHead => wrap(http_head::parse(id, text), Contents::HttpHeads),
        ArtifactKind::Nltest => wrap(nltest::parse(id, text), Contents::Nltest),
        ArtifactKind::W32tm => wrap(w32tm::parse(id, text), Contents::W32tm),
        ArtifactKind::NetlogonLog => wrap(netlogon_log::parse(id, text), Contents::NetlogonLog),
        ArtifactKind::Tasklist => wrap(tasklist::parse(id, text), Contents::Tasklist),
        ArtifactKind::HostsFile => wrap(hosts_file::parse(id, text), Contents::HostsFile),
        ArtifactKind::EventChannel => wrap(event_channel::parse(id, text), Contents::EventChannel),
        ArtifactKind::AuditPolicy => wrap(audit_policy::parse(id, text), Contents::AuditPolicy),
        ArtifactKind::Appcmd => wrap(appcmd::parse(id, text), Contents::Appcmd),
        ArtifactKind::BrowserSettings => wrap(browser_settings::parse(id, text), Contents::BrowserSettings),
        // A person can read it; nothing is derived from it.
        _ => Parsed::whole(Contents::Nothing),
    }
}

fn wrap<T>(parsed: Parsed<T>, contents: impl FnOnce(T) -> Contents) -> Parsed<Contents> {
    Parsed { value: contents(parsed.value), losses: parsed.losses }
}
