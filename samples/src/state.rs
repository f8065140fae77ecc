//! What the collector learns of the state of a web server: the web.config files of its applications, values of its
//! registry, its secure channel, and what requests came to.

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::{CollectionStatus, Source};
use kerbscope_shared::write::Attempt;

use crate::collect::{NAME_SERVER, absent, collected};
use crate::host::{DNS_DOMAIN, Host, Role};
use crate::iis::Site;
use crate::layout::{auditpol, nltest, registry, request_log};

/// A file of registry values: its name, the key that it is asked by, and what of each key is wanted.
type RegistryFile = (&'static str, &'static str, &'static [(&'static str, &'static [&'static str])]);

/// Values that are as they are on every computer.
const ALWAYS: [(&str, &str); 5] = [
    ("1A00", "dword:00020000"),
    ("ProxyBypass", "dword:00000001"),
    ("NtlmMinServerSec", "dword:20000000"),
    ("MajorVersion", "dword:0000000a"),
    ("MinorVersion", "dword:00000000"),
];

const LSA: RegistryFile = (
    "lsa.reg",
    r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa",
    &[
        (
            r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa",
            &["DisableLoopbackCheck", "LmCompatibilityLevel", "SuppressExtendedProtection", "LsaCfgFlags"],
        ),
        (
            r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0",
            &[
                "BackConnectionHostNames",
                "RestrictSendingNTLMTraffic",
                "RestrictReceivingNTLMTraffic",
                "ClientAllowedNTLMServers",
                "NtlmMinServerSec",
            ],
        ),
        (
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\DeviceGuard",
            &["EnableVirtualizationBasedSecurity", "LsaCfgFlags"],
        ),
    ],
);

const KERBEROS: RegistryFile = (
    "kerberos.reg",
    r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters",
    &[
        (
            r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters",
            &["LogLevel", "MaxPacketSize", "MaxTokenSize", "SkewTime"],
        ),
        (
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Kerberos\Parameters",
            &["SupportedEncryptionTypes", "TryIPSPN", "RC4DefaultDisablementPhase"],
        ),
    ],
);

const NETLOGON: RegistryFile = (
    "netlogon.reg",
    r"HKLM\SYSTEM\CurrentControlSet\Services\Netlogon\Parameters",
    &[(
        r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Netlogon\Parameters",
        &["DBFlag", "MaximumLogFileSize", "DisablePasswordChange"],
    )],
);

const IIS: RegistryFile = (
    "iis.reg",
    r"HKLM\SOFTWARE\Microsoft\InetStp",
    &[
        (r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\InetStp", &["MajorVersion", "MinorVersion"]),
        (
            r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\HTTP\Parameters",
            &["MaxFieldLength", "MaxRequestBytes"],
        ),
    ],
);

const KDC: RegistryFile = (
    "kdc.reg",
    r"HKLM\SYSTEM\CurrentControlSet\Services\Kdc",
    &[(
        r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Kdc",
        &["DefaultDomainSupportedEncTypes", "PacRequestorEnforcement", "RC4DefaultDisablementPhase"],
    )],
);

const CHROMIUM: &[&str] = &[
    "AuthServerAllowlist",
    "AuthNegotiateDelegateAllowlist",
    "AuthServerWhitelist",
    "AuthNegotiateDelegateWhitelist",
    "AuthSchemes",
];
const BROWSERS: RegistryFile = (
    "browsers.reg",
    r"HKLM\SOFTWARE\Policies\Microsoft\Edge",
    &[
        (r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Edge", CHROMIUM),
        (r"HKEY_CURRENT_USER\SOFTWARE\Policies\Microsoft\Edge", CHROMIUM),
        (r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Google\Chrome", CHROMIUM),
        (r"HKEY_CURRENT_USER\SOFTWARE\Policies\Google\Chrome", CHROMIUM),
        (r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Mozilla\Firefox\Authentication", &[]),
        (r"HKEY_CURRENT_USER\SOFTWARE\Policies\Mozilla\Firefox\Authentication", &[]),
    ],
);

const ZONES: RegistryFile = (
    "zones.reg",
    r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings",
    &[
        (
            r"HKEY_CURRENT_USER\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings",
            &["EnableNegotiate", "ProxyEnable", "ProxyServer", "ProxyOverride", "AutoConfigURL"],
        ),
        (r"HKEY_CURRENT_USER\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Zones\3", &["1A00"]),
        (r"HKEY_CURRENT_USER\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap", &["ProxyBypass"]),
        (
            r"HKEY_CURRENT_USER\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap\Domains\contoso.com",
            &["http"],
        ),
        (r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap", &[]),
        (r"HKEY_CURRENT_USER\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey", &[]),
        (r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey", &[]),
    ],
);

/// Everything of the kind.
pub(crate) fn attempts(host: &Host) -> Vec<Attempt> {
    let registry = |files: &[RegistryFile]| files.iter().map(|file| registry(host, file)).collect::<Vec<_>>();
    match host.role {
        Role::Client => {
            return registry(&[KERBEROS, LSA, BROWSERS, ZONES]).into_iter().chain([firefox(host)]).collect();
        }
        Role::BackEnd => return vec![audit_policy(host)],
        Role::DomainController => {
            return registry(&[KERBEROS, LSA, KDC]).into_iter().chain([audit_policy(host)]).collect();
        }
        Role::WebServer => {}
    }
    let mut attempts: Vec<_> = host.sites.iter().map(|site| web_config(host, site)).collect();
    attempts.extend(registry(&[KERBEROS, LSA, NETLOGON, IIS]));
    // A computer in a workgroup has no domain to ask about.
    attempts.extend(host.workgroup.is_none().then(|| secure_channel(host)));
    attempts.push(audit_policy(host));
    attempts.extend((1..).zip(&host.sites).map(|(number, site)| site_log(host, number, site)));
    attempts.push(http_sys_log(host));
    attempts
}

fn registry(host: &Host, (file, source, keys): &RegistryFile) -> Attempt {
    let value = |key: &str, name: &str| {
        let set = host.registry.iter().find(|(known, named, _)| *known == key && *named == name);
        let always = || ALWAYS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        set.map(|(_, _, value)| *value).or_else(always)
    };
    let keys = keys.iter().map(|(key, names)| (*key, names.iter().map(|name| (*name, value(key, name))).collect()));
    let text = registry::file(&keys.collect::<Vec<_>>());
    collected(ArtifactKind::Registry, file, Source::Key((*source).to_owned()), text.into_bytes(), 2)
}

fn web_config(host: &Host, site: &Site) -> Attempt {
    let source = Source::File(format!(r"C:\inetpub\{}\web.config", site.folder()));
    let file = format!("{}.config", site.name);
    match host.web_configs.iter().find(|(name, _)| *name == site.name) {
        Some((_, text)) => {
            collected(ArtifactKind::WebConfig, &file, source, text.replace('\n', "\r\n").into_bytes(), 4)
        }
        None => absent(ArtifactKind::WebConfig, &file, source, CollectionStatus::NotPresent, None),
    }
}

fn secure_channel(host: &Host) -> Attempt {
    let text = nltest::secure_channel(NAME_SERVER.0, host.secure_channel);
    let source = Source::Command(format!("nltest /sc_query:{DNS_DOMAIN}"));
    let file = format!("secure-channel-{DNS_DOMAIN}.txt");
    collected(ArtifactKind::Nltest, &file, source, text.into_bytes(), 61)
}

/// The settings of the one profile of Firefox. Where there is none, the collector says that it looked.
fn firefox(host: &Host) -> Attempt {
    let profiles = r"C:\Users\alice\AppData\Roaming\Mozilla\Firefox\Profiles";
    let Some(lines) = host.firefox else {
        let source = Source::File(format!(r"{profiles}\prefs.js"));
        return absent(ArtifactKind::BrowserSettings, "firefox-none.js", source, CollectionStatus::NotPresent, None);
    };
    let source = Source::File(format!(r"{profiles}\k3x9.default-release\prefs.js"));
    let (file, lines) = ("firefox-k3x9.default-release.js", lines.as_bytes().to_vec());
    collected(ArtifactKind::BrowserSettings, file, source, lines, 2)
}

fn audit_policy(host: &Host) -> Attempt {
    let text = auditpol::policy(host.name, host.audits);
    let source = Source::Command("auditpol /get \"/category:*\" /r".to_owned());
    collected(ArtifactKind::AuditPolicy, "auditpol.csv", source, text.into_bytes(), 74)
}

fn site_log(host: &Host, number: u32, site: &Site) -> Attempt {
    let requests = host.requests.iter().filter(|(name, _)| *name == site.name).map(|(_, request)| request.clone());
    let requests: Vec<_> = requests.collect();
    let source = Source::File(format!(r"C:\inetpub\logs\LogFiles\W3SVC{number}\u_ex*.log"));
    let text = request_log::of_site(host.address, &requests);
    collected(ArtifactKind::W3cLog, &format!("W3SVC{number}.log"), source, text.into_bytes(), 17)
}

fn http_sys_log(host: &Host) -> Attempt {
    let source = Source::File(r"C:\Windows\System32\LogFiles\HTTPERR\httperr*.log".to_owned());
    let text = request_log::of_http_sys(host.address, &host.refused);
    collected(ArtifactKind::HttpErrLog, "httperr.log", source, text.into_bytes(), 9)
}
