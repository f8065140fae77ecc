//! Extended Protection asks for a tie between sign-in and connection that clients of the site cannot give.
//!
//! # Symptom
//!
//! Prompts and 401, though ticket and password are right; often since a proxy ends TLS in front of the server.
//!
//! # Condition
//!
//! Extended Protection is on for a site, and its log holds 401 with SEC_E_BAD_BINDINGS (0x80090346); or it is required on
//! a site that has no https binding, and nothing says that a proxy stands in front.
//!
//! # Refuted by
//!
//! `tokenChecking` of None; the flags Proxy or ProxyCohosting with names to check instead.
//!
//! # Sources
//!
//! - IIS configuration reference: extendedProtection.

use crate::artifacts::iis_sections::ExtendedProtection;
use crate::artifacts::w3c_log::Request;
use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// SEC_E_BAD_BINDINGS
const BAD_BINDINGS: u32 = 0x8009_0346;
/// Lines that are shown.
const LINES: usize = 5;

/// The rule.
#[derive(Debug)]
pub struct ExtendedProtectionMismatch;

static INFO: RuleInfo = RuleInfo {
    name: "extended-protection-mismatch",
    title: "Extended Protection turns clients away",
    explanation: "Extended Protection ties a sign-in to the TLS connection over which it comes, so that nobody can pass it \
        on. Where the connection ends before the server, at a proxy or a load balancer, the two do not match, and every \
        sign-in through it is refused; clients that know nothing of it are refused where it is required.",
    layer: Layer::Offer,
    references: &["IIS configuration reference: extendedProtection", "SEC_E_BAD_BINDINGS"],
    explains: &[],
};

impl Rule for ExtendedProtectionMismatch {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.sign_in_paths(answer)? {
            let Some(protection) = path.path.sign_in.protection.as_ref().filter(|_| path.path.sign_in.windows.value)
            else {
                continue;
            };
            let is =
                |word: &str| protection.token_checking.as_deref().is_some_and(|set| set.eq_ignore_ascii_case(word));
            if !is("Require") && !is("Allow") {
                continue;
            }
            let logs: Vec<_> = path.host.traffic.of_site(path.site.id).collect();
            let refused: Vec<_> =
                logs.iter().flat_map(|log| &log.requests).filter(|request| is_refused(request)).collect();
            if !refused.is_empty() {
                answer.find(finding(&path, protection, &refused));
            } else if is("Require") && !has_https(&path) && !is_behind_a_proxy(protection) {
                answer.find(finding(&path, protection, &[]));
            } else if logs.is_empty() || logs.iter().any(|log| !log.is_whole) {
                answer.open(NotKnown::naming("the IIS log of", &path.site.name));
            }
        }
        Ok(())
    }
}

fn is_refused(request: &Request) -> bool {
    request.status == 401 && request.win32 == Some(BAD_BINDINGS)
}

fn has_https(path: &SitePath<'_>) -> bool {
    path.site.bindings.iter().any(|binding| binding.protocol.eq_ignore_ascii_case("https"))
}

fn is_behind_a_proxy(protection: &ExtendedProtection) -> bool {
    let flags = protection.flags.as_deref().unwrap_or_default();
    flags.split(',').any(|flag| flag.trim().to_ascii_lowercase().starts_with("proxy"))
}

fn finding(path: &SitePath<'_>, protection: &ExtendedProtection, refused: &[&Request]) -> Finding {
    let name = path.name();
    let (confidence, why) = if refused.is_empty() {
        (
            Confidence::Likely,
            "It is required, and the site has no https binding: without TLS at the server there is nothing to tie a sign-in to, \
             and clients that do not say which service they mean are refused.",
        )
    } else {
        (
            Confidence::Certain,
            "Something between client and server ends the TLS connection, or the client is too old for Extended Protection.",
        )
    };
    let summary =
        format!("Extended Protection of {name} turns clients away that cannot tie a sign-in to the connection");
    Finding::new(Severity::Blocker, confidence, summary, protection.at)
        .and(refused.iter().map(|request| request.at).take(LINES))
        .because(why)
        .about([name])
        .at_paths([path.scope()])
        .fixed_by([end_tls_here(path), switch_off(path, protection)])
}

fn end_tls_here(path: &SitePath<'_>) -> Fix {
    Fix::new(
        format!("Let TLS end at the server, or tell {} that a proxy stands in front and which names to check", path.name()),
        Risk::Disruptive,
        Privilege::ServerAdmin,
    )
    .noting(
        "With the flag Proxy the site checks the name of the service in place of the connection: list each name under which \
         clients reach it, such as HTTP/www.contoso.com. Exchange and AD FS keep these settings themselves.",
    )
    .seen_by([appcmd::show_windows_authentication(path)])
}

fn switch_off(path: &SitePath<'_>, protection: &ExtendedProtection) -> Fix {
    let set =
        |value: &str| appcmd::set_windows_authentication(path, &format!("/extendedProtection.tokenChecking:{value}"));
    let is_required = protection.token_checking.as_deref().is_some_and(|set| set.eq_ignore_ascii_case("Require"));
    Fix::new(format!("Switch Extended Protection off for {}", path.name()), Risk::Dangerous, Privilege::ServerAdmin)
        .noting("Whoever can stand between client and server may then pass a sign-in on to it.")
        .by([set("None")])
        .undone_by([set(if is_required { "Require" } else { "Allow" })])
        .seen_by([appcmd::show_windows_authentication(path)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, LOG, PROTECTION, World, commands, points_at, set_config};

    const REFUSED: (u16, Option<u16>, u32) = (401, Some(1), BAD_BINDINGS);

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ExtendedProtectionMismatch, expected)
    }

    #[test]
    fn refusals_in_the_log_are_certain() {
        let world = World::healthy().protected("Allow", None).requested("10.0.0.57", REFUSED, None);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert!(finding.summary.starts_with("Extended Protection of Intranet turns clients away"), "{finding:?}");
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert!(points_at(finding, &[PROTECTION, LOG.line(1)]));
        let off = set_config("Intranet", "/extendedProtection.tokenChecking:None");
        assert_eq!(commands(&finding.fixes[1]), [off]);
    }

    #[test]
    fn a_demand_without_tls_is_likely_to_turn_clients_away() {
        let answered = check(&World::healthy().protected("Require", None), Verdict::Found);
        assert_eq!(answered.finding().confidence, Confidence::Likely);
        check(&World::healthy().protected("Require", Some("Proxy,NoServiceNameCheck")), Verdict::Clear);
        check(&World::healthy().protected("Require", None).over_https(), Verdict::Clear);
    }

    #[test]
    fn what_is_off_or_refused_for_another_reason_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().protected("None", None).requested("10.0.0.57", REFUSED, None), Verdict::Clear);
        check(
            &World::healthy().protected("Allow", None).requested("10.0.0.57", (401, Some(1), 5), None),
            Verdict::Clear,
        );
    }

    #[test]
    fn without_the_log_it_is_open_where_it_is_on() {
        let world = World::healthy().no_site_log();
        assert_eq!(check(&world.clone().protected("Allow", None), Verdict::Open).needs, ["the IIS log of Intranet"]);
        check(&world, Verdict::Clear);
    }
}
