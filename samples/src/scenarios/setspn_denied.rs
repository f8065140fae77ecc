//! The portal fails as in [`super::kernelmode_spn_on_pool_account`], but nobody could ask the directory.

use super::{Scenario, kernelmode_spn_on_pool_account};

/// The story.
pub fn scenario() -> Scenario {
    Scenario::without_finding(
        "setspn-denied",
        "Every setspn step was refused, so nothing can be said about SPNs",
        &[kernelmode_spn_on_pool_account::server().without_setspn()],
    )
}
