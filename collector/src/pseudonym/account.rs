//! Accounts by the forms in which they are written: `CONTOSO\svc-web`, `svc-web@contoso.com`, `\Users\alice\`.

use std::ops::Range;

use kerbscope_shared::pseudonym::token::Role;

use crate::pseudonym::finder::Finder;
use crate::pseudonym::{host, kept};

/// Behind a backslash that is not part of a path.
const NOT_BEFORE: [char; 7] = ['\\', '/', ':', '%', '~', ')', '}'];

/// Folders that hold one folder for each account.
const PROFILES: [&str; 3] = ["\\users", "\\documents and settings", "\\profiles"];

/// The ends of file names: what has one is no account.
const FILES: [&str; 14] =
    ["dll", "exe", "config", "xml", "log", "txt", "evtx", "asp", "aspx", "htm", "html", "sys", "ini", "js"];

/// Finds `CONTOSO\svc-web`, `\\server\share` and `\Users\alice`.
pub fn find_behind_domains(finder: &mut Finder<'_>) {
    let text = finder.text();
    for (at, _) in text.match_indices('\\') {
        let behind = at.saturating_add(1);
        let before = text.get(..at).unwrap_or_default();
        let rest = text.get(behind..).unwrap_or_default();
        if rest.starts_with('\\') {
            if !before.ends_with('\\') {
                server(finder, behind.saturating_add(1));
            }
        } else if is_profile(before) {
            let end =
                behind.saturating_add(rest.find(['\\', '"', '\r', '\n', '\'', ',', ';', '\0']).unwrap_or(rest.len()));
            finder.name(Role::Account, behind..end);
        } else {
            pair(finder, at);
        }
    }
}

/// `\\server` and what follows.
fn server(finder: &mut Finder<'_>, start: usize) {
    let rest = finder.text().get(start..).unwrap_or_default();
    let length = rest.find(|character| !host::is_in_name(character)).unwrap_or(rest.len());
    finder.dns(Role::Host, start..start.saturating_add(length));
}

fn is_profile(before: &str) -> bool {
    PROFILES.iter().any(|folder| {
        let start = before.len().checked_sub(folder.len());
        start.and_then(|start| before.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(folder))
    })
}

/// A domain before the backslash and an account behind it.
fn pair(finder: &mut Finder<'_>, at: usize) {
    let text = finder.text();
    let before = text.get(..at).unwrap_or_default();
    let start = before.trim_end_matches(host::is_in_name).len();
    let behind = at.saturating_add(1);
    let rest = text.get(behind..).unwrap_or_default();
    let length = rest.find(|character| !is_in_account(character)).unwrap_or(rest.len());
    let account = rest.get(..length).unwrap_or_default().trim_end_matches('.');
    let domain = text.get(start..at).unwrap_or_default();
    let is_path = before.get(..start).unwrap_or_default().ends_with(NOT_BEFORE)
        || rest.get(length..).is_some_and(|next| next.starts_with('\\'))
        || account.rsplit_once('.').is_some_and(|(_, end)| FILES.contains(&end.to_ascii_lowercase().as_str()));
    // The path of a key of the registry may have blanks, as in `Internet Settings\ZoneMap`. Below that one are names.
    let is_key =
        text.trim_start_matches(['[', ';', ' ', '-']).starts_with("HKEY_") && !text.contains(r"\ZoneMap\Domains\");
    let is_hive = is_key || matches!(domain, "HKLM" | "HKCU" | "HKU" | "HKCR");
    if domain.is_empty() || account.is_empty() || is_path || is_hive || kept::ends_with_authority(before) {
        return;
    }
    if domain != "." {
        finder.dns(Role::Domain, start..at);
    }
    if kept::leading_account(rest).is_none() {
        account_name(finder, behind..behind.saturating_add(account.len()));
    }
}

fn account_name(finder: &mut Finder<'_>, range: Range<usize>) {
    let is_computer = finder.text().get(range.clone()).is_some_and(|name| name.ends_with('$'));
    finder.name(if is_computer { Role::Host } else { Role::Account }, range);
}

fn is_in_account(character: char) -> bool {
    !character.is_whitespace() && !character.is_control() && !"\"/\\[]:;|=,+*?<>'()&{}".contains(character)
}

/// Finds `svc-web@contoso.com`, and the realm of `HTTP/web01@CONTOSO.COM`.
pub fn find_before_domains(finder: &mut Finder<'_>) {
    let text = finder.text();
    for (at, _) in text.match_indices('@') {
        let before = text.get(..at).unwrap_or_default();
        let behind = at.saturating_add(1);
        let rest = text.get(behind..).unwrap_or_default();
        let length = rest.find(|character| !host::is_in_name(character)).unwrap_or(rest.len());
        let domain = rest.get(..length).unwrap_or_default().trim_end_matches(['.', '-']);
        let start = before.trim_end_matches(|character| is_in_account(character) && character != '@').len();
        let label = domain.rsplit('.').next().unwrap_or_default();
        if start == at || !label.contains(char::is_alphabetic) {
            continue;
        }
        if !before.get(..start).unwrap_or_default().ends_with(['/', '\\']) {
            account_name(finder, start..at);
        }
        finder.dns(Role::Domain, behind..behind.saturating_add(domain.len()));
    }
}

/// A field that holds an account: `CONTOSO\svc-web`, `svc-web@contoso.com`, or a name alone, which may have blanks.
pub fn field(finder: &mut Finder<'_>, range: Range<usize>) {
    let text = finder.text();
    let Some(value) = text.get(range.clone()) else { return };
    if let Some((domain, name)) = value.split_once('\\') {
        let split = range.start.saturating_add(domain.len());
        if kept::ends_with_authority(domain) {
            return;
        }
        if domain != "." {
            finder.dns(Role::Domain, range.start..split);
        }
        if !name.contains('\\') {
            account_name(finder, split.saturating_add(1)..range.end);
        }
    } else if let Some((name, domain)) = value.rsplit_once('@') {
        let split = range.start.saturating_add(name.len());
        if name.contains('/') {
            return host::spn_field(finder, range);
        }
        account_name(finder, range.start..split);
        finder.dns(Role::Domain, range.end.saturating_sub(domain.len())..range.end);
    } else if value.contains('/') {
        host::spn_field(finder, range);
    } else {
        account_name(finder, range);
    }
}
