//! All facts of a case: its hosts, the directory, and what happened.

use std::collections::BTreeMap;

use crate::artifacts::audit_policy::Subcategory;
use crate::artifacts::browser_settings::BrowserSettings;
use crate::artifacts::hosts_file::HostsEntry;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::{Cited, Evidence};
use crate::facts::clock::ClockReading;
use crate::facts::directory::Directory;
use crate::facts::events::Happening;
use crate::facts::fact::Fact;
use crate::facts::host::{HostName, Identity, Role};
use crate::facts::iis::Iis;
use crate::facts::names::Names;
use crate::facts::settings::Settings;
use crate::facts::sightings::Sighting;
use crate::facts::tickets::{CacheFacts, HeldTicket};
use crate::facts::traffic::Traffic;

/// What the evidence of a case says together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The hosts of the case.
    pub hosts: BTreeMap<HostName, HostFacts>,
    /// Accounts and SPNs; one directory for the whole case.
    pub directory: Directory,
    /// What happened, in the order of the artifacts.
    pub happenings: Vec<Happening>,
    /// What else was seen in event logs, counted.
    pub sightings: Vec<Sighting>,
}

/// What is known about one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFacts {
    /// Who it is.
    pub identity: Identity,
    /// What it is for.
    pub role: Role,
    /// Its IIS; none where nothing hints at one.
    pub iis: Option<Fact<Iis>>,
    /// What DNS told it.
    pub names: Names,
    /// What its registry says.
    pub settings: Settings,
    /// The tickets for services that were seen on it.
    pub tickets: Vec<HeldTicket>,
    /// The caches that these were in, one for each logon session that was listed.
    pub caches: Vec<CacheFacts>,
    /// The settings of Firefox, one for each profile; none where nobody looked.
    pub firefox: Option<Vec<BrowserSettings>>,
    /// Its clock beside those of domain controllers.
    pub clocks: Vec<ClockReading>,
    /// The state of its secure channel, as Windows errors of which 0 is good; none where nobody asked.
    pub secure_channel: Option<Vec<Cited<u32>>>,
    /// What requests to it came to.
    pub traffic: Traffic,
    /// The entries of its `hosts` file; none where nobody looked.
    pub hosts_file: Option<Vec<HostsEntry>>,
    /// What its Security log is told to record; none where nobody asked.
    pub audit_policy: Option<Vec<Subcategory>>,
    /// Its event logs by channel, in lower case.
    pub logs: BTreeMap<String, Fact<Evidence>>,
}

impl HostFacts {
    /// A host of which only the name is known.
    pub const fn named(name: HostName) -> Self {
        Self {
            identity: Identity::named(name),
            role: Role::Client,
            iis: None,
            names: Names::empty(),
            settings: Settings::empty(),
            tickets: Vec::new(),
            caches: Vec::new(),
            firefox: None,
            clocks: Vec::new(),
            secure_channel: None,
            traffic: Traffic::empty(),
            hosts_file: None,
            audit_policy: None,
            logs: BTreeMap::new(),
        }
    }

    /// Its log of this channel, to say that something did not happen.
    ///
    /// # Errors
    ///
    /// The log is not there, or not all of it.
    pub fn whole_log(&self, channel: &str) -> Result<Evidence, NotKnown> {
        match self.logs.get(&channel.to_lowercase()) {
            Some(log) => log.complete().copied(),
            None => Err(NotKnown::naming(&format!("the {channel} event log of"), self.identity.name.as_str())),
        }
    }
}

impl Facts {
    /// The hosts that run IIS.
    ///
    /// # Errors
    ///
    /// There is none in the case.
    pub fn web_servers(&self) -> Result<Vec<(&HostFacts, &Fact<Iis>)>, NotKnown> {
        let servers: Vec<_> = self.hosts.values().filter_map(|host| Some((host, host.iis.as_ref()?))).collect();
        if servers.is_empty() { Err(NotKnown::until("applicationHost.config of the web server")) } else { Ok(servers) }
    }
}
