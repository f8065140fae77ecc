//! Years ago somebody limited the account of the pool to RC4, for an appliance that is gone.

use super::Scenario;
use super::hosts::{healthy, text};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().attribute("svc-web", "msDS-SupportedEncryptionTypes", &[text("4")]);
    Scenario::of_risk("nov2022-explicit-etype-rc4-only", "CONTOSO\\svc-web is limited to RC4", &[server])
}
