//! Exchanges as paths of five steps, from the server's offer to the decrypted ticket.

use egui::{Align2, FontId, Response, RichText, Sense, Stroke, StrokeKind, Ui, vec2};

use crate::gui::action::{Action, StepSelection};
use crate::gui::badge::badge;
use crate::gui::content::Content;
use crate::gui::evidence_view::evidence;
use crate::gui::exchange_content::{ExchangeContent, StepContent};
use crate::gui::finding_list::Reveal;
use crate::gui::link::link;
use crate::gui::paging;
use crate::gui::row::{focus_ring, wrapped};
use crate::gui::theme::{self, Palette};

/// The room between two steps, with the arrow.
const ARROW: f32 = 22.0;

/// Lines of text in a step; the rest is in the details.
const LINES: usize = 3;

/// Which step is open, and whether the view has to scroll to it.
#[derive(Clone, Copy, Debug)]
pub struct ExchangesState {
    /// The step that is open.
    pub step: StepSelection,
    /// Whether the view scrolls to its exchange.
    pub reveal: Reveal,
}

impl ExchangesState {
    /// The state in which a case is first shown: with the step that tells most.
    pub fn of(content: &Content) -> Self {
        let step = content.exchanges.first().map_or(0, ExchangeContent::telling_step);
        Self { step: StepSelection { exchange: 0, step }, reveal: Reveal::Selected }
    }

    /// Opens this step from elsewhere.
    pub const fn show(&mut self, step: StepSelection) {
        self.step = step;
        self.reveal = Reveal::Selected;
    }

    /// Opens the exchange at this index, at the step that tells most.
    pub fn show_exchange(&mut self, content: &Content, index: usize) {
        if let Some(exchange) = content.exchanges.get(index) {
            self.show(StepSelection { exchange: index, step: exchange.telling_step() });
        }
    }

    /// Opens the exchange that follows, or precedes.
    pub fn walk(&mut self, content: &Content, by: isize) {
        self.show_exchange(content, self.step.exchange.saturating_add_signed(by));
    }
}

/// Shows the exchanges.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut ExchangesState) -> Option<Action> {
    let (selected, reveal) = (state.step, std::mem::replace(&mut state.reveal, Reveal::Nothing));
    let exchanges = &content.exchanges;
    if exchanges.is_empty() {
        ui.add_space(16.0);
        ui.label("No exchange could be derived: no site with Windows authentication is known.");
        let hint = "It takes applicationHost.config of the web server.";
        ui.label(RichText::new(hint).color(Palette::of(ui).weak));
        return None;
    }
    let mut action = None;
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        paging::keys(ui);
        for index in 0..exchanges.len() {
            let step = (selected.exchange == index).then_some(selected.step);
            let card = ui.push_id(("exchange", index), |ui| {
                Palette::of(ui).card().show(ui, |ui| card(ui, content, index, step))
            });
            if step.is_some() && reveal == Reveal::Selected {
                card.response.scroll_to_me(None);
            }
            action = card.inner.inner.or(action.take());
            ui.add_space(4.0);
        }
    });
    action
}

fn card(ui: &mut Ui, content: &Content, index: usize, selected: Option<usize>) -> Option<Action> {
    let exchange = content.exchanges.get(index)?;
    let palette = Palette::of(ui);
    ui.set_min_width(ui.available_width());
    ui.horizontal_wrapped(|ui| {
        badge(ui, exchange.outcome, exchange.tone);
        ui.label(RichText::new(&exchange.url).monospace());
        ui.label(RichText::new(&exchange.clients).color(palette.weak));
        ui.label(RichText::new(format!("·  {}", exchange.site)).color(palette.weak));
    });
    ui.add_space(4.0);
    let mut action = path(ui, exchange, index, selected);
    if let Some(step) = selected.and_then(|step| exchange.steps.get(step)) {
        action = step_details(ui, content, exchange, step).or(action);
    }
    action
}

/// Shows what happens at a step, the findings about it, and what says so.
pub fn step_details(ui: &mut Ui, content: &Content, exchange: &ExchangeContent, step: &StepContent) -> Option<Action> {
    ui.add_space(6.0);
    ui.horizontal_wrapped(|ui| {
        let head = RichText::new(format!("{} {}: {}", step.glyph, step.title, step.state));
        ui.label(head.color(Palette::of(ui).ink(step.tone)));
        ui.label(&step.text);
    });
    let action = causes(ui, content, exchange);
    ui.add_space(2.0);
    evidence(ui, &step.evidence).or(action)
}

/// Leads from an exchange to the findings about it.
fn causes(ui: &mut Ui, content: &Content, exchange: &ExchangeContent) -> Option<Action> {
    let mut action = None;
    for (index, finding) in exchange.findings.iter().filter_map(|index| Some((*index, content.findings.get(*index)?))) {
        ui.horizontal_wrapped(|ui| {
            badge(ui, finding.severity, finding.tone);
            if link(ui, &finding.summary).clicked() {
                action = Some(Action::ShowFinding(index));
            }
        });
    }
    action
}

fn path(ui: &mut Ui, exchange: &ExchangeContent, index: usize, selected: Option<usize>) -> Option<Action> {
    let mut action = None;
    let (many, width) = fit(ui.available_width(), ARROW, 130.0, exchange.steps.len());
    for first in (0..exchange.steps.len()).step_by(many) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for (number, step) in exchange.steps.iter().enumerate().skip(first).take(many) {
                if number > first {
                    arrow_in(ui, vec2(ARROW, box_height()));
                }
                let response = step_box(ui, step, width, selected == Some(number));
                let response = response.on_hover_text(&step.text);
                if response.clicked() {
                    action = Some(Action::SelectStep(StepSelection { exchange: index, step: number }));
                }
            }
        });
    }
    action
}

/// How many boxes of a path stand beside each other in this room, and how wide each is. Where they are too many, they
/// stand in rows of the same length.
pub fn fit(room: f32, arrow: f32, least: f32, count: usize) -> (usize, f32) {
    let count = count.max(1);
    let fits = |many: &usize| (least + arrow) * length(*many) - arrow <= room;
    let most = (1..=count).rev().find(fits).unwrap_or(1);
    let many = count.div_ceil(count.div_ceil(most).max(1)).max(1);
    let width = ((room + arrow) / length(many) - arrow).floor();
    (many, width.max(least.min(room)))
}

/// A small count as a length; there are five steps.
pub fn length(count: usize) -> f32 {
    u8::try_from(count).map_or(f32::from(u8::MAX), f32::from)
}

fn box_height() -> f32 {
    8.0 + 18.0 + 4.0 + 17.0 * length(LINES) + 8.0
}

/// Draws an arrow that leads from one box to the next.
pub fn arrow_in(ui: &mut Ui, size: egui::Vec2) {
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let palette = Palette::of(ui);
    let stroke = Stroke::new(1.5, palette.weak);
    let tip = rect.right_center() - vec2(4.0, 0.0);
    ui.painter().line_segment([rect.left_center() + vec2(4.0, 0.0), tip], stroke);
    ui.painter().line_segment([tip - vec2(5.0, 4.0), tip], stroke);
    ui.painter().line_segment([tip - vec2(5.0, -4.0), tip], stroke);
}

fn step_box(ui: &mut Ui, step: &StepContent, width: f32, selected: bool) -> Response {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, box_height()), Sense::click());
    let name = format!("{}: {}. {}", step.title, step.state, step.text);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, selected, &name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let ink = palette.ink(step.tone);
    let fill = if selected || response.hovered() { palette.selected } else { palette.raised };
    let line = if selected { Stroke::new(1.5, palette.accent) } else { Stroke::new(1.0, palette.border) };
    let painter = ui.painter();
    painter.rect(rect, theme::RADIUS, fill, line, StrokeKind::Inside);
    let top = rect.with_max_y(rect.top() + 3.0);
    painter.rect_filled(top, theme::RADIUS, ink);
    let corner = rect.min + vec2(10.0, 9.0);
    let title = FontId::proportional(theme::BODY);
    let glyph = painter.text(corner, Align2::LEFT_TOP, step.glyph, title.clone(), ink);
    let beside = egui::pos2(glyph.right() + 6.0, corner.y);
    painter.text(beside, Align2::LEFT_TOP, step.title, title, palette.text);
    let small = FontId::proportional(theme::SMALL);
    let text = painter.layout_job(wrapped(&step.text, small, palette.weak, width - 20.0, LINES));
    painter.galley(corner + vec2(0.0, 22.0), text, palette.weak);
    focus_ring(ui, rect, &response);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_stand_in_rows_of_the_same_length_where_the_room_is_short() {
        assert_eq!(fit(1063.0, 22.0, 130.0, 5), (5, 195.0));
        assert_eq!(fit(500.0, 22.0, 130.0, 5), (3, 152.0));
        assert_eq!(fit(300.0, 16.0, 96.0, 7).0, 2);
        assert_eq!(fit(50.0, 16.0, 96.0, 7), (1, 50.0));
        assert_eq!(fit(300.0, 16.0, 96.0, 0).0, 1);
    }
}
