//! Hosts and domains by the forms in which they are written: in DNS, in SPNs, in URLs, in bindings.

use std::ops::Range;

use kerbscope_shared::pseudonym::token::Role;

use crate::pseudonym::finder::Finder;
use crate::pseudonym::{account, kept};

/// The classes of SPNs that say by themselves that a host follows.
const CLASSES: &str = "|http|host|termsrv|wsman|restrictedkrbhost|cifs|ldap|gc|dns|krbtgt|kadmin|mssqlsvc|mssql|\
    msolapsvc.3|msolapdisco.3|smtp|smtpsvc|imap|pop|ftp|nfs|rpc|rpcss|hostagent|exchangemdb|exchangerfr|exchangeab|\
    mssqlserver|msserverclustermgmtapi|msserverclusters|msclustervirtualserver|hyper-v replica service|\
    microsoft virtual console service|microsoft virtual system migration service|www|http_|iisadmin|w3svc|\
    dfsr-12f9a27c-bf97-4787-9364-d31b6c55eb04|ntfrs-88f5d2bd-b646-11d2-a6d3-00c04fc9b232|\
    e3514235-4b06-11d1-ab04-00c04fc2dcd2|sip|biztalk|afpserver|vssrvc|tapinego|vnc|xgrid|postgres|oracle|sap|\
    sapservice|tns|mongodb|kafka|zookeeper|hdfs|yarn|hive|impala|";

/// How long a name in DNS may be, and a little more.
const LONGEST: usize = 256;

/// Whether a character may stand in a name in DNS, dots included.
pub fn is_in_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// A name in DNS: each part of it becomes a token, but for the last one and those that tell nothing.
pub fn dns(finder: &mut Finder<'_>, role: Role, range: Range<usize>) {
    let Some(name) = finder.text().get(range.clone()) else { return };
    let name = name.trim_end_matches('.');
    if name.len() > LONGEST {
        return finder.secret(range);
    }
    let labels: Vec<&str> = name.split('.').collect();
    let last = labels.last().copied().unwrap_or_default();
    let is_number = !name.contains(char::is_alphabetic) || last.bytes().all(|byte| byte.is_ascii_digit());
    if name.is_empty() || kept::is_domain(name) || (labels.len() > 1 && is_number) {
        return;
    }
    learn_suffix(finder, role, name, &labels);
    let mut start = range.start;
    for (index, label) in labels.iter().enumerate() {
        let end = start.saturating_add(label.len());
        let is_last = index.saturating_add(1) == labels.len();
        let is_kept =
            kept::is_label(label) && labels.len() > 1 || is_last && labels.len() > 1 && kept::is_top_level(label);
        if !is_kept && !label.eq_ignore_ascii_case("localhost") {
            finder.name(if index == 0 { role } else { Role::Domain }, start..end);
        }
        start = end.saturating_add(1);
    }
}

/// Other hosts are known under what is behind the first dot.
fn learn_suffix(finder: &mut Finder<'_>, role: Role, name: &str, labels: &[&str]) {
    if role == Role::Domain || labels.len() == 2 {
        finder.suffix(name);
    }
    if let Some((_, parent)) = name.split_once('.').filter(|_| labels.len() > 2) {
        finder.suffix(parent);
    }
}

/// A field that holds a host or a domain: `web01`, `\\web01`, `web01.contoso.com:8080`, `*.contoso.com`.
pub fn field(finder: &mut Finder<'_>, role: Role, range: Range<usize>) {
    let text = finder.text();
    let Some(value) = text.get(range.clone()) else { return };
    let value = value.strip_prefix(r"\\").unwrap_or(value);
    let value = value.split_once("://").map_or(value, |(_, rest)| rest);
    let value = value.trim_start_matches(['*', '.', '<', '"', '\'', '+', '|', '^']);
    let start = range.end.saturating_sub(value.len());
    let length = value.find(|character| !is_in_name(character)).unwrap_or(value.len());
    let next = value.get(length..).unwrap_or_default();
    // Anything else behind it, and it is no field for a host.
    if next.is_empty() || next.starts_with([':', '/', '\\', ',', '*', '"', '\'', '>', '$', '.']) {
        dns(finder, role, start..start.saturating_add(length));
    }
}

/// A field that holds an SPN, or the account or host in its place.
pub fn spn_field(finder: &mut Finder<'_>, range: Range<usize>) {
    let text = finder.text();
    let Some(value) = text.get(range.clone()) else { return };
    let Some((class, rest)) = value.split_once('/') else {
        return match () {
            () if value.contains(['\\', '@']) => account::field(finder, range),
            () if value.contains('.') => field(finder, Role::Host, range),
            () => account::field(finder, range),
        };
    };
    let start = range.end.saturating_sub(rest.len());
    spn(finder, class, start);
    if let Some((name, realm)) = rest.rsplit_once('@') {
        let realm_start = range.end.saturating_sub(realm.len());
        field(finder, Role::Domain, realm_start..range.end);
        // `HTTP/svc web`: a name with blanks is taken whole.
        if name.contains(' ') && !name.contains('/') {
            finder.name(Role::Account, start..start.saturating_add(name.len()));
        }
    }
}

/// What follows the class of an SPN and its slash.
fn spn(finder: &mut Finder<'_>, class: &str, start: usize) {
    let rest = finder.text().get(start..).unwrap_or_default();
    let length = rest.find(|character| !is_in_name(character)).unwrap_or(rest.len());
    let end = start.saturating_add(length);
    let name = rest.get(..length).unwrap_or_default();
    let is_realm = class.eq_ignore_ascii_case("krbtgt");
    // `HTTP/1.1`
    let is_version = !name.contains(char::is_alphabetic);
    let is_guid = name.len() == 36 && kept::is_label(name);
    if !is_version && !is_guid {
        dns(finder, if is_realm { Role::Domain } else { Role::Host }, start..end);
    }
    // `LDAP/DC01.contoso.com/contoso.com`, `MSSQLSvc/sql01:1433`
    let behind = rest.get(length..).unwrap_or_default();
    let port = behind
        .strip_prefix(':')
        .map_or(0, |port| port.find(|character| !is_in_name(character)).unwrap_or(port.len()).saturating_add(1));
    let second = behind.get(port..).and_then(|rest| rest.strip_prefix('/'));
    if let Some(second) = second {
        let begin = end.saturating_add(port).saturating_add(1);
        let length = second.find(|character| !is_in_name(character)).unwrap_or(second.len());
        dns(finder, Role::Domain, begin..begin.saturating_add(length));
    }
}

/// Finds SPNs of known classes, and hosts in URLs.
pub fn find_in_spns(finder: &mut Finder<'_>) {
    let text = finder.text();
    for (at, _) in text.match_indices('/') {
        let before = text.get(..at).unwrap_or_default();
        let behind = at.saturating_add(1);
        if before.ends_with(":/") {
            let rest = text.get(behind..).unwrap_or_default();
            let rest = rest.trim_start_matches(['*', '.', '+']);
            let start = text.len().saturating_sub(rest.len());
            let length = rest.find(|character| !is_in_name(character)).unwrap_or(rest.len());
            dns(finder, Role::Host, start..start.saturating_add(length));
            continue;
        }
        let start = before.trim_end_matches(is_in_name).len();
        let class = before.get(start..).unwrap_or_default();
        let is_class = !class.is_empty() && CLASSES.contains(&format!("|{}|", class.to_lowercase()));
        let is_path = before.get(..start).is_some_and(|before| before.ends_with(['/', '\\']));
        if is_class && !is_path {
            spn(finder, class, behind);
        }
    }
}

/// Finds names of hosts under domains that are known.
pub fn find_under_suffixes(finder: &mut Finder<'_>) {
    let text = finder.text();
    let mut behind = 0;
    for (at, _) in text.match_indices('.') {
        if at < behind {
            continue;
        }
        let before = text.get(behind..at).unwrap_or_default();
        let start = behind.saturating_add(before.trim_end_matches(is_in_name).len());
        let rest = text.get(at..).unwrap_or_default();
        behind = at.saturating_add(rest.find(|character| !is_in_name(character)).unwrap_or(rest.len()));
        if behind.saturating_sub(start) > LONGEST {
            continue;
        }
        let name = text.get(start..behind).unwrap_or_default().trim_matches('.').to_lowercase();
        let mut suffix = name.as_str();
        let is_known = loop {
            if finder.names().is_suffix(suffix) {
                break true;
            }
            match suffix.split_once('.') {
                Some((_, rest)) => suffix = rest,
                None => break false,
            }
        };
        if is_known {
            let start = start.saturating_add(
                text.get(start..behind).map_or(0, |name| name.len() - name.trim_start_matches('.').len()),
            );
            let role = if suffix.len() == name.len() { Role::Domain } else { Role::Host };
            dns(finder, role, start..behind);
        }
    }
}

/// `*:80:intranet.contoso.com`, as IIS writes what a site listens to; `:80:` in the metabase.
pub fn binding(finder: &mut Finder<'_>, range: Range<usize>) {
    let text = finder.text();
    let Some((_, host)) = text.get(range.clone()).and_then(|value| value.rsplit_once(':')) else { return };
    let start = range.end.saturating_sub(host.len());
    let is_host = host.contains(char::is_alphabetic) && host.chars().all(|c| is_in_name(c) || c == '*');
    if is_host && !host.starts_with("::") {
        field(finder, Role::Host, start..range.end);
    }
}
