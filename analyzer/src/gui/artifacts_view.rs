//! Every file of the bundles as it was collected.

use egui::Ui;

use crate::evidence::place::Evidence;
use crate::gui::action::Action;
use crate::gui::content::Content;

/// What the view of artifacts remembers of one case.
#[derive(Debug, Default)]
pub struct ArtifactsState {
    at: Option<Evidence>,
}

impl ArtifactsState {
    /// The place that is looked at, for the way back.
    pub const fn at(&self) -> Option<Evidence> {
        self.at
    }

    /// Opens the artifact at this place, and brings it into sight.
    pub const fn show(&mut self, at: Evidence) {
        self.at = Some(at);
    }
}

/// Shows the artifacts.
pub const fn ui(_: &mut Ui, _: &Content, _: &mut ArtifactsState) -> Option<Action> {
    None
}
