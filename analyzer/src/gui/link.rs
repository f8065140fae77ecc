//! A link of any length that is one stop of the keyboard.

use egui::{Response, Ui, WidgetText};

/// Shows a link. In a row that wraps, each line of a long one would be a link of its own, and all but the first without
/// a name.
pub fn link(ui: &mut Ui, text: impl Into<WidgetText>) -> Response {
    ui.vertical(|ui| ui.link(text)).inner
}
