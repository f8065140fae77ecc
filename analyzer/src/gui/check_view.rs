//! The details of a check, and of all that would have to be collected to close the open ones.

use egui::{RichText, Ui};

use crate::gui::action::Action;
use crate::gui::badge::{badge, caption};
use crate::gui::command_view::commands;
use crate::gui::content::{CheckContent, Content};
use crate::gui::finding_list::verdict_word;
use crate::gui::finding_view::references;
use crate::gui::theme::{self, Palette, Tone};
use crate::report::headline::plural;
use crate::rules::answer::Verdict;

/// Shows everything that would have to be collected.
pub fn collect(ui: &mut Ui, content: &Content) -> Option<Action> {
    let open = content.checks_that_are(Verdict::Open).count();
    badge(ui, "open", Tone::Unknown);
    ui.add_space(4.0);
    ui.label(RichText::new(format!("What to collect to close {}", plural(open, "open check"))).size(theme::TITLE));
    ui.add_space(4.0);
    let words = "These checks could not be judged: their evidence is missing. A check that is open is no good news. \
                 Run these on the host, or send the files, and open everything together as one case.";
    ui.label(theme::prose(words));
    ui.add_space(8.0);
    commands(ui, &content.needs, "what to collect")
}

/// Shows a check.
pub fn check(ui: &mut Ui, check: &CheckContent) -> Option<Action> {
    let (tone, words) = match check.verdict {
        Verdict::Found => (Tone::Bad, "It found its cause."),
        Verdict::Clear => (Tone::Good, "All that it needed was there, and its cause was not."),
        Verdict::Open => (Tone::Unknown, "Evidence is missing, so it could not be judged."),
        Verdict::NotApplicable => (Tone::Unknown, "There is nothing in this case that it speaks of."),
        Verdict::Failed => (Tone::Bad, "It broke. That is a fault of this program: please report it."),
    };
    ui.horizontal_wrapped(|ui| {
        badge(ui, verdict_word(check.verdict), tone);
        ui.label(RichText::new(words).color(Palette::of(ui).weak));
    });
    ui.add_space(4.0);
    ui.label(RichText::new(check.title).size(theme::TITLE));
    let mut asked = None;
    if !check.needs.is_empty() {
        caption(ui, "What to collect");
        asked = commands(ui, &check.needs, "what to collect");
    }
    caption(ui, "About this check");
    ui.label(RichText::new(check.name).monospace());
    ui.label(theme::prose(check.explanation));
    references(ui, check.references);
    asked
}

/// Shows that there is nothing to select: no finding, no open check, no gap.
pub fn nothing(ui: &mut Ui, content: &Content) {
    badge(ui, "clear", Tone::Good);
    ui.add_space(4.0);
    ui.label(RichText::new("Nothing to do").size(theme::TITLE));
    ui.add_space(4.0);
    let clear = plural(content.checks_that_are(Verdict::Clear).count(), "check");
    ui.label(format!("{clear} had all the evidence that they needed, and did not find their cause."));
    let words = "If users still cannot sign in, collect again right after a failure, or add the bundle of a client.";
    ui.label(RichText::new(words).color(Palette::of(ui).weak));
}
