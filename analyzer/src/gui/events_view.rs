//! What the event logs tell, along the time.

use egui::Ui;

use crate::evidence::place::Evidence;
use crate::gui::action::Action;
use crate::gui::content::Content;

/// What the view of events remembers of one case.
#[derive(Debug, Default)]
pub struct EventsState {
    at: Option<Evidence>,
}

impl EventsState {
    /// The event that is looked at, for the way back.
    pub const fn at(&self) -> Option<Evidence> {
        self.at
    }

    /// Selects this event, and brings it into sight.
    pub const fn show(&mut self, at: Evidence) {
        self.at = Some(at);
    }
}

/// Shows the events.
pub const fn ui(_: &mut Ui, _: &Content, _: &mut EventsState) -> Option<Action> {
    None
}
