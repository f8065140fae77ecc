//! The case that is open: which view is shown, what each remembers, and the way back.

use std::sync::Arc;

use egui::{Margin, Ui};

use crate::gui::action::{Action, Selection};
use crate::gui::content::Content;
use crate::gui::fault::caught;
use crate::gui::history::{History, Location};
use crate::gui::theme::Palette;
use crate::gui::view::View;
use crate::gui::view_states::{Draw, ViewStates};
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
            self.views.restore(&self.content, to);
        }
    }

    /// Goes where a person asked to go within the case. When the view breaks at it, the view says so.
    pub fn carry_out(&mut self, ctx: &egui::Context, action: &Action) {
        if let Err(fault) = caught(|| self.obey(ctx, action)) {
            self.views.note(self.view, fault);
        }
    }

    fn obey(&mut self, ctx: &egui::Context, action: &Action) {
        match *action {
            Action::Show(view) => self.go(view, |_, _| {}),
            Action::Retry(view) => self.views.retry(&self.content, view),
            Action::Back => self.back(),
            Action::Forward => self.forward(),
            Action::Select(selection) => self.views.findings.selected = Some(selection),
            Action::SelectStep(step) => self.views.exchanges.step = step,
            Action::ShowExchange(index) => {
                self.go(View::Exchanges, |views, content| views.exchanges.show_exchange(content, index));
            }
            Action::ShowSelection(selection) => {
                self.go(View::Findings, |views, content| views.findings.show(content, selection));
            }
            Action::ShowFinding(index) => {
                let selection = Selection::Finding(index);
                self.go(View::Findings, |views, content| views.findings.show(content, selection));
            }
            Action::ShowSite(index) => self.go(View::Sites, |views, content| views.sites.show(content, index)),
            Action::ShowAccount(index) => self.go(View::Accounts, |views, content| views.accounts.show(content, index)),
            Action::ShowGraph => self.go(View::Accounts, |views, _| views.accounts.show_graph()),
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
    ui_drawn(ui, open, ViewStates::draw)
}

fn ui_drawn(ui: &mut Ui, open: &mut OpenCase, draw: Draw) -> Option<Action> {
    let palette = Palette::of(ui);
    let head = egui::Frame::new().fill(palette.surface).inner_margin(Margin { left: 16, right: 16, top: 4, bottom: 8 });
    // The overview says it at length.
    if open.view != View::Overview {
        egui::Panel::top("head").frame(head).show(ui, |ui| header::ui(ui, &open.content));
    }
    let frame = egui::Frame::new().fill(palette.surface).inner_margin(Margin::symmetric(8, 0));
    let rail = egui::Panel::left("rail").exact_size(rail::width(ui.available_width())).resizable(false).frame(frame);
    let rail = rail.show(ui, |ui| rail::ui(ui, &open.content, open.view)).inner;
    open.views.ui(ui, &open.content, open.view, draw).or(rail)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::case::Case;
    use crate::evidence::place::ArtifactId;
    use crate::formats::identity::Keyring;
    use crate::gui::record_reader::Origin;

    struct Seen {
        open: OpenCase,
        draw: Draw,
        copied: String,
    }

    /// The view of events, which broke.
    fn broken(views: &mut ViewStates, ui: &mut Ui, content: &Content, view: View) -> Option<Action> {
        if view == View::Events {
            egui::CentralPanel::default().show(ui, |ui| {
                ui.label("half of it is drawn");
                let rows = content.events.events.len();
                assert!(rows == 0, "row 7 of {rows} is not there");
            });
        }
        views.draw(ui, content, view)
    }

    fn window(draw: Draw) -> Harness<'static, Seen> {
        window_of(case(), draw)
    }

    /// A server on which bob is disabled.
    fn case() -> Case {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles/user-account-problem.zip");
        Case::open(vec![crate::open::open(&path, &Keyring::default()).expect("opens")])
    }

    fn window_of(case: Case, draw: Draw) -> Harness<'static, Seen> {
        let content = Content::of(&Arc::new(case), Origin::default());
        let seen = Seen { open: OpenCase::of(Arc::new(content)), draw, copied: String::new() };
        let ui = |ui: &mut Ui, seen: &mut Seen| {
            crate::gui::theme::install(ui.ctx());
            match ui_drawn(ui, &mut seen.open, seen.draw) {
                Some(Action::Copy(words)) => seen.copied = words,
                Some(asked) => seen.open.carry_out(ui.ctx(), &asked),
                None => {}
            }
        };
        Harness::builder().with_size([1280.0, 1000.0]).build_ui_state(ui, seen)
    }

    fn click(window: &mut Harness<'_, Seen>, words: &str) {
        window.query_all_by_label_contains(words).next().expect(words).click();
        // A worker that is busy asks for frames without end.
        (0..4).for_each(|_| window.step());
    }

    fn shows(window: &Harness<'_, Seen>, words: &str) -> bool {
        window.query_all_by_label_contains(words).next().is_some()
    }

    #[test]
    fn a_view_that_breaks_says_so_and_the_others_go_on_with_the_notes() {
        let mut window = window(broken);
        let content = Arc::clone(&window.state().open.content);
        let finding = content.findings.first().expect("a finding");
        let notes = &mut window.state_mut().open.views.findings.notes;
        let mut note = notes.about(finding);
        note.acknowledged = true;
        notes.take(note);
        click(&mut window, "Events (");
        for words in ["The view of events broke", "row 7 of 7 is not there", "your notes are kept", "How to report it"]
        {
            assert!(shows(&window, words), "{words}");
        }
        assert!(!shows(&window, "half of it is drawn"), "it is not drawn again");
        click(&mut window, "Copy what happened");
        let copied = &window.state().copied;
        assert!(copied.contains("broke: the view of events") && copied.contains("row 7 of 7"), "{copied}");
        click(&mut window, "Findings (");
        assert!(shows(&window, "CONTOSO\\bob is disabled"));
        assert!(window.state().open.views.findings.notes.is_acknowledged(finding));
        click(&mut window, "Events (");
        assert!(shows(&window, "The view of events broke"));
        window.state_mut().draw = ViewStates::draw;
        click(&mut window, "Try again");
        assert!(!shows(&window, "broke") && shows(&window, "Filter"));
    }

    #[test]
    fn a_view_that_begins_anew_keeps_what_was_noted() {
        let mut window = window(ViewStates::draw);
        let open = &mut window.state_mut().open;
        let content = Arc::clone(&open.content);
        let finding = content.findings.first().expect("a finding");
        let mut note = open.views.findings.notes.about(finding);
        note.acknowledged = true;
        open.views.findings.notes.take(note);
        for view in View::SHOWN {
            open.views.retry(&content, *view);
        }
        assert!(open.views.findings.notes.is_acknowledged(finding));
    }

    #[test]
    fn findings_with_half_a_million_places_of_evidence_are_shown_as_any_others() {
        let mut case = case();
        let at = |line: u32| ArtifactId(0).lines(line, line);
        let known = case.diagnosis.findings.first().expect("a finding").clone();
        // 1,000 findings, of which each third line of a file is evidence, and one for which all lines are.
        let about = |number: u32| {
            let mut ranked = known.clone();
            let first = number * 1_500;
            ranked.finding.summary = format!("Cause {number}");
            ranked.finding.evidence = (1..=500).map(|line| at(first + 3 * line)).collect();
            ranked
        };
        case.diagnosis.findings = (0..1_000).map(about).collect();
        let mut last = known.clone();
        last.finding.evidence = (1..=500_000).map(at).collect();
        case.diagnosis.findings.insert(0, last);
        let mut window = window_of(case, ViewStates::draw);
        let content = Arc::clone(&window.state().open.content);
        let file = content.artifacts.first().expect("a file");
        assert_eq!((content.findings.len(), file.cited.len()), (500, 500), "each finding is named once");
        assert!(content.findings.iter().all(|finding| finding.evidence.len() <= 40));
        assert_eq!((file.marks.finding(1), file.marks.finding(600_003)), (Some(0), Some(401)));
        for view in ["Artifacts (", "Findings (", "Events (", "Overview"] {
            click(&mut window, view);
            let names = window.root().children_recursive().count();
            assert!(names < 1_500, "{view}: {names}");
        }
        click(&mut window, "Artifacts (");
        assert!(shows(&window, "and 494 more findings; each marks its lines"));
        assert!(shows(&window, "Findings (1,001)"), "the rail counts those that are not listed too");
        click(&mut window, "Overview");
        assert!(shows(&window, "1,001 found"));
        click(&mut window, "Findings (");
        assert!(shows(&window, "500 of 1,001 findings"));
        for _ in 0..300 {
            window.state_mut().open.carry_out(&egui::Context::default(), &Action::Next);
        }
        (0..40).for_each(|_| window.step());
        let chosen = window.query_all_by_label_contains(": Cause 299").next().expect("it is scrolled to").rect();
        assert!(chosen.top() >= 0.0 && chosen.bottom() <= 1000.0, "{chosen:?}");
    }
}
