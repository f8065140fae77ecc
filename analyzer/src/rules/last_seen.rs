//! When something was last seen in a log, and whether that still describes how things stand.

use std::fmt;

use jiff::Timestamp;

use crate::facts::case_facts::Facts;
use crate::facts::events::Happening;
use crate::facts::host::HostName;

/// How old an event may be, in seconds, to describe how things stand: a day.
const FRESH_SECS: i64 = 24 * 60 * 60;

/// The last of several happenings that tell the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastSeen {
    /// How old the youngest one was.
    pub age: Age,
    /// When it was, if that is known of any.
    time: Option<Timestamp>,
}

/// How old an event was when the bundle of the host that wrote it was collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    /// Young enough to describe how things stand.
    Fresh,
    /// The time of the event, or of collecting, is not known.
    Unknown,
    /// It may tell of something that was mended since.
    Old,
}

impl LastSeen {
    /// Looks at happenings of any hosts; each is compared with the bundle of its own host, since their clocks and the
    /// days of collecting may differ.
    pub fn of(facts: &Facts, happenings: &[&Happening]) -> Self {
        let ages = happenings.iter().map(|happening| age(facts, happening));
        Self {
            age: ages.min().unwrap_or(Age::Unknown),
            time: happenings.iter().filter_map(|happening| happening.time).max(),
        }
    }
}

impl fmt::Display for LastSeen {
    /// The end of a sentence: `, last seen 2026-01-20T07:00:00Z`, or nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.time.map_or(Ok(()), |time| write!(f, ", last seen {time}"))
    }
}

fn age(facts: &Facts, happening: &Happening) -> Age {
    let host = facts.hosts.get(&HostName::new(&happening.computer));
    let collected_at = host.and_then(|host| host.identity.collected_at);
    match collected_at.zip(happening.time) {
        None => Age::Unknown,
        Some((now, then)) if now.as_second().saturating_sub(then.as_second()) <= FRESH_SECS => Age::Fresh,
        Some(_) => Age::Old,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixture::World;

    /// The bundles of the fixture are of 8 o'clock on the 20th.
    fn check(world: &World, expected: Age, words: &str) {
        let facts = world.facts();
        let seen = LastSeen::of(&facts, &facts.happenings.iter().collect::<Vec<_>>());
        assert_eq!((seen.age, seen.to_string().as_str()), (expected, words));
    }

    fn failed(time: &str) -> World {
        World::healthy().pool_failed("P", time)
    }

    #[test]
    fn a_day_is_the_limit() {
        check(&failed("2026-01-19T08:00:00Z"), Age::Fresh, ", last seen 2026-01-19T08:00:00Z");
        check(&failed("2026-01-19T07:59:59Z"), Age::Old, ", last seen 2026-01-19T07:59:59Z");
    }

    #[test]
    fn the_youngest_counts() {
        let old = failed("2026-01-10T08:00:00Z");
        check(&old.clone().pool_failed("P", "no time"), Age::Unknown, ", last seen 2026-01-10T08:00:00Z");
        check(&old.pool_failed("P", "2026-01-20T07:00:00Z"), Age::Fresh, ", last seen 2026-01-20T07:00:00Z");
    }

    #[test]
    fn without_both_times_the_age_is_not_known() {
        check(&failed("no time"), Age::Unknown, "");
        check(&failed("2026-01-10T08:00:00Z").no_time(), Age::Unknown, ", last seen 2026-01-10T08:00:00Z");
        check(&World::healthy(), Age::Unknown, "");
    }

    #[test]
    fn each_event_is_compared_with_the_bundle_of_its_own_host() {
        let on_the_client = World::healthy().ticket_refused("HTTP/intranet.contoso.com");
        check(&on_the_client, Age::Fresh, ", last seen 2026-01-20T08:00:00Z");
        check(
            &on_the_client.collected("CLIENT07", "2026-02-20T08:00:00Z"),
            Age::Old,
            ", last seen 2026-01-20T08:00:00Z",
        );
    }
}
