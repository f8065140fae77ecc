//! Long names, cut in the middle: their beginning and their end tell more than their middle.

use std::sync::Arc;

use egui::{Color32, FontId, Galley, Response, RichText, Ui};

/// Lays out a text on one line; where it is too long, its middle gives way to an ellipsis.
pub fn middle(ui: &Ui, text: &str, font: &FontId, color: Color32, width: f32) -> Arc<Galley> {
    let layout = |text: String| ui.painter().layout_no_wrap(text, font.clone(), color);
    let characters: Vec<char> = text.chars().take(600).collect();
    let mut galley = layout(characters.iter().collect());
    let mut kept = characters.len();
    while galley.size().x > width && kept > 2 {
        // A step for each character would lay out a long name hundreds of times.
        let share = f64::from(width / galley.size().x.max(1.0)).clamp(0.1, 0.99);
        kept = scaled(kept, share).min(kept.saturating_sub(1)).max(2);
        galley = layout(cut(&characters, kept));
    }
    galley
}

fn scaled(count: usize, share: f64) -> usize {
    let parts = (1_u32..=100).rev().find(|percent| f64::from(*percent) <= share * 100.0).unwrap_or(1);
    count.saturating_mul(usize::try_from(parts).unwrap_or(1)) / 100
}

/// The first and the last characters, of so many together.
fn cut(characters: &[char], kept: usize) -> String {
    let front = kept.div_ceil(2);
    let back = characters.len().saturating_sub(kept.saturating_sub(front));
    let first = characters.iter().take(front);
    first.chain(std::iter::once(&'…')).chain(characters.iter().skip(back)).collect()
}

/// A label of at most this width; what does not fit is in its tooltip.
pub fn label(ui: &mut Ui, text: &str, font: &FontId, color: Color32, width: f32) -> Response {
    let galley = middle(ui, text, font, color, width);
    let is_cut = galley.text() != text;
    let shown = RichText::new(galley.text()).font(font.clone()).color(color);
    let response = ui.add(egui::Label::new(shown).extend());
    if !is_cut {
        return response;
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    response.on_hover_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_gives_way() {
        let text: Vec<char> = "HTTP/portal.contoso.com".chars().collect();
        assert_eq!(cut(&text, 10), "HTTP/…o.com");
        assert_eq!(cut(&text, 2), "H…m");
    }

    #[test]
    fn each_try_is_shorter_than_the_one_before() {
        for count in [3, 10, 600] {
            for share in [0.1, 0.5, 0.99] {
                assert!(scaled(count, share) < count, "{count} {share}");
            }
        }
    }
}
