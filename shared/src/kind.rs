//! The closed list of artifact kinds; each has one folder of the bundle.

use serde::{Deserialize, Serialize};

/// What an artifact is evidence of, and so which parser reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactKind {
    /// `applicationHost.config` of IIS 7 and later.
    IisConfig,
    /// `redirection.config`: whether the configuration of IIS lies on a share, and where.
    IisRedirection,
    /// The security sections of the `web.config` of one application.
    WebConfig,
    /// `MetaBase.xml` of IIS 6.
    Metabase,
    /// What `adsutil.vbs` printed: settings of the metabase of IIS 5 and 6.
    Adsutil,
    /// What `appcmd list` printed.
    Appcmd,
    /// What `tasklist` printed: worker processes and their owners.
    Tasklist,
    /// What `setspn -L`, `-Q` or `-X` printed.
    Setspn,
    /// Entries of the directory as LDIF (RFC 2849), with what was asked and how it ended in comments.
    Directory,
    /// What `klist` printed: the tickets of one logon session.
    Klist,
    /// Logon sessions and their tickets as LSA reports them, as JSON, without session keys.
    LsaTickets,
    /// A binary event log, `.evtx`.
    EventLog,
    /// Events as XML, one `<Event>` after the other.
    EventLogXml,
    /// A binary event log of Windows 2000 to 2003, `.evt`.
    EventLogLegacy,
    /// What `wevtutil gl`, `gli` or `qe` printed: whether a channel is enabled, and how far back it goes.
    EventChannel,
    /// What `auditpol` printed: which events the Security log can hold at all.
    AuditPolicy,
    /// Registry keys with typed values, in the format of `reg export` (version 5.00).
    Registry,
    /// The end of `netlogon.log`.
    NetlogonLog,
    /// Failed requests and their neighbors from a W3C log of IIS, without query strings and cookies.
    W3cLog,
    /// Failed requests and their neighbors from a log of HTTP.sys, without query strings.
    HttpErrLog,
    /// What `w32tm` printed: the time service and its offset.
    W32tm,
    /// What `nltest` printed: secure channel, domain controllers and trusts.
    Nltest,
    /// The `hosts` file.
    HostsFile,
    /// Heads of HTTP responses: what a binding of this server really offers.
    HttpHead,
    /// The lines of a browser's settings that concern integrated authentication.
    BrowserSettings,
    /// What `ipconfig /all` printed.
    Ipconfig,
    /// What `systeminfo` printed.
    Systeminfo,
    /// What `nslookup` printed for one name.
    Nslookup,
}

impl ArtifactKind {
    /// Every kind, in the order in which folders are listed.
    pub const ALL: [Self; 28] = [
        Self::IisConfig,
        Self::IisRedirection,
        Self::WebConfig,
        Self::Metabase,
        Self::Adsutil,
        Self::Appcmd,
        Self::Tasklist,
        Self::Setspn,
        Self::Directory,
        Self::Klist,
        Self::LsaTickets,
        Self::EventLog,
        Self::EventLogXml,
        Self::EventLogLegacy,
        Self::EventChannel,
        Self::AuditPolicy,
        Self::Registry,
        Self::NetlogonLog,
        Self::W3cLog,
        Self::HttpErrLog,
        Self::W32tm,
        Self::Nltest,
        Self::HostsFile,
        Self::HttpHead,
        Self::BrowserSettings,
        Self::Ipconfig,
        Self::Systeminfo,
        Self::Nslookup,
    ];

    /// The folder of the bundle that holds artifacts of this kind, without a slash.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::IisConfig => "iis",
            Self::IisRedirection => "iis-redirection",
            Self::WebConfig => "web-config",
            Self::Metabase => "metabase",
            Self::Adsutil => "adsutil",
            Self::Appcmd => "appcmd",
            Self::Tasklist => "tasklist",
            Self::Setspn => "setspn",
            Self::Directory => "directory",
            Self::Klist => "klist",
            Self::LsaTickets => "tickets",
            Self::EventLog => "events",
            Self::EventLogXml => "events-xml",
            Self::EventLogLegacy => "events-evt",
            Self::EventChannel => "channels",
            Self::AuditPolicy => "auditpol",
            Self::Registry => "registry",
            Self::NetlogonLog => "netlogon",
            Self::W3cLog => "w3c",
            Self::HttpErrLog => "httperr",
            Self::W32tm => "w32tm",
            Self::Nltest => "nltest",
            Self::HostsFile => "hosts",
            Self::HttpHead => "http-head",
            Self::BrowserSettings => "browser",
            Self::Ipconfig => "ipconfig",
            Self::Systeminfo => "systeminfo",
            Self::Nslookup => "nslookup",
        }
    }

    /// What a person calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::IisConfig => "IIS configuration",
            Self::IisRedirection => "IIS shared configuration",
            Self::WebConfig => "application configuration",
            Self::Metabase => "IIS 6 metabase",
            Self::Adsutil => "metabase listing",
            Self::Appcmd => "appcmd output",
            Self::Tasklist => "worker processes",
            Self::Setspn => "setspn output",
            Self::Directory => "directory entries",
            Self::Klist => "Kerberos tickets",
            Self::LsaTickets => "Kerberos tickets by LSA",
            Self::EventLog => "event log",
            Self::EventLogXml => "event log as XML or text",
            Self::EventLogLegacy => "event log of Windows 2003",
            Self::EventChannel => "event channel state",
            Self::AuditPolicy => "audit policy",
            Self::Registry => "registry values",
            Self::NetlogonLog => "Netlogon log",
            Self::W3cLog => "IIS log",
            Self::HttpErrLog => "HTTP.sys error log",
            Self::W32tm => "time service",
            Self::Nltest => "secure channel and trusts",
            Self::HostsFile => "hosts file",
            Self::HttpHead => "HTTP responses",
            Self::BrowserSettings => "browser settings",
            Self::Ipconfig => "IP configuration",
            Self::Systeminfo => "system information",
            Self::Nslookup => "DNS lookup",
        }
    }

    /// Whether its bytes are no text.
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::EventLog | Self::EventLogLegacy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_folder_of_its_own() {
        let folders: std::collections::BTreeSet<_> = ArtifactKind::ALL.map(ArtifactKind::folder).into();
        assert_eq!(folders.len(), ArtifactKind::ALL.len());
    }
}
