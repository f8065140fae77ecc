//! The site does not offer Negotiate, so no client can use Kerberos.
//!
//! # Symptom
//!
//! Only `WWW-Authenticate: NTLM` is sent; users are signed in by NTLM, and delegation does not work.
//!
//! # Condition
//!
//! Windows authentication is on, its list of providers is not empty, and holds no form of Negotiate.
//!
//! # Refuted by
//!
//! A pool that has to decrypt as an account that no KDC knows: Kerberos could not work, and NTLM alone is right.
//! A list that a path below the site has of its own, and one that an upgrade from IIS 4 left to the whole service, have
//! rules of their own.
//!
//! # Sources
//!
//! - KB 248350; KB 215383; IIS configuration reference: providers.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::iis_command;
use crate::rules::only_ntlm::{Origin, only_ntlm};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct ProvidersNegotiateMissing;

impl Rule for ProvidersNegotiateMissing {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "providers-negotiate-missing",
            title: "The site does not offer Negotiate",
            explanation: "Clients use Kerberos only when the server offers Negotiate. A list of providers that holds \
                NTLM alone, by an old upgrade or on purpose, leaves them no choice.",
            layer: Layer::Offer,
            references: &["KB 248350", "KB 215383"],
            explains: &["ntlm-blocked-or-audited", "protocol-transition-flag-missing"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in only_ntlm(situation, Origin::Other, answer)? {
            answer.find(finding(&path));
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>) -> Finding {
    let offered = path.path.sign_in.provider_names();
    let lines = path.path.sign_in.providers.iter().map(|provider| provider.at);
    let confidence = if path.path.may_be_overridden.is_some() { Confidence::Likely } else { Confidence::Certain };
    let summary = format!("{} offers {} and not Negotiate", path.name(), offered.join(", "));
    Finding::new(Severity::Degraded, confidence, summary, path.path.sign_in.providers_at)
        .and(lines)
        .and([path.path.sign_in.windows.at])
        .because(
            "Without Negotiate no client asks for a ticket: everyone is signed in by NTLM, which cannot be delegated.",
        )
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([offer_negotiate(path, &offered)])
}

/// Negotiate first: a client that takes the first provider would otherwise go on taking NTLM.
fn offer_negotiate(path: &SitePath<'_>, offered: &[String]) -> Fix {
    Fix {
        title: format!("Offer Negotiate, then NTLM, on {}", path.name()),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(
            "Look first whether someone took Negotiate away on purpose, for an application that needs NTLM.".to_owned(),
        ),
        commands: iis_command::negotiate_then_ntlm(path, offered),
        undo: iis_command::take_back(path, offered, &["Negotiate"]),
        verify: appcmd::all([iis_command::show_sign_in(path)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, FIRST_PROVIDER, PROVIDERS, WINDOWS, World, commands, points_at, set_config};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ProvidersNegotiateMissing, expected)
    }

    #[test]
    fn ntlm_alone_is_found() {
        let answered = check(&World::healthy().offers(&["NTLM"]), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "Intranet offers NTLM and not Negotiate");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[PROVIDERS, FIRST_PROVIDER, WINDOWS]));
        let changes = [
            r#"/-"providers.[value='NTLM']""#,
            r#"/+"providers.[value='Negotiate']""#,
            r#"/+"providers.[value='NTLM']""#,
        ];
        assert_eq!(commands(&finding.fixes[0]), changes.map(|change| set_config("Intranet", change)));
    }

    #[test]
    fn every_form_of_negotiate_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        for provider in ["Negotiate:Kerberos", "Nego2", "Negotiate:PKU2U"] {
            check(&World::healthy().offers(&["NTLM", provider]), Verdict::Clear);
        }
    }

    #[test]
    fn without_the_whole_configuration_it_is_open() {
        for world in [World::healthy().no_config(), World::healthy().offers(&["NTLM"]).part_of_config()] {
            assert_eq!(check(&world, Verdict::Open).needs, ["applicationHost.config"]);
        }
        let nothing = check(&World::healthy().no_web_server(), Verdict::Open);
        assert_eq!(nothing.needs, ["applicationHost.config of the web server"]);
    }

    #[test]
    fn a_web_config_that_may_say_otherwise_leaves_doubt() {
        let missing = check(&World::healthy().offers(&["NTLM"]).may_be_overridden(), Verdict::Found);
        assert_eq!(missing.finding().confidence, Confidence::Likely);
        let offered = check(&World::healthy().may_be_overridden(), Verdict::Open);
        assert_eq!(offered.needs, ["web.config of Intranet/"]);
    }

    #[test]
    fn ntlm_alone_is_right_for_a_pool_that_no_kdc_knows() {
        for account in [".\\bob", "LocalService"] {
            let world = World::healthy().offers(&["NTLM"]).kernel_mode_off().pool_runs_as(account);
            check(&world, Verdict::Clear);
        }
    }

    #[test]
    fn in_kernel_mode_the_machine_could_do_kerberos_for_a_local_account() {
        let world = World::healthy().offers(&["NTLM"]).pool_runs_as(".\\bob").pool_credentials_off();
        check(&world, Verdict::Found);
    }

    #[test]
    fn each_path_is_judged_by_its_own_list() {
        // What a path takes away from its site has a rule of its own.
        check(&World::healthy().path("/app", |app| app.offers(&["NTLM"])), Verdict::Clear);
        let child_has_it = World::healthy().path("/app", |app| app).offers(&["NTLM"]);
        let child_has_it = child_has_it.path("/again", |again| again.offers(&["Negotiate"]));
        let answered = check(&child_has_it, Verdict::Found);
        assert_eq!(answered.finding().summary, "Intranet offers NTLM and not Negotiate");
    }

    #[test]
    fn a_list_that_is_not_in_force_or_empty_is_none_of_its_business() {
        check(&World::healthy().offers(&["NTLM"]).windows_off(), Verdict::Clear);
        check(&World::healthy().offers(&[]), Verdict::Clear);
    }

    #[test]
    fn a_hostile_site_gets_a_fix_without_commands() {
        let answered = check(&World::healthy().offers(&["NTLM"]).site_named("x & calc"), Verdict::Found);
        let fix = &answered.finding().fixes[0];
        assert!(fix.commands.is_empty() && fix.undo.is_empty() && fix.verify.is_empty(), "{fix:?}");
        assert!(fix.title.contains("x & calc"), "{}", fix.title);
    }
}
