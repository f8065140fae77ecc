//! The list on the left: findings, open checks, gaps, and clear checks.

use egui::{Response, RichText, Ui};

use crate::codes::number::counted;
use crate::diagnosis::rank::Standing;
use crate::gui::action::{Action, Selection};
use crate::gui::content::{CheckContent, Content};
use crate::gui::filter_field::{filter_field, fits};
use crate::gui::finding_content::FindingContent;
use crate::gui::finding_page::FindingsState;
use crate::gui::in_sight::InSight;
use crate::gui::notes::Notes;
use crate::gui::paging;
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
    let listed = state.listed(content);
    let typed = is_typed(&state.filter);
    filter_field(ui, &mut state.filter, "Filter findings, checks and gaps", listed.len(), everything(content).count());
    let (selected, reveal, notes) = (state.selected, state.reveal, &state.notes);
    let mut list = List { selected, reveal, asked: None, listed: &listed, typed, notes, rows: &mut state.rows };
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        paging::follow(ui);
        ui.spacing_mut().item_spacing.y = 2.0;
        list.findings(ui, content);
        list.open_checks(ui, content);
        list.gaps(ui, content);
        for verdict in FOLDED {
            list.checks(ui, content, verdict);
        }
        if let Some(left_out) = &content.left_out {
            ui.add_space(8.0);
            ui.label(RichText::new(left_out).size(theme::SMALL).color(Palette::of(ui).weak));
        }
        ui.add_space(12.0);
    });
    list.asked.map(Action::Select)
}

/// Checks that say nothing new; they stay folded away, until somebody looks for one.
const FOLDED: [Verdict; 3] = [Verdict::Failed, Verdict::Clear, Verdict::NotApplicable];

/// Whether something was typed to find rows.
fn is_typed(filter: &str) -> bool {
    !filter.trim().is_empty()
}

/// What the list shows, in its order: all but what is folded away, or whatever has the words that were typed.
pub fn order(content: &Content, filter: &str) -> Vec<Selection> {
    if is_typed(filter) {
        return everything(content).filter(|selection| fits(filter, &words(content, *selection))).collect();
    }
    unfolded(content).collect()
}

fn unfolded(content: &Content) -> impl Iterator<Item = Selection> {
    let collect = (!content.needs.is_empty()).then_some(Selection::Collect);
    let findings = (0..content.findings.len()).map(Selection::Finding);
    let open = content.checks_that_are(Verdict::Open).map(|(index, _)| Selection::Check(index));
    findings.chain(collect).chain(open).chain((0..content.gaps.len()).map(Selection::Gap))
}

fn everything(content: &Content) -> impl Iterator<Item = Selection> {
    let folded = FOLDED.into_iter().flat_map(|verdict| content.checks_that_are(verdict));
    unfolded(content).chain(folded.map(|(index, _)| Selection::Check(index)))
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
    /// What the list shows, in its order.
    listed: &'a [Selection],
    /// Whether something was typed to find rows.
    typed: bool,
    notes: &'a Notes,
    rows: &'a mut InSight<Selection>,
}

impl List<'_> {
    /// A row; `draw` is told whether it is selected, and its height where nobody sees it.
    fn row(&mut self, ui: &mut Ui, selection: Selection, draw: impl FnOnce(&mut Ui, bool, Option<f32>) -> Response) {
        let selected = self.selected == Some(selection);
        let response = self.rows.row(ui, selection, |ui, unseen| draw(ui, selected, unseen));
        if selected && self.reveal == Reveal::Selected {
            response.scroll_to_me(None);
        }
        if response.clicked() {
            self.asked = Some(selection);
        }
    }

    fn findings(&mut self, ui: &mut Ui, content: &Content) {
        let listed = self.listed;
        let findings = listed.iter().filter_map(|selection| match selection {
            Selection::Finding(index) => Some((*index, content.findings.get(*index)?)),
            _ => None,
        });
        section(ui, findings.clone().count(), content.totals.findings, "finding");
        if content.findings.is_empty() {
            ui.label(RichText::new("No rule found its cause.").color(Palette::of(ui).weak));
        }
        for (index, finding) in findings {
            let notes = self.notes;
            self.row(ui, Selection::Finding(index), |ui, selected, unseen| {
                finding_row(finding, notes, selected, |row| row.show_in(ui, unseen))
            });
        }
    }

    fn open_checks(&mut self, ui: &mut Ui, content: &Content) {
        let open = content.checks_that_are(Verdict::Open).count();
        if open == 0 {
            return;
        }
        let checks = self.checks_that_are(content, Verdict::Open);
        section(ui, checks.len(), open, "open check");
        if self.listed.contains(&Selection::Collect) {
            let badge = (&*plural(content.needs.len(), "piece"), Tone::Calm);
            let (text, note) = ("What to collect to close them", "of evidence missing");
            let draw =
                |ui: &mut Ui, selected, unseen| Row { badge, text, note, indent: 0.0, selected }.show_in(ui, unseen);
            self.row(ui, Selection::Collect, draw);
        }
        for (index, check) in checks {
            self.row(ui, Selection::Check(index), |ui, selected, unseen| {
                let more = check.needs.len().saturating_sub(1);
                let note = match check.needs.first() {
                    Some(need) if more > 0 => format!("{need} and {more} more"),
                    Some(need) => need.clone(),
                    None => check.name.to_owned(),
                };
                let badge = ("open", Tone::Unknown);
                Row { badge, text: check.title, note: &note, indent: 0.0, selected }.show_in(ui, unseen)
            });
        }
    }

    fn gaps(&mut self, ui: &mut Ui, content: &Content) {
        if content.gaps.is_empty() {
            return;
        }
        let listed = self.listed;
        let gaps = listed.iter().filter_map(|selection| match selection {
            Selection::Gap(index) => Some((*index, content.gaps.get(*index)?)),
            _ => None,
        });
        section(ui, gaps.clone().count(), content.totals.gaps, "gap");
        for (index, gap) in gaps {
            self.row(ui, Selection::Gap(index), |ui, selected, unseen| {
                let badge = (gap.code, Tone::Warn);
                Row { badge, text: &gap.subject, note: &gap.reason, indent: 0.0, selected }.show_in(ui, unseen)
            });
        }
    }

    /// Checks that say nothing new stay folded away; their number does not.
    fn checks(&mut self, ui: &mut Ui, content: &Content, verdict: Verdict) {
        let all = content.checks_that_are(verdict).count();
        let checks = if self.typed {
            self.checks_that_are(content, verdict)
        } else {
            content.checks_that_are(verdict).collect()
        };
        if checks.is_empty() {
            return;
        }
        let (word, tone) = match verdict {
            Verdict::Failed => ("failed: please report", Tone::Bad),
            Verdict::Clear => ("clear", Tone::Good),
            _ => ("not applicable", Tone::Unknown),
        };
        ui.add_space(10.0);
        let caption = RichText::new(format!("{} {word}", of_all(checks.len(), all, "check")));
        let header = egui::CollapsingHeader::new(caption.color(Palette::of(ui).weak));
        // What somebody looks for is not folded away; what was folded before is so again afterwards.
        let header = header.id_salt((word, self.typed)).default_open(self.typed);
        header.show_unindented(ui, |ui| {
            for (index, check) in checks {
                let badge = (verdict_word(verdict), tone);
                self.row(ui, Selection::Check(index), |ui, selected, unseen| {
                    Row { badge, text: check.title, note: check.name, indent: 0.0, selected }.show_in(ui, unseen)
                });
            }
        });
    }

    /// Those with this verdict that the list shows.
    fn checks_that_are<'a>(&self, content: &'a Content, verdict: Verdict) -> Vec<(usize, &'a CheckContent)> {
        let listed = self.listed.iter().filter_map(|selection| match selection {
            Selection::Check(index) => Some((*index, content.checks.get(*index)?)),
            _ => None,
        });
        listed.filter(|(_, check)| check.verdict == verdict).collect()
    }
}

fn finding_row(
    finding: &FindingContent,
    notes: &Notes,
    selected: bool,
    show: impl FnOnce(Row<'_>) -> Response,
) -> Response {
    let (indent, place) = match finding.standing {
        Standing::Primary => (0.0, "deal with this first"),
        Standing::Cause => (0.0, "another cause"),
        Standing::Consequence(_) => (18.0, "follows from the above"),
    };
    let place = if notes.is_acknowledged(finding) { "acknowledged" } else { place };
    let note = format!("{} · {place}", finding.confidence);
    show(Row { badge: (finding.severity, finding.tone), text: &finding.summary, note: &note, indent, selected })
}

/// A verdict as people say it.
pub const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not applicable",
        _ => verdict.as_str(),
    }
}

fn section(ui: &mut Ui, shown: usize, all: usize, word: &str) {
    ui.add_space(12.0);
    ui.label(RichText::new(of_all(shown, all, word)).color(Palette::of(ui).weak));
    ui.add_space(2.0);
}

/// `12 findings`, or `3 of 12 findings` where not all are shown.
fn of_all(shown: usize, all: usize, word: &str) -> String {
    let words = if all == 1 { word.to_owned() } else { format!("{word}s") };
    if shown == all {
        format!("{} {words}", counted(all))
    } else {
        format!("{} of {} {words}", counted(shown), counted(all))
    }
}
