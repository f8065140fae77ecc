//! The web service of IIS 5 offers NTLM alone, as an upgrade from IIS 4 leaves it.
//!
//! # Symptom
//!
//! Only `WWW-Authenticate: NTLM` is sent by every site; nobody ever uses Kerberos, and delegation does not work.
//!
//! # Condition
//!
//! IIS 5, and `NTAuthenticationProviders` of the web service itself (`w3svc`) is exactly `NTLM`.
//!
//! # Refuted by
//!
//! A list of the site or of a folder, which goes before that of the service; IIS 6, which comes without a list. Somebody
//! may have set the value on purpose, and a metabase that was restored from Windows NT looks the same: the finding says so.
//!
//! # Sources
//!
//! - KB 248350; KB 215383.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::facts::host::HostName;
use crate::rules::adsutil;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::only_ntlm::{Origin, only_ntlm};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation, few};

/// The key and the property that are set.
const KEY: &str = "w3svc";
const PROVIDERS: &str = "NTAuthenticationProviders";

/// The rule.
#[derive(Debug)]
pub struct ProvidersUpgradeFromIis4;

static INFO: RuleInfo = RuleInfo {
    name: "providers-upgrade-from-iis4",
    title: "The web service offers NTLM alone since IIS 4",
    explanation: "IIS 4 knew NTLM alone. An upgrade to IIS 5 keeps that list for the web service as a whole, where a new \
        installation writes Negotiate,NTLM; every site that has no list of its own takes it over.",
    layer: Layer::Offer,
    references: &["KB 248350", "KB 215383"],
    explains: &["ntlm-blocked-or-audited", "protocol-transition-flag-missing"],
};

impl Rule for ProvidersUpgradeFromIis4 {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut by_server = BTreeMap::<&HostName, Vec<SitePath<'_>>>::new();
        for path in only_ntlm(situation, Origin::UpgradedService, answer)? {
            by_server.entry(&path.host.identity.name).or_default().push(path);
        }
        for (server, paths) in by_server {
            answer.findings.extend(finding(server, &paths));
        }
        Ok(())
    }
}

fn finding(server: &HostName, paths: &[SitePath<'_>]) -> Option<Finding> {
    let at = paths.first()?.path.sign_in.providers_at;
    let names: Vec<_> = paths.iter().map(SitePath::name).collect();
    let summary = format!("The web service of {} offers NTLM and not Negotiate, as IIS 4 did", server.as_str());
    let windows = paths.iter().map(|path| path.path.sign_in.windows.at);
    let set = |value| appcmd::all([adsutil::set(KEY, PROVIDERS, value)]);
    Some(
        Finding::new(Severity::Degraded, Confidence::Certain, summary, at)
            .and(windows)
            .because(format!(
                "This list holds for {}: no client asks for a ticket. It was kept from IIS 4, or somebody set it on purpose; \
                 the metabase does not tell which.",
                few(names.iter().map(String::as_str))
            ))
            .about(names.iter().cloned())
            .at_paths(paths.iter().map(SitePath::scope))
            .fixed_by([Fix::new("Offer Negotiate, then NTLM, in the whole web service", Risk::Disruptive, Privilege::ServerAdmin)
                .noting(
                    "Without a space behind the comma: with one, the second name is another name. Look first whether \
                     someone took Negotiate away for an application that needs NTLM.",
                )
                .by(set("Negotiate,NTLM").into_iter().map(Some))
                .undone_by(set("NTLM").into_iter().map(Some))
                .seen_by([adsutil::get(KEY, PROVIDERS)])]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, PROVIDERS, World, commands, points_at};
    use crate::rules::providers_negotiate_missing::ProvidersNegotiateMissing;

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ProvidersUpgradeFromIis4, expected)
    }

    #[test]
    fn the_list_of_iis_4_is_found_at_the_service() {
        let world = World::healthy().of_iis_5("NTLM").offers(&["NTLM"]);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "The web service of WEB01 offers NTLM and not Negotiate, as IIS 4 did");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[PROVIDERS]));
        let set = r#"adsutil.vbs set w3svc/NTAuthenticationProviders "Negotiate,NTLM""#;
        assert!(commands(&finding.fixes[0])[0].ends_with(set), "{finding:?}");
        assert_eq!(finding.fixes[0].undo.len(), 1);
        fixture::check(&world, &ProvidersNegotiateMissing, Verdict::Clear);
    }

    #[test]
    fn another_list_or_a_later_iis_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().of_iis_5("Negotiate,NTLM"), Verdict::Clear);
        check(&World::healthy().of_iis_6().offers(&["NTLM"]), Verdict::Clear);
        check(&World::healthy().offers(&["NTLM"]), Verdict::Clear);
        check(&World::healthy().of_iis_5("NTLM").offers(&["NTLM"]).windows_off(), Verdict::Clear);
    }

    #[test]
    fn without_the_whole_metabase_it_is_open() {
        check(&World::healthy().of_iis_5("NTLM").offers(&["NTLM"]).part_of_config(), Verdict::Open);
    }
}
