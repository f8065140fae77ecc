//! A badge: a word on colored ground. The color helps; the word says it.

use egui::{Align2, CornerRadius, FontId, Response, RichText, Sense, Ui, vec2};

use crate::gui::theme::{self, Palette, Tone};

/// Shows a badge with a word.
pub fn badge(ui: &mut Ui, word: &str, tone: Tone) -> Response {
    let palette = Palette::of(ui);
    let galley = ui.painter().layout_no_wrap(word.to_owned(), FontId::proportional(theme::SMALL), palette.ink(tone));
    let size = galley.size() + vec2(14.0, 5.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(4), palette.ground(tone));
    let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
    ui.painter().galley(at, galley, palette.ink(tone));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, word));
    response
}

/// Shows a caption above a part of the details.
pub fn caption(ui: &mut Ui, text: &str) {
    ui.add_space(14.0);
    ui.label(RichText::new(text).size(theme::BODY + 1.0).color(Palette::of(ui).weak));
    ui.add_space(2.0);
}
