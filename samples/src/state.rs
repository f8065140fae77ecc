//! What the collector learns of the state of a web server: the web.config files of its applications, values of its
//! registry, its secure channel, and what requests came to.

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::{CollectionStatus, Source};
use kerbscope_shared::write::Attempt;

use crate::collect::{NAME_SERVER, absent, collected};
use crate::host::{DNS_DOMAIN, Host, Role};
use crate::iis::Site;
use crate::layout::{nltest, registry, request_log};

const LSA: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa";
const MSV: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0";
const IIS: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\InetStp";
const HTTP: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\HTTP\Parameters";

/// Everything of the kind; a client and a domain controller are not asked here.
pub(crate) fn attempts(host: &Host) -> Vec<Attempt> {
    if host.role != Role::WebServer {
        return Vec::new();
    }
    let mut attempts: Vec<_> = host.sites.iter().map(|site| web_config(host, site)).collect();
    attempts.extend([lsa(), iis(), secure_channel(host)]);
    attempts.extend((1..).zip(&host.sites).map(|(number, site)| site_log(host, number, site)));
    attempts.push(http_sys_log(host));
    attempts
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

fn lsa() -> Attempt {
    let text = registry::file(&[
        (LSA, &[("DisableLoopbackCheck", None), ("LmCompatibilityLevel", None), ("SuppressExtendedProtection", None)]),
        (
            MSV,
            &[
                ("BackConnectionHostNames", None),
                ("RestrictSendingNTLMTraffic", None),
                ("RestrictReceivingNTLMTraffic", None),
                ("NtlmMinServerSec", Some("dword:20000000")),
            ],
        ),
    ]);
    let source = Source::Key(r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa".to_owned());
    collected(ArtifactKind::Registry, "lsa.reg", source, text.into_bytes(), 2)
}

fn iis() -> Attempt {
    let text = registry::file(&[
        (IIS, &[("MajorVersion", Some("dword:0000000a")), ("MinorVersion", Some("dword:00000000"))]),
        (HTTP, &[("MaxFieldLength", None), ("MaxRequestBytes", None)]),
    ]);
    let source = Source::Key(r"HKLM\SOFTWARE\Microsoft\InetStp".to_owned());
    collected(ArtifactKind::Registry, "iis.reg", source, text.into_bytes(), 2)
}

fn secure_channel(host: &Host) -> Attempt {
    let text = nltest::secure_channel(NAME_SERVER.0, host.secure_channel);
    let source = Source::Command(format!("nltest /sc_query:{DNS_DOMAIN}"));
    let file = format!("secure-channel-{DNS_DOMAIN}.txt");
    collected(ArtifactKind::Nltest, &file, source, text.into_bytes(), 61)
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
