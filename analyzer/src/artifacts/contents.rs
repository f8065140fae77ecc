//! The content of an artifact of any kind, read by the parser of its kind.

use kerbscope_shared::kind::ArtifactKind;

use crate::artifacts::event_log::EventLog;
use crate::artifacts::iis_config::IisConfig;
use crate::artifacts::iis_redirection::Redirection;
use crate::artifacts::ipconfig::IpConfiguration;
use crate::artifacts::ldif::DirectoryOutput;
use crate::artifacts::nslookup::NameLookup;
use crate::artifacts::parsed::Parsed;
use crate::artifacts::registry::Registry;
use crate::artifacts::setspn::SetspnOutput;
use crate::artifacts::systeminfo::SystemInfo;
use crate::artifacts::tickets::TicketCache;
use crate::artifacts::web_config::WebConfig;
use crate::artifacts::{
    event_log, event_log_xml, iis_config, iis_redirection, ipconfig, klist, ldif, lsa_tickets, nslookup, registry,
    setspn, systeminfo, web_config,
};
use crate::evidence::artifact::Artifact;
use crate::evidence::gap::GapReason;
use crate::evidence::place::ArtifactId;
use crate::formats::text::Text;

/// What an artifact says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nothing was collected.
    Nothing,
    /// The configuration of IIS.
    IisConfig(IisConfig),
    /// Where the configuration of IIS lies.
    IisRedirection(Redirection),
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
    /// `nslookup`
    Nslookup(NameLookup),
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
}

/// An artifact that is not read because the case holds too much text.
pub fn unread(id: ArtifactId, artifact: Artifact) -> ReadArtifact {
    let mut contents = Parsed::whole(Contents::Nothing);
    contents.lose(id.whole(), GapReason::OverLimit("lines of text in a case".to_owned()));
    ReadArtifact { id, artifact, text: None, contents }
}

/// Reads an artifact.
pub fn read(id: ArtifactId, artifact: Artifact) -> ReadArtifact {
    let Some(bytes) = artifact.bytes.clone() else {
        return ReadArtifact { id, artifact, text: None, contents: Parsed::whole(Contents::Nothing) };
    };
    if artifact.kind.is_binary() {
        let contents = match artifact.kind {
            ArtifactKind::EventLog => wrap(event_log::parse(id, &bytes), Contents::EventLog),
            _ => Parsed::whole(Contents::Nothing),
        };
        return ReadArtifact { id, artifact, text: None, contents };
    }
    let text = Text::decode(&bytes, artifact.code_page);
    let mut contents = read_text(id, artifact.kind, &text);
    if let Some(doubt) = &text.doubt {
        contents.lose(id.whole(), GapReason::Undecodable(doubt.clone()));
    }
    ReadArtifact { id, artifact, text: Some(text), contents }
}

fn read_text(id: ArtifactId, kind: ArtifactKind, text: &Text) -> Parsed<Contents> {
    match kind {
        ArtifactKind::IisConfig => wrap(iis_config::parse(id, text), Contents::IisConfig),
        ArtifactKind::IisRedirection => wrap(iis_redirection::parse(id, text), Contents::IisRedirection),
        ArtifactKind::Registry => wrap(registry::parse(id, text), Contents::Registry),
        ArtifactKind::WebConfig => wrap(web_config::parse(id, text), Contents::WebConfig),
        ArtifactKind::Setspn => wrap(setspn::parse(id, text), Contents::Setspn),
        ArtifactKind::Directory => wrap(ldif::parse(id, text), Contents::Directory),
        ArtifactKind::Klist => wrap(klist::parse(id, text), Contents::Tickets),
        ArtifactKind::LsaTickets => wrap(lsa_tickets::parse(id, text), Contents::Tickets),
        ArtifactKind::EventLogXml => wrap(event_log_xml::parse(id, text), Contents::EventLog),
        ArtifactKind::Ipconfig => wrap(ipconfig::parse(id, text), Contents::Ipconfig),
        ArtifactKind::Systeminfo => wrap(systeminfo::parse(id, text), Contents::Systeminfo),
        ArtifactKind::Nslookup => wrap(nslookup::parse(id, text), Contents::Nslookup),
        // A person can read it; nothing is derived from it.
        _ => Parsed::whole(Contents::Nothing),
    }
}

fn wrap<T>(parsed: Parsed<T>, contents: impl FnOnce(T) -> Contents) -> Parsed<Contents> {
    Parsed { value: contents(parsed.value), losses: parsed.losses }
}
