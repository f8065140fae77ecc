//! What requests to a web server came to: in the logs of its sites, in the log of HTTP.sys, and when it was asked itself.

use kerbscope_shared::manifest::CollectionStatus;

use crate::artifacts::contents::ReadArtifact;
use crate::artifacts::http_err_log::{HttpErrLog, Refused};
use crate::artifacts::http_head::HttpHead;
use crate::artifacts::w3c_log::{Request, W3cLog};
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::fact::Fact;

/// The traffic of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The logs of its sites.
    pub logs: Vec<SiteLog>,
    /// What HTTP.sys refused; none where nobody looked.
    pub refused: Option<Fact<RefusedRequests>>,
    /// What its bindings answered to somebody who had not signed in.
    pub heads: Vec<HttpHead>,
}

/// The log of one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteLog {
    /// The number of the site, where it is known.
    pub site: Option<u32>,
    /// The log.
    pub at: Evidence,
    /// Whether all of the days that were wanted is there.
    pub is_whole: bool,
    /// Whether requests come with their sub-status.
    pub has_sub_status: bool,
    /// The requests.
    pub requests: Vec<Request>,
}

/// What HTTP.sys refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRequests {
    /// The log.
    pub at: Evidence,
    /// The requests.
    pub requests: Vec<Refused>,
}

impl Traffic {
    /// Nobody looked.
    pub const fn empty() -> Self {
        Self { logs: Vec::new(), refused: None, heads: Vec::new() }
    }

    /// Adds the log of a site. That there is none where it should be is a log without requests.
    pub fn log(&mut self, log: &W3cLog, read: &ReadArtifact) {
        self.logs.push(SiteLog {
            site: read.artifact.source.as_deref().and_then(site).or_else(|| site(&read.artifact.path)),
            at: read.id.whole(),
            is_whole: is_whole(read),
            has_sub_status: log.has_sub_status || log.requests.is_empty(),
            requests: log.requests.clone(),
        });
    }

    /// Adds the log of HTTP.sys.
    pub fn refusals(&mut self, log: &HttpErrLog, read: &ReadArtifact) {
        let mut requests = log.requests.clone();
        let mut is_whole = self::is_whole(read);
        if let Some(known) = self.refused.take() {
            is_whole &= known.complete().is_ok();
            requests.extend(known.seen().map(|known| known.requests.clone()).unwrap_or_default());
        }
        let refused = RefusedRequests { at: read.id.whole(), requests };
        self.refused = Some(if is_whole {
            Fact::Known(refused)
        } else {
            Fact::Partial(refused, NotKnown::until("the whole log of HTTP.sys (HTTPERR)"))
        });
    }

    /// The requests to a site, in all of its logs. A log that does not say whose it is counts when it is the only one.
    pub fn of_site(&self, id: Option<u32>) -> impl Iterator<Item = &SiteLog> {
        let is_alone = self.logs.len() == 1;
        self.logs.iter().filter(move |log| match log.site {
            Some(site) => id == Some(site),
            None => is_alone,
        })
    }
}

/// Whether what is absent from a log did not happen; a log that is not there holds nothing.
fn is_whole(read: &ReadArtifact) -> bool {
    read.is_whole() || read.artifact.status == CollectionStatus::NotPresent
}

/// `…\W3SVC2\u_ex*.log` is of the site with the number 2.
fn site(path: &str) -> Option<u32> {
    path.split(['\\', '/', '.', '-']).find_map(|part| {
        let (prefix, number) = part.split_at_checked(5)?;
        number.parse().ok().filter(|_| prefix.eq_ignore_ascii_case("W3SVC"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(site: Option<u32>) -> SiteLog {
        let at = crate::evidence::place::ArtifactId(0).whole();
        SiteLog { site, at, is_whole: true, has_sub_status: true, requests: Vec::new() }
    }

    #[test]
    fn the_folder_of_a_log_names_its_site() {
        for path in [r"C:\inetpub\logs\LogFiles\W3SVC2\u_ex*.log", "w3c/W3SVC2.log", "logs/w3svc2/u_ex260302.log"] {
            assert_eq!(site(path), Some(2), "{path}");
        }
        for path in ["", r"C:\W3SVC\ex.log", r"C:\logs\u_ex260302.log", "W3SVCx"] {
            assert_eq!(site(path), None, "{path}");
        }
    }

    #[test]
    fn a_log_that_names_no_site_counts_when_it_is_the_only_one() {
        let named = Traffic { logs: vec![log(Some(1)), log(Some(2)), log(None)], ..Traffic::empty() };
        assert_eq!(named.of_site(Some(2)).count(), 1);
        assert_eq!(named.of_site(Some(3)).count(), 0);
        let alone = Traffic { logs: vec![log(None)], ..Traffic::empty() };
        assert_eq!((alone.of_site(Some(2)).count(), alone.of_site(None).count()), (1, 1));
    }
}
