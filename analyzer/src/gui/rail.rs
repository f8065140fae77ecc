//! The rail on the left: every view with its shortcut, and how much there is in it.

use egui::{Align2, FontId, Sense, Ui, vec2};

use crate::gui::action::Action;
use crate::gui::content::Content;
use crate::gui::exchange_view::length;
use crate::gui::row::focus_ring;
use crate::gui::theme::{self, Palette};
use crate::gui::view::View;

/// The height of an entry, and of one in a low window.
const HEIGHTS: [f32; 2] = [32.0, 25.0];
/// The room between entries.
const BETWEEN: f32 = 2.0;

/// The width of the rail: a narrow window has more need of its room elsewhere.
pub fn width(window: f32) -> f32 {
    if window < 760.0 { 118.0 } else { 148.0 }
}

/// Shows the rail.
pub fn ui(ui: &mut Ui, content: &Content, here: View) -> Option<Action> {
    let mut asked = None;
    ui.spacing_mut().item_spacing.y = BETWEEN;
    let [high, low] = HEIGHTS;
    let all = 8.0 + length(View::SHOWN.len()) * (high + BETWEEN);
    let height = if ui.available_height() < all { low } else { high };
    let space = if ui.available_height() < all { 2.0 } else { 8.0 };
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.add_space(space);
        for view in View::SHOWN {
            if entry(ui, content, *view, here == *view, height) {
                asked = Some(Action::Show(*view));
            }
        }
    });
    asked
}

fn entry(ui: &mut Ui, content: &Content, view: View, selected: bool, height: f32) -> bool {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let count = content.count(view);
    let name = count.as_ref().map_or_else(|| view.title().to_owned(), |count| format!("{} ({count})", view.title()));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, selected, &name));
    let painter = ui.painter();
    if selected {
        painter.rect_filled(rect, theme::RADIUS, palette.selected);
        painter.rect_filled(rect.with_max_x(rect.left() + 3.0), 2.0, palette.accent);
    } else if response.hovered() {
        painter.rect_filled(rect, theme::RADIUS, palette.raised);
    }
    let body = FontId::proportional(theme::BODY);
    let ink = if selected { palette.text } else { palette.weak };
    painter.text(rect.left_center() + vec2(12.0, 0.0), Align2::LEFT_CENTER, view.title(), body, ink);
    if let Some(count) = count {
        let small = FontId::proportional(theme::SMALL);
        painter.text(rect.right_center() - vec2(10.0, 0.0), Align2::RIGHT_CENTER, count, small, palette.weak);
    }
    focus_ring(ui, rect, &response);
    response.on_hover_text(format!("{} ({})", view.hint(), view.keys())).clicked()
}
