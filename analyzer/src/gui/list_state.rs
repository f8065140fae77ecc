//! A list that is narrowed as one types: what is selected in it, what the filter leaves, and where it has to scroll.

use egui::{Response, Ui};

use crate::gui::filter_field::{filter_field, fits};

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
    /// The list has to scroll to what is selected.
    reveal: bool,
}

impl ListState {
    /// Selects this, whatever the filter hides.
    pub fn show(&mut self, index: usize) {
        self.filter.clear();
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
        mut row: impl FnMut(&mut Ui, usize, bool) -> Option<Response>,
    ) {
        self.field(ui, name, words.clone());
        let listed: Vec<usize> = self.listed(words).iter().copied().take(ROWS).collect();
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for index in listed {
                let is_selected = self.selected == index;
                let Some(response) = ui.push_id(index, |ui| row(ui, index, is_selected)).inner else { continue };
                if is_selected && self.take_reveal() {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    self.selected = index;
                }
            }
            ui.add_space(12.0);
        });
    }
}

#[cfg(test)]
mod tests {
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
        list.show(1);
        assert_eq!((list.selected, list.listed(WORDS.into_iter()).len()), (1, 4));
    }
}
