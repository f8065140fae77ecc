//! A folder or an application takes Negotiate away that its site offers.
//!
//! # Symptom
//!
//! Kerberos works on the site, and under one path of it everybody is signed in by NTLM.
//!
//! # Condition
//!
//! The root of the site offers Negotiate, and a path below it, an application or a folder with settings of its own, has a
//! list of providers without it.
//!
//! # Refuted by
//!
//! A list of the path that offers Negotiate too; an empty one, which has a rule of its own; a pool whose account no KDC
//! knows, for which NTLM alone is right. A list of the site itself is the business of `providers-negotiate-missing`.
//!
//! # Sources
//!
//! - KB 326985, "Verify authentication methods"; IIS configuration reference: providers.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::iis_command;
use crate::rules::only_ntlm::{Origin, only_ntlm};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct ProvidersOverriddenAtChild;

static INFO: RuleInfo = RuleInfo {
    name: "providers-overridden-at-child",
    title: "A path takes Negotiate away that its site offers",
    explanation: "The list of providers is inherited, and the deepest one counts. A folder or an application with a list of \
        its own keeps it when the site is repaired, and goes on offering NTLM alone.",
    layer: Layer::Offer,
    references: &["KB 326985", "IIS configuration reference: windowsAuthentication/providers"],
    explains: &["ntlm-blocked-or-audited", "protocol-transition-flag-missing"],
};

impl Rule for ProvidersOverriddenAtChild {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in only_ntlm(situation, Origin::Child, answer)? {
            answer.find(finding(&path));
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>) -> Finding {
    let sign_in = &path.path.sign_in;
    let confidence = if path.path.may_be_overridden.is_some() { Confidence::Likely } else { Confidence::Certain };
    let summary = format!(
        "{} offers {} and not Negotiate, which its site does",
        path.name(),
        sign_in.provider_names().join(", ")
    );
    let site: Option<Evidence> = path.site.paths.first().map(|root| root.sign_in.providers_at);
    Finding::new(Severity::Degraded, confidence, summary, sign_in.providers_at)
        .and(site)
        .and([sign_in.windows.at])
        .because("Under this path no client asks for a ticket: everyone is signed in by NTLM, which cannot be delegated.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix::new(
            format!("Take away the list of {}, so that it has the one of its site again", path.name()),
            Risk::Disruptive,
            Privilege::ServerAdmin,
        )
        .noting(
            "In IIS 7 and later this clears all that the path sets about Windows authentication: write down what the last \
             command shows, and set the rest anew. Look first whether the path has an application that needs NTLM.",
        )
        .by([iis_command::inherit_providers(path)])
        .seen_by([iis_command::show_sign_in(path)])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, PROVIDERS, World, commands, points_at};
    use crate::rules::providers_negotiate_missing::ProvidersNegotiateMissing;

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ProvidersOverriddenAtChild, expected)
    }

    fn overridden(world: World) -> World {
        world.path("/app", |app| app.offers(&["NTLM"]))
    }

    #[test]
    fn a_path_without_what_its_site_offers_is_found() {
        let world = overridden(World::healthy());
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "Intranet/app offers NTLM and not Negotiate, which its site does");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[PROVIDERS]) && finding.scopes[0].path == "/app");
        let section = "system.webServer/security/authentication/windowsAuthentication";
        let clear =
            format!(r"%windir%\system32\inetsrv\appcmd clear config Intranet/app -section:{section} /commit:apphost");
        assert_eq!(commands(&finding.fixes[0]), [clear]);
        fixture::check(&world, &ProvidersNegotiateMissing, Verdict::Clear);
    }

    #[test]
    fn a_key_of_the_metabase_loses_its_property() {
        let answered = check(&overridden(World::healthy().of_iis_6()), Verdict::Found);
        let line = &commands(&answered.finding().fixes[0])[0];
        assert!(line.ends_with("adsutil.vbs delete w3svc/1/root/app/NTAuthenticationProviders"), "{line}");
    }

    #[test]
    fn a_site_that_offers_no_negotiate_itself_is_the_business_of_another_rule() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().offers(&["NTLM"]), Verdict::Clear);
        check(&World::healthy().path("/app", |app| app.offers(&["Negotiate"])), Verdict::Clear);
        check(&World::healthy().path("/app", |app| app.offers(&[])), Verdict::Clear);
        check(&World::healthy().path("/app", |app| app.offers(&["NTLM"]).windows_off()), Verdict::Clear);
    }

    #[test]
    fn a_web_config_that_may_say_otherwise_leaves_doubt() {
        check(&overridden(World::healthy()).part_of_config(), Verdict::Open);
        let doubt = World::healthy().path("/app", |app| app.offers(&["NTLM"]).may_be_overridden());
        assert_eq!(check(&doubt, Verdict::Found).finding().confidence, Confidence::Likely);
    }
}
