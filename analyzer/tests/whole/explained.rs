//! `kerbscope explain` knows every code that logs and tools print around a sign-in, in every spelling.
//!
//! The numbers and names here were written down from the standards and from what Windows documents; the tables of the
//! program are not used.

use kerbscope::explain::explain;

/// Errors of Kerberos.
const KERBEROS: &[(u32, &str)] = &[
    (0, "KDC_ERR_NONE"),
    (1, "KDC_ERR_NAME_EXP"),
    (2, "KDC_ERR_SERVICE_EXP"),
    (3, "KDC_ERR_BAD_PVNO"),
    (4, "KDC_ERR_C_OLD_MAST_KVNO"),
    (5, "KDC_ERR_S_OLD_MAST_KVNO"),
    (6, "KDC_ERR_C_PRINCIPAL_UNKNOWN"),
    (7, "KDC_ERR_S_PRINCIPAL_UNKNOWN"),
    (8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE"),
    (9, "KDC_ERR_NULL_KEY"),
    (10, "KDC_ERR_CANNOT_POSTDATE"),
    (11, "KDC_ERR_NEVER_VALID"),
    (12, "KDC_ERR_POLICY"),
    (13, "KDC_ERR_BADOPTION"),
    (14, "KDC_ERR_ETYPE_NOSUPP"),
    (15, "KDC_ERR_SUMTYPE_NOSUPP"),
    (16, "KDC_ERR_PADATA_TYPE_NOSUPP"),
    (17, "KDC_ERR_TRTYPE_NOSUPP"),
    (18, "KDC_ERR_CLIENT_REVOKED"),
    (19, "KDC_ERR_SERVICE_REVOKED"),
    (20, "KDC_ERR_TGT_REVOKED"),
    (21, "KDC_ERR_CLIENT_NOTYET"),
    (22, "KDC_ERR_SERVICE_NOTYET"),
    (23, "KDC_ERR_KEY_EXPIRED"),
    (24, "KDC_ERR_PREAUTH_FAILED"),
    (25, "KDC_ERR_PREAUTH_REQUIRED"),
    (26, "KDC_ERR_SERVER_NOMATCH"),
    (27, "KDC_ERR_MUST_USE_USER2USER"),
    (28, "KDC_ERR_PATH_NOT_ACCEPTED"),
    (29, "KDC_ERR_SVC_UNAVAILABLE"),
    (31, "KRB_AP_ERR_BAD_INTEGRITY"),
    (32, "KRB_AP_ERR_TKT_EXPIRED"),
    (33, "KRB_AP_ERR_TKT_NYV"),
    (34, "KRB_AP_ERR_REPEAT"),
    (35, "KRB_AP_ERR_NOT_US"),
    (36, "KRB_AP_ERR_BADMATCH"),
    (37, "KRB_AP_ERR_SKEW"),
    (38, "KRB_AP_ERR_BADADDR"),
    (39, "KRB_AP_ERR_BADVERSION"),
    (40, "KRB_AP_ERR_MSG_TYPE"),
    (41, "KRB_AP_ERR_MODIFIED"),
    (42, "KRB_AP_ERR_BADORDER"),
    (44, "KRB_AP_ERR_BADKEYVER"),
    (45, "KRB_AP_ERR_NOKEY"),
    (46, "KRB_AP_ERR_MUT_FAIL"),
    (47, "KRB_AP_ERR_BADDIRECTION"),
    (48, "KRB_AP_ERR_METHOD"),
    (49, "KRB_AP_ERR_BADSEQ"),
    (50, "KRB_AP_ERR_INAPP_CKSUM"),
    (51, "KRB_AP_PATH_NOT_ACCEPTED"),
    (52, "KRB_ERR_RESPONSE_TOO_BIG"),
    (60, "KRB_ERR_GENERIC"),
    (61, "KRB_ERR_FIELD_TOOLONG"),
    (62, "KDC_ERROR_CLIENT_NOT_TRUSTED"),
    (63, "KDC_ERROR_KDC_NOT_TRUSTED"),
    (64, "KDC_ERROR_INVALID_SIG"),
    (65, "KDC_ERR_KEY_TOO_WEAK"),
    (66, "KDC_ERR_CERTIFICATE_MISMATCH"),
    (67, "KRB_AP_ERR_NO_TGT"),
    (68, "KDC_ERR_WRONG_REALM"),
    (69, "KRB_AP_ERR_USER_TO_USER_REQUIRED"),
    (70, "KDC_ERR_CANT_VERIFY_CERTIFICATE"),
    (71, "KDC_ERR_INVALID_CERTIFICATE"),
    (72, "KDC_ERR_REVOKED_CERTIFICATE"),
    (73, "KDC_ERR_REVOCATION_STATUS_UNKNOWN"),
    (74, "KDC_ERR_REVOCATION_STATUS_UNAVAILABLE"),
    (75, "KDC_ERR_CLIENT_NAME_MISMATCH"),
    (76, "KDC_ERR_KDC_NAME_MISMATCH"),
    (77, "KDC_ERR_INCONSISTENT_KEY_PURPOSE"),
    (78, "KDC_ERR_DIGEST_IN_CERT_NOT_ACCEPTED"),
    (79, "KDC_ERR_PA_CHECKSUM_MUST_BE_INCLUDED"),
    (80, "KDC_ERR_DIGEST_IN_SIGNED_DATA_NOT_ACCEPTED"),
    (81, "KDC_ERR_PUBLIC_KEY_ENCRYPTION_NOT_SUPPORTED"),
    (90, "KDC_ERR_PREAUTH_EXPIRED"),
    (91, "KDC_ERR_MORE_PREAUTH_DATA_REQUIRED"),
    (92, "KDC_ERR_PREAUTH_BAD_AUTHENTICATION_SET"),
    (93, "KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS"),
    (100, "KDC_ERR_NO_ACCEPTABLE_KDF"),
];

/// NT statuses.
const STATUSES: &[(u32, &str)] = &[
    (0xc000_0022, "STATUS_ACCESS_DENIED"),
    (0xc000_0035, "STATUS_OBJECT_NAME_COLLISION"),
    (0xc000_005e, "STATUS_NO_LOGON_SERVERS"),
    (0xc000_005f, "STATUS_NO_SUCH_LOGON_SESSION"),
    (0xc000_0061, "STATUS_PRIVILEGE_NOT_HELD"),
    (0xc000_0062, "STATUS_INVALID_ACCOUNT_NAME"),
    (0xc000_0064, "STATUS_NO_SUCH_USER"),
    (0xc000_006a, "STATUS_WRONG_PASSWORD"),
    (0xc000_006b, "STATUS_ILL_FORMED_PASSWORD"),
    (0xc000_006c, "STATUS_PASSWORD_RESTRICTION"),
    (0xc000_006d, "STATUS_LOGON_FAILURE"),
    (0xc000_006e, "STATUS_ACCOUNT_RESTRICTION"),
    (0xc000_006f, "STATUS_INVALID_LOGON_HOURS"),
    (0xc000_0070, "STATUS_INVALID_WORKSTATION"),
    (0xc000_0071, "STATUS_PASSWORD_EXPIRED"),
    (0xc000_0072, "STATUS_ACCOUNT_DISABLED"),
    (0xc000_0073, "STATUS_NONE_MAPPED"),
    (0xc000_009a, "STATUS_INSUFFICIENT_RESOURCES"),
    (0xc000_00dc, "STATUS_INVALID_SERVER_STATE"),
    (0xc000_00df, "STATUS_NO_SUCH_DOMAIN"),
    (0xc000_00e5, "STATUS_INTERNAL_ERROR"),
    (0xc000_00fe, "STATUS_NO_SUCH_PACKAGE"),
    (0xc000_0133, "STATUS_TIME_DIFFERENCE_AT_DC"),
    (0xc000_015b, "STATUS_LOGON_TYPE_NOT_GRANTED"),
    (0xc000_018a, "STATUS_NO_TRUST_LSA_SECRET"),
    (0xc000_018b, "STATUS_NO_TRUST_SAM_ACCOUNT"),
    (0xc000_018c, "STATUS_TRUSTED_DOMAIN_FAILURE"),
    (0xc000_018d, "STATUS_TRUSTED_RELATIONSHIP_FAILURE"),
    (0xc000_0192, "STATUS_NETLOGON_NOT_STARTED"),
    (0xc000_0193, "STATUS_ACCOUNT_EXPIRED"),
    (0xc000_0198, "STATUS_NOLOGON_INTERDOMAIN_TRUST_ACCOUNT"),
    (0xc000_0199, "STATUS_NOLOGON_WORKSTATION_TRUST_ACCOUNT"),
    (0xc000_019a, "STATUS_NOLOGON_SERVER_TRUST_ACCOUNT"),
    (0xc000_019b, "STATUS_DOMAIN_TRUST_INCONSISTENT"),
    (0xc000_0224, "STATUS_PASSWORD_MUST_CHANGE"),
    (0xc000_0225, "STATUS_NOT_FOUND"),
    (0xc000_0234, "STATUS_ACCOUNT_LOCKED_OUT"),
    (0xc000_02ee, "STATUS_UNFINISHED_CONTEXT_DELETED"),
    (0xc000_02fb, "STATUS_KDC_INVALID_REQUEST"),
    (0xc000_02fc, "STATUS_KDC_UNABLE_TO_REFER"),
    (0xc000_02fd, "STATUS_KDC_UNKNOWN_ETYPE"),
    (0xc000_0371, "STATUS_NO_SECRETS"),
    (0xc000_0388, "STATUS_DOWNGRADE_DETECTED"),
    (0xc000_0413, "STATUS_AUTHENTICATION_FIREWALL_FAILED"),
    (0xc000_0418, "STATUS_NTLM_BLOCKED"),
];

/// Windows errors of the log of IIS.
const WIN32: &[(u32, &str)] = &[
    (0, "NO_ERROR"),
    (5, "ERROR_ACCESS_DENIED"),
    (64, "ERROR_NETNAME_DELETED"),
    (1311, "ERROR_NO_LOGON_SERVERS"),
    (1326, "ERROR_LOGON_FAILURE"),
    (1327, "ERROR_ACCOUNT_RESTRICTION"),
    (1328, "ERROR_INVALID_LOGON_HOURS"),
    (1329, "ERROR_INVALID_WORKSTATION"),
    (1330, "ERROR_PASSWORD_EXPIRED"),
    (1331, "ERROR_ACCOUNT_DISABLED"),
    (1355, "ERROR_NO_SUCH_DOMAIN"),
    (1385, "ERROR_LOGON_TYPE_NOT_GRANTED"),
    (1396, "ERROR_WRONG_TARGET_NAME"),
    (1397, "ERROR_MUTUAL_AUTH_FAILED"),
    (1398, "ERROR_TIME_SKEW"),
    (1787, "ERROR_NO_TRUST_SAM_ACCOUNT"),
    (1789, "ERROR_TRUSTED_RELATIONSHIP_FAILURE"),
    (1793, "ERROR_ACCOUNT_EXPIRED"),
    (1907, "ERROR_PASSWORD_MUST_CHANGE"),
    (1909, "ERROR_ACCOUNT_LOCKED_OUT"),
    (0x8009_0301, "SEC_E_INVALID_HANDLE"),
    (0x8009_0304, "SEC_E_INTERNAL_ERROR"),
    (0x8009_0305, "SEC_E_SECPKG_NOT_FOUND"),
    (0x8009_0308, "SEC_E_INVALID_TOKEN"),
    (0x8009_030c, "SEC_E_LOGON_DENIED"),
    (0x8009_030d, "SEC_E_UNKNOWN_CREDENTIALS"),
    (0x8009_030e, "SEC_E_NO_CREDENTIALS"),
    (0x8009_030f, "SEC_E_MESSAGE_ALTERED"),
    (0x8009_0311, "SEC_E_NO_AUTHENTICATING_AUTHORITY"),
    (0x8009_0322, "SEC_E_WRONG_PRINCIPAL"),
    (0x8009_0324, "SEC_E_TIME_SKEW"),
    (0x8009_0331, "SEC_E_ALGORITHM_MISMATCH"),
    (0x8009_0341, "SEC_E_KDC_UNABLE_TO_REFER"),
    (0x8009_0342, "SEC_E_KDC_UNKNOWN_ETYPE"),
    (0x8009_0345, "SEC_E_DELEGATION_REQUIRED"),
    (0x8009_0346, "SEC_E_BAD_BINDINGS"),
    (0x8009_0350, "SEC_E_DOWNGRADE_DETECTED"),
];

/// Flags of tickets.
const TICKET_FLAGS: &[(u32, &str)] = &[
    (0x8000_0000, "reserved"),
    (0x4000_0000, "forwardable"),
    (0x2000_0000, "forwarded"),
    (0x1000_0000, "proxiable"),
    (0x800_0000, "proxy"),
    (0x400_0000, "may_postdate"),
    (0x200_0000, "postdated"),
    (0x100_0000, "invalid"),
    (0x80_0000, "renewable"),
    (0x40_0000, "initial"),
    (0x20_0000, "pre_authent"),
    (0x10_0000, "hw_authent"),
    (0x8_0000, "transit_policy_checked"),
    (0x4_0000, "ok_as_delegate"),
    (0x2_0000, "anonymous"),
    (0x1_0000, "name_canonicalize"),
];

/// Options of requests.
const KDC_OPTIONS: &[(u32, &str)] = &[
    (0x8000_0000, "Reserved"),
    (0x4000_0000, "Forwardable"),
    (0x2000_0000, "Forwarded"),
    (0x1000_0000, "Proxiable"),
    (0x800_0000, "Proxy"),
    (0x400_0000, "Allow-postdate"),
    (0x200_0000, "Postdated"),
    (0x100_0000, "Invalid"),
    (0x80_0000, "Renewable"),
    (0x40_0000, "Initial"),
    (0x20_0000, "Pre-authent"),
    (0x10_0000, "Opt-hardware-auth"),
    (0x8_0000, "Transited-policy-checked"),
    (0x4_0000, "Ok-as-delegate"),
    (0x2_0000, "Cname-in-addl-tkt"),
    (0x1_0000, "Canonicalize"),
    (0x20, "Disable-transited-check"),
    (0x10, "Renewable-ok"),
    (0x8, "Enc-tkt-in-skey"),
    (0x2, "Renew"),
    (0x1, "Validate"),
];

/// Encryption types as bits.
const ENCRYPTION_BITS: &[(u32, &str)] = &[
    (0x1, "DES-CBC-CRC"),
    (0x2, "DES-CBC-MD5"),
    (0x4, "RC4-HMAC"),
    (0x8, "AES128-CTS-HMAC-SHA1-96"),
    (0x10, "AES256-CTS-HMAC-SHA1-96"),
    (0x20, "AES256-CTS-HMAC-SHA1-96-SK"),
    (0x40, "AES128-CTS-HMAC-SHA256-128"),
    (0x80, "AES256-CTS-HMAC-SHA384-192"),
    (0x1_0000, "FAST-supported"),
    (0x2_0000, "Compound-identity-supported"),
    (0x4_0000, "Claims-supported"),
    (0x8_0000, "Resource-SID-compression-disabled"),
];

/// Bits of userAccountControl.
const ACCOUNT_CONTROL: &[(u32, &str)] = &[
    (0x1, "SCRIPT"),
    (0x2, "ACCOUNTDISABLE"),
    (0x8, "HOMEDIR_REQUIRED"),
    (0x10, "LOCKOUT"),
    (0x20, "PASSWD_NOTREQD"),
    (0x40, "PASSWD_CANT_CHANGE"),
    (0x80, "ENCRYPTED_TEXT_PWD_ALLOWED"),
    (0x100, "TEMP_DUPLICATE_ACCOUNT"),
    (0x200, "NORMAL_ACCOUNT"),
    (0x800, "INTERDOMAIN_TRUST_ACCOUNT"),
    (0x1000, "WORKSTATION_TRUST_ACCOUNT"),
    (0x2000, "SERVER_TRUST_ACCOUNT"),
    (0x1_0000, "DONT_EXPIRE_PASSWORD"),
    (0x2_0000, "MNS_LOGON_ACCOUNT"),
    (0x4_0000, "SMARTCARD_REQUIRED"),
    (0x8_0000, "TRUSTED_FOR_DELEGATION"),
    (0x10_0000, "NOT_DELEGATED"),
    (0x20_0000, "USE_DES_KEY_ONLY"),
    (0x40_0000, "DONT_REQ_PREAUTH"),
    (0x80_0000, "PASSWORD_EXPIRED"),
    (0x100_0000, "TRUSTED_TO_AUTH_FOR_DELEGATION"),
    (0x400_0000, "PARTIAL_SECRETS_ACCOUNT"),
];

/// Encryption types of tickets.
const ENCRYPTION_TYPES: &[(u32, &str)] = &[
    (1, "DES-CBC-CRC"),
    (3, "DES-CBC-MD5"),
    (17, "AES128"),
    (18, "AES256"),
    (19, "AES128"),
    (20, "AES256"),
    (23, "RC4-HMAC"),
    (24, "RC4-HMAC-EXP"),
    (0xffff_ff80, "-128"),
    (0xffff_ff7b, "-133"),
    (0xffff_ff79, "-135"),
    (0xffff_ffff, "none"),
];

/// Types of logon.
const LOGON_TYPES: &[(u32, &str)] = &[
    (0, "System"),
    (2, "Interactive"),
    (3, "Network"),
    (4, "Batch"),
    (5, "Service"),
    (6, "Proxy"),
    (7, "Unlock"),
    (8, "NetworkCleartext"),
    (9, "NewCredentials"),
    (10, "RemoteInteractive"),
    (11, "CachedInteractive"),
    (12, "CachedRemoteInteractive"),
    (13, "CachedUnlock"),
];

/// How IIS signs in the users of Basic authentication.
const LOGON_METHODS: &[(u32, &str)] = &[(0, "Interactive"), (1, "Batch"), (2, "Network"), (3, "ClearText")];

/// How a client proves its password.
const PRE_AUTHENTICATION: &[(u32, &str)] = &[
    (0, "none"),
    (2, "encrypted timestamp"),
    (11, "ETYPE-INFO"),
    (15, "PK-AS-REP_OLD"),
    (16, "PK-AS-REQ"),
    (17, "PK-AS-REP"),
    (20, "SVR-REFERRAL-INFO"),
    (138, "ENCRYPTED-CHALLENGE"),
];

/// Cache flags of klist.
const CACHE_FLAGS: &[(u32, &str)] = &[
    (0x1, "PRIMARY"),
    (0x2, "DELEGATION"),
    (0x4, "S4U"),
    (0x8, "ASC"),
    (0x10, "ENC-IN-SKEY"),
    (0x20, "X509"),
    (0x40, "FAST"),
    (0x80, "COMPOUND"),
    (0x100, "HUB-PRIMARY"),
    (0x200, "DISABLE-TGT-DELEGATION"),
];

/// Texts of security events.
const TEXTS: &[u32] =
    &[1831, 1832, 1833, 1840, 1842, 1843, 2304, 2305, 2306, 2307, 2308, 2309, 2310, 2311, 2312, 2313, 2314, 2315];

/// Statuses of HTTP with what stands behind the dot.
const HTTP: &[&str] = &[
    "401.1", "401.2", "401.3", "401.4", "401.5", "401.7", "401.501", "401.502", "401.503", "401.504", "403.7",
    "403.12", "403.13", "403.16", "403.17", "400.1", "400.11", "400.601", "400.606", "500.19", "503",
];

/// Events of the Security log: the id of Windows 2000 and 2003, and that of today.
const SECURITY_EVENTS: &[(u32, u32)] = &[
    (528, 4624),
    (540, 4624),
    (529, 4625),
    (530, 4625),
    (531, 4625),
    (532, 4625),
    (533, 4625),
    (534, 4625),
    (535, 4625),
    (536, 4625),
    (537, 4625),
    (538, 4634),
    (539, 4625),
    (551, 4647),
    (552, 4648),
    (560, 4656),
    (562, 4658),
    (567, 4663),
    (576, 4672),
    (612, 4719),
    (644, 4740),
    (672, 4768),
    (673, 4769),
    (674, 4770),
    (675, 4771),
    (676, 4768),
    (677, 4769),
    (678, 4774),
    (680, 4776),
    (681, 4776),
    (682, 4778),
    (683, 4779),
];

/// Events of other logs, by a part of their source.
const EVENTS: &[(&str, &[u32])] = &[
    ("Microsoft-Windows-Security-Kerberos", &[3, 4, 5, 6, 7, 10, 14, 15, 17, 18]),
    ("Microsoft-Windows-Kerberos/Operational", &[100, 101, 102, 103, 104, 105, 200, 201, 202, 203, 300, 301, 302, 303]),
    (
        "Microsoft-Windows-Kerberos-Key-Distribution-Center",
        &[
            7, 11, 12, 13, 14, 16, 18, 24, 25, 26, 27, 28, 30, 31, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 201, 202,
            203, 204, 205, 206, 207, 208, 209,
        ],
    ),
    ("NETLOGON", &[3210, 5719, 5721, 5722, 5774, 5783, 5788, 5789, 5801, 5805]),
    ("LsaSrv", &[40960, 40961]),
    ("Microsoft-Windows-Time-Service", &[12, 29, 36, 47, 50]),
    ("Microsoft-Windows-WAS", &[5002, 5021, 5057, 5059]),
    ("W3SVC", &[1021, 1057, 1059]),
    ("HttpService", &[15016]),
    ("NTLM", &[4001, 4002, 4003, 4004, 8001, 8002, 8003, 8004]),
    ("ProtectedUserFailures", &[104]),
    ("AuthenticationPolicyFailures", &[105, 106]),
];

/// Processes that ask for logons, and packages that authenticate.
const PROCESSES: &[&str] = &[
    "Kerberos",
    "NtLmSsp ",
    "Negotiat",
    "Negotiate",
    "Advapi  ",
    "IIS     ",
    "User32 ",
    "seclogo",
    "seclogon",
    "SCMgr",
    "KSecDD",
    "Winlogon\\MSGina",
    "LAN Manager Workstation Service",
    "Schannel",
    "Authz   ",
    "CHAP",
    "MS.RADIU",
];
const PACKAGES: &[&str] =
    &["Kerberos", "NTLM", "Negotiate", "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0", "WDigest", "Schannel", "CredSSP"];

/// What is missing: questions that are not answered with a line of this kind that holds this name.
fn missing(questions: impl IntoIterator<Item = String>, kind: &str, name: &str) -> Vec<String> {
    let is_answer = |line: &str| {
        line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(": ")).is_some_and(|rest| rest.contains(name))
    };
    let unknown = |question: &String| !explain(question).unwrap_or_default().lines().any(is_answer);
    questions.into_iter().filter(unknown).map(|question| format!("{question}: {kind} {name}")).collect()
}

fn in_hexadecimal(value: u32) -> [String; 2] {
    [format!("0x{value:x}"), format!("0X{value:08X}")]
}

fn anyhow(value: u32) -> Vec<String> {
    [value.to_string(), value.cast_signed().to_string()].into_iter().chain(in_hexadecimal(value)).collect()
}

#[track_caller]
fn all_known(missing: impl IntoIterator<Item = Vec<String>>) {
    let missing: Vec<_> = missing.into_iter().flatten().collect();
    assert!(missing.is_empty(), "{} are not explained:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn errors_are_known_by_number_in_every_spelling_and_by_name() {
    for (kind, rows) in [("Kerberos error", KERBEROS), ("NT status", STATUSES), ("Windows error", WIN32)] {
        all_known(rows.iter().map(|(value, name)| {
            missing(anyhow(*value).into_iter().chain([(*name).to_owned(), name.to_lowercase()]), kind, name)
        }));
    }
}

#[test]
fn types_are_known_by_number() {
    all_known(ENCRYPTION_TYPES.iter().map(|(value, name)| missing(anyhow(*value), "encryption type", name)));
    let in_decimal = [
        ("logon type", LOGON_TYPES),
        ("logon method of Basic authentication", LOGON_METHODS),
        ("pre-authentication type", PRE_AUTHENTICATION),
    ];
    for (kind, rows) in in_decimal {
        all_known(rows.iter().map(|(value, name)| missing([value.to_string()], kind, name)));
    }
}

#[test]
fn flags_are_known_bit_by_bit() {
    let hexadecimal =
        [("ticket flags", TICKET_FLAGS), ("KDC options", KDC_OPTIONS), ("cache flags of klist", CACHE_FLAGS)];
    for (kind, rows) in hexadecimal {
        all_known(rows.iter().map(|(value, name)| missing(in_hexadecimal(*value), kind, name)));
    }
    for (kind, rows) in [("encryption types as bits", ENCRYPTION_BITS), ("userAccountControl", ACCOUNT_CONTROL)] {
        all_known(rows.iter().map(|(value, name)| missing(anyhow(*value), kind, name)));
    }
}

#[test]
fn sets_of_flags_that_are_usual_have_a_name() {
    let usual = [
        ("0x40e10000", "ticket flags", "ticket-granting ticket"),
        ("0x60a10000", "ticket flags", "forwarded"),
        ("0x40a10000", "ticket flags", "service ticket"),
        ("0x40a50000", "ticket flags", "delegate"),
        ("0x40810010", "KDC options", ""),
        ("0x40810000", "KDC options", ""),
        ("0x60810010", "KDC options", ""),
        ("0x40830000", "KDC options", "in the name of a user"),
        ("0x7FFFFFFF", "encryption types as bits", "everything"),
        ("0x7FFFFFF8", "encryption types as bits", ""),
        ("0x18", "encryption types as bits", "AES"),
        ("0x27", "encryption types as bits", "default"),
    ];
    all_known(usual.iter().map(|(value, kind, name)| missing([(*value).to_owned()], kind, name)));
}

#[test]
fn statuses_of_http_and_texts_of_events_are_known() {
    all_known(HTTP.iter().map(|status| missing([(*status).to_owned()], "HTTP status of IIS", "")));
    all_known(TEXTS.iter().map(|id| missing([format!("%%{id}"), id.to_string()], "text of a security event", "")));
}

#[test]
fn events_are_known_by_their_ids_of_every_windows() {
    all_known(SECURITY_EVENTS.iter().map(|(old, new)| {
        let each = [old, new].map(|id| [id.to_string(), format!("event {id}")]);
        missing(each.into_iter().flatten(), "security event", "")
    }));
    all_known(SECURITY_EVENTS.iter().map(|(old, new)| {
        let told = explain(&old.to_string()).unwrap_or_default();
        if told.contains(&format!("({new}")) { Vec::new() } else { vec![format!("{old} is not told as {new}: {told}")] }
    }));
    for (source, ids) in EVENTS {
        all_known(ids.iter().map(|id| missing([id.to_string(), format!("event {id}")], "event", source)));
    }
}

#[test]
fn processes_and_packages_are_known_as_logs_cut_them() {
    all_known(PROCESSES.iter().map(|name| missing([(*name).to_owned()], "logon process", "")));
    all_known(PACKAGES.iter().map(|name| missing([(*name).to_owned()], "authentication package", "")));
}
