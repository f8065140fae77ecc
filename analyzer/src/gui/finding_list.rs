//! The list on the left: findings, open checks, gaps, and clear checks.

use egui::{RichText, Ui};

use crate::diagnosis::rank::Standing;
use crate::gui::action::{Action, Selection};
use crate::gui::content::Content;
use crate::gui::filter_field::{filter_field, fits};
use crate::gui::finding_page::FindingsState;
use crate::gui::notes::Notes;
use crate::gui::row::Row;
use crate::gui::theme::{self, Palette, Tone};
use crate::report::headline::plural;
use crate::rules::answer::Verdict;

/// Whether the list scrolls to what is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reveal {
    /// It was selected by key or from elsewhere: it may be out of sight.
    Selected,
    /// It stays as the person scrolled it.
    Nothing,
}

/// Shows the list.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut FindingsState) -> Option<Action> {
    let (shown, all) = (order(content, &state.filter).len(), order(content, "").len());
    filter_field(ui, &mut state.filter, "Filter findings, checks and gaps", shown, all);
    let (selected, reveal) = (state.selected, state.reveal);
    let mut list = List { selected, reveal, asked: None, filter: &state.filter, notes: &state.notes };
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        list.findings(ui, content);
        list.open_checks(ui, content);
        list.gaps(ui, content);
        list.checks(ui, content, Verdict::Failed, "failed: please report", Tone::Bad);
        list.checks(ui, content, Verdict::Clear, "clear", Tone::Good);
        list.checks(ui, content, Verdict::NotApplicable, "not applicable", Tone::Unknown);
        if let Some(left_out) = &content.left_out {
            ui.add_space(8.0);
            ui.label(RichText::new(left_out).size(theme::SMALL).color(Palette::of(ui).weak));
        }
        ui.add_space(12.0);
    });
    list.asked.map(Action::Select)
}

/// What can be selected by key, in the order of the list.
pub fn order(content: &Content, filter: &str) -> Vec<Selection> {
    let collect = (!content.needs.is_empty()).then_some(Selection::Collect);
    let findings = (0..content.findings.len()).map(Selection::Finding);
    let open = content.checks_that_are(Verdict::Open).map(|(index, _)| Selection::Check(index));
    let all = findings.chain(collect).chain(open).chain((0..content.gaps.len()).map(Selection::Gap));
    all.filter(|selection| filter.trim().is_empty() || fits(filter, &words(content, *selection))).collect()
}

/// What a row is found by, in lower case.
fn words(content: &Content, selection: Selection) -> String {
    let words = match selection {
        Selection::Finding(index) => content.findings.get(index).map(|finding| {
            let about = finding.subjects.iter().chain(&finding.scopes).map(String::as_str);
            let all = [&*finding.summary, finding.rule, finding.severity, finding.confidence].into_iter().chain(about);
            all.collect::<Vec<_>>().join("\n")
        }),
        Selection::Check(index) => {
            let check = content.checks.get(index);
            check.map(|check| format!("{}\n{}\n{}", check.title, check.name, check.needs.join("\n")))
        }
        Selection::Gap(index) => {
            let gap = content.gaps.get(index);
            gap.map(|gap| format!("{}\n{}\n{}", gap.code, gap.subject, gap.reason))
        }
        Selection::Collect => Some("collect\nmissing".to_owned()),
    };
    words.unwrap_or_default().to_lowercase()
}

struct List<'a> {
    selected: Option<Selection>,
    reveal: Reveal,
    asked: Option<Selection>,
    filter: &'a str,
    notes: &'a Notes,
}

impl List<'_> {
    fn row(&mut self, ui: &mut Ui, content: &Content, row: Row<'_>, selection: Selection) {
        if !self.filter.trim().is_empty() && !fits(self.filter, &words(content, selection)) {
            return;
        }
        let selected = self.selected == Some(selection);
        let response = Row { selected, ..row }.show(ui);
        if selected && self.reveal == Reveal::Selected {
            response.scroll_to_me(None);
        }
        if response.clicked() {
            self.asked = Some(selection);
        }
    }

    fn findings(&mut self, ui: &mut Ui, content: &Content) {
        section(ui, &plural(content.findings.len(), "finding"));
        if content.findings.is_empty() {
            ui.label(RichText::new("No rule found its cause.").color(Palette::of(ui).weak));
        }
        for (index, finding) in content.findings.iter().enumerate() {
            let (indent, place) = match finding.standing {
                Standing::Primary => (0.0, "deal with this first"),
                Standing::Cause => (0.0, "another cause"),
                Standing::Consequence(_) => (18.0, "follows from the above"),
            };
            let place = if self.notes.is_acknowledged(finding) { "acknowledged" } else { place };
            let note = format!("{} · {place}", finding.confidence);
            let badge = (finding.severity, finding.tone);
            let row = Row { badge, text: &finding.summary, note: &note, indent, selected: false };
            self.row(ui, content, row, Selection::Finding(index));
        }
    }

    fn open_checks(&mut self, ui: &mut Ui, content: &Content) {
        let open = content.checks_that_are(Verdict::Open).count();
        if open == 0 {
            return;
        }
        section(ui, &plural(open, "open check"));
        if !content.needs.is_empty() {
            let badge = (&*plural(content.needs.len(), "piece"), Tone::Calm);
            let text = "What to collect to close them";
            let row = Row { badge, text, note: "of evidence missing", indent: 0.0, selected: false };
            self.row(ui, content, row, Selection::Collect);
        }
        for (index, check) in content.checks_that_are(Verdict::Open) {
            let more = check.needs.len().saturating_sub(1);
            let note = match check.needs.first() {
                Some(need) if more > 0 => format!("{need} and {more} more"),
                Some(need) => need.clone(),
                None => check.name.to_owned(),
            };
            let row =
                Row { badge: ("open", Tone::Unknown), text: check.title, note: &note, indent: 0.0, selected: false };
            self.row(ui, content, row, Selection::Check(index));
        }
    }

    fn gaps(&mut self, ui: &mut Ui, content: &Content) {
        if content.gaps.is_empty() {
            return;
        }
        section(ui, &plural(content.gaps.len(), "gap"));
        for (index, gap) in content.gaps.iter().enumerate() {
            let row = Row {
                badge: (gap.code, Tone::Warn),
                text: &gap.subject,
                note: &gap.reason,
                indent: 0.0,
                selected: false,
            };
            self.row(ui, content, row, Selection::Gap(index));
        }
    }

    /// Checks that say nothing new stay folded away; their number does not.
    fn checks(&mut self, ui: &mut Ui, content: &Content, verdict: Verdict, word: &str, tone: Tone) {
        let count = content.checks_that_are(verdict).count();
        if count == 0 {
            return;
        }
        ui.add_space(10.0);
        let caption = RichText::new(format!("{} {word}", plural(count, "check"))).color(Palette::of(ui).weak);
        egui::CollapsingHeader::new(caption).id_salt(word).show_unindented(ui, |ui| {
            for (index, check) in content.checks_that_are(verdict) {
                let badge = (verdict_word(verdict), tone);
                let row = Row { badge, text: check.title, note: check.name, indent: 0.0, selected: false };
                self.row(ui, content, row, Selection::Check(index));
            }
        });
    }
}

/// A verdict as people say it.
pub const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not applicable",
        _ => verdict.as_str(),
    }
}

fn section(ui: &mut Ui, caption: &str) {
    ui.add_space(12.0);
    ui.label(RichText::new(caption).color(Palette::of(ui).weak));
    ui.add_space(2.0);
}
