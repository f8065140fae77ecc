//! Which names and values are secrets, judged in favor of the customer.

/// Words that announce a secret in running text.
const HINTS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "credential",
    "token",
    "accountkey",
    "accesskey",
    "apikey",
    "connectionstring",
    "[enc:",
];

/// How the name of an attribute ends that holds a secret. `userName` and `useAppPoolCredentials` must not match.
const ENDINGS: [&str; 9] =
    ["password", "passwd", "pass", "passphrase", "pwd", "secret", "accesstoken", "connectionstring", "credential"];

/// Words in the name of an application's own setting that make its value a secret.
const SETTINGS: [&str; 10] =
    ["pass", "pwd", "secret", "token", "credential", "connectionstring", "connstr", "key", "cert", "authorization"];

/// Words that are followed by a secret: `Password=…`, `pwd: …`, `--password …`.
const LABELS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "accountkey",
    "accesskey",
    "sharedaccesskey",
    "apikey",
    "api-key",
    "sharedaccesssignature",
    "sig",
];

/// Whether an attribute with this name holds a secret, whatever its value.
pub fn is_attribute(name: &str) -> bool {
    let name = plain(name);
    let key = name.len() > "key".len() && name.ends_with("key");
    key || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether a setting of an application (`<add key="…" value="…">`) with this name holds a secret.
pub fn is_setting(name: &str) -> bool {
    let name = plain(name);
    SETTINGS.iter().any(|word| name.contains(word))
}

/// Whether a value gives itself away: encrypted, a connection string, an address with a password in it.
pub fn is_value(value: &str) -> bool {
    let value = value.to_lowercase();
    value.contains("[enc:") || has_labeled_secret(&value) || has_password_in_address(&value)
}

/// Whether running text speaks of secrets.
pub fn is_hinted(text: &str) -> bool {
    let text = text.to_lowercase();
    let letters: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    HINTS.iter().any(|hint| letters.contains(hint))
}

fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn has_labeled_secret(value: &str) -> bool {
    LABELS.iter().any(|label| {
        let mut before = "";
        let mut rest = value;
        while let Some((left, right)) = rest.split_once(label) {
            before = if left.is_empty() { before } else { left };
            let option = before.ends_with(['-', '/']);
            let after = right.trim_start_matches(['"', '\'']);
            let spaced = after.starts_with(char::is_whitespace);
            let separated = after.trim_start().starts_with(['=', ':']);
            if separated || (option && spaced) {
                return true;
            }
            before = label;
            rest = right;
        }
        false
    })
}

fn has_password_in_address(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // A password may hold `/`; then the `@` stands behind it.
        let login = authority.rsplit_once('@').or_else(|| rest.rsplit_once('@'));
        login.is_some_and(|(login, _)| login.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_known_by_how_their_names_end() {
        for name in [
            "password",
            "UserPass",
            "privateKeyPassword",
            "connectionString",
            "sqlConnectionString",
            "validationKey",
            "decryptionKey",
            "sessionKey",
            "x:password",
            "client-secret",
        ] {
            assert!(is_attribute(name), "{name}");
        }
        for name in [
            "userName",
            "useAppPoolCredentials",
            "tokenChecking",
            "key",
            "keyContainerName",
            "identityType",
            "passAnonymousToken",
            "certificateHash",
            "bindingInformation",
            "physicalPath",
            "path",
        ] {
            assert!(!is_attribute(name), "{name}");
        }
    }

    #[test]
    fn settings_are_known_by_words_in_their_names() {
        for name in ["DbPassword", "JWT:SigningKey", "ConnectionStrings__Main", "SMTP_PWD", "Authorization"] {
            assert!(is_setting(name), "{name}");
        }
        for name in ["X-Powered-By", "ASPNETCORE_ENVIRONMENT", "COMPLUS_ForceENC"] {
            assert!(!is_setting(name), "{name}");
        }
    }

    #[test]
    fn values_give_themselves_away() {
        for value in [
            "[enc:AesProvider:AbC=:enc]",
            "Server=x;User Id=y;Password=z",
            "pwd = z",
            "run --password z",
            "/password z",
            "-pwd 'z'",
            "\"password\": \"z\"",
            "https://u:p@host/",
            "amqp://u:p/q@host",
            "https://x.blob.core.windows.net/?sv=1&sig=abc",
            "passwordpassword=z",
        ] {
            assert!(is_value(value), "{value}");
        }
        for value in [
            "Password Reset",
            "*:443:www.contoso.com",
            r"C:\inetpub\password",
            "https://host:8080/path",
            "HTTP/www.contoso.com",
            r"CONTOSO\svc-web",
            "https://host/~a@b",
        ] {
            assert!(!is_value(value), "{value}");
        }
    }

    #[test]
    fn hints_are_found_in_spaced_and_capital_letters() {
        assert!(is_hinted("old PassWord was x"));
        assert!(is_hinted("connection string"));
        assert!(!is_hinted("IIS configuration sections."));
    }
}
