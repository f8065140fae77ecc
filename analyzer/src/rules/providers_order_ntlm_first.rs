//! NTLM stands before Negotiate, and clients that take the first provider never use Kerberos.
//!
//! # Symptom
//!
//! Internet Explorer and WinHTTP sign in by NTLM, while Edge and Chrome use Kerberos on the same site.
//!
//! # Condition
//!
//! Windows authentication is on, and NTLM stands before the first form of Negotiate.
//!
//! # Refuted by
//!
//! A pool that has to decrypt as an account that no KDC knows: what fails there is `local-account-pool`. Products that
//! need NTLM first; the rule cannot know them and says so.
//!
//! # Sources
//!
//! - IIS configuration reference: the order of providers is the order of the `WWW-Authenticate` headers.

use crate::evidence::gap::NotKnown;
use crate::exchange::identity::{TicketIdentity, ticket_identity};
use crate::facts::sign_in::AuthProvider;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::iis_command;
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct ProvidersOrderNtlmFirst;

impl Rule for ProvidersOrderNtlmFirst {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "providers-order-ntlm-first",
            title: "NTLM stands before Negotiate",
            explanation: "Internet Explorer and everything on WinINet or WinHTTP answer the first provider that they \
                know. With NTLM first they never use Kerberos. Edge and Chrome prefer Negotiate whatever the order.",
            layer: Layer::Offer,
            references: &["IIS configuration reference: providers"],
            explains: &["ntlm-blocked-or-audited", "protocol-transition-flag-missing"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.sign_in_paths(answer)? {
            let providers = &path.path.sign_in.providers;
            let ntlm = providers.iter().position(|provider| provider.value == AuthProvider::Ntlm);
            let negotiate = providers.iter().position(|provider| provider.value.offers_kerberos());
            let ntlm_first = ntlm.zip(negotiate).is_some_and(|(ntlm, other)| ntlm < other);
            let (identity, _) = ticket_identity(path.path, &path.host.identity);
            let cannot = matches!(identity, TicketIdentity::NoNetworkAccount(_));
            if path.path.sign_in.windows.value && ntlm_first && !cannot {
                answer.find(finding(&path));
            }
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>) -> Finding {
    let offered = path.path.sign_in.provider_names();
    let summary = format!("{} offers NTLM before Negotiate", path.name());
    let lines = path.path.sign_in.providers.iter().map(|provider| provider.at);
    Finding::new(Severity::Degraded, Confidence::Likely, summary, path.path.sign_in.providers_at)
        .and(lines)
        .because("Clients on WinINet and WinHTTP take the first provider and are signed in by NTLM. Edge and Chrome are not concerned.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix {
            title: format!("Put NTLM behind Negotiate on {}", path.name()),
            risk: Risk::Disruptive,
            privilege: Privilege::ServerAdmin,
            note: Some("Some products need NTLM first; look first whether someone chose the order on purpose.".to_owned()),
            commands: iis_command::negotiate_then_ntlm(path, &offered),
            undo: iis_command::take_back(path, &offered, &[]),
            verify: appcmd::all([iis_command::show_sign_in(path)]),
        }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, FIRST_PROVIDER, PROVIDERS, World, commands, points_at, set_config};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ProvidersOrderNtlmFirst, expected)
    }

    #[test]
    fn ntlm_before_negotiate_is_found() {
        let answered = check(&World::healthy().offers(&["NTLM", "Negotiate"]), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "Intranet offers NTLM before Negotiate");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Likely));
        assert!(points_at(finding, &[PROVIDERS, FIRST_PROVIDER]));
        let changes = [r#"/-"providers.[value='NTLM']""#, r#"/+"providers.[value='NTLM']""#];
        assert_eq!(commands(&finding.fixes[0]), changes.map(|change| set_config("Intranet", change)));
    }

    #[test]
    fn any_form_of_negotiate_counts() {
        for second in ["Negotiate:Kerberos", "Nego2"] {
            check(&World::healthy().offers(&["NTLM", second, "Negotiate"]), Verdict::Found);
        }
    }

    #[test]
    fn negotiate_first_or_alone_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().offers(&["Negotiate:Kerberos", "NTLM", "Negotiate"]), Verdict::Clear);
        check(&World::healthy().offers(&["Negotiate"]), Verdict::Clear);
    }

    #[test]
    fn ntlm_alone_is_the_business_of_another_rule() {
        check(&World::healthy().offers(&["NTLM"]), Verdict::Clear);
    }

    #[test]
    fn no_order_helps_a_pool_that_no_kdc_knows() {
        let first = World::healthy().offers(&["NTLM", "Negotiate"]);
        for account in [".\\bob", "LocalService"] {
            check(&first.clone().pool_runs_as(account), Verdict::Clear);
            check(&first.clone().pool_runs_as(account).pool_credentials_off(), Verdict::Found);
        }
    }

    #[test]
    fn a_list_that_is_not_in_force_is_no_finding() {
        check(&World::healthy().offers(&["NTLM", "Negotiate"]).windows_off(), Verdict::Clear);
    }

    #[test]
    fn without_the_whole_configuration_it_is_open() {
        for world in [World::healthy().no_config(), World::healthy().offers(&["NTLM", "Negotiate"]).part_of_config()] {
            assert_eq!(check(&world, Verdict::Open).needs, ["applicationHost.config"]);
        }
    }

    #[test]
    fn a_web_config_that_may_say_otherwise_leaves_it_open() {
        assert_eq!(check(&World::healthy().may_be_overridden(), Verdict::Open).needs, ["web.config of Intranet/"]);
    }

    #[test]
    fn a_hostile_site_gets_a_fix_without_commands() {
        let answered = check(&World::healthy().offers(&["NTLM", "Negotiate"]).site_named("x | calc"), Verdict::Found);
        assert!(answered.finding().fixes[0].commands.is_empty());
    }
}
