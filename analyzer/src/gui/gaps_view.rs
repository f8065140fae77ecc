//! The details of a gap: what is missing or damaged, why, and how to get it.

use egui::{RichText, Ui};

use crate::gui::action::Action;
use crate::gui::badge::{badge, caption};
use crate::gui::command_view::commands;
use crate::gui::content::GapContent;
use crate::gui::evidence_view::evidence;
use crate::gui::theme::{self, Tone};

/// Shows a gap.
pub fn ui(ui: &mut Ui, gap: &GapContent) -> Option<Action> {
    badge(ui, gap.code, Tone::Warn);
    ui.add_space(4.0);
    ui.label(RichText::new(&gap.subject).size(theme::TITLE));
    caption(ui, "Why");
    ui.label(&gap.reason);
    let mut asked = None;
    if let Some(how) = &gap.how_to_collect {
        caption(ui, "How to collect it");
        asked = commands(ui, std::slice::from_ref(how), "how to collect it");
    }
    if !gap.evidence.is_empty() {
        caption(ui, "Where");
        asked = evidence(ui, &gap.evidence).or(asked);
    }
    asked
}
