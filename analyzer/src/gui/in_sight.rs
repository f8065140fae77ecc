//! A list of rows of unequal height: those out of sight keep their place and their name, and their text is not laid out.

use std::collections::HashMap;
use std::hash::Hash;

use egui::{Response, Ui};

/// How high each row was when it was laid out last.
#[derive(Clone, Debug)]
pub struct InSight<K> {
    heights: HashMap<K, f32>,
    /// The width of the list then; in another one, texts take another height.
    width: f32,
}

impl<K> Default for InSight<K> {
    fn default() -> Self {
        Self { heights: HashMap::new(), width: 0.0 }
    }
}

impl<K: Eq + Hash> InSight<K> {
    /// Draws a row, which is told its height where nobody sees it. The first time, each is laid out.
    pub fn row(&mut self, ui: &mut Ui, key: K, draw: impl FnOnce(&mut Ui, Option<f32>) -> Response) -> Response {
        let width = ui.available_width();
        if (width - self.width).abs() > 0.5 {
            self.heights.clear();
            self.width = width;
        }
        let (top, sight) = (ui.cursor().top(), ui.clip_rect());
        let is_unseen = |height: &f32| top + height < sight.top() || top > sight.bottom();
        let unseen = self.heights.get(&key).copied().filter(is_unseen);
        let response = draw(ui, unseen);
        if unseen.is_none() {
            self.heights.insert(key, response.rect.height());
        }
        response
    }
}
