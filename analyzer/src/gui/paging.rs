//! Pages of text are turned by key: PgUp and PgDn, Home and End.

use egui::{Id, Key, Memory, Modifiers, Ui, vec2};

/// What stays in sight of the page before.
const KEPT: f32 = 40.0;

/// Whether a sheet lies over this: then it has the keys.
pub fn is_covered(ui: &Ui) -> bool {
    ui.memory(|memory| memory.top_modal_layer().is_some_and(|top| top != ui.layer_id()))
}

/// Turns the page of the scroll area that this is called in, while nobody types, and follows the keyboard.
pub fn keys(ui: &Ui) {
    follow(ui);
    if is_covered(ui) || ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let page = (ui.clip_rect().height() - KEPT).max(KEPT);
    // Longer than any page; the area stops where it ends.
    let all = 1.0e6;
    for (key, by) in [(Key::PageDown, -page), (Key::PageUp, page), (Key::Home, all), (Key::End, -all)] {
        if pressed(key) {
            ui.scroll_with_delta(vec2(0.0, by));
        }
    }
}

/// Scrolls the area that this is called in to what the keyboard has just come to, if that is in it and out of sight.
pub fn follow(ui: &Ui) {
    let focused = ui.memory(Memory::focused);
    let known = ui.scope_id().with("keyboard");
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default::<Option<Id>>(known), focused));
    let Some(id) = focused.filter(|_| focused != before) else { return };
    let Some(widget) = ui.ctx().read_response(id).filter(|widget| widget.layer_id == ui.layer_id()) else { return };
    // What is cut off where this area ends is in this area.
    let (sight, rect, left) = (ui.clip_rect(), widget.rect, widget.interact_rect);
    let above = rect.top() < sight.top() && (left.top() - sight.top()).abs() < 1.0;
    let below = rect.bottom() > sight.bottom() && (left.bottom() - sight.bottom()).abs() < 1.0;
    if (above || below) && rect.x_range().intersects(sight.x_range()) {
        ui.scroll_to_rect(rect, None);
    }
}
