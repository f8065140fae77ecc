//! The details of a finding: what is wrong, why, how sure, what to do, and where it can be seen.

use egui::{RichText, Ui};

use crate::diagnosis::rank::Standing;
use crate::gui::action::{Action, Selection};
use crate::gui::badge::{badge, caption};
use crate::gui::command_view::{commands, folded, risk};
use crate::gui::content::Content;
use crate::gui::evidence_view::evidence;
use crate::gui::finding_content::{FindingContent, FixContent};
use crate::gui::link::link;
use crate::gui::notes::Notes;
use crate::gui::theme::{self, Palette, Tone};
use crate::gui::trial::{FixId, Trial};
use crate::report::escape::escape;

/// Shows the details of the finding at an index.
pub fn ui(ui: &mut Ui, content: &Content, index: usize, trial: &Trial, notes: &mut Notes) -> Option<Action> {
    let finding = content.findings.get(index)?;
    let palette = Palette::of(ui);
    let mut action = head(ui, content, finding);
    if !finding.explanation.is_empty() {
        caption(ui, "Why");
        ui.label(theme::prose(&finding.explanation));
    }
    if !finding.fixes.is_empty() {
        caption(ui, "What to do");
    }
    for (number, fix) in finding.fixes.iter().enumerate() {
        if number > 0 {
            ui.add_space(4.0);
            ui.label(RichText::new("or").color(palette.weak));
            ui.add_space(4.0);
        }
        let id = (index, number);
        let asked = ui.push_id(("fix", number), |ui| palette.card().show(ui, |ui| fix_card(ui, fix, id, trial)).inner);
        action = asked.inner.or(action);
    }
    noted(ui, finding, notes);
    caption(ui, "Where it can be seen");
    action = evidence(ui, &finding.evidence).or(action);
    action = concerned(ui, content, index).or(action);
    about(ui, finding);
    action
}

fn head(ui: &mut Ui, content: &Content, finding: &FindingContent) -> Option<Action> {
    let palette = Palette::of(ui);
    ui.horizontal_wrapped(|ui| {
        badge(ui, finding.severity, finding.tone);
        ui.label(RichText::new(finding.confidence_words).color(palette.weak));
    });
    // The headline says the summary of the first cause already.
    if finding.standing != Standing::Primary {
        ui.add_space(4.0);
        ui.label(RichText::new(&finding.summary).size(theme::TITLE));
    }
    let Standing::Consequence(cause) = finding.standing else { return None };
    let known = content.findings.get(cause)?;
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("This follows from, or cannot be judged before:").color(palette.weak));
        if link(ui, &known.summary).clicked() {
            asked = Some(Action::Select(Selection::Finding(cause)));
        }
    });
    asked
}

fn fix_card(ui: &mut Ui, fix: &FixContent, id: FixId, trial: &Trial) -> Option<Action> {
    let number = id.1.saturating_add(1);
    let palette = Palette::of(ui);
    ui.set_min_width(ui.available_width());
    ui.label(RichText::new(&fix.title).size(theme::BODY + 1.0));
    ui.horizontal_wrapped(|ui| {
        risk(ui, fix.risk, fix.risk_words, fix.tone);
        ui.label(RichText::new(format!("·  needs {}", fix.who)).size(theme::SMALL).color(palette.weak));
    });
    if let Some(note) = &fix.note {
        ui.label(theme::prose(note));
    }
    if fix.commands.is_empty() {
        let words = "There is no command to paste: a name in the bundle is not safe on a command line, or this is not done by a command.";
        ui.label(RichText::new(words).size(theme::SMALL).color(palette.weak));
    }
    let asked = commands(ui, &fix.commands, &format!("the command of fix {number}"));
    let undo = folded(ui, "How to take it back", &fix.undo, &format!("the undo of fix {number}"));
    let verify = folded(ui, "How to see that it worked", &fix.verify, &format!("the check of fix {number}"));
    let mut chosen = trial.has(id);
    let mut toggled = None;
    if fix.changes.is_some() {
        let name = format!("Try fix {number}: show what would follow, change nothing");
        let boxed = ui.checkbox(&mut chosen, "Try it: show what would follow, change nothing");
        boxed.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, chosen, &name));
        toggled = boxed.changed().then_some(Action::ToggleTry(id));
    }
    asked.or(undo).or(verify).or(toggled)
}

/// What a person notes about it.
fn noted(ui: &mut Ui, finding: &FindingContent, notes: &mut Notes) {
    caption(ui, "Note");
    let mut note = notes.about(finding);
    let before = note.clone();
    ui.checkbox(&mut note.acknowledged, "Acknowledged: somebody deals with it");
    let hint = "What was agreed, who does it. It is kept in a small file beside the bundle.";
    let field = egui::TextEdit::multiline(&mut note.note).hint_text(hint).desired_rows(2).desired_width(f32::INFINITY);
    let written = ui.add(field.margin(egui::vec2(8.0, 6.0)));
    written.widget_info(|| egui::WidgetInfo::labeled(egui::Role::MultilineTextInput, true, "Your note"));
    if note != before {
        notes.take(note);
        notes.keep(ui.ctx());
    }
    if let Some(problem) = notes.problem() {
        let words = format!("Notes are not kept: {}", escape(problem));
        ui.label(RichText::new(words).size(theme::SMALL).color(Palette::of(ui).ink(Tone::Warn)));
    }
}

fn concerned(ui: &mut Ui, content: &Content, index: usize) -> Option<Action> {
    let finding = content.findings.get(index)?;
    if finding.scopes.is_empty() && finding.subjects.is_empty() {
        return None;
    }
    caption(ui, "What it concerns");
    for line in finding.subjects.iter().chain(&finding.scopes) {
        ui.label(line);
    }
    let exchange = content.exchange_of(index)?;
    let words = "Show what happens there, step by step";
    ui.link(words).clicked().then_some(Action::ShowExchange(exchange))
}

fn about(ui: &mut Ui, finding: &FindingContent) {
    caption(ui, "About this check");
    ui.label(RichText::new(finding.rule).monospace());
    ui.label(theme::prose(finding.about_rule));
    references(ui, finding.references);
}

/// Who says so.
pub fn references(ui: &mut Ui, references: &[&str]) {
    let weak = Palette::of(ui).weak;
    for reference in references {
        ui.label(RichText::new(*reference).size(theme::SMALL).color(weak));
    }
}
