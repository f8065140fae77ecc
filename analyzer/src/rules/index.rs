//! What rules look up by name again and again, gathered once: a bundle of many thousands of names must stay cheap.

use std::collections::BTreeMap;

use crate::evidence::place::Evidence;
use crate::exchange::outcome::Exchange;
use crate::facts::case_facts::Facts;
use crate::facts::events::{Happening, What};
use crate::facts::host::HostName;
use crate::facts::spn::Spn;
use crate::rules::rule::SitePath;

/// STATUS_OBJECT_NAME_COLLISION: the extended error that tells a duplicate from an unknown name.
pub const NAME_COLLISION: u32 = 0xc000_0035;

/// Records of one kind about one name that become evidence; more of the same say nothing new.
const RECORDS: usize = 10;

/// A case, by the names in it.
#[derive(Clone, Debug, Default)]
pub struct Index<'a> {
    /// Tickets that a server refused, by the name that they were for.
    pub refused: BTreeMap<&'a Spn, Vec<&'a Happening>>,
    /// Tickets that were seen on any host.
    tickets: BTreeMap<&'a Spn, Vec<Evidence>>,
    /// What domain controllers and clients wrote down about names that several accounts hold.
    duplicates: BTreeMap<&'a Spn, Vec<Evidence>>,
    /// Exchanges by the SPN that clients ask for.
    asking: BTreeMap<&'a Spn, Vec<&'a Exchange>>,
    paths: BTreeMap<(&'a HostName, &'a str, &'a str), SitePath<'a>>,
}

impl<'a> Index<'a> {
    /// Gathers the names of a case.
    pub fn of(facts: &'a Facts, exchanges: &'a [Exchange]) -> Self {
        let mut index = Self::default();
        for happening in &facts.happenings {
            index.happening(happening);
        }
        for host in facts.hosts.values() {
            for ticket in &host.tickets {
                index.tickets.entry(&ticket.spn).or_default().push(ticket.at);
            }
            let sites = host.iis.as_ref().and_then(|iis| iis.seen().ok()).into_iter().flat_map(|iis| &iis.sites);
            for (site, path) in sites.flat_map(|site| site.paths.iter().map(move |path| (site, path))) {
                let key = (&host.identity.name, site.name.as_str(), path.path.as_str());
                index.paths.entry(key).or_insert(SitePath { host, site, path });
            }
        }
        for exchange in exchanges {
            if let Some(Ok(request)) = exchange.request.as_ref().map(|request| request.seen()) {
                index.asking.entry(&request.spn).or_default().push(exchange);
            }
        }
        index
    }

    fn happening(&mut self, happening: &'a Happening) {
        match &happening.what {
            What::TicketNotDecrypted { target: Some(target), .. } => {
                self.refused.entry(target).or_default().push(happening);
            }
            What::DuplicateName(name)
            | What::KerberosError { code: 7, extended: Some(NAME_COLLISION), target: Some(name) } => {
                self.duplicates.entry(name).or_default().push(happening.at);
            }
            _ => {}
        }
    }

    /// Records in which a server refused a ticket for this name.
    pub fn refused_tickets(&self, spn: &Spn) -> impl Iterator<Item = Evidence> {
        self.refused.get(spn).into_iter().flatten().map(|happening| happening.at).take(RECORDS)
    }

    /// Tickets for this name that were seen on any host: clients did ask for it, and got it.
    pub fn tickets_for(&self, spn: &Spn) -> impl Iterator<Item = Evidence> {
        self.tickets.get(spn).into_iter().flatten().copied().take(RECORDS)
    }

    /// Records that tell of several holders of this name.
    pub fn told_duplicates(&self, spn: &Spn) -> impl Iterator<Item = Evidence> {
        self.duplicates.get(spn).into_iter().flatten().copied().take(RECORDS)
    }

    /// Names of which somebody wrote down that several accounts hold them.
    pub fn told_of_duplicates(&self) -> impl Iterator<Item = &'a Spn> {
        self.duplicates.keys().copied()
    }

    /// The exchanges in which clients ask for this name.
    pub fn asking(&self, spn: &Spn) -> impl Iterator<Item = &'a Exchange> {
        self.asking.get(spn).into_iter().flatten().copied()
    }

    /// The path that an exchange is about.
    pub fn path_of(&self, exchange: &Exchange) -> Option<SitePath<'a>> {
        self.paths.get(&(&exchange.host, exchange.site.as_str(), exchange.path.as_str())).copied()
    }
}
