//! What each view remembers while a case is open, which view draws it, and what stands there when a view breaks.

use egui::{Margin, Ui};

use crate::gui::account_view::{self, AccountsState};
use crate::gui::action::Action;
use crate::gui::artifacts_view::{self, ArtifactsState};
use crate::gui::compare_view::{self, CompareState};
use crate::gui::content::Content;
use crate::gui::events_view::{self, EventsState};
use crate::gui::exchange_view::{self, ExchangesState};
use crate::gui::fault::{Fault, Faults, caught};
use crate::gui::fault_view;
use crate::gui::finding_page::{self, FindingsState};
use crate::gui::history::Location;
use crate::gui::overview::{self, OverviewState};
use crate::gui::site_view::{self, SitesState};
use crate::gui::theme::Palette;
use crate::gui::tickets_view::{self, TicketsState};
use crate::gui::view::View;

/// Draws a view within its margins.
pub type Draw = fn(&mut ViewStates, &mut Ui, &Content, View) -> Option<Action>;

/// What each view remembers of one case.
#[derive(Debug)]
pub struct ViewStates {
    /// The views that broke.
    faults: Faults,
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
            faults: Faults::default(),
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
            site: self.sites.at(),
            account: self.accounts.at(),
            event: self.events.at(),
            artifact: self.artifacts.at(),
        }
    }

    /// Goes where a person was before.
    pub fn restore(&mut self, content: &Content, to: Location) {
        if let Some(selection) = to.finding {
            self.findings.show(content, selection);
        }
        self.sites.show(content, to.site);
        self.accounts.restore(content, to.account);
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
            View::Findings => self.findings.escape(),
            View::Sites => self.sites.escape(),
            View::Accounts => self.accounts.escape(),
            View::Tickets => self.tickets.escape(),
            View::Events => self.events.escape(),
            View::Artifacts => self.artifacts.escape(),
            _ => false,
        }
    }

    /// Notes that a view broke: it is not drawn any more.
    pub fn note(&mut self, view: View, fault: Fault) {
        self.faults.note(view, fault);
    }

    /// Lets a view that broke begin anew. Nobody knows how far it came, so that it forgets all but what a person noted.
    pub fn retry(&mut self, content: &Content, view: View) {
        let fresh = Self::of(content);
        self.faults.forget(view);
        match view {
            View::Overview => self.overview = fresh.overview,
            View::Findings => {
                let notes = std::mem::take(&mut self.findings.notes);
                self.findings = FindingsState { notes, ..fresh.findings };
            }
            View::Exchanges => self.exchanges = fresh.exchanges,
            View::Sites => self.sites = fresh.sites,
            View::Accounts => self.accounts = fresh.accounts,
            View::Tickets => self.tickets = fresh.tickets,
            View::Events => self.events = fresh.events,
            View::Artifacts => self.artifacts = fresh.artifacts,
            View::Compare => self.compare = fresh.compare,
        }
    }

    /// Draws a view. One that breaks says so instead of taking the case along.
    pub fn ui(&mut self, ui: &mut Ui, content: &Content, view: View, draw: Draw) -> Option<Action> {
        let page = egui::Frame::new().fill(Palette::of(ui).page);
        if let Some(fault) = self.faults.of(view) {
            let page = egui::CentralPanel::default().frame(page.inner_margin(Margin::symmetric(20, 12)));
            // Should even this break, the rail and the other views are still there.
            return caught(|| page.show(ui, |ui| fault_view::ui(ui, view, fault)).inner).ok().flatten();
        }
        // What it had painted when it broke is painted over in the next frame.
        match caught(|| draw(self, ui, content, view)) {
            Ok(asked) => asked,
            Err(fault) => {
                self.note(view, fault);
                ui.ctx().request_repaint();
                None
            }
        }
    }

    /// Draws a view as it is.
    pub fn draw(&mut self, ui: &mut Ui, content: &Content, view: View) -> Option<Action> {
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
