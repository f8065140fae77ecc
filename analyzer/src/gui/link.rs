//! A link of any length that is one stop of the keyboard.

use egui::{Response, TextStyle, TextWrapMode, Ui, WidgetText};

/// Shows a link. In a row that wraps, each line of a long one would be a link of its own, and all but the first without
/// a name; so it wraps within itself.
pub fn link(ui: &mut Ui, text: impl Into<WidgetText>) -> Response {
    let text = text.into();
    let line = text.clone().into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Body);
    if line.size().x <= ui.available_size_before_wrap().x {
        return ui.link(text);
    }
    ui.vertical(|ui| ui.link(text)).inner
}
