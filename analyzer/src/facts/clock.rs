//! The clock of a host beside that of a domain controller.

use jiff::Timestamp;

use crate::artifacts::ldif::DirectoryAnswer;
use crate::artifacts::w32tm::W32tmOutput;
use crate::evidence::place::Evidence;
use crate::facts::directory_time::{digits, local, millis_between};

/// A server tells its time in whole seconds.
const RESOLUTION_MS: i64 = 1_000;

/// How far the clock of a server was ahead of that of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// Whose clock it was.
    pub server: String,
    /// The least that it can have been ahead, in milliseconds; negative when it was behind.
    pub least_ms: i64,
    /// The most that it can have been ahead.
    pub most_ms: i64,
    /// Where both clocks stand.
    pub at: Evidence,
}

impl ClockReading {
    /// Compares the clock of a server, which told it between two moments of the host's own clock.
    pub fn between(server: String, told: Timestamp, before: Timestamp, after: Timestamp, at: Evidence) -> Self {
        let least_ms = millis_between(after, told);
        let most_ms = millis_between(before, told).saturating_add(RESOLUTION_MS);
        Self { server, least_ms, most_ms: most_ms.max(least_ms), at }
    }

    /// The reading in an answer of the directory server about itself, if it is one.
    pub fn of(answer: &DirectoryAnswer) -> Option<Self> {
        let root = answer.entries.first().filter(|entry| entry.dn.value.is_empty())?;
        let told = root.text("currentTime")?;
        let clock = |name| answer.remark(name).and_then(|remark| Some((local(&remark.value)?, remark.at)));
        let ((before, at), (after, _)) = (clock("local-time-before")?, clock("local-time-after")?);
        let server = root.text("dnsHostName").map(|name| name.value.to_lowercase());
        let server = server.or_else(|| Some(answer.remark("server")?.value.clone())).unwrap_or_default();
        Some(Self::between(server, digits(told.value)?, before, after, at.through(told.at)))
    }

    /// What `w32tm` measured: the sample nearest to the middle, for the network may delay some. It measures from a host
    /// to a server, to the thousandth of a second.
    pub fn sampled(output: &W32tmOutput) -> Option<Self> {
        let mut samples: Vec<_> = output.offsets_ms.iter().collect();
        samples.sort_by_key(|sample| sample.value);
        let middle = samples.get(samples.len() / 2)?;
        let server = output.target.as_ref()?.value.clone();
        Some(Self { server, least_ms: middle.value, most_ms: middle.value, at: middle.at })
    }

    /// How far apart the clocks were at least, in either direction, in seconds.
    pub const fn apart_secs(&self) -> i64 {
        let apart_ms = if self.least_ms > 0 {
            self.least_ms
        } else if self.most_ms < 0 {
            self.most_ms.saturating_neg()
        } else {
            0
        };
        apart_ms.div_euclid(1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::ldif;
    use crate::artifacts::w32tm;
    use crate::evidence::place::ArtifactId;
    use crate::formats::text::Text;

    fn reading(told: &str, before: &str, after: &str) -> Option<ClockReading> {
        let text = format!(
            "version: 1\n# server: dc1:389\n# local-time-before: {before}\n# local-time-after: {after}\n\n\
             dn:\ncurrentTime: {told}\ndnsHostName: DC1.contoso.com\n\n# result: 0\n"
        );
        ClockReading::of(ldif::parse(ArtifactId(0), &Text::from(text.as_str())).value.first()?)
    }

    #[test]
    fn the_time_that_asking_took_is_a_doubt() {
        let reading =
            reading("20260302081504.0Z", "2026-03-02T08:15:04.200Z", "2026-03-02T08:15:09Z").expect("a reading");
        assert_eq!((reading.server.as_str(), reading.least_ms, reading.most_ms), ("dc1.contoso.com", -5_000, 800));
        assert_eq!((reading.apart_secs(), reading.at), (0, ArtifactId(0).lines(3, 7)));
    }

    #[test]
    fn a_clock_may_be_ahead_or_behind() {
        let apart =
            |told| reading(told, "2026-03-02T08:15:04Z", "2026-03-02T08:15:05Z").map(|reading| reading.apart_secs());
        assert_eq!(apart("20260302082604.0Z"), Some(659));
        assert_eq!(apart("20260302080404.0Z"), Some(659));
        assert_eq!(apart("20260302081506.0Z"), Some(1));
    }

    #[test]
    fn without_both_clocks_there_is_no_reading() {
        let (now, later) = ("2026-03-02T08:15:04Z", "2026-03-02T08:15:05Z");
        assert_eq!(reading("soon", now, later), None);
        assert_eq!(reading("20260302081504.0Z", "soon", later), None);
        assert_eq!(reading("20260302081504.0Z", now, ""), None);
        let entry = "# local-time-before: 2026-03-02T08:15:04Z\n\ndn: CN=a,DC=b\ncurrentTime: 20260302081504.0Z\n\n";
        let answer = ldif::parse(ArtifactId(0), &Text::from(entry)).value.remove(0);
        assert_eq!(ClockReading::of(&answer), None);
    }

    #[test]
    fn a_host_whose_clock_jumped_makes_no_nonsense() {
        let reading = reading("20260302081504.0Z", "2026-03-02T09:15:04Z", "2026-03-02T08:15:04Z").expect("a reading");
        assert!(reading.least_ms <= reading.most_ms);
        let far =
            ClockReading::between(String::new(), Timestamp::MAX, Timestamp::MIN, Timestamp::MIN, ArtifactId(0).whole());
        assert!(far.apart_secs() > 0);
    }

    #[test]
    fn a_measured_offset_is_the_one_in_the_middle() {
        let chart =
            "Tracking DC01.contoso.com [10.0.0.10:123].\n09:15:00, +660.5s\n09:15:02, +00.1s\n09:15:04, +660.4s\n";
        let output = w32tm::parse(ArtifactId(0), &Text::from(chart)).value;
        let reading = ClockReading::sampled(&output).expect("is measured");
        assert_eq!(
            (reading.server.as_str(), reading.apart_secs(), reading.at),
            ("dc01.contoso.com", 660, ArtifactId(0).line(4))
        );
    }
}
