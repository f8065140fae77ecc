//! What is different between two diagnoses: URLs that end in another way, and findings that went or came.

use egui::{Ui, vec2};

use crate::gui::badge::{badge, caption};
use crate::gui::comparison_content::ComparisonContent;
use crate::gui::exchange_view::arrow_in;
use crate::gui::theme::Tone;

/// Shows it.
pub fn comparison(ui: &mut Ui, content: &ComparisonContent) {
    ui.label(&content.head);
    if !content.changed.is_empty() {
        caption(ui, "URLs that end in another way");
    }
    for change in &content.changed {
        ui.horizontal_wrapped(|ui| {
            let (word, tone) = change.before;
            badge(ui, word, tone);
            arrow_in(ui, vec2(20.0, 18.0));
            let (word, tone) = change.after;
            badge(ui, word, tone);
            ui.label(&change.what);
        });
    }
    for (title, word, tone, findings) in [
        ("Findings that go", "gone", Tone::Good, &content.gone),
        ("Findings that come", "new", Tone::Bad, &content.came),
        ("Findings that stay", "stays", Tone::Unknown, &content.stayed),
    ] {
        if findings.is_empty() {
            continue;
        }
        caption(ui, title);
        for finding in findings {
            ui.horizontal_wrapped(|ui| {
                badge(ui, word, tone);
                ui.label(finding);
            });
        }
    }
}
