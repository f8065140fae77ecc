//! A list and its details: side by side, or one above the other where the window is narrow.

use egui::{Panel, Ui};

/// Below this width, a list beside the details would leave them no room.
const NARROW: f32 = 600.0;
/// The room that the details keep beside a list.
const DETAILS: f32 = 320.0;

/// The panel of the list, this wide at first; what is left is for the details.
pub fn list(ui: &Ui, name: &'static str, width: f32) -> Panel {
    let room = ui.available_size();
    if room.x >= NARROW {
        // Not less than the narrowest list, or the range would be none.
        let most = (room.x - DETAILS).max(200.0);
        return Panel::left(name).default_size(width).min_size(200.0).max_size(most);
    }
    let (least, most) = (room.y * 0.3, room.y * 0.6);
    Panel::top((name, "above")).default_size(room.y * 0.36).min_size(least).max_size(most).resizable(true)
}
