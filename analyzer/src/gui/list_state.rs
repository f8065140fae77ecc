//! A list that is narrowed as one types: what is selected in it, what the filter leaves, and where it has to scroll.

use egui::{Response, RichText, Ui};

use crate::codes::number::counted;
use crate::gui::filter_field::{filter_field, fits};
use crate::gui::in_sight::InSight;
use crate::gui::paging;
use crate::gui::theme::{self, Palette};

/// Rows that are laid out at most; whoever looks for one among more types a part of its name.
const ROWS: usize = 500;

/// What a list remembers.
#[derive(Clone, Debug, Default)]
pub struct ListState {
    /// What is selected, by its place among all.
    pub selected: usize,
    /// What was typed.
    filter: String,
    /// The places that the filter left when it was asked last.
    listed: Option<(String, Vec<usize>)>,
    /// How high the rows are.
    rows: InSight<usize>,
    /// The list has to scroll to what is selected.
    reveal: bool,
}

impl ListState {
    /// Selects this from elsewhere. A filter that hides it gives way. `words` are those of all rows, in lower case.
    pub fn show<'a>(&mut self, words: impl Iterator<Item = &'a str>, index: usize) {
        if !self.listed(words).contains(&index) {
            self.filter.clear();
        }
        self.select(index);
    }

    fn select(&mut self, index: usize) {
        self.selected = index;
        self.reveal = true;
    }

    /// Selects what follows in the list, or what precedes. `words` are those of all rows, in lower case.
    pub fn walk<'a>(&mut self, words: impl Iterator<Item = &'a str>, by: isize) {
        let selected = self.selected;
        let listed = self.listed(words);
        let here = listed.iter().position(|index| *index == selected);
        let last = listed.len().saturating_sub(1);
        let to = here.map_or(0, |here| here.saturating_add_signed(by).min(last));
        if let Some(index) = listed.get(to).copied() {
            self.select(index);
        }
    }

    /// The rows are others from now on; the filter stays.
    pub fn forget_rows(&mut self) {
        self.listed = None;
    }

    /// The places of the rows that the filter leaves. They are looked for when something else was typed, and not in
    /// every frame.
    pub fn listed<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> &[usize] {
        if self.listed.as_ref().is_none_or(|(filter, _)| *filter != self.filter) {
            let listed = words.enumerate().filter(|(_, words)| fits(&self.filter, words)).map(|(index, _)| index);
            self.listed = Some((self.filter.clone(), listed.collect()));
        }
        self.listed.as_ref().map_or(&[], |(_, listed)| listed)
    }

    /// Empties the field; whether anything stood in it.
    pub fn escape(&mut self) -> bool {
        let had = !self.filter.is_empty();
        self.filter.clear();
        had
    }

    /// Whether to scroll to what is selected; says so once.
    pub const fn take_reveal(&mut self) -> bool {
        std::mem::replace(&mut self.reveal, false)
    }

    /// Shows the field that narrows the list, under this name.
    pub fn field<'a>(&mut self, ui: &mut Ui, name: &str, words: impl ExactSizeIterator<Item = &'a str>) {
        let all = words.len();
        let shown = self.listed(words).len();
        filter_field(ui, &mut self.filter, name, shown, all);
    }

    /// Shows the field and the rows below it. `row` draws one, by its place and whether it is selected.
    pub fn ui<'a>(
        &mut self,
        ui: &mut Ui,
        name: &str,
        words: impl ExactSizeIterator<Item = &'a str> + Clone,
        mut row: impl FnMut(&mut Ui, usize, bool, Option<f32>) -> Response,
    ) {
        self.field(ui, name, words.clone());
        let listed = self.listed(words);
        let more = listed.len().saturating_sub(ROWS);
        let listed: Vec<usize> = listed.iter().copied().take(ROWS).collect();
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            paging::follow(ui);
            ui.spacing_mut().item_spacing.y = 2.0;
            for index in listed {
                let is_selected = self.selected == index;
                let response = self.rows.row(ui, index, |ui, unseen| row(ui, index, is_selected, unseen));
                if is_selected && self.take_reveal() {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    self.selected = index;
                }
            }
            if more > 0 {
                let words = format!("and {} more: type a part of a name to find one", counted(more));
                ui.label(RichText::new(words).size(theme::SMALL).color(Palette::of(ui).weak));
            }
            ui.add_space(12.0);
        });
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    const WORDS: [&str; 4] = ["http/portal", "http/intranet", "cifs/files", "http/old"];

    fn typed(filter: &str) -> ListState {
        ListState { filter: filter.to_owned(), ..ListState::default() }
    }

    #[test]
    fn one_walks_along_what_the_filter_leaves_and_not_beyond_its_ends() {
        let mut list = typed("HTTP");
        assert_eq!(list.listed(WORDS.into_iter()), [0, 1, 3]);
        let mut walked = Vec::new();
        for by in [1, 1, 1, -1, -5, 9] {
            list.walk(WORDS.into_iter(), by);
            walked.push((list.selected, list.take_reveal()));
        }
        assert_eq!(walked, [1, 3, 3, 1, 0, 3].map(|index| (index, true)));
        assert!(!list.take_reveal());
    }

    #[test]
    fn what_the_filter_hides_is_shown_from_elsewhere() {
        let mut list = typed("cifs");
        list.walk(WORDS.into_iter(), 1);
        assert_eq!(list.selected, 2, "what is selected is hidden, so that one walks in from the top");
        list.show(WORDS.into_iter(), 1);
        assert_eq!((list.selected, list.listed(WORDS.into_iter()).len()), (1, 4));
    }

    #[test]
    fn a_long_list_lays_out_what_is_in_sight_and_says_how_much_it_leaves_out() {
        let names: Vec<String> = (0..1_700).map(|number| format!("account {number:04}")).collect();
        let laid_out = std::cell::Cell::new(0);
        let row = |ui: &mut Ui, index: usize, selected, unseen: Option<f32>| {
            laid_out.set(laid_out.get() + u32::from(unseen.is_none()));
            let badge = ("account", crate::gui::theme::Tone::Calm);
            let text = &names[index];
            crate::gui::row::Row { badge, text, note: "", indent: 0.0, selected }.show_in(ui, unseen)
        };
        let draw = |ui: &mut Ui, list: &mut ListState| {
            laid_out.set(0);
            list.ui(ui, "Find", names.iter().map(String::as_str), row);
        };
        let builder = egui_kittest::Harness::builder().with_size([300.0, 400.0]);
        let mut window = builder.build_ui_state(draw, ListState::default());
        for index in [499, 3] {
            window.state_mut().show(names.iter().map(String::as_str), index);
            window.run_steps(40);
            let place = window.get_by_label(&format!("account: account {index:04}")).rect();
            assert!(place.top() >= 0.0 && place.bottom() <= 400.0, "{place:?}");
            assert!((4..20).contains(&laid_out.get()), "{}", laid_out.get());
            assert!(
                window.query_by_label("account: account 0250").is_some(),
                "its name is there though nobody sees it"
            );
        }
        assert!(window.query_by_label_contains("and 1,200 more: ").is_some());
        window.state_mut().filter = "1699".to_owned();
        window.run_steps(4);
        assert!(window.query_by_label_contains("1 of 1700").is_some());
        assert!(window.query_by_label_contains(" more: ").is_none());
    }
}
