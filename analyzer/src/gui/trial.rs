//! Trying fixes: which are chosen, and what would follow if they were done.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Margin, RichText, Ui};

use crate::case::Case;
use crate::diagnosis::compare::Comparison;
use crate::facts::change::Change;
use crate::gui::action::Action;
use crate::gui::background::{Background, Progress};
use crate::gui::comparison_content::{ComparisonContent, comparison_content};
use crate::gui::comparison_view::comparison;
use crate::gui::content::Content;
use crate::gui::theme::{self, Palette, Tone};
use crate::report::escape::escape;
use crate::report::headline::plural;

/// A fix: of which finding, and which of its fixes.
pub type FixId = (usize, usize);

/// The fixes that are tried, and what would follow.
#[derive(Debug, Default)]
pub struct Trial {
    chosen: BTreeSet<FixId>,
    work: Background<Result<ComparisonContent, String>>,
    outcome: Option<Result<ComparisonContent, String>>,
}

impl Trial {
    /// Whether a fix is chosen.
    pub fn has(&self, fix: FixId) -> bool {
        self.chosen.contains(&fix)
    }

    /// Chooses a fix, or leaves it out again, and works out anew what would follow.
    pub fn toggle(&mut self, ctx: &egui::Context, content: &Content, fix: FixId) {
        if !self.chosen.remove(&fix) {
            self.chosen.insert(fix);
        }
        self.work_out(ctx, content);
    }

    /// Leaves out every fix.
    pub fn clear(&mut self) {
        self.chosen.clear();
        self.work.forget();
        self.outcome = None;
    }

    fn work_out(&mut self, ctx: &egui::Context, content: &Content) {
        if self.chosen.is_empty() {
            return self.clear();
        }
        let changes: Vec<Change> =
            self.chosen.iter().filter_map(|fix| changes_of(content, *fix)).flatten().cloned().collect();
        let case = Arc::clone(&content.case);
        self.work.start(ctx, "try", move || tried(&case, &changes));
    }

    /// Takes what was worked out.
    pub fn logic(&mut self) {
        match self.work.poll() {
            Progress::Done(outcome) => self.outcome = Some(outcome),
            Progress::Broke => {
                self.outcome = Some(Err("this broke, which is a fault of Kerbscope: please report it".to_owned()));
            }
            Progress::Nothing => {}
        }
    }

    /// Whether it is being worked out.
    pub const fn is_busy(&self) -> bool {
        self.work.is_busy()
    }

    /// Shows what would follow, below the findings, while fixes are chosen.
    pub fn ui(&self, ui: &mut Ui) -> Option<Action> {
        if self.chosen.is_empty() {
            return None;
        }
        let palette = Palette::of(ui);
        let frame = egui::Frame::new().fill(palette.surface).inner_margin(Margin::symmetric(16, 10));
        let panel = egui::Panel::bottom("trial").frame(frame).default_size(190.0).min_size(90.0);
        let panel = panel.max_size((ui.available_height() * 0.5).max(90.0)).resizable(true);
        panel.show(ui, |ui| self.panel(ui)).inner
    }

    fn panel(&self, ui: &mut Ui) -> Option<Action> {
        let mut asked = None;
        ui.horizontal(|ui| {
            let title = format!("If {} were done", plural(self.chosen.len(), "fix").replace("fixs", "fixes"));
            ui.label(RichText::new(title).size(theme::TITLE));
            if self.is_busy() {
                ui.add(egui::Spinner::new().size(14.0));
            }
            if ui.button("Stop trying").clicked() {
                asked = Some(Action::StopTrying);
            }
            if let Some(Ok(content)) = &self.outcome
                && ui.button("Copy").accessible_name("Copy what would follow").clicked()
            {
                asked = Some(Action::Copy(content.text.clone()));
            }
        });
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| match &self.outcome {
            Some(Ok(content)) => comparison(ui, content),
            Some(Err(why)) => {
                let ink = Palette::of(ui).ink(Tone::Bad);
                ui.label(RichText::new(format!("It cannot be done: {why}.")).color(ink));
            }
            None => {}
        });
        asked
    }
}

fn changes_of(content: &Content, (finding, fix): FixId) -> Option<&Vec<Change>> {
    content.findings.get(finding)?.fixes.get(fix)?.changes.as_ref()
}

fn tried(case: &Case, changes: &[Change]) -> Result<ComparisonContent, String> {
    let tried = case.tried(changes).map_err(|why| escape(&why.to_string()))?;
    Ok(comparison_content(&Comparison::of(case.picture(), tried.picture())))
}
