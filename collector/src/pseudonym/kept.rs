//! Names that are the same on every Windows, and so tell nothing about this one.

/// Who vouches for accounts that exist everywhere. What stands behind such a name and a backslash is kept too.
const AUTHORITIES: [&str; 13] = [
    "nt authority",
    "nt-autorität",
    "autorite nt",
    "autorité nt",
    "autoridad nt",
    "autoridade nt",
    "builtin",
    "vordefiniert",
    "nt service",
    "iis apppool",
    "nt virtual machine",
    "window manager",
    "font driver host",
];

/// Accounts and groups, and words that stand where there is none.
const ACCOUNTS: &str = "|system|network service|local service|localsystem|local system|networkservice|localservice|\
    lokaler dienst|netzwerkdienst|service local|service réseau|système|servizio locale|servizio di rete|\
    servicio local|servicio de red|anonymous logon|iusr|aspnet|administrator|administrateur|administrador|\
    amministratore|guest|gast|invité|invitado|krbtgt|defaultaccount|wdagutilityaccount|everyone|jeder|\
    tout le monde|todos|authenticated users|creator owner|trustedinstaller|\
    administrators|administratoren|administrateurs|administradores|users|benutzer|utilisateurs|usuarios|guests|\
    domain admins|domain users|domain computers|domain controllers|domain guests|enterprise admins|schema admins|\
    enterprise domain controllers|protected users|cert publishers|ras and ias servers|\
    read-only domain controllers|group policy creator owners|dnsadmins|dnsupdateproxy|key admins|\
    enterprise key admins|cloneable domain controllers|allowed rodc password replication group|\
    denied rodc password replication group|iis_iusrs|event log readers|remote desktop users|\
    defaultapppool|classic .net apppool|.net v4.5|.net v4.5 classic|.net v2.0|.net v2.0 classic|\
    default user|all users|workgroup|unknown|unbekannt|inconnu|n/a|nicht zutreffend|null|(null)|none|windows user|";

/// Containers and objects that every directory has.
const OBJECTS: &str = "|users|computers|builtin|system|configuration|schema|sites|services|partitions|windows nt|\
    directory service|servers|ntds settings|managed service accounts|program data|foreignsecurityprincipals|\
    infrastructure|lostandfound|lostandfoundconfig|ntds quotas|domain controllers|microsoft|tpm devices|keys|\
    enterprise configuration|enterprise schema|default-first-site-name|inter-site transports|ip|subnets|\
    authn policy configuration|password settings container|well known security principals|\
    ad-enterprise-configuration|computer|user|person|group|domain-dns|top|\
    ms-ds-managed-service-account|ms-ds-group-managed-service-account|";

/// Names in DNS that lead to the same place for everybody. What is before them is kept too.
const DOMAINS: [&str; 12] = [
    "microsoft.com",
    "windows.com",
    "windows.net.nsatc.net",
    "microsoftazuread-sso.com",
    "microsoftonline.com",
    "w3.org",
    "xmlsoap.org",
    "iis.net",
    "asp.net",
    "digicert.com",
    "pool.ntp.org",
    "ipv6-literal.net",
];

/// Last parts of names in DNS that belong to nobody in particular, besides those of two letters.
const TOP_LEVEL: &str = "|com|net|org|edu|gov|mil|int|info|biz|name|pro|arpa|local|localdomain|lan|intern|internal|\
    intranet|corp|home|private|test|example|invalid|localhost|domain|onmicrosoft|sharepoint|azurewebsites|cloudapp|";

/// First parts of names in DNS that say what is there and not whose it is.
const LABELS: &str = "|www|localhost|localdomain|wpad|isatap|in-addr|ip6|msdcs|domaindnszones|forestdnszones|";

fn is_in(list: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    !name.contains('|') && list.contains(&format!("|{name}|"))
}

/// Whether an account, a group, or a word in its place is no secret.
pub fn is_account(name: &str) -> bool {
    let lower = name.to_lowercase();
    let numbered =
        |prefix| lower.strip_prefix(prefix).is_some_and(|rest: &str| rest.bytes().all(|b| b.is_ascii_digit()));
    is_in(ACCOUNTS, name) || name.starts_with("%%") || numbered("dwm-") || numbered("umfd-")
}

/// Whether an object of the directory has a name that it has everywhere.
pub fn is_object(name: &str) -> bool {
    is_in(OBJECTS, name) || is_account(name)
}

/// Whether the last part of a name in DNS tells nothing.
pub fn is_top_level(label: &str) -> bool {
    is_in(TOP_LEVEL, label) || (label.len() == 2 && label.bytes().all(|letter| letter.is_ascii_alphabetic()))
}

/// Whether another part of a name in DNS tells nothing: a service record, a GUID, a number, or a word for all.
pub fn is_label(label: &str) -> bool {
    let is_guid = label.len() == 36 && label.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    label.starts_with('_')
        || is_guid
        || is_in(LABELS, label)
        || label.chars().all(|character| character.is_ascii_digit() || character == '*')
}

/// Whether a name in DNS is one that everybody uses.
pub fn is_domain(name: &str) -> bool {
    let lower = name.to_lowercase();
    DOMAINS.iter().any(|known| lower.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether a text ends with the name of an authority that vouches for accounts of every Windows.
pub fn ends_with_authority(text: &str) -> bool {
    const LONGEST_BYTES: usize = 24;
    let tail = text.get(text.ceil_char_boundary(text.len().saturating_sub(LONGEST_BYTES))..).unwrap_or_default();
    let lower = tail.to_lowercase();
    AUTHORITIES.iter().any(|known| {
        let before = lower.strip_suffix(known);
        before.is_some_and(|before| !before.ends_with(char::is_alphanumeric))
    })
}

/// How many bytes of a text an account with several words takes that exists everywhere, such as `Domain Users`.
pub fn leading_account(text: &str) -> Option<usize> {
    let lower = text.get(..text.floor_char_boundary(LONGEST_ACCOUNT)).unwrap_or_default().to_lowercase();
    let known = ACCOUNTS.split('|').filter(|known| known.contains(' '));
    let found = known.filter(|known| {
        let behind = lower.strip_prefix(known);
        behind.is_some_and(|behind| !behind.starts_with(char::is_alphanumeric))
    });
    found.map(str::len).max()
}

const LONGEST_ACCOUNT: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_everywhere_is_kept_in_every_language() {
        for name in ["SYSTEM", "Lokaler Dienst", "SERVICE RÉSEAU", "krbtgt", "%%1833", "DWM-12", "Domain Users", "N/A"]
        {
            assert!(is_account(name), "{name}");
        }
        for name in ["svc-web", "WEB01$", "", "|", "system|network service", "DWM-x1"] {
            assert!(!is_account(name), "{name}");
        }
        assert!(ends_with_authority("by NT-AUTORITÄT") && ends_with_authority("IIS APPPOOL"));
        assert!(!ends_with_authority("MYBUILTIN") && !ends_with_authority("CONTOSO"));
        assert_eq!(leading_account("Domain Users, x"), Some(12));
        assert_eq!(leading_account("domain userss"), None);
    }

    #[test]
    fn parts_of_names_that_tell_nothing_are_kept() {
        for label in ["com", "DE", "local"] {
            assert!(is_top_level(label), "{label}");
        }
        for label in ["www", "_ldap", "10", "1e2d3c4b-0000-1111-2222-333344445555", "*"] {
            assert!(is_label(label), "{label}");
        }
        assert!(!is_top_level("contoso") && !is_label("web01") && !is_label("www2"));
        assert!(is_domain("time.windows.com") && is_domain("www.microsoft.com"));
        assert!(!is_domain("notmicrosoft.com") && !is_domain("contoso.com"));
    }
}
