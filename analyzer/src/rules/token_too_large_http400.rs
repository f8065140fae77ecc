//! HTTP.sys refuses requests because their headers are too long, as with the ticket of a user in very many groups.
//!
//! # Symptom
//!
//! `Bad Request - Request Too Long` for some users, mostly those of many groups, while others work.
//!
//! # Condition
//!
//! The log of HTTP.sys holds 400 with the reason `FieldLength` or `RequestLength`.
//!
//! # Refuted by
//!
//! A URL in that line which is long enough by itself: then it is said that signing in is not to blame. Cookies give the same
//! reasons, so this is never certain.
//!
//! # Sources
//!
//! - KB 2020943; KB 820129: `MaxFieldLength` and `MaxRequestBytes`, 16384 bytes each by default.

use crate::artifacts::http_err_log::Refused;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;
use crate::facts::fact::Fact;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// The key of HTTP.sys.
const KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters";
/// The limits: on one header, and on all of them with the request line.
const LIMITS: [&str; 2] = ["MaxFieldLength", "MaxRequestBytes"];
/// What both are when nobody sets them.
const DEFAULT: u64 = 16_384;
/// The most that one header may be given, and enough for the largest ticket that Windows makes.
const MOST: u64 = 65_534;
/// A URL of this length is the cause by itself, or may be.
const LONG_URL: usize = 4_096;
/// Lines that are shown.
const LINES: usize = 5;

/// The rule.
#[derive(Debug)]
pub struct TokenTooLargeHttp400;

impl Rule for TokenTooLargeHttp400 {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "token-too-large-http400",
            title: "HTTP.sys refuses requests whose headers are too long",
            explanation: "A Kerberos ticket lists the groups of its user and travels in a header. Users of very many \
                groups exceed what HTTP.sys accepts, and get 400 before IIS sees the request; the log of the site \
                shows nothing.",
            layer: Layer::Reach,
            references: &["KB 2020943", "KB 820129"],
            explains: &[],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (host, _) in situation.facts.web_servers()? {
            answer.applies();
            let need = || NotKnown::naming("the log of HTTP.sys (HTTPERR) of", host.identity.name.as_str());
            let Some(log) = &host.traffic.refused else {
                answer.open(need());
                continue;
            };
            let refused = log.seen().map(|log| log.requests.as_slice()).unwrap_or_default();
            let too_long = refused.iter().filter(|request| is_too_long(request));
            let (addresses, refused): (Vec<_>, Vec<_>) =
                too_long.partition(|request| request.address_length() >= LONG_URL);
            if !addresses.is_empty() {
                answer.find(long_addresses(host, &addresses));
            }
            if !refused.is_empty() {
                answer.find(finding(host, &refused));
            } else if log.complete().is_err() {
                answer.open(need());
            }
        }
        Ok(())
    }
}

fn is_too_long(request: &Refused) -> bool {
    request.status == Some(400) && matches!(request.reason.as_str(), "FieldLength" | "RequestLength" | "URL")
}

/// A long address is refused whoever asks for it.
fn long_addresses(host: &HostFacts, refused: &[&Refused]) -> Finding {
    let name = host.identity.name.as_str();
    let longest = refused.iter().map(|request| request.address_length()).max().unwrap_or_default();
    let summary =
        format!("{name} refused {} whose address is too long, up to {longest} bytes", requests(refused.len()));
    let at = refused.iter().map(|request| request.at).take(LINES);
    Finding::seen(Severity::Info, Confidence::Certain, summary, at)
        .because("It is the address that is too long, and no ticket: these requests fail for every user, however they sign in.")
        .about([name.to_owned()])
        .fixed_by([Fix::new("Let the application send what it asks for in the body (POST)", Risk::Safe, Privilege::ServerAdmin)
            .noting("Or raise MaxFieldLength and MaxRequestBytes of HTTP.sys, and the limits of request filtering.")])
}

fn finding(host: &HostFacts, refused: &[&Refused]) -> Finding {
    let name = host.identity.name.as_str();
    let (limits, settings_at) = limits(host);
    let summary = format!("{name} refused {} with headers that are too long", requests(refused.len()));
    Finding::seen(Severity::Blocker, Confidence::Likely, summary, refused.iter().map(|request| request.at).take(LINES))
        .and(settings_at)
        .because(format!(
            "The usual reason is a ticket of a user in very many groups; large cookies give the same. {limits}"
        ))
        .about([name.to_owned()])
        .fixed_by([raise(), fewer_groups()])
}

fn requests(count: usize) -> String {
    if count == 1 { "a request".to_owned() } else { format!("{count} requests") }
}

/// What the limits are, in words, and where they are set.
fn limits(host: &HostFacts) -> (String, Vec<Evidence>) {
    let settings = LIMITS.map(|name| (name, host.settings.value(KEY, name)));
    let mut places = Vec::new();
    let words = settings.iter().map(|(name, setting)| match setting {
        Fact::Known(set) => {
            places.push(set.at);
            format!("{name} is {}", set.number().unwrap_or(DEFAULT))
        }
        Fact::Partial(..) | Fact::Unknown(_) => format!("{name} is not known, and {DEFAULT} unless it is set"),
    });
    (format!("{}.", words.collect::<Vec<_>>().join("; ")), places)
}

fn raise() -> Fix {
    let set = |name: &str| CommandLine::of(&format!("reg add {KEY} /v {name} /t REG_DWORD /d {MOST} /f")).build();
    let delete = |name: &str| CommandLine::of(&format!("reg delete {KEY} /v {name} /f")).build();
    Fix {
        title: "Let HTTP.sys accept longer headers".to_owned(),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(
            "It takes effect when the server was restarted. The way back deletes both values, which is right where \
            they were not set before."
                .to_owned(),
        ),
        commands: LIMITS.iter().filter_map(|name| set(name)).collect(),
        undo: LIMITS.iter().filter_map(|name| delete(name)).collect(),
        verify: CommandLine::of(&format!("reg query {KEY}")).build().into_iter().collect(),
    }
}

fn fewer_groups() -> Fix {
    Fix {
        title: "Take the users out of groups that they do not need".to_owned(),
        risk: Risk::Safe,
        privilege: Privilege::DomainAdmin,
        note: Some("Groups of their history (SIDHistory) count the most.".to_owned()),
        commands: Vec::new(),
        undo: Vec::new(),
        verify: CommandLine::of("whoami /groups").build().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, HTTP_LOG, REGISTRY, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &TokenTooLargeHttp400, expected)
    }

    #[test]
    fn headers_that_are_too_long_are_found_with_the_limits() {
        let world = World::healthy().http_sys_refused("FieldLength", "/").http_sys_refused("RequestLength", "/x");
        let answered = check(&world.registry(KEY, "MaxFieldLength", Data::Dword(32_768)), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "WEB01 refused 2 requests with headers that are too long");
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Likely));
        assert!(points_at(finding, &[HTTP_LOG.line(1), HTTP_LOG.line(2), REGISTRY.line(1)]));
        assert!(finding.explanation.contains("MaxFieldLength is 32768; MaxRequestBytes is not known"), "{finding:?}");
        assert_eq!((finding.fixes[0].commands.len(), finding.fixes[0].undo.len()), (2, 2));
    }

    #[test]
    fn a_long_url_or_another_reason_is_not_a_ticket() {
        let long = format!("/{}", "x".repeat(LONG_URL));
        for path in [long.as_str(), "/search?[24310]"] {
            let answered = check(&World::healthy().http_sys_refused("RequestLength", path), Verdict::Found);
            let finding = answered.finding();
            assert!(finding.summary.contains("a request whose address is too long, up to "), "{finding:?}");
            assert_eq!((finding.severity, finding.confidence), (Severity::Info, Confidence::Certain));
        }
        let both = World::healthy().http_sys_refused("FieldLength", "/").http_sys_refused("RequestLength", &long);
        assert_eq!(check(&both, Verdict::Found).findings.len(), 2);
        check(&World::healthy().http_sys_refused("Connection_Dropped", "/"), Verdict::Clear);
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn without_the_whole_log_it_is_open() {
        for world in [World::healthy().no_http_log(), World::healthy().part_of_http_log()] {
            assert_eq!(check(&world, Verdict::Open).needs, ["the log of HTTP.sys (HTTPERR) of WEB01"]);
        }
        check(&World::healthy().http_sys_refused("FieldLength", "/").part_of_http_log(), Verdict::Found);
    }
}
