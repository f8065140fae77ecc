//! The case that is open: which view is shown, what each remembers, and the way back.

use std::sync::Arc;

use egui::{Margin, Ui};

use crate::gui::action::{Action, Selection};
use crate::gui::content::Content;
use crate::gui::history::{History, Location};
use crate::gui::theme::Palette;
use crate::gui::view::View;
use crate::gui::view_states::ViewStates;
use crate::gui::{header, rail};

/// The case that is open, what each view remembers of it, and the way through it.
pub struct OpenCase {
    /// The case in words.
    pub content: Arc<Content>,
    /// What each view remembers.
    pub views: ViewStates,
    /// The view that is shown.
    pub view: View,
    /// The way through the case.
    pub history: History,
}

impl OpenCase {
    /// A case as it is first shown.
    pub fn of(content: Arc<Content>) -> Self {
        Self { views: ViewStates::of(&content), view: View::default(), history: History::default(), content }
    }

    const fn here(&self) -> Location {
        self.views.location(self.view)
    }

    /// Goes to a view that can be shown, and notes from where.
    fn go(&mut self, view: View, arrange: impl FnOnce(&mut ViewStates, &Content)) {
        if !view.is_shown() {
            return;
        }
        let from = self.here();
        arrange(&mut self.views, &self.content);
        self.view = view;
        if self.here() != from {
            self.history.leave(from);
        }
    }

    fn back(&mut self) {
        let to = self.history.back(self.here());
        self.restore(to);
    }

    fn forward(&mut self) {
        let to = self.history.forward(self.here());
        self.restore(to);
    }

    fn restore(&mut self, to: Option<Location>) {
        if let Some(to) = to {
            self.view = to.view;
            self.views.restore(to);
        }
    }

    /// Goes where a person asked to go within the case.
    pub fn carry_out(&mut self, ctx: &egui::Context, action: &Action) {
        match *action {
            Action::Show(view) => self.go(view, |_, _| {}),
            Action::Back => self.back(),
            Action::Forward => self.forward(),
            Action::Select(selection) => self.views.findings.selected = Some(selection),
            Action::SelectStep(step) => self.views.exchanges.step = step,
            Action::ShowExchange(index) => {
                self.go(View::Exchanges, |views, content| views.exchanges.show_exchange(content, index));
            }
            Action::ShowSelection(selection) => self.go(View::Findings, |views, _| views.findings.show(selection)),
            Action::ShowFinding(index) => {
                self.go(View::Findings, |views, _| views.findings.show(Selection::Finding(index)));
            }
            Action::ShowSite(index) => self.go(View::Sites, |views, _| views.sites.show(index)),
            Action::ShowAccount(index) => self.go(View::Accounts, |views, _| views.accounts.show(index)),
            Action::ToggleTry(fix) => self.views.findings.trial.toggle(ctx, &self.content, fix),
            Action::StopTrying => self.views.findings.trial.clear(),
            Action::ShowEvent(at) => self.go(View::Events, |views, _| views.events.show(at)),
            Action::ShowArtifact(at) => self.go(View::Artifacts, |views, _| views.artifacts.show(at)),
            Action::Next => self.walk(1),
            Action::Previous => self.walk(-1),
            _ => {}
        }
    }

    /// Moves the selection of the view, if it has a list to walk along.
    fn walk(&mut self, by: isize) {
        match self.view {
            View::Findings => self.views.findings.walk(&self.content, by),
            View::Exchanges => self.views.exchanges.walk(&self.content, by),
            View::Sites => self.views.sites.walk(&self.content, by),
            View::Accounts => self.views.accounts.walk(&self.content, by),
            View::Tickets => self.views.tickets.walk(&self.content, by),
            View::Events => self.views.events.walk(by),
            View::Artifacts => self.views.artifacts.walk(&self.content, by),
            _ => {}
        }
    }
}

/// Shows the case: what it comes down to, the rail, and a view.
pub fn ui(ui: &mut Ui, open: &mut OpenCase) -> Option<Action> {
    let palette = Palette::of(ui);
    let head = egui::Frame::new().fill(palette.surface).inner_margin(Margin { left: 16, right: 16, top: 4, bottom: 8 });
    // The overview says it at length.
    if open.view != View::Overview {
        egui::Panel::top("head").frame(head).show(ui, |ui| header::ui(ui, &open.content));
    }
    let frame = egui::Frame::new().fill(palette.surface).inner_margin(Margin::symmetric(8, 0));
    let rail = egui::Panel::left("rail").exact_size(rail::WIDTH).resizable(false).frame(frame);
    let rail = rail.show(ui, |ui| rail::ui(ui, &open.content, open.view)).inner;
    open.views.ui(ui, &open.content, open.view).or(rail)
}
