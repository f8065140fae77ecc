//! An old Windows asks for tickets over UDP, and large answers are lost on the way.
//!
//! # Symptom
//!
//! Signing in fails now and then, or hangs, mostly from afar and for users of many groups.
//!
//! # Condition
//!
//! Windows 2000, XP or Server 2003, on which `MaxPacketSize` is not set to less than what goes into one packet, and whose
//! System log holds 5719 of Netlogon, 40960 of LSA or 10 of the Kerberos client.
//!
//! # Refuted by
//!
//! Windows Vista and later, which never use UDP; `MaxPacketSize` of 1, which forces TCP. In a wired network UDP is mostly
//! fine, so this is no more than a hint, unless the Kerberos client itself names UDP.
//!
//! # Sources
//!
//! - KB 244474; KB 320903: Windows 2000 before Service Pack 4 may have trouble with TCP.

use crate::evidence::gap::NotKnown;
use crate::facts::case_facts::HostFacts;
use crate::facts::settings::Set;
use crate::facts::sightings::{Seen, Sighting};
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::old_windows::version;
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::second_hop::seen_on;

const KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters";
const VALUE: &str = "MaxPacketSize";
/// Bytes that surely go into one packet, whatever tunnel it goes through.
const ONE_PACKET: u64 = 1_200;
/// The first Windows that never uses UDP.
const VISTA: (u32, u32) = (6, 0);

/// The rule.
#[derive(Debug)]
pub struct UdpFragmentationVpn;

static INFO: RuleInfo = RuleInfo {
    name: "udp-fragmentation-vpn",
    title: "An old Windows may lose tickets that come over UDP",
    explanation: "Before Windows Vista, tickets are asked for over UDP, and an answer that is larger than one packet is \
        broken into pieces. Tunnels and firewalls often drop those. Setting MaxPacketSize to 1 makes the client use TCP.",
    layer: Layer::Circumstance,
    references: &["KB 244474", "KB 320903"],
    explains: &[],
};

impl Rule for UdpFragmentationVpn {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        situation.facts.web_servers()?;
        for host in situation.facts.hosts.values() {
            match version(host) {
                Some(version) if version >= VISTA => answer.applies(),
                Some(_) => of_old(situation, host, answer),
                // A host of which nothing is known but its name says nothing of its age.
                None if host.identity.at.is_none() && host.iis.is_none() => {}
                None => answer.open(NotKnown::naming("systeminfo of", host.identity.name.as_str())),
            }
        }
        Ok(())
    }
}

fn of_old(situation: &Situation<'_>, host: &HostFacts, answer: &mut Answer) {
    answer.applies();
    let set = host.settings.value(KEY, VALUE);
    let set = match set.complete() {
        Ok(set) if set.number().is_some_and(|bytes| bytes <= ONE_PACKET) => return,
        Ok(set) => set,
        Err(not_known) => return answer.open(not_known),
    };
    let over_udp = seen_on(situation, host, Seen::TroubleOverUdp).last();
    match over_udp.or_else(|| seen_on(situation, host, Seen::Trouble).last()) {
        Some(trouble) => answer.find(finding(host, set, trouble)),
        None => {
            if let Err(not_known) = host.whole_log("System") {
                answer.open(not_known);
            }
        }
    }
}

fn finding(host: &HostFacts, set: &Set, trouble: &Sighting) -> Finding {
    let name = host.identity.name.as_str();
    let summary = format!("{name} asks for tickets over UDP, and could not reach its domain at times");
    let add = CommandLine::of(&format!(r#"reg add "{KEY}" /v {VALUE} /t REG_DWORD /d 1 /f"#)).build();
    let delete = CommandLine::of(&format!(r#"reg delete "{KEY}" /v {VALUE} /f"#)).build();
    let query = CommandLine::of(&format!(r#"reg query "{KEY}" /v {VALUE}"#)).build();
    let (confidence, why) = match trouble.what {
        Seen::TroubleOverUdp => (Confidence::Likely, "The Kerberos client reports that tickets do not come over UDP."),
        _ => (
            Confidence::Possible,
            "One hint: a domain controller that is not reached at times has other causes too, DNS and the network first.",
        ),
    };
    Finding::seen(Severity::Degraded, confidence, summary, [trouble.at, set.at])
        .because(why)
        .about([name.to_owned()])
        .fixed_by([Fix::new(
            format!("Let {name} use TCP for Kerberos, and restart it"),
            Risk::Disruptive,
            Privilege::ServerAdmin,
        )
        .noting("TCP port 88 of the domain controllers must be open. Windows 2000 wants Service Pack 4 first.")
        .by([add])
        .undone_by([delete])
        .seen_by([query])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, REGISTRY, SERVER_LOG, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &UdpFragmentationVpn, expected)
    }

    fn old() -> World {
        World::healthy().system_of("WEB01", "5.2.3790").sighted("WEB01", Seen::Trouble, "")
    }

    fn set(bytes: u32) -> World {
        old().registry(KEY, VALUE, Data::Dword(bytes))
    }

    #[test]
    fn an_old_windows_in_trouble_is_a_hint() {
        let answered = check(&old(), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "WEB01 asks for tickets over UDP, and could not reach its domain at times");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Possible));
        assert!(points_at(finding, &[REGISTRY.whole(), SERVER_LOG.record(1)]));
        assert!(commands(&finding.fixes[0])[0].ends_with("/v MaxPacketSize /t REG_DWORD /d 1 /f"));
        check(&set(2_000), Verdict::Found);
    }

    #[test]
    fn a_client_that_names_udp_is_more_than_a_hint() {
        let answered = check(&old().sighted("WEB01", Seen::TroubleOverUdp, ""), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.confidence, Confidence::Likely);
        assert!(points_at(finding, &[SERVER_LOG.record(2)]));
    }

    #[test]
    fn tcp_a_later_windows_or_no_trouble_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().sighted("WEB01", Seen::Trouble, ""), Verdict::Clear);
        check(&set(1), Verdict::Clear);
        check(&World::healthy().system_of("WEB01", "5.0.2195"), Verdict::Clear);
    }

    #[test]
    fn without_version_value_or_log_it_is_open() {
        check(&World::healthy().no_systeminfo("WEB01"), Verdict::Open);
        check(&old().no_registry(), Verdict::Open);
        check(&World::healthy().system_of("WEB01", "5.2.3790").no_system_log("WEB01"), Verdict::Open);
    }
}
