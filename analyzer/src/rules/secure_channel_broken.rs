//! The web server can no longer prove itself to its domain.
//!
//! # Symptom
//!
//! Nobody of the domain is signed in, by Kerberos or by NTLM, on any site of the server.
//!
//! # Condition
//!
//! `nltest` tells a state of the secure channel that is not success.
//!
//! # Refuted by
//!
//! An error that only says that whoever asked may not; the sentence that the command was completed refutes nothing.
//!
//! # Sources
//!
//! - `nltest` prints the state as a Windows error: 1311, 1355, 1787, 1789 and the like.

use crate::codes::{row, win32};
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Cited;
use crate::facts::case_facts::HostFacts;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// Success.
const SUCCESS: u32 = 0;
/// Whoever asked may not.
const ACCESS_DENIED: u32 = 5;
/// No domain controller could be reached; that may be over by now.
const OUT_OF_REACH: [u32; 2] = [1311, 1355];

/// The rule.
#[derive(Debug)]
pub struct SecureChannelBroken;

impl Rule for SecureChannelBroken {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "secure-channel-broken",
            title: "The server cannot prove itself to its domain",
            explanation: "Every member of a domain has a password of its own, which server and domain must agree on. \
                Where they do not, or no domain controller answers, the server can neither check an NTLM logon nor \
                learn who a ticket is about, and tickets for the machine are encrypted with a key that it lacks.",
            layer: Layer::Key,
            references: &["nltest /sc_query", "NETLOGON 3210, 5719, 5721, 5722"],
            explains: &["krb-ap-err-modified-key-mismatch"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (host, _) in situation.facts.web_servers()? {
            answer.applies();
            let states = host.secure_channel.as_deref().unwrap_or_default();
            let broken = states.iter().find(|state| !matches!(state.value, SUCCESS | ACCESS_DENIED));
            if let Some(broken) = broken {
                answer.find(finding(host, broken));
            } else if !states.iter().any(|state| state.value == SUCCESS) {
                let domain = host.identity.account_domain.as_deref();
                answer.open(domain.map_or_else(
                    || NotKnown::until("nltest /sc_query, elevated, for the domain of the server"),
                    |domain| NotKnown::naming("nltest /sc_query, elevated, for the domain", domain),
                ));
            }
        }
        Ok(())
    }
}

fn finding(host: &HostFacts, broken: &Cited<u32>) -> Finding {
    let name = host.identity.name.as_str();
    let code = row::find(win32::ROWS, broken.value);
    let (error, meaning) = code.map_or(("", ""), |row| (row.name, row.meaning));
    let is_out_of_reach = OUT_OF_REACH.contains(&broken.value);
    let confidence = if is_out_of_reach { Confidence::Likely } else { Confidence::Certain };
    let summary = format!("the secure channel of {name} to its domain is broken: error {} {error}", broken.value);
    Finding::new(Severity::Blocker, confidence, summary.trim_end(), broken.at)
        .because(format!("{meaning} Whoever signs in to this server cannot be checked.").trim_start())
        .about([name.to_owned()])
        .at_paths(host.iis.iter().filter_map(|iis| iis.seen().ok()).flat_map(|iis| &iis.sites).flat_map(|site| {
            site.distinct_paths().map(|path| crate::rules::rule::SitePath { host, site, path }.scope())
        }))
        .fixed_by([if is_out_of_reach { reach() } else { repair() }])
}

fn repair() -> Fix {
    let powershell = |words: &str| CommandLine::of(&format!("powershell Test-ComputerSecureChannel {words}")).build();
    Fix {
        title: "Set the password of the computer anew, on both sides".to_owned(),
        risk: Risk::Disruptive,
        privilege: Privilege::DomainAdmin,
        note: Some("Look first whether another computer has the same name, as after a copy was started.".to_owned()),
        commands: powershell("-Repair").into_iter().collect(),
        undo: Vec::new(),
        verify: powershell("-Verbose").into_iter().collect(),
    }
}

fn reach() -> Fix {
    Fix {
        title: "Let the server reach a domain controller: its DNS servers, routes and firewalls".to_owned(),
        risk: Risk::Safe,
        privilege: Privilege::ServerAdmin,
        note: Some("The server may have been without a network only while it was asked: ask again.".to_owned()),
        commands: Vec::new(),
        undo: Vec::new(),
        verify: CommandLine::of("powershell Test-ComputerSecureChannel -Verbose").build().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, NLTEST, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &SecureChannelBroken, expected)
    }

    #[test]
    fn a_broken_trust_is_certain_and_a_controller_out_of_reach_is_not() {
        let broken = check(&World::healthy().secure_channel(&[0, 1789]), Verdict::Found);
        let finding = broken.finding();
        let summary =
            "the secure channel of WEB01 to its domain is broken: error 1789 ERROR_TRUSTED_RELATIONSHIP_FAILURE";
        assert_eq!((finding.summary.as_str(), finding.confidence), (summary, Confidence::Certain));
        assert!(points_at(finding, &[NLTEST.line(2)]));
        assert_eq!(finding.scopes.len(), 1);
        let away = check(&World::healthy().secure_channel(&[1311]), Verdict::Found);
        assert_eq!(away.finding().confidence, Confidence::Likely);
    }

    #[test]
    fn success_is_clear() {
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn a_denied_or_missing_answer_is_open() {
        let need = ["nltest /sc_query, elevated, for the domain contoso.com"];
        assert_eq!(check(&World::healthy().secure_channel(&[5]), Verdict::Open).needs, need);
        assert_eq!(check(&World::healthy().no_secure_channel(), Verdict::Open).needs, need);
        check(&World::healthy().no_web_server(), Verdict::Open);
    }
}
