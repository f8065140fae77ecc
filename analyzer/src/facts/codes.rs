//! Codes that logs and tools print, with their names and what they mean for sign-in to IIS.
//!
//! The same number means different things in different places, so every meaning is given. Numbers with `0x` are
//! hexadecimal; bare numbers are decimal, signed or not, as IIS logs and `klist` print them.
//! Sources: RFC 4120 section 7.5.9, the NTSTATUS and Win32 values of the Windows SDK, the status codes of IIS.

/// What a number is, in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The kind of number.
    pub family: Family,
    /// The number.
    pub value: u32,
    /// Its name.
    pub name: &'static str,
    /// What it means for sign-in to IIS.
    pub meaning: &'static str,
}

/// The kinds of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Kerberos errors, in KDC events and Kerberos event 3.
    Kerberos,
    /// NT status, in logon events and tools.
    NtStatus,
    /// Win32 and security package errors, the last number in an IIS log line.
    Win32,
    /// HTTP status and sub-status of IIS, here as `status * 1000 + sub-status`.
    HttpSubStatus,
}

impl Family {
    /// What a person calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Kerberos => "Kerberos error",
            Self::NtStatus => "NT status",
            Self::Win32 => "Windows error",
            Self::HttpSubStatus => "HTTP status of IIS",
        }
    }

    /// The number as logs of this kind print it.
    pub fn spell(self, value: u32) -> String {
        match self {
            Self::HttpSubStatus => format!("{}.{}", value / 1000, value % 1000),
            Self::Kerberos | Self::NtStatus | Self::Win32 => format!("0x{value:x}, {value}"),
        }
    }
}

/// Every meaning of a number or a name.
pub fn decode(text: &str) -> Vec<Code> {
    let value = number(text);
    let sub_status = sub_status(text);
    let all = CODES.iter().filter(|code| match code.family {
        Family::HttpSubStatus => Some(code.value) == sub_status,
        _ => Some(code.value) == value || code.name.eq_ignore_ascii_case(text),
    });
    all.copied().collect()
}

fn number(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0x") {
        return u32::from_str_radix(digits, 16).ok();
    }
    match lower.parse::<i64>().ok()? {
        value @ 0.. => u32::try_from(value).ok(),
        value => i32::try_from(value).ok().map(i32::cast_unsigned),
    }
}

/// `401.1`
fn sub_status(text: &str) -> Option<u32> {
    let (status, sub) = text.split_once('.')?;
    let (status, sub) = (status.parse::<u32>().ok()?, sub.parse::<u32>().ok()?);
    (sub < 1000 && status < 1000).then(|| status.saturating_mul(1000).saturating_add(sub))
}

const fn code(family: Family, value: u32, name: &'static str, meaning: &'static str) -> Code {
    Code { family, value, name, meaning }
}

const fn kerberos(value: u32, name: &'static str, meaning: &'static str) -> Code {
    code(Family::Kerberos, value, name, meaning)
}

const fn nt(value: u32, name: &'static str, meaning: &'static str) -> Code {
    code(Family::NtStatus, value, name, meaning)
}

const fn win32(value: u32, name: &'static str, meaning: &'static str) -> Code {
    code(Family::Win32, value, name, meaning)
}

const fn http(status: u32, sub: u32, name: &'static str, meaning: &'static str) -> Code {
    code(Family::HttpSubStatus, status * 1000 + sub, name, meaning)
}

/// The table.
const CODES: &[Code] = &[
    kerberos(
        0x6,
        "KDC_ERR_C_PRINCIPAL_UNKNOWN",
        "The user is not known: no such account, not yet replicated, or the wrong domain.",
    ),
    kerberos(
        0x7,
        "KDC_ERR_S_PRINCIPAL_UNKNOWN",
        "The SPN is held by nobody, or by several accounts (extended error 0xc0000035). Usual noise when the URL holds an IP address.",
    ),
    kerberos(
        0x8,
        "KDC_ERR_PRINCIPAL_NOT_UNIQUE",
        "The name is held several times. Windows usually says 0x7 and writes KDC event 11 instead.",
    ),
    kerberos(0x9, "KDC_ERR_NULL_KEY", "The account has no key; a new password makes one."),
    kerberos(
        0xc,
        "KDC_ERR_POLICY",
        "A restriction of the account forbids it: hours, workstations, smart card, an authentication policy.",
    ),
    kerberos(
        0xd,
        "KDC_ERR_BADOPTION",
        "Delegation is not allowed for this target or this user. Noise unless delegation is the question.",
    ),
    kerberos(0xe, "KDC_ERR_ETYPE_NOTSUPP", "Client, KDC and account share no encryption type."),
    kerberos(0x12, "KDC_ERR_CLIENT_REVOKED", "The user's account is disabled, expired or locked out."),
    kerberos(0x13, "KDC_ERR_SERVICE_REVOKED", "The account that holds the SPN is disabled or locked."),
    kerberos(0x14, "KDC_ERR_TGT_REVOKED", "The ticket-granting ticket is no longer accepted."),
    kerberos(0x17, "KDC_ERR_KEY_EXPIRED", "The password has expired or must be changed."),
    kerberos(0x18, "KDC_ERR_PREAUTH_FAILED", "Wrong password. Once is ordinary."),
    kerberos(0x19, "KDC_ERR_PREAUTH_REQUIRED", "The first question of every sign-in. Always noise."),
    kerberos(
        0x1b,
        "KDC_ERR_MUST_USE_USER2USER",
        "The SPN is on an account whose key may not be used for a service ticket.",
    ),
    kerberos(0x1d, "KDC_ERR_SVC_UNAVAILABLE", "The KDC, or one that it has to ask, is not available."),
    kerberos(0x1f, "KRB_AP_ERR_BAD_INTEGRITY", "What was sent with the ticket cannot be decrypted."),
    kerberos(
        0x20,
        "KRB_AP_ERR_TKT_EXPIRED",
        "The ticket has expired. Clients renew it by themselves; lasting is a sign of wrong clocks.",
    ),
    kerberos(
        0x21,
        "KRB_AP_ERR_TKT_NYV",
        "The ticket is not valid yet: the clock of the server is behind that of the KDC.",
    ),
    kerberos(
        0x22,
        "KRB_AP_ERR_REPEAT",
        "The same request was seen twice: a replay, or a load balancer that repeats it.",
    ),
    kerberos(0x23, "KRB_AP_ERR_NOT_US", "The ticket is for another server."),
    kerberos(0x24, "KRB_AP_ERR_BADMATCH", "Ticket and request do not belong together."),
    kerberos(
        0x25,
        "KRB_AP_ERR_SKEW",
        "The clocks differ by more than five minutes. Clients mend it by themselves, servers do not.",
    ),
    kerberos(
        0x29,
        "KRB_AP_ERR_MODIFIED",
        "The server cannot decrypt the ticket: the SPN is on another account than the one that decrypts, the name leads to another server, or the password is not the current one.",
    ),
    kerberos(
        0x2c,
        "KRB_AP_ERR_BADKEYVER",
        "The ticket was made with another version of the key: a password was changed.",
    ),
    kerberos(0x2d, "KRB_AP_ERR_NOKEY", "The server has no key of this kind."),
    kerberos(
        0x34,
        "KRB_ERR_RESPONSE_TOO_BIG",
        "Too large for UDP; the client asks again over TCP. Noise, unless TCP port 88 is blocked.",
    ),
    kerberos(0x3c, "KRB_ERR_GENERIC", "An error without a number of its own; the extended error says which."),
    kerberos(0x44, "KDC_ERR_WRONG_REALM", "Another domain has to be asked. Noise."),
    nt(0xc000_0022, "STATUS_ACCESS_DENIED", "No right to do that."),
    nt(0xc000_0035, "STATUS_OBJECT_NAME_COLLISION", "Beside 0x7: the SPN is held by several accounts."),
    nt(0xc000_005e, "STATUS_NO_LOGON_SERVERS", "No domain controller can be reached."),
    nt(
        0xc000_005f,
        "STATUS_NO_SUCH_LOGON_SESSION",
        "klist ran in a session that has no tickets: a fault of collecting, not of sign-in.",
    ),
    nt(0xc000_0061, "STATUS_PRIVILEGE_NOT_HELD", "A privilege is missing."),
    nt(0xc000_0062, "STATUS_INVALID_ACCOUNT_NAME", "The name is not formed like that of an account."),
    nt(0xc000_0064, "STATUS_NO_SUCH_USER", "There is no such account."),
    nt(0xc000_006a, "STATUS_WRONG_PASSWORD", "The account exists, and the password is wrong."),
    nt(0xc000_006c, "STATUS_PASSWORD_RESTRICTION", "A new password breaks a rule for passwords."),
    nt(
        0xc000_006d,
        "STATUS_LOGON_FAILURE",
        "Wrong name or password; the sub-status says more. With none, and from the server itself: the loopback check.",
    ),
    nt(0xc000_006e, "STATUS_ACCOUNT_RESTRICTION", "A restriction of the account, such as an empty password."),
    nt(0xc000_006f, "STATUS_INVALID_LOGON_HOURS", "Not at this hour."),
    nt(0xc000_0070, "STATUS_INVALID_WORKSTATION", "Not from this computer."),
    nt(0xc000_0071, "STATUS_PASSWORD_EXPIRED", "The password has expired."),
    nt(0xc000_0072, "STATUS_ACCOUNT_DISABLED", "The account is disabled."),
    nt(0xc000_0133, "STATUS_TIME_DIFFERENCE_AT_DC", "The clocks differ too much."),
    nt(0xc000_015b, "STATUS_LOGON_TYPE_NOT_GRANTED", "The right to sign in over the network is missing or denied."),
    nt(0xc000_018a, "STATUS_NO_TRUST_LSA_SECRET", "The computer has lost its password for the domain."),
    nt(
        0xc000_018b,
        "STATUS_NO_TRUST_SAM_ACCOUNT",
        "From klist get: the SPN is unknown. From Netlogon: the computer has no account.",
    ),
    nt(0xc000_018d, "STATUS_TRUSTED_RELATIONSHIP_FAILURE", "The trust between computer and domain is broken."),
    nt(0xc000_0193, "STATUS_ACCOUNT_EXPIRED", "The account has expired."),
    nt(0xc000_0224, "STATUS_PASSWORD_MUST_CHANGE", "The password must be changed first."),
    nt(0xc000_0234, "STATUS_ACCOUNT_LOCKED_OUT", "The account is locked out."),
    nt(0xc000_02fd, "STATUS_KDC_UNKNOWN_ETYPE", "No common encryption type."),
    nt(0xc000_0413, "STATUS_AUTHENTICATION_FIREWALL_FAILED", "Selective authentication of a trust forbids it."),
    nt(0xc000_0418, "STATUS_NTLM_BLOCKED", "NTLM is forbidden by policy, so there is nothing to fall back to."),
    win32(
        5,
        "ERROR_ACCESS_DENIED",
        "Beside 401.2 in the first line of a connection: ordinary. Beside 401.3: the rights on the file.",
    ),
    win32(64, "ERROR_NETNAME_DELETED", "The client closed the connection."),
    win32(1311, "ERROR_NO_LOGON_SERVERS", "No domain controller can be reached."),
    win32(1326, "ERROR_LOGON_FAILURE", "Wrong name or password."),
    win32(1331, "ERROR_ACCOUNT_DISABLED", "The account is disabled."),
    win32(1385, "ERROR_LOGON_TYPE_NOT_GRANTED", "The right to sign in over the network is missing."),
    win32(
        1396,
        "ERROR_WRONG_TARGET_NAME",
        "The target is another account than the name says: the family of KRB_AP_ERR_MODIFIED.",
    ),
    win32(1398, "ERROR_TIME_SKEW", "The clocks differ too much."),
    win32(1787, "ERROR_NO_TRUST_SAM_ACCOUNT", "From klist get: the SPN is unknown."),
    win32(1789, "ERROR_TRUSTED_RELATIONSHIP_FAILURE", "The trust between computer and domain is broken."),
    win32(1909, "ERROR_ACCOUNT_LOCKED_OUT", "The account is locked out."),
    win32(0x8009_0308, "SEC_E_INVALID_TOKEN", "What the client sent is garbled or cut."),
    win32(
        0x8009_030c,
        "SEC_E_LOGON_DENIED",
        "Beside 401.1: the ticket cannot be decrypted, the loopback check, or a wrong password with NTLM.",
    ),
    win32(0x8009_030e, "SEC_E_NO_CREDENTIALS", "The first leg of a handshake: ordinary."),
    win32(0x8009_0311, "SEC_E_NO_AUTHENTICATING_AUTHORITY", "No domain controller can be reached."),
    win32(0x8009_0322, "SEC_E_WRONG_PRINCIPAL", "The target is another account than the name says."),
    win32(0x8009_0324, "SEC_E_TIME_SKEW", "The clocks differ too much."),
    win32(0x8009_0342, "SEC_E_KDC_UNKNOWN_ETYPE", "No common encryption type."),
    win32(
        0x8009_0346,
        "SEC_E_BAD_BINDINGS",
        "Extended Protection: the client's channel binding does not match the TLS connection.",
    ),
    http(401, 1, "logon failed", "The client tried to sign in and was refused. The Windows error beside it says why."),
    http(
        401,
        2,
        "refused by the server's configuration",
        "The first, anonymous request of a connection: ordinary. Lasting: no common way to sign in.",
    ),
    http(
        401,
        3,
        "refused by rights on the resource",
        "The user is known and may not read the file. On IIS 5 also a failed Kerberos under a host header.",
    ),
    http(401, 4, "refused by a filter", "An ISAPI filter refused."),
    http(401, 5, "refused by the application", "An ISAPI or CGI application refused."),
    http(500, 19, "configuration cannot be read", "A web.config sets a locked section, or adds an entry twice."),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        decode(text).iter().map(|code| code.name).collect()
    }

    #[test]
    fn every_spelling_is_understood() {
        assert_eq!(names("0x29"), ["KRB_AP_ERR_MODIFIED"]);
        assert_eq!(names("krb_ap_err_modified"), ["KRB_AP_ERR_MODIFIED"]);
        assert_eq!(names("3221225572"), ["STATUS_NO_SUCH_USER"]);
        assert_eq!(names("-1073741429"), ["STATUS_NO_TRUST_SAM_ACCOUNT"]);
        assert_eq!(names("2148074252"), ["SEC_E_LOGON_DENIED"]);
        assert_eq!(names("401.1"), ["logon failed"]);
        assert!(names("0xdeadbeef").is_empty() && names("").is_empty() && names("401.x").is_empty());
    }

    #[test]
    fn bare_numbers_are_decimal() {
        assert_eq!(names("23"), ["KDC_ERR_KEY_EXPIRED"]);
        assert_eq!(names("0x23"), ["KRB_AP_ERR_NOT_US"]);
    }

    #[test]
    fn no_number_stands_twice_in_a_family() {
        for (at, code) in CODES.iter().enumerate() {
            let twin = CODES.iter().skip(at + 1).find(|other| other.family == code.family && other.value == code.value);
            assert_eq!(twin, None);
        }
    }
}
