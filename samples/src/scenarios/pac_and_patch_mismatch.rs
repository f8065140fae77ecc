//! One domain controller of several was left without updates.

use super::Scenario;
use super::hosts::{domain_controller, healthy};
use super::noise::at;
use crate::events::kdc;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let controller = domain_controller().in_domain_of(&server).event(kdc::warning(at("06:02:00.500"), 37));
    Scenario::of_risk("pac-and-patch-mismatch", "Domain controllers have different updates", &[server, controller])
}
