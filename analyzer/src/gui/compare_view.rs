//! Another case beside this one: what each comes down to, and what is different.

use std::sync::Arc;

use egui::{RichText, Ui};

use crate::diagnosis::compare::Comparison;
use crate::gui::action::{Action, Pick};
use crate::gui::background::{Background, Progress};
use crate::gui::badge::badge;
use crate::gui::command_view::copy_button;
use crate::gui::comparison_content::{ComparisonContent, comparison_content};
use crate::gui::comparison_view::comparison;
use crate::gui::content::Content;
use crate::gui::paging;
use crate::gui::theme::{self, Palette};

/// The other case, and what is different in it.
#[derive(Debug, Default)]
pub struct CompareState {
    other: Option<Arc<Content>>,
    work: Background<ComparisonContent>,
    difference: Option<ComparisonContent>,
    order: Order,
}

/// Which of the two cases is the one from before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    /// The one that is open was collected first.
    #[default]
    ThisFirst,
    /// The other one was.
    OtherFirst,
}

impl CompareState {
    /// Takes another case, and works out what is different.
    pub fn take(&mut self, ctx: &egui::Context, content: &Content, other: Arc<Content>) {
        self.other = Some(other);
        self.work_out(ctx, content);
    }

    /// Whether the other case is compared at the moment.
    pub const fn is_busy(&self) -> bool {
        self.work.is_busy()
    }

    /// Takes what was worked out.
    pub fn logic(&mut self) {
        if let Progress::Done(difference) = self.work.poll() {
            self.difference = Some(difference);
        }
    }

    fn work_out(&mut self, ctx: &egui::Context, content: &Content) {
        let Some(other) = &self.other else { return };
        let (this, other) = (Arc::clone(&content.case), Arc::clone(&other.case));
        let (before, after) = if self.order == Order::ThisFirst { (this, other) } else { (other, this) };
        self.difference = None;
        self.work.start(ctx, "compare", move || comparison_content(&Comparison::of(before.picture(), after.picture())));
    }
}

/// Shows the two cases.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut CompareState) -> Option<Action> {
    let Some(other) = state.other.clone() else { return empty(ui) };
    let mut asked = None;
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        paging::keys(ui);
        ui.horizontal_wrapped(|ui| {
            if ui.button("Open another case to compare…").clicked() {
                asked = Some(Action::Browse(Pick::Compare));
            }
            if ui.button("Swap before and after").clicked() {
                state.order = if state.order == Order::ThisFirst { Order::OtherFirst } else { Order::ThisFirst };
                let ctx = ui.ctx().clone();
                state.work_out(&ctx, content);
            }
            if let Some(difference) = &state.difference
                && copy_button(ui, "Copy", "Copy what is different")
            {
                asked = Some(Action::Copy(difference.text.clone()));
            }
        });
        ui.add_space(6.0);
        let (before, after) = if state.order == Order::ThisFirst { (content, &*other) } else { (&*other, content) };
        ui.columns(2, |columns| {
            for ((ui, title), case) in columns.iter_mut().zip(["Before", "After"]).zip([before, after]) {
                // Columns would stretch their lines.
                ui.vertical(|ui| side(ui, title, case));
            }
        });
        ui.add_space(12.0);
        match &state.difference {
            Some(difference) => comparison(ui, difference),
            None => {
                ui.spinner();
            }
        }
        ui.add_space(20.0);
    });
    asked
}

fn side(ui: &mut Ui, title: &str, case: &Content) {
    let palette = Palette::of(ui);
    palette.card().show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.label(RichText::new(title).color(palette.weak));
        ui.label(RichText::new(&case.names).size(theme::TITLE));
        let (word, tone) = case.mood;
        badge(ui, word, tone);
        ui.label(&case.headline);
        ui.label(RichText::new(&case.tally).color(palette.weak));
    });
}

fn empty(ui: &mut Ui) -> Option<Action> {
    let mut asked = None;
    ui.add_space(40.0);
    ui.vertical_centered(|ui| {
        ui.label(RichText::new("What did the fix change?").size(theme::TITLE));
        let words = "Collect again after the fix, and open that bundle here: it says which URLs end in another way, and \
                     which findings are gone, new, or still there.";
        ui.label(RichText::new(words).color(Palette::of(ui).weak));
        ui.add_space(8.0);
        if ui.button("Open another case to compare…").clicked() {
            asked = Some(Action::Browse(Pick::Compare));
        }
    });
    asked
}
