//! Which values of the registry are read. Of each key only those that are named here; never a key with secrets.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{Origin, Row, SERVER_FILE, Sensitivity};
use crate::registry::{Key, Wanted};

/// What every computer is asked.
pub const ROWS: &[Row] = &[
    row("registry-system", "registry: system and names", "system.reg", SYSTEM),
    row("registry-kerberos", "registry: Kerberos", "kerberos.reg", KERBEROS),
    row("registry-lsa", "registry: LSA and NTLM", "lsa.reg", LSA),
    row("registry-netlogon", "registry: Netlogon and time", "netlogon.reg", NETLOGON),
];

/// What a web server is asked.
pub const OF_THE_SERVER: &[Row] = &[row("registry-iis", "registry: IIS and HTTP.sys", "iis.reg", IIS)];

/// What a computer with a browser is asked.
pub const OF_BROWSERS: &[Row] = &[
    Row { sensitivity: Sensitivity::Names, ..row("registry-browsers", "registry: browsers", "browsers.reg", BROWSERS) },
    Row { sensitivity: Sensitivity::Names, ..row("registry-zones", "registry: zones", "zones.reg", ZONES) },
];

/// What a domain controller is asked.
pub const OF_DOMAIN_CONTROLLER: &[Row] = &[row("registry-kdc", "registry: KDC", "kdc.reg", KDC)];

const fn row(id: &'static str, title: &'static str, file_name: &'static str, keys: &'static [Key]) -> Row {
    Row {
        id,
        title,
        kind: ArtifactKind::Registry,
        file_name,
        origin: Origin::Registry(keys),
        sensitivity: Sensitivity::Settings,
        ..SERVER_FILE
    }
}

const fn key(path: &'static str, names: &'static [&'static str]) -> Key {
    Key { path, wanted: Wanted::Named(names) }
}

const fn branch(path: &'static str) -> Key {
    Key { path, wanted: Wanted::Branch }
}

const SYSTEM: &[Key] = &[
    key(
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
        &[
            "ProductName",
            "EditionID",
            "InstallationType",
            "DisplayVersion",
            "ReleaseId",
            "CSDVersion",
            "CurrentVersion",
            "CurrentMajorVersionNumber",
            "CurrentMinorVersionNumber",
            "CurrentBuild",
            "CurrentBuildNumber",
            "UBR",
        ],
    ),
    key(r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions", &["ProductType"]),
    key(r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName", &["ComputerName"]),
    key(r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName", &["ComputerName"]),
    key(
        r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters",
        &["Hostname", "NV Hostname", "Domain", "NV Domain", "SearchList"],
    ),
    // Under which other names this computer answers.
    key(
        r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters",
        &["OptionalNames", "DisableStrictNameChecking", "SrvAllowedServerNames"],
    ),
    key(r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation", &["TimeZoneKeyName", "Bias", "ActiveTimeBias"]),
    key(r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage", &["ACP", "OEMCP"]),
];

const KERBEROS: &[Key] = &[
    key(
        r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters",
        &[
            "LogLevel",
            "MaxPacketSize",
            "MaxTokenSize",
            "SkewTime",
            "SpnCacheTimeout",
            "FarKdcTimeout",
            "S4UCacheTimeout",
            "ClientIpAddresses",
            "DefaultEncryptionType",
            "SupportedEncryptionTypes",
            "KdcWaitTime",
            "KdcBackoffTime",
            "KdcSendRetries",
            "StartupTime",
        ],
    ),
    key(
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Kerberos\Parameters",
        &["SupportedEncryptionTypes", "TryIPSPN", "RC4DefaultDisablementPhase"],
    ),
    // Realms that are no domains of Windows.
    branch(r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\HostToRealm"),
    branch(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Kerberos\domain_realm"),
];

const LSA: &[Key] = &[
    key(
        r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa",
        &["DisableLoopbackCheck", "LmCompatibilityLevel", "SuppressExtendedProtection", "LsaCfgFlags", "RunAsPPL"],
    ),
    key(
        r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0",
        &[
            "BackConnectionHostNames",
            "RestrictSendingNTLMTraffic",
            "RestrictReceivingNTLMTraffic",
            "AuditReceivingNTLMTraffic",
            "ClientAllowedNTLMServers",
            "NtlmMinClientSec",
            "NtlmMinServerSec",
        ],
    ),
    // Credential Guard ends unconstrained delegation.
    key(r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceGuard", &["EnableVirtualizationBasedSecurity", "LsaCfgFlags"]),
    key(r"HKLM\SOFTWARE\Policies\Microsoft\Windows\DeviceGuard", &["EnableVirtualizationBasedSecurity", "LsaCfgFlags"]),
];

const NETLOGON: &[Key] = &[
    key(
        r"HKLM\SYSTEM\CurrentControlSet\Services\Netlogon\Parameters",
        &["DBFlag", "MaximumLogFileSize", "DisablePasswordChange", "MaximumPasswordAge", "SiteName", "DynamicSiteName"],
    ),
    key(r"HKLM\SOFTWARE\Policies\Microsoft\Netlogon\Parameters", &["DBFlag", "MaximumLogFileSize", "SiteName"]),
    key(r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters", &["Type", "NtpServer"]),
];

const IIS: &[Key] = &[
    key(r"HKLM\SOFTWARE\Microsoft\InetStp", &["MajorVersion", "MinorVersion", "VersionString"]),
    // Which features of the role are installed: 1 for each.
    Key { path: r"HKLM\SOFTWARE\Microsoft\InetStp\Components", wanted: Wanted::Numbers },
    key(
        r"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters",
        &["MaxFieldLength", "MaxRequestBytes", "ErrorLoggingDir", "EnableErrorLogging"],
    ),
    key(
        r"HKLM\SYSTEM\CurrentControlSet\Services\W3SVC\Parameters",
        &["MaxClientRequestBuffer", "EnableKerbAuthPersist"],
    ),
];

const KDC: &[Key] = &[
    key(
        r"HKLM\SYSTEM\CurrentControlSet\Services\Kdc",
        &[
            "KdcExtraLogLevel",
            "MaxDatagramReplySize",
            "DefaultDomainSupportedEncTypes",
            "PacRequestorEnforcement",
            "KrbtgtFullPacSignature",
            "StrongCertificateBindingEnforcement",
            "RC4DefaultDisablementPhase",
        ],
    ),
    key(
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\KDC\Parameters",
        &["EnableCbacAndArmor", "CbacAndArmorLevel"],
    ),
];

const CHROMIUM: &[&str] = &[
    "AuthServerAllowlist",
    "AuthNegotiateDelegateAllowlist",
    // What these two were called before the year 2020.
    "AuthServerWhitelist",
    "AuthNegotiateDelegateWhitelist",
    "AuthSchemes",
    "DisableAuthNegotiateCnameLookup",
    "EnableAuthNegotiatePort",
    "AmbientAuthenticationInPrivateModesEnabled",
];

const BROWSERS: &[Key] = &[
    key(r"HKLM\SOFTWARE\Policies\Microsoft\Edge", CHROMIUM),
    key(r"HKCU\SOFTWARE\Policies\Microsoft\Edge", CHROMIUM),
    key(r"HKLM\SOFTWARE\Policies\Google\Chrome", CHROMIUM),
    key(r"HKCU\SOFTWARE\Policies\Google\Chrome", CHROMIUM),
    branch(r"HKLM\SOFTWARE\Policies\Mozilla\Firefox\Authentication"),
    branch(r"HKCU\SOFTWARE\Policies\Mozilla\Firefox\Authentication"),
    key(r"HKLM\SOFTWARE\Microsoft\Internet Explorer", &["Version", "svcVersion"]),
    key(PORT_IN_SPN, &["iexplore.exe", "*"]),
    key(PORT_IN_SPN_OF_USER, &["iexplore.exe", "*"]),
    key(CNAME_FOR_SPN, &["iexplore.exe", "*"]),
    key(CNAME_FOR_SPN_OF_USER, &["iexplore.exe", "*"]),
];

const PORT_IN_SPN: &str =
    r"HKLM\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_INCLUDE_PORT_IN_SPN_KB908209";
const PORT_IN_SPN_OF_USER: &str =
    r"HKCU\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_INCLUDE_PORT_IN_SPN_KB908209";
const CNAME_FOR_SPN: &str =
    r"HKLM\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_USE_CNAME_FOR_SPN_KB911149";
const CNAME_FOR_SPN_OF_USER: &str =
    r"HKCU\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_USE_CNAME_FOR_SPN_KB911149";

/// Whether Windows signs in to a zone without asking (1A00), and what the zone takes in (Flags).
const ZONE: &[&str] = &["1A00", "Flags"];

const ZONES: &[Key] = &[
    key(
        r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings",
        &["EnableNegotiate", "ProxyEnable", "ProxyServer", "ProxyOverride", "AutoConfigURL"],
    ),
    key(r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Zones\1", ZONE),
    key(r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Zones\2", ZONE),
    key(r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Zones\3", ZONE),
    key(r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings", &["Security_HKLM_only"]),
    key(r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\Zones\1", ZONE),
    key(r"HKCU\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\Zones\1", ZONE),
    // Which sites are in which zone.
    branch(r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap"),
    branch(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap"),
    branch(r"HKCU\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey"),
    branch(r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_is_asked_for_twice_and_none_holds_secrets() {
        let mut seen = BTreeSet::new();
        for row in ROWS.iter().chain(OF_THE_SERVER).chain(OF_BROWSERS).chain(OF_DOMAIN_CONTROLLER) {
            let Origin::Registry(keys) = row.origin else { panic!("{}", row.id) };
            for key in keys {
                let path = key.path.to_ascii_uppercase();
                assert!(path.starts_with(r"HKLM\S") || path.starts_with(r"HKCU\SOFTWARE\"), "{path}");
                for secret in
                    [r"\SECURITY", r"\SAM", r"\WINLOGON", r"\LSA\DATA", r"\LSA\JD", r"\LSA\SKEW1", r"\LSA\GBG"]
                {
                    assert!(!format!(r"{path}\").contains(&format!(r"{secret}\")), "{path}");
                }
                assert!(seen.insert(path), "{}", key.path);
            }
        }
    }
}
