//! Windows keeps a password for a server, and the password is wrong.
//!
//! # Symptom
//!
//! One user cannot sign in from one computer; on another computer, or as another user, it works.
//!
//! # Condition
//!
//! A client of the case wrote event 14 of the Kerberos client: the password in Credential Manager is not valid.
//!
//! # Refuted by
//!
//! Event 301 alone, which only says that a kept password was used. Which server it is kept for, the event does not say.
//!
//! # Sources
//!
//! - Event 14 of Microsoft-Windows-Security-Kerberos.

use crate::evidence::gap::NotKnown;
use crate::facts::events::What;
use crate::facts::host::{HostName, Role};
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::{Told, told, whole_logs};

/// The rule.
#[derive(Debug)]
pub struct CredentialManagerOverride;

static INFO: RuleInfo = RuleInfo {
    name: "credential-manager-override",
    title: "A saved password is wrong",
    explanation: "Windows can keep a user name and a password for a server, and then uses them in place of the user who \
        signed in. After that password was changed, the server turns the user away, on this computer alone.",
    layer: Layer::Circumstance,
    references: &["Microsoft-Windows-Security-Kerberos 14"],
    explains: &[],
};

impl Rule for CredentialManagerOverride {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        situation.facts.web_servers()?;
        let wrong = told(situation, |happening| match &happening.what {
            What::SavedPasswordWrong(user) => Some((HostName::new(&happening.computer), user.clone())),
            _ => None,
        });
        for told in wrong {
            answer.find(finding(&told));
        }
        let clients = situation.facts.hosts.values().filter(|host| host.role == Role::Client);
        whole_logs(clients, "System", "the System event log of a client that fails", answer);
        Ok(())
    }
}

fn finding(told: &Told<'_, (HostName, String)>) -> Finding {
    let (host, user) = &told.about;
    let summary = format!("{} keeps a wrong password for {user} in Credential Manager{}", host.as_str(), told.last);
    // The event does not say for which server the password is kept.
    let confidence = told.confidence().max(Confidence::Likely);
    Finding::seen(Severity::Degraded, confidence, summary, told.places())
        .because("Where it is kept for the web server or for the whole domain, it is used in place of the user who signed in.")
        .about([user.clone()])
        .fixed_by([Fix::new(
            "Look which servers passwords are kept for, and delete or renew the entry",
            Risk::Safe,
            Privilege::DomainUser,
        )
        .noting("Run it as the user who fails, on that computer; cmdkey /delete takes an entry away.")
        .seen_by([CommandLine::of("cmdkey /list").build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_LOG, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &CredentialManagerOverride, expected)
    }

    fn wrong(time: &str) -> World {
        World::healthy().happened("CLIENT07", time, What::SavedPasswordWrong(r"CONTOSO\bob".to_owned()))
    }

    #[test]
    fn a_wrong_password_that_is_kept_is_found() {
        let answered = check(&wrong("2026-01-20T07:00:00Z"), Verdict::Found);
        let finding = answered.finding();
        assert!(
            finding
                .summary
                .starts_with(r"CLIENT07 keeps a wrong password for CONTOSO\bob in Credential Manager, last seen"),
            "{finding:?}"
        );
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Likely));
        assert!(points_at(finding, &[CLIENT_LOG.record(1)]));
        assert_eq!(check(&wrong("2026-01-01T07:00:00Z"), Verdict::Found).finding().confidence, Confidence::Possible);
    }

    #[test]
    fn a_whole_log_of_a_client_without_it_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().no_system_log("CLIENT07"), Verdict::Open);
        let needs = check(&World::healthy().no_client(), Verdict::Open).needs;
        assert_eq!(needs, ["the System event log of a client that fails"]);
    }
}
