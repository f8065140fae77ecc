//! Names of logon processes and authentication packages in security events.
//!
//! Windows keeps eight characters of the name of a logon process and fills it with blanks: `NtLmSsp `, `seclogo`.

/// A name, and what it tells about a sign-in to IIS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The name, without the blanks that fill it.
    pub name: &'static str,
    /// What it tells.
    pub meaning: &'static str,
}

const fn word(name: &'static str, meaning: &'static str) -> Word {
    Word { name, meaning }
}

/// Logon processes.
pub const PROCESSES: &[Word] = &[
    word("Kerberos", "Negotiate came to Kerberos. With TransmittedServices filled: constrained delegation."),
    word("NtLmSsp", "NTLM, alone or because Negotiate fell back to it."),
    word("Negotiat", "Negotiate; the event does not say what it came to."),
    word("Negotiate", "Negotiate; the event does not say what it came to."),
    word("Advapi", "LogonUser: Basic authentication, or the identity of an application pool, on IIS 6 and later."),
    word("IIS", "IIS 5: Basic, Digest or anonymous."),
    word("User32", "A person at the console or at Remote Desktop."),
    word("seclogo", "The secondary logon service: runas."),
    word("seclogon", "The secondary logon service: runas."),
    word("SCMgr", "The service manager started a service."),
    word("KSecDD", "The kernel: file shares, not IIS."),
    word("Winlogon\\MSGina", "A person at the console of Windows 2000 or 2003."),
    word("LAN Manager Workstation Service", "The client of file shares."),
    word("Schannel", "A client certificate was mapped to an account."),
    word("Authz", "A check of rights for somebody who did not sign in: service for user."),
    word("CHAP", "Remote access, not IIS."),
    word("MS.RADIU", "Remote access through RADIUS, not IIS."),
];

/// Authentication packages.
pub const PACKAGES: &[Word] = &[
    word("Kerberos", "Signed in by Kerberos."),
    word("NTLM", "Signed in by NTLM; the field LmPackageName says which version."),
    word("Negotiate", "The package was to be chosen later; which one it became, the event does not say."),
    word("MICROSOFT_AUTHENTICATION_PACKAGE_V1_0", "NTLM, or a password that Windows checked itself, such as Basic's."),
    word("WDigest", "Digest authentication."),
    word("Schannel", "A client certificate."),
    word("CredSSP", "Remote Desktop or PowerShell remoting with delegated credentials."),
    word("NTLM V1", "The first version of NTLM, in the field LmPackageName."),
    word("NTLM V2", "The second version of NTLM, in the field LmPackageName."),
    word("LM", "LAN Manager, the forerunner of NTLM, in the field LmPackageName."),
];

/// The word of a name, blanks and case aside.
pub fn find(words: &'static [Word], name: &str) -> Option<&'static Word> {
    words.iter().find(|word| word.name.eq_ignore_ascii_case(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_once_and_is_found_with_its_blanks() {
        for words in [PROCESSES, PACKAGES] {
            let mut names = std::collections::BTreeSet::new();
            for word in words {
                assert!(names.insert(word.name.to_lowercase()) && word.meaning.ends_with('.'), "{word:?}");
                assert_eq!(find(words, &format!("{}  ", word.name.to_uppercase())), Some(word));
            }
        }
        assert_eq!((PROCESSES.len(), PACKAGES.len()), (17, 10));
        assert_eq!(find(PROCESSES, "NTLM"), None);
    }
}
