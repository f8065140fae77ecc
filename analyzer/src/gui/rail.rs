//! The rail on the left: every view with its shortcut, and how much there is in it.

use egui::{Align2, FontId, Sense, Ui, vec2};

use crate::gui::action::Action;
use crate::gui::content::Content;
use crate::gui::row::focus_ring;
use crate::gui::theme::{self, Palette};
use crate::gui::view::View;

/// The width of the rail.
pub const WIDTH: f32 = 148.0;

/// The height of an entry.
const HEIGHT: f32 = 32.0;

/// Shows the rail.
pub fn ui(ui: &mut Ui, content: &Content, here: View) -> Option<Action> {
    let mut asked = None;
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.add_space(8.0);
    for view in View::SHOWN {
        if entry(ui, content, *view, here == *view) {
            asked = Some(Action::Show(*view));
        }
    }
    asked
}

fn entry(ui: &mut Ui, content: &Content, view: View, selected: bool) -> bool {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
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
