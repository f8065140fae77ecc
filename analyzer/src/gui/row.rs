//! A row of a list: a badge, a text of a few lines, a note, and the mark of what is selected.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align2, Color32, CornerRadius, FontId, Response, Sense, Stroke, StrokeKind, Ui, vec2};

use crate::gui::theme::{self, Palette, Tone};

/// A row of a list.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// A word, and its color.
    pub badge: (&'a str, Tone),
    /// What the row is about.
    pub text: &'a str,
    /// What stands back, below the text.
    pub note: &'a str,
    /// How far it stands under another row.
    pub indent: f32,
    /// Whether its details are shown.
    pub selected: bool,
}

impl Row<'_> {
    /// Shows the row; a click, Enter or Space selects it.
    pub fn show(&self, ui: &mut Ui) -> Response {
        self.show_in(ui, None)
    }

    /// Shows the row; where nobody sees it and its height is known, it is a place with a name and no more.
    pub fn show_in(&self, ui: &mut Ui, unseen: Option<f32>) -> Response {
        let palette = Palette::of(ui);
        let width = ui.available_width();
        let info = || egui::WidgetInfo::selected(egui::Role::Button, true, self.selected, self.name());
        if let Some(height) = unseen {
            let (_, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
            response.widget_info(info);
            return response;
        }
        let (word, tone) = self.badge;
        let small = FontId::proportional(theme::SMALL);
        let badge = ui.painter().layout_no_wrap(word.to_owned(), small.clone(), palette.ink(tone));
        let left = self.indent + 12.0;
        let inner = (width - left - 10.0).max(40.0);
        let text =
            ui.painter().layout_job(wrapped(self.text, FontId::proportional(theme::BODY), palette.text, inner, 3));
        let note_width = (inner - badge.size().x - 24.0).max(20.0);
        let note = ui.painter().layout_job(wrapped(self.note, small, palette.weak, note_width, 1));
        let is_cut = text.elided || note.elided;
        let badge_size = badge.size() + vec2(12.0, 4.0);
        let height = 8.0 + badge_size.y + 4.0 + text.size().y + 8.0;
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
        response.widget_info(info);
        if ui.is_rect_visible(rect) {
            self.ground(ui, rect, &response);
            let badge_rect = egui::Rect::from_min_size(rect.min + vec2(left, 8.0), badge_size);
            // On the ground of what is selected, a calm badge would be lost without a line around it.
            let line = Stroke::new(1.0, if self.selected { palette.ink(tone) } else { palette.ground(tone) });
            ui.painter().rect(badge_rect, CornerRadius::same(4), palette.ground(tone), line, StrokeKind::Inside);
            let at = Align2::CENTER_CENTER.align_size_within_rect(badge.size(), badge_rect).min;
            ui.painter().galley(at, badge, palette.ink(tone));
            let beside = egui::pos2(badge_rect.right() + 8.0, badge_rect.center().y - note.size().y / 2.0);
            ui.painter().galley(beside, note, palette.weak);
            ui.painter().galley(egui::pos2(badge_rect.left(), badge_rect.bottom() + 4.0), text, palette.text);
        }
        if is_cut { response.on_hover_text(format!("{}\n{}", self.text, self.note)) } else { response }
    }

    /// What a screen reader says.
    fn name(&self) -> String {
        let (word, _) = self.badge;
        format!("{word}: {}", self.text)
    }

    fn ground(&self, ui: &Ui, rect: egui::Rect, response: &Response) {
        let palette = Palette::of(ui);
        let painter = ui.painter();
        if self.selected {
            painter.rect_filled(rect, theme::RADIUS, palette.selected);
            let bar = rect.with_max_x(rect.left() + 3.0);
            painter.rect_filled(bar, CornerRadius::same(2), palette.accent);
        } else if response.hovered() {
            painter.rect_filled(rect, theme::RADIUS, palette.raised);
        }
        if self.indent > 0.0 {
            let line = Stroke::new(1.0, palette.border);
            let x = rect.left() + self.indent - 2.0;
            painter.line_segment([egui::pos2(x, rect.top() + 4.0), egui::pos2(x, rect.bottom() - 4.0)], line);
        }
        focus_ring(ui, rect, response);
    }
}

/// Shows where the keyboard is.
pub fn focus_ring(ui: &Ui, rect: egui::Rect, response: &Response) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, Palette::of(ui).accent);
        ui.painter().rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Inside);
    }
}

/// Text that wraps, and ends in an ellipsis where there is no room for more lines.
pub fn wrapped(text: &str, font: FontId, color: Color32, width: f32, lines: usize) -> LayoutJob {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, color));
    job.wrap =
        TextWrapping { max_width: width, max_rows: lines, break_anywhere: false, overflow_character: Some('…') };
    job
}
