//! The details of a gap: what is missing or damaged, why, and how to get it.

use egui::{RichText, Ui};

use crate::gui::action::Action;
use crate::gui::badge::{badge, caption};
use crate::gui::content::GapContent;
use crate::gui::evidence_view::evidence;
use crate::gui::theme::{self, Palette, Tone};

/// Shows a gap.
pub fn ui(ui: &mut Ui, gap: &GapContent) -> Option<Action> {
    badge(ui, gap.code, Tone::Warn);
    ui.add_space(4.0);
    ui.label(RichText::new(&gap.subject).size(theme::TITLE));
    caption(ui, "Why");
    ui.label(&gap.reason);
    if !gap.leaves_open.is_empty() {
        caption(ui, "Checks that it leaves open");
        for rule in &gap.leaves_open {
            ui.label(RichText::new(*rule).monospace());
        }
    }
    if let Some(how) = &gap.how_to_collect {
        // It is what the bundle says was run, and a bundle may be hostile: it is shown, and no button copies it.
        caption(ui, "How it was to be collected, as the bundle says");
        ui.label(RichText::new(how).monospace());
        let words = "Run kerbscope-collect again, as an administrator, and open the new bundle.";
        ui.label(RichText::new(words).color(Palette::of(ui).weak));
    }
    if gap.evidence.is_empty() {
        return None;
    }
    caption(ui, "Where");
    evidence(ui, &gap.evidence)
}
