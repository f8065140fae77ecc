//! The account of the pool has its password since 2004, and with an update the domain controller refuses RC4.

use super::Scenario;
use super::hosts::{domain_controller, healthy, text};

const KDC: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Kdc";
/// 2004-05-10, as the directory counts.
const LONG_AGO: &str = "127286208000000000";

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().attribute("svc-web", "msDS-SupportedEncryptionTypes", &[]).attribute(
        "svc-web",
        "pwdLastSet",
        &[text(LONG_AGO)],
    );
    let controller =
        domain_controller().in_domain_of(&server).registry(KDC, "RC4DefaultDisablementPhase", "dword:00000002");
    Scenario::of_rule(
        "rc4-deprecation-2026",
        "CONTOSO\\svc-web has no AES key, and RC4 is refused",
        &[server, controller],
    )
}
