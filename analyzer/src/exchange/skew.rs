//! Whether the clock of a server is too far from that of a domain controller for tickets to be taken.

use crate::facts::case_facts::HostFacts;
use crate::facts::clock::ClockReading;

/// Minutes that clocks may be apart, unless someone sets another limit.
const DEFAULT_MINUTES: i64 = 5;
/// Where another limit stands.
const PARAMETERS: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters";

/// The reading in which the clock of a host is too far away, if there is one: the worst of them.
pub fn skew(host: &HostFacts) -> Option<&ClockReading> {
    let limit = limit_secs(host);
    let worst = host.clocks.iter().max_by_key(|reading| reading.apart_secs());
    worst.filter(|reading| reading.apart_secs() > limit)
}

/// Seconds that clocks may be apart for this host.
pub fn limit_secs(host: &HostFacts) -> i64 {
    let set = host.settings.value(PARAMETERS, "SkewTime");
    let minutes = set.seen().ok().and_then(|set| i64::try_from(set.number()?).ok());
    minutes.unwrap_or(DEFAULT_MINUTES).saturating_mul(60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry;
    use crate::evidence::place::ArtifactId;
    use crate::facts::host::HostName;
    use crate::facts::settings::Extent;
    use crate::formats::text::Text;

    fn host(apart_secs: &[i64]) -> HostFacts {
        let mut host = HostFacts::named(HostName::new("WEB01"));
        let reading = |secs: &i64| ClockReading {
            server: "dc01".to_owned(),
            least_ms: secs * 1_000,
            most_ms: secs * 1_000,
            at: ArtifactId(0).line(1),
        };
        host.clocks = apart_secs.iter().map(reading).collect();
        host
    }

    fn apart(host: &HostFacts) -> Option<i64> {
        skew(host).map(ClockReading::apart_secs)
    }

    #[test]
    fn five_minutes_are_the_limit_in_either_direction() {
        assert_eq!((apart(&host(&[300])), apart(&host(&[301])), apart(&host(&[-301]))), (None, Some(301), Some(301)));
        assert_eq!((apart(&host(&[])), apart(&host(&[1, 660, 400]))), (None, Some(660)));
    }

    #[test]
    fn a_host_may_have_another_limit() {
        let mut host = host(&[660]);
        let text = format!(
            "Windows Registry Editor Version 5.00\n\n[{}]\n\"SkewTime\"=dword:0000000b\n",
            PARAMETERS.replace("HKLM", "HKEY_LOCAL_MACHINE")
        );
        host.settings.take(&registry::parse(ArtifactId(1), &Text::from(text.as_str())).value, Extent::Whole);
        assert_eq!((limit_secs(&host), apart(&host)), (660, None));
    }
}
