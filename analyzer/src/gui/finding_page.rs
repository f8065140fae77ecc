//! The findings: the list of what was found and what could not be judged, and the details of what is selected.

use std::sync::Arc;

use egui::{Margin, Ui};

use crate::gui::action::{Action, Selection};
use crate::gui::content::Content;
use crate::gui::finding_list::{self, Reveal};
use crate::gui::in_sight::InSight;
use crate::gui::notes::Notes;
use crate::gui::theme::Palette;
use crate::gui::trial::Trial;
use crate::gui::{check_view, divided, finding_view, gaps_view, paging};

/// The widest that text grows: longer lines are hard to follow.
const TEXT_WIDTH: f32 = 860.0;

/// What is selected, and whether the list has to scroll to it.
#[derive(Debug)]
pub struct FindingsState {
    /// What the details are about.
    pub selected: Option<Selection>,
    /// Whether the list scrolls to it.
    pub reveal: Reveal,
    /// What was typed to find something in the list.
    pub filter: String,
    /// What the filter left when it was asked last.
    pub(super) listed: Option<(String, Arc<[Selection]>)>,
    /// How high the rows of the list are.
    pub(super) rows: InSight<Selection>,
    /// What was noted about findings.
    pub notes: Notes,
    /// The fixes that are tried.
    pub trial: Trial,
}

impl FindingsState {
    /// The state in which a case is first shown: with its first cause.
    pub fn of(content: &Content) -> Self {
        Self {
            selected: finding_list::order(content, "").first().copied(),
            reveal: Reveal::Selected,
            filter: String::new(),
            listed: None,
            rows: InSight::default(),
            notes: Notes::default(),
            trial: Trial::default(),
        }
    }

    /// What the list shows, in its order. It is looked for when something else was typed, and not in every frame.
    pub fn listed(&mut self, content: &Content) -> Arc<[Selection]> {
        if let Some((filter, listed)) = &self.listed
            && *filter == self.filter
        {
            return Arc::clone(listed);
        }
        let listed: Arc<[Selection]> = finding_list::order(content, &self.filter).into();
        self.listed = Some((self.filter.clone(), Arc::clone(&listed)));
        listed
    }

    /// Selects what follows in the list, or what precedes.
    pub fn walk(&mut self, content: &Content, by: isize) {
        self.reveal = Reveal::Selected;
        let order = self.listed(content);
        let here = self.selected.and_then(|selected| order.iter().position(|known| *known == selected));
        let to = here.map_or(0, |here| here.saturating_add_signed(by));
        if let Some(selection) = order.get(to) {
            self.selected = Some(*selection);
        }
    }

    /// Empties the filter; whether there was one.
    pub fn escape(&mut self) -> bool {
        let had = !self.filter.is_empty();
        self.filter.clear();
        had
    }

    /// Selects this from elsewhere. A filter that hides it gives way.
    pub fn show(&mut self, content: &Content, selection: Selection) {
        if !self.listed(content).contains(&selection) {
            self.filter.clear();
        }
        self.selected = Some(selection);
        self.reveal = Reveal::Selected;
    }
}

/// Shows the list and the details.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut FindingsState) -> Option<Action> {
    let frame = egui::Frame::new().fill(Palette::of(ui).page);
    let stopped = state.trial.ui(ui);
    let list = divided::list(ui, "list", 370.0);
    let list = list.frame(frame.inner_margin(Margin { left: 10, right: 6, top: 0, bottom: 0 }));
    let list = list.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        finding_list::ui(ui, content, state)
    });
    state.reveal = Reveal::Nothing;
    let page = egui::CentralPanel::default().frame(frame.inner_margin(Margin::same(0)));
    let details = page.show(ui, |ui| details(ui, content, state));
    list.inner.or(details.inner).or(stopped)
}

fn details(ui: &mut Ui, content: &Content, state: &mut FindingsState) -> Option<Action> {
    let selected = state.selected;
    let area = egui::ScrollArea::vertical().auto_shrink(false).id_salt(("details", selected));
    let margin = egui::Frame::new().inner_margin(Margin { left: 20, right: 20, top: 16, bottom: 24 });
    let shown = area.show(ui, |ui| {
        paging::keys(ui);
        margin
            .show(ui, |ui| {
                ui.set_max_width(ui.available_width().min(TEXT_WIDTH));
                match selected {
                    Some(Selection::Finding(index)) => {
                        finding_view::ui(ui, content, index, &state.trial, &mut state.notes)
                    }
                    Some(Selection::Collect) => check_view::collect(ui, content),
                    Some(Selection::Check(index)) => {
                        content.checks.get(index).and_then(|check| check_view::check(ui, check))
                    }
                    Some(Selection::Gap(index)) => content.gaps.get(index).and_then(|gap| gaps_view::ui(ui, gap)),
                    None => {
                        check_view::nothing(ui, content);
                        None
                    }
                }
            })
            .inner
    });
    shown.inner
}
