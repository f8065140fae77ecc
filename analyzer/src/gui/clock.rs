//! The clock that times are told by: UTC, that of the host, or that of this computer; always with its name.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::timeline::columns::{Micros, NO_TIME, Span};

/// Whose clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// Nobody's, and the same everywhere.
    #[default]
    Utc,
    /// That of the host, as it stood when the bundle was collected.
    Host,
    /// That of this computer.
    Local,
}

impl Zone {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Utc, Self::Host, Self::Local];
}

/// The clock of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostClock {
    /// Its name.
    pub host: String,
    /// Minutes that it is ahead of UTC.
    pub minutes: i32,
}

/// A clock.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: TimeZone,
    /// Its name, to stand beside every time.
    pub name: String,
    /// What to know about it.
    pub hint: String,
}

impl Clock {
    /// The one that is always known.
    pub fn utc() -> Self {
        Self {
            zone: TimeZone::UTC,
            name: "UTC".to_owned(),
            hint: "Coordinated universal time, as event logs have it".to_owned(),
        }
    }

    /// The clock of a zone; that of a host only where its bundle tells it.
    pub fn of(zone: Zone, host: Option<&HostClock>) -> Option<Self> {
        match zone {
            Zone::Utc => Some(Self::utc()),
            Zone::Host => {
                let HostClock { host, minutes } = host?;
                let offset = Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
                Some(Self {
                    zone: TimeZone::fixed(offset),
                    name: format!("{host}, {}", ahead(*minutes)),
                    hint: format!(
                        "As the clock of {host} stood when the bundle was collected. Before daylight saving time began \
                         or ended, it stood an hour beside it."
                    ),
                })
            }
            Zone::Local => {
                let zone = TimeZone::system();
                let name = zone.iana_name().map_or_else(|| "here".to_owned(), |name| format!("here, {name}"));
                Some(Self { zone, name, hint: "The clock of this computer".to_owned() })
            }
        }
    }

    /// A moment, to the millisecond; nothing where nobody knows it.
    pub fn time(&self, micros: Micros) -> String {
        self.told(micros, "%Y-%m-%d %H:%M:%S%.3f")
    }

    /// A moment, to the second.
    pub fn second(&self, micros: Micros) -> String {
        self.told(micros, "%Y-%m-%d %H:%M:%S")
    }

    /// A moment as short as the span allows within which it lies.
    pub fn short(&self, micros: Micros, within: Span) -> String {
        const DAY: Micros = 86_400_000_000;
        let form = match within.micros() {
            long if long > 300 * DAY => "%Y-%m-%d",
            days if days > 2 * DAY => "%m-%d %H:%M",
            _ => "%H:%M:%S",
        };
        self.told(micros, form)
    }

    fn told(&self, micros: Micros, form: &str) -> String {
        if micros == NO_TIME {
            return String::new();
        }
        let Ok(time) = Timestamp::from_microsecond(micros) else { return String::new() };
        time.to_zoned(self.zone.clone()).strftime(form).to_string()
    }
}

/// `UTC+01:00`
fn ahead(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-02 08:15:00.123 UTC
    const MOMENT: Micros = 1_772_439_300_123_000;

    #[test]
    fn every_clock_tells_the_same_moment_and_its_name() {
        let utc = Clock::of(Zone::Utc, None).expect("is always known");
        assert_eq!((utc.time(MOMENT).as_str(), utc.name.as_str()), ("2026-03-02 08:15:00.123", "UTC"));
        let berlin = HostClock { host: "WEB01".to_owned(), minutes: 60 };
        let host = Clock::of(Zone::Host, Some(&berlin)).expect("is told");
        assert_eq!((host.second(MOMENT).as_str(), host.name.as_str()), ("2026-03-02 09:15:00", "WEB01, UTC+01:00"));
        let lima = HostClock { host: "X".to_owned(), minutes: -330 };
        let host = Clock::of(Zone::Host, Some(&lima)).expect("is told");
        assert_eq!((host.second(MOMENT).as_str(), host.name.as_str()), ("2026-03-02 02:45:00", "X, UTC-05:30"));
        assert!(Clock::of(Zone::Local, None).is_some_and(|local| local.name.starts_with("here")));
    }

    #[test]
    fn a_clock_that_nobody_tells_is_not_invented() {
        assert!(Clock::of(Zone::Host, None).is_none());
        let absurd = HostClock { host: "X".to_owned(), minutes: i32::MAX };
        assert!(Clock::of(Zone::Host, Some(&absurd)).is_none());
        assert_eq!(Clock::of(Zone::Utc, None).expect("is known").time(NO_TIME), "");
        assert_eq!(Clock::of(Zone::Utc, None).expect("is known").time(Micros::MAX), "");
    }
}
