//! A table of any number of rows: only those in sight are laid out, its heads sort it, and their edges resize columns.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align2, Color32, CursorIcon, FontId, Pos2, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use crate::gui::elide;
use crate::gui::heights;
use crate::gui::theme::{self, Palette, Tone};
use crate::timeline::answer::Direction;

/// The height of a row.
pub const ROW: f32 = 22.0;
/// The height of the heads.
const HEAD: f32 = 26.0;
/// The least width of a column.
const NARROWEST: f32 = 32.0;
/// What stands between the edge of a cell and its words.
const PAD: f32 = 6.0;
/// Characters of a cell that are laid out at most; no column is that wide.
const CELL: usize = 240;

/// What a column is called, and how wide it is at first.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Its title.
    pub title: &'static str,
    /// What it holds.
    pub hint: &'static str,
    /// Its width.
    pub width: f32,
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// As ordinary text.
    #[default]
    Plain,
    /// Standing back.
    Weak,
    /// In a tone.
    Toned(Tone),
}

/// What stands in a cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// The words.
    pub words: String,
    /// How they look.
    pub look: Look,
}

/// What a table shows.
pub trait Rows {
    /// How many rows there are.
    fn count(&self) -> usize;
    /// What stands in a cell.
    fn cell(&self, row: usize, column: usize) -> Cell;
    /// What a screen reader says of a row.
    fn name(&self, row: usize) -> String;
}

/// What a table remembers.
#[derive(Debug, Default)]
pub struct GridState {
    widths: Vec<f32>,
    offset: egui::Vec2,
    height: f32,
    reveal: Option<usize>,
    menu: Option<(usize, usize)>,
    /// The rows that were laid out in the last frame.
    pub shown: Range<usize>,
}

impl GridState {
    /// Brings a row into sight in the next frame.
    pub const fn reveal(&mut self, row: usize) {
        self.reveal = Some(row);
    }

    /// How many rows are in sight.
    pub fn page(&self) -> usize {
        self.shown.len().saturating_sub(2).max(1)
    }

    /// Where to scroll to, so that the row that is to be revealed is in sight.
    fn target(&mut self, rows: usize) -> Option<f32> {
        // Before the first frame nobody knows what is in sight.
        if self.height <= 0.0 {
            return None;
        }
        let row = self.reveal.take()?.min(rows.saturating_sub(1));
        let (top, bottom) = (heights::place(row, ROW), heights::place(row.saturating_add(1), ROW));
        let (first, last) = (f64::from(self.offset.y), f64::from(self.offset.y) + f64::from(self.height));
        let height = f64::from(self.height);
        let near = f64::from(ROW) * 3.0;
        let target = if top >= first && bottom <= last {
            return None;
        } else if top < first && first - top <= near {
            top
        } else if bottom > last && bottom - last <= near {
            bottom - height
        } else {
            top - height / 2.0
        };
        Some(heights::single(target.max(0.0)))
    }
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Grid<'a> {
    /// What it is called, for screen readers.
    pub name: &'a str,
    /// Its columns.
    pub heads: &'a [Head],
    /// The row that is selected.
    pub selected: Option<usize>,
    /// The column that it is sorted by.
    pub sorted: Option<(usize, Direction)>,
}

/// What a person did with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// Clicked this row.
    Select(usize),
    /// Clicked the head of this column.
    Sort(usize),
}

impl Grid<'_> {
    /// Shows the table. `menu` is what a click with the other button offers, for a row and a column.
    pub fn show(
        &self,
        ui: &mut Ui,
        state: &mut GridState,
        rows: &dyn Rows,
        menu: &mut dyn FnMut(&mut Ui, usize, usize),
    ) -> Option<Did> {
        if state.widths.len() != self.heads.len() {
            state.widths = self.heads.iter().map(|head| head.width).collect();
        }
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let sorted = self.heads(ui, state);
        let target = state.target(rows.count());
        let mut area = egui::ScrollArea::both().auto_shrink(false).min_scrolled_height(ROW).id_salt(self.name);
        if let Some(target) = target {
            area = area.vertical_scroll_offset(target);
        }
        let width: f32 = edges(state, ui.available_width()).last().copied().unwrap_or_default();
        let mut did = None;
        let shown = area.show_viewport(ui, |ui, viewport| {
            ui.set_width(width.max(viewport.width()));
            ui.set_height(heights::single(heights::place(rows.count(), ROW)));
            did = self.body(ui, viewport, state, rows, menu);
        });
        state.offset = shown.state.clamped_offset();
        state.height = shown.inner_rect.height();
        if state.reveal.is_some() {
            ui.ctx().request_repaint();
        }
        did.or(sorted)
    }

    fn heads(&self, ui: &mut Ui, state: &mut GridState) -> Option<Did> {
        let palette = Palette::of(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 0, palette.raised);
        let edges = edges(state, rect.width());
        let mut left = rect.left() - state.offset.x;
        let mut did = None;
        let id = ui.scope_id().with(self.name);
        for (index, (head, edge)) in self.heads.iter().zip(edges).enumerate() {
            let right = rect.left() - state.offset.x + edge;
            let cell = Rect::from_x_y_ranges(left..=right, rect.y_range());
            left = right;
            let seen = cell.intersect(rect);
            if seen.width() <= 1.0 {
                continue;
            }
            let response = ui.interact(seen, id.with(("head", index)), Sense::click());
            if self.head(&painter, cell, head, index, &response, palette) {
                did = Some(Did::Sort(index));
            }
            let response = response.on_hover_text(head.hint);
            crate::gui::row::focus_ring(ui, seen, &response);
            let grip = Rect::from_x_y_ranges(right - 4.0..=right + 4.0, rect.y_range()).intersect(rect);
            let grip =
                ui.interact(grip, id.with(("grip", index)), Sense::DRAG).on_hover_cursor(CursorIcon::ResizeColumn);
            painter.vline(right - 0.5, rect.y_range().shrink(5.0), Stroke::new(1.0, palette.border));
            if let Some(width) = state.widths.get_mut(index).filter(|_| grip.dragged()) {
                *width = (*width + grip.drag_delta().x).max(NARROWEST);
            }
        }
        did
    }

    /// Paints a head; whether it was clicked.
    fn head(
        &self,
        painter: &egui::Painter,
        cell: Rect,
        head: &Head,
        index: usize,
        response: &Response,
        palette: &Palette,
    ) -> bool {
        let direction = self.sorted.filter(|(column, _)| *column == index).map(|(_, direction)| direction);
        let (mark, words) = match direction {
            Some(Direction::Up) => (" ⏶", ", sorted, the first at the top"),
            Some(Direction::Down) => (" ⏷", ", sorted, the last at the top"),
            None => ("", ""),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Sort by {}{words}", head.title)));
        let color = if response.hovered() || direction.is_some() { palette.text } else { palette.weak };
        let font = FontId::proportional(theme::SMALL);
        let galley =
            painter.layout_job(one_line(&format!("{}{mark}", head.title), font, color, cell.width() - 2.0 * PAD));
        let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), cell.shrink2(vec2(PAD, 0.0)));
        painter.galley(at.min, galley, color);
        response.clicked()
    }

    fn body(
        &self,
        ui: &mut Ui,
        viewport: Rect,
        state: &mut GridState,
        rows: &dyn Rows,
        menu: &mut dyn FnMut(&mut Ui, usize, usize),
    ) -> Option<Did> {
        let top = f64::from(ui.max_rect().top()) + f64::from(viewport.min.y);
        let left = ui.max_rect().left();
        let edges = edges(state, viewport.width());
        let first = heights::row_at(f64::from(viewport.min.y), ROW);
        let last = heights::row_at(f64::from(viewport.max.y), ROW).saturating_add(1).min(rows.count());
        state.shown = first..last;
        let id = ui.scope_id().with(self.name);
        let mut did = None;
        for row in first..last {
            let y = heights::single(top + heights::place(row, ROW) - f64::from(viewport.min.y));
            let rect = Rect::from_min_size(Pos2::new(left, y), vec2(ui.max_rect().width(), ROW));
            let response = ui.interact(rect, id.with(row), Sense::CLICK);
            let name = || WidgetInfo::selected(Role::Row, true, self.selected == Some(row), rows.name(row));
            response.widget_info(name);
            self.ground(ui, rect, row, &response);
            let full = cells(ui, rect, &edges, rows, row, &response);
            let column = response.interact_pointer_pos().map(|at| column_at(&edges, at.x - left));
            if response.clicked() || response.secondary_clicked() {
                did = Some(Did::Select(row));
            }
            if let Some(column) = column.filter(|_| response.secondary_clicked()) {
                state.menu = Some((row, column));
            }
            response.context_menu(|ui| menu(ui, row, state.menu.map_or(0, |(_, column)| column)));
            if let Some(words) = full {
                response.on_hover_text_at_pointer(words);
            }
        }
        did
    }

    fn ground(&self, ui: &Ui, rect: Rect, row: usize, response: &Response) {
        let palette = Palette::of(ui);
        if self.selected == Some(row) {
            ui.painter().rect_filled(rect, 0, palette.selected);
            ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), 0, palette.accent);
        } else if response.hovered() {
            ui.painter().rect_filled(rect, 0, palette.raised);
        }
    }
}

/// Paints the cells; returns the words of the one under the pointer, if they are cut.
fn cells(ui: &Ui, rect: Rect, edges: &[f32], rows: &dyn Rows, row: usize, response: &Response) -> Option<String> {
    let palette = Palette::of(ui);
    let seen = ui.clip_rect();
    let pointer = response.hover_pos();
    let mut full = None;
    let mut left = rect.left();
    for (column, edge) in edges.iter().enumerate() {
        let cell = Rect::from_x_y_ranges(left..=rect.left() + edge, rect.y_range());
        left = cell.right();
        if !cell.intersects(seen) {
            continue;
        }
        let Cell { words, look } = rows.cell(row, column);
        if words.is_empty() {
            continue;
        }
        let color = match look {
            Look::Plain => palette.text,
            Look::Weak => palette.weak,
            Look::Toned(tone) => palette.ink(tone),
        };
        let cut: String = words.chars().take(CELL).collect();
        let galley = elide::middle(ui, &cut, &FontId::proportional(theme::SMALL), color, cell.width() - 2.0 * PAD);
        if galley.text() != words && pointer.is_some_and(|at| cell.contains(at)) {
            full = Some(words);
        }
        let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), cell.shrink2(vec2(PAD, 0.0)));
        ui.painter().galley(at.min, galley, color);
    }
    full
}

/// Where each column ends; the last one takes what is left.
fn edges(state: &GridState, available: f32) -> Vec<f32> {
    let mut edge = 0.0;
    let mut edges: Vec<f32> = state
        .widths
        .iter()
        .map(|width| {
            edge += width;
            edge
        })
        .collect();
    if let Some(last) = edges.last_mut() {
        *last = last.max(available);
    }
    edges
}

/// Words on one line, with an ellipsis where there is no room for the rest.
fn one_line(words: &str, font: FontId, color: Color32, width: f32) -> LayoutJob {
    let mut job = LayoutJob::single_section(words.to_owned(), TextFormat::simple(font, color));
    job.wrap =
        TextWrapping { max_width: width.max(8.0), max_rows: 1, break_anywhere: true, overflow_character: Some('…') };
    job.break_on_newline = false;
    job
}

fn column_at(edges: &[f32], x: f32) -> usize {
    edges.iter().position(|edge| x < *edge).unwrap_or_else(|| edges.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_where_it_was_put_however_far_down() {
        for row in [0, 1, 800_000, 999_999, 5_000_000] {
            assert_eq!(
                (heights::row_at(heights::place(row, ROW), ROW), heights::row_at(heights::place(row, ROW) + 21.9, ROW)),
                (row, row)
            );
        }
        assert_eq!(heights::row_at(-5.0, ROW), 0);
    }

    #[test]
    fn a_row_out_of_sight_is_brought_into_it_and_one_in_sight_stays() {
        let state = |reveal| GridState { offset: vec2(0.0, 220.0), height: 220.0, reveal, ..GridState::default() };
        assert_eq!(state(Some(12)).target(100), None);
        assert_eq!(state(Some(9)).target(100), Some(198.0));
        assert_eq!(state(Some(20)).target(100), Some(242.0));
        assert_eq!(state(Some(1000)).target(100), Some(99.0 * 22.0 - 110.0));
        assert_eq!(state(None).target(100), None);
        let mut first = GridState { height: 0.0, ..state(Some(50)) };
        assert_eq!(
            (first.target(100), first.reveal),
            (None, Some(50)),
            "it waits until it is known how high the list is"
        );
    }

    #[test]
    fn a_place_belongs_to_the_column_it_is_in() {
        assert_eq!([0.0, 9.0, 10.0, 500.0].map(|x| column_at(&[10.0, 30.0], x)), [0, 0, 1, 1]);
    }
}
