//! What entries of the directory say, and what an answer proves about accounts that are not in it.

use crate::artifacts::contents::ReadArtifact;
use crate::artifacts::ldif::{DirectoryAnswer, Entry};
use crate::evidence::place::{Cited, Evidence};
use crate::facts::account::Dn;
use crate::facts::account_state::AccountState;
use crate::facts::directory::Directory;
use crate::facts::ldap_filter::{Filter, Pattern};
use crate::facts::ldap_question::Question;
use crate::facts::spn::Spn;
use crate::facts::trusts::Trust;

/// Trusts that are kept at most.
const TRUSTS: usize = 1_000;
/// The filter for members of a group, directly or through other groups.
const MEMBER_OF: &str = "(memberof:1.2.840.113556.1.4.1941:=";
/// LDAP result code of a search that went to its end.
const SUCCESS: u32 = 0;

/// Takes an answer of the directory.
pub fn take(directory: &mut Directory, answer: &DirectoryAnswer, read: &ReadArtifact) {
    let question = Question::of(answer, read.artifact.source.as_deref());
    for entry in &answer.entries {
        account(directory, entry, &question, read);
        if read.is_whole() {
            aliases(directory, entry);
        }
        domain(directory, entry);
        level(directory, entry);
    }
    let is_complete = answer.result.as_ref().is_some_and(|result| result.value == SUCCESS);
    if is_complete && read.is_whole() {
        absent(directory, answer, &question, read);
    }
}

/// An account with the SPNs that it holds.
fn account(directory: &mut Directory, entry: &Entry, question: &Question, read: &ReadArtifact) {
    let spns: Vec<_> = entry.texts("servicePrincipalName").collect();
    let name = entry.text("sAMAccountName");
    if spns.is_empty() && name.is_none() {
        return;
    }
    let dn = Dn::new(entry.dn.value.clone());
    directory.learn(dn.clone(), AccountState::of(entry, question));
    if let Some(name) = name {
        directory.names.state(&dn, name.value);
    }
    if let Some(principal) = entry.text("userPrincipalName") {
        directory.names.state_principal(&dn, principal.value);
    }
    // An account without SPNs has no such attribute; that it has none must have been asked.
    let is_told = !spns.is_empty() || question.tells_all_spns();
    if is_told && read.is_whole() {
        directory.list(dn.clone(), entry.dn.at);
    }
    for spn in spns {
        if let Some(name) = Spn::parse(spn.value) {
            directory.hold(name, dn.clone(), spn.at);
        }
    }
}

/// `host=alerter,appmgmt,…`: accounts that hold the first class are found under the others, and under no more.
fn aliases(directory: &mut Directory, entry: &Entry) {
    for mapping in entry.texts("sPNMappings") {
        if let Some((held, asked)) = mapping.value.split_once('=') {
            directory.alias(held, asked.split(',').map(str::to_owned), mapping.at);
        }
    }
}

/// A domain of the forest, or one that it trusts, under its two names.
fn domain(directory: &mut Directory, entry: &Entry) {
    let domains = &mut directory.names.domains;
    if let (Some(netbios), Some(context)) = (entry.text("nETBIOSName"), entry.text("nCName"))
        && let Some(dns) = Dn::new(context.value).domain_alone().filter(|dns| !dns.is_empty())
    {
        domains.name(netbios.value, &dns);
        domains.belong(&dns);
    }
    if let (Some(netbios), Some(dns)) = (entry.text("flatName"), entry.text("trustPartner")) {
        domains.name(netbios.value, dns.value);
    }
    if let Some(trust) = Trust::of(entry).filter(|_| directory.trusts.len() < TRUSTS) {
        directory.trusts.push(trust);
    }
}

/// The functional level of the domain, as a domain controller says of itself.
fn level(directory: &mut Directory, entry: &Entry) {
    let level = entry.text("domainFunctionality").filter(|_| entry.dn.value.is_empty());
    if let Some(level) = level.and_then(|level| Some(Cited::new(level.value.parse().ok()?, level.at))) {
        directory.level.get_or_insert(level);
    }
}

/// Whether the account that is the base of a search belongs to the group that is its subject: the search finds the
/// account if it does.
fn membership(directory: &mut Directory, answer: &DirectoryAnswer, question: &Question, at: Evidence) {
    let is_protected_users = |group: &str| group.starts_with("S-1-5-21-") && group.ends_with("-525");
    let group = answer.remark("subject").filter(|group| is_protected_users(&group.value));
    let asks = answer.remark("filter").is_some_and(|filter| filter.value.to_ascii_lowercase().starts_with(MEMBER_OF));
    if let (Some(dn), Some(_), true) = (question.looks_at(), group, asks) {
        let is_member = answer.entries.iter().any(|entry| Dn::new(entry.dn.value.clone()) == dn);
        let state = AccountState { is_protected: Some(Cited::new(is_member, at)), ..AccountState::unknown(at) };
        directory.learn(dn, state);
    }
}

/// Who is not in the answer to a search that went to its end.
fn absent(directory: &mut Directory, answer: &DirectoryAnswer, question: &Question, read: &ReadArtifact) {
    let at = answer_at(answer, read);
    membership(directory, answer, question, at);
    if let Some(reach) = question.reach() {
        for form in question.finds("serviceprincipalname") {
            match form.exact() {
                Some(name) => {
                    if let Some(spn) = Spn::parse(name) {
                        directory.search(spn, reach.clone(), at);
                    }
                }
                None => directory.sweep(form.clone(), reach.clone(), at),
            }
        }
    }
    let system = |base: Dn| base.as_str().to_lowercase().starts_with("cn=system,dc=");
    let all_trusts = |form: &&Pattern| form.fits("trusteddomain");
    if question.looks_below().is_some_and(system) && question.finds("objectclass").iter().any(all_trusts) {
        directory.trusts_searched = true;
    }
    let partitions = |base: Dn| base.as_str().to_lowercase().starts_with("cn=partitions,cn=configuration,dc=");
    if question.looks_below().is_some_and(partitions) && finds_all_domains(question.filter()) {
        directory.names.domains.close();
    }
}

/// Whether every domain of the forest fits the filter: each has a NetBIOS name, and is a cross-reference.
fn finds_all_domains(filter: &Filter) -> bool {
    match filter {
        Filter::And(all) => !all.is_empty() && all.iter().all(finds_all_domains),
        Filter::Or(any) => any.iter().any(finds_all_domains),
        Filter::Like { attribute, pattern } => match attribute.as_str() {
            "objectclass" | "objectcategory" => pattern.fits("crossref"),
            "netbiosname" => pattern.fits(""),
            _ => false,
        },
        Filter::Other => false,
    }
}

/// Where an answer can be seen: all that was asked and how it ended when that is all there is, or else the question.
fn answer_at(answer: &DirectoryAnswer, read: &ReadArtifact) -> Evidence {
    let question = answer.remark("filter").map(|filter| filter.at);
    let result = answer.result.as_ref().map(|result| result.at).filter(|_| answer.entries.is_empty());
    match (question, result) {
        (Some(question), Some(result)) => question.through(result),
        (Some(question), None) => question,
        (None, _) => read.id.whole(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::contents::Contents;
    use crate::evidence::gap::NotKnown;
    use crate::evidence::place::ArtifactId;
    use crate::facts::account::AccountName;
    use crate::facts::fact::Fact;
    use kerbscope_shared::kind::ArtifactKind;
    use kerbscope_shared::manifest::CollectionStatus;

    fn artifact(text: &str, status: CollectionStatus) -> ReadArtifact {
        ReadArtifact::brought(0, ArtifactKind::Directory, None, status, Some(text))
    }

    fn directory_of(read: &ReadArtifact) -> Directory {
        let mut directory = Directory::default();
        let Contents::Directory(answers) = &read.contents.value else { panic!("{:?}", read.contents) };
        for answer in answers {
            take(&mut directory, answer, read);
        }
        directory
    }

    fn directory(text: &str) -> Directory {
        directory_of(&artifact(text, CollectionStatus::Collected))
    }

    fn spn(text: &str) -> Spn {
        Spn::parse(text).expect("an SPN")
    }

    fn nobody(directory: &Directory) -> Fact<usize> {
        directory.holders(&spn("HTTP/www.contoso.com")).map(|holders| holders.len())
    }

    const QUESTION: &str = "version: 1\n# server: dc1.contoso.com:3268\n# base:\n# scope: subtree\n\
        # filter: (servicePrincipalName=HTTP/www.contoso.com)\n\
        # attributes: sAMAccountName,servicePrincipalName\n\n";
    const ENTRY: &str = "dn: CN=Web Service,CN=Users,DC=contoso,DC=com\nsAMAccountName: svc-web\n\
        servicePrincipalName: HTTP/www.contoso.com\nservicePrincipalName: HTTP/www\n\n";
    const END: &str = "# result: 0\n# entries: 0\n";

    #[test]
    fn a_search_to_its_end_proves_who_holds_a_name_and_that_nobody_else_does() {
        let directory = directory(&format!("{QUESTION}{ENTRY}{END}"));
        let holders = directory.holders(&spn("HTTP/www.contoso.com"));
        let [holder] = holders.complete().expect("all are known").as_slice() else { panic!("{holders:?}") };
        assert_eq!(holder.at, ArtifactId(0).line(10));
        assert_eq!(directory.name_of(&holder.dn).to_string(), r"CONTOSO\svc-web");
        assert_eq!(directory.is_searched_everywhere(&spn("HTTP/www.contoso.com")), Some(true));
        let spns = directory.spns_of(&AccountName::parse(r"CONTOSO\svc-web"));
        assert_eq!(spns.complete().map(|spns| (spns.spns.len(), spns.at)), Ok((2, ArtifactId(0).line(8))));
        assert!(matches!(directory.holders(&spn("HTTP/www")), Fact::Partial(..)), "it was not searched for");
    }

    #[test]
    fn an_empty_answer_proves_absence_and_points_at_question_and_end() {
        let directory = directory(&format!("{QUESTION}{END}"));
        assert_eq!(nobody(&directory), Fact::Known(0));
        assert_eq!(directory.search_for(&spn("HTTP/www.contoso.com")), Some(ArtifactId(0).lines(5, 8)));
        assert!(matches!(directory.holders(&spn("HTTP/app")), Fact::Unknown(_)));
    }

    #[test]
    fn an_answer_that_is_not_whole_proves_no_absence() {
        let open = Fact::Unknown(NotKnown::until("setspn -Q HTTP/www.contoso.com"));
        let whole = format!("{QUESTION}{END}");
        for text in [
            QUESTION.to_owned(),
            whole.replace("result: 0", "result: 4 (size limit)"),
            whole.replace("result: 0", "result: "),
            whole.replace("subtree", "one-level"),
            whole.replace("# base:", "# base: OU=Servers,DC=contoso,DC=com"),
            whole.replace("(service", "(!(service").replace("com)", "com))"),
            whole.replace("(service", "(&(cn=x)(service").replace("com)", "com))"),
            whole.replace(":3268", ":389"),
            format!("{whole}\ndn: CN=x,DC=b\ncn:: ???\n\n"),
        ] {
            assert_eq!(nobody(&directory(&text)), open, "{text}");
        }
        for status in [CollectionStatus::Truncated, CollectionStatus::TimedOut, CollectionStatus::Failed(1)] {
            assert_eq!(nobody(&directory_of(&artifact(&whole, status))), open, "{status:?}");
        }
    }

    #[test]
    fn a_search_of_one_domain_is_enough_unless_others_are_known() {
        let one = format!("{QUESTION}{END}").replace(":3268", ":389").replace("# base:", "# base: DC=contoso,DC=com");
        assert_eq!(nobody(&directory(&one)), Fact::Known(0));
        let two = format!("{one}\n{DOMAINS}{END}");
        assert_eq!(nobody(&directory(&two)), Fact::Unknown(NotKnown::until("setspn -F -Q HTTP/www.contoso.com")));
        let name = spn("HTTP/www.contoso.com");
        assert_eq!(directory(&format!("{one}\n{}{END}", only_contoso())).is_searched_everywhere(&name), Some(true));
        let elsewhere = only_contoso().replace("# base: CN=Partitions,", "# base: CN=Sites,");
        for domains in [only_contoso().to_owned(), format!("{elsewhere}{END}")] {
            assert_eq!(directory(&format!("{one}\n{domains}")).is_searched_everywhere(&name), None, "{domains}");
        }
    }

    const DOMAINS: &str = "# base: CN=Partitions,CN=Configuration,DC=contoso,DC=com\n# scope: one-level\n\
        # filter: (&(objectClass=crossRef)(nETBIOSName=*))\n\n\
        dn: CN=CORP,CN=Partitions,CN=Configuration,DC=contoso,DC=com\nnETBIOSName: CORP\nnCName: DC=contoso,DC=com\n\n\
        dn: CN=EMEA,CN=Partitions,CN=Configuration,DC=contoso,DC=com\nnETBIOSName: EMEA\n\
        nCName: DC=emea,DC=contoso,DC=com\n\n";

    fn only_contoso() -> &'static str {
        DOMAINS.split("dn: CN=EMEA").next().unwrap_or_default()
    }

    #[test]
    fn domains_have_the_names_that_the_directory_gives_them() {
        let directory = directory(&format!("{QUESTION}{ENTRY}{END}{DOMAINS}"));
        let holder = Dn::new("CN=Web Service,CN=Users,DC=contoso,DC=com");
        assert_eq!(directory.name_of(&holder).to_string(), r"CORP\svc-web");
        assert_eq!(directory.is(&AccountName::parse(r"CORP\svc-web"), &holder), Some(true));
        assert_eq!(directory.is(&AccountName::parse(r"CONTOSO\svc-web"), &holder), Some(false));
    }

    #[test]
    fn the_directory_says_what_host_stands_for() {
        let mapped =
            |list: &str| directory(&format!("version: 1\n\ndn: CN=Directory Service\nsPNMappings: {list}\n\n"));
        assert_eq!(mapped("host=alerter,http").alias_of(&spn("HTTP/a")), Some(spn("HOST/a")));
        assert_eq!(mapped("host=alerter,cifs").alias_of(&spn("HTTP/a")), None);
        assert_eq!(directory("version: 1\n\ndn: CN=a\ncn: a\n\n").alias_of(&spn("HTTP/a")), Some(spn("HOST/a")));
        let cut = artifact("version: 1\n\ndn: CN=a\nsPNMappings: host=alerter\n\n", CollectionStatus::Truncated);
        assert_eq!(directory_of(&cut).alias_of(&spn("HTTP/a")), Some(spn("HOST/a")));
    }

    #[test]
    fn an_export_without_its_question_proves_what_is_in_it() {
        let export = format!("{}{}", ENTRY, ENTRY.replace("Web Service", "Old Service").replace("svc-web", "svc-old"));
        let directory = directory(&export.replace("sAMAccountName", "changetype: add\nsAMAccountName"));
        assert_eq!(directory.duplicates().count(), 2);
        assert!(directory.spns_of(&AccountName::parse("svc-web")).complete().is_ok(), "an entry has all its values");
        let none = self::directory("dn: CN=svc,DC=contoso,DC=com\nsAMAccountName: svc\n\n");
        assert!(none.spns_of(&AccountName::parse("svc")).complete().is_err(), "nobody tells that they were asked for");
    }

    #[test]
    fn the_server_tells_its_level_and_the_directory_its_trusts() {
        let root = "version: 1\n# base:\n\ndn:\ndomainFunctionality: 7\n\n";
        let trust = "dn: CN=fabrikam.com,CN=System,DC=contoso,DC=com\ntrustPartner: fabrikam.com\nflatName: FAB\n\n";
        let directory = directory(&format!("{root}{trust}"));
        assert_eq!(directory.level, Some(Cited::new(7, ArtifactId(0).line(5))));
        assert_eq!(directory.trusts.len(), 1);
        let partner = Dn::new("CN=svc,DC=fabrikam,DC=com");
        assert_eq!(directory.is(&AccountName::parse(r"FAB\svc"), &partner), Some(true));
    }

    #[test]
    fn all_trusts_are_known_when_their_search_went_to_the_end() {
        let searched = |base: &str, end: &str| {
            let question =
                format!("version: 1\n# base: {base}\n# scope: one-level\n# filter: (objectClass=trustedDomain)\n\n");
            directory(&format!("{question}{end}")).trusts_searched
        };
        assert!(searched("CN=System,DC=contoso,DC=com", END));
        assert!(!searched("CN=System,DC=contoso,DC=com", "") && !searched("CN=Users,DC=contoso,DC=com", END));
    }

    #[test]
    fn a_membership_is_known_when_its_search_went_to_the_end() {
        let question = "# base: CN=svc,DC=contoso,DC=com\n# scope: base\n\
            # filter: (memberOf:1.2.840.113556.1.4.1941:=CN=Protected Users,CN=Users,DC=contoso,DC=com)\n\
            # subject: S-1-5-21-1-2-3-525\n\n";
        let member = "dn: CN=svc,DC=contoso,DC=com\nsAMAccountName: svc\n\n";
        let is_protected = |text: String| {
            let directory = directory(&text);
            let state = directory.state(&Dn::new("CN=svc,DC=contoso,DC=com"));
            state.and_then(|state| state.is_protected.as_ref()).map(|member| member.value)
        };
        assert_eq!(is_protected(format!("{question}{member}{END}")), Some(true));
        assert_eq!(is_protected(format!("{question}{END}")), Some(false));
        assert_eq!(is_protected(format!("{question}{member}")), None);
        assert_eq!(is_protected(format!("{question}{END}").replace("-525", "-512")), None);
        assert_eq!(is_protected(format!("{question}{END}").replace("memberOf", "cn")), None);
        assert_eq!(is_protected(format!("{question}{END}").replace("scope: base", "scope: subtree")), None);
    }

    #[test]
    fn a_list_of_which_a_part_is_missing_lists_no_account() {
        let account = AccountName::parse("svc-web");
        let ranged = ENTRY.replace("Name: HTTP/www\n", "Name;range=0-0: HTTP/www\n");
        for text in [ranged, ENTRY.trim_end().to_owned()] {
            assert!(directory(&format!("{QUESTION}{text}")).spns_of(&account).complete().is_err(), "{text}");
        }
    }
}
