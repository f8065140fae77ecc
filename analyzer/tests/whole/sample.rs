//! Samples, opened for a test: from memory, as a case.

use std::io::Cursor;

use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope_samples::scenarios::Scenario;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::read::read;

/// The bundles of a scenario, read from their bytes.
pub(crate) fn open(scenario: &Scenario) -> Vec<OpenedBundle> {
    let opened = scenario.bundles.iter().map(|(name, bytes)| {
        OpenedBundle::held(format!("{name}.zip"), read(Cursor::new(bytes), &Limits::STANDARD).unwrap_or_default())
    });
    opened.collect()
}
