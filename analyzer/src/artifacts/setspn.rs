//! `setspn` output: which account holds which SPN, whether a name was found, which names are held twice.
//!
//! Accounts are recognized by their distinguished names and SPNs by their slash, not by the words around them:
//! the tool prints in the language of Windows.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Place};
use crate::formats::text::{Text, is_damaged};
use crate::formats::wrapped;

/// What a file holds: usually one run of `setspn`, several when someone saved a console with its prompts.
pub type SetspnOutput = Vec<SetspnRun>;

/// What one run of `setspn` printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetspnRun {
    /// The command line, when the prompt with it was saved too.
    pub command: Option<String>,
    /// Accounts with all their SPNs, as `-L` and `-Q` print them.
    pub accounts: Vec<AccountBlock>,
    /// SPNs with the accounts that hold them, as `-X` prints them.
    pub duplicates: Vec<DuplicateGroup>,
    /// The sentence with which `-Q` ends.
    pub answer: Option<Cited<QueryAnswer>>,
    /// How many groups of duplicates `-X` says it found.
    pub duplicate_count: Option<Cited<u32>>,
}

/// An account and the SPNs it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountBlock {
    /// Its distinguished name.
    pub dn: Cited<String>,
    /// Its SPNs as printed; the list is whole.
    pub spns: Vec<Cited<String>>,
}

/// An SPN that several accounts hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateGroup {
    /// The SPN as printed.
    pub spn: Cited<String>,
    /// The distinguished names of the accounts.
    pub accounts: Vec<Cited<String>>,
}

/// How `setspn -Q` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryAnswer {
    /// `Existing SPN found!`
    Found,
    /// `No such SPN found.`
    NotFound,
}

/// Whether a text was printed by `setspn`.
pub fn recognizes(text: &Text) -> bool {
    let names_domain = text.lines().iter().take(5).any(|line| is_domain_line(line));
    parse(ArtifactId(0), text).value.iter().any(|run| {
        let header = run.accounts.iter().any(|account| match account.dn.at.place {
            Place::Lines { first, .. } => {
                let line = text.line(first).unwrap_or_default();
                line.contains("ServicePrincipalName") || (header_dn(line).is_some() && !account.spns.is_empty())
            }
            _ => false,
        });
        let holds_something = !run.accounts.is_empty() || !run.duplicates.is_empty();
        run.answer.is_some() || run.duplicate_count.is_some() || header || (names_domain && holds_something)
    })
}

/// `Checking domain DC=contoso,DC=com`, in any language: the first line of a search, whose last one may be far below.
fn is_domain_line(line: &str) -> bool {
    let at = line.find("DC=").filter(|at| *at > 0);
    at.is_some_and(|_| line.contains(",DC=")) && !line.contains("CN=")
}

/// Reads the output, one run for each prompt in it.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<SetspnOutput> {
    let mut runs = vec![(None, Vec::new())];
    for (number, line) in text.numbered() {
        match prompt(line) {
            Some(command) => runs.push((Some(command.to_owned()), Vec::new())),
            None => runs.last_mut().into_iter().for_each(|(_, lines)| lines.push((number, line))),
        }
    }
    let mut parsed = Parsed::whole(SetspnOutput::new());
    for (command, lines) in runs {
        let run = parse_run(artifact, command, &lines);
        parsed.losses.extend(run.losses);
        if run.value != SetspnRun::default() {
            parsed.value.push(run.value);
        }
    }
    // Words of another language, an empty console: whatever was asked, this is no answer.
    if parsed.value.is_empty() && parsed.is_whole() {
        parsed.lose(artifact.whole(), GapReason::Damaged("it holds no answer that is understood".to_owned()));
    }
    parsed
}

/// `C:\>setspn -Q HTTP/web01`: the prompt of a saved console.
fn prompt(line: &str) -> Option<&str> {
    let (before, command) = line.split_once('>')?;
    let command = command.trim();
    let program = command.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let is_setspn = matches!(program.as_str(), "setspn" | "setspn.exe");
    (is_setspn && (before.contains(":\\") || before.starts_with("PS "))).then_some(command)
}

fn parse_run(artifact: ArtifactId, command: Option<String>, lines: &[(u32, &str)]) -> Parsed<SetspnRun> {
    let mut parsed = Parsed::whole(SetspnRun { command, ..SetspnRun::default() });
    let mut open = Open::Nothing;
    let mut is_name = false;
    let lines = wrapped::unwrap(lines.iter().copied(), is_one_name);
    for line in &lines {
        let at = artifact.lines(line.first, line.last);
        if is_damaged(&line.text) {
            parsed.lose(at, GapReason::Damaged("characters that no tool prints".to_owned()));
            open = Open::Damage;
            continue;
        }
        let kind = classify(&line.text);
        let after_name = std::mem::replace(&mut is_name, matches!(kind, Line::Spn { .. } | Line::Account { .. }));
        match kind {
            // A console that is narrower than a name breaks it, and what is left of it is no name.
            Line::Other if after_name && open != Open::Change => {
                parsed.lose(at, GapReason::Damaged("a line that is not understood follows a name".to_owned()));
            }
            Line::Blank | Line::Other => {}
            Line::Header(dn) | Line::Account { dn, indented: false } => {
                parsed.value.accounts.push(AccountBlock { dn: Cited::new(dn, at), spns: Vec::new() });
                open = Open::Account;
            }
            Line::Account { dn, indented: true } => match parsed.value.duplicates.last_mut() {
                Some(group) if open == Open::Group => group.accounts.push(Cited::new(dn, at)),
                _ => {
                    parsed.lose(at, GapReason::Damaged("an account that belongs to no SPN".to_owned()));
                }
            },
            Line::Spn { spn, indented: true } if open == Open::Account => {
                if let Some(account) = parsed.value.accounts.last_mut() {
                    account.spns.push(Cited::new(spn, at));
                }
            }
            Line::Change => open = Open::Change,
            // The names that are added or taken away; what the account holds afterwards is not printed.
            Line::Spn { .. } if open == Open::Change => {}
            // Nobody knows which account they belong to.
            Line::Spn { .. } if open == Open::Damage => {}
            Line::Spn { spn, .. } => {
                parsed.value.duplicates.push(DuplicateGroup { spn: Cited::new(spn, at), accounts: Vec::new() });
                open = Open::Group;
            }
            Line::Answer(answer) => parsed.value.answer = Some(Cited::new(answer, at)),
            Line::Count(count) => parsed.value.duplicate_count = Some(Cited::new(count, at)),
            Line::Error(words) => parsed.lose(at, GapReason::ToolFailed(words)),
        }
    }
    check_groups(&mut parsed);
    check_count(artifact, &mut parsed);
    if parsed.is_whole() && parsed.value.answer.is_none() {
        parsed.value.answer = foreign_answer(artifact, &lines, &parsed.value);
    }
    parsed
}

/// An SPN that is held twice has two holders at least; with fewer, one was lost.
fn check_groups(parsed: &mut Parsed<SetspnRun>) {
    let groups = std::mem::take(&mut parsed.value.duplicates);
    for group in groups {
        if group.accounts.len() == 1 {
            parsed.lose(group.spn.at, GapReason::Damaged("a duplicate with one account".to_owned()));
        }
        if !group.accounts.is_empty() {
            parsed.value.duplicates.push(group);
        }
    }
}

/// How a search ended whose last sentence is in another language. After the line of the domain, it prints the accounts
/// that it found and a sentence about the SPN; without an account, that sentence says that there is none. A sentence
/// with a number is something else.
fn foreign_answer(artifact: ArtifactId, lines: &[wrapped::Line], run: &SetspnRun) -> Option<Cited<QueryAnswer>> {
    let last = lines.iter().rev().find(|line| !line.text.trim().is_empty())?;
    let is_sentence = last.text.contains("SPN")
        && !last.text.contains(|c: char| c.is_ascii_digit() || c == '=')
        && !last.text.contains("ServicePrincipalName");
    let is_search = lines.iter().any(|line| is_domain_line(&line.text));
    let is_other = run.duplicate_count.is_some() || !run.duplicates.is_empty();
    let answer = if run.accounts.is_empty() { QueryAnswer::NotFound } else { QueryAnswer::Found };
    (is_sentence && is_search && !is_other).then(|| Cited::new(answer, artifact.lines(last.first, last.last)))
}

/// Whether a console broke a name in two.
fn is_one_name(before: &str, next: &str) -> bool {
    let is_name = |line: &str| matches!(classify(line), Line::Spn { .. } | Line::Account { .. } | Line::Header(_));
    is_name(&format!("{before}{next}")) && !is_name(next)
}

/// `-X` says how many groups there are: fewer than that in the text means that the text is not whole.
fn check_count(artifact: ArtifactId, parsed: &mut Parsed<SetspnRun>) {
    let groups = u32::try_from(parsed.value.duplicates.len()).unwrap_or(u32::MAX);
    if parsed.value.duplicate_count.as_ref().is_some_and(|count| count.value > groups) {
        parsed.lose(artifact.whole(), GapReason::Damaged("it holds fewer duplicates than it counts".to_owned()));
    }
}

/// What the lines belong to that follow.
#[derive(PartialEq, Eq)]
enum Open {
    Nothing,
    Account,
    Group,
    Change,
    Damage,
}

enum Line {
    Blank,
    Header(String),
    /// `Registering ServicePrincipalNames for CN=…`, or unregistering them.
    Change,
    Account {
        dn: String,
        indented: bool,
    },
    Spn {
        spn: String,
        indented: bool,
    },
    Answer(QueryAnswer),
    Count(u32),
    Error(String),
    Other,
}

fn classify(line: &str) -> Line {
    let indented = line.starts_with([' ', '\t']);
    let words = line.trim();
    if words.is_empty() {
        return Line::Blank;
    }
    if let Some(dn) = header_dn(words) {
        return Line::Header(dn.to_owned());
    }
    if is_dn(words) && !words.to_ascii_uppercase().starts_with("DC=") {
        return Line::Account { dn: words.to_owned(), indented };
    }
    if is_error(words) {
        return Line::Error(words.to_owned());
    }
    if is_change(words) {
        return Line::Change;
    }
    if let Some(answer) = query_answer(words) {
        return Line::Answer(answer);
    }
    if let Some(count) = duplicate_count(words) {
        return Line::Count(count);
    }
    match words.split_whitespace().collect::<Vec<_>>().as_slice() {
        [spn] if is_spn(spn) => Line::Spn { spn: (*spn).to_owned(), indented },
        [spn, .., last] if is_spn(spn) && last.ends_with(':') => Line::Spn { spn: (*spn).to_owned(), indented },
        _ => Line::Other,
    }
}

/// The name in `Registered ServicePrincipalNames for CN=…:`, in any language.
fn header_dn(line: &str) -> Option<&str> {
    let at = line.find("CN=").filter(|at| *at > 0)?;
    let dn = line.get(at..)?.trim_end().strip_suffix(':')?.trim_end();
    let is_sentence = line.get(..at).is_some_and(|before| before.ends_with(' ') && !before.contains(['/', '=']));
    (is_dn(dn) && is_sentence).then_some(dn)
}

/// A sentence about SPNs of an account that is no list: they are being changed.
fn is_change(words: &str) -> bool {
    let about = words.contains("ServicePrincipalName") || words.contains("SPN");
    about && words.find("CN=").is_some_and(|at| at > 0) && words.contains(",DC=")
}

fn is_dn(words: &str) -> bool {
    let upper = words.get(..3).unwrap_or_default().to_ascii_uppercase();
    matches!(upper.as_str(), "CN=" | "OU=" | "DC=") && words.to_ascii_uppercase().contains(",DC=")
}

fn is_spn(word: &str) -> bool {
    let mut parts = word.splitn(2, '/');
    let class = parts.next().unwrap_or_default();
    let host = parts.next().unwrap_or_default();
    !class.is_empty() && !host.is_empty() && class.chars().all(|c| c.is_ascii_alphanumeric() || "-_.{}".contains(c))
}

fn query_answer(words: &str) -> Option<QueryAnswer> {
    match words.to_ascii_lowercase().trim_end_matches(['.', '!']) {
        // `-S` ends with the second of these, and changes nothing.
        "existing spn found" | "duplicate spn found, aborting operation" => Some(QueryAnswer::Found),
        "no such spn found" => Some(QueryAnswer::NotFound),
        _ => None,
    }
}

/// `found 0 group of duplicate SPNs.`, or the same number and word in another language.
fn duplicate_count(words: &str) -> Option<u32> {
    if !words.ends_with('.') || !words.to_ascii_uppercase().contains("SPN") {
        return None;
    }
    let mut numbers = words.split_whitespace().filter_map(|word| word.parse().ok());
    let count = numbers.next()?;
    numbers.next().is_none().then_some(count)
}

/// Failures carry a code in every language; the words around it do not.
fn is_error(words: &str) -> bool {
    let lower = words.to_ascii_lowercase();
    let codes = ["0x0000", "0x80070005", "0x54b", "ldap error", "error 0x"];
    // `…, error 0x2098/8344 -> …`, with the number in both spellings.
    let has_pair = lower.split_whitespace().any(|word| {
        let pair = word.split_once('/').filter(|(first, _)| first.starts_with("0x"));
        pair.is_some_and(|(_, second)| {
            second.trim_end_matches([':', '.', ',']).bytes().all(|byte| byte.is_ascii_digit())
        })
    });
    lower.contains("could not find account")
        || lower.contains("unable to locate account")
        || has_pair
        || codes.iter().any(|code| lower.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const LIST: &str = "Registered ServicePrincipalNames for CN=web04,CN=Computers,DC=corp,DC=com:\r\n\
        \tHOST/web04.corp.com\r\n\tHOST/web04\r\n\tTERMSRV/WEB04\r\n";
    const FOUND: &str = "Checking domain DC=northwind,DC=example\r\n\
        CN=File Services,OU=Service Accounts,DC=northwind,DC=example\r\n\
        \tcifs/fs-01.northwind.example\r\n\tcifs/fs-01\r\n\r\nExisting SPN found!\r\n";
    const DUPLICATES: &str = "Checking domain DC=contoso,DC=com\r\nProcessing entry 0\r\n\
        HTTP/app.contoso.com is registered on these accounts:\r\n\
        \tCN=svc-a,OU=S,DC=contoso,DC=com\r\n\tCN=svc-b,OU=S,DC=contoso,DC=com\r\n\
        found 1 group of duplicate SPNs.\r\n";

    fn read(text: &str) -> Parsed<SetspnRun> {
        let mut parsed = parse(ArtifactId(0), &Text::from(text));
        Parsed { value: parsed.value.pop().unwrap_or_default(), losses: parsed.losses }
    }

    fn spns(block: &AccountBlock) -> Vec<&str> {
        block.spns.iter().map(|spn| spn.value.as_str()).collect()
    }

    #[test]
    fn names_below_a_garbled_account_belong_to_nobody() {
        let two = FOUND.replace("\r\n\r\nExisting", "\r\nCN=x\u{2}\u{fffd},DC=b\r\n\tHTTP/other\r\n\r\nExisting");
        let parsed = read(&two);
        assert!(!parsed.is_whole());
        let [account] = parsed.value.accounts.as_slice() else { panic!("{:?}", parsed.value) };
        assert!(!account.spns.iter().any(|spn| spn.value == "HTTP/other") && parsed.value.duplicates.is_empty());
    }

    #[test]
    fn a_list_names_its_account_and_all_spns() {
        let output = read(LIST).value;
        assert_eq!(output.accounts[0].dn.value, "CN=web04,CN=Computers,DC=corp,DC=com");
        assert_eq!(spns(&output.accounts[0]), ["HOST/web04.corp.com", "HOST/web04", "TERMSRV/WEB04"]);
        assert_eq!(output.accounts[0].spns[1].at, ArtifactId(0).line(3));
    }

    #[test]
    fn a_query_shows_the_holder_with_all_its_names() {
        let output = read(FOUND).value;
        assert_eq!(output.answer.map(|answer| answer.value), Some(QueryAnswer::Found));
        assert_eq!(spns(&output.accounts[0]), ["cifs/fs-01.northwind.example", "cifs/fs-01"]);
    }

    #[test]
    fn a_query_without_a_holder_says_so() {
        let output = read("Checking domain DC=contoso,DC=com\r\n\r\nNo such SPN found.\r\n").value;
        assert_eq!(output.answer.map(|answer| answer.value), Some(QueryAnswer::NotFound));
        assert!(output.accounts.is_empty());
    }

    #[test]
    fn duplicates_name_all_holders() {
        let parsed = read(DUPLICATES);
        assert!(parsed.is_whole());
        assert_eq!(parsed.value.duplicates[0].spn.value, "HTTP/app.contoso.com");
        assert_eq!(parsed.value.duplicates[0].accounts.len(), 2);
        assert_eq!(parsed.value.duplicate_count.map(|count| count.value), Some(1));
    }

    #[test]
    fn french_is_read_by_its_structure() {
        let list = "Noms ServicePrincipalName inscrits pour CN=web04,CN=Computers,DC=corp,DC=com:\r\n\tHOST/web04\r\n";
        assert_eq!(read(list).value.accounts.len(), 1);
        let none = read("Vérification du domaine DC=corp,DC=com\r\n0 groupe de SPN en double détectés.\r\n").value;
        assert_eq!(none.duplicate_count.map(|count| count.value), Some(0));
    }

    #[test]
    fn spanish_and_finnish_are_read_by_their_structure() {
        for (listed, searching, none, found, count) in [
            (
                "Nombres de entidad de seguridad de servicio (SPN) registrados para",
                "Comprobando el dominio",
                "No se encontró ningún SPN.",
                "Se encontró un SPN existente.",
                "se encontraron 1 grupos de SPN duplicados.",
            ),
            (
                "Rekisteröidyt palvelun päänimet (SPN) kohteelle",
                "Tarkistetaan toimialuetta",
                "SPN-nimeä ei löytynyt.",
                "Aiempi SPN löytyi!",
                "löytyi 1 ryhmää päällekkäisiä SPN-nimiä.",
            ),
        ] {
            let list =
                format!("{listed} CN=web04,CN=Computers,DC=corp,DC=com:\r\n\tHOST/web04\r\n\tHOST/web04.corp.com\r\n");
            assert_eq!(spns(&read(&list).value.accounts[0]), ["HOST/web04", "HOST/web04.corp.com"]);
            let searched = |rest: &str| read(&format!("{searching} DC=corp,DC=com\r\n{rest}")).value;
            let nobody = searched(&format!("\r\n{none}\r\n"));
            assert_eq!(nobody.answer.map(|answer| answer.value), Some(QueryAnswer::NotFound), "{none}");
            let holder = searched(&format!("CN=svc,DC=corp,DC=com\r\n\tHTTP/x\r\n\r\n{found}\r\n"));
            assert_eq!(holder.answer.map(|answer| answer.value), Some(QueryAnswer::Found), "{found}");
            let twice = "HTTP/app:\r\n\tCN=a,DC=corp,DC=com\r\n\tCN=b,DC=corp,DC=com\r\n";
            let twice = searched(&format!("{twice}{count}\r\n"));
            assert_eq!(twice.duplicate_count.map(|count| count.value), Some(1), "{count}");
            assert_eq!(twice.duplicates[0].accounts.len(), 2);
        }
    }

    #[test]
    fn german_and_unknown_languages_are_read_by_their_structure() {
        let german =
            "Registrierte Dienstprinzipalnamen (SPN) für CN=web04,CN=Computers,DC=corp,DC=com:\r\n\tHOST/web04\r\n";
        assert_eq!(spns(&read(german).value.accounts[0]), ["HOST/web04"]);
        let searched = |rest: &str| read(&format!("Die Domäne \"DC=corp,DC=com\" wird überprüft.\r\n{rest}"));
        let holder = "CN=svc,DC=corp,DC=com\r\n\tHTTP/x\r\n\r\nVorhandener SPN gefunden.\r\n";
        assert_eq!(searched(holder).value.answer.map(|answer| answer.value), Some(QueryAnswer::Found));
        let nobody = searched("\r\nKein solcher SPN gefunden.\r\n").value;
        assert_eq!(nobody.answer.map(|answer| answer.value), Some(QueryAnswer::NotFound));
        for other in ["Fehler 0x31/49 -> SPN\r\n", "2 SPN\r\n", "Der Vorgang ist fehlgeschlagen.\r\n", ""] {
            assert_eq!(searched(other).value.answer, None, "{other}");
        }
        assert_eq!(read("Kein solcher SPN gefunden.\r\n").value.answer, None, "no search is seen");
    }

    #[test]
    fn a_change_is_neither_a_list_nor_damage() {
        for text in [
            "Registering ServicePrincipalNames for CN=svc,DC=corp,DC=com\r\n        HTTP/x\r\nUpdated object\r\n",
            "Dienstprinzipalnamen (SPN) für CN=svc,DC=corp,DC=com werden registriert.\r\n\tHTTP/x\r\nAktualisiertes Objekt\r\n",
            "Unregistering ServicePrincipalNames for CN=svc,DC=corp,DC=com\r\n        HTTP/x\r\nUpdated object\r\n",
        ] {
            let parsed = read(text);
            assert_eq!((parsed.value.accounts.len(), parsed.value.duplicates.len()), (0, 0), "{text}");
            assert!(
                parsed
                    .losses
                    .iter()
                    .all(|loss| matches!(&loss.reason, GapReason::Damaged(what) if what.contains("no answer")))
            );
        }
    }

    #[test]
    fn names_that_a_narrow_console_broke_are_put_together() {
        let dn = "CN=A Service Account With A Long Name,OU=Service Accounts,OU=Somewhere,DC=contoso,DC=com";
        let (first, rest) = dn.split_at(80);
        let parsed = read(&format!(
            "Checking domain DC=contoso,DC=com\r\n{first}\r\n{rest}\r\n        HTTP/x\r\n\r\nExisting SPN found!\r\n"
        ));
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        assert_eq!(parsed.value.accounts[0].dn, Cited::new(dn.to_owned(), ArtifactId(0).lines(2, 3)));
        let spn = format!("        HTTP/{}.contoso.com", "x".repeat(70));
        let (first, rest) = spn.split_at(80);
        let parsed = read(&LIST.replace("\tTERMSRV/WEB04", &format!("{first}\r\n{rest}")));
        assert_eq!(parsed.value.accounts[0].spns[2].value, spn.trim());
    }

    #[test]
    fn a_duplicate_with_one_holder_has_lost_one() {
        let cut = DUPLICATES.replace("\tCN=svc-b,OU=S,DC=contoso,DC=com\r\n", "");
        assert!(!read(&cut).is_whole());
    }

    #[test]
    fn a_refused_change_names_the_holder() {
        let text = FOUND.replace("Existing SPN found!", "Duplicate SPN found, aborting operation!");
        assert_eq!(read(&text).value.answer.map(|answer| answer.value), Some(QueryAnswer::Found));
    }

    #[test]
    fn a_list_with_a_broken_name_is_not_whole() {
        assert!(!read(&LIST.replace("web04.corp.com\r\n\tHOST", "web04.co\r\nrp.com\r\n\tHOST")).is_whole());
        assert!(read(LIST).is_whole() && read(FOUND).is_whole());
    }

    #[test]
    fn a_list_of_duplicates_that_is_cut_is_not_whole() {
        assert!(!read("HTTP/a is registered on these accounts:\nfound 1 group of duplicate SPNs.\n").is_whole());
    }

    #[test]
    fn a_saved_console_holds_a_run_for_each_prompt() {
        let console =
            format!("C:\\Users\\bob>setspn -L web04\n{LIST}\nPS C:\\> setspn -Q HTTP/x\nNo such SPN found.\n");
        let runs = parse(ArtifactId(0), &Text::from(console.as_str())).value;
        let commands: Vec<_> = runs.iter().map(|run| run.command.as_deref()).collect();
        assert_eq!(commands, [Some("setspn -L web04"), Some("setspn -Q HTTP/x")]);
        assert_eq!((runs[0].accounts.len(), runs[1].accounts.len()), (1, 0));
    }

    #[test]
    fn errors_are_kept() {
        let output =
            read("FindDomainForAccount: Call to DsGetDcNameWithAccountW failed with return value 0x0000054B\n");
        assert!(matches!(&output.losses[..], [loss] if matches!(loss.reason, GapReason::ToolFailed(_))));
        for words in [
            "Failed to assign SPN on account 'CN=a,DC=b,DC=c', error 0x2098/8344 -> Insufficient access rights.",
            "Fehler beim Zuweisen des SPN zum Konto \"CN=a,DC=b,DC=c\". Fehler: 0x21c7/8647 -> Nicht eindeutig.",
            "Could not find account web99",
        ] {
            assert!(
                matches!(&read(words).losses[..], [loss] if matches!(loss.reason, GapReason::ToolFailed(_))),
                "{words}"
            );
        }
    }

    #[test]
    fn its_own_output_is_recognized_and_other_text_is_not() {
        let cut = DUPLICATES.lines().take(5).collect::<Vec<_>>().join("\n");
        for text in [LIST, FOUND, DUPLICATES, "No such SPN found.\n", &cut] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        for text in ["", "hello\n", "CN=a,DC=b\n", "see http://example.com/ for SPNs\n"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[LIST, FOUND, DUPLICATES]) {
            let _ = read(cut);
        }
    }
}
