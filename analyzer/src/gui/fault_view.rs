//! What stands in the place of a view that broke: what happened, what still works, and how to report it.

use egui::{RichText, Ui};

use crate::gui::action::Action;
use crate::gui::badge::caption;
use crate::gui::fault::Fault;
use crate::gui::theme::{self, Palette};
use crate::gui::view::View;

/// Shows what broke a view.
pub fn ui(ui: &mut Ui, view: View, fault: &Fault) -> Option<Action> {
    let mut asked = None;
    egui::ScrollArea::vertical().auto_shrink(false).id_salt("fault").show(ui, |ui| {
        ui.add_space(16.0);
        ui.label(RichText::new(format!("The view of {} broke", view.title().to_lowercase())).size(theme::TITLE));
        ui.label(theme::prose(
            "That is a fault of Kerbscope, and tells nothing about the server. The case is still open: the other views \
             work, and your notes are kept. So does the report, which is made in another way.",
        ));
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            if ui.button("Try again").on_hover_text("Draws it anew, as it was when the case was opened").clicked() {
                asked = Some(Action::Retry(view));
            }
            if ui.button("Copy what happened").clicked() {
                asked = Some(Action::Copy(fault.report(&format!("the view of {}", view.title().to_lowercase()))));
            }
        });
        caption(ui, "What happened");
        ui.label(RichText::new(&fault.said).monospace().size(theme::SMALL));
        if let Some(place) = &fault.place {
            ui.label(RichText::new(place).monospace().size(theme::SMALL).color(Palette::of(ui).weak));
        }
        caption(ui, "How to report it");
        ui.label(theme::prose(
            "Copy what happened and send it to the makers of Kerbscope, with what you did before, and with the bundle if \
             you may share it. Read it first: it may quote a name from the bundle.",
        ));
    });
    asked
}
