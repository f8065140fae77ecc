//! Pages of text are turned by key: PgUp and PgDn, Home and End.

use egui::{Key, Modifiers, Ui, vec2};

/// What stays in sight of the page before.
const KEPT: f32 = 40.0;

/// Turns the page of the scroll area that this is called in, while nobody types.
pub fn keys(ui: &Ui) {
    // What lies on top has the keys.
    let covered = ui.memory(|memory| memory.top_modal_layer().is_some_and(|top| top != ui.layer_id()));
    if covered || ui.ctx().text_edit_focused() {
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
