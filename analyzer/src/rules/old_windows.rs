//! How old the Windows of a host is, as far as that decides which settings it obeys.

use crate::artifacts::registry::Data;
use crate::facts::case_facts::HostFacts;

const WINDOWS: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";

/// Major and minor version, such as 5 and 0 for Windows 2000: as `systeminfo` or the registry states it, or as the web
/// service shows that it must be.
pub fn version(host: &HostFacts) -> Option<(u32, u32)> {
    let stated = host.identity.os_version.as_deref().and_then(parts);
    let registry = || match &host.settings.value(WINDOWS, "CurrentVersion").seen().ok()?.data {
        Some(Data::Text(version)) => parts(version),
        _ => None,
    };
    let by_service = || match host.iis.as_ref()?.complete().ok()?.service.as_ref()?.generation {
        5 => Some((5, 0)),
        6 => Some((5, 2)),
        _ => None,
    };
    stated.or_else(registry).or_else(by_service)
}

/// Whether the web service is IIS 5, which has no application pools: it decrypts as the machine, whatever runs behind it.
pub fn always_decrypts_as_machine(host: &HostFacts) -> bool {
    let service = || host.iis.as_ref()?.complete().ok()?.service.as_ref();
    service().is_some_and(|service| service.generation == 5)
}

fn parts(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::host::HostName;
    use crate::rules::fixture::World;

    fn check(world: &World, expected: Option<(u32, u32)>) {
        let facts = world.facts();
        assert_eq!(facts.hosts.get(&HostName::new("WEB01")).and_then(version), expected);
    }

    #[test]
    fn the_version_is_stated_or_follows_from_the_web_service() {
        check(&World::healthy(), Some((10, 0)));
        let nothing = World::healthy().no_systeminfo("WEB01");
        check(&nothing, None);
        check(&nothing.clone().registry(WINDOWS, "CurrentVersion", Data::Text("5.2".to_owned())), Some((5, 2)));
        check(&World::healthy().of_iis_5("NTLM").no_systeminfo("WEB01"), Some((5, 0)));
        check(&World::healthy().of_iis_5("NTLM").no_systeminfo("WEB01").part_of_config(), None);
    }

    #[test]
    fn iis_5_is_told_from_those_that_have_pools() {
        for (world, expected) in [(World::healthy(), false), (World::healthy().of_iis_5("NTLM"), true)] {
            let facts = world.facts();
            let found = facts.hosts.get(&HostName::new("WEB01")).map(always_decrypts_as_machine);
            assert_eq!(found, Some(expected));
        }
    }
}
