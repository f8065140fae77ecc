//! The domain is older than AES, and the password of krbtgt was never reset.

use super::Scenario;
use super::hosts::{domain_controller, healthy};
use super::noise::at;
use crate::events::kdc;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let controller = domain_controller().in_domain_of(&server).event(kdc::warning(at("06:02:00.500"), 42));
    Scenario::of_risk("krbtgt-no-aes", "The domain controller lacks a strong key", &[server, controller])
}
