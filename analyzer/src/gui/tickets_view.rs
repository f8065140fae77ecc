//! The tickets of each logon session.

use egui::Ui;

use crate::gui::action::Action;
use crate::gui::content::Content;

/// What the view of tickets remembers of one case.
#[derive(Debug, Default)]
pub struct TicketsState {}

/// Shows the tickets.
pub const fn ui(_: &mut Ui, _: &Content, _: &mut TicketsState) -> Option<Action> {
    None
}
