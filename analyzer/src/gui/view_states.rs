//! What each view remembers while a case is open, and which view draws it.

use egui::{Margin, Ui};

use crate::gui::account_view::{self, AccountsState};
use crate::gui::action::Action;
use crate::gui::artifacts_view::{self, ArtifactsState};
use crate::gui::compare_view::{self, CompareState};
use crate::gui::content::Content;
use crate::gui::events_view::{self, EventsState};
use crate::gui::exchange_view::{self, ExchangesState};
use crate::gui::finding_page::{self, FindingsState};
use crate::gui::history::Location;
use crate::gui::overview::{self, OverviewState};
use crate::gui::site_view::{self, SitesState};
use crate::gui::theme::Palette;
use crate::gui::tickets_view::{self, TicketsState};
use crate::gui::view::View;

/// What each view remembers of one case.
#[derive(Debug)]
pub struct ViewStates {
    /// Which station of which way is open.
    pub overview: OverviewState,
    /// What is selected among the findings.
    pub findings: FindingsState,
    /// Which step of which exchange is open.
    pub exchanges: ExchangesState,
    /// The sites.
    pub sites: SitesState,
    /// The accounts.
    pub accounts: AccountsState,
    /// The other case.
    pub compare: CompareState,
    /// The tickets.
    pub tickets: TicketsState,
    /// The events.
    pub events: EventsState,
    /// The artifacts.
    pub artifacts: ArtifactsState,
}

impl ViewStates {
    /// The states in which a case is first shown.
    pub fn of(content: &Content) -> Self {
        Self {
            overview: OverviewState::default(),
            findings: FindingsState::of(content),
            exchanges: ExchangesState::of(content),
            sites: SitesState::default(),
            accounts: AccountsState::default(),
            compare: CompareState::default(),
            tickets: TicketsState::default(),
            events: EventsState::default(),
            artifacts: ArtifactsState::default(),
        }
    }

    /// Takes what views worked out in the background.
    pub fn logic(&mut self, ctx: &egui::Context) {
        self.findings.notes.logic(ctx);
        self.findings.trial.logic();
        self.compare.logic();
    }

    /// Whether a view waits for something.
    pub fn is_busy(&self) -> bool {
        let works = self.findings.trial.is_busy() || self.findings.notes.is_busy();
        works || self.compare.is_busy() || self.events.is_busy() || self.artifacts.is_busy()
    }

    /// Where a person is, for the way back.
    pub const fn location(&self, view: View) -> Location {
        Location {
            view,
            finding: self.findings.selected,
            step: self.exchanges.step,
            event: self.events.at(),
            artifact: self.artifacts.at(),
        }
    }

    /// Goes where a person was before.
    pub fn restore(&mut self, to: Location) {
        if let Some(selection) = to.finding {
            self.findings.show(selection);
        }
        self.exchanges.show(to.step);
        if let Some(event) = to.event.filter(|_| to.view == View::Events) {
            self.events.show(event);
        }
        if let Some(place) = to.artifact.filter(|_| to.view == View::Artifacts) {
            self.artifacts.show(place);
        }
    }

    /// Closes what lies on top in a view; whether anything did.
    pub fn escape(&mut self, view: View) -> bool {
        match view {
            View::Events => self.events.escape(),
            View::Artifacts => self.artifacts.escape(),
            _ => false,
        }
    }

    /// Draws a view.
    pub fn ui(&mut self, ui: &mut Ui, content: &Content, view: View) -> Option<Action> {
        let frame = egui::Frame::new().fill(Palette::of(ui).page);
        let page = egui::CentralPanel::default();
        if matches!(view, View::Findings | View::Sites | View::Accounts) {
            return page.frame(frame).show(ui, |ui| self.divided(ui, content, view)).inner;
        }
        let frame = frame.inner_margin(Margin::symmetric(16, 12));
        page.frame(frame).show(ui, |ui| self.padded(ui, content, view)).inner
    }

    /// Draws a view of a list and details, which reach to the edges.
    fn divided(&mut self, ui: &mut Ui, content: &Content, view: View) -> Option<Action> {
        match view {
            View::Sites => site_view::ui(ui, content, &mut self.sites),
            View::Accounts => account_view::ui(ui, content, &mut self.accounts),
            _ => finding_page::ui(ui, content, &mut self.findings),
        }
    }

    /// Draws a view that leaves a margin around itself.
    fn padded(&mut self, ui: &mut Ui, content: &Content, view: View) -> Option<Action> {
        match view {
            View::Overview => overview::ui(ui, content, &mut self.overview),
            View::Compare => compare_view::ui(ui, content, &mut self.compare),
            View::Exchanges => exchange_view::ui(ui, content, &mut self.exchanges),
            View::Tickets => tickets_view::ui(ui, content, &mut self.tickets),
            View::Events => events_view::ui(ui, content, &mut self.events),
            View::Artifacts => artifacts_view::ui(ui, content, &mut self.artifacts),
            View::Findings | View::Sites | View::Accounts => None,
        }
    }
}
