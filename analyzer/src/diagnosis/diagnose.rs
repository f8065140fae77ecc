//! Asks every rule of the table, and survives one that breaks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::diagnosis::rank::{RankedFinding, rank};
use crate::evidence::gap::NotKnown;
use crate::rules::answer::{Answer, Verdict};
use crate::rules::rule::{Rule, RuleInfo, Situation};

/// What all rules say about a case.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// The answer of each rule, in the order of the table.
    pub answers: Vec<RuleAnswer>,
    /// What was found, the first cause first, consequences right after their cause.
    pub findings: Vec<RankedFinding>,
}

/// The answer of one rule.
#[derive(Clone, Debug)]
pub struct RuleAnswer {
    /// The rule.
    pub rule: &'static RuleInfo,
    /// Its verdict.
    pub verdict: Verdict,
    /// What it would need to say more.
    pub not_known: Option<NotKnown>,
}

impl Diagnosis {
    /// How many rules answered like this.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.answers.iter().filter(|answer| answer.verdict == verdict).count()
    }

    /// The one cause to deal with first, if there is one.
    pub fn primary(&self) -> Option<&RankedFinding> {
        self.findings.iter().find(|finding| finding.is_primary())
    }

    /// How many causes users notice; consequences are not counted.
    pub fn problems(&self) -> usize {
        self.findings.iter().filter(|found| found.is_cause() && found.finding.severity.is_problem()).count()
    }

    /// Everything that would have to be collected to close the rules that are open.
    pub fn needs(&self) -> NotKnown {
        let open = self.answers.iter().filter(|answer| answer.verdict == Verdict::Open);
        open.filter_map(|answer| answer.not_known.clone()).fold(NotKnown::default(), NotKnown::and)
    }
}

/// Asks the rules about a case.
pub fn diagnose(rules: &[&'static dyn Rule], situation: &Situation<'_>) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    let mut findings = Vec::new();
    for rule in rules {
        let answer = ask(*rule, situation);
        let verdict = answer.as_ref().map_or(Verdict::Failed, Answer::verdict);
        let (found, not_known) = answer.map(|answer| (answer.findings, answer.not_known)).unwrap_or_default();
        findings.extend(found.into_iter().map(|finding| (rule.info(), finding)));
        diagnosis.answers.push(RuleAnswer { rule: rule.info(), verdict, not_known });
    }
    diagnosis.findings = rank(&findings);
    diagnosis
}

/// The answer of a rule; none when it broke.
fn ask(rule: &dyn Rule, situation: &Situation<'_>) -> Option<Answer> {
    let asked = catch_unwind(AssertUnwindSafe(|| {
        let mut answer = Answer::default();
        if let Err(not_known) = rule.check(situation, &mut answer) {
            answer.open(not_known);
        }
        answer
    }));
    asked.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::rank::Standing;
    use crate::exchange::derive::exchanges;
    use crate::facts::account_control::AccountControl;
    use crate::facts::case_facts::Facts;
    use crate::rules::fixture::World;
    use crate::rules::rule::Layer;
    use crate::rules::table::RULES;

    #[derive(Debug)]
    struct Broken;

    impl Rule for Broken {
        fn info(&self) -> &'static RuleInfo {
            static INFO: RuleInfo = RuleInfo {
                name: "broken",
                title: "it breaks",
                explanation: "",
                layer: Layer::Reach,
                references: &[],
                explains: &[],
            };
            &INFO
        }

        fn check(&self, _: &Situation<'_>, _: &mut Answer) -> Result<(), NotKnown> {
            panic!("as a test wants it")
        }
    }

    #[test]
    fn a_rule_that_breaks_is_reported_and_the_others_go_on() {
        let facts = Facts::default();
        let diagnosis = diagnose(&[&Broken], &Situation::of(&facts, &[]));
        assert_eq!(diagnosis.count(Verdict::Failed), 1);
    }

    const NAME: &str = "HTTP/intranet.contoso.com";
    const OWN_NAME: &str = "HTTP/web01.contoso.com";

    /// One ticket, one cause: no two of these speak of the same SPN on the same path.
    const ONE_PER_TICKET: [&str; 10] = [
        "spn-missing",
        "spn-duplicate",
        "account-spn-but-account-missing",
        "local-account-pool",
        "kernelmode-spn-on-pool-account",
        "spn-alias-cname",
        "http-spn-shadows-host",
        "spn-on-wrong-account",
        "pool-account-spn-on-machine",
        "krb-ap-err-modified-key-mismatch",
    ];

    /// One offer, one cause: no two of these speak of the same path.
    const ONE_PER_OFFER: [&str; 6] = [
        "windows-auth-disabled",
        "providers-empty-after-clear",
        "providers-negotiate-missing",
        "providers-upgrade-from-iis4",
        "providers-overridden-at-child",
        "providers-order-ntlm-first",
    ];

    fn diagnosed(world: &World) -> Diagnosis {
        let facts = world.facts();
        let exchanges = exchanges(&facts);
        diagnose(RULES, &Situation::of(&facts, &exchanges))
    }

    fn standings(world: &World) -> Vec<(&'static str, Standing)> {
        diagnosed(world).findings.iter().map(|found| (found.rule.name, found.standing)).collect()
    }

    /// Every fault that the words of the fixture can make.
    fn faults() -> Vec<fn(World) -> World> {
        vec![
            |world| world,
            |world| world.offers(&["NTLM"]),
            |world| world.offers(&["NTLM", "Negotiate"]),
            |world| world.offers(&["Negotiate:Kerberos"]),
            |world| world.offers(&[]),
            World::windows_off,
            World::pool_credentials_off,
            World::kernel_mode_off,
            |world| world.pool_runs_as("NetworkService"),
            |world| world.pool_runs_as(".\\bob"),
            |world| world.reached_as("web01.contoso.com"),
            |world| world.reached_as("web01.contoso.com").pool_credentials_off(),
            |world| world.alias("intranet.contoso.com", "web01.contoso.com"),
            |world| world.nobody_holds(NAME),
            |world| world.holds(NAME, "svc-old"),
            |world| world.held_only_by(NAME, "svc-old"),
            |world| world.holds(OWN_NAME, "svc-old"),
            |world| world.holds(OWN_NAME, "svc-web"),
            |world| world.nobody_holds("HOST/web01").nobody_holds("HOST/web01.contoso.com"),
            |world| world.path("/app", World::pool_credentials_off),
            |world| world.not_searched(NAME).duplicates_not_searched(),
            World::may_be_overridden,
            |world| world.flag("svc-web", AccountControl::DISABLED),
            |world| world.flag("WEB01", AccountControl::DISABLED),
            |world| world.holds(NAME, "CN=svc-web,DC=fabrikam,DC=com"),
            |world| world.clock_off(660),
            |world| world.path("/ntlm", |folder| folder.offers(&["NTLM"])),
            |world| world.of_iis_5("NTLM").offers(&["NTLM"]),
        ]
    }

    /// Every pair of faults, with tickets refused for every name.
    fn worlds() -> impl Iterator<Item = World> {
        let pairs = faults().into_iter().flat_map(|one| faults().into_iter().map(move |other| (one, other)));
        pairs.map(|(one, other)| other(one(World::healthy())).ticket_refused(NAME).ticket_refused(OWN_NAME))
    }

    fn same_path(one: &RankedFinding, other: &RankedFinding) -> bool {
        one.finding.scopes.iter().any(|scope| other.finding.scopes.contains(scope))
    }

    fn same_ticket(one: &RankedFinding, other: &RankedFinding) -> bool {
        let names = |found: &RankedFinding| -> Vec<String> {
            found.finding.subjects.iter().map(|subject| subject.to_lowercase()).collect()
        };
        let names_of_one = names(one);
        let shared = names(other).into_iter().any(|name| name.starts_with("http/") && names_of_one.contains(&name));
        shared && same_path(one, other)
    }

    /// The rules of every two findings that are about the same.
    fn clashes(
        diagnosis: &Diagnosis,
        one_of: &[&str],
        same: fn(&RankedFinding, &RankedFinding) -> bool,
    ) -> Vec<[&'static str; 2]> {
        let concerned: Vec<_> = diagnosis.findings.iter().filter(|found| one_of.contains(&found.rule.name)).collect();
        let pairs = concerned.iter().enumerate().flat_map(|(at, one)| {
            concerned.iter().skip(at.saturating_add(1)).filter(|other| same(one, other)).map(|other| [*one, *other])
        });
        pairs.map(|pair| pair.map(|found| found.rule.name)).collect()
    }

    #[test]
    fn one_ticket_has_one_cause() {
        for world in worlds() {
            assert_eq!(
                clashes(&diagnosed(&world), &ONE_PER_TICKET, same_ticket),
                <[[&str; 2]; 0]>::default(),
                "{world:?}"
            );
        }
    }

    #[test]
    fn one_offer_has_one_cause_and_without_negotiate_there_is_no_ticket() {
        for world in worlds() {
            let diagnosis = diagnosed(&world);
            assert_eq!(clashes(&diagnosis, &ONE_PER_OFFER, same_path), <[[&str; 2]; 0]>::default(), "{world:?}");
            for offer in [
                "windows-auth-disabled",
                "providers-empty-after-clear",
                "providers-negotiate-missing",
                "providers-upgrade-from-iis4",
                "providers-overridden-at-child",
            ] {
                let tickets: Vec<_> = ONE_PER_TICKET.into_iter().chain([offer]).collect();
                let pairs = clashes(&diagnosis, &tickets, same_path);
                assert!(pairs.iter().all(|pair| !pair.contains(&offer)), "{pairs:?}: {world:?}");
            }
        }
    }

    #[test]
    fn every_rule_of_a_ticket_or_an_offer_is_found_in_some_world() {
        let found: Vec<_> = worlds().flat_map(|world| standings(&world)).map(|(rule, _)| rule).collect();
        for rule in ONE_PER_TICKET.iter().chain(&ONE_PER_OFFER) {
            assert!(found.contains(rule), "{rule}");
        }
    }

    #[test]
    fn a_healthy_world_is_clear_whatever_noise_its_logs_hold() {
        let world = World::healthy()
            .kerberos_error(0x19, None, "krbtgt/CONTOSO.COM")
            .kerberos_error(0xd, None, NAME)
            .kerberos_error(0x7, None, "cifs/10.0.0.5")
            .kerberos_error(0x7, None, "krbtgt/FABRIKAM.COM");
        for world in [world, World::healthy(), World::machine_site().pool_runs_as("ApplicationPoolIdentity")] {
            let diagnosis = diagnosed(&world.with_controller());
            assert!(diagnosis.findings.is_empty(), "{:?}", diagnosis.findings);
            assert_eq!(diagnosis.count(Verdict::Clear), RULES.len(), "{:#?}", diagnosis.answers);
        }
    }

    #[test]
    fn without_the_configuration_nothing_about_sites_is_clear() {
        for world in [World::healthy().no_config(), World::healthy().part_of_config()] {
            let diagnosis = diagnosed(&world);
            let clear = diagnosis.answers.iter().filter(|answer| answer.verdict == Verdict::Clear);
            let about_the_server = [
                "token-too-large-http400",
                "max-request-bytes-iis45",
                "workgroup-server",
                "url-is-ip-or-unresolvable",
                "domain-rename-or-fqdn-mismatch",
                "host-spn-missing",
                "spn-registration-events",
                "nlb-windows2000-unsupported",
                "http-spn-collides-with-winrm",
                "secure-channel-broken",
                "machine-password-policy-disabled",
                "clock-skew",
                "udp-fragmentation-vpn",
                "selective-authentication",
                "cross-forest-name-or-external-trust",
                "logon-right-or-workstation-restriction",
                "user-account-problem",
                "maxtokensize-exceeded",
                "credential-manager-override",
                "audit-not-enabled",
                "unconstrained-delegation-not-trusted",
                "basic-front-kerberos-back",
            ];
            assert_eq!(clear.map(|answer| answer.rule.name).collect::<Vec<_>>(), about_the_server);
        }
    }

    #[test]
    fn a_pool_that_cannot_start_comes_before_all_that_its_site_lacks() {
        let world = World::kernel_mode_hides_pool_account().pool_failed("IntranetPool", "2026-01-20T07:00:00Z");
        let expected = [
            ("pool-identity-cannot-start", Standing::Primary),
            ("kernelmode-spn-on-pool-account", Standing::Consequence(0)),
        ];
        assert_eq!(standings(&world), expected);
    }

    #[test]
    fn a_computer_without_its_names_is_why_nobody_holds_them() {
        let world = World::machine_site().nobody_holds("HOST/web01").nobody_holds("HOST/web01.contoso.com");
        let expected = [("host-spn-missing", Standing::Primary), ("spn-missing", Standing::Consequence(0))];
        assert_eq!(standings(&world), expected);
    }
}
