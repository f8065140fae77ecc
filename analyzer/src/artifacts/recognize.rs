//! What a loose file is, by its content: names of files that customers send mean nothing.

use kerbscope_shared::kind::ArtifactKind;

use crate::artifacts::{
    adsutil, appcmd, audit_policy, browser_settings, csvde, event_channel, event_log_text, event_log_xml, hosts_file,
    http_err_log, http_head, iis_config, iis_config_list, iis_redirection, ipconfig, klist, ldif, lsa_tickets,
    metabase, netlogon_log, nltest, nslookup, registry, resolve_dns_name, setspn, systeminfo, tasklist, w3c_log, w32tm,
    web_config,
};
use crate::formats::evt::is_evt;
use crate::formats::evtx::log::is_evtx;
use crate::formats::sealed;
use crate::formats::text::Text;

/// Bytes that are looked at; every format shows itself much earlier.
const HEAD: usize = 1 << 20;

/// Whether a text is of one kind.
type Recognizer = fn(&Text) -> bool;

/// The kinds of text, and who knows them.
const TEXTS: &[(ArtifactKind, Recognizer)] = &[
    (ArtifactKind::Adsutil, adsutil::recognizes),
    (ArtifactKind::Directory, ldif::recognizes),
    (ArtifactKind::Directory, csvde::recognizes),
    (ArtifactKind::EventLogXml, event_log_xml::recognizes),
    (ArtifactKind::IisConfig, iis_config::recognizes),
    (ArtifactKind::IisConfig, iis_config_list::recognizes),
    (ArtifactKind::IisRedirection, iis_redirection::recognizes),
    (ArtifactKind::Ipconfig, ipconfig::recognizes),
    (ArtifactKind::Klist, klist::recognizes),
    (ArtifactKind::LsaTickets, lsa_tickets::recognizes),
    (ArtifactKind::Metabase, metabase::recognizes),
    (ArtifactKind::Nslookup, nslookup::recognizes),
    (ArtifactKind::Registry, registry::recognizes),
    (ArtifactKind::Setspn, setspn::recognizes),
    (ArtifactKind::Systeminfo, systeminfo::recognizes),
    (ArtifactKind::WebConfig, web_config::recognizes),
    (ArtifactKind::Nslookup, resolve_dns_name::recognizes),
    (ArtifactKind::W3cLog, w3c_log::recognizes),
    (ArtifactKind::HttpErrLog, http_err_log::recognizes),
    (ArtifactKind::HttpHead, http_head::recognizes),
    (ArtifactKind::Nltest, nltest::recognizes),
    (ArtifactKind::W32tm, w32tm::recognizes),
    (ArtifactKind::NetlogonLog, netlogon_log::recognizes),
    (ArtifactKind::Tasklist, tasklist::recognizes),
    (ArtifactKind::EventChannel, event_channel::recognizes),
    (ArtifactKind::AuditPolicy, audit_policy::recognizes),
    (ArtifactKind::Appcmd, appcmd::recognizes),
    (ArtifactKind::BrowserSettings, browser_settings::recognizes),
    (ArtifactKind::EventLogXml, event_log_text::recognizes),
    (ArtifactKind::HostsFile, hosts_file::recognizes),
];

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognized {
    /// One kind of evidence.
    Artifact(ArtifactKind),
    /// A zip inside the bundle; it is not opened.
    NestedZip,
    /// An encrypted file inside the bundle; it is not opened.
    Sealed,
    /// Nothing at all.
    Empty,
    /// Nobody knows.
    Unknown,
}

/// Asks each format whether it knows the content.
pub fn recognize(bytes: &[u8]) -> Recognized {
    if bytes.is_empty() {
        return Recognized::Empty;
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Recognized::NestedZip;
    }
    if sealed::is_sealed(bytes) {
        return Recognized::Sealed;
    }
    if is_evtx(bytes) {
        return Recognized::Artifact(ArtifactKind::EventLog);
    }
    if is_evt(bytes) {
        return Recognized::Artifact(ArtifactKind::EventLogLegacy);
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let text = Text::decode(head, None);
    let known = TEXTS.iter().find(|(_, recognizes)| recognizes(&text));
    known.map_or(Recognized::Unknown, |(kind, _)| Recognized::Artifact(*kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_evidence_is_said_to_be_unknown() {
        assert_eq!(recognize(b""), Recognized::Empty);
        assert_eq!(recognize(b"PK\x03\x04..."), Recognized::NestedZip);
        assert_eq!(recognize(b"age-encryption.org/v1\n-> X25519 "), Recognized::Sealed);
        assert_eq!(recognize(b"\x00\x01\x02\x03"), Recognized::Unknown);
        assert_eq!(recognize(b"Dear support, it does not work."), Recognized::Unknown);
    }
}
