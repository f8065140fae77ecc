//! The closed list of artifact kinds; each has one folder of the bundle.

use serde::{Deserialize, Serialize};

/// What an artifact is evidence of, and so which parser reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactKind {
    /// `applicationHost.config` of IIS 7 and later.
    IisConfig,
    /// What `setspn -L`, `-Q` or `-X` printed.
    Setspn,
    /// What `klist` printed: the tickets of one logon session.
    Klist,
    /// A binary event log, `.evtx`.
    EventLog,
    /// What `ipconfig /all` printed.
    Ipconfig,
    /// What `systeminfo` printed.
    Systeminfo,
    /// What `nslookup` printed for one name.
    Nslookup,
}

impl ArtifactKind {
    /// Every kind, in the order in which folders are listed.
    pub const ALL: [Self; 7] =
        [Self::IisConfig, Self::Setspn, Self::Klist, Self::EventLog, Self::Ipconfig, Self::Systeminfo, Self::Nslookup];

    /// The folder of the bundle that holds artifacts of this kind, without a slash.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::IisConfig => "iis",
            Self::Setspn => "setspn",
            Self::Klist => "klist",
            Self::EventLog => "events",
            Self::Ipconfig => "ipconfig",
            Self::Systeminfo => "systeminfo",
            Self::Nslookup => "nslookup",
        }
    }

    /// What a person calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::IisConfig => "IIS configuration",
            Self::Setspn => "setspn output",
            Self::Klist => "Kerberos tickets",
            Self::EventLog => "event log",
            Self::Ipconfig => "IP configuration",
            Self::Systeminfo => "system information",
            Self::Nslookup => "DNS lookup",
        }
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
