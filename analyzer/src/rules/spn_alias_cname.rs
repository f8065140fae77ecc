//! The SPN is registered for an alias, and browsers ask for the name behind it.
//!
//! # Symptom
//!
//! Password prompts and 401 under the alias, while clients that do not follow aliases sign in.
//!
//! # Condition
//!
//! The name in the URL is a CNAME. The account that decrypts holds `HTTP/<alias>`, and another account holds
//! `HTTP/<name behind it>` or its `HOST`.
//!
//! # Refuted by
//!
//! An address record; the machine decrypting for its own name, which works by itself.
//!
//! # Sources
//!
//! - KB 911149: Internet Explorer follows a CNAME before it asks for a ticket.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Finding, Fix, Privilege, Risk};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::wrong_key::{Kind, WrongKey, wrong_keys};

/// The rule.
#[derive(Debug)]
pub struct SpnAliasCname;

impl Rule for SpnAliasCname {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "spn-alias-cname",
            title: "Browsers follow a CNAME away from the name that holds the SPN",
            explanation: "Internet Explorer, Edge and Chrome look a name up before they ask for a ticket. When it is \
                a CNAME, they ask for the SPN of the name behind it. An SPN that is registered for the alias is then \
                never asked for, and the name behind it may belong to another account. An address record instead of \
                a CNAME avoids this.",
            layer: Layer::Identity,
            references: &["KB 911149"],
            explains: &["krb-ap-err-modified-key-mismatch"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for wrong in wrong_keys(Kind::FollowedAlias, situation, answer)? {
            answer.find(finding(&wrong));
        }
        Ok(())
    }
}

fn finding(wrong: &WrongKey<'_>) -> Finding {
    let aliases = wrong.url_hosts.join(" and ");
    let summary = format!(
        "{aliases} is a CNAME: browsers ask for {}, which is the key of {}, while {} decrypts as {}",
        wrong.spn_list(),
        wrong.holder,
        wrong.path.name(),
        wrong.identity
    );
    let explanation = format!(
        "{} holds the SPN of the alias, but browsers never ask for it: they follow the CNAME first. The ticket they \
         get is encrypted for {}, so the site cannot decrypt it.",
        wrong.identity, wrong.holder
    );
    wrong.finding(summary).because(explanation).about(wrong.url_hosts.clone()).fixed_by([address_record(wrong)])
}

fn address_record(wrong: &WrongKey<'_>) -> Fix {
    let aliases = wrong.url_hosts.join(" and ");
    let lookups = wrong.url_hosts.iter().map(|name| CommandLine::of("nslookup").name(name).build());
    Fix {
        title: format!("Replace the CNAME of {aliases} by an address record (A, AAAA) with the address of the server"),
        risk: Risk::Disruptive,
        privilege: Privilege::DomainAdmin,
        note: Some(
            "Clients see the change when the old record's lifetime is over. Do not move HTTP/<server> to the pool's \
             account instead: remote management of the server (WinRM) uses that name."
                .to_owned(),
        ),
        commands: Vec::new(),
        undo: Vec::new(),
        verify: appcmd::all(lookups),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::finding::{Confidence, Severity};
    use crate::rules::fixture::{self, DNS, FIRST_TICKET, POOL, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &SpnAliasCname, expected)
    }

    fn alias() -> World {
        World::healthy().alias("intranet.contoso.com", "web01.contoso.com")
    }

    #[test]
    fn an_alias_that_leads_away_from_the_account_is_found() {
        let world = alias();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = "intranet.contoso.com is a CNAME: browsers ask for HTTP/web01.contoso.com, which is the key of \
            CONTOSO\\WEB01$, while Intranet decrypts as CONTOSO\\svc-web";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert!(points_at(finding, &[DNS, POOL, world.held_at("HOST/web01.contoso.com", "WEB01")]));
        let fix = &finding.fixes[0];
        assert!(fix.title.contains("address record"), "{}", fix.title);
        assert!(fix.commands.is_empty(), "DNS servers differ: no command fits all");
        let verify: Vec<_> = fix.verify.iter().map(ToString::to_string).collect();
        assert_eq!(verify, ["nslookup intranet.contoso.com"]);
    }

    #[test]
    fn another_account_behind_the_alias_is_found_as_well() {
        let answered = check(&alias().holds("HTTP/web01.contoso.com", "svc-old"), Verdict::Found);
        assert!(answered.finding().summary.contains(r"which is the key of CONTOSO\svc-old"));
    }

    #[test]
    fn a_ticket_for_the_alias_shows_a_client_that_did_not_follow_it() {
        let answered = check(&alias().ticket("HTTP/intranet.contoso.com"), Verdict::Found);
        assert_eq!(answered.finding().confidence, Confidence::Likely);
        assert!(points_at(answered.finding(), &[FIRST_TICKET]));
        let followed = check(&alias().ticket("HTTP/web01.contoso.com"), Verdict::Found);
        assert_eq!(followed.finding().confidence, Confidence::Certain);
    }

    #[test]
    fn browsers_that_are_told_to_take_the_name_in_the_url_do_not_follow_it() {
        let edge = (r"HKCU\SOFTWARE\Policies\Microsoft\Edge", "DisableAuthNegotiateCnameLookup");
        let explorer =
            (r"HKLM\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_USE_CNAME_FOR_SPN_KB911149", "*");
        let told = |world: World, (key, name): (&str, &str)| world.client_registry(key, name, Data::Dword(1));
        check(&told(alias(), edge), Verdict::Found);
        check(&told(alias(), explorer), Verdict::Found);
        check(&told(told(alias(), edge), explorer), Verdict::Clear);
    }

    #[test]
    fn an_address_record_is_clear() {
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn an_alias_of_the_machine_works_by_itself() {
        check(&alias().pool_credentials_off(), Verdict::Clear);
        check(&alias().pool_runs_as("NetworkService"), Verdict::Clear);
    }

    #[test]
    fn an_alias_works_when_its_target_is_held_by_the_same_account() {
        check(&alias().holds("HTTP/web01.contoso.com", "svc-web"), Verdict::Clear);
    }

    #[test]
    fn an_alias_that_nobody_registered_is_the_business_of_another_rule() {
        check(&alias().nobody_holds("HTTP/intranet.contoso.com"), Verdict::Clear);
    }

    #[test]
    fn it_is_open_while_dns_or_the_directory_was_not_asked() {
        assert_eq!(check(&World::healthy().no_dns(), Verdict::Open).needs, ["nslookup intranet.contoso.com"]);
        let world = alias().not_searched("HTTP/web01.contoso.com");
        assert_eq!(check(&world, Verdict::Open).needs, ["setspn -Q HTTP/web01.contoso.com"]);
        assert_eq!(check(&alias().no_config(), Verdict::Open).needs, ["applicationHost.config"]);
    }
}
