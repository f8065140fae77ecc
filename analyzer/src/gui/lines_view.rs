//! Lines of any number with their numbers, as an editor shows them: only those in sight are laid out.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, Color32, FontId, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use crate::gui::heights;
use crate::gui::theme::{self, Palette, Tone};
use crate::report::escape::escape;

/// The height of a line.
const LINE: f32 = 18.0;

/// What is shown line by line.
pub trait Lines {
    /// How many there are.
    fn count(&self) -> usize;
    /// The words of one, counted from 0; not escaped.
    fn line(&self, index: usize) -> Cow<'_, str>;
    /// What stands in front of one.
    fn number(&self, index: usize) -> String {
        index.saturating_add(1).to_string()
    }
    /// Whether somebody cites it, and what a pointer on the mark is told.
    fn cited(&self, index: usize) -> Option<String>;
}

/// What the lines remember.
#[derive(Debug, Default)]
pub struct LinesState {
    offset: f32,
    height: f32,
    widest: f32,
    reveal: Option<usize>,
    scroll: Option<f32>,
}

impl LinesState {
    /// Brings a line into sight, counted from 0.
    pub const fn reveal(&mut self, line: usize) {
        self.reveal = Some(line);
    }

    /// Scrolls by this many pages.
    pub fn page(&mut self, pages: f32) {
        self.scroll = Some((self.offset + pages * (self.height - 2.0 * LINE)).max(0.0));
    }

    /// Scrolls to the first line.
    pub const fn home(&mut self) {
        self.scroll = Some(0.0);
    }

    /// Scrolls to the last line.
    pub const fn end(&mut self) {
        self.scroll = Some(f32::MAX);
    }
}

/// What is marked among lines.
#[derive(Clone, Debug, Default)]
pub struct Marked {
    /// Lines that were jumped to, counted from 0.
    pub lines: Option<RangeInclusive<usize>>,
    /// Words that are looked for, in lower case.
    pub words: String,
    /// The line of the match that is looked at.
    pub here: Option<usize>,
}

/// Shows the lines; returns the one whose mark was clicked.
pub fn ui(ui: &mut Ui, state: &mut LinesState, lines: &dyn Lines, marked: &Marked) -> Option<usize> {
    let mut area = egui::ScrollArea::both().auto_shrink(false).id_salt("lines");
    if let Some(line) = state.reveal.take() {
        let target = heights::single(heights::place(line, LINE)) - state.height / 3.0;
        area = area.vertical_scroll_offset(target.max(0.0)).horizontal_scroll_offset(0.0);
    } else if let Some(target) = state.scroll.take() {
        let most = heights::single(heights::place(lines.count(), LINE)) - state.height;
        area = area.vertical_scroll_offset(target.min(most.max(0.0)));
    }
    let font = FontId::monospace(theme::MONO);
    let gutter = gutter(ui, lines, &font);
    let mut clicked = None;
    let shown = area.show_viewport(ui, |ui, viewport| {
        ui.set_width((gutter + state.widest + 16.0).max(viewport.width()));
        ui.set_height(heights::single(heights::place(lines.count(), LINE)));
        let first = heights::row_at(f64::from(viewport.min.y), LINE);
        let last = heights::row_at(f64::from(viewport.max.y), LINE).saturating_add(1).min(lines.count());
        let top = f64::from(ui.max_rect().top());
        for index in first..last {
            let y = heights::single(top + heights::place(index, LINE));
            let rect = Rect::from_min_size(Pos2::new(ui.max_rect().left(), y), vec2(ui.max_rect().width(), LINE));
            let width = line(ui, rect, index, gutter, lines, marked, &font);
            state.widest = state.widest.max(width);
            if mark(ui, rect, index, lines) {
                clicked = Some(index);
            }
        }
    });
    state.offset = shown.state.clamped_offset().y;
    state.height = shown.inner_rect.height();
    clicked
}

/// How much room the numbers take.
fn gutter(ui: &Ui, lines: &dyn Lines, font: &FontId) -> f32 {
    let widest = lines.number(lines.count().saturating_sub(1));
    let galley = ui.painter().layout_no_wrap(widest, font.clone(), Color32::PLACEHOLDER);
    galley.size().x + 34.0
}

/// Paints a line; returns how wide it is.
fn line(ui: &Ui, rect: Rect, index: usize, gutter: f32, lines: &dyn Lines, marked: &Marked, font: &FontId) -> f32 {
    let palette = Palette::of(ui);
    let is_marked = marked.lines.as_ref().is_some_and(|lines| lines.contains(&index)) || marked.here == Some(index);
    if is_marked {
        ui.painter().rect_filled(rect, 0, palette.selected);
        ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), 0, palette.accent);
    }
    let number = Pos2::new(rect.left() + gutter - 12.0, rect.center().y);
    ui.painter().text(number, Align2::RIGHT_CENTER, lines.number(index), font.clone(), palette.weak);
    let words = escape(&lines.line(index));
    let response = ui.interact(rect, ui.scope_id().with(("line", index)), Sense::hover());
    let name = || format!("{}: {words}", lines.number(index));
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_marked, name()));
    let galley = ui.painter().layout_job(job(&words, &marked.words, font, palette));
    let at = Pos2::new(rect.left() + gutter, rect.center().y - galley.size().y / 2.0);
    let width = galley.size().x;
    ui.painter().galley(at, galley, palette.text);
    width
}

/// The words, with what is looked for on a ground of its own.
fn job(words: &str, sought: &str, font: &FontId, palette: &Palette) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    job.break_on_newline = false;
    let plain = TextFormat::simple(font.clone(), palette.text);
    let found = TextFormat { background: palette.ground(Tone::Warn), color: palette.ink(Tone::Warn), ..plain.clone() };
    let mut rest = words;
    while let Some((before, hit, behind)) = split(rest, sought) {
        job.append(before, 0.0, plain.clone());
        job.append(hit, 0.0, found.clone());
        rest = behind;
    }
    job.append(rest, 0.0, plain);
    job
}

/// What stands before words, the words themselves, and what stands behind; in any case of ASCII letters.
fn split<'a>(line: &'a str, sought: &str) -> Option<(&'a str, &'a str, &'a str)> {
    if sought.is_empty() {
        return None;
    }
    let starts = line.char_indices().map(|(at, _)| at);
    let hit = starts.filter(|at| {
        let end = at.saturating_add(sought.len());
        line.get(*at..end).is_some_and(|part| part.eq_ignore_ascii_case(sought))
    });
    let at = hit.min()?;
    let (before, rest) = line.split_at_checked(at)?;
    let (hit, behind) = rest.split_at_checked(sought.len())?;
    Some((before, hit, behind))
}

/// Whether a line holds words that are in lower case.
pub fn holds(line: &str, sought: &str) -> bool {
    split(line, sought).is_some() || (!line.is_ascii() && line.to_lowercase().contains(sought))
}

/// Paints the mark of a line that a finding cites; whether it was clicked.
fn mark(ui: &Ui, rect: Rect, index: usize, lines: &dyn Lines) -> bool {
    let Some(words) = lines.cited(index) else { return false };
    let palette = Palette::of(ui);
    let center = Pos2::new(rect.left() + 12.0, rect.center().y);
    ui.painter().circle(center, 4.0, palette.ground(Tone::Warn), Stroke::new(1.5, palette.ink(Tone::Warn)));
    let mark = Rect::from_center_size(center, vec2(16.0, LINE));
    let response = ui.interact(mark, ui.scope_id().with(("mark", index)), Sense::click());
    let label = format!("Finding at {}: {words}", lines.number(index));
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, label.as_str()));
    let clicked = response.clicked();
    response.on_hover_text(words);
    clicked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case_and_nothing_in_no_words() {
        assert_eq!(split("an SPN here", "spn"), Some(("an ", "SPN", " here")));
        assert_eq!(split("m\u{fc}ller SPN", "spn"), Some(("m\u{fc}ller ", "SPN", "")));
        assert_eq!((split("abc", ""), split("abc", "x")), (None, None));
        assert!(
            holds("M\u{dc}LLER", "m\u{fc}ller") && holds("abc", "BC".to_lowercase().as_str()) && !holds("abc", "d")
        );
    }
}
