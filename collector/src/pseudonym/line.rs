//! Names that show by where they stand in a line of text: each tool has its own way to print them.

use std::ops::Range;

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::pseudonym::token::Role;

use crate::pseudonym::class::{self, Class};
use crate::pseudonym::finder::Finder;
use crate::pseudonym::host;

/// What was read of an artifact before this line.
#[derive(Debug, Default)]
pub struct State {
    /// Lines of the kind that are counted: those with a label and a value.
    labels: usize,
    /// What the columns of a log hold.
    columns: Vec<Class>,
}

/// Finds names by their place in a line.
pub fn find(finder: &mut Finder<'_>, kind: ArtifactKind, state: &mut State) {
    match kind {
        ArtifactKind::Klist => klist(finder),
        ArtifactKind::Setspn => setspn(finder),
        ArtifactKind::Nslookup => nslookup(finder),
        ArtifactKind::Ipconfig => ipconfig(finder, state),
        ArtifactKind::Systeminfo => systeminfo(finder, state),
        ArtifactKind::Nltest => nltest(finder),
        ArtifactKind::NetlogonLog => netlogon(finder),
        ArtifactKind::HostsFile => hosts(finder),
        ArtifactKind::W3cLog | ArtifactKind::HttpErrLog => columns(finder, state),
        ArtifactKind::HttpHead => head(finder),
        ArtifactKind::BrowserSettings => preference(finder),
        ArtifactKind::Appcmd => bindings(finder),
        ArtifactKind::Adsutil => adsutil(finder),
        _ => {}
    }
}

/// What is before the first of these, and where what is behind it begins.
fn split<'a>(text: &'a str, separator: &str) -> Option<(&'a str, Range<usize>)> {
    let (before, behind) = text.split_once(separator)?;
    let end = text.trim_end().len();
    let start = text.len().saturating_sub(behind.trim_start().len());
    Some((before.trim(), start.min(end)..end))
}

fn is_one_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

/// `#0>     Client: alice @ CONTOSO.COM`, and the domain controller in the last line of a ticket.
fn klist(finder: &mut Finder<'_>) {
    let text = finder.text();
    let Some((label, value)) = split(text, ":") else { return };
    let words = text.get(value.clone()).unwrap_or_default();
    if let Some((name, realm)) = words.split_once(" @ ") {
        let end = value.start.saturating_add(name.len());
        let is_spn = name.contains('/');
        finder.value(if is_spn { Class::Spn } else { Class::Account }, value.start..end);
        return finder.value(Class::Domain, value.end.saturating_sub(realm.len())..value.end);
    }
    let label = label.to_lowercase();
    match () {
        () if label.contains("kdc") && is_one_word(words) => finder.host(value),
        () if label.contains("domainname") => finder.value(Class::Domain, value),
        () if label.contains("clientname") => finder.value(Class::Account, value),
        () if label.contains("servicename") || label.contains("targetname") => finder.value(Class::Spn, value),
        () => {}
    }
}

/// A line that begins with an SPN, whatever its class.
fn setspn(finder: &mut Finder<'_>) {
    let text = finder.text();
    let start = text.len().saturating_sub(text.trim_start().len());
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    if rest.get(..length).is_some_and(|word| word.contains('/') && !word.contains('=')) {
        finder.value(Class::Spn, start..start.saturating_add(length));
    }
}

/// Every word with a dot, and the one word behind a label or alone in its line.
fn nslookup(finder: &mut Finder<'_>) {
    let text = finder.text();
    dotted(finder);
    let value = match split(text, ":") {
        Some((_, value)) => value,
        None if text.starts_with([' ', '\t']) => {
            text.len().saturating_sub(text.trim_start().len())..text.trim_end().len()
        }
        None => return,
    };
    if text.get(value.clone()).is_some_and(|words| is_one_word(words) && !words.contains(':')) {
        finder.host(value);
    }
}

fn dotted(finder: &mut Finder<'_>) {
    let text = finder.text();
    let mut at = 0;
    for word in text.split(|character: char| !host::is_in_name(character)) {
        let end = at + word.len();
        if word.trim_matches('.').contains('.') {
            finder.dns(Role::Host, at..end);
        }
        at = text.get(end..).and_then(|rest| rest.chars().next()).map_or(end, |next| end + next.len_utf8());
    }
}

/// `   Host Name . . . . . . . . . . . . : WEB01`: the first value is the host, the second its domain, in every
/// language. Any other single word with a dot is a domain.
fn ipconfig(finder: &mut Finder<'_>, state: &mut State) {
    let text = finder.text();
    let labelled = text.split_once(':').is_some_and(|(label, _)| label.contains(" .") || label.contains(". "));
    let value = match split(text, ":").filter(|_| labelled) {
        Some((_, value)) => {
            state.labels = state.labels.saturating_add(1);
            value
        }
        None if text.starts_with("    ") => text.len().saturating_sub(text.trim_start().len())..text.trim_end().len(),
        None => return,
    };
    let words = text.get(value.clone()).unwrap_or_default();
    if !is_one_word(words) {
        return;
    }
    match state.labels {
        1 => finder.host(value),
        2 => finder.value(Class::Domain, value),
        _ if words.contains('.') && words.contains(char::is_alphabetic) => finder.value(Class::Domain, value),
        _ => {}
    }
}

/// The first value is the host; the seventh and eighth are whom Windows is registered to. A single word with a dot is
/// the domain.
fn systeminfo(finder: &mut Finder<'_>, state: &mut State) {
    let text = finder.text();
    let Some((label, value)) = split(text, ":").filter(|_| !text.starts_with(' ')) else { return };
    if label.is_empty() {
        return;
    }
    state.labels = state.labels.saturating_add(1);
    let words = text.get(value.clone()).unwrap_or_default();
    let is_domain = is_one_word(words) && words.contains('.') && words.chars().all(host::is_in_name);
    match state.labels {
        1 => finder.host(value),
        7 | 8 => finder.value(Class::Person, value),
        _ if is_domain => finder.value(Class::Domain, value),
        _ => {}
    }
}

/// Names with dots, `0: CONTOSO contoso.com (NT 5)`, and what stands behind `Name:`.
fn nltest(finder: &mut Finder<'_>) {
    let text = finder.text();
    dotted(finder);
    let Some((label, value)) = split(text, ":") else { return };
    let words = text.get(value.clone()).unwrap_or_default();
    if label.bytes().all(|digit| digit.is_ascii_digit()) && !label.is_empty() {
        let length = words.find(char::is_whitespace).unwrap_or(words.len());
        finder.value(Class::Domain, value.start..value.start.saturating_add(length));
    } else if label.ends_with("Name") && !label.contains("Site") && is_one_word(words) && !words.starts_with('\\') {
        finder.value(Class::Domain, value);
    }
}

/// `03/14 10:22:11 [LOGON] [1234] CONTOSO: SamLogon: Network logon of CONTOSO\bob from CLIENT1 (via DC1) Returns 0x0`
fn netlogon(finder: &mut Finder<'_>) {
    let text = finder.text();
    for word in [" from ", " via ", "(via ", " of ", " to ", " on ", " server ", " DC "] {
        for (at, found) in text.match_indices(word) {
            let start = at.saturating_add(found.len());
            let rest = text.get(start..).unwrap_or_default();
            let length = rest.find(|character| !host::is_in_name(character)).unwrap_or(rest.len());
            let name = rest.get(..length).unwrap_or_default();
            // Plain language is in small letters, but for its first.
            let is_name =
                name.len() > 1 && name.chars().skip(1).any(|letter| letter.is_uppercase() || letter.is_numeric());
            if is_name && !rest.get(length..).is_some_and(|next| next.starts_with('\\')) {
                finder.host(start..start.saturating_add(length));
            }
        }
    }
    if let Some(start) = text.rfind("] ").map(|at| at.saturating_add(2)) {
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|character| !host::is_in_name(character)).unwrap_or(rest.len());
        let domain = rest.get(..length).unwrap_or_default();
        let is_netbios = domain.to_uppercase() == domain && domain.contains(char::is_alphabetic);
        if rest.get(length..).is_some_and(|next| next.starts_with(": ")) && is_netbios {
            finder.value(Class::Domain, start..start.saturating_add(length));
        }
    }
}

/// `10.0.0.5  files01 files01.contoso.com  # comment`
fn hosts(finder: &mut Finder<'_>) {
    let text = finder.text();
    let entry = text.trim_start().trim_start_matches('#');
    let is_entry = entry.split_whitespace().next().is_some_and(|first| first.parse::<std::net::IpAddr>().is_ok());
    if !is_entry {
        return;
    }
    let start = text.len().saturating_sub(entry.len());
    let names = entry.split('#').next().unwrap_or_default();
    finder.value(Class::Hosts, start..start.saturating_add(names.len()));
}

/// A log whose first lines say what its columns hold.
fn columns(finder: &mut Finder<'_>, state: &mut State) {
    let text = finder.text();
    if let Some(fields) = text.strip_prefix("#Fields:") {
        let class = |field: &str| match field {
            "cs-username" => Class::Account,
            "s-computername" | "cs-host" => Class::Host,
            _ => Class::Text,
        };
        state.columns = fields.split_whitespace().map(class).collect();
    }
    if text.starts_with('#') {
        return;
    }
    let mut at = 0;
    for (index, word) in text.split(' ').enumerate() {
        let end = at + word.trim_end().len();
        match state.columns.get(index) {
            Some(Class::Text) | None => {}
            Some(_) if word.trim_end() == "-" => {}
            Some(class) => finder.value(*class, at..end),
        }
        at += word.len() + 1;
    }
}

/// Heads of HTTP: who was asked, where it leads, and what it calls itself.
fn head(finder: &mut Finder<'_>) {
    let text = finder.text();
    if let Some((label, value)) = split(text, ":") {
        match () {
            () if label.eq_ignore_ascii_case("host") => finder.host(value),
            () if label.to_ascii_lowercase().ends_with("authenticate") => ticket(finder, value),
            () => {}
        }
    }
    if let Some((_, value)) = split(text, "realm=\"") {
        let realm = text.get(value.clone()).unwrap_or_default();
        let length = realm.find('"').unwrap_or(realm.len());
        finder.host(value.start..value.start.saturating_add(length));
    }
}

/// What follows `NTLM` or `Negotiate` names the server and its domain, in base64.
fn ticket(finder: &mut Finder<'_>, value: Range<usize>) {
    const SHORTEST: usize = 16;
    let words = finder.text().get(value.clone()).unwrap_or_default();
    let Some((scheme, token)) = words.split_once(' ') else { return };
    let is_base64 = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    if token.len() >= SHORTEST && is_base64 {
        finder.secret(value.start.saturating_add(scheme.len()).saturating_add(1)..value.end);
    }
}

/// `user_pref("network.negotiate-auth.trusted-uris", "https://intranet.contoso.com, .contoso.com");`
fn preference(finder: &mut Finder<'_>) {
    let text = finder.text();
    let Some((_, value)) = split(text, "\", \"") else { return };
    let list = text.get(value.clone()).unwrap_or_default();
    let length = list.rfind('"').unwrap_or(list.len());
    finder.value(Class::Hosts, value.start..value.start.saturating_add(length));
}

/// `SITE "Intranet" (id:2,bindings:http/*:80:intranet.contoso.com,https/*:443:…,state:Started)`
fn bindings(finder: &mut Finder<'_>) {
    let Some((_, value)) = split(finder.text(), "bindings:") else { return };
    let list = finder.text().get(value.clone()).unwrap_or_default();
    let length = list.rfind(",state:").unwrap_or(list.len());
    finder.value(Class::Bindings, value.start..value.start.saturating_add(length));
}

/// `AnonymousUserName : (STRING) "IUSR_WEB01"`, and lists of quoted lines below their name.
fn adsutil(finder: &mut Finder<'_>) {
    let text = finder.text();
    let Some((name, value)) = split(text, ":").filter(|_| !text.trim_start().starts_with('"')) else {
        let range = 0..text.len();
        return finder.value(Class::Bindings, range);
    };
    let words = text.get(value.clone()).unwrap_or_default();
    let Some(open) = words.find('"') else { return };
    let start = value.start.saturating_add(open).saturating_add(1);
    let length = text.get(start..).and_then(|rest| rest.rfind('"')).unwrap_or(0);
    finder.value(class::of_setting("", name), start..start.saturating_add(length));
}
